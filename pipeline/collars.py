"""What of a neck and of shoulders would show beside the collar of new clothes."""

from __future__ import annotations

import numpy as np

from pipeline.fit import Fit
from pipeline.regions import Region
from pipeline.request import ClothingPart, Image8
from pipeline.sitter import Sitter
from pipeline.throat import under_narrowest
from wardrobe.outfit import Outfit


def beside_collar(sitter: Sitter, outfit: Outfit, worn: Image8) -> Region:
    """Skin of the shoulders into which a neck runs out, beyond the collar of what covers them."""
    covering = [
        number
        for number, garment in enumerate(outfit.garments, 1)
        if garment.slot in (ClothingPart.TOPWEAR, ClothingPart.ONEPIECE) and garment.sleeve not in ("", "none")
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
