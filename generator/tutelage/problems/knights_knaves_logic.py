"""Knights and knaves on bare indices: claims as sets of worlds, and a chain of reasoning that a person could write.

A world is a number whose bit i says whether person i tells the truth; a set of worlds is an integer with one bit for each
world. A claim is `(form, x, rx, y, ry)`, where `rx` is 1 for truthful and 0 for lying and unused places are 0:

    >>> bob_lies = ("is", 1, 0, 0, 0)
    >>> heard = hear(2, 0, bob_lies, False)          # said by person 0, of two
    >>> [w for w in range(4) if heard.keeps >> w & 1]  # one of the two lies
    [1, 2]

The chain goes as people go: what follows from the claims of those whose kind is known, and where nothing follows, suppose
of somebody the wrong kind and run into a contradiction.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

Claim = tuple[str, int, int, int, int]
Roles = tuple[int, ...]  # 1 truthful, 0 lying, -1 not known
UNKNOWN = -1

_LEFT = (("is", 1, 0), ("is", 0, 0), ("same", 0, 0), ("differ", 0, 0))  # (form, kind of the first, kind of the second)
FLAVOURS = {
    "and": (*_LEFT, ("and", 1, 1), ("and", 0, 0), ("and", 1, 0), ("and", 0, 1)),
    "or": (*_LEFT, ("or", 1, 1), ("or", 0, 0), ("or", 1, 0), ("or", 0, 1)),
    "if": (*_LEFT, ("if", 1, 1), ("if", 0, 0), ("if", 1, 0), ("if", 0, 1)),
    "mixed": (*_LEFT[:2], ("and", 1, 0), ("and", 0, 0), ("or", 0, 1), ("or", 0, 0), ("if", 1, 0), ("if", 1, 1)),
}


class Heard(NamedTuple):
    """A claim with its speaker, and the worlds in which it is true, is false, and can be made by that speaker."""

    speaker: int
    claim: Claim
    people: tuple[int, ...]  # whom it is about
    true: int
    false: int
    keeps: int


class Move(NamedTuple):
    """One inference. Kinds: `true` and `false` (the speaker's kind was known), `judged_true` and `judged_false` (the claim's
    truth was known), `self_true` and `self_false` (one who lies, or doesn't, can't say this of oneself), `either`
    (it follows whatever the speaker is), `clash` (the supposition fails)."""

    kind: str
    heard: int  # index of the claim
    new: tuple[tuple[int, int], ...]  # (person, kind) that follow
    roles: Roles  # what was known before
    supposed: tuple[int, int] | None = None  # the supposition in force
    opens: bool = False  # whether it is made here


@cache
def truthful(n: int) -> tuple[int, ...]:
    """For each person the worlds in which that person tells the truth."""
    return tuple([sum(1 << w for w in range(1 << n) if w >> i & 1) for i in range(n)])


@cache
def hear(n: int, speaker: int, claim: Claim, exclusive: bool) -> Heard:
    """The claim as sets of worlds; `exclusive`: an "or" rules out both."""
    form, x, rx, y, ry = claim
    every, t = (1 << (1 << n)) - 1, truthful(n)
    people = (x, y)
    if form == "count":
        true = sum(1 << w for w in range(1 << n) if w.bit_count() == x)
        people = tuple(range(n))
    elif form == "is":
        true, people = t[x] if rx else every ^ t[x], (x,)
    elif form in ("same", "differ"):
        true = t[x] ^ t[y] if form == "differ" else every ^ t[x] ^ t[y]
    else:
        p, q = t[x] if rx else every ^ t[x], t[y] if ry else every ^ t[y]
        true = p & q if form == "and" else (every ^ p) | q if form == "if" else p ^ q if exclusive else p | q
    return Heard(speaker, claim, people, true, every ^ true, every ^ t[speaker] ^ true)


@cache
def could_say(n: int, speaker: int, a: int, b: int, flavour: str) -> tuple[Claim, ...]:
    """The claims that the speaker could have made about a and b (b may be the speaker), or on the number of truthful."""
    if flavour == "count":
        return tuple([("count", k, 0, 0, 0) for k in range(n + 1)])
    return tuple([(form, a, rx, 0 if form == "is" else b, ry) for form, rx, ry in FLAVOURS[flavour]])


def look(n: int, index: int, heard: Heard, worlds: int, roles: Sequence[int]) -> Move | None:
    """What follows from one claim where the worlds left are `worlds` (those that `roles` allows); None: nothing new."""
    own = roles[heard.speaker]
    if own != UNKNOWN:
        left = worlds & (heard.true if own else heard.false)
        if left == worlds:
            return None
        if not left:
            return Move("clash", index, (), tuple(roles))
        new = forced(n, left, heard.people, roles)
        return Move("true" if own else "false", index, new, tuple(roles)) if new else None
    if not worlds & heard.false:
        return Move("judged_true", index, ((heard.speaker, 1),), tuple(roles))
    if not worlds & heard.true:
        return Move("judged_false", index, ((heard.speaker, 0),), tuple(roles))
    if heard.speaker in heard.people and heard.claim[0] != "count" and (left := worlds & heard.keeps):
        new = forced(n, left, heard.people, roles)
        for person, role in new:
            if person == heard.speaker:
                return Move("self_true" if role else "self_false", index, ((person, role),), tuple(roles))
        return Move("either", index, new, tuple(roles)) if new else None
    return None


def forced(n: int, worlds: int, people: Sequence[int], roles: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The kinds, not known before, that these people have in all the worlds."""
    t = truthful(n)
    new = []
    for person in people:
        if roles[person] == UNKNOWN:
            told = worlds & t[person]
            if told == worlds:
                new.append((person, 1))
            elif not told:
                new.append((person, 0))
    return tuple(new)


def worlds_of(n: int, roles: Sequence[int]) -> int:
    worlds = (1 << (1 << n)) - 1
    for told, role in zip(truthful(n), roles, strict=True):
        if role != UNKNOWN:
            worlds = worlds & told if role else worlds & ~told
    return worlds


def chase(n: int, all_heard: Sequence[Heard], roles: list[int], *, goal: int = -1, blind: bool = False) -> list[Move]:
    """All that follows, claim by claim, newest speakers first; `roles` is updated. Ends with a clash where there is one,
    unless `blind`: then claims that clash are passed over. Stops when the kind of `goal` is known."""
    worlds, t = worlds_of(n, roles), truthful(n)
    order, moves = list(range(len(all_heard))), list[Move]()
    while goal < 0 or roles[goal] == UNKNOWN:
        for index in order:
            move = look(n, index, all_heard[index], worlds, roles)
            if move is not None and not (blind and move.kind == "clash"):
                break
        else:
            break
        moves.append(move)
        if move.kind == "clash":
            break
        for person, role in move.new:
            roles[person] = role
            worlds = worlds & t[person] if role else worlds & ~t[person]
        fresh = [person for person, _ in move.new]
        order = sorted(order, key=lambda i: all_heard[i].speaker not in fresh)
    return moves


@lru_cache(maxsize=4096)
def plan(n: int, all_heard: tuple[Heard, ...], goal: int) -> tuple[Move, ...] | None:
    """The chain of moves that settles everybody, or the kind of person `goal` (-1: everybody).

    None where one supposition at a time does not get there.
    """
    worlds = (1 << (1 << n)) - 1
    for heard in all_heard:
        worlds &= heard.keeps
    real = forced(n, worlds, range(n), (UNKNOWN,) * n)
    roles = [UNKNOWN] * n
    blocks = [[move] for move in chase(n, all_heard, roles, goal=goal)]
    while UNKNOWN in roles if goal < 0 else roles[goal] == UNKNOWN:
        for person, role in sorted(real, key=lambda known: known[1]):  # suppositions of truth come first
            if roles[person] == UNKNOWN:
                trial = roles[:]
                trial[person] = 1 - role
                moves = chase(n, all_heard, trial)
                if moves and moves[-1].kind == "clash":
                    break
        else:
            return None
        clash = moves[-1]._replace(new=((person, role),))
        block = [*_needed(moves[:-1], all_heard, _rests_on(clash, all_heard)), clash]
        blocks.append([move._replace(supposed=(person, 1 - role), opens=not i) for i, move in enumerate(block)])
        roles[person] = role
        blocks += [[move] for move in chase(n, all_heard, roles, goal=goal)]
    if goal >= 0:
        blocks = _blocks_needed(blocks, all_heard, goal)
    return tuple([move for block in blocks for move in block])


def _rests_on(move: Move, all_heard: Sequence[Heard]) -> set[int]:
    heard = all_heard[move.heard]
    return {heard.speaker, *heard.people}


def _needed(moves: Sequence[Move], all_heard: Sequence[Heard], need: set[int]) -> list[Move]:
    """Those of the moves that lead to what `need` names, which grows by what they rest on."""
    kept = []
    for move in reversed(moves):
        if any(person in need for person, _ in move.new):
            kept.append(move)
            need |= _rests_on(move, all_heard)
    return kept[::-1]


def _blocks_needed(blocks: list[list[Move]], all_heard: Sequence[Heard], goal: int) -> list[list[Move]]:
    kept, need = [], {goal}
    for block in reversed(blocks):
        if any(person in need for person, _ in block[-1].new):
            kept.append(block)
            need = need.union(*[_rests_on(move, all_heard) for move in block])
    return kept[::-1]
