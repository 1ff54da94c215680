"""What each number of a solution comes from: the expression graph behind its lines, and the lines as parts.

    >>> graph = Graph("Mia sold 48 clips in April and half as many in May. How many did she sell?")
    >>> graph.read([read_line("In May she sold 48/2 = <<48/2=24>>24 clips."), read_line("That makes 48 + 24 = 72 clips.")])
    >>> [step[0] for step in graph.steps], graph.lines[1]
    (['n1 / n2:inv', 'n1 + s0'], ['That makes ', ['48', 'n1'], ' + ', ['24', 's0'], ' = ', ['72', 's1'], ' clips.'])

Where a number could come from several places, whether a value has been used yet and the words behind it decide; the
others are kept behind the first, so that nothing is ever carried through a doubt. A number in a line's words that comes from
nowhere has the reference "?".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from tutelage.problems.infix import Number, rounded, tidy
from tutelage.problems.worked_graph import NOWHERE
from tutelage.sources.equations import Equation, Line, Token, exact_value, number
from tutelage.sources.knowledge import fact_for
from tutelage.sources.premises import guises, premises_of

_WORD = re.compile(r"[a-z]+|[$%]")
_SENTENCE = re.compile(r"[.!?] (?=[A-Z$0-9])")
_SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
_OPEN_END = re.compile(r"[-+*/×÷−–(]$")
_OTHER_SUM = re.compile(r"[0-9%)]\s?[-+*/×÷−]\s?[$(]?[0-9][0-9.,]*%?\)? = $")
_PARTS = frozenset("half third quarter fourth fifth sixth seventh eighth ninth tenth fraction part parts".split())
_COEFFICIENT = re.compile(r"([0-9]+)[A-Za-z](?![A-Za-z0-9])")
_MARGIN = 1.9  # of likelihood: who is less likely by more than that is not meant
MOST_UNEXPLAINED = 12  # a plain number beyond this that nothing explains is a step that is not shown


class Unclear(Exception):
    """A line that cannot be followed; its text is the reason of a drop."""


class _Sign(list[str]):
    """The part of an operator or a bracket: a list while the parts are put together, so that it has an identity."""


class Graph:
    """References with their values, the steps so far, and the lines as parts."""

    def __init__(self, question: str) -> None:
        self.steps: list[list[Any]] = []  # expression, rounding, line, the result's part, the expression's parts
        self.lines: list[list[Any]] = []
        self.values: dict[str, Number] = {}  # of every premise and step
        self.premises = {f"n{i}": premise for i, premise in enumerate(premises_of(question), start=1)}
        self._words = words_of(question)
        self._meant: dict[Number, list[str]] = {}  # who has a value as it is
        self._turned: dict[Number, list[str]] = {}  # who has it by a turn
        self._places: dict[str, tuple[str, int]] = {}  # where it stands: a text, and where the number ends there
        self._used: Counter[str] = Counter()
        self._money: set[str] = set()  # who is shown in dollars
        self._silent: set[Number] = set()  # numbers that the lines bring up without saying where they are from
        for name, premise in self.premises.items():
            self._add(name, premise.value, question, premise.end)
            if premise.kind == "money":
                self._money.add(name)
            for turn, value in guises(premise):
                self._turned.setdefault(value, []).append(f"{name}:{turn}")

    @property
    def used(self) -> frozenset[str]:
        """The names of the premises and facts that some step uses."""
        return frozenset(token.partition(":")[0] for step in self.steps for token in step[0].split() if token[0].isalpha())

    def read(self, lines: Sequence[Line]) -> None:
        """Makes the lines: each has an equation; one without joins the next, or the last. Raises Unclear."""
        waiting: list[Any] = []
        for line in lines:
            self._silent |= {number(match[1]) for match in _COEFFICIENT.finditer(line.text)}
            for start, end in _stretches(line):
                own = [e for e in line.equations if start <= e.result.start < end]
                waiting = self._stretch(line, start, end, own, waiting)
                if own:
                    self.lines.append(waiting)
                    waiting = []
        if waiting and self.lines:
            self.lines[-1] = _joined(self.lines[-1], waiting)

    def _add(self, name: str, value: Number, text: str, end: int) -> None:
        self.values[name], self._places[name] = value, (text, end)
        self._meant.setdefault(value, []).append(name)

    def _stretch(self, line: Line, start: int, end: int, equations: Sequence[Equation], before: list[Any]) -> list[Any]:
        """The parts of one stretch of a line, behind those that wait; its equations become steps."""
        items: list[tuple[int, int, Any]] = []  # where in the line, and the part
        made = []
        near: set[str] = set()  # what the equations of this stretch use and give
        for equation in equations:
            tokens = self._expression(line, equation)
            result, name = equation.result, f"s{len(self.steps)}"
            if equation.spots:
                items += [item for _, item in tokens]
            else:
                items += _inserted(line.text, result.start, [item[2] for _, item in tokens])
            step: list[Any] = [" ".join([token for token, _ in tokens]), equation.rounding, len(self.lines)]
            self.steps.append(step)
            value = exact_value(equation.tokens)
            assert value is not None, equation
            self._add(name, rounded(value, equation.rounding), line.text, result.end)
            if result.text[0] in "$€£":
                self._money.add(name)
            items.append((result.start, result.end, [result.text, name]))
            made.append((step, items[-1][2], [item[2] for _, item in tokens]))
            near |= {name, *[token for token, _ in tokens]}
        taken = {spot for s, e, _ in items for spot in range(s, e)}
        others = [token for token in line.numbers if start <= token.start < end and token.start not in taken]
        if others:
            words = words_of(line.text)
            items += [(token.start, token.end, self._mention(token, line.text, words, near)) for token in others]
        parts = _joined(before, _parts(line.text, start, end, items))
        places = {id(part): i for i, part in enumerate(parts)}
        for step, result_part, spots in made:
            step += [places[id(result_part)], [places[id(part)] for part in spots]]
        return [part[0] if isinstance(part, _Sign) else part for part in parts]

    def _expression(self, line: Line, equation: Equation) -> list[tuple[str, tuple[int, int, Any]]]:
        """The expression's tokens as references, each with its place and its part."""
        out: list[tuple[str, tuple[int, int, Any]]] = []
        tokens, spots = equation.tokens, equation.spots
        words = words_of(line.text)
        at = 0
        while at < len(tokens):
            token, spot = tokens[at], spots[at] if spots else None
            if not token[0].isdigit():
                out.append((token, _sign(line.text, token, spot)))
                at += 1
                continue
            if (fraction := self._fraction(line, equation, at)) is not None:
                out.append(fraction)
                at += 3
                continue
            shown = spot.text if spot else _decimal(token)
            end = spot.end if spot else equation.result.start
            sign = tokens[at - 1] if at else tokens[at + 1] if at + 1 < len(tokens) else ""
            before = [reference for reference, _ in out]
            money = self._wants_money(equation, before, shown)
            again = before if not {"*", "/"} & set(tokens) else []  # a sum rarely has the same thing twice
            references = self._trace(number(token), money, (line.text, end), words, sign, again)
            self._used[references[0].partition(":")[0]] += 1
            part = [shown, *[r for r in references if r[0].isalpha()]]
            out.append((references[0], (spot.start if spot else end, end, part if len(part) > 1 else _Sign((shown,)))))
            at += 1
        return out

    def _fraction(self, line: Line, equation: Equation, at: int) -> tuple[str, tuple[int, int, Any]] | None:
        """Three tokens such as 2 / 3 as one, where the question speaks of two thirds, or of a third that is taken away."""
        run = equation.tokens[at : at + 3]
        if len(run) < 3 or run[1] != "/" or not (run[0].isdigit() and run[2].isdigit()) or int(run[2]) == 0:
            return None
        if at and equation.tokens[at - 1] == "/":
            return None
        value = tidy(Fraction(int(run[0]), int(run[2])))
        names = [r for r in self._meant.get(value, []) if r in self.premises and self.premises[r].kind == "fraction"]
        names += [r for r in self._turned.get(value, []) if r.endswith(":rest")]
        if not names:
            return None
        start, end = (equation.spots[at].start, equation.spots[at + 2].end) if equation.spots else (equation.result.start,) * 2
        shown = line.text[start:end].replace(" ", "") if equation.spots else f"{run[0]}/{run[2]}"
        names.sort(key=lambda name: self._used[name.partition(":")[0]])
        self._used[names[0].partition(":")[0]] += 1
        return names[0], (start, end, [shown, *names])

    def _wants_money(self, equation: Equation, before: Sequence[str], shown: str) -> float:
        """How much better an amount of money fits as the next operand: all of a sum of dollars, one factor of a product."""
        if shown[0] in "$€£":
            return 1.5
        if equation.result.text[0] not in "$€£":
            return 0.0
        if not {"*", "/"} & set(equation.tokens):
            return 1.5
        return -1.5 if any(reference in self._money for reference in before) else 1.0

    def _trace(self, value: Number, money: float, place: tuple[str, int], line: frozenset[str], sign: str,
               again: Sequence[str]) -> list[str]:
        """What a number of an expression refers to, likeliest first; the plain number itself where to nothing."""
        if names := self._meant.get(value):
            if len(names) == 1 and value > 2:
                return names[:]
            near, about = behind(*place), _cut(line)
            ranked = sorted([(2.0 * (name in again) - self._likelihood(name, money, near, about, sign), i, name)
                             for i, name in enumerate(names)])
            if value > 2 or -ranked[0][0] > (2.5 if value == 1 else 0.4):
                return [name for score, _, name in ranked if score < ranked[0][0] + _MARGIN]
            if value in (1, 2):
                return [str(value)]
        if value == 1:
            return ["1"]
        rates = not {"%", "percent"}.isdisjoint(line | self._words)
        steps = [n for n in self._meant.get(tidy(Fraction(value) * 100), []) if n[0] == "s"] if rates else []
        if names := [name for name in self._turned.get(value, ()) if self._fits(name, line, sign)]:
            if steps and all(name.endswith(("left", "more")) for name in names):
                return [f"{steps[-1]}:pct"]
            return sorted(names, key=lambda name: self._used[name.partition(":")[0]])
        if steps:
            return [f"{steps[-1]}:pct"]
        if fact := fact_for(value, line, self._words):
            return [fact]
        if value > MOST_UNEXPLAINED or value in self._silent or (value != int(value) and value != Fraction(1, 2)):
            raise Unclear("unexplained number")
        return [str(value)]

    def _fits(self, name: str, line: frozenset[str], sign: str) -> bool:
        """Whether a turned premise is meant: a division by two is a half, a product with two only where half is spoken of."""
        premise, turn = name.split(":")
        if turn not in ("inv", "den", "num", "restnum") or sign == "/":
            return True
        return not line.isdisjoint(_PARTS) or bool(behind(*self._places[premise]) & _cut(line))

    def _likelihood(self, name: str, money: float, words: frozenset[str], line: frozenset[str], sign: str) -> float:
        """How well a name fits: not used yet, the same words behind it or in the line, money where money is wanted."""
        shared = len(behind(*self._places[name]) & words)
        score = 2.0 * (not self._used[name]) + (1.5 + 0.5 * min(2, shared) if shared else 0.0) + money * (name in self._money)
        score += 0.6 * min(2, len(behind(*self._places[name]) & line))
        if name[0] == "s":
            return score + 0.5 + int(name[1:]) / 100
        if self.premises[name].kind == "times":
            score += 1.0 if sign in ("*", "/") else -1.0
        return score

    def _mention(self, token: Token, text: str, line: frozenset[str], near: set[str]) -> Any:
        """The part of a number that stands in a line's words; `near` is what the line's equations use and give."""
        value = token.value
        assert value is not None
        names = list(self._meant.get(value, ()))
        if token.percent:
            names += [n for n in self._meant.get(tidy(Fraction(value) / 100), ()) if n[0] == "s"]
        if len(names) == 1:
            return [token.text, *names]
        if names:
            words = behind(text, token.end)
            score = {name: 2.0 * (name in near) + 2.0 * len(behind(*self._places[name]) & words) for name in names}
            best = max(score.values())
            return [token.text, *[name for name in names if score[name] > best - _MARGIN]]
        if value <= 2 or value == 100 or value in self._turned or fact_for(value, line, self._words):
            return _Sign((token.text,))
        self._silent.add(value)
        return [token.text, NOWHERE]


@lru_cache(maxsize=256)
def _cut(words: frozenset[str]) -> frozenset[str]:
    return frozenset([word[:5] for word in words])


@lru_cache(maxsize=256)
def words_of(text: str) -> frozenset[str]:
    """The words of a text in lower case, each also without its plural s."""
    words = _WORD.findall(text.lower())
    return frozenset(words) | {word[:-1] for word in words if word[-1] == "s"}


@lru_cache(maxsize=512)
def behind(text: str, end: int) -> frozenset[str]:
    """The first words behind a place, cut to five letters so that endings don't matter."""
    return frozenset([word[:5] for word in _WORD.findall(text[end : end + 30].lower())[:3] if len(word) > 2])


def _stretches(line: Line) -> list[tuple[int, int]]:
    """A line's sentences, those without an equation together with the next."""
    edges = [0]
    if len(line.equations) > 1:
        for pause in _SENTENCE.finditer(line.text):
            before = any(edges[-1] <= e.result.start and e.result.end <= pause.start() for e in line.equations)
            across = any((e.spots[0].start if e.spots else e.result.start) < pause.start() < e.result.end for e in line.equations)
            after = any(e.result.start > pause.end() for e in line.equations)
            if before and after and not across:
                edges.append(pause.end())
    return list(zip(edges, (*edges[1:], len(line.text)), strict=True))


def _sign(text: str, token: str, spot: Token | None) -> tuple[int, int, _Sign]:
    if spot is None:
        return 0, 0, _Sign((_SIGNS.get(token, token),))
    start, end = spot.start, spot.end
    word = text[start:end]
    if token in "()":
        return start, end, _Sign((token,))
    tight = token == "/" and word == "/" and not (text[start - 1 : start] == " " or text[end : end + 1] == " ")
    while text[start - 1 : start] == " ":
        start -= 1
    while text[end : end + 1] == " ":
        end += 1
    return start, end, _Sign((f" {word} " if word.isalpha() or " " in word else "/" if tight else _SIGNS[token],))


def _inserted(text: str, at: int, parts: Sequence[Any]) -> list[tuple[int, int, Any]]:
    """The parts of an expression that the line does not show, before its result. Raises Unclear."""
    before = text[:at].rstrip("$€£ ")
    if _OPEN_END.search(before) or _OTHER_SUM.search(text[:at].rstrip("$€£ ") + " "):
        raise Unclear("step does not follow")
    return [*[(at, at, part) for part in parts], (at, at, _Sign((" = ",)))]


def _decimal(token: str) -> str:
    """A plain number as one writes it: 5/2 as 2.5."""
    value = Fraction(token)
    if value.denominator == 1:
        return str(value.numerator)
    shown = f"{float(value):.4f}".rstrip("0")
    return shown if Fraction(shown) == value else token


def _parts(text: str, start: int, end: int, items: Sequence[tuple[int, int, Any]]) -> list[Any]:
    parts: list[Any] = []
    for first, last, part in sorted(items, key=lambda item: item[0]):
        if first > start:
            parts.append(text[start:first])
        parts.append(part)
        start = max(start, last)
    parts.append(text[start:end].rstrip())
    return [part for part in parts if part]


def _joined(left: list[Any], right: list[Any]) -> list[Any]:
    """Two lists of parts as sentences of one line; the second begins with a capital, and ends with a full stop."""
    if right and isinstance(right[0], str):
        right[0] = right[0][:1].upper() + right[0][1:]
    last = right[-1] if isinstance(right[-1], str) else ""
    if not last.rstrip("\"”')").endswith((".", "!", "?", ":", ";", ",")):
        right = [*right[:-1], last + "."] if last else [*right, "."]
    if not left:
        return right
    glue = " " + right[0] if isinstance(right[0], str) else " "
    rest = right[1:] if isinstance(right[0], str) else right
    if isinstance(left[-1], str):
        return [*left[:-1], left[-1] + glue, *rest]
    return [*left, glue, *rest]
