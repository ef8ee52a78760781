"""How hats, bows and headbands are drawn, in head space (see `figure.Head`): crown at y -.5, chin at y .5."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, strokes
from wardrobe.geometry import Points, normals_of, polygon, spline, trace
from wardrobe.path import Box, Path
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]
Rows = Sequence[tuple[float, float]]


def on_head(c: Cloth, path: Path) -> Path:
    path.transform(c.figure.head.matrix())
    return path


def blob(c: Cloth, rows: Rows) -> Path:
    return on_head(c, trace(spline(np.array(rows), 5 * len(rows), closed=True)))


def corners(c: Cloth, rows: Rows) -> Path:
    path = Path()
    path.move_to(*rows[0])
    for row in rows[1:]:
        path.line_to(*row)
    path.close()
    return on_head(c, path)


def lines(c: Cloth, *rows: Rows) -> Path:
    return on_head(c, strokes(*[np.array(row) for row in rows]))


def skull(c: Cloth) -> float:
    return c.figure.head.wide + 0.07


def brim(c: Cloth, half: float, y: float, height: float) -> Path:
    path = Path()
    shift = c.figure.head.turn * 0.05
    path.add_oval(Box(shift - half, y - height, shift + half, y + height))
    return on_head(c, path)


def round_(left: Points, right: Points, y: float, bow: float) -> Points:
    """The nearer half of a ring round a crown at level y, from left to right. left, right: the crown's sides from the brim up;
    bow: how far the ring hangs down in front."""
    a, b = (float(np.interp(-y, -side[:, 1], side[:, 0])) for side in (left, right))
    turns = np.linspace(-0.5, 0.5, 21) * np.pi
    return np.stack([(a + b) / 2 + (b - a) / 2 * np.sin(turns), y + bow * np.cos(turns)], 1)


def hatband(c: Cloth, left: Points, right: Points, height: float, bow: float, colour: RGB) -> Layer:
    """A ribbon round a crown where it stands on its brim: it follows the crown's round and ends at its sides."""
    low, high = (round_(left, right, float(left[0, 1]) - rise, bow) for rise in (0.0, height))
    return c.detail(Z.HEADWEAR + 0.2, on_head(c, polygon(np.concatenate([high, low[::-1]]))), colour, shading=0.3)


def sun_hat(c: Cloth) -> list[Layer]:
    w, shift, bow = skull(c), c.figure.head.turn * 0.05, 0.09
    rows = np.array([(0.97, -0.29), (0.94, -0.43), (0.85, -0.61), (0.5, -0.75), (0.0, -0.785)])
    left, right = (spline(rows * [sign * w, 1.0] + [shift, 0.0], 24) for sign in (-1, 1))
    crown = polygon(np.concatenate([left, right[-2::-1], round_(left, right, -0.29, bow)[-2:0:-1]]))
    weave = [round_(left, right, y, bow * k)[3:-3] for y, k in ((-0.54, 0.8), (-0.65, 0.6))]
    marks = [Mark(on_head(c, strokes(*weave)), width=0.6, strength=0.7)]
    return [
        c.piece(Z.HEADWEAR, brim(c, w * 1.75, -0.28, 0.15)),
        c.piece(Z.HEADWEAR + 0.1, on_head(c, crown), marks=marks),
        hatband(c, left, right, 0.12, bow, c.contrast),
    ]


def beret(c: Cloth) -> list[Layer]:
    w = skull(c)
    lean = 0.12 if c.garment.detail & 1 else -0.12
    rows = [
        (-w * 1.0, -0.3),
        (-w * 1.2 + lean, -0.5),
        (-w * 0.72 + lean, -0.72),
        (lean, -0.785),
        (w * 0.72 + lean, -0.72),
        (w * 1.2 + lean, -0.5),
        (w * 1.0, -0.3),
        (0, -0.3),
    ]
    stem = lines(c, [(lean * 1.2, -0.78), (lean * 1.6, -0.86)])
    band = lines(c, [(-w * 1.0, -0.33), (0, -0.38), (w * 1.0, -0.33)])
    return [c.piece(Z.HEADWEAR, blob(c, rows), marks=[Mark(stem, width=2.0, clip=False), Mark(band, width=0.9)])]


def cap(c: Cloth) -> list[Layer]:
    """A round crown of panels with a button, its peak sewn to the lower edge in front."""
    w, turn = skull(c), c.figure.head.turn
    d = 0.24 * turn
    dome = [
        (-w * 1.03, -0.24),
        (-w * 1.0, -0.48),
        (-w * 0.72, -0.7),
        (0, -0.79),
        (w * 0.72, -0.7),
        (w * 1.0, -0.48),
        (w * 1.03, -0.24),
    ]
    edge = spline(
        np.array([(-w * 0.84 + d, -0.25), (-w * 0.46 + d, -0.34), (d, -0.37), (w * 0.46 + d, -0.34), (w * 0.84 + d, -0.25)]), 21
    )
    edge[:, 0] = np.clip(edge[:, 0], -w * 1.02, w * 1.02)
    (x0, y0), (x1, y1) = edge[0], edge[-1]
    rim = spline(
        np.array(
            [(x1, y1), (w * 0.84 + 2.0 * d, -0.15), (w * 0.5 + 2.2 * d, -0.16), (2.3 * d, -0.175)]
            + [(-w * 0.5 + 2.2 * d, -0.16), (-w * 0.84 + 2.0 * d, -0.15), (x0, y0)]
        ),
        29,
    )
    low = np.array([(w * 1.03, -0.24), (x1, y1 + 0.02), *edge[18:2:-3], (x0, y0 + 0.02), (-w * 1.03, -0.24)])
    top = spline(np.array(dome), 29)
    seams = lines(
        c,
        [(0, -0.79), (d * 0.6, -0.6), (d, -0.37)],
        [(0, -0.79), (-w * 0.5 + 0.5 * d, -0.62), (-w * 0.66 + d, -0.3)],
        [(0, -0.79), (w * 0.5 + 0.5 * d, -0.62), (w * 0.66 + d, -0.3)],
    )
    eyes = Path()
    for sign in (-1, 1):
        eyes.add_circle(sign * w * 0.3 + 0.4 * d, -0.6, 0.022)
    stitched = [edge + (rim[::-1][np.linspace(0, 28, 21).astype(int)] - edge) * f for f in (0.36, 0.68)]
    button = spline(np.array([(-0.07, -0.77), (0.0, -0.82), (0.07, -0.77)]), 9)
    return [
        c.detail(Z.HEADWEAR - 0.1, on_head(c, trace(button)), c.trim, shading=0.2),
        c.piece(
            Z.HEADWEAR,
            on_head(c, polygon(np.concatenate([top, low]))),
            marks=[Mark(seams, width=0.8), Mark(on_head(c, eyes), "fill", darken(c.main, 0.5))],
        ),
        c.detail(
            Z.HEADWEAR + 0.1,
            on_head(c, polygon(np.concatenate([edge, rim]))),
            c.trim,
            marks=[Mark(on_head(c, trace(line, closed=False)), width=0.5, strength=0.7) for line in stitched],
        ),
    ]


def witch_hat(c: Cloth) -> list[Layer]:
    w, shift, bow = skull(c), c.figure.head.turn * 0.05, 0.08
    tip = 0.35 if c.garment.detail & 1 else -0.35
    cone = [(-0.92 * w, -0.29), (-0.5 * w, -0.72), (tip * 0.4 - 0.12, -1.05), (tip * 1.2, -1.28)]
    cone += [(tip * 0.9 + 0.05, -1.1), (tip * 0.3 + 0.2, -0.95), (0.6 * w, -0.7), (0.92 * w, -0.29)]
    outline = spline(np.array(cone) + [shift, 0.0], 43)
    left, right = outline[:7], outline[:-8:-1]  # up to the bend
    creases = lines(c, [(tip * 0.4 - 0.1, -0.98), (tip * 0.4 + 0.1, -0.93)], [(-w * 0.45, -0.7), (0.0, -0.66)])
    foot = round_(left, right, -0.29, bow)[-2:0:-1]
    return [
        c.piece(Z.HEADWEAR, brim(c, w * 1.8, -0.28, 0.14)),
        c.piece(Z.HEADWEAR + 0.1, on_head(c, polygon(np.concatenate([outline, foot]))), marks=[Mark(creases, width=0.9)]),
        hatband(c, left, right, 0.13, bow, c.trim),
    ]


def hair_bow(c: Cloth) -> list[Layer]:
    """Two full loops, their hollows in shade, and two ends from under a knot."""
    w, side = skull(c), (-1, 0, 1)[c.garment.detail % 3]
    x, y, r = side * w * 0.75, -0.5 if side else -0.58, 0.32
    loops, hollows, ends = Path(), Path(), Path()
    creases: list[Rows] = []
    for s in (-1, 1):
        loop = [(0.05, -0.12), (0.5, -0.5), (0.96, -0.55), (1.04, -0.05), (0.92, 0.42), (0.45, 0.26), (0.05, 0.12)]
        hollow = [(0.9, -0.4), (1.0, -0.08), (0.88, 0.28), (0.72, 0.0)]
        ends.add_path(
            polygon(np.array([(x, y), *((x + s * a * r, y + b * r) for a, b in ((0.55, 0.95), (0.34, 0.92), (0.2, 1.1)))]))
        )
        loops.add_path(trace(spline(np.array([(x + s * a * r, y + b * r) for a, b in loop]), 35, closed=True)))
        hollows.add_path(trace(spline(np.array([(x + s * a * r, y + b * r) for a, b in hollow]), 20, closed=True)))
        creases += [
            [(x + s * 0.15 * r, y + k * 0.3 * r), (x + s * 0.4 * r, y + k * r), (x + s * 0.6 * r, y + k * 1.2 * r)]
            for k in (-0.2, 0.1)
        ]
    knot = spline(
        np.array(
            [
                (x + a * r, y + b * r)
                for a, b in ((-0.17, -0.2), (0.17, -0.2), (0.2, 0.02), (0.17, 0.22), (-0.17, 0.22), (-0.2, 0.02))
            ]
        ),
        24,
        closed=True,
    )
    fold = lines(c, [(x - 0.05 * r, y - 0.14 * r), (x - 0.02 * r, y), (x - 0.06 * r, y + 0.15 * r)])
    return [
        c.piece(Z.HEADWEAR, on_head(c, ends)),
        c.piece(
            Z.HEADWEAR + 0.1,
            on_head(c, loops),
            marks=[Mark(on_head(c, hollows), "shade", strength=0.9), Mark(lines(c, *creases), width=0.8, ends=(1.0, 0.1))],
        ),
        c.piece(Z.HEADWEAR + 0.2, on_head(c, trace(knot)), marks=[Mark(fold, width=0.6)]),
    ]


def _band(c: Cloth, top: float, thick: float) -> Path:
    w = skull(c)
    line = spline(np.array([(-w * 1.0, -0.12), (-w * 0.82, top + 0.12), (0, top), (w * 0.82, top + 0.12), (w * 1.0, -0.12)]), 14)
    inner = line * [0.97, 1.0] + [0, thick]
    return on_head(c, trace(np.concatenate([line, inner[::-1]])))


def headband(c: Cloth) -> list[Layer]:
    return [c.piece(Z.HEADWEAR, _band(c, -0.5, 0.1))]


def maid_headdress(c: Cloth) -> list[Layer]:
    """A band over the head and a starched white frill standing on it, in soft pleats with a lace edge."""
    w, count = skull(c), 8
    white = lighten(c.main, 0.85)

    def arc(s: Points, rise: Points | float = 0.0) -> Points:
        """Where the band runs, and what stands `rise` above it: it fans out towards its ends."""
        x, y = s * w * 0.92, -0.5 + 0.26 * s**2
        lean = 0.75 * s
        return np.stack([x + rise * np.sin(lean), y - rise * np.cos(lean)], 1)

    s = np.linspace(-1, 1, 12 * count + 1)
    phase = 0.5 * np.pi * count * (s + 1)
    fade = 1 - 0.45 * s**4
    top, behind = (arc(s, (0.1 + 0.1 * np.abs(wave) ** 0.6) * fade) for wave in (np.sin(phase), np.cos(phase)))
    lace = arc(s, (0.07 + 0.09 * np.abs(np.sin(phase)) ** 0.6) * fade)
    valleys = np.linspace(-1, 1, count + 1)[1:-1]
    root, tip = arc(valleys, 0.01), arc(valleys, 0.1 * (1 - 0.45 * valleys**4))
    pleats: list[Rows] = [[(float(a), float(b)), (float(x), float(y))] for (a, b), (x, y) in zip(tip, root, strict=True)]
    band = np.concatenate([arc(s, 0.035), arc(s, -0.045)[::-1]])
    edge = c.contrast if c.garment.second_rgb else darken(white, 0.25)
    return [
        c.detail(Z.HEADWEAR - 0.1, on_head(c, polygon(np.concatenate([behind, arc(s)[::-1]]))), darken(white, 0.12), shading=0.0),
        c.detail(
            Z.HEADWEAR,
            on_head(c, polygon(np.concatenate([top, arc(s)[::-1]]))),
            white,
            marks=[
                Mark(on_head(c, trace(lace, closed=False)), colour=edge, width=0.7, strength=0.8),
                Mark(lines(c, *pleats), width=0.7, ends=(0.4, 1.0)),
            ],
            shading=0.3,
        ),
        c.piece(Z.HEADWEAR + 0.1, on_head(c, polygon(band)), shading=0.3),
    ]


def helmet(c: Cloth) -> list[Layer]:
    """A knight's: a dome with a ridge from brow to crown, a riveted brow rim, plates over the cheeks, a plume in its socket."""
    w, d = skull(c), 0.16 * c.figure.head.turn
    metal = lighten(c.main, 0.25)
    feather = c.trim if c.garment.second_rgb else (190, 50, 50)
    s = np.linspace(-1, 1, 31)
    brow = np.stack([s * w * 1.08, -0.12 - 0.13 * (1 - s**2)], 1)
    dome = np.stack([w * 1.08 * np.sin(s * np.pi / 2), -0.12 - 0.62 * np.cos(s * np.pi / 2) ** 0.9], 1)
    rim = np.concatenate([brow + [0, 0.035], (brow * [1.02, 1.0] - [0, 0.075])[::-1]])
    ridge = spline(np.array([(d, -0.24), (d * 0.9, -0.5), (d * 0.5, -0.68), (d * 0.2, -0.77)]), 14)
    half = np.stack([np.linspace(0.055, 0.03, 14), 0 * ridge[:, 0]], 1)
    shine = blob(c, [(-w * 0.7, -0.46), (-w * 0.5, -0.6), (-w * 0.34, -0.62), (-w * 0.46, -0.44), (-w * 0.6, -0.36)])
    studs = Path()
    for x, y in (brow[2:-1:4] - [0, 0.02]).tolist():
        studs.add_circle(x, y, 0.019)
    found = _plume(c, feather)
    found += [
        c.piece(Z.HEADWEAR, on_head(c, polygon(np.concatenate([dome, brow[::-1]]))), marks=[Mark(shine, "light", strength=0.6)]),
        c.detail(Z.HEADWEAR + 0.1, on_head(c, polygon(np.concatenate([ridge - half, (ridge + half)[::-1]]))), metal, shading=0.3),
    ]
    for sign in (-1, 1):
        plate: Rows = [(1.1, -0.14), (1.12, 0.08), (1.0, 0.3), (0.76, 0.4), (0.8, 0.2), (0.9, 0.04), (0.9, -0.14)]
        rows = np.array([(sign * w * x, y) for x, y in plate])
        inset = rows.mean(0) + (rows[1:6] - rows.mean(0)) * 0.78
        hinge = Path.circle(sign * w * 1.0, -0.03, 0.024)
        hinge.transform(c.figure.head.matrix())
        line = Mark(on_head(c, trace(inset, closed=False)), width=0.6, strength=0.7)
        marks = [line, Mark(hinge, "fill", metal), Mark(hinge, width=0.6)]
        found.append(c.piece(Z.HEADWEAR + 0.05, on_head(c, polygon(spline(rows, 35, closed=True))), marks=marks))
    spots = on_head(c, studs)
    marks = [Mark(spots, "fill", darken(c.main, 0.35)), Mark(spots, width=0.5)]
    return [*found, c.detail(Z.HEADWEAR + 0.2, on_head(c, polygon(rim)), metal, marks=marks, shading=0.3)]


def _plume(c: Cloth, colour: RGB) -> list[Layer]:
    """An ostrich feather that rises from a socket on the crown and falls to one side, its barbs in locks."""
    w, side = skull(c), 1 if c.garment.detail & 1 else -1
    rows = np.array([(0, -0.8), (0.2, -0.9), (0.72, -0.9), (1.22, -0.68), (1.4, -0.36)])
    quill = spline(rows * [side * w, 1.0], 33)
    f = np.linspace(0, 1, 33)
    wide = 0.02 + 0.11 * np.sin(np.pi * f**0.8).clip(0) ** 0.8
    locks = 0.82 + 0.3 * np.abs(np.sin(7 * np.pi * f))
    normal = normals_of(quill)
    vane = np.concatenate([quill + normal * (wide * locks)[:, None], (quill - normal * (wide * locks)[:, None])[::-1]])
    barbs = [np.stack([quill[k], quill[k + 2] + normal[k] * sign * 0.75 * wide[k]]) for k in range(4, 30, 4) for sign in (-1, 1)]
    socket: Rows = [(-0.075, -0.72), (-0.04, -0.84), (0.04, -0.84), (0.075, -0.72)]
    return [
        c.detail(
            Z.HEADWEAR - 0.2,
            on_head(c, polygon(vane)),
            colour,
            marks=[
                Mark(on_head(c, trace(quill, closed=False)), width=0.9),
                Mark(on_head(c, strokes(*barbs)), width=0.6, strength=0.8),
            ],
        ),
        c.detail(Z.HEADWEAR - 0.1, corners(c, socket), lighten(c.main, 0.25), shading=0.3),
    ]


def beanie(c: Cloth) -> list[Layer]:
    w = skull(c)
    dome = [
        (-w * 1.03, -0.28),
        (-w * 0.92, -0.58),
        (-w * 0.4, -0.74),
        (w * 0.4, -0.74),
        (w * 0.92, -0.58),
        (w * 1.03, -0.28),
        (0, -0.3),
    ]
    fold = [(-w * 1.06, -0.36), (0, -0.42), (w * 1.06, -0.36), (w * 1.08, -0.2), (0, -0.26), (-w * 1.08, -0.2)]
    ribs = lines(c, *[[(k * w, -0.4 + 0.05 * k * k), (k * w, -0.22 + 0.05 * k * k)] for k in np.linspace(-0.85, 0.85, 8)])
    found = [
        c.piece(Z.HEADWEAR, blob(c, dome)),
        c.detail(Z.HEADWEAR + 0.1, blob(c, fold), lighten(c.main, 0.12), marks=[Mark(ribs, width=0.7)]),
    ]
    if c.garment.detail & 1:
        found.append(
            c.detail(
                Z.HEADWEAR + 0.2,
                blob(c, [(-0.13, -0.8), (0, -0.92), (0.13, -0.8), (0, -0.68)]),
                c.contrast if c.garment.second_rgb else WHITE,
            )
        )
    return found


def santa_hat(c: Cloth) -> list[Layer]:
    """A soft cone that falls to one side, a pompon at its tip, a broad rim of fur."""
    w = skull(c)
    d = 1 if c.garment.detail & 1 else -1
    cone = [
        (-d * w * 0.98, -0.3),
        (-d * w * 0.86, -0.62),
        (-d * 0.1, -0.92),
        (d * w * 0.7, -0.9),
        (d * w * 1.35, -0.5),
        (d * w * 1.5, -0.12),
    ]
    cone += [(d * w * 1.32, -0.12), (d * w * 1.08, -0.44), (d * w * 0.98, -0.3), (0.0, -0.36)]
    folds = lines(
        c,
        [(-d * w * 0.5, -0.62), (-d * 0.05, -0.7), (d * w * 0.3, -0.86)],
        [(d * w * 0.5, -0.5), (d * w * 0.8, -0.62), (d * w * 0.9, -0.78)],
        [(d * w * 1.1, -0.56), (d * w * 1.2, -0.46), (d * w * 1.36, -0.44)],
    )
    s = np.linspace(-1.1, 1.1, 23)
    thick = 0.085 * np.where(np.arange(23) % 2 == 0, 1.0, 1.3)
    rim = np.stack([s * w, -0.36 + 0.1 * s**2], 1)
    band = np.concatenate([rim - np.stack([0 * s, thick], 1), (rim + np.stack([0 * s, thick], 1))[::-1]])
    a = np.linspace(0, 2 * np.pi, 25)[:-1]
    radius = 0.12 * np.where(np.arange(24) % 2 == 0, 1.0, 1.18)
    ball = np.stack([d * w * 1.42 + radius * np.cos(a), -0.06 + radius * np.sin(a)], 1)
    fur = c.contrast if c.garment.second_rgb else WHITE
    return [
        c.piece(Z.HEADWEAR, blob(c, cone), marks=[Mark(folds, width=0.8)]),
        c.detail(Z.HEADWEAR + 0.1, on_head(c, trace(band)), fur, shading=0.4),
        c.detail(Z.HEADWEAR + 0.2, on_head(c, trace(ball)), fur, shading=0.5),
    ]


HEADWEAR: dict[str, Draw] = {
    "sun hat": sun_hat,
    "beret": beret,
    "cap": cap,
    "witch hat": witch_hat,
    "hair bow": hair_bow,
    "headband": headband,
    "maid headdress": maid_headdress,
    "helmet": helmet,
    "beanie": beanie,
    "santa hat": santa_hat,
}
