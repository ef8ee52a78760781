"""Train the bundled reader of poses and depth on the locked trunk of the part parser, and measure it.

    python -m training.part_drawings --out runs/parts --count 20000
    python -m training.hint_reading train --data runs/parts --out runs/hints --samples 40000
    python -m training.hint_reading export --run runs/hints --out assets/weights/hints
    python -m training.hint_reading evaluate

What it is asked for is what the drawer knows: joints, and the order of layers, rounded to a relief.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models import hint_reader
from models.hint_reader import JOINTS, MIRRORED, HintReader, new_head
from models.profiles import SEGMENTER
from models.segmenter import load_parser
from models.weights import write_manifest
from pipeline.body import CLAIMED, dome
from pipeline.detect import BEHIND
from pipeline.images import flatten
from training import loop
from training.characters.body_map import DrawnBody, seen
from training.evaluate_detection import drawings
from training.noise import Floats, Rng
from training.parsing import Looks, add_training_options, recipe_of, run
from training.part_drawings import Sheet, pick, some
from training.part_styles import place, restyle, seen_by
from training.reading_loss import CELL, Posed, reading_loss

ROUND, DROP = 0.08, 0.12  # of a relief: how far from a border a limb is still round, in sides, and how much lower its border is
CLOSE = 0.05  # of the picture's height: a joint this near is found


def look(sheets: Sequence[Sheet], side: int, rng: Rng) -> tuple[Any, ...]:
    """One drawing, restyled: rgb and what is to be read, see `Posed`."""
    sheet, row = pick(sheets, rng)
    maps = place(rng, sheet.parts.shape[1:], side)
    scene = seen_by(sheet.drawing(row), maps)
    rgb, _ = restyle(scene, rng, some(sheets, rng))
    levels: Any = cv2.remap(sheet.depth[row], *maps, cv2.INTER_NEAREST, borderValue=(0,))
    joints = carried(sheet.joints[row], maps, sheet.parts.shape[1:])
    return rgb, joints, relief(levels), *body_in(DrawnBody(sheet.body[row], sheet.cones[row]), maps)


def body_in(body: DrawnBody, maps: tuple[Floats, Floats]) -> tuple[Any, Any, Any]:
    """The body of a drawing in the cells of a picture that `cv2.remap` makes by maps: occupancy, front and place, see `Posed`."""
    x, y = ((plane[1::CELL, 1::CELL] + plane[2::CELL, 2::CELL]) / 2 for plane in maps)
    return seen(body, x, y, _mirrored(maps))


def _mirrored(maps: tuple[Floats, Floats]) -> bool:
    return bool(maps[0][0, -1] < maps[0][0, 0])


def carried(joints: NDArray[np.float32], maps: tuple[Floats, Floats], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Where joints of a drawing of `shape` lie in a picture that `cv2.remap` makes by maps; NaN outside either."""
    x, y = (plane[::2, ::2] for plane in maps)
    if _mirrored(maps):
        joints = joints[list(MIRRORED)]
    found = np.full(joints.shape, np.nan, np.float32)
    step = 2 * float(np.hypot(maps[0][1, 0] - maps[0][0, 0], maps[1][1, 0] - maps[1][0, 0])) + 1
    for row, (left, top) in enumerate(joints):
        if not (0 <= left < shape[1] and 0 <= top < shape[0]):  # also where there is none
            continue
        distance = (x - left) ** 2 + (y - top) ** 2
        nearest = np.unravel_index(int(distance.argmin()), distance.shape)
        if distance[nearest] < step**2:
            found[row] = 2 * nearest[1], 2 * nearest[0]
    return found


def relief(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Flat layers, H x W, brighter = nearer -> 0..1, every piece lower towards its border, as bodies are."""
    reach = ROUND * levels.shape[0]
    found = np.zeros(levels.shape, np.float32)
    for level in np.unique(levels):
        if level:
            piece = (levels == level).astype(np.uint8)
            inside = np.minimum(cv2.distanceTransform(piece, cv2.DIST_L2, 3), reach)
            found += piece * (level / np.float32(255) - DROP * (1 - dome(inside)))
    return found


class Reading(nn.Module):
    """What a head is taught on a locked trunk."""

    def __init__(self, trunk: nn.Module) -> None:
        super().__init__()
        self.trunk, self.head = trunk.requires_grad_(False).eval(), new_head()

    def trained(self) -> dict[str, nn.Module]:
        return {"head": self.head}

    def forward(self, batch: Posed, generator: torch.Generator) -> Tensor:
        with torch.no_grad():
            fine, merged = self.trunk(batch.planes(next(self.head.parameters()).device))
        return reading_loss(self.head(fine, merged), batch)


def evaluate(reader: HintReader, count: int) -> str:
    """On drawings of unseen seeds in unseen styles: joints found, joints claimed that are not there, error of the depth."""
    near, invented, errors = [], [], []
    for drawing, picture in drawings(count):
        height, width = drawing.labels.shape
        rgb = flatten(picture, BEHIND)
        places, sure = reader.joints(rgb)
        wanted = np.array([drawing.keypoints.get(name, (np.nan, np.nan)) for name in JOINTS])
        there: Any = ((wanted >= 0) & (wanted < (width, height))).all(1)
        distance = np.linalg.norm(places - np.where(there[:, None], wanted, 0), axis=1)
        near += list((distance[there] < CLOSE * height) & (sure[there] > CLAIMED))
        invented += list(sure[~there] > CLAIMED)
        body = drawing.depth > 0
        errors.append(np.abs(reader.depth(rgb) - relief(drawing.depth))[body].mean())
    return (
        f"{count} drawings: {100 * np.mean(near):.1f} % of the joints found within {100 * CLOSE:.0f} % of the height, "
        f"{100 * np.mean(invented or [0]):.1f} % of those out of view claimed, depth off by {np.mean(errors):.3f}"
    )


def command_train(options: argparse.Namespace) -> None:
    task = Reading(load_parser(options.parser).trunk)
    run(task, recipe_of("head", options), options, partial(Looks, look=look, kind=Posed))


def command_export(options: argparse.Namespace) -> None:
    head = new_head()
    head.load_state_dict(loop.averages(options.run)["head"])
    hint_reader.save(head, options.parser, options.out)
    print(f"{options.out}: {sum(file.size for file in write_manifest(options.out)) / 1e6:.1f} MB")


def command_evaluate(options: argparse.Namespace) -> None:
    print(evaluate(hint_reader.load(options.weights, options.parser), options.drawn))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.hint_reading", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    train, export, measure = (commands.add_parser(name) for name in ("train", "export", "evaluate"))
    add_training_options(train, samples=40_000, batch=16, rate=2e-3)
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--out", type=Path, required=True)
    measure.add_argument("--drawn", type=int, default=200, help="drawings to look at (default: %(default)s)")
    measure.add_argument("--weights", type=Path, default=hint_reader.FOLDER)
    for command, act in ((train, command_train), (export, command_export), (measure, command_evaluate)):
        command.add_argument("--parser", type=Path, default=SEGMENTER, help="exported weights of the parser")
        command.set_defaults(run_command=act)
    options = parser.parse_args(arguments)
    options.run_command(options)


if __name__ == "__main__":
    main()
