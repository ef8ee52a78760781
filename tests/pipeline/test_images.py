import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.images import (
    Crop,
    buckets,
    crop_around,
    flatten,
    load_character,
    load_mask,
    pad_square,
    read_text,
    resize,
    save_png,
)
from pipeline.mask import bounds
from pipeline.request import UserError


def test_saving_and_loading_keeps_every_byte(tmp_path, character) -> None:
    save_png(character, tmp_path / "a.png", {"prompt": "着物\nred"})
    np.testing.assert_array_equal(load_character(tmp_path / "a.png"), character)
    assert read_text(tmp_path / "a.png") == {"prompt": "着物\nred"}


@pytest.mark.parametrize(("kind", "options"), [("webp", {"lossless": True, "exact": True}), ("png", {})])
def test_lossless_formats_decode_exactly_whatever_the_name_says(tmp_path, character, kind, options) -> None:
    Image.fromarray(character).save(tmp_path / "a.jpg", format=kind, **options)
    np.testing.assert_array_equal(load_character(str(tmp_path / "a.jpg")), character)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_modes_become_rgba(tmp_path, character, mode) -> None:
    grey = np.asarray(Image.fromarray(character).convert("L"))
    image = Image.fromarray(grey.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(character).convert(mode)
    image.save(tmp_path / "a.png")
    loaded = load_character(tmp_path / "a.png")
    assert loaded.shape == character.shape
    if mode == "I;16":
        np.testing.assert_array_equal(loaded[..., 0], grey)
    else:
        np.testing.assert_array_equal(loaded, np.asarray(image.convert("RGBA")))


def test_palette_transparency_and_cmyk_and_avif(tmp_path, character) -> None:
    palette = Image.fromarray(character).convert("P")
    palette.save(tmp_path / "p.png", transparency=palette.getpixel((0, 0)))
    assert load_character(tmp_path / "p.png")[0, 0, 3] == 0
    Image.fromarray(character).convert("CMYK").save(tmp_path / "c.jpg")
    assert load_character(tmp_path / "c.jpg").shape == character.shape
    Image.fromarray(character).save(tmp_path / "a.avif")
    assert load_character(tmp_path / "a.avif")[0, 0, 3] == 0


def test_of_an_animation_the_first_frame(tmp_path) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "green")]
    for kind in ("gif", "webp", "png"):
        frames[0].save(tmp_path / f"a.{kind}", save_all=True, append_images=frames[1:])
        assert load_character(tmp_path / f"a.{kind}")[0, 0, 0] > 240


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright(tmp_path, orientation) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (24, 40, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}[orientation]  # Pillow's Transpose for each
    upright = Image.fromarray(pixels) if back is None else Image.fromarray(pixels).transpose(Image.Transpose(back))
    np.testing.assert_array_equal(load_character(tmp_path / "a.png")[..., :3], np.asarray(upright))


def _png(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds hardly any data."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")


def _encoded(kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    noise = np.random.default_rng(2).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, format=kind)
    return buffer.getvalue()


BAD = {
    "empty": b"",
    "text": b"hello, I am a picture",
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00cos\nsystem\n(S'true'\ntR.",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "zip": b"PK\x03\x04" + b"\0" * 64,
    "bomb": _png(60000, 60000),
    "too many pixels": _png(8000, 5001),
    "too long": _png(20000, 100),
    "no pixels": _png(0, 0),
    "one pixel": _encoded("png", (1, 1)),
    "tiny": _encoded("png", (15, 90)),
    "no data": _png(640, 480),
    "bmp": _encoded("bmp"),
    "half a tiff": _encoded("tiff")[:4000],
    "half a png": _encoded("png")[:4000],
    "half a jpeg": _encoded("jpeg")[:900],
    "half a webp": _encoded("webp")[:900],
    "half an avif": _encoded("avif")[:900],
    "half a gif header": _encoded("gif")[:20],
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_give_one_friendly_sentence(tmp_path, name) -> None:
    (tmp_path / "upload.png").write_bytes(BAD[name])
    with pytest.raises(UserError) as error:
        load_character(tmp_path / "upload.png")
    _is_friendly(error.value)


def test_a_missing_file_or_a_folder(tmp_path) -> None:
    for path in (tmp_path, tmp_path / "nothing.png"):
        with pytest.raises(UserError) as error:
            load_character(path)
        _is_friendly(error.value)


def _is_friendly(error: UserError) -> None:
    message = str(error)
    assert message.endswith(".")
    assert "please" in message
    assert "\n" not in message
    assert error.__cause__ is None


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(["png", "jpeg", "webp", "gif", "avif"]), data=st.data())
def test_broken_bytes_decode_or_are_refused(tmp_path_factory, kind, data) -> None:
    content = bytearray(_encoded(kind, (32, 24)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("broken") / "upload"
    path.write_bytes(content)
    try:
        loaded = load_character(path)
    except UserError as error:
        _is_friendly(error)
    else:
        assert loaded.ndim == 3
        assert loaded.shape[2] == 4


CORPUS = os.environ.get("CC_BAD_IMAGES")


@pytest.mark.skipif(CORPUS is None, reason="a corpus of bad pictures is run where CC_BAD_IMAGES names its folder")
def test_every_file_of_a_corpus_decodes_or_is_refused() -> None:
    files = [path for path in Path(str(CORPUS)).rglob("*") if path.is_file()]
    assert files
    for path in files:
        try:
            assert load_character(path).dtype == np.uint8
        except UserError as error:
            _is_friendly(error)


def test_masks_are_scaled_and_mean_bright_is_repaint(tmp_path) -> None:
    small = np.zeros((15, 20), np.uint8)
    small[:, 10:] = 255
    for mode in ("1", "L", "LA", "RGB", "RGBA", "P"):
        Image.fromarray(small).convert(mode).save(tmp_path / "m.png")
        mask = load_mask(tmp_path / "m.png", (40, 30))
        assert mask.shape == (30, 40)
        assert not mask[:, :20].any()
        assert (mask[:, 20:] == 255).all()
    Image.fromarray(small * 0).save(tmp_path / "m.png")
    with pytest.raises(UserError):
        load_mask(tmp_path / "m.png", (40, 30))


def test_a_mask_of_another_shape_is_refused_and_one_as_stored_is_turned(tmp_path) -> None:
    stored = np.zeros((30, 60, 3), np.uint8)
    stored[:, :20] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn to the right brings it upright
    Image.fromarray(stored).save(tmp_path / "c.jpg", exif=exif, quality=100)
    Image.fromarray(stored).save(tmp_path / "m.png")
    size = load_character(tmp_path / "c.jpg").shape[1::-1]
    assert size == (30, 60)
    turned = load_mask(tmp_path / "m.png", size, tmp_path / "c.jpg")
    assert turned[:20].all() and not turned[20:].any()
    with pytest.raises(UserError, match="60 x 30 pixels and the picture 30 x 60"):
        load_mask(tmp_path / "m.png", size)
    with pytest.raises(UserError, match="another shape"):
        load_mask(tmp_path / "m.png", (60, 33), tmp_path / "c.jpg")
    assert load_mask(tmp_path / "m.png", (121, 60)).any(), "rounding is no other shape"


def test_resizing_keeps_hidden_colours_out(character) -> None:
    for size in ((30, 40), (150, 200)):
        small = resize(character, size)
        blue = small[..., 2].astype(int) - small[..., 0]  # dress, skin and rim are redder than blue, the hidden noise is not
        assert (blue * small[..., 3] <= 16 * 255).all()
        assert small.shape == (size[1], size[0], 4)


def test_flatten_and_pad_square(character) -> None:
    flat = flatten(character, (10, 20, 30))
    assert tuple(flat[0, 0]) == (10, 20, 30)
    assert tuple(flat[48, 32]) == (200, 30, 40)
    assert pad_square(character, (10, 20, 30)).shape == (96, 96, 3)


@pytest.mark.parametrize("native", [256, 512, 1024])
def test_buckets_are_multiples_of_64_and_about_the_native_area(native) -> None:
    assert {(native, native), (native, native * 3 // 2)} <= set(buckets(native))
    for width, height in buckets(native):
        assert width % 64 == height % 64 == 0
        assert 0.85 <= width * height / native**2 <= 1.5


@settings(max_examples=80, deadline=None)
@given(
    size=st.tuples(st.integers(16, 400), st.integers(16, 400)),
    corner=st.tuples(st.floats(0, 0.95), st.floats(0, 0.95)),
    extent=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)),
    feather=st.integers(0, 16),
)
def test_a_crop_holds_its_mask_and_keeps_its_aspect(size, corner, extent, feather) -> None:
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    left, top = int(corner[0] * width), int(corner[1] * height)
    mask[top : top + max(1, int(extent[1] * height)), left : left + max(1, int(extent[0] * width))] = 255
    crop = crop_around(mask, 256, feather)
    x0, y0, x1, y1 = bounds(mask)
    assert crop.left <= x0
    assert crop.top <= y0
    assert crop.right >= x1
    assert crop.bottom >= y1
    assert (crop.width, crop.height) in buckets(256)
    box = crop.right - crop.left, crop.bottom - crop.top
    assert abs(box[0] * crop.height - box[1] * crop.width) <= max(crop.width, crop.height)
    assert crop.scale <= 2.01
    if box[0] <= width:  # it does not stick out where it need not
        assert 0 <= crop.left <= crop.right <= width
    taken = crop.take(np.dstack([mask] * 4))
    assert taken.shape == (crop.height, crop.width, 4)
    assert crop.restore(taken).shape[:2] == (box[1], box[0])


def test_a_crop_beyond_the_edge_repeats_it_and_comes_back_in_place() -> None:
    image = np.zeros((40, 30, 4), np.uint8)
    image[..., 3] = 255
    image[:20, :, 0] = 200
    crop = Crop(-20, -10, 60, 70, 160, 160)
    taken = crop.take(image)
    assert (taken[:50, :, 0] == 200).all()
    assert (taken[-60:, :, 0] == 0).all()
    picture, box = crop.windows((30, 40))
    back = crop.restore(taken)[box].astype(int)
    difference = np.abs(back - image[picture])
    assert difference[:17].max() <= 2
    assert difference[23:].max() <= 2


def test_colours_that_name_things_are_cut_out_without_new_ones() -> None:
    image = np.zeros((90, 70, 3), np.uint8)
    image[:, 25:], image[40:, :30] = (150, 5, 61), (4, 200, 3)
    mask = np.zeros((90, 70), np.uint8)
    mask[20:70, 10:60] = 255
    crop = crop_around(mask, 128)
    assert len(np.unique(crop.take(image, flat=True).reshape(-1, 3), axis=0)) == 3
    assert len(np.unique(crop.take(image).reshape(-1, 3), axis=0)) > 3


def test_an_empty_mask_has_no_crop() -> None:
    with pytest.raises(UserError):
        crop_around(np.zeros((20, 20), np.uint8), 256)
