"""Every picture that enters or leaves is looked at, by what ships with the app too."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models import picture_classes
from models.loader import Networks
from models.picture_classes import CLASSES
from models.picture_judges import JUDGES, RATING, Judge, load_judges
from models.profiles import ModelProfile
from models.weights import WeightsError
from pipeline.images import load_character
from pipeline.request import DetectRequest, Drafted, GarmentPicture, Hint, Image8, Step, SwapRequest, UserError
from pipeline.safety import LOOKED_AT, UNSUITABLE, WITHHELD, only_shown_draft, seen_by_judges
from pipeline.swap import OutfitSwapper
from serving.local import LocalEngine
from tests.pipeline.test_detect import person, segmenter
from training.characters import draw
from training.kind_sheet import STYLE, dressed

EXAMPLES = Path(__file__).parents[2] / "assets" / "examples"
SHIPPED = next(row for row in JUDGES if row.ships)
WHITE, GREY = np.full((64, 64, 4), 255, np.uint8), np.full((64, 64, 4), (90, 90, 90, 255), np.uint8)
PUBLISHED = {"drawing": 0.1408367, "hentai": 0.0019738, "neutral": 0.8570876, "porn": 8.74e-05, "sexy": 1.45e-05}


class OnlyWhite:
    """Takes whatever is not white for explicit."""

    role = RATING

    def refuses(self, picture: Image8) -> bool:
        return bool(picture.min() < 250)


@pytest.fixture
def job() -> SwapRequest:
    mask = np.zeros((64, 64), np.uint8)
    mask[16:48, 16:48] = 255
    return SwapRequest(WHITE, seed=1, mask=mask, prompt="red skirt", steps=2, detail_pass=False)


@pytest.fixture
def engine(tiny_profile: ModelProfile) -> LocalEngine:
    found = LocalEngine(profiles={"bundled": replace(tiny_profile, native=128)})
    found._segmenter, found._judges = segmenter(), (OnlyWhite(),)
    return found


def refused(what: str, act: Callable[[], object]) -> None:
    with pytest.raises(UserError) as error:
        act()
    assert str(error.value) == UNSUITABLE.format(what=what)


@pytest.mark.parametrize("way", ["swap", "draft"])
@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("character", {"character": GREY}),
        ("draft", {"draft": GREY}),
        ("garment", {"garments": (GarmentPicture(GREY),), "prompt": ""}),
        ("lineart hint", {"hints": (Hint("inpaint"), Hint("lineart", image=GREY[..., 0]))}),
    ],
)
def test_what_enters_is_looked_at(engine: LocalEngine, job: SwapRequest, way: str, what: str, change: dict[str, object]) -> None:
    refused(what, lambda: getattr(engine, way)(replace(job, **change)))  # type: ignore[arg-type]


def test_so_it_is_where_nothing_is_drawn(engine: LocalEngine, job: SwapRequest) -> None:
    assert job.mask is not None
    refused("character", lambda: engine.detect(DetectRequest(GREY)))
    refused("character", lambda: engine.hint("lineart", GREY, job.mask))
    refused("lineart hint", lambda: engine.hint("lineart", WHITE, job.mask, GREY))
    refused("picture", lambda: engine.upscale(GREY, 2))
    refused("character", lambda: engine.look(GREY))  # the other pictures that are dressed alike, on the page and by --also


def test_results_previews_and_drafts_are_withheld(
    engine: LocalEngine, job: SwapRequest, tiny_profile: ModelProfile, tiny_networks: Networks
) -> None:
    seen: list[Step] = []
    profile = replace(tiny_profile, native=128)
    OutfitSwapper(profile, tiny_networks).swap(job, seen.append)
    assert any(step.preview is not None for step in seen)
    seen.clear()
    with pytest.raises(UserError, match=WITHHELD):
        OutfitSwapper(profile, tiny_networks, judges=[OnlyWhite()]).swap(job, seen.append)
    assert len(seen) > 1 and all(step.preview is None for step in seen)
    assert only_shown_draft(Drafted(None), [OnlyWhite()]) == Drafted(None)
    with pytest.raises(UserError, match=WITHHELD):
        only_shown_draft(Drafted(WHITE, GREY), [OnlyWhite()])


def test_a_garments_photograph_is_no_character(engine: LocalEngine, job: SwapRequest) -> None:
    """Detection looks at garments too, but what may not be a character may be one."""
    engine._judges = ()
    character = person()
    request = SwapRequest(character, 1, prompt="", garments=(GarmentPicture(character),), steps=1, detail_pass=False)
    assert len(engine.swap(request).images) == 1


def test_the_shipped_network_scores_as_published() -> None:
    """As the TensorFlow.js files say by another reader of theirs, to six digits."""
    (judge,) = load_judges(Path("nowhere"))
    assert judge.row == SHIPPED
    y, x = np.mgrid[:224, :224]
    waves = np.stack([np.sin(x / 9.0), np.cos(y / 7.0), np.sin((x + y) / 13.0)]) / 2 + 0.5
    scores = picture_classes.load(SHIPPED.folder())(torch.from_numpy(waves)[None].float())[0].tolist()
    assert dict(zip(CLASSES, scores, strict=True)) == pytest.approx(PUBLISHED, abs=1e-5)


@pytest.mark.parametrize("kind", ["swimsuit", "plate armor", "tank top", "leotard"])
def test_harmless_drawings_pass(kind: str) -> None:
    (judge,) = load_judges(Path("nowhere"))
    drawn = draw(1915, (384, 256), background=False, style=STYLE, outfit=dressed(kind)).image
    assert not judge.refuses(seen_by_judges(drawn))


def test_the_examples_pass() -> None:
    (judge,) = load_judges(Path("nowhere"))
    assert not any(judge.refuses(seen_by_judges(load_character(path))) for path in EXAMPLES.glob("*.png"))


def test_the_same_picture_is_judged_once() -> None:
    asked: list[Image8] = []
    judge = Judge(SHIPPED, lambda picture: asked.append(picture) or {"hentai": 0.5, "porn": 0.4})
    assert judge.refuses(WHITE[..., :3]) and judge.refuses(WHITE[..., :3].copy()) and len(asked) == 1


@pytest.mark.parametrize("harm", ["bit", "missing"])
def test_damaged_weights_never_pass_for_a_check(tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "picture_classes"
    shutil.copytree(SHIPPED.folder(), folder)
    file = folder / picture_classes.FILE
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data) if harm == "bit" else file.unlink()
    with pytest.raises(WeightsError, match="please restore it"):
        picture_classes.load(folder)


def test_a_large_picture_is_looked_at_small() -> None:
    large = np.zeros((3000, 2000, 4), np.uint8)
    large[100:2900, 500:1500] = (200, 30, 40, 255)
    seen = seen_by_judges(large)
    assert max(seen.shape) >= LOOKED_AT > seen.shape[1] and tuple(seen[seen.shape[0] // 2, seen.shape[1] // 2]) == (200, 30, 40)
    began = time.thread_time()
    for picture in (large, large[..., 0], np.zeros((1, 9000, 3), np.uint8)):
        assert seen_by_judges(picture).shape[2] == 3
    assert time.thread_time() - began < 2
    assert Image.fromarray(seen).mode == "RGB"
