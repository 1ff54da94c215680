"""The figures as a table, as JSON and as two plots; and which claims they don't meet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from effect.arms import ARMS, CLAIMS, COMPETENT

COLUMNS = ("accuracy_complete", "over_ask", "ask", "right_question", "premature", "accuracy", "ask_k2",
           "right_question_k2", "accuracy_k2", "new_ask", "new_right_question", "new_accuracy",
           "held_accuracy_complete", "held_over_ask", "held_ask", "held_right_question", "held_accuracy", "recovery")
ASKING = {"over_ask": "asks where all is told", "ask": "asks where one premise is missing",
          "right_question": "asks for it", "ask_k2": "asks where two are missing",
          "new_ask": "asks where one is missing, of a kind never asked for",
          "held_ask": "asks where one is missing, in a family never talked about"}
SILENT = 0.05  # most that an arm without the effect may ask


def report(rows: Sequence[Mapping[str, Any]], settings: Mapping[str, Any], seeds: Sequence[int], seconds: float,
           out: Path) -> list[str]:
    """Writes effect.json, effect.md and two plots to `out`, prints the table, and gives the claims that aren't met."""
    missed = unmet(rows)
    facts = {"settings": dict(settings), "seeds": list(seeds), "seconds": round(seconds), "unmet": missed,
             "runs": list(rows)}
    (out / "effect.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = table(rows)
    (out / "effect.md").write_text(text, encoding="utf-8")
    print(text)
    print(f"{round(seconds)} s")
    for line in missed:
        print(f"not met: {line}")
    plots(rows, settings, out)
    return missed


def unmet(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The claims that a run does not meet, in words. A base that can't solve complete problems settles nothing."""
    arms, missed = {arm.name: arm for arm in ARMS}, list[str]()
    for row in rows:
        where = f"{row['arm']}, seed {row['seed']}"
        if row["arm"] == "base":
            missed += [f"{where}: {name} is {row[name]:.2f}, below {COMPETENT}"
                       for name in ("accuracy_complete", "held_accuracy_complete") if row.get(name, 1) < COMPETENT]
        if arms[row["arm"]].asks:
            missed += [f"{where}: {name} is {row[name]:.2f}, {'below' if least else 'above'} {bound}"
                       for name, bound, least in CLAIMS
                       if name in row and (row[name] < bound if least else row[name] > bound)]
        elif arms[row["arm"]].silent:
            missed += [f"{where}: {name} is {row[name]:.2f}, above {SILENT}: a control works"
                       for name in ("ask", "right_question", "held_ask") if row.get(name, 0) > SILENT]
    return missed


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line a model, in Markdown."""
    lines = [f"| arm | seed | {' | '.join(name.replace('_', ' ') for name in COLUMNS)} |",
             "|" + "---|" * (len(COLUMNS) + 2)]
    for row in sorted(rows, key=_place):
        cells = [f"{row[name]:.2f}" if name in row else "" for name in COLUMNS]
        lines.append(f"| {row['arm']} | {row['seed']} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _place(row: Mapping[str, Any]) -> tuple[int, int]:
    return [arm.name for arm in ARMS].index(row["arm"]), row["seed"]


def plots(rows: Sequence[Mapping[str, Any]], settings: Mapping[str, Any], out: Path) -> None:
    """by_turn.png: accuracy by turn with real and with contentless feedback; asking.png: asking by condition."""
    import matplotlib  # type: ignore[import-not-found,unused-ignore]

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt  # type: ignore[import-not-found,unused-ignore]

    names = [arm.name for arm in ARMS if any(row["arm"] == arm.name for row in rows)]
    of = {name: [row for row in rows if row["arm"] == name] for name in names}
    note = ", ".join(f"{key}={value}" for key, value in settings.items())
    note = f"seeds {', '.join(str(row['seed']) for row in of[names[0]])}; {note}"
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.8), sharey=True)
    for axis, kind in zip(axes, ("real", "contentless"), strict=True):
        for name in names:
            turns = list(zip(*[row[f"by_turn_{kind}"] for row in of[name]], strict=True))
            axis.plot(range(1, len(turns) + 1), [sum(each) / len(each) for each in turns], marker=".", label=name)
        axis.set(title=f"one premise missing, {kind} feedback", xlabel="student turn", ylim=(-0.02, 1.02))
    axes[0].set_ylabel("right by this turn")
    axes[1].legend(fontsize=8)
    _save(figure, note, out / "by_turn.png")
    figure, axis = plt.subplots(figsize=(11, 4.8))
    for number, (key, label) in enumerate(ASKING.items()):
        axis.bar([i + 0.14 * number for i in range(len(names))],
                 [sum(row.get(key, 0) for row in of[name]) / len(of[name]) for name in names], width=0.13, label=label)
    axis.set_xticks([i + 0.35 for i in range(len(names))], names)
    axis.set(ylim=(0, 1.02), ylabel="share of dialogues", title="asking by condition")
    axis.legend(fontsize=8)
    _save(figure, note, out / "asking.png")
    plt.close("all")


def _save(figure: Any, note: str, path: Path) -> None:
    figure.text(0.01, 0.01, note, fontsize=5, wrap=True)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    figure.savefig(path, dpi=110)
