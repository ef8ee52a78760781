"""Pieces of everything worn below the waist: skirts of every cut, trouser legs, waistbands."""

from __future__ import annotations

import numpy as np

from wardrobe.canvas import SLEEVE, Layer, Mark
from wardrobe.cloth import Cloth, across, limb_angle, middle, strokes
from wardrobe.figure import SIDES
from wardrobe.geometry import Points, spline, trace
from wardrobe.path import Path
from wardrobe.style import RGB, darken

REACH = {"short": 0.36, "knee": 0.54, "midi": 0.74, "long": 0.97, "": 0.5}  # hem as a share of the way hip -> ankle


def skirt_sides(cloth: Cloth, v: float, reach: float, flare: float, ease: float = 0.06) -> tuple[Points, Points]:
    """Side lines from torso level v to `reach` of the leg. flare, ease: shares of the hip's half-width."""
    figure = cloth.figure
    unit, hip = figure.torso.length, figure.torso.half(0.92)
    ankle = max(figure.joints["ankle_l"][1], figure.joints["ankle_r"][1])
    crotch = figure.torso.at(0, 1.0)[1]
    length = (crotch + reach * (ankle - crotch) - figure.torso.at(0, v)[1]) / unit
    return figure.skirt(v, max(length, 0.3), flare * hip, ease * hip)


def _hem(left: Points, right: Points, waves: int, depth: float, sag: float) -> Points:
    """Lower border from left to right. waves: number of scallops or pleats; depth: of each, units; sag: units."""
    count = max(9, 4 * waves + 1)
    s = np.linspace(0, 1, count)
    line = left[-1] + (right[-1] - left[-1]) * s[:, None]
    line[:, 1] += sag * np.sin(np.pi * s)
    if waves:
        line[:, 1] += depth * np.cos(2 * np.pi * waves * s) - depth
    return np.asarray(line)


def skirt_path(left: Points, right: Points, waves: int = 0, depth: float = 0.02, sag: float = 0.08) -> Path:
    top = spline(np.stack([right[0], (left[0] + right[0]) / 2 + [0, 0.03], left[0]]), 5)[1:-1]
    return trace(np.concatenate([left[:-1], _hem(left, right, waves, depth, sag), right[:-1][::-1], top]))


def _sagged(left: Points, right: Points, u: Points, s: float, sag: float) -> Points:
    points = across(left, right, u, s)
    points[:, 1] += sag * s * np.sin(np.pi * (u + 1) / 2)
    return points


def pleats(cloth: Cloth, left: Points, right: Points, count: int, sag: float) -> tuple[Mark, Mark]:
    """(lines of the pleats, shaded strips beside them)."""
    us = np.array([middle(cloth.figure, u) for u in np.linspace(-1, 1, count + 1)[1:-1]])
    heads, feet = _sagged(left, right, us * 0.96, 0.06, sag), _sagged(left, right, us, 1.0, sag)
    width = (right[-1, 0] - left[-1, 0]) / count
    lines, strips = Path(), Path()
    for (hx, hy), (fx, fy) in zip(heads.tolist(), feet.tolist(), strict=True):
        lines.move_to(hx, hy)
        lines.line_to(fx, fy)
        strips.move_to(hx, hy)
        strips.line_to(fx, fy + 0.02)
        strips.line_to(fx + 0.42 * width, fy + 0.02)
        strips.close()
    return Mark(lines, width=0.8), Mark(strips, "shade", strength=0.75)


def folds(cloth: Cloth, left: Points, right: Points, count: int, sag: float) -> tuple[Mark, Mark]:
    """Soft folds rising from the hem: (lines, shaded wedges)."""
    pick = cloth.rng
    lines, wedges = Path(), Path()
    for k in range(count):
        u = -0.82 + 1.64 * (k + 0.5) / count + float(pick.uniform(-0.06, 0.06))
        rise = float(pick.uniform(0.25, 0.6))
        (fx, fy), (mx, my), (hx, hy) = (
            *_sagged(left, right, np.array([u]), 1.0, sag),
            *_sagged(left, right, np.array([u * 0.93]), 1 - 0.5 * rise, sag),
            *_sagged(left, right, np.array([u * 0.84]), 1 - rise, sag),
        )
        lines.move_to(hx, hy)
        lines.quad_to(mx, my, fx, fy)
        if k % 2 == 0:
            wedges.move_to(hx, hy)
            wedges.line_to(fx, fy + 0.02)
            wedges.line_to(fx + 0.16 * (right[-1, 0] - left[-1, 0]) / 2, fy + 0.02)
            wedges.close()
    return Mark(lines, width=0.75, strength=0.85), Mark(wedges, "shade", strength=0.6)


def hem_band(left: Points, right: Points, colour: RGB, s: float = 0.94, width: float = 3.0, sag: float = 0.08) -> Mark:
    """A stripe along the hem."""
    return Mark(trace(_sagged(left, right, np.linspace(-1.02, 1.02, 9), s, sag), closed=False), colour=colour, width=width)


def waistband(cloth: Cloth, v: float, colour: RGB, z: float, height: float = 0.06, ease: float = 0.05) -> Layer:
    """The band that closes a skirt or trousers at the waist."""
    hip = cloth.figure.torso.half(0.92)
    left, right = cloth.figure.torso.sides(v - height / 2, v + height / 2, ease * hip)
    low = (left[-1] + right[-1]) / 2 + [0, 0.04 * hip]
    high = (left[0] + right[0]) / 2 + [0, 0.04 * hip]
    return cloth.detail(z, trace(np.concatenate([left, low[None], right[::-1], high[None]])), colour, shading=0.3)


def skirt(
    cloth: Cloth,
    *,
    style: str,
    reach: float,
    flare: float,
    v: float = 0.62,
    z: float | None = None,
    count: int = 0,
    sag: float | None = None,
    band: bool = True,
    trim: RGB | None = None,
    extra: tuple[Mark, ...] = (),
) -> list[Layer]:
    """A skirt hanging from level v. style: "pleats" | "folds" | "plain"; count: of pleats or folds; band: with a
    waistband; trim: colour of a stripe along the hem."""
    z = cloth.z if z is None else z
    hip = cloth.figure.torso.half(0.92)
    sag = (0.1 + 0.12 * flare) * hip if sag is None else sag
    left, right = skirt_sides(cloth, v, reach, flare)
    if style == "pleats":
        marks: tuple[Mark, ...] = pleats(cloth, left, right, count, sag)
        path = skirt_path(left, right, count, 0.03 * hip, sag)
    elif style == "folds":
        marks = folds(cloth, left, right, count, sag)
        path = skirt_path(left, right, max(2, count // 2), 0.05 * hip, sag)
    else:
        marks, path = (), skirt_path(left, right, 0, 0.0, sag)
    stripe = (hem_band(left, right, trim, sag=sag),) if trim is not None else ()
    found = [cloth.piece(z, path, marks=[*marks, *stripe, *extra])]
    if band:
        found.append(waistband(cloth, v + 0.02, darken(cloth.main, 0.22), z + 0.2))
    return found


def tiers(
    cloth: Cloth,
    *,
    reach: float,
    flare: float,
    rows: int,
    v: float = 0.62,
    z: float | None = None,
    trim: RGB | None = None,
    alternate: bool = False,
) -> list[Layer]:
    """A skirt of frills, the lowest first. alternate: every second frill in the trim colour."""
    z = cloth.z if z is None else z
    hip = cloth.figure.torso.half(0.92)
    left, right = skirt_sides(cloth, v, reach, flare)
    n = len(left)
    found = []
    for k in range(rows, 0, -1):
        s1, s0 = k / rows, max(0.0, (k - 1) / rows - 0.04)
        s = np.linspace(s0, s1, max(5, n // rows + 2))
        a, b = across(left, right, -1.0, s), across(left, right, 1.0, s)
        puff = 0.06 * hip * np.linspace(0, 1, len(s))[:, None] * [1.0, 0.0]
        a, b = a - puff, b + puff
        waves = 4 + 2 * k
        us = np.linspace(-0.9, 0.9, waves)
        lines = strokes(
            *[
                np.stack([p, p * 0.55 + q * 0.45])
                for p, q in zip(_sagged(a, b, us, 1.0, 0.1 * hip), _sagged(a, b, us, 0.0, 0.1 * hip), strict=True)
            ]
        )
        path = skirt_path(a, b, waves, 0.05 * hip, 0.1 * hip)
        marks = [Mark(lines, width=0.7, strength=0.85)]
        if trim is not None:
            marks.append(hem_band(a, b, trim, 0.97, 2.4, 0.1 * hip))
        other = alternate and k % 2 == 0
        found.append(cloth.detail(z, path, cloth.trim, marks=marks) if other else cloth.piece(z, path, marks=marks))
    return found


def trousers(
    cloth: Cloth,
    *,
    t1: float,
    ease: float = 0.12,
    flare: float = 0.0,
    puff: float = 0.0,
    v: float = 0.64,
    z: float | None = None,
    marks: tuple[Mark, ...] = (),
    cuff: RGB | None = None,
    stripe: RGB | None = None,
    seams: bool = True,
    band: RGB | None = None,
    colour: RGB | None = None,
) -> list[Layer]:
    """Two trouser legs down to t1 and the hip part. ease, flare, puff: shares of the thigh's half-width; cuff,
    stripe, band: colours of turn-ups, of a line down the outside, of the waistband."""
    figure, z = cloth.figure, cloth.z if z is None else z
    w = figure.body.thigh_half
    hip_ease = (0.05 + 0.35 * ease) * w
    found = []
    for side in SIDES:
        leg = figure.legs[side]
        room, spread, bulge = ease * w, flare * w, puff * w
        outer, inner = leg.sides(0.0, t1, room, spread, bulge)
        details = [Mark(_leg_folds(outer, inner, t1), width=0.7, strength=0.8)]
        if seams and t1 > 0.6:
            n = min(len(outer), len(inner))
            details.append(Mark(strokes(outer[2:n] * 0.45 + inner[2:n] * 0.55), width=0.5, strength=0.5))
        if stripe is not None:
            n = min(len(outer), len(inner))
            details.append(Mark(trace(outer[:n] * 0.82 + inner[:n] * 0.18, closed=False), colour=stripe, width=4.0))
        path, edge = leg.outline(0.0, t1, room, spread, bulge), leg.edge(0.0, t1, room, spread, bulge)
        found.append(cloth.piece(leg.z + SLEEVE, path, edge=edge, marks=details, angle=limb_angle(leg, 0.3)))
        if cuff is not None:
            found.append(
                cloth.detail(leg.z + SLEEVE + 0.1, leg.band(t1 - 0.05, 0.05, room + 0.9 * spread + 0.02 * w), cuff, shading=0.3)
            )
    left, right = figure.torso.sides(v, 0.999, hip_ease)
    low = [figure.torso.at(u, 1.0) for u in (-0.5, 0.0, 0.5)]
    drop = max(0.18 * w, 0.075)  # below the bare body's border
    sides = [
        np.array([left[-1] + [0, drop * 0.6]]),
        np.array([(low[0][0], low[0][1] + drop), (low[1][0], low[1][1] + drop * 1.1), (low[2][0], low[2][1] + drop)]),
        np.array([right[-1] + [0, drop * 0.6]]),
    ]
    hips = trace(np.concatenate([left, *sides, right[::-1]]))
    fly = np.array([figure.torso.front(0, v), figure.torso.front(0.02, 0.9), figure.torso.front(0.0, 1.06)])
    lap = [np.array([figure.torso.at(s * 0.9, v + 0.05), figure.torso.at(s * 0.75, 0.8)]) for s in (-1, 1)]
    creases = [
        np.array([figure.torso.front(s * 0.08, 0.97), figure.torso.front(s * 0.35, 0.93), figure.torso.front(s * 0.55, 0.94)])
        for s in (-1, 1)
    ]
    edge = trace(left, closed=False)
    edge.add_path(trace(right, closed=False))
    found.append(cloth.piece(z, hips, edge=edge, marks=[Mark(strokes(fly, *lap, *creases), width=0.8), *marks]))
    if band is not None:
        found.append(waistband(cloth, v + 0.02, band, z + 0.2, 0.07, 0.06))
    if colour is not None:
        for layer in found:
            layer.colour, layer.pattern = colour, None
    return found


def _leg_folds(outer: Points, inner: Points, t1: float) -> Path:
    n, m = len(outer) - 1, len(inner) - 1
    lines = []
    for f, depth, side in ((0.52, 0.35, 0), (0.58, 0.4, 1), (0.93, 0.4, 0), (0.88, 0.3, 1)) if t1 > 0.6 else ((0.85, 0.3, 0),):
        a, b = (outer[int(f * n)], inner[int(f * m)]) if side == 0 else (inner[int(f * m)], outer[int(f * n)])
        lines.append(np.stack([a, a * (1 - depth) + b * depth + [0, 0.02]]))
    return strokes(*lines)
