"""Whose pixels are whose, and who is dressed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.prompts import Middles
from pipeline.people import SEVERAL, meant, split
from pipeline.plan import make_plan
from pipeline.request import Detection, DetectRequest, Image8, SwapRequest, UserError
from training.seeing import middles

SIZE = 80, 120


def apart() -> Image8:
    """Two people who do not touch, the larger one to the right."""
    owner = np.zeros(SIZE, np.uint8)
    owner[10:70, 60:110], owner[10:40, 5:20] = 1, 2
    return owner


def touching() -> Image8:
    """One before another."""
    owner = np.zeros(SIZE, np.uint8)
    owner[10:70, 40:100], owner[20:70, 15:50] = 1, 2
    return owner


def told(owner: Image8) -> Middles:
    """What a reader would say that is never wrong, at a quarter of the size."""
    near, towards = middles(torch.from_numpy(owner[2::4, 2::4])[None])
    return Middles(near[0].numpy(), towards[0].numpy())


def test_what_does_not_hang_together_is_two_people() -> None:
    assert (split(apart() > 0) == apart()).all()
    assert split(np.zeros(SIZE, bool)).max() == 0


def test_people_that_overlap_are_told_apart() -> None:
    owner = touching()
    assert split(owner > 0).max() == 1
    found = split(owner > 0, told(owner))
    assert found.max() == 2 and (found == owner).mean() > 0.98


def test_one_person_in_pieces_is_one() -> None:
    owner = np.minimum(apart(), 1)
    found = split(owner > 0, told(owner))
    assert found.max() == 1 and (found == owner).all()


def test_the_one_who_is_painted_is_meant() -> None:
    owner = apart()
    assert meant(owner) == 1
    assert meant(owner, owner == 2) == 2
    assert meant(owner, owner == 0) == 1
    assert meant(None, owner == 2) == 1


def test_the_others_are_protected() -> None:
    owner = apart()
    labels = np.where(owner > 0, np.uint8(3), np.uint8(0))
    found = Detection(labels, np.zeros_like(labels), people=owner).only(2)
    assert ((found.labels > 0) == (owner == 2)).all()
    assert (found.protected() > 0)[owner == 1].all() and found.count == 2
    alone = Detection(labels, np.zeros_like(labels))
    assert alone.only(1) is alone and alone.count == 1
    for detection, person in ((alone, 2), (found, 3)):
        with pytest.raises(UserError, match=f"Person {person} is asked for, but {detection.count} are"):
            detection.only(person)


@pytest.mark.parametrize(("person", "dressed"), [(0, 1), (1, 1), (2, 2)])
def test_one_is_dressed_and_the_rest_left_alone(person: int, dressed: int) -> None:
    owner = apart()
    labels = np.where(owner > 0, np.uint8(3), np.uint8(0))
    seen = Detection(labels, np.zeros_like(labels), people=owner)

    def see(request: DetectRequest) -> Detection:
        return seen

    character = np.full((*SIZE, 4), 255, np.uint8)
    plan = make_plan(SwapRequest(character, 0, person=person), see)
    mask = plan.request.mask
    assert mask is not None and mask[owner == dressed].any()
    assert not mask[(owner > 0) & (owner != dressed)].any()
    drafted = make_plan(SwapRequest(character, 0, prompt="red hoodie", person=person), see)
    assert (SEVERAL.format(count=2) in drafted.request.notes) == (person == 0)
