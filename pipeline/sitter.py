"""A character as it sits to be drawn: what a draft is to know of its picture, whatever it will wear.

All of this is looked for once, and an outfit that changes by a word is drawn anew on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.cancelling import raise_if_cancelled
from pipeline.draft_style import flesh, measure_style, shade_of_flesh
from pipeline.fit import Fit
from pipeline.grain import Grain, of_figure
from pipeline.images import flatten, is_opaque
from pipeline.overlooked import in_hands, overlooked
from pipeline.regions import Region, largest, near
from pipeline.request import CLOTHING, ClothingPart, Detection, Image8
from pipeline.seen_limbs import as_wide_as_seen, with_seen_sides
from pipeline.sticker import Sticker, sticker_of
from pipeline.throat import Throat, beard_of, fringe_of, throat_of
from pipeline.tones import inked
from wardrobe.figure import SIDES
from wardrobe.style import RGB, Style

BEHIND = (255, 255, 255)  # behind a sprite while its manner is measured
OWN = 0.2  # of the place of a hand: more of a hand that stays there is this one
OVER, FREE = 0.12, 0.9  # heads: how far limbs may stand out from old clothes, and those that hang down
NECK = 0.03  # of a head's square: more of a neck is seen
RIM = 3  # pixels: by which labels may end before a sprite does
EDGE = 0.03  # heads: how far the last line of old clothes reaches over bare skin
HUE, SHADED = 21.0, 0.6  # distance of a and b in CIELAB, and share of the skin's lightness, that are still skin
CRUMB = 0.0012  # of the figure: smaller pieces of what stays are errors of detection


@dataclass(frozen=True)
class Sitter:
    """character: H x W x 4; rgb: the same before white; found: its parts; fit: its body; changed: what goes of the
    old outfit.

    style, skin, skin_shade, grain, sticker: how it was drawn; hands: sides on which a hand is to be drawn. H x W each: old: what
    goes; missed: what of that detection has overlooked; edge: its rim on what stays; beside: where limbs may stand out from it;
    beard: what was taken for a scarf; like: what has the skin's hue; sides: those of a neck that is seen.
    """

    character: Image8
    rgb: Image8
    found: Detection
    fit: Fit
    changed: frozenset[ClothingPart]
    style: Style
    skin: RGB
    skin_shade: RGB
    grain: Grain | None
    sticker: Sticker | None
    hands: tuple[str, ...]
    old: Region
    missed: Region
    edge: Region
    beside: Region
    beard: Region
    like: Region
    throat: Throat
    sides: Region

    @property
    def unit(self) -> float:
        """Pixels of a head."""
        return self.fit.frame.scale

    @property
    def kept(self) -> Region:
        """H x W, face, neck and hands."""
        return np.asarray(self.found.keep > 0)

    @property
    def face(self) -> Region:
        """H x W, face and neck."""
        return largest(self.kept)

    @property
    def speck(self) -> float:
        """Pixels: smaller pieces are nothing."""
        return float(CRUMB * np.count_nonzero(self.found.labels))


def sitter_of(character: Image8, found: Detection, fit: Fit, changed: Iterable[ClothingPart] = CLOTHING) -> Sitter:
    """See `Sitter`."""
    rgb, labels, kept, unit = flatten(character, BEHIND), found.labels, found.keep > 0, fit.frame.scale
    changed = frozenset(changed)
    clothes = np.isin(labels, list(changed))
    skin = flesh(rgb, kept, labels)
    like = _like(rgb, skin)
    beard = beard_of(rgb, labels, clothes, kept & ~like, fit)
    clothes &= ~beard
    missed = overlooked(rgb, labels, clothes, kept, unit) | in_hands(rgb, kept & ~largest(kept), like, clothes, unit)
    old = clothes | missed
    raise_if_cancelled()
    throat = throat_of(rgb, kept, like, fit)
    style = measure_style(rgb, labels, unit)
    raise_if_cancelled()
    if throat.jaw.any():
        seen, nobody = throat.covered, labels == 0
        if not is_opaque(character):  # labels end a few pixels off, a sprite does not
            drawn = character[..., 3] >= 128
            seen, nobody = seen | (nobody & drawn & near(seen, RIM)), nobody & ~drawn
        figure = with_seen_sides(fit.figure, fit.frame, seen, nobody, style.line * unit)
        if style.shading != "soft":  # there a cheek's dark rim may be taken for the neck
            figure = as_wide_as_seen(figure, fit.frame, seen, style.line * unit)
        fit = replace(fit, figure=figure)
    raise_if_cancelled()
    # a neck that is seen has its own sides
    sides = throat.lines & (np.count_nonzero(throat.covered & kept) > NECK * unit**2)
    # whose label half of the old clothes' last line on neck, arms and legs has: skin is drawn over it too
    edge = near(old, EDGE * unit) & (labels == ClothingPart.SKIN) & (~kept | throat.covered)
    return Sitter(
        character,
        rgb,
        found,
        fit,
        changed,
        style,
        skin,
        shade_of_flesh(rgb, kept & like & ~inked(rgb, unit), skin),
        of_figure(rgb, labels, unit),
        sticker_of(character, labels),
        tuple(side for side in SIDES if not _is_kept(fit, side, kept)),
        old,
        missed,
        (edge | fringe_of(rgb, kept, like, old, throat, fit)) & ~beard,
        near(old, (FREE if fit.guessed else OVER) * unit) & (labels == 0) & ~sides,
        beard,
        like,
        throat,
        sides,
    )


def _is_kept(fit: Fit, side: str, kept: Region) -> bool:
    """Whether a hand that stays lies where one would be drawn."""
    place = fit.filled(fit.figure.hand(side).points)
    return bool((kept & place).sum() > OWN * max(1, place.sum()))


def _like(rgb: Image8, skin: RGB) -> Region:
    """Of the skin's hue, lit or in shadow: below a chin there may also be a beard, and its line is the face's."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    wanted = cv2.cvtColor(np.array([[skin]], np.uint8), cv2.COLOR_RGB2LAB).astype(np.float32)[0, 0]
    hue = np.hypot(lab[..., 1] - wanted[1], lab[..., 2] - wanted[2])
    return np.asarray((hue < HUE) & (lab[..., 0] > SHADED * wanted[0]))
