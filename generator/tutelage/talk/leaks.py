"""The leak audit: can the answer be read from a teacher's words before the student has produced it?

Strict on purpose: a number equal to the answer counts wherever it comes from (a word, 74.0, 148/2), even when it
also stands in the statement. The second kind of leak is a step given away: a result of the worked solution that neither
the statement nor the student has said yet. An exact teacher has none of either; a dialogue that has one is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from tutelage.problems.reading.answers import mentions, numbers_in
from tutelage.problems.reading.mentions import tell
from tutelage.talk.acts import MISTELL, TELL_PART, TELLS
from tutelage.talk.case import Case
from tutelage.values import Turn

PREMISES = TELLS | {TELL_PART, MISTELL}  # what is told is a premise, true or not, and no result
_ENDS = (". ", ", ", ".\n")


class Leak(NamedTuple):
    turn: int  # index into the turns
    kind: str  # "answer" or "step"
    what: str  # the answer, or the name of the step


def find_leaks(case: Case, turns: Sequence[Turn]) -> list[Leak]:
    """All leaks of a dialogue, in order. The statement (turn 0) is the problem itself and can't leak."""
    leaks, audit = list[Leak](), Audit(case)
    for index in range(1, len(turns)):
        if turns[index].correct:
            break
        if turns[index].role == "teacher":
            leaks += audit.of_turn(turns, index)
    return leaks


class Audit:
    """The audit of one case's dialogues: what would give it away, worked out once."""

    def __init__(self, case: Case) -> None:
        self.right = case.right
        self.facts = {q.name: q.value for q in case.problem.quantities if q.fact}
        self.kind, self.options = case.family.kind(case.problem.structure), case.family.options(case.problem)
        # the common kind takes the short way
        self._plain: Sequence[Any] = (case.right.value,) if self.kind == "number" else ()

    def of_turn(self, turns: Sequence[Turn], index: int) -> list[Leak]:
        """The leaks of one turn of a teacher, `index` ≥ 1, by what has been said before it."""
        turn = turns[index]
        numbers = numbers_in(turn.text)
        if tell(self._plain, numbers) if self._plain else mentions(
                self.kind, self.right.value, turn.text, self.options):
            return [Leak(index, "answer", self.right.answer)]
        if not numbers or turn.act.kind in PREMISES:
            return []
        return [Leak(index, "step", self._results[number]) for number in numbers
                if number in self._results and not _said(number, [before.text for before in turns[:index]])]

    @cached_property
    def _results(self) -> dict[Fraction | int, str]:
        """The steps of the right work by their results; a fact that a step says again is none."""
        results: dict[Fraction | int, str] = {}
        for step in self.right.steps:
            if step.value.isdecimal():  # nearly all, and reading a number costs more than making one
                found: Sequence[Fraction | int] = (int(step.value),)
            else:
                found = numbers_in(step.value)
            facts = [self.facts[name] for name in step.uses if name in self.facts] if self.facts else ()
            results.update({number: step.name for number in found if number not in facts})
        return results


def _said(number: Fraction, texts: Sequence[str]) -> bool:
    """Whether a number stands in one of the texts, in any form."""
    digits = str(number)
    for text in texts:
        at = text.find(digits)
        while at >= 0:
            before, behind = text[at - 1 : at], text[at + len(digits) : at + len(digits) + 2]
            # as it is, between blanks or at the end of a sentence: the common case, and quick to see
            if before in " \n(" and (behind in ("", ".", ",") or behind[0] in " \n):;" or behind in _ENDS):
                return True
            at = text.find(digits, at + 1)
    return any(number in numbers_in(text) for text in texts)
