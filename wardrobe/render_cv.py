"""Display list -> pixels with OpenCV and numpy alone, for machines on which skia cannot be loaded.

Slower than skia, and as like it as another antialiasing can be (a test). Shapes are covered exactly along x and by
`FINER` scan lines a pixel along y, by the non-zero winding rule, which `cv2.fillPoly` does not know; and `cv2.polylines`
draws lines up to a pixel too wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, floor, sqrt
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from wardrobe.canvas import Frame
from wardrobe.display import Clip, Facets, Fill, Operation, Shade, Stroke, Unclip
from wardrobe.path import Path
from wardrobe.patterns import TILE, Fabric, Gradient, Weave
from wardrobe.style import RGB
from wardrobe.tiles import weave_tile

FINER = 4  # scan lines per pixel
_BITS = 4  # fraction of a pixel that OpenCV's drawing functions are told
_STEPS = 512  # colours of a gradient

Contours = list[tuple[NDArray[np.float64], bool]]
Mask = NDArray[np.uint8]  # 0..255
Colours = NDArray[np.float32]  # 4, or H x W x 4; 0..255, opaque


class _Region(NamedTuple):
    """What the clips leave: a rectangle of pixels, and how much of each (None: all)."""

    left: int
    top: int
    right: int
    bottom: int
    mask: Mask | None = None

    @property
    def empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top

    def near(self, contours: Contours, margin: float = 0.0) -> _Region:
        """Its part that the contours reach, widened by a margin in pixels."""
        if not contours:
            return _Region(0, 0, 0, 0)
        points = np.concatenate([line for line, _ in contours])
        (x0, y0), (x1, y1) = points.min(0) - margin, points.max(0) + margin
        left, top = max(self.left, floor(x0)), max(self.top, floor(y0))
        right, bottom = min(self.right, ceil(x1)), min(self.bottom, ceil(y1))
        region = _Region(left, top, right, bottom)
        if self.mask is None or region.empty:
            return region
        return region.times(self.mask[top - self.top : bottom - self.top, left - self.left : right - self.left])

    def times(self, mask: Mask) -> _Region:
        if self.mask is not None:
            mask = np.asarray(cv2.multiply(self.mask, mask, scale=1 / 255), np.uint8)
        return self._replace(mask=mask)


def paint(
    operations: Sequence[Operation], frame: Frame, background: NDArray[np.uint8] | None = None, hard: bool = False
) -> NDArray[np.uint8]:
    """H x W x 4 uint8, straight alpha. background: an opaque picture of the frame's size, H x W x 4, or None for
    transparency. hard: not antialiased, so that only the operations' own colours appear."""
    brush = _Brush(frame, 1 if hard else FINER, background)
    for operation in operations:
        brush.draw(operation)
    alpha = brush.pixels[..., 3:]
    brush.pixels[..., :3] *= 255 / np.maximum(alpha, 1e-3)
    return np.asarray(np.clip(brush.pixels + 0.5, 0, 255), np.uint8)


class _Brush:
    """pixels: H x W x 4, 0..255, premultiplied by alpha."""

    def __init__(self, frame: Frame, finer: int, background: NDArray[np.uint8] | None) -> None:
        self.frame, self.finer = frame, finer
        empty = np.zeros((frame.height, frame.width, 4), np.float32)
        self.pixels = empty if background is None else background.astype(np.float32)
        self.regions = [_Region(0, 0, frame.width, frame.height)]
        self.contours: dict[Path, Contours] = {}
        self.covers: dict[tuple[object, ...], Mask] = {}
        self.mosaics: dict[int, Colours] = {}

    def draw(self, operation: Operation) -> None:
        region = self.regions[-1]
        match operation:
            case Unclip():
                self.regions.pop()
            case Clip(path, inside, shift):
                self.regions.append(self._inside(region, path, shift) if inside else self._outside(region, path, shift))
            case Fill(path, colour, alpha, multiply, soft):
                place = self._blurred(region, path, soft) if soft else self._inside(region, path, (0.0, 0.0))
                self._blend(place, self._colours(colour, place), alpha, multiply)
            case Stroke(path, colour, width, alpha, shift):
                pixels = width * self.frame.scale
                if pixels < 1 and self.finer > 1:  # as skia's lines: paler below a pixel, no thinner
                    alpha *= pixels
                self._blend(self._along(region, path, shift, max(1.0, pixels) / 2), _opaque(colour), alpha, False)
            case Shade(colour):
                self._blend(region, self._colours(colour, region), 1.0, True)
            case Facets():
                mosaic = self._mosaic(operation)
                self._blend(region, mosaic[region.top : region.bottom, region.left : region.right], 1.0, True)

    def _blend(self, place: _Region, colours: Colours, alpha: float, multiply: bool) -> None:
        """Porter and Duff's source over, or multiply as in W3C Compositing 1, on premultiplied colours."""
        if place.empty:
            return
        below = self.pixels[place.top : place.bottom, place.left : place.right]
        wanted = colours * (1 - (below[..., 3:] - below) / 255) if multiply else colours
        change = wanted - below
        if place.mask is not None:
            change *= (place.mask.astype(np.float32) * np.float32(alpha / 255))[..., None]
        elif alpha != 1:
            change *= np.float32(alpha)
        below += change

    def _lines(self, path: Path, shift: tuple[float, float]) -> Contours:
        """The path's contours in pixels; the longer its curves are, the more lines they become."""
        if path not in self.contours:
            box, matrix = path.bounds(), self.frame.matrix()
            around = 2 * (box.width + box.height) * self.frame.scale
            steps = min(24, 2 + round(sqrt(around / max(1, len(path.commands)))))
            self.contours[path] = [(matrix.map(line), closed) for line, closed in path.flat(steps)]
        moved = np.array(shift) * self.frame.scale
        return [(line + moved, closed) for line, closed in self.contours[path]] if any(shift) else self.contours[path]

    def _inside(self, region: _Region, path: Path, shift: tuple[float, float]) -> _Region:
        contours = self._lines(path, shift)
        near = region.near(contours)
        return near if near.empty else near.times(self._cover(near, contours, path, shift))

    def _blurred(self, region: _Region, path: Path, soft: float) -> _Region:
        """The path's cover blurred, before the clips cut it."""
        contours, sigma = self._lines(path, (0.0, 0.0)), soft * self.frame.scale
        margin = ceil(3 * sigma)
        near = region.near(contours, margin)
        if near.empty:
            return near
        wider = near.left - margin, near.top - margin, near.right + margin, near.bottom + margin
        mask = cv2.GaussianBlur(cover(*_edges([line for line, _ in contours]), wider, self.finer), (0, 0), sigma)
        return near.times(np.asarray(mask[margin:-margin, margin:-margin], np.uint8))

    def _outside(self, region: _Region, path: Path, shift: tuple[float, float]) -> _Region:
        if region.empty:
            return region
        return region.times(np.bitwise_not(self._cover(region, self._lines(path, shift), path, shift)))

    def _cover(self, region: _Region, contours: Contours, path: Path, shift: tuple[float, float]) -> Mask:
        """A layer's shape is filled, then clipped to: covered once."""
        key = path, shift, *region[:4]
        if key not in self.covers:
            self.covers[key] = cover(*_edges([line for line, _ in contours]), region[:4], self.finer)
        return self.covers[key]

    def _along(self, region: _Region, path: Path, shift: tuple[float, float], radius: float) -> _Region:
        contours = self._lines(path, shift)
        near = region.near(contours, radius)
        return near if near.empty else near.times(cover(*_capsules(contours, radius), near[:4], self.finer))

    def _colours(self, paint: RGB | Fabric, place: _Region) -> Colours:
        if isinstance(paint, tuple):
            return _opaque(paint)
        if place.empty:
            return _opaque((0, 0, 0))
        x = ((np.arange(place.left, place.right) + 0.5 - self.frame.dx) / self.frame.scale)[None]
        y = ((np.arange(place.top, place.bottom) + 0.5 - self.frame.dy) / self.frame.scale)[:, None]
        return _gradient(paint, x, y) if isinstance(paint, Gradient) else _weave(paint, x, y, self.frame.scale)

    def _mosaic(self, facets: Facets) -> Colours:
        key = id(facets)
        if key not in self.mosaics:
            drawn = np.full((self.frame.height, self.frame.width, 3), 255, np.uint8)
            corners = self.frame.matrix().map(facets.corners.reshape(-1, 2)).reshape(-1, 3, 2)
            for corner, colour in zip(np.rint((corners - 0.5) * 2**_BITS).astype(np.int32), facets.colours.tolist(), strict=True):
                cv2.fillConvexPoly(drawn, corner, colour, cv2.LINE_8, _BITS)
            opaque = np.full((*drawn.shape[:2], 1), 255, np.uint8)
            self.mosaics[key] = np.concatenate([drawn, opaque], 2).astype(np.float32)
        return self.mosaics[key]


def _opaque(colour: RGB) -> Colours:
    return np.array([*colour, 255], np.float32)


def _edges(polygons: list[NDArray[np.float64]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Starts and ends of all sides, N x 2 each."""
    return np.concatenate(polygons), np.concatenate([np.roll(polygon, -1, 0) for polygon in polygons])


def _capsules(contours: Contours, radius: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sides of the shapes that a round pen draws along every line; all turn the same way, so that overlaps add up."""
    start = np.concatenate([line if closed or len(line) == 1 else line[:-1] for line, closed in contours])
    end = np.concatenate([np.roll(line, -1, 0) if closed or len(line) == 1 else line[1:] for line, closed in contours])
    heading = np.arctan2(*(end - start).T[::-1])[:, None]
    turns = np.linspace(-np.pi / 2, np.pi / 2, 4 + round(sqrt(radius)))
    caps = [
        around[:, None] + radius * np.stack([np.cos(angle), np.sin(angle)], 2)
        for around, angle in ((end, heading + turns), (start, heading + turns + np.pi))
    ]
    corners = np.concatenate(caps, 1)
    return corners.reshape(-1, 2), np.roll(corners, -1, 1).reshape(-1, 2)


def cover(start: NDArray[np.float64], end: NDArray[np.float64], box: tuple[int, int, int, int], finer: int) -> Mask:
    """How much of each pixel closed polygons enclose, by the non-zero winding rule.

    start, end: of their sides in pixels, N x 2; box: left, top, right, bottom of the result; finer: scan lines per pixel,
    1 = all or nothing. Each scan line's crossings are sorted along x; where the winding number leaves zero or comes back,
    coverage steps up or down, and a pixel's is the sum of the steps to its left.
    """
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    (x0, y0), (x1, y1) = ((points.T - [[left], [top]]) * [[1], [finer]] - [[0], [0.5]] for points in (start, end))
    first, last = np.ceil(np.clip([np.minimum(y0, y1), np.maximum(y0, y1)], 0, height * finer)).astype(np.int64)
    counts = last - first
    side = np.repeat(np.arange(len(counts)), counts)
    row = np.arange(len(side)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    slope = (x1 - x0) / np.where(counts > 0, y1 - y0, 1)
    x = np.clip(x0[side] + (row - y0[side]) * slope[side], 0, width)
    order = np.argsort(row * (width + 1.0) + x)
    row, x, sign = row[order], x[order], np.where(y1 > y0, 1, -1)[side[order]]
    winding = np.cumsum(sign)  # zero again at every scan line's end
    step = (winding != 0).astype(np.int64) - (winding != sign)
    if finer == 1:
        x = np.ceil(x - 0.5)
    cell = np.floor(x).astype(np.int64)
    at, share, size = row // finer * (width + 2) + cell, x - cell, height * (width + 2)
    steps = np.bincount(at, step * (1 - share), size) + np.bincount(at + 1, step * share, size)
    total = np.cumsum(steps.reshape(height, width + 2)[:, :width], 1)
    return np.clip(total * (255 / finer) + 0.5, 0, 255).astype(np.uint8)


def _gradient(gradient: Gradient, x: NDArray[Any], y: NDArray[Any]) -> Colours:
    """x: 1 x W, y: H x 1, units."""
    (x0, y0), (x1, y1) = gradient.start, gradient.end
    dx, dy = x1 - x0, y1 - y0
    scale = (_STEPS - 1) / max(dx * dx + dy * dy, 1e-12)
    at = np.clip((x - x0) * (dx * scale) + (y - y0) * (dy * scale) + 0.5, 0, _STEPS - 1).astype(np.int64)
    stops = np.array([[*colour, 255] for colour in gradient.colours], np.float32).T
    table = [np.interp(np.linspace(0, 1, _STEPS), gradient.positions, stop) for stop in stops]
    return np.stack(table, 1).astype(np.float32)[at]


def _weave(weave: Weave, x: NDArray[Any], y: NDArray[Any], scale: float) -> Colours:
    """x: 1 x W, y: H x 1, units. scale: pixels per unit; a tile smaller than its pixels is read from two averages of
    it (trilinear filtering: Williams, Pyramidal parametrics, 1983), half a level finer, as skia does."""
    angle, (left, top) = np.deg2rad(weave.angle), weave.origin
    across, down = x - left, y - top
    u = (across * np.cos(angle) + down * np.sin(angle)) / weave.period
    v = (down * np.cos(angle) - across * np.sin(angle)) / weave.period
    level = float(np.clip(np.log2(TILE / (weave.period * scale)) - 0.5, 0, 5.999))
    low, share = int(level), level % 1
    colours = _tiled(weave, low, u, v)
    return colours if share == 0 else colours + np.float32(share) * (_tiled(weave, low + 1, u, v) - colours)


def _tiled(weave: Weave, level: int, u: NDArray[Any], v: NDArray[Any]) -> Colours:
    """u, v: H x W, in tiles."""
    tile = _tile(weave, level)
    across, down = ((place % 1 * (len(tile) - 2) + 0.5).astype(np.float32) for place in (u, v))
    return np.asarray(cv2.remap(tile, across, down, cv2.INTER_LINEAR), np.float32)


@lru_cache(maxsize=64)
def _tile(weave: Weave, level: int) -> Colours:
    """Halved `level` times; its edges repeated on all sides."""
    side = TILE >> level
    small = cv2.resize(weave_tile(weave, paint), (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(np.pad(small, ((1, 1), (1, 1), (0, 0)), "wrap"))
