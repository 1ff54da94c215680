"""What becomes of skills that are learned by self-play, with and without replay: the figure of `skills`.

Over contexts, at each iteration: the true rate of the newest skills (without replay) and of those that replay chooses,
with the 95 % confidence interval of the mean (normal; contexts are independent).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Any

TABLE = "skills"
COLUMNS = ["context_id", "iteration", "heldout", "chosen", "regret"]
Z = 1.96
LEFT, RIGHT, TOP, BOTTOM = 80, 684, 72, 296  # of the figure's area, in pixels
COLOURS = {"without": "#cf222e", "with": "#0969da"}
LABELS = {"without": "newest skills", "with": "chosen by replay"}


def replay(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`contexts`, their number; `without` and `with`, for each iteration from 0 {mean, low, high}; `regret` of the last
    iteration, `regret_without` that of the newest skills, and `chosen`, how often each version is; {} without rows."""
    newest: dict[int, list[float]] = {}
    kept: dict[int, list[float]] = {}
    last: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row["iteration"] == 1:
            newest.setdefault(0, []).append(row["heldout"][0])
            kept.setdefault(0, []).append(row["heldout"][0])
        newest.setdefault(row["iteration"], []).append(row["heldout"][-1])
        kept.setdefault(row["iteration"], []).append(row["heldout"][row["chosen"]])
        if row["iteration"] > last.get(row["context_id"], {"iteration": 0})["iteration"]:
            last[row["context_id"]] = {key: row[key] for key in COLUMNS}
    if not last:
        return {}
    chosen = [row["chosen"] for row in last.values()]
    return {"contexts": len(last), "without": [interval(newest[at]) for at in sorted(newest)],
            "with": [interval(kept[at]) for at in sorted(kept)],
            "regret": interval([row["regret"] for row in last.values()]),
            "regret_without": interval([max(row["heldout"]) - row["heldout"][-1] for row in last.values()]),
            "chosen": {str(version): chosen.count(version) for version in sorted(set(chosen))}}


def interval(values: Sequence[float]) -> dict[str, float]:
    """The mean with its 95 % confidence interval; of one value, the value."""
    mean = fmean(values)
    half = Z * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return {"mean": round(mean, 4), "low": round(mean - half, 4), "high": round(mean + half, 4)}


def figure(found: Mapping[str, Any]) -> dict[str, Any]:
    """What `templates/card/lines.svg.jinja` needs to draw it: rates by iteration, with and without replay."""
    steps = len(found["without"]) - 1
    xs = [round(LEFT + (RIGHT - LEFT) * at / max(1, steps)) for at in range(steps + 1)]
    lines = [{"label": LABELS[key], "colour": COLOURS[key],
              "points": [{"x": x, "y": _y(each["mean"]), "low": _y(each["low"]), "high": _y(each["high"])}
                         for x, each in zip(xs, found[key], strict=True)]} for key in COLOURS]
    return {"name": "replay", "template": "lines.svg.jinja", "xs": xs, "lines": lines, "across": "iteration",
            "ticks": [{"y": _y(share / 100), "label": f"{share}%"} for share in range(0, 101, 20)],
            "title": f"Held-out tasks solved, mean of {found['contexts']:,} contexts with 95 % interval"}


def _y(rate: float) -> int:
    return round(BOTTOM - (BOTTOM - TOP) * min(1.0, max(0.0, rate)))
