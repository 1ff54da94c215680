"""On-policy `q_priming` with a second model as the teacher: a script that guides, leaks, errs and babbles."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutelage.checking import Fault, check
from tutelage.plan import Live, Plan
from tutelage.talk.acts import ASK, HINT, REMARK, TELL

sys.path.insert(0, str(Path(__file__).parent))
from model_server import Body, ModelServer, Status
from model_server import Fault as ServerFault
from test_live_priming import (
    ITEMS,
    OPTIONS,
    PLAN,
    REQUEST,
    good,
    injections_of,
    manifest_of,
    rows_of,
    said_in,
    scene_of,
)

Row = dict[str, Any]
GROUP = 4
GUIDES = ("Have another look at where you begin.", "What is asked for? Go on from there.", "Write one line at a time.")
GARBAGE = ("", "```json\n{\"reply\": ", "As an AI language model I can't do that.", "\ufffd…", "a" * 5_000,
           "Student: Is it 4?\nTeacher: Yes.", "Answer: 4")


def student(body: Body) -> str:
    """Wrong in its first two turns, unless it asks: for a quantity, about the method, whether its plan is right."""
    said, scene, seed = said_in(body), scene_of(body), body["seed"]
    if REQUEST in said[-1]:
        problem = scene.case.problem
        asked = problem.quantities[seed % len(problem.quantities)]
        return scene.case.family.words(problem, asked).question if seed % 2 else good(scene, seed // 2)
    if len(said) > 4:
        return f"<think>hm</think>Answer: {scene.case.right.answer}"
    work = scene.slips[seed % len(scene.slips)].work
    return f"<think>hm</think>{' '.join(step.line for step in work.steps)}\nAnswer: {work.answer}"


def guide(body: Body) -> str:
    """Tells what it is to tell; guides else, with words that may always stand."""
    if due := re.search(r"Say this next, in your own words: (.*)", body["messages"][0]["content"]):
        return f"Sure. {due[1]}"
    return GUIDES[body["seed"] % len(GUIDES)]


def half_bad(body: Body) -> str:
    """Gives the answer away, praises a wrong one or babbles half the time."""
    answer, seed = re.search(r"right answer: (.*)", body["messages"][0]["content"]), body["seed"] // 7
    if seed % 2:
        return guide(body)
    bad = (f"No, it is {answer[1]}." if answer else "I don't know.", "Correct, well done!", *GARBAGE[1:])
    return bad[seed // 2 % len(bad)]


class Built(NamedTuple):
    root: Path
    asked: list[Body]  # of the student
    taught: list[Body]  # of the teacher


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A dataset of the half bad teacher, and all requests."""
    from tutelage.live.building import build_live
    from tutelage.live.roles import Roles
    from tutelage.models.client import Client

    plan = Plan("q_priming", ITEMS, 5, OPTIONS, Live(student="tiny", teacher="wise", group=GROUP))
    root = tmp_path_factory.mktemp("priming") / "live"
    with ModelServer(student) as one, ModelServer(half_bad, models=("wise",)) as two:
        build_live(plan, root, Roles(Client("student", [one.url], model="tiny"),
                                     Client("teacher", [two.url], model="wise")))
    return Built(root, one.requests, two.requests)


def pairs_of(root: Path) -> Iterator[tuple[Row, Row, int]]:
    """Both rows of each pair that was kept, and the student turn (from 1) of the first question."""
    rows = rows_of(root, "episodes", "train")
    for one, other in zip(rows[::2], rows[1::2], strict=True):
        yield one, other, injections_of(one)[0]["turn"]


def test_what_is_built_can_be_derived_again(built: Built) -> None:
    """Each kept episode of either arm has its row of `teaching`; words of the model stand in both arms."""
    found = check(built.root)
    assert (found.faults, found.notes) == ((), ())
    episodes, taught = rows_of(built.root, "episodes", "train"), rows_of(built.root, "teaching")
    assert len(episodes) > ITEMS
    assert [row["id"] for row in taught] == [row["id"] for row in episodes]
    assert {(row["teacher"], row["student"]) for row in episodes} == {("model", "model")}
    assert {row["model"] for row in taught} == {"wise"}
    assert {row["model"] for row in rows_of(built.root, "rollouts")} == {"tiny"}
    for episode, row in zip(episodes, taught, strict=True):
        replies = [turn for turn in episode["turns"][1:] if turn["role"] == "teacher"]
        assert len(row["stands"]) == len(row["refused"]) == len(replies)
        for turn, stands in zip(replies, row["stands"], strict=True):
            assert (turn["act"] == REMARK) == (turn["text"] in GUIDES)
            assert (turn["act"] == REMARK or turn["text"].startswith("Sure. ")) == (stands > 0)
    for arm in ("", "plain"):
        assert any(turn["act"] == REMARK for row in episodes if row["arm"] == arm for turn in row["turns"])


def test_the_arms_are_twins_and_share_what_was_said(built: Built) -> None:
    """The same words, and the same replies of the model, up to the first question; some after the first exchange."""
    taught = {row["id"]: row for row in rows_of(built.root, "teaching")}
    late = 0
    for one, other, first in pairs_of(built.root):
        place = 2 * first - 1
        assert one["turns"][:place] == other["turns"][:place]
        assert one["turns"][place]["text"] != other["turns"][place]["text"] == injections_of(one)[0]["replaced"]
        for column in ("stands", "refused"):
            assert taught[one["id"]][column][:first - 1] == taught[other["id"]][column][:first - 1]
        late += any(turn["act"] == REMARK for turn in one["turns"][:place])
    assert late


def test_nothing_is_paid_twice_and_each_request_is_counted_once(built: Built) -> None:
    for requests in (built.asked, built.taught):
        assert len({json.dumps(body, sort_keys=True) for body in requests}) == len(requests) > 0
    counts = manifest_of(built.root)["counts"]
    refused = counts["teacher_words_refused"]
    assert sum(refused.values()) + counts["teacher_words"]["model"] == len(built.taught)
    assert {"leak", "verdict", "form"} <= set(refused)
    assert counts["teacher_words"]["exact"] > 0
    assert counts["questions"]["said"] > 0


def test_both_models_see_the_dialogue_as_it_stands(built: Built) -> None:
    """The student the words that stand, the teacher the question and not what it stands for; nobody thoughts."""
    students, teachers = ({tuple(said_in(body)) for body in bodies} for bodies in (built.asked, built.taught))
    taught = {row["id"]: row for row in rows_of(built.root, "teaching")}
    for row in rows_of(built.root, "episodes", "train"):
        texts = tuple(turn["text"] for turn in row["turns"])
        for turn in range(1, row["n_turns"] + 1):
            assert texts[:2 * turn - 1] in students
        for turn, (stands, refused) in enumerate(zip(*(taught[row["id"]][name] for name in ("stands", "refused")),
                                                     strict=True), start=1):
            assert (texts[1:2 * turn] in teachers) == bool(stands or refused)
    for body in built.taught:
        text = json.dumps(body)
        assert REQUEST not in text
        assert "hm</think>" not in text


def test_no_words_give_the_answer_away(built: Built) -> None:
    """By a search that shares no code: no reply before the right answer holds it, whoever has said it."""
    for row in rows_of(built.root, "episodes", "train"):
        answer = re.sub(r"[^\d.]", "", row["private"]["answer"])
        for turn in row["turns"][1:]:
            if turn["role"] == "teacher":
                assert answer not in re.findall(r"\d+(?:\.\d+)?", turn["text"])


def test_what_a_question_has_brought(built: Built) -> None:
    """The bits of a quantity that is asked for, though the model tells it; of a remark nothing is claimed."""
    seen = Counter[str]()
    for row, _, _ in pairs_of(built.root):
        for each in injections_of(row):
            asked, reply = row["turns"][2 * each["turn"] - 1], row["turns"][2 * each["turn"]]
            if asked["act"] == ASK:
                assert each["gain_bits"] == pytest.approx(asked["ig_bits"], abs=1e-5)
                seen["told in its words"] += reply["act"] == TELL and reply["text"].startswith("Sure. ")
            elif reply["act"] == REMARK:
                assert each["gain_bits"] == 0
                seen["remark"] += 1
    assert min(seen["told in its words"], seen["remark"]) > 0


def digests(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in root.glob("*/*.parquet")}


def command(one: ModelServer, two: ModelServer, *words: object) -> tuple[object, ...]:
    return ("build", "q_priming", *PLAN, "--student", one.url, "--teacher", two.url, "--group", 2, *words)


def test_garbage_leaves_the_exact_words(call: Callable[..., Any], tmp_path: Path) -> None:
    """A teacher that says nothing of use changes no dialogue: the episodes are those without it."""
    with ModelServer(student) as one, ModelServer(lambda body: GARBAGE[1 + body["seed"] % 6], models=("wise",)) as two:
        assert call(*command(one, two, "--out", "live")).code == 0
        assert call("build", "q_priming", *PLAN, "--student", one.url, "--group", 2, "--out", "exact").code == 0
    assert two.requests
    assert check(tmp_path / "live").faults == ()
    rows = rows_of(tmp_path / "live", "episodes")
    assert [row["id"] for row in rows] == [row["id"] for row in rows_of(tmp_path / "exact", "episodes")]
    taught = rows_of(tmp_path / "live", "teaching")
    assert {each for row in taught for each in row["stands"]} == {0}
    assert {tuple(each) for row in taught for each in row["refused"]} == {("form",) * 3}
    assert set(manifest_of(tmp_path / "live")["counts"]["teacher_words"]) == {"exact"}


@pytest.mark.parametrize(("verdict", "stands"), [("No.", True), ("Yes, it does.", False)])
def test_a_judge_lets_words_stand_or_not(call: Callable[..., Any], tmp_path: Path, verdict: str, stands: bool) -> None:
    """In both arms, and it is asked once where they are the same."""
    with ModelServer(student) as one, ModelServer(guide, models=("wise",)) as two, \
            ModelServer(lambda body: verdict, models=("stern",)) as three:
        assert call(*command(one, two, "--judge", three.url, "--out", "live")).code == 0
    found = check(tmp_path / "live")
    assert (found.faults, found.notes) == ((), ())
    for arm in ("", "plain"):
        acts = {turn["act"] for row in rows_of(tmp_path / "live", "episodes", "train") if row["arm"] == arm
                for turn in row["turns"]}
        assert (REMARK in acts, HINT in acts) == (stands, not stands)
    assert len({json.dumps(body) for body in three.requests}) == len(three.requests) > 0
    assert ("judge" in manifest_of(tmp_path / "live")["counts"].get("teacher_words_refused", {})) != stands


def test_a_reply_that_fails_for_good_takes_its_pair_along(call: Callable[..., Any], tmp_path: Path) -> None:
    """The teacher of the fifth request is lost: neither arm of that dialogue is there, all others are."""
    faults: Iterator[ServerFault] = iter([*[None] * 4, Status(400, "maximum context length is 10 tokens"),
                                          *[None] * 1000])
    with ModelServer(student) as one, ModelServer(guide, models=("wise",), faults=faults) as two:
        assert call(*command(one, two, "--concurrency", 1, "--out", "live")).code == 1
    root = tmp_path / "live"
    failed = [json.loads(line) for line in (root / "failed.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(failed) == 1
    assert (failed[0]["item"], failed[0]["dialogue"]) not in [(row["item"], row["number"])
                                                              for row in rows_of(root, "rollouts")]
    arms = Counter(row["arm"] for row in rows_of(root, "episodes", "train"))
    assert arms[""] == arms["plain"] > 0
    assert check(root).faults == ()


def test_a_budget_stops_and_the_build_goes_on_where_it_was(call: Callable[..., Any], tmp_path: Path) -> None:
    with ModelServer(student) as one, ModelServer(half_bad, models=("wise",)) as two:
        outcome = call(*command(one, two, "--out", "live", "--max-requests", 30))
        assert (outcome.code, outcome.err.count("\n")) == (2, 1)
        assert call(*command(one, two, "--out", "live")).code == 0
        for server in (one, two):
            bodies = [json.dumps(body, sort_keys=True) for body in server.requests]
            assert len(bodies) == len(set(bodies))
        assert call(*command(one, two, "--out", "whole")).code == 0
    assert digests(tmp_path / "live") == digests(tmp_path / "whole")


def test_a_killed_build_goes_on_to_the_same_rows(call: Callable[..., Any], tmp_path: Path, root: Path) -> None:
    """kill -9 in the middle, then again: equal to a build that was left alone, no reply asked for twice."""
    def slow(body: Body) -> str:
        time.sleep(0.02)
        return half_bad(body)

    with ModelServer(student) as one, ModelServer(slow, models=("wise",)) as two:
        words = command(one, two, "--concurrency", 2)
        begun = subprocess.Popen([sys.executable, "-m", "tutelage", *map(str, words), "--out", "killed"], cwd=tmp_path,
                                 env={"PYTHONPATH": str(root / "generator"), "PATH": "/usr/bin:/bin"})
        while len(two.requests) < 12:
            assert begun.poll() is None
            time.sleep(0.005)
        begun.send_signal(signal.SIGKILL)
        begun.wait()
        assert call(*words, "--out", "killed").code == 0
        for server in (one, two):
            bodies = [json.dumps(body, sort_keys=True) for body in server.requests]
            assert len(bodies) - len(set(bodies)) <= 2  # what was under way when it was killed had no reply yet
        assert call(*words, "--out", "whole").code == 0
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")


# --- planted faults ---------------------------------------------------------------------------------------------------


def faults_of(root: Path, scratch: Path, config: str, change: Callable[[list[Row]], None]) -> list[Fault]:
    """What the check finds in a copy in which the rows of a config's first file of the training split are changed."""
    damaged = scratch / "damaged"
    shutil.copytree(root, damaged)
    path = sorted(damaged.glob(f"{config}/train-*"))[0]
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    return [fault for fault in check(damaged).faults if fault.kind not in ("digest", "id", "sft")]


def remark_of(row: Row) -> Row | None:
    return next((turn for turn in row["turns"] if turn["act"] == REMARK), None)


@pytest.mark.parametrize(("arm", "words", "says"), [
    ("", "No, it is {answer}.", "(leak)"), ("plain", "No, it is {answer}.", "(leak)"),
    ("", "Student: Is it?", "(form)"), ("plain", "Take 7777 instead.", "(number)")])
def test_words_that_may_not_stand_are_found(built: Built, tmp_path: Path, arm: str, words: str, says: str) -> None:
    def change(rows: list[Row]) -> None:
        row, turn = next((row, turn) for row in rows if row["arm"] == arm and (turn := remark_of(row)) is not None)
        turn["text"] = words.format(answer=row["private"]["answer"])

    assert any(fault.kind == "teacher" and says in fault.what
               for fault in faults_of(built.root, tmp_path, "episodes", change))


def test_praise_for_a_wrong_answer_is_found(built: Built, tmp_path: Path) -> None:
    def change(rows: list[Row]) -> None:
        turn = next(row["turns"][2] for row in rows if row["arm"] and row["turns"][2]["act"] == REMARK)
        turn["text"] = "Correct, well done!"

    assert any(fault.kind == "teacher" and "(verdict)" in fault.what
               for fault in faults_of(built.root, tmp_path, "episodes", change))


@pytest.mark.parametrize("arm", ["", "plain"])
def test_other_good_words_before_the_question_are_found(built: Built, tmp_path: Path, arm: str) -> None:
    """They may stand, but in both dialogues or in none."""
    def change(rows: list[Row]) -> None:
        place = next(place for place in range(0, len(rows), 2)
                     if injections_of(rows[place])[0]["turn"] > 1 and rows[place]["turns"][2]["act"] == REMARK)
        rows[place + bool(arm)]["turns"][2]["text"] = "Look again, please."

    found = faults_of(built.root, tmp_path, "episodes", change)
    assert [fault.kind for fault in found] == ["pair"]
    assert "no twin" in found[0].what


def test_an_exact_act_of_a_models_words_is_found(built: Built, tmp_path: Path) -> None:
    def change(rows: list[Row]) -> None:
        turn = next(turn for row in rows if row["arm"] and (turn := remark_of(row)) is not None)
        turn["act"] = HINT

    assert "turn" in {fault.kind for fault in faults_of(built.root, tmp_path, "episodes", change)}


def shared(rows: list[Row], root: Path) -> Row:
    """The first row of a plain dialogue whose first turns are those of the primed one."""
    late = {other["id"] for _, other, first in pairs_of(root) if first > 1}
    return next(row for row in rows if row["id"] in late)


def test_other_counts_of_words_are_found(built: Built, tmp_path: Path) -> None:
    """By themselves, against the episode, and where they are sound against the row of the twin."""
    def more(rows: list[Row]) -> None:
        row = next(row for row in rows if any(row["stands"]))
        row["stands"] = [stands + 1 if stands else 0 for stands in row["stands"]]

    def never(rows: list[Row]) -> None:  # as if nobody had been asked
        for row in rows:
            row["stands"], row["refused"] = [0 for _ in row["stands"]], [[] for _ in row["refused"]]

    def longer(rows: list[Row]) -> None:
        rows[-1]["stands"].append(1)

    def other_try(rows: list[Row]) -> None:
        row = shared(rows, built.root)
        row["stands"][0], row["refused"][0] = (2, ["form"]) if row["stands"][0] != 2 else (1, [])

    def other_reason(rows: list[Row]) -> None:
        row = shared(rows, built.root)
        row["stands"][0], row["refused"][0] = 3, ["number", "number"]

    for number, (change, says) in enumerate((
            (more, "were refused"), (never, "0 were refused"), (longer, "turns of the teacher"),
            (other_try, "unlike its twin's: stands"), (other_reason, "unlike its twin's: refused"))):
        found = faults_of(built.root, tmp_path / str(number), "teaching", change)
        assert any(fault.file.startswith("teaching") and says in fault.what for fault in found), change
    assert {fault.kind for fault in found} == {"row"}


def test_a_pair_of_two_dialogues_is_found(built: Built, tmp_path: Path) -> None:
    """The plain row of another number, or of another model."""
    plain = {other["id"] for _, other, _ in pairs_of(built.root)}

    def number(rows: list[Row]) -> None:
        next(row for row in rows if row["id"] in plain)["number"] += 1

    def model(rows: list[Row]) -> None:
        next(row for row in rows if row["id"] in plain)["model"] = "other"

    for place, (config, change, says) in enumerate((("rollouts", number, "unlike its twin's: number"),
                                                    ("teaching", model, "unlike its twin's: model"))):
        found = faults_of(built.root, tmp_path / str(place), config, change)
        assert [fault.kind for fault in found] == ["row"]
        assert says in found[0].what


@pytest.mark.parametrize("arm", ["", "plain"])
def test_a_row_of_teaching_that_is_missing_is_found(built: Built, tmp_path: Path, arm: str) -> None:
    ids = [(one if not arm else other)["id"] for one, other, _ in pairs_of(built.root)]

    def drop(rows: list[Row]) -> None:
        rows[:] = [row for row in rows if row["id"] != ids[0]]

    found = faults_of(built.root, tmp_path, "teaching", drop)
    assert any(fault.kind == "row" and ids[0] in fault.what for fault in found)
