"""`q_priming`: questions before answers (Cook et al. 2026, 2602.16488 §4.4).

Where a student turn t (from 1) would be wrong, it is replaced by an information-seeking question with probability
0.75^t. The question stands at the *slot*: the student works as far as it can and asks where the step comes that it
can't do. `ask_at=first` asks before any work, as an ablation. Each item also has the arm "plain": the same problem and
student without injection. Both arms are kept, or none.

Not in the paper: of problems with knowledge facts the student is `asks_for_values` unless others are named. It asks for
every value that nobody has told, by name and always (p = 1), and for nothing else; its plain twin takes the first of
them wrongly. Whether a question is due can be seen in the text then, so asking is learnt together with not asking
(docs/effect.md). The students that go wrong ask about a method, about which the text says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tutelage.draws import stream
from tutelage.problems.family import TAKEN_WRONGLY, Posed
from tutelage.problems.reading.answers import mentions
from tutelage.recipes.recipe import (
    Cast,
    Item,
    Recipe,
    Result,
    cast_item,
    episode,
    pose_alluding,
    pose_item,
    screened,
)
from tutelage.records.episode import Drop, Injection
from tutelage.talk.acts import ASK, ASK_STEP, ATTEMPT, ATTEMPTS, DEFEND
from tutelage.talk.case import first_untold
from tutelage.talk.converse import Dialogue, History, Student, converse
from tutelage.talk.mind import Mind
from tutelage.talk.students import STUDENTS, student
from tutelage.talk.teachers import TEACHERS, teacher
from tutelage.values import Slip, Turn

P = 0.75
ALLUDE = 0.7  # share of the problems that allude to numbers, where a family can
UNTOLD = 0.6  # share of the facts that a statement leaves to the teacher, where they are what is asked for
VALUES = "asks_for_values"
WRONG_FIRST = ("slips_then_repairs", "slips_twice", "stubborn")
GUIDES = tuple(policy.name for policy in TEACHERS if not policy.control and policy.questions and not policy.noise)


def make(item: Item) -> Result:
    """The primed dialogue and its plain twin: same problem, same student, same draws but for the injections."""
    if not item.options.teachers:
        item = item._replace(options=replace(item.options, teachers=GUIDES))
    chosen = item.options.students
    ask = VALUES in chosen or not chosen
    posed = pose_alluding(item, ALLUDE) if ask else pose_item(item)
    if ask and _has_facts(posed):
        return _values(item, posed)
    if chosen == (VALUES,):
        return Result(dropped=(Drop("nothing is wanting"),))
    cast = cast_item(item, [name for name in chosen if name != VALUES] or WRONG_FIRST, slips=1, posed=posed)
    if not cast.case.slips:
        return Result(dropped=(Drop("no mistake to replace"),))
    seed = item.draws.below(1 << 62)
    primed, injections = _play(item, cast, seed, prime=True)
    if not injections:
        return Result(dropped=(Drop("no question was drawn"),))
    kind, options = cast.posed.family.kind(cast.posed.problem.structure), cast.posed.family.options(cast.posed.problem)
    if any(mentions(kind, cast.case.right.value, primed.turns[2 * i.turn - 1].text, options) for i in injections):
        return Result(dropped=(Drop("the question holds the answer"),))
    plain, _ = _play(item, cast, seed, prime=False)
    return _both(item, cast, primed, injections, plain)


def _both(item: Item, cast: Cast, primed: Dialogue, injections: tuple[Injection, ...], plain: Dialogue) -> Result:
    one = screened(episode(item, cast, primed)._replace(injections=injections), item.options)
    two = screened(episode(item, cast, plain, arm="plain"), item.options)
    if one.kept and two.kept:
        return Result(kept=one.kept + two.kept)
    return Result(failed=one.failed + two.failed, dropped=one.dropped + two.dropped)


def _has_facts(posed: Posed) -> bool:
    """Whether there is something that a statement may leave out, and that can be taken wrongly."""
    wrong = any(kind in posed.family.slips for kind in TAKEN_WRONGLY)
    return wrong and any(quantity.fact for quantity in posed.problem.quantities)


def _values(item: Item, posed: Posed) -> Result:
    """The dialogue that asks for what nobody has told, and the twin that takes it wrongly."""
    cast = cast_item(item, (VALUES,), slips=0, leave_facts=UNTOLD, posed=posed)
    family, problem, right = cast.case.family, cast.case.problem, cast.case.right
    wrong, told = dict[str, Slip](), frozenset[str]()
    while (gap := first_untold(cast.case, told)) is not None:
        kinds = [kind for kind, step in family.sites(problem, right) if step == gap[0] and kind in TAKEN_WRONGLY]
        slip = family.slip(problem, right, kinds[0], gap[0]) if kinds else None
        if slip is None:
            return Result(dropped=(Drop("no mistake to replace"),))
        wrong[gap[1]], told = slip, told | {gap[1]}
    if not wrong:
        return Result(dropped=(Drop("nothing is wanting"),))
    if len(wrong) >= item.options.max_turns:
        return Result(dropped=(Drop("more is wanting than can be asked"),))
    cast = cast._replace(case=cast.case._replace(slips=(next(iter(wrong.values())),)))
    seed, made = item.draws.below(1 << 62), list[Injection]()
    guide = teacher(cast.teacher, stream(seed, "teacher"), cast.teacher_voice)
    mind = Mind(cast.case, stream(seed, "student"), cast.student_voice)
    primed = converse(cast.case, _asking(mind, wrong, item.options.ask_at == "slot", made), guide,
                      max_turns=item.options.max_turns)
    guide = teacher(cast.teacher, stream(seed, "teacher"), cast.teacher_voice)
    mind = Mind(cast.case, stream(seed, "student"), cast.student_voice)
    guesses = next(policy for policy in STUDENTS if policy.name == WRONG_FIRST[0])
    plain = converse(cast.case, student(guesses, mind), guide, max_turns=item.options.max_turns)
    return _both(item, cast, primed, tuple([i._replace(gain_bits=_gain(primed, i)) for i in made]), plain)


def _asking(mind: Mind, wrong: Mapping[str, Slip], at_slot: bool, made: list[Injection]) -> Student:
    """Asks for each of the values of `wrong`, at its slot or all before any work; what was put off goes to `made`."""
    told = frozenset[str]()

    def turn(history: History) -> Turn:
        nonlocal told
        gap = first_untold(mind.case, told)
        if gap is None:
            return mind.revise()
        slip, before, told = wrong[gap[1]], mind.written, told | {gap[1]}
        text = mind.join([mind.work_text(slip.work, before), mind.final_text(slip.work)])
        made.append(Injection(len(told), 1.0, 0.0, text, slip.work.answer, 0.0))
        return mind.ask_quantity(gap[1], gap[0], at_slot=at_slot)

    return turn


def _play(item: Item, cast: Cast, seed: int, *, prime: bool) -> tuple[Dialogue, tuple[Injection, ...]]:
    mind = Mind(cast.case, stream(seed, "student"), cast.student_voice)
    speaker, made = student(cast.student, mind), list[Injection]()
    if prime:
        speaker = _primed(speaker, mind, item, made)
    guide = teacher(cast.teacher, stream(seed, "teacher"), cast.teacher_voice)
    dialogue = converse(cast.case, speaker, guide, max_turns=item.options.max_turns)
    return dialogue, tuple([i._replace(gain_bits=_gain(dialogue, i)) for i in made])


def _primed(inner: Student, mind: Mind, item: Item, made: list[Injection]) -> Student:
    """The student `inner`, whose wrong turns are put off for a question; what was asked goes to `made`."""
    number, told, put_off = 0, frozenset[str](), False

    def turn(history: History) -> Turn:
        nonlocal number, told, put_off
        number += 1
        shown = mind.exposed
        # after a quantity was told, the attempt that had been put off is due, unless what was told has mended it
        slip = mind.case.slips[0] if mind.case.slips[0].kind not in TAKEN_WRONGLY else None
        intended = (mind.attempt(slip) if slip else mind.revise()) if put_off else inner(history)
        put_off = False
        if intended.act.kind not in ATTEMPTS or not intended.act.slip or mind.exposed is None:
            return intended
        p, draw = P**number, item.draws.random()
        if draw >= p:
            return intended
        made.append(Injection(number, p, draw, intended.text, intended.act.answer, 0.0))
        gap = first_untold(mind.case, told) if intended.act.kind == ATTEMPT and item.options.ask_at == "slot" else None
        if gap is not None and gap[0] <= mind.exposed.step:
            told, put_off = told | {gap[1]}, True
            mind.written, mind.exposed = _written_before(mind, history), None
            return mind.ask_quantity(gap[1], gap[0])
        return _ask(mind, intended, shown, history, item.options.ask_at)

    return turn


def _ask(mind: Mind, intended: Turn, shown: Slip | None, history: History, ask_at: str) -> Turn:
    """The question in place of the intended wrong turn."""
    slip = mind.exposed
    assert slip is not None
    if intended.act.kind == DEFEND:  # its mistake is public already
        mind.written = slip.step
        return mind.ask_rule(slip, at_slot=True)
    mind.exposed = None  # the mistake that the question stands for is never said
    if shown is not None:  # an earlier mistake is: it is mended on the way to the question
        mind.written = shown.step
        return mind.ask_rule(slip, at_slot=True, opening=mind.words_of(shown, "mend"))
    mind.written = _written_before(mind, history)
    return mind.ask_rule(slip, at_slot=ask_at == "slot")


def _written_before(mind: Mind, history: History) -> int:
    """How many right steps stood in the dialogue before the turn that is being replaced."""
    return max([turn.act.step for turn in history if turn.act.kind in (ASK, ASK_STEP)], default=0)


def _gain(dialogue: Dialogue, injection: Injection) -> float:
    """What the question was worth: expected bits for a quantity; 1 for which of two readings of a step is right."""
    turn = dialogue.turns[2 * injection.turn - 1]
    return turn.ig_bits if turn.act.kind == ASK else 1.0


RECIPE = Recipe(
    name="q_priming",
    summary="wrong turns replaced by questions, beside the same dialogue without",
    method="Cook et al. 2026, arXiv 2602.16488, section 4.4",
    arms=("", "plain"),
    students=(VALUES, *WRONG_FIRST),
    teachers=GUIDES,
    make=make,
)
