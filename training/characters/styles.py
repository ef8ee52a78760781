"""Ways in which training characters are drawn."""

from __future__ import annotations

import colorsys

import numpy as np

from wardrobe.style import Style, darken


def sample_style(rng: np.random.Generator) -> Style:
    """One of the ways in which sprites are drawn."""
    mode = str(rng.choice(["dark", "coloured", "tinted", "none"], p=[0.4, 0.12, 0.33, 0.15]))
    dark = darken(
        (int(rng.integers(40, 90)), int(rng.integers(30, 60)), int(rng.integers(35, 100))), float(rng.uniform(0.2, 0.9))
    )
    hue = float(rng.random())
    r, g, b = colorsys.hls_to_rgb(hue, float(rng.uniform(0.2, 0.35)), float(rng.uniform(0.3, 0.8)))
    coloured = (int(r * 255), int(g * 255), int(b * 255))
    shading = str(rng.choice(["flat", "cel", "soft", "facets"], p=[0.14, 0.46, 0.3, 0.1]))
    depth = float(rng.uniform(0.62, 0.86))
    tint = rng.uniform(-0.05, 0.08, 3) + [0.0, -0.03, 0.05]
    shade = tuple(int(255 * min(1.0, depth + t)) for t in tint)
    return Style(
        line=0.0 if mode == "none" else float(rng.choice([0.012, 0.018, 0.026, 0.04], p=[0.25, 0.4, 0.25, 0.1])),
        line_mode=mode,
        line_colour=coloured if mode == "coloured" else dark,
        thick_thin=float(rng.choice([0.0, 0.5, 1.0])),
        shading=shading,
        shade=(shade[0], shade[1], shade[2]),
        light=(float(rng.choice([-1, 1]) * rng.uniform(0.4, 1.0)), float(rng.uniform(0.5, 1.0))),
        gloss=float(rng.beta(1.2, 1.5)),
        saturation=float(rng.choice([0.8, 0.9, 1.0, 1.2], p=[0.15, 0.2, 0.45, 0.2])),
        drained=float(rng.choice([0.0, 0.5, 1.0], p=[0.04, 0.1, 0.86])),
        wash=float(rng.uniform(0.02, 0.05)) if rng.random() < 0.15 else 0.0,
        texture=int(rng.integers(2**31)),
    )
