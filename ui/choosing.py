"""Another model on the page: the settings that it brings, and what of the page it has no use for."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import fetching, steering, wardrobe
from ui.guard import QUICK, Updates, Values
from ui.page import Page, ProfileInfo, Services


def use(page: Page, services: Services, info: ProfileInfo, values: Values, request: gr.Request | None) -> Updates:
    """values: of `inputs`, as they were before."""
    return {
        page.sampler: gr.update(choices=list(info.samplers), value=info.sampler),
        page.steps: info.steps,
        page.guidance: info.guidance,
        page.garment_scale: gr.update(value=info.garment_scale, visible=info.garments),
        # a picture is kept from one model that takes it to the next, and goes where it would not be looked at
        page.garment_drop: gr.update(visible=True) if info.garments else gr.update(visible=False, value=None),
        page.garment: gr.skip() if info.garments else None,
        page.lock_palette: gr.update(visible=info.garments),
        page.lineart: gr.update(visible="lineart" in info.hints and not steering.kinds_of(info)),
        **steering.use(page.steering, info, values, request),
        **wardrobe.use(page.wardrobe, info),
        **fetching.use(page, services, values, request),
    }


def inputs(page: Page) -> set[Any]:
    return {page.profile, page.steering.follow, page.steering.own_kind}


def outputs(page: Page) -> list[Any]:
    """What `use` changes."""
    own = [page.sampler, page.steps, page.guidance, page.garment_drop, page.garment_scale, page.garment, page.lineart]
    own += [page.lock_palette, *steering.outputs(page.steering)]
    return [*own, *wardrobe.outputs(page.wardrobe), *fetching.outputs(page.fetching)]


def connect(page: Page, services: Services) -> None:
    def chosen(values: Values, request: gr.Request) -> Updates:
        info = next(info for info in services.profiles if info.name == values[page.profile])
        return use(page, services, info, values, request)

    page.profile.input(chosen, inputs(page), outputs(page), **QUICK)
