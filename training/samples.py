"""The pictures in the README: before, mask, and three prompts or pictures of garments, for real pictures and drawn characters.

    python -m training.samples --pictures DIR --out assets/samples.png
    python -m training.samples --pictures DIR --drawn 2 --columns 2 --garments G.png H.png --out assets/garments.png
    python -m training.samples --pictures DIR --find --out assets/found.png

DIR holds folders with `image.png` and `labels.png` (part labels, see `pipeline.request.ClothingPart`); without it only
drawn characters are shown. Credits of the pictures shown belong into assets/CREDITS.md.
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
from models.profiles import PROFILES, SEGMENTER
from models.segmenter import Segmenter, load_bundled
from pipeline.detect import detect, masked
from pipeline.images import flatten, load_character
from pipeline.request import CLOTHING, DetectRequest, SwapRequest
from pipeline.swap import OutfitSwapper
from training.characters import draw
from training.evaluate import request_for
from training.masks import clothing_mask, grow
from training.pairs import EVALUATION_SEEDS

PROMPTS = (
    "red plaid pleated skirt, white blouse",
    "a character wearing a black gothic dress",
    "blue hoodie, yellow trousers",
)
PART_COLOURS = np.array(
    [(0, 0, 0), (255, 214, 186), (120, 84, 60), (226, 74, 90), (74, 110, 226), (190, 90, 210), (80, 200, 200), (70, 150, 80)]
    + [(240, 170, 60), (236, 220, 90), (130, 60, 160), (130, 130, 130)],
    np.uint8,
)  # by the values of `ClothingPart`
CELL = (200, 300)  # width, height
PAPER = (255, 255, 255)


def real(folder: Path) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
    """RGBA pictures with a mask of all their clothing, a little grown."""
    for path in sorted(folder.rglob("image.png")):
        labels = np.asarray(Image.open(path.with_name("labels.png")))
        yield load_character(path), grow(np.isin(labels, CLOTHING), round(0.012 * max(labels.shape)))


def drawn(count: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
    for seed in range(EVALUATION_SEEDS + 5000, EVALUATION_SEEDS + 5000 + count):
        drawing = draw(seed, (600, 400), background=seed % 2 == 0)
        yield drawing.image, clothing_mask(drawing)


def cell(image: NDArray[np.uint8]) -> Image.Image:
    """A picture fitted into a white cell; transparency as a light chequerboard."""
    height, width = image.shape[:2]
    board = np.where((np.indices((height, width)) // 16).sum(0) % 2, 235, 250).astype(np.uint8)
    alpha = image[..., 3:].astype(np.float32) / 255
    flat = flatten(image, PAPER) if alpha.min() == 1 else (image[..., :3] * alpha + board[..., None] * (1 - alpha))
    picture = Image.fromarray(flat.astype(np.uint8))
    picture.thumbnail((CELL[0] - 6, CELL[1] - 6))
    sheet = Image.new("RGB", CELL, PAPER)
    sheet.paste(picture, ((CELL[0] - picture.width) // 2, (CELL[1] - picture.height) // 2))
    return sheet


Ask = tuple[str, dict[str, Any]]  # a column's title, and what its requests have of their own


def row(
    swapper: OutfitSwapper,
    image: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    asks: Sequence[Ask],
    segmenter: Segmenter | None = None,
) -> list[Image.Image]:
    """Cells of one character; with a segmenter the mask is what it finds."""
    shown = image.copy()
    if segmenter is None:
        shown[mask] = (255, 60, 120, 255)
    else:
        found = detect(segmenter, DetectRequest(image))
        there = found.labels > 0
        shown[there, :3] = 0.25 * image[there, :3] + 0.75 * PART_COLOURS[found.labels[there]]
        mask = np.asarray(masked(SwapRequest(image, seed=7), found).mask) > 0
    plain = request_for(swapper.profile, image, mask, "", 7)
    results = [swapper.swap(replace(plain, **own)).images[0] for _, own in asks]
    return [cell(picture) for picture in (image, shown, *results)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.samples", description=__doc__)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--drawn", type=int, default=6)
    parser.add_argument("--columns", type=int, default=3, help="characters side by side")
    parser.add_argument("--garments", type=Path, nargs="+", help="pictures of garments instead of prompts")
    parser.add_argument("--find", action="store_true", help="find the clothing instead of using labels, and show its parts")
    parser.add_argument("--profile", default="bundled", choices=sorted(PROFILES))
    parser.add_argument("--out", type=Path, default=Path("assets/samples.png"))
    arguments = parser.parse_args()
    profile = PROFILES[arguments.profile]
    swapper = OutfitSwapper(profile, load(profile))
    subjects = [*drawn(arguments.drawn), *(real(arguments.pictures) if arguments.pictures else ())]
    segmenter = load_bundled(SEGMENTER) if arguments.find else None
    asks: list[Ask] = [(prompt, {"prompt": prompt}) for prompt in (PROMPTS[::2] if segmenter else PROMPTS)]
    head = 26
    if arguments.garments:
        asks = [("", {"garment": load_character(path)}) for path in arguments.garments]
        head += CELL[1] * 2 // 3
    rows = [row(swapper, image, mask, asks, segmenter) for image, mask in subjects]

    across = len(asks) + 2
    lines = -(-len(rows) // arguments.columns)
    sheet = Image.new("RGB", (CELL[0] * across * arguments.columns, head + CELL[1] * lines), PAPER)
    pen = ImageDraw.Draw(sheet)
    for column in range(arguments.columns):
        for index, (title, own) in enumerate([("before", {}), ("found" if segmenter else "mask", {}), *asks]):
            left = CELL[0] * (column * across + index)
            pen.text((left + 6, head - 20), title[:34], fill=(40, 40, 40))
            if "garment" in own:
                small = cell(own["garment"]).resize((CELL[0] * 2 // 3, CELL[1] * 2 // 3))
                sheet.paste(small, (left + CELL[0] // 6, 6))
    for number, cells in enumerate(rows):
        line, column = divmod(number, arguments.columns)
        for index, picture in enumerate(cells):
            sheet.paste(picture, (CELL[0] * (column * across + index), head + CELL[1] * line))
    sheet.save(arguments.out, optimize=True)
    print(f"{len(rows)} characters -> {arguments.out}")


if __name__ == "__main__":
    main()
