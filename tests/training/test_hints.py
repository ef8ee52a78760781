"""Every hint from a drawn pair: its shape, its range, and that it says something."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pipeline.images import Crop
from training.data import CHANNELS, INDICES
from training.hints import HINTS
from training.pairs import draw_pose, frame, make_pair


@pytest.fixture(scope="module")
def pictures() -> dict[str, Tensor]:
    pair = next(pair for pair in map(make_pair, range(1, 9)) if pair)
    found = {}
    for name, array in frame(pair).items():
        planes = torch.tensor(array if CHANNELS[name] > 1 else array[..., None]).permute(2, 0, 1)[None].float()
        found[name] = planes if name in INDICES else planes / 255
    return found | {"condition": found["target"]}  # the user's own pictures, in `training.folder`


@pytest.mark.parametrize("name", HINTS)
def test_hints_fit_their_rows(pictures: dict[str, Tensor], name: str) -> None:
    row = HINTS[name]
    hint = row.build({key: pictures[key] for key in row.reads})
    assert hint.shape == (1, row.channels, *pictures["target"].shape[-2:])
    assert hint.min() >= (-1 if name in ("bundled", "masked image") else 0) and hint.max() <= 1
    assert hint.std() > 0.01
    assert all(channels.stop <= row.channels and 0 < rate < 1 for channels, rate in row.drops)


def test_a_skeleton_lies_on_the_body() -> None:
    pair = next(pair for pair in map(make_pair, range(1, 9)) if pair)

    height, width = pair.target.labels.shape
    bones = draw_pose(Crop(0, 0, width, height, width, height), pair.target.keypoints).max(2) > 128
    assert bones.any() and (pair.target.labels[bones] > 0).mean() > 0.9
