"""Whether a request can be run at all, before anything is computed."""

from __future__ import annotations

import math

import numpy as np

from models.profiles import ModelProfile
from models.samplers import SAMPLERS, count_steps
from pipeline.request import SwapRequest, UserError
from pipeline.safety import check_words

RANGES: tuple[tuple[str, float, float], ...] = (
    ("steps", 1, 150),
    ("guidance", 1, 30),
    ("strength", 0, 1),
    ("count", 1, 16),
    ("loosen", 0, 1),
    ("grow", 0, 4096),
    ("feather", 0, 4096),
    ("soft_edge", 0, 1024),
    ("follow", 0, 1),
    ("seed", 0, 2**63 - 1),
)


def validate(request: SwapRequest, profile: ModelProfile) -> None:
    """Raise `UserError` for what this profile cannot do."""
    if request.character.ndim != 3 or request.character.shape[2] != 4:
        raise UserError("There is no character yet, please choose a picture.")
    if isinstance(request.draft, np.ndarray) and request.draft.shape != request.character.shape:
        raise UserError("The draft must be as large as the character and transparent where nothing is drawn, please scale it.")
    for name, least, most in RANGES:
        value = getattr(request, name)
        if not math.isfinite(value) or not least <= value <= most:
            raise UserError(f"{name.capitalize().replace('_', ' ')} must lie between {least:g} and {most:g}, please change it.")
    if count_steps(request.steps, request.strength) < 1:
        raise UserError("Strength is so low that no step would be drawn, please raise the strength or the number of steps.")
    if request.sampler not in profile.samplers or request.sampler not in SAMPLERS:
        raise UserError(f"This model has no sampler {request.sampler!r}, please choose one of: {', '.join(profile.samplers)}.")
    for hint in request.hints:
        if hint.kind not in profile.hints:
            raise UserError(f"This model knows no hint {hint.kind!r}, please use: {', '.join(profile.hints)}.")
        if not 0 <= hint.start < hint.end <= 1 or not 0 <= hint.scale <= 2:
            raise UserError("A hint's scale must lie in 0..2 and its span in 0..1, start before end, please change them.")
        if hint.image is not None and hint.image.shape[:2] != request.character.shape[:2]:
            raise UserError(f"The picture of the {hint.kind} hint must be as large as the character, please scale it.")
    if any(not 0 <= garment.scale <= 2 for garment in request.garments):
        raise UserError("How closely a garment's picture is followed must lie between 0 and 2, please change it.")
    if request.garments and profile.garment is None:
        raise UserError("This model takes words only, please describe the garment instead of giving a picture of it.")
    check_words(request.prompt, request.negative_prompt)
