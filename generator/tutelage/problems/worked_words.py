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

_PAUSE = re.compile(r"[,;:] |\s[–—-] |\b(?:and|but|so|because|then|if|while|when|whereas|or)\b ")
_PAUSE_AFTER = re.compile(rf"{_PAUSE.pattern}|\b(?:which|who|where)\b ")
_STOP = re.compile(r"[.?!](?=\s[A-Z0-9$\"“]|$)|[\"“”()]")
_OPENING = re.compile(r"^(?:and|but|so|because|then|if|while|when|whereas|or|also|finally|suppose|assuming|given|that)\b,? ", re.I)
_TAIL = re.compile(r"(?:[\s,;:$€£–—-]|\b(?:for|at|in|of|with|on|per|by|than|to|from|a|an|the|is|are|was|were|has|have|had|and|about|that|only|as|costs?|every|this|until|before|after|when|if|then|plus|or|into)\b)+$")
_DETERMINER = re.compile(
    r"\b(?:the|these|those|this|his|her|their|my|our|its|your|(?:(?:the|his|her|their|its) )?(?:other|another|first|next)|(?:the|his|her|their|its) last|each|"
    r"every|all|a|an|extra|additional|how many|how much|following)\s$", re.I)
_ARTICLE = re.compile(r"\b[Aa]n?\s$")
_PLURAL = re.compile(r"[a-z-]{3,}s|people|children|men|women|feet|teeth|mice|geese|fish|sheep|kids")
_NO_PLURAL = frozenset(
    "was has does his its this plus less minus always sometimes perhaps gets costs makes sells takes gives needs wants buys eats pays was uses has "
    "yes thus gas bus class glass dress grass boss cross across times as pass mass is us".split())
_VERB = re.compile(r"is|are|was|were|will|would|can|could|has|had|have|did|does|do|so|because|which|who|that|and|but|if|when|since|to|as|than|while|[a-z]{3,}ed|he|she|they|it")
_LINK = frozenset("of in on at for per each a an left from with after during under over by between remaining altogether".split())
_LOOSE_END = re.compile(r"(?: (?:for|at|in|of|with|on|per|by|from|a|an|the|his|her|their|each other|about|during|and|that))+$")
_QUESTION = re.compile(r"\b(?:how|what|calculate|find|determine|which)\b", re.I)
_AFTER_MONEY = re.compile(
    r"\s(?:per|each|an?|for|in|on|at|to|from|every|and|or|as|of|more|less|by|with|when|if|but|so|the|after|before|because|while|than|that|worth|total|"
    r"altogether|left|off|apiece|this|last|monthly|weekly|daily|yearly)\b|[,.;:?!)]|$")
_CLOCK = re.compile(r"\s?(?:[ap]\.?m\b|o['’]clock)")
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
                edits.append((start, end, show(values[name], text[start:end], original[name]) or str(values[name])))
    return _edited(text, edits, 0, structure["asked"]).rstrip(), _edited(text, edits, structure["asked"], len(text))


def shown_question(problem: Problem, known: AbstractSet[str]) -> str:
    """The question with what is not known spoken of without its value; facts never stand in it."""
    structure = problem.structure
    hidden = [p for p in structure["premises"] if p[0] not in known]
    if not hidden:
        return f"{problem.intro} {problem.question}".strip()
    text, bank, edits = structure["question"], wordings("problems/worked"), []
    for _, start, end, kind, _ in hidden:
        spot = _spot_of(structure, start, end, kind)
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
    spot = _spot_of(structure, start, end, kind)
    money = text[start - 1 : start] in ("$", "€", "£")
    fields = {"shown": text[start - money : end], "gap": _gap(text, start, end, structure["numbers"])}
    begin, behind = text[left : start - money], text[end:right].rstrip(" ,;:.?!")
    noun = things(text[end:right]) if kind == "count" else ""
    if _QUESTION.search(begin):  # of "How many 150 ml servings can she make" only the things
        begin, behind, right = "", text[end : end + 1 + len(noun)] if noun else "", end + 1 + len(noun)
    asked = bank.choose(f"ask.{spot.key}", style, fields) if spot.key else ""
    question = f"{begin[: len(begin) - (start - money - spot.start)]}{asked}{text[spot.end : right].rstrip(' ,;:')}".strip()
    if not asked or question.count(" ") < 2:
        question = bank.choose("blank.question", style, fields)
    else:
        question = cap(question) + "?"
    clause = begin + fields["shown"] + behind
    fields["clause"] = cap(clause)
    key = "place" if not behind and begin.count(" ") < 2 else "clause"
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


def _spot_of(structure: Structure, start: int, end: int, kind: str) -> _Spot:
    """What to replace; next to another number ("four $5 bills") only the number, and no words fit."""
    if any(0 < start - last < 3 or 0 < first - end < 3 for first, last in structure["numbers"]):
        return _Spot(start, end, "")
    return _spot(structure["question"], start, end, kind)


@lru_cache(maxsize=1024)
def _spot(text: str, start: int, end: int, kind: str) -> _Spot:
    """What to replace, and by which words, so that the sentence stays one."""
    before, follows = text[:start], _FOLLOWS.match(text, end)
    if follows is None or follows[2]:
        return _Spot(start, end, "")
    after, word = follows[1] or "", text[start:end].lower()
    if _CLOCK.match(text, end):
        return _Spot(start, end, "")
    article = _ARTICLE.search(before)
    if kind == "percent":
        return _Spot(article.start() if article else start, end, "percent")
    if kind == "money" and before[-1:] in ("$", "€", "£"):
        bare = before[:-1]
        fits = _AFTER_MONEY.match(text, end) and not _DETERMINER.search(bare) and not bare.endswith(tuple("0123456789 ")[:10])
        return _Spot(start - 1, end, "money") if fits else _Spot(start, end, "")
    if _DETERMINER.search(before):
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
    left += len(text[left:start]) - len(text[left:start].lstrip())
    pauses = [pause.end() for pause in _PAUSE.finditer(text, left, start)]
    if pauses:
        left = pauses[-1]
    elif cut_left:
        left = start
    if (pause := _PAUSE_AFTER.search(text, end, right)) is not None:
        right, cut_right = pause.start(), False
    if cut_right and (tail := _TAIL.search(text[end:right])) is not None:
        right = end + tail.start()
    while (opening := _OPENING.match(text[left:start])) is not None:
        left += opening.end()
    left += len(text[left:start]) - len(text[left:start].lstrip())
    return (left - (text[left - 1 : left] in "$€£") if left == start else left), right


def _gap(text: str, start: int, end: int, numbers: Sequence[Sequence[int]]) -> str:
    """A few words on either side of a number, with a blank for it and dots for all other numbers."""
    first = max([text.rfind(mark, 0, start) + 2 for mark in _ENDS if text.rfind(mark, 0, start) >= 0], default=0)
    last = min([at for mark in _ENDS if (at := text.find(mark, end)) >= 0], default=len(text.rstrip(".?! ")))
    edits = [(a, b, "___" if a == start else "…") for a, b in numbers if first <= a and b <= last]
    words = _edited(text[:last], edits, first, last).split(" ")
    at = next(i for i, word in enumerate(words) if "___" in word)
    return " ".join(words[max(0, at - 4) : at + 5]).strip(" ,;:").replace("“", "").replace("”", "")


def things(text: str, longest: int = 2) -> str:
    """The things that a number at the head of a text counts, "clips" or "large pizzas", with at most so many more
    words that go with them ("hours a week"); "" where they are not plain.

    >>> things("regular sandwiches for the guests"), things("got on"), things("people on the bus drove", 5)
    ('regular sandwiches', '', 'people on the bus')
    """
    words = re.split(r"[^A-Za-z'’-]* ", text.strip(" ,.;:?!") + " ")[:-1]
    head = next((i for i, word in enumerate(words[:3]) if _PLURAL.fullmatch(word) and word not in _NO_PLURAL), None)
    if head is None or not all(word.isalpha() and word not in _NO_PLURAL and word not in _LINK for word in words[:head]):
        return ""
    end = head + 1
    if longest > 2 and end < len(words) and words[end] in _LINK:
        end = min(len(words), end + longest - 1)
        stop = next((i for i, word in enumerate(words[head + 2 : end], start=head + 2) if _VERB.fullmatch(word)), end)
        return _LOOSE_END.sub("", " ".join(words[:stop]))
    return " ".join(words[:end])
