"""Rewards are pure functions of typed turns: their formulas, their names, and that none looks ahead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage import rewards
from tutelage.errors import UsageError
from tutelage.rewards import REWARDS, Played, reward_named
from tutelage.values import Act, Turn

KINDS = ("attempt", "ask", "abstain", "empty", "talk", "check")


def played(*acts: tuple[str, bool, int], missing: tuple[str, ...] = (), done: bool = True) -> Played:
    """A dialogue of student turns (act, correct, what was missing before it); questions are for what is missing."""
    turns = [Turn("teacher", Act("state"), "", k_after=acts[0][2])]
    for kind, correct, k in acts:
        act = Act("ask", missing[0] if missing else "known") if kind == "ask" else Act(kind, answer="7")
        turns += [Turn("student", act, "", correct, k_after=k), Turn("teacher", Act("hint"), "", k_after=k)]
    return Played(tuple(turns), missing, done)


RIGHT_SECOND = played(("attempt", False, 0), ("attempt", True, 0))
ASKS = played(("ask", False, 1), ("attempt", True, 0), missing=("price",))
GUESSES = played(("attempt", True, 1), missing=("price",))


@pytest.mark.parametrize(("name", "dialogue", "expected"), [
    ("binary", RIGHT_SECOND, [0, 1]), ("binary", GUESSES, [1]), ("grounded", GUESSES, [0]), ("grounded", ASKS, [0, 1]),
    ("discounted", RIGHT_SECOND, [0, 0.7]), ("discounted", played(*[("talk", False, 0)] * 3, ("attempt", True, 0)),
                                             [0, 0, 0, 0.343]),
    ("req", ASKS, [1, 0]), ("req", GUESSES, [0]), ("req", RIGHT_SECOND, [1, 0]), ("req_acc", ASKS, [0, 1]),
    ("req_acc", GUESSES, [0]), ("req_acc", RIGHT_SECOND, [0, 1]),
    ("req_acc", played(("ask", False, 0), ("attempt", True, 0)), [0, 0]),
    ("askbench", ASKS, [1, 1]), ("askbench", GUESSES, [-2]), ("askbench", RIGHT_SECOND, [-1, 1]),
    ("askbench", played(("ask", False, 2), ("talk", False, 2), ("ask", False, 0), missing=("a", "b")), [0.8, -0.8, -2]),
    ("askbench", played(("empty", False, 1), missing=("a",)), [-2]),
    ("gril", ASKS, [0.3, 0.7]), ("gril", GUESSES, [-0.3]), ("gril", RIGHT_SECOND, [0, 0.75]),
    ("gril", played(("ask", False, 0), ("attempt", True, 0)), [-1, 1]),
    ("gril", played(("talk", False, 1), ("ask", False, 1), ("attempt", True, 0), missing=("a",)), [0, 0.09, 0.7]),
    ("gril", played(("ask", False, 1), ("ask", False, 0), missing=("a",)), [0.3, -1.4]),
])
def test_formulas(name: str, dialogue: Played, expected: list[float]) -> None:
    assert reward_named(name).of(dialogue) == pytest.approx(expected)


def test_returns_to_go() -> None:
    """γ^(T−t): the last turn is credited in full, the first one least; nothing where nothing was right."""
    assert rewards.returns_to_go(RIGHT_SECOND) == pytest.approx([0.7, 1])
    assert rewards.returns_to_go(played(("attempt", False, 0))) == (0,)


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.booleans(), st.integers(-1, 2)), min_size=1, max_size=6),
       st.sampled_from(((), ("price",), ("price", "count"))))
def test_no_reward_looks_ahead(acts: list[tuple[str, bool, int]], missing: tuple[str, ...]) -> None:
    """What was paid for a turn stays paid: a dialogue's rewards begin with those of its beginnings."""
    for reward in REWARDS:
        whole = reward.of(played(*acts, missing=missing, done=False))
        assert len(whole) == len(acts)
        for size in range(1, len(acts)):
            assert reward.of(played(*acts[:size], missing=missing, done=False)) == whole[:size]


def test_names() -> None:
    assert len({reward.name for reward in REWARDS}) == len(REWARDS)
    with pytest.raises(UsageError, match="askbench"):
        reward_named("ask_bench")
