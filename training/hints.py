"""What a control network is shown while it is trained, as rows: from a store's pictures to a hint.

Hints that describe the wanted picture (lines, pose, depth ...) are read from the drawing itself or from what the drawer
knows of it; `bundled` is the app's own hint of the picture to be repainted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from pipeline.conditions import INPAINT, LINEART, bundled_hint, inpaint_hint
from pipeline.hints import canny, read_lineart, soft_edge
from pipeline.request import ClothingPart

Pictures = Mapping[str, Tensor]  # by the names of `training.data.CHANNELS`, B x C x H x W
_PALETTE = torch.tensor(np.random.default_rng(7).permutation(np.linspace(0, 1, 36)).reshape(len(ClothingPart), 3)).float()
_COLOUR_CELLS = 16  # a colour map has so many cells along its height


@dataclass(frozen=True)
class Hint:
    """channels: of the hint; reads: pictures that `build` needs; drops: channels that are left out in so many samples, so
    that a user may do without them."""

    channels: int
    reads: tuple[str, ...]
    build: Callable[[Pictures], Tensor]
    drops: tuple[tuple[slice, float], ...] = ()


def _each(read: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Callable[[Pictures], Tensor]:
    """A reader of one H x W x 3 uint8 picture -> H x W (x 3) uint8, for whole batches of targets."""

    def build(pictures: Pictures) -> Tensor:
        target = pictures["target"]
        images = (target * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        found = np.stack([read(image) for image in images])
        found = found[..., None] if found.ndim == 3 else found
        return torch.from_numpy(found).permute(0, 3, 1, 2).float().div(255).to(target.device)

    return build


def sketch(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Few, bold lines, as of a quick pencil."""
    lines = cv2.GaussianBlur(read_lineart(rgb), (0, 0), 1.2)
    return np.where(lines > 70, np.uint8(255), np.uint8(0))


def colour_map(pictures: Pictures) -> Tensor:
    """Flat cells of the mean colour."""
    target = pictures["target"]
    height, width = target.shape[-2:]
    cells = (_COLOUR_CELLS, max(1, round(_COLOUR_CELLS * width / height)))
    return F.interpolate(F.adaptive_avg_pool2d(target, cells), size=(height, width))


def normals(pictures: Pictures) -> Tensor:
    """Surface normals by the slopes of the depth map, 0.5 = none."""
    depth = F.avg_pool2d(pictures["depth"], 3, 1, 1)
    x, y = (torch.roll(depth, 1, axis) - torch.roll(depth, -1, axis) for axis in (3, 2))
    vectors = F.normalize(torch.cat([x, y, torch.full_like(depth, 0.08)], dim=1), dim=1)
    return vectors / 2 + 0.5


def parts(pictures: Pictures) -> Tensor:
    """A colour a clothing part."""
    labels = pictures["labels"][:, 0].long()
    return _PALETTE.to(labels.device)[labels].permute(0, 3, 1, 2)


def _bundled(pictures: Pictures) -> Tensor:
    return bundled_hint(pictures["rgb"], pictures["mask"], pictures["lineart"])


HINTS = {
    "bundled": Hint(5, ("rgb", "mask", "lineart"), _bundled, drops=((INPAINT, 0.02), (LINEART, 0.3))),
    "masked image": Hint(3, ("rgb", "mask"), lambda pictures: inpaint_hint(pictures["rgb"], pictures["mask"])),
    "condition": Hint(3, ("condition",), lambda pictures: pictures["condition"]),
    "line art": Hint(1, ("target",), _each(read_lineart)),
    "canny": Hint(1, ("target",), _each(canny)),
    "soft edge": Hint(1, ("target",), _each(soft_edge)),
    "sketch": Hint(1, ("target",), _each(sketch)),
    "colour map": Hint(3, ("target",), colour_map),
    "pose": Hint(3, ("pose",), lambda pictures: pictures["pose"]),
    "depth": Hint(1, ("depth",), lambda pictures: pictures["depth"]),
    "normals": Hint(3, ("depth",), normals),
    "parts": Hint(3, ("labels",), parts),
}
