"""The folder: its files against the manifest, their rows against each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tutelage.building import Progress
from tutelage.checking.episodes import Again, again, episode_faults, nulls, played_faults, turns_of
from tutelage.checking.live import replay_faults
from tutelage.checking.own import Key, live_check, own_table
from tutelage.checking.priming import pair_faults
from tutelage.checking.views import any_due, companion_faults, due_rows, file_name, row_faults, views_of
from tutelage.errors import UsageError
from tutelage.plan import Options, Plan
from tutelage.processes import Tick, each
from tutelage.recipes import tables_of
from tutelage.records.episode import loss_mask
from tutelage.store import folder
from tutelage.store.shards import file_digest, schema_of, sft_config
from tutelage.store.splits import FAILURES

Row = dict[str, Any]
ROLES = ("user", "assistant")


class Fault(NamedTuple):
    file: str
    row: int  # from 0; -1 where it is about the file
    kind: str
    what: str


class Found(NamedTuple):
    """The outcome of a check."""

    faults: tuple[Fault, ...]
    checked: Mapping[str, int]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"faults": [fault._asdict() for fault in self.faults], "checked": dict(self.checked),
                "notes": list(self.notes)}


def check(root: Path, *, workers: int = 1, progress: Progress | None = None) -> Found:
    """Checks the dataset in the folder `root`. Raises StoreError where there is none."""
    if workers < 1:
        raise UsageError(f"workers={workers} is not at least 1")
    manifest = folder.read_manifest(root)
    plan = Plan.from_json(manifest["identity"]["plan"])
    faults, checked, notes, ids = list[Fault](), Counter[str](), set[str](), Counter[str]()
    listed = {file["path"]: file for file in manifest["files"]}
    present = {path.relative_to(root).as_posix() for path in root.glob("*/*.parquet")}
    stopped = "; an export was stopped here: run it again" if (root / folder.STATE).is_dir() else ""
    for path in sorted(present - set(listed)):
        faults.append(Fault(path, -1, "file", f"is in the folder but not in the manifest{stopped}"))
    groups = sorted({path.partition("/")[2] for path in listed})
    total = sum(file["rows"] for path, file in listed.items() if path.startswith("episodes/"))
    rows = Counter[str]()
    for path, file in listed.items():
        rows[path.rpartition("-of-")[0].rpartition("-")[0]] += file["rows"]
    if rows != manifest["rows"]:
        faults.append(Fault(folder.MANIFEST, -1, "rows", f"counts {manifest['rows']}, its files hold {dict(rows)}"))
    faults += [Fault(path, -1, kind, what) for path, kind, what in companion_faults(root, manifest)]
    if not total:
        notes.add("there are no episodes here: what the views say was not derived again")
    report = (lambda done: progress(done, total)) if progress else None
    for result in each(check_group, shared=(root, plan, listed), items=groups, workers=workers, report=report):
        faults += result.faults
        checked.update(result.checked)
        notes.update(result.notes)
        ids.update(result.ids)
    faults += [Fault("episodes", -1, "id", f"{name} stands in {n} rows") for name, n in ids.items() if n > 1]
    return Found(tuple(sorted(faults)), dict(sorted(checked.items())), tuple(sorted(notes)))


class Group(NamedTuple):
    faults: list[Fault]
    checked: Counter[str]
    notes: set[str]
    ids: list[str]


def check_group(name: str, root: Path, plan: Plan, listed: Mapping[str, Any], tick: Tick) -> Group:
    """Checks the files of one shard and split: the episodes, then the views that were made from them."""
    group = Group([], Counter(), set(), [])
    split = name.partition("-")[0]
    made: dict[str, dict[str, Any]] = {}
    if not any(path.startswith("episodes/") for path in listed):
        _check_alone(name, root, listed, group)
        return group
    tables = () if split == FAILURES else tables_of(plan)
    live = live_check(plan)
    turns_faults = live.turns if live is not None else played_faults if plan.live is None else replay_faults
    together = live.together(plan) if live is not None else None
    own = {table: Own(plan, f"{table}/{name}", root, listed, group) for table in tables}
    episodes = rows_of(f"episodes/{name}", root, listed, group) if f"episodes/{name}" in listed else ()
    for number, row in enumerate(episodes):
        found = again(row)
        for kind, what in episode_faults(row, found, split, plan, group.notes, turns_faults):
            group.faults.append(Fault(f"episodes/{name}", number, kind, what))
        if isinstance(found, Again):
            met = {config: one for config, table in own.items() if (one := table.compare(row, found)) is not None}
            if live is not None and together is not None and (met or live.every):
                for config, kind, what in together(met, row, found, group.notes):
                    own[config].blame(own[config].last, kind, what)
        made[row["id"]] = row
        group.ids.append(row["id"])
        group.checked["episodes"] += 1
        if number % 50 == 49:
            tick(50)
    for table in own.values():
        table.finish()
    if split != FAILURES:
        group.faults.extend([Fault(f"episodes/{name}", place, "pair", what)
                             for place, what in pair_faults(made.values(), plan)])
        due: dict[str, list[str]] = {path: [] for path in sorted(listed)
                                     if path.startswith("sft") and path.endswith(f"/{name}")}
        for row in made.values():
            if row["reward"]:
                due.setdefault(f"{sft_config(row['arm'])}/{name}", []).append(row["id"])
        for path, ids in due.items():
            _check_sft(path, ids, made, root, plan, listed, group)
        _check_views(name, root, plan, listed, group)
    return group


def _check_views(name: str, root: Path, plan: Plan, listed: Mapping[str, Any], group: Group) -> None:
    """Checks the files of views for trainers: each row is the one that follows from the episodes."""
    for view, arm in views_of(plan, listed):
        path, due = file_name(view, arm, name), due_rows(name, view, arm, root, plan)
        if path not in listed:
            if any_due(due):
                group.faults.append(Fault(path, -1, "file", "is due for the episodes but not in the manifest"))
            continue
        for number, what in row_faults(rows_of(path, root, listed, group), due):
            group.faults.append(Fault(path, number, "view", what))
        group.checked[f"{view.name} rows"] += listed[path]["rows"]


def _check_alone(name: str, root: Path, listed: Mapping[str, Any], group: Group) -> None:
    """Checks files without the episodes that they were made from: digest, schema, number of rows, nulls."""
    for path in sorted(path for path in listed if path.endswith(f"/{name}")):
        for number, row in enumerate(rows_of(path, root, listed, group)):
            if empty := sorted(nulls(row)):
                group.faults.append(Fault(path, number, "schema", f"null in {', '.join(empty)}"))
            group.checked[f"{path.partition('/')[0]} rows"] += 1


class Own:
    """The rows of one of the recipe's own tables, each to be met by the episode that it was made from.

    Rows stand in the order of the episodes, so they are read along with them; only where they don't are they kept.
    """

    def __init__(self, plan: Plan, path: str, root: Path, listed: Mapping[str, Any], group: Group) -> None:
        self.path, self.group = path, group
        self.table = own_table(plan.recipe, path.partition("/")[0], live_check(plan))
        self.first: dict[Key, int] = {}  # of the keys that were read: the number of their first row
        self.waiting: dict[Key, list[tuple[int, Row]]] = {}  # rows that were read and not met yet
        self.last = -1  # the last row that was met
        self.in_order = True
        self.due = path in listed  # whether each episode must have its rows
        if not self.due:
            self.blame(-1, "file", "is due for the episodes but not in the manifest")
        self.read = self._groups(rows_of(path, root, listed, group) if self.due else iter(()))

    def blame(self, number: int, kind: str, what: str) -> None:
        self.group.faults.append(Fault(self.path, number, kind, what))

    def compare(self, episode: Row, found: Again) -> Row | None:
        """Checks the rows that were made from an episode, and returns the last, that of number `last`; None: none, or
        one that can't be read."""
        key = self.table.group_of(episode) if self.table is not None and self.due else None
        if self.table is None or key is None:
            return None
        while key not in self.waiting and (more := next(self.read, None)) is not None:
            self.waiting[more[0]] = more[1]
        if key not in self.waiting:
            self.blame(-1, "row", f"none is about {key}, as an episode is")
            return None
        numbers, rows = zip(*self.waiting.pop(key), strict=True)
        self.in_order, self.last = self.in_order and self.last < numbers[0], numbers[-1]
        if any(map(nulls, rows)):
            return None
        for place, kind, what in self.table.faults(rows, episode, found, self.group.notes):
            self.blame(numbers[place] if place >= 0 else -1, kind, what)
        last: Row = rows[-1]
        return last

    def finish(self) -> None:
        """Blames the rows that no episode has met, and another order than that of the episodes."""
        self.waiting.update(self.read)
        if self.table is None:
            self.group.notes.add(f"rows of {self.path.partition('/')[0]} were not made again")
        for number in sorted([number for rows in self.waiting.values() for number, _ in rows]):
            self.blame(number, "row", "has no episode that can be posed again")
        if not self.in_order:
            self.blame(-1, "row", "the order is not that of the episodes")

    def _groups(self, rows: Iterator[Row]) -> Iterator[tuple[Key, list[tuple[int, Row]]]]:
        """The rows by their keys; those of a key that was there before are blamed and left out."""
        for key, some in groupby(self._seen(rows), lambda each: each[0]):
            numbered = [(number, row) for _, number, row in some]
            if (first := self.first.setdefault(key, numbered[0][0])) == numbered[0][0]:
                yield key, numbered
                continue
            for number, _ in numbered:
                self.blame(number, "row", f"is about the same as row {first}")

    def _seen(self, rows: Iterator[Row]) -> Iterator[tuple[Key, int, Row]]:
        for number, row in enumerate(rows):
            self.group.checked[f"{self.path.partition('/')[0]} rows"] += 1
            if empty := sorted(nulls(row)):
                self.blame(number, "schema", f"null in {', '.join(empty)}")
            if self.table is not None:
                yield self.table.group(row), number, row


def _check_sft(path: str, due: list[str], made: Mapping[str, dict[str, Any]], root: Path, plan: Plan,
               listed: Mapping[str, Any], group: Group) -> None:
    """Checks a file of `sft` rows: each row by itself, and that there is one for each episode that was solved."""
    if path not in listed:
        group.faults.append(Fault(path, -1, "file", "is due for episodes of reward 1 but not in the manifest"))
        return
    ids = []
    for number, row in enumerate(rows_of(path, root, listed, group)):
        for what in _sft_faults(row, made.get(row["id"]), path, plan.options):
            group.faults.append(Fault(path, number, "sft", what))
        ids.append(row["id"])
        group.checked["sft rows"] += 1
    if ids != due:
        group.faults.append(Fault(path, -1, "sft", f"{len(ids)} rows are not, one by one, the {len(due)} episodes of "
                                                   "reward 1"))


def rows_of(path: str, root: Path, listed: Mapping[str, Any], group: Group) -> Iterator[dict[str, Any]]:
    """The rows of a file that is what the manifest says; else its fault, and whatever rows can still be read."""
    group.checked["files"] += 1
    if not (root / path).is_file():
        group.faults.append(Fault(path, -1, "file", "is in the manifest but not in the folder"))
        return
    if (digest := file_digest(root / path)) != listed[path]["sha256"]:
        due = listed[path]["sha256"]
        group.faults.append(Fault(path, -1, "digest", f"SHA-256 is {digest}, the manifest says {due}"))
    try:
        with pq.ParquetFile(root / path) as file:
            schema = file.schema_arrow  # Parquet renames a list's item to "element" and numbers the fields
            if not schema.equals(schema_of(path.partition("/")[0])) or schema.metadata:
                group.faults.append(Fault(path, -1, "schema", "is not the schema of this version"))
                return
            if file.metadata.num_rows != listed[path]["rows"]:
                group.faults.append(Fault(path, -1, "rows", f"{file.metadata.num_rows}, not {listed[path]['rows']}"))
            for batch in file.iter_batches(batch_size=500):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException, ValueError) as error:
        group.faults.append(Fault(path, -1, "file", f"can't be read: {' '.join(str(error).split())[:200]}"))


def _sft_faults(row: dict[str, Any], episode: dict[str, Any] | None, path: str, options: Options) -> Iterator[str]:
    """The faults of a row that is ready to train."""
    if empty := sorted(nulls(row)):
        yield f"null in {', '.join(empty)}"
        return
    if episode is None:
        yield f"id {row['id']} has no episode in this shard"
        return
    messages = row["messages"]
    if [m["role"] for m in messages] != [ROLES[i % 2] for i in range(len(messages))]:
        yield f"roles are {[m['role'] for m in messages]}"
    if [m["content"] for m in messages] != [t["text"] for t in episode["turns"]]:
        yield "messages are not the turns of the episode"
    elif [m["loss"] for m in messages] != loss_mask(tuple(turns_of(episode)), options.train_on):
        yield f"loss is not that of train_on={options.train_on}"
    if not any(m["loss"] for m in messages):
        yield "no turn is trained"
    if not episode["reward"]:
        yield "the episode has reward 0"
    if path.partition("/")[0] != sft_config(episode['arm']):
        yield f"arm {episode['arm']!r} stands in {path.partition('/')[0]}"
    if json.loads(row["meta"]).get("family") != episode["family"]:
        yield "meta names another family"
