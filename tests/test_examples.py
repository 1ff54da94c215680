"""The examples in docstrings are true, in every module that has some."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import tutelage

ROOT = Path(tutelage.__file__).parent


def shows(path: Path) -> bool:
    """Whether a module has an example that can be run."""
    return any(">>> " in line and "+SKIP" not in line for line in path.read_text(encoding="utf-8").splitlines())


MODULES = sorted(".".join(("tutelage", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
                 for path in ROOT.rglob("*.py") if shows(path))


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert not found.failed
