"""The mind of a simulated student: the work it would write, its voice, what it has said, and how it words a turn.

A simulated student is a function of the public history like any other; its mind is its own. The right work stands in
it because a student that has understood can do the work; whether it has understood is the policy's business
(`students`), and what nobody has told it may not use (`case.first_untold`).
"""

from __future__ import annotations

from tutelage.draws import Draws
from tutelage.talk.acts import ASK, ASK_PLAN, ASK_STEP, ATTEMPT, CHECK, DEFEND, GUESS, REVISE, VAGUE, Voice
from tutelage.talk.case import Case
from tutelage.values import Act, Slip, Turn, Work
from tutelage.wording import wordings


class Mind:
    """One student's state in one dialogue. Its methods make turns; none of them looks at the teacher's side."""

    def __init__(self, case: Case, draws: Draws, voice: Voice) -> None:
        self.case, self.draws, self.voice = case, draws, voice
        self.said: set[str] = set()  # wordings used, so that none is said twice
        self.written = 0  # number of steps of the right work that stand in the dialogue already
        self.exposed: Slip | None = None  # the mistake that the last attempt showed
        self.continues = ""  # how its next work opens, section of student/again: "go_on" or "begin" after a question
        self.asked: set[int] = set()  # steps that it has asked about since the last attempt
        self.need = draws.between(1, 3)  # the level of hint that it takes to be understood
        self.family_words = wordings(f"problems/{case.family.name}")
        self.programs = case.family.kind(case.problem.structure) == "program"
        # code reads badly in running text, long work too
        self.lines_apart = self.programs or (len(case.right.steps) > 3 and draws.chance(0.5)) or draws.chance(0.15)

    # --- turns -------------------------------------------------------------------------------------------------------

    def attempt(self, slip: Slip | None, *, opening: str = "") -> Turn:
        """The whole work, with the mistake where there is one, and the answer."""
        work, opening = slip.work if slip else self.case.right, opening or self.opening()
        start, self.written = self.written, slip.step if slip else len(work.steps)
        self.exposed, self.asked, self.continues = slip, set(), ""
        parts = [opening, self.work_text(work, start), self.final_text(work)]
        if slip and "hesitant" in self.voice.tags and len(work.steps) > 1 and self.draws.chance(0.4):
            parts.insert(2, self.say("student/attempt", "remark", {"what": self.draws.choice(work.steps).what}))
        return Turn("student", self._act(ATTEMPT, work, slip), self.join(parts))

    def revise(self, slip: Slip | None = None) -> Turn:
        """Mends the exposed mistake and carries on from there; `slip` is a new mistake further on."""
        mended, work = self.exposed, slip.work if slip else self.case.right
        if mended is None:
            self.continues = self.continues or ("go_on" if self.written else "begin")
            return self.attempt(slip)
        start = mended.step if slip is None else min(mended.step, slip.step)
        self.exposed, self.written, self.asked = slip, slip.step if slip else len(work.steps), set()
        mend = self.words_of(mended, "mend")
        return Turn("student", self._act(REVISE, work, slip),
                    self.join([mend, self.work_text(work, start), self.final_text(work)]))

    def redo(self, slip: Slip | None) -> Turn:
        """Changes something without knowing what was wrong: perhaps to the right work, perhaps to another mistake."""
        last, work = self.exposed, slip.work if slip else self.case.right
        start = min(last.step if last else 0, slip.step if slip else len(work.steps) - 1)
        self.exposed, self.written = slip, slip.step if slip else len(work.steps)
        key = "redo" if slip is None or slip is not last else "redo_same"
        parts = [self.generic("student/again", key), self.work_text(work, start), self.final_text(work)]
        return Turn("student", self._act(REVISE, work, slip), self.join(parts))

    def defend(self) -> Turn:
        """The exposed mistake once more, with its reason. Of a program only the part in question is shown, and asked
        about: the answer as a whole would be the same text again.
        """
        slip = self.exposed
        if slip is None:
            raise ValueError("there is nothing to defend before an attempt")
        step = slip.work.steps[slip.step]
        if self.programs:
            self.asked.add(slip.step)
            text = self.say("student/again", "defend_program", {"what": step.what, "line": step.line})
            return Turn("student", Act(CHECK, step.name, step=slip.step), text)
        text = self.say("student/again", "defend", {"answer": slip.work.answer, "line": step.line})
        return Turn("student", self._act(DEFEND, slip.work, slip), text)

    def guess(self, slip: Slip) -> Turn:
        """An answer without work: the one that the mistake would have led to."""
        key = "guess_program" if self.programs else "guess"
        text = self.say("student/attempt", key, {"answer": slip.work.answer})
        return Turn("student", self._act(GUESS, slip.work, slip), text)

    def ask_rule(self, slip: Slip, *, at_slot: bool, opening: str = "") -> Turn:
        """Asks about the step that it would get wrong: at the slot after the work up to there, or before any work."""
        if not at_slot:
            return Turn("student", Act(ASK_PLAN, slip.kind, step=slip.step), self.words_of(slip, "doubt"))
        done = self.work_text(self.case.right, self.written, slip.step)
        question = self.words_of(slip, "slot")
        if not (opening or self.exposed):
            opening = self.opening() if done else self._plan(slip, question)
        text = self.join([opening, done, question])
        self.written, self.continues = slip.step, "go_on" if slip.step else "begin"
        return Turn("student", Act(ASK_STEP, slip.kind, step=slip.step), text)

    def ask_quantity(self, name: str, step: int, *, at_slot: bool = True) -> Turn:
        """Works up to the step that needs the quantity and asks for it there; or, not at the slot, asks at once."""
        fields = {"question": self.question(name), "what": self.case.right.steps[step].what}
        done = self.work_text(self.case.right, self.written, step) if at_slot else ""
        opening = self.opening() if done or (at_slot and not self.continues) else ""
        self.written, self.continues = step if at_slot else self.written, "go_on"
        question = self.say("student/ask", "quantity" if done else "quantity_first", fields)
        return Turn("student", Act(ASK, name, step=step), self.join([opening, done, question]))

    def ask_stated(self, name: str) -> Turn:
        """Asks for what stands in the statement."""
        return Turn("student", Act(ASK, name), self.say("student/ask", "stated", {"question": self.question(name)}))

    def vague(self) -> Turn:
        return Turn("student", Act(VAGUE), self.generic("student/ask", "vague"))

    def check(self, step: int) -> Turn:
        """Shows the right work up to and including `step` and asks whether it holds."""
        parts = [self.opening(), self.work_text(self.case.right, self.written, step + 1)]
        self.written = step + 1
        what = self.case.right.steps[step].what
        return Turn("student", Act(CHECK, self.case.right.steps[step].name, step=step),
                    self.join([*parts, self.say("student/ask", "check", {"what": what})]))

    def stuck(self) -> Turn:
        """Knows which step is meant, and not what is wrong with it."""
        return Turn("student", Act(VAGUE), self.generic("student/ask", "stuck"))

    def which(self, step: int) -> Turn:
        """Asks whether a step of its last attempt is the wrong one."""
        self.asked.add(step)
        shown = self.exposed.work if self.exposed else self.case.right
        return Turn("student", Act(CHECK, shown.steps[step].name, step=step),
                    self.say("student/ask", "which", {"what": shown.steps[step].what}))

    def holds(self, step: int) -> Turn:
        """Answers a teacher who pointed at a right step: shows that it holds."""
        done = self.case.right.steps[step]
        return Turn("student", Act(CHECK, done.name, step=step),
                    self.say("student/again", "holds", {"what": done.what, "line": done.line}))

    # --- words -------------------------------------------------------------------------------------------------------

    def opening(self) -> str:
        """What stands before the work of a turn, if anything.

        It is drawn alike whether the work comes to an answer or stops at a question: whether to ask has to be seen
        where a line can't be written, and the first words of a turn must not tell it (docs/effect.md).
        """
        if self.continues:
            return self.generic("student/again", self.continues)
        return "" if self.written else \
            self._maybe("student/attempt", "open", 0.45 if "chatty" in self.voice.tags else 0.2)

    def say(self, file: str, key: str, fields: dict[str, str]) -> str:
        return wordings(file).pick(key, self.draws, fields, self.voice.tags, self.said)

    def generic(self, file: str, key: str) -> str:
        return self.say(file, key, {})

    def words_of(self, slip: Slip, section: str) -> str:
        return self.family_words.pick(f"{slip.kind}.{section}", self.draws, slip.fields, self.voice.tags, self.said)

    def _plan(self, slip: Slip, question: str) -> str:
        """What it wants to do first: said before a question that no line of work can stand before.

        The words of the family, section `<kind>.start`, where there are any.
        """
        if f"{slip.kind}.start" in self.family_words:
            return self.words_of(slip, "start")
        what = slip.work.steps[slip.step].what
        return self.say("student/ask", "plan_bare" if what in question else "plan", {"what": what})

    def question(self, name: str) -> str:
        return self.case.family.words(self.case.problem, self.case.problem.quantity(name)).question

    def _maybe(self, file: str, key: str, p: float) -> str:
        return self.generic(file, key) if self.draws.chance(p) else ""

    def work_text(self, work: Work, start: int, stop: int | None = None) -> str:
        lines = [step.line for step in work.steps[start:stop]]
        return ("\n" if self.lines_apart else " ").join(lines)

    def final_text(self, work: Work) -> str:
        return self.say("student/attempt", "final_program" if self.programs else "final", {"answer": work.answer})

    def join(self, parts: list[str]) -> str:
        return ("\n" if self.lines_apart else " ").join([part for part in parts if part])

    def _act(self, kind: str, work: Work, slip: Slip | None) -> Act:
        return Act(kind, answer=work.answer, slip=slip.kind if slip else "", step=slip.step if slip else -1)
