"""Full-size architectures with random weights, through the app's own loader and loop: seconds a step and peak memory.

    python -m benchmarks.full_size --layout sd15 --folder runs/random-sd15                  # on this machine's best device
    python -m benchmarks.full_size --layout sdxl --folder runs/random-sdxl --placement all --cap 4 6 8

The folder is written first where it is missing (5 GB for SD 1.5, 14 GB for SDXL). Random weights cost the same as trained
ones. --cap: gigabytes of the GPU that the process may use, one run each, in the row of `models.placement` that fits.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer, CLIPVisionConfig
from transformers import CLIPVisionModelWithProjection as ImageEncoder

from models.ip_adapter import new_adapter, published
from models.loader import LAYOUTS, best_device, best_dtype, load
from models.placement import LADDER, RESIDENT, Placement, fitting, ladder
from models.profiles import GARMENT_FILE, INSIDE, PROFILES, Control, ModelProfile, Reference
from models.sources import Source
from pipeline.request import GarmentPicture, Hint, Step, SwapRequest
from pipeline.swap import OutfitSwapper

ROWS = {"sd15": "sd15-anime", "sdxl": "sdxl-illustrious"}
CONTROLS = ("inpaint", "lineart")


def write_random(layout: str, folder: Path) -> None:
    """A folder of a layout's own sizes with weights that are nothing but noise, in 16 bits."""
    configs = LAYOUTS / layout
    torch.manual_seed(0)
    kinds: list[tuple[str, Any]] = [("unet", UNet2DConditionModel), ("vae", AutoencoderKL)]
    for name, kind in kinds:
        _save(kind.from_config(kind.load_config(configs / name)), folder / name)
    for name in CONTROLS:
        _save(ControlNetModel.from_config(ControlNetModel.load_config(configs / "controlnet")), folder / name)
    _save(CLIPTextModel(CLIPTextConfig.from_pretrained(configs / "text_encoder")), folder / "text_encoder")
    if layout == "sdxl":
        config = CLIPTextConfig.from_pretrained(configs / "text_encoder_2")
        _save(CLIPTextModelWithProjection(config), folder / "text_encoder_2")
    encoder = ImageEncoder(CLIPVisionConfig.from_pretrained(configs / "image_encoder"))
    with torch.device("meta"):
        unet: Any = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(configs / "unet"))
        adapter = new_adapter(unet, encoder.config.hidden_size, 768 if layout == "sd15" else 1280)
    _save(encoder, folder / "image_encoder")
    (folder / GARMENT_FILE).parent.mkdir(parents=True, exist_ok=True)
    state = {name: torch.randn(value.shape).mul(0.02).half() for name, value in published(adapter.state_dict()).items()}
    save_file(state, folder / GARMENT_FILE)
    for name in ("tokenizer", *(("tokenizer_2",) if layout == "sdxl" else ())):
        CLIPTokenizer.from_pretrained(LAYOUTS / "tokenizer").save_pretrained(folder / name)
    (folder / "scheduler").mkdir(exist_ok=True)
    (folder / "scheduler" / "scheduler_config.json").write_text((configs / "scheduler" / "scheduler_config.json").read_text())
    (folder / "model_index.json").write_text((configs / "model_index.json").read_text())


def _save(network: nn.Module, folder: Path) -> None:
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "controlnet_" in name and weight.count_nonzero() == 0:  # zero convolutions would hide mistakes
                weight.normal_(std=0.02)
    network.half().save_pretrained(folder, max_shard_size="4GB")  # type: ignore[operator]


def random_row(layout: str, folder: Path) -> ModelProfile:
    """The layout's profile with everything in one folder."""
    row = PROFILES[ROWS[layout]]
    builders = {control.name: control.builder for control in row.controls}
    return replace(
        row,
        base=Source(folder),
        vae=None,
        controls=tuple(Control(name, Source(INSIDE, name), (name,), builders[name]) for name in CONTROLS),
        garment=Reference(Source(INSIDE, GARMENT_FILE), Source(INSIDE, "image_encoder")),
    )


def measure(
    profile: ModelProfile, side: int, steps: int, placement: Placement, garment: bool, dtype: torch.dtype | None
) -> dict[str, Any]:
    """One swap of `steps` steps on a square picture of `side` pixels."""
    device = best_device()
    began = time.perf_counter()
    networks = load(profile, device, dtype, placement)
    loaded = time.perf_counter() - began
    rng = np.random.default_rng(0)
    character = rng.integers(0, 255, (side, side, 4), np.uint8)
    character[..., 3] = 255
    mask = np.zeros((side, side), np.uint8)
    mask[side // 8 : -side // 8, side // 8 : -side // 8] = 255
    request = SwapRequest(
        character,
        seed=0,
        mask=mask,
        prompt="red skirt",
        garments=(GarmentPicture(character[:256, :256]),) if garment else (),
        hints=(Hint("inpaint"), Hint("lineart", 0.6)),
        steps=steps,
        guidance=profile.guidance,
        sampler=profile.samplers[0],
        detail_pass=False,
    )
    at: list[float] = []

    def on_step(step: Step) -> None:
        if device.type == "cuda":
            torch.cuda.synchronize()
        at.append(time.perf_counter())

    swapper = OutfitSwapper(replace(profile, native=side), networks)
    if device.type == "cuda":
        swapper.swap(replace(request, steps=2))  # the first one chooses its kernels
        torch.cuda.reset_peak_memory_stats()
    result = swapper.swap(request, on_step)
    each = statistics.median(b - a for a, b in pairwise(at)) if len(at) > 1 else float("nan")
    resident = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = torch.cuda.max_memory_allocated() if device.type == "cuda" else resident
    return {
        "profile": profile.name,
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
        "dtype": str(networks.dtype).removeprefix("torch."),
        "placement": placement.name,
        "side": side,
        "load_s": round(loaded, 1),
        "step_s": round(each, 3),
        "swap_s": round(result.seconds, 2),
        "peak_gb": round(peak / 2**30, 2),
        "parts_s": {name: round(seconds, 2) for name, seconds in result.timings.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.full_size", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--layout", choices=sorted(ROWS), default="sd15")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--side", type=int, help="default: 512 for SD 1.5, 1024 for SDXL")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--no-garment", action="store_true")
    parser.add_argument("--dtype", choices=("float32", "bfloat16", "float16"), help="default: the device's best")
    names = [row.name for row in LADDER]
    parser.add_argument("--placement", choices=[*names, "all"], default=RESIDENT.name)
    parser.add_argument("--cap", type=float, nargs="*", default=[], help="gigabytes of the GPU")
    options = parser.parse_args()
    if not (options.folder / "model_index.json").is_file():
        write_random(options.layout, options.folder)
    device = best_device()
    dtype = getattr(torch, options.dtype) if options.dtype else best_dtype(device)
    profile = random_row(options.layout, options.folder)
    side = options.side or (512 if options.layout == "sd15" else 1024)
    rows = [(row, None) for row in ladder(device) if options.placement in (row.name, "all")]
    rows = [(fitting(profile.memory, cap * 1024, device, dtype), cap) for cap in options.cap] or rows
    for placement, cap in rows:
        if cap:
            total = torch.cuda.get_device_properties(0).total_memory
            torch.cuda.set_per_process_memory_fraction(cap * 2**30 / total)
        try:
            found = measure(profile, side, options.steps, placement, not options.no_garment, dtype)
        except torch.OutOfMemoryError:
            found = {"placement": placement.name, "error": "out of memory"}
        print(json.dumps(found | ({"cap_gb": cap} if cap else {})), flush=True)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
