"""Ablations of CC_ControlNet at 128 pixels: small networks, a locked base, several seeds, one table.

    python -m training.ablations base --data runs/data --out runs/ablations --samples 60000
    python -m training.ablations run connections --data runs/data --check runs/unseen --out runs/ablations --samples 12000
    python -m training.ablations run composed --data runs/data --check runs/unseen --out runs/ablations    # after `run hints`
    python -m training.ablations table connections --out runs/ablations --plot docs/experiments/connections.png

The condition is the part map; parts, garments and features are re-read from the results by the judge. data, check:
folders of encoded pairs (`training.pairs`, `training encode`), check from seeds that training never sees.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from models.control_lite import lite_from_unet, skip_channels
from models.controlled_unet import Branch
from models.controlnet import from_unet, gaussian_from_unet
from models.fusion import Fusions
from models.group_norm import quicken
from pipeline.conditions import token_ids
from training import loop
from training.ablation_measures import measure, summary
from training.ablation_tables import PROMPTS, plot, read_results, table
from training.data import Batch, batches, open_source, stores_in
from training.diffusion import Diffusion, reads
from training.grids import draw
from training.hints import HINTS
from training.judges import load_judge
from training.recipes import Recipe, Stage, alphas_of, new_unet

BUNDLED, JUDGE = Path("assets/weights/bundled"), Path("assets/weights/judge")
STEM = (8, 16, 32, 48)
BATCH, CHECKED = 32, 64
CURVE_AT = (1, 25, 50, 100, 150, 200, 300, 400, 600, 800, 1200)
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
    "fusions": (*(Arm(fusion=name) for name in ("add", "residual", "concat", "attention")), Arm(consistency=0.3)),
    "hints": tuple(Arm(hint=name) for name in HINTS if name not in ("bundled", "masked image", "condition", "parts")),
    "data": (Arm(pairs=1000), Arm(pairs=10000), Arm()),
}
COMPOSED = (("pose", "colour map"), ("sketch", "colour map"), ("depth", "canny"))  # arms of "hints" that act together


def small_unet(latent_channels: int) -> UNet2DConditionModel:
    """About 4 M parameters, for 16 x 16 latents."""
    unet = new_unet(latent_channels, side=16, widths=(64, 96, 128))
    quicken(unet)
    return unet


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

    def folder(self, arm: Arm, seed: int) -> Path:
        """Where an arm's networks are kept."""
        return self.out / "arms" / f"{arm.name.replace(', ', '-').replace(' ', '_')}-{seed}"

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
    recipe = Recipe((Stage("base", samples // 64, 64),), ("unet", "text_encoder"), ("unet",))
    bench.train(parts, recipe, bench.out / "base", log=lambda row: print(json.dumps(row), flush=True))


def arm_parts(bench: Bench, arm: Arm) -> dict[str, nn.Module]:
    """An arm's networks, untrained, on the locked base."""
    unet = bench.base()
    parts: dict[str, nn.Module] = {"unet": unet, "text_encoder": bench.text_encoder, "control": new_control(arm, unet)}
    if arm.fusion != "add":
        parts["fusion"] = Fusions(arm.fusion, [*skip_channels(unet), unet.config.block_out_channels[-1]])
    if arm.consistency:
        parts["vae"] = bench.vae
    return parts


def arm_recipe(parts: dict[str, nn.Module], arm: Arm, samples: int, seed: int) -> Recipe:
    return Recipe(
        (Stage("arm", samples // BATCH, BATCH),),
        tuple(parts),
        tuple(name for name in parts if name in ("control", "fusion")),
        hint=arm.hint,
        rate=1e-3,
        warmup=20,
        drop_text=0.5,
        consistency=arm.consistency,
        seed=seed,
    )


def run_arm(bench: Bench, arm: Arm, seed: int, samples: int, check: Path) -> dict[str, Any]:
    """Train one arm and measure it with every kind of prompt. Its networks stay in `bench.out`/arms."""
    torch.manual_seed(seed)
    parts = arm_parts(bench, arm)
    recipe = arm_recipe(parts, arm, samples, seed)
    batch = check_batch(bench, reads(recipe), check)
    judge, curve = load_judge(JUDGE), {}

    def watch(state: loop.State) -> bool:
        """IoU on the way, by the weights as they are: where does the hint begin to be followed?"""
        if state.step in CURVE_AT or state.step == recipe.steps:
            found = measure(judge, sample(bench, state.task.parts, recipe, batch, "perfect"), batch)
            curve[state.step] = summary(found)["condition IoU"]
        return False

    state = bench.train(parts, recipe, bench.folder(arm, seed), arm.pairs, stop=watch)
    ready = {**state.task.parts, **state.average}
    row: dict[str, Any] = {"arm": asdict(arm), "name": arm.name, "seed": seed, "steps": recipe.steps, "curve": curve}
    row["prompts"] = {kind: summary(measure(judge, sample(bench, ready, recipe, batch, kind), batch)) for kind in PROMPTS}
    return row


def new_control(arm: Arm, unet: UNet2DConditionModel) -> nn.Module:
    control = CONNECTIONS[arm.connection](unet, HINTS[arm.hint].channels, STEM)
    quicken(control)
    return control


def run_composed(bench: Bench, hints: Sequence[str], seed: int, check: Path) -> dict[str, Any]:
    """Trained arms of "hints" acting together by plain addition, each at full strength."""
    recipes = [Recipe((), hint=hint) for hint in hints]
    batch = check_batch(bench, set().union(*map(reads, recipes)), check)
    unet, judge = bench.base(), load_judge(JUDGE)
    branches = []
    for hint in hints:
        arm = Arm(hint=hint)
        control: Any = new_control(arm, unet).eval()
        control.load_state_dict(loop.averages(bench.folder(arm, seed))["control"])
        branches.append(Branch(control, control.hint_stem(HINTS[hint].build(batch.pictures))))
    parts = {"unet": unet, "text_encoder": bench.text_encoder}
    plain = Recipe((), parts=("unet", "text_encoder"))

    prompts = {kind: summary(measure(judge, sample(bench, parts, plain, batch, kind, branches), batch)) for kind in PROMPTS}
    return {"name": " + ".join(hints), "seed": seed, "prompts": prompts}


def check_batch(bench: Bench, names: set[str], check: Path) -> Batch:
    """The same unseen drawings for every arm, of the commonest shape. names: of the pictures that hints read."""
    store = max(stores_in(check), key=len)
    source = open_source(store, bench.tokenizer, names | {"target", "labels"})
    return next(batches([source], min(CHECKED, len(store)), False, 0))


@torch.no_grad()
def sample(bench: Bench, parts: Any, recipe: Recipe, batch: Batch, prompt: str, more: Sequence[Branch] = ()) -> Tensor:
    """Pictures for a batch, B x 3 x H x W in 0..1. prompt: a row of PROMPTS; more: branches beside the recipe's own."""
    device = next(parts["unet"].parameters()).device
    empty = batch.empty.expand(len(batch.tokens), -1)
    words = {
        "none": empty,
        "insufficient": _tokens(bench, "a person in clothes").expand(len(batch.tokens), -1),
        "conflicting": batch.tokens.roll(1, 0),
        "perfect": batch.tokens,
    }[prompt]
    return draw(parts, recipe, batch, bench.vae.to(device), words, more).clamp(0, 1).cpu()


def _tokens(bench: Bench, text: str) -> Tensor:
    return token_ids(bench.tokenizer, [text])


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.ablations", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    base, run, tables = (commands.add_parser(name) for name in ("base", "run", "table"))
    for command in (base, run, tables):
        command.add_argument("--out", type=Path, required=True)
    for command in (run, tables):
        command.add_argument("experiment", choices=[*EXPERIMENTS, "composed"])
    for command, samples in ((base, 60_000), (run, 12_000)):
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--samples", type=int, default=samples, help="pictures to see, default: %(default)s")
    run.add_argument("--check", type=Path, required=True)
    run.add_argument("--seeds", type=int, default=3)
    tables.add_argument("--plot", type=Path, help="also draw the curves of training into this PNG file")
    base.set_defaults(run_command=lambda options: train_base(Bench.open(options.data, options.out), options.samples))
    run.set_defaults(run_command=command_run)
    tables.set_defaults(run_command=command_table)
    arguments = parser.parse_args()
    arguments.run_command(arguments)


def command_run(options: argparse.Namespace) -> None:
    """Goes on where it was stopped: what has a row already is not run again; what another experiment ran is taken over."""
    bench, own = Bench.open(options.data, options.out), options.out / f"{options.experiment}.jsonl"

    def known(file: Path) -> dict[tuple[str, int], dict[str, Any]]:
        found = read_results(file) if file.is_file() else {}
        return {(row["name"], row["seed"]): row for rows in found.values() for row in rows}

    for name, seed, run in jobs(bench, options.experiment, options.seeds, options.samples, options.check):
        if (name, seed) in known(own):
            continue
        rows = (known(file).get((name, seed)) for file in options.out.glob("*.jsonl"))
        row = next((row for row in rows if row and row.get("steps") == options.samples // BATCH), None) or run()
        with open(own, "a", encoding="utf-8") as lines:
            lines.write(json.dumps(row) + "\n")
        print(json.dumps({key: row[key] for key in ("name", "seed")} | row["prompts"]["perfect"]), flush=True)


def command_table(options: argparse.Namespace) -> None:
    results = read_results(options.out / f"{options.experiment}.jsonl")
    print(table(results))
    if options.plot and options.experiment in EXPERIMENTS:  # what is only composed has no training of its own
        plot(results, options.plot)


Job = tuple[str, int, Callable[[], dict[str, Any]]]  # a row's name and seed, and what makes it


def jobs(bench: Bench, experiment: str, seeds: int, samples: int, check: Path) -> Iterator[Job]:
    """One row a seed of every arm."""
    for seed in range(seeds):
        if experiment == "composed":
            for hints in COMPOSED:
                yield " + ".join(hints), seed, partial(run_composed, bench, hints, seed, check)
        else:
            for arm in EXPERIMENTS[experiment]:
                yield arm.name, seed, partial(run_arm, bench, arm, seed, samples, check)


if __name__ == "__main__":
    main()
