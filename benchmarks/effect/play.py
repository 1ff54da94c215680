"""Plays a trained model against the exact teacher and the user, many dialogues in step.

The model's words are read exactly: a question is one of the questions that the problem's family has for its
quantities, an answer stands behind "Answer:" and is judged by `Family.accepts`. Whoever asks for a quantity is told it
by the user (`talk.users`, policy literal). After a wrong answer comes feedback: real (a verdict and the fact that was
wanting), contentless (`teacher/control`), or none.

While it works, the model has a calculator, as in GSM8K (Cobbe et al. 2021, 2110.14168 §3): the number behind
"a × b =" is worked out for it. Which line to write, with which numbers, is its own doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import torch

from effect.model import Decoder, Model
from effect.text import END, STUDENT, USER, Vocabulary, joined, pieces
from tutelage.draws import Draws, stream
from tutelage.talk.acts import ASK, ATTEMPT, STATE, teacher_voice
from tutelage.talk.case import Case
from tutelage.talk.converse import Teacher
from tutelage.talk.statements import statement_of
from tutelage.talk.users import USERS, user
from tutelage.values import Act, Turn
from tutelage.wording import wordings

ANSWER = ("answer", ":")
LONGEST_TURN = 90  # tokens; a turn that is longer is cut off and counts as unreadable
FEW = 0.7  # share of the dialogues that are still open, below which the others are dropped from the batch
LITERAL = next(policy for policy in USERS if policy.name == "literal")


class Said(NamedTuple):
    """What a student turn comes to: `asked` are quantities, `answer` is None where there is none."""

    text: str
    asked: tuple[str, ...] = ()
    answer: str | None = None
    right: bool = False

    @property
    def question(self) -> bool:
        """Whether it asks something, be it something that no quantity of the problem answers."""
        return self.answer is None and "?" in self.text


class Game:
    """One dialogue: what is still to be fed to the model, what it has said, and who replies.

    `feedback` is "real", "contentless" or "" (a wrong answer ends the dialogue).
    """

    def __init__(self, case: Case, draws: Draws, turns: int, feedback: str) -> None:
        self.case, self.draws, self.turns, self.feedback = case, draws, turns, feedback
        self.user: Teacher = user(LITERAL, draws, teacher_voice(draws))
        self.history = [Turn("teacher", Act(STATE), statement_of(case))]
        self.said, self.told, self.open = list[Said](), set[str](), True
        self.questions = {q.name: pieces(case.family.words(case.problem, q).question) for q in case.problem.quantities}
        self.queue = [USER, *pieces(self.history[0].text), END, STUDENT]
        self.written = list[str]()

    def hear(self, token: str) -> str:
        """Takes the next token of the model's turn and gives the token that stands there: a calculated one counts."""
        result = calculated(self.written) if token != "€" else []  # the model is not trained to say what comes here
        if result:
            token, *rest = result
            self.queue = list(rest)
        self.written.append(token)
        return token

    def close(self) -> None:
        """The end of the model's turn: reads it, and queues the reply."""
        turn = read(self.case, [token for token in self.written if token != END], self.questions)
        self.said.append(turn)
        self.written = []
        if turn.right or len(self.said) == self.turns or not (turn.asked or turn.answer is not None):
            self.open = False
        elif turn.asked:
            self._reply(Turn("student", Act(ASK, turn.asked[0], also=turn.asked[1:]), turn.text))
        elif self.feedback:
            self._correct(turn)
        else:
            self.open = False

    def _reply(self, asked: Turn) -> None:
        self.history.append(asked)
        reply = self.user(self.case, self.history)
        self.told |= {asked.act.target, *asked.act.also}
        self._say(reply)

    def _correct(self, turn: Said) -> None:
        self.history.append(Turn("student", Act(ATTEMPT, answer=turn.answer or ""), turn.text))
        if self.feedback == "contentless":
            text = wordings("teacher/control").pick("contentless", self.draws, {})
        else:
            text = wordings("teacher/reply").pick("wrong", self.draws, {})
            if (name := wanting(self.case, self.told)) is not None:
                text += f" {self.case.family.words(self.case.problem, self.case.problem.quantity(name)).sentence}"
                self.told.add(name)
        self._say(Turn("teacher", Act(STATE), text))

    def _say(self, reply: Turn) -> None:
        self.history.append(reply)
        self.queue = [USER, *pieces(reply.text), END, STUDENT]


def wanting(case: Case, told: set[str]) -> str | None:
    """The quantity that the work needs first, of those that nobody has told; None where all are told."""
    return next((name for step in case.right.steps for name in step.uses
                 if (name not in case.known and name not in told and not name.startswith("s"))
                 or (name not in case.known and name not in told and name in case.problem.values)), None)


def read(case: Case, tokens: Sequence[str], questions: dict[str, list[str]]) -> Said:
    """Which quantities a turn asks for, or which answer it gives."""
    text = joined(tokens)
    asked = tuple([name for name, question in questions.items() if _within(question, tokens)])
    if "?" in tokens:
        return Said(text, asked)
    ends = [i for i in range(len(tokens) - 1) if tuple(tokens[i:i + 2]) == ANSWER]
    if not ends:
        return Said(text)
    answer = joined(tokens[ends[-1] + 2:]).replace("€ ", "€")
    return Said(text, (), answer, case.family.accepts(case.problem, case.right, answer))


def _within(few: Sequence[str], many: Sequence[str]) -> bool:
    return any(list(many[i:i + len(few)]) == list(few) for i in range(len(many) - len(few) + 1))


def calculated(written: Sequence[str]) -> list[str]:
    """The tokens of the result where a turn so far ends in "a × b =", perhaps with "€" behind it; else none.

    A division that doesn't come out gives "q rest r".
    """
    back = [*written]
    if back and back[-1] == "€":
        back.pop()
    if not back or back.pop() != "=":
        return []
    two = _number(back)
    sign = back.pop() if back else ""
    if sign == "/" and two:
        over = _number(back)
        two, sign = (Fraction(over, two) if over is not None else None), back.pop() if back else ""
    one = _number(back)
    if one is None or two is None:
        return []
    if sign == "÷":
        if not two:
            return []
        quotient, rest = divmod(one, two)
        return [*pieces(str(quotient)), *(["rest", *pieces(str(rest))] if rest else [])]
    result = {"+": one + two, "−": one - two, "×": one * two}.get(sign)
    return [] if result is None or result < 0 or result.denominator != 1 else pieces(str(result))


def _number(back: list[str]) -> int | Fraction | None:
    """Takes a whole number, in its pieces, off the end."""
    taken = list[str]()
    while back and back[-1].isdigit() and (not taken or len(taken[0]) == 2):
        taken.insert(0, back.pop())
    return int("".join(taken)) if taken else None


@torch.no_grad()
def play(model: Model, words: Vocabulary, cases: Sequence[Case], *, turns: int = 4, feedback: str = "",
         seed: int = 0) -> list[list[Said]]:
    """The student turns of one dialogue a case, at most `turns` each; greedy, so a model has one reply to a history."""
    model.eval()
    games = [Game(case, stream(seed, "play", i), turns, feedback) for i, case in enumerate(cases)]
    device = model.embed.weight.device
    decoder, end, logits, active = Decoder(model, len(games)), words.number[END], None, games
    while any(game.open for game in active) and decoder.at < model.shape.longest:
        left = [i for i, game in enumerate(active) if game.open]
        if logits is not None and len(left) < FEW * len(active):  # those that are over needn't be carried along
            active, logits = [active[i] for i in left], logits[left]
            decoder.keep(left)
        best = [end] * len(active) if logits is None else logits.argmax(-1).tolist()
        feed = [_next(game, words.words[choice]) for game, choice in zip(active, best, strict=True)]
        logits = decoder.step(torch.tensor(words.of(feed), device=device))
    return [game.said for game in games]


def _next(game: Game, token: str) -> str:
    """The token that stands next in a dialogue: one that is queued, or the model's."""
    if not game.open:
        return END
    if game.queue:
        token = game.queue.pop(0)
        if game.written:  # the rest of a calculated number
            game.written.append(token)
        return token
    if token in (USER, STUDENT, "<pad>"):
        token = END
    token = game.hear(token)
    if token == END or len(game.written) >= LONGEST_TURN:
        game.close()
        return END
    return token
