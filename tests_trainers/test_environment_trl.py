"""TRL on the environment: GRPO steps over whole episodes, over the tool `say`, and over single replies."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import datasets
import pytest

pytest.importorskip("trl", reason="pip install -e '.[trainers]'")

from trl import GRPOConfig, GRPOTrainer

from tutelage.adapters import trl as tutor
from tutelage.environment import Environment

STEPS = 2
TURN = "<|im_start|>user"


def config(folder: Path, **options: Any) -> GRPOConfig:
    return GRPOConfig(str(folder), num_generations=2, max_steps=STEPS, per_device_train_batch_size=2, use_cpu=True,
                      bf16=False, report_to="none", save_strategy="no", logging_steps=1, disable_tqdm=True, **options)


def table(n: int) -> datasets.Dataset:
    env, rows = Environment("sml", families=("shortest_path",), levels=(1,)), []
    for _ in range(n):
        seen = env.reset()
        rows.append({"prompt": seen.messages, "scenario": seen.scenario,
                     "ground_truth": env.scene.case.right.answer})
    return datasets.Dataset.from_list(rows)


def losses(trainer: Any) -> list[float]:
    trainer.train()
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def test_episodes_are_trained_on_the_students_tokens_alone(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    """Three GRPO steps with our rollout: the masked tokens are the teacher's turns, the others what was generated."""
    made: list[dict[str, Any]] = []
    said: list[list[int]] = []

    def generate(trainer: Any, prompts: list[list[int]], limit: int) -> list[list[int]]:
        """Each turn a short remark, so that the teacher has something to answer."""
        new = [tokenizer(f"I think {len(prompt)}", add_special_tokens=False)["input_ids"][:limit]
               + [tokenizer.eos_token_id] * (index % 2) for index, prompt in enumerate(prompts)]
        said.extend(new)
        return new

    inner = tutor.rollout(generate=generate, max_turns=3)

    def watched(prompts: list[Any], trainer: Any) -> dict[str, Any]:
        made.append(inner(prompts, trainer))
        return made[-1]

    trainer = GRPOTrainer(model, tutor.episode_reward, args=config(tmp_path, max_completion_length=400),
                          train_dataset=tutor.with_scenarios(table(4)), processing_class=tokenizer,
                          rollout_func=watched)
    assert all(map(math.isfinite, losses(trainer)))
    assert len(made) == STEPS
    for output in made:
        assert len(output["prompt_ids"]) == 2
        for ids, mask in zip(output["completion_ids"], output["env_mask"], strict=True):
            assert len(ids) == len(mask)
            trained = [token for token, own in zip(ids, mask, strict=True) if own]
            assert any(trained[:len(new)] == new for new in said)
            teacher = tokenizer.decode([token for token, own in zip(ids, mask, strict=True) if not own])
            assert teacher.count(TURN) == 2
            assert TURN not in tokenizer.decode(trained)


def test_episodes_by_the_models_own_words(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    """The same with transformers' `generate`: a random model babbles, and the steps go through."""
    trainer = GRPOTrainer(model, tutor.episode_reward, args=config(tmp_path, max_completion_length=96),
                          train_dataset=tutor.with_scenarios(table(4)), processing_class=tokenizer,
                          rollout_func=tutor.rollout(turn_tokens=24, max_turns=2))
    assert len(losses(trainer)) == STEPS


def test_the_whole_text_is_the_chat_template(tokenizer: Any) -> None:
    """Prompt, turns and what stands between them are, joined, what the template writes for the dialogue."""
    row = tutor.with_scenarios(table(1))[0]
    texts = iter(["I don't know how to begin.", "The answer is nothing."])

    class Trainer:
        processing_class = tokenizer
        args = type("Args", (), {"max_completion_length": 2000})

    def generate(_: Any, prompts: list[list[int]], limit: int) -> list[list[int]]:
        return [[*tokenizer(next(texts), add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]]

    output = tutor.rollout(generate=generate, max_turns=2)([row["prompt"]], Trainer())
    env = Environment(max_turns=2)
    env.reset(scenario=row["scenario"])
    env.step("I don't know how to begin.")
    env.step("The answer is nothing.")
    expected = tokenizer.apply_chat_template(env.messages, tokenize=False).rstrip()
    assert tokenizer.decode(output["prompt_ids"][0] + output["completion_ids"][0]) == expected


def test_the_tool_say(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    """TRL takes the factory's instances, finds the one tool and the reward, and steps through (no call is made: the
    model is random)."""
    pytest.importorskip("jmespath", reason="pip install jmespath")
    from transformers.utils import get_json_schema

    schema = get_json_schema(tutor.Conversation.say)["function"]
    assert (schema["name"], list(schema["parameters"]["properties"])) == ("say", ["message"])
    one = tutor.environment_factory("sml", families=("shortest_path",))()
    statement = one.reset()
    assert statement
    assert one.reset(prompt=[], scenario=table(1)[0]["scenario"]) is None
    assert one.say("I am stuck.")
    assert one.get_reward() == 0


def test_single_replies(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    trainer = GRPOTrainer(model, tutor.reward, args=config(tmp_path, max_completion_length=16), train_dataset=table(4),
                          processing_class=tokenizer)
    assert len(losses(trainer)) == STEPS
