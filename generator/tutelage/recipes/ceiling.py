"""`ceiling`: what no prompt can teach, and what one question can.

What a made-up book says is freshly drawn, so whoever is not told it cannot know it. Some of it is hidden, and the same
question is put in seven ways (arms): as it is; in other words; after solved examples from other books; with a hint that
tells nothing; with one hidden thing narrowed down to two values; so that one may ask; with the whole book. For each it
is known exactly how often an answer can be right at best (`bounds`), and how many bits the arm supplies. Answers
without the information stay at or under that ceiling; asking rises above it. More than the ceiling means a leak.

The hidden values are drawn once more, from all that they could be, after everything else stands. So given the prompt
they are equally likely to the letter, whatever the family took care of when it drew the problem.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import prod
from typing import Any

from tutelage.draws import Draws, stream
from tutelage.errors import NoAnswer, UsageError
from tutelage.plan import Options
from tutelage.problems import FAMILIES
from tutelage.problems.family import Family, Posed, all_names, structure_hash, to_json
from tutelage.problems.views import MOST_COMPLETIONS, Table, tabulate
from tutelage.recipes.arms import (
    ASK,
    BARE,
    FULL,
    NO_NEWS,
    PARTIAL,
    Scene,
    Shown,
    everything,
    guessed,
    pair_of,
    parts,
    replies_can_leak,
    truth_anew,
)
from tutelage.recipes.bounds import likeliest, numbers_of, untold
from tutelage.recipes.recipe import Item, Recipe, Result, pose_item
from tutelage.recipes.underspecified import MOST_TURNS, check_k, facts_of
from tutelage.records.episode import Drop, Episode, content_id
from tutelage.talk.acts import GUESS, Voice, student_voice, teacher_voice
from tutelage.talk.candidates import premature_answer
from tutelage.talk.case import Case, View
from tutelage.talk.converse import Student, converse
from tutelage.talk.mind import Mind
from tutelage.talk.seekers import SEEKERS, next_gap
from tutelage.talk.statements import sayable
from tutelage.talk.students import student
from tutelage.talk.users import USERS, user
from tutelage.values import Act, Turn, Value

USUAL = "rulebook"  # the family that is drawn from where none is named
ASKS, BETS, SOLVES = SEEKERS[0].name, "guesses_likeliest", "solves"
MOST = 2_000  # completions of a view
TRIES = 400  # problems drawn in search of one that serves


def make(item: Item) -> Result:
    """The dialogues of one who may ask, of one who can't and of one who need not, with a row for each prompt."""
    if not item.options.families:
        item = item._replace(options=replace(item.options, families=(USUAL,)))
    scene = _scene(item)
    if scene is None:
        return Result(dropped=(Drop("no problem whose hidden premises can be drawn anew"),))
    draws, seed = item.draws, item.draws.below(1 << 62)
    speech, manner = student_voice(draws), teacher_voice(draws)
    whole = scene.case._replace(known=all_names(scene.case.problem), view=View("complete"))
    shown = list(guessed(scene, item.options, draws))
    bets = [bet(each.case, each.table, stream(seed, each.arm, each.number), speech) for each in shown]
    asks = student(SEEKERS[0], Mind(scene.case, stream(seed, ASK), speech))
    solves = Mind(whole, stream(seed, FULL), speech)

    def played(arm: str, case: Case, name: str, who: Student, rows: Callable[[Turn], list[dict[str, Any]]]) -> Episode:
        limit = max(item.options.max_turns, MOST_TURNS)
        dialogue = converse(case, who, user(USERS[0], stream(seed, "user"), manner), max_turns=limit)
        return Episode(item.recipe, arm, item.seed, item.number, scene.posed.source, name, USERS[0].name, speech.name,
                       manner.name, limit, structure_hash(case.family, case.problem.structure), dialogue,
                       native={"ceiling": rows(dialogue.turns[-1])})

    return Result(kept=(
        played("", scene.case, ASKS, asks,
               lambda last: [row_of(item, scene, everything(scene, ASK, scene.case), last, ASKS)]),
        played(BARE, scene.case, BETS, lambda history: bets[0],
               lambda last: [row_of(item, scene, *each, BETS) for each in zip(shown, bets, strict=True)]),
        played(FULL, whole, SOLVES, lambda history: solves.attempt(None),
               lambda last: [row_of(item, scene, everything(scene, FULL, whole), last, SOLVES)])))


def _scene(item: Item) -> Scene | None:
    """A problem with something hidden, its values drawn anew, such that no reply can hold the answer."""
    draws = item.draws
    for _ in range(TRIES):
        facts = facts_of(pose_item(item))
        posed, family, problem = facts.posed, facts.posed.family, facts.posed.problem
        hidden = _hidden(posed, facts.needed, item.options, draws)
        if not hidden or family.kind(problem.structure) != "number":
            continue
        known = all_names(problem) - set(hidden)
        table = tabulate(family, problem, known)
        if len(numbers_of(table)) < 2 or untold(table).ceiling == 1 or replies_can_leak(family, problem, table):
            continue
        fresh = family.pose(problem.structure, {**problem.values, **truth_anew(table, draws)}, problem.level)
        case = Case(family, fresh, family.work(fresh), known, (), View("missing"))
        able = parts(case, table)
        if not able:
            continue
        part = draws.choice(able)
        pair = pair_of(table, part, fresh.quantity(part).value, draws)
        # what is spare is found by the problem as it was first drawn: the fresh values must not decide what is said
        spare = tuple([name for name in facts.spare if _idle(case, name, len(table.codes))])
        return Scene(posed._replace(problem=fresh), hidden, table, part, pair, case, spare)
    return None


def _hidden(posed: Posed, needed: Sequence[str], options: Options, draws: Draws) -> tuple[str, ...]:
    """What to hide: one to three premises that matter as the problem was drawn, with few completions; () for none."""
    k = draws.choice(options.k)
    chosen = set(draws.sample(needed, k)) if len(needed) >= k else set()
    sizes = [len(posed.problem.quantity(name).domain) for name in chosen]
    return tuple([name for name in needed if name in chosen]) if prod(sizes) <= MOST else ()


def _idle(case: Case, name: str, completions: int) -> bool:
    """Whether no answer hangs on a premise that is told, whatever the hidden values are."""
    if completions * len(case.problem.quantity(name).domain) > MOST_COMPLETIONS:
        return False
    table = tabulate(case.family, case.problem, case.known - {name})
    column = table.hidden.index(name)
    stride, size = prod(map(len, table.domains[column + 1:])), len(table.domains[column])
    return all(code == table.codes[number - number // stride % size * stride]
               for number, code in enumerate(table.codes))


def bet(case: Case, table: Table, draws: Draws, voice: Voice) -> Turn:
    """The answer of one who can't ask: a likeliest one, on values that lead to it, which it says.

    `table` is all that it goes by: what the values are does not decide what it says.
    """
    values: Mapping[str, Value] = table.completion(likeliest(table, draws))
    problem = case.problem
    supposed = case.family.pose(problem.structure, {**problem.values, **values}, problem.level)
    gap = next_gap(Mind(case, stream(0), voice))
    work = case.family.work(supposed)
    turn = premature_answer(Mind(case, draws, voice), gap[0] if gap else 0, values, work)
    if work.answer != case.right.answer:
        return turn
    return turn._replace(act=Act(GUESS, answer=work.answer), correct=True)  # by luck


def row_of(item: Item, scene: Scene, shown: Shown, turn: Turn, style: str) -> dict[str, Any]:
    """The row of one prompt with its response (schema `records.ceiling.CEILING`)."""
    case, before, here = shown.case, untold(scene.table), untold(shown.table)
    problem, arm, all_told = case.problem, shown.arm, shown.arm in (ASK, FULL)
    narrowed = {"name": scene.part, "values": [to_json(value) for value in scene.pair]} if arm == PARTIAL else None
    return {
        "id": content_id(item.recipe, f"{arm} {shown.number}", shown.prompt, [turn.text], [], []),
        "item": item.number, "arm": arm, "number": shown.number, "family": case.family.name, "level": problem.level,
        "structure": structure_hash(case.family, problem.structure), "source": scene.posed.source,
        "prompt": shown.prompt, "answer": case.right.answer, "answer_kind": case.family.kind(problem.structure),
        "hidden": list(scene.hidden), "told": list(scene.hidden) if all_told else [],
        "narrowed": json.dumps(narrowed, ensure_ascii=False) if narrowed else "",
        "wording": json.dumps(dict(shown.wording)) if shown.wording else "", "examples": list(shown.examples),
        "completions": len(numbers_of(scene.table)), "informs": arm not in NO_NEWS,
        "ceiling_acc": float(shown.bound.ceiling), "best": 1.0 if all_told else float(here.ceiling),
        "entropy": before.entropy, "entropy_after": shown.bound.entropy,
        "bits": before.entropy - shown.bound.entropy, "style": style, "response": turn.text,
        "said": turn.act.answer, "right": turn.correct,
    }


# --- what it can be made of ------------------------------------------------------------------------------------------

@lru_cache
def private(family: Family, levels: Sequence[int]) -> bool:
    """Whether what a family hides can be drawn anew: a number is asked for, what a quantity can be does not follow from
    what it is, each value has a sentence, the statement is the same whatever is hidden, and all completions can be
    worked. As some problems show.
    """
    numbers = 0
    for number in range(24):
        draws = stream(0, "private", family.name, number)
        problem = family.draw(draws, levels[number % len(levels)])
        free = [q.name for q in problem.quantities if not q.fact]
        if family.kind(problem.structure) != "number" or not free:
            continue
        hidden = draws.sample(free, min(2, len(free)))
        known, whole = all_names(problem) - set(hidden), dict(problem.values)
        whole |= {name: draws.choice(problem.quantity(name).domain) for name in hidden}
        try:
            answer = family.solve(problem.structure, whole)
        except NoAnswer:
            continue
        other = family.pose(problem.structure, whole, problem.level)
        alike = [tuple(q.domain) for q in other.quantities] == [tuple(q.domain) for q in problem.quantities]
        if not alike or family.state(other, known) != family.state(problem, known) or \
                family.work(other).value != answer or not all(sayable(family, problem, name) for name in hidden):
            return False
        numbers += 1
    return numbers > 0


def check(options: Options) -> None:
    """Raises UsageError for problems from files and for families whose premises could be known or guessed better."""
    able = [family.name for family in FAMILIES if private(family, options.levels)] \
        if options.source or options.families else []
    if options.source:
        raise UsageError(f"source={options.source!r} cannot serve ceiling, whose hidden values are drawn anew; leave "
                         f"the source out: families that can serve are {', '.join(able)}")
    for name in options.families:
        if name not in able:
            raise UsageError(f"family {name!r} has no private quantities with a number as the answer, so it has no "
                             f"ceiling; families that have: {', '.join(able)}")
    check_k(options if options.families else replace(options, families=(USUAL,)))


RECIPE = Recipe(
    name="ceiling",
    summary="one question in seven ways, with how often it can be answered rightly at best",
    method="exact bounds on what a prompt holds; no published method",
    arms=("", BARE, FULL),
    students=(),
    teachers=(),
    make=make,
    tables=("ceiling",),
    check=check,
)
