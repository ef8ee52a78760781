"""The page's components as a `SwapRequest`: what Generate asks for, and what is drafted before."""

from __future__ import annotations

import secrets
from typing import Any

import gradio as gr
import numpy as np

from pipeline.request import MAX_SEED, OFF, ClothingPart, Image8, SwapRequest, UserError
from ui import detecting, editor, finding, steering, wardrobe
from ui.finding import Sight
from ui.guard import Values
from ui.page import Page
from ui.texts import say

RANDOM_SEED = f"() => Math.floor(Math.random() * {MAX_SEED})"  # as a script


def inputs(page: Page) -> set[Any]:
    """What `to_request` looks at, but for the paint."""
    return {
        *(page.original, page.prompt, page.negative, page.seed, page.lock, page.count, page.profile, page.sampler, page.steps),
        *(page.guidance, page.strength, page.lineart, page.grow, page.feather, page.loosen, page.detail, page.soft_edge),
        *(page.garment, page.garment_scale, page.lock_palette, page.sight, page.tool, page.chips, page.protect, page.room),
        page.people,
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
    if mask is None and (values[page.sight] is not None or not finds):
        raise UserError(say(request, "no_mask"))  # otherwise the engine finds the clothing itself
    parts, protect = _followed(page, values, mask)
    return SwapRequest(
        character=character,
        seed=seed,
        mask=None if parts else mask,
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
        draft=values[page.draft.own] if values[page.draft.first] else OFF,
        follow=float(values[page.draft.follow]),
        joints=dict(values[page.draft.pose].joints),
        person=int(values[page.people] or 0),
    )


def painted(page: Page, values: Values, request: gr.Request | None) -> Image8 | None:
    """What is painted in the editor, or clicked. Raises `UserError` where the editor has lost its picture."""
    detecting.original(page, values, request)
    mask = detecting.current_mask(page, values)
    if mask is None and values[page.tool] == detecting.BRUSH and editor.is_lost(values[page.editor]):
        raise UserError(say(request, "editor_lost"))
    return mask


def _followed(page: Page, values: Values, mask: Image8 | None) -> tuple[tuple[ClothingPart, ...], tuple[ClothingPart, ...]]:
    """Parts to change and to protect, where the mask is what detection made of them: then it follows the draft, which may be
    larger than the old clothes. A mask that was touched by hand is kept to."""
    sight: Sight | None = values[page.sight]
    if not values[page.draft.first] or sight is None or sight.detection is None or sight.detection.named is not None:
        return (), ()
    untouched = mask is not None and sight.auto is not None and np.array_equal(mask, sight.auto)
    parts = tuple(ClothingPart(part) for part in values[page.chips] or ())
    protect = tuple(ClothingPart(part) for part in values[page.protect] or ())
    return (parts, protect) if untouched and protect and values[page.room] == finding.USUAL_ROOM else ((), ())


def seed_of(page: Page, values: Values) -> int:
    """The seed of the draft that is shown, or the locked one, else a new one; `count` more fit above it."""
    given, shown = values[page.seed], values[page.draft.shown]
    drafted = values[page.draft.first] and shown is not None and shown.drafted.image is not None
    return int(given) if given is not None and (drafted or values[page.lock]) else secrets.randbelow(MAX_SEED)
