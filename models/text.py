"""SDXL's two text encoders as one network (Podell et al., arXiv:2307.01952, section 2.1)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutputWithPooling


class TextEncoders(nn.Module):
    """Both see the same text, each in tokens of its own; what their second to last layers give lies side by side."""

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
