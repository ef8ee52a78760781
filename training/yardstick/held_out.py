"""Swaps into kinds of garment that no draft knows, on the characters of the frozen drawn set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from pipeline.request import ClothingPart
from training.cases import SIZE, SPRITE_EVERY, Case, main_garments
from training.characters import draw
from training.characters.caption import phrase
from training.characters.outfits import sample_garment, sample_outfit
from training.masks import clothing_mask
from training.pairs import EVALUATION_SEEDS
from training.yardstick.held_out_kinds import HELD_OUT_KINDS, HeldOutKind, layers
from wardrobe.outfit import MAIN_SLOTS, Garment, Outfit
from wardrobe.palette import COLOURS, ciede2000, sample_shade

SEEDS = range(EVALUATION_SEEDS + 1, EVALUATION_SEEDS + 200, 5)  # a fifth of the characters of the drawn set
PATTERNED, TRIMMED = 0.2, 0.4  # share of the garments
PATTERNS = ("striped", "plaid", "polka dot", "checkered")
BELOW, ABOVE = ("jeans", "trousers", "pleated skirt"), ("t-shirt", "blouse", "sweater")  # worn with a held-out top or bottom
FIRST = (ClothingPart.LEGWEAR, ClothingPart.FOOTWEAR, ClothingPart.BOTTOMWEAR)  # worn beneath it
Rng = np.random.Generator


def held_out_cases(seeds: Iterable[int] = SEEDS) -> Iterator[Case]:
    """Two a character, of two kinds: the first prompt names the other main garment as well, if there is one. All kinds come
    equally often, as far as the character's framing shows them."""
    used = dict.fromkeys(HELD_OUT_KINDS, 0)
    for seed in seeds:
        scenery = seed % SPRITE_EVERY != 0
        source = draw(seed, SIZE, outfit_seed=seed, background=scenery, held_out="exclude")
        mask = clothing_mask(source)
        found = 0
        for kind in sorted(used, key=lambda name: used[name]):
            outfit = 10 * seed + 5 + found
            rng = np.random.default_rng([outfit, list(HELD_OUT_KINDS).index(kind)])
            worn = dressed_with(kind, rng)
            truth = draw(seed, SIZE, outfit=worn, background=scenery, dress=layers)
            named = main_garments(truth, mask)
            own = next(index for index, garment in enumerate(worn.garments) if garment.kind == kind)
            if own not in named:
                continue
            named = [own, *(index for index in named if index != own and not found)]
            words = prompt([worn.garments[index] for index in named], rng, sentence=seed % 2 == 0)
            used[kind] += 1
            found += 1
            yield Case(seed, outfit, source, truth, mask, words, tuple(named), held_out=True)
            if found == 2:
                break


def dressed_with(kind: str, rng: Rng) -> Outfit:
    """An ordinary outfit whose main garment is of a held-out kind."""
    row = HELD_OUT_KINDS[kind]
    rest = [garment for garment in sample_outfit(rng).garments if garment.slot not in MAIN_SLOTS]
    other = {ClothingPart.TOPWEAR: BELOW, ClothingPart.BOTTOMWEAR: ABOVE}.get(row.slot, ())
    own = held_out_garment(kind, row, rng)
    if other:
        while (
            float(ciede2000((beside := sample_garment(other[int(rng.integers(len(other)))], rng, "exclude")).rgb, own.rgb)) < 20
        ):
            pass
        rest.append(beside)
    rest.sort(key=lambda garment: (garment.slot not in FIRST, garment.slot not in MAIN_SLOTS))
    place = sum(garment.slot in FIRST for garment in rest)
    return Outfit((*rest[:place], own, *rest[place:]))


def held_out_garment(kind: str, row: HeldOutKind, rng: Rng) -> Garment:
    """One of this kind in a random colour, some with a pattern or with trim of another colour."""
    names = list(COLOURS)
    colour, second = (names[int(index)] for index in rng.choice(len(names), 2, replace=False))
    garment = Garment(row.slot, kind, colour, sample_shade(colour, rng), detail=int(rng.integers(2**31)))
    while float(ciede2000(shade := sample_shade(second, rng), garment.rgb)) < 25:
        second = names[int(rng.integers(len(names)))]
    chance = float(rng.random())
    if chance < PATTERNED:
        return replace(garment, pattern=str(rng.choice(PATTERNS)), second_colour=second, second_rgb=shade)
    if chance < PATTERNED + TRIMMED or row.trimmed != "trim":
        return replace(garment, second_colour=second, second_rgb=shade)
    return garment


def prompt(garments: list[Garment], rng: Rng, sentence: bool) -> str:
    """'red cape dress with gold trim, blue jeans', or that as a sentence."""
    parts = []
    for garment in garments:
        row = HELD_OUT_KINDS.get(garment.kind)
        if row is None:
            parts.append(" ".join(filter(None, phrase(garment, rng))))
            continue
        words, colour = row.words[int(rng.integers(len(row.words)))], garment.colour
        if garment.pattern:
            parts.append(f"{colour} and {garment.second_colour} {garment.pattern} {words}")
        else:
            parts.append(f"{colour} {words}" + (f" with {garment.second_colour} {row.trimmed}" if garment.second_colour else ""))
    return "someone wearing " + " and ".join(parts) if sentence else ", ".join(parts)
