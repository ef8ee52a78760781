"""The bundled reader of poses and depth: a small network on the locked trunk of the part parser.

It is trained on drawings alone (`training.hint_reading`), for machines that have none of the published readers
(`models.annotators`). One character, whose joints it places like OpenPose's, and relief like an inverse depth map.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models.group_norm import quicken
from models.kept import Kept, digest
from models.part_parser import FINE, MERGED, Attention, PartParser, Residual, sharpened, top_down
from models.profiles import SEGMENTER, WEIGHTS
from models.prompts import RGB
from models.segmenter import PARSER_FILE, PartReader, both_ways, load_parser
from models.weights import WeightsError, read_manifest, verified

FOLDER, FILE, TRUNK = WEIGHTS / "hints", "hints.safetensors", "trunk"
READ = 4  # pictures whose reading is remembered
GUESSES = 5  # places of a joint that are told, see `HintReader.guesses`
SIDE = 320  # long side at which pictures are read
_LIMBS = ("shoulder", "elbow", "wrist"), ("thigh", "knee", "ankle")
# in OpenPose's order; `l` and `r` as seen in the picture, so a character who faces us has its right hand at `wrist_l`
JOINTS = (
    *("nose", "neck"),
    *(f"{name}_{side}" for limb in _LIMBS for side in "lr" for name in limb),
    *("eye_l", "eye_r", "ear_l", "ear_r"),
)
MIRRORED = [JOINTS.index(name[:-2] + {"_l": "_r", "_r": "_l"}.get(name[-2:], name[-2:])) for name in JOINTS]  # left <-> right
# of the body, as seen in the picture too; a hand ends at the fingertips, a foot at the toes, the head includes the neck
_PIECES = ("upper_arm", "lower_arm", "hand"), ("thigh", "shin", "foot")
SEGMENTS = ("head", "trunk", *(f"{name}_{side}" for limb in _PIECES for side in "lr" for name in limb))
WIDTHS = (96, 128, 128)


class HintHead(nn.Module):
    """The trunk's features -> where each joint is, whether it is there at all, and the relief."""

    def __init__(self) -> None:
        super().__init__()
        stages, width = [], MERGED
        for wider in WIDTHS:
            stages.append(Residual(width, wider, 2))
            width = wider
        self.stages = nn.ModuleList(stages)
        self.whole = Attention(width)
        self.lateral = nn.ModuleList(nn.Conv2d(channels, MERGED, 1) for channels in (MERGED, *WIDTHS))
        self.merge = Residual(MERGED, MERGED)
        self.joints = nn.Conv2d(MERGED, len(JOINTS), 1)
        self.absent = nn.Linear(width, len(JOINTS))
        self.narrow = nn.Conv2d(MERGED, FINE, 1)
        self.refine = nn.Conv2d(2 * FINE, FINE, 3, 1, 1)
        self.depth = nn.Conv2d(FINE, 1, 1)
        quicken(self)

    def forward(self, fine: Tensor, merged: Tensor) -> tuple[Tensor, Tensor]:
        """fine, merged: of `PartTrunk` for pictures H x W -> log odds B x 18 x (1 + H/4 W/4) of every joint's place, first
        of its being nowhere; and depth B x 1 x H/2 x W/2, about 0..1, near = 1."""
        pyramid, x = [merged], merged
        for stage in self.stages:
            x = stage(x)
            pyramid.append(x)
        pyramid[-1] = self.whole(x)
        absent = self.absent(pyramid[-1].mean((2, 3)))[..., None]
        found = self.merge(top_down(self.lateral, pyramid))
        depth: Tensor = self.depth(sharpened(self.narrow, self.refine, fine, found))
        return torch.cat([absent, self.joints(found).flatten(2)], 2), depth


def new_head() -> Any:
    """An untrained head, channels-last as convolutions on a CPU like it."""
    return HintHead().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it


class HintReader:
    """A head on a parser's trunk, for pictures of any size; the mean of a picture and its mirror image. parts: what the
    parser itself says."""

    def __init__(self, parser: PartParser, head: HintHead) -> None:
        self.parts, self.trunk, self.head = PartReader(parser), parser.trunk, head
        self.kept = Kept(READ)

    @torch.no_grad()
    def _read(self, rgb: RGB) -> tuple[Tensor, Tensor]:
        """Probabilities 18 x (1 + h w) and depth h' x w', of a smaller copy; a picture is looked at once."""
        found: tuple[Tensor, Tensor] = self.kept.of(digest(rgb), lambda: self._looked(rgb))
        return found

    def _looked(self, rgb: RGB) -> tuple[Tensor, Tensor]:
        both = both_ways(rgb, SIDE)
        joints, depth = self.head(*self.trunk(both))
        straight, mirrored = joints.softmax(2)
        cells = mirrored[MIRRORED, 1:].unflatten(1, (both.shape[2] // 4, both.shape[3] // 4)).flip(2).flatten(1)
        mirrored = torch.cat([mirrored[MIRRORED, :1], cells], 1)
        return (straight + mirrored) / 2, (depth[0, 0] + depth[1, 0].flip(1)) / 2

    def joints(self, rgb: RGB) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """rgb: H x W x 3 uint8 -> 18 x 2, x and y in pixels of every one of `JOINTS`, and 18, how sure it is there, 0..1."""
        height, width = rgb.shape[:2]
        odds, depth = self._read(rgb)
        rows, columns = (length // 2 for length in depth.shape)
        places = np.asarray(odds[:, 1:].unflatten(1, (rows, columns)), np.float64)
        found = np.array([_peak(plane) for plane in places]) * (width / columns, height / rows)
        return found, 1 - np.asarray(odds[:, 0], np.float64)

    def guesses(self, rgb: RGB) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where else a joint may be: 18 x K x 3, x and y in pixels and the share of its probability round there, the likeliest
        first; and 18, how sure it is there at all. A share that is not large is a better sign of doubt than the latter."""
        height, width = rgb.shape[:2]
        odds, depth = self._read(rgb)
        rows, columns = (length // 2 for length in depth.shape)
        places = np.asarray(odds[:, 1:].unflatten(1, (rows, columns)), np.float64)
        found = np.array([_peaks(plane / plane.sum()) for plane in places]) * (width / columns, height / rows, 1)
        return found, 1 - np.asarray(odds[:, 0], np.float64)

    def depth(self, rgb: RGB) -> NDArray[np.float32]:
        """rgb: H x W x 3 uint8 -> H x W, 0..1, near = 1."""
        height, width = rgb.shape[:2]
        plane = np.asarray(self._read(rgb)[1].clamp(0, 1), np.float32)
        return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC), np.float32).clip(0, 1)


def _peak(plane: NDArray[np.float64], reach: int = 2) -> tuple[float, float]:
    """x and y, in cells from the corner, of the centre of gravity round the likeliest cell."""
    row, column = (int(value) for value in np.unravel_index(int(plane.argmax()), plane.shape))
    y, x = np.mgrid[: plane.shape[0], : plane.shape[1]]
    near = plane * ((abs(y - row) <= reach) & (abs(x - column) <= reach))
    return float((near * (x + 0.5)).sum() / near.sum()), float((near * (y + 0.5)).sum() / near.sum())


def _peaks(plane: NDArray[np.float64], reach: int = 2) -> NDArray[np.float64]:
    """GUESSES x 3: centres of gravity as of `_peak`, in cells, of windows that do not overlap, and what lies in them."""
    left, found = plane.copy(), []
    y, x = np.mgrid[: plane.shape[0], : plane.shape[1]]
    for _ in range(GUESSES):
        row, column = (int(value) for value in np.unravel_index(int(left.argmax()), left.shape))
        near = left * ((abs(y - row) <= reach) & (abs(x - column) <= reach))
        share = float(near.sum())
        found.append(((near * (x + 0.5)).sum() / max(share, 1e-12), (near * (y + 0.5)).sum() / max(share, 1e-12), share))
        left[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = 0
    return np.array(found)


def save(head: HintHead, segmenter: Path, folder: Path) -> None:
    """The head in 16 bits, with the checksum of the parser in the folder `segmenter`, on whose trunk it was trained."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half().contiguous() for name, value in head.state_dict().items()}
    save_file(weights, folder / FILE, {TRUNK: _checksum(segmenter)})


def load(folder: Path = FOLDER, segmenter: Path = SEGMENTER) -> HintReader:
    """Raises `WeightsError`, also where the head was trained on another trunk than the segmenter's."""
    verified(folder)
    head = new_head()
    try:
        with safe_open(folder / FILE, "pt") as file:
            trained_on = (file.metadata() or {}).get(TRUNK)
        head.load_state_dict({name: value.float() for name, value in load_file(folder / FILE).items()})
    except (OSError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"The weights file {FILE} cannot be read, please restore it (git checkout).") from error
    if trained_on != _checksum(segmenter):
        raise WeightsError(f"{FILE} and {PARSER_FILE} are of two versions, please restore both (git checkout).")
    return HintReader(load_parser(segmenter), head.eval().requires_grad_(False))


@cache
def bundled() -> HintReader:
    """The reader that ships with this repository, loaded once. Raises `WeightsError`."""
    return load()


def _checksum(segmenter: Path) -> str:
    return next(file.sha256 for file in read_manifest(segmenter) if file.path == PARSER_FILE)
