"""`tutelage evaluate`: models of known behaviour get the figures that they must get; intervals cover the truth."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tutelage.environment import Environment
from tutelage.live.metrics import Estimate, Outcome, difference, measured
from tutelage.online.scene import Scene
from tutelage.values import Act, Turn

sys.path.insert(0, str(Path(__file__).parent))
from model_server import Body, ModelServer, Status

ITEMS = 8
COMMAND = ("evaluate", "--items", ITEMS, "--family", "shortest_path", "--level", "1-2", "--max-turns", 5,
           "--out", "out", "--json", "--student")


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TUTELAGE_STUDENT_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@cache
def scenes(recipe: str) -> dict[str, Scene]:
    """The items that are played, by their statements."""
    env = Environment(recipe, seed=0, split="test", families=("shortest_path",), levels=(1, 2))
    found = {}
    for _ in range(ITEMS):
        env.reset()
        found[env.scene.statement] = env.scene
    return found


def said(body: Body) -> list[str]:
    return [message["content"] for message in body["messages"] if message["role"] != "system"]


def knows(recipe: str) -> Callable[[Body], str]:
    return lambda body: f"Answer: {scenes(recipe)[said(body)[0]].case.right.answer}"


def parrot(body: Body) -> str:
    return "It is 77777."


def stubborn_once(body: Body) -> str:
    """Wrong, the same once more, then right whatever it is told."""
    return knows("controls")(body) if len(said(body)) > 3 else parrot(body)


def asker(body: Body) -> str:
    """Asks for all that is not told, or told in two ways, one after the other, then answers."""
    scene, asked = scenes("proactive")[said(body)[0]], len(said(body)) // 2
    missing = scene.table.hidden if scene.table is not None else ()
    if asked < len(missing):
        case = scene.case
        return case.family.words(case.problem, case.problem.quantity(missing[asked])).question
    return knows("proactive")(body)


def figures(call: Callable[..., Any], model: Callable[[Body], str], *words: object) -> dict[str, Any]:
    with ModelServer(model) as server:
        outcome = call(*COMMAND, server.url, *words)
    assert (outcome.code, outcome.err) == (0, "")
    result: dict[str, Any] = json.loads(outcome.out)
    assert result == json.loads(Path("out/evaluation.json").read_text(encoding="utf-8"))
    return result


def value(result: dict[str, Any], arm: str, name: str) -> float | None:
    found: float | None = result["arms"][arm][name]["value"]
    return found


def by_turn(result: dict[str, Any], arm: str) -> list[float]:
    return [each["value"] for each in result["arms"][arm]["accuracy_by_turn"]]


def test_a_model_that_knows(call: Callable[..., Any]) -> None:
    result = figures(call, knows("controls"))
    assert list(result["arms"]) == ["feedback", "contentless", "shuffled"]
    for arm in result["arms"]:
        assert by_turn(result, arm) == [1.0] * 5
        assert (value(result, arm, "first_right"), value(result, arm, "recovery")) == (1.0, None)
        assert result["arms"][arm]["leak_free"]["number"] == ITEMS
    assert result["gains"]["recovery_over_contentless"]["value"] is None


def test_a_model_that_repeats_itself(call: Callable[..., Any]) -> None:
    result = figures(call, parrot)
    for arm in result["arms"]:
        assert by_turn(result, arm) == [0.0] * 5
        assert (value(result, arm, "recovery"), value(result, arm, "repeats")) == (0.0, 1.0)
    gain = result["gains"]["recovery_over_shuffled"]
    assert gain["low"] < gain["value"] == 0 < gain["high"]


def test_a_model_that_comes_round(call: Callable[..., Any]) -> None:
    """Wrong twice, then right: recovery 1, half of its answers after a wrong one are the same; no gain of feedback."""
    result = figures(call, stubborn_once)
    for arm in result["arms"]:
        assert by_turn(result, arm) == [0.0, 0.0, 1.0, 1.0, 1.0]
        assert (value(result, arm, "recovery"), value(result, arm, "repeats")) == (1.0, 0.5)
    assert result["gains"]["recovery_over_contentless"]["value"] == 0


def test_the_feedback_of_another_problem_is_shown(call: Callable[..., Any]) -> None:
    """The arms differ in what the model is shown after its words: what its teacher says, a verdict, or a stranger."""
    figures(call, parrot)
    with ModelServer(parrot) as server:
        assert call(*COMMAND[:-3], "again", "--student", server.url).code == 0
    shown: dict[str, set[str]] = {}
    for body in server.requests:
        if len(said(body)) == 3:
            shown.setdefault(said(body)[0], set()).add(said(body)[2])
    assert all(len(replies) >= 2 for replies in shown.values())
    assert sum(len(replies) == 3 for replies in shown.values()) > ITEMS // 2


def test_asking(call: Callable[..., Any]) -> None:
    """One that asks for what is missing, one thing after the other, and answers then; and one that just answers."""
    asked, guessed = (figures(call, model, "--recipe", "proactive", "--max-turns", 10)
                      for model in (asker, knows("proactive")))
    main = asked["arms"]["main"]
    assert 0 < main["req"]["number"] < ITEMS  # some statements are complete
    assert value(asked, "main", "req") == 1.0
    assert 0.7 <= main["targeted"]["value"] <= 1.0  # one of two may be worth nothing alone
    assert value(asked, "main", "over_ask") == 0.0
    assert main["premature"]["value"] < 0.5  # where the user does not know, or tells a part, it answers all the same
    assert (value(guessed, "main", "req"), value(guessed, "main", "premature")) == (0.0, 1.0)


def test_runs(call: Callable[..., Any]) -> None:
    """One that knows in every other dialogue of an item: P a half, and the spread between its runs."""
    def sometimes(body: Body) -> str:
        return knows("controls")(body) if random.Random(body["seed"]).random() < 0.5 else parrot(body)

    result = figures(call, sometimes, "--runs", 6, "--max-turns", 1)
    main = result["arms"]["feedback"]
    assert 0 < main["p"]["low"] < main["p"]["value"] < main["p"]["high"] < 1
    assert main["p"]["value"] == pytest.approx(main["accuracy_by_turn"][0]["value"])
    assert main["u90_10"]["value"] > 0.5
    assert main["p"]["number"] == ITEMS


def test_it_goes_on_from_the_cache(call: Callable[..., Any]) -> None:
    """A second time no server is needed but for its name, and the figures and transcripts are the same."""
    with ModelServer(parrot) as server:
        words = (*COMMAND, server.url, "--student-model", "tiny")
        one = json.loads(call(*words).out)
        transcripts = Path("out/transcripts.jsonl").read_text(encoding="utf-8")
        before = len(server.requests)
        two = json.loads(call(*words).out)
        assert len(server.requests) == before
    assert one["arms"] == two["arms"]
    assert transcripts == Path("out/transcripts.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in transcripts.splitlines()]
    assert len(lines) == 3 * ITEMS
    assert set(lines[0]) == {"arm", "item", "run", "solved", "leaked", "turns"}


def slow(body: Body) -> str:
    time.sleep(0.02)
    return parrot(body)


def test_a_killed_evaluation_goes_on_without_asking_twice(call: Callable[..., Any], tmp_path: Path, root: Path) -> None:
    """kill -9 in the middle, then again: the figures and transcripts of one that was left alone."""
    under_way = 2
    with ModelServer(slow) as server:
        words = (*COMMAND, server.url, "--concurrency", under_way)
        one = subprocess.Popen([sys.executable, "-m", "tutelage", *map(str, words)], cwd=tmp_path,
                               env={"PYTHONPATH": str(root / "generator"), "PATH": "/usr/bin:/bin"})
        while len(server.requests) < 20:
            assert one.poll() is None
            time.sleep(0.005)
        one.send_signal(signal.SIGKILL)
        one.wait()
        assert not (tmp_path / "out" / "evaluation.json").exists()
        assert not (tmp_path / "out" / "transcripts.jsonl").exists()
        killed = json.loads(call(*words).out)
        bodies = [json.dumps(body, sort_keys=True) for body in server.requests]
        assert len(bodies) - len(set(bodies)) <= under_way
        assert killed["participants"]["student"]["cached"] >= 20 - under_way
        transcripts = (tmp_path / "out" / "transcripts.jsonl").read_text(encoding="utf-8")
        (tmp_path / "out.cache.sqlite").unlink()
        whole = json.loads(call(*words).out)
    assert killed["arms"] == whole["arms"]
    assert transcripts == (tmp_path / "out" / "transcripts.jsonl").read_text(encoding="utf-8")


def test_several_servers_at_once(call: Callable[..., Any], tmp_path: Path) -> None:
    """They share the work, and the figures are those of one."""
    with ModelServer(slow) as one, ModelServer(slow) as other:
        several = json.loads(call(*COMMAND, f"{one.url},{other.url}").out)
        asked = [len(server.requests) for server in (one, other)]
        alone = json.loads(call(*COMMAND, one.url).out)
    assert min(asked) > sum(asked) / 4
    assert several["arms"] == alone["arms"]
    assert several["participants"]["student"]["requests"] == sum(asked)
    assert several["participants"]["student"]["servers"] == sorted([one.url, other.url])


def test_a_dataset_is_played(call: Callable[..., Any]) -> None:
    """The items of its split test, and no others."""
    import pyarrow.parquet as pq

    words = ("--rows", 40, "--family", "shortest_path", "--level", "1-2", "--out", "data")
    assert call("build", "proactive", *words).code == 0

    rows = [row for path in Path("data/episodes").glob("test-*") for row in pq.read_table(path).to_pylist()]
    with ModelServer(parrot) as server:
        outcome = call("evaluate", "--dataset", "data", "--items", 500, "--student", server.url, "--json")
    assert json.loads(outcome.out)["items"] == len({row["item"] for row in rows}) > 0
    assert {said(body)[0] for body in server.requests} == {row["turns"][0]["text"] for row in rows}


@pytest.mark.parametrize(("words", "says"), [
    (("--items", 0), "items=0 is not at least 1"), (("--runs", 0), "runs=0 is not at least 1"),
    (("--recipe", "nope"), "unknown recipe 'nope'"), (("--recipe", "sml", "--dataset", "x"), "say either"),
    (("--dataset", "nowhere"), "holds no manifest.json"), (("--max-turns", 0), "max_turns=0 is not in 1..20")])
def test_what_can_not_be_played(words: tuple[object, ...], says: str, call: Callable[..., Any]) -> None:
    with ModelServer(parrot) as server:
        outcome = call("evaluate", "--student", server.url, "--items", 2, *words)
    assert outcome.code == 2
    assert outcome.err.startswith("Error: ")
    assert says in outcome.err
    assert outcome.err.count("\n") == 1


def test_dialogues_that_fail_are_told_of(call: Callable[..., Any]) -> None:
    with ModelServer(parrot, faults=iter([Status(400, "no")])) as server:
        outcome = call(*COMMAND, server.url)
    assert outcome.code == 1
    result = json.loads(outcome.out)
    assert len(result["failed"]) == 1
    assert sum(arm["leak_free"]["number"] for arm in result["arms"].values()) == 3 * ITEMS - 1


# --- intervals --------------------------------------------------------------------------------------------------------


def dialogue(item: int, run: int, right: bool) -> Outcome:
    told = Turn("teacher", Act("state"), "", k_after=0)
    return Outcome(item, run, (told, Turn("student", Act("guess", answer="1"), "1", correct=right)))


@pytest.mark.laws
def test_intervals_cover_the_truth(size: Callable[[int, int], int]) -> None:
    """Runs of an item go together (its chance is 0.1 or 0.9): about 95 % of the intervals hold the truth, a half.

    An interval that took all dialogues as independent would hold it in about three quarters of the cases.
    """
    draws, count = random.Random(5), size(300, 5_000)
    held = naive = 0
    for _ in range(count):
        outcomes = [dialogue(item, run, draws.random() < chance) for item in range(60)
                    for chance in [draws.choice((0.1, 0.9))] for run in range(5)]
        found = measured(outcomes, 1)["accuracy_by_turn"][0]
        held += found.low <= 0.5 <= found.high
        naive += abs(found.value - 0.5) <= 1.96 * (found.value * (1 - found.value) / 300) ** 0.5
    assert 0.91 <= held / count <= 0.985
    assert naive / count < 0.88


def test_all_or_nothing_has_an_interval_too() -> None:
    found = measured([dialogue(item, 0, right=True) for item in range(20)], 1)["accuracy_by_turn"][0]
    assert found.value == found.high == 1
    assert 0.8 < found.low < 0.9


def test_differences() -> None:
    found = difference(Estimate(0.6, 0.5, 0.7, 100), Estimate(0.4, 0.3, 0.5, 80))
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.2 - 0.02**0.5), pytest.approx(0.2 + 0.02**0.5))
    assert difference(Estimate(None), found) == Estimate(None)
