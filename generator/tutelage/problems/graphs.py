"""What the families about networks share: how ways are listed in a statement, and what a network is up to renaming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from tutelage.values import Problem
from tutelage.wording import Wordings

LAYOUTS = ("pairs", "pairs", "rows", "sentences")
MOST_SENTENCES = 6  # ways; beyond that a list reads better


def listing(problem: Problem, known: AbstractSet[str], words: Wordings, mark: str = "–") -> list[str]:
    """The sentences that tell the known ways, in the layout of the problem, and that name the unknown ones.

    `mark` stands between the two places in the name of a way.
    """
    structure = problem.structure
    style, story, layout = structure["style"], structure["story"], structure["layout"]
    told = [q for q in problem.quantities if q.name in known]
    parts: list[str] = []
    if layout == "pairs" and told:
        parts.append(words.choose("state.pairs", style, {"list": ", ".join([f"{q.name} {q.value}" for q in told])}))
    elif layout == "rows":
        rows: dict[str, list[str]] = {}
        for q in told:
            a, _, b = q.name.partition(mark)
            rows.setdefault(a, []).append(f"{b} {q.value}")
        parts += [words.choose("state.row", style, {"a": a, "list": ", ".join(row)}) for a, row in rows.items()]
    elif layout == "sentences":
        for i, q in enumerate(told):
            a, _, b = q.name.partition(mark)
            parts.append(words.choose(f"{story}.way", style + i, {"a": a, "b": b, "length": str(q.value)}))
    if len(told) < len(problem.quantities):
        parts += [words.choose(f"{story}.unknown", style + i, {"way": q.name})
                  for i, q in enumerate(problem.quantities) if q.name not in known]
    return parts


def outline(count: int, ways: Sequence[Sequence[int]], marks: Mapping[int, int]) -> str:
    """What networks have in common that differ in the naming of their places alone. `marks` tells places apart by role.

    Colours are refined thrice by those of the neighbours (Weisfeiler and Leman 1968). Two different networks may share
    an outline; the same network named anew always does.
    """
    near: list[list[int]] = [[] for _ in range(count)]
    for a, b in ways:
        near[a].append(b)
        near[b].append(a)
    colours = [marks.get(place, 1) * 16 + len(row) for place, row in enumerate(near)]
    for _ in range(3):
        mixed = [c * c % 999_983 for c in colours]
        colours = [(c * 7919 + sum([mixed[j] for j in row])) % 999_983 for c, row in zip(colours, near, strict=True)]
    return f"{count} {len(ways)} {sorted(colours)}"
