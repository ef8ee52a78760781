"""Everything that detection looks through, loaded together: a part parser, a SAM, and a finder of words if there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.lru_cache import LRUCache, digest
from models.part_parser import CLASSES, FAR, STRIDE, PartParser, PartTrunk, new_parser
from models.prompts import RGB, Embedding, Middles, Parser, PeopleFinder, Prompt, Promptable, WordFinder
from models.sam import SamSegmenter, bundled_sam
from models.weights import WeightsError, intact

SIDES = (288, 416)  # long sides at which the bundled parser reads a picture; larger ones help our drawings, not others' pictures
EMBEDDINGS, PARSED = 4, 2  # pictures whose answers are kept
_TRUNK = "image_encoder.trunk."  # of the parser, inside the SAM
BACKBONE_LICENCE = "LICENSE.nsfwjs"  # MIT, which the backbone began with
_ASIDE = ("trunk.backbone.", "trunk.joins.", "people.")  # of the parser, in a file of their own
# each below the 10 MB from which some hosts want git-lfs
PARSER_FILE, BACKBONE_FILE, SAM_FILE = "parser.safetensors", "backbone.safetensors", "sam.safetensors"


@dataclass(frozen=True, eq=False)
class Segmenter:
    """table: which classes the parser knows, a row of `pipeline.part_tables.TABLES`. people: what tells several people apart,
    None where only what does not hang together is."""

    parser: Parser
    table: str
    sam: Promptable
    words: WordFinder | None = None
    people: PeopleFinder | None = None


def both_ways(rgb: RGB, side: int) -> Tensor:
    """A picture, H x W x 3 uint8, and its mirror image as networks on the parser's trunk take them: 2 x 3 x h x w in 0..1, about
    `side` pixels long."""
    scale = side / max(rgb.shape[:2])
    size = tuple(max(STRIDE, round(length * scale / STRIDE) * STRIDE) for length in rgb.shape[1::-1])
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    both = torch.from_numpy(np.stack([small, small[:, ::-1]])).permute(0, 3, 1, 2).float() / 255
    return both.contiguous(memory_format=torch.channels_last)


class PartReader:
    """The bundled parser as a `models.prompts.Parser` and `PeopleFinder`: at two sizes, mirrored as well, and the mean of it
    all. A picture is looked at once."""

    def __init__(self, parser: PartParser) -> None:
        self.parser, self.cache = parser, LRUCache(PARSED)

    def parse(self, rgb: RGB) -> NDArray[np.float32]:
        """rgb: H x W x 3 uint8 -> probabilities 13 x H x W, see `models.part_parser`; not to be written into."""
        return self._seen(rgb)[0]

    def people(self, rgb: RGB) -> Middles:
        """rgb: H x W x 3 uint8 -> whose is what, as read at the smaller size."""
        return self._seen(rgb)[1]

    def _seen(self, rgb: RGB) -> tuple[NDArray[np.float32], Middles]:
        found: tuple[NDArray[np.float32], Middles] = self.cache.get_or_compute(digest(rgb), lambda: self._looked(rgb))
        return found

    @torch.no_grad()
    def _looked(self, rgb: RGB) -> tuple[NDArray[np.float32], Middles]:
        height, width = rgb.shape[:2]
        total = np.zeros((CLASSES, height, width), np.float32)
        whose = []
        for side in SIDES:
            fine, merged = self.parser.trunk(both_ways(rgb, side))
            whose.append(self.parser.whose(merged).float())
            logits = self.parser.read(fine, merged).float()
            found = (logits[0] + logits[1].flip(-1)).div(2).softmax(0).numpy()
            for part, plane in zip(total, found, strict=True):
                part += cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
        return total / np.float32(len(SIDES)), _middles(whose[0])


def _middles(whose: Tensor) -> Middles:
    """Of a picture and its mirror image, 2 x 3 x h x w of `PartParser.whose`."""
    straight, mirrored = whose[0], whose[1].flip(-1)
    likely = (straight[0].sigmoid() + mirrored[0].sigmoid()) / 2
    towards = torch.stack([straight[1] - mirrored[1], straight[2] + mirrored[2]]) * (FAR / 2)
    return Middles(likely.numpy(), towards.numpy())


class Remembering:
    """A `Promptable` that encodes a picture once."""

    def __init__(self, sam: Promptable, size: int = EMBEDDINGS) -> None:
        self.sam, self.cache = sam, LRUCache(size)

    def encode(self, rgb: RGB) -> Embedding:
        found: Embedding = self.cache.get_or_compute(digest(rgb), lambda: self.sam.encode(rgb))
        return found

    def predict(self, embedding: Embedding, prompt: Prompt) -> tuple[NDArray[np.float32], float]:
        return self.sam.predict(embedding, prompt)


class RememberingParser:
    """A `Parser` that looks at a picture once."""

    def __init__(self, parser: Parser) -> None:
        self.parser, self.cache = parser, LRUCache(PARSED)

    def parse(self, rgb: RGB) -> NDArray[np.float32]:
        """Not to be written into."""
        found: NDArray[np.float32] = self.cache.get_or_compute(digest(rgb), lambda: self.parser.parse(rgb))
        return found


def save_bundled(parser: PartParser, sam: Any, folder: Path) -> None:
    """A file for each and one for the parser's backbone and what came with it, the trunk once, in 16 bits."""
    parsing, prompting = parser.state_dict(), sam.state_dict()
    pieces = {
        PARSER_FILE: {name: value for name, value in parsing.items() if not name.startswith(_ASIDE)},
        BACKBONE_FILE: {name: value for name, value in parsing.items() if name.startswith(_ASIDE)},
        SAM_FILE: {name: value for name, value in prompting.items() if not name.startswith(_TRUNK)},
    }
    for file, weights in pieces.items():
        save_file({name: value.half().contiguous() for name, value in weights.items()}, folder / file)


def _filled(network: Any, *files: Path, known: Mapping[str, Tensor] | None = None) -> Any:
    """The network with the files' weights in 32 bits, and those that are `known`, ready for use. Raises `WeightsError`."""
    weights = dict(known or {})
    for file in files:
        try:
            weights |= {name: value.float() for name, value in load_file(file).items()}
        except (OSError, SafetensorError) as error:
            raise _unreadable(file) from error
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise _unreadable(files[0]) from error
    return network.eval().requires_grad_(False)


def _unreadable(file: Path) -> WeightsError:
    return WeightsError(f"The weights file {file.name} cannot be read, please restore it (git checkout).")


def load_parser(folder: Path) -> Any:
    """The bundled parser alone. Raises `WeightsError`."""
    return _filled(new_parser(), intact(folder) / PARSER_FILE, folder / BACKBONE_FILE)


def load_bundled(folder: Path) -> Segmenter:
    """The bundled parser and SAM. Raises `WeightsError`."""
    parser = load_parser(folder)
    sam = _filled(bundled_sam(PartTrunk()), folder / SAM_FILE, known=parser.trunk.state_dict(prefix=_TRUNK))
    sam.image_encoder.trunk = parser.trunk
    reader = PartReader(parser)
    return Segmenter(reader, "bundled", Remembering(SamSegmenter(sam)), people=reader)
