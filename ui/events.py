"""What the page does: a `SwapRequest` is run, and its steps come back as they happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import gradio as gr

from pipeline.images import Picture, load_picture
from pipeline.request import Cancelled, DetectRequest, Step, SwapRequest, SwapResult, UserError
from ui import (
    asking,
    bringing,
    choosing,
    coming,
    detecting,
    draft,
    enlarging,
    fetching,
    finding,
    keeping,
    remedies,
    restoring,
    steering,
    views,
    wardrobe,
)
from ui.drops import keep_upload, uploaded
from ui.gallery import KEPT, choose, dress_others, keep
from ui.guard import DEVICE, QUICK, SILENT, Updates, Values, as_message, friendly, into_canvas
from ui.jobs import Job
from ui.page import Page, Services
from ui.presets import PRESETS, words_of
from ui.progress import Clock, empty_stage, note_stage
from ui.texts import say
from ui.texts.notes import told_in

_TO_RESULT = """() => {
    document.querySelector('#result').scrollTop = 0;
    if (window.innerWidth <= 800) window.scrollTo({top: 0});
}"""

# Gradio 6.31 gives its example buttons no name and its footer's pictures the name that stands beside them; no style sheet of
# a page reaches its footer.
_NAMED = """() => {
    const name = () => {
        const title = document.querySelector('#examples .label')?.innerText.trim() ?? '';
        document.querySelectorAll('#examples .gallery-item:not([aria-label])').forEach((button) => {
            const place = [...document.querySelectorAll('#examples .gallery-item')].indexOf(button) + 1;
            button.setAttribute('aria-label', `${title} ${place}`);
        });
        document.querySelectorAll('footer img:not([alt=""])').forEach((picture) => picture.setAttribute('alt', ''));
        document.querySelectorAll('footer button').forEach((button) => { button.style.minHeight = '40px'; });
    };
    new MutationObserver(name).observe(document.body, {childList: true, subtree: true});
    name();
}"""


def connect(blocks: gr.Blocks, page: Page, services: Services) -> None:
    """Wire every component of the page; to be called inside `blocks`."""
    _connect_character(page, services)
    _connect_outfit(blocks, page, services)
    _connect_run(blocks, page, services)
    _connect_result(page, services)
    detecting.connect(page, services)
    steering.connect(page, services)
    wardrobe.connect(page)
    draft.connect(page, services)
    enlarging.connect(page, services)
    remedies.connect(page, services)
    choosing.connect(page, services)
    fetching.connect(blocks, page, services)
    coming.connect(blocks, page, services)
    restoring.connect(page, services)
    bringing.connect(blocks, page, services)


def _connect_character(page: Page, services: Services) -> None:
    shown, asked = restoring.opens(page), restoring.inputs(page)

    def show(path: str | Path | None, values: Values, request: gr.Request) -> Updates:
        if path is None:
            raise UserError(say(request, "no_image"))
        picture, found = restoring.read(path, request)
        for note in picture.notes:
            gr.Info(told_in(note, request), title=say(request, "attention"))
        return restoring.shown(page, services, picture, found, values, request) | keeping.picture(page, path)

    @friendly
    def upload(values: Values, request: gr.Request) -> Updates:
        return show(values[page.another], values, request)

    @friendly
    def drop(values: Values, request: gr.Request) -> Updates:
        return show(uploaded(page.drop, values[page.drop]), values, request)

    @friendly
    def example(values: Values, request: gr.Request) -> Updates:
        return show(services.examples[values[page.examples]], values, request)

    # Not preprocessed: gradio would open the file with Pillow, in any format, and a broken one ends in a nameless error.
    dropped = into_canvas(page.drop.upload, drop, {page.drop, *asked}, shown, preprocess=False)
    dropped.failure(lambda: None, None, page.drop, **QUICK)
    into_canvas(page.another.upload, upload, {page.another, *asked}, shown)
    into_canvas(page.examples.click, example, {page.examples, *asked}, shown)


def _connect_outfit(blocks: gr.Blocks, page: Page, services: Services) -> None:
    def saying(name: str) -> Callable[[gr.Request], str]:
        def words(request: gr.Request) -> str:
            return say(request, words_of(name))

        return words

    for button, name in zip(page.presets, PRESETS, strict=True):
        button.click(saying(name), None, page.prompt, **QUICK)
    page.dice.click(None, None, page.seed, js=asking.RANDOM_SEED, **QUICK)
    blocks.load(None, None, page.seed, js=asking.RANDOM_SEED, **QUICK)  # every visit starts with its own seed
    keep_upload(page.garment_drop, page.garment)


def _connect_run(blocks: gr.Blocks, page: Page, services: Services) -> None:
    jobs = services.jobs
    state = views.stage(page)
    asked = {*asking.inputs(page), page.embedded, page.result_gallery, page.embed}

    @friendly
    def begin(request: gr.Request) -> Updates:
        waiting = jobs.busy
        jobs.begin(str(request.session_hash), say(request, "closing"))
        return views.busy(page, Clock().waiting(say(request, "waiting" if waiting else "preparing")))

    def run(values: Values, request: gr.Request) -> Iterator[Updates]:
        job = jobs.of(str(request.session_hash))
        try:
            if job is None:
                raise Cancelled
            with jobs.running():
                yield from _stream(page, services, job, values, request)
        except Cancelled:
            yield views.idle(page, values[page.result_gallery], request, note_stage(say(request, "stopped")))
        except Exception as error:
            yield views.idle(page, values[page.result_gallery], request)
            raise as_message(error, request) from None

    def cancel(request: gr.Request) -> None:
        jobs.stop(str(request.session_hash))

    started = gr.on([page.generate.click, page.prompt.submit], begin, None, state, js=_TO_RESULT, **QUICK)
    started.success(
        run,
        asked,
        [*state, page.seed, *detecting.chips(page), *views.results(page)],
        **SILENT,
        **DEVICE,
    )

    def welcome(request: gr.Request) -> str:
        return empty_stage(request)

    blocks.load(None, None, None, js=_NAMED, **QUICK)
    page.cancel.click(cancel, None, None, **QUICK)
    blocks.load(welcome, None, page.stage, **QUICK)
    blocks.unload(cancel)


def _stream(page: Page, services: Services, job: Job, values: Values, request: gr.Request) -> Iterator[Updates]:
    fetching.require(services, values[page.profile], request)
    asking.require_wish(page, values, request)
    seed = asking.seed_of(page, values)
    mask = asking.painted(page, values, request)
    swap = asking.to_request(page, values, mask, seed, request, services.finds)
    clock = Clock()
    yield {page.seed: seed, page.stage: clock.waiting(say(request, "preparing"))}
    for item in job.run(services.engine, swap):
        if isinstance(item, Step):
            yield {page.stage: clock.html(item, request)}
        elif isinstance(item, SwapResult):
            made = swap.character, item, swap.steps, services.save, values[page.embedded], swap.mask, values[page.embed]
            result_gallery = keep(values[page.result_gallery], *made)
            yield views.finished(page, result_gallery, request) | _found(page, services, values, swap, item, request)
        else:  # nothing new: what was said may have become untrue
            late = clock.overdue(request)
            yield {page.seed: gr.skip()} if late is None else {page.stage: late}


def _found(page: Page, services: Services, values: Values, swap: SwapRequest, result: SwapResult, request: gr.Request) -> Updates:
    """What Generate found by itself is shown on the canvas, to be mended from there."""
    if swap.mask is not None or swap.parts or not services.finds:
        return {}
    detection = services.engine.detect(DetectRequest(swap.character))  # what is found is remembered
    return detecting.with_choice(page, values, finding.shown(detection, result.mask, swap.person or finding.LARGEST), request)


def _connect_result(page: Page, services: Services) -> None:
    chosen = [page.slider, page.proof, *views.results(page)]

    @friendly
    def select(values: Values, request: gr.Request, event: gr.SelectData) -> Updates:
        return views.chosen(page, choose(values[page.result_gallery], event.index), request)

    @friendly
    def reuse(values: Values, request: gr.Request) -> Updates:
        result_gallery = values[page.result_gallery]
        if result_gallery is None or not result_gallery.pictures:
            raise UserError(say(request, "no_result"))
        picture = load_picture(result_gallery.current.file)
        mask = detecting.current_mask(page, values)
        return restoring.opened(page, picture, mask, request) | keeping.picture(page, result_gallery.current.file)

    @friendly
    def others(values: Values, request: gr.Request) -> Updates:
        result_gallery = values[page.result_gallery]
        if result_gallery is None or not result_gallery.pictures:
            raise UserError(say(request, "no_result"))

        def read(path: str) -> Picture:
            picture = load_picture(path)
            services.engine.look(picture.image)
            return picture

        paths = values[page.others] or ()
        if len(paths) > KEPT:
            raise UserError(say(request, "too_many_others", most=KEPT))
        return views.finished(page, dress_others(result_gallery, map(read, paths), services.save), request)

    page.others.upload(others, {page.result_gallery, page.others}, [*views.stage(page), *views.results(page)], **SILENT)
    page.gallery.select(select, {page.result_gallery}, chosen, **QUICK)
    asked = {page.result_gallery, page.original, page.canvas, page.mask_edit}
    into_canvas(page.reuse.click, reuse, asked, restoring.opens(page))
