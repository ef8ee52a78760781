"""The draft: an outfit drawn on the character's own body, in the manner of the character's own drawing.

What is drawn lies behind what has to stay: hair, face, hands, held objects and kept clothes. Where the old garment was and
nothing new is, the body shows its skin; where there is no body either, the draft says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.draft_style import flesh, measure_style
from pipeline.dyeing import recoloured
from pipeline.fit import Fit
from pipeline.grain import grained, of_figure
from pipeline.hints import read_lineart
from pipeline.images import flatten, is_opaque, with_alpha
from pipeline.joining import led_over
from pipeline.overlooked import overlooked
from pipeline.request import CLOTHING, ClothingPart, Detection, Garment, Image8
from pipeline.rims import CALM, calm, settled, unmixed
from pipeline.surroundings import carried_on
from pipeline.throat import beard_of, fringe_of, throat_of
from pipeline.tucked import tucked, under_sleeves
from wardrobe import garments
from wardrobe.canvas import Frame, Layer, Z
from wardrobe.figure import SIDES
from wardrobe.outfit import Outfit, is_waisted
from wardrobe.render import paint_maps, paint_picture
from wardrobe.skin import skin_layers
from wardrobe.style import RGB, Style
from wardrobe.svg import to_svg

Region = NDArray[np.bool_]  # H x W
Part = ClothingPart

# from the skin outwards: what is worn over what, also where one of them stays and the other is new
ORDER = (
    Part.SKIN,
    Part.LEGWEAR,
    Part.FOOTWEAR,
    Part.BOTTOMWEAR,
    Part.ONEPIECE,
    Part.TOPWEAR,
    Part.HANDWEAR,
    Part.NECKWEAR,
    Part.HEADWEAR,
)
WAISTED = 0.78  # of the chest's width: the waist of skirts and dresses at most
BEHIND = (255, 255, 255)  # behind a sprite while its manner is measured
OWN = 0.2  # of the place of a hand: more of a hand that stays there is this one
WRIST = 0.25  # heads: how far from a wrist a cuff's line may be
OVER, FREE = 0.12, 0.9  # heads: how far limbs may stand out from old clothes, and those that hang down
SLEEVE_END, SLEEVE_EASE = 0.97, 0.35  # of an arm, and of its half-width: where sleeves end, and how wide they are at most
CUFF = 0.09  # heads: how far a new sleeve may reach over the root of a hand
CAST, CHIN = (0.035, 0.06), 0.16  # heads: how far hair, face and hands throw their shadow, across and down; a chin on a neck
NECK = 0.03  # of a head's square: more of a neck is seen
EDGE = 0.03  # heads: how far the last line of old clothes reaches over bare skin
SCRAP = 0.01  # of the figure: larger pieces that nobody has a name for stay
CLOSE, ALIKE = 3, 12.0  # pixels beside a border, and levels by which they differ within one thing
HUE, SHADED = 21.0, 0.6  # distance of a and b in CIELAB, and share of the skin's lightness, that are still skin
APART = 0.5  # heads: old clothes that are farther from the new ones are somebody else's
CRUMB = 0.0012  # of the figure: smaller pieces of what stays are errors of detection
OUTLINE = 0.006  # of the long side: the outline of old clothes beside their labels
GRAINY_SKIN = 0.4  # of the grain of clothes
WHOLE = 250  # of 255: from there on a pixel of what stays is no mixture
FAINT = 0.1  # share from which a pixel is seen
SOFT_CAST = 0.8  # of its length: blur of that shadow in softly shaded drawings


@dataclass(frozen=True)
class Sheet:
    """A draft as curves."""

    layers: tuple[Layer, ...]
    style: Style
    frame: Frame


@dataclass(frozen=True)
class Draft:
    """image: H x W x 4 uint8, straight alpha, opaque where the draft draws. worn: H x W uint8, index + 1 of the garment in
    `outfit.garments`, 0 for skin and nothing. lines: H x W uint8, 255 = line. kept: H x W x 4 uint8, straight alpha, what of
    the picture stays in front of it, without the colour of old clothes. old: H x W, the clothes that it replaces."""

    image: Image8
    worn: Image8
    lines: Image8
    kept: Image8
    old: Region
    outfit: Outfit = field(default_factory=lambda: Outfit(()))
    sheet: Sheet | None = None

    @property
    def covers(self) -> Region:
        """H x W, where it draws."""
        return np.asarray(self.image[..., 3] >= 128)

    @property
    def front(self) -> Region:
        """H x W, where what stays lies in front of it."""
        return np.asarray(self.kept[..., 3] >= 128)

    @property
    def alone(self) -> Image8:
        """H x W x 4, the garments without the skin that they leave bare."""
        return self._only(self.worn > 0)

    @property
    def parts(self) -> tuple[Image8, ...]:
        """Each garment alone, as `alone`."""
        return tuple(self._only(self.worn == number) for number in range(1, len(self.outfit.garments) + 1))

    def _only(self, region: Region) -> Image8:
        return with_alpha(self.image[..., :3], np.where(region, self.image[..., 3], np.uint8(0)))

    @property
    def svg(self) -> str:
        """The garments as curves, also where something lies in front of them; "" for a draft of the user's own."""
        if self.sheet is None:
            return ""
        worn = [layer for layer in self.sheet.layers if layer.garment]
        return to_svg(worn, self.sheet.style, self.sheet.frame)

    @property
    def unknown(self) -> Region:
        """H x W, where old clothes were and the draft says nothing."""
        return self.old & ~self.covers & ~self.front


def draw_draft(character: Image8, found: Detection, fit: Fit, outfit: Outfit, changed: Iterable[Part] = CLOTHING) -> Draft:
    """An outfit on a character, at the picture's own size.

    character: H x W x 4; found: its parts; fit: its body; changed: parts of the old outfit that go.
    """
    rgb, speck = flatten(character, BEHIND), CRUMB * (found.labels > 0).sum()
    if any(map(is_waisted, outfit.garments)):
        fit = replace(fit, figure=fit.figure.waisted(WAISTED))
    unit = fit.frame.scale
    style = measure_style(rgb, found.labels, unit)
    old = np.isin(found.labels, list(changed))
    skin = flesh(rgb, found.keep > 0, found.labels)
    beard = beard_of(rgb, found.labels, old, fit)
    old &= ~beard
    missed = overlooked(rgb, found.labels, old, found.keep > 0, unit)
    old |= missed
    drawn_hands = [side for side in SIDES if not _is_kept(fit, side, found.keep > 0)]
    path, line = fit.figure.neck()
    neck = Layer(Z.BODY, path, skin, Part.SKIN, edge=line, shading=0)
    body = [*skin_layers(fit.figure, skin, drawn_hands), neck]
    layers = sorted([*body, *garments.layers(outfit, fit.figure, style)], key=lambda layer: layer.z)
    layers = [layer for layer in layers if fit.frame.shows(layer)]
    picture, maps = paint_picture(layers, style, fit.frame, None), paint_maps(layers, style, fit.frame)
    worn = maps.garments
    # skin is redrawn only where an old garment hid it; a garment's soft rim lies beside its ids
    drawn = _near(worn > 0, 1)
    like = _like(rgb, skin)
    throat = throat_of(rgb, found.keep > 0, like, fit)
    bared = old & (worn == 0) & (picture[..., 3] > 0)
    edge = fringe_of(rgb, found.keep > 0, like, old, throat, fit)
    edge |= _edge_on_skin(found, old, throat.covered, unit) | _last_line(fit, found, bared, ~like, throat.lines)
    beside = _near(old, (FREE if fit.guessed else OVER) * unit) & (found.labels == 0)
    # a neck that is seen has its own sides
    sides = throat.lines & ((throat.covered & (found.keep > 0)).sum() > NECK * unit**2)
    beside &= ~sides
    hidden = under_sleeves(found.labels, found.keep > 0, fit.figure, fit.frame, outfit, worn)
    alpha = np.where(drawn | old | edge | beside | hidden, picture[..., 3], np.uint8(0))
    collared = throat.covered & _before_neck(layers, worn, style, fit.frame)
    front = _in_front(found, outfit, worn, set(changed), collared) & ~(edge | missed)
    cuffs = _under_cuffs(fit, found, outfit, worn, old)
    front &= ~cuffs
    front |= beard
    front &= ~_crumbs(front, speck)
    boots = np.where(np.isin(found.labels, list(changed)), np.uint8(0), found.labels)
    over, beside_boots = tucked(boots, outfit, worn, unit)
    front |= over
    front, old = front & ~hidden, old | hidden
    old |= _scraps(character, found.labels, old, front)
    smooth = calm(front, CALM * unit)
    front = settled(rgb, smooth, old, unit, style.line * unit)
    front &= smooth | ~(throat.lines & (worn > 0))  # collars lie over more of a neck than its label has
    misread = smooth & ~front
    old |= misread
    alpha = np.where(misread, picture[..., 3], alpha)
    bare = (worn == 0) & (alpha > 0)
    goes_on = bare & ~throat.jaw & _nearer(front & (found.keep > 0), front & (found.keep == 0))
    share, rims = unmixed(rgb, front, old | (alpha > 0), goes_on, unit, style)
    share *= ~(edge | missed | hidden) * (1 - cv2.GaussianBlur(cuffs.astype(np.float32), (0, 0), 0.6))
    share = np.where(255 * share > WHOLE - 1, np.float32(1), share)
    share *= ~_crumbs(share > FAINT, speck)
    mixed = (share < 1) & (front | (share > 0))  # what something else is to be seen behind
    alpha = np.where(mixed & (~sides | (worn > 0) | old), picture[..., 3], alpha)
    old |= front & (share < 0.5)
    front = share >= 0.5
    beyond = _crumbs(alpha > 0, speck) & (found.labels == 0)
    nowhere = (found.labels > 0) & (alpha == 0) & (share <= FAINT) & ~old
    forgotten = _crumbs(nowhere, speck) & ((picture[..., 3] > 0) | (_near(old, 2) & (found.labels != Part.SKIN)))
    forgotten |= nowhere & ~like & _near(old, EDGE * unit) & throat.lines
    old, alpha = old | forgotten, np.where(forgotten, picture[..., 3], alpha)
    share *= character[..., 3] / np.float32(255)
    alpha = np.where(beside_boots | beyond, np.uint8(0), np.rint(alpha * (1 - share)).astype(np.uint8))
    bare &= alpha > 0
    colours = led_over(picture[..., :3], rgb, bare, (found.labels == Part.SKIN) & like & ~old & ~bare, unit)
    colours = _cast(colours, front, worn > 0, style, CAST[0] * unit, CAST[1] * unit)
    colours = _cast(colours, front & throat.jaw, bare & throat.lines & ~sides, style, 0.0, CHIN * unit)
    colours = grained(colours, of_figure(rgb, found.labels, unit), np.where(worn > 0, 1.0, GRAINY_SKIN) * (alpha > 0))
    lines = np.where(alpha >= 128, maps.lines, np.uint8(0))
    old = _beside(old, alpha >= 128, APART * unit)  # what lies far off is somebody else's
    kept = with_alpha(rims, np.rint(255 * share).astype(np.uint8))
    return Draft(with_alpha(colours, alpha), worn, lines, kept, old, outfit, Sheet(tuple(layers), style, fit.frame))


def dyed_draft(character: Image8, found: Detection, garments: Sequence[Garment], allowed: Region | None = None) -> Draft | None:
    """The old clothes in the new colours as a draft, where no body could be made out; None where nothing that is named is
    worn. As `recoloured`, character: H x W x 4."""
    rgb = flatten(character, BEHIND)
    colours, worn = recoloured(rgb, found.labels, garments, allowed)
    there = worn > 0
    if not there.any():
        return None
    soft = cv2.GaussianBlur(there.astype(np.float32), (0, 0), 0.7) * there
    image = with_alpha(colours, np.rint(255 * soft).astype(np.uint8))
    kept = with_alpha(rgb, np.where(there, np.uint8(0), character[..., 3]))
    return Draft(image, worn, np.zeros_like(worn), kept, np.zeros_like(there), Outfit(tuple(garments)))


def own_draft(character: Image8, image: Image8, found: Detection, changed: Iterable[Part] = CLOTHING) -> Draft:
    """A draft of the user's own, H x W x 4, which lies over whatever it covers of the character, H x W x 4."""
    covers = image[..., 3] >= 128
    lines = np.where(covers, read_lineart(flatten(image, BEHIND)), np.uint8(0))
    stays = ((found.keep > 0) | np.isin(found.labels, (Part.HAIR, Part.HELD))) & ~covers
    kept = with_alpha(flatten(character, BEHIND), np.where(stays, character[..., 3], np.uint8(0)))
    old = np.isin(found.labels, list(changed))
    return Draft(image, covers.astype(np.uint8), lines, kept, np.asarray(old))


def dressed(character: Image8, draft: Draft, labels: Image8) -> Image8:
    """The character in its draft -> H x W x 4: old clothes taken away, what lies behind them carried on, the draft over it.

    character: H x W x 4; labels: of its detection. A sprite is empty where its old clothes were.
    """
    hole = old_clothes(draft, labels)
    if is_opaque(character):
        base = with_alpha(carried_on(flatten(character, BEHIND), hole, labels > 0), 255)
    else:
        base = character.copy()
        base[hole] = 0
    kept, over = (image[..., 3:].astype(np.float32) / 255 for image in (draft.kept, draft.image))
    behind = (base[..., 3:].astype(np.float32) / 255 - kept - over).clip(0, 1)
    alpha = kept + over + behind
    colour = draft.kept[..., :3] * kept + draft.image[..., :3] * over + base[..., :3] * behind
    mixed = np.dstack([colour / np.maximum(alpha, 1e-6), 255 * alpha])
    return np.where((over > 0) | hole[..., None], np.rint(mixed.clip(0, 255)).astype(np.uint8), base)


def old_clothes(draft: Draft, labels: Image8) -> Region:
    """Where old clothes and their outline are to go: labels end in the middle of a line, which is that of what is nearer."""
    if not draft.old.any():
        return draft.old
    ways = [
        cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
        for region in (draft.old, (labels > 0) & ~draft.old)
    ]
    reach = OUTLINE * max(labels.shape) + 1
    outline = (labels == 0) & (ways[0] <= reach) & (ways[0] <= ways[1])
    kept = draft.kept[..., 3]
    rim = (kept > 0) & (ways[0] <= reach) & ((labels == 0) | (draft.image[..., 3] > 0))
    return np.asarray((draft.old | outline | rim) & (kept < WHOLE))


def _in_front(found: Detection, outfit: Outfit, worn: Image8, changed: set[Part], neck: Region) -> Region:
    """What of the picture lies over the draft. A garment lies over what it is worn on: gloves over hands, hats over hair,
    collars over the neck."""
    labels, kept = found.labels, found.keep > 0
    slots = np.array([0, *(int(garment.slot) for garment in outfit.garments)], np.uint8)[worn]
    rank = np.zeros(len(Part), np.uint8)
    for index, part in enumerate(ORDER):
        rank[part] = index
    stays = np.isin(labels, [part for part in ORDER[1:] if part not in changed])
    front = np.isin(labels, (Part.HAIR, Part.HELD)) | kept | (stays & (rank[labels] >= rank[slots]))
    over_hands = (slots == Part.HANDWEAR) & kept
    over_hair = (slots == Part.HEADWEAR) & ((labels == Part.HAIR) | (labels == Part.HEADWEAR))
    over_neck = (worn > 0) & kept & neck
    front &= ~over_hands & ~over_hair & ~over_neck
    return np.asarray(front if found.others is None else front | found.others)


def _before_neck(layers: Sequence[Layer], worn: Image8, style: Style, frame: Frame) -> Region:
    """Where garments lie before the neck: a hood's back lies behind it."""
    before = [layer for layer in layers if layer.z > Z.BODY]
    hung = any(layer.garment and layer.z < Z.BODY for layer in layers)
    return np.asarray((paint_maps(before, style, frame).garments if hung else worn) > 0)


def _scraps(character: Image8, labels: Image8, old: Region, front: Region) -> Region:
    """Small pieces of a sprite beside its old clothes that are neither skin nor stay in front, nor hang together with what does
    in one colour: detection has missed them."""
    if is_opaque(character):
        return np.zeros_like(old)
    loose = (character[..., 3] > 0) & ~old & ~_near(front, 1) & (labels != Part.SKIN)
    _, where, table, _ = cv2.connectedComponentsWithStats(loose.astype(np.uint8), connectivity=8)
    touching = np.unique(where[_near(old, 2) & loose])
    small = [index for index in touching if table[index, cv2.CC_STAT_AREA] < SCRAP * (labels > 0).sum()]
    close = np.isin(small, np.unique(where[_near(front, CLOSE) & loose]))
    found = [index for index, one in zip(small, close, strict=True) if not one]
    for index in (index for index, one in zip(small, close, strict=True) if one):
        left, top, wide, high = table[index, : cv2.CC_STAT_AREA]
        box = slice(max(0, top - CLOSE), top + high + CLOSE), slice(max(0, left - CLOSE), left + wide + CLOSE)
        piece, seen = where[box] == index, character[box][..., :3].astype(np.float32)
        beside = front[box] & _near(piece, CLOSE)
        ends = piece & _near(front[box], CLOSE)
        if np.abs(np.median(seen[ends], axis=0) - np.median(seen[beside], axis=0)).max() >= ALIKE:
            found.append(index)
    return np.asarray(np.isin(where, found) & loose)


def _is_kept(fit: Fit, side: str, kept: Region) -> bool:
    """Whether a hand that stays lies where one would be drawn."""
    place, hand = np.zeros(kept.shape, np.uint8), fit.figure.hand(side).points * fit.frame.scale + (fit.frame.dx, fit.frame.dy)
    cv2.fillPoly(place, [np.rint(hand).astype(np.int32)], 1)
    return bool((kept & (place > 0)).sum() > OWN * max(1, place.sum()))


def _near(region: Region, reach: float) -> Region:
    """In a square of so many pixels to either side, at least one."""
    side = 2 * max(1, round(reach)) + 1
    return np.asarray(cv2.dilate(region.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def _under_cuffs(fit: Fit, found: Detection, outfit: Outfit, worn: Image8, old: Region) -> Region:
    """What of a hand's root the end of a new sleeve covers, so that it ends as a cuff does and not where a label did."""
    slots = np.array([0, *(int(garment.slot) for garment in outfit.garments)], np.uint8)[worn]
    ends = np.zeros(old.shape, np.uint8)
    for arm in (arm for arm in fit.figure.arms.values() if arm.z >= Z.FRONT_ARM):
        outer, inner = arm.sides(0.75, SLEEVE_END, SLEEVE_EASE * fit.figure.body.arm_half)
        corners = np.concatenate([outer, inner[::-1]]) * fit.frame.scale + (fit.frame.dx, fit.frame.dy)
        cv2.fillPoly(ends, [np.rint(corners).astype(np.int32)], 1)
    sleeves = np.isin(slots, (Part.TOPWEAR, Part.ONEPIECE)) & (ends > 0)
    return np.asarray(sleeves & (found.keep > 0) & _near(old & (found.labels != Part.SKIN), CUFF * fit.frame.scale))


def _nearer(one: Region, other: Region) -> Region:
    """H x W, what is nearer to one region than to another."""
    ways = [cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3) for region in (one, other)]
    return np.asarray(ways[0] < ways[1])


def _edge_on_skin(found: Detection, old: Region, neck: Region, unit: float) -> Region:
    """The old clothes' last line on neck, arms and legs, whose label it half has: skin is drawn over it too."""
    return np.asarray(_near(old, EDGE * unit) & (found.labels == Part.SKIN) & ((found.keep == 0) | neck))


def _last_line(fit: Fit, found: Detection, bared: Region, ink: Region, throat: Region) -> Region:
    """The line of an old collar or cuff that face or hand half has, where bare skin goes on from them now; elsewhere a dark
    line beside a hand is its outline."""
    shape, unit = bared.shape, fit.frame.scale
    ends = np.zeros(shape, np.uint8)
    for arm in fit.figure.arms.values():
        x, y = fit.frame.pixel(*arm.point(1.0))
        cv2.circle(ends, (round(x), round(y)), max(1, round(WRIST * unit)), 1, -1)
    return np.asarray(_near(bared, EDGE * unit) & ((ends > 0) | throat) & ink & (found.keep > 0))


def _like(rgb: Image8, skin: RGB) -> Region:
    """Of the skin's hue, lit or in shadow: below a chin there may also be a beard, and its line is the face's."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    wanted = cv2.cvtColor(np.array([[skin]], np.uint8), cv2.COLOR_RGB2LAB).astype(np.float32)[0, 0]
    hue = np.hypot(*np.moveaxis(lab[..., 1:] - wanted[1:], -1, 0))
    return np.asarray((hue < HUE) & (lab[..., 0] > SHADED * wanted[0]))


def _beside(region: Region, other: Region, reach: float) -> Region:
    """The pieces of a region that come so near to another."""
    _, where = cv2.connectedComponents(region.astype(np.uint8), connectivity=8)
    return np.asarray(region & np.isin(where, np.unique(where[_near(other, reach) & region])))


def _crumbs(region: Region, least: float) -> Region:
    """Small pieces: what detection took for a hand or hair in the middle of cloth would stay as a speck of the old clothes."""
    _, where, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=8)
    small = table[:, cv2.CC_STAT_AREA] < least
    small[0] = False
    return np.asarray(small[where])


def _cast(drawn: Image8, front: Region, below: Region, style: Style, across: float, down: float) -> Image8:
    """The shadow of what is in front, so many pixels away from the light and down, on what lies below it."""
    if style.shading == "flat":
        return drawn
    way = np.array([[1, 0, -style.light[0] * across], [0, 1, down]])
    moved = cv2.warpAffine(front.astype(np.float32), way, front.shape[::-1])
    if style.shading == "soft":
        moved = cv2.GaussianBlur(moved, (0, 0), max(0.5, SOFT_CAST * down))
    moved *= below
    shade = 1 + (np.array(style.shade, np.float32) / 255 - 1) * np.clip(moved, 0, 1)[..., None]
    return np.asarray(np.rint(drawn * shade), np.uint8)
