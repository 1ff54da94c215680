r"""Whether an answer read from a reply is the one that a data set holds, each in whatever form it is written.

    >>> agrees(r"\dfrac{3}{8}", "0.375"), agrees("$1,250 in total", "#### 1250"), agrees("x = 3 and y = -2", "(3, -2)")
    (True, True, True)
    >>> agrees("18 million", "18"), agrees("Max, as he is taller than Ana", "Ana")
    (False, False)

The reference's form decides how the answer is read: as an option's letter, yes or no, a time, pairs, a route,
a number, several numbers, or words. Numbers are the same when they are equal, when one is the other rounded to
two or more digits behind the point, and when one is the other in percent or (of money) in cents. Never raises;
nothing is evaluated.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from tutelage.problems.reading.answers import LONGEST, read, same
from tutelage.problems.reading.measures import clock, duration, lone_number, ordinary, seconds
from tutelage.problems.reading.names import DENIED
from tutelage.problems.reading.numerals import Numeral, gives
from tutelage.problems.reading.readings import one_number
from tutelage.problems.reading.replies import plain
from tutelage.problems.reading.spoken import behind_last, folded
from tutelage.problems.reading.statements import ranks, without_going

_LETTER = re.compile(r"\(?([A-J])\)?[.):]?")
_LETTERS = re.compile(r"(?<![\w'-])\(?([A-J])(?:\)|[.:](?=\s|$)|(?![\w'-]))")
_CHOSEN = re.compile(r"\b(?:option|choice|answer(?: is)?|letter)\b[\s:*_(]{1,6}([A-J])(?![\w'])", re.I)
_OPTION = re.compile(r"(?:^|(?<=[\s(,;]))\(?([A-J])[).:]\s*(.{1,200}?)(?=[\s,;]*(?:(?<=[\s,;])\(?[A-J][).:]\s|\n|\Z))")
_YES_NO = {"yes": "yes", "true": "yes", "correct": "yes", "no": "no", "false": "no", "incorrect": "no"}
_YES_NO_WORD = re.compile(r"\b(yes|no|true|false)\b", re.I)
_ARROW = re.compile(r"\s*(?:→|⟶|->|-->|=>|➔|➜|⇒)\s*")
_ARROWS = re.compile(
    r"(?<![\w.'&])[\w.'&]+(?: [\w.'&]+){0,3}(?:\s*(?:→|⟶|-{1,2}>|=>|➔|➜|⇒)\s*[\w.'&]+(?: (?=[A-Z])[\w.'&]+){0,2})+"
)
_PAIR = re.compile(r"[(\[{]([^()\[\]{}]{1,200})[)\]}]")
_BINDINGS = re.compile(r"[=:]\s*\(?[-−+$]?[0-9.]")
_APART = re.compile(
    r",?\s+(?:than|not|instead of|rather than|followed by|while|whereas|but|then|before|over|ahead of|because"
    r"|since|as)\b.*",
    re.I | re.S,
)
_THUS = re.compile(r"\b(?:so|therefore|thus|hence)\b,?\s+", re.I | re.S)
_LEAD = re.compile(r"^(?:so|then|thus|hence|therefore|we have|we get)\b,?\s*", re.I)
_ROUTE = re.compile(r"^.*?\b(?:route|path|way|order|sequence)\b(?: is)?:?\s+", re.I | re.S)
_NOTHING = re.compile(r"\b(?:nothing|none|no [a-z]+)\b", re.I)
_COUNTED = re.compile(r"(\d)\s(?:more )?(?:dozens?|quarters?|halves|thirds|fifths)\b", re.I)
_RANKED = re.compile(r"^\W*\d{1,2}(?:st|nd|rd|th)?[.):]+\s*|(?<=\n)\W*\d{1,2}(?:st|nd|rd|th)?[.):]+\s*", re.I)
_LEADS_UP = re.compile(
    r"[^=:\d]*?\b(?:are|is|solution|pair|has|have|get|gives|yields?|find|obtain)\b:?\s+(?=[\w(\[{-])(?=.*[0-9])",
    re.I | re.S,
)
_MARKED_LETTER = re.compile(r"\([AI]\)|\b[AI][).:]|^[AI]\W*$|\b[AI]$|is [AI]\b")
_COMES_TO = re.compile(
    r"\b(?:is|to|equals|as|becomes)\b\s*([^a-z\s][^=]*|[a-z]\W[^=]*|[0-9]*[a-z]\b[^=]*)$", re.I
)
_ORDINAL = re.compile(r"\b([0-9]{1,2})(?:st|nd|rd|th)\b", re.I)
_SMALL_WORDS = frozenset(("of", "the", "a", "an", "on", "in", "at", "is", "it", "and"))
_UNDETERMINED = re.compile(
    r"(?:(?:it |this |the answer )?(?:cannot|can'?t|can not|could not) be (?:determined|known|answered|found)"
    r"|not enough (?:information|data|info)|insufficient (?:information|data)|undeterminable|undetermined"
    r"|indeterminate|unknown|unanswerable|not determinable|impossible to (?:determine|tell|say"
    r"|know))(?: (?:is )?(?:given|provided|from the .*))?",
    re.I,
)


def says_undetermined(reference: str, question: str = "") -> bool:
    """Whether a reference answer is that there is none: "not enough information", or the option that says so."""
    reference = bare_reference(reference)
    if letter := _LETTER.fullmatch(plain(reference)):
        reference = options_of(question).get(letter[1], "")
    return bool(_UNDETERMINED.fullmatch(reference.strip("(). ")))


def options_of(question: str) -> dict[str, str]:
    """The options that a question offers, by letter: "(A) 12 (B) 14"."""
    return dict(_options(question[-LONGEST:]))


@lru_cache(maxsize=512)  # questions
def _options(question: str) -> tuple[tuple[str, str], ...]:
    return tuple([(match[1], match[2].strip(" .")) for match in _OPTION.finditer(question)])


def several(reference: str) -> bool:
    """Whether a reference answer has several parts, which a reply may give one a line."""
    return bool(re.search(r",|;|→|->|\band\b|=.*=", bare_reference(reference), re.S))


def bare_reference(reference: str) -> str:
    """A reference answer behind "####", where it has one."""
    return reference[-LONGEST:].rpartition("####")[2].strip()


def wants_number(reference: str) -> bool:
    """Whether a reference answer is a single number, with its unit or sign."""
    text = ordinary(bare_reference(reference))
    return _LETTER.fullmatch(plain(text)) is None and clock(text) is None and one_number(text) is not None


def agrees(text: str, reference: str, question: str = "") -> bool:
    """Whether an answer's text, or a sentence that states it, gives the reference answer.

    `question` serves only answers that are options: "(B)" is then also given by B's own text.
    """
    reference, text = bare_reference(reference), text[-LONGEST:]
    if not reference or not text.strip():
        return False
    if folded(text) == folded(reference):
        return True
    wanted = plain(reference)
    if letter := _LETTER.fullmatch(wanted):
        return _chooses(text, letter[1], question)
    if wanted.casefold() in _YES_NO:
        return _yes_or_no(text) == _YES_NO[wanted.casefold()]
    if (time := clock(reference)) is not None:
        return clock(text) == time
    if len(_ARROW.split(plain(reference))) > 1:
        return _route(text, [folded(part) for part in _ARROW.split(plain(reference))])
    if len(_BINDINGS.findall(wanted)) > 1 and (pairs := read("assignment", wanted)) is not None:
        return any(same("assignment", pairs, each) for each in (text, _LEAD.sub("", plain(text)), _result(text)))
    if (number := one_number(ordinary(reference))) is not None and number.value is not None:
        return _number(text, reference, number)
    values = read("numbers", wanted)
    if isinstance(values, tuple) and len(values) > 1:
        return _numbers(text, wanted, values)
    return _words(text, wanted, question) or _formula(text) == _formula(reference)


def _number(text: str, reference: str, wanted: Numeral) -> bool:
    value = wanted.value
    found = lone_number(text)
    if found is None:
        return value == 0 and bool(_NOTHING.search(text))
    if value is None or found.value is None:
        return False
    if _close(found, wanted):
        return True
    # "8 dozen more" is 8 of them to some, and quarters may be coins
    if _COUNTED.search(text) and not _COUNTED.search(reference):
        return _number(_COUNTED.sub(r"\1", text), reference, wanted)
    # 0.25 is 25%, but 0.25% is not 25: only where one of the two is marked may a hundred be between them.
    percent = ["%" in part or "percent" in part.lower() for part in (text, reference)]
    if percent[0] and not percent[1] and value.denominator > 1:
        return _close(found._replace(value=found.value / 100, places=found.places + 2), wanted)
    if percent[1] and not percent[0]:
        return _close(found._replace(value=found.value * 100, places=max(0, found.places - 2)), wanted)
    if re.search(r"\bcents?\b|¢", text) and value.denominator > 1:
        return found.value == value * 100
    if (spans := duration(text)) and not duration(reference):
        return value in spans
    if set(duration(text)) & set(duration(reference)):
        return True
    return (lasts := seconds(text)) is not None and lasts == seconds(reference)


def _close(a: Numeral, b: Numeral) -> bool:
    """Whether two numerals state one number: equal, or equal when rounded to the digits of the shorter one."""
    if a.value is None or b.value is None:
        return False
    if gives(a, b.value) or gives(b, a.value):
        return True
    places = min(a.places, b.places)
    return places >= 2 and abs(a.value - b.value) * 2 * Fraction(10) ** places <= 1


def _numbers(text: str, wanted: str, values: tuple[object, ...]) -> bool:
    """Several numbers: in the order of a reference in brackets, else in any order."""
    brackets = _PAIR.search(wanted) if wanted[:1] in "([" else None
    text = _result(text)
    inner = _PAIR.search(plain(text))
    if brackets and inner:
        given = [lone_number(part) for part in inner[1].split(",")]
        asked = [one_number(part) for part in brackets[1].split(",")]
        pairs = zip(given, asked, strict=False)
        return len(given) == len(asked) and all(a is not None and b is not None and _close(a, b) for a, b in pairs)
    if brackets:
        bound = read("assignment", text)
        if isinstance(bound, tuple) and len(bound) > 1:
            return [pair[1] for pair in bound if isinstance(pair, tuple)] == [
                number.value for part in brackets[1].split(",") if (number := one_number(part)) is not None]
    return same("numbers", tuple(values), text)


def _result(text: str) -> str:
    """An answer without the words that lead up to its first value: "The roots are x = 2 and …"."""
    text = plain(text)
    cut = _LEADS_UP.match(text)
    short = text[cut.end() :] if cut and "=" not in text[: cut.end()] else text
    return _LEAD.sub("", short.strip())


def _chooses(text: str, letter: str, question: str) -> bool:
    given = plain(text)
    chosen = [match[1].upper() for match in _CHOSEN.finditer(given)]
    if alone := re.match(r"\W*([a-jA-J])\W*$|\W*\(?([a-jA-J])\)", given):
        return (alone[1] or alone[2]).upper() == letter
    letters = chosen[-1:] or [match[1] for match in _LETTERS.finditer(given)]
    # "A" may be an article, unless it stands by itself or is marked
    letters = [each for each in letters if each not in "AI" or chosen or _MARKED_LETTER.search(given)]
    if letters:
        return letters[0] == letter
    options = options_of(question)
    right = options.get(letter)
    if not right or _LETTER.fullmatch(right):
        return False
    return agrees(text, right) and not any(agrees(text, other) for key, other in options.items() if key != letter)


def _yes_or_no(text: str) -> str:
    given = plain(text)
    if first := re.match(r"\W*(yes|no|true|false|correct|incorrect)\b(?! (?:one|more|other|doubt))", given, re.I):
        return _YES_NO[first[1].lower()]
    found = {_YES_NO[match[1].lower()] for match in _YES_NO_WORD.finditer(given)}
    return found.pop() if len(found) == 1 and not re.search(r"\bnot (?:true|false)\b", given, re.I) else ""


def _route(text: str, stops: list[str]) -> bool:
    given = plain(text.replace(r"\to", "→").replace(r"\rightarrow", "→"))
    marked = any(arrow in given for arrow in ("→", "⟶", "->", "=>", "➔", "➜", "⇒"))
    chains = [[folded(part) for part in _ARROW.split(match[0])] for match in _ARROWS.finditer(given) if marked]
    if chains:
        chain = chains[-1]
        chain[0] = chain[0] if chain[0] == stops[0] else chain[0].split()[-1] if chain[0] else ""
        return chain == stops
    forms = (given, _result(given), _ROUTE.sub("", given), without_going(given))
    return any(same("route", tuple(stops), each.casefold()) for each in forms)


def _words(text: str, wanted: str, question: str) -> bool:
    """Words: the reference's own, said of nothing else; "Ana, Max and Eva" in any order, "Ana, Max, Eva" in its own."""
    parts = [folded(part) for part in re.split(r",\s*(?:and\s+)?|\s+(?:and|&)\s+|;\s*", wanted) if part.strip()]
    given = behind_last(_THUS, plain(_RANKED.sub("", text)))
    alike = sorted(_tokens(given)) == sorted(_tokens(wanted))
    if len(parts) > 1:
        stops = tuple(parts)
        if ranks(given, parts) or any(same("route", stops, each.casefold()) for each in (given, _result(given))):
            return True
        if _in_order(wanted, parts) or re.search(r"\b(?:order|rank|sequence|arrange|route|path)", question, re.I):
            return False
        if alike:
            return True
        cut = _APART.sub("", given).casefold()
        return any(same("names", tuple(sorted(parts)), each) for each in (cut, _result(cut), given.casefold()))
    right = _tokens(wanted)
    if alike:
        return True
    if _tokens(given.rpartition(": ")[2]) == right:  # "so three days before that: Tuesday"
        return True
    said = _tokens(_APART.sub("", given))
    if not right or DENIED.search(_APART.sub("", given)):
        return False
    runs = any(said[at : at + len(right)] == right for at in range(len(said) - len(right) + 1))
    return runs or (len(right) > 1 and set(right) <= set(said))


def _in_order(wanted: str, parts: list[str]) -> bool:
    """Whether a list is one in order, such as a route: three or more things with commas alone between them."""
    return len(parts) > 2 and max(map(len, parts)) > 1 and not re.search(r"\band\b|[&;]", wanted)


def _tokens(text: str) -> list[str]:
    """The words of a text that count: lower case, "15th" as 15, without articles and the like."""
    found = re.findall(r"[\w'/+-]+", _ORDINAL.sub(r"\1", text.casefold()))
    return [word.removesuffix("'s") for word in (each.strip("'") for each in found) if word not in _SMALL_WORDS]


def _formula(text: str) -> str:
    """A formula or other symbols, in one spelling: no blanks, signs of mathematics or ways to write a fraction."""
    text = re.sub(r"\\(?:left|right|displaystyle|,|;|!|:|quad|qquad)(?![a-zA-Z])|\$|\\[()\[\]]", "", text)
    text = re.sub(r"\\[dt]frac", r"\\frac", text).replace("−", "-").replace("²", "^2").replace("³", "^3")
    text = re.sub(r"\\(?:text|mathrm|textbf|mathbf|boxed)\s?\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\^\{(\w)\}", r"^\1", text).replace(r"\cdot", "*").replace(r"\times", "*").replace(r"\pi", "π")
    found = _COMES_TO.search(text.strip(" ."))
    return re.sub(r"\s+|\*", "", (found[1] if found else text)).strip(".,;").casefold()
