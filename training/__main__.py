"""Command line of the trainer.

    python -m training tokenizer --bpe bpe_simple_vocab_16e6.txt.gz --out runs/tokenizer
    python -m training encode --data runs/data --vae runs/vae
    python -m training train --recipe base --half 80000 --data runs/data --tokenizer runs/tokenizer --out runs/base
    python -m training train --recipe controlnet --half 280000 --full 40000 --begin-from runs/base \\
        --data runs/data --tokenizer runs/tokenizer --out runs/bundled [--resume]
    python -m training export --run runs/bundled --vae runs/vae --tokenizer runs/tokenizer --out assets/weights/bundled

Full-size weights (`training.full_size`) are trained on a folder of pictures (`training.folder`):

    python -m training check-data DIR --needs condition
    python -m training train --recipe controlnet-sd15 --base MODEL --data DIR --full 20000 --batch 8 --out runs/mine
    python -m training export --run runs/mine --base MODEL --out runs/mine/exported

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

from models.profiles import WEIGHTS
from models.tokenizer import build_tokenizer
from models.weights import WeightsError
from pipeline.request import UserError
from training import loop, setups
from training.characters.caption import vocabulary
from training.data import Batch, encode, stores_in, weigh_channels
from training.export import export, export_additions
from training.folder import KINDS, problems, read_rows
from training.grids import save_grid
from training.hints import HINTS
from training.parts import make_parts, read_parts
from training.recipes import FULL_SIZE, RECIPES, Budget, Recipe, Stage
from training.tasks import TASKS

GRID = 6  # pictures of every checkpoint
TOKENIZER = WEIGHTS / "bundled" / "tokenizer"
SAVE_MINUTES, SAVE_MINUTES_LARGE = 5, 30  # between checkpoints; of full-size weights they are gigabytes
USERS_HINTS = [name for name, hint in HINTS.items() if set(hint.reads) <= {"rgb", "target", *KINDS}]


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
    recipe = recipe_of(arguments)
    accelerator = loop.make_accelerator(recipe, arguments.device, arguments.out)
    device, workers = accelerator.device, accelerator.num_processes
    if odd := [stage.batch for stage in recipe.stages if stage.batch % workers]:
        raise UserError(f"{odd[0]} pictures cannot be shared by {workers} processes, please choose another --batch.")
    if arguments.recipe in FULL_SIZE:
        side = arguments.side or FULL_SIZE[arguments.recipe].side
        setup = setups.full(recipe, device, arguments.data, arguments.base, side, arguments.image_encoder)
    else:
        setup = setups.bundled(recipe, device, arguments.data, arguments.tokenizer, arguments.begin_from, arguments.vae)
    recipe = setup.recipe
    task = TASKS[recipe.task](setup.parts, recipe, setup.alphas, setup.channel_weights)
    state = loop.start(task, recipe, device)
    if arguments.resume:
        loop.resume(state, arguments.out)

    def stage_batches(stage: Stage, first: int) -> Iterator[Batch]:
        return setup.batches(stage, stage.batch // workers, first, accelerator.process_index)

    on_save = None
    if accelerator.is_main_process and setup.vae is not None and recipe.task == "diffusion":
        on_save = _grids(setup, arguments.out, next(setup.batches(recipe.stages[-1], GRID, 0, 0)))
    pause = arguments.save_minutes
    if pause is None:
        pause = SAVE_MINUTES_LARGE if arguments.recipe in FULL_SIZE else SAVE_MINUTES
    deadline = time.monotonic() + 60 * arguments.minutes
    done = loop.train(
        state,
        recipe,
        stage_batches,
        arguments.out,
        accelerator,
        log=lambda row: print(json.dumps(row), flush=True),
        on_save=on_save,
        save_every=60 * pause,
        stop=lambda state: time.monotonic() > deadline,
    )
    accelerator.end_training()
    if accelerator.is_main_process:
        print("done" if done else "stopped at the time limit; go on with --resume")


def recipe_of(arguments: argparse.Namespace) -> Recipe:
    """The recipe as it was asked for. Raises `UserError` for options that do not go together."""
    if not arguments.half + arguments.full:
        raise UserError("Please say how many pictures to see, with --full.")
    budget = Budget(arguments.half, arguments.full, arguments.batch, arguments.rate, arguments.accumulate)
    large = FULL_SIZE.get(arguments.recipe)
    recipe = replace((large.recipe if large else RECIPES[arguments.recipe])(budget), accumulate=arguments.accumulate)
    if large is None:
        if given := [name for name in ("base", "image_encoder", "hint", "side") if getattr(arguments, name)]:
            raise UserError(f"--{given[0].replace('_', '-')} is for full-size weights, please leave it out with this recipe.")
        return recipe
    if arguments.base is None:
        raise UserError("This recipe stands on a full-size model, please give its diffusers folder with --base.")
    if arguments.vae or arguments.tokenizer != TOKENIZER:
        raise UserError("Autoencoder and tokenizer of full-size weights are the base's, please leave out --vae and --tokenizer.")
    if arguments.hint and "control" not in recipe.parts:
        raise UserError("--hint is what a ControlNet is shown and this recipe trains none, please leave it out.")
    if arguments.half or arguments.begin_from:
        raise UserError("Full-size recipes know one size and one base, please use --full without --half and --begin-from.")
    if arguments.side and arguments.side % 64:
        raise UserError(f"--side {arguments.side} is no multiple of 64, please choose one that is.")
    return replace(recipe, hint=arguments.hint) if arguments.hint else recipe


def _grids(setup: setups.Setup, out: Path, batch: Batch) -> Callable[[loop.State], None]:
    """What to do with every checkpoint: draw a few pictures with it."""

    def draw(state: loop.State) -> None:
        vae = setup.vae.to(next(state.task.parameters()).device)
        parts = {**setup.parts, **state.average}
        path = save_grid(parts, setup.recipe, batch, vae, out, state.step, setup.scheduler)
        if "garment" in setup.recipe.parts:  # the average listened while it was drawn with
            state.task.parts["garment"].adapter.attach(state.task.parts["unet"])
        print(f"pictures: {path}", flush=True)

    return draw


def command_export(arguments: argparse.Namespace) -> None:
    if arguments.base:
        if not export_additions(read_parts(*arguments.run), arguments.base, arguments.out):
            raise UserError(f"{arguments.run[-1]} trained nothing that stands on a full-size model, please name another run.")
        return
    if arguments.vae is None:
        raise UserError("Please give the bundled model's autoencoder with --vae, or a full-size model with --base.")
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
    train.add_argument("--recipe", choices=[*RECIPES, *FULL_SIZE], required=True)
    train.add_argument("--data", type=Path, required=True, help="encoded pairs, or for full-size weights a folder of pictures")
    train.add_argument("--vae", type=Path, help="the autoencoder, for pictures of every checkpoint in --out/samples")
    train.add_argument("--half", type=int, default=0, help="pictures to see at half size, which come first")
    train.add_argument("--full", type=int, default=0, help="pictures to see at full size")
    train.add_argument("--batch", type=int, default=64, help="pictures at once; drawn pairs: half as many at full size")
    train.add_argument("--rate", type=float, help="learning rate, default: the recipe's")
    train.add_argument("--minutes", type=float, default=float("inf"), help="stop and save after this long")
    train.add_argument(
        "--save-minutes",
        type=float,
        help=f"a checkpoint so often (default: {SAVE_MINUTES}, of full-size weights {SAVE_MINUTES_LARGE})",
    )
    train.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    train.add_argument(
        "--begin-from", type=Path, nargs="+", default=[], help="exported folders or other runs to take the first weights from"
    )
    train.add_argument("--accumulate", type=int, default=1, help="batches a step")
    large = train.add_argument_group("full-size weights")
    large.add_argument("--base", type=Path, help="diffusers folder of the model that stays locked")
    large.add_argument("--image-encoder", type=Path, help="folder of the CLIP encoder that a garment adapter looks through")
    large.add_argument("--hint", choices=USERS_HINTS, help="what the ControlNet is shown, default: the data's condition pictures")
    large.add_argument("--side", type=int, help="of the square pictures, in pixels")
    train.set_defaults(run_command=command_train)

    exporting = commands.add_parser("export")
    exporting.add_argument(
        "--run", type=Path, nargs="+", required=True, help="the run; before it, those whose locked networks it stands on"
    )
    exporting.add_argument("--vae", type=Path, help="of the bundled model")
    exporting.add_argument("--base", type=Path, help="the full-size model that the run stands on: exports only what it added")
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
        command.add_argument("--tokenizer", type=Path, default=TOKENIZER, help="of the bundled model")
    latents.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    train.add_argument("--device", choices=("cpu",), help="keep away from a GPU")
    arguments = parser.parse_args()
    try:
        arguments.run_command(arguments)
    except (UserError, WeightsError) as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
