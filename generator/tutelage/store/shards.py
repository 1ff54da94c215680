"""Shards: zstd Parquet files that are written beside their place and appear in it whole, by rename.

`<config>/<split>-00000-of-00010.parquet`. The bytes depend on the rows, the schema, the row-group size and the pyarrow
version, on nothing else: plain pyarrow, no `huggingface` schema metadata (files with it fail in older `datasets`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tutelage.errors import StoreError
from tutelage.plan import Options
from tutelage.records.episode import Episode
from tutelage.records.schema import SCHEMAS, Row, episodes_table, native_table, pack_row
from tutelage.records.trainers import NAMES, VIEWS, Given, view_named
from tutelage.store.splits import FAILURES

ROW_GROUP = 1_000  # rows buffered and written together: part of the bytes
CHUNKING = {"min_chunk_size": 262_144, "max_chunk_size": 1_048_576, "norm_level": 0}  # for the Hub's deduplication


class File(NamedTuple):
    """A finished file of a shard."""

    path: str  # relative to the dataset, with forward slashes
    rows: int
    bytes: int
    sha256: str


def shard_path(config: str, split: str, shard: int, shards: int) -> str:
    return f"{config}/{split}-{shard:05d}-of-{shards:05d}.parquet"


def schema_of(config: str) -> pa.Schema:
    """The schema of a config: by its name, "sft_<arm>" as "sft". Raises KeyError where there is none."""
    for view in VIEWS:
        if config == view.name or (view.by_arm and config.startswith(f"{view.name}_") and config not in NAMES):
            return view.schema
    return SCHEMAS[config]


def config_of(view: str, arm: str) -> str:
    """The config of a view that each arm has one of."""
    return f"{view}_{arm}" if arm else view


def sft_config(arm: str) -> str:
    return config_of("sft", arm)


def open_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer of a dataset's file; every file of ours is written by one."""
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=3,
                            use_content_defined_chunking=CHUNKING, write_page_index=True)


class ShardWriter:
    """Writes the rows of one shard, a file for each config and split: all appear by `finish`, none after `abandon`."""

    def __init__(self, root: Path, shard: int, shards: int, train_on: str, tables: Sequence[str] = ()) -> None:
        self.root, self.shard, self.shards, self.train_on, self.tables = root, shard, shards, train_on, tables
        self._writers: dict[tuple[str, str], pq.ParquetWriter] = {}
        self._waiting: dict[str, list[Row]] = {}

    def add(self, split: str, episode: Episode) -> None:
        waiting = self._waiting.setdefault(split, [])
        waiting.append(pack_row(episode))
        if len(waiting) == ROW_GROUP:
            self._flush(split)

    def finish(self, splits: Sequence[str], arms: Sequence[str]) -> list[File]:
        """Closes all files and puts them in place; a split without rows in this shard gets a file without rows."""
        for split in self._waiting:
            self._flush(split)
        for split in splits:
            self._writer("episodes", split)
            if split != FAILURES:
                for config in (*map(sft_config, arms), *self.tables):
                    self._writer(config, split)
        files = []
        for (config, split), writer in sorted(self._writers.items()):
            writer.close()
            temporary = self._temporary(config, split)
            rows, size = pq.read_metadata(temporary).num_rows, temporary.stat().st_size
            files.append(File(shard_path(config, split, self.shard, self.shards), rows, size, file_digest(temporary)))
        for config, split in self._writers:  # all could be closed: there was space for them
            os.replace(self._temporary(config, split), self.root / shard_path(config, split, self.shard, self.shards))
        return files

    def abandon(self) -> None:
        """Closes and removes what was not finished; errors on the way are of no interest any more."""
        for (config, split), writer in self._writers.items():
            with suppress(OSError, pa.ArrowException):  # the disk may be full; the file goes away with the next line
                writer.close()
            self._temporary(config, split).unlink(missing_ok=True)

    def _flush(self, split: str) -> None:
        rows, self._waiting[split] = self._waiting[split], []
        if not rows:
            return
        episodes = episodes_table(rows)
        self._writer("episodes", split).write_batch(episodes)
        if split == FAILURES:
            return
        for config in self.tables:
            own = native_table(config, rows)
            for start in range(0, own.num_rows, ROW_GROUP):
                self._writer(config, split).write_batch(own.slice(start, ROW_GROUP))
        options = Options(train_on=self.train_on)
        for arm in {row.arm: None for row in rows if row.reward}:
            ready = view_named("sft").make(episodes, Given(options, split, arm))
            self._writer(sft_config(arm), split).write_batch(ready)

    def _writer(self, config: str, split: str) -> pq.ParquetWriter:
        writer = self._writers.get((config, split))
        if writer is None:
            path = self._temporary(config, split)
            path.parent.mkdir(parents=True, exist_ok=True)
            writer = self._writers[config, split] = open_writer(path, schema_of(config))
        return writer

    def _temporary(self, config: str, split: str) -> Path:
        path = self.root / shard_path(config, split, self.shard, self.shards)
        return path.with_name(f".{path.name}.part")


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file. Raises StoreError where it can't be read."""
    digest = sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise StoreError(f"{path} can't be read: {error.strerror}") from error
    return digest.hexdigest()
