"""What a picture is conditioned on: words and hints, each in its own field.

Training imports `token_ids`, `bundled_hint` and `read_lineart` from here, so a network never sees anything else at
work than what it was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

BUNDLED_CHANNELS = 5
INPAINT = slice(0, 4)  # channels of the bundled hint that "inpaint" owns: masked picture and mask
LINEART = slice(4, 5)
FINE, COARSE, GAIN, FLOOR = 0.7, 2.4, 6.0, 0.08  # line art: blur radii in pixels of the crop, contrast, threshold


def token_ids(tokenizer: Any, texts: Sequence[str]) -> Tensor:
    """B x 77 token ids; longer texts are cut, shorter ones padded, as Stable Diffusion does."""
    ids: Tensor = tokenizer(
        list(texts), padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
    ).input_ids
    return ids


def cut_off(tokenizer: Any, text: str) -> str:
    """The end of the text that does not fit into the model's tokens, or an empty string."""
    ids = tokenizer(text, add_special_tokens=False).input_ids
    rest = ids[tokenizer.model_max_length - 2 :]
    return str(tokenizer.decode(rest)) if rest else ""


@torch.no_grad()
def encode_text(tokenizer: Any, text_encoder: Any, texts: Sequence[str]) -> Tensor:
    """B x 77 x D text embeddings on the encoder's device; an empty text is one like any other."""
    hidden: Tensor = text_encoder(token_ids(tokenizer, texts).to(text_encoder.device)).last_hidden_state
    return hidden


def read_lineart(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Line art of any picture: H x W x 3 -> H x W, 255 = line, by a difference of Gaussians (Winnemoeller 2012).

    A pixel is line as far as it is darker than its surroundings, in the colour channel where that shows most. The radii
    are pixels, so read it at the size at which the network works.
    """
    picture = rgb.astype(np.float32) / 255
    darker = cv2.GaussianBlur(picture, (0, 0), COARSE) - cv2.GaussianBlur(picture, (0, 0), FINE)
    lines = np.clip((darker.max(axis=2) - FLOOR) * GAIN, 0, 1)
    return np.rint(lines * 255).astype(np.uint8)


def bundled_hint(rgb01: Tensor | None, mask: Tensor, lineart: Tensor | None) -> Tensor:
    """The hint of the bundled CC_ControlNet, B x 5 x H x W.

    rgb01: B x 3 x H x W in 0..1, the picture over a background; mask: B x 1 x H x W, 1 = repaint; lineart: B x 1 x H x W
    in 0..1, 1 = line. None drops that hint: its channels are 0. Line art inside the mask would betray the old garment,
    so it is erased there; masked pixels are -1, which no picture contains.
    """
    inside = (mask > 0.5).to(mask.dtype)
    zeros = torch.zeros_like(mask)
    if rgb01 is None:
        inpaint = zeros.repeat(1, 4, 1, 1)
    else:
        inpaint = torch.cat([rgb01 * (1 - inside) - inside, inside], dim=1)
    return torch.cat([inpaint, zeros if lineart is None else lineart * (1 - inside)], dim=1)


def inpaint_hint(rgb01: Tensor, mask: Tensor) -> Tensor:
    """The hint of `control_v11p_sd15_inpaint`, B x 3 x H x W: the picture in 0..1, masked pixels -1."""
    inside = (mask > 0.5).to(mask.dtype)
    return rgb01 * (1 - inside) - inside
