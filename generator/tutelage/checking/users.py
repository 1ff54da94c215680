"""All users who could be asking about a view, gone through one by one: a second way to every figure of best_questions.

Shares are fractions, entropies are taken over lists of answers; nothing is shared with `problems.views.credit`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import fsum, log2

from tutelage.checking.episodes import Again
from tutelage.checking.labels import MOST_PROVED, completions, entropy, open_values
from tutelage.problems.family import Posed
from tutelage.recipes.underspecified import facts_of
from tutelage.talk import candidates as say
from tutelage.values import Value


class Users:
    """All users who could be asking: what is hidden has other values for each, and another answer is right for most."""

    def __init__(self, found: Again) -> None:
        case, domains = found.case, open_values(found.case)
        self.case, self.hidden = case, tuple(domains)
        every = list(product(*domains.values()))
        if len(every) <= MOST_PROVED or found.table is None:
            pairs = completions(case.family, case.problem, domains)
        else:  # the enumeration that the episode's own columns are checked with
            pairs = [*found.table.rows]
        self.users = [dict(zip(domains, values, strict=True)) for values, _ in pairs]
        self.answers = [answer for _, answer in pairs]
        self.truth = {name: case.problem.quantity(name).value for name in domains}
        self.own = self.users.index(self.truth)
        facts = facts_of(Posed(case.family, case.problem, ""))
        self.spare = {*facts.spare, *[name for name in domains if self._idle(name)]}
        self._shares, self._shuffled = dict[tuple[str, ...], Fraction](), dict[tuple[str, ...], Fraction]()
        self._gains = dict[tuple[tuple[str, ...], tuple[str, ...]], float]()

    def _idle(self, name: str) -> bool:
        """Whether the answer is the same whatever this quantity is, for any values of the others."""
        seen = dict[tuple[Value, ...], Value]()
        others = [other for other in self.hidden if other != name]
        return all(seen.setdefault(tuple([user[other] for other in others]), answer) == answer
                   for user, answer in zip(self.users, self.answers, strict=True))

    def agreeing(self, told: Collection[str], like: Mapping[str, Value]) -> list[Value]:
        """The answers of those who would have said the same as `like` about what was told."""
        names = [name for name in self.hidden if name in told]
        return [answer for user, answer in zip(self.users, self.answers, strict=True)
                if all(user[name] == like[name] for name in names)]

    def share(self, told: Collection[str], like: Mapping[str, Value] | None = None) -> Fraction:
        """Of them, the share whose answer is the true one."""
        names = tuple([name for name in self.hidden if name in told])
        if like is not None or names not in self._shares:
            answers = self.agreeing(names, self.truth if like is None else like)
            found = Fraction(answers.count(self.answers[self.own]), len(answers))
            if like is not None:
                return found
            self._shares[names] = found
        return self._shares[names]

    def shuffled(self, told: Collection[str]) -> Fraction:
        """The mean share after the replies of each other user."""
        names = tuple([name for name in self.hidden if name in told])
        if names not in self._shuffled:
            replies = [tuple([user[name] for name in names]) for user in self.users]
            alike = dict[tuple[Value, ...], list[bool]]()  # of those who reply so: whether the true answer is theirs
            for said, answer in zip(replies, self.answers, strict=True):
                alike.setdefault(said, []).append(answer == self.answers[self.own])
            others = Counter([said for number, said in enumerate(replies) if number != self.own])
            total = sum([n * Fraction(sum(alike[said]), len(alike[said])) for said, n in others.items()], Fraction(0))
            self._shuffled[names] = total / (len(self.users) - 1)
        return self._shuffled[names]

    def entropy(self, told: Collection[str]) -> float:
        """Of the answer, in bits."""
        return entropy(self.agreeing(told, self.truth))

    def gain(self, told: Collection[str], names: Collection[str]) -> float:
        """The information gain of a question, by the entropy left after each reply."""
        key = tuple([n for n in self.hidden if n in told]), tuple([n for n in self.hidden if n in names])
        if key not in self._gains:
            groups = dict[tuple[Value, ...], list[Value]]()
            for user, answer in zip(self.users, self.answers, strict=True):
                if all(user[name] == self.truth[name] for name in key[0]):
                    groups.setdefault(tuple([user[name] for name in key[1]]), []).append(answer)
            everyone = [answer for group in groups.values() for answer in group]
            left = fsum([len(group) * entropy(group) for group in groups.values()]) / len(everyone)
            self._gains[key] = entropy(everyone) - left
        return self._gains[key]

    def bits(self, told: Collection[str]) -> float:
        return _log2(self.share(told))

    def control_bits(self, told: Collection[str]) -> float:
        return _log2(max(self.shuffled(told), Fraction(1, len(self.users))))

    def normalised(self, bits: float) -> float:
        return 1 - bits / self.bits(())

    def kind(self, names: Sequence[str], told: Collection[str]) -> str:
        """What a question is once `told` is told beside the statement."""
        new = [name for name in names if name in self.hidden and name not in told and name not in self.spare]
        if len(names) > 1:
            return "both" if new == [*names] else "several"
        if new:
            return say.GOOD
        return say.DISTRACTOR if names[0] in self.spare and names[0] not in told else say.REDUNDANT


def _log2(share: Fraction) -> float:
    return log2(share.numerator) - log2(share.denominator)
