"""Text for people: what there is, dialogues to read, what was built and what was found."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutelage.building import Progress, make_item, open_source
from tutelage.models.budget import spent_text
from tutelage.plan import Plan
from tutelage.problems import FAMILIES
from tutelage.recipes import RECIPES, recipe_named, tables_of
from tutelage.recipes.recipe import check_options
from tutelage.records.episode import Episode
from tutelage.talk.case import Case
from tutelage.talk.students import STUDENTS
from tutelage.talk.teachers import TEACHERS
from tutelage.values import Turn

if TYPE_CHECKING:
    from tutelage.checking import Found

WIDTH = 100
ACCEPTED = ("teacher_words", "reworded", "questions")  # counts of what became of a model's words


def catalogue() -> dict[str, list[dict[str, Any]]]:
    """All that can be named on the command line."""
    return {
        "recipes": [{"name": r.name, "summary": r.summary, "method": r.method, "arms": list(r.arms)} for r in RECIPES],
        "families": [{"name": f.name, "domain": f.domain, "summary": f.summary, "slips": list(f.slips)}
                     for f in FAMILIES],
        "students": [{"name": p.name, "summary": p.summary, "share": p.weight} for p in STUDENTS],
        "teachers": [{"name": p.name, "summary": p.summary, "share": p.weight} for p in TEACHERS],
    }


def catalogue_text() -> str:
    lines = []
    for kind, entries in catalogue().items():
        lines.append(kind)
        wide = max(len(entry["name"]) for entry in entries)
        for entry in entries:
            where = f" [{entry['domain']}]" if "domain" in entry else ""
            lines.append(f"  {entry['name']:<{wide}}  {entry['summary']}{where}")
        lines.append("")
    return "\n".join(lines[:-1])


def show_rows(plan: Plan, *, private: bool, as_json: bool, colour: bool) -> Iterator[str]:
    """The dialogues of a plan's items as text to read, or as JSON lines."""
    recipe = recipe_named(plan.recipe)
    check_options(recipe, plan.options)
    pool, _ = open_source(plan, most=plan.rows + 1)
    for index in range(plan.rows):
        for episode in make_item(recipe, plan, index, pool).kept:
            if as_json:
                yield json.dumps(episode_json(episode, private), ensure_ascii=False)
            else:
                yield episode_text(episode, private=private, colour=colour)


def episode_json(episode: Episode, private: bool) -> dict[str, Any]:
    """An episode as JSON; `private` adds what only the teacher knows."""
    case, dialogue = episode.dialogue.case, episode.dialogue
    row: dict[str, Any] = {
        "recipe": episode.recipe, "arm": episode.arm, "family": case.family.name, "level": case.problem.level,
        "student": episode.student, "teacher": episode.teacher, "reward": dialogue.reward,
        "turns": [{"role": t.role, "act": t.act.kind, "text": t.text} for t in dialogue.turns],
    }
    if private:
        row["private"] = {"answer": case.right.answer, "solution": [s.line for s in case.right.steps],
                          "slips": [{"kind": s.kind, "step": s.step, "answer": s.work.answer} for s in case.slips],
                          "injections": [i._asdict() for i in episode.injections],
                          "view": case.view.label if case.view else "complete", "untold": _untold(case)}
    return row


def episode_text(episode: Episode, *, private: bool, colour: bool) -> str:
    """An episode as a person would want to read it."""
    case, dialogue = episode.dialogue.case, episode.dialogue
    arm = f", arm {episode.arm}" if episode.arm else ""
    head = (f"{episode.recipe}{arm} · {case.family.name}, level {case.problem.level} · student {episode.student}, "
            f"teacher {episode.teacher}")
    blocks = [_bold(head, colour), *(_turn_text(turn, private, colour) for turn in dialogue.turns)]
    if private:
        lines = [f"answer    {case.right.answer}", *(f"solution  {step.line}" for step in case.right.steps),
                 *(f"mistake   {s.kind} at step {s.step + 1} leads to {s.work.answer}" for s in case.slips),
                 *(f"injected  turn {i.turn} (p {i.p:.2f}, drew {i.draw:.2f}) in place of: {i.replaced}"
                   for i in episode.injections)]
        if case.view is not None:
            lines.append(f"view      {case.view.label}; not told: {', '.join(_untold(case)) or 'nothing'}")
        blocks.append("\n".join(["only the teacher knows", *(_indent(line, "  ") for line in lines)]))
    return "\n\n".join(blocks) + "\n"


def _untold(case: Case) -> list[str]:
    """The quantities that the statement does not tell."""
    return [q.name for q in case.problem.quantities if q.name not in case.known]


def _turn_text(turn: Turn, private: bool, colour: bool) -> str:
    act = f"{turn.act.kind} {turn.act.level or ''}".strip()
    label = f"{turn.role} ({act})" if private else turn.role
    return "\n".join([_bold(label, colour), *(_indent(line, "  ") for line in turn.text.split("\n"))])


def _indent(line: str, by: str) -> str:
    if line.startswith((" ", "`")) or not line:  # code keeps its shape
        return by + line
    return textwrap.fill(line, WIDTH, initial_indent=by, subsequent_indent=by, break_on_hyphens=False,
                         break_long_words=False)


def _bold(text: str, colour: bool) -> str:
    return f"\033[1m{text}\033[0m" if colour else text


def built_text(manifest: Mapping[str, Any], out: Path) -> str:
    """Where a dataset is, what is in it, how to load it."""
    plan, counts = manifest["identity"]["plan"], manifest["counts"]
    size = sum(file["bytes"] for file in manifest["files"]) / 1e6
    lines = [f"{out}: {manifest['items']:,} items of {plan['recipe']}, seed {plan['seed']}, {size:.1f} MB", ""]
    wide = max(map(len, manifest["rows"]), default=0)
    lines += [f"  {key:<{wide}}  {rows:>9,} rows" for key, rows in manifest["rows"].items()]
    families = ", ".join(f"{name} {count:,}" for name, count in counts.get("family", {}).items())
    lines += ["", *textwrap.wrap(f"families: {families}", WIDTH, break_long_words=False)]
    if manifest["source"]:
        source = manifest["source"]
        lines.append(f"source: {source['usable']:,} of {source['rows']:,} problems used; not used: "
                     + (", ".join(f"{reason} {count:,}" for reason, count in source["dropped"].items()) or "none"))
    if manifest["items"] < plan["rows"]:
        lines.append(f"{plan['rows'] - manifest['items']:,} items gave no dialogue that could be kept (reasons below)")
    dropped = ", ".join(f"{reason} {count:,}" for reason, count in counts.get("dropped", {}).items())
    participants: Mapping[str, Any] = manifest.get("participants", {})
    what = "dropped" if participants else "dropped and made anew"
    lines.append(f"{what}: {dropped or 'nothing'}; failed (a split of their own): {manifest['failed']:,}")
    if participants:
        words = {name: counts[name] for name in ACCEPTED if name in counts}
        lines += [f"{name.replace('_', ' ')}: " + ", ".join(f"{whose} {count:,}" for whose, count in each.items())
                  for name, each in words.items()]
        lines += [spent_text(f"{role} {facts['model']}", facts) for role, facts in participants.items()]
    lines += ["", "load it:", "  from datasets import load_dataset",
              f'  rows = load_dataset("parquet", data_files="{out.as_posix()}/{_to_load(manifest)}-*.parquet", '
              'split="train")']
    return "\n".join(lines)


def _to_load(manifest: Mapping[str, Any]) -> str:
    """What most want of a dataset: what is ready to train, or of an evaluation set the test split of its own table."""
    tables = tables_of(Plan.from_json(manifest["identity"]["plan"]))
    rows: Mapping[str, int] = manifest["rows"]
    return next((key for key in ("sft/train", *[f"{table}/test" for table in tables], *rows) if key in rows),
                "sft/train")


def checked_text(found: Found) -> str:
    """The outcome of a check, with the first faults row by row."""
    lines = [f"{fault.file} row {fault.row}: {fault.kind}: {fault.what}" if fault.row >= 0
             else f"{fault.file}: {fault.kind}: {fault.what}" for fault in found.faults[:100]]
    if len(found.faults) > 100:
        lines.append(f"… and {len(found.faults) - 100:,} more (see --json)")
    checked = ", ".join(f"{count:,} {what}" for what, count in found.checked.items())
    lines += [f"note: {note}" for note in found.notes]
    lines.append(f"checked {checked}: " + (f"{len(found.faults):,} faults" if found.faults else "no faults"))
    return "\n".join(lines)


@contextmanager
def progress_bar(rows: int | None, note: Callable[[], str] | None = None) -> Iterator[Progress | None]:
    """A bar with rows/s and time left on a terminal, and behind it what `note` says now; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    class Note(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(note() if note is not None else "")

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]:,.0f} rows/s"), TimeRemainingColumn(),
               *([Note()] if note is not None else []))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=rows, speed=0.0)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, speed=bar.tasks[0].speed or 0.0)

        yield progress
