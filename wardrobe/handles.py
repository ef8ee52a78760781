"""Which garments can be made longer and shorter by hand: at the hem, at the sleeves' ends, at the neckline."""

from __future__ import annotations

from wardrobe.kinds import KINDS
from wardrobe.outfit import Garment

HANDLES = ("hem", "cuff", "neck")  # fields of `Garment`
MOST = 0.5  # either way
_LONG = {
    *("jeans", "trousers", "wide-leg trousers", "cargo pants", "sweatpants", "leggings", "apron", "waist apron", "tabard"),
    *("haori", "parka", "pirate coat", "tailcoat", "hooded cloak"),
}
_HIGH = {"tutu", "bodysuit", "leotard", "swimsuit"}
_HANGING = {"haori", "off-shoulder top", "kimono", "yukata", "hanfu", "hanbok", "monk robe", "wizard robe"}
_OPEN = {"haori", "cardigan", "blazer", "suit jacket", "vest", "kimono", "yukata", "cassock", "monk robe", "wizard robe"}
_STRAPPED = {"sundress", "ball gown", "cheongsam", "bodysuit", "leotard"}


def handles_of(garment: Garment) -> tuple[str, ...]:
    """Those of `HANDLES` that a garment has."""
    row = KINDS[garment.kind]
    there = (
        garment.kind in _LONG or (bool(row.lengths) and garment.kind not in _HIGH),
        garment.sleeve not in ("", "none") and garment.kind not in _HANGING,
        bool(row.necklines) and garment.kind not in _OPEN | _STRAPPED,
    )
    return tuple(name for name, has in zip(HANDLES, there, strict=True) if has)
