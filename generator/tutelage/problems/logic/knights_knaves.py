"""Knights and knaves: some people always tell the truth, the others always lie; from their words, who is who?

The quantities are the claims, one of each speaker, as tuples: ("is", "Bob", "knave"), ("same", "Ann", "Cid"),
("and", claim, claim), ("count", 2); a claim that is not told could be any that its speaker could have made
about the same people. Right is the one set of knights (or of knaves), or the kind of one person. That "or"
leaves room for both is a fact, which a statement may leave to the teacher. Worked by supposition and
contradiction (`knights_knaves_logic`), confirmed by sympy's satisfiability solver. Mistakes
(`knights_knaves_slips`): believing a liar, denying both halves of an "and", taking somebody for truthful
without checking every claim, judging a claim by one half, reading "or" as "not both".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from itertools import combinations, product
from typing import Any

from tutelage.draws import Draws
from tutelage.errors import NoAnswer
from tutelage.problems.family import Family, check_level
from tutelage.problems.logic import knights_knaves_words as text
from tutelage.problems.logic.knights_knaves_logic import (
    EVERYBODY,
    UNKNOWN,
    Heard,
    Move,
    Topic,
    blocks_of,
    chain_of,
    chase,
    could_hear,
    forced,
    hear,
    plan,
    truthful,
    worlds_left,
)
from tutelage.problems.logic.knights_knaves_slips import (
    SLIPS,
    UNCHECKED,
    believe_next,
    refuted_by,
    wrong_moves,
    wrong_sites,
)
from tutelage.values import Problem, Quantity, Slip, Structure, Value, Words, Work

NAME = "knights_knaves"
PEOPLE = {1: 2, 2: 3, 3: 4, 4: 5, 5: 6}
MOST_MOVES = 10
FLAVOURS = {
    1: ("and", "and", "or"),
    2: ("and", "and", "or"),
    3: ("and", "or", "mixed"),
    4: ("and", "or", "if", "mixed"),
    5: ("and", "or", "if", "mixed", "count"),
}
Ring = list[tuple[int, int, int]]
OR, INCLUSIVE, EXCLUSIVE = text.OR, "allows both", "excludes both"


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem: who lies is drawn first, then claims that such people can make and that settle it.

    From level 4 on, a question for one person's kind may come with two people who only speak of each other.
    """
    check_level(NAME, level)
    n = PEOPLE[level]
    ask_role = draws.chance(0.4) or n == 2
    apart = n - 2 if level >= 4 and ask_role and draws.chance(0.4) else n
    while True:
        world = draws.below((1 << n) - 1)  # somebody lies, or there is little to get wrong
        told = world.bit_count()
        ask = "role" if ask_role else "truthful" if 2 * told > n else "liars"
        if ask != "role" and max(told, n - told) < 2:
            continue  # a set of one person could not be spoken of without giving it away
        speakers = draws.shuffled(range(n))
        if n > 3 and apart == n and draws.chance(0.25):
            speakers.pop()
        answer = -1 if ask == "role" else world if ask == "truthful" else (1 << n) - 1 - world
        says = _claims(draws, level, n, apart, world, speakers, answer)
        if says is None:
            continue
        goals = _goals(n, says, range(apart) if ask == "role" else (EVERYBODY,), apart)
        if not goals:
            continue
        all_heard, about = tuple([heard for _, _, heard in says]), EVERYBODY
        blocks, settled = blocks_of(n, all_heard)
        if ask == "role" and settled:  # whoever is known last
            about = next(p for block in reversed(blocks) for p, _ in reversed(block[-1].new) if p in goals)
        moves = chain_of(blocks, all_heard, about) if settled else None
        if moves is not None and len(moves) <= MOST_MOVES:
            break
    story = draws.choice(text.STORY_NAMES)
    names = draws.sample(text.STORIES[story][2], n)
    structure = {"story": story, "names": names, "says": [list(topic) for topic, _, _ in says], "ask": ask,
                 "about": about, "style": draws.below(1 << 30)}
    domains = [text.domain(structure, topic) for topic, _, _ in says]
    claims = [domain[i] for domain, (_, i, _) in zip(domains, says, strict=True)]
    forms = [heard.claim[0] for heard in all_heard]
    problem = _posed(structure, claims, domains, INCLUSIVE if "or" in forms else None, level)
    _LATEST[:] = [(problem, all_heard, moves)]
    return problem


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    domains = [text.domain(structure, topic) for topic in structure["says"]]
    claims = [values[text.claim_name(structure["names"][topic[0]])] for topic in structure["says"]]
    return _posed(structure, claims, domains, values.get(OR), level)


def _posed(structure: Structure, claims: Sequence[Value], domains: Sequence[tuple[Value, ...]],
           meaning: Value | None, level: int) -> Problem:
    """The problem with these claims; `meaning` is that of "or", None where nobody uses it."""
    names = structure["names"]
    quantities = [Quantity(text.claim_name(names[topic[0]]), claim, domain)
                  for topic, claim, domain in zip(structure["says"], claims, domains, strict=True)]
    if meaning is not None:
        quantities.append(Quantity(OR, meaning, (INCLUSIVE, EXCLUSIVE), fact=True))
    return Problem(NAME, level, structure, tuple(quantities), *text.frame(structure))


def say(problem: Problem, quantity: Quantity) -> Words:
    structure = problem.structure
    if quantity.name == OR:
        return text.words_of_or(structure, quantity.value == INCLUSIVE)
    index = [q.name for q in problem.quantities].index(quantity.name)
    return text.words_of_claim(structure, index, _read(problem)[0][index])


def state(problem: Problem, known: AbstractSet[str]) -> str:
    """Who is silent and whose claim is merely not told is not said."""
    structure, parts = problem.structure, [problem.intro]
    for index, heard in enumerate(_read(problem)[0]):
        if problem.quantities[index].name in known:
            parts.append(text.spoken(structure, index, heard))
    if OR in known and problem.quantities[-1].name == OR:
        parts.append(text.words_of_or(structure, problem.quantities[-1].value == INCLUSIVE).sentence)
    parts.append(problem.question)
    return " ".join(parts)


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """The sorted names of those asked for, or one person's kind. Raises NoAnswer where it is not settled."""
    names, one = tuple(structure["names"]), text.STORIES[structure["story"]][0]
    n, exclusive = len(names), values.get(OR) == EXCLUSIVE
    worlds = (1 << (1 << n)) - 1
    for topic in structure["says"]:
        worlds &= _heard(names, one, topic[0], values[text.claim_name(names[topic[0]])], exclusive).keeps
    if not worlds:
        raise NoAnswer("nobody could have said all that")
    if structure["ask"] == "role":
        told = worlds & truthful(n)[structure["about"]]
        if told and told != worlds:
            raise NoAnswer("both kinds are possible")
        return text.STORIES[structure["story"]][0 if told else 1]
    if worlds & (worlds - 1):
        raise NoAnswer("more than one set is possible")
    return text.asked_set(structure, [worlds.bit_length() - 1 >> i & 1 for i in range(n)])


def work(problem: Problem) -> Work:
    """The chain of `plan`; where one supposition at a time does not get there, all cases at once."""
    n, (all_heard, moves) = len(problem.structure["names"]), _read(problem)
    if moves is None:
        unknown = (UNKNOWN,) * n
        moves = (Move("cases", 0, forced(n, worlds_left(n, all_heard), range(n), unknown), unknown),)
    roles = list(moves[-1].roles)
    for person, role in moves[-1].new:
        roles[person] = role
    return text.write(problem, all_heard, moves, roles)


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    all_heard, moves = _read(problem)
    return wrong_sites(all_heard, moves or ())


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    """A wrong move in place of a right one.

    Within a supposition a student still sees contradictions, unless the mistake is not to look for them;
    without one nobody looks for any, and claims that don't fit any more go unread.
    """
    structure, (all_heard, moves) = problem.structure, _read(problem)
    n, goal = len(structure["names"]), structure["about"]
    for wrong in wrong_moves(n, all_heard, moves[step], step, kind) if moves and step < len(moves) else ():
        blind = wrong.supposed is None or kind == UNCHECKED
        skip = -1 if kind == UNCHECKED and wrong.supposed is None else wrong.heard
        roles, tail, more = list(wrong.roles), list[Move](), [wrong]
        while more:  # who believes without checking goes on to believe where nothing follows any more
            tail += more
            for person, role in more[0].new:
                roles[person] = role
            tail += chase(n, all_heard, roles, goal=goal if blind else None, blind=blind, skip=skip)
            settled = UNKNOWN not in roles if goal < 0 else roles[goal] != UNKNOWN
            more = believe_next(n, all_heard, roles) if kind == UNCHECKED and not settled else []
        if settled and tail[-1].kind != "clash" and text.conclusion(structure, roles)[0] != right.value:
            tail = [move if move.kind == kind else move._replace(supposed=wrong.supposed) for move in tail]
            check = refuted_by(n, all_heard, wrong) if kind == UNCHECKED else UNKNOWN
            return Slip(kind, step, text.write(problem, all_heard, tail, roles, right.steps[:step]),
                        text.slip_fields(structure, all_heard[wrong.heard], wrong, check))
    return None


def confirm(problem: Problem) -> Value:
    """The second solver: all models of "a claim is true exactly if its speaker is truthful", by sympy."""
    from sympy import And, Dummy, Equivalent, Implies, Not, Or, Symbol, Xor, false
    from sympy.logic.inference import satisfiable

    names, (true, lie, _) = problem.structure["names"], text.STORIES[problem.structure["story"]]
    ask, about = problem.structure["ask"], problem.structure["about"]
    honest, rules = {name: Symbol(name) for name in names}, list[Any]()
    exclusive = any(q.value == EXCLUSIVE for q in problem.quantities)

    def meaning(claim: Any) -> Any:
        form, *rest = claim
        if form == "is":
            return honest[rest[0]] if rest[1] == true else Not(honest[rest[0]])
        if form == "count":
            chosen = combinations(names, rest[0])
            worlds = [And(*[honest[x] if x in some else Not(honest[x]) for x in names]) for some in chosen]
            named = [Dummy() for _ in worlds]  # multiplied out, the clauses would be too many
            rules.extend(map(Equivalent, named, worlds))
            return Or(false, *named)
        if form in ("same", "differ"):
            same = Equivalent(honest[rest[0]], honest[rest[1]])
            return same if form == "same" else Not(same)
        p, q = meaning(rest[0]), meaning(rest[1])
        return {"and": And(p, q), "if": Implies(p, q), "or": Xor(p, q) if exclusive else Or(p, q)}[form]

    claims = [q for q in problem.quantities if not q.fact]
    rules += [Equivalent(honest[q.name.removesuffix("'s claim")], meaning(q.value)) for q in claims]
    answers: set[Value] = set()
    for model in satisfiable(And(*rules), all_models=True):
        free = [name for name in names if model and honest[name] not in model]
        for some in product((True, False), repeat=len(free)) if model else ():
            told = {str(symbol): value for symbol, value in model.items()}
            told |= dict(zip(free, some, strict=True))
            if ask == "role":
                answers.add(true if told[names[about]] else lie)
            else:
                answers.add(tuple(sorted(x for x in names if told[x] == (ask == "truthful"))))
    if len(answers) != 1:
        raise NoAnswer(f"{len(answers)} answers fit the claims")
    return answers.pop()


def shape(structure: Structure) -> str:
    """Who speaks of whom and in which forms, by numbers in the order in which people come up."""
    number: dict[int, int] = {}
    says = [[number.setdefault(p, len(number)) for p in topic[:3]] + topic[3:] for topic in structure["says"]]
    return f"{len(structure['names'])} {says} {structure['ask']} {number.get(structure['about'], -1)}"


def _claims(draws: Draws, level: int, n: int, apart: int, world: int,
            speakers: Sequence[int], answer: int) -> list[tuple[Topic, int, Heard]] | None:
    """Claims that can be made in `world`, each narrowing the worlds down, to `world` alone at the end; with
    the topic of each and its index there. None of them names just the people of `answer`: it could not be
    said again without telling. The result is None where the last speaker has no such claim."""
    random, only, left_over = draws.random, 1 << world, len(speakers)
    worlds, says = (1 << (1 << n)) - 1, list[tuple[Topic, int, Heard]]()
    for speaker in speakers:
        left_over -= 1
        topics = _topics(level, n, apart, speaker)
        for _ in range(6):
            topic, options, twice = topics[int(random() * len(topics))]
            start = int(random() * len(options))
            fitting = -1
            for keeps, named, index in twice[start: start + len(options)]:
                left = worlds & keeps
                if left & only and left != worlds and named != answer and (
                        left.bit_count() > left_over if left_over else left == only):
                    fitting = index
                    break
            if fitting >= 0:
                break
        else:
            return None
        says.append((topic, fitting, options[fitting]))
        worlds = left
    return says


def _goals(n: int, says: Sequence[tuple[Topic, int, Heard]], goals: Sequence[int], apart: int) -> set[int]:
    """The goals for which no claim could be left out without opening the question; from four people on a third may."""
    keeps = [heard.keeps for (speaker, *_), _, heard in says if speaker < apart]
    every, told = (1 << (1 << n)) - 1, truthful(n)
    before, behind, fewest = [every], every, len(keeps) - (n // 3 if n > 3 else 0)
    for worlds in keeps:
        before.append(before[-1] & worlds)
    needed = dict.fromkeys(goals, 0)
    for i in range(len(keeps) - 1, -1, -1):
        worlds = before[i] & behind
        behind &= keeps[i]
        for goal in goals:
            if worlds & (worlds - 1) if goal < 0 else 0 != worlds & told[goal] != worlds:
                needed[goal] += 1
    return {goal for goal, count in needed.items() if count >= fewest}


@cache
def _topics(level: int, n: int, apart: int, speaker: int) -> list[tuple[Topic, tuple[Heard, ...], Ring]]:
    """What somebody may speak of: two others, or another and oneself; those from `apart` on are by themselves. With
    each topic the claims on it, and what `_claims` looks at of each, twice around."""
    group = [i for i in (range(apart) if speaker < apart else range(apart, n)) if i != speaker]
    pairs = [(a, b) for a in group for b in group if a < b] + [(a, speaker) for a in group]
    flavours = [f for f in FLAVOURS[level] if f != "count" or apart == n]
    topics = [(speaker, *((0, 0) if f == "count" else pair), f) for pair in pairs for f in flavours]
    said = [(topic, could_hear(n, topic)) for topic in topics]
    return [(topic, options, [(heard.keeps, heard.named, i) for i, heard in enumerate(options)] * 2)
            for topic, options in said]


@lru_cache(maxsize=8192)
def _heard(names: tuple[str, ...], one: str, speaker: int, value: Value, exclusive: bool) -> Heard:
    return hear(len(names), speaker, text.read_claim(value, names, one), exclusive)


# The last problem, as it was read: draw, state, work, sites and slip of one problem follow each other.
_LATEST: list[tuple[Problem, tuple[Heard, ...], tuple[Move, ...] | None]] = []


def _read(problem: Problem) -> tuple[tuple[Heard, ...], tuple[Move, ...] | None]:
    """The claims as heard, and the chain."""
    if _LATEST:
        latest, all_heard, moves = _LATEST[0]
        if latest is problem:
            return all_heard, moves
    structure, exclusive = problem.structure, problem.quantities[-1][:2] == (OR, EXCLUSIVE)
    n, claims = len(structure["names"]), zip(structure["says"], problem.quantities, strict=False)  # the last: "or"?
    all_heard = tuple([could_hear(n, tuple(topic), exclusive)[q.domain.index(q.value)] for topic, q in claims])
    moves = plan(n, all_heard, structure["about"])
    _LATEST[:] = [(problem, all_heard, moves)]
    return all_heard, moves


FAMILY = Family(
    name=NAME,
    domain="logic",
    summary="who always tells the truth and who always lies, from what they say of each other",
    kind=lambda structure: "choice" if structure["ask"] == "role" else "names",
    slips=SLIPS,
    draw=draw, pose=pose, solve=solve, work=work, sites=sites, slip=slip, confirm=confirm, shape=shape,
    words=say, state=state, options=text.options,
    in_order=False, asides=True,
)
