"""`skills`: learning a rulebook by self-play (Ctx2Skill, Si et al. 2026, 2604.27660).

An item is a context: a freshly drawn rulebook in which a Challenger writes tasks, a Reasoner answers them with the
skills that it has learned so far, and a Judge runs the requirements (`tutelage.skills`). Each answered task is a
dialogue: the teacher's feedback on a wrong answer names the requirement that is not met. The first dialogue of each
iteration brings the row of the table `skills` that logs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from tutelage.draws import Draws, stream
from tutelage.errors import NoAnswer, UsageError
from tutelage.plan import Options
from tutelage.problems import family_named
from tutelage.problems.family import all_names, pack, structure_hash
from tutelage.recipes.recipe import Item, Recipe, Result, families_of
from tutelage.records.episode import Drop, Episode
from tutelage.skills.play import HELDOUT, Context, Played, Round, play
from tutelage.skills.reasoner import BUDGET, unmastered
from tutelage.skills.tasks import FAMILY, Task
from tutelage.skills.words import book_text, pack_book
from tutelage.store.splits import split_of
from tutelage.talk.acts import HINT, Voice, student_voice, teacher_voice
from tutelage.talk.case import Case
from tutelage.talk.converse import History, Teacher, converse
from tutelage.talk.leaks import find_leaks
from tutelage.talk.mind import Mind
from tutelage.talk.students import Policy, StudentPolicy, student
from tutelage.talk.teachers import slip_of
from tutelage.values import Act, Problem, Slip, Turn
from tutelage.wording import wordings

REASONER, JUDGE = "reasoner", "judge"  # the student and the teacher
FROM = "challenger"  # source of the problems: "challenger:<iteration>.<task>", from 1
LEVEL = 2  # of the feedback: it gives the principle
LEAST_TURNS = 2
HELDOUT_SHARE = 0.2  # of the contexts, where levels are held out: their tasks are of those levels alone


def make(item: Item) -> Result:
    """All dialogues of a context, in the order of the tasks."""
    options, seed = item.options, item.draws.below(1 << 62)
    held = item.draws.chance(HELDOUT_SHARE)
    levels = [level for level in options.levels if (level in options.holdout_levels) == held] or options.levels
    try:
        context = play(seed, levels, split, iterations=options.iterations, tasks=options.tasks)
    except NoAnswer:
        return Result(dropped=(Drop("no task of the split"),))
    made = list[Episode]()
    for done in context.rounds:
        first = len(made)
        made += [_episode(item, context, done, number) for number in range(len(done.played))]
        rows = [row_of(context, done, made[first:], options.iterations)]
        made[first] = made[first]._replace(native={"skills": rows})
    if any(find_leaks(episode.dialogue.case, episode.dialogue.turns) for episode in made):
        return Result(dropped=(Drop("leak"),))
    return Result(kept=tuple(made))


def split(problem: Problem) -> str:
    """The split of a problem's structure, whatever is held out: tasks of one context are of one split."""
    return split_of(structure_hash(family_named(FAMILY), problem.structure), FAMILY, problem.level, Options())


def _episode(item: Item, context: Context, done: Round, number: int) -> Episode:
    played, draws = done.played[number], stream(context.seed, "dialogue", done.number, number)
    task, family = played.task, family_named(FAMILY)
    speech, manner = student_voice(draws), teacher_voice(draws)
    slips = _mistakes(context, done, played, item.options.max_turns - 1)
    case = Case(family, task.problem, task.right, all_names(task.problem), slips)
    policy = StudentPolicy(REASONER, "", _answers, 0.0, 0)
    dialogue = converse(case, student(policy, Mind(case, draws, speech)), _judge(task, draws, manner),
                        max_turns=item.options.max_turns)
    return Episode(item.recipe, "", item.seed, item.number, f"{FROM}:{done.number}.{number + 1}", REASONER, JUDGE,
                   speech.name, manner.name, item.options.max_turns,
                   structure_hash(family, task.problem.structure), dialogue)


def _mistakes(context: Context, done: Round, played: Played, most: int) -> tuple[Slip, ...]:
    """The mistakes that the dialogue shows, at most so many: the answer's, then those of further rules not mastered."""
    if played.slip is None:
        return ()
    slips = [played.slip]
    for rule in unmastered(played.task, context.grasp, done.reasoner[0]):
        slip = played.task.slips[rule]
        if slip.step > slips[-1].step and slip.work.answer not in [one.work.answer for one in slips]:
            slips.append(slip)
    return tuple(slips[:most])


def _answers(mind: Mind) -> Policy:
    """Shows its mistakes one after the other, each mended at a word of the judge's, and ends right."""
    first, *others = mind.case.slips or [None]
    yield mind.attempt(first)
    for slip in others:
        yield mind.revise(slip)
    yield mind.revise()


def _judge(task: Task, draws: Draws, voice: Voice) -> Teacher:
    """Names the requirement that an answer does not meet, and the principle behind it."""
    rules = {(slip.kind, slip.step): rule for rule, slip in task.slips.items()}
    requirements = {rubric.rule: rubric.requirement for rubric in task.rubrics}
    said = set[str]()

    def turn(case: Case, history: History) -> Turn:
        slip = slip_of(case, history[-1].act)
        fields = {"requirement": requirements[rules[slip.kind, slip.step]]}
        first = wordings("teacher/skills").pick("first" if len(history) == 2 else "next", draws, fields, voice.tags,
                                                said)
        rule = wordings(f"problems/{case.family.name}").pick(f"{slip.kind}.rule", draws, slip.fields, voice.tags, said)
        return Turn("teacher", Act(HINT, slip.kind, LEVEL, step=slip.step), f"{first} {rule}")

    return turn


# --- the table -------------------------------------------------------------------------------------------------------

def row_of(context: Context, done: Round, made: Sequence[Episode], iterations: int) -> dict[str, Any]:
    """The row of an iteration (schema `records.skills.SKILLS`); `made` are the dialogues of its tasks."""
    book, name = pack_book(context.book), context_id(context)
    results = [_result(number, played, episode)
               for number, (played, episode) in enumerate(zip(done.played, made, strict=True))]
    return {
        "id": f"{name}-{done.number}", "item": made[0].item, "context_id": name, "iteration": done.number,
        "iterations": iterations, "family": FAMILY, "levels": context.levels, "structure": made[0].structure,
        "book": book, "context": book_text(context.book), "grasp": sorted(context.grasp), "budget": BUDGET,
        "task_results": results,
        "reasoner_before": [skill._asdict() for skill in done.reasoner[0]],
        "reasoner_after": [skill._asdict() for skill in done.reasoner[1]],
        "challenger_before": [skill._asdict() for skill in done.challenger[0]],
        "challenger_after": [skill._asdict() for skill in done.challenger[1]],
        "reasoner_edits": [edit._asdict() for edit in done.reasoner_edits],
        "challenger_edits": [edit._asdict() for edit in done.challenger_edits],
        "probes": [{"side": probe.side, "iteration": probe.iteration, "task_idx": probe.number, "needs": probe.needs,
                    "solved": probe.solved} for probe in done.probes],
        "rho_hard": [float(rho) for rho in done.choice.hard], "rho_easy": [float(rho) for rho in done.choice.easy],
        "chosen": done.choice.chosen, "heldout": [float(rate) for rate in done.heldout], "heldout_tasks": HELDOUT,
        "regret": float(done.regret), "seed": context.seed,
    }


def _result(number: int, played: Played, episode: Episode) -> dict[str, Any]:
    task, verdict, turns = played.task, played.verdict, episode.dialogue.turns
    return {"task_idx": number, "level": task.problem.level, "problem": pack(task.problem), "aim": played.aim,
            "needs": task.needs,
            "statement": turns[0].text, "question": task.problem.question, "answer": turns[1].text,
            "rubrics": [rubric._asdict() for rubric in task.rubrics],
            "requirement_status": verdict.status, "judge_score": verdict.score, "judge_rationale": verdict.rationale,
            "broken": verdict.broken}


def context_id(context: Context) -> str:
    """32 hex digits."""
    return blake2b(f"{pack_book(context.book)}|{context.seed}".encode(), digest_size=16).hexdigest()


def check(options: Options) -> None:
    """Raises UsageError for options that leave nothing to play, or no room for feedback."""
    if strange := [family.name for family in families_of(options) if options.families and family.name != FAMILY]:
        raise UsageError(f"skills are learned from rulebooks: family {strange[0]!r} has none; leave --families out or "
                         f"say {FAMILY}")
    if options.source:
        raise UsageError(f"source={options.source!r}: skills draws its rulebooks itself; leave it out")
    if options.max_turns < LEAST_TURNS:
        raise UsageError(f"max_turns={options.max_turns} leaves no turn after the judge's feedback; skills needs at "
                         f"least {LEAST_TURNS}")


RECIPE = Recipe(
    name="skills",
    summary="a rulebook learned by self-play: tasks with rubrics, budgeted skills, edits, replay",
    method="Si et al. 2026, arXiv 2604.27660 (Ctx2Skill)",
    arms=("",),
    students=(REASONER,),
    teachers=(JUDGE,),
    make=make,
    tables=("skills",),
    runs=True,
    check=check,
)
