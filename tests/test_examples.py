"""The examples in docstrings and on the pages of docs/ are true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import tutelage

ROOT, DOCS = Path(tutelage.__file__).parent, Path(__file__).parents[1] / "docs"


def shows(path: Path) -> bool:
    """Whether a module has an example that can be run."""
    return any(">>> " in line and "+SKIP" not in line for line in path.read_text(encoding="utf-8").splitlines())


MODULES = sorted(".".join(("tutelage", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
                 for path in ROOT.rglob("*.py") if shows(path))


PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if shows(path))


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize("page", PAGES)
def test_pages(page: str) -> None:
    found = doctest.testfile(str(DOCS / page), module_relative=False, encoding="utf-8")
    assert found.attempted
    assert not found.failed
