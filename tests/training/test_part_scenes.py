"""Scenes and their looks: whose a pixel is stays known whoever covers whom, and however the picture is drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from models.part_parser import FACE_HANDS
from pipeline.request import CLOTHING, ClothingPart
from training import part_lent, part_pictures, part_scenes, part_things
from training.noise import Rng
from training.part_backdrops import backdrop, filled, plain, real_backdrops, stand
from training.part_camera import CAMERA
from training.part_drawings import Sheet, read_sheets
from training.part_paint import STYLES
from training.part_places import DRAWN_KINDS, drawn
from training.part_scenes import UNKNOWN, Scene, anywhere, beside, compose, show
from training.part_styles import LIGHTS, LOOKS, Manner, restyle
from training.part_things import THINGS

SIDE = 128
CHANGES = [look for table in (LOOKS, LIGHTS, STYLES) for _, look in table]


def scene_of(sheets: Path, rng: Rng, row: int = 0) -> Scene:
    return show(read_sheets(sheets)[0].drawing(row), SIDE, rng)


@pytest.mark.parametrize("look", CHANGES, ids=lambda look: look.__name__)
def test_a_look_changes_colours_and_nothing_else(sheets: Path, look: object) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        scene = scene_of(sheets, rng)
        stand(scene, plain(rng, SIDE))
        kept = {name: plane.copy() for name, plane in vars(scene).items() if name != "rgb"}
        look(scene, rng)  # type: ignore[operator]
        assert scene.rgb.shape == (SIDE, SIDE, 3) and scene.rgb.dtype == np.float32 and np.isfinite(scene.rgb).all()
        assert scene.rgb.min() > -1 and scene.rgb.max() < 256
        assert all(np.array_equal(plane, getattr(scene, name)) for name, plane in kept.items())


@pytest.mark.parametrize("change", [change for _, change in CAMERA], ids=lambda change: change.__name__)
def test_a_camera_keeps_the_size(change: object) -> None:
    rgb = np.random.default_rng(0).uniform(0, 255, (96, 96, 3)).astype(np.float32)
    found = change(rgb, np.random.default_rng(1))  # type: ignore[operator]
    assert found.shape == rgb.shape and found.dtype == np.float32 and np.isfinite(found).all()


@pytest.mark.parametrize("thing", [thing for _, thing in THINGS], ids=lambda thing: thing.__name__)
def test_a_thing_hides_what_is_behind_it_and_nothing_else(sheets: Path, thing: object) -> None:
    hidden = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        scene = scene_of(sheets, rng)
        before = scene.parts.copy()
        thing(scene, rng)  # type: ignore[operator]
        changed = before != scene.parts
        hidden += int(np.count_nonzero(changed))
        assert np.isin(scene.parts[changed], (0, ClothingPart.HELD, UNKNOWN)).all()
        assert not scene.garments[changed].any()
    assert hidden > 0


def test_what_a_hand_holds_lies_at_the_hand(sheets: Path) -> None:
    scene = part_scenes.blank(SIDE)
    scene.parts[10:50, 40:80] = FACE_HANDS
    scene.parts[90:98, 20:28] = FACE_HANDS
    assert part_things.hands(scene) == [(23.5, 93.5, 4.0)]
    part_things.held(scene, np.random.default_rng(0))
    y, x = np.nonzero(scene.parts == ClothingPart.HELD)
    assert len(x) and np.hypot(x - 23.5, y - 93.5).min() < 12


def bag(sheet: Sheet) -> Sheet:
    """Every drawing of it with a bag on the chest."""
    parts = sheet.parts.copy()
    height, width = parts.shape[1:]
    parts[:, height // 3 : height // 2, width // 3 : width // 2] = ClothingPart.HELD
    return replace(sheet, parts=parts)


def test_what_drawn_people_carry_is_lent_to_whoever_is_in_a_picture(sheets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_lent, "STRANDS", 0.0)
    lenders, lent = [bag(sheet) for sheet in read_sheets(sheets)], 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        scene = scene_of(sheets, rng)
        before = scene.parts.copy()
        part_lent.lend(scene, lenders, rng)
        new = (scene.parts == ClothingPart.HELD) & (before != ClothingPart.HELD)
        lent += int(new.sum())
        assert (before == scene.parts)[~new].all() and (scene.owner[new] > 0).all() and (scene.alpha[new] > 0.4).all()
    assert lent > 0


def test_a_strand_has_the_colour_of_her_hair_and_lies_on_clothes(sheets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_lent, "STRANDS", 1.0)
    lent = 0
    for seed in range(8):
        rng = np.random.default_rng(seed)
        scene = scene_of(sheets, rng)
        before = scene.parts.copy()
        part_lent.lend(scene, read_sheets(sheets), rng)
        new = before != scene.parts
        lent += int(new.sum())
        assert (scene.parts[new] == ClothingPart.HAIR).all() and np.isin(before[new], list(CLOTHING)).all()
    assert lent > 0


def test_people_cover_each_other_and_keep_their_own(sheets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_scenes, "COMPANY", tuple((0.25, guests) for _, guests in part_scenes.COMPANY))
    found, several = read_sheets(sheets), 0
    for seed in range(16):
        composition = compose(found, SIDE, np.random.default_rng(seed))
        scene, people = composition.scene, composition.people
        several += len(people) > 1
        assert (scene.owner > 0)[scene.parts > 0].all() and scene.owner.max() <= len(people)
        areas = np.bincount(scene.owner.ravel(), minlength=len(people) + 1)[1:]
        assert areas.argmax() == 0
        for value in part_scenes.values_of(scene.garments):
            assert len(np.unique(scene.owner[scene.garments == value])) == 1
        depth = composition.depth()
        assert depth.shape == (SIDE, SIDE) and not depth[scene.owner == 0].any()
    assert several > 8


def test_drawn_people_join_a_picture_whose_main_person_stays(sheets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_scenes, "COMPANY", tuple((0.25, guests) for _, guests in part_scenes.COMPANY))
    joined = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        scene = scene_of(sheets, rng)
        if seed % 2:  # a picture with its own background
            scene.alpha[:] = 1
        beside(scene, read_sheets(sheets), rng)
        joined += scene.owner.max() > 1
        assert np.bincount(scene.owner.ravel())[1:].argmax() == 0
    assert joined


def test_a_person_is_seen_near_and_far() -> None:
    rng = np.random.default_rng(0)
    heights = [anywhere(rng, (320, 160), SIDE).zoom * 320 / SIDE for _ in range(400)]
    assert min(heights) < 0.2 and max(heights) > 1.9 and 0.6 < np.mean(np.array(heights) > 0.8) < 0.9


@pytest.mark.parametrize("place", list(DRAWN_KINDS), ids=lambda place: place.__name__)
def test_places_are_drawn(place: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.part_places.DRAWN_KINDS", {place: 1.0})
    for seed in range(4):
        rgb, lines = drawn(np.random.default_rng(seed), SIDE)
        assert rgb.shape == (SIDE, SIDE, 3) and rgb.dtype == np.float32 and 0 <= rgb.min() <= rgb.max() <= 255
        assert lines.shape == (SIDE, SIDE)


def test_a_real_backdrop_shows_nobody(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:96, :120]
    picture = np.stack([2 * x, 2 * y, 90 + 40 * np.sin(x / 3)], 2).astype(np.uint8)
    picture[30:70, 40:60] = (255, 0, 255)
    labels = np.zeros((96, 120), np.uint8)
    labels[30:70, 40:60] = ClothingPart.TOPWEAR
    (tmp_path / "labels").mkdir()
    Image.fromarray(picture).save(tmp_path / "one.png")
    Image.fromarray(picture).save(tmp_path / "unlabelled.png")
    Image.fromarray(labels).save(tmp_path / "labels" / "one.png")
    (ground,) = real_backdrops(part_pictures.read(tmp_path, (tmp_path / "labels",)))
    assert ground.shape == picture.shape and not (ground == (255, 0, 255)).all(2).any()
    assert np.array_equal(ground[:20], picture[:20])
    hole = cv2.circle(np.zeros((40, 40), np.uint8), (20, 20), 9, 1, -1) > 0
    assert np.abs(filled(np.full((40, 40, 3), 70, np.uint8), hole).astype(int) - 70).max() <= 1
    scene = part_scenes.blank(SIDE)
    assert all(backdrop(scene, rng, [ground])[0].shape == (SIDE, SIDE, 3) for _ in range(20))


def test_the_picture_and_its_part_map_belong_together(sheets: Path) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        scene = scene_of(sheets, rng)
        before, opaque = scene.rgb.copy(), scene.alpha > 0.99
        rgb, parts = restyle(scene, rng, manner=Manner((), (), (), (), ()))
        assert rgb.shape == (SIDE, SIDE, 3) and rgb.dtype == np.uint8 and parts is scene.parts
        assert np.abs(rgb[opaque] - before[opaque]).max() <= 2


def test_most_of_a_picture_is_seen_where_it_is_shown_nearly_whole() -> None:
    rng = np.random.default_rng(0)
    for shape in ((300, 200), (200, 320)):
        x, y = np.stack([part_scenes.nearly_whole(rng, shape, SIDE) for _ in range(40)], 1)
        seen = [
            np.unique(np.stack([row.clip(0, shape[0] - 1), column.clip(0, shape[1] - 1)]).astype(int) // 20, axis=1).shape[1]
            for row, column in zip(y.reshape(40, -1), x.reshape(40, -1), strict=True)
        ]
        assert np.mean(seen) > 0.8 * (shape[0] // 20) * (shape[1] // 20)
