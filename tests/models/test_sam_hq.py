"""See-through's part parser: its file's layout, its network against transformers' SAM-HQ, its way of preparing a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor
from transformers import SamHQConfig, SamHQModel

from models.sam_hq import CLASSES, MEAN, STD, EncoderSize, HqNetwork, HqParser, load_hq_parser
from models.weights import WeightsError

TINY = EncoderSize(embed_dim=16, depth=3, heads=2, global_attention=(1, 2), img_size=64)

# as init_model_from_pretrained(module_cls=SemanticSam, model_args={"class_num": 19}) of shitagaki-lab/see-through makes them
ENCODER, PROMPTS = "img_adapter.sam_img_encoder.", "prompt_adapter.sam_prompt_encoder."
DECODER, HEADS = "mask_adapter.sam_mask_decoder.", "mask_adapter."
LAYOUT = {
    ENCODER + "pos_embed": (1, 64, 64, 1280),
    ENCODER + "patch_embed.proj.weight": (1280, 3, 16, 16),
    ENCODER + "blocks.0.attn.rel_pos_h": (27, 80),
    ENCODER + "blocks.7.attn.rel_pos_w": (127, 80),
    ENCODER + "blocks.31.attn.qkv.weight": (3840, 1280),
    ENCODER + "blocks.31.mlp.lin1.weight": (5120, 1280),
    ENCODER + "neck.2.weight": (256, 256, 3, 3),
    PROMPTS + "pe_layer.positional_encoding_gaussian_matrix": (2, 128),
    PROMPTS + "point_embeddings.3.weight": (1, 256),
    PROMPTS + "no_mask_embed.weight": (1, 256),
    DECODER + "iou_token.weight": (1, 256),
    DECODER + "mask_tokens.weight": (4, 256),
    DECODER + "hf_token.weight": (1, 256),
    DECODER + "transformer.layers.1.mlp.lin1.weight": (2048, 256),
    DECODER + "transformer.final_attn_token_to_image.q_proj.weight": (128, 256),
    DECODER + "output_upscaling.3.weight": (64, 32, 2, 2),
    DECODER + "iou_prediction_head.layers.2.weight": (4, 256),
    DECODER + "compress_vit_feat.0.weight": (1280, 256, 2, 2),
    DECODER + "compress_vit_feat.3.weight": (256, 32, 2, 2),
    DECODER + "embedding_encoder.0.weight": (256, 64, 2, 2),
    DECODER + "embedding_maskfeature.3.weight": (32, 64, 3, 3),
    HEADS + "output_hypernetworks_mlps.18.layers.2.weight": (32, 256),
    HEADS + "hf_mlps.18.layers.0.bias": (256,),
}
# what segment-anything calls a weight, and what transformers does
RENAMED = {
    ENCODER: "vision_encoder.",
    PROMPTS: "prompt_encoder.",
    DECODER: "mask_decoder.",
    "hf_token": "hq_token",
    "compress_vit_feat.0": "compress_vit_conv1",
    "compress_vit_feat.1": "compress_vit_norm",
    "compress_vit_feat.3": "compress_vit_conv2",
    "embedding_encoder.0": "encoder_conv1",
    "embedding_encoder.1": "encoder_norm",
    "embedding_encoder.3": "encoder_conv2",
    "embedding_maskfeature.0": "mask_conv1",
    "embedding_maskfeature.1": "mask_norm",
    "embedding_maskfeature.3": "mask_conv2",
    "output_upscaling.0": "upscale_conv1",
    "output_upscaling.1": "upscale_layer_norm",
    "output_upscaling.3": "upscale_conv2",
    "mask_downscaling.0": "mask_embed.conv1",
    "mask_downscaling.1": "mask_embed.layer_norm1",
    "mask_downscaling.3": "mask_embed.conv2",
    "mask_downscaling.4": "mask_embed.layer_norm2",
    "mask_downscaling.6": "mask_embed.conv3",
    "point_embeddings": "point_embed",
    "pe_layer.positional_encoding_gaussian_matrix": "shared_embedding.positional_embedding",
    "neck.0": "neck.conv1",
    "neck.1": "neck.layer_norm1",
    "neck.2": "neck.conv2",
    "neck.3": "neck.layer_norm2",
    "patch_embed.proj": "patch_embed.projection",
    "blocks": "layers",
    ".norm": ".layer_norm",
    "iou_prediction_head.layers.0": "iou_prediction_head.proj_in",
    "iou_prediction_head.layers.1": "iou_prediction_head.layers.0",
    "iou_prediction_head.layers.2": "iou_prediction_head.proj_out",
}
HEAD = {"layers.0": "proj_in", "layers.1": "layers.0", "layers.2": "proj_out"}


@pytest.fixture(scope="module")
def network() -> HqNetwork:
    torch.manual_seed(0)
    network = HqNetwork(TINY).eval().requires_grad_(False)
    for name, parameter in network.named_parameters():  # SAM's own first values leave most of it at zero
        if not name.endswith((".1.weight", ".norm1.weight", ".norm2.weight")):
            torch.nn.init.normal_(parameter, std=0.1)
    return network


@pytest.fixture(scope="module")
def file(network: HqNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hq") / "checkpoint-18000.pt"
    torch.save(network.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def parser(file: Path) -> HqParser:
    return load_hq_parser(file, size=TINY)


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_layout_is_that_of_the_published_file() -> None:
    with torch.device("meta"):
        network = HqNetwork()
        assert network(torch.zeros(1, 3, 1024, 1024)).shape == (1, 19, 256, 256)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    assert {name: shapes.get(name) for name in LAYOUT} == LAYOUT
    assert len(shapes) == 817
    assert sum(parameter.numel() for parameter in network.parameters()) == 647_299_664
    assert not any(name.startswith(DECODER + "output_hypernetworks_mlps") for name in shapes)
    assert len(CLASSES) == len(set(CLASSES)) == 19
    assert [CLASSES.index(name) for name in ("hair", "topwear", "objects")] == [0, 11, 18]


def stock_network(state: dict[str, Tensor], part: int) -> SamHQModel:
    """transformers' SAM-HQ with the heads of one class: the coarse one behind its second mask token."""
    config = SamHQConfig(
        vision_config={
            "hidden_size": TINY.embed_dim,
            "num_hidden_layers": TINY.depth,
            "num_attention_heads": TINY.heads,
            "image_size": TINY.img_size,
            "global_attn_indexes": list(TINY.global_attention),
        },
        prompt_encoder_config={"image_size": TINY.img_size},
        mask_decoder_config={"vit_dim": TINY.embed_dim},
    )
    coarse, fine = f"{HEADS}output_hypernetworks_mlps.{part}.", f"{HEADS}hf_mlps.{part}."
    renamed = {}
    for name, value in state.items():
        if name.startswith((coarse, fine)):
            name = name.replace(coarse, "mask_decoder.output_hypernetworks_mlps.1.").replace(fine, "mask_decoder.hq_mask_mlp.")
            layer = next(layer for layer in HEAD if layer in name)
            renamed[name.replace(layer, HEAD[layer])] = value
        elif name.startswith((ENCODER, PROMPTS, DECODER)):
            for old, new in RENAMED.items():
                name = name.replace(old, new)
            renamed[name] = value
    renamed["shared_image_embedding.positional_embedding"] = renamed["prompt_encoder.shared_embedding.positional_embedding"]
    model = SamHQModel(config).eval()
    missing, unexpected = model.load_state_dict(renamed, strict=False)
    others = tuple(f"mask_decoder.output_hypernetworks_mlps.{index}." for index in (0, 2, 3))
    assert not unexpected and all(name.startswith(others) for name in missing)
    return model


def stock_odds(stock: SamHQModel, pixels: Tensor) -> Tensor:
    """Log odds of the class by transformers' modules. They are put together here, as the paper does, because
    `SamHQMaskDecoder.forward` of transformers 5.23 upscales its input instead of what its transformer made of it."""
    seen = stock.vision_encoder(pixels)
    embedding, early = seen.last_hidden_state, seen.intermediate_embeddings[0].permute(0, 3, 1, 2)
    _, no_mask = stock.prompt_encoder(input_points=None, input_labels=None, input_boxes=None, input_masks=None)
    decoder = stock.mask_decoder
    tokens = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight, decoder.hq_token.weight])[None, None]
    places = stock.get_image_wide_positional_embeddings()
    tokens, cells = decoder.transformer(tokens, embedding + no_mask, places, attention_similarity=None)

    def block(x: Tensor, first: str, norm: str, second: str) -> Tensor:
        x = F.gelu(getattr(decoder, norm)(getattr(decoder, first)(x)))
        return getattr(decoder, second)(x)

    cells = cells[0].transpose(1, 2).reshape(embedding.shape)
    coarse = F.gelu(block(cells, "upscale_conv1", "upscale_layer_norm", "upscale_conv2"))
    fine = block(coarse, "mask_conv1", "mask_norm", "mask_conv2")
    fine = fine + block(embedding, "encoder_conv1", "encoder_norm", "encoder_conv2")
    fine = fine + block(early, "compress_vit_conv1", "compress_vit_norm", "compress_vit_conv2")
    reads = decoder.output_hypernetworks_mlps[1](tokens[:, 0, 2]), decoder.hq_mask_mlp(tokens[:, 0, 5])
    return sum((read[0, :, None, None] * features[0]).sum(0) for read, features in zip(reads, (coarse, fine), strict=True))


@torch.no_grad()
@pytest.mark.parametrize("part", [0, 11])
def test_network_equals_transformers_sam_hq(part: int, network: HqNetwork) -> None:
    rgb = torch.from_numpy(picture(64, 64)).permute(2, 0, 1)[None].float()
    mean, std = (torch.tensor(values)[:, None, None] for values in (MEAN, STD))
    wanted = stock_odds(stock_network(network.state_dict(), part), (rgb - mean) / std)
    found = network(rgb)[0]
    assert wanted.std() > 1e-2
    assert (found[part] - wanted).abs().max() <= 1e-4
    assert (found[part - 1] - wanted).abs().max() > 1e-2


@torch.no_grad()
@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 41), (30, 64)])
def test_a_picture_lies_in_the_middle_on_black(height: int, width: int, network: HqNetwork, parser: HqParser) -> None:
    rgb = picture(height, width)
    top, left = (64 - height) // 2, (64 - width) // 2
    square = np.zeros((64, 64, 3), np.uint8)
    square[top : top + height, left : left + width] = rgb
    odds = network(torch.from_numpy(square).permute(2, 0, 1)[None].float())
    odds = F.interpolate(odds, (64, 64), mode="bilinear", align_corners=False)[0]
    wanted = odds.sigmoid()[:, top : top + height, left : left + width].numpy()
    assert np.abs(parser.parse(rgb) - wanted).max() <= 1e-5


@pytest.mark.parametrize(("height", "width"), [(200, 131), (20, 33), (1, 300)])
def test_probabilities_come_back_at_the_pictures_size(height: int, width: int, parser: HqParser) -> None:
    found = parser.parse(picture(height, width))
    assert found.shape == (19, height, width) and found.dtype == np.float32
    assert found.min() >= 0 and found.max() <= 1
    assert np.abs(found.sum(0) - 1).max() > 0.1, "classes are independent of one another"
    assert np.abs(found[0] - found[1]).max() > 1e-3


def test_the_picture_decides_and_is_left_alone(parser: HqParser) -> None:
    rgb = picture(64, 50)
    before = rgb.copy()
    found = parser.parse(rgb)
    assert np.array_equal(found, parser.parse(rgb)) and np.array_equal(rgb, before)
    assert np.abs(found - parser.parse(255 - rgb)).max() > 1e-3


@pytest.mark.filterwarnings("error")
def test_a_picture_may_be_a_view_and_read_only(parser: HqParser) -> None:
    view = picture(64, 50)[:, ::-1]
    view.flags.writeable = False
    assert np.array_equal(parser.parse(view), parser.parse(view.copy()))


def test_half_precision_and_safetensors_load_too(network: HqNetwork, parser: HqParser, tmp_path: Path) -> None:
    rgb = picture(40, 64)
    save_file(network.state_dict(), tmp_path / "parser.safetensors")
    assert np.array_equal(load_hq_parser(tmp_path / "parser.safetensors", size=TINY).parse(rgb), parser.parse(rgb))
    torch.save({name: value.bfloat16() for name, value in network.state_dict().items()}, tmp_path / "parser.pt")
    assert np.abs(load_hq_parser(tmp_path / "parser.pt", size=TINY).parse(rgb) - parser.parse(rgb)).max() < 0.2


class Harmful:
    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.victim,)


def test_nothing_in_a_file_is_executed(tmp_path: Path) -> None:
    torch.save({"weight": Harmful(tmp_path / "victim")}, tmp_path / "parser.pt")
    with pytest.raises(WeightsError, match="damaged"):
        load_hq_parser(tmp_path / "parser.pt", size=TINY)
    assert not (tmp_path / "victim").exists()


def test_a_wrong_file_says_what_to_do(file: Path, network: HqNetwork, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nothing\.pt is missing, please download checkpoint-18000\.pt"):
        load_hq_parser(tmp_path / "nothing.pt", size=TINY)
    whole = file.read_bytes()
    for suffix in (".pt", ".safetensors"):
        for content in (b"", b"version https://git-lfs.github.com/spec/v1\n", whole[:5000], whole[:-5000]):
            (tmp_path / f"file{suffix}").write_bytes(content)
            with pytest.raises(WeightsError, match=r"is damaged \(\w+\), please download checkpoint-18000\.pt"):
                load_hq_parser(tmp_path / f"file{suffix}", size=TINY)
    for content in ([1, 2], {"epoch": 3}, {"model": {"weight": torch.zeros(1)}}):
        torch.save(content, tmp_path / "other.pt")
        with pytest.raises(WeightsError, match="is damaged"):
            load_hq_parser(tmp_path / "other.pt", size=TINY)
    few = dict(network.state_dict())
    del few[DECODER + "hf_token.weight"]
    for state in (few, network.state_dict() | {"more": torch.zeros(1)}, {"weight": torch.zeros(1)}):
        torch.save(state, tmp_path / "few.pt")
        with pytest.raises(WeightsError, match=r"few\.pt belongs to another network, please download"):
            load_hq_parser(tmp_path / "few.pt", size=TINY)
    with pytest.raises(WeightsError, match="another network"):
        load_hq_parser(file, size=EncoderSize(embed_dim=32, depth=3, heads=2, global_attention=(1, 2), img_size=64))
