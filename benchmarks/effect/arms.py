"""The arms: what each model learns from, as builds that the command line of tutelage makes, and what is claimed of it.

A base learns to solve problems of all families, at once or after feedback (`EASY`, `TALK`). Every arm goes on from
the base of its seed with the same number of steps on the same number of dialogues; a quarter of them are `EASY`, so
that asking is not the rule. Only `upper` sees problems that lack something.
"""

from __future__ import annotations

from typing import NamedTuple


class Build(NamedTuple):
    """A build: recipe, further words of the command line, and which rows of `sft` are meant ("" is the main arm)."""

    recipe: str
    words: tuple[str, ...] = ()
    arm: str = ""

    @property
    def name(self) -> str:
        """Of its folder; arms of one build share it."""
        return "-".join([self.recipe, *[word for word in self.words if not word.startswith("--")]])


class Arm(NamedTuple):
    name: str
    summary: str
    build: Build | None  # None: the base model as it is
    asks: bool = False  # claimed to ask for what is missing
    silent: bool = True  # must not: an arm that has no right to the effect


ANSWERS = "slips_then_repairs,slips_twice,stubborn,guesser"  # students of `sml` that ask nothing
EASY = Build("sml", ("--students", "solves"))
TALK = Build("sml", ("--students", ANSWERS))

ARMS: tuple[Arm, ...] = (
    Arm("base", "problems solved, at once or after feedback", None),
    Arm("single", "more problems, solved in one turn", EASY),
    Arm("sml", "attempt, feedback, revision; no questions", TALK),
    Arm("first", "q_priming, asked before any work", Build("q_priming", ("--ask-at", "first")), silent=False),
    Arm("slot", "q_priming, asked where the work stops", Build("q_priming", ("--ask-at", "slot")), asks=True),
    Arm("contentless", "feedback that says nothing", Build("controls", (), "contentless")),
    Arm("shuffled", "the feedback of other problems", Build("controls", (), "shuffled")),
    Arm("upper", "proactive: trained on problems that lack something",
        Build("proactive", ("--students", "asks", "--teachers", "literal", "--split", "train", "--k", "1-2")),
        asks=True),
)

# What is claimed of the arms that ask, in every seed: figure, the bound, whether it is a lower one. Nothing is claimed
# of the family that no dialogue was about: seeds differ too much there (docs/effect.md).
CLAIMS: tuple[tuple[str, float, bool], ...] = (
    ("ask", 0.95, True), ("right_question", 0.95, True), ("premature", 0.05, False), ("over_ask", 0.05, False),
    ("accuracy", 0.90, True),
    # of kinds of quantity that nobody was trained to ask for: 0.8 of the above
    ("new_ask", 0.76, True), ("new_right_question", 0.76, True), ("new_accuracy", 0.72, True),
)
COMPETENT = 0.9  # accuracy on complete problems that the base must have before any arm says something
