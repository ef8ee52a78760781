"""SAM 2.1 from a folder of the published layout, which is the video model's, against transformers' own pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import Sam2ImageProcessor, Sam2Model, Sam2Processor, Sam2VideoConfig, Sam2VideoModel

from models.prompts import Prompt
from models.sam2 import Sam2, load_sam2
from models.weights import WeightsError

SIDE, HEIGHT, WIDTH = 64, 45, 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sam2") / "sam2.1-hiera-tiny"
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "image_size": [SIDE, SIDE],
        "hidden_size": 8,
        "blocks_per_stage": [1, 1, 2, 1],
        "embed_dim_per_stage": [8, 16, 32, 64],
        "num_attention_heads_per_stage": [1, 1, 2, 2],
        "window_size_per_stage": [4, 4, 2, 2],
        "global_attention_blocks": [3],
    }
    vision = {
        "model_type": "sam2_vision_model",
        "backbone_config": backbone,
        "backbone_channel_list": [64, 32, 16, 8],
        "backbone_feature_sizes": [[16, 16], [8, 8], [4, 4]],
        "fpn_hidden_size": 32,
    }
    config = Sam2VideoConfig(
        vision_config=vision,
        prompt_encoder_config={"hidden_size": 32, "image_size": SIDE},
        mask_decoder_config={"hidden_size": 32, "mlp_dim": 64, "num_attention_heads": 2, "iou_head_hidden_dim": 32},
        image_size=SIDE,
        memory_attention_hidden_size=32,
        memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=32,
        memory_attention_rope_feat_sizes=[4, 4],
        memory_encoder_hidden_size=32,
        memory_encoder_output_channels=8,
        mask_downsampler_embed_dim=32,
        memory_fuser_num_layers=1,
        memory_fuser_embed_dim=32,
        memory_fuser_intermediate_dim=32,
    )
    torch.manual_seed(0)
    network = Sam2VideoModel(config)
    for name, parameter in network.named_parameters():  # with first values hardly anything that is asked shows in a mask
        if "norm" not in name:
            torch.nn.init.normal_(parameter, std=0.3)
    network.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def sam2(folder: Path) -> Sam2:
    return load_sam2(folder)


@pytest.fixture
def rgb() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def points(*where: tuple[float, float, int]) -> Prompt:
    return Prompt(np.asarray([(x, y) for x, y, _ in where], np.float32), np.asarray([label for *_, label in where], np.int64))


PROMPTS = {
    "one point": points((60, 20, 1)),
    "two points": points((60, 20, 1), (5, 40, 0)),
    "box": Prompt(box=(10, 5, 70.5, 40)),
    "box and point": Prompt(points((60, 20, 1)).points, points((60, 20, 1)).labels, (10, 5, 70.5, 40)),
    "prior": Prompt(prior=np.linspace(-9, 9, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)),
}


def test_the_folder_holds_a_video_model(folder: Path) -> None:
    assert json.loads((folder / "config.json").read_text())["model_type"] == "sam2_video"


@torch.no_grad()
@pytest.mark.parametrize("name", PROMPTS)
def test_equals_transformers_pipeline(name: str, folder: Path, sam2: Sam2, rgb: np.ndarray) -> None:
    prompt = PROMPTS[name]
    stock = Sam2Model.from_pretrained(folder, local_files_only=True).eval()
    processor = Sam2Processor(Sam2ImageProcessor(size={"height": SIDE, "width": SIDE}))
    inputs = processor(
        rgb,
        input_points=[[prompt.points.tolist()]] if len(prompt.points) else None,
        input_labels=[[prompt.labels.tolist()]] if len(prompt.points) else None,
        input_boxes=[[list(prompt.box)]] if prompt.box else None,
        return_tensors="pt",
    )
    sizes = inputs.pop("original_sizes")
    prior = None if prompt.prior is None else torch.from_numpy(prompt.prior)[None, None]
    wanted = stock(**inputs, input_masks=prior, multimask_output=name == "one point")
    masks = processor.post_process_masks(wanted.pred_masks, sizes, binarize=False)[0][0]
    best = int(wanted.iou_scores[0, 0].argmax())

    found, score = sam2.predict(sam2.encode(rgb), prompt)
    assert found.shape == (HEIGHT, WIDTH) and found.dtype == np.float32
    assert np.abs(found - masks[best].numpy()).max() <= 1e-4
    assert score == pytest.approx(float(wanted.iou_scores[0, 0, best]), abs=1e-4)
    assert 0 <= score <= 1 and found.std() > 1e-2


def test_one_encoding_answers_every_prompt_alike(sam2: Sam2, rgb: np.ndarray) -> None:
    embedding = sam2.encode(rgb)
    assert embedding.size == (HEIGHT, WIDTH)
    answers = {name: sam2.predict(embedding, prompt)[0] for name, prompt in PROMPTS.items()}
    for name, prompt in PROMPTS.items():
        assert np.array_equal(answers[name], sam2.predict(embedding, prompt)[0]), "an answer changed the embedding"
        for other in PROMPTS:
            assert other == name or np.abs(answers[name] - answers[other]).max() > 1e-2, f"{name} and {other}"


@pytest.mark.filterwarnings("error")
def test_a_picture_may_be_a_view_and_read_only(sam2: Sam2, rgb: np.ndarray) -> None:
    view = rgb[:, ::-1]
    view.flags.writeable = False
    prior = np.zeros((HEIGHT, WIDTH), np.float32)[::-1]
    found, wanted = (sam2.predict(sam2.encode(seen), Prompt(prior=prior))[0] for seen in (view, view.copy()))
    assert np.array_equal(found, wanted)


def test_a_prior_no_network_would_give_is_limited(sam2: Sam2, rgb: np.ndarray) -> None:
    embedding = sam2.encode(rgb)
    ones = np.ones((HEIGHT, WIDTH), np.float32)
    assert np.array_equal(
        sam2.predict(embedding, Prompt(prior=32 * ones))[0], sam2.predict(embedding, Prompt(prior=1e6 * ones))[0]
    )


def test_a_folder_that_is_none_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"tiny/ has no config\.json, please download"):
        load_sam2(tmp_path / "tiny")
    config, weights = (folder / name for name in ("config.json", "model.safetensors"))
    (tmp_path / "config.json").write_text(config.read_text())
    with pytest.raises(WeightsError, match="please download the model again"):
        load_sam2(tmp_path)
    for content in (b"version https://git-lfs.github.com/spec/v1\n", weights.read_bytes()[:5000]):
        (tmp_path / "model.safetensors").write_bytes(content)
        with pytest.raises(WeightsError, match="damaged or another model's"):
            load_sam2(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(weights.read_bytes())
    settings = json.loads(config.read_text())
    settings["mask_decoder_config"]["mlp_dim"] = 48
    (tmp_path / "config.json").write_text(json.dumps(settings))
    with pytest.raises(WeightsError, match="another model's"):
        load_sam2(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(WeightsError, match="damaged"):
        load_sam2(tmp_path)


def test_a_weight_too_few_is_refused(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    state = load_file(folder / "model.safetensors")
    del state["mask_decoder.iou_token.weight"]
    save_file(state, tmp_path / "model.safetensors", metadata={"format": "pt"})
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    with pytest.raises(WeightsError, match="another network"):
        load_sam2(tmp_path)
