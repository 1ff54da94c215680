"""`self_play` with models: a server on loopback plays solver and proposer, well, badly and not at all."""

from __future__ import annotations

import json
import random
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutelage.checking import check
from tutelage.problems import family_named
from tutelage.problems.family import pack
from tutelage.records.self_play_replies import TABLE as REPLIES
from tutelage.selfplay.payment import PAYMENTS, Vote
from tutelage.selfplay.proposals import Past, Setting, case_of, chosen, drawn, offered, prompt, sampled
from tutelage.stats import stats
from tutelage.store.shards import file_digest
from tutelage.talk.statements import statement_of

sys.path.insert(0, str(Path(__file__).parent))
from model_server import Body, Fault, ModelServer, Status

Row = dict[str, Any]
FAMILIES, LEVELS = ("rates", "word_problem"), (1, 2, 3)
RUNS, ROUNDS, TASKS, SIBLINGS, SEED = 2, 3, 2, 5, 11
OPTIONS = ("--rows", RUNS, "--seed", SEED, "--family", ",".join(FAMILIES), "--level", "1-3", "--iterations", ROUNDS,
           "--tasks", TASKS, "--siblings", SIBLINGS)
ASKED = "Kinds of problems"  # stands in a request to a proposer
GARBAGE = ("", "   \n", "Sure! I choose rates.", "null", "[]", "{", '{"family": "rates"}', '{"family": 3, "level": 1}',
           '{"family": "rates", "level": "1"}', '{"family": "rates", "level": true}', '{"family": "rates", "level": 9}',
           '{"family": "rates", "level": 1.0}', '{"family": "nothing", "level": 1}', "[" * 50_000, "9" * 9_000,
           '{"family": "rates", "level": 1, "why": "x"}', '{"family": ["rates"], "level": 1}',
           '{"family": "rates", "level": 1} {"family": "rates", "level": 2}', '{"family": "rates", "level": NaN}',
           '```json\n{"family": "rates", "level": 1}\n```\nor\n```json\n{"family": "rates", "level": 2}\n```',
           "\u0000👩‍🔬")


@cache
def known() -> Mapping[str, tuple[int, str, str]]:
    """Of every statement that can come: its level, the right answer, and a mistaken one."""
    found = {}
    for item in range(RUNS):
        for place in [(item, number, task) for number in range(ROUNDS) for task in range(TASKS)]:
            for family in map(family_named, FAMILIES):
                for level in LEVELS:
                    for problem in drawn(SEED, place, family, level):
                        case = case_of(SEED, place, family, problem)
                        wrong = case.slips[0].work.answer if case.slips else "-1"
                        found[statement_of(case)] = (level, case.right.answer, wrong)
    return found


def solver(body: Body) -> str:
    """Right with probability .9, .6, .3 by level, else mistaken in a named way, or silent."""
    level, right, wrong = known()[body["messages"][-1]["content"]]
    luck = random.Random(body["seed"]).random()
    if luck < 1.2 - 0.3 * level:
        return f"<think>easy</think>I worked it out ({body['seed']}).\nAnswer: {right}"
    return f"({body['seed']})\nAnswer: {wrong}" if luck < 0.96 else "What do you mean?"


def both(body: Body) -> str:
    """A solver, and a proposer that writes garbage half of the time."""
    said = body["messages"][-1]["content"]
    if ASKED not in said:
        return solver(body)
    if body["seed"] % 2:
        return GARBAGE[2 + body["seed"] % (len(GARBAGE) - 3)]
    kinds = re.findall(r"^- (\w+):", said, re.M)
    return "I take this:\n```json\n" + json.dumps({"family": kinds[-1], "level": 1 + body["seed"] % 3}) + "\n```"


def rows_of(root: Path, config: str, split: str = "*") -> list[Row]:
    paths = sorted((root / config).glob(f"{split}-*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def episodes_of(root: Path) -> list[Row]:
    return [row for split in ("train", "validation", "test") for row in rows_of(root, "episodes", split)]


def digests(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): file_digest(path) for path in sorted(root.glob("*/*.parquet"))}


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TUTELAGE_STUDENT_KEY", "TUTELAGE_TEACHER_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A build with a solver alone, and one with a proposer as well."""
    from click.testing import CliRunner

    from tutelage.cli import cli

    root = tmp_path_factory.mktemp("live")
    for name, reply in (("solver", solver), ("both", both)):
        with ModelServer(reply) as server:
            teacher = ["--teacher", server.url] if name == "both" else []
            done = CliRunner().invoke(cli, ["build", "self_play", *map(str, OPTIONS), "--student", server.url, *teacher,
                                            "--out", str(root / name)])
        assert done.exit_code == 0, done.output
    return {name: root / name for name in ("solver", "both")}


# --- what is built ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["solver", "both"])
def test_a_build_checks_and_has_a_vote_for_each_task(name: str, built: dict[str, Path]) -> None:
    """Every task has its rows and one episode that brings them; nothing is found wrong; statistics are taken."""
    root = built[name]
    found = check(root)
    assert (found.faults, found.notes) == ((), ())
    votes, replies = rows_of(root, "self_play"), rows_of(root, REPLIES)
    assert len(votes) == len(replies) == RUNS * ROUNDS * TASKS
    assert {(row["item"], row["round"], row["task"]) for row in votes} == {
        (item, number, task) for item in range(RUNS) for number in range(ROUNDS) for task in range(TASKS)}
    assert {(len(row["votes"]), row["solver"], row["proposer"]) for row, said in zip(votes, replies, strict=True)
            for row in [{**row, **said}]} == {(SIBLINGS, "tiny", "tiny" if name == "both" else "")}
    taken = stats(root)["votes"]
    assert {key: each["problems"] for key, each in taken.items()} == {str(n + 1): RUNS * TASKS for n in range(ROUNDS)}
    manifest = json.loads((root / "manifest.json").read_text())
    assert set(manifest["participants"]) == ({"student", "teacher"} if name == "both" else {"student"})


def test_votes_and_payments_are_those_of_the_exact_recipe(built: dict[str, Path]) -> None:
    """The majority, its count and each published reward follow from the answers by `selfplay.payment`; all occur."""
    right, unread = set(), 0
    for row in rows_of(built["solver"], "self_play"):
        counts = Counter(place for place in row["votes"] if place >= 0)
        unread += SIBLINGS - sum(counts.values())
        vote = Vote(SIBLINGS, max(counts.values()), round(row["solve_rate"] * SIBLINGS))
        assert row["agree"] == vote.agree
        assert row["rewards"] == pytest.approx({name: pay(vote) for name, pay in PAYMENTS.items()}, abs=1e-6)
        winner = next(each for each in row["answers"] if each["votes"] == vote.agree)
        assert (row["majority"], row["pseudo_label_correct"]) == (winner["answer"], winner["right"])
        assert all(each["right"] or each["slip"] for each in row["answers"]), "the solver's mistakes are named ones"
        right.add(row["pseudo_label_correct"])
    assert right == {True, False}
    assert unread > 0


def test_episodes_are_the_replies(built: dict[str, Path]) -> None:
    """Right replies are kept with reward 1, wrong ones only where they stand for their task; no thought is shown."""
    kept, failures = episodes_of(built["solver"]), rows_of(built["solver"], "episodes", "failures")
    votes = {row["id"]: row for row in rows_of(built["solver"], "self_play")}
    assert {(row["student"], row["teacher"], row["n_turns"]) for row in kept + failures} == {("model", "none", 1)}
    assert all(row["reward"] == 0 for row in failures)
    assert {row["id"] for row in kept if not row["reward"]} == {name for name, row in votes.items()
                                                               if not row["solve_rate"]}
    assert sum(row["reward"] for row in kept) == sum(round(row["solve_rate"] * SIBLINGS) for row in votes.values())
    assert {row["id"] for row in rows_of(built["solver"], "sft")} == {row["id"] for row in kept if row["reward"]}
    assert not any("easy" in turn["text"] for row in kept + failures for turn in row["turns"])
    assert {reply["thoughts"] for row in rows_of(built["solver"], REPLIES) for reply in row["replies"]} == {"", "easy"}


def test_the_exact_proposer_follows_what_the_votes_pay(built: dict[str, Path]) -> None:
    """Its choices are those of the sampler after the tasks before, and it leaves the level that pays nothing."""
    votes = {(row["item"], row["round"], row["task"]): row for row in rows_of(built["solver"], "self_play")}
    for row in rows_of(built["solver"], REPLIES):
        past = [Past(**each) for each in row["past"]]
        place = (row["item"], row["round"], row["task"])
        setting, chances = sampled(SEED, place, row["offered"], LEVELS, past, "r_zero")
        assert setting == (votes[place]["family"], votes[place]["level"])
        assert votes[place]["level_chances"] == pytest.approx(chances, abs=1e-6)
        assert (row["sampled"], row["proposals"]) == (True, [])
    assert len({row["level"] for row in votes.values()}) > 1


def test_a_model_proposes_or_the_sampler_does(built: dict[str, Path]) -> None:
    """A choice of the form is taken, at most three replies are asked for, and rejected ones are counted."""
    rows, votes = rows_of(built["both"], REPLIES), rows_of(built["both"], "self_play")
    rejected = 0
    for row, vote in zip(rows, votes, strict=True):
        read = [chosen(text, row["offered"], LEVELS) for text in row["proposals"]]
        rejected += read.count(None)
        assert 1 <= len(read) <= 3
        assert read[:-1] == [None] * (len(read) - 1)
        assert row["sampled"] == (read[-1] is None)
        if read[-1] is not None:
            assert read[-1] == (vote["family"], vote["level"])
            assert vote["level_chances"] == []
    assert {row["sampled"] for row in rows} == {True, False}
    manifest = json.loads((built["both"] / "manifest.json").read_text())
    assert manifest["counts"]["dropped"]["proposal not of the form"] == rejected


def test_no_request_holds_an_answer() -> None:
    """A solver sees a system prompt and the statement; a proposer families, levels and what became of its tasks."""
    with ModelServer(both) as server:
        run_one(server.url)
    assert len({ASKED in body["messages"][-1]["content"] for body in server.requests}) == 2
    for body in server.requests:
        (role, system), (_, said) = [(each["role"], each["content"]) for each in body["messages"]]
        assert role == "system"
        assert not re.search(r"\d", system)
        assert said in known() or ASKED in said


def run_one(url: str, **options: Any) -> Any:
    import asyncio

    from tutelage.live.roles import Roles
    from tutelage.live.self_play import make
    from tutelage.models.client import Client
    from tutelage.plan import Live, Options, Plan

    plan = Plan("self_play", RUNS, SEED, Options(families=FAMILIES, levels=LEVELS, iterations=ROUNDS, tasks=TASKS,
                                                 siblings=SIBLINGS, **options), Live(student="tiny", teacher="tiny"))

    async def run() -> Any:
        async with Client("student", [url], model="tiny") as one, Client("teacher", [url], model="tiny") as two:
            return await make(plan, 0, Roles(one, two))

    return asyncio.run(run())


# --- forms and prompts -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_no_choice(text: str) -> None:
    assert chosen(text, FAMILIES, LEVELS) is None


@pytest.mark.parametrize("text", [
    '{"family": "rates", "level": 2}', ' {"level": 2,\n"family": "rates"}\n',
    '```\n{"family": "rates", "level": 2}\n```',
    'Here:\n```json\n{"family": "rates", "level": 2}\n```\nGood luck!'])
def test_a_choice_is_read(text: str) -> None:
    assert chosen(text, FAMILIES, LEVELS) == Setting("rates", 2)


@pytest.mark.parametrize("reward", sorted(PAYMENTS))
def test_a_proposer_is_told_the_families_its_pay_and_its_last_tasks(reward: str) -> None:
    """By agreement or by truth, as the rule goes; the last ten tasks; a further try is told that it is one."""
    past = [Past("rates", 1, 10, 4, 3)] * 12
    (_, system), (_, said) = prompt([("rates", "how fast"), ("work", "how long")], LEVELS, past, reward, 0)
    assert "rates: how fast" in said
    assert "1, 2, 3" in said
    shown = "3 of 10 answers were right" if reward in ("absolute_zero", "variance") else "4 of 10 answers were the same"
    assert said.count(shown) == 10
    assert f"paid {PAYMENTS[reward](Vote(10, 4, 3)):.2f}" in said
    (_, again) = prompt([("rates", "how fast")], LEVELS, past, reward, 1)[1]
    assert "not of that form" in again
    assert "not of that form" not in said
    assert system


def test_families_to_choose_from_are_at_most_eight() -> None:
    from tutelage.draws import stream
    from tutelage.problems import FAMILIES as ALL

    names = [family.name for family in ALL]
    some = offered(names, stream(0, "x"))
    assert len(some) == 8
    assert some == [name for name in names if name in some]
    assert offered(names[:3], stream(0, "x")) == names[:3]


# --- models that fail ------------------------------------------------------------------------------------------------

def test_a_solver_that_says_nothing_of_use() -> None:
    """Whatever it says, the run ends, every task has its row, and nobody is paid for a vote that there isn't."""
    texts = [*[each for each in GARBAGE if each.strip() and each != "null"], "I can't help with that.", "def f(:",
             "Answer: 1\nAnswer: 2", "9" * 200_000]
    turns = cycle(texts)
    with ModelServer(lambda body: "?" if ASKED in body["messages"][-1]["content"] else next(turns)) as server:
        made = run_one(server.url)
    assert made.failed == ()
    rows = [row for episode in made.result.kept for row in episode.native.get("self_play", ())]
    said = {reply["text"] for episode in made.result.kept for row in episode.native.get(REPLIES, ())
            for reply in row["replies"]}
    assert len(rows) == ROUNDS * TASKS
    assert said == set(texts)
    empty = [row for row in rows if set(row["votes"]) == {-1}]
    assert empty
    for row in empty:
        assert (row["majority"], row["agree"], row["tie"], row["pseudo_label_correct"]) == ("", 0, False, False)
        assert set(row["rewards"].values()) == {0.0}


def test_a_run_sets_no_problem_twice(built: dict[str, Path]) -> None:
    for name in built:
        asked = Counter((row["item"], row["question"]) for row in rows_of(built[name], "self_play"))
        assert set(asked.values()) == {1}
    case = case_of(SEED, (0, 0, 0), family_named("rates"), next(drawn(SEED, (0, 0, 0), family_named("rates"), 1)))
    assert pack(case.problem) == pack(next(drawn(SEED, (0, 0, 0), family_named("rates"), 1)))


def test_a_request_that_fails_costs_its_vote_alone(call: Callable[..., Any], tmp_path: Path) -> None:
    """One failure for good: exit code 1, its reason in failed.jsonl, a vote of one less, and the check is content."""
    faults: Iterator[Fault] = iter([None, None, Status(400, "maximum context length is 10 tokens"), *[None] * 1000])
    with ModelServer(solver, faults=faults) as server:
        outcome = call("build", "self_play", *OPTIONS, "--student", server.url, "--concurrency", 1, "--out", "live")
    assert outcome.code == 1
    lines = [json.loads(line) for line in (tmp_path / "live" / "failed.jsonl").read_text().splitlines()]
    assert len(lines) == 1
    assert "too long for the model" in lines[0]["reason"]
    rows = rows_of(tmp_path / "live", "self_play")
    assert Counter(len(row["votes"]) for row in rows) == {SIBLINGS: len(rows) - 1, SIBLINGS - 1: 1}
    assert check(tmp_path / "live").faults == ()


def test_a_build_that_was_stopped_goes_on_without_asking_twice(call: Callable[..., Any], tmp_path: Path) -> None:
    with ModelServer(both) as server:
        models = ("--student", server.url, "--teacher", server.url)
        command = ("build", "self_play", *OPTIONS, *models, "--out", "live")
        stopped = call(*command, "--max-requests", 40)
        assert (stopped.code, len(server.requests)) == (2, 40)
        assert "40 of 40 requests are spent" in stopped.err
        assert call(*command).code == 0
        bodies = [json.dumps(body, sort_keys=True) for body in server.requests]
        assert len(bodies) == len(set(bodies))
        assert call(*command[:-1], "other").code == 0
    assert digests(tmp_path / "live") == digests(tmp_path / "other")


def test_a_group_means_nothing_here(call: Callable[..., Any]) -> None:
    with ModelServer(solver) as server:
        outcome = call("build", "self_play", *OPTIONS, "--student", server.url, "--group", 3, "--out", "live")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert "group=3: an item of self_play is a run of many dialogues" in outcome.err


# --- planted faults --------------------------------------------------------------------------------------------------

def _text(row: Row) -> None:
    row["replies"][0]["text"] = "Answer: 123456"


def _proposal(row: Row) -> None:
    row["proposals"][-1] = '{"family": "rates", "level": 3}' if "rates" not in row["proposals"][-1] else "x"


def _answer(row: Row) -> None:
    row["answers"][0]["answer"] = "77"


def _slip(row: Row) -> None:
    row["answers"][0]["slip"], row["answers"][0]["step"] = "invented", 0


def _reward(row: Row) -> None:
    row["rewards"]["r_zero"] += 0.1


def set_to(name: str, value: Any) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row[name] = value

    return change


CHANGES: tuple[tuple[str, str, Callable[[Row], None], str], ...] = (
    ("solver", REPLIES, _text, "reply"), ("solver", REPLIES, lambda row: row["replies"].pop(), "row"),
    ("solver", REPLIES, lambda row: row["replies"][0].update(number=4), "reply"),
    ("solver", REPLIES, lambda row: row["replies"][0].update(answer="8"), "reply"),
    ("solver", REPLIES, lambda row: row["replies"][0].update(act="ask"), "reply"),
    ("solver", REPLIES, lambda row: row["replies"][0].update(place=3), "reply"),
    ("solver", REPLIES, lambda row: row["past"].append({"family": row["offered"][0], "level": 1, "answers": 5,
                                                        "agree": 5, "right": 5}), "past"),
    ("solver", REPLIES, lambda row: row["past"].append({"family": "x", "level": 9, "answers": 0, "agree": 5,
                                                        "right": 5}), "past"),
    ("solver", REPLIES, set_to("offered", ["shortest_path"]), "past row"),
    ("solver", REPLIES, set_to("sampled", False), "choice"), ("solver", REPLIES, set_to("solver", "other"), "row"),
    ("solver", REPLIES, set_to("proposals", ['{"family": "rates", "level": 2}']), "choice"),
    ("both", REPLIES, _proposal, "choice"), ("both", REPLIES, set_to("sampled", None), "schema"),
    ("both", REPLIES, set_to("proposals", ["no"] * 4), "choice"), ("both", REPLIES, set_to("id", "0" * 32), "row"),
    ("solver", "self_play", set_to("level_chances", [0.5, 0.25, 0.25]), "choice"),
    ("solver", "self_play", set_to("majority", "77"), "row"), ("solver", "self_play", set_to("agree", 0), "row"),
    ("solver", "self_play", set_to("votes", [0, 0, 0, 0, -1, 0]), "row"), ("solver", "self_play", _answer, "vote"),
    ("solver", "self_play", _slip, "vote"), ("solver", "self_play", _reward, "row"),
    ("solver", "self_play", set_to("solve_rate", 0.123), "row"), ("solver", "self_play", set_to("truth", "3"), "row"),
    ("solver", "self_play", set_to("skills", ["rates.x"]), "row"),
    ("solver", "self_play", set_to("reward", "x"), "row"),
    ("solver", "self_play", set_to("expected_rate", 0.5), "row"), ("solver", "self_play", set_to("tests", "[]"), "row"),
    ("solver", "self_play", set_to("question", "What?"), "row"), ("solver", "self_play", set_to("task", 7), "row"),
    ("solver", "self_play", set_to("level", 3), "choice row"),
    ("solver", "episodes", lambda row: row["turns"][1].update(text="Answer: 5"), "turn reply"),
    ("solver", "episodes", lambda row: row["turns"][0].update(text="Well?"), "turns"),
    ("solver", "episodes", set_to("source", "proposer:2.1"), "problem"),
    ("solver", "episodes", set_to("source", "somewhere"), "source"),
    ("solver", "episodes", lambda row: row.update(reward=1 - row["reward"]), "reward"),
    ("solver", "episodes", set_to("level", 3), "problem"),
)


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_what_is_changed_is_found(number: int, built: dict[str, Path], tmp_path: Path) -> None:
    """Another word, reading, vote, choice, payment or problem does not fit what stands beside it."""
    name, config, change, kind = CHANGES[number]
    root = tmp_path / "damaged"
    shutil.copytree(built[name], root)
    path = next(path for path in sorted((root / config).glob("train-*")) if pq.read_metadata(path).num_rows)
    table = pq.read_table(path)
    rows = table.to_pylist()
    fits = next(at for at, row in enumerate(rows) if suits(row, kind))
    change(rows[fits])
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    found = {fault.kind for fault in check(root).faults if fault.kind != "digest"}
    assert found & set(kind.split()), found


def suits(row: Row, kind: str) -> bool:
    """Whether a change of this kind would change something about the row."""
    if "level_chances" in row:
        return not row["answers"][0]["right"] and row["level"] < max(LEVELS)
    return not row.get("proposals") or not row["sampled"]
