"""Tutelage in a training repo: fresh rows without files on disk, and datasets that a trainer takes as they are.

    >>> import tutelage as tu
    >>> row = next(tu.stream("sml", seed=0))
    >>> [message["role"] for message in row["messages"]][:2]
    ['user', 'assistant']

A row is the one that `tutelage build` writes for the same recipe, seed and options: same id, same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutelage.errors import StoreError, UsageError
from tutelage.plan import MOST_ROWS, Options, Plan
from tutelage.store.splits import HELDOUT

if TYPE_CHECKING:
    import datasets

    from tutelage.checking import Found
    from tutelage.hub import Pushed
    from tutelage.recipes.recipe import Result
    from tutelage.records.episode import Episode

CHUNK = 32  # items made at a time: a table costs less a row than a row
MOST_EMPTY = 2_000  # items in a row without a row of an endless stream
SHARDS = 64  # of an endless dataset: as many loader processes can share it


def stream(recipe: str = "sml", *, seed: int = 0, rows: int | None = None, view: str = "sft",
           split: str | None = None, arm: str = "", **options: Any) -> Iterator[dict[str, Any]]:
    """Rows of a recipe, made as they are asked for: endless, or those of the first `rows` items.

    `view` is "sft" (`id`, `messages` with `role`, `content`, `loss`, and `meta`), another one of trainers'
    (`records.trainers`) or "episodes" (all that is known);
    `split` is train, validation, test or heldout, "" for all of them; None stands for train, and for test where the
    recipe is one for evaluation: training on it is a choice to be named. `arm` "" is the recipe's main one, for views
    that each arm has one of. The options are those of `plan.Options`: families, levels, source, students, teachers, …,
    lists or tuples. Raises UsageError for whatever there is not, and where `MOST_EMPTY` items give no row of the view.
    """
    plan, split = _plan(recipe, MOST_ROWS if rows is None else rows, seed, split, options)
    _check_view(recipe, view, arm)
    return _rows(plan, view, split, arm, _pool(plan), 0, 1, rows is None)


def dataset(recipe: str = "sml", *, seed: int = 0, rows: int | None = None, view: str = "sft",
            split: str | None = None, arm: str = "", shards: int = SHARDS, **options: Any) -> datasets.IterableDataset:
    """The same as a `datasets.IterableDataset` of `shards` parts, each of which makes its own rows.

    `split_dataset_by_node` and the workers of a DataLoader share the parts without overlap; `state_dict` and
    `load_state_dict` go on where a run stopped. Raises as `stream` does.
    """
    import datasets

    from tutelage.store.shards import schema_of

    if shards < 1:
        raise UsageError(f"shards={shards} is not at least 1")
    plan, split = _plan(recipe, MOST_ROWS if rows is None else rows, seed, split, options)
    _check_view(recipe, view, arm)
    given = {"plan": plan.to_json(), "view": view, "split": split, "arm": arm, "of": shards, "endless": rows is None}
    return datasets.IterableDataset.from_generator(
        _part, features=datasets.Features.from_arrow_schema(schema_of(view)),
        gen_kwargs={"parts": list(range(shards)), "given": given})


def build(recipe: str, out: str | Path, *, rows: int = 10_000, seed: int = 0, workers: int = 1,
          overwrite: bool = False, views: Sequence[str] = (), **options: Any) -> dict[str, Any]:
    """Builds a dataset in the folder `out`, or goes on with it, and returns its manifest; `views` are added to it as
    `export` adds them. See `exporting.build_and_export`."""
    from tutelage.exporting import build_and_export as run
    from tutelage.recipes import plan_of

    return run(plan_of(recipe, seed, options, rows=rows), Path(out), workers=workers, overwrite=overwrite, views=views)


def export(folder: str | Path, *views: str, trainer: str = "", out: str | Path | None = None, workers: int = 1,
           overwrite: bool = False) -> dict[str, Any]:
    """Adds views for trainers to a dataset, or makes a dataset of them in `out`, and returns its manifest.

    `trainer` (trl, verl, …) names all views that it reads. See `exporting.export`.
    """
    from tutelage.exporting import export as run

    return run(Path(folder), views, consumer=trainer, out=None if out is None else Path(out), workers=workers,
               overwrite=overwrite)


def check(folder: str | Path, *, workers: int = 1) -> Found:
    """Derives everything in a dataset again; `.faults` is empty where all is right. See `checking.check`."""
    from tutelage.checking import check as run

    return run(Path(folder), workers=workers)


def load(folder: str | Path, config: str = "sft", split: str = "train", *, streaming: bool = False) -> Any:
    """A config of a dataset on disk, by `datasets.load_dataset`.

    Raises StoreError where there is no such dataset, config or split, naming those that there are.
    """
    import datasets

    from tutelage.store import folder as store

    manifest = store.read_manifest(Path(folder))
    if f"{config}/{split}" not in manifest["rows"]:
        raise StoreError(f"{folder} has no {config}/{split}; it has {', '.join(manifest['rows'])}")
    return datasets.load_dataset("parquet", data_files=f"{Path(folder).as_posix()}/{config}/{split}-*.parquet",
                                 split="train", streaming=streaming)


def card(folder: str | Path) -> Path:
    """Writes the card of a dataset, README.md with plots in card/, and returns its path. See `cards.card`."""
    from tutelage.cards import card as run

    return run(Path(folder))


def push(folder: str | Path, repo: str, *, private: bool = False, revision: str = "main", without: Sequence[str] = (),
         workers: int = 1) -> Pushed:
    """Checks a dataset and pushes it with its card to the Hub's OWNER/NAME. See `hub.push`."""
    from tutelage.hub import push as run

    return run(Path(folder), repo, private=private, revision=revision, without=without, workers=workers)


def _plan(recipe: str, rows: int, seed: int, split: str | None, options: dict[str, Any]) -> tuple[Plan, str]:
    """The plan of fresh rows, and the split that they are taken from."""
    from tutelage.recipes import plan_of, side_of

    split, side = side_of(recipe, split)
    if split == HELDOUT and not (options.get("holdout_families") or options.get("holdout_levels")):
        raise UsageError("split='heldout' is empty without holdout_families or holdout_levels")
    return plan_of(recipe, seed, options | side, rows=rows), split


def _check_view(recipe: str, view: str, arm: str) -> None:
    from tutelage.recipes import check_arm, recipe_named
    from tutelage.records.trainers import NAMES, view_named

    if view not in (known := (*NAMES, "episodes")):
        raise UsageError(f"view={view!r} is not one of {', '.join(known)}")
    check_arm(recipe, arm)
    if view in NAMES and (table := view_named(view).table) not in ("episodes", *recipe_named(recipe).tables):
        raise UsageError(f"view {view!r} is made of {table}, which recipe {recipe!r} does not give")
    if arm and view != "episodes" and not view_named(view).by_arm:
        raise UsageError(f"view {view!r} is made of all arms together; leave arm={arm!r} out")


def _pool(plan: Plan) -> Sequence[Any]:
    from tutelage.building import open_source

    return open_source(plan)[0]


def _part(parts: list[int], given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of some parts of a dataset, one part after the other; of an endless one, in turn."""
    plan = Plan.from_json(given["plan"])
    pool = _pool(plan)
    made = [_rows(plan, given["view"], given["split"], given["arm"], pool, part, given["of"], given["endless"])
            for part in parts]
    if not given["endless"]:
        for rows in made:
            yield from rows
        return
    while True:
        for rows in made:
            yield next(rows)


def _rows(plan: Plan, view: str, split: str, arm: str, pool: Sequence[Any], first: int, step: int,
          endless: bool) -> Iterator[dict[str, Any]]:
    """The rows of the items first, first + step, …, those of one split and arm."""
    from tutelage.building import make_item
    from tutelage.recipes import recipe_named

    recipe = recipe_named(plan.recipe)
    numbers = iter(count(first, step) if endless else range(first, plan.rows, step))
    size, empty = 1, 0  # the first row is there at once
    while chunk := list(islice(numbers, size)):
        size = CHUNK
        made = [make_item(recipe, plan, number, pool) for number in chunk]
        empty += len(chunk)
        for batch in _batches(made, plan.options, view, split, arm):
            if batch.num_rows:
                empty = 0
                yield from batch.to_pylist()
        if endless and empty >= MOST_EMPTY:
            raise UsageError(f"{empty:,} items of {plan.recipe} gave no row of view={view!r}, split={split!r}; take "
                             "another view, split or families")


def _batches(made: Sequence[Result], options: Options, view: str, split: str, arm: str) -> Iterator[Any]:
    """The rows of some items as record batches, those that were kept before those that failed."""
    from tutelage.records.schema import episodes_table, native_table, packed_rows
    from tutelage.records.trainers import Given, view_named
    from tutelage.store.splits import split_of

    def of_splits(episodes: Iterable[Episode]) -> dict[str, list[Episode]]:
        found: dict[str, list[Episode]] = {}
        for each in episodes:
            case = each.dialogue.case
            name = split_of(each.structure, case.family.name, case.problem.level, options)
            if split in ("", name):
                # the rows of `rl` say which split they are of
                found.setdefault(name if view == "rl" else split, []).append(each)
        return found

    kept = of_splits(each for result in made for each in result.kept if view != "episodes" or each.arm == arm)
    if view == "episodes":
        yield from (episodes_table(packed_rows(some)) for some in kept.values())
        return
    trainers = view_named(view)
    failed = of_splits(each for result in made for each in result.failed) if trainers.failures else {}
    for part in (kept, failed):
        for name, some in part.items():
            rows = packed_rows(some)
            table = episodes_table(rows) if trainers.table == "episodes" else native_table(trainers.table, rows)
            yield trainers.make(table, Given(options, name, arm))
