"""What is known after each turn, as `talk.converse.analysed` finds it, worked out once a scene and not once a turn.

Only the number that is left is taken from an analysis, and it hangs on what has been told, so the episodes of a scene
share it. Of a problem told in pieces nothing is enumerated: whether the answer is determined is exact, the number left
is exact where all that is hidden is needed, else -1 (some are left); what a question is worth is -1, not counted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tutelage.errors import UsageError
from tutelage.problems.family import all_names, from_json
from tutelage.problems.views import Table, determined, essential, gain_of, given, minimal_sufficient_sets
from tutelage.talk.acts import ASK, ASK_CONFLICT, TELL_PART, TELLS
from tutelage.talk.case import Case
from tutelage.values import Turn, Value

UNCOUNTED = -1

Told = tuple[tuple[str, tuple[Value, ...]], ...]  # what was told: names with the values that were left, in order


class Ledger:
    """What is left to be known of one scene, by what has been told."""

    def __init__(self, case: Case, table: Table | None, *, pieces: bool) -> None:
        self.case, self.table, self.pieces = case, table, pieces
        self.swapped = case.view is not None and case.view.swapped is not None
        self.needed = essential(case.family, case.problem) if pieces else frozenset[str]()
        self._tables: dict[Told, Table] = {}
        self._left: dict[Told | frozenset[str], int] = {}
        self._gains: dict[tuple[Told, tuple[str, ...]], float] = {}

    def seen(self, turns: Sequence[Turn]) -> list[Turn]:
        """The turns with `known_after`, `k_after` and `ig_bits`."""
        if self.pieces:
            return self._in_pieces(turns)
        known = set(self.case.known)
        if self.table is None:
            k = -1 if self.swapped else 0
            return [Turn(role, act, text, right, len(known), k, bits) for role, act, text, right, _, _, bits in turns]
        known -= set(self.table.hidden)
        out, told = list[Turn](), Told()
        for turn in turns:
            act, gain = turn.act, 0.0
            names = (act.target, *act.also)
            if act.kind in (ASK, ASK_CONFLICT):
                gain = self._gain(told, tuple([name for name in names if name in self.table.hidden]))
            elif act.kind in TELLS and (new := set(names) & set(self.table.hidden)):
                known |= new
                told += tuple([(name, (self.case.problem.quantity(name).value,)) for name in sorted(new)])
            elif act.kind == TELL_PART:
                told += ((act.target, tuple([from_json(value) for value in json.loads(act.answer)])),)
            out.append(turn._replace(known_after=len(known), k_after=self._k(told), ig_bits=round(gain, 6)))
        return out

    def _gain(self, told: Told, names: tuple[str, ...]) -> float:
        if (told, names) not in self._gains:
            self._gains[told, names] = gain_of(self._told(told), names)
        return self._gains[told, names]

    def _k(self, told: Told) -> int:
        if told not in self._left:
            self._left[told] = len(minimal_sufficient_sets(self._told(told))[0])
        return self._left[told]

    def _told(self, told: Told) -> Table:
        assert self.table is not None
        if not told:
            return self.table
        if told not in self._tables:
            name, values = told[-1]
            self._tables[told] = given(self._told(told[:-1]), {name: values})
        return self._tables[told]

    def _in_pieces(self, turns: Sequence[Turn]) -> list[Turn]:
        known, out = set(self.case.known), list[Turn]()
        for turn in turns:
            if turn.act.kind in TELLS:
                known |= {turn.act.target, *turn.act.also}
            gain = UNCOUNTED if turn.act.kind == ASK else 0.0
            out.append(turn._replace(known_after=len(known), k_after=self._open(frozenset(known)), ig_bits=gain))
        return out

    def _open(self, known: frozenset[str]) -> int:
        """How many are left: 0 iff the answer is determined, -1 where there are some and they aren't counted."""
        if known not in self._left:
            hidden = all_names(self.case.problem) - known
            must = self.needed - known
            self._left[known] = len(must) if hidden == must else UNCOUNTED if must or not self._settled(known) else 0
        return self._left[known]

    def _settled(self, known: frozenset[str]) -> bool:
        try:
            return determined(self.case.family, self.case.problem, known)
        except UsageError:  # more completions than can be gone through
            return False

