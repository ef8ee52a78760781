"""A visitor's hand on the canvas: pictures that follow each other, one history, layers, zoom, touch and colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from pipeline.images import save_png
from tests.browser.on_canvas import (
    ADDED,
    ERASED,
    PARTS,
    UNSURE,
    bits,
    brush,
    chip,
    click,
    detect,
    drag,
    open_another,
    open_picture,
    painted,
    pixels,
    place,
    settle,
    shown,
    view,
)
from tests.browser.studio import Studio
from ui.tint import oklab

PINK = (255, 0, 170)
# what is found: bands of a fifth each, hair, face, top, bare arms, bottom (see `tests.ui.flat_engine.banded`)


def test_a_picture_of_another_size_begins_anew(visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path]) -> None:
    page = visit()
    open_picture(page, picture(400, 300))
    drag(page, (300, 200), (350, 250))
    for width, height in ((100, 150), (600, 200)):
        open_another(page, picture(width, height))
        assert bits(page).shape == (height, width) and not bits(page).any()
        expect(page.locator("#undo")).to_be_disabled()
        brush(page, 10)
        drag(page, (20, 30), (60, 30))
        mask = painted(page)
        assert mask[26:34, 20:60].all() and not mask[:24].any() and not mask[36:].any() and not mask[:, 66:].any()
        page.fill("#prompt textarea", "red skirt")
        page.click("#generate")
        expect(page.locator(".proof")).to_be_visible()
        expect(page.locator("#generate")).to_be_visible()
        sent = studio.engine.requests[-1].mask
        assert sent is not None and np.array_equal(sent > 0, mask), "the mask that is seen is the mask that is used"


def test_one_history_of_everything(visit: Callable[..., Page], picture: Callable[..., Path], tmp_path: Path) -> None:
    page = visit()
    mask = np.zeros((200, 160), np.uint8)
    mask[150:, :50] = 255
    save_png(mask, tmp_path / "mask.png")
    open_picture(page, picture(160, 200))
    brush(page, 12)
    states = [bits(page)]

    def done(action: Callable[[], object]) -> None:
        action()
        settle(page)
        states.append(bits(page))

    def take_mask() -> None:
        with page.expect_file_chooser() as chooser:
            page.click("#import")
        chooser.value.set_files(tmp_path / "mask.png")
        page.wait_for_function("document.querySelector('.canvas').editor.mask.past.length === 6")

    done(lambda: drag(page, (20, 20), (60, 20)))
    done(lambda: detect(page))
    done(lambda: chip(page, "topwear"))
    page.click("#add")
    done(lambda: click(page, 30, 100))
    page.click("#eraser")
    done(lambda: drag(page, (100, 180), (140, 180)))
    done(take_mask)
    done(lambda: page.click("#invert"))
    done(lambda: page.click("#clear"))
    assert not states[-1].any() and len({state.tobytes() for state in states[:-1]}) == len(states) - 1
    checked = page.locator("#chips label", has_text="topwear").locator("input")
    expect(checked).not_to_be_checked()

    page.locator(".canvas canvas").focus()
    for state in states[-2::-1]:
        page.keyboard.press("Control+z")
        assert np.array_equal(bits(page), state)
        assert pixels(page)[..., 3].mean() > 50, "the picture stays"
    page.keyboard.press("Control+z")
    assert np.array_equal(bits(page), states[0])
    expect(page.locator("#undo")).to_be_disabled()
    for number, state in enumerate(states[1:], 1):
        page.click("#redo") if number % 2 else page.keyboard.press("Control+Shift+z")
        assert np.array_equal(bits(page), state)
        if number == 2:
            expect(checked).to_be_checked()  # the chips go with the history
        if number == 3:
            expect(checked).not_to_be_checked()
    expect(page.locator("#redo")).to_be_disabled()

    page.fill("#prompt textarea", "red")
    page.locator("#prompt textarea").press("Control+z")
    assert not bits(page).any(), "where one writes, Ctrl+Z is for words"


def test_detection_keeps_what_was_painted(visit: Callable[..., Page], studio: Studio, picture: Callable[..., Path]) -> None:
    page = visit()
    open_picture(page, picture(160, 200))
    brush(page, 12)
    drag(page, (20, 20), (60, 20))  # in the band of the hair
    detect(page)
    layers = bits(page)
    assert (layers[20, 20:60] == ADDED).all() and (layers[85:200] & PARTS).all() and not layers[30:78].any()
    page.click("#eraser")
    drag(page, (40, 100), (120, 100))
    drag(page, (30, 20), (35, 20))
    for _ in range(2):
        chip(page, "topwear")  # off and on
    layers = bits(page)
    assert (layers[100, 40:120] == PARTS | ERASED).all() and layers[110, 80] == PARTS and not layers[20, 32]
    chip(page, "bottomwear")
    page.fill("#prompt textarea", "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    sent = studio.engine.requests[-1].mask
    assert sent is not None and np.array_equal(sent > 0, painted(page)) and not sent[170:].any()
    page.click("#clear")
    assert not bits(page).any()


def test_what_generate_finds_by_itself_is_shown(visit: Callable[..., Page], picture: Callable[..., Path]) -> None:
    page = visit()
    open_picture(page, picture(160, 200))
    page.fill("#prompt textarea", "red skirt")
    page.click("#generate")
    expect(page.locator(".proof")).to_be_visible()
    expect(page.locator("#chips")).to_be_visible()
    mask = painted(page)
    assert mask[90:].all() and not mask[:75].any()
    page.click("#undo")
    assert not painted(page).any()


def test_zoom_pan_and_brush_size(visit: Callable[..., Page], picture: Callable[..., Path]) -> None:
    page = visit()
    open_picture(page, picture(400, 300))
    at = place(page, 100, 80)
    page.mouse.move(*at)
    fitted = view(page)["scale"]
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(100)
    assert view(page)["scale"] > 1.5 * fitted and np.allclose(place(page, 100, 80), at, atol=1)

    def panned(begin: Callable[[], None], end: Callable[[], None]) -> None:
        page.mouse.move(*at)
        before = place(page, 100, 80)
        begin()
        page.mouse.move(at[0] + 40, at[1] + 25, steps=2)
        end()
        after = place(page, 100, 80)
        assert np.allclose(np.subtract(after, before), (40, 25), atol=1)

    panned(lambda: page.mouse.down(button="middle"), lambda: page.mouse.up(button="middle"))
    page.keyboard.down(" ")
    panned(page.mouse.down, page.mouse.up)
    page.keyboard.up(" ")
    assert not bits(page).any(), "nothing was painted on the way"

    size = page.locator("[data-is=pixels]")
    sizes = [int(size.inner_text())]
    for key in ("]", "[", "["):
        page.keyboard.press(key)
        sizes.append(int(size.inner_text()))
    assert sizes[1] > sizes[0] == sizes[2] > sizes[3]
    page.keyboard.press("0")
    assert abs(view(page)["scale"] - fitted) < 1e-6
    drag(page, (200, 150), (210, 150))
    thick = int(painted(page).any(axis=1).sum())
    assert abs(thick - sizes[3]) <= 2


def test_on_a_phone_one_finger_paints_and_two_move(visit: Callable[..., Page], picture: Callable[..., Path]) -> None:
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2)
    open_picture(page, picture(400, 300))
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    x, y = place(page, 200, 150)
    fingers("touchStart", (x, y))
    fingers("touchMove", (x + 40, y))
    fingers("touchEnd")
    mask = painted(page)
    assert mask[150, 200] and mask[150, 230]

    before = view(page)
    fingers("touchStart", (x - 40, y))
    fingers("touchStart", (x - 40, y), (x + 40, y))
    fingers("touchMove", (x - 80, y + 30), (x + 80, y + 30))
    fingers("touchEnd")
    after = view(page)
    assert 1.8 < after["scale"] / before["scale"] < 2.2
    assert np.allclose(place(page, 200, 150), (x, y + 30), atol=3)
    assert np.array_equal(painted(page), mask), "two fingers paint nothing"

    small = page.locator(".canvas .bar button").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect()).filter(({width, height}) => width < 40 || height < 40).length"
    )
    assert not small and page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_mask_is_seen_on_every_colour(visit: Callable[..., Page], picture: Callable[..., Path]) -> None:
    page = visit()
    for width, colour in ((160, PINK), (162, (0, 190, 255)), (164, (30, 30, 30))):  # of another size: nothing is painted on it
        if shown(page) is None:
            open_picture(page, picture(width, 200, colour))
        else:
            open_another(page, picture(width, 200, colour))
        brush(page, 60)
        drag(page, (80, 100), (81, 100))
        page.mouse.move(5, 5)  # the brush has an edge of its own
        screen, seen = pixels(page), view(page)
        x, y = (round(corner + at * seen["scale"]) for corner, at in ((seen["x"], 80), (seen["y"], 100)))
        inside, outside = (oklab(screen[y, at, :3]) for at in (x, x - round(50 * seen["scale"])))
        assert np.linalg.norm(inside - outside) > 0.1, colour
        down, across = np.ogrid[: screen.shape[0], : screen.shape[1]]  # dashes move: all round there are some of both
        edge = screen[np.abs(np.hypot(across - x, down - y) / seen["scale"] - 30) < 4][:, :3]
        assert (edge.min(axis=1) > 240).any() and (edge.max(axis=1) < 15).any(), f"no border in black and white: {colour}"


def test_what_is_unsure_is_hatched(visit: Callable[..., Page], picture: Callable[..., Path]) -> None:
    page = visit()
    open_picture(page, picture(160, 200))
    detect(page)
    layers, hatched, seen = bits(page), pixels(page, "hatched"), view(page)
    assert (layers[165:] & UNSURE).all() and not (layers[:155] & UNSURE).any()
    rows = np.flatnonzero((hatched[..., 3] > 0).any(axis=1))
    assert rows.size and rows[0] >= seen["y"] + 155 * seen["scale"]
    chip(page, "bottomwear")
    assert not (pixels(page, "hatched")[..., 3] > 0).any()


def test_what_is_no_mask_changes_nothing(visit: Callable[..., Page], picture: Callable[..., Path], tmp_path: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (200, 160, 3), np.uint8)
    refused = {
        "160 x 200": np.full((50, 200), 255, np.uint8),
        "Nothing is painted": np.zeros((200, 160), np.uint8),
        "looks like a picture": colours,
    }
    page = visit()
    open_picture(page, picture(160, 200))
    drag(page, (80, 100), (90, 100))
    before = bits(page)
    for number, (why, image) in enumerate(refused.items()):
        save_png(image, tmp_path / f"{number}.png")
        with page.expect_file_chooser() as chooser:
            page.click("#import")
        chooser.value.set_files(tmp_path / f"{number}.png")
        expect(page.locator("[data-testid=toast-text]", has_text=why)).to_be_visible()
        settle(page)
        assert np.array_equal(bits(page), before)


def test_tools_have_names_and_answer_the_keyboard(visit: Callable[..., Page], picture: Callable[..., Path]) -> None:
    page = visit(locale="ja-JP")
    open_picture(page, picture(160, 200))
    names = page.locator(".canvas :is(button, input, canvas, [role=toolbar])").evaluate_all(
        "(all) => all.map((one) => one.getAttribute('aria-label'))"
    )
    assert all(names) and len(names) == len(set(names)) and "消しゴム" in names
    page.locator("#eraser").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#eraser")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.is") == "add"
    page.locator("#invert").focus()
    page.keyboard.press("Enter")
    assert painted(page).all()


def test_a_huge_picture_is_painted_on_fluently(visit: Callable[..., Page], picture: Callable[..., Path]) -> None:
    page = visit()
    open_picture(page, picture(6000, 6000))
    assert bits(page).shape == (2048, 2048)
    slowest = page.evaluate("""() => {
        const {mask} = document.querySelector('.canvas').editor, times = [];
        mask.begin('add');
        for (let x = 300; x < 1500; x += 40) {
            const began = performance.now();
            mask.line(x, 900, x + 40, 920, 100);
            times.push(performance.now() - began);
        }
        mask.end();
        return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
    }""")
    assert slowest < 50, "a piece of a stroke, in milliseconds, on a busy machine too"
