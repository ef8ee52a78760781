"""What a row of the wardrobe says, and the cuts that garments share: sleeves, lengths, necklines."""

from __future__ import annotations

from dataclasses import dataclass

from wardrobe.parts import ClothingPart


@dataclass(frozen=True)
class Kind:
    """One row of the wardrobe.

    words: nouns for captions, the usual one first. sleeves, lengths, necklines: what may be sampled. patterned:
    chance of a pattern. trim: chance of a second colour on its details when it has no pattern; trimmed: what
    then carries that colour, in words. over: it is worn open over one of these kinds. plural: 'jeans', not 'a jeans'.
    """

    slot: ClothingPart
    words: tuple[str, ...]
    sleeves: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()
    necklines: tuple[str, ...] = ()
    patterned: float = 0.3
    trim: float = 0.0
    trimmed: str = ""
    over: tuple[str, ...] = ()
    plural: bool = False
    weight: float = 1.0


SLEEVES: dict[str, tuple[str, ...]] = {
    "none": ("sleeveless",),
    "short": ("short-sleeved", "short sleeve"),
    "elbow": ("elbow-length sleeve", "half-sleeved"),
    "long": ("long-sleeved", "long sleeve"),
    "puff": ("puff-sleeved", "puffy sleeve"),
    "wide": ("wide-sleeved", "wide sleeve"),
}
LENGTHS: dict[str, tuple[str, ...]] = {
    "short": ("short",),
    "knee": ("knee-length",),
    "midi": ("midi", "calf-length"),
    "long": ("long", "ankle-length"),
}
NECKLINES: dict[str, tuple[str, ...]] = {"round": (), "v": ("v-neck",), "high": ("high-necked",), "square": ("square-neck",)}
