"""Eight kinds of garment that no draft knows: they are drawn here alone, for the frozen set, and never become kinds of the
wardrobe. They stand on its figure, geometry and cloth; their shapes are their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.request import ClothingPart
from wardrobe import garments
from wardrobe.canvas import SLEEVE, Layer, Mark, Z
from wardrobe.cloth import Cloth, across, discs, limb_angle, shape, strokes
from wardrobe.figure import SIDES, Figure
from wardrobe.geometry import Points, spline, trace
from wardrobe.outfit import Outfit
from wardrobe.style import RGB, Style, darken, lighten

Draw = Callable[[Cloth], list[Layer]]
Rng = np.random.Generator


@dataclass(frozen=True)
class HeldOutKind:
    """words: how prompts call it. trimmed: what carries the second colour, in words."""

    slot: ClothingPart
    words: tuple[str, ...]
    draw: Draw
    trimmed: str = "trim"


def _bodice(c: Cloth, v1: float, neck: str, width: float, depth: float, marks: list[Mark], z: float, ease: float = 0.04) -> Layer:
    """The torso from the shoulders to level v1."""
    w, torso = c.figure.body.shoulder, c.figure.torso
    path = torso.outline(0.015, v1, ease * w, 0.0, 0.05 * w, torso.neckline(neck, width, depth))
    rim = Mark(trace(torso.neckline(neck, width, depth), closed=False), colour=c.trim, width=2.2)
    return c.piece(z, path, marks=[*marks, rim])


def _floor_way(c: Cloth, share: float) -> float:
    """y at a share of the way from the crotch to the ankles."""
    crotch = c.figure.torso.at(0, 1.0)[1]
    ankle = max(c.figure.joints["ankle_l"][1], c.figure.joints["ankle_r"][1])
    return crotch + share * (ankle - crotch)


def _below(c: Cloth, v: float, share: float, flare: float, ease: float = 0.06) -> tuple[Points, Points]:
    """Side lines from torso level v to a share of the way to the ankles; flare, ease: of the hip's half-width."""
    hip, unit = c.figure.torso.half(0.92), c.figure.torso.length
    length = (_floor_way(c, share) - c.figure.torso.at(0, v)[1]) / unit
    return c.figure.skirt(v, max(length, 0.3), flare * hip, ease * hip)


def _even(line: Points, count: int = 16) -> Points:
    """The same line in `count` points."""
    where = np.linspace(0, len(line) - 1, count)
    return np.stack([np.interp(where, np.arange(len(line)), line[:, axis]) for axis in (0, 1)], 1)


def _rays(left: Points, right: Points, us: tuple[float, ...], start: float, end: float = 0.98) -> Mark:
    """Folds that spread from the waist."""
    return Mark(
        strokes(*(across(left, right, np.array([u * 0.75, u * 0.9, u]), np.linspace(start, end, 3)) for u in us)), width=0.8
    )


def cape_dress(c: Cloth) -> list[Layer]:
    """A narrow dress under a cape that is sewn into its shoulders, open in front and over the arms."""
    f, w = c.figure, c.figure.body.shoulder
    x, y = f.torso.at(0, 0.0)
    left, right = _below(c, 0.58, float(c.rng.uniform(0.42, 0.6)), 0.06)
    seams = [np.array([c.front(s * 0.45, v) for v in (0.3, 0.45, 0.6)]) for s in (-1, 1)]
    found = [
        c.piece(c.z, trace(np.concatenate([left, right[::-1]])), marks=[_rays(left, right, (-0.5, 0.45), 0.7)]),
        _bodice(c, 0.62, "round", 0.7, 0.1, [Mark(strokes(*seams), width=0.7)], c.z + 0.2),
    ]
    low = f.torso.at(0, 0.86)[1] + float(c.rng.uniform(0.0, 0.25))
    for side, sign in zip(SIDES, (-1, 1), strict=True):
        elbow = f.arms[side].point(0.5)
        wide = max(sign * (elbow[0] - x), 1.05 * w) + 0.3 * w
        rows = [
            (x + sign * 0.42 * w, y + 0.02),
            (x + sign * 0.95 * w, y + 0.02 * w),
            (x + sign * (0.5 * wide + 0.6 * w), y + 0.4 * w),
        ]
        rows += [(x + sign * wide, low), (x + sign * 0.8 * wide, low + 0.14 * w), (x + sign * 0.6 * wide, low + 0.02 * w)]
        rows += [(x + sign * 0.55 * w, low + 0.1 * w), (x + sign * 0.5 * w, y + 0.5 * w)]
        folds = [np.array([(x + sign * a * w, y + 0.3 * w), (x + sign * b * wide, low)]) for a, b in ((0.85, 0.9), (0.7, 0.7))]
        found.append(c.piece(Z.FRONT_ARM + 5.5, trace(np.array(rows)), marks=[Mark(strokes(*folds), width=0.9)]))
    return found


def bubble_dress(c: Cloth) -> list[Layer]:
    """Strapless, its skirt gathered again at the hem into a balloon."""
    hip = c.figure.torso.half(0.92)
    left, right = _below(c, 0.6, float(c.rng.uniform(0.3, 0.45)), 0.1)
    s = np.linspace(0, 1, len(left))
    puff = (0.75 * hip * np.sin(np.pi * s**0.8) ** 0.8)[:, None] * [1.0, 0.0]
    left, right = left - puff, right + puff
    low = (left[-1] + right[-1]) / 2 + [0, 0.12 * hip]
    gathers = [
        across(left, right, np.array([u * 0.8, u * 1.05, u * 0.85]), np.array([0.04, 0.55, 0.98]))
        for u in np.linspace(-0.8, 0.8, 6)
    ]
    skirt = c.piece(c.z, trace(np.concatenate([left, low[None], right[::-1]])), marks=[Mark(strokes(*gathers), width=0.9)])
    t, w = c.figure.torso, c.figure.body.shoulder
    a, b = t.sides(0.24, 0.63, 0.03 * w)
    top = np.array([c.front(u, v) for u, v in ((0.6, 0.2), (0.3, 0.19), (0.0, 0.25), (-0.3, 0.19), (-0.6, 0.2))])
    bones = [np.array([c.front(u, v) for v in (0.27, 0.45, 0.62)]) for u in (-0.5, -0.2, 0.2, 0.5)]
    bodice = c.piece(c.z + 0.2, trace(np.concatenate([a, b[::-1], top])), marks=[Mark(strokes(*bones), width=0.7)])
    band_l, band_r = t.sides(0.58, 0.65, 0.05 * w)
    return [skirt, bodice, c.detail(c.z + 0.4, trace(np.concatenate([band_l, band_r[::-1]])), c.trim)]


def toga(c: Cloth) -> list[Layer]:
    """One length of cloth to the calves, over one shoulder and across the breast."""
    f, w = c.figure, c.figure.body.shoulder
    sign = 1 if c.rng.random() < 0.5 else -1
    left, right = _below(c, 0.3, float(c.rng.uniform(0.72, 0.95)), 0.3, 0.14)
    start = [f.torso.at(-sign * 1.0, 0.3), c.front(-sign * 0.3, 0.2), f.torso.at(sign * 0.45, 0.0), f.torso.at(sign * 0.98, 0.03)]
    outline = np.concatenate([left, right[::-1], np.array(start[::-1] if sign > 0 else start)])
    drape = [
        spline(
            np.array(
                [
                    f.torso.at(sign * (0.9 - 0.1 * k), 0.05),
                    c.front(0.1 * sign, 0.3 + 0.12 * k),
                    f.torso.at(-sign * 0.95, 0.5 + 0.16 * k),
                ]
            ),
            8,
        )
        for k in range(4)
    ]
    hem = Mark(trace(across(left, right, np.linspace(-1.02, 1.02, 9), 0.95), closed=False), colour=c.trim, width=3.0)
    body = c.piece(
        c.z, trace(outline), marks=[Mark(strokes(*drape), width=0.9), _rays(left, right, (-0.6, -0.1, 0.5), 0.55), hem]
    )
    x, y = f.torso.at(sign * 0.8, 0.03)
    fall = np.array(
        [
            (x - 0.22 * w, y),
            (x + 0.24 * w, y),
            (x + 0.3 * w, y + 0.8 * w),
            (x + 0.1 * w, y + 1.1 * w),
            (x - 0.2 * w, y + 0.85 * w),
        ]
    )
    lines = Mark(
        strokes(*(np.array([(x + k * w, y + 0.1 * w), (x + 1.2 * k * w, y + 0.85 * w)]) for k in (-0.1, 0.08))), width=0.8
    )
    return [body, c.piece(c.z + 0.6, trace(fall), marks=[lines])]


def baseball_jacket(c: Cloth) -> list[Layer]:
    """Snapped shut, sleeves in the second colour, striped ribs at collar, cuffs and hem, a letter on the breast."""
    t, w, h = c.figure.torso, c.figure.body.shoulder, c.figure.body.arm_half
    sleeve: RGB = c.garment.second_rgb or lighten(c.main, 0.75)
    path = t.outline(0.012, 0.95, 0.15 * w, 0.02 * w, 0.04 * w, t.neckline("round", 0.66, 0.09))
    front = strokes(np.array([c.front(0, v) for v in (0.08, 0.4, 0.95)]))
    snaps = discs(np.array([c.front(0.05, v) for v in (0.2, 0.36, 0.52, 0.68, 0.84)]), 0.05 * w)
    letter = strokes(
        *(
            np.array([c.front(*p), c.front(*q)])
            for p, q in (((0.3, 0.26), (0.3, 0.42)), ((0.3, 0.26), (0.58, 0.26)), ((0.3, 0.34), (0.5, 0.34)))
        )
    )
    pockets = strokes(*(np.array([c.front(s * 0.4, 0.62), c.front(s * 0.62, 0.78)]) for s in (-1, 1)))
    marks = [
        Mark(front, width=1.0),
        Mark(snaps, "fill", sleeve),
        Mark(letter, colour=sleeve, width=4.0),
        Mark(pockets, colour=sleeve, width=2.0),
    ]
    found = [c.piece(c.z, path, marks=marks)]
    for v0, v1, colour in ((0.93, 0.955, c.main), (0.955, 0.98, sleeve), (0.98, 1.01, c.main)):
        a, b = t.sides(v0, v1, 0.14 * w)
        found.append(c.detail(c.z + 0.3, trace(np.concatenate([a, b[::-1]])), colour, shading=0.3))
    for side in SIDES:
        arm = c.figure.arms[side]
        z = arm.z + c.sleeve_z
        body = c.detail(
            z, arm.outline(0, 0.9, 0.5 * h, 0.0, 0.1 * h), sleeve, edge=arm.edge(0, 0.9, 0.5 * h, 0.0, 0.1 * h), shading=1.0
        )
        body.marks.append(
            Mark(strokes(*(np.stack([arm.sides(0, 0.9, 0.5 * h)[1][k], np.array(arm.point(0.5))]) for k in (7, 9))), width=0.7)
        )
        found.append(body)
        found += [
            c.detail(z + 0.1, arm.band(t0, 0.03, 0.36 * h), colour)
            for t0, colour in ((0.88, c.main), (0.91, sleeve), (0.94, c.main))
        ]
    x, y = t.at(0, 0.0)
    n = c.figure.body.neck_half
    collar = [
        (x - n * 1.5, y - 0.02),
        (x, y + n * 0.75),
        (x + n * 1.5, y - 0.02),
        (x + n * 1.7, y + 0.08 * w),
        (x, y + n * 1.3),
        (x - n * 1.7, y + 0.08 * w),
    ]
    return [*found, c.detail(c.z + 1, trace(np.array(collar)), darken(c.main, 0.1), shading=0.2)]


def peplum_top(c: Cloth) -> list[Layer]:
    """Fitted to the waist, a short wide frill below it, small winged sleeves."""
    w, hip, h = c.figure.body.shoulder, c.figure.torso.half(0.92), c.figure.body.arm_half
    left, right = c.figure.skirt(0.58, float(c.rng.uniform(0.38, 0.5)), 0.6 * hip, 0.05 * hip)
    s = np.linspace(0, 1, 33)[1:-1]
    hem = left[-1] + (right[-1] - left[-1]) * s[:, None]
    hem[:, 1] += 0.16 * hip * np.sin(np.pi * s) + 0.06 * hip * np.cos(10 * np.pi * s)
    frill = c.piece(
        c.z + 6.3,
        trace(np.concatenate([left, hem, right[::-1]])),
        marks=[_rays(left, right, (-0.75, -0.45, -0.15, 0.15, 0.45, 0.75), 0.1)],
    )
    darts = [np.array([c.front(k * 0.45, 0.32), c.front(k * 0.36, 0.58)]) for k in (-1, 1)]
    found = [frill, _bodice(c, 0.6, "square", 0.55, 0.14, [Mark(strokes(*darts), width=0.7)], c.z + 6.4)]
    a, b = c.figure.torso.sides(0.56, 0.61, 0.05 * w)
    found.append(c.detail(c.z + 6.6, trace(np.concatenate([a, b[::-1]])), c.trim))
    for side, sign in zip(SIDES, (-1, 1), strict=True):
        arm = c.figure.arms[side]
        x, y = arm.point(0.02)
        wing = np.array(
            [
                (x - sign * 0.5 * h, y - 1.1 * h),
                (x + sign * 1.6 * h, y - 0.6 * h),
                (x + sign * 2.3 * h, y + 1.6 * h),
                (x + sign * 0.6 * h, y + 1.9 * h),
                (x - sign * 0.6 * h, y + 1.0 * h),
            ]
        )
        found.append(
            c.piece(arm.z + c.sleeve_z, trace(wing), marks=[Mark(strokes(wing[[0, 2]] * 0.9 + wing[[3, 3]] * 0.1), width=0.7)])
        )
    return found


def asymmetric_skirt(c: Cloth) -> list[Layer]:
    """Its hem runs from high on one thigh to low on the other calf, with a frill along it."""
    hip = c.figure.torso.half(0.92)
    sign = 1 if c.rng.random() < 0.5 else -1
    short, long = float(c.rng.uniform(0.1, 0.22)), float(c.rng.uniform(0.7, 0.85))
    shares = (short, long) if sign > 0 else (long, short)
    left, right = _even(_below(c, 0.62, shares[0], 0.28)[0]), _even(_below(c, 0.62, shares[1], 0.28)[1])
    s = np.linspace(0, 1, 25)[1:-1]
    hem = left[-1] + (right[-1] - left[-1]) * s[:, None]
    hem[:, 1] += 0.12 * hip * np.sin(np.pi * s)
    inner = hem - [0, 0.26 * hip]
    waves = hem + np.stack([np.zeros(len(s)), 0.06 * hip * np.cos(14 * np.pi * s)], 1)
    ends = left[-1] - [0.06 * hip, -0.05 * hip], right[-1] + [0.06 * hip, 0.05 * hip]
    frill = np.concatenate([inner[:1], ends[0][None], waves, ends[1][None], inner[::-1]])
    pleats = Mark(strokes(*(np.stack([a, b]) for a, b in zip(inner[::2], waves[::2], strict=True))), width=0.7)
    top = c.piece(c.z, trace(np.concatenate([left, hem, right[::-1]])), marks=[_rays(left, right, (-0.5, 0.0, 0.5), 0.4, 0.85)])
    a, b = c.figure.torso.sides(0.61, 0.67, 0.05 * hip)
    return [
        top,
        c.detail(c.z + 0.1, trace(frill), c.trim, marks=[pleats]),
        c.detail(c.z + 0.2, trace(np.concatenate([a, b[::-1]])), darken(c.main, 0.2)),
    ]


def _hips(c: Cloth, v1: float, ease: float, marks: list[Mark]) -> Layer:
    """The part of trousers round the hips, closed below the crotch."""
    t, w = c.figure.torso, c.figure.body.thigh_half
    left, right = t.sides(0.63, 0.999, ease * w)
    low = np.array([np.array(t.at(0, 1.0)) + [0, v1 * w]])
    sides = trace(left, closed=False)
    sides.add_path(trace(right, closed=False))
    return c.piece(c.z, trace(np.concatenate([left, low, right[::-1]])), edge=sides, marks=marks)


def bell_bottoms(c: Cloth) -> list[Layer]:
    """Tight to the knee, then as wide as a bell over the shoes."""
    w = c.figure.body.thigh_half
    found = []
    for side in SIDES:
        leg = c.figure.legs[side]
        outer, inner = leg.sides(0.0, 1.0, 0.05 * w)
        t = np.linspace(0, 1, len(outer))
        spread = (0.95 * w * np.clip((t - 0.5) / 0.5, 0, 1) ** 1.7)[:, None]
        way = (outer - inner) / np.maximum(np.linalg.norm(outer - inner, axis=1), 1e-6)[:, None]
        outer, inner = outer + way * spread, inner - way * spread
        low = (outer[-1] + inner[-1]) / 2 + np.array(leg.direction(1.0)) * 0.2 * w
        crease = Mark(
            strokes(
                (outer * 0.5 + inner * 0.5)[len(outer) // 3 :],
                np.stack([outer[-1] * 0.8 + inner[-1] * 0.2, outer[len(t) * 2 // 3] * 0.6 + inner[len(t) * 2 // 3] * 0.4]),
            ),
            width=0.7,
        )
        hem = Mark(trace(np.stack([outer[-1], low, inner[-1]]), closed=False), colour=c.trim, width=4.0)
        found.append(
            c.piece(
                leg.z + SLEEVE,
                trace(np.concatenate([outer, low[None], inner[::-1]])),
                marks=[crease, hem],
                angle=limb_angle(leg, 0.3),
            )
        )
    fly = Mark(
        strokes(
            np.array([c.front(0, 0.66), c.front(0.02, 0.86), c.front(0, 1.0)]),
            *(np.array([c.front(s * 0.8, 0.7), c.front(s * 0.4, 0.74)]) for s in (-1, 1)),
        ),
        width=0.8,
    )
    return [*found, _hips(c, 0.2, 0.06, [fly])]


def harem_pants(c: Cloth) -> list[Layer]:
    """One wide balloon with its crotch at the knees, gathered at the ankles."""
    f, w = c.figure, c.figure.body.thigh_half
    left, right = f.torso.sides(0.63, 0.999, 0.15 * w)
    sides = []
    for side, start in (("l", left), ("r", right)):
        outer, inner = f.legs[side].sides(0.05, 0.9, 0.1 * w, 0.0, 1.15 * w)
        sides.append((np.concatenate([start, outer[2:]]), inner[-max(3, len(inner) // 4) :]))
    crotch = np.array([(f.legs["l"].point(0.55)[0] + f.legs["r"].point(0.55)[0]) / 2, _floor_way(c, 0.52)])
    outline = np.concatenate([sides[0][0], sides[0][1][::-1], crotch[None], sides[1][1], sides[1][0][::-1]])
    waist = np.stack([np.array(f.torso.at(u, 0.66)) for u in (-0.7, -0.3, 0.3, 0.7)])
    folds = [
        np.stack([top, crotch * 0.6 + top * 0.4 + [0.3 * k * w, 0.0], crotch + [k * 0.5 * w, 0.0]])
        for top, k in zip(waist, (-1.2, -0.4, 0.4, 1.2), strict=True)
    ]
    z = max(leg.z for leg in f.legs.values()) + SLEEVE
    found = [c.piece(z, trace(outline), marks=[Mark(strokes(*folds), width=0.8)])]
    found += [c.detail(f.legs[side].z + SLEEVE + 0.5, f.legs[side].band(0.87, 0.06, 0.14 * w), c.trim) for side in SIDES]
    a, b = f.torso.sides(0.6, 0.68, 0.1 * w)
    return [*found, c.detail(c.z + 0.2, shape(*np.concatenate([a, b[::-1]]).tolist()), c.trim)]


_TOP, _BOTTOM, _ONE = ClothingPart.TOPWEAR, ClothingPart.BOTTOMWEAR, ClothingPart.ONEPIECE

HELD_OUT_KINDS: dict[str, HeldOutKind] = {
    "cape-dress": HeldOutKind(_ONE, ("cape dress", "caped dress"), cape_dress),
    "bubble dress": HeldOutKind(_ONE, ("strapless bubble dress", "balloon dress"), bubble_dress),
    "toga": HeldOutKind(_ONE, ("toga", "one-shoulder toga"), toga),
    "baseball jacket": HeldOutKind(_TOP, ("baseball jacket", "varsity jacket"), baseball_jacket, "sleeves"),
    "peplum top": HeldOutKind(_TOP, ("peplum top", "peplum blouse"), peplum_top),
    "asymmetric skirt": HeldOutKind(_BOTTOM, ("asymmetric skirt", "skirt with a slanted hem"), asymmetric_skirt),
    "bell-bottoms": HeldOutKind(_BOTTOM, ("bell-bottoms", "flared trousers"), bell_bottoms),
    "harem pants": HeldOutKind(_BOTTOM, ("harem pants", "baggy harem trousers"), harem_pants),
}


def layers(outfit: Outfit, figure: Figure, style: Style) -> list[Layer]:
    """As `wardrobe.garments.layers`, for outfits with held-out kinds in them."""
    known = [index for index, garment in enumerate(outfit.garments) if garment.kind not in HELD_OUT_KINDS]
    found = garments.layers(Outfit(tuple(outfit.garments[index] for index in known)), figure, style)
    found = [replace(layer, garment=known[layer.garment - 1] + 1) for layer in found]
    for index, garment in enumerate(outfit.garments):
        if garment.kind in HELD_OUT_KINDS:
            z = Z.BOTTOM if garment.slot == ClothingPart.BOTTOMWEAR else Z.TOP
            cloth = Cloth(garment, index + 1, figure, style, z, SLEEVE, np.random.default_rng(garment.detail))
            found += HELD_OUT_KINDS[garment.kind].draw(cloth)
    return found
