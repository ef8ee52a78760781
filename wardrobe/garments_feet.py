"""What is worn on feet, from slippers to thigh boots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import folds, upper
from wardrobe import tailoring as tailor
from wardrobe.canvas import SHOE, Layer, Mark
from wardrobe.cloth import WHITE, Cloth, limb_angle, shape, strokes
from wardrobe.extremities import CUTS, Last, Part, last
from wardrobe.figure import SIDES
from wardrobe.garments_legs import room_inside, tube_between
from wardrobe.geometry import Limb, Points, polygon, ribbon, spline, trace
from wardrobe.palette import luminance
from wardrobe.path import Box, Path
from wardrobe.style import RGB, darken, lighten

Draw = Callable[[Cloth], list[Layer]]
BUCKLE = (222, 188, 92)
TONGUE = ((-0.5, 0.3), (-0.46, -0.22), (0.0, -0.3), (0.46, -0.22), (0.5, 0.3))
WOOD: RGB = (176, 128, 82)


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


def _lacing(foot: Last, share: float, rungs: int) -> tuple[Path, Path]:
    """(the panel on the instep under the laces, crossed laces)."""
    line = foot.line("lacing", 2 * rungs + 3)
    half = share * foot.half * (1 - 0.3 * foot.profile)
    outline = ribbon(line, half * np.linspace(1.0, 0.7, len(line)))
    left, right = outline[: len(line)], outline[len(line) :][::-1]
    crossed = [np.stack([a[k], b[k + 2]]) for k in range(1, 2 * rungs, 2) for a, b in ((left, right), (right, left))]
    return polygon(outline), strokes(*crossed)


def _low(box: Box, share: float) -> Path:
    """What lies below this share of a foot's height."""
    return Path.rect(Box(box.left - 1, box.top + share * box.height, box.right + 1, box.bottom + 1))


def _sole(box: Box, thick: float) -> Path:
    return Path.rect(Box(box.left - 1, box.bottom - thick * box.height, box.right + 1, box.bottom + 1))


def _feet(c: Cloth, ease: float = 0.03, heel: float = 0.0) -> list[tuple[str, Part, Box]]:
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
    for side, part, box in _feet(c, 0.03, heel):
        leg = c.figure.legs[side]
        r, (x, _) = leg.width(1.0), leg.point(0.98)
        back = -1 if box.centre[0] > x else 1
        outer, _ = leg.sides(t0, 0.985, loose * w, flare * w)
        _, inner = leg.sides(t0, 0.985, room, min(flare * w, room))
        widen = (np.clip(1 - np.linspace(0, 5, len(outer)), 0, 1) * top * w)[:, None] * (outer - inner) / (2 * leg.width(t0))
        outer, inner = outer + widen, inner - widen * float(room >= loose * w)
        upper_ = Path(part.path)
        upper_.offset(0.0, -thick * box.height)
        marks = [Mark(part.path, "fill", sole), Mark(upper_, "fill", c.main), Mark(upper_, width=0.8)]
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
        found.append(c.detail(leg.z + SHOE - 0.1, block if heel else part.path, sole))
        found.append(c.piece(leg.z + SHOE + 0.2, part.path, marks=marks))
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
    """Low leather slip-ons: a strap with its slot over the instep, a raised seam round the toe, a heeled sole, gloss."""
    found = []
    for side, part, box in _feet(c):
        leg = c.figure.legs[side]
        x, _ = leg.point(0.985)
        tip = box.right if box.right - x > x - box.left else box.left
        reach, r = tip - x, leg.width(1.0)

        def at(along: float, down: float, x: float = x, reach: float = reach, box: Box = box) -> tuple[float, float]:
            return x + along * reach, box.top + down * box.height

        seam = spline(np.array([at(-0.1, 0.62), at(0.4, 0.6), at(0.78, 0.72), at(0.66, 0.84), at(0.2, 0.84)]), 20)
        line = spline(np.array([at(-0.7, 0.5), at(0.1, 0.42), at(0.75, 0.52)]), 12)
        strap = polygon(np.concatenate([line, (line + [0.0, 0.13 * box.height])[::-1]]))
        slot = np.array([at(0.1 - 0.35 * r / abs(reach), 0.485), at(0.1 + 0.35 * r / abs(reach), 0.485)])
        gleam = np.array([at(0.5, 0.7), at(0.72, 0.76)])
        marks = [
            Mark(trace(seam, closed=False), width=0.9),
            Mark(strap, "fill", darken(c.main, 0.1)),
            Mark(strap, width=0.65),
            Mark(strokes(slot), width=1.5),
            Mark(_sole(box, 0.12), "fill", darken(c.main, 0.6)),
            Mark(strokes(gleam), colour=lighten(c.main, 0.6), width=1.6, strength=0.6),
        ]
        found.append(c.piece(leg.z + SHOE, part.path, clip=_low(box, 0.26), marks=marks))
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
    """Wide rubber boots to below the knee: a rim, a thick sole, a long gloss."""
    w = c.figure.body.thigh_half
    sole = darken(c.trim, 0.1) if c.garment.second_rgb else c.trim
    found = _boot(c, 0.62, loose=0.3, sole=sole, thick=0.2, flare=-0.1, top=0.12)
    for side, shaft in zip(SIDES, found[3::4], strict=True):
        leg = c.figure.legs[side]
        outer, inner = leg.sides(0.7, 0.92, 0.3 * w)[0], leg.sides(0.7, 0.92, room_inside(c, 0.62, 0.3 * w))[1]
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
    """Pumps on thin heels: the arch slopes down to a pointed toe, cut low at the sides."""
    found = []
    for z, foot in _lasts(c, 0.02):
        found.append(c.piece(z - 0.1, foot.sole("stiletto")))
        found.append(c.piece(z, foot.cut("pump")))
    return found


def geta(c: Cloth) -> list[Layer]:
    """Wooden clogs on two teeth under the bare foot, held by a thong of cloth."""
    found = []
    for side, part, box in _feet(c, 0.02):
        leg = c.figure.legs[side]
        x, _ = leg.point(0.98)
        left, right, base, h = box.left - 0.02, box.right + 0.02, box.bottom, box.height
        board = shape(
            (left, base - 0.12 * h), (right, base - 0.12 * h), (right - 0.02, base + 0.1 * h), (left + 0.02, base + 0.1 * h)
        )
        wide = right - left
        teeth = Path()
        for f in (0.2, 0.62):
            teeth.add_path(
                shape(
                    (left + f * wide, base),
                    (left + (f + 0.2) * wide, base),
                    (left + (f + 0.18) * wide, base + 0.32 * h),
                    (left + (f + 0.02) * wide, base + 0.32 * h),
                )
            )
        grain = [np.array([(left, base - 0.03 * h + k * h), (right, base - 0.02 * h + k * h)]) for k in (0.0, 0.05)]
        found.append(c.detail(leg.z + SHOE - 0.2, teeth, darken(WOOD, 0.25), shading=0.3))
        found.append(
            c.detail(leg.z + SHOE - 0.1, board, WOOD, marks=[Mark(strokes(*grain), width=0.5, strength=0.6)], shading=0.3)
        )
        toe = np.array([0.62 * x + 0.38 * (left + right) / 2 + 0.3 * ((left + right) / 2 - x), base - 0.2 * h])
        for foot in (np.array([left + 0.08 * wide, base - 0.16 * h]), np.array([right - 0.08 * wide, base - 0.16 * h])):
            line = spline(np.stack([toe, (toe + foot) / 2 + [0.0, -0.24 * h], foot]), 9)
            half = np.array([0.0, 0.055 * h + 0.008])
            found.append(
                c.piece(leg.z + SHOE, polygon(np.concatenate([line - half, (line + half)[::-1]])), clip=_over(part, board))
            )
    return found


def _over(part: Part, board: Path) -> Path:
    """The foot and the board that it stands on, as one region."""
    both = Path()
    both.add_path(part.path)
    both.add_path(board)
    return both


def slippers(c: Cloth) -> list[Layer]:
    """Soft mules: closed over the toes, open at the heel, a fluffy rim, a flat sole."""
    found = []
    for side, part, box in _feet(c, 0.035):
        leg = c.figure.legs[side]
        found.append(c.detail(leg.z + SHOE - 0.1, part.path, darken(c.main, 0.4), clip=_sole(box, 0.14)))
        cut = 0.5
        found.append(
            c.piece(leg.z + SHOE, part.path, clip=_low(box, cut), marks=[Mark(_sole(box, 0.12), "fill", darken(c.main, 0.4))])
        )
        y = box.top + cut * box.height
        row = part.points[np.abs(part.points[:, 1] - y) < 0.22 * box.height]
        left, right = float(row[:, 0].min()), float(row[:, 0].max())
        rim = spline(np.array([(left + 0.01, y), ((left + right) / 2, y + 0.06 * box.height), (right - 0.01, y)]), 12)
        found.append(tailor.fur(c, rim, 0.1 * box.height + 0.012, leg.z + SHOE + 0.1, lighten(c.trim, 0.5)))
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
    "geta": geta,
    "slippers": slippers,
}
