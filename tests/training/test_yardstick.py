"""The frozen sets are what they were, and what is measured on them measures it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.weights import verified
from pipeline.request import CLOTHING, ClothingPart
from training.cases import Case
from training.characters.character import draw
from training.characters.outfits import sample_garment
from training.masks import grow
from training.pairs import EVALUATION_SEEDS
from training.yardstick import ceilings, redress, store
from training.yardstick.held_out import dressed_with, prompt
from training.yardstick.held_out_kinds import HELD_OUT_KINDS, layers
from training.yardstick.lines import HEIGHT, NEAR, find_lines, line_score
from training.yardstick.measure import measure, sets
from training.yardstick.scores import score, summary
from wardrobe.kinds import KINDS
from wardrobe.palette import ciede2000

TOLERANCE = round(NEAR * HEIGHT)


@pytest.fixture(scope="module")
def swaps() -> list[Case]:
    """The first four of the drawn set."""
    return list(store.read("drawn", which=slice(0, 4)))


def test_the_frozen_files_are_unchanged_and_small() -> None:
    assert store.damaged() == store.damaged(store.REDRAWN) == []
    verified(redress.PARSER)
    sizes = {file.name: file.stat().st_size for file in store.DATA.rglob("*") if file.is_file()}
    assert max(sizes.values()) < 9_500_000
    assert sizes["drawn.zip"] + sizes["sources.zip"] <= 12_000_000


def test_the_sets_are_whole(swaps: list[Case]) -> None:
    assert (store.count("drawn"), store.count("held_out")) == (400, 80)
    assert store.count("redrawn", store.REDRAWN) == 80
    assert [case.seed - EVALUATION_SEEDS for case in swaps] == [0, 0, 1, 1]
    others = (store.read("held_out", which=slice(0, 4)), store.read("redrawn", store.REDRAWN, slice(0, 4)))
    for case in (*swaps, *chain(*others)):
        assert case.source.image.shape == case.truth.image.shape == (512, 384, 4)
        assert case.prompt and case.mask.any()
        assert all(case.region(index).any() for index in case.named)


def test_a_frozen_swap_comes_back_as_it_was(swaps: list[Case], tmp_path: Path) -> None:
    store.write("again", swaps, tmp_path)
    back = list(store.read("again", tmp_path))
    for first, second in zip(swaps, back, strict=True):
        assert (first.source.image == second.source.image).all()
        assert (first.truth.image == second.truth.image).all()
        assert (first.truth.garment_map == second.truth.garment_map).all()
        assert (first.mask == second.mask).all()
        plain = [replace(case, source=swaps[0].source, truth=swaps[0].truth, mask=swaps[0].mask) for case in (first, second)]
        assert plain[0] == plain[1]
        assert list(first.truth.garments) == list(second.truth.garments)


def test_a_truth_far_outside_the_mask_is_the_source(swaps: list[Case]) -> None:
    for case in swaps:
        far = ~grow(case.mask, store.RIM)
        assert (case.truth.image[far] == case.source.image[far]).all()


def test_a_changed_file_is_noticed(swaps: list[Case], tmp_path: Path) -> None:
    store.write("again", swaps[:1], tmp_path)
    assert store.damaged(tmp_path) == []
    (tmp_path / "again.zip").write_bytes(b"")
    assert store.damaged(tmp_path) == ["again.zip"]


def test_levels_are_rounded_by_half_a_step() -> None:
    levels = np.arange(256, dtype=np.uint8)
    assert np.abs(store.rounded(levels).astype(int) - levels).max() <= store.STEP // 2
    assert store.rounded(levels)[[0, 255]].tolist() == [0, 255]
    assert (store.rounded(store.rounded(levels)) == store.rounded(levels)).all()


def test_held_out_kinds_are_none_of_the_wardrobes() -> None:
    words = {word for row in KINDS.values() for word in row.words}
    assert len(HELD_OUT_KINDS) == 8
    assert not HELD_OUT_KINDS.keys() & KINDS.keys()
    assert not {word for row in HELD_OUT_KINDS.values() for word in row.words} & words


@pytest.mark.parametrize("kind", HELD_OUT_KINDS)
def test_a_held_out_kind_is_drawn_and_named(kind: str) -> None:
    worn = dressed_with(kind, np.random.default_rng(4))
    own = next(index for index, garment in enumerate(worn.garments) if garment.kind == kind)
    drawing = draw(12, (256, 192), outfit=worn, background=False, dress=layers)
    where = drawing.garment_map == own + 1
    assert where.mean() > 0.01
    assert (drawing.labels[where] == HELD_OUT_KINDS[kind].slot).all()
    assert worn.garments[own].colour in prompt([worn.garments[own]], np.random.default_rng(1), sentence=False)


def frame(shift: int = 0) -> np.ndarray:
    """512 x 400, white with a black frame, and a cross in it."""
    picture = np.full((HEIGHT, 400, 3), 255, np.uint8)
    picture[100:103, 100 + shift : 300 + shift] = picture[400:403, 100 + shift : 300 + shift] = 0
    picture[100:403, 100 + shift : 103 + shift] = picture[100:403, 300 + shift : 303 + shift] = 0
    picture[150:350, 200 + shift : 203 + shift] = 0
    return picture


def test_lines_are_found_where_they_are_and_matched() -> None:
    truth = frame()
    assert find_lines(truth)[150:350, 201].mean() > 0.9
    parts = np.zeros((HEIGHT, 400), np.uint8)
    parts[100:403, 100:303] = 1
    same = line_score(truth, truth, parts > 0, parts)
    assert (same.all, same.outline, same.inner, same.directed) == (1, 1, 1, 1)
    near = line_score(frame(TOLERANCE - 1), truth, parts > 0, parts)
    assert near.all is not None and near.all > 0.95
    far = line_score(frame(3 * TOLERANCE), truth, parts > 0, parts)
    assert far.inner is not None and far.inner < 0.1
    assert far.all is not None and far.all < 0.6  # the horizontal ones still lie on each other
    crossed = truth.copy()
    crossed[150:350, 200:203] = 255
    for row in range(150, 350, 8):  # as many lines at the same place, across
        crossed[row : row + 2, 196:207] = 0
    across = line_score(crossed, truth, parts > 0, parts)
    assert across.inner is not None and across.directed is not None and across.inner > 0.95 > across.directed
    none = line_score(np.full_like(truth, 255), truth, parts > 0, parts)
    assert none.all == 0
    assert line_score(truth, np.full_like(truth, 255), parts > 0, parts).all is None


def test_the_truth_scores_best(swaps: list[Case]) -> None:
    case = swaps[0]
    mask = case.mask.astype(np.uint8) * np.uint8(255)
    best = score(case, np.where(mask[..., None] > 0, case.truth.image, case.source.image), mask, 0.0)
    old = score(case, case.source.image, mask, 0.0)
    assert best.outside and all(best.colours) and best.lines.all is not None and best.lines.all > 0.97
    assert old.lines.all is not None and old.lines.all < best.lines.all
    assert summary([best])["seam"] < summary([old])["seam"] + 1e-9
    assert "parts" not in summary([best]) and "garment" not in summary([best])


def test_a_ceiling_keeps_what_is_said_and_changes_the_rest(swaps: list[Case]) -> None:
    shirt = replace(sample_garment("t-shirt", np.random.default_rng(3)), colour="red", pattern=None, sleeve="elbow", length="")
    shirt = replace(shirt, second_colour=None, second_rgb=None)
    worn = [ceilings.redrawn([shirt], "red half-sleeved t-shirt", np.random.default_rng(seed)) for seed in range(8)]
    tops = [next(garment for garment in outfit.garments if garment.kind == "t-shirt") for outfit in worn]
    assert {(top.colour, top.sleeve, top.pattern) for top in tops} == {("red", "elbow", None)}
    assert len({top.detail for top in tops}) == 8 and len({top.neckline for top in tops}) > 1
    assert all(any(garment.slot == ClothingPart.BOTTOMWEAR for garment in outfit.garments) for outfit in worn)
    assert len(ceilings.outfits()) == store.count("drawn")
    for case in swaps[:2]:
        image, mask = ceilings.on_true_figure(case)
        assert (image[mask == 0] == case.source.image[mask == 0]).all() and (image != case.source.image).any()


def test_without_a_body_nothing_is_drawn_on_it(swaps: list[Case]) -> None:
    image, _ = ceilings.on_fitted_figure(swaps[0], lambda picture: None)
    assert (image == swaps[0].source.image).all()


def test_results_are_kept_and_taken_again(tmp_path: Path) -> None:
    chosen = sets(None)["held-out"]
    first = measure("held-out", chosen, slice(2, 3), ["unchanged"], tmp_path)
    kept = tmp_path / "held-out unchanged 002.npz"
    with np.load(kept) as file:
        assert file["image"].shape == (512, 384, 4)
        np.savez_compressed(kept, image=np.zeros_like(file["image"]), mask=file["mask"], seconds=7.0)
    again = measure("held-out", chosen, slice(2, 3), ["unchanged"], tmp_path)
    assert first["unchanged"][0].outside and first["unchanged"][0].lines != again["unchanged"][0].lines
    assert again["unchanged"][0].seconds == 7


def test_others_outfits_are_told_in_words() -> None:
    rows = redress.outfits()
    assert len(rows) == 32
    assert all(re.fullmatch("[0-9a-f]{64}", row["sha256"]) and row["prompt"] for row in rows.values())
    assert {name for name, row in rows.items() if "who" in row} == {"real2/oc_bar", "real2/pc_family"}
    assert all("around" in row for row in rows.values() if "who" in row)


def test_a_picture_is_its_own_truth_in_its_labelled_parts() -> None:
    drawing = next(islice((draw(seed, (256, 192), background=False) for seed in range(20, 30)), 1))
    case = redress.as_case(0, drawing.image, drawing.labels, "as it is")
    assert (case.truth.image == case.source.image).all()
    assert case.named and all(ClothingPart(index + 1) in CLOTHING for index in case.named)
    assert not case.mask[np.isin(drawing.labels, redress.KEPT)].any()
    assert case.mask[np.isin(drawing.labels, CLOTHING)].all()
    for index in case.named:
        median = np.median(drawing.image[case.region(index)][:, :3], axis=0)
        assert float(ciede2000(median, case.truth.garments[index].rgb)) < 2
    half = redress.as_case(0, drawing.image, drawing.labels, "", [[0, 0], [96, 0], [96, 256], [0, 256]])
    assert 0 < half.mask.sum() < case.mask.sum()


def test_another_picture_than_the_described_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="please give the folder"):
        next(redress.redress_cases(tmp_path))
    name = min(redress.outfits())
    (tmp_path / name).mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(tmp_path / name / "image.png")
    with pytest.raises(ValueError, match="please restore it"):
        next(redress.redress_cases(tmp_path))


def test_the_frozen_parser_reads_parts() -> None:
    drawing = draw(12, (256, 192), background=False)
    case = redress.as_case(0, drawing.image, drawing.labels, "as it is")
    assert redress.PartsReRead().iou(drawing.image, case) > 0.1
    assert hashlib.sha256((redress.PARSER / "parser.safetensors").read_bytes()).hexdigest().startswith("b370b1a6")
