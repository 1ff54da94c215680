"""`sharded`: does a model keep its head when a problem is told piece by piece? (Laban et al. 2025, 2505.06120)

Each problem in three forms: told one premise a turn (the main arm), in full (`full`), and all pieces in one turn
(`concat`). Shard 1 is the question with its scene, each further shard one premise, in an order that is drawn. From
which shard on the answer is determined is known exactly, and so is which attempt is premature, without a judge. The
table holds what the public simulator reads (`tutelage.evaluate.sharded_records` puts it into its form).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

from tutelage.draws import Draws, stream
from tutelage.errors import NoAnswer, UsageError
from tutelage.problems.family import Posed, structure_hash
from tutelage.problems.views import determined, essential
from tutelage.recipes.recipe import Item, Recipe, Result, belongs, pick
from tutelage.recipes.underspecified import in_split, leaks
from tutelage.records.episode import Drop, Episode, content_id
from tutelage.talk.acts import ATTEMPTS, Voice, student_voice, teacher_voice
from tutelage.talk.case import Case, View, make_case
from tutelage.talk.converse import converse
from tutelage.talk.mind import Mind
from tutelage.talk.revealed import determined_at
from tutelage.talk.shards import REVEALS, WAITERS, revealing
from tutelage.talk.statements import statement_of
from tutelage.talk.students import STUDENTS, StudentPolicy, student
from tutelage.talk.users import UserPolicy
from tutelage.values import Turn

FEWEST, MOST = 3, 12  # shards of the published instructions
SLIPS = 3  # wrong answers to name that mistakes lead to
COMPLETIONS = 4  # wrong answers to name that the first shards leave possible
TRIES = 12  # values drawn for one of them
MOST_SPARE = 6  # premises that aren't essential up to which their sets are gone through


class Cast(NamedTuple):
    """Who talks, in all three forms."""

    policy: StudentPolicy
    reveal: UserPolicy
    speech: Voice
    manner: Voice
    seed: int


def make(item: Item) -> Result:
    """One problem in its three forms, with its row in the table."""
    facts = in_split(item, lambda facts: FEWEST <= len(facts.posed.problem.quantities) + 1 <= MOST)
    if facts is None:
        return Result(dropped=(Drop(f"no problem of {FEWEST} to {MOST} shards"),))
    posed, draws = facts.posed, item.draws
    whole = make_case(posed.family, posed.problem, draws, leave_facts=0.0, most_slips=SLIPS)
    order = tuple(draws.shuffled([q.name for q in posed.problem.quantities]))
    cast = Cast(pick(WAITERS, item.options.students, draws), pick(REVEALS, item.options.teachers, draws),
                student_voice(draws), teacher_voice(draws), draws.below(1 << 62))
    full = whole._replace(slips=())
    try:
        told = _episode(item, posed, full._replace(known=frozenset(), view=View("sharded", order=order)), cast)
        told = told._replace(native={item.recipe: [shards_row(item, posed, whole, told)]})
    except UsageError:
        return Result(dropped=(Drop("more completions than can be enumerated"),))
    if leaks(told):
        return Result(dropped=(Drop("leak"),))
    at_once = cast._replace(policy=STUDENTS[0])
    twins = [_episode(item, posed, full, at_once, arm="full"),
             _episode(item, posed, full._replace(view=View("concat", order=order)), at_once, arm="concat")]
    return Result(kept=(told, *twins))


def _episode(item: Item, posed: Posed, case: Case, cast: Cast, arm: str = "") -> Episode:
    """The dialogue in one form: one student turn for each shard at most, one where all is told at once.

    Raises UsageError where determination can't be decided.
    """
    turns = 1 if arm else len(case.problem.quantities) + 1
    mind = Mind(case, stream(cast.seed, "student", arm), cast.speech)
    dialogue = converse(case, student(cast.policy, mind),
                        revealing(cast.reveal, stream(cast.seed, "user"), cast.manner), max_turns=turns)
    return Episode(item.recipe, arm, item.seed, item.number, posed.source, cast.policy.name, cast.reveal.name,
                   cast.speech.name, cast.manner.name, turns,
                   structure_hash(posed.family, posed.problem.structure), dialogue)


def shards_row(item: Item, posed: Posed, whole: Case, told: Episode) -> dict[str, Any]:
    """The row of the table (schema `records.tables.SHARDED`). `whole` is the case that tells all, with slips.

    Raises UsageError where determination can't be decided.
    """
    case = told.dialogue.case
    family, problem, right = posed.family, posed.problem, whole.right
    assert case.view is not None
    order, needed = case.view.order, essential(family, problem)
    texts = [statement_of(case), *[family.words(problem, problem.quantity(name)).sentence for name in order]]
    full = statement_of(whole)
    said = content_id(item.recipe, "sharded", full, texts, [], [])
    at = determined_at(family, problem, order)
    turns = told.dialogue.turns
    return {
        "id": said, "item": item.number, "family": family.name, "level": problem.level,
        "structure": told.structure, "source": posed.source, "task_id": f"sharded-{family.name}/{said[:12]}",
        "shards": [{"shard_id": number, "shard": text, "shard_text": text, "quantity": name,
                    "is_required": not name or name in needed}
                   for number, (name, text) in enumerate(zip(("", *order), texts, strict=True), start=1)],
        "full_prompt": full, "concat_prompt": statement_of(whole._replace(view=View("concat", order=order))),
        "required_sets": _required_sets(posed, needed), "determined_at_shard": at + 1,
        "answer": right.answer, "answer_kind": family.kind(problem.structure),
        "plausible": _plausible(whole, order, at, stream(item.seed, "plausible", item.number)),
        "style": told.student, "reveal": told.teacher,
        "premature": sum([turn.act.kind in ATTEMPTS and turn.k_after != 0 for turn in turns]),
        "answered_at_shard": _answered_at(turns), **_public(whole),
    }


def _answered_at(turns: Sequence[Turn]) -> int:
    """The number of shards that were told at the first attempt."""
    return next((i // 2 + 1 for i, turn in enumerate(turns) if turn.act.kind in ATTEMPTS), 0)


def _required_sets(posed: Posed, needed: frozenset[str]) -> list[list[str]]:
    """All minimal sets of premises that determine the answer at the values they have; [] where that is too much."""
    family, problem = posed.family, posed.problem
    names = [q.name for q in problem.quantities]
    spare, found = [name for name in names if name not in needed], list[frozenset[str]]()
    if len(spare) > MOST_SPARE:
        return []
    try:
        for size in range(len(spare) + 1):
            for some in map(frozenset, combinations(spare, size)):
                if not any(small <= some for small in found) and determined(family, problem, needed | some):
                    found.append(some)
    except UsageError:
        return []
    return [[name for name in names if name in needed | some] for some in found]


def _plausible(whole: Case, order: Sequence[str], at: int, draws: Draws) -> list[dict[str, Any]]:
    """Wrong answers: those of mistakes, and those that are right for other values of what isn't told yet."""
    family, problem = whole.family, whole.problem
    found = {slip.work.answer: {"answer": slip.work.answer, "shards": len(order) + 1, "slip": slip.kind}
             for slip in whole.slips}
    for count in draws.sample(range(at), min(COMPLETIONS, at)):
        for _ in range(TRIES):
            other = {q.name: draws.choice(q.domain) for q in map(problem.quantity, order[count:]) if not q.fact}
            try:
                posed = family.pose(problem.structure, {**problem.values, **other}, problem.level)
                if family.solve(posed.structure, posed.values) == whole.right.value:
                    continue
                answer = family.work(posed).answer
            except NoAnswer:
                continue
            found.setdefault(answer, {"answer": answer, "shards": count + 1, "slip": ""})
            break
    return list(found.values())


def _public(whole: Case) -> dict[str, str]:
    """What the public simulator's own judges need: of its tasks `math` takes whole numbers, `code` functions."""
    kind, value = whole.family.kind(whole.problem.structure), whole.right.value
    row = {"task": "other", "reference": whole.right.answer, "func_name": "", "starter_code": "", "tests": ""}
    if kind == "number" and isinstance(value, int):
        lines = "\n".join([step.line for step in whole.right.steps])
        return row | {"task": "math", "reference": f"{lines}\n#### {value}"}
    if kind != "program" or "tests" not in whole.problem.structure or not isinstance(value, tuple):
        return row
    head = next(line for line in whole.right.answer.splitlines() if line.startswith("def "))
    tests = [{"input": json.dumps(test, ensure_ascii=False), "output": output}
             for test, output in zip(whole.problem.structure["tests"], value, strict=True)
             if not output.startswith("!")]  # the simulator compares values; it can't expect an error
    return row | {"task": "code", "func_name": whole.problem.structure["function"], "starter_code": head,
                  "tests": json.dumps(tests, ensure_ascii=False)}


RECIPE = Recipe(
    name="sharded",
    summary="problems told piece by piece, with their fully specified twins",
    method="Laban et al. 2025, arXiv 2505.06120 (Lost in Conversation)",
    arms=("", "full", "concat"),
    students=tuple(policy.name for policy in WAITERS),
    teachers=tuple(policy.name for policy in REVEALS),
    make=make,
    tables=("sharded",),
    evaluates=True,
    usable=lambda posed, options: belongs(posed, options) and FEWEST <= len(posed.problem.quantities) + 1 <= MOST,
)
