"""Read nsfwjs's MobileNetV2 out of its npm package, to start the trunk of the part parser from.

npm pack nsfwjs@4.4.0
python -m training.import_nsfwjs nsfwjs-4.4.0.tgz --out runs/mobilenet_v2.safetensors

nsfwjs is by Infinite Red, MIT licence; the network (Sandler et al., arXiv:1801.04381) sorts pictures into drawings, harmless
photographs and three indecent kinds, so it has seen some ten thousands of drawings by many hands.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from models.drawing_trunk import MobileNetV2, NormedConv
from models.weights import WeightsError, sha256

PACKAGE_SHA256 = "585cd178f3b994337c4d10a87b080d342fc52f8b9bf0085c4d1f345a3a1c5382"  # nsfwjs-4.4.0.tgz
FOLDER = "package/dist/models/mobilenet_v2"
SPEC = re.compile(
    r'\{name:"([^"]+)",shape:(\[[^\]]*\]),dtype:"float32"(?:,quantization:\{min:([-\d.e]+),scale:([-\d.e]+),dtype:"uint8"\})?\}'
)


def read_package(package: Path) -> dict[str, Tensor]:
    """Keras's names -> weights. Raises `WeightsError` where it is not the published package."""
    if not package.is_file() or sha256(package) != PACKAGE_SHA256:
        raise WeightsError(f"{package.name} is not nsfwjs 4.4.0, please fetch it with `npm pack nsfwjs@4.4.0`.")
    with tarfile.open(package) as archive:
        model, shard = (_text(archive, f"{FOLDER}/{name}.min.js") for name in ("model", "group1-shard1of1"))
    data = base64.b64decode(max(re.findall(r'"([A-Za-z0-9+/=]{1000,})"', shard), key=len))
    return dequantised(model[model.index("weightsManifest") :], data)


def _text(archive: tarfile.TarFile, name: str) -> str:
    file = archive.extractfile(name)
    assert file is not None
    return file.read().decode()


def dequantised(manifest: str, data: bytes) -> dict[str, Tensor]:
    """TensorFlow.js's manifest and its bytes -> weights: 8-bit values q mean min + scale * q, the rest is 32 bits. Raises
    `WeightsError` unless all bytes are used."""
    found, at = {}, 0
    for name, dimensions, low, scale in SPEC.findall(manifest):
        shape = json.loads(dimensions)
        values = np.frombuffer(data, np.uint8 if scale else np.float32, int(np.prod(shape)), at)
        at += values.nbytes
        plain = values.astype(np.float32)
        found[name] = torch.from_numpy((plain * float(scale) + float(low) if scale else plain).reshape(shape))
    if at != len(data):
        raise WeightsError(f"{len(data) - at} bytes of the weights belong to no layer.")
    return found


def fill(network: MobileNetV2, weights: Mapping[str, Tensor]) -> None:
    """Keras's weights into ours."""
    with torch.no_grad():
        for layer, convolution, norm in _layers(network):
            if layer.groups > 1:
                layer.weight.copy_(weights[f"{convolution}/depthwise_kernel"].permute(2, 3, 0, 1))
            else:
                layer.weight.copy_(weights[f"{convolution}/kernel"].permute(3, 2, 0, 1))
            layer.scale.copy_(weights[f"{norm}/gamma"])
            layer.offset.copy_(weights[f"{norm}/beta"])
            layer.mean.copy_(weights[f"{norm}/moving_mean"])
            layer.variance.copy_(weights[f"{norm}/moving_variance"])


def _layers(network: MobileNetV2) -> Iterator[tuple[NormedConv, str, str]]:
    """Convolutions, and what Keras calls them and their norms."""
    yield network.stem, "Conv1", "bn_Conv1"
    for number, block in enumerate(network.blocks):
        prefix = f"block_{number}" if number else "expanded_conv"
        for name in ("expand", "depthwise", "project"):
            if (layer := getattr(block, name)) is not None:
                yield layer, f"{prefix}_{name}", f"{prefix}_{name}_BN"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.import_nsfwjs", description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    network = MobileNetV2()
    fill(network, read_package(options.package))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(network.state_dict(), options.out)
    print(f"{options.out}: {sum(value.numel() for value in network.state_dict().values()) / 1e6:.1f} M numbers")


if __name__ == "__main__":
    main()
