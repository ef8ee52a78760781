import numpy as np
import pytest

from pipeline.request import Image8


@pytest.fixture
def character() -> Image8:
    """A 96 x 64 sprite: skin-coloured body in a red dress, soft rim, random colours hidden under alpha 0."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (96, 64, 4), dtype=np.uint8)
    image[..., 3] = 0
    rows, columns = np.mgrid[:96, :64]
    body = ((columns - 32) / 16.0) ** 2 + ((rows - 48) / 44.0) ** 2
    inside, rim = body < 0.9, (body >= 0.9) & (body < 1)
    image[inside] = (240, 205, 185, 255)
    image[rim] = (60, 40, 40, 128)
    image[inside & (rows > 35) & (rows < 75)] = (200, 30, 40, 255)
    return image
