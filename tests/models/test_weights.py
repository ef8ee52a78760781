import dataclasses
import shutil
from pathlib import Path

import pytest
import torch

from models import weights
from models.loader import best_dtype, load
from models.profiles import PROFILES, ModelProfile
from models.sources import Source
from models.weights import WeightsError, problems, read_manifest, sha256, verified, write_manifest
from tests.tiny import folder_of


@pytest.fixture
def copy(tiny_profile: ModelProfile, tmp_path: Path) -> ModelProfile:
    shutil.copytree(folder_of(tiny_profile), tmp_path / "bundled")
    return dataclasses.replace(tiny_profile, base=Source(tmp_path / "bundled"))


def test_loads_strictly_in_either_precision(tiny_profile: ModelProfile) -> None:
    for dtype in (torch.float32, torch.bfloat16):
        networks = load(tiny_profile, torch.device("cpu"), dtype)
        assert networks.unet.dtype == networks.controls["controlnet"].dtype == networks.vae.dtype == dtype
        assert not networks.unet.training
        assert not any(p.requires_grad for p in networks.unet.parameters())
        assert networks.known_words
    careful = dataclasses.replace(tiny_profile, full_precision_vae=True)
    assert load(careful, torch.device("cpu"), torch.bfloat16).vae.dtype == torch.float32
    assert best_dtype(torch.device("cuda")) == torch.float16


def test_another_networks_weights_are_refused(copy: ModelProfile) -> None:
    shutil.copy(folder_of(copy) / "unet/diffusion_pytorch_model.safetensors", folder_of(copy) / "controlnet")
    write_manifest(folder_of(copy))
    with pytest.raises(WeightsError, match="another network"):
        load(copy, torch.device("cpu"))


def test_a_flipped_byte_is_found_at_loading_and_files_are_read_once(copy: ModelProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    monkeypatch.setattr(weights, "sha256", lambda path: read.append(path) or sha256(path))
    load(copy, torch.device("cpu"), torch.float32)
    assert sorted(read) == sorted(folder_of(copy) / row.path for row in read_manifest(folder_of(copy)))
    read.clear()
    load(copy, torch.device("cpu"), torch.float32)
    assert not read
    file = folder_of(copy) / "unet/diffusion_pytorch_model.safetensors"
    content = file.read_bytes()
    file.write_bytes(content[:-9] + bytes([content[-9] ^ 0x40]) + content[-8:])
    with pytest.raises(WeightsError, match=r"unet/.* is damaged \(its checksum is another\), please restore it"):
        load(copy, torch.device("cpu"), torch.float32)
    assert read == [file]


def test_missing_folder_file_and_pointer_say_what_to_do(copy: ModelProfile, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="git clone"):
        verified(tmp_path / "nowhere")
    file = folder_of(copy) / "unet/diffusion_pytorch_model.safetensors"
    size = file.stat().st_size
    file.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(WeightsError, match="git lfs pull"):
        load(copy)
    file.write_bytes(b"\0" * size)
    verified(folder_of(copy))
    with pytest.raises(WeightsError, match="checksum"):
        verified(folder_of(copy), checksums=True)
    with pytest.raises(WeightsError, match="no safetensors file"):
        load(copy)
    file.unlink()
    assert [row.path for row, _ in problems(folder_of(copy), checksums=True)] == ["unet/diffusion_pytorch_model.safetensors"]
    (folder_of(copy) / "manifest.json").write_text("{")
    with pytest.raises(WeightsError, match="damaged"):
        verified(folder_of(copy))


def test_manifest_lists_every_file_once(tiny_profile: ModelProfile) -> None:
    files = read_manifest(verified(folder_of(tiny_profile), checksums=True))
    assert len({file.path for file in files}) == len(files)
    assert {file.licence for file in files} == {"Apache-2.0"}


def test_profiles_are_consistent() -> None:
    for name, profile in PROFILES.items():
        assert name == profile.name
        assert profile.native % profile.multiple == 0
        assert len(set(profile.hints)) == len(profile.hints)
        assert "pndm" not in profile.samplers or name != "bundled"
