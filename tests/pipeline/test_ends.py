"""Borders of hair where old clothes lay: smooth, with their line, and what surely is hair as it was."""

from types import SimpleNamespace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ends import FINE, _contours, _filled, with_clean_ends
from pipeline.regions import near
from pipeline.request import ClothingPart
from wardrobe.style import Style

HAIR, CLOTH, INK, SKIN = (200, 120, 60), (90, 110, 200), (60, 30, 20), (250, 220, 200)
UNIT = 100.0


def lock(teeth: bool) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """A lock on a dress, with teeth at its sides or not, and the dress round it."""
    hair = np.zeros((160, 120), bool)
    hair[:120, 50:64] = True
    if teeth:
        hair[20:120:8, 64:68] = True
        hair[24:120:8, 46:50] = True
    cloth = ~hair
    cloth[:10] = False
    return hair, cloth


def seated(hair: NDArray[np.bool_], line: float) -> SimpleNamespace:
    rgb = np.where(hair[..., None], np.uint8(HAIR), np.uint8(CLOTH)).astype(np.uint8)
    labels = np.where(hair, np.uint8(ClothingPart.HAIR), np.uint8(ClothingPart.ONEPIECE)).astype(np.uint8)
    found = SimpleNamespace(labels=labels)
    style = Style(line / UNIT, "plain", INK, 0.0, "flat", (255, 255, 255), (0.0, 1.0), 0.0, 1.0, 1.0, 0.0, 0)
    return SimpleNamespace(
        unit=UNIT, style=style, found=found, kept=np.zeros_like(hair), face=np.zeros_like(hair), rgb=rgb, speck=20.0
    )


def test_a_contour_loses_its_teeth_and_a_thin_lock_keeps_its_width_and_length() -> None:
    ragged, cloth = lock(teeth=True)
    straight, _ = lock(teeth=False)
    contours = _contours(ragged.astype(np.float32), near(cloth, 1), 3.5, 30)
    found = cv2.resize(_filled(contours, ragged.shape).astype(np.float32), ragged.shape[::-1], interpolation=cv2.INTER_AREA)
    sides = found[30:105] > 0.5
    widths = sides.sum(1)
    assert widths.min() >= 13 and widths.max() - widths.min() <= 2, "no teeth"
    assert (found[:116] * straight[:116]).sum() > 0.95 * straight[:116].sum(), "no narrower and hardly shorter"
    assert FINE > 1


def test_hair_that_is_surely_hair_stays_bit_for_bit() -> None:
    hair, cloth = lock(teeth=False)
    sitter = seated(hair, line=0.0)
    share, colours, redrawn = with_clean_ends(sitter, hair.astype(np.float32), sitter.rgb, cloth)  # type: ignore[arg-type]
    assert (share[hair] == 1).all() and (colours[hair] == sitter.rgb[hair]).all() and not (redrawn & hair).any()


def test_what_has_the_colour_of_the_old_cloth_at_its_border_goes() -> None:
    ragged, cloth = lock(teeth=True)
    straight, _ = lock(teeth=False)
    sitter = seated(straight, line=0.0)  # the teeth are cloth
    sitter.found.labels[ragged] = ClothingPart.HAIR
    share, colours, redrawn = with_clean_ends(sitter, ragged.astype(np.float32), sitter.rgb, cloth)  # type: ignore[arg-type]
    teeth = ragged & ~straight
    teeth[:20] = teeth[112:] = False
    assert share[teeth].mean() <= 0.5 and redrawn[teeth].any(), "at least their ends"
    seen = (share > 0.5) & teeth
    assert not seen.any() or np.abs(colours[seen].astype(int) - HAIR).max() < 40, "what is left has the hair's colour"


def test_hands_end_as_they_did_and_a_clean_corner_keeps_its_point() -> None:
    hand, cloth = lock(teeth=True)
    sitter = seated(hand, line=1.5)
    sitter.found.labels[hand] = ClothingPart.SKIN
    sitter.kept = hand.copy()
    sitter.face = np.zeros_like(hand)
    share, colours, redrawn = with_clean_ends(sitter, hand.astype(np.float32), sitter.rgb, cloth)  # type: ignore[arg-type]
    assert (share == hand).all() and (colours == sitter.rgb).all() and not redrawn.any()
    straight, cloth = lock(teeth=False)
    contours = _contours(straight.astype(np.float32), near(cloth, 1), 3.5, 30)
    found = cv2.resize(_filled(contours, straight.shape).astype(np.float32), straight.shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(found - straight)[20:].sum() < 12
