"""`best_questions`: which conversation was the best, and which question made it so (STaR-GATE, Andukuri et al. 2024).

One to three premises are hidden. Siblings, ten conversations about the same statement, ask one to three questions each,
good ones and useless ones, and end with an answer from what they were told (arXiv 2403.19154, section 3: ten
conversations for each task and user, the best of which is trained on). What a conversation is worth is the share of the
belief that it leaves on the right answer: exactly, where the original has a language model's log-probability of a
written answer. Credits of questions, the control with another user's replies and the ranks follow from that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from tutelage.draws import Draws, stream
from tutelage.plan import Options
from tutelage.problems.family import all_names, pack, structure_hash
from tutelage.problems.views import Credit, Table, tabulate
from tutelage.recipes.recipe import Item, Recipe, Result, pick, pose_item
from tutelage.recipes.sibling_rows import Other, Sibling, candidate_rows, ranked, sibling_rows, told_before
from tutelage.recipes.underspecified import Facts, check_hidden, facts_of
from tutelage.records.episode import Drop, Episode, content_id
from tutelage.talk.acts import ASK, TELL, TELL_DERIVED, Voice, student_voice, teacher_voice
from tutelage.talk.case import Case, View
from tutelage.talk.closing import closing, work_in
from tutelage.talk.converse import Dialogue
from tutelage.talk.leaks import find_leaks
from tutelage.talk.mind import Mind
from tutelage.talk.siblings import (
    ASKERS,
    MOST_ROUNDS,
    Plan,
    QuestionPolicy,
    Scene,
    in_order,
    needed_in_order,
    questions,
)
from tutelage.talk.users import USERS, UserPolicy, user
from tutelage.values import Turn

RECIPE_NAME = "best_questions"
SIBLING = "sibling"  # the arm of all but the best
ANSWERING = tuple(policy for policy in USERS if policy.name in ("literal", "derived"))  # who tell what they are asked
SHARES = (0.2, 0.45, 0.35)  # of items in which one, two, three premises are hidden
ASIDE = 0.8  # chance that something that does not matter is hidden, too, where there is such
MOST = 2_000  # completions: each item is gone through many times
MOST_STATED = 4  # things told by the statement that a student may ask for without need
PAIRS = 0.3  # share of items in which a student may ask for two needed things at once, which often is the best
TRIES = 40  # problems drawn in search of one that serves
REDRAWS = 6  # plans drawn for each sibling that is wanted


class Cast:
    """Who talks in an item, with what was drawn for their words: the same for all siblings."""

    def __init__(self, item: Item) -> None:
        draws = item.draws
        self.user: UserPolicy = pick(ANSWERING, item.options.teachers, draws)
        self.speech: Voice = student_voice(draws)
        self.manner: Voice = teacher_voice(draws)
        self.seed = draws.below(1 << 62)

    def asked(self, scene: Scene, plan: Plan, case: Case) -> tuple[Mind, list[Turn]]:
        """The questions of a plan and their replies in a world, and the student's mind after them."""
        mind = Mind(case, stream(self.seed, "student"), self.speech)
        replies = user(self.user, stream(self.seed, "user"), self.manner)
        return mind, questions(scene, plan, mind, replies)


def make(item: Item) -> Result:
    """The siblings of one problem, the best one as the main arm."""
    facts, scene = _scene(item)
    if facts is None or scene is None:
        return Result(dropped=(Drop("no problem with premises that can be hidden"),))
    plans = _plans(scene, item)
    if len({scene.credit.right(told_before(scene, plan, len(plan))) for plan in plans}) < 2:
        return Result(dropped=(Drop("no way to ask brings less than another"),))
    cast, other = Cast(item), _other(scene, item.draws)
    if other is None:
        return Result(dropped=(Drop("there is no other user whose work has words"),))
    siblings = [_played(item, scene, cast, plan, name, drawn, other[1]) for plan, (name, drawn) in plans.items()]
    if any(find_leaks(scene.case, each.turns) for each in siblings):
        return Result(dropped=(Drop("leak"),))
    return Result(kept=_episodes(item, facts, scene, cast, siblings, other[0]))


# --- what is hidden --------------------------------------------------------------------------------------------------

def _scene(item: Item) -> tuple[Facts | None, Scene | None]:
    """A problem, what is hidden of it, and what can be asked."""
    draws, wanted = item.draws, item.options.k
    for _ in range(1 if item.pool else TRIES):
        facts = facts_of(pose_item(item))
        k = draws.weighted(wanted, [SHARES[k - 1] for k in wanted])
        for fewer in sorted([each for each in wanted if each <= k], reverse=True):
            if hidden := pick_hidden(facts, draws, fewer):
                return facts, _scene_of(facts, hidden, draws)
    return None, None


def pick_hidden(facts: Facts, draws: Draws, k: int) -> tuple[str, ...]:
    """k premises that matter and that the work uses, with few enough completions; () where none are found."""
    problem = facts.posed.problem
    used = {name for step in facts.work.steps for name in step.uses}
    able = [name for name in facts.needed if name in used]
    for _ in range(8 if len(able) >= k else 0):
        chosen = set(draws.sample(able, k))
        if prod([len(problem.quantity(name).domain) for name in chosen]) <= MOST:
            return tuple([name for name in able if name in chosen])
    return ()


def _scene_of(facts: Facts, hidden: Sequence[str], draws: Draws) -> Scene:
    family, problem = facts.posed.family, facts.posed.problem
    table = tabulate(family, problem, all_names(problem) - set(hidden))
    aside, table = _aside(facts, hidden, table, draws)
    known = all_names(problem) - {*hidden, *aside}
    case = Case(family, problem, facts.work, known, (), View("missing"))
    spare = [name for name in facts.spare if name in known]
    used = {name for step in facts.work.steps for name in step.uses}.union(facts.needed)
    stated = [name for name in problem.values if name in known and name in used]
    return Scene(case, Credit(table, problem.values), needed_in_order(case, hidden),
                 (*aside, *draws.sample(spare, min(len(spare), MOST_STATED))),
                 tuple(draws.sample(stated, min(len(stated), MOST_STATED))))


def _aside(facts: Facts, hidden: Sequence[str], table: Table, draws: Draws) -> tuple[tuple[str, ...], Table]:
    """Perhaps a premise that does not matter, to be hidden beside the others, and the table with it."""
    family, problem = facts.posed.family, facts.posed.problem
    if not facts.spare or not draws.chance(ASIDE) or not family.in_order or family.domain == "graphs":
        return (), table  # in a network what the work goes through hangs on the values
    name = draws.choice(facts.spare)
    domain = problem.quantity(name).domain
    if len(domain) * len(table.codes) > MOST:
        return (), table
    wider = tabulate(family, problem, all_names(problem) - {*hidden, name})
    stride = prod(map(len, wider.domains[wider.hidden.index(name) + 1:]))
    alike = all(wider.codes[number] == wider.codes[number - number // stride % len(domain) * stride]
                for number in range(len(wider.codes)))
    return ((name,), wider) if alike else ((), table)  # with the others hidden it might matter after all


def _other(scene: Scene, draws: Draws) -> tuple[Other, Case] | None:
    """Another user, drawn from all who could be asking, and the case as it is for them."""
    case, table = scene.case, scene.credit.table
    able = [number for number, code in enumerate(table.codes) if code >= 0]
    for _ in range(TRIES):
        values = table.completion(draws.choice(able))
        if values != scene.credit.truth and (work := work_in(case, values)) is not None:
            problem = case.family.pose(case.problem.structure, {**case.problem.values, **values}, case.problem.level)
            return Other(values), case._replace(problem=problem, right=work)
    return None


# --- what is asked ---------------------------------------------------------------------------------------------------

def _plans(scene: Scene, item: Item) -> dict[Plan, tuple[str, int]]:
    """As many ways to ask as siblings are wanted, with the policy and how often each was drawn.

    The first one asks for all that is needed. A plan that was drawn before counts there and is drawn anew, so there are
    fewer where there are not so many ways.
    """
    draws, options, plans = item.draws, item.options, dict[Plan, tuple[str, int]]()
    chosen = [policy for policy in ASKERS if not options.students or policy.name in options.students]
    thorough = [policy for policy in chosen if policy.thorough] or [policy for policy in ASKERS if policy.thorough]
    pairs = draws.chance(PAIRS) or len(chosen) == 1
    chosen, thorough = [[each for each in some if pairs or each.name != "two_at_once"] for some in (chosen, thorough)]
    for _ in range(REDRAWS * options.siblings):
        policy = _drawn(chosen, draws) if plans else _drawn(thorough, draws)
        plan = policy.plan(scene, draws, draws.between(1, MOST_ROUNDS) if plans else MOST_ROUNDS)
        if plan or not plans:
            plan = plan or in_order(scene, draws, MOST_ROUNDS)  # there may be no two things to ask for at once
            name, count = plans.get(plan, (policy.name, 0))
            plans[plan] = name, count + 1
        if len(plans) == options.siblings:
            break
    return plans


def _drawn(policies: Sequence[QuestionPolicy], draws: Draws) -> QuestionPolicy:
    return draws.weighted(policies, [policy.weight for policy in policies])


def _played(item: Item, scene: Scene, cast: Cast, plan: Plan, policy: str, drawn: int, elsewhere: Case) -> Sibling:
    mind, turns = cast.asked(scene, plan, scene.case)
    told = told_before(scene, plan, len(plan))
    last = closing(scene, mind, told, stream(cast.seed, "closing", *[name for names in plan for name in names]))
    turns = _followed(scene, plan, [*turns, last.turn])
    name = content_id(item.recipe, "", pack(scene.case.problem), [t.text for t in turns], [t.act.kind for t in turns],
                      [t.act.answer for t in turns])
    return Sibling(name, policy, plan, drawn, turns, last, told, cast.asked(scene, plan, elsewhere)[1])


def _followed(scene: Scene, plan: Plan, turns: Sequence[Turn]) -> list[Turn]:
    """The turns with what was known after each: what `converse.analysed` finds, each belief looked at once an item."""
    credit, known, out = scene.credit, len(scene.case.known), list[Turn]()
    for index, turn in enumerate(turns):
        number = index // 2
        told, bits = told_before(scene, plan, number), 0.0
        if turn.act.kind == ASK:
            bits = round(credit.gain(told, plan[number]), 6)
        assert index == 0 or turn.role == "student" or turn.act.kind in (TELL, TELL_DERIVED)
        out.append(turn._replace(known_after=known + len(told), k_after=credit.left(told), ig_bits=bits))
    return out


# --- what is kept ----------------------------------------------------------------------------------------------------

def _episodes(item: Item, facts: Facts, scene: Scene, cast: Cast, siblings: Sequence[Sibling],
              other: Other) -> tuple[Episode, ...]:
    """The siblings as episodes, the best first: it brings the rows of all."""
    order, packed = ranked(scene, siblings), pack(scene.case.problem)
    siblings = [each if number == order[0] else each._replace(id=content_id(
        item.recipe, SIBLING, packed, [t.text for t in each.turns], [t.act.kind for t in each.turns],
        [t.act.answer for t in each.turns])) for number, each in enumerate(siblings)]
    structure = structure_hash(facts.posed.family, facts.posed.problem.structure)
    base = {"item": item.number, "family": facts.posed.family.name, "level": facts.posed.problem.level,
            "structure": structure, "source": facts.posed.source, "user": cast.user.name, "seed": cast.seed}
    rows = candidate_rows({**base, "recipe": item.recipe}, scene, siblings, order)
    native: Mapping[str, Sequence[Mapping[str, Any]]] = {
        "candidates": rows,
        "siblings": sibling_rows(base, scene, siblings, order, other, _question_ids(siblings, rows))}
    limit = max(item.options.max_turns, MOST_ROUNDS + 1)
    out = list[Episode]()
    for number in order:
        each = siblings[number]
        right = each.turns[-1].correct
        dialogue = Dialogue(scene.case, tuple(each.turns), int(right), len(each.turns) // 2 if right else 0,
                            scene.credit.table)
        made = Episode(item.recipe, SIBLING if out else "", item.seed, item.number, facts.posed.source, each.policy,
                       cast.user.name, cast.speech.name, cast.manner.name, limit, structure, dialogue)
        out.append(made if out else made._replace(native=native))
    return tuple(out)


def _question_ids(siblings: Sequence[Sibling], rows: Sequence[Mapping[str, Any]]) -> dict[Plan, str]:
    """The id of each question, by the plan up to it."""
    plans = {each.id: each.plan for each in siblings}
    return {(*plans[row["conv"]][:row["turn"] - 1], (row["target"], *row["also"])): row["id"] for row in rows}


def check(options: Options) -> None:
    """Raises UsageError for families that have too few premises to hide."""
    check_hidden(options, RECIPE_NAME, pick_hidden)


RECIPE = Recipe(
    name=RECIPE_NAME,
    summary="conversations about one problem, ranked, with the credit of each question",
    method="Andukuri et al. 2024, arXiv 2403.19154 (STaR-GATE)",
    arms=("", SIBLING),
    students=tuple(policy.name for policy in ASKERS),
    teachers=tuple(policy.name for policy in ANSWERING),
    make=make,
    tables=("candidates", "siblings"),
    usable=lambda posed, options: bool(pick_hidden(facts_of(posed), stream(0, RECIPE_NAME), min(options.k))),
    check=check,
)
