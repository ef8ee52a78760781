"""The engine as one visitor of the page has it: drawing waits for the visitor's turn, looking for a free place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from pipeline.request import (
    Click,
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
from serving.service import Service
from serving.work import Swap, Upscale


class Seat:
    """An `Engine`. What is drawn here is not kept: whoever leaves the page does not wait for it any more."""

    def __init__(self, service: Service, visitor: str) -> None:
        self._service, self._engine, self._visitor = service, service.engine, visitor

    def check(self, request: SwapRequest) -> None:
        self._engine.check(request)

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        """Also tells of a step "wait" while others are drawn for."""
        self.check(request)  # a mistake does not wait
        return cast(SwapResult, self._service.run(self._visitor, Swap(request), on_step or _nobody).result)

    def upscale(self, image: Image8, scale: int, on_step: OnStep | None = None) -> Upscaled:
        """Likewise."""
        return cast(Upscaled, self._service.run(self._visitor, Upscale(image, scale), on_step or _nobody).result)

    def detect(self, request: DetectRequest) -> Detection:
        with self._service.look("detect"):
            return self._engine.detect(request)

    def look(self, character: Image8) -> None:
        with self._service.look("look"):
            self._engine.look(character)

    def pick(self, character: Image8, clicks: Sequence[Click]) -> Image8:
        with self._service.look("pick"):
            return self._engine.pick(character, clicks)

    def hint(self, kind: str, character: Image8, mask: Image8, own: Image8 | None = None) -> Image8:
        with self._service.look("hint"):
            return self._engine.hint(kind, character, mask, own)

    def draft(self, request: SwapRequest) -> Drafted:
        with self._service.look("draft"):
            return self._engine.draft(request)

    def reword(self, request: SwapRequest, garment: Garment, changes: Mapping[str, str]) -> str:
        return self._engine.reword(request, garment, changes)

    def health(self) -> Health:
        return self._engine.health()


def _nobody(step: Step) -> None:
    """Nobody looks on."""
