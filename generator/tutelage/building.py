"""Building a dataset: a plan becomes shards, each made by one process from its row numbers alone.

    >>> manifest = build(Plan("sml", rows=100), Path("outputs/try"))          # doctest: +SKIP

A shard is the unit of work, of resuming and of determinism: no row crosses a process border, so the bytes don't depend
on the number of workers, on who made which shard, or on how often the build was killed on the way.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tutelage import __version__
from tutelage.draws import stream
from tutelage.errors import UsageError
from tutelage.plan import Plan
from tutelage.problems.family import Posed
from tutelage.processes import Tick, each
from tutelage.recipes import recipe_named
from tutelage.recipes.recipe import Item, Recipe, Result, check_options
from tutelage.records.episode import Drop, Episode, first_attempt_right
from tutelage.store import folder
from tutelage.store.splits import FAILURES, split_of, splits_of
from tutelage.wording import templates_digest, use_templates

if TYPE_CHECKING:
    from tutelage.store.shards import ShardWriter

GC_ROWS = 5_000
MOST_TRIES = 60  # an item that keeps nothing is tried again with fresh draws
Progress = Callable[[int, int], None]  # rows done, rows in all


def identity(plan: Plan, source_digest: str = "") -> dict[str, Any]:
    """What makes a dataset this one and no other: the plan, the versions, the words, the problems."""
    import pyarrow as pa

    return {"tutelage": __version__, "pyarrow": pa.__version__, "plan": plan.to_json(),
            "templates": templates_digest(), "source": source_digest}


def build(plan: Plan, out: Path, *, workers: int = 1, overwrite: bool = False, templates: Path | None = None,
          progress: Progress | None = None) -> dict[str, Any]:
    """Builds the dataset of `plan` in the folder `out`, or goes on with it, and returns its manifest.

    Raises UsageError or SourceError before anything is written; StoreError where the folder can't be used or the disk
    is full (finished shards are kept). KeyboardInterrupt passes through: finished shards are kept then, too.
    """
    if workers < 1:
        raise UsageError(f"workers={workers} is not at least 1")
    recipe, known, source, pool, finished = begun(plan, out, overwrite, templates)
    if finished is not None:
        return finished
    with folder.lock(out):
        done = folder.receipts(out)
        missing = [shard for shard in range(plan.shards) if shard not in done]
        report = (lambda rows: progress(min(rows, plan.rows), plan.rows)) if progress else None
        shards = each(write_shard, shared=(plan, out, pool, templates), items=missing, workers=workers, report=report,
                      start=len(done) * plan.shard_rows)
        for _ in shards:
            pass  # a shard leaves its files and its receipt; nothing comes back
        try:
            manifest = manifest_of(plan, recipe, known, source, out)
            folder.complete(out, manifest)
        except OSError as error:
            raise folder.unwritten(out, error) from error
    return manifest


class Begun(NamedTuple):
    """What a build knows before its first row."""

    recipe: Recipe
    known: dict[str, Any]  # the identity of the dataset
    source: dict[str, Any]  # what the manifest says of the source
    pool: Sequence[Posed]
    finished: dict[str, Any] | None  # the manifest, where the folder holds this very dataset already


def begun(plan: Plan, out: Path, overwrite: bool, templates: Path | None) -> Begun:
    """Makes the folder ready. Raises UsageError, SourceError or StoreError before anything is written."""
    recipe = recipe_named(plan.recipe)
    check_options(recipe, plan.options)
    use_templates(templates)
    pool, source = open_source(plan)
    known = identity(plan, source.get("sha256", ""))
    return Begun(recipe, known, source, pool, folder.prepare(out, known, overwrite=overwrite))


def make_item(recipe: Recipe, plan: Plan, index: int, pool: Sequence[Posed]) -> Result:
    """All that item `index` gives: what is kept of the first try that keeps something, and what failed on the way."""
    failed: list[Episode] = []
    dropped: list[Drop] = []
    for attempt in range(MOST_TRIES):
        draws = stream(plan.seed, plan.recipe, index, attempt)
        result = recipe.make(Item(plan.recipe, plan.seed, index, draws, plan.options, pool))
        failed += result.failed
        dropped += result.dropped
        if result.kept:
            return Result(result.kept, tuple(failed), tuple(dropped))
    return Result((), tuple(failed), tuple(dropped))


def open_source(plan: Plan, most: int | None = None) -> tuple[Sequence[Posed], dict[str, Any]]:
    """The problems of the plan's source (the first `most`) and what the manifest says of it; empty without one."""
    if not plan.options.source:
        return (), {}
    from tutelage.sources import load

    recipe = recipe_named(plan.recipe)
    usable = recipe.usable
    source = load(plan.options.source, most if usable is None else None)
    if not source.pool:
        raise UsageError(f"no problem of {plan.options.source!r} can be used: {dict(source.dropped)}")
    pool = tuple([posed for posed in source.pool if usable is None or usable(posed, plan.options)])
    if not pool:
        raise UsageError(f"none of the {len(source.pool)} problems of {plan.options.source!r} is of the split "
                         f"{plan.options.split!r} and has what {plan.recipe} needs; give a longer file, or the other "
                         "--split")
    return pool, {"spec": plan.options.source, "sha256": source.sha256, "rows": source.rows, "usable": len(pool),
                  "dropped": dict(source.dropped)}


def write_shard(shard: int, plan: Plan, out: Path, pool: Sequence[Posed], templates: Path | None, tick: Tick) -> None:
    """Makes the rows of one shard and puts its files and its receipt in place, or leaves nothing."""
    from tutelage.store.shards import ShardWriter

    use_templates(templates)
    recipe = recipe_named(plan.recipe)
    writer = ShardWriter(out, shard, plan.shards, plan.options.train_on, recipe.tables)
    first, last = shard * plan.shard_rows, min(plan.rows, (shard + 1) * plan.shard_rows)
    counts: Counter[str] = Counter()
    # rows are trees of small tuples without cycles: looking for cycles in them costs as much as making them
    gc.disable()
    try:
        for index in range(first, last):
            add_item(make_item(recipe, plan, index, pool), plan, writer, counts)
            if (index - first) % 50 == 49:
                tick(50)
            if (index - first) % GC_ROWS == GC_ROWS - 1:
                gc.collect(1)
        tick((last - first) % 50)
        finish_shard(shard, plan, out, recipe.arms, writer, counts)
    except OSError as error:
        writer.abandon()
        raise folder.unwritten(out, error) from error
    except BaseException:
        writer.abandon()
        raise
    finally:
        gc.enable()


def finish_shard(shard: int, plan: Plan, out: Path, arms: Sequence[str], writer: ShardWriter,
                 counts: Mapping[str, int]) -> None:
    """Puts a shard's files in place, and its receipt. Raises OSError where the disk does not take them."""
    files = writer.finish(splits_of(plan.options), arms)
    folder.write_receipt(out, {"shard": shard, "files": [file._asdict() for file in files],
                               "counts": dict(sorted(counts.items()))})


def add_item(result: Result, plan: Plan, writer: ShardWriter, counts: Counter[str]) -> None:
    """Adds what an item gave to the shard and to the counts of its receipt."""
    for episode in result.kept:
        case = episode.dialogue.case
        split = split_of(episode.structure, case.family.name, case.problem.level, plan.options)
        writer.add(split, episode)
        counts.update(_facts(episode))
    for episode in result.failed:
        writer.add(FAILURES, episode)
    counts.update([f"dropped:{drop.reason}" for drop in result.dropped])
    counts["failed"] += len(result.failed)
    counts["items"] += bool(result.kept)


def _facts(episode: Episode) -> list[str]:
    """What the manifest counts of a kept episode, as `kind:value`."""
    case, arm = episode.dialogue.case, episode.arm or "main"
    facts = [f"arm:{arm}", f"reward:{arm}:{episode.dialogue.reward}"]
    if not episode.arm:
        facts += [f"family:{case.family.name}", f"level:{case.problem.level}", f"student:{episode.student}",
                  f"teacher:{episode.teacher}", f"student_turns:{len(episode.dialogue.turns) // 2}",
                  f"first_attempt_right:{first_attempt_right(episode.dialogue.turns)}"]
    return facts


def manifest_of(plan: Plan, recipe: Recipe, known: Mapping[str, Any], source: Mapping[str, Any],
                out: Path) -> dict[str, Any]:
    """The manifest, from the receipts; files of a split that has no row in any shard are removed."""
    made = [receipt for _, receipt in sorted(folder.receipts(out).items())]
    files, rows = folder.listed(out, [file for receipt in made for file in receipt["files"]])
    counts: Counter[str] = Counter()
    for receipt in made:
        counts.update(receipt["counts"])
    return {"format": folder.FORMAT, "identity": known, "command": plan.command(), "method": recipe.method,
            "source": source, "rows": rows, "items": counts.pop("items", 0), "failed": counts.pop("failed", 0),
            "counts": _nested(counts), "files": files}


def _nested(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for key, count in sorted(counts.items()):
        kind, _, value = key.partition(":")
        nested.setdefault(kind, {})[value] = count
    return nested


def default_rows(source: str) -> int:
    """10,000, or with a source each of its usable problems once."""
    if not source:
        return 10_000
    from tutelage.sources import load

    return max(1, len(load(source).pool))


def default_workers() -> int:
    """The number of cores that this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def kept_message(plan: Plan, out: Path) -> str:
    """What to tell a user who stopped a build."""
    done = len(folder.receipts(out)) if (out / folder.STATE).is_dir() else 0
    return f"stopped; {done} of {plan.shards} shards are kept in {out}. Run the same command to go on"

