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
_CHOICE = re.compile(
    r"\b(?:correct|right|best)(?: (?:answer|option|choice))?(?: (?:is|would be):?| is|:)\s*(?:the\s+)?(?:option"
    r"|choice)?\s*[*_(\"]{0,4}([A-J])(?![\w'])|\b(?:option|choice|answer)\s*[*_(]{0,4}([A-J])\)?[*_]{0,2} (?:is"
    r"|would be) (?:the )?(?:correct|right|best)"
)
_THE_ANSWER = re.compile(r"\b(?:is|gives) (?:the|my|our) (?:final |correct |right )?answer\b(?! to)", re.I)
_CLEAN = re.compile(
    r"^(?:that|therefore|thus|so|hence|:|now|still|simply|just|probably|most likely|approximately|about)\b,?\s*",
    re.I,
)


def cued(said: str) -> Closing | None:
    """The answer behind the last cue; with text "" where the cue's own words refuse; None without a cue."""
    for pattern in (_TAGGED, _JSON, _DOUBLE):
        if found := [*pattern.finditer(said)]:
            value = next(group for group in reversed(found[-1].groups()) if group is not None)
            return _checked(value, value, found[-1].start())
    answer = final_answer(said)
    if not answer:
        if found := [*_CHOICE.finditer(said)]:
            letter = found[-1][1] or found[-1][2]
            return Closing(letter, found[-1][0], found[-1].start())
        if found := [*_THE_ANSWER.finditer(said)]:
            return _before(said, found[-1].start())
        return None
    at = max(0, said.rfind(answer))
    inside = [s for s in sentences(said) if s.start <= at < s.start + len(s.text)]
    sentence, start = (inside[-1].text, inside[-1].start) if inside else (answer, at)
    return _checked(answer, sentence if answer in sentence else answer, start)


def _checked(answer: str, sentence: str, at: int) -> Closing | None:
    words = plain(_CLEAN.sub("", answer))
    if refuses(words) or re.match(r"(?:n/?a|none given|unknown|undefined|null)\b|\?", words, re.I):
        return Closing("", sentence, at)
    if refuses(sentence) and not re.search(r"\d", answer) and len(plain(answer)) > 1 and not BOX.search(sentence):
        return Closing("", sentence, at)
    if not re.search(r"\w", words) and not re.search(r"\d", answer):
        return None
    if not BOX.search(sentence) and not re.search(r"\d", words) and (words.endswith("?") or wants(answer).asked):
        return None
    return Closing(_CLEAN.sub("", answer), sentence, at)


def _before(said: str, at: int) -> Closing | None:
    """ "64 is the final answer" """
    inside = [s for s in sentences(said) if s.start <= at < s.start + len(s.text)]
    if not inside or inside[-1].asks:
        return None
    value = re.sub(r"^(?:so|thus|therefore|hence)\b,?\s*", "", said[inside[-1].start : at].strip(" *_"), flags=re.I)
    return Closing(value, inside[-1].text, inside[-1].start) if re.search(r"\d", value) else None
