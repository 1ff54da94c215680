"""Views: determination, witness pairs, sufficient sets and information gain against brute force written apart."""

from __future__ import annotations

from collections import Counter
from itertools import chain, combinations, product
from math import log2

import pytest

from tutelage.draws import stream
from tutelage.errors import NoAnswer, UsageError
from tutelage.problems import FAMILIES
from tutelage.problems.family import Family, all_names
from tutelage.problems.views import analyse, essential, tabulate
from tutelage.values import Problem, Value


def completions(family: Family, problem: Problem, hidden: tuple[str, ...]) -> list[tuple[dict[str, Value], Value]]:
    """All ways to fill in the hidden quantities that have an answer, the plain way."""
    found = []
    for choice in product(*(problem.quantity(name).domain for name in hidden)):
        values = {**problem.values, **dict(zip(hidden, choice, strict=True))}
        try:
            found.append((values, family.solve(problem.structure, values)))
        except NoAnswer:
            continue
    return found


def bits(answers: list[Value]) -> float:
    return -sum(n / len(answers) * log2(n / len(answers)) for n in Counter(answers).values())


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_analysis_agrees_with_brute_force(family: Family) -> None:
    """Determined iff all completions agree; sufficient sets, k, entropy and gain as their definitions say."""
    for number in range(6):
        draws = stream(4, "views", family.name, number)
        problem = family.draw(draws, 1 + number % 3)
        names = [q.name for q in problem.quantities]
        hidden = tuple(sorted(draws.sample(names, 2 if len(names) > 1 else 1)))
        found = completions(family, problem, hidden)
        view = analyse(family, problem, all_names(problem) - set(hidden))
        answers = [answer for _, answer in found]
        assert view.determined == (len(set(answers)) == 1)
        assert view.entropy == pytest.approx(bits(answers), abs=1e-9)
        sufficient = []
        for asked in chain.from_iterable(combinations(hidden, n) for n in range(len(hidden) + 1)):
            groups: dict[tuple[Value, ...], set[Value]] = {}
            for values, answer in found:
                groups.setdefault(tuple(values[name] for name in asked), set()).add(answer)
            if all(len(group) == 1 for group in groups.values()) and not any(set(s) <= set(asked) for s in sufficient):
                sufficient.append(asked)
        assert {frozenset(s) for s in view.sufficient} == {frozenset(s) for s in sufficient}
        assert view.k == min(map(len, sufficient))
        for name in hidden:
            left = 0.0
            for value in {values[name] for values, _ in found}:
                part = [answer for values, answer in found if values[name] == value]
                left += len(part) / len(found) * bits(part)
            assert view.gain[name] == pytest.approx(view.entropy - left, abs=1e-9)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_essential_quantities_are_those_with_a_witness(family: Family) -> None:
    """A quantity is essential iff hiding it alone leaves two answers."""
    problem = family.draw(stream(4, "essential", family.name), 3)
    by_hand = {q.name for q in problem.quantities
               if len({answer for _, answer in completions(family, problem, (q.name,))}) > 1}
    assert essential(family, problem) == by_hand
    assert by_hand


def test_views_that_cannot_be_analysed() -> None:
    """A name that the problem lacks, and a view with too many completions, are refused in one clear line."""
    family = next(f for f in FAMILIES if f.name == "shortest_path")
    problem = family.draw(stream(1, "x"), 5)
    with pytest.raises(UsageError, match="'nowhere' is not one of"):
        tabulate(family, problem, {"nowhere"})
    with pytest.raises(UsageError, match="hide fewer"):
        tabulate(family, problem, set())
