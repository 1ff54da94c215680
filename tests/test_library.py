"""`import tutelage`: streams and datasets of fresh rows, equal to those that a build writes."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

import tutelage as tu
from tutelage.errors import StoreError, UsageError


def test_a_stream_gives_the_rows_of_a_build(tmp_path: Path) -> None:
    """Same recipe, seed and options: the same rows in the same order, `sft` and `episodes`, whatever is asked first."""
    import pyarrow.parquet as pq

    tu.build("sml", tmp_path / "d", rows=60, seed=4, families=["rates", "max_flow"])
    for view in ("sft", "episodes"):
        written = pq.read_table(next((tmp_path / "d" / view).glob("train-*.parquet"))).to_pylist()
        assert list(tu.stream("sml", rows=60, seed=4, view=view, families=("rates", "max_flow"))) == written
    assert not tu.check(tmp_path / "d").faults


def test_a_stream_goes_on_for_ever() -> None:
    rows = list(islice(tu.stream("q_priming", seed=1, arm="plain", levels=(1,)), 100))
    assert len({row["id"] for row in rows}) == 100


def test_parts_share_the_rows() -> None:
    """Nodes get different rows, and together all of them; each part is what it is whoever makes it."""
    from datasets.distributed import split_dataset_by_node

    whole = tu.dataset("sml", rows=48, seed=2, shards=4, split="")
    nodes = [[row["id"] for row in split_dataset_by_node(whole, rank, 2)] for rank in range(2)]
    assert sorted(nodes[0] + nodes[1]) == sorted(row["id"] for row in tu.stream("sml", rows=48, seed=2, split=""))
    assert not set(nodes[0]) & set(nodes[1])


def test_a_stopped_run_goes_on() -> None:
    """`state_dict` after seven rows: the next is the eighth."""
    whole = [row["id"] for row in islice(tu.dataset("sml", seed=3, shards=2), 12)]
    first = tu.dataset("sml", seed=3, shards=2)
    rows = iter(first)
    assert [next(rows)["id"] for _ in range(7)] == whole[:7]
    second = tu.dataset("sml", seed=3, shards=2)
    second.load_state_dict(first.state_dict())
    assert [row["id"] for row in islice(second, 5)] == whole[7:]


@pytest.mark.parametrize("call", [
    lambda: tu.stream("smll"), lambda: tu.stream("sml", view="chat"), lambda: tu.stream("sml", arm="plain"),
    lambda: tu.stream("sml", colour=1), lambda: tu.stream("sml", families=("sums",)), lambda: tu.stream("sml", rows=0),
    lambda: tu.dataset("sml", shards=0),
])
def test_bad_input(call: object) -> None:
    """An error at the call, not at the first row, that says what there is."""
    with pytest.raises(UsageError):
        call()  # type: ignore[operator]


def test_load(tmp_path: Path) -> None:
    tu.build("sml", tmp_path / "d", rows=30, seed=4)
    assert tu.load(tmp_path / "d")[0]["messages"][0]["role"] == "user"
    assert next(iter(tu.load(tmp_path / "d", "episodes", streaming=True)))["recipe"] == "sml"
    with pytest.raises(StoreError, match="sft/train"):
        tu.load(tmp_path / "d", "preference")
    with pytest.raises(StoreError):
        tu.load(tmp_path / "elsewhere")


def test_training_on_a_recipe_for_evaluation_is_a_named_choice() -> None:
    """Without a split its rows are those of test; split "train" gives structures of the other side."""
    usual = {row["structure"] for row in tu.stream("proactive", rows=30, seed=2, view="episodes", levels=(1,))}
    named = {row["structure"] for row in tu.stream("proactive", rows=30, seed=2, view="episodes", levels=(1,),
                                                   split="train")}
    tests = {row["structure"] for row in tu.stream("proactive", rows=30, seed=2, view="episodes", levels=(1,),
                                                   split="test")}
    assert usual == tests
    assert usual
    assert named
    assert not usual & named


def test_a_stream_that_gives_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutelage.library.MOST_EMPTY", 40)
    with pytest.raises(UsageError, match="65 items of sml gave no row of view='preference', split='train'; take anoth"):
        next(tu.stream("sml", view="preference", levels=(1,), students=("solves",)))


@pytest.mark.parametrize("split", ["heldout", "training"])
def test_a_split_that_is_none(split: str) -> None:
    with pytest.raises(UsageError, match=f"split='{split}' is "):
        tu.stream("sml", split=split)
