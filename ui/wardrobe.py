"""What is worn, on the page: a second garment and what each is for, and LoRAs, which are words of the prompt."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from pipeline.request import CLOTHING, ClothingPart, GarmentPicture
from ui.drops import drop_zone, keep_upload
from ui.guard import QUICK, Updates, Values
from ui.page import Page, ProfileInfo, Wardrobe
from ui.texts import label

_KEPT_SECONDS = 3600
_STRENGTH = 0.8
_text: Callable[[str], Any] = label


def build_second(first: ProfileInfo) -> dict[str, Any]:
    """Folded away: most swaps need one garment at most."""
    with gr.Accordion(label("second_garment"), open=False, visible=first.garments, elem_id="second-garment") as second:
        first_parts = _parts("garment_for", "garment-parts")
        picture = gr.State(None, time_to_live=_KEPT_SECONDS)
        drop = drop_zone("second_picture", "garment-2", 180)
        second_parts = _parts("second_for", "garment-2-parts")
        scale = gr.Slider(0, 1.5, first.garment_scale, step=0.05, label=label("second_scale"), elem_id="garment-2-scale")
    return {
        "second": second,
        "first_parts": first_parts,
        "picture": picture,
        "drop": drop,
        "parts": second_parts,
        "scale": scale,
    }


def _parts(key: str, name: str) -> gr.CheckboxGroup:
    choices = [(_text(f"part_{part.name.lower()}"), int(part)) for part in CLOTHING]
    info = label("parts_hint")
    return gr.CheckboxGroup(choices, value=[], label=label(key), info=info, elem_id=name, elem_classes="part-chips")


def build_loras(profiles: Sequence[ProfileInfo]) -> dict[str, Any]:
    first = profiles[0]
    with gr.Row(visible=bool(first.loras), elem_id="lora-row") as row:
        loras = gr.Dropdown(
            list(first.loras), value=[], multiselect=True, label=label("loras"), info=label("loras_hint"), elem_id="loras"
        )
        strength = gr.Slider(
            0, 1.5, _STRENGTH, step=0.05, label=label("lora_strength"), info=label("lora_strength_hint"), elem_id="lora-strength"
        )
    return {"lora_row": row, "loras": loras, "strength": strength, "tagged": gr.State([])}


def inputs(wardrobe: Wardrobe) -> set[Any]:
    """What `garments` looks at, beside the first garment."""
    return {wardrobe.first_parts, wardrobe.picture, wardrobe.parts, wardrobe.scale}


def outputs(wardrobe: Wardrobe) -> list[Any]:
    """What `use` changes."""
    own = [wardrobe.second, wardrobe.picture, wardrobe.drop, wardrobe.scale]
    return [*own, wardrobe.lora_row, wardrobe.loras, wardrobe.tagged]


def use(wardrobe: Wardrobe, info: ProfileInfo) -> Updates:
    """Another model; the prompt keeps its LoRAs, as it keeps all words."""
    return {
        wardrobe.second: gr.update(visible=info.garments),
        wardrobe.picture: gr.skip() if info.garments else None,
        wardrobe.drop: gr.skip() if info.garments else None,
        wardrobe.scale: info.garment_scale,
        wardrobe.lora_row: gr.update(visible=bool(info.loras)),
        wardrobe.loras: gr.update(choices=list(info.loras), value=[]),
        wardrobe.tagged: [],
    }


def garments(page: Page, values: Values) -> tuple[GarmentPicture, ...]:
    """The pictures of garments, each with what it is for."""
    wardrobe = page.wardrobe
    rows = (
        (values[page.garment], values[page.garment_scale], values[wardrobe.first_parts]),
        (values[wardrobe.picture], values[wardrobe.scale], values[wardrobe.parts]),
    )
    lock = bool(values[page.lock_palette])
    return tuple(
        GarmentPicture(picture, float(scale), tuple(ClothingPart(part) for part in parts or ()), lock_palette=lock)
        for picture, scale, parts in rows
        if picture is not None
    )


def tagged(prompt: str, name: str, strength: float) -> str:
    """The prompt with this LoRA at this strength, at its place if it has one."""
    tag = f"<lora:{name}:{strength:g}>"
    there = _tag(name)
    return there.sub(lambda _: tag, prompt) if there.search(prompt) else f"{prompt.rstrip()} {tag}".lstrip()


def untagged(prompt: str, name: str) -> str:
    return re.sub(r"  +", " ", _tag(name).sub("", prompt)).strip()


def _tag(name: str) -> re.Pattern[str]:
    return re.compile(rf"<\s*lora\s*:\s*{re.escape(name)}\s*(?::[^:<>]*)?>", re.IGNORECASE)


def connect(page: Page) -> None:
    wardrobe = page.wardrobe
    keep_upload(wardrobe.drop, wardrobe.picture)

    def choose(prompt: str | None, chosen: list[str] | None, before: list[str], strength: float) -> tuple[str, list[str]]:
        words, names = prompt or "", chosen or []
        for name in before:
            words = words if name in names else untagged(words, name)
        for name in names:
            words = words if name in before else tagged(words, name, strength)
        return words, names

    def weigh(prompt: str | None, chosen: list[str] | None, strength: float) -> Any:
        return tagged(prompt or "", chosen[-1], strength) if chosen else gr.skip()

    given = [page.prompt, wardrobe.loras, wardrobe.tagged, wardrobe.strength]
    wardrobe.loras.input(choose, given, [page.prompt, wardrobe.tagged], **QUICK)
    wardrobe.strength.release(weigh, [page.prompt, wardrobe.loras, wardrobe.strength], page.prompt, **QUICK)
