"""How far a fitted body can be trusted, limb by limb: signs of right and wrong, weighed as drawings taught it.

The weights come from `python -m training.fit_trust --pictures DIR`: restyled drawings, and real ones by hands that taught
nothing, as the bundled reader and parser read them; a limb is wrong if it is off by more than 5 % of the character's height.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline import body_model as bm
from pipeline.evidence import Evidence
from pipeline.fit_terms import LEVELS, distance, limb_sides
from pipeline.fit_view import Clues
from wardrobe.figure import SIDES

Floats = NDArray[np.float64]

LIMBS = ("torso", "head", "arm_l", "arm_r", "leg_l", "leg_r")
NEAR = 0.2  # units: spread of the support that a guess lends to a joint


class Doubt(Enum):
    """Why there is no figure; the value is what the user is told."""

    NOBODY = "No body was recognised here, so nothing is drafted; please draw the outfit yourself or place the joints by hand."
    UNSURE = "The body could not be made out well enough to draft an outfit on it; please place the joints by hand."


def signs(p: Floats, known: Clues, evidence: Evidence) -> dict[str, Floats]:
    """Of torso, arms and legs: numbers from about 0 to 1 that tell right from wrong."""
    joints = {name: place[0] for name, place in bm.joints(p[None]).items()}
    support = {name: _support(name, place, known, evidence) for name, place in joints.items()}
    away = np.maximum(distance(p[None], {name: place[None] for name, place in joints.items()}, known.pixels)[0] - known.slack, 0)
    unexplained = float((known.weight * (away > 0.1)).sum() / max(known.weight.sum(), 1e-6))
    everything = float(np.mean(list(support.values())))
    length = float(np.hypot(*(p[bm.HIP] - p[bm.NECK])))
    rows = bm.rows(p[None], LEVELS)
    trunk = np.concatenate([rows.middle - rows.right, rows.middle + rows.right], 1)[0]
    lean = abs(float(np.arctan2(*(p[bm.HIP] - p[bm.NECK]))))
    both = {name: (support[f"{name}_l"] + support[f"{name}_r"]) / 2 for name in ("shoulder", "thigh")}
    found = {"torso": [support["neck"], both["shoulder"], both["thigh"], *_sides(trunk, known), unexplained, everything, lean]}
    for name, chain in bm.CHAINS.items():
        for side in SIDES:
            sides = limb_sides({key: place[None] for key, place in joints.items()}, side, name, p[None])[0]
            bones = [joints[f"{b}_{side}"] - joints[f"{a}_{side}"] for a, b in pairwise(chain)]
            long = max(0.0, *(float(np.hypot(*bone)) / length / 0.62 - 1 for bone in bones))
            met = float(side in (known.hands if name == "arm" else known.feet))
            own = [support[f"{part}_{side}"] for part in chain]
            found[f"{name}_{side}"] = [*own, *_sides(sides, known), unexplained, everything, min(long, 1.0), met]
    return {name: np.array(values) for name, values in found.items()}


def trust(p: Floats, known: Clues, evidence: Evidence) -> dict[str, float]:
    """How sure it is that each of `LIMBS` is in its place, 0..1."""
    found = {name: likelihood(name, values) for name, values in signs(p, known, evidence).items()}
    face = [evidence.sure[name] for name in ("nose", "eye_l", "eye_r")]
    return {**found, "head": float(np.mean(face))}


def likelihood(limb: str, values: Floats) -> float:
    first, *weights = WEIGHTS[limb.split("_")[0]]
    return float(1 / (1 + np.exp(-(first + values @ np.array(weights)))))


def _support(name: str, place: Floats, known: Clues, evidence: Evidence) -> float:
    """The share of a joint's probability that lies where the body has it; 1 where the user has placed it. Beyond the picture:
    how sure it is that it is not in there."""
    if name in evidence.placed:
        return 1.0
    x, y = place * known.view.scale + known.view.origin
    if not (0 <= x < evidence.shape[1] and 0 <= y < evidence.shape[0]):
        return 1 - evidence.sure[name]
    if name not in known.names:
        return 0.0
    row = known.names.index(name)
    near = np.exp(-((known.guesses[row] - place) ** 2).sum(1) / 2 / NEAR**2)
    return float((known.share[row] * near).sum() * evidence.sure[name])


def _sides(points: Floats, known: Clues) -> tuple[float, float]:
    """How much of an outline leaves the character, and how much of it lies along borders."""
    out = known.view.look(known.view.room, points).clip(0, 0.2).mean() / 0.2
    along = np.exp(-known.view.look(known.view.edge, points) / 0.08).mean()
    return float(out), float(along)


# bias and a weight for each of `signs`; printed by training.fit_trust
WEIGHTS: Mapping[str, tuple[float, ...]] = {
    "torso": (-3.31, 0.73, 1.92, 2.24, -1.28, -0.32, 1.73, 1.03, -0.39),
    "arm": (-5.41, 3.25, 1.79, 3.85, -2.47, 3.43, 0.83, -1.72, -2.49, 0.03),
    "leg": (-4.12, 1.22, 0.97, 1.71, -1.37, -1.51, 1.17, 4.52, 0.73, 0.70),
}
