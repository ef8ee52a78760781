"""A request's picture, prepared once for all its variations, and the clock that runs beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from models.profiles import ModelProfile
from pipeline.backdrop import Backdrop, backdrop_of, worn_before
from pipeline.cancelling import raise_if_cancelled
from pipeline.composite import Colour, key_colour
from pipeline.draft_style import flesh
from pipeline.images import Crop, crop_around, flatten, is_opaque
from pipeline.mask import as_mask, composite_mask, grow, loosen
from pipeline.outfit import read_outfit
from pipeline.regions import Region
from pipeline.request import ClothingPart, Detection, GarmentPicture, Image8, SwapRequest, UserError
from wardrobe.style import RGB


@dataclass(frozen=True)
class Canvas:
    """A request's picture, prepared once for all its variations.

    flat: H x W x 3, the character over `background`; region: H x W, 255 = may be repainted; mask: H x W, the composite
    mask; limit: H x W, how opaque a sprite may become, None for an opaque picture; crop: what the model works on; backdrop: what
    lies behind the old clothes; skin: the face's colour; None where nobody has looked for them;
    stockings: whether any may be worn.
    """

    character: Image8
    flat: Image8
    background: Colour
    region: Image8
    mask: Image8
    limit: Image8 | None
    crop: Crop
    backdrop: Backdrop | None = None
    skin: RGB | None = None
    stockings: bool = True


def prepare(
    request: SwapRequest,
    profile: ModelProfile,
    alone: Callable[[GarmentPicture], Image8],
    kept: Region | None = None,
    found: Detection | None = None,
    drafts: Sequence[Image8] = (),
) -> Canvas:
    """Mask, crop and background of a valid request; alone: `garment_alone`; kept: H x W, what a mask may not grow into; found:
    what detection has said; drafts: H x W x 4 each, where there are any what is empty of a sprite stays so beside them. Raises
    `UserError` if nothing could change."""
    assert request.mask is not None
    character = request.character
    painted = as_mask(request.mask, (character.shape[1], character.shape[0]))
    region = grow(painted, request.grow)
    if kept is not None:
        region = np.where(kept, np.uint8(0), region)
    sprite = not is_opaque(character)
    alpha = character[..., 3] if sprite else None
    old = None if found is None else worn_before(found.labels, region)
    mask = composite_mask(painted, request.grow, request.feather, alpha, old)
    limit = None if alpha is None else loosen(alpha, region, request.loosen)
    if limit is not None and alpha is not None and drafts:
        covered = np.max([draft[..., 3] for draft in drafts], axis=0)
        limit = np.maximum(np.where(alpha > 0, limit, np.uint8(0)), covered)
    if kept is not None:
        mask = np.where(kept, np.uint8(0), mask)
    if limit is not None:
        mask = np.where(limit > 0, mask, np.uint8(0))
    if not mask.any():
        raise UserError("Only empty space is painted, please paint over the clothing or loosen the outline.")
    worn = [alone(picture) for picture in request.garments] if sprite else []
    background = key_colour(character, request.prompt, worn)
    crop = crop_around(region, profile.native, multiple=profile.multiple)
    flat = flatten(character, background)
    canvas = Canvas(character, flat, background, region, mask, limit, crop)
    if found is None or old is None:
        return canvas
    skin = flesh(flat, found.keep > 0, found.labels) if found.keep.any() else None
    named = read_outfit(request.prompt, request.negative_prompt, request.seed).slots
    stockings = bool(request.garments) or ClothingPart.LEGWEAR in named
    return replace(canvas, backdrop=backdrop_of(flat, found.labels, old), skin=skin, stockings=stockings)


class Timer:
    """Seconds by the name of a stage; none begins after a job is cancelled."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        raise_if_cancelled()
        began = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

    @property
    def total(self) -> float:
        return time.perf_counter() - self.began
