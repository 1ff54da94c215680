"""What a view is worth: determination, sufficient sets, information, all by grouping one table's completions.

    >>> from tutelage.problems import family_named
    >>> from tutelage.draws import stream
    >>> family = family_named("linear_system")
    >>> problem = family.draw(stream(1, "doc"), 1)
    >>> view = analyse(family, problem, {"A"})
    >>> view.k, view.sufficient, expected_guesses(view)
    (1, (('B',),), 1.0)

A set S of hidden quantities is sufficient iff the pairs (values in S, answer) are as many as the values in S, so
each question is one pass over whole numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, compress
from math import comb, fsum, log2, prod
from operator import add
from typing import NamedTuple

from tutelage.errors import UsageError
from tutelage.problems.family import Family
from tutelage.problems.views.tables import MOST_COMPLETIONS, Narrowed, Table, tabulate
from tutelage.values import Problem, Value

SPAN = MOST_COMPLETIONS + 1  # group × SPAN + code: a pair of group and answer as one number
DIGITS = 12  # of what is measured in bits; what is left of it below that is rounding


class Analysis(NamedTuple):
    """What a view is worth. Lists follow the order of the problem's quantities."""

    determined: bool
    witness: tuple[Mapping[str, Value], Mapping[str, Value]] | None  # None iff determined
    k: int  # size of the smallest sufficient set; 0 iff determined
    sufficient: tuple[tuple[str, ...], ...]  # all minimal sufficient sets of hidden quantities; ((),) iff determined
    entropy: float  # of the answer, in bits, completions taken as equally likely
    gain: Mapping[str, float]  # expected information about the answer, in bits, of being told each open quantity


def analyse(family: Family, problem: Problem, known: AbstractSet[str], *, narrowed: Narrowed | None = None) -> Analysis:
    """The exact analysis of the view of `problem` that shows `known`; see `tabulate` for `narrowed` and errors."""
    return analyse_table(tabulate(family, problem, known, narrowed=narrowed))


def analyse_table(table: Table) -> Analysis:
    """The exact analysis of a table. Raises UsageError where no completion has an answer (a contradiction)."""
    view = _Answered(table)
    if len(view.counts) == 1:  # to be told nothing is enough
        return Analysis(True, None, 0, ((),), 0.0, {name: 0.0 for _, name in _open(table)})
    first = view.numbers[0]
    second = next(number for number in view.numbers if table.codes[number] not in (-1, table.codes[first]))
    sets = _minimal_sets(view)
    gain = {name: view.gain((column,)) for column, name in _open(table)}
    return Analysis(False, (table.completion(first), table.completion(second)), len(sets[0]), sets,
                    round(view.entropy, DIGITS), gain)


def minimal_sufficient_sets(table: Table) -> tuple[tuple[str, ...], ...]:
    """All minimal sufficient sets, by size, supersets pruned; ((),) where the table is determined."""
    return _minimal_sets(_Answered(table))


def smallest(table: Table) -> int:
    """The size of the smallest sufficient set; 0 where the table is determined."""
    return len(_minimal_sets(_Answered(table))[0])


def gain_of(table: Table, names: Sequence[str]) -> float:
    """Expected information about the answer, in bits (≥ 0), of being told all these hidden quantities; 0 for none."""
    return _Answered(table).gain(_columns(table, names))


def conditional_sufficiency(table: Table, most: int = 1) -> dict[tuple[str, ...], Fraction]:
    """For each set of 1..`most` hidden quantities, the chance that being told it settles the answer.

    Completions that have an answer are equally likely; a chance is 1 iff the set is sufficient. Raises UsageError
    where `most` is not in 1..the number of hidden quantities.
    """
    if not 1 <= most <= len(table.hidden):
        raise UsageError(f"most={most} is not in 1..{len(table.hidden)}, the number of hidden quantities")
    view, chances = _Answered(table), dict[tuple[str, ...], Fraction]()
    for size in range(1, most + 1):
        for columns in combinations(range(len(table.hidden)), size):
            chances[tuple([table.hidden[i] for i in columns])] = view.settled(columns)
    return chances


def expected_guesses(view: Analysis) -> float:
    """Expected number of tries until a sufficient set is found, trying the sets of k hidden quantities at random.

    (C(n,k) + 1) / (s + 1) for n open quantities, s of whose sets of size k are sufficient: the mean place of the
    first of s good ones in a random order. For k = 1 the brute force of QuestBench (2503.22674), (n + 1) / (s + 1).
    0.0 where the view is determined, since nothing need be asked.
    """
    if view.determined:
        return 0.0
    good = sum([len(names) == view.k for names in view.sufficient])
    return (comb(len(view.gain), view.k) + 1) / (good + 1)


class _Answered:
    """The completions of a table that have an answer, made ready for grouping."""

    __slots__ = ("codes", "counts", "entropy", "kept", "numbers", "paired", "sizes", "table")

    def __init__(self, table: Table) -> None:
        self.table, self.sizes = table, tuple(map(len, table.domains))
        self.paired = dict[tuple[int, ...], Counter[int]]()
        self.kept = [code >= 0 for code in table.codes] if -1 in table.codes else None
        self.codes = list(compress(table.codes, self.kept)) if self.kept else table.codes
        self.numbers = range(len(table.codes)) if not self.kept else \
            [number for number, kept in enumerate(self.kept) if kept]
        if not self.codes:
            raise UsageError(f"no values of {list(table.hidden)} have an answer: what is known contradicts itself; "
                             "know less, or narrow less")
        self.counts = Counter(self.codes)
        self.entropy = _bits(self.counts.values(), len(self.codes))

    def groups(self, columns: tuple[int, ...]) -> Sequence[int]:
        """For each completion, its group by the values in these columns, times SPAN."""
        found = _groups(self.sizes, columns)
        return list(compress(found, self.kept)) if self.kept else found

    def sizes_of(self, columns: tuple[int, ...]) -> Sequence[int]:
        """How many completions each group has."""
        if self.kept:
            return list(Counter(self.groups(columns)).values())
        groups = prod([self.sizes[column] for column in columns])
        return [len(self.codes) // groups] * groups

    def pairs(self, columns: tuple[int, ...]) -> Counter[int]:
        """How many completions each pair has of a group (times SPAN) and an answer."""
        if columns not in self.paired:
            self.paired[columns] = Counter(map(add, self.groups(columns), self.codes))
        return self.paired[columns]

    def settles(self, columns: tuple[int, ...]) -> bool:
        """Whether the values in these columns fix the answer."""
        return len(columns) == len(self.sizes) or len(self.pairs(columns)) == len(self.sizes_of(columns))

    def settled(self, columns: tuple[int, ...]) -> Fraction:
        """The chance that the values in these columns fix the answer."""
        pairs = self.pairs(columns)
        answers = Counter([pair // SPAN for pair in pairs])
        return Fraction(sum([n for pair, n in pairs.items() if answers[pair // SPAN] == 1]), len(self.codes))

    def gain(self, columns: tuple[int, ...]) -> float:
        """H(answer) − H(answer | columns) = H(answer) + H(columns) − H(answer, columns), in bits."""
        total = len(self.codes)
        found = (self.entropy, _bits(self.sizes_of(columns), total), -_bits(self.pairs(columns).values(), total))
        return max(0.0, round(fsum(found), DIGITS))


def _minimal_sets(view: _Answered) -> tuple[tuple[str, ...], ...]:
    if len(view.counts) == 1:
        return ((),)
    hidden, found = view.table.hidden, list[frozenset[int]]()
    for size in range(1, len(hidden) + 1):
        for columns in combinations(range(len(hidden)), size):
            if not any(small.issubset(columns) for small in found) and view.settles(columns):
                found.append(frozenset(columns))
    return tuple([tuple([hidden[i] for i in sorted(columns)]) for columns in found])


def _open(table: Table) -> list[tuple[int, str]]:
    """The columns whose values aren't known, with their names."""
    return [(i, name) for i, name in enumerate(table.hidden) if len(table.domains[i]) > 1]


def _columns(table: Table, names: Sequence[str]) -> tuple[int, ...]:
    if unknown := set(names) - set(table.hidden):
        raise UsageError(f"quantity {min(unknown)!r} is not hidden; hidden are {list(table.hidden)}")
    return tuple([i for i, name in enumerate(table.hidden) if name in names])


@lru_cache(maxsize=64)  # shapes are few: a family's domains are alike
def _groups(sizes: tuple[int, ...], columns: tuple[int, ...]) -> tuple[int, ...]:
    groups = [0]
    for column, size in enumerate(sizes):
        places = range(size) if column in columns else [0] * size
        width = size if column in columns else 1
        groups = [group * width + place for group in groups for place in places]
    return tuple([group * SPAN for group in groups])


def _bits(counts: Iterable[int], total: int) -> float:
    """Entropy in bits. Summed exactly, so that no order and no Python version makes a difference."""
    return log2(total) - fsum([n * log2(n) * times for n, times in Counter(counts).items()]) / total
