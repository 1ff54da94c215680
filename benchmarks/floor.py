"""The floor: what rows of this size cost when nothing is thought about. Random numbers in f-strings, columns, zstd.

Same schemas, same two configs, same writer settings and about the same text a row as `sml`, but no problems, no
analysis, no dialogue, no checks. `python benchmarks/floor.py ROWS CHARACTERS TURNS FOLDER` prints its CPU
microseconds a row.
"""

from __future__ import annotations

import sys
import time
from itertools import accumulate
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from tutelage.records.schema import EPISODES, MESSAGE, PRIVATE, SFT, TURN
from tutelage.store.shards import CHUNKING, ROW_GROUP

NAMES = ("Mira", "Tom", "Ada", "Noor", "Luis", "Ivy", "Sven", "Yuki", "Omar", "Lena")
THINGS = ("rolls", "boxes", "stamps", "tickets", "bricks", "apples", "seats", "miles")


def dialogue(random: Random, characters: int, turns: int) -> list[str]:
    """`turns` texts of about `characters` together: a sentence is some sixty of them."""
    draw, texts = random.random, []
    sentences = max(1, round(characters / turns / 62))
    for _ in range(turns):
        text = ""
        for _ in range(sentences):
            a, b = int(draw() * 90) + 10, int(draw() * 9) + 2
            name, thing = NAMES[int(draw() * 10)], THINGS[int(draw() * 8)]
            text += f"{name} packs {a} × {b} = {a * b} {thing} and keeps {a} of them. "
        texts.append(text)
    return texts


def tables(texts: list[list[str]]) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """The record batches of both configs, labels constant."""
    rows, flat = len(texts), [text for each in texts for text in each]
    offsets = pa.array([0, *accumulate(map(len, texts))], pa.int32())
    roles = ["teacher" if i % 2 == 0 else "student" for each in texts for i in range(len(each))]
    columns = [roles if f.name == "role" else flat if f.name == "text" else [_blank(f.type)] * len(flat) for f in TURN]
    turns = pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(
        [pa.array(c, f.type) for c, f in zip(columns, TURN, strict=True)], fields=list(TURN)))
    ids = [f"{i:032x}" for i in range(rows)]
    # a row keeps its solution and its problem, about as long as a turn each
    kept = {"solution": [each[-1] for each in texts], "problem": [each[0] for each in texts]}
    private = pa.StructArray.from_arrays(
        [pa.array(kept.get(f.name) or [_blank(f.type)] * rows, f.type) for f in PRIVATE], fields=list(PRIVATE))
    plain = [pa.array(ids if f.name == "id" else [_blank(f.type)] * rows, f.type) for f in list(EPISODES)[:-2]]
    messages = pa.StructArray.from_arrays(
        [pa.array(roles), pa.array(flat), pa.array([r == "student" for r in roles])], fields=list(MESSAGE))
    return (pa.RecordBatch.from_arrays([*plain, turns, private], schema=EPISODES),
            pa.RecordBatch.from_arrays([pa.array(ids), pa.ListArray.from_arrays(offsets, messages),
                                        pa.array(["{}"] * rows)], schema=SFT))


def _blank(kind: pa.DataType) -> object:
    if pa.types.is_list(kind):
        return []
    return "" if pa.types.is_string(kind) else False if pa.types.is_boolean(kind) else 0


def floor(rows: int, characters: int, turns: int, folder: Path) -> float:
    """CPU microseconds a row."""
    folder.mkdir(parents=True, exist_ok=True)
    start, random = time.process_time(), Random(1)
    options = {"compression": "zstd", "compression_level": 3, "use_content_defined_chunking": CHUNKING,
               "write_page_index": True}
    with pq.ParquetWriter(folder / "episodes.parquet", EPISODES, **options) as one, \
            pq.ParquetWriter(folder / "sft.parquet", SFT, **options) as two:
        for _ in range(rows // ROW_GROUP):
            first, second = tables([dialogue(random, characters, turns) for _ in range(ROW_GROUP)])
            one.write_batch(first)
            two.write_batch(second)
    return (time.process_time() - start) / (rows // ROW_GROUP * ROW_GROUP) * 1e6


if __name__ == "__main__":
    floor(1_000, int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))  # warm
    print(f"{floor(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])):.2f}")
