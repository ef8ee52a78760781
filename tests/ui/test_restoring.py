"""What a file or a browser says of a session may have been made by anybody: it stays within bounds, or is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.embedded import read_restored
from pipeline.images import save_png
from pipeline.marking import save_result
from pipeline.request import MAX_SEED
from tests.ui import test_gallery
from tests.ui.flat_engine import FlatEngine
from tests.ui.test_page import INFO, pages, values  # noqa: F401  fixtures
from ui import bringing, restoring
from ui import gallery as galleries
from ui.draft_view import Pose
from ui.jobs import Jobs
from ui.page import Page, Services
from ui.restoring import Own

BACKSTAGE = Services(FlatEngine(), (INFO,), save_result, (), Jobs())
NONSENSE: tuple[Any, ...] = (None, "many", [], {}, float("nan"), float("inf"), True, -1e300, 10**400)


def plain(updates: dict[Any, Any]) -> dict[Any, Any]:
    return {c: update.get("value") if isinstance(update, dict) else update for c, update in updates.items()}


@pytest.mark.parametrize("wrong", NONSENSE)
def test_settings_stay_within_their_bounds(pages: list[Page], values: dict[Any, Any], wrong: Any) -> None:  # noqa: F811
    page = pages[0]
    names = [*restoring.named(page), "joints"]
    found = plain(restoring.settings(page, BACKSTAGE, restoring.from_page(dict.fromkeys(names, wrong)), values, None))
    for slider in (page.steps, page.guidance, page.strength, page.grow, page.count):
        if found.get(slider) is not None:
            assert slider.minimum <= found[slider] <= slider.maximum
    assert 0 <= (found.get(page.seed) or 0) <= MAX_SEED
    assert page.profile not in found and page.sampler not in found
    assert found[page.draft.pose] == Pose()
    for parameters in (dict.fromkeys(names, wrong), {"hints": [wrong, {"kind": wrong}], "character": wrong, "draft": wrong}):
        restoring.settings(page, BACKSTAGE, restoring.from_parameters(parameters, 64), values, None)


def test_what_is_sound_comes_back(pages: list[Page], values: dict[Any, Any]) -> None:  # noqa: F811
    page = pages[0]
    told = {
        "prompt": "red coat",
        "negative_prompt": "hat",
        "seed": 2**40 + 5,
        "sampler": "euler",
        "steps": 999,
        "grow": 12,
        "detail_pass": False,
        "draft": "off",
        "hints": [
            {"kind": "inpaint", "scale": 1, "start": 0, "end": 1},
            {"kind": "lineart", "scale": 0.3, "start": 0, "end": 0.7},
        ],
        "joints": {"wrist_l": [10, 20], "tail": [1, 2], "neck": ["a", 2]},
        "character": {"shape": [100, 50, 4]},
    }
    found = plain(restoring.settings(page, BACKSTAGE, restoring.from_parameters(told, 100, grown=True), values, None))
    assert (found[page.prompt], found[page.negative], found[page.sampler]) == ("red coat", "hat", "euler")
    assert (found[page.steps], found[page.grow], found[page.detail], found[page.draft.first]) == (60, 0, False, False)
    assert found[page.lineart] == 0.3 and found[page.lock] is True and 0 <= found[page.seed] <= MAX_SEED
    assert found[page.draft.pose].joints == {"wrist_l": (20, 40)}, "twice as large by now"


def test_a_restored_draft_gives_way_to_another_wish(pages: list[Page], values: dict[Any, Any]) -> None:  # noqa: F811
    page, image = pages[0], np.zeros((30, 20, 4), np.uint8)
    drawn = restoring.asked_for("red coat", "", 7, {}, 0)
    now = values | {page.prompt: "red coat ", page.seed: 7, page.draft.pose: Pose(), page.draft.own: Own(image, drawn)}
    assert restoring.draft_of(page, now) is image
    for changed in ({page.prompt: "blue coat"}, {page.seed: 8}, {page.negative: "hat"}, {page.people: 2}):
        assert restoring.draft_of(page, now | changed) is None
    assert restoring.draft_of(page, now | {page.draft.pose: Pose({"neck": (1.0, 2.0)})}) is None
    assert restoring.draft_of(page, now | {page.draft.own: Own(image), page.prompt: "blue coat"}) is image


@pytest.mark.parametrize("wrong", [*NONSENSE, "/etc/passwd", {"path": "/etc/passwd"}])
def test_a_browser_is_not_trusted(pages: list[Page], values: dict[Any, Any], wrong: Any) -> None:  # noqa: F811
    page = pages[0]
    kept = dict.fromkeys(("picture", "draft", "settings", "mask", "joints", "results", "paths"), wrong)
    assert page.original not in bringing.brought(page, BACKSTAGE, values, kept, None)
    assert not bringing.refilled(page, BACKSTAGE, kept).pictures
    rows = {"results": [wrong, {"files": wrong}, {"files": {"file": "a"}, "seed": wrong}], "paths": {"a": wrong}}
    assert not bringing.refilled(page, BACKSTAGE, rows).pictures


def test_results_lie_on_a_shelf_again(tmp_path: Path) -> None:
    asked = test_gallery.request()
    result_gallery = galleries.keep(None, asked.character, FlatEngine().swap(asked), 1, save_result, painted=asked.mask)
    old = result_gallery.current
    assert old.outfit is not None
    files = {"file": old.file, "original": old.original, "mask": old.mask, "outfit": old.outfit}
    told = {"seed": old.seed, "seconds": old.seconds, "steps": old.steps, "warnings": ["Look."]}
    new = galleries.put_back(galleries.ResultGallery(str(tmp_path)), files, told).current
    assert (new.seed, new.steps, new.changed, new.warnings) == (old.seed, old.steps, 0, ("Look.",))
    assert new.chunks == old.chunks and new.metadata["prompt"] == "blue coat"
    assert Path(new.file).read_bytes() == Path(old.file).read_bytes() and read_restored(new.file, (30, 40)) is not None
    save_png(asked.character, tmp_path / "plain.png")
    with pytest.raises(ValueError, match="no result"):
        galleries.put_back(galleries.ResultGallery(str(tmp_path)), files | {"file": str(tmp_path / "plain.png")}, told)
    galleries.discard(result_gallery)
