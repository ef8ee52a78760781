"""What cannot come out as it was asked for, said in one sentence each; the page has a button that mends it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.draft import Draft
from pipeline.dyeing import worn_as
from pipeline.regions import Region, near
from pipeline.request import CLOTHING, CUT_OFF, FACE_PAINTED, SHARED, WEAK, ClothingPart, Detection, Garment, Image8
from pipeline.tones import calm_lab

WHOLE = 0.8  # strength from which any colour can become any other
FAR = 30.0  # CIELAB lightness by which two cloths differ as black and white do
CUT = 0.02  # of a draft: less than this is not worth a word where a painted mask cuts it off
SHORT = 0.06  # of a garment, likewise
FACE = 0.1  # of the face: what a brush's rim touches is not meant
NECK = 0.3  # of the height of face and neck together: below lies the neck, which collars cover
OTHER = 0.2  # of another person's clothes, likewise


def too_weak(strength: float, character: Image8, labels: Image8, mask: Region, garments: Sequence[Garment]) -> tuple[str, ...]:
    """Sampling that starts late keeps how light the old clothes are. character: H x W x 4; mask: H x W, what is repainted."""
    if strength >= WHOLE:
        return ()
    light = calm_lab(character[..., :3])[..., 0]
    for garment in garments:
        old = worn_as(labels, garment.slot) & mask
        if old.any():
            new = calm_lab(np.array([[garment.rgb]], np.uint8))[0, 0, 0]
            if abs(new - float(np.median(light[old]))) > FAR:
                return (WEAK.format(kind=garment.kind, strength=f"{strength:.2g}"),)
    return ()


def is_cut(beyond: Region, covers: Region) -> bool:
    """Whether what a painted mask cuts off a draft, beside what it covers, is worth a word; both H x W."""
    return bool(beyond.sum() > CUT * (beyond | covers).sum())


def cut_off(draft: Draft, painted: Region) -> tuple[str, ...]:
    """Garments that a painted mask, H x W, has no room for: a flared skirt on trousers, sleeves on bare arms."""
    beyond = draft.covers & ~painted
    if not is_cut(beyond, draft.covers):
        return ()
    sizes = [(draft.worn == number) & draft.covers for number in range(1, len(draft.outfit.garments) + 1)]
    shares = [float(beyond[size].mean()) if size.any() else 0.0 for size in sizes]
    named = [garment.kind for garment, share in zip(draft.outfit.garments, shares, strict=True) if share > SHORT]
    return (CUT_OFF.format(garments=", ".join(dict.fromkeys(named)) or "outfit"),)


def over_face(found: Detection, mask: Region) -> tuple[str, ...]:
    """mask: H x W, what is drawn anew. Hands are no face."""
    pieces, where, table, _ = cv2.connectedComponentsWithStats((found.keep > 0).astype(np.uint8), connectivity=8)
    beside = near(found.labels == ClothingPart.HAIR, 2)
    heads = [where == number for number in range(1, pieces) if (beside & (where == number)).any()]
    heads = heads or [where == int(table[1:, cv2.CC_STAT_AREA].argmax()) + 1] if pieces > 1 else []
    for head in heads:
        rows = np.flatnonzero(head.any(1))
        face = head & (np.arange(len(head))[:, None] < rows[-1] - NECK * len(rows))
        if face.any() and mask[face].mean() > FACE:
            return (FACE_PAINTED,)
    return ()


def over_several(found: Detection, painted: Region) -> tuple[str, ...]:
    """found: with everybody in it; painted: H x W."""
    if found.people is None or found.count < 2:
        return ()
    clothes = np.isin(found.labels, CLOTHING)
    theirs = [clothes & (found.people == person) for person in range(1, found.count + 1)]
    count = sum(bool(region.any() and painted[region].mean() > OTHER) for region in theirs)
    return (SHARED.format(count=count),) if count > 1 else ()
