"""What turns are worth, by plain recursion over lists of worlds: the other way to the figures of `collaborative`.

Nothing of `problems.views.values` is used. The completions are solved one by one (of large views the table is taken),
a belief is the list of worlds that agree with what was said, and the plan is played world by world.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import product
from math import fsum, log2, prod
from typing import Any, NamedTuple

from tutelage.checking.episodes import Again
from tutelage.checking.labels import MOST_PROVED
from tutelage.errors import NoAnswer
from tutelage.problems.family import from_json
from tutelage.problems.reading.answers import same
from tutelage.talk import candidates as say
from tutelage.talk.acts import ASK, TELL_PART
from tutelage.talk.case import Case
from tutelage.talk.users import told_names
from tutelage.values import Act, Turn, Value

UNIT = 10_000  # in which costs are whole numbers
NONE = -1  # in place of an answer
World = tuple[Value, ...]  # of the hidden quantities, in their order
Told = tuple[tuple[str, Value], ...]  # in the order of the hidden quantities


class Belief(NamedTuple):
    told: Told
    worlds: list[int]


class Reckoner:
    """The values of a view by recursion, each belief's once."""

    def __init__(self, case: Case, found: Again, window: int) -> None:
        self.case, self.window = case, window
        self.hidden = [q.name for q in case.problem.quantities if q.name not in case.known]
        domains = [tuple(case.problem.quantity(name).domain) for name in self.hidden]
        self.worlds: list[World] = list(product(*domains))
        found_answers = self._answers(found, prod(map(len, domains)))
        self.values: list[Any] = list(dict.fromkeys([answer for answer in found_answers if answer is not None]))
        numbers = {answer: number for number, answer in enumerate(self.values)}
        self.answers = [numbers.get(answer, NONE) for answer in found_answers]  # of each world, by their first places
        self.typed = {name: dict(zip(domain, say.typing_costs(case, name, domain), strict=True))
                      for name, domain in zip(self.hidden, domains, strict=True)}
        self.plain = {name: dict(zip(domain, say.plain_costs(case, name, list(self.typed[name].values())), strict=True))
                      for name, domain in zip(self.hidden, domains, strict=True)}
        # of one dialogue's beliefs, two that were told the same and have as many worlds are the same: they are nested
        self._known = dict[tuple[int, Told, int], tuple[int, str]]()
        self._modes = dict[tuple[Told, int], int]()
        self._right = dict[tuple[Told, int, str], set[int]]()
        self._parts = dict[tuple[Told, int, str], dict[Value, Belief]]()

    def _answers(self, found: Again, size: int) -> list[Any]:
        """The answer in each world; None where it has none."""
        if size > MOST_PROVED and found.table is not None:
            return [found.table.value(found.table.keys[code]) if code >= 0 else None for code in found.table.codes]
        case, out = self.case, list[Any]()
        for world in self.worlds:
            try:
                out.append(case.family.solve(case.problem.structure,
                                             {**case.problem.values, **dict(zip(self.hidden, world, strict=True))}))
            except NoAnswer:
                out.append(None)
        return out

    def belief(self, turns: Sequence[Turn]) -> Belief:
        """What the replies leave: told values, and values that were narrowed down."""
        known, values = told_names(turns), self.case.problem.values
        told = tuple([(name, values[name]) for name in self.hidden if name in known])
        parts = [(self.hidden.index(turn.act.target), [from_json(v) for v in json.loads(turn.act.answer)])
                 for turn in turns if turn.act.kind == TELL_PART]
        fixed = [(self.hidden.index(name), [value]) for name, value in told]
        return Belief(told, [number for number, world in enumerate(self.worlds) if self.answers[number] != NONE
                             and all(world[place] in some for place, some in (*parts, *fixed))])

    def worth(self, belief: Belief, window: int) -> tuple[int, str]:
        """The belief's value times UNIT times its worlds, and what the plan asks for; "": it answers."""
        key = window, belief.told, len(belief.worlds)
        if key not in self._known:
            best = max(Counter([self.answers[n] for n in belief.worlds]).values()) * UNIT, ""
            told = dict(belief.told)
            for place, name in enumerate(self.hidden):
                if window and name not in told and len({self.worlds[n][place] for n in belief.worlds}) > 1:
                    total = sum([self.worth(part, window - 1)[0] - self.plain[name][value] * len(part.worlds)
                                 for value, part in self.parts(belief, name)])
                    best = max(best, (total, name), key=lambda pair: pair[0])
            self._known[key] = best
        return self._known[key]

    def parts(self, belief: Belief, name: str) -> list[tuple[Value, Belief]]:
        """The beliefs that a reply about one more quantity can lead to."""
        return list(self._split(belief, name).items())

    def _split(self, belief: Belief, name: str) -> dict[Value, Belief]:
        key = belief.told, len(belief.worlds), name
        if key not in self._parts:
            place, groups = self.hidden.index(name), dict[Value, list[int]]()
            for number in belief.worlds:
                groups.setdefault(self.worlds[number][place], []).append(number)
            self._parts[key] = {value: Belief(self._more(belief.told, name, value), some)
                                for value, some in groups.items()}
        return self._parts[key]

    def _more(self, told: Told, name: str, value: Value) -> Told:
        more = {**dict(told), name: value}
        return tuple([(each, more[each]) for each in self.hidden if each in more])

    def reply(self, belief: Belief, names: Sequence[str], world: int) -> Belief:
        """The belief after being told these quantities in a world."""
        for name in names:
            belief = self._split(belief, name)[self.worlds[world][self.hidden.index(name)]]
        return belief

    def played(self, belief: Belief, window: int, world: int) -> int:
        """What the plan brings in a world, in 1/UNIT."""
        name, paid = self.worth(belief, window)[1], 0
        while name:
            paid += self.plain[name][self.worlds[world][self.hidden.index(name)]]
            belief, window = self.reply(belief, [name], world), window - 1
            name = self.worth(belief, window)[1]
        return (UNIT if self.answers[world] == self._modal(belief) else 0) - paid

    def _modal(self, belief: Belief) -> int:
        """The most frequent answer, of equals the first in the order of the worlds of the whole view."""
        key = belief.told, len(belief.worlds)
        if key not in self._modes:
            counts = Counter([self.answers[n] for n in belief.worlds])
            self._modes[key] = min(counts, key=lambda answer: (-counts[answer], answer))
        return self._modes[key]

    def asked(self, belief: Belief, act: Act, text: str) -> tuple[list[str], int]:
        """Of a turn that asks: what it brings that is new, and what it costs whatever the reply."""
        names, told = (act.target, *act.also), dict(belief.told)
        new = [name for name in self.hidden if name in names and name not in told]
        turn = Turn("student", act, text)
        return new, say.fixed_cost(self.case, turn, [name for name in names if name not in new])

    def returns(self, belief: Belief, act: Act, text: str, worlds: Sequence[int]) -> list[int]:
        """What a candidate brings in each of these worlds, in 1/UNIT."""
        if act.kind != ASK:
            right = self._accepted(belief, act.answer)
            return [UNIT if self.answers[n] in right else 0 for n in worlds]
        new, fixed = self.asked(belief, act, text)
        known = {n: self.played(self.reply(belief, new, n), self.window, n) for n in sorted(set(worlds))}
        return [known[n] - min(say.MOST, fixed + self._typing(new, n)) for n in worlds]

    def value(self, belief: Belief, act: Act, text: str) -> tuple[float, float]:
        """The value of a candidate and its expected cost."""
        n = len(belief.worlds)
        if act.kind != ASK:
            return sum(self.returns(belief, act, text, belief.worlds)) / (UNIT * n), 0.0
        new, fixed = self.asked(belief, act, text)
        beliefs = [belief]
        for name in new:
            beliefs = [part for each in beliefs for _, part in self.parts(each, name)]
        cost = sum([min(say.MOST, fixed + self._typing(new, world)) for world in belief.worlds])
        return (sum([self.worth(each, self.window)[0] for each in beliefs]) - cost) / (UNIT * n), cost / (UNIT * n)

    def _typing(self, names: Sequence[str], world: int) -> int:
        return sum([self.typed[name][self.worlds[world][self.hidden.index(name)]] for name in names])

    def _accepted(self, belief: Belief, text: str) -> set[int]:
        """The answers that the judge takes this text for; of programs those whose program it is."""
        key = belief.told, len(belief.worlds), text
        if key not in self._right:
            case = self.case
            if case.family.judge is None:
                kind, options = case.family.kind(case.problem.structure), case.family.options(case.problem)
                self._right[key] = {answer for answer in {self.answers[n] for n in belief.worlds}
                                    if same(kind, self.values[answer], text, options)}
            else:
                self._right[key] = {self.answers[n] for n in belief.worlds if self._program(n) == text}
        return self._right[key]

    def _program(self, world: int) -> str:
        problem = self.case.problem
        values = {**problem.values, **dict(zip(self.hidden, self.worlds[world], strict=True))}
        return self.case.family.work(self.case.family.pose(problem.structure, values, problem.level)).answer

    def bits(self, worlds: Sequence[int]) -> float:
        """Entropy of the answer over these worlds."""
        counts = Counter([self.answers[n] for n in worlds])
        return log2(len(worlds)) - fsum([n * log2(n) for n in counts.values()]) / len(worlds)

    def gain(self, belief: Belief, names: Sequence[str]) -> float:
        """Expected information about the answer of being told these quantities, in bits."""
        groups = dict[World, list[int]]()
        for n in belief.worlds:
            groups.setdefault(tuple([self.worlds[n][self.hidden.index(name)] for name in names]), []).append(n)
        left = fsum([len(some) * self.bits(some) for some in groups.values()]) / len(belief.worlds)
        return self.bits(belief.worlds) - left
