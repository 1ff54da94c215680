"""Whether other words of a student do what its typed act says, as `online.hearing` reads them.

The reader must find the act in the original words, too: where it doesn't, nothing can be said of others, and the turn
keeps its words. Beyond the act, the numbers must be the same in the same order, and so must each calculation, so that
the work is still the work that was judged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from tutelage.online.acceptance import ECHOES, FORM, LEAK, MOST_WORDS, bad_form
from tutelage.online.hearing import Heard, hear
from tutelage.online.retelling import ENOUGH, NAMES, NUMBERS, TOPIC, named, names_said, retold
from tutelage.online.scene import Scene, is_tutor
from tutelage.problems.reading.numerals import numerals, plain_fractions
from tutelage.problems.reading.spoken import spoken
from tutelage.talk.acts import (
    ASK,
    ASK_CONFLICT,
    ASK_PLAN,
    ASK_STEP,
    ASSUME,
    ATTEMPTS,
    CHECK,
    QUESTIONS,
    VAGUE,
    WAIT,
)
from tutelage.values import Turn

ACT, WORK, UNREAD, SAME = "act", "work", "unread", "same"
_BOTH = re.compile(r"^\W{0,3}(?:student|teacher|user|assistant|system|tutor)\W{0,3}:|<\|?/?\w+\|?>", re.I | re.M)
_EQUATION = re.compile(r"[\d.,)](?:[^\S\n]*[-+−–×x*·÷/^=≠<>≤≥][^\S\n]*[(√]?[-−]?[\d.,]*\d[%)]?)+")
_SAME = str.maketrans({"×": "*", "·": "*", "x": "*", "÷": "/", "−": "-", "–": "-"})


def is_kept(scene: Scene, turns: Sequence[Turn], turn: Turn) -> bool:
    """Whether a turn after `turns` has to keep its words: the statement, a program, and what the reader can't read."""
    if turn.role == "teacher":
        return not turns
    return (scene.kind == "program" and turn.act.kind in ATTEMPTS) or not readable(scene, turns, turn)


def refused_rewording(scene: Scene, turns: Sequence[Turn], turn: Turn, words: str) -> str:
    """Why `words` can't stand in for those of a typed turn after `turns`; "" where they can. See `acceptance`,
    `retelling` and `reworded`."""
    if " ".join(words.split()) == " ".join(turn.text.split()):
        return SAME
    if turn.role == "student":
        return reworded(scene, turns, turn, words)
    if bad_form(words):
        return FORM
    if scene.leaks([*turns, turn._replace(text=words)]) and not scene.leaks([*turns, turn]):
        return LEAK
    return retold(scene, turns, turn, words)


def readable(scene: Scene, turns: Sequence[Turn], turn: Turn) -> bool:
    """Whether the reader of free words finds the act of a typed turn after `turns` in its own words."""
    return _does(scene, turn, hear(scene, turns, turn.text))


def reworded(scene: Scene, turns: Sequence[Turn], turn: Turn, words: str) -> str:
    """Why `words` can't stand in for those of a student's turn after `turns`; "" where they can.

    The reasons: form, unread (the reader can't find the act in the original words), act, numbers, work, names, topic.
    Raises RunnerUnavailable for a program.
    """
    if not re.search(r"\w", words) or len(words) > max(MOST_WORDS, 2 * len(turn.text)) or _BOTH.search(words) \
            or ECHOES.search(words) or ("def " in words and "def " not in turn.text):
        return FORM
    if is_kept(scene, turns, turn):
        return UNREAD
    if not _does(scene, turn, hear(scene, turns, words)):
        return ACT
    if numbers_in_order(words) != numbers_in_order(turn.text):
        return NUMBERS
    if calculations(words) != calculations(turn.text):
        return WORK
    if names_said(scene, words) != names_said(scene, turn.text):
        return NAMES
    return TOPIC if _about_another(scene, turn, words) else ""


def _about_another(scene: Scene, turn: Turn, words: str) -> bool:
    """Whether a question is about something else, or a quantity is not named any more."""
    act = turn.act
    if act.kind in QUESTIONS and act.kind not in (ASK, ASK_CONFLICT) and is_tutor(scene) \
            and scene.topics.of([turn.text]) != scene.topics.of([words]):
        return True
    quantities = [name for name in (act.target, *act.also) if name in scene.case.problem.values]
    return any(named(scene, name, words) < ENOUGH <= named(scene, name, turn.text) for name in quantities)


def numbers_in_order(text: str) -> list[Fraction | None]:
    """The numerals of a text written in digits; one that is said again at once counts once."""
    said = plain_fractions(spoken(text))
    found = [each.value for each in numerals(said) or () if any(map(str.isdigit, said[each.start:each.end]))]
    return [value for place, value in enumerate(found) if place == 0 or value != found[place - 1]]


def calculations(text: str) -> list[str]:
    """The calculations of a text ("14 × 24 = 336"), one way of writing each."""
    return sorted(["".join(match[0].split()).translate(_SAME).rstrip(".,") for match in _EQUATION.finditer(spoken(text))
                   if "=" in match[0]])


def _does(scene: Scene, turn: Turn, heard: Heard) -> bool:
    """Whether what was heard is what the typed turn does."""
    act, found = turn.act, heard.act
    if act.kind in ATTEMPTS:
        return found.kind in ATTEMPTS and _same(scene, act.answer, found.answer) and (
            act.kind == ASSUME or heard.correct == turn.correct)
    if act.kind in (ASK_PLAN, ASK_STEP):
        topic = heard.topic
        return found.kind == VAGUE and topic is not None and topic.kind == "rule" and (
            scene.slips[int(topic.name)].kind == act.target)
    if act.kind in (ASK, ASK_CONFLICT):
        return found.kind == act.kind and {act.target, *act.also} == {found.target, *found.also}
    if act.kind == CHECK:
        topic = heard.topic
        return found.kind == CHECK or (found.kind == VAGUE and topic is not None and topic.name == act.target)
    if act.kind == WAIT:
        return found.kind in (WAIT, VAGUE)  # "What else?"
    return found.kind == act.kind and heard.correct == turn.correct


def _same(scene: Scene, answer: str, heard: str) -> bool:
    if " ".join(answer.split()) == " ".join(heard.split()):
        return True
    value = scene.read(answer)
    return value is not None and scene.read(heard) == value
