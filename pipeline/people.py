"""Which pixels are whose: several people in one picture, and which of them is meant.

Every pixel of a person points to that person's middle (`models.prompts.Middles`): middles are peaks of one map, and a pixel
belongs to the middle nearest to where it points.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.prompts import Middles
from pipeline.request import SEVERAL as SEVERAL

Mask = NDArray[np.bool_]  # H x W
People = NDArray[np.uint8]  # H x W: 0 nobody, 1 the largest person, 2 the next ...

PEAK = 0.15  # a middle less likely than this is none
APART = 0.13  # of the long side: two middles nearer than this are one
CRUMB = 0.05  # of the largest person: smaller ones are pieces of somebody
TOUCH = 0.02  # of the long side: pieces nearer than this hang together
MOST = 12  # people that are told apart


def split(there: Mask, middles: Middles | None = None) -> People:
    """there: where anybody is. Without `middles` people are what does not hang together."""
    pieces = _pieces(there)
    if middles is None:
        return _ordered(pieces, there)
    peaks = _peaks(middles.likely)
    if len(peaks) < 2:
        return _ordered(np.where(pieces > 0, 1, 0), there) if len(peaks) else _ordered(pieces, there)
    rows, columns = middles.likely.shape
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    aim = np.stack([x, y]) + middles.towards
    nearest = ((aim[:, None] - peaks.T[:, :, None, None]) ** 2).sum(0)
    share = np.stack([cv2.resize(plane, there.shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in nearest])
    return _ordered(np.where(there, share.argmin(0) + 1, 0), there)


def meant(people: People | None, where: Mask | None = None) -> int:
    """The number of the person that a painted mask or a click lies on, else of the largest."""
    if people is not None and where is not None:
        held = np.bincount(people[where], minlength=2)
        held[0] = 0
        if held.any():
            return int(held.argmax())
    return 1


def _pieces(there: Mask) -> NDArray[np.int32]:
    """What hangs together or nearly so, numbered from 1."""
    reach = round(TOUCH / 2 * max(there.shape))
    joined = cv2.dilate(there.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    _, pieces = cv2.connectedComponents(joined)
    return np.where(there, pieces, 0).astype(np.int32)


def _peaks(likely: NDArray[np.float32]) -> NDArray[np.float32]:
    """N x 2: x and y in cells of middles, the likeliest first."""
    reach = max(1, round(APART * max(likely.shape)))
    highest = cv2.dilate(likely, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    y, x = np.nonzero((likely >= highest) & (likely > PEAK))
    order = np.argsort(-likely[y, x])[:MOST]
    return np.stack([x[order], y[order]], 1).astype(np.float32)


def _ordered(owner: NDArray[np.integer], there: Mask) -> People:
    """People by size; who is too small to be one goes to the nearest of the others."""
    sizes = np.bincount(owner[there].ravel(), minlength=1)
    sizes[0] = 0
    if not sizes.any():
        return np.zeros(there.shape, np.uint8)
    kept = [number for number in np.argsort(-sizes) if sizes[number] > CRUMB * sizes.max()][:MOST]
    found = np.zeros(there.shape, np.uint8)
    for place, number in enumerate(kept, 1):
        found[owner == number] = place
    left = there & (found == 0)
    if left.any() and len(kept) == 1:
        found[left] = 1
    elif left.any():
        _, nearest = cv2.distanceTransformWithLabels(
            (found == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        of = np.zeros(int(nearest.max()) + 1, np.uint8)
        of[nearest[found > 0]] = found[found > 0]
        found[left] = of[nearest[left]]
    return found
