"""From a small drawing to a larger one: a network's crisp lines, held to what the small picture says.

The network alone repaints: it moves lines, smooths what it takes for noise, and on some pictures lies further from the truth
than plain interpolation. So it is trusted where its drawing, made small again, is the picture that was given, and what still
differs is added (back-projection: Irani and Peleg 1991). The constants were chosen on drawings by other hands.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from models.super_resolution import FACTOR, REACH, SuperResolution, bundled
from pipeline.images import is_opaque, resize, with_alpha
from pipeline.pixel_art import is_pixel_art
from pipeline.request import Image8, OnStep, Step, Upscaled, UserError

SCALES = (2, 4)
MAX_RESULT = 100_000_000  # pixels
PIXEL_ART = "This is pixel art, so its pixels were repeated instead of redrawn: grid and palette are as they were."
TILE = 208  # pixels of the small picture: with its margins a size at which the network is fast
MARGIN = REACH + 6  # what the network sees, and as far as the corrections below are felt
TRUST = 0.4  # deviation, in parts of the contrast round a pixel, at which network and interpolation count alike
_FLAT = 2 / 255  # contrast that the smoothest place is taken to have
# of back-projection, by scale. The more, the nearer to the truth at 2; at 4 a second one gains nothing and strings beads
# along oblique lines.
_ROUNDS = {2: 3, 4: 1}
_SEEN = 32  # levels of alpha from which on a pixel's own colour is taken

OnTile = Callable[[int, int], None]  # index from 1, total


def upscale(image: Image8, scale: int, on_step: OnStep | None = None, network: SuperResolution | None = None) -> Upscaled:
    """Redraw H x W x 3 or 4 uint8, straight alpha, at `scale` (2 or 4) times its size, as many channels.

    The mean of every scale x scale pixels of alpha is the small one's within a level. Pixel art is repeated, not redrawn.
    on_step: told of every tile, may raise `Cancelled`. Raises `UserError`, and `WeightsError` where the network is missing.
    """
    began = time.monotonic()
    height, width = image.shape[:2]
    if scale not in SCALES:
        raise UserError(f"Pictures can be enlarged {' or '.join(map(str, SCALES))} times, please choose one of these.")
    if height * width * scale**2 > MAX_RESULT:
        raise UserError(
            f"The result would have {width * scale} x {height * scale} pixels, please choose a smaller scale or picture "
            f"(at most {MAX_RESULT // 1_000_000} megapixels)."
        )
    if is_pixel_art(image):
        return Upscaled(image.repeat(scale, axis=0).repeat(scale, axis=1), time.monotonic() - began, (PIXEL_ART,))

    def tell(index: int, total: int) -> None:
        if on_step is not None:
            on_step(Step(index, total, stage="upscale"))

    return Upscaled(_enlarged(image, scale, network or bundled(), tell), time.monotonic() - began)


def enlarged_to(image: Image8, size: tuple[int, int], network: SuperResolution | None = None) -> Image8:
    """Bring a drawn crop, H x W x 3 or 4 uint8, to `size` = (width, height): like `pipeline.images.resize`, but what grows is
    redrawn by the network, up to four times; any factor. Raises `WeightsError` where it is missing."""
    grows = max(size[0] / image.shape[1], size[1] / image.shape[0])
    if grows <= 1:
        return resize(image, size)
    scale = next((scale for scale in SCALES if scale >= grows), SCALES[-1])
    return resize(_enlarged(image, scale, network or bundled(), lambda index, total: None), size)


def _enlarged(image: Image8, scale: int, network: SuperResolution, tell: OnTile) -> Image8:
    if is_opaque(image):
        rgb = _redrawn(_Job(image[..., :3], scale), network, tell)
        return with_alpha(rgb, 255) if image.shape[2] == 4 else rgb
    alpha = image[..., 3]
    colours = _Job(bled(image), scale, alpha > 0)
    edges = _Job(np.repeat(alpha[..., None], 3, axis=2), scale, _is_edge(alpha))
    total = len(colours.tiles) + len(edges.tiles)
    rgb = _redrawn(colours, network, lambda index, _: tell(index, total))
    grey = _redrawn(edges, network, lambda index, _: tell(len(colours.tiles) + index, total))
    return with_alpha(rgb, kept_means(grey[..., 1], alpha))


@dataclass(frozen=True)
class _Job:
    """A picture to enlarge, H x W x 3; wanted: H x W, where it has to be drawn and not only interpolated, None = everywhere."""

    rgb: Image8
    scale: int
    wanted: NDArray[np.bool_] | None = None

    @property
    def tiles(self) -> list[tuple[int, int, int, int]]:
        """top, left, bottom, right of each, without margins."""
        height, width = self.rgb.shape[:2]
        starts = product(range(0, height, TILE), range(0, width, TILE))
        return [(top, left, min(top + TILE, height), min(left + TILE, width)) for top, left in starts]


def _redrawn(job: _Job, network: SuperResolution, tell: OnTile) -> Image8:
    """H x W x 3 -> scale H x scale W x 3, tile by tile."""
    scale, tiles = job.scale, job.tiles
    padded = np.pad(job.rgb, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")
    result = np.empty((job.rgb.shape[0] * scale, job.rgb.shape[1] * scale, 3), np.uint8)
    for index, (top, left, bottom, right) in enumerate(tiles, 1):
        window = padded[top : bottom + 2 * MARGIN, left : right + 2 * MARGIN]
        small = torch.from_numpy(np.ascontiguousarray(window)).permute(2, 0, 1)[None].float() / 255
        drawn = job.wanted is None or bool(job.wanted[top:bottom, left:right].any())
        large = _drawn(small, scale, network) if drawn else _smooth(small, scale)
        inner = large[0, :, MARGIN * scale : -MARGIN * scale, MARGIN * scale : -MARGIN * scale]
        levels = (inner.clamp(0, 1) * 255).round().byte().permute(1, 2, 0)
        result[top * scale : bottom * scale, left * scale : right * scale] = levels.cpu().numpy()
        tell(index, len(tiles))
    return result


@torch.inference_mode()
def _drawn(small: Tensor, scale: int, network: SuperResolution) -> Tensor:
    """1 x 3 x h x w in 0..1 -> 1 x 3 x scale h x scale w."""
    large = network(small)
    small = small.to(large.device)
    return faithful(F.avg_pool2d(large, FACTOR // scale), small)


def faithful(drawn: Tensor, small: Tensor) -> Tensor:
    """Hold an enlargement, B x C x s h x s w, to the picture that it was made from, B x C x h x w, both in 0..1.

    Where it strays from it by more than a part of the local contrast, interpolation takes its place; what then still differs
    is added, as often as `_ROUNDS` says.
    """
    scale = drawn.shape[-1] // small.shape[-1]
    strays = _around((F.avg_pool2d(drawn, scale) - small) ** 2).mean(1, keepdim=True).sqrt()
    contrast = (_around(small**2) - _around(small) ** 2).mean(1, keepdim=True).clamp_min(0).sqrt() + _FLAT
    trust = _smooth(1 / (1 + (strays / (TRUST * contrast)) ** 2), scale).clamp(0, 1)
    result = torch.lerp(_smooth(small, scale), drawn, trust)
    for _ in range(_ROUNDS[scale]):
        again = F.interpolate(result, small.shape[-2:], mode="bicubic", antialias=True)
        result = result + _smooth(small - again, scale)
    return result


def _smooth(small: Tensor, scale: int) -> Tensor:
    return F.interpolate(small, scale_factor=scale, mode="bicubic")


def _around(plane: Tensor) -> Tensor:
    """Mean of five by five pixels."""
    return F.avg_pool2d(F.pad(plane, (2, 2, 2, 2), mode="replicate"), 5, 1)


def bled(image: Image8) -> Image8:
    """H x W x 4 -> H x W x 3, with the colours of what is seen carried on under what is not, so that no hidden colour shows as a
    rim: means over ever larger squares, from the smallest that holds something (pull and push: Gortler et al. 1996)."""
    weight = np.minimum(image[..., 3].astype(np.float32) / _SEEN, 1)
    return np.rint(_pulled(image[..., :3].astype(np.float32), weight)).astype(np.uint8)


def _pulled(colour: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = weight.shape
    if max(height, width) == 1:
        return colour
    half = (-(-width // 2), -(-height // 2))
    share = cv2.resize(weight, half, interpolation=cv2.INTER_AREA).reshape(half[::-1])
    sums = cv2.resize(colour * weight[..., None], half, interpolation=cv2.INTER_AREA).reshape(*half[::-1], 3)
    coarse = _pulled(np.asarray(sums / np.maximum(share, np.float32(1e-6))[..., None], np.float32), np.minimum(2 * share, 1))
    far = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR).reshape(colour.shape)
    return np.asarray(far + (colour - far) * weight[..., None], np.float32)


def _is_edge(alpha: Image8) -> NDArray[np.bool_]:
    """H x W, where alpha is not the same all round."""
    square = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.dilate(alpha, square) != cv2.erode(alpha, square))


def kept_means(large: Image8, small: Image8, rounds: int = 12) -> Image8:
    """Change a plane, s H x s W, so that the mean of every s x s pixels is the small plane's, H x W; uint8. Only what is neither
    quite clear nor quite opaque can be shifted, so it takes some rounds."""
    height, width = small.shape
    scale = large.shape[0] // height
    blocks = large.astype(np.float32).reshape(height, scale, width, scale)
    wanted = small.astype(np.float32)[:, None, :, None]
    for _ in range(rounds):
        blocks = (blocks + wanted - blocks.mean(axis=(1, 3), keepdims=True)).clip(0, 255)
    sure = (wanted == 0) | (wanted == 255)
    return np.rint(np.where(sure, wanted, blocks)).astype(np.uint8).reshape(large.shape)
