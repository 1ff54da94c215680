"""What has how many of what: the knowledge and the nouns of the family `parts`.

`FACTS` is what people know (a spider has 8 legs), each with what those take it for who don't. Everything else is a
premise: any thing can bear stickers, any part can belong to a thing of which nobody knows how many it has. The same
nouns stand on both sides, so that no word tells whether its number is known: that has to be looked up.
"""

from __future__ import annotations

from collections.abc import Mapping

Pair = tuple[str, str]  # owner and part, both in the singular

_FACTS = """
leg: dog 4 2, cat 4 2, horse 4 2, cow 4 2, goat 4 2, hen 2 4, duck 2 4, robin 2 4, spider 8 6 10, scorpion 8 6 10,
 ant 6 8 4, bee 6 8 4, beetle 6 8 4, crab 10 8 6, lobster 10 8 6
string: violin 4 5 6, viola 4 5 6, cello 4 5 6, guitar 6 4 5, ukulele 4 5 6
wheel: bicycle 2 3, tricycle 3 2, car 4 5
side: triangle 3 4, square 4 3, pentagon 5 6 8, hexagon 6 5 8, octagon 8 6 7
key: piano 88 80 64
pawn: chessboard 16 8 12
day: week 7 5 6, fortnight 14 15 10
month: year 12 10 11
hour: day 24 12 60
minute: hour 60 100 24
second: minute 60 100 30
finger: hand 5 4 10
card: deck 52 48 50
letter: alphabet 26 24 25
face: cube 6 4 8
edge: cube 12 8 6
corner: cube 8 6 4
wing: butterfly 4 2, bee 4 2
line: sonnet 14 12 16, limerick 5 4 6
player: quartet 4 3 5, trio 3 4 2
arm: octopus 8 6 10
"""
WRONG: Mapping[Pair, tuple[int, ...]] = {
    (row.split()[0], part): tuple(map(int, row.split()[1:]))
    for part, rows in (line.split(": ") for line in _FACTS.replace("\n ", " ").strip().splitlines())
    for row in rows.split(",") if row.strip()
}  # the number first, then what it is taken for
FACTS: Mapping[Pair, int] = {pair: numbers[0] for pair, numbers in WRONG.items()}

OTHERS: Mapping[str, tuple[str, ...]] = {  # owners of a known part of which nobody knows how many they have
    "leg": ("robot", "table", "monster", "machine"), "string": ("harp", "lyre", "kite", "machine"),
    "wheel": ("robot", "cart", "train", "machine"), "side": ("field", "tile", "coin", "stone"),
    "key": ("ring", "machine", "harp"), "player": ("team", "band"), "day": ("trip", "course"),
    "month": ("course", "trip"), "hour": ("trip", "flight"), "minute": ("lesson", "flight", "film"),
    "letter": ("word", "book"), "card": ("game", "book"), "line": ("poem", "song"), "wing": ("kite", "dragon"),
    "arm": ("robot", "monster"), "face": ("stone", "dragon"), "edge": ("stone", "field"), "corner": ("stone", "field"),
}
PLACES: Mapping[str, str] = {
    "poster": "on", "shelf": "on", "stage": "on", "page": "on", "picture": "in", "story": "in", "shop": "in",
    "museum": "in", "garden": "in", "cartoon": "in", "puzzle": "in", "collection": "in", "catalogue": "in",
    "hall": "in",
}
BORNE = ("tag", "mark", "dot", "star", "sticker", "ribbon", "bell", "stripe", "label", "spot", "note", "pin", "bead")
EVENTS = ("visitor", "concert", "parcel", "train", "call", "guest")  # what times have, and nobody wears
TIMES = frozenset({"week", "fortnight", "year", "day", "hour", "minute", "month", "second"})
SHORT = frozenset({"second", "quartet", "trio", "alphabet"})  # one is spoken of, not many in a shop
_PLURALS = {"lady": "ladies", "body": "bodies", "butterfly": "butterflies", "octopus": "octopuses"}

_PASSING = {"course", "trip", "flight", "lesson", "film"}
THINGS = tuple(sorted({owner for owner, _ in FACTS} - TIMES - SHORT
                      | {owner for owners in OTHERS.values() for owner in owners} - _PASSING))


def plural(noun: str) -> str:
    return _PLURALS.get(noun, f"{noun}s")


def a(noun: str) -> str:
    """With the indefinite article: "an ant", "a ukulele"."""
    return f"{'an' if noun[0] in 'aeio' or noun == 'hour' else 'a'} {noun}"
