"""The laws of collaborative: values are exact, simulations agree, pairs follow from the values, faults are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tutelage.building import build, make_item
from tutelage.checking import check
from tutelage.checking.episodes import again
from tutelage.checking.own import own_table
from tutelage.draws import Draws, stream
from tutelage.errors import UsageError
from tutelage.plan import Options, Plan
from tutelage.problems import FAMILIES, family_named
from tutelage.problems.family import Family, Posed, all_names
from tutelage.problems.reading.answers import same
from tutelage.problems.views import Table, given, tabulate
from tutelage.problems.views.values import UNIT, Asked, Values
from tutelage.recipes import recipe_named
from tutelage.recipes.collaborative import RECIPE, _pick_hidden
from tutelage.recipes.futures import TIE, case_in
from tutelage.recipes.recipe import check_options
from tutelage.recipes.underspecified import facts_of, most_hidden, pick_hidden
from tutelage.recipes.weighing import Made, Weigher, number_of
from tutelage.records.candidates import CANDIDATES
from tutelage.records.collaborative import COLLABORATIVE
from tutelage.records.schema import episodes_table, native_table, packed_rows
from tutelage.records.trainers import Given, view_named
from tutelage.talk import candidates as say
from tutelage.talk.acts import STATE, STUDENT_VOICES
from tutelage.talk.mind import Mind
from tutelage.talk.statements import statement_of
from tutelage.values import Act, Problem, Turn

Row = dict[str, Any]
USUAL = Options()
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
WINDOWS = (1, 2, 3, 4)


@cache
def tables(family: Family) -> list[tuple[Problem, Table]]:
    """Views of a family with one, two and three premises hidden, small enough for the naive recursion."""
    out = []
    for k in (1, 2, 3):
        for number in range(40):
            problem = family.draw(stream(4, "values", family.name, number), 1 + number % 5)
            hidden = pick_hidden(facts_of(Posed(family, problem, "")), stream(5, family.name, number), k)
            if hidden:
                table = tabulate(family, problem, all_names(problem) - set(hidden))
                if len(table.codes) <= 800:
                    out.append((problem, table))
                    break
    return out


def costs(table: Table, draws: Draws) -> dict[str, list[int]]:
    """Costs of asking that differ from value to value, some of them high."""
    return {name: [draws.choice((0, 150, 400, 401, 2_500)) for _ in domain]
            for name, domain in zip(table.hidden, table.domains, strict=True)}


def naive(table: Table, asking: dict[str, list[int]], window: int) -> Fraction:
    """V_w by its definition, with fractions, going through the rows of the table."""
    answers = [answer for _, answer in table.rows]
    best = Fraction(max(Counter(answers).values()), len(answers))
    for name, domain in zip(table.hidden, table.domains, strict=True) if window else ():
        if len(domain) == 1:
            continue
        total = Fraction(0)
        for place, value in enumerate(domain):
            part = given(table, {name: [value]})
            rest = {**asking, name: [asking[name][place]]}
            if part.rows:
                worth = naive(part, rest, window - 1) - Fraction(asking[name][place], UNIT)
                total += worth * Fraction(len(part.rows), len(answers))
        best = max(best, total)
    return best


@EACH
def test_values_are_those_of_the_definition(family: Family) -> None:
    """The dynamic program against the naive recursion, on every window, before and after something was told."""
    assert tables(family)
    for number, (problem, table) in enumerate(tables(family)):
        asking = costs(table, stream(6, family.name, number))
        values = Values(table, asking, 3)
        for window in (0, 1, 2, 3) if len(table.codes) < 200 else (0, 1):
            assert values.value({}, window) == naive(table, asking, window)
        name = table.hidden[0]
        value = problem.quantity(name).value
        told = given(table, {name: [value]})
        costs_left = {**asking, name: [0]}
        assert values.value({name: value}, 2) == naive(told, costs_left, 2)


@EACH
def test_looking_further_ahead_is_never_worth_less(family: Family) -> None:
    """V does not decrease in the window, and with as many questions as premises it is what being told all is worth."""
    for number, (_, table) in enumerate(tables(family)):
        for asking in (costs(table, stream(7, family.name, number)), {n: [0] * len(d) for n, d in
                                                                     zip(table.hidden, table.domains, strict=True)}):
            values = Values(table, asking, 5)
            worth = [values.value({}, window) for window in range(6)]
            assert worth == sorted(worth)
            assert values.answer({}) == worth[0] < 1
        assert worth[len(table.hidden):] == [1] * (6 - len(table.hidden))  # asking costs nothing in the second


@EACH
def test_the_plan_brings_what_it_is_worth(family: Family) -> None:
    """Played in every world, a question and the plan after it bring on average the sum over the replies."""
    for number, (_, table) in enumerate(tables(family)):
        asking = costs(table, stream(8, family.name, number))
        values = Values(table, asking, 3)
        for names in ((), table.hidden[:1], table.hidden[-2:]):
            asked = Asked(tuple(names), 321, {name: asking[name] for name in names}, 1_900)
            returns = values.asking({}, asked)
            assert returns.mean == values.question({}, asked)
            assert returns.worlds.tolist() == values.worlds({})
            assert values.cost({}, asked) <= Fraction(1_900, UNIT)
            exact = [Fraction(value, UNIT) for value in returns.values.tolist()]
            variance = sum([(value - returns.mean) ** 2 for value in exact], Fraction(0)) / len(exact)
            assert returns.deviation == pytest.approx(float(variance) ** 0.5, abs=1e-7)


def test_beliefs_that_there_are_not() -> None:
    family = family_named("linear_system")
    table = tabulate(family, family.draw(stream(1, "x"), 1), frozenset())
    free = {name: [0] * len(domain) for name, domain in zip(table.hidden, table.domains, strict=True)}
    with pytest.raises(UsageError, match="window=0 looks at no question"):
        Values(table, free, 0)
    with pytest.raises(UsageError, match=r"costs .* not one for each of its"):
        Values(table, {**free, table.hidden[0]: [1]}, 1)
    with pytest.raises(UsageError, match="none below 0"):
        Values(table, {**free, table.hidden[0]: [-1] * len(table.domains[0])}, 1)
    with pytest.raises(UsageError, match="'nobody' is not hidden"):
        Values(table, free, 1).value({"nobody": 1})
    with pytest.raises(UsageError, match="cannot be 10000019"):
        Values(table, free, 1).value({table.hidden[0]: 10_000_019})
    with pytest.raises(UsageError, match="contradicts itself"):
        Values(table._replace(codes=[-1] * len(table.codes)), free, 1)


# --- the rows --------------------------------------------------------------------------------------------------------

@cache
def episodes(count: int, options: Options = USUAL, seed: int = 9) -> list[Any]:
    plan = Plan("collaborative", count, seed, options)
    return [e for n in range(count) for e in make_item(recipe_named("collaborative"), plan, n, ()).kept]


def rows_of(count: int, options: Options = USUAL) -> list[Row]:
    return [row for e in episodes(count, options) for row in e.native["candidates"]]


def at_turns(rows: Sequence[Row]) -> list[list[Row]]:
    turns: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        turns.setdefault((row["conv"], row["turn"]), []).append(row)
    return list(turns.values())


def test_what_candidates_there_are() -> None:
    """All kinds occur; an answer stands only where all is told, and is right; a dialogue goes on with one candidate."""
    rows = rows_of(60)
    assert {row["kind"] for row in rows} == set(say.KINDS)
    for turn in at_turns(rows):
        kinds = [row["kind"] for row in turn]
        assert len(set(kinds)) == len(kinds)
        assert ("answer" in kinds) != ({"good", "long_winded"} <= set(kinds))
        assert sum(row["played"] for row in turn) == 1
        assert not any(row["played"] for row in turn if row["kind"] == "premature")
        assert [row["number"] for row in turn] == list(range(len(turn)))
        assert all(row["mr_belief"] == 1 for row in turn if row["kind"] == "answer")
    first = [next(n for n, row in enumerate(turn) if row["kind"] in ("good", "answer")) for turn in at_turns(rows)]
    assert len(set(first)) > 3  # the place does not tell


def test_pairs_follow_from_the_values() -> None:
    """The best candidate against each that is worth less by the tie or more; the others say how close they are."""
    ties = 0
    for turn in at_turns(rows_of(60)):
        best = max(turn, key=lambda row: row["score"])
        for row in turn:
            assert row["score"] == row["mr_belief"] > -1 < row["mr_realised"]
            assert row["luck"] == pytest.approx(row["mr_realised"] - row["mr_belief"])
            gap = best["score"] - row["score"]
            if row["side"] == "rejected":
                assert turn[row["pair"]]["side"] == "chosen"
                assert gap == pytest.approx(turn[row["pair"]]["score"] - row["score"])
                assert gap >= float(TIE) - 1e-9
            elif row["side"] == "chosen":
                assert gap == 0
            elif len(turn) > 1 and row["score"] < best["score"]:
                assert gap < float(TIE)
                assert row["note"].startswith("tie with")
                ties += 1
    assert ties


def test_needless_questions_lose_and_length_does() -> None:
    """A question that tells nothing new is worth less than a good one by what it costs; the same at length by less."""
    for turn in at_turns(rows_of(60)):
        worth = {row["kind"]: row for row in turn}
        for kind in {"redundant", "distractor"} & set(worth):
            assert worth[kind]["ig_bits"] == 0 < worth[kind]["cost"]
            assert worth[kind]["side"] == "rejected"
        if "good" in worth:
            assert worth["long_winded"]["score"] < worth["good"]["score"]
            assert worth["long_winded"]["ig_bits"] >= worth["good"]["ig_bits"] - 1e-6


@EACH
def test_nothing_untold_is_used(family: Family) -> None:
    """The candidates of the first turn, and what they are worth, are the same in any world that could be."""
    compared = 0
    for episode in episodes(4, Options(families=(family.name,))):
        case, table = episode.dialogue.case, episode.dialogue.table
        premises = [q.name for q in case.problem.quantities if not q.fact]
        truth = number_of(table, case.problem.values)
        others = [n for n, code in enumerate(table.codes) if code >= 0 and code != table.codes[truth]]
        made = []
        for world in (truth, others[0], others[-1]):
            there = case_in(case, table, world)
            if statement_of(there) != statement_of(case):
                continue  # what is told is worded otherwise where something else holds
            mind = Mind(there, stream(1, "mind"), STUDENT_VOICES[3])
            weigher = Weigher(there, mind, table, 3, premises, premises[:1])
            belief = weigher.belief([Turn("teacher", Act(STATE), statement_of(there))])
            made.append([(each.made.kind, each.made.turn.text.split(), each.belief, each.cost)
                         for each in weigher.candidates(belief, stream(2, "candidates"))])
        assert all(each == made[0] for each in made)
        compared += len(made) - 1
    assert compared


def test_an_answer_that_is_rounded_is_several() -> None:
    """An answer is right wherever the judge takes it: rounded to two digits, that of more than one world."""
    several = 0
    for episode in episodes(24, Options(families=("rates",))):
        case, table = episode.dialogue.case, episode.dialogue.table
        mind = Mind(case, stream(1, "mind"), STUDENT_VOICES[0])
        weigher = Weigher(case, mind, table, 3, [], [])
        belief = weigher.belief([Turn("teacher", Act(STATE), statement_of(case))])
        values = {code: table.value(key) for code, key in enumerate(table.keys)}
        texts = Counter([f"{float(value):.2f}" for value in values.values() if isinstance(value, Fraction)])
        for text in [text for text, count in texts.items() if count > 1][:3]:
            own = next(code for code, v in values.items() if isinstance(v, Fraction) and f"{float(v):.2f}" == text)
            made = Made(say.PREMATURE, Turn("student", Act("guess", answer=text), text), say.state_of(mind),
                        list(table.codes).index(own))
            due = {code for code, value in values.items() if same("number", value, text)}
            assert weigher.right(belief, made) == due | {own}
            several += len(due) > 1
    assert several


@pytest.mark.laws
def test_simulations_agree(size: Callable[[int, int], int]) -> None:
    """In 99 % of the rows the simulation is within four standard errors of the exact value."""
    rows = rows_of(size(60, 3_000))
    far = [row for row in rows if abs(row["mr_mc"] - row["mr_belief"]) > 4 * row["mr_mc_se"] + 1e-9]
    assert len(far) <= 0.01 * len(rows)
    assert any(row["mr_mc_se"] for row in rows)


@pytest.mark.laws
def test_identical_candidates(size: Callable[[int, int], int]) -> None:
    """Pairs from three sampled futures prefer one of three identical candidates to another; exact values never do.

    Three identical premature answers of chance p, three futures each: their means differ unless all three agree.
    """
    draws, preferred, luck, count = stream(3, "identical"), 0, Fraction(0), 0
    for episode in episodes(size(60, 600)):
        for row in episode.native["candidates"]:
            p = row["mr_belief"]
            if row["kind"] != "premature" or not 0.3 < p < 0.7:
                continue
            count += 1
            means = [sum(draws.chance(p) for _ in range(3)) / 3 for _ in range(3)]
            preferred += max(means) - min(means) > 0.1
            luck += Fraction(max(means)) - Fraction(min(means))
    assert count >= 5
    assert preferred / count > 0.6  # 89 % at p = 1/2; exact values of identical candidates differ in none


def test_chance_of_luck() -> None:
    """The share of groups of three identical candidates with p = 1/2 that three sampled futures pair: 89 %."""
    chances = [Fraction(1, 8), Fraction(3, 8), Fraction(3, 8), Fraction(1, 8)]  # of a mean of 0, 1/3, 2/3, 1
    assert round(float(1 - sum([chance ** 3 for chance in chances])), 2) == 0.89


def test_futures_are_played_as_they_are_reckoned() -> None:
    """What the futures brought is what is said of them; those of questions are dialogues, those of answers are over."""
    for episode in episodes(24):
        for row, native in zip(episode.native["candidates"], episode.native["collaborative"], strict=True):
            assert native["id"] == row["id"]
            assert native["score"] == row["score"]
            assert len(native["futures"]) == 3
            for future, value, right in zip(native["futures"], native["rewards"]["MR"], native["rewards"]["accuracy"],
                                            strict=True):
                assert [m["role"] for m in future] == ["user", "assistant"] * (len(future) // 2)
                assert bool(future) == (row["act"] == "ask")
                assert right - 1 < value <= right
            if row["act"] == "ask" and row["mr_mc_se"] == 0:
                assert native["rewards"]["MR"] == pytest.approx([row["mr_belief"]] * 3)


def test_the_native_view_has_the_published_columns() -> None:
    """Types and names of collabllm-multiturn-math-hard; each session is the conversation in which it was tried."""
    rows = packed_rows(episodes(12))
    batch = native_table("collaborative", rows)
    for part in (batch, batch.slice(7, 20), batch.slice(0, 0)):
        made = view_named("collabllm").make(part, Given(Options(), "train"))
        made.validate(full=True)
        assert made.schema.names == ["prompt", "completion", "conv_id", "score", "single_turn_prompt",
                                     "single_turn_completion", "single_turn_metadata", "turn_id", "sessions", "rewards"]
        said = pa.struct([("content", pa.string()), ("role", pa.string())])
        assert made.schema.field("sessions").type == pa.list_(pa.list_(said))
        for row, stored in zip(made.to_pylist(), part.to_pylist(), strict=True):
            candidate = {"content": row["completion"], "role": "assistant"}
            assert row["sessions"] == [[*row["prompt"], candidate, *future] for future in stored["futures"]]
            assert row["turn_id"] == len(row["prompt"])


# --- checking --------------------------------------------------------------------------------------------------------

def test_a_build_is_clean(tmp_path: Path) -> None:
    build(Plan("collaborative", 40, 21, Options(levels=(1, 2, 3))), tmp_path / "out", workers=1)
    found = check(tmp_path / "out", workers=1)
    assert found.faults == ()
    assert found.checked["candidates rows"] == found.checked["collaborative rows"] > 300


def faults_after(change: Callable[[list[Row], list[Row]], None]) -> set[str]:
    """The faults, and where, after some rows of an episode with few worlds were changed."""
    packed = packed_rows([next(e for e in episodes(24) if len(e.dialogue.table.codes) < 100)])
    episode = episodes_table(packed).to_pylist()[0]
    rows = native_table("candidates", packed).to_pylist()
    native = native_table("collaborative", packed).to_pylist()
    change(rows, native)
    found, out = again(episode), set[str]()
    for config, some in (("candidates", rows), ("collaborative", native)):
        table = own_table("collaborative", config)
        assert table is not None
        assert not isinstance(found, str)
        out |= {f"{config} {what}" for _, _, what in table.faults(some, episode, found, set())}
    return out


def of_kind(rows: list[Row], kind: str) -> Row:
    return [row for row in rows if row["kind"] == kind][-1]  # the last, of which most is known


def swap(rows: list[Row]) -> None:
    worse = next(row for row in rows if row["side"] == "rejected")
    better = next(row for row in rows if (row["turn"], row["number"]) == (worse["turn"], worse["pair"]))
    better.update(side="rejected", pair=worse["number"])
    worse.update(side="chosen", pair=worse["number"])


PLANTED: dict[str, tuple[Callable[[list[Row], list[Row]], object], str]] = {
    "score": (lambda rows, native: of_kind(rows, "good").update(score=0.5), "score is"),
    "value": (lambda rows, native: of_kind(rows, "good").update(mr_belief=0.5), "mr_belief is"),
    "pair": (lambda rows, native: swap(rows), "by the values"),
    "luck": (lambda rows, native: of_kind(rows, "premature").update(mr_realised=0.5), "mr_realised is"),
    "simulation": (lambda rows, native: of_kind(rows, "good").update(mr_mc=0.2), "simulated again"),
    "error": (lambda rows, native: of_kind(rows, "premature").update(mr_mc_se=0.4), "mr_mc_se is"),
    "bits": (lambda rows, native: of_kind(rows, "good").update(ig_bits=9.0), "ig_bits is"),
    "entropy": (lambda rows, native: of_kind(rows, "good").update(entropy=9.0), "entropy is"),
    "prompt": (lambda rows, native: rows[0]["prompt"][0].update(content="?"), "prompt is"),
    "kind": (lambda rows, native: of_kind(rows, "redundant").update(kind="good"), "is labelled 'good'"),
    "answer": (lambda rows, native: of_kind(rows, "answer").update(completion="That's it."), "in words that don't"),
    "question": (lambda rows, native: of_kind(rows, "redundant").update(completion="What?"), "in words that don't"),
    "played": (lambda rows, native: rows[0].update(played=not rows[0]["played"]), "not one candidate"),
    "window": (lambda rows, native: rows[0].update(policy="collaborates"), "not the same"),
    "turn": (lambda rows, native: rows[0].update(turn=9), "turn 9 is none of the dialogue's"),
    "native score": (lambda rows, native: native[0].update(score=0.123), "score is 0.123"),
    "native row": (lambda rows, native: native.pop(), "one by one"),
    "statement": (lambda rows, native: native[0].update(single_turn_prompt=""), "single_turn_prompt is"),
    "solution": (lambda rows, native: native[0].update(single_turn_completion="42"), "is not the worked solution"),
    "future": (lambda rows, native: native[0]["futures"][0].append({"content": "?", "role": "user"}), "no dialogue"),
    "futures": (lambda rows, native: native[0]["futures"].pop(), "has its rewards"),
    "reward": (lambda rows, native: native[0]["rewards"].update(MR=[7.0] * 3), "can't be worth"),
    "words": (lambda rows, native: native[0]["rewards"].update(token_amount=[0.0] * 3), "token_amount is"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_faults_are_found(name: str) -> None:
    change, what = PLANTED[name]
    assert faults_after(lambda rows, native: None) == set()
    assert any(what in fault for fault in faults_after(lambda rows, native: change(rows, native) and None))


# --- options ---------------------------------------------------------------------------------------------------------

def test_windows_that_are_too_short() -> None:
    """A window of 0 is none; one that is shorter than the premises missing makes guessing look as good as asking."""
    with pytest.raises(UsageError, match=r"window=0 is not in 1\.\.5"):
        Plan("collaborative", 1, 0, Options(window=0))
    with pytest.raises(UsageError, match=r"window=1 is shorter than k=3.*--window 3 or more, or --k 1"):
        check_options(RECIPE, Options(window=1))
    with pytest.raises(UsageError, match=r"window=2 is shorter than k=3.*--k 1-2"):
        check_options(RECIPE, Options(window=2))
    check_options(RECIPE, Options(window=2, k=(1, 2)))
    short = Values(*_blind(), 1)
    assert short.value({}) == short.answer({})  # asked one question only, it would rather guess


def _blind() -> tuple[Table, dict[str, list[int]]]:
    """A view of a sum with both numbers hidden."""
    codes = list(range(9))
    table = Table(("a", "b"), ((0, 1, 2), (0, 3, 6)), codes, tuple(codes), lambda key: key)
    return table, {"a": [3_000] * 3, "b": [3_000] * 3}


def test_families_that_can_not_serve() -> None:
    """Where too few premises matter the error names the families in which enough do."""
    able = {family.name: most_hidden(family, (1,), RECIPE.name, _pick_hidden) for family in FAMILIES}
    least = min(FAMILIES, key=lambda family: able[family.name])
    most = able[least.name]
    assert most < 3
    with pytest.raises(UsageError, match=f"k=3 is more than can be hidden in family '{least.name}'.*at most {most}; "
                                         "families that can: .*word_problem"):
        check_options(RECIPE, Options(families=(least.name,), levels=(1,), k=(3,)))


def test_schemas() -> None:
    """Rows have every column and no other."""
    for config, schema in (("candidates", CANDIDATES), ("collaborative", COLLABORATIVE)):
        for row in episodes(6)[0].native[config]:
            assert set(row) == set(schema.names)


def test_windows_are_the_students() -> None:
    """The window stands in the row, and one that is longer than needed changes no value."""
    three, five = (rows_of(12, Options(families=("word_problem",), window=window)) for window in (3, 5))
    assert {row["policy"] for row in five} == {"collaborates, window 5"}
    assert [row["mr_belief"] for row in three] == [row["mr_belief"] for row in five]
