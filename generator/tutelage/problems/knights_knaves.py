"""Knights and knaves: of some people each always tells the truth or always lies; from what they say, who is which?

The quantities are the claims, one of each speaker, as tuples: ("is", "Bob", "knave"), ("same", "Ann", "Cid"), ("and", claim,
claim), ("count", 2); a claim that is not told could be any that its speaker could have made about the same people. Right
is the one set of knights (or of knaves), or the kind of one person. That "or" leaves room for both is a fact, which a
statement may leave to the teacher. Worked by supposition and contradiction (`knights_knaves_logic`), confirmed by sympy's
satisfiability solver. Mistakes: believing a liar, denying both halves of an "and", keeping a supposition that was not
checked against every claim, judging a claim by one half, reading "or" as "not both".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from typing import Any

from tutelage.draws import Draws
from tutelage.errors import NoAnswer
from tutelage.problems import knights_knaves_words as text
from tutelage.problems.family import Family, check_level
from tutelage.problems.knights_knaves_logic import (
    UNKNOWN,
    Claim,
    Heard,
    Move,
    chase,
    could_say,
    forced,
    hear,
    plan,
    truthful,
    worlds_of,
)
from tutelage.values import Problem, Quantity, Slip, Structure, Value, Words, Work
from tutelage.wording import wordings

NAME = "knights_knaves"
PEOPLE = {1: 2, 2: 3, 3: 4, 4: 5, 5: 6}
MOST_MOVES = 9
FLAVOURS = {1: ("and", "and", "or"), 2: ("and", "and", "or"), 3: ("and", "or", "mixed"), 4: ("and", "or", "if", "mixed"),
            5: ("and", "or", "if", "mixed", "count")}
OR, INCLUSIVE, EXCLUSIVE = "or", "allows both", "excludes both"


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem: who lies is drawn first, then claims that such people can make, the last one so that they settle it.

    From level 4 on a question for the kind of one person may come with two people who only speak of each other.
    """
    check_level(NAME, level)
    n = PEOPLE[level]
    ask_role = draws.chance(0.4) or n == 2
    apart = n - 2 if level >= 4 and ask_role and draws.chance(0.4) else n
    while True:
        world = draws.below(1 << n)
        told = world.bit_count()
        ask = "role" if ask_role and (n > 2 or 0 < told < n) else "truthful" if 2 * told > n else "liars"
        if ask != "role" and max(told, n - told) < 2:
            continue
        speakers = draws.shuffled(range(n))
        if n > 2 and apart == n and draws.chance(0.25):
            speakers.pop()
        says = _claims(draws, level, n, apart, world, speakers)
        if says is None:
            continue
        about = draws.below(apart) if ask == "role" else UNKNOWN
        moves = plan(n, tuple([heard for _, heard in says]), about)
        if moves is not None and len(moves) <= MOST_MOVES:
            break
    story = draws.choice(text.STORY_NAMES)
    names = draws.sample(text.STORIES[story][2], n)
    structure = {"story": story, "names": names, "says": [list(topic) for topic, _ in says], "ask": ask, "about": about,
                 "style": draws.below(1 << 30)}
    values: dict[str, Value] = {_name(names[h.speaker]): text.as_value(structure, h.claim) for _, h in says}
    if any(heard.claim[0] == "or" for _, heard in says):
        values[OR] = INCLUSIVE
    return pose(structure, values, level)


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    names, n = structure["names"], len(structure["names"])
    quantities = []
    for speaker, a, b, flavour in structure["says"]:
        name = _name(names[speaker])
        domain = tuple([text.as_value(structure, claim) for claim in could_say(n, speaker, a, b, flavour)])
        quantities.append(Quantity(name, values[name], domain))
    if OR in values:
        quantities.append(Quantity(OR, values[OR], (INCLUSIVE, EXCLUSIVE), fact=True))
    return Problem(NAME, level, structure, tuple(quantities), *text.frame(structure))


def say(problem: Problem, quantity: Quantity) -> Words:
    bank, structure = wordings(f"problems/{NAME}"), problem.structure
    if quantity.name == OR:
        key = "inclusive" if quantity.value == INCLUSIVE else "exclusive"
        return Words(*[bank.choose(k, structure["style"], {}) for k in (f"or.{key}", "or.ask", "or.phrase")])
    index = next(i for i, says in enumerate(structure["says"]) if _name(structure["names"][says[0]]) == quantity.name)
    speaker = structure["says"][index][0]
    claim = _claim(quantity.value, structure["names"], text.STORIES[structure["story"]][0])
    sentence = text.spoken(structure, index, speaker, claim)
    fields = {"s": structure["names"][speaker]}
    return Words(sentence, bank.choose("ask.claim", structure["style"], fields), bank.choose("the.claim", 0, fields))


def state(problem: Problem, known: AbstractSet[str]) -> str:
    """Who is silent and whose claim is merely not told is not said."""
    structure = problem.structure
    names, one = structure["names"], text.STORIES[structure["story"]][0]
    parts = [problem.intro]
    for index, (speaker, *_) in enumerate(structure["says"]):
        quantity = problem.quantities[index]
        if quantity.name in known:
            parts.append(text.spoken(structure, index, speaker, _claim(quantity.value, names, one)))
    if OR in known and problem.quantities[-1].name == OR:
        parts.append(say(problem, problem.quantities[-1]).sentence)
    return " ".join([*parts, problem.question])


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """The sorted names of those asked for, or the kind of one person. Raises NoAnswer where it is not settled."""
    names, one = tuple(structure["names"]), text.STORIES[structure["story"]][0]
    n, exclusive = len(names), values.get(OR) == EXCLUSIVE
    worlds = (1 << (1 << n)) - 1
    for speaker, *_ in structure["says"]:
        worlds &= _heard(names, one, speaker, values[_name(names[speaker])], exclusive).keeps
    if not worlds:
        raise NoAnswer("nobody could have said all that")
    if structure["ask"] == "role":
        told = worlds & truthful(n)[structure["about"]]
        if told and told != worlds:
            raise NoAnswer("both kinds are possible")
        return str(text.STORIES[structure["story"]][0 if told else 1])
    if worlds & (worlds - 1):
        raise NoAnswer("more than one set is possible")
    return text.asked_set(structure, [worlds.bit_length() - 1 >> i & 1 for i in range(n)])


def work(problem: Problem) -> Work:
    """The chain of `plan`; where one supposition at a time does not get there, all cases at once."""
    n, moves = len(problem.structure["names"]), _moves(problem)
    all_heard = _all_heard(problem)
    if moves is None:
        worlds = (1 << (1 << n)) - 1
        for heard in all_heard:
            worlds &= heard.keeps
        roles = [UNKNOWN] * n
        moves = (Move("cases", 0, forced(n, worlds, range(n), roles), tuple(roles)),)
    else:
        roles = _roles_after(moves)
    return text.write(problem, all_heard, moves, roles)


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    found = []
    all_heard, moves = _all_heard(problem), _moves(problem)
    for step, move in enumerate(moves or ()):
        heard = all_heard[move.heard]
        if move.kind == "false":
            found.append(("believed_a_liar", step))
        if move.kind == "clash" and not move.opens:
            found.append(("assumed_truth_without_checking", step))
        if move.kind in ("judged_true", "judged_false", "clash") and heard.claim[0] in ("and", "or"):
            found.append(("forgot_other_half", step))
        for other in all_heard:
            role, form = move.roles[other.speaker], other.claim[0]
            if form == "and" and role == 0 and UNKNOWN in [move.roles[p] for p in other.people]:
                found.append(("negated_and_wrongly", step))
            if form == "or" and role == 1 and UNKNOWN in [move.roles[p] for p in other.people]:
                found.append(("read_or_as_exclusive", step))
    return list(dict.fromkeys(found))


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    all_heard, moves = _all_heard(problem), _moves(problem)
    if moves is None or step >= len(moves):
        return None
    n, move = len(problem.structure["names"]), moves[step]
    wrong = _wrong_move(n, all_heard, move, kind)
    if wrong is None:
        return None
    roles, goal = list(move.roles), problem.structure["about"]
    if move.opens and move.supposed and kind != "assumed_truth_without_checking" and wrong.roles[move.supposed[0]] == UNKNOWN:
        return None
    for person, role in wrong.new:
        roles[person] = role
    used = [heard for i, heard in enumerate(all_heard) if i != wrong.heard]
    indices = [i for i in range(len(all_heard)) if i != wrong.heard]
    more = chase(n, used, roles, goal=goal, blind=wrong.supposed is None or kind == "assumed_truth_without_checking")
    if (UNKNOWN in roles if goal < 0 else roles[goal] == UNKNOWN) or (more and more[-1].kind == "clash"):
        return None
    tail = (wrong, *[m._replace(heard=indices[m.heard], supposed=wrong.supposed) for m in more])
    done = text.write(problem, all_heard, tail, roles, right.steps[:step], kind)
    if done.value == right.value or not done.value:
        return None
    return Slip(kind, step, done, text.slip_fields(problem, all_heard[wrong.heard], wrong))


def _wrong_move(n: int, all_heard: Sequence[Heard], move: Move, kind: str) -> Move | None:
    """What is inferred wrongly in place of `move`, or None where there is nothing of the kind to get wrong."""
    roles, heard = move.roles, all_heard[move.heard]
    if kind == "believed_a_liar":
        left = worlds_of(n, roles) & heard.true
        new = forced(n, left, heard.people, roles) if left and move.kind == "false" else ()
        return move._replace(kind=kind, new=new) if new else None
    if kind == "assumed_truth_without_checking":
        return move._replace(kind=kind, new=()) if move.kind == "clash" and not move.opens else None
    if kind == "forgot_other_half":
        return _half_judged(heard, move)
    form, own = ("and", 0) if kind == "negated_and_wrongly" else ("or", 1)
    for index, other in enumerate(all_heard):
        if other.claim[0] == form and roles[other.speaker] == own:
            parts = _parts(other.claim)
            known = [(person, role) for person, role in parts if roles[person] != UNKNOWN]
            holds = [role == roles[person] for person, role in known]
            new = tuple([(person, 1 - role) for person, role in parts if roles[person] == UNKNOWN])
            if new and (not any(holds) if form == "and" else any(holds)):
                return move._replace(kind=kind, heard=index, new=new)
    return None


def _half_judged(heard: Heard, move: Move) -> Move | None:
    """The speaker's kind by the half of the claim that suggests the wrong one."""
    if move.kind not in ("judged_true", "judged_false") or heard.claim[0] not in ("and", "or"):
        return None
    truth = heard.claim[0] == "and"  # an "and" is believed for a true half, an "or" is not for a false half
    for person, role in _parts(heard.claim):
        if move.roles[person] != UNKNOWN and (move.roles[person] == role) == truth and move.new != ((heard.speaker, int(truth)),):
            return move._replace(kind=f"forgot_other_half", new=((heard.speaker, int(truth)),))
    return None


def _parts(claim: Claim) -> tuple[tuple[int, int], tuple[int, int]]:
    return (claim[1], claim[2]), (claim[3], claim[4])
