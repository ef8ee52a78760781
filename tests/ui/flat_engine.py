"""The smallest engine for tests of the page: it really paints the mask, in one colour, step by step."""

from __future__ import annotations

import time

import numpy as np

from pipeline.mask import composite_mask
from pipeline.request import OnStep, Step, SwapRequest, SwapResult
from serving.engine import Health

COLOUR = (40, 90, 200)


class FlatEngine:
    """seconds: how long a step takes. steps_run: how many steps all jobs took together."""

    def __init__(self, seconds: float = 0.0, warnings: tuple[str, ...] = ()) -> None:
        self.seconds, self.warnings, self.steps_run = seconds, warnings, 0
        self.requests: list[SwapRequest] = []

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        self.requests.append(request)
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
        return SwapResult(images, seeds, mask, outfits, 0.1, warnings=self.warnings, metadata={"prompt": request.prompt})

    def health(self) -> Health:
        return Health(True, "bundled", "cpu")
