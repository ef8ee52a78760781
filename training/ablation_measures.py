"""What the ablations measure on a batch of results, with the judge's eyes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pipeline.request import CLOTHING
from training.data import Batch
from training.judge_drawings import SLOTS
from training.judges import Judge
from training.metrics import SAME_COLOUR, colour_distance

MAIN = SLOTS[:3]


@dataclass(frozen=True)
class Measures:
    """iou: of the parts that the judge reads from a result with the drawn ones, a number a picture; truth_iou: the same
    for the drawings themselves; colours: does each clothing part have the drawn one's colour; garments: does the judge
    name the same garment as in the drawing; kid: kernel distance of the judge's features to those of the drawings."""

    iou: tuple[float, ...]
    truth_iou: tuple[float, ...]
    colours: tuple[bool, ...]
    garments: tuple[bool, ...]
    kid: float


@torch.no_grad()
def measure(judge: Judge, pictures: Tensor, batch: Batch) -> Measures:
    """pictures: B x 3 x H x W in 0..1 at the judge's half size; batch: with target and labels of that size."""
    targets, labels = batch.pictures["target"].cpu(), batch.pictures["labels"][:, 0].long().cpu()
    (parts, kinds), (true_parts, true_kinds) = judge(pictures), judge(targets)
    cells = labels[:, 2::4, 2::4]
    colours = []
    for picture, target, drawn in zip(_bytes(pictures), _bytes(targets), labels.numpy(), strict=True):
        regions = [drawn == part for part in CLOTHING]
        colours += [colour_distance(picture, target, r) < SAME_COLOUR for r in regions if r.mean() > 0.01]
    worn = [(true_kinds[slot].argmax(1) < true_kinds[slot].shape[1] - 1) for slot in MAIN]
    same = [(kinds[slot].argmax(1) == true_kinds[slot].argmax(1))[on] for slot, on in zip(MAIN, worn, strict=True)]
    return Measures(
        iou=tuple(_iou(parts.argmax(1), cells)),
        truth_iou=tuple(_iou(true_parts.argmax(1), cells)),
        colours=tuple(colours),
        garments=tuple(torch.cat(same).tolist()),
        kid=kid(judge.features(pictures), judge.features(targets)),
    )


def summary(found: Measures) -> dict[str, float]:
    means = {"condition IoU": found.iou, "drawings' IoU": found.truth_iou, "colour": found.colours, "garment": found.garments}
    return {name: round(float(np.mean(values)), 4) for name, values in means.items()} | {"KID": round(found.kid, 4)}


def _bytes(pictures: Tensor) -> list[np.ndarray]:
    return list((pictures * 255).round().byte().permute(0, 2, 3, 1).numpy())


def _iou(found: Tensor, wanted: Tensor) -> list[float]:
    """Mean IoU over the parts that are drawn, for every picture; both B x h x w."""
    values = []
    for seen, drawn in zip(found, wanted, strict=True):
        present = drawn.unique()
        values.append(float(np.mean([((seen == p) & (drawn == p)).sum() / ((seen == p) | (drawn == p)).sum() for p in present])))
    return values


def kid(found: Tensor, wanted: Tensor) -> float:
    """Kernel distance (Binkowski et al., arXiv:1801.01401): unbiased MMD^2 with a cubic kernel, times 1000; N x C each."""
    count, width = found.shape

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / width + 1) ** 3

    def within(a: Tensor) -> Tensor:
        products = kernel(a, a)
        return (products.sum() - products.trace()) / (count * (count - 1))

    return 1000 * float(within(found) + within(wanted) - 2 * kernel(found, wanted).mean())
