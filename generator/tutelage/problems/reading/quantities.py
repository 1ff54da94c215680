"""Which known quantities a free wording is about.

    >>> matched(("what each ticket costs",), {"price": "the cost of a ticket", "people": "how many people go"})
    ('price',)
    >>> matched(("How much is it?",), {"price": "the cost of a ticket", "people": "how many people go"})
    ()
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache


def matched(asks: Sequence[str], quantities: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the quantities that the asks are about, in the order of `quantities`.

    A quantity is known by the words it is spoken of with. Words are compared by their stems, and one that few
    quantities share counts for more: "price of a pen" is about the pen's price, not about another one's. An ask
    may be about several; where two fit equally well it is about neither.
    """
    stems = {name: _stems(f"{spoken_of} {name.replace('_', ' ')}") for name, spoken_of in quantities.items()}
    shared = Counter(stem for each in stems.values() for stem in each)
    weight = {stem: math.log(1 + len(stems) / count) ** 2 for stem, count in shared.items()}
    found: set[str] = set()
    for ask in asks:
        left = {stem for stem in _stems(ask) if stem in weight}
        while left:
            scores = sorted(((_score(left, each, weight), name) for name, each in stems.items() if name not in found),
                            reverse=True)
            if not scores or scores[0][0] < 0.4 or (len(scores) > 1 and scores[0][0] - scores[1][0] < 0.05):
                break
            found.add(scores[0][1])
            left -= stems[scores[0][1]]
    return tuple(name for name in quantities if name in found)


def _score(left: set[str], each: frozenset[str], weight: Mapping[str, float]) -> float:
    """How well stems fit a quantity, 0 to 1: the harmonic mean of what they cover of it, and it of them."""
    common = sum(weight[stem] for stem in left & each)
    return 2 * common / (sum(weight[stem] for stem in left) + sum(weight[stem] for stem in each)) if common else 0.0


_STOP = frozenset((
    "a", "an", "the", "of", "is", "are", "was", "were", "be", "do", "does", "did", "how", "much", "what", "which",
    "who", "many", "to", "in", "on", "at", "for", "it", "its", "their", "his", "her", "they", "there", "this", "that",
    "and", "or", "each", "per", "i", "me", "you", "we", "us", "please", "could", "can", "would", "know", "need",
    "tell", "provide", "number", "value", "amount", "with", "from", "by", "as", "if", "has", "have", "had", "one",
))  # fmt: skip
_ENDINGS = ("ings", "ing", "ies", "ed", "es", "ers", "er", "ly", "s", "e", "y")
# What a question says where a phrase says something else: "how old" and "age".
_LIKE = {
    "cost": "pric", "pay": "pric", "charg": "pric", "old": "age", "long": "length", "wide": "width", "tall": "height",
    "high": "height", "deep": "depth", "heav": "weight", "weigh": "weight", "fast": "speed", "far": "distanc",
    "earn": "wag", "salar": "wag",
}  # fmt: skip


@lru_cache(maxsize=2048)  # a quantity is spoken of in the same words all through a dialogue
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in re.findall(r"[a-z]{2,}|[0-9]+", text.lower()) if word not in _STOP)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending, so that "costs" and "cost" are one; of some words that of one alike in meaning."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return _LIKE.get(word, word)
