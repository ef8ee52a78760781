"""Fitting a profile into memory: the ladder, what its rows do to a network, and which profile a machine gets."""

from __future__ import annotations

import copy

import pytest
import torch

from models.attention import choose_attention
from models.choice import best
from models.controlled_unet import predict
from models.loader import best_dtype
from models.placement import LADDER, RESIDENT, Onload, Placement, below, fitting
from models.profiles import PROFILES
from tests.standin_device import StandInDevice
from tests.tiny import tiny_unet

CPU, GPU, MAC = torch.device("cpu"), torch.device("cuda"), torch.device("mps")


def test_less_memory_means_a_lower_row() -> None:
    rows = [fitting(7000, free, GPU, torch.float16) for free in (24000, 7700, 6500, 4000, 2500, 100)]
    assert [LADDER.index(row) for row in rows] == [0, 0, 1, 2, 3, 3]
    assert fitting(0, 0, GPU, torch.float16) is RESIDENT, "the bundled model fits everywhere"
    assert [below(row, GPU) for row in LADDER] == [*LADDER[1:], None]


def test_a_mac_is_given_what_it_can_do_and_32_bits_count_twice() -> None:
    assert best_dtype(MAC).itemsize == 4
    rows = [fitting(7000, free, MAC, best_dtype(MAC)).name for free in (15000, 14000, 11000, 8000, 100)]
    assert rows == ["resident", "encoders rest", "streamed", "streamed", "streamed"]
    assert below(LADDER[1], MAC) is LADDER[3]
    profiles = [PROFILES["sdxl-anime"], PROFILES["sd15-anime"], PROFILES["bundled"]]
    names = [best(profiles, MAC, lambda profile: True, False, free).profile.name for free in (32000, 16000, 9000)]
    assert names == ["sdxl-anime", "sd15-anime", "bundled"]


@pytest.mark.parametrize("placement", LADDER, ids=lambda row: row.name)
def test_every_row_computes_the_same(placement: Placement) -> None:
    unet = tiny_unet()
    inputs = torch.randn(1, 4, 8, 8), torch.tensor(5), torch.randn(1, 77, 16)
    with torch.no_grad(), StandInDevice() as device:
        wanted = predict(unet, [], *inputs)
        placed = copy.deepcopy(unet)
        placement.arrange(placed, device, torch.float32)
        found = predict(placed, [], *(values.to(device) for values in inputs)).cpu()
    in_eight_bits = any(weight.dtype == torch.float8_e4m3fn for weight in placed.parameters())
    assert in_eight_bits == (placement.name == "8 bits")
    difference = float((found - wanted).std() / wanted.std())
    assert difference < 0.1 if in_eight_bits else difference == 0, "only the rounding of 8 bits may show"


def test_without_a_gpu_attention_is_pytorchs() -> None:
    unet = tiny_unet()
    before = {name: type(processor) for name, processor in unet.attn_processors.items()}
    choose_attention(unet, CPU, torch.float32)
    assert {name: type(processor) for name, processor in unet.attn_processors.items()} == before


def test_resting_networks_come_back_after_an_error() -> None:
    network, meta = torch.nn.Linear(2, 2), torch.device("cpu")
    onload = Onload(meta, offload=True)
    with pytest.raises(KeyError), onload(network):
        raise KeyError
    assert network.weight.device == CPU


def test_a_machine_gets_what_it_can_carry() -> None:
    everything = list(PROFILES.values())

    def name(free: float, there: bool = True, may_fetch: bool = True, device: torch.device = GPU) -> str:
        return best(everything, device, lambda profile: there or profile.name == "bundled", may_fetch, free).profile.name

    assert name(80000, device=CPU) == "bundled"
    assert [name(free) for free in (80000, 12000, 8000, 6000, 3700, 2000)] == [
        "sdxl-anime",
        "sdxl-anime",
        "sdxl-anime",
        "sd15-anime",
        "sd15-anime-light",
        "bundled",
    ]
    assert name(80000, there=False, may_fetch=False) == "bundled"
    choice = best(everything, GPU, lambda profile: False, True, 80000)
    assert (choice.profile.name, choice.missing, choice.placement) == ("sdxl-anime", True, RESIDENT)
    for free in (80000, 12000, 6000):
        assert best(everything, GPU, lambda profile: True, True, free).profile.commercial
