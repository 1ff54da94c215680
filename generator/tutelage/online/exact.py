"""The exact dialogues of an item, made again as a build makes them, and the scene of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tutelage.building import make_item, open_source
from tutelage.online.scene import Scenario, Scene
from tutelage.plan import Plan
from tutelage.problems.family import Posed
from tutelage.recipes import recipe_named
from tutelage.recipes.recipe import Result
from tutelage.records.episode import Episode


@lru_cache(maxsize=128)  # the arms of an item stand one behind the other
def exact_item(plan: Plan, item: int) -> Result:
    """All that an item gives without a model. Raises UsageError and SourceError as a build does."""
    pool = _pool(plan) if plan.options.source else ()
    return make_item(recipe_named(plan.recipe), plan, item, pool)


@lru_cache(maxsize=2)
def _pool(plan: Plan) -> Sequence[Posed]:
    return open_source(plan)[0]


def scene_of(plan: Plan, episode: Episode) -> Scene:
    """The scene of an exact dialogue as it was played: whoever does not reply in it does not reply in the scene."""
    scene = Scene(Scenario(plan, episode.item, episode.arm), episode)
    scene.case = episode.dialogue.case
    return scene
