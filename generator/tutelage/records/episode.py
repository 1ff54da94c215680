"""An episode: one dialogue with what it was made from. The source of truth of a dataset; views are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple

from tutelage.talk.acts import ASK, ASK_CONFLICT, ATTEMPTS, MISTELL, QUESTIONS, TELL_PART, TELLS
from tutelage.talk.converse import Dialogue
from tutelage.values import Act, Turn


class Injection(NamedTuple):
    """A question that was put in place of a wrong student turn (q_priming)."""

    turn: int  # number of the student turn, from 1
    p: float  # the probability of an injection at that turn, 0.75 ** turn
    draw: float  # the draw that was below it
    replaced: str  # the text of the attempt that the question stands for
    replaced_answer: str
    gain_bits: float  # what the reply tells: expected bits for a quantity, 1 for which of two readings is right


Tables = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows of the recipe's own tables, by config."""
NO_ROWS: Tables = MappingProxyType({})


class Episode(NamedTuple):
    recipe: str
    arm: str  # "" for the recipe's main arm
    seed: int
    item: int  # number of the item in the build, from 0; all arms of one item share it
    source: str  # "" where drawn, else "name:row"
    student: str
    teacher: str
    student_voice: str
    teacher_voice: str
    max_turns: int
    structure: str  # hash that all problems of one shape share
    dialogue: Dialogue
    injections: tuple[Injection, ...] = ()
    native: Tables = NO_ROWS  # what this episode brings to the recipe's own tables

    @property
    def student_turns(self) -> list[Turn]:
        return [turn for turn in self.dialogue.turns if turn.role == "student"]


class Drop(NamedTuple):
    """An attempt at a row that was not kept, and why."""

    reason: str


def content_id(recipe: str, arm: str, problem: str, texts: list[str], acts: list[str], answers: list[str]) -> str:
    """32 hex digits over what a row says: the same dialogue has the same id, a changed one another."""
    parts = "\x1f".join((recipe, arm, problem, *texts, "\x1e", *acts, "\x1e", *answers))
    return blake2b(parts.encode(), digest_size=16).hexdigest()


def loss_mask(turns: tuple[Turn, ...], train_on: str) -> list[bool]:
    """Which turns carry the loss: never a teacher's; of the student's all, questions and the last, or the last."""
    last = len(turns) - 1
    if train_on == "all":
        return [turn.role == "student" for turn in turns]
    if train_on == "final":
        return [index == last for index in range(len(turns))]
    return [turn.role == "student" and (index == last or turn.act.kind in QUESTIONS)
            for index, turn in enumerate(turns)]


def asked(act: Act) -> list[str]:
    """The quantities that a student's turn asks for."""
    return [act.target, *act.also] if act.kind in (ASK, ASK_CONFLICT) else []


def answered(act: Act) -> list[str]:
    """The quantities that a teacher's turn tells, or tells something of."""
    return [act.target, *act.also] if act.kind in TELLS or act.kind in (TELL_PART, MISTELL) else []


def first_attempt_right(turns: tuple[Turn, ...]) -> bool:
    """Whether the first attempt, whenever it came, was right."""
    return next((turn.correct for turn in turns if turn.act.kind in ATTEMPTS), False)

