"""The anime part parser of See-through: SAM-HQ (Ke et al., arXiv:2306.01567) fine-tuned to draw 19 masks at once.

Its weights are `checkpoint-18000.pt` of 24yearsold/l2d_sam_iter2, from shitagaki-lab/see-through, whose code is
Apache-2.0; names and shapes of our modules are those of that file. The image encoder is SAM's ViT-H (Kirillov et al.,
arXiv:2304.02643). The mask decoder gets no prompt: instead of one small network that reads a mask from a token, there
is one for every class.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, TwoWayTransformer
from segment_anything.modeling.common import LayerNorm2d
from segment_anything.modeling.mask_decoder import MLP
from torch import Tensor, nn

from models.prompts import RGB
from models.weights import WeightsError

CLASSES = (
    "hair", "headwear", "face", "eyes", "eyewear", "ears", "earwear", "nose", "mouth", "neck", "neckwear", "topwear", "handwear",
    "bottomwear", "legwear", "footwear", "tail", "wings", "objects",
)  # fmt: skip
MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)  # of RGB in 0..255, SAM's own
PATCH, WIDTH = 16, 256  # pixels a side of a cell of the embedding, its channels
MASK_TOKEN, HQ_TOKEN = 2, 5  # where they stand among: one for the quality, four for masks, SAM-HQ's own


@dataclass(frozen=True)
class EncoderSize:
    """embed_dim: channels of the image encoder; depth: its layers; heads: of their attention; global_attention: layers
    that look at the whole picture, the others at windows of 14 x 14 cells; img_size: pixels a side of the square that it
    sees, a multiple of 16. The default is ViT-H."""

    embed_dim: int = 1280
    depth: int = 32
    heads: int = 16
    global_attention: tuple[int, ...] = (7, 15, 23, 31)
    img_size: int = 1024


VIT_H = EncoderSize()


class _Encoder(ImageEncoderViT):
    """SAM's image encoder, which also hands out what SAM-HQ takes its sharp edges from."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # SAM's gives the first alone
        """B x 3 x S x S, normalised -> B x 256 x S/16 x S/16, and what comes out of the first layer with global attention,
        B x embed_dim x S/16 x S/16."""
        x = self.patch_embed(x)
        if self.pos_embed is not None:
            x = x + self.pos_embed
        early = None
        for block in self.blocks:
            x = block(x)
            if early is None and block.window_size == 0:
                early = x
        assert early is not None, "a layer with global attention"
        return self.neck(x.permute(0, 3, 1, 2)), early.permute(0, 3, 1, 2)


class _Decoder(MaskDecoder):
    """SAM's mask decoder with SAM-HQ's token and its three convolution branches, without heads."""

    def __init__(self, embed_dim: int) -> None:
        transformer = TwoWayTransformer(depth=2, embedding_dim=WIDTH, mlp_dim=2048, num_heads=8)
        super().__init__(transformer_dim=WIDTH, transformer=transformer)
        del self.output_hypernetworks_mlps  # a class has its own
        self.hf_token = nn.Embedding(1, WIDTH)
        self.compress_vit_feat = _upscaling(embed_dim, WIDTH)
        self.embedding_encoder = _upscaling(WIDTH, WIDTH // 4)
        self.embedding_maskfeature = nn.Sequential(
            nn.Conv2d(WIDTH // 8, WIDTH // 4, 3, 1, 1),
            LayerNorm2d(WIDTH // 4),
            nn.GELU(),
            nn.Conv2d(WIDTH // 4, WIDTH // 8, 3, 1, 1),
        )


def _upscaling(inputs: int, between: int) -> nn.Sequential:
    """B x inputs x h x w -> B x 32 x 4h x 4w."""
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, between, 2, 2),
        LayerNorm2d(between),
        nn.GELU(),
        nn.ConvTranspose2d(between, WIDTH // 8, 2, 2),
    )


class _PartDecoder(nn.Module):
    """The mask decoder with two heads a class: one reads SAM's coarse features, one SAM-HQ's fine ones."""

    def __init__(self, embed_dim: int, classes: int) -> None:
        super().__init__()
        self.sam_mask_decoder = _Decoder(embed_dim)
        self.output_hypernetworks_mlps = nn.ModuleList(MLP(WIDTH, WIDTH, WIDTH // 8, 3) for _ in range(classes))
        self.hf_mlps = nn.ModuleList(MLP(WIDTH, WIDTH, WIDTH // 8, 3) for _ in range(classes))

    def forward(self, embedding: Tensor, early: Tensor, no_mask: Tensor, places: Tensor) -> Tensor:
        """embedding, early: see `_Encoder`; no_mask: the prompt 'nothing is known', places: the code of every cell's
        position, both 1 x 256 x h x w -> log odds B x classes x 4h x 4w."""
        decoder = self.sam_mask_decoder
        tokens = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight, decoder.hf_token.weight])
        tokens = tokens.expand(len(embedding), -1, -1)
        tokens, cells = decoder.transformer(embedding + no_mask, places.expand_as(embedding), tokens)
        coarse = decoder.output_upscaling(cells.transpose(1, 2).unflatten(2, embedding.shape[-2:]))
        fine = decoder.embedding_maskfeature(coarse) + decoder.embedding_encoder(embedding) + decoder.compress_vit_feat(early)
        found = _read(self.output_hypernetworks_mlps, tokens[:, MASK_TOKEN], coarse)
        return found + _read(self.hf_mlps, tokens[:, HQ_TOKEN], fine)


def _read(heads: nn.ModuleList, token: Tensor, features: Tensor) -> Tensor:
    """A token B x 256 through every head, each a dot product with the features B x 32 x H x W -> B x heads x H x W."""
    return torch.einsum("bkc,bchw->bkhw", torch.stack([head(token) for head in heads], 1), features)


class HqNetwork(nn.Module):
    """Image encoder, prompt encoder and part decoder under the names of the published file."""

    def __init__(self, size: EncoderSize = VIT_H, classes: int = len(CLASSES)) -> None:
        super().__init__()
        cells = size.img_size // PATCH
        encoder = _Encoder(
            img_size=size.img_size,
            patch_size=PATCH,
            embed_dim=size.embed_dim,
            depth=size.depth,
            num_heads=size.heads,
            mlp_ratio=4,
            out_chans=WIDTH,
            qkv_bias=True,
            norm_layer=partial(nn.LayerNorm, eps=1e-6),
            use_rel_pos=True,
            window_size=14,
            global_attn_indexes=size.global_attention,
        )
        prompts = PromptEncoder(WIDTH, (cells, cells), (size.img_size, size.img_size), mask_in_chans=16)
        self.img_adapter = nn.ModuleDict({"sam_img_encoder": encoder})
        self.prompt_adapter = nn.ModuleDict({"sam_prompt_encoder": prompts})
        self.mask_adapter = _PartDecoder(size.embed_dim, classes)

    def forward(self, rgb: Tensor) -> Tensor:
        """B x 3 x S x S in 0..255 -> log odds B x classes x S/4 x S/4."""
        mean, std = (rgb.new_tensor(values)[:, None, None] for values in (MEAN, STD))
        embedding, early = self.img_adapter["sam_img_encoder"]((rgb - mean) / std)
        prompts: Any = self.prompt_adapter["sam_prompt_encoder"]
        _, no_mask = prompts(points=None, boxes=None, masks=None)
        found: Tensor = self.mask_adapter(embedding, early, no_mask, prompts.get_dense_pe())
        return found


def load_hq_parser(file: Path, device: torch.device | str = "cpu", size: EncoderSize = VIT_H) -> HqParser:
    """file: the published .pt, of which nothing is executed, or the same tensors as safetensors; size: of the image
    encoder that it holds. Raises `WeightsError`."""
    advice = "please download checkpoint-18000.pt of 24yearsold/l2d_sam_iter2 again"
    with torch.device("meta"):  # 640 M parameters need no first values: the file's take their place
        network = HqNetwork(size)
    try:
        state = load_file(file) if file.suffix == ".safetensors" else torch.load(file, "cpu", weights_only=True)
        state = {name: value.float() for name, value in state.items()}
    except FileNotFoundError:
        raise WeightsError(f"The weights file {file.name} is missing, {advice}.") from None
    except (OSError, RuntimeError, SafetensorError, UnpicklingError, EOFError, AttributeError, KeyError, ValueError) as error:
        raise WeightsError(f"The weights file {file.name} is damaged ({type(error).__name__}), {advice}.") from error
    try:
        network.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise WeightsError(f"The weights file {file.name} belongs to another network, {advice}.") from error
    return HqParser(network.requires_grad_(False).eval().to(device), size.img_size)


class HqParser:
    """See-through's part parser as a `models.prompts.Parser`; `CLASSES` are what it knows."""

    def __init__(self, network: HqNetwork, img_size: int = VIT_H.img_size) -> None:
        self.network = network
        self.img_size = img_size

    @torch.no_grad()
    def parse(self, rgb: RGB) -> NDArray[np.float32]:
        """rgb: H x W x 3 uint8, any size -> 19 x H x W in 0..1.

        The classes are independent of one another: each is a sigmoid, so they do not add up to 1, a pixel may belong to
        several or, like the background, to none. A mask is where a class is above 0.5.

        The picture is scaled until its longer side fits the square that the network sees and laid in its middle on black,
        as in See-through's own inference; the log odds go the way back before they become probabilities.
        """
        height, width = rgb.shape[:2]
        scale = self.img_size / max(height, width)
        inner = max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))
        top, left = (self.img_size - inner[0]) // 2, (self.img_size - inner[1]) // 2
        device = next(self.network.parameters()).device
        picture = torch.from_numpy(np.array(rgb, order="C")).to(device).permute(2, 0, 1)[None].float()
        square = picture.new_zeros(1, 3, self.img_size, self.img_size)
        square[..., top : top + inner[0], left : left + inner[1]] = F.interpolate(
            picture, inner, mode="bilinear", align_corners=False, antialias=True
        )
        odds = F.interpolate(self.network(square), square.shape[-2:], mode="bilinear", align_corners=False)
        odds = odds[..., top : top + inner[0], left : left + inner[1]]
        return F.interpolate(odds, (height, width), mode="bilinear", align_corners=False)[0].sigmoid().cpu().numpy()
