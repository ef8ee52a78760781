"""Words, seed and settings back on the page, as a result's file or the browser remembers them; whatever they say, each stays
within its bounds, and what is unknown here stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from pipeline.embedded import Embedded, Restored, read_restored
from pipeline.images import EmbeddedProfile, Picture, load_character, load_picture
from pipeline.request import MAX_SEED, OFF, Image8, UserError
from ui import canvas, choosing, detecting, keeping, steering
from ui.draft_view import MENDABLE, Pose
from ui.guard import Updates, Values, friendly, into_canvas
from ui.page import Page, ProfileInfo, Services
from ui.texts import say

Kept = Mapping[str, Any]  # by the names of `_named` and "hints", "joints"; values as JSON has them
_LONGEST = 10_000  # letters: longer prompts are refused
_HUGE = 1e30  # larger numbers, and what is none, are no settings
_FARTHEST = 100_000  # pixels: no joint is placed beyond


@dataclass(frozen=True, eq=False)
class Own:
    """A draft that is not drawn here and now. image: H x W x 4; drawn_for: what it was drawn for, as `asked_for` tells it; None
    for one of the visitor's own, which stays whatever is asked for."""

    image: Image8
    drawn_for: tuple[Any, ...] | None = None


def asked_for(prompt: str, negative: str, seed: int, joints: Mapping[str, Any], person: int) -> tuple[Any, ...]:
    """What a draft depends on beside picture and mask."""
    return prompt.strip(), negative.strip(), seed, tuple(sorted(joints.items())), person


def draft_of(page: Page, values: Values) -> Image8 | None:
    """The draft that takes the place of the app's own; a restored one gives way as soon as anything else is asked for."""
    own: Own | None = values[page.draft.own]
    if own is None:
        return None
    now = asked_for(
        values[page.prompt] or "",
        values[page.negative] or "",
        int(values[page.seed] or 0),
        values[page.draft.pose].joints,
        int(values[page.people] or 0),
    )
    return own.image if own.drawn_for in (None, now) else None


def _named(page: Page) -> dict[str, Any]:
    """Components with one value, by the names under which it is kept; the model has a say in some of them."""
    names = ("prompt", "negative", "seed", "lock", "count", "sampler", "steps", "guidance", "strength", "lineart", "grow")
    more = ("feather", "loosen", "soft_edge", "garment_scale", "detail", "lock_palette", "embed")
    own = {name: getattr(page, name) for name in (*names, *more)}
    return own | {"draft_first": page.draft.first, "follow": page.draft.follow}


def outputs(page: Page) -> list[Any]:
    """What `settings` changes."""
    rows = [slider for row in page.steering.stretches for slider in (row.scale, row.start, row.end)]
    named = [component for component in _named(page).values() if component not in choosing.outputs(page)]
    return [*named, page.profile, page.draft.pose, *choosing.outputs(page), *rows]


def named(page: Page) -> dict[str, Any]:
    """All components that are kept, by the names of which `from_page` makes what is kept."""
    rows = {f"hint {row.kind}": row for row in page.steering.stretches}
    sliders = {f"{name} {end}": getattr(row, end) for name, row in rows.items() for end in ("scale", "start", "end")}
    return _named(page) | {"profile": page.profile, "hints": page.steering.follow} | sliders


def from_page(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept, out of values by the names of `named`."""
    kept = {str(name): value for name, value in values.items() if name != "hints"}
    if isinstance(followed := values.get("hints"), list):
        rows = {kind: [values.get(f"hint {kind} {end}") for end in ("scale", "start", "end")] for kind in map(str, followed)}
        kept["hints"] = rows or {steering.LINEART: [values.get("lineart"), 0, 1]}
    return kept


def from_parameters(parameters: Mapping[str, Any], width: int, grown: bool = False) -> dict[str, Any]:
    """What is kept, out of a result's parameters (`pipeline.marking.describe`). width: pixels of the picture, which may have been
    enlarged; grown: its mask needs not be grown again."""
    same = ("prompt", "seed", "profile", "sampler", "steps", "guidance", "strength", "grow", "feather", "loosen", "soft_edge")
    kept = {name: parameters[name] for name in (*same, "follow") if name in parameters}
    renamed = (("negative_prompt", "negative"), ("detail_pass", "detail"))
    kept |= {to: parameters[name] for name, to in renamed if name in parameters}
    if isinstance(hints := parameters.get("hints"), list):
        rows = [hint for hint in hints if isinstance(hint, dict)]
        kept["hints"] = {str(hint.get("kind")): [hint.get("scale"), hint.get("start"), hint.get("end")] for hint in rows}
    kept["joints"] = _joints(parameters.get("joints"), _times(parameters.get("character"), width))
    kept |= {"draft_first": parameters["draft"] != OFF} if "draft" in parameters else {}
    return kept | {"lock": True} | ({"grow": 0} if grown else {})


def settings(page: Page, services: Services, kept: Kept, values: Values, request: gr.Request | None) -> Updates:
    """values: of `choosing.inputs`."""
    info = next((info for info in services.profiles if info.name == kept.get("profile")), None)
    updates: Updates = {page.draft.pose: Pose(_joints(kept.get("joints")))}
    if info is None:
        info = next(info for info in services.profiles if info.name == values[page.profile])
    elif info.name != values[page.profile]:
        updates |= choosing.use(page, services, info, {**values, page.profile: info.name}, request) | {page.profile: info.name}
    for name, component in _named(page).items():
        value = _within(component, kept[name]) if name in kept else None
        if value is not None and (name != "sampler" or value in info.samplers):
            _put(updates, component, value)
    if isinstance(kept.get("hints"), Mapping):
        _put_hints(updates, page, info, kept["hints"])
    return updates


def _put(updates: Updates, component: Any, value: Any) -> None:
    """A value, beside what is updated of the component already."""
    before = updates.get(component)
    updates[component] = {**before, "value": value} if isinstance(before, dict) else value


def _within(component: Any, value: Any) -> Any:
    """The value as far as the component takes it; None where it is of another kind."""
    if isinstance(component, gr.Checkbox):
        return value if isinstance(value, bool) else None
    if isinstance(component, (gr.Textbox, gr.Dropdown)):
        return value[:_LONGEST] if isinstance(value, str) else None
    if not _is_number(value):
        return None
    if isinstance(component, gr.Number):  # the seed; other programs have larger ones
        return int(value) % (MAX_SEED + 1)
    value = min(max(value, component.minimum), component.maximum)
    return round(value) if component.step == 1 else value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -_HUGE < value < _HUGE


def _put_hints(updates: Updates, page: Page, info: ProfileInfo, hints: Mapping[str, Any]) -> None:
    """What was followed, and how; kinds that this model does not know are left out."""
    rows = {kind: row for kind, row in hints.items() if isinstance(row, list) and len(row) == 3}
    sound = {kind: row for kind, row in rows.items() if all(map(_is_number, row))}
    kinds = steering.kinds_of(info)
    if not kinds:
        if steering.LINEART in info.hints:
            _put(updates, page.lineart, _within(page.lineart, sound.get(steering.LINEART, [0])[0]))
        return
    chosen = [kind for kind in kinds if kind in sound]
    _put(updates, page.steering.follow, chosen)
    for stretch in page.steering.stretches:
        if stretch.kind in sound:
            sliders = (stretch.scale, stretch.start, stretch.end)
            updates |= {slider: _within(slider, value) for slider, value in zip(sliders, sound[stretch.kind], strict=True)}
        updates[stretch.row] = gr.update(visible=stretch.kind in chosen)


def _times(character: Any, width: int) -> float:
    """How many times as wide a picture is as the character that it was made from, as its parameters tell it."""
    shape = character.get("shape") if isinstance(character, dict) else None
    told: Any = shape[1] if isinstance(shape, list) and len(shape) > 1 else 0
    return width / told if _is_number(told) and told > 0 else 1.0


def _joints(joints: Any, times: float = 1.0) -> dict[str, tuple[float, float]]:
    if not isinstance(joints, Mapping):
        return {}
    placed = {str(name): place for name, place in joints.items() if isinstance(place, (list, tuple)) and len(place) == 2}
    sound = {name: place for name, place in placed.items() if all(_is_number(at) and abs(at) < _FARTHEST for at in place)}
    return {name: (x * times, y * times) for name, (x, y) in sound.items() if name in MENDABLE}


def embedded(page: Page, held: Embedded, kept: Kept, before: Values) -> Updates:
    """The draft that was drawn for what is kept. before: `settings`, as it will be on the page."""
    if held.draft is None or kept.get("draft_first") is False:
        return {}
    prompt, negative = (str(kept.get(name) or "")[:_LONGEST] for name in ("prompt", "negative"))
    joints = before[page.draft.pose].joints
    drawn_for = asked_for(prompt, negative, int(before.get(page.seed, 0)), joints, 0)
    return {page.draft.own: Own(held.draft, drawn_for), page.draft.first: True}


def shown(
    page: Page, services: Services, picture: Picture, found: Restored | None, values: Values, request: gr.Request | None
) -> Updates:
    """Another picture on the page, with what its file says of how it was made, which is told."""
    mask: Image8 | None = None
    updates: Updates = {}
    if found is not None and found.own:
        held = found.embedded
        kept = from_parameters(found.parameters, picture.image.shape[1], held.grown)
        mask, updates = held.mask, settings(page, services, kept, values, request)
        updates |= embedded(page, held, kept, updates)
        _tell(held, found.parameters, services, request)
    elif found is not None and not (values[page.prompt] or "").strip():  # nobody's own words are lost to a picture's
        updates = settings(page, services, found.parameters, values, request)
        gr.Info(say(request, "restored_foreign"), title=say(request, "restored"))
    return opened(page, picture, mask, request) | updates


def opened(page: Page, picture: Picture, mask: Image8 | None, request: gr.Request | None) -> Updates:
    """Another picture on the page, with a mask or none; nothing is found in it yet."""
    return {
        page.original: picture.image,
        page.embedded: picture.profile,
        page.drop: gr.update(value=None, visible=False),
        page.paint: gr.update(visible=True),
        page.canvas: canvas.opened(picture.image, page.export_file.GRADIO_CACHE, request, mask),
        **detecting.forget(page),
    }


def _tell(held: Embedded, parameters: Mapping[str, Any], services: Services, request: gr.Request | None) -> None:
    mask = "mask" if held.mask is not None else "no_mask"
    drafted = (held.drafted or held.mask is None) and parameters.get("draft") != OFF
    draft = "draft" if held.draft is not None else "no_draft" if drafted else "undrafted"
    told = [say(request, f"restored_{mask}_{draft}")]
    if parameters.get("garments"):
        told.append(say(request, "restored_garment"))
    if str(parameters.get("profile")) not in {info.name for info in services.profiles}:
        told.append(say(request, "restored_model"))
    gr.Info(" ".join(told), title=say(request, "restored"))


def opens(page: Page) -> list[Any]:
    """What `shown` changes."""
    mine = [page.original, page.embedded, page.drop, page.paint, page.canvas, page.keeper, *detecting.tools(page)]
    return [*mine, *(component for component in outputs(page) if component not in mine)]


def inputs(page: Page) -> set[Any]:
    """What `shown` looks at."""
    return {page.prompt, *choosing.inputs(page)}


def connect(page: Page, services: Services) -> None:
    """A result goes back to what it was made from, ready to be made again."""

    @friendly
    def restore(values: Values, request: gr.Request) -> Updates:
        result_gallery = values[page.result_gallery]
        if result_gallery is None or not result_gallery.pictures:
            raise UserError(say(request, "no_result"))
        result = result_gallery.current
        back = before(result.original, result.file)
        return shown(page, services, back, result.restored, values, request) | keeping.picture(page, result.original)

    into_canvas(page.restore.click, restore, {page.result_gallery, *inputs(page)}, opens(page))


def before(original: str, file: str) -> Picture:
    """The character of a result, in the colours of its file, of which the result has kept the rest."""
    image, result = load_character(original), load_picture(file)
    if result.profile is None or image.shape != result.image.shape:
        return Picture(image)
    return Picture(image, EmbeddedProfile(result.profile.icc, result.profile.given_back(image), image))


def read(path: str | Path, request: gr.Request | None) -> tuple[Picture, Restored | None]:
    """A picture and what its file says. Raises `UserError`, also where nothing is to be seen."""
    picture = load_picture(path)
    if not picture.image[..., 3].any() or (picture.image == picture.image[0, 0]).all():
        raise UserError(say(request, "empty_picture"))
    height, width = picture.image.shape[:2]
    return picture, read_restored(path, (width, height))
