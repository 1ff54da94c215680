"""The Judge on free words: which of a task's requirements a model's answer meets.

What a rubric's two lines claim is set against what the words claim: the result of a calculation in the book's signs
("6 # 2 = 32"), the number of a word ("gant is 6"), which calculation was done at all. A requirement is met where the
words hold what only the line as it has to be claims; it is not where they hold what only the misread line claims. Of
both the later counts, as who corrects himself means it. Where the words hold neither, all that is known is the answer:
met iff that is right, since it hangs on the rule. So a bare answer passes or fails as a whole, and a wrong result
breaks each requirement about that calculation, of which the first is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tutelage.problems.rules.books import TABLE
from tutelage.problems.rules.signs import SIGNS
from tutelage.skills.judge import Verdict, verdict_of
from tutelage.skills.tasks import ANSWER, Rubric, Task
from tutelage.values import Problem

Claim = tuple[object, ...]
DONE, COMES_TO, LOOKED_UP = "done", "comes to", "looked up"  # kinds of claims
LONGEST = 20_000  # characters of an answer that are read, the last ones
_SIGN = "|".join(map(re.escape, SIGNS.values()))
_OPERAND = r"(\d{1,9}|[^\W\d_]{2,20})"
_CALCULATION = re.compile(rf"(?<![\w.]){_OPERAND}\s{{0,3}}({_SIGN})\s{{0,3}}(?={_OPERAND}(?!\w|\.\d))")
_MARKUP = re.compile(r"[\\`$*_]")
_CHAINED = re.compile(rf"(?:{_SIGN})\s{{0,3}}$"), re.compile(rf"\s{{0,3}}(?:{_SIGN})")
_END = re.compile(r"\n|[.;!?](?=\s|$)")
_SAYS = re.compile(r"=|\b(?:is|are|makes?|gives?|comes? to|equals?|becomes?|yields?|->)\b|→|:")
_NUMBER = re.compile(r"(?<![\w.])-?\d{1,9}(?![\w]|\.\d)")
_BETWEEN = (r"(?:[\s:=,→>-]|is|equals|means|stands|for|reads?|as|has|gives|it's|which|i|the|number|value|be|counts"
            r"|becomes){0,8}?")


def judge_words(task: Task, text: str, right: bool) -> Verdict:
    """The verdict on an answer in free words; `right` says what the exact judge says of its final answer.

    `broken` is the first rule that is misread in the words, or where none is, the first whose requirement isn't met.
    """
    words = numbers_of(task.problem)
    said, sound = claims(text, words), claims("\n".join([step.line for step in task.right.steps]), words)
    shown = [0 if rubric.rule == ANSWER else _shown(rubric, said, sound, words) for rubric in task.rubrics]
    status = [right if each == 0 else each > 0 for each in shown]
    return verdict_of(task, status, next((at for at, each in enumerate(shown) if each < 0), None))


def numbers_of(problem: Problem) -> dict[str, int]:
    """The words of the book's table, with their numbers."""
    table = problem.structure["words"]
    return {name: value for name, value in problem.values.items() if name in table and isinstance(value, int)}


def _shown(rubric: Rubric, said: Mapping[Claim, int], sound: Mapping[Claim, int], words: Mapping[str, int]) -> int:
    """1 where the words hold what the rule makes of it, -1 where what the misreading does, 0 where neither.

    What the right work claims somewhere (`sound`) is no misreading.
    """
    due, misread = claims(rubric.expected, words), claims(rubric.mistaken, words)
    about = [claim for claim in said if (claim[0] == LOOKED_UP) == (rubric.rule == TABLE)]
    good = max([said[claim] for claim in about if claim in due and claim not in misread], default=-1)
    bad = max([said[claim] for claim in about if claim in misread and claim not in sound], default=-1)
    return (good > bad) - (good < bad)


def claims(text: str, words: Mapping[str, int]) -> dict[Claim, int]:
    """What a text claims, each with where it does so last; `words` are the book's with their numbers."""
    text = _MARKUP.sub("", text[-LONGEST:])
    found = dict[Claim, int]()
    done = [match for match in _CALCULATION.finditer(text) if not _chained(text, match)
            and all(operand.isdecimal() or operand in words for operand in match.group(1, 3))]
    for number, match in enumerate(done, start=1):
        one, two = (int(operand) if operand.isdecimal() else words[operand] for operand in match.group(1, 3))
        after = done[number].start() if number < len(done) else len(text)
        end = _END.search(text, match.end(), after)
        rest = text[match.end():end.start() if end else after]
        results = _NUMBER.findall(rest)
        found[DONE, one, match[2], two] = match.start()
        if results and _SAYS.search(rest):
            found[COMES_TO, one, match[2], two, int(results[-1])] = match.start()
    for word in [word for word in words if word in text]:
        for match in re.finditer(rf"\b{word}\b{_BETWEEN}(?<!\d)(\d{{1,9}})\b|\b(\d{{1,9}}) for {word}\b", text):
            found[LOOKED_UP, word, int(match[1] or match[2])] = match.start()
    return found


def _chained(text: str, match: re.Match[str]) -> bool:
    """Whether it stands in a longer row, as in a question that is quoted: that says nothing of what is done first."""
    before, behind = _CHAINED
    return bool(before.search(text, max(0, match.start() - 5), match.start()) or behind.match(text, match.end(3)))
