"""How often a spoilt question differs from the good one in one attribute alone: the table of `question_attributes`.

ALFA's own table (2502.14860, its appendix on data quality) gives for each attribute how often a model that judges finds
that the attribute did move, 77 to 94 %; whether others moved with it is not counted there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any

from tutelage.talk.operators import LEAST, MOST, OPERATORS, SLACK

TABLE = "question_attributes"
COLUMNS = ["attribute", "fall", "stray", "accepted"]


def pass_rates(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each attribute that some question was made for: `made`, how many; shares of them: `passed` (only that
    attribute moved, and enough), `moved` (it moved enough), `collateral` (another one moved); `fall`, the mean."""
    found: dict[str, list[Mapping[str, Any]]] = {operator.attribute: [] for operator in OPERATORS}
    for row in rows:
        if row["attribute"]:
            found[row["attribute"]].append(row)
    return {name: {
        "made": len(each), "passed": _share([row["accepted"] for row in each]),
        "moved": _share([row["fall"] >= LEAST - SLACK for row in each]),
        "collateral": _share([row["stray"] > MOST + SLACK for row in each]),
        "fall": round(fmean([row["fall"] for row in each]), 4),
    } for name, each in found.items() if each}


def lines(rates: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The table as text, a line an attribute."""
    return [f"questions spoilt in {name}: {each['made']:,}; {each['passed']:.1%} differ in that alone, "
            f"{each['collateral']:.1%} in another one, too; it falls by {each['fall']:.2f}"
            for name, each in rates.items()]


def _share(marks: list[bool]) -> float:
    return round(sum(marks) / len(marks), 4)
