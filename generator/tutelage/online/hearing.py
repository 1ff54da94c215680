"""What a student's free words do: one typed act a turn, with the judge's verdict on an answer.

The acts are those of `talk.acts`, read by `read_reply`, and a few that only free words have:

empty   no letter and no digit
long    more than `MOST_TEXT` characters: it is not read
several more than one final answer: none of them counts
demand  asks for the answer itself
talk    work or remarks without an answer or a question

What is right is decided by the family's own judge, which knows what an order or a program is; `read_reply` finds the
answer in the words. Programs are run in the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tutelage.errors import UsageError
from tutelage.online.matching import Topic
from tutelage.online.scene import Scene, bare_words, is_tutor
from tutelage.problems.reading.answers import final_answer, numbers_in, program_in
from tutelage.problems.reading.judge import Reply, read_reply
from tutelage.problems.reading.needing import first, holds
from tutelage.problems.reading.quantities import matched
from tutelage.problems.reading.replies import plain
from tutelage.problems.reading.spoken import spoken
from tutelage.talk.acts import (
    ABSTAIN,
    ASK,
    ASK_CONFLICT,
    ASSUME,
    ATTEMPT,
    ATTEMPTS,
    CHECK,
    GUESS,
    MISTELL,
    REVISE,
    STUDENT_ACTS,
    TAKE_BACK,
    VAGUE,
    WAIT,
)
from tutelage.talk.converse import rightly_withheld
from tutelage.talk.options import LETTERS
from tutelage.values import Act, Turn

EMPTY, LONG, SEVERAL, DEMAND, TALK = "empty", "long", "several", "demand", "talk"
MOST_TEXT = 20_000  # characters of one turn

_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning|scratchpad)>", re.I)
_WHOLE = r"(?:the |your )?(?:final |correct |right |full |actual )?(?:answer|solution|result)\b"
_OF_DEMAND = ("answer", "solution", "result", "just", "solve it")  # one of these stands in whatever `_DEMAND` finds
_DEMAND = re.compile(
    rf"\b(?:tell|give|show)\s+(?:it\s+to\s+)?(?:me|us)\b[^.?!\n]{{0,20}}\b{_WHOLE}"
    rf"|\b(?:reveal|disclose|print|say)\s+{_WHOLE}|\bwhat(?:'s| is| was)\s+{_WHOLE}[^.!\n]{{0,40}}\?"
    rf"|\bi\s+(?:just\s+|only\s+)?(?:want|need)\s+{_WHOLE}|\bjust\s+(?:tell|give)\s+(?:it|me)\b|\bsolve it for me\b",
    re.I)
_CHECK = re.compile(
    r"\b(?:right|correct|ok|okay|true|wrong|fine|on (?:the right )?track|so far|mistake|error|hold)\b[^.!?\n]{0,30}\?",
    re.I)
_SO_FAR = re.compile(r"\b(?:so far|up to (?:here|this|there)|until here|is (?:that|this|it|my work) (?:right|correct|ok"
                     r"|okay))[^.!?\n]{0,20}\?", re.I)
_HELP = re.compile(r"\b(?:help|hint|stuck|lost|confused|no idea|don't (?:know|understand|get|see)|how (?:do|should|can)"
                   r" i|what (?:do|should|can) i do|where (?:do|should) i (?:start|begin))\b", re.I)
_PLEA = re.compile(r"(?:please )?(?:(?:can|could|would|will) you )?(?:please )?(?:just )?(?:help|give|show|tell|offer)"
                   r"(?: me)?(?: with)?(?: a| an| some| any| another)?(?: little| small)?"
                   r"(?: hints?| help| tips?| clues?| this| it)?(?: please)?|(?:a|some|any) (?:hint|help|clue)", re.I)
_CLASH = re.compile(r"\bcontradict|\bconflict|\binconsistent|\btwo different\b|\bwhich (?:one|of (?:the|them|these))\b"
                    r"|\bboth\b.{0,60}\band\b|\btwice\b", re.I)
_CUES = ((re.compile(r"\\(?:boxed|fbox)[ \t]?\{([^{}\n]{1,200})\}"), "box"),
         (re.compile(r"^####[ \t]*(\S.{0,200})$", re.M), "####"),
         (re.compile(r"<(?:answer|final)>\s*(.{1,300}?)\s*</(?:answer|final)>", re.I | re.S), "</"))
_ANSWER = re.compile(r"\banswers?\b[*_]{0,3}[ \t]?(?:is|are|was|[:=])[*_:]{0,3}[ \t]?(?!not\b|wrong|right|correct)"
                     r"([^\n?!]{1,200}?)(?=[.!?](?:\s|$)|\n|$)", re.I)
_PIECES = re.compile(r"[;\s](?:(?<=[;\n])|(?<=[.?!]\s))")  # starts with a plain character set, to be quick
_BARE = re.compile(
    r"\W*(?:(?:so|or|and|then|maybe|perhaps|possibly|no|hm+|ok(?:ay)?|wait|actually|i (?:think|guess|say|believe|bet)"
    r"|it(?:'s| is| could be| might be| may be)?|is|that(?:'s| is)|could be|might be|try|how about|what about)\b,?"
    r"\s*){0,6}[€$£]?([-−]?\d[\d.,/]{0,20})\s?%?(?:\s[a-z]+)?\W*", re.I)
_NUMBERED = re.compile(r"^[ \t]*\d{1,2}[.)][ \t]+", re.M)  # of a list's lines
_LETTER = re.compile(r"(?:\b(?:option|choice|choose|pick|letter|answer|take|ask (?:for|about)|told|want|need)\b"
                     r"[^A-Za-z0-9]{0,4}|\(|^\W*|\band |\bor |, ?)([A-H])(?=[).:,;]|\s*$|\s+and\b|\n)", re.M)


class Heard(NamedTuple):
    """What one turn of a student does."""

    act: Act
    correct: bool = False
    asks: tuple[str, ...] = ()  # what it asks for, as written
    topic: Topic | None = None  # of a question to a teacher: what it is about
    typed: bool = False  # whether the act was given with the words, so that nothing had to be read


def take(scene: Scene, turns: Sequence[Turn], turn: Turn) -> Heard:
    """The turn of a scripted student after `turns`: its act is taken as it is, the verdict is ours.

    Raises UsageError for one that is no student's.
    """
    act = turn.act
    if turn.role != "student" or act.kind not in STUDENT_ACTS:
        raise UsageError(f"a {turn.role}'s {act.kind!r} is no turn of a student; its acts: {', '.join(STUDENT_ACTS)}")
    right = scene.accepts(act.answer) if act.kind in ATTEMPTS and act.kind != ASSUME else False
    if act.kind == ABSTAIN:
        right = rightly_withheld(scene.case, [*turns, turn], scene.table)
    known = act.kind not in ATTEMPTS or right or any((s.kind, s.step) == (act.slip, act.step) for s in scene.case.slips)
    return Heard(act, right, typed=known)


def hear(scene: Scene, turns: Sequence[Turn], text: str) -> Heard:
    """Reads a student's turn after `turns`; never raises for any text but RunnerUnavailable for a program."""
    if len(text) > MOST_TEXT:
        return Heard(Act(LONG))
    if scene.kind == "program" and (heard := _program(scene, text)) is not None:
        return heard
    reply = read_reply(text, question=scene.statement)
    said = spoken(text)
    if reply.act == "missing":
        return Heard(Act(EMPTY))
    view = scene.case.view
    if view is not None and view.task and (chosen := _chosen(scene, turns, said, reply)) is not None:
        return chosen
    if reply.act in ("refuse", "discussion") and (answer := final_answer(said)):
        reply = reply._replace(act="attempt", answer=answer)  # a cue outweighs "11 is no gain" in the lines before it
    if reply.act == "attempt" and scene.kind != "program":
        return _attempt(scene, turns, said, reply)
    if reply.act == "hedge" and not reply.asks:
        return Heard(Act(SEVERAL))
    if holds(said.lower(), _OF_DEMAND) and _DEMAND.search(said):
        return Heard(Act(DEMAND), asks=reply.asks)
    if reply.act == "refuse" or (view is not None and view.withhold and reply.act == "discussion"
                                 and not reply.asks and re.search(r"\bcan(?:'|no)t be\b|\bnot enough\b", said)):
        return _gives_up(scene, turns)
    return _question(scene, said, reply.asks)


def _program(scene: Scene, text: str) -> Heard | None:
    """A program as the answer; None where the turn holds none that defines the function that is wanted."""
    name = str(scene.case.problem.structure.get("function", ""))
    said = _THOUGHT.split(text)[-1]  # `spoken` would close up the blanks of the program
    source = program_in(said)
    if not source or f"def {name}(" not in source:
        return None
    right = scene.case.family.accepts(scene.case.problem, scene.case.right, said)
    return Heard(Act(ATTEMPT, answer=source), right)


def _attempt(scene: Scene, turns: Sequence[Turn], said: str, reply: Reply) -> Heard:
    if several_answers(said, lambda text: scene.read(text) is not None):
        return Heard(Act(SEVERAL), asks=reply.asks)
    right = scene.accepts(reply.answer)
    if not right and scene.kind != "number" and scene.read(reply.answer) is None:
        # an answer in words may be the whole sentence
        whole = read_reply(said, scene.case.right.answer, question=scene.statement).answer
        if scene.accepts(whole):
            reply, right = reply._replace(answer=whole), True
    if not right and scene.read(reply.answer) is None:  # "Go on, I'm listening" is no number
        return _question(scene, said, reply.asks)
    if not is_tutor(scene) and not right and (name := mistold(turns)):
        return Heard(Act(ASSUME, name, answer=reply.answer), asks=reply.asks)
    bare = "=" not in said and len(said.split()) < 25 and len(numbers_in(said)) <= len(numbers_in(reply.answer))
    tried = any(turn.act.kind in ATTEMPTS for turn in turns)
    kind = REVISE if tried and not bare else GUESS if bare else ATTEMPT
    return Heard(Act(kind, answer=reply.answer), right, reply.asks)


def several_answers(said: str, readable: Callable[[str], bool]) -> bool:
    """Whether a turn gives two final answers or more, each behind a cue or as a bare number of its own.

    `readable` says whether a text can be an answer to the problem. One answer in several forms ("0.5, so
    \\boxed{1/2}") is one.
    """
    cued = [match[1] for pattern, mark in _CUES if mark in said for match in pattern.finditer(said)]
    if (start := first(said, "answer")) >= 0:
        cued += [match[1] for match in _ANSWER.finditer(said, start)]
    pieces = _PIECES.split(_NUMBERED.sub("", said))
    bare = [match[1] for piece in pieces if (match := _BARE.fullmatch(piece))]
    for texts in (cued, bare):
        keys = [key for text in texts if (key := _key(text)) and readable(text)] if len(texts) > 1 else []
        if any(_apart(one, other) for i, one in enumerate(keys) for other in keys[i + 1:]):
            return True
    return False


def _key(text: str) -> frozenset[object]:
    numbers = numbers_in(plain(text))
    return frozenset(numbers) if numbers else frozenset(re.findall(r"[^\W\d_]+", plain(text).casefold()))


def _apart(one: frozenset[object], other: frozenset[object]) -> bool:
    return not (one <= other or other <= one)


def mistold(turns: Sequence[Turn]) -> str:
    """The quantity that the user has told wrongly and not taken back; "" where there is none."""
    told = ""
    for turn in turns:
        if turn.act.kind == MISTELL:
            told = turn.act.target
        elif turn.act.kind == TAKE_BACK and turn.act.target == told:
            told = ""
    return told


def _gives_up(scene: Scene, turns: Sequence[Turn]) -> Heard:
    """Saying that there is no answer: an act of its own where a user asked, a plea for help before a teacher."""
    if is_tutor(scene):
        return Heard(Act(VAGUE))
    if scene.pieces:
        return Heard(Act(WAIT))
    act = Act(ABSTAIN)
    right = rightly_withheld(scene.case, [*turns, Turn("student", act, "")], scene.table)
    return Heard(act, right)


def _question(scene: Scene, said: str, asks: tuple[str, ...]) -> Heard:
    """What is asked for: quantities, whether something is right, or just help."""
    if is_tutor(scene):
        return _to_teacher(scene, said, asks)
    if scene.pieces and not asks:
        return Heard(Act(WAIT))
    names, view = about(scene, asks), scene.case.view
    if view is not None and view.conflict is not None and (
            view.conflict[0] in names or (asks and _CLASH.search(said))):
        return Heard(Act(ASK_CONFLICT, view.conflict[0]), asks=asks)
    if names:
        return Heard(Act(ASK, names[0], also=names[1:]), asks=asks)
    return Heard(Act(VAGUE if asks else TALK), asks=asks)


def _to_teacher(scene: Scene, said: str, asks: tuple[str, ...]) -> Heard:
    """A question to a teacher: whether something is right, a principle, a quantity, or just help."""
    questioned = "?" in said
    if asks and questioned and _SO_FAR.search(said):
        return Heard(Act(CHECK), asks=asks)
    if asks and not all(_PLEA.fullmatch(ask.strip(" .?!")) for ask in asks):
        topic = scene.topics.of(asks)
        if topic is not None and topic.kind != "quantity":
            return Heard(Act(VAGUE), asks=asks, topic=topic)
        if names := (topic.name,) if topic is not None else about(scene, asks):
            return Heard(Act(ASK, names[0], also=names[1:]), asks=asks)
    if questioned and _CHECK.search(said):
        return Heard(Act(CHECK), asks=asks)
    return Heard(Act(VAGUE if asks or _HELP.search(said) else TALK), asks=asks)


def about(scene: Scene, asks: Sequence[str]) -> tuple[str, ...]:
    """The quantities that the asks are about; those that nobody has told yet first.

    One that is asked for in its own words is that one, though another may have them in another order: "How many boxes
    of novels are there?" is not "How many novels are in a box?".
    """
    if own := dict.fromkeys([name for ask in asks if (name := scene.own_questions.get(bare_words(ask))) is not None]):
        return tuple(sorted(own, key=lambda name: name in scene.case.known))
    for mapping in scene.spoken_of if asks else ():
        if names := matched(asks, mapping):
            return tuple(sorted(names, key=lambda name: name in scene.case.known))
    return ()


def _chosen(scene: Scene, turns: Sequence[Turn], said: str, reply: Reply) -> Heard | None:
    """What a turn chooses of the options that a statement offers, or whether it says that something is missing."""
    view = scene.case.view
    assert view is not None
    if not view.options:
        if reply.act == "refuse" or reply.asks or re.match(r"\W*(?:no|not)\b", said, re.I):
            return _gives_up(scene, turns)
        return None
    if reply.act == "attempt" and any(turn.act.kind == ASK for turn in turns):
        return None  # it has been told what it chose; now it answers
    letters = dict(zip(view.options, LETTERS, strict=False))
    named = set(_LETTER.findall(said))
    names = tuple([name for name in view.options if letters[name] in named])
    if not names or len(names) > (2 if view.task == "pick_two" else 1):
        names = _offered(scene.offered, reply.asks, 2 if view.task == "pick_two" else 1)
    return Heard(Act(ASK, names[0], also=names[1:]), asks=reply.asks) if names else None


def _offered(offered: Mapping[str, str], asks: Sequence[str], most: int) -> tuple[str, ...]:
    names = matched(asks, offered) if asks else ()
    return names if len(names) <= most else ()
