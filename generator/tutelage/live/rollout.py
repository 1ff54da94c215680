"""One dialogue of a real model as the student with the exact teacher of a recipe's item.

The model sees a system prompt and the dialogue, roles user and assistant. It never sees the scene, and the teacher
never sees its thoughts: what passes between them is the text of their turns.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from tutelage.draws import stream
from tutelage.environment import Environment
from tutelage.models.wire import Message, Reply
from tutelage.online.scene import Scenario, is_tutor
from tutelage.rewards import Played
from tutelage.talk.converse import Dialogue
from tutelage.wording import wordings

Ask = Callable[[Sequence[Message], int], Awaitable[Reply]]
"""(messages, seed of the reply) -> reply."""


class Rollout(NamedTuple):
    """A dialogue that came to an end."""

    env: Environment  # as it stands at the end
    replies: tuple[Reply, ...]  # a student turn each

    @property
    def played(self) -> Played:
        return self.env.played

    @property
    def dialogue(self) -> Dialogue:
        scene, turns = self.env.scene, self.played.turns
        solved = next((index // 2 + 1 for index, turn in enumerate(turns) if turn.correct), 0)
        return Dialogue(scene.case, turns, int(solved > 0), solved, scene.table)


async def rollout(env: Environment, scenario: Scenario, number: int, ask: Ask) -> Rollout:
    """Plays dialogue `number` (from 0) of an item's group. Raises what `ask` raises."""
    env.reset(scenario=scenario)
    system = wordings("roles/student").choose("teacher" if is_tutor(env.scene) else "user", 0, {})
    plan, replies = scenario.plan, list[Reply]()
    while not env.done:
        draws = stream(plan.seed, "rollout", plan.recipe, scenario.item, scenario.arm, number, len(replies))
        messages = [("system", system), *[(message["role"], message["content"]) for message in env.messages]]
        reply = await ask(messages, draws.below(1 << 31))
        replies.append(reply)
        env.step(reply.text)
    return Rollout(env, tuple(replies))
