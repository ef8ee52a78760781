"""Outfits: compatible sets of garments with independently sampled kinds, colours and patterns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Literal, TypeVar

import numpy as np

from pipeline.request import ClothingPart
from wardrobe.kinds import BOTTOMS, FOOTWEAR, HANDWEAR, HEADWEAR, KINDS, LEGWEAR, NECKWEAR, ONEPIECES, TOPS, Kind
from wardrobe.outfit import Garment, Outfit, dressed_in_order
from wardrobe.palette import COLOURS, RGB, ciede2000, sample_shade
from wardrobe.patterns import PATTERNS

Rng = np.random.Generator
HeldOut = Literal["exclude", "only", "any"]
Part = ClothingPart
Option = TypeVar("Option")


# Which accessories go with what; rows of names rather than rules in code.
_LEG_COVERING = {
    "jeans",
    "trousers",
    "wide-leg trousers",
    "cargo pants",
    "sweatpants",
    "leggings",
    "hakama",
    "jumpsuit",
    "tracksuit",
    "plate armor",
}
_CLOSED_NECK = {
    *(
        "turtleneck",
        "hoodie",
        "tracksuit",
        "breastplate",
        "plate armor",
        "cape",
        "cheongsam",
        "kimono",
        "yukata",
        "haori",
        "jacket",
        "robe",
    ),
    *("sweater dress", "gothic dress"),
}
_SAILOR = {"sailor top", "sailor dress"}
_NO_BELT = {
    *(
        "kimono",
        "yukata",
        "maid dress",
        "overalls",
        "plate armor",
        "tracksuit",
        "breastplate",
        "cape",
        "hoodie",
        "coat",
        "hakama",
        "ball gown",
    ),
    *("jumpsuit", "cardigan", "blazer", "suit jacket", "jacket", "evening gown", "coat dress"),
}
_ARM_COVERING = {"kimono", "yukata", "haori", "robe"}
_PATTERN_WEIGHTS = {"striped": 2.0, "plaid": 2.0, "polka dot": 1.8, "checkered": 1.5, "floral": 1.5, "gradient": 1.2}
_JAPANESE = {"kimono", "yukata", "haori"}


def is_held_out(kind: str, colour: str, pattern: str | None) -> bool:
    """Whether this triple is kept out of training, to test that words combine freely; about one in ten is."""
    digest = hashlib.blake2b(f"{kind}|{colour}|{pattern or 'plain'}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % 10 == 0


def _pick(rng: Rng, options: tuple[Option, ...]) -> Option:
    return options[int(rng.integers(len(options)))]


def _weighted(rng: Rng, weights: dict[str, float]) -> str:
    shares = np.cumsum(list(weights.values()))
    return list(weights)[int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]


def _pick_kind(rng: Rng, table: dict[str, Kind], accept: Callable[[str], bool] = lambda _: True) -> str:
    return _weighted(rng, {name: kind.weight for name, kind in table.items() if accept(name)})


def _pick_pattern(rng: Rng) -> str:
    return _weighted(rng, {name: _PATTERN_WEIGHTS.get(name, 1.0) for name in PATTERNS})


def _distinct(rng: Rng, rgb: RGB, gap: float = 25.0) -> tuple[str, RGB]:
    """A second colour that is plainly another one; white and black are likely, as on real clothes."""
    while True:
        name = _pick(rng, ("white", "white", "black", *COLOURS))
        shade = sample_shade(name, rng)
        if float(ciede2000(shade, rgb)) > gap:
            return name, shade


def sample_garment(kind: str, rng: Rng, held_out: HeldOut = "any") -> Garment:
    """One garment of this kind in a random colour, pattern, cut. held_out: whether its triple may be a held-out one."""
    row = KINDS[kind]
    while True:
        colour = _pick(rng, ("white", "black", *COLOURS))
        pattern = _pick_pattern(rng) if rng.random() < row.patterned else None
        if held_out == "any" or is_held_out(kind, colour, pattern) == (held_out == "only"):
            break
    garment = Garment(row.slot, kind, colour, sample_shade(colour, rng), pattern=pattern, detail=int(rng.integers(2**31)))
    if pattern or rng.random() < row.trim:
        second, shade = _distinct(rng, garment.rgb)
        garment = replace(garment, second_colour=second, second_rgb=shade)
    sleeve, length, neckline = (_pick(rng, options) if options else "" for options in (row.sleeves, row.lengths, row.necklines))
    return replace(garment, sleeve=sleeve, length=length, neckline=neckline)


def _accessories(rng: Rng, worn: list[str], length: str, upper: str, sleeve: str) -> list[str]:
    """Kinds of legwear, footwear, handwear, neckwear and headwear that go with the main garments."""
    names = set(worn)
    found = []
    covered = bool(names & _LEG_COVERING)
    if not covered and length != "long" and rng.random() < 0.72:
        found.append(_pick_kind(rng, LEGWEAR))
    elif covered and rng.random() < 0.3:
        found.append("ankle socks")
    if rng.random() < 0.93:
        boots_hidden = covered and "leggings" not in names
        sandals_only = bool(names & _JAPANESE) and rng.random() < 0.6
        found.append(
            "sandals" if sandals_only else _pick_kind(rng, FOOTWEAR, lambda name: not (boots_hidden and name == "knee boots"))
        )
    if rng.random() < 0.2 and not names & _ARM_COVERING and sleeve != "wide":
        bare_arms = sleeve in ("none", "short", "puff")
        found.append(_pick_kind(rng, HANDWEAR, lambda name: bare_arms or name == "gloves"))
    neck = NECKWEAR.keys() - {"belt", "sash"}
    if upper not in _CLOSED_NECK and rng.random() < (0.85 if upper in _SAILOR else 0.6 if "suit jacket" in names else 0.35):
        choice = _pick(rng, ("neck ribbon", "neckerchief")) if upper in _SAILOR else _pick_kind(rng, NECKWEAR, neck.__contains__)
        found.append(choice)
    elif upper in ("turtleneck", "hoodie", "jacket") and rng.random() < 0.15:
        found.append("scarf")
    if not names & _NO_BELT and rng.random() < 0.22:
        found.append(_pick(rng, ("belt", "belt", "sash")))
    if "maid dress" in names and rng.random() < 0.6:
        found.append("maid headdress")
    elif "plate armor" in names and rng.random() < 0.35:
        found.append("helmet")
    elif rng.random() < 0.22:
        found.append(_pick_kind(rng, HEADWEAR, lambda name: name != "helmet" or bool(names & {"breastplate", "plate armor"})))
    return found


def sample_outfit(rng: Rng, *, held_out: HeldOut = "exclude") -> Outfit:
    """A compatible outfit, always a top with a bottom or a one-piece, most of them with shoes and legwear.

    held_out: "exclude": no garment is a held-out (kind, colour, pattern) triple; "only": every top, bottom and
    one-piece is one; "any": whatever comes.
    """
    outer = ""
    if rng.random() < 0.56:
        upper, lower = _pick_kind(rng, TOPS), _pick_kind(rng, BOTTOMS, lambda name: name != "hakama")
        if upper == "haori" or rng.random() < 0.03:
            upper, lower = "haori", _pick(rng, ("hakama", "wide-leg trousers", "long skirt"))
        worn = [lower, upper]
    else:
        upper = lower = _pick_kind(rng, ONEPIECES)
        worn = [upper]
        if upper in ("sundress", "dress", "sweater dress") and rng.random() < 0.15:
            outer = _pick(rng, ("cardigan", "jacket", "coat"))
    if KINDS[upper].over:
        inner = _pick(rng, KINDS[upper].over)
        worn.insert(worn.index(upper), inner)
    worn += [outer] if outer else []
    minor: HeldOut = "exclude" if held_out == "exclude" else "any"
    garments = [sample_garment(kind, rng, held_out) for kind in worn]
    if outer or KINDS[upper].over:  # what is worn beneath shows little: keep it plain and clearly of another colour
        garments = _separate(rng, garments, held_out)
    base = next(garment for garment in garments if garment.kind == lower)
    inmost = next(garment for garment in garments if garment.kind not in BOTTOMS)
    extras = _accessories(rng, worn, base.length, inmost.kind, garments[-1].sleeve)
    garments += [sample_garment(kind, rng, minor) for kind in extras]
    return Outfit(tuple(dressed_in_order(garments)))


def _separate(rng: Rng, garments: list[Garment], held_out: HeldOut) -> list[Garment]:
    """Redraw each covering garment's colour until it differs from what is worn beneath it."""
    uppers = [index for index, garment in enumerate(garments) if garment.kind not in BOTTOMS]
    for below, above in pairwise(uppers):
        while float(ciede2000(garments[below].rgb, garments[above].rgb)) < 20:
            garments[above] = sample_garment(garments[above].kind, rng, held_out)
    return garments
