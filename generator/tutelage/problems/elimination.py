"""Elimination as it is written by hand: which equation is scaled, which is taken from which, what is put back.

    >>> ops = plan(((3, 2), (1, 4)), (0, 1)).ops
    >>> [op.kind for op in ops]
    ['times', 'less', 'find']
    >>> run(ops, ((3, 2), (1, 4)), (31, 27))[-1].value
    5

`plan` looks at the coefficients only, `run` puts in the right-hand sides and can do one op wrongly. Equations are
numbered: the given ones first, then the result of each op.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

Number = int | Fraction
Row = tuple[int, ...]

# ways to do an op wrongly; a sign error also needs its place
MULTIPLIED, ADDED, SIGN = "multiplied_one_side", "added_instead_of_subtracted", "sign_error"
DROPPED, MOVED, STOPPED = "dropped_coefficient", "moved_with_its_sign", "stopped_at_other_unknown"


class Op(NamedTuple):
    kind: str  # times, less and plus make an equation; find solves one for its last unknown
    one: int
    two: int  # the second equation of less and plus; the factor of times; the unknown of find
    gone: int = -1  # the unknown that less and plus eliminate


class Done(NamedTuple):
    """What an op came to: an equation; for find the equation that it solves, and what comes out."""

    left: Row
    right: int
    constant: Number = 0  # what the known unknowns bring to the left side
    rest: Number = 0  # the right side without it; positive coefficient × unknown = rest
    value: Number = 0


class Plan(NamedTuple):
    ops: tuple[Op, ...]
    first: int  # the op that finds the first unknown
    largest: int  # the largest coefficient on the way


@lru_cache(maxsize=4096)
def plan(rows: tuple[Row, ...], ask: Row) -> Plan:
    """The ops for a regular system (rows that don't belong to it are empty) that the asked unknowns need."""
    if len(ask) == 2:
        return _plan_two(rows, ask)
    equations, ops = [*rows], list[tuple[Op, int]]()  # each op with the number of its equation
    active, aside, known = [i for i, row in enumerate(rows) if row], list[int](), set[int]()
    wanted = {j for j, c in enumerate(ask) if c}
    while not wanted <= known:
        ready = _ready(equations, active + aside, known)
        if ready is not None:
            i, found = ready
            (active if i in active else aside).remove(i)
            known.add(found)
            ops.append((Op("find", i, found), len(equations)))
            equations.append(())
            continue
        gone, pivot = _cheapest(equations, active, known)
        active.remove(pivot)
        aside.append(pivot)
        active = [_combine(equations, ops, pivot, i, gone) if equations[i][gone] else i for i in active]
    kept = _needed(ops, equations, wanted)
    first = next(n for n, op in enumerate(kept) if op.kind == "find")
    return Plan(kept, first, max([max(map(abs, left)) for left in equations if left]))


def _plan_two(rows: tuple[Row, ...], ask: Row) -> Plan:
    """The same for two unknowns, most systems by far: one is eliminated, the other found, perhaps put back."""
    equations, ops = [*rows], list[tuple[Op, int]]()
    one, two = [i for i, row in enumerate(rows) if row]
    (a, b), (c, d) = rows[one], rows[two]
    gone = int(_cost(abs(b), abs(d)) < _cost(abs(a), abs(c)))
    made = _combine(equations, ops, one, two, gone)
    found = [*[op for op, _ in ops], Op("find", made, 1 - gone)]
    if ask[gone]:
        found.append(Op("find", one, gone))
    return Plan(tuple(found), len(ops), max([max(map(abs, left)) for left in equations if left]))


def run(ops: Sequence[Op], rows: Sequence[Row], rights: Sequence[int], at: int = -1,
        how: str = "") -> list[Done] | None:
    """The result of each op, with op `at` done wrongly; None where that leaves nothing to solve for."""
    lefts, rights = [*rows], [*rights]
    known: dict[int, Number] = {}
    done: list[Done] = []
    for n, (kind, one, two, gone) in enumerate(ops):
        left, right, wrong = lefts[one], rights[one], how if n == at else ""
        if kind == "find":
            coefficient = left[two]
            if not coefficient:
                return None
            constant = sum([left[j] * x for j, x in known.items()])
            rest = right + constant if wrong == MOVED else right - constant
            if coefficient < 0:  # 20 − 3b = 5 gives 3b = 15
                rest, coefficient = -rest if wrong != MOVED else rest, -coefficient
            known[two] = value = rest if wrong == DROPPED else _divided(rest, coefficient)
            done.append(Done(left, right, constant, rest, value))
            if wrong == STOPPED:
                return done
        elif kind == "times":
            left, right = tuple([two * c for c in left]), right if wrong == MULTIPLIED else two * right
            done.append(Done(left, right))
        else:
            left, right = _taken(kind, gone, left, right, lefts[two], rights[two], wrong)
            done.append(Done(left, right))
        lefts.append(left)
        rights.append(right)
    return done


def _divided(rest: Number, by: int) -> Number:
    whole, over = divmod(rest, by)
    return int(whole) if not over else Fraction(rest) / by


def eliminated(table: list[list[int]]) -> list[Fraction]:
    """The solution of a regular system, by fraction-free elimination (Bareiss 1968) on its rows [a … | b]."""
    size, last = len(table), 1
    if size == 2:  # Cramer
        (a, b, p), (c, d, q) = table
        det = a * d - b * c
        return [Fraction(p * d - b * q, det), Fraction(a * q - p * c, det)]
    for k in range(size):
        pivot = next(i for i in range(k, size) if table[i][k])
        table[k], table[pivot] = table[pivot], table[k]
        top = table[k]
        for i in range(size):
            if i != k:
                row, head = table[i], table[i][k]
                table[i] = [(top[k] * x - head * y) // last for x, y in zip(row, top, strict=True)]
        last = top[k]
    return [Fraction(row[size], row[i]) for i, row in enumerate(table)]


def _taken(kind: str, gone: int, left: Row, right: int, left2: Row, right2: int, wrong: str) -> tuple[Row, int]:
    if kind == "plus" or wrong == ADDED:
        result, right = [x + y for x, y in zip(left, left2, strict=True)], right + right2
    else:
        result, right = [x - y for x, y in zip(left, left2, strict=True)], right - right2
    result[gone] = 0
    if wrong.startswith(SIGN):
        place = int(wrong[len(SIGN) :])
        if place == len(left):
            right += 2 * right2
        else:
            result[place] += 2 * left2[place]
    return tuple(result), right


def _ready(equations: Sequence[Row], open_: Sequence[int], known: AbstractSet[int]) -> tuple[int, int] | None:
    """The simplest equation with a single unknown that isn't known, and that unknown."""
    best, found = (99, 0), -1
    for i in open_:
        unknown = -1
        for j, c in enumerate(equations[i]):
            if c and j not in known:
                if unknown >= 0:
                    break
                unknown = j
        else:
            if unknown >= 0 and (choice := (len(equations[i]) - equations[i].count(0), i)) < best:
                best, found = choice, unknown
    return (best[1], found) if found >= 0 else None


def _cheapest(equations: Sequence[Row], active: Sequence[int], known: AbstractSet[int]) -> tuple[int, int]:
    """The unknown that is least work to eliminate, and the equation that does it."""
    best = (1 << 30, 0, 0, 0)
    for gone in range(len(equations[active[0]])):
        sizes = [(abs(equations[i][gone]), i) for i in active if equations[i][gone] and gone not in known]
        for a, pivot in sizes:
            cost = sum([_cost(a, b) for b, i in sizes if i != pivot])
            if cost <= best[0] and (choice := (cost, -equations[pivot].count(0), gone, pivot)) < best:
                best = choice
    return best[2], best[3]


def _cost(a: int, b: int) -> int:
    """What it takes to eliminate an unknown with these coefficients: each factor that is needed, and large numbers."""
    return b + 20 if a == b else 40 + max(a, b) if not (a % b and b % a) else 60 + a * b


def _combine(equations: list[Row], ops: list[tuple[Op, int]], pivot: int, other: int, gone: int) -> int:
    """Adds the ops that take `gone` out of `other`; gives the number of the new equation."""
    a, b = equations[pivot][gone], equations[other][gone]
    common = lcm(a, b)
    one, two = _scaled(equations, ops, other, common // abs(b)), _scaled(equations, ops, pivot, common // abs(a))
    sign = -1 if a * b > 0 else 1
    result = [x + sign * y for x, y in zip(equations[one], equations[two], strict=True)]
    if sign < 0 and next((c for c in result if c), 1) < 0:
        one, two, result = two, one, [-c for c in result]
    ops.append((Op("less" if sign < 0 else "plus", one, two, gone), len(equations)))
    equations.append(tuple(result))
    return len(equations) - 1


def _scaled(equations: list[Row], ops: list[tuple[Op, int]], i: int, factor: int) -> int:
    if factor == 1:
        return i
    for op, made in ops:
        if op.kind == "times" and op.one == i and op.two == factor:
            return made
    ops.append((Op("times", i, factor), len(equations)))
    equations.append(tuple([factor * c for c in equations[i]]))
    return len(equations) - 1


def _needed(ops: Sequence[tuple[Op, int]], equations: Sequence[Row], wanted: AbstractSet[int]) -> tuple[Op, ...]:
    """The ops that lead to the wanted unknowns, their equations numbered as if there had been no others."""
    unknowns, needed, keep = set(wanted), set[int](), list[tuple[Op, int]]()
    for op, made in reversed(ops):
        if op.kind == "find" and op.two in unknowns:
            unknowns |= {j for j, c in enumerate(equations[op.one]) if c}
        elif made not in needed:
            continue
        keep.append((op, made))
        needed |= {op.one, op.two} if op.kind in ("less", "plus") else {op.one}
    keep.reverse()
    given = len(equations) - len(ops)
    if len(keep) == len(ops):
        return tuple([op for op, _ in ops])
    number = {**{i: i for i in range(given)}, **{made: given + n for n, (_, made) in enumerate(keep)}}
    return tuple([op._replace(one=number[op.one], two=number[op.two] if op.gone >= 0 else op.two) for op, _ in keep])


def wrong_ways(ops: Sequence[Op], rows: Sequence[Row], right_way: Sequence[Done], at: int, kind: str) -> list[str]:
    """The ways in which a kind of mistake can be made at op `at`; none where it would make no sense."""
    op, left = ops[at], right_way[at].left
    if kind in (SIGN, ADDED):
        equations = [*rows, *[done.left for done in right_way]]
        pairs = [*zip(equations[op.one], equations[op.two], strict=True)]
        pairs[op.gone] = (0, 0)
        # with more unknowns left, the ops that follow would no longer fit the coefficients
        alone = [j for j, (x, y) in enumerate(pairs) if x or y]
        if kind == ADDED:
            return [kind] if len(alone) == 1 else []
        return [*[f"{SIGN}{j}" for j in alone if len(alone) == 1 and all(pairs[j])], f"{SIGN}{len(left)}"]
    if (kind == DROPPED and abs(left[op.two]) == 1) or (kind == MOVED and not right_way[at].constant):
        return []
    return [kind]
