"""Allusions: a number said by way of something known ("XII in Roman numerals", "as many as a spider has legs").

A statement that alludes to a number is complete, but not for everyone: who doesn't see it has to ask. An allusion
stands there whether the number is said besides or not; in place of it only, it would be a mark of what is wanting
(docs/effect.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from tutelage.draws import Draws
from tutelage.problems.knowledge.part_facts import FACTS

ALLUDED = 0.6  # share of the premises that are alluded to, be they said or not
ONES = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
TENS = ("", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC")
ELEMENTS = "hydrogen helium lithium beryllium boron carbon nitrogen oxygen fluorine neon sodium magnesium aluminium " \
    "silicon phosphorus sulfur chlorine argon potassium calcium scandium titanium vanadium chromium manganese iron " \
    "cobalt nickel copper zinc"
LETTERS = " ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
FRENCH = "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit " \
    "dix-neuf vingt"
GERMAN = "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn " \
    "siebzehn achtzehn neunzehn zwanzig einundzwanzig zweiundzwanzig dreiundzwanzig vierundzwanzig"
SPANISH = "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
PRIMES = {2: "first", 3: "second", 5: "third", 7: "fourth", 11: "fifth", 13: "sixth", 17: "seventh", 19: "eighth",
          23: "ninth", 29: "tenth"}
CLOCK = {12 + hour: str(hour) for hour in range(1, 12)}
SETS = {2: "a pair", 6: "half a dozen", 12: "a dozen", 13: "a baker's dozen", 18: "a dozen and a half", 20: "a score",
        24: "two dozen"}


def roman(value: int) -> str:
    """A number from 1 to 399 in Roman numerals."""
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    return "C" * hundreds + TENS[tens] + ONES[ones]


SIGNS: Mapping[str, Mapping[int, str]] = {
    "roman": {n: roman(n) for n in range(1, 41)},
    **{name: dict(enumerate(words.split(), 1)) for name, words in (
        ("element", ELEMENTS), ("place", LETTERS), ("french", FRENCH), ("german", GERMAN), ("spanish", SPANISH))},
    "prime": PRIMES, "clock": CLOCK, "set": SETS,
}  # ways to allude to a number: how it is said there


def allusions(value: int, apart: Sequence[str]) -> list[tuple[str, str, str]]:
    """The ways to allude to a number: (way, how it is said there, part); for "like", an owner and its part.

    Owners named in `apart` aren't compared with.
    """
    found = [(way, said[value], "") for way, said in SIGNS.items() if value in said]
    return found + [("like", owner, part) for (owner, part), n in FACTS.items() if n == value and owner not in apart]


def allusion(draws: Draws, value: int, apart: AbstractSet[str]) -> list[str] | None:
    found = allusions(value, sorted(apart))
    ways = sorted({way for way, *_ in found})
    if not ways:
        return None
    way = draws.choice(ways)
    return list(draws.choice([each for each in found if each[0] == way]))
