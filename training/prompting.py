"""Train the bundled SAM's prompt encoder and mask decoder on the locked trunk of the part parser.

Commands: see `training.parsing`. A click, a box or a rough mask is answered, the answer looked at, and a click added
where it is wrong, as a user would (the training of Kirillov et al., arXiv:2304.02643, appendix A).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from models.sam import bundled_sam
from models.segmenter import BACKBONE_FILE, BACKBONE_LICENCE, SAM_FILE, save_bundled
from models.weights import write_manifest
from pipeline.request import CLOTHING
from training import loop
from training.parsing import Seen, add_training_options, parser_of, recipe_of, run
from training.part_scenes import UNKNOWN

TARGETS = 4  # regions asked for in a picture
ROUNDS = 3  # answers a region, each with one more click
LEAST = 0.002  # of the picture: smaller regions are not asked for
Mask = NDArray[np.bool_]


@dataclass
class Ask:
    """Prompts for the regions of one picture. points: N x K x 2; labels: N x K, 1, 0, or -1 for none; boxes: N x 4 or
    None; priors: N x 1 x m x m log odds or None."""

    points: Tensor
    labels: Tensor
    boxes: Tensor | None
    priors: Tensor | None


def regions(parts: NDArray[np.int64], garments: NDArray[np.int64], rng: np.random.Generator, count: int = TARGETS) -> list[Mask]:
    """What somebody may mean in a picture: a garment, a part, all clothes, the whole character, one piece of these."""
    found = [garments == index for index in np.unique(garments) if index]
    found += [parts == part for part in np.unique(parts) if part not in (0, UNKNOWN)]
    found += [np.isin(parts, CLOTHING), (parts > 0) & (parts != UNKNOWN)]
    found = [region for region in found if region.mean() > LEAST]
    if not found:
        return []
    chosen = []
    for index in rng.choice(len(found), count):
        region = found[int(index)]
        if rng.random() < 0.25:  # the piece that was pointed at
            _, pieces, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8))
            large = np.flatnonzero(table[1:, cv2.CC_STAT_AREA] > LEAST * region.size) + 1
            region = pieces == rng.choice(large) if large.size else region
        chosen.append(region)
    return chosen


def point_in(region: Mask, rng: np.random.Generator) -> tuple[float, float] | None:
    """A click: mostly well inside the region, now and then anywhere in it; x, y."""
    if not region.any():
        return None
    depth = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    inner = depth >= (0.0 if rng.random() < 0.2 else 0.5 * float(depth.max()))
    y, x = np.nonzero(inner & region)
    index = int(rng.integers(len(y)))
    return float(x[index]), float(y[index])


def rough(region: Mask, rng: np.random.Generator) -> NDArray[np.float32]:
    """Log odds of a first guess that is wrong here and there: moved, grown or shrunk, with pieces missing or added."""
    side = region.shape[0]
    guess: NDArray[Any] = region.astype(np.uint8)
    size = int(rng.integers(0, max(2, side // 24)))
    kernel = np.ones((2 * size + 1, 2 * size + 1), np.uint8)
    guess = cv2.dilate(guess, kernel) if rng.random() < 0.5 else cv2.erode(guess, kernel)
    for _ in range(int(rng.integers(0, 4))):
        x, y = (int(rng.integers(side)) for _ in range(2))
        cv2.circle(guess, (x, y), int(rng.integers(2, side // 8)), int(rng.random() < 0.4), -1)
    guess = np.roll(guess, rng.integers(-side // 40, side // 40 + 1, 2), (0, 1))
    soft = cv2.GaussianBlur(guess.astype(np.float32), (0, 0), float(rng.uniform(0.5, side / 40)))
    return (np.log((soft + 0.02) / (1.02 - soft)) * np.float32(rng.uniform(0.7, 2))).astype(np.float32)


def first_ask(targets: Sequence[Mask], mask_side: int, rng: np.random.Generator) -> Ask:
    """One kind of prompt for all regions of a picture: a click, a box, or a rough mask with or without a box."""
    kind = str(rng.choice(["point", "box", "rough"], p=[0.5, 0.25, 0.25]))
    side = targets[0].shape[0]
    points, labels = torch.zeros(len(targets), 1, 2), -torch.ones(len(targets), 1, dtype=torch.int)
    if kind == "point":
        points[:, 0] = torch.tensor([point_in(target, rng) for target in targets])
        labels[:] = 1
    boxes = priors = None
    if kind == "box" or (kind == "rough" and rng.random() < 0.5):
        edges = []
        for target in targets:
            y, x = np.nonzero(target)
            box = np.array([x.min(), y.min(), x.max() + 1, y.max() + 1], np.float32)
            slack = 0.06 * max(box[2] - box[0], box[3] - box[1])
            edges.append((box + rng.normal(0, slack, 4)).clip(0, side))
        boxes = torch.tensor(np.stack(edges), dtype=torch.float32)
    if kind == "rough":
        guesses = torch.from_numpy(np.stack([rough(target, rng) for target in targets]))[:, None]
        priors = F.interpolate(guesses, size=(mask_side, mask_side), mode="area")
    return Ask(points, labels, boxes, priors)


def corrected(ask: Ask, wrong: Tensor, targets: Sequence[Mask], logits: Tensor, rng: np.random.Generator) -> Ask:
    """One more click in each region's largest error. wrong: N x S x S bool; logits: N x 1 x m x m, the answer so far."""
    points, labels = torch.zeros(len(targets), 1, 2), -torch.ones(len(targets), 1, dtype=torch.int)
    for row, target in enumerate(targets):
        error = wrong[row].numpy()
        _, pieces, table, _ = cv2.connectedComponentsWithStats(error.astype(np.uint8))
        if len(table) > 1:
            x, y = point_in(pieces == 1 + int(table[1:, cv2.CC_STAT_AREA].argmax()), rng) or (0.0, 0.0)
            points[row, 0] = torch.tensor([x, y])
            labels[row, 0] = int(target[int(y), int(x)])
    return Ask(torch.cat([ask.points, points], 1), torch.cat([ask.labels, labels], 1), ask.boxes, logits.detach())


def region_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Focal (Lin et al., arXiv:1708.02002) and Dice loss a region, 20 to 1 as SAM's; both N x h x w -> N."""
    cross = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    focal = ((1 - torch.exp(-cross)) ** 2 * cross).mean((1, 2))
    likely = logits.sigmoid()
    dice = 1 - (2 * (likely * wanted).sum((1, 2)) + 1) / (likely.sum((1, 2)) + wanted.sum((1, 2)) + 1)
    return 20 * focal + dice


class Prompting(nn.Module):
    """Regions of a batch of pictures asked for, answered and corrected."""

    def __init__(self, sam: Any) -> None:
        super().__init__()
        self.sam = sam
        self.learned = nn.ModuleDict(
            {
                **{name: getattr(sam.image_encoder, name) for name in ("coarse", "fine", "norm", "out")},
                "prompt_encoder": sam.prompt_encoder,
                "mask_decoder": sam.mask_decoder,
            }
        )
        sam.image_encoder.trunk.requires_grad_(False).eval()

    def trained(self) -> dict[str, nn.Module]:
        return {"sam": self.learned}

    def forward(self, batch: Seen, generator: torch.Generator) -> Tensor:
        rng = np.random.default_rng(int(torch.randint(2**31, (), generator=generator, device=generator.device)))
        device = self.sam.pixel_mean.device
        embeddings = self.sam.image_encoder(batch.planes(device))
        losses = []
        for embedding, parts, garments in zip(embeddings, batch.parts.numpy(), batch.garments.numpy(), strict=True):
            targets = regions(parts, garments, rng)
            if targets:
                losses.append(self._picture(embedding[None], targets, rng))
        return torch.stack(losses).mean()

    def _picture(self, embedding: Tensor, targets: Sequence[Mask], rng: np.random.Generator) -> Tensor:
        side = self.sam.prompt_encoder.mask_input_size[0]
        whole = torch.from_numpy(np.stack(targets)).float()
        wanted = F.interpolate(whole[:, None], size=(side, side), mode="area")[:, 0].to(embedding.device)
        ask = first_ask(targets, side, rng)
        losses = []
        for number in range(ROUNDS):
            single = ask.points.shape[1] == 1 and ask.boxes is None and ask.priors is None
            logits, quality = self.answer(embedding, ask, single)
            each = torch.stack([region_loss(logits[:, row].float(), wanted) for row in range(logits.shape[1])], 1)
            best = each.argmin(1, keepdim=True)  # of three answers to one click only the nearest has to be right
            losses.append(each.gather(1, best).mean())
            with torch.no_grad():
                right = wanted[:, None] > 0.5
                overlap, union = ((logits > 0) & right).sum((2, 3)), ((logits > 0) | right).sum((2, 3))
            losses.append(F.mse_loss(quality.float(), overlap / union.clamp_min(1)))
            if number + 1 < ROUNDS:
                chosen = logits.detach().float().gather(1, best[..., None, None].expand(-1, 1, side, side))
                shown = F.interpolate(chosen, size=whole.shape[-2:], mode="bilinear").cpu()[:, 0] > 0
                ask = corrected(ask, shown != (whole > 0.5), targets, chosen, rng)
        return torch.stack(losses).sum() / ROUNDS

    def answer(self, embedding: Tensor, ask: Ask, single: bool) -> tuple[Tensor, Tensor]:
        """Logits N x answers x m x m and how good they think they are; single: three answers instead of one."""
        device, encoder = embedding.device, self.sam.prompt_encoder
        sparse, dense = encoder(
            points=(ask.points.to(device), ask.labels.to(device)),
            boxes=None if ask.boxes is None else ask.boxes.to(device),
            masks=None if ask.priors is None else ask.priors.to(device),
        )
        found: tuple[Tensor, Tensor] = self.sam.mask_decoder(
            image_embeddings=embedding,
            image_pe=encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=single,
        )
        return found


def command_train(options: argparse.Namespace) -> None:
    sam = bundled_sam(parser_of(options.parser).trunk, options.side)
    if options.begin_from:
        sam.load_state_dict(load_file(options.begin_from / SAM_FILE), strict=False)  # it holds no trunk
    run(Prompting(sam), recipe_of(options, "sam"), options)


def command_export(options: argparse.Namespace) -> None:
    """The averages of both runs, with their manifest."""
    parser = parser_of(*options.parser)
    sam = bundled_sam(parser.trunk)
    if options.sam and (options.sam / SAM_FILE).is_file():
        sam.load_state_dict(load_file(options.sam / SAM_FILE), strict=False)  # it holds no trunk
    elif options.sam:
        Prompting(sam).learned.load_state_dict(loop.averages(options.sam)["sam"])
    options.out.mkdir(parents=True, exist_ok=True)
    save_bundled(parser, sam, options.out)
    files = write_manifest(options.out, others=dict.fromkeys((BACKBONE_FILE, BACKBONE_LICENCE), "MIT"))
    print(f"{options.out}: {sum(file.size for file in files) / 1e6:.1f} MB")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.prompting", description=__doc__)
    commands = parser.add_subparsers(required=True)
    train, export = (commands.add_parser(name) for name in ("train", "export"))
    export.add_argument("--parser", type=Path, nargs="+", required=True, help="the parser's run; of several the mean")
    export.add_argument("--sam", type=Path, help="the SAM's run, or exported weights")
    export.add_argument("--out", type=Path, required=True)
    export.set_defaults(run_command=command_export)
    train.set_defaults(run_command=command_train)
    add_training_options(train, samples=40_000, batch=8, rate=1e-3)
    train.add_argument(
        "--parser", type=Path, required=True, help="the run of the parser whose trunk it looks through, or exported weights"
    )
    train.add_argument("--begin-from", type=Path, help="exported weights, whose SAM to start from; its trunk may be another")
    options = parser.parse_args(arguments)
    options.run_command(options)


if __name__ == "__main__":
    main()
