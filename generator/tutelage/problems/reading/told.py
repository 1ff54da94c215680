r"""The number that a statement comes down to, with its sign and unit; currency is left out.

    >>> told_number("So in total she sold 48 + 24 = 72 clips, at $3 each."), told_number("That is $1.50 more than Tim.")
    ('72 clips', '1.50 more')
    >>> told_number("He picks the correct one.")
    ''
"""

from __future__ import annotations

import re

from tutelage.problems.reading.numerals import Numeral, numerals
from tutelage.problems.reading.replies import plain
from tutelage.problems.reading.spoken import behind_last

EQUATED = re.compile(r"=(?=\s*[$€£¥₹(-−]*\s?[0-9])", re.S)
_ARROWED = re.compile(r"=[^→⇒]*(?:→|⇒|->|=>)\s*(?=[$€£]?[-−]?\d[\d.,]*(?: \w+)?\W*$)")  # "12 * 2 = 24; +5 → 29"
_NAMELY = re.compile(r",? namely\b(?=.*[0-9])", re.I)
_ROUNDED = re.compile(
    r"\bround\w*(?: up| down| off)? (?:to|is|gives)\s+(?:about |approximately )?(?=[$€£]?\d)(?!\d+ (?:decimal"
    r"|digit|place))",
    re.I | re.S,
)
_CURRENCY = "$€£¥₹"
_UNIT = re.compile(
    r"(?:k|K|M|bn)\b|\s?(?:%|°[CF]?|¢|π)|[\s-]{1,2}(?!(?:and|or|so|but|which|in|on|at|for|to|is|are|from|than|left"
    r"|with|because|since|per|by|each|of|if|when|not|to)\b)[A-Za-z€£$²³]{1,20}"
)
_MEASURES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"\b\d+ (?:out of|in) (?:every )?\d+(?= chance|\W*$)",
        r"(?<![\d:])(?:[01]?\d|2[0-4]):[0-5]\d(?![\d:=*/+-])(?:\s*[ap]\.?m\b\.?)?",
        r"\b\d+\s?:\s?\d+\b(?=\W*$)",
        r"\b\d+ ?(?:hours?|hrs?|h),?(?: and)? \d+ ?(?:minutes?|mins?|m)\b",
    )
)
_SUM_OF = re.compile(
    r"\b(?:total|sum|average|cost|price|profit|distance|amount|balance|area|rest|remainder) of (?=[$€£]?\d)", re.I
)
_ASIDE = re.compile(r"\s*\([^()]{0,300}\)")
_GOES_ON = re.compile(
    r"[^,.;]{0,40}[,;.]\s*(?:so|and so|thus|leaving|meaning|which leaves|therefore|hence|then)\b", re.I
)
# What stands behind the number without being the answer: reasons, comparisons, "36 trees: 12 oaks and 24 pines".
_BEHIND = re.compile(
    r",?\s+(?:because|since(?![^.]*, (?:that|so|this|it|he|she|they|we|the|there|you|i)\b[^.]*\d)"
    r"|as (?:there|each|it|you|he|she|they|we)|given that|which leaves|rather than|i\.e\.|or about"
    r"|as opposed to)(?!\w).*"
    r"|, (?:which is the (?:amount|number|time|same)\b|at (?=\d)|with (?=\d)|(?:and )?not (?=\S{0,9}\d)"
    r"|each (?:\w+ )?(?=[$€£]?\d[^,;]*$)).*"
    r"|(?<=[a-z]): \d.*(?:,|\band\b).*\d.*"
    r"|(?<=\d) (?!out\b)[a-z]+(?= of \d) of [$€£]?\d.*",
    re.I | re.S,
)
# "350 pills left after 2 weeks", "840 minutes to groom 5 dogs and 3 cats"
_CIRCUMSTANCE = re.compile(
    r"(?<=\w)\s+(?:(?:after|in|within|during|for)(?: (?:the|those|these|all))?(?: (?:first|next|last|other))?"
    r"|to [a-z]+(?: the)?) \d[\d,.]*(?: \w+){1,3}(?: and \d+(?: \w+){1,2})?\W*$",
    re.I,
)
_REVERSED = re.compile(r"(?<![\w.])([$€£]?[-−]?\d[\d,.]*)\s*=\s*[A-Za-z]\W*$")  # "160 = Y"
_THAN = re.compile(r"(?<=\w)\s+than\b.*", re.I | re.S)
_PRONOUN = re.compile(r"\b(?:no|which|other|last|first|only|right|wrong|correct|than)\s+$", re.I)
_POINTER = re.compile(r"\b(?:the|these|those|this|that|both|each|any|all|or|first|last)\s+$", re.I)


def told_number(text: str) -> str:
    """The number that a statement comes down to: the result of its last equation, else its last one; "" for none.

    Reasons, comparisons and asides behind it are left out. A span of time, a time, a ratio and "1 in 6" are one.
    """
    given = plain(text)
    if not re.search(r"[=]", given):
        for pattern in _MEASURES:
            found = [*pattern.finditer(given)]
            if found and not re.search(r"\d", given[found[-1].end() :]):
                return found[-1][0]
    if reversed_ := _REVERSED.search(given):
        return reversed_[1]
    if arrowed := _ARROWED.search(given):
        given = given[arrowed.end() :]
    given = _SUM_OF.sub("", behind_last(_ROUNDED, behind_last(_NAMELY, given)))
    result = behind_last(EQUATED, given) if EQUATED.search(given) else ""
    numbers = numerals(result) or ()
    if numbers and (len(numbers) == 1 or not _GOES_ON.match(result, numbers[0].end)):
        return around(result, numbers[0])
    short = given if result else _ASIDE.sub("", given) or given
    short = _BEHIND.sub("", result or short) or short
    for cut in (_THAN, _CIRCUMSTANCE):
        shorter = cut.sub("", short)
        short = shorter if re.search(r"[\d½⅓⅔¼¾⅕⅛]", shorter) else short
    told = [each for each in numerals(short) or () if not (_is_pronoun(short, each) or _is_power(short, each))]
    return around(short, told[-1]) if told else ""


def around(text: str, numeral: Numeral) -> str:
    """A number with its sign, currency and unit as they stand in the text."""
    start, negative = numeral.start, numeral.value is not None and numeral.value < 0
    while start > 0 and (text[start - 1] in _CURRENCY or (negative and text[start - 1] in "-−")):
        start -= 1
    unit = _UNIT.match(text, numeral.end)
    return text[start : unit.end() if unit else numeral.end].strip()


def _is_power(text: str, numeral: Numeral) -> bool:
    """Whether a number is only the exponent of a letter: "πr^2"."""
    return bool(re.search(r"[A-Za-z)]\^\{?$", text[: numeral.start]))


def _is_pronoun(text: str, numeral: Numeral) -> bool:
    """Whether a word such as "one" tells no number: "the two", "the correct one"."""
    word, before = text[numeral.start : numeral.end].lower(), text[max(0, numeral.start - 20) : numeral.start]
    if word == "one" and re.match(r" of\b", text[numeral.end :]):
        return True
    if word == "one" and (_PRONOUN.search(before) or re.search(r"\b(?:amount|price|cost|size|number) of\s$", before)):
        return True
    return word.isalpha() and bool(_POINTER.search(before))
