"""What a turn is worth in the long run: dynamic programming over everything that one can come to know, exactly.

A belief is the completions of a view that agree with what was told, all equally likely. Whoever answers in belief b is
right with probability s(b), the share of its most frequent answer. With costs of asking and w questions left,

    V_0(b) = s(b)     Q_w(b, q) = E_o[V_{w-1}(b, q told as o) - cost(q, o)]     V_w(b) = max(s(b), max_q Q_w(b, q)).

V does not decrease in w. A turn that asks is worth Q_{w+1}: w questions, the window, may follow it. This is the
multi-turn-aware reward of CollabLLM (Wu et al. 2025, arXiv 2502.00640, section 3) with the expectation over the futures
taken exactly where the original samples three of them.

    >>> from tutelage.problems import family_named
    >>> from tutelage.draws import stream
    >>> from tutelage.problems.views.tables import tabulate
    >>> family = family_named("quadratic_roots")
    >>> table = tabulate(family, family.draw(stream(1, "doc"), 1), {"p"})
    >>> values = Values(table, {"q": [400] * 9}, 2)  # to ask for q costs 0.04
    >>> print(values.answer({}), values.value({}), values.choice({}))
    1/9 24/25 q

Costs are whole numbers of 1/`UNIT`, and a belief is worth its value times its completions: a whole number again, so
nothing is rounded and what is equal is equal. A belief reached by being told values is the set of what was told, so
all beliefs that tell the same quantities are one array, and all their values come from one sum over its axes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import isqrt, prod
from typing import Any, NamedTuple

import numpy as np

from tutelage.errors import UsageError
from tutelage.problems.views.tables import Table
from tutelage.values import Value

UNIT = 10_000
ANSWER = -1  # the choice to answer

Ints = np.ndarray[Any, np.dtype[np.int64]]
Columns = tuple[int, ...]  # in rising order


class Asked(NamedTuple):
    """A turn that asks for quantities, hidden ones or others."""

    names: tuple[str, ...]  # those that are hidden and were not told; () where the reply tells nothing new
    fixed: int  # what it costs whatever the reply, in 1/UNIT
    typed: Mapping[str, Sequence[int]]  # for each of `names` what the reply costs, for each value of its domain
    most: int  # more than this a turn never costs


class Returns(NamedTuple):
    """What came of a turn in each world that could be: value minus costs, in 1/UNIT, when one goes on by the plan."""

    worlds: Ints  # numbers of the completions, rising
    values: Ints

    @property
    def mean(self) -> Fraction:
        return Fraction(int(self.values.sum()), UNIT * len(self.values))

    @property
    def deviation(self) -> float:
        """Standard deviation over the worlds."""
        n, total, squares = len(self.values), int(self.values.sum()), int((self.values * self.values).sum())
        return isqrt((n * squares - total * total) * 10**8 // (n * n)) / 10**4 / UNIT

    def at(self, worlds: Sequence[int]) -> list[int]:
        """In some of the worlds, in 1/UNIT."""
        found: list[int] = self.values[np.searchsorted(self.worlds, worlds)].tolist()
        return found


class Values:
    """The values of all beliefs that a table's quantities can lead to, worked out as they are asked for.

    `asking` holds for each hidden quantity, and for each value of its domain, the cost of asking for it alone and being
    told that value, in 1/UNIT (≥ 0); `window` (≥ 1) is the number of questions that may follow a turn. Raises
    UsageError for a window below 1, costs that don't fit the domains, and a table without an answer.
    """

    def __init__(self, table: Table, asking: Mapping[str, Sequence[int]], window: int) -> None:
        if window < 1:
            raise UsageError(f"window={window} looks at no question at all; it must be 1 or more")
        self.table, self.window, self.sizes = table, window, tuple(map(len, table.domains))
        self.codes = np.array(table.codes, np.int64)
        self._key = self.codes.tobytes()
        if not (self.codes >= 0).any():
            raise UsageError(f"no values of {list(table.hidden)} have an answer: what is known contradicts itself")
        self._costs = list[Ints]()
        for column, (name, domain) in enumerate(zip(table.hidden, table.domains, strict=True)):
            if len(costs := asking.get(name, ())) != len(domain) or min(costs) < 0:
                raise UsageError(f"the costs {list(costs)} of asking for {name!r} are not one for each of its "
                                 f"{len(domain)} values, none below 0")
            self._costs.append(self._along(column, costs))
        self._worth = dict[tuple[int, Columns], tuple[Ints, Ints]]()
        self._inside = dict[tuple[Columns, tuple[int, ...]], Ints]()

    # --- of a belief, named by what was told -------------------------------------------------------------------------

    def answer(self, told: Mapping[str, Value]) -> Fraction:
        """s(b): the chance of the most likely answer."""
        return self.value(told, 0)

    def value(self, told: Mapping[str, Value], window: int | None = None) -> Fraction:
        """V_w(b), w = `window` (None: the whole one)."""
        columns, place = self._belief(told)
        worth = self._worths(self.window if window is None else window, columns)[0]
        return Fraction(int(worth[place]), UNIT * self._size(columns, place))

    def choice(self, told: Mapping[str, Value], window: int | None = None) -> str:
        """What the plan does with `window` questions left: the name of the quantity that it asks for; "": it answers.

        It answers where asking is worth no more, and asks for the first of equals.
        """
        columns, place = self._belief(told)
        column = int(self._worths(self.window if window is None else window, columns)[1][place])
        return "" if column == ANSWER else self.table.hidden[column]

    def worlds(self, told: Mapping[str, Value]) -> list[int]:
        """The numbers of the belief's completions, rising."""
        found: list[int] = self._worlds(told).tolist()
        return found

    def _worlds(self, told: Mapping[str, Value]) -> Ints:
        columns, place = belief = self._belief(told)
        found = self._inside.get(belief)
        if found is None:
            numbers = np.arange(len(self.codes)).reshape(self.sizes)
            part = numbers[tuple([slice(place[i], place[i] + 1) if i in columns else slice(None)
                                  for i in range(len(self.sizes))])].ravel()
            found = self._inside[belief] = part[self.codes[part] >= 0]
        return found

    def likely(self, told: Mapping[str, Value]) -> int:
        """The number of the first completion that has the belief's most frequent answer (of equals the first code)."""
        columns, place = self._belief(told)
        code, worlds = int(_modes(self.sizes, self._key, columns)[2][place]), self._worlds(told)
        return int(worlds[self.codes[worlds] == code][0])

    def answering(self, told: Mapping[str, Value], right: Collection[int]) -> Returns:
        """To give an answer that is right where the completion's code is one of these (one answer may be several, where
        it is rounded). It costs nothing: every dialogue ends with an answer."""
        worlds = self._worlds(told)
        return Returns(worlds, np.where(np.isin(self.codes[worlds], list(right)), UNIT, 0))

    def asking(self, told: Mapping[str, Value], asked: Asked) -> Returns:
        """To ask, be told, and go on by the plan for the window. The plan is played in every world."""
        columns, worlds = self._belief(told)[0], self._worlds(told)
        then = tuple(sorted({*columns, *[self.table.hidden.index(name) for name in asked.names]}))
        return Returns(worlds, self._played(self.window, then, worlds) - self._cost(asked, worlds))

    def cost(self, told: Mapping[str, Value], asked: Asked) -> Fraction:
        """The expected cost of asking and being told."""
        worlds = self._worlds(told)
        return Fraction(int(self._cost(asked, worlds).sum()), UNIT * len(worlds))

    def _cost(self, asked: Asked, worlds: Ints) -> Ints:
        cost = np.full(len(worlds), asked.fixed, np.int64)
        for name in asked.names:
            places = self._places(self.table.hidden.index(name), worlds)
            cost += np.array(asked.typed[name], np.int64)[places]
        return np.minimum(cost, asked.most)

    def question(self, told: Mapping[str, Value], asked: Asked) -> Fraction:
        """Q_{w+1}(b, asked), by the sum over the replies."""
        columns, place = self._belief(told)
        new = tuple([self.table.hidden.index(name) for name in asked.names])
        then = tuple(sorted({*columns, *new}))
        cost = np.full((1,) * len(self.sizes), asked.fixed, np.int64)
        for column, name in zip(new, asked.names, strict=True):
            cost = cost + self._along(column, asked.typed[name])
        worth = self._worths(self.window, then)[0] - self._sizes(then) * np.minimum(cost, asked.most)
        total = worth.sum(axis=new, keepdims=True) if new else worth
        return Fraction(int(total[place]), UNIT * self._size(columns, place))

    # --- the recursion -----------------------------------------------------------------------------------------------

    def _worths(self, window: int, columns: Columns) -> tuple[Ints, Ints]:
        """For each belief that knows these columns: its value times its completions times UNIT, and what to do."""
        found = self._worth.get((window, columns))
        if found is None:
            best: Ints = _modes(self.sizes, self._key, columns)[1] * UNIT
            choice: Ints = np.full(best.shape, ANSWER, np.int64)
            for column in range(len(self.sizes)) if window else ():
                if column in columns or self.sizes[column] == 1:
                    continue
                then = tuple(sorted((*columns, column)))
                worth = self._worths(window - 1, then)[0] - self._sizes(then) * self._costs[column]
                asking = worth.sum(axis=column, keepdims=True)
                choice = np.where(asking > best, column, choice)
                best = np.maximum(asking, best)
            found = self._worth[window, columns] = best, choice
        return found

    def _played(self, window: int, columns: Columns, worlds: Ints) -> Ints:
        """What the plan brings in each of these worlds, when it knows the columns and has `window` questions left."""
        groups = _groups(self.sizes, columns)[worlds]
        choice = self._worths(window, columns)[1].ravel()[groups]
        modes = _modes(self.sizes, self._key, columns)[2].ravel()[groups]
        out = np.where(self.codes[worlds] == modes, UNIT, 0)
        for column in sorted(set(choice.tolist()) - {ANSWER}):
            here = choice == column
            some = worlds[here]
            cost = self._costs[column].ravel()[self._places(column, some)]
            out[here] = self._played(window - 1, tuple(sorted((*columns, column))), some) - cost
        return out

    # --- places ------------------------------------------------------------------------------------------------------

    def _belief(self, told: Mapping[str, Value]) -> tuple[Columns, tuple[int, ...]]:
        """The columns that are told, and the place of the belief in their arrays. Raises UsageError for no such one."""
        columns, place = list[int](), [0] * len(self.sizes)
        for column, (name, domain) in enumerate(zip(self.table.hidden, self.table.domains, strict=True)):
            if name in told:
                if told[name] not in domain:
                    raise UsageError(f"{name!r} cannot be {told[name]!r}; possible are {list(domain)}")
                columns.append(column)
                place[column] = domain.index(told[name])
        if unknown := set(told) - set(self.table.hidden):
            raise UsageError(f"quantity {min(unknown)!r} is not hidden; hidden are {list(self.table.hidden)}")
        if not self._sizes(found := tuple(columns))[tuple(place)]:
            raise UsageError(f"nothing agrees with {dict(told)}")
        return found, tuple(place)

    def _size(self, columns: Columns, place: tuple[int, ...]) -> int:
        return int(self._sizes(columns)[place])

    def _sizes(self, columns: Columns) -> Ints:
        return _modes(self.sizes, self._key, columns)[0]

    def _along(self, column: int, numbers: Sequence[int]) -> Ints:
        shape = [1] * len(self.sizes)
        shape[column] = self.sizes[column]
        return np.array(numbers, np.int64).reshape(shape)

    def _places(self, column: int, worlds: Ints) -> Ints:
        found: Ints = worlds // prod(self.sizes[column + 1:]) % self.sizes[column]
        return found


@lru_cache(maxsize=256)
def _groups(sizes: tuple[int, ...], columns: Columns) -> Ints:
    """For each completion, the number of its group by the values in these columns."""
    groups = np.zeros((1,) * len(sizes), np.int64)
    for column, size in enumerate(sizes):
        if column in columns:
            shape = [1] * len(sizes)
            shape[column] = size
            groups = groups * size + np.arange(size).reshape(shape)
    return np.broadcast_to(groups, sizes).ravel()


@lru_cache(maxsize=256)  # tables of one shape are often alike: what is injective has the codes 0, 1, 2, ... always
def _modes(sizes: tuple[int, ...], key: bytes, columns: Columns) -> tuple[Ints, Ints, Ints]:
    """For each group by these columns: its completions, those of its most frequent answer, that answer's code.

    Of equally frequent ones the first. As arrays with an axis for each column of the table, of length 1 where it isn't
    among `columns`. `key` holds the codes.
    """
    codes = np.frombuffer(key, np.int64)
    groups, answers = _groups(sizes, columns), int(codes.max()) + 1
    pairs, counts = np.unique((groups * answers + codes)[codes >= 0], return_counts=True)
    of, shape = pairs // answers, [size if column in columns else 1 for column, size in enumerate(sizes)]
    number = np.zeros(prod(shape), np.int64)
    most, mode = number.copy(), number.copy()
    if len(pairs):
        present, starts = np.unique(of, return_index=True)
        number[present] = np.add.reduceat(counts, starts)
        most[present] = np.maximum.reduceat(counts, starts)
        top = np.flatnonzero(counts == most[of])
        _, first = np.unique(of[top], return_index=True)
        mode[present] = pairs[top[first]] % answers
    return number.reshape(shape), most.reshape(shape), mode.reshape(shape)
