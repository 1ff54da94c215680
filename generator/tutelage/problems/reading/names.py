"""Names in a text, and the answers that are made of them: routes, sets, choices.

    >>> in_order("Aft → Cole, then Farr (20 minutes)", ("Aft", "Cole", "Dorn", "Farr"))
    ('Aft', 'Cole', 'Farr')
    >>> as_set("The knaves are Cid and Ann.", ("Ann", "Bo", "Cid"))
    ('Ann', 'Cid')

An answer is read strictly: between its names may stand only what joins names, so that "Ann or Cid" is none.
With `names` given only those are known; without, an answer is taken apart at commas and arrows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from tutelage.problems.reading.replies import plain

NOBODY = re.compile(
    r"(?:there (?:is|are) |it has )?(?:no (?:real |such )?(?:solutions?|roots?)|none(?: of (?:them|these))?"
    r"|nobody|no[- ]one|∅|\{\s*\}|the empty set)(?: (?:is|are) an? \w+)?",
    re.I,
)
DENIED = re.compile(
    r"\b(?:or|either|neither|nor|not|never|except|but|without|unless|if|maybe|perhaps|possibly|none|nobody"
    r"|cannot|unknown)\b|n['’]t\b",
    re.I,
)
ASIDE = re.compile(r"(?<=[^\s(])\s*\([^()]*\)\s*$")
_EVERYBODY = re.compile(r"every(?:one|body)|all(?: of (?:them|these)| (?:two|three|four|five|six))?", re.I)
_ARTICLE = re.compile(r"(?:an?|the)\s+(?=\S)", re.I)
_AND = re.compile(r"(?:[\s,;&+]|\band\b|\bas well as\b)+", re.I)
_THEN = re.compile(
    r"(?:[\s,;:>=→⟶–—\-/|&]|\b(?:then|and|to|finally|next|via|through|by|on|onto|lastly|afterwards|followed)\b"
    r"|\b[0-9]{1,2}[.)])+",
    re.I,
)
_SPLIT = re.compile(r"\s*(?:,|;|→|⟶|->|=>|–|—|-|>|\bthen\b)\s*", re.I)

# Before the first name may stand what leads up to it; a bare word there might be an unlisted name.
_LEAD = re.compile(
    r"[\s({\[]*(?:[\w ,'’-]{0,80}?(?:[:=]"
    r"|\b(?:is|are|be|was|were|only|just|both|from|via|take|takes|go|goes|follow|the|1[.)])))?"
    r"[\s({\[]*",
    re.I,
)
_TAIL = re.compile(
    r"[\s)}\]]*(?:(?:is|are|must|both|all|only|alone|lie|lies|each|together)\b[\w '’-]{0,60})?[\s)}\]]*", re.I
)
_COST = re.compile(
    r"[\s)}\]]*(?:[,:;=–—-]?\s?(?:in|takes|taking|with|at|for)?\s?(?:(?:a )?total(?: of|:)? )?[0-9.]{1,9}\s?\w{1,12})?",
    re.I,
)


class Found(NamedTuple):
    """A name where it stands."""

    name: str
    start: int
    end: int


def named(text: str, names: Sequence[str]) -> list[Found]:
    """The names that stand in a text as words, in order; of names that overlap the longest."""
    patterns = _patterns(tuple(names))
    hits = [Found(name, *match.span()) for name, pattern in patterns for match in pattern.finditer(text)]
    found: list[Found] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not found or hit.start >= found[-1].end:
            found.append(hit)
    return found


def in_order(text: str, names: Sequence[str]) -> tuple[str, ...] | None:
    """Names in order, joined by commas, arrows, dashes, "then"; a cost such as "(20 minutes)" may follow."""
    text = ASIDE.sub("", plain(text))
    if not names:
        parts = tuple(_SPLIT.split(text))
        return parts if all(parts) and not DENIED.search(text) else None
    found = named(text, names)
    if not found or not _leads_up(text[: found[0].start]) or not _COST.fullmatch(text, found[-1].end):
        return None
    return tuple(name for name, *_ in found) if all(map(_THEN.fullmatch, _gaps(text, found))) else None


def as_set(text: str, names: Sequence[str]) -> tuple[str, ...] | None:
    """Names in any order, sorted; () for "nobody"."""
    text = ASIDE.sub("", plain(text))
    if NOBODY.fullmatch(text):
        return ()
    if names and _EVERYBODY.fullmatch(text):
        return tuple(sorted(set(names)))
    if not names:
        parts = _AND.split(text)
        return tuple(sorted(set(parts))) if all(parts) and not DENIED.search(text) else None
    found = named(text, names)
    if not found or not _leads_up(text[: found[0].start]):
        return None
    tail = text[found[-1].end :]
    if not _TAIL.fullmatch(tail) or DENIED.search(tail) or re.search(r"\band\b", tail, re.I):
        return None
    joined = all(map(_AND.fullmatch, _gaps(text, found)))
    return tuple(sorted({name for name, *_ in found})) if joined else None


def one_of(text: str, options: Sequence[str]) -> str | None:
    """The one option that an answer names and does not deny; without options the answer less its article."""
    given, text = text.strip(), plain(text)
    bare = without_article(text)
    if not options:
        return bare or None
    for fold in (str.strip, str.casefold):  # an option is itself, whatever words and marks it is made of
        for option in options:
            if fold(option) in (fold(given), fold(text), fold(bare)):
                return option
    found = named(text, options)
    if len({name for name, *_ in found}) != 1:
        return None
    # An option may itself hold a word of denial: "not enough information".
    around = " ".join([text[: found[0].start], *_gaps(text, found), text[found[-1].end :]])
    return None if DENIED.search(around) else found[0].name


def without_article(text: str) -> str:
    """A word or phrase without the article before it."""
    return _ARTICLE.sub("", text.strip(), count=1) if _ARTICLE.match(text.strip()) else text.strip()


def _leads_up(text: str) -> bool:
    return bool(_LEAD.fullmatch(text)) and not DENIED.search(text)


def _gaps(text: str, found: Sequence[Found]) -> list[str]:
    return [text[a.end : b.start] for a, b in pairwise(found)]


@lru_cache(maxsize=512)
def _patterns(names: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each name with its pattern.

    A name matches in any case and number ("Knaves" is "knave"), except where that would be another name's,
    and except a lone A or I, which would be found in every sentence.
    """
    folded = Counter(name.casefold() for name in names)
    patterns = []
    for name in dict.fromkeys(filter(str.strip, names)):
        exact = name.casefold() in ("a", "i") or folded[name.casefold()] > 1
        patterns.append((name, _pattern(name, exact, name[:-1].casefold() in folded)))
    return tuple(patterns)


@lru_cache(maxsize=4096)  # one per name, not one per set of names: sets are endless, names are few
def _pattern(name: str, exact: bool, singular_taken: bool) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in name.split())
    if not exact and len(name) > 2:
        plural = len(name) > 3 and name[-1] == "s" and name[-2] != "s" and not singular_taken
        words = f"{words[:-1] if plural else words}s?"
    return re.compile(rf"(?<!\w){words}(?!\w)", 0 if exact else re.IGNORECASE)
