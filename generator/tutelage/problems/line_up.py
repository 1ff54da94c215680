"""Line-up: people or things in a row, and clues about it; who is where?

The quantities are the clues, as tuples: ("left_of", "Ann", "Bob"), ("gap", "Ann", "Bob", 2) for two in
between, ("at", "Cid", 3), ("between", "Cid", "Ann", "Bob"); a clue that is not told could be any of the same
kind about the same people. Some clues are beside the point: ("aside", "Ann", "red"). Right is the whole
order, or who is in a place, or where somebody is. Worked by noting the places still open (`line_up_logic`),
confirmed by trying all orders with plain positions. Mistakes (`line_up_slips`): reading "before" as "directly
before", mixing up the direction, taking the number in between for the distance, choosing where a clue
decides, looking for a neighbour on one side only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import permutations
from typing import Any

from tutelage.draws import Draws
from tutelage.errors import NoAnswer
from tutelage.problems import line_up_words as text
from tutelage.problems.family import Family, check_level
from tutelage.problems.line_up_logic import (
    Clue,
    Goal,
    Move,
    Plan,
    all_orders,
    chase,
    goal_met,
    order_of,
    orders_with,
    plan,
)
from tutelage.problems.line_up_slips import SKIPPED, SLIPS, next_choice, wrong_moves, wrong_sites
from tutelage.values import Problem, Quantity, Slip, Structure, Value, Words, Work

NAME = "line_up"
SIZES = {1: (3,), 2: (4,), 3: (4, 5), 4: (5,), 5: (5, 6)}
MOVES = {1: (2, 4), 2: (2, 5), 3: (3, 6), 4: (3, 8), 5: (4, 10)}  # fewest and most
# how often each form of clue is tried, by level
_EASY = {"left_of": 5, "just_left": 3, "next_to": 5, "gap": 4, "at": 3, "ends": 1, "not_at": 1}
_HARD = {"left_of": 7, "just_left": 2, "next_to": 6, "gap": 5, "at": 4, "ends": 1, "not_at": 1, "between": 1,
         "left_of_both": 1, "right_of_both": 1}
FORMS = {level: [form for form, often in (_EASY if level < 3 else _HARD).items() for _ in range(often)]
         for level in SIZES}
ASKS = ("order", "order", "who", "where", "who", "where", "order")
ASIDES = {1: 0.0, 2: 0.0, 3: 0.3, 4: 0.5, 5: 0.6}  # how often there is a clue beside the point


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem: the order first, then clues true of it until the question is settled, then none too
    many."""
    check_level(NAME, level)
    n = draws.choice(SIZES[level])
    fewest, most = MOVES[level]
    while True:
        order = draws.shuffled(range(n))
        ask = draws.choice(ASKS)
        target = draws.below(n) if ask != "order" else 0
        asked = target if ask == "where" else order[target] if ask == "who" else -1
        goal = _goal(ask, target)
        found = _clues(draws, level, order, goal, asked)
        if found is None:
            continue
        if draws.chance(ASIDES[level]):
            p = (asked + 1 + draws.below(n - 1)) % n  # to name the person asked for would tell
            found.insert(draws.below(len(found) + 1), (("aside", p), ("aside", p, draws.below(6), 0)))
        solved = plan(n, tuple([clue for _, clue in found]), goal)
        if solved is not None and fewest <= len(solved.moves) <= most:
            break
    story = draws.choice(text.STORY_NAMES)
    structure = {"story": story, "names": draws.sample(text.STORIES[story].names, n),
                 "topics": [list(topic) for topic, _ in found], "ask": ask, "target": target,
                 "style": draws.below(1 << 30)}
    return _posed(structure, [text.as_value(structure, clue) for _, clue in found], level)


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    names = [text.clue_name(structure, topic) for topic in structure["topics"]]
    return _posed(structure, [values[name] for name in names], level)


def _posed(structure: Structure, values: Sequence[Value], level: int) -> Problem:
    quantities = [Quantity(text.clue_name(structure, topic), value, text.domain(structure, topic))
                  for topic, value in zip(structure["topics"], values, strict=True)]
    return Problem(NAME, level, structure, tuple(quantities), *text.frame(structure))


def say(problem: Problem, quantity: Quantity) -> Words:
    index = [q.name for q in problem.quantities].index(quantity.name)
    return text.words_of(problem.structure, index, _all_clues(problem)[index])


def state(problem: Problem, known: AbstractSet[str]) -> str:
    parts = [problem.intro]
    for index, clue in enumerate(_all_clues(problem)):
        if problem.quantities[index].name in known:
            parts.append(text.sentence(problem.structure, index, clue))
    parts.append(problem.question)
    return " ".join(parts)


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """The names in order, or one name, or a place (a number from 1, or a day). Raises NoAnswer if not
    settled."""
    names = tuple(structure["names"])
    n = len(names)
    orders = all_orders(n)
    for topic in structure["topics"]:
        if topic[0] != "aside":
            orders &= _allowed(names, values[text.clue_name(structure, topic)])
    if not orders:
        raise NoAnswer("no order fits the clues")
    if not goal_met(n, orders, _goal(structure["ask"], structure["target"])):
        raise NoAnswer("more than one answer fits the clues")
    opens = [0] * n
    for k, p in enumerate(order_of(n, orders)):
        opens[p] = 1 << k
    return text.conclusion(structure, opens)[0]


def work(problem: Problem) -> Work:
    """The chain of `plan`; where it does not get there, all orders at once."""
    structure, clues = problem.structure, _all_clues(problem)
    solved = _plan(problem, clues)
    if solved is None:
        orders = all_orders(n := len(structure["names"]))
        for clue in clues:
            orders &= orders_with(n, clue)
        order = order_of(n, orders)
        opens = tuple([1 << order.index(p) for p in range(n)])
        solved = Plan((Move("all", -1, order[structure["target"]], opens, opens),), opens)
    return text.write(problem, clues, solved.moves, solved.opens)


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    clues = _all_clues(problem)
    solved = _plan(problem, clues)
    return wrong_sites(clues, solved.moves) if solved else []


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    """A wrong move in place of a right one; after it clues that don't fit any more go unread."""
    structure, clues = problem.structure, _all_clues(problem)
    n, solved = len(structure["names"]), _plan(problem, clues)
    goal = _goal(structure["ask"], structure["target"])
    moves = solved.moves if solved else ()
    for wrong in wrong_moves(n, clues, moves, step, kind, goal) if step < len(moves) else ():
        opens = list(wrong.after)
        more = chase(n, clues, opens, goal, blind=True, skip=wrong.clue)
        while kind == SKIPPED and not _settled(opens, goal) and (again := next_choice(opens)):
            opens = list(again.after)
            more += [again, *chase(n, clues, opens, goal, blind=True, skip=wrong.clue)]
        if _settled(opens, goal) and text.conclusion(structure, opens)[0] != right.value:
            return Slip(kind, step, text.write(problem, clues, (wrong, *more), opens, right.steps[:step]),
                        text.slip_fields(structure, clues, wrong))
    return None


def confirm(problem: Problem) -> Value:
    """The second solver: every order, and every clue checked on plain positions in it."""
    names, ask = problem.structure["names"], problem.structure["ask"]
    target, answers = problem.structure["target"], set()
    for order in permutations(names):
        at = {name: place for place, name in enumerate(order, start=1)}
        if all(_holds(at, q.value) for q in problem.quantities):
            answers.add(order if ask == "order" else order[target] if ask == "who" else at[names[target]])
    if len(answers) != 1:
        raise NoAnswer(f"{len(answers)} answers fit the clues")
    answer: Value = answers.pop()
    if ask == "where" and problem.structure["story"] == "days":
        return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")[int(str(answer)) - 1]
    return answer


def shape(structure: Structure) -> str:
    """Who shares a clue with whom, by numbers in the order in which the clues, sorted by kind, mention
    them."""
    number: dict[int, int] = {}
    topics = []
    for kind, *people in sorted([topic for topic in structure["topics"] if topic[0] != "aside"], key=len):
        topics.append((kind, *[number.setdefault(p, len(number)) for p in people]))
    ask, target = structure["ask"], structure["target"]
    return f"{len(structure['names'])} {topics} {ask} {number.get(target, -1) if ask == 'where' else target}"


def _holds(at: Mapping[str, int], clue: Any) -> bool:
    """Whether a clue holds where everybody has a place, counted from 1."""
    form, who, *rest = clue
    here = at[who]
    if form in ("aside", "ends"):
        return form == "aside" or here in (1, len(at))
    if form in ("at", "not_at"):
        return bool((here == rest[0]) == (form == "at"))
    there = at[rest[0]]
    if form in ("between", "left_of_both", "right_of_both"):
        low, high = sorted((there, at[rest[1]]))
        return {"between": low < here < high, "left_of_both": here < low, "right_of_both": here > high}[form]
    step = there - here
    between: int = rest[1] if form == "gap" else 0
    return {"left_of": step > 0, "just_left": step == 1}.get(form, abs(step) == between + 1)


def _goal(ask: str, target: int) -> Goal:
    return Goal(person=target) if ask == "where" else Goal(place=target) if ask == "who" else Goal()


def _settled(opens: Sequence[int], goal: Goal) -> bool:
    """Whether a student with these open places would give an answer: nobody is without a place, no two share
    one."""
    single = [o for o in opens if o & (o - 1) == 0]
    if 0 in single or len(set(single)) < len(single):
        return False
    if goal.person >= 0:
        return opens[goal.person] in single
    return 1 << goal.place in single if goal.place >= 0 else len(single) == len(opens)


def _clues(draws: Draws, level: int, order: Sequence[int], goal: Goal,
           asked: int) -> list[tuple[text.Topic, Clue]] | None:
    """Clues true of the order that settle the goal, none of which could be left out.

    None of them names the number that is asked for: hearing it again would tell. The result is None where
    there is nothing to combine.
    """
    n, found, used = len(order), list[tuple[text.Topic, Clue]](), set[frozenset[int]]()
    orders, number = all_orders(n), order.index(asked) if goal.person >= 0 else -1
    while not goal_met(n, orders, goal):
        topic, clue = _clue(draws, level, order, asked)
        left, people = orders & orders_with(n, clue), frozenset(topic[1:])
        told = clue[3] - 1 if clue[0] == "gap" else clue[2] if clue[0] == "not_at" else -2
        if left != orders and people not in used and told != number:
            used.add(people)
            found.append((topic, clue))
            orders = left
    behind = all_orders(n)
    for i in range(len(found) - 1, -1, -1):
        orders = behind
        for _, clue in found[:i]:
            orders &= orders_with(n, clue)
        if goal_met(n, orders, goal):
            del found[i]
        else:
            behind &= orders_with(n, found[i][1])
    if len(found) < 2 or all(len(topic) == 2 for topic, _ in found):  # nothing to combine
        return None
    return draws.shuffled(found)


def _clue(draws: Draws, level: int, order: Sequence[int], asked: int) -> tuple[text.Topic, Clue]:
    """A clue that is true of the order; not about the place of the person asked for alone."""
    n, random = len(order), draws.random
    form = draws.choice(FORMS[level])
    if form == "gap":
        step = 2 + int(random() * (n - 2))
        k = int(random() * (n - step))
        a, b = order[k], order[k + step]
        if random() < 0.5:
            a, b = b, a
        return ("pair", a, b), ("gap", a, b, step - 1)
    if form in ("just_left", "next_to", "left_of"):
        k = int(random() * (n - 1))
        a, b = order[k], order[k + 1 if form != "left_of" else k + 1 + int(random() * (n - 1 - k))]
        if random() < 0.5:
            return ("pair", b, a), (form, b, a, 0) if form == "next_to" else (form, a, b, 0)
        return ("pair", a, b), (form, a, b, 0)
    if form in ("between", "left_of_both", "right_of_both"):
        k = int(random() * (n - 2))
        i = k + 1 + int(random() * (n - 2 - k))
        a, b, c = order[k], order[i], order[i + 1 + int(random() * (n - 1 - i))]
        first = b if form == "between" else a if form == "left_of_both" else c
        three = draws.shuffled((a, b, c))
        second, third = [p for p in three if p != first]
        return ("three", *three), (form, first, second, third)
    k = int(random() * n)
    if order[k] == asked:
        k = (k + 1) % n
    if form == "at":
        return ("one", order[k]), ("at", order[k], k, 0)
    if form == "ends" and k in (0, n - 1):
        return ("one", order[k]), ("ends", order[k], 0, 0)
    return ("one", order[k]), ("not_at", order[k], n - 1 if k == 0 else 0, 0)


@lru_cache(maxsize=8192)
def _allowed(names: tuple[str, ...], value: Value) -> int:
    return orders_with(len(names), text.read_clue(value, names))


def _all_clues(problem: Problem) -> tuple[Clue, ...]:
    n = len(problem.structure["names"])
    return tuple([text.could_say(n, tuple(topic))[q.domain.index(q.value)]
                  for topic, q in zip(problem.structure["topics"], problem.quantities, strict=True)])


def _plan(problem: Problem, clues: tuple[Clue, ...]) -> Plan | None:
    structure = problem.structure
    return plan(len(structure["names"]), clues, _goal(structure["ask"], structure["target"]))


FAMILY = Family(
    name=NAME,
    domain="logic",
    summary="who is where in a row, from clues about the order",
    kind=text.kind_of_answer,
    slips=SLIPS,
    draw=draw, pose=pose, solve=solve, work=work, sites=sites, slip=slip, confirm=confirm, shape=shape,
    words=say, state=state, options=text.options,
)
