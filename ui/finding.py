"""What was found in a character, and which of it is to change: the choices that the canvas' history goes back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pipeline.mask import grown_beside
from pipeline.request import CLOTHING, ClothingPart, Detection, Image8
from ui import runs
from ui.runs import Layer

ROOM = 0.12  # of the picture's long side: what the slider for larger clothes adds at its right end
USUAL_ROOM = 0.1  # of ROOM
PROTECTABLE = (ClothingPart.HAIR, ClothingPart.HELD, ClothingPart.HEADWEAR)
ALWAYS_ON = (ClothingPart.HAIR, ClothingPart.HELD)  # what is protected unless somebody says otherwise
LARGEST = 1  # by the numbers of `Detection.people`
_UNSURE = 0.6  # a part of which detection is less sure is hatched
_KEPT = 200  # choices: as many as the canvas remembers steps


@dataclass(frozen=True, eq=False)
class Choice:
    """One state of the chips. mask: what it selects, as runs of the picture's pixels; automatic: nobody chose it, it shows what
    Generate found by itself."""

    detection: Detection
    parts: tuple[ClothingPart, ...]
    protect: tuple[ClothingPart, ...]
    person: int = LARGEST
    room: float = USUAL_ROOM
    mask: str = ""
    automatic: bool = False

    @property
    def region(self) -> Image8:
        """H x W uint8, 255 = selected."""
        return np.where(runs.decode(self.mask, self.detection.labels.shape), np.uint8(255), np.uint8(0))


@dataclass(frozen=True, eq=False)
class MaskEdit:
    """choices: by their numbers, from 1; 0 means that no parts are shown."""

    choices: Mapping[int, Choice] = field(default_factory=dict)

    @property
    def latest(self) -> int:
        return max(self.choices, default=0)

    def at(self, step: int) -> Choice | None:
        return self.choices.get(step)

    def with_choice(self, choice: Choice) -> MaskEdit:
        """This choice becomes the latest; the oldest are forgotten."""
        kept = dict(sorted({**self.choices, self.latest + 1: choice}.items())[-_KEPT:])
        return replace(self, choices=kept)


def chosen(choice: Choice) -> Choice:
    """The choice with the mask that it makes."""
    mask = mask_of(choice.detection.only(choice.person), choice.parts, choice.protect, choice.room)
    return replace(choice, mask=runs.encode(mask > 0))


def shown(detection: Detection, mask: Image8, person: int = LARGEST) -> Choice:
    """What Generate found by itself, and changed: `mask`, H x W, 0 = not."""
    return Choice(detection, chosen_first(detection), ALWAYS_ON, person, mask=runs.encode(mask > 0), automatic=True)


def told(choice: Choice) -> dict[str, Any] | None:
    """What `again` makes the choice of, as JSON has it; None where words were looked for, which it would not know."""
    if choice.detection.named is not None:
        return None
    numbers = {"parts": [int(part) for part in choice.parts], "protect": [int(part) for part in choice.protect]}
    return {**numbers, "person": choice.person, "room": choice.room, "automatic": choice.automatic}


def again(said: Mapping[str, Any], detection: Detection, region: Image8) -> Choice:
    """The choice that `told` told of; region: H x W, what it selected, which counts where nobody chose it. Raises `ValueError`,
    `KeyError`, `TypeError` or `UserError` for what is none."""
    parts, protect = (tuple(ClothingPart(int(part)) for part in said[name]) for name in ("parts", "protect"))
    choice = Choice(detection, parts, protect, int(said["person"]), min(max(float(said["room"]), 0.0), 1.0))
    if said["automatic"] is True:
        return replace(choice, mask=runs.encode(region > 0), automatic=True)
    return chosen(choice)


def unsure(choice: Choice) -> Layer:
    """H x W: where the parts lie of which detection is not sure."""
    doubtful = [part for part in choice.parts if choice.detection.confidence.get(part, 1.0) < _UNSURE]
    return np.isin(choice.detection.labels, doubtful)


def offered(detection: Detection) -> tuple[ClothingPart, ...]:
    """What there is a chip for: the outfit's parts, and bare arms and legs."""
    bare = (detection.labels == ClothingPart.SKIN) & (detection.keep == 0)
    return (*detection.parts, *((ClothingPart.SKIN,) if bare.any() else ()))


def chosen_first(detection: Detection) -> tuple[ClothingPart, ...]:
    """All clothes, and the limbs that a new outfit may cover."""
    return tuple(part for part in offered(detection) if part in (*CLOTHING, ClothingPart.SKIN))


def mask_of(detection: Detection, parts: Sequence[ClothingPart], protect: Sequence[ClothingPart], room: float = 0.0) -> Image8:
    """H x W uint8, 255 = repaint. room: 0..1, how far larger clothes may reach beyond the old ones."""
    wide = round(room * ROOM * max(detection.labels.shape))
    return grown_beside(detection.mask(parts), wide, detection.protected(protect))
