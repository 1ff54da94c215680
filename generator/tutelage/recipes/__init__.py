"""The recipes: one dataset per method. To add one: its file and its line here (see CONTRIBUTING.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tutelage.errors import UsageError
from tutelage.plan import MOST_ROWS, SPLIT, Options, Plan
from tutelage.recipes import (
    best_questions,
    ceiling,
    collaborative,
    controls,
    missing_premise,
    proactive,
    q_priming,
    question_attributes,
    self_play,
    sharded,
    skills,
    sml,
    which_question,
)
from tutelage.recipes.recipe import Recipe, check_options
from tutelage.records.rewordings import TABLE as REWORDINGS
from tutelage.records.rollouts import TABLE
from tutelage.records.self_play_replies import TABLE as REPLIES
from tutelage.records.skills_replies import TABLE as SKILLS_REPLIES
from tutelage.records.teaching import TABLE as TEACHING
from tutelage.store.splits import HELDOUT, TEST, TRAIN, VALIDATION

RECIPES: tuple[Recipe, ...] = (sml.RECIPE, q_priming.RECIPE, controls.RECIPE, missing_premise.RECIPE, proactive.RECIPE,
                               sharded.RECIPE, which_question.RECIPE, collaborative.RECIPE,
                               best_questions.RECIPE, question_attributes.RECIPE, self_play.RECIPE, skills.RECIPE,
                               ceiling.RECIPE)

LIVE_TABLES: Mapping[str, tuple[str, ...]] = {  # of builds with models that are more than groups of dialogues
    "self_play": ("self_play", REPLIES),
    "skills": ("skills", SKILLS_REPLIES),
}


def recipe_named(name: str) -> Recipe:
    """The recipe of that name. Raises UsageError where there is none."""
    for recipe in RECIPES:
        if recipe.name == name:
            return recipe
    raise UsageError(f"unknown recipe {name!r}; the recipes are {', '.join(r.name for r in RECIPES)}")


def tables_of(plan: Plan) -> tuple[str, ...]:
    """The configs that a dataset of this plan has beside `episodes` and `sft`."""
    if plan.live is None:
        return recipe_named(plan.recipe).tables
    if plan.live.reword:
        return (REWORDINGS,)
    return LIVE_TABLES.get(plan.recipe, (TABLE, TEACHING) if plan.live.teacher else (TABLE,))


def plan_of(recipe: str, seed: int, options: Mapping[str, Any], *, rows: int = MOST_ROWS) -> Plan:
    """The plan of a recipe with options of `plan.Options`, lists or tuples. Raises UsageError for what there is not."""
    known = {field.name for field in fields(Options)}
    if unknown := sorted(set(options) - known):
        raise UsageError(f"unknown option {unknown[0]!r}; the options are {', '.join(sorted(known))}")
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                             for name, value in options.items()}
    plan = Plan(recipe, rows, seed, Options(**given))
    check_options(recipe_named(recipe), plan.options)
    return plan


def check_arm(recipe: str, arm: str) -> None:
    """Raises UsageError where the recipe has no such arm."""
    if arm not in (arms := recipe_named(recipe).arms):
        raise UsageError(f"recipe {recipe!r} has no arm {arm!r}; it has {', '.join(map(repr, arms))}")


def side_of(recipe: str, split: str | None) -> tuple[str, dict[str, str]]:
    """The split that rows are taken from, None standing for the usual one, and the option that it calls for.

    A recipe for evaluation gives structures that no training split holds (usually those of test); to train on it is a
    choice that has to be named: split "train". Raises UsageError for a split that is none.
    """
    evaluates = recipe_named(recipe).evaluates
    split = (TEST if evaluates else TRAIN) if split is None else split
    if split not in (known := (TRAIN, VALIDATION, TEST, HELDOUT, "")):
        raise UsageError(f"split={split!r} is not one of {', '.join(map(repr, known))}")
    return split, {"split": SPLIT[split == TRAIN]} if evaluates else {}
