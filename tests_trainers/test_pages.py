"""Each trainer has a page, and what it tells a user to write is what `tutelage export` prints and writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.records.consumers import CONSUMERS, Consumer, companions_of, lines_for
from tutelage.records.trainers import NAMES

PAGES = Path(__file__).resolve().parents[1] / "docs" / "trainers"
FILES = [{"path": f"{name}/train-00000-of-00001.parquet"} for name in NAMES]


@pytest.mark.parametrize("consumer", CONSUMERS, ids=[consumer.name for consumer in CONSUMERS])
def test_the_page_shows_the_lines_and_the_files(consumer: Consumer) -> None:
    page = (PAGES / f"{consumer.name}.md").read_text(encoding="utf-8")
    assert lines_for(consumer, Path("outputs/sml"), {"files": FILES}) in page
    for name, text in companions_of(consumer, FILES).items():
        assert f"`{name}`" in page
        assert text.strip() in page
    assert f"[{consumer.title}]({consumer.name}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")


def test_a_trainer_with_a_loader_here_has_a_test() -> None:
    folder = Path(__file__).parent
    for given in (folder / "loaders").glob("*.txt"):
        assert (folder / f"test_{given.stem.replace('-', '_')}.py").exists()
