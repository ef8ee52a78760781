"""The body under the clothes: near the truth where the picture is clear, and an answer whatever is shown."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from models.hint_reader import JOINTS
from pipeline import body_model as bm
from pipeline.evidence import Evidence, floor_of, read_evidence, with_joints
from pipeline.fit import GUESSED, LIMBS, Doubt, Fit, _before_face, fit, settled
from pipeline.request import CLOTHING, ClothingPart, UserError
from training.characters import Drawing, draw
from training.characters.character import style_of
from wardrobe import garments
from wardrobe.canvas import Z
from wardrobe.figure import SIDES
from wardrobe.outfit import Outfit
from wardrobe.render import paint_maps

Part = ClothingPart
SEEDS = (3, 11)
SIZE = 320, 224
WRONG = ({"elbow_l": (-3.0, 5.0)}, {"knee_r": (5.0, 4000.0)}, {"tail": (5.0, 5.0)}, {"neck": (np.nan, 5.0)})


@cache
def drawing(seed: int) -> Drawing:
    return draw(seed, SIZE, background=False)


def truth(seed: int) -> Evidence:
    """What a reader without faults would tell."""
    drawn = drawing(seed)
    height, width = drawn.labels.shape
    joints = {name: drawn.keypoints.get(name, (-1.0, -1.0)) for name in JOINTS}
    sure = {name: float(0 <= x < width and 0 <= y < height) for name, (x, y) in joints.items()}
    return Evidence(drawn.labels, drawn.face_hands, joints, sure)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_true_outfit_lies_on_the_fitted_figure(seed: int) -> None:
    drawn, found = drawing(seed), fit(truth(seed))
    assert isinstance(found, Fit)
    style = style_of(seed)
    layers = sorted(garments.layers(Outfit(drawn.garments), found.figure, style), key=lambda layer: layer.z)
    worn = np.isin(paint_maps([layer for layer in layers if found.frame.shows(layer)], style, found.frame).labels, CLOTHING)
    clothes = np.isin(drawn.labels, CLOTHING)
    seen = np.isin(drawn.labels, (0, 1, *CLOTHING)) & ~drawn.face_hands  # hair and hands lie over clothes
    assert (worn & clothes & seen).sum() / ((worn | clothes) & seen).sum() > 0.85


def test_a_portrait_gets_legs_below_the_picture() -> None:
    whole = truth(3)
    cut = round(whole.joints["neck"][1] + 25)
    sure = {name: odds * (whole.joints[name][1] < cut) for name, odds in whole.sure.items()}
    found = fit(replace(whole, labels=whole.labels[:cut], hands=whole.hands[:cut], sure=sure))
    assert isinstance(found, Doubt) or found.frame.pixel(*found.figure.joints["ankle_l"])[1] > cut


def test_legs_that_end_outside_are_not_squeezed_into_the_picture() -> None:
    whole = drawing(3)
    cut = whole.image[: round(whole.keypoints["knee_l"][1])], whole.labels[: round(whole.keypoints["knee_l"][1])]
    above = len(cut[1])
    assert floor_of(cut[1]) == above and floor_of(np.zeros_like(cut[1])) is None
    assert floor_of(cv2.circle(np.zeros((99, 99), np.uint8), (50, 50), 30, 3, -1)) is None, "ends by itself"
    evidence = read_evidence(*cut)
    assert not any(evidence.sure[f"{name}_{side}"] for name in ("knee", "ankle") for side in "lr")


def test_a_bust_on_a_card_is_cut_off_there() -> None:
    whole = drawing(3)
    waist = round(0.5 * (whole.keypoints["neck"][1] + whole.keypoints["thigh_l"][1]))
    labels, image = whole.labels.copy(), whole.image.copy()
    labels[waist:], image[waist:] = 0, 0
    assert floor_of(labels) == waist
    evidence = read_evidence(image, labels)
    assert not any(evidence.sure[f"{name}_{side}"] for name in ("knee", "ankle") for side in "lr")
    found = fit(evidence)
    assert isinstance(found, Doubt) or (found.floor == waist and found.frame.height == len(labels))


def test_an_arm_without_a_visible_hand_lies_behind_the_body() -> None:
    whole = truth(3)
    neck, hips = (np.array(whole.joints[name]) for name in ("neck", "thigh_l"))
    hip = np.array([neck[0], hips[1]])
    across = {"wrist_l": tuple(neck + 0.7 * (hip - neck)), "elbow_l": tuple(neck + 0.5 * (hip - neck) - (40, 0))}
    hidden = replace(whole, joints={**whole.joints, **across}, placed=frozenset(across))
    found = fit(replace(hidden, hands=whole.hands & (np.arange(SIZE[0])[:, None] < neck[1])))
    assert isinstance(found, Fit)
    assert found.figure.arms["l"].z == Z.BACK_ARM
    hand = np.zeros(SIZE, bool)
    x, y = (round(value) for value in across["wrist_l"])
    hand[y : y + 14, x : x + 14] = True
    seen = fit(replace(hidden, hands=whole.hands & (np.arange(SIZE[0])[:, None] < neck[1]) | hand))
    assert isinstance(seen, Fit)
    assert seen.figure.arms["l"].z > Z.BODY


def test_trust_is_a_map_that_fades() -> None:
    found = fit(truth(3))
    assert isinstance(found, Fit) and found.trust.keys() == set(LIMBS)
    trust = found.trust_map()
    assert trust.shape == SIZE and trust.dtype == np.float32 and trust.min() >= 0 and trust.max() <= 1
    x, y = found.frame.pixel(*found.figure.torso.at(0, 0.4))
    assert trust[round(y), round(x)] > 0.5


def test_a_joint_placed_by_hand_is_followed() -> None:
    read = truth(3)
    x, y = read.joints["elbow_l"]
    found = fit(with_joints(read, {"elbow_l": (x - 10, y - 6)}))
    assert isinstance(found, Fit)
    assert np.hypot(*np.subtract(found.frame.pixel(*found.figure.joints["elbow_l"]), (x - 10, y - 6))) < 4


@pytest.mark.parametrize("placed", WRONG)
def test_joints_that_cannot_be_are_refused(placed: dict[str, tuple[float, float]]) -> None:
    with pytest.raises(UserError):
        with_joints(truth(3), placed)


def test_an_unsure_arm_is_drawn_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    read = truth(3)
    monkeypatch.setitem(GUESSED, "arm", 0.6)  # its outline alone is about half trusted
    unsure = {**read.sure, "shoulder_l": 0.4, "elbow_l": 0.0, "wrist_l": 0.0}
    found = fit(replace(read, sure=unsure))
    assert isinstance(found, Fit) and found.guessed == ["arm_l"]


def test_an_arm_of_which_nothing_is_known_hangs_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GUESSED, "arm", 0.9)
    read = truth(3)
    found = fit(replace(read, sure={**read.sure, "elbow_l": 0.0, "wrist_l": 0.0}))
    assert isinstance(found, Fit)
    places = [found.figure.joints[f"{name}_l"] for name in ("shoulder", "elbow", "wrist")]
    assert places[0][1] < places[1][1] < places[2][1]
    assert abs(places[2][0] - places[0][0]) < 0.3 * (places[2][1] - places[0][1])


def test_an_arm_across_the_face_is_told() -> None:
    read = truth(3)
    found = settled(read)
    assert found is not None
    p, known = found
    nose = (np.array(read.joints["nose"]) - known.view.origin) / known.view.scale
    for index, side in enumerate(SIDES):
        assert not _before_face(p, side, read, known)
        raised, at = p.copy(), bm.ARMS.start + 4 * index
        shoulder = bm.joints(p[None])[f"shoulder_{side}"][0]
        raised[at : at + 4] = *shoulder, *(nose + 0.8 * (nose - shoulder))
        assert _before_face(raised, side, read, known)


def test_what_is_held_leads_an_arm_to_it() -> None:
    read = truth(3)
    (x, y), (_, hips) = read.joints["shoulder_l"], read.joints["thigh_l"]
    labels, reach = read.labels.copy(), 0.85 * (hips - y)
    thing = slice(round(y + 0.5 * reach), round(y + 0.5 * reach) + 16), slice(round(x - reach), round(x - reach) + 16)
    labels[round(y + 0.5 * reach) : round(y + 0.5 * reach) + 10, round(x - reach) + 16 : round(x)] = Part.TOPWEAR
    labels[thing] = Part.HELD
    sure = {**read.sure, "elbow_l": 0.0, "wrist_l": 0.0}
    face = read.hands & (np.arange(SIZE[0])[:, None] < read.joints["neck"][1])
    found = fit(replace(read, labels=labels, hands=face, sure=sure))
    assert isinstance(found, Fit)
    hand = found.frame.pixel(*found.figure.joints["wrist_l"])
    assert np.hypot(hand[0] - (x - reach + 8), hand[1] - (y + 0.5 * reach + 8)) < 0.5 * reach


def test_a_waist_is_drawn_in_and_a_childs_is_not() -> None:
    found = fit(truth(3))
    assert isinstance(found, Fit)
    figure = replace(found.figure, body=replace(found.figure.body, child=False))
    slim, level = figure.waisted(0.7), figure.v("waist")
    assert slim.torso.half(level) < figure.torso.half(level) and abs(slim.body.waist / slim.body.chest - 0.7) < 1e-6
    assert abs(slim.torso.half(0.1) - figure.torso.half(0.1)) < 0.01 and slim.body.fem >= figure.body.fem
    assert slim.waisted(0.9) is slim
    child = replace(figure, body=replace(figure.body, child=True))
    assert child.waisted(0.7) is child


def test_nothing_to_see_gives_a_reason_and_no_error() -> None:
    empty = np.zeros((64, 48, 4), np.uint8)
    nobody = read_evidence(empty, np.zeros((64, 48), np.uint8))
    assert isinstance(fit(nobody), Doubt)


@pytest.mark.parametrize("seed", range(4))
def test_any_joints_give_a_figure_or_a_reason(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = (rng.random((40, 30)) < 0.5).astype(np.uint8) * np.uint8(3)
    joints = {name: (float(x), float(y)) for name, (x, y) in zip(JOINTS, rng.uniform(0, 40, (18, 2)), strict=True)}
    found = fit(Evidence(labels, labels == 1, joints, dict(zip(JOINTS, rng.random(18).tolist(), strict=True))))
    assert isinstance(found, Doubt) or np.isfinite(found.trust_map()).all()
