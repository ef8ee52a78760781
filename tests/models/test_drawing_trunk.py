"""MobileNetV2 as Keras has it, its norms within its convolutions, and its weights out of TensorFlow.js's files."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from models.drawing_trunk import EPSILON, InvertedResidual, MobileNetV2, NormedConv
from models.weights import WeightsError
from training.import_nsfwjs import fill, read_package, stored


def keras_weights(network: MobileNetV2, rng: np.random.Generator) -> dict[str, torch.Tensor]:
    """Random ones under Keras's names and in its layouts."""
    found: dict[str, torch.Tensor] = {}
    blocks = [("Conv1", "bn_Conv1", network.stem)]
    for number, block in enumerate(network.blocks):
        prefix = f"block_{number}" if number else "expanded_conv"
        blocks += [
            (f"{prefix}_{name}", f"{prefix}_{name}_BN", layer)
            for name in ("expand", "depthwise", "project")
            if (layer := getattr(block, name)) is not None
        ]
    for convolution, norm, layer in blocks:
        outputs, inputs, side, _ = layer.weight.shape
        depthwise = layer.groups > 1
        shape = (side, side, outputs, 1) if depthwise else (side, side, inputs, outputs)
        kernel = rng.normal(0, (inputs * side * side) ** -0.5, shape)
        found[f"{convolution}/{'depthwise_kernel' if depthwise else 'kernel'}"] = torch.tensor(kernel, dtype=torch.float32)
        for name in ("gamma", "beta", "moving_mean", "moving_variance"):
            found[f"{norm}/{name}"] = torch.tensor(rng.uniform(0.5, 1.5, outputs), dtype=torch.float32)
    return found


def test_features_have_strides_of_two_to_thirty_two() -> None:
    shapes = [tuple(features.shape[1:]) for features in MobileNetV2()(torch.rand(1, 3, 64, 96))]
    assert shapes == [
        (width, 64 // stride, 96 // stride) for width, stride in zip(MobileNetV2.WIDTHS, (2, 4, 8, 16, 32), strict=True)
    ]


@pytest.mark.parametrize(("stride", "groups"), [(1, 1), (2, 1), (1, 8), (2, 8)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_convolution_with_its_norm_is_both_after_each_other(stride: int, groups: int, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    layer, norm = NormedConv(8, 8, 3, stride, groups), nn.BatchNorm2d(8, eps=EPSILON).eval()
    with torch.no_grad():
        for ours, theirs in (
            (layer.scale, norm.weight),
            (layer.offset, norm.bias),
            (layer.mean, norm.running_mean),
            (layer.variance, norm.running_var),
        ):
            assert theirs is not None
            theirs.uniform_(0.5, 1.5)
            ours.copy_(theirs)
        x = torch.randn(2, 8, 12, 16)
        room = (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1)  # as TensorFlow pads even sides
        wanted = norm(F.conv2d(F.pad(x, room), layer.weight, None, stride, 0, 1, groups))
        found = layer.to(dtype)(x.to(dtype)).float()
    assert found.shape == wanted.shape
    assert (found - wanted).abs().max() < (1e-4 if dtype == torch.float32 else 0.1)


def test_kerass_weights_find_their_places() -> None:
    network = MobileNetV2()
    weights = keras_weights(network, np.random.default_rng(0))
    fill(network, weights)
    stem, blocks = network.stem, [block for block in network.blocks if isinstance(block, InvertedResidual)]
    assert torch.equal(stem.weight, weights["Conv1/kernel"].permute(3, 2, 0, 1))
    assert torch.equal(blocks[3].depthwise.weight[:, 0], weights["block_3_depthwise/depthwise_kernel"][..., 0].permute(2, 0, 1))
    assert torch.equal(blocks[16].project.variance, weights["block_16_project_BN/moving_variance"])
    del weights["block_9_expand/kernel"]
    with pytest.raises(KeyError):
        fill(network, weights)


def test_eight_bits_mean_a_scale_and_a_least_value() -> None:
    manifest = (
        '[{name:"a/kernel",shape:[2,2],dtype:"float32",quantization:{min:-1.5,scale:0.5,dtype:"uint8"}},'
        '{name:"b/bias",shape:[1],dtype:"float32"}]'
    )
    data = bytes([0, 1, 2, 3]) + np.float32(7).tobytes()
    found = {name: weight.plain.tolist() for name, weight in stored(manifest, data).items()}
    assert found == {"a/kernel": [[-1.5, -1.0], [-0.5, 0.0]], "b/bias": [7.0]}
    with pytest.raises(WeightsError, match="3 bytes"):
        stored(manifest, data + b"abc")


def test_another_package_is_refused(tmp_path: object) -> None:
    from pathlib import Path

    other = Path(str(tmp_path)) / "nsfwjs.tgz"
    other.write_bytes(b"no")
    with pytest.raises(WeightsError, match="npm pack"):
        read_package(other)
