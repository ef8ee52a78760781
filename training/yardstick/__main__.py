"""The table of the yardstick: frozen drawn swaps, kinds that no draft knows, others' characters in their own clothes.

    python -m training.yardstick [--pictures DIR] [--only drawn|held-out|redress] [--count N] [--workers 2]

DIR holds the pictures that `outfits.toml` names; without it the third set is left out.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import torch

from pipeline.request import Image8
from training.cases import Case
from training.evaluate import Method, table
from training.judges import load_judge
from training.yardstick import store
from training.yardstick.methods import CEILINGS, JUDGE, METHODS
from training.yardstick.redress import PartsReRead, outfits, redress_cases
from training.yardstick.scores import Score, score, summary

Cases = Callable[[], Iterator[Case]]


@dataclass(frozen=True)
class Set:
    """cases: read anew in every process; judged: the judge knows its kinds, and they can be drawn again; labelled: its parts
    can be read again."""

    cases: Cases
    size: int
    judged: bool = False
    labelled: bool = False


def sets(pictures: Path | None) -> dict[str, Set]:
    found = {
        "drawn": Set(partial(store.read, "drawn"), store.count("drawn"), judged=True),
        "held-out": Set(partial(store.read, "held_out"), store.count("held_out")),
    }
    if pictures is not None:
        found["redress"] = Set(partial(redress_cases, pictures), len(outfits()), labelled=True)
    return found


def dressed(method: Method, case: Case, kept: Path | None) -> tuple[Image8, Image8, float]:
    """Result, composite mask and seconds; kept: a file where they are looked for first, and left."""
    if kept is not None and kept.is_file():
        with np.load(kept) as file:
            return file["image"], file["mask"], float(file["seconds"])
    began = time.perf_counter()
    image, mask = method(case)
    seconds = time.perf_counter() - began
    if kept is not None:
        np.savez_compressed(kept, image=image, mask=mask, seconds=seconds)
    return image, mask, seconds


def measure(name: str, chosen: Set, which: slice, methods: Sequence[str], kept: Path | None) -> dict[str, list[Score]]:
    """Scores a method of some cases of a set."""
    judge = load_judge(JUDGE) if chosen.judged else None
    reader = PartsReRead() if chosen.labelled else None
    made = {method: (METHODS | CEILINGS)[method]() for method in methods}
    rows: dict[str, list[Score]] = {method: [] for method in methods}
    for number, case in enumerate(islice(chosen.cases(), which.start, which.stop), which.start):
        for method, run in made.items():
            file = None if kept is None else kept / f"{name} {method} {number:03d}.npz"
            rows[method].append(score(case, *dressed(run, case, file), judge, reader))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.yardstick", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=Path, help="folder of others' characters, see outfits.toml")
    parser.add_argument("--only", choices=("drawn", "held-out", "redress"))
    parser.add_argument("--count", type=int, help="only the first so many swaps of each set")
    parser.add_argument("--methods", nargs="+", choices=[*METHODS, *CEILINGS], default=[*METHODS])
    parser.add_argument("--workers", type=int, default=2, help="processes, of one thread each")
    parser.add_argument("--keep", type=Path, help="folder where results are left, and taken from when asked for again")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    damaged = store.damaged()
    if damaged:
        parser.error(f"{', '.join(damaged)} is not what was frozen, please restore it (git checkout)")
    if options.only == "redress" and options.pictures is None:
        parser.error("please say where the pictures are (--pictures DIR)")
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    figures: dict[str, dict[str, dict[str, float]]] = {}
    with multiprocessing.get_context("spawn").Pool(options.workers, torch.set_num_threads, (1,)) as pool:
        for name, chosen in sets(options.pictures).items():
            if options.only not in (None, name):
                continue
            methods = [method for method in options.methods if method in METHODS or chosen.judged]
            if not methods:
                continue
            size = min(chosen.size, options.count or chosen.size)
            marks = np.linspace(0, size, min(size, options.workers) + 1).astype(int).tolist()
            parts = [slice(*ends) for ends in pairwise(marks)]
            found = pool.starmap(measure, [(name, chosen, part, methods, options.keep) for part in parts])
            rows = {method: summary([row for part in found for row in part[method]]) for method in methods}
            figures[name] = rows
            print(f"{name}, {size} swaps\n\n{table(rows)}\n", flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
