"""The kinds of acts, and the voices they are said in. A turn is an act first; its text is a rendering of it."""

from __future__ import annotations

from typing import NamedTuple

from tutelage.draws import Draws

# what a student does
ATTEMPT = "attempt"  # an answer with its work
GUESS = "guess"  # an answer without work
REVISE = "revise"  # another attempt that changes an earlier one
ASK = "ask"  # asks for a quantity by name
ASK_PLAN = "ask_plan"  # before any work: asks whether the plan that it names is sound
ASK_STEP = "ask_step"  # after the work up to there: asks what to do at this step
CHECK = "check"  # asks whether a step is right, or whether it is the wrong one
VAGUE = "vague"  # asks for help without saying for what
DEFEND = "defend"  # repeats an answer with its reason
ASSUME = "assume"  # an answer that rests on a wrong value for `target` (or `also`): taken for granted, or mistold
ASK_CONFLICT = "ask_conflict"  # asks which of two statements about `target` holds
ABSTAIN = "abstain"  # says that the question can't be answered, and for want of what (`target`, `also`)
WAIT = "wait"  # takes note of what was said, without an answer: more is to come
STUDENT_ACTS = (ATTEMPT, GUESS, REVISE, ASK, ASK_PLAN, ASK_STEP, CHECK, VAGUE, DEFEND, ASSUME, ASK_CONFLICT, ABSTAIN,
                WAIT)
ATTEMPTS = frozenset({ATTEMPT, GUESS, REVISE, DEFEND, ASSUME})
QUESTIONS = frozenset({ASK, ASK_PLAN, ASK_STEP, CHECK, VAGUE, ASK_CONFLICT})

# what a teacher does
STATE = "state"  # tells the problem
HINT = "hint"  # says that it is wrong and where, as far as the level goes
ANSWER_RULE = "answer_rule"  # gives the principle that was asked for
TELL = "tell"  # tells a quantity
CONFIRM = "confirm"
DONT_KNOW = "dont_know"
START = "start"  # says what to find first
RETRY = "retry"  # a verdict and nothing else (control)
MISLEAD = "mislead"  # points at a right step as wrong (control, or a noisy teacher before it corrects itself)
SHUFFLE = "shuffle"  # feedback on another problem (control)
TELL_DERIVED = "tell_derived"  # tells a quantity by how it compares with another one
TELL_PART = "tell_part"  # narrows a quantity down to the values in `answer` (a JSON list)
MISTELL = "mistell"  # tells a wrong value, the one in `answer` (JSON), and takes it back later
TAKE_BACK = "take_back"  # tells the quantity that it had told wrongly
REMARK = "remark"  # free words of a model as the teacher: audited, but what else they do is not typed
TEACHER_ACTS = (STATE, HINT, ANSWER_RULE, TELL, CONFIRM, DONT_KNOW, START, RETRY, MISLEAD, SHUFFLE, TELL_DERIVED,
                TELL_PART, MISTELL, TAKE_BACK, REMARK)
TELLS = frozenset({TELL, TELL_DERIVED, TAKE_BACK})  # after these the quantity is known


class Voice(NamedTuple):
    """How a speaker talks throughout a dialogue: a name for the row, and the tags that wordings may ask for."""

    name: str
    tags: frozenset[str]


STUDENT_VOICES = tuple(
    Voice(f"{length} {stance} {register}", frozenset({length, stance, register}))
    for length in ("terse", "chatty", "even") for stance in ("sure", "hesitant") for register in ("plain", "formal")
    if (length, register) != ("chatty", "formal")
)
TEACHER_VOICES = tuple(Voice(manner, frozenset({manner})) for manner in ("socratic", "direct", "warm"))


def student_voice(draws: Draws) -> Voice:
    return draws.choice(STUDENT_VOICES)


def teacher_voice(draws: Draws) -> Voice:
    return draws.choice(TEACHER_VOICES)
