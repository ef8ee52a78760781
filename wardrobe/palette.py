"""Named colours: a word, its centre in sRGB, and the shades that the word may mean.

A colour word is learnable only when it means one thing, so every sampled shade stays within `REACH` of its
name's centre by CIEDE2000 (Sharma, Wu and Dalal, 2005), and nearer to it than to any other name's centre.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RGB = tuple[int, int, int]
Rng = np.random.Generator

REACH = 10.0

COLOURS: dict[str, RGB] = {
    "white": (246, 246, 248),
    "light grey": (192, 194, 200),
    "grey": (126, 128, 134),
    "black": (40, 38, 46),
    "red": (206, 34, 46),
    "dark red": (122, 22, 42),
    "orange": (242, 134, 34),
    "yellow": (250, 216, 50),
    "gold": (202, 158, 54),
    "green": (46, 152, 66),
    "dark green": (22, 82, 56),
    "lime green": (146, 212, 64),
    "olive": (116, 116, 56),
    "mint": (156, 228, 196),
    "teal": (22, 134, 140),
    "turquoise": (56, 206, 212),
    "light blue": (146, 200, 242),
    "blue": (40, 94, 206),
    "navy blue": (32, 42, 94),
    "purple": (122, 52, 160),
    "lavender": (190, 168, 232),
    "pink": (248, 170, 194),
    "hot pink": (234, 62, 142),
    "brown": (118, 72, 44),
    "beige": (208, 178, 136),
    "cream": (252, 238, 202),
}

# Other words for the same colour; captions use them now and then, so that the text encoder learns them.
COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "white": ("snow white", "pure white", "ivory white"),
    "light grey": ("light gray", "silver", "pale grey"),
    "grey": ("gray", "slate grey"),
    "black": ("jet black", "ebony"),
    "red": ("scarlet", "crimson", "bright red", "ruby"),
    "dark red": ("burgundy", "maroon", "wine red", "deep red"),
    "orange": ("tangerine", "bright orange", "amber"),
    "yellow": ("lemon", "bright yellow", "canary yellow"),
    "gold": ("golden", "mustard", "ochre"),
    "green": ("emerald", "forest green", "bright green"),
    "dark green": ("deep green", "bottle green", "hunter green"),
    "lime green": ("lime", "light green", "chartreuse"),
    "olive": ("olive green", "moss green", "army green"),
    "mint": ("mint green", "pale green", "seafoam"),
    "teal": ("dark cyan", "petrol", "dark turquoise"),
    "turquoise": ("cyan", "aqua", "aquamarine"),
    "light blue": ("sky blue", "pale blue", "baby blue", "azure"),
    "blue": ("royal blue", "cobalt", "sapphire", "bright blue"),
    "navy blue": ("navy", "dark blue", "indigo", "midnight blue"),
    "purple": ("violet", "plum", "dark purple"),
    "lavender": ("lilac", "light purple", "pale purple", "mauve"),
    "pink": ("light pink", "rose pink", "pale pink", "pastel pink"),
    "hot pink": ("magenta", "fuchsia", "bright pink", "deep pink"),
    "brown": ("chocolate", "dark brown", "chestnut"),
    "beige": ("tan", "sand", "light brown"),
    "cream": ("ivory", "off-white", "pale yellow"),
}

METALS = ("light grey", "gold", "grey", "black", "white", "dark red", "navy blue")


def lab(rgb: NDArray[np.floating] | NDArray[np.uint8]) -> NDArray[np.float64]:
    """... x 3 sRGB in 0..255 -> ... x 3 CIE L*a*b* (D65)."""
    linear = np.asarray(rgb, np.float64) / 255
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    xyz = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def ciede2000(
    rgb1: NDArray[np.floating] | NDArray[np.uint8] | RGB, rgb2: NDArray[np.floating] | NDArray[np.uint8] | RGB
) -> NDArray[np.float64]:
    """Colour difference of two sRGB arrays (... x 3, 0..255, broadcast): 1 is just visible, 10 a clear difference.

    Source: Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula" (2005), all weights 1.
    """
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(lab(np.asarray(rgb)), -1, 0) for rgb in (rgb1, rgb2))
    mean_c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - np.sqrt(mean_c7 / (mean_c7 + 25.0**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    dl, dc = l2 - l1, c2 - c1
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    hm = np.where(c1 * c2 == 0, h1 + h2, h1 + turn / 2)
    t = (
        1
        - 0.17 * np.cos(np.radians(hm - 30))
        + 0.24 * np.cos(np.radians(2 * hm))
        + 0.32 * np.cos(np.radians(3 * hm + 6))
        - 0.20 * np.cos(np.radians(4 * hm - 63))
    )
    sl = 1 + 0.015 * (lm - 50) ** 2 / np.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    bend = 60 * np.exp(-((((hm % 360) - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(cm**7 / (cm**7 + 25.0**7)) * np.sin(np.radians(bend))
    l_, c_, h_ = dl / sl, dc / sc, dh / sh
    return np.asarray(np.sqrt(l_**2 + c_**2 + h_**2 + rotation * c_ * h_))


@cache
def shades(name: str) -> tuple[RGB, ...]:
    """The 200-odd shades that this name may take, the same on every machine."""
    centre = np.array(COLOURS[name], np.float64)
    spread = np.random.default_rng(sum(name.encode())).normal(0, (13, 13, 13), (1500, 3))
    bright = np.random.default_rng(len(name)).normal(0, 9, (1500, 1))
    candidates = np.clip(np.round(centre + spread + bright), 0, 255)
    gaps = ciede2000(candidates[:, None], np.array(list(COLOURS.values()), np.float64)[None])
    own = list(COLOURS).index(name)
    kept = candidates[(gaps[:, own] < REACH) & (gaps.argmin(1) == own)][:240]
    return tuple((int(r), int(g), int(b)) for r, g, b in kept)


def sample_shade(name: str, rng: Rng) -> RGB:
    """A random shade of a named colour."""
    table = shades(name)
    return table[int(rng.integers(len(table)))]


def nearest_name(rgb: RGB) -> str:
    """The colour name whose centre is nearest by CIEDE2000."""
    return list(COLOURS)[int(ciede2000(rgb, np.array(list(COLOURS.values()), np.float64)).argmin())]


def scaled(rgb: RGB, factor: float) -> RGB:
    """Darker (< 1) or lighter (> 1, towards white) version of a shade."""
    if factor <= 1:
        return (int(rgb[0] * factor), int(rgb[1] * factor), int(rgb[2] * factor))
    lift = factor - 1
    return (int(rgb[0] + (255 - rgb[0]) * lift), int(rgb[1] + (255 - rgb[1]) * lift), int(rgb[2] + (255 - rgb[2]) * lift))


def luminance(rgb: RGB) -> float:
    """Perceived brightness 0..1."""
    return (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]) / 255
