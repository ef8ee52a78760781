"""The bundled reader of poses and depth: shapes, mirroring, and the checks of its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.hint_reader import FILE, JOINTS, MIRRORED, bundled, load, new_head, save
from models.part_parser import new_parser
from models.sam import bundled_sam
from models.segmenter import save_bundled
from models.weights import WeightsError, write_manifest
from pipeline.detect import BEHIND
from pipeline.images import flatten
from training.characters import draw


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An untrained head and the segmenter on whose trunk it stands."""
    torch.manual_seed(0)
    segmenter, hints = tmp_path_factory.mktemp("segmenter"), tmp_path_factory.mktemp("hints")
    parser = new_parser()
    save_bundled(parser, bundled_sam(parser.trunk), segmenter)
    write_manifest(segmenter)
    save(new_head(), segmenter, hints)
    write_manifest(hints)
    return hints, segmenter


def test_joints_are_openposes_and_mirror_each_other() -> None:
    assert len(JOINTS) == len(set(JOINTS)) == 18 and JOINTS[:4] == ("nose", "neck", "shoulder_l", "elbow_l")
    for name, index in zip(JOINTS, MIRRORED, strict=True):
        assert JOINTS[index][:-1] == name[:-1] and (JOINTS[index] == name) == (name in ("nose", "neck"))


def test_every_size_is_read_and_a_mirror_image_gives_the_mirrored_answer(folders: tuple[Path, Path]) -> None:
    reader = load(*folders)
    rgb = np.random.default_rng(0).integers(0, 256, (192, 128, 3), np.uint8)
    depth, (places, sure) = reader.depth(rgb), reader.joints(rgb)
    assert depth.shape == (192, 128) and depth.min() >= 0 and depth.max() <= 1
    assert places.shape == (18, 2) and (places >= 0).all() and (places <= (128, 192)).all()
    assert sure.shape == (18,) and (sure > 0).all() and (sure < 1).all()
    turned = np.ascontiguousarray(rgb[:, ::-1])
    assert np.allclose(reader.depth(turned)[:, ::-1], depth, atol=1e-4)
    again, sure_again = reader.joints(turned)
    assert np.allclose(sure_again[MIRRORED], sure, atol=1e-4)
    assert np.allclose((128 - again[:, 0])[MIRRORED], places[:, 0], atol=0.5)


def test_a_head_on_another_trunk_is_refused(folders: tuple[Path, Path], tmp_path: Path) -> None:
    hints, _ = folders
    parser = new_parser()
    save_bundled(parser, bundled_sam(parser.trunk), tmp_path)
    write_manifest(tmp_path)
    with pytest.raises(WeightsError, match="are of two versions, please restore both"):
        load(hints, tmp_path)


def test_a_damaged_file_is_refused(folders: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"nothing")
    write_manifest(tmp_path)
    with pytest.raises(WeightsError, match=f"{FILE} cannot be read, please restore it"):
        load(tmp_path, folders[1])


@pytest.mark.parametrize("seed", [960_000_001, 960_000_004])
def test_the_shipped_reader_sees_the_body(seed: int) -> None:
    drawing = draw(seed, (480, 320))
    rgb = flatten(drawing.image, BEHIND)[..., :3]
    places, sure = bundled().joints(rgb)
    wanted = np.array([drawing.keypoints.get(name, (np.nan, np.nan)) for name in JOINTS])
    there = ((wanted >= 0) & (wanted < (320, 480))).all(1)
    near = np.linalg.norm(places - wanted, axis=1) < 0.05 * 480
    assert near[there].mean() > 0.7 and (sure[there] > 0.5).mean() > 0.7
    depth = bundled().depth(rgb)
    assert depth[drawing.depth > 0].mean() > depth[drawing.depth == 0].mean() + 0.3
