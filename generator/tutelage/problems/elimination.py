"""Elimination as it is written by hand: which equation is scaled, which is taken from which, what is put back.

    >>> ops = plan(((3, 2), (1, 4)), (0, 1))
    >>> [op.kind for op in ops]
    ['times', 'less', 'find']
    >>> run(ops, ((3, 2), (1, 4)), (31, 27))[-1].value
    5

`plan` looks at the coefficients only, `run` puts in the right-hand sides and can do one op wrongly. Equations are
numbered: the given ones first, then the result of each op.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@lru_cache(maxsize=2048)
def plan(rows: tuple[Row, ...], ask: Row) -> tuple[Op, ...]:
    """The ops for a regular system (rows that don't belong to it are empty) that the asked unknowns need."""
    equations, ops = [*rows], list[tuple[Op, int]]()  # each op with the number of its equation
    active, aside, known = {i for i, row in enumerate(rows) if row}, list[int](), set[int]()
    wanted = {j for j, c in enumerate(ask) if c}
    while not wanted <= known:
        ready = [(sum(map(bool, equations[i])), i) for i in (*sorted(active), *aside)
                 if sum([c != 0 and j not in known for j, c in enumerate(equations[i])]) == 1]
        if ready:
            i = min(ready)[1]
            found = next(j for j, c in enumerate(equations[i]) if c and j not in known)
            active.discard(i)
            aside = [other for other in aside if other != i]
            known.add(found)
            ops.append((Op("find", i, found), len(equations)))
            equations.append(())
            continue
        gone, pivot, others = _cheapest(equations, active, known)
        active -= {pivot, *others}
        aside.append(pivot)
        active |= {_combine(equations, ops, pivot, other, gone) for other in others}
    return _needed(ops, equations, wanted)


def run(ops: Sequence[Op], rows: Sequence[Row], rights: Sequence[int], at: int = -1, how: str = "") -> list[Done] | None:
    """The result of each op, with op `at` done wrongly; None where that leaves nothing to solve for."""
    equations = [*zip(rows, rights, strict=True)]
    known: dict[int, Number] = {}
    done: list[Done] = []
    for n, op in enumerate(ops):
        wrong = how if n == at else ""
        left, right = equations[op.one]
        if op.kind == "find":
            coefficient = left[op.two]
            if not coefficient:
                return None
            result = _found(left, right, coefficient, sum([left[j] * x for j, x in known.items() if left[j]]), wrong)
            known[op.two] = result.value
            if wrong == STOPPED:
                return [*done, result]
        elif op.kind == "times":
            result = Done(tuple([op.two * c for c in left]), right if wrong == MULTIPLIED else op.two * right)
        else:
            result = _taken(op, left, right, *equations[op.two], wrong)
        done.append(result)
        equations.append((result.left, result.right))
    return done


def _found(left: Row, right: int, coefficient: int, constant: Number, wrong: str) -> Done:
    rest: Number = right + constant if wrong == MOVED else right - constant
    if coefficient < 0 and wrong != MOVED:  # 20 − 3b = 5 gives 3b = 15
        rest = -rest
    size = abs(coefficient)
    value: Number = rest if size == 1 or wrong == DROPPED else Fraction(rest) / size
    return Done(left, right, constant, rest, int(value) if value.denominator == 1 else value)


def _taken(op: Op, left: Row, right: int, left2: Row, right2: int, wrong: str) -> Done:
    sign = 1 if op.kind == "plus" or wrong == ADDED else -1
    result = [x + sign * y for x, y in zip(left, left2, strict=True)]
    result[op.gone], right = 0, right + sign * right2
    if wrong.startswith(SIGN):
        place = int(wrong[len(SIGN) :])
        if place == len(left):
            right += 2 * right2
        else:
            result[place] += 2 * left2[place]
    return Done(tuple(result), right)


def _cheapest(equations: Sequence[Row], active: AbstractSet[int], known: AbstractSet[int]) -> tuple[int, int, list[int]]:
    """The unknown that is least work to eliminate, the equation that does it, those that it is taken out of."""
    best: tuple[tuple[int, int, int, int], list[int]] = ((1 << 30, 0, 0, 0), [])
    rows = sorted(active)
    for gone in range(max(map(len, equations))):
        if gone in known:
            continue
        have = [i for i in rows if equations[i][gone]]
        for pivot in have:
            a, cost = abs(equations[pivot][gone]), 0
            for i in have:
                if i != pivot:
                    b = abs(equations[i][gone])
                    cost += 20 + 20 * (a % b > 0 or a > b) + 20 * (b % a > 0 or b > a) + lcm(a, b)
            choice = (cost, sum(map(bool, equations[pivot])), gone, pivot)
            if choice < best[0]:
                best = (choice, [i for i in have if i != pivot])
    return best[0][2], best[0][3], best[1]


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
    number = {**{i: i for i in range(given)}, **{made: given + n for n, (_, made) in enumerate(keep)}}
    return tuple([op._replace(one=number[op.one], two=number[op.two] if op.gone >= 0 else op.two) for op, _ in keep])


def first_found(ops: Sequence[Op]) -> int:
    """The op that finds the first unknown."""
    return next(n for n, op in enumerate(ops) if op.kind == "find")


def wrong_way(ops: Sequence[Op], rows: Sequence[Row], right_way: Sequence[Done], at: int, kind: str,
              prefer_right: bool) -> Mapping[int, str] | Sequence[str]:
    """The ways in which a kind of mistake can be made at op `at`, the likeliest first; none where it makes no sense."""
    op, left = ops[at], right_way[at].left
    if kind in (SIGN, ADDED):
        equations = [*rows, *[done.left for done in right_way]]
        last = sum(map(bool, left)) == 1  # else the ops that follow would no longer fit the coefficients
        if kind == ADDED:
            return [kind] if last else []
        shared = [f"{SIGN}{j}" for j, (x, y) in enumerate(zip(equations[op.one], equations[op.two], strict=True))
                  if x and y and j != op.gone and last]
        right = [f"{SIGN}{len(left)}"]
        return right + shared if prefer_right else shared + right
    if kind == DROPPED and abs(left[op.two]) == 1 or kind == MOVED and not right_way[at].constant:
        return []
    return [kind]
