"""The families of problems. To add one: its file, its words, and its line here (see CONTRIBUTING.md)."""

from __future__ import annotations

from tutelage.errors import UsageError
from tutelage.problems.algebra import linear_system, quadratic_roots
from tutelage.problems.arithmetic import parts, rates, scores, units, word_problem
from tutelage.problems.code import list_rules, text_rules
from tutelage.problems.family import Family
from tutelage.problems.graphs import max_flow, shortest_path, spanning_tree
from tutelage.problems.logic import knights_knaves, line_up
from tutelage.problems.rules import rulebook
from tutelage.problems.solutions import worked

FAMILIES: tuple[Family, ...] = (
    word_problem.FAMILY,
    rates.FAMILY,
    parts.FAMILY,
    units.FAMILY,
    scores.FAMILY,
    linear_system.FAMILY,
    quadratic_roots.FAMILY,
    shortest_path.FAMILY,
    spanning_tree.FAMILY,
    max_flow.FAMILY,
    knights_knaves.FAMILY,
    line_up.FAMILY,
    list_rules.FAMILY,
    text_rules.FAMILY,
    rulebook.FAMILY,
)

SOURCE_FAMILIES: tuple[Family, ...] = (worked.FAMILY,)  # their problems come from files and cannot be drawn


def family_named(name: str) -> Family:
    """The family of that name. Raises UsageError where there is none."""
    for family in FAMILIES:
        if family.name == name:
            return family
    raise UsageError(f"unknown family {name!r}; the families are {', '.join(f.name for f in FAMILIES)}")


def any_family(name: str) -> Family:
    """The family of that name, be it drawn or read from files. Raises UsageError where there is none."""
    return next((family for family in SOURCE_FAMILIES if family.name == name), None) or family_named(name)
