"""How the premises of a real question are spoken of, out of the question's own words.

For the 4 in "Each evening he mows 4 lawns and shovels 2 driveways." they are

    sentence   Each evening he mows 4 lawns.
    question   Each evening he mows how many lawns?
    phrase     the number of lawns

and a statement that hides it says "he mows a certain number of lawns". The words around a number are taken as far as
the sentence goes, its next number, or a pause. Where they don't lend themselves to it (a hyphen behind the number, an article
before it), the place is shown instead: "What is the number in “a … page book”?"
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from tutelage.problems.worked_graph import originals, show
from tutelage.values import Problem, Quantity, Structure, Value, Words
from tutelage.wording import cap, wordings

_PAUSE = re.compile(r"[,;:] |\s[–—-] |\b(?:and|but|so|because|then|if|while|when|whereas|which|who|or)\b ")
_STOP = re.compile(r"[.?!](?=\s[A-Z\"“]|$)|[\"“”()]")
_OPENING = re.compile(r"^(?:and|but|so|because|then|if|while|when|whereas|or|also|finally|suppose|assuming|given|that)\b,? ", re.I)
_TAIL = re.compile(r"(?:[\s,;:$€£–—-]|\b(?:for|at|in|of|with|on|per|by|than|to|from|a|an|the|is|are|was|were|has|have|had|and|each|about|that|only|as|costs?|every)\b)+$")
_DETERMINER = re.compile(r"\b(?:the|these|those|this|his|her|their|my|our|its|your|other|another|first|next|last|each|every|all|a|an|of)\s$", re.I)
_ARTICLE = re.compile(r"\b[Aa]n?\s$")
_NOUN = re.compile(r"\s((?:of [a-z]+ )?[a-z]+(?: [a-z]+){0,2})")
_NO_NOUN = frozenset(
    "a an the each per for in on at to from by with and or but is are was were will would can could more less than of as that who "
    "which when while if she he they it her his their them has have had did does do so left remaining times while after before "
    "gets get bought sold made ate takes took every because".split()
)


_QUESTION = re.compile(r"\b(?:how|what|calculate|find|determine|which)\b", re.I)
_FOLLOWS = re.compile(r"\s(of|as|the|her|his|their|its|an?|per|each|every|what)\b|\s[A-Za-z]|(-)|[.,;?!)]|$")
_ENDS = (". ", "? ", "! ")


class _Spot(NamedTuple):
    """A number of the question where it is spoken of without its value."""

    start: int  # of what is replaced: the number, with a currency sign or an article that goes with it
    end: int
    key: str  # which words stand for it, see [ask.*] and [gap.*]; "" where none fit


def asked_of(structure: Structure, values: Mapping[str, Value]) -> tuple[str, str]:
    """The question's text with these values, as what it tells and what it asks."""
    text, edits = structure["question"], []
    if dict(values) != (original := originals(structure)):
        for name, start, end, _, _ in structure["premises"]:
            if values[name] != original[name]:
                edits.append((start, end, show(values[name], text[start:end], original[name]) or str(values[name])))  # type: ignore[arg-type]
    return _edited(text, edits, 0, structure["asked"]).rstrip(), _edited(text, edits, structure["asked"], len(text))


def shown_question(problem: Problem, known: AbstractSet[str]) -> str:
    """The question with what is not known spoken of without its value; facts never stand in it."""
    structure = problem.structure
    hidden = [p for p in structure["premises"] if p[0] not in known]
    if not hidden:
        return f"{problem.intro} {problem.question}".strip()
    text, bank, edits = structure["question"], wordings("problems/worked"), []
    for _, start, end, kind, _ in hidden:
        spot = _spot(text, start, end, kind)
        gap = bank.choose(f"gap.{spot.key}" if spot.key else "gap.blank", structure["style"], {})
        edits.append((spot.start, spot.end, cap(gap) if spot.start == 0 or text[:spot.start].endswith(_ENDS) else gap))
    return _edited(text, edits, 0, len(text))


def say(problem: Problem, quantity: Quantity) -> Words:
    """How a premise is told, asked for and named; a fact has its own words."""
    bank, style = wordings("problems/worked"), problem.structure["style"]
    if quantity.fact:
        value = {"value": str(quantity.value)}
        return Words(*[bank.choose(f"{quantity.name}.{part}", style, value) for part in ("sentence", "question", "phrase")])
    text, structure = problem.structure["question"], problem.structure
    _, start, end, kind, _ = next(p for p in structure["premises"] if p[0] == quantity.name)
    left, right = _clause(text, start, end, structure["numbers"])
    spot = _spot(text, start, end, kind)
    fields = {"shown": text[start - (spot.start < start and text[start - 1] in "$€£") : end], "gap": _gap(text, spot, left, right)}
    begin, told = text[left:start], text[left:right].strip(" ,;:")
    if _QUESTION.search(begin):
        begin, told = "", fields["shown"] + text[end:right].rstrip(" ,;:")
    fields["clause"] = told
    asked = bank.choose(f"ask.{spot.key}", style, fields) if spot.key else ""
    question = f"{begin[: len(begin) - (start - spot.start)]}{asked}{text[spot.end : right]}".strip(" ,;:")
    if not asked or question.count(" ") < 2:
        question = bank.choose("blank.question", style, fields)
    else:
        question = cap(question) + "?"
    key = "whole" if begin.strip() and begin.strip()[0].isalnum() else "part" if told != fields["shown"] else "place"
    fields["clause"] = cap(told) if key == "whole" else told
    noun = _noun(text[end:right]) if kind == "count" else ""
    phrase = bank.choose("phrase.noun" if noun else f"phrase.{kind}", style, {**fields, "noun": noun})
    return Words(bank.choose(f"told.{key}", style, fields), question, phrase)


def _edited(text: str, edits: Sequence[tuple[int, int, str]], begin: int, end: int) -> str:
    """A stretch of a text with the edits that lie in it."""
    out = []
    for start, stop, new in edits:
        if begin <= start and stop <= end:
            out += [text[begin:start], new]
            begin = stop
    return "".join([*out, text[begin:end]])


@lru_cache(maxsize=1024)
def _spot(text: str, start: int, end: int, kind: str) -> _Spot:
    """What to replace, and by which words, so that the sentence stays one."""
    before, follows = text[:start], _FOLLOWS.match(text, end)
    if follows is None or follows[2]:
        return _Spot(start, end, "")
    after, word = follows[1] or "", text[start:end].lower()
    article = _ARTICLE.search(before)
    if kind == "percent":
        return _Spot(article.start() if article else start, end, "percent")
    if kind == "money" and before[-1:] in ("$", "€", "£"):
        bare = before[:-1]
        return _Spot(start - 1, end, "" if _DETERMINER.search(bare) else "money")
    if _DETERMINER.search(before) and not (kind == "fraction" and article is None and before.endswith("of ")):
        return _Spot(start, end, "")
    if kind == "fraction":
        key = {"of": "fraction", "as": "times"}.get(after, "part" if after and after not in ("per", "each", "every") else "")
        return _Spot(start, end, key)
    if kind == "times" and word in ("twice", "double", "triple", "thrice"):
        return _Spot(start, end, "times" if after and after != "of" else "")
    if follows[0][:1] != " ":
        return _Spot(start, end, "")
    return _Spot(start, end, "number" if after == "of" else "" if after in ("as", "the", "per") else "count")


def _clause(text: str, start: int, end: int, numbers: Sequence[Sequence[int]]) -> tuple[int, int]:
    """From where to where the words belong to a number: its clause, or what of it lies between two other numbers."""
    stops = [0, *[stop.end() for stop in _STOP.finditer(text, 0, start)]]
    left = max(max(stops), max([last for first, last in numbers if last <= start], default=0))
    right = stop.start() if (stop := _STOP.search(text, end)) else len(text)
    after = min([first for first, last in numbers if first >= end], default=len(text))
    cut_left, cut_right = left not in stops, after < right
    right = min(right, after)
    pauses = [pause.end() for pause in _PAUSE.finditer(text, left, start)]
    if pauses:
        left = pauses[-1]
    elif cut_left:
        left = start
    if (pause := _PAUSE.search(text, end, right)) is not None:
        right, cut_right = pause.start(), False
    if cut_right and (tail := _TAIL.search(text[end:right])) is not None:
        right = end + tail.start()
    while (opening := _OPENING.match(text[left:start])) is not None:
        left += opening.end()
    left += len(text[left:start]) - len(text[left:start].lstrip())
    return (left - (text[left - 1 : left] in "$€£") if left == start else left), right


def _gap(text: str, spot: _Spot, left: int, right: int) -> str:
    """A few words on either side of a number, with dots for the number."""
    before, after = text[left : spot.start].split(" ")[-6:], text[spot.end : right].split(" ")[:6]
    return f"{' '.join(before)}…{' '.join(after)}".strip(" ,;:")


def _noun(after: str) -> str:
    """The things that a number counts, "clips" or "her friends"; "" where that is not plain."""
    words = after.strip(" ,.;:?!").split(" ")[:4]
    if words[0] == "of":
        return " ".join(words[1:3]) if len(words) > 2 and words[1] in ("her", "his", "their", "the", "these", "those") else ""
    kept: list[str] = []
    for word in words[:3]:
        if not word.isalpha() or word.lower() in _NO_NOUN:
            break
        kept.append(word)
    return " ".join(kept)
