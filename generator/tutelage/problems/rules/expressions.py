"""Expressions of words and signs: how they are drawn, read as a tree, and worked out piece by piece.

    >>> tree(["dorn", "wave", "lin", "fence", "mip"], "fence", "")[0]
    ('W', 'a', ('S', 'b', 'c'))
    >>> pieces = worked(["(", "dorn", "wave", "lin", ")", "fence", "mip"], "fence", "")
    >>> [(piece.sign, piece.left, piece.right, piece.part, piece.why) for piece in pieces]
    [('wave', 'dorn', 'lin', (1, 4), 'brackets'), ('fence', 0, 'mip', (0, 7), '')]

Tokens are words, signs by their names, and brackets. In a bracket the sign that goes first is worked out before the
other; of equal signs next to each other the book says from which end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from tutelage.problems.rules.signs import SIGNS

# level: expressions; a to e are words, W and S the sign that goes second and the one that goes first
EXPRESSIONS = {
    2: ("a W b", "( a W b ) W c", "a W ( b W c )", "( a W b ) W ( c W d )", "a W ( b W ( c W d ) )"),
    4: ("a W b S c", "a S b W c", "( a W b ) S c", "a S ( b W c )", "a W b S ( c W d )", "( a W b ) S c W d",
        "( a S b ) W c S d", "a S ( b W c S d )"),
    5: ("a S b S c", "a W b W c", "a W b S c S d", "a S b S c W d", "a W b S c W d", "( a W b W c ) S d",
        "a S b W c S d", "a W b W c S d", "a S ( b W c W d )", "a W b S c S d W e", "( a S b S c ) W d S e",
        "a W ( b S c S d ) W e"),
}
EXPRESSIONS[3] = EXPRESSIONS[2]
LETTERS = "abcde"
Tree = str | tuple[str, Any, Any]
_PARSED = {text: tuple(text.split()) for texts in EXPRESSIONS.values() for text in texts}
_COUNTS = {text: len({letter for letter in text if letter in LETTERS}) for text in _PARSED}


class Piece(NamedTuple):
    """One sign worked out. `left` and `right` are words or numbers of earlier pieces; `part` is its span of tokens."""

    sign: str
    left: str | int
    right: str | int
    part: tuple[int, int]
    why: str  # why it's next: "brackets", "first" (the sign goes first), "left", "right" (the end); "": nothing else is
    uses: tuple[str, ...]  # which rules decide: "first", "end"


def is_word(name: str) -> bool:
    return name not in SIGNS and name not in ("(", ")")


def letters_in(text: str) -> int:
    """How many words an expression needs."""
    return _COUNTS[text]


def filled(text: str, words: Sequence[str], weak: str, strong: str) -> list[str]:
    """An expression's tokens, with these words and signs for the letters."""
    names = {"(": "(", ")": ")", "W": weak, "S": strong, **dict(zip(LETTERS, words, strict=False))}
    return [names[letter] for letter in _PARSED[text]]


def tree(tokens: Sequence[str], first: str, end: str) -> tuple[Tree, Mapping[str, str]]:
    """The expression as nested (sign, left, right) in letters, and what they stand for. `first` is the sign that goes
    first, "" where all are equal; `end` is "right" where equal signs are worked out from the right."""
    letters, names = lettered(tokens)
    return _tree(letters, next((letter for letter in "WS" if names.get(letter) == first), ""), end), names


def worked(tokens: Sequence[str], first: str, end: str) -> tuple[Piece, ...]:
    """The pieces in the order in which one works them out, innermost brackets first."""
    letters, names = lettered(tokens)
    pieces = _worked(letters, next((letter for letter in "WS" if names.get(letter) == first), ""), end)
    return tuple([Piece(names[sign], left if isinstance(left, int) else names[left],
                        right if isinstance(right, int) else names[right], part, why, uses)
                  for sign, left, right, part, why, uses in pieces])


def lettered(tokens: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The tokens with letters for words and signs, by their first place, and what the letters stand for.

    There are few such forms, so what is worked out of them is kept.
    """
    seen, words, signs = {"(": "(", ")": ")"}, iter(LETTERS), iter("WS")
    for token in tokens:
        if token not in seen:
            seen[token] = next(signs) if token in SIGNS else next(words)
    return tuple([seen[token] for token in tokens]), {letter: name for name, letter in seen.items()}


@lru_cache(maxsize=4096)
def _tree(tokens: tuple[str, ...], first: str, end: str) -> Tree:
    operands, signs, at = list[Tree](), list[str](), 0
    while at < len(tokens):
        letter = tokens[at]
        if letter == "(":
            close = _closing(tokens, at)
            operands.append(_tree(tokens[at + 1:close], first, end))
            at = close
        elif letter in ("W", "S"):
            signs.append(letter)
        else:
            operands.append(letter)
        at += 1
    return _grouped(operands, signs, first, end)


def _grouped(operands: Sequence[Tree], signs: Sequence[str], first: str, end: str) -> Tree:
    """Splits at the sign that is worked out last."""
    if not signs:
        return operands[0]
    last = [at for at, sign in enumerate(signs) if sign != first] or range(len(signs))
    at = last[0] if end == "right" else last[-1]
    return (signs[at], _grouped(operands[:at + 1], signs[:at], first, end),
            _grouped(operands[at + 1:], signs[at + 1:], first, end))


def _closing(tokens: Sequence[str], at: int) -> int:
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place] == "(") - (tokens[place] == ")")
        if not depth:
            return place
    raise ValueError(f"the bracket at {at} of {tokens} is not closed")


class _Item(NamedTuple):
    """Of a half-worked expression: a word, a piece (its number), a sign or a bracket, with its span of tokens."""

    what: str | int
    span: tuple[int, int]


@lru_cache(maxsize=4096)
def _worked(tokens: tuple[str, ...], first: str, end: str) -> tuple[Piece, ...]:
    items = [_Item(token, (at, at + 1)) for at, token in enumerate(tokens)]
    pieces = list[Piece]()
    while len(items) > 1:
        low, high = _innermost(items)
        at, why, uses = _next(items[low:high], first, end)
        if not why and (low or high < len(items)):
            why = "brackets"
        at += low
        left, sign, right = items[at - 1:at + 2]
        part = left.span[0], right.span[1]
        pieces.append(Piece(str(sign.what), left.what, right.what, part, why, uses))
        items[at - 1:at + 2] = [_Item(len(pieces) - 1, part)]
        if low and high - low == 3:  # the brackets hold one number now
            items[low - 1:low + 2] = [items[low]._replace(span=(items[low - 1].span[0], items[low + 1].span[1]))]
    return tuple(pieces)


def _innermost(items: Sequence[_Item]) -> tuple[int, int]:
    """The bounds of what stands in the first innermost brackets, or of all."""
    close = next((at for at, item in enumerate(items) if item.what == ")"), None)
    if close is None:
        return 0, len(items)
    return max([at for at in range(close) if items[at].what == "("]) + 1, close


def _next(items: Sequence[_Item], first: str, end: str) -> tuple[int, str, tuple[str, ...]]:
    """The place of the sign that is next, why, and by which rules."""
    places = range(1, len(items), 2)
    able = [at for at in places if items[at].what == first] or list(places)
    mixed = len({items[at].what for at in places}) > 1
    run = [able[0]]
    while run[-1] + 2 in able:
        run.append(run[-1] + 2)
    at = run[-1] if end == "right" else run[0]
    uses = (*(["first"] if mixed and first else []), *(["end"] if len(run) > 1 and end else []))
    why = "first" if mixed and first else (end or "left") if len(run) > 1 else ""
    return at, why, uses


def text_of(tokens: Sequence[str]) -> str:
    """The expression as it is written."""
    text = " ".join([SIGNS.get(token, token) for token in tokens])
    return text.replace("( ", "(").replace(" )", ")")
