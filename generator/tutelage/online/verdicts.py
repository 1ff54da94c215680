r"""The verdicts in a teacher's free words: what they say of the student's answer, of a part of the work, or neither.

    >>> sorted(verdicts("Your first step is right, but the answer isn't."))
    ['part', 'wrong']
    >>> sorted(verdicts("That's correct! Well done.")), sorted(verdicts("Is that right? Check whether it is correct."))
    (['right'], [])

Clause by clause, by cues. Strict: what could be meant as praise of the answer counts as that, since a teacher that
seems to call a wrong answer right does more harm than one that is asked again. What is asked, supposed or told to do
is no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutelage.problems.reading.spoken import sentences, spoken

RIGHT, WRONG, PART = "right", "wrong", "part"

_CLAUSE = re.compile(r"[,;:()]\s|\s[–—-]\s|—|\b(?:but|however|though|although|yet|and)\b", re.I)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|once|when|until|unless|make sure|be sure|to see|to check|verify|suppose|would be|should be"
    r"|could be|has to be|must be|needs to be|to be|what makes)\b", re.I)
_NOT = re.compile(
    r"(?:n't|\b(?:not|never|nor|no|none|nothing|hardly|almost|nearly|barely|neither|far from|without|close to"
    r"|anything but|less than|half))\s+(?:\S+\s+){0,3}$", re.I)
_ANSWER = r"(?:answer|solution|problem|result)"
_GOOD = re.compile(
    r"\b(?:correct(?!ed|ing|ion| (?:it|that|this|your|the|them|those)\b)(?:ly)?"
    r"|right(?![\s-]+(?:now|away|after|before|sides?|hand|angle|triangle|column|end|there is|numbers?|ones?|order)\b)"
    r"|perfect(?:ly)?"
    r"|exactly(?! (?:\d|the|at|what|which|how|where|why|one|two|as|like))"
    r"|precisely|absolutely|accurate|spot on|indeed|agree|well done|bravo|congratulations"
    r"|congrats|excellent|hooray|(?:great|good|nice|fantastic|awesome|amazing|solid) (?:job|work|answer|solution)"
    rf"|(?:you|you've|you have) (?:got|found|solved|nailed|did|done|cracked) (?:it|the (?:right |correct )?{_ANSWER})"
    rf"|nailed it|solved it|(?:that's|that is) it(?=\W*$)|that(?:'s| is) the {_ANSWER}"
    r"|(?:is|it's|that's|looks|seems|all) (?:all )?(?:fine|ok|okay|good|well|true|valid|sound)|checks out"
    r"|it all adds up|(?:it|that|this|everything) holds|holds up|so (?:is|are) (?:the|your) (?:answer|result|rest))\b"
    r"|[✅✔👍💯🎉]", re.I)
_BAD = re.compile(
    r"\b(?:in(?:correct|accurate)(?:ly)?|wrong(?:ly)?|mistaken|mistakes?|errors?|false"
    r"|off(?= (?:by|here|somewhere)\b|\W*$)|not quite|not yet|not there|afraid not"
    r"|does(?:n't| not) (?:fit|hold|work|add up)|didn't get it|haven't got it|try again|another (?:try|go|look)"
    r"|(?:answer|result|solution) (?:isn't|is not|wasn't|was not)|(?:went|goes) astray|slip(?:ped)?)\b"
    r"|(?:\bnot|n't) (?:it|the (?:answer|result|solution|one))\b|[❌✗]", re.I)
_YES = re.compile(r"\W*(?:yes|yep|yeah|yup)\b(?=\W|$)", re.I)
_NO = re.compile(r"\W*(?:no|nope)\b(?=\s*(?:[,.!:;—–-]|$)|\s+not\b)", re.I)
_OPENING = re.compile(r"\W*(?:right|ok|okay|alright),?\s+(?=(?:so|let|let's|now|then)\b)", re.I)
_WHOLE = re.compile(r"\b(?:answers?|results?|solutions?|final)\b", re.I)
_PARTS = re.compile(
    r"\b(?:steps?|parts?|start|beginning|begin|set-?up|set up|approach|method|idea|first|second|third|lines?|so far"
    r"|up to|until|except|apart from|equations?|formulas?|plan|way|question|point|thinking|track|direction|diagram"
    r"|unit|rest)\b|\byou(?:'re| are) (?:quite |absolutely )?right (?:that|to|about|in)\b", re.I)
_IDLE = re.compile(
    r"\b(?:all right|alright|right or wrong|(?:in )?the right (?:order|place|way)|nice try"
    r"|the (?:right|correct) (?:\w+ ){0,2}(?:answer|result|solution|value|number)s?"
    r"(?= (?:is|are|will|would|can|should|must|has)\b)"
    r"|(?:get|find|reach|give|reveal|tell|say|know|want|for|to|see) (?:you |me |to )?the (?:right|correct)"
    r"|good (?:question|try|point|luck)|(?:what|which|how|where) exactly)\b", re.I)


def verdicts(text: str, parts: Sequence[str] = ()) -> frozenset[str]:
    """What a teacher's words say: some of `RIGHT`, `WRONG` (of the answer or the whole) and `PART` (praise of a part).

    `parts` are phrases for parts of the work ("the number of bags").
    """
    named = tuple([part.casefold() for part in parts if part])
    found = set[str]()
    for sentence in sentences(spoken(text)):
        if not sentence.asks:
            found |= _of_sentence(sentence.bare.replace("’", "'").replace("*", ""), named)
    return frozenset(found)


def _of_sentence(sentence: str, parts: Sequence[str]) -> set[str]:
    found, start = set[str](), match.end() if (match := _OPENING.match(sentence)) else 0
    for opening, verdict in ((_YES, RIGHT), (_NO, WRONG)):
        if said := opening.match(sentence):
            found.add(verdict)
            start = said.end()
    if found == {RIGHT}:  # "Yes, that is right so far"
        found = {_praise(sentence, parts)}
    supposed = False
    for clause in _clauses(sentence[start:]):
        supposed = supposed and not re.match(r"\s*(?:then|so)\b", clause, re.I)
        cut = _SUPPOSED.search(clause)
        if not supposed:
            found |= _of_clause(clause[:cut.start()] if cut else clause, parts)
        supposed = supposed or bool(cut and not clause[:cut.start()].strip())
    return found


def _clauses(sentence: str) -> list[str]:
    return [clause for clause in _CLAUSE.split(sentence) if clause and clause.strip()]


def _of_clause(clause: str, parts: Sequence[str]) -> set[str]:
    found, text = set[str](), _IDLE.sub(lambda match: "·" * len(match[0]), clause)
    bad = _BAD.search(text)
    if bad:
        denied = not bad[0].lower().startswith(("no", "n't", "doesn't", "does not")) and _NOT.search(text[:bad.start()])
        found.add(_praise(clause, parts) if denied else WRONG)
    for good in _GOOD.finditer(text):
        if bad and bad.start() <= good.start() < bad.end():
            continue
        found.add(WRONG if _NOT.search(text[:good.start()]) else _praise(clause, parts))
    return found


def _praise(clause: str, parts: Sequence[str]) -> str:
    if _WHOLE.search(clause):
        return RIGHT
    return PART if _PARTS.search(clause) or any(part in clause.casefold() for part in parts) else RIGHT
