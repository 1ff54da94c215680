"""Self-play in one context with models, as a dialogue with whoever asks them: it yields requests and is sent replies.

    steps = play(seed, levels, split, right, size, proposes=False)
    step = next(steps)
    while True:                                     # until StopIteration
        step = steps.send(replies_to(step) if isinstance(step, list) else None)

All of it follows from the seed and the replies, so a check plays it again from recorded ones. The Reasoner is a model
that is shown the statement with its rulebook and, as notes, the newest `BUDGET` words of its skills; edits are what
models write, one an iteration and side at most. The Judge is exact (`skills.spoken`). Versions are run by the model
on the probes and on held-out tasks; the same task under the same notes is asked once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from tutelage.draws import Draws, stream
from tutelage.errors import NoAnswer
from tutelage.models.forms import form_in
from tutelage.models.wire import Message
from tutelage.problems import family_named
from tutelage.problems.family import all_names, pack
from tutelage.problems.rules.books import Book
from tutelage.skills import challenger
from tutelage.skills.attention import Skill, heeded
from tutelage.skills.edits import MERGE, OPS, Edit, applied
from tutelage.skills.play import (
    EASY,
    HARD,
    MOST_DRAFTS,
    Played,
    Probe,
    Round,
    Skills,
    Split,
    book_of,
    drafts,
    of_split,
    picked,
)
from tutelage.skills.reasoner import BUDGET
from tutelage.skills.replay import choose
from tutelage.skills.spoken import judge_words
from tutelage.skills.tasks import FAMILY, Task, task_of
from tutelage.skills.words import book_text, rules_of
from tutelage.values import Problem
from tutelage.wording import wordings

HELDOUT = 20  # held-out tasks: each costs a request a version
TRIES = 3  # replies that are not of the form, until the exact Challenger chooses, or there is no edit
STUDENT, TEACHER = "student", "teacher"  # roles: the Reasoner, the Challenger
MOST_SHOWN = 4_000  # characters of an answer that an editor is shown
_NAME = re.compile(r"[^\W_][\w -]{0,59}")
Right = Callable[[Problem, str], bool]  # what the exact judge says of the final answer of a text


class Ask(NamedTuple):
    role: str
    purpose: str  # task, probe, heldout, aim, reasoner_edit, challenger_edit
    path: tuple[str | int, ...]  # names the seed of the reply: the same task has the same under all notes
    messages: list[Message]


class Size(NamedTuple):
    iterations: int
    tasks: int
    heldout: int = HELDOUT


class SpokenRound(NamedTuple):
    """An iteration, and the answers to its tasks in words."""

    round: Round
    answers: tuple[str, ...]
    sampled: tuple[bool, ...]  # of each task, whether the exact Challenger chose


Steps = Generator[list[Ask] | SpokenRound, list[str], None]


def contexts(seed: int, item: int, levels: Sequence[int], heldout_levels: Collection[int],
             share: float) -> Iterator[tuple[int, list[int]]]:
    """The seeds and levels that a context of an item can have, in the order in which they are tried."""
    for attempt in range(20):
        draws = stream(seed, "skills", "context", item, attempt)
        own, held = draws.below(1 << 62), draws.chance(share)
        yield own, [level for level in levels if (level in heldout_levels) == held] or list(levels)


class _Play:
    """The state of a context."""

    def __init__(self, seed: int, levels: Sequence[int], split: Split, right: Right, proposes: bool) -> None:
        self.seed, self.levels, self.split, self.right, self.proposes = seed, levels, split, right, proposes
        self.book: Book = book_of(seed)
        self.home = split(next(drafts(stream(seed, "home"), self.book, levels)))
        self.seen, self.tasks = set[str](), list[Task]()  # of all iterations so far
        self.known = dict[tuple[str, str], bool]()  # task and notes -> whether it was solved

    def task(self, number: int, place: int, rules: tuple[str, ...]) -> Task:
        """A task that needs the rules, or one of any kind, of the context's split and not set before."""
        draws = stream(self.seed, "iteration", number, "task", place)
        source = _fresh(drafts(draws, self.book, self.levels), self.seen)
        made, _ = next(challenger.write(of_split(source, self.split, self.home), lambda one: task_of(one, self.book),
                                        (Skill("", "", rules),) if rules else (), 1))
        self.seen.add(pack(made.problem))
        self.tasks.append(made)
        return made


def play(seed: int, levels: Sequence[int], split: Split, right: Right, size: Size, *, proposes: bool) -> Steps:
    """All iterations of a context. `proposes`: a model is the Challenger.

    Raises NoAnswer where no further task of the context's split is found.
    """
    run = _Play(seed, levels, split, right, proposes)
    held = list(islice(drafts(stream(seed, "heldout"), run.book, levels), size.heldout))
    versions, aims, rounds = [Skills()], Skills(), list[Round]()
    rates = [(yield from _rate(run, held, versions[0]))]
    probed = list[tuple[str, int, int, Task]]()
    for number in range(1, size.iterations + 1):
        before, aims_before = versions[-1], aims
        chosen = yield from _aims(run, number, aims, size.tasks)
        tasks = [run.task(number, place, rules) for place, (rules, _) in enumerate(chosen)]
        answers = yield [_asked(task.problem, "task", before) for task in tasks]
        played = [Played(task, rules, None, judge_words(task, text, right(task.problem, text)))
                  for task, (rules, _), text in zip(tasks, chosen, answers, strict=True)]
        for one in played:
            run.known[pack(one.task.problem), notes(before)] = bool(one.verdict.score)
        edits, further = yield from _edits(run, number, (before, aims), list(zip(played, answers, strict=True)))
        versions.append(applied(before, edits))
        aims = applied(aims, further)
        probed += [(side, number, at, tasks[at]) for side, at in picked([(p.task, p.verdict) for p in played])]
        yield from _probe(run, [task for *_, task in probed], versions)
        rates.append((yield from _rate(run, held, versions[-1])))
        probes = tuple([Probe(side, at, place, task.needs, tuple([run.known[pack(task.problem), notes(version)]
                                                                  for version in versions]))
                        for side, at, place, task in probed])
        solved = {side: [probe.solved for probe in probes if probe.side == side] for side in (HARD, EASY)}
        rounds.append(Round(number, tuple(played), (before, versions[-1]), (aims_before, aims), tuple(edits),
                            tuple(further), probes, choose(solved[HARD], solved[EASY], len(versions)), tuple(rates)))
        yield SpokenRound(rounds[-1], tuple(answers), tuple([sampled for _, sampled in chosen]))


def _fresh(source: Iterator[Problem], seen: Collection[str]) -> Iterator[Problem]:
    passed = 0
    for problem in source:
        passed = passed + 1 if pack(problem) in seen else 0
        if passed == MOST_DRAFTS:
            raise NoAnswer(f"each of {MOST_DRAFTS} problems in a row was set before")
        if not passed:
            yield problem


# --- the Reasoner ----------------------------------------------------------------------------------------------------

def notes(skills: Sequence[Skill]) -> str:
    """What the Reasoner is shown of its skills: the newest `BUDGET` words, the oldest first; "" for none."""
    return "\n".join([f"- {skill.description}" for skill in list(heeded(skills, BUDGET))[::-1]])


def statement(problem: Problem) -> str:
    return family_named(FAMILY).state(problem, all_names(problem))


def _asked(problem: Problem, purpose: str, skills: Sequence[Skill]) -> Ask:
    bank, said = wordings("roles/reasoner"), notes(skills)
    system = bank.choose("system", 0, {}) + ("\n" + bank.choose("notes", 0, {"notes": said}) if said else "")
    return Ask(STUDENT, purpose, ("answer", pack(problem)), [("system", system), ("user", statement(problem))])


def _rate(run: _Play, held: Sequence[Problem], skills: Skills) -> Generator[list[Ask], list[str], Fraction]:
    """The true rate of a version: the share of the held-out tasks whose final answer is right."""
    new = [problem for problem in held if (f"held {pack(problem)}", notes(skills)) not in run.known]
    if new:
        texts = yield [_asked(problem, "heldout", skills) for problem in new]
        for problem, text in zip(new, texts, strict=True):
            run.known[f"held {pack(problem)}", notes(skills)] = run.right(problem, text)
    return Fraction(sum([run.known[f"held {pack(problem)}", notes(skills)] for problem in held]), len(held))


def _probe(run: _Play, tasks: Sequence[Task], versions: Sequence[Skills]) -> Generator[list[Ask], list[str], None]:
    """Runs all versions on all probes, as far as it isn't known what comes of it."""
    new = {(pack(task.problem), notes(version)): (task, version) for task in tasks for version in versions
           if (pack(task.problem), notes(version)) not in run.known}
    if not new:
        return
    texts = yield [_asked(task.problem, "probe", version) for task, version in new.values()]
    for (key, (task, _)), text in zip(new.items(), texts, strict=True):
        run.known[key] = bool(judge_words(task, text, run.right(task.problem, text)).score)


# --- what models write -----------------------------------------------------------------------------------------------

def _aims(run: _Play, number: int, aims: Skills,
          count: int) -> Generator[list[Ask], list[str], list[tuple[tuple[str, ...], bool]]]:
    """The rules that each task is to need, and whether the exact Challenger says so: by its m-th newest skill."""
    exact = [aims[-1 - place].rules if place < len(aims) else () for place in range(count)]
    if not run.proposes:
        return [(rules, True) for rules in exact]
    found, known = dict[int, tuple[str, ...]](), [rule["id"] for rule in rules_of(run.book)]
    for attempt in range(TRIES):
        if not (open_ := [place for place in range(count) if place not in found]):
            break
        texts = yield [Ask(TEACHER, "aim", ("aim", run.seed, number, place, attempt),
                           _aim_prompt(run.book, aims, place + 1, count, attempt)) for place in open_]
        for place, text in zip(open_, texts, strict=True):
            if (rules := rules_in(text, known)) is not None:
                found[place] = rules
    return [(found.get(place, exact[place]), place not in found) for place in range(count)]


def rules_in(text: str, known: Collection[str]) -> tuple[str, ...] | None:
    """The rules that a Challenger's reply combines, {"rules": […]}; None where it is not of the form."""
    form = form_in(text)
    rules = form.get("rules") if isinstance(form, dict) and set(form) == {"rules"} else None
    if not isinstance(rules, list) or not rules or not all(isinstance(one, str) and one in known for one in rules):
        return None
    return tuple(dict.fromkeys(rules))


def edit_in(text: str, skills: Sequence[Skill]) -> Edit | None:
    """The edit that a reply proposes of a skill set; None: not of the form, not to be made, or too long."""
    form = form_in(text)
    if not isinstance(form, dict) or set(form) != {"op", "target", "description", "justification"} \
            or not all(isinstance(value, str) for value in form.values()):
        return None
    op, target = form["op"], form["target"].strip()
    description, why = (" ".join(form[name].split()) for name in ("description", "justification"))
    there = target in [skill.name for skill in skills]
    if op not in OPS or there != (op == MERGE) or not _NAME.fullmatch(target) or not why or len(why) > 1_000 \
            or not 1 <= len(description.split()) <= BUDGET or len(description) > 1_000:
        return None
    return Edit(op, target, description, why, ())


def _edits(run: _Play, number: int, skills: tuple[Skills, Skills], done: Sequence[tuple[Played, str]],
           ) -> Generator[list[Ask], list[str], tuple[list[Edit], list[Edit]]]:
    """What the first failed task changes about the Reasoner's skills, and the first solved one of the Challenger's."""
    failed = next((each for each in done if not each[0].verdict.score), None)
    solved = next((each for each in done if each[0].verdict.score), None)
    edits = (yield from _edit(run, number, STUDENT, skills[0], *failed)) if failed else []
    if run.proposes:
        further = (yield from _edit(run, number, TEACHER, skills[1], *solved)) if solved else []
    else:
        draws: Draws = stream(run.seed, "iteration", number, "challenger")
        further = challenger.edits(draws, run.book, skills[1], [one.task for one, _ in done if one.verdict.score],
                                   run.tasks)
    return edits, further


def _edit(run: _Play, number: int, role: str, skills: Skills, played: Played,
          text: str) -> Generator[list[Ask], list[str], list[Edit]]:
    side = "reasoner" if role == STUDENT else "challenger"
    for attempt in range(TRIES):
        said = yield [Ask(role, f"{side}_edit", ("edit", side, run.seed, number, attempt),
                          _edit_prompt(run.book, side, skills, played, text, attempt))]
        if (edit := edit_in(said[0], skills)) is not None:
            return [edit]
    return []


def _aim_prompt(book: Book, aims: Skills, place: int, count: int, rejected: int) -> list[Message]:
    bank = wordings("roles/challenger")
    rules = "\n".join([f"- {rule['id']}: {rule['sentence']}" for rule in rules_of(book)])
    fields = {"rules": rules, "skills": _listed(aims), "number": str(place), "count": str(count),
              "rule": rules_of(book)[0]["id"]}
    return _prompt(bank.choose("system", 0, {}), bank.choose("ask", 0, fields), bank.choose("again", 0, {}), rejected)


def _edit_prompt(book: Book, side: str, skills: Skills, played: Played, text: str, rejected: int) -> list[Message]:
    bank = wordings("roles/editor")
    fields = {"book": book_text(book), "skills": _listed(skills), "question": played.task.problem.question,
              "answer": text[-MOST_SHOWN:], "verdict": played.verdict.rationale, "budget": str(BUDGET)}
    words = f"{bank.choose(side, 0, fields)}\n{bank.choose('form', 0, fields)}"
    return _prompt(bank.choose("system", 0, {}), words, bank.choose("again", 0, {}), rejected)


def _prompt(system: str, words: str, again: str, rejected: int) -> list[Message]:
    return [("system", system), ("user", f"{words}\n{again}" if rejected else words)]


def _listed(skills: Sequence[Skill]) -> str:
    return "\n".join([f"- {skill.name}: {skill.description}" for skill in skills]) or \
        wordings("roles/editor").choose("no_skills", 0, {})
