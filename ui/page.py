"""The page's components by name, and what stands behind them: the types between `layout` and `events`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from pipeline.embedded import Chunks
from pipeline.images import EmbeddedProfile
from pipeline.request import Image8
from serving.engine import Engine, Models
from ui.jobs import Jobs


class Save(Protocol):
    """Writes a result as a marked PNG file, in the colours of the character's file, with mask and draft. Raises `UserError`."""

    def __call__(
        self,
        image: Image8,
        path: Path,
        metadata: Mapping[str, Any],
        seed: int,
        *,
        profile: EmbeddedProfile | None,
        chunks: Chunks | None = None,
    ) -> None: ...


@dataclass(frozen=True)
class ProfileInfo:
    """A model to choose from: its key, what it is called, the samplers it runs and its usual settings; garments: whether it
    takes a picture of a garment; hints: the kinds that it follows; loras: names of those that it may wear; garment_scale: how
    closely it usually follows a garment."""

    name: str
    title: str
    samplers: tuple[str, ...]
    sampler: str
    steps: int
    guidance: float
    garments: bool = False
    hints: tuple[str, ...] = ("inpaint", "lineart")
    loras: tuple[str, ...] = ()
    garment_scale: float = 1.0


@dataclass(frozen=True)
class Services:
    """What stands behind the page. save: writes a result as a marked PNG file, and raises `UserError` where it cannot; finds:
    whether the engine can find clothing; models: what is on this disk, None where all is; fetches: visitors may fetch the
    others."""

    engine: Engine
    profiles: tuple[ProfileInfo, ...]
    save: Save
    examples: tuple[Path, ...]
    jobs: Jobs
    finds: bool = False
    models: Models | None = None
    fetches: bool = False


@dataclass(frozen=True)
class Fetching:
    """A model that is not on this disk, see `ui.fetching`."""

    note: gr.HTML
    bar: gr.HTML
    fetch: gr.Button
    stop: gr.Button


@dataclass(frozen=True)
class Coming:
    """A model that is fetched behind the page, see `ui.coming`."""

    told: gr.HTML
    use: gr.Button
    timer: gr.Timer


@dataclass(frozen=True)
class Stretch:
    """How one kind of hint is followed: how strongly, and from which to which share of the steps."""

    kind: str
    row: gr.Row
    scale: gr.Slider
    start: gr.Slider
    end: gr.Slider


@dataclass(frozen=True)
class Steering:
    """Hints, see `ui.steering`. known: kinds by the name of the model."""

    group: gr.Column
    follow: gr.CheckboxGroup
    stretches: tuple[Stretch, ...]
    own: gr.State
    own_kind: gr.Dropdown
    own_drop: gr.Image
    preview: gr.Button
    seen: gr.Gallery
    known: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Wardrobe:
    """Another garment and LoRAs, see `ui.wardrobe`. tagged: the names that were chosen last."""

    second: gr.Accordion
    first_parts: gr.CheckboxGroup
    picture: gr.State
    drop: gr.Image
    parts: gr.CheckboxGroup
    scale: gr.Slider
    lora_row: gr.Row
    loras: gr.Dropdown
    strength: gr.Slider
    tagged: gr.State


@dataclass(frozen=True)
class Draft:
    """The draft, see `ui.draft`. shown: what is drafted, pose: joints put right, own: a draft that is not drawn here
    (`ui.restoring.Own`); redraw: out of sight, pressed by scripts."""

    shown: gr.State
    pose: gr.State
    own: gr.State
    look: gr.Radio
    panel: gr.Column
    picture: gr.HTML
    told: gr.HTML
    extend: gr.Button
    chips: gr.HTML
    first: gr.Checkbox
    follow: gr.Slider
    another: gr.Button
    mend: gr.Button
    mending: gr.Row
    undo: gr.Button
    reset: gr.Button
    done: gr.Button
    upload: gr.UploadButton
    drop: gr.Button
    png: gr.Button
    svg: gr.Button
    redraw: gr.Button


@dataclass(frozen=True)
class Enlarging:
    """A result made larger, see `ui.enlarging`."""

    twice: gr.Button
    fourfold: gr.Button
    file: gr.DownloadButton
    told: gr.HTML


@dataclass(frozen=True)
class Remedies:
    """What mends a result's notes, see `ui.remedies`."""

    strength: gr.Button
    extend: gr.Button
    face: gr.Button
    person: gr.Button


@dataclass(frozen=True)
class Page:
    original: gr.State
    embedded: gr.State  # the `EmbeddedProfile` of its file, or None
    drop: gr.Image
    paint: gr.Column
    canvas: gr.HTML
    import_mask: gr.UploadButton
    another: gr.UploadButton
    mask_edit: gr.State
    detect: gr.Button
    words: gr.Textbox
    told: gr.HTML
    found: gr.Column
    people: gr.Radio
    chips: gr.CheckboxGroup
    protect: gr.CheckboxGroup
    room: gr.Slider
    export: gr.Button
    export_file: gr.DownloadButton
    examples: gr.Dataset
    prompt: gr.Textbox
    presets: tuple[gr.Button, ...]
    garment: gr.State
    garment_drop: gr.Image
    lock_palette: gr.Checkbox
    generate: gr.Button
    cancel: gr.Button
    count: gr.Slider
    seed: gr.Number
    lock: gr.Checkbox
    dice: gr.Button
    negative: gr.Textbox
    profile: gr.Dropdown
    sampler: gr.Dropdown
    steps: gr.Slider
    guidance: gr.Slider
    strength: gr.Slider
    lineart: gr.Slider
    grow: gr.Slider
    feather: gr.Slider
    loosen: gr.Slider
    soft_edge: gr.Slider
    garment_scale: gr.Slider
    detail: gr.Checkbox
    embed: gr.Checkbox
    steering: Steering
    wardrobe: Wardrobe
    fetching: Fetching
    coming: Coming
    draft: Draft
    enlarging: Enlarging
    result_gallery: gr.State
    stage: gr.HTML
    slider: gr.ImageSlider
    proof: gr.HTML
    remedies: Remedies
    remember: gr.Checkbox  # see `ui.keeping`
    forget: gr.Button
    delete: gr.Button
    keeper: gr.HTML
    result_tools: gr.Row
    download: gr.DownloadButton
    outfit: gr.DownloadButton
    reuse: gr.Button
    restore: gr.Button
    others: gr.UploadButton
    gallery: gr.Gallery
