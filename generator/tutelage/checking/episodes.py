"""One episode: its problem is posed again, and what the row says of it is compared with what follows from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tutelage.checking.turns import turn_faults
from tutelage.errors import NoAnswer, RunnerUnavailable, UsageError
from tutelage.plan import Plan
from tutelage.problems import any_family
from tutelage.problems.family import Posed, all_names, structure_hash, to_json, unpack
from tutelage.problems.views import Table
from tutelage.recipes import recipe_named
from tutelage.recipes.recipe import belongs
from tutelage.records.episode import content_id
from tutelage.records.schema import unpack_view
from tutelage.store.splits import FAILURES, split_of
from tutelage.talk.case import Case, View
from tutelage.talk.converse import first_table
from tutelage.talk.leaks import find_leaks
from tutelage.values import Act, Turn

COMPLETE = "complete"


class Again(NamedTuple):
    """An episode as it was before it became a row."""

    case: Case
    turns: list[Turn]
    table: Table | None  # the completions of the statement, see `converse.first_table`


TurnsFaults = Callable[[dict[str, Any], Again, Plan, set[str]], Iterator[tuple[str, str]]]


def again(row: dict[str, Any]) -> Again | str:
    """The episode of a row, or why it can't be made again."""
    if empty := sorted(nulls(row)):
        return f"null in {', '.join(empty)}"
    try:
        case = _case(row)
        return Again(case, turns_of(row), first_table(case))
    except (UsageError, NoAnswer, ValueError, KeyError, TypeError, IndexError) as error:
        return f"can't be posed again: {type(error).__name__}: {error}"


def episode_faults(row: dict[str, Any], found: Again | str, split: str, plan: Plan,
                   notes: set[str], turns_faults: TurnsFaults) -> Iterator[tuple[str, str]]:
    """The faults of one episode as (kind, what); `turns_faults` gives those of its turns."""
    if isinstance(found, str):
        yield "schema" if found.startswith("null") else "problem", found
        return
    case = found.case
    yield from _identity_faults(row, case, split, plan)
    yield from _view_faults(row, case)
    yield from _answer_faults(row, case, notes)
    yield from turns_faults(row, found, plan, notes)


def played_faults(row: dict[str, Any], found: Again, plan: Plan, notes: set[str]) -> Iterator[tuple[str, str]]:
    """The faults of the turns of simulated participants: against their acts, and the leaks."""
    case, turns, table = found
    yield from turn_faults(row, case, turns, table)
    for leak in find_leaks(case, turns):
        yield "leak", f"turn {leak.turn} gives away the {leak.kind} {leak.what!r}"


def nulls(value: Any, name: str = "") -> set[str]:
    """Names of the columns that hold a null somewhere."""
    if value is None:
        return {name}
    if isinstance(value, dict):
        return {null for key, each_ in value.items() for null in nulls(each_, f"{name}.{key}".lstrip("."))}
    if isinstance(value, list):
        return {null for each_ in value for null in nulls(each_, name)}
    return set()


def _case(row: dict[str, Any]) -> Case:
    private, family = row["private"], any_family(row["family"])
    problem = unpack(family, row["level"], private["problem"])
    right = family.work(problem)
    slips = []
    for stored in private["slips"]:
        slip = family.slip(problem, right, stored["kind"], stored["step"])
        if slip is None or slip.work.answer != stored["answer"] or not 0 <= stored["step"] < len(slip.work.steps):
            raise ValueError(f"mistake {stored['kind']} at step {stored['step']} does not lead to {stored['answer']!r}")
        slips.append(slip)
    if strange := sorted(set(private["known"]) - all_names(problem)):
        raise ValueError(f"known quantities {strange} are none of the problem's")
    return Case(family, problem, right, frozenset(private["known"]), tuple(slips),
                unpack_view(family, private["view"]))


def turns_of(row: dict[str, Any]) -> list[Turn]:
    """The turns of a row. What a turn asks for or tells beside its target comes from the columns for that."""
    return [Turn(t["role"], Act(t["act"], t["target"], t["level"], t["answer"], t["slip"], t["step"],
                                tuple(t["also"])),
                 t["text"], t["correct"], t["known_after"], t["k_after"], t["ig_bits"]) for t in row["turns"]]


def _identity_faults(row: dict[str, Any], case: Case, split: str, plan: Plan) -> Iterator[tuple[str, str]]:
    said = content_id(row["recipe"], row["arm"], row["private"]["problem"], [t["text"] for t in row["turns"]],
                      [t["act"] for t in row["turns"]], [t["answer"] for t in row["turns"]])
    if said != row["id"]:
        yield "id", f"is {row['id']}, the content's is {said}"
    if row["recipe"] != plan.recipe:
        yield "recipe", f"is {row['recipe']!r}, the dataset's is {plan.recipe!r}"
    structure = structure_hash(case.family, case.problem.structure)
    if structure != row["structure"]:
        yield "structure", f"is {row['structure']}, the problem's is {structure}"
    elif split != FAILURES and split != (due := split_of(structure, row["family"], row["level"], plan.options)):
        yield "split", f"stands in {split}, its structure belongs to {due}"
    if recipe_named(plan.recipe).evaluates and not belongs(Posed(case.family, case.problem, ""), plan.options):
        yield "split", f"its structure is not one for split={plan.options.split}"


def _view_faults(row: dict[str, Any], case: Case) -> Iterator[tuple[str, str]]:
    """The label of the view, and whether what is special about the view is what its label says."""
    view, problem = case.view, case.problem
    label = view.label if view else COMPLETE
    if row["view"] != label:
        yield "view", f"is labelled {row['view']!r}, made as {label!r}"
    hidden = [q.name for q in problem.quantities if q.name not in case.known]
    if view is None:
        if untold := [name for name in hidden if not problem.quantity(name).fact]:
            yield "statement", f"leaves out {untold}, which are no common knowledge"
        return
    if (view.swapped is not None) != (label == "swapped") or (view.conflict is not None) != (label == "contradictory") \
            or bool(view.unknowable) != (label == "unanswerable") or (label == COMPLETE and hidden):
        yield "view", f"is not what {label!r} means"
    if strange := sorted(view.unknowable - set(hidden)):
        yield "view", f"the user does not know {strange}, which the statement tells"
    yield from _conflict_faults(case, view)


def _conflict_faults(case: Case, view: View) -> Iterator[tuple[str, str]]:
    if view.conflict is None:
        return
    name, value = view.conflict
    quantity = next((q for q in case.problem.quantities if q.name == name), None)
    if quantity is None or name not in case.known or value == quantity.value or value not in quantity.domain:
        yield "view", f"{name!r} is not told twice and differently"


def _answer_faults(row: dict[str, Any], case: Case, notes: set[str]) -> Iterator[tuple[str, str]]:
    """The stored answer against solve, the worked solution, the second solver and the judge; the mistakes too."""
    private, family, problem, right = row["private"], case.family, case.problem, case.right
    value = json.loads(json.dumps(to_json(right.value)))  # tuples become lists, as in the row
    if private["answer"] != right.answer or json.loads(private["value"]) != value:
        yield "answer", f"is {private['answer']!r}, the worked solution gives {right.answer!r}"
    if private["solution"] != "\n".join(step.line for step in right.steps):
        yield "solution", "is not the worked solution of the problem"
    if family.solve(problem.structure, problem.values) != right.value:
        yield "answer", f"the solver does not give {right.answer!r}"
    try:
        if family.confirm(problem) != right.value:
            yield "answer", f"the second solver does not give {right.answer!r}"
        if not family.accepts(problem, right, private["answer"]):
            yield "answer", f"the judge rejects {private['answer']!r}"
        for slip in case.slips:
            if family.accepts(problem, right, slip.work.answer):
                yield "slip", f"the judge accepts {slip.work.answer!r} of the mistake {slip.kind}"
    except RunnerUnavailable as error:
        notes.add(f"programs were not run: {error}")
