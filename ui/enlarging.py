"""A result made two or four times as large: with the stage's bar, and as a file beside the result."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

import gradio as gr

from pipeline.images import load_picture
from pipeline.request import Cancelled, OnStep, Upscaled, UserError
from ui import views
from ui.guard import DEVICE, QUICK, SILENT, Updates, Values, as_message, friendly
from ui.page import Enlarging, Page, Services
from ui.progress import Clock, note_stage
from ui.texts import label, say
from ui.texts.notes import told_in


def build() -> Enlarging:
    """Among a result's buttons; what comes of it stays out of sight until it is there."""
    twice = gr.Button(label("upscale_2"), size="md", min_width=110, elem_id="upscale-2")
    fourfold = gr.Button(label("upscale_4"), size="md", min_width=110, elem_id="upscale-4")
    file = gr.DownloadButton("", variant="primary", size="md", min_width=140, visible=False, elem_id="enlarged")
    return Enlarging(twice, fourfold, file, gr.HTML("", visible=False, elem_id="enlarged-told", padding=False))


def connect(page: Page, services: Services) -> None:
    mine, jobs, stage = page.enlarging, services.jobs, views.stage(page)

    @friendly
    def begin(request: gr.Request) -> Updates:
        waiting = jobs.busy
        jobs.begin(str(request.session_hash), say(request, "closing"))
        return views.busy(page, Clock().waiting(say(request, "waiting" if waiting else "enlarging")))

    def enlarge(scale: int, values: Values, request: gr.Request) -> Iterator[Updates]:
        job, result_gallery = jobs.of(str(request.session_hash)), values[page.result_gallery]
        try:
            if result_gallery is None or not result_gallery.pictures:
                raise UserError(say(request, "no_result"))
            if job is None:
                raise Cancelled
            picture, clock = result_gallery.current, Clock()
            small = load_picture(picture.file)

            def work(on_step: OnStep) -> Upscaled:
                return job.at(services.engine).upscale(small.image, scale, on_step)

            with jobs.running():
                news = job.watch(work)
                while True:
                    try:
                        step = next(news)
                    except StopIteration as end:
                        large: Upscaled = end.value
                        break
                    html = clock.overdue(request) if step is None else clock.html(step, request)
                    yield {page.stage: gr.skip() if html is None else html}
            file = Path(picture.file).with_name(f"{Path(picture.file).stem}-{scale}x.png")
            chunks = picture.chunks if values[page.embed] else None
            services.save(large.image, file, picture.metadata, picture.seed, profile=small.profile, chunks=chunks)
            yield views.idle(page, result_gallery, request) | _told(mine, file, scale, large, request)
        except Cancelled:
            yield views.idle(page, result_gallery, request, note_stage(say(request, "stopped")))
        except Exception as error:
            yield views.idle(page, result_gallery, request)
            raise as_message(error, request) from None

    def twice(values: Values, request: gr.Request) -> Iterator[Updates]:
        yield from enlarge(2, values, request)

    def fourfold(values: Values, request: gr.Request) -> Iterator[Updates]:
        yield from enlarge(4, values, request)

    for button, run in ((mine.twice, twice), (mine.fourfold, fourfold)):
        started = button.click(begin, None, stage, **QUICK)
        started.success(run, {page.result_gallery, page.embed}, [*stage, mine.file, mine.told], **SILENT, **DEVICE)


def _told(mine: Enlarging, file: Path, scale: int, large: Upscaled, request: gr.Request | None) -> Updates:
    height, width = large.image.shape[:2]
    facts = say(request, "enlarged", width=width, height=height, seconds=f"{large.seconds:.1f}")
    notes = "".join(f"<p>{escape(told_in(note, request))}</p>" for note in large.warnings)
    return {
        mine.file: gr.update(value=str(file), label=say(request, "download_large", scale=scale), visible=True),
        mine.told: gr.update(value=f'<p class="facts">{escape(facts)}</p>{notes}', visible=True),
    }
