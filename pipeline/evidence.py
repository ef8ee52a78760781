"""What a picture tells of the body in it: joints and how sure each is, parts, and which of several figures is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import cv2
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
CRUMB = 0.05  # of the largest connected piece: smaller ones are no figure of their own
TOUCH = 0.02  # of the long side: pieces nearer than this are one figure
BY_HAND = 1.0  # how sure a joint is that the user has placed

OUTSIDE = "The joint {name!r} lies outside the picture, please place it inside."
UNKNOWN = "There is no joint called {name!r}, please choose from: {known}."


@dataclass(frozen=True)
class Evidence:
    """labels: H x W uint8, values of `ClothingPart` of the figure that is meant, 0 elsewhere. hands: H x W bool, its face, neck
    and bare hands. joints: x and y in pixels of each of `models.hint_reader.JOINTS`, sure: how sure each is in the picture,
    0..1. guesses: of joints that may be elsewhere too, K x 3: x, y and the share of the probability, the likeliest first.
    placed: joints that the user put right. figures: how many figures the picture shows. body: where its limbs are under the
    clothes, None where no reader knows."""

    labels: Image8
    hands: Mask
    joints: Mapping[str, XY]
    sure: Mapping[str, float]
    guesses: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    placed: frozenset[str] = frozenset()
    figures: int = 1
    body: BodyMap | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.labels.shape[0], self.labels.shape[1]


def read_evidence(
    character: Image8,
    labels: Image8,
    keep: Image8 | None = None,
    where: Mask | None = None,
    reader: HintReader | None = None,
) -> Evidence:
    """character: H x W x 4 RGBA; labels, keep: of a `Detection` of it; where: H x W, true on the figure that is meant (a painted
    mask, a click), None for the largest; reader: None for the bundled one. Never raises for what the picture shows."""
    reader = reader or hint_reader.bundled()
    chosen, figures = _chosen(labels > 0, where)
    own = np.where(chosen, labels, np.uint8(0))
    hands = chosen & (keep > 0) if keep is not None else chosen & (labels == ClothingPart.SKIN)
    left, top, right, bottom = _box(chosen)
    seen = character[top:bottom, left:right]
    if figures > 1:  # others in the box would lend it their limbs
        seen = seen.copy()
        seen[((labels > 0) & ~chosen)[top:bottom, left:right]] = (*BEHIND, 255)
    scale = min(1.0, READ_AT / max(seen.shape[:2]))
    small = resize(seen, (max(1, round(seen.shape[1] * scale)), max(1, round(seen.shape[0] * scale)))) if scale < 1 else seen
    rgb = np.ascontiguousarray(flatten(small, BEHIND)[..., :3])
    places, sure = reader.guesses(rgb)
    places = places * (seen.shape[1] / small.shape[1], seen.shape[0] / small.shape[0], 1) + (left, top, 0)
    joints = {name: (float(rows[0, 0]), float(rows[0, 1])) for name, rows in zip(JOINTS, places, strict=True)}
    present = dict(zip(JOINTS, map(float, sure), strict=True))
    body = reader.body(rgb)
    body = body and replace(body, box=(left, top, right, bottom))
    return Evidence(own, hands, joints, present, dict(zip(JOINTS, places, strict=True)), figures=figures, body=body)


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


def _chosen(there: Mask, where: Mask | None) -> tuple[Mask, int]:
    """The figure that is meant, and how many there are. Pieces that nearly touch are one figure."""
    reach = round(TOUCH / 2 * max(there.shape))
    joined = cv2.dilate(there.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    count, pieces = cv2.connectedComponents(joined)
    sizes = np.bincount(pieces[there], minlength=count)
    sizes[0] = 0
    if not sizes.any():
        return there, 0
    large = sizes > CRUMB * sizes.max()
    held = np.bincount(pieces[where & there], minlength=count) * large if where is not None else np.zeros(count, int)
    meant = int(held.argmax() if held.any() else sizes.argmax())
    figure: Mask = there & (~large[pieces] | (pieces == meant))
    return figure, int(large.sum())


def _box(there: Mask) -> tuple[int, int, int, int]:
    """left, top, right, bottom of what is there, with some margin; everything where nothing is."""
    height, width = there.shape
    y, x = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    if not len(y):
        return 0, 0, width, height
    margin = round(MARGIN * max(y[-1] - y[0], x[-1] - x[0]))
    left, top = max(0, x[0] - margin), max(0, y[0] - margin)
    return int(left), int(top), int(min(width, x[-1] + 1 + margin)), int(min(height, y[-1] + 1 + margin))
