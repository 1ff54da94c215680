"""What all families promise whose statements are lists of numbers (`problems/arithmetic/ledger.py`)."""

from __future__ import annotations

from types import ModuleType

import pytest

from tutelage.draws import stream
from tutelage.problems.arithmetic import parts, scores, units
from tutelage.problems.family import all_names
from tutelage.values import Problem

EACH = pytest.mark.parametrize("module", [parts, units, scores], ids=lambda module: module.NAME)


def problems(module: ModuleType, level: int, count: int = 60) -> list[Problem]:
    return [module.FAMILY.draw(stream(5, "ledger", module.NAME, level, i), level) for i in range(count)]


@EACH
def test_a_number_left_out_leaves_no_trace_and_an_allusion_no_mark(module: ModuleType) -> None:
    """Hiding a number takes away its sentence and nothing else; an allusion stands there either way."""
    family, seen = module.FAMILY, set[str]()
    for problem in [p for level in (1, 3, 5) for p in problems(module, level)]:
        whole = family.state(problem, all_names(problem))
        for quantity in problem.quantities:
            text, told = family.state(problem, all_names(problem) - {quantity.name}), family.words(problem, quantity)
            lines = [line for line in problem.structure["lines"] if line[3] == quantity.name]
            hints = [line[5] for line in lines if line[5]]
            assert told.sentence not in text
            assert text.split() == whole.replace(told.sentence, "", 1).split()
            assert quantity.fact == bool(hints or tuple(lines[0][1:3]) in module.LEDGER.known)
            assert all(hint[1].lower() in text.lower() for hint in hints)
            seen.add("alluded" if hints else "known" if quantity.fact else "premise")
    assert seen == {"alluded", "known", "premise"}


@EACH
def test_no_line_stands_there_twice(module: ModuleType) -> None:
    """Nor does an idle one speak of what is needed: a number would be said twice, or differently."""
    idle = 0
    for problem in [p for level in (1, 2, 3, 4, 5) for p in problems(module, level)]:
        lines = [(section, one, two) for section, one, two, _, _, hint in problem.structure["lines"] if not hint]
        needed = {tuple(line[:3]) for line in problem.structure["lines"] if line[3]}
        assert len(lines) == len(set(lines))
        assert all(bool(line[3]) == (tuple(line[:3]) in needed) for line in problem.structure["lines"])
        idle += sum([not line[3] for line in problem.structure["lines"]])
    assert idle > 200


@EACH
def test_all_work_is_lines_that_say_a_number_or_combine_two(module: ModuleType) -> None:
    """Each needed number is said once, each line but the last is used, and the last one gives the answer."""
    for problem in [p for level in (1, 2, 3, 4, 5) for p in problems(module, level, 30)]:
        plan, work = module.LEDGER.plan(problem.structure), module.LEDGER.work(problem)
        said = [line.args[0] for line in plan if len(line.args) == 1]
        used = {arg for line in plan for arg in line.args if isinstance(arg, int)}
        assert sorted(said) == sorted(all_names(problem))
        assert used == set(range(len(plan) - 1))
        assert work.value == module.FAMILY.solve(problem.structure, problem.values)
