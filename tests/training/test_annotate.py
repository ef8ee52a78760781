"""Labelling by hand: every operation on a drawn head in a shirt, undoing, files, and the page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.request import ClothingPart, Image8, UserError
from training.annotate import main
from training.annotate_page import build
from training.annotate_view import view
from training.annotate_work import NOT_THIS, Work, added, clicked, finished, shown, undone
from training.annotated import Folder, listed
from training.annotating import UNKNOWN, Labels, make_labels

HAIR, SKIN, TOP = ClothingPart.HAIR, ClothingPart.SKIN, ClothingPart.TOPWEAR
SETTINGS: dict[str, Any] = {"width": 5, "snap": 3, "tolerance": 12, "within": []}


def drawn(transparent: bool = False) -> tuple[Image8, Labels]:
    """A face over a shirt with thin lines round both, 120 x 100, and its true label."""
    image, truth = np.full((120, 100, 4), 255, np.uint8), np.zeros((120, 100), np.uint8)
    for colour, part, corner, other in (((200, 60, 60), TOP, (20, 60), (80, 110)), ((250, 210, 180), SKIN, (35, 15), (65, 65))):
        cv2.rectangle(image, corner, other, (*colour, 255), -1)
        cv2.rectangle(truth, corner, other, int(part), -1)
        cv2.rectangle(image, corner, other, (20, 10, 10, 255), 1)
    if transparent:
        image[truth == 0, 3] = 0
    return image, truth


def iou(found: Labels, truth: Labels, part: ClothingPart) -> float:
    return float(((found == part) & (truth == part)).sum() / ((found == part) | (truth == part)).sum())


def polygon(part: str, *points: tuple[int, int], **more: Any) -> dict[str, Any]:
    return {"op": "polygon", "part": part, "points": [list(point) for point in points], **more}


ROUGH = (18, 62), (83, 58), (78, 112), (22, 107)


def test_a_rough_polygon_takes_the_drawn_border() -> None:
    image, truth = np.full((120, 100, 4), 255, np.uint8), np.zeros((120, 100), np.uint8)
    cv2.rectangle(image, (20, 60), (80, 110), (200, 60, 60, 255), -1)
    cv2.rectangle(image, (20, 60), (80, 110), (20, 10, 10, 255), 1)
    truth[60:111, 20:81] = TOP
    rough = make_labels(image, [polygon("topwear", *ROUGH, snap=0)])
    snapped = make_labels(image, [polygon("topwear", *ROUGH, snap=4)])
    assert iou(rough, truth, TOP) < 0.94 and iou(snapped, truth, TOP) > 0.95


def test_a_snap_keeps_what_is_thin() -> None:
    image = np.full((60, 80, 4), 255, np.uint8)
    cv2.rectangle(image, (5, 5), (30, 55), (200, 60, 60, 255), -1)
    cv2.rectangle(image, (30, 25), (75, 29), (200, 60, 60, 255), -1)
    arm = make_labels(
        image, [polygon("skin", (5, 5), (30, 5), (30, 24), (76, 24), (76, 30), (30, 30), (30, 55), (5, 55), snap=4)]
    )
    assert (arm[26:29, 35:70] == SKIN).all()


def test_a_fill_grows_half_way_under_the_line_and_stays_in_the_lasso() -> None:
    image, truth = drawn()
    filled = make_labels(image, [{"op": "fill", "part": "skin", "points": [[50, 40]]}])
    assert iou(filled, truth, SKIN) > 0.9
    inside = [[30, 10], [70, 10], [70, 30], [30, 30]]
    lasso = make_labels(image, [{"op": "fill", "part": "skin", "points": [[50, 40]], "inside": inside}])
    assert (lasso[:29] == filled[:29]).all() and not lasso[32:].any()


def test_a_fill_may_take_what_does_not_hang_together() -> None:
    image, _ = drawn()
    image[90:100, 30:40] = 250, 210, 180, 255
    filled = make_labels(image, [{"op": "fill", "part": "skin", "points": [[50, 40]], "apart": True}])
    assert (filled[91:99, 31:39] == SKIN).all()


def test_scribbles_in_a_row_are_one_watershed() -> None:
    image, truth = drawn()
    strokes = (("background", [[5, 5], [5, 115]]), ("skin", [[50, 30], [50, 45]]), ("topwear", [[30, 90], [70, 90]]))
    found = make_labels(image, [{"op": "scribble", "part": part, "points": points} for part, points in strokes])
    assert all(iou(found, truth, part) > 0.85 for part in (SKIN, TOP))
    alone = make_labels(image, [{"op": "scribble", "part": "hair", "points": [[50, 30]], "width": 5}])
    assert 9 < (alone == HAIR).sum() < 40


def test_within_paints_over_these_parts_alone() -> None:
    image = drawn()[0]
    every = [polygon("skin", (0, 0), (99, 0), (99, 60), (0, 60), snap=0)]
    found = make_labels(image, [*every, polygon("hair", (0, 0), (99, 0), (99, 119), (0, 119), snap=0, within=["skin"])])
    assert (found[:59] == HAIR).all() and not found[62:].any()


def test_a_silhouette_holds_what_comes_after_it_and_the_rest_fills_it() -> None:
    image, truth = drawn(transparent=True)
    rest = make_labels(
        image, [{"op": "alpha"}, polygon("skin", (0, 0), (99, 0), (99, 60), (0, 60), snap=0), {"op": "rest", "part": "topwear"}]
    )
    assert ((rest > 0) == (truth > 0)).all() and set(np.unique(rest)) == {0, SKIN, TOP}
    image, truth = drawn()
    figure = {"op": "silhouette", "points": [[10, 10], [90, 10], [90, 115], [10, 115]], "snap": 0}
    hole = {"op": "hole", "points": [[40, 80], [60, 80], [60, 100], [40, 100]], "snap": 0}
    found = make_labels(image, [figure, hole, {"op": "rest", "part": "unknown"}])
    assert found[50, 15] == UNKNOWN and not found[90, 50] and not found[5].any()


def test_what_the_networks_answer_is_kept_in_the_operation() -> None:
    image, _ = drawn()
    picked: dict[str, Any] = {"op": "click", "part": "topwear", "points": [[50, 90]]}
    first = make_labels(image, [picked])
    assert (make_labels(image, [picked]) == first).all()
    assert picked["found"]["asked"] == [[[50.0, 90.0]], []], "clicks elsewhere are asked again"
    detected: dict[str, Any] = {"op": "detected", "parts": ["topwear", "skin"]}
    assert set(np.unique(make_labels(image, [detected]))) <= {0, SKIN, TOP} and "png" in detected["found"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "polish"},
        polygon("cape", (0, 0), (9, 0), (9, 9)),
        polygon("hair", (0, 0), (9, 0)),
        polygon("hair", (0, 0), (9, 0), (9, 9), snap="much"),
        {"op": "fill", "part": "hair", "points": [[500, 3]]},
        {"op": "fill", "part": "hair", "points": "here"},
        {"op": "rest", "part": "hair"},
        {"op": "given", "found": {"png": "?"}},
        {"op": "click", "part": "hair", "points": []},
    ],
)
def test_what_cannot_be_carried_out_is_told_in_a_sentence(operation: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"^Operation 2 cannot be carried out: .*please"):
        make_labels(drawn()[0], [polygon("hair", (0, 0), (9, 0), (9, 9)), operation])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    for name, transparent in (("one", False), ("two", True)):
        Image.fromarray(drawn(transparent)[0]).save(tmp_path / f"{name}.png")
    return Folder(tmp_path, tmp_path / "labels")


def test_labels_can_be_made_again_from_their_file(folder: Folder) -> None:
    labels = folder.save("one", [polygon("topwear", *ROUGH), {"op": "fill", "part": "skin", "points": [[50, 40]]}])
    kept = folder.label("one")
    assert kept is not None and (kept == labels).all()
    assert (folder.save("one", folder.operations("one")) == labels).all()
    with Image.open(folder.labels / "one.png") as file:
        assert file.mode == "L"
    assert [line.split(":")[0] for line in listed(folder)] == ["one", "two"]
    assert "2 operations, skin" in next(listed(folder)) and "no label" in list(listed(folder))[1]


def test_a_label_made_elsewhere_is_what_one_begins_with(folder: Folder) -> None:
    truth = drawn()[1]
    folder.labels.mkdir()
    Image.fromarray(truth).save(folder.labels / "one.png")
    assert (folder.save("one", folder.operations("one")) == truth).all()


@pytest.mark.parametrize("text", ['{"operations": [{]}', "[1]", '{"operations": 3}', '{"operations": ["polygon"]}', "{}"])
def test_a_bad_file_is_told_in_a_sentence(folder: Folder, text: str) -> None:
    folder.labels.mkdir()
    (folder.labels / "one.json").write_text(text)
    with pytest.raises(UserError, match=r"one\.json .*please"):
        folder.operations("one")


def test_the_command_makes_a_label_and_draws_it(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.save("one", [polygon("topwear", *ROUGH)])
    (folder.labels / "one.png").unlink()
    out = folder.labels / "view.png"
    asked = ["annotate", str(folder.pictures), "--apply", "one", "--look", "one", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", asked)
    main()
    assert capsys.readouterr().out.startswith("topwear ") and (folder.labels / "one.png").exists() and out.stat().st_size > 1000


def test_a_view_is_enlarged_and_an_empty_box_refused() -> None:
    image, truth = drawn()
    assert max(view(image, truth, (10, 10, 60, 35)).shape) > 2 * 1100
    with pytest.raises(UserError, match="box is empty"):
        view(image, truth, (200, 0, 300, 50))


def test_clicks_go_on_with_an_operation_until_part_or_tool_change() -> None:
    work = Work("one")
    for point in ((10, 10), (20, 10), (20, 20)):
        work = clicked(work, "polygon", "hair", SETTINGS, *point)
    assert len(work.operations) == 1 and not work.done and not work.saved
    work = clicked(work, "scribble", "skin", SETTINGS, 50, 40)
    assert [operation["op"] for operation in work.operations] == ["polygon", "scribble"] and len(work.done) == 1
    work = clicked(work, "polygon", "hair", SETTINGS, 5, 5)
    assert len(work.operations) == 2, "a polygon of one corner is nothing yet"
    assert len(finished(work).operations) == 2
    work = added(work, "rest", "topwear", [])
    assert work.operations[-1] == {"op": "rest", "part": "topwear"}


def test_undo_takes_back_clicks_and_then_operations() -> None:
    work = clicked(clicked(Work("one"), "click", "hair", SETTINGS, 1, 1), NOT_THIS, "hair", SETTINGS, 9, 9)
    assert work.open is not None and work.open["out"] == [[9, 9]]
    work = undone(work)
    assert work.open is not None and work.open["out"] == [] and work.open["points"] == [[1, 1]]
    assert undone(work).operations == []
    assert undone(finished(work)).operations == []
    with pytest.raises(UserError, match="first"):
        clicked(Work("one"), NOT_THIS, "hair", SETTINGS, 9, 9)


def test_the_page_is_built_and_shows_what_is_clicked(folder: Folder) -> None:
    build(folder)
    image, truth = drawn()
    work = clicked(Work("one", centre=(90, 110)), "polygon", "hair", SETTINGS, 80, 100)
    near = shown(image, truth, work, 0.5, 2)
    assert near.shape == (1000, 833, 3) and (near == 255).all(-1).any()
    with pytest.raises(UserError, match="no pictures"):
        build(Folder(folder.labels, folder.labels))
