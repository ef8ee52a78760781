"""Is a picture pixel art, whose grid and palette must outlive any enlargement?

Told by what a pen or an antialiased vector cannot do: few colours, side by side without a step between them, in detail as
small as the grid. Flat vector art has few colours too, but soft edges, or long runs of one colour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.request import Image8

# colours, alpha among them, that a picture may have at most, and the share of its edges that may then be soft. On 378
# drawings by other hands the palettes of up to 256 colours that are no pixel art have .38 and more, pixel art .15 and less,
# but a cat of 16 x 16 pixels with few edges altogether .4.
PALETTES = ((32, 0.5), (256, 0.3))
DETAIL = 0.08  # share of neighbours that differ at least: one run of colour in twelve pixels
LEAST_STEPS = 16  # changes along each axis, below which a grid of larger cells may be chance
_NEAR, _FAR = 8, 48  # levels: within one flat colour, across an edge


def is_pixel_art(image: Image8) -> bool:
    """image: H x W x 3 or 4 uint8, straight alpha; also where every pixel of the art was enlarged to a square already."""
    seen = _premultiplied(image)
    cell = _cell(seen)
    seen = seen[cell // 2 :: cell, cell // 2 :: cell]
    if min(seen.shape[:2]) < 5:
        return False
    visible = seen[..., 3] > 0
    colours = _count(seen[visible])
    if not visible.any() or colours > min(PALETTES[-1][0], visible.sum() / 4) or _detail(seen, visible) < DETAIL:
        return False
    share = _soft_share(seen)
    return any(colours <= most and share <= soft for most, soft in PALETTES)


def _premultiplied(image: Image8) -> NDArray[np.int16]:
    """H x W x 4, what is not seen is 0."""
    seen = np.full((*image.shape[:2], 4), 255, np.int16)
    seen[..., : image.shape[2]] = image
    seen[..., :3] = seen[..., :3] * seen[..., 3:].astype(np.int32) // 255
    return seen


def _count(colours: NDArray[np.int16]) -> int:
    """How many of N x 4 there are."""
    return len(np.unique(np.ascontiguousarray(colours.astype(np.uint8)).view(np.uint32)))


def _cell(seen: NDArray[np.int16]) -> int:
    """Side, in pixels, of the squares that the picture is made of; 1 where it is not. Their grid may begin anywhere."""
    found = 0
    for plane in (seen, seen.transpose(1, 0, 2)):
        steps = np.flatnonzero((plane[1:] != plane[:-1]).any(axis=(1, 2)))
        if len(steps) < LEAST_STEPS:
            return 1
        found = int(np.gcd.reduce(np.append(np.diff(steps), found)))
    return found


def _detail(seen: NDArray[np.int16], visible: NDArray[np.bool_]) -> float:
    """Share of visible neighbours along rows and columns that differ."""
    differ = both = 0
    for plane, there in ((seen, visible), (seen.transpose(1, 0, 2), visible.T)):
        pairs = there[1:] & there[:-1]
        differ += int((pairs & (plane[1:] != plane[:-1]).any(axis=2)).sum())
        both += int(pairs.sum())
    return differ / max(1, both)


def _soft_share(seen: NDArray[np.int16]) -> float:
    """Of the edges between two flat colours, the share that pass through a third one in between; 0 where there is none."""
    hard = soft = 0
    for plane in (seen, seen.transpose(1, 0, 2)):
        row = [plane[offset : offset + len(plane) - 4] for offset in range(5)]
        flat = _apart(row[0], row[1]) <= _NEAR
        hard += int((flat & (_apart(row[2], row[3]) <= _NEAR) & (_apart(row[1], row[2]) >= _FAR)).sum())
        low, high = np.minimum(row[1], row[3]) - 2, np.maximum(row[1], row[3]) + 2
        between = ((row[2] >= low) & (row[2] <= high)).all(axis=2)
        steps = (_apart(row[1], row[2]) > _NEAR) & (_apart(row[2], row[3]) > _NEAR)
        edge = flat & (_apart(row[3], row[4]) <= _NEAR) & (_apart(row[1], row[3]) >= _FAR)
        soft += int((edge & steps & between).sum())
    return soft / max(1, hard + soft)


def _apart(one: NDArray[np.int16], other: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.asarray(np.abs(one - other).max(axis=2), np.int16)
