"""What comes of an iteration of `skills` that models have played: its dialogues and its row, from their words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tutelage.online.alone import episode_alone, read_alone, scene_alone
from tutelage.online.scene import Scenario, Scene
from tutelage.problems import family_named
from tutelage.problems.family import all_names
from tutelage.recipes.skills import FROM, row_of
from tutelage.records.episode import Episode
from tutelage.skills.play import Context, book_of
from tutelage.skills.spoken_play import HELDOUT, SpokenRound
from tutelage.skills.tasks import FAMILY
from tutelage.talk.case import Case
from tutelage.values import Problem


def _scene(scenario: Scenario, problem: Problem) -> Scene:
    family = family_named(FAMILY)
    return scene_alone(scenario, Case(family, problem, family.work(problem), all_names(problem), ()))


def answers_rightly(scenario: Scenario) -> Callable[[Problem, str], bool]:
    """What the exact judge says of the final answer of a text."""
    return lambda problem, text: read_alone(_scene(scenario, problem), text).correct


def episodes_of(scenario: Scenario, done: SpokenRound, student: str) -> list[Episode]:
    """The answers to the tasks of an iteration, as dialogues; `source` is "challenger:<iteration>.<task>", from 1."""
    made = []
    for number, (played, text) in enumerate(zip(done.round.played, done.answers, strict=True), start=1):
        scene = _scene(scenario, played.task.problem)
        source = f"{FROM}:{done.round.number}.{number}"
        made.append(episode_alone(scene, read_alone(scene, text), text, source, student))
    return made


def row_of_round(scenario: Scenario, context: tuple[int, Sequence[int]], done: SpokenRound,
                 made: Sequence[Episode]) -> dict[str, Any]:
    """The row of `skills`. What a model grasps unaided nobody knows, so `grasp` is empty."""
    seed, levels = context
    row = row_of(Context(seed, tuple(levels), book_of(seed), frozenset(), ()), done.round, made,
                 scenario.plan.options.iterations)
    return {**row, "heldout_tasks": HELDOUT}
