"""Necks in the collars of new clothes: led into them, and without what would show beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.fit import Fit
from pipeline.regions import Region
from pipeline.request import ClothingPart, Image8
from pipeline.sitter import Sitter
from pipeline.throat import under_narrowest
from wardrobe import garments
from wardrobe.canvas import Z
from wardrobe.outfit import Outfit
from wardrobe.render import paint_maps

TOPS = (ClothingPart.TOPWEAR, ClothingPart.ONEPIECE)
# heads: how far from a neck's side a collar's tip may be, and above a neck's end; and over how many times the first a side bends
TIP, END, BEND = 0.12, 0.06, 3.0
SEEN = 0.3  # share of its last rows: such a neck has its own side


def in_collar(sitter: Sitter, outfit: Outfit) -> Sitter:
    """The sitter with a neck whose sides end in the collar's tips, where these are narrower and the neck there is not seen: skin
    would stand out beside them."""
    figure, frame = sitter.fit.figure, sitter.fit.frame
    if all(side is not None for side in figure.head.neck):
        return sitter
    layers = [layer for layer in garments.layers(outfit, figure, sitter.style) if layer.z > Z.BODY and layer.part in TOPS]
    if not layers:
        return sitter
    worn, seen = paint_maps(layers, sitter.style, frame).garments > 0, sitter.kept & sitter.throat.lines
    neck = list(figure.head.neck)
    for index, (outwards, side) in enumerate(zip((-1, 1), figure.neck_sides(), strict=True)):
        x, y = frame.pixels(side).T
        first, last = (min(max(0, round(row)), frame.height) for row in (y[0], y[-1]))
        off = outwards * (np.interp(np.arange(first, last), y, x)[:, None] - np.arange(frame.width) - 0.5)  # inwards
        tips = worn[first:last] & (np.abs(off) < TIP * frame.scale)
        row = int(tips.any(1).argmax())
        if neck[index] is not None or not tips.any() or not (gap := float(off[row][tips[row]].min())) > 1:
            continue
        low = slice(max(0, row - round(TIP * frame.scale)), row)
        if (seen[first:last][low] & (np.abs(off[low]) < gap)).any(1).mean() > SEEN:
            continue
        kept = y < first + row - BEND * gap
        tip = np.array([[np.interp(first + row, y, x) - outwards * gap, min(first + row, y[-1] - END * frame.scale)]])
        neck[index] = (np.concatenate([np.stack([x[kept], y[kept]], 1), tip]) - (frame.dx, frame.dy)) / frame.scale
    bent = replace(figure, head=replace(figure.head, neck=(neck[0], neck[1])))
    return replace(sitter, fit=replace(sitter.fit, figure=bent))


def beside_collar(sitter: Sitter, outfit: Outfit, worn: Image8) -> Region:
    """Skin of the shoulders into which a neck runs out, beyond the collar of what covers them."""
    covering = [
        number for number, garment in enumerate(outfit.garments, 1) if garment.slot in TOPS and garment.sleeve not in ("", "none")
    ]
    fit, columns, found = sitter.fit, np.arange(worn.shape[1]), np.zeros(worn.shape, bool)
    collar, neck = np.isin(worn, covering) & sitter.throat.lines, place_of_neck(fit)
    flares = under_narrowest(sitter.kept | sitter.beard, sitter.found.labels == 0, fit)
    middle = fit.frame.pixel(*fit.figure.torso.at(0, 0.0))[0]
    for side, outwards in ((columns < middle, columns[::-1]), (columns >= middle, columns)):
        farthest = np.where(collar & side, outwards, -1).max(1, keepdims=True)
        if (farthest >= 0).any():  # above it a neck is no wider than the drawn one
            first = int((farthest >= 0).argmax())
            farthest[:first] = np.where(neck & side, outwards, -1).max(1, keepdims=True)[:first]
        flares &= ~(side & (sitter.beard & side).any(1, keepdims=True))
        found |= side & (farthest >= 0) & (outwards > farthest)
    seen = ~sitter.kept | (flares & sitter.throat.covered)  # the jaw may be wider, and a beard
    return np.asarray(found & (worn == 0) & seen & (sitter.throat.lines | sitter.throat.covered))


def place_of_neck(fit: Fit) -> Region:
    """H x W, where the figure's own neck is."""
    left, right = fit.figure.neck_sides()
    return fit.filled(np.concatenate([left, right[::-1]]))
