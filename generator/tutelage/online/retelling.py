"""Whether other words say what an exact turn of a teacher or a user says: the same numbers, names, values and verdict.

Compared are: the numbers, as a multiset; the names; for a quantity that is told, the words in which its sentence
differs from those for other values ("is not" against "is"), and that no other quantity is meant rather; for the acts
of users, the cue that makes them what they are (that one doesn't know, either/or, more or less, taking back); a
teacher's verdict; what a hint is about. A test that the exact words don't pass themselves says nothing of others.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from tutelage.online.matching import stems
from tutelage.online.scene import Scene, is_tutor
from tutelage.online.verdicts import PART, RIGHT, WRONG, verdicts
from tutelage.problems.family import from_json
from tutelage.problems.reading.numerals import numerals, plain_fractions
from tutelage.problems.reading.quantities import stem
from tutelage.problems.reading.spoken import sentences as sentences_of
from tutelage.problems.reading.spoken import spoken
from tutelage.records.episode import answered, asked
from tutelage.talk.acts import (
    ATTEMPTS,
    CONFIRM,
    DONT_KNOW,
    MISTELL,
    TAKE_BACK,
    TELL,
    TELL_DERIVED,
    TELL_PART,
)
from tutelage.talk.statements import sayable
from tutelage.values import Turn, Value

NUMBERS, NAMES, VALUE, QUANTITY, KIND, VERDICT, TOPIC = (
    "numbers", "names", "value", "quantity", "kind", "verdict", "topic")
ENOUGH = 0.5  # of the words of a quantity's sentence: so many have to be there
ABOUT = 0.25  # of a hint's words: so many have to be there
MOST_VALUES = 500  # values of a quantity that its sentence is compared with

Tokens = tuple[str, ...]

_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"(?:(?<=[^\s.!?:\"“(]\s)|(?<=[–-]))[A-Z]\w*")
_LITERAL = re.compile(r"`[^`\n]*`|[\"“][^\w\"”]{1,6}[\"”]")  # code, and marks in quotes
_ONE = frozenset({"one", "once", "first", "single"})
_UNKNOWN = re.compile(r"\b(?:(?:don't|do not|didn't|doesn't|wouldn't|can't|cannot|couldn't|not) (?:\w+ )?(?:know|say"
                      r"|tell|sure|aware|have|remember)|no (?:idea|clue)|unknown|nobody)\b", re.I)
_CHOICE = re.compile(r"\b(?:or|either|one of)\b", re.I)
_BACK = re.compile(r"\b(?:sorry|wrong|mistaken?|misspoke|correct(?:ion|ed|ly)?|should|actually|slip|apolog\w+|instead"
                   r"|in fact|checked)\b", re.I)
_MORE = re.compile(r"\b(?:more|add(?:ed)?|plus|on top|above|higher|greater|over|bigger|larger|exceeds?)\b", re.I)
_LESS = re.compile(r"\b(?:less|fewer|minus|subtract(?:ed)?|below|lower|smaller|under|take away|short of)\b"
                   r"|\btake \w+ (?:away )?from\b", re.I)


def retold(scene: Scene, turns: Sequence[Turn], due: Turn, words: str) -> str:
    """Why `words` don't say what `due`, the exact turn after `turns`, says; "" where they do.

    The reasons: numbers, names, value, quantity, kind, verdict, topic.
    """
    if numbers_said(words) != numbers_said(due.text):
        return NUMBERS
    if names_said(scene, words) != names_said(scene, due.text):
        return NAMES
    if sorted(_LITERAL.findall(words)) != sorted(_LITERAL.findall(due.text)):
        return VALUE
    for why, differs in ((VALUE, _other_value), (QUANTITY, _other_quantity), (KIND, _other_kind),
                         (VERDICT, _other_verdict), (TOPIC, _other_topic)):
        if differs(scene, turns, due, words):
            return why
    return ""


def numbers_said(text: str) -> Counter[Fraction | None]:
    """The numerals of a text, one reading each; "one", "once" and "first" in words are none."""
    said = plain_fractions(spoken(text))
    found = numerals(said)
    if found is None:
        return Counter([None])
    return Counter([each.value for each in found if said[each.start:each.end].casefold() not in _ONE])


def names_said(scene: Scene, text: str) -> frozenset[str]:
    """The proper names of a scene that stand in a text."""
    return _names(scene).intersection(re.findall(r"\w+", text))


@lru_cache(maxsize=512)
def _names(scene: Scene) -> frozenset[str]:
    family, problem = scene.case.family, scene.case.problem
    told = [scene.statement, *[family.words(problem, q).sentence for q in problem.quantities]]
    found = {name for text in told for name in _NAME.findall(text)}
    return frozenset({*found, *[name for name in scene.options if name[:1].isupper()]} - {"I"})


# --- quantities that are told ----------------------------------------------------------------------------------------


def _other_value(scene: Scene, turns: Sequence[Turn], due: Turn, words: str) -> bool:
    """Whether what tells the value of a quantity apart from its other values is missing, or stands for another."""
    said, own = frozenset(_tokens(words)), frozenset(_tokens(due.text))
    for name, values in _told(scene, due):
        sentences = _sentences(scene, name)
        mine = [sentences[value] for value in values if value in sentences]
        others = {tokens for value, tokens in sentences.items() if value not in values}.difference(mine)
        need = {word for one in mine for other in others for word in set(one) - set(other)}
        ban = {word for other in others for word in other}.difference(*mine)
        if (need & own) - said or (ban - own) & said:
            return True
        if mine and _closest(words, mine, others) and not _closest(due.text, mine, others):
            return True
    return False


def _closest(words: str, mine: Sequence[Tokens], others: Iterable[Tokens]) -> bool:
    """Whether the sentence for another value is as near to the words as one that is told, by pairs of words."""
    pairs = set(pairwise(_tokens(words)))

    def near(tokens: Tokens) -> float:
        return 2 * len(pairs.intersection(pairwise(tokens))) / (len(tokens) or 1) - len(tokens) / 1000

    least = min(map(near, mine))
    return any(near(tokens) >= least for tokens in others)


def _told(scene: Scene, due: Turn) -> list[tuple[str, list[Value]]]:
    """The quantities that a turn tells by their sentences, with the values that it tells."""
    act, problem = due.act, scene.case.problem
    if act.kind in (TELL, TAKE_BACK):
        return [(name, [problem.quantity(name).value]) for name in answered(act) if name in problem.values]
    if act.kind == MISTELL:
        return [(act.target, [from_json(json.loads(act.answer))])]
    if act.kind == TELL_PART:
        return [(act.target, [from_json(value) for value in json.loads(act.answer)])]
    return []


@lru_cache(maxsize=512)
def _sentences(scene: Scene, name: str) -> Mapping[Value, Tokens]:
    """The words of the sentences for all values of a quantity; none where values have no sentences of their own."""
    family, problem = scene.case.family, scene.case.problem
    quantity = problem.quantity(name)
    if not sayable(family, problem, name):
        return {}
    return {value: _tokens(family.words(problem, quantity._replace(value=value)).sentence)
            for value in dict.fromkeys([*quantity.domain[:MOST_VALUES], quantity.value])}


def _tokens(text: str) -> Tokens:
    low = text.casefold().replace("’", "'").replace("n't", " not").replace("cannot", "can not")
    return tuple([stem(word) for word in _WORD.findall(low)])


def _other_quantity(scene: Scene, turns: Sequence[Turn], due: Turn, words: str) -> bool:
    """Whether the words fit another quantity better than one that is told, or leave open which one is meant."""
    told = [name for name, _ in _told(scene, due)]
    last = turns[-1].act
    for name in told:
        fits = _fits if _fits(scene, name, told, due.text) else _fits_in_a_sentence
        if fits(scene, name, told, due.text) and not fits(scene, name, told, words):
            own, best = _cover(scene, name, words), _best(scene, told, words)
            if not (own >= best and len(told) == 1 and asked(last) == [name]):  # asked for it alone: "It's 3."
                return True
    return bool(told) and _intrudes(scene, told, due, words)


def _intrudes(scene: Scene, told: Sequence[str], due: Turn, words: str) -> bool:
    """Whether a quantity that is not told is named, by most words of its sentence and one that is its own."""
    new, mine = _plain(words), _plain(due.text).union(*[_stems(scene, name) for name in told])
    return any(_stems(scene, other.name).difference(mine) & new and _cover(scene, other.name, words) >= ENOUGH
               for other in scene.case.problem.quantities if other.name not in told)


def _fits(scene: Scene, name: str, told: Sequence[str], words: str) -> bool:
    """Whether a quantity is meant; of several that are told each must be named by a word of its own, if it has one."""
    own = _cover(scene, name, words)
    if own < ENOUGH or own <= _best(scene, told, words):
        return False
    alone = _stems(scene, name).difference(*[_stems(scene, other) for other in told if other != name])
    return not alone or bool(alone & _plain(words))


def _fits_in_a_sentence(scene: Scene, name: str, told: Sequence[str], words: str) -> bool:
    """Whether one sentence means a quantity; for turns that say again, beside it, what was said before."""
    return any(_fits(scene, name, told, sentence.text) for sentence in sentences_of(spoken(words)))


def _best(scene: Scene, told: Sequence[str], words: str) -> float:
    return max([_cover(scene, other.name, words) for other in scene.case.problem.quantities
                if other.name not in told], default=0.0)


def _cover(scene: Scene, name: str, words: str) -> float:
    """The share of the words of a quantity's sentence that stand in a text."""
    own = _stems(scene, name)
    return len(own & _plain(words)) / len(own) if own else 0.0


def _stems(scene: Scene, name: str) -> frozenset[str]:
    return _plain(scene.case.family.words(scene.case.problem, scene.case.problem.quantity(name)).sentence)


def named(scene: Scene, name: str, text: str) -> float:
    """The share of the words of a quantity's phrase that stand in a text."""
    own = _plain(scene.case.family.words(scene.case.problem, scene.case.problem.quantity(name)).phrase)
    return len(own & _plain(text)) / len(own) if own else 1.0


def _plain(text: str) -> frozenset[str]:
    return frozenset([word for word in stems(text) if not word.isdigit()])


# --- what makes an act what it is ------------------------------------------------------------------------------------


def _other_kind(scene: Scene, turns: Sequence[Turn], due: Turn, words: str) -> bool:
    """Whether a cue of the act is missing, or one is there that the exact words don't have."""
    kind = due.act.kind
    if kind == DONT_KNOW and not is_tutor(scene):
        return bool(_UNKNOWN.search(due.text)) != bool(_UNKNOWN.search(words))
    if kind == TELL_DERIVED:
        return _other_comparison(scene, due, words)
    if kind not in (DONT_KNOW, TELL_PART) and _UNKNOWN.search(words) and not _UNKNOWN.search(due.text):
        return True
    if kind == TAKE_BACK:
        return not _BACK.search(words)
    return kind == TELL_PART and not _CHOICE.search(words)


def _other_comparison(scene: Scene, due: Turn, words: str) -> bool:
    """Whether a comparison has another direction, or another quantity to compare with."""
    sides: tuple[Callable[[str], object], ...] = (_MORE.search, _LESS.search)
    if [bool(side(due.text)) for side in sides] != [bool(side(words)) for side in sides]:
        return True
    family, problem, low = scene.case.family, scene.case.problem, due.text.casefold()
    phrases = [family.words(problem, q).phrase for q in problem.quantities]
    return any(len(_plain(phrase) & _plain(words)) < len(_plain(phrase)) for phrase in phrases
               if phrase.casefold() in low)


def _other_verdict(scene: Scene, turns: Sequence[Turn], due: Turn, words: str) -> bool:
    """Whether a verdict is there that the exact words don't have, or is not there any more."""
    attempted = turns[-1].act.kind in ATTEMPTS
    if not (is_tutor(scene) or attempted):
        return False
    parts = [step.what for step in scene.case.right.steps[:-1]]
    own, new = verdicts(due.text, parts), verdicts(words, parts)
    if not is_tutor(scene):
        return bool((new - own) & {RIGHT, WRONG})
    true = {WRONG} if attempted else {RIGHT} if due.act.kind == CONFIRM else set[str]()
    praises = PART in new and not own & {PART, RIGHT}
    keeps_silent = due.act.kind == CONFIRM and bool(own & {PART, RIGHT}) and not new & {PART, RIGHT}
    return praises or keeps_silent or bool((own - new) & {WRONG} or (new - own - true) & {RIGHT, WRONG})


def _other_topic(scene: Scene, turns: Sequence[Turn], due: Turn, words: str) -> bool:
    """Whether a teacher's words are about something else than the exact ones."""
    if not is_tutor(scene) or due.act.kind == DONT_KNOW:
        return False
    own, new = _plain(due.text), _plain(words)
    if len(own) > 3 and len(own & new) < ABOUT * len(own):
        return True
    about = scene.topics.of([due.text])
    return about is not None and scene.topics.of([words]) not in (None, about)
