"""The laws of problems that lack something (design: laws 2, 3, 4, 5, 7, 10), swept over families, views and users.

What is said of a view (determined, k, witness, what is known after a turn, what a question was worth) is compared with
enumeration written apart, which calls `solve` once for each completion.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain, combinations, islice, product
from math import log2, prod
from pathlib import Path
from typing import Any

import pytest

from tutelage.building import build, make_item
from tutelage.checking import check
from tutelage.cli import main
from tutelage.draws import stream
from tutelage.errors import NoAnswer, TemplateError, UsageError
from tutelage.plan import Options, Plan
from tutelage.problems import FAMILIES, family_named
from tutelage.problems.family import Family, Posed, all_names, from_json
from tutelage.problems.views import tabulate, witness
from tutelage.recipes import recipe_named
from tutelage.recipes.underspecified import facts_of
from tutelage.records.episode import Episode
from tutelage.stats import asking, shallow, stats, stats_text
from tutelage.store.splits import TRAIN, split_of
from tutelage.talk.acts import ASK, ASK_CONFLICT, MISTELL, STUDENT_VOICES, TEACHER_VOICES, TELL_PART, TELLS
from tutelage.talk.case import Case, View
from tutelage.talk.converse import History, converse
from tutelage.talk.leaks import find_leaks
from tutelage.talk.mind import Mind
from tutelage.talk.seekers import SEEKERS
from tutelage.talk.students import student
from tutelage.talk.users import USERS, user
from tutelage.values import Act, Problem, Turn, Value

RECIPES = ("missing_premise", "proactive")
PROBLEMS, ITEMS = 40, 12
MOST = 1_500  # completions that a test goes through
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
SWEEP = [pytest.param(recipe, f.name, id=f"{recipe}-{f.name}")
         for recipe in RECIPES for f in FAMILIES if f.asides or recipe == "proactive"]
MADE = pytest.mark.parametrize(("recipe", "family"), SWEEP)

Found = list[tuple[dict[str, Value], Value]]


@cache
def made(recipe: str, family: str = "", items: int = ITEMS, **changes: Any) -> tuple[Episode, ...]:
    """The episodes of the first items of a build."""
    plan = Plan(recipe, items, 4, Options(families=(family,) if family else (), **changes))
    return tuple(e for index in range(items) for e in make_item(recipe_named(recipe), plan, index, ()).kept)


def problems(family: Family, count: int) -> list[Problem]:
    return [family.draw(stream(6, "laws", family.name, i), 1 + i % 5) for i in range(count)]


def row_of(episode: Episode) -> Mapping[str, Any]:
    [[row]] = episode.native.values()
    return row


# Enumeration

def open_domains(case: Case) -> dict[str, Sequence[Value]]:
    """What is open before a statement, with the values that it may have."""
    domains = {q.name: list(q.domain) for q in case.problem.quantities if q.name not in case.known}
    if case.view is not None and case.view.conflict is not None:
        name, value = case.view.conflict
        domains[name] = [case.problem.values[name], value]
    return domains


def completions(case: Case, domains: Mapping[str, Sequence[Value]]) -> Found:
    found = []
    for choice in product(*domains.values()):
        values = dict(zip(domains, choice, strict=True))
        try:
            found.append((values, case.family.solve(case.problem.structure, {**case.problem.values, **values})))
        except NoAnswer:
            continue
    return found


def after(found: Found, names: Sequence[str]) -> list[list[Value]]:
    """The answers that are left after each way in which these quantities may be told."""
    groups = defaultdict(list)
    for values, answer in found:
        groups[tuple(values[name] for name in names)].append(answer)
    return list(groups.values())


def smallest(found: Found, names: Sequence[str]) -> int:
    sets = chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))
    return next(len(chosen) for chosen in sets if all(len(set(group)) == 1 for group in after(found, chosen)))


def bits(answers: Sequence[Value]) -> float:
    return -sum(n / len(answers) * log2(n / len(answers)) for n in Counter(answers).values())


def worth(found: Found, names: Sequence[str]) -> float:
    left = sum(len(group) * bits(group) for group in after(found, names)) / len(found)
    return bits([answer for _, answer in found]) - left


def cheap(case: Case) -> bool:
    return prod(map(len, open_domains(case).values())) <= MOST


# --- families ---------------------------------------------------------------------------------------------------------


def _differ(family: Family, problem: Problem) -> int:
    """In how many completions of one quantity the work before its first use is another."""
    work, count = family.work(problem), 0
    for quantity in problem.quantities:
        first = next((i for i, step in enumerate(work.steps) if quantity.name in step.uses), None)
        for value in quantity.domain if first is not None else ():
            values = {**problem.values, quantity.name: value}
            try:
                family.solve(problem.structure, values)
                other = family.work(family.pose(problem.structure, values, problem.level))
            except (NoAnswer, TemplateError):  # that all can be worked is the law below
                continue
            count += other.steps[:first] != work.steps[:first]
    return count


@EACH
def test_work_goes_on_up_to_what_is_missing(family: Family) -> None:
    """`in_order`: the steps before the first use of a quantity are the same whatever its value, or else not always."""
    differ = sum(_differ(family, problem) for problem in problems(family, PROBLEMS))
    assert (differ == 0) == family.in_order


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_completion_can_be_worked(family: Family) -> None:
    """What one value of a quantity makes of a problem has a worked solution with the solver's answer, or no answer."""
    for problem in problems(family, PROBLEMS):
        for quantity in problem.quantities:
            for value in quantity.domain:
                values = {**problem.values, quantity.name: value}
                try:
                    answer = family.solve(problem.structure, values)
                except NoAnswer:
                    continue
                assert family.work(family.pose(problem.structure, values, problem.level)).value == answer


@EACH
def test_families_with_asides_have_them_often(family: Family) -> None:
    """`asides`: problems that tell something idle are common enough to be found in a split that holds a twentieth."""
    spare = sum(bool(facts_of(Posed(family, problem, "")).spare) for problem in problems(family, 200))
    assert spare >= 40 if family.asides else spare < 30


# --- views ------------------------------------------------------------------------------------------------------------


@MADE
def test_labels_are_true(recipe: str, family: str) -> None:
    """Laws 2 and 3: by all completions, a prompt is answerable iff they agree, and k is what the smallest set has."""
    seen = 0
    for episode in made(recipe, family):
        case, row = episode.dialogue.case, row_of(episode)
        assert row["answerable"] == (row["view"] in ("complete", "irrelevant"))
        if row["view"] == "swapped" or not cheap(case):
            continue
        domains = open_domains(case)
        found = completions(case, domains)
        assert row["answerable"] == (len({answer for _, answer in found}) == 1)
        assert row["k"] == smallest(found, list(domains))
        assert row["entropy"] == pytest.approx(bits([answer for _, answer in found]), abs=1e-6)
        assert {h["name"]: h["ig_bits"] for h in row["hidden"]} == pytest.approx(
            {name: worth(found, [name]) for name in domains if name not in case.known}, abs=1e-6)
        if row["answerable"]:
            assert found[0][1] == case.right.value == case.family.confirm(case.problem)
        seen += 1
    assert seen >= ITEMS // 2


@MADE
def test_witness_pairs_are_two_problems_with_two_answers(recipe: str, family: str) -> None:
    """Law 3: before a view that can't be answered two problems are possible, and both solvers tell them apart."""
    for episode in made(recipe, family):
        case, row = episode.dialogue.case, row_of(episode)
        asked = case.view.swapped if case.view and case.view.swapped else case.problem
        answers = []
        for stored in row["witness"]:
            told = {name: from_json(value) for name, value in json.loads(stored["values"]).items()}
            assert set(told) == (all_names(asked) if asked is not case.problem else set(open_domains(case)))
            assert all(value in asked.quantity(name).domain for name, value in told.items())
            values = {**asked.values, **told}
            answers.append(case.family.solve(asked.structure, values))
            assert answers[-1] == from_json(json.loads(stored["answer"]))
            assert answers[-1] == case.family.confirm(case.family.pose(asked.structure, values, asked.level))
        assert len(set(answers)) == len(answers) == (0 if row["answerable"] else 2)


@EACH
def test_nothing_told_leaves_two_answers(family: Family) -> None:
    """A question about a problem of which nothing is told always has a witness pair, also where most are no problem."""
    for number in range(60):
        problem = family.draw(stream(8, "nothing told", family.name, number), 1 + number % 5)
        pair = witness(family, problem, frozenset())
        assert pair is not None
        one, two = [family.solve(problem.structure, {**problem.values, **values}) for values in pair]
        assert one != two


@pytest.mark.parametrize("number", [3395, 19439])  # of 20,000, the two for which draws at random find no pair
def test_rare_swapped_questions_have_their_witness(number: int) -> None:
    plan = Plan("missing_premise", 20_000, 7, Options())
    episodes = make_item(recipe_named("missing_premise"), plan, number, ()).kept
    [row] = [row_of(e) for e in episodes if row_of(e)["view"] == "swapped"]
    assert len(row["witness"]) == 2


@MADE
def test_prompts_leave_out_what_they_hide(recipe: str, family: str) -> None:
    """A prompt tells each stated quantity and no hidden one, and no view of an item has the prompt of another."""
    prompts = [row_of(episode)["prompt"] for episode in made(recipe, family)]
    assert len(set(prompts)) == len(prompts)
    for episode in made(recipe, family):
        case, row = episode.dialogue.case, row_of(episode)
        assert {h["name"] for h in row["hidden"]} == all_names(case.problem) - case.known
        whole = case.family.state(case.problem, all_names(case.problem))
        for hidden in row["hidden"]:
            assert hidden["sentence"] not in row["prompt"]
        assert (row["prompt"] == whole) == (row["view"] == "complete")


@pytest.mark.parametrize("k", [1, 2, 3])
def test_as_much_is_hidden_as_is_wanted(k: int) -> None:
    """With one k, each view that lacks something lacks just that many premises, all of them needed."""
    rows = [row_of(episode) for episode in made("proactive", "word_problem", 30, k=(k,))]
    lacking = [row for row in rows if row["view"] in ("missing", "unanswerable")]
    assert len(lacking) > 10
    for row in lacking:
        assert row["k"] == len(row["hidden"]) == k
        assert row["sufficient"] == [[hidden["name"] for hidden in row["hidden"]]]
        assert all(hidden["user_knows"] for hidden in row["hidden"]) == (row["view"] == "missing")


def test_contradictions_are_minimal() -> None:
    """A contradictory prompt tells one quantity twice: those two sentences clash, and the second stands in it (the
    first perhaps in a list)."""
    rows = [row_of(episode) for family in ("word_problem", "shortest_path", "line_up")
            for episode in made("proactive", family, 60) if row_of(episode)["view"] == "contradictory"]
    assert len(rows) >= 6
    for row in rows:
        assert len(set(row["unsatisfiable"])) == 2
        assert any(sentence in row["prompt"] for sentence in row["unsatisfiable"])


# --- dialogues --------------------------------------------------------------------------------------------------------


@MADE
def test_users_leak_nothing(recipe: str, family: str) -> None:
    """Law 4: the user's words hold neither the answer nor a step, and nothing that the user does not know."""
    for episode in made(recipe, family):
        case, turns = episode.dialogue.case, episode.dialogue.turns
        assert find_leaks(case, turns) == []
        unknowable = case.view.unknowable if case.view else frozenset()
        for name in unknowable:
            sentence = case.family.words(case.problem, case.problem.quantity(name)).sentence
            assert not any(sentence in turn.text for turn in turns if turn.role == "teacher")


@pytest.mark.parametrize("policy", USERS, ids=lambda p: p.name)
@EACH
def test_students_are_shown_no_private_field(family: Family, policy: Any) -> None:
    """Law 5: with answer and worked solution poisoned, no reply to any question holds the poison; and until a premise
    is told, no turn that the student sees holds its sentence."""
    poison, problem = "POISON-7f3a", problems(family, 3)[2]
    facts, seen = facts_of(Posed(family, problem, "")), list[History]()
    hidden = frozenset(facts.needed[:2])
    work = facts.work._replace(answer=poison, value=poison,
                               steps=tuple(step._replace(line=poison, value=poison) for step in facts.work.steps))
    unknowable = hidden if policy.name == "dont_know" else frozenset()
    case = Case(family, problem, work, all_names(problem) - hidden, (), View("missing", unknowable))
    names = [q.name for q in problem.quantities]

    def asks_for_all(history: History) -> Turn:
        seen.append(tuple(history))
        return Turn("student", Act(ASK, names[len(history) // 2 % len(names)]), f"Question {len(history)}?")

    converse(case, asks_for_all, user(policy, stream(1, "canary"), TEACHER_VOICES[1]), max_turns=2 * len(names))
    assert len(seen) == 2 * len(names)
    assert not any(poison in repr(turn) for turn in seen[-1])
    for name in hidden:
        sentence = family.words(problem, problem.quantity(name)).sentence
        told = next((i for i, turn in enumerate(seen[-1]) if turn.role == "teacher" and i
                     and name in (turn.act.target, *turn.act.also)), len(seen[-1]))
        assert not any(sentence in turn.text for turn in seen[-1][:told])
        if unknowable:
            assert not any(sentence in turn.text for turn in seen[-1])


def _follow(case: Case, turns: Sequence[Turn]) -> list[tuple[int, int, float]]:
    """After each turn: how much has been told, how much is needed, what the question was worth; by enumeration."""
    domains, out = open_domains(case), []
    known, values = set(case.known) - set(domains), case.problem.values
    for turn in turns:
        names, gain = [turn.act.target, *turn.act.also], 0.0
        if turn.act.kind in (ASK, ASK_CONFLICT):
            gain = worth(completions(case, domains), [name for name in names if name in domains])
        elif turn.act.kind in TELLS:
            for name in set(names) & set(domains):
                domains[name] = [values[name]]
                known.add(name)
        elif turn.act.kind == TELL_PART:
            domains[turn.act.target] = [from_json(value) for value in json.loads(turn.act.answer)]
        out.append((len(known), smallest(completions(case, domains), list(domains)), gain))
    return out


@pytest.mark.parametrize("policy", [policy.name for policy in USERS])
def test_what_is_known_after_each_turn(policy: str) -> None:
    """`known_after`, `k_after` and `ig_bits` of each turn are those of enumeration, whatever the user's way."""
    kinds, count = set[str](), 0
    for number, family in enumerate(FAMILIES * 6):
        draws = stream(8, "turns", policy, number)
        problem = family.draw(draws, 1 + number % 5)
        facts = facts_of(Posed(family, problem, ""))
        hidden = frozenset(draws.sample(facts.needed, min(len(facts.needed), 1 + number % 2)))
        unknowable = frozenset(sorted(hidden)[:1]) if policy == "dont_know" else frozenset[str]()
        case = Case(family, problem, facts.work, all_names(problem) - hidden, (), View("missing", unknowable))
        if not hidden or not cheap(case):
            continue
        mind = Mind(case, draws, STUDENT_VOICES[number % len(STUDENT_VOICES)])
        chosen = next(each for each in USERS if each.name == policy)
        turns = converse(case, student(SEEKERS[number % 3], mind), user(chosen, draws, TEACHER_VOICES[0]),
                         max_turns=6).turns
        for turn, (known, k, gain) in zip(turns, _follow(case, turns), strict=True):
            assert (turn.known_after, turn.k_after) == (known, k)
            assert turn.ig_bits == pytest.approx(gain, abs=1e-5)
            kinds.add(turn.act.kind)
        count += 1
    assert count >= 30
    assert {"literal": "tell", "derived": "tell_derived", "partial": TELL_PART, "noisy": MISTELL,
            "volunteering": "tell", "dont_know": "dont_know"}[policy] in kinds


def test_what_is_known_after_a_contradiction() -> None:
    """Of two statements about a quantity both are possible until the user has settled it."""
    episodes = [episode for family in ("word_problem", "shortest_path", "spanning_tree")
                for episode in made("proactive", family, 60) if row_of(episode)["view"] == "contradictory"]
    settled = 0
    for episode in episodes:
        turns = episode.dialogue.turns
        assert turns[0].k_after == 1
        for turn, (known, k, gain) in zip(turns, _follow(episode.dialogue.case, turns), strict=True):
            assert (turn.known_after, turn.k_after) == (known, k)
            assert turn.ig_bits == pytest.approx(gain, abs=1e-5)
        settled += turns[-1].k_after == 0
    assert settled >= 3


# --- evaluation -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("split", ["evaluation", "train"])
def test_no_structure_stands_on_both_sides(recipe: str, split: str) -> None:
    """Law 7: rows for evaluation have structures that no training split holds; those of --split train are all there."""
    plan = Plan("sml", 1)
    for episode in made(recipe, "", 44, split=split):
        case = episode.dialogue.case
        place = split_of(episode.structure, case.family.name, case.problem.level, plan.options)
        assert (place == TRAIN) == (split == "train")
        assert row_of(episode)["structure"] == episode.structure


@cache
def _prompts() -> tuple[shallow.Prompt, ...]:
    rows = [row_of(episode) for episode in made("missing_premise", "", 180)]
    return tuple(shallow.Prompt(row["item"], row["family"], row["view"], row["prompt"], row["answerable"])
                 for row in rows)


def test_looks_give_nothing_away() -> None:
    """Law 10: length, numerals and punctuation don't tell answerable prompts from others, nor do policies that only
    look at the length."""
    found = shallow.give_away(_prompts())
    assert found["prompts"] == 720
    assert found["auc"] < 0.6
    assert found["baselines"]["never_ask"] == found["baselines"]["always_ask"] == 0.5
    assert max(found["baselines"].values()) < 0.6
    assert set(found["auc_of_views"]) == {"complete/missing", "complete/swapped", "irrelevant/missing",
                                          "irrelevant/swapped"}


def test_looks_that_give_it_away_are_found() -> None:
    """The same prompts, shortened or marked where they can't be answered, are told apart: the AUC is no dead number."""
    plain = _prompts()
    for change in (lambda p: p._replace(text=p.text[:len(p.text) // 2]), lambda p: p._replace(text=p.text + " 7?")):
        marked = [prompt if prompt.answerable else change(prompt) for prompt in plain]
        assert (shallow.give_away(marked)["auc"] or 0) > 0.8
    assert shallow.baselines([p if p.answerable else p._replace(text="Why?") for p in plain])["shortest_text"] == 1.0


def test_auc_is_the_share_of_pairs_in_order() -> None:
    """The AUC is what counting all pairs gives; a linear system is solved as its definition says."""
    draws = stream(3, "auc")
    for _ in range(20):
        scores = [float(draws.below(6)) for _ in range(30)]
        labels = [draws.chance(0.4) for _ in range(28)] + [True, False]
        pairs = [(one > two) + (one == two) / 2 for one, a in zip(scores, labels, strict=True) if a
                 for two, b in zip(scores, labels, strict=True) if not b]
        assert shallow.auc(scores, labels) == pytest.approx(sum(pairs) / len(pairs))
        rows = [[draws.random() for _ in range(4)] for _ in range(9)]
        matrix = [[sum(row[i] * row[j] for row in rows) + (i == j) for j in range(4)] for i in range(4)]
        x = [draws.random() for _ in range(4)]
        right = [sum(a * b for a, b in zip(line, x, strict=True)) for line in matrix]
        assert shallow.solved(matrix, right) == pytest.approx(x)


def _said(act: str, *asked: str, k: int = 1, bits: float = 0.0) -> dict[str, Any]:
    return {"act": act, "asked": list(asked), "k_after": k, "ig_bits": bits}


def test_asking_is_counted_by_rule() -> None:
    """REQ, ACC, targeted, over-asking and excess, by hand: what was asked, and what it was worth, is in the acts."""
    found = asking.Asking()
    found.add("a", [_said("state"), _said("ask", "x", bits=2.0), _said("tell"), _said("attempt", k=0)], 1)
    found.add("a", [_said("state"), _said("ask", "y"), _said("tell"), _said("ask", "x", bits=2.0)], 0)
    found.add("a", [_said("state"), _said("assume")], 0)
    found.add("a", [_said("state", k=0), _said("ask", "y", "z", k=0), _said("tell", k=0), _said("attempt", k=0)], 1)
    found.add("a", [_said("state", k=0), _said("attempt", k=0)], 1)
    found.add("a", [_said("state", k=-1), _said("abstain", k=-1)], 1)  # about something else: nothing to ask for
    assert found.summary() == {"a": {"dialogues": 5, "req": 0.6667, "acc": 0.3333, "targeted": 0.6667, "over_ask": 0.5,
                                     "excess": 0.6}}


def test_suspicion_is_counted_by_rule() -> None:
    """First suspicion and the rounds after it are means over the responses that suspect something."""
    rows = [{"style": "s", "answerable": answerable, "act": act, "first_suspicion_step": step, "steps_after": rounds}
            for answerable, act, step, rounds in ((False, "abstain", 2, 0), (False, "ask", 1, 3),
                                                  (False, "attempt", -1, 0), (True, "attempt", -1, 0))]
    assert asking.suspicion(rows) == {"s": {"prompts": 4, "abstain": 0.3333, "abstain_on_answerable": 0.0,
                                            "suspected": 0.6667, "first_suspicion_step": 1.5, "steps_after": 1.5}}
    assert asking.suspicion(rows[3:])["s"]["first_suspicion_step"] is None


@pytest.mark.parametrize("recipe", RECIPES)
def test_stats_tell_who_asks_and_what_gives_away(recipe: str, tmp_path: Path) -> None:
    """`tutelage stats` has the AUC, the baselines and the metrics of each policy, as JSON and on the page."""
    families = ("word_problem", "linear_system")
    build(Plan(recipe, 60, 5, Options(families=families)), tmp_path / "out")
    found = stats(tmp_path / "out")
    assert json.loads(json.dumps(found)) == found
    assert set(found["asking"]) <= {policy.name for policy in SEEKERS}
    assert found["asking"]["asks"]["over_ask"] == found["asking"]["asks"]["excess"] == 0
    assert found["asking"]["over_asks"]["over_ask"] == 1
    assert found["suspicion"]["abstains"]["abstain"] == 1
    assert found["shallow"]["prompts"] == found["rows"][f"{recipe}/test"] + found["rows"][f"{recipe}/validation"]
    assert set(found["shallow"]["auc_of_families"]) == set(families)
    page = stats_text(found)
    for words in ("AUC", "complete/missing", "never_ask", "student asks: ", "style abstains: ", "steps after"):
        assert words in page


def test_stats_of_other_recipes_say_nothing_of_it(sml: Path) -> None:
    """Where everything can be answered there is no AUC."""
    assert not {"shallow", "asking", "suspicion"} & set(stats(sml))


# --- what can't be done -----------------------------------------------------------------------------------------------


REFUSED: dict[str, tuple[tuple[object, ...], str, str]] = {
    "k=0": (("build", "proactive", "--k", "0"), "k=0", "1..3"),
    "k=4": (("build", "proactive", "--k", "4"), "k=4", "1..3"),
    "k that is a word": (("build", "proactive", "--k", "all"), "'all'", "1-3"),
    "more than there is": (("build", "proactive", "--k", "3", "--family", "linear_system", "--level", "1-2"), "k=3",
                           "at most 2"),
    "no asides": (("build", "missing_premise", "--family", "spanning_tree"), "'spanning_tree'", "word_problem"),
    "split of sml": (("build", "sml", "--split", "train"), "split='train'", "made for evaluation"),
    "split that is none": (("build", "proactive", "--split", "test"), "split='test'", "evaluation, train"),
    "student": (("build", "proactive", "--student", "solves"), "'solves'", "over_asks"),
    "user": (("build", "proactive", "--teacher", "ladder"), "'ladder'", "volunteering"),
    "user where there is none": (("build", "missing_premise", "--teacher", "literal"), "'literal'", "none"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                             tmp_path: Path) -> None:
    """Exit code 2 and one line that names the value and what is possible; nothing is written."""
    words, value, way_out = REFUSED[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tutelage.processes.spare_pandas", lambda: None)  # other tests in this process need pandas
    monkeypatch.setattr(sys, "argv", ["tutelage", *map(str, words), "--rows", "4", "--workers", "1"])
    with pytest.raises(SystemExit) as leave:
        main()
    said = capsys.readouterr()
    assert (leave.value.code, said.out) == (2, "")
    assert said.err.startswith("Error: ")
    assert said.err.count("\n") == 1
    assert value in said.err
    assert way_out in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_quantity_that_is_none_is_refused() -> None:
    """To hide or to know what a problem does not have names what it has."""
    family = family_named("quadratic_roots")
    problem = problems(family, 1)[0]
    with pytest.raises(UsageError, match=r"'nosuch' is not one of \["):
        tabulate(family, problem, {"nosuch"})


REAL = Path(__file__).parents[1] / "../shared/data/gsm8k/train.jsonl"


@pytest.mark.skipif(not REAL.is_file(), reason=f"no GSM8K at {REAL}: its rows are not part of this project")
@pytest.mark.parametrize("recipe", ["missing_premise", "proactive", "sharded"])
def test_real_text(recipe: str, tmp_path: Path) -> None:
    """Views of GSM8K's own problems: hidden in their sentences, decided by the rebuilt graph, told in their words."""
    with REAL.open(encoding="utf-8") as file:
        (tmp_path / "some.jsonl").write_text("".join(islice(file, 500)), encoding="utf-8")
    build(Plan(recipe, 40, 2, Options(source=f"gsm8k:{tmp_path / 'some.jsonl'}")), tmp_path / "out")
    found = check(tmp_path / "out")
    assert not found.faults
    assert found.checked["episodes"] >= 30
