"""Builds with real models as participants of a recipe's items; what is made of an item says `live.makers`.

The whole dialogue is the unit of concurrency: many are under way at a time and none waits for another, though their
rows are written in the order of the items. What a server has replied is in the cache before its dialogue goes on, so a
build that was stopped, however, goes on without asking twice and ends with the same rows.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

from tutelage.building import Progress, add_item, begun, finish_shard, manifest_of
from tutelage.errors import BudgetSpent, ModelError, UsageError
from tutelage.live.makers import arms_of, maker_of
from tutelage.live.roles import Roles
from tutelage.plan import Plan
from tutelage.recipes import tables_of
from tutelage.store import folder
from tutelage.store.shards import ShardWriter

CACHE, FAILED = "cache.sqlite", "failed.jsonl"
T = TypeVar("T")


def build_live(plan: Plan, out: Path, roles: Roles, *, overwrite: bool = False, templates: Path | None = None,
               progress: Progress | None = None) -> dict[str, Any]:
    """Builds the dataset of a plan with `live`, or goes on with it, and returns its manifest.

    Raises as `building.build`; ModelError where the model can't be asked any more and BudgetSpent where a limit is
    reached: finished shards and all replies are kept, and the same call goes on. A dialogue whose request fails for
    good is written to `failed.jsonl` with its reason, and counted in the manifest.
    """
    if plan.live is None:
        raise UsageError("the plan names no model; give it live=Live(student=…)")
    maker_of(plan)  # says what can't be made before the folder is touched
    recipe, known, source, _, finished = begun(plan, out, overwrite, templates)
    if finished is not None:
        return finished
    with folder.lock(out):
        try:
            asyncio.run(_build(plan, out, roles, progress))
        except ModelError:
            if not folder.receipts(out):  # nothing was made: another model's build may take the folder
                folder.clear(out)
            raise
        try:
            failed = _failed(out)
            manifest = {**manifest_of(plan, recipe, known, source, out), "participants": roles.to_json(),
                        "requests_failed": failed}
            folder.complete(out, manifest)
        except OSError as error:
            raise folder.unwritten(out, error) from error
    return manifest


async def _build(plan: Plan, out: Path, roles: Roles, progress: Progress | None) -> None:
    done = folder.receipts(out)
    missing = [shard for shard in range(plan.shards) if shard not in done]
    numbers = [number for shard in missing for number in _items(plan, shard)]
    count = plan.rows - len(numbers)
    make, tables = maker_of(plan), tables_of(plan)
    async with roles.opened(), aclosing(in_order(numbers, lambda number: make(plan, number, roles),
                                                 2 * roles.most)) as made_items:
        for shard in missing:
            writer = ShardWriter(out, shard, plan.shards, plan.options.train_on, tables)
            counts, failed = Counter[str](), list[dict[str, Any]]()
            try:
                for number in _items(plan, shard):
                    item = await anext(made_items)
                    add_item(item.result, plan, writer, counts)
                    counts.update(item.counts)
                    failed += [{"item": number, "dialogue": which, "reason": why} for which, why in item.failed]
                    count += 1
                    if progress is not None:
                        progress(count, plan.rows)
                _write_failed(out, shard, failed)
                finish_shard(shard, plan, out, arms_of(plan), writer, counts)
            except OSError as error:
                writer.abandon()
                raise folder.unwritten(out, error) from error
            except BaseException:
                writer.abandon()
                raise


def _items(plan: Plan, shard: int) -> range:
    return range(shard * plan.shard_rows, min(plan.rows, (shard + 1) * plan.shard_rows))


async def in_order(numbers: Iterable[int], make: Callable[[int], Awaitable[T]], most: int) -> AsyncGenerator[T, None]:
    """What `make` gives for each number, in their order; at most `most` are under way or wait for an earlier one."""
    waiting: deque[asyncio.Future[T]] = deque()
    try:
        for number in numbers:
            waiting.append(asyncio.ensure_future(make(number)))
            if len(waiting) >= most:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    except BudgetSpent:  # the requests under way are paid for (see `Client.__aexit__`): no cancelling
        await asyncio.gather(*waiting, return_exceptions=True)
        raise
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _write_failed(out: Path, shard: int, failed: list[dict[str, Any]]) -> None:
    """Notes the failed dialogues of a shard; a shard that is made again replaces its own."""
    path = out / folder.STATE / f"failed-{shard:05d}.json"
    folder.write_json(path, {"failed": failed})


def _failed(out: Path) -> int:
    """Writes `failed.jsonl` from the notes of all shards and returns the number of its lines; none, no file."""
    lines = [json.dumps(each, ensure_ascii=False) + "\n"
             for path in sorted((out / folder.STATE).glob("failed-*.json"))
             for each in json.loads(path.read_text(encoding="utf-8"))["failed"]]
    if lines:
        (out / FAILED).write_text("".join(lines), encoding="utf-8")
    else:
        (out / FAILED).unlink(missing_ok=True)
    return len(lines)
