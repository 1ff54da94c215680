"""`which_question`: which one question has to be asked? (QuestBench, Li et al. 2025, 2503.22674)

A problem with premises hidden, and a list of what one may be told: what the answer hangs on, hidden premises that it
does not hang on, stated ones, results of the worked solution. Which of them settle the answer is found by enumeration
and all that do are right. Three modes an item, the original's: pick the question, say whether the statement is
complete (half of the items are), solve it with all that is needed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

from tutelage.draws import Draws, stream
from tutelage.errors import UsageError
from tutelage.plan import Options
from tutelage.problems import family_named
from tutelage.problems.family import all_names, structure_hash
from tutelage.problems.views import Analysis, analyse_table, expected_guesses, tabulate
from tutelage.recipes.recipe import Item, Recipe, Result, pick
from tutelage.recipes.underspecified import Facts, in_split, leaks, need_asides, with_asides
from tutelage.records.episode import Drop, Episode, content_id
from tutelage.talk.acts import ASK, student_voice, teacher_voice
from tutelage.talk.case import Case, View
from tutelage.talk.choosers import AMBIGUOUS, CHOOSERS, PICK, teller
from tutelage.talk.converse import Dialogue, converse
from tutelage.talk.mind import Mind
from tutelage.talk.options import (
    LETTERS,
    RESULT,
    analyse_options,
    depth_of,
    phrase_of,
    premises,
    question_of,
    reply_of,
    results,
    settled,
)
from tutelage.talk.statements import sayable, statement_of
from tutelage.talk.students import StudentPolicy, student

MODES = {"": "mc", AMBIGUOUS: "isambig", "full": "fullinfo"}
TWO = 0.25  # share of the items that take two questions
MOST_SOLVED = 600  # completions that are worked through for the intermediate results
MOST_OPTIONS = 6
TRIES = 12  # choices of what to hide and to offer, until one needs as many questions as it should


class Offer(NamedTuple):
    """What is hidden, what is offered, and what that is worth."""

    hidden: frozenset[str]
    options: tuple[str, ...]  # in their order
    found: Analysis  # over the options
    settles: Mapping[str, float]  # the chance that an option alone settles the answer


def make(item: Item) -> Result:
    """The three modes of one problem, with a response in the item's style to each."""
    if not item.options.families:
        item = item._replace(options=replace(item.options, families=tuple([f.name for f in with_asides()])))
    sizes = [k for k in item.options.k if k in (1, 2)]
    k = sizes[0] if len(sizes) == 1 else 2 if item.draws.chance(TWO) else 1
    facts = in_split(item, lambda facts: len(_needed(facts)) >= k and bool(facts.spare))
    if facts is None:
        return Result(dropped=(Drop("no problem with premises that matter and such that don't"),))
    offer = _offer(facts, item.draws, k)
    if offer is None:
        return Result(dropped=(Drop(f"no list of options of which {k} settle the answer"),))
    policy = _policy(item, facts, offer)
    if policy is None:
        return Result(dropped=(Drop("no other value that a student could take for granted can be said"),))
    cases = [_case(facts, offer, item.draws, arm) for arm in MODES]
    made = [_episode(item, facts, case, policy, offer, arm) for arm, case in zip(MODES, cases, strict=True)]
    return Result(dropped=(Drop("leak"),)) if any(map(leaks, made)) else Result(kept=tuple(made))


def _policy(item: Item, facts: Facts, offer: Offer) -> StudentPolicy | None:
    """One of the wanted policies that can play: `answers_anyway` needs values with sentences of their own."""
    family, problem = facts.posed.family, facts.posed.problem
    free = all(sayable(family, problem, name) for name in facts.needed if name in offer.hidden)
    able = [policy.name for policy in CHOOSERS if (free or policy.name != "answers_anyway")
            and (not item.options.students or policy.name in item.options.students)]
    return pick(CHOOSERS, able, item.draws) if able else None


def _case(facts: Facts, offer: Offer, draws: Draws, arm: str) -> Case:
    """What a mode tells: all; all but what is hidden; or all but one, which matters in half of the items, so that
    complete and incomplete statements are as long.
    """
    family, problem = facts.posed.family, facts.posed.problem
    names, gone, view = all_names(problem), frozenset[str](), View("complete")
    if not arm:
        gone = offer.hidden
        view = View("missing", task=PICK if offer.found.k == 1 else "pick_two", options=offer.options)
    elif arm == AMBIGUOUS:
        complete = draws.chance(0.5)
        able = facts.spare if complete else sorted(offer.hidden - set(facts.spare))
        gone = frozenset({draws.choice(able)})
        view = View("irrelevant" if complete else "missing", replies=False, task=AMBIGUOUS)
    return Case(family, problem, facts.work, names - gone, (), view)


def _needed(facts: Facts) -> list[str]:
    """The premises that the answer hangs on and that the worked solution names: those that a student can miss."""
    used = {name for step in facts.work.steps for name in step.uses}
    return [name for name in facts.needed if name in used]


def _offer(facts: Facts, draws: Draws, k: int) -> Offer | None:
    """Hidden premises and options of which just k settle the answer; None where `TRIES` choices have none.

    The longest option is a right one as often as any, as far as `TRIES` choices allow it.
    """
    last, lot = None, draws.random()
    for _ in range(TRIES):
        needed = draws.sample(_needed(facts), k)
        idle = draws.sample(facts.spare, min(len(facts.spare), draws.between(1, 2)))
        problem = facts.posed.problem
        while idle and prod([len(problem.quantity(name).domain) for name in (*needed, *idle)]) > MOST_SOLVED:
            idle.pop()
        offer = _offered(facts, draws, needed, idle)
        if offer is None:
            continue
        last = offer
        right = {name for names in offer.found.sufficient if len(names) == k for name in names}
        longest = max(offer.options, key=lambda name: len(phrase_of(facts.posed.family, problem, name)))
        if (longest in right) == (lot < len(right) / len(offer.options)):
            break
    return last


def _offered(facts: Facts, draws: Draws, needed: list[str], idle: list[str]) -> Offer | None:
    """The options beside what is needed: hidden asides, results of steps, stated premises; None where the sizes or
    the questions that it takes are not as they should be."""
    family, problem = facts.posed.family, facts.posed.problem
    hidden = frozenset([*needed, *idle])
    if prod([len(problem.quantity(name).domain) for name in hidden]) > MOST_SOLVED:
        return None
    table = tabulate(family, problem, all_names(problem) - hidden)
    if analyse_table(table).sufficient != (tuple([n for n in table.hidden if n in needed]),):
        return None
    answers = [answer for _, answer in table.rows]
    found = results(family, problem, facts.work, table) if family.domain == "arithmetic" else {}
    derived = _results(found, answers, draws, len(needed))
    stated = [q.name for q in problem.quantities if q.name not in hidden and not q.fact]
    size = draws.between(4, MOST_OPTIONS)
    stated = draws.sample(stated, max(0, min(len(stated), size - len(hidden) - len(derived))))
    options = draws.shuffled([*needed, *idle, *derived, *stated])
    phrases = [phrase_of(family, problem, name) for name in options]
    if len(options) < 3 or not (idle or stated) or len(set(phrases)) < len(phrases):
        return None
    columns: dict[str, Sequence[Hashable]] = {name: found[name] for name in derived}
    columns.update(premises(problem, table, [name for name in options if name not in found]))
    worth = analyse_options({name: columns[name] for name in options}, answers)
    if worth.k != len(needed) or 2 * sum(len(names) == 1 for names in worth.sufficient) > len(options):
        return None  # it would take another number of questions, or most guesses would be right
    return Offer(hidden, tuple(options), worth, {name: settled([columns[name]], answers) for name in options})


def _results(found: Mapping[str, Sequence[str]], answers: Sequence[Hashable], draws: Draws, k: int) -> list[str]:
    """Intermediate results to offer: at most two that settle the answer (none where k is 2), and two that don't."""
    settling = [name for name, values in found.items() if settled([values], answers) == 1]
    others = [name for name in found if name not in settling]
    good = draws.sample(settling, min(len(settling), draws.between(0, 2))) if k == 1 else []
    return good + draws.sample(others, min(len(others), draws.between(1, 2)))


def _episode(item: Item, facts: Facts, case: Case, policy: StudentPolicy, offer: Offer, arm: str) -> Episode:
    """The dialogue of a student and the one who tells, with its row in the recipe's own table."""
    draws, posed = item.draws, facts.posed
    speech, manner = student_voice(draws), teacher_voice(draws)
    seed = draws.below(1 << 62)
    dialogue = converse(case, student(policy, Mind(case, stream(seed, "student"), speech)),
                        teller(stream(seed, "teacher"), manner), max_turns=item.options.max_turns)
    row = _row(item, facts, dialogue, policy, arm) | (_choice_facts(facts, offer, draws) if not arm else _NO_CHOICE)
    row["right"] = _right(dialogue, row)
    return Episode(item.recipe, arm, item.seed, item.number, posed.source, policy.name, "literal", speech.name,
                   manner.name, item.options.max_turns, row["structure"], dialogue, native={item.recipe: [row]})


def _right(dialogue: Dialogue, row: Mapping[str, Any]) -> bool:
    """Whether the first turn is right: it asks for one of the sets that settle the answer, or is judged right."""
    turn = dialogue.turns[1]
    if row["mode"] != "mc":
        return turn.correct
    asked = {turn.act.target, *turn.act.also} if turn.act.kind == ASK else set()
    return asked in [set(names) for names in row["all_valid_qs"]]


def _row(item: Item, facts: Facts, dialogue: Dialogue, policy: StudentPolicy, arm: str) -> dict[str, Any]:
    case, work, posed = dialogue.case, facts.work, facts.posed
    family, problem, prompt = posed.family, posed.problem, statement_of(case)
    whole = analyse_table(dialogue.table) if dialogue.table is not None else None  # None: nothing is hidden
    return {
        "id": content_id(item.recipe, arm, prompt, [], [], []), "item": item.number, "family": family.name,
        "level": problem.level, "structure": structure_hash(family, problem.structure), "source": posed.source,
        "mode": MODES[arm], "view": case.view.label if case.view else "complete", "prompt": prompt,
        "goal": problem.question,
        "known_facts": [family.words(problem, q).sentence for q in problem.quantities if q.name in case.known],
        "k": whole.k if whole else 0, "num_vars": len(problem.quantities) + len(work.steps),
        "num_constraints": len(work.steps),
        "entropy": whole.entropy if whole else 0.0, "answerable": whole is None or whole.determined,
        "answer": work.answer,
        "answer_kind": family.kind(problem.structure), "style": policy.name, "response": dialogue.turns[1].text,
        "act": dialogue.turns[1].act.kind,
    }


_NO_CHOICE: dict[str, Any] = {"askable": [], "all_valid_qs": [], "gt_qs": [], "gt_choices": [], "depth": -1,
                                 "expected_guesses": 0.0}


def _choice_facts(facts: Facts, offer: Offer, draws: Draws) -> dict[str, Any]:
    """The columns on what is offered."""
    family, problem, found = facts.posed.family, facts.posed.problem, offer.found
    valid = [names for names in found.sufficient if len(names) == found.k]
    deep = {name: depth_of(facts.work, name) for name in offer.options}
    letter = dict(zip(offer.options, LETTERS, strict=False))
    kinds = {name: "result" if name.startswith(RESULT) else "hidden" if name in offer.hidden else "stated"
             for name in offer.options}
    right = sorted(draws.choice(valid), key=offer.options.index)
    askable = [{"letter": letter[name], "name": name, "kind": kinds[name], "phrase": phrase_of(family, problem, name),
                "question": question_of(family, problem, name), "sentence": reply_of(family, problem, name),
                "valid": any(name in names for names in valid), "settles": offer.settles[name],
                "ig_bits": found.gain[name], "depth": deep[name]} for name in offer.options]
    return {"askable": askable, "all_valid_qs": [list(names) for names in valid], "gt_qs": right,
            "gt_choices": [letter[name] for name in right],
            "depth": min([max([deep[name] for name in names]) for names in valid]),
            "expected_guesses": expected_guesses(found)}


def check(options: Options) -> None:
    """Raises UsageError for problems from files (they seldom tell what does not matter, and their solutions can't be
    written anew for each completion), families without premises that don't matter, where neither one nor two
    questions are wanted, and where the one student that is can't play."""
    if options.source:
        raise UsageError(f"source={options.source!r} cannot serve which_question, which draws its problems from "
                         f"{', '.join(f.name for f in with_asides())}; leave the source out, or take missing_premise")
    need_asides("which_question")(options)
    silent = [name for name in options.families if family_named(name).domain == "logic"]
    if silent and options.students == ("answers_anyway",):
        raise UsageError(f"student 'answers_anyway' has no other value to say in family {silent[0]!r}; "
                         f"add {CHOOSERS[0].name} or {CHOOSERS[1].name}, or leave the family out")
    if not {1, 2} & set(options.k):
        raise UsageError(f"k={','.join(map(str, options.k))} is more than which_question asks for; give 1, 2 or both")


RECIPE = Recipe(
    name="which_question",
    summary="the one question that settles the answer, among some that don't",
    method="Li et al. 2025, arXiv 2503.22674 (QuestBench)",
    arms=tuple(MODES),
    students=tuple(policy.name for policy in CHOOSERS),
    teachers=(),
    make=make,
    tables=("which_question",),
    evaluates=True,
    check=check,
)
