"""Conversations about one statement that lacks something, which differ in what is asked: the siblings of an item.

A question policy makes a plan: what is asked for, question after question. A plan is played with words (`questions`),
and ends with an answer that rests on nothing but what was told (`closing`). Siblings are played with the same draws, so
those whose plans begin alike have the same words up to there, and at the first question in which they differ stand
several after one history.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.problems.views.credit import Credit
from tutelage.talk import candidates as say
from tutelage.talk.acts import ASK, STATE
from tutelage.talk.candidates import DISTRACTOR, GOOD, REDUNDANT
from tutelage.talk.case import Case, first_untold
from tutelage.talk.converse import Teacher
from tutelage.talk.mind import Mind
from tutelage.talk.seekers import next_gap
from tutelage.talk.statements import statement_of
from tutelage.values import Act, Turn

BOTH = "both"  # asks for two things that are needed at once
SEVERAL = "several"  # asks for several things at once, not all of which are needed
KINDS = (GOOD, BOTH, SEVERAL, REDUNDANT, DISTRACTOR)
MOST_ROUNDS = 3  # questions of one conversation, as in the original

Plan = tuple[tuple[str, ...], ...]  # for each question the quantities that it asks for


class Scene(NamedTuple):
    """What can be asked for before a statement."""

    case: Case
    credit: Credit
    needed: tuple[str, ...]  # hidden, and the answer hangs on them; in the order in which the work comes to them
    asides: tuple[str, ...]  # the answer does not hang on them; hidden ones first
    stated: tuple[str, ...]  # told by the statement, and the answer hangs on them

    def open(self, told: Collection[str]) -> list[str]:
        """What is needed and was not told."""
        return [name for name in self.needed if name not in told]

    def kind(self, names: Sequence[str], told: Collection[str]) -> str:
        """What a question for these quantities is once `told` is told."""
        new = [name for name in names if name in self.open(told)]
        if len(names) > 1:
            return BOTH if len(new) == len(names) else SEVERAL
        return GOOD if new else DISTRACTOR if names[0] in self.asides and names[0] not in told else REDUNDANT


class QuestionPolicy(NamedTuple):
    name: str
    summary: str
    plan: Callable[[Scene, Draws, int], Plan]  # at most so many questions; () where it can't ask as it would
    weight: float  # share of the draws
    thorough: bool = False  # asks for all that is needed, given three questions


def in_order(scene: Scene, draws: Draws, rounds: int) -> Plan:
    """Asks for what the next line of the work needs, and then for the next."""
    return tuple([(name,) for name in scene.needed[:rounds]])


def greedy(scene: Scene, draws: Draws, rounds: int) -> Plan:
    """Asks for what is expected to tell most about the answer."""
    plan, told = list[tuple[str, ...]](), set[str]()
    while len(plan) < rounds and scene.open(told):
        name = max(scene.open(told), key=lambda each: scene.credit.gain(told, [each]))  # the first of equals
        plan.append((name,))
        told.add(name)
    return tuple(plan)


def two_at_once(scene: Scene, draws: Draws, rounds: int) -> Plan:
    """Asks for two of the things that are needed in one turn."""
    names = scene.needed
    return tuple([names[i:i + 2] for i in range(0, len(names), 2)])[:rounds] if len(names) > 1 else ()


def random(scene: Scene, draws: Draws, rounds: int) -> Plan:
    """Asks for anything that can be asked for: hidden or stated, of use or not."""
    known = [name for name in (*scene.stated, *scene.asides) if name in scene.case.known]
    hidden = [name for name in (*scene.needed, *scene.asides) if name not in scene.case.known]
    pool = draws.shuffled([*hidden, *draws.sample(known, min(len(known), len(hidden)))])
    return _until_all(scene, [(name,) for name in pool[:rounds]])


def wanders(scene: Scene, draws: Draws, rounds: int) -> Plan:
    """Begins with a question that need not be asked, and then asks for what the work needs."""
    first = _needless(scene, draws, 1)
    return (*first, *in_order(scene, draws, rounds - 1)) if first and rounds > 1 else ()


def distracted(scene: Scene, draws: Draws, rounds: int) -> Plan:
    """Asks only for things that have nothing to do with the answer."""
    return tuple([(name,) for name in draws.shuffled(scene.asides)[:rounds]])


def redundant(scene: Scene, draws: Draws, rounds: int) -> Plan:
    """Asks for what the statement tells, or for what it was told a moment ago."""
    if rounds > 1 and draws.chance(0.4):
        name = scene.needed[0]
        return ((name,), (name,), *[(other,) for other in scene.needed[1:]])[:rounds]
    return tuple([(name,) for name in draws.shuffled(scene.stated)[:min(rounds, 2)]])


def over_asks(scene: Scene, draws: Draws, rounds: int) -> Plan:
    """Asks for several things at once, one of which is needed."""
    plan, spare = list[tuple[str, ...]](), draws.shuffled([*scene.stated, *scene.asides])
    for name in scene.needed[:rounds]:
        more, spare = spare[:draws.between(1, 2)], spare[2:]
        plan.append(tuple([each for each in scene.case.problem.values if each in (name, *more)]))
    return tuple(plan) if len(plan[0]) > 1 else ()


def _needless(scene: Scene, draws: Draws, count: int) -> Plan:
    pool = scene.asides if scene.asides and draws.chance(0.6) else scene.stated or scene.asides
    return tuple([(name,) for name in draws.sample(pool, min(count, len(pool)))])


def _until_all(scene: Scene, questions: Sequence[tuple[str, ...]]) -> Plan:
    """The questions up to the one after which nothing is open."""
    told = set[str]()
    for number, names in enumerate(questions):
        if not scene.open(told):
            return tuple(questions[:number])
        told.update(names)
    return tuple(questions)


ASKERS: tuple[QuestionPolicy, ...] = (
    QuestionPolicy("in_order", "asks for what the next line needs", in_order, 0.18, thorough=True),
    QuestionPolicy("greedy", "asks for what tells most about the answer", greedy, 0.16, thorough=True),
    QuestionPolicy("two_at_once", "asks for two needed things in one turn", two_at_once, 0.06, thorough=True),
    QuestionPolicy("random", "asks for anything, of use or not", random, 0.18),
    QuestionPolicy("wanders", "begins with a question that need not be asked", wanders, 0.16),
    QuestionPolicy("distracted", "asks only for what does not matter", distracted, 0.1),
    QuestionPolicy("redundant", "asks for what it could know", redundant, 0.08),
    QuestionPolicy("over_asks", "asks for several things at once, one of them needed", over_asks, 0.08),
)


def needed_in_order(case: Case, hidden: Sequence[str]) -> tuple[str, ...]:
    """The hidden quantities that the work uses, in the order in which it comes to them."""
    order = list[str]()
    while (gap := first_untold(case, frozenset(order))) is not None:
        order.append(gap[1])
    return tuple([name for name in order if name in hidden])


# --- words -----------------------------------------------------------------------------------------------------------

def questions(scene: Scene, plan: Plan, mind: Mind, user: Teacher) -> list[Turn]:
    """The statement, and each question of the plan with its reply."""
    case, told = mind.case, set[str]()
    turns = [Turn("teacher", Act(STATE), statement_of(case))]
    for number, names in enumerate(plan):
        turns.append(_question(scene, mind, names, told, number))
        turns.append(user(case, turns))
        told.update([name for name in names if name not in case.known])
    return turns


def _question(scene: Scene, mind: Mind, names: tuple[str, ...], told: Collection[str], number: int) -> Turn:
    kind, name, gap = scene.kind(names, told), names[0], next_gap(mind, frozenset(told))
    if kind == DISTRACTOR:
        return say.distractor_question(mind, name)
    if kind == REDUNDANT:
        return say.redundant_question(mind, name, told=name in told)
    step = gap[0] if gap is not None and gap[1] == name and kind != SEVERAL else None
    done = mind.work_text(mind.case.right, mind.written, step) if step is not None else ""
    if not done and number and kind == GOOD:  # the second question is no beginning
        return _asks(names, step, mind.say("student/siblings", "next", {"question": mind.question(name)}))
    if kind == GOOD:
        return say.good_question(mind, name, step)
    mind.written = mind.written if step is None else max(mind.written, step)
    if kind == BOTH:
        fields = {"one": mind.question(names[0]), "two": mind.question(names[1])}
        return _asks(names, step, mind.join([done, mind.say("student/siblings", "both", fields)]))
    text = " ".join([mind.question(each) for each in names])
    return _asks(names, None, mind.say("student/siblings" if number else "student/missing",
                                       "several_more" if number else "several", {"question": text}))


def _asks(names: Sequence[str], step: int | None, text: str) -> Turn:
    return Turn("student", Act(ASK, names[0], step=-1 if step is None else step, also=tuple(names[1:])), text)
