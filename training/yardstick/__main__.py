"""The table of the yardstick: frozen drawn swaps, kinds that no draft knows, swaps of today's drawer, others' characters in
their own clothes.

    python -m training.yardstick [--pictures DIR] [--only drawn|held-out|redrawn|redress] [--count N] [--workers 2]

DIR holds the pictures that `outfits.toml` names; without it the last set is left out.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

from training.evaluate import table
from training.yardstick import store
from training.yardstick.measure import measure, sets
from training.yardstick.methods import CEILINGS, METHODS
from training.yardstick.scores import summary


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.yardstick", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=Path, help="folder of others' characters, see outfits.toml")
    parser.add_argument("--only", choices=("drawn", "held-out", "redrawn", "redress"))
    parser.add_argument("--count", type=int, help="only the first so many swaps of each set")
    parser.add_argument("--methods", nargs="+", choices=[*METHODS, *CEILINGS], default=[*METHODS])
    parser.add_argument("--workers", type=int, default=2, help="processes, of one thread each")
    parser.add_argument("--keep", type=Path, help="folder where results are left, and taken from when asked for again")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    damaged = [*store.damaged(), *store.damaged(store.REDRAWN)]
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
