"""`tutelage evaluate`: plays the items of a recipe with a model as the student and says how it does.

Feedback: complete problems with the teacher's real feedback, with none ("wrong, try again") and with that on another
problem, so that what is learned from feedback stands apart from trying again. Asking: problems that lack something,
with the user who knows. All dialogues go to `transcripts.jsonl`, all figures to `evaluation.json`; replies are kept in
the cache, so an evaluation that was stopped goes on where it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from tutelage.building import Progress
from tutelage.environment import Environment
from tutelage.errors import RequestFailed, StoreError, UsageError
from tutelage.live.building import in_order
from tutelage.live.metrics import Figures, Outcome, difference, measured
from tutelage.live.roles import Roles
from tutelage.live.rollout import rollout
from tutelage.models.client import Client
from tutelage.online.scene import Scenario
from tutelage.plan import MOST_ROWS, Plan
from tutelage.recipes import plan_of, side_of
from tutelage.recipes.recipe import families_of
from tutelage.store import folder
from tutelage.store.splits import TEST

FEEDBACK, CONTENTLESS, SHUFFLED = "feedback", "contentless", "shuffled"
COMPLETE = ("sml", "q_priming", "controls")  # recipes whose statements are complete: played in the three arms
RESULT, TRANSCRIPTS = "evaluation.json", "transcripts.jsonl"


class Task(NamedTuple):
    """One dialogue to play."""

    arm: str
    scenario: Scenario
    run: int
    other: Scenario | None = None  # whose feedback is shown in place of its own


class Set(NamedTuple):
    """The items to play: those of a plan, in the arms that its recipe is played in."""

    plan: Plan
    items: tuple[int, ...]
    turns: int


def of_recipe(recipe: str, items: int, *, seed: int = 0, turns: int = 10, **options: Any) -> Set:
    """The first items of a recipe that are of the test split. Raises UsageError for what there is not."""
    if items < 1:
        raise UsageError(f"items={items} is not at least 1")
    played = "controls" if recipe in COMPLETE else recipe
    _, side = side_of(played, None)
    plan = plan_of(played, seed, {**options, **side}, rows=MOST_ROWS)
    env = Environment(played, seed=seed, split=TEST, max_turns=turns, **options)
    found = [Scenario.read(env.reset().scenario).item for _ in range(items)]
    return Set(plan, tuple(found), turns)


def of_dataset(root: Path, items: int, *, turns: int = 10) -> Set:
    """The first items that a dataset has in its test split. Raises StoreError where it has none."""
    import pyarrow.parquet as pq

    manifest = folder.read_manifest(root)
    plan = replace(Plan.from_json(manifest["identity"]["plan"]), live=None)
    found: dict[int, None] = {}
    for file in manifest["files"]:
        if file["path"].startswith(f"episodes/{TEST}-"):
            found |= dict.fromkeys(pq.read_table(root / file["path"], columns=["item"])["item"].to_pylist())
    if not found:
        raise StoreError(f"{root} has no rows in its split {TEST}; build more rows, or name a --recipe")
    if plan.recipe in COMPLETE and plan.recipe != "controls":
        raise UsageError(f"{root} holds {plan.recipe}, whose items have no arm without feedback; build controls, or "
                         "name a --recipe")
    return Set(plan, tuple(list(found)[:items]), turns)


def tasks_of(given: Set, runs: int) -> Iterator[Task]:
    """All dialogues to play, arm by arm."""
    plan = given.plan
    step = len(families_of(plan.options))
    arms = (FEEDBACK, CONTENTLESS, SHUFFLED) if plan.recipe in COMPLETE else ("",)
    for arm in arms:
        for item in given.items:
            for run in range(runs):
                own = Scenario(plan, item, CONTENTLESS if arm == CONTENTLESS else "")
                other = Scenario(plan, item + step) if arm == SHUFFLED else None  # another problem of the family
                yield Task(arm, own, run, other)


async def evaluate(given: Set, roles: Roles, out: Path, *, runs: int = 1,
                   progress: Progress | None = None) -> dict[str, Any]:
    """Plays all dialogues, writes transcripts and figures to the folder `out`, and returns the figures.

    Raises UsageError for runs < 1, ModelError and BudgetSpent as the client does.
    """
    if runs < 1:
        raise UsageError(f"runs={runs} is not at least 1")
    tasks, outcomes, failed = list(tasks_of(given, runs)), dict[str, list[Outcome]](), list[str]()
    out.mkdir(parents=True, exist_ok=True)
    temporary = out / f".{TRANSCRIPTS}.part"
    client = roles.student
    assert client is not None
    async with roles.opened(), aclosing(in_order(range(len(tasks)), lambda n: _play(tasks[n], given.turns, client),
                                                 2 * roles.most)) as played:
        with temporary.open("w", encoding="utf-8") as file:
            for number, task in enumerate(tasks, start=1):
                outcome = await anext(played)
                if progress is not None:
                    progress(number, len(tasks))
                if isinstance(outcome, str):
                    failed.append(outcome)
                    continue
                outcomes.setdefault(task.arm, []).append(outcome)
                file.write(json.dumps(_transcript(task, outcome), ensure_ascii=False) + "\n")
    os.replace(temporary, out / TRANSCRIPTS)
    figures = {arm: measured(some, given.turns) for arm, some in outcomes.items()}
    plan = given.plan
    result = {"recipe": plan.recipe, "seed": plan.seed, "options": plan.to_json()["options"], "turns": given.turns,
              "items": len(given.items), "runs": runs, "arms": {arm or "main": _json(each)
                                                               for arm, each in figures.items()},
              **_gains(figures), "failed": failed, "participants": roles.to_json()}
    folder.write_json(out / RESULT, result, indent=2)
    return result


async def _play(task: Task, turns: int, client: Client) -> Outcome | str:
    env = Environment(task.scenario.plan.recipe, split="", max_turns=turns, arm=task.scenario.arm)
    try:
        made = await rollout(env, task.scenario, task.run, client.reply, other=task.other)
    except RequestFailed as error:
        return str(error)
    return Outcome(task.scenario.item, task.run, made.played.turns, made.leaked)


def _gains(figures: Mapping[str, Figures]) -> dict[str, Any]:
    """How much more real feedback mends than none, and than that on another problem."""
    if FEEDBACK not in figures:
        return {}
    real = figures[FEEDBACK]["recovery"]
    return {"gains": {f"recovery_over_{arm}": difference(real, figures[arm]["recovery"]).to_json()
                      for arm in (CONTENTLESS, SHUFFLED) if arm in figures}}


def _json(figures: Figures) -> dict[str, Any]:
    return {name: [each.to_json() for each in value] if isinstance(value, list) else value.to_json()
            for name, value in figures.items()}


def _transcript(task: Task, outcome: Outcome) -> dict[str, Any]:
    return {"arm": task.arm or "main", "item": outcome.item, "run": outcome.run, "solved": outcome.solved,
            "leaked": outcome.leaked, "turns": [{"role": turn.role, "act": turn.act.kind, "answer": turn.act.answer,
                                                 "correct": turn.correct, "text": turn.text}
                                                for turn in outcome.turns]}


def evaluated_text(result: Mapping[str, Any]) -> str:
    """The figures as a table: a column an arm."""
    arms: Mapping[str, Any] = result["arms"]
    if not arms:
        return "no dialogue came to an end"
    names = [name for name in next(iter(arms.values())) if name != "accuracy_by_turn"]
    shown = sorted({1, 2, 4, result["turns"]} & set(range(1, result["turns"] + 1)))
    rows = [(f"right by turn {by}", [each["accuracy_by_turn"][by - 1] for each in arms.values()]) for by in shown]
    rows += [(name.replace("_", " "), [each[name] for each in arms.values()]) for name in names]
    rows = [(name, cells) for name, cells in rows if any(cell["value"] is not None for cell in cells)]
    lines = [f"{'':22}" + "".join(f"{arm:>24}" for arm in arms)]
    lines += [f"{name:22}" + "".join(f"{_cell(cell):>24}" for cell in cells) for name, cells in rows]
    lines += [f"{name.replace('_', ' '):34}{_cell(cell)}" for name, cell in result.get("gains", {}).items()]
    student = result["participants"]["student"]
    lines += ["", f"{student['model']}: {result['items']} items, {result['runs']} runs each, "
                  f"{student['requests'] + student['cached']:,} requests ({student['cached']:,} from the cache)"]
    return "\n".join([*lines, *([f"{len(result['failed'])} dialogues failed: {result['failed'][0]}"]
                                if result["failed"] else [])])


def _cell(cell: Mapping[str, Any]) -> str:
    if cell["value"] is None:
        return "–"
    return f"{cell['value']:.3f} ({cell['low']:.3f}–{cell['high']:.3f})"
