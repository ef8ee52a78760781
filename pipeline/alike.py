"""One new outfit for several pictures of a character: an expression sheet is dressed once."""

from __future__ import annotations

import numpy as np

from pipeline.request import Image8, UserError

OTHER_CLOTHES = 0.25  # share of the mask in which two pictures may differ and still be thought dressed alike
_DIFFERS = 32  # levels


def dress_alike(original: Image8, dressed: Image8, mask: Image8, other: Image8) -> Image8:
    """The new outfit of one picture in another of the same character: the next face of an expression sheet.

    original, dressed: H x W x 4, before and after; mask: H x W, the composite mask used; other: H x W x 4, with the old
    clothes in the same place. Exact where the mask is soft too: dressed = (1 - m) original + m new, so the same with
    `other` is dressed + (1 - m) (other - original), in premultiplied colours. Bit-identical to `other` wherever `mask` is
    0. Raises `UserError` where the clothes cannot be the same.
    """
    if other.shape != original.shape:
        sizes = [f"{picture.shape[1]} x {picture.shape[0]}" for picture in (other, original)]
        raise UserError(f"This picture has {sizes[0]} pixels and the dressed one {sizes[1]}, please scale it to the same size.")
    solid = mask == 255
    seen = [picture[..., :3] * (picture[..., 3:] / np.float32(255)) for picture in (original, other)]
    if (np.abs(seen[0] - seen[1]).max(axis=2) > _DIFFERS)[mask > 0].mean() > OTHER_CLOTHES:
        raise UserError("The clothes of this picture lie elsewhere than those of the dressed one, please dress it by itself.")
    result = other.copy()
    result[solid] = dressed[solid]
    soft = (mask > 0) & ~solid
    old, worn, mine = (picture[soft].astype(np.float32) for picture in (original, dressed, other))
    for picture in (old, worn, mine):
        picture[:, :3] *= picture[:, 3:] / 255
    mixed = worn + (1 - mask[soft].astype(np.float32) / 255)[:, None] * (mine - old)
    alpha = mixed[:, 3:].clip(0, 255)
    result[soft] = np.rint(np.hstack([mixed[:, :3] * 255 / alpha.clip(1), alpha]).clip(0, 255))
    return result
