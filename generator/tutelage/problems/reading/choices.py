"""The option that a reply settles on without a cue, where the question offers options by letters.

    >>> settled("C) 25, because 25 = 5 * 5.", "Which is a square? A) 2 B) 3 C) 25").text
    'C'
    >>> settled("A and B are out, which leaves C.", "Which is a square? A) 2 B) 3 C) 25").text
    'C'
    >>> settled("(A) is 2. It is no square.\\n(B) is 3.", "Which is a square? A) 2 B) 3 C) 25") is None
    True
"""

from __future__ import annotations

import re

from tutelage.problems.reading.agreement import options_of, says_undetermined
from tutelage.problems.reading.closings import Closing
from tutelage.problems.reading.spoken import sentences

_MARK = re.compile(r"^[\s>#*_-]*\(?([A-J])(?:[*_]{0,3}[).:]|[*_]{1,3}(?=\s|$))", re.M)
_SETTLES = re.compile(
    r"\b(?:leaves|leaving|left with|remains|choose|pick|select|go with|must be|so|is|it's|→|=>)(?: us)?(?: with)?"
    r"(?: only| just| option| choice| letter)*[\s:*_]+\(?([A-J])\)?[\s.!*_]*$"
)


def settled(said: str, question: str) -> Closing | None:
    """The letter that a reply opens with, where no other option is listed, or that its last sentence ends in."""
    letters = [letter for letter in options_of(question) if not says_undetermined(letter, question)]
    pieces = sentences(said)
    if not letters or not pieces:
        return None
    last = pieces[-1]
    if (ends := _SETTLES.search(last.bare)) and ends[1] in letters and not last.asks:
        return Closing(ends[1], last.bare, last.start)
    listed = {match[1] for match in _MARK.finditer(said)}
    if len(listed) == 1 and (opens := _MARK.match(said)) and opens[1] in letters:
        return Closing(opens[1], pieces[0].bare, pieces[0].start)
    return None
