"""Kinds of garment to look at, each on three bodies: a chibi, a teenage girl, a grown man.

    python -m training.kind_sheet [--kinds "trench coat" parka] [--side 1024] [--seeds 181 310 880] --out sheet.png

A row a kind and its name; what it needs beside it (a shirt beneath, trousers, shoes) is plain and pale.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.characters import draw
from training.characters.outfits import sample_garment
from wardrobe.kinds import BOTTOMS, KINDS
from wardrobe.outfit import Garment, Outfit, dressed_in_order
from wardrobe.parts import ClothingPart
from wardrobe.style import Style

SEEDS = (98, 1915, 458)  # of characters: chibi, teenage girl, grown man, from the front, head to foot, room for hats
STYLE = Style(
    line=0.014,
    line_mode="tinted",
    line_colour=(48, 36, 52),
    thick_thin=0.5,
    shading="cel",
    shade=(205, 196, 216),
    light=(-0.7, 0.8),
    gloss=0.5,
    saturation=1.0,
    drained=1.0,
    wash=0.0,
    texture=0,
)
PAPER = 255
SHAPE = 0.62  # of a figure's cell: width / height
SHOES = Garment(ClothingPart.FOOTWEAR, "shoes", "grey", (110, 110, 118))
SHIRT = Garment(ClothingPart.TOPWEAR, "t-shirt", "white", (244, 244, 246), sleeve="short", neckline="round")
TROUSERS = Garment(ClothingPart.BOTTOMWEAR, "trousers", "light grey", (188, 192, 202))
SHORTS = Garment(ClothingPart.BOTTOMWEAR, "shorts", "light grey", (188, 192, 202), length="short")


def dressed(kind: str) -> Outfit:
    """The kind with what it is worn over and what is worn with it."""
    row = KINDS[kind]
    rng = np.random.default_rng(crc32(kind.encode()))
    worn = [sample_garment(kind, rng)]
    if row.over:
        beneath = sample_garment(row.over[0], np.random.default_rng(0))
        worn.append(
            Garment(beneath.slot, beneath.kind, "white", (244, 244, 246), sleeve=beneath.sleeve, neckline=beneath.neckline)
        )
    minor = row.slot not in (ClothingPart.TOPWEAR, ClothingPart.BOTTOMWEAR, ClothingPart.ONEPIECE)
    if minor or kind in BOTTOMS:
        worn.append(SHIRT)
    if minor or row.slot == ClothingPart.TOPWEAR:
        worn.append(SHORTS if minor else TROUSERS)
    if row.slot not in (ClothingPart.FOOTWEAR, ClothingPart.LEGWEAR):
        worn.append(SHOES)
    return Outfit(tuple(dressed_in_order(worn)))


def row_of(kind: str, seeds: Sequence[int], side: int) -> NDArray[np.uint8]:
    """side x width x 3: the kind on every figure, its name in the corner."""
    cells = []
    for seed in seeds:
        image = draw(seed, (side, round(SHAPE * side)), background=False, style=STYLE, outfit=dressed(kind)).image
        alpha = image[..., 3:] / 255
        cells.append((image[..., :3] * alpha + PAPER * (1 - alpha)).astype(np.uint8))
    row = Image.fromarray(np.concatenate(cells, 1))
    ImageDraw.Draw(row).text((side // 40, side // 60), kind, fill=(0, 0, 0), font=ImageFont.load_default(max(10, side // 28)))
    return np.asarray(row)


def sheet(kinds: Sequence[str], side: int, columns: int, seeds: Sequence[int] = SEEDS) -> NDArray[np.uint8]:
    """Rows of `columns` kinds beside each other."""
    cells = [row_of(kind, seeds, side) for kind in kinds]
    cells += [np.full_like(cells[0], PAPER)] * (-len(cells) % columns)
    return np.concatenate([np.concatenate(cells[at : at + columns], 1) for at in range(0, len(cells), columns)])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.kind_sheet", description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS), metavar="KIND")
    parser.add_argument("--side", type=int, default=1024, help="pixels from top to bottom of a figure")
    parser.add_argument("--columns", type=int, default=1, help="kinds beside each other")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, help="other characters, in other poses")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    Image.fromarray(sheet(options.kinds, options.side, options.columns, options.seeds)).save(options.out)


if __name__ == "__main__":
    main()
