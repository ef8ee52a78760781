"""What finds clothing: the bundled networks, and larger ones as soon as somebody has put their files into a folder.

Every role is taken by the first row of `DETECTORS` whose files are there and that the device can carry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.profiles import WEIGHTS

if TYPE_CHECKING:
    import torch

    from models.segmenter import Segmenter

FOLDER = WEIGHTS / "detection"  # where larger networks lie, if there are any


@dataclass(frozen=True)
class Detector:
    """A network that detection can look through.

    role: the field of `Segmenter` that it fills; path: its file or folder below `FOLDER`; load: path and device -> network;
    megabytes: of the published files; licence: SPDX identifier of the weights; origin: where they are published; on_cpu:
    quick enough without a GPU; table: of a parser, its row of `pipeline.part_tables.TABLES`.
    """

    name: str
    role: str
    path: str
    load: Callable[[Path, torch.device], Any]
    megabytes: int
    licence: str
    origin: str
    on_cpu: bool = False
    table: str = ""

    def is_there(self, root: Path = FOLDER) -> bool:
        return (root / self.path).exists()


# The networks' own modules are imported when one is loaded: a list of models needs none of them.


def _parser(path: Path, device: torch.device) -> Any:
    from models.sam_hq import load_hq_parser
    from models.segmenter import RememberingParser

    return RememberingParser(load_hq_parser(path, device))


def _sam(kind: str) -> Callable[[Path, torch.device], Any]:
    def load(path: Path, device: torch.device) -> Any:
        from models.sam import load_sam
        from models.segmenter import Remembering

        return Remembering(load_sam(kind, path, device))

    return load


def _sam2(path: Path, device: torch.device) -> Any:
    from models.sam2 import load_sam2
    from models.segmenter import Remembering

    return Remembering(load_sam2(path, device))


def _words(path: Path, device: torch.device) -> Any:
    from models.grounding import load_grounding_dino

    return load_grounding_dino(path, device)


_HUB, _META = "Hugging Face: ", "GitHub: facebookresearch/segment-anything"
DETECTORS = (  # of each role the best first
    Detector(
        name="see-through-parser",
        role="parser",
        path="l2d_sam_iter2/checkpoint-18000.pt",
        load=_parser,
        megabytes=2580,
        licence="NOASSERTION",  # the code is Apache-2.0, of the weights nothing is said
        origin=f"{_HUB}24yearsold/l2d_sam_iter2",
        table="anime19",
    ),
    Detector("sam2.1-large", "sam", "sam2.1-hiera-large", _sam2, 898, "Apache-2.0", f"{_HUB}facebook/sam2.1-hiera-large"),
    Detector("sam-vit-h", "sam", "sam_vit_h_4b8939.pth", _sam("vit_h"), 2564, "Apache-2.0", _META),
    Detector("sam2.1-base", "sam", "sam2.1-hiera-base-plus", _sam2, 323, "Apache-2.0", f"{_HUB}facebook/sam2.1-hiera-base-plus"),
    Detector("sam-vit-l", "sam", "sam_vit_l_0b3195.pth", _sam("vit_l"), 1249, "Apache-2.0", _META),
    Detector("sam-vit-b", "sam", "sam_vit_b_01ec64.pth", _sam("vit_b"), 375, "Apache-2.0", _META),
    Detector("sam2.1-small", "sam", "sam2.1-hiera-small", _sam2, 184, "Apache-2.0", f"{_HUB}facebook/sam2.1-hiera-small"),
    Detector("sam2.1-tiny", "sam", "sam2.1-hiera-tiny", _sam2, 156, "Apache-2.0", f"{_HUB}facebook/sam2.1-hiera-tiny"),
    Detector("mobile-sam", "sam", "mobile_sam.pt", _sam("vit_t"), 41, "Apache-2.0", f"{_HUB}dhkim2810/MobileSAM", on_cpu=True),
    Detector(
        name="grounding-dino-tiny",
        role="words",
        path="grounding-dino-tiny",
        load=_words,
        megabytes=689,
        licence="Apache-2.0",
        origin=f"{_HUB}IDEA-Research/grounding-dino-tiny",
        on_cpu=True,
    ),
)


def chosen(device: torch.device, root: Path = FOLDER) -> dict[str, Detector]:
    """The larger network of every role that has one here."""
    found: dict[str, Detector] = {}
    for row in DETECTORS:
        if row.is_there(root) and (row.on_cpu or device.type != "cpu"):
            found.setdefault(row.role, row)
    return found


def load_segmenter(bundled: Path, device: torch.device, root: Path = FOLDER) -> Segmenter:
    """The bundled segmenter with every role that a larger network takes over. Raises `WeightsError`."""
    from models.segmenter import load_bundled

    segmenter = load_bundled(bundled)
    for role, row in chosen(device, root).items():
        segmenter = replace(segmenter, **{role: row.load(root / row.path, device)})
        if row.table:
            segmenter = replace(segmenter, table=row.table)
    return segmenter
