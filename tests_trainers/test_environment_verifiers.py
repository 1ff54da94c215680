"""verifiers v1 on the environment: its own taskset machinery, and a scripted agent in place of an endpoint."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("verifiers.v1", reason="pip install verifiers")

import verifiers.v1 as vf

from tutelage.adapters import verifiers as ours
from tutelage.environment import Environment


def taskset() -> Any:
    return ours.TutelageTaskset(ours.TutelageConfig(id="my_tutelage", options={"families": ["shortest_path"]}))


def test_tasks_are_scenarios() -> None:
    """verifiers' own view of the taskset gives frozen tasks with the statement as prompt, the same each time."""
    tasks = list(taskset().take(3))
    assert [task.data.idx for task in tasks] == [0, 1, 2]
    assert issubclass(ours.TutelageTaskset, vf.Taskset)
    for task, again in zip(tasks, taskset().take(3), strict=True):
        env = Environment()
        assert env.reset(scenario=task.data.scenario).messages[0]["content"] == task.data.prompt_text
        assert task.data == again.data


def test_an_episode_is_played_and_paid() -> None:
    """`run` relays between the agent's interaction and the teacher; the reward is on the agent's trace."""
    task = next(iter(taskset().take(1)))
    scout = Environment()
    scout.reset(scenario=task.data.scenario)
    script = ["I don't know how to begin.", f"The answer is {scout.scene.case.right.answer}."]
    heard: list[str | None] = []
    paid: dict[str, float] = {}

    class Talk:
        trace = SimpleNamespace(record_reward=lambda name, value: paid.update({name: value}))

        async def turn(self, message: str | None = None) -> vf.Segment if hasattr(vf, "Segment") else Any:
            heard.append(message)
            return SimpleNamespace(terminated=False, last_reply=script[len(heard) - 1])

    class Student:
        @asynccontextmanager
        async def interaction(self, given: Any) -> Any:
            assert given is task
            yield Talk()

    env = object.__new__(ours.TutelageEnv)
    env.config = SimpleNamespace(reward="discounted", max_turns=None)
    asyncio.run(env.run(task, SimpleNamespace(student=Student())))
    assert heard[0] is None
    assert heard[1]
    assert paid == {"discounted": pytest.approx(0.7)}
    assert issubclass(ours.TutelageEnv, vf.Env)
