"""The draft as HTML: the picture with the joints that can be put right, and a chip for every garment."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape

import gradio as gr
import numpy as np
from PIL import Image

from pipeline.images import resize
from pipeline.request import Choices, Drafted, Garment, Image8
from ui.texts import say
from ui.texts.garments import called, named

Joints = Mapping[str, tuple[float, float]]

LARGEST = 1024  # pixels: the long side at which a draft is shown
OUT = 0.3  # the ends of the sliders by which cuts are lengthened
NEAR = 0.06  # of the long side: a joint farther from the click is not meant
STEPS_BACK = 20
# what can be put right, and which joint hangs on which; the face does not matter to clothes
BONES = tuple(
    bone
    for side in "lr"
    for bone in (
        ("neck", f"shoulder_{side}"),
        (f"shoulder_{side}", f"elbow_{side}"),
        (f"elbow_{side}", f"wrist_{side}"),
        ("neck", f"thigh_{side}"),
        (f"thigh_{side}", f"knee_{side}"),
        (f"knee_{side}", f"ankle_{side}"),
    )
)
MENDABLE = tuple(dict.fromkeys(name for bone in BONES for name in bone))

# scripts of the two HTML components: what is clicked or chosen, told to Python
POINT = """element.addEventListener('click', (event) => {
    const sheet = element.querySelector('.sheet');
    const wanted = sheet?.matches('.mending') || document.querySelector('#people input');
    if (!wanted || !sheet.contains(event.target)) return;
    const box = sheet.querySelector('img').getBoundingClientRect();
    trigger('click', {x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height});
});"""
CHOOSE = """element.addEventListener('change', (event) => {
    const chosen = event.target.closest('select, input');
    if (chosen) trigger('input', {index: +chosen.dataset.index, field: chosen.dataset.field, value: chosen.value});
});
element.addEventListener('click', (event) => {
    const cross = event.target.closest('button[data-index]');
    if (cross) trigger('input', {index: +cross.dataset.index, field: '', value: ''});
    const opened = event.target.closest('summary')?.parentElement;
    if (!opened) return;
    element.dataset.open = opened.open ? '' : opened.dataset.index;  // opens and closes after this
    element.querySelectorAll('details').forEach((other) => { if (other !== opened) other.open = false; });
});
// what was chosen by hand stays chosen in an element that is used again for another garment
watch('value', () => {
    element.querySelectorAll('select').forEach((select) => select.value = select.querySelector('option[selected]').value);
    element.querySelectorAll('details').forEach((other) => other.open = other.dataset.index === element.dataset.open);
    element.querySelectorAll('input').forEach((range) => range.value = range.getAttribute('value'));
});"""


@dataclass(frozen=True)
class Pose:
    """Joints that were put right, x and y in pixels of the character. before: as they were, the latest last; taken: the joint
    that the next click places; mending: clicks take joints just now."""

    joints: Joints = field(default_factory=dict)
    before: tuple[Joints, ...] = ()
    taken: str | None = None
    mending: bool = False

    def __hash__(self) -> int:
        """Gradio tells by it whether a state has changed."""
        return hash((*map(_fixed, (self.joints, *self.before)), self.taken, self.mending))

    def clicked(self, joints: Joints, x: float, y: float, reach: float) -> Pose:
        """The first click takes the nearest joint, if one is within reach (all in pixels); the next places it."""
        if self.taken is not None:
            return replace(self, joints={**self.joints, self.taken: (x, y)}, before=self._kept, taken=None)
        far = {name: float(np.hypot(px - x, py - y)) for name, (px, py) in joints.items() if name in MENDABLE}
        nearest = min(far, key=far.__getitem__, default=None)
        return replace(self, taken=nearest if nearest is not None and far[nearest] <= reach else None)

    def undone(self) -> Pose:
        """The last joint as it was; what is only taken is let go."""
        if self.taken is not None or not self.before:
            return replace(self, taken=None)
        return replace(self, joints=self.before[-1], before=self.before[:-1])

    def reset(self) -> Pose:
        """All joints as they were read."""
        return replace(self, joints={}, before=self._kept if self.joints else self.before, taken=None)

    @property
    def _kept(self) -> tuple[Joints, ...]:
        return (*self.before, self.joints)[-STEPS_BACK:]


def _fixed(joints: Joints) -> tuple[tuple[str, tuple[float, float]], ...]:
    return tuple(sorted(joints.items()))


def picture(image: Image8, drafted: Drafted, pose: Pose, request: gr.Request | None) -> str:
    """The character, mostly in its draft: H x W x 4; while it is mended with its joints, the taken one marked."""
    height, width = image.shape[:2]
    words = ", ".join(named(row.kind, row.colour, request) for row in drafted.garments)
    joints = _joints({**drafted.joints, **pose.joints}, pose.taken, width, height) if pose.mending else ""
    alt = escape(say(request, "draft_alt", words=words))
    seen = f'<img src="{_data_url(image)}" decoding="sync" alt="{alt}">'
    return f'<div class="sheet{" mending" if pose.mending else ""}">{seen}{joints}</div>'


def empty(text: str) -> str:
    """Instead of the picture."""
    return f'<div class="stage empty"><div class="hanger" aria-hidden="true"></div><p>{escape(text)}</p></div>'


def _joints(joints: Joints, taken: str | None, width: int, height: int) -> str:
    shown = {name: joints[name] for name in MENDABLE if name in joints}
    radius = max(width, height) / 90
    lines = "".join(
        f'<line x1="{shown[a][0]:.1f}" y1="{shown[a][1]:.1f}" x2="{shown[b][0]:.1f}" y2="{shown[b][1]:.1f}"/>'
        for a, b in BONES
        if a in shown and b in shown
    )
    taken_class = ' class="taken"'
    dots = "".join(
        f'<circle data-joint="{name}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"{taken_class if name == taken else ""}/>'
        for name, (x, y) in shown.items()
    )
    return f'<svg viewBox="0 0 {width} {height}" style="--line:{radius / 3:.2f}px" aria-hidden="true">{lines}{dots}</svg>'


def chips(garments: Sequence[Garment], choices: Sequence[Choices], request: gr.Request | None) -> str:
    """A line for every garment, from the outermost inwards: colour, kind, length, sleeves, neckline and a cross."""
    rows = [
        _chip(index, garment, choice, request)
        for index, (garment, choice) in reversed(list(enumerate(zip(garments, choices, strict=True))))
    ]
    title = escape(say(request, "garments"))
    return f'<ul class="garments" aria-label="{title}">{"".join(rows)}</ul>' if rows else ""


def _chip(index: int, garment: Garment, choices: Choices, request: gr.Request | None) -> str:
    fields = [
        ("colour", garment.colour, tuple(choices.colours)),
        ("kind", garment.kind, choices.kinds),
    ]
    cuts = (
        ("length", garment.length, choices.lengths),
        ("sleeve", garment.sleeve, choices.sleeves),
        ("neckline", garment.neckline, choices.necklines),
    )
    fields += [cut for cut in cuts if len(cut[2]) > 1]
    selects = "".join(_select(index, name, value, options, garment, request) for name, value, options in fields)
    if choices.handles:
        ranges = "".join(_range(index, name, garment, request) for name in choices.handles)
        title = escape(say(request, "choose_handles", garment=called("kind", garment.kind, request)))
        summary = f'<summary aria-label="{title}" title="{title}">↕</summary>'
        selects += f'<details data-index="{index}">{summary}<div>{ranges}</div></details>'
    red, green, blue = garment.rgb
    out = escape(say(request, "leave_out", garment=called("kind", garment.kind, request)))
    return (
        f'<li><i class="swatch" style="background:rgb({red},{green},{blue})"></i>{selects}'
        f'<button type="button" data-index="{index}" aria-label="{out}" title="{out}">×</button></li>'
    )


def _select(index: int, name: str, value: str, options: Sequence[str], garment: Garment, request: gr.Request | None) -> str:
    title = escape(say(request, f"choose_{name}", garment=called("kind", garment.kind, request)))
    names = {option: escape(called(name, option, request)) for option in options}
    chosen = "".join(
        f'<option value="{escape(option)}"{" selected" if option == value else ""}>{shown}</option>'
        for option, shown in names.items()
    )
    return f'<select data-index="{index}" data-field="{name}" aria-label="{title}" title="{title}">{chosen}</select>'


def _range(index: int, name: str, garment: Garment, request: gr.Request | None) -> str:
    value = getattr(garment, name)
    slider = (
        f'<input type="range" min="{-OUT}" max="{OUT}" step="0.02" value="{value:g}" data-index="{index}" data-field="{name}">'
    )
    return f"<label>{escape(say(request, f'handle_{name}'))}{slider}</label>"


def _data_url(image: Image8) -> str:
    height, width = image.shape[:2]
    shrink = max(1.0, max(height, width) / LARGEST)
    small = resize(image, (max(1, round(width / shrink)), max(1, round(height / shrink)))) if shrink > 1 else image
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(small)).save(buffer, "WEBP", quality=90, method=0)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
