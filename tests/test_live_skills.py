"""`skills` with models: a server on loopback plays Reasoner and Challenger, well, badly and not at all."""

from __future__ import annotations

import json
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutelage.checking import check
from tutelage.draws import stream
from tutelage.problems import family_named
from tutelage.problems.reading.answers import final_answer
from tutelage.records.skills_replies import TABLE as REPLIES
from tutelage.skills import spoken_play
from tutelage.skills.attention import Skill
from tutelage.skills.judge import judge
from tutelage.skills.play import book_of, drafts
from tutelage.skills.reasoner import BUDGET
from tutelage.skills.replay import choose
from tutelage.skills.spoken import judge_words
from tutelage.skills.spoken_play import HELDOUT, edit_in, notes, rules_in
from tutelage.skills.tasks import ANSWER, Task, task_of
from tutelage.stats import stats
from tutelage.store.shards import file_digest
from tutelage.values import Problem, Slip, Work

sys.path.insert(0, str(Path(__file__).parent))
from model_server import Body, Fault, ModelServer, Status

Row = dict[str, Any]
CONTEXTS, ROUNDS, TASKS, SEED = 2, 3, 3, 5
OPTIONS = ("--rows", CONTEXTS, "--seed", SEED, "--level", "2-4", "--iterations", ROUNDS, "--tasks", TASKS)
SPLITS = ("train", "validation", "test")
known: dict[str, tuple[Work, list[Slip]]] = {}  # of every statement that was posed: the work, and what can go wrong
_statement = spoken_play.statement


def spied(problem: Problem) -> str:
    family = family_named("rulebook")
    right = family.work(problem)
    known[_statement(problem)] = right, [slip for kind, step in family.sites(problem, right)
                                         if (slip := family.slip(problem, right, kind, step))]
    return _statement(problem)


def words_of(work: Work) -> str:
    return "\n".join([step.line for step in work.steps]) + f"\nAnswer: {work.answer}"


def model(body: Body) -> str:
    """A Reasoner that is helped by notes; of what it or the Challenger has to write in a form, a third is garbage."""
    system, said = (body["messages"][at]["content"] for at in (0, -1))
    luck = random.Random(f"{body['seed']} {'notes' in system}")
    if "Which rules" in said:
        names = re.findall(r"^- (\w+):", said, re.M)
        return json.dumps({"rules": luck.sample(names, 2)}) if luck.random() < 0.5 else "The table, I'd say."
    if "Make one change" in said:
        if luck.random() < 0.3:
            return '{"op": "add"}'
        return json.dumps({"op": "add", "target": f"note {body['seed']}", "justification": "It failed.",
                           "description": " ".join(["Mind the exceptions first."] * luck.randint(1, 5))})
    right, slips = known[said]
    good = luck.random() < (0.7 if "notes" in system else 0.35)
    return f"<think>so</think>{words_of(right if good or not slips else luck.choice(slips).work)}"


def rows_of(root: Path, config: str, *splits: str) -> list[Row]:
    paths = [path for split in splits or SPLITS for path in sorted((root / config).glob(f"{split}-*.parquet"))]
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def digests(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): file_digest(path) for path in sorted(root.glob("*/*.parquet"))}


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken_play, "statement", spied)
    for name in ("TUTELAGE_STUDENT_KEY", "TUTELAGE_TEACHER_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A build with a Reasoner alone, and one with a Challenger as well."""
    from click.testing import CliRunner

    from tutelage.cli import cli

    root = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patched, ModelServer(model) as server:
        patched.setattr(spoken_play, "statement", spied)
        for name in ("alone", "both"):
            teacher = ["--teacher", server.url] if name == "both" else []
            done = CliRunner().invoke(cli, ["build", "skills", *map(str, OPTIONS), "--student", server.url, *teacher,
                                            "--out", str(root / name)])
            assert done.exit_code == 0, done.output
    return {name: root / name for name in ("alone", "both")}


# --- what is built ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["alone", "both"])
def test_a_build_checks_and_replay_is_measured(name: str, built: dict[str, Path]) -> None:
    """Every iteration has its rows, every task its dialogue; nothing is found wrong; `stats` has the curves."""
    root = built[name]
    found = check(root)
    assert (found.faults, found.notes) == ((), ())
    rows = rows_of(root, "skills")
    assert sorted((row["item"], row["iteration"]) for row in rows) == [
        (item, number) for item in range(CONTEXTS) for number in range(1, ROUNDS + 1)]
    assert len(rows_of(root, "episodes")) == CONTEXTS * ROUNDS * TASKS
    assert {row["reward"] for row in rows_of(root, "episodes")} == {0, 1}
    taken = stats(root)["replay"]
    assert taken["contexts"] == CONTEXTS
    assert len(taken["with"]) == ROUNDS + 1
    assert {each["thoughts"] for row in rows_of(root, REPLIES) for each in row["replies"]} >= {"so"}
    assert not any("think" in turn["text"] for row in rows_of(root, "episodes") for turn in row["turns"])


def test_true_rates_and_the_choice_follow_from_the_replies(built: dict[str, Path]) -> None:
    """A version's rate is the share of its held-out replies that are right; replay chooses by the probes' results."""
    family, seen = family_named("rulebook"), 0
    for row in rows_of(built["alone"], "skills"):
        replies = next(each for each in rows_of(built["alone"], REPLIES) if each["id"] == row["id"])["replies"]
        said = [each["text"] for each in replies if each["purpose"] == "heldout"]
        versions = [said[at:at + HELDOUT] for at in range(0, len(said), HELDOUT)]
        held = list(islice(drafts(stream(row["seed"], "heldout"), book_of(row["seed"]), row["levels"]), HELDOUT))
        rates = [sum(family.accepts(one, family.work(one), final_answer(text))
                     for one, text in zip(held, texts, strict=True)) / HELDOUT for texts in versions]
        assert row["heldout"][-len(rates):] == pytest.approx(rates) if rates else True
        seen += len(rates)
        assert row["heldout_tasks"] == HELDOUT
        sides = {side: [each["solved"] for each in row["probes"] if each["side"] == side] for side in ("hard", "easy")}
        best = choose(sides["hard"], sides["easy"], row["iteration"] + 1)
        assert row["chosen"] == best.chosen
        assert row["regret"] == pytest.approx(max(row["heldout"]) - row["heldout"][best.chosen], abs=1e-6)
    assert seen > CONTEXTS


def test_edits_come_from_failures_and_stay_in_the_budget(built: dict[str, Path]) -> None:
    made = 0
    for row in rows_of(built["both"], "skills"):
        for side, score in (("reasoner", 0), ("challenger", 1)):
            edits = row[f"{side}_edits"]
            made += len(edits)
            assert len(edits) <= any(each["judge_score"] == score for each in row["task_results"])
            assert all(len(edit["description"].split()) <= BUDGET for edit in edits)
        assert [skill["name"] for skill in row["reasoner_after"]] == [
            *[skill["name"] for skill in row["reasoner_before"]], *[edit["target"] for edit in row["reasoner_edits"]]]
    assert made


def test_a_model_aims_or_the_exact_challenger_does(built: dict[str, Path]) -> None:
    both = [at for row in rows_of(built["both"], REPLIES) for at in row["sampled"]]
    assert set(both) == {True, False}
    assert all(all(row["sampled"]) for row in rows_of(built["alone"], REPLIES))
    for row in rows_of(built["both"], "skills"):
        chosen = next(each for each in rows_of(built["both"], REPLIES) if each["id"] == row["id"])["sampled"]
        assert all(result["aim"] for result, sampled in zip(row["task_results"], chosen, strict=True) if not sampled)


def test_notes_are_the_newest_words_of_the_budget() -> None:
    long = Skill("a", " ".join(["old"] * 40), ())
    new, newer = Skill("b", "first mind this", ()), Skill("c", " ".join(["new"] * 30), ())
    assert notes((long, new, newer)) == f"- first mind this\n- {newer.description}"
    assert notes(()) == ""


# --- the Judge on free words -----------------------------------------------------------------------------------------

def tasks_of(seeds: range) -> list[Task]:
    return [task for seed in seeds for problem in islice(drafts(stream(seed, "words"), book_of(seed), (1, 3, 5)), 8)
            if (task := task_of(problem, book_of(seed))) is not None]


def test_the_judge_of_words_agrees_with_the_exact_one() -> None:
    """Right work passes, a mistake fails whatever it is, and nearly always the rule that is misread is named."""
    same = total = 0
    for task in tasks_of(range(12)):
        assert judge_words(task, words_of(task.right), True).score == 1
        for slip in task.slips.values():
            found, due = judge_words(task, words_of(slip.work), False), judge(task, slip)
            assert found.score == 0
            same, total = same + (found.broken == due.broken), total + 1
    assert total > 100
    assert same / total > 0.9


@pytest.mark.parametrize("change", [
    lambda text: text.replace(" = ", "="), lambda text: text.replace("×", "*"), lambda text: f"**Work**\n\n{text}",
    lambda text: re.sub(r"([#@&~]|◇|⊙|△|⊕)", r"\\\1", text), lambda text: text.replace("\n", "\n\n- "),
    lambda text: re.sub(r"(\d) ?= ?(\d+)\.", r"\1 = **\2**.", text), lambda text: text + "\nThat is all I can say.🎉"])
def test_a_claim_is_read_in_other_forms(change: Callable[[str], str]) -> None:
    """Markdown, LaTeX, other signs for times, closed-up equations: the same verdicts."""
    for task in tasks_of(range(3)):
        for work, right in ((task.right, True), *[(slip.work, False) for slip in task.slips.values()]):
            plain, other = (judge_words(task, text, right) for text in (words_of(work), change(words_of(work))))
            assert (plain.status, plain.broken) == (other.status, other.broken)


@pytest.mark.parametrize("text", ["", "Answer: 5", "I can't help with that.", "# " * 30_000, "9" * 100_000,
                                  "\u0000👩‍🔬 = 3"])
def test_words_without_work_pass_or_fail_as_a_whole(text: str) -> None:
    for task in tasks_of(range(2)):
        assert set(judge_words(task, text, True).status) == {True}
        assert set(judge_words(task, text, False).status) == {False}


def test_the_last_claim_counts() -> None:
    """Who corrects himself means what he says last; but the answer alone decides on the answer."""
    for task in tasks_of(range(3)):
        rule, slip = list(task.slips.items())[-1]
        at = next(at for at, rubric in enumerate(task.rubrics) if rubric.rule == rule)
        wrong, right = slip.work.steps[slip.step].line, task.right.steps[slip.step].line
        if judge_words(task, wrong, True).status[at]:
            continue  # what tells them apart stands in another line
        assert judge_words(task, f"{wrong}\nNo, wait.\n{right}", True).status[at]
        assert not judge_words(task, f"{right}\nNo, wait.\n{wrong}", True).status[at]
        assert task.rubrics[-1].rule == ANSWER
        assert not judge_words(task, words_of(task.right), False).status[-1]


# --- forms -----------------------------------------------------------------------------------------------------------

def edit(**changed: Any) -> str:
    return json.dumps({"op": "add", "target": "order", "description": "Start on the right.", "justification": "Failed.",
                       **changed})


@pytest.mark.parametrize("text", [
    "", "null", "[]", "Add a note on the order.", edit(op="remove"), edit(target=""), edit(target="x" * 61),
    edit(target="there"), edit(op="merge"), edit(description=""), edit(description="word " * (BUDGET + 1)),
    edit(description=["a"]), edit(justification=" "), edit(why="x"), edit(justification="x" * 2_000),
    f"[{edit()}]", f"{edit()} {edit()}", edit(description="x" * 5_000), edit(target="../a"), edit(op=None)])
def test_garbage_is_no_edit(text: str) -> None:
    assert edit_in(text, (Skill("there", "Mind it.", ()),)) is None


def test_an_edit_is_read() -> None:
    skills = (Skill("there", "Mind it.", ()),)
    assert edit_in(f"So:\n```json\n{edit()}\n```", skills) == ("add", "order", "Start on the right.", "Failed.", (), ())
    merged = edit_in(edit(op="merge", target="there", description="Mind\n it  all."), skills)
    assert merged is not None
    assert (merged.op, merged.description) == ("merge", "Mind it all.")


@pytest.mark.parametrize(("text", "rules"), [
    ('{"rules": ["a"]}', ("a",)), ('{"rules": ["b", "a", "b"]}', ("b", "a")), ('{"rules": []}', None),
    ('{"rules": "a"}', None), ('{"rules": ["c"]}', None), ('{"rules": [["a"]]}', None), ("a and b", None),
    ('{"rules": ["a"], "more": 1}', None)])
def test_a_choice_of_rules_is_read(text: str, rules: tuple[str, ...] | None) -> None:
    assert rules_in(text, ("a", "b")) == rules


# --- models that fail, and builds that stop --------------------------------------------------------------------------

@pytest.mark.parametrize("text", ["?", "[" * 20_000, '{"op": "add"}', "Answer: 1\nAnswer: 2"])
def test_models_that_say_nothing_of_use(text: str, call: Callable[..., Any], tmp_path: Path) -> None:
    """The context ends, nothing is solved by luck of the form, no skill is written, and the check is content."""
    with ModelServer(lambda body: text) as server:
        models = ("--student", server.url, "--teacher", server.url)
        assert call("build", "skills", *OPTIONS[2:], "--rows", 1, *models, "--out", "live").code == 0
    rows = rows_of(tmp_path / "live", "skills")
    assert len(rows) == ROUNDS
    assert not any(row["reasoner_edits"] or row["challenger_edits"] for row in rows)
    assert all(set(row["heldout"]) == {0.0} for row in rows)
    assert check(tmp_path / "live").faults == ()


def test_a_context_whose_request_fails_is_left_out_as_a_whole(call: Callable[..., Any], tmp_path: Path) -> None:
    faults: Iterator[Fault] = iter([None, None, Status(400, "maximum context length is 10 tokens"), *[None] * 2000])
    with ModelServer(model, faults=faults) as server:
        outcome = call("build", "skills", *OPTIONS, "--student", server.url, "--concurrency", 1, "--out", "live")
    assert outcome.code == 1
    lines = [json.loads(line) for line in (tmp_path / "live" / "failed.jsonl").read_text().splitlines()]
    assert len(lines) == 1
    assert "too long for the model" in lines[0]["reason"]
    assert len(rows_of(tmp_path / "live", "skills")) == (CONTEXTS - 1) * ROUNDS
    assert check(tmp_path / "live").faults == ()


def test_a_build_that_was_stopped_goes_on_without_asking_twice(call: Callable[..., Any], tmp_path: Path) -> None:
    with ModelServer(model) as server:
        models = ("--student", server.url, "--teacher", server.url)
        command = ("build", "skills", *OPTIONS, *models, "--out", "live")
        stopped = call(*command, "--max-requests", 70)
        assert (stopped.code, len(server.requests)) == (2, 70)
        assert call(*command).code == 0
        bodies = [json.dumps(body, sort_keys=True) for body in server.requests]
        assert len(bodies) == len(set(bodies))
        assert call(*command[:-1], "other").code == 0
    assert digests(tmp_path / "live") == digests(tmp_path / "other")


def test_a_group_means_nothing_here(call: Callable[..., Any]) -> None:
    with ModelServer(model) as server:
        outcome = call("build", "skills", *OPTIONS, "--student", server.url, "--group", 3, "--out", "live")
    assert outcome.code == 2
    assert "group=3: an item of skills is a run of many dialogues already" in outcome.err


# --- planted faults --------------------------------------------------------------------------------------------------

def set_to(name: str, value: Any) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row[name] = value

    return change


def _result(**changed: Any) -> Callable[[Row], None]:
    return lambda row: row["task_results"][1].update(changed)


def _of(purpose: str) -> Callable[[Row], None]:
    """Another reply for this purpose, in place of one of the form where there is a form."""
    def change(row: Row) -> None:
        reply = next(each for each in row["replies"] if each["purpose"] == purpose
                     and ("{" in each["text"] or purpose not in ("aim", "reasoner_edit")))
        reply["text"] = "Answer: 123456" if "edit" not in purpose else edit(target="another")

    return change


CHANGES: tuple[tuple[str, Callable[[Row], None]], ...] = (
    ("skills", _result(judge_score=9)), ("skills", _result(requirement_status=[])), ("skills", _result(broken="x")),
    ("skills", _result(answer="Answer: 1")), ("skills", _result(needs=[])), ("skills", _result(aim=["table"])),
    ("skills", _result(judge_rationale="Well done.")), ("skills", lambda row: row["task_results"].pop()),
    ("skills", lambda row: row["task_results"][0]["rubrics"].pop()), ("skills", set_to("seed", 1)),
    ("skills", lambda row: row["reasoner_after"].append(row["reasoner_after"][0])),
    ("skills", lambda row: row["reasoner_edits"][0].update(description="Else.")), ("skills", set_to("chosen", 9)),
    ("skills", lambda row: row["probes"][0].update(solved=[True, True, True, True])),
    ("skills", set_to("rho_hard", [1])), ("skills", set_to("regret", 0.9)),
    ("skills", set_to("heldout", [0.5, 0.5])), ("skills", set_to("heldout_tasks", 240)),
    ("skills", set_to("book", "{}")), ("skills", set_to("grasp", ["table"])), ("skills", set_to("levels", [1])),
    (REPLIES, _of("task")), (REPLIES, _of("heldout")), (REPLIES, _of("reasoner_edit")), (REPLIES, _of("aim")),
    (REPLIES, lambda row: row["replies"].pop()), (REPLIES, lambda row: row["replies"].reverse()),
    (REPLIES, lambda row: row["replies"].append(row["replies"][0])), (REPLIES, set_to("sampled", [True] * 7)),
    (REPLIES, set_to("reasoner", "another")), (REPLIES, set_to("challenger", "")), (REPLIES, set_to("id", "x")),
    ("episodes", lambda row: row["turns"][1].update(text="Answer: 5")),
    ("episodes", lambda row: row["turns"][0].update(text="Well?")),
    ("episodes", lambda row: row.update(source=row["source"][:-1] + "9")),
    ("episodes", lambda row: row.update(reward=1 - row["reward"])),
)


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_what_is_changed_is_found(number: int, built: dict[str, Path], tmp_path: Path) -> None:
    """Another word, verdict, skill, probe, rate or choice does not fit what the models said."""
    config, change = CHANGES[number]
    root = tmp_path / "damaged"
    shutil.copytree(built["both"], root)
    path = next(path for path in sorted((root / config).glob("*.parquet")) if pq.read_metadata(path).num_rows)
    table = pq.read_table(path)
    rows = table.to_pylist()
    fits = rows[1:] if config == "episodes" else [row for row in rows if suits(row)]
    change(fits[0])
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    found = {fault.kind for fault in check(root).faults} - {"digest", "sft"}
    assert found


def suits(row: Row) -> bool:
    """Whether there is something to change about the row: an edit of the Reasoner's."""
    if "replies" in row:
        return any(each["purpose"] == "reasoner_edit" and edit_in(each["text"], ()) for each in row["replies"])
    return bool(row["reasoner_edits"] and row["probes"])
