"""What a conversation has brought: how much of the belief stands on the true answer, and which question brought it.

A conversation c leaves a belief b_c: all completions of the view that agree with what was told, equally likely. Its
score is r(c) = log2 of the share of b_c whose answer is the true one, in bits: the log-probability of the right answer
that STaR-GATE (Andukuri et al. 2024, arXiv 2403.19154, section 3) estimates with a language model. A question's credit
is r after its reply minus r before it, so the credits of a conversation add up to what it has gained. The mean of a
question's credit over all who could be asking is its information gain.

    >>> from tutelage.problems import family_named
    >>> from tutelage.draws import stream
    >>> from tutelage.problems.views.tables import tabulate
    >>> family = family_named("quadratic_roots")
    >>> problem = family.draw(stream(1, "doc"), 1)
    >>> credit = Credit(tabulate(family, problem, {"p"}), problem.values)
    >>> print(credit.right(()), credit.right(["q"]), credit.shuffled(["q"]))
    1/9 1 0
    >>> credit.normalised(()), credit.normalised(["q"]), round(credit.of((), ["q"]), 2)
    (0.0, 1.0, 3.17)

The control is the same questions with the replies of another user, one for whom the hidden quantities have other
values, averaged over all the others: what that brings is not owed to what this user said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from math import log2

from tutelage.errors import UsageError
from tutelage.problems.views.analysis import analyse_table, gain_of
from tutelage.problems.views.tables import Table, given
from tutelage.values import Value

Told = frozenset[str]


class Credit:
    """The scores of all conversations about one view. What is told is named: the values are those of the truth.

    `truth` has a value for each hidden quantity, and others are ignored. Raises UsageError where the truth is no
    completion of the table that has an answer, and where the view is determined: there is nothing to gain.
    """

    def __init__(self, table: Table, truth: Mapping[str, Value]) -> None:
        self.table, self._parts = table, {frozenset[str](): table}
        self.truth = {name: truth[name] for name in table.hidden}
        own = self.part(frozenset(table.hidden))
        if own.codes[0] < 0:
            raise UsageError(f"the values {self.truth} have no answer")
        self.code = own.codes[0]
        self.users = len(table.codes) - list(table.codes).count(-1)  # who could be asking: completions with an answer
        self._rights, self._gains = dict[Told, Fraction](), dict[tuple[Told, Told], float]()
        self._left, self._bits = dict[Told, int](), dict[Told, tuple[float, float]]()
        self.before = self.right(())
        if self.before == 1:
            raise UsageError(f"the view that hides {list(table.hidden)} is determined: no conversation can gain "
                             "anything; hide a quantity that the answer hangs on")

    # --- of a conversation -------------------------------------------------------------------------------------------

    def right(self, told: Collection[str]) -> Fraction:
        """The share of the belief whose answer is the true one, in 0 < … ≤ 1; names that aren't hidden tell nothing."""
        known = self._known(told)
        if known not in self._rights:
            codes = self.part(known).codes
            self._rights[known] = Fraction(codes.count(self.code), len(codes) - codes.count(-1))
        return self._rights[known]

    def bits(self, told: Collection[str]) -> float:
        """r(c), ≤ 0."""
        return self._both(told)[0]

    def normalised(self, told: Collection[str]) -> float:
        """r(c) on the scale where no conversation is 0 and to know all is 1; below 0 where a reply misleads."""
        return 1 - self.bits(told) / self.bits(())

    def shuffled(self, told: Collection[str]) -> Fraction:
        """The share on the true answer after another user's replies to the same questions, on average over the others.

        Over all users, this one too, the average is the share before any question (law of total probability), so that
        over the others follows without going through them. For what tells nothing of the answer it is that share, too.
        """
        return (self.users * self.before - self.right(told)) / (self.users - 1)

    def shuffled_bits(self, told: Collection[str]) -> float:
        """log2 of `shuffled`, which may be 0, but not below log2(1 / users).

        That is the least that the belief before any question gives to an answer that is possible at all. It counts only
        where no other user has the same answer.
        """
        return self._both(told)[1]

    def control(self, told: Collection[str]) -> float:
        """`shuffled_bits` on the scale of `normalised`."""
        return 1 - self.shuffled_bits(told) / self.bits(())

    def excess(self, told: Collection[str]) -> float:
        """What the conversation has brought beyond the control, on the scale of `normalised`."""
        return self.normalised(told) - self.control(told)

    # --- of a question -----------------------------------------------------------------------------------------------

    def ratio(self, told: Collection[str], names: Collection[str]) -> Fraction:
        """By how much the reply multiplies the share on the true answer."""
        return self.right({*told, *names}) / self.right(told)

    def of(self, told: Collection[str], names: Collection[str]) -> float:
        """The credit of a question for `names` where `told` is told already, in bits; below 0 where the reply misleads.
        """
        return self.bits({*told, *names}) - self.bits(told)

    def gain(self, told: Collection[str], names: Collection[str]) -> float:
        """Its information gain in bits: the mean of its credit over all users for whom the same was told."""
        known, new = self._known(told), self._known(names)
        if not new - known:
            return 0.0
        if (known, new) not in self._gains:
            self._gains[known, new] = gain_of(self.part(known), [*new])
        return self._gains[known, new]

    def left(self, told: Collection[str]) -> int:
        """How many quantities have still to be told at least; 0 iff the answer is settled."""
        known = self._known(told)
        if known not in self._left:
            self._left[known] = analyse_table(self.part(known)).k
        return self._left[known]

    # --- beliefs -----------------------------------------------------------------------------------------------------

    def part(self, known: Told) -> Table:
        """The completions of one who was told these hidden quantities."""
        if known not in self._parts:
            self._parts[known] = given(self.table, {name: (self.truth[name],) for name in known})
        return self._parts[known]

    def as_heard_from(self, other: Mapping[str, Value], told: Collection[str]) -> Fraction:
        """The share on this user's true answer after another user's replies."""
        part = given(self.table, {name: (other[name],) for name in self._known(told)})
        return Fraction(part.codes.count(self.code), len(part.codes) - part.codes.count(-1))

    def _both(self, told: Collection[str]) -> tuple[float, float]:
        """`bits` and `shuffled_bits`."""
        known = self._known(told)
        if known not in self._bits:
            self._bits[known] = (_log2(self.right(known)),
                                 _log2(max(self.shuffled(known), Fraction(1, self.users))))
        return self._bits[known]

    def _known(self, names: Collection[str]) -> Told:
        return frozenset([name for name in names if name in self.truth])


def _log2(share: Fraction) -> float:
    return log2(share.numerator) - log2(share.denominator)
