"""Rewards of a played dialogue, as the papers define them: pure functions of its typed turns and their verdicts.

    >>> ask = Turn("student", Act("ask", "price"), "How much is a pen?", k_after=1)
    >>> told = Turn("teacher", Act("tell", "price"), "€2", k_after=0)
    >>> right = Turn("student", Act("attempt", answer="12"), "12", correct=True, k_after=0)
    >>> played = Played((Turn("teacher", Act("state"), "…", k_after=1), ask, told, right), ("price",), done=True)
    >>> [reward_named(name).of(played) for name in ("binary", "discounted", "askbench")]
    [(0.0, 1.0), (0.0, 0.7), (1.0, 1.0)]

Each gives a number a student turn, which never depends on later turns; an episode's reward is their sum. A question
counts for what it asks for, and whether something is missing is known exactly (`k_after`), so none needs a judge.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tutelage.errors import UsageError
from tutelage.talk.acts import ABSTAIN, ASK, ASK_CONFLICT, ATTEMPTS, TELLS
from tutelage.values import Act, Turn

GAMMA = 0.7  # over turns (Cook et al. 2026)
FOUND, SOLVED, DECAY, REPEATS = 0.3, 0.7, 0.3, 0.5  # of GRIL


class Played(NamedTuple):
    """A dialogue as far as it has gone: the statement, then student and teacher in turn."""

    turns: tuple[Turn, ...]  # with `correct` and `k_after`; k_after of a student's turn is what was missing before it
    hidden: tuple[str, ...] = ()  # the quantities that the statement leaves out, or tells in two ways
    done: bool = False

    @property
    def lacking(self) -> bool:
        """Whether the statement does not settle the answer."""
        return self.turns[0].k_after != 0

    @property
    def students(self) -> list[Turn]:
        return [turn for turn in self.turns if turn.role == "student"]


class Reward(NamedTuple):
    name: str
    summary: str
    of: Callable[[Played], tuple[float, ...]]  # a number for each student turn


def binary(played: Played) -> tuple[float, ...]:
    """1 for the turn that is right, 0 elsewhere (Cook et al. 2026, 2602.16488 §3; RL2F, 2602.16066)."""
    return tuple([float(turn.correct) for turn in played.students])


def discounted(played: Played, gamma: float = GAMMA) -> tuple[float, ...]:
    """γ^(t−1) for the right turn t, counted from 1: an episode is worth less the later it is solved.

    One of the two readings of "γ = 0.7 over turns" (2602.16488); the other is `returns_to_go`.
    """
    return tuple([float(turn.correct) * gamma**index for index, turn in enumerate(played.students)])


def returns_to_go(played: Played, gamma: float = GAMMA) -> tuple[float, ...]:
    """γ^(T−t) · R for each turn t of T, R the binary reward: what each turn is credited with once the end is known.

    The other reading of "γ = 0.7 over turns": a return, so it looks ahead and is no reward to be paid turn by turn.
    """
    end, count = sum(binary(played)), len(played.students)
    return tuple([end * gamma**(count - 1 - index) for index in range(count)])


def grounded(played: Played) -> tuple[float, ...]:
    """As `binary`, but an answer given before it is determined earns nothing: it was luck. Ours."""
    return tuple([float(turn.correct and (turn.act.kind == ABSTAIN or turn.k_after == 0)) for turn in played.students])


def gril(played: Played) -> tuple[float, ...]:
    """GRIL (Qiu et al. 2026, 2604.19656; numbers from `premise_detect/env.py` of the published code).

    Something missing: 0.3 · 0.3^(t−1) for seeing it in turn t (asking for it, or saying so), 0.3 · (−1) at the end
    where it is never seen; then 0.7 for the right answer, 0.7 · (−2) for saying that something is missing once nothing
    is. Nothing missing: 1 for the right answer, −1 for saying or asking that. At the end, −0.5 · (1 − different
    answers / answers). There a phrase shows that a premise is seen to be missing, here the typed question; and where
    several premises are missing a further question is no fault.
    """
    paid, seen, last = list[float](), False, len(played.students) - 1
    answers = list[str]()
    for index, turn in enumerate(played.students):
        # asking is seeing only where it is asked for what is missing
        found = turn.act.kind == ABSTAIN or bool(asked(turn.act) & set(played.hidden))
        claims = turn.act.kind == ABSTAIN or bool(asked(turn.act))
        amount = 0.0
        if turn.act.kind in ATTEMPTS:
            answers.append("".join(turn.act.answer.lower().split()))
        if not played.lacking:
            amount = -1.0 if claims else float(turn.correct)
        elif not seen:
            seen = found
            amount = FOUND * DECAY**index if found else 0.0
        elif claims and turn.k_after == 0:
            amount = SOLVED * -2.0
        elif turn.act.kind in ATTEMPTS:
            amount = SOLVED * float(turn.correct)
        if played.done and index == last:
            amount -= FOUND if played.lacking and not seen else 0.0
            amount -= REPEATS * (1 - len(set(answers)) / len(answers)) if answers else 0.0
        paid.append(amount)
    return tuple(paid)


def askbench(played: Played) -> tuple[float, ...]:
    """AskBench's AskMind (Zhao et al. 2026, 2602.11199; numbers from `reward/ask_mind_qa.py` of the published code).

    While something is missing: 1 for a question for all of it, 0.8 for some, −0.8 for none, −2 for an answer or
    nothing said. Else: 1 for the right answer, −1 for a wrong one, −2 for asking on. There a model marks the checklist.
    """
    paid = list[float]()
    told = set[str]()
    for turn in played.turns:
        if turn.role == "teacher":
            told |= {turn.act.target, *turn.act.also} if turn.act.kind in TELLS else set()
            continue
        act, left = turn.act, set(played.hidden) - told
        if turn.k_after == 0:
            paid.append(1.0 if turn.correct else -1.0 if act.kind in ATTEMPTS or act.kind == "empty" else -2.0)
        elif act.kind == ABSTAIN and turn.correct:
            paid.append(1.0)
        elif act.kind in ATTEMPTS or act.kind == "empty":
            paid.append(-2.0)
        else:
            hit = asked(act) & left
            paid.append(-0.8 if not hit else 1.0 if hit == left else 0.8)
    return tuple(paid)


def req(played: Played) -> tuple[float, ...]:
    """REQ of GSM-MC (2507.23407) as a reward of the first turn: 1 where it asks for what is missing.

    Where nothing is missing (no such items in the original), 1 for a first turn that asks for nothing. The paper
    defines the metric; how it shapes its training reward we have not verified, and don't claim to follow.
    """
    first = [float(bool(asked(turn.act) & set(played.hidden)) if played.lacking else not asked(turn.act))
             for turn in played.students[:1]]
    return (*first, *[0.0] * (len(played.students) - 1))


def req_acc(played: Played) -> tuple[float, ...]:
    """ACC of GSM-MC (2507.23407) as a reward: 1 for the right answer of a student who has asked for what was missing.

    Where nothing was missing, 1 for the right answer without such a question. A rightly withheld answer counts.
    """
    paid, has_asked = list[float](), False
    for turn in played.students:
        names = asked(turn.act)
        has_asked = has_asked or bool(names & set(played.hidden) if played.lacking else names)
        paid.append(float(turn.correct and (turn.act.kind == ABSTAIN or has_asked == played.lacking)))
    return tuple(paid)


def asked(act: Act) -> set[str]:
    """The quantities that a student's turn asks for."""
    return {act.target, *act.also} if act.kind in (ASK, ASK_CONFLICT) else set()


REWARDS: tuple[Reward, ...] = (
    Reward("binary", "1 for the right answer", binary),
    Reward("discounted", "0.7^(t-1) for the right answer in turn t", partial(discounted, gamma=GAMMA)),
    Reward("grounded", "1 for the right answer, if it was determined by then", grounded),
    Reward("gril", "seeing what is missing, then solving (GRIL)", gril),
    Reward("askbench", "a question for all that is missing, then the answer (AskMind)", askbench),
    Reward("req", "the first turn asks for what is missing (GSM-MC's REQ)", req),
    Reward("req_acc", "asked for what was missing, and right (GSM-MC's ACC)", req_acc),
)


def reward_named(name: str) -> Reward:
    """The reward of that name. Raises UsageError where there is none."""
    for reward in REWARDS:
        if reward.name == name:
            return reward
    raise UsageError(f"unknown reward {name!r}; the rewards are {', '.join(r.name for r in REWARDS)}")
