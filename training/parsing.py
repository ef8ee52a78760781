"""Train the bundled part parser, and then the bundled SAM on its trunk.

    python -m training.part_drawings --out runs/parts --count 20000
    python -m training.parsing train --data runs/parts --out runs/parser --samples 100000
    python -m training.prompting train --data runs/parts --parser runs/parser --out runs/sam --samples 40000
    python -m training.prompting export --parser runs/parser --sam runs/sam --out assets/weights/segmenter

Both go on from their checkpoint with --resume and stop after --minutes.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from models.part_parser import CLASSES, FACE_HANDS, PartParser, new_parser
from models.segmenter import PARSER_FILE, load_parser
from pipeline.request import CLOTHING, ClothingPart
from training import loop, part_pictures
from training.ahead import ahead
from training.part_backdrops import real_backdrops
from training.part_drawings import Sheet, read_sheets
from training.part_lent import lend
from training.part_pictures import ANY_SKIN, Labelled
from training.part_scenes import UNKNOWN, Maps, beside, compose, nearly_whole, place, seen_by
from training.part_styles import AMONG_THINGS, AS_IT_IS, DISGUISED, restyle
from training.recipes import Recipe, Stage

SIDE = 256
LABELS = Path(__file__).parent / "labels"  # of `training.annotate`
REAL = 0.7  # of a batch but its first picture, where there are real ones
BACKBONE_RATE = 0.3
FROZEN = 6  # blocks of the backbone: edges and colours it knows already, and they are a seventh of the time
PLAIN = 0.7  # chance that a real picture is shown nearly whole and as it is; of the others:
JOINED = 0.3  # chance that drawn people join
LENT = 0.4  # chance that something of theirs lies over whoever is in it
UNTOUCHED = 0.5  # chance that it keeps its looks
HELD = 4.0  # weight of pixels of held things: one in a hundred, and as varied as all else together


@dataclass(frozen=True)
class Seen:
    """A batch, all uint8. rgb: B x S x S x 3; parts: B x S x S part classes, `UNKNOWN` where nobody can say; garments:
    B x S x S, 0 none."""

    rgb: Tensor
    parts: Tensor
    garments: Tensor

    def planes(self, device: torch.device | str) -> Tensor:
        """The pictures as networks take them: B x 3 x S x S in 0..1."""
        return as_planes(self.rgb, device)


def as_planes(rgb: Tensor, device: torch.device | str) -> Tensor:
    """B x H x W x 3 uint8 -> B x 3 x H x W in 0..1."""
    planes = rgb.to(device).permute(0, 3, 1, 2).float() / 255
    return planes.contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class Real:
    """Real pictures to learn from, and what lies behind the people in them."""

    labelled: tuple[Labelled, ...] = ()
    grounds: tuple[NDArray[np.uint8], ...] = ()


DRAWN = Real()  # none


def look(sheets: Sequence[Sheet], side: int, rng: np.random.Generator, real: Real = DRAWN) -> tuple[Any, Any, Any]:
    """A scene of drawings, restyled: rgb, parts and garments, see `Seen`."""
    scene = compose(sheets, side, rng).scene
    rgb, parts = restyle(scene, rng, real.grounds)
    return rgb, parts, scene.garments


def look_at_real(sheets: Sequence[Sheet], side: int, rng: np.random.Generator, real: Real = DRAWN) -> tuple[Any, Any, Any]:
    """Likewise a real picture, which drawn people may join."""
    picture = real.labelled[int(rng.integers(len(real.labelled)))]
    return show_real(picture, side, sheets, rng, real)[1:]


def show_real(
    picture: Labelled, side: int, sheets: Sequence[Sheet], rng: np.random.Generator, real: Real
) -> tuple[Maps, Any, Any, Any]:
    """The maps by which `cv2.remap` shows this picture, and as of `look_at_real`. A network that meets every picture in
    disguise alone learns little of any."""
    plain = rng.random() < PLAIN
    maps = (nearly_whole if plain else place)(rng, picture.parts.shape, side)
    scene = seen_by(picture.drawing(rng), maps)
    manner = AS_IT_IS
    if not plain:
        if rng.random() < JOINED:
            beside(scene, sheets, rng)
        if rng.random() < LENT:
            lend(scene, sheets, rng)
        manner = AMONG_THINGS if rng.random() < UNTOUCHED else DISGUISED
    return maps, *restyle(scene, rng, real.grounds, manner), scene.garments


Look = Callable[[Sequence[Sheet], int, np.random.Generator, Real], tuple[Any, ...]]


@dataclass(frozen=True)
class Looks:
    """A batch by its number; what is in one depends on seed, number and worker alone.

    data: folder of sheets; size: pictures; side: their pixels; worker: of several processes that train together; look: makes
    one picture and what is to be known of it; kind: of the batch that is made of such.
    """

    data: Path
    size: int
    side: int
    seed: int
    worker: int = 0
    real: Real = DRAWN
    look: Look = look
    look_at_real: Look = look_at_real
    kind: type = Seen

    def __call__(self, number: int) -> Any:
        cv2.setNumThreads(1)
        sheets = _sheets(self.data)
        rngs = [np.random.default_rng([self.seed, number, row, self.worker]) for row in range(self.size)]
        # one is drawn in any case: processes that train together need gradients of the same weights
        looks = [self.look(sheets, self.side, rngs[0], self.real), *(self._one(sheets, rng) for rng in rngs[1:])]
        return self.kind(*(torch.from_numpy(np.stack(column)) for column in zip(*looks, strict=True)))

    def _one(self, sheets: Sequence[Sheet], rng: np.random.Generator) -> tuple[Any, ...]:
        shown = self.look_at_real if self.real.labelled and rng.random() < REAL else self.look
        return shown(sheets, self.side, rng, self.real)


_sheets = lru_cache(maxsize=2)(read_sheets)


def batches(looks: Looks, first: int = 0, cores: int = 0) -> Iterator[Any]:
    """Endless batches, prepared ahead in a thread, or on so many cores."""
    return ahead(looks, first, processes=cores)


class Parsing(nn.Module):
    """What a parser is taught: every pixel's part, and above all what is clothing."""

    def __init__(self, parser: PartParser) -> None:
        super().__init__()
        self.parser = parser

    def trained(self) -> dict[str, nn.Module]:
        return {"parser": self.parser}

    def share_of_rate(self, name: str) -> float:
        return share_of_rate(name)

    def forward(self, batch: Seen, generator: torch.Generator) -> Tensor:
        device = next(self.parser.parameters()).device
        logits = self.parser(batch.planes(device)).float()
        corner = torch.randint(0, 2, (2,), generator=generator, device=device).tolist()  # a cell means all its pixels
        wanted = batch.parts.to(device).long()[:, corner[0] :: 2, corner[1] :: 2]
        return loss(logits, wanted)


def share_of_rate(name: str) -> float:
    """Of a weight by its name: what has seen real pictures already learns more slowly."""
    return BACKBONE_RATE if ".backbone." in f".{name}" else 1.0


def loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Cross entropy of the parts and of clothing against all else, and soft Dice of the parts that are there.

    logits: B x 13 x h x w; wanted: B x h x w with `UNKNOWN` and `ANY_SKIN`.
    """
    known = wanted != UNKNOWN
    odds = logits.log_softmax(1)
    either = odds[:, [ClothingPart.SKIN, FACE_HANDS]].logsumexp(1)
    weight = torch.ones(CLASSES + 1, device=wanted.device)
    weight[ClothingPart.HELD] = HELD
    parts = F.nll_loss(torch.cat([odds, either[:, None]], 1), wanted, weight, ignore_index=UNKNOWN)
    dressed = logits[:, list(CLOTHING)].logsumexp(1) - logits[:, [p for p in range(CLASSES) if p not in CLOTHING]].logsumexp(1)
    is_clothing = torch.isin(wanted, torch.tensor([int(part) for part in CLOTHING], device=wanted.device))
    clothing = F.binary_cross_entropy_with_logits(dressed[known], is_clothing[known].float())
    return parts + 0.5 * clothing + 0.5 * soft_dice(torch.cat([odds, either[:, None]], 1).exp(), wanted)


def soft_dice(likely: Tensor, wanted: Tensor) -> Tensor:
    """1 - Dice of the parts that are there (Milletari et al., arXiv:1606.04797), over a whole batch.

    likely: B x 14 x h x w, probabilities of the parts and of skin of either kind; wanted: as of `loss`. Where a hand has told
    skin as one thing, it is judged as one.
    """
    known, skin = wanted != UNKNOWN, wanted == ANY_SKIN
    there = F.one_hot(wanted.where(known, 0), CLASSES + 1).permute(0, 3, 1, 2)
    judged = known[:, None].repeat(1, CLASSES + 1, 1, 1)
    judged[:, [ClothingPart.SKIN, FACE_HANDS]] &= ~skin[:, None]
    judged[:, ANY_SKIN] &= skin.flatten(1).any(1)[:, None, None]
    there, likely = there * judged, likely * judged
    overlap, area = (likely * there).sum((0, 2, 3)), (likely + there).sum((0, 2, 3))
    present = there.sum((0, 2, 3)) > 0
    dice: Tensor = ((1 - 2 * overlap / area.clamp_min(1)) * present).sum() / present.sum().clamp_min(1)
    return dice


def learned_from(options: argparse.Namespace) -> Real:
    """The real pictures that the command line names, without the hands of a fold that is left out."""
    if options.pictures is None:
        return Real()
    labelled, _ = part_pictures.split(part_pictures.read(options.pictures, tuple(options.labels)), options.without)
    return Real(tuple(labelled), tuple(real_backdrops(labelled)))


def recipe_of(options: argparse.Namespace, *names: str) -> Recipe:
    """Training of the networks by these names, as the command line asks for it."""
    stage = Stage(names[0], -(-options.samples // options.batch), options.batch)
    return Recipe((stage,), names, names, rate=options.rate, warmup=40, ema=0.995)


def run(task: Any, recipe: Recipe, options: argparse.Namespace, looks: Callable[..., Looks] = Looks) -> None:
    """`loop.train` on drawings in new styles, as the command line asks for it."""
    accelerator = loop.make_accelerator(recipe, options.device)
    workers = accelerator.num_processes
    state = loop.start(task, recipe, accelerator.device)
    if options.resume:
        loop.resume(state, options.out)

    real = learned_from(options)

    def source(stage: Stage, first: int) -> Iterator[Any]:
        share = looks(options.data, stage.batch // workers, options.side, recipe.seed, accelerator.process_index, real)
        return batches(share, first, options.cores)

    began, seconds = time.monotonic(), 60 * options.minutes
    done = loop.train(
        state,
        recipe,
        source,
        options.out,
        accelerator,
        log=lambda row: print(json.dumps(row), flush=True),
        stop=lambda _: time.monotonic() - began > seconds,
        spent=lambda _: (time.monotonic() - began) / seconds if options.in_time else 0.0,
    )
    accelerator.end_training()
    if accelerator.is_main_process:
        print("done" if done or options.in_time else "stopped at the time limit; go on with --resume")


def parser_of(*sources: Path) -> Any:
    """The parser of a run, or of exported weights; of several that began alike their mean (Wortsman et al., arXiv:2203.05482)."""
    weights = [_weights_of(source) for source in sources]
    parser = new_parser()
    parser.load_state_dict({name: torch.stack([each[name].float() for each in weights]).mean(0) for name in weights[0]})
    return parser


def _weights_of(source: Path) -> dict[str, Tensor]:
    if (source / PARSER_FILE).is_file():
        weights: dict[str, Tensor] = load_parser(source).state_dict()
        return weights
    return loop.averages(source)["parser"]


def command_train(options: argparse.Namespace) -> None:
    run(Parsing(begun_from(options)), recipe_of(options, "parser"), options)


def begun_from(options: argparse.Namespace) -> Any:
    """The parser that the command line wants to start from."""
    parser = parser_of(options.begin_from) if options.begin_from else new_parser()
    if options.backbone:
        parser.trunk.backbone.load_state_dict(load_file(options.backbone))
    for known in (parser.trunk.backbone.stem, parser.trunk.backbone.blocks[:FROZEN]):
        known.requires_grad_(False)
    return parser


def add_start_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--backbone", type=Path, help="weights of `training.import_nsfwjs` to start the trunk from")
    parser.add_argument("--begin-from", type=Path, help="another run, or exported weights, whose parser to start from")


def add_training_options(parser: argparse.ArgumentParser, samples: int, batch: int, rate: float) -> None:
    parser.add_argument("--data", type=Path, required=True, help="sheets of `training.part_drawings`")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--samples", type=int, default=samples, help="pictures to see, default: %(default)s")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--side", type=int, default=SIDE, help="of the pictures, a multiple of 32; default: %(default)s")
    parser.add_argument("--cores", type=int, default=0, help="that prepare pictures for a GPU; default: a thread")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop and save after this long")
    parser.add_argument("--in-time", action="store_true", help="the rate falls so that it has come to its end by then")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--pictures", type=Path, help="folder of real pictures to learn from as well")
    parser.add_argument("--labels", type=Path, nargs="+", default=[LABELS], help="their labels by hand; default: %(default)s")
    parser.add_argument("--without", type=int, help="a fold of hands, 0..4, that is left out to judge by")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.parsing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    train = parser.add_subparsers(required=True).add_parser("train")
    add_training_options(train, samples=100_000, batch=8, rate=6e-4)
    add_start_options(train)
    options = parser.parse_args(arguments)
    command_train(options)


if __name__ == "__main__":
    main()
