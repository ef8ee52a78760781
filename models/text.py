"""Words for the U-Net: prompts, with weights and of any length, through the text encoders of SD1.5 and SDXL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutputWithPooling

from models.prompt_weights import Chunk, chunks

HAS_A_MEAN = 0.01  # of the standard deviation: encodings whose mean is smaller are taken to be centred


@dataclass(frozen=True)
class Words:
    """What prompts became, ready for the U-Net.

    hidden: B x n x D, n = 77 times the chunks of the longest prompt; pooled: B x P for SDXL, otherwise None.
    """

    hidden: Tensor
    pooled: Tensor | None = None


class TextReader:
    """Reads prompts: one `CLIPTextModel` for SD1.5; for SDXL also a `CLIPTextModelWithProjection` as the second.

    SD1.5 gets the last layer that `clip_skip` leaves, through the final norm; SDXL both encoders' second to last layers as
    they are, side by side (Podell et al., arXiv:2307.01952, section 2.1), and the second one's pooled embedding.
    """

    def __init__(self, tokenizers: Sequence[Any], encoders: Sequence[Any], clip_skip: int = 1) -> None:
        """One tokenizer for each encoder.

        clip_skip: as artists count, 1 for the last layer, 2 for the one before. SDXL never takes the last, so 1 and 2 are
        the same to it. Raises ValueError if an encoder has no such layer.
        """
        assert len(tokenizers) == len(encoders) in (1, 2)
        layers = min(encoder.config.num_hidden_layers for encoder in encoders)
        if not 1 <= clip_skip <= layers:
            raise ValueError(f"Clip skip can be 1 to {layers} for this model, please choose one of these.")
        self.tokenizers, self.encoders = tuple(tokenizers), tuple(encoders)
        self.clip_skip = clip_skip

    @torch.no_grad()
    def read(self, texts: Sequence[str]) -> Words:
        """Encode prompts in the syntax of `models.prompt_weights`; shorter ones are filled up with empty chunks.

        One without brackets that fits into a single chunk comes out bit for bit as the encoder alone gives it.
        """
        said = [[chunks(tokenizer, text) for text in texts] for tokenizer in self.tokenizers]
        count = max(len(found) for each in said for found in each)
        full = [[chunk for found in each for chunk in (*found, *[Chunk()] * (count - len(found)))] for each in said]
        read = [self._encode(*parts) for parts in zip(self.tokenizers, self.encoders, full, strict=True)]
        hidden = torch.cat([layer for layer, _ in read], dim=-1).unflatten(0, (len(texts), count)).flatten(1, 2)
        pooled = read[-1][1]  # a long prompt begins with what matters, so its first chunk speaks for all
        return Words(hidden, None if pooled is None else pooled.unflatten(0, (len(texts), count))[:, 0])

    def _encode(self, tokenizer: Any, encoder: Any, said: Sequence[Chunk]) -> tuple[Tensor, Tensor | None]:
        """Chunks -> len(said) x 77 x D, and the pooled embeddings of an encoder that has any."""
        ids = torch.tensor([_filled(tokenizer, chunk) for chunk in said], device=encoder.device)
        found = encoder(ids, output_hidden_states=True)
        hidden = self._layer(encoder, found)
        for row, chunk in enumerate(said):
            if chunk.is_weighted:
                hidden[row] = weigh(hidden[row], chunk, keep_mean=len(self.encoders) == 1)
        return hidden, getattr(found, "text_embeds", None)

    def _layer(self, encoder: Any, found: Any) -> Tensor:
        hidden: Tensor
        if len(self.encoders) > 1:
            hidden = found.hidden_states[-max(self.clip_skip, 2)]
        elif self.clip_skip == 1:
            hidden = found.last_hidden_state
        else:
            hidden = encoder.final_layer_norm(found.hidden_states[-self.clip_skip])
        return hidden


def weigh(hidden: Tensor, chunk: Chunk, keep_mean: bool) -> Tensor:
    """A chunk's encoding, 77 x D, with its tokens multiplied by their weights, as A1111's web UI does it.

    keep_mean: scale the result so that its mean stays. SDXL's encodings do better without. Where the encodings are
    centred, as those of a norm without a bias, their mean is only noise and is left alone.
    """
    factors = torch.ones(len(hidden), 1, device=hidden.device)
    factors[1 : len(chunk.weights) + 1, 0] = torch.tensor(chunk.weights, device=hidden.device)
    full = hidden.float()
    weighed = full * factors
    before, after, spread = full.mean(), weighed.mean(), HAS_A_MEAN * full.std()
    if keep_mean and before.abs() > spread and after.abs() > spread:
        weighed = weighed * (before / after)
    return weighed.to(hidden.dtype)


def _filled(tokenizer: Any, chunk: Chunk) -> list[int]:
    """A chunk's tokens between start and end, padded to the encoder's length."""
    ids = [tokenizer.bos_token_id, *chunk.ids, tokenizer.eos_token_id]
    return [*ids, *[tokenizer.pad_token_id] * (tokenizer.model_max_length - len(ids))]


class TextEncoders(nn.Module):
    """SDXL's two text encoders as one network, for training.

    Both see the same text, each in tokens of its own; what their second to last layers give lies side by side.
    """

    def __init__(self, first: Any, second: Any) -> None:
        """first: a `CLIPTextModel`; second: a `CLIPTextModelWithProjection`."""
        super().__init__()
        self.first, self.second = first, second

    def forward(self, tokens: Tensor) -> BaseModelOutputWithPooling:
        """tokens: B x 2 x 77 -> last_hidden_state B x 77 x D, pooler_output B x the second one's projection."""
        first = self.first(tokens[:, 0], output_hidden_states=True)
        second = self.second(tokens[:, 1], output_hidden_states=True)
        both = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
        return BaseModelOutputWithPooling(last_hidden_state=both, pooler_output=second.text_embeds)
