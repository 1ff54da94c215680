"""The words of typed questions: a rendering of each field, so that questions that differ in one field differ in that.

What is drawn follows from `Question.phrasing`, separately for each part of the text (lead, recalled premise, core,
guess), so a good question and a spoilt one share the words that are not about the fault. Nothing reads these words
back but the tests.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tutelage.draws import stream
from tutelage.talk.acts import Voice
from tutelage.talk.case import Case
from tutelage.talk.operators import said_as
from tutelage.talk.options import RESULT, step_of
from tutelage.talk.questions import ANSWER, Question, together
from tutelage.talk.references import kind, words_for
from tutelage.wording import wordings

FILE = "student/question"
LEAD = 0.4  # share of the questions with a sentence before them
BY_PHRASE = 0.4  # share of those that name their target by its phrase
IN_CLAUSE = 0.7  # share of the recalled premises that stand in the same sentence, where they can
GAP = "___"  # in phrases for problems from files
BARE_GUESS = 0.6  # share of the guesses that stand alone, without the question
_ONE_SENTENCE = re.compile(r"[^.:;!?\"“”`]+(?:\.\d[^.:;!?\"“”`]*)*\.")  # a point within a number ends none
_SMALL = re.compile(r"(?:There|The|Each|Every|A|An|One|No)\b|\d")
_ASKS = re.compile(r"(?:How|What|Which|By|At|For|From|In|Do|Does|Is|Are|May|If|Could|On|As|With|Please)\b")


class _Pens(NamedTuple):
    """What is drawn for a phrasing, a stream for each part, so that no part's choice shifts another's."""

    phrasing: int
    voice: frozenset[str]

    def chance(self, part: str, p: float) -> bool:
        return stream(self.phrasing, part).chance(p)

    def pick(self, part: str, key: str, **fields: str) -> str:
        return wordings(FILE).pick(key, stream(self.phrasing, part, "words"), fields, self.voice)


def render(case: Case, question: Question, voice: Voice, *, later: bool = False) -> str:
    """The question in this voice; `later`: others were asked before. The same words whenever it is rendered."""
    pens = _Pens(question.phrasing, voice.tags)
    text = _core(case, question, pens)
    if question.presuppositions:
        text = _recalled(case, question, text, pens)
    if question.value_guess:
        guess = _guess(case, question, pens)
        bare = not question.presuppositions and pens.chance("bare", BARE_GUESS)
        text = guess if bare else f"{text} {guess}"
    return f"{pens.pick('lead', 'lead_next' if later else 'lead')} {text}" if pens.chance("lead", LEAD) else text


def system_prompt() -> str:
    """What a model that asks is told beforehand, in the view `alfa`."""
    return wordings("roles/asker").choose("system", 0, {})


def _core(case: Case, question: Question, pens: _Pens) -> str:
    """The question without what it suggests or takes for granted."""
    if question.asks_for:
        return pens.pick("core", f"vague.{kind(question.asks_for)}", **words_for(case.problem, question.asks_for))
    if question.targets == (ANSWER,):
        program = case.family.kind(case.problem.structure) == "program"
        return pens.pick("core", "answer_program" if program else "answer")
    phrases = [_phrase(case, name) for name in question.targets]
    if pens.chance("phrase", BY_PHRASE) and all(phrases):
        *first, last = phrases
        return pens.pick("core", "core_phrase", phrase=f"{', '.join(first)} and {last}" if first else last)
    *first, last = [_question(case, name, pens) for name in question.targets]
    if not first:
        return last
    last = f"And {small(last)}" if _ASKS.match(last) else last
    return pens.pick("core", "several", list=" ".join([*first, last]))


def _question(case: Case, name: str, pens: _Pens) -> str:
    if name.startswith(RESULT):
        return pens.pick("core", "result", phrase=step_of(case.right, name).what)
    return case.family.words(case.problem, case.problem.quantity(name)).question


def _phrase(case: Case, name: str) -> str:
    """The noun phrase of a target; "" where another quantity has the same, or where it quotes a text with a gap."""
    if name.startswith(RESULT):
        return step_of(case.right, name).what
    phrases = [case.family.words(case.problem, quantity).phrase for quantity in case.problem.quantities]
    own = case.family.words(case.problem, case.problem.quantity(name)).phrase
    return own if phrases.count(own) == 1 and GAP not in own else ""


def _guess(case: Case, question: Question, pens: _Pens) -> str:
    said = [said_as(case.family, case.problem, question.targets[0], value) for value in question.value_guess]
    plain = all(_ONE_SENTENCE.fullmatch(sentence) for sentence in said)
    bare = [sentence.removesuffix(".") for sentence in said]
    if len(said) > 1:
        one, two = bare if plain else said
        return pens.pick("guess", "choice_plain" if plain else "choice", one=one, two=two)
    return pens.pick("guess", "guess_plain" if plain else "guess", sentence=said[0], plain=bare[0])


def _recalled(case: Case, question: Question, core: str, pens: _Pens) -> str:
    said = [said_as(case.family, case.problem, name, value) for name, value in question.presuppositions]
    near = all(question.targets[0].startswith(RESULT) or together(case, name, question.targets[0])
               for name, _ in question.presuppositions)  # "as the photo is old, how wide is it?" nobody would say
    able = near and all(_ONE_SENTENCE.fullmatch(sentence) and _SMALL.match(sentence) for sentence in said)
    if able and pens.chance("clause", IN_CLAUSE) and _ASKS.match(core):
        clause = " and ".join([small(sentence.removesuffix(".")) for sentence in said])
        return pens.pick("recall", "recall_clause", clause=clause, asked=small(core))
    return pens.pick("recall", "recall", sentence=" ".join(said), core=core)


def small(text: str) -> str:
    """The text from a small letter on, where its first word is no name."""
    return text[:1].lower() + text[1:] if _ASKS.match(text) or _SMALL.match(text) else text
