"""Where cloth folds: at bends, under tension, and where it is gathered; as creases that `wardrobe.display` draws.

Cloth between two points of support shows few kinds of fold (Hogarth, Dynamic Wrinkles and Drapery, 1992): spirals and zigzags
where a limb compresses it, straight pulls from where it is held, and cones that hang from the waist. Each is put on the
tube's own coordinates: u across (-1 left or outer, 1 right or inner), s along it (0 .. 1); a crease runs from its root to
where it vanishes. Few, of different lengths, never in step.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe.canvas import Mark
from wardrobe.cloth import Cloth, across
from wardrobe.geometry import Limb, Points, spline_weights, trace
from wardrobe.path import Path
from wardrobe.shading import into_shade

Row = tuple[float, float]  # (u, s)
TIGHT = 0.07  # ease in half-widths below which cloth lies on the limb like a skin and folds only where it is bent
BENT = 16.0  # degrees from which a joint compresses the cloth in its crook


def along(left: Points, right: Points, *rows: Row) -> Points:
    """A smooth line through these (u, s) between two side lines."""
    return along_all(left, right, [list(rows)])[0]


def along_all(left: Points, right: Points, lines_: list[list[Row]]) -> list[Points]:
    """Smooth lines, each through as many (u, s) between two side lines: all at once, for speed."""
    control = np.array(lines_)
    count, size = control.shape[:2]
    place = control if size < 3 else np.tensordot(spline_weights(size, 4 * size), control, (1, 1)).transpose(1, 0, 2)
    points = across(left, right, place[..., 0].ravel(), place[..., 1].ravel())
    return list(points.reshape(count, -1, 2))


def on_front(cloth: Cloth, lines_: list[list[Row]]) -> list[Points]:
    """Smooth lines, each through as many (u, v) of the torso's front, also below the crotch (v > 1)."""
    control = np.array(lines_)
    torso, (u, v) = cloth.figure.torso, (control[..., 0], control[..., 1])
    angle = np.clip(u, -1, 1) * np.pi / 2 + cloth.figure.turn * 0.75
    share = (np.sin(np.clip(angle, -np.pi / 2, np.pi / 2)) + 1) / 2
    level = np.clip(v, 0, 1) * (len(torso.v) - 1)
    low = np.minimum(level.astype(int), len(torso.v) - 2)
    f = (level - low)[..., None]
    left, right = (side[low] * (1 - f) + side[low + 1] * f for side in (torso.left, torso.right))
    points = left + (right - left) * share[..., None]
    points[..., 1] += np.maximum(v - 1, 0) * torso.length
    size = control.shape[1]
    smooth = points if size < 3 else np.tensordot(spline_weights(size, 4 * size), points, (1, 1)).transpose(1, 0, 2)
    return list(smooth)


def lines(*rows: Points) -> Path:
    """Open lines in one path, dense enough to be left as they are."""
    path = Path()
    for row in rows:
        path.commands += ["M", *"L" * (len(row) - 1)]
        path.points += row.ravel().tolist()
    return path


def folds(*rows: Points, depth: float, width: float = 0.75, ends: tuple[float, float] = (0.8, 0.0)) -> Mark:
    """Creases from their roots on, each with its shade. depth: units, of the shade; width: in outline widths."""
    return Mark(lines(*rows), "fold", width=width, ends=ends, depth=depth)


def bend(limb: Limb) -> tuple[float, int]:
    """(degrees by which the elbow or knee is bent, side of its crook: 1 the inner side line, -1 the outer)."""
    a, b = np.array(limb.direction(0.3)), np.array(limb.direction(0.72))
    angle = float(np.degrees(np.arccos(np.clip(a @ b, -1, 1))))
    cross = float(a[0] * b[1] - a[1] * b[0])  # > 0: the limb turns clockwise on screen, its crook lies to the right of travel
    return angle, -limb.outer if cross < 0 else limb.outer


Crease = Callable[..., None]  # rows (u, t) along a limb


def limb_folds(
    cloth: Cloth, limb: Limb, sides: tuple[Points, Points], t1: float, *, loose: float, root: bool = True
) -> list[Mark]:
    """Folds of a sleeve or trouser leg that starts at the joint. sides: outer and inner line from 0 to t1; loose: ease in
    half-widths of the limb; root: those of an arm, which pull from the armpit, not of a leg."""
    pick, (outer, inner) = cloth.rng, sides
    half = float(np.hypot(*(outer - inner).T).mean()) / 2
    slender = float(np.abs(np.diff(limb.centre, axis=0)).sum()) / half  # a short thick limb has no room for many folds
    drawn: list[list[Row]] = []
    tight = loose < TIGHT

    def crease(*rows: Row) -> None:
        drawn.append([(u, min(max(t / t1, 0.0), 1.02)) for u, t in rows])

    if root:
        start = float(pick.uniform(0.09, 0.13)) if not tight else 0.08
        crease((0.97, start), (0.45, start + 0.012), (-0.1, start - float(pick.uniform(-0.02, 0.03))))
        if slender > 7 and t1 > 0.62 and pick.random() < 0.6:
            crease((0.98, start + 0.05), (0.65, start + 0.08), (0.3, start + 0.13))
    elif slender > 7 and t1 > 0.4 and not tight:
        crease((0.96, 0.13), (0.5, 0.17), (0.2, 0.17 + float(pick.uniform(0.04, 0.1))))
    if t1 < 0.62:
        low = t1 - float(pick.uniform(0.02, 0.05))
        if pick.random() < 0.6:
            crease((-0.97, low - 0.04), (-0.5, low - 0.02), (0.05, low + 0.005))
        else:
            crease((0.96, low), (0.6, low - 0.02), (0.1, low - 0.05))
    else:
        _joint(cloth, limb, crease, loose, slender)
        if t1 > 0.85 and loose > 0.1 and slender > 7:
            _bunched(cloth, crease, t1, loose)
    return [folds(*along_all(outer, inner, drawn), depth=0.34 * half)] if drawn else []


def _joint(cloth: Cloth, limb: Limb, crease: Crease, loose: float, slender: float) -> None:
    """A straight elbow or knee: a spiral or two; a bent one: cloth pressed together in the crook, fanning out of it."""
    pick, (angle, crook) = cloth.rng, bend(limb)
    if angle < BENT and loose < TIGHT:
        return
    if angle < BENT:
        side = crook if pick.random() < 0.7 else -crook
        t = 0.5 + float(pick.uniform(-0.05, 0.04))
        crease((side * 0.97, t - 0.02), (side * 0.5, t + 0.012), (side * -0.1, t + float(pick.uniform(0.03, 0.07))))
        if loose > 0.12 and slender > 7 and pick.random() < 0.6:
            t += float(pick.uniform(0.04, 0.09))
            crease((-side * 0.97, t), (-side * 0.6, t - 0.01), (-side * 0.2, t - 0.04))
        return
    if angle > 95 and slender < 9:
        return
    strong = min(1.0, angle / 80)
    reach = 0.7 + 0.75 * strong
    count = 1 if slender < 6 else 2 if strong < 0.5 or angle > 95 else 3
    for shift, rise in ((-0.012, -0.075), (0.014, 0.08), (-0.03, -0.15))[:count]:
        wild = float(pick.uniform(0.8, 1.2))
        crease(
            (crook * 1.0, 0.5 + shift),
            (crook * (1 - 0.55 * reach * wild), 0.5 + shift + 0.35 * rise),
            (crook * (1 - reach * wild), 0.5 + shift + rise * wild),
        )
    if slender > 7 and angle < 95:
        crease((-crook * 0.96, 0.455), (-crook * 0.72, 0.475), (-crook * 0.5, 0.49))


def _bunched(cloth: Cloth, crease: Crease, t1: float, loose: float) -> None:
    """Cloth that is too long piles up above the cuff, from alternate sides."""
    pick = cloth.rng
    side = 1.0 if pick.random() < 0.5 else -1.0
    t = t1 - float(pick.uniform(0.06, 0.09))
    for k in range(1 if loose < 0.2 else 2):
        far = float(pick.uniform(0.3, 0.7))
        crease((side * 0.98, t - 0.015), (side * 0.45, t + 0.012), (side * (0.45 - far), t + 0.016))
        side, t = -side, t - float(pick.uniform(0.035, 0.06)) * (1 + 0.3 * k)


def gathers(cloth: Cloth, v: float, count: int, *, rise: float = 0.12, reach: float = 0.85, down: bool = False) -> Mark:
    """Small folds that a waistband holds, upwards (down: downwards) from level v."""
    pick = cloth.rng
    drawn: list[list[Row]] = []
    way = 1 if down else -1
    for k in range(count):
        u = -reach + 2 * reach * (k + float(pick.uniform(0.25, 0.75))) / count
        high = rise * float(pick.uniform(0.45, 1.3))
        bow = float(pick.uniform(-0.05, 0.05)) + 0.08 * u
        rows = [(u, v), (u + 0.5 * bow, v + way * 0.5 * high), (u + bow, v + way * high)]
        drawn.append(rows)
    return folds(*on_front(cloth, drawn), depth=0.07 * cloth.figure.body.shoulder, width=0.65)


def cones(left: Points, right: Points, edges: Points, rises: Points, sag: float, lean: float = 0.86) -> list[Points]:
    """Valleys of hanging cloth: from the hem at u = edges (N) up over shares `rises` (N) of the length, drawn together
    towards the waist by `lean`. sag: units by which the hem hangs lower in its middle."""
    rows = [
        [(u, 1.0), (u * (1 - 0.45 * (1 - lean)), 1 - 0.5 * rise), (u * lean, 1 - rise)]
        for u, rise in zip(edges.tolist(), rises.tolist(), strict=True)
    ]
    drawn = along_all(left, right, rows)
    for line, u, rise in zip(drawn, edges.tolist(), rises.tolist(), strict=True):
        line[:, 1] += sag * float(np.cos(u * np.pi / 2)) * np.linspace(1.0, 1 - rise, len(line))
    return drawn


def bust(cloth: Cloth) -> list[Mark]:
    """The shade under the breasts of a curved body."""
    body = cloth.figure.body
    strong = (body.fem - 0.35) / 0.65
    if body.child or strong <= 0:
        return []
    dark = 1 if into_shade(cloth.style.light)[0] > 0 else -1
    low, shade, under = 0.44 + 0.03 * strong, Path(), []
    for sign in (-1, 1):
        if sign == dark:  # one with the form's shade on this side
            rows = [
                (1.0, 0.33),
                (0.84, 0.4),
                (0.55, low),
                (0.12, low - 0.025),
                (0.3, low + 0.02),
                (0.6, low + 0.05),
                (1.0, low + 0.1),
            ]
        else:
            rows = [
                (0.78, low - 0.03),
                (0.45, low + 0.002),
                (0.14, low - 0.02),
                (0.4, low + 0.012 + 0.012 * strong),
                (0.66, low + 0.008),
            ]
        (shape,) = on_front(cloth, [[(sign * u, v) for u, v in [*rows, rows[0]]]])
        shade.add_path(trace(shape if sign > 0 else shape[::-1]))
        under.append([(sign * u, v) for u, v in ((0.92, 0.385), (0.8, low - 0.015), (0.6, low + 0.008))])
    found = [Mark(shade, "shadow")]
    if strong > 0.3:
        found.append(Mark(lines(*on_front(cloth, under)), "line", width=0.6, strength=0.8, ends=(0.7, 0.0)))
    return found
