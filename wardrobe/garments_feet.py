"""What is worn on feet, from slippers to thigh boots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import folds, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import SHOE, Layer, Mark
from wardrobe.cloth import WHITE, Cloth, limb_angle, shape, strokes
from wardrobe.extremities import CUTS, Last, Part, Rows, last, padded
from wardrobe.figure import SIDES
from wardrobe.garments_legs import room_inside, tube_between
from wardrobe.geometry import Limb, Points, polygon, ribbon, spline, trace
from wardrobe.palette import luminance
from wardrobe.path import Box, Path
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]
BUCKLE = (222, 188, 92)
TONGUE = ((-0.5, 0.3), (-0.46, -0.22), (0.0, -0.3), (0.46, -0.22), (0.5, 0.3))
# Parts of shoes on a `Last`, as in `extremities.CUTS`: along and up from the front, along and up from the side.
LOAFER: Rows = ((-1.06, 0.66, -1.06, 0.86), (-0.85, 0.62, -0.55, 0.6), (-0.5, 0.66, 0.0, 0.6), (-0.34, 0.96, 0.3, 0.84))
LOAFER += ((0.0, 1.04, 0.42, 1.06), (0.34, 0.96, 0.62, 0.94), (0.75, 0.62, 0.78, 0.76), (1.06, 0.46, 0.98, 0.58))
LOAFER += ((1.1, 0.16, 1.07, 0.24), (0.5, -0.04, 0.85, -0.05), (-0.2, -0.08, 0.2, -0.05), (-1.04, 0.0, -1.0, 0.0))
LOAFER += ((-1.18, 0.36, -1.13, 0.42),)
APRON: Rows = ((-0.72, 0.5, 0.34, 0.5), (-0.6, 0.22, 0.6, 0.3), (0.0, 0.1, 0.86, 0.28), (0.5, 0.22, 0.97, 0.42))
APRON += ((0.78, 0.5, 0.93, 0.58),)
PENNY_STRAP: Rows = ((-1.1, 0.28, 0.1, 0.08), (-0.5, 0.56, 0.28, 0.46), (0.35, 0.58, 0.58, 0.7), (1.1, 0.3, 0.92, 0.7))
PUMP: Rows = ((-1.08, 0.66, -1.1, 0.78), (-1.18, 0.34, -1.16, 0.44), (-1.0, -0.02, -0.98, 0.03), (-0.5, -0.12, -0.4, 0.02))
PUMP += ((-0.2, -0.34, 0.2, -0.16), (0.05, -0.5, 0.66, -0.46), (0.3, -0.54, 1.06, -0.56), (0.6, -0.4, 1.13, -0.5))
PUMP += ((1.1, 0.06, 1.06, 0.0), (1.06, 0.48, 0.95, 0.42), (0.5, 0.02, 0.72, 0.08), (-0.5, 0.06, -0.2, 0.26))
ARCH: Rows = ((-1.0, 0.1, -0.85, 0.12), (-0.4, -0.08, 0.0, 0.02), (0.2, -0.3, 0.7, -0.26))
STILETTO: Rows = ((-0.7, 0.05, -0.94, 0.1), (0.0, 0.0, -0.2, 0.05), (-0.2, -0.2, -0.56, -0.2), (-0.24, -0.5, -0.66, -0.5))
STILETTO += ((-0.4, -0.5, -0.84, -0.5),)
MULE: Rows = ((-1.16, 0.16, 0.0, 0.14), (-1.12, 0.5, 0.22, 0.5), (-0.5, 0.7, 0.44, 0.78), (0.3, 0.74, 0.62, 0.92))
MULE += ((0.9, 0.58, 0.92, 0.7), (1.16, 0.34, 1.12, 0.34), (1.12, 0.02, 1.1, 0.02), (0.0, -0.1, 0.5, -0.04))
MULE_RIM: Rows = ((-1.1, 0.42, 0.0, 0.2), (-0.5, 0.62, 0.22, 0.52), (0.3, 0.66, 0.42, 0.78), (1.06, 0.46, 0.64, 0.94))
QUILTING: tuple[Rows, ...] = (
    ((-0.4, 0.6, 0.3, 0.4), (-0.3, 0.2, 0.75, 0.3), (-0.2, 0.0, 1.1, 0.1)),
    ((0.4, 0.6, 0.4, 0.7), (0.4, 0.2, 0.8, 0.55), (0.36, 0.0, 1.12, 0.4)),
)


def shoe(
    c: Cloth,
    *,
    shaft: float,
    sole: tuple[int, int, int],
    heel: float = 0.0,
    marks: bool = True,
    loose: float = 0.14,
    flare: float = 0.0,
    cuff: bool = False,
) -> list[Layer]:
    """A boot. shaft: t at which its shaft begins; loose, flare: its room, and how much more at the ankle, in
    half-widths of the thigh; sole: colour of the sole's stripe."""
    w = c.figure.body.thigh_half
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        part = c.figure.foot(side, 0.03, heel)
        box = part.path.bounds()
        details = [
            Mark(
                shape(
                    (box.left, box.bottom - 0.16 * box.height),
                    (box.right, box.bottom - 0.16 * box.height),
                    (box.right, box.bottom + 0.1),
                    (box.left, box.bottom + 0.1),
                ),
                "fill",
                sole,
            )
        ]
        if marks:
            details.append(Mark(_laces(c, side), colour=darken(c.main, 0.55), width=1.1))
        found.append(c.piece(leg.z + SHOE + 0.2, part.path, marks=details))
        creases = Mark(
            strokes(*[np.array([leg.point(t), (leg.point(t)[0] + 0.4 * w, leg.point(t)[1] + 0.03)]) for t in (0.9, 0.93)]),
            width=0.7,
        )
        found.append(c.piece(leg.z + SHOE + 0.3, leg.outline(shaft, 0.99, loose * w, flare * w, hem=0.3), marks=[creases]))
        if cuff:
            found.append(c.detail(leg.z + SHOE + 0.4, leg.band(shaft, 0.05, (loose + 0.06) * w), c.trim, shading=0.3))
    return found


def _laces(c: Cloth, side: str) -> Path:
    leg = c.figure.legs[side]
    x, y = leg.point(0.99)
    s, r = c.figure.body.foot, leg.width(1.0)
    tilt = (1 if side == "r" else -1) * c.figure.feet[SIDES.index(side)] * 0.12
    rows = [
        np.array([(x - 0.5 * r + tilt * k * s, y + (0.14 + 0.1 * k) * s), (x + 0.6 * r + tilt * k * s, y + (0.16 + 0.1 * k) * s)])
        for k in range(3)
    ]
    return strokes(*rows)


def _lasts(c: Cloth, ease: float = 0.03) -> list[tuple[float, Last]]:
    """(layer of the shoe, form of the foot) of both feet."""
    body, feet = c.figure.body, zip(SIDES, c.figure.feet, strict=True)
    return [(c.figure.legs[side].z + SHOE, last(c.figure.legs[side], body.foot, toe_out, ease)) for side, toe_out in feet]


def strap(line: Points, half: float) -> Path:
    return polygon(ribbon(line, half))


def _cut(foot: Last, rows: Rows) -> Path:
    """The round outline of a part of a shoe on this last."""
    return trace(spline(foot.points(rows), 4 * len(rows), closed=True))


def _lacing(foot: Last, share: float, rungs: int) -> tuple[Path, Path]:
    """(the panel on the instep under the laces, crossed laces)."""
    line = foot.line("lacing", 2 * rungs + 3)
    half = share * foot.half * (1 - 0.3 * foot.profile)
    outline = ribbon(line, half * np.linspace(1.0, 0.7, len(line)))
    left, right = outline[: len(line)], outline[len(line) :][::-1]
    crossed = [np.stack([a[k], b[k + 2]]) for k in range(1, 2 * rungs, 2) for a, b in ((left, right), (right, left))]
    return polygon(outline), strokes(*crossed)


def feet_of(c: Cloth, ease: float = 0.03, heel: float = 0.0) -> list[tuple[str, Part, Box]]:
    parts = [(side, c.figure.foot(side, ease, heel)) for side in SIDES]
    return [(side, part, part.path.bounds()) for side, part in parts]


def _boot(
    c: Cloth, t0: float, *, loose: float, sole: RGB, thick: float, heel: float = 0.0, flare: float = 0.0, top: float = 0.0
) -> list[Layer]:
    """Four layers a leg: the dark opening behind it, heel, foot on its sole, shaft with folds at ankle and knee. t0: where the
    shaft begins; loose, flare, top: room along it, more at the ankle, more at the upper edge, in half-widths of the thigh;
    thick: of the sole, share of the foot's height."""
    w, found = c.figure.body.thigh_half, []
    room, seamed = room_inside(c, t0, loose * w), t0 < 0.5
    for side, part, _ in feet_of(c, 0.03, heel):
        leg, swell = c.figure.legs[side], 0.55 * max(flare, 0.0) * w  # a foot as roomy as the shaft above it
        form = padded(part, swell)
        form.offset(0.0, -0.7 * swell)
        box = form.bounds()
        r, (x, _) = leg.width(1.0), leg.point(0.98)
        back = -1 if box.centre[0] > x else 1
        outer, _ = leg.sides(t0, 0.985, loose * w, flare * w)
        spare = max(0.0, room_inside(c, 0.85, room + max(flare, 0.0) * w) - room)
        _, inner = leg.sides(t0, 0.985, room, min(flare * w, spare))
        widen = (np.clip(1 - np.linspace(0, 5, len(outer)), 0, 1) * top * w)[:, None] * (outer - inner) / (2 * leg.width(t0))
        outer, inner = outer + widen, inner - widen * float(room >= loose * w)
        upper_ = Path(form)
        upper_.offset(0.0, -thick * box.height)
        marks = [Mark(form, "fill", sole), Mark(upper_, "fill", c.main), Mark(upper_, width=0.8)]
        x += back * 0.6 * r
        block = shape(
            (x - 0.5 * r, box.bottom - 0.6 * box.height),
            (x + 0.5 * r, box.bottom - 0.6 * box.height),
            (x + 0.34 * r, box.bottom + 0.01),
            (x - 0.34 * r, box.bottom + 0.01),
        )
        rows = [[(-0.98, 0.9), (-0.3, 0.935), (0.35, 0.925)], [(0.98, 0.85), (0.3, 0.885), (-0.2, 0.875)]]
        rows += [[(0.98, 0.5), (0.4, 0.53), (-0.2, 0.515)], [(-0.98, 0.46), (-0.5, 0.485), (-0.1, 0.48)]] if seamed else []
        creases = folds.along_all(outer, inner, [[(u, (t - t0) / (0.985 - t0)) for u, t in row] for row in rows])
        shaft_marks = [folds.folds(*creases, depth=0.45 * r)]
        if seamed:
            seam = folds.along(outer, inner, (-0.45, 0.02), (-0.42, 0.5), (-0.5, 1.0))
            shaft_marks.append(Mark(trace(seam, closed=False), width=0.6, strength=0.8))
        rim = np.stack([outer[0], (outer[0] + inner[0]) / 2 - [0, 0.16 * w], inner[0], (outer[0] + inner[0]) / 2 + [0, 0.2 * w]])
        found.append(c.detail(leg.z - 0.3, trace(spline(rim, 20, closed=True)), darken(c.main, 0.6), shading=0.0))
        found.append(c.detail(leg.z + SHOE - 0.1, block if heel else form, sole))
        found.append(c.piece(leg.z + SHOE + 0.2, form, marks=marks))
        found.append(
            c.piece(leg.z + SHOE + 0.3, tube_between(outer, inner, 0.3 * r), marks=shaft_marks, angle=limb_angle(leg, 0.75))
        )
    return found


def _rim(c: Cloth, shaft: Layer, leg: Limb, t: float, depth: float) -> Layer:
    """The edge of a boot's shaft, `depth` units broad, as wide as the shaft is there."""
    outer, inner = leg.sides(t, min(t + 0.2, 1.0))
    along = np.array(leg.direction(t))
    middle = (outer[0] + inner[0]) / 2
    over = np.array([-along[1], along[0]])
    half = 3 * leg.width(t)
    start, end = middle - along * depth, middle + along * depth
    sag = along * 0.3 * leg.width(t)
    low = spline(np.stack([end + over * half, end + sag, end - over * half]), 9)
    band = polygon(np.concatenate([np.stack([start - over * half, start + over * half]), low]))
    return c.detail(shaft.z + 0.1, shaft.path, c.trim, clip=band, marks=[Mark(trace(low, closed=False), width=1.4)], shading=0.3)


def shoes(c: Cloth) -> list[Layer]:
    """Leather shoes: a seamed toe, laces on the instep or none, a thin dark sole with a low heel."""
    found = []
    for z, foot in _lasts(c):
        panel, laces = _lacing(foot, 0.5, 2)
        marks = [Mark(foot.cut("toe cap"), width=0.8), Mark(foot.cut("heel tab"), width=0.6, strength=0.8)]
        if c.garment.detail & 2:
            marks += [Mark(panel, "fill", darken(c.main, 0.3)), Mark(panel, width=0.7), Mark(laces, colour=c.contrast, width=1.1)]
        found.append(c.piece(z, foot.cut("low shoe"), marks=marks))
        found.append(c.detail(z + 0.1, foot.sole("heeled sole"), darken(c.main, 0.6), shading=0.2))
    return found


def mary_janes(c: Cloth) -> list[Layer]:
    """Round-toed low shoes, cut open over the instep, one buckled strap across it."""
    found = []
    for z, foot in _lasts(c):
        line = foot.line("instep strap")
        buckle = strap(line[-5:-2], 0.12 * foot.drop)
        found.append(c.piece(z, foot.cut("mary jane")))
        found.append(c.detail(z + 0.1, foot.sole("heeled sole"), darken(c.main, 0.6), shading=0.2))
        found.append(c.piece(z + 0.2, strap(line, 0.085 * foot.drop), clip=foot.cut("low shoe"), line=0.9))
        found.append(c.detail(z + 0.3, buckle, BUCKLE, line=0.7, shading=0.2))
    return found


def sneakers(c: Cloth) -> list[Layer]:
    """A thick pale sole, a rubber toe cap, a tongue that stands up, crossed laces."""
    found = []
    rubber = c.trim if c.garment.second_rgb else WHITE
    lace = WHITE if luminance(c.main) < 0.75 else darken(c.main, 0.6)
    for z, foot in _lasts(c, 0.045):
        panel, laces = _lacing(foot, 0.55, 3 if foot.drop > 0.2 else 2)
        x, y = foot.line("lacing")[0].tolist()
        tongue = upper.curve_blob([(x + a * foot.half, y + b * foot.drop) for a, b in TONGUE])
        cap = foot.cut("toe cap")
        marks = [Mark(foot.cut("heel tab"), "fill", darken(c.main, 0.3)), Mark(foot.cut("heel tab"), width=0.7)]
        marks += [
            Mark(cap, "fill", rubber),
            Mark(cap, width=0.9),
            Mark(panel, "fill", darken(c.main, 0.35)),
            Mark(panel, width=0.7),
        ]
        marks.append(Mark(laces, colour=lace, width=1.5))
        groove = foot.line("thick sole")[:6] + [0.0, 0.12 * foot.drop]
        found.append(c.detail(z - 0.1, tongue, darken(c.main, 0.2)))
        found.append(c.piece(z, foot.cut("low shoe"), marks=marks))
        stripe = Mark(trace(groove, closed=False), colour=c.main, width=1.2)
        found.append(c.detail(z + 0.1, foot.cut("thick sole"), rubber, marks=[stripe], shading=0.3))
    return found


def loafers(c: Cloth) -> list[Layer]:
    """Leather slip-ons: a tongue over the instep, a strap with its slot below it, a seam round the toe, sole and heel."""
    found = []
    for z, foot in _lasts(c, 0.03):
        whole, line = _cut(foot, LOAFER), spline(foot.points(PENNY_STRAP), 13)
        opening = [spline(foot.points(LOAFER[:5]), 12), spline(foot.points(LOAFER[4:7]), 12)]
        strap_, slot = strap(line, 0.13 * foot.drop), line[5:8]
        marks = [
            Mark(trace(spline(foot.points(APRON), 20), closed=False), width=1.0),
            Mark(strokes(*[row + [0.0, 0.09 * foot.drop] for row in opening]), width=0.6, strength=0.8),
            Mark(strap_, "fill", darken(c.main, 0.14)),
            Mark(strap_, width=0.8),
            Mark(strokes(slot), colour=darken(c.main, 0.65), width=2.0),
        ]
        found.append(c.piece(z, whole, marks=marks))
        found.append(c.detail(z + 0.1, foot.sole("heeled sole"), darken(c.main, 0.65), shading=0.2))
    return found


def boots(c: Cloth) -> list[Layer]:
    return shoe(c, shaft=0.8, sole=darken(c.main, 0.6), marks=True)


def knee_boots(c: Cloth) -> list[Layer]:
    """Leather to the knee: a stiff edge above, folds at the ankle, sole and heel."""
    found = _boot(c, 0.56, loose=0.14, sole=darken(c.main, 0.65), thick=0.15, heel=0.06, top=0.12)
    for side, shaft in zip(SIDES, found[3::4], strict=True):
        found.append(_rim(c, shaft, c.figure.legs[side], 0.56, 0.22 * c.figure.body.thigh_half))
    return found


def rain_boots(c: Cloth) -> list[Layer]:
    """Rubber boots to below the knee, nearly straight: a rim, a thick sole, a long gloss."""
    w = c.figure.body.thigh_half
    sole = darken(c.trim, 0.1) if c.garment.second_rgb else c.trim
    calf, ankle = (c.figure.legs["l"].width(t) / w for t in (0.62, 0.98))
    loose = 0.2 if c.figure.body.heads > 4 else 0.08
    found = _boot(c, 0.62, loose=loose, sole=sole, thick=0.2, flare=max(0.0, 0.76 * (calf + loose) - ankle - loose), top=0.06)
    for side, shaft in zip(SIDES, found[3::4], strict=True):
        leg = c.figure.legs[side]
        outer, inner = leg.sides(0.7, 0.92, loose * w)[0], leg.sides(0.7, 0.92, room_inside(c, 0.62, loose * w))[1]
        shaft.marks.append(Mark(strokes(outer * 0.72 + inner * 0.28), colour=WHITE, width=3.0, strength=0.55))
        n = len(outer) // 2
        shaft.marks.append(Mark(strokes(outer[1:n] * 0.6 + inner[1:n] * 0.4), colour=WHITE, width=1.2, strength=0.45))
        found.append(_rim(c, shaft, leg, 0.62, 0.16 * w))
    return found


def thigh_boots(c: Cloth) -> list[Layer]:
    """Close leather to the middle of the thigh: a stiff edge above, folds at knee and ankle, a seam, sole and heel."""
    w, t0 = c.figure.body.thigh_half, 0.3 if c.figure.body.heads > 4 else 0.44
    found = _boot(c, t0, loose=0.1, sole=darken(c.main, 0.65), thick=0.15, heel=0.09, top=0.14)
    for side, shaft in zip(SIDES, found[3::4], strict=True):
        found.append(_rim(c, shaft, c.figure.legs[side], t0, 0.3 * w))
    return found


def sandals(c: Cloth) -> list[Layer]:
    """A sole under the bare foot, a strap behind the toes, one round the ankle with its buckle, one down to the heel."""
    found = []
    for z, foot in _lasts(c, 0.0):
        whole = foot.cut("foot")
        toes = foot.points(CUTS["toes"])
        gaps = [np.stack([p, p + [0.0, -0.13 * foot.drop]]) for p in toes]
        ankle = foot.line("ankle strap")
        found.append(
            c.detail(z, foot.cut("sandal sole"), darken(c.main, 0.35), marks=[Mark(strokes(*gaps), clip=False, width=0.7)])
        )
        for name, half in (("heel strap", 0.08), ("toe strap", 0.13), ("ankle strap", 0.085)):
            found.append(c.piece(z + 0.1, strap(foot.line(name), half * foot.drop), clip=whole, line=0.9))
        buckle = strap(ankle[8:10], 0.11 * foot.drop)
        found.append(c.detail(z + 0.2, buckle, BUCKLE, line=0.7, shading=0.2))
    return found


def heels(c: Cloth) -> list[Layer]:
    """Pumps from the front at an angle: the arch falls to a pointed toe; of the thin heel little shows, behind the arch."""
    found = []
    for z, foot in _lasts(c, 0.02):
        whole, rim = _cut(foot, PUMP), spline(foot.points((*PUMP[-3:], PUMP[0])), 14)
        marks = [
            Mark(trace(rim + [0.0, 0.08 * foot.drop], closed=False), width=0.6, strength=0.8),
            Mark(strokes(spline(foot.points(ARCH), 9)), width=0.7, strength=0.8),
        ]
        found.append(c.detail(z - 0.1, polygon(foot.points(STILETTO)), darken(c.main, 0.25), shading=0.3))
        found.append(c.piece(z, whole, marks=marks))
    return found


def slippers(c: Cloth) -> list[Layer]:
    """Soft mules: padded over the toes, open at the heel, a fluffy rim round the opening, a thick flat sole."""
    found = []
    for z, foot in _lasts(c, 0.04):
        line = foot.line("thick sole")
        quilt = [row[2:-2] for row in (spline(foot.points(rows), 12) for rows in QUILTING)]
        found.append(c.piece(z, _cut(foot, MULE), marks=[Mark(strokes(*quilt), width=0.6, strength=0.7)]))
        sole = Mark(trace(line[:6] + [0.0, 0.16 * foot.drop], closed=False), width=0.6, strength=0.8)
        found.append(c.detail(z + 0.1, foot.cut("thick sole"), darken(c.main, 0.35), marks=[sole], shading=0.3))
        rim = spline(foot.points(MULE_RIM), 12)
        found.append(tailor.fur(c, rim, 0.14 * foot.drop + 0.006, z + 0.2, lighten(c.trim, 0.6)))
    return found


FOOTWEAR_KINDS: dict[str, Draw] = {
    "shoes": shoes,
    "mary janes": mary_janes,
    "sneakers": sneakers,
    "boots": boots,
    "knee boots": knee_boots,
    "sandals": sandals,
    "heels": heels,
    "loafers": loafers,
    "rain boots": rain_boots,
    "thigh boots": thigh_boots,
    "slippers": slippers,
}
