"""Borders of what stays where old clothes lay beside it: smooth, and with an outline, as an artist draws them.

What of a border pixel is hair, line or cloth is told from its colour alone, and so such borders come out ragged. Here they are
drawn anew: a contour that is smoothed along its own length, so that the sides of a thin lock come no nearer to each other, filled
with the colours beside it, with the picture's line along hair.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.regions import Region, away_from, box_of, crumbs, near, nearer
from pipeline.request import ClothingPart, Image8
from pipeline.rims import INK, mean_near, nearest_colours
from pipeline.sitter import Sitter
from pipeline.tones import inked

Plane = NDArray[np.float32]  # H x W
Points = NDArray[np.float64]  # N x 2

REACH, OFF = 0.03, 0.08  # heads: how far from old clothes; by how much labels may be off
ROUGH = 0.035  # heads: along a contour, over which it is smooth
PIECE = 0.006  # square heads: a smaller piece that only old clothes lie beside is an error
FINE = 3  # times as many pixels to a side: contours are known as exactly
PINHOLE = 20  # pixels: a smaller hole is none
EVEN = 0.25  # pixels: a border that strays less from a smooth one is even
FEWEST = 8  # points of a contour
RIM = 2.5  # pixels beyond the line that hold something of the old cloth
ALIKE, WHOLLY = 18.0, 0.98  # levels from what surely stays, and share of a pixel that stays, from where on it is sure too
MIXED = 1.5  # times as far from the old cloth as from what stays
SEEN = 0.02  # share of lines nearby from which the picture has them there


def with_clean_ends(sitter: Sitter, share: Plane, colours: Image8, old: Region) -> tuple[Plane, Image8, Region]:
    """share: H x W in 0..1, how much of every pixel stays; colours: H x W x 3, of that; old: H x W, old clothes -> both of them
    with clean borders, and H x W, where they are drawn anew. Hands are left: they have their lines, and go on as bare arms."""
    unit, line = sitter.unit, sitter.style.line * sitter.unit
    face = sitter.face
    hands = sitter.kept & ~face
    hair = sitter.found.labels == ClothingPart.HAIR
    solid, reach = share > 0.5, max(2.0, REACH * unit)
    head = solid & near(hair | face, OFF * unit)  # labels end a few pixels off
    zone = (away_from(old & ~solid) <= reach) & near(solid, reach) & ~near(hands, reach)
    if not (zone & solid & near(~solid, 1)).any():
        return share, colours, np.zeros_like(old)
    box = box_of(zone, round(6 * reach) + FINE)
    part, there, least = share[box], zone[box], max(PIECE * unit**2, sitter.speck)
    fine = _filled(_contours(part, there, ROUGH * unit, least), part.shape)
    cover = _coarse(fine.astype(np.float32))
    way = cv2.distanceTransform(fine, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / FINE  # to the contour
    inside, ours = _coarse(way), part > 0.5
    lined = inked(sitter.rgb[box], unit) & (line > 0)
    near_by = _near_by(sitter.rgb[box], ours, old[box], lined, inside > line + 1.5, 3 * reach)
    if near_by is None:
        return share, colours, np.zeros_like(old)
    # what surely stays does so bit for bit: not where cloth looks the same
    own = ours & (near_by.off < ALIKE) & (MIXED * near_by.off < near_by.to_cloth) & (part > WHOLLY)
    soft = near(own, 1) & (part > cover)  # its edge
    soft |= crumbs(np.where(own | soft, part, cover) < 0.5, PINHOLE)
    cover = np.where(own | soft, part, cover)
    found, clean = share.copy(), colours.copy()
    found[box] = np.where(there, cover * ~crumbs(cover > 0, least), part)
    at_hair = nearer(hair[box], face[box]) & near(head[box], reach)
    clear = at_hair if line > 0 else np.ones_like(there)  # a jaw's own line and shadow stay
    rim = there & ~own & (cover > 0) & np.where(clear, inside < line + RIM, part < 0.5)
    # what is no mixture with cloth stays, and lines that are there
    rim &= (part < 0.5) | ((near_by.to_cloth < MIXED * near_by.off) & ~near(lined & ours, 1))
    pen = _coarse(np.clip(line + 0.5 - way, 0, 1) * fine) / np.maximum(cover, 1e-3) * (at_hair & near_by.penned)
    anew = near_by.fill + (near_by.inks - near_by.fill) * pen.clip(0, 1)[..., None]
    clean[box] = np.where(rim[..., None], np.rint(anew.clip(0, 255)), colours[box])
    return found, clean, zone & ((found != share) | (clean != colours).any(-1) | ((found > 0) & (found < 1)))


@dataclass(frozen=True)
class _NearBy:
    """fill, inks: H x W x 3, colour of what stays there and of its lines; penned: H x W, where there are any; off, to_cloth:
    H x W, how far a pixel is from either of those, and from the old cloth, levels."""

    fill: Plane
    inks: Plane
    penned: Region
    off: Plane
    to_cloth: Plane


def _near_by(rgb: Image8, ours: Region, old: Region, lined: Region, inner: Region, reach: float) -> _NearBy | None:
    """None where nothing is seen of what stays but its border. ours: H x W, it; lined: lines; inner: far from its border."""
    seen = rgb.astype(np.float32)
    core = ours & ~lined & inner & (away_from(old) > 2)
    if not core.any():
        return None
    weight = (lined & ours).astype(np.float32)
    fill, inks = nearest_colours(seen, core), mean_near(seen, weight * np.exp(-seen.mean(-1) / INK), reach)
    penned = cv2.GaussianBlur(weight, (0, 0), reach) > SEEN
    off = np.linalg.norm(seen - fill, axis=2)
    off = np.where(penned, np.minimum(off, np.linalg.norm(seen - inks, axis=2)), off)
    theirs = old & ~near(ours, 2) & ~lined
    to_cloth = np.linalg.norm(seen - nearest_colours(seen, theirs), axis=2) if theirs.any() else np.zeros_like(off)
    return _NearBy(fill, inks, np.asarray(penned), np.asarray(off, np.float32), np.asarray(to_cloth, np.float32))


def _contours(share: Plane, zone: Region, rough: float, least: float) -> list[Points]:
    """Round all that more than half stays of, in finer pixels, smooth in a zone, without the pieces there that are too small.
    rough: pixels along a contour; least: square pixels."""
    height, width = share.shape
    fine = cv2.resize(share, (width * FINE, height * FINE), interpolation=cv2.INTER_LINEAR) > 0.5
    framed = cv2.copyMakeBorder(fine.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    found = []
    for contour in cv2.findContours(framed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)[0]:
        points = contour[:, 0].astype(np.float64) - 1
        if len(points) < FEWEST:
            continue
        x, y = points.T
        free = zone[(y / FINE).astype(int).clip(0, height - 1), (x / FINE).astype(int).clip(0, width - 1)]
        free &= (x > FINE) & (y > FINE) & (x < (width - 2) * FINE) & (y < (height - 2) * FINE)  # no picture's edge
        if free.mean() > 0.5 and cv2.contourArea(contour) < least * FINE**2:
            continue
        found.append(_smooth(points, free, rough * FINE) if free.any() else points)
    return found


def _smooth(points: Points, free: NDArray[np.bool_], rough: float) -> Points:
    """A closed contour, N x 2, without what is shorter than so many points, where it is free. Blurred twice, the second time to
    give back what the first has shrunk it by (Taubin 1995, "A signal processing approach to fair surface design")."""
    reach = min(round(3 * rough) + 1, (len(points) - 2) // 2)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / rough) ** 2)
    bell /= bell.sum()

    def blurred(values: Points) -> Points:
        ring = np.concatenate([values[-reach:], values, values[:reach]])
        return np.stack([np.convolve(column, bell, "valid") for column in ring.T], axis=1)

    once = blurred(points)
    smooth = 2 * once - blurred(once)
    # a corner of a clean border is no roughness: it stands alone
    off = blurred(blurred(np.hypot(*(smooth - points).T)[:, None])) / FINE
    share = blurred(free[:, None].astype(np.float64)) * free[:, None] * np.clip((off - EVEN) / EVEN, 0, 1)
    return np.asarray(points + share * (smooth - points))


def _filled(contours: list[Points], shape: tuple[int, ...]) -> Image8:
    """1 inside of contours, else 0, in finer pixels."""
    canvas = np.zeros((shape[0] * FINE, shape[1] * FINE), np.uint8)
    cv2.fillPoly(canvas, [np.rint(points * 16).astype(np.int32) for points in contours], 1, shift=4)
    return canvas


def _coarse(fine: NDArray[np.floating]) -> Plane:
    size = fine.shape[1] // FINE, fine.shape[0] // FINE
    return np.asarray(cv2.resize(fine.astype(np.float32), size, interpolation=cv2.INTER_AREA))
