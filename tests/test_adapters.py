"""Adapters without their consumers: importable, the judge behind them exact, the loops right against stand-ins."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tutelage.adapters import trl, verl
from tutelage.adapters.single import scenario_in, verdict
from tutelage.environment import Environment
from tutelage.errors import UsageError

FAMILIES = ("word_problem", "line_up", "linear_system", "shortest_path")


def test_importing_an_adapter_imports_no_consumer() -> None:
    code = ("import sys; from tutelage.adapters import trl, verifiers, verl; "
            "print([n for n in ('trl', 'torch', 'verifiers', 'verl') if n in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": "generator"})
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("family", FAMILIES)
def test_reward_functions(family: str) -> None:
    """Right is 1, a slip's answer 0, in TRL's and veRL's form, with the scenario, and numbers without."""
    env = Environment("sml", seed=3, families=(family,), split="")
    for _ in range(3):
        env.reset()
        right = env.scene.case.right.answer
        wrong = next((slip.work.answer for slip in env.scene.slips), "nothing")
        said = [[{"role": "assistant", "content": f"Answer: {text}"}] for text in (right, wrong)]
        assert trl.reward(said, [right] * 2, scenario=[env.scenario] * 2, id=["a", "b"]) == [1, 0]
        if env.scene.kind == "number":
            assert trl.reward([f"Answer: {right}", f"Answer: {wrong}"], [right] * 2) == [1, 0]
        assert verl.compute_score("tutelage/sml", f"Answer: {right}", right, {"scenario_json": env.scenario}) == 1
        assert verl.compute_score("tutelage/sml", f"Answer: {wrong}", right, {"scenario_json": env.scenario}) == 0
    assert verdict("It can't be determined.", "") == 1
    assert verdict("Answer: 12", "") == 0


def test_rows_without_what_is_needed() -> None:
    with pytest.raises(UsageError, match="ground_truth"):
        trl.reward(["Answer: 3"])
    with pytest.raises(UsageError, match="'rl'"):
        scenario_in({"prompt": [{"role": "user", "content": "Hello"}]})
    with pytest.raises(UsageError, match="reward"):
        trl.rollout(reward="ppo")


class Words:
    """A tokenizer of characters with ChatML's shape."""

    eos_token, eos_token_id = "\x03", 3

    def apply_chat_template(self, messages: list[dict[str, str]], tokenize: bool, add_generation_prompt: bool = False,
                            ) -> str:
        text = "".join([f"\x02{m['role']}:{m['content']}\x03\n" for m in messages])
        return text + ("\x02assistant:" if add_generation_prompt else "")

    def __call__(self, text: str, add_special_tokens: bool) -> dict[str, list[int]]:
        return {"input_ids": [ord(letter) for letter in text]}

    def decode(self, ids: list[int], skip_special_tokens: bool = False) -> str:
        return "".join([chr(i) for i in ids if not (skip_special_tokens and i in (2, 3))])


def test_a_rollout_is_the_dialogue() -> None:
    """Prompt and completion are the chat template's text of the episode; mask 1 stands for the student's words only."""
    env = Environment("sml", seed=3, families=("rates",))
    prompt = [{**env.reset().messages[0], "scenario_id": env.scenario}]
    right, tokenizer = env.scene.case.right.answer, Words()
    for closed in (True, False):
        script = iter(["I am stuck.", f"Answer: {right}"])

        def generate(_: Any, prompts: list[list[int]], limit: int, *, script: Any = script, closed: bool = closed,
                     ) -> list[list[int]]:
            return [[*map(ord, next(script)), *([3] if closed else [])]]

        trainer = SimpleNamespace(processing_class=tokenizer, args=SimpleNamespace(max_completion_length=9_999))
        made = trl.rollout(reward="discounted", generate=generate)([prompt], trainer)
        env.reset(scenario=env.scenario)
        env.step("I am stuck.")
        env.step(f"Answer: {right}")
        whole = tokenizer.apply_chat_template(env.messages, tokenize=False)
        ids, mask = made["completion_ids"][0], made["env_mask"][0]
        assert tokenizer.decode(made["prompt_ids"][0] + ids).rstrip("\x03\n") == whole.rstrip("\x03\n")
        own = tokenizer.decode([i for i, keep in zip(ids, mask, strict=True) if keep], skip_special_tokens=True)
        assert own == f"I am stuck.Answer: {right}"
        assert made["episode_reward"] == [pytest.approx(0.7)]


def test_a_conversation_by_tool() -> None:
    one = trl.environment_factory("sml", families=("rates",))()
    assert one.reset()
    env = Environment("sml", families=("rates",))
    scenario = env.reset().scenario
    assert one.reset(scenario=scenario, ability="arithmetic") is None
    assert one.say("I am stuck.") == env.step("I am stuck.").words
    one.say(f"Answer: {env.scene.case.right.answer}")
    assert one.get_reward() == 1
    assert "over" in one.say("And now?")


def test_the_agent_loop_of_verl(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against stand-ins with the signatures of veRL 0.9.1: the mask covers the student's tokens, the reward is paid."""
    tokenizer = Words()

    class Base:
        def __init__(self, **given: Any) -> None:
            self.tokenizer = tokenizer
            self.rollout_config = SimpleNamespace(response_length=5_000)
            self.server_manager = given["server"]

        async def ct_build_initial_tokens(self, messages: list[dict[str, str]]) -> list[int]:
            text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
            return [*map(ord, text)]

        async def ct_merge_assistant_token(self, tokens: list[int], new: list[int], mask: list[int],
                                           logprobs: list[float] | None, assistant_logprobs: list[float] | None) -> Any:
            return SimpleNamespace(token_ids=tokens + new), mask + [1] * len(new), None

        async def ct_merge_context_msg(self, before: list[Any], after: list[Any], tokens: list[int], mask: list[int],
                                       logprobs: list[float] | None) -> Any:
            new = [*map(ord, "\n" + tokenizer.apply_chat_template(after[len(before):], False, True))]
            return SimpleNamespace(token_ids=tokens + new), mask + [0] * len(new), None

    module: Any = ModuleType("verl.experimental.agent_loop.agent_loop")
    module.AgentLoopBase, module.AgentLoopOutput = Base, SimpleNamespace
    for name in ("verl", "verl.experimental", "verl.experimental.agent_loop"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    verl._agent_loop.cache_clear()
    env = Environment("sml", families=("rates",))
    first = env.reset()
    script = iter(["I am stuck.", f"Answer: {env.scene.case.right.answer}"])

    async def generate(request_id: str, prompt_ids: list[int], sampling_params: dict[str, Any]) -> Any:
        return SimpleNamespace(token_ids=[*map(ord, next(script)), 3], log_probs=None)

    loop = verl.TutelageAgentLoop(server=SimpleNamespace(generate=generate), reward="discounted")
    made = asyncio.run(loop.run({}, raw_prompt=first.messages, extra_info={"scenario_json": first.scenario}, index=3))
    verl._agent_loop.cache_clear()
    own = [i for i, keep in zip(made.response_ids, made.response_mask, strict=True) if keep]
    assert tokenizer.decode(own, skip_special_tokens=True) == f"I am stuck.Answer: {env.scene.case.right.answer}"
    assert tokenizer.decode(made.prompt_ids).endswith("\x02assistant:")
    assert made.reward_score == pytest.approx(0.7)
