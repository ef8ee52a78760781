"""Pieces of everything worn below the waist: skirts (shaped by `wardrobe.skirts`), frills, trouser legs, waistbands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wardrobe import folds as creases
from wardrobe import shading, skirts
from wardrobe.canvas import SLEEVE, Layer, Mark
from wardrobe.cloth import Cloth, across, lengthened, limb_angle, shape, strokes
from wardrobe.figure import SIDES, Figure
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.shading import Tube
from wardrobe.skirts import REACH as REACH
from wardrobe.skirts import folds as folds
from wardrobe.skirts import hem_band as hem_band
from wardrobe.skirts import skirt_path as skirt_path
from wardrobe.skirts import skirt_sides as skirt_sides
from wardrobe.skirts import tapered as tapered
from wardrobe.sleeves import ring
from wardrobe.style import RGB, darken

CONE = 1.1  # `Tube.front` of a skirt
STRAIGHT = 9.0  # degrees by which a leg may lean while its pattern goes on from the hips


def waistband(cloth: Cloth, v: float, colour: RGB, z: float, height: float = 0.06, ease: float = 0.05) -> Layer:
    """The band that closes a skirt or trousers at the waist."""
    hip = cloth.figure.torso.half(0.92)
    left, right = cloth.figure.torso.sides(v - height / 2, v + height / 2, ease * hip)
    bow = np.array([0.0, 0.06 * hip])  # it hangs down in front, since it goes round; its ends are cut off by the silhouette
    low, high = (ring_half(a, b, bow) for a, b in ((left[-1], right[-1]), (left[0], right[0])))
    return cloth.detail(z, polygon(np.concatenate([left, low, right[::-1], high[::-1]])), colour, shading=0.3)


def ring_half(a: Points, b: Points, bow: Points) -> Points:
    """The nearer half of a ring round the body, from a to b without these ends. bow: by how much its middle hangs down."""
    turns = np.linspace(-0.5, 0.5, 13)[1:-1, None] * np.pi
    return np.asarray((a + b) / 2 + (b - a) / 2 * np.sin(turns) + bow * np.cos(turns))


def belt_loops(c: Cloth, v: float, height: float, colour: RGB, z: float) -> list[Layer]:
    """Belt loops on a waistband."""
    w = c.figure.body.shoulder
    half, found = 0.035 * w, []
    for u in (-0.55, 0.55):
        (x, y), (_, y1) = c.front(u, v - 0.7 * height), c.front(u, v + 0.7 * height)
        corners = (x - half, y), (x + half, y), (x + half, y1 + 0.04 * w), (x - half, y1 + 0.04 * w)
        found.append(c.detail(z, shape(*corners), colour, shading=0.2, line=0.8))
    return found


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
    sides: tuple[Points, Points] | None = None,
) -> list[Layer]:
    """A skirt hanging from level v. style: "pleats" | "folds" | "plain"; count: of pleats or folds; band: with a
    waistband; trim: colour of a stripe along the hem; sides: its side lines where they are not the usual ones."""
    z = cloth.z if z is None else z
    hip = cloth.figure.torso.half(0.92)
    sag = (0.1 + 0.12 * flare) * hip if sag is None else sag
    left, right = skirt_sides(cloth, v, reach, flare) if sides is None else sides
    depth = (0.06 + 0.06 * max(flare, 0.0)) * hip
    if style == "pleats":
        marks: tuple[Mark, ...] = skirts.pleats(cloth, left, right, count, sag)
        path = skirts.pleated_path(cloth, left, right, count, sag, 0.045 * hip)
    elif style == "folds":
        lobes = skirts.lobes_of(cloth, count + 1)
        low = skirts.hanging_hem(left, right, lobes, sag, depth, 0.95)
        marks = (skirts.valleys(cloth, left, right, lobes[1:-1], sag), skirts.gathered(cloth, left, right, count))
        path = skirts.hanging_path(left, right, lobes, sag, depth)
    else:
        marks, path = (skirts.pulled(cloth, left, right),), skirt_path(left, right, 0, 0.0, sag)
    stripe = (hem_band(left, right, trim, sag=sag),) if trim is not None else ()
    if style == "folds":
        border = trace(low, closed=False)
        stripe = (Mark(border, width=0.45, strength=0.45) if trim is None else Mark(border, colour=trim, width=3.0),)
    elif trim is None and style == "plain":
        stripe = (skirts.hem_seam(left, right, sag),)
    found = [cloth.piece(z, path, marks=[*stripe, *marks, *extra], tube=Tube(left, right, front=CONE))]
    if band:
        found.append(waistband(cloth, v + 0.02, darken(cloth.main, 0.22), z + 0.2))
    if style != "plain":
        found.append(skirts.inside(cloth, left, right, sag, depth))
    return found


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
        lobes = skirts.lobes_of(cloth, 5 + 2 * k)
        deep, low_sag = 0.07 * hip, 0.1 * hip
        falls = cloth.rng.uniform(0.35, 0.95, len(lobes) - 2)
        hangs = creases.cones(a, b, lobes[1:-1], falls, low_sag, 0.94)
        us = np.linspace(-0.92, 0.92, 6 + 3 * k) + cloth.rng.uniform(-0.03, 0.03, 6 + 3 * k)
        short = cloth.rng.uniform(0.2, 0.5, len(us)).tolist()
        pinched = creases.along_all(a, b, [[(u, 0.0), (u * 1.01, fall)] for u, fall in zip(us.tolist(), short, strict=True)])
        pitch = (b[-1, 0] - a[-1, 0]) / len(lobes)
        path = skirts.hanging_path(a, b, lobes, low_sag, deep)
        marks = [creases.folds(*hangs, depth=0.4 * pitch), creases.folds(*pinched, depth=0.2 * pitch, width=0.6)]
        if trim is not None:
            border = skirts.hanging_hem(a, b, lobes, low_sag, deep, 0.95)
            marks.insert(0, Mark(trace(border, closed=False), colour=trim, width=2.4))
        if k == rows:
            under = skirts.inside(cloth, a, b, low_sag, deep)
        other = alternate and k % 2 == 0
        tube = Tube(a, b, front=CONE)
        found.append(
            cloth.detail(z, path, cloth.trim, marks=marks, tube=tube) if other else cloth.piece(z, path, marks=marks, tube=tube)
        )
    return [*found, under]


def frill(cloth: Cloth, left: Points, right: Points, colour: RGB, z: float) -> Layer:
    """A gathered edge that looks out from under a hem. left, right: side lines of what it is sewn to."""
    hip = cloth.figure.torso.half(0.92)
    drop = np.array([0.0, 0.13 * hip])
    out = np.array([0.03 * hip, 0.0])
    a, b = np.stack([left[-2], left[-1], left[-1] + drop - out]), np.stack([right[-2], right[-1], right[-1] + drop + out])
    us = np.linspace(-0.94, 0.94, 15)
    sag = np.array([[0.0, 0.12 * hip * (1 - u * u)] for u in us])
    roots, ends = across(a, b, us, 0.5) + sag, across(a, b, us, 0.9) + sag
    gathers = creases.folds(*np.stack([roots, ends], 1), depth=0.04 * hip, width=0.55)
    return cloth.detail(z, skirt_path(a, b, 15, 0.025 * hip, 0.12 * hip), colour, marks=[gathers], shading=0.4, line=0.8)


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
    figure, z, t1 = cloth.figure, cloth.z if z is None else z, lengthened(cloth.garment, t1)
    w = figure.body.thigh_half
    hip_ease = (0.05 + 0.35 * ease) * w
    found = []
    legs = {side: figure.legs[side].sides(0.0, t1, ease * w, flare * w, puff * w) for side in SIDES}
    fork = _fork(cloth.figure, legs)
    for side in SIDES:
        leg, (outer, inner) = figure.legs[side], legs[side]
        room, spread, bulge = ease * w, flare * w, puff * w
        if flare > 0.3:
            details = [_flared(cloth, outer, inner)]
        else:
            details = creases.limb_folds(cloth, leg, (outer, inner), t1, loose=ease, root=False)
        n = min(len(outer), len(inner))
        if seams and t1 > 0.6:
            details.insert(0, Mark(strokes(outer[2:n] * 0.45 + inner[2:n] * 0.55), width=0.5, strength=0.5))
        if stripe is not None:
            line = trace(outer[:n] * 0.82 + inner[:n] * 0.18, closed=False)
            details.insert(0, Mark(line, colour=stripe, width=4.0))
        turn = limb_angle(leg, 0.3)
        turn = turn if abs(turn) > STRAIGHT else 0.0
        path, edge = leg.outline(0.0, t1, room, spread, bulge), leg.edge(0.0, t1, room, spread, bulge)
        dark = shading.into_shade(cloth.style.light)[0] > 0
        start = fork / (len(outer) - 1)
        fade = (start, start + 0.2) if dark == (side == "l") else (0.0, 0.0)  # between the legs shade begins at a point
        tube = Tube(outer, inner, fade=fade)
        found.append(cloth.piece(leg.z + SLEEVE, path, edge=edge, marks=details, angle=turn, tube=tube))
        if cuff is not None:
            grow = room + 0.9 * spread + 0.02 * w
            band_tube = Tube(*leg.sides(t1 - 0.05, t1, grow))
            found.append(cloth.detail(leg.z + SLEEVE + 0.1, leg.band(t1 - 0.05, 0.05, grow), cuff, shading=0.3, tube=band_tube))
        elif t1 > 0.2:
            seam = ring(outer, inner, 0.97 if t1 > 0.6 else 0.92)
            found[-1].marks.insert(0, Mark(creases.lines(seam), width=0.45, strength=0.6))
    found.append(_hips(cloth, legs, v, hip_ease, z, marks))
    if band is not None:
        found.append(waistband(cloth, v + 0.02, band, z + 0.2, 0.07, 0.06))
    if colour is not None:
        for layer in found:
            layer.colour, layer.pattern = colour, None
    return found


def _flared(cloth: Cloth, outer: Points, inner: Points) -> Mark:
    """Wide legs hang in cones from the knee, and pull from the crotch."""
    pick = cloth.rng
    rows = [creases.along(outer, inner, (0.96, 0.13), (0.4, 0.2), (0.0, 0.34))]
    for u in (-0.55, 0.0, 0.5):
        u += float(pick.uniform(-0.12, 0.12))
        rise = float(pick.uniform(0.38, 0.8))
        rows.append(creases.along(outer, inner, (u, 1.0), (u * 0.85, 0.5 + 0.5 * rise), (u * 0.6, rise)))
    return creases.folds(*rows, depth=0.16 * float(np.hypot(*(outer[-1] - inner[-1]))))


def _joined(hip: Points, leg: Points, sign: int) -> Points:
    """The side of the hips carried on down a leg, whichever of both lies farther out. sign: of that side, -1 left."""
    y = np.linspace(hip[0, 1], leg[-1, 1], 12)
    reach = sign * np.interp(y, hip[:, 1], hip[:, 0])
    out = np.where(y >= leg[0, 1], np.maximum(reach, sign * np.interp(y, leg[:, 1], leg[:, 0])), reach)
    out[-2:] = sign * np.interp(y[-2:], leg[:, 1], leg[:, 0])
    out[-2:] -= [0.006, 0.014]
    out[2:-1] = (out[1:-2] + 2 * out[2:-1] + out[3:]) / 4
    return np.stack([sign * out, y], 1)


@dataclass(frozen=True)
class Seat:
    """Where hips go over into both legs. row: of the legs' side lines at which they do; left, right: from the waist over the
    hips down to that row; low: the lower border between them, from left to right; fork: the point where the legs part;
    arch: the line round it, or None where the thighs touch."""

    row: int
    left: Points
    right: Points
    low: Points
    fork: Points
    arch: Path | None


def seat(figure: Figure, legs: dict[str, tuple[Points, Points]], sides: tuple[Points, Points], rise: int = 0) -> Seat:
    """So that legs and hips are one piece of cloth. legs: outer and inner line by side; sides: of the hips, to the crotch;
    rise: how many of the legs' rows higher than usual it ends."""
    row = _fork(figure, legs) - rise
    (outer_l, inner_l), (outer_r, inner_r) = legs["l"], legs["r"]
    left, right = (
        _joined(side, leg[: row + 1], sign) for side, leg, sign in zip(sides, (outer_l, outer_r), (-1, 1), strict=True)
    )
    fork = (inner_l[row] + inner_r[row]) / 2
    middle_l, middle_r = (outer_l[row] + inner_l[row]) / 2, (outer_r[row] + inner_r[row]) / 2
    if inner_l[row, 0] >= inner_r[row, 0]:
        return Seat(row, left, right, np.stack([middle_l, fork, middle_r]), fork, None)
    fork = fork - [0.0, 0.4 * (inner_r[row, 0] - inner_l[row, 0])]
    arch = trace(np.stack([inner_l[row + 1], inner_l[row], fork, inner_r[row], inner_r[row + 1]]), closed=False)
    return Seat(row, left, right, np.stack([middle_l, inner_l[row], fork, inner_r[row], middle_r]), fork, arch)


def _fork(figure: Figure, legs: dict[str, tuple[Points, Points]]) -> int:
    """Row of the legs' side lines at which the hips end: below the bare body's lower border."""
    crotch = figure.torso.at(0, 1.0)[1] + 0.07
    lines = [line for pair in legs.values() for line in pair]
    row = max(2, *(int(np.searchsorted(line[:, 1], crotch)) for line in lines))
    return min(row, *(len(line) - 2 for line in lines))


def _hips(
    cloth: Cloth, legs: dict[str, tuple[Points, Points]], v: float, ease: float, z: float, marks: tuple[Mark, ...]
) -> Layer:
    """From the waist over the hips into both legs: no border at the crotch but the fly's seam and the folds that spread from
    where the legs part."""
    torso, w = cloth.figure.torso, cloth.figure.body.thigh_half
    form = seat(cloth.figure, legs, torso.sides(v, 1.0, ease))
    left, right, fork = form.left, form.right, form.fork
    hips = polygon(np.concatenate([left, form.low, right[::-1]]))
    edge = trace(left[:-1], closed=False)  # where it thins out, the leg's own outline has begun
    edge.add_path(trace(right[:-1], closed=False))
    if form.arch is not None:
        edge.add_path(form.arch)
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
    # on the dark side the shade goes on into the leg's: the tube narrows from the hips to the leg
    dark = shading.into_shade(cloth.style.light)[0] > 0
    outer, inner = legs["r" if dark else "l"]
    thigh = float(np.hypot(*(outer[form.row] - inner[form.row])))
    inset = np.stack([np.linspace(0.6 * (right[0, 0] - left[0, 0]), thigh, len(left)), np.zeros(len(left))], 1)
    tube = Tube(right - inset, right, wave=0.0) if dark else Tube(left, left + inset, wave=0.0)
    layer = cloth.piece(z, hips, edge=edge, marks=details, tube=tube)
    layer.casts = False
    return layer
