"""What a body map tells of a body: where its segments' axes begin and end, where their borders are, and what hides what.

Axes come from dense correspondences (the idea of Gueler et al., arXiv:1802.00434): the cells of a segment lie on a plane over
what was read along and across. A network that is unsure reads the mean, so it is places that err, given what was read.
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
DOUBTFUL, CLEAR = 0.7, 0.95  # mean of how sure a segment is where it is: its border tells nothing, and tells all
LEAST = 6  # cells in which a segment is in front, for its axis to be told
WITHIN = 0.06, 0.94  # of an axis: beyond, along has come to its end and tells no more
ALIKE = 40.0  # neighbouring cells err alike: so many tell as much as one
ROUNDS = 3  # of weighing cells by how well they agree
CERTAIN = 0.06  # units: how exactly an axis ends at best
OVERLAP = 4  # cells in which two segments overlap, for their order to be told
PLAIN = 2.0  # times that one of them is likelier in front
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
    """border: 14 x h x w, distance in units to the border of each of `SEGMENTS`, below 0 inside; sure: 14, 0..1, how much
    it is worth; joints: names of ends of axes, places: N x 2 in units, and sigma: N."""

    grid: Grid
    border: Floats
    sure: Floats
    joints: tuple[str, ...]
    places: Floats
    sigma: Floats

    def beside(self, points: Floats, index: NDArray[np.intp]) -> Floats:
        """B x M, from points, B x M x 2, to the borders of the segments `index`, M; 0 beyond what was read."""
        x, y = self.grid.cells(points)
        height, width = self.border.shape[1:]
        known = (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5)
        return np.where(known, self.grid.look(self.border, points, index), 0.0)


def segments(body: BodyMap, scale: float, origin: Floats) -> Segments:
    """scale, origin: of units in the pixels of the whole picture."""
    left, top, right, bottom = body.box
    rows, columns = body.along.shape
    step = np.array([(right - left) / columns, (bottom - top) / rows])
    corner = origin - (left, top)
    fine = Grid(scale, corner, step / FINER)
    border, sure = np.zeros((len(SEGMENTS), rows * FINER, columns * FINER)), np.zeros(len(SEGMENTS))
    for index, plane in enumerate(body.occupancy):
        if (plane > HERE).sum() >= LEAST:
            sure[index] = np.clip((plane[plane > HERE].mean() - DOUBTFUL) / (CLEAR - DOUBTFUL), 0, 1)
            inside = cv2.resize(plane, (columns * FINER, rows * FINER), interpolation=cv2.INTER_LINEAR) > HERE
            border[index] = _signed(inside) * (float(step.mean()) / FINER / scale)
    joints: list[str] = []
    places: list[Floats] = []
    sigma: list[float] = []
    for name, ends in ENDS.items():
        index = SEGMENTS.index(name)
        if sure[index] == 0:
            continue
        for joint, (place, spread) in zip(ends, _axis(body, index, Grid(scale, corner, step)), strict=False):
            if joint:
                joints.append(joint)
                places.append(place)
                sigma.append(spread / float(sure[index]))
    return Segments(fine, border, sure, tuple(joints), np.array(places).reshape(-1, 2), np.array(sigma))


def _signed(inside: NDArray[np.bool_]) -> Floats:
    """Distance to the border in cells, below 0 inside."""
    mask = inside.astype(np.uint8)
    if mask.all():
        return np.full(mask.shape, -float(max(mask.shape)))
    within, without = cv2.distanceTransform(mask, cv2.DIST_L2, 5), cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    return np.where(inside, 0.5 - within, without - 0.5).astype(np.float64)


def _axis(body: BodyMap, index: int, grid: Grid) -> list[tuple[Floats, float]]:
    """Both ends of the axis of `SEGMENTS[index]` in units, and how exactly they are told; nothing where too little is seen."""
    odds = body.front[index + 1].astype(float)
    where = (odds > HERE) & (body.along > WITHIN[0]) & (body.along < WITHIN[1])
    if where.sum() < LEAST:
        return []
    rows, columns = np.nonzero(where)
    points = grid.units((np.stack([columns, rows], 1) + 0.5) * grid.step)
    middle = points.mean(0)
    told = np.stack([np.ones(len(points)), body.along[where], body.across[where]], 1).astype(float)
    weight, noise = odds[where] / ALIKE, np.inf
    for _ in range(ROUNDS):
        square = (told.T * weight) @ told + 1e-3 * np.eye(3)
        planes = np.linalg.solve(square, (told.T * weight) @ (points - middle))
        off = ((points - middle - told @ planes) ** 2).sum(1)
        noise = float((weight @ off) / weight.sum() / 2)
        weight = odds[where] / ALIKE / (1 + off / (2 * noise + CERTAIN**2)) ** 2  # Geman & McClure, see `fit_terms.saturated`
    found = []
    for along in (0.0, 1.0):
        row = np.array([1.0, along, 0.0])
        spread = noise * float(row @ np.linalg.solve(square, row))
        found.append((middle + row @ planes, float(np.sqrt(CERTAIN**2 + spread))))
    return found


def hidden(body: BodyMap, names: tuple[str, ...], others: tuple[str, ...]) -> bool | None:
    """Whether some segments lie behind others where both are; None where they hardly overlap, or where neither is clearly so."""
    own, theirs = ([SEGMENTS.index(name) for name in group] for group in (names, others))
    both = (body.occupancy[own] > HERE).any(0) & (body.occupancy[theirs] > HERE).any(0)
    if both.sum() < OVERLAP:
        return None
    shares = [float(body.front[[1 + index for index in group]].sum(0)[both].sum()) for group in (own, theirs)]
    return shares[0] < shares[1] if max(shares) > PLAIN * min(shares) else None


def layers(body: BodyMap) -> dict[str, int]:
    """Of arms and legs whose order is seen: `arm_l` and the like -> a base of `wardrobe.canvas.Z`."""
    found = {}
    for side in SIDES:
        arm = f"lower_arm_{side}", f"hand_{side}"
        behind = hidden(body, arm, ("trunk",))
        if behind is not None:
            found[f"arm_{side}"] = int(Z.BACK_ARM if behind else Z.FRONT_ARM)
        if hidden(body, arm, ("head",)) is False and not behind:
            found[f"arm_{side}"] = int(Z.HIGH_ARM)
    legs = {side: tuple(f"{name}_{side}" for name in ("shin", "foot")) for side in SIDES}  # thighs always meet
    behind = hidden(body, legs["l"], legs["r"])
    if behind is not None:
        found |= {f"leg_{side}": int(Z.FAR_LEG if (side == "l") == behind else Z.NEAR_LEG) for side in SIDES}
    return found
