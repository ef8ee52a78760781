"""A stand-in for a graphics card on a machine without one: it computes on the CPU and refuses what a card refuses.

    with StandInDevice() as device:      # a `torch.device`, for `.to(device)`, `torch.zeros(..., device=device)` and kin
        network.to(device)(picture)      # RuntimeError: the picture is on the CPU

Every storage is labelled with where it lies, which views and `.data = ...` share. Refused are operations on tensors of two
devices (but for numbers and indices, as on CUDA), NumPy's view of a tensor on the device, and reading what a stream that
nobody has waited for is still copying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import ModuleType, TracebackType
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

DEVICE = torch.device("privateuseone", 0)  # PyTorch's name for devices that it does not know
CPU = torch.device("cpu")
_COPIES = ("aten::copy_", "aten::_to_copy")
_INDEXING = ("aten::index", "aten::index_put", "aten::index_put_", "aten::_index_put_impl_", "aten::_unsafe_index")
_SWEEP = 4096  # labels after which those of freed storages are dropped


class Stream:
    """Work that runs beside the device's own: what it copies may be read once somebody has waited for it."""

    def synchronize(self) -> None:
        _Labels.on_their_way.pop(self, None)

    def wait_stream(self, other: Stream) -> None:
        other.synchronize()


class _Labels:
    """Which storages lie on the device, by their address: a weak reference keeps it from being given to another."""

    here: ClassVar[dict[int, StorageWeakRef]] = {}
    on_their_way: ClassVar[dict[Stream, dict[int, StorageWeakRef]]] = {}  # also of copies that nobody wanted in the end
    default = Stream()
    current = default


def _address(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def _is_here(tensor: Tensor) -> bool:
    return _address(tensor) in _Labels.here


def _device(tensor: Tensor) -> torch.device:
    """`Tensor.device`, which a mode does not see itself."""
    return DEVICE if _is_here(tensor) else tensor.device


def forget_freed() -> None:
    """Drop the labels of what is no more."""
    for address in [address for address, storage in _Labels.here.items() if storage.expired()]:
        del _Labels.here[address]


def _label(tensor: Tensor) -> None:
    if len(_Labels.here) % _SWEEP == _SWEEP - 1:
        forget_freed()
    _Labels.here[_address(tensor)] = StorageWeakRef(tensor.untyped_storage())


def _copied(tensor: Tensor, device: torch.device, stream: Stream | None = None, copy: bool = False, **options: Any) -> Tensor:
    """A copy on another device, or in another type; the tensor itself where nothing changes, as `Tensor.to`."""
    if "meta" in (device.type, tensor.device.type):
        return tensor.to(device, **options)
    same = (device.type == DEVICE.type) == _is_here(tensor)
    out = tensor.to(**{"dtype": tensor.dtype, **options}, copy=copy or not same)
    if device.type != DEVICE.type:
        _Labels.here.pop(_address(out), None)
    elif not same:
        _label(out)
        if stream not in (None, _Labels.default):
            _Labels.on_their_way.setdefault(stream, {})[_address(out)] = StorageWeakRef(out.untyped_storage())
    return out


def _move(tensor: Tensor, *args: Any, non_blocking: bool = False, copy: bool = False, **kwargs: Any) -> Tensor:
    """`Tensor.to`"""
    if tensor.is_meta:
        return tensor.to(*args, non_blocking=non_blocking, copy=copy, **kwargs)
    if args and isinstance(args[0], Tensor):
        args = (_device(args[0]), args[0].dtype, *args[1:])
    device, dtype, flag, layout = torch._C._nn._parse_to(*args, **kwargs)
    options = {"dtype": dtype or tensor.dtype, "copy": copy}
    if layout is not None:
        options["memory_format"] = layout
    return _copied(tensor, device or _device(tensor), _Labels.current if non_blocking or flag else None, **options)


def _to_numpy(tensor: Tensor, *args: Any, **kwargs: Any) -> Any:
    if _is_here(tensor):
        raise TypeError("can't convert a tensor of the device to numpy, use Tensor.cpu() first")
    return tensor.numpy(*args, **kwargs)


def _new_tensor(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    return _copied(tensor.new_tensor(*args, **kwargs), _device(tensor))


_INSTEAD: Mapping[Any, Callable[..., Any]] = {
    Tensor.to: _move,
    Tensor.cpu: lambda tensor, *_, **__: _copied(tensor, CPU),
    Tensor.numpy: _to_numpy,
    Tensor.__array__: lambda tensor, *args, **_: _to_numpy(tensor).__array__(*args),
    Tensor.new_tensor: _new_tensor,
    Tensor.pin_memory: lambda tensor, *_, **__: tensor.clone(),
    Tensor.device.__get__: _device,  # type: ignore[attr-defined]
}


class _Functions(TorchFunctionMode):
    """Whatever names a device."""

    def __torch_function__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in _INSTEAD:
            return _INSTEAD[func](*args, **kwargs)
        device = kwargs.get("device")
        if device is None or torch.device(device).type != DEVICE.type:
            return func(*args, **kwargs)
        return tree_map(_labelled, func(*args, **{**kwargs, "device": CPU}))


def _labelled(value: Any) -> Any:
    return _copied(value, DEVICE) if isinstance(value, Tensor) else value


class _Operations(TorchDispatchMode):
    """Everything that is computed."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        here, foreign = [], []
        for tensor in _tensors((*args, *kwargs.values())):
            if _is_here(tensor):
                here.append(tensor)
            elif tensor.dim():
                foreign.append(tensor)
        if not here:
            return func(*args, **kwargs)
        name = func._schema.name
        for waiting in _Labels.on_their_way.values():
            if any(_address(tensor) in waiting for tensor in here):
                raise RuntimeError(f"{name} reads a tensor that is still on its way to the device")
        is_here = True
        if name in _COPIES:
            is_here = _is_here(args[0])
        elif foreign and (name not in _INDEXING or not _is_here(args[0])):
            raise RuntimeError(f"{name}: all tensors must be on the same device, but some are on the CPU")
        out = func(*args, **kwargs)
        if is_here:
            for tensor in _tensors(out if isinstance(out, (tuple, list)) else (out,)):
                if not _is_here(tensor):
                    _label(tensor)
        return out


def _tensors(values: Sequence[Any]) -> Iterator[Tensor]:
    """Those among an operation's arguments, which are at most lists of tensors."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from _tensors(value)


def _module() -> ModuleType:
    """What `torch.get_device_module` gives for the device."""
    module = ModuleType("privateuseone")

    @contextmanager
    def stream(one: Stream) -> Iterator[None]:
        before, _Labels.current = _Labels.current, one
        try:
            yield
        finally:
            _Labels.current = before

    vars(module).update(
        Stream=lambda *_: Stream(),
        stream=stream,
        current_stream=lambda *_: _Labels.current,
        synchronize=lambda *_: _Labels.on_their_way.clear(),
        is_available=lambda: True,
        _is_in_bad_fork=lambda: False,  # both for `torch.manual_seed`
        manual_seed_all=lambda _: None,
    )
    return module


class StandInDevice:
    """The device while it is plugged in; tensors that are on it then are lost afterwards."""

    def __enter__(self) -> torch.device:
        if not hasattr(torch, DEVICE.type):
            torch._register_device_module(DEVICE.type, _module())  # type: ignore[no-untyped-call]
        self._plug_in()
        return DEVICE

    def _plug_in(self) -> None:
        self._stack = ExitStack()
        self._stack.enter_context(_Functions())
        self._stack.enter_context(_Operations())

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """For what neither names the device nor has to do with what lies there: several times as quick."""
        self._stack.close()
        try:
            yield
        finally:
            self._plug_in()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()
        _Labels.here.clear()
        _Labels.on_their_way.clear()
