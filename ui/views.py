"""States of the result side as component updates: idle, busy, and a chosen picture with its proof."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from ui import keeping, remedies
from ui.gallery import Picture, ResultGallery
from ui.guard import Updates
from ui.page import Page
from ui.progress import empty_stage
from ui.texts import say
from ui.texts.notes import told_in


def stage(page: Page) -> list[Any]:
    """What `busy` and `idle` change."""
    return [page.generate, page.cancel, page.stage, page.slider, page.proof, page.result_tools, page.draft.look]


def results(page: Page) -> list[Any]:
    """What `finished` changes, beside the stage."""
    large = [page.enlarging.file, page.enlarging.told]
    own = [page.result_gallery, page.download, page.outfit, page.gallery, page.keeper]
    return [*own, *large, *remedies.outputs(page)]


def busy(page: Page, stage: str) -> Updates:
    return {
        page.generate: gr.update(visible=False),
        page.cancel: gr.update(visible=True),
        page.draft.look: "result",
        page.stage: gr.update(value=stage, visible=True),
        page.slider: gr.update(visible=False),
        page.proof: gr.update(visible=False),
        page.result_tools: gr.update(visible=False),
    }


def idle(page: Page, result_gallery: ResultGallery | None, request: gr.Request | None, note: str = "") -> Updates:
    """Generate can be pressed again; what was made before is back on the page. note: HTML of the stage, if any."""
    made = result_gallery is not None and bool(result_gallery.pictures)
    return {
        page.generate: gr.update(visible=True),
        page.cancel: gr.update(visible=False),
        page.stage: gr.update(value=note or empty_stage(request), visible=bool(note) or not made),
        page.slider: gr.update(visible=made),
        page.proof: gr.update(visible=made),
        page.result_tools: gr.update(visible=made),
    }


def chosen(page: Page, result_gallery: ResultGallery, request: gr.Request | None) -> Updates:
    """Show one picture of the gallery in the slider, with its downloads."""
    picture = result_gallery.current
    return {
        page.result_gallery: result_gallery,
        page.slider: gr.update(value=(picture.before, picture.after), visible=True),
        page.proof: gr.update(value=proof(picture, request), visible=True),
        page.download: gr.update(value=picture.file),
        page.outfit: gr.update(value=picture.outfit, visible=picture.outfit is not None),
        page.gallery: gr.update(selected_index=result_gallery.chosen),
        page.enlarging.file: gr.update(visible=False),
        page.enlarging.told: gr.update(visible=False),
        **remedies.shown(page, picture.warnings),
    }


def finished(page: Page, result_gallery: ResultGallery, request: gr.Request | None) -> Updates:
    """A new result: idle again, with it in front and in the gallery."""
    gallery = gr.update(
        value=[picture.file for picture in result_gallery.pictures], selected_index=result_gallery.chosen, visible=True
    )
    return (
        idle(page, result_gallery, request)
        | chosen(page, result_gallery, request)
        | {page.gallery: gallery}
        | keeping.results(page, result_gallery)
    )


def proof(picture: Picture, request: gr.Request | None) -> str:
    facts = say(request, "facts", seconds=f"{picture.seconds:.1f}", steps=picture.steps, seed=picture.seed)
    state = "good" if picture.changed == 0 else "bad"
    lines = [
        f'<p class="proof {state}" role="status">{escape(say(request, "proof", changed=picture.changed))}</p>',
        f'<p class="facts">{escape(facts)}</p>',
    ]
    if picture.warnings:
        items = "".join(f"<li>{escape(told_in(warning, request))}</li>" for warning in picture.warnings)
        lines.append(f'<div class="warnings"><b>{escape(say(request, "attention"))}</b><ul>{items}</ul></div>')
    return "".join(lines)
