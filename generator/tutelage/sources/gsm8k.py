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
from tutelage.problems import worked, worked_graph
from tutelage.problems.infix import tidy
from tutelage.problems.worked_words import things
from tutelage.sources.equations import PERCENT_SIGNS, number, numbers_of, read_line, tidy_text
from tutelage.sources.graph import Graph, Unclear
from tutelage.sources.tables import Row
from tutelage.values import Problem

MOST_CHARACTERS = 4000
_SENTENCE = re.compile(r"[.?!] (?=[A-Z\"“])")
_HOW_MANY = re.compile(r"\b[Hh]ow many ((?:[a-z]+ ){0,2}[a-z]+) (?:did|does|do|is|are|was|were|will|would|can|could|has|have|had|must|should|may)\b")
_NO_UNIT = frozenset("more total fewer less additional other extra of times the over dozen quarters thirds halves".split())
_PLAIN = re.compile(r"(?:(?:his|her|their|the|a|an|each|all|this|that|one) )?[a-z]+(?: of (?:the |his |her )?[a-z]+)?")
_IT_IS = re.compile(r"((?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts|[A-Z][a-z]+[’']s) [a-z’' -]{3,40}?) (is|are|was|were|will be|will cost|costs?|equals)")
_WHO_DOES = re.compile(r"([Hh]e|[Ss]he|[Tt]hey|[A-Z][a-z]+) ((?:will |would |has |have |had |can |must )?(?:still )?[a-z]{3,}(?: him| her| them| out| up| back)?)")
_FILLING = re.compile(r"(?: (?:a total of|in total|an additional|another|about|only|a|for a total of))+$| =$")
_LOWER = frozenset("The His Her Their Its the his her their its".split())
_PRONOUNS = frozenset("he she they".split())
_LINKS = frozenset("per each for in on from after during".split())
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth next".split()


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
    if len(equations) > worked_graph.MOST_STEPS:
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
    values |= {name: worked_graph.FACTS[name][0] for name in structure["facts"]}
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
    premises = [[name, p.start, p.end, p.kind, str(p.value)] for name, p in graph.premises.items()]
    last = [pause.end() for pause in _SENTENCE.finditer(question)]
    return {
        "question": question, "asked": last[-1] if last else 0,
        "premises": [p for p in premises if p[0] in used], "unused": [p[3:] for p in premises if p[0] not in used],
        "numbers": [p[1:3] for p in premises], "facts": [name for name in worked_graph.FACTS if name in used],
        "steps": graph.steps, "lines": graph.lines, "what": _whats(graph), "answer": answer, "printed": printed,
        "unit": _unit(question, shown), "solution": solution, "style": crc32(question.encode()) & 0x3FFFFFFF,
    }  # fmt: skip


def _unit(question: str, shown: str) -> list[str]:
    """What stands before and behind the answer: ["$", ""], ["", "%"], ["", " clips"]."""
    if shown[0] in "$€£":
        return [shown[0], ""]
    if shown.endswith(PERCENT_SIGNS):
        return ["", "%"]
    asked = list(_HOW_MANY.finditer(question))
    noun = re.sub(r" (?:he|she|they|it|we|you|i)$", "", asked[-1][1]) if asked else ""
    return ["", f" {noun}" if noun and not set(noun.split()) & _NO_UNIT and not numbers_of(noun) else ""]


def _whats(graph: Graph) -> list[str]:
    """A noun phrase for what each line finds, out of the words around its last result; else its place among the results."""
    found: list[str] = []
    for index, parts in enumerate(graph.lines):
        step = [step for step in graph.steps if step[2] == index][-1]
        what = _behind(parts, step[3]) or _before(parts, min([step[3], *step[4]]))
        last = "the last result" if index and index == len(graph.lines) - 1 else f"the {_ORDINALS[min(index, 9)]} result"
        found.append(what if what and what not in found and not numbers_of(what) else last)
    return found


def _behind(parts: list[Any], at: int) -> str:
    """Behind "= 24": " clips in May." gives "the number of clips in May"."""
    shown, behind = parts[at][0], parts[at + 1] if at + 1 < len(parts) else ""
    if not isinstance(behind, str) or behind[:1] != " " or shown.endswith(PERCENT_SIGNS):
        return ""
    clause = re.split(r"[,.;:(=]", behind)[0].strip()
    if shown[0] in "$€£":
        first, _, rest = clause.partition(" ")
        words = " ".join(rest.split(" ")[:4])
        return f"the amount {first} {words}" if first in _LINKS and _PLAIN.fullmatch(words) else ""
    return f"the number of {counted}" if (counted := things(clause, 5)) else ""


def _before(parts: list[Any], at: int) -> str:
    """Before the sum: "So the cost of a pen is " gives "the cost of a pen", "Now she earns " gives "what she earns"."""
    before = parts[at - 1] if at and isinstance(parts[at - 1], str) else ""
    clause = re.split(r"[,.:;] |\b(?:so|then|because|that|means|now|therefore|thus|hence) ", before, flags=re.I)[-1]
    clause = _FILLING.sub("", clause.strip())
    if match := _IT_IS.fullmatch(clause):
        thing = match[1][0].lower() + match[1][1:] if match[1].split()[0] in _LOWER else match[1]
        return f"the cost of {thing}" if "cost" in match[2] else thing
    if match := _WHO_DOES.fullmatch(clause):
        return f"what {match[1].lower() if match[1].lower() in _PRONOUNS else match[1]} {match[2]}"
    return ""
