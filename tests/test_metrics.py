"""Every figure of an evaluation against counts that are made by hand, from letters instead of turns."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from statistics import fmean, quantiles, stdev

import pytest

from tutelage.live.evaluating import evaluated_text
from tutelage.live.metrics import Estimate, Outcome, measured
from tutelage.values import Act, Turn

TURNS = 5
Script = tuple[int, int, str, int, bool]  # item, run, letters, premises that are missing at first, leaked
ANSWERS = "rxyzb"  # r: the right answer; x, y, z: wrong ones; b: rightly says that it can't be answered
ASKS = "Qq"  # Q: worth something, q: worth nothing; t: talks


def scripts(seed: int) -> list[Script]:
    """Dialogues of 40 items, 1 to 4 runs each; a right answer ends one. A question worth something is answered."""
    draws, found = random.Random(seed), list[Script]()
    for item in range(40):
        missing = draws.choice((0, 0, 1, 2))
        for run in range(draws.choice((1, 2, 4))):
            letters = ""
            while len(letters) < TURNS and not letters.endswith(("r", "b")):
                letters += draws.choice("rxxyzQQqtb")
            found.append((item, run, letters, missing, draws.random() < 0.3))
    return found


def before(letters: str, missing: int) -> list[int]:
    """What is missing before each turn."""
    return [max(0, missing - letters[:place].count("Q")) for place in range(len(letters))]


def played(script: Script) -> Outcome:
    item, run, letters, missing, leaked = script
    kinds = {**dict.fromkeys("rxyz", "guess"), **dict.fromkeys("Qq", "ask"), "t": "explain", "b": "abstain"}
    turns = [Turn("teacher", Act("state"), "", k_after=missing)]
    for letter, k in zip(letters, before(letters, missing), strict=True):
        turns.append(Turn("student", Act(kinds[letter], answer=letter), letter, correct=letter in "rb", k_after=k,
                          ig_bits=1.0 if letter == "Q" else 0.0))
        turns.append(Turn("teacher", Act("hint"), "", k_after=max(0, missing - letters.count("Q"))))
    return Outcome(item, run, tuple(turns[:-1]), leaked)


def share(values: Iterable[float]) -> float:
    return fmean(list(values))


def right(letters: str) -> bool:
    return letters[-1] in "rb"


def answers(letters: str) -> str:
    return "".join([letter for letter in letters if letter in ANSWERS])


def counted(found: list[Script]) -> dict[str, float]:
    texts, lacking = [script[2] for script in found], [script for script in found if script[3]]
    answered = [text for text in texts if answers(text)]
    wrong = [text for text in answered if answers(text)[0] in "xyz"]
    pairs = [pair for text in answered for pair in zip(answers(text), answers(text)[1:], strict=False)]
    asked = [letter for script in lacking for letter in script[2] if letter in ASKS]
    return {
        "first_right": share(answers(text)[0] in "rb" for text in answered),
        "recovery": share(right(text) for text in wrong),
        "repeats": share(one == other for one, other in pairs),
        "req": share(script[2][0] in ASKS for script in lacking),
        "req_acc": share(right(script[2]) and any(letter in ASKS for letter in script[2]) for script in lacking),
        "targeted": share(letter == "Q" for letter in asked),
        "over_ask": share(any(letter in ASKS for letter in script[2]) for script in found if not script[3]),
        "premature": share(any(letter in "rxyz" and k for letter, k in zip(script[2], before(script[2], script[3]),
                                                                           strict=True)) for script in lacking),
        "leak_free": share(right(script[2]) for script in found if not script[4]),
        "leaky": share(right(script[2]) for script in found if script[4])}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_is_what_a_count_gives(seed: int) -> None:
    found = scripts(seed)
    figures = measured([played(script) for script in found], TURNS)
    wanted = counted(found)
    assert {name: figures[name].value for name in wanted} == pytest.approx(wanted)
    assert all(figures[name].low < figures[name].value < figures[name].high for name in wanted)
    by_turn = [share(right(text) and len(text) <= turn for _, _, text, _, _ in found) for turn in range(1, TURNS + 1)]
    assert [each.value for each in figures["accuracy_by_turn"]] == pytest.approx(by_turn)
    assert set(figures) == {*wanted, "accuracy_by_turn", "p", "a90", "u90_10"}


@pytest.mark.parametrize("seed", [4, 5])
def test_figures_over_runs(seed: int) -> None:
    """Of items with several runs: the mean, and deciles as `statistics` has them."""
    found = scripts(seed)
    runs = [[float(right(text)) for item, _, text, _, _ in found if item == each] for each in range(40)]
    several = [scores for scores in runs if len(scores) > 1]
    deciles = [quantiles(scores, n=10, method="inclusive") for scores in several]
    wanted = {"p": [share(scores) for scores in several], "a90": [each[8] for each in deciles],
              "u90_10": [each[8] - each[0] for each in deciles]}
    figures = measured([played(script) for script in found], TURNS)
    for name, values in wanted.items():
        half = 1.96 * stdev(values) / len(values) ** 0.5
        assert figures[name] == pytest.approx((fmean(values), max(0.0, fmean(values) - half),
                                               min(1.0, fmean(values) + half), len(values)))


def test_the_ends_of_an_interval_are_just_so_far_from_the_share() -> None:
    """Wilson's: from each end the share is 1.96 standard errors of that end. One dialogue an item, so n − 1 trials."""
    found = [played((item, 0, "r" if item % 3 else "x", 0, False)) for item in range(50)]
    value, low, high, number = measured(found, 1)["accuracy_by_turn"][0]
    assert number == 50
    for end in (low, high):
        assert abs(value - end) == pytest.approx(1.96 * (end * (1 - end) / 49) ** 0.5)


def test_what_there_is_nothing_to_measure_on_is_none() -> None:
    figures = measured([played((0, 0, "t", -1, False))], 1)
    assert {name for name, each in figures.items() if each != Estimate(None)} == {"accuracy_by_turn", "leak_free"}


def test_the_table_has_every_figure() -> None:
    made: Callable[[Estimate], dict[str, object]] = Estimate.to_json  # type: ignore[assignment]
    figures = measured([played(script) for script in scripts(1)], TURNS)
    by_turn = [made(each) for each in figures.pop("accuracy_by_turn")]
    arm = {"accuracy_by_turn": by_turn, **{name: made(each) for name, each in figures.items()}}
    student = {"model": "tiny", "requests": 3, "cached": 1}
    text = evaluated_text({"arms": {"main": arm}, "turns": TURNS, "items": 40, "runs": 4, "failed": [],
                           "participants": {"student": student}})
    for name in figures:
        assert f"\n{name.replace('_', ' ')} " in text
    assert f"{figures['recovery'].value:.3f} ({figures['recovery'].low:.3f}–" in text
    assert "right by turn 5" in text
