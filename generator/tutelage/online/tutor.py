"""A teacher before free words: locates the first wrong step as far as it can, and lets the exact teacher speak.

Where the mistake is:

1. The answer is the one that a named slip leads to. Of several such slips it is the one whose wrong step stands in the
   student's lines, else the one that begins first.
2. The lines hold the wrong result of a slip's first wrong step: that slip, whatever came of it.
3. The lines show work, and the result of a right step is missing from them: that step, as far as one can tell.
4. Else nothing is known but that it is wrong, and the teacher says what to find first, then next.

A slip is answered by the teachers of `talk`, so hints rise by the same ladder and never hold the answer.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.online.hearing import DEMAND, EMPTY, LONG, SEVERAL, TALK, Heard
from tutelage.online.matching import Topic
from tutelage.online.scene import Scene, numbers_of
from tutelage.problems.reading.answers import numbers_in, same
from tutelage.talk.acts import (
    ANSWER_RULE,
    ASK,
    ASK_PLAN,
    ASK_STEP,
    ATTEMPTS,
    CHECK,
    CONFIRM,
    DONT_KNOW,
    GUESS,
    HINT,
    QUESTIONS,
    START,
    VAGUE,
)
from tutelage.talk.case import Case
from tutelage.talk.converse import History
from tutelage.talk.teachers import SECTIONS, TEACHERS, teacher
from tutelage.values import Act, Slip, Turn
from tutelage.wording import wordings

OWN, BANK = "teacher/online", "teacher/reply"
NOTES = {EMPTY: "empty", LONG: "long", SEVERAL: "several", DEMAND: "demand"}
SURE = 2  # new numbers in a student's lines from which on they count as work


class Place(NamedTuple):
    """Where a mistake is: a slip, or a step alone; neither where that can't be told."""

    slip: Slip | None = None
    step: int = -1


class Tutor:
    """A teacher's state in one episode."""

    def __init__(self, scene: Scene, draws: Draws) -> None:
        self.scene, self.draws = scene, draws
        self.policy = next(policy for policy in TEACHERS if policy.name == scene.guide)
        self.guide = teacher(self.policy, draws, scene.voice)
        self.bank = wordings(f"problems/{scene.case.family.name}")
        self.said: set[str] = set()

    def act(self, heard: Heard, turns: History, text: str) -> Act:
        """The act with the mistake that a wrong attempt shows, as far as it can be told."""
        if heard.typed or heard.correct or heard.act.kind not in ATTEMPTS:
            return heard.act
        place = locate(self.scene, turns, text, heard.act.answer)
        if place.slip is not None:
            kind = "attempt" if heard.act.kind == GUESS else heard.act.kind
            return heard.act._replace(kind=kind, slip=place.slip.kind, step=place.slip.step)
        return heard.act._replace(step=place.step)

    def reply(self, heard: Heard, turns: History) -> Turn:
        """The teacher's turn after `turns`, of which the last is the student's, its act as `act` has made it."""
        act = turns[-1].act
        if heard.typed and act.kind in (*ATTEMPTS, *QUESTIONS):
            return self.guide(self._case(turns), turns)
        if act.kind in NOTES:
            return Turn("teacher", Act(DONT_KNOW), self.say(OWN, NOTES[act.kind]))
        if act.kind in ATTEMPTS:
            return self._correct(turns)
        if self.policy.control:
            return self.guide(self.scene.case, turns)
        if act.kind == ASK:
            return self._tell(turns)
        if act.kind in (CHECK, TALK):
            return self._judge(turns, asked=act.kind == CHECK)
        return self._help(heard, turns)

    def _case(self, turns: History) -> Case:
        """The case with the mistakes that the turns show or ask about; all are worked out where one isn't at hand."""
        asked = {(turn.act.target, turn.act.step) for turn in turns if turn.act.kind in (ASK_PLAN, ASK_STEP)}
        shown = asked | {(turn.act.slip, turn.act.step) for turn in turns if turn.act.slip}
        at_hand = {(slip.kind, slip.step) for slip in self.scene.case.slips}
        return self.scene.case if shown <= at_hand else self.scene.tutored

    def bare(self, turns: History) -> Turn:
        """A turn that holds nothing but a verdict or a refusal, for where all else would say too much."""
        if turns[-1].act.kind in ATTEMPTS:
            return Turn("teacher", Act(HINT), self.say(BANK, "wrong"))
        return Turn("teacher", Act(DONT_KNOW, turns[-1].act.target), self.say(OWN, "withheld"))

    def say(self, file: str, key: str, **fields: str) -> str:
        return wordings(file).pick(key, self.draws, fields, self.scene.voice.tags, self.said)

    def _words_of(self, slip: Slip, section: str) -> str:
        return self.bank.pick(f"{slip.kind}.{section}", self.draws, slip.fields, self.scene.voice.tags, self.said)

    def _correct(self, turns: History) -> Turn:
        act = turns[-1].act
        if act.slip or (self.policy.control and act.kind in ATTEMPTS):
            return self.guide(self.scene.tutored, turns)
        if act.step >= 0:
            return self._pointed(turns, act.step, [self.say(BANK, "wrong" if _first(turns) else "still")])
        if act.kind == GUESS and not any(turn.act.kind == START for turn in turns):
            return self.guide(self.scene.tutored, turns)
        verdict = self.say(BANK, "wrong" if _first(turns) else "still")
        return self._start(turns, verdict)

    def _start(self, turns: History, opening: str = "") -> Turn:
        """What to find first; where that was said before, or found, what to find next."""
        steps = self.scene.case.right.steps
        said = sum(turn.act.kind == START for turn in turns)
        step = min(max(said, _found(self.scene, turns)), len(steps) - 1)
        words = self.say(OWN, "next", what=steps[step].what) if step else self.say(BANK, "start", what=steps[0].what)
        return Turn("teacher", Act(START, steps[step].name, step=step), f"{opening} {words}".strip())

    def _pointed(self, turns: History, step: int, parts: list[str]) -> Turn:
        """A hint at a step where no slip is known: where it is, then the principle, then what to do."""
        before = sum(turn.act.kind == HINT and turn.act.step == step for turn in turns)
        slip = next((slip for slip in self.scene.slips if slip.step == step), None)
        level = min(3, 1 + before) if slip is not None else 1
        what = self.scene.case.right.steps[step].what
        parts.append(self.say(OWN, "unseen", what=what) if level == 1 or slip is None
                     else self._words_of(slip, SECTIONS[level]))
        return Turn("teacher", Act(HINT, level=level, step=step), " ".join(parts))

    def _tell(self, turns: History) -> Turn:
        """What it is asked for, a sentence a quantity; what can't be said without a leak is pointed to instead."""
        act, case = turns[-1].act, self.scene.case
        names = (act.target, *act.also)[:3]
        sentences = " ".join([self.scene.telling(name).text for name in names])
        stated = all(name in case.known for name in names)
        turn = Turn("teacher", Act("tell", names[0], also=names[1:]),
                    self.say(BANK, "restate" if stated else "tell", sentence=sentences))
        if stated and self.scene.leaks([*turns, turn]):
            return Turn("teacher", Act(DONT_KNOW, names[0]), self.say(OWN, "stated"))
        return turn

    def _judge(self, turns: History, *, asked: bool) -> Turn:
        """Whether the work so far holds. Of the last step nothing is said: its result is the answer."""
        place, shown = checked(self.scene, turns)
        if place is not None and (self.policy.questions or any(turn.act.kind in ATTEMPTS for turn in turns)):
            opening = [self.say(BANK, "no")] if asked else []
            if place.slip is None:
                return self._pointed(turns, place.step, opening)
            level = min(3, 1 + sum(turn.act.kind == HINT and turn.act.target == place.slip.kind for turn in turns))
            return Turn("teacher", Act(HINT, place.slip.kind, level, step=place.slip.step),
                        " ".join([*opening, self._words_of(place.slip, SECTIONS[level])]))
        if shown >= 0 and self.policy.questions:
            return Turn("teacher", Act(CONFIRM, self.scene.case.right.steps[shown].name, step=shown),
                        self.say(BANK, "confirm"))
        return Turn("teacher", Act(DONT_KNOW), self.say(OWN, "unclear" if asked else "go_on"))

    def _help(self, heard: Heard, turns: History) -> Turn:
        """An answer to a question about a step or a principle, or to a plea for help."""
        found = principle(self.scene, heard.topic) if self.policy.questions else None
        if found is not None:
            return Turn("teacher", Act(ANSWER_RULE, found.kind, step=found.step), self._words_of(found, "rule"))
        last = next((turn.act for turn in reversed(turns) if turn.act.kind in ATTEMPTS), None)
        if last is not None and last.slip:
            history = [*turns[:-1], turns[-1]._replace(act=Act(VAGUE))]
            return self.guide(self.scene.tutored, history)
        if last is not None and last.step >= 0:
            return self._pointed(turns, last.step, [])
        if heard.asks and not self.policy.questions:
            return Turn("teacher", Act(DONT_KNOW), self.say(BANK, "dont_know"))
        if any(turn.act.kind == START for turn in turns) and heard.asks:
            return Turn("teacher", Act(DONT_KNOW), self.say(OWN, "unclear"))
        return self._start(turns)


def _first(turns: History) -> bool:
    """Whether the last turn is the first attempt."""
    return sum(turn.act.kind in ATTEMPTS for turn in turns) == 1


def locate(scene: Scene, turns: History, text: str, answer: str) -> Place:
    """Where a wrong attempt goes wrong; see the module. `turns` are those before it."""
    slips = scene.slips
    if scene.kind == "program":
        plain = "".join(answer.split())
        ends = [slip for slip in slips if "".join(slip.work.answer.split()) == plain]
        return Place(ends[0]) if ends else Place()
    value = scene.read(answer)
    ends = [slip for slip in slips if slip.work.value == value] or [
        slip for slip in slips if isinstance(slip.work.value, Fraction)  # a third may be given rounded
        and same(scene.kind, slip.work.value, answer, scene.options)]
    if len(ends) == 1:
        return Place(ends[0])
    fresh = _fresh(scene, turns, text)
    shown = [slip for slip in ends if _shows(slip, fresh)]
    if ends:
        return Place((shown or ends)[0])
    if shown := [slip for slip in slips if _shows(slip, fresh)]:
        return Place(shown[0])
    return Place(step=_gap(scene, turns, text)) if len(fresh) >= SURE else Place()


def _shows(slip: Slip, fresh: frozenset[Fraction]) -> bool:
    """Whether the slip's first wrong result stands among the numbers that the student has brought in."""
    wrong = numbers_in(slip.work.steps[slip.step].value)
    return bool(wrong) and fresh.issuperset(wrong)


def _fresh(scene: Scene, turns: History, text: str) -> frozenset[Fraction]:
    """The numbers of a text that neither the teacher nor the right work has said."""
    known = [numbers_of(turn.text) for turn in turns if turn.role == "teacher"]
    return numbers_of(text).difference(scene.right_numbers, *known)


def _gap(scene: Scene, turns: History, text: str) -> int:
    """The first step whose result is a number that stands nowhere in the dialogue; -1 where there is none."""
    said = numbers_of(text).union(*[numbers_of(turn.text) for turn in turns])
    for index, step in enumerate(scene.case.right.steps):
        values = numbers_in(step.value)
        if values and not said.issuperset(values):
            return index
    return -1


def _found(scene: Scene, turns: History) -> int:
    """How many steps, from the first on, the student has written the results of."""
    own = frozenset[Fraction]().union(*[numbers_of(turn.text) for turn in turns if turn.role == "student"])
    for index, step in enumerate(scene.case.right.steps):
        values = numbers_in(step.value)
        if step.value and not (values and own.issuperset(values)):  # a line that says a premise again has no result
            return index
    return len(scene.case.right.steps)


def checked(scene: Scene, turns: History) -> tuple[Place | None, int]:
    """Whether the lines of the last turn hold: the place of a mistake, else the last step that they show (-1: none).

    A number that is neither given nor a result of the right work is a mistake; so asking about many numbers at once
    confirms none of them. The last step is never confirmed.
    """
    before, text = turns[:-1], turns[-1].text
    steps = scene.case.right.steps
    fresh = _fresh(scene, before, text)
    if fresh:
        shown = [slip for slip in scene.slips if _shows(slip, fresh)]
        if shown:
            return Place(shown[0]), -1
        gap = _gap(scene, before, text)
        return (Place(step=gap), -1) if len(fresh) >= SURE and 0 <= gap < len(steps) - 1 else (None, -1)
    said = numbers_of(text)
    told = frozenset[Fraction]().union(*[numbers_of(turn.text) for turn in before if turn.role == "teacher"])
    shown_steps = [index for index, step in enumerate(steps[:-1])
                   if (values := set(numbers_in(step.value))) and values <= said and not values <= told]
    return None, max(shown_steps, default=-1)


def principle(scene: Scene, topic: Topic | None) -> Slip | None:
    """The slip whose principle a question is about: by its doubt, or as the step where it is made."""
    if topic is None or topic.kind == "quantity":
        return None
    if topic.kind == "rule":
        return scene.slips[int(topic.name)]
    index = next((i for i, step in enumerate(scene.case.right.steps) if step.name == topic.name), -1)
    return next((slip for slip in scene.slips if slip.step == index), None)
