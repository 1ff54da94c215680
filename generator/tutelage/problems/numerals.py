"""The numbers that can be read in a text, digits or words: found, never evaluated.

    >>> [str(n) for n in numbers_in("Seventy-four rolls at €1,234.50, or 7 2/5 of them; x = -3")]
    ['2469/2', '37/5', '-3', '3', '74']

Two readers share one grammar. `numbers_in` hunts for leaks in a teacher's words, so it leans to recall: a doubtful
numeral is listed in each of its readings. `numerals` serves the reader of answers, so it gives one reading a numeral
and where it stands, and gives up on a text with a numeral beyond the bounds. Neither can be made to compute anything
large: a numeral has at most `MAX_DIGITS` digits and an exponent of at most `MAX_DIGITS`, and time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from tutelage.problems.numberwords import likely, phrases

MAX_DIGITS = 40
_SHORT = 60  # characters of a run of digits that is worth remembering

_VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip
_V = "".join(_VULGAR)
_THIN = "\u00a0\u2009\u202f"  # the spaces that group digits and never part two numbers
_GROUP = rf"(?:[,'_{_THIN}]|\{{,\}})"

# One run of digits with what may join them. It starts with a plain character set because the engine then skips
# through text without digits at its fastest; everything finer is left to `_parse`, whose results are cached.
_RUN = re.compile(
    rf"[0-9{_V}][0-9{_V}]*(?:(?: ?[/⁄] ?|[.,'_ {_THIN}]|\{{,\}}|[eE][+-]?)[0-9{_V}]+)*"
)
_TOKEN = re.compile(
    rf"(?P<grouped>[0-9]{{1,3}}(?:{_GROUP}[0-9]{{3}})+(?![0-9])(?:\.[0-9]+)?)"
    rf"|(?P<plain>[0-9]+(?:\.[0-9]+)?)(?:[eE](?P<power>[+-]?[0-9]+))?"
    rf"|(?P<vulgar>[{_V}])"
)
_UNGROUP = re.compile(_GROUP)
_TRIAD = re.compile(r"[0-9]{3}(?:\.[0-9]+)?")
_FRAC = re.compile(
    r"\\[dt]?frac\s{0,3}(?:\{\s{0,3}(-?[0-9.,]{1,50})\s{0,3}\}\s{0,3}\{\s{0,3}([0-9.,]{1,50})\s{0,3}\}|([0-9])\s?([0-9]))"
)
_DASHES = "-−–"
_SLASHES = ("/", "⁄")
_SPACES = " \t\n" + _THIN
_CURRENCY = "$€£¥"
# Before a digit these characters decide nothing, and the search for a sign, a decimal point or a letter can be left out.
_QUIET = frozenset("\n(=,:;[{*~≈'\"“‘/+×|") | {""}


class Numeral(NamedTuple):
    """A numeral as read: its value, its digits behind the point (0 for none), its place, and its other readings.

    A value of None marks a numeral beyond the bounds.
    """

    value: Fraction | None
    places: int
    start: int
    end: int
    also: tuple[Fraction, ...] = ()


def numbers_in(text: str) -> tuple[Fraction, ...]:
    """Every number that can be read in a text, doubtful ones in each reading; numerals first, then number words.

    "1,234" is one number and "3, 4" are two; a hyphen between digits is no minus ("7-9" gives 7 and 9), elsewhere it
    is, and the number is listed without it as well ("= -3" gives -3 and 3). "1 234" gives 1234, 1 and 234; "148/2"
    gives 74, 148 and 2, but a proper fraction such as "3/4" only itself. "12%" gives 12. A digit joined to a letter
    before it ("x2") is a name, not a number; "3x" gives 3.
    """
    if "\\" in text:
        text = plain_fractions(text)
    found: list[Fraction] = []
    for match in _RUN.finditer(text):
        start = match.start()
        before = text[start - 1 : start]
        if before in _QUIET or (before == " " and text[start - 2 : start - 1] not in _DASHES):
            found += _values(match[0]) if match.end() - start <= _SHORT else _flat(_parse(match[0]))
        else:
            found += _flat(_placed(text, match[0], start))
    if likely(text):
        for word in phrases(text):
            found.append(word.value)
            found += word.also
    return tuple(found)


def numerals(text: str) -> tuple[Numeral, ...] | None:
    """The numerals of a text in order, one reading each; None when one of them is beyond the bounds.

    LaTeX fractions are for `plain_fractions` to replace first, so that places are places in the given text.
    """
    found = [Numeral(w.value, 0, w.start, w.end, w.also) for w in phrases(text)]
    taken = [(word.start, word.end) for word in found]
    for match in _RUN.finditer(text):
        for numeral in _placed(text, match[0], match.start()):
            if numeral.value is None:
                return None
            # "2 dozen" and "74 and a half" have been read as words already.
            if not any(start <= numeral.start < end for start, end in taken):
                found.append(numeral)
    return tuple(sorted(found, key=lambda numeral: numeral.start))


def plain_fractions(text: str) -> str:
    """A text with its LaTeX fractions of numerals as 37/5."""
    return _FRAC.sub(_unfrac, text)


def gives(numeral: Numeral, value: int | Fraction) -> bool:
    """Whether a numeral states a value: exactly, or rounded to the digits it shows (see `rounds_to`)."""
    return numeral.value is not None and (
        numeral.value == value or rounds_to(value, numeral.value, numeral.places)
    )


def rounds_to(value: int | Fraction, shown: Fraction, places: int) -> bool:
    """Whether `shown` is a value without a finite decimal expansion, correctly rounded to two or more `places`.

    1/3 may be shown as 0.33 or 0.3333, not as 0.3 or 0.34; 7.4 may not be shown as 7.40001. No tie can occur.
    """
    return places >= 2 and not terminates(value) and abs(value - shown) * 2 * 10**places < 1


def terminates(value: int | Fraction) -> bool:
    """Whether a number has a finite decimal expansion."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


def _unfrac(match: re.Match[str]) -> str:
    """A LaTeX fraction as `37/5`; behind a digit with a space, so that 7\\frac{2}{5} becomes the mixed number 7 2/5."""
    over, under = (match[1], match[2]) if match[1] else (match[3], match[4])
    before = match.string[match.start() - 1 : match.start()]
    return f"{' ' if before.isdigit() else ''}{over}/{under}"


@lru_cache(maxsize=8192)
def _known(run: str) -> tuple[Numeral, ...]:
    """`_parse`, remembered for short runs only: no cache may hold megabytes of hostile text."""
    return tuple(_parse(run))


@lru_cache(maxsize=8192)
def _values(run: str) -> tuple[Fraction, ...]:
    return _flat(_known(run))


def _flat(found: Sequence[Numeral]) -> tuple[Fraction, ...]:
    return tuple([value for n in found if n.value is not None for value in (n.value, *n.also)])


def _placed(text: str, run: str, start: int) -> list[Numeral]:
    """A run of digits parsed where it stands: with its sign, its leading point, and without digits that end a name."""
    before, skip = text[start - 1 : start], 0
    if before.isalnum() or before == "_":  # x2, step2, x_2
        skip = len(run) - len(run.lstrip("0123456789"))
    elif before == "." and not text[max(0, start - 2) : start - 1].strip(_SPACES + _DASHES + _CURRENCY):
        run, start = f".{run}", start - 1
    run, start = run[skip:], start + skip
    read = _known(run) if len(run) <= _SHORT else _parse(run)
    parsed = [Numeral(n.value, n.places, n.start + start, n.end + start, n.also) for n in read]
    if parsed and not skip and _minus(text, start):
        if (value := parsed[0].value) is not None:
            parsed[0] = parsed[0]._replace(value=-value, also=(value, *parsed[0].also))
    return parsed


def _minus(text: str, start: int) -> bool:
    """Whether the numeral at `start` has a minus: a dash before it (and before its currency) that joins nothing."""
    at = start
    if text[at - 1 : at] and text[at - 1] in _CURRENCY:
        at -= 2 if text[at - 2 : at - 1] == "\\" else 1
    spaced = text[at - 1 : at] in ("", " ") and at > 0
    at -= spaced
    if at <= 0 or text[at - 1] not in _DASHES:
        return False
    dash = text[at - 1]
    left = text[max(0, at - 4) : at - 1]
    if spaced:  # "x = - 3" is minus three; "5 - 3" and the bullet "- 3 apples" are not
        left = left.rstrip(_SPACES)
        return left[-1:] in ("=", "(", "≈") or (dash == "−" and not left)
    return not (left[-1:].isalnum() or left[-1:] in tuple(")]}%"))


def _parse(run: str) -> list[Numeral]:
    """The numerals of one run of digits, in order."""
    if run.startswith("."):
        return [n._replace(start=max(0, n.start - 1), end=n.end - 1) for n in _parse(f"0{run}")]
    tokens = list(_TOKEN.finditer(run))
    gaps = [run[a.end() : b.start()] for a, b in pairwise(tokens)] + ["|", "|"]
    found: list[Numeral] = []
    at = 0
    while at < len(tokens):
        numeral, used = _take(tokens, gaps, at)
        found.append(numeral)
        at += used
    return found


def _take(tokens: Sequence[re.Match[str]], gaps: Sequence[str], at: int) -> tuple[Numeral, int]:
    """The numeral that starts at a token, and how many tokens it takes up. `gaps[i]` stands behind token i."""
    value, places = _token(tokens[at])
    start, end = tokens[at].span()
    if value is None or gaps[at] in (".", ",", "|"):
        return Numeral(value, places, start, end), 1
    whole = places == 0 and value.denominator == 1
    following = _token(tokens[at + 1])[0]
    if whole and gaps[at] in ("", " ") and following is not None:
        if tokens[at + 1]["vulgar"]:
            return Numeral(value + following, 0, start, tokens[at + 1].end()), 2
        under = _token(tokens[at + 2])[0] if gaps[at + 1].strip() in _SLASHES else None
        if under is not None and 0 < following < under:
            return Numeral(value + following / under, 0, start, tokens[at + 2].end()), 3
    if gaps[at].strip() in _SLASHES and following:
        proper = value < following and whole and following.denominator == 1
        return Numeral(value / following, 0, start, tokens[at + 1].end(), () if proper else (value, following)), 2
    if whole and end - start <= 3 and gaps[at] == " ":
        return _spaced(tokens, gaps, at)
    return Numeral(value, places, start, end), 1


def _spaced(tokens: Sequence[re.Match[str]], gaps: Sequence[str], at: int) -> tuple[Numeral, int]:
    """The numeral "1 234" or "1 234 567.5", whose parts may be numbers of their own; else its first token alone."""
    last = at
    while gaps[last] == " " and last - at < MAX_DIGITS // 3 and _TRIAD.fullmatch(tokens[last + 1][0]):
        last += 1
    parts = [_token(token)[0] for token in tokens[at : last + 1]]
    alone = Numeral(parts[0], 0, tokens[at].start(), tokens[at].end()), 1
    if last == at or gaps[last].strip() in _SLASHES:
        return alone
    value, places = _decimal("".join(token[0] for token in tokens[at : last + 1]))
    also = tuple(part for part in parts if part is not None)
    return (Numeral(value, places, tokens[at].start(), tokens[last].end(), also), last + 1 - at) if value is not None else alone


def _token(token: re.Match[str]) -> tuple[Fraction | None, int]:
    """The value of one token and its digits behind the point."""
    if token["vulgar"]:
        return Fraction(*_VULGAR[token["vulgar"]]), 0
    if token["grouped"]:
        return _decimal(_UNGROUP.sub("", token["grouped"]))
    value, places = _decimal(token["plain"])
    power = token["power"]
    if power is None or value is None:
        return value, places
    if len(power) > 3 or abs(int(power)) > MAX_DIGITS:
        return None, 0
    return value * Fraction(10) ** int(power), 0


def _decimal(digits: str) -> tuple[Fraction | None, int]:
    whole, _, part = digits.partition(".")
    if len(whole) + len(part) > MAX_DIGITS:
        return None, 0
    return Fraction(int(whole + part), 10 ** len(part)), len(part)
