"""What is measured of played dialogues, with 95 % confidence intervals.

    >>> from tutelage.values import Act, Turn
    >>> told, wrong = Turn("teacher", Act("state"), "…", k_after=0), Turn("student", Act("guess", answer="3"), "3")
    >>> right = Turn("student", Act("guess", answer="4"), "4", correct=True)
    >>> hint = Turn("teacher", Act("hint"), "No.")
    >>> found = measured([Outcome(0, 0, (told, wrong, hint, right)), Outcome(1, 0, (told, right))], turns=2)
    >>> found["accuracy_by_turn"][0].value, found["accuracy_by_turn"][1].value, found["recovery"].value
    (0.5, 1.0, 1.0)

A share is a sum over dialogues divided by another, and dialogues about one item are not independent, so its variance is
that of a ratio estimator over items (Cochran 1977, §6.3). The interval is Wilson's with the number of independent
trials that would have this variance: it stays within 0..1, and is not of no width where all or none succeed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import fsum, sqrt
from typing import Any, NamedTuple

from tutelage.evaluate import n_run_metrics
from tutelage.talk.acts import ABSTAIN, ASK, ASK_CONFLICT, ATTEMPTS
from tutelage.values import Turn

Z = 1.96  # of 95 %
ASKS = frozenset({ASK, ASK_CONFLICT})


class Outcome(NamedTuple):
    """A dialogue that was played to its end."""

    item: int
    run: int  # which dialogue about the item, from 0
    turns: tuple[Turn, ...]  # with verdicts and what was known after each
    leaked: bool = False  # whether a teacher's turn gave the answer away

    @property
    def students(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.role == "student"]

    @property
    def solved(self) -> int:
        """The number of the student turn that was right, from 1; 0: none was."""
        return next((number for number, turn in enumerate(self.students, start=1) if turn.correct), 0)

    @property
    def open(self) -> bool | None:
        """Whether the statement leaves the answer open; None where it asks about something else."""
        return None if (k := self.turns[0].k_after) < 0 else k > 0


class Estimate(NamedTuple):
    """A figure with its interval. None where there is nothing to measure it on."""

    value: float | None
    low: float | None = None
    high: float | None = None
    number: int = 0  # of what it is a share of: dialogues, questions, wrong answers

    def to_json(self) -> dict[str, float | int | None]:
        return {name: round(each, 6) if isinstance(each, float) else each for name, each in self._asdict().items()}


Figures = dict[str, Any]  # name -> Estimate, or a list of them by turn


def measured(outcomes: Sequence[Outcome], turns: int) -> Figures:
    """The figures of some dialogues of at most `turns` student turns each.

    accuracy_by_turn  share that is right in turn 1, by turn 2, …, by the last
    first_right       share of the dialogues with an answer whose first answer is right
    recovery          of those whose first answer is wrong, the share that ends right
    repeats           of the answers after a wrong one, the share that are the wrong one again
    req, req_acc      of open dialogues: the share in which the first turn asks; that asks at all and ends right
    targeted          of the questions in open dialogues, the share worth something about the answer (`ig_bits` > 0)
    over_ask          of the dialogues that tell all, the share that asks for a quantity all the same
    premature         of open dialogues, the share with an answer before the answer was determined
    leak_free, leaky  accuracy over the dialogues in which no teacher's turn gave the answer away; in which one did
    p, a90, u90_10    mean over items of the runs' mean, 90th percentile, and spread from 10th to 90th (2505.06120)
    """
    lacking = [each for each in outcomes if each.open]
    return {
        "accuracy_by_turn": [_share(outcomes, lambda each, by=by: (0 < each.solved <= by, 1))  # type: ignore[misc]
                             for by in range(1, turns + 1)],
        "first_right": _share(outcomes, lambda each: _first(each, right=True)),
        "recovery": _share(outcomes, lambda each: _first(each, right=False)),
        "repeats": _share(outcomes, _repeats),
        "req": _share(lacking, lambda each: (each.students[0].act.kind in ASKS, 1)),
        "req_acc": _share(lacking, lambda each: (_asks(each) > 0 and each.solved > 0, 1)),
        "targeted": _share(lacking, lambda each: (_asks(each, worth=True), _asks(each))),
        "over_ask": _share([each for each in outcomes if each.open is False], lambda each: (_asks(each) > 0, 1)),
        "premature": _share(lacking, lambda each: (_premature(each), 1)),
        "leak_free": _share([each for each in outcomes if not each.leaked], lambda each: (each.solved > 0, 1)),
        "leaky": _share([each for each in outcomes if each.leaked], lambda each: (each.solved > 0, 1)),
        **_over_runs(outcomes),
    }


def difference(one: Estimate, other: Estimate) -> Estimate:
    """One figure less another, each interval's half taken as its error; None where either is None."""
    if one.value is None or other.value is None or one.low is None or other.low is None:
        return Estimate(None)
    assert one.high is not None
    assert other.high is not None
    value, half = one.value - other.value, sqrt((one.high - one.low) ** 2 + (other.high - other.low) ** 2) / 2
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), min(one.number, other.number))


def _share(outcomes: Iterable[Outcome], count: Callable[[Outcome], tuple[float, float]]) -> Estimate:
    """The sum of the first numbers over the sum of the second, over all outcomes."""
    good, all_, items = Counter[int](), Counter[int](), set[int]()
    for each in outcomes:
        part, whole = count(each)
        if whole:
            good[each.item] += part  # type: ignore[assignment]
            all_[each.item] += whole  # type: ignore[assignment]
            items.add(each.item)
    total, n = fsum(all_.values()), len(items)
    if not total:
        return Estimate(None)
    value = fsum(good.values()) / total
    spread = fsum([(good[item] - value * all_[item]) ** 2 for item in items])
    variance = n / (n - 1) * spread / total**2 if n > 1 else 0.0
    trials = value * (1 - value) / variance if variance > 0 else float(n)
    return Estimate(value, *_wilson(value, trials), int(total))


def _wilson(value: float, trials: float) -> tuple[float, float]:
    """Wilson's interval for a share of so many independent trials."""
    middle = (value + Z * Z / (2 * trials)) / (1 + Z * Z / trials)
    half = Z * sqrt(value * (1 - value) / trials + Z * Z / (4 * trials * trials)) / (1 + Z * Z / trials)
    return max(0.0, middle - half), min(1.0, middle + half)


def _over_runs(outcomes: Sequence[Outcome]) -> Figures:
    """P, A90, U90_10 over items with two runs or more; the interval is that of a mean over items."""
    scores: dict[str, list[float]] = {}
    for each in outcomes:
        scores.setdefault(str(each.item), []).append(float(each.solved > 0))
    scores = {item: runs for item, runs in scores.items() if len(runs) > 1}
    if not scores:
        return {name: Estimate(None) for name in ("p", "a90", "u90_10")}
    items = [n_run_metrics({item: runs}) for item, runs in scores.items()]
    return {name: _mean([getattr(each, name) for each in items]) for name in ("p", "a90", "u90_10")}


def _mean(values: Sequence[float]) -> Estimate:
    n, value = len(values), fsum(values) / len(values)
    half = Z * sqrt(fsum([(each - value) ** 2 for each in values]) / (n - 1) / n) if n > 1 else 0.0
    return Estimate(value, max(0.0, value - half), min(1.0, value + half), n)


def _answers(each: Outcome) -> list[Turn]:
    return [turn for turn in each.students if turn.act.kind in ATTEMPTS or (turn.act.kind == ABSTAIN and turn.correct)]


def _first(each: Outcome, *, right: bool) -> tuple[float, float]:
    answers = _answers(each)
    if not answers:
        return 0, 0
    if right:
        return answers[0].correct, 1
    return each.solved > 0 and not answers[0].correct, not answers[0].correct


def _repeats(each: Outcome) -> tuple[float, float]:
    answers = _answers(each)
    after = [(before, turn) for before, turn in pairwise(answers) if not before.correct]
    return sum(before.act.answer == turn.act.answer for before, turn in after), len(after)


def _asks(each: Outcome, *, worth: bool = False) -> int:
    return sum(turn.act.kind in ASKS and (turn.ig_bits > 0 or not worth) for turn in each.students)


def _premature(each: Outcome) -> bool:
    """Whether it answers while something is missing; a student turn's `k_after` is what was missing before it."""
    return any(turn.act.kind in ATTEMPTS and turn.k_after != 0 for turn in each.students)
