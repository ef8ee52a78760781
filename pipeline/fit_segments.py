"""What a body map tells of a body: where its segments' axes begin and end, where their borders are, and what hides what.

Axes come from straight planes through "along" and "across" (the idea of fitting a body to dense correspondences, Gueler et al.,
arXiv:1802.00434): planes are fitted to what was read and not to where, so that noise does not shorten a limb.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.hint_reader import SEGMENTS, BodyMap
from pipeline.fit_grid import Grid
from wardrobe.canvas import Z
from wardrobe.figure import SIDES

Floats = NDArray[np.float64]

HERE = 0.5  # how sure a segment is where it is
FINER = 3  # cells of the planes of distances in one that was read
LEAST = 6  # cells in which a segment is in front, for its axis to be told
WITHIN = 0.06, 0.94  # of an axis: beyond, along has come to its end and tells no more
ALIKE = 8.0  # neighbouring cells err alike: so many tell as much as one
CERTAIN = 0.04  # units: how exactly an axis ends at best
LARGEST = 5.0  # square units: half the area of a segment
OVERLAP = 4  # cells in which two segments overlap, for their order to be told
# the joints at either end of a segment's axis; HIP is the middle of the crotch
HIP = "hip"
_ENDS = {
    "upper_arm": ("shoulder", "elbow"),
    "lower_arm": ("elbow", "wrist"),
    "hand": ("wrist", None),
    "thigh": ("thigh", "knee"),
    "shin": ("knee", "ankle"),
    "foot": ("ankle", None),
}
ENDS: dict[str, tuple[str, str | None]] = {
    "trunk": ("neck", HIP),
    **{f"{name}_{s}": (f"{a}_{s}", f"{b}_{s}" if b else None) for name, (a, b) in _ENDS.items() for s in SIDES},
}


@dataclass(frozen=True)
class Segments:
    """border: 14 x h x w, distance in units to the border of each of `SEGMENTS`, below 0 inside; seen: 14, whether it is there
    at all; size: width and height in units of what was read; joints: names of ends of axes, places: N x 2 in units, and sigma: N.
    """

    grid: Grid
    border: Floats
    seen: NDArray[np.bool_]
    joints: tuple[str, ...]
    places: Floats
    sigma: Floats

    def beside(self, points: Floats, index: NDArray[np.intp]) -> Floats:
        """B x M, from points, B x M x 2, to the borders of the segments `index`, M; 0 beyond what was read, and where the segment
        is not seen."""
        x, y = self.grid.cells(points)
        height, width = self.border.shape[1:]
        known = (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5) & self.seen[index]
        return np.where(known, self.grid.look(self.border, points, index), 0.0)


def segments(body: BodyMap, scale: float, origin: Floats) -> Segments:
    """scale, origin: of units in the pixels of the whole picture."""
    left, top, right, bottom = body.box
    rows, columns = body.along.shape
    step = np.array([(right - left) / columns, (bottom - top) / rows])
    corner = origin - (left, top)
    fine = Grid(scale, corner, step / FINER)
    border, seen = np.zeros((len(SEGMENTS), rows * FINER, columns * FINER)), np.zeros(len(SEGMENTS), bool)
    for index, plane in enumerate(body.occupancy):
        seen[index] = (plane > HERE).sum() >= LEAST
        if seen[index]:
            inside = cv2.resize(plane, (columns * FINER, rows * FINER), interpolation=cv2.INTER_LINEAR) > HERE
            border[index] = _signed(inside) * (float(step.mean()) / FINER / scale)
    joints: list[str] = []
    places: list[Floats] = []
    sigma: list[float] = []
    nearest = body.front.argmax(0)
    for name, ends in ENDS.items():
        found = _axis(body, nearest == SEGMENTS.index(name) + 1, Grid(scale, corner, step))
        for joint, (place, spread) in zip(ends, found, strict=False):
            if joint:
                joints.append(joint)
                places.append(place)
                sigma.append(spread)
    return Segments(fine, border, seen, tuple(joints), np.array(places).reshape(-1, 2), np.array(sigma))


def _signed(inside: NDArray[np.bool_]) -> Floats:
    """Distance to the border in cells, below 0 inside."""
    mask = inside.astype(np.uint8)
    if mask.all():
        return np.full(mask.shape, -float(max(mask.shape)))
    within, without = cv2.distanceTransform(mask, cv2.DIST_L2, 5), cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    return np.where(inside, 0.5 - within, without - 0.5).astype(np.float64)


def _axis(body: BodyMap, where: NDArray[np.bool_], grid: Grid) -> list[tuple[Floats, float]]:
    """Both ends of a segment's axis in units, and how exactly they are told; nothing where too little is seen of it."""
    where = where & (body.along > WITHIN[0]) & (body.along < WITHIN[1])
    if where.sum() < LEAST:
        return []
    rows, columns = np.nonzero(where)
    points = grid.units((np.stack([columns, rows], 1) + 0.5) * grid.step)
    middle = points.mean(0)
    known = np.concatenate([np.ones((len(points), 1)), points - middle], 1)
    told = np.stack([body.along[where], body.across[where]], 1).astype(float)
    square = known.T @ known / ALIKE + 1e-4 * np.eye(3)
    planes = np.linalg.solve(square, known.T @ told / ALIKE)
    noise = ((told - known @ planes) ** 2).mean(0)
    slopes = planes[1:].T
    if abs(np.linalg.det(slopes)) < 1 / LARGEST:
        return []
    back = np.linalg.inv(slopes)
    found = []
    for along in (0.0, 1.0):
        off = back @ (np.array([along, 0.0]) - planes[0])
        row = np.array([1.0, *off])
        error = noise * float(row @ np.linalg.solve(square, row))
        spread = float(np.sqrt(((back**2) @ error).mean()))
        found.append((middle + off, float(np.hypot(CERTAIN, spread))))
    return found


def hidden(body: BodyMap, names: tuple[str, ...], others: tuple[str, ...]) -> bool | None:
    """Whether some segments lie behind others where both are; None where they do not overlap."""
    own, theirs = ([SEGMENTS.index(name) for name in group] for group in (names, others))
    both = (body.occupancy[own] > HERE).any(0) & (body.occupancy[theirs] > HERE).any(0)
    if both.sum() < OVERLAP:
        return None
    shares = [float(body.front[[1 + index for index in group]].sum(0)[both].sum()) for group in (own, theirs)]
    return shares[0] < shares[1]


def layers(body: BodyMap) -> dict[str, int]:
    """Of arms and legs whose order is seen: `arm_l` and the like -> a base of `wardrobe.canvas.Z`."""
    found = {}
    for side in SIDES:
        arm = tuple(f"{name}_{side}" for name in ("upper_arm", "lower_arm", "hand"))
        behind = hidden(body, arm[1:], ("trunk",))
        if behind is not None:
            found[f"arm_{side}"] = int(Z.BACK_ARM if behind else Z.FRONT_ARM)
        if hidden(body, arm[1:], ("head",)) is False and not behind:
            found[f"arm_{side}"] = int(Z.HIGH_ARM)
    legs = {side: tuple(f"{name}_{side}" for name in ("thigh", "shin", "foot")) for side in SIDES}
    behind = hidden(body, legs["l"], legs["r"])
    if behind is not None:
        found |= {f"leg_{side}": int(Z.FAR_LEG if (side == "l") == behind else Z.NEAR_LEG) for side in SIDES}
    return found
