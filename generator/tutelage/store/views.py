"""Views for trainers on disk: made from a table's files a row group at a time, in memory that does not grow.

A view has the shards and splits of the episodes: `kto/train-00003-of-00010.parquet` is made from
`episodes/train-00003-of-00010.parquet`. Where dialogues of reward 0 are of use, those of the shard's failures follow
whose structures belong to the split: near-twins of a test problem stay out of training there, too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tutelage.errors import StoreError
from tutelage.plan import Options
from tutelage.processes import Tick
from tutelage.records.trainers import VIEWS, Given, TrainerView, view_named
from tutelage.store.shards import File, config_of, file_digest, open_writer, shard_path
from tutelage.store.splits import FAILURES, split_of

PLACE = ("structure", "family", "level")  # columns that the split follows from


def view_of(config: str, arms: Sequence[str]) -> tuple[TrainerView, str] | None:
    """The view and arm that a config's name stands for; None where it is no view's."""
    for view in VIEWS:
        for arm in arms if view.by_arm else ("",):
            if config == config_of(view.name, arm):
                return view, arm
    return None


def write_view(root: Path, out: Path, name: str, arm: str, shard: int, shards: int, splits: Sequence[str],
               options: Options, tick: Tick) -> list[File]:
    """Writes a shard of a view in all splits; the files appear whole, or not at all.

    `root` holds the dataset, `out` the view. Raises StoreError where its rows can't be read, OSError where the
    view can't be written.
    """
    view, files = view_named(name), list[File]()
    for split in splits:
        path = shard_path(config_of(name, arm), split, shard, shards)
        temporary = out / Path(path).with_name(f".{Path(path).name}.part")
        temporary.parent.mkdir(parents=True, exist_ok=True)
        rows = 0
        try:
            with open_writer(temporary, view.schema) as writer:
                for batch in derived(root, view, Given(options, split, arm), shard, shards, tick):
                    if batch.num_rows:
                        writer.write_batch(batch)
                        rows += batch.num_rows
            files.append(File(path, rows, temporary.stat().st_size, file_digest(temporary)))
            os.replace(temporary, out / path)
        finally:
            temporary.unlink(missing_ok=True)
    return files


def derived(root: Path, view: TrainerView, given: Given, shard: int, shards: int,
            tick: Tick | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a view's file, made from the dataset in `root`; a batch may be without rows."""
    for batch in _stored(root / shard_path(view.table, given.split, shard, shards), view):
        made = view.make(batch, given)
        if tick is not None:
            tick(batch.num_rows)
        yield made
    if not view.failures:
        return
    for batch in _stored(root / shard_path(view.table, FAILURES, shard, shards), view, PLACE):
        chosen = _of_split(batch, given.split, given.options)
        if chosen.any():
            yield view.make(batch.filter(pa.array(chosen)), given)


def _stored(path: Path, view: TrainerView, also: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
    """The rows of a file, a row group at a time; nothing where there is no file, as where a split has no rows.

    With `whole_items` the last item of a group waits for the next one, which may hold more of it.
    """
    columns = (*view.columns, *also, *(["item"] if view.whole_items and "item" not in view.columns else []))
    if not path.exists():
        return
    try:
        with pq.ParquetFile(path) as file:
            waiting: pa.RecordBatch | None = None
            for group in range(file.metadata.num_row_groups):
                for batch in _read(file, group, columns):
                    if not view.whole_items:
                        yield batch
                        continue
                    whole = batch if waiting is None else pa.concat_batches([waiting, batch])
                    end = _last_item(whole)
                    waiting = whole.slice(end)
                    if end:
                        yield whole.slice(0, end)
            if waiting is not None:
                yield waiting
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path} can't be read ({' '.join(str(error).split())[:120]}); tutelage check says what is "
                         "wrong with the dataset") from error


def _read(file: pq.ParquetFile, group: int, columns: Sequence[str]) -> list[pa.RecordBatch]:
    """A row group as one batch; none where it is empty."""
    stored = [name.replace("turns.", "turns.list.element.", 1) for name in columns]
    table = file.read_row_group(group, columns=stored, use_threads=False)
    batches: list[pa.RecordBatch] = table.combine_chunks().to_batches()
    return batches


def _last_item(batch: pa.RecordBatch) -> int:
    """Where the last item of a batch begins."""
    items = np.asarray(batch.column("item"))
    others = np.flatnonzero(items != items[-1])
    return int(others[-1]) + 1 if len(others) else 0


def _of_split(batch: pa.RecordBatch, split: str, options: Options) -> np.ndarray[Any, np.dtype[np.bool_]]:
    places = zip(*[batch.column(name).to_pylist() for name in PLACE], strict=True)
    return np.array([split_of(structure, family, level, options) == split for structure, family, level in places],
                    np.bool_)
