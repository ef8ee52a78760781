"""Command line of the trainer.

    python -m training tokenizer --bpe bpe_simple_vocab_16e6.txt.gz --out runs/tokenizer
    python -m training encode --data runs/data --vae runs/vae
    python -m training train --recipe base --half 80000 --data runs/data --tokenizer runs/tokenizer --out runs/base
    python -m training train --recipe controlnet --half 280000 --full 40000 --begin-from runs/base \\
        --data runs/data --tokenizer runs/tokenizer --out runs/bundled [--resume]
    python -m training export --run runs/bundled --vae runs/vae --tokenizer runs/tokenizer --out assets/weights/bundled

With several GPUs, or a process for each CPU core (better than threads for networks this small), start `train` with
`accelerate launch` or `torchrun --nproc-per-node N -m training train ...`.

`training.pairs`, `training.autoencoder`, `training.judges` and `training.evaluate` are commands of their own.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from diffusers import AutoencoderTiny
from transformers import CLIPTokenizer

from models.tokenizer import build_tokenizer
from training import loop
from training.characters.caption import vocabulary
from training.data import Batch, batches, encode, open_source, stores_in, weigh_channels
from training.diffusion import reads
from training.export import export
from training.folder import KINDS, problems, read_rows
from training.grids import save_grid
from training.parts import make_parts, read_parts
from training.recipes import RECIPES, Budget, Recipe, Stage, alphas_of
from training.tasks import TASKS


def command_tokenizer(arguments: argparse.Namespace) -> None:
    tokenizer = build_tokenizer(vocabulary(), arguments.bpe, arguments.out)
    print(f"{len(tokenizer)} tokens for {len(vocabulary())} words")


def command_encode(arguments: argparse.Namespace) -> None:
    vae = AutoencoderTiny.from_pretrained(arguments.vae).eval().to(arguments.device, memory_format=torch.channels_last)
    stores = stores_in(arguments.data)
    for store in stores:
        encode(store, vae, arguments.device)
        print(f"{store.folder}: {len(store)} pairs", flush=True)
    weigh_channels(stores[0], vae, arguments.device)


def command_train(arguments: argparse.Namespace) -> None:
    stores = stores_in(arguments.data)
    tokenizer = CLIPTokenizer.from_pretrained(arguments.tokenizer)
    recipe = RECIPES[arguments.recipe](Budget(arguments.half, arguments.full, arguments.batch, arguments.rate))
    accelerator = loop.make_accelerator(recipe, arguments.device, arguments.out)
    device, workers = accelerator.device, accelerator.num_processes
    parts = make_parts(tokenizer, stores[0].meta["latent_channels"], read_parts(*arguments.begin_from), recipe.seed)
    alphas = alphas_of(recipe.objective)
    task = TASKS[recipe.task](parts, recipe, alphas, stores[0].meta["channel_weights"])
    state = loop.start(task, recipe, device)
    if arguments.resume:
        loop.resume(state, arguments.out)
    sources = [open_source(store, tokenizer, reads(recipe), str(device)) for store in stores]

    def stage_batches(stage: Stage, first: int) -> Iterator[Batch]:
        return batches(sources, stage.batch // workers, stage.half, recipe.seed, first, accelerator.process_index)

    on_save = None
    if arguments.vae and recipe.task == "diffusion":
        few = replace(recipe.stages[-1], batch=6 * workers)
        on_save = _grids(arguments.vae, arguments.out, recipe, parts, next(stage_batches(few, 0)))
    deadline = time.monotonic() + 60 * arguments.minutes
    done = loop.train(
        state,
        recipe,
        stage_batches,
        arguments.out,
        accelerator,
        log=lambda row: print(json.dumps(row), flush=True),
        on_save=on_save,
        stop=lambda state: time.monotonic() > deadline,
    )
    accelerator.end_training()
    if accelerator.is_main_process:
        print("done" if done else "stopped at the time limit; go on with --resume")


def _grids(
    vae_folder: Path, out: Path, recipe: Recipe, parts: dict[str, torch.nn.Module], batch: Batch
) -> Callable[[loop.State], None]:
    """What to do with every checkpoint: draw a few pictures with it."""
    vae = AutoencoderTiny.from_pretrained(vae_folder).eval()

    def draw(state: loop.State) -> None:
        device = next(state.task.parameters()).device
        path = save_grid({**parts, **state.average}, recipe, batch, vae.to(device), out, state.step)
        if "garment" in state.average:  # the average listened while it was drawn with
            state.task.parts["garment"].adapter.attach(state.task.parts["unet"])
        print(f"pictures: {path}", flush=True)

    return draw


def command_export(arguments: argparse.Namespace) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(arguments.tokenizer)
    vae = AutoencoderTiny.from_pretrained(arguments.vae)
    known = read_parts(*arguments.run)
    parts = make_parts(tokenizer, vae.config.latent_channels, known)
    if "garment" not in known:
        del parts["garment"]
    export(parts, vae, arguments.tokenizer, arguments.out, known.get("lora"))
    total = sum(path.stat().st_size for path in arguments.out.rglob("*.safetensors"))
    print(f"{arguments.out}: {total / 1e6:.1f} MB of weights")


def command_check_data(arguments: argparse.Namespace) -> None:
    found = list(problems(arguments.folder, arguments.needs))
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        raise SystemExit(f"{len(found)} problems, please see the lines above")
    print(f"{len(read_rows(arguments.folder))} pictures, all good")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)

    tokenizer = commands.add_parser("tokenizer")
    tokenizer.add_argument("--bpe", type=Path, required=True)
    tokenizer.set_defaults(run_command=command_tokenizer)

    latents = commands.add_parser("encode")
    latents.add_argument("--data", type=Path, required=True)
    latents.add_argument("--vae", type=Path, required=True)
    latents.set_defaults(run_command=command_encode)

    train = commands.add_parser("train")
    train.add_argument("--recipe", choices=sorted(RECIPES), required=True)
    train.add_argument("--data", type=Path, required=True)
    train.add_argument("--vae", type=Path, help="the autoencoder, for pictures of every checkpoint in --out/samples")
    train.add_argument("--half", type=int, default=0, help="pictures to see at half size, which come first")
    train.add_argument("--full", type=int, default=0, help="pictures to see at full size")
    train.add_argument("--batch", type=int, default=64, help="pictures a step at half size, half as many at full size")
    train.add_argument("--rate", type=float, help="learning rate, default: the recipe's")
    train.add_argument("--minutes", type=float, default=float("inf"), help="stop and save after this long")
    train.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    train.add_argument(
        "--begin-from", type=Path, nargs="+", default=[], help="exported folders or other runs to take the first weights from"
    )
    train.set_defaults(run_command=command_train)

    exporting = commands.add_parser("export")
    exporting.add_argument(
        "--run", type=Path, nargs="+", required=True, help="the run; before it, those whose locked networks it stands on"
    )
    exporting.add_argument("--vae", type=Path, required=True)
    exporting.set_defaults(run_command=command_export)

    checking = commands.add_parser("check-data", help="is a folder of pictures fit for training?")
    checking.add_argument("folder", type=Path)
    checking.add_argument(
        "--needs", nargs="*", choices=KINDS, default=[], help="pictures that every row must have beside its own"
    )
    checking.set_defaults(run_command=command_check_data)

    for command in (tokenizer, train, exporting):
        command.add_argument("--out", type=Path, required=True)
    for command in (train, exporting):
        command.add_argument("--tokenizer", type=Path, required=True)
    latents.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    train.add_argument("--device", choices=("cpu",), help="keep away from a GPU")
    arguments = parser.parse_args()
    arguments.run_command(arguments)


if __name__ == "__main__":
    main()
