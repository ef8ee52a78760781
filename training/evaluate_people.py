"""Is the right one of two people dressed, and alone? On drawn scenes of unseen seeds.

    python -m training.evaluate_people --count 50

Two people stand side by side or one before the other, before a drawn place; the larger one is to be dressed, then the other one,
by name and by a stroke of paint.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.profiles import SEGMENTER
from models.segmenter import load_bundled
from pipeline.detect import detect
from pipeline.mask import grow
from pipeline.people import SEVERAL, meant
from pipeline.plan import Plan, make_plan
from pipeline.request import CLOTHING, Detection, DetectRequest, Image8, SwapRequest
from training.characters import draw, style_of
from training.characters.background import draw_background
from training.evaluate_detection import FIRST_SEED, unseen_style

FIRST_SCENE = FIRST_SEED + 200_000
SIZE = 640, 640
PROMPT = "red hoodie, black trousers"
HIT, SPILLED = 0.5, 0.02  # share of the right one's clothes that has to change, and of the other one that may


@dataclass(frozen=True)
class Pair:
    """A picture, H x W x 4; owner: H x W, 1 the person that more is seen of, 2 the other; clothing: H x W, of both."""

    image: Image8
    owner: Image8
    clothing: NDArray[np.bool_]


def pairs(count: int) -> Iterator[Pair]:
    """Scenes of seeds and styles that no training sees."""
    for seed in range(FIRST_SCENE, FIRST_SCENE + count):
        rng = np.random.default_rng([seed, 83])
        image = draw_background(rng, SIZE[1], SIZE[0])[0][..., :3].astype(np.float32)
        owner, clothing = np.zeros(SIZE, np.uint8), np.zeros(SIZE, bool)
        share = float(rng.uniform(0.6, 0.85))
        apart = float(rng.uniform(0.16, 0.3)) * SIZE[1]
        side = 1 if rng.random() < 0.5 else -1
        order = (2, 1) if rng.random() < 0.7 else (1, 2)  # from the back
        for person in order:
            height, sign = (0.95, side) if person == 1 else (share, -side)
            number = seed * 2 + person
            shape = round(height * SIZE[0]), round(0.6 * height * SIZE[0])
            drawing = draw(number, shape, background=False, style=unseen_style(style_of(number), rng), held_out="any")
            left = round(SIZE[1] / 2 + sign * apart - shape[1] / 2)
            _put(image, owner, clothing, drawing.image, np.isin(drawing.labels, CLOTHING), person, (SIZE[0] - shape[0], left))
        if (owner == 2).sum() > (owner == 1).sum():
            owner = np.array([0, 2, 1], np.uint8)[owner]
        rgb = image.clip(0, 255).astype(np.uint8)
        yield Pair(np.dstack([rgb, np.full(SIZE, 255, np.uint8)]), owner, clothing)


def _put(
    image: NDArray[np.float32],
    owner: Image8,
    clothing: NDArray[np.bool_],
    drawn: Image8,
    dressed: NDArray[np.bool_],
    person: int,
    corner: tuple[int, int],
) -> None:
    top, left = corner
    first, last = max(0, -left), min(drawn.shape[1], image.shape[1] - left)
    box = slice(top, top + drawn.shape[0]), slice(left + first, left + last)
    alpha = drawn[:, first:last, 3:].astype(np.float32) / 255
    image[box] = image[box] * (1 - alpha) + drawn[:, first:last, :3] * alpha
    solid = alpha[..., 0] > 0.5
    owner[box][solid] = person
    clothing[box][solid] = dressed[:, first:last][solid]


def ways(pair: Pair, found: Detection) -> Iterator[tuple[int, SwapRequest]]:
    """How somebody is chosen: nobody by name, which means the larger one; the other one by number; and by a painted mask."""
    theirs = (pair.clothing & (pair.owner == 2)).astype(np.uint8) * np.uint8(255)
    plain = SwapRequest(pair.image, 0, prompt=PROMPT)
    yield 1, plain
    yield 2, replace(plain, person=meant(found.people, pair.owner == 2))
    yield 2, replace(plain, mask=grow(theirs, 4))


def is_right(pair: Pair, plan: Plan, person: int) -> bool:
    """Whether this person is dressed, and nobody else."""
    assert plan.request.mask is not None
    changed = plan.request.mask > 0
    other = (pair.owner > 0) & (pair.owner != person)
    hit = changed[pair.clothing & (pair.owner == person)].mean() > HIT
    return bool(hit and changed[other].mean() < SPILLED)


def _as_found(found: Detection, request: DetectRequest) -> Detection:
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate_people", description=__doc__)
    parser.add_argument("--count", type=int, default=50, help="scenes (default: %(default)s)")
    parser.add_argument("--weights", type=Path, default=SEGMENTER)
    options = parser.parse_args()
    segmenter = load_bundled(options.weights)
    right, told = [], []
    for pair in pairs(options.count):
        found = detect(segmenter, DetectRequest(pair.image))
        plans = [(person, make_plan(request, partial(_as_found, found))) for person, request in ways(pair, found)]
        right.append([is_right(pair, plan, person) for person, plan in plans])
        told.append(SEVERAL.format(count=found.count) in plans[0][1].request.notes)
    for way, share in zip(("the larger one", "the other by number", "the other by a mask"), np.mean(right, 0), strict=True):
        print(f"{way}: {share:.3f} dressed alone")
    print(f"said that there are several: {np.mean(told):.3f} of {len(told)}")


if __name__ == "__main__":
    main()
