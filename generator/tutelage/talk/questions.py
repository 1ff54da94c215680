"""Typed questions, and how good they are: six attributes, each a number in 0..1, computed and never judged.

The attributes are those of ALFA (Li et al. 2025, arXiv 2502.14860, section 3), which has a model judge each of them
from the words. Here a question is typed first and its words are a rendering of it (`talk.asking_words`), so each
attribute is a short formula over the type and the completions of what is not known yet:

    >>> from tutelage.problems import family_named
    >>> from tutelage.problems.views import tabulate
    >>> from tutelage.draws import stream
    >>> from tutelage.talk.case import Case, View
    >>> family = family_named("word_problem")
    >>> problem = family.draw(stream(1, "doc"), 1)
    >>> names = [quantity.name for quantity in problem.quantities]
    >>> case = Case(family, problem, family.work(problem), frozenset(names[1:]), (), View("missing"))
    >>> scene = Scene(case, tabulate(family, problem, case.known))
    >>> print(score(scene, Question((names[0],))))
    Attributes(relevance=1.0, focus=1.0, answerability=1.0, clarity=1.0, accuracy=1.0, avoid_bias=1.0)
    >>> print(score(scene, Question((names[0], names[1]))).focus)
    0.5

What one may ask for besides premises: the answer itself (`ANSWER`) and results of the worked solution ("=" and the
step's name). A user knows premises and not what follows from them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from math import fsum, log2, prod
from typing import NamedTuple

from tutelage.errors import NoAnswer, UsageError
from tutelage.problems.views import Table
from tutelage.talk.case import Case
from tutelage.talk.options import RESULT
from tutelage.talk.references import fits, nameable
from tutelage.values import Value, Work

ANSWER = RESULT  # the name of a target: what the problem asks for
ACQUIESCENCE = 0.5  # chance that an acquiescent user agrees with what is suggested, whatever is the case
DIGITS = 12  # of what is measured in bits; what is left below that is rounding
OPEN, YES_NO, CHOICE = "open", "yes_no", "choice"


class Question(NamedTuple):
    """What a question does, before any words. Each operator (`talk.operators`) changes one field of it."""

    targets: tuple[str, ...]  # what it asks for, at least one: quantities, `ANSWER`, results ("=s1")
    value_guess: tuple[Value, ...] = ()  # values that it suggests for the first target; () none
    presuppositions: tuple[tuple[str, Value], ...] = ()  # quantities with the values that it takes for granted
    asks_for: str = ""  # the vague reference (`talk.references`) that stands for the targets; "": they are named
    phrasing: int = 0  # picks among wordings: questions that share it share all words but for what differs

    @property
    def form(self) -> str:
        """How it wants to be answered: open, yes_no (one value is suggested), choice (several are)."""
        return (OPEN, YES_NO, CHOICE)[min(len(self.value_guess), 2)]


class Attributes(NamedTuple):
    """How good a question is, each 0 (bad) to 1."""

    relevance: float
    focus: float
    answerability: float
    clarity: float
    accuracy: float
    avoid_bias: float


NAMES = Attributes._fields


class Scene:
    """Where a question is asked: the case, and the completions of all that has been told so far."""

    def __init__(self, case: Case, table: Table) -> None:
        self.case, self.table = case, table
        self.numbers = [number for number, code in enumerate(table.codes) if code >= 0]  # completions with an answer
        self._columns = dict[str, Sequence[Hashable]]()
        self._results = dict[str, list[Hashable] | None]()
        self._worth = dict[tuple[str, ...], float]()

    @cached_property
    def answers(self) -> list[int]:
        """The code of the answer in each completion: equal iff the answers are."""
        return [self.table.codes[number] for number in self.numbers]

    @cached_property
    def entropy(self) -> float:
        """Of the answer, in bits, completions equally likely."""
        return bits(self.answers)

    @cached_property
    def open(self) -> tuple[str, ...]:
        """The quantities that can still have several values."""
        pairs = zip(self.table.hidden, self.table.domains, strict=True)
        return tuple([name for name, domain in pairs if len(domain) > 1])

    @cached_property
    def nameable(self) -> tuple[str, ...]:
        """The quantities that can be asked for by words that no other shares."""
        return nameable(self.case.family, self.case.problem)

    def worth(self, targets: tuple[str, ...]) -> float:
        """Expected information about the answer of being told all these, in bits."""
        if targets not in self._worth:
            columns = self.replies(targets)
            both = bits(list(zip(columns, self.answers, strict=True)))
            self._worth[targets] = max(0.0, round(self.entropy + bits(columns) - both, DIGITS))
        return self._worth[targets]

    def replies(self, targets: Sequence[str]) -> list[tuple[Hashable, ...]]:
        """The true reply to a question for these in each completion."""
        return list(zip(*[self.column(name) for name in targets], strict=True))

    def column(self, name: str) -> Sequence[Hashable]:
        """What a target would be answered with in each completion: of a quantity the place of its value in its domain.

        Raises UsageError for no such target.
        """
        if name not in self._columns:
            self._columns[name] = self._column(name)
        return self._columns[name]

    def _column(self, name: str) -> Sequence[Hashable]:
        if name == ANSWER:
            return self.answers
        if name.startswith(RESULT):
            found = self.result(name)
            if found is None:
                raise UsageError(f"{name!r} is no step that every completion's solution has")
            return found
        if name in self.table.hidden:
            place = self.table.hidden.index(name)
            size, stride = len(self.table.domains[place]), prod(map(len, self.table.domains[place + 1:]))
            return [number // stride % size for number in self.numbers]
        if name not in {quantity.name for quantity in self.case.problem.quantities}:
            raise UsageError(f"{name!r} is not a quantity of the problem")
        return [0] * len(self.numbers)  # told: the same throughout

    def said(self, name: str, value: Value) -> Hashable:
        """A value of a target as `column` has it; itself where the target can't have it."""
        if name in self.table.hidden:
            domain = self.table.domains[self.table.hidden.index(name)]
            return domain.index(value) if value in domain else value
        return value

    def result(self, name: str) -> list[Hashable] | None:
        """A step's result in each completion, as written; None where some solution lacks the step.

        Worked once for each choice of the premises that the step rests on, since others leave it as it is.
        """
        if name not in self._results:
            self._results[name] = self._worked(name.removeprefix(RESULT))
        return self._results[name]

    def _worked(self, step: str) -> list[Hashable] | None:
        case, rests = self.case, rests_on(self.case.right, step)
        what = next(each.what for each in case.right.steps if each.name == step)
        seen, column = dict[tuple[Hashable, ...], str | None](), list[Hashable]()
        keys = self.replies([name for name in self.table.hidden if name in rests]) or [()] * len(self.numbers)
        for number, key in zip(self.numbers, keys, strict=True):
            if key not in seen:
                told = {**case.problem.values, **self.table.completion(number)}
                try:
                    work = case.family.work(case.family.pose(case.problem.structure, told, case.problem.level))
                except NoAnswer:  # a solution from a file has no words for some values
                    return None
                seen[key] = next((each.value for each in work.steps if (each.name, each.what) == (step, what)), None)
            if seen[key] is None:
                return None
            column.append(seen[key])
        return column


def rests_on(work: Work, step: str) -> frozenset[str]:
    """The premises that a step uses, directly or by way of earlier steps."""
    uses, found, steps = [step], set[str](), {each.name: each for each in work.steps}
    while uses:
        name = uses.pop()
        if name in steps:
            uses += steps[name].uses
        else:
            found.add(name)
    return frozenset(found)


def together(case: Case, one: str, two: str) -> bool:
    """Whether two premises have to do with each other: some step uses both, each itself or by the step right before it.

    In puzzles all do: each line of a deduction rests on one claim or clue, and on all that is known by then.
    """
    uses = {step.name: step.uses for step in case.right.steps}
    if case.family.domain == "logic":
        return any(one in names for names in uses.values())
    for names in uses.values():
        near = {*names, *[premise for name in names for premise in uses.get(name, ())]}
        if one in near and two in near:
            return True
    return False


# --- the attributes ---------------------------------------------------------------------------------------------------


def score(scene: Scene, question: Question) -> Attributes:
    """All six. Raises UsageError where the question asks for nothing, or for what the problem doesn't have."""
    if not question.targets:
        raise UsageError("a question asks for something; give at least one target")
    return Attributes(relevance(scene, question), focus(question), answerability(scene, question),
                      clarity(scene, question), accuracy(scene, question), avoid_bias(scene, question))


def relevance(scene: Scene, question: Question) -> float:
    """Expected information about the answer of a true reply, as a share of what is open about it.

    I(reply; answer) / H(answer), both in bits over the completions, equally likely. 0 where nothing is open. What
    counts is what the reply would tell, whether or not the user can give it: that is answerability.
    """
    if not scene.entropy:
        return 0.0
    return round(min(1.0, scene.worth(question.targets) / scene.entropy), DIGITS)


def focus(question: Question) -> float:
    """1 / number of things asked for."""
    return 1 / len(question.targets)


def answerability(scene: Scene, question: Question) -> float:
    """Share of the targets that the user knows: premises, but for those of `View.unknowable`; never a result."""
    unknown = scene.case.view.unknowable if scene.case.view else frozenset[str]()
    known = [not name.startswith(RESULT) and name not in unknown for name in question.targets]
    return sum(known) / len(known)


def clarity(scene: Scene, question: Question) -> float:
    """Chance that who picks at random among the quantities that the words fit picks one that is meant.

    For one target 1 / number of quantities that the reference fits; 1 where the targets are named. 0 where the
    reference fits none of them.
    """
    if not question.asks_for:
        return 1.0
    found = fits(scene.case.problem, question.asks_for)
    meant = [name for name in question.targets if name in found]
    return len(meant) / len(found) if found else 0.0


def accuracy(scene: Scene, question: Question) -> float:
    """Share of what the question takes for granted that holds; 1 where it takes nothing for granted."""
    values = scene.case.problem.values
    holds = [values[name] == value for name, value in question.presuppositions]
    return sum(holds) / len(holds) if holds else 1.0


def avoid_bias(scene: Scene, question: Question) -> float:
    """Share of the expected information that is left when the user acquiesces: 1 - what is lost / what there was.

    An acquiescent user agrees, with the chance `ACQUIESCENCE`, with what the question suggests, whatever is the case:
    with each suggested value equally often. Else the reply is true (a wrong guess is put right). The asker can't tell
    an honest yes from a polite one. So with A for the reply of such a user and R for a true one this is
    I(A; answer) / I(R; answer). 1 where nothing is suggested, or where a true reply would tell nothing.
    """
    if not question.value_guess:
        return 1.0
    honest = scene.worth(question.targets)
    if not honest:
        return 1.0
    weights = defaultdict[tuple[Hashable, Hashable], float](float)
    polite = ACQUIESCENCE / len(question.value_guess)
    suggested = [scene.said(question.targets[0], value) for value in question.value_guess]
    for (reply, answer), n in Counter(zip(scene.replies(question.targets), scene.answers, strict=True)).items():
        weights[reply, answer] += (1 - ACQUIESCENCE) * n
        for value in suggested:
            weights[(value, *reply[1:]), answer] += polite * n
    return round(min(1.0, _mutual(weights) / honest), DIGITS)


# --- information ------------------------------------------------------------------------------------------------------


def bits(values: Sequence[Hashable]) -> float:
    """Entropy of values that are equally likely, in bits. Summed exactly, so that no order makes a difference."""
    total = len(values)
    return log2(total) - fsum([n * log2(n) for n in Counter(values).values()]) / total


def _mutual(weights: Mapping[tuple[Hashable, Hashable], float]) -> float:
    """I(first; second), in bits, of pairs with these weights."""
    one, two = defaultdict[Hashable, list[float]](list), defaultdict[Hashable, list[float]](list)
    for (first, second), weight in weights.items():
        one[first].append(weight)
        two[second].append(weight)
    return _entropy([fsum(each) for each in one.values()]) + _entropy([fsum(each) for each in two.values()]) \
        - _entropy(list(weights.values()))


def _entropy(weights: Sequence[float]) -> float:
    total = fsum(weights)
    return log2(total) - fsum([weight * log2(weight) for weight in weights if weight]) / total
