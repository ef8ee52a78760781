"""Straps over the shoulder, and the part of a bodice or bib to which they are sewn.

A strap runs up to the outline that sleeve, arm or shoulder make there, so that it goes on behind them. On short bodies the arms
cover most of the chest: what the straps hold is drawn once more over them, down to where its sides come out beside the arms.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wardrobe.canvas import Layer, Z
from wardrobe.cloth import Cloth
from wardrobe.geometry import XY, Points, polygon, spline
from wardrobe.path import Path
from wardrobe.style import RGB

STRAP = 0.54  # of the shoulder's half-width: where straps lie where the arms leave room
THICK = 0.02  # of the same: by which cloth stands off the shoulder
LOWEST = 0.55  # level of the torso below which nothing is drawn over the arms


def on_shoulder(c: Cloth, sign: int, share: float) -> XY:
    """The point of the shoulder's line this far from the neck's middle. share: of the shoulder's half-width."""
    torso, levels = c.figure.torso, np.linspace(0.0, 0.12, 13)
    v = np.interp(share * c.figure.body.shoulder, [torso.half(float(level)) for level in levels], levels)
    return torso.at(sign, float(v))


def share_of(c: Cloth, half: float) -> float:
    """Where the middle of a strap lies: beside the neck, inside the arms. half: of its width; all shares of the shoulder's
    half-width."""
    w, x = c.figure.body.shoulder, c.figure.torso.at(0, 0.1)[0]
    gap = min(abs(arm.point(0.0)[0] - x) - arm.width(0.0) for arm in c.figure.arms.values())
    return float(np.clip(gap / w, min(c.figure.body.neck_half / w + half + 0.02, STRAP), STRAP))


def crest(c: Cloth, sign: int, share: float) -> XY:
    """The same point as `on_shoulder`, but on the outline that arm and sleeves add to the shoulder."""
    x, y = on_shoulder(c, sign, share)
    return x, min([y, *(ys[0] for path in _worn(c, sign) if (ys := _crossings(path, x)))])


def strap(
    c: Cloth,
    sign: int,
    u: float,
    v: float,
    colour: RGB,
    z: float,
    half: float = 0.05,
    share: float = STRAP,
    foot: XY | None = None,
) -> Layer:
    """A strap from the breast at (u, v) straight up over the middle of the shoulder. half: its half-width, share: where it
    lies, both shares of the shoulder's half-width; foot: where it ends instead of (u, v)."""
    w = c.figure.body.shoulder
    low = np.array(c.figure.torso.at(sign * u + 0.15 * c.figure.turn, v) if foot is None else foot)
    lines = []
    for side in (-1, 1):
        top, end = np.array(crest(c, sign, share + side * half)), low + [sign * side * half * w, 0.0]
        lines.append(spline(np.stack([top - [0.0, THICK * w], top * 0.5 + end * 0.5 + [sign * 0.01 * w, 0.0], end]), 9))
    inner, outer = lines
    outline = np.concatenate([inner[::-1], outer])
    return c.detail(c.over_sleeves(z), polygon(outline), colour, edge=polygon(outline, closed=False), shading=0.2)


def pair(c: Cloth, border: Points, colour: RGB, z: float, half: float, *, most: float = STRAP, sink: float = 0.03) -> list[Layer]:
    """Both straps of a bodice, sewn to its upper border (from right to left). most: their share where there is room; sink: how
    far they go on below the border, as a share of the shoulder's half-width."""
    w, x, share = c.figure.body.shoulder, c.figure.torso.at(0, 0.2)[0], min(most, share_of(c, half))
    found = []
    for sign in (-1, 1):
        foot = x + sign * share * w
        y = float(np.interp(-foot, -border[:, 0], border[:, 1]))
        found.append(strap(c, sign, 0.0, 0.0, colour, z, half, share, (foot, y + sink * w)))
    return found


def laid_over(c: Cloth, host: Layer, left: Points, right: Points, top: Points) -> list[Layer]:
    """A bodice's upper part once more, over arms that cover its sides. left, right: its armholes, from the top down, dense;
    top: its upper border, from right to left."""
    over = c.over_sleeves(host.z)
    sides = [line[: _covered(c, sign, line)] for sign, line in ((-1, left), (1, right))]
    if over == host.z or max(len(line) for line in sides) < 2:
        return []
    border = np.concatenate([sides[1][::-1], top, sides[0]])
    return [replace(host, z=over, path=polygon(border), edge=polygon(border, closed=False), clip=None, casts=False)]


def yoke(c: Cloth, host: Layer, top: Points, share: float) -> list[Layer]:
    """The same of a bodice whose armholes go down this far from the middle, and curve inwards to where the arms leave off.
    top: its whole upper border, from right to left."""
    x, reach, low = c.figure.torso.at(0, 0.2)[0], share * c.figure.body.shoulder, c.figure.torso.at(0, LOWEST)[1]
    cut = np.array([x + reach, *top[np.abs(top[:, 0] - x) < reach, 0], x - reach])
    border = np.stack([cut, np.interp(-cut, -top[:, 0], top[:, 1])], 1)
    swell = -0.3 * c.figure.body.shoulder * np.linspace(0, 1, 40) ** 2.5
    left, right = (
        np.stack([end[0] + sign * swell, np.linspace(end[1], low, 40)], 1) for sign, end in ((-1, border[-1]), (1, border[0]))
    )
    return laid_over(c, host, left, right, border)


def neck_band(line: Points, half: float) -> Path:
    """A band along such a line, upright, so that its ends close with the neck's sides. half: of its height, units."""
    return polygon(np.concatenate([line - [0.0, half], (line + [0.0, half])[::-1]]))


def round_neck(c: Cloth, sag: float, raised: float = 0.2) -> Points:
    """What lies round the root of the neck, from its left outline to its right one. sag: how much lower it is in front; raised:
    its ends above the neck's root; both in half-widths of the neck."""
    n, (x, y), (hx, hy) = c.figure.body.neck_half, c.figure.torso.at(0, 0.0), c.figure.head.centre
    low = float(np.clip(1 - raised * n / max((y - hy - 0.3) / 2, 0.05), 0, 1))  # 0 half-way up the neck .. 1 its root
    angle = np.linspace(-1.0, 1.0, 25) * np.pi / 2
    middle, kx = hx + (x - hx) * (0.5 + 0.5 * low), c.front(0.0, 0.05)[0]
    across = n * (0.93 + 0.2 * low) * np.sin(angle) + (kx - x) * np.cos(angle)
    # flatter than a circle seen aslant: at its ends a band would be a thin post
    return np.stack([middle + across, y - raised * n + sag * n * np.cos(angle) ** 1.7], 1)


def _worn(c: Cloth, sign: int) -> list[Path]:
    """Outlines of an arm and of what is worn on it and on the body under this garment."""
    return [c.figure.arms["l" if sign < 0 else "r"].outline(), *(layer.path for layer in c.beneath if layer.tube is not None)]


def _crossings(path: Path, x: float) -> list[float]:
    """Heights at which an outline crosses the vertical line at x, from above."""
    found: list[float] = []
    for line, _ in path.flat(3):
        ahead = np.roll(line, -1, 0)
        hit = (line[:, 0] < x) != (ahead[:, 0] < x)
        a, b = line[hit], ahead[hit]
        found += (a[:, 1] + (b[:, 1] - a[:, 1]) * (x - a[:, 0]) / (b[:, 0] - a[:, 0])).tolist()
    return sorted(found)


def _covered(c: Cloth, sign: int, line: Points) -> int:
    """How many points of an armhole, from its top, it takes to come out from under the arm and its sleeve; 0 if it never is."""
    arm = c.figure.arms["l" if sign < 0 else "r"]
    if arm.z < Z.FRONT_ARM:
        return 0
    sleeves = [layer.path for layer in c.beneath if layer.tube is not None and arm.z <= layer.z < arm.z + 4]
    hidden = np.zeros(len(line), bool)
    for path in (arm.outline(), *sleeves):
        hidden |= [sum(found < y for found in _crossings(path, x)) % 2 == 1 for x, y in line.tolist()]
    inside = np.flatnonzero(hidden)
    return int(inside[-1]) + 2 if len(inside) else 0
