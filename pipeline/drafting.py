"""Drafting: an outfit drawn on the character's own body, in the manner of the character's own drawing.

What is drawn lies behind what has to stay: hair, face, hands, held objects and kept clothes. Where the old garment was and
nothing new is, the body shows its skin; where there is no body either, the draft says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.cancelling import raise_if_cancelled
from pipeline.collars import TOPS, beside_collar, in_collar
from pipeline.draft import WHOLE, Draft
from pipeline.ends import with_clean_ends
from pipeline.grain import grained
from pipeline.images import with_alpha
from pipeline.joining import led_over
from pipeline.leftovers import scraps, specks
from pipeline.neck import Sides, drawn_sides, line_of_sides, without_seam
from pipeline.regions import Region, away_from, box_of, crumbs, near, nearer, spurs, touching
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.rims import CALM, calm, settled, unmixed
from pipeline.sitter import EDGE, Sitter
from pipeline.sticker import backed, old_band
from pipeline.strips import strips
from pipeline.throat import ends_at_chin
from pipeline.tucked import tucked, under_sleeves
from wardrobe import garments
from wardrobe.canvas import Frame, Layer, Z
from wardrobe.geometry import Limb, polygon
from wardrobe.outfit import Outfit, is_waisted
from wardrobe.render import paint_maps, paint_picture
from wardrobe.skin import skin_layers
from wardrobe.style import RGB, Style
from wardrobe.svg import Sheet

Plane = NDArray[np.float32]  # H x W
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
SLOPE = 0.16  # of the torso: from neck to shoulders, whose shade is none
WRIST, ROOT = 0.25, 0.14  # heads: how far from a wrist a cuff's line may be, and the root of a hand reaches
SLEEVE_END, SLEEVE_EASE = 0.97, 0.35  # of an arm, and of its half-width: where sleeves end, and how wide they are at most
SLEEVED = 0.8  # of an arm's end, from where on it has a sleeve
CUFF = 0.09  # heads: how far a new sleeve may reach over the root of a hand
CAST, CHIN = (0.035, 0.06), 0.16  # heads: how far hair, face and hands throw their shadow, across and down; a chin on a neck
APART = 0.5  # heads: old clothes that are farther from the new ones are somebody else's
LIT = 0.05  # square heads: less skin of another hue is something else
GRAINY_SKIN = 0.4  # of the grain of clothes
HOLE = 9  # pixels: a smaller hole in what stays, or in what is drawn, is an error of its rim
FAINT = 0.1  # share from which a pixel is seen
SOFT_CAST = 0.8  # of its length: blur of that shadow in softly shaded drawings


def draw_draft(sitter: Sitter, outfit: Outfit) -> Draft:
    """An outfit on a character, at the picture's own size."""
    unit, found, style = sitter.unit, sitter.found, sitter.style
    raise_if_cancelled()
    sitter = in_collar(sitter, outfit)
    drawn = _drawn(sitter, outfit)
    raise_if_cancelled()
    laid = _laid(sitter, outfit, drawn)
    raise_if_cancelled()
    share, rims, redrawn = _stays(sitter, drawn, laid)
    raise_if_cancelled()
    draws, old = _draws(sitter, drawn, laid, share, redrawn)
    front, lines_end = share >= 0.5, sitter.throat.lines & ~sitter.sides
    bare = draws & (drawn.worn == 0) & (laid.draws | ((laid.joints | laid.sides.neck | redrawn) & (share < 1)))
    share *= sitter.character[..., 3] / np.float32(255)
    alpha = np.where(draws, np.rint(drawn.picture[..., 3] * (1 - share)), 0).astype(np.uint8)
    bare, clothed = bare & (alpha > 0), drawn.worn > 0
    skin = (found.labels == Part.SKIN) & ~old & ~bare
    lit = skin & ~sitter.like & ~sitter.kept  # a limb may be lit in another hue
    own_skin = (skin & sitter.like) | (lit & ~crumbs(lit, LIT * unit**2))
    # a chin's shadow first: where some of the neck is seen it is in that tone already
    chin, throat = front & sitter.throat.jaw, bare & lines_end
    one = not style.line and ends_at_chin(sitter.throat, sitter.fit)  # face and neck would be
    cast = replace(style, shading="cel") if one else style
    colours = _cast(drawn.picture[..., :3], chin, throat, cast, (0.0, CHIN * unit), sitter.skin_shade)
    colours = led_over(colours, sitter.rgb, bare, own_skin, unit)
    colours = _cast(colours, front, clothed, style, (CAST[0] * unit, CAST[1] * unit), style.shade)
    colours = grained(colours, sitter.grain, np.where(clothed, 1.0, GRAINY_SKIN) * (alpha > 0))
    lines = np.where(alpha >= 128, drawn.lines, np.uint8(0))
    if sitter.sticker:
        colours, alpha = backed(sitter.sticker, colours, alpha, share, found.labels == 0, old)
        old = old | old_band(sitter.sticker, sitter.character, found.labels, old)
    old = touching(old, near(alpha >= 128, APART * unit))  # what lies far off is somebody else's
    kept = with_alpha(rims, np.rint(255 * share).astype(np.uint8))
    sheet = Sheet(drawn.layers, style, sitter.fit.frame)
    return Draft(with_alpha(colours, alpha), drawn.worn, lines, kept, old, redrawn, outfit, sheet)


@dataclass(frozen=True)
class _Drawn:
    """An outfit on a body, and nothing of the picture. picture: H x W x 4; worn, lines: as of `Draft`; collared: H x W, where
    garments lie before the neck."""

    layers: tuple[Layer, ...]
    picture: Image8
    worn: Image8
    lines: Image8
    collared: Region


def _drawn(sitter: Sitter, outfit: Outfit) -> _Drawn:
    figure, frame, style = sitter.fit.figure, sitter.fit.frame, sitter.style
    if any(map(is_waisted, outfit.garments)):
        figure = figure.waisted(WAISTED)
    path, line = figure.neck()
    neck = Layer(Z.BODY, path, sitter.skin, Part.SKIN, edge=line, shading=0)
    left, right = figure.torso.sides(0.0, SLOPE)
    slope = Layer(Z.BODY, polygon(np.concatenate([left, right[::-1]])), sitter.skin, Part.SKIN, line=0, shading=0)
    body = [*skin_layers(figure, sitter.skin, sitter.hands), slope, neck]  # or a collar cuts a block out of the shade there
    layers = sorted([*body, *garments.layers(outfit, figure, style)], key=lambda layer: layer.z)
    layers = [layer for layer in layers if frame.shows(layer)]
    maps = paint_maps(layers, style, frame)
    hung = any(layer.garment and layer.z < Z.BODY for layer in layers)  # a hood's back lies behind the neck
    before = paint_maps([layer for layer in layers if layer.z > Z.BODY], style, frame) if hung else maps
    picture = paint_picture(layers, style, frame, None)
    if sitter.fit.floor is not None:  # there the character is cut off
        picture[sitter.fit.floor :, :, 3] = maps.garments[sitter.fit.floor :] = 0
    return _Drawn(tuple(layers), picture, maps.garments, maps.lines, before.garments > 0)


@dataclass(frozen=True)
class _Laid:
    """A drawing and what stays, one over the other, all H x W. front: what stays; old: what goes; draws: where the drawing is to
    be seen if nothing lies before it; gone: what surely is not of what stays; cuffs: hands' roots in new sleeves; away: where
    legs would stand out beside boots; joints: necks and roots of hands that are seen, which drawn skin may go on from; sides:
    those of the neck."""

    front: Region
    old: Region
    draws: Region
    gone: Region
    cuffs: Region
    away: Region
    joints: Region
    sides: Sides


def _laid(sitter: Sitter, outfit: Outfit, drawn: _Drawn) -> _Laid:
    found, fit, worn, unit, throat = sitter.found, sitter.fit, drawn.worn, sitter.unit, sitter.throat
    there, old = drawn.picture[..., 3] > 0, sitter.old
    # skin is redrawn only where an old garment hid it; a garment's soft rim lies beside its ids
    edge = there & (sitter.edge | _last_line(sitter, old & (worn == 0)))
    hidden = under_sleeves(found.labels, sitter.kept, fit.figure, fit.frame, outfit, worn)
    beyond = beside_collar(sitter, outfit, worn)
    flare = beyond & throat.covered
    outline = line_of_sides(fit, sitter.style.line * unit)  # along which a neck is cut off
    draws = there & (near(worn > 0, 1) | old | edge | sitter.beside | hidden | flare) & (~beyond | outline)
    gone = (edge | sitter.missed | flare) & ~sitter.beard
    cuffs = _under_cuffs(sitter, outfit, worn)
    front = (_in_front(sitter, outfit, drawn) & ~gone & ~cuffs) | sitter.beard
    front &= ~crumbs(front, sitter.speck)
    boots = np.where(np.isin(found.labels, list(sitter.changed)), np.uint8(0), found.labels)
    over, away = tucked(boots, outfit, worn, unit)
    front, old = (front | over) & ~hidden, old | hidden | (beyond & (found.labels == Part.SKIN))
    old = old | scraps(sitter.character, found.labels, old, front)
    smooth = calm(front, CALM * unit)
    front = settled(sitter.rgb, smooth, old, unit, sitter.style.line * unit) & ~flare
    front &= smooth | ~(throat.lines & (worn > 0))  # collars lie over more of a neck than its label has
    misread, gone = smooth & ~front, gone | hidden
    old, joints = old | misread, sitter.kept & (throat.lines | _wrists(sitter, ROOT))
    return _Laid(front, old, draws | (misread & there), gone, cuffs, away, joints, drawn_sides(sitter, front, old | gone))


def _stays(sitter: Sitter, drawn: _Drawn, laid: _Laid) -> tuple[Plane, Image8, Region]:
    """H x W in 0..1, how much of every pixel stays; H x W x 3, its colour; H x W, where that is drawn anew."""
    front, kept = laid.front, sitter.kept
    bare = laid.draws & (drawn.worn == 0)
    jaw = sitter.throat.jaw & (sitter.style.line > 0)  # which ends in a line, or in nothing
    goes_on = bare & ~jaw & nearer(front & kept, front & ~kept)
    goes_on |= front & kept & _wrists(sitter) & nearer(bare, ~front & ~bare)  # a cuff's line lies half on the hand
    share, rims = unmixed(sitter.rgb, front, laid.old | laid.draws, goes_on, sitter.unit, sitter.style)
    share *= front | ~(sitter.throat.lines & (goes_on | sitter.face))  # beside a neck there are no strands
    share *= laid.sides.stays
    seen = front & kept & ~sitter.beard & (drawn.picture[..., 3] == 255)
    share *= without_seam(sitter, seen & (sitter.throat.lines if sitter.style.line else ~jaw), bare & ~front)
    rim = away_from(~(front & kept) & ~bare) < sitter.style.line * sitter.unit + 2  # of hands, with its line
    share *= without_seam(sitter, seen & laid.joints & ~sitter.throat.lines & ~rim, bare & ~front)
    share *= ~laid.gone * (1 - cv2.GaussianBlur(laid.cuffs.astype(np.float32), (0, 0), 0.6))
    share = np.where((255 * share > WHOLE - 1) | crumbs(share < 0.5, HOLE), np.float32(1), share)
    thin = front & ~np.isin(sitter.found.labels, CLOTHING)  # hair, fingers and things may be
    share *= thin | ~spurs(share > FAINT)  # bits of the old line at its rim, and of an old hem at shoes
    share *= ~crumbs(share > FAINT, sitter.speck)
    return with_clean_ends(sitter, share, rims, laid.old)


def _draws(sitter: Sitter, drawn: _Drawn, laid: _Laid, share: Plane, redrawn: Region) -> tuple[Region, Region]:
    """H x W, where the drawing is to be seen at last, and what goes. share, redrawn: as of `_stays`."""
    labels, there, lines = sitter.found.labels, drawn.picture[..., 3] > 0, sitter.throat.lines
    mixed = (share < 1) & (laid.front | (share > 0))  # what something else is to be seen behind
    within, sides = ((laid.joints & ~laid.sides.beyond) | redrawn) & (share < 1), laid.sides
    draws = there & (within | sides.neck | laid.draws | (mixed & (~sitter.sides | (drawn.worn > 0) | laid.old)))
    old = laid.old | (laid.front & (share < 0.5)) | (sides.beyond & (labels == Part.SKIN))
    beyond = crumbs(draws, sitter.speck) & (labels == 0)
    nowhere = (labels > 0) & ~draws & (share <= FAINT) & ~old
    forgotten = crumbs(nowhere, sitter.speck) & (there | (near(old, 2) & (labels != Part.SKIN)))
    forgotten |= nowhere & ~sitter.like & near(old, EDGE * sitter.unit) & lines
    forgotten |= crumbs(there & laid.old & ~draws, HOLE)
    forgotten |= specks(sitter, draws | (share > FAINT), old)
    return (draws | forgotten) & ~laid.away & ~beyond, old | forgotten


def _in_front(sitter: Sitter, outfit: Outfit, drawn: _Drawn) -> Region:
    """What of the picture lies over the draft. A garment lies over what it is worn on: gloves over hands, hats over hair,
    collars over the neck."""
    labels, kept, worn = sitter.found.labels, sitter.kept, drawn.worn
    slots = _slots(outfit, worn)
    rank = np.zeros(len(Part), np.uint8)
    for index, part in enumerate(ORDER):
        rank[part] = index
    stays = np.isin(labels, [part for part in ORDER[1:] if part not in sitter.changed])
    front = np.isin(labels, (Part.HAIR, Part.HELD)) | kept | (stays & (rank[labels] >= rank[slots]))
    over_hands = (slots == Part.HANDWEAR) & kept
    over_hair = (slots == Part.HEADWEAR) & ((labels == Part.HAIR) | (labels == Part.HEADWEAR))
    over_neck = (worn > 0) & kept & sitter.throat.covered & drawn.collared
    front &= ~over_hands & ~over_hair & ~over_neck
    return np.asarray(front if sitter.found.others is None else front | sitter.found.others)


def _slots(outfit: Outfit, worn: Image8) -> NDArray[np.uint8]:
    """H x W, the part that is drawn there, 0 for none."""
    return np.array([0, *(int(garment.slot) for garment in outfit.garments)], np.uint8)[worn]


def _under_cuffs(sitter: Sitter, outfit: Outfit, worn: Image8) -> Region:
    """What of a hand's root the end of a new sleeve covers, so that it ends as a cuff does and not where a label did."""
    figure, frame, labels = sitter.fit.figure, sitter.fit.frame, sitter.found.labels
    tops = np.isin(_slots(outfit, worn), TOPS)
    sleeves = np.zeros(worn.shape, np.bool_)
    for arm in (arm for arm in figure.arms.values() if arm.z >= Z.FRONT_ARM):
        end = _end_of(arm, frame, SLEEVE_END, SLEEVE_EASE * figure.body.arm_half)
        if tops[end].mean() > SLEEVED:  # or a bare arm lies before the chest
            sleeves |= tops & end
    return np.asarray(sleeves & sitter.kept & near(sitter.old & (labels != Part.SKIN), CUFF * sitter.unit))


def _end_of(arm: Limb, frame: Frame, end: float, ease: float) -> Region:
    """H x W, the last quarter of an arm. end: share of its length; ease: as wide to both sides as that, heads."""
    outer, inner = arm.sides(0.75, end, ease)
    found = np.zeros((frame.height, frame.width), np.uint8)
    cv2.fillPoly(found, [np.rint(frame.pixels(np.concatenate([outer, inner[::-1]]))).astype(np.int32)], 1)
    return found > 0


def _last_line(sitter: Sitter, bared: Region) -> Region:
    """The line of an old collar or cuff that face or hand half has, where bare skin goes on from them now; elsewhere a dark
    line beside a hand is its outline."""
    there, bared = _wrists(sitter) | sitter.throat.lines, bared & ~crumbs(bared, sitter.speck)  # a fold of a palm is no cuff
    return np.asarray(near(bared, EDGE * sitter.unit) & there & ~sitter.like & sitter.kept)


def _wrists(sitter: Sitter, reach: float = WRIST) -> Region:
    """H x W, so many heads round the ends of arms."""
    ends = np.zeros(sitter.old.shape, np.uint8)
    for arm in sitter.fit.figure.arms.values():
        x, y = sitter.fit.frame.pixel(*arm.point(1.0))
        cv2.circle(ends, (round(x), round(y)), max(1, round(reach * sitter.unit)), 1, -1)
    return ends > 0


def _cast(drawn: Image8, front: Region, below: Region, style: Style, way: tuple[float, float], shade: RGB) -> Image8:
    """The shadow of what is in front, so many pixels away from the light and down, on what lies below it."""
    across, down = way
    if style.shading == "flat" or not below.any():
        return drawn
    box = box_of(below, round(5 * down) + 1)
    shift = np.array([[1, 0, -style.light[0] * across], [0, 1, down]])
    moved = cv2.warpAffine(front[box].astype(np.float32), shift, front[box].shape[::-1])
    if style.shading == "soft":
        moved = cv2.GaussianBlur(moved, (0, 0), max(0.5, SOFT_CAST * down))
    cast, dark = drawn.copy(), np.array(shade, np.float32) / 255 - 1
    for rows in strips(moved.shape):
        share = 1 + dark * (moved[rows] * below[box][rows]).clip(0, 1)[..., None]
        cast[box][rows] = np.rint(drawn[box][rows] * share)
    return cast
