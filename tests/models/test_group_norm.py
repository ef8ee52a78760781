"""The faster group normalisation against PyTorch's own, in values and gradients."""

import copy

import pytest
import torch
from torch import nn

from models.group_norm import quicken


def _both(values: torch.Tensor, norm: nn.GroupNorm) -> list[list[torch.Tensor]]:
    """Output and gradients of PyTorch's in 64 bits and of ours in the dtype of `values`."""
    exact, ours = copy.deepcopy(norm).double(), copy.deepcopy(norm)
    quicken(ours)
    found = []
    for module, dtype in ((exact, torch.float64), (ours, values.dtype)):
        seen = values.detach().to(dtype).requires_grad_()
        shown = module(seen)
        shown.backward(torch.linspace(-1, 1, shown.numel()).view(shown.shape).to(values.dtype).to(dtype))
        found.append([tensor.double() for tensor in (shown.detach(), seen.grad, module.weight.grad, module.bias.grad)])
    return found


@pytest.mark.parametrize("channels", [64, 192])
@pytest.mark.parametrize("mean", [0.0, 5.0])
def test_equals_pytorch(channels: int, mean: float) -> None:
    torch.manual_seed(0)
    norm = nn.GroupNorm(32, channels)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    values = (torch.randn(2, channels, 20, 12) + mean).bfloat16().to(memory_format=torch.channels_last)
    for exact, ours in zip(*_both(values, norm), strict=True):
        assert (exact - ours).abs().max() <= 0.015 * exact.abs().max()


def test_keeps_the_layout_and_the_parameters() -> None:
    norm = nn.GroupNorm(32, 64)
    names = list(norm.state_dict())
    quicken(norm)
    assert list(norm.state_dict()) == names
    values = torch.randn(1, 64, 8, 6).bfloat16().to(memory_format=torch.channels_last)
    assert norm(values).is_contiguous(memory_format=torch.channels_last)
    assert norm(values).dtype == torch.bfloat16


def test_other_inputs_take_pytorchs_own_way() -> None:
    norm = nn.GroupNorm(4, 8)
    plain = copy.deepcopy(norm)
    quicken(norm)
    for values in (torch.randn(2, 8, 5, 5), torch.randn(2, 8, 7), torch.randn(2, 8, 5, 5).bfloat16()):
        assert torch.equal(norm(values), plain(values))
