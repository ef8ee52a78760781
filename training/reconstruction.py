"""How well an autoencoder gives clothing back: PSNR of the clothes of real pictures, cropped to them and scaled to 256 pixels.

    python -m training.reconstruction --vae assets/weights/bundled/vae --pictures DIR

DIR holds folders with `image.png` and `labels.png`, as for `training.samples`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from numpy.typing import NDArray
from PIL import Image

from pipeline.images import flatten, load_character
from pipeline.request import CLOTHING

SIDE = 256
GREY = (200, 200, 200)  # behind transparent pictures


@torch.no_grad()
def psnr(vae: AutoencoderTiny, picture: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    """Peak signal-to-noise ratio in decibels inside the mask; picture: H x W x 3, H and W multiples of 8, mask: H x W."""
    pixels = torch.tensor(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
    decoded = vae.decoder(vae.encoder(pixels))[0].permute(1, 2, 0).clamp(-1, 1)
    error = ((decoded + 1) * 127.5).round().numpy() - picture
    return float(10 * np.log10(255**2 / np.square(error[mask]).mean()))


def clothing_crop(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The clothing's bounding box of a labelled picture, its long side scaled to 256, and where the clothing is."""
    picture = flatten(load_character(path), GREY)
    mask = np.isin(np.asarray(Image.open(path.with_name("labels.png"))), CLOTHING)
    y, x = np.nonzero(mask)
    box = slice(y.min(), y.max() + 1), slice(x.min(), x.max() + 1)
    picture, mask = picture[box], mask[box]
    size = tuple(max(1, round(side * SIDE / max(mask.shape))) for side in mask.shape[::-1])
    canvas, shown = Image.new("RGB", (SIDE, SIDE), GREY), Image.new("L", (SIDE, SIDE))
    canvas.paste(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))
    shown.paste(Image.fromarray(mask.astype(np.uint8) * 255).resize(size, Image.Resampling.BICUBIC))
    return np.asarray(canvas), np.asarray(shown) > 127


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.reconstruction", description=__doc__)
    parser.add_argument("--vae", type=Path, default=Path("assets/weights/bundled/vae"))
    parser.add_argument("--pictures", type=Path, required=True)
    arguments = parser.parse_args()
    vae = AutoencoderTiny.from_pretrained(arguments.vae).eval()
    found = [psnr(vae, *clothing_crop(path)) for path in sorted(arguments.pictures.rglob("image.png"))]
    print(f"median {np.median(found):.2f} dB over {len(found)} pictures, {min(found):.1f} to {max(found):.1f}")


if __name__ == "__main__":
    main()
