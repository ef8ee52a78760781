"""Weights that come to the device layer by layer, on a stand-in for a device that refuses to mix them with the CPU's."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from models.controlled_unet import Branch, predict
from models.controlnet import AddedConditions
from models.controlnet_union import LINEART, REPAINT, CC_ControlNetUnion, UnionControl
from models.ip_adapter import Garment, attach, new_adapter
from models.placement import LADDER
from models.streaming import LAYERS, restream
from tests import tiny_hub
from tests.standin_device import StandInDevice, forget_freed

CPU = torch.device("cpu")
STREAMED = LADDER[-1]


@pytest.fixture
def device() -> Iterator[torch.device]:
    with StandInDevice() as device:
        yield device


def sdxl() -> tuple[UNet2DConditionModel, CC_ControlNetUnion]:
    """A U-Net with a garment adapter and the control network of many hints, which has a parameter of its own."""
    unet = tiny_hub.unet_of("sdxl").requires_grad_(False)
    attach(unet, [new_adapter(unet, tiny_hub.FEATURES, hidden=64, count=4).requires_grad_(False)])
    union = CC_ControlNetUnion.from_config(tiny_hub.union_of().config)
    union.load_state_dict(tiny_hub.union_of().state_dict())
    return unet.eval(), union.eval().requires_grad_(False)


@torch.no_grad()
def step(unet: UNet2DConditionModel, union: CC_ControlNetUnion, device: torch.device, garment: bool) -> Tensor:
    """One prediction, on the CPU."""
    random = torch.Generator().manual_seed(0)

    def noise(*shape: int) -> Tensor:
        return torch.randn(shape, generator=random).to(device)

    latents, text, tokens, hint = noise(1, 4, 8, 8), noise(2, 77, 32), noise(2, 4, 32), noise(1, 6, 64, 64)
    control = UnionControl(union, {REPAINT: 1.0, LINEART: 0.5})
    added = AddedConditions(noise(2, 16), noise(2, 6))
    branch = Branch(control, control.hint_stem(hint))
    garments = [Garment(tokens)] if garment else []
    return predict(unet, [branch], latents, torch.tensor(5).to(device), text, garments=garments, added=added).cpu()


def layers_on(network: nn.Module, device: torch.device) -> int:
    layers = [module for module in network.modules() if isinstance(module, LAYERS)]
    return sum(layer.weight.device == device for layer in layers)


def test_all_weights_are_brought_in_and_few_at_a_time(device: torch.device) -> None:
    unet, union = sdxl()
    wanted = [step(unet, union, CPU, garment) for garment in (True, False)]
    for network in (unet, union):
        STREAMED.arrange(network, device, torch.float32)
    assert layers_on(unet, device) == 0 and union.task_embedding.device == device
    most = 0

    def count(*_: object) -> None:
        nonlocal most
        most = max(most, layers_on(unet, device))

    for layer in [module for module in unet.modules() if isinstance(module, LAYERS)][::10]:
        layer.register_forward_hook(count, prepend=True)
    for garment in (True, False, True, False):  # whichever layers the call before has used
        assert torch.equal(step(unet, union, device, garment), wanted[0 if garment else 1])
    assert most <= 2


def test_the_next_layer_comes_while_one_computes(device: torch.device) -> None:
    unet, union = sdxl()
    STREAMED.arrange(unet, device, torch.float32)
    STREAMED.arrange(union, device, torch.float32)
    ahead = []
    for layer in unet.modules():
        if isinstance(layer, LAYERS):
            # before the hook that brings it
            layer.register_forward_pre_hook(lambda layer, _: ahead.append(layer.weight.device == device), prepend=True)
    step(unet, union, device, garment=True)
    assert not any(ahead)
    step(unet, union, device, garment=True)
    ahead.clear()
    step(unet, union, device, garment=True)
    assert all(ahead) and len(ahead) > 300


def test_calls_leave_nothing_behind(device: torch.device) -> None:
    unet = UNet2DConditionModel(
        block_out_channels=(8,),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D",),
        up_block_types=("UpBlock2D",),
        cross_attention_dim=8,
        attention_head_dim=4,
        norm_num_groups=4,
    ).requires_grad_(False)
    STREAMED.arrange(unet, device, torch.float32)
    inputs = [values.to(device) for values in (torch.randn(1, 4, 4, 4), torch.tensor(5), torch.randn(1, 3, 8))]

    @torch.no_grad()
    def objects_after(calls: int) -> int:
        for _ in range(calls):
            predict(unet, [], *inputs)
        forget_freed()
        gc.collect()
        return len(gc.get_objects())

    before = objects_after(3)
    assert objects_after(60) - before < 30


def test_layers_that_come_and_go_are_streamed_too(device: torch.device) -> None:
    network = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3)).requires_grad_(False)
    STREAMED.arrange(network, device, torch.float32)
    picture = torch.randn(2, 3)
    with torch.no_grad():
        network(picture.to(device))
        network.append(nn.Linear(3, 3).requires_grad_(False))
        restream(network)
        assert network(picture.to(device)).device == device and layers_on(network, device) <= 1
        network(picture.to(device))
        gone = network.pop(1)
        restream(network)
        network(picture.to(device))
    assert not gone._forward_hooks and not gone._forward_pre_hooks and gone.weight.device == CPU
