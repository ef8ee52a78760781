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
STRAIGHT, ABOVE = 0.006, 0.12  # of its height: how straight a cut is, and how far above it a figure is looked at
NARROWEST, ACROSS = 0.15, 0.6  # of its height, and of its width there: a cut that is as long
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

    def above(self, row: int) -> Evidence:
        """Of the rows before this one alone."""
        return replace(self, labels=self.labels[:row], hands=self.hands[:row])

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
    floor = floor_of(labels)
    left, top, right, bottom = _box(labels > 0)
    bottom = bottom if floor is None else min(bottom, floor)
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
    if floor is not None:  # a reader squeezes legs that end outside into the picture
        present |= {f"{name}_{side}": 0.0 for name in ("knee", "ankle") for side in "lr"}
    body = reader.body(rgb)
    body = body and replace(body, box=(left, top, right, bottom))
    return Evidence(labels, hands, joints, present, dict(zip(JOINTS, places, strict=True)), body=body)


def floor_of(labels: Image8) -> int | None:
    """The row from which on nothing of a figure is to be seen, as it is cut off there: at the picture's lower border, without
    shoes, or straight across before it, as busts on cards are; None where it ends by itself. Of 113 labelled drawings 33 end at
    the border: none of them shows an ankle, one shows knees; of 399 13 are cut off before it."""
    there = labels > 0
    height, rows = len(labels), np.flatnonzero(there.any(1))
    if not len(rows) or (labels == ClothingPart.FOOTWEAR).sum() > SHOD * there.sum():
        return None
    if there[-max(2, height // 200) :].any(0).sum() > CUT * there.any(0).sum():
        return height
    low, high = int(rows[-1]), int(rows[-1] - rows[0])
    slack = max(2, round(STRAIGHT * high))
    wide = there[max(0, low - max(slack + 2, round(ABOVE * high)))].sum()
    if low >= height - 3 or wide <= NARROWEST * high:
        return None
    ends = np.asarray(there[low - slack : low + 1].any(0))
    return low + 1 if _longest(ends) > ACROSS * wide else None


def _longest(row: NDArray[np.bool_]) -> int:
    """Of the runs of what is set."""
    ends = np.flatnonzero(np.diff(np.concatenate([[0], row, [0]]).astype(np.int8)))
    return int((ends[1::2] - ends[::2]).max(initial=0))


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
