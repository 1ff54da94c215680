"""`collaborative`: what each possible turn is worth for the rest of the dialogue (CollabLLM, Wu et al. 2025).

One to three premises are hidden. At each of its turns the student has candidates: a good question, the same one at
length, a redundant one, one for something that does not matter, an answer on values that it makes up, and once all is
told the right answer. Each gets its multi-turn-aware reward, the expected value of what follows: exactly, by dynamic
programming over the belief (`problems.views.values`), where the original averages three sampled futures. Pairs are made
from the exact values, so none is chosen for its luck. (arXiv 2502.00640, section 3)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from tutelage.draws import Draws, stream
from tutelage.errors import UsageError
from tutelage.plan import Options
from tutelage.problems.family import Family, all_names, pack, structure_hash
from tutelage.problems.views import MOST_COMPLETIONS, Table, tabulate
from tutelage.recipes.recipe import Item, Recipe, Result, pick, pose_item
from tutelage.recipes.underspecified import MOST_TURNS, Facts, check_hidden, facts_of
from tutelage.records.episode import Drop, Episode, content_id
from tutelage.talk.acts import STATE, student_voice, teacher_voice
from tutelage.talk.case import Case, View
from tutelage.talk.converse import Dialogue, analysed
from tutelage.talk.leaks import find_leaks
from tutelage.talk.mind import Mind
from tutelage.talk.statements import statement_of
from tutelage.talk.users import USERS, user
from tutelage.values import Act, Turn

POLICY = "collaborates"
REPLYING = tuple(policy for policy in USERS if policy.name not in ("dont_know", "noisy"))  # those who tell what is true
SHARES = (0.4, 0.35, 0.25)  # of dialogues in which one, two, three premises are hidden
ASIDE = 0.6  # chance that something that does not matter is hidden, too, where there is such
STRAY = 0.25  # chance at each turn that the dialogue goes on with a candidate other than the best question
MOST_STRAYS = 2  # needless turns in a dialogue
SLOW_COMPLETIONS = 2_000  # of a view whose family has to solve each by itself
TRIES = 40  # problems drawn, and sets of premises, in search of one that serves


def make(item: Item) -> Result:
    """A dialogue of a student and a user about a view, with the candidates of each of its turns."""
    facts, hidden = _view(item)
    if facts is None:
        return Result(dropped=(Drop("no problem with premises that can be hidden"),))
    family, problem = facts.posed.family, facts.posed.problem
    table = tabulate(family, problem, all_names(problem) - set(hidden))
    aside, table = _aside(facts, hidden, table, item.draws)
    case = Case(family, problem, facts.work, all_names(problem) - set(hidden) - {*aside}, (), View("missing"))
    made = _played(item, facts, case, table)
    if not made.dialogue.reward:
        return Result(dropped=(Drop("settled before all that the work uses is told"),))
    if find_leaks(case, made.dialogue.turns):
        return Result(dropped=(Drop("leak"),))
    return Result(kept=(made,))


def _view(item: Item) -> tuple[Facts | None, tuple[str, ...]]:
    """A problem and what to hide of it: premises each of which is needed even when the others are told."""
    draws, wanted = item.draws, item.options.k
    for _ in range(1 if item.pool else TRIES):
        facts = facts_of(pose_item(item))
        k = draws.weighted(wanted, [SHARES[k - 1] for k in wanted])
        for fewer in sorted([each for each in wanted if each <= k], reverse=True):
            if hidden := _pick_hidden(facts, draws, fewer):
                return facts, hidden
    return None, ()


def _pick_hidden(facts: Facts, draws: Draws, k: int) -> tuple[str, ...]:
    """k needed premises with few enough completions, in the problem's order; () where none are found."""
    problem = facts.posed.problem
    for _ in range(8 if len(facts.needed) >= k else 0):
        chosen = set(draws.sample(facts.needed, k))
        if prod([len(problem.quantity(name).domain) for name in chosen]) <= _most(facts.posed.family):
            return tuple([name for name in facts.needed if name in chosen])
    return ()


def _most(family: Family) -> int:
    return MOST_COMPLETIONS if family.sweep else SLOW_COMPLETIONS


def _aside(facts: Facts, hidden: Sequence[str], table: Table, draws: Draws) -> tuple[tuple[str, ...], Table]:
    """Perhaps a premise that does not matter, to be hidden beside the others, and the table without it."""
    family, problem = facts.posed.family, facts.posed.problem
    if not facts.spare or not draws.chance(ASIDE) or not family.in_order or family.domain == "graphs":
        return (), table  # in a network what the work goes through hangs on the values
    name = draws.choice(facts.spare)
    domain = problem.quantity(name).domain
    if len(domain) * len(table.codes) > _most(family):
        return (), table
    wider = tabulate(family, problem, all_names(problem) - {*hidden, name})
    column = wider.hidden.index(name)
    stride = prod(map(len, wider.domains[column + 1:]))
    alike = all(wider.codes[number] == wider.codes[number - number // stride % len(domain) * stride]
                for number in range(len(wider.codes)))
    return ((name,), wider) if alike else ((), table)  # with the others hidden it might matter after all


def _played(item: Item, facts: Facts, case: Case, table: Table) -> Episode:
    """The dialogue: at each turn candidates are weighed and one of them is said."""
    from tutelage.recipes.futures import base_of, candidate_rows  # numpy, which listing recipes should not wait for
    from tutelage.recipes.weighing import Weigher

    draws, options, limit = item.draws, item.options, max(item.options.max_turns, MOST_TURNS)
    policy = pick(REPLYING, options.teachers, draws)
    speech, manner, seed = student_voice(draws), teacher_voice(draws), draws.below(1 << 62)
    mind = Mind(case, stream(seed, "student"), speech)
    needed = [*facts.needed]
    asides = [q.name for q in case.problem.quantities if not q.fact and q.name not in facts.needed]
    weigher = Weigher(case, mind, table, options.window, needed, asides)
    replies, turns = user(policy, stream(seed, "user"), manner), [Turn("teacher", Act(STATE), statement_of(case))]
    base = base_of(item, facts)
    rows, strays, solved = list[tuple[dict[str, Any], dict[str, Any]]](), 0, 0
    for number in range(1, limit + 1):
        mark = draws.below(1 << 62)
        belief = weigher.belief(turns)
        if weigher.settled_early(belief):
            break
        weighed = weigher.candidates(belief, stream(mark, "candidates"))
        played = _choice(weighed, draws, strays < MOST_STRAYS)
        rows += candidate_rows(base, weigher, belief, weighed, turns, played, mark, manner)
        chosen = weighed[played].made
        weigher.go_on(chosen)
        strays += chosen.kind not in ("good", "other_good", "answer")
        turns.append(chosen.turn._replace(correct=chosen.kind == "answer"))
        if chosen.kind == "answer":
            solved = number
            break
        turns.append(replies(case, turns))
    dialogue = Dialogue(case, tuple(analysed(case, turns, table)), int(solved > 0), solved, table)
    return Episode(item.recipe, "", item.seed, item.number, facts.posed.source, POLICY, policy.name, speech.name,
                   manner.name, limit, structure_hash(case.family, case.problem.structure), dialogue,
                   native=_native(item, case, dialogue, policy.name, rows))


def _choice(weighed: Sequence[Any], draws: Draws, may_stray: bool) -> int:
    """The candidate to go on with: the answer or the good question that is worth most, at times another question."""
    def merit(number: int) -> tuple[Any, bool]:
        return round(weighed[number].belief, 2), weighed[number].made.kind != "other_good"

    usual = max([n for n, each in enumerate(weighed) if each.made.kind in ("good", "other_good", "answer")], key=merit)
    others = [n for n, each in enumerate(weighed) if n != usual and each.made.kind != "premature"]
    return draws.choice(others) if may_stray and others and draws.chance(STRAY) else usual


def _native(item: Item, case: Case, dialogue: Dialogue, user_name: str,
            rows: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    turns = dialogue.turns
    conv = content_id(item.recipe, "", pack(case.problem), [t.text for t in turns], [t.act.kind for t in turns],
                      [t.act.answer for t in turns])
    for row, native in rows:
        row |= {"conv": conv, "id": f"{conv}-{row['turn']}-{row['number']}", "user": user_name}
        native["id"] = row["id"]
    return {"candidates": [row for row, _ in rows], "collaborative": [native for _, native in rows]}


def check(options: Options) -> None:
    """Raises UsageError for a window that is shorter than the questions needed, and for families that can't serve."""
    if (most := max(options.k)) > options.window:
        raise UsageError(f"window={options.window} is shorter than k={most}: looking ahead fewer questions than are "
                         f"needed, to ask seems worth no more than to guess; give --window {most} or more, or --k "
                         f"{'1' if options.window == 1 else f'1-{options.window}'}")
    check_hidden(options, "collaborative", _pick_hidden)


RECIPE = Recipe(
    name="collaborative",
    summary="candidate turns weighed by what they are worth for the rest of the dialogue",
    method="Wu et al. 2025, arXiv 2502.00640 (CollabLLM)",
    arms=("",),
    students=(POLICY,),
    teachers=tuple(policy.name for policy in REPLYING),
    make=make,
    tables=("candidates", "collaborative"),
    usable=lambda posed, options: bool(facts_of(posed).needed),
    check=check,
)
