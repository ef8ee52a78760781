"""Colours that things are told by, in CIELAB."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.regions import Region, grown

Lab = NDArray[np.float32]  # H x W x 3

TONES = 5  # of a region
DARKEST, LIGHTER = 3, 8.0  # percentile of a figure's lightness that its lines have; CIELAB: what is so much lighter is none
LIKE, OF_HAIR = 11.0, 0.08  # CIELAB: of one colour; of hair: least share of one of its tones
INKED, WIDEST = 22.0, 0.012  # levels by which a line is darker than what lies beside it; heads: half the width of the widest
LIGHT = 0.6  # of a difference of lightness counts: the same thing may be lit or lie in shadow


def calm_lab(rgb: NDArray[Any]) -> Lab:
    """H x W x 3, 0..255, in CIELAB without grain."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(cv2.bilateralFilter(np.asarray(lab, np.float32), 5, 12, 2), np.float32)


def tones_of(lab: Lab, region: Region) -> NDArray[np.float32]:
    """Colours of a region by k-means, K x 3."""
    seen = lab[region]
    if len(seen) <= TONES:
        return seen
    seen = seen[:: max(1, len(seen) // 2000)]
    cv2.setRNGSeed(0)
    ending = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, _, centres = cv2.kmeans(np.ascontiguousarray(seen), TONES, None, ending, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    return np.asarray(centres, np.float32)


def main_tones(lab: Lab, region: Region, like: float, least: float) -> NDArray[np.float32]:
    """Those tones of a region, K x 3, that more than a share of it is like: neither the lines in it nor the white of eyes."""
    tones = tones_of(lab, region)
    shares = [(np.linalg.norm(lab[region] - tone, axis=1) < like).mean() for tone in tones]
    return tones[np.array(shares) > least]


def apart_from(lab: Lab, tones: NDArray[np.float32]) -> NDArray[np.float32]:
    """H x W, distance to the nearest of the tones."""
    if not len(tones):
        return np.full(lab.shape[:2], np.inf, np.float32)
    return np.asarray(np.min([np.linalg.norm(lab - tone, axis=2) for tone in tones], axis=0), np.float32)


def lighter_than_lines(lab: Lab, figure: Region) -> Region:
    """H x W, what is too light to be one of a figure's lines."""
    return np.asarray(lab[..., 0] > np.percentile(lab[..., 0][figure], DARKEST) + LIGHTER)


def hair_tones(lab: Lab, hair: Region, clothes: Region) -> NDArray[np.float32]:
    """Colours of hair that more of the hair has than of the clothes, for some of either may be mistaken for the other; and more
    of its middle than of its rim, which has the colour of lines."""
    inner = hair & ~grown(~hair, 2)
    tones = tones_of(lab, inner if inner.any() else hair)
    rim = hair & ~inner
    shares = [[(np.linalg.norm(lab[where] - tone, axis=1) < LIKE).mean() for where in (inner, rim, clothes)] for tone in tones]
    return tones[[middle > max(OF_HAIR, 0.8 * rim, cloth) for middle, rim, cloth in np.nan_to_num(shares)]]


def inked(rgb: NDArray[Any], unit: float) -> Region:
    """H x W, lines: darker than what lies on both sides. rgb: H x W x 3 uint8; unit: a head in pixels."""
    reach = max(2, round(WIDEST * unit))
    wide = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (6 * reach + 1, 6 * reach + 1))
    return np.asarray(cv2.morphologyEx(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.MORPH_BLACKHAT, wide) > INKED)
