"""The rim of what stays of a picture: smooth, with its outline, and without the colour of the old clothes.

A pixel at a border is a mixture of what stays, of its line and of the old cloth behind it. Told apart, the old cloth's share can
be given to the new one, as in matting by known colours (Smith & Blinn 1996, "Blue screen matting").
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.regions import Region, box_of, near, touching
from pipeline.request import Image8
from pipeline.tones import inked
from wardrobe.style import Style

Colours = NDArray[np.float32]  # ... x 3
Plane = NDArray[np.float32]

CALM = 0.012  # heads: half the width of teeth that borders of labels have
REACH = 0.022  # heads: how far to both sides of a label's border, beside its line, pixels are mixtures
ALIKE, APART = 18.0, 38.0  # levels: colours between which nobody can tell, and between which anybody can
DARK = 45.0  # levels: a cloth that is no lighter than a line by so much hides it
OFF, SURELY = 0.08, 1.5  # heads: by how much labels may be off; times that a colour is nearer to one than to the other
BORDERING = 0.25  # share of its border with old clothes from which a piece is theirs
CROSSED = 2  # lines at most between such a piece and the border
SIMPLER = 4.0  # levels, squared: what a mixture of more colours must gain
STRANGE = 40.0  # levels: what differs so much from every mixture is something else
TRACE = 0.1  # share of one of two colours in a pixel that counts as none
SPUR = 2.0  # pixels: how far beyond a line's width from what stays its outline lies at most
FAINT = 0.15  # share below which what stays has no colour to be told
GRAIN = 1.2  # pixels: blur of colours that are compared
INKED = 0.02  # share of lines in what is near from which a picture has them there
INK = 25.0  # levels: the darkest of a line counts most
SIDE = 7, 7  # pixels: in such squares most of a border is hidden or none
SOFT = 0.7  # pixels: blur of a border that colours cannot tell
STEP = 16  # levels: fills that differ less have the same ink
FINE = 4  # times as many pixels to a side: a line is drawn on these


def calm(region: Region, reach: float) -> Region:
    """With smooth borders; what is thin stays as it is."""
    side = 2 * max(1, round(reach)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    flags = region.astype(np.uint8)
    thin = (region & (cv2.morphologyEx(flags, cv2.MORPH_OPEN, disc) == 0)).astype(np.uint8)
    smooth = cv2.GaussianBlur(flags.astype(np.float32), (0, 0), 0.5 * side) > 0.5
    _, where, table, _ = cv2.connectedComponentsWithStats(thin, connectivity=8)
    long = table[:, cv2.CC_STAT_AREA] > side**2
    long[0] = False
    return np.asarray(smooth | long[where])


def settled(rgb: Image8, front: Region, old: Region, unit: float, line: float) -> Region:
    """What stays, where labels end a few pixels off: pieces along its border in the colour of the old clothes beside them go,
    pieces of those in its own colour stay.

    rgb: H x W x 3; front: what stays by its label; old: old clothes; unit, line: as of `unmixed`.
    """
    reach = max(2, round(OFF * unit))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    near_front, near_old = (cv2.dilate(region.astype(np.uint8), disc) > 0 for region in (front, old))
    band = near_front & near_old
    if not band.any():
        return front
    box = box_of(band, reach)
    seen, ours, theirs, there = rgb[box].astype(np.float32), front[box], old[box], band[box]
    plain = ~inked(rgb[box], unit)
    inner = ours & plain & ~cv2.dilate((~ours).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    outer = theirs & plain & ~cv2.dilate(ours.astype(np.uint8), disc).astype(bool)
    if not outer.any():
        return front
    to_cloth = np.linalg.norm(seen - nearest_colours(seen, outer), axis=2)
    inner &= to_cloth > APART  # cloth that shows between strands is no hair
    if not inner.any():
        return front
    to_own = np.linalg.norm(seen - nearest_colours(seen, inner), axis=2)
    cloth = ours & there & (to_cloth < APART) & (to_own > SURELY * to_cloth + ALIKE)
    own = theirs & there & (to_own < ALIKE) & (to_cloth > SURELY * to_own + ALIKE)
    gone = touching(cloth, near(~ours, 1), connectivity=4)
    for _ in range(CROSSED):  # lines part ribs and folds
        gone |= touching(cloth, near(~ours | gone, round(line) + 2), connectivity=4)
    found = front.copy()
    found[box] = (ours & ~_in(gone, theirs, ours & plain)) | touching(own, near(ours, 1), connectivity=4)
    return found


def _in(pieces: Region, one: Region, other: Region) -> Region:
    """Those pieces of a region that border on one thing rather than on another."""
    count, where = cv2.connectedComponents(pieces.astype(np.uint8), connectivity=4)
    sides = np.zeros((2, count))
    for axis in (0, 1):
        for way in (1, -1):
            beside = np.roll(where, way, axis)  # nothing lies at the box's edge
            for total, region in zip(sides, (one, other), strict=True):
                total += np.bincount(beside[region & ~pieces], minlength=count)
    inside = sides[0] > BORDERING * sides.sum(0)
    inside[0] = False
    return np.asarray(inside[where])


def unmixed(rgb: Image8, front: Region, changing: Region, bare: Region, unit: float, style: Style) -> tuple[Plane, Image8]:
    """H x W in 0..1, how much of every pixel stays; and H x W x 3, the colour of what stays there.

    rgb: H x W x 3; front: what stays by its label; changing: where anything else is to be seen; bare: where that is skin, on to
    which no line leads; unit: a head in pixels; style: of the picture.
    """
    line = style.line * unit
    share, colours = front.astype(np.float32), rgb.copy()
    reach = max(2, round(REACH * unit + line))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    flags = front.astype(np.uint8)
    reached, core = cv2.dilate(flags, disc) > 0, cv2.erode(flags, disc) > 0
    band = reached & ~core & (cv2.dilate(changing.astype(np.uint8), disc) > 0)
    if not band.any():
        return share, colours
    box = box_of(band, 6 * reach)
    seen, ours, outer = rgb[box].astype(np.float32), front[box], ~reached[box]
    ink = inked(rgb[box], unit)
    thick = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(line) + 3, 2 * round(line) + 3))
    broad = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, thick)
    ink &= cv2.dilate(broad, np.ones((3, 3), np.uint8)) == 0  # a narrow piece of dark cloth is no line
    outer |= (broad > 0) & ~ours
    small = cv2.erode((ours & ~ink).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    outer &= ~ink
    if not outer.any():
        return share, colours
    own, cloth = nearest_colours(seen, small | (core[box] & ~ink)), nearest_colours(seen, outer)
    lines = (ink & reached[box]).astype(np.float32)
    dark, inks = mean_near(seen, lines * np.exp(-seen.mean(-1) / INK), 2.0 * reach), cv2.GaussianBlur(lines, (0, 0), 2.0 * reach)
    y, x = np.nonzero(band[box])
    pixel, one, other, black = (plane[y, x] for plane in (seen, own, cloth, dark))
    lined = (inks > INKED)[y, x] & (line > 0)
    hides = (line > 0) & ((other - black).max(1) < DARK)
    onward = bare[box][y, x]
    gone, missed = _share_of_cloth(pixel, one, other, black, lined & ~hides, onward)
    sure = np.clip((np.linalg.norm(one - other, axis=1) - ALIKE) / (APART - ALIKE), 0, 1)
    drawn = lined & ~hides & (np.linalg.norm(pixel - black, axis=1) < ALIKE)
    sure = np.where(drawn, 1, sure) * (missed < STRANGE)
    part, soft = share[box], cv2.GaussianBlur(share[box], (0, 0), SOFT)
    stays = np.clip((1 - gone - TRACE) / (1 - 2 * TRACE), 0, 1)
    part[y, x] = sure * stays + (1 - sure) * soft[y, x]
    hidden, pen = np.zeros(part.shape, bool), np.zeros(part.shape, bool)
    hidden[y, x], pen[y, x] = hides & ~onward, drawn
    hidden = cv2.blur(hidden.astype(np.float32), SIDE) > 0.5 * cv2.blur(band[box].astype(np.float32), SIDE)
    part[y, x] = _evened(part, ours, ink, pen, line)[y, x]
    stays = part[y, x]
    clean = np.where(stays[:, None] > FAINT, (pixel - (1 - stays[:, None]) * other) / np.maximum(stays, FAINT)[:, None], one)
    clean = sure[:, None] * clean.clip(0, 255) + (1 - sure)[:, None] * pixel
    clean = np.where((onward & (stays < 1))[:, None], one, clean)  # what goes there is the line, not the cloth
    if hidden.any():  # what stays gets its outline back
        part[y, x] = np.maximum(stays, (_outline(part, hidden, line) * hidden)[y, x])
        pen_share = ((part[y, x] - stays) / np.maximum(part[y, x], FAINT))[:, None]
        clean = (1 - pen_share) * clean.clip(0, 255) + pen_share * _inks(one, style)
    colours[box][y, x] = np.rint(clean.clip(0, 255))
    return share, colours


def _inks(colours: Colours, style: Style) -> Colours:
    """N x 3, the lines round such fills, N x 3."""
    steps, which = np.unique(colours.astype(np.uint8) // STEP, axis=0, return_inverse=True)
    inks = [style.ink((int(r), int(g), int(b))) for r, g, b in steps * STEP + STEP // 2]
    return np.asarray(inks, np.float32)[which.ravel()]


def _outline(share: Plane, where: Region, line: float) -> Plane:
    """H x W in 0..1, a smooth line of this width in pixels round what has more than half a share, looked for near a region."""
    box = box_of(where, FINE + round(line) + 2)
    fine = cv2.resize(share[box], None, fx=FINE, fy=FINE, interpolation=cv2.INTER_LINEAR)
    way = cv2.distanceTransform((fine <= 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / FINE
    found = np.zeros_like(share)
    size = found[box].shape[::-1]
    found[box] = cv2.resize(np.clip(line + 0.5 - way, 0, 1), size, interpolation=cv2.INTER_AREA)
    return found


def _evened(share: Plane, ours: Region, ink: Region, pen: Region, line: float) -> Plane:
    """The shares without what pixels cannot know one by one. ours: what stays by its label; ink: lines; pen: what is surely a
    line of what stays."""
    found = share.copy()
    way = cv2.distanceTransform(((found <= 0.5) | ink).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    found *= ours | (way <= line + SPUR)  # folds of the old cloth that run to the border
    even = cv2.medianBlur(np.rint(255 * found).astype(np.uint8), 3) / np.float32(255)
    calmed = np.where(ours, np.maximum(found, even), np.minimum(found, even))  # lone pixels are nearly always noise
    found = np.where(pen, found, calmed)
    solid = touching(found > 0.5, near(ours, 1), connectivity=4) | (ours & (found > 0.5))
    return np.asarray(found * cv2.dilate(solid.astype(np.uint8), np.ones((3, 3), np.uint8)), np.float32)


def nearest_colours(rgb: Colours, region: Region) -> Colours:
    """At every pixel the colour of the part of a region that is nearest, without its grain."""
    if not region.any():
        return np.zeros_like(rgb)
    _, nearest = cv2.distanceTransformWithLabels(
        (~region).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    calm = mean_near(rgb, region.astype(np.float32), GRAIN)
    colours = np.zeros((int(nearest.max()) + 1, 3), np.float32)
    colours[nearest[region]] = calm[region]
    return np.asarray(colours[nearest])


def mean_near(rgb: Colours, weight: Plane, reach: float) -> Colours:
    """The mean colour of what has weight near every pixel."""
    total = cv2.GaussianBlur(np.dstack([rgb * weight[..., None], weight]), (0, 0), reach)
    return np.asarray(total[..., :3] / np.maximum(total[..., 3:], 1e-12))


def _share_of_cloth(
    pixel: Colours, own: Colours, cloth: Colours, ink: Colours, lined: Region, bare: Region
) -> tuple[Plane, Plane]:
    """N, how much of each pixel the old cloth is: the mixture of two of the colours, or of all three, that comes nearest; and by
    how much that misses, levels. A line counts as what stays, but where bare skin goes on."""
    to_cloth, first = _between(pixel, own, cloth)
    to_ink, second = _between(pixel, own, ink)
    of_both, third = _between(pixel, ink, cloth)
    a, b, c = cloth - ink, own - ink, pixel - ink
    aa, ab, bb, ca, cb = ((one * other).sum(1) for one, other in ((a, a), (a, b), (b, b), (c, a), (c, b)))
    spread = np.maximum(aa * bb - ab * ab, 1e-3)
    old, ours = (ca * bb - cb * ab) / spread, (cb * aa - ca * ab) / spread
    fourth = ((c - old[:, None] * a - ours[:, None] * b) ** 2).sum(1)
    inside = (old >= 0) & (ours >= 0) & (old + ours <= 1) & (spread > 1e4)
    missed = np.stack([first, second + SIMPLER, third + SIMPLER, np.where(inside, fourth + 2 * SIMPLER, np.inf)])
    missed[1:, ~lined] = np.inf
    shares = np.stack([to_cloth, np.where(bare, to_ink, 0), np.where(bare, 1, of_both), np.where(bare, 1 - ours, old)])
    best = missed.argmin(0), np.arange(len(pixel))
    return shares[best].clip(0, 1).astype(np.float32), np.sqrt(missed[best]).astype(np.float32)


def _between(pixel: Colours, start: Colours, end: Colours) -> tuple[Plane, Plane]:
    """How far from one colour to another a pixel's comes nearest to it, 0..1, and by how much it misses, squared."""
    way = end - start
    at = np.clip(((pixel - start) * way).sum(1) / np.maximum((way * way).sum(1), 1e-3), 0, 1)
    return at, ((pixel - start - at[:, None] * way) ** 2).sum(1)
