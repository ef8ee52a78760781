"""Reference pictures against `StableDiffusionControlNetInpaintPipeline` with the same files in `load_ip_adapter`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionControlNetInpaintPipeline
from torch import Tensor
from transformers import CLIPImageProcessor

from models.controlled_unet import Branch
from models.controlnet import from_unet, randomise_zero_convolutions
from models.garment import GarmentReader, new_image_encoder
from models.ip_adapter import Garment, GarmentAdapter, ImageProjection, adapter_from_state, attach, new_adapter, published
from models.samplers import make_scheduler
from pipeline.conditions import inpaint_hint
from pipeline.denoise import Known, denoise
from pipeline.latents import encode_picture, latent_mask
from tests.pipeline.parity import EPSILON, SIZE, Given, apart, drawn_by, stock
from tests.tiny import tiny_unet, tiny_vae

SIDE, STEPS = 32, 4


def file_of(kind: str, seed: int) -> dict[str, Tensor]:
    """A published file's tensors: base reads the pooled embedding, plus all features."""
    torch.manual_seed(seed)
    adapter = new_adapter(tiny_unet(), 64, hidden=64, count=4)
    if kind == "base":
        adapter.image_proj = ImageProjection(64, 16, 4)
    for parameter in adapter.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return published(adapter.state_dict())


def for_stock(file: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    parts = ("image_proj", "ip_adapter")
    return {part: {k.removeprefix(part + "."): v for k, v in file.items() if k.startswith(part)} for part in parts}


class Scene(Given):
    """Everything but the references, common to both sides."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(4)
        self.encoder = new_image_encoder(side=SIDE, width=64, layers=2).eval()
        self.control = from_unet(tiny_unet(), 3, (4, 4, 8, 8)).eval()
        randomise_zero_convolutions(self.control)
        self.vae = tiny_vae()
        self.pictures = torch.rand(2, 3, SIDE, SIDE, generator=generator)
        self.places = (torch.rand(2, 1, SIZE, SIZE, generator=generator) > 0.5).float()
        self.hint = inpaint_hint(self.rgb, self.mask)

    def reader(self, file: dict[str, Tensor]) -> GarmentReader:
        return GarmentReader(self.encoder, adapter_from_state(file, tiny_unet())).eval()

    @torch.no_grad()
    def tokens(self, reader: GarmentReader, which: int) -> Tensor:
        """For guidance: of no picture, then of the picture."""
        return reader(self.pictures[which].expand(2, -1, -1, -1), torch.tensor([False, True]))

    @torch.no_grad()
    def ours(self, adapters: Sequence[GarmentAdapter], garments: Sequence[Garment]) -> Tensor:
        unet = tiny_unet()
        attach(unet, adapters)
        known = Known(encode_picture(self.vae, self.rgb, torch.Generator()), latent_mask(self.mask, SIZE // 8, SIZE // 8))
        return denoise(
            unet,
            [Branch(self.control, self.control.hint_stem(self.hint), 0.8)],
            self.text,
            make_scheduler("ddim", EPSILON),
            self.noise,
            steps=STEPS,
            guidance=4.0,
            known=known,
            garments=garments,
        )

    def stock(self, files: Sequence[dict[str, Tensor]], shown: list[Tensor], scales: Any, masks: Any = None) -> Tensor:
        """shown: the pictures of every adapter, n x 3 x SIDE x SIDE."""
        parts = {"vae": self.vae, "unet": tiny_unet(), "controlnet": self.control.stock(), "image_encoder": self.encoder}
        more = {"scheduler": make_scheduler("ddim", EPSILON), "feature_extractor": CLIPImageProcessor()}
        pipe = stock(StableDiffusionControlNetInpaintPipeline, **parts, **more)
        states = [for_stock(file) for file in files]
        pipe.load_ip_adapter(states, subfolder=[""] * len(files), weight_name=[""] * len(files), low_cpu_mem_usage=False)
        pipe.set_ip_adapter_scale(scales)
        reader = self.reader(files[0])
        return drawn_by(
            pipe,
            self,
            image=self.rgb,
            mask_image=self.mask,
            control_image=self.hint,
            num_inference_steps=STEPS,
            guidance_scale=4.0,
            strength=1.0,
            latents=self.noise,
            controlnet_conditioning_scale=0.8,
            ip_adapter_image=[reader.pixels(pictures) for pictures in shown],
            cross_attention_kwargs=masks and {"ip_adapter_masks": masks},
        )


@pytest.fixture(scope="module")
def scene() -> Scene:
    torch.manual_seed(0)
    return Scene()


@pytest.mark.parametrize("kind", ["base", "plus"])
def test_one_reference_parity(scene: Scene, kind: str) -> None:
    file = file_of(kind, 1)
    reader = scene.reader(file)
    wanted = scene.stock([file], [scene.pictures[:1]], 0.7)
    assert apart(scene.ours([reader.adapter], [Garment(scene.tokens(reader, 0), 0.7)]), wanted) <= 1e-4
    assert apart(scene.ours([reader.adapter], [Garment(scene.tokens(reader, 1), 0.7)]), wanted) > 1e-2, "another picture"
    assert apart(scene.ours([reader.adapter], []), wanted) > 1e-2, "no picture"


@pytest.mark.parametrize("kind", ["base", "plus"])
def test_two_masked_references_parity(scene: Scene, kind: str) -> None:
    file = file_of(kind, 1)
    reader = scene.reader(file)
    first, second = (scene.tokens(reader, which) for which in (0, 1))
    here, there = scene.places[:1], scene.places[1:]
    wanted = scene.stock([file], [scene.pictures], [[0.7, 0.5]], [torch.cat([here, there], dim=1)])
    ours = scene.ours([reader.adapter], [Garment(first, 0.7, here), Garment(second, 0.5, there)])
    assert apart(ours, wanted) <= 1e-4
    swapped = scene.ours([reader.adapter], [Garment(first, 0.7, there), Garment(second, 0.5, here)])
    assert apart(swapped, wanted) > 1e-2, "masks of each other"
    assert apart(scene.ours([reader.adapter], [Garment(first, 0.7, here)]), wanted) > 1e-2, "a missing reference"


def test_several_pictures_of_one_garment_parity(scene: Scene) -> None:
    """Without masks the stock pipeline looks at all tokens at once: one garment with the tokens of both."""
    file = file_of("plus", 1)
    reader = scene.reader(file)
    both = torch.cat([scene.tokens(reader, 0), scene.tokens(reader, 1)], dim=1)
    wanted = scene.stock([file], [scene.pictures], 0.7)
    assert apart(scene.ours([reader.adapter], [Garment(both, 0.7)]), wanted) <= 1e-4


def test_two_adapters_parity(scene: Scene) -> None:
    files = [file_of("plus", 1), file_of("base", 2)]
    readers = [scene.reader(file) for file in files]
    adapters = [reader.adapter for reader in readers]
    wanted = scene.stock(files, [scene.pictures[:1], scene.pictures[1:]], [0.7, 0.5])
    first, second = scene.tokens(readers[0], 0), scene.tokens(readers[1], 1)
    assert apart(scene.ours(adapters, [Garment(first, 0.7), Garment(second, 0.5, adapter=1)]), wanted) <= 1e-4
    assert apart(scene.ours(adapters, [Garment(first, 0.7), Garment(second, 0.5)]), wanted) > 1e-2, "the wrong adapter"
