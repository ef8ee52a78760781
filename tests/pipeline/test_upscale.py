"""Enlarging: no border between tiles, true to the small picture, alpha as it was, pixel art untouched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from models.super_resolution import SuperResolution, load
from pipeline import upscale as module
from pipeline.images import flatten, resize
from pipeline.pixel_art import is_pixel_art
from pipeline.request import Cancelled, Image8, Step, UserError
from pipeline.upscale import PIXEL_ART, bled, enlarged_to, faithful, upscale
from training.characters import draw


@pytest.fixture(scope="module")
def network() -> SuperResolution:
    return load()


@pytest.fixture(scope="module")
def sprite() -> Image8:
    """A drawn character on transparency, 192 x 128."""
    drawing = draw(960_000_002, (192, 128))
    image = drawing.image.copy()
    yy, xx = np.mgrid[:192, :128]
    round_edge = 96 - np.hypot((yy - 96) * 0.9, (xx - 64) * 1.6)
    image[..., 3] = (round_edge * 100).clip(0, 255)
    return image


def levels(one: Image8, other: Image8) -> int:
    return int(np.abs(one.astype(int) - other).max())


@pytest.mark.parametrize("scale", [2, 4])
def test_tiles_leave_no_border(scale: int, sprite: Image8, network: SuperResolution, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = flatten(sprite, (200, 220, 230))[40:130, 20:103]
    steps: list[Step] = []
    whole = upscale(picture, scale, network=network).image
    monkeypatch.setattr(module, "TILE", 34)
    tiled = upscale(picture, scale, steps.append, network).image
    assert tiled.shape == (90 * scale, 83 * scale, 3)
    assert levels(whole, tiled) <= 1
    assert [(step.index, step.total) for step in steps] == [(index, 9) for index in range(1, 10)]


def test_nearer_to_the_truth_than_interpolation(sprite: Image8, network: SuperResolution) -> None:
    truth = flatten(sprite, (200, 220, 230))
    small = resize(truth, (64, 96))

    def error(found: Image8) -> float:
        return float(((found.astype(float) - truth) ** 2).mean())

    assert error(upscale(small, 2, network=network).image) < 0.75 * error(resize(small, (128, 192)))


def test_alpha_and_hidden_colours(sprite: Image8, network: SuperResolution) -> None:
    small = resize(sprite, (64, 96))
    small[small[..., 3] == 0] = (255, 0, 255, 0)  # what nobody sees must not show
    large = upscale(small, 2, network=network).image
    assert large.shape == (192, 128, 4)
    means = large[..., 3].reshape(96, 2, 64, 2).mean((1, 3))
    assert np.abs(means - small[..., 3]).max() <= 1
    seen = large[..., 3] > 0
    assert np.abs(large[seen].astype(int)[:, :3] - (255, 0, 255)).max(1).min() > 60
    glass = np.dstack([small[..., :3], np.full((96, 64), 77, np.uint8)])
    assert (upscale(glass, 2, network=network).image[..., 3] == 77).all()
    assert not upscale(np.zeros((20, 24, 4), np.uint8), 2, network=network).image[..., 3].any()


def test_bled_colours_reach_everywhere_and_change_nothing_that_is_seen() -> None:
    image = np.zeros((21, 33, 4), np.uint8)
    image[..., :3] = (255, 0, 255)
    image[8:12, 5:20] = (30, 120, 60, 255)
    found = bled(image)
    assert (found == (30, 120, 60)).all()


def test_a_bad_drawing_gives_way_to_interpolation() -> None:
    small = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1)) * 0.2 + 0.4
    smooth = torch.nn.functional.interpolate(small, scale_factor=2, mode="bicubic")
    assert (faithful(torch.ones_like(smooth), small) - faithful(smooth, small)).abs().mean() < 0.02


def test_a_crop_comes_to_any_size(sprite: Image8, network: SuperResolution) -> None:
    small = resize(flatten(sprite, (200, 220, 230)), (32, 48))
    for size in ((47, 70), (101, 151), (32, 48), (20, 30), (160, 240)):
        assert enlarged_to(small, size, network).shape == (size[1], size[0], 3)
    assert enlarged_to(resize(sprite, (32, 48)), (50, 75), network).shape == (75, 50, 4)
    assert (enlarged_to(small, (20, 30), network) == resize(small, (20, 30))).all()


def test_what_cannot_be_enlarged_is_said(network: SuperResolution) -> None:
    with pytest.raises(UserError, match="2 or 4 times"):
        upscale(np.zeros((8, 8, 3), np.uint8), 3, network=network)
    with pytest.raises(UserError, match="at most 100 megapixels"):
        upscale(np.zeros((3000, 3000, 3), np.uint8), 4, network=network)

    def stop(step: Step) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        upscale(np.full((24, 24, 3), 90, np.uint8), 2, stop, network)


def pixel_art(rng: np.random.Generator) -> Image8:
    """A mirrored blot of 24 x 24 pixels in five colours, as generators of game sprites make them."""
    palette = np.array([(0, 0, 0, 0), (20, 16, 40, 255), (200, 70, 60, 255), (240, 200, 120, 255), (90, 140, 220, 255)], np.uint8)
    half = rng.integers(1, 5, (24, 12))
    half[:, :2] = half[:3] = 0
    return palette[np.hstack([half, half[:, ::-1]])]


def test_pixel_art_keeps_grid_and_palette(network: SuperResolution) -> None:
    art = pixel_art(np.random.default_rng(3))
    found = upscale(art, 4, network=network)
    assert found.warnings == (PIXEL_ART,)
    assert (found.image == art.repeat(4, 0).repeat(4, 1)).all()


def test_pixel_art_is_told_from_flat_drawings(sprite: Image8) -> None:
    art = pixel_art(np.random.default_rng(4))
    assert is_pixel_art(art) and is_pixel_art(art[2:-2, 2:-2, :3])
    larger = art.repeat(3, 0).repeat(3, 1)
    assert is_pixel_art(larger) and is_pixel_art(larger[1:, 2:])
    assert not is_pixel_art(resize(art, (72, 72)))
    assert not is_pixel_art(sprite) and not is_pixel_art(np.full((64, 64, 3), 80, np.uint8))
    for smooth in (cv2.LINE_AA, cv2.LINE_8):  # flat vector art in four colours, with soft and with hard edges
        vector = np.full((400, 300, 3), 240, np.uint8)
        cv2.ellipse(vector, (150, 100), (60, 75), 0, 0, 360, (250, 210, 180), -1, smooth)
        cv2.fillPoly(vector, [np.array([(90, 180), (210, 180), (260, 380), (40, 390)])], (60, 90, 160), smooth)
        cv2.polylines(vector, [np.array([(90, 180), (210, 180), (260, 380), (40, 390)])], True, (20, 20, 30), 3, smooth)
        assert not is_pixel_art(vector)
    noise = np.random.default_rng(0).integers(0, 256, (96, 80, 4), np.uint8)
    assert not is_pixel_art(noise)
