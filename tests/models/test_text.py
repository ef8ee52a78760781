"""Words against the stock pipelines, weights against their meaning, long prompts against their pieces."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from models.loader import read_network
from models.profiles import BUNDLED
from models.prompt_weights import Chunk, Fragment, chunks, fragments, without_weights
from models.text import TextEncoders, TextReader, weigh
from pipeline.conditions import token_ids
from tests.tiny import folder_of, tiny_text_encoder, tiny_tokenizer

TEXTS = ["a red skirt", "blue shirt with white dress"]
CPU = torch.device("cpu")


def encode_text(tokenizer: Any, encoder: Any, texts: Sequence[str]) -> Tensor:
    """The plain encoder, B x 77 x D: what a reader has to give where nothing is weighted or long."""
    hidden: Tensor = encoder(token_ids(tokenizer, texts)).last_hidden_state
    return hidden


LONG = ", ".join(["red skirt and blue shirt"] * 20)  # 119 tokens


def sdxl_parts(folder: Path) -> tuple[list[Any], list[Any]]:
    """Tokenizers and encoders; the second tokenizer pads with "!", as the published one does."""
    tokenizer = tiny_tokenizer(folder)
    first = tiny_text_encoder(tokenizer)
    torch.manual_seed(1)
    second = CLIPTextModelWithProjection(CLIPTextConfig(**first.config.to_dict() | {"projection_dim": 24})).eval()
    other = copy.deepcopy(tokenizer)
    other.pad_token = "!"
    return [tokenizer, other], [first, second]


def sd15_reader(folder: Path, clip_skip: int = 1) -> TextReader:
    tokenizer = tiny_tokenizer(folder)
    return TextReader([tokenizer], [tiny_text_encoder(tokenizer)], clip_skip)


@torch.no_grad()
def test_both_encoders_say_what_the_stock_pipeline_hears_parity(tmp_path: Path) -> None:
    (tokenizer, _), (first, second) = sdxl_parts(tmp_path)
    stock = StableDiffusionXLPipeline(None, first, second, tokenizer, copy.copy(tokenizer), None, None)
    words, _, pooled, _ = stock.encode_prompt(TEXTS, device=CPU, do_classifier_free_guidance=False)
    ids = token_ids(tokenizer, TEXTS)
    found = TextEncoders(first, second)(torch.stack([ids, ids], dim=1))
    assert torch.allclose(found.last_hidden_state, words, atol=1e-6)
    assert torch.allclose(found.pooler_output, pooled, atol=1e-6)


@torch.no_grad()
def test_words_for_sd15_parity(tmp_path: Path) -> None:
    reader = sd15_reader(tmp_path)
    stock = StableDiffusionPipeline(None, *reader.encoders, *reader.tokenizers, None, None, None, None, None, False)
    wanted, negative = stock.encode_prompt(TEXTS, CPU, 1, True, ["", "shirt"])
    found = reader.read(["", "shirt", *TEXTS])
    assert (found.hidden - torch.cat([negative, wanted])).abs().max() <= 1e-4
    assert found.pooled is None


@torch.no_grad()
def test_clip_skip_is_what_diffusers_means_by_it_parity(tmp_path: Path) -> None:
    """Its own argument fails with this transformers, so its computation is done here by hand."""
    reader, whole = sd15_reader(tmp_path, clip_skip=2), sd15_reader(tmp_path)
    (encoder,), (tokenizer,) = reader.encoders, reader.tokenizers
    states = encoder(token_ids(tokenizer, TEXTS), output_hidden_states=True).hidden_states
    found = reader.read(TEXTS).hidden
    assert (found - encoder.final_layer_norm(states[-2])).abs().max() <= 1e-4
    assert (found - whole.read(TEXTS).hidden).abs().max() > 1e-2
    with pytest.raises(ValueError, match="1 to 2"):
        TextReader([tokenizer], [encoder], clip_skip=3)


@torch.no_grad()
def test_words_for_sdxl_parity(tmp_path: Path) -> None:
    tokenizers, encoders = sdxl_parts(tmp_path)
    stock = StableDiffusionXLPipeline(None, *encoders, *tokenizers, None, None)
    wanted, negative, pooled, negative_pooled = stock.encode_prompt(TEXTS, device=CPU, negative_prompt=["", "shirt"])
    found = TextReader(tokenizers, encoders).read(["", "shirt", *TEXTS])
    assert found.pooled is not None
    assert (found.hidden - torch.cat([negative, wanted])).abs().max() <= 1e-4
    assert (found.pooled - torch.cat([negative_pooled, pooled])).abs().max() <= 1e-4
    assert (found.pooled[2] - found.pooled[3]).abs().max() > 1e-2


def test_plain_prompts_come_out_bit_for_bit(tmp_path: Path) -> None:
    """On a tiny model and on the bundled one, up to 75 tokens and with brackets that weigh nothing."""
    folder = folder_of(BUNDLED)
    bundled = read_network(CLIPTextModel, folder / "text_encoder", torch.float32).eval()
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
    for reader in (sd15_reader(tmp_path), TextReader([tokenizer], [bundled])):
        (encoder,), (words,) = reader.encoders, reader.tokenizers
        full = " ".join(["a"] * 75)
        texts = ["", *TEXTS, full, "Qipao & 'kimono' a\\b c++, 50% <3"]
        plain = encode_text(words, encoder, texts)
        assert torch.equal(reader.read(texts).hidden, plain)
        assert torch.equal(reader.read(["", "a (red:1) skirt", TEXTS[1], full, texts[-1]]).hidden, plain)
        assert torch.equal(reader.read(["", "(a) red", *texts[2:]]).hidden[2:], plain[2:])


def test_the_artists_syntax() -> None:
    def read(text: str) -> list[tuple[str, float]]:
        return [(fragment.text, round(fragment.weight, 4)) for fragment in fragments(text) if fragment.text]

    assert fragments("no brackets \\ here: 1.2") == (Fragment("no brackets \\ here: 1.2"),)
    assert read("a (red skirt:1.3), shirt") == [("a ", 1), ("red skirt", 1.3), (", shirt", 1)]
    assert read("(a), ((b)), [c], [[d]]")[::2] == [("a", 1.1), ("b", 1.21), ("c", 0.9091), ("d", 0.8264)]
    assert read("(a (b:1.5) [c])") == [("a ", 1.1), ("b", 1.65), (" ", 1.1), ("c", 1.0)]
    assert read("((a:1.2):0.5)") == [("a", 0.6)]
    assert read("fate \\(series\\), (x\\):1.2)") == [("fate (series), ", 1), ("x)", 1.2)]
    assert read("(a:b) :)") == [("a:b", 1.1), (" :)", 1)]
    assert read(":( (a:b)") == [(":( ", 1), ("a:b", 1.1)]
    assert read("(a [b)") == [("a [b", 1.1)]
    assert read("(no number: x), [y:0.5], (z:-1), (w: .5)")[::2] == [
        ("no number: x", 1.1),
        ("y:0.5", 0.9091),
        ("z", -1),
        ("w", 0.5),
    ]
    assert read("()") == []
    assert without_weights("a ((red:1.2) skirt) \\(x\\)") == "a red skirt (x)"


@torch.no_grad()
def test_weights_multiply_their_tokens(tmp_path: Path) -> None:
    reader = sd15_reader(tmp_path)
    plain, weighted = reader.read(["a red skirt"]).hidden[0], reader.read(["a (red:1.5) skirt"]).hidden[0]
    length = len(chunks(*reader.tokenizers, "a")[0].ids)
    red = len(chunks(*reader.tokenizers, "red")[0].ids)
    factors = torch.ones(77, 1)
    factors[1 + length : 1 + length + red] = 1.5
    assert torch.allclose(weighted, plain * factors, atol=1e-6)
    assert (weighted - plain).abs().max() > 1e-2


def test_weighing_keeps_a_mean_but_no_noise() -> None:
    chunk = Chunk((1, 2), (1.0, 1.5))
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(77, 32, generator=generator) - 0.1
    weighed = weigh(hidden, chunk, keep_mean=True)
    assert torch.allclose(weighed.mean(), hidden.mean(), atol=1e-5)
    free = weigh(hidden, chunk, keep_mean=False)
    assert torch.allclose(free[2], hidden[2] * 1.5) and torch.equal(free[3:], hidden[3:])
    centred = hidden - hidden.mean(1, keepdim=True)  # a ratio of such means would be anything
    assert torch.equal(weigh(centred, chunk, keep_mean=True), weigh(centred, chunk, keep_mean=False))


@torch.no_grad()
def test_long_prompts_are_read_in_chunks_that_end_with_a_phrase(tmp_path: Path) -> None:
    reader = sd15_reader(tmp_path)
    (tokenizer,), (encoder,) = reader.tokenizers, reader.encoders
    found = chunks(tokenizer, LONG)
    assert len(found) > 1 and all(len(chunk.ids) <= 75 for chunk in found)
    assert [index for chunk in found for index in chunk.ids] == tokenizer(LONG, add_special_tokens=False).input_ids
    assert all(tokenizer.convert_ids_to_tokens(chunk.ids[-1]) == ",</w>" for chunk in found[:-1])
    hidden = reader.read(["red", LONG]).hidden
    assert hidden.shape == (2, 77 * len(found), 16)
    pieces = encode_text(tokenizer, encoder, [tokenizer.decode(chunk.ids) for chunk in found])
    assert torch.allclose(hidden[1], pieces.flatten(0, 1), atol=1e-5)
    short = encode_text(tokenizer, encoder, ["red", *[""] * (len(found) - 1)])
    assert torch.allclose(hidden[0], short.flatten(0, 1), atol=1e-5)
    assert [len(chunk.ids) for chunk in chunks(tokenizer, "a " * 160)] == [75, 75, 10]


@torch.no_grad()
def test_sdxl_reads_long_weighted_prompts_too(tmp_path: Path) -> None:
    reader = TextReader(*sdxl_parts(tmp_path))
    plain, found = reader.read(["a red skirt", LONG]), reader.read(["a (red:1.5) skirt", f"({LONG}:1.2)"])
    assert found.hidden.shape == plain.hidden.shape and found.hidden.shape[1] > 77
    assert found.hidden.shape[2] == 32
    assert plain.pooled is not None and found.pooled is not None
    assert torch.equal(plain.pooled, found.pooled)  # which speaks for the words, whatever their weights
    assert (found.hidden - plain.hidden).abs().amax((1, 2)).min() > 1e-2
