"""Axolotl's own strategies on our tables, with the config that `tutelage export --for axolotl` writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("axolotl", reason="make test-trainers, or pip install -r tests_trainers/loaders/axolotl.txt")

import datasets
import yaml
from axolotl.prompt_strategies.chat_template import load
from axolotl.prompt_strategies.dpo.chat_template import default
from axolotl.utils.dict import DictDefault

Rows = Callable[..., Any]
USUAL = {"chat_template": "tokenizer_default", "sequence_len": 4096, "train_on_inputs": False}


@pytest.fixture(scope="module")
def config(exported: Callable[[str], Any]) -> dict[str, Any]:
    """The config's first dataset."""
    folder, _ = exported("axolotl")
    given = yaml.safe_load((folder / "axolotl.yaml").read_text())["datasets"][0]
    return {**given, "data_files": [str(folder / file) for file in given["data_files"]]}


def test_the_config_names_the_files(config: dict[str, Any], rows: Rows) -> None:
    table = datasets.load_dataset(config["path"], data_files=config["data_files"], split=config["split"])
    assert list(table) == list(rows("sft"))


def test_the_flag_decides_what_is_trained(config: dict[str, Any], rows: Rows, tokenizer: Any,
                                          trained: Callable[..., list[str]]) -> None:
    """Named in the config, that is; unnamed it is not read, and all student turns are trained."""
    unnamed = {key: value for key, value in config.items() if key != "message_field_training"}
    differ = 0
    for row in rows("sft", 30):
        for given, flags in ((config, [m["loss"] for m in row["messages"]]),
                             (unnamed, [m["role"] == "assistant" for m in row["messages"]])):
            made = load(tokenizer, DictDefault(USUAL), ds_cfg=given).tokenize_prompt({"messages": row["messages"]})
            expected = [m["content"] + "<|im_end|>" for m, flag in zip(row["messages"], flags, strict=True) if flag]
            assert trained(made["input_ids"], [label != -100 for label in made["labels"]]) == expected
        differ += any(not m["loss"] for m in row["messages"][1::2])
    assert differ


def test_dpo_takes_the_pairs(rows: Rows, tokenizer: Any) -> None:
    made = default(DictDefault({**USUAL, "datasets": [{"type": "chat_template.default", "field_messages": "prompt"}]}))
    transform = made[0] if isinstance(made, tuple) else made
    for row in rows("preference", 20):
        pair = transform(dict(row), tokenizer=tokenizer)
        assert pair["prompt"] == tokenizer.apply_chat_template(row["prompt"], tokenize=False,
                                                               add_generation_prompt=True)
        for which in ("chosen", "rejected"):
            assert pair[which].removesuffix("\n").removesuffix("<|im_end|>") == row[which][0]["content"]
