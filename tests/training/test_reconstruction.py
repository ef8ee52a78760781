"""The autoencoder's measure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.tiny import tiny_vae
from training.reconstruction import clothing_crop, psnr


def test_the_crop_is_the_clothing_and_the_measure_looks_inside_it_only(tmp_path: Path) -> None:
    picture, labels = np.full((60, 40, 3), 90, np.uint8), np.zeros((60, 40), np.uint8)
    picture[10:40, 5:25], labels[10:40, 5:25] = (200, 20, 20), 3
    Image.fromarray(picture).save(tmp_path / "image.png")
    Image.fromarray(labels).save(tmp_path / "labels.png")
    crop, mask = clothing_crop(tmp_path / "image.png")
    assert crop.shape == (256, 256, 3) and mask[:, :170].all() and not mask[:, 172:].any()
    assert (crop[mask] == (200, 20, 20)).all()
    vae = tiny_vae()
    before = psnr(vae, crop, mask)
    assert 0 < before < 60
    assert psnr(vae, crop, np.ones_like(mask)) != before
