"""The views that trainers read, each made from one table of the dataset, a batch at a time and column-wise.

    table = view_named("kto").make(batch, Given(plan.options, "train"))

A view is a file here and a line in `VIEWS`. Most are made from episodes; those of recipes with a table of their own
from that. What a view may read is its `columns`: of an episode only `rl` has private ones, the right answer, and the
view's JSON, which says whether there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa

from tutelage.errors import UsageError
from tutelage.records.schema import SFT
from tutelage.records.trainers import (
    alfa,
    best_questions,
    candidates,
    collabllm,
    kto,
    preference,
    prompt_completion,
    rl,
    self_play,
    sft,
    skills,
)
from tutelage.records.trainers.columns import Given

__all__ = ["NAMES", "VIEWS", "Given", "TrainerView", "view_named"]


EPISODES = "episodes"


class TrainerView(NamedTuple):
    """A view: a config of the dataset, and how its rows are made."""

    name: str
    summary: str
    schema: pa.Schema
    columns: tuple[str, ...]  # of the table; "turns.text" is a field of each turn, "private.answer" of the struct
    make: Callable[[pa.RecordBatch, Given], pa.RecordBatch]
    by_arm: bool = False  # whether each arm has a config of its own, `<name>_<arm>`
    failures: bool = False  # whether dialogues of reward 0 are of use, too
    whole_items: bool = False  # whether a batch must hold all rows of its items
    table: str = EPISODES  # the config that it is made from; else one of `records.tables`


VIEWS: tuple[TrainerView, ...] = (
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
    TrainerView("pairs", "a better and a worse thing to say at a turn, with their scores", candidates.PAIRS,
                candidates.COLUMNS, candidates.pairs, whole_items=True, table="candidates"),
    TrainerView("weighted", "all that could be said at a turn, with scores and weights", candidates.WEIGHTED,
                candidates.COLUMNS, candidates.weighted, whole_items=True, table="candidates"),
    TrainerView("best", "conversations whose last message is the best that could be said there", SFT,
                candidates.COLUMNS, candidates.best, whole_items=True, table="candidates"),
    TrainerView("ranked", "all conversations about a problem, with ranks and weights", best_questions.RANKED,
                best_questions.COLUMNS, best_questions.ranked, whole_items=True, table="siblings"),
    TrainerView("collabllm", "what could be said at a turn, with the columns of CollabLLM's own data", collabllm.SCHEMA,
                collabllm.COLUMNS, collabllm.collabllm, table="collaborative"),
    TrainerView("alfa", "good and spoilt questions, with the columns of ALFA's own files", alfa.SCHEMA, alfa.COLUMNS,
                alfa.alfa, whole_items=True, table="question_attributes"),
    TrainerView("vote_rl", "problems with the pool's vote as the answer", self_play.SCHEMA,
                (*self_play.COLUMNS, "majority"), self_play.vote_rl, table="self_play"),
    TrainerView("truth_rl", "the same problems with the right answer", self_play.SCHEMA,
                (*self_play.COLUMNS, "truth"), self_play.truth_rl, table="self_play"),
    TrainerView("skill_edits", "what was changed about skills after an iteration, and what it was worth", skills.EDITS,
                skills.EDIT_COLUMNS, skills.skill_edits, table="skills"),
    TrainerView("skill_judging", "an answer and its requirements, with the verdict", skills.JUDGING,
                skills.JUDGING_COLUMNS, skills.skill_judging, table="skills"),
    TrainerView("skill_versions", "two versions of a skill set, and which is better in truth", skills.VERSIONS,
                skills.VERSION_COLUMNS, skills.skill_versions, table="skills"),
)
NAMES = tuple(view.name for view in VIEWS)


def view_named(name: str) -> TrainerView:
    """The view of a name. Raises UsageError for a name that does not exist."""
    for view in VIEWS:
        if view.name == name:
            return view
    raise UsageError(f"there is no view {name!r}; the views are {', '.join(NAMES)}")
