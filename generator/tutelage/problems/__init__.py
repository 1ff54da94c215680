"""The families of problems. To add one: its file, its words, and its line here (see CONTRIBUTING.md)."""

from __future__ import annotations

from tutelage.errors import UsageError
from tutelage.problems import shortest_path
from tutelage.problems.family import Family

FAMILIES: tuple[Family, ...] = (
    shortest_path.FAMILY,
)


def family_named(name: str) -> Family:
    """The family of that name. Raises UsageError where there is none."""
    for family in FAMILIES:
        if family.name == name:
            return family
    raise UsageError(f"unknown family {name!r}; the families are {', '.join(f.name for f in FAMILIES)}")
