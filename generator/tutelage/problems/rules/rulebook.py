"""Rulebook: a table of invented words and numbers, invented signs with their rules, and an expression to work out.

    dorn 4, wask 7, lin 2. Wave: take the left number 2 times and add the right one. The fence is worked out first, ...
    What does dorn ~ wask # lin come to?

All of it is freshly drawn, so nothing of it can be known beforehand: it has to be read, or asked for. The quantities
are the numbers of the words, signs and exceptions, which of two signs goes first, and from which end equal signs are
taken. Worked by rewriting the expression piece by piece; `solve` reads it as a tree; confirmed by a machine with a
stack (Dijkstra's shunting yard) that has its own arithmetic.

Mistakes: the wrong row of the table, several of a word counted once, a number on the wrong side of a sign, a sign taken
for plus, an exception forgotten or stretched, going from left to right, starting from the wrong end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from tutelage.draws import Draws
from tutelage.problems.family import Family, Sweep, always
from tutelage.problems.rules import mistakes, telling
from tutelage.problems.rules.books import draw_book, draw_task
from tutelage.problems.rules.expressions import Tree, lettered, tree
from tutelage.problems.rules.signs import BONUS, SIGNS, Except, holds, unusual, usual
from tutelage.problems.rules.telling import BEHIND, END, FIRST, NAME, except_of
from tutelage.problems.rules.working import written
from tutelage.values import Problem, Structure, Value, Work

Ints = np.ndarray[Any, np.dtype[np.int64]]


def draw(draws: Draws, level: int) -> Problem:
    """A fresh book and a task on it that needs all kinds of rule of the level."""
    return draw_task(draws, draw_book(draws, level), level)


def work(problem: Problem) -> Work:
    return written(problem)


# --- solving ---------------------------------------------------------------------------------------------------------

def solve(structure: Structure, values: Mapping[str, Any]) -> Value:
    if structure["terms"]:
        total: int = sum([count * values[word] for count, word in structure["terms"]])
        return total
    forms = dict(structure["signs"])
    exceptions = {sign: except_of(structure, values, sign) for sign in structure["exceptions"]}

    found, names = tree(structure["tokens"], values.get(FIRST, ""), values.get(END, ""))

    def number(node: Tree) -> int:
        if isinstance(node, str):
            return int(values[names[node]])
        sign, a, b = names[node[0]], number(node[1]), number(node[2])
        result, exception = usual(forms[sign], values[sign], a, b), exceptions.get(sign)
        if exception and holds(exception.condition, a, b, exception.number):
            return unusual(exception, a, b, result)
        return result

    return number(found)


def sweep(structure: Structure, values: Mapping[str, Value], hidden: Sequence[str],
          domains: Sequence[Sequence[Value]]) -> Sweep:
    """`solve` for all completions: with arrays of numbers, once for each of the orders in which one may have to go."""
    shape, given = [len(domain) for domain in domains], dict[str, Any](values)
    orders = list[str]()
    for axis, (name, domain) in enumerate(zip(hidden, domains, strict=True)):
        if name in (FIRST, END):
            orders.append(name)
        else:
            size = [1] * len(shape)
            size[axis] = shape[axis]
            given[name] = np.array(domain, np.int64).reshape(size)
    out = np.zeros(shape, np.int64)
    for choice in product(*[domains[hidden.index(name)] for name in orders]):
        given.update(zip(orders, choice, strict=True))
        place = [slice(None)] * len(shape)
        for name, value in zip(orders, choice, strict=True):
            axis = hidden.index(name)
            at = domains[axis].index(value)
            place[axis] = slice(at, at + 1)
        out[tuple(place)] = _answers(structure, given)
    return Sweep(out.ravel().tolist(), lambda key: key)


def _answers(structure: Structure, values: Mapping[str, Any]) -> Any:
    if structure["terms"]:
        return sum([count * values[word] for count, word in structure["terms"]])
    forms = dict(structure["signs"])
    found, names = tree(structure["tokens"], values.get(FIRST, ""), values.get(END, ""))

    def number(node: Tree) -> Any:
        if isinstance(node, str):
            return values[names[node]]
        sign, a, b = names[node[0]], number(node[1]), number(node[2])
        n, exception = values[sign], except_of(structure, values, sign)
        result = np.maximum(a, b) + n if forms[sign] == "larger" else usual(forms[sign], n, a, b)
        return result if exception is None else np.where(*_exceptional(exception, a, b, result))

    return number(found)


def _exceptional(exception: Except, a: Any, b: Any, result: Any) -> tuple[Any, Any, Any]:
    """Where an exception holds, what it comes to there, and elsewhere."""
    condition = exception.condition
    where = {"odd": lambda: (a % 2 == 1) & (b % 2 == 1), "even": lambda: (a % 2 == 0) & (b % 2 == 0),
             "falling": lambda: a > b, "over": lambda: a + b > exception.number,
             "left_over": lambda: a > exception.number}[condition]()
    if condition in BONUS:
        return where, result + exception.number, result
    return where, a + b if exception.outcome == "sum" else np.maximum(a, b), result


def confirm(problem: Problem) -> Value:
    """The second solver: words to numbers, the expression to postfix, and a stack."""
    structure, values = problem.structure, problem.values
    stack: list[Any] = []
    if structure["terms"]:
        return sum([values[word] for count, word in structure["terms"] for _ in range(count)])  # type: ignore[misc]
    for name in _postfix(structure["tokens"], values.get(FIRST), values.get(END) == "right"):
        if name not in SIGNS:
            stack.append(values[name])
            continue
        right = stack.pop()
        stack.append(_machine(structure, values, name, stack.pop(), right))
    (result,) = stack
    return int(result)


def _postfix(tokens: Sequence[str], first: Value | None, from_right: bool) -> list[str]:
    out, waiting = list[str](), list[str]()
    for name in tokens:
        if name == "(":
            waiting.append(name)
        elif name == ")":
            while (sign := waiting.pop()) != "(":
                out.append(sign)
        elif name in SIGNS:
            while waiting and waiting[-1] != "(" and (
                    (waiting[-1] == first) > (name == first)
                    or ((waiting[-1] == first) == (name == first) and not from_right)):
                out.append(waiting.pop())
            waiting.append(name)
        else:
            out.append(name)
    return out + waiting[::-1]


def _machine(structure: Structure, values: Mapping[str, Any], sign: str, a: int, b: int) -> int:
    """One sign applied, by the book."""
    form, n = next(form for name, form in structure["signs"] if name == sign), values[sign]
    low, high = sorted((a, b))
    plain = {"left": sum([a] * n, b), "right": sum([b] * n, a), "less": sum([a] * n, -b), "plus": sum((a, b, n)),
             "larger": high + n, "apart": high * n - low * n}[form]
    if sign not in structure["exceptions"]:
        return int(plain)
    (condition, outcome), extra = structure["exceptions"][sign], values[f"{sign}{BEHIND}"]
    true = {"odd": a & b & 1 == 1, "even": (a | b) & 1 == 0, "falling": b - a < 0, "over": a + b - extra >= 1,
            "left_over": a - extra >= 1}[condition]
    return {"more": plain + extra, "sum": low + high, "largest": high}[outcome] if true else int(plain)


def shape(structure: Structure) -> str:
    """The expression with words and signs numbered by their first place, and what kinds of rule the book has."""
    if structure["terms"]:
        return " ".join(sorted([str(count) for count, _ in structure["terms"]]))
    forms = dict(structure["signs"])
    letters, names = lettered(structure["tokens"])
    signs = sorted(forms, key=lambda sign: next((at for at, letter in enumerate("WS") if names.get(letter) == sign), 2))
    kinds = [".".join([forms[sign], *structure["exceptions"].get(sign, ())]) for sign in signs]
    return f"{' '.join(letters)} {' '.join(kinds)} {len(structure['decides'])}"


FAMILY = Family(
    name=NAME,
    domain="rules",
    summary="expressions in made-up signs, by a made-up table and rules with exceptions",
    kind=always("number"),
    slips=mistakes.SLIPS,
    draw=draw,
    pose=telling.pose,
    solve=solve,
    work=work,
    sites=mistakes.sites,
    slip=mistakes.slip,
    confirm=confirm,
    shape=shape,
    words=telling.say,
    state=telling.state,
    sweep=sweep,
    asides=True,
)
