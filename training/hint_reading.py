"""Train the bundled reader of poses, depth and bodies on the locked trunk of the part parser, and measure it.

    python -m training.part_drawings --out runs/parts --count 20000
    python -m training.hint_reading train --data runs/parts --out runs/hints --samples 40000
    python -m training.hint_reading export --run runs/hints --out assets/weights/hints
    python -m training.hint_reading evaluate --joints DIR

What it is asked for is what the drawer knows: joints, the order of layers, rounded to a relief, and the body under the clothes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from models import hint_reader
from models.hint_reader import new_head
from models.profiles import SEGMENTER
from models.segmenter import load_parser
from models.weights import write_manifest
from training import loop
from training.parsing import Looks, add_training_options, recipe_of, run
from training.posed import Posed, look
from training.reading_loss import reading_loss
from training.reading_report import evaluate, on_pictures


class Reading(nn.Module):
    """What a head is taught on a locked trunk."""

    def __init__(self, trunk: nn.Module) -> None:
        super().__init__()
        self.trunk, self.head = trunk.requires_grad_(False).eval(), new_head()

    def trained(self) -> dict[str, nn.Module]:
        return {"head": self.head}

    def forward(self, batch: Posed, generator: torch.Generator) -> Tensor:
        with torch.no_grad():
            fine, merged = self.trunk(batch.planes(next(self.head.parameters()).device))
        return reading_loss(self.head(fine, merged), batch)


def command_train(options: argparse.Namespace) -> None:
    task = Reading(load_parser(options.parser).trunk)
    if options.begin_from:
        task.head.load_state_dict(load_file(options.begin_from / hint_reader.FILE))
    run(task, recipe_of(options, "head"), options, partial(Looks, look=look, kind=Posed))


def command_export(options: argparse.Namespace) -> None:
    head = new_head()
    head.load_state_dict(loop.averages(options.run)["head"])
    hint_reader.save(head, options.parser, options.out)
    print(f"{options.out}: {sum(file.size for file in write_manifest(options.out)) / 1e6:.1f} MB")


def command_evaluate(options: argparse.Namespace) -> None:
    reader = hint_reader.load(options.weights, options.parser)
    if options.drawn:
        print(evaluate(reader, options.drawn), flush=True)
    for folder in options.joints:
        print(*on_pictures(reader, folder), sep="\n", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.hint_reading", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    train, export, measure = (commands.add_parser(name) for name in ("train", "export", "evaluate"))
    add_training_options(train, samples=40_000, batch=16, rate=2e-3)
    train.add_argument("--begin-from", type=Path, help="exported weights of a reader to start from")
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--out", type=Path, required=True)
    measure.add_argument("--drawn", type=int, default=200, help="drawings to look at (default: %(default)s)")
    measure.add_argument("--joints", type=Path, nargs="*", default=[], help="folders of labelled pictures with joints")
    measure.add_argument("--weights", type=Path, default=hint_reader.FOLDER)
    for command, act in ((train, command_train), (export, command_export), (measure, command_evaluate)):
        command.add_argument("--parser", type=Path, default=SEGMENTER, help="exported weights of the parser")
        command.set_defaults(run_command=act)
    options = parser.parse_args(arguments)
    options.run_command(options)


if __name__ == "__main__":
    main()
