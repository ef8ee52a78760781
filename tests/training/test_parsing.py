"""Training of parser and SAM: styles leave parts where they are, prompts come from the regions, both learn and go on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from models.part_parser import CLASSES, FACE_HANDS
from models.segmenter import load_bundled
from pipeline.request import ClothingPart
from tests.training.conftest import SHEET_SEEDS
from training import parsing, prompting
from training.characters import draw
from training.evaluate_detection import (
    boundary_f,
    character_box,
    clothing_box,
    drawn_cases,
    grabcut,
    iou,
    part_iou,
    score,
    silhouette,
)
from training.parsing import Looks, batches, loss, soft_dice
from training.part_drawings import HEIGHT, part_map, read_sheets
from training.part_pictures import ANY_SKIN
from training.part_scenes import UNKNOWN
from training.prompting import first_ask, point_in, regions, rough


def drawing(sheets: Path, row: int = 0) -> tuple[np.ndarray, ...]:
    return read_sheets(sheets)[0].drawing(row)


def test_sheets_hold_what_was_drawn(sheets: Path) -> None:
    found = read_sheets(sheets)
    assert sum(map(len, found)) == len(SHEET_SEEDS)
    for sheet in found:
        height, width = sheet.parts.shape[1:]
        assert height == HEIGHT and sheet.rgba.shape[1:] == (height, width, 4) and sheet.parts.max() <= FACE_HANDS
        assert not sheet.rgba[..., 3][sheet.parts == 0].all()


def test_face_and_hands_are_told_from_other_skin() -> None:
    drawn = draw(SHEET_SEEDS[0], 256)
    parts = part_map(drawn)
    assert (parts[drawn.face_hands] == FACE_HANDS).all() and not (parts[~drawn.face_hands] == FACE_HANDS).any()


def test_batches_depend_on_seed_and_number_alone(sheets: Path) -> None:
    looks = Looks(sheets, 2, 64, seed=5)
    source = batches(looks)
    next(source)
    second, again = next(source), next(batches(looks, first=1, cores=1))
    assert torch.equal(second.rgb, again.rgb) and torch.equal(second.parts, again.parts)
    planes = second.planes("cpu")
    assert planes.shape == (2, 3, 64, 64) and planes.min() >= 0 and planes.max() <= 1


def test_loss_is_small_for_the_truth_and_blind_to_the_unknown() -> None:
    wanted = torch.randint(0, CLASSES, (2, 8, 8), generator=torch.Generator().manual_seed(0))
    truth = 20 * torch.nn.functional.one_hot(wanted, CLASSES).permute(0, 3, 1, 2).float()
    assert loss(truth, wanted) < 0.01 < loss(-truth, wanted)
    hidden = wanted.clone()
    hidden[:, :4] = UNKNOWN
    disturbed = truth.clone()
    disturbed[:, :, :4] = 0
    assert loss(disturbed, hidden) < 0.01


@pytest.mark.parametrize("kind", [ClothingPart.SKIN, FACE_HANDS])
def test_skin_that_a_hand_has_told_is_missed_where_it_is_read_as_cloth(kind: int) -> None:
    wanted = torch.full((1, 4, 8), int(ClothingPart.TOPWEAR))
    wanted[..., 4:] = ANY_SKIN
    cloth = torch.zeros(1, CLASSES + 1, 4, 8)
    cloth[:, ClothingPart.TOPWEAR] = 1
    right = cloth.clone()
    right[:, ClothingPart.TOPWEAR, :, 4:], right[:, kind, :, 4:], right[:, ANY_SKIN, :, 4:] = 0, 1, 1
    assert soft_dice(right, wanted) == 0
    assert soft_dice(cloth, wanted) == pytest.approx((1 - 2 * 16 / 48 + 1) / 2)  # of the top twice its area, of skin nothing


def test_regions_are_what_is_in_the_picture(sheets: Path) -> None:
    rng = np.random.default_rng(0)
    _, parts, garments, _ = drawing(sheets)
    for region in regions(parts.astype(np.int64), garments.astype(np.int64), rng, 12):
        assert region.any() and not region[parts == 0].any()
        x, y = point_in(region, rng) or (0, 0)
        assert region[int(y), int(x)]
    assert (
        point_in(np.zeros((4, 4), bool), rng) is None
        and regions(np.zeros((9, 9), np.int64), np.zeros((9, 9), np.int64), rng) == []
    )


def test_a_rough_guess_is_near_the_region() -> None:
    region = cv2.circle(np.zeros((96, 96), np.uint8), (48, 48), 30, 1, -1) > 0
    overlaps = [iou(rough(region, np.random.default_rng(seed)) > 0, region) for seed in range(20)]
    assert 0.5 < np.mean(overlaps) < 0.99
    kinds = {
        (ask.boxes is None, ask.priors is None) for ask in (first_ask([region], 48, np.random.default_rng(s)) for s in range(30))
    }
    assert len(kinds) == 4


def test_both_networks_train_go_on_and_are_exported(sheets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser, sam, out = (str(tmp_path / name) for name in ("parser", "sam", "weights"))
    small = ["--data", str(sheets), "--side", "64", "--batch", "2", "--device", "cpu"]
    parsing.main(["train", *small, "--out", parser, "--samples", "4"])
    parsing.main(["train", *small, "--out", parser, "--samples", "8", "--resume"])
    prompting.main(["train", *small, "--out", sam, "--parser", parser, "--samples", "4"])
    prompting.main(["export", "--parser", parser, "--sam", sam, "--out", out])
    parsing.main(["train", *small, "--out", str(tmp_path / "more"), "--samples", "2", "--begin-from", out])
    prompting.main(["train", *small, "--out", str(tmp_path / "on"), "--parser", out, "--samples", "2", "--begin-from", out])
    both = [parsing.parser_of(source).state_dict() for source in (Path(out), tmp_path / "more")]
    mean = parsing.parser_of(Path(out), tmp_path / "more").state_dict()
    assert all(torch.allclose(2 * value, both[0][name] + both[1][name]) for name, value in mean.items())
    parsing.main(["train", *small, "--out", str(tmp_path / "short"), "--samples", "999", "--minutes", "0.001", "--in-time"])
    told = capsys.readouterr().out
    assert told.count("done") == 6 and '"seen": 8' in told and "MB" in told
    assert load_bundled(Path(out)).parser.parse(np.zeros((64, 48, 3), np.uint8)).shape == (CLASSES, 64, 48)


def test_measures() -> None:
    wanted = np.zeros((40, 40), np.uint8)
    wanted[10:30, 10:30] = ClothingPart.TOPWEAR
    moved = np.roll(wanted, 2, 1)
    assert part_iou(wanted, wanted) == 1 and part_iou(moved, wanted) == pytest.approx(18 / 22)
    assert boundary_f(wanted > 0, wanted > 0) == boundary_f(moved > 0, wanted > 0) == 1
    assert boundary_f(np.roll(wanted, 9, 1) > 0, wanted > 0) < 0.7
    assert boundary_f(np.zeros((40, 40), bool), wanted > 0) == 0


def test_baselines_run_on_drawings_in_unseen_styles() -> None:
    cases = list(drawn_cases(2))
    assert all(case.clothing.any() for case in cases)
    for method in (silhouette, grabcut(character_box), grabcut(clothing_box)):
        means, rows = score(method, cases)
        assert len(rows) == 2 and 0 < means[0] <= 1
