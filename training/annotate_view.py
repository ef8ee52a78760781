"""How labels are looked at: parts in their colours over the picture, and a grid whose numbers are the picture's pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from models.hint_reader import JOINTS
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
LIMBS = (  # drawn between joints
    ("neck", "nose"),
    *((first, f"{name}_{side}") for side in "lr" for first, name in (("neck", "shoulder"), ("nose", "eye"), ("neck", "thigh"))),
    *(
        (f"{first}_{side}", f"{second}_{side}")
        for side in "lr"
        for first, second in (("shoulder", "elbow"), ("elbow", "wrist"), ("thigh", "knee"), ("knee", "ankle"), ("eye", "ear"))
    ),
)
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


def view(
    picture: Image8,
    labels: Labels,
    box: tuple[int, int, int, int] | None = None,
    joints: NDArray[np.float32] | None = None,
) -> NDArray[np.uint8]:
    """The picture enlarged, with a grid whose numbers are pixels of the picture, beside its labels with a legend.

    box: x0, y0, x1, y1 of what is looked at; joints: 18 x 2 of `training.annotated.read_joints`, drawn on the right. Raises
    `UserError` where the box is empty.
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
    told = outlined(overlay(large, parts), parts)
    if joints is not None:
        _draw_joints(told, (joints - (x0, y0)) * scale)
    left, right = (_with_grid(image, (x0, y0, x1, y1), scale, step) for image in (large, told))
    return np.concatenate([left, right, _legend(labels, left.shape[0])], 1)


def _draw_joints(shown: NDArray[np.uint8], joints: NDArray[np.float32]) -> None:
    """Limbs and names of joints; green is at the left of the picture in a character who faces us, red at the right."""
    known = [(name, at) for name, at in zip(JOINTS, joints, strict=True) if not np.isnan(at).any()]
    places = {name: tuple(np.rint(at).astype(int).tolist()) for name, at in known}
    for first, second in LIMBS:
        if first in places and second in places:
            cv2.line(shown, places[first], places[second], (255, 255, 255), 5, cv2.LINE_AA)
            cv2.line(shown, places[first], places[second], _side(second), 3, cv2.LINE_AA)
    for name, place in places.items():
        cv2.circle(shown, place, 6, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(shown, place, 4, _side(name), -1, cv2.LINE_AA)


def _side(name: str) -> tuple[int, int, int]:
    return {"_l": (0, 170, 0), "_r": (220, 0, 0)}.get(name[-2:], (40, 40, 40))


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
