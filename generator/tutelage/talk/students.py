"""Student policies. Each is a generator: it yields a turn and is sent the history that ends with the teacher's reply.

    def solves(mind):                       # the shortest one
        yield mind.attempt(None)

`student(policy, mind)` makes the function of the public history that the referee calls. A policy shows a habit of real
learners; whether a hint is understood depends on the hint's level (1 points, 2 gives the principle, 3 says what to
do) and on the student's `need`, drawn once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple

from tutelage.talk.acts import ANSWER_RULE, CONFIRM, HINT, MISLEAD, RETRY, SHUFFLE, TELL
from tutelage.talk.case import first_untold
from tutelage.talk.converse import History, Student
from tutelage.talk.mind import Mind
from tutelage.values import Slip, Turn

LUCK = 0.15  # of a student who changes something without having been told anything: the chance to hit the right way
Policy = Generator[Turn, History, None]


class StudentPolicy(NamedTuple):
    name: str
    summary: str
    run: Callable[[Mind], Policy]
    weight: float  # share in the default mix of `sml`
    slips: int  # mistakes to have at hand; a problem with fewer gets another student


def solves(mind: Mind) -> Policy:
    """Gets it right at once, so that asking and revising are not the rule."""
    yield mind.attempt(None)


def slips_then_repairs(mind: Mind) -> Policy:
    """Makes one mistake, and mends it as soon as a hint says enough."""
    yield from _until_repaired(mind, (yield mind.attempt(mind.case.slips[0])))


def slips_twice(mind: Mind) -> Policy:
    """Mends the first mistake and makes another one in the same turn."""
    first, second = sorted(mind.case.slips[:2], key=lambda slip: slip.step)
    if second.step == first.step:
        yield from slips_then_repairs(mind)
        return
    history = yield mind.attempt(first)
    while not _understood(mind, history):
        history = yield _puzzled(mind, history)
    yield from _until_repaired(mind, (yield mind.revise(second)))


def asks_for_values(mind: Mind) -> Policy:
    """Works as far as it can, asks by name for each value that nobody has told where its line comes, and else solves.

    It never asks for anything else, so its questions teach when to ask: whether one is due can be seen in the text.
    """
    told: frozenset[str] = frozenset()
    while (gap := first_untold(mind.case, told)) is not None:
        yield mind.ask_quantity(gap[1], gap[0])
        told |= {gap[1]}
    yield mind.revise() if told else mind.attempt(None)


def asks_when_stuck(mind: Mind) -> Policy:
    """Asks for the value that the next line needs, or, where all are told, how the line is done that it doubts."""
    history: History = ()
    told: frozenset[str] = frozenset()
    while (gap := first_untold(mind.case, told)) is not None:
        history = yield mind.ask_quantity(gap[1], gap[0])
        told |= {gap[1]}
        if history[-1].act.kind != TELL:
            break
    if not history and mind.case.slips:
        history = yield mind.ask_rule(mind.case.slips[0], at_slot=True)
        if history[-1].act.kind != ANSWER_RULE:
            history = yield mind.attempt(mind.case.slips[0], opening=mind.generic("student/again", "no_help"))
            yield from _until_repaired(mind, history)
            return
    yield mind.revise()


def asks_first(mind: Mind) -> Policy:
    """Names its plan and asks whether it is sound before it does any work."""
    history = yield mind.ask_rule(mind.case.slips[0], at_slot=False)
    if history[-1].act.kind == ANSWER_RULE:
        yield mind.revise()
    else:
        yield from _until_repaired(mind, (yield mind.attempt(mind.case.slips[0])))


def late_asker(mind: Mind) -> Policy:
    """Answers wrongly first, and then asks about the step that went wrong."""
    slip = mind.case.slips[0]
    history = yield mind.attempt(slip)
    if not _understood(mind, history):
        mind.written = slip.step
        history = yield mind.ask_rule(slip, at_slot=True)
    yield from _until_repaired(mind, history)


def checks_steps(mind: Mind) -> Policy:
    """Has its first steps confirmed before it builds on them; makes its mistake behind them, if any."""
    slip = mind.case.slips[0] if mind.case.slips and mind.draws.chance(0.5) else None
    last = (slip.step if slip else len(mind.case.right.steps) - 1) - 1
    opening = ""
    if last >= 0:
        history = yield mind.check(mind.draws.between(0, last))
        opening = mind.generic("student/again", "go_on" if history[-1].act.kind == CONFIRM else "no_help")
    yield from _until_repaired(mind, (yield mind.attempt(slip, opening=opening)))


def guesser(mind: Mind) -> Policy:
    """Says an answer without any work, and works it through when asked to."""
    yield mind.guess(mind.case.slips[0])
    mind.exposed = None
    slip = mind.case.slips[1] if len(mind.case.slips) > 1 and mind.draws.chance(0.4) else None
    yield from _until_repaired(mind, (yield mind.attempt(slip)))


def stubborn(mind: Mind) -> Policy:
    """Defends its mistake once before it looks for it, unless the teacher has pointed at something else."""
    slip = mind.case.slips[0]
    history = yield mind.attempt(slip)
    act = history[-1].act
    if mind.exposed is not None and act.level < 3 and not (act.kind == MISLEAD and act.step < slip.step):
        history = yield mind.defend()
    yield from _until_repaired(mind, history)


def vague(mind: Mind) -> Policy:
    """Asks for help without saying for what, then works from where it is pointed."""
    yield mind.vague()
    slip = mind.case.slips[0] if mind.case.slips and mind.draws.chance(0.4) else None
    yield from _until_repaired(mind, (yield mind.attempt(slip)))


def over_asker(mind: Mind) -> Policy:
    """Asks for something that stands in the statement, if anything does."""
    if mind.case.known:
        yield mind.ask_stated(mind.draws.choice(sorted(mind.case.known)))
    slip = mind.case.slips[0] if mind.case.slips and mind.draws.chance(0.4) else None
    yield from _until_repaired(mind, (yield mind.attempt(slip)))


def _until_repaired(mind: Mind, history: History) -> Policy:
    while True:
        history = yield mind.revise() if _understood(mind, history) else _puzzled(mind, history)


def _understood(mind: Mind, history: History) -> bool:
    """Whether the teacher's last words were about the mistake at hand and said enough for this student."""
    act, slip = history[-1].act, mind.exposed
    if act.kind == ANSWER_RULE:
        return slip is None or act.target == slip.kind
    return act.kind == HINT and slip is not None and act.target == slip.kind and act.level >= mind.need


def _puzzled(mind: Mind, history: History) -> Turn:
    """The reply to words that didn't help: shows that a step holds, asks which is meant, tries at random, insists."""
    act, slip = history[-1].act, mind.exposed
    if slip is None:
        return mind.revise()
    if act.kind == MISLEAD and act.step < slip.step:
        return mind.holds(act.step)
    if act.kind == HINT:
        if slip.step in mind.asked:
            return mind.stuck()
        steps, settled = slip.work.steps[:-1], _spoken_of(history)  # nobody suspects the last line, which sums up
        near = [step for step in (slip.step - 1, slip.step + 1) if 0 <= step < len(steps)
                and step not in mind.asked and steps[step].what.lower() not in settled]
        return mind.which(mind.draws.choice([slip.step, slip.step, *near]))
    if act.kind in (RETRY, SHUFFLE, MISLEAD):
        return mind.redo(_another(mind, slip))
    return mind.defend()


def _spoken_of(history: History) -> str:
    """All that the teacher has said since the statement: it doesn't help to ask again about what stands in it."""
    return " ".join([turn.text for turn in history[2::2]]).lower()


def _another(mind: Mind, tried: Slip) -> Slip | None:
    """What a student without a clue tries next: seldom the right way, else another of its mistakes, or the same."""
    if mind.draws.chance(LUCK):
        return None
    return mind.draws.choice([slip for slip in mind.case.slips if slip is not tried] or [tried])


def student(policy: StudentPolicy, mind: Mind) -> Student:
    """The function of the public history that plays this policy, one dialogue long."""
    running = policy.run(mind)

    def turn(history: History) -> Turn:
        return running.send(history) if len(history) > 1 else next(running)

    return turn


STUDENTS: tuple[StudentPolicy, ...] = (
    StudentPolicy("solves", "right at once", solves, 0.14, 0),
    StudentPolicy("slips_then_repairs", "one mistake, mended after a hint", slips_then_repairs, 0.24, 1),
    StudentPolicy("slips_twice", "a second mistake after the first is mended", slips_twice, 0.08, 2),
    StudentPolicy("asks_for_values", "works up to the value nobody told and asks for it", asks_for_values, 0.1, 0),
    StudentPolicy("asks_when_stuck", "works up to the gap or the doubt and asks there", asks_when_stuck, 0.06, 1),
    StudentPolicy("asks_first", "asks whether its plan is sound before any work", asks_first, 0.08, 1),
    StudentPolicy("late_asker", "answers first, asks afterwards", late_asker, 0.08, 1),
    StudentPolicy("checks_steps", "has its first steps confirmed", checks_steps, 0.07, 1),
    StudentPolicy("guesser", "an answer without work first", guesser, 0.05, 1),
    StudentPolicy("stubborn", "defends its mistake once", stubborn, 0.04, 1),
    StudentPolicy("vague", "asks for help without saying for what", vague, 0.03, 1),
    StudentPolicy("over_asker", "asks for what stands in the statement", over_asker, 0.03, 1),
)
