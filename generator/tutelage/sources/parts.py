"""A solution's lines as parts: texts, and the numbers and signs of its equations each as a part of its own.

    >>> from tutelage.sources.equations import read_line
    >>> line = read_line("She sold 48+24 = <<48+24=72>>72 clips altogether")
    >>> sign = sign_part(line.text, line.equations[0].spots[1])
    >>> parts_of(line.text, 0, len(line.text), [sign])
    ['She sold 48', [' + '], '24 = 72 clips altogether']

Each part of an equation is a list while the lines are put together, so that it can be told from another with the same
text; `settled` makes plain texts of those that hold no number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tutelage.sources.equations import Line, Token

Item = tuple[int, int, Any]  # a stretch of a line's text, and the part that stands for it

_SENTENCE = re.compile(r"[.!?] (?=[A-Z$0-9])")
_SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
_OPEN_END = re.compile(r"[-+*/×÷−–(]$")
_OTHER_SUM = re.compile(r"[0-9%)]\s?[-+*/×÷−]\s?[$(]?[0-9][0-9.,]*%?\)? = $")
_ENDED = (".", "!", "?", ":", ";", ",")


class Unclear(Exception):
    """A line that cannot be followed; its text is the reason of a drop."""


class Sign(list[str]):
    """The part of an operator, a bracket or a number without references: its one entry is its text."""


def stretches(line: Line) -> list[tuple[int, int]]:
    """A line's sentences as (start, end), those without an equation together with the next."""
    edges = [0]
    if len(line.equations) > 1:
        for pause in _SENTENCE.finditer(line.text):
            at = pause.start()
            before = any(edges[-1] <= e.result.start and e.result.end <= at for e in line.equations)
            across = any((e.spots[0].start if e.spots else e.result.start) < at < e.result.end for e in line.equations)
            after = any(e.result.start > pause.end() for e in line.equations)
            if before and after and not across:
                edges.append(pause.end())
    return list(zip(edges, (*edges[1:], len(line.text)), strict=True))


def sign_part(text: str, spot: Token) -> Item:
    """An operator or a bracket as the line shall show it: 48*2 as 48 × 2, while 1/2 stays as tight as it is."""
    start, end, shown = spot.start, spot.end, text[spot.start : spot.end]
    if spot.text in "()":
        return start, end, Sign((spot.text,))
    tight = shown == "/" and text[start - 1 : start] != " " and text[end : end + 1] != " "
    while text[start - 1 : start] == " ":
        start -= 1
    while text[end : end + 1] == " ":
        end += 1
    return start, end, Sign((f" {shown} " if shown[0].isalpha() else "/" if tight else _SIGNS[spot.text],))


def new_sign(token: str) -> Sign:
    """The part of an operator or a bracket that the line does not show."""
    return Sign((_SIGNS.get(token, token),))


def inserted(text: str, at: int, parts: Sequence[Any]) -> list[Item]:
    """An expression that the line does not show, before its result. Raises Unclear where another one stands there."""
    before = text[:at].rstrip("$€£ ")
    if _OPEN_END.search(before) or _OTHER_SUM.search(f"{before} "):
        raise Unclear("step does not follow")
    return [*((at, at, part) for part in parts), (at, at, Sign((" = ",)))]


def decimal(token: str) -> str:
    """A plain number as one writes it: "5/2" as "2.5"."""
    value = Fraction(token)
    shown = str(value.numerator) if value.denominator == 1 else f"{float(value):.4f}".rstrip("0")
    return shown if Fraction(shown) == value else token


def parts_of(text: str, start: int, end: int, items: Sequence[Item]) -> list[Any]:
    """A stretch of a line with its items as parts, in order of where they stand."""
    parts: list[Any] = []
    for first, last, part in sorted(items, key=lambda item: item[0]):
        if first > start:
            parts.append(text[start:first])
        parts.append(part)
        start = max(start, last)
    parts.append(text[start:end].rstrip())
    return [part for part in parts if part]


def joined(left: list[Any], right: list[Any]) -> list[Any]:
    """Two runs of parts as sentences of one line; the second begins with a capital and ends with a full stop."""
    if right and isinstance(right[0], str):
        right = [right[0][:1].upper() + right[0][1:], *right[1:]]
    last = right[-1] if isinstance(right[-1], str) else ""
    if not last.rstrip("\"”’')").endswith(_ENDED):
        right = [*right[:-1], last + "."] if last else [*right, "."]
    if not left:
        return right
    glue, rest = (" " + right[0], right[1:]) if isinstance(right[0], str) else (" ", right)
    if isinstance(left[-1], str):
        return [*left[:-1], left[-1] + glue, *rest]
    return [*left, glue, *rest]


def settled(parts: Sequence[Any]) -> list[Any]:
    """The parts with plain texts for the signs."""
    return [part[0] if isinstance(part, Sign) else part for part in parts]
