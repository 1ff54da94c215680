"""veRL's own data sets on our tables: SFT over whole dialogues, RL with the reward's truth and an agent's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import datasets
import pytest

pytest.importorskip("verl", reason="make test-trainers, or pip install -r tests_trainers/loaders/verl.txt")

from omegaconf import OmegaConf
from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset
from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn

import tutelage

Rows = Callable[..., Any]
Files = Callable[[str], list[str]]


def test_sft_trains_on_the_student_turns(rows: Rows, files: Files, tokenizer: Any,
                                         trained: Callable[..., list[str]]) -> None:
    """All of them: veRL doesn't read the flag `loss`."""
    config = OmegaConf.create({"messages_key": "messages", "max_length": 2048, "pad_mode": "right",
                               "truncation": "error"})
    made = MultiTurnSFTDataset(files("sft"), tokenizer, config)
    assert len(made) == len(rows("sft"))
    for row, item in zip(rows("sft", 10), map(made.__getitem__, range(10)), strict=True):
        expected = [m["content"] + "<|im_end|>\n" for m in row["messages"][1::2]]
        assert trained(item["input_ids"].tolist(), item["loss_mask"].tolist()) == expected


def test_rl_gives_the_agent_loop_and_the_reward_what_they_need(rows: Rows, files: Files, tokenizer: Any,
                                                               tmp_path: Path) -> None:
    config = OmegaConf.create({"prompt_key": "prompt", "max_prompt_length": 2048, "return_raw_chat": True,
                               "cache_dir": str(tmp_path), "filter_overlong_prompts_workers": 1})
    made = RLHFDataset(files("rl"), tokenizer, config)
    assert len(made) == len(rows("rl"))
    batch = collate_fn([made[i] for i in range(8)])
    for i, row in enumerate(rows("rl", 8)):
        assert list(batch["raw_prompt"][i]) == row["prompt"]
        assert batch["agent_name"][i] == "tutelage"
        assert batch["reward_model"][i]["ground_truth"] == row["ground_truth"]
        assert batch["index"][i] == row["extra_info"]["index"]
        assert json.loads(batch["extra_info"][i]["scenario_json"]) == json.loads(row["scenario"])


def test_rl_in_one_turn_has_the_vote_or_the_truth(tokenizer: Any, tmp_path: Path) -> None:
    """The problems of `self_play`: the same rows with either label."""
    config = OmegaConf.create({"prompt_key": "prompt", "max_prompt_length": 2048, "return_raw_chat": True,
                               "cache_dir": str(tmp_path), "filter_overlong_prompts_workers": 1})
    labels = {}
    for view in ("vote_rl", "truth_rl"):
        rows = list(islice(tutelage.stream("self_play", view=view, seed=3, families=("rates",)), 20))
        datasets.Dataset.from_list(rows).to_parquet(tmp_path / f"{view}.parquet")
        made = RLHFDataset([str(tmp_path / f"{view}.parquet")], tokenizer, config)
        batch = collate_fn([made[i] for i in range(20)])
        assert [list(each) for each in batch["raw_prompt"]] == [row["prompt"] for row in rows]
        labels[view] = [each["ground_truth"] for each in batch["reward_model"]]
        assert labels[view] == [row["reward_model"]["ground_truth"] for row in rows]
    assert labels["vote_rl"] != labels["truth_rl"]


def test_extra_info_as_json_would_fail(rows: Rows, tokenizer: Any, tmp_path: Path) -> None:
    """Why `extra_info` is a struct."""
    table = rows("rl", 4)
    table.remove_columns("extra_info").add_column("extra_info", [json.dumps(e) for e in table["extra_info"]]) \
        .to_parquet(tmp_path / "rl.parquet")
    config = OmegaConf.create({"prompt_key": "prompt", "max_prompt_length": 2048, "cache_dir": str(tmp_path),
                               "filter_overlong_prompts_workers": 1})
    with pytest.raises(AttributeError):
        RLHFDataset([str(tmp_path / "rl.parquet")], tokenizer, config)[0]
