"""What only the family `scores` promises."""

from __future__ import annotations

from tutelage.draws import stream
from tutelage.problems.arithmetic.score_facts import FACTS, HOUSE, KNOWN, POINT, WRONG, plural
from tutelage.problems.arithmetic.scores import FAMILY
from tutelage.values import Problem


def problems(level: int, count: int = 60) -> list[Problem]:
    return [FAMILY.draw(stream(5, "scores", level, i), level) for i in range(count)]


def test_a_move_is_worth_one_thing() -> None:
    """No two games name a move alike, the house has moves of its own, and a mistaken worth is another number."""
    assert len(FACTS) == sum(len(moves) for moves in KNOWN.values())
    assert not set(HOUSE) & set(FACTS)
    assert all(len(numbers) > 1 and numbers[0] not in numbers[1:] for numbers in WRONG.values())
    assert len({plural(move) for move in (*HOUSE, *FACTS)}) == len(HOUSE) + len(FACTS)


def test_what_matters_is_named_in_the_question() -> None:
    """All sides, all moves, and the game where what is known of it may be left out."""
    for problem in [p for level in (1, 2, 3, 4, 5) for p in problems(level, 40)]:
        structure, question = problem.structure, problem.question.lower()
        assert structure["game"].lower() in question
        assert structure["game"] or not any(q.name.removesuffix(f"_{POINT}") in FACTS for q in problem.quantities)
        for side, moves in structure["sides"]:
            assert side.lower() in question
            assert all(plural(move) in question for move in moves)


def test_points_by_hand() -> None:
    """4 tries and 3 conversions are 26 points; 2 goals of 3 and 5 saves of 4, less 3 laps of 2, are 20; leads."""
    def solved(sides: list[list[object]], lost: int, **values: int) -> object:
        return FAMILY.solve({"sides": sides, "lost": lost}, values)

    assert solved([["Reds", ["try", "conversion"]]], 0, Reds_try=4, Reds_conversion=3, try_point=5,
                  conversion_point=2) == 26
    assert solved([["Foxes", ["goal", "save", "lap"]]], 1, Foxes_goal=2, Foxes_save=5, Foxes_lap=3, goal_point=3,
                  save_point=4, lap_point=2) == 20
    assert solved([["Reds", ["try"]], ["Blues", ["try"]]], 0, Reds_try=4, Blues_try=1, try_point=5) == 15
