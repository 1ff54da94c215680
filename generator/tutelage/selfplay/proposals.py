"""A model as the proposer: what it is shown, and its choice read strictly.

    >>> chosen('{"family": "rates", "level": 2}', ["rates", "algebra"], [1, 2, 3])
    Setting(family='rates', level=2)
    >>> chosen("Let us take rates, level 2.", ["rates", "algebra"], [1, 2, 3]) is None
    True

It chooses a family and a level and the problem is drawn from them, so the truth of what it sets is known: in SQLM
(Chen et al. 2025, 2508.03682) the proposer writes the problem, and nobody knows its answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tutelage.draws import Draws, stream
from tutelage.models.forms import form_in
from tutelage.models.wire import Message
from tutelage.problems.family import Family, all_names
from tutelage.selfplay.payment import PAYMENTS, Vote
from tutelage.selfplay.pool import ways
from tutelage.selfplay.proposer import Proposer
from tutelage.talk.case import Case
from tutelage.values import Problem
from tutelage.wording import wordings

TRIES = 3  # replies that are not of the form, until the exact sampler chooses
OFFERED = 8  # families at most
SHOWN = 10  # of the last tasks
DRAWN = 20  # problems of a choice, until one has not been set in the run
BY_TRUTH = frozenset({"absolute_zero", "variance"})  # rules that go by right answers; the others by those that agree


class Setting(NamedTuple):
    """What a proposer chooses."""

    family: str
    level: int


class Past(NamedTuple):
    """A task of the run that was voted on."""

    family: str
    level: int
    answers: int
    agree: int
    right: int

    @property
    def vote(self) -> Vote:
        return Vote(self.answers, self.agree, self.right)


Place = tuple[int, int, int]  # of a task: run, round, place in the round


def offered(names: Sequence[str], draws: Draws) -> list[str]:
    """The families that a run's proposer may choose from: all, or `OFFERED` of them in their order."""
    some = set(draws.sample(list(names), OFFERED)) if len(names) > OFFERED else set(names)
    return [name for name in names if name in some]


def prompt(families: Sequence[tuple[str, str]], levels: Sequence[int], past: Sequence[Past], reward: str,
           rejected: int) -> list[Message]:
    """What the proposer is shown; `families` with a summary each, `rejected` how many replies were not of the form."""
    bank, key = wordings("roles/proposer"), "right" if reward in BY_TRUTH else "agree"
    done = [bank.choose(key, 0, {"family": each.family, "level": str(each.level), "answers": str(each.answers),
                                 "agree": str(each.agree), "right": str(each.right),
                                 "paid": f"{PAYMENTS[reward](each.vote):.2f}"}) for each in past[-SHOWN:]]
    fields = {"families": "\n".join([f"- {name}: {summary}" for name, summary in families]),
              "levels": ", ".join(map(str, sorted(levels))), "aim": bank.choose(f"aim.{reward}", 0, {}),
              "past": "\n".join(done) or bank.choose("nothing", 0, {}), "family": families[0][0],
              "level": str(min(levels))}
    words = [bank.choose("ask", 0, fields), *([bank.choose("again", 0, {})] if rejected else [])]
    return [("system", bank.choose("system", 0, {})), ("user", "\n".join(words))]


def chosen(text: str, families: Sequence[str], levels: Sequence[int]) -> Setting | None:
    """The choice in a reply; None where it is not of the form, or chooses what is not offered."""
    form = form_in(text)
    if not isinstance(form, dict) or set(form) != {"family", "level"}:
        return None
    family, level = form["family"], form["level"]
    if not isinstance(family, str) or type(level) is not int or family not in families or level not in levels:
        return None
    return Setting(family, level)


def sampled(seed: int, place: Place, families: Sequence[str], levels: Sequence[int], past: Sequence[Past],
            reward: str) -> tuple[Setting, list[float]]:
    """What the exact proposer chooses after these tasks, and the chances that it gave to the levels, ascending."""
    proposer, draws = Proposer(levels), stream(seed, "self_play", "sampler", *place)
    for each in past:
        proposer.paid(each.level, PAYMENTS[reward](each.vote))
    return Setting(draws.choice(families), proposer.level(draws)), proposer.chances()


def drawn(seed: int, place: Place, family: Family, level: int) -> Iterator[Problem]:
    """The problems of a choice, in turn; the first that can be set is."""
    for number in range(DRAWN):
        yield family.draw(stream(seed, "self_play", "problem", *place, number), level)


def case_of(seed: int, place: Place, family: Family, problem: Problem) -> Case:
    """The problem with the mistakes that can be made in it."""
    right = family.work(problem)
    slips = ways(family, problem, right, stream(seed, "self_play", "ways", *place))
    return Case(family, problem, right, all_names(problem), tuple(slips))
