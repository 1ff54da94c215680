"""A real model as the teacher or the user beside a model student: what its words may be, and what a check finds."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutelage.checking import check
from tutelage.environment import Environment
from tutelage.errors import UsageError
from tutelage.live.voice import request
from tutelage.online.acceptance import act_of, is_free, refused
from tutelage.online.exact import exact_item, scene_of
from tutelage.online.scene import Scenario
from tutelage.online.verdicts import PART, RIGHT, WRONG, verdicts
from tutelage.plan import Plan
from tutelage.recipes import plan_of
from tutelage.talk.acts import ATTEMPTS, HINT, REMARK, TELL, TELLS
from tutelage.talk.statements import sayable
from tutelage.values import Act, Turn

sys.path.insert(0, str(Path(__file__).parent))
from model_server import Body, ModelServer

Row = dict[str, Any]
SML = ("--rows", 8, "--seed", 5, "--family", "rates,word_problem", "--level", "2")
ASKING = ("--rows", 12, "--seed", 5, "--family", "rates,word_problem", "--level", "2")
GARBAGE = ("{\"reply\": \"No.\"}", "```\nanswer\n```", "As an AI language model I can't do that.", "🙂", "a" * 5_000,
           "Student: Is it 4?\nTeacher: Yes.", "<|im_start|>assistant", "Answer: 4")


@cache
def said_by_students(recipe: str) -> dict[str, list[str]]:
    """What the exact student of each item says, by its statement."""
    plan = plan_of(recipe, 5, {"families": ("rates", "word_problem"), "levels": (2,), "students": (
        "slips_then_repairs",) if recipe == "sml" else ()})
    found = {}
    for item in range(12):
        for episode in exact_item(plan, item).kept:
            turns = episode.dialogue.turns
            found[turns[0].text] = [turn.text for turn in turns if turn.role == "student"]
    return found


def student(body: Body) -> str:
    """Says what the exact student of the statement says, and thinks aloud."""
    said = [message["content"] for message in body["messages"]]
    turns = sum(message["role"] == "assistant" for message in body["messages"])
    for recipe in ("sml", "proactive"):
        if own := said_by_students(recipe).get(said[1]):
            return f"<think>secret</think>{own[min(turns, len(own) - 1)]}"
    return "Can you give me a hint?"


def teacher(body: Body) -> str:
    """A teacher that gives the answer away or praises a wrong one now and then; a user that leaves its line so."""
    system, seed = body["messages"][0]["content"], body["seed"] % 4
    if due := re.search(r"Say this next, in your own words: (.*)", system):
        return (f"Sure. {due[1]}", f"Of course! {due[1]}", f"{due[1]} And 997 of them are red.", "I don't know.")[seed]
    answer = re.search(r"right answer: (.*)", system)
    assert answer is not None
    return ("That isn't right yet. Have another look at where you begin.", "Not quite. What is asked for?",
            f"No, it is {answer[1]}.", "Correct, well done!")[seed]


def rows_of(root: Path, config: str) -> list[Row]:
    return [row for path in sorted((root / config).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


@pytest.fixture
def built(call: Callable[..., Any], tmp_path: Path) -> Callable[..., tuple[Path, ModelServer]]:
    """Builds with the two models; returns the folder and the teacher's server, closed."""
    def build(recipe: str, plays: Callable[[Body], str] = teacher, *words: object) -> tuple[Path, ModelServer]:
        given = SML if recipe == "sml" else ASKING
        with ModelServer(student) as one, ModelServer(plays, models=("wise",)) as other:
            outcome = call("build", recipe, *given, "--student", one.url, "--teacher", other.url, *words, "--out",
                           "live")
        assert (outcome.code, outcome.err) == (0, "")
        return tmp_path / "live", other

    return build


# --- verdicts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("due", "texts"), [
    ({RIGHT}, ("That's correct! Well done.", "Yes, exactly.", "Your answer is right.", "You got it!", "Yes.",
               "You've solved it.", "Perfect, that is the answer.", "Great job! Now write it down.",
               "There is no mistake in your answer.",
               "**Correct!** ✅", "Congratulations, that's it!", "I agree with your answer.",
               "Your result looks good.", "Excellent! You have found the right answer.", "That is indeed the answer.",
               "Your last answer is correct.")),
    ({RIGHT, PART}, ("Your first step is right, and so is the answer.",)),
    ({WRONG}, ("Not quite.", "No, that's not it.", "Your answer isn't right.", "That is almost right.", "Try again.",
               "The result is off.", "I'm afraid that is incorrect.", "There is a mistake in it.", "That isn't it yet.",
               "Close, but the answer is wrong.", "Your answer is far from correct.", "It can't be right.")),
    ({WRONG, PART}, ("Your first step is right, but the answer isn't.",
                     "The setup is fine. The result is wrong.")),
    ({PART}, ("So far everything is right.", "You are on the right track.", "Your setup is correct.",
              "You're right that there are 3 bags.", "Yes, that is right so far.")),
    (set(), ("Is that right?", "Check whether it is correct.", "Make sure that your answer is correct.",
             "Good question.", "If that is right, what follows?",
             "Let's correct that together.", "All right, let us look at the units.",
             "I can't give you the right answer.", "Right, let's begin.", "Read the rule for exactly 14.",
             "Bring the right-hand side over.", "What do you need to find first?"))])
def test_verdicts_are_read(due: set[str], texts: tuple[str, ...]) -> None:
    for text in texts:
        assert verdicts(text) == due, text


def test_praise_of_a_named_step_is_praise_of_a_part() -> None:
    assert verdicts("The number of bags is right.") == {RIGHT}
    assert verdicts("The number of bags is right.", ["the number of bags"]) == {PART}


# --- what is accepted ------------------------------------------------------------------------------------------------


def env_with_wrong_answer() -> Environment:
    """After a wrong answer to 8 × 9 … of a fixed item, the exact teacher has replied."""
    env = Environment("sml", seed=5, split="", families=("word_problem",), levels=(3,))
    env.reset()
    slip = env.scene.slips[-1]
    env.step("\n".join([*[step.line for step in slip.work.steps], f"Answer: {slip.work.answer}"]))
    assert not env.done
    return env


def test_words_of_a_teacher_are_audited() -> None:
    """What gives away, contradicts, or is no turn is refused for its reason; what guides is accepted."""
    env = env_with_wrong_answer()
    scene, turns, due = env.scene, env.turns[:-1], env.turns[-1]
    right = scene.case.right
    fresh = next(step.value for step in right.steps if step.value not in " ".join(turn.text for turn in turns))
    assert turns[-1].act.step > 0
    cases = {"Not quite. Look at the last line again.": "", "The first step is right. What comes after it?": "",
             f"No. The answer is {right.answer}.": "leak", f"You should get {fresh}.": "leak",
             "Correct, well done!": "verdict", "Your answer is right.": "verdict", "No, take 7777 instead.": "number",
             **dict.fromkeys(GARBAGE, "form")}
    assert {words: refused(scene, turns, due, words) for words in cases} == cases
    assert act_of(scene, due) == Act(REMARK)


def test_the_teacher_is_told_what_the_audit_found() -> None:
    """The answer, the work and the place of the mistake stand in the system prompt; the exact reply does not."""
    env = env_with_wrong_answer()
    scene, slip = env.scene, env.scene.slips[-1]
    system, *said = request(scene, env.turns[:-1], env.turns[-1])
    assert scene.case.right.answer in system[1]
    assert all(step.line in system[1] for step in scene.case.right.steps)
    what = slip.work.steps[slip.step].what
    assert f"Its answer is wrong. The first step that goes wrong is this: {what}" in system[1]
    assert env.turns[-1].text not in system[1]
    assert said == [("user", env.turns[1].text)]
    env.step("Can you give me a hint?")
    assert "The last answer was wrong. The first step" in request(scene, env.turns[:-1], env.turns[-1])[0][1]


def test_the_teacher_of_a_program_is_told_a_test_that_fails() -> None:
    env = Environment("sml", seed=5, split="", families=("list_rules",), levels=(1,))
    env.reset()
    function = env.scene.case.problem.structure["function"]
    env.step(f"```python\ndef {function}(values):\n    return 0\n```")
    system = request(env.scene, env.turns[:-1], env.turns[-1])[0][1]
    assert re.search(r"Its answer is wrong\. Called with .*, the program returns 0; it should return ", system)


def test_praise_needs_a_right_step_before_the_mistake() -> None:
    env = Environment("sml", seed=5, split="", families=("word_problem",), levels=(3,))
    env.reset()
    slip = env.scene.slips[0]
    assert slip.step == 0
    env.step("\n".join([*[step.line for step in slip.work.steps], f"Answer: {slip.work.answer}"]))
    assert refused(env.scene, env.turns[:-1], env.turns[-1], "Your first step is right. Go on.") == "praise"


def test_results_in_words_are_results() -> None:
    env = Environment("sml", seed=5, split="", families=("knights_knaves",), levels=(2,))
    env.reset()
    env.step("Can you give me a hint?")
    step = next(step for step in env.scene.case.right.steps if len(step.value.split()) == 4)
    turns, due = env.turns[:-1], env.turns[-1]
    assert refused(env.scene, turns, due, f"You can see that {step.value}, can't you?") == "leak"
    assert refused(env.scene, turns, due, "Whose words can you test first?") == ""


def told(recipe: str, kind: str, **options: Any) -> tuple[Any, list[Turn], Turn]:
    """The first exact reply of some kind: its scene, the turns before it, the reply."""
    env = Environment(recipe, seed=3, split="", **options)
    for _ in range(60):
        env.reset()
        hidden = env.scene.hidden
        if env.scene.case.view is None or not hidden:
            continue
        words = env.scene.case.family.words(env.scene.case.problem, env.scene.case.problem.quantity(hidden[0]))
        env.step(words.question)
        if env.turns[-1].role == "teacher" and env.turns[-1].act.kind == kind:
            return env.scene, list(env.turns[:-1]), env.turns[-1]
    raise AssertionError(f"no {kind} in {recipe}")


def test_a_user_tells_what_the_exact_user_tells() -> None:
    """The same quantity with the same value, or it is refused."""
    scene, turns, due = told("proactive", TELL, families=("rates",), teachers=("literal",))
    sentence = scene.telling(due.act.target).text
    value = re.search(r"\d+", sentence)
    assert value is not None
    other = sentence.replace(value[0], str(int(value[0]) + 1))
    assert not is_free(scene, due)
    cases = {f"Sure, here it is. {sentence}": "", f"{value[0]}, I think.": "", other: "numbers", "No idea.": "numbers",
             f"{sentence} And 997 more.": "numbers", f"I don't know. Perhaps {value[0]}?": "kind",
             f"{scene.statement} {sentence}": "numbers"}
    assert {words: refused(scene, turns, due, words) for words in cases} == cases


def test_no_other_value_and_no_other_quantity_passes() -> None:
    """In exact replies each sentence is put by that for another value and for another quantity: all are refused."""
    plan, tried = plan_of("proactive", 3, {}), Counter[str]()
    for episode in [episode for item in range(30) for episode in exact_item(plan, item).kept]:
        scene, turns = scene_of(plan, episode), episode.dialogue.turns
        family, problem = scene.case.family, scene.case.problem
        for index in range(2, len(turns), 2):
            due, name = turns[index], turns[index].act.target
            assert refused(scene, turns[:index], due, f"Sure. {due.text}") == ""
            if due.act.kind != TELL or (own := scene.telling(name).text) not in due.text:
                continue
            others = {family.words(problem, q).sentence: "quantity" for q in problem.quantities}
            if sayable(family, problem, name):
                others |= {family.words(problem, problem.quantity(name)._replace(value=value)).sentence: "value"
                           for value in problem.quantity(name).domain[:20]}
            for other, kind in others.items():
                if other != own:
                    assert refused(scene, turns[:index], due, due.text.replace(own, other)), (own, other)
                    tried[kind] += 1
    assert min(tried["quantity"], tried["value"]) > 30


def test_who_does_not_know_goes_on_not_knowing() -> None:
    scene, turns, due = told("proactive", "dont_know")
    assert refused(scene, turns, due, "Sorry, I really don't know.") == ""
    assert refused(scene, turns, due, "Let me see. I'll tell you later.") == "kind"


def test_the_environment_goes_on_with_other_words() -> None:
    env = env_with_wrong_answer()
    with pytest.raises(UsageError, match="has not replied yet"):
        Environment("sml", split="").__class__.retell(_fresh(), "x")
    env.retell("Look again.", Act(REMARK))
    assert env.messages[-1] == {"role": "user", "content": "Look again."}
    env.step("Can you give me a hint?")
    again = Environment.restore(json.dumps(env.state()))
    assert again.turns == env.turns
    assert [turn.act.kind for turn in again.turns][2] == REMARK
    assert HINT not in [turn.act.kind for turn in again.turns[:3]]


def _fresh() -> Environment:
    env = Environment("sml", split="")
    env.reset()
    return env


# --- builds ----------------------------------------------------------------------------------------------------------


def test_a_build_with_a_model_as_the_teacher(built: Callable[..., Any]) -> None:
    """Its words stand where they are accepted, the exact ones elsewhere; no row leaks; nobody sees thoughts."""
    root, server = built("sml", teacher, "--student-model", "tiny", "--teacher-model", "wise", "--group", 2)
    found = check(root)
    assert (found.faults, found.notes) == ((), ())
    episodes, taught = rows_of(root, "episodes"), rows_of(root, "teaching")
    assert {row["teacher"] for row in episodes} == {"model"}
    assert {row["model"] for row in taught} == {"wise"}
    replies = [turn for row in episodes for turn in row["turns"][1:] if turn["role"] == "teacher"]
    assert {turn["text"] for turn in replies if turn["act"] == REMARK} == {
        "That isn't right yet. Have another look at where you begin.", "Not quite. What is asked for?"}
    counts = json.loads((root / "manifest.json").read_text())["counts"]
    assert counts["teacher_words"]["model"] > 0
    assert set(counts["teacher_words_refused"]) == {"leak", "verdict"}
    assert server.requests
    for body in server.requests:
        assert "secret" not in json.dumps(body)
        assert [message["role"] for message in body["messages"]][:2] == ["system", "user"]
        assert all(one["role"] != other["role"] for one, other in zip(body["messages"], body["messages"][1:],
                                                                      strict=False))


@pytest.mark.parametrize(("verdict", "stand"), [("No.", True), ("**no**", True), ("Yes, it does.", False),
                                                ("Nothing to say", False), ("🙂", False)])
def test_a_judge_lets_words_stand_or_not(call: Callable[..., Any], tmp_path: Path, verdict: str, stand: bool) -> None:
    """It is asked about words that pass the audit, is shown the solution, and anything but a no refuses them."""
    with ModelServer(student) as one, ModelServer(teacher, models=("wise",)) as two, \
            ModelServer(lambda body: verdict, models=("stern",)) as three:
        outcome = call("build", "sml", *SML, "--student", one.url, "--teacher", two.url, "--judge", three.url,
                       "--out", "live")
    assert (outcome.code, outcome.err) == (0, "")
    rows = rows_of(tmp_path / "live", "teaching")
    reasons = {reason for row in rows for turn in row["refused"] for reason in turn}
    assert any(any(row["stands"]) for row in rows) == stand
    assert ("judge" in reasons) != stand
    assert three.requests
    assert all("The right answer:" in body["messages"][0]["content"] for body in three.requests)
    manifest = json.loads((tmp_path / "live" / "manifest.json").read_text())
    assert manifest["participants"]["judge"]["model"] == "stern"
    assert check(tmp_path / "live").faults == ()


def test_a_judge_needs_a_teacher(call: Callable[..., Any]) -> None:
    with ModelServer(student) as one:
        outcome = call("build", "sml", *SML, "--student", one.url, "--judge", one.url, "--out", "live")
        run = call("build", "self_play", "--rows", 1, "--student", one.url, "--teacher", one.url, "--judge", one.url,
                   "--out", "run")
    assert (outcome.code, run.code) == (2, 2)
    assert "give --teacher URL" in outcome.err
    assert "leave --judge out" in run.err


def test_garbage_leaves_the_exact_words(built: Callable[..., Any]) -> None:
    """Whatever a model says, the dialogue is that of the exact teacher after three tries."""
    root, _ = built("sml", lambda body: GARBAGE[body["seed"] % len(GARBAGE)])
    assert check(root).faults == ()
    taught = rows_of(root, "teaching")
    assert {each for row in taught for each in row["stands"]} == {0}
    assert {tuple(each) for row in taught for each in row["refused"]} == {("form",) * 3}
    plan, seen = Plan.from_json(json.loads((root / "manifest.json").read_text())["identity"]["plan"]), 0
    for row in rows_of(root, "episodes"):
        env = Environment("sml", split="", max_turns=plan.options.max_turns)
        env.reset(scenario=Scenario(replace(plan, live=None), row["item"]))
        for turn in row["turns"][1::2]:
            env.step(turn["text"])
            seen += 1
        assert [turn.text for turn in env.turns] == [turn["text"] for turn in row["turns"]]
    assert seen


def test_a_build_with_a_model_as_the_user(built: Callable[..., Any]) -> None:
    """Acts, and so what is known after each turn, are the exact user's; a user is told no answer and no solution."""
    root, server = built("proactive")
    assert check(root).faults == ()
    told = [turn for row in rows_of(root, "episodes") for turn in row["turns"][1:] if turn["role"] == "teacher"]
    assert any(turn["text"].startswith(("Sure. ", "Of course! ")) for turn in told if turn["act"] in TELLS)
    assert REMARK not in {turn["act"] for turn in told}
    assert not any("997" in turn["text"] for turn in told)
    for body in server.requests:
        assert "right answer" not in body["messages"][0]["content"]


def damaged(root: Path, number: int, change: Callable[[Row], None], config: str = "episodes",
            wanted: Callable[[Row], bool] = lambda row: True) -> set[str]:
    """The kinds of faults of a copy in which one row is changed."""
    copy = root.with_name(f"damaged{number}")
    shutil.copytree(root, copy)
    for path in sorted((copy / config).glob("*.parquet")):
        table = pq.read_table(path)
        rows = table.to_pylist()
        if chosen := [row for row in rows if wanted(row)]:
            change(chosen[0])
            pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
            return {fault.kind for fault in check(copy).faults} - {"digest", "id", "sft"}
    raise AssertionError("no such row")


def test_planted_words_of_a_teacher_are_found(built: Callable[..., Any]) -> None:
    root, _ = built("sml")

    def remarked(row: Row) -> bool:
        return any(turn["act"] == REMARK for turn in row["turns"])

    def put(words: Callable[[Row], str]) -> Callable[[Row], None]:
        def change(row: Row) -> None:
            next(turn for turn in row["turns"] if turn["act"] == REMARK)["text"] = words(row)
        return change

    def act(row: Row) -> None:
        next(turn for turn in row["turns"] if turn["act"] == REMARK)["act"] = HINT

    assert "teacher" in damaged(root, 0, put(lambda row: f"No, it is {row['private']['answer']}."), wanted=remarked)
    assert "teacher" in damaged(root, 1, put(lambda row: "That's correct!"), wanted=remarked)
    assert "turn" in damaged(root, 2, act, wanted=remarked)

    def stands(row: Row) -> None:
        row["stands"] = [0 for _ in row["stands"]]

    assert damaged(root, 3, stands, "teaching", lambda row: any(row["stands"])) == {"row"}

    def longer(row: Row) -> None:
        row["stands"].append(1)

    assert damaged(root, 4, longer, "teaching") == {"row"}


def test_planted_words_of_a_user_are_found(built: Callable[..., Any]) -> None:
    root, _ = built("proactive")

    def tells(row: Row) -> bool:
        return any(turn["act"] == TELL and turn["text"].startswith("Sure") for turn in row["turns"])

    def number(row: Row) -> None:
        turn = next(turn for turn in row["turns"] if turn["act"] == TELL and turn["text"].startswith("Sure"))
        turn["text"] = re.sub(r"\d+", lambda match: str(int(match[0]) + 1), turn["text"], count=1)

    assert "teacher" in damaged(root, 0, number, wanted=tells)


def test_the_words_that_stand_pass_every_audit(built: Callable[..., Any]) -> None:
    """No teacher's turn holds the answer while the student has not said it, by a search that shares no code."""
    root, _ = built("sml")
    for row in rows_of(root, "episodes"):
        answer = re.sub(r"[^\d.]", "", row["private"]["answer"])
        for turn in row["turns"][1:]:
            if turn["correct"]:
                break
            if turn["act"] == REMARK:
                assert answer not in re.findall(r"[\d.]+", turn["text"])
        assert ATTEMPTS.isdisjoint({turn["act"] for turn in row["turns"] if turn["role"] == "teacher"})
