"""How cloth is drawn that hangs from the shoulders over the arms: hooded cloak, poncho, shawl."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import tailoring as tailor
from wardrobe import upper
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import Cloth, discs, strokes
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.style import darken, lighten
from wardrobe.tailoring import BRASS

Draw = Callable[[Cloth], list[Layer]]
OVER_ARMS = Z.FRONT_ARM + 5.5  # over hanging arms and their sleeves; a raised hand stays in front


def _shoulders(c: Cloth, sign: int, v: float, out: float) -> Points:
    """The side of a mantle, from the neck over the shoulder down to level v. out: how far beyond the arm it ends, as a
    share of the shoulder's half-width."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    arm = c.figure.arms["l" if sign < 0 else "r"]
    x, y = arm.point(0.0)
    end = torso.at(sign, min(v, 1.0))
    rows = [torso.at(sign * 0.72, -0.004), torso.at(sign * 0.99, 0.04), (x + sign * 0.1 * w, y - 0.24 * w)]
    qx, qy = arm.point(0.5 * out + 0.2)
    low = (x + sign * (0.28 + out) * w, end[1] + max(v - 1.0, 0.0) * torso.length)
    if sign * (qx - low[0]) > 0 and arm.z == Z.FRONT_ARM:  # a raised arm carries the cloth, which falls from it
        rows += [(qx, qy - 1.35 * arm.width(0.4)), (qx + sign * 0.16 * w, qy + 0.1 * w)]
        low = (qx + sign * 0.06 * w, max(low[1] - 0.3 * (low[1] - qy), qy + 0.5 * w))
    else:
        rows.append((x + sign * (0.24 + 0.3 * out) * w, y + 0.12 * w))
    rows += [((rows[-1][0] + low[0]) / 2 + sign * 0.04 * w, (rows[-1][1] + low[1]) / 2), low]
    return spline(np.array(rows), 26)


def _hem(left: Points, right: Points, waves: int, sag: float, depth: float) -> Points:
    """From the end of the left side to that of the right one. sag, depth of the waves: units."""
    s = np.linspace(0, 1, 8 * waves + 1)[:, None]
    line = left[-1] + (right[-1] - left[-1]) * s
    line[:, 1] += sag * np.sin(np.pi * s[:, 0]) + depth * (np.cos(2 * np.pi * waves * s[:, 0]) - 1)
    return np.asarray(line[1:-1])


def _gathers(c: Cloth, left: Points, right: Points, low: Points, count: int, z0: float = 0.35) -> list[Mark]:
    """Folds that run from the neck to the hem, shaded on one side."""
    x, y = c.figure.torso.at(0, 0.02)
    lines, wedges = [], []
    for k in range(count):
        f = (k + 0.5) / count
        foot = low[int(f * (len(low) - 1))]
        head = np.array([x, y]) + (foot - [x, y]) * (z0 + 0.25 * float(c.rng.random()))
        bend = (head + foot) / 2 + [0.02 * (1 if f < 0.5 else -1), 0.0]
        lines.append(np.stack([head, bend, foot]))
        beside = low[min(int((f + 0.45 / count) * (len(low) - 1)), len(low) - 1)]
        wedges.append(polygon(np.stack([head, bend, foot, beside])))
    shade = wedges[0]
    for path in wedges[1:]:
        shade.add_path(path)
    return [Mark(shade, "shade", strength=0.55), Mark(strokes(*lines), width=0.8, strength=0.85)]


def cowl(c: Cloth) -> list[Layer]:
    """A hood worn up: its dark inside behind the hair, its front a thick rim round the face, peaked at the crown."""
    head, w = c.figure.head, c.figure.head.wide
    lean = 0.1 * head.turn
    outer = [(-w - 0.18, 0.34), (-w - 0.24, -0.1), (-w - 0.06, -0.5), (-0.16 - lean, -0.8), (0.1 - lean, -0.84)]
    outer += [(0.24 - lean, -0.76), (w + 0.06, -0.5), (w + 0.24, -0.1), (w + 0.18, 0.34)]
    inner = [(w * 0.94, 0.42), (w * 1.04 + lean, 0.05), (w * 0.86 + lean, -0.3), (0.4 * w + lean, -0.47), (lean, -0.51)]
    inner += [(-0.4 * w + lean, -0.47), (-w * 0.86 + lean, -0.3), (-w * 1.04 + lean, 0.05), (-w * 0.94, 0.42)]
    torso = c.figure.torso
    foot = [[torso.at(sign * u, v) for u, v in ((1.02, 0.05), (0.4, 0.03))] for sign in (-1, 1)]
    rim = spline(np.array([foot[0][0], *(head.at(*row) for row in outer), foot[1][0]]), 60)
    opening = spline(np.array([foot[1][1], *(head.at(*row) for row in inner), foot[0][1]]), 60)
    shell, back = trace(np.concatenate([rim, opening])), trace(rim)
    edge = opening + (rim[::-1] - opening) * 0.2
    folds = [[(s * w * 0.9, -0.56), (s * w * 1.08, -0.2), (s * w * 1.14, 0.1)] for s in (-1, 1)]
    folds += [[(0.02 - lean, -0.8), (-0.05, -0.66), (-0.2, -0.58)]]
    creases = strokes(*[np.array([head.at(*row) for row in rows]) for rows in folds])
    marks = [Mark(creases, width=0.75, strength=0.85), Mark(trace(edge, closed=False), width=0.7, strength=0.8)]
    return [
        c.detail(Z.BACK_HAIR - 2, back, darken(c.main, 0.5), shading=0.0),
        c.piece(Z.HEADWEAR + 1, shell, marks=marks),
    ]


def hooded_cloak(c: Cloth) -> list[Layer]:
    """Hood up, clasped at the neck, falling open over both arms to the calves."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    end = tailor.level(c, 0.62)
    found: list[Layer] = []
    sides = {sign: _shoulders(c, sign, end, 0.34) for sign in (-1, 1)}
    behind = _hem(sides[-1], sides[1], 6, 0.02, 0.04)
    back = polygon(np.concatenate([sides[-1], behind, sides[1][::-1]]))
    found.append(c.detail(Z.BEHIND, back, darken(c.main, 0.4), marks=_gathers(c, sides[-1], sides[1], behind, 6), shading=0.2))
    for sign in (-1, 1):
        side = sides[sign]
        edge = spline(
            np.array(
                [
                    c.front(sign * 0.02, 0.06),
                    c.front(sign * 0.12, 0.3),
                    c.front(sign * 0.5, 0.62),
                    side[-1] - [sign * 0.62 * w, -0.02 * w],
                ]
            ),
            24,
        )
        s = np.linspace(0, 1, 17)[:, None]
        low = side[-1] + (edge[-1] - side[-1]) * s
        low[:, 1] += 0.03 * w * (np.cos(6 * np.pi * s[:, 0]) - 1)
        path = polygon(np.concatenate([side, low[1:-1], edge[::-1]]))
        rim = Mark(trace(tailor.beside(edge, sign * 0.05 * w), closed=False), colour=c.trim, width=2.4)
        lines = _gathers(c, side, edge, low, 3)
        found.append(c.piece(OVER_ARMS, path, marks=[*lines, rim]))
    neck = [
        (x, y)
        for x, y in (
            torso.at(-0.95, 0.0),
            c.front(-0.5, 0.12),
            c.front(0.0, 0.15),
            c.front(0.5, 0.12),
            torso.at(0.95, 0.0),
            c.front(0.0, 0.0),
        )
    ]
    found.append(
        c.piece(
            OVER_ARMS + 0.1,
            upper.curve_blob(neck),
            marks=[
                Mark(
                    strokes(
                        np.array([c.front(-0.3, 0.03), c.front(-0.26, 0.12)]), np.array([c.front(0.3, 0.03), c.front(0.26, 0.12)])
                    ),
                    width=0.7,
                )
            ],
        )
    )
    spots = np.array([c.front(0.0, 0.13)])
    clasp = c.detail(
        OVER_ARMS + 0.3,
        discs(spots, 0.1 * w),
        BRASS,
        marks=[Mark(discs(spots, 0.055 * w), "fill", (178, 48, 58)), Mark(discs(spots, 0.055 * w), width=0.6)],
    )
    return [*found, clasp, *cowl(c)]


def poncho(c: Cloth) -> list[Layer]:
    """One woven cloth with a hole for the head, its point in front, striped along the border, fringed."""
    w, trim = c.figure.body.shoulder, c.trim
    left, right = (_shoulders(c, sign, 0.66, 0.42) for sign in (-1, 1))
    tip = np.array(c.front(0.0, 1.08))
    low = spline(
        np.stack([left[-1], (left[-1] + tip) / 2 + [0, 0.04 * w], tip, (right[-1] + tip) / 2 + [0, 0.04 * w], right[-1]]), 61
    )
    neck = c.figure.torso.neckline("v", 0.72, 0.12)
    path = polygon(np.concatenate([left, low[1:-1], right[::-1], neck]))
    pit = np.array(c.front(0.0, 0.05))
    bands = [pit + (low - pit) * f for f in (0.93, 0.84, 0.8)]
    zigzag = pit + (low - pit) * (0.885 + 0.022 * np.where(np.arange(len(low)) % 2, 1, -1))[:, None]
    fringe = [np.stack([p, p + (p - pit) * 0.02 + [0, 0.12 * w]]) for p in low[1:-1:2]]
    marks = [
        *_gathers(c, left, right, low, 7),
        *[Mark(trace(line, closed=False), colour=trim, width=width) for line, width in zip(bands, (5.0, 3.0, 1.6), strict=True)],
        Mark(strokes(zigzag), colour=lighten(trim, 0.45), width=1.6),
        Mark(trace(neck, closed=False), colour=trim, width=3.0),
    ]
    tassels = c.detail(OVER_ARMS - 0.1, polygon(np.concatenate([low, (low + [0, 0.02])[::-1]])), trim, line=0.0, shading=0.0)
    tassels.marks.append(Mark(strokes(*fringe), colour=trim, width=1.6, clip=False))
    return [tassels, c.piece(OVER_ARMS, path, marks=marks)]


def shawl(c: Cloth) -> list[Layer]:
    """Round the shoulders and the upper arms, its ends crossing on the breast, fringed."""
    w = c.figure.body.shoulder
    found: list[Layer] = []
    for sign in (1, -1):
        arm = c.figure.arms["l" if sign < 0 else "r"]
        x, y = arm.point(0.06)
        outer = [
            c.figure.torso.at(sign * 0.8, -0.02),
            c.figure.torso.at(sign * 1.0, 0.03),
            (x + sign * 0.12 * w, y - 0.26 * w),
            (x + sign * 0.36 * w, y + 0.14 * w),
        ]
        outer += [(x + sign * 0.3 * w, y + 0.52 * w), c.front(sign * 0.5, 0.46), c.front(-sign * 0.06, 0.6)]
        inner = [
            c.front(-sign * 0.22, 0.5),
            c.front(-sign * 0.06, 0.36),
            c.front(sign * 0.3, 0.16),
            c.figure.torso.at(sign * 0.6, 0.0),
        ]
        rim, edge = spline(np.array(outer), 36), spline(np.array(inner), 20)
        lines = [spline(np.stack([rim[3 + 3 * k], (rim[16 + 3 * k] + edge[-8]) / 2, edge[4 + 3 * k]]), 12) for k in range(3)]
        low = rim[16:]
        fringe = [np.stack([p, p + [0.02 * sign, 0.16 * w]]) for p in spline(low, 22)]
        z = OVER_ARMS + (0.0 if sign > 0 else 0.1)
        border = tailor.beside(low, -sign * 0.05 * w)
        tassels = c.detail(z - 0.05, polygon(np.concatenate([low, (low + [0, 0.02])[::-1]])), c.trim, line=0.0, shading=0.0)
        tassels.marks.append(Mark(strokes(*fringe), colour=c.trim, width=1.3, clip=False))
        marks = [Mark(trace(border, closed=False), colour=c.trim, width=2.0), Mark(strokes(*lines), width=0.8, strength=0.85)]
        found += [tassels, c.piece(z, polygon(np.concatenate([rim, edge])), marks=marks)]
    knot = upper.curve_blob([c.front(u, v) for u, v in ((-0.12, 0.42), (0.1, 0.41), (0.14, 0.49), (-0.08, 0.51))])
    return [*found, c.piece(OVER_ARMS + 0.3, knot)]


DRAPED: dict[str, Draw] = {"hooded cloak": hooded_cloak, "poncho": poncho, "shawl": shawl}
