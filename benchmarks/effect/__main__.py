"""Do the data teach what they promise? Trains small models on what tutelage exports, and talks with them.

    python -m effect --seeds 3 --workers 2          (with benchmarks/ on PYTHONPATH; `make effect`)
    python -m effect --arms slot,upper --seeds 1    a part of it

Builds the data by the command line of tutelage, trains a base model for each seed, goes on from it with the data of
each arm, plays every model against the exact user, and writes `effect.json`, a table and two plots to `--out`. Exits
with 1 where a claim is not met (docs/effect.md).
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from effect.arms import ARMS
from effect.data import narrow_templates
from effect.jobs import Settings, run_arm, train_base
from effect.report import report


def main() -> int:
    parser = argparse.ArgumentParser(prog="effect", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="seeds trained at once, one thread each")
    parser.add_argument("--arms", default=",".join(arm.name for arm in ARMS))
    parser.add_argument("--out", type=Path, default=Path("outputs/effect"))
    for name, value in Settings()._asdict().items():
        if isinstance(value, (int, float)):
            kind = _yes if isinstance(value, bool) else type(value)
            parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=value)
        else:
            parser.add_argument(f"--{name.replace('_', '-')}", default=",".join(map(str, value)))
    said = vars(parser.parse_args())
    settings = Settings(**{name: said[name] for name in Settings._fields})._replace(
        families=_names(said["families"]), held_out=_names(said["held_out"]), new_kinds=_names(said["new_kinds"]),
        levels=tuple(map(int, _names(said["levels"]))))
    out, names, start = said["out"], _names(said["arms"]), time.perf_counter()
    arms = tuple([arm for arm in ARMS if arm.name in names])
    if len(arms) != len(names) or not arms:
        parser.error(f"--arms {said['arms']}: choose from {', '.join(arm.name for arm in ARMS)}")
    out.mkdir(parents=True, exist_ok=True)
    narrow_templates(out / "templates")
    seeds = range(said["first_seed"], said["first_seed"] + said["seeds"])
    with ProcessPoolExecutor(said["workers"], mp_context=get_context("spawn")) as pool:
        bases = [pool.submit(train_base, seed, arms, settings, out) for seed in seeds]
        losses, jobs = list[float](), list[Future[dict[str, Any]]]()
        for seed, base in zip(seeds, bases, strict=True):
            losses.append(base.result())  # what asks comes first, and needn't wait for the bases of other seeds
            jobs += [pool.submit(run_arm, arm, seed, settings, out) for arm in arms if arm.asks]
        jobs += [pool.submit(run_arm, arm, seed, settings, out) for seed in seeds for arm in arms if not arm.asks]
        rows = [job.result() for job in jobs]
    facts = {**settings._asdict(), "base_losses": [round(loss, 4) for loss in losses]}
    missed = report(rows, facts, list(seeds), time.perf_counter() - start, out)
    return 1 if missed else 0


def _yes(text: str) -> bool:
    return {"yes": True, "no": False}[text]


def _names(text: str) -> tuple[str, ...]:
    return tuple([name for name in text.split(",") if name])


if __name__ == "__main__":
    sys.exit(main())
