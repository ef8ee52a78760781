"""What the classes of each part parser mean to us: any parser's probabilities become those of thirteen parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.sam_hq import CLASSES as ANIME_19
from pipeline.request import ClothingPart, Image8

FACE_HANDS = 12  # beside the twelve values of a label map: face, neck and bare hands, skin that no clothing may cover
COUNT = FACE_HANDS + 1
BARE = (ClothingPart.SKIN, FACE_HANDS)
Probabilities = NDArray[Any]  # classes x H x W, floating point

_ANIME_19 = {
    "hair": ClothingPart.HAIR,
    "headwear": ClothingPart.HEADWEAR,
    "eyewear": ClothingPart.HEADWEAR,
    "earwear": ClothingPart.HEADWEAR,
    "neckwear": ClothingPart.NECKWEAR,
    "topwear": ClothingPart.TOPWEAR,
    "handwear": ClothingPart.HANDWEAR,
    "bottomwear": ClothingPart.BOTTOMWEAR,
    "legwear": ClothingPart.LEGWEAR,
    "footwear": ClothingPart.FOOTWEAR,
    "tail": ClothingPart.SKIN,
    "wings": ClothingPart.SKIN,
    "objects": ClothingPart.HELD,
} | dict.fromkeys(("face", "eyes", "ears", "nose", "mouth", "neck"), FACE_HANDS)
SEEN = 0.5  # probability from which a pixel counts as a part's when colours are compared
SAME_SKIN, SAME_CLOTH = 16.0, 10.0  # distances in CIELAB
JOINED = 0.5  # share of a skirt's waist that must touch the top, for both to be one dress


def own(probabilities: Probabilities, rgb: Image8) -> Probabilities:
    """The bundled parser's classes are these thirteen."""
    return probabilities


def anime_19(probabilities: Probabilities, rgb: Image8) -> Probabilities:
    """See-through's nineteen independent masks. It knows neither bare limbs nor one-pieces: an arm with its hand is
    handwear, a leg legwear, whatever they wear, so what has the face's colour is skin; and a top and a bottom of one
    colour that touch along the waist are a dress."""
    found = np.zeros((COUNT, *rgb.shape[:2]), np.float32)
    for name, plane in zip(ANIME_19, probabilities, strict=True):
        np.maximum(found[_ANIME_19[name]], plane, out=found[_ANIME_19[name]])
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    _bare(found, lab)
    _join(found, lab)
    found[0] = 1 - found.max(0)
    shares: Probabilities = found / found.sum(0).clip(1e-6)
    return shares


def _bare(found: Probabilities, lab: NDArray[Any]) -> None:
    """Limbs of the face's colour: hands and arms are protected, legs and feet are skin."""
    face = found[FACE_HANDS] > SEEN
    if not face.any():
        return
    skin = np.linalg.norm(lab - np.median(lab[face], 0), axis=2) < SAME_SKIN
    limbs = {ClothingPart.HANDWEAR: FACE_HANDS, ClothingPart.LEGWEAR: ClothingPart.SKIN, ClothingPart.FOOTWEAR: ClothingPart.SKIN}
    for worn, bare in limbs.items():
        found[bare] = np.where(skin, np.maximum(found[bare], found[worn]), found[bare])
        found[worn] = np.where(skin, 0, found[worn])


def _join(found: Probabilities, lab: NDArray[Any]) -> None:
    top, bottom = (found[part] > SEEN for part in (ClothingPart.TOPWEAR, ClothingPart.BOTTOMWEAR))
    if not top.any() or not bottom.any():
        return
    if np.linalg.norm(np.median(lab[top], 0) - np.median(lab[bottom], 0)) > SAME_CLOTH:
        return
    near = max(1, round(max(top.shape) / 100))
    waist = bottom & (np.cumsum(bottom, 0) <= near)  # the first pixels of every column
    touching = cv2.dilate(top.astype(np.uint8), np.ones((2 * near + 1, 1), np.uint8)) > 0
    if (waist & touching).any(0).sum() > JOINED * waist.any(0).sum():
        both = np.maximum(found[ClothingPart.TOPWEAR], found[ClothingPart.BOTTOMWEAR])
        found[ClothingPart.ONEPIECE] = np.maximum(found[ClothingPart.ONEPIECE], both)
        found[ClothingPart.TOPWEAR] = found[ClothingPart.BOTTOMWEAR] = 0


TABLES: dict[str, Callable[[Probabilities, Image8], Probabilities]] = {"bundled": own, "anime19": anime_19}


def translate(probabilities: Probabilities, rgb: Image8, table: str) -> Probabilities:
    """A parser's probabilities, its classes x H x W, of the picture rgb, H x W x 3 -> 13 x H x W."""
    return TABLES[table](probabilities, rgb)
