"""The views over `candidates`, against rows written by hand."""

from __future__ import annotations

from math import exp
from typing import Any

import pyarrow as pa
import pytest

import tutelage as tu
from tutelage.errors import UsageError
from tutelage.plan import Options
from tutelage.records.candidates import CANDIDATES
from tutelage.records.trainers import Given, view_named

Row = dict[str, Any]
EMPTY = {"string": "", "int64": 0, "int16": 0, "int8": 0, "float": 0.0, "bool": False}


def candidate(conv: str, turn: int, number: int, **given: Any) -> Row:
    """A row of `candidates` with the words that it follows: a statement and a reply a turn."""
    row = {field.name: EMPTY.get(str(field.type), []) for field in CANDIDATES}
    row["attributes"] = {field.name: 0.0 for field in CANDIDATES.field("attributes").type}
    prompt = [{"role": ("user", "assistant")[i % 2], "content": f"{conv}{i}"} for i in range(2 * turn - 1)]
    return row | {"id": f"{conv}-{turn}-{number}", "recipe": "r", "conv": conv, "turn": turn, "number": number,
                  "kind": f"k{number}", "act": "ask", "prompt": prompt, "completion": f"{conv}:{turn}:{number}",
                  "pair": -1} | given


ROWS = [
    candidate("a", 1, 0, score=0.5, pair=0, side="chosen"), candidate("a", 1, 1, score=0.25, pair=0, side="rejected"),
    candidate("a", 1, 2, score=0.0, pair=0, side="rejected", note="far"),
    candidate("a", 2, 0, score=0.75), candidate("a", 2, 1, score=0.75),
    candidate("b", 1, 0, score=0.0, pair=1, side="rejected"), candidate("b", 1, 1, score=1.0, pair=1, side="chosen"),
]


def view(name: str, rows: list[Row]) -> list[Row]:
    batch = pa.RecordBatch.from_pylist(rows, schema=CANDIDATES)
    found = view_named(name).make(batch, Given(Options(), "train"))
    found.validate(full=True)
    assert found.schema.equals(view_named(name).schema)
    return list(found.to_pylist())


def test_pairs() -> None:
    """Each rejected candidate against the one that is preferred at its turn, of its own conversation."""
    found = [(row["id"], row["chosen"][0]["content"], row["rejected"][0]["content"], row["score_chosen"],
              row["score_rejected"], len(row["prompt"])) for row in view("pairs", ROWS)]
    assert found == [("a-1-1", "a:1:0", "a:1:1", 0.5, 0.25, 1), ("a-1-2", "a:1:0", "a:1:2", 0.5, 0.0, 1),
                     ("b-1-0", "b:1:1", "b:1:0", 1.0, 0.0, 1)]
    assert '"note": "far"' in view("pairs", ROWS)[1]["meta"]


def test_weights_are_over_the_candidates_of_a_turn() -> None:
    found = view("weighted", ROWS)
    assert [row["advantage"] for row in found] == [0.25, 0.0, -0.25, 0.0, 0.0, -0.5, 0.5]
    assert [row["weight"] for row in found] == pytest.approx([exp(row["advantage"]) for row in found], rel=1e-6)
    assert [row["completion"][0] for row in found] == [{"role": "assistant", "content": r["completion"]} for r in ROWS]


def test_the_best_of_each_turn_carries_the_loss() -> None:
    """The first of equals; what was said before it carries none."""
    found = view("best", ROWS)
    assert [row["id"] for row in found] == ["a-1-0", "a-2-0", "b-1-1"]
    assert [m["content"] for m in found[1]["messages"]] == ["a0", "a1", "a2", "a:2:0"]
    assert [[m["loss"] for m in row["messages"]] for row in found] == [[False, True], [False] * 3 + [True],
                                                                     [False, True]]


@pytest.mark.parametrize("name", ["pairs", "weighted", "best"])
def test_no_candidate(name: str) -> None:
    assert view(name, []) == []


def test_rows_in_the_middle_of_a_batch() -> None:
    """A batch that is a slice of another one gives the rows of its own."""
    batch = pa.RecordBatch.from_pylist(ROWS, schema=CANDIDATES).slice(5)
    for name in ("pairs", "weighted", "best"):
        assert view_named(name).make(batch, Given(Options(), "train")).to_pylist() == view(name, ROWS[5:])


def test_a_recipe_without_candidates_gives_no_view_of_them() -> None:
    with pytest.raises(UsageError, match="made of candidates, which recipe 'sml' does not give"):
        tu.stream("sml", view="pairs")
