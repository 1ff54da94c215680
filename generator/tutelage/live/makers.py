"""What is made of an item, by recipe and by who is a model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tutelage.errors import UsageError
from tutelage.live import group, priming, rewording, self_play, skills
from tutelage.live.made import Made
from tutelage.live.roles import Roles
from tutelage.plan import Plan
from tutelage.recipes import recipe_named

Maker = Callable[[Plan, int, Roles], Awaitable[Made]]
"""(plan, number of the item, models) -> what the item gives. Raises ModelError and BudgetSpent as clients do."""

MAKERS: dict[str, Maker] = {  # of recipes that make more of a model's turns than groups of dialogues
    "q_priming": priming.make,
    "self_play": self_play.make,
    "skills": skills.make,
}
RUNS = ("self_play", "skills")


def maker_of(plan: Plan) -> Maker:
    """Who makes an item. Raises UsageError for what there is no maker of: a recipe whose dialogues can't be put into
    other words, options that mean nothing where a model asks."""
    if plan.live is not None and plan.live.reword:
        rewording.check_recipe(plan.recipe)
        return rewording.make
    if plan.recipe == "q_priming":
        priming.check_plan(plan)
    if plan.recipe in RUNS and plan.live is not None and plan.live.group > 1:
        raise UsageError(f"group={plan.live.group}: an item of {plan.recipe} is a run of many dialogues already; leave "
                         "--group out")
    if plan.recipe in RUNS and plan.live is not None and plan.live.judge:
        raise UsageError(f"judge={plan.live.judge!r}: no teacher speaks in {plan.recipe}; leave --judge out")
    return MAKERS.get(plan.recipe, group.make)


def arms_of(plan: Plan) -> Sequence[str]:
    """The arms whose dialogues the maker makes, the main one first."""
    live = plan.live
    both = plan.recipe == "q_priming" or (live is not None and live.reword)
    return recipe_named(plan.recipe).arms if both else ("",)
