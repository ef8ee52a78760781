"""Train the part parser and the reader of poses together: parts, people, joints, relief and the body under the clothes of one
look at a picture, so that what is learnt of bodies helps to tell clothes.

    python -m training.part_drawings --out runs/parts --count 20000
    python -m training.seeing train --data runs/parts --out runs/seeing --pictures DIR --samples 100000

Real pictures are taught by what hands have told of them: parts, and joints of some (`training.annotate`). `training.prompting
export` and `training.hint_reading export` take the run's networks apart.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from models import hint_reader
from models.hint_reader import JOINTS, Answers, HintHead, new_head
from models.part_parser import FAR, PartParser
from training.noise import Rng
from training.parsing import (
    Looks,
    Real,
    add_start_options,
    add_training_options,
    begun_from,
    loss,
    recipe_of,
    run,
    share_of_rate,
    show_real,
)
from training.part_drawings import Sheet
from training.posed import CELL, Posed, carried, look_at_all
from training.reading_loss import reading_loss

PEOPLE = 5  # at most in a picture that is drawn
NARROW = 1.5  # cells: how exactly a middle is to be placed
READING = 0.1  # weight of joints, relief and body beside the parts, whose loss is about a twentieth of theirs


@dataclass(frozen=True)
class Sight(Posed):
    """A batch: what `Posed` knows, and parts: B x S x S, see `training.parsing.Seen`; owner: B x S/4 x S/4 uint8, see
    `training.part_scenes.Scene`; drawn: B bool, whether all is known; posed_by_hand: B bool, whether of a real picture the
    joints are, beside the parts."""

    parts: Tensor
    owner: Tensor
    drawn: Tensor
    posed_by_hand: Tensor


def look(sheets: Sequence[Sheet], side: int, rng: Rng, real: Real) -> tuple[Any, ...]:
    """A scene of drawings with all that is to be told of it, see `Sight`."""
    posed, scene = look_at_all(sheets, side, rng, real)
    return *posed, scene.parts, scene.owner[CELL // 2 :: CELL, CELL // 2 :: CELL], np.True_, np.False_


def look_at_picture(sheets: Sequence[Sheet], side: int, rng: Rng, real: Real) -> tuple[Any, ...]:
    """Likewise a real picture, of which only the parts are known, and perhaps joints."""
    picture = real.labelled[int(rng.integers(len(real.labelled)))]
    maps, rgb, parts, _ = show_real(picture, side, sheets, rng, real)
    cells = (side // CELL,) * 2
    joints = picture.joints if picture.joints is not None else np.full((len(JOINTS), 2), np.nan, np.float32)
    nothing = np.zeros(parts.shape, np.float32), np.zeros(cells, np.int32), np.zeros(cells, np.uint8)
    known = np.False_, np.bool_(picture.joints is not None)
    return (
        rgb,
        carried(joints, maps, picture.parts.shape),
        *nothing,
        np.zeros((2, *cells), np.float32),
        parts,
        np.zeros(cells, np.uint8),
        *known,
    )


class Seeing(nn.Module):
    """What both are taught."""

    def __init__(self, parser: PartParser, head: HintHead) -> None:
        super().__init__()
        self.parser, self.head = parser, head

    def trained(self) -> dict[str, nn.Module]:
        return {"parser": self.parser, "head": self.head}

    share_of_rate = staticmethod(share_of_rate)

    def forward(self, batch: Sight, generator: torch.Generator) -> Tensor:
        device = next(self.parser.parameters()).device
        fine, merged = self.parser.trunk(batch.planes(device))
        corner = torch.randint(0, 2, (2,), generator=generator, device=device).tolist()  # a cell means all its pixels
        wanted = batch.parts.to(device).long()[:, corner[0] :: 2, corner[1] :: 2]
        total = loss(self.parser.read(fine, merged).float(), wanted)
        known = (batch.drawn | batch.posed_by_hand).nonzero()[:, 0]
        if len(known):
            answers: Answers = self.head(fine[known.to(device)], merged[known.to(device)])
            total = total + READING * reading_loss(answers, batch.rows(known), batch.drawn[known].nonzero()[:, 0])
        if batch.drawn.any():
            rows = batch.drawn.nonzero()[:, 0].to(device)
            total = total + people_loss(self.parser.whose(merged[rows]).float(), batch.owner.to(device)[rows])
        return total


def people_loss(found: Tensor, owner: Tensor) -> Tensor:
    """found: of `PartParser.whose`, B x 3 x h x w; owner: B x h x w. Focal loss of the middles as of Law & Deng
    (arXiv:1808.01244), and distances."""
    near, towards = middles(owner)
    odds = found[:, 0]
    likely, top = odds.sigmoid(), near > 0.95
    missed = F.softplus(-odds) * (1 - likely) ** 2 * top
    invented = F.softplus(odds) * likely**2 * (1 - near) ** 4 * ~top
    people = (owner > 0)[:, None]
    distance = ((found[:, 1:] - towards / FAR).abs() * people).sum() / people.sum().clamp_min(1)
    spotted: Tensor = (missed.sum() + invented.sum()) / top.sum().clamp_min(1)
    return 0.3 * spotted + distance


def middles(owner: Tensor) -> tuple[Tensor, Tensor]:
    """B x h x w -> how near to a person's middle every cell is, 0..1, and x and y of the way from each cell of a
    person to it."""
    rows, columns = owner.shape[1:]
    y, x = (torch.arange(length, device=owner.device, dtype=torch.float32) for length in (rows, columns))
    theirs = F.one_hot(owner.long().clamp_max(PEOPLE), PEOPLE + 1)[..., 1:].permute(0, 3, 1, 2).float()  # B x people x h x w
    area = theirs.sum((2, 3)).clamp_min(1)
    middle_y, middle_x = (theirs.sum(3) * y).sum(2) / area, (theirs.sum(2) * x).sum(2) / area
    there = theirs.sum((2, 3)) > 0
    off = (y[:, None] - middle_y[..., None, None].round()) ** 2 + (x - middle_x[..., None, None].round()) ** 2
    near = (torch.exp(-off / (2 * NARROW**2)) * there[..., None, None]).amax(1)
    place = torch.stack([(theirs * middle[..., None, None]).sum(1) for middle in (middle_x, middle_y)], 1)
    here = torch.stack([x.expand(rows, -1), y[:, None].expand(-1, columns)])
    return near, (place - here) * (owner > 0)[:, None]


def command_train(options: argparse.Namespace) -> None:
    head = new_head()
    if options.head:
        head.load_state_dict(load_file(options.head / hint_reader.FILE), strict=False)  # older ones know of no body
    looks = partial(Looks, look=look, look_at_real=look_at_picture, kind=Sight)
    run(Seeing(begun_from(options), head), recipe_of(options, "parser", "head"), options, looks)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.seeing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    train = parser.add_subparsers(required=True).add_parser("train")
    add_training_options(train, samples=100_000, batch=8, rate=6e-4)
    add_start_options(train)
    train.add_argument("--head", type=Path, help="exported weights of the reader to start from")
    command_train(parser.parse_args(arguments))


if __name__ == "__main__":
    main()
