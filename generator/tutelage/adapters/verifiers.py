"""verifiers v1: a taskset of scenarios and an env in which the exact teacher answers the student.

verifiers finds plugins by the name of a top-level module, so a run needs one of its own, two lines long:

    # my_tutelage.py
    from tutelage.adapters.verifiers import TutelageEnv, TutelageTaskset
    __all__ = ["TutelageEnv", "TutelageTaskset"]

Its config takes what `Environment` takes: `--env.taskset.recipe proactive --env.taskset.options '{"k": [1]}'`. Written
for verifiers 0.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

from tutelage.environment import Environment

__all__ = ["TutelageEnv", "TutelageTaskset"]  # noqa: F822 - made on demand, below
NAMES = ("TutelageData", "TutelageTask", "TutelageConfig", "TutelageTaskset", "TutelageEnvConfig", "TutelageEnv")


def __getattr__(name: str) -> Any:
    if name in NAMES:
        return getattr(_classes(), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _classes() -> SimpleNamespace:
    """The classes, made when they are asked for: their bases are verifiers'."""
    import verifiers.v1 as vf

    class TutelageData(vf.TaskData):  # type: ignore[misc]
        scenario: str

    class TutelageTask(vf.Task[TutelageData, vf.State, vf.TaskConfig]):  # type: ignore[misc]
        pass

    class TutelageConfig(vf.TasksetConfig):  # type: ignore[misc]
        recipe: str = "sml"
        seed: int = 0
        split: str = "train"
        options: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies it

    class TutelageTaskset(vf.Taskset[TutelageTask, TutelageConfig]):  # type: ignore[misc]
        INFINITE = True

        def load(self) -> Iterator[Any]:
            given = self.config
            env = Environment(given.recipe, seed=given.seed, split=given.split, **given.options)
            while True:
                seen = env.reset()
                yield TutelageTask(TutelageData(prompt=seen.messages[0]["content"], scenario=seen.scenario),
                                   given.task)

    class TutelageEnvConfig(vf.EnvConfig):  # type: ignore[misc]
        student: vf.AgentConfig = vf.AgentConfig(harness={"id": "null"})
        reward: str = "binary"
        max_turns: int | None = None

    class TutelageEnv(vf.Env[TutelageEnvConfig]):  # type: ignore[misc]
        async def run(self, task: Any, agents: Any) -> None:
            env = Environment(reward=self.config.reward, max_turns=self.config.max_turns)
            env.reset(scenario=task.data.scenario)
            async with agents.student.interaction(task) as talk:
                segment = await talk.turn()  # the statement is the prompt, so the student speaks first
                while not segment.terminated:
                    step = env.step(segment.last_reply)
                    if step.done:
                        break
                    segment = await talk.turn(step.words)
            talk.trace.record_reward(self.config.reward, env.reward)

    return SimpleNamespace(**{kind.__name__: kind for kind in (
        TutelageData, TutelageTask, TutelageConfig, TutelageTaskset, TutelageEnvConfig, TutelageEnv)})
