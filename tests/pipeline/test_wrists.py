"""Arms lead to the hands that come out of sleeves, as wide as they are, and no line of a cuff is left between the two."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.draft import dressed
from pipeline.drafting import _drawn, _end_of, _under_cuffs, draw_draft
from pipeline.fit import LIMBS, Fit, fit
from pipeline.outfit import complete, read_outfit
from pipeline.regions import grown
from pipeline.request import CLOTHING, ClothingPart, Detection
from pipeline.sitter import sitter_of
from pipeline.wrists import with_wrists
from tests.pipeline.test_fit import truth
from training.characters.character import framed

SEED, BEYOND = 11, 0.15  # heads
COAT, SKIN, INK = (60, 90, 60, 255), (240, 205, 180, 255), (70, 50, 45)


def sleeve_and_hand(body: Fit, off: float, wide: float) -> tuple[np.ndarray, np.ndarray]:
    """A left arm in a sleeve and a hand that comes out of it a little beyond the wrist: H x W, their labels and the hand. off,
    wide: of the wrist's half-width, how far aside the hand is, and how wide its root is."""
    limb, frame = body.figure.arms["l"], body.frame
    labels, hand = (np.zeros((frame.height, frame.width), np.uint8) for _ in range(2))
    way, half = np.array(limb.direction(1.0)), limb.half[-1]
    across = np.array([-way[1], way[0]])

    def box(start: float, end: float, middle: float, side: float) -> np.ndarray:
        corners = [
            limb.centre[-1] + along * way + (middle + edge) * across
            for along, edge in ((start, -side), (start, side), (end, side), (end, -side))
        ]
        return np.rint([frame.pixel(*corner) for corner in corners]).astype(np.int32)

    cv2.fillPoly(labels, [box(-1.0, BEYOND, 0.0, 2.6 * half)], ClothingPart.TOPWEAR)
    cv2.fillPoly(hand, [box(BEYOND, BEYOND + 0.3, off * half, wide * half)], 1)
    labels[hand > 0] = ClothingPart.SKIN
    return labels, hand > 0


def led(off: float, wide: float) -> tuple[Fit, Fit]:
    body = fit(truth(SEED))
    assert isinstance(body, Fit)
    labels, hand = sleeve_and_hand(body, off, wide)
    after = with_wrists(body.figure, body.frame, replace(truth(SEED), labels=labels, hands=hand))
    return body, replace(body, figure=after)


@pytest.mark.parametrize(("off", "wide"), [(0.0, 1.6), (0.8, 1.3), (-0.8, 1.0)])
def test_an_arm_ends_at_the_root_of_its_hand(off: float, wide: float) -> None:
    before, after = led(off, wide)
    old, new = before.figure.arms["l"], after.figure.arms["l"]
    way, half = np.array(old.direction(1.0)), old.half[-1]
    moved = (new.centre[-1] - old.centre[-1]) @ np.array([way, [-way[1], way[0]]]).T
    assert moved[1] == pytest.approx(off * half, abs=0.25 * half) and moved[0] == pytest.approx(BEYOND + 0.05, abs=0.05)
    assert new.half[-1] == pytest.approx(wide * half, rel=0.2)
    assert np.allclose(new.centre[:8], old.centre[:8], atol=0.1 * half)  # the upper arm
    assert after.figure.arms["r"] == before.figure.arms["r"]


@pytest.mark.parametrize(("off", "wide"), [(3.0, 1.0), (0.0, 3.0)])
def test_what_lies_far_off_or_is_much_wider_is_no_hand_of_this_arm(off: float, wide: float) -> None:
    before, after = led(off, wide)
    assert np.allclose(after.figure.arms["l"].centre, before.figure.arms["l"].centre)


def test_no_line_of_an_old_cuff_is_left_where_the_arm_is_bare_now() -> None:
    figure, frame = framed(SEED, 512, 384)
    body = Fit(figure, frame, dict.fromkeys(LIMBS, 1.0))
    labels, hand = sleeve_and_hand(body, 0.0, 1.0)
    picture = np.zeros((*labels.shape, 4), np.uint8)
    picture[labels == ClothingPart.TOPWEAR], picture[hand] = COAT, SKIN
    edge = np.asarray(cv2.dilate((labels == ClothingPart.TOPWEAR).astype(np.uint8), np.ones((3, 3))) > 0) & hand
    y, x = np.nonzero(edge)
    ends = [(16 * int(x[at]), 16 * int(y[at]) + 8) for at in (x.argmin(), x.argmax())]  # in sixteenths of a pixel
    cuff = np.zeros(labels.shape, np.uint8)
    cv2.line(cuff, *ends, 255, 1, cv2.LINE_AA, 4)  # half on the hand
    inner = cv2.erode((labels > 0).astype(np.uint8), np.ones((3, 3))) > 0
    line = np.where((labels > 0) & ~inner, 255, cuff)[..., None] / 255
    picture[..., :3] = np.where(labels[..., None] > 0, picture[..., :3] + line * (np.array(INK) - picture[..., :3]), 0)
    body = replace(body, figure=with_wrists(figure, frame, replace(truth(SEED), labels=labels, hands=hand)))
    found = Detection(labels, hand.astype(np.uint8) * np.uint8(255), confidence={ClothingPart.TOPWEAR: 0.9})
    draft = draw_draft(sitter_of(picture, found, body), complete(read_outfit("red tank top"), CLOTHING, 1))
    after = dressed(picture, draft, labels)
    middle = cv2.erode((labels > 0).astype(np.uint8), np.ones((9, 9))) > 0  # an arm has lines at its sides
    assert after[(cuff > 60) & middle & hand][:, :3].mean(-1).min() > 180


def test_a_short_sleeve_that_lies_behind_a_hand_covers_none_of_it() -> None:
    figure, frame = framed(SEED, 512, 384)
    body = Fit(figure, frame, dict.fromkeys(LIMBS, 1.0))
    labels, _ = sleeve_and_hand(body, 0.0, 1.0)
    hand = _end_of(figure.arms["l"], frame, 1.0, 0.0)
    labels[hand] = ClothingPart.SKIN
    picture = np.zeros((*labels.shape, 4), np.uint8)
    picture[labels == ClothingPart.TOPWEAR], picture[hand] = COAT, SKIN
    found = Detection(labels, hand.astype(np.uint8) * np.uint8(255), confidence={ClothingPart.TOPWEAR: 0.9})
    sitter = sitter_of(picture, found, body)
    root = grown(labels == ClothingPart.TOPWEAR, 3) & hand
    for words, covered in (("black suit jacket", True), ("red t-shirt", False)):
        outfit = complete(read_outfit(words), CLOTHING, 1)
        drawn = _drawn(sitter, outfit)
        worn = drawn.worn if covered else np.where(root, np.uint8(1), drawn.worn)  # of the chest, say
        assert _under_cuffs(sitter, outfit, worn)[root].any() == covered, words


def test_a_bare_arm_goes_on_in_the_tone_it_is_lit_in_whatever_hue_that_is() -> None:
    figure, frame = framed(SEED, 512, 384)
    body = Fit(figure, frame, dict.fromkeys(LIMBS, 1.0))
    labels, arm = sleeve_and_hand(body, 0.0, 1.0)
    picture, lit = np.zeros((*labels.shape, 4), np.uint8), np.array((250, 160, 150))
    picture[labels == ClothingPart.TOPWEAR], picture[arm] = COAT, (*lit, 255)
    place = frame.pixel(*figure.head.centre)
    face = cv2.circle(np.zeros(labels.shape, np.uint8), (round(place[0]), round(place[1])), round(0.3 * frame.scale), 1, -1) > 0
    picture[face], labels[face] = SKIN, ClothingPart.SKIN
    found = Detection(labels, face.astype(np.uint8) * np.uint8(255), confidence={ClothingPart.TOPWEAR: 0.9})
    draft = draw_draft(sitter_of(picture, found, body), complete(read_outfit("red tank top"), CLOTHING, 1))
    beside = np.asarray(cv2.dilate(arm.astype(np.uint8), np.ones((7, 7))) > 0) & draft.covers & ~arm & (draft.worn == 0)
    assert np.abs(np.median(draft.image[beside][:, :3], axis=0) - lit).max() < 25
