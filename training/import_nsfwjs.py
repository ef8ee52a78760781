"""Read nsfwjs's MobileNetV2 out of its npm package: its trunk, to start the part parser's from, and all of it, to judge pictures.

npm pack nsfwjs@4.4.0
python -m training.import_nsfwjs nsfwjs-4.4.0.tgz --out runs/mobilenet_v2.safetensors
python -m training.import_nsfwjs nsfwjs-4.4.0.tgz --classes assets/weights/picture_classes

nsfwjs is by Infinite Red, MIT licence; the network (Sandler et al., arXiv:1801.04381) sorts pictures into drawings, harmless
photographs and three indecent kinds, so it has seen some ten thousands of drawings by many hands.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import tarfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from models import picture_classes
from models.drawing_trunk import MobileNetV2, NormedConv
from models.picture_classes import PictureClasses
from models.weights import WeightsError, sha256, write_manifest

PACKAGE_SHA256 = "585cd178f3b994337c4d10a87b080d342fc52f8b9bf0085c4d1f345a3a1c5382"  # nsfwjs-4.4.0.tgz
FOLDER = "package/dist/models/mobilenet_v2"
SPEC = re.compile(
    r'\{name:"([^"]+)",shape:(\[[^\]]*\]),dtype:"float32"(?:,quantization:\{min:([-\d.e]+),scale:([-\d.e]+),dtype:"uint8"\})?\}'
)


def read_package(package: Path) -> tuple[dict[str, Stored], str]:
    """Keras's names -> weights, and the licence. Raises `WeightsError` where it is not the published package."""
    if not package.is_file() or sha256(package) != PACKAGE_SHA256:
        raise WeightsError(f"{package.name} is not nsfwjs 4.4.0, please fetch it with `npm pack nsfwjs@4.4.0`.")
    with tarfile.open(package) as archive:
        model, shard = (_text(archive, f"{FOLDER}/{name}.min.js") for name in ("model", "group1-shard1of1"))
        licence = _text(archive, "package/LICENSE")
    data = base64.b64decode(max(re.findall(r'"([A-Za-z0-9+/=]{1000,})"', shard), key=len))
    return stored(model[model.index("weightsManifest") :], data), licence


def _text(archive: tarfile.TarFile, name: str) -> str:
    file = archive.extractfile(name)
    assert file is not None
    return file.read().decode()


@dataclass(frozen=True)
class Stored:
    """A weight as TensorFlow.js keeps it: bytes that mean least + step * byte, or 32 bits as they are (step 0)."""

    values: Tensor
    least: float
    step: float

    @property
    def plain(self) -> Tensor:
        return self.values.float() * self.step + self.least if self.step else self.values


def stored(manifest: str, data: bytes) -> dict[str, Stored]:
    """TensorFlow.js's manifest and its bytes -> weights by Keras's names. Raises `WeightsError` unless all bytes are used."""
    found, at = {}, 0
    for name, dimensions, least, step in SPEC.findall(manifest):
        shape = json.loads(dimensions)
        values = np.frombuffer(data, np.uint8 if step else np.float32, int(np.prod(shape)), at)
        at += values.nbytes
        found[name] = Stored(torch.from_numpy(values.reshape(shape).copy()), float(least or 0), float(step or 0))
    if at != len(data):
        raise WeightsError(f"{len(data) - at} bytes of the weights belong to no layer.")
    return found


def renamed(network: MobileNetV2 | PictureClasses, names: Collection[str]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Names of our weights -> Keras's, and the order of its axes in which they are ours. Raises `KeyError` for one that is not
    among `names`."""
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for path, layer in network.named_modules():
        prefix = f"{path}." if path else ""
        if isinstance(layer, NormedConv):
            convolution, norm = _keras(path.removeprefix("trunk."))
            depthwise = layer.groups > 1
            kernel = "depthwise_kernel" if depthwise else "kernel"
            found[f"{prefix}weight"] = f"{convolution}/{kernel}", (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
            for ours, theirs in (("scale", "gamma"), ("bias", "beta"), ("mean", "moving_mean"), ("variance", "moving_variance")):
                found[f"{prefix}{ours}"] = f"{norm}/{theirs}", (0,)
        elif isinstance(layer, nn.Linear):
            dense = f"dense_{int(path.rpartition('.')[2]) + 1}"
            found[f"{prefix}weight"] = f"{dense}/kernel", (1, 0)
            found[f"{prefix}bias"] = f"{dense}/bias", (0,)
    for name, _ in found.values():
        if name not in names:
            raise KeyError(name)
    return found


def _keras(path: str) -> tuple[str, str]:
    """A convolution's path in our network -> what Keras calls it and its norm."""
    if path == "stem":
        return "Conv1", "bn_Conv1"
    if path == "last":
        return "Conv_1", "Conv_1_bn"
    _, number, name = path.split(".")
    prefix = f"block_{number}" if int(number) else "expanded_conv"
    return f"{prefix}_{name}", f"{prefix}_{name}_BN"


def fill(network: MobileNetV2, weights: Mapping[str, Tensor]) -> None:
    """Keras's weights into ours."""
    network.load_state_dict({ours: weights[name].permute(axes) for ours, (name, axes) in renamed(network, weights).items()})


def write_classes(weights: Mapping[str, Stored], licence: str, folder: Path) -> None:
    """The whole classifier as `models.picture_classes` reads it, beside its licence."""
    folder.mkdir(parents=True, exist_ok=True)
    names = renamed(PictureClasses(), weights)
    picture_classes.save(
        {ours: weights[name].values.permute(axes) for ours, (name, axes) in names.items()},
        {ours: (weights[name].least, weights[name].step) for ours, (name, _) in names.items()},
        folder,
    )
    (folder / "LICENSE").write_text(licence, encoding="utf-8")
    write_manifest(folder, "MIT")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.import_nsfwjs", description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--out", type=Path, help="file for the trunk alone, to train the part parser from")
    parser.add_argument("--classes", type=Path, help="folder for the whole classifier, to judge pictures by")
    options = parser.parse_args()
    weights, licence = read_package(options.package)
    if options.classes:
        write_classes(weights, licence, options.classes)
    if options.out:
        network = MobileNetV2()
        fill(network, {name: weight.plain for name, weight in weights.items()})
        options.out.parent.mkdir(parents=True, exist_ok=True)
        save_file(network.state_dict(), options.out)
        print(f"{options.out}: {sum(value.numel() for value in network.state_dict().values()) / 1e6:.1f} M numbers")


if __name__ == "__main__":
    main()
