"""Fixtures for every room."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# One thread per process, the servers that tests start included: the networks are tiny, so that threads would only wait for
# each other, and a test process runs on every core. Libraries read it once, when they are imported.
os.environ["OMP_NUM_THREADS"] = "1"

import cv2

import models  # noqa: F401  before any test imports diffusers: the torchvision cure
import ui  # noqa: F401  before any test imports gradio, which then writes no stubs

if TYPE_CHECKING:
    from models.loader import Networks
    from models.profiles import ModelProfile

cv2.setNumThreads(1)
gc.disable()  # what is imported stays: nothing is to be found in it, neither now nor whenever a test collects


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:  # also in the process that only hands out tests, which collects none
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def eyes() -> Iterator[None]:
    """What finds clothing and judges pictures is read once for all engines, and remembers a picture that it saw for another
    test. Other folders than the shipped ones are read whenever they are asked for."""
    if "serving.local" not in sys.modules:  # this process has no test of an engine
        yield
        return
    from models.picture_judges import FOLDER
    from models.profiles import SEGMENTER
    from serving import local

    with pytest.MonkeyPatch.context() as patch:
        for name, shipped in (("load_segmenter", SEGMENTER), ("load_judges", FOLDER)):
            patch.setattr(local, name, _once(getattr(local, name), shipped))
        yield


def _once(read: Callable[..., Any], shipped: Path) -> Callable[..., Any]:
    known = cache(read)
    return lambda folder, *others: (known if folder == shipped else read)(folder, *others)


@pytest.fixture(scope="session")
def tiny_profile(tmp_path_factory: pytest.TempPathFactory) -> ModelProfile:
    """The bundled profile on tiny random weights, saved in the shipped layout."""
    from tests.tiny import build_tiny

    return build_tiny(tmp_path_factory.mktemp("weights") / "bundled")


@pytest.fixture(scope="session")
def tiny_networks(tiny_profile: ModelProfile) -> Networks:
    """Those networks on the CPU in 32 bits."""
    import torch

    from models.loader import load

    return load(tiny_profile, torch.device("cpu"), torch.float32)
