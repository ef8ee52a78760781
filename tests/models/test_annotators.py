"""Annotators from files of the published layouts, with random weights, against the stock detectors."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from transformers import (
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    DPTImageProcessor,
    SegformerImageProcessor,
    UperNetConfig,
    UperNetForSemanticSegmentation,
    VitPoseConfig,
    VitPoseForPoseEstimation,
    VitPoseImageProcessor,
)

from models.annotators import ANNOTATORS, Annotators, draw_pose
from models.weights import WeightsError
from pipeline.hints import KINDS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import controlnet_aux
    from controlnet_aux.hed import ControlNetHED_Apache2
    from controlnet_aux.lineart_anime import UnetGenerator
    from controlnet_aux.open_pose.model import bodypose_model
    from controlnet_aux.util import ade_palette


def random_state(build: type[nn.Module], spread: float) -> dict[str, torch.Tensor]:
    """Full-size weights in 16 bits, as quickly as can be."""
    with torch.device("meta"):
        network = build()
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn(1 << 20, generator=generator)

    def fill(value: torch.Tensor) -> torch.Tensor:
        fan = max(1, value[0].numel())
        repeats = -(-value.numel() // noise.numel())
        return (noise.repeat(repeats)[: value.numel()].view(value.shape) * spread * fan**-0.5).half()

    return {name: fill(value) for name, value in network.state_dict().items()}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file or folder for every row, laid out as published."""
    path = tmp_path_factory.mktemp("annotators")
    norm = partial(nn.InstanceNorm2d, affine=False, track_running_stats=False)
    lines = random_state(lambda: UnetGenerator(3, 1, 8, 64, norm_layer=norm, use_dropout=False), 1)
    torch.save({f"module.{name}": value for name, value in lines.items()}, path / "netG.pth")
    torch.save(random_state(ControlNetHED_Apache2, 1.4), path / "ControlNetHED.pth")
    bones = random_state(bodypose_model, 1)
    torch.save({name.partition(".")[2]: value for name, value in bones.items()}, path / "body_pose_model.pth")

    torch.manual_seed(0)
    vit = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16, "image_size": [64, 48]}
    pose = VitPoseConfig(
        backbone_config={"model_type": "vitpose_backbone", **vit, "patch_size": [16, 16], "out_indices": [2]},
        num_labels=17,
        scale_factor=4,
    )
    VitPoseForPoseEstimation(pose).save_pretrained(path / "vitpose-base-simple")
    VitPoseImageProcessor(size={"height": 64, "width": 48}).save_pretrained(path / "vitpose-base-simple")
    dino = {"hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "image_size": 56, "patch_size": 14}
    depth = DepthAnythingConfig(
        backbone_config={"model_type": "dinov2", **dino, "out_indices": [1, 2, 3, 4], "reshape_hidden_states": False},
        reassemble_hidden_size=16,
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        head_hidden_size=8,
    )
    sizes = {"size": {"height": 56, "width": 56}, "keep_aspect_ratio": True, "ensure_multiple_of": 14}
    for name in ("Depth-Anything-V2-Small-hf", "depth-anything-large-hf"):
        network = DepthAnythingForDepthEstimation(depth)
        for parameter in network.parameters():  # with first values everything is as far away as everything else
            nn.init.normal_(parameter, std=0.3)
        network.save_pretrained(path / name)
        DPTImageProcessor(**sizes).save_pretrained(path / name)
    convnext = {"model_type": "convnext", "hidden_sizes": [8] * 4, "depths": [1] * 4}
    regions = UperNetConfig(
        backbone_config={**convnext, "out_features": ["stage1", "stage2", "stage3", "stage4"]},
        hidden_size=16,
        auxiliary_in_channels=8,
        auxiliary_channels=8,
        num_labels=150,
    )
    UperNetForSemanticSegmentation(regions).save_pretrained(path / "upernet-convnext-tiny")
    SegformerImageProcessor(size={"height": 64, "width": 64}).save_pretrained(path / "upernet-convnext-tiny")
    return path


@pytest.fixture(scope="module")
def rgb() -> np.ndarray:
    cells = np.random.default_rng(0).integers(0, 256, (16, 12, 3), dtype=np.uint8)
    return np.repeat(np.repeat(cells, 16, axis=0), 16, axis=1)


@pytest.mark.parametrize("row", ANNOTATORS, ids=lambda row: row.name)
def test_every_row_reads_a_picture(row, root: Path, rgb: np.ndarray) -> None:
    reader = row.load(root / row.path, torch.device("cpu"))
    odd = rgb[:200, ::-1][:, :131]  # a view whose sides are no multiples of anything
    for picture in (odd,) if row.name == "openpose" else (rgb, odd):  # OpenPose takes seconds
        hint = reader(picture)
        assert hint.shape == picture.shape and hint.dtype == np.uint8
        assert row.kind == "pose" or hint.std() > 1
        if row.kind not in ("pose", "segmentation"):
            assert np.array_equal(hint[..., 0], hint[..., 2])


@pytest.mark.parametrize(
    ("name", "stock"),
    [("lineart-anime", controlnet_aux.LineartAnimeDetector), ("hed", controlnet_aux.HEDdetector)],
)
def test_equals_the_stock_detector(name: str, stock, root: Path, rgb: np.ndarray) -> None:
    row = next(row for row in ANNOTATORS if row.name == name)
    wanted = stock.from_pretrained(str(root))(rgb, detect_resolution=192, image_resolution=192, output_type="np")
    hint = row.load(root / row.path, torch.device("cpu"))(rgb)
    assert np.array_equal(hint, wanted)
    assert np.abs(hint.astype(int) - row.load(root / row.path, torch.device("cpu"))(rgb[::-1])).mean() > 2.55


@torch.no_grad()
def test_near_is_bright_and_regions_have_the_colours_of_ade20k(root: Path, rgb: np.ndarray) -> None:
    annotators = Annotators(root=root)
    folder = root / "Depth-Anything-V2-Small-hf"
    network = DepthAnythingForDepthEstimation.from_pretrained(folder, local_files_only=True).eval()
    inputs = DPTImageProcessor.from_pretrained(folder, local_files_only=True)(rgb, return_tensors="pt")
    inverse = network(**inputs).predicted_depth[0].numpy()
    hint = annotators.reader("depth")(rgb)
    assert hint.min() == 0 and hint.max() == 255
    small = torch.nn.functional.interpolate(torch.tensor(hint[None, None, ..., 0]).float(), inverse.shape, mode="area")
    assert np.corrcoef(small.numpy().ravel(), inverse.ravel())[0, 1] > 0.9

    folder = root / "upernet-convnext-tiny"
    network = UperNetForSemanticSegmentation.from_pretrained(folder, local_files_only=True).eval()
    processor = SegformerImageProcessor.from_pretrained(folder, local_files_only=True)
    outputs = network(**processor(rgb, return_tensors="pt"))
    labels = processor.post_process_semantic_segmentation(outputs, target_sizes=[rgb.shape[:2]])[0].numpy()
    assert len(np.unique(labels)) > 1
    assert np.array_equal(annotators.reader("segmentation")(rgb), np.array(ade_palette(), np.uint8)[labels])


def test_a_skeleton_in_the_colours_of_openpose() -> None:
    joints = np.zeros((17, 2), np.float32)
    joints[5:13] = [(140, 60), (60, 60), (150, 110), (50, 110), (150, 160), (50, 160), (120, 180), (80, 180)]
    scores = np.zeros(17, np.float32)
    scores[5:13] = 1
    drawn = draw_pose(joints, scores, np.zeros((256, 192, 3), np.uint8))
    assert tuple(drawn[60, 60]) == (255, 170, 0) and tuple(drawn[60, 140]) == (85, 255, 0), "its right is at the left"
    assert tuple(drawn[60, 80]) == (153, 0, 0), "from the neck, halfway between the shoulders"
    assert drawn[200:].max() == drawn[:40].max() == 0, "legs and head are not sure enough"
    larger = draw_pose(joints * 4, scores, np.zeros((1024, 768, 3), np.uint8))
    assert (larger.max(2) > 100).mean() == pytest.approx((drawn.max(2) > 100).mean(), rel=0.15), "as thick for its size"


def test_the_best_that_is_there_and_fits_is_chosen(root: Path, tmp_path: Path) -> None:
    empty = Annotators(root=tmp_path)
    assert empty.chosen("pose") is None and empty.reader("pose") is None
    assert Annotators(root=root).chosen("depth").name == "depth-anything-v2-small"
    assert Annotators("cuda", root).chosen("depth").name == "depth-anything-large"
    (tmp_path / "body_pose_model.pth").touch()
    assert empty.chosen("pose").name == "openpose", "if nothing freer is there"
    annotators = Annotators(root=root)
    assert annotators.reader("softedge") is annotators.reader("softedge")


def test_damaged_files_and_other_models_are_said_in_one_sentence(root: Path, tmp_path: Path) -> None:
    (tmp_path / "ControlNetHED.pth").write_bytes(b"nothing")
    (tmp_path / "netG.pth").symlink_to(root / "ControlNetHED.pth")
    (tmp_path / "body_pose_model.pth").symlink_to(root / "ControlNetHED.pth")
    (tmp_path / "upernet-convnext-tiny").mkdir()
    annotators = Annotators(root=tmp_path)
    for kind, file in (("softedge", "ControlNetHED"), ("lineart", "netG"), ("pose", "body_pose_model")):
        with pytest.raises(WeightsError, match=rf"{file}\.pth is damaged or another model's, please"):
            annotators.reader(kind)
    with pytest.raises(WeightsError, match=r"has no config\.json, please download"):
        annotators.reader("segmentation")


def test_rows_say_what_they_are() -> None:
    assert {row.kind for row in ANNOTATORS} == set(KINDS) - {"canny"}
    assert len({row.name for row in ANNOTATORS}) == len({row.path for row in ANNOTATORS}) == len(ANNOTATORS)
    assert all(row.origin and row.licence and row.megabytes > 0 for row in ANNOTATORS)
    assert all(any(row.on_cpu for row in ANNOTATORS if row.kind == kind) for kind in set(KINDS) - {"canny"})
