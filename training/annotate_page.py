"""The page on which parts are labelled by hand: every click adds to an operation of `training.annotating`, and shows at once
what it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from pipeline.request import UserError
from training.annotate_view import COLOURS
from training.annotate_work import LOOK, NOT_THIS, SHOWN, TOOLS, Work, added, clicked, finished, shown, undone, window
from training.annotated import Folder
from training.annotating import VALUES, make_labels

HEIGHT = 720  # of the picture on the page, CSS pixels
SILENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
NAMES = {"click": "SAM: this", NOT_THIS: "SAM: not this"}
AT_ONCE = {"alpha": "Transparent = background", "rest": "Rest = this part", "detected": "Start from what is detected"}
HELP = """**Scribble** a stroke into every part *and* the background, in a row: each click goes on with the stroke, *Finish* ends
it, as does another part or tool. **Polygons** take the drawn border within *snap* pixels; begin with the silhouette, then paint
from back to front. **Fill** takes what has the colour clicked on. *Undo* takes back clicks, then operations."""


def friendly(handler: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*inputs: Any) -> Any:
        try:
            return handler(*inputs)
        except UserError as error:
            raise gr.Error(str(error), title="Attention", print_exception=False) from None

    return guarded


def build(folder: Folder) -> gr.Blocks:
    """The page over a folder of pictures. Raises `UserError` where there are none."""
    stems = [path.stem for path in folder.files()]
    picture_of = lru_cache(2)(folder.picture)

    def choices() -> list[tuple[str, str]]:
        return [(f"{'✓' if (folder.labels / f'{stem}.png').exists() else '·'} {stem}", stem) for stem in stems]

    def told(work: Work) -> str:
        count = sum((folder.labels / f"{stem}.png").exists() for stem in stems)
        state = "saved" if work.saved else "**not saved**"
        return f"{count} of {len(stems)} labelled · {len(work.operations)} operations, {state}"

    def opened(stem: str) -> Work:
        return Work(stem, tuple(folder.operations(stem)))

    def draw(work: Work, opacity: float, zoom: float) -> NDArray[np.uint8]:
        picture = picture_of(work.stem)
        return shown(picture, make_labels(picture, work.operations, folder.networks), work, opacity, zoom)

    first = next((stem for stem in stems if not (folder.labels / f"{stem}.png").exists()), stems[0])
    blocks: gr.Blocks = gr.Blocks(title="Parts by hand", analytics_enabled=False, fill_width=True)
    with blocks:
        work = gr.State(Work(first))
        with gr.Row():
            with gr.Column(scale=3, min_width=480):
                canvas = gr.Image(
                    show_label=False, type="numpy", format="png", interactive=False, height=HEIGHT, elem_id="canvas", buttons=[]
                )
            with gr.Column(scale=2, min_width=360):
                name = gr.Dropdown(choices(), value=first, label="Picture", elem_id="name")
                state = gr.Markdown(elem_id="state")
                part = gr.Radio(list(VALUES), value="topwear", label="Part", elem_id="part")
                tool = gr.Radio([(NAMES.get(name, name), name) for name in TOOLS], value=TOOLS[0], label="Tool", elem_id="tool")
                with gr.Row():
                    finish = gr.Button("Finish", size="sm", min_width=90, elem_id="finish")
                    undo = gr.Button("Undo", size="sm", min_width=90, elem_id="undo")
                    save = gr.Button("Save", size="sm", min_width=90, variant="primary", elem_id="save")
                    onward = gr.Button("Save, next", size="sm", min_width=110, variant="primary", elem_id="next")
                with gr.Row():
                    at_once = {key: gr.Button(text, size="sm", min_width=120, elem_id=key) for key, text in AT_ONCE.items()}
                with gr.Row():
                    opacity = gr.Slider(0, 1, 0.5, step=0.05, label="Labels over the picture", min_width=140, elem_id="opacity")
                    zoom = gr.Slider(1, 8, 1, step=0.5, label="Zoom", info="'look here' moves it", min_width=140, elem_id="zoom")
                with gr.Row():
                    width = gr.Slider(1, 60, 9, step=1, label="Stroke width", min_width=110, elem_id="width")
                    snap = gr.Slider(0, 8, 4, step=1, label="Snap", min_width=110, elem_id="snap")
                    tolerance = gr.Slider(1, 60, 12, step=1, label="Fill tolerance", min_width=110, elem_id="tolerance")
                within = gr.Dropdown(
                    list(VALUES), value=[], multiselect=True, label="Paint over these parts alone", elem_id="within"
                )
                gr.Markdown(HELP)

        looks, hand, results = [opacity, zoom], [tool, part, width, snap, tolerance, within], [work, canvas, state]

        def after(now: Work, opacity: float, zoom: float) -> list[Any]:
            return [now, draw(now, opacity, zoom), told(now)]

        @friendly
        def click(now: Work, *values: Any) -> list[Any]:
            *using, opacity, zoom, event = values
            tool, part, settings = using[0], using[1], dict(zip(("width", "snap", "tolerance", "within"), using[2:], strict=True))
            x0, y0, x1, y1 = window(picture_of(now.stem).shape, now, zoom)
            scale = SHOWN / max(x1 - x0, y1 - y0)
            x, y = x0 + event.index[0] / scale, y0 + event.index[1] / scale
            if tool == LOOK:
                return after(replace(now, centre=(x, y)), opacity, zoom)
            return after(clicked(now, tool, part, settings, x, y), opacity, zoom)

        def select(event: gr.SelectData, *values: Any) -> Any:
            return click(*values, event)

        @friendly
        def keep(now: Work, opacity: float, zoom: float) -> list[Any]:
            now = finished(now)
            folder.save(now.stem, now.done)
            now = replace(now, saved=True)
            return [*after(now, opacity, zoom), gr.update(choices=choices(), value=now.stem)]

        @friendly
        def go_on(now: Work, opacity: float, zoom: float) -> list[Any]:
            keep(now, opacity, zoom)
            at = stems.index(now.stem)
            waiting = [stem for stem in stems[at + 1 :] + stems[:at] if not (folder.labels / f"{stem}.png").exists()]
            now = opened(waiting[0] if waiting else stems[(at + 1) % len(stems)])
            return [*after(now, opacity, zoom), gr.update(choices=choices(), value=now.stem)]

        @friendly
        def change(stem: str, now: Work, *looks: Any) -> list[Any]:
            if not now.saved:
                folder.save(now.stem, finished(now).done)
            return [*after(opened(stem), *looks), gr.update(choices=choices())]

        def at_once_of(key: str) -> Callable[..., Any]:
            return friendly(lambda now, part, within, *looks: after(added(now, key, part, within), *looks))

        blocks.load(friendly(lambda *looks: after(opened(first), *looks)), looks, results, **SILENT)
        canvas.select(select, [work, *hand, *looks], results, **SILENT)
        name.input(change, [name, work, *looks], [*results, name], **SILENT)
        finish.click(friendly(lambda now, *looks: after(finished(now), *looks)), [work, *looks], results, **SILENT)
        undo.click(friendly(lambda now, *looks: after(undone(now), *looks)), [work, *looks], results, **SILENT)
        for moved in looks:
            moved.release(friendly(after), [work, *looks], results, **SILENT)
        for key, button in at_once.items():
            button.click(at_once_of(key), [work, part, within, *looks], results, **SILENT)
        save.click(keep, [work, *looks], [*results, name], **SILENT)
        onward.click(go_on, [work, *looks], [*results, name], **SILENT)
    return blocks


def serve(folder: Folder, port: int) -> None:
    """Open the page for this machine alone, until it is stopped."""
    colours = "\n".join(
        f"#part label:nth-of-type({row}) {{ border-left: 12px solid rgb({', '.join(map(str, COLOURS[value]))}) }}"
        for row, value in enumerate(VALUES.values(), 1)
    )
    theme = gr.themes.Soft(font=("system-ui", "sans-serif"), font_mono=("monospace",))
    page = build(folder)
    page.launch(server_name="127.0.0.1", server_port=port, share=False, ssr_mode=False, theme=theme, css=colours)
