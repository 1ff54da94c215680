"""The laws of the views for trainers and of exporting them: rows follow from the episodes and from nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import tutelage as tu
from tutelage.building import build, make_item
from tutelage.checking import check
from tutelage.errors import StoreError, UsageError
from tutelage.exporting import export
from tutelage.plan import Options, Plan
from tutelage.recipes import RECIPES, recipe_named
from tutelage.records.consumers import CONSUMERS
from tutelage.records.schema import EPISODES, episodes_table, pack_row
from tutelage.records.trainers import VIEWS, Given, view_named
from tutelage.store import shards
from tutelage.store.shards import file_digest
from tutelage.store.splits import split_of

Row = dict[str, Any]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
ITEMS = 16
BREAKS = {"labels", "prompts", "completions", "images", "system", "margin", "task_name", "conversations", "priority",
          "chat_template_kwargs"}  # columns that some trainer takes for something else
PAPERS = [recipe.name for recipe in RECIPES]


OF_EPISODES = [view for view in VIEWS if view.table == "episodes"]
NAMES = tuple(view.name for view in OF_EPISODES)


def rows_of(root: Path, config: str, split: str = "*") -> list[Row]:
    paths = sorted((root / config).glob(f"{split}-*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def digests(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): file_digest(path) for path in sorted(root.glob("*/*.parquet"))}


def made(recipe: str, view: str, *, plan: Plan | None = None) -> tuple[list[Row], list[Row]]:
    """Episodes of a few items, and the rows of a view that follow from them."""
    plan = plan or Plan(recipe, ITEMS, 5)
    items = [make_item(recipe_named(recipe), plan, number, ()) for number in range(ITEMS)]
    episodes = [e for item in items for e in (*item.kept, *item.failed)]
    batch = episodes_table([pack_row(e) for e in episodes])
    found = view_named(view).make(batch, Given(plan.options, "train"))
    found.validate(full=True)
    assert found.schema.equals(view_named(view).schema)
    return batch.to_pylist(), found.to_pylist()


def nulls(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(nulls, value.values()))
    return any(map(nulls, value)) if isinstance(value, list) else value is None


def fits(messages: list[Row], *, to_train: bool) -> bool:
    """Whether messages begin with the user, alternate, and end with the one who is due."""
    roles = [message["role"] for message in messages]
    return roles == [("user", "assistant")[i % 2] for i in range(len(roles))] and (len(roles) % 2 == 0) == to_train


@pytest.fixture
def copy(q_priming: Path, tmp_path: Path) -> Path:
    """A copy of a dataset to add views to."""
    shutil.copytree(q_priming, tmp_path / "data")
    return tmp_path / "data"


@pytest.mark.parametrize("recipe", PAPERS)
def test_what_no_trainer_can_do_without(recipe: str) -> None:
    """No null, no strange column or role; histories end with the user; each row has something to train on."""
    for view in OF_EPISODES:
        assert not BREAKS & set(view.schema.names)
        for row in made(recipe, view.name)[1]:
            assert not nulls(row)
            assert all(fits(row[name], to_train=False) for name in ("prompt",) if name in row)
            assert all(fits(row[name], to_train=True) for name in ("messages",) if name in row)
            for name in ("completion", "chosen", "rejected"):
                if name in row and view.name != "preference_full":
                    assert [message["role"] for message in row[name]] == ["assistant"]
                elif name in row:
                    assert fits(row[name], to_train=True)
            assert view.name != "sft" or any(message["loss"] for message in row["messages"])


@pytest.mark.parametrize("train_on", ["all", "questions_and_final", "final"])
def test_prompt_completion_is_what_sft_trains(train_on: str) -> None:
    """A row for each message of `sft` that carries the loss: the messages before it, and it."""
    plan = Plan("q_priming", ITEMS, 5, Options(train_on=train_on))
    due = [(row["messages"][:i], message["content"]) for row in made("q_priming", "sft", plan=plan)[1]
           for i, message in enumerate(row["messages"]) if message["loss"]]
    found = made("q_priming", "prompt_completion", plan=plan)[1]
    assert [row["completion"][0]["content"] for row in found] == [text for _, text in due]
    assert [[m["content"] for m in row["prompt"]] for row in found] == [[m["content"] for m in h] for h, _ in due]
    assert len({row["id"] for row in found}) == len(found)


def label_of(episode: Row, number: int) -> bool | None:
    """The label of a student turn, written apart from the code that is tested; None where it has none."""
    turns, turn = episode["turns"], episode["turns"][number]
    reply = turns[number + 1] if number + 1 < len(turns) else None
    if number > 1 and episode["teacher"] in ("contentless", "shuffled", "misleading"):
        return None
    match turn["act"]:
        case "attempt" | "guess" | "revise" | "defend" | "abstain":
            return bool(turn["correct"])
        case "assume":
            return None if turns[number - 1]["act"] == "mistell" else False
        case "vague":
            return False
        case "wait":
            return True if turn["k_after"] > 0 else None
        case "ask_conflict":
            return bool(turn["ig_bits"] > 0)
        case "ask_plan" | "ask_step":
            tries = [t for t in turns[number:] if t["act"] in ("attempt", "guess", "revise", "defend", "assume")]
            return True if tries and tries[0]["correct"] else None
        case "ask":
            told = reply is not None and reply["act"] in ("tell", "tell_derived", "take_back")
            fell = told and min(turn["k_after"], reply["k_after"]) >= 0 and turn["k_after"] - reply["k_after"]
            if len(turn["asked"]) == 1:
                return True if turn["ig_bits"] > 0 or fell > 0 else False if turn["ig_bits"] == 0 else None
            if turn["ig_bits"] == 0 and fell <= 0:
                return False
            new = told and reply["known_after"] - turn["known_after"] == len(turn["asked"]) == fell
            return True if new and set(reply["answered"]) == set(turn["asked"]) else None
    return None


def said(episode: Row, end: int) -> tuple[str, ...]:
    return tuple(turn["text"] for turn in episode["turns"][:end])


@pytest.mark.parametrize("recipe", PAPERS)
def test_labels_follow_from_acts_and_verdicts(recipe: str) -> None:
    """`kto` has one row for each history and turn of an item that has a label, and that label."""
    episodes, found = made(recipe, "kto")
    due: dict[tuple[int, tuple[str, ...]], bool | None] = {}
    for episode in episodes:
        for number in range(1, len(episode["turns"]), 2):
            due.setdefault((episode["item"], said(episode, number + 1)), label_of(episode, number))
    by_id = {episode["id"]: episode for episode in episodes}
    held = {(by_id[json.loads(row["meta"])["id"]]["item"], tuple(m["content"] for m in row["messages"])): row["label"]
            for row in found}
    assert held == {key: label for key, label in due.items() if label is not None}
    assert len(held) == len(found)
    assert all(row["messages"] == row["prompt"] + row["completion"] for row in found)


def test_every_act_has_the_label_that_the_table_says() -> None:
    """Over all recipes both labels turn up, and of each act only those of docs/trainers/README.md."""
    seen: dict[str, set[bool]] = {}
    for recipe in PAPERS:
        for row in made(recipe, "kto")[1]:
            seen.setdefault(json.loads(row["meta"])["act"], set()).add(row["label"])
    assert seen["attempt"] == seen["ask"] == seen["abstain"] == {True, False}
    assert seen["ask_step"] == seen["wait"] == {True}
    assert seen["vague"] == seen["assume"] == {False}
    assert "check" not in seen


@pytest.mark.parametrize("recipe", ["sml", "q_priming", "controls", "sharded"])
def test_pairs(recipe: str) -> None:
    """Chosen is good, rejected is bad, both follow the same words; where a pair comes from stands in `meta`."""
    episodes, found = made(recipe, "preference", plan=Plan(recipe, 3 * ITEMS, 1))
    by_id = {episode["id"]: episode for episode in episodes}
    kinds = set()
    for row in found:
        meta = json.loads(row["meta"])
        one, two, number = by_id[meta["chosen"]], by_id[meta["rejected"]], 2 * meta["turn"] - 1
        history, chosen, rejected = [m["content"] for m in row["prompt"]], row["chosen_text"], row["rejected_text"]
        assert tuple(history) == said(one, number)
        assert one["turns"][number]["text"] == chosen
        assert label_of(one, number) is True
        if meta["kind"] == "feedback":
            assert one is two
            assert one["turns"][number]["correct"]
            assert rejected == one["turns"][number - 2]["text"] == history[-2]
            assert label_of(one, number - 2) is False
        else:
            assert one["item"] == two["item"]
            assert tuple(history) == said(two, number)
            assert two["turns"][number]["text"] == rejected
            assert label_of(two, number) is False
            assert one["reward"] >= two["reward"]
        assert row["chosen"] == [row["chosen_message"]] == [{"role": "assistant", "content": chosen}]
        assert row["rejected"] == [row["rejected_message"]] == [{"role": "assistant", "content": rejected}]
        kinds.add(meta["kind"])
    assert kinds == {"sml": {"feedback"}, "sharded": {"feedback"}}.get(recipe, {"feedback", "sibling"})
    keys = {(str(row["prompt"]), row["chosen_text"], row["rejected_text"]) for row in found}
    assert len(keys) == len({row["id"] for row in found}) == len(found)


def test_a_good_turn_of_a_dialogue_that_failed_is_no_better() -> None:
    """Siblings are a pair only where the good turn's dialogue earned no less."""
    episodes, pairs = made("q_priming", "preference")
    siblings = [json.loads(row["meta"]) for row in pairs if json.loads(row["meta"])["kind"] == "sibling"]
    assert siblings
    lost = {meta["chosen"] for meta in siblings}
    batch = pa.RecordBatch.from_pylist([{**e, "reward": 0 if e["id"] in lost else 1} for e in episodes], EPISODES)
    found = view_named("preference").make(batch, Given(Options(), "train")).to_pylist()
    assert all(json.loads(row["meta"])["kind"] != "sibling" for row in found)


def test_whole_conversations_are_the_same_pairs() -> None:
    pairs, whole = made("controls", "preference")[1], made("controls", "preference_full")[1]
    assert [(row["prompt"] + row["chosen"], row["prompt"] + row["rejected"], row["meta"]) for row in pairs] == [
        (row["chosen"], row["rejected"], row["meta"]) for row in whole]


@pytest.mark.parametrize("recipe", PAPERS)
def test_a_scenario_poses_its_problem_again(recipe: str) -> None:
    """From `scenario` alone the item is made again, and the episode with the row's id and statement is in it."""
    options = Options(max_turns=5)
    _, found = made(recipe, "rl", plan=Plan(recipe, ITEMS, 9, options))
    assert found
    for row in found:
        data = json.loads(row["scenario"])
        plan = Plan.from_json({**data, "rows": data["item"] + 1})
        item = make_item(recipe_named(recipe), plan, data["item"], ())
        again = {pack_row(e).id: e for e in (*item.kept, *item.failed)}[row["id"]]
        assert [{"role": "user", "content": again.dialogue.turns[0].text}] == row["prompt"]
        assert (again.arm, again.max_turns) == (data["arm"], row["max_turns"])
        view = again.dialogue.case.view
        open_ = view is not None and (view.swapped is not None or bool(view.unknowable) or (
            view.task == "ambiguous" and view.label == "missing"))
        assert row["ground_truth"] == ("" if open_ else again.dialogue.case.right.answer)
        assert row["extra_info"] == {"index": data["item"], "split": "train", "scenario_id": row["id"],
                                     "scenario_json": row["scenario"]}
        assert row["reward_model"]["ground_truth"] == row["reward_spec"]["ground_truth"] == row["ground_truth"]


def poisoned(kind: pa.DataType, name: str) -> Any:
    """A value of a private column that can be told anywhere."""
    if pa.types.is_struct(kind):
        return {field.name: poisoned(field.type, f"{name}.{field.name}") for field in kind}
    if pa.types.is_list(kind):
        return [poisoned(kind.value_type, name)]
    return f"POISON {name}" if pa.types.is_string(kind) else 77


@pytest.mark.parametrize("recipe", PAPERS)
def test_nothing_private_is_in_a_view(recipe: str) -> None:
    """Poison in every private field: the answer comes out in `rl` as what is right, and nothing comes out elsewhere."""
    plan = Plan(recipe, ITEMS, 5)
    items = [make_item(recipe_named(recipe), plan, number, ()) for number in range(ITEMS)]
    rows = episodes_table([pack_row(e) for item in items for e in item.kept]).to_pylist()
    for row in rows:
        row["private"] = poisoned(EPISODES.field("private").type, "private")
    batch = pa.RecordBatch.from_pylist(rows, schema=EPISODES)
    for view in OF_EPISODES:
        told = view.make(batch, Given(plan.options, "train")).to_pylist()
        if view.name == "rl":
            assert any(row["ground_truth"] == "POISON private.answer" for row in told)
            for row in told:
                for place in (row, row["reward_model"], row["reward_spec"]):
                    assert place.pop("ground_truth") in ("POISON private.answer", "")
        assert "POISON" not in json.dumps(told)
        assert {name for name in view.columns if name.startswith("private")} <= {"private.answer", "private.view"}
        assert view.name == "rl" or not any(name.startswith("private") for name in view.columns)


def test_an_export_gives_the_bytes_of_a_build(copy: Path, tmp_path: Path, small_shards: Callable[[int], None]) -> None:
    """`build --views` is `build` and `export`; what `export` makes of `sft` anew is what the build wrote."""
    small_shards(60)
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    tu.build("q_priming", tmp_path / "built", rows=manifest["identity"]["plan"]["rows"], views=NAMES,
             seed=manifest["identity"]["plan"]["seed"], families=["shortest_path"], holdout_levels=[5])
    made_of = export(copy, NAMES)
    assert digests(copy) == digests(tmp_path / "built")
    assert made_of == json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    assert (copy / "manifest.json").read_bytes() == (tmp_path / "built" / "manifest.json").read_bytes()
    apart = export(copy, NAMES, out=tmp_path / "apart", workers=2)
    assert digests(tmp_path / "apart") == {
        path: digest for path, digest in digests(copy).items() if not path.startswith("episodes/")}
    assert {file["path"]: file["sha256"] for file in apart["files"]} == digests(tmp_path / "apart")
    assert not check(copy).faults
    assert not check(tmp_path / "apart").faults
    assert tu.load(tmp_path / "apart", "kto")[0]["prompt"][0]["role"] == "user"


def test_items_may_lie_across_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Siblings are found whatever the row groups are; failures follow in the split that their structure belongs to."""
    plan = Plan("controls", 40, 3, Options(families=("rates",), holdout_levels=(2,)))
    build(plan, tmp_path / "one")
    monkeypatch.setattr(shards, "ROW_GROUP", 7)
    build(plan, tmp_path / "many")
    for root in (tmp_path / "one", tmp_path / "many"):
        export(root, ("preference", "kto", "rl"))
    assert pq.read_metadata(next((tmp_path / "many" / "kto").glob("train-*"))).num_row_groups > 3
    places = {row["id"]: (row["structure"], row["family"], row["level"])
              for row in rows_of(tmp_path / "one", "episodes")}
    failed = {row["id"] for row in rows_of(tmp_path / "one", "episodes", "failures")}
    used = set()
    for split in ("train", "validation", "test", "heldout"):
        for config in ("preference", "kto", "rl"):
            assert rows_of(tmp_path / "one", config, split) == rows_of(tmp_path / "many", config, split)
        for row in rows_of(tmp_path / "one", "kto", split):
            used.add(name := json.loads(row["meta"])["id"])
            assert split_of(*places[name], plan.options) == split
    assert failed & used
    assert not failed & {row["id"] for row in rows_of(tmp_path / "one", "rl")}


def test_a_stopped_export_goes_on(sml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after two shards: nothing half is there, the manifest is the old one, and the end is the same bytes."""
    from tutelage.store import folder

    views = ("kto", "preference", "prompt_completion")
    copy = tmp_path / "data"
    shutil.copytree(sml, copy)
    shutil.copytree(sml, tmp_path / "whole")
    export(tmp_path / "whole", views, workers=2)
    before, calls, write = (copy / "manifest.json").read_bytes(), list[int](), folder.write_receipt

    def stopped(*given: Any) -> None:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(1)
        write(*given)

    monkeypatch.setattr(folder, "write_receipt", stopped)
    with pytest.raises(KeyboardInterrupt):
        export(copy, views)
    assert (copy / "manifest.json").read_bytes() == before
    assert not list(copy.rglob("*.part"))
    done = len(folder.receipts(copy))
    monkeypatch.setattr(folder, "write_receipt", write)
    written = list[str]()
    monkeypatch.setattr(folder, "write_receipt", lambda *given: (written.append("part"), write(*given)))
    export(copy, views)
    assert done == 2
    assert len(written) == 6 - done  # two shards of three views
    assert digests(copy) == digests(tmp_path / "whole")
    assert (copy / "manifest.json").read_bytes() == (tmp_path / "whole" / "manifest.json").read_bytes()
    assert not (copy / folder.STATE).exists()


def test_exporting_again_changes_nothing(copy: Path) -> None:
    export(copy, ("kto",))
    before = digests(copy)
    stamps = {path: path.stat().st_mtime_ns for path in copy.glob("*/*.parquet")}
    export(copy, ("kto",))
    assert digests(copy) == before
    assert {path: path.stat().st_mtime_ns for path in copy.glob("*/*.parquet")} == stamps


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: str(consumer.name))
def test_each_trainer_is_told_what_to_write(consumer: Any, copy: Path, command: Run) -> None:
    """The command names only views that are there, the lines name files that exist, and the files can be read."""
    done = command("export", copy, "--for", consumer.name, "--workers", "1", cwd=copy)
    assert done.returncode == 0, done.stderr
    assert consumer.title in done.stdout
    assert "{{" not in done.stdout
    assert "{%" not in done.stdout
    assert {file.name for file in copy.iterdir()} >= {name for name in consumer.views if name in NAMES}
    for name in consumer.files:
        text = (copy / name).read_text(encoding="utf-8")
        if name.endswith(".json"):
            assert all((copy / entry["file_name"]).is_file() for entry in json.loads(text).values())
        elif name.endswith(".yaml"):
            assert yaml.safe_load(text)
        elif name.endswith(".toml"):
            assert tomllib.loads(text)
        else:
            assert "generation" in text
    assert not check(copy).faults


def damage(root: Path, path: str, change: Callable[[list[Row]], object]) -> None:
    """Changes a file's rows and lets the manifest say what it is now."""
    config = path.partition("/")[0]
    rows = pq.read_table(root / path).to_pylist()
    change(rows)
    with shards.open_writer(root / path, shards.schema_of(config)) as writer:
        writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=shards.schema_of(config)))
    manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
    for file in manifest["files"]:
        if file["path"] == path:
            manifest["rows"][path.partition("-")[0]] += len(rows) - file["rows"]
            file.update(rows=len(rows), bytes=(root / path).stat().st_size, sha256=file_digest(root / path))
    (root / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


PLANTED: dict[str, tuple[str, Callable[[list[Row]], object], int]] = {
    "a label": ("kto", lambda rows: rows[3].update(label=not rows[3]["label"]), 3),
    "a pair": ("preference", lambda rows: rows[2].update(chosen_text=rows[2]["rejected_text"]), 2),
    "a word": ("prompt_completion", lambda rows: rows[0]["completion"][0].update(content="42"), 0),
    "a conversation": ("preference_full", lambda rows: rows[1]["rejected"].pop(), 1),
    "an answer": ("rl", lambda rows: rows[4].update(ground_truth="0"), 4),
    "a row that is gone": ("kto", lambda rows: rows.pop(), -1),
    "a row too many": ("rl", lambda rows: rows.append(rows[0]), -1),
}


@pytest.fixture(scope="module")
def exported(q_priming: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset with all views. Read only."""
    root = tmp_path_factory.mktemp("exported") / "data"
    shutil.copytree(q_priming, root)
    export(root, NAMES, consumer="trl")
    return root


@pytest.mark.parametrize("name", PLANTED)
def test_check_finds_what_was_planted(name: str, exported: Path, tmp_path: Path) -> None:
    """In its file and row, however well digests and counts are made to fit."""
    shutil.copytree(exported, tmp_path / "data")
    view, change, row = PLANTED[name]
    path = next(path.relative_to(exported).as_posix() for path in sorted((exported / view).glob("train-*")))
    damage(tmp_path / "data", path, change)
    assert {(fault.file, fault.row, fault.kind) for fault in check(tmp_path / "data").faults} == {(path, row, "view")}


def test_check_finds_files_that_are_gone_or_changed(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported, tmp_path / "data")
    root = tmp_path / "data"
    (root / "sml_mask.jinja").write_text("{{ messages }}", encoding="utf-8")
    manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
    gone = next(file for file in manifest["files"] if file["path"].startswith("kto/train-"))
    manifest["files"].remove(gone)
    del manifest["rows"]["kto/train"]  # it was the only one
    (root / gone["path"]).unlink()
    (root / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert {(fault.file, fault.kind) for fault in check(root).faults} == {
        ("sml_mask.jinja", "digest"), (gone["path"], "file")}


@pytest.mark.parametrize(("views", "given", "words"), [
    (("chat",), {}, ("'chat'", "preference_full")), ((), {"consumer": "trll"}, ("'trll'", "openrlhf")),
    ((), {}, ("sft", "kto")), (("kto",), {"workers": 0}, ("workers=0",)),
])
def test_what_there_is_not(views: tuple[str, ...], given: dict[str, Any], words: tuple[str, ...], sml: Path) -> None:
    """One line that shows the value and names what there is; nothing is written."""
    before = (sml / "manifest.json").read_bytes()
    with pytest.raises(UsageError) as caught:
        export(sml, views, **given)
    assert all(word in str(caught.value) for word in words)
    assert "\n" not in str(caught.value)
    assert (sml / "manifest.json").read_bytes() == before


def test_a_view_that_the_data_do_not_give(tmp_path: Path, command: Run) -> None:
    """Students that are right at once leave no pair: the command says so, names what there is, and writes nothing."""
    tu.build("sml", tmp_path / "d", rows=20, students=["solves"], families=["rates"])
    before = digests(tmp_path / "d")
    done = command("export", "d", "--views", "preference", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no row of preference" in done.stderr
    assert done.stderr.rstrip().endswith("it gives sft, prompt_completion, kto, rl")
    assert digests(tmp_path / "d") == before
    done = command("export", "d", "--for", "trl", cwd=tmp_path)  # what TRL reads beside it is there
    assert done.returncode == 0
    assert "no row of preference can be made" in done.stdout
    assert not (tmp_path / "d" / "preference").exists()
    assert not check(tmp_path / "d").faults


def test_folders_that_cannot_be_used(sml: Path, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unfinished build, a damaged one, one without episodes, a folder of another's, a file that is not ours."""
    def stop(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tutelage.store.folder.complete", stop)
        with pytest.raises(KeyboardInterrupt):
            tu.build("sml", tmp_path / "half", rows=10, families=["rates"])
    with pytest.raises(StoreError, match="unfinished"):
        export(tmp_path / "half", ("kto",))
    export(sml, ("kto",), out=tmp_path / "kto")
    with pytest.raises(StoreError, match="no episodes"):
        export(tmp_path / "kto", ("rl",))
    with pytest.raises(StoreError, match="another dataset"):
        export(sml, ("rl",), out=tmp_path / "kto")
    export(sml, ("rl",), out=tmp_path / "kto", overwrite=True)
    assert not (tmp_path / "kto" / "kto").exists()
    (copy / "axolotl.yaml").write_text("mine: yes", encoding="utf-8")
    with pytest.raises(StoreError, match="none of ours"):
        export(copy, consumer="axolotl")
    next((copy / "episodes").glob("train-*")).write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="tutelage check"):
        export(copy, ("kto",))


def batches(rows: Iterator[Row]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("view", NAMES)
def test_a_stream_gives_the_rows_of_an_export(view: str, tmp_path: Path) -> None:
    """The same rows, in whatever order; in `datasets`' form, too."""
    options: dict[str, Any] = {"families": ("rates",), "students": ("slips_then_repairs", "stubborn")}
    tu.build("q_priming", tmp_path / "d", rows=50, seed=4, views=[view], **options)
    for split in ("train", "test"):
        due = batches(iter(rows_of(tmp_path / "d", view, split)))
        assert batches(tu.stream("q_priming", rows=50, seed=4, view=view, split=split, **options)) == due
        parts = tu.dataset("q_priming", rows=50, seed=4, view=view, split=split, shards=3, **options)
        assert batches(iter(parts)) == due


def test_an_arm_of_a_view_that_is_made_of_all_arms() -> None:
    with pytest.raises(UsageError, match="all arms"):
        tu.stream("q_priming", view="kto", arm="plain")
    assert next(tu.stream("q_priming", view="prompt_completion", arm="plain"))["prompt"]


def test_columns_are_described(root: Path) -> None:
    """Every column of every view stands in docs/data.md, every view and trainer in docs/trainers/README.md."""
    page, index = ((root / name).read_text(encoding="utf-8") for name in ("docs/data.md", "docs/trainers/README.md"))
    for view in VIEWS:
        assert f"`{view.name}`" in page
        assert f"`{view.name}`" in index
        for field in view.schema:
            assert f"`{field.name}`" in page
            assert not pa.types.is_struct(field.type) or all(f"`{part.name}`" in page for part in field.type)
    assert all(f"`{consumer.name}`" in index for consumer in CONSUMERS)
