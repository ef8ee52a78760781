"""Our loop against `StableDiffusionControlNetInpaintPipeline` on the same weights, noise and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionControlNetInpaintPipeline
from torch import Tensor

from models.controlled_unet import Branch
from models.controlnet import CC_ControlNet, from_unet, randomise_zero_convolutions
from models.loader import Networks
from models.profiles import ModelProfile
from models.samplers import SAMPLERS, make_scheduler
from pipeline.conditions import bundled_hint, inpaint_hint
from pipeline.denoise import Known, denoise
from pipeline.latents import encode_picture, latent_mask
from tests.pipeline.parity import EPSILON, SIZE, VPRED, Given, apart
from tests.tiny import folder_of, tiny_unet, tiny_vae

STEPS = 6
PROMPT, NEGATIVE = "a red skirt", "blue"
SCALES = (0.8, 0.6, 0.5)
ALL_THE_WAY = [(0.0, 1.0)] * 3
NOISE_SAMPLERS = [name for name in SAMPLERS if name != "flow"]  # the stock pipeline has no rectified flow


@pytest.fixture(scope="module")
def picture() -> dict[str, Tensor]:
    given = Given()
    return {"rgb": given.rgb, "mask": given.mask, "lineart": given.drawn[:1, :1], "noise": given.noise}


@pytest.fixture(scope="module")
def controls(picture: dict[str, Tensor]) -> list[tuple[CC_ControlNet, Tensor]]:
    """Three networks of different hints: the bundled one with five channels, the three-channel inpainting one, and line
    art alone."""
    hints = (
        bundled_hint(picture["rgb"], picture["mask"], picture["lineart"]),
        inpaint_hint(picture["rgb"], picture["mask"]),
        picture["lineart"].expand(-1, 3, -1, -1),
    )
    nets = [from_unet(tiny_unet(seed=seed), hint.shape[1], (4, 4, 8, 8)).eval() for seed, hint in enumerate(hints)]
    for seed, net in enumerate(nets):
        randomise_zero_convolutions(net, seed)
    return list(zip(nets, hints, strict=True))


def stock_latents(
    networks: Networks,
    vae: Any,
    controls: Sequence[tuple[CC_ControlNet, Tensor]],
    picture: dict[str, Tensor],
    scheduler: Any,
    guidance: float,
    strength: float,
    spans: Sequence[tuple[float, float]],
) -> Tensor:
    nets = [net.stock() for net, _ in controls]
    hints = [hint for _, hint in controls]
    scales = list(SCALES[: len(nets)])
    pipe = StableDiffusionControlNetInpaintPipeline(
        vae=vae,
        text_encoder=networks.text_encoder,
        tokenizer=networks.tokenizer,
        unet=networks.unet,
        controlnet=nets[0] if len(nets) == 1 else nets,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    result: Tensor = pipe(
        prompt=PROMPT,
        negative_prompt=NEGATIVE,
        image=picture["rgb"],
        mask_image=picture["mask"],
        control_image=hints[0] if len(nets) == 1 else hints,
        height=SIZE,
        width=SIZE,
        num_inference_steps=STEPS,
        guidance_scale=guidance,
        strength=strength,
        # the stock pipeline takes given latents for noise only at full strength
        latents=picture["noise"] if strength == 1 else None,
        generator=torch.Generator().manual_seed(7),
        controlnet_conditioning_scale=scales[0] if len(nets) == 1 else scales,
        control_guidance_start=[start for start, _ in spans],
        control_guidance_end=[end for _, end in spans],
        output_type="latent",
    ).images
    return result


@torch.no_grad()
def our_latents(
    networks: Networks,
    vae: Any,
    controls: Sequence[tuple[CC_ControlNet, Tensor]],
    picture: dict[str, Tensor],
    scheduler: Any,
    guidance: float,
    strength: float,
    spans: Sequence[tuple[float, float]],
) -> Tensor:
    generator = torch.Generator().manual_seed(7)
    latents = encode_picture(vae, picture["rgb"], generator)
    noise = picture["noise"] if strength == 1 else torch.randn(picture["noise"].shape, generator=generator)
    branches = [
        Branch(net, net.hint_stem(hint), scale, start, end)
        for (net, hint), scale, (start, end) in zip(controls, SCALES, spans, strict=False)
    ]
    texts = [NEGATIVE, PROMPT] if guidance > 1 else [PROMPT]
    return denoise(
        networks.unet,
        branches,
        networks.reader.read(texts).hidden,
        scheduler,
        noise,
        steps=STEPS,
        guidance=guidance,
        strength=strength,
        known=Known(latents, latent_mask(picture["mask"], SIZE // 8, SIZE // 8)),
        generators=[generator],
    )


def difference(networks: Networks, ours: Sequence[Any], stock: Sequence[Any], **settings: Any) -> float:
    """Largest difference in the final latents; `settings` are common to both sides."""
    sampler, config = settings.pop("sampler"), settings.pop("config", EPSILON)
    vae = settings.pop("vae")
    settings = {"strength": 1.0, "spans": ALL_THE_WAY, **settings}
    results = []
    for run, nets in ((our_latents, ours), (stock_latents, stock)):
        spans = settings["spans"][: len(nets)]
        results.append(
            run(networks, vae, nets, settings["picture"], make_scheduler(sampler, config),
                settings["guidance"], settings["strength"], spans)
        )  # fmt: skip
    assert results[0].dtype == results[1].dtype == torch.float32
    assert torch.isfinite(results[1]).all()
    return apart(*results)


@pytest.mark.parametrize(("sampler", "guidance"), [("ddim", 1.0), ("pndm", 1.0), *((name, 4.0) for name in NOISE_SAMPLERS)])
def test_loop_parity(tiny_networks: Networks, controls: Any, picture: dict[str, Tensor], sampler: str, guidance: float) -> None:
    """Also of the samplers that add noise: it comes from the same generator."""
    common = {"vae": tiny_networks.vae, "picture": picture, "sampler": sampler, "guidance": guidance}
    stock = controls[:1]
    assert difference(tiny_networks, stock, stock, **common) <= 1e-4
    assert difference(tiny_networks, [], stock, **common) > 1e-2, "a missing ControlNet must show"


def test_every_sampler_goes_its_own_way(tiny_networks: Networks, controls: Any, picture: dict[str, Tensor]) -> None:
    settings = (tiny_networks, tiny_networks.vae, controls[:1], picture)
    found = [our_latents(*settings, make_scheduler(name, EPSILON), 4.0, 1.0, ALL_THE_WAY) for name in NOISE_SAMPLERS]
    for index, one in enumerate(found):
        assert all(apart(one, other) > 1e-2 for other in found[:index]), NOISE_SAMPLERS[index]


@pytest.mark.parametrize("sampler", ["ddim", "euler", "euler_a", "dpm++2m", "unipc"])
def test_zero_snr_parity(tiny_networks: Networks, controls: Any, picture: dict[str, Tensor], sampler: str) -> None:
    """The bundled profile's own noise schedule."""
    common = {"vae": tiny_networks.vae, "picture": picture, "sampler": sampler, "guidance": 4.0, "config": VPRED}
    assert difference(tiny_networks, controls[:1], controls[:1], **common) <= 1e-4


@pytest.mark.parametrize("sampler", NOISE_SAMPLERS)
def test_strength_parity(tiny_networks: Networks, controls: Any, picture: dict[str, Tensor], sampler: str) -> None:
    common = {"vae": tiny_networks.vae, "picture": picture, "sampler": sampler, "guidance": 4.0, "strength": 0.5}
    assert difference(tiny_networks, controls[:1], controls[:1], **common) <= 1e-4


@pytest.mark.parametrize("count", [1, 2, 3])
def test_span_parity(tiny_networks: Networks, controls: Any, picture: dict[str, Tensor], count: int) -> None:
    """Ours does not run a control outside its span; the stock one multiplies by zero."""
    common = {"vae": tiny_networks.vae, "picture": picture, "sampler": "ddim", "guidance": 4.0}
    nets, spans = controls[:count], [(0.0, 0.6), (0.3, 1.0), (0.5, 0.9)]
    assert difference(tiny_networks, nets, nets, **common) <= 1e-4
    assert difference(tiny_networks, nets, nets, **common, spans=spans) <= 1e-4
    assert difference(tiny_networks, nets[:-1], nets, **common, spans=spans) > 1e-2, "a missing ControlNet must show"


def test_kl_autoencoder_parity(tiny_networks: Networks, controls: Any, picture: dict[str, Tensor]) -> None:
    common = {"vae": tiny_vae(kind="kl"), "picture": picture, "sampler": "ddim", "guidance": 4.0}
    assert difference(tiny_networks, controls[:1], controls[:1], **common) <= 1e-4


def test_shipped_folder_runs_in_stock_diffusers_parity(
    tiny_profile: ModelProfile, tiny_networks: Networks, controls: Any, picture: dict[str, Tensor]
) -> None:
    pipe = StableDiffusionControlNetInpaintPipeline.from_pretrained(folder_of(tiny_profile), safety_checker=None)
    for stock, net in ((pipe.unet, tiny_networks.unet), (pipe.controlnet, tiny_networks.controls["controlnet"])):
        weights = net.state_dict()
        assert all(torch.equal(value, weights[name]) for name, value in stock.state_dict().items())
    common = {"vae": pipe.vae, "picture": picture, "sampler": "ddim", "guidance": 4.0, "config": VPRED}
    ours = [(tiny_networks.controls["controlnet"], controls[0][1])]
    assert difference(tiny_networks, ours, ours, **common) <= 1e-4
