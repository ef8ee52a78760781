"""Textual inversion: new words for a text encoder, learned as rows of its table of tokens (Gal et al., arXiv:2208.01618)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import AddedToken

from models.weights import WeightsError

SDXL = ("clip_l", "clip_g")  # the first encoder's vectors and the second's


@contextmanager
def textual_inversions(tokenizers: Sequence[Any], encoders: Sequence[Any], words: Sequence[tuple[Path, str]]) -> Iterator[None]:
    """Inside, the encoders know new words; afterwards tokenizers and tables are the same objects as before.

    words: a `.safetensors` file as A1111, diffusers or SDXL's trainers write it, and the word a prompt calls it by,
    whatever the case of its letters. One of several vectors takes as many tokens, named `word`, `word_1` ... as diffusers
    names them. Raises `WeightsError`.
    """
    inversions = [(word, vectors_of(path, encoders)) for path, word in words]
    for tokenizer in tokenizers:
        for (path, _), (_, vectors) in zip(words, inversions, strict=True):
            if len(vectors[0]) > tokenizer.model_max_length - 2:
                raise WeightsError(
                    f"The {len(vectors[0])} vectors of {path.name} are more than a prompt holds, please remove it."
                )
        _check([name for word, vectors in inversions for name in _names(word, vectors[0])], tokenizer)
    with ExitStack() as stack:
        for index, (tokenizer, encoder) in enumerate(zip(tokenizers, encoders, strict=True)):
            stack.enter_context(_learned(tokenizer, encoder, [(word, vectors[index]) for word, vectors in inversions]))
        yield


def vectors_of(path: Path, encoders: Sequence[Any]) -> tuple[Tensor, ...]:
    """A file's vectors, n x D, for each of the encoders. Raises `WeightsError` if it is broken or another model's."""
    if path.suffix.lower() != ".safetensors":
        raise WeightsError(f"{path.name} is not a .safetensors file, please choose a textual inversion that is one.")
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"The textual inversion {path.name} cannot be read, please get the file again.") from error
    names = SDXL if set(state) == set(SDXL) else tuple(state)
    vectors = tuple(torch.atleast_2d(state[name]) for name in names)
    widths = [encoder.get_input_embeddings().embedding_dim for encoder in encoders]
    if [vector.shape[1:] for vector in vectors] != [(width,) for width in widths] or len({*map(len, vectors)}) != 1:
        raise WeightsError(f"The textual inversion {path.name} was made for another model, please choose one for this model.")
    return vectors


def _names(word: str, vectors: Tensor) -> list[str]:
    return [word, *(f"{word}_{index}" for index in range(1, len(vectors)))]


def _check(words: Sequence[str], tokenizer: Any) -> None:
    known = {name.lower() for name in tokenizer.get_vocab()}
    for word in words:
        if not word.strip() or re.search(r"[()\[\]\\]", word):
            raise WeightsError(f"A textual inversion cannot be called '{word}', please give it a name without brackets.")
        if word.lower() in known:
            raise WeightsError(f"The model knows a word '{word}' already, please give the textual inversion another name.")
        known.add(word.lower())


@contextmanager
def _learned(tokenizer: Any, encoder: Any, inversions: Sequence[tuple[str, Tensor]]) -> Iterator[None]:
    """One encoder with its tokenizer."""
    backend, table = tokenizer._tokenizer, encoder.get_input_embeddings()
    network = getattr(encoder, "text_model", encoder)
    end = network.eos_token_id
    tokenizer._tokenizer = copy.deepcopy(backend)
    try:
        rows = {name: row for word, vectors in inversions for name, row in zip(_names(word, vectors), vectors, strict=True)}
        # a whole word, or `cat` would be found in `category`
        tokenizer.add_tokens([AddedToken(name, single_word=True) for name in rows])
        weight = table.weight.detach()
        larger = weight.new_zeros(max(len(tokenizer), len(weight)), weight.shape[1])
        larger[: len(weight)] = weight
        for name, row in rows.items():
            larger[tokenizer.convert_tokens_to_ids(name)] = row.to(larger)
        encoder.set_input_embeddings(nn.Embedding(len(larger), larger.shape[1], _weight=larger, _freeze=True))
        # encoders with OpenAI's configuration pool at the token of the highest number, which is the end only without new words
        network.eos_token_id = tokenizer.eos_token_id
        yield
    finally:
        tokenizer._tokenizer = backend
        encoder.set_input_embeddings(table.to(encoder.get_input_embeddings().weight.device))
        network.eos_token_id = end
