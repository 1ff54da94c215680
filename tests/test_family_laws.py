"""The laws that every family keeps, swept over all families and levels (design: laws 1, 2, 3, 6)."""

from __future__ import annotations

import json
import re
import string

import pytest

from tutelage.draws import stream
from tutelage.problems import FAMILIES
from tutelage.problems.family import LEVELS, Family, all_names, pack, structure_hash, unpack
from tutelage.problems.views import analyse, tabulate
from tutelage.values import Problem, Slip
from tutelage.wording import wordings

SWEEP = [pytest.param(family, level, id=f"{family.name}-{level}") for family in FAMILIES for level in LEVELS]
DRAWS = 25
SLIP_SECTIONS = ("doubt", "slot", "point", "rule", "tell", "mend")


def problem_of(family: Family, level: int, number: int) -> Problem:
    """Every other one alludes to some of its numbers, where a family can."""
    draws = stream(11, "laws", family.name, level, number)
    problem = family.draw(draws, level)
    return problem if family.allude is None or number % 2 else family.allude(problem, draws) or problem


def problems(family: Family, level: int, count: int = DRAWS) -> list[Problem]:
    return [problem_of(family, level, number) for number in range(count)]


def slips_of(family: Family, problem: Problem) -> list[Slip]:
    right = family.work(problem)
    made = (family.slip(problem, right, kind, step) for kind, step in family.sites(problem, right))
    return [slip for slip in made if slip is not None]


@pytest.mark.parametrize(("family", "level"), SWEEP)
def test_same_path_same_problem(family: Family, level: int) -> None:
    """Law 1: a problem is a function of its seed path, and survives being packed as JSON and posed again."""
    for i, problem in enumerate(problems(family, level)):
        assert problem == problem_of(family, level, i)
        assert problem.level == level
        assert problem.family == family.name
        again = unpack(family, level, pack(problem))
        assert again == problem
        assert json.loads(json.dumps(problem.structure)) == problem.structure
        assert family.state(again, all_names(again)) == family.state(problem, all_names(problem))


@pytest.mark.parametrize(("family", "level"), SWEEP)
def test_second_solver_confirms(family: Family, level: int) -> None:
    """Law 2: solve, the worked solution and an independent solver agree, and the judge accepts the answer."""
    for problem in problems(family, level):
        right = family.work(problem)
        assert family.solve(problem.structure, problem.values) == right.value == family.confirm(problem)
        assert family.accepts(problem, right, right.answer)
        assert len(right.steps) >= 1


@pytest.mark.parametrize(("family", "level"), SWEEP)
def test_slips_are_wrong_and_begin_where_they_say(family: Family, level: int) -> None:
    """Law 2: every slip's answer is rejected; its steps before the first wrong one are those of the right work."""
    for problem in problems(family, level):
        right = family.work(problem)
        for slip in slips_of(family, problem):
            assert slip.kind in family.slips
            assert slip.work.value != right.value
            assert not family.accepts(problem, right, slip.work.answer)
            assert slip.work.steps[: slip.step] == right.steps[: slip.step]
            assert slip.work.steps[slip.step :] != right.steps[slip.step :]
            assert 0 <= slip.step < len(slip.work.steps)
            assert slip.step < len(right.steps)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_every_slip_happens(family: Family) -> None:
    """At least three slips, each of which occurs; nine problems in ten admit one."""
    drawn = [slips_of(family, p) for level in LEVELS for p in problems(family, level)]
    assert {slip.kind for slips in drawn for slip in slips} == set(family.slips)
    assert len(family.slips) >= 3
    assert sum(bool(slips) for slips in drawn) >= 0.9 * len(drawn)


@pytest.mark.parametrize(("family", "level"), SWEEP)
def test_full_view_is_determined_and_essentials_have_witnesses(family: Family, level: int) -> None:
    """Law 3: nothing hidden, one answer; each hidden quantity either has a witness pair or is a distractor."""
    for problem in problems(family, level, 6):
        names = all_names(problem)
        assert analyse(family, problem, names).determined
        essential = 0
        for q in problem.quantities:
            assert q.value in q.domain
            assert len(q.domain) >= 2
            view = analyse(family, problem, names - {q.name})
            answers = {answer for _, answer in tabulate(family, problem, names - {q.name}).rows}
            assert view.determined == (len(answers) == 1)
            if view.witness is not None:
                essential += 1
                one, two = ({**problem.values, **completion} for completion in view.witness)
                assert family.solve(problem.structure, one) != family.solve(problem.structure, two)
                assert view.sufficient == ((q.name,),)
        assert essential >= 1


@pytest.mark.parametrize(("family", "level"), SWEEP)
def test_texts_are_whole(family: Family, level: int) -> None:
    """Statements, questions, lines and slips' wordings render with nothing missing, doubled or left open."""
    bank = wordings(f"problems/{family.name}")
    for problem in problems(family, level):
        right = family.work(problem)
        texts = [family.state(problem, all_names(problem)), *(s.line for s in right.steps)]
        said = [family.words(problem, q) for q in problem.quantities]
        texts += [text for words in said for text in words]
        for slip in slips_of(family, problem):
            texts += [s.line for s in slip.work.steps]
            for section in SLIP_SECTIONS:
                for style in range(6):
                    texts.append(bank.choose(f"{slip.kind}.{section}", style * 7919, slip.fields))
        for text in texts:
            assert text == text.strip()
            assert text
            assert "{{" not in text
            assert not re.search(r"\bNone\b(?! of)|(?<=\S)  ", text), text
            assert not any(f"{mark} {mark}" in text for mark in ".,;")
        for text in texts[1:]:
            assert text[0] in string.ascii_letters + string.digits + "\"'(−-$€£“√±{[`" or not text[0].isascii(), text
        assert all(each.question.endswith("?") for each in said)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_slips_have_enough_wordings(family: Family) -> None:
    """Each kind of turn about a slip can be said in several ways, so that dialogues don't read as one form."""
    words = wordings(f"problems/{family.name}")
    for kind in family.slips:
        for section in SLIP_SECTIONS:
            at_least = 2 if section == "tell" else 3
            assert len(words.sections[f"{kind}.{section}"]) >= at_least, f"[{kind}.{section}]"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_structures_are_many(family: Family) -> None:
    """Splits go by structure, so a family needs many: at least forty among 200 draws over its levels."""
    shapes = {structure_hash(family, p.structure) for level in LEVELS for p in problems(family, level, 40)}
    assert len(shapes) >= 40
