"""Ablations of CC_ControlNet at 128 pixels: small networks, a locked base, several seeds, one table.

    python -m training.ablations base --data runs/data --out runs/ablations --samples 60000
    python -m training.ablations run connections --data runs/data --check runs/unseen --out runs/ablations --samples 12000
    python -m training.ablations table connections --out runs/ablations --plot docs/experiments/connections.png

The condition is the part map; parts, garments and features are re-read from the results by the judge. data, check:
folders of encoded pairs (`training.pairs`, `training encode`), check from seeds that training never sees.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from models.control_lite import lite_from_unet, skip_channels
from models.controlnet import from_unet, gaussian_from_unet
from models.fusion import Fusions
from pipeline.conditions import token_ids
from training import loop
from training.ablation_measures import measure, summary
from training.data import Batch, batches, open_source, stores_in
from training.diffusion import Diffusion, reads
from training.grids import draw
from training.hints import HINTS
from training.judges import load_judge
from training.plots import save_curves
from training.recipes import Recipe, Stage, alphas_of, new_unet

BUNDLED = Path("assets/weights/bundled")
STEM = (8, 16, 32, 48)
CHECKED = 64
CURVE_AT = (1, 25, 50, 100, 150, 200, 300, 400, 600, 800, 1200)
PROMPTS = ("none", "insufficient", "conflicting", "perfect")
CONNECTIONS: dict[str, Callable[..., nn.Module]] = {"zero": from_unet, "gaussian": gaussian_from_unet, "lite": lite_from_unet}


@dataclass(frozen=True)
class Arm:
    """One variant to be trained."""

    connection: str = "zero"
    fusion: str = "add"
    hint: str = "parts"
    consistency: float = 0.0
    pairs: int | None = None  # so many pairs of the data, None for all

    @property
    def name(self) -> str:
        parts = [self.connection, self.fusion, self.hint]
        parts += [f"consistency {self.consistency:g}"] if self.consistency else []
        return ", ".join(parts + ([f"{self.pairs} pairs"] if self.pairs else []))


EXPERIMENTS: dict[str, tuple[Arm, ...]] = {
    "connections": tuple(Arm(connection=name) for name in CONNECTIONS),
    "fusions": (*(Arm(fusion=name) for name in ("residual", "concat", "attention")), Arm(consistency=0.3)),
    "hints": tuple(Arm(hint=name) for name in HINTS if name not in ("bundled", "masked image", "condition", "parts")),
    "data": tuple(Arm(pairs=count) for count in (1000, 10000, 50000)),
}


def small_unet(latent_channels: int) -> UNet2DConditionModel:
    """About 4 M parameters, for 16 x 16 latents."""
    return new_unet(latent_channels, side=16, widths=(64, 96, 128))


@dataclass
class Bench:
    """What all runs share: the frozen words and pictures, the locked base, data, and what results are checked on."""

    tokenizer: Any
    text_encoder: nn.Module
    vae: Any
    data: Path
    out: Path

    @classmethod
    def open(cls, data: Path, out: Path) -> Bench:
        tokenizer = CLIPTokenizer.from_pretrained(BUNDLED / "tokenizer")
        text = CLIPTextModel.from_pretrained(BUNDLED / "text_encoder", dtype=torch.float32).eval()
        vae = AutoencoderTiny.from_pretrained(BUNDLED / "vae").eval().requires_grad_(False)
        return cls(tokenizer, text, vae, data, out)

    def base(self) -> UNet2DConditionModel:
        unet = small_unet(self.vae.config.latent_channels)
        unet.load_state_dict(loop.averages(self.out / "base")["unet"])
        return unet.eval()

    def train(
        self, parts: dict[str, nn.Module], recipe: Recipe, folder: Path, pairs: int | None = None, **more: Any
    ) -> loop.State:
        """pairs: how many of the data to see, None for all; more: as for `loop.train`."""
        stores = stores_in(self.data)
        task = Diffusion(parts, recipe, alphas_of(recipe.objective), stores[0].meta["channel_weights"])
        accelerator = loop.make_accelerator(recipe, "cpu" if not torch.cuda.is_available() else None)
        state = loop.start(task, recipe, accelerator.device)
        sources = [open_source(store, self.tokenizer, reads(recipe), str(accelerator.device)) for store in stores]
        if pairs:  # the first ones of every shape, in its share
            whole = sum(source.count for source in sources)
            sources = [replace(source, count=max(1, round(source.count * pairs / whole))) for source in sources]

        def source(stage: Stage, first: int) -> Any:
            return batches(sources, stage.batch // accelerator.num_processes, True, recipe.seed, first, accelerator.process_index)

        loop.train(state, recipe, source, folder, accelerator, save_every=1e9, **more)
        return state


def train_base(bench: Bench, samples: int) -> None:
    """Words to picture at 128 pixels, on the bundled model's text encoder."""
    parts: dict[str, nn.Module] = {"unet": small_unet(bench.vae.config.latent_channels), "text_encoder": bench.text_encoder}
    recipe = Recipe((Stage("base", samples // 64, 64, half=True),), ("unet", "text_encoder"), ("unet",))
    bench.train(parts, recipe, bench.out / "base")


def run_arm(bench: Bench, arm: Arm, seed: int, samples: int, check: Path) -> dict[str, Any]:
    """Train one arm and measure it with every kind of prompt."""
    torch.manual_seed(seed)
    unet = bench.base()
    control = CONNECTIONS[arm.connection](unet, HINTS[arm.hint].channels, STEM)
    parts: dict[str, nn.Module] = {"unet": unet, "text_encoder": bench.text_encoder, "control": control, "vae": bench.vae}
    names, trained = ["unet", "text_encoder", "control"], ["control"]
    if arm.fusion != "add":
        parts["fusion"] = Fusions(arm.fusion, [*skip_channels(unet), unet.config.block_out_channels[-1]])
        names, trained = [*names, "fusion"], [*trained, "fusion"]
    if arm.consistency:
        names.append("vae")
    recipe = Recipe(
        (Stage("arm", samples // 32, 32, half=True),),
        tuple(names),
        tuple(trained),
        hint=arm.hint,
        rate=1e-3,
        warmup=20,
        drop_text=0.5,
        consistency=arm.consistency,
        seed=seed,
    )
    batch = check_batch(bench, recipe, check)
    judge, curve = load_judge(Path("assets/weights/judge")), {}

    def watch(state: loop.State) -> bool:
        """IoU on the way, by the weights as they are: where does the hint begin to be followed?"""
        if state.step in CURVE_AT or state.step == recipe.steps:
            found = measure(judge, sample(bench, state.task.parts, recipe, batch, "perfect"), batch)
            curve[state.step] = summary(found)["condition IoU"]
        return False

    began = time.monotonic()
    state = bench.train(parts, recipe, bench.out / "arm", arm.pairs, stop=watch)
    seconds = time.monotonic() - began
    ready = {**state.task.parts, **state.average}
    row: dict[str, Any] = {"arm": asdict(arm), "name": arm.name, "seed": seed, "steps": recipe.steps, "curve": curve}
    row["parameters"] = sum(p.numel() for module in state.average.values() for p in module.parameters())
    row["seconds"] = round(seconds, 1)
    row["prompts"] = {kind: summary(measure(judge, sample(bench, ready, recipe, batch, kind), batch)) for kind in PROMPTS}
    return row


def check_batch(bench: Bench, recipe: Recipe, check: Path) -> Batch:
    """The same unseen drawings for every arm, of the commonest shape."""
    store = max(stores_in(check), key=len)
    source = open_source(store, bench.tokenizer, {*reads(recipe), "target", "labels"})
    return next(batches([source], min(CHECKED, len(store)), True, 0))


@torch.no_grad()
def sample(bench: Bench, parts: Any, recipe: Recipe, batch: Batch, prompt: str) -> Tensor:
    """Pictures for a batch, B x 3 x H x W in 0..1. prompt: a row of PROMPTS."""
    device = next(parts["unet"].parameters()).device
    empty = batch.empty.expand(len(batch.tokens), -1)
    words = {
        "none": empty,
        "insufficient": _tokens(bench, "a person in clothes").expand(len(batch.tokens), -1),
        "conflicting": batch.tokens.roll(1, 0),
        "perfect": batch.tokens,
    }[prompt]
    return draw(parts, recipe, batch, bench.vae.to(device), words).clamp(0, 1).cpu()


def _tokens(bench: Bench, text: str) -> Tensor:
    return token_ids(bench.tokenizer, [text])


def read_results(file: Path) -> dict[str, list[dict[str, Any]]]:
    """An experiment's rows, a seed each, by their arms' names."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(row["name"], []).append(row)
    return found


def table(results: dict[str, list[dict[str, Any]]]) -> str:
    """Mean and spread over the seeds, as Markdown."""
    columns = list(next(iter(results.values()))[0]["prompts"]["perfect"])
    lines = ["| arm | prompt | " + " | ".join(columns) + " | parameters | seconds |", "|---" * (len(columns) + 4) + "|"]
    for name, own in results.items():
        for prompt in PROMPTS:
            cells = [_spread([row["prompts"][prompt][column] for row in own]) for column in columns]
            cells += [f"{own[0]['parameters'] / 1e6:.2f} M", _spread([row["seconds"] for row in own])]
            lines.append(f"| {name} ({len(own)} seeds) | {prompt} | " + " | ".join(cells) + " |")
    steps = list(next(iter(results.values()))[0]["curve"])
    lines += ["", "| condition IoU | " + " | ".join(f"step {at}" for at in steps) + " |", "|---" * (len(steps) + 1) + "|"]
    for name, own in results.items():
        lines.append(f"| {name} | " + " | ".join(_spread([row["curve"][at] for row in own]) for at in steps) + " |")
    return "\n".join(lines)


def plot(results: dict[str, list[dict[str, Any]]], path: Path) -> None:
    """How well the hint is followed over the steps of training, a curve an arm."""
    curves = {name: [(float(at), [row["curve"][at] for row in own]) for at in own[0]["curve"]] for name, own in results.items()}
    save_curves(curves, "step", "condition IoU, perfect prompt", path, logarithmic=True)


def _spread(values: Sequence[float]) -> str:
    return f"{np.mean(values):.3f} ± {np.std(values):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.ablations", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    base, run, tables = (commands.add_parser(name) for name in ("base", "run", "table"))
    for command in (base, run, tables):
        command.add_argument("--out", type=Path, required=True)
    for command, samples in ((base, 60_000), (run, 12_000)):
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--samples", type=int, default=samples, help="pictures to see, default: %(default)s")
    tables.add_argument("--plot", type=Path, help="also draw the curves of training into this PNG file")
    for command in (run, tables):
        command.add_argument("experiment", choices=sorted(EXPERIMENTS))
    run.add_argument("--check", type=Path, required=True)
    run.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    if arguments.command == "table":
        results = read_results(arguments.out / f"{arguments.experiment}.jsonl")
        print(table(results))
        if arguments.plot:
            plot(results, arguments.plot)
        return
    bench = Bench.open(arguments.data, arguments.out)
    if arguments.command == "base":
        train_base(bench, arguments.samples)
        return
    for arm in EXPERIMENTS[arguments.experiment]:
        for seed in range(arguments.seeds):
            row = run_arm(bench, arm, seed, arguments.samples, arguments.check)
            with open(arguments.out / f"{arguments.experiment}.jsonl", "a", encoding="utf-8") as lines:
                lines.write(json.dumps(row) + "\n")
            print(
                json.dumps({key: row[key] for key in ("name", "seed", "seconds")} | {"perfect": row["prompts"]["perfect"]}),
                flush=True,
            )


if __name__ == "__main__":
    main()
