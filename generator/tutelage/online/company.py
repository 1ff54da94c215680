"""Users before free words: they know premises and no solution, reply to questions for quantities, and never judge.

The exact users of `talk` speak: literal, by comparison, in part, noisy, volunteering, not knowing; those who tell a
problem piece by piece; and the one who tells what is chosen of a list. What they can't take as a question is unclear.
"""

from __future__ import annotations

from tutelage.draws import Draws
from tutelage.online.hearing import DEMAND, EMPTY, LONG, SEVERAL, Heard
from tutelage.online.scene import Scene
from tutelage.talk.acts import ASK, ASK_CONFLICT, ASSUME, DONT_KNOW, TELL, VAGUE
from tutelage.talk.converse import History, Teacher
from tutelage.talk.options import reply_of
from tutelage.talk.shards import REVEALS, revealing, untold
from tutelage.talk.users import USERS, user
from tutelage.values import Act, Turn
from tutelage.wording import wordings

OWN = "teacher/online"
NOTES = {EMPTY: "empty", LONG: "long", SEVERAL: "several", DEMAND: "demand_user", VAGUE: "unclear_user"}


class Company:
    """A user's state in one episode."""

    def __init__(self, scene: Scene, draws: Draws) -> None:
        self.scene, self.draws = scene, draws
        self.said: set[str] = set()
        self.speaks = self._speaker()

    def _speaker(self) -> Teacher | None:
        """The user of the item; None where the statement offers a list, or nobody replies."""
        case, guide = self.scene.case, self.scene.guide
        if case.view is not None and case.view.task:
            return None
        for reveal in REVEALS if self.scene.pieces else ():
            if reveal.name == guide:
                return revealing(reveal, self.draws, self.scene.voice)
        policy = next((policy for policy in USERS if policy.name == guide), USERS[0])
        return user(policy, self.draws, self.scene.voice)

    def act(self, heard: Heard, turns: History, text: str) -> Act:
        return heard.act

    def reply(self, heard: Heard, turns: History) -> Turn:
        """The user's turn after `turns`, of which the last is the student's."""
        act = turns[-1].act
        if self.scene.pieces and self.speaks is not None and untold(self.scene.case, turns):
            return self.speaks(self.scene.case, turns)
        if act.kind in (ASK, ASK_CONFLICT, ASSUME):
            return self._answer(turns)
        return Turn("teacher", Act(DONT_KNOW), self.say(NOTES.get(act.kind, "go_on_user")))

    def bare(self, turns: History) -> Turn:
        """The quantity by its plain sentence, where all else would say too much; else a refusal."""
        act = turns[-1].act
        if act.kind == ASK and act.target in self.scene.hidden:
            turn = self.scene.telling(act.target)
            if not self.scene.leaks([*turns, turn]):
                return turn
        key = "stated" if act.target and act.target in self.scene.case.known else "withheld"
        return Turn("teacher", Act(DONT_KNOW, act.target), self.say(key))

    def say(self, key: str) -> str:
        return wordings(OWN).pick(key, self.draws, {}, self.scene.voice.tags, self.said)

    def _answer(self, turns: History) -> Turn:
        act, case = turns[-1].act, self.scene.case
        if self.speaks is not None:
            return self.speaks(case, turns)
        if case.view is None or not case.view.options:
            return Turn("teacher", Act(DONT_KNOW, act.target), self.say("nobody"))
        if any(turn.act.kind == TELL for turn in turns):
            return Turn("teacher", Act(DONT_KNOW, act.target), self.say("no_more"))
        names = (act.target, *act.also)
        text = " ".join([reply_of(case.family, case.problem, name) for name in names])
        key = "known" if set(names) <= case.known else "reply"
        return Turn("teacher", Act(TELL, names[0], also=names[1:]), wordings("teacher/which").pick(
            key, self.draws, {"sentence": text}, self.scene.voice.tags, self.said))
