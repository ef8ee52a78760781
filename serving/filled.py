"""What somebody asks for in a few words, with everything that they left to the model."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.profiles import ModelProfile
from pipeline.request import MAX_SEED, GarmentPicture, Hint, Image8, SwapRequest, UserError

UNKNOWN_HINT = "This model knows no hint {kind!r}, please use: {known}."
Span = tuple[float, float, float]  # a hint's scale, start and end, see `Hint`


def any_seed(count: int, key: str | None = None) -> int:
    """A new seed with room for `count` pictures above it; of the same key the same."""
    most = MAX_SEED - count
    return secrets.randbelow(most) if key is None else int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % most


def filled(
    profile: ModelProfile,
    character: Image8,
    seed: int,
    garments: Sequence[tuple[GarmentPicture, float | None]] = (),
    hints: Mapping[str, Span] | None = None,
    steps: int | None = None,
    guidance: float | None = None,
    sampler: str | None = None,
    **rest: Any,
) -> SwapRequest:
    """garments: each with the scale that is asked for; hints: by kind, instead of the usual ones beside the masked picture;
    None = as the model likes it; rest: as in `SwapRequest`. Raises `UserError` for a hint that the model does not know."""
    followed = tuple(hint for hint in SwapRequest.hints if hint.kind in profile.hints)
    if hints is not None:
        if unknown := hints.keys() - set(profile.hints):
            raise UserError(UNKNOWN_HINT.format(kind=min(unknown), known=", ".join(profile.hints)))
        own = tuple(Hint(kind, *span) for kind, span in hints.items())
        followed = (*(hint for hint in followed if hint.kind == "inpaint" and "inpaint" not in hints), *own)
    return SwapRequest(
        character=character,
        seed=seed,
        garments=tuple(replace(picture, scale=profile.garment_scale if scale is None else scale) for picture, scale in garments),
        hints=followed,
        steps=profile.steps if steps is None else steps,
        guidance=profile.guidance if guidance is None else guidance,
        sampler=sampler or profile.samplers[0],
        profile=profile.name,
        **rest,
    )
