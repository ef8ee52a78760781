"""A neck under new clothes: its sides are one line from where old clothes lay on it, and nothing of their rim stays across it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.collars import in_collar
from pipeline.fit import LIMBS, Fit
from pipeline.neck import drawn_sides, ways_in, without_seam
from pipeline.outfit import complete, read_outfit
from pipeline.request import CLOTHING, ClothingPart, Detection
from pipeline.seen_limbs import as_wide_as_seen, with_seen_sides
from pipeline.sitter import Sitter, sitter_of
from pipeline.throat import Throat
from training.characters import draw
from training.characters.character import framed
from wardrobe import garments
from wardrobe.render import paint_maps

SEED, SIZE = 890000004, (384, 288)


@pytest.fixture(scope="module")
def sitter() -> Sitter:
    drawing = draw(SEED, SIZE)
    figure, frame = framed(SEED, *SIZE)
    found = Detection(drawing.labels, drawing.face_hands.astype(np.uint8) * np.uint8(255))
    return sitter_of(drawing.image, found, Fit(figure, frame, dict.fromkeys(LIMBS, 1.0)))


def test_a_side_runs_along_what_is_seen_of_it(sitter: Sitter) -> None:
    figure, frame = sitter.fit.figure, sitter.fit.frame
    x, top = (round(value) for value in frame.pixel(*figure.head.at(0, 0.4)))
    low, half = round(frame.pixel(*figure.torso.at(0, 0.0))[1]), 1.1 * figure.body.neck_half * frame.scale
    rows = np.arange(frame.height)[:, None]
    leaning = x + 0.15 * (rows - top)
    neck = (rows >= top) & (rows < low) & (np.abs(np.arange(frame.width) + 0.5 - leaning) < half)
    after = with_seen_sides(figure, frame, neck, ~neck)
    for side, line in zip((-1, 1), after.neck_sides(), strict=True):
        seen = line * frame.scale + (frame.dx, frame.dy)
        middle = (top + low) / 2
        at = np.interp(middle, seen[:, 1], seen[:, 0])
        assert abs(at - (x + 0.15 * (middle - top) + side * half)) < 2
    assert with_seen_sides(figure, frame, np.zeros_like(neck), ~neck).head.neck == (None, None)


def test_a_neck_is_as_wide_as_it_is_seen_beside_old_clothes_and_no_jaw_is_one(sitter: Sitter) -> None:
    figure, frame = sitter.fit.figure, sitter.fit.frame
    x, top = (round(value) for value in frame.pixel(*figure.head.at(0, 0.35)))
    low, half = round(frame.pixel(*figure.torso.at(0, 0.0))[1]), 1.4 * figure.body.neck_half * frame.scale
    rows, columns = np.arange(frame.height)[:, None], np.arange(frame.width)
    for slope, wider in ((0.0, True), (0.8, False)):
        neck = (rows >= top) & (rows < low) & (np.abs(columns - x) < half + slope * (low - rows))
        sides = as_wide_as_seen(figure, frame, neck, 0.0).head.neck
        assert all((side is not None) == wider for side in sides)


def test_sides_are_drawn_from_where_old_clothes_lie_beside_them(sitter: Sitter) -> None:
    rows, inside = next(ways_in(sitter.fit))
    kept = sitter.kept & sitter.throat.lines
    front, gone = kept.copy(), np.zeros_like(kept)
    assert (drawn_sides(sitter, front, gone).stays == 1).all(), "nothing goes"
    middle = (rows.start + rows.stop) // 2
    gone[middle:, :] = True
    found = drawn_sides(sitter, front, gone)
    assert not found.beyond[: rows.start].any() and ((found.stays > 0) & (found.stays < 1)).any(), "soft"
    outside = np.zeros_like(kept)
    outside[rows] = (inside < -1 - sitter.style.line * sitter.unit) & (inside > -3)
    assert (found.stays[outside & found.beyond] == 0).all()
    assert not (found.neck[rows] & (inside < -2 - sitter.style.line * sitter.unit)).any(), "what lies between the sides"
    assert found.neck[rows][
        (inside > 0) & (inside < 3) & (np.arange(rows.start, rows.stop)[:, None] > middle + 8) & kept[rows]
    ].all()


def test_the_line_of_an_old_collar_goes_and_lines_farther_up_stay(sitter: Sitter) -> None:
    shape = sitter.kept.shape
    rgb, neck = np.full((*shape, 3), 220, np.uint8), np.zeros(shape, bool)
    neck[100:140, 100:140] = True
    rgb[138:140, 100:140] = rgb[110:112, 105:135] = 20  # the old collar's, and a fold of the skin
    found = replace(
        sitter.found, keep=neck.astype(np.uint8) * np.uint8(255), labels=np.where(neck, ClothingPart.SKIN, 0).astype(np.uint8)
    )
    throat = Throat(neck, np.ones(shape, bool), np.zeros(shape, bool))
    seen = replace(sitter, rgb=rgb, found=found, throat=throat, beard=np.zeros(shape, bool))
    bare = np.zeros(shape, bool)
    bare[140:160, 100:140] = True
    stays = without_seam(seen, neck, bare)
    assert (stays[137:140, 105:135] == 0).all() and (stays[110:112, 105:135] == 1).all()
    assert ((stays[130:137, 120] > 0) & (stays[130:137, 120] < 1)).any(), "no hard end"
    of_face = replace(seen, throat=replace(throat, jaw=bare))
    assert (without_seam(of_face, neck, bare)[137, 105:135] > 0).all(), "a line beside the face is the chin's"
    assert (without_seam(seen, neck, np.zeros(shape, bool)) == 1).all()


def test_a_neck_is_led_into_a_collar_that_is_narrower_where_its_own_side_is_not_seen(sitter: Sitter) -> None:
    figure, frame = sitter.fit.figure, sitter.fit.frame
    aside = replace(figure, head=replace(figure.head, nape=figure.torso.at(0, 0.0)[0] + 0.08, neck=(None, None)))
    outfit = complete(read_outfit("navy sailor uniform"), CLOTHING, 1)
    hidden = replace(
        sitter, fit=replace(sitter.fit, figure=aside), found=replace(sitter.found, keep=np.zeros_like(sitter.found.labels))
    )
    before, after = aside.neck_sides()[1], in_collar(hidden, outfit).fit.figure.neck_sides()[1]
    collar = [layer for layer in garments.layers(outfit, aside, sitter.style) if layer.part == ClothingPart.TOPWEAR]
    worn = paint_maps(collar, sitter.style, frame).garments > 0
    ends = [np.rint(frame.pixels(side)[-1]).astype(int) for side in (before, after)]
    assert ends[1][0] < ends[0][0] and worn[ends[1][1], ends[1][0] - 2 : ends[1][0] + 3].any(), "it ends in the collar"
    assert np.allclose(before[:4], after[:4], atol=0.02), "and begins as it did"
    seen = replace(hidden, found=replace(sitter.found, keep=np.full_like(sitter.found.labels, 255)))
    assert in_collar(seen, outfit).fit.figure.head.neck == (None, None), "a neck that is seen has its own sides"
