"""From drawn pairs to an exported folder, with tiny networks: the whole road in seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionControlNetPipeline

from models.loader import load
from models.profiles import BUNDLED
from pipeline.request import SwapRequest
from pipeline.swap import OutfitSwapper
from tests.tiny import tiny_text_encoder, tiny_tokenizer, tiny_unet, tiny_vae
from training import loop, objective, recipes
from training.data import batches, encode, open_source, stores_in, weigh_channels
from training.export import export
from training.pairs import frame, make_pair, write


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    assert write(folder, range(1, 7)) >= 4
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


def run(data: Path, folder: Path, samples: int, resume: bool = False, deadline: float = float("inf")) -> loop.State:
    tokenizer = tiny_tokenizer(folder / "tokenizer")
    recipe = recipes.smoke(samples)
    state = loop.start(recipe, tiny_unet(), tiny_text_encoder(tokenizer), "cpu")
    if resume:
        loop.resume(state, recipe, folder)
    stores = stores_in(data)
    sources = [open_source(store, tokenizer) for store in stores]
    loop.train(
        state,
        recipe,
        lambda stage, seed: batches(sources, stage.batch, stage.half, seed),
        folder,
        channel_weights=stores[0].meta["channel_weights"],
        log=lambda row: None,
        deadline=deadline,
    )
    return state


def test_training_stops_resumes_and_exports_a_folder_for_the_app_and_for_stock_diffusers(data: Path, tmp_path: Path) -> None:
    stopped = run(data, tmp_path, 64, deadline=0.0)
    assert stopped.step == 1
    state = run(data, tmp_path, 64, resume=True)
    assert state.stage == len(recipes.smoke(64).stages)
    assert state.nets.control is not None
    moved = sum(float(zero.weight.detach().abs().sum()) for zero in state.nets.control.controlnet_down_blocks)
    assert moved > 0, "the zero convolutions learn"

    folder = tmp_path / "bundled"
    export(state.average, tiny_vae(), tmp_path / "tokenizer", folder)
    stock = StableDiffusionControlNetPipeline.from_pretrained(folder, safety_checker=None)
    assert type(stock.controlnet).__name__ == "ControlNetModel"
    again = loop.start(recipes.smoke(64), tiny_unet(seed=9), tiny_text_encoder(stock.tokenizer, seed=9), "cpu")
    loop.begin_from(again, recipes.smoke(64), folder)
    wanted, got = state.average.unet.conv_in.weight, again.nets.unet.conv_in.weight
    assert torch.allclose(wanted.float(), got, atol=1e-2)

    profile = replace(BUNDLED, folder=folder)
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


def test_velocity_is_minus_the_picture_at_pure_noise() -> None:
    latents, noise = torch.randn(2, 4, 8, 8), torch.randn(2, 4, 8, 8)
    noised, velocity = objective.noisy(latents, noise, torch.zeros(2))
    assert torch.equal(noised, noise) and torch.allclose(velocity, -latents)
    assert objective.level_weight(torch.zeros(1)).item() == 1.0
