r"""The answer of a reply that gives it in its own way: a last statement, a bold line, a table's total, an output.

    >>> closing("She sold 24 in May.\n\nSo in total she sold 48 + 24 = 72 clips. Let me know if you need more!")
    Closing(text='72 clips', sentence='So in total she sold 48 + 24 = 72 clips.', at=21)
    >>> closing("The price is not given. How much is a ticket?") is None
    True

Tried where a reply has no cue such as "Answer:" or a box (`replies.final_answer`). Courtesies, checks and notes at
the end are passed over; what is left at the end must state something.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from tutelage.problems.reading.asks import courteous
from tutelage.problems.reading.numerals import numerals
from tutelage.problems.reading.replies import plain
from tutelage.problems.reading.spoken import Sentence, last_block, sentences, without_blocks, words
from tutelage.problems.reading.told import EQUATED, around, told_number
from tutelage.problems.reading.unsure import LACK, hypothetical, refuses

_PASSED_OVER = re.compile(
    r"^\W*(?:\(|check\b|checking\b|verif|to (?:verify|check|confirm|get there|see)|let(?:'s| me| us) (?:verify"
    r"|check|double|confirm)|double-check|proof|note\b|notes?:|n\.b\.|explanation|here's why|why\?|i hope|hope"
    r"|happy \w+ing\b|keep in mind"
    r"|(?:and |so )?(?:with that )?(?:that|this|it|i|we|there)(?: |')(?:settles|does|completes"
    r"|concludes|wraps|s (?:it|all"
    r"|that|everything)|is (?:it|all)|[mr]e? done|am done|are done"
    r"|you (?:go|have it)|gives me (?:my|the))\b(?!.*\d)"
    r"|let me know|please let me|feel free|good luck|enjoy|thank|remember|however, (?:if|please)"
    r"|(?:the )?(?:calculation|steps?|work)\b.{0,20}:)|✓\W*$|^\W*$",
    re.I,
)
_TICKED = re.compile(r"\W*[a-z]\s*=\s*[-−]?[0-9.,/]+\s*✓")
_REMARK = re.compile(  # unless it computes something
    r"^\W*(?:reason(?:ing)?\b|this is (?:because|the|how|since)\b|because\b|just\b"
    r"|(?:this|that|which|i|we)(?:'ve| have)? assum(?:e|es|ed)\b"
    r"|great[!.,]|yes[.!]?$"
    r"|if (?:you (?:have|need|want|would|meant|prefer|know|used|count|give|can|could|tell|share|provide)|you'd|your"
    r"|this (?:is|was|assum)|that(?:'s| is| assum)|the (?:assum|actual|real|intended)))",
    re.I,
)
_WORDED = re.compile(
    r"\b(?:so|thus|therefore|hence|consequently|in conclusion|overall|in total|altogether|finally|in the end"
    r"|all in all|this means|that means|total|which (?:gives|means|is)|we (?:get|find|have)|left|remain\w*"
    r"|result)\b|=|≈|\bi (?:get|got)\b",
    re.I,
)
_TAKES_NOTE = re.compile(
    r"^\W*(?:(?:i see|got it|understood|thanks?(?: you)?|okay|ok|noted|that(?:'s| is) (?:helpful|good)|great"
    r"|alright|right|perfect|good to know)\b)",
    re.I,
)
_PLANNED = re.compile(
    r"\b(?:we|i|you|one|let's) (?:would|will|need to|have to|must|should|could|can|first|then|now|multiply|divide"
    r"|add|subtract|compute|find|take)\b(?!'| (?:be|say|make|get|pay|go|need))|\b(?:let|where|setting up|denote"
    r"|suppose)\b.{0,40}\b(?:be|is|are|the number)\b|\bstep\b.{0,20}\bwould be\b|\binfinitely many\b"
    r"|\ban? (?:equation|expression|inequality|system) (?:in|of|for|with)\b"
    r"|\bthe (?:formula|idea|trick|key|approach|next step)\b",
    re.I,
)
_RESULT = re.compile(r"=|, which is (?=[$€£]?\d)|\b(?:get|gets|gives|equals|leaves|leaving|makes|end up|total)\b", re.I)
_SYMBOLS = re.compile(r"[-+−\d\s.,/*×^{}()%$:]{1,60}")
_VARIABLE = re.compile(
    r"(?<![\w'])\d*(?!(?:a|I|A|m|g|h|s|l|L|k)\b)[a-z](?:\s*[-+*/·×]\s*\d|(?=\s*(?:dollars|euros|miles|where|is the"
    r"|,? where)))|\b\d+[b-fnpqrtxyz]\b|\b[a-z]\s*[-+]\s*\d|\d\s*[-+]\s*[\d.]*[a-z]\b"
)
_NO_RESULT = re.compile(
    r"\W*(?:i'll|i will|i'm|i am|i have|i've|be|you|you'll|let|let's|we|we'll|please|first|then|next|remember"
    r"|absolutely|certainly|sounds|an? (?:good|useful|common|possible|better|natural|simple)"
    r" (?:strategy|approach|way|idea|method)"
    r"|of course|happy|my (?:plan|idea|approach)|this is an? .*(?:problem|question|puzzle))\b",
    re.I,
)
_SUBJECT_VALUE = re.compile(r"^.{0,80}\b(?:equals|simplifies to|factors as|is equal to)\b", re.I)
_CHOICE_WORDS = re.compile(
    r"\b(?:is|are|was|were|must be|has|have|wins?|won|finished|earned|came|comes|lives?|wears?|should|goes|will"
    r"|it's|that's|did|does|can|could|would|doesn't|isn't|gets?|got)\b",
    re.I,
)
_OPEN_END = re.compile(
    r"\b(?:the|a|an|of|with|by|and|or|to|is|are|was|for|in|on|at|that|which|so|she|he|they|it|we|uses|has|have|as"
    r"|from|than|every|each|already|but|if|then)$",
    re.I,
)
_BOLD = re.compile(r"\*\*([^*\n]{1,160})\*\*|__([^_\n]{1,160})__")
_LABELLED = re.compile(
    r"^\W*(?:(?:the|so|my|our|thus|therefore|hence|final|correct|corrected|updated|revised|right|grand|overall"
    r"|best|in|and)\W+){0,4}(?:ans(?:wer)?|result|total|sum|solution|conclusion|correction|output|a|choice|option"
    r"|value|final|(?:final|total|correct|remaining|right) [\w ]{1,20})(?:\W*(?:\(.{0,30}\))?\W*(?:[:=→⇒–]|-(?=\s)"
    r"|->)\W{0,4}|\s+(?:will be|would be|is|was)\s+(?:now\s+)?|\s+(?=[-$]?\d+\W*$))(?P<value>.+)$",
    re.I,
)

_UNTOLD = re.compile(
    r"(?:\bnot|\bnever|n't) (?:\w+ )?(?:given|stated|provided|specified|mentioned|known|said|clear)\b|\bunspecified\b",
    re.I,
)
_CHAIN = re.compile(r"\b(?:[A-Z0-9][\w.'&]*(?: [A-Z][\w.'&]*)?\s*(?:→|⟶|-{1,2}>|=>|➔|➜)\s*){2,}[A-Z0-9]")
_ROUTED = re.compile(
    r"\W*(?:(?i:the )?\w+ )?(?i:starts?|starting|goes|go|takes?|travels?|drives?) (?:(?:at|from|in|to) )?[A-Z]\w*\b"
    r"[^.]*\b(?:then|finally|to|ends?)(?: (?:go|in|at|to|back to))? [A-Z]\w*"
)
_AROUND_NAME = re.compile(r"^\W+|\s*\([^()]*\)")
_DESCRIBED = re.compile(
    r"the (?:amount|number|price|cost|value|size|sum|product|difference|quotient) of\b(?!.*\d)", re.I
)
_IS_DESCRIBED = re.compile(rf"\bis {_DESCRIBED.pattern}", re.I)
_EQUALS_WORD = re.compile(r"\d[^=]*=\s*([A-Z][a-z']+)\W*$")  # "Monday + 2 days = Wednesday"
_GUESSED = re.compile(r"\b(?:my|best) (?:guess|estimate|bet) (?:is|would be):? (?P<value>[^?]{1,60})$", re.I)
_LONGEST_LABELLED = 200  # characters
_ENUMERATED = re.compile(r"^\(?\d{1,2}[.)]\s+(?=[A-Za-z])")
_DIGIT = re.compile(r"[0-9]")
_CONTENT = re.compile(r"[\w∞]")
_MARKED_NUMBER = re.compile(r"\*\*[^*\n]*[0-9]")
_ENDS_EQUATED = re.compile(r"=\s*[-−$€£(]*[0-9][0-9.,/%]*\W*(?:\w+\W*){0,3}$")
_CHECK = re.compile(r"\W*(?:verif|check\b|checking|let me (?:verify|check)|to (?:verify|check))", re.I)
_CONCLUDES = re.compile(r"\W*(?:so|thus|therefore|hence|final|answer)\b", re.I)
_NO_GUESS = re.compile(r"\b(?:what|which|how|does|do|did|who|are|there|a)\b|\bthe (?!answer)", re.I)


class Closing(NamedTuple):
    """An answer, the sentence that states it, and where that begins in what was said."""

    text: str
    sentence: str
    at: int


def closing(said: str) -> Closing | None:
    """The answer that a text ends in, None where it ends in none."""
    pieces = sentences(without_blocks(said))
    if not pieces:
        block = last_block(said)
        return _of_block(block, said)
    at = _last_statement(pieces)
    if at is None:
        return None
    if last_block(said) and said.rstrip().endswith(("```", "~~~")) and (found := _of_block(last_block(said), said)):
        return found
    sentence = pieces[at]
    if sentence.line == "|":
        return _of_row(pieces, at)
    if sentence.asks:
        return _guess(sentence) if len(pieces) - at <= 1 and at <= 1 else None
    return _stated(sentence, pieces, at)


def _last_statement(pieces: Sequence[Sentence]) -> int | None:
    """The index of the last sentence that is no courtesy, check or note; None where there is none."""
    checks = [at for at, piece in enumerate(pieces) if at and _CHECK.match(piece.bare)]
    end = _stating(pieces, len(pieces))
    # "Let me verify: 4(6) + 7 = 31" and the lines of its work stand behind what they verify
    while end is not None and checks:
        at = checks.pop()
        if at <= end:
            if any(_CONCLUDES.match(piece.bare) for piece in pieces[at + 1 : end + 1]):
                break
            end = _stating(pieces, at)
    return end


def _stating(pieces: Sequence[Sentence], end: int) -> int | None:
    """The index of the last sentence before `end` that may state an answer."""
    marked = next((at for at, piece in enumerate(pieces) if _MARKED_NUMBER.search(piece.text)), end)
    for at in range(end - 1, -1, -1):
        bare = pieces[at].bare
        if not _CONTENT.search(bare) or courteous(bare) or (pieces[at].line == "#" and not _DIGIT.search(bare)):
            continue
        # "If the rent were higher, the profit would be $350" behind a bold answer is a remark
        remark = _REMARK.match(bare) and not EQUATED.search(bare)
        passed = _PASSED_OVER.search(bare) and not _TICKED.match(bare)
        if at == 0 or not (remark or passed or (at > marked and hypothetical(bare))):
            return at
    return None


def _stated(sentence: Sentence, pieces: Sequence[Sentence], at: int) -> Closing | None:
    bare = sentence.bare
    told = re.split(r"\b(?:but|however)\b,?", bare)[-1] if refuses(bare) else bare
    told = _ENUMERATED.sub("", told) if sentence.line == "1." else told
    if (refuses(told) or _only_lacks(told)) and not EQUATED.search(told):
        return None
    if guess := _GUESSED.search(bare):
        return Closing(guess["value"].rstrip(".! "), bare, sentence.start)
    if equal := _EQUALS_WORD.search(bare):
        return Closing(equal[1], bare, sentence.start)
    if value := _labelled(bare):
        return Closing(value, bare, sentence.start)
    if _only_takes_note(pieces, bare, at) or (_OPEN_END.search(bare) and words(bare) > 5 and not EQUATED.search(bare)):
        return None
    if _SYMBOLS.fullmatch(bare) and "=" not in bare and _DIGIT.search(bare):
        return Closing(bare.rstrip("., "), bare, sentence.start)
    bold = [match[1] or match[2] for match in _BOLD.finditer(sentence.text) if _CONTENT.search(match[0])]
    value = bold[-1].strip(" *_:") if bold else ""
    if value and (_DIGIT.search(value) or words(value) <= 6) and not _VARIABLE.search(value):
        return Closing(told_number(value) or value, bare, sentence.start)
    number = told_number(told)
    planned = _PLANNED.search(told) and not _RESULT.search(told)
    if number and ((not _VARIABLE.search(told) and not planned) or _ENDS_EQUATED.search(told)):
        return Closing(number, bare, sentence.start)
    return _in_words(sentence, bare, pieces)


def _only_lacks(told: str) -> bool:
    """Whether the last clause with a number says that something is not told: "it isn't said if the 3 are red"."""
    clauses = [clause for clause in re.split(r"[,;:—]| so | since ", told) if _DIGIT.search(clause)]
    return bool(clauses) and bool(_UNTOLD.search(clauses[-1]))


def _labelled(bare: str) -> str:
    """What stands behind a label such as "Total:"; of an equation there its result; "" where there is no label."""
    labelled = _LABELLED.match(bare)
    if labelled is None or _VARIABLE.search(labelled["value"]) or len(labelled["value"]) > _LONGEST_LABELLED:
        return ""
    value = labelled["value"].strip(" *_")
    if _DESCRIBED.match(value):
        return ""
    return (told_number(value) if "=" in value else "") or value


def _only_takes_note(pieces: Sequence[Sentence], bare: str, at: int) -> bool:
    """Whether a reply thanks for a fact and repeats it: "I see! So the second class has 4 students more"."""
    if at >= 3 or not _TAKES_NOTE.match(pieces[0].bare) or any("=" in piece.bare for piece in pieces):
        return False
    return not re.search(r"\b(?:total|final|remain|left|corrected|therefore)", bare, re.I)


def _in_words(sentence: Sentence, bare: str, pieces: Sequence[Sentence]) -> Closing | None:
    """An answer without a number: a short reply whole, or what a concluding sentence says."""
    if _CHAIN.search(bare) or (_ROUTED.match(bare) and not LACK.search(bare)):
        return Closing(bare.rstrip(".! "), bare, sentence.start)
    if _is_list(pieces):
        return Closing("\n".join(_AROUND_NAME.sub("", piece.bare) for piece in pieces), bare, pieces[0].start)
    none = bare.endswith(":") or _NO_RESULT.match(bare)
    if none or any(pattern.search(bare) for pattern in (_PLANNED, LACK, _IS_DESCRIBED)):
        return None
    formula = _SUBJECT_VALUE.search(bare)
    explained = len(pieces) > 1 or re.search(r"\b(?:with|where) [a-z]\b", bare)
    if explained and _VARIABLE.search(bare) and not formula:
        return None
    first, length = pieces[0].bare, words(bare)
    says = bool(_CHOICE_WORDS.search(bare))
    decided = re.match(r"(?:yes|no|true|false)\b", first, re.I) or (_WORDED.search(bare) and says and length < 40)
    alone = not _TAKES_NOTE.match(first) and ((len(pieces) <= 2 and length <= 12) or (says and length <= 8))
    emphatic = says and sentence.text.strip().startswith("**")
    if decided or alone or emphatic or (formula and length < 15):
        return Closing(bare.rstrip(".! "), bare, sentence.start)
    return None


def _is_list(pieces: Sequence[Sentence]) -> bool:
    """Whether a reply is nothing but a few lines of a word or two each, such as a ranking."""
    names = [re.sub(r"[^\w\s]", "", _AROUND_NAME.sub("", each.bare)) for each in pieces]
    return 2 <= len(pieces) <= 8 and all(words(name) <= 2 and each.bare[-1:] not in ".:!?"
                                         for name, each in zip(names, pieces, strict=True))


def _guess(sentence: Sentence) -> Closing | None:
    """A guess with a question mark: "Is it 64?", "Hmm, probably 16?"."""
    given = plain(sentence.bare)
    found = numerals(given) or ()
    if len(found) != 1 or words(given) > 6 or _NO_GUESS.search(given):
        return None
    return Closing(around(given, found[0]), sentence.bare, sentence.start)


def _of_row(pieces: Sequence[Sentence], at: int) -> Closing | None:
    """The last number of a table's last row."""
    cells = [cell.strip(" *_`") for cell in pieces[at].text.strip().strip("|").split("|")]
    values = [cell for cell in cells[1:] if re.search(r"\d", cell)]
    if not values or not re.search(r"\b(?:total|final|sum|answer|result|left|remaining|altogether)\b", cells[0], re.I):
        return None
    return Closing(values[-1], pieces[at].text, pieces[at].start)


def _of_block(block: str, said: str) -> Closing | None:
    """What a last fenced block says where that is one line: a program's output, or a value with its name."""
    lines = [line.strip() for line in block.splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0]) > 200 or re.search(r"\b(?:def|import|print|return)\b", lines[0]):
        return None
    value = lines[0].rpartition("=")[2].strip() if "=" in lines[0] else lines[0]
    return Closing(value, lines[0], max(0, said.rfind(lines[0]))) if re.search(r"\w", value) else None
