"""`question_attributes`: good questions, and the same spoilt in one attribute at a time (ALFA, Li et al. 2025).

Premises are hidden that the answer hangs on, and perhaps some that it does not hang on. At one turn of the dialogue,
behind up to two earlier exchanges, stands a good question, and beside it what six operators make of it, each by one
field: a vague one, one for several things, one that the user can't answer, one that tells nothing, one that takes a
wrong value for granted, one that suggests a value. Each attribute is computed from the typed question, where the
original asks a model (arXiv 2502.14860, section 3); pairs are kept where one attribute moved and no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from tutelage.draws import Draws, stream
from tutelage.errors import UsageError
from tutelage.plan import Options
from tutelage.problems.family import Posed, all_names, pack, structure_hash
from tutelage.problems.views import Table, analyse_table, conditional_sufficiency, gain_of, given, tabulate
from tutelage.recipes.recipe import Item, Recipe, Result, families_of, pick, pose_item
from tutelage.recipes.spoiling import SEEDS, Made, candidates, tables
from tutelage.recipes.underspecified import MOST_TURNS, Facts, check_k, facts_of
from tutelage.records.episode import Drop, Episode, content_id
from tutelage.talk.acts import ABSTAIN, ASK, DONT_KNOW, STATE, Voice, student_voice, teacher_voice
from tutelage.talk.case import Case, View
from tutelage.talk.converse import Dialogue, History, Student, Teacher, analysed, rightly_withheld
from tutelage.talk.leaks import find_leaks
from tutelage.talk.mind import Mind
from tutelage.talk.operators import LEAST, MOST
from tutelage.talk.questions import NAMES, Scene
from tutelage.talk.references import nameable
from tutelage.talk.seekers import abstention, next_gap
from tutelage.talk.statements import statement_of
from tutelage.talk.students import Policy, StudentPolicy, student
from tutelage.talk.users import USERS, user
from tutelage.values import Act, Problem, Turn

POLICY = "asks"
REPLYING = tuple(policy for policy in USERS if policy.name in ("literal", "derived"))  # they tell what they are asked
SIZES = (0.5, 0.35, 0.15)  # shares of the views in which one, two, three premises are hidden
LAST = 0.7  # share of the dialogues whose candidates stand at the last question; else at an earlier one
ASIDE = 0.7  # chance that something that does not matter is hidden, too, where there is such
UNKNOWN = 0.3  # share of the items of networks and puzzles in which the user does not know one of two premises
LIKELY = 0.1  # chance that the other one would do without it, at least
MOST_COMPLETIONS = 2_000  # of a view whose family has to solve each by itself
MOST_SWEPT = 4_096  # of others
MOST_WEIGHED = 600  # completions left where the candidates stand: every attribute goes through them
TRIES = 20  # problems drawn in search of one that serves
PAIRS = 6  # pairs of premises tried in search of two that would tell as much


class Script(NamedTuple):
    """A view, and what is asked for in its dialogue."""

    facts: Facts
    case: Case
    table: Table  # the completions of the statement
    asked: tuple[str, ...]  # in order
    turn: int  # number of the student's turn at which the candidates stand, from 1


def make(item: Item) -> Result:
    """A dialogue with the candidates of one of its turns."""
    script = next(filter(None, (_script(item, _posed(item, number)) for number in range(1 if item.pool else TRIES))),
                  None)
    if script is None:
        return Result(dropped=(Drop("no problem with a premise that can be hidden"),))
    speech, draws = student_voice(item.draws), item.draws
    scene = scene_after(script.case, script.table, script.asked[:script.turn - 1])
    made = candidates(scene, script.asked[script.turn - 1], item.options.attributes, speech, draws,
                      later=script.turn > 1)
    if not made[0].verdict.accepted:
        return Result(dropped=(Drop("no pair differs in one attribute alone"),))
    played = _played(item, script, scene, made, speech)
    if not played.dialogue.reward:
        return Result(dropped=(Drop("settled before all that the work uses is told"),))
    return Result(dropped=(Drop("leak"),)) if find_leaks(script.case, played.dialogue.turns) else Result((played,))


def scene_after(case: Case, table: Table, asked: Sequence[str]) -> Scene:
    """Where the questions stand: what was asked for has been told, as far as the user knows it."""
    unknown = case.view.unknowable if case.view else frozenset[str]()
    return Scene(case, given(table, {name: (case.problem.quantity(name).value,) for name in asked
                                     if name not in unknown}))


def _posed(item: Item, number: int) -> Posed:
    """The item's problem; in further tries another of its family, of any level, since a level may have none."""
    if not number:
        return pose_item(item)
    families, draws = families_of(item.options), item.draws
    family = families[item.number % len(families)]
    return Posed(family, family.draw(draws, draws.choice(item.options.levels)), "")


def _script(item: Item, posed: Posed) -> Script | None:
    """A view of a problem; None where that has no fitting one."""
    draws, named = item.draws, nameable(posed.family, posed.problem)
    facts = facts_of(posed)
    facts = facts._replace(needed=tuple([name for name in facts.needed if name in named]),
                           spare=tuple([name for name in facts.spare if name in named]))
    if facts.posed.family.domain in ("graphs", "logic") and draws.chance(UNKNOWN) and 2 in item.options.k \
            and (script := _half_known(facts, draws)) is not None:
        return script
    sizes = [k for k in item.options.k if k <= len(facts.needed)]
    if not sizes:
        return None
    hidden = draws.sample(facts.needed, draws.weighted(sizes, [SIZES[k - 1] for k in sizes]))
    asides = draws.sample(facts.spare, 1 if facts.spare and draws.chance(ASIDE) else 0)
    family, problem = facts.posed.family, facts.posed.problem
    if _completions(problem, [*hidden, *asides]) > (MOST_SWEPT if family.sweep else MOST_COMPLETIONS):
        asides = []
    if _completions(problem, hidden) > (MOST_SWEPT if family.sweep else MOST_COMPLETIONS):
        return None
    case = Case(family, problem, facts.work, all_names(problem) - {*hidden, *asides}, (), View("missing"))
    asked = _in_turn(case)
    if set(asked) != set(hidden):
        return None
    able = [turn for turn in range(1, len(asked) + 1) if _completions(problem, [*asked[turn - 1:], *asides])
            <= MOST_WEIGHED]
    turn = len(asked) if draws.chance(LAST) or not able else draws.choice(able)
    return Script(facts, case, tabulate(family, problem, case.known), asked, turn)


def _completions(problem: Problem, names: Sequence[str]) -> int:
    return prod([len(problem.quantity(name).domain) for name in names])


def _in_turn(case: Case) -> tuple[str, ...]:
    """What the work needs and nobody has told, in the order in which it is met."""
    mind, asked = Mind(case, stream(0), Voice("", frozenset())), list[str]()
    while (gap := next_gap(mind, frozenset(asked))) is not None:
        asked.append(gap[1])
    return tuple(asked)


def _half_known(facts: Facts, draws: Draws) -> Script | None:
    """Two hidden premises that would tell as much, one of which the user does not know; the other might do without it.

    The unknown one is asked for first. Then the user has said so, and to ask again is a fault that can be seen.
    """
    family, problem = facts.posed.family, facts.posed.problem
    for _ in range(PAIRS if len(facts.needed) > 1 else 0):
        one, unknown = draws.sample(facts.needed, 2)
        if _completions(problem, [one, unknown]) > MOST_WEIGHED:
            continue
        case = Case(family, problem, facts.work, all_names(problem) - {one, unknown}, (),
                    View("unanswerable", frozenset({unknown})))
        table = tabulate(family, problem, case.known)
        entropy, gains = analyse_table(table).entropy, [gain_of(table, [name]) for name in (one, unknown)]
        if gains[0] >= LEAST * entropy and abs(gains[0] - gains[1]) <= MOST * entropy and \
                conditional_sufficiency(table)[one,] >= LIKELY:
            return Script(facts, case, table, (unknown, one), 2)
    return None


def _played(item: Item, script: Script, scene: Scene, made: Sequence[Made], speech: Voice) -> Episode:
    """The dialogue that goes on with the good question, and its rows."""
    draws, case, posed = item.draws, script.case, script.facts.posed
    manner, seed, limit = teacher_voice(draws), draws.below(SEEDS), max(item.options.max_turns, MOST_TURNS)
    replies = pick(REPLYING, item.options.teachers, draws)
    policy = StudentPolicy(POLICY, "", lambda mind: _asks(mind, script, made[0].text), 1.0, 0)
    dialogue = _told(script, student(policy, Mind(case, stream(seed, "student"), speech)),
                     user(replies, stream(seed, "user"), manner))
    structure = structure_hash(posed.family, case.problem.structure)
    head = {"recipe": item.recipe, "item": item.number, "family": posed.family.name, "level": case.problem.level,
            "structure": structure, "source": posed.source}
    played = {"conv": conversation(item.recipe, dialogue), "policy": POLICY, "user": replies.name}
    native = tables(head, scene, dialogue.turns[:2 * script.turn - 1], script.turn, made, played)
    return Episode(item.recipe, "", item.seed, item.number, posed.source, POLICY, replies.name, speech.name,
                   manner.name, limit, structure, dialogue, native=native)


def _told(script: Script, speaker: Student, replies: Teacher) -> Dialogue:
    """The dialogue to its end, which comes by itself: `converse` would make the table of completions again."""
    case, turns = script.case, [Turn("teacher", Act(STATE), statement_of(script.case))]
    while True:
        turn = speaker(turns)
        if turn.act.kind != ASK:
            right = turn.act.kind == ABSTAIN and rightly_withheld(case, turns, script.table)
            turns.append(turn._replace(correct=right or turn.act.answer == case.right.answer))
            break
        turns.append(turn)
        turns.append(replies(case, turns))
    solved = len(turns) // 2 if turns[-1].correct else 0
    return Dialogue(case, tuple(analysed(case, turns, script.table)), int(solved > 0), solved, script.table)


def conversation(recipe: str, dialogue: Dialogue) -> str:
    """The id that the episode of this dialogue has."""
    turns = dialogue.turns
    return content_id(recipe, "", pack(dialogue.case.problem), [turn.text for turn in turns],
                      [turn.act.kind for turn in turns], [turn.act.answer for turn in turns])


def _asks(mind: Mind, script: Script, good: str) -> Policy:
    """Asks for one thing after the other, works as far as it can in between, and answers, or says why it can't."""
    history: History = ()
    told, unknown = frozenset[str](), ""
    for number, name in enumerate(script.asked, start=1):
        step = (next_gap(mind, told) or (0, ""))[0]
        if number == script.turn:
            history = yield Turn("student", Act(ASK, name, step=step), good)
        else:
            history = yield _ask(mind, name, step)
        if history[-1].act.kind == DONT_KNOW:
            unknown = name
        else:
            told |= {name}
    if unknown:
        yield abstention(mind, 0, unknown, told)
    else:
        yield mind.revise() if mind.written else mind.attempt(None)


def _ask(mind: Mind, name: str, step: int) -> Turn:
    """The work up to the gap, and a question for what comes there."""
    done = mind.work_text(mind.case.right, mind.written, step)
    mind.written = max(mind.written, step)
    question = mind.say("student/missing", "ask" if done else "ask_first", {"question": mind.question(name)})
    return Turn("student", Act(ASK, name, step=step), mind.join([done, question]))


def check(options: Options) -> None:
    """Raises UsageError for an attribute that does not exist, and where a family never has so many to hide."""
    for name in options.attributes:
        if name not in NAMES:
            raise UsageError(f"attribute {name!r} does not exist; there are {', '.join(NAMES)}")
    check_k(options)


def usable(posed: Posed, options: Options) -> bool:
    """Whether a problem of a source has as many premises that matter as are to be hidden."""
    return len(facts_of(posed).needed) >= min(options.k)


RECIPE = Recipe(
    name="question_attributes",
    summary="good questions, and the same spoilt in one attribute at a time",
    method="Li et al. 2025, arXiv 2502.14860 (ALFA), section 3",
    arms=("",),
    students=(POLICY,),
    teachers=tuple(policy.name for policy in REPLYING),
    make=make,
    tables=("candidates", "question_attributes"),
    check=check,
    usable=usable,
)
