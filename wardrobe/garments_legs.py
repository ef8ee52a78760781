"""What is worn on legs: socks, stockings, tights and leg warmers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe.canvas import LEGWEAR, SHOE, Layer, Mark, Z
from wardrobe.cloth import Cloth, limb_angle, strokes
from wardrobe.figure import SIDES
from wardrobe.garments_festive import scallops
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.style import lighten

Draw = Callable[[Cloth], list[Layer]]


def sock(c: Cloth, t0: float, *, band: bool = True, loose: float = 0.06, foot: bool = True) -> list[Layer]:
    w = c.figure.body.thigh_half
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        if foot:
            found.append(c.piece(leg.z + LEGWEAR, c.figure.foot(side, 0.01).path))
        folds = Mark(leg.ring(0.985, loose * w), width=0.7, strength=0.7)
        edge = leg.edge(t0, 1.0, loose * w) if t0 <= 0 else None
        found.append(
            c.piece(leg.z + LEGWEAR, leg.outline(t0, 1.0, loose * w), edge=edge, marks=[folds], angle=limb_angle(leg, 0.75))
        )
        if band:
            found.append(c.detail(leg.z + LEGWEAR + 0.1, leg.band(t0, 0.035, (loose + 0.03) * w), c.trim, shading=0.3))
    return found


def ankle_socks(c: Cloth) -> list[Layer]:
    return sock(c, 0.87, loose=0.08)


def knee_socks(c: Cloth) -> list[Layer]:
    return sock(c, 0.55 + 0.05 * float(c.rng.random()))


def thigh_highs(c: Cloth) -> list[Layer]:
    return sock(c, 0.27 + 0.08 * float(c.rng.random()), loose=0.03)


def tights(c: Cloth) -> list[Layer]:
    w = c.figure.body.thigh_half
    hips = c.piece(Z.BODY + 0.5, c.figure.torso.outline(0.7, 1.0, 0.03 * w, hem=0.1), line=0.0)
    return [*sock(c, 0.0, band=False, loose=0.02), hips]


def leg_warmers(c: Cloth) -> list[Layer]:
    w = c.figure.body.thigh_half
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        rings = Path()
        for t in np.arange(0.64, 0.97, 0.055):
            rings.add_path(leg.ring(float(t), 0.24 * w))
        found.append(
            c.piece(
                leg.z + SHOE + 0.3,
                leg.outline(0.57, 0.98, 0.16 * w, 0.18 * w),
                marks=[Mark(rings, width=0.6, strength=0.7)],
                angle=limb_angle(leg, 0.75),
            )
        )
    return found


def room_inside(c: Cloth, t: float, ease: float) -> float:
    """As much of this ease as the insides of the legs have before they touch, from t down; all of it where legs cross."""
    a, b = (c.figure.legs[side].sides(t, 1.0)[1] for side in SIDES)
    gap = float((b[:, 0] - a[:, 0]).min())
    return ease if gap < -0.5 * c.figure.body.thigh_half else min(ease, max(0.0, 0.5 * gap - 0.012))


def tube_between(outer: Points, inner: Points, sag: float) -> Path:
    """Cloth or leather round a leg between its side lines; sag: units by which its lower edge hangs."""
    low = spline(np.stack([outer[-1], (outer[-1] + inner[-1]) / 2 + [0, sag], inner[-1]]), 7)[1:-1]
    high = spline(np.stack([inner[0], (inner[0] + outer[0]) / 2 + [0, 0.4 * sag], outer[0]]), 7)[1:-1]
    return trace(np.concatenate([outer, low, inner[::-1], high]))


def loose_socks(c: Cloth) -> list[Layer]:
    """Thick socks slouched in rolls round the shin and over the shoe."""
    w, found = c.figure.body.thigh_half, []
    rolls, room = 6, room_inside(c, 0.6, c.figure.body.thigh_half)
    for side in SIDES:
        leg = c.figure.legs[side]
        outer, _ = leg.sides(0.6, 1.0, 0.16 * w, 0.26 * w)
        _, inner = leg.sides(0.6, 1.0, min(0.16 * w, 0.3 * room), min(0.26 * w, 0.3 * room))
        n = min(len(outer), len(inner))
        s = np.linspace(0, 1, 4 * n)
        fine = [np.stack([np.interp(s, np.linspace(0, 1, n), line[:n, axis]) for axis in (0, 1)], 1) for line in (outer, inner)]
        half = (fine[0] - fine[1]) / 2
        bulge = np.abs(np.sin(np.pi * rolls * s))[:, None]
        a, b = fine[0] + 0.16 * half * bulge, fine[1] - min(0.16, 0.4 * room / float(np.hypot(*half.T).mean())) * half * bulge
        low = spline(np.stack([a[-1], (a[-1] + b[-1]) / 2 + [0, 0.22 * w], b[-1]]), 7)[1:-1]
        high = spline(np.stack([b[0], (a[0] + b[0]) / 2 + [0, 0.08 * w], a[0]]), 7)[1:-1]
        creases, shades = [], Path()
        for k in range(1, rolls):
            i = int(k / rolls * (len(s) - 1))
            start, end = (a[i], b[i]) if k % 2 else (b[i], a[i])
            sag = (start + end) / 2 + [0.0, 0.2 * w]
            creases.append(np.stack([start, sag, end * 0.82 + start * 0.18]))
            shades.add_path(polygon(np.stack([start, sag, end, sag + [0.0, 0.14 * w]])))
        ribs = [np.stack([a[0] * f + b[0] * (1 - f), a[5] * f + b[5] * (1 - f)]) for f in np.linspace(0.12, 0.88, 7)]
        marks = [
            Mark(shades, "shade", strength=0.6),
            Mark(strokes(*creases), width=0.85),
            Mark(strokes(*ribs), width=0.55, strength=0.8),
        ]
        found.append(c.piece(leg.z + LEGWEAR, c.figure.foot(side, 0.01).path))
        found.append(
            c.piece(leg.z + SHOE + 0.3, trace(np.concatenate([a, low, b[::-1], high])), marks=marks, angle=limb_angle(leg, 0.75))
        )
    return found


def lace_stockings(c: Cloth) -> list[Layer]:
    """To the thigh, a broad band of lace that holds by itself, a seam's shine down the shin."""
    w, t0 = c.figure.body.thigh_half, 0.26
    found = sock(c, t0, band=False, loose=0.025)
    for side in SIDES:
        leg = c.figure.legs[side]
        outer, inner = leg.sides(t0, t0 + 0.12, 0.05 * w)
        top, low = np.stack([outer[0], inner[0]]), np.stack([outer[-1], inner[-1]])
        line = top[0] + (top[1] - top[0]) * np.linspace(0, 1, 9)[:, None]
        line[:, 1] += 0.08 * w * np.sin(np.pi * np.linspace(0, 1, 9))
        depth = float(np.hypot(*(low.mean(0) - top.mean(0))))
        found.append(scallops(c, line, depth, c.trim, leg.z + LEGWEAR + 0.2, count=6))
        shine, _ = leg.sides(0.45, 0.9, -0.55 * w)
        found[-2 if len(found) > 4 else 1].marks.append(Mark(strokes(shine), "line", lighten(c.main, 0.5), 1.6, strength=0.35))
    return found


LEGWEAR_KINDS: dict[str, Draw] = {
    "ankle socks": ankle_socks,
    "knee socks": knee_socks,
    "thigh highs": thigh_highs,
    "tights": tights,
    "leg warmers": leg_warmers,
    "loose socks": loose_socks,
    "lace stockings": lace_stockings,
}
