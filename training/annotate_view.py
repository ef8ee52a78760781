"""How labels are looked at: parts in their colours over the picture, and a grid whose numbers are the picture's pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.request import Image8, UserError
from training.annotating import UNKNOWN, VALUES, Labels

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
    left, right = (_with_grid(image, (x0, y0, x1, y1), scale, step) for image in (large, outlined(overlay(large, parts), parts)))
    return np.concatenate([left, right, _legend(labels, left.shape[0])], 1)


def outlined(shown: NDArray[np.uint8], labels: Labels) -> NDArray[np.uint8]:
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
