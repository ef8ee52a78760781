"""Masks: where to repaint, where to draw, what to keep.

A mask is H x W uint8, 255 = repaint. Functions return new arrays; lengths are in pixels of the mask they are given.
The *composite* mask decides which pixels may change; the *denoise* mask decides where the model draws, and is larger.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.regions import Region, largest
from pipeline.request import Image8, UserError
from pipeline.strips import strips

MAX_GROW = 0.25  # of the long side
MARGIN = 0.004  # of the long side: how far what grows stays from what is protected
HOLE_AREA, SPECK_AREA = 400, 64  # pixels of a picture of 512 x 512 (Fooocus fills holes of that size)
SHAPE = 0.02  # relative difference of their aspects up to which a mask is of a picture's shape
OTHER_SHAPE = (
    "The mask has {mask} pixels and the picture {picture}, which is another shape; please make the mask on this very picture, "
    "or turn it as the picture is turned."
)
NOTHING_PAINTED = "Nothing is painted yet, please paint over the clothing that should change."


def fits(width: int, height: int, *size: int) -> bool:
    """Whether a mask is of the shape of a picture of `size` = width, height, but for rounding."""
    across, down = width / size[0], height / size[1]
    return abs(across - down) <= SHAPE * max(across, down) + 1 / min(size)


def as_mask(mask: NDArray[Any], size: tuple[int, int]) -> Image8:
    """Any picture of a mask, scaled by nearest neighbour to `size` = (width, height) -> H x W uint8, 0 or 255.

    mask: H x W (x 1..4), bool, integer 0..255 or float 0..1; bright = repaint. With an alpha channel it is a painted
    layer: bright strokes count, or if there are none (a dark brush) every stroke. Raises `UserError` if it is empty or of
    another shape.
    """
    values = np.asarray(mask)
    if values.size == 0:
        raise UserError(NOTHING_PAINTED)
    if not fits(values.shape[1], values.shape[0], *size):
        raise UserError(OTHER_SHAPE.format(mask=f"{values.shape[1]} x {values.shape[0]}", picture=f"{size[0]} x {size[1]}"))
    unit = 1.0 if values.dtype == np.bool_ or values.dtype.kind == "f" else 255.0
    chosen: Region = np.empty(values.shape[:2], np.bool_)
    opaque: Region = np.empty_like(chosen)
    for rows in strips(values.shape):
        planes = np.nan_to_num(values[rows].reshape(*chosen[rows].shape, -1).astype(np.float32) / unit)
        count = planes.shape[2]
        light = planes[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32) if count >= 3 else planes[..., 0]
        opacity = planes[..., -1] if count in (2, 4) else np.ones_like(light)
        chosen[rows], opaque[rows] = light * opacity >= 0.5, opacity >= 0.5
    if not chosen.any() and not opaque.all():
        chosen = opaque
    if not chosen.any():
        raise UserError(NOTHING_PAINTED)
    chosen = chosen[_nearest_index(size[1], chosen.shape[0])][:, _nearest_index(size[0], chosen.shape[1])]
    if not chosen.any():
        raise UserError(NOTHING_PAINTED)
    return _mask(chosen)


def _nearest_index(target: int, source: int) -> NDArray[np.intp]:
    return ((np.arange(target) + 0.5) * source / target).astype(np.intp)


def _mask(region: Region) -> Image8:
    return region.astype(np.uint8) * np.uint8(255)


def _levels(share: NDArray[Any]) -> Image8:
    levels: Image8 = np.rint(share.clip(0, 1) * 255).astype(np.uint8)
    return levels


def bounds(mask: Image8) -> tuple[int, int, int, int]:
    """left, top, right, bottom of what is painted, right and bottom exclusive. Raises `UserError` if nothing is."""
    painted = mask >= 128
    columns, rows = np.flatnonzero(painted.any(0)), np.flatnonzero(painted.any(1))
    if columns.size == 0:
        raise UserError(NOTHING_PAINTED)
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def grow(mask: Image8, pixels: int) -> Image8:
    """Widen by a disc of radius `pixels`, clamped to a quarter of the long side."""
    pixels = min(pixels, round(MAX_GROW * max(mask.shape)))
    return mask.copy() if pixels <= 0 else _mask(_distance(mask >= 128) <= pixels)


def _distance(region: Region) -> NDArray[np.float32]:
    """Exact distance in pixels to the region, 0 inside it; huge where the region is empty."""
    if not region.any():
        return np.full(region.shape, np.inf, np.float32)
    distance: NDArray[Any] = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance.astype(np.float32)


def fill_holes(mask: Image8, area: float = HOLE_AREA) -> Image8:
    """Fill enclosed holes smaller than `area`, counted as in a picture of 512 x 512."""
    painted = mask >= 128
    return _mask(painted | _small_parts(~painted, area, keep_at_edge=True))


def drop_specks(mask: Image8, area: float = SPECK_AREA) -> Image8:
    """Remove parts smaller than `area`, counted as in 512 x 512; the largest part always stays."""
    painted = mask >= 128
    kept = painted & ~_small_parts(painted, area, keep_at_edge=False)
    return _mask(kept if kept.any() else largest(painted, connectivity=4))


def _parts(region: Region) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Label 4-connected parts (0 = outside) -> H x W labels, per label (left, top, width, height, area)."""
    _, labels, table, _ = cv2.connectedComponentsWithStats(region.view(np.uint8), connectivity=4)
    return labels, table  # type: ignore[return-value]


def _small_parts(region: Region, area: float, keep_at_edge: bool) -> Region:
    height, width = region.shape
    labels, table = _parts(region)
    small = table[:, cv2.CC_STAT_AREA] < area * height * width / 512**2
    if keep_at_edge:
        left, top = table[:, cv2.CC_STAT_LEFT], table[:, cv2.CC_STAT_TOP]
        right, bottom = left + table[:, cv2.CC_STAT_WIDTH], top + table[:, cv2.CC_STAT_HEIGHT]
        small &= (left > 0) & (top > 0) & (right < width) & (bottom < height)
    small[0] = False
    picked: Region = small[labels]
    return picked


def connected(region: Region, seeds: Region) -> Region:
    """The 4-connected parts of `region` that touch `seeds`."""
    labels, table = _parts(region)
    touched = np.zeros(len(table), np.bool_)
    touched[np.unique(labels[seeds & region])] = True
    touched[0] = False
    return touched[labels]


def clean(mask: Image8) -> Image8:
    """What a hand or a detector leaves behind, tidied: holes filled, specks dropped. Raises `UserError` if empty."""
    bounds(mask)
    return drop_specks(fill_holes(mask))


def protect(mask: Image8, keep: Image8) -> Image8:
    """Take out what must not change (H x W, 255 = keep). Raises `UserError` if nothing is left to repaint."""
    remaining = mask.copy()
    remaining[keep >= 128] = 0
    if not (remaining >= 128).any():
        raise UserError("Everything painted lies on protected parts, please paint over the clothing or unprotect a part.")
    return remaining


def grown_beside(mask: Image8, pixels: int, keep: Image8) -> Image8:
    """`grow`, less what must not change (H x W, 255 = keep), from which what is grown stays `MARGIN` away: its outline and what
    detection took for something else lie there. What was painted before comes up to it, or its rim would stay."""
    near = grow(keep, max(1, round(MARGIN * max(keep.shape)))) >= 128
    region = (mask >= 128) | ((grow(mask, pixels) >= 128) & ~near)
    return _mask(region & (keep < 128))


def hull(mask: Image8) -> Image8:
    """The convex hull of everything painted: room for a skirt between two legs."""
    points = cv2.findNonZero(_mask(mask >= 128))
    if points is None:
        return np.zeros_like(mask)
    filled = np.zeros_like(mask)
    cv2.fillConvexPoly(filled, cv2.convexHull(points), 255)
    return np.maximum(filled, _mask(mask >= 128))


def ring(mask: Image8, width: int) -> Image8:
    """The band of `width` pixels just outside the mask: where old and new picture must agree."""
    return _mask((grow(mask, width) >= 128) & (mask < 128))


def composite_mask(
    mask: Image8, grow_by: int = 0, feather: int = 2, alpha: Image8 | None = None, old: Region | None = None
) -> Image8:
    """How much of the new picture each pixel takes (0..255); 0 everywhere outside the mask grown by `grow_by`.

    Feathered inwards over `feather` pixels, less in a mask too thin for it, and never into the old garment (old, H x W): the
    ramp has reached its height where that begins, or its edge would shine through. Nor does the picture's edge count as a
    border, nor, given the character's alpha (H x W), the empty space round a sprite.
    """
    region = grow(mask, grow_by) >= 128
    border = ~region if alpha is None else ~region & (alpha > 0)
    if feather <= 0 or not border.any():
        return _mask(region)
    depth = np.where(region, _distance(border), 0)
    depth = np.minimum(depth, max(mask.shape))
    ramp = np.asarray(min(feather + 1.0, max(1.0, float(depth.max()) / 2)), np.float32)
    if old is not None:
        ramp = np.minimum(ramp, np.maximum(depth + _distance(old & region), 1))
    return _levels(depth / ramp)


DENOISE_GROW, DENOISE_FEATHER, DENOISE_FEATHER_BOX = 4, 32, 0.1  # krita-ai-diffusion, pixels at 512


def denoise_mask(mask: Image8, native: int = 512, keep: Image8 | None = None) -> Image8:
    """Where the model draws, at its own resolution: the mask grown, then fading outwards; 255 all over the mask.

    native: the model's side in pixels; the recipe's lengths are scaled to it. keep: H x W, 255 = never drawn over
    (face, hands), whatever the growth.
    """
    unit = native / 512
    left, top, right, bottom = bounds(mask)
    feather = max(DENOISE_FEATHER * unit, DENOISE_FEATHER_BOX * float(np.hypot(right - left, bottom - top)))
    beyond = _distance(mask >= 128) - DENOISE_GROW * unit
    soft = _levels(1 - beyond / feather)
    if keep is not None:
        soft[(keep >= 128) & (mask < 128)] = 0
    return soft


def loosen(alpha: Image8, mask: Image8, amount: float) -> Image8:
    """How opaque a transparent sprite may become at each pixel (H x W, 0..255).

    alpha: the character's own. amount: 0 = the old silhouette, with its soft rim; 0..1 = silhouette grown by that
    share of half the mask's long side, within the mask; 1 = the whole mask.
    """
    if amount <= 0 or not (mask >= 128).any():
        return alpha.copy()
    left, top, right, bottom = bounds(mask)
    reach = amount * max(right - left, bottom - top) / 2
    room = np.full_like(alpha, 255) if amount >= 1 else _levels(1 + reach - _distance(alpha >= 128))
    return np.where(mask >= 128, np.maximum(alpha, room), alpha)


_STRONG, _WEAK = 60, 24  # differences, 0..255: surely a brush; a brush if it hangs together with one
_BRUSH_SHADE = 16


def from_painted(character: Image8, painted: Image8) -> Image8:
    """The mask of a scribbled-over copy: where it differs from the character.

    character: H x W x 4; painted: h x w x 4, any size, perhaps through JPEG or without the transparency. Holes that
    show the brush's own colour (it met a garment of that colour) are filled. Raises `UserError`.
    """
    height, width = character.shape[:2]
    resampled = painted.shape[:2] != (height, width)
    if resampled:
        shrinks = painted.shape[0] > height
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        painted = cv2.resize(painted, (width, height), interpolation=method).astype(np.uint8)
    old, new = _on_same_ground(character, painted)
    change = np.abs(old - new).max(axis=2)
    faint, clear = int(((change > 2) & (change <= 12)).sum()), int((change > _STRONG).sum())
    unit = max(1.0, max(height, width) / 512)
    if faint < clear / 10 and not resampled:  # lossless: only the brush's soft rim differs faintly
        changed = change > 2  # levels: rounding of a flattened rim
    else:  # JPEG and scaling smear along lines, thinner than any brush
        calm = np.abs(cv2.blur(old, (3, 3)) - cv2.blur(new, (3, 3))).max(axis=2)
        solid = cv2.morphologyEx((calm > _WEAK).astype(np.uint8), cv2.MORPH_OPEN, _disc(unit)) > 0
        changed = connected(solid, calm > _STRONG)
    if not changed.any():
        raise UserError("The painted copy looks the same as the character, please scribble over the clothing that should change.")
    if changed.mean() > 0.95:
        raise UserError("The painted copy differs nearly everywhere, please scribble over a copy of the same character.")
    brush = np.median(new[changed], axis=0)
    like_brush = np.abs(new - brush).max(axis=2) <= _BRUSH_SHADE
    closed = cv2.morphologyEx(_mask(changed), cv2.MORPH_CLOSE, _disc(2 * unit)) > 0
    return clean(_mask(closed | _enclosed(~closed, like_brush)))


def _on_same_ground(character: Image8, painted: Image8) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both as H x W x 3 over one colour: the one that an opaque copy of a transparent sprite was flattened on."""
    empty = character[..., 3] == 0
    ground = np.full(3, 128.0, np.float32)
    if empty.any() and (painted[..., 3] == 255).all():
        ground = np.median(painted[empty][:, :3], axis=0).astype(np.float32)
    flat = []
    for picture in (character, painted):
        alpha = picture[..., 3:].astype(np.float32) / 255
        flat.append((picture[..., :3] * alpha + ground * (1 - alpha)).astype(np.float32))
    return flat[0], flat[1]


def _enclosed(region: Region, like: Region) -> Region:
    """Parts of `region` away from the picture's edge that are nearly all `like`."""
    labels, table = _parts(region)
    share = np.bincount(labels[like], minlength=len(table)) / np.maximum(table[:, cv2.CC_STAT_AREA], 1)
    inner = _small_parts(region, float(512**2), keep_at_edge=True)
    return inner & (share > 0.9)[labels]


def _disc(radius: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.uint8)
