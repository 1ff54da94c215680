"""What only the family `parts` promises, and the student made for it, who asks where a value is wanting."""

from __future__ import annotations

from tutelage.building import make_item
from tutelage.draws import stream
from tutelage.plan import Options, Plan
from tutelage.problems.arithmetic.parts import FAMILY
from tutelage.problems.family import all_names
from tutelage.problems.knowledge.allusions import SIGNS, allusions
from tutelage.problems.knowledge.part_facts import FACTS, PLACES, WRONG
from tutelage.recipes import q_priming, recipe_named, sml
from tutelage.recipes.recipe import Item
from tutelage.records.episode import Episode
from tutelage.talk.acts import ASK
from tutelage.talk.case import first_untold
from tutelage.values import Problem


def problems(level: int, count: int = 60) -> list[Problem]:
    return [FAMILY.draw(stream(5, "parts", level, i), level) for i in range(count)]


def asking(count: int = 60) -> list[Episode]:
    """The main arm of `q_priming` with the student that asks for values."""
    options = Options(families=("parts",), students=(q_priming.VALUES,))
    items = [Item("q_priming", 3, i, stream(3, "asking", i), options, ()) for i in range(count)]
    return [episode for item in items for episode in q_priming.make(item).kept if not episode.arm]


def test_there_is_much_to_know() -> None:
    """Forty facts or more, each with what it is taken for; no place has a known number of anything."""
    assert len(FACTS) >= 40
    assert all(len(numbers) > 1 and numbers[0] not in numbers[1:] for numbers in WRONG.values())
    assert not {owner for owner, _ in FACTS} & PLACES.keys()


def test_allusions_say_the_number_and_no_digit() -> None:
    """Each way of saying a number is one number's alone, and none but an hour of the clock holds a digit."""
    for way, said in SIGNS.items():
        assert len(set(said.values())) == len(said)
        assert way == "clock" or not any(sign.isdigit() for words in said.values() for sign in words)
    assert {way for value in range(2, 31) for way, *_ in allusions(value, ())} == {*SIGNS, "like"}
    assert ("like", "spider", "leg") in allusions(8, ())
    assert ("like", "spider", "leg") not in allusions(8, ("spider",))


def test_what_matters_is_named_in_the_question() -> None:
    """So that it can be asked for where no other sentence speaks of it."""
    for problem in problems(2) + problems(4):
        question = FAMILY.state(problem, frozenset()).rsplit(". ", 1)[-1]
        for chain in problem.structure["chains"]:
            assert all(noun[:-1] in question for noun in chain)


def test_the_number_of_lines_tells_nothing() -> None:
    """Idle lines make a statement that lacks a premise as long as complete ones are."""
    drawn = problems(1, 200)
    lengths = {len(problem.structure["lines"]) - hidden for problem in drawn for hidden in (0, 1)}
    assert lengths >= {2, 3, 4}
    assert any(not line[3] and line[5] for problem in drawn for line in problem.structure["lines"])


def test_values_are_asked_for_where_they_are_wanting_and_nowhere_else() -> None:
    """Every untold value once, in the order of the work, none that is told; nothing but the answer is said besides."""
    numbers = set[int]()
    for episode in asking():
        case, told = episode.dialogue.case, frozenset[str]()
        students = [turn for turn in episode.dialogue.turns if turn.role == "student"]
        for turn in students[:-1]:
            gap = first_untold(case, told)
            assert gap is not None
            assert (turn.act.kind, turn.act.target) == (ASK, gap[1])
            assert all(step.line in " ".join(each.text for each in students) for step in case.right.steps[:gap[0]])
            told |= {turn.act.target}
        assert first_untold(case, told) is None
        assert students[-1].correct
        numbers.add(len(students) - 1)
    assert numbers >= {1, 2}


def test_all_is_told_where_everybody_solves() -> None:
    """`sml --students solves` has nobody who could ask: nothing is left to knowledge there, elsewhere some is."""
    for students, some in ((("solves",), False), (("solves", "asks_for_values"), True)):
        options = Options(families=("parts",), students=students)
        made = [e for i in range(40) for e in sml.make(Item("sml", 1, i, stream(1, "all", i), options, ())).kept]
        assert any(e.dialogue.case.known != all_names(e.dialogue.case.problem) for e in made) == some


def test_a_statement_that_tells_no_number_has_its_dialogue() -> None:
    """Where all is knowledge and none of it recalled, nothing stands there to be asked for again."""
    plan = Plan("sml", 150, 11, Options(families=("parts",), levels=(1,), students=("over_asker",)))
    made = [episode for number in range(150) for episode in make_item(recipe_named("sml"), plan, number, ()).kept]
    assert any(not episode.dialogue.case.known for episode in made)
    assert any(episode.dialogue.turns[1].act.kind == "ask" for episode in made)
