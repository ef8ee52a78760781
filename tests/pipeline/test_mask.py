import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from pipeline.mask import (
    as_mask,
    clean,
    composite_mask,
    connected,
    denoise_mask,
    drop_specks,
    fill_holes,
    from_painted,
    grow,
    hull,
    loosen,
    protect,
    ring,
)
from pipeline.request import UserError

masks = arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.sampled_from([0, 0, 255])).filter(
    lambda mask: mask.any()
)


def _block(height: int = 64, width: int = 64) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8)
    mask[20:44, 16:48] = 255
    return mask


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
def test_any_kind_of_mask_is_taken(dtype) -> None:
    block = _block()
    given_mask = (block > 0).astype(dtype) * (255 if dtype == np.uint8 else 1)
    np.testing.assert_array_equal(as_mask(given_mask.astype(dtype), (64, 64)), block)
    np.testing.assert_array_equal(as_mask(np.dstack([given_mask] * 3).astype(dtype), (64, 64)), block)
    assert as_mask(given_mask.astype(dtype), (128, 128)).shape == (128, 128)
    with pytest.raises(UserError, match="64 x 64 pixels and the picture 128 x 32"):
        as_mask(given_mask.astype(dtype), (128, 32))


def test_a_dark_brush_on_a_transparent_layer_counts() -> None:
    layer = np.zeros((64, 64, 4), np.uint8)
    layer[..., 3] = _block()
    np.testing.assert_array_equal(as_mask(layer, (64, 64)), _block())


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3), (8, 8, 4), (0, 0)])
def test_an_empty_mask_is_refused(shape) -> None:
    with pytest.raises(UserError):
        as_mask(np.zeros(shape, np.uint8), (16, 16))


@given(masks, st.integers(0, 12), st.integers(0, 8))
@settings(max_examples=150, deadline=None)
def test_the_composite_mask_lies_inside_the_grown_mask(mask, grow_by, feather) -> None:
    composite = composite_mask(mask, grow_by, feather)
    assert not composite[grow(mask, grow_by) == 0].any()
    assert composite.max() >= 127
    if feather == 0:
        np.testing.assert_array_equal(composite, grow(mask, grow_by))


def test_the_feather_spares_the_picture_edge_and_the_silhouette() -> None:
    mask = np.zeros((40, 40), np.uint8)
    mask[20:] = 255
    composite = composite_mask(mask, 0, 4)
    assert composite[20, 5] < 64
    assert (composite[26:] == 255).all()
    alpha = np.where(np.arange(40)[None] < 20, 255, 0) * np.ones((40, 1))
    soft = composite_mask(mask, 0, 4, alpha.astype(np.uint8))
    assert soft[20, 5] < 64
    assert soft[25, 19] == 255
    assert (composite_mask(np.full((9, 9), 255, np.uint8), 0, 4) == 255).all()


@given(masks, st.integers(0, 20))
@settings(max_examples=80, deadline=None)
def test_growing_is_monotone_round_and_clamped(mask, pixels) -> None:
    grown = grow(mask, pixels)
    assert (grown >= mask).all()
    assert (grow(mask, pixels + 1) >= grown).all()
    np.testing.assert_array_equal(grow(mask, 10_000), grow(mask, round(0.25 * max(mask.shape))))


def test_growing_by_a_radius_of_three() -> None:
    dot = np.zeros((31, 31), np.uint8)
    dot[15, 15] = 255
    rows, columns = np.mgrid[-15:16, -15:16]
    np.testing.assert_array_equal(grow(dot, 3) > 0, rows**2 + columns**2 <= 9)


@given(masks, st.sampled_from([256, 512]))
@settings(max_examples=60, deadline=None)
def test_the_denoise_mask_covers_the_mask_and_fades_outwards(mask, native) -> None:
    soft = denoise_mask(mask, native)
    assert (soft[mask > 0] == 255).all()
    assert (soft[grow(mask, 4 * native // 512) > 0] == 255).all()


def test_the_denoise_mask_spares_what_is_kept() -> None:
    mask, face = _block(), np.zeros((64, 64), np.uint8)
    face[:22] = 255
    soft = denoise_mask(mask, 256, face)
    assert not soft[:20].any()
    assert (soft[20:22, 16:48] == 255).all()
    assert 0 < soft[60, 32] < 255


def test_holes_and_specks() -> None:
    mask = np.zeros((512, 512), np.uint8)
    mask[100:400, 100:400] = 255
    mask[200:210, 200:210] = 0
    mask[300:340, 300:340] = 0
    mask[20:23, 20:23] = 255
    filled = fill_holes(mask)
    assert filled[205, 205] == 255
    assert filled[320, 320] == 0
    assert drop_specks(mask)[21, 21] == 0
    np.testing.assert_array_equal(clean(mask), drop_specks(filled))
    dot = np.zeros((512, 512), np.uint8)
    dot[5, 5] = 255
    np.testing.assert_array_equal(drop_specks(dot), dot)
    with pytest.raises(UserError):
        clean(mask * 0)


def test_protect_subtracts_and_leaves_something() -> None:
    mask, hands = _block(), np.zeros((64, 64), np.uint8)
    hands[20:30] = 255
    left = protect(mask, hands)
    assert not left[20:30].any()
    assert (left[30:44, 16:48] == 255).all()
    with pytest.raises(UserError):
        protect(mask, mask)


def test_hull_ring_and_connected() -> None:
    legs = np.zeros((64, 64), np.uint8)
    legs[10:50, 10:20] = legs[10:50, 40:50] = 255
    assert hull(legs)[30, 30] == 255
    assert hull(legs)[5, 30] == 0
    band = ring(legs, 3)
    assert not (band & legs).any()
    assert band[30, 21] == 255
    seeds = np.zeros((64, 64), bool)
    seeds[12, 12] = True
    kept = connected(legs > 0, seeds)
    assert kept[40, 15]
    assert not kept[40, 45]


def test_loosening_lets_a_sprite_grow_within_its_mask(character) -> None:
    alpha = character[..., 3]
    mask = np.zeros_like(alpha)
    mask[40:90] = 255
    np.testing.assert_array_equal(loosen(alpha, mask, 0), alpha)
    some, all_of_it = loosen(alpha, mask, 0.3), loosen(alpha, mask, 1)
    assert (alpha <= some).all()
    assert (some <= all_of_it).all()
    assert some.sum() > alpha.sum()
    assert (all_of_it[40:90] == 255).all()
    np.testing.assert_array_equal(all_of_it[:40], alpha[:40])


def _drawing(size: int = 256) -> np.ndarray:
    image = np.full((size, size, 4), 255, np.uint8)
    rows, columns = np.mgrid[:size, :size]
    image[(columns // 23 + rows // 31) % 2 == 0] = (70, 120, 200, 255)
    image[np.abs(columns - rows) < 3] = (20, 20, 30, 255)
    image[100:180, 90:160] = (200, 40, 50, 255)
    return image


def _scribbled(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    painted, stroke = image.copy(), np.zeros(image.shape[:2], bool)
    stroke[80:190, 80:170] = True
    painted[stroke] = (255, 0, 200, 255)
    return painted, stroke


def _overlap(mask: np.ndarray, stroke: np.ndarray) -> float:
    return float(((mask > 0) & stroke).sum() / ((mask > 0) | stroke).sum())


def _through_jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(image).convert("RGB").save(buffer, "jpeg", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGBA"))


def test_the_scribble_is_found_exactly_without_loss() -> None:
    painted, stroke = _scribbled(_drawing())
    np.testing.assert_array_equal(from_painted(_drawing(), painted) > 0, stroke)


@pytest.mark.parametrize("quality", [50, 75, 95])
def test_the_scribble_is_found_through_jpeg(quality) -> None:
    painted, stroke = _scribbled(_drawing())
    assert _overlap(from_painted(_drawing(), _through_jpeg(painted, quality)), stroke) > 0.9


def test_a_brush_of_the_garments_colour_leaves_no_hole() -> None:
    painted, stroke = _scribbled(_drawing())
    painted[stroke] = (200, 40, 50, 255)
    assert _overlap(from_painted(_drawing(), painted), stroke) > 0.98


def test_a_painted_copy_of_another_size_or_without_transparency(character) -> None:
    image = np.kron(character, np.ones((3, 3, 1), np.uint8))
    painted = image.copy()
    painted[120:220, 60:130] = (0, 255, 0, 255)
    stroke = (painted != image).any(axis=2)
    on_white = np.asarray(Image.alpha_composite(Image.new("RGBA", (192, 288), "white"), Image.fromarray(painted)))
    assert _overlap(from_painted(image, on_white), stroke) > 0.97
    bigger = np.asarray(Image.fromarray(on_white).resize((384, 576), Image.Resampling.BICUBIC))
    assert _overlap(from_painted(image, bigger), stroke) > 0.9


def test_a_copy_that_is_the_same_or_another_picture_is_refused() -> None:
    image = _drawing()
    for painted in (image, _through_jpeg(image, 60), 255 - image + np.array([0, 0, 0, 255], np.uint8)):
        with pytest.raises(UserError):
            from_painted(image, painted)
