"""On-policy `q_priming`: a scripted model on loopback goes wrong, and asks in place of that, well and badly."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutelage.checking import check
from tutelage.checking.priming import pair_faults
from tutelage.draws import stream
from tutelage.live.priming import TRIES, refusal
from tutelage.online.hearing import hear
from tutelage.online.scene import Scenario, Scene, made
from tutelage.plan import Live, Options, Plan
from tutelage.problems.reading.answers import numbers_in
from tutelage.talk.acts import ATTEMPTS
from tutelage.values import Turn

sys.path.insert(0, str(Path(__file__).parent))
from model_server import Body, Fault, ModelServer, Status

Row = dict[str, Any]
Model = Callable[[Body], str]
ITEMS = 8
OPTIONS = Options(families=("rates", "word_problem"), levels=(1, 2))
PLAN = ("--rows", ITEMS, "--seed", 5, "--family", "rates,word_problem", "--level", "1-2")
REQUEST = "has not been sent"


@cache
def scenes() -> dict[str, Scene]:
    """The items by their statements."""
    plan = Plan("q_priming", ITEMS, 5, OPTIONS)
    found = [made(Scenario(plan, item)) for item in range(ITEMS)]
    return {scene.statement: scene for scene in found if scene is not None}


def said_in(body: Body) -> list[str]:
    return [message["content"] for message in body["messages"] if message["role"] != "system"]


def scene_of(body: Body) -> Scene:
    return scenes()[said_in(body)[0]]


def student(question: Callable[[Scene, int], str]) -> Model:
    """A model whose first answers are wrong, by luck or by a named mistake; what it asks says `question`."""
    def reply(body: Body) -> str:
        said, scene, seed = said_in(body), scene_of(body), body["seed"]
        if REQUEST in said[-1]:
            return f"<think>it is {scene.case.right.answer}</think>{question(scene, seed)}"
        if len(said) == 1 or (len(said) == 3 and seed % 3 == 0):
            work = scene.slips[seed % len(scene.slips)].work
            lines = " ".join(step.line for step in work.steps)
            return f"<think>hm</think>{lines}\nAnswer: {work.answer}" if seed % 2 else "Answer: 1"
        return f"<think>hm</think>Answer: {scene.case.right.answer}"

    return reply


def good(scene: Scene, seed: int) -> str:
    steps = scene.case.right.steps
    return ("What do I have to do first?", f"How do I find {steps[seed % len(steps)].what}?",
            "Is my plan right so far?")[seed % 3]


def bad(scene: Scene, seed: int) -> str:
    right = scene.case.right
    return (f"How do I get to {right.answer}?", "What is the answer?", f"Answer: {right.answer}",
            "I can't help with that.", "```json\n{\"question\": ", "So " * 10_000, "\ufffd…")[seed % 7]


def rows_of(root: Path, config: str, split: str = "*") -> list[Row]:
    paths = sorted((root / config).glob(f"{split}-*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Body]]:
    """A dataset of a model that asks well, and all requests to it."""
    from tutelage.live.building import build_live
    from tutelage.live.roles import Roles
    from tutelage.models.client import Client

    plan = Plan("q_priming", ITEMS, 5, OPTIONS, Live(student="tiny", group=3))
    root = tmp_path_factory.mktemp("priming") / "live"
    with ModelServer(student(good)) as server:
        build_live(plan, root, Roles(Client("student", [server.url], model="tiny")))
    return root, server.requests


def injections_of(row: Row) -> list[Row]:
    return list(json.loads(row["private"]["injections"]))


def test_pairs_are_kept_and_the_check_derives_them_again(live: tuple[Path, list[Body]]) -> None:
    """Both arms of reward 1, alike up to the question; draws below 0.75^t; the question is heard as one."""
    root, _ = live
    found = check(root)
    assert (found.faults, found.notes) == ((), ())
    kept = rows_of(root, "episodes", "train")
    assert len(kept) > ITEMS
    rollouts = {row["id"]: row for row in rows_of(root, "rollouts")}
    assert manifest_of(root)["counts"]["questions"]["said"] >= sum(len(injections_of(row)) for row in kept)
    for one, other in zip(kept[::2], kept[1::2], strict=True):
        assert (one["arm"], other["arm"], one["item"], one["reward"], other["reward"]) == \
            ("", "plain", other["item"], 1, 1)
        assert injections_of(one)
        assert not injections_of(other)
        assert rollouts[one["id"]]["number"] == rollouts[other["id"]]["number"]
        for each in injections_of(one):
            assert each["draw"] < each["p"] == 0.75**each["turn"]
            assert one["turns"][2 * each["turn"] - 1]["act"] not in ATTEMPTS
        first = injections_of(one)[0]
        assert other["turns"][2 * first["turn"] - 1]["text"] == first["replaced"]
    assert len(rows_of(root, "sft_plain")) == len(rows_of(root, "sft")) == len(kept) // 2
    assert not list(pair_faults(kept, Plan.from_json(manifest_of(root)["identity"]["plan"])))


def manifest_of(root: Path) -> Row:
    return dict(json.loads((root / "manifest.json").read_text(encoding="utf-8")))


def test_the_coin_decides_by_its_path_alone(live: tuple[Path, list[Body]]) -> None:
    """A wrong attempt of the primed arm is said where its draw is not below p, and nowhere else."""
    root, _ = live
    numbers = {row["id"]: row["number"] for row in rows_of(root, "rollouts")}
    said = Counter[bool]()
    for row in rows_of(root, "episodes", "train"):
        put_off = {each["turn"] for each in injections_of(row)}
        for turn in range(1, row["n_turns"]):
            wrong = row["turns"][2 * turn - 1]["act"] in ATTEMPTS
            draw = stream(5, "priming", "q_priming", row["item"], numbers[row["id"]], turn).random()
            if not row["arm"] and (wrong or turn in put_off):
                assert (turn in put_off) == (draw < 0.75**turn)
                said[wrong] += 1
    assert said[True]
    assert said[False]


def test_what_only_the_teacher_knows_is_in_the_requests_for_questions_alone(live: tuple[Path, list[Body]]) -> None:
    """And what was put off is never seen again, nor thoughts on what the model was shown."""
    root, requests = live
    asked = [body for body in requests if REQUEST in said_in(body)[-1]]
    assert asked
    for body in asked:
        scene, said = scene_of(body), said_in(body)
        assert scene.case.right.answer in said[-1]
        assert all(step.line in said[-1] for step in scene.case.right.steps)
        assert hear(scene, [scene.opening], said[-2]).act.kind in ATTEMPTS
    assert not any(REQUEST in text for body in requests for text in said_in(body)[:-1])
    seen = {tuple(said_in(body)) for body in requests}
    for row in rows_of(root, "episodes"):
        texts = [turn["text"] for turn in row["turns"]]
        for turn in range(1, row["n_turns"] + 1):  # the dialogue as it stands in the row, and nothing else
            assert tuple(texts[: 2 * turn - 1]) in seen
    assert not any("it is" in thought for row in rows_of(root, "rollouts") for thought in row["thoughts"])
    assert any(thought == "hm" for row in rows_of(root, "rollouts") for thought in row["thoughts"])


def test_the_second_time_nothing_is_asked(call: Callable[..., Any]) -> None:
    with ModelServer(student(good)) as server:
        command = ("build", "q_priming", *PLAN, "--student", server.url, "--group", 2, "--out", "live")
        assert (outcome := call(*command)).code == 0, outcome.err
        asked = len(server.requests)
        bodies = {json.dumps(body, sort_keys=True) for body in server.requests}
        assert len(bodies) == asked  # what both arms say is asked for once
        assert call(*command, "--overwrite").code == 0
        assert len(server.requests) == asked


def test_questions_that_do_not_pass_are_not_said(call: Callable[..., Any], tmp_path: Path) -> None:
    """Four tries, then the attempt is said after all: nothing is kept, and every refusal is counted."""
    with ModelServer(student(bad)) as server:
        outcome = call("build", "q_priming", *PLAN, "--student", server.url, "--group", 2, "--out", "live")
    assert outcome.code == 0
    counts = manifest_of(tmp_path / "live")["counts"]
    assert check(tmp_path / "live").faults == ()
    assert not rows_of(tmp_path / "live", "episodes", "train")
    refused = sum(counts["questions_refused"].values())
    asked = [body for body in server.requests if REQUEST in said_in(body)[-1]]
    assert refused == len(asked) > 0
    by_attempt = Counter(json.dumps(body["messages"]) for body in asked)
    assert all(n % TRIES == 0 for n in by_attempt.values())
    assert len({json.dumps(body) for body in asked}) == len(asked)  # each with a seed of its own
    assert counts["dropped"]["no question passed"] > 0
    assert counts["questions_refused"]["it holds the answer"] > 0
    assert counts["questions"] == {"attempt": refused // TRIES}


def test_a_question_that_fails_for_good_takes_its_pair_along(call: Callable[..., Any], tmp_path: Path) -> None:
    """Never one arm alone: the dialogue is in failed.jsonl, and all others are there."""
    def faults() -> Iterator[Fault]:
        done = False
        while True:
            late = not done and bool(server.requests) and REQUEST in said_in(server.requests[-1])[-1]
            done = done or late
            yield Status(400, "maximum context length is 10 tokens") if late else None

    with ModelServer(student(good), faults=faults()) as server:
        outcome = call("build", "q_priming", *PLAN, "--student", server.url, "--group", 2, "--concurrency", 1,
                       "--out", "live")
    assert outcome.code == 1
    root = tmp_path / "live"
    failed = [json.loads(line) for line in (root / "failed.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(failed) == 1
    arms = Counter(row["arm"] for row in rows_of(root, "episodes", "train"))
    assert arms[""] == arms["plain"] > 0
    numbers = [(row["item"], row["number"]) for row in rows_of(root, "rollouts")]
    assert (failed[0]["item"], failed[0]["dialogue"]) not in numbers
    assert check(root).faults == ()


def fits(scene: Scene) -> bool:
    """Whether the second of three steps or more has a result that stands nowhere else."""
    steps = scene.case.right.steps
    others = numbers_in(f"{scene.statement} {steps[0].line} {scene.case.right.answer}")
    return len(steps) > 2 and steps[1].value.isdecimal() and int(steps[1].value) not in others


def test_what_a_question_may_be() -> None:
    """On one problem, after an attempt that has found the first result by itself: every refusal has its reason."""
    plan = Plan("q_priming", 40, 5, Options(families=("rates",), levels=(2, 3)))
    scene = next(scene for item in range(40) if (scene := made(Scenario(plan, item))) and fits(scene))
    steps, right = scene.case.right.steps, scene.case.right.answer
    text = f"{steps[0].line} So that is it.\nAnswer: 1"
    heard = hear(scene, [scene.opening], text)
    assert heard.act.kind in ATTEMPTS
    said = [scene.opening, Turn("student", heard.act, text)]
    for question, why in (
        (f"How do I find {steps[1].what}?", ""), ("Is my plan right so far?", ""), ("What should I do first?", ""),
        (f"{steps[0].line} What do I have to do next?", ""),  # its own result
        (f"Do I get {steps[1].value} then? What comes after that?", "it holds the step"),
        (f"How do I get to {right}?", "it holds the answer"), ("What is the answer?", "no question (demand)"),
        (f"Answer: {right}", "no question ("), ("Answer: 3", "no question ("), ("…", "no question (empty)"),
        ("I can't help with that.", "no question ("), ("Nice weather.", "no question ("),
        ("Why? " * 9000, "no question (long)"), ('{"question": 1}', "no question (")):
        found = refusal(scene, said, question)
        assert found == why if not why.endswith("(") else found.startswith(why), question


def test_where_to_ask_is_not_told_a_model(call: Callable[..., Any]) -> None:
    with ModelServer(student(good)) as server:
        outcome = call("build", "q_priming", *PLAN, "--student", server.url, "--ask-at", "first", "--out", "live")
        assert not server.requests
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "ask_at='first' is for exact students" in outcome.err
    assert not Path("live").exists()


# --- planted faults ---------------------------------------------------------------------------------------------------


def change_injection(**fields: Any) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        injections = injections_of(row)
        injections[0] |= {name: value(row) if callable(value) else value for name, value in fields.items()}
        row["private"]["injections"] = json.dumps(injections)

    return change


def right_of(row: Row) -> str:
    return f"Answer: {row['private']['answer']}"


def garbled(row: Row) -> None:
    row["private"]["injections"] = '[{"turn": 1}]'


def without(row: Row) -> None:
    row["private"]["injections"] = "[]"


def as_attempt(row: Row) -> None:
    row["turns"][2 * injections_of(row)[0]["turn"] - 1]["text"] = "Answer: 1"


def as_leak(row: Row) -> None:
    row["turns"][2 * injections_of(row)[0]["turn"] - 1]["text"] = f"How do I get to {row['private']['answer']}?"


@pytest.mark.parametrize(("change", "says"), [
    (change_injection(draw=0.01), "are those of no dialogue of the group"),
    (change_injection(p=0.9), "p 0.9, draw"), (change_injection(turn=4), "is the last, or none"),
    (change_injection(turn=0), "is the last, or none"),
    (change_injection(replaced=right_of), "which is no wrong attempt"),
    (change_injection(replaced="How do I begin?"), "which is no wrong attempt"),
    (change_injection(replaced_answer="2"), "which is no wrong attempt"),
    (change_injection(gain_bits=0.5), "has brought 0.5 bits"),
    (garbled, "can't be read"), (change_injection(turn="1"), "can't be read"),
    (without, "0 injections in the arm 'main'"),
    (as_attempt, "is no question"), (as_leak, "holds the answer")])
def test_a_changed_injection_is_found(change: Callable[[Row], None], says: str, live: tuple[Path, list[Body]],
                                      tmp_path: Path) -> None:
    assert says in faults_of(live[0], tmp_path, "episodes", lambda row: not row["arm"], change, "injection")


def test_a_result_that_nobody_has_found_is_found(live: tuple[Path, list[Body]], tmp_path: Path) -> None:
    """A question that gives a step of the right work away, though not the answer."""
    def hidden_result(row: Row) -> str:
        scene, place = scenes()[row["turns"][0]["text"]], 2 * injections_of(row)[0]["turn"] - 1
        said = " ".join([injections_of(row)[0]["replaced"], *[turn["text"] for turn in row["turns"][:place]]])
        return next((step.value for step in scene.case.right.steps[:-1]
                     if step.value.isdecimal() and len(step.value) > 1 and step.value not in said), "")

    def change(row: Row) -> None:
        row["turns"][2 * injections_of(row)[0]["turn"] - 1]["text"] = f"Do I get {hidden_result(row)}? What is next?"

    assert "that nobody has found yet" in faults_of(
        live[0], tmp_path, "episodes", lambda row: not row["arm"] and bool(hidden_result(row)), change, "injection")


def test_an_injection_in_the_plain_arm_is_found(live: tuple[Path, list[Body]], tmp_path: Path) -> None:
    other = next(row for row in rows_of(live[0], "episodes", "train") if not row["arm"])["private"]["injections"]

    def change(row: Row) -> None:
        row["private"]["injections"] = other

    assert "in the arm 'plain'" in faults_of(live[0], tmp_path, "episodes", lambda row: bool(row["arm"]), change,
                                             "injection")


def test_another_dialogue_of_the_group_and_thoughts_are_found(live: tuple[Path, list[Body]], tmp_path: Path) -> None:
    primed = {row["id"] for row in rows_of(live[0], "episodes", "train") if not row["arm"]}

    def number(row: Row) -> None:
        row["number"] += 7

    def thoughts(row: Row) -> None:
        row["thoughts"] = ["it is 5"] * len(row["thoughts"])

    for place, (change, says) in enumerate(((number, "are not those of dialogue"),
                                            (thoughts, "thoughts of a question"))):
        assert says in faults_of(live[0], tmp_path / str(place), "rollouts", lambda row: row["id"] in primed, change,
                                 "row")


def test_half_a_pair_is_found(live: tuple[Path, list[Body]]) -> None:
    """One arm alone, two arms that are no twins, arms in another order."""
    root, _ = live
    plan = Plan.from_json(manifest_of(root)["identity"]["plan"])
    rows = rows_of(root, "episodes", "train")
    for some in (rows[1:], rows[:-1], [rows[1], rows[0], *rows[2:]]):
        assert any("no pairs" in what for _, what in pair_faults(some, plan))
    said = rows[1]["turns"][2 * injections_of(rows[0])[0]["turn"] - 1]
    said["text"] += " "
    assert any("no twin" in what for _, what in pair_faults(rows, plan))


def faults_of(root: Path, scratch: Path, config: str, which: Callable[[Row], bool], change: Callable[[Row], None],
              kind: str) -> str:
    """The faults of a kind that the check finds once the first row of a kind of a config is changed."""
    damaged = scratch / "damaged"
    shutil.copytree(root, damaged)
    path = sorted(damaged.glob(f"{config}/train-*"))[0]
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(next(row for row in rows if which(row)))
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    return "\n".join(fault.what for fault in check(damaged).faults if fault.kind == kind)
