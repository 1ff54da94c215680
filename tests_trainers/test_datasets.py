"""`datasets` reads our shards as they are: map-style, streamed, resharded, over workers and nodes, mixed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest

from tutelage.building import build
from tutelage.plan import Options, Plan
from tutelage.store.shards import ROW_GROUP, schema_of


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards of several row groups."""
    folder = tmp_path_factory.mktemp("wide") / "sml"
    build(Plan("sml", 2 * ROW_GROUP + 500, 1, Options(families=("shortest_path",))), folder)
    return folder


def files(folder: Path, view: str = "sft") -> list[str]:
    return sorted(map(str, (folder / view).glob("train-*.parquet")))


def read(folder: Path, *, streaming: bool = False) -> Any:
    return datasets.load_dataset("parquet", data_files=files(folder), split="train", streaming=streaming)


def ids(rows: Any) -> list[str]:
    return [row["id"] for row in rows]


def test_files_carry_no_metadata_of_datasets_and_the_features_are_the_frozen_schema(sml: Path) -> None:
    for file in files(sml):
        assert b"huggingface" not in (pq.read_schema(file).metadata or {})
    assert read(sml).features == datasets.Features.from_arrow_schema(schema_of("sft"))


def test_a_folder_is_loaded_by_its_data_dir(sml: Path) -> None:
    assert ids(datasets.load_dataset(str(sml), data_dir="sft", split="train")) == ids(read(sml))


def test_streaming_gives_the_rows_of_map_style_in_their_order(wide: Path) -> None:
    whole = read(wide)
    assert list(read(wide, streaming=True)) == list(whole)
    assert whole.num_rows > ROW_GROUP


def test_reshard_splits_by_row_group_and_keeps_every_row(wide: Path) -> None:
    if not hasattr(datasets.IterableDataset, "reshard"):
        pytest.skip("pip install 'datasets>=4.4'")
    streamed = read(wide, streaming=True)
    finer = streamed.reshard()
    groups = sum(pq.ParquetFile(file).num_row_groups for file in files(wide))
    assert streamed.num_shards == len(files(wide)) < finer.num_shards == groups
    assert ids(finer) == ids(streamed)


def test_workers_of_a_data_loader_share_the_rows_without_overlap(wide: Path) -> None:
    data = pytest.importorskip("torch.utils.data")
    streamed = read(wide, streaming=True)
    if hasattr(streamed, "reshard"):
        streamed = streamed.reshard()
    loaded = ids(data.DataLoader(streamed, batch_size=None, num_workers=2))
    assert sorted(loaded) == sorted(ids(streamed))
    assert len(set(loaded)) == len(loaded)


def test_nodes_share_the_rows_without_overlap(wide: Path) -> None:
    from datasets.distributed import split_dataset_by_node

    streamed = read(wide, streaming=True)
    shares = [ids(split_dataset_by_node(streamed, rank=rank, world_size=2)) for rank in range(2)]
    assert all(shares)
    assert sorted([*shares[0], *shares[1]]) == sorted(ids(streamed))


def test_a_stopped_stream_goes_on_where_it_was(wide: Path) -> None:
    streamed = read(wide, streaming=True)
    walk: Iterator[dict[str, Any]] = iter(streamed)
    first = [next(walk)["id"] for _ in range(700)]
    state = streamed.state_dict()
    again = read(wide, streaming=True)
    again.load_state_dict(state)
    assert first + ids(again) == ids(read(wide))


@pytest.mark.parametrize("streaming", [False, True])
def test_two_of_our_datasets_interleave_and_concatenate(sml: Path, tmp_path: Path, streaming: bool) -> None:
    build(Plan("q_priming", 60, 3, Options(families=("shortest_path",))), tmp_path / "q")
    one, other = read(sml, streaming=streaming), read(tmp_path / "q", streaming=streaming)
    mixed = datasets.interleave_datasets([one, other], stopping_strategy="all_exhausted")
    assert set(ids(mixed)) == {*ids(one), *ids(other)}
    assert ids(datasets.concatenate_datasets([one, other])) == ids(one) + ids(other)
