"""Large pictures: an outfit is drafted on a smaller copy, and what was found there is brought up to the picture's own size.

What is measured for a draft grows faster than the picture, as lines and borders are looked for in heads. From some millions of
pixels on nothing new is seen, while the work takes minutes and all memory there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np

from pipeline.draft import WHOLE, Draft
from pipeline.images import flatten, resize
from pipeline.mask import as_mask
from pipeline.part_maps import largest_share
from pipeline.regions import Region
from pipeline.request import Detection, Image8, SwapRequest
from pipeline.sitter import BEHIND
from pipeline.strips import strips

MOST = 2048 * 2048  # pixels of a picture on which an outfit is drafted as it is

Joints = Mapping[str, tuple[float, float]]
Size = tuple[int, int]  # width, height


def size_to_draft_at(shape: tuple[int, ...]) -> Size | None:
    """For a picture of H x W; None for its own."""
    height, width = shape[:2]
    scale = (MOST / (height * width)) ** 0.5
    return (max(1, round(width * scale)), max(1, round(height * scale))) if scale < 1 else None


def shrunk(request: SwapRequest, found: Detection, size: Size) -> tuple[SwapRequest, Detection]:
    """The same of a smaller picture, as far as a draft is concerned. found: of the whole picture."""
    smaller = larger(request.character.shape[1::-1], size[::-1])
    small = replace(
        request,
        character=resize(request.character, size),
        mask=None if request.mask is None else as_mask(request.mask, size),
        joints=moved(request.joints, smaller),
    )

    def named(plane: Image8) -> Image8:
        return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST), np.uint8)

    seen = replace(
        found,
        labels=named(found.labels),
        keep=named(found.keep),
        named=None if found.named is None else named(found.named),
        people=None if found.people is None else named(found.people),
        others=None if found.others is None else named(found.others.view(np.uint8)) > 0,
    )
    return small, seen


def larger(size: Size, shape: tuple[int, ...]) -> tuple[float, float]:
    """How many times as wide and high as that size a picture of H x W is."""
    return shape[1] / size[0], shape[0] / size[1]


def moved(joints: Joints, factors: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """Joints of a picture that is so many times as wide and high."""
    return {name: (x * factors[0], y * factors[1]) for name, (x, y) in joints.items()}


def large_draft(draft: Draft, character: Image8, painted: Region | None = None) -> Draft:
    """A draft on a smaller copy as one on the picture itself, H x W x 4; painted: H x W, where it may draw."""
    height, width = character.shape[:2]
    small, size = draft.worn.shape, (width, height)
    sheet = draft.sheet
    if sheet is not None:
        across, down = width / small[1], height / small[0]
        frame = sheet.frame
        there = replace(frame, width=width, height=height, scale=frame.scale * (across * down) ** 0.5)
        sheet = replace(sheet, frame=replace(there, dx=frame.dx * across, dy=frame.dy * down))
    image, kept = large_image(draft.image, size), large_image(draft.kept, size)
    if painted is not None:
        image[~painted, 3] = 0
    own, redrawn = flatten(character, BEHIND), large_region(draft.redrawn, size)
    whole = (kept[..., 3] >= WHOLE) & ~redrawn  # what is no mixture is seen sharper in the picture
    kept[whole, :3] = own[whole]
    return replace(
        draft,
        image=image,
        worn=largest_share(draft.worn, size),
        lines=large_plane(draft.lines, size),
        kept=kept,
        old=large_region(draft.old, size),
        redrawn=redrawn,
        sheet=sheet,
    )


def large_picture(picture: Image8, character: Image8, mask: Image8, draft: Draft) -> Image8:
    """A smaller copy that was dressed, as the character at its own size: outside the mask, and where what stays lies in front,
    bit for bit as it was.

    picture: h x w x 4; character: H x W x 4; mask: H x W; draft: of the copy.
    """
    size = character.shape[1], character.shape[0]
    found, front = large_image(picture, size), large_plane(draft.kept[..., 3], size)
    front[large_region(draft.redrawn, size)] = 0
    for rows in strips(mask.shape):
        stays = (mask[rows] == 0) | (front[rows] == 255)
        found[rows][stays] = character[rows][stays]
    return found


def large_region(region: Region, size: Size) -> Region:
    return large_plane(region.astype(np.uint8) * np.uint8(255), size) >= 128


def large_plane(plane: Image8, size: Size) -> Image8:
    """H x W uint8 at a larger size."""
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def large_image(image: Image8, size: Size) -> Image8:
    """H x W x 4 uint8 at a larger size; colours are weighted by alpha, so that hidden ones do not bleed in."""
    alpha = image[..., 3:].astype(np.float32) / 255
    weighted = np.dstack([np.rint(image[..., :3] * alpha).astype(np.uint8), image[..., 3]])
    found = np.asarray(cv2.resize(weighted, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    for rows in strips(found.shape):
        share = found[rows][..., 3:].astype(np.float32) / 255
        colour = found[rows][..., :3] / np.maximum(share, 1 / 255)
        found[rows][..., :3] = np.where(share > 0, np.rint(colour.clip(0, 255)), 0)
    return found
