"""Pieces of everything worn below the waist: skirts of every cut, trouser legs, waistbands."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from wardrobe import folds as creases
from wardrobe import shading
from wardrobe.canvas import SLEEVE, Layer, Mark, Z
from wardrobe.cloth import Cloth, across, limb_angle, middle, strokes
from wardrobe.figure import SIDES
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.shading import Tube
from wardrobe.style import RGB, darken

CONE, HIPS = 1.1, 1.45  # `Tube.front` of a skirt, and of hips whose shade goes on down a leg
REACH = {"short": 0.36, "knee": 0.54, "midi": 0.74, "long": 0.97, "": 0.5}  # hem as a share of the way hip -> ankle


def skirt_sides(cloth: Cloth, v: float, reach: float, flare: float, ease: float = 0.06) -> tuple[Points, Points]:
    """Side lines from torso level v to `reach` of the leg. flare, ease: shares of the hip's half-width."""
    figure = cloth.figure
    unit, hip = figure.torso.length, figure.torso.half(0.92)
    ankle = max(figure.joints["ankle_l"][1], figure.joints["ankle_r"][1])
    crotch = figure.torso.at(0, 1.0)[1]
    length = (crotch + reach * (ankle - crotch) - figure.torso.at(0, v)[1]) / unit
    return figure.skirt(v, max(length, 0.3), flare * hip, ease * hip)


def _hem(left: Points, right: Points, waves: int, depth: float, sag: float) -> Points:
    """Lower border from left to right. waves: number of scallops or pleats; depth: of each, units; sag: units."""
    count = max(9, 4 * waves + 1)
    s = np.linspace(0, 1, count)
    line = left[-1] + (right[-1] - left[-1]) * s[:, None]
    line[:, 1] += sag * np.sin(np.pi * s)
    if waves:
        line[:, 1] += depth * np.cos(2 * np.pi * waves * s) - depth
    return np.asarray(line)


def skirt_path(left: Points, right: Points, waves: int = 0, depth: float = 0.02, sag: float = 0.08) -> Path:
    top = spline(np.stack([right[0], (left[0] + right[0]) / 2 + [0, 0.03], left[0]]), 5)[1:-1]
    return trace(np.concatenate([left[:-1], _hem(left, right, waves, depth, sag), right[:-1][::-1], top]))


def _sagged(left: Points, right: Points, u: Points, s: float, sag: float) -> Points:
    points = across(left, right, u, s)
    points[:, 1] += sag * s * np.sin(np.pi * (u + 1) / 2)
    return points


def pleats(cloth: Cloth, left: Points, right: Points, count: int, sag: float) -> tuple[Mark, ...]:
    """Knife pleats: (their shaded sides, their edges)."""
    us = _pleat_edges(cloth, count)
    pitch = (right[-1, 0] - left[-1, 0]) / len(us)
    heads, feet = _sagged(left, right, us * 0.97, 0.03, sag), _sagged(left, right, us, 1.03, sag)
    knees = _sagged(left, right, us, 0.5, sag)
    lit = -1.0 if shading.into_shade(cloth.style.light)[0] < 0 else 1.0
    open_ = pitch * cloth.rng.uniform(0.26, 0.52, len(us)) * np.sqrt(1 - (0.9 * us) ** 2)
    lines, strips, deep = Path(), Path(), Path()
    for head, knee, foot, wide in zip(heads, knees, feet, open_.tolist(), strict=True):
        lines.add_path(trace(np.stack([foot, knee, head]), closed=False))
        for path, share, start in ((strips, 1.0, head), (deep, 0.4, (head + knee) / 2)):
            corner = foot + [lit * wide * share, 0.0]
            rows = [start, foot, corner] if lit < 0 else [start, corner, foot]
            path.add_polygon(np.array(rows).tolist())
    return Mark(strips, "shadow"), Mark(deep, "deep"), Mark(lines, width=0.8, ends=(0.9, 0.3))


def _pleat_edges(cloth: Cloth, count: int) -> Points:
    """u of the pleats' edges: twice `count` pleats or two dozen, closer together where the skirt turns away."""
    return np.array([middle(cloth.figure, u) for u in np.linspace(-1, 1, min(2 * count, 24) + 1)[1:-1]])


def pleated_path(cloth: Cloth, left: Points, right: Points, count: int, sag: float, depth: float) -> Path:
    """Outline of a pleated skirt: every pleat's hem rises a little to where it slips under the next one."""
    us = np.concatenate([[-1.0], _pleat_edges(cloth, count), [1.0]])
    lit = shading.into_shade(cloth.style.light)[0] < 0
    hem = []
    for a, b in pairwise(us):
        for u, rise in ((a, 0.0), (b, 1.0)) if lit else ((a, 1.0), (b, 0.0)):
            (point,) = _sagged(left, right, np.array([u]), 1.0, sag)
            hem.append(point - [0.0, rise * depth * float(np.sqrt(max(0.0, 1 - (0.8 * u) ** 2)))])
    top = spline(np.stack([right[0], (left[0] + right[0]) / 2 + [0, 0.03], left[0]]), 5)[1:-1]
    return polygon(np.concatenate([left[:-1], np.array(hem), right[:-1][::-1], top]))


def folds(cloth: Cloth, left: Points, right: Points, count: int, sag: float) -> tuple[Mark, ...]:
    """Soft folds rising from the hem."""
    pick = cloth.rng
    edges = np.array([-0.82 + 1.64 * (k + float(pick.uniform(0.3, 0.7))) / count for k in range(count)])
    return (_cones(cloth, left, right, edges, sag),)


def _cones(cloth: Cloth, left: Points, right: Points, edges: Points, sag: float) -> Mark:
    """Valleys that rise from the hem at u = edges, one far, the next less."""
    pick = cloth.rng
    far = pick.uniform(0.55, 0.92, len(edges))
    rises = np.where(np.arange(len(edges)) % 2 == int(pick.integers(2)), far, 0.5 * far)
    pitch = (right[-1, 0] - left[-1, 0]) / (len(edges) + 1)
    return creases.folds(*creases.cones(left, right, edges, rises, sag), depth=0.34 * pitch, ends=(0.85, 0.0))


def _lobes(cloth: Cloth, count: int) -> Points:
    """u of the valleys between the cones of a hanging skirt, from -1 to 1, irregular."""
    steps = np.cumsum(cloth.rng.uniform(0.55, 1.45, count))
    return np.concatenate([[-1.0], np.sin(np.pi / 2 * (2 * steps[:-1] / steps[-1] - 1) * 0.96), [1.0]])


def hanging_path(left: Points, right: Points, lobes: Points, sag: float, depth: float) -> Path:
    """Outline of a skirt whose hem follows its cones: each hangs lower in its middle, the valleys between lie deeper."""
    hem = []
    for a, b in pairwise(lobes):
        s = np.linspace(0, 1, 7)[:-1]
        row = _sagged(left, right, a + (b - a) * s, 1.0, sag)
        row[:, 1] += depth * min(1.6, (b - a) * len(lobes) / 2.4) * (np.sin(np.pi * s) ** 0.8 - 0.6)
        hem.append(row)
    hem.append(right[-1:])
    hem[0][0] = left[-1]
    top = spline(np.stack([right[0], (left[0] + right[0]) / 2 + [0, 0.03], left[0]]), 5)[1:-1]
    return trace(np.concatenate([left[:-1], *hem, right[:-1][::-1], top]))


def inside(cloth: Cloth, left: Points, right: Points, sag: float, depth: float) -> Layer:
    """The back's dark inside, seen under a hem wherever its front rises."""
    low = 0.8
    sides = [across(left, right, u, np.linspace(low, 1.0, 4)) for u in (-0.97, 0.97)]
    hem = _sagged(sides[0], sides[1], np.linspace(-1, 1, 11), 1.0, sag * 0.94)
    hem[1:-1, 1] -= 0.1 * depth
    path = polygon(np.concatenate([sides[0], hem[1:-1], sides[1][::-1]]))
    return cloth.detail(Z.COAT_BACK + 1, path, darken(cloth.main, 0.42), shading=0.0, line=0.7)


def hem_band(left: Points, right: Points, colour: RGB, s: float = 0.94, width: float = 3.0, sag: float = 0.08) -> Mark:
    """A stripe along the hem."""
    return Mark(trace(_sagged(left, right, np.linspace(-1.02, 1.02, 9), s, sag), closed=False), colour=colour, width=width)


def waistband(cloth: Cloth, v: float, colour: RGB, z: float, height: float = 0.06, ease: float = 0.05) -> Layer:
    """The band that closes a skirt or trousers at the waist."""
    hip = cloth.figure.torso.half(0.92)
    left, right = cloth.figure.torso.sides(v - height / 2, v + height / 2, ease * hip)
    low = (left[-1] + right[-1]) / 2 + [0, 0.04 * hip]
    high = (left[0] + right[0]) / 2 + [0, 0.04 * hip]
    return cloth.detail(z, trace(np.concatenate([left, low[None], right[::-1], high[None]])), colour, shading=0.3)


def skirt(
    cloth: Cloth,
    *,
    style: str,
    reach: float,
    flare: float,
    v: float = 0.62,
    z: float | None = None,
    count: int = 0,
    sag: float | None = None,
    band: bool = True,
    trim: RGB | None = None,
    extra: tuple[Mark, ...] = (),
) -> list[Layer]:
    """A skirt hanging from level v. style: "pleats" | "folds" | "plain"; count: of pleats or folds; band: with a
    waistband; trim: colour of a stripe along the hem."""
    z = cloth.z if z is None else z
    hip = cloth.figure.torso.half(0.92)
    sag = (0.1 + 0.12 * flare) * hip if sag is None else sag
    left, right = skirt_sides(cloth, v, reach, flare)
    depth = (0.06 + 0.06 * max(flare, 0.0)) * hip
    if style == "pleats":
        marks: tuple[Mark, ...] = pleats(cloth, left, right, count, sag)
        path = pleated_path(cloth, left, right, count, sag, 0.045 * hip)
    elif style == "folds":
        lobes = _lobes(cloth, count + 1)
        marks = (_cones(cloth, left, right, lobes[1:-1], sag), _gathered(cloth, left, right, count))
        path = hanging_path(left, right, lobes, sag, depth)
    else:
        marks, path = (_pulled(cloth, left, right),), skirt_path(left, right, 0, 0.0, sag)
    stripe = (hem_band(left, right, trim, sag=sag),) if trim is not None else ()
    if trim is None and style != "pleats":
        stripe = (_hem_seam(left, right, sag),)
    found = [cloth.piece(z, path, marks=[*stripe, *marks, *extra], tube=Tube(left, right, front=CONE))]
    if band:
        found.append(waistband(cloth, v + 0.02, darken(cloth.main, 0.22), z + 0.2))
    if style != "plain":
        found.append(inside(cloth, left, right, sag, depth))
    return found


def _gathered(cloth: Cloth, left: Points, right: Points, count: int) -> Mark:
    """Short folds that fall from the waist."""
    us = np.linspace(-0.8, 0.8, count + 1) + cloth.rng.uniform(-0.1, 0.1, count + 1)
    falls = cloth.rng.uniform(0.1, 0.3, count + 1)
    rows = [
        creases.along(left, right, (u, 0.02), (u * 1.02, 0.5 * fall), (u * 1.06, fall)) for u, fall in zip(us, falls, strict=True)
    ]
    return creases.folds(*rows, depth=0.06 * cloth.figure.torso.half(0.92), width=0.6)


def _pulled(cloth: Cloth, left: Points, right: Points) -> Mark:
    """A narrow skirt is pulled tight over the hips: a few flat folds from side to side."""
    sign = 1.0 if cloth.rng.random() < 0.5 else -1.0
    s = 0.3 + float(cloth.rng.uniform(-0.05, 0.05))
    rows = [
        creases.along(left, right, (sign * 0.97, s), (sign * 0.5, s + 0.03), (sign * 0.1, s + 0.01)),
        creases.along(left, right, (-sign * 0.97, s + 0.05), (-sign * 0.6, s + 0.09), (-sign * 0.35, s + 0.085)),
        creases.along(left, right, (sign * 0.15, 1.0), (sign * 0.18, 0.86), (sign * 0.1, 0.72)),
    ]
    return creases.folds(*rows, depth=0.06 * cloth.figure.torso.half(0.92), width=0.65)


def _hem_seam(left: Points, right: Points, sag: float) -> Mark:
    return Mark(trace(_sagged(left, right, np.linspace(-1.02, 1.02, 13), 0.955, sag), closed=False), width=0.45, strength=0.45)


def tiers(
    cloth: Cloth,
    *,
    reach: float,
    flare: float,
    rows: int,
    v: float = 0.62,
    z: float | None = None,
    trim: RGB | None = None,
    alternate: bool = False,
) -> list[Layer]:
    """A skirt of frills, the lowest first. alternate: every second frill in the trim colour."""
    z = cloth.z if z is None else z
    hip = cloth.figure.torso.half(0.92)
    left, right = skirt_sides(cloth, v, reach, flare)
    n = len(left)
    found = []
    for k in range(rows, 0, -1):
        s1, s0 = k / rows, max(0.0, (k - 1) / rows - 0.04)
        s = np.linspace(s0, s1, max(5, n // rows + 2))
        a, b = across(left, right, -1.0, s), across(left, right, 1.0, s)
        puff = 0.06 * hip * np.linspace(0, 1, len(s))[:, None] * [1.0, 0.0]
        a, b = a - puff, b + puff
        waves = 4 + 2 * k
        us = np.linspace(-0.9, 0.9, waves)
        lines = strokes(
            *[
                np.stack([p, p * 0.55 + q * 0.45])
                for p, q in zip(_sagged(a, b, us, 1.0, 0.1 * hip), _sagged(a, b, us, 0.0, 0.1 * hip), strict=True)
            ]
        )
        path = skirt_path(a, b, waves, 0.05 * hip, 0.1 * hip)
        marks = [Mark(lines, width=0.7, strength=0.85)]
        if trim is not None:
            marks.append(hem_band(a, b, trim, 0.97, 2.4, 0.1 * hip))
        other = alternate and k % 2 == 0
        found.append(cloth.detail(z, path, cloth.trim, marks=marks) if other else cloth.piece(z, path, marks=marks))
    return found


def trousers(
    cloth: Cloth,
    *,
    t1: float,
    ease: float = 0.12,
    flare: float = 0.0,
    puff: float = 0.0,
    v: float = 0.64,
    z: float | None = None,
    marks: tuple[Mark, ...] = (),
    cuff: RGB | None = None,
    stripe: RGB | None = None,
    seams: bool = True,
    band: RGB | None = None,
    colour: RGB | None = None,
) -> list[Layer]:
    """Two trouser legs down to t1 and the hip part. ease, flare, puff: shares of the thigh's half-width; cuff,
    stripe, band: colours of turn-ups, of a line down the outside, of the waistband."""
    figure, z = cloth.figure, cloth.z if z is None else z
    w = figure.body.thigh_half
    hip_ease = (0.05 + 0.35 * ease) * w
    found = []
    legs = {side: figure.legs[side].sides(0.0, t1, ease * w, flare * w, puff * w) for side in SIDES}
    for side in SIDES:
        leg, (outer, inner) = figure.legs[side], legs[side]
        room, spread, bulge = ease * w, flare * w, puff * w
        details = creases.limb_folds(cloth, leg, (outer, inner), t1, loose=ease + 0.3 * flare, root=False)
        n = min(len(outer), len(inner))
        if seams and t1 > 0.6:
            details.insert(0, Mark(strokes(outer[2:n] * 0.45 + inner[2:n] * 0.55), width=0.5, strength=0.5))
        if stripe is not None:
            line = trace(outer[:n] * 0.82 + inner[:n] * 0.18, closed=False)
            details.insert(0, Mark(line, colour=stripe, width=4.0))
        path, edge = leg.outline(0.0, t1, room, spread, bulge), leg.edge(0.0, t1, room, spread, bulge)
        dark = shading.into_shade(cloth.style.light)[0] > 0
        tube = Tube(outer, inner, fade=(0.14 if dark == (side == "l") else 0.0, 0.0))  # between the legs shade begins at a point
        found.append(cloth.piece(leg.z + SLEEVE, path, edge=edge, marks=details, angle=limb_angle(leg, 0.3), tube=tube))
        if cuff is not None:
            grow = room + 0.9 * spread + 0.02 * w
            band_tube = Tube(*leg.sides(t1 - 0.05, t1, grow))
            found.append(cloth.detail(leg.z + SLEEVE + 0.1, leg.band(t1 - 0.05, 0.05, grow), cuff, shading=0.3, tube=band_tube))
        elif t1 > 0.2:
            _, low = leg.sides(0.0, t1, room, spread, bulge)
            ring = _ring(outer, low, 0.03 if t1 > 0.6 else 0.06)
            found[-1].marks.insert(0, Mark(ring, width=0.45, strength=0.6))
    found.append(_hips(cloth, legs, v, hip_ease, z, marks))
    if band is not None:
        found.append(waistband(cloth, v + 0.02, band, z + 0.2, 0.07, 0.06))
    if colour is not None:
        for layer in found:
            layer.colour, layer.pattern = colour, None
    return found


def _ring(outer: Points, inner: Points, before: float) -> Path:
    """A line across a leg, `before` (share of its length) above its end."""
    us, s = np.linspace(-1, 1, 7), 1 - before
    line = across(outer, inner, us, s)
    chord = line[-1] - line[0]
    down = np.array([-chord[1], chord[0]]) * (1 if chord[0] > 0 else -1)
    return trace(line + down * 0.125 * np.sin(np.pi * (us[:, None] + 1) / 2), closed=False)


def _joined(hip: Points, leg: Points, sign: int) -> Points:
    """The side of the hips carried on down a leg, whichever of both lies farther out. sign: of that side, -1 left."""
    y = np.linspace(hip[0, 1], leg[-1, 1], 12)
    reach = sign * np.interp(y, hip[:, 1], hip[:, 0])
    out = np.where(y >= leg[0, 1], np.maximum(reach, sign * np.interp(y, leg[:, 1], leg[:, 0])), reach)
    out[-2:] = sign * np.interp(y[-2:], leg[:, 1], leg[:, 0])
    out[2:-1] = (out[1:-2] + 2 * out[2:-1] + out[3:]) / 4
    return np.stack([sign * out, y], 1)


def _hips(
    cloth: Cloth, legs: dict[str, tuple[Points, Points]], v: float, ease: float, z: float, marks: tuple[Mark, ...]
) -> Layer:
    """From the waist over the hips into both legs, so that legs and hips are one piece of cloth: no border at the crotch but
    the fly's seam and the folds that spread from where the legs part."""
    torso, w = cloth.figure.torso, cloth.figure.body.thigh_half
    (outer_l, inner_l), (outer_r, inner_r) = legs["l"], legs["r"]
    low = 2
    left, right = (
        _joined(side, leg[: low + 1], sign)
        for side, leg, sign in zip(torso.sides(v, 1.0, ease), (outer_l, outer_r), (-1, 1), strict=True)
    )
    fork = (inner_l[low] + inner_r[low]) / 2
    parted = inner_l[low, 0] < inner_r[low, 0]
    if parted:
        fork = fork - [0.0, 0.3 * (inner_r[low, 0] - inner_l[low, 0])]
    middle_l, middle_r = (outer_l[low] + inner_l[low]) / 2, (outer_r[low] + inner_r[low]) / 2
    lower = np.stack([middle_l, inner_l[low], fork, inner_r[low], middle_r])
    hips = polygon(np.concatenate([left, lower, right[::-1]]))
    edge = trace(left, closed=False)
    edge.add_path(trace(right, closed=False))
    front = torso.front
    seam = spline(np.array([front(0, v), front(0.03, 0.8), front(0.0, 0.95), fork.tolist()]), 10)
    fly = spline(np.array([front(0.16, v), front(0.17, 0.82), front(0.12, 0.9), front(0.01, 0.95)]), 10)
    lap = [np.array([torso.at(s * 0.9, v + 0.05), torso.at(s * 0.8, 0.76), torso.at(s * 0.98, 0.84)]) for s in (-1, 1)]
    pulls = []
    for sign in (-1, 1):
        reach = float(cloth.rng.uniform(0.25, 0.5))
        start = fork + [sign * 0.04 * w, -0.12 * w]
        end = start + (np.array(front(sign * 0.85, 0.9)) - start) * reach
        pulls.append(spline(np.stack([start, (start + end) / 2 + [0, 0.02], end]), 9))
        if cloth.rng.random() < 0.5:
            continue
        side = float(cloth.rng.uniform(0.9, 0.94))
        rows = [front(sign * 0.99, side - 0.04), front(sign * 0.8, side + 0.02), front(sign * 0.5, side + 0.035)]
        pulls.append(spline(np.array(rows), 9))
    details = [
        *marks,
        Mark(creases.lines(seam), width=0.7, ends=(1.0, 0.6)),
        Mark(creases.lines(fly), width=0.5, strength=0.7, ends=(0.8, 0.2)),
        Mark(strokes(*lap), width=0.7),
        creases.folds(*pulls, depth=0.13 * w),
    ]
    tube = Tube(left, right, front=HIPS)
    layer = cloth.piece(z, hips, edge=edge, marks=details, tube=tube)
    layer.casts = False
    return layer
