"""Real word problems with worked solutions, rebuilt from the equations in their lines.

    >>> row = Row(1, "Mia sold 48 clips in April and half as many in May. How many did she sell?",
    ...           "In May she sold 48/2 = <<48/2=24>>24 clips.\\nShe sold 48+24 = <<48+24=72>>72 clips.\\n#### 72")
    >>> problem = rebuild(row)
    >>> problem.values, [step[0] for step in problem.structure["steps"]]
    ({'n1': 48, 'n2': Fraction(1, 2)}, ['n1 / n2:inv', 'n1 + s0'])

A row counts only if every mark follows, and the replay of the whole graph from the numbers of the question ends with the
answer behind ``####``. All other rows are dropped, each with a reason from `REASONS`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple
from zlib import crc32

from tutelage.errors import NoAnswer
from tutelage.problems import worked
from tutelage.problems.infix import tidy
from tutelage.sources.equations import number, read_line, tidy_text
from tutelage.sources.graph import Graph, Unclear
from tutelage.sources.tables import Row
from tutelage.values import Problem

MOST_CHARACTERS = 4000


class Drop(NamedTuple):
    """A row that gives no verified problem, and why."""

    reason: str
    row: int


def rebuild(row: Row) -> Problem | Drop:
    """The problem of a row, verified, or the reason why there is none."""
    try:
        return _rebuild(row)
    except (Unclear, NoAnswer) as drop:
        return Drop(str(drop), row.number)


def _rebuild(row: Row) -> Problem:
    question, (body, printed) = tidy_text(row.question), _parted(row.answer)
    if len(question) + len(body) > MOST_CHARACTERS:
        raise Unclear("too long")
    lines = [read_line(line) for line in body.split("\n") if line.strip()]
    if any(line.fault for line in lines):
        raise Unclear("step does not follow")
    equations = [e for line in lines for e in line.equations]
    if not equations:
        raise Unclear("no worked steps")
    if len(equations) > worked.MOST_STEPS:
        raise Unclear("too many steps")
    graph = Graph(question)
    graph.read(lines)
    last = f"s{len(graph.steps) - 1}"
    printed = printed or equations[-1].result.text.strip("$€£% ").replace(",", "")
    answer = {1: last, 100: f"{last} * 100"}.get(number(printed) / (graph.values[last] or 1), "")  # type: ignore[call-overload]
    if not answer:
        raise Unclear("answer not reached")
    structure = _structure(graph, question, row.answer, answer, printed, equations[-1].result.text)
    if not structure["premises"]:
        raise Unclear("no number of the question is used")
    values = {name: number(original) for name, _, _, _, original in structure["premises"]}
    values |= {name: worked.FACTS[name][0] for name in structure["facts"]}
    if worked.solve(structure, values) != number(printed):
        raise Unclear("answer not reached")
    return worked.pose(structure, values, min(5, max(1, len(graph.steps) - 1)))


def _parted(answer: str) -> tuple[str, str]:
    """The solution and the printed answer; without "####" the last result stands for the answer ("")."""
    body, mark, final = answer.rpartition("####")
    if not mark:
        return answer, ""
    final = final.strip().strip("$€£% ").rstrip(".").replace(",", "")
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,6})?", final):
        raise Unclear("answer is not a number")
    return body, final


def _structure(graph: Graph, question: str, solution: str, answer: str, printed: str, shown: str) -> dict[str, Any]:
    used = graph.used
    premises = [[name, p.start, p.end, p.kind, str(p.value)] for name, p in graph.premises.items() if name in used]
    return {
        "question": question, "premises": premises, "facts": [name for name in worked.FACTS if name in used],
        "steps": graph.steps, "lines": graph.lines, "answer": answer, "printed": printed,
        "unit": ["$" if shown[0] == "$" else "", ""], "what": ["that step" for _ in graph.lines],
        "asked": question, "solution": solution, "style": crc32(question.encode()) & 0x3FFFFFFF,
    }  # fmt: skip
