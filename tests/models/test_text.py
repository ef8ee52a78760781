"""SDXL's text encoders as one, against the stock pipeline."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from diffusers import StableDiffusionXLPipeline
from transformers import CLIPTextConfig, CLIPTextModelWithProjection

from models.text import TextEncoders
from pipeline.conditions import token_ids
from tests.tiny import tiny_text_encoder, tiny_tokenizer


@torch.no_grad()
def test_both_encoders_say_what_the_stock_pipeline_hears_parity(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer(tmp_path)
    first = tiny_text_encoder(tokenizer)
    torch.manual_seed(1)
    second = CLIPTextModelWithProjection(CLIPTextConfig(**first.config.to_dict() | {"projection_dim": 24})).eval()
    texts = ["a red skirt", "blue shirt with white dress"]
    stock = StableDiffusionXLPipeline(None, first, second, tokenizer, copy.copy(tokenizer), None, None)
    words, _, pooled, _ = stock.encode_prompt(texts, device=torch.device("cpu"), do_classifier_free_guidance=False)
    ids = token_ids(tokenizer, texts)
    found = TextEncoders(first, second)(torch.stack([ids, ids], dim=1))
    assert torch.allclose(found.last_hidden_state, words, atol=1e-6)
    assert torch.allclose(found.pooler_output, pooled, atol=1e-6)
