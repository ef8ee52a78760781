"""What every segmenter that answers prompts has in common: encode a picture once, ask about it many times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

RGB = NDArray[np.uint8]  # H x W x 3


@dataclass(frozen=True, eq=False)
class Prompt:
    """What is meant. points: N x 2, x and y in pixels of the picture; labels: N, 1 = belongs to it, 0 = does not; box: x0,
    y0, x1, y1 in pixels round it; prior: H x W log odds of an earlier guess. At least one of them is given."""

    points: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    labels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    box: tuple[float, float, float, float] | None = None
    prior: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Embedding:
    """A picture as its segmenter sees it. features: that segmenter's own; size: height and width of the picture."""

    features: Any
    size: tuple[int, int]


class Promptable(Protocol):
    def encode(self, rgb: RGB) -> Embedding: ...

    def predict(self, embedding: Embedding, prompt: Prompt) -> tuple[NDArray[np.float32], float]:
        """Log odds H x W of the region that is meant, and how good the network believes them to be, 0..1."""
        ...


@dataclass(frozen=True)
class Found:
    """A box in pixels round something that was named, and how sure that is, 0..1."""

    box: tuple[float, float, float, float]
    score: float


class WordFinder(Protocol):
    def find(self, rgb: RGB, words: str) -> list[Found]:
        """Where what the words name is seen, the surest first; an empty list if nowhere."""
        ...


class Parser(Protocol):
    def parse(self, rgb: RGB) -> NDArray[np.float32]:
        """Probabilities classes x H x W of what every pixel is; which classes these are is the parser's own table."""
        ...


@dataclass(frozen=True, eq=False)
class Middles:
    """What is said of the people in a picture (Panoptic-DeepLab, Cheng et al., arXiv:1911.10194), in cells of a grid over it.
    likely: h x w, 0..1, how surely a person's middle lies here; towards: 2 x h x w, x and y in cells from every cell to the
    middle of whoever is seen there."""

    likely: NDArray[np.float32]
    towards: NDArray[np.float32]


class PeopleFinder(Protocol):
    def people(self, rgb: RGB) -> Middles:
        """Whose every pixel is."""
        ...
