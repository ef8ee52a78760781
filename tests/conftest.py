"""Fixtures for every room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import models  # noqa: F401  before any test imports diffusers: the torchvision cure

if TYPE_CHECKING:
    from models.loader import Networks
    from models.profiles import ModelProfile


@pytest.fixture(scope="session")
def tiny_profile(tmp_path_factory: pytest.TempPathFactory) -> ModelProfile:
    """The bundled profile on tiny random weights, saved in the shipped layout."""
    import torch

    from tests.tiny import build_tiny

    torch.set_num_threads(1)
    return build_tiny(tmp_path_factory.mktemp("weights") / "bundled")


@pytest.fixture(scope="session")
def tiny_networks(tiny_profile: ModelProfile) -> Networks:
    """Those networks on the CPU in 32 bits."""
    import torch

    from models.loader import load

    return load(tiny_profile, torch.device("cpu"), torch.float32)
