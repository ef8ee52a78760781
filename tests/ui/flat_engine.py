"""The smallest engine for tests of the page: it really paints the mask, in one colour, step by step."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.chips import choices_of, reworded
from pipeline.detect import masked
from pipeline.marking import describe
from pipeline.mask import composite_mask
from pipeline.outfit import read_outfit
from pipeline.plan import NOTHING_NAMED
from pipeline.request import (
    CUT_OFF,
    Click,
    ClothingPart,
    Detection,
    DetectRequest,
    Drafted,
    Garment,
    Image8,
    OnStep,
    Step,
    SwapRequest,
    SwapResult,
    Upscaled,
)
from serving.engine import Health

COLOUR = (40, 90, 200)


class FlatEngine:
    """seconds: how long a step takes. steps_run: how many steps all jobs took together."""

    def __init__(self, seconds: float = 0.0, warnings: tuple[str, ...] = ()) -> None:
        self.seconds, self.warnings, self.steps_run = seconds, warnings, 0
        self.requests: list[SwapRequest] = []
        self.hints: list[tuple[str, bool]] = []
        self.drafts: list[SwapRequest] = []

    def check(self, request: SwapRequest) -> None:
        """Nothing is refused."""

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        self.requests.append(request)
        if request.mask is None:
            request = masked(request, self.detect(DetectRequest(request.character)))
        assert request.mask is not None
        mask = composite_mask(request.mask, request.grow, request.feather)
        painted = request.character.copy()
        painted[..., :3][mask > 0] = COLOUR
        for image in range(request.count):
            for index in range(request.steps):
                time.sleep(self.seconds)
                self.steps_run += 1
                if on_step:
                    on_step(Step(index + 1, request.steps, image, request.count, painted[..., :3]))
        outfit = np.where(mask[..., None] > 0, painted, 0).astype(np.uint8)
        seeds = tuple(request.seed + image for image in range(request.count))
        images, outfits = (painted,) * request.count, (outfit,) * request.count
        drafted = self.drafted(request).image if request.prompt and not isinstance(request.draft, str) else None
        drafts = () if drafted is None else (drafted,) * request.count
        return SwapResult(images, seeds, mask, outfits, drafts, 0.1, warnings=self.warnings, metadata=describe(request))

    def detect(self, request: DetectRequest) -> Detection:
        return banded(request.character)

    def look(self, character: Image8) -> None:
        """Nothing is refused."""

    def pick(self, character: Image8, clicks: Sequence[Click]) -> Image8:
        """A square of 11 pixels a side round the first click."""
        region = np.zeros(character.shape[:2], np.uint8)
        x, y = round(clicks[0].x), round(clicks[0].y)
        region[max(0, y - 5) : y + 6, max(0, x - 5) : x + 6] = 255
        return region

    def hint(self, kind: str, character: Image8, mask: Image8, own: Image8 | None = None) -> Image8:
        """White, and black inside the mask; one's own picture as it is."""
        self.hints.append((kind, own is not None))
        white = np.where(mask > 0, np.uint8(0), np.uint8(255))
        return np.repeat(white[..., None], 3, 2) if own is None else own[..., :3]

    def draft(self, request: SwapRequest) -> Drafted:
        """The last garment's colour over all clothes, from the neck down to where its second joint was placed."""
        self.drafts.append(request)
        return self.drafted(request)

    def drafted(self, request: SwapRequest) -> Drafted:
        wish = read_outfit(request.prompt, request.negative_prompt, request.seed)
        height, width = request.character.shape[:2]
        joints = {"neck": (width / 2, height * 0.4), "wrist_l": (width * 0.25, height * 0.8), **request.joints}
        if isinstance(request.draft, np.ndarray):
            return Drafted(request.draft, request.draft, joints=joints)
        if not wish.garments:
            return Drafted(None, joints=joints, notes=wish.notes or (NOTHING_NAMED,))
        image = np.zeros_like(request.character)
        image[round(joints["neck"][1]) : round(joints["wrist_l"][1])] = (*wish.garments[-1].rgb, 255)
        worn = np.where(image[..., 3:] > 0, image, request.character)
        mask = image[..., 3].copy()
        choices = tuple(map(choices_of, wish.garments))
        beyond = None if request.mask is None else np.where(request.mask > 0, np.uint8(0), mask)
        cut = () if beyond is None or not beyond.any() else (CUT_OFF.format(garments=wish.garments[0].kind),)
        notes = (*wish.notes, *cut)
        return Drafted(image, worn, wish.garments, choices, (image,), lambda: "<svg/>", mask, beyond, joints, notes)

    def reword(self, request: SwapRequest, garment: Garment, changes: Mapping[str, str]) -> str:
        return reworded(request, garment, changes)

    def upscale(self, image: Image8, scale: int, on_step: OnStep | None = None) -> Upscaled:
        """Every pixel repeated."""
        if on_step:
            on_step(Step(1, 2, stage="upscale"))
        return Upscaled(image.repeat(scale, 0).repeat(scale, 1), 0.1)

    def health(self) -> Health:
        return Health(True, "bundled", "cpu", detects=True)


def banded(character: Image8) -> Detection:
    """Hair, face, top, bare arms and bottom, a fifth of the picture's height each, from the top down."""
    height, width = character.shape[:2]
    bands = np.array([ClothingPart.HAIR, ClothingPart.SKIN, ClothingPart.TOPWEAR, ClothingPart.SKIN, ClothingPart.BOTTOMWEAR])
    rows = np.arange(height) * 5 // height
    labels = np.repeat(bands[rows][:, None], width, 1).astype(np.uint8)
    keep = np.repeat((rows == 1)[:, None], width, 1).astype(np.uint8) * np.uint8(255)
    return Detection(labels, keep, confidence={ClothingPart.TOPWEAR: 0.9, ClothingPart.BOTTOMWEAR: 0.8})
