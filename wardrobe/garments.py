"""An outfit on a figure, as layers: which function draws which kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from wardrobe.canvas import OVER, SLEEVE, Layer, Z
from wardrobe.cloth import Cloth
from wardrobe.figure import Figure
from wardrobe.garments_bottom import BOTTOMS
from wardrobe.garments_crown import CROWNS
from wardrobe.garments_draped import DRAPED
from wardrobe.garments_extra import EXTRAS
from wardrobe.garments_festive import FESTIVE
from wardrobe.garments_head import HEADWEAR
from wardrobe.garments_hip import HIP
from wardrobe.garments_light import LIGHT
from wardrobe.garments_onepiece import ONEPIECES
from wardrobe.garments_outer import OUTERWEAR
from wardrobe.garments_robe import ROBES
from wardrobe.garments_small import SMALL
from wardrobe.garments_top import TOPS
from wardrobe.garments_uniform import UNIFORMS
from wardrobe.kinds import KINDS
from wardrobe.outfit import OVER_OTHERS, Outfit
from wardrobe.parts import ClothingPart
from wardrobe.style import Style

DRAW: dict[str, Callable[[Cloth], list[Layer]]] = {
    **TOPS,
    **BOTTOMS,
    **ONEPIECES,
    **EXTRAS,
    **HEADWEAR,
    **OUTERWEAR,
    **UNIFORMS,
    **DRAPED,
    **ROBES,
    **FESTIVE,
    **LIGHT,
    **HIP,
    **SMALL,
    **CROWNS,
}

# Tops whose hem hangs over the skirt or trousers; the others are tucked in when worn under something.
_LOOSE = {
    "t-shirt",
    "hoodie",
    "sweater",
    "polo shirt",
    "jersey",
    "tunic",
    "tank top",
    "raincoat",
    "military uniform",
    "track jacket",
}

SLEEVES_INSIDE = ("short", "elbow", "long")  # they fit into a jacket's sleeves and are not seen there


def layers(outfit: Outfit, figure: Figure, style: Style) -> list[Layer]:
    """Layers of the whole outfit, unsorted; `Layer.garment` is the index in `outfit.garments` plus 1."""
    covered = any(garment.kind in OVER_OTHERS for garment in outfit.garments)
    sleeved = any(garment.kind in OVER_OTHERS and garment.sleeve == "long" for garment in outfit.garments)
    found: list[Layer] = []
    for index, garment in enumerate(outfit.garments):
        over = garment.kind in OVER_OTHERS
        if sleeved and not over and garment.sleeve in SLEEVES_INSIDE:
            garment = replace(garment, sleeve="")
        tucked = bool(garment.detail & 1) and garment.kind not in _LOOSE
        if garment.slot == ClothingPart.BOTTOMWEAR:
            z = Z.BOTTOM
        elif over:
            z = Z.OUTER
        elif covered:
            z = Z.INNER
        else:
            z = Z.INNER if tucked and garment.slot == ClothingPart.TOPWEAR else Z.TOP
        sleeve_z = OVER if over else SLEEVE
        found += DRAW[garment.kind](Cloth(garment, index + 1, figure, style, z, sleeve_z, np.random.default_rng(garment.detail)))
    return found


assert DRAW.keys() == KINDS.keys(), DRAW.keys() ^ KINDS.keys()
