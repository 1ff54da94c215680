"""What a student could say at each turn of a dialogue, and what each of these turns is worth (recipe collaborative).

The student sees the statement and the replies; what a turn is worth follows from them alone, since the value is taken
over everything that could still be the case. The truth enters in three places and chooses nothing: the right answer is
written once it is determined, `mr_realised` is read off the true world, and the reply to the turn that is played is the
user's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.problems.family import from_json
from tutelage.problems.reading.answers import same
from tutelage.problems.views import Table, gain_of, given
from tutelage.problems.views.values import Asked, Returns, Values
from tutelage.talk import candidates as say
from tutelage.talk.acts import ASK, TELL_PART
from tutelage.talk.candidates import State
from tutelage.talk.case import Case
from tutelage.talk.closing import work_in
from tutelage.talk.mind import Mind
from tutelage.talk.seekers import next_gap
from tutelage.talk.users import told_names
from tutelage.values import Problem, Turn, Value, Work

MANY = 0.5  # share of the long-winded questions that ask for more than one thing
AGAIN = 0.4  # share of the redundant questions that ask for what a reply told, where there is such
Told = dict[str, Value]


class Belief(NamedTuple):
    """What is known of the hidden quantities before a turn."""

    values: Values  # over what the replies that narrowed something down have left
    typed: Mapping[str, Sequence[int]]  # what it costs to type each hidden quantity's value, for each value
    told: Told  # hidden quantities that were told
    table: Table  # the completions that are left
    worlds: Sequence[int]  # their numbers in the table of `values`
    truth: int  # the true one
    narrowed: str  # the quantity that the last reply narrowed down; ""


class Made(NamedTuple):
    """A candidate, with the mind's state after it."""

    kind: str
    turn: Turn
    state: State
    world: int = -1  # of an answer: a completion that has it


class Weighed(NamedTuple):
    """A candidate with what it is worth."""

    made: Made
    belief: Fraction  # exact
    returns: Returns
    cost: Fraction
    bits: float
    asked: Asked | None  # None of an answer


class Weigher:
    """Makes and weighs the candidates of one dialogue, turn by turn."""

    def __init__(self, case: Case, mind: Mind, table: Table, window: int, needed: Sequence[str],
                 asides: Sequence[str]) -> None:
        self.case, self.mind, self.window = case, mind, window
        self.needed, self.asides = needed, asides  # premises that matter; premises that do not, told or hidden
        self._table, self._values = table, dict[str, tuple[Values, dict[str, list[int]]]]()
        self.again: set[str] = set()  # what has been asked for without need

    # --- what is known -----------------------------------------------------------------------------------------------

    def belief(self, turns: Sequence[Turn]) -> Belief:
        """What follows from the replies of a dialogue, which ends with one."""
        parts = {turn.act.target: [from_json(value) for value in json.loads(turn.act.answer)]
                 for turn in turns if turn.act.kind == TELL_PART}
        if (key := ",".join(parts)) not in self._values:
            table = given(self._table, parts)
            typed = {name: say.typing_costs(self.case, name, domain)
                     for name, domain in zip(table.hidden, table.domains, strict=True)}
            asking = {name: say.plain_costs(self.case, name, costs) for name, costs in typed.items()}
            self._values[key] = Values(table, asking, self.window), typed
        (values, typed), known = self._values[key], told_names(turns)
        told = {name: self.case.problem.quantity(name).value for name in values.table.hidden if name in known}
        table, act = given(values.table, {name: [value] for name, value in told.items()}), turns[-1].act
        return Belief(values, typed, told, table, values.worlds(told),
                      number_of(values.table, self.case.problem.values), act.target if act.kind == TELL_PART else "")

    def settled_early(self, belief: Belief) -> bool:
        """Whether the answer is determined though the work needs a quantity that nobody has told.

        There the values that were told leave no choice, as where another road is too long already. The student has no
        words for that: its work would name what it does not know.
        """
        codes = {belief.values.table.codes[world] for world in belief.worlds}
        return len(codes) == 1 and next_gap(self.mind, frozenset(belief.told)) is not None

    def go_on(self, made: Made) -> None:
        """Takes the candidate as said."""
        say.resume(self.mind, made.state)
        if made.turn.act.kind == ASK and made.kind not in (say.GOOD, say.OTHER_GOOD):
            self.again |= {made.turn.act.target, *made.turn.act.also}

    # --- candidates --------------------------------------------------------------------------------------------------

    def candidates(self, belief: Belief, draws: Draws) -> list[Weighed]:
        """The candidates of a turn in random order."""
        gap = self._gap(belief)
        if gap is None:
            made = [self._made(say.ANSWER, lambda: say.right_answer(self.mind), belief.truth)]
        else:
            made = [*self._good(gap, belief, draws), *self._premature(gap, belief, draws)]
        return [self._weighed(belief, each) for each in draws.shuffled([*made, *self._needless(belief, draws)])]

    def _gap(self, belief: Belief) -> tuple[int, str] | None:
        """The step that can't be done for want of a quantity, and its name; None where all is told.

        Where the work depends on all premises at once its order would give away what nobody has told; there it is the
        plan that says which comes first.
        """
        gap = next_gap(self.mind, frozenset(belief.told))
        if gap is None or self.case.family.in_order:
            return gap
        untold = [name for name in belief.table.hidden if name in self.needed and name not in belief.told]
        return 0, belief.values.choice(belief.told) or untold[0]

    def _good(self, gap: tuple[int, str], belief: Belief, draws: Draws) -> list[Made]:
        """The question for what the next line needs, the same at length, and one for something else that is needed."""
        mind, (step, name) = self.mind, gap
        others = [n for n in belief.table.hidden if n in self.needed and n not in belief.told and n != name]
        idle = [n for n in self.case.problem.values if n not in self.again
                and (n in self.asides or n in belief.told or (n in self.case.known and n in self.needed))]
        more = draws.sample(idle, min(2, len(idle))) if belief.narrowed or draws.chance(MANY) else []
        made = [self._made(say.GOOD, (lambda: say.which_question(mind, name)) if belief.narrowed == name else
                           (lambda: say.good_question(mind, name, step))),
                self._made(say.LONG_WINDED, lambda: say.long_question(mind, name, more, step))]
        if others:
            other = draws.choice(others)
            made.append(self._made(say.OTHER_GOOD, lambda: say.good_question(mind, other)))
        return made

    def _needless(self, belief: Belief, draws: Draws) -> list[Made]:
        """A question for what is known already, and one for what the answer does not hang on."""
        mind, made = self.mind, list[Made]()
        told = [name for name in belief.told if name not in self.again]
        known = [name for name in self.needed if name in self.case.known and name not in self.again]
        if told and (not known or draws.chance(AGAIN)):
            again = draws.choice(told)
            made.append(self._made(say.REDUNDANT, lambda: say.redundant_question(mind, again, told=True)))
        elif known:
            stated = draws.choice(known)
            made.append(self._made(say.REDUNDANT, lambda: say.redundant_question(mind, stated, told=False)))
        asides = [each for each in self.asides if each not in belief.told and each not in self.again]
        if asides:
            aside = draws.choice([each for each in asides if each not in self.case.known] or asides)
            made.append(self._made(say.DISTRACTOR, lambda: say.distractor_question(mind, aside)))
        return made

    def _premature(self, gap: tuple[int, str], belief: Belief, draws: Draws) -> list[Made]:
        """An answer on values drawn from all that could be; [] where no drawn ones have words for the work."""
        found: tuple[int, Work] | None = None
        for _ in range(5):
            number = draws.choice(belief.worlds)
            world = belief.values.table.completion(number)
            if (work := work_in(self.case, world)) is not None and self._said(world, work):
                found = number, work
                if not _fractional(work.value):  # eleven coins and a half would be odd even to who made it up
                    break
        if found is None:
            return []
        number, work = found
        taken = self.taken(belief, belief.told, number)
        one = belief.narrowed == gap[1] and len(taken) == 1
        return [self._made(say.PREMATURE, lambda: say.premature_answer(self.mind, gap[0], taken, work, narrowed=one),
                           number)]

    def _said(self, world: Mapping[str, Value], work: Work) -> bool:
        """Whether the answer, as it is said, is that of the world: a third of a cent can't be said."""
        family = self.case.family
        return family.judge is not None or family.accepts(problem_in(self.case, world), work, work.answer)

    def taken(self, belief: Belief, told: Collection[str], world: int) -> Told:
        """What one who was told so much takes for granted who answers as in this world."""
        values = belief.values.table.completion(world)
        return {name: value for name, value in values.items() if name in self.needed and name not in told}

    def _made(self, kind: str, make: Callable[[], Turn], world: int = -1) -> Made:
        return Made(kind, *say.tried(self.mind, make), world)

    def right(self, belief: Belief, made: Made) -> set[int]:
        """The codes of the answers that the judge takes an answer for: its own, and those that are rounded to it."""
        table, family, structure = belief.values.table, self.case.family, self.case.problem.structure
        own = table.codes[made.world]
        if made.kind == say.ANSWER or not _fractional(table.value(table.keys[own])):
            return {own}
        codes, options = {table.codes[world] for world in belief.worlds}, family.options(self.case.problem)
        return {code for code in codes if code == own or same(family.kind(structure), table.value(table.keys[code]),
                                                              made.turn.act.answer, options)}

    # --- worth -------------------------------------------------------------------------------------------------------

    def _weighed(self, belief: Belief, made: Made) -> Weighed:
        """The candidate's value over the belief: by the sum over replies, and what comes of it in every world."""
        values, act = belief.values, made.turn.act
        if act.kind != ASK:
            returns = values.answering(belief.told, self.right(belief, made))
            return Weighed(made, returns.mean, returns, Fraction(0), 0.0, None)
        names = (act.target, *act.also)
        new = tuple([name for name in belief.table.hidden if name in names and name not in belief.told])
        fixed = say.fixed_cost(self.case, made.turn, [name for name in names if name not in new])
        asked = Asked(new, fixed, {name: belief.typed[name] for name in new}, say.MOST)
        return Weighed(made, values.question(belief.told, asked), values.asking(belief.told, asked),
                       values.cost(belief.told, asked), round(gain_of(belief.table, new), 6), asked)


def _fractional(value: Value) -> bool:
    return isinstance(value, Fraction) or (isinstance(value, tuple) and any(map(_fractional, value)))


def number_of(table: Table, values: Mapping[str, Value]) -> int:
    """The number of the completion that has these values."""
    number = 0
    for name, domain in zip(table.hidden, table.domains, strict=True):
        number = number * len(domain) + domain.index(values[name])
    return number


def problem_in(case: Case, world: Mapping[str, Value]) -> Problem:
    """The problem in a world where the hidden quantities have these values."""
    problem = case.problem
    return case.family.pose(problem.structure, {**problem.values, **world}, problem.level)
