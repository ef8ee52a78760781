"""What stands before people: things in their hands, furniture, words and frames of a page.

What a hand holds is a held object; furniture, words and frames are nobody's; of what only happens to lie there nobody can
say what it hides (`UNKNOWN`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.part_parser import FACE_HANDS
from pipeline.request import ClothingPart
from training.noise import Rng
from training.part_places import FURNITURE, NATURE, Page, bubble, new_page, several
from training.part_scenes import UNKNOWN, Scene

HANDS = 2  # things at most that are held in a picture
LARGEST = 0.1  # of the picture: a thing's size, which most are a few times as long as
Shape = Any  # corners about 0, 0 in sizes of the thing, N x 2


def _lay(scene: Scene, page: Page, part: int, below: NDArray[np.bool_] | None = None) -> None:
    """What was drawn on a page comes before the scene, but for where something is that it lies below."""
    where = page.cover > 0
    if below is not None:
        where &= ~below
    scene.rgb[where] = page.rgb[where]
    scene.alpha[where] = 1
    scene.take(where, part)
    scene.lines[where] = page.lines[where]


# --- held


def _oblong(long: float, wide: float) -> Callable[[Rng], list[Shape]]:
    """A stick, blade, book or phone."""

    def shapes(rng: Rng) -> list[Shape]:
        end, half = long * float(rng.uniform(0.6, 1.3)), wide * float(rng.uniform(0.7, 1.4)) / 2
        start = -end * float(rng.uniform(0.05, 0.6))
        found: list[Shape] = [[(start, -half), (end, -half), (end, half), (start, half)]]
        if long > 3 and rng.random() < 0.6:  # a head, a guard, a blade
            head = half * float(rng.uniform(1.5, 5))
            found.append([(end * 0.9, -head), (end * 1.25, 0), (end * 0.9, head)])
        elif wide > 1:  # pages, a screen, a picture
            found.append(
                [(start * 0.7, -half * 0.7), (end * 0.7, -half * 0.7), (end * 0.7, half * 0.7), (start * 0.7, half * 0.7)]
            )
        return found

    return shapes


def _disc(rng: Rng) -> list[Shape]:
    """A shield, a ball, a tray, a fruit."""
    size, turns = float(rng.uniform(0.6, 2.5)), np.linspace(0, 2 * np.pi, 17)[:-1]
    ring = np.stack([np.cos(turns) * size, np.sin(turns) * size * rng.uniform(0.7, 1)], 1)
    return [ring] if rng.random() < 0.4 else [ring, ring * float(rng.uniform(0.3, 0.8))]


def _bag(rng: Rng) -> list[Shape]:
    """A bag on its straps, a basket, a bucket."""
    wide, tall, drop = float(rng.uniform(0.8, 2)), float(rng.uniform(1, 2.4)), float(rng.uniform(0.3, 1.2))
    strap = 0.15
    handle = [
        (-wide * 0.6, drop),
        (0, -strap),
        (wide * 0.6, drop),
        (wide * 0.6 - 2 * strap, drop),
        (0, strap),
        (2 * strap - wide * 0.6, drop),
    ]
    return [handle, [(-wide * 0.8, drop), (wide * 0.8, drop), (wide, drop + tall), (-wide, drop + tall)]]


def _cup(rng: Rng) -> list[Shape]:
    wide, tall = float(rng.uniform(0.4, 0.9)), float(rng.uniform(0.6, 1.6))
    return [
        [(-wide, -tall), (wide, -tall), (wide * 0.7, tall), (-wide * 0.7, tall)],
        [(-wide, -tall), (wide, -tall), (0, -tall * 0.8)],
    ]


def _flowers(rng: Rng) -> list[Shape]:
    found: list[Shape] = [[(-0.1, 1.5), (0.1, 1.5), (0.6, -1.5), (-0.6, -1.5)]]
    turns = np.linspace(0, 2 * np.pi, 9)[:-1]
    for _ in range(int(rng.integers(2, 6))):
        size = float(rng.uniform(0.3, 0.7))
        found.append(np.stack([np.cos(turns) * size, np.sin(turns) * size], 1) + rng.normal((0, -1.8), 0.6))
    return found


HELD: tuple[Callable[[Rng], list[Shape]], ...] = (
    _oblong(6, 0.35), _oblong(3.5, 0.5), _oblong(1.6, 2.2), _oblong(0.9, 1.2), _disc, _bag, _cup, _flowers,
)  # fmt: skip


def hands(scene: Scene) -> list[tuple[float, float, float]]:
    """Middles and half widths of what is skin of a hand, not of a face, nor a speck: x, y, size in pixels."""
    _, _, stats, middles = cv2.connectedComponentsWithStats((scene.parts == FACE_HANDS).astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    if len(areas) < 2:
        return []
    high = middles[1:, 1][areas.argmax()]  # of a face
    return [
        (float(x), float(y), float(np.sqrt(area) / 2))
        for (x, y), area in zip(middles[1:], areas, strict=True)
        if 12 < area < 0.5 * areas.max() and y > high
    ]


def held(scene: Scene, rng: Rng) -> None:
    """Things in hands, behind the fingers or before them."""
    found = hands(scene)
    for number in rng.permutation(len(found))[: int(rng.integers(1, HANDS + 1))]:
        x, y, size = found[number]
        page = new_page(rng, scene.size[0])
        angle = float(rng.normal(0, 0.5) + rng.choice([-np.pi / 2, 0, 0]))
        scale = min(size * float(rng.uniform(1.2, 3)), LARGEST * page.side)
        cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
        for shape in HELD[int(rng.integers(len(HELD)))](rng):
            u, v = np.asarray(shape, np.float32).T
            page.fill(np.stack([x + cos * u - sin * v, y + sin * u + cos * v], 1))
        fingers = scene.parts == FACE_HANDS if rng.random() < 0.7 else None
        _lay(scene, page, ClothingPart.HELD, fingers)


# --- nobody's


def furniture(scene: Scene, rng: Rng) -> None:
    """Something before the lower half of the picture, or at its edge."""
    page = new_page(rng, scene.size[0])
    things = FURNITURE[3:] if rng.random() < 0.6 else NATURE[2:5]
    several(page, things, 1, 3)
    _lay(scene, page, 0)


def words(scene: Scene, rng: Rng) -> None:
    """Bubbles, a caption, the text box of a game, a name."""
    page = new_page(rng, scene.size[0])
    page.ink = page.ink or (20, 20, 20)
    if rng.random() < 0.5:
        several(page, (bubble,), 1, 3)
        return _lay(scene, page, 0)
    edge, height = page.between(0, 0.06), page.between(0.1, 0.26)
    top = page.side - height - edge if rng.random() < 0.8 else edge
    page.box(edge, top, page.side - 2 * edge, height)
    page.ink = page.any()
    if rng.random() < 0.5:
        page.writing(2 * edge + 8, top + height // 4, page.side // 2, int(rng.integers(1, 4)), max(4, height // 7))
    else:
        text = "".join(chr(int(letter)) for letter in rng.integers(65, 91, int(rng.integers(3, 12))))
        cv2.putText(
            page.rgb,
            text,
            (2 * edge + 8, top + int(height * 0.7)),
            int(rng.integers(0, 8)),
            height / 45,
            page.any(),
            2,
            cv2.LINE_AA,
        )
    _lay(scene, page, 0)


def frame(scene: Scene, rng: Rng) -> None:
    """The picture ends before the page does: the border of a card, of a panel, of a sheet on a table."""
    page = new_page(rng, scene.size[0])
    side, edges = page.side, [page.between(0, 0.1) + 1 for _ in range(4)]
    if rng.random() < 0.5:
        edges = [edges[0]] * 4
    left, top, right, bottom = edges[0], edges[1], side - edges[2], side - edges[3]
    page.cover[:] = 1
    page.cover[top:bottom, left:right] = 0
    if page.ink is not None:
        for plane, tone in ((page.rgb, page.ink), (page.lines, 255)):
            cv2.rectangle(plane, (left, top), (right, bottom), tone, page.pen)
        cv2.rectangle(page.cover, (left, top), (right, bottom), 1, page.pen)
    _lay(scene, page, 0)


def obstacle(scene: Scene, rng: Rng) -> None:
    """A stick, a leaf, a blot: what it is and what it hides is unknown."""
    page = new_page(rng, scene.size[0])
    for _ in range(int(rng.integers(1, 4))):
        x, y = page.between(0, 1), page.between(0, 1)
        if rng.random() < 0.4:
            page.stroke([(x, y), rng.normal((x, y), page.side / 3)], int(rng.integers(2, 9)))
        else:
            page.round(x, y, page.between(0.03, 0.16), page.between(0.03, 0.16))
    where = page.cover > 0
    people = scene.parts > 0
    _lay(scene, page, 0)
    scene.parts[where & people] = UNKNOWN


Thing = Callable[[Scene, Rng], None]
THINGS: tuple[tuple[float, Thing], ...] = (
    (0.18, held),
    (0.08, furniture),
    (0.07, words),
    (0.06, frame),
    (0.06, obstacle),
)
