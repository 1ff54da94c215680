"""The judge over single replies: what a reward function of any trainer is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tutelage.errors import UsageError
from tutelage.online.hearing import hear
from tutelage.online.scene import Scenario, remake
from tutelage.problems.reading.judge import read_reply

Completion = str | Sequence[Mapping[str, Any]]


def text_of(completion: Completion) -> str:
    """The student's words: a text, or the last assistant message of a list."""
    if isinstance(completion, str):
        return completion
    return next((str(m["content"] or "") for m in reversed(completion) if m["role"] == "assistant"), "")


def verdict(text: str, truth: str, scenario: str = "") -> float:
    """1 where the reply's one final answer is right, else 0.

    With the scenario of its row the family's own judge decides (an order, a program, a statement that has no answer);
    without it the answers' texts are compared (`read_reply`), which takes names in another order for the same.
    Raises UsageError for a scenario that is none.
    """
    if scenario:
        scene = remake(Scenario.read(scenario))
        return float(hear(scene, [scene.opening], text).correct)
    return float(bool(read_reply(text, truth).correct)) if truth.strip() else float(read_reply(text).act == "refuse")


def scenario_in(row: Mapping[str, Any]) -> str:
    """The scenario that a row carries: as `scenario`, in `extra_info`, or in the last message of its prompt as
    `scenario_id`. Raises UsageError where there is none.
    """
    if row.get("scenario"):
        return str(row["scenario"])
    extra = row.get("extra_info") or {}
    if isinstance(extra, Mapping) and extra.get("scenario_json"):
        return str(extra["scenario_json"])
    for key in ("prompt", "raw_prompt"):
        messages = row.get(key)
        if messages is not None and not isinstance(messages, str) and len(messages) and messages[-1].get("scenario_id"):
            return str(messages[-1]["scenario_id"])
    raise UsageError(f"a row with {', '.join(sorted(row))} has no scenario; give rows of the view 'rl'")


def columns_of(columns: Mapping[str, Any], size: int) -> list[str]:
    """The scenarios that a reward function gets as columns, "" where it gets none."""
    given = columns.get("scenario")
    return [str(value or "") for value in given] if given is not None else [""] * size

