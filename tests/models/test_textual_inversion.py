"""New words against the stock pipelines' loading of the same files, and that they are forgotten again."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.text import TextReader
from models.textual_inversion import textual_inversions
from models.weights import WeightsError
from tests.models.test_text import CPU, sd15_reader, sdxl_parts

PROMPT = "a red <style> skirt, easy"


def vectors(count: int, seed: int = 0, width: int = 16) -> Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed))


def written(path: Path, **tensors: Tensor) -> Path:
    save_file(tensors, path)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[Path, str]]:
    """One of A1111's with three vectors and one of diffusers' with one."""
    return [
        (written(tmp_path / "a.safetensors", emb_params=vectors(3)), "<style>"),
        (written(tmp_path / "b.safetensors", **{"<old name>": vectors(1, seed=1)[0]}), "easy"),
    ]


@torch.no_grad()
def test_new_words_parity(files: list[tuple[Path, str]], tmp_path: Path) -> None:
    reader = sd15_reader(tmp_path)
    encoders, tokenizers = copy.deepcopy((reader.encoders, reader.tokenizers))
    stock = StableDiffusionPipeline(None, *encoders, *tokenizers, None, None, None, None, None, False)
    for path, word in files:
        stock.load_textual_inversion(str(path), token=word)
    wanted, _ = stock.encode_prompt(PROMPT, CPU, 1, False)
    before = reader.read([PROMPT]).hidden
    with textual_inversions(reader.tokenizers, reader.encoders, files):
        found = reader.read([PROMPT]).hidden
        weighted = reader.read([PROMPT.replace("<style>", "(<style>:1.3)")]).hidden
    assert (found - wanted).abs().max() <= 1e-4
    assert (found - before).abs().max() > 1e-2
    changed = (weighted - found).abs().amax(-1)[0] > 1e-3
    assert changed.sum() == 3  # all of its vectors


@torch.no_grad()
@pytest.mark.parametrize("end", ["own", "OpenAI's"])
def test_new_words_for_sdxl_parity(end: str, tmp_path: Path) -> None:
    tokenizers, encoders = sdxl_parts(tmp_path)
    file = written(tmp_path / "xl.safetensors", clip_l=vectors(2), clip_g=vectors(2, seed=1))
    stock = StableDiffusionXLPipeline(None, *copy.deepcopy(encoders), *copy.deepcopy(tokenizers), None, None)
    for part, number in (("clip_l", ""), ("clip_g", "_2")):
        own = {kind: getattr(stock, kind + number) for kind in ("tokenizer", "text_encoder")}
        stock.load_textual_inversion(load_file(file)[part], token="<style>", **own)
    wanted, _, pooled, _ = stock.encode_prompt(PROMPT, device=CPU, do_classifier_free_guidance=False)
    if end != "own":  # a configuration with which a new word would be taken for the end of the prompt
        encoders[1].text_model.eos_token_id = 2
    reader = TextReader(tokenizers, encoders)
    with textual_inversions(tokenizers, encoders, [(file, "<style>")]):
        found = reader.read([PROMPT])
    assert found.pooled is not None
    assert (found.hidden - wanted).abs().max() <= 1e-4
    assert (found.pooled - pooled).abs().max() <= 1e-4
    assert encoders[1].text_model.eos_token_id == (2 if end != "own" else tokenizers[1].eos_token_id)


def test_a_word_is_found_in_any_case_but_not_inside_another(files: list[tuple[Path, str]], tmp_path: Path) -> None:
    reader = sd15_reader(tmp_path)
    before = reader.read(["uneasy skirt", "mystyle"]).hidden
    with textual_inversions(reader.tokenizers, reader.encoders, [(files[0][0], "MyStyle"), files[1]]):
        inside, lower, upper = reader.read(["uneasy skirt", "mystyle", "MyStyle"]).hidden
    assert torch.equal(inside, before[0])
    assert torch.equal(lower, upper) and (lower - before[1]).abs().max() > 1e-2


def test_words_are_forgotten_without_a_trace(files: list[tuple[Path, str]], tmp_path: Path) -> None:
    reader = sd15_reader(tmp_path)
    (tokenizer,), (encoder,) = reader.tokenizers, reader.encoders
    said = reader.read([PROMPT]).hidden

    def anatomy() -> list[Any]:
        table = encoder.get_input_embeddings()
        return [
            tokenizer.backend_tokenizer.to_str(),
            id(tokenizer.backend_tokenizer),
            len(tokenizer),
            id(table),
            table.weight.clone().tolist(),
            table.weight.requires_grad,
            encoder.eos_token_id,
            encoder.config.to_dict(),
            list(encoder.state_dict()),
        ]

    before = anatomy()
    with textual_inversions(reader.tokenizers, reader.encoders, files):
        assert len(tokenizer) == before[2] + 4
    assert anatomy() == before
    with pytest.raises(KeyboardInterrupt), textual_inversions(reader.tokenizers, reader.encoders, files):
        raise KeyboardInterrupt
    assert anatomy() == before
    assert torch.equal(reader.read([PROMPT]).hidden, said)


def test_files_for_other_models_and_broken_ones_are_refused(files: list[tuple[Path, str]], tmp_path: Path) -> None:
    reader, large = sd15_reader(tmp_path), TextReader(*sdxl_parts(tmp_path / "xl"))
    file = files[0][0]

    def refused(path: Path, match: str, by: TextReader = reader, *names: str) -> None:
        for word in names or ("word",):
            with pytest.raises(WeightsError, match=match), textual_inversions(by.tokenizers, by.encoders, [(path, word)]):
                pass

    refused(file, "another model", large)
    refused(written(tmp_path / "xl.safetensors", clip_l=vectors(2), clip_g=vectors(2)), "another model")
    refused(written(tmp_path / "odd.safetensors", clip_l=vectors(2), clip_g=vectors(3)), "another model", large)
    refused(written(tmp_path / "wide.safetensors", emb_params=vectors(2, width=24)), "another model")
    refused(written(tmp_path / "lora.safetensors", a=vectors(2), b=vectors(2)), "another model")
    refused(written(tmp_path / "much.safetensors", emb_params=vectors(76)), "76 vectors")
    refused(tmp_path / "gone.safetensors", "cannot be read")
    (tmp_path / "noise.safetensors").write_bytes(b"\0" * 100)
    refused(tmp_path / "noise.safetensors", "cannot be read")
    refused(tmp_path / "old.pt", "not a .safetensors file")
    refused(file, "already", reader, "red</w>", "<|endoftext|>")
    refused(file, "without brackets", reader, "", "(word)")
    with (
        pytest.raises(WeightsError, match="already"),
        textual_inversions(reader.tokenizers, reader.encoders, [files[0], files[0]]),
    ):
        pass
