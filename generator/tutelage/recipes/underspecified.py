"""What the recipes on underspecified problems share: problems of the right split, what to hide, views, their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

from tutelage.draws import Draws, stream
from tutelage.errors import UsageError
from tutelage.plan import MOST_HIDDEN, Options
from tutelage.problems.family import Family, Posed, structure_hash, to_json
from tutelage.problems.views import (
    MOST_COMPLETIONS,
    Table,
    Witness,
    analyse_table,
    conditional_sufficiency,
    essential,
    minimal_unsatisfiable,
    witness,
)
from tutelage.recipes.recipe import Item, belongs, families_of
from tutelage.records.episode import Episode, content_id
from tutelage.talk.acts import ABSTAIN, ASK, ASK_CONFLICT, ASSUME, student_voice, teacher_voice
from tutelage.talk.case import Case, View
from tutelage.talk.converse import Dialogue, converse
from tutelage.talk.leaks import find_leaks
from tutelage.talk.mind import Mind
from tutelage.talk.statements import statement_of, strange_question
from tutelage.talk.students import StudentPolicy, student
from tutelage.talk.users import UserPolicy, user
from tutelage.values import Problem, Quantity, Turn, Value, Work

MOST_DRAWS = 500  # problems drawn in search of one that fits
MOST_TURNS = 10  # of the student, in evaluation (Cook et al. 2026 §3); more where `--max-turns` says so


class Facts(NamedTuple):
    """A problem with what decides which views it has."""

    posed: Posed
    work: Work
    needed: tuple[str, ...]  # premises that the answer hangs on, all others known; facts left out
    spare: tuple[str, ...]  # premises that no step uses and that the answer does not hang on


def in_split(item: Item, fits: Callable[[Facts], bool]) -> Facts | None:
    """The item's problem: one of the wanted split that fits; None where `MOST_DRAWS` draws have none.

    Evaluation takes structures of the splits test, validation and heldout, so none of them stands in a training split
    of any recipe; `--split train` takes those of train. A pool holds problems of the wanted split already.
    """
    if item.pool:
        facts = facts_of(item.pool[item.number % len(item.pool)])
        return facts if fits(facts) else None
    families, levels = families_of(item.options), item.options.levels
    family = families[item.number % len(families)]
    first = item.number // len(families) % len(levels)
    for count in range(MOST_DRAWS):
        level = levels[(first + count // 100) % len(levels)]  # a level may have too few structures for a split
        posed = Posed(family, family.draw(item.draws, level), "")
        if belongs(posed, item.options) and fits(facts := facts_of(posed)):
            return facts
    return None


def facts_of(posed: Posed) -> Facts:
    """The facts of a problem, by working it and by enumerating what each quantity could have been."""
    family, problem = posed.family, posed.problem
    work, needed = family.work(problem), essential(family, problem)
    used = {name for step in work.steps for name in step.uses}
    free = [q.name for q in problem.quantities if not q.fact]
    return Facts(posed, work, tuple([name for name in free if name in needed]),
                 tuple([name for name in free if name not in needed and name not in used]))


def pick_hidden(facts: Facts, draws: Draws, k: int) -> tuple[str, ...] | None:
    """k premises of which each is needed even when all others are told, so that the smallest sufficient set is all k.

    In the order of the problem's quantities; None where there aren't so many, or they have too many values.
    """
    if len(facts.needed) < k:
        return None
    chosen = set(draws.sample(facts.needed, k))
    sizes = [len(facts.posed.problem.quantity(name).domain) for name in chosen]
    return tuple([n for n in facts.needed if n in chosen]) if prod(sizes) <= MOST_COMPLETIONS else None


def swapped_for(item: Item, posed: Posed) -> Problem | None:
    """A problem of the family whose question has nothing to do with this one's statement; None where none is found."""
    family, problem = posed.family, posed.problem
    for step in range(1, 40):
        if item.pool:
            other = item.pool[(item.number + step) % len(item.pool)].problem
        else:
            other = family.draw(item.draws, problem.level)
        if strange_question(family, problem, other):
            return other
    return None


def _completion(values: Mapping[str, Value], answer: Value) -> dict[str, str]:
    return {"values": json.dumps({name: to_json(value) for name, value in values.items()}, ensure_ascii=False),
            "answer": json.dumps(to_json(answer), ensure_ascii=False)}


def view_episode(item: Item, facts: Facts, case: Case, policy: StudentPolicy, replies: UserPolicy,
                 arm: str = "") -> Episode:
    """The dialogue of a student and a user about a view, with its row in the recipe's own table."""
    draws, posed = item.draws, facts.posed
    speech, manner = student_voice(draws), teacher_voice(draws)
    seed, limit = draws.below(1 << 62), max(item.options.max_turns, MOST_TURNS)
    dialogue = converse(case, student(policy, Mind(case, stream(seed, "student"), speech)),
                        user(replies, stream(seed, "user"), manner), max_turns=limit)
    return Episode(item.recipe, arm, item.seed, item.number, posed.source, policy.name, replies.name, speech.name,
                   manner.name, limit, structure_hash(posed.family, posed.problem.structure), dialogue,
                   native={item.recipe: [view_row(item, facts, dialogue, policy.name)]})


def leaks(made: Episode) -> bool:
    """Whether the user's words hold the answer before the student has said it."""
    return bool(find_leaks(made.dialogue.case, made.dialogue.turns))


def view_row(item: Item, facts: Facts, dialogue: Dialogue, style: str) -> dict[str, Any]:
    """The row of the recipe's own table for one view (schema `records.tables.VIEWS`)."""
    case, view, posed = dialogue.case, dialogue.case.view or View("complete"), facts.posed
    prompt, first = statement_of(case), dialogue.turns[1]
    row: dict[str, Any] = {
        "id": content_id(item.recipe, view.label, prompt, [], [], []), "item": item.number,
        "family": posed.family.name, "level": case.problem.level,
        "structure": structure_hash(posed.family, case.problem.structure), "source": posed.source,
        "view": view.label, "prompt": prompt, "answer_kind": posed.family.kind(case.problem.structure),
        "distractors": [name for name in facts.spare if name in case.known],
        "style": style, "response": first.text, "act": first.act.kind, **_suspicion(first),
    }
    row |= (_swapped_facts(case) if view.swapped is not None
            else _view_facts(case, view, dialogue.table))
    if not view.replies or view.withhold:
        row["answer"] = row["answer"] if row["answerable"] else ""
    return row


def _view_facts(case: Case, view: View, table: Table | None) -> dict[str, Any]:
    if table is None:
        return {"answerable": True, "answer": case.right.answer, "hidden": [], "sufficient": [], "k": 0, "entropy": 0.0,
                "witness": [], "unsatisfiable": []}
    found, alone = analyse_table(table), conditional_sufficiency(table)
    hidden = [_hidden(case, view, case.problem.quantity(name), found.gain[name],
                      float(alone[name,]))
              for name in table.hidden if name not in case.known]
    return {"answerable": found.determined, "answer": case.right.answer, "hidden": hidden,
            "sufficient": [] if found.determined else [list(names) for names in found.sufficient], "k": found.k,
            "entropy": found.entropy, "witness": _pair(case.family, case.problem, found.witness),
            "unsatisfiable": contradiction(case)}


def _hidden(case: Case, view: View, quantity: Quantity, gain: float, alone: float) -> dict[str, Any]:
    words = case.family.words(case.problem, quantity)
    return {"name": quantity.name, "question": words.question, "phrase": words.phrase, "sentence": words.sentence,
            "user_knows": quantity.name not in view.unknowable, "ig_bits": gain, "settles": alone}


def _swapped_facts(case: Case) -> dict[str, Any]:
    """The question is about another problem, of which nothing is told."""
    assert case.view is not None
    other = case.view.swapped
    assert other is not None
    return {"answerable": False, "answer": "", "hidden": [], "sufficient": [], "k": -1, "entropy": -1.0,
            "witness": _pair(case.family, other, witness(case.family, other, frozenset())), "unsatisfiable": []}


def _pair(family: Family, problem: Problem, found: Witness | None) -> list[dict[str, str]]:
    """A witness as the column holds it: the hidden values of both completions, and the answers that they give."""
    answers = [family.solve(problem.structure, {**problem.values, **values}) for values in found or ()]
    return [_completion(values, answer) for values, answer in zip(found or (), answers, strict=True)]


def contradiction(case: Case) -> list[str]:
    """The sentences of a minimal set of the statement's premises that can't all hold; [] where they can."""
    if case.view is None or case.view.conflict is None:
        return []
    name, value = case.view.conflict
    told = [(q.name, q.value) for q in case.problem.quantities if q.name in case.known]
    clash = minimal_unsatisfiable(case.family, case.problem, [*told, (name, value)]) or ()
    return [case.family.words(case.problem, case.problem.quantity(n)._replace(value=v)).sentence for n, v in clash]


def _suspicion(first: Turn) -> dict[str, int]:
    """Where a first turn says that something is missing, and how long it turns that over."""
    if first.act.kind not in (ASK, ASK_CONFLICT, ABSTAIN, ASSUME):
        return {"first_suspicion_step": -1, "steps_after": 0}
    return {"first_suspicion_step": max(0, first.act.step), "steps_after": first.act.level}


def need_asides(recipe: str) -> Callable[[Options], None]:
    """The check of a recipe whose problems have to tell something that does not matter."""

    def check(options: Options) -> None:
        chosen = families_of(options)
        if not options.source and (bare := [f.name for f in chosen if not f.asides]) and options.families:
            raise UsageError(f"family {bare[0]!r} tells nothing that does not matter, as {recipe} needs it; "
                             f"families that do: {', '.join(f.name for f in with_asides())}")

    return check


Pick = Callable[[Facts, Draws, int], tuple[str, ...]]
"""(facts, draws, k) -> k premises to hide; () where there are none."""


def check_hidden(options: Options, recipe: str, pick: Pick) -> None:
    """Raises UsageError where a chosen family never has as many premises to hide at once as the smallest wanted k."""
    for family in families_of(options) if options.families and not options.source else ():
        if min(options.k) > (most := most_hidden(family, options.levels, recipe, pick)):
            able = ", ".join(other.name for other in families_of(Options())
                             if most_hidden(other, options.levels, recipe, pick) >= min(options.k))
            raise UsageError(f"k={min(options.k)} is more than can be hidden in family {family.name!r} at levels "
                             f"{', '.join(map(str, options.levels))}: at most {most}; families that can: "
                             f"{able or 'none'}")


@lru_cache
def most_hidden(family: Family, levels: tuple[int, ...], recipe: str, pick: Pick) -> int:
    """How many premises can be hidden at once in a family's problems, at most 3, as far as some of them show."""
    draws, most = stream(0, recipe, family.name), 0
    for level in levels:
        for number in range(8):
            facts = facts_of(Posed(family, family.draw(stream(0, "k", family.name, level, number), level), ""))
            most = max([most, *[k for k in range(1, MOST_HIDDEN + 1) if pick(facts, draws, k)]])
    return most


@lru_cache
def with_asides() -> Sequence[Family]:
    from tutelage.problems import FAMILIES

    return [family for family in FAMILIES if family.asides]


def check_k(options: Options) -> None:
    """Raises UsageError where a chosen family never has as many premises to hide as the smallest wanted k."""
    if options.source or options.k == Options().k:
        return
    for family in families_of(options):
        problems = [family.draw(stream(0, "k", family.name, level, i), level) for level in options.levels
                    for i in range(8)]
        most = max(len(facts_of(Posed(family, problem, "")).needed) for problem in problems)
        if min(options.k) > most:
            raise UsageError(f"k={min(options.k)} is more than can be hidden in family {family.name!r} at levels "
                             f"{', '.join(map(str, options.levels))}: at most {most} premises matter there")


