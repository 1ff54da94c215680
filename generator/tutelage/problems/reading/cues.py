r"""Answers behind a cue: those of `replies.final_answer`, and the marks that prompts ask models for.

    >>> cued("<answer>\n19\n</answer>").text, cued('{"steps": "3 * 6", "answer": 18}').text
    ('19', '18')
    >>> cued("The answer is that we can't know.").text, cued("She has 18 eggs.")
    ('', None)
"""

from __future__ import annotations

import re

from tutelage.problems.reading.asks import wants
from tutelage.problems.reading.closings import Closing
from tutelage.problems.reading.needing import holds
from tutelage.problems.reading.replies import BOX, final_answer, plain
from tutelage.problems.reading.spoken import sentences
from tutelage.problems.reading.unsure import refuses

_TAGGED = re.compile(r"<(answer|final|final_answer|ans)>\s*(.{1,500}?)\s*</\1>", re.I | re.S)
_JSON = re.compile(
    r"[\"'](?:final[_ ]?)?(?:answer|result)[\"']\s*:\s*(?:\"([^\"\n]{1,500})\"|'([^'\n]{1,500})'"
    r"|([^\s,}\"'][^,}\n]{0,200}))",
    re.I,
)
_DOUBLE = re.compile(r"\[\[\s*([^\[\]\n]{1,200}?)\s*\]\]\W*\Z|\[ANSWER\]:?\s*([^\n]{1,200})", re.I)
_PRAISES = ("correct", "right", "best")
_CHOICE = re.compile(
    r"\b(?:correct|right|best)(?: (?:answer|option|choice))?(?: (?:is|would be):?| is|:)\s*(?:the\s+)?(?:option"
    r"|choice)?\s*[*_(\"]{0,4}([A-J])(?![\w'])|\b(?:option|choice|answer)\s*[*_(]{0,4}([A-J])\)?[*_]{0,2} (?:is"
    r"|would be) (?:the )?(?:correct|right|best)"
)
_THE_ANSWER = re.compile(r"\b(?:is|gives) (?:the|my|our) (?:final |correct |right )?answer\b(?! to)", re.I)
_NONE = re.compile(r"(?:n/?a|none given|unknown|undefined|null)\b|\?", re.I)
_DIGIT, _WORD = re.compile(r"\d"), re.compile(r"\w")
_CLEAN = re.compile(
    r"^(?:that|therefore|thus|so|hence|:|now|still|simply|just|probably|most likely|approximately|about)\b,?\s*",
    re.I,
)


def cued(said: str) -> Closing | None:
    """The answer behind the last cue; with text "" where the cue's own words refuse; None without a cue."""
    for pattern, mark in ((_TAGGED, "<"), (_JSON, ":"), (_DOUBLE, "[")):
        if mark in said and (found := [*pattern.finditer(said)]):
            value = next(group for group in reversed(found[-1].groups()) if group is not None)
            return _checked(value, value, found[-1].start())
    answer = final_answer(said)
    if not answer:
        if holds(said, _PRAISES) and (found := [*_CHOICE.finditer(said)]):
            letter = found[-1][1] or found[-1][2]
            return Closing(letter, found[-1][0], found[-1].start())
        if "answer" in said.lower() and (found := [*_THE_ANSWER.finditer(said)]):
            return _before(said, found[-1].start())
        return None
    at = max(0, said.rfind(answer))
    inside = [s for s in sentences(said) if s.start <= at < s.start + len(s.text)]
    sentence, start = (inside[-1].text, inside[-1].start) if inside else (answer, at)
    return _checked(answer, sentence if answer in sentence else answer, start)


def _checked(answer: str, sentence: str, at: int) -> Closing | None:
    clean = _CLEAN.sub("", answer)
    words = plain(clean)
    if refuses(words) or _NONE.match(words):
        return Closing("", sentence, at)
    if refuses(sentence) and not _DIGIT.search(answer) and len(plain(answer)) > 1 and not BOX.search(sentence):
        return Closing("", sentence, at)
    if not _WORD.search(words) and not _DIGIT.search(answer):
        return None
    if not _DIGIT.search(words) and not BOX.search(sentence) and (words.endswith("?") or wants(answer).asked):
        return None
    return Closing(clean, sentence, at)


def _before(said: str, at: int) -> Closing | None:
    """ "64 is the final answer" """
    inside = [s for s in sentences(said) if s.start <= at < s.start + len(s.text)]
    if not inside or inside[-1].asks:
        return None
    value = re.sub(r"^(?:so|thus|therefore|hence)\b,?\s*", "", said[inside[-1].start : at].strip(" *_"), flags=re.I)
    return Closing(value, inside[-1].text, inside[-1].start) if re.search(r"\d", value) else None
