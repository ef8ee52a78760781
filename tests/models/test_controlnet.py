from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import ControlNetModel, UNet2DConditionModel

from models.controlled_unet import Branch, guide, predict
from models.controlnet import AddedConditions, CC_ControlNet, from_unet, randomise_zero_convolutions
from tests.tiny import SDXL, tiny_unet


@pytest.fixture
def inputs() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {
        "latents": torch.randn(2, 4, 8, 8, generator=generator),
        "timestep": torch.tensor(500),
        "text": torch.randn(2, 77, 16, generator=generator),
        "hint": torch.rand(2, 5, 64, 64, generator=generator),
    }


@torch.no_grad()
def test_zero_convolution_identity_parity(inputs: dict[str, torch.Tensor]) -> None:
    unet = tiny_unet()
    control = from_unet(unet, 5, (4, 4, 8, 8)).eval()
    branch = Branch(control, control.hint_stem(inputs["hint"]))
    step = (inputs["latents"], inputs["timestep"], inputs["text"])
    alone = unet(*step).sample
    assert torch.equal(predict(unet, [branch], *step), alone)
    randomise_zero_convolutions(control)
    branch = Branch(control, control.hint_stem(inputs["hint"]))
    assert not torch.allclose(predict(unet, [branch], *step), alone, atol=1e-3)


@torch.no_grad()
def test_split_forward_equals_stock_parity(inputs: dict[str, torch.Tensor], tmp_path: Path) -> None:
    control = from_unet(tiny_unet(), 5, (4, 4, 8, 8)).eval()
    randomise_zero_convolutions(control)
    control.save_pretrained(tmp_path)
    stock = ControlNetModel.from_pretrained(tmp_path).eval()
    assert type(stock) is ControlNetModel
    assert type(control.stock()) is ControlNetModel
    down, middle = stock(
        inputs["latents"], inputs["timestep"], inputs["text"], inputs["hint"], conditioning_scale=0.7, return_dict=False
    )
    for net in (control, CC_ControlNet.from_pretrained(tmp_path).eval()):
        stem = net.hint_stem(inputs["hint"])
        ours, our_middle = net.residuals(inputs["latents"], inputs["timestep"], inputs["text"], stem, 0.7)
        assert all(torch.equal(a, b) for a, b in zip(ours, down, strict=True))
        assert torch.equal(our_middle, middle)


@torch.no_grad()
@pytest.mark.parametrize("scale", [0.0, 0.7])
def test_sdxl_is_told_sizes_and_pooled_words_parity(inputs: dict[str, torch.Tensor], scale: float) -> None:
    torch.manual_seed(0)
    unet = UNet2DConditionModel.from_config(tiny_unet().config, **SDXL).eval()
    control = from_unet(unet, 5, (4, 4, 8, 8)).eval()
    randomise_zero_convolutions(control)
    added = AddedConditions(torch.randn(2, 24), torch.tensor([[64, 64, 0, 0, 64, 64], [80, 64, 8, 0, 64, 64]]))
    told = {"text_embeds": added.pooled, "time_ids": added.sizes}
    step = (inputs["latents"], inputs["timestep"], inputs["text"])
    down, middle = control.stock()(*step, inputs["hint"], conditioning_scale=scale, added_cond_kwargs=told, return_dict=False)
    wanted = unet(
        *step, added_cond_kwargs=told, down_block_additional_residuals=down, mid_block_additional_residual=middle
    ).sample
    found = predict(unet, [Branch(control, control.hint_stem(inputs["hint"]), scale)], *step, added=added)
    assert torch.allclose(found, wanted, atol=1e-5)
    other = replace(added, sizes=added.sizes + 16)
    assert not torch.allclose(predict(unet, [], *step, added=other), wanted, atol=1e-3)


def test_copy_starts_from_the_base_and_leaves_it_alone() -> None:
    unet = tiny_unet()
    control = from_unet(unet, 5, (4, 4, 8, 8))
    weight = unet.down_blocks[0].resnets[0].conv1.weight
    copied = control.down_blocks[0].resnets[0].conv1.weight
    assert torch.equal(weight, copied)
    assert weight.data_ptr() != copied.data_ptr()


@torch.no_grad()
def test_branch_outside_its_span_is_not_run(inputs: dict[str, torch.Tensor]) -> None:
    unet = tiny_unet()
    control = from_unet(unet, 5, (4, 4, 8, 8)).eval()
    runs = 0

    def count(*_: object) -> None:
        nonlocal runs
        runs += 1

    control.conv_in.register_forward_hook(count)
    branch = Branch(control, control.hint_stem(inputs["hint"]), end=0.5)
    for step in range(10):
        predict(unet, [branch], inputs["latents"], inputs["timestep"], inputs["text"], step, 10)
    assert runs == 5
    predict(unet, [Branch(control, branch.stem, scale=0)], inputs["latents"], inputs["timestep"], inputs["text"])
    assert runs == 5


def test_guidance_and_rescale() -> None:
    prediction = torch.randn(4, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(guide(prediction, 1.0), prediction[2:], atol=1e-6)
    rescaled = guide(prediction, 6.0, rescale=1.0)
    assert torch.allclose(rescaled.std(dim=(1, 2, 3)), prediction[2:].std(dim=(1, 2, 3)), atol=1e-4)
