"""The judge: one small network, trained on drawings, that reads parts and garments from a finished picture.

Every evaluation uses the same frozen judge, so that figures can be compared. It never sees evaluation seeds.

    python -m training.judges [--count 40000] --out assets/weights/judge
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipeline.request import ClothingPart
from training.export import compact
from training.judge_drawings import SLOTS, Drawings, batches, halved, kinds_of, make_drawings
from training.optimizer import MuonAdamW, schedule
from training.pairs import EVALUATION_SEEDS
from training.precision import autocast

PARTS = len(ClothingPart)
WIDTHS, BLOCKS = (48, 96, 192), (1, 2, 2)
MAIN = 3  # the first slots, which evaluations ask about
FIRST_SEED, UNSEEN_SEED = 500_000_000, 890_000_000  # drawings to learn from, and to be examined with at the end


class _Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut (He et al., arXiv:1512.03385)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        same = inputs == outputs and stride == 1
        shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, stride, stride, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Identity() if same else shortcut

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.main(x) + self.shortcut(x), inplace=True)


class Judge(nn.Module):
    """Part parser (a feature pyramid, Lin et al., arXiv:1612.03144) with a garment classifier a slot.

    It looks at pictures of half the size, where generated ones are no softer than drawn ones, in patches of 4 x 4. A
    slot's classifier sees the features under the part that the parser found there, and of the whole picture.
    """

    def __init__(self, kinds: Mapping[ClothingPart, Sequence[str]] | None = None) -> None:
        """kinds: the garments a slot that it tells apart, by default all that are drawn; a trained one keeps its own."""
        super().__init__()
        self.kinds = {slot: tuple(kinds_of(slot) if kinds is None else kinds[slot]) for slot in SLOTS}
        self.stem = nn.Conv2d(3, WIDTHS[0], 4, 4)
        down, width = [], WIDTHS[0]
        for wider, blocks in zip(WIDTHS, BLOCKS, strict=True):
            stride = 1 if wider == WIDTHS[0] else 2
            down.append(nn.Sequential(_Residual(width, wider, stride), *(_Residual(wider, wider) for _ in range(blocks - 1))))
            width = wider
        self.down = nn.ModuleList(down)
        self.lateral = nn.ModuleList(nn.Conv2d(channels, WIDTHS[0], 1) for channels in WIDTHS)
        self.merge = _Residual(WIDTHS[0], WIDTHS[0])
        self.parts = nn.Conv2d(WIDTHS[0], PARTS, 1)
        self.heads = nn.ModuleDict(
            {
                slot.name: nn.Sequential(
                    nn.Linear(3 * width, 192), nn.SiLU(), nn.Dropout(0.1), nn.Linear(192, len(self.kinds[slot]) + 1)
                )
                for slot in SLOTS
            }
        )

    def _read(self, half: Tensor) -> tuple[Tensor, Tensor]:
        """Part logits B x 12 x H/8 x W/8 and the deepest features, B x C x H/32 x W/32."""
        x, pyramid = self.stem(half * 2 - 1), []
        for block in self.down:
            x = block(x)
            pyramid.append(x)
        merged = self.lateral[-1](x)
        for lateral, skip in zip(self.lateral[-2::-1], pyramid[-2::-1], strict=True):
            merged = F.interpolate(merged, size=skip.shape[-2:]) + lateral(skip)
        return self.parts(self.merge(merged)), x

    def features(self, half: Tensor) -> Tensor:
        """B x C, what the whole picture looks like to the judge, for distances between sets of pictures."""
        return self._read(half)[1].mean((2, 3))

    def forward(self, half: Tensor) -> tuple[Tensor, dict[ClothingPart, Tensor]]:
        """half: B x 3 x H/2 x W/2 in 0..1, a picture at half size -> part logits B x 12 x H/8 x W/8, and logits a slot
        (the last class: not worn)."""
        parts, deep = self._read(half)
        where = F.adaptive_avg_pool2d(parts.softmax(1), (deep.shape[-2], deep.shape[-1]))
        whole = torch.cat([deep.mean((2, 3)), deep.amax((2, 3))], 1)
        kinds = {}
        for slot in SLOTS:
            weight = where[:, slot : slot + 1]
            local = (deep * weight).sum((2, 3)) / weight.sum((2, 3)).clamp_min(1e-3)
            kinds[slot] = self.heads[slot.name](torch.cat([local, whole], 1))
        return parts, kinds


def load_judge(folder: Path) -> Judge:
    """The judge of this folder, with the garments that it was trained on: kinds drawn since then are none of its classes."""
    kinds = json.loads((folder / "judge.json").read_text())["kinds"]
    judge = Judge({slot: kinds[slot.name] for slot in SLOTS})
    judge.load_state_dict(load_file(folder / "judge.safetensors"))  # from 8 and 16 bits to 32
    return judge.eval()


@torch.no_grad()
def read_kinds(judge: Judge, pictures: Sequence[NDArray[np.uint8]]) -> list[dict[ClothingPart, str | None]]:
    """The kind of garment seen in every slot (None: not worn) of H x W x 3 uint8 crops, H and W multiples of 32."""
    found = []
    for picture in pictures:
        _, kinds = judge(halved(np.ascontiguousarray(picture)[None]))
        names = {slot: [*judge.kinds[slot], None] for slot in SLOTS}
        found.append({slot: names[slot][int(logits.argmax())] for slot, logits in kinds.items()})
    return found


def _right(kinds: dict[ClothingPart, Tensor], wanted: Tensor) -> Tensor:
    """How many of the main garments that are worn were named rightly, and how many there are."""
    counts = torch.zeros(2)
    for index, slot in enumerate(SLOTS[:MAIN]):
        worn = wanted[:, index] < kinds[slot].shape[1] - 1
        counts += torch.stack([(kinds[slot].argmax(1) == wanted[:, index])[worn].sum(), worn.sum()]).cpu()
    return counts


@torch.no_grad()
def examine(judge: Judge, drawings: Sequence[Drawings], chunk: int = 100) -> float:
    """Share of the main garments that are named rightly."""
    counts = torch.zeros(2)
    for drawing in drawings:
        for start in range(0, len(drawing), chunk):
            rgb, _, wanted = drawing.take(slice(start, start + chunk))
            counts += _right(judge(rgb)[1], wanted)
    return float(counts[0] / counts[1])


def train(
    drawings: Sequence[Drawings], steps: int, batch: int = 48, rate: float = 2e-3, seed: int = 0, device: str = "cpu"
) -> Judge:
    torch.manual_seed(seed)
    judge = Judge()
    judge.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    optimizer = MuonAdamW(weight_decay=0.02)
    optimizer.add(judge)
    source, total, counts = batches(drawings, batch, seed), 0.0, torch.zeros(2)
    began = time.monotonic()
    for step in range(1, steps + 1):
        rgb, labels, wanted = (item.to(device) for item in next(source))
        with autocast(device):
            parts, kinds = judge(rgb)
        loss = F.cross_entropy(parts.float(), labels)
        for index, slot in enumerate(SLOTS):
            loss = loss + 0.5 * F.cross_entropy(kinds[slot].float(), wanted[:, index], label_smoothing=0.02)
        loss.backward()
        optimizer.set_rate(rate * schedule(step / steps, step, warmup=50))
        optimizer.step()
        total, counts = total + float(loss.detach()), counts + _right(kinds, wanted)
        if step % 100 == 0:
            speed = step * batch / (time.monotonic() - began)
            print(f"step {step} loss {total / 100:.3f} right {counts[0] / counts[1]:.3f} {speed:.0f} samples/s", flush=True)
            total, counts = 0.0, torch.zeros(2)
    return judge.eval()


def save(judge: Judge, folder: Path, note: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "judge.safetensors"
    save_file({n: v.half().contiguous() if v.is_floating_point() else v for n, v in judge.state_dict().items()}, file)
    compact(file)
    note = note | {"kinds": {slot.name: list(names) for slot, names in judge.kinds.items()}}
    (folder / "judge.json").write_text(json.dumps(note, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.judges", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("assets/weights/judge"))
    parser.add_argument("--count", type=int, default=40_000, help="drawings to learn from")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count(), help="processes that draw")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    assert arguments.count < UNSEEN_SEED - FIRST_SEED and UNSEEN_SEED < EVALUATION_SEEDS
    drawings = make_drawings(range(FIRST_SEED, FIRST_SEED + arguments.count), arguments.workers)
    print(f"{sum(map(len, drawings))} drawings", flush=True)
    judge = train(drawings, arguments.steps, arguments.batch, device=arguments.device).cpu()
    right = examine(judge, make_drawings(range(UNSEEN_SEED, UNSEEN_SEED + 1000), arguments.workers))
    note = {"drawings": sum(map(len, drawings)), "steps": arguments.steps, "batch": arguments.batch, "seed": 0}
    note |= {"right_on_1000_unseen_drawings": round(right, 3)}
    print(note)
    save(judge, arguments.out, note | {"source": "trained on drawings of training/characters", "licence": "Apache-2.0"})


if __name__ == "__main__":
    main()
