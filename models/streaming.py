"""A network whose weights come to the device layer by layer, each while the one before computes, and leave it again.

diffusers' group offloading learns the order of the layers from one call of a network's own `forward`. Our passes are opened
up (`models.controlled_unet`), and what they call depends on the request: garments, LoRAs, kinds of hints. So a layer's
successor is looked up here among those that have been seen, anew at every call: a wrong guess costs a copy, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

REST = torch.device("cpu")
LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Embedding)  # what holds nearly all weights; the rest stays on the device


class Streamer:
    """Hooks on the layers of one network. Holds at most two of them on the device, the one that computes and the next."""

    def __init__(self, network: nn.Module, device: torch.device) -> None:
        """network: on `REST`. All that is no layer of `LAYERS`, a parameter of the network itself for instance, goes to the
        device for good."""
        self.network, self.device = network, device
        backend: Any = None if device.type == "cpu" else torch.get_device_module(device)
        self._backend = backend if hasattr(backend, "Stream") else None
        self._copying = self._backend.Stream() if self._backend else None
        self._resting: dict[nn.Module, dict[str, Tensor]] = {}
        self._handles: list[Any] = []
        self._next: dict[tuple[nn.Module | None, nn.Module], nn.Module] = {}  # by a layer and the one before it
        self._before: nn.Module | None = None
        self._current: nn.Module | None = None
        self._ahead: nn.Module | None = None  # on its way, or there before its turn
        self.attach()

    def attach(self) -> None:
        """Hook the layers that the network has now: LoRAs bring some of their own. Others' hooks are taken off."""
        self.detach()
        layers = list(_layers(self.network))
        streamed = {id(value) for layer in layers for value in layer.parameters(recurse=False)}
        for value in (*self.network.parameters(), *self.network.buffers()):
            if id(value) not in streamed:
                value.data = value.data.to(self.device)
        for layer in layers:
            values = dict(layer.named_parameters(recurse=False))
            for value in values.values():
                value.data = self._pinned(value.data.to(REST))
            self._resting[layer] = {name: value.data for name, value in values.items()}
            self._handles.append(layer.register_forward_pre_hook(self._bring))
            self._handles.append(layer.register_forward_hook(self._leave, always_call=True))

    def detach(self) -> None:
        """Every layer at rest and without hooks."""
        for handle in self._handles:
            handle.remove()
        for layer in self._resting:
            self._put_back(layer)
        self._handles, self._resting, self._next = [], {}, {}
        self._before = self._current = self._ahead = None

    def _bring(self, layer: nn.Module, _: Any) -> None:
        if self._current is not None:
            self._next[self._before, self._current] = layer
        self._before, self._current = self._current, layer
        if self._ahead is layer:
            if self._backend:
                self._backend.current_stream().wait_stream(self._copying)
        else:
            if self._ahead is not None:
                self._put_back(self._ahead)
            self._fetch(layer, beside=False)
        self._ahead = self._next.get((self._before, layer))
        if self._ahead is layer:
            self._ahead = None
        if self._ahead is not None:
            self._fetch(self._ahead, beside=True)

    def _leave(self, layer: nn.Module, *_: Any) -> None:
        if self._backend:  # or the memory would be given to a copy while the layer still reads it
            self._backend.current_stream().synchronize()
        self._put_back(layer)

    def _fetch(self, layer: nn.Module, beside: bool) -> None:
        """beside: while the device computes something else, where it can."""
        with self._backend.stream(self._copying) if beside and self._backend else nullcontext():
            for name, value in self._resting[layer].items():
                layer._parameters[name].data = value.to(self.device, non_blocking=self._backend is not None)  # type: ignore[union-attr]

    def _put_back(self, layer: nn.Module) -> None:
        for name, value in self._resting[layer].items():
            layer._parameters[name].data = value  # type: ignore[union-attr]

    def _pinned(self, value: Tensor) -> Tensor:
        """Where a device can copy from without the processor."""
        return value.pin_memory() if self._backend and not value.is_pinned() else value


def _layers(module: nn.Module) -> Iterator[nn.Module]:
    """Layers whose weights are read by calling them, and so not those inside `nn.MultiheadAttention`, which calls none."""
    if isinstance(module, LAYERS):
        yield module
    elif not isinstance(module, nn.MultiheadAttention):
        for child in module.children():
            yield from _layers(child)


def stream(network: nn.Module, device: torch.device) -> None:
    """Let the weights of a network come to the device layer by layer from now on."""
    network.to(REST)
    network._streamer = Streamer(network, device)  # type: ignore[assignment]


def restream(network: nn.Module) -> None:
    """To be called when layers of the network came or went; nothing happens to one that is not streamed."""
    streamer = vars(network).get("_streamer")
    if streamer is not None:
        streamer.attach()
