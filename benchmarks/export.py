"""`python benchmarks/export.py`: rows a second and memory of `tutelage export`, at two sizes, with two workers.

One dataset of `sml` is built, and its episodes are repeated as further shards, so that only the export is measured.
Each export is a process of its own, start-up included; the CPU a further row costs is the difference of the two sizes.
Target for `sft`: 100,000 rows/s on two cores, memory that does not grow with the rows. Beside it stands what pyarrow
alone takes to write the same rows: the floor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "generator"))

from tutelage.building import build  # noqa: E402  (the path must be set first)
from tutelage.plan import Plan  # noqa: E402
from tutelage.records.trainers import NAMES, view_named  # noqa: E402
from tutelage.store.shards import open_writer  # noqa: E402

ROWS = 10_000
TIMES = (10, 40)  # how often the shards of the dataset are repeated
WORKERS = 2
CHILD = """
import json, resource, sys, time
start = time.perf_counter()
from pathlib import Path
from tutelage.processes import spare_pandas
spare_pandas()
from tutelage.exporting import export
if __name__ == "__main__":
    made = export(Path(sys.argv[1]), (sys.argv[2],), out=Path(sys.argv[3]), workers=int(sys.argv[4]))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"rows": sum(made["rows"].values()), "wall": time.perf_counter() - start,
                      "cpu": sum(each.ru_utime + each.ru_stime for each in used),
                      "peak": max(each.ru_maxrss for each in used) / 1024}))
"""


def repeat(origin: Path, times: int, out: Path) -> None:
    """The dataset `times` times, as further shards of one."""
    manifest = json.loads((origin / "manifest.json").read_text(encoding="utf-8"))
    (out / "episodes").mkdir(parents=True)
    files, shards = [], 0
    for file in manifest["files"]:
        if not file["path"].startswith("episodes/"):
            continue
        split, shard, _, of = file["path"].removesuffix(".parquet").rsplit("-", 3)
        shards = int(of)
        for turn in range(times):
            path = f"{split}-{turn * shards + int(shard):05d}-of-{times * shards:05d}.parquet"
            os.link(origin / file["path"], out / path)
            files.append({**file, "path": path})
    (out / "manifest.json").write_text(json.dumps({**manifest, "files": files}), encoding="utf-8")


def measure(root: Path, view: str, workers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "child.py"
        script.write_text(CHILD, encoding="utf-8")
        done = subprocess.run([sys.executable, str(script), str(root), view, f"{folder}/out", str(workers)], check=True,
                              capture_output=True, text=True, env={"PYTHONPATH": str(HERE.parent / "generator")})
        found: dict[str, float] = json.loads(done.stdout)
        return found


def prepare(root: Path) -> float:
    """Builds the dataset that is repeated. Returns the CPU seconds a row to write its `sft` rows as they are, one core.

    In a process of its own: a child's peak of memory is never below what its parent held when it was started.
    """
    Plan.shard_rows = property(lambda _: ROWS)  # type: ignore[assignment]  # one shard
    build(Plan("sml", ROWS, 1), root)
    tables = [pq.read_table(path) for path in sorted((root / "sft").glob("train-*.parquet"))]
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for number, table in enumerate(tables):
            with open_writer(Path(folder) / f"{number}.parquet", view_named("sft").schema) as writer:
                writer.write_table(table, row_group_size=1_000)
    return (time.process_time() - start) / sum(table.num_rows for table in tables)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        origin = Path(folder) / "sml"
        with ProcessPoolExecutor(1, get_context("spawn")) as other:
            floor = other.submit(prepare, origin).result()
        print(f"export, {WORKERS} workers, start-up included; floor: pyarrow writes sft at "
              f"{floor * 1e6:.1f} µs of CPU a row")
        print(f"  {'view':<18}{'rows':>9}{'rows/s':>10}{'µs CPU/row':>12}{'MB a process':>14}")
        for times in TIMES:
            root = Path(folder) / f"sml-{times}"
            repeat(origin, times, root)
            for view in NAMES if times == TIMES[0] else ("sft",):
                found = measure(root, view, WORKERS)
                print(f"  {view:<18}{found['rows']:>9,.0f}{found['rows'] / found['wall']:>10,.0f}"
                      f"{found['cpu'] / found['rows'] * 1e6:>12.1f}{found['peak']:>14.0f}")


if __name__ == "__main__":
    main()
