"""What allusions promise in each family that has them: the same problem, a fact more, a student who asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import pytest

from tutelage.draws import Draws, stream
from tutelage.plan import Options
from tutelage.problems import FAMILIES
from tutelage.problems.family import MISREAD, MISREMEMBERED, Family, all_names, pack, unpack
from tutelage.problems.knowledge.alluding import ALLUDED, LARGEST, MOST
from tutelage.problems.knowledge.allusions import roman
from tutelage.problems.views import analyse
from tutelage.recipes import q_priming, sml
from tutelage.recipes.recipe import Item, cast_item
from tutelage.records.episode import Episode
from tutelage.talk.acts import ASK, TELL
from tutelage.talk.case import make_case
from tutelage.talk.leaks import find_leaks
from tutelage.values import Act, Problem, Slip, Turn
from tutelage.wording import wordings

FAMILIES_OF_NUMBERS = tuple(family for family in FAMILIES if family.allude is not None)
every_family = pytest.mark.parametrize("family", FAMILIES_OF_NUMBERS, ids=lambda family: family.name)


def alluded(family: Family, count: int = 60) -> list[tuple[Problem, Problem]]:
    """Problems of all levels, each as it was drawn and with its allusions."""
    found = list[tuple[Problem, Problem]]()
    for number in range(count):
        draws = stream(11, "alluding", family.name, number)
        drawn = family.draw(draws, 1 + number % 5)
        assert family.allude is not None
        if (more := family.allude(drawn, draws)) is not None:
            found.append((drawn, more))
    return found


def asking(family: Family, count: int = 60) -> list[Episode]:
    """Both arms of the pairs of `q_priming` that ask for values, of problems with allusions."""
    options = Options(families=(family.name,), students=(q_priming.VALUES,))
    items = [Item("q_priming", 3, number, stream(3, "alluding", family.name, number), options, ())
             for number in range(count)]
    return [episode for item in items for episode in q_priming.make(item).kept
            if ALLUDED in episode.dialogue.case.problem.structure]


def test_the_families_of_numbers_have_allusions() -> None:
    """All of arithmetic, algebra and graphs; those of ledgers allude in their own lines."""
    numbers = {family.name for family in FAMILIES if family.domain in ("arithmetic", "algebra", "graphs")}
    assert {family.name for family in FAMILIES_OF_NUMBERS} == numbers - {"parts", "units", "scores"}


@every_family
def test_it_is_the_same_problem(family: Family) -> None:
    found = alluded(family)
    assert len(found) > 40
    for drawn, more in found:
        assert (more.values, more.question, more.level) == (drawn.values, drawn.question, drawn.level)
        assert family.shape(more.structure) == family.shape(drawn.structure)
        assert family.work(more) == family.work(drawn)
        assert family.solve(more.structure, more.values) == family.confirm(more)
        assert unpack(family, more.level, pack(more)) == more
        hinted = {name for name, *_ in more.structure[ALLUDED]}
        assert 1 <= len(hinted) <= MOST
        assert {q.name for q in more.quantities if q.fact} == hinted | {q.name for q in drawn.quantities if q.fact}
        assert all(isinstance(more.values[name], int) and 1 < more.values[name] <= LARGEST for name in hinted)


@every_family
def test_an_allusion_is_no_mark(family: Family) -> None:
    """Its sentence stands there, word for word, whether the number is said or not, and before the same question."""
    for drawn, more in alluded(family, 30):
        everything = all_names(more)
        told = family.state(more, everything)
        plain = family.state(drawn, everything)
        added = told.removeprefix(plain.removesuffix(drawn.question).rstrip()).removesuffix(more.question)
        assert added.strip()
        for name, *_ in more.structure[ALLUDED]:
            hidden = family.state(more, everything - {name})
            assert hidden.endswith(added + more.question)
            assert hidden.removesuffix(added + more.question).rstrip() == \
                family.state(drawn, everything - {name}).removesuffix(drawn.question).rstrip()


@every_family
def test_who_misreads_one_answers_wrongly(family: Family) -> None:
    slips = list[tuple[Problem, Slip]]()
    for _, more in alluded(family):
        right = family.work(more)
        for kind, step in family.sites(more, right):
            if kind == MISREAD and (slip := family.slip(more, right, kind, step)) is not None:
                slips.append((more, slip))
                assert slip.step == step
                assert slip.work.steps[:step] == right.steps[:step]
                assert not family.accepts(more, right, slip.work.answer)
                assert slip.fields["wrong"] in slip.work.steps[step].line
                assert slip.fields["said"] in slip.work.steps[step].line
                assert slip.fields["fact"] not in slip.work.steps[step].line
    assert len(slips) > 15


@every_family
def test_the_slip_is_the_work_of_the_other_number(family: Family) -> None:
    """The wrong answer is what the second solver gets from the wrong number."""
    for _, more in alluded(family, 30):
        right = family.work(more)
        for kind, step in family.sites(more, right):
            if kind != MISREAD or (slip := family.slip(more, right, kind, step)) is None:
                continue
            name = next(n for n, *_ in more.structure[ALLUDED]
                        if family.words(more, more.quantity(n)).phrase == slip.fields["said"])
            other = family.pose(more.structure, {**more.values, name: int(slip.fields["wrong"])}, more.level)
            assert family.confirm(other) == slip.work.value


def test_no_line_has_two_facts_to_misread() -> None:
    """So that a slip at a step is about one of them."""
    for family in FAMILIES_OF_NUMBERS:
        for _, more in alluded(family, 40):
            kinds = [site for site in family.sites(more, family.work(more)) if site[0] in (MISREAD, MISREMEMBERED)]
            steps = sorted([step for _, step in kinds])
            doubles = [step for step, some in groupby(steps) if len(list(some)) > 1]
            assert not [step for step in doubles if (MISREAD, step) in kinds]


@every_family
def test_it_is_asked_for_where_its_line_comes(family: Family) -> None:
    """The teacher has told all but a fact or two; the student asks for just these, and its twin takes them wrongly."""
    episodes = asking(family)
    primed = [episode for episode in episodes if not episode.arm]
    assert len(primed) >= 8
    assert len(primed) * 2 == len(episodes)
    for episode in primed:
        case, turns = episode.dialogue.case, episode.dialogue.turns
        untold = all_names(case.problem) - case.known
        questions = [turn for turn in turns if turn.act.kind == ASK]
        assert {turn.act.target for turn in questions} == untold
        assert all(case.problem.quantity(name).fact for name in untold)
        assert analyse(case.family, case.problem, case.known).k == len(untold)
        for question in questions:
            sentence = case.family.words(case.problem, case.problem.quantity(question.act.target)).sentence
            assert sentence not in turns[0].text
            reply = turns[turns.index(question) + 1]
            assert reply.act.kind == TELL
            assert sentence in reply.text
        assert turns[-1].correct
    plain = [episode for episode in episodes if episode.arm]
    assert all(episode.dialogue.turns[1].act.slip in (MISREAD, MISREMEMBERED) for episode in plain)


def test_most_questions_of_q_priming_are_for_values() -> None:
    """In families of numbers the default is the student who asks for what nobody has told."""
    kept = list[str]()
    for family in FAMILIES_OF_NUMBERS:
        for number in range(40):
            item = Item("q_priming", 4, number, stream(4, "default", family.name, number),
                        Options(families=(family.name,)), ())
            kept += [episode.student for episode in q_priming.make(item).kept if not episode.arm]
    assert kept.count(q_priming.VALUES) > len(kept) / 2
    assert set(q_priming.WRONG_FIRST) < set(kept)


def test_sml_alludes_now_and_then() -> None:
    options = Options(families=tuple(family.name for family in FAMILIES_OF_NUMBERS))

    def problems(students: Sequence[str]) -> list[Problem]:
        items = [Item("sml", 6, number, stream(6, "sml", number), replace(options, students=tuple(students)), ())
                 for number in range(150)]
        return [episode.dialogue.case.problem for item in items for episode in sml.make(item).kept]

    share = sum([ALLUDED in problem.structure for problem in problems(())]) / 150
    assert 0.05 < share < 0.3
    assert not [problem for problem in problems((sml.SOLVES,)) if ALLUDED in problem.structure]


def test_without_a_share_nothing_alludes() -> None:
    for number in range(40):
        options = Options(families=("linear_system",))
        cast = cast_item(Item("controls", 1, number, stream(1, number), options, ()), (), slips=1)
        assert ALLUDED not in cast.case.problem.structure


def test_roman_numerals() -> None:
    """Read by the rule that a smaller sign before a larger one is taken away."""
    worth = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    for number in range(1, LARGEST + 1):
        signs = [worth[sign] for sign in roman(number)]
        pairs = zip(signs, [*signs[1:], 0], strict=True)
        assert sum([-one if one < after else one for one, after in pairs]) == number
        assert not any(sign * 4 in roman(number) for sign in worth)


def test_families_share_words_and_their_own_come_first() -> None:
    shared = wordings("problems/alluded").sections
    for family in FAMILIES:
        bank = wordings(f"problems/{family.name}")
        assert set(shared) <= set(bank.sections)
        assert bank.sections[f"{MISREAD}.rule"] is shared[f"{MISREAD}.rule"]
    assert "alluded.roman" not in wordings("student/ask")


def test_a_fact_said_again_is_no_result() -> None:
    """A hint may tell the sum that an equation says again; what follows from it may not be told."""
    family = next(family for family in FAMILIES_OF_NUMBERS if family.name == "linear_system")
    tried = 0
    for _, more in alluded(family):
        case = make_case(family, more, Draws(1), leave_facts=1.0)
        untold = {name: str(value) for name, value in more.values.items() if name not in case.known}
        results = {step.value.rpartition("= ")[2] for step in case.right.steps if not untold.keys() & set(step.uses)}
        statement = family.state(more, case.known)
        fresh = [n for n in sorted(results) if len(n) > 2 and n not in statement and n not in untold.values()]
        said = [untold[name] for step in case.right.steps for name in step.uses
                if name in untold and step.value.endswith(f"= {untold[name]}")]
        if not said or not fresh:
            continue
        tried += 1
        before = [Turn("teacher", Act("state"), statement), Turn("student", Act("attempt"), "I have none.")]
        for number, kinds in ((said[0], set()), (fresh[0], {"step"})):
            hint = Turn("teacher", Act("hint"), f"It is {number}.")
            assert {leak.kind for leak in find_leaks(case, [*before, hint])} == kinds
    assert tried > 2


def test_nobody_takes_wrongly_what_is_told() -> None:
    """With all facts told no slip at hand is about one; with all left out some are; who makes none has none at hand."""
    kinds = {share: [slip.kind for family in FAMILIES_OF_NUMBERS for _, more in alluded(family, 20)
                     for slip in make_case(family, more, Draws(2), leave_facts=share, most_slips=9).slips]
             for share in (0.0, 1.0)}
    assert len(kinds[0.0]) > 100
    assert not {MISREAD, MISREMEMBERED} & set(kinds[0.0])
    assert {MISREAD, MISREMEMBERED} <= set(kinds[1.0])
    family = FAMILIES_OF_NUMBERS[0]
    assert not make_case(family, alluded(family, 1)[0][1], Draws(2), leave_facts=1.0, most_slips=0).slips
