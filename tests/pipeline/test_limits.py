"""What cannot come out as it was asked for is said in one sentence, and what can is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.limits import over_face, over_several, too_weak
from pipeline.outfit import read_outfit
from pipeline.plan import make_plan
from pipeline.request import CUT_OFF, FACE_PAINTED, SEVERAL, SHARED, WEAK, ClothingPart, Detection, Image8, SwapRequest
from pipeline.swap import OutfitSwapper
from tests.pipeline.test_draft import SIZE, body, drawing, known  # noqa: F401
from tests.pipeline.test_swap import request_, swapper  # noqa: F401
from training.characters import Drawing

Part = ClothingPart


def standing(*middles: int) -> Detection:
    """People of 100 x 30 pixels side by side: hair, face and neck, a dress."""
    labels, keep, people = (np.zeros((100, 120), np.uint8) for _ in range(3))
    for number, x in enumerate(middles, 1):
        labels[5:15, x - 8 : x + 8] = Part.HAIR
        labels[15:35, x - 6 : x + 6], keep[15:35, x - 6 : x + 6] = Part.SKIN, 255
        labels[35:90, x - 12 : x + 12] = Part.ONEPIECE
        people[5:90, x - 12 : x + 12] = number
    return Detection(labels, keep, people=people)


def dressed_in(colour: tuple[int, int, int], found: Detection) -> Image8:
    picture = np.full((*found.labels.shape, 4), 255, np.uint8)
    picture[found.labels == Part.ONEPIECE, :3] = colour
    return picture


@pytest.mark.parametrize(
    ("strength", "old", "prompt", "weak"),
    [
        (0.4, (20, 22, 40), "white dress", True),
        (0.6, (20, 22, 40), "white dress", True),
        (0.79, (250, 250, 250), "black dress", True),
        (0.8, (20, 22, 40), "white dress", False),
        (1.0, (20, 22, 40), "white dress", False),
        (0.4, (20, 22, 40), "black dress", False),
        (0.4, (240, 235, 230), "white dress", False),
        (0.4, (20, 22, 40), "happy", False),
    ],
)
def test_a_strength_that_is_too_low_for_the_colour(strength: float, old: tuple[int, int, int], prompt: str, weak: bool) -> None:
    found = standing(40)
    mask = found.labels == Part.ONEPIECE
    said = too_weak(strength, dressed_in(old, found), found.labels, mask, read_outfit(prompt).garments)
    assert said == ((WEAK.format(strength=f"{strength:.2g}", kind=read_outfit(prompt).garments[0].kind),) if weak else ())
    assert not too_weak(strength, dressed_in(old, found), found.labels, ~mask, read_outfit(prompt).garments)


def test_it_is_said_with_the_result_and_not_where_a_draft_is_the_picture(
    swapper: OutfitSwapper,  # noqa: F811
    request_: SwapRequest,  # noqa: F811
) -> None:
    found = standing(40)
    careful = OutfitSwapper(swapper.profile, swapper.networks, see=lambda asked: found)
    mask = np.where(found.labels == Part.ONEPIECE, np.uint8(255), np.uint8(0))
    asked = replace(
        request_, character=dressed_in((20, 22, 40), found), mask=mask, prompt="white dress", draft="off", strength=0.5
    )
    assert any("shine through" in note for note in careful.swap(asked).warnings)
    assert not any("shine through" in note for note in careful.swap(replace(asked, strength=1.0)).warnings)


def test_a_painted_mask_over_a_face_and_not_one_over_neck_or_hands() -> None:
    found = standing(40)
    found.keep[60:70, 55:62] = 255  # a hand
    mask = np.zeros(found.labels.shape, bool)
    mask[30:90, 20:70] = True  # up to the collar
    assert over_face(found, mask) == ()
    mask[20:] = True
    assert over_face(found, mask) == (FACE_PAINTED,)
    assert over_face(Detection(found.labels, np.zeros_like(found.keep)), mask) == ()
    asked = SwapRequest(dressed_in((20, 22, 40), found), 0, mask.astype(np.uint8) * np.uint8(255), draft="off")
    assert FACE_PAINTED in make_plan(asked, lambda _: found).request.notes
    assert FACE_PAINTED not in make_plan(replace(asked, protect=(Part.HAIR,)), lambda _: found).request.notes


def test_several_people_in_the_picture_or_in_the_mask() -> None:
    found = standing(30, 90)
    both = np.isin(found.labels, [Part.ONEPIECE])
    assert over_several(found, both) == (SHARED.format(count=2),)
    assert over_several(found, both & (found.people == 2)) == () == over_several(standing(30), both)
    asked = SwapRequest(dressed_in((20, 22, 40), found), 0, prompt="white dress")
    assert SEVERAL.format(count=2) in make_plan(asked, lambda _: found).request.notes
    said = replace(found, warnings=(SEVERAL.format(count=2),))
    assert make_plan(asked, lambda _: said).request.notes.count(SEVERAL.format(count=2)) == 1
    painted = replace(asked, mask=both.astype(np.uint8) * np.uint8(255))
    assert SHARED.format(count=2) in make_plan(painted, lambda _: found).request.notes


@pytest.mark.parametrize("prompt", ["white blouse, red flared skirt", "white long sleeve shirt"])
def test_what_a_painted_mask_has_no_room_for(
    drawing: Drawing,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    prompt: str,
) -> None:
    monkeypatch.setattr("pipeline.plan.fit", lambda evidence: body())
    request = SwapRequest(drawing.image, 3, prompt=prompt)
    roomy = np.full(SIZE, 255, np.uint8)
    notes = make_plan(replace(request, mask=roomy), lambda _: known(drawing)).request.notes
    assert not any(note.startswith(CUT_OFF[:20]) for note in notes)
    middle = int(body().frame.pixel(*body().figure.torso.at(0, 0.5))[0])
    narrow = np.zeros(SIZE, np.uint8)
    narrow[:, middle - 25 : middle + 25] = 255  # as trousers are, or a body without its arms
    (said,) = [
        note for note in make_plan(replace(request, mask=narrow), lambda _: known(drawing)).request.notes if "no room" in note
    ]
    assert read_outfit(prompt).garments[-1].kind in said
