"""What looks at pictures: whether one is explicit, and whether a character is a photograph.

Every role is taken by the first row of `JUDGES` whose files are there. The last row that knows explicit pictures ships with this
repository; the others are for whoever puts their files into a folder, and without them no photograph is told.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from models import picture_classes
from models.lru_cache import LRUCache, digest
from models.picture_classes import CLASSES, PictureClasses
from models.profiles import WEIGHTS
from models.weights import WeightsError

FOLDER = WEIGHTS / "safety"
RATING, PHOTOGRAPHS = "rating", "photographs"
REMEMBERED = 16  # pictures whose judgement is kept: a draft is drawn anew at every word, its character stays

Rgb8 = NDArray[np.uint8]  # H x W x 3
Scores = Callable[[Rgb8], Mapping[str, float]]  # picture -> 0..1 for every label
_RATING_CATEGORY = "9"  # of a tagger's labels
_WHITE = (255, 255, 255)


class PictureJudge(Protocol):
    """role: RATING for whatever enters or leaves, PHOTOGRAPHS for characters."""

    @property
    def role(self) -> str: ...

    def refuses(self, picture: Rgb8) -> bool:
        """picture: H x W x 3 uint8, sRGB, on a plain background if the figure was cut out."""
        ...


@dataclass(frozen=True)
class JudgeRow:
    """A network that can judge.

    path: its folder below `FOLDER`; load: folder -> scores of all labels; refused: labels whose scores together must stay below
    `limit` (0..1); files: what must lie in the folder; megabytes: of the published files; licence: SPDX identifier of the
    weights; origin: where they are published. ships: it comes with this repository, beside the root, and has a manifest.
    """

    name: str
    role: str
    path: str
    load: Callable[[Path], Scores]
    files: tuple[str, ...]
    refused: tuple[str, ...]
    limit: float
    megabytes: int
    licence: str
    origin: str
    ships: bool = False

    def folder(self, root: Path = FOLDER) -> Path:
        return (WEIGHTS if self.ships else root) / self.path

    def is_there(self, root: Path = FOLDER) -> bool:
        """A folder that was begun counts, and one that ships always: whoever runs the app must hear if weights are missing."""
        return self.ships or self.folder(root).is_dir()


@dataclass(frozen=True)
class Judge:
    """A row with its network loaded."""

    row: JudgeRow
    scores: Scores
    cache: LRUCache = field(default_factory=lambda: LRUCache(REMEMBERED), compare=False)

    @property
    def role(self) -> str:
        return self.row.role

    def refuses(self, picture: Rgb8) -> bool:
        score: float = self.cache.get_or_compute(digest(picture), lambda: self.score(picture))
        return score >= self.row.limit

    def score(self, picture: Rgb8) -> float:
        """Of all refused labels together, 0..1."""
        scores = self.scores(picture)
        return sum(scores[label] for label in self.row.refused)


@dataclass(frozen=True)
class Tagger:
    """A timm network with one sigmoid per tag; only the ratings among them are read. labels: index of each rating."""

    network: torch.nn.Module
    labels: Mapping[str, int]
    side: int

    @torch.inference_mode()
    def __call__(self, picture: Rgb8) -> Mapping[str, float]:
        image = _square(Image.fromarray(picture)).resize((self.side, self.side), Image.Resampling.BICUBIC)
        bgr = np.array(image, np.float32)[..., ::-1] / 127.5 - 1  # these networks saw blue first
        logits = self.network(torch.from_numpy(bgr.transpose(2, 0, 1)[None].copy()))[0]
        return {label: float(logits[index].sigmoid()) for label, index in self.labels.items()}


@dataclass(frozen=True)
class Sorter:
    """The bundled network, which sees a picture twice: stretched to a square, as it has learnt, and whole on a white one. Where
    the two disagree, mostly over tall figures on nothing, their mean says so."""

    network: PictureClasses
    labels: tuple[str, ...] = CLASSES
    side: int = picture_classes.SIDE

    @torch.inference_mode()
    def __call__(self, picture: Rgb8) -> Mapping[str, float]:
        image, size = Image.fromarray(picture), (self.side, self.side)
        views = [view.resize(size, Image.Resampling.BILINEAR) for view in (image, _square(image))]
        rgb = torch.from_numpy(np.stack([np.asarray(view) for view in views])).permute(0, 3, 1, 2).float() / 255
        return dict(zip(self.labels, self.network(rgb).mean(0).tolist(), strict=True))


@dataclass(frozen=True)
class Classifier:
    """An ONNX network run by OpenCV: N x 3 x side x side in -1..1 -> N x labels, probabilities."""

    network: Any
    labels: tuple[str, ...]
    side: int = 384

    def __call__(self, picture: Rgb8) -> Mapping[str, float]:
        image = Image.fromarray(picture).resize((self.side, self.side), Image.Resampling.BILINEAR)
        rgb = np.array(image, np.float32) / 127.5 - 1
        self.network.setInput(np.ascontiguousarray(rgb.transpose(2, 0, 1)[None]), "input")
        scores = self.network.forward("output")[0]
        return dict(zip(self.labels, map(float, scores), strict=True))


def _square(image: Image.Image) -> Image.Image:
    side = max(image.size)
    square = Image.new("RGB", (side, side), _WHITE)
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def load_tagger(folder: Path) -> Tagger:
    """A folder of timm's layout with the tagger's list of labels (`selected_tags.csv`, whose category 9 is the ratings)."""
    import timm
    from safetensors.torch import load_file

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    network = timm.create_model(config["architecture"], num_classes=config["num_classes"], **config.get("model_args", {}))
    network.load_state_dict(load_file(folder / "model.safetensors"))
    with (folder / "selected_tags.csv").open(encoding="utf-8", newline="") as file:
        labels = {row["name"]: index for index, row in enumerate(csv.DictReader(file)) if row["category"] == _RATING_CATEGORY}
    return Tagger(network.eval(), labels, config["pretrained_cfg"]["input_size"][-1])


def load_classifier(folder: Path) -> Classifier:
    """A folder with `model.onnx` and its labels in `meta.json`."""
    import cv2

    labels = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["labels"]
    return Classifier(cv2.dnn.readNetFromONNX(str(folder / "model.onnx")), tuple(labels))


def load_sorter(folder: Path) -> Sorter:
    """The folder that ships."""
    return Sorter(picture_classes.load(folder))


_HUB = "Hugging Face: "
_TIMM = ("config.json", "model.safetensors", "selected_tags.csv")
_ONNX = ("model.onnx", "meta.json")
JUDGES = (  # of each role the best first
    JudgeRow(
        name="wd-swinv2-tagger",
        role=RATING,
        path="wd-swinv2-tagger-v3",
        load=load_tagger,
        files=_TIMM,
        refused=("questionable", "explicit"),  # "sensitive" is a swimsuit
        limit=0.5,
        megabytes=393,
        licence="Apache-2.0",
        origin=f"{_HUB}SmilingWolf/wd-swinv2-tagger-v3",
    ),
    JudgeRow(
        name="wd-vit-tagger",
        role=RATING,
        path="wd-vit-tagger-v3",
        load=load_tagger,
        files=_TIMM,
        refused=("questionable", "explicit"),
        limit=0.5,
        megabytes=379,
        licence="Apache-2.0",
        origin=f"{_HUB}SmilingWolf/wd-vit-tagger-v3",
    ),
    JudgeRow(
        name="anime-rating",
        role=RATING,
        path="anime_rating/mobilenetv3_sce_dist",
        load=load_classifier,
        files=_ONNX,
        refused=("r18",),  # "r15" is a swimsuit
        limit=0.5,
        megabytes=17,
        licence="MIT",
        origin=f"{_HUB}deepghs/anime_rating mobilenetv3_sce_dist",
    ),
    JudgeRow(
        name="nsfwjs",
        role=RATING,
        path="picture_classes",
        load=load_sorter,
        files=(),
        refused=("hentai", "porn"),  # "sexy" is a swimsuit
        limit=0.85,  # `benchmarks.judging`: of 1,112 harmless drawings the highest has 0.73
        megabytes=3,
        licence="MIT",
        origin="npm: nsfwjs 4.4.0",
        ships=True,
    ),
    JudgeRow(
        name="anime-or-real",
        role=PHOTOGRAPHS,
        path="anime_real_cls/mobilenetv3_v1.4_dist",
        load=load_classifier,
        files=_ONNX,
        refused=("real",),
        limit=0.5,
        megabytes=17,
        licence="OpenRAIL",
        origin=f"{_HUB}deepghs/anime_real_cls mobilenetv3_v1.4_dist",
    ),
)


def chosen(root: Path = FOLDER) -> dict[str, JudgeRow]:
    """The judge of every role that has one."""
    found: dict[str, JudgeRow] = {}
    for row in JUDGES:
        if row.is_there(root):
            found.setdefault(row.role, row)
    return found


def load_judges(root: Path = FOLDER, roles: Collection[str] = (RATING, PHOTOGRAPHS)) -> tuple[Judge, ...]:
    """The best judge of each of these roles that is there. Raises `WeightsError` for an incomplete or damaged one."""
    return tuple(_load(row, row.folder(root)) for role, row in chosen(root).items() if role in roles)


def _load(row: JudgeRow, folder: Path) -> Judge:
    for name in row.files:
        if not (folder / name).is_file():
            raise WeightsError(f"{row.path}/{name} is missing, please get it from {row.origin} or remove the folder.")
    try:
        scores = row.load(folder)
        judge = Judge(row, scores)
        judge.refuses(np.full((8, 8, 3), 255, np.uint8))  # a wrong list of labels shows now, not at the first picture
    except WeightsError:
        raise
    except Exception as error:  # a damaged file makes its reader raise anything
        raise WeightsError(f"{row.path} is damaged ({type(error).__name__}), please get it again from {row.origin}.") from error
    return judge
