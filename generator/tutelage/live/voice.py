"""A model as the teacher, or as the user, beside a model student.

The exact guide goes on judging the student's words, and has a reply at hand. A teacher that guides (`sml`, `q_priming`,
`controls`) speaks freely, knowing the solution and what the exact audit found; a user says what the exact user would
tell, in words of its own. `online.acceptance` says whether a reply can stand; one that can't is asked for again with
another seed, and after `TRIES` of them the exact words stand.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from tutelage.draws import stream
from tutelage.environment import Environment
from tutelage.models.wire import Message, Reply
from tutelage.online.acceptance import TRIES, act_of, is_exact, is_free, refused, truth
from tutelage.online.scene import Scenario, Scene
from tutelage.online.tutor import Place, locate
from tutelage.online.verdicts import RIGHT, WRONG
from tutelage.problems.reading.answers import program_in
from tutelage.talk.acts import ATTEMPTS, CHECK, QUESTIONS
from tutelage.values import Turn
from tutelage.wording import wordings

BANK = "roles/teacher"
ROLES = {"teacher": "assistant", "student": "user"}
JUDGE = "judge"  # why words don't stand that the exact audit lets pass: the judge did not say no
_NO = re.compile(r"\W*no\b", re.I)
Ask = Callable[[Sequence[Message], int], Awaitable[Reply]]
"""(messages, seed of the reply) -> reply."""


class Voiced(NamedTuple):
    """What became of one turn of the teacher."""

    stands: int  # number of the reply that stands, from 1; 0: the exact words do
    refused: tuple[str, ...]  # why the replies before it don't
    replies: tuple[Reply, ...]  # all of them


async def say(env: Environment, scenario: Scenario, number: int, ask: Ask, judge: Ask | None = None) -> Voiced:
    """Has the model say the teacher's last turn of dialogue `number`, in the place of the exact teacher.

    A `judge` is asked whether words that pass give too much away; they stand where it says no. Raises what `ask` and
    `judge` raise.
    """
    scene, turns, due = env.scene, env.turns[:-1], env.turns[-1]
    why, replies = list[str](), list[Reply]()
    if is_exact(turns, due):
        return Voiced(0, (), ())
    shown = request(scene, turns, due)
    for count in range(TRIES):
        draws = stream(scenario.plan.seed, "teacher", scenario.plan.recipe, scenario.item, scenario.arm, number,
                       len(turns) // 2, count)
        reply = await ask(shown, draws.below(1 << 31))
        replies.append(reply)
        reason = refused(scene, turns, due, reply.text)
        if not reason and judge is not None and is_free(scene, due):
            verdict = await judge(case_for(scene, turns, reply.text), draws.below(1 << 31))
            reason = "" if _NO.match(verdict.text) else JUDGE
        if not reason:
            if reply.text != due.text:
                env.retell(reply.text, act_of(scene, due))
            return Voiced(count + 1, tuple(why), tuple(replies))
        why.append(reason)
    return Voiced(0, tuple(why), tuple(replies))


def request(scene: Scene, turns: Sequence[Turn], due: Turn) -> list[Message]:
    """The messages that ask for the turn after `turns`: all that this role may know, and what was said since the
    statement. Of the student it holds the words that it said, and no thoughts."""
    free, right = is_free(scene, due), scene.case.right
    fields = {"task": scene.statement, "due": due.text}
    if free:
        fields |= {"answer": right.answer, "work": "\n".join([step.line for step in right.steps]),
                   "finding": finding(scene, turns, due)}
    system = wordings(BANK).choose("tutor" if free else "user", 0, fields)
    return [("system", system), *[(ROLES[turn.role], turn.text) for turn in turns[1:]]]


def case_for(scene: Scene, turns: Sequence[Turn], words: str) -> list[Message]:
    """The messages that ask the judge whether a teacher's words after `turns` give too much away."""
    right = scene.case.right
    said = "\n\n".join([f"{turn.role.capitalize()}: {turn.text}" for turn in turns[1:]])
    return [("user", wordings("roles/judge").choose("leak", 0, {
        "task": scene.statement, "answer": right.answer, "work": "\n".join([step.line for step in right.steps]),
        "dialogue": said, "words": words}))]


def finding(scene: Scene, turns: Sequence[Turn], due: Turn) -> str:
    """What the exact audit found of the student's last turn, in words."""
    true, _ = truth(turns, due)
    last, bank = turns[-1], wordings(BANK)
    attempt = max([index for index, turn in enumerate(turns) if turn.act.kind in ATTEMPTS], default=0)
    if last.act.kind in ATTEMPTS:
        return bank.choose("wrong", 0, {"place": _place(scene, turns, attempt)})
    if last.act.kind in QUESTIONS and last.act.kind != CHECK and attempt:
        return bank.choose("question_after", 0, {"place": _place(scene, turns, attempt)})
    if true == WRONG:
        return bank.choose("mistake", 0, {"place": _named(scene, Place(step=due.act.step))})
    key = "holds" if true == RIGHT else "question" if last.act.kind in QUESTIONS else "other"
    return bank.choose(key, 0, {})


def _place(scene: Scene, turns: Sequence[Turn], attempt: int) -> str:
    """Where the mistake of an attempt is, as far as it can be told; of a program, a test that it fails."""
    turn = turns[attempt]
    if scene.kind == "program" and (tested := _tested(scene, turn.text)):
        return tested
    return _named(scene, locate(scene, turns[:attempt], turn.text, turn.act.answer))


def _named(scene: Scene, place: Place) -> str:
    bank = wordings(BANK)
    if (slip := place.slip) is not None:
        fault = wordings(f"problems/{scene.case.family.name}").choose(f"{slip.kind}.tell", 0, slip.fields)
        return bank.choose("fault", 0, {"what": slip.work.steps[slip.step].what, "fault": fault})
    steps = scene.case.right.steps
    if not 0 <= place.step < len(steps):
        return bank.choose("nowhere", 0, {})
    return bank.choose("step", 0, {"what": steps[place.step].what})


def _tested(scene: Scene, text: str) -> str:
    """The first test that a program fails; "" where it can't be run. Raises RunnerUnavailable without a sandbox."""
    from tutelage.runner import Job, run_programs

    structure, wanted = scene.case.problem.structure, scene.case.right.value
    source = program_in(text)
    assert isinstance(wanted, tuple)
    if not source:
        return ""
    job = Job(source, structure["function"], tuple([(test,) for test in structure["tests"]]))
    returned = run_programs([job])[0].returns
    for test, one, other in zip(structure["tests"], returned, wanted, strict=False):
        if one != other:
            return wordings(BANK).choose("tests", 0, {"given": repr(test), "returned": str(one), "wanted": str(other)})
    return ""
