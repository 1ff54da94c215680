"""Whether a model's words can stand in the place of an exact turn; whatever can be checked of them is checked here.

Two ways to stand in for a teacher:

*free*   Words of a teacher's own. They must not give anything away (`talk.leaks`), tell nothing that the statement
         leaves out, bring in no number that nobody has said, praise no wrong answer and blame no right step. What else
         they do can't be proved, so their act is `remark`.
*retold* The exact turn in other words: `online.retelling` compares what they say. Their act is that of the exact turn.

A tutor's hints are free; what tells a quantity, and all turns of a user, are retold. The same functions judge a reply
while a dataset is made and again when it is checked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from tutelage.online.retelling import retold
from tutelage.online.scene import Scene, bare_words, is_tutor, numbers_of
from tutelage.online.verdicts import PART, RIGHT, WRONG, verdicts
from tutelage.problems.reading.answers import numbers_in
from tutelage.problems.reading.spoken import sentences as sentences_of
from tutelage.problems.reading.spoken import spoken
from tutelage.talk.acts import ATTEMPTS, CONFIRM, HINT, MISLEAD, REMARK, STATE, TELLS
from tutelage.talk.users import told_names
from tutelage.values import Act, Turn

LEAST_SAID = 3  # words of a result that has no number in it
TRIES = 3  # replies of a model that are asked for, before the exact words stand
MOST_WORDS = 1_500  # characters of a teacher's turn
FORM, LEAK, TELLING, VERDICT, PRAISE, NUMBER = "form", "leak", "telling", "verdict", "praise", "number"
_SMALL = frozenset(map(Fraction, (*range(11), 100, "1/2", "-1/2")))  # that nobody needs to have said: "step 3"
_MARKS = re.compile(
    r"```|<\|?/?\w+\|?>|^\W{0,3}(?:student|teacher|user|assistant|system|tutor|me|you)\W{0,3}:"
    r"|^\W{0,4}(?:final )?answers?\W{0,3}[:=]|\\boxed|^####|^\s*[\[{]", re.I | re.M)
ECHOES = re.compile(  # what a model says about its task, or of the words that it was told it with
    r"\bthe message (?:before it|to put)\b|\b(?:put|say) (?:it |this |that )?into other words\b|\bin other words:"
    r"|\b(?:rephras|reword|paraphras)\w*\b|\bfor your eyes only\b|\bworked solution\b"
    r"|^\W*(?:sure[,!.]? *)?here(?:'s| is) (?:the|a|your|my) [^\n]{0,60}:", re.I | re.M)
_REFUSES = re.compile(r"\bas an? (?:ai|language model|artificial)|\bI(?:'m| am) (?:just )?an? (?:ai|language model)"
                      r"|\bmy (?:system )?(?:prompt|instructions)\b", re.I)


def is_free(scene: Scene, due: Turn) -> bool:
    """Whether the words that stand in for an exact turn are a teacher's own."""
    return is_tutor(scene) and due.act.kind not in TELLS


def act_of(scene: Scene, due: Turn) -> Act:
    """What words that stand in for `due` do, as far as it can be said."""
    return Act(REMARK) if is_free(scene, due) else due.act


def is_exact(turns: Sequence[Turn], due: Turn) -> bool:
    """Whether only the exact words will do: the statement, and a pointer at a right step that is to be taken back."""
    return due.act.kind == STATE or (len(turns) > 2 and turns[-2].act.kind == MISLEAD)


def refused(scene: Scene, turns: Sequence[Turn], due: Turn, words: str) -> str:
    """Why `words` can't stand in for `due`, the exact teacher's turn after `turns`; "" where they can.

    The reasons: form, leak, telling, verdict, praise, number, and those of `retelling`.
    """
    if bad_form(words):
        return FORM
    if scene.leaks([*turns, due._replace(act=act_of(scene, due), text=words)]):
        return LEAK
    return _of_free(scene, turns, due, words) if is_free(scene, due) else retold(scene, turns, due, words)


def bad_form(words: str) -> bool:
    """Whether words are no turn of a conversation: empty, too long, code, both sides of a dialogue, a refusal."""
    return not re.search(r"\w", words) or len(words) > MOST_WORDS or bool(
        _MARKS.search(words) or _REFUSES.search(words) or ECHOES.search(words))


def _of_free(scene: Scene, turns: Sequence[Turn], due: Turn, words: str) -> str:
    numbers = frozenset(numbers_in(words))
    said = frozenset[Fraction]().union(*[numbers_of(turn.text) for turn in turns])
    if (numbers - said) & _untold(scene, turns):
        return TELLING
    if numbers - said - scene.right_numbers - _SMALL:
        return NUMBER
    if _finds(scene, turns, words):
        return LEAK
    return _of_verdict(scene, turns, due, words)


def _finds(scene: Scene, turns: Sequence[Turn], words: str) -> bool:
    """Whether a sentence holds a result in words ("Olga is a mole") that nobody has said yet; `talk.leaks` finds those
    in numbers."""
    texts = [bare_words(turn.text) for turn in turns]
    sentences = [set(bare_words(sentence.text).split()) for sentence in sentences_of(spoken(words))]
    for step in scene.case.right.steps:
        result = bare_words(step.value)
        if len(result.split()) < LEAST_SAID or numbers_in(step.value) or any(result in text for text in texts):
            continue
        if any(said.issuperset(result.split()) for said in sentences):
            return True
    return False


def _untold(scene: Scene, turns: Sequence[Turn]) -> frozenset[Fraction]:
    """The values that neither the statement nor a reply has told."""
    told = told_names(turns)
    return frozenset([number for name in scene.hidden if name not in told
                      for number in numbers_in(str(scene.case.problem.quantity(name).value))])


def _of_verdict(scene: Scene, turns: Sequence[Turn], due: Turn, words: str) -> str:
    """What is said of the student's work, against the truth; where that isn't known nothing may be said of it."""
    said = verdicts(words, [step.what for step in scene.case.right.steps[:-1]])
    true, place = truth(turns, due)
    if (said & {RIGHT, WRONG}) - {true}:
        return VERDICT
    return PRAISE if PART in said and true != RIGHT and place <= 0 else ""


def truth(turns: Sequence[Turn], due: Turn) -> tuple[str, int]:
    """Whether the student's last turn is right or wrong ("": it can't be told, or there is nothing to tell), and the
    first step that is wrong (-1: not known)."""
    last = turns[-1].act
    place = next((turn.act.step for turn in reversed(turns) if turn.act.kind in ATTEMPTS), -1)
    if last.kind in ATTEMPTS:
        return WRONG, place
    if due.act.kind == CONFIRM:
        return RIGHT, -1
    return (WRONG, due.act.step) if due.act.kind == HINT else ("", place)
