"""How coats and jackets of the street are drawn: trench coat, parka, bomber, leather, denim, raincoat, lab coat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wardrobe import tailoring as tailor
from wardrobe import upper
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import WHITE, Cloth, across, shape, strokes
from wardrobe.figure import SIDES
from wardrobe.garments_top import laid_hood
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.style import RGB, darken, lighten
from wardrobe.tailoring import STEEL

Draw = Callable[[Cloth], list[Layer]]
REACH = {"short": 0.24, "knee": 0.5, "midi": 0.72, "long": 0.86, "": 0.5}  # of a coat's hem: share of the way crotch -> ankle


def sleeve_straps(c: Cloth, t: float, colour: RGB, ease: float) -> list[Layer]:
    """A strap round each sleeve at t of the arm, with its buckle's tab. ease: of the sleeve there, in arm half-widths."""
    h, found = c.figure.body.arm_half, []
    for side in SIDES:
        arm = c.figure.arms[side]
        z = arm.z + c.sleeve_z + 0.2
        found.append(c.detail(z, arm.band(t, 0.045, ease * h), colour, shading=0.3))
        outer, inner = arm.sides(t, t + 0.05, ease * h)
        tab = np.array([outer[0] * 0.62 + inner[0] * 0.38, outer[-1] * 0.62 + inner[-1] * 0.38])
        found[-1].marks.append(Mark(strokes(tab), width=1.0))
    return found


def trench_coat(c: Cloth) -> list[Layer]:
    """Double-breasted: broad lapels, a storm flap over one shoulder, two rows of buttons, belted, hanging open below."""
    front = tailor.hang(c, tailor.level(c, REACH[c.garment.length]), 0.13, 0.34)
    end, horn = front.end, darken(c.trim, 0.45)
    over = front.panel(-1, (0.24, 0.3), (0.22, 0.66), (0.2, 0.9), (0.05, end))
    under = front.panel(1, (0.0, 0.3), (0.02, 0.66), (0.12, 0.9), (0.2, end))
    edge = front.line((0.24, 0.3), (0.22, 0.66), (0.2, 0.9), (0.05, end))
    places = [front.at(s * 0.3 - 0.04, v) for v in (0.42, 0.54, 0.78) for s in (-1, 1)]
    pockets = [mark for s in (-1, 1) for mark in tailor.pocket(front, (s * 0.5, s * 0.66), (0.78, 0.98), slant=0.05)]
    flap = front.line((-0.95, 0.2), (-0.7, 0.36), (-0.42, 0.42), (-0.2, 0.4))
    shared = [upper.torso_folds(c, 0.9), *tailor.hem(front), *tailor.drapes(c, front, 6, 0.74), *pockets]
    breast = [
        tailor.topstitch(c, tailor.beside(edge, 0.035)),
        Mark(polygon(np.concatenate([flap, [front.at(-0.4, 0.1), front.at(-0.95, 0.05)]]) + [0, 0.03]), "shade", strength=0.5),
        Mark(trace(flap, closed=False), width=1.1),
        *tailor.buttons(c, places, horn),
    ]
    return [
        tailor.lining(c, front, Z.COAT_BACK),
        c.piece(c.z, under, marks=shared),
        c.piece(c.z + 0.1, over, marks=[*shared, *breast]),
        *tailor.buckled_belt(c, 0.64, darken(c.main, 0.14), c.z + 1.2, ease=0.2, height=0.075, metal=horn),
        *tailor.turned_lapels(c, front, c.trim, c.z + 1, deep=0.38, wide=0.66, tip=0.2, open_=0.16),
        *upper.sleeves(c, loose=0.3),
        *sleeve_straps(c, 0.84, c.trim, 0.66),
        *tailor.epaulettes(c, darken(c.main, 0.1), horn, c.z),
    ]


def parka(c: Cloth) -> list[Layer]:
    """Wide and thigh-long, a flap over the zip, a cord at the waist, four pockets, a hood lined with fur."""
    front = tailor.hang(c, tailor.level(c, 0.16), 0.2, 0.22)
    pelt = c.trim if c.garment.second_rgb else (226, 206, 176)
    f, w, end = front, c.figure.body.shoulder, front.end
    x, y = c.figure.torso.at(0, 0.0)
    found: list[Layer] = [tailor.lining(c, front, Z.COAT_BACK)]
    pockets = [m for s in (-1, 1) for m in tailor.pocket(f, (s * 0.3, s * 0.78), (0.8, 1.04), flap=0.07, point=0.02, button=pelt)]
    pockets += [m for s in (-1, 1) for m in tailor.pocket(f, (s * 0.34, s * 0.66), (0.34, 0.5), flap=0.05, point=0.015)]
    waist = f.across(0.65, sag=0.03)
    puckers = [np.array([f.at(u, 0.62), f.at(u + 0.015, 0.65), f.at(u, 0.69)]) for u in np.linspace(-0.85, 0.85, 11)]
    shared = [
        upper.torso_folds(c, 0.9),
        *tailor.hem(f, rise=0.05),
        *pockets,
        Mark(strokes(*puckers), width=0.65, strength=0.8),
        tailor.topstitch(c, waist + [0, 0.02], waist - [0, 0.02]),
    ]
    for sign in (1, -1):
        rows = ((0.1, 0.14), (0.08, 0.4), (0.08, 0.7), (0.1, end))
        edge = tuple((-sign * -u if sign > 0 else u, v) for u, v in rows) if sign > 0 else rows
        marks = list(shared)
        if sign < 0:
            line = f.line(*rows)
            spots = [f.at(0.0, v) for v in (0.26, 0.44, 0.62, 0.8, 0.96)]
            marks += [tailor.topstitch(c, tailor.beside(line, 0.03)), *tailor.buttons(c, spots, STEEL, 0.04)]
        found.append(c.piece(c.z + (0.1 if sign < 0 else 0.0), f.panel(sign, *edge), marks=marks))
    cords = [np.array([f.at(s * 0.05, 0.66), f.at(s * 0.09, 0.72), f.at(s * 0.06, 0.78)]) for s in (-1, 1)]
    found[-1].marks.append(Mark(strokes(*cords), colour=darken(pelt, 0.2), width=1.6, clip=False))
    back = upper.curve_blob(
        [(x + a * w, y + b * w) for a, b in ((-0.8, 0.2), (-0.74, -0.24), (0.0, -0.4), (0.74, -0.24), (0.8, 0.2))]
    )
    behind = np.array(
        [(x + a * w, y + b * w) for a, b in ((-0.74, -0.06), (-0.66, -0.3), (0.0, -0.42), (0.66, -0.3), (0.74, -0.06))]
    )
    found += [c.piece(Z.COAT_BACK + 1, back), tailor.fur(c, spline(behind, 24), 0.13 * w, Z.COAT_BACK + 1.2, pelt)]
    z = Z.FRONT_ARM + 5.5  # a hood lies on the shoulders, sleeves and all
    for sign in (-1, 1):
        roll = [(x + sign * a * w, y + b * w) for a, b in ((0.5, -0.2), (0.84, -0.06), (0.8, 0.22))]
        roll += [f.at(sign * 0.4, 0.24), f.at(sign * 0.01, 0.29), f.at(sign * 0.12, 0.16)]
        found.append(c.piece(z, upper.curve_blob(roll), shading=0.4))
        rim = np.array(
            [
                (x + sign * 0.62 * w, y - 0.16 * w),
                (x + sign * 0.52 * w, y + 0.08 * w),
                f.at(sign * 0.22, 0.16),
                f.at(sign * 0.03, 0.27),
            ]
        )
        found.append(tailor.fur(c, spline(rim, 18), 0.1 * w, z + 0.1, pelt))
    return [*found, *upper.sleeves(c, loose=0.42, cuff=darken(c.main, 0.15), cuff_size=0.06)]


def bomber_jacket(c: Cloth) -> list[Layer]:
    """Short and blown up over a ribbed hem, a zip worn open, ribbed collar and cuffs, a zipped pocket on one sleeve."""
    rib = c.trim if c.garment.second_rgb else darken(c.main, 0.3)
    front = tailor.hang(c, 0.9, 0.2, 0.02)
    w = c.figure.body.shoulder
    found = []
    for sign in (-1, 1):
        rows = [(sign * u, v) for u, v in ((0.26, 0.1), (0.22, 0.3), (0.2, 0.6), (0.24, 0.9))]
        edge = front.line(*rows)
        marks = [
            upper.torso_folds(c, 0.9),
            *tailor.pocket(front, (sign * 0.42, sign * 0.72), (0.66, 0.8), slant=0.08),
            Mark(strokes(front.line((sign * 0.24, 0.88), (sign * 0.5, 0.82), (sign * 0.9, 0.84))), width=0.7, strength=0.7),
            *tailor.zipper(c, tailor.beside(edge, sign * 0.015)),
        ]
        found.append(c.piece(c.z, front.panel(sign, *rows), marks=marks))
        band = tailor.hang(c, 0.985, 0.13)
        side = band.left if sign < 0 else band.right
        low = side[band.v > 0.88]
        inner = np.array([band.at(sign * 0.24, v) for v in np.linspace(0.985, 0.885, 4)])
        ribs = [np.array([band.at(sign * u, 0.885), band.at(sign * u, 0.99)]) for u in np.linspace(0.27, 0.97, 13)]
        found.append(
            c.detail(c.z + 0.2, polygon(np.concatenate([low, inner])), rib, marks=[Mark(strokes(*ribs), width=0.55)], shading=0.3)
        )
        t = c.figure.torso
        leaf = [
            t.at(sign * 0.7, -0.03),
            t.at(sign * 1.02, 0.01),
            t.at(sign * 0.86, 0.09),
            front.at(sign * 0.27, 0.2),
            front.at(sign * 0.24, 0.12),
            t.at(sign * 0.6, 0.02),
        ]
        lines = [np.array([t.at(sign * 0.92, 0.06 + 0.0 * k), t.at(sign * (0.62 - 0.04 * k), 0.01)]) for k in range(1)]
        lines += [
            np.array([front.at(sign * (0.3 + 0.1 * k), 0.2 - 0.025 * k), front.at(sign * (0.24 + 0.1 * k), 0.13 - 0.03 * k)])
            for k in range(4)
        ]
        found.append(c.detail(c.z + 1, shape(*leaf), rib, marks=[Mark(strokes(*lines), width=0.55)], shading=0.2))
    arms = upper.sleeves(c, loose=0.5, cuff=rib, cuff_size=0.075)
    h, pocketed = c.figure.body.arm_half, SIDES[c.garment.detail % 2]
    arm = c.figure.arms[pocketed]
    outer, inner = arm.sides(0.2, 0.34, 0.5 * h)
    slot = outer[[0, -1]] * 0.6 + inner[[0, -1]] * 0.4
    if arms:
        arms[0 if pocketed == "l" else 2].marks += [
            Mark(strokes(slot), colour=STEEL, width=1.6),
            Mark(strokes(slot + [0.1 * w, 0.0]), width=0.6),
        ]
    return [*found, *arms]


def leather_jacket(c: Cloth) -> list[Layer]:
    """A biker's jacket: zip set aside, broad snapped lapels, slanted zipped pockets, a belt at the hem, gloss."""
    front = tailor.hang(c, 0.94, 0.1)
    sheen = lighten(c.main, 0.5)
    edges = {-1: ((-0.06, 0.36), (-0.1, 0.5), (-0.14, 0.94)), 1: ((0.3, 0.2), (0.24, 0.5), (0.18, 0.94))}
    found = []
    for sign, rows in edges.items():
        line = front.line(*rows)
        cut = [front.at(sign * 0.42, 0.62), front.at(sign * 0.66, 0.74)]
        gleam = [
            front.line((sign * u, v), (sign * (u - 0.05), v + 0.1), (sign * (u - 0.02), v + 0.17))
            for u, v in ((0.8, 0.3), (0.6, 0.42), (0.82, 0.66))
        ]
        marks = [
            upper.torso_folds(c, 0.94, 1.3),
            Mark(strokes(front.line((sign * 0.98, 0.24), (sign * 0.6, 0.27), (sign * 0.34, 0.26))), width=0.8),
            Mark(strokes(*gleam), colour=sheen, width=1.6, strength=0.7),
            *tailor.zipper(c, np.array(cut)),
            *tailor.hem(front, rise=0.06),
        ]
        if sign > 0:
            marks += tailor.zipper(c, tailor.beside(line, -0.02))
        found.append(c.piece(c.z + (0.0 if sign < 0 else 0.1), front.panel(sign, *rows), marks=marks))
    snaps = [front.at(s * 0.46, 0.2) for s in (-1, 1)]
    lapels = tailor.turned_lapels(c, front, lighten(c.main, 0.06), c.z + 1, deep=0.46, wide=0.54, tip=0.23, open_=0.18)
    for layer, spot in zip(lapels[::2], snaps, strict=True):
        layer.marks += tailor.buttons(c, [spot], STEEL, 0.03)
    arms = upper.sleeves(c, loose=0.14, cuff=lighten(c.main, 0.05), cuff_size=0.04)
    h = c.figure.body.arm_half
    for side, sleeve in zip(SIDES, arms[::2], strict=False):  # worn without sleeves as well
        outer, inner = c.figure.arms[side].sides(0.1, 0.86, 0.3 * h)
        n = min(len(outer), len(inner))
        sleeve.marks.append(
            Mark(strokes(outer[2 : n - 3] * 0.72 + inner[2 : n - 3] * 0.28), colour=sheen, width=1.8, strength=0.6)
        )
        quilts = [np.stack([outer[k], inner[k]]) for k in (n // 2 - 1, n // 2, n // 2 + 1)]
        sleeve.marks.append(Mark(strokes(*quilts), width=0.6, strength=0.7))
    return [*found, *lapels, *arms]


def denim_jacket(c: Cloth) -> list[Layer]:
    """Cropped at the hip: a yoke, two flapped pockets, seams that run down to the waistband, copper buttons, stitching."""
    c = tailor.as_denim(c)
    front = tailor.hang(c, 0.86, 0.11)
    copper, thread = (200, 128, 70), (226, 170, 96)
    found = []
    for sign in (-1, 1):
        rows = [(sign * u, v) for u, v in ((0.18, 0.12), (0.16, 0.4), (0.17, 0.86))]
        edge = front.line(*rows)
        yoke = front.line((sign * 0.2, 0.27), (sign * 0.6, 0.27), (sign * 1.0, 0.255))
        seams = [np.array([front.at(sign * a, 0.4), front.at(sign * b, 0.8)]) for a, b in ((0.36, 0.3), (0.7, 0.58))]
        band = front.line((sign * 0.15, 0.8), (sign * 0.6, 0.805), (sign * 1.02, 0.8))
        marks = [
            upper.torso_folds(c, 0.86),
            Mark(
                polygon(np.array([front.at(sign * u, v) for u, v in ((0.38, 0.44), (0.64, 0.44), (0.56, 0.76), (0.38, 0.76))])),
                "light",
                strength=0.3,
                soft=0.03,
            ),
            Mark(strokes(yoke, *seams, band), width=0.85),
            tailor.topstitch(
                c,
                *[line + [0.0, k] for line in (yoke, band) for k in (-0.022, 0.022)],
                *[line + [k, 0] for line in seams for k in (-0.022, 0.022)],
                front.line((sign * 0.2, 0.85), (sign * 0.6, 0.855), (sign * 1.0, 0.85)),
                colour=thread,
            ),
            tailor.topstitch(c, tailor.beside(edge, sign * -0.05), colour=thread),
            *tailor.pocket(front, (sign * 0.34, sign * 0.72), (0.29, 0.4), flap=0.06, point=0.03, button=copper),
            *tailor.buttons(c, [front.at(sign * 0.215, v) for v in (0.24, 0.4, 0.55, 0.69, 0.83)], copper, 0.036),
        ]
        found.append(c.piece(c.z + (0.1 if sign < 0 else 0.0), front.panel(sign, *rows), marks=marks))
    leaves = upper.shirt_collar(c, lighten(c.main, 0.08), c.z + 1, 0.62, 0.17)
    arms, h = upper.sleeves(c, loose=0.22, cuff=darken(c.main, 0.12), cuff_size=0.07), c.figure.body.arm_half
    for side, sleeve in zip(SIDES, arms[::2], strict=False):  # worn without sleeves as well
        outer, inner = c.figure.arms[side].sides(0.08, 0.87, 0.4 * h)
        n = min(len(outer), len(inner))
        seams = [outer[:n] * f + inner[:n] * (1 - f) for f in (0.72, 0.66)]
        fade = [outer[2 : n - 3] * f + inner[2 : n - 3] * (1 - f) for f in (0.6, 0.35)]
        sleeve.marks.insert(0, Mark(polygon(np.concatenate([fade[0], fade[1][::-1]])), "light", strength=0.22, soft=0.03))
        sleeve.marks.append(tailor.topstitch(c, *seams, colour=thread))
    return [*found, *leaves, *arms]


def lab_coat(c: Cloth) -> list[Layer]:
    """Open, straight, to the knee: narrow lapels, a breast pocket with pens, two large pockets."""
    front = tailor.hang(c, tailor.level(c, REACH[c.garment.length]), 0.12, 0.2)
    end = front.end
    found = [tailor.lining(c, front, Z.COAT_BACK)]
    pens = [np.array([front.at(u, 0.31), front.at(u, 0.37)]) for u in (0.48, 0.54)]
    for sign in (-1, 1):
        rows = [(sign * u, v) for u, v in ((0.1, 0.36), (0.1, 0.6), (0.16, 0.9), (0.24, end))]
        marks = [
            upper.torso_folds(c, 0.9),
            *tailor.drapes(c, front, 5, 0.8),
            *tailor.hem(front),
            *tailor.pocket(front, (sign * 0.36, sign * 0.76), (0.82, 1.06)),
            tailor.topstitch(c, tailor.beside(front.line(*rows), sign * -0.03)),
            *tailor.buttons(
                c, [front.at(sign * 0.17, v) for v in (0.46, 0.62, 0.78)] if sign > 0 else [front.at(-0.19, 0.62)], None, 0.035
            ),
        ]
        if sign > 0:
            marks += [Mark(strokes(*pens), colour=(60, 90, 170), width=1.8), *tailor.pocket(front, (0.4, 0.64), (0.35, 0.47))]
        found.append(c.piece(c.z, front.panel(sign, *rows), marks=marks))
    return [
        *found,
        *tailor.turned_lapels(c, front, c.main, c.z + 1, deep=0.4, wide=0.5, tip=0.2, open_=0.1),
        *upper.sleeves(c, loose=0.26, cuff=darken(c.main, 0.06), cuff_size=0.03),
    ]


def raincoat(c: Cloth) -> list[Layer]:
    """Closed, flaring, of smooth cloth: a storm yoke, snaps under a flap, slanted flapped pockets, a wide hood laid back."""
    front = tailor.hang(c, tailor.level(c, REACH[c.garment.length]), 0.16, 0.5)
    end, sheen, small = front.end, WHITE, c.figure.body.heads < 4.5  # too small for a yoke between hood and pockets
    seam = front.line((0.07, 0.2), (0.07, 0.5), (0.07, end + 0.02))
    yoke = front.line((-1.0, 0.3), (-0.5, 0.36), (0.0, 0.37), (0.5, 0.36), (1.0, 0.3))
    gleam = [front.line((u, 0.45), (u * 1.02, 0.8), (u * 1.04, end - 0.08)) for u in (-0.72, 0.62)]
    marks = [
        *tailor.drapes(c, front, 5, 0.6, 0.1),
        *tailor.hem(front, 0.1),
        Mark(strokes(*gleam), colour=sheen, width=2.6, strength=0.5),
        *([] if small else [Mark(trace(yoke + [0, 0.03], closed=False), "line", darken(c.main, 0.3), 1.8, strength=0.4)]),
        *([] if small else [Mark(strokes(yoke), width=1.0)]),
        Mark(strokes(seam), width=0.9),
        tailor.topstitch(c, tailor.beside(seam, 0.04)),
        *[m for s in (-1, 1) for m in tailor.pocket(front, (s * 0.36, s * 0.7), (0.8, 0.99), flap=0.08, slant=0.05)],
        *tailor.buttons(c, [front.at(0.0, v) for v in np.arange(0.28, end - 0.15, 0.2)], c.trim, 0.045),
    ]
    body = c.piece(c.z, front.closed(c.figure.torso.neckline("round", 0.8, 0.07), 0.1, 5, 0.02), marks=marks)
    return [body, *laid_hood(c, c.z + 1), *upper.sleeves(c, loose=0.4, cuff=c.trim, cuff_size=0.05)]


def _quilted(line: Points, other: Points, chambers: int, swell: float, start: float = 0.0) -> Points:
    """A side line that swells out, away from the other one, between the seams of so many chambers. swell: units; start: share
    of it that stays as it is."""
    s = np.linspace(0.0, 1.0, 8 * chambers + 1)
    t = np.linspace(0.0, 1.0, len(line))
    rows, far = (np.stack([np.interp(s, t, each[:, axis]) for axis in (0, 1)], 1) for each in (line, other))
    out = rows - far
    out /= np.maximum(np.hypot(*out.T), 1e-6)[:, None]
    free = swell * np.clip((s - start) / 0.08, 0, 1) if start else swell
    return np.asarray(rows + out * (free * (np.abs(np.sin(np.pi * chambers * s)) ** 0.7 - 0.35))[:, None])


def _stuffing(c: Cloth, left: Points, right: Points, chambers: int, sag: float) -> list[Mark]:
    """What quilting shows inside: seams, the shade over each of them, light where a chamber swells, short puckers."""
    seams, shades, lights, puckers = [], Path(), Path(), []
    u = np.linspace(-1.02, 1.02, 11)
    for k in range(chambers):
        low = across(left, right, u, (k + 1) / chambers)
        low[:, 1] += sag * (1 - u * u)
        rise = (across(left, right, u, (k + 0.68) / chambers) - across(left, right, u, (k + 1) / chambers)) * (1 - 0.3 * u * u)[
            :, None
        ]
        shades.add_path(polygon(np.concatenate([low, (low + rise)[::-1]])))
        lights.add_path(polygon(np.concatenate([(low + 2.6 * rise)[2:-2], (low + 1.9 * rise)[2:-2][::-1]])))
        if k < chambers - 1:
            seams.append(low)
        for at in c.rng.uniform(-0.8, 0.8, 4):
            spot = across(left, right, float(at), (k + 1) / chambers)[0] + [0.0, sag * (1 - at * at)]
            step = (
                across(left, right, float(at), (k + 0.78) / chambers)[0] - across(left, right, float(at), (k + 1) / chambers)[0]
            )
            puckers.append(np.array([spot, spot + step]))
    return [
        Mark(shades, "shade", strength=0.75),
        Mark(lights, "light", strength=0.3, soft=0.02),
        Mark(strokes(*puckers), width=0.6, strength=0.8),
        Mark(strokes(*seams), width=1.2),
    ]


def puffer_jacket(c: Cloth) -> list[Layer]:
    """Filled with down: quilted across, every chamber bulging at the sides, a high stuffed collar, a zip worn open."""
    w, t, h = c.figure.body.shoulder, c.figure.torso, c.figure.body.arm_half
    plain, collar = tailor.hang(c, 0.98, 0.24, 0.0), c.trim if c.garment.second_rgb else darken(c.main, 0.12)
    left, right = (_quilted(a, b, 6, 0.16 * w, 0.17) for a, b in ((plain.left, plain.right), (plain.right, plain.left)))
    front = tailor.Front(c.figure, left, right, np.linspace(plain.v[0], plain.v[-1], len(left)))
    found = []
    for sign in (-1, 1):
        inner = np.array([plain.at(sign * 0.15, v) for v in plain.v])
        edge = _quilted(inner, plain.left if sign < 0 else plain.right, 6, 0.05 * w)
        side = left if sign < 0 else right
        low = (side[-1] + edge[-1]) / 2 + [0.0, 0.06 * w]
        path = polygon(np.concatenate([side, low[None], edge[::-1]]))
        pair = (side, edge) if sign < 0 else (edge, side)
        marks = [*_stuffing(c, *pair, 6, 0.03 * w), *tailor.zipper(c, edge[6:] + [sign * 0.03 * w, 0.0], STEEL)]
        found.append(c.piece(c.z, path, marks=marks))
        leaf = [t.at(sign * 0.7, -0.07), t.at(sign * 1.12, -0.05), t.at(sign * 1.1, 0.06)]
        leaf += [front.at(sign * 0.3, 0.2), front.at(sign * 0.13, 0.17), t.at(sign * 0.5, 0.02)]
        fold = spline(np.array([t.at(sign * 1.0, 0.0), t.at(sign * 0.78, 0.07), front.at(sign * 0.24, 0.13)]), 9)
        found.append(
            c.detail(c.z + 1, trace(spline(np.array(leaf), 26, closed=True)), collar, marks=[Mark(strokes(fold), width=0.9)])
        )
    arms = upper.sleeves(c, loose=0.6, cuff=collar, cuff_size=0.05)
    for side_, sleeve in zip(SIDES, arms[::2], strict=False):  # worn without sleeves as well
        outer, inner = c.figure.arms[side_].sides(0.0, 0.95, 0.82 * h)
        n = min(len(outer), len(inner))
        puffed = [_quilted(a, b, 6, 0.42 * h) for a, b in ((outer[:n], inner[:n]), (inner[:n], outer[:n]))]
        puffed[1][:5] = inner[0] + (puffed[1][5] - inner[0]) * np.linspace(0, 1, 5)[:, None]  # no swelling in the armpit
        middle, reach = (outer[0] + inner[0]) / 2, (outer[0] - inner[0]) / 2
        back = -0.8 * float(np.hypot(*reach)) * np.array(c.figure.arms[side_].direction(0.0))
        f = np.linspace(0.0, np.pi, 9)[1:-1, None]
        cap = middle - reach * np.cos(f) + back * np.sin(f)  # over the shoulder, from the armpit outwards
        sleeve.path = polygon(np.concatenate([puffed[0], puffed[1][::-1], cap]))
        sleeve.edge = trace(np.concatenate([cap[-4:], puffed[0], puffed[1][:6:-1]]), closed=False)
        sleeve.marks = _stuffing(c, puffed[0], puffed[1], 6, 0.0)
    return [*found, *arms]


OUTERWEAR: dict[str, Draw] = {
    "trench coat": trench_coat,
    "parka": parka,
    "bomber jacket": bomber_jacket,
    "leather jacket": leather_jacket,
    "denim jacket": denim_jacket,
    "lab coat": lab_coat,
    "raincoat": raincoat,
    "puffer jacket": puffer_jacket,
}
