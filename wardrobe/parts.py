"""The parts of a picture that detection tells apart, and the drawer draws."""

from __future__ import annotations

from enum import IntEnum


class ClothingPart(IntEnum):
    """Values of a part label map (8 bit, one channel)."""

    BACKGROUND = 0
    SKIN = 1
    HAIR = 2
    TOPWEAR = 3
    BOTTOMWEAR = 4
    ONEPIECE = 5
    LEGWEAR = 6
    FOOTWEAR = 7
    HANDWEAR = 8
    HEADWEAR = 9
    NECKWEAR = 10
    HELD = 11

    @property
    def title(self) -> str:
        """What people call it."""
        return {self.ONEPIECE: "one-piece", self.HELD: "held object"}.get(self, self.name.lower())


CLOTHING = (
    ClothingPart.TOPWEAR,
    ClothingPart.BOTTOMWEAR,
    ClothingPart.ONEPIECE,
    ClothingPart.LEGWEAR,
    ClothingPart.FOOTWEAR,
    ClothingPart.HANDWEAR,
    ClothingPart.NECKWEAR,
)
