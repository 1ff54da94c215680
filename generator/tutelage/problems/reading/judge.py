"""What a model's reply does, without a model: whether it answers, with what, whether that is right, what it asks for.

    >>> read_reply("Half of 148 is 74, so the answer is **74**. Shall I explain?", "74")
    Reply(act='attempt', answer='74', correct=True, asks=())
    >>> read_reply("How many apples are in a bag?")
    Reply(act='clarification', answer='', correct=None, asks=('How many apples are in a bag?',))

The acts are the kinds of turns of Lost in Conversation (Laban et al. 2025, arXiv 2505.06120, section 4). A reply
has exactly one, the first of these that holds:

missing        it has no letter and no digit, but for thinking, special tokens and fences
attempt        it commits itself to one answer, whatever it says or asks around it. "The answer is 42. Would you
               like details?" is one, and so are a guess ("I think 42", "64?") and an answer on an assumption of
               the reply's own ("Assuming 3 a bag, the answer is 12; could you confirm?"): it has answered, and
               early, which is what a scorer wants to know. The last commitment counts.
hedge          several answers without a choice ("12 or 14", "if 3 then 12, if 4 then 16", "it depends: …"), or one
               on a condition that is left open and without a question ("if it held 3, it would be 12")
interrogation  two questions or requests, or more
clarification  one question or request, in fewer than `LONG` words
discussion     one question in a text of `LONG` words or more: the paper's clarifications are short
refuse         says that it can't or won't be answered, and asks for nothing ("we'd need the price" is no request)
discussion     anything else: formulas, a plan, a text cut off before its answer, thinking that never ends

Attempts are answers; every other act withholds one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from tutelage.problems.reading.agreement import agrees, says_undetermined, several, wants_number
from tutelage.problems.reading.asks import courteous, wants
from tutelage.problems.reading.choices import settled
from tutelage.problems.reading.closings import Closing, closing
from tutelage.problems.reading.cues import cued
from tutelage.problems.reading.needing import holds
from tutelage.problems.reading.partial import formula, numberless, plan, relative, told_again, wants_numeral
from tutelage.problems.reading.quantities import matched
from tutelage.problems.reading.spoken import last_block, sentences, spoken, unfinished, without_blocks, words
from tutelage.problems.reading.statements import affirms, binds
from tutelage.problems.reading.unsure import (
    CASE,
    CHOSEN,
    DEPENDS,
    OF_CHOSEN,
    STILL_OPEN,
    branches,
    computed,
    conditional,
    hedged,
    hypothetical,
    parallel,
    refuses,
)

ACTS = ("attempt", "clarification", "interrogation", "discussion", "hedge", "refuse", "missing")
_NEARBY = 400  # characters before an answer in which its alternatives are looked for
LONG = 100  # words: a longer reply with one question is a discussion
_CONTENT = re.compile(r"[\w∞∅π√]")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*$", re.M)
_DIGIT = re.compile(r"\d")
_ON_CONDITION = re.compile(r"\W*(?:if|when|suppose)\b", re.I)
_DEFINES = re.compile(r"^(?:def|class|async def) \w", re.M)
_ASKS_PROGRAM = re.compile(r"\b(?:function|program|code|script|class|implement\w*|python)\b", re.I)
_ASSUMES = re.compile(
    r"\b(?:i|we|let's|let us|i'll|we'll)(?: can| will| just)? (?:assume|suppose|say|take)\b|\bassuming\b",
    re.I,
)
_NAMES_ANSWER = re.compile(r"answer|\\(?:boxed|fbox)|####|\bresult|[<\[\"]", re.I)
_YET = re.compile(r"\b(?:but|however|yet)\b", re.I)
_CORRECTS = re.compile(
    r"\b(?:wait|actually|correction|i made (?:an error|a mistake)|let me (?:re|correct)"
    r"|that's (?:not right|wrong)|i forgot|on second thought)",
    re.I,
)


class Reply(NamedTuple):
    """What a reply does.

    `answer` is the final answer's text, "" where it is withheld. `correct` says whether it agrees with the
    reference; None where none was given, and where the reference is a program and the answer another one, which
    only tests can judge (`Family.accepts` runs them). What is withheld is not correct, unless the reference itself
    says that nothing can be determined and the reply refuses. `asks` is what the reply asks for, or says it would
    need, as written or as the names of `quantities`.
    """

    act: str
    answer: str
    correct: bool | None
    asks: tuple[str, ...]


def read_reply(
    text: str,
    answer: str | None = None,
    *,
    question: str = "",
    quantities: Mapping[str, str] | None = None,
) -> Reply:
    """Reads a model's reply; never raises for any text, in time bounded by its length.

    `answer` is the reference answer in whatever form ("#### 18", "$18", "x = 3, y = -2", "Ana", "(B)"), None or
    blank for none. `question` is the problem as posed, if known: what only repeats it is not asked, and its
    options are known by their texts. `quantities` maps names to how each is spoken of; with it `asks` holds names.
    """
    said = spoken(text)
    known = answer if answer is not None and answer.strip() else None
    if not _CONTENT.search(_FENCE.sub("", said) if holds(said, ("```", "~~~")) else said):
        return Reply("missing", "", None if known is None else False, ())
    final = _commitment(said, question, unfinished(text))
    if final is not None:
        asked = wants(said, question, since=final.at + len(final.sentence)).asked
        given = _given(final, known)
        if known is not None and _DEFINES.match(known):
            return Reply("attempt", given, _has_program(text, known), _names(asked, quantities))
        correct = None if known is None else _correct(final, said, known, question)
        return Reply("attempt", given, correct, _names(asked, quantities))
    act, asks = ("discussion", ()) if unfinished(text) else _withheld(said, question)
    correct = None if known is None else act == "refuse" and says_undetermined(known, question)
    return Reply(act, "", correct, _names(asks, quantities))


def _names(asks: tuple[str, ...], quantities: Mapping[str, str] | None) -> tuple[str, ...]:
    return asks if quantities is None else matched(asks, quantities)


def _given(final: Closing, known: str | None) -> str:
    """The answer's text: of a statement in words the whole, where the reference is no number."""
    if known is None or wants_number(known) or agrees(final.text, known):
        return final.text
    return final.sentence if agrees(final.sentence, known) else final.text


def _correct(final: Closing, said: str, known: str, question: str) -> bool:
    if agrees(final.text, known, question):
        return True
    if wants_number(known):
        return False
    if known.strip(" .").casefold() in ("yes", "no", "true", "false"):
        opening = re.match(r"\W*(?:yes|no|true|false)\b", said, re.I)
        if opening:
            return agrees(opening[0], known)
        return agrees(affirms(final.sentence, question) or final.sentence, known)
    if agrees(final.sentence, known, question) or binds(said[-_NEARBY:], known):
        return True
    lines = [line for line in said[-600:].splitlines() if line.strip()] if several(known) else []
    return any(agrees("\n".join(lines[-many:]), known, question) for many in range(2, min(len(lines), 6) + 1))


def _has_program(text: str, known: str) -> bool | None:
    """Whether the last program of its name is the known one, comment lines apart; None where it is another one."""
    lines, wanted = _code(text), _code(known)
    at = max((i for i, line in enumerate(lines) if line == wanted[0]), default=len(lines))
    return True if lines[at:at + len(wanted)] == wanted else None


def _code(program: str) -> list[str]:
    lines = [line.rstrip() for line in program.splitlines()]
    return [line for line in lines if line and not line.lstrip().startswith("#")]


def _commitment(said: str, question: str, thinking: bool) -> Closing | None:
    """The one answer that a reply commits itself to; None where it withholds."""
    strong = cued(said)
    if strong is not None and formula(f"= {strong.text}", question) and wants_numeral(question):
        return None
    if strong is not None and not _NAMES_ANSWER.search(strong.sentence) and formula(strong.sentence, question):
        return None  # "So x + y = 42."
    if strong is not None and strong.text:
        return None if _open(strong, said, strong=True) else _revised(strong, said)
    if thinking or strong is not None:  # a cue with "cannot be determined" behind it
        return None
    if (letter := settled(said, question)) is not None:
        return letter
    final = None if _bare_question(said) else _program(said, question) or _closing(said, question)
    if final is None:
        return _assumed(said)
    if _open(final, said, strong=False):
        return None
    asked = wants(said, question)
    if not _DIGIT.search(final.text) and wants(final.sentence).named:
        return None
    if asked.last >= final.at and not final.sentence.endswith("?"):
        return None
    pieces = sentences(without_blocks(said))
    behind = [sentence.bare for sentence in pieces if sentence.start >= final.at]
    if not _DIGIT.search(final.text):  # of words, those before them may be the refusal
        behind += [sentence.bare for sentence in pieces if sentence.start < final.at][-1:]
    refused = any(refuses(bare) and not courteous(bare) and not _YET.search(bare) for bare in behind)
    return None if refused and not _YET.search(final.sentence) else final


def _closing(said: str, question: str) -> Closing | None:
    """What a reply ends in, where that is more than a formula, a comparison or a premise told again."""
    final = closing(said)
    if final is None or formula(final.sentence, question) or plan(final.sentence):
        return None
    if told_again(final.sentence, question):
        return None
    if not relative(final.sentence, question) and not (wants_numeral(question) and numberless(final.sentence)):
        return final
    before = closing(said[: final.at])  # "So she has 12. That is twice as many as Bo has."
    if before is None or formula(before.sentence, question) or plan(before.sentence):
        return None
    return None if numberless(before.sentence) or told_again(before.sentence, question) else before


def _assumed(said: str) -> Closing | None:
    """What a reply works out on an assumption of its own, before it asks."""
    pieces = sentences(without_blocks(said))
    end = next((at for at in range(len(pieces), 0, -1) if not pieces[at - 1].asks), 0)
    if end == len(pieces) or not any(_ASSUMES.search(piece.bare) for piece in pieces[:end]):
        return None
    told = said[: pieces[end].start]
    final = closing(told)
    if final is None or not re.search(r"\d", final.text) or _open(final, told, strong=False):
        return None
    return final if computed(final.sentence) or re.search(r"\*\*[^*\n]*\d", told[final.at :]) else None


def _program(said: str, question: str) -> Closing | None:
    """A program as the answer: the last block, where it defines something, and prints nothing unless one is asked."""
    block = last_block(said)
    if not _DEFINES.search(block) or ("print(" in block and not _ASKS_PROGRAM.search(question)):
        return None
    return Closing(block, block, max(0, said.rfind(block)))


def _revised(strong: Closing, said: str) -> Closing:
    """A cued answer, or the one that a correction behind it comes to."""
    end = strong.at + len(strong.sentence)
    later = closing(said[end:]) if end < len(said) and _CORRECTS.search(said, end) else None
    if later is None or not re.search(r"\d", later.text) or refuses(later.sentence):
        return strong
    return later._replace(at=later.at + end)


def _open(final: Closing, said: str, *, strong: bool) -> bool:
    """Whether what looks like an answer is left open: one of several, or on a condition."""
    if holds(said.lower(), OF_CHOSEN) and CHOSEN.search(said):
        return False
    if strong and re.search(r"\\boxed|####", final.sentence):
        return hedged(final.text)
    if not strong and (DEPENDS.match(said) or final.at >= parallel(said) >= 0):
        return True
    if (hedged(final.sentence) and not computed(final.sentence)) or hypothetical(final.sentence):
        return True
    # an answer may be the last of several that stand in the sentences before
    wide = _DIGIT.search(final.text) or _ON_CONDITION.match(final.sentence)
    near = said[max(0, final.at - (_NEARBY if wide else 0)) :]
    if conditional(final.sentence) and any(case in final.sentence for case in branches(near)):
        return True
    end = final.at + len(final.sentence)
    if strong:
        return end < len(said) and bool(STILL_OPEN.search(said, end)) and len(CASE.findall(said)) > 1
    return hedged(said[end:])


def _withheld(said: str, question: str) -> tuple[str, tuple[str, ...]]:
    """The act of a reply that gives no answer, and what it asks for."""
    asked = wants(said, question)
    asks = asked.asked or _bare_question(said)
    if hedged(said) and not (len(asks) == 1 and len(branches(said)) < 2 and not refuses(said)):
        return "hedge", asks
    if len(asks) > 1:
        return "interrogation", asks
    if asks:
        return ("clarification" if words(said) < LONG else "discussion"), asks
    strong = cued(said)
    if refuses(said) or (strong is not None and not strong.text):
        return "refuse", asked.named
    if any(hypothetical(sentence.text) and re.search(r"\d", sentence.text) for sentence in sentences(said)):
        return "hedge", ()
    if asked.named and words(said) < LONG:
        return ("interrogation" if len(asked.named) > 1 else "clarification"), asked.named
    return "discussion", asked.named


def _bare_question(said: str) -> tuple[str, ...]:
    """A question without its mark, where that is the whole reply."""
    pieces = sentences(said)
    if len(pieces) == 1 and not re.search(r"[=:]", said) and re.match(r"(?:what|which|how|who|when"
        r"|where)\b", pieces[0].bare, re.I):
        return (pieces[0].bare,)
    return ()
