"""Make `import torchvision` work where its compiled operators do not load.

The CPU build of torch and the torchvision wheel of the package index do not always fit: torchvision then raises
`operator torchvision::nms does not exist` on import, and with it diffusers, transformers, timm and
segment_anything. None of them needs torchvision's kernels here except non-maximum suppression, so that one is
given in plain torch. On a sound installation nothing is touched.
"""

from __future__ import annotations

import importlib
import sys

import torch
from torch import Tensor

_LIBRARIES: list[torch.library.Library] = []  # torch forgets the operators when their library object dies


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Greedy non-maximum suppression.

    boxes: N x 4 as x1, y1, x2, y2; scores: N. Returns the indices that are kept, best score first.
    """
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = scores.argsort(descending=True)
    kept: list[Tensor] = []
    while order.numel():
        best, rest = order[0], order[1:]
        kept.append(best)
        top_left = torch.maximum(boxes[best, :2], boxes[rest, :2])
        bottom_right = torch.minimum(boxes[best, 2:], boxes[rest, 2:])
        overlap = (bottom_right - top_left).clamp(min=0).prod(dim=1)
        order = rest[overlap / (area[best] + area[rest] - overlap) <= iou_threshold]
    return torch.stack(kept) if kept else order


def ensure_torchvision() -> bool:
    """Import torchvision, cured if need be. Returns True if its own operators are in use (or it is not installed)."""
    try:
        importlib.import_module("torchvision")
        return True
    except ModuleNotFoundError:
        return True
    except (RuntimeError, OSError, ImportError):
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", nms, "CPU")
    _LIBRARIES.append(library)
    importlib.import_module("torchvision")
    extension = importlib.import_module("torchvision.extension")
    extension._has_ops = lambda: True  # type: ignore[attr-defined]
    return False
