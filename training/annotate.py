"""Labelling the parts of characters by hand: the project's own tool, for pictures to train the parser on.

    python -m training.annotate FOLDER --list
    python -m training.annotate FOLDER --look STEM --out view.png [--box X0 Y0 X1 Y1]
    python -m training.annotate FOLDER --apply STEM [--look STEM --out view.png]

Labels lie in FOLDER/labels (or --labels DIR) as STEM.png, values of `pipeline.request.ClothingPart`, 255 = cannot be told,
and STEM.json, the operations that they are made by (`training.annotating`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.images import load_character, save_png
from pipeline.request import Image8, UserError
from training.annotating import UNKNOWN, VALUES, Eyes, Labels, Operation, make_labels, read_operations, write_operations

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
LONG = 1100  # pixels of the enlarged picture's long side
BOARD = ((196, 196, 196), (232, 232, 232))  # squares behind a transparent picture
SQUARE = 8
WEIGHT = 0.6  # of a part's colour over the picture
COLOURS = np.zeros((256, 3), np.uint8)
COLOURS[:12] = [
    *((0, 0, 0), (255, 205, 160), (0, 150, 60), (235, 30, 45), (40, 90, 255), (215, 60, 230)),
    *((0, 215, 225), (130, 75, 20), (255, 145, 0), (255, 235, 0), (90, 0, 160), (140, 140, 140)),
]
COLOURS[UNKNOWN] = 150, 255, 0
TITLES = {value: title for title, value in VALUES.items()}
GRIDS = (25, 50, 100, 200, 400)  # pixels between lines
APART = 42  # least pixels of the view between lines


@dataclass(frozen=True)
class Folder:
    """A folder of pictures and where their labels are kept."""

    pictures: Path
    labels: Path
    eyes: Eyes = field(default_factory=Eyes)

    def files(self) -> list[Path]:
        """Pictures by name. Raises `UserError` where there are none."""
        found = sorted(path for path in self.pictures.glob("*") if path.suffix.lower() in ENDINGS)
        if not found:
            raise UserError(f"There are no pictures (png, jpg, webp) in {self.pictures}, please choose another folder.")
        return found

    def file(self, stem: str) -> Path:
        for path in self.files():
            if path.stem == stem:
                return path
        raise UserError(f"There is no picture called {stem!r} in {self.pictures}, please look at: --list.")

    def picture(self, stem: str) -> Image8:
        return load_character(self.file(stem))

    def operations(self, stem: str) -> list[Operation]:
        return read_operations(self.labels / f"{stem}.json")

    def label(self, stem: str) -> Labels | None:
        """What is in STEM.png, None where there is no such file."""
        path = self.labels / f"{stem}.png"
        return np.asarray(Image.open(path).convert("L")) if path.exists() else None

    def save(self, stem: str, operations: Sequence[Operation]) -> Labels:
        """Makes the label of these operations, and writes both files."""
        file = self.file(stem)
        picture = load_character(file)
        labels = make_labels(picture, operations, self.eyes)
        write_operations(self.labels / f"{stem}.json", file.name, (picture.shape[1], picture.shape[0]), operations)
        save_png(labels, self.labels / f"{stem}.png")
        return labels


def shares(labels: Labels) -> str:
    """'hair 8.1 %, topwear 20.4 %, ...' of the whole picture."""
    counts = np.bincount(labels.ravel(), minlength=256) / labels.size
    return ", ".join(f"{title} {100 * counts[value]:.1f} %" for title, value in VALUES.items() if value and counts[value])


def listed(folder: Folder) -> Iterator[str]:
    """A line for every picture."""
    for path in folder.files():
        label = folder.label(path.stem)
        with Image.open(path) as picture:
            size = f"{picture.width} x {picture.height}"
        yield f"{path.stem}: {size}, " + (
            "no label" if label is None else f"{len(folder.operations(path.stem))} operations, {shares(label)}"
        )


def overlay(rgb: NDArray[np.uint8], labels: Labels, weight: float = WEIGHT) -> NDArray[np.uint8]:
    """H x W x 3: parts in their colours over the picture in grey, as a colour over colours is no longer known."""
    there = labels > 0
    shown, grey = rgb.copy(), cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    shown[there] = np.rint((1 - weight) * grey[there][:, None] + weight * COLOURS[labels[there]]).astype(np.uint8)
    return shown


def on_board(picture: Image8, scale: float = 1.0) -> NDArray[np.uint8]:
    """H x W x 4 over a light chequerboard."""
    square = max(1, round(SQUARE / scale))
    odd = (np.indices(picture.shape[:2]) // square).sum(0) % 2 > 0
    alpha = picture[..., 3:] / 255
    board = np.where(odd[..., None], *(np.array(colour) for colour in BOARD))
    return np.rint(picture[..., :3] * alpha + board * (1 - alpha)).astype(np.uint8)


def view(picture: Image8, labels: Labels, box: tuple[int, int, int, int] | None = None) -> NDArray[np.uint8]:
    """The picture enlarged, with a grid whose numbers are pixels of the picture, beside its labels with a legend.

    box: x0, y0, x1, y1 of what is looked at. Raises `UserError` where that is empty.
    """
    height, width = labels.shape
    x0, y0, x1, y1 = box or (0, 0, width, height)
    x0, y0, x1, y1 = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
    if x0 >= x1 or y0 >= y1:
        raise UserError(f"This box is empty, please give left, top, right and bottom within {width} x {height} pixels.")
    scale = LONG / max(x1 - x0, y1 - y0)
    size = round((x1 - x0) * scale), round((y1 - y0) * scale)
    seen = on_board(picture, scale)[y0:y1, x0:x1]
    large = cv2.resize(seen, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA).astype(np.uint8)
    parts = cv2.resize(labels[y0:y1, x0:x1], size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    step = next((step for step in GRIDS if step * scale >= APART), GRIDS[-1])
    left, right = (_with_grid(image, (x0, y0, x1, y1), scale, step) for image in (large, _outlined(overlay(large, parts), parts)))
    return np.concatenate([left, right, _legend(labels, left.shape[0])], 1)


def _outlined(shown: NDArray[np.uint8], labels: Labels) -> NDArray[np.uint8]:
    """Dark lines between parts."""
    border = cv2.morphologyEx(labels, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8)) > 0
    shown[border] = 0
    return shown


def _with_grid(image: NDArray[np.uint8], box: tuple[int, int, int, int], scale: float, step: int) -> NDArray[np.uint8]:
    """Thin lines every `step` pixels of the picture, numbers in a margin."""
    margin, font = 34, ImageFont.load_default(13)
    sheet = Image.new("RGB", (image.shape[1] + margin, image.shape[0] + margin), "white")
    sheet.paste(Image.fromarray(image), (margin, margin))
    lines = Image.new("L", sheet.size, 0)
    pen, text = ImageDraw.Draw(lines), ImageDraw.Draw(sheet)
    for x in range(-(-box[0] // step) * step, box[2] + 1, step):
        at = margin + (x - box[0]) * scale
        pen.line([(at, margin), (at, sheet.height)], fill=90)
        text.text((at, margin / 2), str(x), fill="black", font=font, anchor="mm")
    for y in range(-(-box[1] // step) * step, box[3] + 1, step):
        at = margin + (y - box[1]) * scale
        pen.line([(margin, at), (sheet.width, at)], fill=90)
        text.text((margin / 2, at), str(y), fill="black", font=font, anchor="mm")
    sheet.paste((0, 60, 255), (0, 0), lines)
    return np.asarray(sheet)


def _legend(labels: Labels, height: int) -> NDArray[np.uint8]:
    sheet = Image.new("RGB", (170, height), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for row, value in enumerate(np.unique(labels)):
        colour = tuple(int(level) for level in COLOURS[value]) if value else BOARD[1]
        pen.rectangle([10, 40 + 26 * row, 28, 58 + 26 * row], fill=colour, outline="black")
        pen.text((36, 49 + 26 * row), f"{value} {TITLES.get(int(value), '?')}", fill="black", font=font, anchor="lm")
    return np.asarray(sheet)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.annotate", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="pictures")
    parser.add_argument("--labels", type=Path, metavar="DIR", help="where the labels are (default: FOLDER/labels)")
    parser.add_argument("--list", action="store_true", help="which pictures are labelled, and what is in them")
    parser.add_argument("--apply", metavar="STEM", help="make STEM.png of STEM.json")
    parser.add_argument("--look", metavar="STEM", help="draw a picture and its label, enlarged and with a grid")
    parser.add_argument("--box", type=int, nargs=4, metavar=("X0", "Y0", "X1", "Y1"), help="look at this part alone")
    parser.add_argument("--out", type=Path, default=Path("view.png"), help="of --look (default: %(default)s)")
    options = parser.parse_args()
    folder = Folder(options.folder, options.labels or options.folder / "labels")
    try:
        if options.list:
            print("\n".join(listed(folder)))
        if options.apply:
            print(shares(folder.save(options.apply, folder.operations(options.apply))))
        if options.look:
            picture, labels = folder.picture(options.look), folder.label(options.look)
            labels = np.zeros(picture.shape[:2], np.uint8) if labels is None else labels
            save_png(view(picture, labels, options.box), options.out)
    except UserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
