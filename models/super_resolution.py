"""What brings small drawings up: realesr-animevideov3, a super-resolution network for anime.

`SRVGGNetCompact` of Real-ESRGAN (Wang et al., arXiv:2107.10833): eighteen convolutions at the small size whose last one says
what four by four pixels differ from the pixel that they replace. `training.import_super_resolution` fetched its weights.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models.loader import best_device, best_dtype
from models.profiles import WEIGHTS
from models.weights import WeightsError, intact

FOLDER, FILE = WEIGHTS / "super_resolution", "animevideov3.safetensors"
FACTOR = 4
WIDTH, HIDDEN = 64, 16  # channels; convolutions between the first and the last
REACH = HIDDEN + 2  # pixels of the small picture that an answer depends on, to every side


class SuperResolution(nn.Module):
    """B x 3 x H x W, RGB in 0..1, 32 bits -> B x 3 x 4H x 4W, about 0..1, 32 bits, whatever the weights are kept in."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for channels in (3, *[WIDTH] * HIDDEN):
            layers += [nn.Conv2d(channels, WIDTH, 3, padding=1), nn.PReLU(WIDTH)]
        self.body = nn.Sequential(*layers, nn.Conv2d(WIDTH, 3 * FACTOR**2, 3, padding=1))

    def forward(self, rgb: Tensor) -> Tensor:
        weight = next(self.body.parameters())
        rgb = rgb.to(weight.device)
        differences = self.body(rgb.to(weight.dtype, memory_format=torch.channels_last))
        return F.pixel_shuffle(differences.float(), FACTOR) + F.interpolate(rgb, scale_factor=FACTOR)


def save(network: SuperResolution, folder: Path) -> None:
    """The weights in 16 bits, in which they were published."""
    save_file({name: value.half().contiguous() for name, value in network.state_dict().items()}, folder / FILE)


def load(folder: Path = FOLDER, device: torch.device | None = None, dtype: torch.dtype = torch.float32) -> SuperResolution:
    """Raises `WeightsError`."""
    intact(folder)
    network: Any = SuperResolution()
    try:
        network.load_state_dict({name: value.float() for name, value in load_file(folder / FILE).items()})
    except (OSError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"The weights file {FILE} cannot be read, please restore it (git checkout).") from error
    ready: SuperResolution = network.eval().requires_grad_(False).to(device, dtype, memory_format=torch.channels_last)
    return ready


@cache
def bundled() -> SuperResolution:
    """The network that ships with this repository, on the best device and in the bits that it is fast in, loaded once. Raises
    `WeightsError`."""
    device = best_device()
    return load(device=device, dtype=best_dtype(device))
