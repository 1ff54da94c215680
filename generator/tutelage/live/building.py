"""Builds with a real model as the student: the items of a recipe, a group of dialogues each, with the exact teacher.

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
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tutelage.building import Progress, add_item, begun, finish_shard, manifest_of
from tutelage.environment import Environment
from tutelage.errors import BudgetSpent, ModelError, RequestFailed, UsageError
from tutelage.live.rollout import Rollout, rollout
from tutelage.models.client import Client
from tutelage.online.scene import Scenario, made
from tutelage.plan import Plan
from tutelage.recipes.recipe import Result
from tutelage.records.episode import Drop, Episode
from tutelage.records.rollouts import TABLE
from tutelage.records.schema import pack_row
from tutelage.store import folder
from tutelage.store.shards import ShardWriter
from tutelage.talk.leaks import find_leaks

CACHE, FAILED = "cache.sqlite", "failed.jsonl"
MODEL = "model"  # the student's policy, where a model is the student
T = TypeVar("T")


class Made(NamedTuple):
    """What an item gave, and the dialogues that failed: their number in the group, and why."""

    result: Result
    failed: tuple[tuple[int, str], ...] = ()


def build_live(plan: Plan, out: Path, client: Client, *, overwrite: bool = False, templates: Path | None = None,
               progress: Progress | None = None) -> dict[str, Any]:
    """Builds the dataset of a plan with `live`, or goes on with it, and returns its manifest.

    Raises as `building.build`; ModelError where the model can't be asked any more and BudgetSpent where a limit is
    reached: finished shards and all replies are kept, and the same call goes on. A dialogue whose request fails for
    good is written to `failed.jsonl` with its reason, and counted in the manifest.
    """
    if plan.live is None:
        raise UsageError("the plan names no model; give it live=Live(student=…)")
    recipe, known, source, _, finished = begun(plan, out, overwrite, templates)
    if finished is not None:
        return finished
    with folder.lock(out):
        try:
            asyncio.run(_build(plan, out, client, progress))
        except ModelError:
            if not folder.receipts(out):  # nothing was made: another model's build may take the folder
                folder.clear(out)
            raise
        try:
            failed = _failed(out)
            manifest = {**manifest_of(plan, recipe, known, source, out), "participants": {"student": client.to_json()},
                        "requests_failed": failed}
            folder.complete(out, manifest)
        except OSError as error:
            raise folder.unwritten(out, error) from error
    return manifest


async def _build(plan: Plan, out: Path, client: Client, progress: Progress | None) -> None:
    done = folder.receipts(out)
    missing = [shard for shard in range(plan.shards) if shard not in done]
    numbers = [number for shard in missing for number in _items(plan, shard)]
    count = plan.rows - len(numbers)
    async with client, aclosing(in_order(numbers, lambda number: make_live(plan, number, client),
                                         2 * client.most)) as made_items:
        for shard in missing:
            writer = ShardWriter(out, shard, plan.shards, plan.options.train_on, (TABLE,))
            counts, failed = Counter[str](), list[dict[str, Any]]()
            try:
                for number in _items(plan, shard):
                    item = await anext(made_items)
                    add_item(item.result, plan, writer, counts)
                    failed += [{"item": number, "dialogue": which, "reason": why} for which, why in item.failed]
                    count += 1
                    if progress is not None:
                        progress(count, plan.rows)
                _write_failed(out, shard, failed)
                finish_shard(shard, plan, out, ("",), writer, counts)
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
    except BudgetSpent:  # what is under way is paid for: its reply goes to the cache before the build stops
        await asyncio.gather(*waiting, return_exceptions=True)
        raise
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def make_live(plan: Plan, item: int, client: Client) -> Made:
    """The dialogues of an item's group: those of reward 1, those of reward 0, and those that failed."""
    assert plan.live is not None
    scenario = Scenario(replace(plan, live=None), item)
    scene = made(scenario)
    if scene is None:
        return Made(Result(dropped=(Drop("the item gives no dialogue"),)))

    async def one(number: int) -> Rollout | str:
        env = Environment(plan.recipe, seed=plan.seed, split="", max_turns=plan.options.max_turns)
        try:
            return await rollout(env, scenario, number, client.reply)
        except RequestFailed as error:
            return str(error)

    played = await asyncio.gather(*[one(number) for number in range(plan.live.group)])
    ended = [(number, each) for number, each in enumerate(played) if isinstance(each, Rollout)]
    passed = sum(each.dialogue.reward for _, each in ended)
    kept, failed, dropped, ids = list[Episode](), list[Episode](), list[Drop](), set[str]()
    for number, each in ended:
        episode = _episode(plan, item, each, number, len(ended), passed, client.model)
        if (name := pack_row(episode).id) in ids:
            dropped.append(Drop("the same dialogue as another of its group"))
        elif leaks := find_leaks(episode.dialogue.case, episode.dialogue.turns):
            dropped.append(Drop(f"leak ({leaks[0].kind})"))
        elif episode.dialogue.reward and plan.options.keep == "strict" and episode.dialogue.solved_turn < 2:
            dropped.append(Drop("solved in the first turn (strict)"))
        else:
            (kept if episode.dialogue.reward else failed).append(episode)
        ids.add(name)
    return Made(Result(tuple(kept), tuple(failed), tuple(dropped)),
                tuple([(number, each) for number, each in enumerate(played) if isinstance(each, str)]))


def _episode(plan: Plan, item: int, played: Rollout, number: int, group: int, passed: int, model: str) -> Episode:
    scene, replies = played.env.scene, played.replies
    episode = Episode(plan.recipe, "", plan.seed, item, scene.source, MODEL, scene.guide, MODEL, scene.voice.name,
                      plan.options.max_turns, scene.structure, played.dialogue)
    return episode._replace(native={TABLE: [{
        "id": pack_row(episode).id, "item": item, "number": number, "group": group, "passed": passed,
        "pass_rate": passed / group, "model": model, "thoughts": [reply.thoughts for reply in replies],
        "prompt_tokens": sum(reply.prompt_tokens for reply in replies),
        "completion_tokens": sum(reply.completion_tokens for reply in replies),
        "finish": [reply.finish for reply in replies]}]})


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
