"""Pieces of everything worn on the upper body: bodice, collars, closures; sleeves come from `wardrobe.sleeves`."""

from __future__ import annotations

import numpy as np

from wardrobe import folds
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import COLLAR, Cloth, across, discs, middle, shape, strokes
from wardrobe.folds import bust
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Box, Path
from wardrobe.shading import Tube
from wardrobe.sleeves import sleeves as sleeves
from wardrobe.style import RGB

NECKS = {
    "round": ("round", 0.78, 0.10),
    "v": ("v", 0.72, 0.24),
    "square": ("square", 0.62, 0.17),
    "high": ("round", 0.9, 0.05),
    "": ("round", 0.8, 0.07),
}

DEPTHS = 0.03, 0.34  # of the torso: no neckline is higher or lower
BARREL = 1.15  # `Tube.front` of a torso: flatter than a limb
STANDS = 0.06  # shoulders' half-widths: how far a collar stands up beside the neck
_STRAPS = 0.62  # bare arms cover the outer part of the shoulder, so a sleeveless neckline is cut narrower


def torso_folds(cloth: Cloth, v1: float, loose: float = 1.0) -> Mark:
    """Pulls from the armpits, and what the waist or the hem at level v1 gathers; one mark."""
    pick, w = cloth.rng, cloth.figure.body.shoulder
    held = min(v1, 0.635) if cloth.z <= Z.INNER or v1 < 0.75 else 0.0  # tucked in, or sewn to a skirt
    rows: list[list[tuple[float, float]]] = []
    for sign in (-1.0, 1.0):
        drop = float(pick.uniform(0.03, 0.09)) * loose
        rows.append([(sign * 0.97, 0.25), (sign * 0.72, 0.3), (sign * 0.5, 0.31 + drop)])
        if pick.random() < 0.4 and cloth.figure.body.fem < 0.5:
            rows.append([(sign * 0.98, 0.29), (sign * 0.82, 0.35), (sign * 0.76, 0.36 + drop)])
        if not held:
            rise = float(pick.uniform(0.55, 0.62))
            rows.append([(sign * 0.99, rise), (sign * 0.72, rise + 0.045), (sign * float(pick.uniform(0.3, 0.55)), rise + 0.04)])
    if v1 > 0.8 and not held:
        for u in (float(pick.uniform(-0.75, -0.3)), float(pick.uniform(0.25, 0.75))):
            high = float(pick.uniform(0.08, 0.2))
            rows.append([(u, v1), (u + 0.03, v1 - 0.5 * high), (u * 0.92, v1 - high)])
    found = folds.folds(*folds.on_front(cloth, rows), depth=0.09 * w)
    if held:
        found.path.add_path(folds.gathers(cloth, held, int(pick.integers(4, 7))).path)
    return found


def bodice(
    cloth: Cloth,
    v1: float,
    *,
    v0: float = 0.015,
    ease: float = 0.03,
    flare: float = 0.0,
    neck: str | None = None,
    hem: float = 0.06,
    z: float | None = None,
    marks: tuple[Mark, ...] = (),
    folds: bool = True,
) -> Layer:
    """The torso part from the shoulders to level v1. ease, flare, hem: shares of the shoulder's half-width."""
    w = cloth.figure.body.shoulder
    kind, width, depth = _neck_of(cloth, cloth.garment.neckline if neck is None else neck)
    torso = cloth.figure.torso
    left, right = torso.sides(v0, v1, ease * w, flare * w)
    if cloth.z <= Z.INNER:  # tucked in: no wider than what it is tucked into
        slim = [(ease * w + 0.02) * np.clip((np.linspace(v0, v1, len(left)) - 0.62) / 0.06, 0, 1), np.zeros(len(left))]
        left, right = left + np.stack(slim, 1), right - np.stack(slim, 1)
    low = spline(np.stack([left[-1], (left[-1] + right[-1]) / 2 + [0, hem * w], right[-1]]), 7)[1:-1]
    path = trace(np.concatenate([left, low, right[::-1], torso.neckline(kind, width, depth)]))
    details = [*marks, *bust(cloth), torso_folds(cloth, v1)] if folds else list(marks)
    if v1 > 0.8 and cloth.z > Z.INNER and folds:
        rise = np.array([0.0, -0.035 * cloth.figure.torso.length])
        details.insert(
            0, Mark(trace(np.concatenate([left[-1:], low, right[-1:]]) + rise, closed=False), width=0.45, strength=0.55)
        )
    tube = Tube(left, right, front=BARREL)
    return cloth.piece(cloth.z if z is None else z, path, marks=details, tube=tube)


def ribbing(cloth: Cloth, v1: float, ease: float, flare: float = 0.0, depth: float = 0.07) -> Mark:
    """The ribbed band at a sweater's hem: one line above it and short ribs."""
    w = cloth.figure.body.shoulder
    left, right = cloth.figure.torso.sides(v1 - depth, v1, ease * w, flare * w)
    top = np.stack([left[0], (left[0] + right[0]) / 2 + [0, 0.05 * w], right[0]])
    ribs = [
        np.stack([left[0] + (right[0] - left[0]) * f, left[-1] + (right[-1] - left[-1]) * f + [0, 0.05 * w]])
        for f in np.linspace(0.1, 0.9, 9)
    ]
    return Mark(strokes(top, *ribs), width=0.6, strength=0.8)


def placket(
    cloth: Cloth, v0: float, v1: float, *, buttons: int = 4, colour: RGB | None = None, double: bool = False
) -> list[Mark]:
    """Button line down the front, with buttons; marks for the bodice."""
    w = cloth.figure.body.shoulder
    line = np.array([cloth.front(0.0, v) for v in np.linspace(v0, v1, 6)])
    marks = [Mark(strokes(line + [0.05 * w, 0]), width=0.8), Mark(strokes(line - [0.055 * w, 0]), width=0.45, strength=0.6)]
    if buttons:
        offset = 0.2 if double else 0.0
        spots = [
            cloth.front(s * offset, v) for v in np.linspace(v0 + 0.06, v1 - 0.08, buttons) for s in ((-1, 1) if double else (0,))
        ]
        tone = cloth.contrast if colour is None else colour
        discs_ = discs(np.array(spots), max(0.045 * w, 0.018))
        marks += [Mark(discs_, "fill", tone), Mark(discs_, width=0.45)]
    return marks


def shirt_collar(cloth: Cloth, colour: RGB, z: float, spread: float = 0.55, v: float = 0.14) -> list[Layer]:
    """Two pointed collar leaves."""
    t = cloth.figure.torso
    found, z = [], cloth.over_sleeves(z, COLLAR)
    for sign in (-1, 1):
        x = np.array(
            [
                t.at(sign * 0.98, -0.0),
                t.at(sign * 0.8, 0.06),
                cloth.front(sign * spread, v),
                cloth.front(sign * 0.02, 0.075),
                t.at(sign * 0.55, 0.02),
            ]
        )
        x[0, 1] -= STANDS * cloth.figure.body.shoulder
        found.append(cloth.detail(z, shape(*x.tolist()), colour, shading=0.35))
    return found


def round_collar(cloth: Cloth, colour: RGB, z: float) -> list[Layer]:
    """A Peter Pan collar: two round leaves."""
    t = cloth.figure.torso
    found, z = [], cloth.over_sleeves(z, COLLAR)
    for sign in (-1, 1):
        rows = [
            t.at(sign * 0.9, 0.01),
            t.at(sign * 0.88, 0.075),
            cloth.front(sign * 0.42, 0.145),
            cloth.front(sign * 0.1, 0.14),
            cloth.front(sign * 0.02, 0.075),
            cloth.front(sign * 0.4, 0.05),
        ]
        found.append(cloth.detail(z, trace(spline(np.array(rows), 18, closed=True)), colour, shading=0.35))
    return found


def stand_collar(
    cloth: Cloth, colour: RGB, z: float, height: float = 1.0, ribs: bool = False, frill: bool = False
) -> list[Layer]:
    """A band round the neck: turtleneck (ribs), mandarin collar, the ruff of a dress (frill). It rises from the neckline and
    ends in an ellipse round the neck, of which the nearer half is seen. height: 1 covers two thirds of the neck."""
    torso, n, head = cloth.figure.torso, cloth.figure.body.neck_half, cloth.figure.head
    x, y = torso.at(0, 0.0)
    chin = head.at(0, 0.5)[1]
    top = min(max(chin + 0.02, y - 0.3), y - 0.08) if height >= 1 else y - 0.1 * height - 0.02
    up = min((y - top) / max((y - head.centre[1] - 0.3) / 2, 0.05), 1.0)  # 0 the neck's root .. 1 half-way up, where it is slim
    angle = np.linspace(-1.0, 1.0, 41) * np.pi / 2
    across_, ahead = np.sin(angle), np.cos(angle)
    high = np.stack([x + up * (head.centre[0] - x) + n * (1.16 - 0.2 * up) * across_, top + 0.4 * n * ahead], 1)
    (foot, root), (kx, ky) = torso.at(1.0, 0.038), cloth.front(0.0, 0.06)
    low = np.stack([x + (foot - x) * across_ + (kx - x) * ahead, root + (ky - root) * ahead], 1)
    marks = []
    if ribs or frill:
        rows = range(5, 36, 5) if ribs else range(3, 39, 3)
        lines = [np.stack([high[k] * (1 - f) + low[k] * f for f in ((0.1, 0.9) if ribs else (0.0, 0.4))]) for k in rows]
        marks.append(Mark(strokes(*lines), width=0.6, strength=0.7, ends=(1.0, 1.0) if ribs else (1.0, 0.2)))
    if frill:
        high[:, 1] -= 0.14 * n * np.abs(np.sin(np.pi * np.arange(41) / 3))
    # upright at the neck, spreading over the shoulders
    right, left = ([high[k], high[k] * [0.6, 0.43] + low[k] * [0.4, 0.57], low[k]] for k in (-1, 0))
    outline = np.concatenate([high, spline(np.array(right), 7), low[::-1], spline(np.array(left[::-1]), 7)])
    return [cloth.detail(z, polygon(outline), colour, marks=marks, shading=0.3)]


def hood(cloth: Cloth, z: float) -> list[Layer]:
    """A hood lying on the shoulders: its back behind the head, its rolls in front, and drawstrings."""
    t, w = cloth.figure.torso, cloth.figure.body.shoulder
    x, y = t.at(0, 0)
    back = curve_blob(
        [
            (x - 0.62 * w, y + 0.16 * w),
            (x - 0.6 * w, y - 0.2 * w),
            (x, y - 0.34 * w),
            (x + 0.6 * w, y - 0.2 * w),
            (x + 0.62 * w, y + 0.16 * w),
        ]
    )
    found = [cloth.piece(33, back)]
    for sign in (-1, 1):
        rows = [
            t.at(sign * 1.0, -0.02),
            (x + sign * 0.72 * w, y + 0.02 * w),
            cloth.front(sign * 0.5, 0.17),
            cloth.front(sign * 0.02, 0.2),
            cloth.front(sign * 0.3, 0.07),
        ]
        found.append(cloth.piece(z, curve_blob(rows), shading=0.4))
    cords = [np.array([cloth.front(s * 0.18, 0.16), cloth.front(s * 0.22, 0.26), cloth.front(s * 0.2, 0.36)]) for s in (-1, 1)]
    found[-1].marks.append(Mark(strokes(*cords), colour=cloth.contrast, width=1.8, clip=False))
    return found


def curve_blob(rows: list[tuple[float, float]]) -> Path:
    return trace(spline(np.array(rows), 5 * len(rows), closed=True))


def lapels(cloth: Cloth, colour: RGB, z: float, deep: float = 0.5, open_: float = 0.05, notch: bool = True) -> list[Layer]:
    """Turned-back lapels of a jacket that closes at level `deep`."""
    t, found = cloth.figure.torso, list[Layer]()
    level = deep if cloth.over_sleeves(z, deep) > z else 0.26  # an arm lies before its lower half
    for sign in (-1, 1):
        x, y = t.at(sign * 1.06, 0.0)  # round the neck, over the collar of what is worn beneath
        rows = [(x, y - STANDS * cloth.figure.body.shoulder), t.at(sign * 0.88, 0.085), cloth.front(sign * 0.64, 0.16)]
        if notch:
            rows += [cloth.front(sign * 0.42, 0.17), cloth.front(sign * 0.6, 0.22)]
        rows += [cloth.front(sign * open_, deep), cloth.front(sign * 0.34, 0.15), t.at(sign * 0.75, 0.0)]
        found += collar_band(cloth, z, shape(*rows), colour, level, shading=0.35)
    return found


def crossed_collar(cloth: Cloth, colour: RGB, z: float, v1: float = 0.5) -> list[Layer]:
    """The crossed band of a kimono, the left one (as worn) on top: right over left in the picture."""
    t, w = cloth.figure.torso, cloth.figure.body.shoulder
    rows = {s: [t.at(s * 0.95, -0.015), cloth.front(s * 0.4, 0.12), cloth.front(-s * 0.1, 0.3)] for s in (-1, 1)}
    lines = {s: spline(np.array([*rows[s], cloth.front(-s * 0.5, v1)]), 60) for s in (-1, 1)}
    lines[-1] = lines[-1][: max(int((lines[1][:, 0] > lines[-1][:, 0]).sum()) + 1, 8)]  # it goes on beneath the other one
    found = []
    for sign, line in lines.items():
        band = np.concatenate([line + [0.07 * w, 0.02 * w], (line - [0.07 * w, 0.02 * w])[::-1]])
        found += collar_band(cloth, z + 0.02 * (sign + 1), trace(band), colour)
    return found


def collar_band(cloth: Cloth, z: float, path: Path, colour: RGB, level: float = 0.26, shading: float = 0.2) -> list[Layer]:
    """A band that lies over the shoulders of the sleeves down to a level of the torso; below it, at z, it goes on under
    sleeves and sashes."""
    found, over = [cloth.detail(z, path, colour, shading=shading)], cloth.over_sleeves(z, level)
    if over > z:
        x, y = cloth.front(0.0, level)
        found.append(cloth.detail(over, path, colour, shading=shading, clip=Path.rect(Box(x - 9, y - 9, x + 9, y))))
    return found


def _neck_of(cloth: Cloth, kind: str) -> tuple[str, float, float]:
    """Kind, width and depth of a neckline, as `Torso.neckline` takes them."""
    name, width, depth = NECKS[kind]
    width *= _STRAPS if cloth.garment.sleeve == "none" else 1.0
    return name, width, float(np.clip(depth + cloth.garment.neck, *DEPTHS))


def neck_band(cloth: Cloth, colour: RGB | None, kind: str) -> Mark:
    """The rim of a neckline as a thick line inside the bodice."""
    rim = cloth.figure.torso.neckline(*_neck_of(cloth, kind))
    return Mark(trace(rim, closed=False), colour=cloth.trim if colour is None else colour, width=2.6)


def panels(
    cloth: Cloth,
    left: Points,
    right: Points,
    gap_top: float,
    gap_low: float,
    z: float,
    *,
    marks: tuple[Mark, ...] = (),
    neck: float = 0.86,
) -> list[Layer]:
    """The two front halves of an open coat or cardigan between its side lines. gap: half the opening, in u, at the
    breast and at the hem."""
    found = []
    s = np.linspace(0.12, 1.0, 10)
    for sign, side in ((-1, left), (1, right)):
        u = np.array([middle(cloth.figure, sign * (gap_top + (gap_low - gap_top) * f)) for f in s])
        inner = across(left, right, u, s)
        start = np.array([cloth.figure.torso.at(sign * neck, 0.012)])
        f = np.array([0.03, 0.2, 0.5, 0.8, 0.97])[:, None]  # close to both ends, or the corners would be round
        hem = side[-1] + (inner[-1] - side[-1]) * f + [0, 0.03] * np.sin(np.pi * f)
        outline = np.concatenate([side, hem, inner[::-1], start])
        found.append(cloth.piece(z, trace(outline), marks=marks, tube=Tube(left, right, front=BARREL)))
    return found


def bow(x: float, y: float, w: float, *, tails: float = 1.0) -> tuple[Path, Path]:
    """(outline of a bow with its centre at (x, y) and half-width w, lines on it)."""
    # all parts run the same way round: where two overlap, opposite ones would leave a hole
    path = curve_blob([(x - 0.1 * w, y + 0.12 * w), (x - w, y + 0.3 * w), (x - 0.9 * w, y - 0.5 * w), (x - 0.1 * w, y - 0.1 * w)])
    path.add_path(
        curve_blob([(x + 0.1 * w, y - 0.1 * w), (x + 0.9 * w, y - 0.5 * w), (x + w, y + 0.3 * w), (x + 0.1 * w, y + 0.12 * w)])
    )
    if tails:
        for s in (-1, 1):
            tail = [(x, y), (x + s * 0.65 * w, y + tails * w), (x + s * 0.3 * w, y + (tails + 0.12) * w), (x, y + 0.25 * w)]
            path.add_path(shape(*tail[::s]))
    knot = Path()
    knot.add_oval(Box(x - 0.2 * w, y - 0.2 * w, x + 0.2 * w, y + 0.22 * w))
    path.add_path(knot)
    creases = strokes(
        np.array([(x - 0.25 * w, y), (x - 0.65 * w, y - 0.1 * w)]), np.array([(x + 0.25 * w, y), (x + 0.65 * w, y - 0.1 * w)])
    )
    creases.add_path(knot)
    return path, creases
