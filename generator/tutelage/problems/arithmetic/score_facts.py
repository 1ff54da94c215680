"""What a move is worth: the knowledge and the nouns of the family `scores`.

`FACTS` are points of games that people know (a try in rugby is 5), each with what those take them for who don't. Beside
them stand games with rules of the house, whose moves are worth what is said.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutelage.problems.knowledge.part_facts import Pair

POINT = "point"
_GAMES = """
rugby: try 5 4 3, conversion 2 3 4, drop-goal 3 2 5
American football: touchdown 6 7 5, field-goal 3 2 4, safety 2 3 4
snooker: yellow 2 3 4, green 3 4 2, brown 4 3 5, blue 5 4 6, pink 6 5 7, black 7 8 6
chess, by the usual count: knight 3 4 5, rook 5 4 6, queen 9 10 8
skat: ace 11 10 12, king 4 3 5, jack 2 3 4
hurling: goal 3 2 5
basketball: three-pointer 3 2 4
darts: bull 50 25 40
Quidditch: snitch 150 100 50, quaffle 10 5 20
"""
KNOWN: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    game: {row.split()[0]: tuple(map(int, row.split()[1:])) for row in rows.split(", ")}
    for game, rows in (line.split(": ") for line in _GAMES.strip().splitlines())
}  # by the game: what a move is worth, then what it is taken for
WRONG: Mapping[Pair, tuple[int, ...]] = {(move, POINT): numbers for moves in KNOWN.values()
                                         for move, numbers in moves.items()}
FACTS: Mapping[str, int] = {move: numbers[0] for moves in KNOWN.values() for move, numbers in moves.items()}
HOUSE = ("catch", "throw", "dash", "spin", "vault", "lunge", "hoop", "lap", "knock", "dive", "relay", "save", "serve",
         "rally", "stunt", "feint")  # moves with rules of the house
SIDES = ("Reds", "Blues", "Greens", "Whites", "Hawks", "Otters", "Foxes", "Lions", "Bears", "Swans")
_PLURALS = {"try": "tries", "catch": "catches", "snitch": "snitches", "save": "saves", "relay": "relays",
            "rally": "rallies", "safety": "safeties", "dash": "dashes"}


def plural(move: str) -> str:
    return _PLURALS.get(move, f"{move}s")
