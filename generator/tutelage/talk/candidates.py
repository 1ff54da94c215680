"""What a student could say at one turn before a statement that lacks something: the turns that recipes compare.

Each function makes one turn of a mind and moves the mind on; `tried` makes a turn and takes the mind back to where it
was, so that several can be tried at one place and one of them be played. None looks at what nobody has told: a value
that a turn takes for granted comes from the caller, who draws it from all that could be.

Costs are in words. A user types his replies and reads ours: of people, typing takes about five times as long a word as
reading does (some 45 against 230 a minute), and being asked at all is a bother of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tutelage.problems.family import Family
from tutelage.talk.acts import ASK, ASSUME, GUESS
from tutelage.talk.case import Case
from tutelage.talk.mind import Mind
from tutelage.talk.statements import sayable
from tutelage.values import Act, Problem, Slip, Turn, Value, Work

GOOD = "good"  # asks for what the next line needs and nobody has told
OTHER_GOOD = "other_good"  # asks for something else that is needed
REDUNDANT = "redundant"  # asks for what stands in the statement, or was told
DISTRACTOR = "distractor"  # asks for what the answer does not hang on
PREMATURE = "premature"  # answers on values that nobody told
LONG_WINDED = "long_winded"  # a good question at great length, or among others that need not be asked
ANSWER = "answer"  # the right answer, once all that it takes is told
KINDS = (GOOD, OTHER_GOOD, REDUNDANT, DISTRACTOR, PREMATURE, LONG_WINDED, ANSWER)

# in 1/10,000 of being right
ASKING = 200  # each thing asked for
TYPING = 20  # each word that the user types
READING = 4  # each word that the user reads, worked lines apart: those have to be read sooner or later
MOST = 1_600  # of one turn; six such turns, one and the widest window, cost less than being right is worth


class State(NamedTuple):
    """Where a mind is: what changes from turn to turn."""

    said: frozenset[str]
    written: int
    exposed: Slip | None
    asked: frozenset[int]
    continues: str


def state_of(mind: Mind) -> State:
    return State(frozenset(mind.said), mind.written, mind.exposed, frozenset(mind.asked), mind.continues)


def resume(mind: Mind, state: State) -> None:
    """Takes the mind to where it was."""
    mind.said, mind.written, mind.exposed, mind.asked = set(state.said), state.written, state.exposed, set(state.asked)
    mind.continues = state.continues


def tried(mind: Mind, make: Callable[[], Turn]) -> tuple[Turn, State]:
    """The turn that `make` makes and the state after it; the mind itself stays where it is."""
    before = state_of(mind)
    turn = make()
    after = state_of(mind)
    resume(mind, before)
    return turn, after


def mind_in(mind: Mind, case: Case) -> Mind:
    """A mind of the same voice at the same place, in a world where the case is this one."""
    other = copy.copy(mind)
    other.case = case
    resume(other, state_of(mind))
    return other


# --- questions -------------------------------------------------------------------------------------------------------

def good_question(mind: Mind, name: str, step: int | None = None) -> Turn:
    """Asks for a quantity: after the work up to `step`, the first that needs it; at once, where that is None."""
    done = _work_up_to(mind, step)
    question = mind.say("student/missing", "ask" if done else "ask_first", {"question": mind.question(name)})
    return _asks(mind, [done, question], name, step=step)


def which_question(mind: Mind, name: str) -> Turn:
    """Asks for a quantity again of which the last reply left two values."""
    return _asks(mind, [mind.say("student/missing", "which", {"question": mind.question(name)})], name)


def redundant_question(mind: Mind, name: str, *, told: bool) -> Turn:
    """Asks for what the statement tells, or (`told`) for what a reply told."""
    key = "again" if told else "redundant"
    return _asks(mind, [mind.say("student/candidates", key, {"question": mind.question(name)})], name)


def distractor_question(mind: Mind, name: str) -> Turn:
    """Asks for something that has nothing to do with the answer."""
    return _asks(mind, [mind.say("student/candidates", "distractor", {"question": mind.question(name)})], name)


def long_question(mind: Mind, name: str, others: Sequence[str] = (), step: int | None = None) -> Turn:
    """A good question said at length, or, with `others`, among questions for those."""
    case = mind.case
    fields = {"question": mind.question(name), "others": " ".join([mind.question(other) for other in others]),
              "phrase": case.family.words(case.problem, case.problem.quantity(name)).phrase}
    text = mind.say("student/candidates", "wordy_many" if others else "wordy", fields)
    return _asks(mind, [_work_up_to(mind, step), text], name, others, step)


def _asks(mind: Mind, parts: list[str], name: str, also: Sequence[str] = (), step: int | None = None) -> Turn:
    return Turn("student", Act(ASK, name, step=-1 if step is None else step, also=tuple(also)), mind.join(parts))


def _work_up_to(mind: Mind, step: int | None) -> str:
    if step is None:
        return ""
    done = mind.work_text(mind.case.right, mind.written, step)
    mind.written = max(mind.written, step)
    return done


# --- answers ---------------------------------------------------------------------------------------------------------

def right_answer(mind: Mind) -> Turn:
    """The answer, by the right work from where it stopped; for when all that it takes is told."""
    return mind.revise() if mind.written else mind.attempt(None)


def premature_answer(mind: Mind, step: int, values: Mapping[str, Value], work: Work, *, narrowed: bool = False) -> Turn:
    """An answer on values that nobody told: those of `values`, which lead to `work`; `step` is where they are needed.

    `narrowed`: the last reply has left two, of which it takes one. Says what it takes for granted where each of
    the values has a sentence; else it is a guess without work.
    """
    case = mind.case
    start = min(mind.written, step)
    mind.exposed = Slip(ASSUME, step, work, {})
    names = list(values)
    if not all(sayable(case.family, case.problem, name) for name in names):
        key = "guess_program" if mind.programs else "guess"
        text = mind.say("student/attempt", key, {"answer": work.answer})
        return Turn("student", Act(GUESS, answer=work.answer), text)
    sentence = " ".join([sentence_of(case.family, case.problem, name, value) for name, value in values.items()])
    taken = mind.say("student/candidates", "premature_part" if narrowed else "premature", {"sentence": sentence})
    parts = [mind.work_text(case.right, start, step), taken, mind.work_text(work, step), mind.final_text(work)]
    return Turn("student", Act(ASSUME, names[0], 0, work.answer, step=step, also=tuple(names[1:])), mind.join(parts))


# --- what turns cost -------------------------------------------------------------------------------------------------

def sentence_of(family: Family, problem: Problem, name: str, value: Value) -> str:
    """The sentence that tells a quantity if it had this value.

    Where a family's words are those of the problem whatever value they are asked for (claims, clues), the problem is
    posed with the value.
    """
    own = problem.quantity(name)
    sentence = family.words(problem, own._replace(value=value)).sentence
    if value == own.value or sentence != family.words(problem, own).sentence:
        return sentence
    posed = family.pose(problem.structure, {**problem.values, name: value}, problem.level)
    return family.words(posed, posed.quantity(name)).sentence


def typing_costs(case: Case, name: str, domain: Sequence[Value]) -> list[int]:
    """What it costs to type the reply, for each of the values that a quantity could have."""
    return [TYPING * words_in(sentence_of(case.family, case.problem, name, value)) for value in domain]


def plain_costs(case: Case, name: str, typed: Sequence[int]) -> list[int]:
    """What a plain question for a quantity costs, for each of its values: asking, reading it, and typing the reply."""
    question = case.family.words(case.problem, case.problem.quantity(name)).question
    fixed = ASKING + READING * words_in(question)
    return [min(MOST, fixed + cost) for cost in typed]


def fixed_cost(case: Case, turn: Turn, told_again: Sequence[str]) -> int:
    """What a turn that asks costs before anything new is typed; `told_again` are the quantities that are known."""
    typed = [TYPING * words_in(sentence_of(case.family, case.problem, name, case.problem.quantity(name).value))
             for name in told_again]
    return ASKING * (1 + len(turn.act.also)) + READING * words_in(without_work(case, turn.text)) + sum(typed)


def without_work(case: Case, text: str) -> str:
    """A turn's text without the worked lines in it."""
    for step in case.right.steps:
        text = text.replace(step.line, " ", 1)
    return text


def words_in(text: str) -> int:
    return len(text.split())
