"""The shapes of skirts: side lines, pleats, hanging folds, hems."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from wardrobe import folds as creases
from wardrobe import shading
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.cloth import Cloth, across, lengthened, middle
from wardrobe.geometry import Points, polygon, spline, trace
from wardrobe.path import Path
from wardrobe.style import RGB, darken

REACH = {"short": 0.36, "knee": 0.54, "midi": 0.74, "long": 0.97, "": 0.5}  # hem as a share of the way hip -> ankle


def skirt_sides(cloth: Cloth, v: float, reach: float, flare: float, ease: float = 0.06) -> tuple[Points, Points]:
    """Side lines from torso level v to `reach` of the leg. flare, ease: shares of the hip's half-width."""
    figure = cloth.figure
    reach = lengthened(cloth.garment, reach)
    unit, hip = figure.torso.length, figure.torso.half(0.92)
    ankle = max(figure.joints["ankle_l"][1], figure.joints["ankle_r"][1])
    crotch = figure.torso.at(0, 1.0)[1]
    length = (crotch + reach * (ankle - crotch) - figure.torso.at(0, v)[1]) / unit
    return figure.skirt(v, max(length, 0.3), flare * hip, ease * hip)


def tapered(cloth: Cloth, v: float, reach: float, narrow: float) -> tuple[Points, Points]:
    """Side lines drawn in from the hips down, though never into a leg. narrow: at the hem, share of the hip's half-width."""
    sides = skirt_sides(cloth, v, reach, 0.0, 0.05)
    hip, found = cloth.figure.torso.half(0.92), []
    low = cloth.figure.torso.at(0, 0.92)[1]
    for sign, line in zip((-1, 1), sides, strict=True):
        y = line[:, 1]
        drawn_in = narrow * hip * np.clip((y - low) / max(float(y[-1]) - low, 1e-6), 0, 1) ** 1.2
        reach_out = sign * line[:, 0] - drawn_in
        for limb in cloth.figure.legs.values():
            leg = sign * np.interp(y, limb.centre[:, 1], limb.centre[:, 0] + sign * limb.half)
            reach_out = np.where(y > low, np.maximum(reach_out, leg + 0.03 * hip), reach_out)
        found.append(np.stack([sign * reach_out, y], 1))
    return found[0], found[1]


def _hem(left: Points, right: Points, waves: int, depth: float, sag: float) -> Points:
    """Lower border from left to right. waves: number of scallops or pleats; depth: of each, units; sag: units."""
    count = max(9, 8 * waves + 1)
    s = np.linspace(0, 1, count)
    line = left[-1] + (right[-1] - left[-1]) * s[:, None]
    line[:, 1] += sag * np.sin(np.pi * s)
    if waves:
        line[:, 1] += depth * np.cos(2 * np.pi * waves * s) - depth
    return np.asarray(line)


def skirt_path(left: Points, right: Points, waves: int = 0, depth: float = 0.02, sag: float = 0.08) -> Path:
    top = spline(np.stack([right[0], (left[0] + right[0]) / 2 + [0, 0.03], left[0]]), 5)[1:-1]
    return trace(np.concatenate([left[:-1], _hem(left, right, waves, depth, sag), right[:-1][::-1], top]))


def sagged(left: Points, right: Points, u: Points, s: float, sag: float) -> Points:
    points = across(left, right, u, s)
    points[:, 1] += sag * s * np.sin(np.pi * (u + 1) / 2)
    return points


def pleats(cloth: Cloth, left: Points, right: Points, count: int, sag: float) -> tuple[Mark, ...]:
    """Knife pleats: (their shaded sides, their edges)."""
    us = _pleat_edges(cloth, count)
    pitch = (right[-1, 0] - left[-1, 0]) / len(us)
    heads, feet = sagged(left, right, us * 0.97, 0.03, sag), sagged(left, right, us, 1.03, sag)
    knees = sagged(left, right, us, 0.5, sag)
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
            (point,) = sagged(left, right, np.array([u]), 1.0, sag)
            hem.append(point - [0.0, rise * depth * float(np.sqrt(max(0.0, 1 - (0.8 * u) ** 2)))])
    top = spline(np.stack([right[0], (left[0] + right[0]) / 2 + [0, 0.03], left[0]]), 5)[1:-1]
    return polygon(np.concatenate([left[:-1], np.array(hem), right[:-1][::-1], top]))


def folds(cloth: Cloth, left: Points, right: Points, count: int, sag: float) -> tuple[Mark, ...]:
    """Soft folds rising from the hem."""
    pick = cloth.rng
    edges = np.array([-0.82 + 1.64 * (k + float(pick.uniform(0.3, 0.7))) / count for k in range(count)])
    return (valleys(cloth, left, right, edges, sag),)


def valleys(cloth: Cloth, left: Points, right: Points, edges: Points, sag: float) -> Mark:
    """Valleys that rise from the hem at u = edges, one far, the next less."""
    pick = cloth.rng
    far = pick.uniform(0.55, 0.92, len(edges))
    rises = np.where(np.arange(len(edges)) % 2 == int(pick.integers(2)), far, 0.5 * far)
    pitch = (right[-1, 0] - left[-1, 0]) / (len(edges) + 1)
    return creases.folds(*creases.cones(left, right, edges, rises, sag), depth=0.34 * pitch, ends=(0.85, 0.0))


def lobes_of(cloth: Cloth, count: int) -> Points:
    """u of the valleys between the cones of a hanging skirt, from -1 to 1, irregular."""
    steps = np.cumsum(cloth.rng.uniform(0.55, 1.45, count))
    return np.concatenate([[-1.0], np.sin(np.pi / 2 * (2 * steps[:-1] / steps[-1] - 1) * 0.96), [1.0]])


def hanging_hem(left: Points, right: Points, lobes: Points, sag: float, depth: float, s: float = 1.0) -> Points:
    """The line of that hem, from left to right, or one beside it at a share s of the skirt's length."""
    hem = []
    for a, b in pairwise(lobes.tolist()):
        f = np.linspace(0, 1, 7)[:-1]
        row = sagged(left, right, a + (b - a) * f, s, sag)
        row[:, 1] += depth * min(1.6, (b - a) * len(lobes) / 2.4) * (np.sin(np.pi * f) ** 0.8 - 0.6)
        hem.append(row)
    hem.append(sagged(left, right, np.array([1.0]), s, sag))
    return np.concatenate(hem)


def hanging_path(left: Points, right: Points, lobes: Points, sag: float, depth: float) -> Path:
    """Outline of a skirt whose hem follows its cones: each hangs lower in its middle, the valleys between lie deeper."""
    hem = hanging_hem(left, right, lobes, sag, depth)
    hem[0], hem[-1] = left[-1], right[-1]
    top = spline(np.stack([right[0], (left[0] + right[0]) / 2 + [0, 0.03], left[0]]), 5)[1:-1]
    return trace(np.concatenate([left[:-1], hem, right[:-1][::-1], top]))


def inside(cloth: Cloth, left: Points, right: Points, sag: float, depth: float) -> Layer:
    """The back's dark inside, seen under a hem wherever its front rises."""
    low = 0.8
    sides = [across(left, right, u, np.linspace(low, 1.0, 4)) for u in (-0.97, 0.97)]
    hem = sagged(sides[0], sides[1], np.linspace(-1, 1, 11), 1.0, sag * 0.94)
    hem[1:-1, 1] -= 0.1 * depth
    path = polygon(np.concatenate([sides[0], hem[1:-1], sides[1][::-1]]))
    return cloth.detail(Z.COAT_BACK + 1, path, darken(cloth.main, 0.42), shading=0.0, line=0.7)


def hem_band(left: Points, right: Points, colour: RGB, s: float = 0.94, width: float = 3.0, sag: float = 0.08) -> Mark:
    """A stripe along the hem."""
    return Mark(trace(sagged(left, right, np.linspace(-1.02, 1.02, 9), s, sag), closed=False), colour=colour, width=width)


def gathered(cloth: Cloth, left: Points, right: Points, count: int) -> Mark:
    """Short folds that fall from the waist."""
    us = np.linspace(-0.8, 0.8, count + 1) + cloth.rng.uniform(-0.1, 0.1, count + 1)
    falls = cloth.rng.uniform(0.1, 0.3, count + 1)
    rows = [
        creases.along(left, right, (u, 0.02), (u * 1.02, 0.5 * fall), (u * 1.06, fall)) for u, fall in zip(us, falls, strict=True)
    ]
    return creases.folds(*rows, depth=0.06 * cloth.figure.torso.half(0.92), width=0.6)


def pulled(cloth: Cloth, left: Points, right: Points) -> Mark:
    """A narrow skirt is pulled tight over the hips: a few flat folds from side to side."""
    sign = 1.0 if cloth.rng.random() < 0.5 else -1.0
    s = 0.3 + float(cloth.rng.uniform(-0.05, 0.05))
    if float(left[-1, 1] - left[0, 1]) > 1.3 * float(right[0, 0] - left[0, 0]):  # long and straight: it falls from the knees
        rows = [
            creases.along(left, right, (u, 1.0), (u * 0.9 + 0.03 * sign, 0.8), (u * 0.75, rise))
            for u, rise in ((-0.45 * sign, 0.52), (0.12 * sign, 0.78), (0.72 * sign, 0.62))
        ]
        return creases.folds(*rows, depth=0.12 * cloth.figure.torso.half(0.92), width=0.65)
    rows = [
        creases.along(left, right, (sign * 0.97, s), (sign * 0.5, s + 0.03), (sign * 0.1, s + 0.01)),
        creases.along(left, right, (-sign * 0.97, s + 0.05), (-sign * 0.6, s + 0.09), (-sign * 0.35, s + 0.085)),
        creases.along(left, right, (sign * 0.15, 1.0), (sign * 0.18, 0.86), (sign * 0.1, 0.72)),
    ]
    return creases.folds(*rows, depth=0.06 * cloth.figure.torso.half(0.92), width=0.65)


def hem_seam(left: Points, right: Points, sag: float) -> Mark:
    return Mark(trace(sagged(left, right, np.linspace(-1.02, 1.02, 13), 0.955, sag), closed=False), width=0.45, strength=0.45)
