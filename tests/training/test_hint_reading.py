"""Training of the bundled reader: joints follow the drawing wherever it is shown, reliefs are round, and it learns."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from models.hint_reader import JOINTS, MIRRORED, SEGMENTS, SWAPPED, BodyMap, bundled, load
from models.profiles import SEGMENTER
from training import hint_reading
from training.characters import draw
from training.characters.body_map import DrawnBody, seen, split
from training.part_drawings import read_sheets
from training.part_scenes import place
from training.posed import Posed, body_in, carried, look, relief
from training.reading_loss import body_loss, targets
from training.reading_report import BodyScore, evaluate, on_pictures


def test_joints_are_carried_to_where_the_drawing_is_shown(sheets: Path) -> None:
    sheet = read_sheets(sheets)[0]
    joints, shape, turned = sheet.joints[0], sheet.parts.shape[1:], 0
    for seed in range(12):
        maps = place(np.random.default_rng(seed), shape, 128)
        mirrored = maps[0][64, 127] < maps[0][64, 0]
        turned += mirrored
        step = float(np.hypot(*(plane[65, 64] - plane[64, 64] for plane in maps)))
        found = carried(joints, maps, shape)
        source = joints[MIRRORED] if mirrored else joints
        for (x, y), wanted in zip(found, source, strict=True):
            if not np.isnan(x):
                at = np.array([plane[int(y), int(x)] for plane in maps])
                assert np.linalg.norm(at - wanted) < 2 * step + 1
    assert 0 < turned < 12
    assert np.isnan(carried(np.full((len(JOINTS), 2), np.nan, np.float32), maps, shape)).all()


def test_the_body_is_carried_like_the_joints_and_left_and_right_change_places(sheets: Path) -> None:
    sheet = read_sheets(sheets)[0]
    body = DrawnBody(sheet.body[0], sheet.cones[0])
    y, x = np.mgrid[: sheet.parts.shape[1], : sheet.parts.shape[2]].astype(np.float32)
    straight, turned = (body_in(body, maps) for maps in ((x, y), (x[:, ::-1], y[:, ::-1])))
    swapped = np.append(0, np.array(SWAPPED) + 1)
    assert np.array_equal(swapped[turned[1][:, ::-1]], straight[1])
    assert np.allclose(turned[2][0][:, ::-1], straight[2][0]) and np.allclose(-turned[2][1][:, ::-1], straight[2][1])
    for index, other in enumerate(SWAPPED):
        assert np.array_equal((turned[0][:, ::-1] >> other) & 1, (straight[0] >> index) & 1)


def test_a_perfect_answer_costs_less_than_any_other(sheets: Path) -> None:
    rgb, joints, depth, occupancy, front, where = (
        torch.from_numpy(part)[None] for part in look(read_sheets(sheets), 96, np.random.default_rng(3))
    )
    batch = Posed(rgb, joints, depth, occupancy, front, where)
    there = (occupancy[:, None] >> torch.arange(len(SEGMENTS))[:, None, None]) & 1
    nearest = torch.nn.functional.one_hot(front.long(), 1 + len(SEGMENTS)).permute(0, 3, 1, 2)
    perfect = torch.cat([20.0 * there - 10, 20.0 * nearest - 10, where], 1)
    assert body_loss(perfect, batch) < 0.1 < body_loss(torch.zeros_like(perfect), batch)
    assert body_loss(perfect[:, SWAPPED + list(range(14, 31))], batch) > 0.2


def test_a_relief_keeps_the_order_of_layers_and_is_round() -> None:
    levels = np.zeros((100, 100), np.uint8)
    levels[10:90, 10:90] = 128
    levels[40:60] = np.where(levels[40:60] > 0, 200, 0)
    found = relief(levels)
    assert found.dtype == np.float32 and found[:10].max() == 0 and found.max() <= 200 / 255 + 1e-6
    assert found[50, 50] > found[25, 50] > found[11, 50] > 0.3


def test_targets_are_probabilities_with_their_peak_at_the_joint() -> None:
    joints = torch.full((1, 18, 2), float("nan"))
    joints[0, 3] = torch.tensor([41.0, 10.0])
    found = targets(joints, 16)
    assert torch.allclose(found.sum(2), torch.ones(1, 18)) and (found[0, :, 0] == 1).sum() == 17
    assert int(found[0, 3, 1:].argmax()) == 2 * 16 + 10


def test_a_look_shows_the_character_with_its_joints(sheets: Path) -> None:
    rgb, joints, depth, occupancy, front, where = look(read_sheets(sheets), 96, np.random.default_rng(3))
    assert occupancy.shape == front.shape == (24, 24) and where.shape == (2, 24, 24)
    assert ((occupancy > 0) == (front > 0)).all() and front.any() and occupancy.max() < 1 << len(SEGMENTS)
    assert rgb.shape == (96, 96, 3) and rgb.dtype == np.uint8 and depth.shape == (96, 96)
    assert joints.shape == (18, 2) and np.nanmin(joints) >= 0 and np.nanmax(joints) < 96


def test_training_goes_from_drawings_to_a_reader(sheets: Path, tmp_path: Path) -> None:
    run, out = str(tmp_path / "run"), str(tmp_path / "hints")
    # on processors without AVX-512 torch 2.13 ends in a segmentation fault while it trains on maps that are smaller than this
    hint_reading.main(
        [*("train", "--data", str(sheets), "--out", run, "--samples", "4", "--batch", "2", "--side", "256", "--device", "cpu")]
    )
    hint_reading.main(["export", "--run", run, "--out", out])
    reader = load(Path(out), SEGMENTER)
    first, second = evaluate(reader, 1).splitlines()
    assert first.startswith("1 drawings: ") and second.startswith("body map: IoU of segments ")


def test_joints_on_labelled_pictures_are_counted_seen_and_hidden(tmp_path: Path) -> None:
    drawing = draw(3, (320, 224))
    folder = tmp_path / "someone"
    folder.mkdir()
    Image.fromarray(drawing.image).save(folder / "image.png")
    Image.fromarray(drawing.labels).save(folder / "labels.png")
    known = {name: drawing.keypoints.get(name) for name in JOINTS}
    (folder / "joints.json").write_text(json.dumps(known | {"ear_l": None, "hidden": ["wrist_l"]}), encoding="utf-8")
    each, total = on_pictures(bundled(), tmp_path)
    assert re.match(r"someone: seen \d+/16 = .*, hidden [01]/1 = ", each)
    near = float(total.split("seen ")[1].split(",")[0].split("= ")[1])
    assert near > 0.4


def test_a_map_of_the_truth_has_no_errors() -> None:
    drawing = draw(3, (320, 224))
    y, x = np.mgrid[:80, :56].astype(np.float32) * 4 + 1.5
    bits, front, place = seen(drawing.body, x, y, mirrored=False)
    sure = np.eye(15, dtype=np.float32)[front].transpose(2, 0, 1)
    read = BodyMap(split(bits.astype(np.uint16)).astype(np.float32), sure, place[0], place[1], (0, 0, 224, 320))
    score = BodyScore()
    score.add(read, drawing.body)
    assert (score.shared == score.either).all() and score.right == score.cells > 100 and score.off == 0
