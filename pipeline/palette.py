"""Palette lock: the drawn garment takes the colours of its picture, which networks follow less closely than its cut.

Both are described by a few colours and their shares in CIELAB. Which of the drawn colours becomes which of the wanted ones
is an optimal transport between the two (Cuturi, arXiv:1306.0895), relaxed on the side of the wanted ones (Chizat et al.,
arXiv:1607.05816): a small trim stays a trim, and a colour that is not drawn at all need not come from anywhere. Pixels move
as their colour does, so folds, shadows and lines stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models import hint_reader
from models.part_parser import FACE_HANDS
from pipeline.garment_cut import without_plain_background
from pipeline.images import flatten, is_opaque, resize, with_alpha
from pipeline.part_maps import most_likely
from pipeline.regions import Region
from pipeline.request import CLOTHING, ClothingPart, GarmentPicture, Image8
from wardrobe.style import RGB

Pixels = NDArray[np.float32]  # N x 3, CIELAB: 0..100 and about -100..100

COLOURS = 6
LARGEST, SAMPLES = 512, 6000  # long side of a garment's picture, pixels of it that are looked at
SHADE, LIGHT = 0.4, 0.8  # what a difference in lightness counts beside one in hue: in one cloth, between two
ALIKE = 9.0  # CIELAB, as of cloths: colours nearer than this are one cloth and its shadows
MIDDLE, BLACK = 66.0, 16.0  # lightness at which chroma is compared, and that CIELAB gives to no light at all
BLUR = 0.02  # of the transport: the smaller, the fewer pairs
RELAXED = 0.5  # 1 = every wanted colour gets its share, 0 = every drawn one goes to the nearest
SOFT = 10.0  # CIELAB: how far a pixel of mixed colour lies between two
LINE, INK = 18.0, 14.0  # lightness up to which a pixel is line, and from there until it is surely cloth
DARK = 0.4  # share of lines from which they are a black cloth
LEAST = 60  # pixels
WORN = 0.005  # of a picture: with this much of a face or hands somebody wears the garment
SHADED = 16.0  # CIELAB, a and b: skin and its shadow at most
HUMAN = np.array([[25, 4, -8], [97, 36, 45]])  # CIELAB: between these lie the skins of people, lit or in shade
RIM = 1.0  # pixels: blur of the border between skin and what is not
BARE = (ClothingPart.SKIN, FACE_HANDS)
FEW, NEAR_SKIN = 0.1, 15.0  # of the mask: with fewer clothes the parser is lost; CIELAB
TRIM = 0.02  # of the area: what is smaller is no colour but the rim of another
BEHIND = (128, 128, 128)  # behind a transparent garment


@dataclass(frozen=True)
class Palette:
    """colours: K x 3 CIELAB; shares: K, of the garment's area, together 1."""

    colours: Pixels
    shares: NDArray[np.float32]

    def distance(self, pixels: Pixels) -> NDArray[np.float32]:
        """From each of N pixels to the nearest colour."""
        found: NDArray[np.float32] = _gaps(pixels, self.colours).min(1)
        return found


def to_lab(rgb: Image8) -> NDArray[np.float32]:
    """H x W x 3 uint8 -> the same in CIELAB."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _parsed(rgb: Image8) -> NDArray[np.float32]:
    """Probabilities, 13 x H x W, of the bundled parser, see `models.part_parser`."""
    return hint_reader.bundled().parts.parse(np.ascontiguousarray(rgb))


def clothes_in(drawn: Image8, mask: Image8) -> Region:
    """Where the drawn picture, H x W x 3, shows clothes inside the mask, 255 = drawn anew.

    Where hardly any are recognised, everything there that has not the colour of the skin outside the mask.
    """
    labels, inside = most_likely(_parsed(drawn)), mask >= 128
    clothes: Region = np.isin(labels, CLOTHING) & inside
    if clothes.sum() >= FEW * inside.sum():
        return clothes
    bare, hair = np.isin(labels, BARE), labels == ClothingPart.HAIR
    skin = bare & ~inside
    if skin.sum() >= LEAST:
        lab = to_lab(drawn)
        bare |= np.linalg.norm(lab - np.median(lab[skin], axis=0), axis=2) < NEAR_SKIN
    others: Region = inside & ~bare & ~hair
    return others


def garment_in(image: Image8, parts: Sequence[ClothingPart] = ()) -> Region:
    """Where the garment is in its picture, H x W x 4: the clothes, or these parts of them, of somebody who wears them;
    otherwise what is opaque, what stands on a plain background, or everything."""
    rgb = flatten(image, BEHIND)
    if is_opaque(image):
        cut = without_plain_background(rgb)
        there = np.ones(rgb.shape[:2], bool) if cut is None or (cut > 0).sum() < LEAST else cut > 0
    else:
        there = image[..., 3] >= 128
    labels = most_likely(_parsed(rgb))
    if (labels == FACE_HANDS).mean() > WORN:
        for wanted in (parts, CLOTHING):  # a dress has no topwear
            worn = there & np.isin(labels, wanted)
            if worn.sum() >= LEAST:
                return worn
    return there


def palette_of(pixels: Pixels) -> Palette | None:
    """The main colours of at least `LEAST` pixels, lines apart; None of fewer."""
    cloth = pixels[pixels[:, 0] > LINE]
    pixels = cloth if len(cloth) > (1 - DARK) * len(pixels) else pixels
    if len(pixels) < LEAST:
        return None
    sample = pixels[:: max(1, len(pixels) // SAMPLES)]
    cv2.setRNGSeed(0)  # the same every time
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.2)
    _, index, centres = cv2.kmeans(sample, COLOURS, np.zeros((0, 1), np.int32), stop, 3, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(index[:, 0], minlength=COLOURS) / len(sample)
    return _as_most(_merged(Palette(np.asarray(centres, np.float32), shares.astype(np.float32))), sample)


def _as_most(palette: Palette, sample: Pixels) -> Palette:
    """Each colour as most of its pixels, N x 3, have it: a mean lies between a cloth and its shadows, where nothing is."""
    nearest = _gaps(_as_cloths(sample), _as_cloths(palette.colours)).argmin(1)
    middles = palette.colours.copy()
    for index in np.unique(nearest):
        middles[index] = np.median(sample[nearest == index], axis=0)
    return Palette(middles, palette.shares)


def _as_cloths(colours: Pixels) -> Pixels:
    """N x 3 CIELAB -> where shadows hardly tell: less light makes lightness and chroma smaller by about the same factor."""
    light = colours[:, :1]
    return np.hstack([SHADE * light, colours[:, 1:] * (MIDDLE + BLACK) / (light + BLACK)])


def _gaps(ones: Pixels, others: Pixels) -> NDArray[np.float32]:
    """N x M distances."""
    return np.asarray(np.linalg.norm(ones[:, None] - others[None], axis=2), np.float32)


def _merged(palette: Palette) -> Palette:
    """Colours that are alike joined, the nearest first, and crumbs left out."""
    colours, shares = palette.colours, palette.shares
    while len(colours) > 1:
        cloths = _as_cloths(colours)
        gaps = _gaps(cloths, cloths) + 1e3 * np.eye(len(colours), dtype=np.float32)
        one, other = (int(value) for value in np.unravel_index(int(gaps.argmin()), gaps.shape))
        if gaps[one, other] >= ALIKE:
            break
        pair = [one, other]
        total = shares[pair].sum()
        mean = (colours[pair] * shares[pair, None]).sum(0) / max(total, 1e-6)
        colours = np.vstack([np.delete(colours, pair, 0), mean])
        shares = np.append(np.delete(shares, pair), total)
    kept = shares >= min(TRIM, shares.max())
    return Palette(colours[kept].astype(np.float32), (shares[kept] / shares[kept].sum()).astype(np.float32))


def garment_alone(picture: GarmentPicture) -> Image8:
    """A garment's picture, h x w x 4 and at most `LARGEST` long, opaque where the garment is and nowhere else."""
    height, width = picture.image.shape[:2]
    scale = min(1.0, LARGEST / max(height, width))
    image = resize(picture.image, (max(1, round(width * scale)), max(1, round(height * scale))))
    return with_alpha(image[..., :3], garment_in(image, picture.parts).astype(np.uint8) * np.uint8(255))


def palette_in(picture: GarmentPicture) -> Palette | None:
    """The colours of a garment's picture; None where too little of it is a garment."""
    return colours_of(garment_alone(picture))


def colours_of(garment: Image8) -> Palette | None:
    """The colours of what `garment_alone` gives."""
    return palette_of(to_lab(garment[..., :3])[garment[..., 3] > 0])


def in_palettes(drawn: Image8, worn: Sequence[tuple[Palette | None, Image8 | None]], mask: Image8) -> Image8:
    """A drawn picture, H x W x 3, with its new clothes in their colours; mask: H x W, 255 = drawn anew.

    worn: for each garment its palette, None to leave it, and where it is, H x W, None for everywhere. Skin, hair and what
    is outside the mask stay.
    """
    if all(palette is None for palette, _ in worn):
        return drawn
    clothes = clothes_in(drawn, mask)
    for palette, region in worn:
        if palette is not None:
            drawn = lock(drawn, clothes if region is None else clothes & (region >= 128), palette)
    return drawn


def lock(drawn: Image8, where: Region, wanted: Palette) -> Image8:
    """The picture, H x W x 3, with the garment at `where`, H x W, in the wanted colours; the rest as it is."""
    lab = to_lab(drawn)
    pixels = lab[where]
    own = palette_of(pixels)
    if own is None:
        return drawn
    shifts = wanted.colours[_transport(own, wanted).argmax(1)] - own.colours
    distance = np.square(pixels[:, None] - own.colours[None]).sum(2)
    near = np.exp(-(distance - distance.min(1, keepdims=True)) / (2 * SOFT**2))
    moved = (near / near.sum(1, keepdims=True)) @ shifts
    lines = np.ones(len(pixels)) if own.colours[:, 0].min() <= LINE else ((pixels[:, 0] - LINE) / INK).clip(0, 1)
    lab[where] = pixels + moved * lines[:, None]
    lab[..., 0] = lab[..., 0].clip(0, 100)
    found = np.rint(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).clip(0, 1) * 255).astype(np.uint8)
    return np.where(where[..., None], found, drawn)


def in_own_skin(drawn: Image8, mask: Image8, skin: RGB | None, stockings: bool = True) -> Image8:
    """A drawn picture, H x W x 3, whose bare skin has the character's own colour, lit and shaded as it was drawn.

    mask: H x W, 255 = drawn anew; skin: of the face, None where nobody knows; stockings: whether any may be worn, without
    which legs in the hues of human skin are bare, whatever the parser takes them for. Networks that have learnt human skins
    draw them beside a green face too.
    """
    if skin is None:
        return drawn
    parts, lab = most_likely(_parsed(drawn)), to_lab(drawn)
    bare = np.isin(parts, BARE)
    if not stockings:
        bare |= (parts == ClothingPart.LEGWEAR) & ((lab > HUMAN[0]) & (lab < HUMAN[1])).all(axis=2)
    bare &= mask >= 128
    pixels, own = lab[bare], palette_of(lab[bare])
    if own is None:
        return drawn
    wanted = to_lab(np.array([[skin]], np.uint8))[0]
    hues = _as_cloths(own.colours)[:, 1:]
    lit = hues[own.shares.argmax()]
    tones = np.where(_gaps(hues, lit[None]) < SHADED, own.colours[own.shares.argmax()], own.colours)  # a shadow stays one
    tone = tones[_gaps(_as_cloths(pixels), _as_cloths(own.colours)).argmin(1)]
    contrast = np.minimum(1, (wanted[:, :1] + BLACK) / (tone[:, :1] + BLACK))  # less light, smaller differences
    lines = ((pixels[:, :1] - LINE) / INK).clip(0, 1) if own.colours[:, 0].min() > LINE else np.ones_like(contrast)
    lab[bare] = pixels + (wanted + (pixels - tone) * contrast - pixels) * lines
    lab[..., 0] = lab[..., 0].clip(0, 100)
    found = np.rint(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).clip(0, 1) * 255).astype(np.uint8)
    share = cv2.GaussianBlur(bare.astype(np.float32), (0, 0), RIM)[..., None] * bare[..., None]
    return np.asarray(np.rint(drawn + (found.astype(np.float32) - drawn) * np.minimum(1, 2 * share)), np.uint8)


def _transport(own: Palette, wanted: Palette) -> NDArray[np.float64]:
    """How much of each own colour goes to each wanted one, K x L, by Sinkhorn's iterations."""
    light = np.array([LIGHT, 1, 1], np.float32)
    cost = _gaps(own.colours * light, wanted.colours * light)
    kernel = np.maximum(np.exp(-cost / (BLUR * max(float(cost.max()), 1e-6))), 1e-30)
    left = np.ones(len(own.shares))
    for _ in range(200):
        right = (wanted.shares / (kernel.T @ left)) ** RELAXED
        left = own.shares / (kernel @ right)
    return np.asarray(left[:, None] * kernel * right[None], np.float64)
