"""Pictures in and out: safe decoding, lossless saving, careful resampling, and the crop that a model works on.

Outside networks a picture is H x W x 4 uint8 RGBA with straight alpha, a mask is H x W uint8 (255 = repaint).
NumPy and Pillow only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import TiffImageFile

from models.arrays import bytes_in as bytes_in
from pipeline.colour_profile import EmbeddedProfile as EmbeddedProfile
from pipeline.colour_profile import Reader
from pipeline.mask import as_mask, bounds, fits
from pipeline.request import Image8, UserError
from pipeline.saving import saving
from pipeline.strips import STRIP_PIXELS, strips
from pipeline.tags import file_is_sound, is_sound

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "TIFF")
MAX_PIXELS = 40_000_000
MAX_ASPECT = 8
MIN_SIDE = 16

_ORIENTATION = 0x0112  # EXIF tag
_TILE = (322, 323)  # TIFF tags: width and length
_COMPRESSIONS = ("raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "jpeg", "group3", "group4", "tiff_ccitt")

_UNREADABLE = (
    "This file could not be opened as a picture: it may be damaged or of another kind, "
    "please save it again as PNG, JPEG, WebP, AVIF, GIF or TIFF."
)


@dataclass(frozen=True)
class Picture:
    """A picture out of a file. image: H x W x 4 uint8 RGBA, sRGB; profile: what gives its colours back, None without one in the
    file; notes: sentences for the user on its colours."""

    image: Image8
    profile: EmbeddedProfile | None = None
    notes: tuple[str, ...] = ()


def load_picture(path: str | PathLike[str]) -> Picture:
    """Decode an upload exactly as stored, upright; colours under alpha 0 are kept, an ICC profile is applied.

    Known by content, never by name. Of an animation the first frame is taken, of a TIFF file the first page. Raises `UserError`.
    """
    return _decode(path, MIN_SIDE)


def load_character(path: str | PathLike[str]) -> Image8:
    """The pixels alone of `load_picture`. Raises `UserError`."""
    return load_picture(path).image


def load_mask(path: str | PathLike[str], size: tuple[int, int], of: str | PathLike[str] | None = None) -> Image8:
    """Decode a mask file, scaled to `size` = (width, height) -> H x W uint8, 0 or 255. of: the file of the picture; a mask that
    was made on it as it is stored is turned as it is. Raises `UserError`."""
    mask = _decode(path, 1, values=True).image
    orientation = 1 if of is None else _orientation(of)
    if not fits(mask.shape[1], mask.shape[0], *size) and 5 <= orientation <= 8 and fits(mask.shape[0], mask.shape[1], *size):
        upright = np.empty((mask.shape[1], mask.shape[0], 4), np.uint8)
        _as_stored(upright, orientation)[:] = mask
        mask = upright
    return as_mask(mask, size)


def _orientation(path: str | PathLike[str]) -> int:
    """EXIF's, of a file that is known to be a picture."""
    with Image.open(path, formats=FORMATS) as file:
        return _orientation_of(file)


def _orientation_of(file: Image.Image) -> int:
    """Broken EXIF is no reason to refuse a sound picture."""
    try:
        if file.format == "PNG":
            file.load()  # entries may follow the pixels
        raw = file.info.get("Raw profile type exif")  # as ImageMagick puts it into a PNG's text, which may be compressed
        if raw and not is_sound(bytes.fromhex("".join(str(raw).split("\n")[3:])).removeprefix(b"Exif\0\0")):
            return 1
        return int(file.getexif().get(_ORIENTATION, 1))
    except Exception:
        return 1


def save_png(
    image: Image8,
    path: str | PathLike[str] | BinaryIO,
    text: Mapping[str, str] | None = None,
    icc: bytes = b"",
    chunks: Mapping[bytes, bytes] | None = None,
) -> None:
    """Write H x W (x 3 or 4) uint8 without loss; `text` becomes the file's UTF-8 text entries, `icc` its colour profile, `chunks`
    private chunks by their names of four letters. A path holds the whole picture afterwards, or what it held before. Raises
    `UserError` if it cannot be written."""
    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    for name, data in (chunks or {}).items():
        info.add(name, data)
    with saving(path) if isinstance(path, (str, PathLike)) else nullcontext(path) as file:
        picture = Image.fromarray(np.ascontiguousarray(image))
        picture.save(file, format="PNG", pnginfo=info, compress_level=4, icc_profile=icc or None)


def read_text(path: str | PathLike[str]) -> dict[str, str]:
    """The text entries of a PNG file, empty where it has none. Raises `UserError` if it is no PNG."""
    try:
        with Image.open(path, formats=("PNG",)) as file:
            file.load()  # entries may follow the pixels
            return {str(key): str(value) for key, value in getattr(file, "text", {}).items()}
    except Exception:
        raise UserError("The settings can only be read from a PNG picture that was saved here.") from None


def _decode(path: str | PathLike[str], min_side: int, values: bool = False) -> Picture:
    """values: what it holds are no colours, and a profile means nothing."""
    if not Path(path).is_file():
        raise UserError("There is no picture at that place, please choose the file again.")
    try:
        if not file_is_sound(Path(path)):
            raise UserError(_UNREADABLE)
        # a stream, because Pillow 12.3 maps an unpacked TIFF file that it is given by name in rows of the turned picture
        with Path(path).open("rb") as stream, Image.open(stream, formats=FORMATS) as file:
            _check_size(file.width, file.height, min_side)
            if isinstance(file, TiffImageFile):
                _check_tiff(file)
            file.load()
            reader = Reader(b"" if values else file.info.get("icc_profile") or b"", file.mode)
            image, profile = reader.finish(_upright_rgba(file, reader))
            return Picture(image, profile, reader.notes)
    except UserError:
        raise
    except Exception:  # a hostile file can make a decoder raise anything: struct.error, SyntaxError, MemoryError...
        raise UserError(_UNREADABLE) from None


def _check_tiff(file: TiffImageFile) -> None:
    """What a TIFF file says beside its size. Raises `UserError` for what could cost more than its pixels, or has no 8-bit
    meaning."""
    tile = [int(file.tag_v2.get(tag, 1)) for tag in _TILE]
    room = STRIP_PIXELS + file.width * file.height  # tiles go beyond the picture's edge
    if file.info.get("compression") not in _COMPRESSIONS or file.mode == "F" or min(tile) < 1 or tile[0] * tile[1] > room:
        raise UserError(_UNREADABLE)


def _check_size(width: int, height: int, min_side: int) -> None:
    if width * height > MAX_PIXELS:
        raise UserError(
            f"This picture has {width} x {height} pixels, please scale it down below {MAX_PIXELS // 1_000_000} megapixels."
        )
    if min(width, height) < min_side:
        raise UserError(f"This picture is only {width} x {height} pixels, please use one of at least {min_side} x {min_side}.")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise UserError(f"This picture is too long and thin ({width} x {height}), please crop it closer to the character.")


def _upright_rgba(file: Image.Image, reader: Reader) -> Image8:
    """Convert in strips that land turned in the result, so that a large picture never exists a third time."""
    orientation = 1 if isinstance(file, TiffImageFile) else _orientation_of(file)  # Pillow turns TIFF files when it loads them
    turned = (file.height, file.width) if orientation < 5 or orientation > 8 else (file.width, file.height)
    upright = np.empty((*turned, 4), np.uint8)
    stored = _as_stored(upright, orientation)
    for rows in strips((file.height, file.width)):
        strip = file.crop((0, rows.start, file.width, rows.stop))
        rgba = _strip_rgba(strip)
        reader.read(strip, rgba)
        stored[rows] = rgba
    return upright


def _as_stored(upright: Image8, orientation: int) -> Image8:
    """The view of an upright picture in which rows and columns lie as in the file (EXIF 2.32, tag Orientation)."""
    if 5 <= orientation <= 8:
        upright = upright.transpose(1, 0, 2)
    flip_rows = orientation in (3, 4, 6, 7)
    flip_columns = orientation in (2, 3, 7, 8)
    return upright[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def _strip_rgba(strip: Image.Image) -> Image8:
    if strip.mode == "I" or strip.mode.startswith("I;16"):  # Pillow would clip 16 bits to 255 instead of scaling
        values = np.asarray(strip).astype(np.int64)
        alpha = np.where(values == strip.info.get("transparency", -1), 0, 255)
        grey = (np.clip(values, 0, 65535) + 128) // 257
        return np.stack([grey, grey, grey, alpha], axis=-1).astype(np.uint8)
    return np.array(strip.convert("RGBA"))


def is_opaque(image: Image8) -> bool:
    return image.ndim == 2 or image.shape[2] == 3 or bool((image[..., 3] == 255).all())


def flatten(image: Image8, background: tuple[int, int, int]) -> Image8:
    """Lay H x W x 4 RGBA over one colour -> H x W x 3 uint8: what a model sees of a transparent character."""
    if is_opaque(image):
        return np.ascontiguousarray(image[..., :3])
    flat, ground = np.empty((*image.shape[:2], 3), np.uint8), np.asarray(background, np.float32)
    for rows in strips(image.shape):
        alpha = image[rows][..., 3:].astype(np.float32) / 255
        flat[rows] = np.rint(image[rows][..., :3] * alpha + ground * (1 - alpha))
    return flat


def resize(image: Image8, size: tuple[int, int]) -> Image8:
    """Resample H x W (x 3 or 4) uint8 to `size` = (width, height), antialiased.

    Where there is transparency the colours are weighted by alpha (Porter and Duff 1984), so that hidden colours do
    not bleed in; cubic there, because Lanczos' second lobe would leave a ghost outline in the empty part.
    """
    if (image.shape[1], image.shape[0]) == size:
        return image.copy()
    if image.ndim == 2:
        return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))
    if is_opaque(image):
        rgb = Image.fromarray(np.ascontiguousarray(image[..., :3])).resize(size, Image.Resampling.LANCZOS)
        return with_alpha(np.asarray(rgb), 255) if image.shape[2] == 4 else np.asarray(rgb)
    weight = image[..., 3].astype(np.float32) / 255
    alpha = _resize_plane(weight, size).clip(0, 1)
    result = np.zeros((size[1], size[0], 4), np.uint8)
    seen = alpha > 0.5 / 255
    for channel in range(3):
        plane = _resize_plane(image[..., channel] * weight, size)
        result[..., channel][seen] = np.rint((plane[seen] / alpha[seen]).clip(0, 255))
    result[..., 3] = np.rint(alpha * 255)
    return result


def _resize_plane(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(Image.fromarray(plane.astype(np.float32, copy=False)).resize(size, Image.Resampling.BICUBIC))


def with_alpha(rgb: Image8, alpha: Image8 | int) -> Image8:
    """H x W x 3 and an alpha of H x W or one value -> H x W x 4."""
    plane = np.broadcast_to(np.asarray(alpha, np.uint8), rgb.shape[:2])
    return np.dstack([rgb, plane])


def pad(image: Image8, left: int, top: int, right: int, bottom: int) -> Image8:
    """Continue a picture or mask beyond its edges by repeating them (an empty edge goes on empty)."""
    widths = [(top, bottom), (left, right)] + [(0, 0)] * (image.ndim - 2)
    return np.pad(image, widths, mode="edge")


def pad_square(image: Image8, background: tuple[int, int, int]) -> Image8:
    """Lay a cut-out garment in the middle of a square of one colour -> S x S x 3, so that no encoder crops it."""
    height, width = image.shape[:2]
    side = max(height, width)
    square = np.empty((side, side, 3), np.uint8)
    square[:] = background
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = flatten(image, background)
    return square


def garment_picture(image: Image8, side: int) -> Image8:
    """What the garment adapter sees of an upload: H x W x 4 -> side x side x 3, cut to what is not transparent, on white."""
    shown = np.where(image[..., 3] > 8, np.uint8(255), np.uint8(0))
    if shown.any():
        left, top, right, bottom = bounds(shown)
        image = image[top:bottom, left:right]
    return resize(pad_square(image, (255, 255, 255)), (side, side))


@dataclass(frozen=True)
class Crop:
    """A box of the picture and the size at which a model works on it.

    left, top, right, bottom: picture pixels, right and bottom exclusive; the box may reach beyond the picture.
    width, height: model pixels.
    """

    left: int
    top: int
    right: int
    bottom: int
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Model pixels per picture pixel."""
        return math.sqrt(self.width * self.height / ((self.right - self.left) * (self.bottom - self.top)))

    def take(self, image: Image8, flat: bool = False) -> Image8:
        """Cut H x W (x C) uint8 and resample it to height x width; masks come out soft, threshold them at 128. flat: colours are
        names of things, and no new ones come between them.

        Beyond the picture its edge is repeated, so a cut-off leg goes on and an empty margin stays empty.
        """
        height, width = image.shape[:2]
        picture, _ = self.windows((width, height))
        inside = image[picture]
        outside = (-self.left, -self.top, self.right - width, self.bottom - height)
        padded = pad(inside, *(max(0, side) for side in outside))
        if flat:
            return np.asarray(Image.fromarray(padded).resize((self.width, self.height), Image.Resampling.NEAREST))
        return resize(padded, (self.width, self.height))

    def restore(self, image: Image8) -> Image8:
        """Resample height x width (x C) uint8 back to the box's own size in picture pixels; the same array where it has that."""
        size = self.right - self.left, self.bottom - self.top
        return image if (image.shape[1], image.shape[0]) == size else resize(image, size)

    def windows(self, size: tuple[int, int]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Where box and picture (`size` = width, height) overlap: slices of the picture, the same of the box."""
        left, top = max(0, self.left), max(0, self.top)
        right, bottom = min(size[0], self.right), min(size[1], self.bottom)
        box = slice(top - self.top, bottom - self.top), slice(left - self.left, right - self.left)
        return (slice(top, bottom), slice(left, right)), box


PADDING = 0.06  # of the mask's box, krita-ai-diffusion
LEAST_CONTEXT = 1 / 3  # of the picture's long side: a bow tie alone does not tell a model what it is looking at
MOST_ENLARGED = 2.0  # a crop is never blown up more than this


def crop_around(mask: Image8, native: int, feather: int = 0, multiple: int = 64) -> Crop:
    """Choose the crop for a mask (H x W, 255 = repaint) on a model of `native` pixels a side.

    The mask's box, padded and widened to the aspect of the best bucket, inside the picture as far as it fits.
    Raises `UserError` if the mask is empty.
    """
    height, width = mask.shape
    left, top, right, bottom = bounds(mask)
    padding = round(PADDING * max(right - left, bottom - top)) + feather
    left, top = max(0, left - padding), max(0, top - padding)
    right, bottom = min(width, right + padding), min(height, bottom + padding)
    bucket = min(buckets(native, multiple), key=lambda size: _misfit(size, (right - left, bottom - top), native))
    shrink = max(
        (right - left) / bucket[0],
        (bottom - top) / bucket[1],
        LEAST_CONTEXT * max(width, height) / max(bucket),
        1 / MOST_ENLARGED,
    )
    box = round(bucket[0] * shrink), round(bucket[1] * shrink)
    left = _place((left + right) // 2 - box[0] // 2, box[0], width)
    top = _place((top + bottom) // 2 - box[1] // 2, box[1], height)
    return Crop(left, top, left + box[0], top + box[1], *bucket)


@cache
def buckets(native: int, multiple: int = 64) -> tuple[tuple[int, int], ...]:
    """Sizes (width, height) a model works at: multiples of 64, area about native^2 up to 1.5 times that."""
    sides = range(native // 2, 2 * native + 1, multiple)
    return tuple((w, h) for w in sides for h in sides if 0.85 <= w * h / native**2 <= 1.5 and max(w, h) <= 2.5 * min(w, h))


def _misfit(bucket: tuple[int, int], box: tuple[int, int], native: int) -> float:
    """How badly a box fits a bucket: the aspect counts, and between equals the pixels to compute."""
    aspect = abs(math.log(bucket[0] / bucket[1] * box[1] / box[0]))
    return aspect + 0.25 * abs(math.log(bucket[0] * bucket[1] / native**2))


def _place(start: int, length: int, limit: int) -> int:
    return (limit - length) // 2 if length >= limit else min(max(start, 0), limit - length)
