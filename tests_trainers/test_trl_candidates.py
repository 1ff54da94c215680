"""TRL trains on the views of what could be said at a turn: pairs by DPO, the best by SFT, made fresh without files."""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path
from typing import Any

import datasets
import pytest

pytest.importorskip("trl", reason="pip install -e '.[trainers]'")

from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

import tutelage

STEPS, END = 3, "<|im_end|>"
USUAL = {"max_steps": STEPS, "per_device_train_batch_size": 2, "report_to": "none", "use_cpu": True, "bf16": False,
         "save_strategy": "no", "logging_steps": 1, "disable_tqdm": True, "max_length": None}
RECIPES = ("collaborative", "best_questions", "question_attributes")


def fresh(recipe: str, view: str, count: int) -> datasets.Dataset:
    rows = tutelage.stream(recipe, view=view, seed=1, families=("shortest_path",))
    return datasets.Dataset.from_list(list(islice(rows, count)))


def losses(trainer: Any) -> list[float]:
    trainer.train()
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


@pytest.mark.parametrize("recipe", RECIPES)
def test_dpo_compares_two_things_to_say_after_the_same_words(recipe: str, model: Any, tokenizer: Any,
                                                             tmp_path: Path) -> None:
    table = fresh(recipe, "pairs", 12)
    trainer = DPOTrainer(model, args=DPOConfig(str(tmp_path), **USUAL), train_dataset=table,
                         processing_class=tokenizer)
    for row, made in zip(table, trainer.train_dataset, strict=True):
        said = tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)
        assert tokenizer.decode(made["prompt_ids"]) == said
        for which in ("chosen", "rejected"):
            text = tokenizer.decode(made[f"{which}_ids"]).removesuffix("\n")
            assert text == row[which][0]["content"] + END
    found = losses(trainer)
    assert len(found) == STEPS
    assert all(map(math.isfinite, found))


@pytest.mark.parametrize("recipe", RECIPES)
def test_sft_trains_on_the_best_thing_to_say_alone(recipe: str, model: Any, tokenizer: Any, trained: Any, mask: Path,
                                                   tmp_path: Path) -> None:
    table = fresh(recipe, "best", 12)
    config = SFTConfig(str(tmp_path), assistant_only_loss=True, chat_template_path=str(mask), **USUAL)
    trainer = SFTTrainer(model, config,
                         train_dataset=table, processing_class=tokenizer)
    counted = [trained(row["input_ids"], [label != -100 for label in row["labels"]]) for row in trainer.train_dataset]
    assert counted == [[row["messages"][-1]["content"] + END] for row in table]
    assert all(map(math.isfinite, losses(trainer)))
