"""Rows of `skills`: the rubrics and the Judge are run again on the words of each answer, the edits made again by hand,
replay counted again, and the true rate of the newest skills found by answering every held-out task.

What a rule is needed for is found by misreading it alone; what a skill set can do is read off its texts. The context
is also played again from its seed, for what goes from row to row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from tutelage.checking.episodes import Again
from tutelage.checking.labels import CLOSE, Faults, Row, unlike
from tutelage.errors import NoAnswer, UsageError
from tutelage.problems import any_family
from tutelage.problems.family import Family, unpack
from tutelage.problems.reading.answers import final_answer
from tutelage.problems.rules.books import reading_with, rules_of
from tutelage.problems.rules.working import value_of
from tutelage.recipes.skills import split
from tutelage.skills.play import HELDOUT, Context, book_of, heldout, play
from tutelage.skills.tasks import FAMILY, MISREADINGS
from tutelage.skills.words import book_text, pack_book, requirement
from tutelage.values import Problem

PARTS = ("story", "layout", "words", "signs", "exceptions")  # of a book that a problem's structure holds, too
SIDES = {"reasoner": 0, "challenger": 1}  # the score of the tasks that each side learns from
Struct = dict[str, Any]


def group(row: Row) -> tuple[Any, ...]:
    return row["item"], row["iteration"]


def group_of(episode: Row) -> tuple[Any, ...] | None:
    """The first task of an iteration brings its row."""
    place, _, task = episode["source"].partition(":")[2].partition(".")
    return (episode["item"], int(place)) if task == "1" and place.isdecimal() else None


def row_faults(rows: Sequence[Row], episode: Row, found: Again, notes: set[str]) -> Iterator[tuple[int, str, str]]:
    """The faults of the row of one iteration as (0, kind, what)."""
    row = rows[0]
    for place in range(1, len(rows)):
        yield place, "row", "is about the same as the one before it"
    try:
        for kind, what in _faults(row, episode, found.case.family):
            yield 0, kind, what
    except (ValueError, KeyError, IndexError, TypeError, NoAnswer, UsageError, StopIteration) as error:
        yield 0, "row", f"can't be made again: {type(error).__name__}: {error}"


def _faults(row: Row, episode: Row, family: Family) -> Faults:
    yield from _context_faults(row, episode)
    for result in row["task_results"]:
        problem = unpack(family, result["level"], result["problem"])
        for kind, what in _result_faults(row, result, problem, family):
            yield kind, f"task {result['task_idx']}: {what}"
    for side, score in SIDES.items():
        yield from _edit_faults(row, side, score)
    yield from _replay_faults(row)
    if abs(row["heldout"][-1] - (due := heldout_rate(row, family))) > CLOSE:
        yield "heldout", f"the newest skills solve {due:.4f} of the held-out tasks, not {row['heldout'][-1]:.4f}"


# --- the context -----------------------------------------------------------------------------------------------------

@lru_cache(maxsize=2)
def _played(seed: int, levels: tuple[int, ...], iterations: int, tasks: int) -> Context:
    return play(seed, levels, split, iterations=iterations, tasks=tasks)


def _context_faults(row: Row, episode: Row) -> Faults:
    """What the row says of its context and its place in it, against the context played again from the seed."""
    results = row["task_results"]
    if not 1 <= row["iteration"] <= row["iterations"] or not results:
        yield "row", f"iteration {row['iteration']} of {row['iterations']} with {len(results)} tasks"
        return
    context = _played(row["seed"], tuple(row["levels"]), row["iterations"], len(results))
    done = context.rounds[row["iteration"] - 1]
    yield from unlike(row, {
        "book": pack_book(context.book), "context": book_text(context.book), "grasp": sorted(context.grasp),
        "id": f"{row['context_id']}-{row['iteration']}", "family": episode["family"], "structure": episode["structure"],
        "heldout_tasks": HELDOUT,
        "heldout": [float(rate) for rate in done.heldout],
        **{f"{side}_{when}": [dict(skill._asdict()) for skill in skills]
           for side, pair in (("reasoner", done.reasoner), ("challenger", done.challenger))
           for when, skills in zip(("before", "after"), pair, strict=True)},
    })
    if [result["task_idx"] for result in results] != list(range(len(results))):
        yield "row", "the tasks are not numbered from 0"
    if (results[0]["statement"], results[0]["answer"]) != (episode["turns"][0]["text"], episode["turns"][1]["text"]):
        yield "row", "the first task and its answer are not those of the episode"


# --- tasks, rubrics and verdicts -------------------------------------------------------------------------------------

def _result_faults(row: Row, result: Struct, problem: Problem, family: Family) -> Faults:
    """The task, its rubrics, and the verdict on the words of the answer."""
    right, text = family.work(problem), result["answer"]
    lines = [step.line for step in right.steps]
    book = json.loads(row["book"])
    if book["values"] != problem.values or any(problem.structure[part] != book[part] for part in PARTS):
        yield "task", "is of another rulebook"
    if result["statement"] != family.state(problem, frozenset(problem.values)) \
            or result["question"] != problem.question:
        yield "task", "the statement is not that of the problem"
    if sorted(result["needs"]) != (due := needed(problem)):
        yield "task", f"needs {sorted(result['needs'])}; misread alone, {due} lead to another answer"
    *rules, last = result["rubrics"]
    if [rubric["rule"] for rubric in rules] != result["needs"] or last["rule"] or last["expected"] != right.answer:
        yield "rubric", "they are not one for each rule in order, and one for the answer"
    for rubric in rules:
        kinds = MISREADINGS[next(one["kind"] for one in book["rules"] if one["id"] == rubric["rule"])]
        shown = [slip.work.steps[step].line for kind, step in family.sites(problem, right) if kind in kinds
                 and (slip := family.slip(problem, right, kind, step))]
        if rubric["expected"] not in lines or rubric["mistaken"] in lines or rubric["mistaken"] not in shown:
            yield "rubric", f"its lines don't show whether {rubric['rule']} is applied rightly"
    for rubric in result["rubrics"]:
        if rubric["requirement"] != requirement(book, rubric["rule"], problem.structure["style"]):
            yield "rubric", f"the requirement for {rubric['rule']!r} is said otherwise"
    status = [*[rubric["expected"] in text or rubric["mistaken"] not in text for rubric in rules],
              family.accepts(problem, right, final_answer(text))]
    if (result["requirement_status"], result["judge_score"]) != (status, int(all(status))):
        yield "verdict", f"is {result['judge_score']} for {result['requirement_status']}; run again: {status}"
    first = next((rubric for rubric, passed in zip(result["rubrics"], status, strict=True) if not passed), None)
    if first is not None and first["requirement"] not in result["judge_rationale"]:
        yield "verdict", "the rationale does not name the first requirement that is not met"
    good = able(result["needs"], row["grasp"], row["reasoner_before"], row["budget"])
    missed = next((rule for rule in result["needs"] if rule not in good), "")
    if result["broken"] != missed or (first["rule"] if first else "") != missed:
        yield "verdict", f"breaks on {result['broken']!r}; the skills say on {missed!r}"


def needed(problem: Problem) -> list[str]:
    """The rules that lead to another answer when they alone are misread."""
    right, names = any_family(FAMILY).solve(problem.structure, problem.values), frozenset(rules_of(problem))
    return sorted([name for name in names if value_of(problem, reading_with(problem, names - {name})) != right])


def able(needs: Sequence[str], grasp: Sequence[str], skills: Sequence[Struct], budget: int) -> list[str]:
    """Which of the rules are applied rightly with these skills, by their texts."""
    good = []
    for rule in needs:
        verdict, words = rule in grasp, 0
        for skill in skills[::-1]:
            words += len(skill["description"].split())
            if words > budget:
                break
            if rule in skill["rules"]:
                verdict = all(other in needs for other in skill["when"])
                break
        if verdict:
            good.append(rule)
    return good


def heldout_rate(row: Row, family: Family) -> float:
    """The share of the held-out tasks that are answered rightly with the skills after the iteration."""
    tasks, solved = _heldout(row["seed"], tuple(row["levels"])), 0
    for problem, rules in tasks:
        good = able(rules, row["grasp"], row["reasoner_after"], row["budget"])
        missed = {rule for rule in rules if rule not in good}
        reading = reading_with(problem, frozenset(rules_of(problem)) - {min(missed, default="")})
        solved += value_of(problem, reading) == family.solve(problem.structure, problem.values)
    return solved / len(tasks)


@lru_cache(maxsize=2)
def _heldout(seed: int, levels: tuple[int, ...]) -> list[tuple[Problem, list[str]]]:
    """The held-out tasks of a context, with what they need."""
    return [(problem, needed(problem)) for problem in heldout(seed, book_of(seed), levels)]


# --- edits and replay ------------------------------------------------------------------------------------------------

def _edit_faults(row: Row, side: str, score: int) -> Faults:
    """Whether the edits make the skills after of those before, and tasks of the right kind gave rise to them."""
    edits, skills = row[f"{side}_edits"], list(row[f"{side}_before"])
    causes = [result for result in row["task_results"] if result["judge_score"] == score]
    for edit in edits:
        kept = [skill for skill in skills if skill["name"] != edit["target"]]
        if edit["op"] not in ("add", "merge") or (len(kept) < len(skills)) != (edit["op"] == "merge"):
            yield "edit", f"{edit['op']} {edit['target']!r} of the {side} can't be made"
        skills = [*kept, {"name": edit["target"], **{key: edit[key] for key in ("description", "rules", "when")}}]
    if skills != row[f"{side}_after"]:
        yield "edit", f"the edits don't make the {side}'s skills after of those before"
    if edits and not causes:
        yield "edit", f"the {side} has edits without a task that scored {score}"
    if side == "reasoner":
        for edit in edits:
            if edit["rules"][-1] not in [result["broken"] for result in causes]:
                yield "edit", f"no failed task broke on {edit['rules'][-1]}"


def _replay_faults(row: Row) -> Faults:
    """The probes' verdicts by the skills of this row, the smoothed rates, the choice and the regret."""
    versions = row["iteration"] + 1
    if len(row["heldout"]) != versions or any(len(probe["solved"]) != versions for probe in row["probes"]):
        yield "replay", f"there are not {versions} versions"
        return
    for side, column in (("hard", "rho_hard"), ("easy", "rho_easy")):
        probes = [probe["solved"] for probe in row["probes"] if probe["side"] == side]
        due = [(1 + sum(each)) / (1 + len(probes)) for each in zip(*probes, strict=True)] or [1.0] * versions
        yield from unlike(row, {column: due})
    for probe in row["probes"]:
        for version, skills in ((-2, row["reasoner_before"]), (-1, row["reasoner_after"])):
            good = able(probe["needs"], row["grasp"], skills, row["budget"])
            if probe["solved"][version] != (len(good) == len(probe["needs"])):
                yield "replay", f"the {probe['side']} probe of iteration {probe['iteration']} is judged wrongly"
    for probe in [probe for probe in row["probes"] if probe["iteration"] == row["iteration"]]:
        result = row["task_results"][probe["task_idx"]]
        if result["judge_score"] != (probe["side"] == "easy") or result["needs"] != probe["needs"]:
            yield "replay", f"task {probe['task_idx']} is no {probe['side']} probe"
    products = [hard * easy for hard, easy in zip(row["rho_hard"], row["rho_easy"], strict=True)]
    best = max(range(versions), key=lambda version: (round(products[version], 5), version))
    if row["chosen"] != best or abs(row["regret"] - max(row["heldout"]) + row["heldout"][row["chosen"]]) > CLOSE:
        yield "replay", f"version {row['chosen']} is chosen with regret {row['regret']:.4f}; the probes say {best}"
