"""One dialogue of a real model as the student with the exact teacher of a recipe's item.

The model sees a system prompt and the dialogue, roles user and assistant. It never sees the scene, and the teacher
never sees its thoughts: what passes between them is the text of their turns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tutelage.draws import stream
from tutelage.environment import Environment
from tutelage.live.voice import Ask as Ask
from tutelage.live.voice import Voiced, say
from tutelage.models.wire import Reply
from tutelage.online.scene import Scenario, is_tutor
from tutelage.rewards import Played
from tutelage.talk.converse import Dialogue
from tutelage.talk.leaks import find_leaks
from tutelage.wording import wordings


class Rollout(NamedTuple):
    """A dialogue that came to an end."""

    env: Environment  # as it stands at the end
    replies: tuple[Reply, ...]  # a student turn each
    voiced: tuple[Voiced, ...] = ()  # with a model as the teacher: of each turn after the statement what became of it

    @property
    def played(self) -> Played:
        return self.env.played

    @property
    def dialogue(self) -> Dialogue:
        scene, turns = self.env.scene, self.played.turns
        solved = next((index // 2 + 1 for index, turn in enumerate(turns) if turn.correct), 0)
        return Dialogue(scene.case, turns, int(solved > 0), solved, scene.table)

    @property
    def leaked(self) -> bool:
        """Whether a turn of the teacher lets the answer be read before the student has said it."""
        return bool(find_leaks(self.env.scene.case, self.played.turns))


async def rollout(env: Environment, scenario: Scenario, number: int, ask: Ask, *,
                  other: Scenario | None = None, teacher: Ask | None = None,
                  judge: Ask | None = None) -> Rollout:
    """Plays dialogue `number` (from 0) of an item's group. Raises what `ask`, `teacher` and `judge` raise.

    With a model as the `teacher` it says the teacher's turns, as far as its words are accepted (`live.voice`), also by
    the `judge`, where there is one.

    With an `other` scenario the model is shown what its teacher would reply to the same words, a control; where that
    dialogue is over it is begun again.
    """
    shown = env.reset(scenario=scenario).messages
    system = wordings("roles/student").choose("teacher" if is_tutor(env.scene) else "user", 0, {})
    stranger = _stranger(other) if other is not None else None
    plan, replies, voiced = scenario.plan, list[Reply](), list[Voiced]()
    while not env.done:
        draws = stream(plan.seed, "rollout", plan.recipe, scenario.item, scenario.arm, number, len(replies))
        said = [("system", system), *[(message["role"], message["content"]) for message in shown]]
        reply = await ask(said, draws.below(1 << 31))
        replies.append(reply)
        words = env.step(reply.text).words
        if teacher is not None and not env.done:
            voiced.append(await say(env, scenario, number, teacher, judge))
            words = env.turns[-1].text
        if stranger is not None:
            words = stranger(reply.text)
        shown = [*shown, {"role": "assistant", "content": reply.text}, {"role": "user", "content": words}]
    return Rollout(env, tuple(replies), tuple(voiced))


def _stranger(scenario: Scenario) -> Callable[[str], str]:
    """What the teacher of another item replies to a text; a verdict alone where the text ends that dialogue."""
    env = Environment(scenario.plan.recipe, split="", max_turns=20)
    env.reset(scenario=scenario)
    verdict = wordings("teacher/control").choose("contentless", 0, {})

    def reply(text: str) -> str:
        if env.done:
            env.reset(scenario=scenario)
        return env.step(text).words or verdict

    return reply
