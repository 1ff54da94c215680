"""TRL trains on our tables: real steps on the CPU, and the tokens that carry the loss are exactly the student's."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pytest

pytest.importorskip("trl", reason="pip install -e '.[trainers]'")

from trl import DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

import tutelage
from tutelage.adapters.trl import reward

Rows = Callable[..., Any]
Trained = Callable[..., list[str]]
STEPS = 3
USUAL = {"max_steps": STEPS, "per_device_train_batch_size": 2, "report_to": "none", "use_cpu": True, "bf16": False,
         "save_strategy": "no", "logging_steps": 1, "disable_tqdm": True}
END = "<|im_end|>"


def losses(trainer: Any) -> list[float]:
    """The loss of each step, once the steps were done."""
    trainer.train()
    found = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(found) == STEPS
    return found


def counted(trained: Trained, row: dict[str, Any]) -> list[str]:
    return trained(row["input_ids"], [label != -100 for label in row["labels"]])


def sft(table: Any, model: Any, tokenizer: Any, folder: Path, **options: Any) -> Any:
    return SFTTrainer(model, SFTConfig(str(folder), max_length=None, **USUAL, **options), train_dataset=table,
                      processing_class=tokenizer)


def test_sft_trains_on_exactly_the_turns_whose_loss_is_true(rows: Rows, model: Any, tokenizer: Any, trained: Trained,
                                                            mask: Path, tmp_path: Path) -> None:
    table = rows("sft", 40)
    trainer = sft(table, model, tokenizer, tmp_path, assistant_only_loss=True, chat_template_path=str(mask))
    expected = [[m["content"] + END for m in row["messages"] if m["loss"]] for row in table]
    assert [counted(trained, row) for row in trainer.train_dataset] == expected
    assert any(not m["loss"] for row in table for m in row["messages"] if m["role"] == "assistant")
    assert all(map(math.isfinite, losses(trainer)))


def test_sft_takes_a_stream(rows: Rows, model: Any, tokenizer: Any, mask: Path, tmp_path: Path) -> None:
    stream = tutelage.dataset("sml", families=("shortest_path",), shards=2)
    trainer = sft(stream, model, tokenizer, tmp_path, assistant_only_loss=True, chat_template_path=str(mask))
    assert all(map(math.isfinite, losses(trainer)))


def test_a_bundled_training_template_trains_on_all_student_turns(rows: Rows, model: Any, tokenizer: Any,
                                                                 trained: Trained, tmp_path: Path) -> None:
    """TRL puts its own template in place of one that it knows; that doesn't read the flag `loss`."""
    folder = Path(__import__("trl").__file__).parent / "chat_templates"
    tokenizer.chat_template = (folder / "qwen2_5.jinja").read_text()
    table = rows("sft", 20)
    trainer = sft(table, model, tokenizer, tmp_path, assistant_only_loss=True)
    expected = [[m["content"] for m in row["messages"] if m["role"] == "assistant"] for row in table]
    found = [[text.strip().removesuffix(END) for text in counted(trained, row)]
             for row in trainer.train_dataset]
    assert found == expected


def test_prompt_completion_trains_on_exactly_the_completion_by_default(rows: Rows, model: Any, tokenizer: Any,
                                                                       trained: Trained, tmp_path: Path) -> None:
    table = rows("prompt_completion", 40)
    trainer = sft(table, model, tokenizer, tmp_path)
    found = [[text.removesuffix("\n") for text in counted(trained, row)] for row in trainer.train_dataset]
    assert found == [[row["completion"][0]["content"] + END] for row in table]
    assert all(map(math.isfinite, losses(trainer)))


def test_prompt_completion_holds_the_turns_that_carry_the_loss_in_sft(rows: Rows) -> None:
    flagged = [m["content"] for row in rows("sft") for m in row["messages"] if m["loss"]]
    assert sorted(row["completion"][0]["content"] for row in rows("prompt_completion")) == sorted(flagged)


def test_dpo_compares_one_turn_with_another_after_the_same_prompt(rows: Rows, model: Any, tokenizer: Any,
                                                                  tmp_path: Path) -> None:
    table = rows("preference", 20)
    trainer = DPOTrainer(model, args=DPOConfig(str(tmp_path), max_length=None, **USUAL), train_dataset=table,
                         processing_class=tokenizer)
    for row, made in zip(table, trainer.train_dataset, strict=True):
        said = tokenizer.decode(made["prompt_ids"])
        assert said == tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)
        for which in ("chosen", "rejected"):
            text = tokenizer.decode(made[f"{which}_ids"]).removesuffix("\n")
            assert text == row[which][0]["content"] + END
    assert all(map(math.isfinite, losses(trainer)))


def test_whole_conversations_as_chosen_would_train_on_the_teacher(rows: Rows, model: Any, tokenizer: Any,
                                                                  tmp_path: Path) -> None:
    """Why `preference` has one message in `chosen`: of several, DPO counts the teacher's words, too, without a word."""
    row = next(r for r in rows("preference_full") if len(r["chosen"]) > 3)
    cut = datasets.Dataset.from_list([{"prompt": row["chosen"][:1], "chosen": row["chosen"][1:],
                                       "rejected": row["rejected"][1:]}] * 2)
    trainer = DPOTrainer(model, args=DPOConfig(str(tmp_path), max_length=None, **USUAL), train_dataset=cut,
                         processing_class=tokenizer)
    assert row["chosen"][2]["role"] == "user"
    assert row["chosen"][2]["content"] in tokenizer.decode(trainer.train_dataset[0]["chosen_ids"])


def test_kto_counts_exactly_the_labelled_turn(rows: Rows, model: Any, tokenizer: Any, tmp_path: Path) -> None:
    table = rows("kto", 40)
    assert {row["label"] for row in table} == {True, False}
    trainer = KTOTrainer(model, args=KTOConfig(str(tmp_path), max_length=None, **USUAL), train_dataset=table,
                         processing_class=tokenizer)
    found = [(tokenizer.decode(row["completion_ids"]).removesuffix("\n"), row["label"])
             for row in trainer.train_dataset]
    assert found == [(row["completion"][0]["content"] + END, row["label"]) for row in table]
    assert all(map(math.isfinite, losses(trainer)))


def test_grpo_gives_our_reward_function_every_column(rows: Rows, model: Any, tokenizer: Any, tmp_path: Path) -> None:
    table, seen = rows("rl", 8), []

    def watched(completions: list[Any], **columns: Any) -> list[float]:
        seen.append(columns)
        return reward(completions, **columns)

    trainer = GRPOTrainer(model, watched, args=GRPOConfig(
        str(tmp_path), num_generations=2, max_completion_length=16, **USUAL), train_dataset=table,
        processing_class=tokenizer)
    assert all(map(math.isfinite, losses(trainer)))
    assert set(table.column_names) - {"prompt"} <= set(seen[0])
    known = {row["id"]: row for row in table}
    for columns in seen:
        for name, truth, prompt in zip(columns["id"], columns["ground_truth"], columns["prompts"], strict=True):
            assert (known[name]["ground_truth"], known[name]["prompt"]) == (truth, prompt)


def test_the_reward_function_tells_right_from_wrong(rows: Rows) -> None:
    row = next(r for r in rows("rl") if r["ground_truth"])
    said = [[{"role": "assistant", "content": text}] for text in (f"The answer is {row['ground_truth']}.", "Hm?")]
    assert reward(said, [row["ground_truth"]] * 2) == [1.0, 0.0]
