"""Where no body can be made out, the old clothes take the new colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.loader import Networks
from models.profiles import ModelProfile
from pipeline.draft import dyed_draft
from pipeline.dyeing import DYED
from pipeline.outfit import read_outfit
from pipeline.request import Detection, SwapRequest
from pipeline.swap import OutfitSwapper

SIZE = (96, 64)


def person() -> tuple[np.ndarray, Detection]:
    """Somebody without a body that could be read: a blue top with a dark line and a light spot, grey trousers."""
    picture, labels = np.full((*SIZE, 4), 255, np.uint8), np.zeros(SIZE, np.uint8)
    for rows, colour, part in ((slice(10, 50), (40, 60, 140), 3), (slice(50, 90), (120, 120, 120), 4)):
        picture[rows, 10:54, :3], labels[rows, 10:54] = colour, part
    picture[20, 10:54, :3], picture[30:34, 20:24, :3] = 10, (150, 160, 220)
    return picture, Detection(labels, np.zeros_like(labels))


def test_light_shadow_and_lines_stay() -> None:
    picture, found = person()
    garments = read_outfit("red hoodie").garments
    draft = dyed_draft(picture, found, garments)
    assert draft is not None and draft.covers[15, 30] and not draft.covers[70, 30]
    base, line, spot = (draft.image[y, x, :3].astype(int) for y, x in ((15, 30), (20, 30), (31, 22)))
    assert np.abs(base - garments[0].rgb).max() <= 2
    assert line.sum() < 0.5 * base.sum() and spot.sum() > base.sum() + 60


def test_a_dress_is_dyed_on_top_and_skirt_and_what_is_not_worn_is_nothing() -> None:
    picture, found = person()
    draft = dyed_draft(picture, found, read_outfit("green dress").garments)
    assert draft is not None and draft.covers[15, 30] and draft.covers[70, 30]
    both = dyed_draft(picture, found, read_outfit("green dress, yellow trousers").garments)
    assert both is not None and both.image[70, 30, 0] > both.image[15, 30, 0] + 60
    assert dyed_draft(picture, found, read_outfit("red gloves").garments) is None
    allowed = np.zeros(SIZE, bool)
    allowed[:, :30] = True
    painted = dyed_draft(picture, found, read_outfit("green dress").garments, allowed)
    assert painted is not None and not painted.covers[:, 31:].any()


def test_the_bundled_model_hands_the_dyed_clothes_out(tiny_profile: ModelProfile, tiny_networks: Networks) -> None:
    picture, found = person()
    for strength, notes in ((0.0, True), (0.75, False)):
        profile = replace(tiny_profile, native=128, draft_strength=strength)
        swapper = OutfitSwapper(profile, tiny_networks, see=lambda asked: found)
        result = swapper.swap(SwapRequest(picture, 1, prompt="red hoodie", steps=2, detail_pass=False, count=2))
        assert (DYED in result.warnings) == notes and len(result.images) == 2
        assert (result.images[0][result.mask == 0] == picture[result.mask == 0]).all()
