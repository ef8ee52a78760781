"""How cloth is drawn that hangs from the shoulders over the arms: hooded cloak, poncho, shawl."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import tailoring as tailor
from wardrobe.canvas import HAND, Layer, Mark, Z
from wardrobe.cloth import Cloth, discs, strokes
from wardrobe.geometry import XY, Limb, Points, polygon, spline, trace
from wardrobe.style import darken, lighten
from wardrobe.tailoring import BRASS

Draw = Callable[[Cloth], list[Layer]]
OVER_ARMS = Z.FRONT_ARM + 5.5  # over hanging arms and their sleeves; a raised hand stays in front
WRIST = 0.92  # how far along an arm a cloak is carried
CLOSED = Z.FRONT_HAIR + 6  # and over their gloves and the tips of the hair


def _hanging(arm: Limb) -> float:
    """How far down an arm hangs, so that a cloak closes over it: to the wrist 1, to the elbow of a bent one, or 0."""
    if arm.z > Z.FRONT_ARM or arm.direction(0.25)[1] < 0.6:
        return 0.0
    return 0.97 if arm.direction(0.75)[1] > 0.6 else 0.52


def shoulders(c: Cloth, sign: int, v: float, out: float, *, over: bool = False) -> Points:
    """The side of a mantle, from the neck over the shoulder down to level v. out: how far beyond the arm it ends, as a
    share of the shoulder's half-width; over: it falls outside a hanging arm, however far that one stands off."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    arm = c.figure.arms["l" if sign < 0 else "r"]
    (x, y), r = arm.point(0.0), arm.width(0.0)
    end = torso.at(sign, min(v, 1.0))
    top = min(y - 1.4 * r, torso.at(sign, 0.06)[1] - 0.03 * w)
    rows = [torso.at(sign * 0.72, -0.004), (x - sign * 0.3 * r, top), (x + sign * 1.1 * r, y - 0.9 * r)]
    qx, qy = arm.point(0.5 * out + 0.2)
    low = (x + sign * (0.28 + out) * w, end[1] + max(v - 1.0, 0.0) * torso.length)
    reach = _hanging(arm) if over else 0.0
    if reach:
        outside = arm.sides(0.12, reach, 0.75 * r, (1.3 if v > 1 else 0.3) * r)[0]
        rows += [(px, py) for px, py in outside[1::4].tolist() if py < low[1] - 0.3 * w]
        beyond = outside[min(int(np.searchsorted(outside[:, 1], low[1])), len(outside) - 1), 0]
        low = (sign * max(sign * low[0], sign * float(beyond)), low[1])
    elif sign * (qx - low[0]) > 0 and arm.z == Z.FRONT_ARM:  # a raised arm carries the cloth, which falls from it
        rows += [(qx, qy - 1.35 * arm.width(0.4)), (qx + sign * 0.16 * w, qy + 0.1 * w)]
        low = (qx + sign * 0.06 * w, max(low[1] - 0.3 * (low[1] - qy), qy + 0.5 * w))
    else:
        rows.append((x + sign * max((0.24 + 0.3 * out) * w, 1.6 * r), y + 0.12 * w))
    rows += [((rows[-1][0] + low[0]) / 2 + sign * 0.04 * w, (rows[-1][1] + low[1]) / 2), low]
    return spline(np.array(rows), 32)


def hem_of(left: Points, right: Points, waves: int, sag: float, depth: float) -> Points:
    """From the end of the left side to that of the right one. sag, depth of the waves: units."""
    s = np.linspace(0, 1, 8 * waves + 1)[:, None]
    line = left[-1] + (right[-1] - left[-1]) * s
    line[:, 1] += sag * np.sin(np.pi * s[:, 0]) + depth * (np.cos(2 * np.pi * waves * s[:, 0]) - 1)
    return np.asarray(line[1:-1])


def gathers(c: Cloth, left: Points, right: Points, low: Points, count: int, z0: float = 0.35) -> list[Mark]:
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


def cowl(c: Cloth, sides: dict[int, Points]) -> list[Layer]:
    """A hood worn up: its dark inside behind the hair, cloth that rests on the head, closes under the chin and goes on into
    the shoulders. sides: of the cloak."""
    head, w, torso = c.figure.head, c.figure.head.wide, c.figure.torso
    lean = 0.1 * head.turn
    half = [(w + 0.2, 0.44), (w + 0.24, 0.1), (w + 0.17, -0.32), (0.6 * w, -0.68)]
    over = [head.at(-x, y) for x, y in half] + [head.at(-lean, -0.83)] + [head.at(x, y) for x, y in half[::-1]]
    x, ends = torso.at(0, 0)[0], [head.at(sign * (w + 0.2), 0.44)[0] for sign in (-1, 1)]
    reach = [0.9 * (w + 0.2)] * 2 if w + 0.22 <= 1.5 * c.figure.body.shoulder else [0.995 * abs(end - x) for end in ends]
    feet = [_foot(sides[sign], x, far) for sign, far in zip((-1, 1), reach, strict=True)]
    rim = spline(np.array([feet[0], *over, feet[1]]), 60)
    chin = c.front(0.0, 0.07)
    face = [(0.5 * w, 0.55), (0.86 * w, 0.3), (0.93 * w, 0.0), (0.78 * w, -0.26), (0.42 * w, -0.42)]
    ring = [head.at(x + lean, y) for x, y in face] + [head.at(lean, -0.46)] + [head.at(-x + lean, y) for x, y in face[::-1]]
    opening = spline(np.array([chin, *ring, chin]), 60)
    low_r, low_l = c.front(0.46, 0.2), c.front(-0.46, 0.2)
    fall = spline(np.array([feet[1], low_r, c.front(0.0, 0.15), low_l, feet[0]]), 22)
    shell = polygon(np.concatenate([rim, fall[1:11], opening, fall[10:-1]]))
    edge = trace(rim, closed=False)
    edge.add_path(trace(opening, closed=False))
    border = opening + (np.array(head.at(0.0, -0.05)) - opening) * -0.14
    border = border[4:-4]
    folds = [[(s * 0.7 * w, -0.5), (s * (w + 0.03), -0.24), (s * (w + 0.1), 0.1)] for s in (-1, 1)]
    folds += [[(s * (w + 0.12), 0.2), (s * (w + 0.04), 0.5), (s * 0.7 * w, 0.68)] for s in (-1, 1)]
    folds += [[(0.02 - lean, -0.8), (-0.06, -0.68), (-0.2, -0.58)]]
    creases = strokes(*[np.array([head.at(*row) for row in rows]) for rows in folds])
    marks = [
        Mark(creases, width=0.75, strength=0.85),
        Mark(trace(border, closed=False), width=0.7, strength=0.8),
        Mark(trace(fall, closed=False), width=0.8),
    ]
    return [
        c.detail(Z.BACK_HAIR - 2, trace(rim), darken(c.main, 0.5), shading=0.0),
        c.piece(Z.HEADWEAR + 1, shell, edge=edge, marks=marks),
    ]


def _foot(side: Points, x: float, reach: float) -> XY:
    """Where a hood that is `reach` wide comes down on a cloak's shoulder. x: of the neck."""
    beyond = np.flatnonzero(np.abs(side[:, 0] - x) >= reach)
    px, py = side[int(beyond[0]) if len(beyond) else 8]
    return float(px), float(py)


def _closed_side(c: Cloth, sign: int, end: float) -> Points:
    """The side of a cloak that closes over arm and hair: on a chibi it falls from the hood."""
    side, x = shoulders(c, sign, end, 0.34, over=True), c.figure.torso.at(0, 0)[0]
    spread, w = c.figure.head.wide + 0.22, c.figure.body.shoulder
    share = np.clip((spread / w - 1.0) / 0.5, 0, 1) * np.sin(np.pi / 2 * np.clip(np.arange(len(side)) / 13, 0, 1))
    round_ = sign * share * np.maximum(spread - sign * (side[:, 0] - x), 0)
    px, py = c.figure.head.at(sign * (c.figure.head.wide + 0.2), 0.44)
    low = side + np.stack([round_, 0 * round_], 1)
    if spread > 1.5 * w:  # wider than the shoulders, which the hood hides: straight on from the hood's lower end
        low = low[low[:, 1] > py + 0.24]
        low[:, 0] = sign * np.maximum(sign * low[:, 0], sign * px + 0.05)
        low = spline(np.array([side[0], ((x + px) / 2, py + 0.02), (px, py + 0.06), *low[::3], low[-1]]), 40)
    return _carried(c, sign, low)


def _held_out(arm: Limb, sign: int, low: float) -> bool:
    """Whether a forearm is held out to the side, above a hem at height `low`, so that it carries a cloak."""
    y, (dx, dy) = arm.point(WRIST)[1], arm.direction(0.75)
    return bool(arm.z == Z.FRONT_ARM and 0.0 < y < low and sign * dx > 0.6 and dy > -0.5)


def _carried(c: Cloth, sign: int, side: Points) -> Points:
    """The same side where a forearm held out to the side carries the cloth: over the arm to its wrist, and down from there."""
    arm, w = c.figure.arms["l" if sign < 0 else "r"], c.figure.body.shoulder
    if not _held_out(arm, sign, side[-1, 1]):
        return side
    (x, y), r = arm.point(WRIST), arm.width(WRIST)
    high = side[(side[:, 1] < y - 3.2 * r) & (sign * side[:, 0] < sign * x)][::3]
    low = (max(sign * side[-1, 0], sign * x + 0.1 * w) * sign, side[-1, 1])
    over = [(x + sign * 0.3 * r, y - 2.0 * r), (x + sign * 1.0 * r, y + 0.2 * r)]
    return spline(np.array([*high.tolist(), *over, ((x + low[0]) / 2 + sign * 0.7 * r, (y + low[1]) / 2), low]), 40)


def hooded_cloak(c: Cloth) -> list[Layer]:
    """Hood up, clasped at the neck, closed over both arms down to the calves but for a slit in front."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    end = tailor.level(c, 0.62)
    found: list[Layer] = []
    sides = {sign: _closed_side(c, sign, end) for sign in (-1, 1)}
    behind = hem_of(sides[-1], sides[1], 6, 0.02, 0.04)
    back = polygon(np.concatenate([sides[-1], behind, sides[1][::-1]]))
    inside = gathers(c, sides[-1], sides[1], behind, 6)
    found.append(c.detail(Z.BACK_HAIR + 6, back, darken(c.main, 0.4), marks=inside, shading=0.2))
    y = max(sides[-1][-1, 1], sides[1][-1, 1])
    x = (torso.at(0, 1.0)[0] + c.front(0, 0.9)[0]) / 2
    for sign in (-1, 1):
        side = sides[sign]
        middle = [c.front(0.0, 0.04), c.front(0.0, 0.2), (x + sign * 0.05 * w, torso.at(0, 0.64)[1]), (x + sign * 0.15 * w, y)]
        edge = spline(np.array(middle), 24)
        s = np.linspace(0, 1, 33)[:, None]
        low = side[-1] + (edge[-1] - side[-1]) * s
        low[:, 1] += 0.05 * w * (np.cos(6 * np.pi * s[:, 0]) - 1) + 0.08 * w * np.sin(np.pi * s[:, 0])
        path = polygon(np.concatenate([side, low[1:-1], edge[::-1]]))
        arm = c.figure.arms["l" if sign < 0 else "r"]
        if _held_out(arm, sign, side[-1, 1]):
            for layer in c.beneath:  # a wide sleeve would stand out above the arm that the cloak goes over
                if arm.z < layer.z < arm.z + HAND:
                    layer.clip = path
        rim = Mark(trace(tailor.beside(edge, sign * 0.05 * w), closed=False), colour=c.trim, width=2.4)
        found.append(c.piece(CLOSED, path, marks=[*gathers(c, side, edge, low, 4), rim]))
    spots = np.array([c.front(0.0, 0.1)])
    clasp = c.detail(
        Z.HEADWEAR + 1.5,
        discs(spots, 0.1 * w),
        BRASS,
        marks=[Mark(discs(spots, 0.055 * w), "fill", (178, 48, 58)), Mark(discs(spots, 0.055 * w), width=0.6)],
    )
    return [*found, *cowl(c, sides), clasp]


def poncho(c: Cloth) -> list[Layer]:
    """One woven cloth with a hole for the head, its point in front, striped along the border, fringed."""
    w, trim = c.figure.body.shoulder, c.trim
    left, right = (shoulders(c, sign, 0.66, 0.42) for sign in (-1, 1))
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
        *gathers(c, left, right, low, 7),
        *[Mark(trace(line, closed=False), colour=trim, width=width) for line, width in zip(bands, (5.0, 3.0, 1.6), strict=True)],
        Mark(strokes(zigzag), colour=lighten(trim, 0.45), width=1.6),
        Mark(trace(neck, closed=False), colour=trim, width=3.0),
    ]
    tassels = c.detail(OVER_ARMS - 0.1, polygon(np.concatenate([low, (low + [0, 0.02])[::-1]])), trim, line=0.0, shading=0.0)
    tassels.marks.append(Mark(strokes(*fringe), colour=trim, width=1.6, clip=False))
    return [tassels, c.piece(OVER_ARMS, path, marks=marks)]


def shawl(c: Cloth) -> list[Layer]:
    """From the shoulders to the elbows, its two ends crossed on the breast and hanging, fringed along the lower border."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    found: list[Layer] = []
    for sign in (1, -1):
        arm = c.figure.arms["l" if sign < 0 else "r"]
        elbow = float(np.clip(arm.point(0.46)[1] / torso.length, 0.42, 0.6))
        side = shoulders(c, sign, elbow, 0.1, over=True)
        low = [tuple(side[-1]), c.front(sign * 0.62, 0.55), c.front(sign * 0.2, 0.6), c.front(-sign * 0.12, 0.84)]
        end = np.array(c.front(-sign * 0.52, 0.8))
        inner = [c.front(-sign * 0.3, 0.5), c.front(0.0, 0.36), torso.at(sign * 0.5, 0.14), torso.at(sign * 0.66, 0.0)]
        border, edge = spline(np.array(low), 28), spline(np.array([end, *inner]), 24)
        border = np.concatenate([border, border[-1] + (end - border[-1]) * np.linspace(0, 1, 6)[1:, None]])
        z = OVER_ARMS + (0.0 if sign > 0 else 0.2)
        knot = np.array(c.front(0.0, 0.38))
        heads = side[[3, 7, 12, 18]]
        lines = [np.stack([p, p * 0.4 + knot * 0.6 + [0.0, 0.05 * w * k], knot]) for k, p in enumerate(heads)]
        lines = [line[0] + (line - line[0]) * 0.86 for line in lines]
        lines += [np.stack([knot * 0.8 + end * 0.2, (knot + end) / 2, knot * 0.12 + end * 0.88]) + [sign * 0.1 * w, 0.0]]
        band = tailor.beside(border, sign * 0.06 * w)
        marks = [Mark(trace(band, closed=False), colour=c.trim, width=2.2), Mark(strokes(*lines), width=0.8, strength=0.85)]
        found += [_fringe(c, border, z - 0.1), c.piece(z, polygon(np.concatenate([side, border[1:], edge[1:]])), marks=marks)]
    return found


def _fringe(c: Cloth, border: Points, z: float) -> Layer:
    """Threads that hang from a border, close beside each other."""
    w = c.figure.body.shoulder
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(border, axis=0).T))])
    at = np.linspace(0.0, steps[-1], max(8, round(float(steps[-1]) / (0.09 * w))))
    roots = np.stack([np.interp(at, steps, border[:, axis]) for axis in (0, 1)], 1)
    rows = [p + [d * 0.025 * w, h * 0.17 * w] for p in roots for d, h in ((-1, 0.0), (-1, 1.0), (1, 1.0), (1, 0.0))]
    return c.detail(z, polygon(np.concatenate([np.array(rows), border[::-1] - [0.0, 0.02 * w]])), c.trim, line=0.5, shading=0.0)


DRAPED: dict[str, Draw] = {"hooded cloak": hooded_cloak, "poncho": poncho, "shawl": shawl}
