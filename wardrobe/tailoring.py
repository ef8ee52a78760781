"""What tailors put on a garment's front: openings, pockets, zips, buttons, stitching, belts, fur.

A front is where a garment's cloth lies between its side lines, with the torso's coordinates: u across (0 is the
button line), v down (1 is the crotch), here past 1 for coats and robes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wardrobe import folds, lower
from wardrobe.canvas import Layer, Mark
from wardrobe.cloth import Cloth, discs, lengthened, middle, shape, strokes
from wardrobe.figure import SIDES, Figure
from wardrobe.geometry import XY, Points, normals_of, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.style import RGB, darken, lighten, saturate

BRASS: RGB = (214, 178, 84)
STEEL: RGB = (196, 200, 210)
WASHED = 0.55  # of a colour's saturation
Row = tuple[float, float]


@dataclass(frozen=True)
class Front:
    """left, right: side lines from the shoulder to the hem, M x 2; v: the level of every row of them."""

    figure: Figure
    left: Points
    right: Points
    v: NDArray[np.float64]

    @property
    def end(self) -> float:
        """Level of the hem."""
        return float(self.v[-1])

    def at(self, u: float, v: float) -> XY:
        """A point of the cloth; u beyond -1 .. 1 lies outside."""
        a, b = (np.array([np.interp(v, self.v, line[:, axis]) for axis in (0, 1)]) for line in (self.left, self.right))
        beyond = float(np.clip(u, -1, 1))
        x, y = (a + (b - a) * (middle(self.figure, beyond) + 1 + (u - beyond)) / 2).tolist()
        return x, y

    def line(self, *rows: Row) -> Points:
        """A smooth line through these (u, v)."""
        points = np.array([self.at(*row) for row in rows])
        return spline(points, 5 * len(rows)) if len(rows) > 2 else points

    def across(self, v: float, reach: float = 1.02, sag: float = 0.0) -> Points:
        """A line from side to side at level v; sag: units lower in the middle."""
        u = np.linspace(-reach, reach, 15)
        line = np.array([self.at(x, v) for x in u])
        line[:, 1] += sag * np.cos(u * np.pi / 2).clip(0)
        return line

    def closed(self, neckline: Points, sag: float = 0.05, waves: int = 0, depth: float = 0.0) -> Path:
        """The whole front. neckline: points from right to left. sag, depth of the hem's waves: units."""
        s = np.linspace(0, 1, max(13, 6 * waves + 1))[:, None]
        hem = self.left[-1] + (self.right[-1] - self.left[-1]) * s
        hem[:, 1] += sag * np.sin(np.pi * s[:, 0]) + (depth * (np.cos(2 * np.pi * waves * s[:, 0]) - 1) if waves else 0)
        return trace(np.concatenate([self.left[:-1], hem, self.right[:-1][::-1], neckline]))

    def panel(self, sign: int, *edge: Row, sag: float = 0.04) -> Path:
        """One side of an open front: from its side line (-1 left, 1 right) to an edge through these (u, v), top to hem."""
        side, inner = self.left if sign < 0 else self.right, self.line(*edge)
        f = np.array([0.03, 0.2, 0.35, 0.5, 0.65, 0.8, 0.97])[:, None]  # close to both ends, or the corners would be round
        hem = side[-1] + (inner[-1] - side[-1]) * f + [0, sag] * np.sin(np.pi * f)
        return trace(np.concatenate([side, hem, inner[::-1]]))


def as_denim(c: Cloth) -> Cloth:
    """Cloth that is woven with white thread and washed often: no denim has a loud colour."""
    return replace(c, garment=replace(c.garment, rgb=saturate(c.main, WASHED)))


def hang(c: Cloth, v1: float, ease: float, flare: float = 0.0, v0: float = 0.012) -> Front:
    """The front of a garment from the shoulders to level v1. ease, flare: shares of the shoulder's half-width; below the
    hips it hangs clear of the legs."""
    torso, w = c.figure.torso, c.figure.body.shoulder
    if v1 <= 1.1:
        left, right = torso.sides(v0, v1, ease * w, flare * w)
        return Front(c.figure, left, right, np.linspace(v0, v1, len(left)))
    waist = 0.64
    top, low = torso.sides(v0, waist, ease * w), c.figure.skirt(waist, v1 - waist, flare * w, ease * w)
    v = np.concatenate([np.linspace(v0, waist, len(top[0]))[:-1], np.linspace(waist, v1, len(low[0]))])
    return Front(c.figure, np.concatenate([top[0][:-1], low[0]]), np.concatenate([top[1][:-1], low[1]]), v)


def level(c: Cloth, reach: float) -> float:
    """The level v that lies at this share of the way from the crotch to the ankles."""
    length = c.figure.torso.length
    ankle = max(c.figure.joints["ankle_l"][1], c.figure.joints["ankle_r"][1])
    return 1 + lengthened(c.garment, reach) * (ankle - length) / length


def lining(c: Cloth, front: Front, z: float, v0: float = 0.64) -> Layer:
    """The dark inside of the back, seen where an open coat shows it below the hips."""
    rows = front.v >= v0
    path = polygon(np.concatenate([front.left[rows], front.right[rows][::-1]]))
    return c.detail(z, path, darken(c.main, 0.45), shading=0.0)


def stitches(*lines: Points, dash: float = 0.035) -> Path:
    """Dashes along lines, `dash` units long with gaps of the same length."""
    path = Path()
    for line in lines:
        steps = np.hypot(*np.diff(line, axis=0).T)
        where = np.concatenate([[0.0], np.cumsum(steps)])
        starts = np.arange(0.0, where[-1], 2 * dash)
        ends = np.minimum(starts + dash, where[-1])
        x0, y0, x1, y1 = (np.interp(at, where, line[:, axis]) for at in (starts, ends) for axis in (0, 1))
        for row in zip(x0, y0, x1, y1, strict=True):
            path.move_to(float(row[0]), float(row[1]))
            path.line_to(float(row[2]), float(row[3]))
    return path


def topstitch(c: Cloth, *lines: Points, colour: RGB | None = None) -> Mark:
    """Visible stitching in thread a little off the cloth's colour."""
    tone = colour or (lighten(c.main, 0.45) if sum(c.main) < 330 else darken(c.main, 0.4))
    return Mark(stitches(*lines, dash=0.03 * c.figure.body.shoulder + 0.008), colour=tone, width=0.6)


def beside(line: Points, offset: float) -> Points:
    """The line moved sideways by `offset` units."""
    return np.asarray(line + normals_of(line) * offset)


def buttons(c: Cloth, places: Sequence[XY], colour: RGB | None = None, radius: float = 0.05) -> list[Mark]:
    """Round buttons with a rim and a glint. radius: share of the shoulder's half-width."""
    r = max(radius * c.figure.body.shoulder, 0.016)
    spots, tone = np.array(places), c.contrast if colour is None else colour
    return [
        Mark(discs(spots + [0.12 * r, 0.3 * r], r), "shade", strength=0.9),
        Mark(discs(spots, r), "fill", tone),
        Mark(discs(spots, r), width=0.55),
        Mark(discs(spots - 0.3 * r, 0.3 * r), "light", strength=0.55),
    ]


def zipper(c: Cloth, line: Points, colour: RGB | None = None) -> list[Mark]:
    """A zip along a line, its tape on both sides, its teeth, and the pull at the upper end."""
    w = c.figure.body.shoulder
    tone = STEEL if colour is None else colour
    (x, y), r = line[0].tolist(), 0.035 * w
    pull = shape((x - r, y), (x + r, y), (x + 0.8 * r, y + 4 * r), (x - 0.8 * r, y + 4 * r))
    return [
        Mark(trace(line, closed=False), colour=darken(c.main, 0.3), width=2.8),
        Mark(stitches(line, dash=0.014), colour=tone, width=1.6),
        Mark(pull, "fill", tone),
        Mark(pull, width=0.5),
    ]


def pocket(
    front: Front, u: Row, v: Row, *, flap: float = 0.0, point: float = 0.0, slant: float = 0.0, button: RGB | None = None
) -> list[Mark]:
    """A pocket sewn on between u[0] .. u[1] and v[0] .. v[1]. flap: its depth in v, 0 = none; point: how far its middle hangs
    lower; slant: how much lower the outer end lies; button: its colour."""
    (u0, u1), (v0, v1) = u, v
    drop = slant if abs(u1) > abs(u0) else -slant
    low, high = max(0.0, -drop), max(0.0, drop)

    def at(s: float, level: float) -> XY:
        return front.at(u0 + (u1 - u0) * s, level + low + (high - low) * s)

    bag = np.array([at(0, v0), at(0.02, v1 - 0.015), at(0.12, v1), at(0.88, v1), at(0.98, v1 - 0.015), at(1, v0)])
    marks = [Mark(strokes(bag), width=0.8)]
    if flap:
        lid = [at(-0.05, v0 - 0.012), at(-0.05, v0 + flap), at(0.5, v0 + flap + point), at(1.05, v0 + flap), at(1.05, v0 - 0.012)]
        shadow = polygon(np.array(lid) + [0.0, 0.028])
        marks += [
            Mark(shadow, "shade", strength=0.9),
            Mark(polygon(np.array(lid)), "fill"),
            Mark(polygon(np.array(lid)), width=0.85),
        ]
        if button is not None:
            centre = at(0.5, v0 + 0.6 * flap + 0.5 * point)
            marks.append(Mark(discs(np.array([centre]), 0.022), "fill", button))
    else:
        marks.append(Mark(strokes(np.array([at(0, v0), at(1, v0)])), width=1.1))
        marks.append(Mark(strokes(np.array([at(0, v0 + 0.025), at(1, v0 + 0.025)])), width=0.5))
    return marks


def hem(front: Front, sag: float = 0.05, rise: float = 0.03) -> list[Mark]:
    """The turned-up hem: its seam, and the thickness of the edge below it."""
    v = front.end
    low, seam = front.across(v, 1.05, sag), front.across(v - rise, 1.05, sag)
    return [Mark(strokes(seam), width=0.6, strength=0.8), Mark(strokes(low), "line", width=1.6, strength=0.35)]


def drapes(c: Cloth, front: Front, count: int, v0: float, sag: float = 0.06, reach: float = 0.88) -> list[Mark]:
    """Folds of a hanging skirt of cloth, from the hem up towards level v0."""
    pick, v1 = c.rng, front.end
    drawn = []
    for k in range(count):
        u = reach * (-1 + 2 * (k + float(pick.uniform(0.3, 0.7))) / count)
        rise = float(pick.uniform(0.45, 0.9) if k % 2 else pick.uniform(0.25, 0.5)) * (v1 - v0)
        line = front.line((u, v1), (u * 0.95, v1 - 0.5 * rise), (u * 0.86, v1 - rise))
        line[:, 1] += sag * float(np.cos(u * np.pi / 2)) * np.linspace(1, 0.3, len(line))
        drawn.append(line)
    wide = float(front.right[-1, 0] - front.left[-1, 0]) * reach / count
    return [folds.folds(*drawn, depth=0.3 * wide)]


def buckled_belt(
    c: Cloth,
    v: float,
    colour: RGB,
    z: float,
    *,
    height: float = 0.065,
    ease: float = 0.16,
    metal: RGB | None = BRASS,
    u: float = 0.0,
) -> list[Layer]:
    """A belt with stitched edges, a keeper and a square buckle (none where metal is None: see `tie`)."""
    w = c.figure.body.shoulder
    band = lower.waistband(c, v, colour, z, height, ease)
    rim = [np.array([c.front(x, v + s * 0.38 * height) for x in np.linspace(-1, 1, 9)]) + [0, 0.03 * w] for s in (-1, 1)]
    band.marks.append(topstitch(c, *rim, colour=lighten(colour, 0.35)))
    if metal is None:
        return [band]
    x, y = c.front(u, v)
    y += 0.035 * w
    a, b = 0.13 * w, 0.6 * height * c.figure.torso.length
    frame = shape((x - a, y - b), (x + a, y - b), (x + a, y + b), (x - a, y + b))
    tongue = strokes(np.array([(x - a, y), (x + 0.7 * a, y)]))
    keeper = c.detail(
        z + 0.15,
        shape((x + 2.1 * a, y - b), (x + 2.8 * a, y - b), (x + 2.8 * a, y + b), (x + 2.1 * a, y + b)),
        darken(colour, 0.15),
        shading=0.0,
    )
    plate = c.detail(z + 0.1, frame, darken(colour, 0.2), shading=0.0, line=0.0)
    plate.marks += [Mark(frame, colour=metal, width=2.4, clip=False), Mark(tongue, colour=metal, width=1.2, clip=False)]
    return [band, keeper, plate]


def epaulettes(c: Cloth, colour: RGB, button: RGB, z: float, *, fringe: bool = False) -> list[Layer]:
    """Straps along both shoulders, buttoned at the neck; with a fringe over the shoulder's end for parade."""
    w, torso = c.figure.body.shoulder, c.figure.torso
    found = []
    for side, sign in zip(SIDES, (-1, 1), strict=True):
        arm = c.figure.arms[side]
        start, end = (
            np.array(torso.at(sign * 0.8, 0.03)),
            np.array(arm.point(0.0)) + [sign * 0.55 * arm.width(0.0), -0.8 * arm.width(0.0)],
        )
        along = end - start
        normal = np.array([-along[1], along[0]]) * sign / max(float(np.hypot(*along)), 1e-6)
        half = 0.11 * w
        strap = np.array(
            [
                start - 0.1 * along,
                start + half * normal,
                end + half * normal,
                end + 0.12 * along,
                end - half * 0.5 * normal,
                start - half * 0.5 * normal,
            ]
        )
        top = max(arm.z + c.sleeve_z, z) + 0.4
        if fringe:
            board = end + 0.5 * half * normal
            ring = np.array(
                [board + half * 1.9 * np.array([np.cos(a), 0.75 * np.sin(a)]) for a in np.linspace(0, 2 * np.pi, 14)[:-1]]
            )
            tassels = [
                np.array([board + [k * half, half * 0.6], board + [k * 1.25 * half, half * 2.6]])
                for k in np.linspace(-1.6, 1.6, 9)
            ]
            cord = shape(*(board + np.array([(-1.8, 0.4), (1.8, 0.4), (2.1, 2.5), (-2.1, 2.5)]) * half).tolist())
            found.append(c.detail(top - 0.1, cord, colour, marks=[Mark(strokes(*tassels), width=0.7)], shading=0.3))
            found.append(c.detail(top, trace(ring), colour, shading=0.3))
        marks = buttons(
            c,
            [(float(start[0]) + 0.25 * half * float(normal[0]), float(start[1]) + 0.25 * half * float(normal[1]))],
            button,
            0.035,
        )
        found.append(c.detail(top + 0.1, polygon(strap), colour, marks=marks, shading=0.2))
    return found


def fur(c: Cloth, line: Points, half: float, z: float, colour: RGB, *, closed: bool = False) -> Layer:
    """A trim of fur along a line, `half` units thick to each side, with tufts."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    where = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(6, int(where[-1] / (0.9 * half)))
    s = np.linspace(0, where[-1], 2 * count + 1)
    spine = np.stack([np.interp(s, where, line[:, axis]) for axis in (0, 1)], 1)
    thick = half * np.where(np.arange(len(s)) % 2 == 0, 0.8, 1.22)
    if not closed:
        thick[0] = thick[-1] = 0.55 * half
    side = normals_of(spine) * thick[:, None]
    tufts = strokes(
        *[np.stack([spine[k] - 0.25 * side[k], spine[k] + 0.5 * side[k] + [0, 0.2 * half]]) for k in range(1, len(s) - 1, 3)]
    )
    outline = trace(np.concatenate([spine + side, (spine - side)[::-1]]))
    return c.detail(z, outline, colour, marks=[Mark(tufts, width=0.6, strength=0.6)], shading=0.5)


def turned_lapels(
    c: Cloth,
    front: Front,
    colour: RGB,
    z: float,
    *,
    deep: float,
    wide: float = 0.55,
    tip: float = 0.2,
    open_: float = 0.06,
    collar: RGB | None = None,
) -> list[Layer]:
    """Lapels that turn back from the fold at level `deep`, their tips at (wide, tip), and a fall collar above them with its
    notch. collar: its colour where it differs."""
    t, w = c.figure.torso, c.figure.body.shoulder
    found, z = [], c.over_sleeves(z)
    for sign in (-1, 1):
        at = front.at
        roll = [at(sign * open_, deep), at(sign * 0.2, 0.5 * (deep + 0.1)), at(sign * 0.34, 0.12), t.at(sign * 0.66, 0.0)]
        gorge = [t.at(sign * 0.86, 0.05), at(sign * (0.45 + 0.2 * wide), 0.12)]
        edge = [at(sign * (wide + 0.06), tip), at(sign * (0.7 * wide), 0.5 * (tip + deep)), at(sign * open_, deep)]
        inset = np.array(edge) * 0.9 + np.mean(np.array(roll), 0) * 0.1
        found.append(
            c.detail(z, shape(*roll, *gorge, *edge), colour, marks=[topstitch(c, inset, colour=darken(colour, 0.3))], shading=0.3)
        )
        leaf = [t.at(sign * 0.7, -0.02), t.at(sign * 1.02, -0.012), t.at(sign * 0.98, 0.04), at(sign * (wide + 0.14), 0.115)]
        leaf += [at(sign * (0.3 + 0.3 * wide), 0.145), at(sign * 0.36, 0.1), t.at(sign * 0.6, 0.02)]
        rows = np.array(leaf)
        rows[:2, 1] -= 0.05 * w
        found.append(c.detail(z + 0.1, shape(*rows.tolist()), colour if collar is None else collar, shading=0.2))
    return found
