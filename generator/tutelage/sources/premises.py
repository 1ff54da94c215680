"""The premises of a word problem: the numbers in its question, what kind of number each is, and where it stands.

    >>> for p in premises_of("Mia sold 48 clips at $1.50, then half as many; 20% of them were red."):
    ...     print(p.kind, p.value)
    count 48
    money 3/2
    fraction 1/2
    percent 20

Also what they can turn up as in a solution: 20 % as 0.2, as 80 % or as 1.2, a half as a division by 2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tutelage.problems.infix import Number, tidy
from tutelage.sources.equations import Token, numbers_of

_MULTIPLES = {"twice": 2, "double": 2, "doubles": 2, "doubled": 2, "thrice": 3, "triple": 3, "triples": 3, "tripled": 3,
              "quadruple": 4, "quadruples": 4, "quadrupled": 4, "couple": 2}
_MULTIPLE = re.compile(
    r"\b(?:twice|thrice|(?:double|triple|quadruple)[sd]|couple(?= of)|(?:double|triple|quadruple)(?= (?:the|what|that|of|this|his|her|their|its|as|how|it)\b))\b",
    re.I)
_FRACTION = re.compile(r"(?<![0-9.,/])(?:([0-9]{1,3}) (?:and )?)?([0-9]{1,3})/([0-9]{1,3})(?![0-9/])")
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "dozen": 12}
_SCALE = re.compile(rf"\s({'|'.join(_SCALES)})s?\b")
_ORDINAL = re.compile(r"\ban? (?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)$", re.I)
_SHARE = re.compile(r"\s?(?:of|as|the|that|more|less|fewer|larger|smaller|longer|shorter|cup|pound|mile|hour|[,.;?!])")  # a third friend is no third
_MONEY_WORD = re.compile(r"\s(?:dollars?|cents?|bucks)\b")
_TIMES = re.compile(r"\s?(?:times|x)\b")
_UNIT = re.compile(r"[\s-](?:and a half )?([a-z]+)")


class Premise(NamedTuple):
    """A number of the question: `text[start:end]` is what another value would replace."""

    start: int
    end: int
    value: Number
    kind: str  # count, money, percent, fraction, times (of so many times as much)
    scale: int  # of "32 million": the value is 32
    unit: str  # the word behind it, "" where there is none


def premises_of(text: str) -> tuple[Premise, ...]:
    """The premises of a question (cleaned by `equations.clean`), in order."""
    found: list[Premise] = []
    taken = 0
    fractions = {m.start(): m for m in _FRACTION.finditer(text) if int(m[3])} if "/" in text else {}
    multiples = [Token(m[0], _MULTIPLES[m[0].lower()], m.start(), m.end()) for m in _MULTIPLE.finditer(text)]
    for token in sorted((*numbers_of(text), *multiples), key=lambda t: t.start):
        if token.start < taken or token.value is None or (_ORDINAL.search(token.text) and not _SHARE.match(text, token.end)):
            continue
        start, end, value, kind, scale = token.start, token.end, token.value, "count", 1
        fraction = fractions.get(start)
        if fraction is not None:
            value = tidy(int(fraction[1] or 0) + Fraction(int(fraction[2]), int(fraction[3])))
            kind, end = "count" if fraction[1] else "fraction", fraction.end()
        elif token.text[0] in "$€£":
            kind, start = "money", start + 1
        elif token.percent:
            kind = "percent"
        elif token.text.lower() in _MULTIPLES or _TIMES.match(text, end):
            kind = "times"
        elif token.text[0].isalpha() and 0 < value < 1:
            kind = "fraction"
        elif _MONEY_WORD.match(text, end):
            kind = "money"
        if (word := _SCALE.match(text, end)) and text[start].isdigit():
            scale = _SCALES[word[1]]
        behind = _UNIT.match(text, word.end() if word else end)
        found.append(Premise(start, end, value, kind, scale, behind[1] if behind else ""))
        taken = end
    return tuple(found)


_HIDDEN_UNITS = {"hour": 60, "minute": 60, "year": 12, "week": 7, "day": 24, "dozen": 12, "foot": 12, "feet": 12, "pair": 2,
                 "dollar": 100, "decade": 10, "century": 100, "centurie": 100}


def guises(premise: Premise) -> list[tuple[str, Number]]:
    """What else a premise can turn up as: (turn as `problems.worked` names it, value)."""
    value, kind = premise.value, premise.kind
    found: list[tuple[str, Number]] = []
    if premise.scale > 1:
        found.append((f"x{premise.scale}", value * premise.scale))
    if kind == "percent":
        found += [("pct", Fraction(value) / 100), ("left", 100 - value), ("pctleft", 1 - Fraction(value) / 100),
                  ("pctmore", 1 + Fraction(value) / 100), ("more", 100 + value)]
    if kind == "fraction" or Fraction(value).denominator > 1:
        part = Fraction(value)
        if part < 1:
            found += [("rest", 1 - part), ("inv", 1 / part), ("restnum", part.denominator - part.numerator), ("plus", 1 + part)]
        found += [("den", part.denominator), ("num", part.numerator)]
    unit = premise.unit.removesuffix("s")
    if unit == "cent":
        found.append(("pct", Fraction(value) / 100))
    if (per := _HIDDEN_UNITS.get(unit)) and (value < 10 or unit == "dozen"):
        found.append((f"x{per}", value * per))
    return [(turn, tidy(Fraction(number))) for turn, number in found]


def same_words(left: Sequence[str], right: Sequence[str]) -> int:
    """How many words two texts share, endings aside."""
    return len({word[:5] for word in left} & {word[:5] for word in right})
