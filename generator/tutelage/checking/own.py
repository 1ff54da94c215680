"""How the rows of each recipe's own tables are checked, and which episode they are found by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tutelage.checking import best_questions, ceiling, priming, rewording, self_play_live, skills, skills_live
from tutelage.checking.choices import MODES, choice_faults
from tutelage.checking.collaborative import candidate_faults, native_faults
from tutelage.checking.episodes import Again, TurnsFaults
from tutelage.checking.labels import Faults, Row, view_faults
from tutelage.checking.live import replay_faults, rollout_faults, teaching_faults
from tutelage.checking.pieces import pieces_faults
from tutelage.checking.question_attributes import candidate_faults as spoilt_faults
from tutelage.checking.question_attributes import question_faults
from tutelage.checking.self_play import vote_faults
from tutelage.plan import Plan

Key = tuple[Any, ...]
RowFaults = Iterator[tuple[int, str, str]]  # place among the rows (-1: all of them), kind, what


class OwnTable(NamedTuple):
    """The rows that one episode brings to a table have its key, and no other episode's rows have it."""

    group: Callable[[Row], Key]  # of a row
    group_of: Callable[[Row], Key | None]  # of an episode; None where no row is made from it
    faults: Callable[[Sequence[Row], Row, Again, set[str]], RowFaults]  # of an episode's rows (≥ 1), with the episode's
    # row, that again, and notes


def _single(faults: Callable[[Row, Row, Again, set[str]], Faults]) -> Callable[..., RowFaults]:
    """The faults of the one row that each episode brings."""

    def of_rows(rows: Sequence[Row], episode: Row, found: Again, notes: set[str]) -> RowFaults:
        for kind, what in faults(rows[0], episode, found, notes):
            yield 0, kind, what
        for place in range(1, len(rows)):
            yield place, "row", "is about the same as the one before it"

    return of_rows


def _by_view(row: Row) -> Key:
    return row["item"], row["view"]


def _item(row: Row) -> Key:
    return (row["item"],)


def _main_item(episode: Row) -> Key | None:
    """The item of a main arm, which brings the rows of all."""
    return None if episode["arm"] else _item(episode)


OWN_TABLES: Mapping[str, OwnTable] = {
    "missing_premise": OwnTable(_by_view, _by_view, _single(view_faults)),
    "proactive": OwnTable(_by_view, _by_view, _single(view_faults)),
    "sharded": OwnTable(lambda row: (row["item"],), lambda row: None if row["arm"] else (row["item"],),
                        _single(pieces_faults)),
    "which_question": OwnTable(lambda row: (row["item"], row["mode"]), lambda row: (row["item"], MODES[row["arm"]]),
                               _single(choice_faults)),
    "collaborative": OwnTable(lambda row: (row["id"].partition("-")[0],), lambda row: (row["id"],), native_faults),
    "question_attributes": OwnTable(lambda row: (row["id"].partition("-")[0],), lambda row: (row["id"],),
                                    question_faults),
    "siblings": OwnTable(_item, _main_item, best_questions.sibling_faults),
    "self_play": OwnTable(lambda row: (row["id"],), lambda row: (row["id"],), _single(vote_faults)),
    "skills": OwnTable(skills.group, skills.group_of, skills.row_faults),
    "ceiling": OwnTable(ceiling.group, ceiling.group_of, ceiling.row_faults),
    "rollouts": OwnTable(lambda row: (row["id"],), lambda row: (row["id"],), _single(rollout_faults)),
    "teaching": OwnTable(lambda row: (row["id"],), lambda row: (row["id"],), _single(teaching_faults)),
}
CANDIDATE_TABLES: Mapping[str, OwnTable] = {  # of `candidates`, by recipe: each says for itself what its rows mean
    "best_questions": OwnTable(_item, _main_item, best_questions.candidate_faults),
    "collaborative": OwnTable(lambda row: (row["conv"],), lambda row: (row["id"],), candidate_faults),
    "question_attributes": OwnTable(lambda row: (row["conv"],), lambda row: (row["id"],), spoilt_faults),
}


class LiveCheck(NamedTuple):
    """How a dataset is checked whose items are more of models' turns than groups of dialogues by themselves."""

    turns: TurnsFaults  # of an episode
    tables: Mapping[str, OwnTable]
    together: Callable[[Plan], Callable[[Mapping[str, Row], Row, Again, set[str]], Iterator[tuple[str, str, str]]]]
    # ^ (a row of each table by config, the episode that brings them, that again, notes) -> config, kind, what; it is
    # called in the order of the episodes of a file
    every: bool = False  # whether `together` is called for episodes that bring no rows, too


def _alone(row: Row, episode: Row, found: Again, notes: set[str]) -> Faults:
    """Of a row that is checked together with those of other tables: none."""
    return iter(())


_TASK = OwnTable(self_play_live.group, self_play_live.group_of, _single(_alone))
_ITERATION = OwnTable(skills.group, skills.group_of, _single(_alone))
LIVE_CHECKS: Mapping[str, LiveCheck] = {
    "q_priming": LiveCheck(replay_faults, {name: OWN_TABLES[name] for name in ("rollouts", "teaching")}, priming.Pairs),
    "self_play": LiveCheck(self_play_live.reply_faults, {"self_play": _TASK, "self_play_replies": _TASK},
                           self_play_live.Tasks),
    "skills": LiveCheck(skills_live.reply_faults, {"skills": _ITERATION, "skills_replies": _ITERATION},
                        skills_live.Contexts, every=True),
}


REWORDED = LiveCheck(rewording.reworded_faults, {"rewordings": OwnTable(
    lambda row: (row["id"],), lambda row: (row["id"],), _single(rewording.rewording_faults))}, rewording.together)


def live_check(plan: Plan) -> LiveCheck | None:
    if plan.live is not None and plan.live.reword:
        return REWORDED
    return LIVE_CHECKS.get(plan.recipe) if plan.live is not None else None


def own_table(recipe: str, config: str, live: LiveCheck | None = None) -> OwnTable | None:
    """How the rows of one of a recipe's own tables are checked; None where nothing is known of them."""
    if live is not None:
        return live.tables.get(config)
    return CANDIDATE_TABLES.get(recipe) if config == "candidates" else OWN_TABLES.get(config)
