"""What a Reasoner can do with the skills that it has: a pure function of what it grasps unaided and of its skill set.

    >>> narrow = Skill("b", "Where B comes up as well, mind A.", ("A",), ("B",))
    >>> broad = Skill("a", "Mind A.", ("A",))
    >>> sorted(mastered(("A", "C"), frozenset("C"), (broad,), budget=20))
    ['A', 'C']
    >>> sorted(mastered(("A", "C"), frozenset("C"), (broad, narrow), budget=20))
    ['C']

Skills interfere in two ways. *Displacement*: the Reasoner heeds the newest skills as far as its budget of words goes;
what is older is no longer heeded, be it ever so useful. *Blur*: where several skills are about one rule, the newest
decides. One that was learned from a special case names its circumstances; elsewhere the Reasoner takes the rule not to
apply, though an older skill, or its own reading, had it right. Both follow from the texts alone, so that a skill set
can be judged again by anyone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple


class Skill(NamedTuple):
    """A piece of advice to the Reasoner (how to apply rules) or to the Challenger (what its tasks are to need)."""

    name: str
    description: str  # its words: what is read, and what counts against the budget
    rules: tuple[str, ...]  # ids of the rules that it is about, the newest last
    when: tuple[str, ...] = ()  # rules that must all come up in a task for it to be applied; () is always

    @property
    def words(self) -> int:
        return len(self.description.split())


def heeded(skills: Sequence[Skill], budget: int) -> Iterator[Skill]:
    """The skills that fit into a budget of words, the newest first."""
    for skill in reversed(skills):
        budget -= skill.words
        if budget < 0:
            return
        yield skill


def mastered(needs: Collection[str], grasp: Collection[str], skills: Sequence[Skill], budget: int) -> frozenset[str]:
    """Which of the rules that a task needs are applied rightly.

    `grasp` are the rules that are applied rightly without any skill, `budget` (words, ≥ 0) bounds the skills heeded.
    """
    newest: dict[str, Skill] = {}
    for skill in heeded(skills, budget):
        for rule in skill.rules:
            newest.setdefault(rule, skill)
    return frozenset([rule for rule in needs
                      if (set(newest[rule].when) <= set(needs) if rule in newest else rule in grasp)])
