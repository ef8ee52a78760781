"""A body map as evidence: axes end at joints, however noisy, overlapping limbs are put in order, and a fit follows it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.hint_reader import JOINTS, SEGMENTS, BodyMap
from pipeline.evidence import Evidence
from pipeline.fit import Fit, fit
from pipeline.fit_segments import HIP, hidden, layers, segments
from training.characters import Drawing, draw
from training.fit_report import true_map
from wardrobe.canvas import Z

SIZE = 320, 224
SEEDS = (3, 11)


@cache
def drawing(seed: int) -> Drawing:
    return draw(seed, SIZE, background=False)


def noisy(body: BodyMap) -> BodyMap:
    rng = np.random.default_rng(0)
    along, across = (
        (plane + rng.normal(0, 0.08, plane.shape)).astype(np.float32) * (body.front[0] < 0.5)
        for plane in (body.along, body.across)
    )
    return replace(body, along=along.clip(0, 1), across=across.clip(-1, 1))


@pytest.mark.parametrize("seed", SEEDS)
def test_axes_end_at_joints(seed: int) -> None:
    drawn = drawing(seed)
    for body, near in ((true_map(drawn), 5.0), (noisy(true_map(drawn)), 20.0)):
        found = segments(body, 40.0, np.array([100.0, 60.0]))
        assert len(found.joints) == len(found.places) == len(found.sigma) > 8
        seen = 0
        for name, place, sigma in zip(found.joints, found.places, found.sigma, strict=True):
            if name != HIP and sigma < 0.3:  # units; a cell of the foot tells little of the knee
                off = np.hypot(*(place * 40 + (100, 60) - drawn.keypoints[name]))
                assert off < near
                seen += 1
        assert seen > 5


def test_borders_are_where_the_segments_end() -> None:
    drawn = drawing(3)
    found = segments(true_map(drawn), 1.0, np.zeros(2))
    trunk = SEGMENTS.index("trunk")
    there = (drawn.body.occupancy >> trunk) & 1
    row = int(drawn.keypoints["neck"][1]) + 30
    columns = np.flatnonzero(there[row])
    points = np.array([[[columns[0], row + 0.5], [columns.mean() + 0.5, row + 0.5], [-500.0, 0.0]]])
    edge, inside, outside = found.beside(points, np.array([trunk] * 3))[0]
    assert abs(edge) < 3 and inside < -5 and outside == 0


def test_what_lies_in_front_is_told_where_segments_overlap() -> None:
    occupancy, front = np.zeros((len(SEGMENTS), 20, 20), np.float32), np.zeros((1 + len(SEGMENTS), 20, 20), np.float32)
    arm, trunk = SEGMENTS.index("lower_arm_l"), SEGMENTS.index("trunk")
    occupancy[trunk, :, 5:15] = occupancy[arm, 8:12, :10] = 1
    front[1 + trunk] = 1
    body = BodyMap(occupancy, front, np.zeros((20, 20), np.float32), np.zeros((20, 20), np.float32), (0, 0, 80, 80))
    assert hidden(body, ("lower_arm_l",), ("trunk",)) is True and hidden(body, ("lower_arm_l",), ("head",)) is None
    assert layers(body) == {"arm_l": Z.BACK_ARM}
    front[1 + arm], front[1 + trunk] = occupancy[arm], occupancy[trunk] - occupancy[arm].clip(0, occupancy[trunk])
    assert layers(body) == {"arm_l": Z.FRONT_ARM}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fit_follows_the_map_where_joints_are_wrong(seed: int) -> None:
    drawn = drawing(seed)
    height, width = drawn.labels.shape
    joints = {name: drawn.keypoints.get(name, (-1.0, -1.0)) for name in JOINTS}
    sure = {name: float(0 <= x < width and 0 <= y < height) for name, (x, y) in joints.items()}
    joints |= {name: (joints[name][0] + 14, joints[name][1] - 9) for name in ("elbow_l", "knee_r", "wrist_r")}
    found = fit(Evidence(drawn.labels, drawn.face_hands, joints, sure, body=true_map(drawn)))
    assert isinstance(found, Fit)
    for name in ("elbow_l", "knee_r", "wrist_r"):
        if sure[name]:
            assert np.hypot(*np.subtract(found.frame.pixel(*found.figure.joints[name]), drawn.keypoints[name])) < 8
