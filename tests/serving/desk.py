"""A service over an engine that needs no weights, and jobs for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.marking import save_result
from pipeline.request import SwapRequest
from serving.service import Service, Status
from serving.settings import Settings
from serving.work import Swap
from tests.ui.flat_engine import FlatEngine

PATIENCE = 20.0  # seconds


def service(folder: Path | None = None, seconds: float = 0.0, **settings: object) -> Service:
    """seconds: how long a step takes."""
    given = {"jobs": str(folder) if folder else "", **settings}
    return Service(FlatEngine(seconds), save_result, Settings(**given))  # type: ignore[arg-type]


def swap(steps: int = 2, seed: int = 1, count: int = 1, prompt: str = "red skirt") -> Swap:
    character = np.random.default_rng(seed).integers(0, 255, (32, 24, 4), np.uint8)
    mask = np.full((32, 24), 255, np.uint8)
    return Swap(SwapRequest(character, seed=seed, mask=mask, prompt=prompt, steps=steps, count=count))


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.01)


def ended(service: Service, id: str, secret: str) -> Status:
    until(lambda: not service.status(id, secret).entry.is_open)
    return service.status(id, secret)
