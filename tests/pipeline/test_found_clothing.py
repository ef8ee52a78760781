"""The shipped weights on what people upload: characters, and pictures that are hardly any."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.profiles import SEGMENTER
from models.segmenter import Segmenter, load_bundled
from pipeline.detect import EVERYTHING, NOBODY, NOTHING_FOUND, detect
from pipeline.images import load_character, resize, with_alpha
from pipeline.request import CLOTHING, Detection, DetectRequest, Image8
from training.characters import Drawing, draw
from training.evaluate_detection import iou

EXAMPLES = sorted((Path(__file__).parents[2] / "assets" / "examples").glob("*.png"))
SEED = 850_000_000  # trained on by nothing


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return load_bundled(SEGMENTER)


@cache
def drawing(number: int = 0, background: bool = True) -> Drawing:
    return draw(SEED + number, (480, 320), background=background)


def clothes(drawn: Drawing) -> np.ndarray:
    return np.isin(drawn.labels, CLOTHING)


def found_in(segmenter: Segmenter, picture: Image8) -> Detection:
    found = detect(segmenter, DetectRequest(picture))
    assert found.labels.shape == picture.shape[:2]
    assert not (found.keep[np.isin(found.labels, CLOTHING)]).any(), "what is kept is no clothing"
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_understood(segmenter: Segmenter, path: Path) -> None:
    picture = load_character(path)
    found = found_in(segmenter, picture)
    share = (found.mask() > 0).sum() / (found.labels > 0).sum()
    assert 0.15 < share < 0.85 and found.keep.any() and (found.labels == 2).any()
    assert NOTHING_FOUND not in found.warnings and found.seconds < 20


@pytest.mark.parametrize("background", [True, False])
def test_drawings_are_found_as_they_are(segmenter: Segmenter, background: bool) -> None:
    reached = [iou(found_in(segmenter, d.image).mask() > 0, clothes(d)) for d in (drawing(n, background) for n in range(6))]
    assert np.mean(reached) > 0.85


def test_every_one_of_several_characters_is_dressed(segmenter: Segmenter) -> None:
    trio = [drawing(number, background=False) for number in range(3)]
    sheet = np.concatenate([drawn.image for drawn in trio], 1)
    opaque = np.where(sheet[..., 3:] > 127, sheet, np.uint8(255))
    found = found_in(segmenter, opaque).mask() > 0
    for number, drawn in enumerate(trio):
        assert iou(found[:, 320 * number : 320 * (number + 1)], clothes(drawn)) > 0.5


def test_a_sprite_of_64_pixels(segmenter: Segmenter) -> None:
    drawn = drawing(1, background=False)
    small = resize(drawn.image, (43, 64))
    wanted = cv2.resize(clothes(drawn).astype(np.uint8), (43, 64), interpolation=cv2.INTER_AREA) > 0
    assert iou(found_in(segmenter, small).mask() > 0, wanted) > 0.6


def test_a_scan_of_40_megapixels(segmenter: Segmenter) -> None:
    drawn = drawing(2)
    large = cv2.resize(drawn.image, (5100, 7650), interpolation=cv2.INTER_CUBIC)
    wanted = cv2.resize(clothes(drawn).astype(np.uint8), (5100, 7650), interpolation=cv2.INTER_NEAREST) > 0
    found = found_in(segmenter, large)
    assert iou(found.mask() > 0, wanted) > 0.75 and found.seconds < 60


def test_line_art_in_grey(segmenter: Segmenter) -> None:
    drawn = drawing(3, background=False)
    paper = with_alpha(np.repeat((255 - drawn.lineart)[..., None], 3, 2), 255)
    found = found_in(segmenter, paper)
    assert iou(found.mask() > 0, clothes(drawn)) > 0.4 or found.warnings


def test_a_silhouette_is_no_silent_guess(segmenter: Segmenter) -> None:
    drawn = drawing(4, background=False)
    black = drawn.image.copy()
    black[..., :3] = 10
    found = found_in(segmenter, black)
    assert found.warnings or iou(found.mask() > 0, clothes(drawn)) > 0.4


@pytest.mark.parametrize("kind", ["blank", "noise", "landscape"])
def test_no_character_is_said(segmenter: Segmenter, kind: str) -> None:
    picture = np.full((300, 400, 4), 255, np.uint8)
    if kind == "noise":
        picture[..., :3] = np.random.default_rng(0).integers(0, 256, (300, 400, 3))
    if kind == "landscape":
        picture[..., :3] = np.linspace((120, 180, 250), (60, 130, 50), 300)[:, None]
        cv2.circle(picture, (300, 60), 30, (250, 240, 120, 255), -1)
    found = found_in(segmenter, picture)
    assert not found.mask().any() or found.warnings
    assert found.mask().any() or set(found.warnings) & {NOTHING_FOUND, NOBODY, EVERYTHING}
