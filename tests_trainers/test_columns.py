"""What breaks trainers, and is in none of our tables: columns that some trainer takes for its own, nulls, odd roles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from jinja2 import UndefinedError

from tutelage.records.trainers import VIEWS

Rows = Callable[..., Any]
NAMES = tuple(view.name for view in VIEWS)
TAKEN = {  # by a trainer: it would read them as something else
    "labels", "input_ids", "attention_mask", "images", "videos", "audios", "tools", "chat_template_kwargs",  # TRL
    "prompts", "completions", "completion_ids",  # TRL's GRPO hands these to the reward function itself
    "system", "margin", "conversations", "task_name", "priority", "trainable", "text",
}


@pytest.mark.parametrize("view", VIEWS, ids=NAMES)
def test_no_column_has_a_name_that_a_trainer_takes_for_its_own(view: Any) -> None:
    assert not set(view.schema.names) & TAKEN


@pytest.mark.parametrize("name", NAMES)
def test_no_null_anywhere(name: str, rows: Rows) -> None:
    """transformers before 5.23 hands null fields to chat templates, eight of which fail on them."""

    def nulls(array: pa.Array) -> int:
        here = int(array.null_count)
        if pa.types.is_list(array.type):
            return here + nulls(array.flatten())
        if pa.types.is_struct(array.type):
            return here + sum(nulls(array.field(i)) for i in range(array.type.num_fields))
        return here

    table = rows(name).data.table
    assert table.num_rows
    assert sum(nulls(chunk) for column in table.columns for chunk in column.chunks) == 0


@pytest.mark.parametrize("name", NAMES)
def test_roles_alternate_and_the_teacher_begins(name: str, rows: Rows) -> None:
    """Eight of the templates that come with models raise otherwise."""
    whole = {"sft": "messages", "kto": "messages", "preference_full": "chosen"}
    for row in rows(name):
        talk = row[whole[name]] if name in whole else [*row["prompt"], *row.get("completion", row.get("chosen", []))]
        assert [m["role"] for m in talk] == [("user", "assistant")[i % 2] for i in range(len(talk))]
        assert all(m["content"].strip() for m in talk)


def test_a_chosen_turn_is_one_message(rows: Rows) -> None:
    """Of several, TRL's DPO would count the teacher's words among what it trains (see test_trl)."""
    for row in rows("preference"):
        assert [len(row["chosen"]), len(row["rejected"])] == [1, 1]
        assert row["chosen"] == [row["chosen_message"]]
        assert row["rejected"] == [row["rejected_message"]]
        assert row["chosen_text"] == row["chosen"][0]["content"]
        assert row["rejected_text"] == row["rejected"][0]["content"]


def test_every_sft_row_has_a_turn_that_is_trained(rows: Rows) -> None:
    """TRL raises for a row without one."""
    assert all(any(m["loss"] for m in row["messages"]) for row in rows("sft"))


def test_extra_info_is_a_struct(rows: Rows) -> None:
    """veRL reads its fields; it fails on JSON (see test_verl)."""
    table = rows("rl").data.table
    assert pa.types.is_struct(table.schema.field("extra_info").type)
    assert pc.all(pc.equal(pc.struct_field(table["extra_info"], "scenario_json"), table["scenario"])).as_py()


def templates() -> list[Path]:
    trl = pytest.importorskip("trl", reason="pip install -e '.[trainers]'")
    return sorted((Path(trl.__file__).parent / "chat_templates").glob("*.jinja"))


def rendered(tokenizer: Any, messages: list[dict[str, Any]]) -> bool:
    """Whether every word of a dialogue is in what the tokenizer's template makes of it."""
    try:
        text = tokenizer.apply_chat_template(messages, tokenize=False)
    except UndefinedError:  # it asks a string for its parts
        return False
    plain = [m["content"] if isinstance(m["content"], str) else m["content"][0]["text"] for m in messages]
    return all(words.strip() in text for words in plain)


def test_the_models_own_chat_templates_render_our_rows(rows: Rows, tokenizer: Any) -> None:
    """All that TRL bundles. Some of models that see want a list of parts as content, which TRL makes for them."""
    assert len(templates()) > 40
    tokenizer.bos_token = "<|endoftext|>"  # which some of them begin with
    table = [row["messages"] for row in rows("sft", 12)]
    parts = [[{**m, "content": [{"type": "text", "text": m["content"]}]} for m in messages] for messages in table]
    in_parts = set()
    for template in templates():
        tokenizer.chat_template = template.read_text()
        if not all(rendered(tokenizer, messages) for messages in table):
            in_parts.add(template.name)
            assert all(rendered(tokenizer, messages) for messages in parts), template.name
    assert len(in_parts) < 8, in_parts
