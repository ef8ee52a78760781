"""Parser and reader of bodies learn together, also from real pictures of which only the parts are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.hint_reader import JOINTS, new_head
from models.part_parser import CLASSES, FACE_HANDS, FAR, new_parser
from pipeline.images import save_png
from pipeline.request import ClothingPart
from training import loop, part_pictures, seeing
from training.parsing import Looks, Real, loss
from training.part_drawings import read_sheets
from training.part_pictures import ANY_SKIN, FOLDS
from training.part_scenes import UNKNOWN
from training.seeing import Sight, look, look_at_picture, middles, people_loss


@pytest.fixture
def folder(tmp_path: Path, sheets: Path) -> Path:
    """Three labelled pictures by two hands, and one without labels."""
    sheet = read_sheets(sheets)[0]
    labels = tmp_path / "labels"
    labels.mkdir()
    rows = []
    for number in range(4):
        rgba, parts = sheet.rgba[number % len(sheet)], np.asarray(sheet.parts[number % len(sheet)])
        save_png(np.ascontiguousarray(rgba), tmp_path / f"{number}.png")
        if number < 3:
            Image.fromarray(np.where(parts == FACE_HANDS, np.uint8(1), parts)).save(labels / f"{number}.png")
        rows.append(json.dumps({"file": f"{number}.png", "author": "one" if number < 2 else "another", "source": "here"}))
    (tmp_path / part_pictures.CREDITS).write_text("\n".join(rows))
    return tmp_path


def test_labelled_pictures_are_split_by_hands(folder: Path) -> None:
    found = part_pictures.read(folder, (folder / "labels",))
    assert [each.name for each in found] == ["0", "1", "2"]
    assert found[0].fold == found[1].fold != found[2].fold and all(0 <= each.fold < FOLDS for each in found)
    learnt, left = part_pictures.split(found, found[2].fold)
    assert [each.name for each in learnt] == ["0", "1"] and [each.name for each in left] == ["2"]
    assert len(part_pictures.split(found, None)[0]) == 3


def test_all_skin_is_one_and_clothes_are_garments(folder: Path) -> None:
    each = part_pictures.read(folder, (folder / "labels",))[0]
    assert (each.parts == ANY_SKIN).any() and not np.isin(each.parts, (ClothingPart.SKIN, FACE_HANDS)).any()
    rgba, parts, garments, lines = each.drawing(np.random.default_rng(0))
    assert rgba.shape == (*parts.shape, 4) and garments.shape == lines.shape == parts.shape
    assert ((garments > 0) == ((parts > ClothingPart.HAIR) & (parts < ANY_SKIN))).all()


def test_any_skin_is_right_where_all_skin_is_one() -> None:
    wanted = torch.full((1, 8, 8), ANY_SKIN)
    for skin in (ClothingPart.SKIN, FACE_HANDS):
        logits = torch.zeros(1, CLASSES, 8, 8)
        logits[:, skin] = 20
        assert loss(logits, wanted) < 1.1  # nothing is there that Dice could judge
    assert loss(torch.zeros(1, CLASSES, 8, 8), wanted) > 2


def test_people_point_to_their_middles() -> None:
    owner = torch.zeros(1, 16, 24, dtype=torch.uint8)
    owner[0, 2:13, 1:8], owner[0, 4:15, 12:21] = 1, 2
    near, towards = middles(owner)
    assert near[0, 7, 4] == 1 and near[0, 9, 16] == 1 and near[0, 0, 23] < 1e-3
    assert towards[0, :, 2, 1].tolist() == [3, 5] and not towards[0, :, 0, 0].any()
    right = torch.cat([torch.logit(near.clamp(1e-4, 1 - 1e-4))[:, None], towards / FAR], 1)
    wrong = right.clone()
    wrong[:, 1:] += 1
    assert people_loss(right, owner) < 0.3 < people_loss(wrong, owner)


def test_both_learn_from_drawings_and_real_pictures(folder: Path, sheets: Path, tmp_path: Path) -> None:
    arguments = ["train", "--data", str(sheets), "--out", str(tmp_path / "run"), "--pictures", str(folder), "--labels"]
    arguments += [str(folder / "labels"), "--samples", "8", "--batch", "4", "--side", "64", "--device", "cpu"]
    seeing.main(arguments)
    averages = loop.averages(tmp_path / "run")
    assert set(averages) == {"parser", "head"}


def test_joints_told_by_hand_are_carried_into_the_view(folder: Path, sheets: Path) -> None:
    sheet = read_sheets(sheets)[0]
    told = {name: None if np.isnan(at).any() else at.tolist() for name, at in zip(JOINTS, sheet.joints[0], strict=True)}
    (folder / "labels" / "0.joints.json").write_text(json.dumps(told | {"hidden": ["neck"]}))
    first, second, _ = part_pictures.read(folder, (folder / "labels",))
    assert first.joints is not None and second.joints is None
    np.testing.assert_allclose(first.joints, sheet.joints[0], atol=1e-3)
    looks = Looks(sheets, 8, 64, seed=1, real=Real((first,)), look=look, look_at_real=look_at_picture, kind=Sight)
    batch = looks(0)
    assert (batch.drawn != batch.posed_by_hand).all() and batch.posed_by_hand.any()
    assert not batch.joints[batch.posed_by_hand].isnan().all()
    assert seeing.Seeing(new_parser(), new_head())(batch, torch.Generator()).isfinite()


def test_real_pictures_tell_of_parts_alone(folder: Path, sheets: Path) -> None:
    real = Real(part_pictures.read(folder, (folder / "labels",)))
    looks = Looks(sheets, 6, 64, seed=1, real=real, look=look, look_at_real=look_at_picture, kind=Sight)
    batch = looks(0)
    assert isinstance(batch, Sight) and batch.drawn.any() and not batch.drawn.all()
    assert batch.joints[~batch.drawn].isnan().all() and not batch.owner[~batch.drawn].any()
    assert (batch.parts[~batch.drawn] != UNKNOWN).any()
    assert len(batch.rows(batch.drawn.nonzero()[:, 0]).rgb) == int(batch.drawn.sum())
