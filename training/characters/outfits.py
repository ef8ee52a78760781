"""Outfits: compatible sets of garments with independently sampled kinds, colours and patterns."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np

from wardrobe.compatible import accessories, pick, pick_kind, weighted
from wardrobe.kinds import BOTTOMS, KINDS, ONEPIECES, TOPS
from wardrobe.outfit import Garment, Outfit, dressed_in_order
from wardrobe.palette import COLOURS, RGB, ciede2000, sample_shade
from wardrobe.patterns import PATTERNS

Rng = np.random.Generator
HeldOut = Literal["exclude", "only", "any"]


_PATTERN_WEIGHTS = {"striped": 2.0, "plaid": 2.0, "polka dot": 1.8, "checkered": 1.5, "floral": 1.5, "gradient": 1.2}


def is_held_out(kind: str, colour: str, pattern: str | None) -> bool:
    """Whether this triple is kept out of training, to test that words combine freely; about one in ten is."""
    digest = hashlib.blake2b(f"{kind}|{colour}|{pattern or 'plain'}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % 10 == 0


def _pick_pattern(rng: Rng) -> str:
    return weighted(rng, {name: _PATTERN_WEIGHTS.get(name, 1.0) for name in PATTERNS})


def _distinct(rng: Rng, rgb: RGB, gap: float = 25.0) -> tuple[str, RGB]:
    """A second colour that is plainly another one; white and black are likely, as on real clothes."""
    while True:
        name = pick(rng, ("white", "white", "black", *COLOURS))
        shade = sample_shade(name, rng)
        if float(ciede2000(shade, rgb)) > gap:
            return name, shade


def sample_garment(kind: str, rng: Rng, held_out: HeldOut = "any") -> Garment:
    """One garment of this kind in a random colour, pattern, cut. held_out: whether its triple may be a held-out one."""
    row = KINDS[kind]
    while True:
        colour = pick(rng, ("white", "black", *COLOURS))
        pattern = _pick_pattern(rng) if rng.random() < row.patterned else None
        if held_out == "any" or is_held_out(kind, colour, pattern) == (held_out == "only"):
            break
    garment = Garment(row.slot, kind, colour, sample_shade(colour, rng), pattern=pattern, detail=int(rng.integers(2**31)))
    if pattern or rng.random() < row.trim:
        second, shade = _distinct(rng, garment.rgb)
        garment = replace(garment, second_colour=second, second_rgb=shade)
    sleeve, length, neckline = (pick(rng, options) if options else "" for options in (row.sleeves, row.lengths, row.necklines))
    return replace(garment, sleeve=sleeve, length=length, neckline=neckline)


def sample_outfit(rng: Rng, *, held_out: HeldOut = "exclude") -> Outfit:
    """A compatible outfit, always a top with a bottom or a one-piece, most of them with shoes and legwear.

    held_out: "exclude": no garment is a held-out (kind, colour, pattern) triple; "only": every top, bottom and
    one-piece is one; "any": whatever comes.
    """
    outer = ""
    if rng.random() < 0.56:
        upper, lower = pick_kind(rng, TOPS), pick_kind(rng, BOTTOMS, lambda name: name != "hakama")
        if upper == "haori" or rng.random() < 0.03:
            upper, lower = "haori", pick(rng, ("hakama", "wide-leg trousers", "long skirt"))
        worn = [lower, upper]
    else:
        upper = lower = pick_kind(rng, ONEPIECES)
        worn = [upper]
        if upper in ("sundress", "dress", "sweater dress") and rng.random() < 0.15:
            outer = pick(rng, ("cardigan", "jacket", "coat"))
    if KINDS[upper].over:
        inner = pick(rng, KINDS[upper].over)
        worn.insert(worn.index(upper), inner)
    worn += [outer] if outer else []
    minor: HeldOut = "exclude" if held_out == "exclude" else "any"
    garments = [sample_garment(kind, rng, held_out) for kind in worn]
    if outer or KINDS[upper].over:  # what is worn beneath shows little: keep it plain and clearly of another colour
        garments = _separate(rng, garments, held_out)
    base = next(garment for garment in garments if garment.kind == lower)
    inmost = next(garment for garment in garments if garment.kind not in BOTTOMS)
    extras = accessories(rng, worn, base.length, inmost.kind, garments[-1].sleeve)
    garments += [sample_garment(kind, rng, minor) for kind in extras]
    return Outfit(tuple(dressed_in_order(garments)))


def _separate(rng: Rng, garments: list[Garment], held_out: HeldOut) -> list[Garment]:
    """Redraw each covering garment's colour until it differs from what is worn beneath it."""
    uppers = [index for index, garment in enumerate(garments) if garment.kind not in BOTTOMS]
    for below, above in pairwise(uppers):
        while float(ciede2000(garments[below].rgb, garments[above].rgb)) < 20:
            garments[above] = sample_garment(garments[above].kind, rng, held_out)
    return garments
