"""Six ways to spoil a good question, each by one field, and the rule that accepts what comes of it.

ALFA (Li et al. 2025, arXiv 2502.14860, section 3.2) has a model rewrite a question so that it is worse in one attribute
and the same in the others, and has a model verify that the attribute did go down; whether others moved too is not
asked. Here both are computed: a pair is accepted iff its own attribute falls by at least `LEAST` and no other moves by
more than `MOST`. A pair that fails is *collateral* where another attribute moved, and *small* where its own didn't.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.problems.family import Family
from tutelage.problems.logic import line_up
from tutelage.problems.logic.line_up_logic import orders_with
from tutelage.problems.logic.line_up_words import read_clue
from tutelage.problems.reading.answers import numbers_in
from tutelage.talk.options import RESULT
from tutelage.talk.questions import ANSWER, NAMES, Attributes, Question, Scene, rests_on, together
from tutelage.talk.references import kind, vague
from tutelage.values import Problem, Value

LEAST = 0.25  # tau: what the pair's own attribute falls by at least
MOST = 0.05  # epsilon: what each other attribute moves at most
SLACK = 1e-9  # sums of logarithms may differ by that on either side of a bound
HIDDEN_FIRST = 0.6  # share of the distractors that are hidden ones, where there are such
FALSE_CHOICE = 0.3  # share of the guesses that offer two values
WITH_RESULTS = ("word_problem", "rates", "parts", "units", "scores")  # their steps have names to ask for them by
NARROW = 0.75  # share of the vague references that are of the narrowest kind

Make = Callable[[Scene, Question, Draws], Question | None]


class Operator(NamedTuple):
    name: str
    attribute: str  # the one that it spoils
    field: str  # of the question, the one that it changes
    summary: str
    make: Make  # None where the scene has nothing to spoil it with


class Verdict(NamedTuple):
    accepted: bool
    note: str  # why not: "small", or "collateral: " and what else moved


def judge(attribute: str, good: Attributes, worse: Attributes) -> Verdict:
    """Whether a pair differs in this attribute, enough, and in no other."""
    moved = {name: one - two for name, one, two in zip(NAMES, good, worse, strict=True)}
    others = [name for name in NAMES if name != attribute and abs(moved[name]) > MOST + SLACK]
    if others:
        return Verdict(False, f"collateral: {', '.join(others)}")
    return Verdict(True, "") if moved[attribute] >= LEAST - SLACK else Verdict(False, "small")


def blur(scene: Scene, good: Question, draws: Draws) -> Question | None:
    """Speaks of the target by words that fit others too."""
    found = vague(scene.case.problem, good.targets[0])
    if not found:
        return None
    first = [reference for reference in found if kind(reference) == kind(found[0])]
    return good._replace(asks_for=draws.choice(first if draws.chance(NARROW) else found))


def widen(scene: Scene, good: Question, draws: Draws) -> Question | None:
    """Asks for more besides: what is told already, or what the answer does not hang on, as far as there is such."""
    problem = scene.case.problem
    idle = [name for name in _askable(scene, good) if name not in scene.open
            or not scene.worth((name,))]
    others = idle or [name for name in _askable(scene, good) if name in scene.open]
    if not others:
        return None
    more = draws.sample(others, min(len(others), draws.between(1, 3)))
    order = {quantity.name: place for place, quantity in enumerate(problem.quantities)}
    names = sorted([*good.targets, *more], key=order.__getitem__)
    return good._replace(targets=tuple(names if draws.chance(0.5) else draws.shuffled(names)))


def ask_unknowable(scene: Scene, good: Question, draws: Draws) -> Question | None:
    """Asks for what the user can't know: the answer itself, or a result on the way to it that would tell as much."""
    worth = scene.worth(good.targets)
    unknown = scene.case.view.unknowable if scene.case.view else frozenset[str]()
    names = [*_results(scene, good.targets[0]), ANSWER, *[name for name in scene.open if name in unknown]]
    alike = [name for name in names if abs(scene.worth((name,)) - worth)
             <= MOST * scene.entropy]
    first = [name for name in alike if name != ANSWER]
    return good._replace(targets=(draws.choice(first if first and draws.chance(0.6) else alike or names),))


def distract(scene: Scene, good: Question, draws: Draws) -> Question | None:
    """Asks for what tells nothing about the answer: a hidden aside, or a premise that has been told."""
    told = [name for name in _askable(scene, good) if name not in scene.open]
    aside = [name for name in _askable(scene, good) if name in scene.open
             and not scene.worth((name,))]
    names = aside if aside and (not told or draws.chance(HIDDEN_FIRST)) else told
    return good._replace(targets=(draws.choice(names),)) if names else None


def presuppose(scene: Scene, good: Question, draws: Draws) -> Question | None:
    """Takes a value for granted that is not the one that was told: of the premise that it recalls, or of another."""
    problem = scene.case.problem
    if good.presuppositions:
        name = good.presuppositions[0][0]
    elif (chosen := recallable(scene, good, draws)) is not None:
        name = chosen
    else:
        return None
    values = _false_values(problem, name)
    return good._replace(presuppositions=((name, draws.choice(values)),)) if values else None


def anchor(scene: Scene, good: Question, draws: Draws) -> Question | None:
    """Suggests a value, or a choice of two, for what it asks for. Who asks knows none, so each is as likely."""
    quantity = scene.case.problem.quantity(good.targets[0])
    values = draws.sample(quantity.domain, 2 if draws.chance(FALSE_CHOICE) and len(quantity.domain) > 3 else 1)
    values.sort(key=quantity.domain.index)
    if len({said_as(scene.case.family, scene.case.problem, quantity.name, value) for value in values}) < len(values):
        return None
    return good._replace(value_guess=tuple(values))


OPERATORS: tuple[Operator, ...] = (
    Operator("blur", "clarity", "asks_for", "speaks of the target by words that fit several quantities", blur),
    Operator("widen", "focus", "targets", "asks for further things at the same time", widen),
    Operator("unknowable", "answerability", "targets", "asks for the answer, or for a result on the way to it",
             ask_unknowable),
    Operator("distractor", "relevance", "targets", "asks for what the answer does not hang on, or what was told",
             distract),
    Operator("presuppose", "accuracy", "presuppositions", "takes a wrong value for granted", presuppose),
    Operator("anchor", "avoid_bias", "value_guess", "suggests a value, or two", anchor),
)
ATTRIBUTE_OF = {operator.name: operator.attribute for operator in OPERATORS}


def recallable(scene: Scene, good: Question, draws: Draws, *, near: bool = False) -> str | None:
    """A told premise that a question can recall, by preference one that its target is worked together with.

    None where nothing that has other values has been told; `near`: nothing that is worked together with the target.
    """
    problem, steps = scene.case.problem, scene.case.right.steps
    told = [q.name for q in problem.quantities if q.name not in scene.open and not q.fact and q.name not in good.targets
            and len(q.domain) > 1]
    used = [name for name in told if any(name in step.uses for step in steps)]
    close = [name for name in told if together(scene.case, name, good.targets[0])]
    names = close if near else close or used or told
    return draws.choice(names) if names else None


def _false_values(problem: Problem, name: str) -> list[Value]:
    """The values that contradict what is the case: all others, but of a clue only what no order allows beside it.

    "Not on Thursday" is another clue than "on Monday" and holds all the same.
    """
    quantity = problem.quantity(name)
    others = [value for value in quantity.domain if value != quantity.value]
    if problem.family != line_up.NAME:
        return others
    names = problem.structure["names"]

    def orders(value: Value) -> int:
        return orders_with(len(names), read_clue(value, names))

    every = reduce(and_, [orders(each.value) for each in problem.quantities])
    return [value for value in others if not orders(value) & every or value[0] == "aside"]  # type: ignore[index]


def said_as(family: Family, problem: Problem, name: str, value: Value) -> str:
    """The sentence that states the quantity with this value."""
    quantity = problem.quantity(name)
    own = family.words(problem, quantity).sentence
    if value == quantity.value:
        return own
    other = family.words(problem, quantity._replace(value=value)).sentence
    if other != own:
        return other
    posed = family.pose(problem.structure, {**problem.values, name: value}, problem.level)  # claims and clues
    return family.words(posed, posed.quantity(name)).sentence


def _askable(scene: Scene, good: Question) -> Sequence[str]:
    """The premises that the user knows, but for the targets and what the question recalls."""
    problem, barred = scene.case.problem, {*good.targets, *[name for name, _ in good.presuppositions]}
    unknown = scene.case.view.unknowable if scene.case.view else frozenset[str]()
    return [name for name in scene.nameable if name not in barred | unknown and not problem.quantity(name).fact]


def _results(scene: Scene, target: str) -> list[str]:
    """Results that rest, of all that is open, on the target alone, and on something besides: plain numbers."""
    case, found = scene.case, []
    if case.family.name not in WITH_RESULTS:
        return []
    for step in case.right.steps[:-1]:
        rests = rests_on(case.right, step.name)
        if rests & set(scene.open) == {target} and len(rests) > 1 and step.value and \
                len(numbers_in(step.value)) == 1 and scene.result(RESULT + step.name) is not None:
            found.append(RESULT + step.name)
    return found
