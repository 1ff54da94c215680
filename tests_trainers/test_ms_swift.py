"""ms-swift's own loader on our tables: the flag `loss` stays with its message; pairs are two conversations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("swift.dataset", reason="make test-trainers, or pip install -r tests_trainers/loaders/ms-swift.txt")

from swift.dataset import load_dataset

Rows = Callable[..., Any]
Files = Callable[[str], list[str]]


def test_sft_keeps_the_flag(rows: Rows, files: Files) -> None:
    made, _ = load_dataset(files("sft"), shuffle=False, strict=True)
    for row, found in zip(rows("sft"), made, strict=True):
        kept = [{key: value for key, value in m.items() if value is not None} for m in found["messages"]]
        assert kept == row["messages"]


def test_dpo_takes_whole_conversations(rows: Rows, files: Files) -> None:
    columns = {"chosen": "messages", "rejected": "rejected_messages"}
    made, _ = load_dataset(files("preference_full"), shuffle=False, strict=True, columns=columns)
    for row, found in zip(rows("preference_full"), made, strict=True):
        for ours, theirs in (("chosen", "messages"), ("rejected", "rejected_messages")):
            assert [(m["role"], m["content"]) for m in found[theirs]] == [(m["role"], m["content"]) for m in row[ours]]
