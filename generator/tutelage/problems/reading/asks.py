"""What a reply asks for, in free wording: its questions and requests, and what it says is missing.

    >>> wants("I need the price of a pen and how many she bought. Can you tell me?").asked
    ('the price of a pen', 'how many she bought')
    >>> wants("The answer is 42. Would you like to see the steps?").asked
    ()

A question that the reader can't answer with a fact about the problem is none: courtesies ("Would you like more
detail?"), appeals ("Right?"), and lead-ins ("Could you clarify a few things?") where the things follow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tutelage.problems.reading.needing import holds
from tutelage.problems.reading.quantities import stem
from tutelage.problems.reading.spoken import Sentence, sentences, without_blocks

COURTESY = re.compile(
    r"\b(?:would you (?:like|prefer)\b|(?:would|do|did) you (?:want|need|see|follow|understand|have any|agree)\b"
    r"|want me to\b|shall (?:i|we)\b|should i (?:also|continue|go|explain|show|walk)\b|(?:is|was) there anything\b"
    r"|anything else\b|makes? sense\b|(?:can|may|could) i (?:help|assist)\b"
    r"|how (?:can|may|else) (?:can )?i (?:help|assist)|any (?:other |more |further )?questions\b"
    r"|(?:does|is|was) (?:that|this|it)(?: all)? (?:help(?:ful)?|clear|right|correct|ok|okay|what you)\b"
    r"|sound (?:good|right)\b|(?:let me know|tell me|feel free|ask|reach out)\b[^.?]{0,40}\b(?:if|whether) (?:you"
    r"|there|anything|any|that|this|it|my|i)\b|let me know (?:if|how (?:else )?i)\b|feel free\b"
    r"|hope (?:this|that|it)\b|happy to (?:help|explain|clarify|adjust)\b"
    r"|(?:could|can|would) you (?:please )?(?:confirm|verify|check|double-check)\b|what do you think\b"
    r"|am i (?:right|missing)\b|have a (?:great|nice|good)\b|if you(?:'d| would) like\b|what do we know\b"
    r"|do we know\b)"
    r"|^(?:right|correct|ok|okay|agreed|got it|clear|see|no|yes|ready|really|why|so|and)\W*\?\W*$"
    r"|, (?:right|correct|ok|okay)\W*\?\W*$",
    re.I,
)
_SO_FAR = re.compile(r"\b(?:so far|up to (?:here|this|there)|until here|as a first step)\b")
_COURTEOUS = (
    "?", "you", "anything", "question", "hope", "feel", "sense", "help", "sound", "know", "happy", "shall", "should i",
)  # fmt: skip
_LEAD_IN = re.compile(
    r"\b(?:can|could|may|would|let) (?:you|i|me)\b[^?]{0,40}\b(?:a few|some|two|three|several|the following|these"
    r"|both|more)(?: \w+){0,2} (?:things?|questions?|details?|points?|clarifications?|values?)\b|\b(?:provide"
    r"|share|clarify|give me|send|tell me|specify) (?:them|these|those|both(?: of (?:them|these))?"
    r"|all (?:of )?(?:them|these)|the following)\b",
    re.I,
)
_PRONOUN = re.compile(
    r"(?:(?:and |so |but )?(?:what|which|how much|how many) (?:one )?(?:is|are|was|were|would) (?:it|that|this"
    r"|they|those|these)|(?:could|can|would|will) you (?:please |kindly |maybe )?(?:share|provide|give|tell"
    r"|specify|clarify|state|let me know|say|send|supply|confirm)(?: me)?(?: (?:it|that|this|them|these|both|those"
    r"|what (?:it|that) is))?(?: (?:to|with|for) me)?(?:,? please)?|please tell)\W*",
    re.I,
)
_ASKING = (
    r"(?:provide|tell(?: (?:me|us))?|share(?: with me)?|specify|clarify|give (?:me|us)|let (?:me|us)(?: also)? know"
    r"|state|supply|indicate|send(?: me)?"
    r"|say|inform me(?: of)?|mention|confirm|fill in)"
)
_REQUEST = re.compile(
    rf"(?:\b(?:(?:please|kindly)\s+(?:also\s+)?{_ASKING}|(?:can|could|would|will) you\s+(?:please\s+|kindly\s+"
    rf"|also\s+|maybe\s+)?{_ASKING}"
    rf"|(?:once|when|after|as soon as|if) you (?:tell me|give me|let me know|provide|share)"
    r"|i(?:'d| would| will|'ll)?\s+(?:(?:still|also|first|just|really|only|now)\s+){0,2}(?:need|require"
    r"|must have|have to have|have to know|must know|like to know|want to know|wonder|was wondering)"
    r"(?:\s+(?:to know|you to (?:tell me|provide|specify)|to (?:ask|find out|learn)|to have|information (?:about"
    r"|on)|more information (?:about|on)))?"
    r"|(?:i'm|i am)\s+(?:still\s+|only\s+|just\s+)?(?:missing|lacking|wondering)(?:\s+(?:one"
    r"|a)\s+(?:\w+\s+)?(?:detail|thing|piece of information|value))?"
    r"|(?:the )?only (?:thing|detail|value|piece)(?: (?:that is|that's|still))? missing is|what(?:'s"
    r"| is| (?:we|i)(?: still)?) (?:missing|lack|miss|need) is"
    r"|missing (?:piece|detail|value) is|(?:are|is) (?:\w+ )?(?:needed|missing|required|unclear)(?: here)?(?=:))"
    r"|^\W*(?:(?:(?:so|then|and|just|first)\s+)?(?:tell me|let me (?:also )?know|give me|specify)"
    r"|(?:need|needed|missing|required)(?=:)))"
    r"\s*[:,–-]?\s*(?:about\s+)?(?P<object>.*)",
    re.I,
)
_NAMED = (
    re.compile(r"\bwithout (?:knowing|having|being told|information (?:on|about))?\s*(?P<object>(?:the|how|what"
        r"|which|its|their|a|any|an)\b[^,.;:]{2,100})", re.I),
    re.compile(r"\b(?:we|you|one)(?:'d| would| also)? (?:would )?(?:need|have|must) (?:to know "
        r"|know )?(?P<object>(?:the|how|what|which|its|when|where)\b[^,.;]{2,100})", re.I),
    re.compile(
        r"\b(?P<object>(?:the|its|their|his|her)(?: [\w'-]+){1,7}?) (?:is|are|was|were) (?:missing|unknown"
        r"|unspecified|unclear|(?:simply |just )?(?:not|never) "
        r"(?:\w+ )?(?:given|stated|provided|specified|known|mentioned|clear))\b", re.I),
    re.compile(r"\bbut not (?P<object>(?:the|its|their|how|what|which)\b[^,.;:]{2,80})", re.I),
    re.compile(r"\b(?:does not|doesn't|do not|don't|did not|didn't|never) (?:say|state|tell(?: us)?|specify|mention"
        r"|give|know|provide)s? (?P<object>(?:the|how|what|which|when|where|whether|its)\b[^,.;:]{2,100})", re.I),
)
_ISNT = re.compile(
    r"\b(?P<object>(?:the|its|their|his|her)(?: [\w'-]+){1,7}?) (?:is|are|was|were)n't (?:given|stated|provided"
    r"|specified|known|mentioned|clear)\b",
    re.I,
)
_OF_NAMED = ("not ", "n't ", "never ", "need ", "have ", "must ", "without ", "missing", "unknown", "unspecified",
             "unclear")  # one of these stands in whatever `_NAMED` and `_ISNT` find
_NEED_LIST = re.compile(
    r"\b(?:need|provide|missing|require|tell me|let me know|share|specify|clarify|questions?|clarifications?"
    r"|(?:more|additional|following|some) (?:information|details?))\b",
    re.I,
)
_SPLIT = re.compile(
    r"[,;]?\s+(?:and|as well as|also)\s+(?:\([a-h0-9]\)\s*|also\s+)?(?=(?:the|its|their|how|what|which|whether"
    r"|when|where|who|whether|his|her)\s)|[,;]?\s*(?:\([b-h2-9]\)|\b[b-h2-9]\))\s*|;\s*",
    re.I,
)
_SPLIT_QUESTION = re.compile(
    r",?\s+(?:and|or)\s+(?=(?:also\s+|by |at |in |for |on )?(?:how (?:many|much|far|long|old|tall|heavy|big)"
    r"|what(?:'s)?"
    r"|which|when|where|who)\s)|,\s+and\s+(?=(?:is|are|was|were|does|do|did|will|has|have) )",
    re.I,
)
_CUT_OBJECT = re.compile(
    r"\s+(?:so (?:that )?(?:i|we)|before (?:i|we)|to (?:continue|proceed|solve|answer|calculate|compute|determine"
    r"|finish|find|help|work)|in order|and (?:i|then)(?:'ll| will| can)?|and (?:i'll|i can|we can)|for (?:me|this)"
    r"|,? please)\b.*",
    re.I,
)
_EMPTY_OBJECT = re.compile(
    r"(?:you|it|them|this|that|these|both|more|help|to|if|when|so|know|me|a (?:bit|little) more (?:information"
    r"|details?)|(?:some )?(?:more |additional |further )?(?:information|details?|clarification))?[\s:]*",
    re.I,
)
_COUNTED = re.compile(
    r"^(?:the following(?: \w+)?|(?:one|two|three|four|a few|some|several|these)(?: (?:more|other|additional"
    r"|further))? (?:facts?|details?|things?|values?|pieces? of information|numbers?|items?))\s*:\s*",
    re.I,
)
_MUSING = re.compile(r"(?:hm+|wait|maybe|perhaps|could it be|what if|is there (?:a|any|some) usual)\b", re.I)
_NO_OBJECT = re.compile(r"(?:if|to|that|then|so|you (?:to )?(?:think|want|like)|any|in)\b", re.I)
_FIRST_MARK = re.compile(r"^\(?[a1]\)\s*")
_PLEA = re.compile(r"\s*(?:please\b|(?:could|can|would) you\b|(?:send|share|give|tell) (?:me )?(?:it|them)\b)", re.I)
_ELLIPSIS = re.compile(r"and (?:the|its|their) \w+\?", re.I)
_VALUE = re.compile(
    r"\W*(?:about |only |at least |another |exactly )?(?:\d(?![).]\s)|(?:one|two|three|four|five|six|seven|eight"
    r"|nine|ten|twelve|twenty)\b)",
    re.I,
)
_EMPHASIS = ("**", "__")  # may stand within a word
_ITEM = re.compile(r"^\s*(?:[-*•+–]|\(?(?:[0-9]{1,2}|[a-h])[.)])\s*")
_ASK_WORDS = {"the", "what", "how", "are", "can", "could", "you", "tell", "please", "provid", "know", "shar"}
_OWN_WISH = re.compile(
    r"^(?:[\w ]{1,20}[!,.] )?(?:and |so |also |but )?"
    r"(?:which|where|when|how many|how much|what (?!would|else|other|next))"
    r"(?!.*\bme to\b).*\bwould you (?:like|prefer)\b",
    re.I,
)
_VAGUE_MORE = re.compile(r"\b(?:more|additional|further) (?:information|details?|context)\b|\bmore about\b", re.I)


class Wants(NamedTuple):
    """What a reply asks for, and what it only says is missing; as written, in order, each once."""

    asked: tuple[str, ...]  # asked of the reader
    named: tuple[str, ...]  # said to be unknown or needed
    last: int  # where the last sentence that asks begins; -1 where none does


@lru_cache(maxsize=512)  # questions
def _in_one_line(text: str) -> str:
    return " ".join(text.split()).casefold()


def _repeats(bare: str, told: str) -> bool:
    """Whether a sentence is one of the problem's own."""
    return bool(told) and len(bare) > 12 and " ".join(bare.split()).casefold() in told


@lru_cache(maxsize=32)  # asked of a sentence by several readers
def courteous(sentence: str) -> bool:
    """Whether a sentence offers, hopes or appeals, and asks for no fact. "Is that right so far?" asks for one."""
    low = sentence.lower()
    return holds(low, _COURTEOUS) and bool(COURTESY.search(sentence)) and not (
        _SO_FAR.search(low) or _OWN_WISH.match(sentence))


def wants(said: str, question: str = "", since: int = 0) -> Wants:
    """What a text asks for behind a place in it. Sentences that repeat the problem (`question`) don't count."""
    rest = said[since:]
    if not rest or not ("?" in rest or holds(rest, _EMPHASIS) or _hints(rest)):  # nothing that a sentence could ask by
        return Wants((), (), -1)
    told = _in_one_line(question)
    asked: list[str] = []
    leads: list[str] = []
    named: list[str] = []
    last, listing = -1, False
    pieces = sentences(without_blocks(said))
    for at, sentence in enumerate(pieces):
        bare = sentence.bare
        if sentence.start < since or not bare:
            continue
        if not listing and not sentence.asks and not _hints(bare):
            continue
        if _repeats(bare, told):
            continue
        listed = sentence.line in ("-", "1.")
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        # of "1. Price: how much is it?" the question is found below
        if listing and listed and not sentence.asks and not (after and not after.line and after.asks):
            asked.append(_ITEM.sub("", sentence.text))
            last = sentence.start
            continue
        if sentence.asks and after is not None and _MUSING.match(bare) and not _REQUEST.search(after.bare):
            continue
        found, generic = _of_sentence(sentence, bare)
        asked += found
        leads += [bare] if generic else []
        last = sentence.start if found or generic else last
        named += _named(bare)
        leads_on = after is not None and after.line == "-" and not sentence.line and bare[-1:] not in ".!?"
        opens = bare.rstrip(" *").endswith(":") or sentence.line == "#" or leads_on
        listing = (opens and bool(_NEED_LIST.search(bare))) or (listing and listed)
    if len(asked) > 1:
        asked = [ask for ask in asked if not _ELLIPSIS.fullmatch(ask)] or asked
    if not asked and leads:
        asked = named[-1:] if named and _PRONOUN.fullmatch(leads[-1]) else leads[-1:]
    return Wants(_once(_tidy(asked)), _tidy(named), last)


_HINTS = (
    "need", "please", "tell", "let me know", "missing", "without", "specif", "share", "n't ", "not ", "wonder", "know",
    "give me", "provid", "could you", "can you", "would you", "will you", "clarif", "require", "question",
    "information", "detail", "lack", "unclear", "have to", "never", "unspecified",
    "must",
)  # fmt: skip


def _hints(bare: str) -> bool:
    """Whether a sentence has any word that asking takes: quicker than the patterns, and mostly the end of it."""
    return holds(bare.lower(), _HINTS)


def _of_sentence(sentence: Sentence, bare: str) -> tuple[list[str], bool]:
    """What a sentence asks for, and whether it only asks in general."""
    request = _REQUEST.search(bare)
    courtesy = courteous(bare)
    if sentence.asks:
        if courtesy and not (request and _object(request)):
            return [], False
        if _PRONOUN.fullmatch(bare) or (_LEAD_IN.search(bare) and not _VAGUE_MORE.search(bare)):
            return [], True
        return [piece for piece in _SPLIT_QUESTION.split(bare) if piece.strip(" ?")], False
    if request is not None and _VALUE.match(_COUNTED.sub("", request["object"])):
        return [], False
    if request is None or (courtesy and not _object(request)):
        generic = request is not None and not courtesy
        return [], generic
    wanted = _object(request)
    return (wanted, False) if wanted else ([], True)


def _object(request: re.Match[str]) -> list[str]:
    thing = _COUNTED.sub("", _CUT_OBJECT.sub("", request["object"]).strip(" .:*_!?"))
    if _EMPTY_OBJECT.fullmatch(thing) or _VALUE.match(thing) or _NO_OBJECT.match(thing):
        return []
    pieces = _SPLIT.split(_FIRST_MARK.sub("", thing))
    if ":" in request[0][: request.start("object") - request.start()]:  # "Need: its length, its width"
        pieces = [part for piece in pieces for part in re.split(r",\s+", piece)]
    return [piece.strip(" ,.:*_?") for piece in pieces if piece.strip(" ,.:*_?") and not _PLEA.match(piece)]


def _named(bare: str) -> list[str]:
    if not holds(bare.lower(), _OF_NAMED):
        return []
    found = [match["object"] for pattern in (*_NAMED, _ISNT) for match in pattern.finditer(bare)]
    return [piece for each in found for piece in _SPLIT.split(each)]


def _once(asked: tuple[str, ...]) -> tuple[str, ...]:
    """What is asked, without a request that a question asks again: "I need the length. What is the length?"."""
    if len(asked) < 2:
        return asked
    stems = [{stem(word) for word in re.findall(r"[a-z]{3,}", ask.lower())} - _ASK_WORDS for ask in asked]
    questions = [stems[at] for at, ask in enumerate(asked) if ask.endswith("?")]
    again = [bool(stems[at]) and stems[at] in questions and not ask.endswith("?") for at, ask in enumerate(asked)]
    return tuple(ask for ask, repeated in zip(asked, again, strict=True) if not repeated)


def _tidy(items: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(item.split()).strip(" *_") for item in items if re.search(r"\w", item)))
