"""A neck that new clothes bare: where old clothes lay on it its sides are drawn, and no seam stays across it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.fit import Fit
from pipeline.regions import Region, away_from, box_of, crumbs, near, touching
from pipeline.sitter import Sitter
from pipeline.throat import ways_in
from pipeline.tones import inked

Plane = NDArray[np.float32]  # H x W

ABOUT = 0.05  # heads: old clothes so near to a side hide it
BESIDE = 0.04  # heads: what is seen farther out than that says that the side is elsewhere
SCRAP = 0.005  # square heads: less of it is a scrap of the old collar
UP = 0.12  # heads: how far above old clothes a side goes on where nothing is seen of it
TOP = 0.15  # heads: a side of which less is seen is drawn as a whole
REACH = 0.3  # heads: what stands out from a neck so far is of it
LEADS = 4.0  # pixels above it over which a drawn side takes the place of the one that is seen
SEAM, SOFT = 1.0, 3.0  # pixels of a seen neck's end that go, and over which the rest comes in
OWN = 1.5  # times a line's width: a line so near to the face is its own
STROKES = 2.5  # times a line's width: how far the line of an old collar may lie within the seen end


@dataclass(frozen=True)
class Sides:
    """stays: H x W in 0..1, what of a neck may be seen within its drawn sides; beyond: H x W, what stands out from them; neck:
    H x W, what lies between them, with their lines."""

    stays: Plane
    beyond: Region
    neck: Region


def drawn_sides(sitter: Sitter, front: Region, gone: Region) -> Sides:
    """The sides of a neck from where old clothes lie beside it on down. front: H x W, what stays; gone: H x W, what goes."""
    unit, line = sitter.unit, sitter.style.line * sitter.unit
    stays, beyond, neck = np.ones(gone.shape, np.float32), np.zeros(gone.shape, bool), np.zeros(gone.shape, bool)
    there = sitter.throat.lines & (~front | sitter.kept) & ~sitter.beard
    seen = front & sitter.kept & sitter.throat.lines
    for rows, inside in ways_in(sitter.fit):
        hidden = np.asarray((gone[rows] & (np.abs(inside) < ABOUT * unit)).any(1))
        if not hidden.any():
            continue
        begins = int(hidden.argmax())
        free = np.asarray(((np.abs(inside) < line / 2 + 1) & ~front[rows]).any(1))
        least = max(0, begins - round(UP * unit))
        while begins > least and free[begins - 1]:  # up to the jaw, the ear or the hair
            begins -= 1
        ruled = np.arange(len(hidden)) >= (begins - LEADS if begins > TOP * unit else 0)
        outside = seen[rows] & (inside < -line / 2) & (inside > -REACH * unit)
        scraps = crumbs(outside, SCRAP * unit**2)
        ruled &= ~(outside & ~scraps & (inside < -BESIDE * unit)).any(1)  # there the side is elsewhere
        lead = np.clip(cv2.distanceTransform(ruled.astype(np.uint8)[:, None], cv2.DIST_L2, cv2.DIST_MASK_3) / LEADS, 0, 1)
        part = (scraps | (inside > -BESIDE * unit)) & (inside < REACH * unit) & there[rows] & (lead > 0)
        within = 1 - lead * (1 - np.clip(inside - line / 2 + 0.5, 0, 1))
        stays[rows] = np.where(part, np.minimum(stays[rows], within), stays[rows])
        drawn = part & (lead >= 1)
        beyond[rows] |= drawn & (inside < -line / 2)
        neck[rows] |= drawn & (inside > -line / 2 - 1)
    for rows, inside in ways_in(sitter.fit):
        neck[rows] &= inside > -line / 2 - 1
    return Sides(stays, beyond, neck)


def line_of_sides(fit: Fit, line: float) -> Region:
    """H x W, along the sides of the neck. line: its width in pixels."""
    found = np.zeros((fit.frame.height, fit.frame.width), bool)
    for rows, inside in ways_in(fit):
        found[rows] |= (inside > -line / 2 - 1) & (inside < line / 2 + 2)
    return found


def without_seam(sitter: Sitter, seen: Region, bare: Region) -> Plane:
    """H x W in 0..1, what of necks and hands that are seen stays beside the skin that is drawn on from them: neither the last
    line of an old collar or cuff nor a hard end. seen: H x W, they, before drawn skin; bare: H x W, what is seen of that."""
    stays, line = np.ones(seen.shape, np.float32), sitter.style.line * sitter.unit
    ends = seen & near(bare, 2)
    if not ends.any():
        return stays
    box = box_of(ends, round(STROKES * line + SEAM + SOFT) + 8)
    seen, away = seen[box], away_from(bare[box])
    ink = inked(sitter.rgb[box], sitter.unit) & seen & ~near(sitter.throat.jaw[box], OWN * line + 1)
    along = ink & (away < STROKES * line + SEAM + 1)
    along &= touching(along, away < SEAM + 1.5) | ~touching(ink, ~along & ink)
    away = np.minimum(away, away_from(along)) if along.any() else away
    stays[box] = np.where(seen, np.clip((away - SEAM) / SOFT, 0, 1), 1)
    return stays
