"""Typed questions: each attribute has its own cases with known values, each operator its laws over all families."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from math import log2

import pytest

from tutelage.draws import stream
from tutelage.errors import UsageError
from tutelage.problems import FAMILIES, family_named
from tutelage.problems.family import Family, Posed, all_names
from tutelage.problems.views import Table, tabulate
from tutelage.recipes.underspecified import facts_of
from tutelage.talk import questions as typed
from tutelage.talk.acts import STUDENT_VOICES
from tutelage.talk.case import Case, View
from tutelage.talk.operators import LEAST, MOST, OPERATORS, Operator, judge, recallable, said_as
from tutelage.talk.phrasing import render
from tutelage.talk.questions import ANSWER, NAMES, Attributes, Question, Scene, score
from tutelage.talk.references import KINDS, fits, kind, kinds_of, nameable, vague, words_for
from tutelage.values import Problem, Quantity, Step, Value, Work
from tutelage.wording import wordings

MISSING = View("missing")
EACH = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
SPOIL = pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)


def toy(answer: Callable[[int, int], Value], view: View = MISSING,
        kept: Callable[[int, int], bool] | None = None) -> Scene:
    """A scene in which `price` (four values) and `fee` (two) are open, `trips` and `pause` are told."""
    quantities = (Quantity("price", 1, (0, 1, 2, 3)), Quantity("fee", 0, (0, 1)), Quantity("trips", 5, (4, 5, 6)),
                  Quantity("pause", 9, (8, 9)), Quantity("hour", 60, (60, 100), fact=True))
    problem = Problem("rates", 1, {"style": 0}, quantities, "", "How much is it?")
    steps = (Step("s0", "the double", "2 × 1 = 2.", "2", ("price", "trips")),
             Step("s1", "all", "2.", "2", ("s0", "fee")))
    work = Work(steps, 2, "2")
    values = [answer(a, b) if kept is None or kept(a, b) else None for a, b in product(range(4), range(2))]
    keys = sorted({value for value in values if value is not None})  # type: ignore[type-var]
    codes = [-1 if value is None else keys.index(value) for value in values]
    table = Table(("price", "fee"), ((0, 1, 2, 3), (0, 1)), codes, keys, lambda key: key)
    return Scene(Case(family_named("rates"), problem, work, frozenset({"trips", "pause", "hour"}), (), view), table)


def asking(*targets: str) -> Question:
    return Question(targets)


# --- each attribute ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("targets", "share"), [
    (("price",), 2 / 3), (("fee",), 1 / 3), (("price", "fee"), 1.0), (("trips",), 0.0), (("trips", "pause"), 0.0),
    (("price", "trips"), 2 / 3), ((ANSWER,), 1.0)])
def test_relevance(targets: tuple[str, ...], share: float) -> None:
    """Of eight answers, all equally likely: price tells two bits of three, fee one, what was told none."""
    assert typed.relevance(toy(lambda a, b: 2 * a + b), asking(*targets)) == pytest.approx(share)


def test_relevance_where_values_work_together() -> None:
    """Parity: each alone tells nothing, both tell all. A threshold: one tells all, the other nothing."""
    parity = toy(lambda a, b: (a + b) % 2)
    assert [typed.relevance(parity, asking(*names)) for names in (("price",), ("fee",), ("price", "fee"))] == [0, 0, 1]
    half = toy(lambda a, b: int(a > 1))
    assert [typed.relevance(half, asking(name)) for name in ("price", "fee")] == [1, 0]


def test_relevance_of_what_is_partly_ruled_out() -> None:
    """Completions without an answer are no completions: with fee = price % 2 left, fee tells half of two bits."""
    scene = toy(lambda a, b: a, kept=lambda a, b: b == a % 2)
    assert typed.relevance(scene, asking("fee")) == pytest.approx(0.5)
    assert typed.relevance(scene, asking("price")) == pytest.approx(1.0)


def test_relevance_of_a_determined_view_is_nothing() -> None:
    assert typed.relevance(toy(lambda a, b: 7), asking("price")) == 0.0


@pytest.mark.parametrize(("targets", "share"), [(("price",), 1), (("price", "fee"), 1 / 2),
                                               (("price", "fee", "trips", "pause"), 1 / 4)])
def test_focus(targets: tuple[str, ...], share: float) -> None:
    assert typed.focus(asking(*targets)) == share


@pytest.mark.parametrize(("targets", "share"), [
    (("price",), 1), (("fee",), 0), (("price", "fee"), 1 / 2), ((ANSWER,), 0), (("=s0",), 0),
    (("trips", ANSWER), 1 / 2)])
def test_answerability(targets: tuple[str, ...], share: float) -> None:
    """A user knows premises, but for those that the view says it doesn't, and no result."""
    scene = toy(lambda a, b: 2 * a + b, View("unanswerable", frozenset({"fee"})))
    assert typed.answerability(scene, asking(*targets)) == share


@pytest.mark.parametrize(("reference", "share"), [("", 1), ("money", 1 / 2), ("number", 1 / 4), ("how_long", 0)])
def test_clarity(reference: str, share: float) -> None:
    """Of price, fee, trips and pause all are numbers, two are money, pause alone is a time; the fact is none."""
    scene = toy(lambda a, b: a)
    assert typed.clarity(scene, Question(("price",), asks_for=reference)) == share


@pytest.mark.parametrize(("taken", "share"), [
    ((), 1), ((("trips", 5),), 1), ((("trips", 4),), 0), ((("trips", 5), ("pause", 8)), 1 / 2)])
def test_accuracy(taken: tuple[tuple[str, Value], ...], share: float) -> None:
    assert typed.accuracy(toy(lambda a, b: a), Question(("price",), presuppositions=taken)) == share


def test_avoid_bias_by_hand() -> None:
    """Four values that tell the answer, one suggested, agreed to half of the time: I = H(A) - H(A | answer).

    The suggested value is said with 5/8, each other with 1/8; in three worlds of four truth and politeness differ.
    """
    said = 5 / 8 * log2(8 / 5) + 3 / 8 * log2(8)
    scene = toy(lambda a, b: a)
    found = typed.avoid_bias(scene, Question(("price",), value_guess=(2,)))
    assert found == pytest.approx((said - 3 / 4) / 2)
    assert found == typed.avoid_bias(scene, Question(("price",), value_guess=(0,)))


def test_avoid_bias_of_a_choice_by_hand() -> None:
    """Two suggested, each agreed to a quarter of the time: 3/8, 3/8, 1/8, 1/8; 0.811 and 1.5 bits in the worlds."""
    said = 2 * 3 / 8 * log2(8 / 3) + 2 / 8 * log2(8)
    inside, outside = 3 / 4 * log2(4 / 3) + 1 / 4 * log2(4), 1 / 2 * log2(2) + 2 / 4 * log2(4)
    found = typed.avoid_bias(toy(lambda a, b: a), Question(("price",), value_guess=(0, 3)))
    assert found == pytest.approx((said - (inside + outside) / 2) / 2)


def test_avoid_bias_without_anything_to_lose() -> None:
    """1 where nothing is suggested, and where a true reply tells nothing."""
    assert typed.avoid_bias(toy(lambda a, b: a), asking("price")) == 1
    assert typed.avoid_bias(toy(lambda a, b: b), Question(("price",), value_guess=(1,))) == 1


def test_form_follows_from_what_is_suggested() -> None:
    forms = [Question(("price",), value_guess=guess).form for guess in ((), (1,), (1, 2))]
    assert forms == ["open", "yes_no", "choice"]


def test_results_are_worked_in_each_completion() -> None:
    """A result is a column of its own, worked with the family; what rests on a told premise alone tells nothing."""
    family = family_named("word_problem")
    for number in range(30):
        problem = family.draw(stream(1, "results", number), 1 + number % 3)
        work = family.work(problem)
        name = facts_of(Posed(family, problem, "")).needed[0]
        scene = Scene(Case(family, problem, work, all_names(problem) - {name}, (), View("missing")),
                      tabulate(family, problem, all_names(problem) - {name}))
        for step in work.steps:
            column = scene.result(f"={step.name}")
            if column is None:
                continue
            place = [values[0] for values, _ in scene.table.rows].index(problem.quantity(name).value)
            assert column[place] == step.value
            assert (len(set(column)) > 1) <= (name in typed.rests_on(work, step.name))


def test_questions_that_there_are_not() -> None:
    scene = toy(lambda a, b: a)
    with pytest.raises(UsageError, match="asks for something"):
        score(scene, Question(()))
    with pytest.raises(UsageError, match="'toll' is not a quantity"):
        score(scene, asking("toll"))


# --- operators --------------------------------------------------------------------------------------------------------


def test_a_pair_is_accepted_iff_one_attribute_moved() -> None:
    good = Attributes(1, 1, 1, 1, 1, 1)
    assert judge("focus", good, good._replace(focus=0.5)) == (True, "")
    assert judge("focus", good, good._replace(focus=1 - LEAST)) == (True, "")
    assert judge("focus", good, good._replace(focus=0.9)) == (False, "small")
    assert judge("focus", good, good._replace(focus=0.5, relevance=1 - MOST)) == (True, "")
    assert judge("focus", good, good._replace(focus=0.5, relevance=0.9)) == (False, "collateral: relevance")
    assert judge("focus", good._replace(relevance=0.3), good._replace(focus=0.5)) == (False, "collateral: relevance")
    assert judge("clarity", good, good._replace(focus=0.5, accuracy=0)) == (False, "collateral: focus, accuracy")


@cache
def scenes(family: Family) -> tuple[tuple[Scene, Question], ...]:
    """Scenes in which one or two premises are open, perhaps an aside too, each with a good question."""
    out = []
    for number in range(36):
        draws = stream(2, "scenes", family.name, number)
        problem = family.draw(draws, 1 + number % 5)
        facts, named = facts_of(Posed(family, problem, "")), nameable(family, problem)
        needed = [name for name in facts.needed if name in named]
        if not needed:
            continue
        hidden = draws.sample(needed, min(len(needed), 1 + number % 2))
        asides = draws.sample(facts.spare, min(len(facts.spare), 1))
        case = Case(family, problem, facts.work, all_names(problem) - {*hidden, *asides}, (), View("missing"))
        scene = Scene(case, tabulate(family, problem, case.known))
        good = Question((hidden[0],), phrasing=draws.below(1 << 62))
        if number % 3 == 0 and (name := recallable(scene, good, draws)):
            good = good._replace(presuppositions=((name, problem.quantity(name).value),))
        out.append((scene, good))
    return tuple(out)


@EACH
@SPOIL
def test_an_operator_changes_one_field_and_spoils_its_attribute(family: Family, operator: Operator) -> None:
    """One field differs, the attribute never rises, and falls wherever the good question had something to lose."""
    made = 0
    for number, (scene, good) in enumerate(scenes(family)):
        worse = operator.make(scene, good, stream(3, "spoil", operator.name, number))
        if worse is None:
            continue
        made += 1
        changed = [name for name, one, two in zip(Question._fields, good, worse, strict=True) if one != two]
        assert changed == [operator.field]
        before, after = score(scene, good)._asdict(), score(scene, worse)._asdict()
        assert all(0 <= value <= 1 for value in after.values())
        assert after[operator.attribute] < before[operator.attribute]
    assert made >= 3


@EACH
@SPOIL
def test_an_operator_is_a_function_of_its_draws(family: Family, operator: Operator) -> None:
    for number, (scene, good) in enumerate(scenes(family)[:6]):
        one, two = (operator.make(scene, good, stream(4, number)) for _ in range(2))
        assert one == two


@EACH
def test_what_is_taken_for_granted_wrongly_is_wrong(family: Family) -> None:
    """The wrong sentence contradicts what is the case: with it in place of the right one, nothing else being changed,
    the two are told apart by their words; of clues no order has both."""
    presuppose = next(operator for operator in OPERATORS if operator.name == "presuppose")
    for number, (scene, good) in enumerate(scenes(family)):
        worse = presuppose.make(scene, good, stream(5, number))
        if worse is None:
            continue
        problem = scene.case.problem
        (name, value), = worse.presuppositions
        assert value != problem.quantity(name).value
        assert name not in scene.open
        assert said_as(family, problem, name, value) != said_as(family, problem, name, problem.quantity(name).value)


def test_a_wrong_clue_holds_in_no_order_that_the_problem_allows() -> None:
    """"Not on Thursday" is no wrong presupposition where Biology is on Monday."""
    from itertools import permutations

    from tutelage.problems.logic.line_up import _holds

    family = family_named("line_up")
    presuppose = next(operator for operator in OPERATORS if operator.name == "presuppose")
    seen = 0
    for number, (scene, good) in enumerate(scenes(family)):
        worse = presuppose.make(scene, good, stream(6, number))
        problem = scene.case.problem
        if worse is None or worse.presuppositions[0][1][0] == "aside":  # type: ignore[index]
            continue
        names = problem.structure["names"]
        for order in permutations(range(1, len(names) + 1)):
            at = dict(zip(names, order, strict=True))
            if all(_holds(at, quantity.value) for quantity in problem.quantities):
                seen += 1
                assert not _holds(at, worse.presuppositions[0][1])
    assert seen


# --- references and words ---------------------------------------------------------------------------------------------


@EACH
def test_vague_references_fit_several(family: Family) -> None:
    """A vague reference fits the quantity that it was made for and another one; its word stands in their names."""
    found = 0
    for scene, good in scenes(family):
        problem = scene.case.problem
        for reference in vague(problem, good.targets[0]):
            found += 1
            matching = fits(problem, reference)
            assert good.targets[0] in matching
            assert len(matching) == len(set(matching)) > 1
            assert matching == tuple([q.name for q in problem.quantities if reference in kinds_of(problem, q)])
            word = reference.partition(":")[2]
            assert all(word in name for name in matching)
    assert found > 5


def test_every_kind_of_reference_has_words() -> None:
    keys = wordings("student/question").sections
    assert {f"vague.{each}" for each in KINDS} == {key for key in keys if key.startswith("vague.")}


def asked_for(scene: Scene, text: str, question: Question) -> set[str]:
    """Reads a rendering: the quantities whose question or phrase stands in it, longest first, statements taken out;
    "the money left after the cost of the stall" is a result, not a cost."""
    case, rest = scene.case, text.casefold()
    said = [*question.presuppositions, *[(question.targets[0], value) for value in question.value_guess]]
    for sentence in (said_as(case.family, case.problem, name, value).casefold() for name, value in said):
        rest = rest.replace(sentence, " ").replace(sentence.removesuffix("."), " ")
    spoken = {words: quantity.name for quantity in case.problem.quantities
              for words in case.family.words(case.problem, quantity)[1:]}
    results = {step.what: "" for step in case.right.steps if step.what not in spoken}
    found = set()
    for words, name in sorted([*spoken.items(), *results.items()], key=lambda each: len(each[0]), reverse=True):
        if words and words.casefold() in rest:
            found |= {name} - {""}
            rest = rest.replace(words.casefold(), " ")
    return found


@EACH
@pytest.mark.parametrize("later", [False, True])
def test_words_name_what_the_question_asks_for(family: Family, later: bool) -> None:
    """Read back, a rendering names the targets and nothing else; a vague one, and one for a result, names none."""
    for number, (scene, good) in enumerate(scenes(family)):
        voice = STUDENT_VOICES[number % len(STUDENT_VOICES)]
        made = [good, *[operator.make(scene, good, stream(7, operator.name, number)) for operator in OPERATORS]]
        for question in filter(None, made):
            text = render(scene.case, question, voice, later=later)
            assert text == render(scene.case, question, voice, later=later) == text.strip()
            premises = {name for name in question.targets if not name.startswith("=")}
            found = asked_for(scene, text, question)
            if question.value_guess:  # the guess may stand for the question
                assert found in (premises, set())
            else:
                assert found == (set() if question.asks_for else premises)
            for name, value in question.presuppositions:
                sentence = said_as(scene.case.family, scene.case.problem, name, value)
                assert sentence.removesuffix(".").casefold() in text.casefold()
            for value in question.value_guess:
                sentence = said_as(scene.case.family, scene.case.problem, question.targets[0], value)
                assert sentence.removesuffix(".") in text
            if question.asks_for:
                fields = words_for(scene.case.problem, question.asks_for)
                assert all(word in text for word in fields.values() if word) or kind(question.asks_for) == "clue"


@EACH
def test_a_free_reader_finds_the_target_of_a_good_question(family: Family) -> None:
    """The reader of free wording, which knows nothing of our templates, hears what a good question asks for, and not
    what a blurred one does."""
    from tutelage.problems.reading.asks import wants
    from tutelage.problems.reading.quantities import matched

    heard = {"good": 0, "blur": 0}
    blur = OPERATORS[0]
    for number, (scene, good) in enumerate(scenes(family)):
        case, voice = scene.case, STUDENT_VOICES[number % len(STUDENT_VOICES)]
        spoken = {q.name: " ".join(case.family.words(case.problem, q)[1:]) for q in case.problem.quantities}
        plain = good._replace(presuppositions=())
        vague_one = blur.make(scene, plain, stream(8, number))
        for kind_, question in (("good", plain), ("blur", vague_one)):
            if question is not None:
                heard[kind_] += matched(wants(render(case, question, voice)).asked, spoken) == plain.targets
    assert heard["good"] >= 0.6 * len(scenes(family))
    assert heard["blur"] <= 0.4 * heard["good"]


def test_attributes_are_those_of_the_operators() -> None:
    assert [operator.attribute for operator in OPERATORS] == [
        "clarity", "focus", "answerability", "relevance", "accuracy", "avoid_bias"]
    assert {operator.attribute for operator in OPERATORS} == set(NAMES)
    assert {operator.field for operator in OPERATORS} <= set(Question._fields)
