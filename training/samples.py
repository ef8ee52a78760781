"""The pictures in the README: characters before and in new outfits, from words or from pictures of garments.

    python -m training.samples --pictures DIR --out assets/samples.png
    python -m training.samples --pictures DIR --drafts --outfits 6 --columns 1 --out samples.png     # drafts above results
    python -m training.samples --pictures DIR --drawn 2 --columns 2 --garments G.png H.png --out assets/garments.png
    python -m training.samples --pictures DIR --find --out assets/found.png

DIR holds folders with `image.png`; nothing else of them is used: clothing is found as in the app. Without it only drawn
characters are shown. Credits of the pictures shown belong into assets/CREDITS.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from models.loader import load
from models.profiles import PROFILES
from pipeline.images import flatten, load_character, resize
from pipeline.request import DetectRequest, GarmentPicture, Image8
from pipeline.swap import OutfitSwapper
from training.characters import draw
from training.evaluate import request_for
from training.pairs import EVALUATION_SEEDS
from training.yardstick.methods import Detector

PROMPTS = (
    "navy sailor uniform, red neckerchief, knee-length pleated skirt, white knee socks",
    "black gothic dress with white frills, white tights, black mary janes",
    "black suit jacket, white shirt, red necktie, black trousers",
    "white blouse, short red plaid pleated skirt, beige cardigan, black thigh highs",
    "red kimono with gold floral pattern, sandals",
    "blue denim jacket, white t-shirt, grey jeans, white sneakers",
)
PART_COLOURS = np.array(
    [(0, 0, 0), (255, 214, 186), (120, 84, 60), (226, 74, 90), (74, 110, 226), (190, 90, 210), (80, 200, 200), (70, 150, 80)]
    + [(240, 170, 60), (236, 220, 90), (130, 60, 160), (130, 130, 130)],
    np.uint8,
)  # by the values of `ClothingPart`
CELL = (240, 360)  # width, height
LARGEST = 1024  # long side in pixels at which a character is dressed
PAPER = (255, 255, 255)
SEED = 7


def real(folder: Path) -> Iterator[Image8]:
    for path in sorted(folder.rglob("image.png")):
        picture = load_character(path)
        scale = min(1.0, LARGEST / max(picture.shape))
        yield resize(picture, (round(picture.shape[1] * scale), round(picture.shape[0] * scale)))


def drawn(count: int) -> Iterator[Image8]:
    for seed in range(EVALUATION_SEEDS + 5000, EVALUATION_SEEDS + 5000 + count):
        yield draw(seed, (900, 600), background=seed % 2 == 0).image


def cell(image: NDArray[np.uint8]) -> Image.Image:
    """A picture fitted into a white cell; transparency as a light chequerboard."""
    height, width = image.shape[:2]
    board = np.where((np.indices((height, width)) // 16).sum(0) % 2, 235, 250).astype(np.uint8)
    alpha = image[..., 3:].astype(np.float32) / 255
    flat = flatten(image, PAPER) if alpha.min() == 1 else (image[..., :3] * alpha + board[..., None] * (1 - alpha))
    picture = Image.fromarray(flat.astype(np.uint8))
    picture.thumbnail((CELL[0] - 6, CELL[1] - 6), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", CELL, PAPER)
    sheet.paste(picture, ((CELL[0] - picture.width) // 2, (CELL[1] - picture.height) // 2))
    return sheet


Ask = tuple[str, dict[str, Any]]  # a column's title, and what its requests have of their own


def rows(swapper: OutfitSwapper, image: Image8, asks: Sequence[Ask], drafts: bool, find: bool) -> list[list[Image.Image]]:
    """Cells of one character: it and its results; drafts: a row of what was drafted above them; find: what was found."""
    first = [cell(image)]
    if find:
        assert swapper.see is not None
        labels, shown = swapper.see(DetectRequest(image)).labels, image.copy()
        shown[labels > 0, :3] = 0.25 * image[labels > 0, :3] + 0.75 * PART_COLOURS[labels[labels > 0]]
        first.append(cell(shown))
    plain = replace(request_for(swapper.profile, image, np.ones(image.shape[:2], bool), "", SEED), mask=None)
    results = [swapper.swap(replace(plain, **own)) for _, own in asks]
    nothing = np.zeros_like(image)
    above = [Image.new("RGB", CELL, PAPER) for _ in first] + [cell(nothing if r.draft is None else r.draft) for r in results]
    below = [*first, *(cell(result.images[0]) for result in results)]
    return [above, below] if drafts else [below]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.samples", description=__doc__)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--drawn", type=int, default=0)
    parser.add_argument("--columns", type=int, default=2, help="characters side by side")
    parser.add_argument("--outfits", type=int, default=3, choices=range(1, len(PROMPTS) + 1))
    parser.add_argument("--drafts", action="store_true", help="show every draft above its result")
    parser.add_argument("--garments", type=Path, nargs="+", help="pictures of garments instead of prompts")
    parser.add_argument("--find", action="store_true", help="show the parts that were found")
    parser.add_argument("--profile", default="bundled", choices=sorted(PROFILES))
    parser.add_argument("--out", type=Path, default=Path("assets/samples.png"))
    options = parser.parse_args()
    profile = PROFILES[options.profile]
    swapper = OutfitSwapper(profile, load(profile), see=Detector())
    asks: list[Ask] = [(prompt, {"prompt": prompt}) for prompt in PROMPTS[: options.outfits]]
    head = 26
    if options.garments:
        asks = [("", {"garments": (GarmentPicture(load_character(path)),)}) for path in options.garments]
        head += CELL[1] * 2 // 3
    subjects = [*drawn(options.drawn), *(real(options.pictures) if options.pictures else ())]
    found = [rows(swapper, image, asks, options.drafts, options.find) for image in subjects]
    titles: list[Ask] = [("before", {}), *([("found", {})] if options.find else []), *asks]
    sheet = paste_up(found, titles, options.columns, head)
    sheet.save(options.out, optimize=True)
    print(f"{len(found)} characters -> {options.out}")


def paste_up(found: Sequence[list[list[Image.Image]]], titles: Sequence[Ask], columns: int, head: int) -> Image.Image:
    """Characters side by side in so many columns, under their titles."""
    across, deep = len(titles), max((len(cells) for cells in found), default=1)
    lines = -(-len(found) // columns)
    sheet = Image.new("RGB", (CELL[0] * across * columns, head + CELL[1] * deep * lines), PAPER)
    pen = ImageDraw.Draw(sheet)
    for column in range(columns):
        for index, (title, own) in enumerate(titles):
            left = CELL[0] * (column * across + index)
            pen.text((left + 6, head - 20), title[:40], fill=(40, 40, 40))
            for garment in own.get("garments", ()):
                small = cell(garment.image).resize((CELL[0] * 2 // 3, CELL[1] * 2 // 3))
                sheet.paste(small, (left + CELL[0] // 6, 6))
    for number, lines_of_cells in enumerate(found):
        line, column = divmod(number, columns)
        for depth, cells in enumerate(lines_of_cells):
            for index, picture in enumerate(cells):
                sheet.paste(picture, (CELL[0] * (column * across + index), head + CELL[1] * (deep * line + depth)))
    return sheet


if __name__ == "__main__":
    main()
