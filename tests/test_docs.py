"""Docs that can go stale are generated, and this says whether they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tutelage.cli import cli
from tutelage.recipes import RECIPES
from tutelage.records.schema import EPISODES, PRIVATE, SFT, TURN
from tutelage.talk.acts import STUDENT_ACTS, TEACHER_ACTS
from tutelage.talk.teachers import TEACHERS

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
assert _spec is not None
assert _spec.loader is not None
docs_build = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(docs_build)


def test_commands_page_is_the_help() -> None:
    """docs/commands.md has every command, option and help text of today (`make docs` writes it)."""
    page = " ".join((ROOT / "docs" / "commands.md").read_text(encoding="utf-8").split())
    for name, command in cli.commands.items():
        assert f"## {name}" in page
        for option in command.params:
            assert all(word in page for word in option.opts if word.startswith("-"))
            # click's versions wrap lines differently, so words are compared, not lines
            assert " ".join((getattr(option, "help", None) or "").split()) in page


def test_readme_lists_the_families() -> None:
    """The README's table of families is the one of today (`make docs` writes it)."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme == docs_build.with_families(readme)


def test_recipes_and_policies_are_described() -> None:
    """Every recipe, arm and teacher has its words in docs/recipes.md, every recipe a row in the README."""
    page, readme = ((ROOT / name).read_text(encoding="utf-8") for name in ("docs/recipes.md", "README.md"))
    for recipe in RECIPES:
        assert f"## `{recipe.name}`" in page
        assert f"| `{recipe.name}` |" in readme
        assert all(f"`{arm}`" in page for arm in recipe.arms if arm)
    assert all(f"`{policy.name}`" in page for policy in TEACHERS if not policy.control)


def test_columns_and_acts_are_described() -> None:
    """Every column of every schema, and every act, stands in docs/data.md."""
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    names = [field.name for fields in (EPISODES, SFT, PRIVATE, TURN) for field in fields]
    assert [name for name in [*names, *STUDENT_ACTS, *TEACHER_ACTS] if f"`{name}`" not in page] == []
