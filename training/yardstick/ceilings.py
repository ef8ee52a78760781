"""How good line F can get: the named garments drawn again, everything that the words leave open by another seed.

What is said is kept (kind, colour, pattern, and of sleeves, length and neckline what the prompt names); the shade, the folds,
the other garments and the cut that is not named are another seed's. The outfits lie frozen beside the swaps; they are
drawn in the character's own style on the true figure, or on the one that is fitted to the picture.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from models.profiles import SEGMENTER
from models.segmenter import load_bundled
from pipeline.detect import detect
from pipeline.evidence import read_evidence
from pipeline.fit import Fit, fit
from pipeline.request import ClothingPart, DetectRequest, Image8
from training.cases import SIZE, SPRITE_EVERY, Case
from training.characters import draw, style_of
from training.characters.outfits import sample_garment, sample_outfit
from training.yardstick.store import DATA, sign
from wardrobe import garments
from wardrobe.canvas import Frame
from wardrobe.figure import Figure
from wardrobe.kinds import BOTTOMS, KINDS, LENGTHS, NECKLINES, SLEEVES, TOPS
from wardrobe.outfit import MAIN_SLOTS, Garment, Outfit, dressed_in_order
from wardrobe.palette import RGB, sample_shade
from wardrobe.render import paint_picture
from wardrobe.skin import skin_layers

FILE = "ceilings.zip"
CUTS: tuple[tuple[str, Mapping[str, Sequence[str]]], ...] = (("sleeve", SLEEVES), ("length", LENGTHS), ("neckline", NECKLINES))
Rng = np.random.Generator


@dataclass(frozen=True)
class Body:
    """figure, frame: where garments are drawn; skin: the colour of what they leave bare."""

    figure: Figure
    frame: Frame
    skin: RGB


FitBody = Callable[[Image8], Body | None]  # H x W x 4 -> None where no body is found


def redrawn(named: Sequence[Garment], prompt: str, rng: Rng) -> Outfit:
    """The named garments as the prompt tells them, in an outfit of another seed."""
    own = [_as_said(garment, prompt, rng) for garment in named]
    slots = {garment.slot for garment in named}
    other = sample_outfit(rng, held_out="any").garments
    rest = [garment for garment in other if garment.slot not in MAIN_SLOTS]
    for slot, counterpart, table in (
        (ClothingPart.TOPWEAR, ClothingPart.BOTTOMWEAR, BOTTOMS),
        (ClothingPart.BOTTOMWEAR, ClothingPart.TOPWEAR, TOPS),
    ):
        if slot in slots and counterpart not in slots and ClothingPart.ONEPIECE not in slots:
            plain = [name for name, row in table.items() if not row.over]
            worn = [garment for garment in other if garment.slot == counterpart and garment.kind in plain]
            rest += worn[:1] or [sample_garment(str(rng.choice(plain)), rng)]
    uppers = [garment for garment in named if garment.slot != ClothingPart.BOTTOMWEAR]
    for garment in uppers[:1] if len(uppers) == 1 else ():  # what is named with it is worn under it
        if KINDS[garment.kind].over:
            rest.append(sample_garment(str(rng.choice(KINDS[garment.kind].over)), rng))
    return Outfit(tuple(dressed_in_order([*own, *rest])))


def _as_said(garment: Garment, prompt: str, rng: Rng) -> Garment:
    """What the prompt does not say of a garment is another's."""
    other = sample_garment(garment.kind, rng)
    shade = sample_shade(garment.colour, rng)
    found = replace(garment, rgb=shade, detail=other.detail)
    for name, table in CUTS:
        if not any(_says(prompt, word) for word in table.get(getattr(garment, name), ())):
            found = replace(found, **{name: getattr(other, name)})
    if garment.second_colour and (garment.pattern or _says(prompt, KINDS[garment.kind].trimmed)):
        return replace(found, second_rgb=sample_shade(garment.second_colour, rng))
    plain = other if other.pattern is None else replace(other, second_colour=None, second_rgb=None)
    return replace(found, second_colour=plain.second_colour, second_rgb=plain.second_rgb)


def _says(prompt: str, word: str) -> bool:
    return bool(word) and re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", prompt) is not None


def write(outfits: Mapping[tuple[int, int], Outfit], folder: Path = DATA) -> None:
    """Freeze the outfits of a set, by seed and outfit of its cases."""
    rows = {f"{seed}-{number}": [asdict(garment) for garment in outfit.garments] for (seed, number), outfit in outfits.items()}
    with zipfile.ZipFile(folder / FILE, "w") as packed:
        packed.writestr(zipfile.ZipInfo("outfits.json"), json.dumps(rows), zipfile.ZIP_DEFLATED)
    sign(folder)


@cache
def outfits(folder: Path = DATA) -> dict[str, Outfit]:
    """By 'seed-outfit' of the case."""
    with zipfile.ZipFile(folder / FILE) as packed:
        rows = json.loads(packed.read("outfits.json"))
    return {key: Outfit(tuple(_garment(**row) for row in worn)) for key, worn in rows.items()}


def _garment(slot: int, rgb: list[int], second_rgb: list[int] | None, **rest: str | int | None) -> Garment:
    second = None if second_rgb is None else tuple(second_rgb)
    return Garment(slot=ClothingPart(slot), rgb=tuple(rgb), second_rgb=second, **rest)  # type: ignore[arg-type]  # from JSON


def _outfit(case: Case) -> Outfit:
    return outfits()[f"{case.seed}-{case.outfit}"]


def _within(case: Case, picture: Image8) -> tuple[Image8, Image8]:
    """The picture inside the mask; and the mask."""
    return np.where(case.mask[..., None], picture, case.source.image), case.mask.astype(np.uint8) * np.uint8(255)


def on_true_figure(case: Case) -> tuple[Image8, Image8]:
    """The whole character as the drawer would draw it in these clothes."""
    return _within(case, draw(case.seed, SIZE, outfit=_outfit(case), background=case.seed % SPRITE_EVERY != 0).image)


def on_fitted_figure(case: Case, find: FitBody) -> tuple[Image8, Image8]:
    """Garments and bare skin over the old picture; the old picture where no body is found."""
    body = find(case.source.image)
    if body is None:
        return _within(case, case.source.image)
    style = style_of(case.seed)
    layers = [*skin_layers(body.figure, body.skin), *garments.layers(_outfit(case), body.figure, style)]
    drawn = paint_picture(sorted(filter(body.frame.shows, layers), key=lambda layer: layer.z), style, body.frame, None)
    return _within(case, _over(drawn, case.source.image))


def _over(above: Image8, below: Image8) -> Image8:
    """One straight-alpha picture over another."""
    upper, lower = above[..., 3:] / np.float32(255), below[..., 3:] / np.float32(255)
    lower = lower * (1 - upper)
    alpha = upper + lower
    rgb = (above[..., :3] * upper + below[..., :3] * lower) / np.maximum(alpha, 1e-6)
    return np.asarray(np.rint(np.concatenate([rgb, alpha * 255], axis=2)), np.uint8)


class BundledFit:
    """The body as the product finds it; the last picture's is kept, which several swaps share."""

    def __init__(self) -> None:
        self.segmenter = load_bundled(SEGMENTER)
        self.last: tuple[bytes, Body | None] = b"", None

    def __call__(self, image: Image8) -> Body | None:
        key = image.tobytes()
        if key != self.last[0]:
            self.last = key, self._find(image)
        return self.last[1]

    def _find(self, image: Image8) -> Body | None:
        seen = detect(self.segmenter, DetectRequest(image))
        evidence = read_evidence(image, seen.labels, seen.keep)
        found = fit(evidence)
        if not isinstance(found, Fit):
            return None
        bare = image[evidence.hands][:, :3] if evidence.hands.any() else np.full((1, 3), 200)
        red, green, blue = np.median(bare, axis=0).astype(int).tolist()
        return Body(found.figure, found.frame, (red, green, blue))
