"""Fixtures for every room."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

# One thread per process, the servers that tests start included: the networks are tiny, so that threads would only wait for
# each other, and a test process runs on every core. Libraries read it once, when they are imported.
os.environ["OMP_NUM_THREADS"] = "1"

import cv2

import models  # noqa: F401  before any test imports diffusers: the torchvision cure

if TYPE_CHECKING:
    from models.loader import Networks
    from models.profiles import ModelProfile

cv2.setNumThreads(1)


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
