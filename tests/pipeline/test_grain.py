"""A painting's grain is measured and goes on over what is drawn anew; clean drawings have none."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.grain import grained, measure_grain, of_figure
from pipeline.request import ClothingPart
from pipeline.surroundings import carried_on

SIZE = (160, 120)
EVERYWHERE = np.ones(SIZE, bool)


def paper(strength: float, blur: float = 0.8) -> np.ndarray:
    noise = cv2.GaussianBlur(np.random.default_rng(3).standard_normal(SIZE).astype(np.float32), (0, 0), blur)
    return np.rint(150 + strength * noise[..., None] / noise.std() * np.ones(3)).clip(0, 255).astype(np.uint8)


def test_grain_has_the_strength_and_the_scale_of_the_picture() -> None:
    for blur in (0.6, 1.5):
        rgb = paper(5.0, blur)
        grain = measure_grain(rgb, EVERYWHERE, 80.0)
        assert grain is not None
        made = np.dstack(list(grain.texture(SIZE, 1)))
        assert abs(made.mean()) < 0.5 and 3.0 < made.std() < 6.5

        def step(plane: np.ndarray) -> float:
            return float(np.diff(plane.astype(np.float32), axis=1).std() / plane.std())

        assert abs(step(made[..., 0]) - step(rgb[..., 0])) < 0.25


def test_flat_drawings_shading_and_prints_have_none() -> None:
    flat = np.full((*SIZE, 3), 150, np.uint8)
    cel = flat.copy()
    cel[:, 60:] = 110
    checks = flat.copy()
    checks[(np.indices(SIZE) // 10).sum(0) % 2 > 0] = 60
    ramp = np.repeat(np.linspace(60, 200, SIZE[1]).astype(np.uint8)[None, :, None], SIZE[0], 0).repeat(3, 2)
    for rgb in (flat, cel, checks, ramp):
        assert measure_grain(rgb, EVERYWHERE, 80.0) is None
    assert measure_grain(paper(5.0), np.zeros(SIZE, bool), 80.0) is None


def test_grain_is_laid_only_where_it_is_asked_for_and_always_the_same() -> None:
    grain = of_figure(paper(5.0), np.full(SIZE, ClothingPart.TOPWEAR, np.uint8), 80.0)
    drawn, where = np.full((*SIZE, 3), 90, np.uint8), np.zeros(SIZE, bool)
    where[40:100, 30:90] = True
    result = grained(drawn, grain, where)
    assert (result[~where] == 90).all() and result[where].std() > 1
    assert (grained(drawn, grain, where) == result).all()
    assert grained(drawn, None, where) is drawn


def test_a_hole_is_filled_with_the_grain_beside_it() -> None:
    hole = np.zeros(SIZE, bool)
    hole[60:100, 40:80] = True
    filled = carried_on(paper(5.0), hole, hole)
    assert filled[65:95, 45:75].std() > 2.5
    assert carried_on(np.full((*SIZE, 3), 150, np.uint8), hole, hole)[hole].std() < 1
