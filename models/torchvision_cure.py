"""Make `import torchvision` work where its compiled operators do not load.

The CPU build of torch and the torchvision wheel of the package index do not always fit: torchvision then raises
`operator torchvision::nms does not exist` on import, and with it diffusers, transformers, timm and
segment_anything. None of them needs torchvision's kernels here except non-maximum suppression, so that one is
given in plain torch. On a sound installation nothing is touched.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

_NAME = "torchvision"
_LIBRARIES: list[Any] = []  # torch forgets the operators when their library object dies


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Greedy non-maximum suppression.

    boxes: N x 4 as x1, y1, x2, y2; scores: N. Returns the indices that are kept, best score first.
    """
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = scores.argsort(descending=True)
    import torch

    kept: list[Tensor] = []
    while order.numel():
        best, rest = order[0], order[1:]
        kept.append(best)
        top_left = torch.maximum(boxes[best, :2], boxes[rest, :2])
        bottom_right = torch.minimum(boxes[best, 2:], boxes[rest, 2:])
        overlap = (bottom_right - top_left).clamp(min=0).prod(dim=1)
        order = rest[overlap / (area[best] + area[rest] - overlap) <= iou_threshold]
    return torch.stack(kept) if kept else order


def cure_torchvision() -> None:
    """From now on `import torchvision` works, if it is installed. Doing so again changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds torchvision where it is found anyway, with a loader that cures it; leaves all others alone."""

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        found = PathFinder.find_spec(fullname, path, target) if fullname == _NAME else None
        if found is None or not isinstance(found.loader, SourceFileLoader) or found.origin is None:
            return None
        loader, folders = _Loader(fullname, found.origin), found.submodule_search_locations
        return spec_from_file_location(fullname, found.origin, loader=loader, submodule_search_locations=folders)


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        try:
            super().exec_module(module)
        except ModuleNotFoundError:  # nothing that operators would mend
            raise
        except (RuntimeError, OSError, ImportError):
            for name in [name for name in sys.modules if name.startswith(f"{_NAME}.")]:
                del sys.modules[name]
            _give_operators()
            super().exec_module(module)
            extension = importlib.import_module(f"{_NAME}.extension")
            extension._has_ops = lambda: True  # type: ignore[attr-defined]


def _give_operators() -> None:
    import torch

    library = torch.library.Library(_NAME, "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", nms, "CPU")
    _LIBRARIES.append(library)
