"""What is worn on legs: socks, stockings, tights and leg warmers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe.canvas import LEGWEAR, SHOE, Layer, Mark, Z
from wardrobe.cloth import Cloth, across, limb_angle, strokes
from wardrobe.figure import SIDES
from wardrobe.garments_festive import scallops
from wardrobe.geometry import Limb, Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.style import darken, lighten

Draw = Callable[[Cloth], list[Layer]]


def sock(
    c: Cloth, t0: float, *, band: float = 0.035, loose: float = 0.06, foot: bool = True, pinch: float = -0.03, sheer: float = 0.0
) -> list[Layer]:
    """Knitted tubes that go on into the feet without a seam. band: of the cuff, in t, 0 none; pinch: how much closer it lies
    than the knit; sheer: 0 opaque .. 1 so thin that the shin shines through; loose, pinch: in half-widths of the thigh."""
    w = c.figure.body.thigh_half
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        edge = leg.edge(t0, 1.0, loose * w) if t0 <= 0 else None
        marks = [_ankle(leg, loose * w)] if foot else [Mark(leg.ring(0.985, loose * w), width=0.7, strength=0.7)]
        marks += _shin(c, leg, t0, sheer) if sheer else []
        found.append(
            c.piece(leg.z + LEGWEAR, leg.outline(t0, 1.0, loose * w), edge=edge, marks=marks, angle=limb_angle(leg, 0.75))
        )
        if foot:
            part = c.figure.foot(side, 0.01)
            seamless = trace(part.points[1:-1], closed=False)  # no line where the foot goes on as the leg
            found.append(c.piece(leg.z + LEGWEAR + 0.05, part.path, edge=seamless))
        if band:
            found.append(_cuff(c, leg, t0, band, (loose - pinch) * w))
    return found


def _ankle(leg: Limb, ease: float) -> Mark:
    """The few short creases of knit above the foot."""
    outer, inner = leg.sides(0.9, 1.0, ease)
    rows = [[(-0.98, 0.35), (-0.55, 0.6), (-0.1, 0.66)], [(0.98, 0.1), (0.7, 0.3), (0.3, 0.4)]]
    creases = [spline(across(outer, inner, *np.array(row).T), 7) for row in rows]
    return Mark(strokes(*creases), width=0.6, strength=0.7, ends=(0.9, 0.2))


def _shin(c: Cloth, leg: Limb, t0: float, sheer: float) -> list[Mark]:
    """Thin knit: paler where it is stretched over thigh and shin, darker where it turns away at the sides."""
    found = []
    for start, end, share in ((max(t0, 0.02) + 0.03, 0.5, 0.5), (0.52, 0.95, 0.42)):
        outer, inner = leg.sides(start, end)
        middle, half = (outer + inner) / 2, (outer - inner) / 2 * np.sin(np.linspace(0.25, np.pi, len(outer)))[:, None] ** 0.5
        glow = polygon(np.concatenate([middle + share * half, (middle - share * half)[::-1]]))
        found.append(Mark(glow, "light", strength=0.2 * sheer, soft=0.35 * leg.width(end)))
    for line in leg.sides(max(t0, 0.02), 1.0, -0.1 * c.figure.body.thigh_half):
        found.append(Mark(trace(line, closed=False), colour=darken(c.main, 0.4), width=2.6, strength=0.35 * sheer))
    return found


def _cuff(c: Cloth, leg: Limb, t0: float, depth: float, ease: float) -> Layer:
    """The elastic at the upper edge of a sock, ribbed."""
    outer, inner = leg.sides(t0, min(t0 + depth, 1.0), ease)
    ribs = [np.stack([across(outer, inner, u, s)[0] for s in (0.12, 0.95)]) for u in (-0.75, -0.4, 0.0, 0.4, 0.75)]
    marks = [Mark(strokes(*ribs), width=0.5, strength=0.6)]
    return c.detail(leg.z + LEGWEAR + 0.1, leg.band(t0, depth, ease), c.trim, marks=marks, shading=0.3)


def ankle_socks(c: Cloth) -> list[Layer]:
    return sock(c, 0.87, loose=0.08)


def knee_socks(c: Cloth) -> list[Layer]:
    """Knitted to below the knee, a ribbed cuff."""
    return sock(c, 0.55 + 0.05 * float(c.rng.random()), band=0.05, sheer=0.35)


def thigh_highs(c: Cloth) -> list[Layer]:
    """Thin stockings to the middle of the thigh, their broad elastic pinching it."""
    t0 = (0.34 if c.figure.body.heads > 4 else 0.42) + 0.05 * float(c.rng.random())
    return sock(c, t0, band=0.05, loose=0.06, pinch=0.05, sheer=0.7)


def tights(c: Cloth) -> list[Layer]:
    """Thin knit from the waist to the toes."""
    w = c.figure.body.thigh_half
    hips = c.piece(Z.BODY + 0.5, c.figure.torso.outline(0.7, 1.0, 0.03 * w, hem=0.1), line=0.0)
    return [*sock(c, 0.0, band=0.0, loose=0.02, sheer=1.0), hips]


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
    found = sock(c, t0, band=0.0, loose=0.025)
    for side, hose in zip(SIDES, found[:4:2], strict=True):
        leg = c.figure.legs[side]
        outer, inner = leg.sides(t0, t0 + 0.12, 0.05 * w)
        top, low = np.stack([outer[0], inner[0]]), np.stack([outer[-1], inner[-1]])
        line = top[0] + (top[1] - top[0]) * np.linspace(0, 1, 9)[:, None]
        line[:, 1] += 0.08 * w * np.sin(np.pi * np.linspace(0, 1, 9))
        depth = float(np.hypot(*(low.mean(0) - top.mean(0))))
        found.append(scallops(c, line, depth, c.trim, leg.z + LEGWEAR + 0.2, count=6))
        shine, _ = leg.sides(0.45, 0.9, -0.55 * w)
        hose.marks.append(Mark(strokes(shine), "line", lighten(c.main, 0.5), 1.6, strength=0.35))
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
