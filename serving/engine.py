"""What the page, the command line and the API ask for, whoever answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.request import Click, Detection, DetectRequest, Drafted, Garment, Image8, OnStep, SwapRequest, SwapResult, Upscaled


@dataclass(frozen=True)
class Health:
    """ready: a request would be taken now; profile, device: what would answer it; detects: clothing can be found."""

    ready: bool
    profile: str
    device: str
    detail: str = ""
    detects: bool = False


@dataclass(frozen=True)
class Missing:
    """A model that is not wholly on this disk. megabytes: still to be fetched, 0 where only the hub knows; licence: SPDX
    identifiers, or names of licence files, of all that would be fetched."""

    title: str
    megabytes: int
    licence: str


@dataclass(frozen=True)
class MissingHints:
    """Kinds of hints that a model could follow if their networks were on this disk. megabytes: of these, 0 where only the hub
    knows."""

    kinds: tuple[str, ...]
    megabytes: int


@dataclass(frozen=True)
class Coming:
    """A model that is fetched behind the page. done, total: bytes, 0 of 0 before it is known; file: the one that is coming, ""
    before the first; complete: it can be used now; problem: a sentence, why it will not come."""

    name: str
    title: str
    done: int = 0
    total: int = 0
    file: str = ""
    complete: bool = False
    problem: str = ""


class Models(Protocol):
    """The models of this machine, by the names of their profiles."""

    def coming(self) -> Coming | None:
        """The model that is fetched behind the page, or was since the start; None without one."""
        ...

    def missing(self, name: str) -> Missing | None:
        """What has to be fetched before the model can draw; None if it is there, or cannot be fetched."""
        ...

    def missing_hints(self, name: str) -> MissingHints | None:
        """What could be followed after another download; None if everything is there, or the model is not."""
        ...

    def get(self, name: str, tell: Callable[[int, int, str], None]) -> None:
        """Fetch what is missing, from where an interrupted download broke off. tell: (bytes done, bytes in all, file), a few
        times a second. Raises `UserError`, and what `tell` raises."""
        ...


class Engine(Protocol):
    def check(self, request: SwapRequest) -> None:
        """Raises `UserError` for a request that could never be run, before anything is computed."""
        ...

    def swap(self, request: SwapRequest, on_step: OnStep | None = None) -> SwapResult:
        """Run one request. Raises `UserError` for what the user can mend, `Cancelled` if `on_step` raised it."""
        ...

    def detect(self, request: DetectRequest) -> Detection:
        """Find the clothing; never waits for a running swap. Raises `UserError`."""
        ...

    def look(self, character: Image8) -> None:
        """Raises `UserError` for a picture that must not be worked on, see `pipeline.safety`: for what is dressed elsewhere."""
        ...

    def pick(self, character: Image8, clicks: Sequence[Click]) -> Image8:
        """The region that clicks mean, see `pipeline.detect.pick`; never waits for a running swap."""
        ...

    def hint(self, kind: str, character: Image8, mask: Image8, own: Image8 | None = None) -> Image8:
        """A hint as a control network is shown it, H x W x 3 uint8, at most 1024 pixels a side; never waits for a running swap.

        mask: H x W, 255 = repaint; own: the user's own picture of the hint instead. Raises `UserError`.
        """
        ...

    def upscale(self, image: Image8, scale: int, on_step: OnStep | None = None) -> Upscaled:
        """H x W x 3 or 4 uint8 at `scale` (2 or 4) times its size, see `pipeline.upscale`. Raises `UserError`, `Cancelled` if
        `on_step` raised it."""
        ...

    def draft(self, request: SwapRequest) -> Drafted:
        """The outfit drawn on the body, see `pipeline.plan.make_draft`; never waits for a running swap. Raises `UserError`."""
        ...

    def reword(self, request: SwapRequest, garment: Garment, changes: Mapping[str, str]) -> str:
        """The request's prompt with one garment of its draft changed, see `pipeline.chips.reworded`. Raises `UserError`."""
        ...

    def health(self) -> Health: ...
