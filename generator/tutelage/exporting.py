"""Exporting: the views that a trainer reads, made from a dataset's episodes, and what it wants to be told of them.

    >>> export(Path("outputs/sml"), ("preference", "kto"))          # doctest: +SKIP

Without `out` the views are added to the dataset itself, whose manifest is written again, last; with `out` they are a
dataset of their own, without the episodes. A shard of a view is the unit of work and of resuming, and its bytes depend
on the episodes alone: not on the workers, on what else is exported, or on how often the export was killed on the way.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from tutelage.building import Progress, build
from tutelage.cards import card
from tutelage.errors import StoreError, UsageError
from tutelage.plan import Plan
from tutelage.processes import Tick, each
from tutelage.recipes import recipe_named
from tutelage.records.consumers import Consumer, companions_of, consumer_named, lines_for
from tutelage.records.trainers import EPISODES, VIEWS, Given, TrainerView, view_named
from tutelage.store import folder
from tutelage.store.shards import config_of
from tutelage.store.splits import FAILURES, splits_of
from tutelage.store.views import derived, write_view

ROWS_A_WORKER = 50_000  # episodes that take as long as the start of another process


class Part(NamedTuple):
    """A shard of a view in all splits: the unit of work."""

    number: int  # among all parts that a dataset can have, from 0: the name of its receipt
    view: str
    arm: str
    shard: int


class Origin(NamedTuple):
    """The dataset that is exported."""

    root: Path
    manifest: Mapping[str, Any]
    plan: Plan
    shards: int

    @property
    def arms(self) -> Sequence[str]:
        return recipe_named(self.plan.recipe).arms

    @property
    def splits(self) -> list[str]:
        return [split for split in splits_of(self.plan.options) if split != FAILURES]


def export(root: Path, views: Sequence[str] = (), *, consumer: str = "", out: Path | None = None, workers: int = 1,
           overwrite: bool = False, progress: Progress | None = None) -> dict[str, Any]:
    """Adds views to the dataset in `root`, or makes a dataset of them in `out`, and returns its manifest.

    `views` are names of `records.trainers.VIEWS`; with a `consumer` also those that it reads, as far as the dataset
    gives them, and the files that it wants. Raises UsageError for names that there are not and for a view that the
    dataset does not give; StoreError where a folder can't be used. Finished shards are kept whatever happens.
    """
    if workers < 1:
        raise UsageError(f"workers={workers} is not at least 1")
    wanted = [view_named(name) for name in views]
    reader = consumer_named(consumer) if consumer else None
    if not wanted and reader is None:
        raise UsageError(f"no view is named; name some of {', '.join(view.name for view in VIEWS)}, or a trainer")
    origin = open_origin(root)
    wanted = _given(origin, wanted, reader)
    target = root if out is None or out.resolve() == root.resolve() else out
    identity = _identity(origin, wanted, reader)
    if target is not root and (made := folder.prepare(target, identity, overwrite=overwrite)) is not None:
        return made
    _refuse_foreign(target, origin, reader)
    with folder.lock(target):
        _write_parts(origin, target, wanted, workers, progress)
        try:
            manifest = _manifest(origin, target, wanted, reader, identity)
            folder.complete(target, manifest)
        except OSError as error:
            raise folder.unwritten(target, error) from error
    if folder.has_card(target):  # loaders find the configs by it
        card(target)
    return manifest


def build_and_export(plan: Plan, out: Path, *, views: Sequence[str] = (), workers: int = 1, overwrite: bool = False,
                     templates: Path | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Builds a dataset and adds views to it: the files are those of a build and an export. Raises as both do."""
    for name in views:
        view_named(name)
    manifest = build(plan, out, workers=workers, overwrite=overwrite, templates=templates, progress=progress)
    return export(out, views, workers=workers, progress=progress) if views else manifest


def open_origin(root: Path) -> Origin:
    """The complete dataset in a folder. Raises StoreError where there is none, or its episodes aren't all there."""
    manifest = folder.read_manifest(root)
    episodes = [file for file in manifest["files"] if file["path"].startswith("episodes/")]
    if not episodes:
        raise StoreError(f"{root} holds no episodes to make views from; export from the dataset that it was made from")
    for file in episodes:
        path = root / file["path"]
        if not path.is_file() or path.stat().st_size != file["bytes"]:
            raise StoreError(f"{path} is not what the manifest says; tutelage check {root} tells what is wrong")
    shards = int(episodes[0]["path"].rpartition("-of-")[2].removesuffix(".parquet"))
    return Origin(root, manifest, Plan.from_json(manifest["identity"]["plan"]), shards)


def gives(origin: Origin, view: TrainerView) -> bool:
    """Whether a dataset has any row of a view in its main arm; looks no further than the first."""
    return any(batch.num_rows for split in origin.splits for shard in range(origin.shards)
               for batch in derived(origin.root, view, Given(origin.plan.options, split), shard, origin.shards))


def _given(origin: Origin, wanted: Sequence[TrainerView], reader: Consumer | None) -> list[TrainerView]:
    """The views to write, in their order. Raises UsageError where one that is asked for by name has no row."""
    read = [view_named(name) for name in reader.views] if reader else []
    full = [view for view in VIEWS if view in (*wanted, *read) and gives(origin, view)]
    if lacking := next((view for view in wanted if view not in full), None):
        there = [view.name for view in VIEWS if view in full or gives(origin, view)]
        raise UsageError(f"{origin.root} gives no row of {lacking.name} ({lacking.summary}); "
                         f"it gives {', '.join(there) or 'none'}")
    if not full:
        assert reader is not None
        raise UsageError(f"{origin.root} gives nothing that {reader.name} reads ({', '.join(reader.views)})")
    return full


def _identity(origin: Origin, views: Sequence[TrainerView], reader: Consumer | None) -> dict[str, Any]:
    """What makes an exported dataset this one and no other."""
    digest = sha256()
    for file in origin.manifest["files"]:
        if file["path"].startswith("episodes/"):
            digest.update(f"{file['path']} {file['sha256']}\n".encode())
    return {**origin.manifest["identity"], "export": {
        "views": [view.name for view in views], "for": reader.name if reader else "", "episodes": digest.hexdigest()}}


def _write_parts(origin: Origin, target: Path, views: Sequence[TrainerView], workers: int,
                 progress: Progress | None) -> None:
    """Writes all parts of the views that are not there yet."""
    done = folder.receipts(target)
    there = _whole_configs(origin) if target is origin.root else set()
    parts = [part for part in _parts(origin) if view_named(part.view) in views and part.number not in done
             and config_of(part.view, part.arm) not in there]
    rows = sum(file["rows"] for file in origin.manifest["files"] if file["path"].startswith("episodes/")
               and not file["path"].startswith(f"episodes/{FAILURES}"))
    total = max(1, rows * len({(part.view, part.arm) for part in parts}))
    report = (lambda count: progress(min(count, total), total)) if progress else None
    workers = min(workers, 1 + total // ROWS_A_WORKER)
    for _ in each(write_part, shared=(origin.root, target, origin.plan, origin.shards, origin.splits), items=parts,
                  workers=workers, report=report):
        pass  # a part leaves its files and its receipt; nothing comes back


def write_part(part: Part, root: Path, target: Path, plan: Plan, shards: int, splits: Sequence[str],
               tick: Tick) -> None:
    """Writes a part and its receipt, or leaves nothing."""
    try:
        files = write_view(root, target, part.view, part.arm, part.shard, shards, splits, plan.options, tick)
        folder.write_receipt(target, {"shard": part.number, "files": [file._asdict() for file in files]})
    except OSError as error:
        raise folder.unwritten(target, error) from error


def _parts(origin: Origin) -> list[Part]:
    """All parts that a dataset can have."""
    works = [(view.name, arm, shard) for view in VIEWS for arm in (origin.arms if view.by_arm else ("",))
             for shard in range(origin.shards)]
    return [Part(number, *work) for number, work in enumerate(works)]


def _whole_configs(origin: Origin) -> set[str]:
    """The configs of a dataset that are in the manifest and of which all files are there in their size."""
    found: dict[str, bool] = {}
    for file in origin.manifest["files"]:
        path, config = origin.root / file["path"], file["path"].partition("/")[0]
        found[config] = found.get(config, True) and path.is_file() and path.stat().st_size == file["bytes"]
    for view in VIEWS:  # the arms of a view that is there have no row where they have no config
        if found.get(view.name) and view.by_arm:
            found.update({config_of(view.name, arm): True for arm in origin.arms
                          if config_of(view.name, arm) not in found})
    return {config for config, whole in found.items() if whole}


def _manifest(origin: Origin, target: Path, views: Sequence[TrainerView], reader: Consumer | None,
              identity: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with the views' files; what the consumer wants is written before."""
    own = target is origin.root
    made = [file for receipt in folder.receipts(target).values() for file in receipt["files"]]
    fresh = {file["path"].partition("/")[0] for file in made}
    kept = [file for file in origin.manifest["files"] if own and file["path"].partition("/")[0] not in fresh]
    files, rows = folder.listed(target, [*kept, *made])
    names = [view.name for view in VIEWS if view.name != "sft" and any(key.startswith(f"{view.name}/") for key in rows)]
    command = origin.manifest["command"].partition(" --views ")[0] + (f" --views {','.join(names)}" if names else "")
    companions = {file["path"]: file for file in (origin.manifest.get("companions", []) if own else [])}
    for path, text in (companions_of(reader, files) if reader else {}).items():
        companions[path] = _write_companion(target, path, text)
    manifest = {**origin.manifest, "identity": origin.manifest["identity"] if own else identity, "command": command,
                "rows": rows, "files": files}
    return manifest | ({"companions": [file for _, file in sorted(companions.items())]} if companions else {})


def _write_companion(target: Path, path: str, text: str) -> dict[str, Any]:
    """Writes a file that a consumer wants, by rename, and says what it is."""
    final = target / path
    temporary = final.with_name(f".{final.name}.part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, final)
    data = text.encode()
    return {"path": path, "bytes": len(data), "sha256": sha256(data).hexdigest()}


def _refuse_foreign(target: Path, origin: Origin, reader: Consumer | None) -> None:
    """Raises StoreError where a file that the consumer wants would replace one that is not ours."""
    ours = {file["path"] for file in origin.manifest.get("companions", [])}
    for path in reader.files if reader else ():
        if target is origin.root and path not in ours and (target / path).exists():
            raise StoreError(f"{target / path} is there already and none of ours; move it away, or give another --out")


def exported_text(manifest: Mapping[str, Any], out: Path, consumer: str) -> str:
    """What is in the folder now, and what the user of the consumer writes."""
    views = [view for view in VIEWS if any(key.startswith(f"{view.name}/") for key in manifest["rows"])]
    wide = max(len(view.name) for view in views)
    lines = [f"{out}:"]
    for view in views:
        rows = sum(count for key, count in manifest["rows"].items() if key.startswith(f"{view.name}/"))
        lines.append(f"  {view.name:<{wide}}  {rows:>9,} rows  {view.summary}")
    if not consumer:
        lines += ["", "load it:", "  from datasets import load_dataset", '  rows = load_dataset("parquet", '
                  f'data_files="{out.as_posix()}/{views[-1].name}/train-*.parquet", split="train")']
        return "\n".join(lines)
    reader = consumer_named(consumer)
    read = [view_named(name) for name in reader.views]
    # that a view of other recipes' tables is not there goes without saying
    lines += [f"no row of {view.name} can be made of this dataset" for view in read
              if view not in views and view.table == EPISODES]
    lines += [f"written for {reader.title}: {', '.join(reader.files)}"] if reader.files else []
    return "\n".join([*lines, "", f"{reader.title}:", "", lines_for(reader, out, manifest)])
