"""What the device is asked for, as it lies in the journal: one class for each kind of job."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np

from pipeline.images import EmbeddedProfile
from pipeline.request import Image8, OnStep, SwapRequest, SwapResult, Upscaled
from serving.engine import Engine


@dataclass(frozen=True)
class Made:
    """What came of a job. images: H x W x 4 uint8 by name; seeds: of those that are results; metadata: what replays it;
    notes: sentences for the user; result: as the engine gave it."""

    images: dict[str, Image8]
    seeds: tuple[int, ...]
    seconds: float
    result: SwapResult | Upscaled
    metadata: dict[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Work(Protocol):
    """kind: key of `KINDS`; steps: how much of the device's time it takes, about; profile: in whose colours it is saved."""

    kind: ClassVar[str]

    @property
    def steps(self) -> int: ...

    @property
    def profile(self) -> EmbeddedProfile | None: ...

    def to_bytes(self) -> bytes: ...

    def run(self, engine: Engine, on_step: OnStep) -> Made: ...


@dataclass(frozen=True)
class Swap:
    request: SwapRequest
    profile: EmbeddedProfile | None = None
    kind: ClassVar[str] = "swap"

    @property
    def steps(self) -> int:
        return self.request.steps * self.request.count

    def to_bytes(self) -> bytes:
        return _packed(self.profile, request=np.frombuffer(self.request.to_bytes(), np.uint8))

    @classmethod
    def from_bytes(cls, data: bytes) -> Swap:
        parts = _unpacked(data)
        request = SwapRequest.from_bytes(parts["request"].tobytes())
        return cls(request, _profile(parts, request.character))

    def run(self, engine: Engine, on_step: OnStep) -> Made:
        result = engine.swap(self.request, on_step)
        images: dict[str, Image8] = {}
        for name, made in (("image", result.images), ("outfit", result.outfits), ("draft", result.drafts)):
            images |= {f"{name}-{number}": image for number, image in enumerate(made, 1)}
        return Made(images, result.seeds, result.seconds, result, result.metadata, result.warnings)


@dataclass(frozen=True)
class Upscale:
    """image: H x W x 3 or 4 uint8; scale: 2 or 4."""

    image: Image8
    scale: int
    profile: EmbeddedProfile | None = None
    kind: ClassVar[str] = "upscale"
    steps: ClassVar[int] = 10  # about as long as so many of a swap

    def to_bytes(self) -> bytes:
        return _packed(self.profile, image=self.image, scale=np.array(self.scale))

    @classmethod
    def from_bytes(cls, data: bytes) -> Upscale:
        parts = _unpacked(data)
        return cls(parts["image"], int(parts["scale"]), _profile(parts, parts["image"]))

    def run(self, engine: Engine, on_step: OnStep) -> Made:
        result = engine.upscale(self.image, self.scale, on_step)
        return Made({"image-1": result.image}, (0,), result.seconds, result, {"scale": self.scale}, result.warnings)


KINDS: dict[str, type[Swap] | type[Upscale]] = {row.kind: row for row in (Swap, Upscale)}


def _packed(profile: EmbeddedProfile | None, **arrays: Image8) -> bytes:
    """Without pickle. The pixels of a file whose colours are sRGB under another name are kept once."""
    if profile is not None:
        arrays["icc"] = np.frombuffer(profile.icc, np.uint8)
        if profile.stored is not profile.working:
            arrays["stored"] = profile.stored
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _unpacked(data: bytes) -> dict[str, Image8]:
    with np.load(io.BytesIO(data), allow_pickle=False) as store:
        return {name: store[name] for name in store.files}


def _profile(parts: dict[str, Image8], working: Image8) -> EmbeddedProfile | None:
    return EmbeddedProfile(parts["icc"].tobytes(), parts.get("stored", working), working) if "icc" in parts else None
