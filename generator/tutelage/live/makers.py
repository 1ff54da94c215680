"""What is made of an item, by recipe and by who is a model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tutelage.live import group
from tutelage.live.made import Made
from tutelage.live.roles import Roles
from tutelage.plan import Plan

Maker = Callable[[Plan, int, Roles], Awaitable[Made]]
"""(plan, number of the item, models) -> what the item gives. Raises ModelError and BudgetSpent as clients do."""

MAKERS: dict[str, Maker] = {}  # of recipes that make more of a model's turns than groups of dialogues


def maker_of(plan: Plan) -> Maker:
    return MAKERS.get(plan.recipe, group.make)
