"""Every hint: its colours, what is erased from it, and what a user's own picture becomes."""

from __future__ import annotations

import warnings

import cv2
import numpy as np
import pytest

from models.annotators import Annotators
from pipeline.hints import KINDS, erase, from_upload, read, read_lineart, read_whole
from pipeline.request import CLOTHING, Image8, UserError
from training.characters import Drawing, draw

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from controlnet_aux.util import ade_palette

LINES = [kind for kind, row in KINDS.items() if row.lines]


@pytest.fixture
def nobody(tmp_path) -> Annotators:
    return Annotators(root=tmp_path)


@pytest.fixture
def rgb() -> Image8:
    """A pale picture with a drawn frame, and a dark square without a line round it."""
    picture = np.full((256, 192, 3), (240, 225, 210), np.uint8)
    cv2.rectangle(picture, (20, 20), (170, 235), (40, 20, 20), 2)
    picture[90:170, 60:130] = (150, 60, 70)
    return picture


@pytest.fixture
def mask() -> Image8:
    """The dark square with some room, as a crop makes it: soft at its edge."""
    region = np.zeros((256, 192), np.uint8)
    region[84:176, 54:136] = 255
    return cv2.GaussianBlur(region, (0, 0), 1)


@pytest.mark.parametrize("kind", LINES)
def test_lines_are_light_on_black_and_gone_where_the_garment_was(
    kind: str, rgb: Image8, mask: Image8, nobody: Annotators
) -> None:
    whole, hint = read_whole(kind, rgb, nobody), read(kind, rgb, mask, annotators=nobody)
    assert whole.shape == hint.shape == rgb.shape and whole.dtype == hint.dtype == np.uint8
    assert np.median(whole) == 0 and whole[126:130, 15:26].max() > 200, "the frame"
    assert whole[126:130, 54:66].max() > 120, "the garment's edge, although nothing is drawn there"
    assert hint[84:176, 54:136].max() == 0
    assert np.array_equal(hint[:75], whole[:75]) and np.array_equal(hint[:, :45], whole[:, :45])


@pytest.mark.parametrize("kind", LINES)
def test_grain_is_no_line(kind: str, nobody: Annotators) -> None:
    grain = np.random.default_rng(0).normal(0, 6, (256, 256, 3)) + 180
    grain = cv2.GaussianBlur(grain.clip(0, 255).astype(np.uint8), (0, 0), 1)
    assert (read_whole(kind, grain, nobody) > 20).mean() < 0.002


def test_line_ends_beside_the_mask_go_too(nobody: Annotators) -> None:
    hint = np.full((512, 512, 3), 255, np.uint8)
    square = np.zeros((512, 512), np.uint8)
    square[200:300, 200:300] = 255
    for kind in LINES:
        gone = (erase(kind, hint, square) == 0).all(axis=2)
        assert gone[198, 250] and gone[250, 301] and gone[200:300, 200:300].all()
        assert not gone[190, 250] and gone.sum() < 113 * 113


def test_depth_goes_on_smoothly_and_segmentation_takes_what_is_nearest() -> None:
    ramp = np.repeat(np.linspace(20, 220, 256).astype(np.uint8)[None, :, None], 256, axis=0).repeat(3, axis=2)
    square = np.zeros((256, 256), np.uint8)
    square[100:160, 90:170] = 255
    garment = ramp.copy()
    garment[100:160, 90:170] = 255
    smooth = erase("depth", garment, square).astype(int)
    assert np.abs(smooth - ramp).max() < 25 and np.abs(garment.astype(int) - ramp).max() > 80
    assert np.abs(np.diff(smooth[..., 0], axis=1)).max() < 12, "no step"

    halves = np.zeros((256, 256, 3), np.uint8)
    halves[:, :130], halves[:, 130:] = (150, 5, 61), (120, 120, 120)
    garment = halves.copy()
    garment[100:160, 90:170] = (0, 0, 255)
    filled = erase("segmentation", garment, square)
    assert (filled == halves).all(axis=2).mean() > 0.97
    assert set(map(tuple, np.unique(filled.reshape(-1, 3), axis=0))) == {(150, 5, 61), (120, 120, 120)}


def test_everything_or_nothing_may_be_masked(rgb: Image8) -> None:
    for kind in KINDS:
        assert np.array_equal(erase(kind, rgb, np.zeros((256, 192), np.uint8)), rgb)
        everything = erase(kind, rgb, np.full((256, 192), 255, np.uint8))
        assert np.array_equal(everything, rgb) if kind == "pose" else everything.max() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_an_own_hint_is_kept_inside(kind: str, rgb: Image8, mask: Image8, nobody: Annotators) -> None:
    own = np.zeros((64, 48), np.uint8)
    own[:, 24] = 255
    hint = read(kind, rgb, mask, own, nobody)
    assert hint.shape == rgb.shape and hint[128, 94:102].max() > 150


def test_an_own_drawing_on_paper_becomes_light_on_black(nobody: Annotators) -> None:
    paper = np.full((64, 64, 4), 255, np.uint8)
    paper[30:34, :, :3] = 0
    clear = paper.copy()
    clear[..., 3] = np.where(paper[..., 0] == 0, 255, 0)
    for drawing in (paper, clear, paper[..., :3], paper[..., 0]):
        hint = from_upload("lineart", drawing, (64, 64), nobody)
        assert hint[31:33].min() == 255 and hint[:29].max() == hint[35:].max() == 0
    assert np.array_equal(from_upload("depth", paper, (64, 64), nobody), paper[..., :3]), "a light depth map is near"


def test_lines_are_read_from_an_own_picture_in_colour(rgb: Image8, nobody: Annotators) -> None:
    assert np.array_equal(from_upload("lineart", rgb, (192, 256), nobody), read_whole("lineart", rgb, nobody))


def test_an_own_segmentation_keeps_its_colours(nobody: Annotators) -> None:
    own = np.zeros((30, 30, 3), np.uint8)
    own[:, 13:] = (150, 5, 61)
    seen = from_upload("segmentation", own, (64, 128), nobody)
    assert seen.shape == (128, 64, 3) and len(np.unique(seen.reshape(-1, 3), axis=0)) == 2


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    return draw(960_000_001, (480, 320))


def test_without_published_networks_the_bundled_reader_serves(drawing: Drawing, nobody: Annotators) -> None:
    rgb = np.ascontiguousarray(drawing.image[..., :3])
    there = drawing.labels > 0
    pose, depth, regions = (read_whole(kind, rgb, nobody) for kind in ("pose", "depth", "segmentation"))
    assert pose.shape == depth.shape == regions.shape == rgb.shape and pose.dtype == depth.dtype == regions.dtype == np.uint8
    assert 0.01 < (pose.max(2) > 0).mean() < 0.3, "bones on black"
    assert depth[there].mean() > depth[~there].mean() + 60 and np.array_equal(depth[..., 0], depth[..., 2])
    palette = ade_palette()
    person = (regions == palette[12]).all(2)
    assert (person | (regions == palette[0]).all(2)).all()
    assert (person == there).mean() > 0.95


def test_a_pose_is_kept_inside_and_a_surface_goes_on(drawing: Drawing, nobody: Annotators) -> None:
    rgb = np.ascontiguousarray(drawing.image[..., :3])
    mask = np.where(np.isin(drawing.labels, CLOTHING), np.uint8(255), np.uint8(0))
    assert np.array_equal(read("pose", rgb, mask, annotators=nobody), read_whole("pose", rgb, nobody))
    inside = cv2.erode(mask, np.ones((9, 9))) > 0
    assert read("depth", rgb, mask, annotators=nobody)[inside].mean() > 60


def test_an_unknown_kind_is_refused(rgb: Image8, mask: Image8) -> None:
    for ask in (lambda: read("normals", rgb, mask), lambda: read("normals", rgb, mask, rgb), lambda: erase("normals", rgb, mask)):
        with pytest.raises(UserError, match="no hint called 'normals', please choose from: lineart"):
            ask()


def test_broad_lines_of_a_large_picture_are_no_pairs_of_lines(nobody: Annotators) -> None:
    large = np.full((1024, 1024, 3), 240, np.uint8)
    large[:, 508:516] = 30
    row = read_whole("lineart", large, nobody)[512, 500:524, 0]
    assert row[12] > 200, "filled"
    assert read_lineart(large)[512, 512] < row[12], "which the radii of a small picture do not"
