"""LoRAs against the stock pipelines' loading of the same files, and that they leave no trace."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModelWithProjection

from models.controlled_unet import predict
from models.lora import worn
from models.weights import WeightsError
from tests.tiny import SDXL, tiny_text_encoder, tiny_tokenizer, tiny_unet

pytestmark = pytest.mark.filterwarnings("ignore:Already found a `peft_config`")  # the stock pipelines' with two files

LAYERS = ("to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2", "proj_in", "q_proj", "v_proj", "out_proj", "fc1")
IDS = torch.tensor([[1, 5, 9, 3, 2, 0]])


class Model:
    """What LoRAs are for: a U-Net and one encoder (SD1.5) or two (SDXL)."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.tokenizer = tiny_tokenizer(folder / kind)
        encoder = tiny_text_encoder(self.tokenizer)
        self.unet: Any = tiny_unet()
        self.encoders: list[Any] = [encoder]
        if kind == "sdxl":
            torch.manual_seed(0)
            self.unet = UNet2DConditionModel.from_config(self.unet.config, **SDXL).eval()
            config = CLIPTextConfig(**encoder.config.to_dict() | {"projection_dim": 24})
            self.encoders.append(CLIPTextModelWithProjection(config).eval())

    def says(self) -> list[Tensor]:
        generator = torch.Generator().manual_seed(1)
        latents, text = torch.randn(1, 4, 8, 8, generator=generator), torch.randn(1, 77, 16, generator=generator)
        found = [predict(self.unet, [], latents, torch.tensor(500), text)] if len(self.encoders) == 1 else []
        if len(self.encoders) == 2:
            added = {"text_embeds": torch.ones(1, 24), "time_ids": torch.ones(1, 6)}
            found = [self.unet(latents, 500, text, added_cond_kwargs=added).sample]
        return [*found, *(encoder(IDS, output_hidden_states=True).hidden_states[-1] for encoder in self.encoders)]

    def stock(self) -> Any:
        unet, encoders = copy.deepcopy((self.unet, self.encoders))
        if len(encoders) == 2:
            pipe: Any = StableDiffusionXLPipeline(None, *encoders, self.tokenizer, self.tokenizer, unet, None)
        else:
            pipe = StableDiffusionPipeline(
                None, encoders[0], self.tokenizer, unet, None, None, None, requires_safety_checker=False
            )
        return pipe

    def layers(self) -> dict[str, nn.Module]:
        """Layers by their names in diffusers' files."""
        named = {"unet": self.unet, "text_encoder": self.encoders[0], "text_encoder_2": self.encoders[-1]}
        return {
            f"{part}.{name}": layer
            for part, model in list(named.items())[: len(self.encoders) + 1]
            for name, layer in model.named_modules()
            if name.endswith(LAYERS)
        }


def factors(layer: nn.Module, generator: torch.Generator, rank: int = 2) -> tuple[Tensor, Tensor]:
    weight: Any = layer.weight
    down = torch.randn(rank, *weight.shape[1:], generator=generator)
    return down, torch.randn(weight.shape[0], rank, *(1,) * (weight.ndim - 2), generator=generator) * 0.3


def kohya(model: Model, path: Path, seed: int = 0, alpha: float = 1.0) -> Path:
    prefixes = {"unet": "lora_unet_", "text_encoder": "lora_te_text_model_"}
    if len(model.encoders) == 2:
        prefixes |= {"text_encoder": "lora_te1_text_model_", "text_encoder_2": "lora_te2_"}
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, layer in model.layers().items():
        part, _, rest = name.partition(".")
        name = prefixes[part] + rest.replace(".", "_")
        if len(model.encoders) == 2:  # as the original repository counts SDXL's blocks
            name = name.replace("down_blocks_1_attentions_0", "input_blocks_3_1")
            name = name.replace("mid_block_attentions_0", "middle_block_1").replace("up_blocks_0_attentions_", "output_blocks_")
            name = name.replace("output_blocks_0_", "output_blocks_0_1_").replace("output_blocks_1_", "output_blocks_1_1_")
        state[f"{name}.lora_down.weight"], state[f"{name}.lora_up.weight"] = factors(layer, generator)
        state[f"{name}.alpha"] = torch.tensor(alpha)
    save_file(state, path)
    return path


def peft(model: Model, path: Path, seed: int = 0) -> Path:
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, layer in model.layers().items():
        state[f"{name}.lora_A.weight"], state[f"{name}.lora_B.weight"] = factors(layer, generator, rank=3)
    save_file(state, path, metadata={"format": "pt"})
    return path


def anatomy(model: Model) -> list[Any]:
    """Everything that a LoRA could change."""
    found: list[Any] = []
    for network in (model.unet, *model.encoders):
        found += [(name, id(module), module.training, list(vars(module))) for name, module in network.named_modules()]
        found += [(n, id(p), p.requires_grad, p.detach().sum().item()) for n, p in network.named_parameters()]
    return found


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
@pytest.mark.parametrize("write", [kohya, peft])
@torch.no_grad()
def test_lora_parity(write: Callable[..., Path], kind: str, tmp_path: Path) -> None:
    """Two files at once say what the stock pipeline says with them, which is something else than without."""
    model = Model(tmp_path, kind)
    files = [write(model, tmp_path / "one.safetensors", 1), write(model, tmp_path / "two.safetensors", 2)]
    scales = [0.8, -0.5]
    pipe = model.stock()
    for index, file in enumerate(files):
        pipe.load_lora_weights(str(file), adapter_name=f"file{index}")
    pipe.set_adapters(["file0", "file1"], scales)
    other = copy.copy(model)
    other.unet = pipe.unet
    other.encoders = [pipe.text_encoder, *([pipe.text_encoder_2] if kind == "sdxl" else [])]
    wanted, before = other.says(), model.says()
    with worn(model.unet, model.encoders, list(zip(files, scales, strict=True))):
        found = model.says()
    for ours, stocks, alone in zip(found, wanted, before, strict=True):
        assert (ours - stocks).abs().max() <= 1e-4
        assert (ours - alone).abs().max() > 1e-2


@torch.no_grad()
def test_a_scale_is_the_requests_own(tmp_path: Path) -> None:
    """Twice as strong is twice the difference in a layer, and alpha halves it at rank 2."""
    model = Model(tmp_path, "sd15")
    layer = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_v"
    file, weaker = kohya(model, tmp_path / "a.safetensors", alpha=2.0), kohya(model, tmp_path / "b.safetensors", alpha=1.0)
    x = torch.randn(1, 3, 16)

    def change(loras: Sequence[tuple[Path, float]]) -> Tensor:
        alone = model.unet.get_submodule(layer)(x)
        with worn(model.unet, model.encoders, loras):
            found: Tensor = model.unet.get_submodule(layer)(x) - alone
        return found

    full = change([(file, 1.0)])
    assert full.abs().max() > 1e-2
    assert torch.allclose(change([(file, 2.0)]), 2 * full, atol=1e-5)
    assert torch.allclose(change([(weaker, 1.0)]), full / 2, atol=1e-5)
    assert torch.allclose(change([(file, 0.5), (file, 0.25)]), 0.75 * full, atol=1e-5)
    assert not change([(file, 0.0)]).any()


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_taking_off_leaves_no_trace(kind: str, tmp_path: Path) -> None:
    model = Model(tmp_path, kind)
    model.encoders[0].train()
    file = kohya(model, tmp_path / "a.safetensors")
    said, before = model.says(), anatomy(model)
    with worn(model.unet, model.encoders, [(file, 1.0), (file, 0.5)]):
        assert anatomy(model) != before
    assert anatomy(model) == before
    with pytest.raises(KeyboardInterrupt), worn(model.unet, model.encoders, [(file, 1.0)]):
        raise KeyboardInterrupt
    assert anatomy(model) == before
    assert all(torch.equal(a, b) for a, b in zip(model.says(), said, strict=True))


@torch.no_grad()
@pytest.mark.parametrize("write", [kohya, peft])
def test_lora_on_weights_kept_in_8_bits(write: Callable[..., Path], tmp_path: Path) -> None:
    """It is itself computed in full."""
    model, reference = Model(tmp_path, "sd15"), Model(tmp_path, "sd15")
    file = write(model, tmp_path / "a.safetensors")
    model.unet.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=torch.float32)
    reference.unet.load_state_dict({name: value.float() for name, value in model.unet.state_dict().items()})
    before = model.says()[0]
    with worn(model.unet, model.encoders, [(file, 1.0)]), worn(reference.unet, reference.encoders, [(file, 1.0)]):
        assert (model.says()[0] - reference.says()[0]).abs().max() <= 1e-4
        assert (model.says()[0] - before).abs().max() > 1e-2
    assert torch.equal(model.says()[0], before)


def test_files_for_other_models_and_broken_ones_are_refused(tmp_path: Path) -> None:
    model, large = Model(tmp_path, "sd15"), Model(tmp_path, "sdxl")
    before = anatomy(model)

    def refused(path: Path, words: str, by: Model = model) -> None:
        with pytest.raises(WeightsError, match=words), worn(by.unet, by.encoders, [(path, 1.0)]):
            pass
        assert anatomy(model) == before

    good = kohya(model, tmp_path / "good.safetensors")
    for write in (kohya, peft):
        refused(write(large, tmp_path / f"{write.__name__}.safetensors"), "made for another model")
    refused(peft(model, tmp_path / "sd15.safetensors"), "made for another model", _wider(tmp_path))
    torch.save({}, tmp_path / "old.pt")
    refused(tmp_path / "old.pt", "not a .safetensors file")
    refused(tmp_path / "gone.safetensors", "cannot be read")
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(good.read_bytes()[:-100])
    refused(cut, "cannot be read")
    other = tmp_path / "other.safetensors"
    save_file({"conv.weight": torch.ones(1)}, other)
    refused(other, "no LoRA of a kind")
    save_file({"lora_unet_mid_block_attentions_0_proj_in.hada_w1_a": torch.ones(1)}, tmp_path / "loha.safetensors")
    refused(tmp_path / "loha.safetensors", "no LoRA of a kind")
    with worn(model.unet, model.encoders, [(good, 1.0)]):
        assert anatomy(model) != before


def _wider(folder: Path) -> Model:
    """The same names as the small model's, other sizes."""
    model = Model(folder, "sd15")
    model.unet = UNet2DConditionModel.from_config(model.unet.config, cross_attention_dim=24).eval()
    return model


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    model = Model(tmp_path, "sd15")
    file = kohya(model, tmp_path / "a.safetensors")
    with worn(model.unet, model.encoders, [(file, 1.0)]):
        first = model.says()
    stamp, size = file.stat(), file.stat().st_size
    (tmp_path / "noise").write_bytes(b"\0" * size)
    os.utime(tmp_path / "noise", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    os.replace(tmp_path / "noise", file)
    with worn(model.unet, model.encoders, [(file, 1.0)]):
        assert all(torch.equal(a, b) for a, b in zip(model.says(), first, strict=True))
    file.touch()
    with pytest.raises(WeightsError), worn(model.unet, model.encoders, [(file, 1.0)]):
        pass
