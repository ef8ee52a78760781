"""An outfit on a figure, as layers: which function draws which kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from wardrobe.canvas import OVER, SLEEVE, Layer, Mark, Z
from wardrobe.cloth import Cloth, strokes
from wardrobe.figure import Figure
from wardrobe.garments_armour import ARMOUR
from wardrobe.garments_bottom import BOTTOMS
from wardrobe.garments_crown import CROWNS
from wardrobe.garments_draped import DRAPED
from wardrobe.garments_east import EASTERN
from wardrobe.garments_extra import EXTRAS
from wardrobe.garments_feet import FOOTWEAR_KINDS
from wardrobe.garments_festive import FESTIVE
from wardrobe.garments_head import HEADWEAR
from wardrobe.garments_hip import HIP
from wardrobe.garments_legs import LEGWEAR_KINDS
from wardrobe.garments_light import LIGHT
from wardrobe.garments_onepiece import ONEPIECES
from wardrobe.garments_outer import OUTERWEAR
from wardrobe.garments_robe import ROBES
from wardrobe.garments_small import SMALL
from wardrobe.garments_top import TOPS, own_scarf, sailor_scarf
from wardrobe.garments_uniform import UNIFORMS
from wardrobe.geometry import polygon
from wardrobe.kinds import KINDS
from wardrobe.outfit import OVER_OTHERS, Garment, Outfit
from wardrobe.parts import ClothingPart
from wardrobe.path import Box, Path
from wardrobe.sleeves import SLEEVES
from wardrobe.style import Style

DRAW: dict[str, Callable[[Cloth], list[Layer]]] = {
    **TOPS,
    **BOTTOMS,
    **ONEPIECES,
    **ARMOUR,
    **EASTERN,
    **LEGWEAR_KINDS,
    **FOOTWEAR_KINDS,
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

# Tops whose hem hangs over trousers; those of `_HANGING` hang over skirts as well, those of `_LONG` whatever is worn over them.
# All others are tucked in when worn under something, and into skirts.
_LONG = {"tunic", "raincoat", "military uniform"}
_HANGING = {*_LONG, "hoodie", "sweater", "jersey", "track jacket"}
_LOOSE = {*_HANGING, "t-shirt", "polo shirt", "tank top"}
_WORN_HIGH = {"high-waist shorts", "waist apron"}  # like skirts, they close at the waist, where a shirt would hang out below
_STRAPPED = {"suspender skirt"}
_WAIST = 0.68  # the torso's level where a waistband has begun: what is tucked in ends behind it
_SAILORS = {"sailor top", "sailor dress"}
_TIED = {"neckerchief", "neck ribbon", "necktie", "bow tie", "ascot", "jabot"}  # under a collar
_CUT_OUT = {"suit jacket", "blazer", "tailcoat", "vest", "cardigan", "lab coat"}  # a tie hangs down inside of these
_COLLARED = {"shirt", "blouse", "polo shirt", "denim jacket", "jumpsuit", "maid dress", "nurse dress", *_SAILORS}
_COLLARED |= {"turtleneck", "bodysuit", "cheongsam", "coat dress", "tracksuit", "track jacket", "military uniform", "cassock"}


def layers(outfit: Outfit, figure: Figure, style: Style) -> list[Layer]:
    """Layers of the whole outfit, unsorted; `Layer.garment` is the index in `outfit.garments` plus 1."""
    covered = any(garment.kind in OVER_OTHERS for garment in outfit.garments)
    waisted = any(_is_skirt(garment) or garment.kind in _WORN_HIGH for garment in outfit.garments)
    has_lower = any(garment.slot == ClothingPart.BOTTOMWEAR or _is_bibbed(garment) for garment in outfit.garments)
    sailor = any(garment.kind in _SAILORS for garment in outfit.garments)
    tied = any(garment.kind in _TIED for garment in outfit.garments)
    collared = any(_is_collared(garment) for garment in outfit.garments)
    pieces: list[list[Layer]] = [[] for _ in outfit.garments]
    # what has straps over a shirt is cut after it, whose sleeves they have to cross
    for index, garment in sorted(enumerate(outfit.garments), key=lambda row: row[1].kind in _STRAPPED):
        over = garment.kind in OVER_OTHERS
        if _is_sleeved_over(outfit, index):
            garment = replace(garment, sleeve="")
        tucked = (waisted and garment.kind not in _HANGING) or (bool(garment.detail & 1) and garment.kind not in _LOOSE)
        tucked = garment.slot == ClothingPart.TOPWEAR and not over and (tucked or covered) and garment.kind not in _LONG
        if garment.slot == ClothingPart.BOTTOMWEAR:
            z = Z.BOTTOM
        elif over:
            z = Z.OUTER
        else:
            z = Z.INNER if tucked or (covered and garment.slot != ClothingPart.TOPWEAR) else Z.TOP
        sleeve_z = OVER if over else SLEEVE
        cloth = Cloth(garment, index + 1, figure, style, z, sleeve_z, np.random.default_rng(garment.detail), collared)
        if over or garment.kind in _STRAPPED:
            cloth.beneath = [layer for drawn in pieces for layer in drawn if layer.part == ClothingPart.TOPWEAR]
        if garment.kind == "neckerchief" and sailor:
            drawn = sailor_scarf(cloth, Z.NECKWEAR, cloth.main)
        else:
            drawn = DRAW[garment.kind](cloth)
        if garment.kind == "necktie" and any(other.kind in _CUT_OUT for other in outfit.garments):
            for layer in drawn:
                layer.z = min(layer.z, Z.OUTER - 1 + 0.01 * (layer.z - Z.BODY))
        if garment.kind in _SAILORS and not tied:
            drawn += own_scarf(cloth)
        if tucked and has_lower:
            _tuck(drawn, figure)
        pieces[index] = drawn
    found = [layer for drawn in pieces for layer in drawn]
    _hide_waists(outfit, found, figure)
    return found


def _is_skirt(garment: Garment) -> bool:
    return garment.slot == ClothingPart.BOTTOMWEAR and not KINDS[garment.kind].plural


def _is_sleeved_over(outfit: Outfit, index: int) -> bool:
    """Whether this garment's sleeves, however wide, end inside those of what is worn over it."""
    garment = outfit.garments[index]
    if garment.kind in OVER_OTHERS or garment.sleeve not in SLEEVES or not KINDS[garment.kind].sleeves:
        return False
    outer = [other for other in outfit.garments if other.kind in OVER_OTHERS]
    outer += [other for other in outfit.garments[index + 1 :] if other.slot == ClothingPart.TOPWEAR]
    return any(other.sleeve in SLEEVES and SLEEVES[other.sleeve][0] >= SLEEVES[garment.sleeve][0] for other in outer)


def _is_collared(garment: Garment) -> bool:
    """Whether its collar lies over the band of a tie: a turned-down one, or a high one."""
    return garment.kind in _COLLARED or garment.neckline == "high"


def _is_bibbed(garment: Garment) -> bool:
    """Overalls, pinafores: worn over a top and closed below the waist."""
    return garment.slot == ClothingPart.ONEPIECE and garment.kind in OVER_OTHERS


def _tuck(drawn: list[Layer], figure: Figure) -> None:
    """Cut off what of a tucked top would show again below the hips of what it is tucked into."""
    y = max(figure.torso.at(-1, _WAIST)[1], figure.torso.at(1, _WAIST)[1])
    for layer in drawn:
        if Z.BODY <= layer.z < Z.BOTTOM and layer.clip is None:
            box = layer.path.bounds()
            layer.clip = Path.rect(Box(box.left - 1, box.top - 1, box.right + 1, y))


def _hide_waists(outfit: Outfit, found: list[Layer], figure: Figure) -> None:
    """A skirt under a hanging top shows below the top's hem alone: its slanting sides would climb beside the top to the waist."""
    skirts = {index + 1 for index, garment in enumerate(outfit.garments) if _is_skirt(garment)}
    for index, garment in enumerate(outfit.garments):
        hangs = garment.kind in OVER_OTHERS or garment.kind in _HANGING
        if not skirts or garment.slot != ClothingPart.TOPWEAR or not hangs:
            continue
        z = Z.OUTER if garment.kind in OVER_OTHERS else Z.TOP
        bodies = [layer for layer in found if layer.garment == index + 1 and z <= layer.z < z + 0.5]
        points = np.concatenate([np.zeros((0, 2)), *[np.array(layer.path.points).reshape(-1, 2) for layer in bodies]])
        if not len(points) or points[:, 1].max() < figure.torso.at(0, 0.84)[1]:
            continue
        left, right = points[(points @ [-1, 1]).argmax()], points[(points @ [1, 1]).argmax()]
        start, end = np.array([0.02, -0.05]), np.array([-3.0, 4.8])  # under the hem, and out beyond every skirt
        one, other = np.array([left + start, left + end]), np.array([right + start * [-1, 1], right + end * [-1, 1]])
        above = np.array([0.0, -5.0])
        shown = polygon(
            np.concatenate([[one[0] + above], one, one[1:] + [0, 9], other[1:] + [0, 9], other[::-1], [other[0] + above]])
        )
        for layer in found:
            if layer.garment in skirts and layer.z < z and layer.clip is None:
                layer.clip = shown
                layer.marks.append(Mark(strokes(one, other), width=1.4))


assert DRAW.keys() == KINDS.keys(), DRAW.keys() ^ KINDS.keys()
