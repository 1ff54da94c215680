"""The card of a dataset: a README.md whose YAML loaders read and whose prose people read, and its plots.

    >>> card(Path("outputs/sml"))  # doctest: +SKIP
    PosixPath('outputs/sml/README.md')

Every figure comes from manifest.json, from `tutelage.stats` or from the Parquet files themselves; the words stand in
`templates/card/` (as .jinja, not .j2: they are no wordings of the data, and a better sentence here must not make a
dataset another one). Same dataset, same bytes.

The card is not in the manifest. The manifest says what decides the rows and what they are; the card is made from it and
can be written again, by a later version or with a reader's notes, while the rows stay the same.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tutelage.errors import StoreError
from tutelage.plan import Plan
from tutelage.problems import any_family
from tutelage.recipes import recipe_named, tables_of
from tutelage.records.tables import ABOUT
from tutelage.stats import stats
from tutelage.stats.replay import figure
from tutelage.store import folder
from tutelage.store.splits import FAILURES, HELDOUT, TEST, TRAIN, VALIDATION
from tutelage.talk.acts import TEACHER_ACTS
from tutelage.wording import templates_dir

NAMELESS = "OWNER/NAME"  # stands for the repository where it is not known
YOURS = "<!-- yours below -->\n"  # the card's last line
SPLITS = (TRAIN, VALIDATION, TEST, HELDOUT, FAILURES)
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
         (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"))
METHOD = "2602.16488"  # arXiv id of social meta-learning, cited whatever the recipe
GSM8K, GSM8K_PAPER = re.compile(r"gsm8k:.*|openai/gsm8k(:.*)?"), "2110.14168"
WIDTH, LOOK, MOST_BARS, BAR = 96, 100, 14, 360  # characters a line; rows to choose from; bars a plot; pixels
MEASURED = ("shallow", "asking", "suspicion", "attributes", "ceilings", "votes")  # by some recipes only
SIDES = {"user": "teacher", "assistant": "student"}
COLOURS = {"teacher": "#8250df", "student": "#0969da"}


class Split(NamedTuple):
    name: str
    rows: int
    bytes: int  # of its files
    uncompressed: int  # bytes of its columns before compression


class Config(NamedTuple):
    what: str  # a line for people; "" for one whose columns say it all
    columns: tuple[str, ...]
    features: list[dict[str, Any]]
    splits: tuple[Split, ...]


def card(root: Path) -> Path:
    """Writes the card of the dataset in the folder `root` beside it, and returns its path.

    What stands below the last line of an earlier card is kept. Raises StoreError where there is no dataset, where a
    file can't be read or written, and where the folder has a README.md that is not ours.
    """
    return write_card(root, root, folder.read_manifest(root), NAMELESS)


def write_card(root: Path, out: Path, manifest: Mapping[str, Any], repo: str) -> Path:
    """Writes the card of what `manifest` names of the dataset in `root` to the folder `out`. Raises as `card` does."""
    notes, found, configs = _notes(root / folder.README), stats(root), _configs(root, manifest)
    plots, fields = _plots(found), _fields(root, manifest, configs, found, repo)
    render = _environment()
    pages = {out / folder.PLOTS / f"{plot['name']}.svg": render.get_template(plot["template"]).render(plot)
             for plot in plots}
    pages[out / folder.README] = render.get_template("README.md.jinja").render(fields, plots=plots) + notes
    try:
        (out / folder.PLOTS).mkdir(parents=True, exist_ok=True)
        for path, text in pages.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{out} can't be written: {error.strerror}") from error
    return out / folder.README


def metadata(manifest: Mapping[str, Any], configs: Mapping[str, Config]) -> dict[str, Any]:
    """The YAML of the card as data: configs with their files, features and sizes, licence, language, tags."""
    plan, default = Plan.from_json(manifest["identity"]["plan"]), next(iter(configs))
    recipe, rows = recipe_named(plan.recipe), sum(split.rows for split in configs[default].splits)
    domains = {any_family(name).domain for name in manifest["counts"].get("family", {})}
    return {
        "pretty_name": f"Tutelage {plan.recipe}", "language": ["en"], "license": licences(manifest["source"]),
        "annotations_creators": ["machine-generated"],
        "task_categories": ["text-generation", *(["question-answering"] if recipe.evaluates else [])],
        "tags": ["tutelage", "synthetic", "conversational", "social-meta-learning", "clarifying-questions",
                 plan.recipe.replace("_", "-"), *sorted(domains - {""})],
        "size_categories": [next((name for most, name in SIZES if rows < most), "n>1B")],
        "configs": [{"config_name": name, "data_files": [
            {"split": split.name, "path": f"{name}/{split.name}-*.parquet"} for split in config.splits],
            **({"default": True} if name == default else {})} for name, config in configs.items()],
        "dataset_info": [{"config_name": name, "features": config.features, "splits": [
            {"name": split.name, "num_bytes": split.uncompressed, "num_examples": split.rows}
            for split in config.splits],
            "download_size": sum(split.bytes for split in config.splits),
            "dataset_size": sum(split.uncompressed for split in config.splits)} for name, config in configs.items()],
    }


def licences(source: Mapping[str, Any]) -> list[str]:
    """The data's licences as the Hub names them: ours, GSM8K's beside it, unknown for other problems from outside."""
    if not source:
        return ["apache-2.0"]
    return ["apache-2.0", "mit"] if GSM8K.fullmatch(source["spec"]) else ["unknown"]


def features(kind: pa.Schema | pa.StructType) -> list[dict[str, Any]]:
    """The fields of a schema as `dataset_info` has them: what `datasets.Features` reads as the same Arrow types."""
    return [{"name": field.name, **_feature(field.type)} for field in kind]


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        return {"struct": features(kind)}
    if pa.types.is_list(kind):
        inner = _feature(kind.value_type)
        if "struct" in inner:
            return {"list": inner["struct"]}
        return {"sequence": inner.get("dtype") or inner}  # "list" of plain values is not what datasets 3 writes
    return {"dtype": {"float": "float32", "double": "float64"}.get(str(kind), str(kind))}


def _configs(root: Path, manifest: Mapping[str, Any]) -> dict[str, Config]:
    """The configs of the manifest, the default first: `sft`, or where there is none the first by name."""
    files: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for file in manifest["files"]:
        name, _, shard = file["path"].partition("/")
        files.setdefault(name, {}).setdefault(shard.partition("-")[0], []).append(file)
    found = {}
    for name in sorted(files, key=lambda name: (name != "sft", name)):
        order = sorted(files[name], key=lambda split: (SPLITS.index(split) if split in SPLITS else len(SPLITS), split))
        splits = tuple([_split(root, split, files[name][split]) for split in order])
        schema = _opened(root / files[name][order[0]][0]["path"]).schema.to_arrow_schema()
        found[name] = Config(_what(name), tuple(schema.names), features(schema), splits)
    return found


def _split(root: Path, name: str, files: Sequence[Mapping[str, Any]]) -> Split:
    opened = [_opened(root / file["path"]) for file in files]
    return Split(name, sum(file["rows"] for file in files), sum(file["bytes"] for file in files),
                 sum(each.row_group(group).total_byte_size for each in opened for group in range(each.num_row_groups)))


def _opened(path: Path) -> pq.FileMetaData:
    try:
        return pq.read_metadata(path)
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path} can't be read; see what tutelage check says of it") from error


def _what(name: str) -> str:
    if name == "episodes":
        return "all that is known of each dialogue, with what only the teacher knows in `private`"
    if name.partition("_")[0] == "sft":
        return f"ready to train{f', arm {name[4:]}' if name[4:] else ''}"
    return ABOUT.get(name, "")


def _fields(root: Path, manifest: Mapping[str, Any], configs: Mapping[str, Config], found: Mapping[str, Any],
            repo: str) -> dict[str, Any]:
    """What the template is given."""
    from huggingface_hub import DatasetCardData

    plan, about = Plan.from_json(manifest["identity"]["plan"]), metadata(manifest, configs)
    cited = [METHOD, *re.findall(r"\d{4}\.\d{4,5}", manifest["method"]), *([GSM8K_PAPER] * ("mit" in about["license"]))]
    return {
        "yaml": DatasetCardData(**about).to_yaml(line_break="\n"), "title": about["pretty_name"], "repo": repo,
        "manifest": manifest, "plan": plan, "recipe": recipe_named(plan.recipe), "configs": configs,
        "tables": tables_of(plan), "default": next(iter(configs)),
        "splits": {split.name for each in configs.values() for split in each.splits},
        "held": ", ".join([*plan.options.holdout_families,
                           *[f"level {level}" for level in plan.options.holdout_levels]]),
        "stats": {**{name: {} for name in MEASURED}, **found}, "licences": about["license"],
        "leaks": {reason: count for reason, count in found["dropped"].items() if reason.startswith("leak")},
        "sample": _sample(root, manifest, configs), "citations": citations(cited),
        "share": _share, "shares": _shares, "code": _code,
        "counted": lambda counts: ", ".join(f"{reason} {count:,}" for reason, count in counts.items()),
    }


def citations(ids: Sequence[str]) -> str:
    """The BibTeX entries of papers, by their arXiv ids in order; one that we have no entry of is left out."""
    entries = (templates_dir() / "card" / "citations.bib").read_text(encoding="utf-8").strip().split("\n\n")
    return "\n\n".join(next(entry for entry in entries if f"{{{name}}}" in entry)
                       for name in dict.fromkeys(ids) if any(f"{{{name}}}" in entry for entry in entries))


def _sample(root: Path, manifest: Mapping[str, Any], configs: Mapping[str, Config]) -> dict[str, str]:
    """The first of the first `LOOK` dialogues in which the student speaks twice, else the first; empty without any."""
    name = next((name for name, config in configs.items() if "messages" in config.columns), "")
    if not name:
        return {}
    split = configs[name].splits[0].name
    first = next(file["path"] for file in manifest["files"]
                 if file["path"].startswith(f"{name}/{split}-") and file["rows"])
    with pq.ParquetFile(root / first) as opened:
        rows = next(opened.iter_batches(batch_size=LOOK)).to_pylist()
    row = next((row for row in rows if len(row["messages"]) > 3), rows[0])
    text = "\n\n".join("\n".join([SIDES.get(m["role"], m["role"]), *_wrapped(m["content"])]) for m in row["messages"])
    # the fence is longer than any in the text: words from outside can't end it
    fence = "~" * (1 + max([2, *map(len, re.findall("~+", text))]))
    return {"config": name, "split": split, "id": row.get("id", ""), "text": text, "fence": fence}


def _wrapped(text: str) -> list[str]:
    lines = []
    for line in text.split("\n"):  # code keeps its shape
        lines += [line] if not line or line.startswith((" ", "`")) else textwrap.wrap(
            line, WIDTH, break_on_hyphens=False, break_long_words=False)
    return [f"  {line}".rstrip() for line in lines]


def _plots(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The plots: name of the file, title, bars; one with nothing to show is left out."""
    kinds = (("turns", "Student turns a dialogue", found["student_turns"]),
             ("acts", "Acts of all turns", found["acts"]), ("mistakes", "Mistakes of wrong turns", found["slips"]))
    plots = []
    for name, title, counts in kinds:
        most = sorted(counts.items(), key=lambda item: int(item[0]) if name == "turns" else -item[1])[:MOST_BARS]
        total, longest = sum(counts.values()), max(counts.values(), default=0)
        bars = [{"label": label.replace("_", " "), "count": count, "share": _share(count / total),
                 "width": max(1, round(BAR * count / longest)),
                 "colour": COLOURS["teacher" if name == "acts" and label in TEACHER_ACTS else "student"]}
                for label, count in most]
        if bars:
            more = f" (the {MOST_BARS} commonest of {len(counts)})" if len(counts) > MOST_BARS else ""
            sides = ": teacher violet, student blue" if name == "acts" else ""
            plots.append({"name": name, "template": "bars.svg.jinja", "title": f"{title}{sides}{more}", "bars": bars})
    return [*plots, *([figure(found["replay"])] if found.get("replay") else [])]


def _share(value: float) -> str:
    return f"{value:.1%}"


def _shares(counts: Mapping[str, int]) -> str:
    total = sum(counts.values()) or 1
    return ", ".join(f"{name} {_share(count / total)}" for name, count in counts.items())


def _code(text: str) -> str:
    """A text as Markdown's code, whatever backticks are in it."""
    ticks = "`" * (1 + max([0, *map(len, re.findall("`+", text))]))
    return f"{ticks} {text} {ticks}" if len(ticks) > 1 else f"`{text}`"


def _notes(path: Path) -> str:
    """What a reader wrote below the last line of the card at `path`; "" where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} can't be read; move it away, and the card is written anew") from error
    if folder.CARD_MARK not in text or YOURS not in text:
        raise StoreError(f"{path} was not written by tutelage card; move it away, or put its text below the last line "
                         "of the card that is written then")
    return text.partition(YOURS)[2]


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(templates_dir() / "card"), undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True, keep_trailing_newline=True,
                       autoescape=select_autoescape(enabled_extensions=("svg.jinja",), default=False))
