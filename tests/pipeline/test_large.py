"""Drafts of pictures that are too large to be measured as they are: drawn on a smaller copy, and brought up."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline import large
from pipeline.draft import WHOLE
from pipeline.plan import Plan, make_draft, make_plan
from pipeline.request import Detection, SwapRequest
from tests.pipeline.test_draft import SEED, known
from training.characters import Drawing, draw

SIZE = (768, 576)
PROMPT = "white blouse, blue pleated skirt"


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    return draw(SEED, SIZE)


@pytest.fixture(scope="module")
def asked(drawing: Drawing) -> SwapRequest:
    return SwapRequest(drawing.image, 3, prompt=PROMPT)


@pytest.fixture(scope="module")
def as_it_is(drawing: Drawing, asked: SwapRequest) -> Plan:
    return make_plan(asked, lambda _: known(drawing))


@pytest.fixture
def smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "MOST", SIZE[0] * SIZE[1] // 4)


def test_only_what_is_larger_is_drafted_on_a_smaller_copy(as_it_is: Plan) -> None:
    assert as_it_is.near is None and large.size_to_draft_at((2048, 2048, 4)) is None
    width, height = large.size_to_draft_at((6200, 6200, 4)) or (0, 0)
    assert width == height and large.MOST >= width * height > 0.99 * large.MOST
    assert large.size_to_draft_at((12_000, 3000, 4)) == (1024, 4096)


@pytest.mark.usefixtures("smaller")
def test_it_is_the_same_draft(drawing: Drawing, asked: SwapRequest, as_it_is: Plan) -> None:
    plan = make_plan(asked, lambda _: known(drawing))
    assert plan.near is not None and plan.near.request.character.shape[:2] == (SIZE[0] // 2, SIZE[1] // 2)
    (one,), (other) = as_it_is.drafts, plan.drafts[0]
    for region, same in ((one.covers, other.covers), (one.old, other.old), (one.worn > 0, other.worn > 0)):
        assert (region & same).sum() > 0.93 * (region | same).sum()
    both = one.covers & other.covers
    assert np.median(np.abs(one.image[both, :3].astype(int) - other.image[both, :3])) < 8
    assert other.sheet is not None and one.sheet is not None
    assert other.sheet.frame.scale == pytest.approx(one.sheet.frame.scale, rel=0.05)
    assert f'width="{SIZE[1]}"' in other.sheet.svg()
    for name, (x, y) in plan.joints.items():
        assert np.hypot(x - as_it_is.joints[name][0], y - as_it_is.joints[name][1]) < 8, name


@pytest.mark.usefixtures("smaller")
def test_what_does_not_change_stays_bit_for_bit(drawing: Drawing, asked: SwapRequest) -> None:
    for character in (drawing.image, draw(SEED, SIZE, background=False).image):
        plan = make_plan(replace(asked, character=character), lambda _: known(drawing))
        picture, mask = plan.picture(0), plan.request.mask
        assert mask is not None and (picture[mask == 0] == character[mask == 0]).all()
        kept = plan.drafts[0].kept
        hair = (kept[..., 3] >= WHOLE) & (character[..., 3] == 255) & ~plan.drafts[0].redrawn
        assert (kept[hair, :3] == character[hair, :3]).all()
        whole = plan.drafts[0].image[..., 3] == 255
        assert np.abs(picture[whole].astype(int) - plan.drafts[0].image[whole]).mean() < 3


@pytest.mark.usefixtures("smaller")
def test_nothing_is_drawn_beyond_a_painted_mask(drawing: Drawing, asked: SwapRequest) -> None:
    painted = np.zeros(SIZE, np.uint8)
    painted[2 * SIZE[0] // 3 + 1 :] = 255
    drafted = make_draft(replace(asked, mask=painted), lambda _: known(drawing))
    assert drafted.image is not None and drafted.mask is not None and drafted.worn is not None and drafted.beyond is not None
    assert not drafted.image[painted == 0, 3].any() and not drafted.mask[painted == 0].any()
    assert (drafted.worn[painted == 0] == drawing.image[painted == 0]).all()
    assert drafted.beyond.shape == SIZE and [part.shape for part in drafted.parts] == [(*SIZE, 4)] * 2


@pytest.mark.usefixtures("smaller")
def test_a_joint_that_was_placed_counts_where_it_was_placed(drawing: Drawing, asked: SwapRequest) -> None:
    plan = make_plan(replace(asked, joints={"elbow_l": (400.0, 300.0)}), lambda _: known(drawing))
    assert plan.joints["elbow_l"] == pytest.approx((400.0, 300.0))


def test_it_takes_little_memory(drawing: Drawing, asked: SwapRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 4 * SIZE[1], 4 * SIZE[0]
    monkeypatch.setattr(large, "MOST", SIZE[0] * SIZE[1])
    found = known(drawing)
    labels, keep = (cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST) for plane in (found.labels, found.keep))
    character = cv2.resize(drawing.image, size, interpolation=cv2.INTER_LANCZOS4)
    tracemalloc.start()
    try:
        make_draft(replace(asked, character=character), lambda _: Detection(labels, keep))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50 * size[0] * size[1], f"{peak / size[0] / size[1]:.1f} bytes a pixel"
