"""The optimiser of the diffusion networks and the autoencoder: Muon for weight matrices, AdamW for everything else.

Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers"; Liu et al. 2025, arXiv:2502.16982) replaces the
momentum of a matrix by the nearest orthogonal one. A convolution counts as a matrix with a row an output channel.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from training.precision import working_dtype

BETAS = (0.9, 0.99)
LEAST = 32  # rows and columns of a matrix worth orthogonalising


def as_matrix(weight: Tensor) -> Tensor:
    """Rows x everything else; for a channels-last convolution, whose columns it permutes, still the same memory."""
    return weight.permute(0, 2, 3, 1).reshape(len(weight), -1) if weight.ndim == 4 else weight


def is_hidden_matrix(module: nn.Module, name: str, weight: Tensor) -> bool:
    """Whether Muon takes this parameter of `module`: no embedding table, and not a first or last convolution."""
    owner = module.get_submodule(name.rpartition(".")[0])
    if isinstance(owner, nn.Embedding) or weight.ndim not in (2, 4):
        return False
    return name not in ("conv_in.weight", "conv_out.weight") and min(len(weight), weight[0].numel()) >= LEAST


def schedule(progress: float, step: int, warmup: int) -> float:
    """Factor of the learning rate: a warm-up of so many steps, constant, and a cosine over the last 40 %. progress: 0..1."""
    tail = min(1.0, max(0.0, (progress - 0.6) / 0.4))
    return min(1.0, (step + 1) / warmup) * (0.02 + 0.49 * (1 + math.cos(math.pi * tail)))


NEWTON_SCHULZ = (3.4445, -4.775, 2.0315)  # coefficients of the quintic, as in Jordan et al.


class Muon32(torch.optim.Muon):
    """`torch.optim.Muon` with Nesterov's momentum and AdamW's RMS, orthogonalised in 32 bits: a CPU that emulates bfloat16
    takes ten times as long for the original."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]  # called without a closure
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                if "momentum_buffer" not in self.state[weight]:
                    self.state[weight]["momentum_buffer"] = torch.zeros_like(weight.grad)
                momentum = self.state[weight]["momentum_buffer"]
                momentum.lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonal(weight.grad.lerp(momentum, group["momentum"]))
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(update, alpha=-group["lr"] * 0.2 * max(weight.shape) ** 0.5)


def orthogonal(matrix: Tensor, steps: int = 5) -> Tensor:
    """About the nearest orthogonal matrix, by Newton-Schulz iterations."""
    a, b, c = NEWTON_SCHULZ
    tall = matrix.shape[0] > matrix.shape[1]
    found = matrix.T if tall else matrix
    found = found / found.norm().clamp_min(1e-7)
    for _ in range(steps):
        gram = found @ found.T
        found = torch.addmm(found, torch.addmm(gram, gram, gram, beta=b, alpha=c), found, beta=a)
    return found.T if tall else found


class MuonAdamW:
    """Both optimisers behind one rate; learning rates mean what they mean for AdamW (the update's RMS is matched).

    Convolutions must be channels-last before they are added, because Muon works on views of them.
    """

    def __init__(self, weight_decay: float, is_matrix: Callable[[nn.Module, str, Tensor], bool] = is_hidden_matrix) -> None:
        """is_matrix: which weights Muon takes, of a module, by their name."""
        self.is_matrix = is_matrix
        self.parameters: list[nn.Parameter] = []
        self.matrices: list[tuple[nn.Parameter, nn.Parameter]] = []  # a weight and its view as a matrix
        self.weight_decay = weight_decay
        self.optimizers: list[torch.optim.Optimizer] = []

    def add(self, module: nn.Module, share: Callable[[str], float] = lambda name: 1.0) -> None:
        """Train a module's parameters too, unless they are frozen; those already there keep their moments.

        share: of the learning rate that a parameter is given, by its name. Muon takes none that have less than all of it: it
        would make what was learnt elsewhere as large as what is learnt here.
        """
        matrices: list[nn.Parameter] = []
        others: dict[float, list[nn.Parameter]] = {}
        for name, weight in module.named_parameters():
            if not weight.requires_grad:
                continue
            self.parameters.append(weight)
            if share(name) < 1 or not self.is_matrix(module, name, weight):
                others.setdefault(share(name), []).append(weight)
                continue
            view = nn.Parameter(as_matrix(weight.detach()))
            assert view.data_ptr() == weight.data_ptr(), f"{name} is not channels-last"
            self.matrices.append((weight, view))
            matrices.append(view)
        if others:
            groups = [{"params": weights, "share": each} for each, weights in others.items()]
            self.optimizers.append(torch.optim.AdamW(groups, betas=BETAS, weight_decay=self.weight_decay, fused=True))
        if matrices:
            emulated = working_dtype(matrices[0].device) == torch.float32
            kind = Muon32 if emulated else torch.optim.Muon
            self.optimizers.append(kind(matrices, weight_decay=self.weight_decay, adjust_lr_fn="match_rms_adamw"))

    def set_rate(self, rate: float) -> None:
        """The learning rate from now on; before the backward pass, with which DeepSpeed takes its step."""
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * group.get("share", 1.0)

    def step(self) -> None:
        """One update with every gradient clipped together to norm 1; gradients are gone afterwards."""
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for weight, view in self.matrices:
            view.grad = None if weight.grad is None else as_matrix(weight.grad)
        for optimizer in self.optimizers:
            optimizer.step()
        for parameter in (*self.parameters, *(view for _, view in self.matrices)):
            parameter.grad = None

    def state_dict(self) -> list[dict[str, Any]]:
        return [optimizer.state_dict() for optimizer in self.optimizers]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        for optimizer, state in zip(self.optimizers, states, strict=True):
            optimizer.load_state_dict(state)


OPTIMIZERS: dict[str, Callable[[float], MuonAdamW]] = {
    "muon": MuonAdamW,
    "adamw": lambda weight_decay: MuonAdamW(weight_decay, is_matrix=lambda *_: False),
}
