"""The connections and fusions of CC_ControlNet: what they do before training, and that each can learn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.control_lite import ControlNetLite, lite_from_unet, skip_channels
from models.controlled_unet import Branch, predict, weigh_by_resolution
from models.controlnet import connections, from_unet, gaussian_from_unet, randomise_zero_convolutions
from models.fusion import FUSIONS, Fusions, place_code
from tests.tiny import tiny_unet

STEM = (4, 4, 8, 8)
Step = tuple[Tensor, Tensor, Tensor]


@pytest.fixture
def step() -> Step:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(2, 4, 8, 8, generator=generator), torch.tensor(500), torch.randn(2, 77, 16, generator=generator)


@pytest.fixture
def hint() -> Tensor:
    return torch.rand(2, 5, 64, 64, generator=torch.Generator().manual_seed(2))


def fusions_for(kind: str) -> Fusions:
    unet = tiny_unet()
    return Fusions(kind, [*skip_channels(unet), unet.config.block_out_channels[-1]]).eval()


@torch.no_grad()
@pytest.mark.parametrize("kind", FUSIONS)
@pytest.mark.parametrize("make", [from_unet, lite_from_unet])
def test_zero_convolution_identity_of_every_fusion_parity(
    kind: str, make: Callable[..., torch.nn.Module], step: Step, hint: Tensor
) -> None:
    """Before training nothing changes, exactly but for the concat's matrix product, whatever the fusion."""
    unet, control = tiny_unet(), make(tiny_unet(), 5, STEM).eval()
    branch = Branch(control, control.hint_stem(hint), fusion=fusions_for(kind))
    difference = (predict(unet, [branch], *step) - unet(*step).sample).abs().max()
    assert difference == 0 if kind != "concat" else difference < 1e-5


@torch.no_grad()
@pytest.mark.parametrize("kind", ["residual", "concat"])
def test_fusions_begin_as_addition(kind: str, step: Step, hint: Tensor) -> None:
    unet, control = tiny_unet(), from_unet(tiny_unet(), 5, STEM).eval()
    randomise_zero_convolutions(control)
    stem = control.hint_stem(hint)
    plain = predict(unet, [Branch(control, stem)], *step)
    assert torch.allclose(predict(unet, [Branch(control, stem, fusion=fusions_for(kind))], *step), plain, atol=1e-5)


@torch.no_grad()
def test_attention_finds_control_where_it_lies() -> None:
    """At first a place takes mostly its own control, so that shape is not lost."""
    attention = FUSIONS["attention"](8)
    control = torch.zeros(1, 8, 16, 16)
    control[..., 5, 11] = 1
    found = attention(torch.zeros(1, 8, 16, 16), control)[0, 0]
    assert found.argmax() == 5 * 16 + 11
    assert found[5, 11] > 20 * found[12, 3]


def test_place_codes_fall_off_with_distance() -> None:
    code = place_code(8, 8, 32)
    products = code @ code.T
    assert torch.equal(products.argmax(1), torch.arange(64))
    assert products[0, 0] - products[0, 1] > 1


@pytest.mark.parametrize("kind", FUSIONS)
@pytest.mark.parametrize("make", [from_unet, gaussian_from_unet, lite_from_unet])
def test_every_part_of_a_control_network_learns(
    kind: str, make: Callable[..., torch.nn.Module], step: Step, hint: Tensor
) -> None:
    """Two steps: with zero convolutions only these have a gradient in the first one."""
    unet, control, fusion = tiny_unet().requires_grad_(False), make(tiny_unet(), 5, STEM), fusions_for(kind).train()
    parameters = [*control.named_parameters(), *fusion.named_parameters()]
    optimizer = torch.optim.SGD([p for _, p in parameters], 0.5)
    for _ in range(3):
        optimizer.zero_grad()
        prediction = predict(unet, [Branch(control, control.hint_stem(hint), fusion=fusion)], *step)
        (prediction - 1).square().mean().backward()
        optimizer.step()
    idle = [name for name, p in parameters if p.grad is None or not p.grad.abs().any()]
    assert not [name for name in idle if not name.endswith("to_k.bias")], idle


def test_gaussian_connections_are_not_zero() -> None:
    assert all(layer.weight.std() > 0 for layer in connections(gaussian_from_unet(tiny_unet(), 5, STEM)))
    assert not any(layer.weight.any() for layer in connections(from_unet(tiny_unet(), 5, STEM)))


@torch.no_grad()
def test_folders_come_back(tmp_path: Path, step: Step, hint: Tensor) -> None:
    unet, control, fusion = tiny_unet(), lite_from_unet(tiny_unet(), 5, STEM).eval(), fusions_for("attention")
    for layer in (*control.controlnet_down_blocks, control.controlnet_mid_block):
        torch.nn.init.normal_(layer.weight)
    control.save_pretrained(tmp_path / "control")
    fusion.save_pretrained(tmp_path / "fusion")
    stored = ControlNetLite.from_pretrained(tmp_path / "control"), Fusions.from_pretrained(tmp_path / "fusion").eval()
    wanted = predict(unet, [Branch(control, control.hint_stem(hint), fusion=fusion)], *step)
    found = predict(unet, [Branch(stored[0], stored[0].hint_stem(hint), fusion=stored[1])], *step)
    assert torch.equal(wanted, found)


def test_resolution_weights_act_on_the_conditional_pass_alone() -> None:
    """w = 64 / h: 1 at the finest connections, 8 at the coarsest of a latent of 64."""
    controls = [torch.ones(2, 1, size, size) for size in (64, 32, 16, 8)]
    weighed = weigh_by_resolution(controls, 64, unconditional=1)
    assert [float(control[1].mean()) for control in weighed] == [1, 2, 4, 8]
    assert not any(control[0].any() for control in weighed)


@torch.no_grad()
def test_resolution_weighting_leaves_the_unconditional_pass_alone(hint: Tensor) -> None:
    unet, control = tiny_unet(), from_unet(tiny_unet(), 5, STEM).eval()
    randomise_zero_convolutions(control)
    generator = torch.Generator().manual_seed(1)
    latents, text = torch.randn(1, 4, 8, 8, generator=generator), torch.randn(2, 77, 16, generator=generator)
    branch = Branch(control, control.hint_stem(hint[:1]), by_resolution=True)
    found = predict(unet, [branch], latents, torch.tensor(500), text)
    alone = unet(latents, torch.tensor(500), text[:1]).sample
    assert torch.allclose(found[:1], alone, atol=1e-5)
    assert not torch.allclose(found[1:], unet(latents, torch.tensor(500), text[1:]).sample, atol=1e-2)
