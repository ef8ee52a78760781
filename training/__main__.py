"""Command line of the trainer.

    python -m training tokenizer --bpe bpe_simple_vocab_16e6.txt.gz --out runs/tokenizer
    python -m training encode --data runs/data --vae runs/vae
    python -m training train --recipe bundled --data runs/data --tokenizer runs/tokenizer --out runs/bundled [--resume]
    python -m training export --run runs/bundled --vae runs/vae --tokenizer runs/tokenizer --out assets/weights/bundled

With several GPUs, or a process for each CPU core (better than threads for networks this small), start `train` with
`torchrun --nproc-per-node N -m training train ...`.

`training.pairs`, `training.autoencoder`, `training.judges` and `training.evaluate` are commands of their own.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from diffusers import AutoencoderTiny
from transformers import CLIPTokenizer

from models.tokenizer import build_tokenizer
from training import loop, recipes
from training.characters.caption import vocabulary
from training.data import Batch, batches, encode, open_source, stores_in, weigh_channels
from training.export import export
from training.recipes import Stage

RECIPES = {
    "bundled": recipes.bundled,
    "bundled-more": recipes.bundled_more,
    "bundled-full": recipes.bundled_full,
    "bundled-gpu": recipes.bundled_gpu,
    "smoke": recipes.smoke,
}


def fresh_state(recipe: recipes.Recipe, tokenizer: CLIPTokenizer, latent_channels: int, device: str) -> loop.State:
    """New networks for this tokenizer and autoencoder, ready to train or to load a checkpoint into."""
    torch.manual_seed(recipe.seed)
    text_encoder = recipes.new_text_encoder(len(tokenizer), tokenizer.bos_token_id, tokenizer.eos_token_id)
    return loop.start(recipe, recipes.new_unet(latent_channels), text_encoder, device)


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
    loop.join_workers(arguments.device)
    stores = stores_in(arguments.data)
    tokenizer = CLIPTokenizer.from_pretrained(arguments.tokenizer)
    recipe = RECIPES[arguments.recipe](arguments.samples)
    sources = [open_source(store, tokenizer, arguments.device) for store in stores]
    state = fresh_state(recipe, tokenizer, stores[0].meta["latent_channels"], arguments.device)
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.resume:
        loop.resume(state, recipe, arguments.out)
    elif arguments.begin_from:
        loop.begin_from(state, recipe, arguments.begin_from)

    def stage_batches(stage: Stage, seed: int) -> Iterator[Batch]:
        return batches(sources, stage.batch // loop.workers(), stage.half, seed, loop.worker())

    done = loop.train(
        state,
        recipe,
        stage_batches,
        arguments.out,
        channel_weights=stores[0].meta["channel_weights"],
        log=lambda row: print(json.dumps(row), flush=True),
        deadline=60 * arguments.minutes,
    )
    print("done" if done else "stopped at the time limit; go on with --resume")


def command_export(arguments: argparse.Namespace) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(arguments.tokenizer)
    vae = AutoencoderTiny.from_pretrained(arguments.vae)
    recipe = recipes.bundled(1000)
    state = fresh_state(recipe, tokenizer, vae.config.latent_channels, "cpu")
    loop.resume(state, recipe, arguments.run)
    export(state.average, vae, arguments.tokenizer, arguments.out)
    total = sum(path.stat().st_size for path in arguments.out.rglob("*.safetensors"))
    print(f"{arguments.out}: {total / 1e6:.1f} MB of weights after {state.step} steps")


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
    train.add_argument("--recipe", choices=sorted(RECIPES), default="bundled")
    train.add_argument("--data", type=Path, required=True)
    train.add_argument("--samples", type=int, default=400_000, help="pictures seen in all stages together")
    train.add_argument("--minutes", type=float, default=float("inf"), help="stop and save after this long")
    train.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    train.add_argument("--begin-from", type=Path, help="begin from an exported folder instead of from nothing")
    train.set_defaults(run_command=command_train)

    exporting = commands.add_parser("export")
    exporting.add_argument("--run", type=Path, required=True)
    exporting.add_argument("--vae", type=Path, required=True)
    exporting.set_defaults(run_command=command_export)

    for command in (tokenizer, train, exporting):
        command.add_argument("--out", type=Path, required=True)
    for command in (train, exporting):
        command.add_argument("--tokenizer", type=Path, required=True)
    for command in (latents, train):
        command.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    arguments.run_command(arguments)


if __name__ == "__main__":
    main()
