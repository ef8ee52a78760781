"""Union control networks against `StableDiffusionXLControlNetUnionInpaintPipeline` on the same weights and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import ControlNetUnionModel, StableDiffusionXLControlNetUnionInpaintPipeline
from torch import Tensor

from models.controlled_unet import Branch, predict
from models.controlnet import AddedConditions
from models.controlnet_union import LINEART, REPAINT, CC_ControlNetUnion, UnionControl
from models.samplers import make_scheduler
from pipeline.denoise import Known, denoise
from pipeline.latents import encode_picture, latent_mask
from tests.pipeline.parity import EPSILON, SIZES, Given, apart, drawn_by, stock, unet_of
from tests.tiny import tiny_vae

STEPS = 4


def tiny_union(unet: Any) -> CC_ControlNetUnion:
    """Of eight types, with no layer left at zero."""
    shared = {
        name: value for name, value in unet.config.items() if name in ControlNetUnionModel._get_init_keys(ControlNetUnionModel)
    }
    own = {"num_control_type": 8, "num_trans_channel": 16, "num_trans_head": 4, "num_proj_channel": 16}
    net: CC_ControlNetUnion = CC_ControlNetUnion(
        **{**shared, **own, "mid_block_scale_factor": 1, "conditioning_embedding_out_channels": (4, 4, 8, 8)}
    )
    with torch.no_grad():
        for parameter in net.parameters():
            if not parameter.any():
                parameter.normal_(std=0.2)
        for parameter in net.controlnet_cond_embedding.parameters():  # a stem that lets the hint through
            parameter.normal_(std=0.3)
    return net.eval()


class Scene(Given):
    """Networks, words and pictures, common to both sides."""

    def __init__(self) -> None:
        super().__init__()
        self.unet = unet_of("sdxl")
        self.union = tiny_union(self.unet)
        self.vae = tiny_vae()
        self.pictures = {REPAINT: self.rgb * (1 - self.mask), LINEART: self.drawn[:1]}

    def stock(self, kinds: Mapping[int, float]) -> Tensor:
        parts = {"vae": self.vae, "unet": self.unet, "controlnet": self.union}
        return drawn_by(
            stock(StableDiffusionXLControlNetUnionInpaintPipeline, **parts, scheduler=make_scheduler("euler", EPSILON)),
            self,
            image=self.rgb,
            mask_image=self.mask,
            control_image=[self.pictures[kind] for kind in kinds],
            control_mode=list(kinds),
            controlnet_conditioning_scale=[0.8 * strength for strength in kinds.values()],
            num_inference_steps=STEPS,
            guidance_scale=5.0,
            strength=1.0,
            latents=self.noise,
        )

    @torch.no_grad()
    def ours(self, kinds: Mapping[int, float], shown: Mapping[int, Tensor] | None = None) -> Tensor:
        network = UnionControl(self.union, kinds)
        hint = torch.cat([(shown or self.pictures)[kind] for kind in kinds], dim=1)
        return denoise(
            self.unet,
            [Branch(network, network.hint_stem(hint), 0.8)],
            self.text,
            make_scheduler("euler", EPSILON),
            self.noise,
            steps=STEPS,
            guidance=5.0,
            known=Known(encode_picture(self.vae, self.rgb, torch.Generator()), latent_mask(self.mask, 8, 8)),
            added=AddedConditions(self.pooled, SIZES),
        )


@pytest.fixture(scope="module")
def scene() -> Scene:
    torch.manual_seed(0)
    return Scene()


def test_repaint_parity(scene: Scene) -> None:
    """The stock pipeline takes the hint as it is given: masked pixels black is up to the caller."""
    wanted = scene.stock({REPAINT: 1.0})
    assert apart(scene.ours({REPAINT: 1.0}), wanted) <= 1e-4
    assert apart(scene.ours({REPAINT: 1.0}, {REPAINT: scene.rgb}), wanted) > 1e-2, "the hint must show"
    assert apart(scene.ours({LINEART: 1.0}, {LINEART: scene.pictures[REPAINT]}), wanted) > 1e-2, "its kind must show"


def test_several_kinds_at_once_parity(scene: Scene) -> None:
    kinds = {REPAINT: 1.0, LINEART: 0.6}
    wanted = scene.stock(kinds)
    assert apart(scene.ours(kinds), wanted) <= 1e-4
    assert apart(scene.ours({REPAINT: 1.0, LINEART: 1.0}), wanted) > 1e-2, "strength must show"


@torch.no_grad()
def test_pictures_of_a_batch_do_not_see_each_other(scene: Scene) -> None:
    generator = torch.Generator().manual_seed(1)
    latents, text = torch.randn(2, 4, 8, 8, generator=generator), torch.randn(2, 77, 16, generator=generator)
    network = UnionControl(scene.union, {REPAINT: 1.0})
    stem = network.hint_stem(torch.cat([scene.pictures[REPAINT], scene.pictures[LINEART]]))
    added = AddedConditions(scene.pooled, SIZES)

    def seen(rows: slice) -> Tensor:
        step = (latents[rows], torch.tensor(500), text[rows])
        return predict(scene.unet, [Branch(network, stem[rows])], *step, added=added.rows(rows))

    both = seen(slice(None))
    for index in range(2):
        assert apart(both[index : index + 1], seen(slice(index, index + 1))) <= 1e-5


def test_its_folder_is_stock_diffusers(scene: Scene, tmp_path: Path) -> None:
    scene.union.save_pretrained(tmp_path)
    stock = ControlNetUnionModel.from_pretrained(tmp_path)
    weights = scene.union.state_dict()
    assert '"_class_name": "ControlNetUnionModel"' in (tmp_path / "config.json").read_text()
    assert all(torch.equal(value, weights[name]) for name, value in stock.state_dict().items())
