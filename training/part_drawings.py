"""What the part parser learns from: characters on transparency with their maps, drawn once, dressed in new styles on the way.

python -m training.part_drawings --out runs/parts --count 20000 --kind uploads
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.hint_reader import JOINTS, SEGMENTS
from models.part_parser import FACE_HANDS
from training.characters import Drawing, draw
from training.characters.body_map import CONE
from training.characters.uploads import draw_upload
from training.pairs import EVALUATION_SEEDS

HEIGHT = 320
WIDTHS = {160: 0.35, 224: 0.4, 320: 0.25}
Dtype = type[np.uint8] | type[np.uint16] | type[np.float32]
PLANES: dict[str, tuple[Dtype, tuple[int, ...]]] = {  # of every pixel
    "rgba": (np.uint8, (4,)),
    **dict.fromkeys(("parts", "garments", "lines", "depth"), (np.uint8, ())),
    "body": (np.uint16, ()),
}
ROWS: dict[str, tuple[Dtype, tuple[int, ...]]] = {  # of every drawing
    "joints": (np.float32, (len(JOINTS), 2)),
    "cones": (np.float32, (len(SEGMENTS), CONE)),
}
FIRST_SEED = 600_000_000
KEPT_EVERY = 500  # drawings


def _character(seed: int, size: tuple[int, int]) -> Drawing:
    """Standing, and facing the viewer."""
    return draw(seed, size, background=False)


KINDS: dict[str, Callable[[int, tuple[int, int]], Drawing]] = {"characters": _character, "uploads": draw_upload}


def part_map(drawing: Drawing) -> NDArray[np.uint8]:
    """Part labels, face and hands (and neck) apart from other skin; H x W."""
    return np.where(drawing.face_hands, np.uint8(FACE_HANDS), drawing.labels)


@dataclass(frozen=True)
class Sheet:
    """Drawings of one shape. rgba: N x H x W x 4, straight alpha; parts: N x H x W, see `part_map`; garments: 0 none,
    i + 1 the i-th garment; lines: 255 = line; depth: brighter = nearer, 0 = background; body: N x H x W uint16, and cones: N x
    14 x 7 float32, see `training.characters.body_map.DrawnBody`; joints: N x 18 x 2 float32, x and y in pixels of
    `models.hint_reader.JOINTS`, NaN where there is none."""

    rgba: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    garments: NDArray[np.uint8]
    lines: NDArray[np.uint8]
    depth: NDArray[np.uint8]
    body: NDArray[np.uint16]
    joints: NDArray[np.float32]
    cones: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.parts)

    def drawing(self, row: int) -> tuple[NDArray[np.uint8], ...]:
        """One of them as `training.part_styles` takes it: rgba, parts, garments and lines."""
        return self.rgba[row], self.parts[row], self.garments[row], self.lines[row]


def read_sheets(folder: Path) -> list[Sheet]:
    """All finished sheets below a folder, memory-mapped, in a fixed order."""
    found = []
    for file in sorted(folder.rglob("sheet.json")):
        count, height, width = json.loads(file.read_text())
        kinds = {name: (dtype, (height, width, *rest)) for name, (dtype, rest) in PLANES.items()} | ROWS
        arrays: dict[str, Any] = {
            name: np.memmap(file.parent / name, dtype, "r", shape=(count, *shape)) for name, (dtype, shape) in kinds.items()
        }
        found.append(Sheet(**arrays))
    return found


def pick(sheets: Sequence[Sheet], rng: np.random.Generator) -> tuple[Sheet, int]:
    """Any drawing: its sheet and its number there."""
    sizes = np.array([len(sheet) for sheet in sheets], float)
    sheet = sheets[int(rng.choice(len(sheets), p=sizes / sizes.sum()))]
    return sheet, int(rng.integers(len(sheet)))


def write(folder: Path, seeds: Sequence[int], kind: str = "characters") -> int:
    """One sheet a shape below `folder`, of a row of `KINDS`; the number of drawings."""
    gc.freeze()  # see `training.pairs.write`
    counts = dict.fromkeys(WIDTHS, 0)
    files = {}
    for width in WIDTHS:
        (folder / str(width)).mkdir(parents=True, exist_ok=True)
        files[width] = {name: open(folder / str(width) / name, "wb") for name in (*PLANES, *ROWS)}
    for number, seed in enumerate(seeds, 1):
        width = int(np.random.default_rng([seed, 53]).choice(list(WIDTHS), p=list(WIDTHS.values())))
        drawing = KINDS[kind](seed, (HEIGHT, width))
        counts[width] += 1
        arrays = {
            "rgba": drawing.image,
            "parts": part_map(drawing),
            "garments": drawing.garment_map,
            "lines": drawing.lineart,
            "depth": drawing.depth,
            "body": drawing.body.occupancy,
            "cones": drawing.body.cones,
            "joints": np.array([drawing.keypoints.get(name, (np.nan, np.nan)) for name in JOINTS], np.float32),
        }
        for name, values in arrays.items():
            files[width][name].write(np.ascontiguousarray(values).data)
        if number % KEPT_EVERY == 0 or number == len(seeds):  # what is there can be used, whatever happens to the rest
            for width, opened in files.items():
                for file in opened.values():
                    file.flush()
                if counts[width]:
                    (folder / str(width) / "sheet.json").write_text(json.dumps([counts[width], HEIGHT, width]))
    return len(seeds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.part_drawings", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--kind", choices=list(KINDS), default="characters")
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    options = parser.parse_args()
    if options.first_seed + options.count > EVALUATION_SEEDS:
        parser.error(f"training seeds stay below {EVALUATION_SEEDS}")
    seeds = range(options.first_seed, options.first_seed + options.count)
    parts = [
        (options.out / f"{options.first_seed}-{number}", seeds[number :: options.workers], options.kind)
        for number in range(options.workers)
    ]
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        count = sum(pool.starmap(write, parts))
    print(f"{count} drawings in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
