"""Colour profiles: converted for the work, given back bit for bit where nothing was changed."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.colour_profile import CONVERTED, UNREADABLE
from pipeline.images import load_character, load_mask, load_picture, save_png
from pipeline.marking import save_result
from pipeline.request import Image8

# columns of the D50 colorants, as published files of these spaces hold them
P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))


def matrix_profile(colorants: tuple[tuple[float, float, float], ...], gamma: float = 2.2) -> bytes:
    """An ICC profile, version 2.4, of three colorants and one gamma."""
    xyz = {f"{name}XYZ": _xyz(column) for name, column in zip("rgb", colorants, strict=True)}
    return _profile(b"RGB ", xyz | {f"{name}TRC": _gamma(gamma) for name in "rgb"})


def grey_profile(gamma: float) -> bytes:
    return _profile(b"GRAY", {"kTRC": _gamma(gamma)})


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _gamma(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def _profile(space: bytes, tags: dict[str, bytes]) -> bytes:
    name = b"made for a test\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78)
    tags = {"desc": described, "cprt": b"text\0\0\0\0none\0", "wtpt": _xyz((0.9642, 1.0, 0.8249)), **tags}
    table, data = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for tag, content in tags.items():
        content += bytes(-len(content) % 4)
        table += tag.encode() + struct.pack(">II", start + len(data), len(content))
        data += content
    header = bytearray(128)
    header[0:4], header[8:12] = struct.pack(">I", start + len(data)), b"\2\x40\0\0"
    header[12:24], header[36:40] = b"mntr" + space + b"XYZ ", b"acsp"
    header[68:80] = struct.pack(">3i", *(round(value * 65536) for value in (0.9642, 1.0, 0.8249)))
    return bytes(header) + table + data


@pytest.fixture
def stored() -> Image8:
    """Any colours, some of them out of sRGB's gamut, transparent ones too."""
    pixels = np.random.default_rng(3).integers(0, 256, (40, 30, 4), np.uint8)
    pixels[:4, :4] = 0, 255, 0, 255
    pixels[20:] = 90, 120, 150, 255
    return pixels


@pytest.mark.parametrize("colorants", [P3, ADOBE])
def test_a_matrix_profile_is_worked_on_as_srgb_and_given_back(tmp_path: Path, stored: Image8, colorants) -> None:
    icc = matrix_profile(colorants)
    Image.fromarray(stored).save(tmp_path / "a.png", icc_profile=icc)
    picture = load_picture(tmp_path / "a.png")
    assert picture.notes == () and picture.profile is not None
    assert np.abs(picture.image[20:, :, :3].astype(int) - stored[20:, :, :3]).max() > 4  # another number for the same colour
    np.testing.assert_array_equal(picture.image[..., 3], stored[..., 3])

    dressed = picture.image.copy()
    dressed[25:35, 5:20] = 180, 60, 70, 255
    save_result(dressed, tmp_path / "b.png", {}, 1, profile=picture.profile)
    with Image.open(tmp_path / "b.png") as file:
        assert file.info["icc_profile"] == icc
        back = np.asarray(file)
    changed = np.zeros((40, 30), bool)
    changed[25:35, 5:20] = True
    np.testing.assert_array_equal(back[~changed], stored[~changed])
    again = load_picture(tmp_path / "b.png")
    assert np.abs(again.image[changed].astype(int) - dressed[changed]).max() <= 1
    np.testing.assert_array_equal(again.image[~changed], picture.image[~changed])


def test_what_is_enlarged_or_cut_is_given_back_too(tmp_path: Path, stored: Image8) -> None:
    Image.fromarray(stored[..., :3]).save(tmp_path / "a.jpg", icc_profile=matrix_profile(P3), quality=95)
    profile = load_picture(tmp_path / "a.jpg").profile
    assert profile is not None
    twice = profile.working[20:].repeat(2, 0).repeat(2, 1)
    wanted = profile.stored[20:].repeat(2, 0).repeat(2, 1)
    assert np.abs(profile.given_back(twice).astype(int) - wanted).max() <= 2
    assert profile.given_back(twice[..., :3]).shape == (40, 60, 3)


def test_a_turned_photograph_is_given_back_upright(tmp_path: Path, stored: Image8) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(stored).save(tmp_path / "a.png", icc_profile=matrix_profile(P3), exif=exif)
    picture = load_picture(tmp_path / "a.png")
    assert picture.profile is not None
    np.testing.assert_array_equal(picture.profile.given_back(picture.image), np.rot90(stored, -1))


def test_srgb_under_its_own_name_stays_bit_for_bit(tmp_path: Path, stored: Image8) -> None:
    from PIL import ImageCms

    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(stored).save(tmp_path / "a.png", icc_profile=icc)
    picture = load_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(picture.image, stored)
    assert picture.profile is not None and picture.profile.icc == icc and not picture.notes
    assert picture.profile.given_back(picture.image) is picture.image


def test_what_cannot_be_given_back_becomes_srgb_and_says_so(tmp_path: Path, stored: Image8) -> None:
    grey = stored[..., :1].repeat(2, 2)
    grey[..., 1] = stored[..., 3]
    Image.fromarray(grey).save(tmp_path / "g.png", icc_profile=grey_profile(1.0))
    picture = load_picture(tmp_path / "g.png")
    assert picture.profile is None and picture.notes == (CONVERTED.format(space="GRAY"),)
    linear = stored[20, 0, 0] / 255
    wanted = 255 * (1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(picture.image[20:, :, :3].astype(float) - wanted).max() <= 2
    np.testing.assert_array_equal(picture.image[..., 3], stored[..., 3])


@pytest.mark.parametrize("icc", [b"no profile at all" * 20, matrix_profile(P3)[:180]])
def test_a_broken_profile_is_said_and_left_out(tmp_path: Path, stored: Image8, icc: bytes) -> None:
    Image.fromarray(stored).save(tmp_path / "a.png", icc_profile=icc)
    picture = load_picture(tmp_path / "a.png")
    assert picture.notes == (UNREADABLE,) and picture.profile is None
    np.testing.assert_array_equal(picture.image, stored)


def test_a_profile_of_another_kind_of_picture_means_nothing(tmp_path: Path, stored: Image8) -> None:
    Image.fromarray(stored).save(tmp_path / "a.png", icc_profile=grey_profile(1.0))
    picture = load_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(picture.image, stored)
    assert picture.profile is None and not picture.notes
    Image.fromarray(stored[..., :3]).convert("CMYK").save(tmp_path / "c.jpg", icc_profile=matrix_profile(P3))
    assert load_picture(tmp_path / "c.jpg").profile is None


def test_a_mask_is_no_colour(tmp_path: Path) -> None:
    values = np.full((20, 20), 130, np.uint8)
    values[:, :10] = 120
    Image.fromarray(values).convert("RGB").save(tmp_path / "m.png", icc_profile=matrix_profile(P3, 1.0))
    np.testing.assert_array_equal(load_mask(tmp_path / "m.png", (20, 20)) > 0, values > 127)


def test_without_a_profile_none_is_written(tmp_path: Path, stored: Image8) -> None:
    save_png(stored, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as file:
        assert "icc_profile" not in file.info
    assert load_picture(tmp_path / "a.png").profile is None
    np.testing.assert_array_equal(load_character(tmp_path / "a.png"), stored)
