"""What a question to a teacher is about: a quantity, a step of the work, or the principle behind a step.

`problems.reading.quantities.matched` finds quantities in any words. Before a teacher a question can also be about a
step or a principle, in words that name quantities too, so all three are weighed against each other here.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tutelage.problems.reading.quantities import stem

ENOUGH, APART = 0.45, 0.04  # a match scores at least so much, and so much more than one of another thing
_WORD = re.compile(r"[^\W\d_]{2,}|[0-9]+")
_STOP = frozenset(re.findall(r"[a-z]+", """
    a an the of is are was were be do does did how much what which who many to in on at for it its their his her they
    there this that and or i me you we us please could can would know need tell with from by as if has have had one so
    then go before now my your far right should here first"""))


class Topic(NamedTuple):
    kind: str  # quantity, step or rule
    name: str  # of a rule: the slip's place among the scene's slips


class Topics:
    """All that can be asked about, by the words that it is spoken of with."""

    def __init__(self, spoken: Iterable[tuple[Topic, str]]) -> None:
        self.known: list[tuple[Topic, frozenset[str]]] = [(topic, stems(text)) for topic, text in spoken]
        counts = Counter(stem for _, each in self.known for stem in each)
        self.weight: Mapping[str, float] = {
            stem: math.log(1 + len(self.known) / count) ** 2 for stem, count in counts.items()}
        self._whole = [sum([self.weight[stem] for stem in each]) for _, each in self.known]

    def of(self, asks: Sequence[str]) -> Topic | None:
        """What the first ask that is about anything is about; None where none is, or where it can't be told."""
        for ask in asks:
            said = stems(ask)
            asked = sum([self.weight.get(stem, 1.0) for stem in said])  # a word that nothing is spoken of with counts 1
            best: dict[Topic, float] = {}
            for (topic, each), whole in zip(self.known, self._whole, strict=True):
                # the harmonic mean of what they cover of it and it of them
                common = sum([self.weight[stem] for stem in said & each])
                best[topic] = max(best.get(topic, 0.0), 2 * common / (asked + whole) if common else 0.0)
            order = sorted(best, key=lambda topic: -best[topic])
            if order and best[order[0]] >= ENOUGH and (
                    len(order) == 1 or best[order[0]] - best[order[1]] >= APART
                    or best[order[0]] > 0.999):  # its own words: one of equals is as good as the other
                return order[0]
        return None


@lru_cache(maxsize=1024)
def stems(text: str) -> frozenset[str]:
    return frozenset([stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP])
