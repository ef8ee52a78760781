"""What kind of picture it is: a drawing, a photograph, or an indecent one of either kind.

nsfwjs's MobileNetV2 (Infinite Red, MIT licence; Sandler et al., arXiv:1801.04381) with its own head and the weights that it was
published with: the same trunk learnt on in the part parser, and must not lead what judges pictures. Kept in the 8 bits of
TensorFlow.js, value = least + step * byte; `training.import_nsfwjs` writes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final

import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from models.drawing_trunk import MobileNetV2, NormedConv
from models.weights import WeightsError, verified

FILE, RANGES = "picture_classes.safetensors", "ranges"
CLASSES: Final = ("drawing", "hentai", "neutral", "porn", "sexy")  # in the order of the published head
SIDE = 224  # pixels
LAST, HIDDEN = 1280, (256, 128)  # channels


class PictureClasses(nn.Module):
    """B x 3 x 224 x 224, RGB in 0..1 -> B x 5, the probability of each of `CLASSES`."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = MobileNetV2()
        self.last = NormedConv(self.trunk.WIDTHS[-1], LAST)
        widths = (LAST, *HIDDEN, len(CLASSES))
        self.dense = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))

    def forward(self, rgb: Tensor) -> Tensor:
        *_, features = self.trunk(rgb)
        x = F.relu6(self.last(features)).mean((2, 3))
        for layer in self.dense[:-1]:
            x = F.relu(layer(x))
        return F.softmax(self.dense[-1](x), 1)


def save(weights: Mapping[str, Tensor], ranges: Mapping[str, tuple[float, float]], folder: Path) -> None:
    """weights: bytes by name; ranges: least value and step by name."""
    save_file({name: value.contiguous() for name, value in weights.items()}, folder / FILE, {RANGES: json.dumps(dict(ranges))})


def load(folder: Path) -> PictureClasses:
    """On the CPU in 32 bits. Raises `WeightsError`, also where a single bit is another."""
    verified(folder, checksums=True)
    network = PictureClasses()
    try:
        with safe_open(folder / FILE, "pt") as file:
            ranges = json.loads(file.metadata()[RANGES])
            plain = {name: file.get_tensor(name).float() * step + least for name, (least, step) in ranges.items()}
        network.load_state_dict(plain)
    except (OSError, RuntimeError, SafetensorError, TypeError, ValueError, KeyError) as error:
        raise WeightsError(f"The weights file {FILE} cannot be read, please restore it (git checkout).") from error
    return network.eval().requires_grad_(False)
