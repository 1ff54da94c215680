"""A group of dialogues about one item: a real model is the student, the teacher exact, as rollouts for RL are made.

With a second model as the teacher the exact one still judges, and the words are that model's as far as they are
accepted (`live.voice`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from tutelage.environment import Environment
from tutelage.errors import RequestFailed
from tutelage.live.made import MODEL, Made
from tutelage.live.roles import Roles
from tutelage.live.rollout import Ask, Rollout, rollout
from tutelage.live.voice import Voiced
from tutelage.online.scene import Scenario, made
from tutelage.plan import Plan
from tutelage.recipes.recipe import Result
from tutelage.records.episode import Drop, Episode
from tutelage.records.rollouts import TABLE
from tutelage.records.schema import pack_row
from tutelage.records.teaching import TABLE as TEACHING
from tutelage.talk.leaks import find_leaks


async def make(plan: Plan, item: int, roles: Roles) -> Made:
    """The dialogues of an item's group: those of reward 1, those of reward 0, and those that failed."""
    client, play = roles.student, player_of(roles)
    assert plan.live is not None
    assert client is not None
    scenario = Scenario(replace(plan, live=None), item)
    scene = made(scenario)
    if scene is None:
        return Made(Result(dropped=(Drop("the item gives no dialogue"),)))

    async def one(number: int) -> Rollout | str:
        env = Environment(plan.recipe, seed=plan.seed, split="", max_turns=plan.options.max_turns)
        try:
            return await play(env, scenario, number, client.reply)
        except RequestFailed as error:
            return str(error)

    played = await asyncio.gather(*[one(number) for number in range(plan.live.group)])
    ended = [(number, each) for number, each in enumerate(played) if isinstance(each, Rollout)]
    passed = sum(each.dialogue.reward for _, each in ended)
    kept, failed, dropped, ids = list[Episode](), list[Episode](), list[Drop](), set[str]()
    for number, each in ended:
        episode = episode_of(plan, item, each, number, len(ended), passed, roles)
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
                tuple([(number, each) for number, each in enumerate(played) if isinstance(each, str)]),
                counts_of([voiced for _, each in ended for voiced in each.voiced], "teacher_words"))


Play = Callable[[Environment, Scenario, int, Ask], Awaitable[Rollout]]
"""(environment, scenario, number of the dialogue, student) -> the dialogue. Raises what the models raise."""


def player_of(roles: Roles) -> Play:
    """`rollout` with the models that speak and judge beside the student."""
    return partial(rollout, teacher=roles.teacher.reply if roles.teacher else None,
                   judge=roles.judge.reply if roles.judge else None)


def counts_of(turns: Iterable[Voiced], kind: str) -> Mapping[str, int]:
    """What the manifest counts of turns that a model was asked to say: whose words stand, and why replies don't."""
    counts = Counter[str]()
    for turn in turns:
        if turn.replies:
            counts[f"{kind}:{'model' if turn.stands else 'exact'}"] += 1
            counts.update([f"{kind}_refused:{why}" for why in turn.refused])
    return counts


def _taught(episode: Episode, played: Rollout, model: str) -> Episode:
    """The episode with a model as its teacher, and the row that says what became of its words."""
    episode = episode._replace(teacher=MODEL)
    row: dict[str, Any] = {"id": pack_row(episode).id, "item": episode.item, "model": model, **row_of(played.voiced)}
    return episode._replace(native={**episode.native, TEACHING: [row]})


def row_of(turns: Iterable[Voiced]) -> dict[str, Any]:
    """The columns of `records.teaching` that say what became of the turns."""
    turns = tuple(turns)
    replies = [reply for turn in turns for reply in turn.replies]
    return {"stands": [turn.stands for turn in turns], "refused": [list(turn.refused) for turn in turns],
            "prompt_tokens": sum(reply.prompt_tokens for reply in replies),
            "completion_tokens": sum(reply.completion_tokens for reply in replies)}


def episode_of(plan: Plan, item: int, played: Rollout, number: int, group: int, passed: int, roles: Roles, *,
               arm: str = "") -> Episode:
    """Dialogue `number` of an item's group, with its row of `records.rollouts`, and of `records.teaching` where a model
    is the teacher; `passed` of `group` have reward 1."""
    assert roles.student is not None
    scene, replies = played.env.scene, played.replies
    episode = Episode(plan.recipe, arm, plan.seed, item, scene.source, MODEL, scene.guide, MODEL, scene.voice.name,
                      plan.options.max_turns, scene.structure, played.dialogue)
    episode = episode._replace(native={TABLE: [{
        "id": pack_row(episode).id, "item": item, "number": number, "group": group, "passed": passed,
        "pass_rate": passed / group, "model": roles.student.model, "thoughts": [reply.thoughts for reply in replies],
        "prompt_tokens": sum(reply.prompt_tokens for reply in replies),
        "completion_tokens": sum(reply.completion_tokens for reply in replies),
        "finish": [reply.finish for reply in replies]}]})
    return episode if roles.teacher is None else _taught(episode, played, roles.teacher.model)
