"""`proactive`: does a model ask for what is missing, and only for that? (GSM-MC and GSM-MCE, 2507.23407)

One to three premises are hidden that the answer hangs on, each of them needed even when the others are told; beside
these views stand complete ones (so that asking always does not win), ones whose premise the user does not know either,
and ones that contradict themselves. Users reply literally, by comparison, in part, wrongly at first, with more than
was asked for, or not at all. No phrase earns a premise: what counts is the quantity asked for.
"""

from __future__ import annotations

from tutelage.draws import Draws
from tutelage.problems.family import all_names
from tutelage.recipes.recipe import Item, Recipe, Result, belongs, pick
from tutelage.recipes.underspecified import Facts, check_k, facts_of, in_split, leaks, pick_hidden, view_episode
from tutelage.records.episode import Drop
from tutelage.talk.case import Case, View
from tutelage.talk.seekers import SEEKERS
from tutelage.talk.statements import sayable
from tutelage.talk.users import USERS, misleading_value

COMPLETE, MISSING, UNANSWERABLE, CONTRADICTORY = "complete", "missing", "unanswerable", "contradictory"
MIX = ((COMPLETE, 0.3), (MISSING, 0.5), (UNANSWERABLE, 0.1), (CONTRADICTORY, 0.1))
ONE = 0.6  # share of the missing views that lack one premise only
SHORTER = 0.8  # share of the complete views without as many premises that don't matter as others lack that do
DONT_KNOW = next(policy for policy in USERS if policy.name == "dont_know")
KNOWING = tuple(policy for policy in USERS if policy.name != "dont_know")


def make(item: Item) -> Result:
    """One view of one problem, with the dialogue of a student and a user about it."""
    draws, options = item.draws, item.options
    label = draws.weighted([name for name, _ in MIX], [weight for _, weight in MIX])
    k = options.k[0] if len(options.k) == 1 or draws.chance(ONE) else draws.choice(options.k[1:])
    shorter = label in (COMPLETE, CONTRADICTORY) and draws.chance(SHORTER)  # as the views with something missing are
    facts = in_split(item, lambda facts: len(facts.needed) >= min(options.k) and bool(
        facts.spare or not shorter or facts.posed.source or not facts.posed.family.asides))
    if facts is None:
        return Result(dropped=(Drop("no problem with so many premises that matter"),))
    k = min(k, len(facts.needed))
    if k not in options.k:
        return Result(dropped=(Drop("fewer premises matter than should be hidden"),))
    policy = pick(SEEKERS, options.students, draws)
    user = DONT_KNOW if label == UNANSWERABLE else pick(KNOWING, options.teachers, draws)
    case = _case(facts, draws, label, k, k if shorter else 0)
    if case is None:
        return Result(dropped=(Drop(f"no {label} view of the problem"),))
    made = view_episode(item, facts, case, policy, user)
    return Result(dropped=(Drop("leak"),)) if leaks(made) else Result(kept=(made,))


def _case(facts: Facts, draws: Draws, label: str, k: int, spared: int) -> Case | None:
    """The case of a view; None where the problem has none of that kind.

    `spared` of the premises that don't matter, or as many as there are, go from views that tell all that matters.
    """
    family, problem, work = facts.posed.family, facts.posed.problem, facts.work
    names, gone = all_names(problem), frozenset(draws.sample(facts.spare, min(spared, len(facts.spare))))
    if label == COMPLETE:
        return Case(family, problem, work, names - gone, (), View("irrelevant" if gone else COMPLETE))
    if label == CONTRADICTORY:
        name = draws.choice(facts.needed)
        case = Case(family, problem, work, names - gone, ())
        value = misleading_value(case, name, draws) if sayable(family, problem, name) else None
        return None if value is None else case._replace(view=View(label, conflict=(name, value)))
    hidden = pick_hidden(facts, draws, k)
    if hidden is None:
        return None
    unknowable = frozenset({draws.choice(hidden)}) if label == UNANSWERABLE else frozenset[str]()
    return Case(family, problem, work, names - set(hidden), (), View(label, unknowable))


RECIPE = Recipe(
    name="proactive",
    summary="premises hidden, told only to who asks for them",
    method="GSM-MC and GSM-MCE, arXiv 2507.23407",
    arms=("",),
    students=tuple(policy.name for policy in SEEKERS),
    teachers=tuple(policy.name for policy in KNOWING),
    make=make,
    tables=("proactive",),
    evaluates=True,
    usable=lambda posed, options: belongs(posed, options) and len(facts_of(posed).needed) >= min(options.k),
    check=check_k,
)
