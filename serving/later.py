"""An engine that is there at once: what it needs is imported and loaded behind the page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from models.profiles import SEGMENTER
from models.weights import WeightsError, verified
from pipeline.request import (
    Click,
    Detection,
    DetectRequest,
    Drafted,
    Garment,
    Image8,
    OnStep,
    SwapRequest,
    SwapResult,
    Upscaled,
)
from serving.engine import Health

if TYPE_CHECKING:
    from serving.local import LocalEngine
    from serving.metrics import Metrics


class LaterEngine:
    """Answers as the engine that `make` returns, which is made at the first question or by `warm_up`; others wait meanwhile."""

    def __init__(self, make: Callable[[], LocalEngine], profile: str) -> None:
        """profile: the name of the engine's default."""
        self._make, self._profile = make, profile
        self._making = threading.Lock()
        self._engine: LocalEngine | None = None

    def _made(self) -> LocalEngine:
        with self._making:
            if self._engine is None:
                self._engine = self._make()
            return self._engine

    def check(self, request: SwapRequest) -> None:
        self._made().check(request)

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        return self._made().swap(request, on_step)

    def detect(self, request: DetectRequest) -> Detection:
        return self._made().detect(request)

    def look(self, character: Image8) -> None:
        self._made().look(character)

    def pick(self, character: Image8, clicks: Sequence[Click]) -> Image8:
        return self._made().pick(character, clicks)

    def hint(self, kind: str, character: Image8, mask: Image8, own: Image8 | None = None) -> Image8:
        return self._made().hint(kind, character, mask, own)

    def upscale(self, image: Image8, scale: int, on_step: OnStep | None = None) -> Upscaled:
        return self._made().upscale(image, scale, on_step)

    def draft(self, request: SwapRequest) -> Drafted:
        return self._made().draft(request)

    def reword(self, request: SwapRequest, garment: Garment, changes: Mapping[str, str]) -> str:
        return self._made().reword(request, garment, changes)

    def warm_up(self) -> None:
        """Make the engine and load its default profile now. Raises `UserError` without sound weights."""
        self._made().warm_up()

    def watched_by(self, metrics: Metrics) -> None:
        """There is nothing to say of it beside the process that it is in."""

    def close(self) -> None:
        """It ends with its process."""

    def health(self) -> Health:
        """Until the engine is made: whether it will find clothing, and that it is not ready."""
        engine = self._engine
        return engine.health() if engine is not None else Health(False, self._profile, "", "not loaded yet", finds())


def finds() -> bool:
    """Whether what finds clothing is there, as it should be."""
    try:
        verified(SEGMENTER)
    except WeightsError:
        return False
    return True
