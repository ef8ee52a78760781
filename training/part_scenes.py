"""What a training picture shows, before it is given a style: one to four people from the sheets, and whose every pixel is.

A person is from a tenth of the picture's height to more than all of it; whoever is in front covers those behind. The one
that most is seen of is the main person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.part_parser import FACE_HANDS
from pipeline.request import ClothingPart
from training.noise import Colours, Floats, Rng, field
from training.part_drawings import Sheet, pick

UNKNOWN = 255  # in a part map: nobody can say, no answer is wrong
BOW = 0.12  # of a perspective: how much larger an edge of the picture is shown than its middle, standard deviation
FLOATING, SLACK = 0.2, 0.03  # chance that a half figure ends in mid-air; shares of the side by which others end below it
TURN = 0.5  # radians at most
FARTHER = 0.8  # of a level of depth, for every person nearer than this one
Maps = tuple[Floats, Floats]  # for `cv2.remap`
Box = tuple[slice, slice]  # rows and columns


@dataclass
class Scene:
    """A picture on its way. rgb: H x W x 3 float32 0..255, straight; alpha: H x W, 0..1, of the people; parts, garments,
    lines: see `training.part_drawings.Sheet`, no two people's garments have the same number; owner: H x W uint8, whose
    pixel it is, 0 nobody's, 1 the main person's, then the others'."""

    rgb: Colours
    alpha: Floats
    parts: NDArray[np.uint8]
    garments: NDArray[np.uint8]
    lines: NDArray[np.uint8]
    owner: NDArray[np.uint8]

    @property
    def size(self) -> tuple[int, int]:
        return self.parts.shape[0], self.parts.shape[1]

    def regions(self) -> list[NDArray[np.bool_]]:
        """Every garment, and every other part of a person; all skin is one, because it has one colour wherever it shows."""
        found = [self.garments == index for index in values_of(self.garments)]
        bare = np.where((self.garments > 0) | (self.parts == UNKNOWN), np.uint8(0), self.parts)
        bare[bare >= FACE_HANDS] = ClothingPart.SKIN
        bare = np.where(bare > 0, bare | self.owner << 4, bare)
        return found + [bare == value for value in values_of(bare)]

    def take(self, where: NDArray[np.bool_], part: int = 0) -> None:
        """Something stands in front of everybody there: a thing of this part, or nothing that is asked for."""
        for plane in (self.garments, self.lines) if part else (self.garments, self.lines, self.owner):
            plane[where] = 0
        self.parts[where] = part


def values_of(plane: NDArray[np.uint8]) -> list[int]:
    """Which values but 0 occur; many times faster than `np.unique`."""
    return [int(value) for value in np.flatnonzero(np.bincount(plane.ravel(), minlength=256)) if value]


@dataclass(frozen=True)
class Person:
    """One of the people of a picture: a row of a sheet, as `cv2.remap` shows it by maps in a box of the picture; behind: how
    many stand before it."""

    sheet: Sheet
    row: int
    maps: Maps
    box: Box
    behind: int


@dataclass(frozen=True)
class Composition:
    """people: by the numbers of `Scene.owner`, less one."""

    scene: Scene
    people: tuple[Person, ...]

    def depth(self) -> NDArray[np.uint8]:
        """Levels as of a sheet, H x W; those who stand behind others are darker."""
        found = np.zeros(self.scene.size, np.uint8)
        for number, person in enumerate(self.people, 1):
            levels: Any = cv2.remap(person.sheet.depth[person.row], *person.maps, cv2.INTER_NEAREST, borderValue=(0,))
            theirs = self.scene.owner[person.box] == number
            found[person.box][theirs] = (levels[theirs] * np.float32(FARTHER**person.behind)).astype(np.uint8)
        return found


# --- where one person is


@dataclass(frozen=True)
class Stand:
    """How a drawing is shown. zoom: pixels of the picture for one of the drawing; at: where its middle is, x and y in pixels
    from the picture's middle."""

    zoom: float
    at: tuple[float, float]


def anywhere(rng: Rng, shape: tuple[int, int], side: int) -> Stand:
    """Mostly near, now and then far; always in view at least in part."""
    low, high = (0.8, 2.1) if (chance := rng.random()) < 0.78 else (0.35, 0.8) if chance < 0.94 else (0.12, 0.35)
    stand = _shown(rng, shape, side, (low, high), 0.75)
    if high < 1 and rng.random() < 0.7:  # who is far mostly stands on the ground
        return Stand(stand.zoom, (stand.at[0], abs(stand.at[1])))
    return stand


def _shown(rng: Rng, shape: tuple[int, int], side: int, sizes: tuple[float, float], least: float) -> Stand:
    """A drawing between so many times as large as the picture; of a larger one at least such a share of the picture is filled."""
    low, high = sizes
    zoom = side / max(shape) * float(np.exp(rng.uniform(np.log(low), np.log(high))))
    rooms = [abs(length * zoom - side * (least if length * zoom > side else 1)) / 2 for length in shape[::-1]]
    across, down = (float(rng.uniform(-1, 1)) * room for room in rooms)
    return Stand(zoom, (across, down))


def based(stand: Stand, parts: NDArray[np.uint8], side: int, rng: Rng) -> Stand:
    """A drawing of a half figure mostly reaches down to the end of the picture."""
    if not parts[-1].any() or rng.random() < FLOATING:
        return stand
    lowest = side * (0.5 + SLACK) - stand.zoom * len(parts) / 2
    return Stand(stand.zoom, (stand.at[0], max(stand.at[1], lowest)))


def whole(side: int) -> Box:
    return slice(0, side), slice(0, side)


def view(rng: Rng, shape: tuple[int, int], stand: Stand, box: Box, side: int) -> Maps:
    """Turned, mirrored, seen askew and bent: maps for a box of a square picture of `side` pixels."""
    stretch = float(np.exp(rng.normal(0, 0.08)))
    angle = float(np.clip(rng.normal(0, 0.12), -TURN, TURN))
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    y, x = (np.float32(places) for places in np.ogrid[box])
    x, y = x - np.float32((side - 1) / 2 + stand.at[0]), y - np.float32((side - 1) / 2 + stand.at[1])
    if rng.random() < 0.25:
        bow = 1 + (float(rng.normal(0, BOW)) * x + float(rng.normal(0, BOW)) * y) / side
        x, y = x * bow, y * bow
    if rng.random() < 0.5:
        extent = (box[0].stop - box[0].start, box[1].stop - box[1].start)
        amount, cells = float(rng.uniform(0.005, 0.025)) * min(side, stand.zoom * max(shape)), int(rng.integers(3, 9))
        x, y = x + field(rng, extent, cells, amount), y + field(rng, extent, cells, amount)
    cos, sin = float(np.cos(angle) / stand.zoom), float(np.sin(angle) / stand.zoom)
    from_x = mirror * stretch * (cos * x - sin * y) + np.float32(shape[1] / 2)
    from_y = (sin * x + cos * y) / stretch + np.float32(shape[0] / 2)
    return from_x, from_y


def around(stand: Stand, shape: tuple[int, int], side: int) -> Box:
    """Where a drawing can be seen, however `view` turns and bends it."""
    height, width = (stand.zoom * length / 2 * 1.2 + 4 for length in shape)
    cos, sin = 1.0, float(np.sin(TURN)) / 2
    slices = []
    for offset, reach in zip(stand.at[::-1], (height * cos + width * sin, width * cos + height * sin), strict=True):
        start, stop = (int(np.clip(side / 2 + offset + sign * reach, 0, side)) for sign in (-1, 1))
        start = min(start, side - 8)
        slices.append(slice(start, max(stop, start + 8)))
    return slices[0], slices[1]


def place(rng: Rng, shape: tuple[int, int], side: int) -> Maps:
    """Maps for `cv2.remap` that show a drawing of `shape` somewhere in a square picture."""
    return view(rng, shape, anywhere(rng, shape, side), whole(side), side)


def nearly_whole(rng: Rng, shape: tuple[int, int], side: int) -> Maps:
    """Likewise maps that show most of it, as large as the picture or a little smaller or larger: as it is read."""
    return view(rng, shape, _shown(rng, shape, side, (0.8, 1.35), 0.85), whole(side), side)


def show(drawing: tuple[NDArray[np.uint8], ...], side: int, rng: Rng) -> Scene:
    """A drawing (rgba, parts, garments, lines) as seen in a square of `side` pixels."""
    return seen_by(drawing, place(rng, drawing[1].shape[:2], side))


def seen_by(drawing: tuple[NDArray[np.uint8], ...], maps: Maps) -> Scene:
    """A drawing as `cv2.remap` shows it by maps, see `place`; all of it is the main person's."""
    rgba, parts, garments, lines = (np.asarray(plane) for plane in drawing)
    x, y = maps
    opaque = rgba[..., 3]
    premultiplied: Any = cv2.multiply(rgba, cv2.merge([opaque, opaque, opaque, np.full_like(opaque, 255)]), scale=1 / 255)
    near: Any = maps
    middle = x.shape[0] // 2, x.shape[1] // 2
    shrink = int(np.hypot(*(plane[middle] - plane[middle[0], middle[1] - 1] for plane in maps)))
    if 2 <= shrink < min(parts.shape) // 2:  # a far figure is the mean of its pixels, not every fourth of them
        premultiplied = cv2.resize(premultiplied, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
        near = [(plane + 0.5) / np.float32(shrink) - 0.5 for plane in maps]
    found: Any = cv2.remap(premultiplied, near[0], near[1], cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0))
    seen = found.astype(np.float32)
    alpha = seen[..., 3] / 255
    rgb = seen[..., :3] / np.maximum(alpha, np.float32(1 / 255))[..., None]
    nearest: list[Any] = [cv2.remap(values, x, y, cv2.INTER_NEAREST, borderValue=(0,)) for values in (parts, garments)]
    drawn: Any = cv2.remap(lines, x, y, cv2.INTER_LINEAR, borderValue=(0,))
    return Scene(np.minimum(rgb, 255), alpha, nearest[0], nearest[1], drawn, (nearest[0] > 0).astype(np.uint8))


# --- several people


def put(below: Scene, above: Scene, box: Box) -> None:
    """`above` in front of what is there, in a box of the picture `below`."""
    share = above.alpha[..., None]
    under = below.alpha[box][..., None] * (1 - share)
    total = share + under
    below.rgb[box] = (above.rgb * share + below.rgb[box] * under) / np.maximum(total, np.float32(1e-3))
    below.alpha[box] = total[..., 0]
    theirs = (above.parts > 0) | (above.alpha > 0.5)
    first = below.garments.max()
    numbered = np.where(above.garments > 0, above.garments + first, np.uint8(0))
    for plane, values in (
        (below.parts, above.parts),
        (below.garments, numbered),
        (below.lines, above.lines),
        (below.owner, above.owner),
    ):
        np.copyto(plane[box], values, where=theirs)


def blank(side: int) -> Scene:
    """Nobody, in a square picture."""
    planes = [np.zeros((side, side), np.uint8) for _ in range(4)]
    return Scene(np.zeros((side, side, 3), np.float32), np.zeros((side, side), np.float32), *planes)


Guest = tuple[float, float, float, bool]  # size beside the main person's, x and feet's y in her heights, stands before her


def _beside(rng: Rng) -> list[Guest]:
    sign = 1 if rng.random() < 0.5 else -1
    return [
        (float(rng.uniform(0.75, 0.98)), (-1) ** k * sign * float(rng.uniform(0.14, 0.4)), 0.0, rng.random() < 0.35)
        for k in range(1 if rng.random() < 0.6 else 2)
    ]


def _crowd(rng: Rng) -> list[Guest]:
    return [
        (float(rng.uniform(0.45, 0.9)), float(rng.uniform(-0.6, 0.6)), float(rng.uniform(-0.15, 0)), False)
        for _ in range(int(rng.integers(2, 4)))
    ]


def _child(rng: Rng) -> list[Guest]:
    return [(float(rng.uniform(0.35, 0.7)), float(rng.uniform(-0.35, 0.35)), float(rng.uniform(0, 0.06)), True)]


def _far(rng: Rng) -> list[Guest]:
    return [
        (float(rng.uniform(0.12, 0.4)), float(rng.uniform(-0.7, 0.7)), float(rng.uniform(-0.5, -0.05)), False)
        for _ in range(int(rng.integers(1, 4)))
    ]


COMPANY: tuple[tuple[float, Callable[[Rng], list[Guest]]], ...] = (
    (0.14, _beside),
    (0.07, _crowd),
    (0.06, _child),
    (0.05, _far),
)


def compose(sheets: Sequence[Sheet], side: int, rng: Rng) -> Composition:
    """One person, or one of the rows of `COMPANY` with her; a square picture of `side` pixels."""
    sheet, row = pick(sheets, rng)
    shape = sheet.parts.shape[1:]
    stand = based(anywhere(rng, shape, side), sheet.parts[row], side, rng)
    maps = view(rng, shape, stand, whole(side), side)
    scene = seen_by(sheet.drawing(row), maps)
    guests = join(scene, sheets, stand.zoom * shape[0], stand.at, rng)
    before = sum(guest.behind == 0 for guest in guests)
    return Composition(scene, (Person(sheet, row, maps, whole(side), before), *guests))


def beside(scene: Scene, sheets: Sequence[Sheet], rng: Rng) -> None:
    """Drawn people join whoever is in a picture already and stays the main person there."""
    side = scene.size[0]
    rows, columns = (np.flatnonzero((scene.parts > 0).any(axis)) for axis in (1, 0))
    if len(rows):
        middle = (float(columns.mean()) - side / 2, float(rows[0] + rows[-1]) / 2 - side / 2)
        join(scene, sheets, max(float(np.ptp(rows)), side / 4), middle, rng)


def join(scene: Scene, sheets: Sequence[Sheet], height: float, at: tuple[float, float], rng: Rng) -> list[Person]:
    """A row of `COMPANY`, or nobody, comes into a picture whose main person has this height in pixels and this place, see
    `Stand`. Whoever would be seen more than the main person does not come."""
    opaque = float(scene.alpha.mean()) > 0.98
    behind, people, number = blank(scene.size[0]), [], 1
    for size, across, down, before in _company(rng):
        sheet, row = pick(sheets, rng)
        shape = sheet.parts.shape[1:]
        stand = Stand(size * height / shape[0], (at[0] + across * height, at[1] + height * (0.5 + down - size / 2)))
        stand = based(stand, sheet.parts[row], scene.size[0], rng)
        box = around(stand, shape, scene.size[0])
        maps = view(rng, shape, stand, box, scene.size[0])
        seen = seen_by(sheet.drawing(row), maps)
        taken = scene.owner[box] > 0
        if opaque and not before:  # before what is painted there, and behind the people
            seen.alpha[taken], seen.parts[taken] = 0, 0
        there, main = np.count_nonzero(seen.parts), np.count_nonzero(scene.owner == 1)
        hidden = np.count_nonzero(taken & (seen.parts > 0)) if before else 0
        if not 0 < there <= main - hidden:
            continue
        number += 1
        seen.owner *= np.uint8(number)
        put(scene if before or opaque else behind, seen, box)
        people.append(Person(sheet, row, maps, box, 0 if before else number))
    if behind.owner.any():
        put(behind, scene, whole(scene.size[0]))
        vars(scene).update(vars(behind))
    return people


def _company(rng: Rng) -> list[Guest]:
    draw = rng.random()
    for chance, guests in COMPANY:
        draw -= chance
        if draw < 0:
            return guests(rng)
    return []
