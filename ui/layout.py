"""The page: which components there are and where they stand; what they do is in `events`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from pipeline.request import MAX_SEED, SwapRequest
from serving.engine import Engine, Models
from ui import canvas, coming, draft, enlarging, events, fetching, keeping, language, remedies, steering, wardrobe
from ui.drops import drop_zone
from ui.gallery import discard
from ui.jobs import Jobs
from ui.page import Draft, Page, ProfileInfo, Save, Services, Wardrobe
from ui.presets import PRESETS, label_of
from ui.progress import empty_stage
from ui.texts import TRANSLATIONS, label

_HERE = Path(__file__).parent
_DEFAULT: dict[str, Any] = {field.name: field.default for field in fields(SwapRequest)}
_LINEART = 0.6
_KEPT_SECONDS = 3600
# between two looks at the queue; gradio takes a thousandth, which costs 6 % of a core while nobody is there
_GLANCE_SECONDS = 0.01
_text: Callable[[str], Any] = label  # for components whose annotations deny that they are translated, as they are


def build(
    engine: Engine,
    profiles: Sequence[ProfileInfo],
    save: Save,
    examples: Sequence[Path] = (),
    jobs: Jobs | None = None,
    models: Models | None = None,
    fetches: bool = False,
) -> gr.Blocks:
    """The whole page over one engine.

    profiles: the models to choose from, the default first. save: writes a result as a marked PNG file.
    examples: character pictures one click away. jobs: given by a caller that waits for running jobs when it stops.
    models: says which profiles are not on this disk; fetches: visitors may fetch them, as only the operator should.
    """
    finds = engine.health().detects
    blocks = gr.Blocks(title="CC_ControlNet", analytics_enabled=False, fill_width=True, delete_cache=(3600, _KEPT_SECONDS))
    with blocks:
        with gr.Row(elem_id="head"):
            gr.Markdown("# CC_ControlNet", elem_id="brand")
            gr.Markdown(label("tagline"), elem_id="tagline")
            language.build()
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="ask", min_width=340):
                parts = _character(examples, finds) | _garment(profiles[0])
                worn = wardrobe.build_second(profiles[0])
                parts |= {"coming": coming.build()} | _seed() | _advanced(profiles, worn)
            with gr.Column(elem_id="result", min_width=340):
                drafted = draft.build()
                with gr.Column(elem_id="outcome"):
                    parts |= _result()
        parts |= _dock() | {"keeper": keeping.build_keeper()}
        page = Page(**parts, draft=Draft(**drafted))
        services = Services(engine, tuple(profiles), save, tuple(examples), jobs or Jobs(), finds, models, fetches)
        events.connect(blocks, page, services)
    return blocks


def queue(blocks: gr.Blocks, waiting: int) -> None:
    """Let events wait for each other, `waiting` of them at most."""
    blocks.queue(max_size=waiting, default_concurrency_limit=4, api_open=False)
    blocks._queue.sleep_when_free = _GLANCE_SECONDS


def launch_options() -> dict[str, Any]:
    """What `Blocks.launch` needs for the look and the languages; no font or script comes from another host."""
    theme = gr.themes.Soft(
        primary_hue=gr.themes.colors.pink,
        secondary_hue=gr.themes.colors.purple,
        neutral_hue=gr.themes.colors.slate,
        font=("ui-sans-serif", "system-ui", "sans-serif"),
        font_mono=("ui-monospace", "monospace"),
        radius_size=gr.themes.sizes.radius_lg,
        spacing_size=gr.themes.sizes.spacing_md,
    ).set(
        block_title_background_fill="transparent",
        block_title_padding="0",
        block_title_text_color="*body_text_color",
        block_label_background_fill="*background_fill_primary",
        block_label_text_color="*body_text_color",
        block_label_background_fill_dark="*background_fill_secondary",
        block_border_width="1px",
        block_shadow="none",
        # 4.5:1 at least, as WCAG 2.2 wants it (1.4.3); the theme's own are 2.6 and 3.5
        body_text_color_subdued="*neutral_600",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_700",
        button_secondary_background_fill_hover_dark="*primary_700",
        checkbox_label_background_fill_selected="*primary_700",
        checkbox_label_background_fill_selected_dark="*primary_700",
    )
    css = (_HERE / "page.css").read_text(encoding="utf-8")
    own = {"middleware": [Middleware(language.SpokenFirst)]}
    look = {"theme": theme, "css": css, "i18n": TRANSLATIONS, "footer_links": ["settings"], "run_history": False}
    return look | {"app_kwargs": own}


def _character(examples: Sequence[Path], finds: bool) -> dict[str, Any]:
    original, embedded = (gr.State(None, time_to_live=_KEPT_SECONDS) for _ in range(2))
    drop = drop_zone("drop", "drop", 360)
    with gr.Column(visible=False, elem_id="paint") as paint:
        painting = canvas.build(finds)
        found = _finding(finds)
        with gr.Row(elem_id="mask-tools", elem_classes="tools"):
            another = gr.UploadButton(_text("another"), size="sm", min_width=90, elem_id="another", file_types=["image"])
            import_mask = gr.UploadButton(_text("import"), size="sm", min_width=90, elem_id="import", file_types=["image"])
            export = gr.Button(label("export"), size="sm", min_width=90, elem_id="export")
        export_file = gr.DownloadButton("", elem_id="export-file")  # out of sight; what `export` makes is fetched through it
    example_set = gr.Dataset(
        label=label("examples"),
        components=[gr.Image(visible=False, render=False)],
        samples=[[str(path)] for path in examples],
        type="index",
        visible=bool(examples),
        elem_id="examples",
    )
    return {
        "original": original,
        "embedded": embedded,
        "drop": drop,
        "paint": paint,
        "canvas": painting,
        "import_mask": import_mask,
        "another": another,
        "export": export,
        "export_file": export_file,
        "examples": example_set,
        **found,
    }


def _finding(visible: bool) -> dict[str, Any]:
    """Under the canvas: what finds clothing, and what is made of it."""
    mask_edit = gr.State(None, time_to_live=_KEPT_SECONDS)
    with gr.Row(elem_id="finding", elem_classes="tools", visible=visible):
        detect = gr.Button(label("detect"), variant="secondary", size="md", min_width=150, elem_id="detect")
        words = gr.Textbox(
            label=label("words"),
            show_label=False,
            placeholder=label("words"),
            lines=1,
            max_lines=1,
            container=False,
            min_width=130,
            elem_id="words",
        )
    told = gr.HTML(visible=False, elem_id="told", padding=False)
    people = gr.Radio([], value=None, label=label("people"), visible=False, elem_id="people", elem_classes="part-chips")
    with gr.Column(visible=False, elem_id="found") as found:
        chips = gr.CheckboxGroup([], label=label("chips"), elem_id="chips", elem_classes="part-chips")
        protect = gr.CheckboxGroup([], label=label("protect"), elem_id="protect", elem_classes="part-chips")
        room = _slider("room", 0, 1, 0.05, 0.1)
    return {
        "mask_edit": mask_edit,
        "detect": detect,
        "words": words,
        "told": told,
        "found": found,
        "people": people,
        "chips": chips,
        "protect": protect,
        "room": room,
    }


def _dock() -> dict[str, Any]:
    """At the bottom of the screen, wherever the page is scrolled to: the words, and what draws them."""
    with gr.Column(elem_id="dock"):
        with gr.Row(elem_id="presets", elem_classes="chips"):
            presets = tuple(gr.Button(label(label_of(name)), size="sm", min_width=60, elem_classes="chip") for name in PRESETS)
        with gr.Row(elem_id="go"):
            prompt = gr.Textbox(  # of one line, so that Enter generates; Shift+Enter begins another
                label=label("prompt"),
                placeholder=label("prompt_hint"),
                show_label=False,
                container=False,
                lines=1,
                max_lines=4,
                min_width=120,
                scale=4,
                elem_id="prompt",
            )
            generate = gr.Button(label("generate"), variant="primary", size="lg", min_width=110, elem_id="generate")
            cancel = gr.Button(label("cancel"), variant="stop", size="lg", min_width=110, visible=False, elem_id="cancel")
    return {"prompt": prompt, "presets": presets, "generate": generate, "cancel": cancel}


def _garment(first: ProfileInfo) -> dict[str, Any]:
    garment = gr.State(None, time_to_live=_KEPT_SECONDS)
    garment_drop = drop_zone("garment", "garment", 220, visible=first.garments)
    lock_palette = gr.Checkbox(
        label=label("lock_palette"), info=label("lock_palette_hint"), visible=first.garments, elem_id="lock-palette"
    )
    return {"garment": garment, "garment_drop": garment_drop, "lock_palette": lock_palette}


def _seed() -> dict[str, Any]:
    with gr.Row(elem_id="seed-row"):
        count = gr.Slider(1, 6, value=_DEFAULT["count"], step=1, label=label("count"), min_width=150, elem_id="count")
        seed = gr.Number(value=0, precision=0, minimum=0, maximum=MAX_SEED, label=label("seed"), min_width=130, elem_id="seed")
        with gr.Column(min_width=120, scale=0, elem_id="seed-box"):
            dice = gr.Button(label("dice"), size="sm", elem_id="dice")
            lock = gr.Checkbox(label=label("lock"), container=False, elem_id="lock")
    return {"count": count, "seed": seed, "lock": lock, "dice": dice}


def _slider(key: str, low: float, high: float, step: float, value: float, visible: bool = True) -> gr.Slider:
    title, info = label(key), label(f"{key}_hint")
    return gr.Slider(low, high, value=value, step=step, label=title, info=info, min_width=220, elem_id=key, visible=visible)


def _advanced(profiles: Sequence[ProfileInfo], worn: dict[str, Any]) -> dict[str, Any]:
    first = profiles[0]
    lines = "lineart" in first.hints and not steering.kinds_of(first)
    with gr.Accordion(label("advanced"), open=False, elem_id="advanced"):
        negative = gr.Textbox(label=label("negative"), placeholder=label("negative_hint"), lines=1, elem_id="negative")
        with gr.Row():
            profile = gr.Dropdown(
                [(info.title, info.name) for info in profiles],
                value=first.name,
                label=label("profile"),
                visible=len(profiles) > 1,
                elem_id="profile",
            )
            sampler = gr.Dropdown(list(first.samplers), value=first.sampler, label=label("sampler"), elem_id="sampler")
        fetched = fetching.build()
        with gr.Row():
            sliders = {
                "steps": _slider("steps", 1, 60, 1, first.steps),
                "guidance": _slider("guidance", 1, 12, 0.5, first.guidance),
                "strength": _slider("strength", 0.1, 1, 0.05, _DEFAULT["strength"]),
                "lineart": _slider("lineart", 0, 1.5, 0.05, _LINEART, visible=lines),
                "grow": _slider("grow", 0, 64, 1, _DEFAULT["grow"]),
                "feather": _slider("feather", 0, 32, 1, _DEFAULT["feather"]),
                "soft_edge": _slider("soft_edge", 0, 64, 1, _DEFAULT["soft_edge"]),
                "loosen": _slider("loosen", 0, 1, 0.05, _DEFAULT["loosen"]),
                "garment_scale": _slider("garment_scale", 0, 1.5, 0.05, first.garment_scale, visible=first.garments),
            }
        detail = gr.Checkbox(value=_DEFAULT["detail_pass"], label=label("detail"), elem_id="detail")
        embed = gr.Checkbox(value=True, label=label("embed"), elem_id="embed")
        followed = steering.build(profiles)
        worn |= wardrobe.build_loras(profiles)
        kept = keeping.build()
    more = {"steering": followed, "wardrobe": Wardrobe(**worn), "fetching": fetched}
    return {
        "negative": negative,
        "profile": profile,
        "sampler": sampler,
        "detail": detail,
        "embed": embed,
        **sliders,
        **more,
        **kept,
    }


def _result() -> dict[str, Any]:
    result_gallery = gr.State(None, time_to_live=_KEPT_SECONDS, delete_callback=discard)
    stage = gr.HTML(empty_stage(), elem_id="stage", padding=False)
    slider = gr.ImageSlider(
        show_label=False,  # gradio 6.31 does not translate this one
        type="filepath",
        format="png",
        image_mode="RGBA",
        interactive=False,
        visible=False,
        max_height=640,
        elem_id="slider",
        buttons=["fullscreen"],
    )
    proof = gr.HTML(visible=False, elem_id="proof", padding=False)
    mending = remedies.build()
    with gr.Row(visible=False, elem_id="result-tools", elem_classes="tools") as result_tools:
        download = gr.DownloadButton(_text("download"), variant="primary", size="md", min_width=140, elem_id="download")
        outfit = gr.DownloadButton(_text("outfit"), size="md", min_width=140, elem_id="outfit")
        enlarged = enlarging.build()
        reuse = gr.Button(label("reuse"), size="md", min_width=140, elem_id="reuse")
        restore = gr.Button(label("restore"), size="md", min_width=140, elem_id="restore")
        others = gr.UploadButton(
            _text("others"), size="md", min_width=140, elem_id="others", file_types=["image"], file_count="multiple"
        )
    gallery = gr.Gallery(
        label=label("gallery"),
        type="filepath",
        format="png",
        columns=5,
        height="auto",
        fit_columns=False,
        object_fit="contain",
        allow_preview=False,
        interactive=False,
        visible=False,
        elem_id="gallery",
        buttons=["download_all"],
    )
    return {
        "result_gallery": result_gallery,
        "stage": stage,
        "slider": slider,
        "proof": proof,
        "remedies": mending,
        "result_tools": result_tools,
        "enlarging": enlarged,
        "download": download,
        "outfit": outfit,
        "reuse": reuse,
        "restore": restore,
        "others": others,
        "gallery": gallery,
    }
