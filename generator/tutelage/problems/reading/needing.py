"""Words that a pattern can't do without: quick to look for, and mostly not there, so that it need not be tried.

    >>> holds("She has 12 left.", ("depend", " or "))
    False

A pattern over a whole text costs as much as a hundred looks for a word. Where a reader's pattern has words of which
one must stand in whatever it matches, they are looked for first, in lower case; a test tries them over all replies.
"""

from __future__ import annotations

from collections.abc import Iterable


def first(text: str, word: str) -> int:
    """Where a word of small letters first stands in a text, in any case, or a place before that; -1 for nowhere."""
    low = text.lower()
    return low.find(word) if len(low) == len(text) else min(0, low.find(word))


def holds(text: str, needed: Iterable[str]) -> bool:
    """Whether one of these stands in a text, as it is."""
    return any(map(text.__contains__, needed))
