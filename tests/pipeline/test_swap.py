from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from models.loader import Networks, load
from models.profiles import ModelProfile
from pipeline.request import Cancelled, ClothingPart, Detection, GarmentPicture, Hint, Image8, Step, SwapRequest, UserError
from pipeline.swap import OutfitSwapper


def picture(height: int = 96, width: int = 80, sprite: bool = False) -> Image8:
    rng = np.random.default_rng(0)
    character = np.full((height, width, 4), 255, np.uint8)
    character[..., :3] = rng.integers(0, 256, (height, width, 3))
    if sprite:
        character[..., 3] = 0
        character[height // 8 : -height // 8, width // 4 : -width // 4, 3] = 255
    return character


def box_mask(height: int = 96, width: int = 80) -> Image8:
    mask = np.zeros((height, width), np.uint8)
    mask[height // 3 : 2 * height // 3, width // 4 : 3 * width // 4] = 255
    return mask


@pytest.fixture
def swapper(tiny_profile: ModelProfile, tiny_networks: Networks) -> OutfitSwapper:
    return OutfitSwapper(replace(tiny_profile, native=128), tiny_networks)


@pytest.fixture
def request_() -> SwapRequest:
    return SwapRequest(picture(), seed=5, mask=box_mask(), prompt="a red skirt", steps=2, detail_pass=False)


@pytest.mark.parametrize("sprite", [False, True])
def test_only_the_mask_changes(swapper: OutfitSwapper, request_: SwapRequest, sprite: bool) -> None:
    character = picture(sprite=sprite)
    result = swapper.swap(replace(request_, character=character))
    image, outside = result.images[0], result.mask == 0
    assert image.shape == character.shape
    assert np.array_equal(image[outside], character[outside])
    assert not np.array_equal(image[..., :3], character[..., :3])
    assert (result.mask[box_mask() == 0] == 0).all()
    if sprite:
        assert (image[character[..., 3] == 0] == character[character[..., 3] == 0]).all()
    assert result.outfits[0][outside].max() == 0
    assert result.metadata["seed"] == 5
    assert {"text", "draw", "decode", "composite"} <= set(result.timings)


WIDER = [{"grow": 12}, {"grow": 6, "feather": 8}, {"grow": 12, "loosen": 1.0}, {"grow": 12, "soft_edge": 32, "detail_pass": True}]


@pytest.mark.parametrize("wider", WIDER)
@pytest.mark.parametrize("sprite", [False, True])
def test_nothing_that_widens_a_mask_enters_what_is_protected(
    swapper: OutfitSwapper, request_: SwapRequest, sprite: bool, wider: dict[str, Any]
) -> None:
    character = picture(sprite=sprite)
    labels, keep = np.full(character.shape[:2], ClothingPart.TOPWEAR, np.uint8), np.zeros(character.shape[:2], np.uint8)
    labels[:28], keep[:28] = ClothingPart.SKIN, 255  # a face that ends four pixels above the mask
    labels[:, 64:] = ClothingPart.HELD
    careful = OutfitSwapper(swapper.profile, swapper.networks, see=lambda asked: Detection(labels, keep))
    result = careful.swap(replace(request_, character=character, draft="off", **wider))
    protected = (keep > 0) | (labels == ClothingPart.HELD)
    assert np.array_equal(result.images[0][protected], character[protected]) and not result.mask[protected].any()
    assert (result.mask[28:32] > 0).any(), "elsewhere it grows"


def test_what_is_empty_stays_so_unless_the_draft_covers_it(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    character = picture(sprite=True)
    empty = character[..., 3] == 0
    labels = np.where(empty, np.uint8(0), np.uint8(ClothingPart.TOPWEAR))
    careful = OutfitSwapper(swapper.profile, swapper.networks, see=lambda asked: Detection(labels, np.zeros_like(labels)))
    rows, columns = np.mgrid[: labels.shape[0], : labels.shape[1]]
    draft = np.full((*labels.shape, 4), (200, 40, 60, 255), np.uint8)
    draft[..., 3] = np.where(abs(rows - 48) + abs(columns - 40) < 34, np.uint8(255), np.uint8(0))
    mask = np.full_like(labels, 255)
    for loosen in (0.0, 1.0):
        asked = replace(request_, character=character, mask=mask, draft=draft, follow=0.5, loosen=loosen)
        result = careful.swap(asked).images[0][..., 3] > 0
        beside = empty & (draft[..., 3] == 0)
        assert beside.any() and not result[beside].any()
        assert result[empty & (draft[..., 3] > 0)].mean() > 0.9, "and what it covers is not cut off"


def test_same_request_same_pictures_and_count_gives_seeds(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    both = swapper.swap(replace(request_, count=2, sampler="euler_a"))
    assert both.seeds == (5, 6)
    second = swapper.swap(replace(request_, seed=6, sampler="euler_a"))
    assert np.array_equal(both.images[1], second.images[0])
    assert not np.array_equal(both.images[0], both.images[1])


@pytest.mark.parametrize(
    ("part", "layer", "value", "words"),
    [
        ("unet", "conv_out.weight", float("inf"), "infinities"),
        ("text_encoder", "final_layer_norm.weight", float("nan"), "infinities"),
        ("vae", "decoder.layers.0.weight", float("nan"), "infinities"),
        ("vae", "decoder.layers.12.weight", 0.0, "one flat colour"),
    ],
)
def test_weights_that_draw_nothing_are_one_sentence(
    tiny_profile: ModelProfile, request_: SwapRequest, part: str, layer: str, value: float, words: str
) -> None:
    networks = load(tiny_profile, torch.device("cpu"), torch.float32)
    weights = dict(getattr(networks, part).named_parameters())
    name = next(name for name in weights if name.endswith(layer))
    weights[name].data.fill_(value)
    with pytest.raises(UserError, match=rf"{words}.*please run python app.py models verify bundled"):
        OutfitSwapper(replace(tiny_profile, native=128), networks).swap(request_)


@pytest.mark.parametrize("sampler", ["ddim", "euler", "dpm++2m", "unipc", "euler_a"])
def test_every_sampler_offered_runs(swapper: OutfitSwapper, request_: SwapRequest, sampler: str) -> None:
    assert sampler in swapper.profile.samplers
    swapper.swap(replace(request_, sampler=sampler, steps=3, strength=0.7))


def test_detail_pass_works_at_twice_the_size(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    large = replace(
        request_, character=picture(480, 400), mask=box_mask(480, 400), hints=(Hint("inpaint"),), steps=5, detail_pass=True
    )
    steps: list[Step] = []
    result = swapper.swap(large, steps.append)
    assert [(step.stage, step.index, step.total) for step in steps] == [
        *(("draw", index, 7) for index in range(1, 6)),
        *(("detail", index, 7) for index in (6, 7)),
    ]
    previews = [step.preview for step in steps if step.preview is not None]
    assert previews
    assert previews[0].shape == (384, 320, 3)
    assert np.array_equal(result.images[0][result.mask == 0], large.character[result.mask == 0])
    assert not np.array_equal(result.images[0], swapper.swap(replace(large, detail_pass=False)).images[0])


def test_guidance_stops_where_the_profile_says_and_halves_the_batch(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    batches: list[int] = []
    hook = swapper.networks.unet.conv_in.register_forward_pre_hook(lambda _, inputs: batches.append(len(inputs[0])))
    half = OutfitSwapper(replace(swapper.profile, guidance_end=0.5), swapper.networks)
    half.swap(replace(request_, steps=5))
    half.swap(replace(request_, steps=5, strength=0.8))
    hook.remove()
    assert batches == [2, 2, 1, 1, 1] + [2, 1, 1, 1]


def test_hints_prompt_and_negative_matter(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    images = [
        swapper.swap(changed).images[0].tobytes()
        for changed in (
            request_,
            replace(request_, prompt="blue shirt"),
            replace(request_, negative_prompt="blue"),
            replace(request_, guidance=1.0),
            replace(request_, hints=()),
            replace(request_, hints=(Hint("inpaint", 0.5),)),
        )
    ]
    assert len(set(images)) == len(images)


def test_step_callback_cancels(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    seen: list[int] = []

    def stop(step: Step) -> None:
        seen.append(step.index)
        raise Cancelled

    with pytest.raises(Cancelled):
        swapper.swap(request_, stop)
    assert seen == [1]


@pytest.mark.parametrize(("prompt", "words"), [("a red tutu", "tutu"), ("(red:1.2) skirt", None), ("", None)])
def test_prompt_warnings(swapper: OutfitSwapper, request_: SwapRequest, prompt: str, words: str | None) -> None:
    warnings = swapper.swap(replace(request_, prompt=prompt)).warnings
    assert len(warnings) == (words is not None)
    assert words is None or words in warnings[0]


def test_the_negative_prompt_is_warned_about_too(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    assert "zzyzx" in swapper.swap(replace(request_, negative_prompt="zzyzx")).warnings[0]


@pytest.mark.parametrize(
    "change",
    [
        {"mask": None},
        {"mask": np.zeros((4, 4), np.uint8)},
        {"steps": 0},
        {"guidance": float("nan")},
        {"strength": 0.1},
        {"sampler": "pndm"},
        {"sampler": "nonsense"},
        {"count": 99},
        {"hints": (Hint("pose"),)},
        {"hints": (Hint("inpaint", start=0.8, end=0.2),)},
        {"hints": (Hint("lineart", image=np.zeros((3, 3), np.uint8)),)},
        {"garments": (GarmentPicture(picture(), 3.0),)},
        {"prompt": "naked"},
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    swapper: OutfitSwapper, request_: SwapRequest, change: dict[str, object]
) -> None:
    with pytest.raises(UserError) as error:
        swapper.swap(replace(request_, **change))  # type: ignore[arg-type]
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("guidance", [1.0, 4.0])
def test_a_garment_changes_the_picture_and_only_inside_the_mask(
    swapper: OutfitSwapper, request_: SwapRequest, guidance: float
) -> None:
    words = replace(request_, guidance=guidance, prompt="")
    plain = swapper.swap(words).images[0]
    shown = swapper.swap(replace(words, garments=(GarmentPicture(picture(40, 30)),)))
    assert not np.array_equal(shown.images[0], plain)
    assert np.array_equal(shown.images[0][shown.mask == 0], request_.character[shown.mask == 0])
    assert np.array_equal(swapper.swap(replace(words, garments=(GarmentPicture(picture(40, 30), 0.0),))).images[0], plain)
    other = swapper.swap(replace(words, garments=(GarmentPicture(picture(30, 40, sprite=True)),)))
    assert not np.array_equal(other.images[0], shown.images[0])
    left = np.zeros(words.character.shape[:2], np.uint8)
    left[:, : left.shape[1] // 2] = 255
    two = (GarmentPicture(picture(40, 30), region=left), GarmentPicture(picture(30, 40), region=255 - left))
    both = swapper.swap(replace(words, garments=two)).images[0]
    assert not np.array_equal(both, shown.images[0]) and np.array_equal(both[shown.mask == 0], plain[shown.mask == 0])


def test_locked_colours_are_the_garments_and_only_inside_the_mask(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    red = np.full((40, 30, 4), (200, 20, 30, 255), np.uint8)
    free, locked, again = (
        swapper.swap(replace(request_, detail_pass=True, garments=(GarmentPicture(red, lock_palette=lock),)))
        for lock in (False, True, True)
    )
    assert np.array_equal(locked.images[0], again.images[0])
    assert np.array_equal(locked.images[0][locked.mask == 0], request_.character[locked.mask == 0])
    away = [np.abs(result.images[0][..., :3].astype(int) - red[0, 0, :3])[box_mask() > 0].mean() for result in (free, locked)]
    assert away[1] < 0.7 * away[0]


def test_the_end_of_a_long_prompt_counts(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    ends = [swapper.swap(replace(request_, prompt="skirt, " * 50 + end)).images[0] for end in ("red", "blue", "(blue:1.5)")]
    assert not np.array_equal(ends[0], ends[1]) and not np.array_equal(ends[1], ends[2])


def test_a_soft_edge_draws_along_what_it_does_not_paste(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    hard, soft = (swapper.swap(replace(request_, soft_edge=edge)) for edge in (0, 24))
    assert not np.array_equal(hard.images[0], soft.images[0])
    assert np.array_equal(soft.images[0][soft.mask == 0], request_.character[soft.mask == 0])


def test_a_model_without_an_adapter_says_so(tiny_profile: ModelProfile, tiny_networks: Networks, request_: SwapRequest) -> None:
    wordy = OutfitSwapper(replace(tiny_profile, native=128, garment=None), tiny_networks)
    with pytest.raises(UserError, match="words only"):
        wordy.swap(replace(request_, garments=(GarmentPicture(picture()),)))


def test_empty_space_of_a_sprite_cannot_be_dressed(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    mask = np.zeros((96, 80), np.uint8)
    mask[2:8] = 255
    sprite = replace(request_, character=picture(sprite=True), mask=mask)
    with pytest.raises(UserError, match="empty space"):
        swapper.swap(sprite)


def test_a_mask_over_everything_and_one_of_another_size(swapper: OutfitSwapper, request_: SwapRequest) -> None:
    swapper.swap(replace(request_, mask=np.full((96, 80), 255, np.uint8)))
    swapper.swap(replace(request_, mask=box_mask(48, 40)))


def test_runs_in_16_bits(tiny_profile: ModelProfile, request_: SwapRequest) -> None:
    from models.loader import load

    networks = load(tiny_profile, torch.device("cpu"), torch.bfloat16)
    OutfitSwapper(replace(tiny_profile, native=128), networks).swap(request_)
