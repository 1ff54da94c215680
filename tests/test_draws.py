"""The laws of randomness by name (design: law 1): a stream is its path, and the numbers are the same for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.draws import Draws, stream

PATHS = st.tuples(st.integers(0, 2**63 - 1), st.lists(st.one_of(st.text(max_size=5), st.integers()), max_size=4))
WIDE = 1 << 62
PERMUTATIONS = ["".join(letters) for letters in permutations("abcd")]
ORDERED_PAIRS = ["".join(letters) for letters in permutations("abcd", 2)]


def numbers(draws: Draws, count: int = 64) -> list[int]:
    return [draws.below(WIDE) for _ in range(count)]


def is_uniform(counts: Sequence[int], shares: Sequence[float]) -> bool:
    """Pearson's chi-square against the shares, at about one in a hundred thousand (Wilson-Hilferty)."""
    total, free = sum(counts), len(counts) - 1
    square = sum((count - total * share) ** 2 / (total * share) for count, share in zip(counts, shares, strict=True))
    limit: float = free * (1 - 2 / (9 * free) + 4.3 * (2 / (9 * free)) ** 0.5) ** 3
    return square < limit


@given(PATHS)
def test_a_stream_is_a_function_of_its_path(path: tuple[int, list[str | int]]) -> None:
    """The same path gives the same numbers, however much was drawn elsewhere in between."""
    seed, names = path
    first = stream(seed, *names)
    expected = numbers(first, 8)
    numbers(stream(seed + 1, *names), 3)
    assert numbers(stream(seed, *names), 8) == expected
    assert numbers(first, 8) != expected


@given(PATHS, PATHS)
def test_different_paths_differ(one: tuple[int, list[str | int]], two: tuple[int, list[str | int]]) -> None:
    """Two different paths give different numbers: names are not run together, and 1 is not "1"."""
    assert (numbers(stream(one[0], *one[1]), 4) == numbers(stream(two[0], *two[1]), 4)) == (one == two)


def test_paths_that_look_alike_differ() -> None:
    """The border between names counts, and the kind of a name."""
    paths: list[tuple[str | int, ...]] = [("ab", "c"), ("a", "bc"), ("abc",), ("a", "b", "c"), (1,), ("1",), (1, 1),
                                          (11,), (), ("",), ("a, 'b'",), ("a", "b")]
    assert len({numbers(stream(0, *path), 1)[0] for path in paths}) == len(paths)


def test_neighbours_share_nothing() -> None:
    """Neighbouring seeds, rows and attempts have no number in common, at any offset (as `seed + i` would)."""
    streams = [stream(seed, "sml", row, attempt) for seed in range(8) for row in range(8) for attempt in range(4)]
    drawn = [numbers(draws) for draws in streams]
    assert len({number for each in drawn for number in each}) == sum(map(len, drawn))


def test_neighbours_are_not_correlated() -> None:
    """The first draws of neighbouring rows are uniform together: pairs fill a 10 × 10 board evenly."""
    first = [stream(5, "sml", row).below(10) for row in range(20_001)]
    pairs = Counter(pairwise(first))
    assert is_uniform([pairs[a, b] for a in range(10) for b in range(10)], [0.01] * 100)


@given(st.integers(), st.integers(1, 10**9), st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_bounds(seed: int, n: int, low: int, width: int) -> None:
    """below(n) is in 0..n-1, between(low, high) in low..high, random() in [0, 1); chance 0 and 1 are certain."""
    draws = stream(seed, "bounds")
    assert 0 <= draws.below(n) < n
    assert low <= draws.between(low, low + width) <= low + width
    assert 0 <= draws.random() < 1
    assert not draws.chance(0)
    assert draws.chance(1)


def test_ends_are_reached() -> None:
    """Both ends of between, and nothing but them for a range of two; one value where the ends are equal."""
    draws = stream(1, "ends")
    assert {draws.between(3, 5) for _ in range(200)} == {3, 4, 5}
    assert {draws.between(-1, 0) for _ in range(100)} == {-1, 0}
    assert draws.between(7, 7) == 7
    assert {draws.below(1) for _ in range(10)} == {0}


@given(st.integers(), st.lists(st.integers(), max_size=12), st.data())
def test_shuffled_and_sample_keep_the_items(seed: int, items: list[int], data: st.DataObject) -> None:
    """shuffled is a permutation; sample has k of the items, each at most as often as it is there."""
    before, k = list(items), data.draw(st.integers(0, len(items)))
    assert Counter(stream(seed, "shuffled").shuffled(items)) == Counter(items)
    sample = stream(seed, "sample").sample(items, k)
    assert len(sample) == k
    assert not Counter(sample) - Counter(items)
    assert items == before


@pytest.mark.parametrize(
    ("draw", "shares"),
    [
        (lambda d: d.below(6), [1 / 6] * 6),
        (lambda d: d.between(0, 6), [1 / 7] * 7),
        (lambda d: int(d.chance(0.3)), [0.7, 0.3]),
        (lambda d: d.choice(range(5)), [0.2] * 5),
        (lambda d: d.weighted(range(4), [1, 2, 3, 4]), [0.1, 0.2, 0.3, 0.4]),
        (lambda d: d.weighted(range(3), [0.5, 0.25, 0.25]), [0.5, 0.25, 0.25]),
        (lambda d: PERMUTATIONS.index("".join(d.shuffled("abcd"))), [1 / 24] * 24),
        (lambda d: ORDERED_PAIRS.index("".join(d.sample("abcd", 2))), [1 / 12] * 12),
    ],
    ids=["below", "between", "chance", "choice", "weighted", "weighted halves", "shuffled", "sample"],
)
def test_uniform(draw: Callable[[Draws], int], shares: list[float]) -> None:
    """Each outcome comes as often as it should, within one stream and over the first draws of many."""
    one = stream(9, "uniform")
    for streams in ([one] * 6_000, [stream(9, "uniform", i) for i in range(6_000)]):
        counts = Counter(draw(draws) for draws in streams)
        assert set(counts) == set(range(len(shares)))
        assert is_uniform([counts[i] for i in range(len(shares))], shares)


def test_the_chi_square_can_fail() -> None:
    """A lean of one in twenty at 6,000 draws is seen, so the tests above mean something."""
    leaning = Counter(int(stream(9, "lean", i).random() ** 1.1 * 6) for i in range(6_000))
    assert not is_uniform([leaning[i] for i in range(6)], [1 / 6] * 6)


def test_weight_zero_never_comes() -> None:
    """An item of weight 0 is never drawn, be it first, in the middle or last."""
    draws = stream(2, "zero")
    assert {draws.weighted("abcde", [0, 1, 0, 2, 0]) for _ in range(500)} == {"b", "d"}


GOLDEN_BELOW = [759, 244, 370, 862, 865, 810]
GOLDEN_BETWEEN = [-4, 3, -4, 4, -1, 4]
GOLDEN_SHUFFLED = "fghdeacb"
GOLDEN_SAMPLE = "gfc"
GOLDEN_WEIGHTED = "xzyyyzxx"
GOLDEN_CHANCE = [False, False, True, False, True, True, True, False]
GOLDEN_RANDOM = 0.9280834937483281
GOLDEN_BARE = 4293329405378734592
GOLDEN_FAR = 764674470609415168


def test_golden() -> None:
    """The first draws are frozen: a dataset must come out the same in every version of Python and of tutelage."""
    draws = stream(7, "sml", 12, 0)
    assert [draws.below(1000) for _ in range(6)] == GOLDEN_BELOW
    assert [draws.between(-5, 5) for _ in range(6)] == GOLDEN_BETWEEN
    assert "".join(draws.shuffled("abcdefgh")) == GOLDEN_SHUFFLED
    assert "".join(draws.sample("abcdefgh", 3)) == GOLDEN_SAMPLE
    assert [draws.weighted("xyz", [1, 2, 3]) for _ in range(8)] == list(GOLDEN_WEIGHTED)
    assert [draws.chance(0.5) for _ in range(8)] == GOLDEN_CHANCE
    assert draws.random() == GOLDEN_RANDOM
    assert stream(0).below(WIDE) == GOLDEN_BARE
    assert stream(2**63 - 1, "é", -1).below(WIDE) == GOLDEN_FAR
