"""Places drawn as people are drawn, with lines: rooms, streets, woods, sheets of notes, pages of a comic.

Shapes are filled and outlined as those of a drawing, so that a style which is given to the whole picture afterwards makes
one page of both. Nothing here is a person, though much is cloth: all of it is labelled 0.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.noise import Colours, Rng, colour

Colour = tuple[int, int, int]
Points = Any  # N x 2 pixels


def palette(rng: Rng) -> list[Colour]:
    """Some colours that go together: two hues, light and dark, loud or nearly grey."""
    hues = float(rng.random()), float(rng.random())
    loud, low = float(rng.beta(1.3, 1.6)), float(rng.uniform(0.03, 0.4))
    high = float(rng.uniform(low + 0.2, 1))
    found = []
    for number in range(7):
        hue = hues[number % 2] + float(rng.normal(0, 0.04))
        red, green, blue = colorsys.hls_to_rgb(hue % 1, float(rng.uniform(low, high)), loud)
        found.append((int(red * 255), int(green * 255), int(blue * 255)))
    return found


@dataclass
class Page:
    """What is being drawn. rgb: S x S x 3 uint8; lines: S x S, 255 = line; ink: colour of the lines, None for none; pen:
    their width in pixels; cover: 1 = something was drawn there."""

    rng: Rng
    side: int
    colours: list[Colour]
    ink: Colour | None
    pen: int
    rgb: NDArray[np.uint8] = field(init=False)
    lines: NDArray[np.uint8] = field(init=False)
    cover: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.rgb = np.full((self.side, self.side, 3), self.any(), np.uint8)
        self.lines = np.zeros((self.side, self.side), np.uint8)
        self.cover = np.zeros((self.side, self.side), np.uint8)

    def any(self) -> Colour:
        return self.colours[int(self.rng.integers(len(self.colours)))]

    def between(self, low: float, high: float) -> int:
        """A length, given as shares of the side."""
        return int(self.rng.uniform(low, high) * self.side)

    def fill(self, points: Points, tone: Colour | None = None) -> None:
        shape = [np.asarray(points, np.int32)]
        cv2.fillPoly(self.rgb, shape, tone or self.any(), cv2.LINE_AA)
        cv2.fillPoly(self.cover, shape, 1)
        if self.ink is not None:
            cv2.polylines(self.rgb, shape, True, self.ink, self.pen, cv2.LINE_AA)
            cv2.fillPoly(self.lines, shape, 0)
            cv2.polylines(self.lines, shape, True, 255, self.pen, cv2.LINE_AA)

    def box(self, x: float, y: float, width: float, height: float, tone: Colour | None = None) -> None:
        self.fill([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], tone)

    def round(self, x: float, y: float, across: float, down: float, tone: Colour | None = None) -> None:
        self.fill(cv2.ellipse2Poly((int(x), int(y)), (max(1, int(across)), max(1, int(down))), 0, 0, 360, 12), tone)

    def stroke(self, points: Points, width: int = 1, tone: Colour | None = None) -> None:
        shape = [np.asarray(points, np.int32)]
        cv2.polylines(self.rgb, shape, False, tone or self.ink or self.any(), width, cv2.LINE_AA)
        cv2.polylines(self.cover, shape, False, 1, width)
        if self.ink is not None:
            cv2.polylines(self.lines, shape, False, 255, width, cv2.LINE_AA)

    def writing(self, x: int, y: int, width: int, rows: int, height: int) -> None:
        """Lines of text that nobody can read."""
        tone = self.ink or self.any()
        for row in range(rows):
            steps = np.arange(x, x + int(width * self.rng.uniform(0.5, 1)), max(2, height // 3))
            ups = y + row * height * 1.6 + self.rng.uniform(-0.5, 0.5, len(steps)) * height
            ups[self.rng.random(len(steps)) < 0.15] = y + row * height * 1.6
            self.stroke(np.stack([steps, ups], 1), max(1, height // 7), tone)


# --- things of a room and of the open air


def window(page: Page) -> None:
    x, y, width, height = page.between(-0.1, 0.9), page.between(0, 0.4), page.between(0.12, 0.4), page.between(0.15, 0.5)
    frame = page.any()
    page.box(x, y, width, height, frame)
    edge = max(2, page.side // 60)
    rows, columns = (int(page.rng.integers(1, 4)) for _ in range(2))
    glass = page.any()
    for row in range(rows):
        for column in range(columns):
            wide, tall = width / columns, height / rows
            page.box(x + column * wide + edge, y + row * tall + edge, wide - 2 * edge, tall - 2 * edge, glass)
    if page.rng.random() < 0.4:  # curtains: cloth, and nobody's
        cloth = page.any()
        for left in (x - width * 0.15, x + width * 0.85):
            page.box(left, y - edge, width * 0.3, height * page.rng.uniform(1, 1.6), cloth)
            for fold in np.linspace(left, left + width * 0.3, 4)[1:3]:
                page.stroke([(fold, y), (fold, y + height)])


def shelf(page: Page) -> None:
    x, y, width = page.between(-0.1, 0.8), page.between(0.05, 0.5), page.between(0.2, 0.5)
    tall = page.between(0.08, 0.16)
    for row in range(int(page.rng.integers(1, 4))):
        foot = y + (row + 1) * tall
        page.box(x, foot - tall, width, tall)
        at = float(x)
        while at < x + width - 3:
            thick = page.between(0.012, 0.05) + 2
            high = tall * page.rng.uniform(0.5, 0.9)
            page.box(at, foot - high, min(thick, x + width - at), high)
            at += thick + (page.between(0.02, 0.1) if page.rng.random() < 0.2 else 0)
        page.box(x, foot, width, max(2, page.side // 70))


def picture(page: Page) -> None:
    x, y, width, height = page.between(0, 0.9), page.between(0, 0.45), page.between(0.08, 0.25), page.between(0.08, 0.25)
    page.box(x, y, width, height)
    page.box(x + width * 0.12, y + height * 0.12, width * 0.76, height * 0.76)
    if page.rng.random() < 0.5:
        page.round(x + width / 2, y + height / 2, width * 0.2, height * 0.25)


def chair(page: Page) -> None:
    x, seat, width = page.between(-0.1, 0.9), page.between(0.55, 0.85), page.between(0.12, 0.3)
    back, leg = page.between(0.12, 0.4), page.between(0.1, 0.25)
    tone, post = page.any(), max(2, page.side // 50)
    if page.rng.random() < 0.5:
        page.box(x, seat - back, width, back, tone)
    else:
        for at in np.linspace(x, x + width - post, int(page.rng.integers(2, 6))):
            page.box(at, seat - back, post, back, tone)
        page.box(x, seat - back, width, post * 2, tone)
    for at in (x, x + width - post):
        page.box(at, seat, post, leg, tone)
    page.box(x - post, seat, width + 2 * post, post * 2, page.any())


def table(page: Page) -> None:
    x, y, width = page.between(-0.2, 0.7), page.between(0.55, 0.9), page.between(0.25, 0.7)
    tone = page.any()
    for at in (x + width * 0.06, x + width * 0.88):
        page.box(at, y, width * 0.06, page.side, tone)
    page.box(x, y, width, max(3, page.side // 40), tone)
    for _ in range(int(page.rng.integers(0, 4))):
        size = page.between(0.02, 0.06)
        page.box(x + page.rng.random() * (width - size), y - size * 1.5, size, size * 1.5)


def stairs(page: Page) -> None:
    x, y, step = float(page.between(0, 0.8)), page.side, page.between(0.04, 0.1)
    sign, tone = (1 if page.rng.random() < 0.5 else -1), page.any()
    for number in range(int(page.rng.integers(4, 10))):
        page.box(min(x, x + sign * page.side), y - (number + 1) * step, page.side, step, tone)
        x += sign * step * 1.4


def lamp(page: Page) -> None:
    x, y, size = page.between(0, 1), page.between(0.1, 0.6), page.between(0.05, 0.12)
    page.box(x - 1, y if page.rng.random() < 0.5 else 0, 3, page.side)
    page.fill([(x - size * 0.5, y - size), (x + size * 0.5, y - size), (x + size, y + size * 0.6), (x - size, y + size * 0.6)])


def plant(page: Page) -> None:
    x, y, size = page.between(0, 1), page.between(0.6, 1), page.between(0.06, 0.2)
    tone = page.any()
    for angle in page.rng.uniform(-1.3, 1.3, int(page.rng.integers(4, 11))):
        end = np.array([x + size * 1.6 * np.sin(angle), y - size * 1.6 * np.cos(angle)])
        side = np.array([np.cos(angle), np.sin(angle)]) * size * 0.18
        middle = (end + (x, y)) / 2
        page.fill([(x, y), middle + side, end, middle - side], tone)
    if page.rng.random() < 0.6:
        page.fill([(x - size * 0.5, y), (x + size * 0.5, y), (x + size * 0.35, y + size), (x - size * 0.35, y + size)])


def tree(page: Page) -> None:
    x, foot, size = page.between(-0.05, 1.05), page.between(0.55, 0.95), page.between(0.08, 0.3)
    page.fill(
        [(x - size * 0.12, foot), (x + size * 0.12, foot), (x + size * 0.07, foot - size * 2), (x - size * 0.07, foot - size * 2)]
    )
    tone = page.any()
    if page.rng.random() < 0.4:
        for row in range(3):
            top, wide = foot - size * (3 - row * 0.6), size * (0.5 + 0.2 * row)
            page.fill([(x, top), (x + wide, top + size), (x - wide, top + size)], tone)
    else:
        for _ in range(int(page.rng.integers(2, 7))):
            dx, dy = page.rng.normal(0, size * 0.4, 2)
            page.round(x + dx, foot - size * 2 + dy, size * page.rng.uniform(0.3, 0.8), size * page.rng.uniform(0.25, 0.6), tone)


def trunk(page: Page) -> None:
    x, width = page.between(-0.05, 1.0), page.between(0.02, 0.12)
    lean = page.rng.normal(0, width)
    page.fill([(x, -2), (x + width, -2), (x + width + lean, page.side), (x + lean - width * 0.2, page.side)])
    for at in page.rng.uniform(0.1, 0.9, 3):
        page.stroke([(x + width * at, page.between(0, 0.5)), (x + width * at + lean, page.between(0.5, 1))])


def house(page: Page) -> None:
    x, width, foot = page.between(-0.2, 0.9), page.between(0.12, 0.4), page.between(0.6, 0.95)
    height = width * page.rng.uniform(0.6, 3)
    page.box(x, foot - height, width, height)
    if page.rng.random() < 0.5:
        page.fill([(x - 3, foot - height), (x + width / 2, foot - height - width * 0.5), (x + width + 3, foot - height)])
    pane, tone = max(3, width / 7), page.any()
    for row in np.arange(foot - height + pane, foot - pane, pane * 2.2)[:8]:
        for column in np.arange(x + pane, x + width - pane, pane * 2)[:4]:
            page.box(column, row, pane, pane * 1.3, tone)


def fence(page: Page) -> None:
    y, height, step = page.between(0.5, 0.85), page.between(0.08, 0.25), page.between(0.03, 0.1) + 2
    tone = page.any()
    page.box(-2, y + height * 0.3, page.side + 4, height * 0.12, tone)
    for x in range(0, page.side, step):
        page.box(x, y, step * 0.5, height, tone)


def rock(page: Page) -> None:
    x, y, size = page.between(0, 1), page.between(0.6, 1), page.between(0.05, 0.2)
    turns = np.sort(page.rng.uniform(0, 2 * np.pi, int(page.rng.integers(5, 9))))
    reach = size * page.rng.uniform(0.6, 1.1, len(turns))
    page.fill(np.stack([x + reach * np.cos(turns) * 1.4, y + reach * np.sin(turns)], 1))


def cloud(page: Page) -> None:
    x, y, size = page.between(0, 1), page.between(0, 0.35), page.between(0.05, 0.12)
    tone = page.any()
    for shift in (-1, 0, 1):
        page.round(x + shift * size, y + abs(shift) * size * 0.3, size, size * 0.6, tone)


def bubble(page: Page) -> None:
    """Words that somebody says or a caption."""
    x, y, width, height = page.between(-0.05, 0.75), page.between(0, 0.35), page.between(0.15, 0.4), page.between(0.08, 0.25)
    if page.rng.random() < 0.6:
        page.round(x + width / 2, y + height / 2, width / 2, height / 2, (252, 252, 250))
        page.fill(
            [(x + width * 0.4, y + height * 0.9), (x + width * 0.55, y + height * 0.9), (x + width * 0.4, y + height * 1.3)],
            (252, 252, 250),
        )
    else:
        page.box(x, y, width, height, (252, 250, 240))
    page.writing(
        int(x + width * 0.2), int(y + height * 0.3), int(width * 0.6), int(page.rng.integers(1, 4)), max(3, int(height / 6))
    )


FURNITURE = (window, shelf, picture, chair, table, stairs, lamp, plant)
NATURE = (tree, tree, rock, plant, house, fence, trunk, cloud)


def several(page: Page, things: Sequence[Callable[[Page], None]], low: int, high: int) -> None:
    for _ in range(int(page.rng.integers(low, high))):
        things[int(page.rng.integers(len(things)))](page)


# --- backdrops


def room(page: Page) -> None:
    floor, side = page.between(0.55, 0.95), page.side
    if page.rng.random() < 0.3:
        tone, step = page.any(), page.between(0.06, 0.2) + 4
        for x in range(0, side, step):
            page.box(x, -2, step * page.rng.choice([0.1, 0.5]), floor, tone)
    page.fill([(-2, floor), (side + 2, floor + page.between(-0.05, 0.05)), (side + 2, side + 2), (-2, side + 2)])
    if page.rng.random() < 0.4:  # boards
        for x in np.linspace(-side, 2 * side, int(page.rng.integers(8, 24))):
            page.stroke([(side / 2 + (x - side / 2) * 0.5, floor), (x, side)])
    several(page, FURNITURE, 2, 7)


def outdoors(page: Page) -> None:
    side, horizon = page.side, page.between(0.35, 0.8)
    page.rgb[:] = _fade(page.any(), page.any(), side)
    if page.rng.random() < 0.5:
        page.round(page.between(0, 1), page.between(0, 0.4), side * 0.07, side * 0.07)
    for number in range(int(page.rng.integers(1, 4))):
        x = np.linspace(-2, side + 2, 9)
        y = horizon + number * side * 0.12 + page.rng.normal(0, 0.04 * side, 9)
        page.fill([*np.stack([x, y], 1), (side + 2, side + 2), (-2, side + 2)])
    several(page, NATURE, 3, 9)


def wood(page: Page) -> None:
    page.rgb[:] = _fade(page.any(), page.any(), page.side)
    several(page, (trunk, trunk, trunk, plant, rock, tree), 6, 14)


def town(page: Page) -> None:
    page.rgb[:] = _fade(page.any(), page.any(), page.side)
    several(page, (house, house, house, lamp, fence, stairs), 3, 8)


def notes(page: Page) -> None:
    """A sheet that was written on: ruled or squared, with lines of a hand and small figures of geometry."""
    light = np.array(page.rgb[0, 0], np.float32) * 0.1 + 228
    page.rgb[:] = light.astype(np.uint8)
    step, tone = page.between(0.03, 0.08) + 3, (150, 175, 215)
    for at in range(step, page.side, step):
        cv2.line(page.rgb, (0, at), (page.side, at), tone, 1, cv2.LINE_AA)
    if page.rng.random() < 0.4:
        for at in range(step, page.side, step):
            cv2.line(page.rgb, (at, 0), (at, page.side), tone, 1, cv2.LINE_AA)
    page.ink = (60, 60, 80)
    for _ in range(int(page.rng.integers(1, 4))):
        page.writing(
            page.between(0, 0.8), page.between(0, 0.9), page.between(0.15, 0.5), int(page.rng.integers(1, 6)), step // 2 + 2
        )


def bursts(page: Page) -> None:
    """Lines of speed, or rays from behind the figure."""
    side, middle = page.side, (page.between(0.3, 0.7), page.between(0.2, 0.7))
    turns = np.sort(page.rng.uniform(0, 2 * np.pi, 2 * int(page.rng.integers(6, 30))))
    tone, start = page.any(), page.between(0, 0.35)
    for left, right in turns.reshape(-1, 2):
        ends = [(middle[0] + 2 * side * np.cos(turn), middle[1] + 2 * side * np.sin(turn)) for turn in (left, right)]
        page.fill([(middle[0] + start * np.cos(left), middle[1] + start * np.sin(left)), *ends], tone)


def panels(page: Page) -> None:
    """A card or a page of a comic: frames one in another, captions, emblems."""
    edge = page.between(0.02, 0.1) + 2
    page.box(edge, edge, page.side - 2 * edge, page.side - 2 * edge)
    if page.rng.random() < 0.6:
        page.box(2 * edge, 2 * edge, page.side - 4 * edge, page.side - 4 * edge)
    several(page, (bubble, bubble, picture), 1, 4)


def shapes(page: Page) -> None:
    """A poster: large circles, bars and blots of flat colour."""
    for _ in range(int(page.rng.integers(1, 6))):
        x, y = page.between(0, 1), page.between(0, 1)
        if page.rng.random() < 0.5:
            page.round(x, y, page.between(0.05, 0.4), page.between(0.05, 0.4))
        else:
            page.fill(page.rng.normal((x, y), page.side * 0.25, (int(page.rng.integers(3, 6)), 2)))


def _fade(top: Colour, bottom: Colour, side: int) -> Any:
    share = np.linspace(0, 1, side, dtype=np.float32)[:, None, None]
    return (np.array(top, np.float32) * (1 - share) + np.array(bottom, np.float32) * share).astype(np.uint8)


Drawn = tuple[Colours, NDArray[np.uint8]]  # H x W x 3 float32 and where its lines are
DRAWN_KINDS: dict[Callable[[Page], None], float] = {
    room: 0.36, outdoors: 0.2, wood: 0.07, town: 0.08, notes: 0.08, bursts: 0.05, panels: 0.06, shapes: 0.1,
}  # fmt: skip


def new_page(rng: Rng, side: int) -> Page:
    """Nothing yet, of any colour; what its colours and its pen will be."""
    ink = None if rng.random() < 0.3 else tuple(int(value) for value in colour(rng, 0, 80))
    return Page(rng, side, palette(rng), ink, int(rng.choice([1, 1, 1, 2, 3])))  # type: ignore[arg-type]


def drawn(rng: Rng, side: int) -> Drawn:
    """A place or a page, sharp or out of focus, clear or in mist."""
    page = new_page(rng, side)
    kinds = list(DRAWN_KINDS)
    kinds[int(rng.choice(len(kinds), p=list(DRAWN_KINDS.values())))](page)
    if rng.random() < 0.12:
        several(page, (bubble,), 1, 3)
    rgb = page.rgb.astype(np.float32)
    if rng.random() < 0.3:
        share = np.float32(rng.uniform(0.2, 0.75))
        rgb = rgb * (1 - share) + share * (colour(rng, 0, 255) if rng.random() < 0.5 else np.float32(rng.uniform(0, 255)))
    if rng.random() < 0.2:
        return cv2.GaussianBlur(rgb, (0, 0), float(rng.uniform(0.8, 4))), np.zeros_like(page.lines)
    return rgb, page.lines
