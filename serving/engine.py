"""What the page, the command line and the API ask for, whoever answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.request import Click, Detection, DetectRequest, Image8, OnStep, SwapRequest, SwapResult


@dataclass(frozen=True)
class Health:
    """ready: a request would be taken now; profile, device: what would answer it; detects: clothing can be found."""

    ready: bool
    profile: str
    device: str
    detail: str = ""
    detects: bool = False


class Engine(Protocol):
    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        """Run one request. Raises `UserError` for what the user can mend, `Cancelled` if `on_step` raised it."""
        ...

    def detect(self, request: DetectRequest) -> Detection:
        """Find the clothing; never waits for a running swap. Raises `UserError`."""
        ...

    def pick(self, character: Image8, clicks: Sequence[Click]) -> Image8:
        """The region that clicks mean, see `pipeline.detect.pick`; never waits for a running swap."""
        ...

    def hint(self, kind: str, character: Image8, mask: Image8, own: Image8 | None = None) -> Image8:
        """A hint as a control network is shown it, H x W x 3 uint8, at most 1024 pixels a side; never waits for a running swap.

        mask: H x W, 255 = repaint; own: the user's own picture of the hint instead. Raises `UserError`.
        """
        ...

    def health(self) -> Health: ...
