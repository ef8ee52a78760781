from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from models.annotators import Annotators
from models.loader import Networks
from models.profiles import BUNDLED, SKETCH, Control, ModelProfile
from models.sources import Source
from pipeline.conditions import (
    INPAINT,
    LINEART,
    Scene,
    bundled_hint,
    inpaint_hint,
    make_adapter_features,
    make_branches,
    token_ids,
)
from pipeline.hints import read, read_lineart
from pipeline.latents import to_tensor
from pipeline.request import Hint
from tests.tiny_hub import sketch_of


def test_bundled_hint_hides_what_is_masked_and_drops_what_is_missing() -> None:
    rgb, lines = torch.rand(2, 3, 64, 64), torch.rand(2, 1, 64, 64)
    mask = torch.zeros(2, 1, 64, 64)
    mask[..., 20:40, 20:40] = 1
    hint = bundled_hint(rgb, mask, lines)
    assert hint.shape == (2, 5, 64, 64)
    assert (hint[:, :3, 20:40, 20:40] == -1).all()
    assert torch.equal(hint[:, :3, :20], rgb[:, :, :20])
    assert torch.equal(hint[:, 3:4], mask)
    assert (hint[:, LINEART, 20:40, 20:40] == 0).all()
    assert (bundled_hint(None, mask, lines)[:, INPAINT] == 0).all()
    assert (bundled_hint(rgb, mask, None)[:, LINEART] == 0).all()
    assert torch.equal(inpaint_hint(rgb, mask), hint[:, :3])


def test_lineart_finds_dark_lines_of_any_colour_and_no_flat_areas() -> None:
    picture = np.full((64, 64, 3), (240, 200, 200), np.uint8)
    picture[:, 32:34] = (90, 20, 20)
    lines = read_lineart(picture)
    assert lines.dtype == np.uint8
    assert lines[:, 32:34].min() > 200
    assert lines[:, :24].max() == lines[:, 42:].max() == 0


def test_tokens_for_training_are_padded_and_cut(tiny_networks: Networks) -> None:
    ids = token_ids(tiny_networks.tokenizer, ["", "red " * 200])
    assert ids.shape == (2, 77)


def test_a_network_of_two_hints_becomes_a_branch_a_stretch(tiny_profile: ModelProfile, tiny_networks: Networks) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    scene = Scene(rgb, np.zeros((64, 64), np.uint8), Annotators())
    hints = (Hint("inpaint", 0.9), Hint("lineart", 0.6, 0.0, 0.7))
    both, inpaint = make_branches(tiny_networks, tiny_profile, scene, hints, 25)
    assert both.scale == inpaint.scale == 0.9
    acting = [[branch.acts_at(step, 25) for branch in (both, inpaint)] for step in range(25)]
    assert acting == [[True, False]] * 17 + [[False, True]] * 8
    assert not torch.equal(both.stem, inpaint.stem)
    assert make_branches(tiny_networks, tiny_profile, scene, (), 25) == ()


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sketch_is_what_its_adapter_finds_in_the_hint(channels: int) -> None:
    adapter = sketch_of(channels).eval()
    networks: Any = SimpleNamespace(controls={"edges": adapter}, device=torch.device("cpu"), dtype=torch.float32)
    row = replace(BUNDLED, controls=(Control("edges", Source("nobody/nothing"), ("canny",), "picture", kind=SKETCH),))
    rng = np.random.default_rng(0)
    scene = Scene(rng.integers(0, 256, (64, 64, 3), np.uint8), np.zeros((64, 64), np.uint8), Annotators())
    hints = (Hint("canny", 0.7, start=0.1, end=0.6), Hint("pose", 1.0))
    (found,) = make_adapter_features(networks, row, scene, hints)
    assert (found.scale, found.start, found.end) == (0.7, 0.1, 0.6)
    picture = to_tensor(read("canny", scene.rgb, scene.mask))[:, :channels]  # its three channels are alike
    for feature, wanted in zip(found.features, adapter(picture), strict=True):
        assert torch.allclose(feature, wanted, atol=1e-6)
    assert make_adapter_features(networks, row, scene, (Hint("canny", 0.0),)) == ()
    assert make_branches(networks, row, scene, hints, 4) == ()
