"""Words of refusing and of hedging: an answer that can't be given, several, or only under a condition.

    >>> refuses("So the total cannot be determined."), hedged("The answer is either 12 or 14.")
    (True, True)
    >>> hedged("If a ticket costs $5, they pay $20. If it costs $8, they pay $32."), hedged("x = 3 or x = 4")
    (True, False)
"""

from __future__ import annotations

import re
from itertools import pairwise

from tutelage.problems.reading.measures import clock
from tutelage.problems.reading.needing import holds
from tutelage.problems.reading.numerals import numerals
from tutelage.problems.reading.spoken import Sentence, sentences, without_blocks

_TO_KNOW = (
    r"(?:be )?(?:determin|calculat|comput|solv|answer|find|found|tell|say|know|give|given|figure|conclu|establish"
    r"|deduc|infer|decid|work(?:ed)? out|provid|identif|derive)\w*"
)
_CANT = (
    r"(?:can'?t|cannot|can not|could not|couldn't|am unable to|(?:am|is|are|was|were|be|'m|'re|'s) (?:not able"
    r"|unable) to|unable to|not possible to|impossible to|no way to|not able to|isn't possible to|hard to)"
)
REFUSAL = re.compile(
    r"\b(?:nothing (?:here |there |(?:in|of) (?:the|this) \w+ )?(?:lets|tells|bears|says|gives|allows|states)\b"
    r"|nowhere\b|there (?:isn't|is not|is no|can be no) (?:\w+ ){0,2}answer\b|(?:stays|remains|is left) open\b"
    rf"|{_CANT} (?:\w+ ){{0,3}}?{_TO_KNOW}"
    r"|insufficient\b|not (?:enough|sufficient)\W*$|unanswerable\b|undetermin|indetermina|underspecified\b"
    r"|unsolvable\b|not (?:solvable|answerable|determinable)\b|(?:is|are|remains?|stays?) (?:\w+ )?(?:unknown"
    r"|unclear)\b|(?:information|value|data|detail|piece|fact|it|this)\b[\w ]{0,30} (?:is|are) missing\b"
    r"|(?:i|we) (?:do not|don't|really don't) know\b(?! if| whether)|no idea\b|no (?:unique |single "
    r"|definite |numerical |numeric |exact )?(?:answer|solution) (?:can|(?:is )?possible)"
    r"|lacks? (?:the |some |any )?(?:data|information|details?)\b|do(?:es)?(?:n't| not) have (?:access|(?:the"
    r"|enough) (?:information|data))"
    r"|(?:can'?t|cannot|can not|won'?t|will not|unable to|not able to|must decline to) (?:\w+ )?(?:help|assist"
    r"|provide|comply|do that|do this|fulfil|engage|create|discuss|share|support)\b"
    r"|(?:i must|i|have to|need to|must) decline\b|against my (?:guidelines|policies|policy|programming)\b"
    r"|no (?:\w+ )?(?:way|means) (?:of|to) \w+|nothing to (?:compute|calculate|solve|work with|go on)\b"
    r"|not in a position to\b|lack(?:s|ing)? (?:\w+ )?context\b|there's no (?:\w+ ){0,2}answer\b"
    r"|(?:cannot|can't) know\b|not (?:\w+ )?possible to\b|impossible to\b|unknown\W*$)"
    r"|(?:\bnot|n't|\black(?:s|ing)?|\bin)\s?(?:have |has |contain |provide |give |be )?(?:enough|sufficient"
    r"|adequate) (?:\w+ ){0,2}(?:information|data|details?|info|context|clues|facts)"
    r"|(?:not|n't) (?:uniquely|fully|yet) determined\b"
    r"|^\W*(?:no answer\b|n/a\b)",
    re.I,
)
_REFUSING = (
    "can", "not", "n't", "lack", "suffic", "un", "no ", "imposs", "indeterm", "missing", "declin", "guidelines", "n/a",
    "hard to", "nowhere", " open",
)  # fmt: skip
_OF_REFUSAL = (  # one of these, too: the short words above stand in many others
    "nothing", "nowhere", "answer", " open", "can't", "cant", "cannot", "can not", "could", "able", "possible",
    "no way", "hard to", "enough", "sufficien", "adequate", "determin", "specified", "solvable", "unknown", "unclear",
    "missing", "know", "no idea", "solution", "lack", "access", "information", "data", "won't", "wont", "will not",
    "decline", "against my", "way ", "means ", "position", "n/a",
)  # fmt: skip
LACK = re.compile(
    r"\b(?:not|never|isn't|aren't|wasn't|weren't|n't) (?:\w+ )?(?:given|stated|provided|specified|mentioned|known"
    r"|clear)\b|\bmissing\b|\bunknown\b|\bunspecified\b|\bunderspecified\b|\b(?:doesn't|does not|didn't"
    r"|don't) (?:say|state|specify|tell|mention)\b",
    re.I,
)
_OF_IF = ("if", "suppos", "assum", "in case", "scenario ", "case ", "interpretation ", "otherwise", "depending on",
          "provided")  # one of these stands in whatever `_IF` finds; so for the others
_IF = re.compile(
    r"\b(?:if|suppose|supposing|assuming|assume|in case|scenario [a-d0-9]|case [a-d0-9]|interpretation [a-d0-9]"
    r"|otherwise|depending on|provided)\b",
    re.I,
)
_OF_WITH = ("would", "'d", "could", "might")
_WITH = re.compile(
    r"(?:^|[;,]\s*(?:while |and |but )?)\W*(?:with|at|for|taking|under|using)\b[^;,]{0,60}\d[^;]{0,80}?\b(?:would"
    r"|'d|could|might)\b",
    re.I,
)
# "With 12 per tray, 18 are left. With 24 per tray, 54 are left."
_OF_GIVEN = ("with ", "for ", "at ", "using ", "given ")
_GIVEN = re.compile(
    r"(?:^|[.!?:] )\W*(?:with|for|at|using|given) (?:an? |only |about )?\$?\d[^,:;]{0,40}[,:] \W*[^,:;]{0,60}\d",
    re.I | re.M,
)
DEPENDS = re.compile(
    r"\W*(?:(?:well|hmm+|so|sure)\W+)?(?:it|that|this|the (?:answer|result|total)) (?:really |all )?depends\b", re.I
)
_OF_CASE = (*_OF_IF, "with", "for", "at", "using", "given", "taking", "under")
_CLAUSES = re.compile(r";|, (?=(?:and|but|while|whereas|otherwise)\b)|\band (?=\$?\d)|\bor (?=\$?\d)|(?<=\)),? ")
_OF_SUPPOSED = ("if", "suppos", "in case")
_SUPPOSED = re.compile(r"\b(?:if|suppose|supposing|in case)\b", re.I)
_WITH_ALSO = re.compile(r"\s*(?:and |while |but )?(?:with|at|for)\b[^,]{0,60}\d[^,]{0,60},", re.I)
_OTHERWISE = re.compile(r"\s*(?:otherwise\b|and (?=\S+ if)|while at\b|if not\b)", re.I)
_NAMED_CASE = re.compile(r"\W*(?:scenario|case|interpretation|reading|possibility|option) [a-d0-9]\b", re.I)
_COMPUTED = re.compile(r"=\s*[$€£(]*[-−]?\d")
STILL_OPEN = re.compile(
    r"\bdepend(?:s|ing) on\b|\bit depends\b|\b(?:both|either|each)\b[^.]{0,40}\b(?:possible|plausible|consistent"
    r"|valid)\b|\bwhich (?:one|of [\w ]{1,20}) (?:applies|is meant|holds)",
    re.I,
)
_OWN_CHOICE = re.compile(r"\W*(?:i'll|i will|let's|we'll|let us|we|so|thus|therefore|hence)\b", re.I)
_WOULD = re.compile(r"\b(?:would|could|might|'d)\b", re.I)
_HOLDS = re.compile(
    r"\bif (?:we|you|i|one|my|this is (?:right|correct)|the (?:bags|above|problem|question)|understand)\b"
    r"|\bif\b[^,]{0,40}\b(?:understand|reading|correctly|mistaken|not mistaken)\b",
    re.I,
)
_DIGITS = re.compile(r"\d[\d.,/]*")
_LEADS_TO = re.compile(r"→|⇒|[-=]>|:\s|\bgives\b|\bit'?s\b")
_SOME_CASES = re.compile(
    r"\b(?:typical|possible|different|various|a few|several|depend\w+|scenarios?|examples?)\b", re.I
)
_OF_GIVES = ("would", "give", "make")
_GIVES = re.compile(r"\b(?:would|gives?|makes?)\b")
_LINKS = re.compile(r"^\W*(?:(?:and|or|while|but)\b)?\s*(?:an? )?", re.I)
_IF_FIRST = re.compile(r"^\W*(?:if|when|suppose)\b[^,]{3,80},", re.I)
_STEPS = re.compile(r"\b(?:day|week|month|year|hour|step|round|stage|person|child|row|stop)\b|=\s*\d", re.I)
_ANY = (
    r"(?:(?:about |around |roughly |x ?= ?|\$|€|£)*[-−]?\d[\d.,/:]*%?|(?-i:[A-Z][a-z]+)|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|yes|no)"
)
_OF_EITHER = (" or", "if ", "be ", "well be", "have ", "from ", "between ", "possible ", "depend")
_EITHER = re.compile(
    rf"\b(?:could be [^,.]{{1,30}}, (?:or )?(?:it )?could (?:also )?be\b"
    rf"|either (?:\w+ ){{0,3}}?\$?{_ANY}(?: \w+){{0,3}},? or\b|(?:could|might|may|can) (?:also |well "
    rf"|possibly )?be (?:\w+ )?\$?{_ANY}(?: \w+){{0,2}}?,? or\b.{{0,40}}?{_ANY}"
    rf"|(?:anywhere|somewhere|ranges?|ranging) from \$?\d[\d.,]* (?:\w+ )?to \$?\d"
    rf"|(?:might|could|may)(?: just)? as well be\b|(?:could|might|may) have \w+ (?:\w+,? ){{1,4}}or\b"
    rf"|if [^.?\n]{{3,100}}[;,] (?:otherwise|if not|else)\b"
    rf"|(?:somewhere |anywhere )?between \$?\d[\d.,]* (?:\w+ )?and \$?\d|possible (?:answers|values"
    rf"|solutions|pairs|numbers|totals|results|orders|routes|combinations) (?:are|include)"
    rf"|possible (?:answers|values|pairs|numbers|totals|results|orders|routes|combinations)\W*:"
    rf"|(?:could|might|may) be (?:[$€£]?[-−]?\d\S* (?:… )?){{2,8}}or\b"
    rf"|depending on\b|it depends\b|depends on (?:the|how|what|which|whether)\b)"
    rf"|\d[^.()]{{0,20}}\(if [^()]{{1,80}}\) or\b"
    rf"|(?=[$\d])(?<![=<>≤≥] )(?<!x=)\$?\b\d[\d.,]*(?: \w+)? or (?:maybe |possibly |perhaps )?\$?\d[\d.,]*\b(?!\s*(?:="
    rf"|more\b|less\b))",
    re.I,
)
_BOUND = re.compile(r"\b[a-z]\s*=\s*\S+ or [a-z]\s*=", re.I)
_OF_BOTH = ("either", "both", "each", "which")
_BOTH_OPEN = re.compile(
    r"\b(?:either|both|each) (?:is|are|reading|case|interpretation|of (?:these|them"
    r"|which))\w*\b.{0,40}\b(?:possible|plausible|consistent|valid)\b|\bwhich (?:one|of (?:the"
    r"|these) \w+)? ?applies\b",
    re.I,
)
CASE = re.compile(
    r"\b(?:scenario|case|interpretation|reading|possibility) [a-d0-9]\b|\b(?:first|second) (?:interpretation"
    r"|reading|case)\b",
    re.I,
)
OF_CHOSEN = ("go with", "say", "pick", "choose", "settle")
CHOSEN = re.compile(r"\b(?:i'd|i'll|i would|i will|let's|let me) (?:go with|say|pick|choose|settle)\b", re.I)


def refuses(text: str) -> bool:
    """Whether a text says that there is no answer, or that it gives none."""
    low = text.lower()
    return holds(low, _REFUSING) and holds(low, _OF_REFUSAL) and bool(REFUSAL.search(text))


def hedged(text: str) -> bool:
    """Whether a text leaves open which of several answers holds: "12 or 14", "if … 12, if … 16", "it depends"."""
    text = without_blocks(text)
    low = text.lower()
    if holds(low, _OF_EITHER) and _EITHER.search(_BOUND.sub("", text)):
        return True
    if holds(low, _OF_BOTH) and _BOTH_OPEN.search(text):
        return True
    if holds(text, _OF_GIVES) and any(map(_in_turn, sentences(text))):
        return True
    return len(branches(text)) > 1 or parallel(text) >= 0


def _in_turn(sentence: Sentence) -> bool:
    """Whether a sentence lists results for cases, alike but for numbers: "5 bags hold 20, 6 bags hold 24"."""
    if not _GIVES.search(sentence.bare) or _STEPS.search(sentence.bare):
        return False
    clauses = [_LINKS.sub("", clause) for clause in re.split(r"[,;]\s+(?!\d{3}\b)|\band (?=[$€£]?\d)", sentence.bare)]
    if len(clauses) < 2:
        return False
    shapes = {" ".join(re.findall(r"[a-z]+", clause.lower())) for clause in clauses}
    cases = [_DIGITS.findall(clause) for clause in clauses]
    return len(shapes) == 1 and all(len(case) == 2 for case in cases) and len({case[1] for case in cases}) > 1


def parallel(text: str) -> int:
    """Where the lines begin that each give another result for another case, alike but for numbers; -1 for none.

    A list's lines say so by an arrow or the like ("10% off → $81"), a table's by what leads up to it.
    """
    if "\n" not in text:
        return -1
    rows = [each for each in sentences(text) if each.line in ("-", "|") and _DIGITS.search(each.text)]
    if len(rows) < 2 or _DIGITS.search("".join(each.text for each in sentences(text) if each.start > rows[-1].start)):
        return -1
    cases = [_DIGITS.findall(each.text) for each in rows]
    shapes = {" ".join(re.findall(r"[a-z]+", each.text.lower())) for each in rows}
    marked = all(_LEADS_TO.search(each.text) for each in rows) if rows[0].line == "-" else _SOME_CASES.search(text)
    if not marked or len(shapes) > 1 or _STEPS.search(rows[0].text):
        return -1
    if any(len(case) != 2 for case in cases):
        return -1
    return rows[0].start if all(len(set(column)) == len(rows) for column in zip(*cases, strict=True)) else -1


def computed(sentence: str) -> bool:
    """Whether a sentence works out exactly one result: "either red or white: 60 + 15 = 75"."""
    return len(_COMPUTED.findall(sentence)) == 1


def conditional(sentence: str) -> bool:
    """Whether a sentence has a word that opens a case; without one it is none of `branches`."""
    return holds(sentence.lower(), _OF_CASE)


def branches(text: str) -> list[str]:
    """The clauses that each give another result under another condition, as alternatives; [] where there are none.

    Steps of a solution are conditions, too ("If each eats 3 cups, then … 3 * 20 = 60. If she feeds …"): alternatives
    are told by their parallel words, by "would" or "otherwise", or by their names ("Case 1", "Interpretation 2").
    """
    low = text.lower()
    if not ((holds(low, _OF_IF) and _IF.search(text)) or (holds(low, _OF_WITH) and _WITH.search(text))
            or (holds(low, _OF_GIVEN) and _GIVEN.search(text))):
        return []
    found: list[tuple[int, str, object]] = []
    for at, sentence in enumerate(sentences(text)):
        for clause in _CLAUSES.split(sentence.text):
            opens = any(pattern.search(clause) for pattern in (_IF, _WITH, _GIVEN)) or (
                found and any(pattern.match(clause) for pattern in (_WITH_ALSO, _OTHERWISE))
            )
            if not opens or _HOLDS.search(clause):
                continue
            if values := numerals(clause):
                found.append((at, clause, clock(clause) or values[-1].value))
            elif _IF_FIRST.match(clause) and re.search(r"\b[A-Z]\w+\W*$", clause):  # "…, it arrives on Friday"
                found.append((at, clause, clause.split()[-1].strip(".*_!")))
    for first, ((at, one, value), (behind, other, another)) in enumerate(pairwise(found)):
        if value != another and behind - at <= 3 and _alternatives(one, other):
            return [one, *(clause for _, clause, _ in found[first + 1 :])]
    return []


def _alternatives(one: str, other: str) -> bool:
    if _NAMED_CASE.match(one) and _NAMED_CASE.match(other):
        return True
    if "=" in one or "=" in other:
        return False
    if _OTHERWISE.match(other):
        return True
    if _WOULD.search(one) and (_WOULD.search(other) or _WITH_ALSO.match(other)):
        return True
    left, right = (set(re.findall(r"[a-z']+", clause.lower())) for clause in (one, other))
    return len(left & right) >= 0.3 * len(left | right)


def hypothetical(sentence: str) -> bool:
    """Whether a sentence gives its result only on a condition: "If it holds 3, the answer would be 12"."""
    return bool(
        holds(sentence.lower(), _OF_SUPPOSED) and _SUPPOSED.search(sentence) and _WOULD.search(sentence)
        and not _HOLDS.search(sentence) and not _COMPUTED.search(sentence) and not _OWN_CHOICE.match(sentence)
    )
