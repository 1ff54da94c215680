"""`skills` with models: each context is played again from its seed and the models' words, and must come to the rows.

The words stand in `skills_replies`; from them follow the tasks (by what the Challenger's replies chose), the verdicts
on each requirement, the edits, the probes' and versions' results, the true rates and the choice of replay. What the
models were asked is made again, too, so that a reply for another purpose does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tutelage.checking.alone import alone_faults
from tutelage.checking.episodes import Again
from tutelage.checking.labels import Faults, Row, unlike
from tutelage.errors import NoAnswer
from tutelage.online.alone import scene_alone
from tutelage.online.scene import Scenario
from tutelage.online.skilled import answers_rightly, episodes_of, row_of_round
from tutelage.plan import Plan
from tutelage.recipes.skills import HELDOUT_SHARE, split
from tutelage.records.episode import Episode
from tutelage.records.skills_replies import TABLE as REPLIES
from tutelage.skills.spoken_play import Ask, Size, SpokenRound, Steps, contexts, play
from tutelage.talk.case import Case

TABLE = "skills"


def reply_faults(row: Row, found: Again, plan: Plan, notes: set[str]) -> Faults:
    """The faults of one reply to a task, as (kind, what)."""
    case = found.case
    scene = scene_alone(_scenario(plan, row["item"]), Case(case.family, case.problem, case.right, case.known, ()))
    yield from alone_faults(row, found, scene, notes)


def _scenario(plan: Plan, item: int) -> Scenario:
    return Scenario(replace(plan, live=None), item)


class _Playing:
    """A context that is being played again."""

    def __init__(self, steps: Steps, context: tuple[int, list[int]]) -> None:
        self.steps, self.context, self.done = steps, context, 0  # iterations so far
        self.step: list[Ask] | SpokenRound | None = next(steps)
        self.made: dict[str, Episode] = {}  # dialogues of its last iteration, by source


class Contexts:
    """Checks the rows of iterations in the order of a file."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.playing: dict[int, _Playing | None] = {}  # by item; None: it can't be played further

    def __call__(self, rows: Mapping[str, Row], episode: Row, found: Again,
                 notes: set[str]) -> Iterator[tuple[str, str, str]]:
        """The faults of an iteration's rows, and of each episode against the answer there, as (config, kind, what)."""
        item = episode["item"]
        if set(rows) == {TABLE, REPLIES}:
            try:
                yield from self._iteration(item, rows[TABLE], rows[REPLIES])
            except (NoAnswer, ValueError, KeyError, IndexError, TypeError) as error:
                self.playing[item] = None
                yield TABLE, "row", f"can't be played again: {type(error).__name__}: {error}"
        if (playing := self.playing.get(item)) is None:
            return
        due = playing.made.get(episode["source"])
        same = due is not None and due.dialogue.case.problem == found.case.problem and \
            [turn.text for turn in due.dialogue.turns] == [turn.text for turn in found.turns]
        if not same:
            yield TABLE, "task", f"{episode['source']} is not the task and the answer of its iteration"

    def _iteration(self, item: int, row: Row, replies: Row) -> Iterator[tuple[str, str, str]]:
        live = self.plan.live
        assert live is not None
        if item not in self.playing:
            self.playing[item] = self._begun(item, row)
        playing = self.playing[item]
        if playing is None or row["iteration"] != playing.done + 1:
            self.playing[item] = None
            yield TABLE, "row", f"iteration {row['iteration']} of a context that can't be played up to it"
            return
        done, wrong = self._played(playing, replies["replies"])
        if done is None:
            self.playing[item] = None
            yield REPLIES, "reply", wrong
            return
        made = episodes_of(_scenario(self.plan, item), done, live.student)
        playing.made, playing.done = {each.source: each for each in made}, playing.done + 1
        due = row_of_round(_scenario(self.plan, item), playing.context, done, made)
        yield from [(TABLE, *fault) for fault in unlike(row, due)]
        yield from [(REPLIES, *fault) for fault in unlike(replies, {
            "id": due["id"], "item": item, "iteration": playing.done, "reasoner": live.student,
            "challenger": live.teacher, "sampled": done.sampled})]

    def _begun(self, item: int, row: Row) -> _Playing | None:
        options, live = self.plan.options, self.plan.live
        assert live is not None
        for seed, levels in contexts(self.plan.seed, item, options.levels, options.holdout_levels, HELDOUT_SHARE):
            if seed == row["seed"]:
                steps = play(seed, levels, split, answers_rightly(_scenario(self.plan, item)),
                             Size(options.iterations, options.tasks), proposes=bool(live.teacher))
                return _Playing(steps, (seed, levels))
        return None

    def _played(self, playing: _Playing, replies: list[Any]) -> tuple[SpokenRound | None, str]:
        """The next iteration with these replies; or None, and why they don't fit."""
        left, step = list(replies), playing.step
        while isinstance(step, list):
            now, left = left[:len(step)], left[len(step):]
            asked = [(ask.role, ask.purpose) for ask in step]
            if [(reply["role"], reply["purpose"]) for reply in now] != asked:
                return None, f"{len(step)} replies are due for {asked[0]}, and others are there"
            step = playing.steps.send([reply["text"] for reply in now])
        if left or step is None:
            return None, f"{len(left)} replies are left over"
        try:
            playing.step = next(playing.steps)
        except StopIteration:
            playing.step = None
        return step, ""
