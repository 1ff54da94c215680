"""Worked: a real word problem with its worked solution, from a file (`tutelage.sources`); it cannot be drawn.

The quantities are the numbers of the question that the solution uses, and as facts the constants of common knowledge
that it brings in (a week has 7 days). What is computed from what, the expression graph, was rebuilt from the solution's own
equations, so mistakes can be made at any of its steps and carried through the solution's own sentences. Right is the last
result; it is confirmed from the solution as it was printed. Mistakes: another operation, a number of the question in
another's place, a term left out, a percentage taken as an amount, half for double, a part for the whole, stopping one step
early, a carry forgotten.

    "Natalia sold 48/2 = <<48/2=24>>24 clips in May." becomes, with half taken for double,
    "Natalia sold 48 × 2 = 96 clips in May."

A structure holds the question and where its premises stand in it, the lines as parts (text, or a number with what it may
refer to), and the steps: an expression over premises ("n1"), facts ("week"), earlier steps ("s0") and plain numbers. A
reference may carry a turn: "n2:pct" is a premise 20 that is used as 0.2.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction
from functools import lru_cache
from typing import Any

from tutelage.draws import Draws
from tutelage.errors import NoAnswer, UsageError
from tutelage.problems.infix import RANK, Number, postfix, reckon, rounded, tidy
from tutelage.values import Problem, Quantity, Step, Structure, Value, Work

NAME = "worked"
MOST_STEPS = 24

# Common knowledge: what it is worth, and what one who does not know might take it for
FACTS: dict[str, tuple[int, tuple[int, ...]]] = {
    "week": (7, (5, 6, 7, 10)), "weekdays": (5, (4, 5, 6, 7)), "year": (12, (10, 11, 12, 13)), "day": (24, (12, 20, 24, 48)),
    "hour": (60, (24, 50, 60, 100)), "minute": (60, (24, 50, 60, 100)), "weeks_of_year": (52, (48, 50, 52, 54)),
    "weeks_of_month": (4, (3, 4, 5, 6)), "days_of_month": (30, (28, 29, 30, 31)), "days_of_year": (365, (354, 360, 364, 365)),
    "percent": (100, (10, 60, 100, 1000)), "dollar": (100, (10, 50, 100, 1000)), "dozen": (12, (6, 10, 12, 20)),
    "pair": (2, (1, 2, 3, 4)), "foot": (12, (8, 10, 12, 16)), "yard": (3, (2, 3, 4, 12)), "pound": (16, (8, 10, 12, 16)),
    "metre": (100, (10, 12, 100, 1000)), "kilo": (1000, (10, 12, 100, 1000)), "quarter_coin": (25, (5, 10, 20, 25)),
    "dime": (10, (1, 5, 10, 20)), "nickel": (5, (1, 2, 5, 10)), "decade": (10, (5, 10, 12, 100)),
    "century": (100, (10, 50, 100, 1000)), "gallon": (4, (2, 3, 4, 8)), "mile": (5280, (1000, 1760, 5000, 5280)),
}  # fmt: skip


def draw(draws: Draws, level: int) -> Problem:
    """Raises UsageError: these problems come from a file."""
    raise UsageError("family 'worked' has no problems of its own; give a source of them, such as gsm8k:train.jsonl")


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    quantities = [Quantity(name, values[name], believable(values[name], kind))
                  for name, _, _, kind, _ in structure["premises"]]
    quantities += [Quantity(name, values[name], FACTS[name][1], True) for name in structure["facts"]]
    text = question_text(structure, values)
    intro, _, asked = text.rpartition(" " + structure["asked"]) if text.endswith(structure["asked"]) else ("", "", text)
    return Problem(NAME, level, structure, tuple(quantities), intro, asked)


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """The last result. Raises NoAnswer for a division by zero, and for less than nothing."""
    return replay(structure, values)[-1]


def replay(structure: Structure, values: Mapping[str, Value]) -> list[Number]:
    """All results in order, the answer as one more at the end. Raises NoAnswer as `solve` does."""
    known: dict[str, Any] = dict(values)
    results: list[Number] = []
    for expression, rounding, *_ in structure["steps"]:
        result = rounded(value_of(expression, known), rounding)
        if result < 0:
            raise NoAnswer("a result below zero")
        known[f"s{len(results)}"] = result
        results.append(result)
    results.append(value_of(structure["answer"], known))
    return results


def value_of(expression: str, known: Mapping[str, Any]) -> Number:
    """The value of an expression such as "n1 * ( 1 - n2:pct )". Raises NoAnswer for a division by zero."""
    order, plain, turned = _plan(expression)
    if not plain and not turned:
        return reckon(order, known)
    operands = {**known, **plain}
    for token, name, turn in turned:
        operands[token] = turn_of(turn, known[name])
    return reckon(order, operands)


@lru_cache(maxsize=4096)
def _plan(expression: str) -> tuple[tuple[str, ...], dict[str, Number], tuple[tuple[str, str, str], ...]]:
    """An expression in postfix order, the plain numbers in it, and its turned references as (token, name, turn)."""
    order = postfix(tuple(expression.split()))
    assert order is not None, expression
    plain = {token: tidy(Fraction(token)) for token in order if token[0].isdigit()}
    turned = tuple([(token, *token.split(":")) for token in order if ":" in token])
    return order, plain, turned  # type: ignore[return-value]


def turn_of(turn: str, value: Number) -> Number:
    """A value as a solution turns it: 20 per cent as 0.2 ("pct") or 0.8 ("pctleft"), a third as 3 ("inv" or "den")."""
    number = Fraction(value)
    if turn[0] == "x":
        return tidy(number * int(turn[1:]))
    if turn == "num":
        return number.numerator
    if turn == "den":
        return number.denominator
    if turn == "restnum":
        return number.denominator - number.numerator
    if turn == "inv":
        if not number:
            raise NoAnswer("a division by zero")
        return tidy(1 / number)
    return tidy({"pct": number / 100, "left": 100 - number, "more": 100 + number, "pctleft": 1 - number / 100,
                 "pctmore": 1 + number / 100, "rest": 1 - number, "plus": 1 + number}[turn])


@lru_cache(maxsize=8192)
def believable(value: Number, kind: str) -> tuple[Number, ...]:
    """A dozen values that a number of that kind could well have had, ascending, itself among them."""
    if kind == "fraction":
        usual = {Fraction(a, b) for a, b in ((1, 2), (1, 3), (1, 4), (1, 5), (2, 3), (3, 4), (2, 5), (3, 5), (1, 6), (1, 8), (1, 10))}
        return tuple(sorted(usual | {Fraction(value)}))
    number = Fraction(value)
    if kind == "percent" and 0 < value < 100 and number.denominator == 1:
        return tuple(sorted({*range(5, 100, 10), *range(10, 60, 20), int(value)}))
    if number.denominator > 1:
        places = next((p for p in (1, 2, 3) if number.denominator in _TENTHS[p]), 3)
        step = Fraction(1, 4) if places == 2 and (number * 4).denominator == 1 else Fraction(5, 10**places)
    else:
        step = Fraction(_step(int(number)))
    first = max(number - 5 * step, min(number, step))
    first = number - step * ((number - first) // step)
    return tuple([tidy(first + i * step) for i in range(12)])


_TENTHS = {1: {2, 5, 10}, 2: {4, 20, 25, 50, 100}, 3: {8, 40, 125, 200, 250, 500, 1000}}


def _step(value: int) -> int:
    """The distance of believable neighbours: 1 for small numbers, round and about a tenth for large ones."""
    if abs(value) <= 20:
        return 1
    scale = 10 ** (len(str(abs(value))) - 2)
    if value % (10 * scale) == 0:
        return 5 * scale if value < 50 * scale else 10 * scale
    return next(step for step in (5 * scale, 2 * scale, scale, max(1, scale // 2), 1) if step == 1 or value % step == 0)


def question_text(structure: Structure, values: Mapping[str, Value]) -> str:
    """The question with the values in their places; where they are the original ones, the original text."""
    text, at, out = structure["question"], 0, []
    for name, start, end, _, original in structure["premises"]:
        shown = text[start:end]
        old = tidy(Fraction(original))
        if values[name] != old:
            shown = show(values[name], shown, old) or str(values[name])  # type: ignore[arg-type]
        out += [text[at:start], shown]
        at = end
    return "".join([*out, text[at:]])


def work(problem: Problem) -> Work:
    """The solution's own lines, each a step with one or more results."""
    results = replay(problem.structure, problem.values)
    return written(problem, results, lines_of(problem, results))


def lines_of(problem: Problem, results: Sequence[Number]) -> list[str]:
    """The lines with the results in their places. Lines keep their text where the values are the original ones."""
    return ["".join([part if isinstance(part, str) else part[0] for part in parts]) for parts in problem.structure["lines"]]


def written(problem: Problem, results: Sequence[Number], lines: Sequence[str]) -> Work:
    """The work that says these lines."""
    structure, steps = problem.structure, []
    for index, line in enumerate(lines):
        own = [i for i, step in enumerate(structure["steps"]) if step[2] == index]
        names = {f"s{i}" for i in own}
        uses = [token.partition(":")[0] for i in own for token in structure["steps"][i][0].split()]
        kept = tuple(dict.fromkeys([use for use in uses if use[0].isalpha() and use not in names]))
        steps.append(Step(f"s{own[-1]}", structure["what"][index], line, "", kept))
    return Work(tuple(steps), results[-1], said(structure, results[-1]))


def said(structure: Structure, value: Number) -> str:
    """An answer with its unit: "$10", "72 clips", "64%"."""
    before, after = structure["unit"]
    shown = show(value, structure["printed"], 0)
    return f"{before}{shown}{after}"


def show(value: Number, like: str, was: Number) -> str | None:
    """A value written as another one was: currency, commas, places, percent sign. None where that cannot be done."""
    return str(value)


def confirm(problem: Problem) -> Value:
    return 0


def shape(structure: Structure) -> str:
    """The expression graph; premises by their order of use, whatever their names and turns."""
    order: dict[str, str] = {}
    out = []
    for expression, rounding, *_ in structure["steps"]:
        for token in expression.split():
            name, _, turn = token.partition(":")
            if name[0] == "n":
                name = order.setdefault(name, f"n{len(order)}")
            out.append(f"{name}:{turn}" if turn else name)
        out.append(f"={rounding};")
    return " ".join(out)
