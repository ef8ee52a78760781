"""The canvas, as a visitor's hand and eye meet it; places are pixels of the picture that lies on it."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

PARTS, ADDED, ERASED, UNSURE = 1, 2, 4, 8  # as in ui/scripts/mask.js
_EDITOR = "document.querySelector('.canvas').editor"
_BITS = f"""() => {{
    const {{bits, width, height}} = {_EDITOR}.mask, bytes = [];
    for (const byte of bits) bytes.push(String.fromCharCode(byte));
    return [btoa(bytes.join('')), width, height];
}}"""


def open_picture(page: Page, file: Any, control: str = "#drop") -> None:
    """Choose a file and wait until it lies on the canvas."""
    before = shown(page)
    page.set_input_files(f"{control} input[type=file]", file)
    wait_for_another(page, before)


def open_another(page: Page, file: Any) -> None:
    """Instead of the picture on the canvas."""
    before = shown(page)
    with page.expect_file_chooser() as chooser:
        page.click("#another")
    chooser.value.set_files(file)
    wait_for_another(page, before)


def shown(page: Page) -> str | None:
    """By what name the canvas calls the picture that is seen."""
    name: str | None = page.evaluate("document.querySelector('.canvas')?.dataset.shown ?? null")
    return name


def wait_for_another(page: Page, before: str | None) -> None:
    other = "(before) => { const now = document.querySelector('.canvas')?.dataset.shown; return now && now !== before; }"
    page.wait_for_function(other, arg=before)
    settle(page)


def settle(page: Page) -> None:
    """Wait until what the server was asked to change on the canvas is there."""
    page.wait_for_timeout(150)
    page.wait_for_function("!document.body.classList.contains('holding')")
    expect(page.locator("#generate")).to_be_enabled()


def bits(page: Page) -> NDArray[np.uint8]:
    """H x W, the layers at every pixel."""
    text, width, height = page.evaluate(_BITS)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width)


def painted(page: Page) -> NDArray[np.bool_]:
    """H x W, where the mask is."""
    layers = bits(page)
    mask: NDArray[np.bool_] = ((layers & (PARTS | ADDED)) > 0) & ((layers & ERASED) == 0)
    return mask


def view(page: Page) -> dict[str, float]:
    """Scale and corner of the picture on the screen, in css pixels of the canvas."""
    seen: dict[str, float] = page.evaluate(f"(({{scale, x, y}}) => ({{scale, x, y}}))({_EDITOR}.view)")
    return seen


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a pixel is on the page."""
    page.locator(".canvas canvas").scroll_into_view_if_needed()
    box, seen = page.locator(".canvas canvas").bounding_box(), view(page)
    assert box
    return box["x"] + seen["x"] + x * seen["scale"], box["y"] + seen["y"] + y * seen["scale"]


def brush(page: Page, diameter: float) -> None:
    """The brush's size in pixels of the picture."""
    page.evaluate(f"(size) => {_EDITOR}.setSize(size)", diameter)


def drag(page: Page, *points: tuple[float, float], button: Any = "left") -> None:
    first, *others = (place(page, *point) for point in points)
    page.mouse.move(*first)
    page.mouse.down(button=button)
    for point in others:
        page.mouse.move(*point, steps=3)
    page.mouse.up(button=button)


def click(page: Page, x: float, y: float) -> None:
    """With a tool that chooses a region."""
    page.mouse.click(*place(page, x, y))
    settle(page)


def chip(page: Page, name: str) -> None:
    page.locator("#chips label", has_text=name).click()
    settle(page)


def detect(page: Page) -> None:
    page.click("#detect")
    expect(page.locator("#chips")).to_be_visible()
    expect(page.locator("#detect")).to_be_enabled()
    settle(page)


def pixels(page: Page, layer: str = "context") -> NDArray[np.uint8]:
    """H x W x 4 of the screen, as the canvas has drawn it, or one of its layers."""
    page.wait_for_timeout(100)
    read = f"""() => {{
        const {{canvas}} = {_EDITOR}.view['{layer}'], bytes = [];
        const {{data}} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (const byte of data) bytes.push(String.fromCharCode(byte));
        return [btoa(bytes.join('')), canvas.width, canvas.height];
    }}"""
    text, width, height = page.evaluate(read)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)
