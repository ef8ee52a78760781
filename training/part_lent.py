"""What drawn people carry, and loose strands of hair, laid over whoever is in a picture: as it lies over the drawn body.

Real pictures that hands have labelled show few bags, straps and books before clothes, and hardly ever the same twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.hint_reader import SEGMENTS
from pipeline.request import CLOTHING, ClothingPart
from training.characters.body_map import split
from training.noise import Floats, Rng, colour
from training.part_drawings import Sheet, pick
from training.part_scenes import Scene, Stand, seen_by, view, whole

TRIES = 12  # drawings that are looked through for one with something to lend
LEAST = 0.01  # of a figure: what is lent is at least this much of it
CROWN = 0.22  # of a figure's height from the top: there is the face
COVERED = 0.25  # share of what is lent that may lie there
JITTER, SIZES = 0.06, 0.2  # of the place in heights, and of the size, standard deviations
STRANDS = 0.35  # share of hair among what is lent
BEHIND_SKIN = 0.4  # chance that hands stay before the thing
TRUNK = [index for index, name in enumerate(SEGMENTS) if not name.startswith(("head", "hand", "foot"))]


def lend(scene: Scene, sheets: Sequence[Sheet], rng: Rng) -> None:
    """Something lies over the main person, if one of the drawings that are tried has something to lend."""
    rows, columns = (np.flatnonzero(((scene.owner == 1) & (scene.parts > 0)).any(axis)) for axis in (1, 0))
    part = ClothingPart.HAIR if rng.random() < STRANDS else ClothingPart.HELD
    if not len(rows) or (part == ClothingPart.HAIR and not (scene.parts == part).any()):
        return
    for _ in range(TRIES):
        sheet, row = pick(sheets, rng)
        lent = _lendable(sheet, row, part)
        if lent is not None:
            break
    else:
        return
    top, bottom, left, right = _box(sheet.parts[row] > 0)
    rgba, parts, garments, lines = (plane[top:bottom, left:right] for plane in sheet.drawing(row))
    alike = rgba, np.where(lent[top:bottom, left:right], parts, np.uint8(0)), garments, lines
    side, height = scene.size[0], float(np.ptp(rows) + 1)
    zoom = height / (bottom - top) * float(np.exp(rng.normal(0, SIZES)))
    middle = float(columns[0] + columns[-1]) / 2, float(rows[0] + rows[-1]) / 2
    at = tuple(place - side / 2 + float(rng.normal(0, JITTER)) * height for place in middle)
    seen = seen_by(alike, view(rng, parts.shape, Stand(zoom, (at[0], at[1])), whole(side), side))
    _lay(scene, seen, part, rng)


def _box(there: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = (np.flatnonzero(there.any(axis)) for axis in (1, 0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _lendable(sheet: Sheet, row: int, part: ClothingPart) -> NDArray[np.bool_] | None:
    """What of a drawing can be laid over somebody else, H x W; None if that is nearly nothing. Of hair only what lies over the
    body."""
    parts = sheet.parts[row]
    found = parts == part
    if found.any() and part == ClothingPart.HAIR:
        found &= split(sheet.body[row])[TRUNK].any(0)
    if found.sum() <= LEAST * np.count_nonzero(parts):
        return None
    top, bottom, *_ = _box(parts > 0)
    crown = found[: top + round(CROWN * (bottom - top))].sum()
    return None if part == ClothingPart.HELD and crown > COVERED * found.sum() else found


def _lay(scene: Scene, seen: Scene, part: ClothingPart, rng: Rng) -> None:
    """Before the scene, in a colour of its own, or that of her hair."""
    where = seen.parts == part
    if part == ClothingPart.HAIR:  # a strand comes from somewhere: none beside her
        where &= np.isin(scene.parts, [*CLOTHING, ClothingPart.HAIR])
    elif rng.random() < BEHIND_SKIN:
        where &= (scene.parts != ClothingPart.SKIN) & (scene.parts <= ClothingPart.HELD)
    if not where.any():
        return
    if part == ClothingPart.HAIR:
        tone = np.median(scene.rgb[scene.parts == part], 0).astype(np.float32)
    else:
        tone = colour(rng, 10, 250)
    rgb = seen.rgb
    if part == ClothingPart.HAIR or rng.random() < 0.5:
        grey = rgb[where].mean(1)
        rgb = rgb.copy()
        rgb[where] = ((grey / max(float(np.median(grey)), 20.0))[:, None] * tone).clip(0, 255)
    share: Floats = cv2.GaussianBlur(where.astype(np.float32), (0, 0), 0.6)
    share = np.where(where, np.maximum(share, 0.5), 0).astype(np.float32)
    scene.rgb = scene.rgb * (1 - share[..., None]) + rgb * share[..., None]
    scene.alpha = np.maximum(scene.alpha, share)
    number = int(scene.garments.max()) + 1
    scene.garments[where] = number if part == ClothingPart.HELD and number < 255 else 0
    scene.lines[where] = seen.lines[where]
    scene.parts[where] = part
    scene.owner[where & (scene.owner == 0)] = 1
