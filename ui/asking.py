"""The page's components as a `SwapRequest`: what Generate asks for, and what is drafted before."""

from __future__ import annotations

import secrets
from typing import Any

import gradio as gr
import numpy as np

from pipeline.request import MAX_SEED, OFF, ClothingPart, Image8, SwapRequest, UserError
from ui import detecting, finding, restoring, steering, wardrobe
from ui.guard import Values
from ui.page import Page
from ui.texts import say

RANDOM_SEED = f"() => Math.floor(Math.random() * {MAX_SEED})"  # as a script


def inputs(page: Page) -> set[Any]:
    """What `to_request` looks at, and the canvas."""
    return {
        *(page.original, page.prompt, page.negative, page.seed, page.lock, page.count, page.profile, page.sampler, page.steps),
        *(page.guidance, page.strength, page.lineart, page.grow, page.feather, page.loosen, page.detail, page.soft_edge),
        *(page.garment, page.garment_scale, page.lock_palette, page.mask_edit, page.canvas, page.people),
        *(page.draft.first, page.draft.follow, page.draft.own, page.draft.pose, page.draft.shown),
        *steering.inputs(page.steering),
        *wardrobe.inputs(page.wardrobe),
    }


def to_request(
    page: Page, values: Values, mask: Image8 | None, seed: int, request: gr.Request | None, finds: bool = False
) -> SwapRequest:
    """The job that the page describes; mask: what is painted; finds: without any paint the clothing is to be found. Raises
    `UserError` where picture or paint is missing."""
    character = detecting.original(page, values, request)
    if mask is None and (not finds or detecting.current_choice(page, values) is not None):
        raise UserError(say(request, "no_mask"))  # otherwise the engine finds the clothing itself
    followed = _followed(page, values, mask)
    parts, protect = followed or ((), ())
    return SwapRequest(
        character=character,
        seed=seed,
        mask=mask if followed is None else None,
        parts=parts,
        protect=protect,
        prompt=(values[page.prompt] or "").strip(),
        negative_prompt=(values[page.negative] or "").strip(),
        garments=wardrobe.garments(page, values),
        hints=steering.hints(page, values, character),
        steps=int(values[page.steps]),
        guidance=float(values[page.guidance]),
        strength=float(values[page.strength]),
        sampler=values[page.sampler],
        count=int(values[page.count]),
        grow=int(values[page.grow]),
        feather=int(values[page.feather]),
        loosen=float(values[page.loosen]),
        soft_edge=int(values[page.soft_edge]),
        detail_pass=bool(values[page.detail]),
        profile=values[page.profile],
        draft=restoring.draft_of(page, values) if values[page.draft.first] else OFF,
        follow=float(values[page.draft.follow]),
        joints=dict(values[page.draft.pose].joints),
        person=int(values[page.people] or 0),
    )


def require_wish(page: Page, values: Values, request: gr.Request | None) -> None:
    """Raises `UserError` where neither words, nor a garment, nor a draft of the visitor's own say what is to be worn."""
    detecting.original(page, values, request)
    drafted = values[page.draft.first] and values[page.draft.own] is not None
    if not (values[page.prompt] or "").strip() and not drafted and not wardrobe.garments(page, values):
        raise UserError(say(request, "no_wish"))


def painted(page: Page, values: Values, request: gr.Request | None) -> Image8 | None:
    """What is painted on the canvas. Raises `UserError` where it has lost its picture."""
    detecting.original(page, values, request)
    if detecting.held(page, values) is None:
        raise UserError(say(request, "editor_lost"))
    return detecting.current_mask(page, values)


def _followed(
    page: Page, values: Values, mask: Image8 | None
) -> tuple[tuple[ClothingPart, ...], tuple[ClothingPart, ...]] | None:
    """Parts to change and to protect, none of both where nobody chose them; None where the mask counts instead. A mask that is
    what detection made of it follows the draft, which may be larger than the old clothes; one that was touched by hand is kept
    to."""
    choice = detecting.current_choice(page, values)
    if mask is None or choice is None or not np.array_equal(mask, choice.region):
        return None
    if choice.automatic:
        return (), ()
    usual = choice.detection.named is None and choice.room == finding.USUAL_ROOM and bool(choice.protect)
    clothes = tuple(part for part in choice.parts if part is not ClothingPart.SKIN)  # the face is skin too, and no old garment
    return (clothes, choice.protect) if usual and clothes and values[page.draft.first] else None


def seed_of(page: Page, values: Values) -> int:
    """The seed of the draft that is shown, or the locked one, else a new one; `count` more fit above it."""
    given, shown = values[page.seed], values[page.draft.shown]
    drafted = values[page.draft.first] and shown is not None and shown.drafted.image is not None
    return int(given) if given is not None and (drafted or values[page.lock]) else secrets.randbelow(MAX_SEED)
