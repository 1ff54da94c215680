"""Scores: how many of each move a side has, what a move is worth, how many points that makes.

    Tries of the Reds: 4. In rugby, how many points do the tries of the Reds make?   Points for a try: 5. 4 × 5 = 20.

A problem is one side or two, each with the moves that count; at the last level some of them cost points. What a move is
worth is common knowledge (`score_facts.FACTS`), or a rule of the house, said or alluded to, and so are the numbers of
moves; of what is known or alluded to a statement can leave the number out. Idle lines tell of other sides and moves.

Mistakes: adding number and points, counting a move once, a move left out, points that are lost added, two sides added
in place of compared, a number read off the wrong line, a fact misremembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from tutelage.draws import Draws
from tutelage.problems.arithmetic.ledger import KINDS, WRONG_LINE, Fields, Ledger, Line, Mistake
from tutelage.problems.arithmetic.score_facts import FACTS, HOUSE, KNOWN, POINT, SIDES, WRONG, plural
from tutelage.problems.family import MISREMEMBERED, Family, always, check_level
from tutelage.problems.knowledge.part_facts import a
from tutelage.values import Problem, Slip, Structure, Value, Work
from tutelage.wording import wordings

NAME = "scores"
ADDED, ONCE, LEFT_OUT, LOSS_ADDED, SUMMED = "added", "counted_once", "left_out", "loss_added", "added_sides"
SHAPES = {1: (1, 1, 0), 2: (1, 2, 0), 3: (1, 3, 0), 4: (2, 2, 0), 5: (1, 3, 1)}  # sides, moves a side, those that cost
MOST = {1: 30, 2: 30, 3: 20, 4: 20, 5: 20}  # of a move
WORTH = (2, 30)  # of a move with a rule of the house
IDLE = 3  # most idle lines


# --- drawing ---------------------------------------------------------------------------------------------------------

def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem. `game` is the name of a known one or "", `sides` are [side, moves], the last `lost` of the moves
    cost points; the `lines` (`ledger`) are of the sorts "count", of a side's moves, and "worth", of a move."""
    check_level(NAME, level)
    number, length, lost = SHAPES[level]
    while True:
        game = draws.choice(tuple(KNOWN)) if draws.chance(0.7) else ""
        moves = _moves(draws, game, length)
        names = list(draws.sample(SIDES, number))
        asked: dict[str, Any] = {"game": game, "sides": [[side, moves] for side in names], "lost": lost}
        values: dict[str, Value] = {f"{move}_{POINT}": FACTS.get(move) or draws.between(*WORTH) for move in moves}
        values |= {f"{side}_{move}": draws.between(2, MOST[level]) for side in names for move in moves}
        if cast(int, solve(asked, values)) > 1:
            break
    sides, nouns = asked["sides"], frozenset([*names, *moves])
    needed = [("count", side, move) for side in names for move in moves]
    needed += [("worth", move, POINT) for move in moves]
    lines: list[list[Any]] = LEDGER.needed_lines(draws, needed, values, nouns)
    lines += [LEDGER.idle_line(draws, *each, MOST[level], nouns) for each in _idle_lines(draws, game, sides)]
    return pose({**asked, "lines": draws.shuffled(lines), "style": draws.below(1 << 30)}, values, level)


def _moves(draws: Draws, game: str, count: int) -> list[str]:
    """Moves of the game, filled up with moves of the house; now and then one of those takes part anyway."""
    known = list(KNOWN.get(game, ()))
    kept = min(len(known), count - (draws.chance(0.3) if count > 1 else 0))
    return [*draws.sample(known, kept), *draws.sample(HOUSE, count - kept)]


def _idle_lines(draws: Draws, game: str, sides: Sequence[Sequence[Any]]) -> list[tuple[str, str, str]]:
    """What doesn't matter, as (sort, one, two): other sides, other moves of these, what other moves are worth."""
    found, moves = list[tuple[str, str, str]](), sides[0][1]
    names, others = [side for side, _ in sides], [*KNOWN.get(game, ()), *draws.sample(HOUSE, 2)]
    for _ in range(draws.between(0, IDLE)):
        chance = draws.between(0, 9)
        if chance < 4:
            line = ("count", draws.choice(SIDES), draws.choice(moves))
        elif chance < 7:
            line = ("count", draws.choice(names), draws.choice(others))
        else:
            line = ("worth", draws.choice(others), POINT)
        needed = line[1] in names and line[2] in moves if line[0] == "count" else line[1] in moves
        if not needed and line not in found:
            found.append(line)
    return found


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    (side, moves), *others = structure["sides"]
    lost = structure["lost"]
    fields = {"game": structure["game"], "side": side, "moves": _listed([plural(m) for m in moves[:len(moves) - lost]])}
    section = "ahead" if others else "lost" if lost else "one"
    if others:
        fields["other"] = others[0][0]
    if lost:
        fields["bad"] = _listed([plural(move) for move in moves[-lost:]])
    key = f"question.{section}" if structure["game"] else f"question.{section}.house"
    text = wordings(f"problems/{NAME}").choose(key, structure["style"], fields)
    return Problem(NAME, level, structure, LEDGER.quantities(structure, values), "", text)


# --- words -----------------------------------------------------------------------------------------------------------

def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _fields(sort: str, one: str, two: str) -> Fields:
    """Of a count `side` and `moves`; of a worth `move` ("a try") and `moves`."""
    return {"side": one, "moves": plural(two)} if sort == "count" else {"move": a(one), "moves": plural(one)}


def _told(structure: Structure, line: Line) -> Fields:
    """`side`, `moves` and `move`; of the end of a comparison `other`."""
    side, moves = structure["sides"][line.place[0]]
    move = moves[line.place[1]]
    fields = {"side": side, "moves": plural(move), "move": a(move)}
    return {**fields, "other": structure["sides"][1][0]} if line.kind == "ahead" else fields


# --- solving ---------------------------------------------------------------------------------------------------------

def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    points = []
    for side, moves in structure["sides"]:
        each = [cast(int, values[f"{side}_{move}"]) * cast(int, values[f"{move}_{POINT}"]) for move in moves]
        kept = len(each) - structure["lost"]
        points.append(sum(each[:kept]) - sum(each[kept:]))
    return points[0] - points[1] if len(points) > 1 else points[0]


def confirm(problem: Problem) -> Value:
    """The second solver: sympy's matrix of moves by sides, times what moves are worth, times the sides' signs."""
    from sympy import Matrix

    structure, values = problem.structure, problem.values
    moves = structure["sides"][0][1]
    counts = Matrix([[values[f"{side}_{move}"] for move in moves] for side, _ in structure["sides"]])
    lost = moves[len(moves) - structure["lost"]:]
    worth = Matrix([(-1 if move in lost else 1) * cast(int, values[f"{move}_{POINT}"]) for move in moves])
    signs = Matrix([[1, -1][:len(structure["sides"])]])
    return int((signs * counts * worth)[0])


def _plan(structure: Structure) -> list[Line]:
    """Side by side and move by move: a number, what it is worth, their product, the sum so far; the comparison."""
    lines, ends, said = list[Line](), list[int](), dict[str, int]()
    for s, (side, moves) in enumerate(structure["sides"]):
        last = -1
        for m, move in enumerate(moves):
            lines.append(Line("count", (s, m), (f"{side}_{move}",)))
            number = len(lines) - 1
            if move not in said:
                lines.append(Line("worth", (s, m), (f"{move}_{POINT}",)))
                said[move] = len(lines) - 1
            lines.append(Line("times", (s, m), (number, said[move])))
            if m:
                kind = "less" if m >= len(moves) - structure["lost"] else "plus"
                lines.append(Line(kind, (s, m), (last, len(lines) - 1)))
            last = len(lines) - 1
        ends.append(last)
    if len(ends) > 1:
        lines.append(Line("ahead", (0, 0), tuple(ends)))
    return lines


LEDGER = Ledger(NAME, WRONG, _fields, _told, _plan)


# --- mistakes --------------------------------------------------------------------------------------------------------

def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    return list(_sites(problem))


def _sites(problem: Problem) -> Iterator[tuple[str, int]]:
    for index, line in enumerate(_plan(problem.structure)):
        if line.kind not in KINDS:
            yield from [(kind, index) for kind in LEDGER.misreadings(problem, cast(str, line.args[0]))]
        elif line.kind == "times":
            yield ADDED, index
            yield ONCE, index
        else:
            yield {"plus": LEFT_OUT, "less": LOSS_ADDED, "ahead": SUMMED}[line.kind], index


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    def combined(kind: str, one: int, two: int, fields: Fields) -> Mistake:
        results = {ADDED: one + two, ONCE: two, LEFT_OUT: one, LOSS_ADDED: one + two, SUMMED: one + two}
        return Mistake(kind, step, fields, result=results[kind])

    return LEDGER.slip(problem, right, kind, step, combined)


def shape(structure: Structure) -> str:
    """Whose moves count, which ones, and which of them cost points."""
    sides, (_, moves), lost = structure["sides"], structure["sides"][0], structure["lost"]
    kept = sorted(moves[:len(moves) - lost])
    return f"{' '.join([side for side, _ in sides])}: {' '.join(kept)} / {' '.join(moves[len(moves) - lost:])}"


FAMILY = Family(
    name=NAME,
    domain="arithmetic",
    summary="points of games, moves times what they are worth; some worths are common knowledge",
    kind=always("number"),
    slips=(ADDED, ONCE, LEFT_OUT, LOSS_ADDED, SUMMED, WRONG_LINE, MISREMEMBERED),
    draw=draw,
    pose=pose,
    solve=solve,
    work=LEDGER.work,
    sites=sites,
    slip=slip,
    confirm=confirm,
    shape=shape,
    words=LEDGER.say,
    state=LEDGER.state,
)
