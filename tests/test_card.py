"""The laws of the dataset card: loaders read it as it is meant, and no figure in it is its own."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutelage.building import build
from tutelage.cards import NAMELESS, YOURS, card, citations, features, licences, metadata, write_card
from tutelage.checking import check
from tutelage.errors import StoreError
from tutelage.exporting import export
from tutelage.hub import published
from tutelage.plan import Options, Plan
from tutelage.recipes import RECIPES
from tutelage.records.schema import SCHEMAS
from tutelage.stats import stats
from tutelage.store import folder

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The library, without a network and with a cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("home")))  # both are read when it is imported
        import datasets

        datasets.disable_progress_bars()
        yield datasets


@pytest.fixture
def copied(q_priming: Path, tmp_path: Path) -> Path:
    """A copy of a dataset with two arms and a held-out split, to write into."""
    return shutil.copytree(q_priming, tmp_path / "q")


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of problems from a file in the shape of GSM8K, with a statement that tries to end a fence."""
    folder = tmp_path_factory.mktemp("outside")
    rows = [{"question": f"~~~~\nAnn has {n} bags with {m} pens each. <b>How many</b> pens has she?",
             "answer": f"She has {n} * {m} = <<{n}*{m}={n * m}>>{n * m} pens.\n#### {n * m}"}
            for n in range(2, 8) for m in range(3, 9)]
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    build(Plan("sml", 20, 1, Options(source=f"gsm8k:{folder / 'train.jsonl'}")), folder / "d")
    return folder / "d"


def rows_of(root: Path, pattern: str) -> list[dict[str, Any]]:
    return [row for path in sorted(root.glob(pattern)) for row in pq.read_table(path).to_pylist()]


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
def test_load_dataset_reads_the_folder_by_its_card(streaming: bool, copied: Path, datasets: Any,
                                                   tmp_path: Path) -> None:
    """Every config and split of the manifest, with our features and all rows; `sft` where no config is named."""
    card(copied)
    options = {"streaming": True} if streaming else {"cache_dir": str(tmp_path / "cache")}
    manifest = json.loads((copied / "manifest.json").read_text())
    assert {key.partition("/")[0] for key in manifest["rows"]} == {"episodes", "sft", "sft_plain"}
    for config in ("episodes", "sft", "sft_plain"):
        read = datasets.load_dataset(str(copied), config, **options)
        assert {f"{config}/{split}" for split in read} == {
            key for key in manifest["rows"] if key.startswith(f"{config}/")}
        for split, rows in read.items():
            assert rows.features == datasets.Features.from_arrow_schema(SCHEMAS[config.partition("_")[0]])
            assert list(rows) == rows_of(copied, f"{config}/{split}-*.parquet")
    assert list(datasets.load_dataset(str(copied), **options)["train"]) == rows_of(copied, "sft/train-*.parquet")


@pytest.mark.parametrize("name", SCHEMAS)
def test_features_are_those_of_the_schema(name: str, datasets: Any) -> None:
    """What the card says of a schema is what `datasets` makes of its Arrow types."""
    assert datasets.Features._from_yaml_list(features(SCHEMAS[name])) == datasets.Features.from_arrow_schema(
        SCHEMAS[name])


def test_the_yaml_is_a_card_of_the_hub(copied: Path) -> None:
    """`huggingface_hub` reads and writes it without a change; what it asks for is there; sizes are the manifest's."""
    from huggingface_hub import DatasetCard, DatasetCardData

    read = DatasetCard.load(card(copied))
    data = read.data.to_dict()
    assert DatasetCardData(**data).to_yaml(line_break="\n") == read.data.to_yaml(line_break="\n")
    manifest = json.loads((copied / "manifest.json").read_text())
    infos = {info["config_name"]: info for info in data["dataset_info"]}
    assert {f"{name}/{split['name']}": split["num_examples"] for name, info in infos.items()
            for split in info["splits"]} == manifest["rows"]
    assert {name: info["download_size"] for name, info in infos.items()} == {
        name: sum(f["bytes"] for f in manifest["files"] if f["path"].startswith(f"{name}/")) for name in infos}
    assert [each["config_name"] for each in data["configs"] if each.get("default")] == ["sft"]
    assert data["license"] == ["apache-2.0"]
    assert data["language"] == ["en"]
    assert data["size_categories"] == ["n<1K"]
    assert {"q-priming", "graphs", "synthetic"} <= set(data["tags"])
    assert data["task_categories"] == ["text-generation"]


def test_the_card_is_a_function_of_the_dataset(copied: Path, q_priming: Path, tmp_path: Path) -> None:
    """Written twice, or for a copy elsewhere, it has the same bytes; neither manifest nor check minds it."""
    first = {path.name: path.read_bytes() for path in (card(copied), *copied.glob("card/*"))}
    again = shutil.copytree(copied, tmp_path / "elsewhere" / "q")
    assert {path.name: path.read_bytes() for path in (card(again), *again.glob("card/*"))} == first
    assert set(first) == {"README.md", "turns.svg", "acts.svg", "mistakes.svg"}
    assert (copied / "manifest.json").read_bytes() == (q_priming / "manifest.json").read_bytes()
    assert not check(copied).faults


def test_figures_are_those_of_manifest_and_stats(copied: Path) -> None:
    """Drops, leaks and failures come from the manifest: other counts there are other figures here."""
    path = copied / "manifest.json"
    manifest = json.loads(path.read_text())
    dropped, text = manifest["counts"]["dropped"], card(copied).read_text()
    assert dropped
    assert all(f"| {reason} | {count} |" in text for reason, count in dropped.items())
    assert "dropped and counted: **0** here." in text
    manifest["counts"]["dropped"] = {"leak (answer)": 1_234, "leak (step)": 8, "the question holds the answer": 5}
    manifest["failed"] = 77
    path.write_text(json.dumps(manifest))
    text = card(copied).read_text()
    assert "dropped and counted: **1,242** here (leak (answer) 1,234, leak (step) 8)" in text
    assert "| the question holds the answer | 5 |" in text
    assert "Dialogues that did not end right: 77" in text
    assert manifest["command"] in text
    found = stats(copied)
    for name, arm in found["arms"].items():
        assert f"| {name} | {arm['rows']} | {arm['reward']:.1%} | {arm['first_attempt_right']:.1%} |" in text
    assert f"{found['characters_a_dialogue']} characters a dialogue" in text
    assert all(f"| `{key.partition('/')[0]}` | {key.partition('/')[2]} | {n} |" in text
               for key, n in manifest["rows"].items())


def test_the_sample_is_a_row(copied: Path) -> None:
    """The dialogue on the card is one of the default config: its id is named, and its words are all there."""
    text = card(copied).read_text()
    [row] = [row for row in rows_of(copied, "sft/train-*.parquet") if row["id"] in text]
    assert len(row["messages"]) > 2
    assert all(" ".join(message["content"].split()) in " ".join(text.split()) for message in row["messages"])


def test_plots_show_the_counts(copied: Path) -> None:
    """Each plot is well-formed SVG with a bar for each count, as long as its share of the longest."""
    card(copied)
    found = stats(copied)
    for name, counts in (("turns", found["student_turns"]), ("acts", found["acts"]), ("mistakes", found["slips"])):
        plot = ElementTree.parse(copied / "card" / f"{name}.svg").getroot()
        texts = [each.text or "" for each in plot.iter(f"{SVG}text")][1:]
        shown = {label: int(value.partition(" ")[0]) for label, value in zip(texts[::2], texts[1::2], strict=True)}
        assert shown.items() <= {key.replace("_", " "): n for key, n in counts.items()}.items()
        assert len(shown) == min(14, len(counts))
        widths = [float(each.get("width", "")) for each in plot.iter(f"{SVG}rect")][1:]
        longest = max(shown.values())
        assert widths == [pytest.approx(360 * n / longest, abs=1) for n in shown.values()]
        assert f"](card/{name}.svg)" in (copied / "README.md").read_text()


def test_new_configs_come_onto_a_card_that_is_there(copied: Path) -> None:
    """An export into the dataset writes its card again; without a card it writes none."""
    export(copied, ("kto",))
    assert not (copied / "README.md").exists()
    card(copied)
    export(copied, ("rl",))
    text = (copied / "README.md").read_text()
    assert {"`kto`", "`rl`"} <= set(re.findall(r"`[a-z_]+`", text))


def test_another_dataset_in_its_place_takes_the_card_away(copied: Path) -> None:
    """The card goes with the dataset; what else lies in the folder stays."""
    card(copied)
    (copied / "card" / "mine.txt").write_text("mine")
    folder.clear(copied)
    assert sorted(path.relative_to(copied).as_posix() for path in copied.rglob("*")) == ["card", "card/mine.txt"]
    (copied / "README.md").write_text("mine")
    folder.clear(copied)
    assert (copied / "README.md").read_text() == "mine"


def test_a_readers_notes_are_kept(copied: Path) -> None:
    """What stands below the last line stays, once, however often the card is written; a README of others is safe."""
    path = card(copied)
    plain = path.read_text()
    assert plain.endswith(YOURS)
    path.write_text(f"{plain}\nTrained with it: my model.\n")
    card(copied)
    assert card(copied).read_text() == f"{plain}\nTrained with it: my model.\n"
    path.write_text("# My own page\n")
    with pytest.raises(StoreError, match=r"README\.md was not written by tutelage card; move it away"):
        card(copied)
    assert path.read_text() == "# My own page\n"


def test_problems_from_outside(outside: Path, datasets: Any, tmp_path: Path) -> None:
    """GSM8K's licence and paper are named; a statement can't break out of the sample; no folder of ours is told."""
    manifest = published(json.loads((outside / "manifest.json").read_text()), ())
    shutil.copytree(outside, tmp_path / "d")
    text = write_card(outside, tmp_path / "d", manifest, "me/data").read_text()
    assert "license:\n- apache-2.0\n- mit\n" in text
    assert "MIT licence" in text
    assert "{2110.14168}" in text
    assert "`gsm8k:train.jsonl`" in text
    assert str(outside.parent) not in text + json.dumps(manifest)
    sample = text.partition("\n~~~~~text\n")[2].partition("\n~~~~~\n")[0]
    assert "<b>How many</b>" in sample
    assert "student\n" in sample
    assert len(datasets.load_dataset(str(tmp_path / "d"), split="train", cache_dir=str(tmp_path / "cache"))) > 5


def test_licences_by_source() -> None:
    """Ours for what is drawn, GSM8K's beside it, and for other sources none is claimed."""
    assert licences({}) == ["apache-2.0"]
    assert licences({"spec": "gsm8k:train.jsonl"}) == licences({"spec": "openai/gsm8k:test"}) == ["apache-2.0", "mit"]
    assert licences({"spec": "mine.csv"}) == licences({"spec": "openai/gsm8k-like"}) == ["unknown"]


SERVES = {"skills": ("rulebook",), "ceiling": ("rulebook",)}  # recipes that can't be built from word problems


@pytest.mark.parametrize("recipe", [recipe.name for recipe in RECIPES])
def test_every_recipe_has_its_card(recipe: str, tmp_path: Path, datasets: Any) -> None:
    """A card for each recipe, its paper cited, all its configs in the YAML; what stats measures of prompts is on it."""
    build(Plan(recipe, 10, 3, Options(families=SERVES.get(recipe, ("word_problem",)))), tmp_path / "d")
    text = card(tmp_path / "d").read_text()
    manifest, found = json.loads((tmp_path / "d" / "manifest.json").read_text()), stats(tmp_path / "d")
    papers = {part.strip(",") for part in manifest["method"].split() if part[:4].isdecimal() and "." in part}
    assert len(papers) == (recipe != "ceiling")  # which is ours
    assert all(f"eprint = {{{paper}}}" in text for paper in papers)
    assert "eprint = {2602.16488}" in text
    named = datasets.get_dataset_config_names(str(tmp_path / "d"))
    assert set(named) == {key.partition("/")[0] for key in manifest["rows"]}
    for baseline, share in found.get("shallow", {}).get("baselines", {}).items():
        assert f"| {baseline.replace('_', ' ')} | {share:.1%} |" in text
    assert ("shallow" in found) == ("AUC" in text)


def test_citations_once_each() -> None:
    """A paper that is named twice is cited once; one that we have no entry of is left out."""
    text = citations(["2602.16488", "2504.06514", "2602.16488", "1234.56789"])
    assert text.count("@misc") == 2
    assert text.index("2602.16488") < text.index("2504.06514")


def test_configs_that_stay_at_home(copied: Path, tmp_path: Path) -> None:
    """Without the episodes nothing on the card speaks of a column `private`; the default stays `sft`."""
    manifest = published(json.loads((copied / "manifest.json").read_text()), ("episodes",))
    text = write_card(copied, tmp_path / "out", manifest, NAMELESS).read_text()
    assert "episodes" not in text
    assert "private" not in text
    assert "default: true" in text
    from tutelage.cards import _configs

    assert list(_configs(copied, manifest)) == ["sft", "sft_plain"]
    assert metadata(manifest, _configs(copied, manifest))["configs"][0]["config_name"] == "sft"


def test_a_dataset_of_other_configs_has_a_card(tmp_path: Path, copied: Path, datasets: Any) -> None:
    """Whatever configs a manifest names are on the card, without episodes too: then nothing is said that they tell."""
    manifest = json.loads((copied / "manifest.json").read_text())
    (copied / "pairs").mkdir()
    table = pa.table({"prompt": ["a", "b"], "scores": [[1.5], [2.0, 3.0]]})
    pq.write_table(table, copied / "pairs" / "train-00000-of-00001.parquet")
    shutil.rmtree(copied / "episodes")
    manifest["files"] = [file for file in manifest["files"] if file["path"].startswith("sft_plain/")]
    manifest["files"].append({"path": "pairs/train-00000-of-00001.parquet", "rows": 2, "bytes": 1, "sha256": ""})
    manifest["companions"] = [{"path": "mask.jinja", "bytes": 1, "sha256": ""}]
    (copied / "manifest.json").write_text(json.dumps(manifest))
    text = card(copied).read_text()
    read = datasets.load_dataset(str(copied), cache_dir=str(tmp_path / "cache"))["train"]
    assert read.to_list() == table.to_pylist()
    assert read.features == datasets.Features.from_arrow_schema(table.schema)
    assert "- `pairs`: columns `prompt`, `scores`." in text
    assert "for trainers: `mask.jinja`" in text
    assert "## Numbers" not in text
    assert "From `sft_plain`" in text


@pytest.mark.parametrize("damage", ["no file", "no parquet", "no dataset", "unfinished"])
def test_bad_folders(damage: str, copied: Path) -> None:
    """One line that names the file or folder and what to do."""
    victim = next(copied.glob("sft/train-*"))
    if damage == "no file":
        victim.unlink()
    elif damage == "no parquet":
        victim.write_bytes(b"PAR1")
    else:
        (copied / "manifest.json").unlink()
        if damage == "unfinished":
            (copied / ".build").mkdir()
            (copied / ".build" / "plan.json").write_text("{}")
    with pytest.raises(StoreError, match=r"^[^\n]*(see what tutelage check|give the folder|to finish it)[^\n]*$"):
        card(copied)
    assert not (copied / "README.md").exists()
