"""The garment adapter against stock diffusers on the same weights, and that it leaves no trace."""

from __future__ import annotations

import pytest
import torch
from diffusers import UNet2DConditionModel
from diffusers.image_processor import IPAdapterMaskProcessor
from torch import Tensor

from models.controlled_unet import predict
from models.ip_adapter import (
    DecoupledCrossAttention,
    Garment,
    GarmentAdapter,
    ImageProjection,
    IPAdapterAttnProcessor,
    adapter_from_state,
    cross_attention_names,
    detach,
    new_adapter,
    places_of,
    published,
)
from tests.tiny import tiny_unet

FEATURES = 24
Step = tuple[Tensor, Tensor, Tensor]


@pytest.fixture
def step() -> Step:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(2, 4, 8, 8, generator=generator), torch.tensor(500), torch.randn(2, 77, 16, generator=generator)


def adapter_for(unet: UNet2DConditionModel, kind: str = "plus") -> GarmentAdapter:
    torch.manual_seed(5)
    adapter = new_adapter(unet, FEATURES, hidden=64, count=4)
    if kind == "base":
        adapter.image_proj = ImageProjection(FEATURES, 16, 4)
    for parameter in adapter.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return adapter.eval()


@torch.no_grad()
@pytest.mark.parametrize("kind", ["plus", "base"])
@pytest.mark.parametrize("scale", [1.0, 0.4])
def test_garment_adapter_parity(kind: str, scale: float, step: Step) -> None:
    """The same file in stock diffusers gives the same prediction, and without the garment another one."""
    unet, stock = tiny_unet(), tiny_unet()
    adapter = adapter_for(unet, kind)
    state = published(adapter.state_dict())
    parts = {
        part: {k.removeprefix(part + "."): v for k, v in state.items() if k.startswith(part)}
        for part in ("image_proj", "ip_adapter")
    }
    stock._load_ip_adapter_weights([parts])
    for name, processor in stock.attn_processors.items():
        if name.endswith("attn2.processor"):
            processor.scale = [scale]
    features = torch.randn(2, 7, FEATURES) if kind == "plus" else torch.randn(2, FEATURES)
    wanted = stock(*step, added_cond_kwargs={"image_embeds": [features[:, None]]}).sample
    adapter.attach(unet)
    found = predict(unet, [], *step, garments=[Garment(adapter.tokens(features), scale)])
    assert (found - wanted).abs().max() <= 1e-4
    assert (predict(unet, [], *step) - wanted).abs().max() > 1e-2


@torch.no_grad()
def test_without_a_garment_nothing_changes_and_detaching_leaves_no_trace(step: Step) -> None:
    unet = tiny_unet()
    alone, weights, kinds = predict(unet, [], *step), list(unet.state_dict()), [type(p) for p in unet.attn_processors.values()]
    adapter = adapter_for(unet)
    adapter.attach(unet)
    tokens = adapter.tokens(torch.randn(2, 7, FEATURES))
    assert torch.equal(predict(unet, [], *step), alone)
    assert torch.equal(predict(unet, [], *step, garments=[Garment(tokens, 0.0)]), alone)
    detach(unet)
    assert list(unet.state_dict()) == weights
    assert [type(p) for p in unet.attn_processors.values()] == kinds


@torch.no_grad()
def test_a_mask_says_where_the_garment_acts() -> None:
    """In one layer: places under the mask change, the others do not."""
    unet = tiny_unet()
    attention = unet.get_submodule(cross_attention_names(unet)[0].removesuffix(".processor"))
    layer = DecoupledCrossAttention(attention.to_k.out_features, attention.to_k.in_features)
    hidden, text, tokens = torch.randn(1, 16, 32), torch.randn(1, 77, 16), torch.randn(1, 4, 16)
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., 32:, :] = 1
    attention.set_processor(IPAdapterAttnProcessor([layer]))
    alone = attention(hidden, text)
    found = attention(hidden, text, ip_hidden_states=[Garment(tokens, 1.0, mask)])
    assert torch.equal(found[:, :8], alone[:, :8])
    assert ((found[:, 8:] - alone[:, 8:]).abs().amax(-1) > 1e-4).all()


def test_masks_are_read_at_every_resolution() -> None:
    """As stock diffusers does, and also where a U-Net rounds up: 13 x 10 latents become 7 x 5, then 4 x 3."""
    for height, width in ((12, 8), (96, 64)):
        mask = (torch.rand(1, 1, height, width) > 0.5).float()
        for rows, columns in ((12, 8), (6, 4), (3, 2)):
            stock = IPAdapterMaskProcessor.downsample(mask[0], 1, rows * columns, 1)
            assert torch.allclose(places_of(mask, rows * columns), stock, atol=1e-6)
    lower = torch.zeros(1, 1, 13, 10)
    lower[..., 7:, :] = 1
    for rows, columns in ((13, 10), (7, 5), (4, 3)):
        found = places_of(lower, rows * columns).reshape(rows, columns)
        assert (found[0] < 0.1).all() and (found[-1] > 0.9).all() and torch.allclose(found, found[:, :1])


@pytest.mark.parametrize("kind", ["plus", "base"])
def test_files_come_back_and_foreign_ones_are_refused(kind: str) -> None:
    unet = tiny_unet()
    adapter = adapter_for(unet, kind)
    again = adapter_from_state(published(adapter.state_dict()), unet)
    assert again.reads_all_features is (kind == "plus")
    assert all(torch.equal(value, published(again.state_dict())[name]) for name, value in published(adapter.state_dict()).items())
    other = {
        name: value[:8] if name.startswith("ip_adapter.1.") else value for name, value in published(adapter.state_dict()).items()
    }
    with pytest.raises(ValueError, match="another model"):
        adapter_from_state(other, unet)


def test_an_untrained_adapter_begins_with_the_words_keys_and_values() -> None:
    unet = tiny_unet()
    attention = unet.get_submodule(cross_attention_names(unet)[0].removesuffix(".processor"))
    layer = new_adapter(unet, FEATURES, hidden=64).layers[0]
    assert isinstance(layer, DecoupledCrossAttention)
    assert (
        torch.equal(layer.to_k_ip.weight, attention.to_k.weight)
        and layer.to_k_ip.weight.data_ptr() != attention.to_k.weight.data_ptr()
    )
