"""The bundled reader of poses, depth and bodies: a small network on the trunk of the part parser.

It is trained on drawings alone (`training.hint_reading`), for machines that have none of the published readers
(`models.annotators`). One character, whose joints it places like OpenPose's, and relief like an inverse depth map; and where the
limbs are under the clothes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models.group_norm import quicken
from models.lru_cache import LRUCache, digest
from models.part_parser import FINE, MERGED, Attention, PartParser, Residual, planes, sharpened, top_down
from models.profiles import SEGMENTER, WEIGHTS
from models.prompts import RGB
from models.segmenter import PARSER_FILE, PartReader, both_ways, load_parser
from models.weights import WeightsError, intact, read_manifest

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
# of the body, as seen in the picture too; a hand ends at the fingertips, a foot at the toes, the head includes the neck
_PIECES = ("upper_arm", "lower_arm", "hand"), ("thigh", "shin", "foot")
SEGMENTS = ("head", "trunk", *(f"{name}_{side}" for limb in _PIECES for side in "lr" for name in limb))


def _swapped(names: tuple[str, ...]) -> list[int]:
    """Which of the names each becomes where left is right."""
    return [names.index(name[:-2] + {"_l": "_r", "_r": "_l"}.get(name[-2:], name[-2:])) for name in names]


MIRRORED, SWAPPED = _swapped(JOINTS), _swapped(SEGMENTS)
WIDTHS = (96, 128, 128)
BODY = "body."  # begins the names of the weights that read the body map


class Answers(NamedTuple):
    """Of `HintHead` for B pictures H x W. joints: log odds B x 18 x (1 + H/4 W/4) of every joint's place, first of its being
    nowhere; depth: B x 1 x H/2 x W/2, about 0..1, near = 1; body: see `BodyHead`, None of a head that does not know it."""

    joints: Tensor
    depth: Tensor
    body: Tensor | None


class BodyHead(nn.Module):
    """Features -> the body map (after Gueler et al., arXiv:1802.00434): 14 log odds that a segment is here, whatever hides it;
    15 of which is in front, first of none; and where on that one, along 0..1 and across -1..1. B x 31 x H/4 x W/4."""

    PLANES = (len(SEGMENTS), 1 + len(SEGMENTS), 2)

    def __init__(self) -> None:
        super().__init__()
        self.planes = planes(sum(self.PLANES))

    def forward(self, features: Tensor) -> Any:
        return self.planes(features)


@dataclass(frozen=True)
class BodyMap:
    """What is read of the body under clothes and hair, on a grid of h x w cells over the part `box` of a picture: left, top,
    right, bottom in pixels.

    occupancy: 14 x h x w, how sure each of `SEGMENTS` is here, whatever hides it; front: 15 x h x w, how sure none is, or each
    is before the other segments; along: h x w, 0 at the front segment's joint that is nearer to the trunk .. 1 at the far one;
    across: -1 .. 1, positive to the right of the picture where the far end hangs down.
    """

    occupancy: NDArray[np.float32]
    front: NDArray[np.float32]
    along: NDArray[np.float32]
    across: NDArray[np.float32]
    box: tuple[float, float, float, float]


class HintHead(nn.Module):
    """The trunk's features -> where each joint is, whether it is there at all, the relief, and the body map."""

    def __init__(self) -> None:
        super().__init__()
        self.body: BodyHead | None = BodyHead()
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

    def forward(self, fine: Tensor, merged: Tensor) -> Answers:
        """fine, merged: of `PartTrunk` for pictures H x W."""
        pyramid, x = [merged], merged
        for stage in self.stages:
            x = stage(x)
            pyramid.append(x)
        pyramid[-1] = self.whole(x)
        absent = self.absent(pyramid[-1].mean((2, 3)))[..., None]
        found = self.merge(top_down(self.lateral, pyramid))
        depth: Tensor = self.depth(sharpened(self.narrow, self.refine, fine, found))
        body = None if self.body is None else self.body(found)
        return Answers(torch.cat([absent, self.joints(found).flatten(2)], 2), depth, body)


def new_head() -> Any:
    """An untrained head, channels-last as convolutions on a CPU like it."""
    return HintHead().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it


class HintReader:
    """A head on a parser's trunk, for pictures of any size; the mean of a picture and its mirror image. parts: what the
    parser itself says."""

    def __init__(self, parser: PartParser, head: HintHead) -> None:
        self.parts, self.trunk, self.head = PartReader(parser), parser.trunk, head
        self.cache = LRUCache(READ)

    @torch.no_grad()
    def _read(self, rgb: RGB) -> Answers:
        """Probabilities 18 x (1 + h w), depth h' x w' and body map 31 x h x w, of a smaller copy; a picture is looked at once."""
        found: Answers = self.cache.get_or_compute(digest(rgb), lambda: self._looked(rgb))
        return found

    def _looked(self, rgb: RGB) -> Answers:
        both = both_ways(rgb, SIDE)
        joints, depth, body = self.head(*self.trunk(both))
        straight, mirrored = joints.softmax(2)
        cells = mirrored[MIRRORED, 1:].unflatten(1, (both.shape[2] // 4, both.shape[3] // 4)).flip(2).flatten(1)
        mirrored = torch.cat([mirrored[MIRRORED, :1], cells], 1)
        return Answers(
            (straight + mirrored) / 2, (depth[0, 0] + depth[1, 0].flip(1)) / 2, None if body is None else _unfolded(body)
        )

    def joints(self, rgb: RGB) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """rgb: H x W x 3 uint8 -> 18 x 2, x and y in pixels of every one of `JOINTS`, and 18, how sure it is there, 0..1."""
        height, width = rgb.shape[:2]
        odds, depth, _ = self._read(rgb)
        rows, columns = (length // 2 for length in depth.shape)
        places = np.asarray(odds[:, 1:].unflatten(1, (rows, columns)), np.float64)
        found = np.array([_peak(plane) for plane in places]) * (width / columns, height / rows)
        return found, 1 - np.asarray(odds[:, 0], np.float64)

    def guesses(self, rgb: RGB) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where else a joint may be: 18 x K x 3, x and y in pixels and the share of its probability round there, the likeliest
        first; and 18, how sure it is there at all. A share that is not large is a better sign of doubt than the latter."""
        height, width = rgb.shape[:2]
        odds, depth, _ = self._read(rgb)
        rows, columns = (length // 2 for length in depth.shape)
        places = np.asarray(odds[:, 1:].unflatten(1, (rows, columns)), np.float64)
        found = np.array([_peaks(plane / plane.sum()) for plane in places]) * (width / columns, height / rows, 1)
        return found, 1 - np.asarray(odds[:, 0], np.float64)

    def depth(self, rgb: RGB) -> NDArray[np.float32]:
        """rgb: H x W x 3 uint8 -> H x W, 0..1, near = 1."""
        height, width = rgb.shape[:2]
        plane = np.asarray(self._read(rgb).depth.clamp(0, 1), np.float32)
        return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC), np.float32).clip(0, 1)

    def body(self, rgb: RGB) -> BodyMap | None:
        """rgb: H x W x 3 uint8; None where the weights know no bodies."""
        read = self._read(rgb).body
        if read is None:
            return None
        occupancy, front, place = (np.asarray(planes, np.float32) for planes in read.split(BodyHead.PLANES))
        return BodyMap(occupancy, front, place[0].clip(0, 1), place[1].clip(-1, 1), (0.0, 0.0, rgb.shape[1], rgb.shape[0]))


def _unfolded(body: Tensor) -> Tensor:
    """Answers of `BodyHead` for a picture and its mirror image -> 31 x h x w, probabilities and places, the mean of both."""
    found = []
    for occupancy, front, place in (each.split(BodyHead.PLANES) for each in body.float()):
        found.append([occupancy.sigmoid(), front.softmax(0), place])
    other = torch.tensor(SWAPPED)
    occupancy, front, place = (planes.flip(2) for planes in found[1])
    turned = occupancy[other], torch.cat([front[:1], front[1:][other]]), place * torch.tensor([1.0, -1.0])[:, None, None]
    return torch.cat([(straight + mirrored) / 2 for straight, mirrored in zip(found[0], turned, strict=True)])


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
    intact(folder)
    head = new_head()
    try:
        with safe_open(folder / FILE, "pt") as file:
            trained_on = (file.metadata() or {}).get(TRUNK)
        weights = {name: value.float() for name, value in load_file(folder / FILE).items()}
        if not any(name.startswith(BODY) for name in weights):  # of a version before body maps
            head.body = None
        head.load_state_dict(weights)
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
