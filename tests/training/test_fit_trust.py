"""What is called a wrong limb, and the regression that learns to tell it."""

from __future__ import annotations

import numpy as np

from pipeline import body_model as bm
from training.fit_trust import limb_errors, logistic

STANDING = {
    "neck": np.array([50.0, 30.0]),
    **{f"{name}_{side}": np.array([50.0 + sign * x, y]) for side, sign in (("l", -1), ("r", 1)) for name, x, y in (
        ("shoulder", 12, 34), ("elbow", 16, 50), ("wrist", 18, 66), ("thigh", 6, 62), ("knee", 7, 82), ("ankle", 8, 100)
    )},
}  # fmt: skip


def test_a_limb_is_off_by_the_farthest_joint() -> None:
    assert max(limb_errors(STANDING, STANDING).values()) == 0
    moved = {**STANDING, "wrist_l": STANDING["wrist_l"] + (-9.0, 0.0)}
    errors = limb_errors(moved, STANDING)
    assert 8 < errors["arm_l"] <= 9 and errors["arm_r"] == errors["torso"] == 0


def test_limbs_out_of_view_are_not_judged() -> None:
    seen = {name: place for name, place in STANDING.items() if name.split("_")[0] not in bm.CHAINS["leg"][1:]}
    assert limb_errors(STANDING, seen).keys() == {"torso", "arm_l", "arm_r"}


def test_the_regression_finds_what_tells() -> None:
    rng = np.random.default_rng(0)
    signs = rng.random((400, 2))
    bias, tells, idle = logistic(signs, rng.random(400) < 1 / (1 + np.exp(3 - 6 * signs[:, 0])))
    assert bias < -1 and tells > 4 and abs(idle) < 1.5
