"""Whether a whole statement gives the reference where its last value or word alone doesn't.

    >>> affirms("91 = 7 × 13, so 91 is divisible by 7.", "Is 91 divisible by 7?")
    'yes'
    >>> binds("2y = 10, so y = 5; then x = 2.", "x = 2, y = 5"), ranks("Bo was first and Al second.", ["bo", "al"])
    (True, True)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutelage.problems.reading.answers import read
from tutelage.problems.reading.numerals import numerals
from tutelage.problems.reading.quantities import stem
from tutelage.problems.reading.replies import plain
from tutelage.problems.reading.spoken import sentences

_POLAR = re.compile(r"\W*(?:is|are|was|were|does|do|did|can|could|will|would|has|have|had|must|should)\b", re.I)
_DENIES = re.compile(r"\b(?:not|never|cannot|no|neither|none|un\w+able|in\w+ible)\b|n't\b", re.I)
_ORDINALS = ("1st", "first", "2nd", "second", "3rd", "third", "4th", "fourth", "5th", "fifth", "last", "finally")
_GOING = re.compile(
    r"\([^()]*\)"
    r"|\b(?:start|go|goe|head|continue|proceed|drive|travel|walk|end)(?:s|ing)?\b(?: (?:at|in|from|to|on))?",
    re.I,
)
_THUS = re.compile(r"[,;]\s*(?:so|thus|therefore|hence|which means)\b|^(?:so|thus|therefore|hence)\b", re.I)


def affirms(sentence: str, question: str) -> str:
    """"yes" or "no" where a statement says what a yes-or-no question asks, or denies it; else ""."""
    asking = next((each.bare for each in reversed(sentences(question)) if each.asks), "")
    if not _POLAR.match(asking):
        return ""
    told = _THUS.split(sentence)[-1]
    wanted, given = _terms(asking), _terms(told)
    if len(wanted) < 2 or len(wanted & given) < 0.6 * len(wanted):
        return ""
    return "no" if _DENIES.search(told) else "yes"


def _terms(text: str) -> set[str]:
    found = re.findall(r"[a-z]{3,}|\d+", plain(text).lower())
    return {stem(word) for word in found} - {"the", "are", "doe", "does", "can", "has", "will", "was"}


def binds(said: str, reference: str) -> bool:
    """Whether the last value that each name of "x = 2, y = 5" is given is the reference's."""
    pairs = read("assignment", plain(reference))
    if not isinstance(pairs, tuple) or len(pairs) < 2:
        return False
    told = plain(said)
    for pair in pairs:
        if not isinstance(pair, tuple):
            return False
        found = re.findall(rf"(?<![\w.]){re.escape(str(pair[0]))}\s*=\s*([-−]?[\d./]*\d)(?![\w^(*])", told)
        last = numerals(f"= {found[-1]}") if found else None
        if not last or last[0].value != pair[1]:
            return False
    return True


def ranks(sentence: str, names: Sequence[str]) -> bool:
    """Whether a statement names all of these once, in this order, each with its place: "Bo was first, Al second"."""
    told = sentence.casefold()
    spots = [[match.start() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", told)] for name in names]
    places = [at for at, each in enumerate(_ORDINALS) for _ in re.finditer(rf"\b{each}\b", told)]
    ends = len(re.findall(r"\b\w{2,}est\b|\bfollowed by\b", told))
    if any(len(each) != 1 for each in spots) or (len(places) < len(names) - 1 and ends < 2):
        return False
    told_in_order = [_ORDINALS.index(match[0]) for match in re.finditer(rf"\b(?:{'|'.join(_ORDINALS)})\b", told)]
    return spots == sorted(spots) and told_in_order == sorted(told_in_order)


def without_going(text: str) -> str:
    """A route without its asides and words of going: "Start at A, go to D (3 km)" as "A, D"."""
    return " ".join(_GOING.sub(" ", text).split())
