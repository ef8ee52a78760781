"""A sheet of hints, for looking at: labelled pictures, their masks, and every hint that can be read here before and after
the old garment is erased from it.

    python -m training.hint_sheet --pictures DIR --out sheet.png

DIR holds folders with `image.png` and `labels.png` (part labels, see `pipeline.request.ClothingPart`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from models.annotators import FOLDER, Annotators
from models.loader import best_device
from pipeline.composite import key_colour
from pipeline.hints import KINDS, read, read_whole
from pipeline.images import crop_around, flatten, load_character
from pipeline.request import CLOTHING, Image8
from training.masks import grow

NATIVE = 512  # side of the square with as many pixels as Stable Diffusion 1.5 likes
HEAD, GAP, PAPER = 24, 4, (255, 255, 255)
MASKED = np.array((255, 60, 120), np.float32)


def real(folder: Path) -> Iterator[tuple[Image8, NDArray[np.bool_]]]:
    """RGBA pictures with a mask of all their clothing, a little grown."""
    for path in sorted(folder.rglob("image.png")):
        labels = np.asarray(Image.open(path.with_name("labels.png")))
        yield load_character(path), grow(np.isin(labels, CLOTHING), round(0.012 * max(labels.shape)))


def cells(image: Image8, mask: Image8, annotators: Annotators, native: int) -> list[tuple[str, Image8]]:
    """Titles and pictures of one row, height x width x 3 each; image: H x W x 4; mask: H x W, 255 = repaint."""
    crop = crop_around(mask, native)
    rgb, region = crop.take(flatten(image, key_colour(image))), crop.take(mask)
    shown = np.where(region[..., None] >= 128, 0.45 * rgb + 0.55 * MASKED, rgb).astype(np.uint8)
    found = [("picture", rgb), ("mask", shown)]
    for kind in KINDS:
        found += [(kind, read_whole(kind, rgb, annotators))]
        found += [(f"{kind}, erased", read(kind, rgb, region, annotators=annotators))]
    return found


def sheet(rows: list[list[tuple[str, Image8]]], height: int) -> Image.Image:
    """All rows below each other, every picture scaled to one height."""
    pictures = [[Image.fromarray(picture) for _, picture in row] for row in rows]
    scaled = [[picture.resize((round(picture.width * height / picture.height), height)) for picture in row] for row in pictures]
    width = max(sum(picture.width + GAP for picture in row) for row in scaled)
    paper = Image.new("RGB", (width, len(rows) * (height + HEAD)), PAPER)
    pen = ImageDraw.Draw(paper)
    for line, (row, titled) in enumerate(zip(scaled, rows, strict=True)):
        left = 0
        for picture, (title, _) in zip(row, titled, strict=True):
            pen.text((left + 4, line * (height + HEAD) + 6), title, fill=(40, 40, 40))
            paper.paste(picture, (left, line * (height + HEAD) + HEAD))
            left += picture.width + GAP
    return paper


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.hint_sheet", description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("hints.png"))
    parser.add_argument("--native", type=int, default=NATIVE, help="side in pixels at which the network works")
    parser.add_argument("--height", type=int, default=512, help="of a picture on the sheet, in pixels")
    parser.add_argument("--weights", type=Path, default=FOLDER, help="folder of the annotators' files")
    arguments = parser.parse_args()
    annotators = Annotators(best_device(), arguments.weights)
    rows = [
        cells(image, mask.astype(np.uint8) * np.uint8(255), annotators, arguments.native)
        for image, mask in real(arguments.pictures)
    ]
    if not rows:
        parser.error(f"there is no image.png with a labels.png below {arguments.pictures}")
    sheet(rows, arguments.height).save(arguments.out, optimize=True)
    print(f"{len(rows)} pictures -> {arguments.out}")


if __name__ == "__main__":
    main()
