"""LLaMA-Factory's own loader on our tables, by the dataset_info.json that `tutelage export` writes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import datasets
import pytest

os.environ["DISABLE_VERSION_CHECK"] = "1"  # of trl and peft, which the loader doesn't use
pytest.importorskip("llamafactory", reason="make test-trainers, or pip install -r tests_trainers/loaders/"
                                           "llama-factory.txt")

if "torchaudio" not in sys.modules:  # imported for sound, of which there is none here
    sys.modules["torchaudio"] = ModuleType("torchaudio")
    sys.modules["torchaudio"].__spec__ = ModuleSpec("torchaudio", None)

from llamafactory.data.loader import _get_merged_dataset
from llamafactory.hparams import DataArguments

Rows = Callable[..., Any]
Load = Callable[[str, str], list[dict[str, Any]]]
TRAINING = SimpleNamespace(seed=0, local_process_index=0, dataloader_num_workers=0)
MODEL = SimpleNamespace(cache_dir=None, hf_hub_token=None)


@pytest.fixture(scope="module")
def load(exported: Callable[[str], Any]) -> Load:
    """The rows of a view as LLaMA-Factory aligns them for a stage."""
    folder, _ = exported("llama-factory")

    def aligned(view: str, stage: str) -> list[dict[str, Any]]:
        names = [name for name in json.loads((folder / "dataset_info.json").read_text()) if f"_{view}_" in name]
        data = DataArguments(dataset=",".join(names), dataset_dir=str(folder), template="default")
        return list(_get_merged_dataset(data.dataset, MODEL, data, TRAINING, stage))

    return aligned


def plain(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"role": m["role"], "content": m["content"]} for m in messages]


def test_sft_is_the_dialogue_without_a_system_prompt(load: Load, rows: Rows) -> None:
    for row, made in zip(rows("sft"), load("sft", "sft"), strict=True):
        assert made["_prompt"] + made["_response"] == plain(row["messages"])
        assert made["_system"] == ""


def test_ranking_takes_the_pairs(load: Load, rows: Rows) -> None:
    for row, made in zip(rows("preference"), load("preference", "rm"), strict=True):
        assert made["_prompt"] == row["prompt"]
        assert made["_response"] == [row["chosen_message"], row["rejected_message"]]


def test_kto_takes_the_labels(load: Load, rows: Rows) -> None:
    for row, made in zip(rows("kto"), load("kto", "kto"), strict=True):
        assert made["_prompt"] == row["prompt"]
        assert made["_response"][0 if row["label"] else 1] == row["completion"][0]
        assert made["_response"][1 if row["label"] else 0]["content"] == ""


def test_a_list_as_chosen_would_be_misread_without_a_word(rows: Rows, exported: Callable[[str], Any],
                                                          tmp_path: Path) -> None:
    """Why `preference` has the structs `chosen_message` and `rejected_message`: a list is taken for no pair at all."""
    folder, _ = exported("llama-factory")
    info = next(v for k, v in json.loads((folder / "dataset_info.json").read_text()).items() if "_preference_" in k)
    columns = {"messages": "prompt", "chosen": "chosen", "rejected": "rejected"}
    (tmp_path / "dataset_info.json").write_text(json.dumps({"lists": {**info, "columns": columns, "file_name":
                                                                      str(folder / info["file_name"])}}))
    data = DataArguments(dataset="lists", dataset_dir=str(tmp_path), template="default")
    made: datasets.Dataset = _get_merged_dataset(data.dataset, MODEL, data, TRAINING, "rm")
    assert all(len(row["_response"]) != 2 for row in made)
