"""Parts: things that have things, and how many that is in all. What isn't said is known, or has to be asked for.

    Spiders in the museum: 5. A lobster has as many stickers as a week has days. How many legs do the spiders in the
    museum have in all?   5 spiders, 8 legs each: 5 × 8 = 40.

A problem is chains of owners and parts (museum, spider, leg): the numbers along a chain are multiplied, the chains
added. Each number is said, or is knowledge (`part_facts.FACTS`), or is alluded to by knowledge; of the last two a
statement can be complete without the number, so their quantities are facts. An allusion stands there whether the number
is said besides or not: were it there in place of the number only, it would be a mark of what is wanting
(docs/effect.md). Statements tell as many idle lines as chance will have it, near to what is needed, some of them by
allusion; neither the number of lines nor a turn of phrase tells whether something is wanting: one has to look.

Mistakes: adding what has to be multiplied, one thing's parts taken for all, a group left out, a number read off the
wrong line, a fact misremembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Any, NamedTuple, cast

from tutelage.draws import Draws
from tutelage.problems.arithmetic.allusions import ALLUDED, allusion
from tutelage.problems.arithmetic.expressions import around
from tutelage.problems.arithmetic.part_facts import FACTS, PLACES, WRONG, a, plural
from tutelage.problems.arithmetic.part_lines import chains_of, idle_lines
from tutelage.problems.family import MISREMEMBERED, Family, always, check_level
from tutelage.values import Problem, Quantity, Slip, Step, Structure, Value, Words, Work
from tutelage.wording import wordings

NAME = "parts"
ADDED, ONCE, LEFT_OUT, WRONG_LINE = "added", "one_for_all", "left_one_out", "wrong_line"
CHAINS = {1: ((1, 2),), 2: ((1, 3), (2, 2)), 3: ((2, 2),), 4: ((3, 2),), 5: ((4, 2),)}  # number, pairs a chain
MOST = {1: 30, 2: 30, 3: 40, 4: 60, 5: 90}  # of a number that is no fact


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem. `lines` are [owner, part, quantity or "", number of an idle line, allusion or none].

    A quantity that is alluded to has two lines, one of them with the allusion.
    """
    check_level(NAME, level)
    while True:
        chains = chains_of(draws, *draws.choice(CHAINS[level]))
        pairs = [pair for chain in chains for pair in pairwise(chain)]
        nouns = {noun for chain in chains for noun in chain}
        if len(nouns) == len(chains) + len(chains[0]) - 1:  # else a noun stands for two things
            break
    values, lines = dict[str, Value](), list[list[Any]]()
    for pair in pairs:
        name, known = "_".join(pair), FACTS.get(pair)
        values[name] = known or draws.between(2, MOST[level])
        lines.append([*pair, name, 0, None])
        alluded = not known and draws.chance(ALLUDED) and sum([bool(line[4]) for line in lines]) < 2
        hint = allusion(draws, cast(int, values[name]), nouns) if alluded else None
        if hint:
            lines.append([*pair, name, 0, hint])
    lines += idle_lines(draws, pairs, MOST[level])
    structure = {"chains": chains, "lines": draws.shuffled(lines), "style": draws.below(1 << 30)}
    return pose(structure, values, level)


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    quantities, hinted = [], {line[2] for line in structure["lines"] if line[4]}
    for owner, part, name, _, hint in sorted(structure["lines"], key=lambda line: line[2]):
        if name and not hint:
            known, value = WRONG.get((owner, part)), cast(int, values[name])
            domain = known if known else around(value, 1)
            quantities.append(Quantity(name, value, domain, bool(known or name in hinted)))
    first = structure["chains"][0]
    nouns = [plural(chain[-2]) for chain in structure["chains"]]
    last = f"{', '.join(nouns[:-1])} and {nouns[-1]}" if len(nouns) > 1 else nouns[0]
    if len(first) == 4:
        last = f"{plural(first[2])} of the {plural(first[1])}"
    fields = {"parts": plural(first[-1]), "owners": last, "at": _at(first[0])}
    text = wordings(f"problems/{NAME}").choose("question", structure["style"], fields)
    return Problem(NAME, level, structure, tuple(quantities), "", text)


# --- words -----------------------------------------------------------------------------------------------------------

def _at(owner: str) -> str:
    return f"{PLACES[owner]} the {owner}" if owner in PLACES else f"of {a(owner)}"


def _fields(owner: str, part: str, value: object = "") -> dict[str, str]:
    """`own`: "a spider", "the museum"; `at`: "of a spider", "in the museum"; `parts`: "legs"; `n`: the number."""
    own = f"the {owner}" if owner in PLACES else a(owner)
    return {"own": own, "at": _at(owner), "part": part, "parts": plural(part), "n": str(value)}


def _key(owner: str, section: str) -> str:
    return f"{'place' if owner in PLACES else 'thing'}.{section}"


def say(problem: Problem, quantity: Quantity) -> Words:
    lines = problem.structure["lines"]
    index, line = next((i, line) for i, line in enumerate(lines) if line[2] == quantity.name and not line[4])
    owner, fields = line[0], _fields(line[0], line[1], quantity.value)
    choose, style = wordings(f"problems/{NAME}").choose, problem.structure["style"] + 3 * index
    return Words(*[choose(_key(owner, section), style, fields) for section in ("say", "ask", "the")])


def state(problem: Problem, known: AbstractSet[str]) -> str:
    """The lines in their order; of a hidden number, nothing but the allusion to it, if any."""
    structure, values, parts = problem.structure, problem.values, list[str]()
    choose = wordings(f"problems/{NAME}").choose
    for index, (owner, part, name, idle, hint) in enumerate(structure["lines"]):
        style = structure["style"] + 3 * index
        if hint:
            way, said, other = hint
            fields = {**_fields(owner, part), "said": a(said) if way == "like" else said}
            parts.append(choose(f"as.{way}", style, {**fields, "others": plural(other) if other else ""}))
        elif name in known or not name:
            parts.append(choose(_key(owner, "say"), style, _fields(owner, part, values[name] if name else idle)))
    return " ".join([*parts, problem.question])


# --- solving ---------------------------------------------------------------------------------------------------------

def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    total = 0
    for chain in structure["chains"]:
        product = 1
        for pair in pairwise(chain):
            product *= cast(int, values["_".join(pair)])
        total += product
    return total


def confirm(problem: Problem) -> Value:
    """The second solver: numbers of a graph's ways, by powers of sympy's adjacency matrix."""
    from sympy import zeros

    chains = problem.structure["chains"]
    nouns = sorted({noun for chain in chains for noun in chain})
    matrix = zeros(len(nouns), len(nouns))
    for chain in chains:
        for owner, part in pairwise(chain):
            matrix[nouns.index(owner), nouns.index(part)] = problem.values[f"{owner}_{part}"]
    ways = (matrix ** (len(chains[0]) - 1))[nouns.index(chains[0][0]), nouns.index(chains[0][-1])]
    return int(ways)


class Line(NamedTuple):
    """A line of work before it is written: `kind` pair, times or plus; `args` a quantity's name or earlier lines."""

    kind: str
    chain: int
    at: int  # place in the chain
    args: tuple[str | int, ...]


def _plan(structure: Structure) -> list[Line]:
    lines, sums = list[Line](), list[int]()
    for c, chain in enumerate(structure["chains"]):
        last = -1
        for i, pair in enumerate(pairwise(chain)):
            lines.append(Line("pair", c, i, ("_".join(pair),)))
            if i:
                lines.append(Line("times", c, i, (last, len(lines) - 1)))
            last = len(lines) - 1
        sums.append(last)
    for c, index in enumerate(sums[1:], 1):
        before = sums[0] if c == 1 else len(lines) - 1
        lines.append(Line("plus", c, 0, (before, index)))
    return lines


def work(problem: Problem) -> Work:
    return _write(problem, {}, -1, "")


def _write(problem: Problem, read: Mapping[str, int], wrong: int, kind: str,
           extra: Mapping[str, str] | None = None) -> Work:
    """The work; `read` are numbers taken for others, `wrong` is the line that the mistake `kind` is made in."""
    structure, steps, results = problem.structure, list[Step](), list[int]()
    choose, style, values = wordings(f"problems/{NAME}").choose, problem.structure["style"], problem.values
    plan = _plan(structure)
    uses: tuple[str, ...]
    for index, line in enumerate(plan):
        chain = structure["chains"][line.chain]
        owner = chain[line.at]
        fields = _line_fields(line, chain, extra)
        if line.kind == "pair":
            name = cast(str, line.args[0])
            result, uses = read.get(name, cast(int, values[name])), (name,)
            key, what = _key(owner, "line"), choose(_key(owner, "the"), style, fields)
        else:
            one, two = (results[cast(int, arg)] for arg in line.args)
            uses = tuple([steps[cast(int, arg)].name for arg in line.args])
            result, key = (one * two if line.kind == "times" else one + two), f"n.{line.kind}"
            what = choose(f"{key}.what", style, fields)
            fields |= {"one": str(one), "two": str(two)}
            if index == wrong:
                result = {ADDED: one + two, ONCE: two, LEFT_OUT: one}[kind]
        if index == wrong:
            key = f"{kind}.line"
        fields["n"] = fields["r"] = str(result)
        results.append(result)
        # a line that says a premise again has no result that could be given away
        shown = "" if line.kind == "pair" and index != wrong else str(result)
        steps.append(Step(f"s{index}", what, choose(key, style + 5 * index, fields), shown, uses))
    return Work(tuple(steps), results[-1], str(results[-1]))


def _line_fields(line: Line, chain: Sequence[str], extra: Mapping[str, str] | None = None) -> dict[str, str]:
    fields = {**(extra or {}), **_fields(chain[line.at], chain[line.at + 1])}
    fields["last"], fields["owners"] = plural(chain[-1]), plural(chain[1])
    return fields


# --- mistakes --------------------------------------------------------------------------------------------------------

def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    return list(_sites(problem))


def _sites(problem: Problem) -> Iterator[tuple[str, int]]:
    for index, line in enumerate(_plan(problem.structure)):
        if line.kind == "times":
            yield ADDED, index
            yield ONCE, index
        elif line.kind == "plus":
            yield LEFT_OUT, index
        else:
            name = cast(str, line.args[0])
            if problem.quantity(name).fact:
                yield MISREMEMBERED, index
            if _beside(problem, name) is not None:
                yield WRONG_LINE, index


def _beside(problem: Problem, name: str) -> tuple[str, str, int] | None:
    """An idle line of the same owner or part, whose number can be taken for that of `name`; None without one."""
    own = next(line for line in problem.structure["lines"] if line[2] == name)
    return next(((owner, part, idle) for owner, part, other, idle, hint in problem.structure["lines"]
                 if not other and not hint and (owner == own[0]) != (part == own[1]) and idle != problem.values[name]),
                None)


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    plan, style = _plan(problem.structure), problem.structure["style"]
    line, read = plan[step], dict[str, int]()
    chain = problem.structure["chains"][line.chain]
    fields = _line_fields(line, chain)
    fields["what"] = right.steps[step].what
    if line.kind == "pair":
        name = cast(str, line.args[0])
        quantity = problem.quantity(name)
        said = say(problem, quantity)
        fields |= {"question": said.question, "said": said.phrase, "fact": said.sentence}
        if kind == WRONG_LINE:
            owner, part, read[name] = cast(tuple[str, str, int], _beside(problem, name))
            fields["other"] = wordings(f"problems/{NAME}").choose(_key(owner, "the"), style, _fields(owner, part))
        else:
            others = [n for n in quantity.domain if n != quantity.value]
            read[name] = cast(int, others[style % 4 // 3 % len(others)])
        fields["wrong"] = str(read[name])
    else:
        before = [right.steps[at] for at in cast(tuple[int, ...], line.args)]
        fields["one"], fields["two"] = (done.value or str(problem.values[done.uses[0]]) for done in before)
        if kind == LEFT_OUT:
            fields["owners"] = plural(problem.structure["chains"][line.chain][1])
    wrong = _write(problem, read, step, kind, fields)
    return Slip(kind, step, wrong, fields) if wrong.value != right.value else None


def shape(structure: Structure) -> str:
    """What has what, whatever the order of the groups."""
    return " ".join(sorted([".".join(chain if chain[0] not in PLACES else chain[1:]) for chain in structure["chains"]]))


FAMILY = Family(
    name=NAME,
    domain="arithmetic",
    summary="things that have things, how many in all; some numbers are common knowledge",
    kind=always("number"),
    slips=(ADDED, ONCE, LEFT_OUT, WRONG_LINE, MISREMEMBERED),
    draw=draw,
    pose=pose,
    solve=solve,
    work=work,
    sites=sites,
    slip=slip,
    confirm=confirm,
    shape=shape,
    words=say,
    state=state,
)
