"""The body under the clothes, as far as its joints are known: what a hint may say where the old garment was erased."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models import hint_reader
from models.hint_reader import JOINTS
from pipeline.request import Image8

Relief = NDArray[np.float32]  # H x W, 0 = no body, up to 1 in the middle of a limb

CLAIMED = 0.5  # joints less sure than this are not there
TORSO = 1.7  # lengths of a torso in widths of its shoulders: which of them is foreshortened is not known
# joint, joint, and the limb's radius there, in widths of the shoulders
BONES = tuple(
    (f"{first}_{side}", f"{second}_{side}", wide, narrow)
    for side in "lr"
    for first, second, wide, narrow in (
        ("shoulder", "elbow", 0.17, 0.13),
        ("elbow", "wrist", 0.13, 0.09),
        ("thigh", "knee", 0.26, 0.18),
        ("knee", "ankle", 0.17, 0.1),
    )
)
TRUNK = ("shoulder_l", "shoulder_r", "thigh_r", "thigh_l")
HIPS, EDGE = 0.25, 0.14  # widths of the shoulders: half the distance of the hips; from the trunk's joints to its border


def known_joints(rgb: Image8) -> dict[str, NDArray[np.float64]]:
    """rgb: H x W x 3 -> x and y in pixels of those of `JOINTS` that are seen."""
    places, sure = hint_reader.bundled().joints(rgb)
    return {name: place for name, place, odds in zip(JOINTS, places, sure, strict=True) if odds > CLAIMED}


def body_under(rgb: Image8) -> Relief:
    """The body of the character in a picture, H x W x 3; nowhere 1 where no joint is seen."""
    return body(known_joints(rgb), rgb.shape[:2])


def body(joints: dict[str, NDArray[np.float64]], shape: tuple[int, ...]) -> Relief:
    """Limbs and trunk round the joints, x and y in pixels of a picture of `shape`."""
    found = np.zeros(shape[:2], np.float32)
    width = _shoulders(joints)
    for first, second, *radii in BONES:
        if width and first in joints and second in joints:
            np.maximum(found, _limb((joints[first], joints[second]), [width * radius for radius in radii], shape), out=found)
    corners = _trunk(joints, width)
    if corners is not None:
        flat = np.zeros(shape[:2], np.uint8)
        cv2.fillConvexPoly(flat, cv2.convexHull(corners), 1)
        cv2.polylines(flat, [corners], True, 1, max(1, round(2 * EDGE * width)))
        np.maximum(found, _round(flat), out=found)
    return found


def _trunk(joints: dict[str, NDArray[np.float64]], width: float) -> NDArray[np.int32] | None:
    """Corners of the trunk, 4 x 2, clockwise; hips out of view lie straight below the shoulders."""
    shoulders = [joints[name] for name in TRUNK[:2] if name in joints]
    if len(shoulders) < 2:
        return None
    below = np.mean(shoulders, axis=0) + (0, TORSO * width)
    hips = [joints.get(name, below + (side * HIPS * width, 0)) for name, side in zip(TRUNK[2:], (1, -1), strict=True)]
    return np.rint([*shoulders, *hips]).astype(np.int32)


def _shoulders(joints: dict[str, NDArray[np.float64]]) -> float:
    """The width of the shoulders in pixels as they would be seen from the front, 0 where nothing tells."""
    widths = [0.0]
    if "shoulder_l" in joints and "shoulder_r" in joints:
        widths.append(float(np.linalg.norm(joints["shoulder_l"] - joints["shoulder_r"])))
    hips = [joints[name] for name in ("thigh_l", "thigh_r") if name in joints]
    if hips and "neck" in joints:
        widths.append(float(np.linalg.norm(np.mean(hips, axis=0) - joints["neck"])) / TORSO)
    return max(widths)


def _limb(ends: tuple[NDArray[np.float64], NDArray[np.float64]], radii: list[float], shape: tuple[int, ...]) -> Relief:
    """A cone with round ends."""
    flat = np.zeros(shape[:2], np.uint8)
    for share in np.linspace(0, 1, 24):
        x, y = ends[0] * (1 - share) + ends[1] * share
        cv2.circle(flat, (round(x), round(y)), max(1, round(radii[0] * (1 - share) + radii[1] * share)), 1, -1)
    return _round(flat)


def _round(flat: Image8) -> Relief:
    """A flat shape, 1 inside, as a body of which the middle is nearest."""
    return np.asarray(dome(cv2.distanceTransform(flat, cv2.DIST_L2, 3)) * flat, np.float32)


def dome(inside: NDArray[Any]) -> NDArray[Any]:
    """Distances to a border -> 0 there and 1 where they are largest, round between."""
    found: NDArray[Any] = np.sqrt(1 - (1 - inside / max(1.0, float(inside.max()))) ** 2)
    return found
