"""Other artists' characters dressed again in the clothes that they wear: the true answer is the picture itself.

The pictures lie elsewhere (`--pictures DIR`, DIR/SET/NAME/image.png and labels.png); here are only their checksums and, in
`outfits.toml`, their outfits in words.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file

from models.part_parser import new_parser
from models.segmenter import PARSER_FILE, PartReader
from models.weights import verified
from pipeline.detect import BEHIND
from pipeline.images import flatten, load_character
from pipeline.part_tables import FACE_HANDS, translate
from pipeline.request import CLOTHING, ClothingPart, Image8
from training.cases import Case, Mask
from training.masks import grow
from training.yardstick.store import DATA, FrozenGarment, FrozenPicture, FrozenTruth

OUTFITS = Path(__file__).with_name("outfits.toml")
PARSER = DATA / "parser"  # the bundled part parser of the day when the sets were frozen
ROOM = 0.012  # of the long side: what is erased round the clothes
LEAST = 0.01  # of the clothing: a smaller part is not asked for
KEPT = (ClothingPart.HAIR, ClothingPart.HEADWEAR, ClothingPart.HELD)


def outfits() -> dict[str, dict[str, Any]]:
    """Name -> sha256, prompt and, where several people are in view, who and around."""
    return tomllib.loads(OUTFITS.read_text(encoding="utf-8"))


def redress_cases(pictures: Path) -> Iterator[Case]:
    """A case a picture; its garments are the labelled parts, garment_map their labels less one. Raises ValueError for a
    picture that is missing or not the one that was described."""
    for number, (name, row) in enumerate(sorted(outfits().items())):
        path = pictures / name / "image.png"
        if not path.is_file():
            raise ValueError(f"There is no picture {name}/image.png in {pictures}, please give the folder that holds it.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            raise ValueError(f"The picture {name}/image.png is not the one that outfits.toml describes, please restore it.")
        labels = np.asarray(Image.open(path.with_name("labels.png"))).astype(np.uint8)
        yield as_case(number, load_character(path), labels, row["prompt"], row.get("around"))


def as_case(number: int, image: Image8, labels: Image8, prompt: str, around: list[list[int]] | None = None) -> Case:
    """image: H x W x 4; labels: H x W; around: corners of a polygon round the clothes that are meant, None for all."""
    clothing = np.isin(labels, CLOTHING)
    own = clothing & (np.ones(labels.shape, bool) if around is None else _inside(around, labels.shape))
    mask = grow(own, round(ROOM * max(labels.shape))) & ~np.isin(labels, KEPT) & ~(clothing & ~own)
    worn = np.where(own, labels, np.uint8(0))
    rgb = image[..., :3]
    parts = [part for part in CLOTHING if (worn == part).sum() >= LEAST * own.sum()]
    colours = {part: np.median(rgb[worn == part], axis=0).astype(int).tolist() for part in parts}
    garments = tuple(
        FrozenGarment(part, "", "", tuple(colours.get(part, (0, 0, 0))))
        for part in ClothingPart
        if part  # garment i is part i + 1
    )
    named = tuple(part - 1 for part in parts)
    return Case(number, 0, FrozenPicture(image), FrozenTruth(image, garments, worn), mask, prompt, named, held_out=True)


def _frozen_parser() -> Any:
    """It knew of no backbone, so what joins one to it says nothing."""
    parser = new_parser()
    weights = load_file(verified(PARSER) / PARSER_FILE)
    parser.load_state_dict({name: value.float() for name, value in weights.items()}, strict=False)
    return parser.eval()


def _inside(corners: list[list[int]], shape: tuple[int, ...]) -> Mask:
    canvas = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(canvas, [np.array(corners, np.int32)], 1)
    return canvas > 0


class PartsReRead:
    """What the frozen parser finds in a picture, against the labels."""

    def __init__(self) -> None:
        self.parser = PartReader(_frozen_parser())

    def labels(self, image: Image8) -> Image8:
        """H x W x 4 -> H x W, values of `ClothingPart`."""
        rgb = flatten(image, BEHIND)
        found = translate(self.parser.parse(rgb), rgb, "bundled").argmax(0)
        return np.asarray(np.where(found == FACE_HANDS, ClothingPart.SKIN, found), np.uint8)

    def iou(self, image: Image8, case: Case) -> float:
        """Mean IoU over the parts that the character wears, inside the mask."""
        found = self.labels(image)
        return float(np.mean([_iou(found == index + 1, case.truth.garment_map == index + 1, case.mask) for index in case.named]))


def _iou(found: NDArray[np.bool_], wanted: NDArray[np.bool_], where: Mask) -> float:
    return float((found & wanted & where).sum() / max(1, ((found | wanted) & where).sum()))
