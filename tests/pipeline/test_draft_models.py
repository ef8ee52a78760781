"""What models make of a draft: its lines join line art inside the mask alone, and sampling starts from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.annotators import Annotators
from models.loader import Networks
from models.profiles import PROFILES, ModelProfile
from pipeline import swap
from pipeline.composite import KEYS, key_colour
from pipeline.conditions import BUILDERS, Scene
from pipeline.draft import dressed
from pipeline.drafting import draw_draft
from pipeline.request import CLOTHING, OFF, Detection, DetectRequest, Hint, Image8, SwapRequest
from pipeline.sitter import sitter_of
from pipeline.swap import OutfitSwapper
from tests.pipeline.test_draft import SIZE, body, known
from training.characters import draw
from wardrobe.outfit import Outfit


@pytest.mark.parametrize("name", ["sd15-anime", "sd15-anime-light", "sdxl-illustrious", "sdxl-noobai-v"])
def test_a_drafts_lines_join_line_art_inside_the_mask_only(name: str) -> None:
    control = next(control for control in PROFILES[name].controls if "lineart" in control.hints)
    drawing = draw(890000004, (128, 128))
    mask = np.zeros((128, 128), np.uint8)
    mask[40:110, 30:100] = 255
    lines = np.zeros((128, 128), np.uint8)
    lines[:, 60:63] = 255  # also beyond the mask
    plain = Scene(drawing.image[..., :3], mask, Annotators())
    hints = {"lineart": Hint("lineart")}
    without, _ = BUILDERS[control.builder].build(plain, hints)
    drafted, _ = BUILDERS[control.builder].build(replace(plain, lines=lines), hints)
    inside = torch.from_numpy(mask >= 128)
    assert torch.equal(drafted[..., ~inside], without[..., ~inside])
    assert (drafted[0, :, 40:110, 60:63] == 1).all() and not torch.equal(drafted[..., inside], without[..., inside])
    own = {"lineart": Hint("lineart", image=np.zeros((128, 128, 3), np.uint8))}  # the user's own lines stay alone
    assert BUILDERS[control.builder].build(replace(plain, lines=lines), own)[0].max() == 0


def flat_person() -> tuple[Image8, Detection]:
    """A character of one colour, all of it clothes."""
    picture = np.full((96, 80, 4), (90, 120, 200, 255), np.uint8)
    labels = np.zeros((96, 80), np.uint8)
    labels[20:80, 20:60] = 3
    return picture, Detection(labels, np.zeros_like(labels))


def test_sampling_starts_from_the_draft(
    tiny_profile: ModelProfile, tiny_networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, found = flat_person()
    own = np.zeros_like(picture)
    own[24:76, 24:56] = (220, 30, 30, 255)
    starts: list[Image8] = []

    def run(self: OutfitSwapper, job: object, work: swap.Pass, random: object, done: int = 0) -> Image8:
        starts.append(work.start)
        assert work.strength == pytest.approx(0.5)
        return work.start

    monkeypatch.setattr(OutfitSwapper, "_run", run)
    profile = replace(tiny_profile, native=128, draft_strength=0.5)
    swapper = OutfitSwapper(profile, tiny_networks, see=lambda asked: found)
    request = SwapRequest(picture, 1, prompt="a red skirt", draft=own, steps=4, detail_pass=False)
    result = swapper.swap(request)
    assert (starts[0].reshape(-1, 3) == (220, 30, 30)).all(1).mean() > 0.1
    assert result.drafts and (result.drafts[0] == own).all()
    monkeypatch.undo()
    off = [swapper.swap(replace(request, draft=OFF)).images[0] for _ in range(2)]
    assert (off[0] == off[1]).all() and not swapper.swap(replace(request, draft=OFF)).drafts


def test_the_bundled_model_hands_the_draft_out_as_the_picture(tiny_profile: ModelProfile, tiny_networks: Networks) -> None:
    picture, found = flat_person()
    own = np.zeros_like(picture)
    own[24:76, 24:56] = (220, 30, 30, 255)
    swapper = OutfitSwapper(replace(tiny_profile, native=128, draft_strength=0.0), tiny_networks, see=lambda asked: found)
    result = swapper.swap(SwapRequest(picture, 1, prompt="", draft=own, steps=2, detail_pass=False))
    assert (result.images[0][24:76, 24:56] == (220, 30, 30, 255)).all()
    assert (result.images[0][result.mask == 0] == picture[result.mask == 0]).all()
    assert (result.outfits[0] == own).all()
    followed = swapper.swap(SwapRequest(picture, 1, prompt="", draft=own, follow=0.2, steps=4, detail_pass=False))
    assert not (followed.images[0][24:76, 24:56] == (220, 30, 30, 255)).all(), "a model draws over what is followed less"


@pytest.mark.parametrize("seed", [890000004, 890000009])
def test_nothing_of_the_key_colour_shows_on_a_sprite(seed: int) -> None:
    sprite, truth = draw(seed, SIZE, background=False), draw(seed, SIZE, outfit_seed=seed + 1, background=False)
    draft = draw_draft(sitter_of(sprite.image, known(sprite), body(seed), CLOTHING), Outfit(truth.garments))
    new = dressed(sprite.image, draft, sprite.labels)
    key = np.array(key_colour(sprite.image), np.float32)
    assert tuple(key.astype(int)) in [row[0] for row in KEYS]
    near = [
        np.linalg.norm(picture[..., :3][(picture[..., 3] > 128) & draft.covers] - key, axis=1).min()
        for picture in (new, truth.image)
    ]
    assert near[0] >= min(near[1], 40.0) - 12, near


def test_requests_with_drafts_round_trip() -> None:
    picture, _ = flat_person()
    request = SwapRequest(picture, 1, prompt="x", draft=picture, follow=0.5, joints={"nose": (3.0, 4.5)})
    again = SwapRequest.from_bytes(request.to_bytes())
    assert (again.draft == picture).all() and again.follow == 0.5 and again.joints == {"nose": (3.0, 4.5)}
    assert SwapRequest.from_bytes(replace(request, draft=OFF).to_bytes()).draft == OFF
    assert SwapRequest.from_bytes(replace(request, draft=None).to_bytes()).draft is None
    assert DetectRequest(picture).words == ""
