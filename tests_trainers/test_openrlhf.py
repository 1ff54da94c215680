"""OpenRLHF's own data sets on our tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("openrlhf", reason="make test-trainers, or pip install -r tests_trainers/loaders/openrlhf.txt")

from openrlhf.datasets import PromptDataset, RewardDataset, SFTDataset
from openrlhf.datasets.utils import blending_datasets

Rows = Callable[..., Any]
END = "<|im_end|>"


def strategy(**data: Any) -> Any:
    return SimpleNamespace(args=SimpleNamespace(data=SimpleNamespace(apply_chat_template=True, **data), use_ms=False),
                           print=print, is_rank_0=lambda: True)


def blended(views: Path, view: str, given: Any, form: str = "{}/{}") -> Any:
    """What `--data.dataset` loads: FOLDER/VIEW, or FOLDER@VIEW."""
    return blending_datasets(form.format(views, view), strategy=given)


@pytest.mark.parametrize("form", ["{}/{}", "{}@{}"])
def test_a_view_is_named_behind_the_folder(views: Path, rows: Rows, form: str) -> None:
    for view in ("sft", "preference_full", "rl"):
        assert list(blended(views, view, strategy(), form)) == list(rows(view))


def test_sft_trains_on_the_student_turns(views: Path, rows: Rows, tokenizer: Any,
                                         trained: Callable[..., list[str]]) -> None:
    """All of them: OpenRLHF doesn't read the flag `loss`. The mask is of the token before the one that counts."""
    given = strategy(input_key="messages")
    made = SFTDataset(blended(views, "sft", given), tokenizer, 2048, given, num_processors=1, multiturn=True)
    assert len(made) == len(rows("sft"))
    for i, row in enumerate(rows("sft", 10)):
        ids, _, mask = made[i]
        found = trained(ids[0].tolist(), [0, *mask[0].tolist()[:-1]])
        assert [text.removesuffix("\n") for text in found] == [m["content"] + END for m in row["messages"][1::2]]


def test_dpo_finds_the_prompt_that_both_conversations_share(views: Path, rows: Rows, tokenizer: Any) -> None:
    given = strategy(chosen_key="chosen", rejected_key="rejected")
    made = RewardDataset(blended(views, "preference_full", given), tokenizer, 2048, given, is_dpo=True,
                         num_processors=1)
    for row, prompt, chosen, rejected in zip(rows("preference_full"), made.prompts, made.chosens, made.rejects,
                                             strict=True):
        assert prompt == tokenizer.apply_chat_template(row["chosen"][:-1], tokenize=False, add_generation_prompt=True)
        assert chosen.removesuffix("\n") == row["chosen"][-1]["content"] + END
        assert rejected.removesuffix("\n") == row["rejected"][-1]["content"] + END


def test_ppo_gets_prompts_and_labels(views: Path, rows: Rows, tokenizer: Any) -> None:
    given = strategy(input_key="prompt", label_key="ground_truth")
    made = PromptDataset(blended(views, "rl", given), tokenizer, given)
    for row, prompt, label in zip(rows("rl"), made.prompts, made.labels, strict=True):
        assert prompt == tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)
        assert label == row["ground_truth"]
