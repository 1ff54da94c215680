"""Views for trainers: what is due in a file follows from the episodes, and each row is compared with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tutelage.errors import StoreError
from tutelage.plan import Plan
from tutelage.recipes import recipe_named
from tutelage.records.trainers import Given, TrainerView
from tutelage.store.shards import config_of
from tutelage.store.views import derived, view_of

Row = dict[str, Any]
SHOWN = 5  # rows of a file that are told of one by one


def views_of(plan: Plan, listed: Mapping[str, Any]) -> list[tuple[TrainerView, str]]:
    """The views that a dataset has files of, `sft` apart, with their arms: all arms of a view that it has any of."""
    arms = recipe_named(plan.recipe).arms
    found = [view_of(config, arms) for config in sorted({path.partition("/")[0] for path in listed})]
    views = {each[0].name: each[0] for each in found if each is not None and each[0].name != "sft"}
    return [(view, arm) for view in views.values() for arm in (arms if view.by_arm else ("",))]


def due_rows(name: str, view: TrainerView, arm: str, root: Path, plan: Plan) -> Iterator[Row]:
    """The rows that follow from the episodes; `name` is the file's in its config: train-00000-of-00002.parquet.

    Raises StoreError where the episodes can't be read.
    """
    split, shard, _, shards = name.removesuffix(".parquet").rsplit("-", 3)
    try:
        for batch in derived(root, view, Given(plan.options, split, arm), int(shard), int(shards)):
            yield from batch.to_pylist()
    except (KeyError, ValueError, IndexError, TypeError) as error:  # damaged episodes are told of where they stand
        raise StoreError(f"can't be made of these episodes ({type(error).__name__})") from error


def row_faults(held: Iterator[Row], due: Iterator[Row]) -> Iterator[tuple[int, str]]:
    """Rows that aren't those that are due, as (number, what), the first few; -1 for what is about the file."""
    wrong = 0
    try:
        for number, (row, other) in enumerate(zip_longest(held, due)):
            if row == other:
                continue
            wrong += 1
            if row is None or other is None:
                yield -1, f"has {'fewer' if row is None else 'more'} rows than follow from the episodes"
                break
            if wrong <= SHOWN:
                columns = [name for name in row if row[name] != other.get(name)]
                yield number, f"{', '.join(columns)} is not what follows from the episodes"
    except StoreError as error:
        yield -1, str(error)
    if wrong > SHOWN:
        yield -1, f"{wrong} rows are not what follows from the episodes"


def any_due(due: Iterator[Row]) -> bool:
    """Whether any row is due; where the episodes can't be read that is told of elsewhere."""
    try:
        return next(due, None) is not None
    except StoreError:
        return False


def file_name(view: TrainerView, arm: str, name: str) -> str:
    return f"{config_of(view.name, arm)}/{name}"


def companion_faults(root: Path, manifest: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The faults of files that a trainer wants beside the data, as (path, kind, what)."""
    for file in manifest.get("companions", []):
        path = root / file["path"]
        if not path.is_file():
            yield file["path"], "file", "is in the manifest but not in the folder"
        elif sha256(path.read_bytes()).hexdigest() != file["sha256"]:
            yield file["path"], "digest", f"SHA-256 is not the manifest's {file['sha256']}"
