import importlib
import sys

import torch

from models.torchvision_cure import cure_torchvision, nms


def test_torchvision_and_its_dependants_import() -> None:
    import torchvision.ops
    from diffusers import ControlNetModel
    from transformers import CLIPTextModel

    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 1, 10, 10], [20, 20, 30, 30]])
    assert torchvision.ops.nms(boxes, torch.tensor([0.5, 0.9, 0.1]), 0.5).tolist() == [1, 2]
    assert ControlNetModel and CLIPTextModel


def test_cure_is_safe_to_call_again() -> None:
    import torchvision

    before = list(sys.meta_path)
    cure_torchvision()
    assert sys.meta_path == before
    assert importlib.import_module("torchvision") is torchvision and torchvision.extension._has_ops()


def test_nms_keeps_best_of_each_pile() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60]])
    assert nms(boxes, torch.tensor([0.2, 0.8, 0.5]), 0.5).tolist() == [1, 2]
    assert nms(boxes[:0], torch.zeros(0), 0.5).tolist() == []
