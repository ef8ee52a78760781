"""From a picture of a garment to the tokens that the adapter's cross-attention layers look at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from models.ip_adapter import GarmentAdapter, published
from models.profiles import GARMENT_FILE

MEAN = (0.48145466, 0.4578275, 0.40821073)  # of CLIP's training pictures (arXiv:2103.00020), for every CLIP layout
STD = (0.26862954, 0.26130258, 0.27577711)


class GarmentReader(nn.Module):
    """An image encoder of CLIP's layout and the adapter that stands on it."""

    def __init__(self, image_encoder: Any, adapter: GarmentAdapter) -> None:
        super().__init__()
        self.image_encoder, self.adapter = image_encoder, adapter

    @property
    def image_modules(self) -> tuple[nn.Module, ...]:
        """What it reads with; the adapter's other layers belong to the U-Net that they are attached to."""
        return self.image_encoder, self.adapter.image_proj

    @property
    def side(self) -> int:
        """Pixels a side of the square pictures it reads."""
        return int(self.image_encoder.config.image_size)

    def forward(self, rgb: Tensor, kept: Tensor | None = None) -> Tensor:
        """rgb: B x 3 x side x side in 0..1 -> tokens B x n x D; kept: B bool, False gives the tokens of no picture."""
        pixels = self.pixels(rgb)
        if kept is None:
            kept = torch.ones(len(rgb), dtype=torch.bool, device=rgb.device)
        if self.adapter.reads_all_features:  # stock diffusers shows the encoder a picture of zeros for "no picture"
            return self.adapter.tokens(self.features(pixels * kept[:, None, None, None]))
        return self.adapter.tokens(self.image_encoder(pixels).image_embeds * kept[:, None])

    def pixels(self, rgb: Tensor) -> Tensor:
        """As the encoder wants them: B x 3 x side x side in 0..1, standardised."""
        mean, std = (rgb.new_tensor(values)[:, None, None] for values in (MEAN, STD))
        return ((rgb - mean) / std).to(self.image_encoder.dtype)

    def features(self, pixels: Tensor) -> Tensor:
        """The encoder's penultimate hidden states, B x (1 + patches) x features."""
        found: Tensor = self.image_encoder(pixels, output_hidden_states=True).hidden_states[-2]
        return found

    def lock_idle(self) -> None:
        """Keep what `forward` never reads out of training: the layers after the penultimate hidden states."""
        if self.adapter.reads_all_features:
            vision = self.image_encoder.vision_model
            for module in (vision.encoder.layers[-1], vision.post_layernorm, self.image_encoder.visual_projection):
                module.requires_grad_(False)


def save_garment_reader(reader: GarmentReader, folder: Path) -> None:
    """Write `image_encoder` and the adapter's file into a model's folder, where the loader and stock diffusers find them."""
    reader.image_encoder.save_pretrained(folder / "image_encoder")
    save_adapter(reader.adapter.state_dict(), folder)


def save_adapter(state: Mapping[str, Tensor], folder: Path) -> None:
    """Write a `GarmentAdapter`'s tensors into a model's folder, as published files are laid out."""
    file = folder / GARMENT_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.detach().contiguous() for name, value in published(state).items()}, file)


def new_image_encoder(side: int = 128, width: int = 192, layers: int = 4) -> Any:
    """An untrained encoder of CLIP's layout for pictures of garments, in patches of 16 x 16 pixels."""
    return CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=width,
            intermediate_size=3 * width,
            num_hidden_layers=layers,
            num_attention_heads=width // 64,
            image_size=side,
            patch_size=16,
            projection_dim=width,
        )
    )
