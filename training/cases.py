"""A swap with a known answer: a character, the mask, the words, and the true picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.request import ClothingPart, Image8
from training.characters import Drawing, draw
from training.characters.caption import caption
from training.masks import clothing_mask
from training.pairs import visible
from wardrobe.outfit import MAIN_SLOTS
from wardrobe.palette import RGB

SIZE = (512, 384)  # height, width of the evaluation pictures
SPRITE_EVERY = 4  # one character in four is a transparent sprite
HELD_OUT_EVERY = 5  # one character in five wears held-out triples
Mask = NDArray[np.bool_]


class Worn(Protocol):
    """What a judge asks of a garment, see `wardrobe.outfit.Garment`."""

    @property
    def slot(self) -> ClothingPart: ...
    @property
    def kind(self) -> str: ...
    @property
    def colour(self) -> str: ...
    @property
    def rgb(self) -> RGB: ...


class Shown(Protocol):
    """image: H x W x 4, straight alpha."""

    @property
    def image(self) -> Image8: ...


class Dressed(Shown, Protocol):
    """garment_map: H x W, 0 none, i + 1 = garments[i]."""

    @property
    def garments(self) -> Sequence[Worn]: ...
    @property
    def garment_map(self) -> Image8: ...


@dataclass(frozen=True)
class Case:
    """One swap to be judged. outfit: seed of the true drawing's clothes; mask: H x W, what is repainted; named: indices of
    `truth.garments` that the prompt names; held_out: the clothes were held out of training."""

    seed: int
    outfit: int
    source: Shown
    truth: Dressed
    mask: Mask
    prompt: str
    named: tuple[int, ...]
    held_out: bool

    def region(self, index: int) -> Mask:
        """Where the drawer put this garment, inside the mask."""
        region: Mask = (self.truth.garment_map == index + 1) & self.mask
        return region


def main_garments(truth: Drawing, mask: Mask) -> list[int]:
    """The garment of each main slot that shows most, the largest first: the judge reads one a slot."""
    areas = np.bincount(truth.garment_map[mask], minlength=256)[1:]
    largest: dict[ClothingPart, int] = {}
    for index in sorted(visible(truth, mask), key=lambda i: -areas[i]):
        if truth.garments[index].slot in MAIN_SLOTS:
            largest.setdefault(truth.garments[index].slot, index)
    return list(largest.values())


def cases(seeds: Iterable[int]) -> Iterator[Case]:
    """Two a character: the first names two garments where the outfit has two, the second one."""
    for seed in seeds:
        scenery = seed % SPRITE_EVERY != 0
        source = draw(seed, SIZE, outfit_seed=seed, background=scenery, held_out="exclude")
        mask = clothing_mask(source)
        held_out = seed % HELD_OUT_EVERY == 0
        for which, wanted in enumerate((2, 1)):
            for attempt in range(40):
                outfit = 10 * seed + 1000 * attempt + which
                truth = draw(seed, SIZE, outfit_seed=outfit, background=scenery, held_out="only" if held_out else "exclude")
                named = main_garments(truth, mask)
                colours = {truth.garments[i].colour for i in named}
                if (len(named) >= 2 and len(colours) >= 2) if wanted == 2 else named:
                    break
            if not named:
                continue
            named = named[:wanted]
            rng = np.random.default_rng(outfit)
            words = caption([truth.garments[i] for i in named], rng, "tags" if seed % 2 else "sentence")
            yield Case(seed, outfit, source, truth, mask, words, tuple(named), held_out)
