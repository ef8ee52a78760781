"""Arms that end where their hands begin: at the border between a hand and the sleeve that it comes out of.

A wrist under a sleeve is guessed. Where it lies beside its hand, or is narrower than it, a bare arm meets that hand with a step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import Evidence, Mask
from pipeline.request import ClothingPart
from wardrobe.canvas import Frame
from wardrobe.figure import Figure
from wardrobe.geometry import Limb

Floats = NDArray[np.float64]

SLEEVES = (ClothingPart.TOPWEAR, ClothingPart.ONEPIECE)
ALONG, ACROSS = 0.45, 3.0  # heads, and half-widths: how far from a wrist its hand is looked for
LINE = 0.03  # heads: how wide a line between sleeve and hand may be, and how steep one step of their border
ASLANT = 0.9  # rise of that border at most: from there on it is a hand's side
NARROWEST, WIDEST, OFF = 0.55, 2.4, 1.6  # of a wrist's half-width: hands' roots, and how far beside it their middle may be
INTO = 0.05  # heads: how far an arm reaches into its hand
FADES = 9.0  # samples, of 33, over which an arm is led to its hand


def with_wrists(figure: Figure, frame: Frame, evidence: Evidence) -> Figure:
    """The figure with arms that lead to the hands that are seen at the ends of sleeves."""
    hands = (evidence.labels == ClothingPart.SKIN) & evidence.hands
    sleeves = np.isin(evidence.labels, SLEEVES)  # a glove ends where nobody knows
    return replace(figure, arms={side: _led(arm, hands, sleeves, frame) for side, arm in figure.arms.items()})


def _led(arm: Limb, hands: Mask, sleeves: Mask, frame: Frame) -> Limb:
    root = _root(arm, hands, sleeves, frame)
    if root is None:
        return arm
    place, half = root
    share = np.exp(-((np.arange(len(arm.half))[::-1] / FADES) ** 2))
    centre = arm.centre + share[:, None] * (place - arm.centre[-1])
    return replace(arm, centre=centre, half=arm.half * np.exp(share * np.log(half / arm.half[-1])))


def _root(arm: Limb, hands: Mask, sleeves: Mask, frame: Frame) -> tuple[Floats, float] | None:
    """Where an arm goes on as a hand, and half the width of that; None where no sleeve ends at one."""
    pixel = 1 / frame.scale
    way = np.array(arm.direction(0.92))
    along = np.arange(-ALONG, ALONG, pixel)
    across = np.arange(-ACROSS * arm.half[-1], ACROSS * arm.half[-1] + pixel, pixel)
    points = arm.centre[-1] + along[:, None, None] * way + across[:, None] * np.array([-way[1], way[0]])
    x, y = (np.rint(points[..., axis] * frame.scale + (frame.dx, frame.dy)[axis]).astype(int) for axis in (0, 1))
    inside = (x >= 0) & (y >= 0) & (x < hands.shape[1]) & (y < hands.shape[0])
    hand, sleeve = (region[y.clip(0, len(hands) - 1), x.clip(0, hands.shape[1] - 1)] & inside for region in (hands, sleeves))
    step = max(2, round(LINE * frame.scale))
    first = hand.argmax(0)  # rows, the first of each column that is of the hand
    rows = np.arange(len(along))[:, None]
    sleeved = (sleeve & (rows >= first - step) & (rows < first)).any(0) & hand.any(0)
    if not sleeved.any():
        return None
    start = int(np.abs(np.where(sleeved, across, np.inf)).argmin())
    ends = []
    for side in (-1, 1):
        at = start
        while 0 <= at + side < len(across) and sleeved[at + side]:
            rise = abs(first[at + side] - first[start]), abs(first[at + side] - first[at])
            if rise[1] > step or rise[0] > ASLANT * abs(at + side - start) + step:
                break
            at += side
        ends.append(at)
    half, middle = (across[ends[1]] - across[ends[0]]) / 2, (across[ends[1]] + across[ends[0]]) / 2
    if not NARROWEST < half / arm.half[-1] < WIDEST or abs(middle) > OFF * arm.half[-1]:
        return None
    deep = along[first[ends]].mean() + INTO
    return arm.centre[-1] + deep * way + middle * np.array([-way[1], way[0]]), float(half)
