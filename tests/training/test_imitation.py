"""A garment's picture against the words that it is to stand for."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from models.ip_adapter import cross_attention_names
from tests.tiny import tiny_garment_reader, tiny_text_encoder, tiny_tokenizer, tiny_unet
from training.data import Batch
from training.imitation import Imitation
from training.recipes import RECIPES, Budget, alphas_of


@pytest.fixture
def task(tmp_path: Any) -> Imitation:
    unet = tiny_unet()
    parts = {
        "unet": unet,
        "text_encoder": tiny_text_encoder(tiny_tokenizer(tmp_path)),
        "garment": tiny_garment_reader(unet),
    }
    return Imitation(parts, RECIPES["garment-reader"](Budget(half=8)), alphas_of("v_prediction"), [1.0] * 4)


def batch(mask: float = 1.0) -> Batch:
    generator = torch.Generator().manual_seed(2)
    pictures = {"mask": torch.full((3, 1, 64, 64), mask), "garment": torch.rand(3, 3, 32, 32, generator=generator)}
    tokens = torch.randint(3, 20, (3, 77), generator=generator)
    return Batch(torch.randn(3, 4, 8, 8, generator=generator), pictures, tokens, torch.zeros(1, 77, dtype=torch.long))


def test_a_picture_that_says_nothing_accounts_for_nothing(task: Imitation) -> None:
    for layer in task.parts["garment"].adapter.layers:
        torch.nn.init.zeros_(layer.to_v_ip.weight)
    assert task(batch(), torch.Generator().manual_seed(0)).item() == pytest.approx(1, abs=1e-5)
    assert task(batch(mask=0.0), torch.Generator().manual_seed(0)).item() == 0  # nothing is asked beside the mask


def test_the_tokens_of_the_words_less_those_of_no_words_would_account_for_all(task: Imitation) -> None:
    """With keys that see no difference every word counts alike: the mean of the words' values is what is wanted."""
    found, unet = batch(), task.parts["unet"]
    for name, layer in zip(cross_attention_names(unet), task.parts["garment"].adapter.layers, strict=True):
        attention = unet.get_submodule(name.removesuffix(".processor"))
        for key in (attention.to_k, layer.to_k_ip):
            torch.nn.init.zeros_(key.weight)
        layer.to_v_ip.load_state_dict(attention.to_v.state_dict())
    text = task.parts["text_encoder"](torch.cat([found.empty, found.tokens])).last_hidden_state
    meant = (text[1:] - text[:1]).mean(1, keepdim=True)
    task.parts["garment"].forward = lambda pictures: meant
    assert task(found, torch.Generator().manual_seed(0)).item() == pytest.approx(0, abs=1e-5)


def test_it_leaves_no_trace_in_the_unet(task: Imitation) -> None:
    before = {name: type(processor) for name, processor in task.parts["unet"].attn_processors.items()}
    task(batch(), torch.Generator().manual_seed(0)).backward()
    assert {name: type(processor) for name, processor in task.parts["unet"].attn_processors.items()} == before
    assert all(parameter.grad is None for parameter in task.parts["unet"].parameters())
