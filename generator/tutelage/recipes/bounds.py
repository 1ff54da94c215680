"""How often an answer can be right at best, by what is told: exact, over all completions of a view.

    >>> from tutelage.problems import family_named
    >>> from tutelage.draws import stream
    >>> from tutelage.problems.views.tables import tabulate
    >>> family = family_named("quadratic_roots")
    >>> problem = family.draw(stream(1, "doc"), 1)
    >>> table = tabulate(family, problem, {"p"})
    >>> print(untold(table).ceiling, halved(table, "q").ceiling, settled(table).ceiling)
    1/9 1/2 1

Completions are equally likely. Whoever answers on x is right with probability max_y P(y | x) at best; before x is known
that is E[max_y P(y | x)], and what x supplies is the information I(answer; x) = H(answer) - H(answer | x).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from math import fsum, log2, prod
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.problems.views import Table

PAIR = 2  # values that a quantity may have after it was told in part


class Bound(NamedTuple):
    ceiling: Fraction  # E[max P(answer | what is told)]
    entropy: float  # H(answer | what is told), in bits


def untold(table: Table) -> Bound:
    """Where nothing is told."""
    counts = Counter([code for code in table.codes if code >= 0])
    return Bound(Fraction(max(counts.values()), sum(counts.values())), _bits(counts.values()))


def settled(table: Table) -> Bound:
    """Where all is told: there is one answer."""
    return Bound(Fraction(1), 0.0)


def halved(table: Table, name: str) -> Bound:
    """Where of one quantity two values are told, the true one and another that it can have, all others as likely."""
    counts = list(by_value(table, name).values())
    total, others = sum([sum(each.values()) for each in counts]), len(counts) - 1
    most, bits = 0, list[float]()
    for one, two in combinations(counts, PAIR):
        both = one + two
        most += max(both.values())
        bits.append(sum(both.values()) * _bits(both.values()))
    return Bound(Fraction(most, others * total), fsum(bits) / (others * total))


def by_value(table: Table, name: str) -> dict[int, Counter[int]]:
    """For the place of each value in the quantity's domain, how often which answer follows; values that have none are
    left out."""
    column = table.hidden.index(name)
    stride, size = prod(map(len, table.domains[column + 1:])), len(table.domains[column])
    found = dict[int, Counter[int]]()
    for number, code in enumerate(table.codes):
        if code >= 0:
            found.setdefault(number // stride % size, Counter())[code] += 1
    return found


def likeliest(table: Table, draws: Draws) -> int:
    """The number of a completion that leads to a most frequent answer: of equals any one, as it is drawn."""
    counts = Counter([code for code in table.codes if code >= 0])
    most = max(counts.values())
    code = draws.choice([code for code in sorted(counts) if counts[code] == most])
    return draws.choice(numbers_of(table, code))


def numbers_of(table: Table, code: int | None = None) -> Sequence[int]:
    """The numbers of the completions with this answer, or with any."""
    return [number for number, each in enumerate(table.codes) if (each == code if code is not None else each >= 0)]


def _bits(counts: Iterable[int]) -> float:
    numbers = list(counts)
    total = sum(numbers)
    return fsum([n * log2(total / n) for n in numbers]) / total
