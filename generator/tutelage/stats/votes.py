"""How often a vote is right, and how hard problems get: the table of `self_play`, round by round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any

TABLE = "self_play"
COLUMNS = ["round", "level", "pseudo_label_correct", "solve_rate", "tie"]


def votes(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each round, from 1: `problems`, how many; mean `level`; shares `votes_right`, `answers_right`, `ties`."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["round"], []).append(row)
    return {str(number + 1): {
        "problems": len(some), "level": round(fmean([row["level"] for row in some]), 3),
        "votes_right": round(fmean([row["pseudo_label_correct"] for row in some]), 4),
        "answers_right": round(fmean([row["solve_rate"] for row in some]), 4),
        "ties": round(fmean([row["tie"] for row in some]), 4),
    } for number, some in sorted(found.items())}
