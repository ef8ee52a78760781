"""Swaps of today's drawer, frozen when its garments had been drawn anew: half of them into kinds that the first set lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from pipeline.request import ClothingPart
from training.cases import SIZE, SPRITE_EVERY, Case, cases, main_garments
from training.characters import draw
from training.characters.caption import caption
from training.characters.outfits import sample_garment, sample_outfit
from training.masks import clothing_mask
from training.pairs import EVALUATION_SEEDS
from training.yardstick.held_out import ABOVE, BELOW, FIRST
from wardrobe.kinds import KINDS
from wardrobe.outfit import MAIN_SLOTS, Outfit

SEEDS = range(EVALUATION_SEEDS + 202, EVALUATION_SEEDS + 400, 5)  # characters of no other set
NEW = tuple(name for name, kind in KINDS.items() if kind.weight == 0 and kind.slot in MAIN_SLOTS)  # that nothing is taught yet
Rng = np.random.Generator


def redrawn_cases(seeds: Iterable[int] = SEEDS) -> Iterator[Case]:
    """Two a character: one as of `cases`, one into a kind of `NEW`; all of these come equally often, as far as the character's
    framing shows them."""
    used = dict.fromkeys(NEW, 0)
    for seed in seeds:
        yield from list(cases([seed]))[:1]
        scenery = seed % SPRITE_EVERY != 0
        source = draw(seed, SIZE, outfit_seed=seed, background=scenery, held_out="exclude")
        mask, outfit = clothing_mask(source), 10 * seed + 7
        for kind in sorted(used, key=lambda name: used[name]):
            rng = np.random.default_rng([outfit, NEW.index(kind)])
            worn = dressed_with(kind, rng)
            truth = draw(seed, SIZE, outfit=worn, background=scenery)
            own = next(index for index, garment in enumerate(worn.garments) if garment.kind == kind)
            if own in main_garments(truth, mask):
                used[kind] += 1
                words = caption([worn.garments[own]], rng, "tags" if seed % 2 else "sentence")
                yield Case(seed, outfit, source, truth, mask, words, (own,), held_out=True)
                break


def dressed_with(kind: str, rng: Rng) -> Outfit:
    """An ordinary outfit whose main garment is of this kind."""
    rest = [garment for garment in sample_outfit(rng).garments if garment.slot not in MAIN_SLOTS]
    beside = {ClothingPart.TOPWEAR: BELOW, ClothingPart.BOTTOMWEAR: ABOVE}.get(KINDS[kind].slot, ())
    names = [kind, *([beside[int(rng.integers(len(beside)))]] if beside else [])]
    if KINDS[kind].over:
        names.append(KINDS[kind].over[int(rng.integers(len(KINDS[kind].over)))])
    main = [sample_garment(name, rng, "any") for name in names]
    main.sort(key=lambda garment: (garment.kind == kind, garment.slot not in FIRST))
    rest.sort(key=lambda garment: garment.slot not in FIRST)
    place = sum(garment.slot in FIRST for garment in rest)
    return Outfit((*rest[:place], *main, *rest[place:]))
