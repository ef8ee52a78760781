"""The neck, which collars lie over, told from the face, which they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.fit import Fit
from pipeline.regions import Region, box_of, near, touching
from pipeline.request import ClothingPart, Image8
from pipeline.seen_limbs import side_ends
from pipeline.tones import LIGHT, Lab, apart_from, calm_lab, inked, main_tones, tones_of

CHIN = 0.52  # heads below the middle of the skull: from there on down the neck may be covered
COLLAR = 0.6  # likewise from where on no line is a chin's
JAW, CHEEKS = 0.25, 0.07  # likewise from where on a neck may be seen beside a jaw that is known, and where cheeks begin
BONES = 0.16  # of the torso's length: where the collar bones are
TONE = 14.0  # levels of lightness by which a face differs from itself: a neck lies in the chin's shadow
LOW = 0.6  # of the way from chin to collar bones: a face that reaches so far has no jaw that could be seen
SAME, NEARER, BEARD = 14.0, 0.6, 0.012  # CIELAB: of the hair's colour, and how much nearer to it; square heads: the least beard
PALE, LIT = 6.0, 0.7  # CIELAB: a collar from the palest skin; of the lightness of skin: shadows on it are darker
BROAD, MAIN = 9.0, 0.08  # CIELAB: of one tone; of face or clothes: least share of one
BLUR = 5  # pixels: how far colours are smoothed, with some room
FRINGE = 0.05  # heads: how far from it a collar's rim lies
NECK = 0.04  # heads: how far from the fitted neck's side a seen one may lie
WIDE, SOME = 0.7, 0.15  # of the widest row of a scarf, and of those rows
LINE = 0.02  # heads: how far a jaw's line reaches beyond the face
AT_CHIN = 0.12  # heads: how far from the fitted chin a face may end


@dataclass(frozen=True)
class Throat:
    """covered: what of the face and neck a collar lies over; lines: where a line may be an old collar's; jaw: the face with its
    line, where it is known. All H x W."""

    covered: Region
    lines: Region
    jaw: Region


def throat_of(rgb: Image8, kept: Region, like: Region, fit: Fit) -> Throat:
    """rgb: H x W x 3; kept: face, neck and hands; like: what has the skin's hue."""
    face = _face(rgb, kept, like, fit)
    low = _level(fit, CHIN), _bones(fit)
    if face is None or _lowest(face & _below(fit, CHIN)) > low[0] + LOW * (low[1] - low[0]):
        return Throat(_below(fit, CHIN) & like, _below(fit, COLLAR), np.zeros_like(kept))
    reach = 2 * max(1, round(LINE * fit.frame.scale)) + 1
    jaw = _filled(np.asarray(cv2.dilate(face.astype(np.uint8), np.ones((reach, reach), np.uint8)), np.uint8))
    neck = np.asarray(_below(fit, JAW) & ~jaw)
    return Throat(neck & touching(kept, face), neck, jaw)  # a hand before it is none of it


def ends_at_chin(throat: Throat, fit: Fit) -> bool:
    """Whether the face that is seen ends where a chin is, and not in the middle of the neck."""
    rows = np.flatnonzero(throat.jaw.any(1))
    return bool(len(rows)) and abs(rows[-1] - _level(fit, 0.5)) < AT_CHIN * fit.frame.scale


def ways_in(fit: Fit) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """For the left side of the neck and the right one their rows, and how far within it every pixel of those lies, pixels."""
    frame = fit.frame
    columns = np.arange(frame.width) + 0.5
    for inwards, side in zip((1, -1), fit.figure.neck_sides(), strict=True):
        x, y = frame.pixels(side).T
        first, last = max(0, round(y[0])), min(frame.height, round(y[-1]))
        if last - first > 1:
            at = np.interp(np.arange(first, last) + 0.5, y, x)
            steep = np.hypot(1, np.gradient(at))
            yield slice(first, last), (inwards * (columns - at[:, None]) / steep[:, None]).astype(np.float32)


def under_narrowest(seen: Region, nobody: Region, fit: Fit) -> Region:
    """H x W, on each side from the row down where a neck is narrowest, if it is the fitted one's side: below it a neck runs out
    into the shoulders. Nothing on sides of which nothing is seen, or a jaw before a neck that is hidden.

    seen: H x W, face and neck; nobody: H x W, where nobody is: what ends elsewhere ends at hair or a collar.
    """
    found = np.zeros_like(seen)
    sides = [fit.frame.pixels(line) for line in fit.figure.neck_sides()]
    middle = round(float(np.mean(sides, (0, 1))[0]))
    for (side, ends), drawn in zip(side_ends(fit.figure, fit.frame, seen, nobody, JAW).items(), sides, strict=True):
        if not ends:
            continue
        first = max(ends, key=lambda row: (-side * ends[row], row))
        if abs(ends[first] - np.interp(first, drawn[:, 1], drawn[:, 0])) < NECK * fit.frame.scale:
            found[first:, slice(None, middle) if side < 0 else slice(middle, None)] = True
    return np.asarray(found & _below(fit, JAW))


def fringe_of(rgb: Image8, kept: Region, like: Region, old: Region, throat: Throat, fit: Fit) -> Region:
    """H x W, the rim of an old collar that was taken for the neck: of another hue than skin, or white beside pale skin, and as
    the old clothes beside it.

    rgb: H x W x 3; kept, like: as of `throat_of`; old: the old clothes.
    """
    neck = throat.lines & kept
    found = np.zeros_like(kept)
    if not neck.any() or not old.any():
        return found
    reach = max(2, round(FRINGE * fit.frame.scale))
    ends = near(neck, 4 * reach)
    above = np.arange(len(rgb))[:, None] < np.flatnonzero(throat.lines.any(1))[0]
    box = box_of(ends | (kept & above), BLUR)  # of the head, however large the picture
    plain = ~inked(rgb, fit.frame.scale)[box]
    face, cloth, old, neck, strange = (region[box] for region in (kept & like & above, old & ends, old, neck, neck & ~like))
    square = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    lab = calm_lab(rgb[box]) * np.array([LIGHT, 1, 1], np.float32)
    face, cloth = face & plain, cloth & plain
    pale = _whiter(lab, neck, face, cloth) if face.any() and cloth.any() else np.zeros_like(neck)
    strange, white = (
        cv2.morphologyEx(part.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) for part in (strange, pale)
    )
    _, where, table, _ = cv2.connectedComponentsWithStats(strange, connectivity=8)
    theirs = white > 0
    for index in range(1, len(table)):
        piece = where == index
        beside = (cv2.dilate(piece.astype(np.uint8), square) > 0) & old & plain
        if beside.any() and np.linalg.norm(np.median(lab[beside], axis=0) - np.median(lab[piece], axis=0)) < SAME:
            theirs |= piece
    found[box] = (cv2.dilate(theirs.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & neck
    return found


def _whiter(lab: Lab, neck: Region, face: Region, cloth: Region) -> Region:
    """H x W, what of a neck is nearer to the cloth's tones than to the face's, and no shadow on it."""
    box, found = box_of(neck, 0), np.zeros_like(neck)
    skin, old = (main_tones(lab, region, BROAD, MAIN) for region in (face, cloth))
    to_skin, to_cloth = apart_from(lab[box], skin), apart_from(lab[box], old)
    found[box] = (to_skin > PALE) & (to_cloth < NEARER * to_skin) & (lab[box][..., 0] > LIT * skin[:, 0].max(initial=0))
    return np.asarray(found & neck)


def beard_of(rgb: Image8, labels: Image8, old: Region, strange: Region, fit: Fit) -> Region:
    """H x W, what of the old clothes round the mouth and below it has the colours of the hair and not of those clothes.

    rgb: H x W x 3; labels: of the detection; old: what is taken for old clothes; strange: what is taken for the face and has not
    the skin's hue.
    """
    mouth, hair = _round_mouth(fit), labels == ClothingPart.HAIR
    there = mouth & old | strange & _below(fit, CHEEKS)
    nothing = np.zeros_like(old)
    if not there.any() or not hair.any():
        return nothing
    lab = calm_lab(rgb) * np.array([LIGHT, 1, 1], np.float32)
    left, top, wide, high = cv2.boundingRect(there.astype(np.uint8))
    box = slice(top, top + high), slice(left, left + wide)
    to_hair, to_cloth = (apart_from(lab[box], tones_of(lab, region)) for region in (hair, old & ~mouth))
    found = np.zeros(old.shape, np.uint8)
    found[box] = there[box] & (to_hair < SAME) & (to_hair < NEARER * to_cloth)
    side = max(3, 2 * round(LINE * fit.frame.scale) + 1)
    calm = cv2.morphologyEx(cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3))), cv2.MORPH_CLOSE, np.ones((side, side)))
    beard = touching((calm > 0) & there, mouth, connectivity=4)
    large = np.count_nonzero(beard) > BEARD * fit.frame.scale**2
    return beard if large and not _across(beard, hair, round(LINE * fit.frame.scale) + 2) else nothing


def _across(piece: Region, hair: Region, gap: int) -> bool:
    """Whether a piece goes from hair to hair where it is broad, as a scarf does."""
    rows = np.flatnonzero(piece.any(1))
    first, last = piece[rows].argmax(1), piece.shape[1] - 1 - piece[rows, ::-1].argmax(1)
    broad = last - first > WIDE * (last - first).max(initial=0)
    ends = [
        hair[y, max(0, x0 - gap) : x0].any() and hair[y, x1 + 1 : x1 + 1 + gap].any()
        for y, x0, x1 in zip(rows[broad], first[broad], last[broad], strict=True)
    ]
    return bool(np.mean(ends) > SOME) if ends else False


def _round_mouth(fit: Fit) -> Region:
    """From the nose to a long beard's end, no wider than the face."""
    head, frame = fit.figure.head, fit.frame
    corners = [head.at(x * head.wide, y) for x, y in ((-1, 0.2), (1, 0.2), (0.9, 0.5), (0.45, 0.72), (-0.45, 0.72), (-0.9, 0.5))]
    found = np.zeros((frame.height, frame.width), np.uint8)
    cv2.fillPoly(found, [np.rint([frame.pixel(*corner) for corner in corners]).astype(np.int32)], 1)
    return found > 0


def _face(rgb: Image8, kept: Region, like: Region, fit: Fit) -> Region | None:
    """The cheeks and all of their tone that no line parts from them; None where no cheeks are seen."""
    light = cv2.bilateralFilter(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32), 5, 20, 2)
    flat = kept & like & ~inked(rgb, fit.frame.scale)
    rows = np.arange(len(rgb))[:, None]
    cheeks = flat & (rows > _level(fit, CHEEKS)) & (rows < _level(fit, CHIN))
    if not cheeks.any():
        return None
    same = flat & (np.abs(light - np.median(light[cheeks])) < TONE)
    count, where = cv2.connectedComponents(same.astype(np.uint8), connectivity=4)
    sizes = np.bincount(where[cheeks & same], minlength=count)
    return np.asarray(where == int(sizes[1:].argmax()) + 1) if count > 1 and sizes[1:].any() else None


def _filled(face: Image8) -> Region:
    """With mouth and eyes: 1 in the face, else 0."""
    rims, _ = cv2.findContours(face, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = face.copy()
    cv2.drawContours(whole, rims, -1, 1, cv2.FILLED)
    return np.asarray(whole > 0)


def _level(fit: Fit, heads: float) -> float:
    """Row so many heads below the middle of the skull."""
    return fit.frame.pixel(*fit.figure.head.at(0, heads))[1]


def _bones(fit: Fit) -> float:
    """Row of the collar bones."""
    return fit.frame.pixel(*fit.figure.torso.at(0, BONES))[1]


def _below(fit: Fit, heads: float) -> Region:
    """From so many heads below the middle of the skull to the collar bones, no wider than the shoulders."""
    torso, frame = fit.figure.torso, fit.frame
    (x0, _), (x1, _) = frame.pixel(*torso.at(-0.9, 0.05)), frame.pixel(*torso.at(0.9, 0.05))
    rows, columns = np.ogrid[: frame.height, : frame.width]
    return np.asarray((rows > _level(fit, heads)) & (rows < _bones(fit)) & (columns > x0) & (columns < x1))


def _lowest(region: Region) -> float:
    rows = np.flatnonzero(region.any(1))
    return float(rows[-1]) if len(rows) else 0.0
