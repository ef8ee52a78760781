"""What was found in a character, and the one mask that chips, switches, clicks and the brush make of it together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.mask import grow
from pipeline.request import CLOTHING, ClothingPart, Detection, Image8
from ui import editor

ROOM = 0.12  # of the picture's long side: what the slider for larger clothes adds at its right end
USUAL_ROOM = 0.1  # of ROOM
STEPS_BACK = 20
PROTECTABLE = (ClothingPart.HAIR, ClothingPart.HELD, ClothingPart.HEADWEAR)
ALWAYS_ON = (ClothingPart.HAIR, ClothingPart.HELD)  # what is protected unless somebody says otherwise
_SHARE = 0.55  # of the brush's colour, over the picture


@dataclass(frozen=True, eq=False)
class Sight:
    """detection: None until it was asked for. auto: the mask that the chips made last, as the editor gives it back; mask: the
    whole mask while clicks change it; history: masks before them, the latest last; pointing: clicks change it just now, not
    the brush."""

    detection: Detection | None = None
    auto: Image8 | None = None
    mask: Image8 | None = None
    history: tuple[Image8 | None, ...] = ()
    pointing: bool = False


def offered(detection: Detection) -> tuple[ClothingPart, ...]:
    """What there is a chip for: the outfit's parts, and bare arms and legs."""
    bare = (detection.labels == ClothingPart.SKIN) & (detection.keep == 0)
    return (*detection.parts, *((ClothingPart.SKIN,) if bare.any() else ()))


def chosen_first(detection: Detection) -> tuple[ClothingPart, ...]:
    """All clothes, and the limbs that a new outfit may cover."""
    return tuple(part for part in offered(detection) if part in (*CLOTHING, ClothingPart.SKIN))


def mask_of(detection: Detection, parts: Sequence[ClothingPart], protect: Sequence[ClothingPart], room: float = 0.0) -> Image8:
    """H x W uint8, 255 = repaint. room: 0..1, how far larger clothes may reach beyond the old ones."""
    mask = grow(detection.mask(parts), round(room * ROOM * max(detection.labels.shape)))
    return np.where(detection.protected(protect) > 0, np.uint8(0), mask)


def merged(sight: Sight, current: Image8 | None, auto: Image8) -> Image8:
    """The chips' new mask with what was painted and rubbed out by hand since their last one."""
    if sight.auto is None or current is None:
        return auto if current is None else np.maximum(auto, current)
    added, removed = (current > 0) & (sight.auto == 0), (current == 0) & (sight.auto > 0)
    return np.where(removed, np.uint8(0), np.where(added, np.uint8(255), auto))


def as_edited(character: Image8, mask: Image8) -> Image8:
    """The mask as it comes back from an editor that works on a smaller copy."""
    back = editor.painted(editor.show(character, mask), (character.shape[1], character.shape[0]))
    return np.zeros_like(mask) if back is None else back


def clicked(sight: Sight, region: Image8, add: bool, protect: Sequence[ClothingPart]) -> Sight:
    """One region more, or one less."""
    before = np.zeros_like(region) if sight.mask is None else sight.mask
    if sight.detection is not None:
        region = np.where(sight.detection.protected(protect) > 0, np.uint8(0), region)
    after = np.where(region > 0, np.uint8(255 if add else 0), before)
    return replace(sight, mask=after, history=(*sight.history, sight.mask)[-STEPS_BACK:])


def undone(sight: Sight) -> Sight:
    """As it was before the last click."""
    return replace(sight, mask=sight.history[-1], history=sight.history[:-1]) if sight.history else sight


def overlay(character: Image8, mask: Image8 | None) -> Image8:
    """The character with its mask in pink, at most 2048 pixels a side: H x W x 4."""
    shown = editor.proxy(character).copy()
    if mask is not None and mask.any():
        rows, columns = (np.arange(length) * whole // length for length, whole in zip(shown.shape[:2], mask.shape, strict=True))
        where = mask[rows][:, columns] > 0
        shown[where, :3] = shown[where, :3] * (1 - _SHARE) + np.array(editor.COLOUR, np.float32) * _SHARE
        shown[where, 3] = np.maximum(shown[where, 3], 140)
    return shown
