"""Views: all that is derived from one is as its definition says, by brute force written apart.

The brute force runs on small views of each family, and on toys: problems whose answer is any function of a few small
quantities, undefined in places, so that redundancy, chance and contradiction all happen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations, permutations, product
from math import log2, prod
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

import tutelage.problems.views as package
from tutelage.draws import Draws, stream
from tutelage.errors import NoAnswer, UsageError
from tutelage.problems import FAMILIES, family_named
from tutelage.problems.family import Family, all_names
from tutelage.problems.solutions import worked
from tutelage.problems.views import (
    MOST_COMPLETIONS,
    analyse,
    analyse_table,
    conditional_sufficiency,
    determined,
    distractors,
    essential,
    expected_guesses,
    gain_of,
    given,
    hide,
    hideable,
    minimal_sufficient_sets,
    minimal_unsatisfiable,
    pure_distractors,
    tabulate,
    witness,
)
from tutelage.problems.views.tables import one_by_one
from tutelage.sources import Row, rebuild
from tutelage.values import Problem, Quantity, Structure, Value

MOST_ROWS = 700  # of a view whose analysis is compared with brute force
ROW = Row(1, "Ben buys 4 notebooks at $3 each and a pen for $2. He pays with $20. How much change does he get?",
          "The notebooks cost 4 x $3 = $<<4*3=12>>12.\nWith the pen that is 12 + 2 = $<<12+2=14>>14.\n"
          "He gets 20 - 14 = $<<20-14=6>>6 back.\n#### 6")
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)

Domains = Mapping[str, Sequence[Value]]
Found = list[tuple[dict[str, Value], Value]]


# Brute force

def completions(family: Family, problem: Problem, domains: Domains) -> Found:
    """All ways to fill in the hidden quantities that have an answer, the plain way."""
    found = []
    for choice in product(*domains.values()):
        values = {**problem.values, **dict(zip(domains, choice, strict=True))}
        try:
            found.append((values, family.solve(problem.structure, values)))
        except NoAnswer:
            continue
    return found


def domains_of(problem: Problem, names: Sequence[str]) -> Domains:
    return {q.name: q.domain for q in problem.quantities if q.name in names}


def subsets(names: Sequence[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(names, n) for n in range(len(names) + 1)))


def by_values(found: Found, asked: Sequence[str]) -> list[list[Value]]:
    """The answers that are possible after each way in which the asked quantities could turn out."""
    groups = defaultdict(list)
    for values, answer in found:
        groups[tuple(values[name] for name in asked)].append(answer)
    return list(groups.values())


def smallest_sets(found: Found, hidden: Sequence[str]) -> set[frozenset[str]]:
    enough = [set(s) for s in subsets(hidden) if all(len(set(group)) == 1 for group in by_values(found, s))]
    return {frozenset(s) for s in enough if not any(other < s for other in enough)}


def bits(answers: list[Value]) -> float:
    return -sum(n / len(answers) * log2(n / len(answers)) for n in Counter(answers).values())


def gained(found: Found, asked: Sequence[str]) -> float:
    left = sum(len(group) * bits(group) for group in by_values(found, asked)) / len(found)
    return bits([answer for _, answer in found]) - left


def small_views(family: Family, problems: int = 6) -> list[tuple[Problem, Domains]]:
    """Views that hide one, two or three quantities, the last of three narrowed so that enumeration stays small."""
    views = []
    for number in range(problems):
        draws = stream(4, "views", family.name, number)
        problem = family.draw(draws, 1 + number % 5)
        names = [q.name for q in problem.quantities]
        hidden = draws.sample(names, min(len(names), 1 + number % 3))
        domains = dict(domains_of(problem, hidden))
        if prod(map(len, domains.values())) > MOST_ROWS:
            domains[hidden[-1]] = [problem.values[hidden[-1]], *draws.sample(domains[hidden[-1]], 2)]
        views.append((problem, domains))
    return views


# Toys

def toy(sizes: Sequence[int], answers: Mapping[tuple[Value, ...], int], own: tuple[int, ...],
        facts: Sequence[str] = ()) -> tuple[Family, Problem]:
    """A family of one problem: quantities a, b, … with values 0..size-1, and its answers as a table with holes."""

    def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
        choice = tuple(values[name] for name in names)
        if choice not in answers:
            raise NoAnswer("not in the table")
        return answers[choice]

    names = "abcdefghijklmnop"[:len(sizes)]
    quantities = tuple(Quantity(name, value, range(size), name in facts)
                       for name, value, size in zip(names, own, sizes, strict=True))
    return replace(FAMILIES[0], name="toy", solve=solve), Problem("toy", 1, {}, quantities, "", "?")


@st.composite
def toys(draw: st.DrawFn) -> tuple[Family, Problem]:
    """An answer that hangs on some of one to four quantities, with completions that have none."""
    sizes = draw(st.lists(st.integers(2, 3), min_size=1, max_size=4))
    matter = draw(st.lists(st.sampled_from(range(len(sizes))), unique=True))
    fields = list(product(*(range(sizes[i]) for i in matter)))
    of_field = dict(zip(fields, draw(st.lists(st.integers(0, 2), min_size=len(fields), max_size=len(fields))),
                        strict=True))
    everything = list(product(*map(range, sizes)))
    kept = [choice for choice in everything if draw(st.integers(0, 5)) > 0] or everything
    answers = {choice: of_field[tuple(choice[i] for i in matter)] for choice in kept}
    return toy(sizes, answers, draw(st.sampled_from(kept)), draw(st.sampled_from(["", "a"])))


# What one table tells

@EACH
def test_analysis_agrees_with_brute_force(family: Family) -> None:
    """Determined iff all completions agree; sufficient sets, k, entropy and gain as their definitions say."""
    for problem, domains in small_views(family):
        check_analysis(family, problem, domains)


def test_analysis_of_worked_problems_agrees_with_brute_force() -> None:
    """The same for a problem that was read from a file."""
    problem = rebuild(ROW)
    assert isinstance(problem, Problem)
    names = [q.name for q in problem.quantities]
    for hidden in combinations(names, 2):
        check_analysis(worked.FAMILY, problem, domains_of(problem, hidden))


@over(toys())
def test_analysis_of_any_function_agrees_with_brute_force(made: tuple[Family, Problem]) -> None:
    """The same for any function of a few quantities, all of them hidden."""
    family, problem = made
    check_analysis(family, problem, domains_of(problem, [q.name for q in problem.quantities]))


def check_analysis(family: Family, problem: Problem, domains: Domains) -> None:
    hidden = [q.name for q in problem.quantities if q.name in domains]
    known = all_names(problem) - set(hidden)
    found = completions(family, problem, {name: list(dict.fromkeys(domains[name])) for name in hidden})
    table = tabulate(family, problem, known, narrowed=domains)
    view = analyse(family, problem, known, narrowed=domains)
    assert view == analyse_table(table)
    assert [(dict(zip(hidden, row, strict=True)), answer) for row, answer in table.rows] == \
        [({name: values[name] for name in hidden}, answer) for values, answer in found]
    answers = [answer for _, answer in found]
    assert view.determined == determined(family, problem, known, narrowed=domains) == (len(set(answers)) == 1)
    assert (view.witness is None) == view.determined
    if view.witness is not None:
        one, two = ([a for values, a in found if values.items() >= part.items()] for part in view.witness)
        assert len(one) == len(two) == 1
        assert one != two
    assert view.entropy == pytest.approx(bits(answers), abs=1e-9)
    smallest = smallest_sets(found, hidden)
    assert {frozenset(s) for s in view.sufficient} == smallest == {frozenset(s) for s in minimal_sufficient_sets(table)}
    assert len(view.sufficient) == len(smallest)
    assert view.k == min(map(len, smallest))
    chances = conditional_sufficiency(table, len(hidden))
    assert [*chances] == sorted(subsets(hidden), key=len)[1:]
    for asked in subsets(hidden):
        assert gain_of(table, asked) == pytest.approx(gained(found, asked), abs=1e-9)
        if asked:
            settled = sum(len(group) for group in by_values(found, asked) if len(set(group)) == 1)
            assert chances[asked] == Fraction(settled, len(found))
    opened = [name for name in hidden if len(set(domains[name])) > 1]
    assert view.gain == {name: gain_of(table, [name]) for name in opened}


@EACH
def test_being_told_is_the_same_as_knowing(family: Family) -> None:
    """A table narrowed to one value has the analysis of the view that shows it; to some, that of the narrowed view."""
    for problem, domains in small_views(family):
        name, names = min(domains), all_names(problem)
        known = names - set(domains)
        table = tabulate(family, problem, known, narrowed=domains)
        told = analyse_table(given(table, {name: [problem.values[name]]}))
        rest = {other: values for other, values in domains.items() if other != name}
        shown = analyse(family, problem, known | {name}, narrowed=rest)
        assert told[2:] == shown[2:]
        half = [value for i, value in enumerate(dict.fromkeys(domains[name])) if i % 2 or value == problem.values[name]]
        assert given(table, {name: half}).rows == \
            tabulate(family, problem, known, narrowed={**domains, name: half}).rows


@EACH
def test_expected_guesses_are_those_of_random_trying(family: Family) -> None:
    """The mean place of the first sufficient set, over all orders in which the sets of size k can be tried."""
    for problem, domains in small_views(family):
        view = analyse(family, problem, all_names(problem) - set(domains), narrowed=domains)
        if view.determined:
            assert expected_guesses(view) == 0
            continue
        tries = list(combinations(view.gain, view.k))
        places = [next(i for i, s in enumerate(order, 1) if s in view.sufficient) for order in permutations(tries)]
        assert expected_guesses(view) == pytest.approx(mean(places))


def test_expected_guesses_with_more_than_one_question() -> None:
    """Four quantities, the answer is a + b and c repeats b: {a, b} and {a, c} of six pairs will do, 7/3 guesses."""
    answers = {(a, b, b, d): a + 2 * b for a, b, d in product(range(2), repeat=3)}
    family, problem = toy((2, 2, 2, 2), answers, (0, 0, 0, 0))
    view = analyse(family, problem, set())
    assert view.sufficient == (("a", "b"), ("a", "c"))
    orders = permutations(combinations("abcd", 2))
    assert expected_guesses(view) == pytest.approx(7 / 3) == pytest.approx(
        mean(next(i for i, s in enumerate(order, 1) if s in view.sufficient) for order in orders))


def test_expected_guesses_count_sets_of_the_smallest_size_only() -> None:
    """The answer is a, which b and c give together: k is 1, and one of three questions is enough, 4/2 guesses."""
    family, problem = toy((2, 2, 2), {(b ^ c, b, c): b ^ c for b, c in product(range(2), repeat=2)}, (0, 0, 0))
    view = analyse(family, problem, set())
    assert view.sufficient == (("a",), ("b", "c"))
    assert expected_guesses(view) == 2


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.sweep], ids=lambda f: f.name)
def test_sweeps_give_what_solve_gives(family: Family) -> None:
    """All completions at once, or one after the other: the same answers in the same order."""
    assert family.sweep is not None
    for number in range(40):
        draws = stream(8, "sweep", number)
        problem = family.draw(draws, 1 + number % 5)
        names = draws.sample([q.name for q in problem.quantities], min(number % 4, len(problem.quantities)))
        view = (problem.structure, problem.values, names,
                [draws.sample(domain, min(5 + number % 3, len(domain)))
                 for domain in [problem.quantity(name).domain for name in names]])
        swept, plain = family.sweep(*view), one_by_one(family, *view)
        assert [None if key is None else swept.value(key) for key in swept.keys] == plain.keys
        assert len(set(swept.keys)) == len(set(plain.keys))


# What one pair can decide

@over(toys())
def test_witnesses_are_the_nearest(made: tuple[Family, Problem]) -> None:
    """The first completion is the problem's own, and none with another answer is nearer to it than the second."""
    family, problem = made
    found = completions(family, problem, domains_of(problem, sorted(all_names(problem))))
    own = family.solve(problem.structure, problem.values)
    changes = [sum(values[n] != problem.values[n] for n in values) for values, answer in found if answer != own]
    pair = witness(family, problem, set())
    assert (pair is None) == (not changes)
    if pair is not None:
        assert pair[0] == problem.values
        assert family.solve({}, pair[1]) != own
        assert sum(pair[1][name] != value for name, value in problem.values.items()) == min(changes)


@EACH
def test_essential_quantities_are_those_with_a_witness(family: Family) -> None:
    """A quantity is essential iff hiding it alone leaves two answers."""
    problem = family.draw(stream(4, "essential", family.name), 3)
    by_hand = {q.name for q in problem.quantities
               if len({answer for _, answer in completions(family, problem, {q.name: q.domain})}) > 1}
    assert essential(family, problem) == by_hand
    assert by_hand


@over(toys())
def test_distractors_change_no_sufficient_set(made: tuple[Family, Problem]) -> None:
    """Of each view, and pure ones of each view that hides at most so many others."""
    family, problem = made
    names = [q.name for q in problem.quantities]
    sets = {hidden: smallest_sets(completions(family, problem, domains_of(problem, hidden)), hidden)
            for hidden in subsets(names)}

    def idle(name: str, hidden: tuple[str, ...]) -> bool:
        return sets[hidden] == sets[tuple(n for n in names if n in hidden or n == name)]

    for hidden in sets:
        stated = [name for name in names if name not in hidden]
        assert distractors(family, problem, set(stated)) == tuple(n for n in stated if idle(n, hidden))
    for together in range(len(names)):
        assert pure_distractors(family, problem, together=together) == tuple(
            n for n in names if all(idle(n, hidden) for hidden in sets if n not in hidden and len(hidden) <= together))


def test_redundant_quantities_are_no_pure_distractors() -> None:
    """Two that say the same: either can go, so both are distractors of the full view, but both can't."""
    family, problem = toy((3, 3, 3), {(a, a, c): a for a in range(3) for c in range(3)}, (1, 1, 0))
    assert essential(family, problem) == frozenset()
    assert distractors(family, problem) == ("a", "b", "c")
    assert distractors(family, problem, {"b", "c"}) == ("c",)
    assert pure_distractors(family, problem) == ("c",)


def rank(rows: Sequence[Sequence[int]]) -> int:
    """By elimination in fractions."""
    left, found = [[Fraction(x) for x in row] for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left = [[x - row[column] / pivot[column] * y for x, y in zip(row, pivot, strict=True)]
                for row in left if row is not pivot]
        found += 1
    return found


def test_distractors_of_linear_systems_are_those_of_rank() -> None:
    """A row that what is asked is no combination with is a pure distractor: whatever is hidden, it never matters."""
    family, idle = family_named("linear_system"), 0
    for number in range(30):
        problem = family.draw(stream(3, "rank", number), 1 + number % 5)
        structure, names = problem.structure, [q.name for q in problem.quantities]
        rows, main = structure["rows"], structure["main"]
        asked = [[*structure["ask"], *[0] * (len(rows) - main)]] if structure["ask"] else \
            [[int(i == j) for j in range(len(rows))] for i in range(main)]
        others = [[row for row in rows if row is not each] for each in rows]
        unneeded = tuple(name for name, left in zip(names, others, strict=True) if rank(left) == rank([*left, *asked]))
        assert pure_distractors(family, problem, together=min(2, len(names) - 1)) == unneeded
        idle += len(unneeded)
    assert idle >= 5


@over(toys(), st.integers(1, 4))
def test_hideable_sets_are_their_own_only_sufficient_set(made: tuple[Family, Problem], k: int) -> None:
    """All sets of k quantities that aren't facts and of which no part is enough, and no other."""
    family, problem = made
    names = [q.name for q in problem.quantities if not q.fact]
    if k > len(names):
        with pytest.raises(UsageError, match=rf"k={k} is not in 1\.\.{len(names)}"):
            hideable(family, problem, k)
        return
    assert hideable(family, problem, k) == tuple(
        s for s in combinations(names, k)
        if smallest_sets(completions(family, problem, domains_of(problem, s)), s) == {frozenset(s)})


@EACH
def test_drawn_views_have_the_k_that_was_asked_for(family: Family) -> None:
    """A drawn set of k is one of all that can be hidden; there is none where fewer than k are essential."""
    for k in (1, 2):
        for number in range(4):
            problem = family.draw(stream(2, "hide", number), 1 + number)
            if len([q for q in problem.quantities if not q.fact]) < k:  # all the others are knowledge
                with pytest.raises(UsageError, match=f"k={k} is not in"):
                    hide(family, problem, k, stream(2, "k", number))
                continue
            drawn = hide(family, problem, k, stream(2, "k", number))
            assert (drawn is None) == (len([q for q in problem.quantities if not q.fact
                                            and q.name in essential(family, problem)]) < k)
            if drawn is not None:
                assert analyse(family, problem, all_names(problem) - set(drawn)).sufficient == (drawn,)


@over(toys(), st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), max_size=5))
def test_contradictions_are_minimal(made: tuple[Family, Problem], said: list[tuple[str, int]]) -> None:
    """None where the assertions can all hold; else some of them that can't, though each fewer of them can."""
    family, problem = made
    said = [(name, value) for name, value in said if name in all_names(problem)]

    def can_be(assertions: Sequence[tuple[str, Value]]) -> bool:
        domains = {q.name: tuple({v for n, v in assertions if n == q.name}) or q.domain for q in problem.quantities}
        return len(dict(assertions)) == len(set(assertions)) and bool(completions(family, problem, domains))

    core = minimal_unsatisfiable(family, problem, said)
    assert (core is None) == can_be(said)
    if core is not None:
        assert set(core) <= set(said)
        assert len(set(core)) == len(core)
        assert not can_be(core)
        assert all(can_be(part) for part in combinations(core, len(core) - 1))


def test_contradictions_in_a_family() -> None:
    """Two values of one quantity contradict each other; so do a knave's puzzle's claims under which nobody fits."""
    family = family_named("knights_knaves")
    problem = family.draw(stream(1, "core"), 2)
    truth = list(problem.values.items())
    assert minimal_unsatisfiable(family, problem, truth) is None
    name, other = truth[0][0], next(v for v in problem.quantities[0].domain if v != truth[0][1])
    clash = minimal_unsatisfiable(family, problem, [*truth, (name, other)])
    assert clash is not None
    assert set(clash) <= {truth[0], (name, other)}
    cores = [minimal_unsatisfiable(family, problem, list(zip(problem.values, choice, strict=True)))
             for choice in list(product(*(q.domain for q in problem.quantities)))[::7]]
    assert {core is None for core in cores} == {True, False}


# What is refused

def test_large_views_are_undetermined_as_soon_as_a_smaller_one_is() -> None:
    """A witness is found however many completions there are; that there is none is only said of what was enumerated."""
    family = family_named("shortest_path")
    problem = family.draw(stream(1, "x"), 5)
    assert prod(len(q.domain) for q in problem.quantities) > 1000 * MOST_COMPLETIONS
    assert not determined(family, problem, set())
    sizes = [2] * 14
    family, problem = toy(sizes, defaultdict(int), (0,) * 14)
    family = replace(family, solve=lambda structure, values: 0)
    with pytest.raises(UsageError, match=rf"{MOST_COMPLETIONS} of the {2 ** 14} completions of .* decide nothing"):
        witness(family, problem, set())
    assert determined(family, problem, {"a"})


def test_views_that_cannot_be_analysed() -> None:
    """What the problem lacks or what would take too long is refused in one line that says what is possible."""
    family = family_named("shortest_path")
    problem = family.draw(stream(1, "x"), 5)
    names, first = all_names(problem), problem.quantities[0]
    for refused in (lambda: tabulate(family, problem, {"nowhere"}), lambda: witness(family, problem, {"nowhere"}),
                    lambda: distractors(family, problem, {"nowhere"}),
                    lambda: minimal_unsatisfiable(family, problem, [("nowhere", 1)])):
        with pytest.raises(UsageError, match=r"'nowhere' is not one of \['.*'\]"):
            refused()
    with pytest.raises(UsageError, match="hide fewer"):
        tabulate(family, problem, set())
    table = tabulate(family, problem, names - {first.name})
    for narrowed, message in (({"nowhere": [1]}, "'nowhere' is not hidden; hidden are"),
                              ({first.name: []}, "possible are|its domain is")):
        with pytest.raises(UsageError, match=message):
            tabulate(family, problem, names - {first.name}, narrowed=narrowed)
        with pytest.raises(UsageError, match=message):
            given(table, narrowed)
    with pytest.raises(UsageError, match="'nowhere' is not hidden"):
        gain_of(table, ["nowhere"])
    with pytest.raises(UsageError, match=r"most=2 is not in 1\.\.1"):
        conditional_sufficiency(table, 2)
    for k in (0, len(names) + 1):
        with pytest.raises(UsageError, match=rf"k={k} is not in 1\.\.{len(names)}"):
            hide(family, problem, k, Draws(1))
        with pytest.raises(UsageError, match=rf"together={len(names) + k} is not in 0\.\.{len(names) - 1}"):
            pure_distractors(family, problem, together=len(names) + k)


def test_contradictory_knowledge_is_refused() -> None:
    """Where no completion has an answer there is nothing to analyse."""
    family, problem = toy((2, 2), {(0, 0): 1, (0, 1): 2}, (0, 0))
    for refused in (analyse, determined):
        with pytest.raises(UsageError, match="contradicts itself"):
            refused(family, problem, set(), narrowed={"a": [1]})


def test_the_page_names_everything() -> None:
    page = Path(__file__).parents[1] / "docs" / "views.md"
    text = page.read_text(encoding="utf-8")
    assert [name for name in package.__all__ if f"`{name}" not in text] == []
