"""What the bundled reader of poses, depth and bodies is to say of a batch of drawings, and how wrong it is."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from models.hint_reader import SEGMENTS, Answers, BodyHead
from training.posed import CELL, Posed

SPREAD = 1.2  # cells: how exactly a joint is to be placed
RARE = 4.0  # times that a segment's pixels weigh more than the others' at most, because they are few


def reading_loss(answers: Answers, batch: Posed, whole: Tensor | None = None) -> Tensor:
    """Of a whole batch; joints, relief and body map about even. whole: rows of which more than the joints is known, None
    for all."""
    device = answers.joints.device
    likely: Tensor = answers.joints.float().log_softmax(2)
    loss = -(targets(batch.joints.to(device), batch.front.shape[-1]) * likely).sum(2).mean()
    rows = torch.arange(len(batch.joints)) if whole is None else whole
    if not len(rows):
        return loss
    there = rows.to(device)
    loss = loss + 4 * depth_loss(answers.depth[there].float(), F.avg_pool2d(batch.depth[rows].to(device)[:, None], 2))
    return loss if answers.body is None else loss + body_loss(answers.body[there].float(), batch.rows(rows))


def targets(joints: Tensor, cells: int) -> Tensor:
    """B x 18 x 2 pixels, cells of 4 x 4 pixels a side -> B x 18 x (1 + cells * cells), what `HintHead` is to say."""
    axis = torch.arange(cells, device=joints.device) + 0.5
    spread = torch.exp(-((axis - (joints[..., None] + 0.5) / CELL) ** 2) / (2 * SPREAD**2))  # B x 18 x 2 x cells
    plane = (spread[:, :, 1, :, None] * spread[:, :, 0, None, :]).flatten(2)
    there = ~joints.isnan().any(2, keepdim=True)
    plane = torch.where(there, plane / plane.sum(2, keepdim=True).clamp_min(1e-6), torch.zeros_like(plane))
    return torch.cat([(~there).float(), plane], 2)


def depth_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """Difference of depths and of their slopes, so that borders are sharp."""
    slopes = sum((found.diff(dim=axis) - wanted.diff(dim=axis)).abs().mean() for axis in (2, 3))
    return (found - wanted).abs().mean() + 2 * slopes


def body_loss(found: Tensor, batch: Posed) -> Tensor:
    """found: of `BodyHead`. Segments weigh alike, small or large, seen or hidden behind others."""
    device = found.device
    occupancy, front, place = found.split(BodyHead.PLANES, 1)
    bits = torch.arange(len(SEGMENTS), device=device)[:, None, None]
    there = ((batch.occupancy.to(device)[:, None] >> bits) & 1).float()
    nearest, where = batch.front.to(device).long(), batch.place.to(device)
    hidden = there * (nearest[:, None] != bits + 1)
    cells = F.binary_cross_entropy_with_logits(occupancy, there, reduction="none")
    few = (there.sum((0, 2, 3)).mean() / there.sum((0, 2, 3)).clamp_min(1)).clamp(1, RARE)[:, None, None]
    occupied = (cells * (1 + (few - 1) * there + hidden)).mean()
    likely, shown = occupancy.sigmoid(), (there.sum((0, 2, 3)) > 0).float()
    overlap, area = (likely * there).sum((0, 2, 3)), (likely + there).sum((0, 2, 3))
    dice = ((1 - 2 * overlap / area.clamp_min(1)) * shown).sum() / shown.sum().clamp_min(1)
    counts = F.one_hot(nearest, 1 + len(SEGMENTS)).sum((0, 1, 2)).float()
    weights = (counts[1:].sum() / len(SEGMENTS) / counts.clamp_min(1)).clamp(1 / RARE, RARE)
    ordered = F.cross_entropy(front, nearest, weights)
    body = (nearest > 0)[:, None]
    placed = ((place - where).abs() * body).sum() / body.sum().clamp_min(1)
    loss: Tensor = 10 * occupied + dice + ordered + 2 * placed
    return loss
