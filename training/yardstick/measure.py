"""Every method on every case of a set, for `python -m training.yardstick`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from pipeline.request import Image8
from training.cases import Case
from training.evaluate import Method
from training.judges import load_judge
from training.yardstick import store
from training.yardstick.methods import CEILINGS, JUDGE, METHODS
from training.yardstick.redress import PartsReRead, outfits, redress_cases
from training.yardstick.scores import Score, score

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
        "redrawn": Set(partial(store.read, "redrawn", store.REDRAWN), store.count("redrawn", store.REDRAWN)),
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
