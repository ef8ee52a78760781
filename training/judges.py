"""The judge: one small network, trained on drawings, that reads parts and garments from a finished picture.

Every evaluation uses the same frozen judge, so that figures can be compared. It never sees evaluation seeds.

    python -m training.judges --data runs/data --out assets/weights/judge
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipeline.request import ClothingPart
from training.characters.kinds import KINDS
from training.data import Store, stores_in
from training.export import compact
from training.optimizer import MuonAdamW, schedule

PARTS = 12
WIDTHS = (24, 48, 96, 160)
UNKNOWN = -100  # worn, but the record does not say what: outside the mask the source's clothes are still there
SLOTS = (
    ClothingPart.TOPWEAR,
    ClothingPart.BOTTOMWEAR,
    ClothingPart.ONEPIECE,
    ClothingPart.LEGWEAR,
    ClothingPart.FOOTWEAR,
)


def kinds_of(slot: ClothingPart) -> list[str]:
    return [name for name, kind in KINDS.items() if kind.slot == slot]


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.GroupNorm(8, outputs), nn.SiLU(inplace=True))


class Judge(nn.Module):
    """Part parser (a U-Net) with a garment classifier a slot.

    It looks at pictures of half the size, where generated ones are no softer than drawn ones. A slot's classifier sees
    the features under the part that the parser found there, and of the whole picture.
    """

    def __init__(self) -> None:
        super().__init__()
        down, width = [], 3
        for wider in WIDTHS:
            down.append(nn.Sequential(_block(width, wider, 2), _block(wider, wider)))
            width = wider
        self.down = nn.ModuleList(down)
        self.middle = nn.Sequential(_block(width, width), _block(width, width))
        pairs = list(zip(WIDTHS[:1:-1], WIDTHS[-2:0:-1], strict=True))
        self.up = nn.ModuleList(_block(deep + skip, skip) for deep, skip in pairs)
        self.parts = nn.Conv2d(WIDTHS[1], PARTS, 1)
        seen = 2 * WIDTHS[-1] + WIDTHS[-1]
        self.heads = nn.ModuleDict(
            {
                slot.name: nn.Sequential(
                    nn.Linear(seen, 192), nn.SiLU(), nn.Dropout(0.1), nn.Linear(192, len(kinds_of(slot)) + 1)
                )
                for slot in SLOTS
            }
        )

    def forward(self, rgb: Tensor) -> tuple[Tensor, dict[ClothingPart, Tensor]]:
        """rgb: B x 3 x H x W in 0..1 -> part logits B x 12 x H/8 x W/8, and logits a slot (the last class: not worn)."""
        x, skips = F.avg_pool2d(rgb, 2) * 2 - 1, []
        for block in self.down:
            x = block(x)
            skips.append(x)
        x = deep = self.middle(x)
        for block, skip in zip(self.up, reversed(skips[1:-1]), strict=True):
            x = block(torch.cat([F.interpolate(x, size=skip.shape[-2:]), skip], 1))
        parts = self.parts(x)
        where = F.adaptive_avg_pool2d(parts.softmax(1), deep.shape[-2:])
        whole = torch.cat([deep.mean((2, 3)), deep.amax((2, 3))], 1)
        kinds = {}
        for slot in SLOTS:
            weight = where[:, slot : slot + 1]
            local = (deep * weight).sum((2, 3)) / weight.sum((2, 3)).clamp_min(1e-3)
            kinds[slot] = self.heads[slot.name](torch.cat([local, whole], 1))
        return parts, kinds


def load_judge(folder: Path) -> Judge:
    judge = Judge()
    judge.load_state_dict({name: value.float() for name, value in load_file(folder / "judge.safetensors").items()})
    return judge.eval()


@torch.no_grad()
def read_kinds(judge: Judge, pictures: Sequence[NDArray[np.uint8]]) -> list[dict[ClothingPart, str | None]]:
    """The kind of garment seen in every slot (None: not worn) of H x W x 3 uint8 crops, H and W multiples of 32."""
    found = []
    for picture in pictures:
        _, kinds = judge(torch.tensor(picture).permute(2, 0, 1)[None].float() / 255)
        names = {slot: [*kinds_of(slot), None] for slot in SLOTS}
        found.append({slot: names[slot][int(logits.argmax())] for slot, logits in kinds.items()})
    return found


@torch.no_grad()
def read_parts(judge: Judge, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Part label map, H x W uint8, of an H x W x 3 uint8 crop with H and W multiples of 32."""
    parts, _ = judge(torch.tensor(picture).permute(2, 0, 1)[None].float() / 255)
    full = F.interpolate(parts, size=picture.shape[:2], mode="bilinear")
    return full[0].argmax(0).numpy().astype(np.uint8)


def _targets(stores: Sequence[Store]) -> list[NDArray[np.int64]]:
    """For every store, N x slots class indices."""
    tables = []
    for store in stores:
        rows = []
        for row in store.records():
            named = {int(part): kind for part, kind in row["kinds"].items()}
            rows.append([kinds_of(s).index(named[s]) if s in named else len(kinds_of(s)) for s in SLOTS])
        tables.append(np.array(rows, np.int64))
    return tables


def _batches(stores: Sequence[Store], batch: int, seed: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    rng = np.random.default_rng(seed)
    tables, sizes = _targets(stores), np.array([len(store) for store in stores], float)
    arrays = [(store.array("target"), store.array("labels")) for store in stores]
    while True:
        which = int(rng.choice(len(stores), p=sizes / sizes.sum()))
        rows = np.sort(rng.integers(0, len(stores[which]), batch))
        rgb = torch.from_numpy(arrays[which][0][rows]).permute(0, 3, 1, 2).float() / 255
        labels = torch.from_numpy(arrays[which][1][rows][:, 4::8, 4::8].astype(np.int64))
        wanted = torch.from_numpy(tables[which][rows])
        for index, slot in enumerate(SLOTS):
            seen = (labels == slot).flatten(1).float().mean(1) > 0.002
            wanted[seen & (wanted[:, index] == len(kinds_of(slot))), index] = UNKNOWN
        if rng.random() < 0.5:
            rgb, labels = rgb.flip(3), labels.flip(2)
        rgb = rgb + float(rng.uniform(0, 0.06)) * torch.randn_like(rgb)  # generated pictures are a little noisy
        yield rgb.contiguous(memory_format=torch.channels_last), labels, wanted


def train(stores: Sequence[Store], steps: int, batch: int = 24, rate: float = 2e-3, seed: int = 0, device: str = "cpu") -> Judge:
    torch.manual_seed(seed)
    judge = Judge()
    judge.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    optimizer = MuonAdamW(weight_decay=0.02)
    optimizer.add(judge)
    batches, began, sums = _batches(stores, batch, seed), time.monotonic(), np.zeros(2)
    for step in range(1, steps + 1):
        rgb, labels, wanted = (item.to(device) for item in next(batches))
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            parts, kinds = judge(rgb)
        loss = F.cross_entropy(parts.float(), labels)
        for index, slot in enumerate(SLOTS):
            known = wanted[:, index] != UNKNOWN
            errors = F.cross_entropy(kinds[slot].float(), wanted[:, index], label_smoothing=0.02, reduction="sum")
            loss = loss + 0.5 * errors / known.sum().clamp_min(1)
        loss.backward()
        optimizer.step(rate * schedule(step / steps, step, warmup=50))
        right = [(kinds[slot].argmax(1) == wanted[:, i]) | (wanted[:, i] == UNKNOWN) for i, slot in enumerate(SLOTS[:3])]
        sums += float(loss.detach()), float(torch.stack(right).all(0).float().mean())
        if step % 100 == 0:
            speed = step * batch / (time.monotonic() - began)
            print(f"step {step} loss {sums[0] / 100:.3f} right {sums[1] / 100:.3f} {speed:.0f} samples/s", flush=True)
            sums[:] = 0
    return judge.eval()


def save(judge: Judge, folder: Path, note: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "judge.safetensors"
    save_file({name: value.half().contiguous() for name, value in judge.state_dict().items()}, file)
    compact(file)
    (folder / "judge.json").write_text(json.dumps(note, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.judges", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("assets/weights/judge"))
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    stores = stores_in(arguments.data)
    judge = train(stores, arguments.steps, arguments.batch, device=arguments.device)
    note = {"steps": arguments.steps, "batch": arguments.batch, "pairs": sum(map(len, stores)), "seed": 0}
    save(judge.cpu(), arguments.out, note | {"source": "trained on drawings of training/characters", "licence": "Apache-2.0"})


if __name__ == "__main__":
    main()
