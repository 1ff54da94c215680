"""User policies: who has a problem, has perhaps not told all of it, and replies to questions about it.

A user is no teacher: it knows premises, not the solution. Each policy is a way of replying to a question for a
quantity; what it tells is in the act, so what is known after it is exact (`converse.analysed`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.errors import NoAnswer
from tutelage.problems.family import from_json, to_json
from tutelage.talk.acts import (
    ASK,
    ASK_CONFLICT,
    ASSUME,
    DONT_KNOW,
    MISTELL,
    TAKE_BACK,
    TELL,
    TELL_DERIVED,
    TELL_PART,
    TELLS,
    Voice,
)
from tutelage.talk.case import Case
from tutelage.talk.converse import History, Teacher
from tutelage.talk.statements import sayable
from tutelage.values import Act, Turn, Value, Words, Work
from tutelage.wording import wordings

SOLE_OTHER = 2  # how many values a partial reply leaves


class UserPolicy(NamedTuple):
    name: str
    summary: str
    weight: float  # share in the default mix


USERS: tuple[UserPolicy, ...] = (
    UserPolicy("literal", "tells what it is asked for, by its sentence", 0.4),
    UserPolicy("derived", "tells a number only by how it compares with another one", 0.14),
    UserPolicy("partial", "narrows it down first, and tells it when asked again", 0.12),
    UserPolicy("noisy", "tells a wrong value first and takes it back after the answer", 0.12),
    UserPolicy("volunteering", "tells all that is missing at the first question", 0.12),
    UserPolicy("dont_know", "does not know it", 0.1),
)


def user(policy: UserPolicy, draws: Draws, voice: Voice) -> Teacher:
    """The function of the case and the history that plays this policy, one dialogue long."""
    desk = _Replies(policy, draws, voice)

    def turn(case: Case, history: History) -> Turn:
        act = history[-1].act
        if act.kind == ASK:
            return desk.reply(case, history)
        if act.kind == ASK_CONFLICT:
            return desk.tell(case, act.target, "settle")
        if act.kind == ASSUME:
            return desk.take_back(case, history)
        raise ValueError(f"a user has no reply to {act.kind!r}")

    return turn


class _Replies:
    """A user's state in one dialogue: its voice, and which wordings it has used."""

    def __init__(self, policy: UserPolicy, draws: Draws, voice: Voice) -> None:
        self.policy, self.draws, self.voice = policy, draws, voice
        self.said: set[str] = set()

    def say(self, key: str, **fields: str) -> str:
        return wordings("teacher/user").pick(key, self.draws, fields, self.voice.tags, self.said)

    def reply(self, case: Case, history: History) -> Turn:
        """The reply to a question for one quantity or several."""
        act = history[-1].act
        names = (act.target, *act.also)
        told = told_names(history)
        stated = [name for name in names if name in case.known]
        missing = [name for name in names if name not in case.known and name not in told]
        if not missing:
            again = [name for name in names if name not in case.known] or stated
            return self.tell(case, again[0], "stated", again[1:])
        turn = self._missing(case, missing, told, history)
        if not stated:
            return turn
        rest = self.say("stated_too", sentence=" ".join([_words(case, name).sentence for name in stated]))
        return turn._replace(text=f"{turn.text} {rest}")

    def _missing(self, case: Case, names: Sequence[str], told: frozenset[str], history: History) -> Turn:
        """The reply about quantities that nobody has told, in the way of the policy."""
        if case.view is not None and (unknown := [name for name in names if name in case.view.unknowable]):
            return Turn("teacher", Act(DONT_KNOW, unknown[0]), self.say("dont_know"))
        name = names[0]
        if self.policy.name == "volunteering":
            return self.tell(case, name, "tell", [n for n in hidden(case) if n != name and n not in told])
        if len(names) > 1:
            return self.tell(case, name, "tell", names[1:])
        before = [turn.act.kind for turn in history if turn.act.target == name and turn.role == "teacher"]
        if self.policy.name == "derived" and (turn := self._derived(case, name)) is not None:
            return turn
        if self.policy.name == "partial" and TELL_PART not in before and (turn := self._part(case, name)) is not None:
            return turn
        last = not set(hidden(case)) - told - {name}  # an answer that rests on it can follow, and be wrong
        if self.policy.name == "noisy" and last and MISTELL not in before \
                and (turn := self._mistold(case, name)) is not None:
            return turn
        return self.tell(case, name, "looked_up" if TELL_PART in before else "tell")

    def tell(self, case: Case, name: str, key: str, others: Sequence[str] = ()) -> Turn:
        """Tells quantities by their sentences."""
        rest = " ".join([_words(case, n).sentence for n in others])
        if key == "stated" and rest:
            return Turn("teacher", Act(TELL, name, also=tuple(others)),
                        self.say(key, sentence=f"{_words(case, name).sentence} {rest}"))
        text = self.say(key, sentence=_words(case, name).sentence)
        return Turn("teacher", Act(TELL, name, also=tuple(others)),
                    f"{text} {self.say('more', sentence=rest)}" if rest else text)

    def take_back(self, case: Case, history: History) -> Turn:
        """Corrects what was told wrongly, now that an answer rests on it."""
        name = history[-1].act.target
        return Turn("teacher", Act(TAKE_BACK, name), self.say("take_back", sentence=_words(case, name).sentence))

    def _derived(self, case: Case, name: str) -> Turn | None:
        """The quantity by its difference from one that the statement tells; None where neither is a number."""
        value = case.problem.quantity(name).value
        phrases = Counter(case.family.words(case.problem, q).phrase for q in case.problem.quantities)
        others = [q for q in case.problem.quantities
                  if q.name in case.known and isinstance(q.value, int) and 0 < q.value != value and not q.fact
                  and phrases[case.family.words(case.problem, q).phrase] == 1]
        if not isinstance(value, int) or not others or phrases[_words(case, name).phrase] > 1:
            return None
        other = self.draws.choice(others)
        assert isinstance(other.value, int)
        key = "more" if value > other.value else "less"
        text = self.say(f"derived_{key}", by=str(abs(value - other.value)),
                        other=case.family.words(case.problem, other).phrase)
        return Turn("teacher", Act(TELL_DERIVED, name), text)

    def _part(self, case: Case, name: str) -> Turn | None:
        """Two values, of which one is the true one; None where values have no sentences of their own."""
        quantity = case.problem.quantity(name)
        if not sayable(case.family, case.problem, name) or len(quantity.domain) <= SOLE_OTHER:
            return None
        other = self.draws.choice([v for v in quantity.domain if v != quantity.value])
        pair = sorted((quantity.value, other), key=quantity.domain.index)
        one, two = (case.family.words(case.problem, quantity._replace(value=v)).sentence for v in pair)
        return Turn("teacher", Act(TELL_PART, name, answer=json.dumps([to_json(v) for v in pair])),
                    self.say("part", one=one, two=two))

    def _mistold(self, case: Case, name: str) -> Turn | None:
        """A wrong value that leads to a wrong answer; None where there is none that can be said."""
        if not sayable(case.family, case.problem, name):
            return None
        value = misleading_value(case, name, self.draws)
        if value is None:
            return None
        sentence = case.family.words(case.problem, case.problem.quantity(name)._replace(value=value)).sentence
        return Turn("teacher", Act(MISTELL, name, answer=json.dumps(to_json(value))),
                    self.say("tell", sentence=sentence))


def hidden(case: Case) -> list[str]:
    """The quantities that the statement does not tell, in their order."""
    return [q.name for q in case.problem.quantities if q.name not in case.known]


def told_names(history: Sequence[Turn]) -> frozenset[str]:
    """The quantities that were told in replies."""
    return frozenset(name for turn in history if turn.act.kind in TELLS for name in (turn.act.target, *turn.act.also))


def value_in(act: Act) -> Value:
    """The value that a `mistell` tells."""
    return from_json(json.loads(act.answer))


def work_with(case: Case, name: str, value: Value) -> Work:
    """The work if the quantity had this value. Raises NoAnswer where there is no answer, or no words for the work."""
    problem = case.problem
    posed = case.family.pose(problem.structure, {**problem.values, name: value}, problem.level)
    case.family.solve(posed.structure, posed.values)
    return case.family.work(posed)


def misleading_value(case: Case, name: str, draws: Draws) -> Value | None:
    """A value of the domain that gives another answer than the true one, of the same type where there is such.

    None where there is none.
    """
    quantity, odd = case.problem.quantity(name), None
    for value in draws.shuffled([v for v in quantity.domain if v != quantity.value]):
        try:
            answer = work_with(case, name, value).value
        except NoAnswer:
            continue
        if answer != case.right.value:
            if type(answer) is type(case.right.value):  # not eleven coins and a half
                return value
            odd = value if odd is None else odd
    return odd


def _words(case: Case, name: str) -> Words:
    return case.family.words(case.problem, case.problem.quantity(name))


