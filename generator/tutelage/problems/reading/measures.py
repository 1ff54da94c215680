r"""Numbers as people write them around an answer: "1.250,00 €", "70k", "1.5 \times 10^3", "2 hours and 15 minutes".

    >>> str(lone_number("the 3 of them pay about $1.2k each").value)
    '1200'
    >>> clock("half past three in the afternoon (15:30)"), clock("3:30 p.m.")
    ((15, 30), (15, 30))
    >>> [str(span) for span in duration("1 hour and 30 minutes")]
    ['3/2', '90', '5400']
"""

from __future__ import annotations

import re
from fractions import Fraction

from tutelage.problems.reading.numerals import Numeral, numerals
from tutelage.problems.reading.readings import one_number
from tutelage.problems.reading.replies import plain
from tutelage.problems.reading.spoken import behind_last

_EUROPEAN = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+),(\d{2})(?!\d)")
_POWER_OF_TEN = re.compile(
    r"(?<![\w.])(-?\d{1,12}(?:\.\d{1,12})?)\s*(?:\\times|\\cdot|×|·|\*|x)\s*10\s*\^\s*\{?(-?\d{1,2})\}?"
)
_OUT_OF = re.compile(r"(?<![\w.])(\d{1,9}) (?:out of|in) (?:every )?(\d{1,9})(?=\W*$| chance)")
_TEN_TO_THE = re.compile(r"(?<![\w.×*·^])10\^\{?(\d{1,2})\}?(?![\w.])")
_SHORT = re.compile(r"(?<![\w.])(\d{1,9}(?:\.\d{1,6})?)\s?(?:([kK])|([mM]|mn|mil|mio)|(bn|B))(?![\w'])")
_SHORT_MONEY = re.compile(r"(?<=[$€£])\s?(\d{1,9}(?:\.\d{1,6})?)\s?([mM])(?![\w'])")
_ASIDE = re.compile(r"\s*\([^()]{0,300}\)|\s*\[[^\[\]]{0,300}\]")
_BECAUSE = re.compile(
    r",?\s+(?:because|since|as (?:each|there|it|he|she|they|the|we)|given that|rather than|instead of|not|out of"
    r"|for a total of)\b.*|[,;]?\s(?:or|i\.e\.|that is|which (?:is|equals|means))\s.*",
    re.I | re.S,
)
_BUT = re.compile(r"\b(?:but|it's|it is|rather|i'd go with|i'll go with|so)\b,?\s+(?=.*[0-9])", re.I | re.S)
_CHOSEN = re.compile(r"\b(?:i'd|i'll|i would|i will) (?:go with|say|pick|choose)\b", re.I | re.S)
_CLOCK = re.compile(r"(?<![\d:.])(\d{1,2})(?:\\?:|\\text\{:\}|h(?=\d))(\d{2})(?![\d:])(?:\s*([ap])\.?\s?m\b\.?)?", re.I)
_O_CLOCK = re.compile(r"(?<![\d:.$])(\d{1,2})\s*(?:([ap])\.?\s?m\b\.?|o'?clock\b(?:\s*([ap])\.?\s?m\b)?)", re.I)
_AFTERNOON = re.compile(r"\b(?:afternoon|evening|at night)\b", re.I)
_SPAN = re.compile(
    r"(?<![\w.])(\d{1,6}(?:\.\d{1,4})?)[\s-]?(hours?|hrs?|h|minutes?|mins?|min|m|seconds?|secs?|s)\b",
    re.I,
)
_SECONDS = {"h": 3600, "m": 60, "s": 1}


def ordinary(text: str) -> str:
    """A text with its numbers in the common form: 1.250,00 as 1250.00, 1.5 × 10^3 as 1.5e3, 70k as 70 thousand."""
    if not any(c.isdigit() for c in text):
        return text
    text = _EUROPEAN.sub(lambda match: f"{match[1].replace('.', '')}.{match[2]}", text)
    text = _OUT_OF.sub(r"\1/\2", text)
    text = _POWER_OF_TEN.sub(r"\1e\2", text)
    text = _TEN_TO_THE.sub(r"1e\1", text)
    text = _SHORT_MONEY.sub(r"\1 million", text)
    return _SHORT.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    """70k as 70 thousand; 5 m is left alone, since it may be metres."""
    return f"{match[1]} thousand" if match[2] else match[0] if match[3] else f"{match[1]} billion"


def lone_number(text: str) -> Numeral | None:
    """The number that an answer comes down to: the only one, or of a statement with several the one it ends in.

    Asides in brackets and reasons ("since …") are left out, and "not 70 but 69" is 69. None where there is none.
    """
    given = ordinary(text)
    given = behind_last(_CHOSEN, given)
    if (number := one_number(given)) is not None:
        return number
    given = plain(given)
    for cut in (_ASIDE.sub("", given), _BECAUSE.sub("", _ASIDE.sub("", given))):
        if cut.strip() and (number := one_number(cut)) is not None:
            return number
    short = behind_last(_BUT, _BECAUSE.sub("", _ASIDE.sub("", given))) or given
    _, equals, behind = short.rpartition("=")
    if equals and (found := numerals(behind)):
        return found[0] if len(found) == 1 else None
    found = numerals(short)
    if not found:
        return None
    return found[0] if _leads(short, found[0]) else found[-1]


def _leads(text: str, first: Numeral) -> bool:
    """Whether an answer opens with its number: "9 eggs per day, or 63 per week"."""
    return not re.search(r"\w", text[: first.start])


def seconds(text: str) -> Fraction | None:
    """The one span of time in a text, in whatever units; None where there is none, or several apart."""
    spans = [*_SPAN.finditer(plain(text))]
    units = [match[2][0].lower() for match in spans]
    if not units or units != sorted(set(units), key="hms".index):
        return None
    return sum((Fraction(match[1]) * _SECONDS[unit] for match, unit in zip(spans, units, strict=True)), Fraction(0))


def clock(text: str) -> tuple[int, int] | None:
    """The last time of day in a text as hours (0 to 23) and minutes; None where there is none."""
    given = plain(text.replace(r"\text{:}", ":"))
    found = [*_CLOCK.finditer(given)]
    if found:
        hour, minute, half = int(found[-1][1]), int(found[-1][2]), (found[-1][3] or "").lower()
    elif spoken := [*_O_CLOCK.finditer(given)]:
        hour, minute, half = int(spoken[-1][1]), 0, (spoken[-1][2] or spoken[-1][3] or "").lower()
    else:
        return None
    if hour > 24 or minute > 59:
        return None
    if half or (_AFTERNOON.search(given) and hour < 12):
        hour = hour % 12 + (12 if half != "a" else 0)
    return hour % 24, minute


def duration(text: str) -> tuple[Fraction, ...]:
    """A span of time given in two units or more, in hours, minutes and seconds; () where there is none."""
    spans = [*_SPAN.finditer(plain(text))]
    units = [match[2][0].lower() for match in spans[:3]]
    if len(units) > 2 and units[2] != "s":
        units.pop()
    if len(units) < 2 or units != sorted(set(units), key="hms".index):
        return ()
    total = sum((Fraction(match[1]) * _SECONDS[unit] for match, unit in zip(spans, units, strict=False)), Fraction(0))
    return total / 3600, total / 60, total
