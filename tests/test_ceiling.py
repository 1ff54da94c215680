"""The laws of ceilings: bounds are exact, nobody without the information beats them, asking does, leaks are found."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from math import log2, sqrt
from pathlib import Path
from typing import Any

import pytest

from tutelage.building import build, make_item
from tutelage.checking import check
from tutelage.checking.ceiling import row_faults
from tutelage.checking.episodes import Again, again
from tutelage.draws import stream
from tutelage.errors import UsageError
from tutelage.plan import Options, Plan
from tutelage.problems import FAMILIES, family_named
from tutelage.problems.family import all_names
from tutelage.problems.views import Table, tabulate
from tutelage.recipes import ceiling, plan_of
from tutelage.recipes.arms import ARMS, ASK, BARE, FEW_SHOT, FULL, IRRELEVANT, NO_NEWS, PARAPHRASED, PARTIAL, Scene
from tutelage.recipes.bounds import halved, likeliest, settled, untold
from tutelage.recipes.futures import case_in
from tutelage.recipes.recipe import Item
from tutelage.records.episode import Episode
from tutelage.records.schema import episodes_table, native_table, packed_rows
from tutelage.stats.ceiling import standings
from tutelage.talk.acts import STUDENT_VOICES
from tutelage.values import Value

Row = dict[str, Any]
SERVED = ("linear_system", "quadratic_roots", "shortest_path", "spanning_tree", "max_flow", "rulebook")
USUAL = Options()


@cache
def items(count: int, options: Options = USUAL) -> tuple[tuple[Episode, ...], ...]:
    plan = Plan("ceiling", count, 7, options)
    return tuple(make_item(ceiling.RECIPE, plan, number, ()).kept for number in range(count))


def rows_of(count: int, options: Options = USUAL) -> list[Row]:
    return [dict(row) for made in items(count, options) for episode in made for row in episode.native["ceiling"]]


def scene(number: int, family: str = "rulebook") -> Scene:
    options = Options(families=(family,))
    found = ceiling._scene(Item("ceiling", 8, number, stream(8, "scene", number), options, ()))
    assert found is not None
    return found


# --- the bounds ------------------------------------------------------------------------------------------------------

def tables() -> list[Table]:
    """Views of several families with one and two quantities hidden."""
    out = []
    families = "rulebook", "linear_system", "shortest_path", "knights_knaves"
    for name, level, hide in product(families, (1, 3, 5), (1, 2)):
        family = family_named(name)
        draws = stream(9, name, level, hide)
        problem = family.draw(draws, level)
        table = tabulate(family, problem, all_names(problem) - {q.name for q in draws.sample(problem.quantities, hide)})
        if len(table.codes) <= 250:
            out.append(table)
    return out


def bits(answers: list[Value]) -> float:
    return sum(n / len(answers) * log2(len(answers) / n) for n in Counter(answers).values())


def test_bounds_are_those_of_the_definition() -> None:
    """Counted over the rows of the table: the most frequent answer, and over each true value and each other one."""
    parted = 0
    for table in tables():
        rows = table.rows
        answers = [answer for _, answer in rows]
        bare = untold(table)
        assert bare.ceiling == Fraction(max(Counter(answers).values()), len(answers))
        assert bare.entropy == pytest.approx(bits(answers), abs=1e-9)
        assert settled(table) == (1, 0.0)
        for column, name in enumerate(table.hidden):
            values = list(dict.fromkeys(choice[column] for choice, _ in rows))
            if len(values) < 2:
                continue
            expected, entropy = Fraction(0), 0.0
            for (choice, _), other in product(rows, values):
                if other != choice[column]:
                    left = [answer for each, answer in rows if each[column] in (choice[column], other)]
                    weight = Fraction(1, len(rows) * (len(values) - 1))
                    expected += weight * Fraction(max(Counter(left).values()), len(left))
                    entropy += float(weight) * bits(left)
            found = halved(table, name)
            assert found.ceiling == expected >= bare.ceiling
            assert found.entropy == pytest.approx(entropy, abs=1e-9)
            assert found.entropy <= bare.entropy + 1e-9
            parted += 1
    assert parted > 20


def test_the_likeliest_is_one_of_the_most_frequent() -> None:
    for number, table in enumerate(tables()):
        counts = Counter(answer for _, answer in table.rows)
        drawn = {table.value(table.keys[table.codes[likeliest(table, stream(2, number, i))]]) for i in range(12)}
        assert {counts[answer] for answer in drawn} == {max(counts.values())}


# --- the rows --------------------------------------------------------------------------------------------------------

def test_what_rows_there_are() -> None:
    """A row for each arm of an item, three paraphrases; what is told rises from nothing to all, so does the ceiling."""
    for made in items(40):
        assert [episode.arm for episode in made] == ["", BARE, FULL]
        rows = [row for episode in made for row in episode.native["ceiling"]]
        by_arm = {arm: [row for row in rows if row["arm"] == arm] for arm in ARMS}
        assert [len(by_arm[arm]) for arm in ARMS] == [1, 1, 3, 1, 1, 1, 1]
        assert len({row["prompt"] for row in (*by_arm[BARE], *by_arm[PARAPHRASED])}) == 4
        bare, part = by_arm[BARE][0], by_arm[PARTIAL][0]
        assert bare["ceiling_acc"] <= part["ceiling_acc"] < 1
        assert bare["entropy"] == pytest.approx(part["entropy_after"] + part["bits"])
        for arm in NO_NEWS:
            assert all((row["bits"], row["ceiling_acc"], row["informs"]) == (0, bare["ceiling_acc"], False)
                       for row in by_arm[arm])
        for arm in (ASK, FULL):
            assert (by_arm[arm][0]["bits"], by_arm[arm][0]["ceiling_acc"]) == (bare["entropy"], 1)
            assert by_arm[arm][0]["right"]
        assert all(row["prompt"].endswith(bare["prompt"]) for row in by_arm[FEW_SHOT])
        assert by_arm[FULL][0]["prompt"] != bare["prompt"] == by_arm[ASK][0]["prompt"]


def test_nothing_untold_decides_what_is_said() -> None:
    """Who can't ask says the same whatever the hidden values are: prompts, hints and guesses, word for word."""
    for number in range(12):
        found = scene(number)
        said = set()
        for world in (0, len(found.table.codes) // 2, len(found.table.codes) - 1):
            case = case_in(found.case, found.table, world)
            turn = ceiling.bet(case, found.table, stream(3, number), STUDENT_VOICES[0])
            said.add((case.family.state(case.problem, case.known), turn.text, turn.act.answer))
        assert len(said) == 1


@pytest.mark.laws
def test_hidden_values_are_drawn_evenly(size: Callable[[int, int], int]) -> None:
    """The place of the truth among the completions is uniform: its mean and its spread are within four sigmas."""
    count, ranks = size(250, 5_000), list[float]()
    for number in range(count):
        found, place = scene(number), 0
        for name, domain in zip(found.table.hidden, found.table.domains, strict=True):
            place = place * len(domain) + domain.index(found.case.problem.values[name])
        ranks.append((place + stream(4, number).random()) / len(found.table.codes))
    assert abs(sum(ranks) / count - 0.5) < 4 / sqrt(12 * count)
    assert abs(sum((rank - 0.5) ** 2 for rank in ranks) / count - 1 / 12) < 4 / sqrt(180 * count)


@pytest.mark.laws
def test_no_information_no_accuracy(size: Callable[[int, int], int]) -> None:
    """Arms that tell nothing stay within the ceiling (99 %), as good as can be; asking comes up to the whole book."""
    found = standings(rows_of(size(200, 20_000)))
    assert set(found) == set(ARMS)
    for arm in (*NO_NEWS, PARTIAL):
        assert not found[arm].leaks
        assert found[arm].low <= found[arm].accuracy <= found[arm].high < 1
    assert found[ASK].accuracy >= 0.95 * found[FULL].accuracy > 0.9
    assert found[BARE].ceiling < found[PARTIAL].ceiling < found[ASK].accuracy
    assert found[BARE].bits == 0 < found[PARTIAL].bits < found[FULL].bits == found[ASK].bits


@pytest.mark.parametrize("arm", [*NO_NEWS, PARTIAL])
def test_a_planted_leak_is_found(arm: str) -> None:
    """An answerer that peeks in one case of five is right more often than it can be, in its arm and no other."""
    rows = rows_of(200)
    for row in rows:
        if row["arm"] == arm and stream(5, row["item"], row["number"]).chance(0.2):
            row["right"] = True
    assert [name for name, each in standings(rows).items() if each.leaks] == [arm]


# --- checking --------------------------------------------------------------------------------------------------------

def test_a_build_is_clean(tmp_path: Path) -> None:
    build(Plan("ceiling", 14, 21), tmp_path / "out", workers=1)
    found = check(tmp_path / "out", workers=1)
    assert found.faults == ()
    assert found.checked["ceiling rows"] == 14 * 9


def bare_of(number: int) -> tuple[Row, Again, list[Row]]:
    """The bare episode of an item, again, with the rows that it brings."""
    packed = packed_rows([items(40)[number][1]])
    episode = episodes_table(packed).to_pylist()[0]
    found = again(episode)
    assert isinstance(found, Again)
    return episode, found, native_table("ceiling", packed).to_pylist()


def change(rows: list[Row], arm: str, **columns: Any) -> None:
    next(row for row in rows if row["arm"] == arm).update(columns)


def kinds(episode: Row, found: Again, rows: list[Row]) -> set[tuple[str, str]]:
    return {(rows[place]["arm"] if place >= 0 else "", kind)
            for place, kind, _ in row_faults(rows, episode, found, set())}


@pytest.mark.parametrize(("arm", "column", "value", "kind"), [
    (BARE, "ceiling_acc", 0.9, "row"), (BARE, "entropy", 0.1, "row"), (PARTIAL, "ceiling_acc", 0.9, "row"),
    (PARTIAL, "best", 0.9, "row"), (PARTIAL, "bits", 9.0, "row"), (PARAPHRASED, "completions", 1, "row"),
    (FEW_SHOT, "informs", True, "row"), (BARE, "said", "nothing", "row"), (IRRELEVANT, "prompt", "What?", "prompt"),
    (PARAPHRASED, "wording", "{}", "prompt"), (FEW_SHOT, "examples", [], "prompt"), (BARE, "prompt", "What?", "prompt"),
])
def test_wrong_rows_are_found(arm: str, column: str, value: Any, kind: str) -> None:
    episode, found, rows = bare_of(3)
    assert kinds(episode, found, rows) == set()
    change(rows, arm, **{column: value})
    assert (arm, kind) in kinds(episode, found, rows)


def test_wrong_verdicts_and_hints_are_found() -> None:
    """A wrong answer that counts as right, a hint with the value in it, two values without the true one."""
    episode, found, rows = next(bare_of(n) for n in range(20) if not bare_of(n)[2][0]["right"])
    again_rows = copy.deepcopy(rows)
    change(rows, BARE, right=True)
    assert kinds(episode, found, rows) == {(BARE, "verdict")}
    case, rows = found.case, again_rows
    name = rows[0]["hidden"][0]
    quantity = case.problem.quantity(name)
    hint = case.family.words(case.problem, quantity).sentence
    change(rows, IRRELEVANT, prompt=f"{rows[0]['prompt']}\n\nA hint: {hint}")
    assert (IRRELEVANT, "prompt") in kinds(episode, found, rows)
    rows = copy.deepcopy(again_rows)
    part = json.loads(next(row for row in rows if row["arm"] == PARTIAL)["narrowed"])
    truth = case.problem.values[part["name"]]
    others = [value for value in case.problem.quantity(part["name"]).domain if value != truth][:2]
    change(rows, PARTIAL, narrowed=json.dumps({"name": part["name"], "values": others}))
    assert (PARTIAL, "prompt") in kinds(episode, found, rows)


def test_a_statement_that_gives_it_away_is_found() -> None:
    """A family whose statement hangs on what it hides: the check sees that another value would have read otherwise."""
    episode, found, rows = bare_of(2)
    family, name = found.case.family, rows[0]["hidden"][0]

    def telling(problem: Any, known: Any) -> str:
        told = problem.values.get(name) == found.case.problem.values[name]
        return family.state(problem, known) + " " * told

    leaky = found._replace(case=found.case._replace(family=replace(family, state=telling)))
    assert ("", "prompt") in kinds(episode, leaky, rows)


# --- what it can be made of ------------------------------------------------------------------------------------------

def test_families_that_serve() -> None:
    """Those whose hidden values can be drawn anew; the others are refused with the names of those that do."""
    for family in FAMILIES:
        if family.name in SERVED:
            assert plan_of("ceiling", 1, {"families": (family.name,)})
        else:
            with pytest.raises(UsageError, match=f"family '{family.name}' has no private.*{', '.join(SERVED)}"):
                plan_of("ceiling", 1, {"families": (family.name,)})
    with pytest.raises(UsageError, match=r"source='gsm8k:x' cannot serve ceiling.*rulebook"):
        plan_of("ceiling", 1, {"source": "gsm8k:x"})


@pytest.mark.parametrize("family", SERVED)
def test_other_families(family: str) -> None:
    """Rows of every family that serves are clean."""
    for made in items(4, Options(families=(family,))):
        for episode in made:
            packed = packed_rows([episode])
            row = episodes_table(packed).to_pylist()[0]
            found = again(row)
            assert isinstance(found, Again)
            assert list(row_faults(native_table("ceiling", packed).to_pylist(), row, found, set())) == []
