"""Episodes a second of `tu.Environment` with a scripted student: one process by recipe, and `sml` in several.

    PYTHONPATH=generator python benchmarks/environment.py [seconds a recipe] [processes]

The student gives a wrong answer with its work, asks for what is missing or for help, and then gives the right answer.
It knows the solution, so what is timed is the environment alone: making the item, reading the words, the teacher's
reply, the leak audit, the reward. "grouped" plays eight episodes an item, as GRPO does, and makes the item once; no two
of them use the same words, so that nothing read in one has been read in another.
"typed" is a policy of `talk.students`, whose turns bring their acts, so that no words have to be read.

Figures of one process are by its CPU time; those of several by the clock, start-up left out, since they share cores.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context

from tutelage.draws import stream
from tutelage.environment import Environment
from tutelage.online import scene as scenes
from tutelage.online.scene import Scene
from tutelage.problems import FAMILIES
from tutelage.recipes import RECIPES
from tutelage.talk.acts import STUDENT_VOICES
from tutelage.talk.mind import Mind
from tutelage.talk.students import STUDENTS, student

GROUP = 8
WITHOUT_CODE = tuple([family.name for family in FAMILIES if family.domain != "code"])
OPENINGS = ("Let me work this out.", "Let me see.", "Step by step:", "I'll begin with what is given.",
            "Hm, let me try.", "Here is my work.", "I want to do this with care.", "First things first.")
PLEAS = ("I don't see what is wrong. Can you give me a hint?", "I'm stuck.", "Could you help me a little?",
         "Where is my mistake?", "I don't understand. What should I do next?", "Please give me a hint.",
         "I have gone over it again and find nothing. Any hint?", "No idea what is wrong here.")
FINALS = ("Answer: {}", "The answer is {}.", "So the answer is {}.", "**Answer:** {}", "My answer is {}.",
          "Final answer: {}", "Therefore the answer is {}.", "Thus, the final answer is {}.")
SCRIPTED = next(policy for policy in STUDENTS if policy.name == "slips_then_repairs")
RIGHT_AWAY = next(policy for policy in STUDENTS if policy.name == "solves")


def script(scene: Scene, member: int) -> Iterator[str]:
    """What the member of a group says, 0 to 7."""
    case, answer = scene.case, FINALS[member]
    opening = OPENINGS[member]
    if scene.hidden:
        for name in scene.hidden:
            yield f"{opening} {case.family.words(case.problem, case.problem.quantity(name)).question}"
    elif case.view is None and scene.slips:
        work = scene.slips[member % len(scene.slips)].work
        yield "\n".join([opening, *[step.line for step in work.steps], answer.format(work.answer)])
        yield PLEAS[member]
    yield "\n".join([opening, *[step.line for step in case.right.steps], answer.format(case.right.answer)])


def play(env: Environment, scenario: str | None, member: int = 0) -> int:
    """One episode; returns the number of its turns."""
    env.reset(scenario=scenario)
    for count, text in enumerate(script(env.scene, member), start=1):
        if env.step(text).done:
            return count
    return 0


def typed(env: Environment, number: int, scenario: str | None = None) -> None:
    """One episode of a policy that speaks in typed turns."""
    env.reset(scenario=scenario)
    case = env.scene.tutored
    policy = SCRIPTED if case.slips else RIGHT_AWAY
    speaks = student(policy, Mind(case, stream(number, "scripted"), STUDENT_VOICES[0]))
    history = [env.scene.opening]
    while not env.step(speaks(history)).done:
        history = list(env.played.turns)


def timed_typed(seconds: float, group: int, *, first: int = 11,
                clock: Callable[[], float] = time.process_time) -> float:
    """Episodes of `sml` a second with a typed student."""
    env = Environment("sml", seed=first, split="", families=WITHOUT_CODE)
    typed(env, 0)
    episodes, begun = 0, clock()
    while clock() - begun < seconds:
        for member in range(group):
            typed(env, episodes + member, env.scenario if member else None)
        episodes += group
    return episodes / (clock() - begun)


def in_processes(seconds: float, processes: int) -> tuple[float, float]:
    """Episodes of `sml` a second by the clock with typed students, all processes together: alone, and in groups."""
    with get_context("spawn").Pool(processes) as pool:
        found = []
        for group in (1, GROUP):
            jobs = [pool.apply_async(timed_typed, (seconds, group), {"first": 11 + job, "clock": time.monotonic})
                    for job in range(processes)]
            found.append(sum(job.get() for job in jobs))
    return found[0], found[1]


def timed(recipe: str, seconds: float, group: int) -> tuple[float, float, float]:
    """Episodes a CPU-second, turns an episode, mean reward."""
    # programs are run in the sandbox, 3 to 6 ms each: a figure of its own; some recipes have families of their own
    families = () if recipe in ("missing_premise", "which_question", "skills") else WITHOUT_CODE
    env = Environment(recipe, seed=11, split="", families=families)
    play(env, None)
    scenes.made.cache_clear()
    episodes = turns = 0
    reward, begun = 0.0, time.process_time()
    while time.process_time() - begun < seconds:
        turns += play(env, None)
        reward += env.reward
        for member in range(1, group):
            turns += play(env, env.scenario, member)
            reward += env.reward
        episodes += group
    return episodes / (time.process_time() - begun), turns / episodes, reward / episodes


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else len(os.sched_getaffinity(0))
    alone, grouped = in_processes(seconds, processes)
    print(f"sml, typed, {processes} processes: {alone:,.0f} episodes/s, grouped {grouped:,.0f}")
    alone, grouped = (timed_typed(seconds, group) for group in (1, GROUP))
    print(f"sml, typed: {alone:,.0f} episodes/s, grouped {grouped:,.0f}")
    print(f"{'recipe':18}{'episodes/s':>12}{'grouped':>12}{'turns':>8}{'reward':>8}")
    for recipe in RECIPES:
        alone, turns, reward = timed(recipe.name, seconds, 1)
        grouped = timed(recipe.name, seconds, GROUP)[0]
        print(f"{recipe.name:18}{alone:12,.0f}{grouped:12,.0f}{turns:8.1f}{reward:8.2f}")


if __name__ == "__main__":
    main()
