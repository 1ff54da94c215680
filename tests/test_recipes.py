"""The laws that every recipe keeps, swept over recipes, families and levels (design: laws 1, 2, 4, 5, 8).

Recipes made for evaluation need not end right: their students are there to be told apart.
"""

from __future__ import annotations

import json
from functools import cache

import pytest

from tutelage.building import make_item
from tutelage.errors import UsageError
from tutelage.plan import Options, Plan
from tutelage.problems import FAMILIES
from tutelage.recipes import RECIPES, recipe_named
from tutelage.recipes.recipe import Recipe, Result, check_options
from tutelage.records.episode import Episode
from tutelage.records.schema import episodes_table, packed_rows
from tutelage.records.trainers import Given, view_named
from tutelage.talk.acts import ABSTAIN, ASSUME, ATTEMPTS, QUESTIONS, STUDENT_ACTS, TEACHER_ACTS
from tutelage.talk.leaks import find_leaks
from tutelage.talk.students import STUDENTS
from tutelage.talk.teachers import TEACHERS

ITEMS, RUNS = 40, 3  # items of a recipe, or where an item is a run of many dialogues
EACH = pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: r.name)


def serves(recipe: Recipe, family: str) -> bool:
    """Whether the recipe can be built from this family alone."""
    try:
        check_options(recipe, Options(families=(family,)))
    except UsageError:
        return False
    return True


def first_family(recipe: Recipe) -> str:
    return next(family.name for family in FAMILIES if serves(recipe, family.name))


SWEEP = [pytest.param(recipe, family.name, id=f"{recipe.name}-{family.name}")
         for recipe in RECIPES for family in FAMILIES if serves(recipe, family.name)]


@cache
def results(recipe: str, family: str, seed: int = 3) -> tuple[Result, ...]:
    items = RUNS if recipe_named(recipe).runs else ITEMS
    plan = Plan(recipe, items, seed, Options(families=(family,)))
    return tuple(make_item(recipe_named(recipe), plan, index, ()) for index in range(items))


def kept(recipe: str, family: str) -> list[Episode]:
    return [episode for result in results(recipe, family) for episode in result.kept]


@pytest.mark.parametrize(("recipe", "family"), SWEEP)
def test_every_item_gives_rows(recipe: Recipe, family: str) -> None:
    """Each item keeps its main arm, once unless it is a run; what is dropped has a reason; what failed has reward 0."""
    for result in results(recipe.name, family):
        assert sum(not episode.arm for episode in result.kept) >= 1
        assert recipe.runs or sum(not episode.arm for episode in result.kept) == 1
        assert {episode.arm for episode in result.kept} <= set(recipe.arms)
        assert all(drop.reason for drop in result.dropped)
        assert not any(episode.dialogue.reward for episode in result.failed)
    assert {episode.arm for episode in kept(recipe.name, family)} == set(recipe.arms)


@pytest.mark.parametrize(("recipe", "family"), SWEEP)
def test_dialogues_are_well_formed(recipe: Recipe, family: str) -> None:
    """Teacher first, in turns, ended by the student; right attempts only at the end; the reward says so."""
    for episode in kept(recipe.name, family):
        turns = episode.dialogue.turns
        assert [turn.role for turn in turns] == ["teacher", "student"] * (len(turns) // 2)
        for turn in turns:
            assert turn.act.kind in (TEACHER_ACTS if turn.role == "teacher" else STUDENT_ACTS)
            assert turn.text == turn.text.strip()
            assert turn.text
        assert not any(turn.correct for turn in turns[:-1])
        assert episode.dialogue.reward == turns[-1].correct
        assert 1 <= len(turns) // 2 <= episode.max_turns
        if not episode.arm and not recipe.evaluates:
            assert episode.dialogue.reward == 1


@pytest.mark.parametrize(("recipe", "family"), [each for each in SWEEP if each.values[0].evaluates])  # type: ignore
def test_dialogues_for_evaluation_end_with_an_answer(recipe: Recipe, family: str) -> None:
    """One that does not end right ends with a wrong answer, with none, or at the limit; items have their own rows."""
    made = kept(recipe.name, family)
    assert {episode.item for episode in made if episode.native} == {episode.item for episode in made}
    for episode in made:
        assert episode.dialogue.reward or len(episode.dialogue.turns) // 2 == episode.max_turns \
            or episode.dialogue.turns[-1].act.kind in (ASSUME, ABSTAIN)


@pytest.mark.parametrize(("recipe", "family"), SWEEP)
def test_no_teacher_leaks(recipe: Recipe, family: str) -> None:
    """Law 4: no teacher's words hold the answer, or a result of the solution, before the student has said it."""
    for episode in kept(recipe.name, family):
        assert find_leaks(episode.dialogue.case, episode.dialogue.turns) == []


@pytest.mark.parametrize(("recipe", "family"), SWEEP)
def test_wrong_attempts_show_their_mistake(recipe: Recipe, family: str) -> None:
    """The wrong line of the mistake that an attempt is labelled with stands in its text; guesses show none.

    An answer that rests on a value nobody told has no mistake: it is wrong, and says so much.
    """
    for episode in kept(recipe.name, family):
        for turn in episode.dialogue.turns:
            if turn.act.kind == ASSUME:
                assert turn.act.answer in turn.text
                assert not turn.correct
            elif turn.act.kind in ATTEMPTS and not turn.correct and turn.act.kind != "guess":
                slip = next(s for s in episode.dialogue.case.slips
                            if (s.kind, s.step) == (turn.act.slip, turn.act.step))
                assert slip.work.steps[slip.step].line in turn.text
                assert slip.work.answer in turn.text


@pytest.mark.parametrize(("recipe", "family"), SWEEP)
def test_nobody_repeats_a_turn(recipe: Recipe, family: str) -> None:
    """No turn of a dialogue is said twice in the same words."""
    for episode in kept(recipe.name, family):
        texts = [turn.text for turn in episode.dialogue.turns]
        assert len(set(texts)) == len(texts)


@EACH
def test_same_seed_same_rows(recipe: Recipe) -> None:
    """Law 1: an item is a function of the plan and its number; another seed gives other rows."""
    def rows(seed: int) -> list[str]:
        plan = Plan(recipe.name, 12, seed)
        made = [e for i in range(12) for e in make_item(recipe, plan, i, ()).kept]
        return [row.id for row in packed_rows(made)]

    assert rows(5) == rows(5)
    assert not set(rows(5)) & set(rows(6))


@EACH
def test_private_knowledge_stays_private(recipe: Recipe) -> None:
    """Law 5: with every privileged field poisoned, the poison is found in the column `private` and nowhere else."""
    poison = "POISON-7f3a"
    episodes = []
    for episode in kept(recipe.name, first_family(recipe)):
        case = episode.dialogue.case
        right = case.right._replace(answer=poison, value=poison,
                                    steps=tuple(step._replace(line=poison) for step in case.right.steps))
        slips = tuple(slip._replace(work=slip.work._replace(answer=poison)) for slip in case.slips)
        injections = tuple(i._replace(replaced=poison, replaced_answer=poison) for i in episode.injections)
        view = case.view and case.view._replace(unknowable=case.view.unknowable | {poison})
        case = case._replace(right=right, slips=slips, view=view)
        episodes.append(episode._replace(dialogue=episode.dialogue._replace(case=case), injections=injections))
    rows = packed_rows(episodes)
    for row in episodes_table(rows).to_pylist():
        private = row.pop("private")
        assert poison in json.dumps(private)
        assert poison not in json.dumps(row)
    ready = view_named("sft").make(episodes_table(rows), Given(Options(), "train"))
    assert poison not in json.dumps(ready.to_pylist())


@EACH
def test_policies_can_be_chosen(recipe: Recipe) -> None:
    """Each student and teacher that a recipe names plays in it when asked for."""
    family = first_family(recipe)
    for student in recipe.students:
        plan = Plan(recipe.name, 1, 1, Options(families=(family,), students=(student,)))
        made = [e for i in range(8) for e in make_item(recipe, plan, i, ()).kept if not e.arm]
        assert made
        assert student in {e.student for e in made} or all(not e.dialogue.case.slips for e in made)
    for teacher in recipe.teachers:
        plan = Plan(recipe.name, 1, 1, Options(families=(family,), teachers=(teacher,)))
        made = [e for i in range(8) for e in make_item(recipe, plan, i, ()).kept if not e.arm]
        unasked = {e.teacher for e in made if e.dialogue.case.view and e.dialogue.case.view.unknowable}
        assert {e.teacher for e in made} == {teacher} | unasked  # what nobody knows no user tells


def test_all_policies_occur() -> None:
    """Over the default mix of `sml` every student and every exact teacher occurs, and every number of turns."""
    plan = Plan("sml", 600, 2)
    made = [e for i in range(600) for e in make_item(recipe_named("sml"), plan, i, ()).kept]
    assert {e.student for e in made} == {policy.name for policy in STUDENTS}
    assert {e.teacher for e in made} == {policy.name for policy in TEACHERS if policy.weight}
    assert {e.dialogue.solved_turn for e in made} == {1, 2, 3, 4}
    assert {e.dialogue.case.family.name for e in made} == {family.name for family in FAMILIES}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)
def test_q_priming_asks_in_place_of_a_wrong_turn(family: object) -> None:
    """An injection replaces a wrong attempt by a question, with probability 0.75^t, or always where a value is wanting
    that nobody has told; its text is never said."""
    name = family.name  # type: ignore[attr-defined]
    for episode in kept("q_priming", name):
        turns = episode.dialogue.turns
        assert bool(episode.injections) == (not episode.arm)
        for injection in episode.injections:
            asked = turns[2 * injection.turn - 1]
            assert asked.act.kind in QUESTIONS
            always = episode.student == "asks_for_values"
            assert injection.draw < injection.p == (1.0 if always else 0.75**injection.turn)
            assert not always or asked.act.target not in episode.dialogue.case.known
            assert injection.replaced not in [turn.text for turn in turns]
            assert injection.gain_bits > 0
            assert not episode.dialogue.case.family.accepts(
                episode.dialogue.case.problem, episode.dialogue.case.right, injection.replaced_answer)


def test_q_priming_twins_share_their_problem() -> None:
    """The arm without injections has the same problem, statement and student as its primed twin."""
    for result in results("q_priming", FAMILIES[0].name):
        primed, plain = result.kept
        assert primed.dialogue.case == plain.dialogue.case
        assert primed.dialogue.turns[0] == plain.dialogue.turns[0]
        assert (primed.student, primed.teacher) == (plain.student, plain.teacher)


def test_control_feedback_says_nothing_useful() -> None:
    """Contentless feedback has no hint in it, and students learn less from controls than from feedback."""
    main = [e for f in FAMILIES for e in kept("controls", f.name)]
    rates = {}
    for arm in ("", "contentless", "shuffled", "misleading"):
        # dialogues that were right at once say nothing about feedback
        chosen = [e for e in main if e.arm == arm and (len(e.dialogue.turns) > 2 or not e.dialogue.reward)]
        rates[arm] = sum(e.dialogue.reward for e in chosen) / len(chosen)
        if arm:
            assert not any(t.act.kind == "hint" for e in chosen for t in e.dialogue.turns)
    assert max(rates[arm] for arm in rates if arm) < 0.75 * rates[""]
