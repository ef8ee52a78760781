"""Real pictures with parts labelled by hand (`training.annotate`), as the part parser is taught and judged by them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.part_parser import FACE_HANDS
from pipeline.images import load_character
from pipeline.request import ClothingPart
from training.annotated import JOINTS_END, read_joints
from training.noise import Rng
from training.part_scenes import UNKNOWN

ANY_SKIN = 13  # in a part map: skin, whether face and hands or other; hands label it as one
FOLDS = 5
CREDITS = "credits.jsonl"
SUFFIXES = (".png", ".jpg", ".webp")
LONGEST = 640  # pixels: no training looks at more
CUT_OUT = 0.35  # chance that the figure is taken from its picture and set before something else
MOSTLY = 0.02  # share of unknown pixels up to which a figure may be cut out


@dataclass(frozen=True, eq=False)
class Labelled:
    """A picture. rgba: H x W x 4 uint8; parts: H x W, values of `ClothingPart`, `ANY_SKIN` and `UNKNOWN`; lines: 255 = about a
    line; fold: 0 .. FOLDS - 1, the same for all pictures by one hand; joints: 18 x 2 of the largest person, see
    `training.annotated.read_joints`, None where nobody has told them."""

    name: str
    rgba: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    lines: NDArray[np.uint8]
    fold: int
    joints: NDArray[np.float32] | None = None

    def drawing(self, rng: Rng) -> tuple[NDArray[np.uint8], ...]:
        """As `training.part_styles` takes a drawing: rgba, parts, garments, lines; now and then without its background."""
        rgba = self.rgba
        figure = self.parts > 0
        if rng.random() < CUT_OUT and figure.any() and (self.parts == UNKNOWN).sum() < MOSTLY * figure.sum():
            edge = cv2.GaussianBlur((figure * 255).astype(np.uint8), (0, 0), 0.8)
            rgba = np.dstack([rgba[..., :3], np.minimum(rgba[..., 3], edge)])
        garments = np.where((self.parts >= ClothingPart.TOPWEAR) & (self.parts < ANY_SKIN), self.parts, np.uint8(0))
        return rgba, self.parts, garments, self.lines


@lru_cache(maxsize=2)
def read(pictures: Path, labels: tuple[Path, ...]) -> tuple[Labelled, ...]:
    """All pictures of a folder that have labels in one of the others, by name; where two label one the first counts."""
    hands = _hands(pictures)
    files = {file.stem: file for file in sorted(pictures.iterdir()) if file.suffix in SUFFIXES}
    found: dict[str, Labelled] = {}
    for folder in labels:
        for file in sorted(folder.glob("*.png")):
            if file.stem in files and file.stem not in found:
                told = [path for each in labels if (path := each / f"{file.stem}{JOINTS_END}").is_file()]
                found[file.stem] = _labelled(files[file.stem], file, told, hands.get(file.stem, file.stem))
    return tuple(found[name] for name in sorted(found))


def split(pictures: Sequence[Labelled], fold: int | None) -> tuple[list[Labelled], list[Labelled]]:
    """Those to learn from and those by hands that are left out to judge; None leaves out none."""
    return [each for each in pictures if each.fold != fold], [each for each in pictures if each.fold == fold]


def _hands(pictures: Path) -> dict[str, str]:
    """Who drew what."""
    path = pictures / CREDITS
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
    return {Path(row["file"]).stem: row["author"] + (row["source"] if "not named" in row["author"] else "") for row in rows}


def _labelled(picture: Path, labels: Path, told: Sequence[Path], hand: str) -> Labelled:
    rgba = load_character(picture)
    parts = np.asarray(Image.open(labels)).astype(np.uint8)
    scale = min(1.0, LONGEST / max(parts.shape))
    joints = (read_joints(told[0]) + 0.5) * np.float32(scale) - 0.5 if told else None
    size = round(parts.shape[1] * scale), round(parts.shape[0] * scale)
    rgba = np.asarray(cv2.resize(rgba, size, interpolation=cv2.INTER_AREA))
    parts = np.asarray(cv2.resize(parts, size, interpolation=cv2.INTER_NEAREST))
    parts[(parts == ClothingPart.SKIN) | (parts == FACE_HANDS)] = ANY_SKIN
    grey = cv2.cvtColor(rgba[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32)
    lines = (4 * (cv2.GaussianBlur(grey, (0, 0), 2) - grey)).clip(0, 255).astype(np.uint8)
    return Labelled(picture.stem, rgba, parts, lines, crc32(hand.encode()) % FOLDS, joints)
