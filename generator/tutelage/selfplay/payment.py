"""What a proposer is paid for a problem: the published rewards, pure functions of one vote.

    >>> vote = Vote(answers=10, agree=7, right=7)
    >>> {name: round(pay(vote), 2) for name, pay in PAYMENTS.items()}  # doctest: +NORMALIZE_WHITESPACE
    {'sqlm_paper': 1.0, 'sqlm_code': 1.0, 'r_zero': 0.6, 'absolute_zero': 0.3, 'variance': 0.21}

SQLM and R-Zero don't know the truth and go by how many answers agree with the majority; Absolute Zero's tasks can be
run, so it goes by how many are right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Vote(NamedTuple):
    """N answers to one problem."""

    answers: int  # N ≥ 2
    agree: int  # with the majority, 1..N
    right: int  # 0..N


def sqlm_paper(vote: Vote) -> float:
    """1 where neither none nor all agree, 0 < n < N (Chen et al. 2025, 2508.03682, section 3)."""
    return float(0 < vote.agree < vote.answers)


def sqlm_code(vote: Vote) -> float:
    """1 where more than one and not all agree, 1 < n < N: what its published code pays."""
    return float(1 < vote.agree < vote.answers)


def r_zero(vote: Vote) -> float:
    """1 − 2|p − ½|, p the share that agrees (Huang et al. 2025, 2508.05004, section 3)."""
    return 1 - abs(2 * vote.agree - vote.answers) / vote.answers


def absolute_zero(vote: Vote) -> float:
    """1 − p, p the share that is right, and 0 where all or none are (Zhao et al. 2025, 2505.03335, section 3)."""
    return 1 - vote.right / vote.answers if 0 < vote.right < vote.answers else 0.0


def variance(vote: Vote) -> float:
    """p(1 − p), p the share that is right: how much an update by policy gradient has to learn from."""
    return vote.right * (vote.answers - vote.right) / vote.answers**2


PAYMENTS: Mapping[str, Callable[[Vote], float]] = {
    "sqlm_paper": sqlm_paper, "sqlm_code": sqlm_code, "r_zero": r_zero, "absolute_zero": absolute_zero,
    "variance": variance}
