"""New bare skin has the face's own colour, whatever that is, and its shading."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from pipeline.draft_style import flesh
from pipeline.drafting import draw_draft
from pipeline.fit import LIMBS, Fit
from pipeline.outfit import complete, read_outfit
from pipeline.palette import in_own_skin
from pipeline.request import ClothingPart, Detection, Image8
from pipeline.sitter import sitter_of
from training.characters import Drawing, style_of
from training.characters.character import framed, painted, stream, undressed
from training.characters.creatures import SKINS as CREATURES
from wardrobe import garments
from wardrobe.style import RGB

SEED, SIZE = 890000004, (288, 216)
Part = ClothingPart
HUMAN = {"pale": (254, 226, 208), "light": (246, 208, 182), "tan": (214, 160, 120), "brown": (150, 98, 66), "dark": (92, 58, 42)}
SKINS: dict[str, RGB] = HUMAN | {name: CREATURES[name] for name in ("grey", "blue", "green", "ash", "purple")}
NEAR = 10.0  # CIELAB, CIE76


@cache
def person(skin: RGB, clothes: str) -> Drawing:
    figure, frame = framed(SEED, *SIZE)
    style = style_of(SEED)
    bare = undressed(SEED, figure, style, "full body", "", skin)
    outfit = complete(read_outfit(clothes), (Part.TOPWEAR, Part.BOTTOMWEAR), 1)
    layers = [*bare.body, *bare.face, *bare.hair, *garments.layers(outfit, figure, style)]
    behind = np.full((*SIZE, 4), (222, 226, 230, 255), np.uint8)
    return painted(layers, figure, frame, style, outfit, bare.person, stream(SEED, "outfit"), behind)


def lab(colour: object) -> np.ndarray:
    return cv2.cvtColor(np.asarray(colour, np.float32).reshape(1, -1, 3) / 255, cv2.COLOR_RGB2LAB)[0]


def apart(picture: Image8, where: np.ndarray, skin: RGB) -> float:
    """CIE76 between the lit part of what is there and the skin."""
    found = lab(picture[..., :3][where])
    lit = found[found[:, 0] >= np.percentile(found[:, 0], 40)]
    return float(np.linalg.norm(np.median(lit, axis=0) - lab(skin)[0]))


@pytest.mark.parametrize("name", SKINS)
def test_a_draft_draws_skin_in_the_faces_colour(name: str) -> None:
    drawing, changed = person(SKINS[name], "navy blue coat, black trousers"), (Part.TOPWEAR, Part.BOTTOMWEAR)
    figure, frame = framed(SEED, *SIZE)
    found = Detection(drawing.labels, drawing.face_hands.astype(np.uint8) * np.uint8(255))
    sitter = sitter_of(drawing.image, found, Fit(figure, frame, dict.fromkeys(LIMBS, 1.0)), changed)
    draft = draw_draft(sitter, complete(read_outfit("red tank top, blue shorts"), changed, 1))
    bare = draft.covers & (draft.worn == 0)
    assert bare.sum() > 500 and apart(draft.image, bare, SKINS[name]) < NEAR


@pytest.mark.parametrize("name", SKINS)
def test_what_a_model_draws_as_human_skin_gets_the_faces_colour(name: str) -> None:
    """The drawing stands for what a model makes of a prompt: right shapes, arms and legs of a human colour."""
    drawn, skin = person(HUMAN["light"], "red tank top, blue shorts"), SKINS[name]
    own = person(skin, "navy blue coat, black trousers")
    bare = (drawn.labels == Part.SKIN) & ~drawn.face_hands
    mask = np.where((drawn.labels > 0) & ~drawn.face_hands & (drawn.labels != Part.HAIR), np.uint8(255), np.uint8(0))
    rgb = drawn.image[..., :3]
    found = in_own_skin(rgb, mask, flesh(own.image[..., :3], own.face_hands, own.labels))
    inner = cv2.erode(bare.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert apart(found, inner, skin) < NEAR
    assert (found[mask == 0] == rgb[mask == 0]).all()
    clothes = cv2.erode(np.isin(drawn.labels, (Part.TOPWEAR, Part.BOTTOMWEAR)).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert (found[clothes] == rgb[clothes]).all(1).mean() > 0.97
    before, after = (lab(picture[inner])[:, 0] for picture in (rgb, found))
    assert np.corrcoef(before, after)[0, 1] > 0.8, "lit and shaded as it was drawn"
    assert after.std() > 0.3 * before.std()


def test_hands_and_held_things_do_not_tell_a_faces_colour() -> None:
    labels = np.zeros((80, 60), np.uint8)
    labels[5:15, 20:40] = Part.HAIR
    labels[15:30, 22:38] = labels[40:78, 5:55] = Part.SKIN  # a face, and gloves that were taken for large hands
    rgb = np.full((80, 60, 3), 255, np.uint8)
    rgb[15:30, 22:38], rgb[40:78, 5:55] = (104, 104, 112), (150, 96, 60)
    assert flesh(rgb, labels == Part.SKIN, labels) == (104, 104, 112)


def test_nobodys_skin_changes_nothing() -> None:
    drawn = person(HUMAN["light"], "red tank top, blue shorts")
    rgb = np.ascontiguousarray(drawn.image[..., :3])
    assert in_own_skin(rgb, np.full(SIZE, 255, np.uint8), None) is rgb
    assert (in_own_skin(rgb, np.zeros(SIZE, np.uint8), (10, 200, 30)) == rgb).all()


def test_legs_that_are_taken_for_stockings_are_bare_where_none_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    probabilities = np.zeros((13, 80, 60), np.float32)
    probabilities[Part.LEGWEAR] = 1
    monkeypatch.setattr("pipeline.palette._parsed", lambda rgb: probabilities)
    rgb = np.full((80, 60, 3), (232, 176, 160), np.uint8)
    rgb[:, 40:] = (30, 30, 36)  # a boot
    mask = np.full((80, 60), 255, np.uint8)
    own = in_own_skin(rgb, mask, SKINS["green"], stockings=False)
    assert apart(own, np.arange(60)[None] + np.zeros((80, 1)) < 38, SKINS["green"]) < NEAR
    assert (own[:, 42:] == rgb[:, 42:]).all() and (in_own_skin(rgb, mask, SKINS["green"]) == rgb).all()
