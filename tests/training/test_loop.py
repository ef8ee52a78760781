"""From drawn pairs to an exported folder, with tiny networks: the whole road in seconds."""

from __future__ import annotations

import multiprocessing
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionControlNetPipeline
from PIL import Image

from models.ip_adapter import detach
from models.loader import load
from models.profiles import BUNDLED, BUNDLED_FAST
from models.samplers import make_scheduler
from models.sources import Source
from pipeline.request import SwapRequest
from pipeline.swap import OutfitSwapper
from tests.tiny import tiny_tokenizer, tiny_vae
from tests.training.tiny_run import run, tiny_parts, train_in_worker
from training import objective
from training.data import batches, encode, open_source, stores_in, weigh_channels
from training.diffusion import reads
from training.export import export
from training.grids import save_grid
from training.pairs import NATIVE, frame, make_pair, write
from training.parts import read_parts
from training.recipes import RECIPES, Budget, Recipe, alphas_of, controlnet, scheduler_config

SIDE = NATIVE // 2  # of the pictures in the store: what is learned from them is nobody's concern here
BUDGET = Budget(half=16, full=8, batch=4)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    assert write(folder, range(1, 7), SIDE) >= 4
    for store in stores_in(folder):
        encode(store, tiny_vae())
    weigh_channels(stores_in(folder)[0], tiny_vae())
    return folder


def test_a_pair_is_the_source_outside_the_mask() -> None:
    pair = next(pair for pair in map(make_pair, range(1, 9)) if pair)
    pictures = frame(pair)
    outside = pictures["mask"] == 0
    assert (pictures["target"][outside] == pictures["rgb"][outside]).all()
    assert (pictures["target"] != pictures["rgb"]).any()
    assert set(np.unique(pictures["mask"])) <= {0, 1}
    assert pictures["labels"].max() <= 11


def test_masks_spare_face_hands_and_hair() -> None:
    for pair in filter(None, map(make_pair, range(20, 26))):
        assert not (pair.mask & pair.source.face_hands).any()
        assert not (pair.mask & (pair.source.labels == 2)).any()


def test_a_store_reads_back_what_was_written(data: Path) -> None:
    store = stores_in(data)[0]
    height, width = store.meta["shape"]
    assert store.array("rgb").shape == (len(store), height, width, 3)
    assert store.array("latents").shape == (len(store), 4, height // 8, width // 8)
    assert all(len(record["captions"]) == 4 for record in store.records())


def test_a_run_goes_on_bit_for_bit_from_its_checkpoint(data: Path, tmp_path: Path) -> None:
    """10 steps are 4, a stop, and 6 more; across two stages and with accumulated batches."""
    recipe = replace(controlnet(Budget(half=48, full=16, batch=8)), warmup=2, accumulate=2)
    assert recipe.steps == 10
    straight = run(data, tmp_path / "straight", recipe)
    assert run(data, tmp_path / "stopped", recipe, until=4).step == 4
    resumed = run(data, tmp_path / "stopped", recipe, resume=True)
    assert resumed.step == straight.step == 10 and resumed.seen == straight.seen
    for name, module in straight.task.trained().items():
        ours, average = resumed.task.trained()[name].state_dict(), resumed.average[name].state_dict()
        assert all(torch.equal(value, ours[key]) for key, value in module.state_dict().items()), name
        assert all(torch.equal(value, average[key]) for key, value in straight.average[name].state_dict().items()), name


def test_two_processes_train_one_model(data: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if sys.platform == "win32":
        how = "spawn"
    else:  # two forks of a process of its own, which imports everything once
        how = "forkserver"
        multiprocessing.get_context(how).set_forkserver_preload([train_in_worker.__module__])
    torch.multiprocessing.start_processes(train_in_worker, (data, tmp_path, port), nprocs=2, start_method=how)
    first, second = (torch.load(tmp_path / f"{worker}.pt") for worker in (0, 1))
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    assert (tmp_path / "0" / "checkpoint.pt").is_file() and not (tmp_path / "1" / "checkpoint.pt").exists()


def test_a_stopped_run_is_saved(data: Path, tmp_path: Path) -> None:
    assert run(data, tmp_path, controlnet(BUDGET), until=1).step == 1
    assert (tmp_path / "checkpoint.pt").is_file() and (tmp_path / "log.jsonl").is_file()


def test_the_rate_has_come_to_its_end_when_the_time_is_over(data: Path, tmp_path: Path) -> None:
    recipe = replace(controlnet(BUDGET), warmup=1)
    last = {
        share: run(data, tmp_path / str(share), recipe, until=2, spent=lambda state, share=share: share * state.step)
        for share in (0.0, 1.0)
    }
    rates = {share: state.optimizer.optimizers[0].param_groups[0]["lr"] / recipe.rate for share, state in last.items()}
    assert recipe.steps > 2 and rates == {0.0: pytest.approx(1.0), 1.0: pytest.approx(0.02)}


@pytest.mark.parametrize("recipe", [recipe for name, recipe in RECIPES.items() if name != "distill"])
@pytest.mark.parametrize("objective_name", objective.OBJECTIVES)
def test_recipes_move_what_they_train_and_nothing_else(
    data: Path, tmp_path: Path, recipe: Callable[[Budget], Recipe], objective_name: str
) -> None:
    wanted = replace(recipe(BUDGET), objective=objective_name, warmup=2)
    parts = run(data, tmp_path, wanted).task.parts
    detach(parts["unet"])
    before = tiny_parts(tmp_path)
    moved = {
        name
        for name, part in parts.items()
        if any((p != q).any() for p, q in zip(part.parameters(), before[name].parameters(), strict=True))
    }
    assert moved == set(wanted.trained)
    assert all(torch.isfinite(p).all() for part in parts.values() for p in part.parameters())


def test_a_student_is_distilled_into_a_lora_that_loads_as_a_profile(data: Path, tmp_path: Path) -> None:
    state = run(data, tmp_path, replace(RECIPES["distill"](BUDGET), warmup=2))
    after = {name.replace(".base_layer", ""): value for name, value in state.task.parts["unet"].state_dict().items()}
    assert all(torch.equal(value, after[name]) for name, value in tiny_parts(tmp_path)["unet"].state_dict().items())
    assert any(value.abs().sum() > 0 for name, value in state.task.parts["unet"].named_parameters() if "lora_B" in name)

    parts, folder = tiny_parts(tmp_path), tmp_path / "out"
    del parts["garment"]
    export(parts, tiny_vae(), tmp_path / "tokenizer", folder, read_parts(tmp_path)["lora"])
    full = replace(BUNDLED, base=Source(folder), garment=None)
    fast = replace(full, lora=BUNDLED_FAST.lora, samplers=("ddim",))
    unets = [load(profile, torch.device("cpu"), torch.float32).unet for profile in (full, fast)]
    assert list(unets[0].state_dict()) == list(unets[1].state_dict())
    moved = [name for name, value in unets[0].state_dict().items() if not torch.equal(value, unets[1].state_dict()[name])]
    assert any("to_q" in name for name in moved) and any("conv1" in name for name in moved)


def test_training_exports_a_folder_for_the_app_and_for_stock_diffusers(data: Path, tmp_path: Path) -> None:
    state = run(data, tmp_path, replace(controlnet(BUDGET), warmup=2))
    moved = sum(float(zero.weight.detach().abs().sum()) for zero in state.task.parts["control"].controlnet_down_blocks)
    assert moved > 0, "the zero convolutions learn"

    folder = tmp_path / "bundled"
    export(state.average, tiny_vae(), tmp_path / "tokenizer", folder)
    stock = StableDiffusionControlNetPipeline.from_pretrained(folder, safety_checker=None)
    assert type(stock.controlnet).__name__ == "ControlNetModel"
    for source in (folder, tmp_path):  # what was exported, and the run itself
        for name, weights in read_parts(source).items():
            wanted = {key: value.float() for key, value in state.average[name].state_dict().items()}
            assert all(torch.allclose(value, wanted[key], atol=1e-3, rtol=1e-3) for key, value in weights.items())

    profile = replace(BUNDLED, base=Source(folder), garment=None)
    swapper = OutfitSwapper(profile, load(profile, torch.device("cpu")))
    character = np.full((96, 64, 4), 255, np.uint8)
    mask = np.zeros((96, 64), np.uint8)
    mask[30:60, 10:50] = 255
    result = swapper.swap(SwapRequest(character, 1, mask, prompt="red skirt", steps=2))
    assert result.images[0].shape == character.shape


def test_weights_inside_count_more() -> None:
    mask = torch.zeros(1, 1, 64, 64)
    mask[..., :8, :8] = 1
    weight = objective.region_weight(mask, torch.Size((1, 4, 8, 8)), 0.1)
    assert weight[0, 0, 0, 0] == 1 and weight[0, 0, 7, 7] == pytest.approx(0.1)


@pytest.mark.parametrize("name", objective.OBJECTIVES)
def test_the_right_answer_leads_back_to_the_picture(name: str) -> None:
    alphas = alphas_of(name)
    latents, noise, where = torch.randn(4, 4, 8, 8), torch.randn(4, 4, 8, 8), torch.tensor([0.0, 0.3, 0.6, 0.9])
    noised = objective.OBJECTIVES[name](latents, noise, where, alphas)
    assert torch.allclose(noised.clean(noised.target), latents, atol=1e-3)
    assert (noised.weight > 0).all() and (noised.weight <= 1).all()


def test_velocity_is_minus_the_picture_at_pure_noise() -> None:
    latents, noise = torch.randn(2, 4, 8, 8), torch.randn(2, 4, 8, 8)
    noised = objective.predict_velocity(latents, noise, torch.ones(2), torch.tensor([1.0, 0.0]))
    assert torch.equal(noised.latents, noise) and torch.allclose(noised.target, -latents)
    assert noised.weight.tolist() == [1.0, 1.0]


def test_the_edge_loss_asks_for_the_same_edges_and_has_a_gradient() -> None:
    wanted = torch.zeros(1, 3, 16, 16)
    wanted[..., 8:] = 1
    found = torch.full((1, 3, 16, 16), 0.5, requires_grad=True)
    assert objective.consistency(wanted, wanted, torch.ones(1)) == 0
    loss = objective.consistency(found + 0.1 * wanted, wanted, torch.ones(1))
    loss.backward()
    assert loss > 0 and found.grad is not None and found.grad[..., 8].abs().sum() > 0


@pytest.mark.parametrize("name", objective.OBJECTIVES)
@pytest.mark.parametrize(("recipe", "rows"), [("controlnet", 3), ("ip-adapter", 4)])
def test_pictures_are_drawn_while_training(data: Path, tmp_path: Path, name: str, recipe: str, rows: int) -> None:
    tokenizer, wanted = tiny_tokenizer(tmp_path / "tokenizer"), replace(RECIPES[recipe](BUDGET), objective=name)
    batch = next(batches([open_source(stores_in(data)[0], tokenizer, reads(wanted))], 2, False, 0))
    parts = {part: module.eval() for part, module in tiny_parts(tmp_path).items()}
    path = save_grid(parts, wanted, batch, tiny_vae(), tmp_path, 7)
    height, width = batch.pictures["rgb"].shape[-2:]
    assert Image.open(path).size == (2 * width, rows * height)


def test_flow_samples_a_straight_way() -> None:
    """With the exact flow of one picture, any number of steps ends at that picture."""
    target, noise = torch.randn(1, 4, 8, 8), torch.randn(1, 4, 8, 8)
    sampler = make_scheduler("flow", scheduler_config("flow"))
    sampler.set_timesteps(5)
    latents = noise * sampler.init_noise_sigma
    for timestep in sampler.timesteps:
        latents = sampler.step(noise - target, timestep, latents, return_dict=False)[0]
    assert torch.allclose(latents, target, atol=1e-4)
