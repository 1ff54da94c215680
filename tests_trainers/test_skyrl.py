"""SkyRL's own data set on `rl`, and its SFT tokenizing on `sft`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("skyrl", reason="make test-trainers, or pip install -r tests_trainers/loaders/skyrl.txt")

from skyrl.train.dataset.dataset import PromptDataset


def test_rl_reaches_the_environment_whole(rows: Callable[..., Any], files: Callable[[str], list[str]],
                                          tokenizer: Any) -> None:
    made = PromptDataset(files("rl"), tokenizer, 2048, num_workers=1)
    assert len(made) == len(rows("rl"))
    for i, row in enumerate(rows("rl", 8)):
        messages, env_class, extra, _ = made[i]
        assert (messages, env_class) == (row["prompt"], "tutelage")
        assert extra == {key: value for key, value in row.items() if key not in ("prompt", "env_class")}
