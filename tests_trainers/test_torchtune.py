"""torchtune's own data sets on our tables, with the config that `tutelage export --for torchtune` writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torchtune.datasets", reason="make test-trainers, or pip install -r tests_trainers/loaders/"
                                                 "torchtune.txt")

import yaml
from torchtune.data import ChosenRejectedToMessages
from torchtune.datasets import chat_dataset

Rows = Callable[..., Any]


class Words:
    """Stands for a tokenizer: a token for each message, and whether it is left out of the loss."""

    def __call__(self, sample: dict[str, Any], inference: bool = False) -> dict[str, Any]:
        said = sample["messages"]
        return {"tokens": list(range(len(said))), "mask": [message.masked for message in said],
                "said": [(message.role, message.text_content) for message in said]}


def test_sft_trains_on_the_student_turns(exported: Callable[[str], Any], rows: Rows,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them: torchtune doesn't read the flag `loss`."""
    folder, _ = exported("torchtune")
    given = yaml.safe_load((folder / "torchtune.yaml").read_text())["dataset"]
    assert given.pop("_component_") == "torchtune.datasets.chat_dataset"
    monkeypatch.chdir(folder)
    made = chat_dataset(Words(), **given)
    assert len(made) == len(rows("sft"))
    for i, row in enumerate(rows("sft", 20)):
        ours = [(m["role"], m["content"]) for m in row["messages"]]
        assert made[i]["said"] == ours
        assert [label != -100 for label in made[i]["labels"]] == [role == "assistant" for role, _ in ours]


def test_dpo_takes_whole_conversations(rows: Rows) -> None:
    read = ChosenRejectedToMessages()
    for row in rows("preference_full", 20):
        made = read(row)
        for which in ("chosen", "rejected"):
            assert [(m.role, m.text_content) for m in made[which]] == [(m["role"], m["content"]) for m in row[which]]
