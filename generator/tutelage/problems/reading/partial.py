r"""Statements that look like an answer and are none: formulas, plans, comparisons, premises told again.

    >>> formula("Total = 2 × Kim's age + 5"), formula("3 trays × 24 rolls = 72 rolls"), formula("v = d/5", "Find v.")
    (True, False, True)
    >>> formula("So x + y = 12", "Find x."), plan("Divide the length by 3 m to get the number of pieces.")
    (True, True)
    >>> relative("The tree is five times as tall as the pole.", "How tall is the tree?")
    True
    >>> told_again("He gives away 3.", "Tom has red pens. He gives 3 away. How many red pens remain?")
    True
"""

from __future__ import annotations

import re
from functools import lru_cache

from tutelage.problems.reading.numerals import numerals
from tutelage.problems.reading.quantities import stem
from tutelage.problems.reading.replies import plain
from tutelage.problems.reading.spoken import sentences

_WHERE = re.compile(r"[,;.]?\s+(?:with|where|for)\s+\$?[A-Za-z]\$?\s*(?:=|\b(?:is|being|as|the|stands)\b).*", re.S)
_RESULT = re.compile(r"[-−$€£(≈\s]*(?:[\d.,]+|\d+\s?/\s?\d+)\s*(?:%|π|[A-Za-z²³/. ]{0,40})\W*\Z")
_OPERATOR = r"(?:[×·*÷]|\s[-+−/x]\s)"
_WORDS = re.compile(
    rf"(?<![\d.,] )(?<![\w'-])[A-Za-z]{{3,}}(?:'s)?\)?\s*{_OPERATOR}"
    rf"|{_OPERATOR}\s*\(?(?!(?:one|two|three|four|five|six|seven|eight|nine|ten|half)\b)[A-Za-z]{{3,}}"
    r"|\\d?frac\{[^{}]*[A-Za-z]{3,}[^{}]*\}\{|\\d?frac\{[^{}]*\}\{[^{}]*[A-Za-z]{3,}"
)
_COMMANDS = re.compile(r"\\(?:begin|end)\{[^{}]*\}|&")
_LETTER = re.compile(
    r"(?:(?:[×·*÷/^+]|\s[-−]\s)\s*|(?<=\d))([a-zA-Z])\b|(?<![\w\\])([a-zA-Z])\s*(?:[×·*÷/^+]|\s[-−]\s)"
)
_RELATIVE = re.compile(
    r"(?:[\w/.]+ )?\b(?:times|twice|thrice|half|double|triple)(?: \w+)? as \w+(?: \w+)? as\b"
    r"|[\w/.]+ times (?:as \w+|(?:that|the \w+|its|his|her|their|\w+'s))\b"
    r"|\b(?:half|twice|double|triple) (?:of )?(?:the (?:amount|number|price|cost|weight|length|size)|what)\b"
    r"|(?:\S+ (?:hours?|minutes?|days?|weeks?|years?)(?:,? and )?){1,2} ?(?:after|before) (?:it|he|she|they|the|that)\b"
    r"|\S+(?: \w+)? (?:more|less|fewer|older|younger|longer|shorter|taller|later|earlier) than\b"
    r"|\d+\s?% (?:of (?:the|its|their|his|her|what)|less|more|off|cheaper)\b"
    r"|\b(?:is|are) at (?:least|most) \S+",
    re.I,
)
_PLAN = re.compile(
    r"^\W*(?:\d[.)] )?(?:(?:in order )?to [^,]{3,60}, )?(?:(?:then|next|first|finally|just|simply|you|we|i|one|can"
    r"|could|will|need to|have to|must|should)\b,? ?)*(?:divide|multiply|add|subtract|compute|calculate|find|use"
    r"|apply|solve|plug|substitute|convert|count|double|halve)\b",
    re.I,
)
_COMES_OUT = re.compile(
    r"=|\b(?:gives?|giving|yields?|leaves?|leaving|makes?|making|is|are|was|to get|getting|get|gets|for a total of)"
    r" (?:us |you |me )?(?:about |only |a total of )?[$€£]?[-−]?(?:\d|[½¼¾])",
    re.I,
)
_CHAIN = re.compile(r"→|⇒|=>|->|\\implies|;|,|\b(?:so|then|and)\b")
_EXPRESSION = re.compile(r"(?:[\w.()^²³]+\s*[-+−*/×·^]\s*)+[\w.()^²³]+\s*\Z|(?<![\w.])\d+[abcknpqrtxyz]\s*\Z")
_UNKNOWN = re.compile(r"(?<![A-Za-z])[abcknpqrtxyz](?![A-Za-z(])")
_WANTS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|old|far|tall|fast|heavy|high|deep|wide|big|large)\b", re.I
)
_NUMBERLESS = re.compile(
    r"\b(?:nothing|none|no|nobody|half|all|both|twice|double|same|every\w*|infinit\w+|never|always)\b|[π√∞=]", re.I
)
_FOLD = re.compile(r"(?:half|twice|thrice|double|triple)\b", re.I)
_ASKS_RELATION = re.compile(
    r"\b(?:times|fraction|ratio|percent\w*|share|compared?|than|twice|half|more|less|fewer|least|most|minim\w+|maxim\w+"
    r"|how (?:long|much|many \w+) (?:after|before))\b",
    re.I,
)
_CONCLUDES = re.compile(
    r"[=×·*÷+]|\b(?:so|thus|therefore|hence|remain\w*|left|total|altogether|answer|must|yes|no)\b", re.I
)


def formula(sentence: str, question: str = "") -> bool:
    """Whether a statement is a formula over what isn't known, in words, or in letters that the question lacks."""
    text = _WHERE.sub("", _COMMANDS.sub("", plain(sentence)))
    left, equals, result = text.rpartition("=")
    if not equals or re.fullmatch(r"\W*[A-Z][a-z']+\W*", result):  # "Monday + 2 days = Wednesday"
        return False
    if _RESULT.fullmatch(result):
        return _unsolved(text, question)
    if _WORDS.search(left) or _WORDS.search(result):
        return True
    letters = {letter for match in _LETTER.finditer(result) for letter in match.groups() if letter} - {"x", "e", "i"}
    return bool(question and letters) and not any(re.search(rf"(?<![A-Za-z]){each}(?![a-z])", question)
                                                  for each in letters)


def _unsolved(text: str, question: str) -> bool:
    """Whether a last equation gives a number to an expression with unknowns, which the question doesn't ask for."""
    left, _, right = [each for each in _CHAIN.split(text) if "=" in each][-1].partition("=")
    expression = _EXPRESSION.search(left)
    if expression is None or "=" in right or not _UNKNOWN.search(expression[0].replace("(", " ")):
        return False
    return "".join(expression[0].split()) not in "".join(plain(question).split())


def plan(sentence: str) -> bool:
    """Whether a statement only says what to do: "Divide the length by 3"."""
    told = plain(sentence)
    return bool(_PLAN.search(told)) and not _COMES_OUT.search(told)


@lru_cache(maxsize=512)  # questions
def wants_numeral(question: str) -> bool:
    """Whether a question asks how many or how much."""
    return bool(_WANTS_NUMBER.search(_asking(question)))


def numberless(statement: str) -> bool:
    """Whether a statement holds no number, nor a word such as "none" that stands for one."""
    told = plain(statement)
    return not numerals(told) and not _NUMBERLESS.search(told)


def relative(sentence: str, question: str) -> bool:
    """Whether a statement only compares with something unknown, though the question asks for no comparison."""
    told = plain(sentence)
    match = _RELATIVE.search(told)
    if match is None or not (numerals(match[0]) or _FOLD.match(match[0])):
        return False
    if not question or "=" in told or _ASKS_RELATION.search(_asking(question)):
        return False
    known = {each.value for each in numerals(plain(question)) or ()}
    return all(each.value in known for each in numerals(told[: match.start()] + told[match.end() :]) or ())


def told_again(sentence: str, question: str) -> bool:
    """Whether a statement repeats a premise: its numbers and three in four of its words stand in one."""
    told = plain(sentence)
    premises = " ".join(each.text for each in sentences(question) if not each.asks)
    if not premises or premises == question.strip() or _CONCLUDES.search(told):
        return False
    known = {each.value for each in numerals(plain(premises)) or ()}
    own, there = _stems(told), _stems(premises)
    found = numerals(told) or ()
    if any(name not in question for name in re.findall(r"(?<=[a-z,] )[A-Z]\w+", told)):
        return False
    return bool(found) and len(own) > 1 and len(own & there) >= 0.75 * len(own) and all(n.value in known for n in found)


@lru_cache(maxsize=512)
def _asking(question: str) -> str:
    """The last sentence of a question."""
    return " ".join(each.text for each in sentences(question)[-1:])


def _stems(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[a-z]{3,}", text.lower())} - {"the", "and", "her", "his"}
