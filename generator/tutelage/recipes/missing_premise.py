"""`missing_premise`: can a model tell a question that can't be answered? (MiP, Fan et al. 2025, 2504.06514)

Each problem in four views: complete; a premise missing that the answer hangs on; one missing that it does not hang on;
the question of another problem. Two of them can be answered, two can't, and each kind has one full and one shortened
statement, so neither length nor the count of numbers gives the label away (in the original, questions with a missing
premise are about 71 % as long). That a view can't be answered is proved by a witness pair, that one can by
enumeration. Response styles follow rules, so first suspicion and the steps after it need no judge.
"""

from __future__ import annotations

from dataclasses import replace

from tutelage.problems.family import all_names
from tutelage.recipes.recipe import Item, Recipe, Result, belongs, pick
from tutelage.recipes.underspecified import (
    Facts,
    facts_of,
    in_split,
    leaks,
    need_asides,
    swapped_for,
    view_episode,
    with_asides,
)
from tutelage.records.episode import Drop
from tutelage.talk.case import Case, View
from tutelage.talk.seekers import SEEKERS
from tutelage.talk.users import USERS

VIEWS = ("complete", "missing", "irrelevant", "swapped")


def make(item: Item) -> Result:
    """The four views of one problem, each with a response in the item's style."""
    if not item.options.families:
        item = item._replace(options=replace(item.options, families=tuple([f.name for f in with_asides()])))
    facts = in_split(item, _fits)
    if facts is None:
        return Result(dropped=(Drop("no problem with premises that matter and such that don't"),))
    other = swapped_for(item, facts.posed)
    if other is None:
        return Result(dropped=(Drop("no question that has nothing to do with the problem"),))
    family, problem, draws = facts.posed.family, facts.posed.problem, item.draws
    names = all_names(problem)
    policy = pick(SEEKERS, item.options.students, draws)
    replies = policy.name != "abstains"
    hidden = {"complete": frozenset[str](), "missing": frozenset({draws.choice(facts.needed)})}
    if facts.spare:
        hidden["irrelevant"] = frozenset({draws.choice(facts.spare)})
    hidden["swapped"] = frozenset()
    made = []
    for label, gone in hidden.items():
        view = View(label, replies=replies, swapped=other if label == "swapped" else None)
        case = Case(family, problem, facts.work, names - gone, (), view)
        made.append(view_episode(item, facts, case, policy, USERS[0], arm="" if label == "complete" else label))
    return Result(dropped=(Drop("leak"),)) if any(map(leaks, made)) else Result(kept=tuple(made))


def _fits(facts: Facts) -> bool:
    """Whether the problem tells something that matters and, unless it is from outside, something that does not."""
    return bool(facts.needed and (facts.spare or facts.posed.source))


RECIPE = Recipe(
    name="missing_premise",
    summary="four views of each problem, two of which can't be answered",
    method="Fan et al. 2025, arXiv 2504.06514 (MiP)",
    arms=("", *VIEWS[1:]),
    students=tuple(policy.name for policy in SEEKERS),
    teachers=(),
    make=make,
    tables=("missing_premise",),
    evaluates=True,
    usable=lambda posed, options: belongs(posed, options) and _fits(facts_of(posed)),
    check=need_asides("missing_premise"),
)
