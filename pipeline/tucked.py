"""What stays and what is new, one inside the other: trousers and stockings end in boots, and long gloves in sleeves."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.regions import Region
from pipeline.request import ClothingPart, Image8
from wardrobe.canvas import Frame
from wardrobe.compatible import LEG_COVERING
from wardrobe.figure import Figure
from wardrobe.outfit import Outfit

TALL = 0.5  # heads: a shoe is lower
BESIDE = 0.35  # heads: how far from a boot a leg is drawn that is the one in it
TOP = 0.08  # heads: from so far below the boot's upper border on
CUFF, GLOVE = 0.9, 2.2  # of an arm: where a hand begins; half-widths of an arm: how wide a glove is
SAMPLES, BEFORE = np.linspace(0, CUFF, 30), 6  # of an arm; so many of them from a sleeve's end on bare skin stays
MOST = 0.6  # of a piece of an arm: where so much lies inside a sleeve all of it does
HAND = 0.75  # of its length: radius of what is sure to be one
SLEEVES = (ClothingPart.TOPWEAR, ClothingPart.ONEPIECE)
WIDE = ("wide-leg trousers", "hakama")  # they hang over boots


def tucked(labels: Image8, outfit: Outfit, worn: Image8, unit: float) -> tuple[Region, Region]:
    """Boots that lie over the legs' new clothes, and what of those stands out beside boots and shoes, H x W each.

    labels: of the character, without shoes that go; worn: index + 1 of the garment at every pixel; unit: a head in pixels.
    """
    over, away = np.zeros(labels.shape, bool), np.zeros(labels.shape, bool)
    close = [
        number
        for number, garment in enumerate(outfit.garments, 1)
        if garment.slot == ClothingPart.LEGWEAR or (garment.kind in LEG_COVERING and garment.kind not in WIDE)
    ]
    legs = np.isin(worn, close)
    shoes = (labels == ClothingPart.FOOTWEAR).astype(np.uint8)
    _, where, table, _ = cv2.connectedComponentsWithStats(shoes, connectivity=8)
    side = round(BESIDE * unit)
    for index in range(1, len(table)):
        left, top, wide, tall, _ = table[index]
        box = slice(top + round(TOP * unit), top + tall + side), slice(max(0, left - side), left + wide + side)
        beside = (legs | (worn == 0))[box] & (shoes[box] == 0)
        if tall > TALL * unit:
            over |= (where == index) & legs
            beside[tall - round(TOP * unit) :] = False
        else:
            beside &= labels[box] == 0
        away[box] |= beside
    return over, away


def under_sleeves(labels: Image8, keep: Region, figure: Figure, frame: Frame, outfit: Outfit, worn: Image8) -> Region:
    """What of gloves that stay, and of bare arms, lies inside new sleeves, but for the hands, H x W; see `tucked`. keep: H x W,
    face, neck and hands."""
    sleeved = np.isin(worn, [number for number, garment in enumerate(outfit.garments, 1) if garment.slot in SLEEVES])
    gloved, bared = np.zeros(labels.shape, np.uint8), np.zeros(labels.shape, np.uint8)
    for arm in figure.arms.values():
        places = [tuple(round(value) for value in frame.pixel(*arm.point(t))) for t in SAMPLES]
        covered = [0 <= x < frame.width and 0 <= y < frame.height and bool(sleeved[y, x]) for x, y in places]
        for index, (t, place) in enumerate(zip(SAMPLES, places, strict=True)):
            radius = round(GLOVE * arm.width(t) * frame.scale)
            if covered[index]:
                cv2.circle(gloved, place, radius, 1, -1)
            if all(covered[index : index + BEFORE]):  # below a short sleeve an arm stays as it is
                cv2.circle(bared, place, radius, 1, -1)
    for arm in figure.arms.values():
        tip, way = arm.point(1.0), arm.direction(1.0)
        middle = frame.pixel(tip[0] + 0.5 * figure.body.hand * way[0], tip[1] + 0.5 * figure.body.hand * way[1])
        for inside in (gloved, bared):
            cv2.circle(inside, (round(middle[0]), round(middle[1])), round(HAND * figure.body.hand * frame.scale), 0, -1)
    skin = (labels == ClothingPart.SKIN) & ~keep & (worn == 0)
    return np.asarray(((gloved > 0) & (labels == ClothingPart.HANDWEAR)) | _mostly(skin, bared > 0))


def _mostly(region: Region, there: Region) -> Region:
    """What of a region lies there, and all of those pieces of which most does: an elbow that stands out."""
    _, where = cv2.connectedComponents(region.astype(np.uint8), connectivity=8)
    share = np.bincount(where[there], minlength=int(where.max()) + 1) / np.bincount(where.ravel())
    share[0] = 0
    return np.asarray((region & there) | (share > MOST)[where])
