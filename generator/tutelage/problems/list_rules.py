"""List rules: write a function that does to a list of numbers, or of names with numbers, what a handful of clauses say.

The quantities are the clauses: which items count, how they are changed, sorted and cut, what is returned, and what
when nothing is left. Right is a program that returns on every test what the clauses say (see `programs`).

    def gusts(readings):                                   Only readings of at least 5 count.
        kept = [r for r in readings if r >= 5]             Take the largest three.
        ordered = sorted(kept, reverse=True)               Return their sum.
        return sum(ordered[:3])

Mistakes: the limit itself on the wrong side, a slice one short, cutting down before the other rules have had their turn,
an empty list that nobody thought of, `/` for `//`, one pack too many, an order lost in a set, ties left to chance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from tutelage.draws import Draws
from tutelage.problems.family import Family, always, check_level
from tutelage.problems.list_clauses import NUMBERS, RECORDS
from tutelage.problems.programs import (
    Entry,
    Kit,
    Names,
    behaviour,
    confirmed,
    judged,
    literal,
    meaning,
    plan_of,
    quantities,
    shape_of,
    told_apart,
    worked,
    write,
)
from tutelage.values import Problem, Quantity, Slip, Structure, Value, Words, Work
from tutelage.wording import wordings

NAME = "list_rules"
CLAUSES = {1: (2, 3), 2: (3, 4), 3: (4, 5), 4: (5, 6), 5: (6, 7)}
KITS = {"numbers": NUMBERS, "records": RECORDS}

# story: argument, names for the function, one item, several, smallest and largest number, which clauses suit it
STORIES = {
    "wind": ("readings", "wind_report daily_wind read_mast", "reading", "readings", 0, 40, "limit band skip repeats change cap"),
    "till": ("amounts", "till_report check_receipts day_end", "amount", "amounts", 1, 60, "limit band repeats change cap packs"),
    "frost": ("degrees", "frost_report night_log glasshouse", "reading", "readings", -12, 22, "limit band sign skip change repeats"),
    "account": ("bookings", "account_report review_account statement", "booking", "bookings", -60, 80,
                "limit sign repeats change skip cap"),
    "parcels": ("weights", "load_report check_parcels depot_list", "weight", "weights", 1, 40, "limit band packs cap change repeats"),
    "lockers": ("numbers", "locker_list check_lockers pick_lockers", "number", "numbers", 1, 60,
                "kind limit band repeats skip change"),
    "laps": ("laps", "swim_report lap_table club_laps", "count", "counts", 0, 40, "limit band change cap packs repeats"),
    "eggs": ("eggs", "egg_report coop_table morning_eggs", "count", "counts", 2, 50, "limit packs change kind skip cap"),
    "quiz": ("scores", "quiz_report score_table mark_quiz", "score", "scores", 0, 30, "limit band repeats cap change kind"),
}  # fmt: skip

# story: argument, names for the function, an entry, entries, its name, its number, the unit, range, the names
TABLES = {
    "race": ("results", "race_table finish_list run_report", "run", "runs", "runner", "time", "seconds", 50, 75,
             "Ana Bo Carl Dee Edith Finn Greta Hal Ines"),
    "game": ("scores", "high_scores arcade_table player_list", "score", "scores", "player", "score", "points", 10, 40,
             "Ash Bix Coco Dart Ember Fox Gizmo Hero Ivy"),
    "songs": ("songs", "set_list song_table radio_hour", "song", "songs", "title", "length", "seconds", 150, 190,
              "Amber Breeze Candles Dusk Echoes Fog Gravel Honey Iris"),
    "loans": ("loans", "loan_report desk_list overdue_table", "loan", "loans", "book", "time out", "days", 5, 35,
              "Atlas Birds Chess Dunes Ebb Ferns Ghosts Herbs Islands"),
    "bids": ("bids", "bid_table auction_report hammer_list", "bid", "bids", "bidder", "bid", "euros", 40, 70,
             "Abel Bruno Cleo Dora Emil Flora Gus Hana Ida"),
    "plants": ("plants", "garden_table plant_report bed_list", "plant", "plants", "kind", "height", "centimetres", 20, 50,
               "Aster Basil Clover Dill Elder Fennel Garlic Hop Iris"),
}  # fmt: skip


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem, whose tests tell each clause from everything else that it might have said."""
    check_level(NAME, level)
    few, many = CLAUSES[level]
    while True:
        make = _numbers if draws.chance(0.62) else _records
        structure, values = make(draws, draws.between(few, many))
        for _ in range(3):
            structure["tests"] = _tests(draws, structure, values)
            if told_apart(_kit(structure), structure, values):
                del structure["range"], structure["edges"]
                return pose(structure, values, level)


def _frame(draws: Draws, kit: str, story: str, functions: str) -> dict[str, Any]:
    return {"kit": kit, "story": story, "function": draws.choice(functions.split()), "style": draws.below(1 << 30)}


def _numbers(draws: Draws, count: int) -> tuple[dict[str, Any], dict[str, Value]]:
    """A structure over a list of numbers with `count` clauses, and their values, but no tests yet."""
    story = draws.choice(tuple(STORIES))
    _, functions, _, _, low, high, suits = STORIES[story]
    one = count > 2 and draws.chance(0.6)
    names = _middle(draws, suits.split(), count - 2 if one else count - 1)
    sorted_list = "order" in names and "take" not in names
    ends = ["max", "min", "mean", "spread"] if one and not sorted_list else ["list", "sum", "count"]
    structure = _frame(draws, "numbers", story, functions)
    cut = "take" in names or not one
    slots: list[list[Any]] = []
    values: dict[str, Value] = {}
    edges: list[int] = []
    before: list[Any] = []  # what is done to each number before the clause at hand
    span = (low, high)
    for name in names:
        given = _given(draws, name, *span) if name != "repeats" else [1] if cut and "order" not in names else []
        value = draws.choice([v for v in NUMBERS.domains[name](given) if v != ("given",)])
        slots.append([name, given])
        values[name] = value
        if name in ("limit", "band", "cap"):
            edges += [x for x in range(low, high + 1) if _through(before, x) in given] if before else given
        if name in ("change", "packs", "cap"):
            does = NUMBERS.acts[f"{name}.{value[0]}"].means(*value[1:])
            before.append(does)
            ends_of = [_through(before, x) for x in range(low, high + 1)]
            span = (min(ends_of), max(ends_of))
            edges += [x for x in range(low, high + 1) if x % given[0] == 0][:3] if name == "packs" else []
    if ends[0] == "max":
        slots.append(["empty", []])
        values["empty"] = draws.choice(NUMBERS.domains["empty"]([]))
    slots.append(["result", ends])
    values["result"] = ("list",) if sorted_list else (draws.choice(ends),)
    structure |= {"slots": slots, "range": [low, high], "edges": edges}
    return structure, values
