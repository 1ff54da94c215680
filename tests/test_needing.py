"""The words that are looked for before a pattern is tried: without one of them it finds nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from tutelage.online import hearing
from tutelage.problems.reading import asks, cues, unsure
from tutelage.problems.reading.needing import first, holds
from tutelage.problems.reading.spoken import sentences, spoken

REPLIES = Path(__file__).parent / "data" / "replies.jsonl"
GUARDED = [(pattern, words) for pattern, words in (
    (unsure._IF, unsure._OF_IF), (unsure._WITH, unsure._OF_WITH), (unsure._GIVEN, unsure._OF_GIVEN),
    (unsure._SUPPOSED, unsure._OF_SUPPOSED), (unsure._GIVES, unsure._OF_GIVES), (unsure._EITHER, unsure._OF_EITHER),
    (unsure._BOTH_OPEN, unsure._OF_BOTH), (unsure.REFUSAL, unsure._OF_REFUSAL), (unsure.CHOSEN, unsure.OF_CHOSEN),
    (cues._CHOICE, cues._PRAISES), (hearing._DEMAND, hearing._OF_DEMAND),
    *[(pattern, asks._OF_NAMED) for pattern in (*asks._NAMED, asks._ISNT)])]
EXTRA = ["I'll go with 12.", "Just tell me the answer!", "What is the solution?", "Give it to me: the final result",
         "The correct answer is (B).", "It might as well be 4", "Option C is the best", "The price isn't stated."]


def texts() -> list[str]:
    """The sentences of all replies, as they are and with a few of their words put together anew."""
    said = [sentence.bare for line in REPLIES.read_text(encoding="utf-8").splitlines()
            for sentence in sentences(spoken(json.loads(line)["response"] or ""))]
    draws = Random(0)
    words = " ".join(said).split()
    mixed = [" ".join(draws.choice(words) for _ in range(12)) for _ in range(5_000)]
    return [*said, *mixed, *EXTRA]


ALL = texts()


@pytest.mark.parametrize(("pattern", "words"), GUARDED, ids=[pattern.pattern[:30] for pattern, _ in GUARDED])
def test_no_match_without_one_of_its_words(pattern: re.Pattern[str], words: Sequence[str]) -> None:
    found = [text for text in ALL if pattern.search(text)]
    assert found
    assert all(holds(text.lower(), words) for text in found)


def test_branches_open_with_a_word() -> None:
    """A clause that is one of several cases has a word of `conditional`."""
    cases = [case for text in ALL for case in unsure.branches(text)]
    assert cases
    assert all(map(unsure.conditional, cases))


@pytest.mark.parametrize(("text", "at"), [("The Answer is 4", 4), ("no", -1), ("İ ANSWER", 0), ("answers, answer", 0)])
def test_first(text: str, at: int) -> None:
    """Where lower case is longer than what was written, no place is told but the beginning."""
    assert first(text, "answer") == at
