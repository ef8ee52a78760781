"""What a picture tells of the body in it: joints and how sure each is, parts, and limbs under the clothes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models import hint_reader
from models.hint_reader import JOINTS, BodyMap, HintReader
from pipeline.images import flatten, resize
from pipeline.request import ClothingPart, Image8, UserError

Mask = NDArray[np.bool_]  # H x W
XY = tuple[float, float]

READ_AT = 768  # long side in pixels above which joints are not read any better
BEHIND = (255, 255, 255)  # behind a transparent character
MARGIN = 0.12  # room round the figure that is read, of its box's long side
CUT, SHOD = 0.15, 0.004  # of a figure's width that leaves the picture below; of it that is shoes
BY_HAND = 1.0  # how sure a joint is that the user has placed

OUTSIDE = "The joint {name!r} lies outside the picture, please place it inside."
UNKNOWN = "There is no joint called {name!r}, please choose from: {known}."


@dataclass(frozen=True)
class Evidence:
    """labels: H x W uint8, values of `ClothingPart` of the figure that is meant, 0 elsewhere. hands: H x W bool, its face, neck
    and bare hands. joints: x and y in pixels of each of `models.hint_reader.JOINTS`, sure: how sure each is in the picture,
    0..1. guesses: of joints that may be elsewhere too, K x 3: x, y and the share of the probability, the likeliest first.
    placed: joints that the user put right. body: where its limbs are under the clothes, None where no reader knows."""

    labels: Image8
    hands: Mask
    joints: Mapping[str, XY]
    sure: Mapping[str, float]
    guesses: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    placed: frozenset[str] = frozenset()
    body: BodyMap | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.labels.shape[0], self.labels.shape[1]


def read_evidence(
    character: Image8, labels: Image8, keep: Image8 | None = None, others: Mask | None = None, reader: HintReader | None = None
) -> Evidence:
    """character: H x W x 4 RGBA; labels, keep, others: of a `Detection` of the one who is meant; reader: None for the bundled
    one. Never raises for what the picture shows."""
    reader = reader or hint_reader.bundled()
    hands = keep > 0 if keep is not None else labels == ClothingPart.SKIN
    left, top, right, bottom = _box(labels > 0)
    seen = character[top:bottom, left:right]
    if others is not None:  # in the box they would lend it their limbs
        seen = seen.copy()
        seen[others[top:bottom, left:right]] = (*BEHIND, 255)
    scale = min(1.0, READ_AT / max(seen.shape[:2]))
    small = resize(seen, (max(1, round(seen.shape[1] * scale)), max(1, round(seen.shape[0] * scale)))) if scale < 1 else seen
    rgb = np.ascontiguousarray(flatten(small, BEHIND)[..., :3])
    places, sure = reader.guesses(rgb)
    places = places * (seen.shape[1] / small.shape[1], seen.shape[0] / small.shape[0], 1) + (left, top, 0)
    joints = {name: (float(rows[0, 0]), float(rows[0, 1])) for name, rows in zip(JOINTS, places, strict=True)}
    present = dict(zip(JOINTS, map(float, sure), strict=True))
    if cut_off(labels):  # a reader squeezes legs that end outside into the picture
        present |= {f"{name}_{side}": 0.0 for name in ("knee", "ankle") for side in "lr"}
    body = reader.body(rgb)
    body = body and replace(body, box=(left, top, right, bottom))
    return Evidence(labels, hands, joints, present, dict(zip(JOINTS, places, strict=True)), body=body)


def cut_off(labels: Image8) -> bool:
    """Whether a figure ends at the lower border of the picture, without shoes. Of 113 labelled drawings 33 are such: none of
    them shows an ankle, one shows knees."""
    there = labels > 0
    below = there[-max(2, len(there) // 200) :].any(0).sum()
    return bool(below > CUT * there.any(0).sum() and (labels == ClothingPart.FOOTWEAR).sum() <= SHOD * there.sum())


def with_joints(evidence: Evidence, placed: Mapping[str, XY]) -> Evidence:
    """The evidence with joints put right by hand, x and y in pixels. Raises `UserError` for a joint that there is not, or outside
    the picture."""
    height, width = evidence.shape
    for name, (x, y) in placed.items():
        if name not in JOINTS:
            raise UserError(UNKNOWN.format(name=name, known=", ".join(JOINTS)))
        if not (0 <= x < width and 0 <= y < height):
            raise UserError(OUTSIDE.format(name=name))
    return replace(
        evidence,
        joints={**evidence.joints, **placed},
        sure={**evidence.sure, **dict.fromkeys(placed, BY_HAND)},
        guesses={name: rows for name, rows in evidence.guesses.items() if name not in placed},
        placed=evidence.placed | placed.keys(),
    )


def _box(there: Mask) -> tuple[int, int, int, int]:
    """left, top, right, bottom of what is there, with some margin; everything where nothing is."""
    height, width = there.shape
    y, x = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    if not len(y):
        return 0, 0, width, height
    margin = round(MARGIN * max(y[-1] - y[0], x[-1] - x[0]))
    left, top = max(0, x[0] - margin), max(0, y[0] - margin)
    return int(left), int(top), int(min(width, x[-1] + 1 + margin)), int(min(height, y[-1] + 1 + margin))
