"""Drawings for the body's fit, read as any picture is: restyled as no drawing is drawn, turned, cut off, before a place.

Seeds lie above those of all training and apart from those of the reports on detection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.hint_reader import JOINTS
from models.segmenter import Segmenter
from pipeline.detect import BEHIND
from pipeline.evidence import Evidence, read_evidence
from pipeline.images import flatten, with_alpha
from pipeline.part_maps import clean, most_likely
from pipeline.part_tables import FACE_HANDS, translate
from pipeline.request import ClothingPart
from training.characters import Drawing, draw
from training.evaluate_detection import FIRST_SEED
from training.part_drawings import part_map
from training.part_pictures import Labelled
from training.part_scenes import place, seen_by
from training.part_styles import restyle
from training.posed import carried

FIRST_RESTYLED = FIRST_SEED + 100_000
SIDE = 320  # pixels of the square in which a restyled drawing is shown
DRAWN = 320, 240


@dataclass(frozen=True)
class FitCase:
    """What is read in a picture, and where its joints really are: 18 x 2, x and y in pixels, NaN where out of view."""

    evidence: Evidence
    joints: NDArray[np.float64]


def restyled_cases(segmenter: Segmenter, count: int, first_seed: int = FIRST_RESTYLED) -> Iterator[FitCase]:
    for seed in range(first_seed, first_seed + count):
        rng = np.random.default_rng([seed, 71])
        drawing = draw(seed, DRAWN, background=False)
        maps = place(rng, DRAWN, SIDE)
        rgb, _ = restyle(seen_by(arrays(drawing), maps), rng)
        truth = np.array([drawing.keypoints.get(name, (np.nan, np.nan)) for name in JOINTS], np.float32)
        yield FitCase(read(segmenter, rgb), np.asarray(carried(truth, maps, DRAWN), np.float64))


def real_cases(segmenter: Segmenter, pictures: Iterable[Labelled]) -> Iterator[FitCase]:
    """Of pictures whose joints hands have told; the parser had better not have learnt from them."""
    for picture in pictures:
        if picture.joints is not None:
            rgb = np.ascontiguousarray(flatten(picture.rgba, BEHIND)[..., :3])
            yield FitCase(read(segmenter, rgb), np.asarray(picture.joints, np.float64))


def arrays(drawing: Drawing) -> tuple[NDArray[np.uint8], ...]:
    """A drawing as `training.part_styles` takes it."""
    return drawing.image, part_map(drawing), drawing.garment_map, drawing.lineart


def read(segmenter: Segmenter, rgb: NDArray[np.uint8]) -> Evidence:
    """H x W x 3, as the product reads it, but for SAM, whose outlines are finer than a fit needs."""
    labels = clean(most_likely(translate(segmenter.parser.parse(rgb), rgb, segmenter.table)))
    keep = labels == FACE_HANDS
    parts = np.where(keep, np.uint8(ClothingPart.SKIN), labels)
    return read_evidence(with_alpha(rgb, 255), parts, keep.astype(np.uint8))
