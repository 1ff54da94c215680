"""The last words of a conversation, from what was told and nothing else.

Who was told all that it takes gives the right answer. Who was not says what can be said: between which bounds the
answer lies, which few answers are left, or for want of what it stays open; or answers on an assumption that it names.
STaR-GATE adds such responses to its training set so that a model that has learned to ask still answers (Andukuri et
al. 2024, arXiv 2403.19154, section 3); there they are sampled, and may make use of what nobody said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.errors import NoAnswer
from tutelage.problems.family import Family
from tutelage.problems.views import Table
from tutelage.talk import candidates as say
from tutelage.talk.acts import ABSTAIN, ASSUME
from tutelage.talk.case import Case
from tutelage.talk.mind import Mind
from tutelage.talk.seekers import next_gap
from tutelage.talk.siblings import Scene
from tutelage.talk.statements import sayable
from tutelage.values import Act, Turn, Value, Work

RIGHT = "right"  # the answer, worked out from what was told
BOUNDS = "bounds"  # the least and the greatest answer that is possible
FEW = "few"  # all answers that are possible, two or three
OPEN = "open"  # what is missing
ASSUMED = "assumed"  # an answer on values that it names and nobody told
ENDINGS = (RIGHT, BOUNDS, FEW, OPEN, ASSUMED)
ASSUMING = 0.3  # chance of an answer on an assumption, where it can be said
TRIES = 4  # worlds drawn for it
MOST_NAMED = 3  # answers that are told one by one


class Closing(NamedTuple):
    turn: Turn
    ending: str
    names: tuple[str, ...] = ()  # the answers that it names as possible: the bounds, or all


def closing(scene: Scene, mind: Mind, told: Collection[str], draws: Draws) -> Closing:
    """The last turn after these hidden quantities were told.

    What is needed matters even when all else is told, so the answer is settled only when nothing is open any more.
    """
    if not scene.open(told):
        turn = say.right_answer(mind)
        return Closing(turn._replace(correct=True), RIGHT)
    gap = next_gap(mind, frozenset(told))
    assert gap is not None
    step = gap[0]
    part = scene.credit.part(frozenset([name for name in told if name in scene.credit.truth]))
    if draws.chance(ASSUMING) and (turn_ := _assumed(scene, mind, told, part, step, draws)) is not None:
        return Closing(turn_, ASSUMED)
    return _open(scene, mind, told, part, step)


def phrase_of(case: Case, names: Collection[str], mind: Mind) -> str:
    """One, two or three quantities as a noun phrase."""
    phrases = [case.family.words(case.problem, case.problem.quantity(name)).phrase for name in names]
    if len(phrases) == 1:
        return phrases[0]
    key = "list_two" if len(phrases) == 2 else "list_three"
    return mind.say("student/siblings", key, dict(zip(("one", "two", "three"), phrases, strict=False)))


def answers_left(table: Table) -> dict[Value, int]:
    """The answers that are possible, each with the first completion that has it."""
    first = dict[int, int]()
    for number, code in enumerate(table.codes):
        if code >= 0:
            first.setdefault(code, number)
    return {table.value(table.keys[code]): number for code, number in first.items()}


def broken(value: Value) -> bool:
    """Whether a fraction stands in an answer."""
    return isinstance(value, Fraction) or (isinstance(value, tuple) and any(map(broken, value)))


def work_in(case: Case, values: Mapping[str, Value]) -> Work | None:
    """The right work if these quantities had these values; None where there are no words for it."""
    problem = case.problem
    try:
        return case.family.work(case.family.pose(problem.structure, {**problem.values, **values}, problem.level))
    except NoAnswer:
        return None


def _open(scene: Scene, mind: Mind, told: Collection[str], part: Table, step: int) -> Closing:
    """What can be said without what is missing."""
    case, missing = mind.case, scene.open(told)
    names, ending = tuple[str, ...](), OPEN
    if not mind.programs:
        names, ending = _possible(case, part)
    done = mind.work_text(case.right, mind.written, step)
    act = Act(ABSTAIN, missing[0], step=step, also=tuple(missing[1:]))
    if not names:
        shown = _shown(mind, missing, part)
        fields = {"phrase": phrase_of(case, missing, mind), **shown}
        text = mind.say("student/siblings", "open_many", fields) if len(missing) > 1 else \
            mind.say("student/missing", "abstain_shown" if shown else "abstain", fields)
        return Closing(Turn("student", act, mind.join([done, text])), OPEN)
    key = "range" if ending == BOUNDS else "two" if len(names) == 2 else "three"
    if ending == FEW and any("," in name for name in names):
        key += "_apart"  # an order of names runs into the next one
    places = ("low", "high") if ending == BOUNDS else ("first", "second", "third")
    fields = {"phrase": phrase_of(case, missing, mind), **dict(zip(places, names, strict=False))}
    return Closing(Turn("student", act, mind.join([done, mind.say("student/siblings", key, fields)])), ending, names)


def _shown(mind: Mind, missing: Sequence[str], part: Table) -> dict[str, str]:
    """Two values of what is missing, as sentences, and the answers that they lead to; {} where that can't be said."""
    case, seen = mind.case, dict[str, str]()
    if mind.programs or len(missing) > 1 or not sayable(case.family, case.problem, missing[0]):
        return {}
    for number in mind.draws.shuffled([number for number, code in enumerate(part.codes) if code >= 0]):
        value = part.completion(number)[missing[0]]
        work = work_in(case, {missing[0]: value})
        if work is None or broken(work.value) or work.answer in seen:
            continue
        seen[work.answer] = say.sentence_of(case.family, case.problem, missing[0], value).rstrip(".")
        if len(seen) == 2:
            (first, one), (second, two) = seen.items()
            return {"one": one, "two": two, "first": first, "second": second}
    return {}


def _possible(case: Case, part: Table) -> tuple[tuple[str, ...], str]:
    """The answers that are left, all or the least and the greatest, and which of the two it is; () for neither."""
    left, number = answers_left(part), case.family.kind(case.problem.structure) == "number"
    chosen = sorted(left) if number else [*left]
    ending = FEW
    if len(chosen) > MOST_NAMED:
        chosen, ending = [chosen[0], chosen[-1]] if number else [], BOUNDS
    if any(map(broken, chosen)):
        return (), ending  # nobody says "from 7/2 to 19/2 coins"
    works = [work_in(case, part.completion(left[value])) for value in chosen]
    names = [work.answer for work in works if work is not None]
    if len(names) < len(chosen):
        return (), ending
    return tuple(names if number else sorted(names)), ending


def _assumed(scene: Scene, mind: Mind, told: Collection[str], part: Table, step: int, draws: Draws) -> Turn | None:
    """An answer on values drawn from all that could be, which it names; None where they can't be said.

    None, too, where the drawn ones happen to lead to the right answer: it would be right without having been told.
    """
    case, missing = mind.case, scene.open(told)
    if mind.programs or not all(sayable(case.family, case.problem, name) for name in missing):
        return None
    possible = [number for number, code in enumerate(part.codes) if code >= 0]
    for _ in range(TRIES):
        number = draws.choice(possible)
        values = part.completion(number)
        taken = {name: values[name] for name in missing}
        work = work_in(case, taken)
        if work is None or broken(work.value):  # eleven coins and a half nobody would assume
            continue
        if part.codes[number] == scene.credit.code:
            return None
        return _supposing(mind, case.family, taken, work, step)
    return None


def _supposing(mind: Mind, family: Family, taken: Mapping[str, Value], work: Work, step: int) -> Turn:
    case = mind.case
    sentence = " ".join([say.sentence_of(family, case.problem, name, value) for name, value in taken.items()])
    fields = {"phrase": phrase_of(case, taken, mind), "sentence": sentence}
    parts = [mind.work_text(case.right, min(mind.written, step), step), mind.say("student/siblings", "suppose", fields),
             mind.work_text(work, step), mind.say("student/siblings", "final_supposed", {"answer": work.answer})]
    names = list(taken)
    act = Act(ASSUME, names[0], 0, work.answer, step=step, also=tuple(names[1:]))
    return Turn("student", act, mind.join(parts))
