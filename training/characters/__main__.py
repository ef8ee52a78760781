"""A contact sheet to look at: `python -m training.characters --seeds 0-31 --size 256 --out sheet.png`."""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.characters import Drawing, draw

PART_COLOURS = np.array(
    [
        *((235, 235, 235), (255, 205, 170), (120, 70, 40), (220, 60, 60), (60, 90, 220), (170, 60, 200)),
        *((240, 200, 40), (90, 60, 30), (60, 190, 90), (40, 200, 210), (255, 120, 190), (120, 120, 120)),
    ],
    np.uint8,
)


def _views(seed: int, size: int, labels: bool, redraw: bool) -> list[NDArray[np.uint8]]:
    """The drawing itself and what else was asked for, each H x W x 3."""

    def over_white(drawing: Drawing) -> NDArray[np.uint8]:
        alpha = drawing.image[..., 3:] / 255.0
        return np.asarray(drawing.image[..., :3] * alpha + 255 * (1 - alpha), np.uint8)

    drawing = draw(seed, size)
    views = [over_white(drawing)]
    if labels:
        marked = PART_COLOURS[drawing.labels]
        marked[drawing.face_hands] = (255, 235, 225)
        views += [marked, np.repeat(255 - drawing.lineart[..., None], 3, 2)]
    if redraw:
        views.append(over_white(draw(seed, size, outfit_seed=seed + 1_000_003)))
    return views


def main() -> None:
    parser = argparse.ArgumentParser(prog="training.characters", description=__doc__)
    parser.add_argument("--seeds", default="0-31", help="first-last")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--out", required=True)
    parser.add_argument("--labels", action="store_true", help="part labels and line art beside each drawing")
    parser.add_argument("--redraw", action="store_true", help="the same character in another outfit beside each drawing")
    options = parser.parse_args()
    first, last = (int(part) for part in options.seeds.split("-"))
    began = time.perf_counter()
    cells = [np.concatenate(_views(seed, options.size, options.labels, options.redraw), 1) for seed in range(first, last + 1)]
    seconds = time.perf_counter() - began
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % options.columns)
    rows = [np.concatenate(cells[start : start + options.columns], 1) for start in range(0, len(cells), options.columns)]
    Image.fromarray(np.concatenate(rows)).save(options.out)
    print(f"{last - first + 1} characters in {seconds:.2f} s -> {options.out}")


if __name__ == "__main__":
    main()
