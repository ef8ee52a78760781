"""Do hair and held things that lie over clothes stay as they are? On drawings of unseen seeds in unseen styles.

    python -m training.evaluate_kept --count 100

Characters like those that people upload, with loose hair, bags, books and weapons, are dressed anew; every pixel of hair
and things over the clothed body has to be bit for bit the old one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.hint_reader import SEGMENTS
from models.profiles import SEGMENTER
from models.segmenter import load_bundled
from pipeline.detect import detect
from pipeline.plan import make_plan
from pipeline.request import CLOTHING, ClothingPart, Detection, DetectRequest, Image8, SwapRequest, UserError
from training.characters.body_map import split
from training.evaluate_detection import uploads

PROMPTS = ("white dress", "navy suit jacket, grey trousers", "red hoodie, blue jeans")
LEAST = 0.01  # of the figure: what lies over clothes is at least this much of it
BESIDE = 15  # pixels: clothes are this near, or it is bare skin that is covered
BARE = ("head", *(f"{piece}_{side}" for piece in ("hand", "foot") for side in "lr"))
KINDS = {"hair": ClothingPart.HAIR, "held things": ClothingPart.HELD}


@dataclass(frozen=True)
class Case:
    """A picture, H x W x 4; over: H x W, values of `ClothingPart`, hair and held things that lie over clothes, else 0."""

    image: Image8
    over: NDArray[np.uint8]


def cases(count: int) -> Iterator[Case]:
    """The first so many drawings in which enough lies over clothes."""
    found = 0
    clothed = [index for index, name in enumerate(SEGMENTS) if name not in BARE]
    for drawing, picture in uploads():
        labels = drawing.labels
        clothes = cv2.dilate(np.isin(labels, CLOTHING).astype(np.uint8), np.ones((BESIDE, BESIDE), np.uint8)) > 0
        over = np.isin(labels, list(KINDS.values())) & split(drawing.body.occupancy)[clothed].any(0) & clothes
        if over.sum() < LEAST * (labels > 0).sum():
            continue
        yield Case(picture, np.where(over, labels, np.uint8(0)))
        found += 1
        if found == count:
            return


def kept(case: Case, found: Detection, prompt: str) -> NDArray[np.bool_]:
    """H x W, the pixels that are the old ones in the new outfit; without a draft those that nothing is asked to repaint."""
    try:
        plan = make_plan(SwapRequest(case.image, 0, prompt=prompt), lambda _: found)
    except UserError:  # nothing was found, nothing is changed
        return np.ones(case.over.shape, bool)
    assert plan.request.mask is not None
    if plan.drafts:
        return np.asarray((plan.picture(0) == case.image).all(2))
    return np.asarray(plan.request.mask == 0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate_kept", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="drawings (default: %(default)s)")
    parser.add_argument("--weights", type=Path, default=SEGMENTER)
    options = parser.parse_args()
    see = partial(detect, load_bundled(options.weights))
    stays, all_of, each = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0), []
    for number, case in enumerate(cases(options.count)):
        same = kept(case, see(DetectRequest(case.image)), PROMPTS[number % len(PROMPTS)])
        each.append(same[case.over > 0].mean())
        for name, part in KINDS.items():
            stays[name] += int(same[case.over == part].sum())
            all_of[name] += int((case.over == part).sum())
    for name in KINDS:
        print(f"{name} over clothes: {stays[name] / max(all_of[name], 1):.4f} of {all_of[name]} pixels kept")
    whole = np.mean(np.array(each) == 1)
    print(f"both: {sum(stays.values()) / sum(all_of.values()):.4f}; all of it is kept in {whole:.2f} of the drawings")


if __name__ == "__main__":
    main()
