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

from models.kept import Kept, digest
from models.part_parser import CLASSES, STRIDE, PartParser, PartTrunk, new_parser
from models.prompts import RGB, Embedding, Parser, Prompt, Promptable, WordFinder
from models.sam import SamSegmenter, bundled_sam
from models.weights import WeightsError, verified

SIDES = (288, 416)  # long sides at which the bundled parser reads a picture; larger ones help our drawings, not others' pictures
EMBEDDINGS, PARSED = 4, 2  # pictures whose answers are kept
_TRUNK = "image_encoder.trunk."  # of the parser, inside the SAM
PARSER_FILE, SAM_FILE = "parser.safetensors", "sam.safetensors"  # each below the 10 MB from which some hosts want git-lfs


@dataclass(frozen=True, eq=False)
class Segmenter:
    """table: which classes the parser knows, a row of `pipeline.part_tables.TABLES`."""

    parser: Parser
    table: str
    sam: Promptable
    words: WordFinder | None = None


def both_ways(rgb: RGB, side: int) -> Tensor:
    """A picture, H x W x 3 uint8, and its mirror image as networks on the parser's trunk take them: 2 x 3 x h x w in 0..1, about
    `side` pixels long."""
    scale = side / max(rgb.shape[:2])
    size = tuple(max(STRIDE, round(length * scale / STRIDE) * STRIDE) for length in rgb.shape[1::-1])
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    both = torch.from_numpy(np.stack([small, small[:, ::-1]])).permute(0, 3, 1, 2).float() / 255
    return both.contiguous(memory_format=torch.channels_last)


class PartReader:
    """The bundled parser as a `models.prompts.Parser`: at two sizes, mirrored as well, and the mean of it all."""

    def __init__(self, parser: PartParser) -> None:
        self.parser = parser

    @torch.no_grad()
    def parse(self, rgb: RGB) -> NDArray[np.float32]:
        """rgb: H x W x 3 uint8 -> probabilities 13 x H x W, see `models.part_parser`."""
        height, width = rgb.shape[:2]
        total = np.zeros((CLASSES, height, width), np.float32)
        for side in SIDES:
            logits = self.parser(both_ways(rgb, side)).float()
            found = (logits[0] + logits[1].flip(-1)).div(2).softmax(0).numpy()
            for part, plane in zip(total, found, strict=True):
                part += cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
        return total / np.float32(len(SIDES))


class Remembering:
    """A `Promptable` that encodes a picture once."""

    def __init__(self, sam: Promptable, size: int = EMBEDDINGS) -> None:
        self.sam, self.kept = sam, Kept(size)

    def encode(self, rgb: RGB) -> Embedding:
        found: Embedding = self.kept.of(digest(rgb), lambda: self.sam.encode(rgb))
        return found

    def predict(self, embedding: Embedding, prompt: Prompt) -> tuple[NDArray[np.float32], float]:
        return self.sam.predict(embedding, prompt)


class RememberingParser:
    """A `Parser` that looks at a picture once."""

    def __init__(self, parser: Parser) -> None:
        self.parser, self.kept = parser, Kept(PARSED)

    def parse(self, rgb: RGB) -> NDArray[np.float32]:
        """Not to be written into."""
        found: NDArray[np.float32] = self.kept.of(digest(rgb), lambda: self.parser.parse(rgb))
        return found


def save_bundled(parser: PartParser, sam: Any, folder: Path) -> None:
    """A file for each, the trunk once, in 16 bits."""
    rest = {name: value for name, value in sam.state_dict().items() if not name.startswith(_TRUNK)}
    for file, weights in ((PARSER_FILE, parser.state_dict()), (SAM_FILE, rest)):
        save_file({name: value.half().contiguous() for name, value in weights.items()}, folder / file)


def _filled(network: Any, path: Path, known: Mapping[str, Tensor] | None = None) -> Any:
    """The network with a file's weights in 32 bits, and those that are `known`, ready for use. Raises `WeightsError`."""
    try:
        network.load_state_dict({**(known or {}), **{name: value.float() for name, value in load_file(path).items()}})
    except (OSError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"The weights file {path.name} cannot be read, please restore it (git checkout).") from error
    return network.eval().requires_grad_(False)


def load_parser(folder: Path) -> Any:
    """The bundled parser alone. Raises `WeightsError`."""
    return _filled(new_parser(), verified(folder) / PARSER_FILE)


def load_bundled(folder: Path) -> Segmenter:
    """The bundled parser and SAM. Raises `WeightsError`."""
    parser = load_parser(folder)
    sam = _filled(bundled_sam(PartTrunk()), folder / SAM_FILE, parser.trunk.state_dict(prefix=_TRUNK))
    sam.image_encoder.trunk = parser.trunk
    return Segmenter(RememberingParser(PartReader(parser)), "bundled", Remembering(SamSegmenter(sam)))
