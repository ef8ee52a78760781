"""What is worn: garments as they are drawn and described, from the skin outwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wardrobe.kinds import BOTTOMS, FOOTWEAR, HANDWEAR, HEADWEAR, KINDS, LEGWEAR, NECKWEAR, ONEPIECES, TOPS
from wardrobe.palette import RGB
from wardrobe.parts import ClothingPart

Part = ClothingPart


@dataclass(frozen=True)
class Garment:
    """One garment as drawn and as described.

    kind: a key of KINDS. colour: the palette name that dominates its area, rgb: the shade used. second_colour,
    second_rgb: of the pattern, or of collar and trim when `pattern` is None. sleeve, length, neckline: words of
    `SLEEVES`, `LENGTHS`, `NECKLINES`, or "" where they do not apply. detail: seed of folds and small variations. hem, cuff,
    neck: how much longer than that, as shares of the way from hip to ankle, of the arm, and of the torso's height.
    """

    slot: ClothingPart
    kind: str
    colour: str
    rgb: RGB
    second_colour: str | None = None
    second_rgb: RGB | None = None
    pattern: str | None = None
    sleeve: str = ""
    length: str = ""
    neckline: str = ""
    detail: int = 0
    hem: float = 0.0
    cuff: float = 0.0
    neck: float = 0.0


@dataclass(frozen=True)
class Outfit:
    """Garments from the innermost to the outermost."""

    garments: tuple[Garment, ...]

    def worn(self, *slots: ClothingPart) -> tuple[Garment, ...]:
        return tuple(garment for garment in self.garments if garment.slot in slots)

    @property
    def main(self) -> tuple[Garment, ...]:
        """Tops, bottoms and one-pieces."""
        return self.worn(*MAIN_SLOTS)


MAIN_SLOTS = (Part.TOPWEAR, Part.BOTTOMWEAR, Part.ONEPIECE)

_WAISTED = ("tutu", "dirndl", "cheongsam", "leotard", "swimsuit", "corset", "bodysuit")
OVER_OTHERS = tuple(name for name, row in KINDS.items() if row.over)


def is_waisted(garment: Garment) -> bool:
    """Whether it is cut to a waist, as skirts and dresses are."""
    return garment.kind in _WAISTED or (garment.kind.endswith(("skirt", "dress", "gown")) and garment.kind != "sweater dress")


def dressed_in_order(garments: Iterable[Garment]) -> list[Garment]:
    """From the skin outwards: legwear, shoes, bottom, top, what is worn over it, accessories."""
    groups = (LEGWEAR, FOOTWEAR, BOTTOMS, {**TOPS, **ONEPIECES}, HANDWEAR, NECKWEAR, HEADWEAR)

    def rank(garment: Garment) -> float:
        group = next(index for index, table in enumerate(groups) if garment.kind in table)
        return group + (0.5 if garment.kind in OVER_OTHERS else 0.0)

    return sorted(garments, key=rank)
