"""`make bench`: speed and memory of `sml`, against a floor measured in the same run. Under three minutes.

Shared machines are noisy: read the ratios. CPU time a row is what is compared; dialogues/s on the wall are for quiet
moments. Targets: floor / ours ≥ 0.25; ≤ 300 MB a process whatever the rows; two workers ≥ 1.8 × one.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "generator"))

from tutelage.draws import stream  # noqa: E402  (the path must be set first)
from tutelage.plan import Options, Plan  # noqa: E402
from tutelage.problems import FAMILIES  # noqa: E402
from tutelage.problems.family import LEVELS, Family, all_names  # noqa: E402
from tutelage.values import Problem, Slip, Work  # noqa: E402

ROWS = 12_000
DRAWS = 400


def child(*command: str) -> dict[str, float]:
    """Wall and CPU seconds and the peak memory (MB, of the largest process) of a command and its children."""
    code = ("import resource,subprocess,sys,time;t=time.time();subprocess.run(sys.argv[1:],check=True,"
            "stdout=subprocess.DEVNULL);u=resource.getrusage(resource.RUSAGE_CHILDREN);"
            "print(time.time()-t,u.ru_utime+u.ru_stime,u.ru_maxrss/1024)")
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    wall, cpu, peak = map(float, done.stdout.split())
    return {"wall": wall, "cpu": cpu, "peak": peak}


def build(folder: Path, recipe: str, rows: int, workers: int) -> dict[str, float]:
    return child(sys.executable, str(HERE.parent / "generator"), "build", recipe, "--rows", str(rows), "--workers",
                 str(workers), "--out", str(folder / f"{recipe}-{rows}-{workers}"))


def microseconds(function: Any, items: list[Any]) -> tuple[float, list[Any]]:
    """CPU microseconds a call, and what the calls gave."""
    start = time.process_time()
    made = [function(item) for item in items]
    return (time.process_time() - start) / len(items) * 1e6, made


def first_slip(family: Family, problem: Problem, right: Work) -> Slip | None:
    made = (family.slip(problem, right, kind, step) for kind, step in family.sites(problem, right))
    return next(filter(None, made), None)


def family_costs(family: Family) -> dict[str, float]:
    """CPU microseconds of each thing that a row asks of a family, averaged over the levels."""
    paths = [(stream(1, "bench", family.name, i), LEVELS[i % len(LEVELS)]) for i in range(DRAWS + 20)]
    for path in paths[:20]:  # compiles wordings, fills caches
        family.work(family.draw(*path))
    draw, problems = microseconds(lambda path: family.draw(*path), paths[20:])
    state, _ = microseconds(lambda problem: family.state(problem, all_names(problem)), problems)
    work, worked = microseconds(family.work, problems)
    pairs = list(zip(problems, worked, strict=True))
    slip, _ = microseconds(lambda pair: first_slip(family, *pair), pairs)
    return {"draw": draw, "state": state, "work": work, "slip": slip}


def stages(rows: int) -> dict[str, float]:
    """CPU microseconds a row by stage of `sml`: the dialogue with all before it, the audit in it, columns, Parquet."""
    import pyarrow.parquet as pq

    from tutelage.building import make_item
    from tutelage.recipes import recipe_named
    from tutelage.records.schema import EPISODES, SFT, episodes_table, packed_rows
    from tutelage.records.trainers import Given, view_named
    from tutelage.talk.leaks import find_leaks

    recipe, plan = recipe_named("sml"), Plan("sml", rows, 1, Options())
    for index in range(300):
        make_item(recipe, plan, index + rows, ())
    items, made = microseconds(lambda index: make_item(recipe, plan, index, ()).kept[0], list(range(rows)))
    audit, _ = microseconds(lambda e: find_leaks(e.dialogue.case, e.dialogue.turns), made)
    start = time.process_time()
    episodes = episodes_table(packed_rows(made))
    batches = episodes, view_named("sft").make(episodes, Given(plan.options, "train"))
    columns = (time.process_time() - start) / rows * 1e6
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for batch, schema in zip(batches, (EPISODES, SFT), strict=True):
            with pq.ParquetWriter(Path(folder) / "x", schema, compression="zstd", compression_level=3) as writer:
                writer.write_batch(batch)
    parquet = (time.process_time() - start) / rows * 1e6
    return {"problem and dialogue": items - audit, "leak audit": audit, "columns": columns, "parquet": parquet}


def main() -> None:
    from tutelage.stats import stats

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_up = child(sys.executable, str(HERE.parent / "generator"), "build", "sml", "--rows", "1", "--out",
                         str(folder / "one"))
        one = build(folder, "sml", ROWS, 1)
        seen = stats(folder / f"sml-{ROWS}-1")
        turns = sum(int(n) * count for n, count in seen["student_turns"].items()) / seen["items"] * 2
        floor = float(child_output(str(ROWS), str(round(seen["characters_a_dialogue"])), str(round(turns)),
                                   str(folder / "floor")))
        two = build(folder, "sml", ROWS, 2)
        long = build(folder, "sml", 3 * ROWS, 1)
        ours = (one["cpu"] - start_up["cpu"]) / ROWS * 1e6
        print(f"sml, {ROWS:,} rows, {seen['characters_a_dialogue']:.0f} characters and {turns:.1f} turns a dialogue")
        print(f"  floor            {floor:8.1f} µs CPU a row")
        print(f"  ours             {ours:8.1f} µs CPU a row    floor / ours {floor / ours:.2f} (target ≥ 0.25)")
        print(f"  first row        {start_up['wall']:8.2f} s from the command line (target ≤ 1.5)")
        print(f"  one worker       {ROWS / one['wall']:8,.0f} dialogues/s, {one['peak']:.0f} MB")
        print(f"  two workers      {ROWS / two['wall']:8,.0f} dialogues/s, {two['peak']:.0f} MB a process    "
              f"{one['wall'] / two['wall']:.2f} × one (target ≥ 1.8)")
        print(f"  {3 * ROWS:,} rows      {long['peak']:8.0f} MB with one worker (target ≤ 300, flat)")
        print("CPU by stage, µs a row: " + ", ".join(f"{k} {v:.0f}" for k, v in stages(3_000).items()))
    print("CPU by family, µs: draw + state + work + slip")
    for family in sorted(FAMILIES, key=lambda f: f.name):
        cost = family_costs(family)
        print(f"  {family.name:<20} {cost['draw']:7.0f} {cost['state']:7.0f} {cost['work']:7.0f} {cost['slip']:7.0f}")
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def child_output(*arguments: str) -> str:
    """What floor.py prints; it runs in a process of its own, as a build does."""
    command = [sys.executable, str(HERE / "floor.py"), *arguments]
    environment = {"PYTHONPATH": str(HERE.parent / "generator"), "PATH": ""}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


if __name__ == "__main__":
    main()
