"""The mistakes in worked solutions: what is done wrong at a step, and the solution's own lines with it carried through.

    "She has 120 × 2 = 240 beads." becomes, with another operation, "She has 120 + 2 = 122 beads."

A slip is made only where it can be written without doubt (`worked_graph.rewritten`) and leads to something believable:
more than nothing, whole where all was whole, and of a size that one would not stumble over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from tutelage.errors import NoAnswer
from tutelage.problems.infix import Number
from tutelage.problems.numerals import numbers_in
from tutelage.problems.worked_graph import ANSWER, number, redone, replay, rewritten, show, value_of, written
from tutelage.values import Problem, Slip, Structure, Value, Work
from tutelage.wording import wordings

LONGEST_QUOTE = 170
KINDS = ("wrong_operation", "used_wrong_number", "dropped_term", "percent_as_number", "half_for_double",
         "took_part_for_whole", "stopped_early", "arithmetic_slip")

_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
_DOUBLE = re.compile(r"\b([Hh])alf( of)?\b|\b([Tt])wice\b|\b([Dd])ouble\b")
_NAMED = re.compile(r"\b(?:add|multipl|divi|subtract|times|sum|product|differen|minus|plus)", re.I)
_HALF = Fraction(1, 2)


_OTHER_HALF = re.compile(r"\b(?:[Hh]alf|[Tt]wice|[Dd]ouble)\b(?! (?:as|of|the|that|this|what|his|her|their|its)\b)|\b(?:other|first|second|one|each|this|that|and a) half\b|\bhalf-|[Dd]oubl(?:ed|es|ing)\b")


class _Change(NamedTuple):
    """What is done wrong at a step: another expression or result, and other texts for some parts of its line."""

    change: str | Number
    parts: Mapping[int, str]
    fields: dict[str, str]
    swap: bool = False  # whether "half" and "twice" change places in the line's words


@dataclass(frozen=True, slots=True)
class _Place:
    """A step where a slip is sought: its expression's tokens, what they stand for, and the parts that show them."""

    structure: Structure
    index: int
    tokens: list[str]
    known: Mapping[str, Number]
    kinds: Mapping[str, str]  # of the premises
    spots: Sequence[int]
    parts: Sequence[Any]
    result: Number

    @property
    def named(self) -> bool:
        """Whether the line says in words what is done, so that another operation would contradict it."""
        return any(_NAMED.search(part) for part in self.parts if isinstance(part, str))

    def shown(self, at: int) -> str:
        """A token as the line shows it."""
        part = self.parts[self.spots[at]]
        return part.strip() if isinstance(part, str) else str(part[0])


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    """Where a mistake may be made. A forgotten carry only where there is little else: it teaches least."""
    steps = problem.structure["steps"]
    kinds = {p[0]: p[3] for p in problem.structure["premises"]}
    twos = {p[0] for p in problem.structure["premises"] if p[3:] in (["times", "2"], ["fraction", "1/2"])}
    found: dict[tuple[str, int], None] = {}
    for expression, _, line, _, _ in steps:
        tokens = expression.split()
        turns = {token.partition(":")[2] for token in tokens if ":" in token}
        mine = {kinds[name] for token in tokens if (name := token.partition(":")[0]) in kinds}
        if len(tokens) == 3 and not turns and not mine & {"percent", "fraction"}:
            found["wrong_operation", line] = None
        if len(tokens) == 3 and any(token.partition(":")[0] in twos for token in tokens):
            found["half_for_double", line] = None
        if len(tokens) >= 5 and not set(tokens) & {"*", "/", "("}:
            found["dropped_term", line] = None
        if mine & {"count", "money"}:
            found["used_wrong_number", line] = None
        if turns & {"pct", "pctleft", "pctmore"} or "percent" in tokens:
            found["percent_as_number", line] = None
    if len(steps) > 1 and steps[-1][2] != steps[-2][2]:
        last = steps[-1][0].split()
        found["took_part_for_whole" if "+" in last else "stopped_early", len(right.steps) - 1] = None
    plain = [step[2] for step in steps if step[0].count(" ") == 2 and ":" not in step[0]]
    if plain and len(found) < 6:
        found["arithmetic_slip", plain[problem.structure["style"] % len(plain)]] = None
    return list(found)


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    """The mistake at the first place of that line where it can be made, or None."""
    structure = problem.structure
    results = replay(structure, problem.values)
    if kind in ("took_part_for_whole", "stopped_early"):
        return _stopped(problem, right, results, kind, step)
    known: dict[str, Any] = {**problem.values, **{f"s{i}": result for i, result in enumerate(results)}}
    kinds = {p[0]: p[3] for p in structure["premises"]}
    parts = structure["lines"][step]
    for index, (expression, _, line, _, spots) in enumerate(structure["steps"]):
        if line != step:
            continue
        place = _Place(structure, index, expression.split(), known, kinds, spots, parts, results[index])
        change = _MAKERS[kind](place)
        work = _carried(place, right, results, change) if change is not None else None
        if work is not None and change is not None:
            return _worded(place, right, Slip(kind, step, work, change.fields))
    return None


def _carried(place: _Place, right: Work, results: Sequence[Number], change: _Change) -> Work | None:
    """The right work with the change made and carried through; None where that is in doubt or not believable."""
    structure, index = place.structure, place.index
    old = dict(place.known)
    try:
        wrong = redone(structure, old, results[:index], index, change.change)
    except NoAnswer:
        return None
    changed = {f"s{i}": now for i, (was, now) in enumerate(zip(results[:-1], wrong[:-1], strict=True)) if was != now}
    if wrong[ANSWER] == results[ANSWER] or not _believable(structure, results[index:], wrong[index:]):
        return None
    first = structure["steps"][index][2]
    if _told_before(structure["lines"][:first], [old[name] for name in changed]):
        return None
    new = {**old, **changed}
    lines = [step.line for step in right.steps[:first]]
    for number, parts in enumerate(structure["lines"][first:], start=first):
        if number == first and change.parts:
            parts = [change.parts.get(i, part) for i, part in enumerate(parts)]
        text = rewritten(parts, old, new, changed)
        if text is not None and number == first and change.swap:
            text = _swapped(text)
        if text is None:
            return None
        lines.append(text)
    return written(structure, wrong, lines)


def _believable(structure: Structure, was: Sequence[Number], now: Sequence[Number]) -> bool:
    """More than nothing, not far off in size, and no finer fractions than the solution's own."""
    fine = max([result.denominator for result in was])
    for old, new in zip(was, now, strict=True):
        if new <= 0 or not old or not old < 40 * new < 1600 * old:
            return False
        if new.denominator > 1 and (fine == 1 or 100 % new.denominator):
            return False
        if structure["unit"][1] == "%" and old <= 100 < new:
            return False
    return True


def _told_before(lines: Sequence[Any], results: Sequence[Number]) -> bool:
    """Whether an earlier line names a result that would now be another one."""
    told = {str(result) for result in results}
    return any(not isinstance(part, str) and part[1] == "?" and part[0].strip("$€£% ").replace(",", "") in told
               for parts in lines for part in parts)


def _swapped(text: str) -> str | None:
    """A line with "half" for "twice" and the other way round; None where the words don't allow that."""
    if _OTHER_HALF.search(text):
        return None

    def other(match: re.Match[str]) -> str:
        word = "twice" if match[1] else "half"
        return word.capitalize() if match[0][0].isupper() else word

    return _DOUBLE.sub(other, text)


def _worded(place: _Place, right: Work, made: Slip) -> Slip | None:
    """The slip with the fields that all kinds have; None where a field would give away what it must not."""
    secret = {place.result, right.value}
    fields = {"what": right.steps[made.step].what, **made.fields}
    if any(number in secret for number in numbers_in(" | ".join(fields.values()))):
        return None
    fields["quote"] = _quote(place, secret)
    return made._replace(fields=fields)


def _quote(place: _Place, secret: AbstractSet[Value]) -> str:
    """A sentence of the question about a number of the step; "" where there is none that may be said."""
    text = place.structure["question"]
    spans = {p[0]: (p[1], p[2]) for p in place.structure["premises"]}
    for token in reversed(place.tokens):
        start, end = spans.get(token.partition(":")[0], (0, 0))
        if not end:
            continue
        first = max([text.rfind(mark, 0, start) + 2 for mark in (". ", "? ", "! ") if text.rfind(mark, 0, start) >= 0], default=0)
        last = min([at for mark in (". ", "? ", "! ") if (at := text.find(mark, end)) >= 0], default=len(text) - 1)
        sentence = text[first : last + 1].strip()
        if len(sentence) <= LONGEST_QUOTE and not any(number in secret for number in numbers_in(sentence)):
            return sentence
    return ""


def _stopped(problem: Problem, right: Work, results: Sequence[Number], kind: str, step: int) -> Slip | None:
    """The last step is left out, and what went into it is given as the answer."""
    structure = problem.structure
    tokens = structure["steps"][-1][0].split()
    before = [int(token[1:]) for token in tokens if token[0] == "s" and token[1:].isdigit()]
    if not before or structure["answer"].count(" "):
        return None
    last = structure["steps"][max(before)]
    value, shown = results[max(before)], structure["lines"][last[2]][last[3]][0]
    if value == right.value or not value:
        return None
    style, words = structure["style"], wordings("problems/worked")
    fields = {"what": right.steps[last[2]].what, "part": shown, "asked": problem.question}
    if any(number == right.value for number in numbers_in(" | ".join(fields.values()))):
        fields["asked"] = ""
    line = words.choose(f"{kind}.line", style, fields)
    steps = (*right.steps[:step], right.steps[step]._replace(line=line, value=shown, uses=(f"s{max(before)}",)))
    return Slip(kind, step, Work(steps, value, shown), fields)


def _operation(place: _Place) -> _Change | None:
    """The two numbers of a step, put together in another way."""
    tokens = place.tokens
    if len(tokens) != 3 or ":" in "".join(tokens) or "percent" in tokens or place.named:
        return None
    a, b = (_value(place, at) for at in (0, 2))
    sign, even = tokens[1], place.structure["style"] % 2
    if sign == "+":
        other = "-" if a > b else "*" if a * b < 4 * (a + b) else ""
    elif sign == "-":
        other = "+"
    elif sign == "*":
        other = "/" if even and b > 1 and not a % b and "times" not in _kinds(place) else "+"
    else:
        other = "-" if even and a > b else "*"
    if not other or ({a, b} & {0, 1} and other in "*/"):
        return None
    words, style = wordings("problems/worked"), place.structure["style"]
    pair = {"a": place.shown(0), "b": place.shown(2)}
    fields = {"plan": words.choose(f"{_NAMES[other]}.plan", style, pair), "did": words.choose(f"{_NAMES[other]}.did", style, pair),
              "doing": words.choose(f"{_NAMES[other]}.doing", style, pair), "do": words.choose(f"{_NAMES[sign]}.do", style, pair),
              "why": words.choose(f"{_NAMES[sign]}.why", style, pair), "wrong_do": words.choose(f"{_NAMES[other]}.do", style, pair)}
    return _Change(f"{tokens[0]} {other} {tokens[2]}", {place.spots[1]: _SIGNS[other]}, fields)


def _other_number(place: _Place) -> _Change | None:
    """Another number of the question, of the same kind and like size, where this one belongs."""
    used = {place.known.get(token.partition(":")[0]) for token in place.tokens}
    for at, token in enumerate(place.tokens):
        if place.kinds.get(token) not in ("count", "money"):
            continue
        value, own = place.known[token], place.parts[place.spots[at]]
        if isinstance(own, str) or any(token in part for i, part in enumerate(place.parts) if i != place.spots[at] and not isinstance(part, str)):
            continue
        near = [other for kind, other in _numbers(place.structure)
                if kind == place.kinds[token] and other not in used and value < 4 * other < 16 * value and other > 1]
        for other in sorted(near, key=lambda other: Fraction(abs(other - value)))[:2]:
            shown = show(other, own[0], value)
            if shown is not None and not own[0][0].isalpha():
                expression = " ".join([*place.tokens[:at], str(other), *place.tokens[at + 1 :]])
                return _Change(expression, {place.spots[at]: shown}, {"wrong": shown, "right": own[0]})
    return None


def _dropped(place: _Place) -> _Change | None:
    """One number of a longer sum is left out."""
    tokens, spots, parts = place.tokens, place.spots, place.parts
    places = list(range(2, len(tokens), 2))
    turn = place.structure["style"] % len(places)
    for at in places[turn:] + places[:turn]:
        gone = list(range(spots[at - 1], spots[at + 1] if at + 1 < len(tokens) else spots[at] + 1))
        behind = parts[spots[at] + 1] if at + 1 == len(tokens) and spots[at] + 1 < len(parts) else " ="
        if isinstance(parts[spots[at]], str) or not isinstance(behind, str) or not behind.startswith(" ="):
            continue
        if any(not isinstance(parts[i], str) for i in gone if i != spots[at]):
            continue
        kept = [place.shown(i) for i in range(0, len(tokens), 2) if i != at]
        if place.shown(at) in kept:
            continue
        fields = {"left": place.shown(at), "rest": f"{', '.join(kept[:-1])} and {kept[-1]}",
                  "also": wordings("problems/worked").choose(f"also.{_NAMES[tokens[at - 1]]}", place.structure["style"], {"left": place.shown(at)})}
        return _Change(" ".join(tokens[: at - 1] + tokens[at + 1 :]), dict.fromkeys(gone, ""), fields)
    return None


def _percent(place: _Place) -> _Change | None:
    """20 % taken as 20: where a part was to be found, or where one was to be taken off or put on."""
    operands = [token for token in place.tokens if token not in ("*", "/", "(", ")")]
    names = [token for token in operands if place.kinds.get(token.partition(":")[0]) == "percent"]
    others = [token for token in operands if token not in names and token != "percent"]
    if len(names) != 1 or len(others) != 1 or set(place.tokens) & {"+", "-"}:
        return None
    name, _, turn = names[0].partition(":")
    base, rate = value_of(others[0], place.known), place.known[name]
    if not rate < base:
        return None
    fields = {"rate": f"{rate}%", "figure": str(rate)}
    first, last = place.spots[0], place.spots[-1]
    if (turn == "pct" and "percent" not in operands) or (not turn and "percent" in operands and place.tokens.count("/") == 1):
        lead = place.parts[first - 1] if first else ""
        behind = place.parts[last + 1] if last + 1 < len(place.parts) else ""
        if "*" not in place.tokens or not isinstance(lead, str) or lead.endswith("= ") or not behind[:2] == " =":
            return None
        return _Change(name, {first: f"{rate}%", **dict.fromkeys(range(first + 1, last + 1), "")}, fields)
    if turn in ("pctleft", "pctmore") and len(place.tokens) == 3 and place.tokens[1] == "*" and place.tokens[2] == names[0]:
        sign = "-" if turn == "pctleft" else "+"
        return _Change(f"{others[0]} {sign} {name}", {place.spots[1]: _SIGNS[sign], place.spots[2]: str(rate)}, fields)
    return None


def _half(place: _Place) -> _Change | None:
    """Half as much for twice as much, or the other way round."""
    tokens = place.tokens
    at = next((i for i in (2, 0) if len(tokens) == 3 and _is_two(place, tokens[i])), None)
    if at is None or place.named:
        return None
    two, base = tokens[at], tokens[2 - at]
    if len(place.parts[place.spots[at]]) > 2:  # this 2 may be another one
        return None
    halved = (tokens[1] == "/") != (value_of(two, place.known) == _HALF)
    name = "halve" if halved else "double"
    other = "double" if halved else "halve"
    words, style = wordings("problems/worked"), place.structure["style"]
    span = next(p for p in place.structure["premises"] if p[0] == two.partition(":")[0])
    pair = {"a": place.shown(2 - at), "b": ""}
    times = span[2] + 6 if place.structure["question"].startswith(" times", span[2]) else span[2]
    fields = {"said": place.structure["question"][span[1] : times].lower(), "a": place.shown(2 - at),
              "plan": words.choose(f"{other}.do", style, pair), "doing": words.choose(f"{other}.doing", style, pair),
              "did": words.choose(f"{other}.did", style, pair), "do": words.choose(f"{name}.do", style, pair)}
    if value_of(two, place.known) == _HALF:
        if tokens[1] != "*":
            return None
        expression = f"2 * {base}" if at == 0 else f"{base} * 2"
        return _Change(expression, {place.spots[at]: "2"}, fields, True)
    if tokens[1] == "/":
        return _Change(f"{base} * {two}", {place.spots[1]: _SIGNS["*"]}, fields, True) if at == 2 else None
    if at == 0 and list(place.spots) != list(range(place.spots[0], place.spots[0] + 3)):
        return None
    return _Change(f"{base} / {two}", {place.spots[0]: place.shown(2 - at), place.spots[1]: _SIGNS["/"], place.spots[2]: "2"}, fields, True)


def _is_two(place: _Place, token: str) -> bool:
    """Whether a token stands for the half or the double that the question speaks of."""
    name, _, turn = token.partition(":")
    kind, value = place.kinds.get(name), place.known.get(name)
    return (kind == "times" and value == 2 and not turn) or (kind == "fraction" and value == _HALF and turn in ("", "inv"))


def _arithmetic(place: _Place) -> _Change | None:
    """A carry that is forgotten, or a ten that is borrowed and not paid back."""
    if len(place.tokens) != 3 or ":" in "".join(place.tokens):
        return None
    a, b, result = _value(place, 0), _value(place, 2), place.result
    if not (isinstance(a, int) and isinstance(b, int) and isinstance(result, int)) or result < 20 or min(a, b) < 3:
        return None
    sign, wrong = place.tokens[1], result
    if sign == "+" and a % 10 + b % 10 >= 10:
        wrong = result - 10
    elif sign == "-" and a % 10 < b % 10:
        wrong = result + 10
    elif sign == "*" and min(a, b) < 10 <= max(a, b):
        wrong = result - 10 * (a % 10 * (b % 10) // 10)
    if wrong == result or wrong <= 0:
        return None
    words, style, name = wordings("problems/worked"), place.structure["style"], _NAMES[sign]
    pair = {"a": place.shown(0), "b": place.shown(2)}
    fields = {"doing": words.choose(f"{name}.doing", style, pair), "trick": words.choose(f"trick.{name}", style, pair),
              "carry": words.choose(f"carry.{name}", style, pair)}
    return _Change(wrong, {}, fields)


def _value(place: _Place, at: int) -> Number:
    return value_of(place.tokens[at], place.known)


def _kinds(place: _Place) -> list[str]:
    return [place.kinds[name] for token in place.tokens if (name := token.partition(":")[0]) in place.kinds]


def _numbers(structure: Structure) -> list[tuple[str, Number]]:
    """All numbers of the question, used or not, as (kind, value)."""
    return [(kind, number(value)) for *_, kind, value in (*structure["premises"], *structure["unused"])]


_MAKERS: dict[str, Callable[[_Place], _Change | None]] = {
    "wrong_operation": _operation, "used_wrong_number": _other_number, "dropped_term": _dropped,
    "percent_as_number": _percent, "half_for_double": _half, "arithmetic_slip": _arithmetic,
}  # fmt: skip
