"""Views: a problem with some quantities hidden, and everything that follows from it, exactly.

A view is *determined* iff `solve` gives one answer over all completions of the hidden quantities; otherwise two
completions with two answers are its *witness pair*. A set of hidden quantities is *sufficient* iff being told them
settles the answer, whatever their values turn out to be. (QuestBench, 2503.22674 §3: k-sufficient sets.)

    >>> from tutelage.problems import family_named
    >>> from tutelage.draws import stream
    >>> family = family_named("shortest_path")
    >>> problem = family.draw(stream(1, "doc"), 1)
    >>> analyse(family, problem, all_names(problem)).determined
    True

All by one enumeration of the completions (at most `MOST_COMPLETIONS`), grouped in different ways; a completion that
`solve` refuses is no completion, since a statement promises exactly one answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import combinations, product
from math import log2, prod
from typing import NamedTuple

from tutelage.errors import NoAnswer, UsageError
from tutelage.problems.family import Family, all_names
from tutelage.values import Problem, Value

MOST_COMPLETIONS = 10_000


class Table(NamedTuple):
    """All completions of a view: the hidden names, and a row of their values with the answer that it leads to."""

    hidden: tuple[str, ...]
    rows: tuple[tuple[tuple[Value, ...], Value], ...]


class Analysis(NamedTuple):
    """What a view is worth. Lists follow the order of the problem's quantities."""

    determined: bool
    witness: tuple[Mapping[str, Value], Mapping[str, Value]] | None  # None iff determined
    k: int  # size of the smallest sufficient set; 0 iff determined
    sufficient: tuple[tuple[str, ...], ...]  # all minimal sufficient sets of hidden quantities; ((),) iff determined
    entropy: float  # of the answer, in bits, completions taken as equally likely
    gain: Mapping[str, float]  # expected information about the answer, in bits, of being told each hidden quantity


def tabulate(family: Family, problem: Problem, known: AbstractSet[str]) -> Table:
    """Enumerates the completions of the view that shows `known`.

    Raises UsageError for a name that the problem lacks, or where there are more than `MOST_COMPLETIONS`.
    """
    if unknown := set(known) - all_names(problem):
        raise UsageError(f"quantity {min(unknown)!r} is not one of {[q.name for q in problem.quantities]}")
    hidden = [q for q in problem.quantities if q.name not in known]
    if (size := prod(len(q.domain) for q in hidden)) > MOST_COMPLETIONS:
        raise UsageError(f"hiding {[q.name for q in hidden]} leaves {size} completions; hide fewer "
                         f"(at most {MOST_COMPLETIONS} completions)")
    names = tuple(q.name for q in hidden)
    values, rows = problem.values, []
    for choice in product(*(q.domain for q in hidden)):
        values.update(zip(names, choice, strict=True))
        try:
            rows.append((choice, family.solve(problem.structure, values)))
        except NoAnswer:
            continue
    return Table(names, tuple(rows))


def analyse(family: Family, problem: Problem, known: AbstractSet[str]) -> Analysis:
    """The exact analysis of the view of `problem` that shows the quantities `known`."""
    table = tabulate(family, problem, known)
    witness = _witness(table)
    sets = minimal_sufficient_sets(table) if witness else ((),)  # of a determined view: to be told nothing
    entropy = _entropy(Counter(answer for _, answer in table.rows))
    gain = {name: entropy - _entropy_given(table, i) for i, name in enumerate(table.hidden)}
    return Analysis(witness is None, witness, min(map(len, sets), default=0), sets, entropy, gain)


def minimal_sufficient_sets(table: Table) -> tuple[tuple[str, ...], ...]:
    """All minimal sufficient sets, by size, supersets pruned."""
    found: list[frozenset[int]] = []
    for size in range(len(table.hidden) + 1):
        for columns in combinations(range(len(table.hidden)), size):
            if not any(small <= set(columns) for small in found) and _settles(table, columns):
                found.append(frozenset(columns))
    return tuple(tuple(table.hidden[i] for i in sorted(columns)) for columns in found)


def essential(family: Family, problem: Problem) -> frozenset[str]:
    """Names of the quantities without which the answer is not determined: the answer's cone."""
    names = all_names(problem)
    return frozenset(n for n in names if _witness(tabulate(family, problem, names - {n})) is not None)


def _witness(table: Table) -> tuple[Mapping[str, Value], Mapping[str, Value]] | None:
    first = table.rows[0]
    for row in table.rows:
        if row[1] != first[1]:
            return (dict(zip(table.hidden, first[0], strict=True)), dict(zip(table.hidden, row[0], strict=True)))
    return None


def _settles(table: Table, columns: tuple[int, ...]) -> bool:
    seen: dict[tuple[Value, ...], Value] = {}
    return all(seen.setdefault(tuple([values[i] for i in columns]), answer) == answer for values, answer in table.rows)


def _entropy(counts: Mapping[Value, int]) -> float:
    total = sum(counts.values())
    return max(0.0, -sum(n / total * log2(n / total) for n in counts.values()))


def _entropy_given(table: Table, column: int) -> float:
    groups: dict[Value, Counter[Value]] = defaultdict(Counter)
    for values, answer in table.rows:
        groups[values[column]][answer] += 1
    return sum(sum(group.values()) / len(table.rows) * _entropy(group) for group in groups.values())
