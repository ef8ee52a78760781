"""Muon for matrices and AdamW for the rest, as one optimiser."""

from __future__ import annotations

import copy

import torch
from torch import nn

from training.optimizer import Muon32, MuonAdamW, as_matrix


def small_net() -> nn.Module:
    torch.manual_seed(0)
    inner = nn.Conv2d(32, 32, 3, padding=1)
    net = nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), nn.SiLU(), inner, nn.SiLU(), nn.Conv2d(32, 3, 1))
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    return net


def descend(net: nn.Module, optimizer: MuonAdamW, steps: int) -> float:
    generator = torch.Generator().manual_seed(1)
    picture = torch.rand(4, 3, 8, 8, generator=generator)
    for _ in range(steps):
        loss = (net(picture) - picture.flip(3)).square().mean()
        loss.backward()
        optimizer.set_rate(3e-3)
        optimizer.step()
    return float(loss.detach())


def test_a_convolution_and_its_matrix_share_memory_and_both_kinds_of_weights_move() -> None:
    net, optimizer = small_net(), MuonAdamW(weight_decay=0.0)
    optimizer.add(net)
    before = {name: weight.detach().clone() for name, weight in net.named_parameters()}
    first, later = descend(net, optimizer, 1), descend(net, optimizer, 40)
    assert later < 0.5 * first
    assert [tuple(view.shape) for _, view in optimizer.matrices] == [(32, 288)]
    weight, view = optimizer.matrices[0]
    assert (as_matrix(weight) == view).all()
    assert all((weight != before[name]).any() and weight.grad is None for name, weight in net.named_parameters())


def directions(matrix: torch.Tensor) -> float:
    """Effective number of directions, 1 to the rank."""
    singular = torch.linalg.svdvals(matrix)
    return float(singular.sum() ** 2 / singular.square().sum())


def test_muon_moves_many_directions_where_the_gradient_moves_few() -> None:
    net, optimizer = small_net(), MuonAdamW(weight_decay=0.0)
    optimizer.add(net)
    weight, _ = optimizer.matrices[0]
    before = as_matrix(weight.detach()).clone()
    gradients: list[torch.Tensor] = []
    weight.register_hook(lambda gradient: gradients.append(as_matrix(gradient).clone()))
    descend(net, optimizer, 1)
    assert directions(as_matrix(weight.detach()) - before) > 2 * directions(gradients[0])


def test_a_run_goes_on_exactly_from_its_state() -> None:
    straight, optimizer = small_net(), MuonAdamW(weight_decay=0.01)
    optimizer.add(straight)
    descend(straight, optimizer, 5)
    stopped, saved = copy.deepcopy(straight.state_dict()), copy.deepcopy(optimizer.state_dict())
    resumed, again = small_net(), MuonAdamW(weight_decay=0.01)
    again.add(resumed)
    resumed.load_state_dict(stopped)
    again.load_state_dict(saved)
    descend(straight, optimizer, 3)
    descend(resumed, again, 3)
    for a, b in zip(straight.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_muon_in_32_bits_is_muon() -> None:
    torch.manual_seed(4)
    weights = [nn.Parameter(torch.randn(32, 48)), nn.Parameter(torch.randn(80, 40))]
    copies = [nn.Parameter(weight.detach().clone()) for weight in weights]
    settings = {"lr": 0.02, "weight_decay": 0.1, "adjust_lr_fn": "match_rms_adamw"}
    ours, theirs = Muon32(weights, **settings), torch.optim.Muon(copies, **settings)
    for _ in range(3):
        for weight, other in zip(weights, copies, strict=True):
            weight.grad = torch.randn_like(weight)
            other.grad = weight.grad.clone()
        ours.step()
        theirs.step()
    for weight, other in zip(weights, copies, strict=True):
        moved = (weight - other).norm() / other.norm()
        assert moved < 2e-3, "only the rounding of 16 bits lies between them"
