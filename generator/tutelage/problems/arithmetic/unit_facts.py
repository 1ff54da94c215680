"""How many of the smaller units make one of the larger: the knowledge and the nouns of the family `units`.

`FACTS` is what people know or can look up (a fathom is 6 feet), each with what those take it for who don't. Units of
no book stand beside them, of which nobody knows how much they hold: no word tells whether its factor is known.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutelage.draws import Draws
from tutelage.problems.knowledge.part_facts import Pair

_FACTS = """
distance: league mile 3 4 5, mile furlong 8 12 6, furlong chain 10 8 12, chain rod 4 3 5, chain yard 22 20 24
length: fathom foot 6 8 5, yard foot 3 4 2, foot inch 12 16 8
height: yard foot 3 4 2, foot inch 12 16 8, hand inch 4 5 3, span inch 9 8 12
weight: ton hundredweight 20 12 10, hundredweight stone 8 12 6, stone pound 14 12 16, pound ounce 16 12 14,
 ounce dram 16 12 8
volume: bushel peck 4 5 3, peck gallon 2 4 3, gallon quart 4 5 3, quart pint 2 4 3, pint gill 4 5 3, gallon pint 8 6 10
duration: century decade 10 12 20, decade year 10 12 20, olympiad year 4 5 3, year month 12 10 11,
 fortnight day 14 15 10, fortnight week 2 3 4, week day 7 5 6, day hour 24 12 60, hour minute 60 100 24,
 minute second 60 100 30
price: guinea shilling 21 20 22, crown shilling 5 4 6, florin shilling 2 3 4, shilling penny 12 10 16,
 groat penny 4 5 3, penny farthing 4 5 3, dollar dime 10 20 5, dollar quarter 4 5 3, quarter cent 25 20 24,
 dime cent 10 12 5, quarter nickel 5 4 6, nickel cent 5 10 4
"""
KNOWN: Mapping[str, Mapping[Pair, tuple[int, ...]]] = {
    measure: {(row.split()[0], row.split()[1]): tuple(map(int, row.split()[2:])) for row in rows.split(",")}
    for measure, rows in (line.split(": ") for line in _FACTS.replace("\n ", " ").strip().splitlines())
}  # by what they measure: the factor of larger and smaller unit, then what it is taken for
WRONG: Mapping[Pair, tuple[int, ...]] = {pair: numbers for known in KNOWN.values() for pair, numbers in known.items()}
FACTS: Mapping[Pair, int] = {pair: numbers[0] for pair, numbers in WRONG.items()}

THINGS: Mapping[str, tuple[str, ...]] = {
    "distance": ("road", "canal", "railway", "march", "race", "avenue"),
    "length": ("rope", "plank", "cable", "fence", "carpet", "pole"),
    "height": ("horse", "gate", "statue", "hedge", "tower", "door"),
    "weight": ("sack", "crate", "anchor", "bale", "parcel", "chest"),
    "volume": ("cask", "jar", "tank", "kettle", "trough", "bath"),
    "duration": ("voyage", "siege", "trial", "festival", "strike", "journey"),
    "price": ("ring", "coat", "painting", "clock", "saddle", "lamp"),
}
MEASURES = {"distance": "length"}  # how it is said where that is another word
_WORTH = (("price", "shilling"), ("price", "crown"), ("price", "dollar"))
_WEIGHT = (("weight", "pound"), ("weight", "ounce"))
ALSO: Mapping[str, tuple[tuple[str, str], ...]] = {  # what else can be said of a thing that has this measure: unit
    "length": _WORTH + _WEIGHT, "height": _WEIGHT, "weight": _WORTH, "volume": _WORTH, "price": _WEIGHT,
}
INVENTED = ("glim", "dorn", "vask", "plim", "brell", "zeft", "morl", "skell", "tusp", "garn", "bixel", "drosk",
            "womple", "kervil", "loff", "spandel")
_PLURALS = {"foot": "feet", "inch": "inches", "penny": "pence", "century": "centuries",
            "hundredweight": "hundredweight"}


def plural(unit: str) -> str:
    return _PLURALS.get(unit, f"{unit}s")


def ladder(draws: Draws, measure: str, length: int, *, rests: bool) -> list[str] | None:
    """A way down through `length` factors: [larger, smaller, smaller still …], sometimes from or to a unit of no book.
    None where the measure has none.

    With `rests` the known factors are at least 4, so that there is room for 2 or more of the smaller unit.
    """
    known = [pair for pair, (factor, *_) in KNOWN[measure].items() if not rests or factor >= 4]
    ways = [list(pair) for pair in known]
    for _ in range(length - 1):
        ways = [[*way, small] for way in ways for big, small in known if big == way[-1]]
    if not ways:
        return None
    way = draws.choice(ways)
    if draws.chance(0.4):
        way[draws.choice((0, 0, -1))] = draws.choice(INVENTED)
    return way
