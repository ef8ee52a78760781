"""Regions of a picture: what is near what, and which pieces hang together."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

Region = NDArray[np.bool_]  # H x W


def near(region: Region, reach: float) -> Region:
    """Within a square of so many pixels to either side, at least one."""
    side = 2 * max(1, round(reach)) + 1
    return np.asarray(cv2.dilate(region.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def grown(region: Region, pixels: float) -> Region:
    """To all sides alike, by at least one pixel."""
    return np.asarray(away_from(region) <= max(1, round(pixels)))


def away_from(region: Region) -> NDArray[np.float32]:
    """H x W, the way to a region in pixels."""
    return np.asarray(cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3), np.float32)


def nearer(one: Region, other: Region) -> Region:
    """What is nearer to one region than to another."""
    return np.asarray(away_from(one) < away_from(other))


def enlarged(region: Region, shape: tuple[int, ...]) -> Region:
    """With smooth borders."""
    return np.asarray(cv2.resize(region.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_LINEAR) > 0)


def touching(region: Region, beside: Region, least: float = 0, connectivity: int = 8) -> Region:
    """Those pieces of a region, larger than `least` pixels, of which some lies in another one."""
    _, where, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=connectivity)
    found = np.bincount(where[beside], minlength=len(table)) > 0
    found &= table[:, cv2.CC_STAT_AREA] > least
    found[0] = False
    return np.asarray(found[where])


def crumbs(region: Region, least: float) -> Region:
    """The pieces of a region that are smaller than so many pixels."""
    _, where, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=8)
    small = table[:, cv2.CC_STAT_AREA] < least
    small[0] = False
    return np.asarray(small[where])


def spurs(region: Region) -> Region:
    """What of a region is thinner than three pixels and stands out from the rest."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    solid = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, cross)
    return np.asarray(region & (cv2.dilate(solid, cross) == 0))


def largest(region: Region, connectivity: int = 8) -> Region:
    """The largest piece of a region, nothing of an empty one."""
    _, where, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=connectivity)
    return np.asarray(where == 1 + int(table[1:, cv2.CC_STAT_AREA].argmax())) if len(table) > 1 else region


def box_of(region: Region, margin: int) -> tuple[slice, slice]:
    """Rows and columns that hold a region, which is not empty, and so many pixels round it."""
    return box_round(cv2.boundingRect(region.astype(np.uint8)), margin)


def box_round(rectangle: Iterable[int], margin: int) -> tuple[slice, slice]:
    """Likewise of left, top, width and height, as OpenCV tells them."""
    left, top, wide, high = rectangle
    return slice(max(0, top - margin), top + high + margin), slice(max(0, left - margin), left + wide + margin)


def spans_of(row: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where a row is set: first and one beyond the last."""
    ends = np.flatnonzero(np.diff(np.concatenate([[0], row, [0]]).astype(np.int8))).tolist()
    return list(zip(ends[::2], ends[1::2], strict=True))
