"""The draft: what lies over what, what stays, and what the mask becomes. On drawings, with what the drawer knows of them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.lru_cache import LRUCache
from pipeline import drafting, leftovers
from pipeline import plan as planning
from pipeline.collars import beside_collar
from pipeline.draft import WHOLE, Draft, dressed, own_draft
from pipeline.draft_style import flesh, measure_style
from pipeline.drafting import draw_draft
from pipeline.fit import LIMBS, Fit
from pipeline.images import flatten
from pipeline.outfit import complete, read_outfit
from pipeline.plan import changing, make_draft, make_plan
from pipeline.regions import near
from pipeline.request import CLOTHING, OFF, ClothingPart, Detection, DetectRequest, SwapRequest, UserError
from pipeline.sitter import sitter_of
from training.characters import Drawing, draw, style_of
from training.characters.character import framed
from wardrobe.outfit import Outfit

SEED, SIZE = 890000004, (384, 288)
Part = ClothingPart


def known(drawing: Drawing) -> Detection:
    """What detection would say if it were never wrong."""
    parts = {Part(value): 0.9 for value in np.unique(drawing.labels) if value}
    return Detection(drawing.labels, drawing.face_hands.astype(np.uint8) * np.uint8(255), confidence=parts)


def body(seed: int = SEED) -> Fit:
    """The figure that the drawing was made on."""
    figure, frame = framed(seed, *SIZE)
    return Fit(figure, frame, dict.fromkeys(LIMBS, 1.0))


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    return draw(SEED, SIZE)


def drafted(drawing: Drawing, prompt: str, changed: tuple[Part, ...] = CLOTHING) -> Draft:
    outfit = complete(read_outfit(prompt), changed, 1)
    return draw_draft(sitter_of(drawing.image, known(drawing), body(), changed), outfit)


def test_it_is_opaque_exactly_where_it_draws_and_never_over_face_hair_and_hands(drawing: Drawing) -> None:
    draft = drafted(drawing, "red hoodie, blue jeans")
    stays = drawing.face_hands & (drawing.labels != Part.HAIR)
    assert draft.covers.sum() > 0.5 * np.isin(drawing.labels, CLOTHING).sum()
    neck = np.zeros_like(stays)
    neck[int(body().frame.pixel(*body().figure.head.at(0, 0.5))[1]) :] = True  # a hood may cover it
    assert (draft.covers & stays & ~neck).sum() < 0.005 * stays.sum()  # as with the next, labels end on either side of a line
    hair = drawing.labels == Part.HAIR
    assert (draft.covers & hair).sum() < 0.01 * hair.sum()
    assert set(np.unique(draft.worn)) <= set(range(len(draft.outfit.garments) + 1))


def test_gloves_lie_over_hands(drawing: Drawing) -> None:
    changed = (*CLOTHING,)
    bare, gloved = (drafted(drawing, words, changed) for words in ("red dress", "red dress, white gloves"))
    hands = drawing.face_hands & (np.arange(SIZE[0])[:, None] > SIZE[0] // 3)
    assert (gloved.covers & hands).sum() > (bare.covers & hands).sum() + 20


def test_only_a_skirt_changes_where_only_a_skirt_is_named() -> None:
    wish = read_outfit("pleated skirt")
    labels = np.zeros((64, 64), np.uint8)
    labels[:32], labels[32:] = Part.TOPWEAR, Part.BOTTOMWEAR
    found = Detection(labels, np.zeros_like(labels))
    assert changing(wish, found, (), None) == {Part.BOTTOMWEAR}
    assert {Part.TOPWEAR, Part.BOTTOMWEAR, Part.ONEPIECE} <= changing(read_outfit("red dress"), found, (), None)
    assert changing(wish, found, (Part.BOTTOMWEAR, Part.SKIN), None) == {Part.BOTTOMWEAR}, "a face is skin too"
    labels[:] = Part.ONEPIECE
    assert Part.TOPWEAR in changing(wish, found, (), None), "half a dress is no top"
    painted = np.zeros(labels.shape, bool)
    painted[:40] = True
    assert Part.ONEPIECE in changing(wish, found, (), painted)


def test_what_is_outside_the_mask_stays_bit_for_bit(drawing: Drawing) -> None:
    sprite = draw(SEED, SIZE, background=False)
    for picture in (drawing.image, sprite.image):
        draft = drafted(drawing, "black gothic dress")
        new = dressed(picture, draft, drawing.labels)
        untouched = ~draft.covers & (draft.image[..., 3] == 0) & (drawing.labels > 0) & ~draft.old & ~draft.redrawn
        assert (new[untouched] == picture[untouched]).all()
    empty = draft.unknown & (draft.image[..., 3] == 0) & (draft.kept[..., 3] == 0)
    assert empty.any() and (new[empty] == 0).all(), "a sprite is empty where its old clothes were"
    assert near(draft.old, 6)[draft.redrawn].all(), "what stays is drawn anew along old clothes only"


def plan_of(drawing: Drawing, monkeypatch: pytest.MonkeyPatch, **more: object) -> object:
    monkeypatch.setattr("pipeline.plan.fit", lambda evidence: body())
    request = SwapRequest(drawing.image, 3, prompt="white blouse, blue pleated skirt", **more)  # type: ignore[arg-type]
    return make_plan(request, lambda asked: known(drawing))


def test_the_mask_follows_the_draft_and_a_painted_mask_clips_it(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(drawing, monkeypatch)
    (draft,) = plan.drafts  # type: ignore[attr-defined]
    mask = plan.request.mask > 0  # type: ignore[attr-defined]
    assert (
        mask[draft.image[..., 3] > 0].all()
        and mask[draft.unknown].all()
        and not mask[(draft.kept[..., 3] >= WHOLE) & ~draft.redrawn].any()
    )
    painted = np.zeros(SIZE, np.uint8)
    painted[2 * SIZE[0] // 3 :] = 255
    clipped = plan_of(drawing, monkeypatch, mask=painted)
    assert not (clipped.request.mask > 0)[: 2 * SIZE[0] // 3].any()  # type: ignore[attr-defined]
    assert not clipped.drafts[0].covers[: 2 * SIZE[0] // 3].any()  # type: ignore[attr-defined]


def test_what_a_painted_mask_cuts_off_is_told(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.plan.fit", lambda evidence: body())
    request, see = SwapRequest(drawing.image, 3, prompt="white blouse, blue pleated skirt"), lambda asked: known(drawing)
    whole = make_draft(request, see)
    assert whole.image is not None and whole.mask is not None and whole.worn is not None and whole.beyond is None
    assert (whole.worn[whole.image[..., 3] == 255] == whole.image[whole.image[..., 3] == 255]).all()
    assert (whole.worn[whole.mask == 0] == drawing.image[whole.mask == 0]).all()
    assert make_draft(replace(request, mask=whole.mask), see).beyond is None
    painted = whole.mask.copy()
    painted[: 2 * SIZE[0] // 3] = 0
    cut = make_draft(replace(request, mask=painted), see)
    assert cut.beyond is not None and not (cut.beyond & painted).any()
    extended = make_draft(replace(request, mask=np.maximum(painted, cut.beyond)), see)
    assert extended.image is not None and (extended.image[..., 3] >= 128).sum() >= 0.99 * (whole.image[..., 3] >= 128).sum()


def test_off_nothing_named_or_a_picture_instead_of_a_draft(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not plan_of(drawing, monkeypatch, draft=OFF).drafts  # type: ignore[attr-defined]
    monkeypatch.setattr("pipeline.plan.fit", lambda evidence: body())
    see = lambda asked: known(drawing)  # noqa: E731
    assert make_draft(SwapRequest(drawing.image, 3, prompt="happy"), see).image is None
    own = np.zeros_like(drawing.image)
    own[100:200, 100:180] = (200, 20, 20, 255)
    plan = make_plan(SwapRequest(drawing.image, 3, prompt="", draft=own), see)
    assert (plan.drafts[0].image == own).all() and (plan.request.mask[100:200, 100:180] == 255).all()  # type: ignore[index]
    assert own_draft(drawing.image, own, known(drawing)).covers.sum() == 100 * 80


def test_variations_differ_in_what_was_not_said(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.plan.fit", lambda evidence: body())
    request = SwapRequest(drawing.image, 3, prompt="pleated skirt", count=3)
    drafts = make_plan(request, lambda asked: known(drawing)).drafts
    assert len({draft.outfit.garments[0].rgb for draft in drafts}) > 1
    assert all(draft.outfit.garments[0].kind == "pleated skirt" for draft in drafts)


def test_words_are_refused_before_anything_is_looked_at() -> None:
    def see(asked: DetectRequest) -> Detection:
        raise AssertionError

    with pytest.raises(UserError):
        make_draft(SwapRequest(np.zeros((64, 64, 4), np.uint8), 1, prompt="completely naked"), see)


@pytest.mark.parametrize("seed", [890000001, 890000002, 890000006])
def test_manner_is_measured(seed: int) -> None:
    drawing, (_, frame), style = draw(seed, SIZE), framed(seed, *SIZE), style_of(seed)
    found = measure_style(flatten(drawing.image, (255, 255, 255)), drawing.labels, frame.scale)
    if style.line:
        assert found.line == pytest.approx(style.line, abs=0.9 / frame.scale + 0.3 * style.line)
    skin = flesh(flatten(drawing.image, (255, 255, 255)), drawing.face_hands, drawing.labels)
    seen = drawing.image[..., :3][drawing.face_hands & (drawing.labels == Part.SKIN)]
    assert np.abs(np.median(seen, 0) - skin).max() < 25


def test_an_empty_label_map_gives_the_plain_manner() -> None:
    nothing = np.zeros((32, 32), np.uint8)
    assert measure_style(np.zeros((32, 32, 3), np.uint8), nothing, 10.0).line > 0
    nobody = Detection(np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8))
    draft = draw_draft(sitter_of(np.zeros((*SIZE, 4), np.uint8), nobody, body()), Outfit(()))
    assert not draft.covers.any()


@pytest.mark.parametrize("pen", [2, 5])
@pytest.mark.parametrize(("inked", "coat"), [(True, 25), (False, 25), (True, 140), (False, 140)])
def test_lines_are_looked_for_where_a_line_can_be_seen(inked: bool, coat: int, pen: int) -> None:
    rgb, labels = np.full((200, 160, 3), 255, np.uint8), np.zeros((200, 160), np.uint8)
    for part, colour, (top, bottom) in ((Part.SKIN, 230, (20, 60)), (Part.TOPWEAR, coat, (60, 190))):
        labels[top:bottom, 40:120], rgb[top:bottom, 40:120] = part, colour
        if inked:
            cv2.rectangle(rgb, (40, top), (119, bottom - 1), (20, 20, 20), pen)
    assert (measure_style(rgb, labels, 160.0).line > 0) == inked


@pytest.mark.parametrize("shaded", [False, True])
def test_two_tones_of_clothes_are_shade_only_where_skin_has_shade_too(shaded: bool) -> None:
    rgb, labels = np.full((200, 160, 3), 255, np.uint8), np.zeros((200, 160), np.uint8)
    for part, colour, (top, bottom) in ((Part.SKIN, 230, (10, 70)), (Part.TOPWEAR, 200, (70, 190))):
        labels[top:bottom, 40:120], rgb[top:bottom, 40:120] = part, colour
        if shaded or part == Part.TOPWEAR:
            rgb[top:bottom, 90:120] = 0.75 * colour
    assert measure_style(rgb, labels, 160.0).shading == ("cel" if shaded else "flat")


def test_a_picture_is_measured_once_and_drawn_on_at_every_word(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[object] = []
    monkeypatch.setattr(planning, "_SITTERS", LRUCache(4))
    monkeypatch.setattr(planning, "sitter_of", lambda *given: measured.append(given) or sitter_of(*given))
    for prompt in ("red dress", "blue dress", "long white dress"):
        assert make_draft(SwapRequest(drawing.image, 0, prompt=prompt), lambda _: known(drawing)).image is not None
    assert len(measured) == 1
    make_draft(SwapRequest(np.fliplr(drawing.image).copy(), 0, prompt="red dress"), lambda _: known(drawing))
    assert len(measured) == 2, "another picture"


def test_no_skin_shows_outside_of_a_collar(drawing: Drawing) -> None:
    sitter = sitter_of(drawing.image, known(drawing), body())
    for prompt, covered in (("white shirt", True), ("white sleeveless dress", False)):
        outfit = complete(read_outfit(prompt), CLOTHING, 1)
        drawn = drafting._drawn(sitter, outfit)
        beyond = beside_collar(sitter, outfit, drawn.worn)
        assert beyond.any() == covered and not (beyond & (drawn.worn > 0)).any()
        middle = round(body().frame.pixel(*body().figure.torso.at(0, 0.0))[0])
        assert not beyond[:, middle - 3 : middle + 3].any(), "the throat is bare"


def test_specks_of_old_clothes_beside_a_neck_go_and_those_of_its_own_stay(drawing: Drawing) -> None:
    image, labels = np.zeros((*SIZE, 4), np.uint8), np.zeros(SIZE, np.uint8)
    for part, colour, (top, bottom) in ((Part.SKIN, 230, (10, 40)), (Part.TOPWEAR, 60, (40, 300))):
        labels[top:bottom, 30:200], image[top:bottom, 30:200] = part, (colour, colour, colour, 255)
    image[34:37, 27:30], image[34:37, 200:203] = (64, 64, 64, 255), (226, 226, 226, 255)  # nameless, nearer to the neck
    rgb, found = flatten(image, (255, 255, 255)), Detection(labels, np.zeros_like(labels))
    sitter = replace(sitter_of(drawing.image, known(drawing), body()), character=image, rgb=rgb, found=found)
    lost = leftovers.specks(sitter, labels == Part.SKIN, (labels == Part.TOPWEAR) | (image[..., 0] == 60))
    assert not lost[34:37, 200:203].any() and not lost[labels > 0].any()
    old = labels == Part.TOPWEAR
    old[37:40, 26:30] = old[37:40, 200:204] = True  # old clothes come as near as this
    lost = leftovers.specks(sitter, labels == Part.SKIN, old)
    assert (lost | leftovers.outline(old, labels))[34:37, 27:30].all() and lost.any()
    assert not lost[34:37, 200:203].any()
