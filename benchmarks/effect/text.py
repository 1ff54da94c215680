"""Text as tokens: words, signs, and numbers in pieces of two digits, so that every piece is seen often.

    >>> pieces("Legs of 5 ants: 263. €1315.")
    ['leg', '+s', 'of', '5', 'ant', '+s', ':', '2', '63', '.', '€', '13', '15', '.']

The plural ending is a piece of its own and a sentence's capital is dropped, so that a word is one token wherever it
stands. A dialogue is a sequence of tokens with one flag each: whether it carries loss. Loss is on the tokens of the
messages whose `loss` is true, and on the end mark behind them, and nowhere else; not on a number behind "=" either,
which the calculator writes (`play`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

PIECE = re.compile(r"\d\d?(?=(?:\d\d)*(?!\d))|[^\W\d_]+(?:'[^\W\d_]+)?|[^\w\s]|_")
PLURAL, MANY = re.compile(r"[^\W\d_]{2,}[^\W\d_su]s"), "+s"
USER, STUDENT, END, UNKNOWN = "<user>", "<student>", "<end>", "<?>"
MARKS = ("<pad>", USER, STUDENT, END, UNKNOWN)
PAD = 0


def pieces(text: str) -> list[str]:
    found = list[str]()
    for piece in PIECE.findall(text.replace("**", "")):
        word = piece.lower() if piece[1:].islower() else piece
        found += [word[:-1], MANY] if PLURAL.fullmatch(word) else [word]
    return found


def joined(tokens: Sequence[str]) -> str:
    """The pieces of a number and of a plural together again, the rest with a space between."""
    out, run = "", False
    for token in tokens:
        number = token.isdigit()
        if token == MANY:
            out += "s"
            continue
        out += token if (number and run and len(token) == 2) or not out else f" {token}"
        run = number
    return out


class Vocabulary:
    """The words of some dialogues that occur at least `often` times, as numbers; all others are one word, unknown."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self.number = {word: i for i, word in enumerate(self.words)}

    @classmethod
    def of_dialogues(cls, dialogues: Iterable[Sequence[Mapping[str, Any]]], often: int = 3) -> Vocabulary:
        seen = Counter(piece for messages in dialogues for m in messages for piece in pieces(m["content"]))
        for number in range(100):
            seen[str(number)] += often
            seen[f"{number:02d}"] += often
        return cls([*MARKS, *sorted(word for word, count in seen.items() if count >= often)])

    def __len__(self) -> int:
        return len(self.words)

    def of(self, tokens: Iterable[str]) -> list[int]:
        unknown = self.number[UNKNOWN]
        return [self.number.get(token, unknown) for token in tokens]

    def dialogue(self, messages: Sequence[Mapping[str, Any]]) -> tuple[list[int], list[bool]]:
        """The tokens of a dialogue, and for each whether it carries loss (the mark that opens a message never does)."""
        tokens, flags = list[int](), list[bool]()
        for message in messages:
            opening = STUDENT if message["role"] == "assistant" else USER
            said = self.of([opening, *pieces(message["content"]), END])
            tokens += said
            flags += [False] + [bool(message["loss"]) and own for own in self._own(said[1:])]
        return tokens, flags

    def _own(self, said: Sequence[int]) -> list[bool]:
        """For each token whether the student writes it itself; the calculator writes a number behind "="."""
        own, calculated = list[bool](), False
        for token in said:
            word = self.words[token]
            calculated = word == "=" or (calculated and word.isdigit())
            own.append(word == "=" or not calculated)
        return own
