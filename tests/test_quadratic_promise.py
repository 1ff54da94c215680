"""Quadratic equations: what the statement promises, and domains that keep it."""

from __future__ import annotations

import pytest

from tutelage.draws import stream
from tutelage.errors import NoAnswer
from tutelage.problems.algebra.quadratic_forms import FORMS, values_for
from tutelage.problems.algebra.quadratic_roots import FAMILY, LARGEST, _roots
from tutelage.problems.family import LEVELS, all_names
from tutelage.problems.views import essential
from tutelage.values import Problem


def problems(level: int, count: int = 40) -> list[Problem]:
    return [FAMILY.draw(stream(8, "promise", level, i), level) for i in range(count)]


@pytest.mark.parametrize("level", LEVELS)
def test_other_values_have_the_answer_that_sympy_finds(level: int) -> None:
    """For every value of every domain, all else as it is, solve and sympy agree, or the promise is broken."""
    for problem in problems(level, 5):
        for quantity in problem.quantities:
            kept = 0
            for value in quantity.domain:
                values = {**problem.values, quantity.name: value}
                try:
                    answer = FAMILY.solve(problem.structure, values)
                except NoAnswer:
                    continue
                kept += 1
                assert FAMILY.confirm(FAMILY.pose(problem.structure, values, level)) == answer
            assert kept >= 2


@pytest.mark.parametrize("level", LEVELS)
def test_coefficients_are_needed_and_extras_are_not(level: int) -> None:
    """Hiding a coefficient nearly always leaves two answers; hiding what is told besides never does."""
    needed = idle = 0
    for problem in problems(level):
        found = essential(FAMILY, problem)
        assert "extra" not in found
        names = all_names(problem) - {"extra"}
        needed += len(found)
        idle += len(names - found)
    assert idle <= 0.05 * needed


def test_every_form_is_drawn() -> None:
    """Each form of equation comes up at some level."""
    assert {p.structure["form"] for level in LEVELS for p in problems(level, 150)} == set(FORMS)


@pytest.mark.parametrize("form", FORMS)
def test_each_value_is_one_that_it_could_have_been(form: str) -> None:
    """However far apart the roots are that are drawn."""
    for i in range(1_500):
        draws = stream(8, "domains", form, i)
        roots = _roots(draws, form, draws.choice(FORMS[form].ways), LARGEST[1 + i % 5])
        if (drawn := values_for(draws, form, 1, *roots)) is not None:
            values, domains = drawn
            assert all(value in domain for value, domain in zip(values, domains, strict=True)), (roots, drawn)
