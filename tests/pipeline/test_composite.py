import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.alike import dress_alike
from pipeline.composite import KEYS, MAX_SHIFT, cut_out, join_border, key_colour, match_colours, outfit_layer, paste
from pipeline.images import Crop, crop_around, flatten
from pipeline.mask import composite_mask, loosen, ring
from pipeline.request import UserError

SIZE = 128


def _noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def _rows_columns() -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[:SIZE, :SIZE]
    return rows, columns


def _sprite() -> np.ndarray:
    """Head and dress on transparency, random colours hidden in the empty part."""
    rows, columns = _rows_columns()
    image = _noise(3, SIZE, SIZE, 4)
    image[..., 3] = 0
    image[(rows - 25) ** 2 + (columns - 64) ** 2 < 18**2] = (240, 205, 185, 255)
    image[(rows >= 42) & (rows < 115) & (abs(columns - 64) < 10 + (rows - 42) * 0.45)] = (200, 30, 40, 255)
    return image


def _generated(key: tuple[int, int, int], dress: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """What a model would return: the sprite on its key, another dress with an outline, noise and a colour drift."""
    picture = flatten(_sprite(), key).astype(float)
    picture[42:] = key
    rim = dress & ~(np.roll(dress, 2, 0) & np.roll(dress, -2, 0) & np.roll(dress, 2, 1) & np.roll(dress, -2, 1))
    picture[dress] = colour
    picture[rim] = (25, 20, 35)
    return np.clip(picture + 4 + np.random.default_rng(4).normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


def _mask() -> np.ndarray:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[42:120, 8:120] = 255
    return mask


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(16, 120), st.integers(16, 120)),
    seed=st.integers(0, 99),
    feather=st.integers(0, 6),
    channels=st.sampled_from([3, 4]),
    amount=st.sampled_from([None, 0.0, 0.4, 1.0]),
)
def test_every_pixel_outside_the_mask_is_bit_identical(size, seed, feather, channels, amount) -> None:
    rng = np.random.default_rng(seed)
    original = _noise(seed, size[1], size[0], 4)
    original[..., 3] *= rng.random((size[1], size[0])) < 0.6
    mask = np.zeros((size[1], size[0]), np.uint8)
    top, left = rng.integers(0, size[1] - 4), rng.integers(0, size[0] - 4)
    mask[top : top + rng.integers(1, size[1]), left : left + rng.integers(1, size[0])] = 255
    composite = composite_mask(mask, 0, feather)
    crop = crop_around(mask, 128, feather)
    limit = None if amount is None else loosen(original[..., 3], mask, amount)
    before = original.copy()
    generated = _noise(seed + 1, crop.height, crop.width, channels)
    result = paste(original, generated, crop, composite, limit)
    untouched = (composite == 0) if limit is None else (composite == 0) | (limit == 0)
    np.testing.assert_array_equal(result[untouched], original[untouched])
    np.testing.assert_array_equal(original, before)
    if limit is not None and amount == 0:
        assert (result[..., 3] <= original[..., 3]).all()


def test_an_opaque_picture_stays_opaque_and_takes_the_new_colours() -> None:
    original = _noise(5, 96, 96, 4)
    original[..., 3] = 255
    mask = np.zeros((96, 96), np.uint8)
    mask[20:70, 30:80] = 255
    crop = Crop(10, 10, 90, 90, 64, 64)
    result = paste(original, np.full((64, 64, 3), (10, 200, 90), np.uint8), crop, composite_mask(mask, 0, 2))
    assert (result[..., 3] == 255).all()
    assert (result[24:66, 34:76, :3] == (10, 200, 90)).all()


@pytest.mark.parametrize("reach", [0.8, 0.2])
def test_a_sprite_gets_the_alpha_of_its_new_garment(reach) -> None:
    """Wider than the old dress, or narrower: alpha follows the new one, and no key colour remains."""
    sprite, mask = _sprite(), _mask()
    key = key_colour(sprite)
    rows, columns = _rows_columns()
    dress = (rows >= 42) & (rows < 105) & (abs(columns - 64) < 10 + (rows - 42) * reach)
    cut = cut_out(_generated(key, dress, (50, 70, 160)), sprite, mask, key)
    alpha = cut[..., 3] / 255
    assert abs(alpha - dress)[mask > 0].mean() < 0.02
    assert (cut[..., 3] == sprite[..., 3])[mask == 0].all()
    visible = cut[(mask > 0) & (alpha > 0.3)][:, :3].astype(float)
    assert np.linalg.norm(visible - np.array(key), axis=1).min() > 60

    limit = loosen(sprite[..., 3], mask, 1.0)
    crop = Crop(0, 0, SIZE, SIZE, SIZE, SIZE)
    result = paste(sprite, cut, crop, composite_mask(mask, 0, 2, sprite[..., 3]), limit)
    assert abs(result[50:, :, 3] / 255 - dress[50:]).mean() < 0.02


def test_without_loosening_the_old_silhouette_is_the_limit() -> None:
    sprite, mask = _sprite(), _mask()
    key = key_colour(sprite)
    rows, columns = _rows_columns()
    wide = (rows >= 42) & (rows < 118) & (abs(columns - 64) < 50)
    cut = cut_out(_generated(key, wide, (50, 70, 160)), sprite, mask, key)
    crop = Crop(0, 0, SIZE, SIZE, SIZE, SIZE)
    result = paste(sprite, cut, crop, composite_mask(mask, 0, 2, sprite[..., 3]), loosen(sprite[..., 3], mask, 0))
    np.testing.assert_array_equal(result[sprite[..., 3] == 0], sprite[sprite[..., 3] == 0])
    inside = (sprite[..., 3] > 0) & (rows > 50) & (rows < 112)
    assert (result[inside][:, 2] > 100).all()  # no rim of the old red dress


def test_a_gap_between_the_legs_becomes_transparent_and_a_speck_vanishes() -> None:
    sprite, mask = _sprite(), _mask()
    key = key_colour(sprite)
    rows, columns = _rows_columns()
    trousers = (rows >= 42) & (rows < 112) & (abs(columns - 64) < 22)
    trousers &= ~((rows > 70) & (rows < 105) & (abs(columns - 64) < 7))
    generated = _generated(key, trousers, (50, 70, 160))
    generated[60:61, 12:14] = (10, 10, 10)
    cut = cut_out(generated, sprite, mask, key)
    assert not cut[75:100, 60:68, 3].any()
    assert not cut[58:63, 10:16, 3].any()


@pytest.mark.parametrize("dreamt", [(24, 10, -16), (-30, -26, -18), (12, 26, 30)])
def test_the_key_as_a_model_dreams_it_on_is_empty_unless_the_draft_covers_it(dreamt) -> None:
    sprite, mask = _sprite(), _mask()
    key = key_colour(sprite)
    rows, columns = _rows_columns()
    dress = (rows >= 42) & (rows < 105) & (abs(columns - 64) < 20)
    generated = _generated(key, dress, (50, 70, 160))
    cloud = (rows > 60) & (rows < 90) & (abs(columns - 64) >= 20) & (abs(columns - 64) < 34) & (mask > 0)
    depth = np.clip((34 - abs(columns - 64)) / 4, 0, 1)[..., None] * np.ones((SIZE, SIZE, 1))
    generated = np.where(cloud[..., None], np.clip(key + depth * dreamt, 0, 255), generated).astype(np.uint8)
    inner = (rows > 65) & (rows < 85) & (abs(columns - 64) >= 24) & (abs(columns - 64) < 32)
    assert not cut_out(generated, sprite, mask, key)[inner][:, 3].any()
    draft = np.dstack([generated, np.where(dress | cloud, np.uint8(255), np.uint8(0))])
    kept = cut_out(generated, sprite, mask, key, draft)
    assert (kept[inner][:, 3] > 128).all()
    assert (kept[50:100, 50:78, 3] == 255).all()


def test_white_black_and_grey_garments_survive_every_key() -> None:
    sprite, mask = _sprite(), _mask()
    rows, columns = _rows_columns()
    dress = (rows >= 42) & (rows < 105) & (abs(columns - 64) < 20)
    for key, _ in KEYS:
        for colour in ((250, 250, 250), (190, 190, 195), (128, 128, 128), (20, 20, 22), (240, 205, 185)):
            cut = cut_out(_generated(key, dress, colour), sprite, mask, key)
            assert abs(cut[..., 3] / 255 - dress)[mask > 0].mean() < 0.02


def test_the_key_is_far_from_the_character_and_from_the_prompt() -> None:
    keys = {key for key, _ in KEYS}
    for key, _ in KEYS:
        dressed = _sprite()
        dressed[60:110, 50:78, :3] = key
        assert key_colour(dressed) in keys - {key}
    green = KEYS[0][0]
    assert key_colour(_sprite(), "a GREEN dress") != green
    assert key_colour(_sprite(), "緑のドレス") != green
    empty = np.zeros((16, 16, 4), np.uint8)
    assert key_colour(empty) in keys
    plain = key_colour(_sprite())
    garment = empty.copy()
    garment[4:12, 4:12] = (*plain, 255)
    assert key_colour(_sprite(), garments=[garment]) in keys - {plain}
    assert key_colour(_sprite(), garments=[empty]) == plain


def test_a_colour_drift_is_taken_back() -> None:
    rows, columns = _rows_columns()
    original = np.stack([rows, columns, 255 - rows], -1).astype(np.uint8)
    mask = _mask()
    drift = np.stack([np.full(rows.shape, 9), columns / 16 - 4, np.zeros(rows.shape)], -1)
    result = np.clip(original + drift, 0, 255).astype(np.uint8)
    band = ring(mask, 8)
    corrected = match_colours(result, original, band).astype(float)
    assert abs(corrected - original)[band > 0].mean() < 1.5
    assert abs(corrected - original)[mask > 0].mean() < abs(result.astype(float) - original)[mask > 0].mean() / 2


def test_the_match_is_robust_and_bounded() -> None:
    original = np.full((SIZE, SIZE, 3), 120, np.uint8)
    band = ring(_mask(), 8)
    moved_line = original.copy()
    moved_line[:, 10:12] = 0
    np.testing.assert_array_equal(match_colours(moved_line, original, band)[:, 20:], original[:, 20:])
    other = match_colours(np.full_like(original, 20), original, band)
    assert other.max() <= 20 + MAX_SHIFT
    np.testing.assert_array_equal(match_colours(moved_line, original, band * 0), moved_line)


def test_the_border_is_joined_and_edges_are_left_alone() -> None:
    rows, columns = _rows_columns()
    mask = np.where(columns >= 64, 255, 0).astype(np.uint8)
    original = np.full((SIZE, SIZE, 3), 120, np.uint8)
    original[rows >= 100] = 255
    drawn = np.full_like(original, 100)
    joined = join_border(drawn, original, mask)
    assert abs(joined[10:90, 64].astype(int) - 120).max() <= 6
    np.testing.assert_array_equal(joined[:, 80:], drawn[:, 80:])
    np.testing.assert_array_equal(joined[108:, 64:], drawn[108:, 64:])


def test_the_outfit_alone() -> None:
    sprite, mask = _sprite(), _mask()
    key = key_colour(sprite)
    rows, columns = _rows_columns()
    dress = (rows >= 42) & (rows < 105) & (abs(columns - 64) < 24)
    cut = cut_out(_generated(key, dress, (50, 70, 160)), sprite, mask, key)
    crop = Crop(0, 0, SIZE, SIZE, SIZE, SIZE)
    limit = loosen(sprite[..., 3], mask, 1.0)
    layer = outfit_layer(sprite, cut, crop, composite_mask(mask), limit)
    assert not layer[mask == 0].any()
    assert abs(layer[46:104, 42:86, 3] / 255.0 - 1).mean() < 0.02
    assert not layer[:, :30].any()

    photo = sprite.copy()
    photo[..., 3] = 255
    generated = photo[..., :3].copy()
    generated[dress] = (50, 70, 160)
    layer = outfit_layer(photo, generated, crop, composite_mask(mask))
    assert (layer[50:100, 45:83, 3] == 255).all()
    assert not layer[50:100, :35].any()
    worn = np.where(rows < 80, 255, 0).astype(np.uint8)
    assert not outfit_layer(photo, generated, crop, composite_mask(mask), garment=worn)[80:].any()


def test_the_same_outfit_on_another_face_is_what_pasting_it_there_gives() -> None:
    rng = np.random.default_rng(4)
    original = rng.integers(0, 256, (60, 50, 4), np.uint8)
    original[..., 3] = np.where(original[..., 3] < 40, 0, 255)
    other = original.copy()
    other[:25] = rng.integers(0, 256, (25, 50, 4), np.uint8)  # reaches into the soft border
    mask = np.zeros((60, 50), np.uint8)
    mask[20:50, 10:40] = 120
    mask[26:46, 14:36] = 255
    generated = rng.integers(0, 256, (60, 50, 3), np.uint8)
    crop = Crop(0, 0, 50, 60, 50, 60)
    dressed = paste(original, generated, crop, mask)
    found, wanted = dress_alike(original, dressed, mask, other), paste(other, generated, crop, mask)
    assert (found[mask == 0] == other[mask == 0]).all()
    visible = wanted[..., 3] > 60
    assert np.abs(found[visible].astype(int) - wanted[visible]).max() <= 4, "rounding of the saved picture"


@pytest.mark.parametrize("way", [(6, 0), (-9, 4), (0, 1)])
def test_clothes_that_lie_some_pixels_away_are_dressed_there(way: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    original = np.zeros((160, 120, 4), np.uint8)
    original[20:140, 30:90] = cv2.resize(rng.integers(0, 256, (24, 12, 4), np.uint8), (60, 120), interpolation=cv2.INTER_CUBIC)
    original[..., 3] = 255 * (original[..., 3] > 0)
    mask = np.zeros((160, 120), np.uint8)
    mask[58:122, 34:86], mask[60:120, 36:84] = 128, 255
    dressed = original.copy()
    dressed[60:120, 36:84] = (200, 30, 40, 255)
    moved = np.float32([[1, 0, way[0]], [0, 1, way[1]]])
    other, wanted, there = (cv2.warpAffine(picture, moved, (120, 160)) for picture in (original, dressed, mask))
    found = dress_alike(original, dressed, mask, other)
    assert np.array_equal(found[there == 255], wanted[there == 255]) and np.array_equal(found[there == 0], other[there == 0])
    with pytest.raises(UserError, match="lie elsewhere"):
        dress_alike(original, dressed, mask, np.ascontiguousarray(other[::-1]))
