"""`skills` with real models: one answers, with its notes, and edits them; a second one as the teacher aims.

A context is an item, as in `recipes.skills`, and its iterations follow each other; what is asked for at once are the
answers to an iteration's tasks, probes and held-out tasks. The Judge, the choice by replay and the true rates are
exact. What is played says `skills.spoken_play`. A context of which a request fails for good is left out as a whole:
later iterations hang on all that went before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tutelage.draws import stream
from tutelage.errors import NoAnswer, RequestFailed
from tutelage.live.made import MODEL, Made
from tutelage.live.roles import Roles
from tutelage.models.wire import Reply
from tutelage.online.scene import Scenario
from tutelage.online.skilled import answers_rightly, episodes_of, row_of_round
from tutelage.plan import Plan
from tutelage.recipes.recipe import Result
from tutelage.recipes.skills import HELDOUT_SHARE, split
from tutelage.records.episode import Drop, Episode
from tutelage.records.skills_replies import TABLE
from tutelage.skills.spoken_play import Ask, Size, SpokenRound, contexts, play


async def make(plan: Plan, item: int, roles: Roles) -> Made:
    """All iterations of a context. Raises ModelError and BudgetSpent as clients do."""
    dropped, options = list[Drop](), plan.options
    for seed, levels in contexts(plan.seed, item, options.levels, options.holdout_levels, HELDOUT_SHARE):
        try:
            kept = await _context(plan, item, roles, seed, levels)
            return Made(Result(tuple(kept), dropped=tuple(dropped)))
        except NoAnswer:
            dropped.append(Drop("no task of the split"))
        except RequestFailed as error:
            return Made(Result(dropped=tuple(dropped)), ((0, str(error)),))
    return Made(Result(dropped=tuple(dropped)))


async def _context(plan: Plan, item: int, roles: Roles, seed: int, levels: Sequence[int]) -> list[Episode]:
    options, scenario = plan.options, Scenario(replace(plan, live=None), item)
    steps = play(seed, levels, split, answers_rightly(scenario), Size(options.iterations, options.tasks),
                 proposes=roles.teacher is not None)
    kept, said = list[Episode](), list[tuple[Ask, Reply]]()
    step = next(steps)
    while True:
        try:
            if isinstance(step, SpokenRound):
                kept += _kept(scenario, roles, (seed, levels), step, said)
                said = []
                step = next(steps)
            else:
                replies = await _replies(plan, item, roles, step)
                said += zip(step, replies, strict=True)
                step = steps.send([reply.text for reply in replies])
        except StopIteration:
            return kept


async def _replies(plan: Plan, item: int, roles: Roles, asks: Sequence[Ask]) -> list[Reply]:
    """Raises RequestFailed for the first that fails, when all are through: what was paid for is in the cache."""
    clients = roles.clients
    replies = await asyncio.gather(*[
        clients[ask.role].reply(ask.messages, stream(plan.seed, "skills", item, *ask.path).below(1 << 31))
        for ask in asks], return_exceptions=True)
    for reply in replies:
        if isinstance(reply, BaseException):
            raise reply
    return [reply for reply in replies if isinstance(reply, Reply)]


def _kept(scenario: Scenario, roles: Roles, context: tuple[int, Sequence[int]], done: SpokenRound,
          said: Sequence[tuple[Ask, Reply]]) -> Iterator[Episode]:
    """The dialogues of an iteration, the first with its rows."""
    first, *others = episodes_of(scenario, done, MODEL)
    row = row_of_round(scenario, context, done, [first, *others])
    models = {role: client.model for role, client in roles.clients.items()}
    yield first._replace(native={"skills": [row], TABLE: [{
        "id": row["id"], "item": row["item"], "iteration": row["iteration"], "reasoner": models["student"],
        "challenger": models.get("teacher", ""), "sampled": done.sampled,
        "replies": [_reply(*each) for each in said]}]})
    yield from others


def _reply(ask: Ask, reply: Reply) -> dict[str, Any]:
    return {"role": ask.role, "purpose": ask.purpose, "text": reply.text, "thoughts": reply.thoughts,
            "finish": reply.finish, "prompt_tokens": reply.prompt_tokens, "completion_tokens": reply.completion_tokens}
