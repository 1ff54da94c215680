"""The views that trainers read, each made from episodes alone, a batch at a time and column-wise.

    table = view_named("kto").make(batch, Given(plan.options, "train"))

A view is a file here and a line in `VIEWS`. What a view may read of an episode is its `columns`: only `rl` has a
private one, the right answer, and the view's JSON, which says whether there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa

from tutelage.errors import UsageError
from tutelage.records.schema import SFT
from tutelage.records.trainers import kto, preference, prompt_completion, rl, sft
from tutelage.records.trainers.columns import Given

__all__ = ["NAMES", "VIEWS", "Given", "TrainerView", "view_named"]


class TrainerView(NamedTuple):
    """A view: a config of the dataset, and how its rows are made."""

    name: str
    summary: str
    schema: pa.Schema
    columns: tuple[str, ...]  # of `EPISODES`; "turns.text" is a field of each turn, "private.answer" of the struct
    make: Callable[[pa.RecordBatch, Given], pa.RecordBatch]
    by_arm: bool = False  # whether each arm has a config of its own, `<name>_<arm>`
    failures: bool = False  # whether dialogues of reward 0 are of use, too
    whole_items: bool = False  # whether a batch must hold all episodes of its items


VIEWS = (
    TrainerView("sft", "dialogues of reward 1, with a loss flag on each message", SFT, sft.COLUMNS, sft.sft,
                by_arm=True),
    TrainerView("prompt_completion", "each trained student turn after what was said before it",
                prompt_completion.SCHEMA, prompt_completion.COLUMNS, prompt_completion.prompt_completion, by_arm=True),
    TrainerView("preference", "a better and a worse turn after the same words", preference.SCHEMA, preference.COLUMNS,
                preference.preference, failures=True, whole_items=True),
    TrainerView("preference_full", "the same pairs as whole conversations", preference.FULL, preference.COLUMNS,
                preference.preference_full, failures=True, whole_items=True),
    TrainerView("kto", "student turns that are plainly good or bad, with that as a label", kto.SCHEMA, kto.COLUMNS,
                kto.kto, failures=True, whole_items=True),
    TrainerView("rl", "statements with the right answer, and what poses them again", rl.SCHEMA, rl.COLUMNS, rl.rl,
                whole_items=True),
)
NAMES = tuple(view.name for view in VIEWS)


def view_named(name: str) -> TrainerView:
    """The view of a name. Raises UsageError for a name that does not exist."""
    for view in VIEWS:
        if view.name == name:
            return view
    raise UsageError(f"there is no view {name!r}; the views are {', '.join(NAMES)}")
