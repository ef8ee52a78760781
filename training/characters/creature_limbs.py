"""Animal ears, horns, tails and wings.

Ears that are as furry as the hair are hair; tails, wings and horns are of the body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wardrobe.canvas import Layer, Mark, Z
from wardrobe.figure import Figure
from wardrobe.geometry import blob, curve, polygon, ribbon, spline, trace
from wardrobe.parts import ClothingPart
from wardrobe.path import Path
from wardrobe.style import RGB, darken, lighten

Rng = np.random.Generator
Rows = list[tuple[float, float]]
SKIN, HAIR = ClothingPart.SKIN, ClothingPart.HAIR
EARS_Z = Z.FRONT_HAIR + 0.4
HORN: RGB = (222, 206, 178)


@dataclass(frozen=True)
class Beast:
    """Who gets the thing. hair, skin: its colours; furry: so is the whole head, and ears are of the body; behind: seen from
    there."""

    figure: Figure
    hair: RGB
    skin: RGB
    furry: bool
    behind: bool
    rng: Rng

    def head(self, rows: Rows, count: int = 0) -> Path:
        """A curve through points of head space."""
        return blob(*(self.figure.head.at(x, y) for x, y in rows), count=count)

    def fur(self) -> RGB:
        return self.skin if self.furry else self.hair

    def ear(self, z: float, path: Path, colour: RGB, marks: list[Mark] | None = None) -> Layer:
        return Layer(z, path, colour, SKIN if self.furry else HAIR, face=self.furry, marks=marks or [], shading=0.6)

    def limb(self, z: float, path: Path, colour: RGB, marks: list[Mark] | None = None) -> Layer:
        return Layer(z, path, colour, SKIN, marks=marks or [], shading=0.7, casts=False)


Draw = Callable[[Beast], list[Layer]]


# --- ears


def pointed(tall: float, wide: float, out: float, at: float = 0.62) -> Draw:
    """Of a cat, a fox or a wolf. out: how far the tip leans outwards; at: of the half-width of the skull."""

    def draw(b: Beast) -> list[Layer]:
        w, found = b.figure.head.wide, []
        grow = float(b.rng.uniform(0.85, 1.25))
        pink: RGB = (238, 176, 176) if b.rng.random() < 0.6 else lighten(b.fur(), 0.5)
        for sign in (-1, 1):
            x, y = sign * at * w - 0.06 * b.figure.head.turn, -0.4
            tip = np.array([x + sign * out, y - tall * grow])
            base = np.array([[x - sign * wide * 0.6, y - 0.1], [x + sign * wide * 0.75, y + 0.12]])
            middle = base.mean(0)
            sides = [base[0], (base[0] + tip) / 2 - [sign * 0.04, 0.0], tip, (base[1] + tip) / 2 + [sign * 0.05, 0.0], base[1]]
            inside = [middle + 0.62 * (point - middle) for point in sides]
            own, inner = (
                Path.polygon([b.figure.head.at(*p) for p in spline(np.array(rows), 15).tolist()]) for rows in (sides, inside)
            )
            found.append(b.ear(EARS_Z, own, b.fur(), [] if b.behind else [Mark(inner, "fill", pink)]))
        return found

    return draw


def long_ears(b: Beast) -> list[Layer]:
    """Of a rabbit: upright, or one of them bent."""
    w, found, tall = b.figure.head.wide, [], float(b.rng.uniform(0.7, 1.2))
    bent = int(b.rng.integers(-2, 2))
    for sign in (-1, 1):
        x, top = sign * 0.42 * w, -0.46 - tall * (0.6 if sign == bent else 1)
        lean = sign * float(b.rng.uniform(0.0, 0.25))
        rows = [
            (x - 0.09, -0.42),
            (x - 0.13 + lean / 2, (top - 0.4) / 2),
            (x + lean, top),
            (x + 0.13 + lean / 2, (top - 0.4) / 2),
            (x + 0.09, -0.42),
        ]
        inner = [(x + 0.5 * (a - x) + 0.25 * lean, 0.85 * y - 0.08) for a, y in rows]
        marks = [] if b.behind else [Mark(b.head(inner), "fill", (240, 184, 184))]
        found.append(b.ear(EARS_Z, b.head(rows), b.fur(), marks))
    return found


def round_ears(b: Beast) -> list[Layer]:
    """Of a bear or a mouse."""
    w, r = b.figure.head.wide, float(b.rng.uniform(0.13, 0.26))
    found = []
    for sign in (-1, 1):
        x, y = b.figure.head.at(sign * (0.7 * w + 0.2 * r), -0.46 - 0.3 * r)
        inner = [] if b.behind else [Mark(Path.circle(x, y, 0.6 * r), "fill", lighten(b.fur(), 0.35))]
        found.append(b.ear(EARS_Z, Path.circle(x, y, r), b.fur(), inner))
    return found


def hanging_ears(b: Beast) -> list[Layer]:
    """Of a dog, a cow or a sheep."""
    w, long, found = b.figure.head.wide, float(b.rng.uniform(0.3, 0.65)), []
    for sign in (-1, 1):
        x = sign * (w + 0.02)
        rows = [
            (x - sign * 0.1, -0.4),
            (x + sign * 0.16, -0.28),
            (x + sign * 0.22, -0.3 + 0.7 * long),
            (x + sign * 0.06, -0.3 + long),
            (x - sign * 0.02, -0.1),
        ]
        found.append(b.ear(EARS_Z, b.head(rows), darken(b.fur(), 0.06)))
    return found


def elf(b: Beast) -> list[Layer]:
    """Long and pointed, of skin."""
    w, long, found = b.figure.head.wide, float(b.rng.uniform(0.25, 0.6)), []
    for sign in (-1, 1):
        if b.figure.head.turn * sign > 0.45:
            continue
        x = sign * (w - 0.02)
        rows = [
            (x, -0.05),
            (x + sign * 0.6 * long, -0.08 - 0.2 * long),
            (x + sign * long, -0.05 - 0.4 * long),
            (x + sign * 0.55 * long, 0.1),
            (x, 0.2),
        ]
        path = Path.polygon([b.figure.head.at(*p) for p in spline(np.array(rows), 17).tolist()])
        found.append(Layer(Z.FRONT_HAIR + 0.3, path, b.skin, SKIN, face=True, shading=0.5))
    return found


# --- horns


def horns(rows: Rows, half: float) -> Draw:
    """On both sides along these points of head space, x outwards from the middle of the skull's side."""

    def draw(b: Beast) -> list[Layer]:
        tone: RGB = HORN if b.rng.random() < 0.5 else (70, 60, 66) if b.rng.random() < 0.7 else (170, 60, 60)
        found, grow = [], float(b.rng.uniform(0.8, 1.4))
        for sign in (-1, 1):
            base = sign * 0.62 * b.figure.head.wide
            line = spline(np.array([(base + sign * grow * x, -0.42 + grow * y) for x, y in rows]), 16)
            thick = half * grow * np.linspace(1, 0.12, 16)
            outline = ribbon(line, thick)
            rings = [
                Mark(Path.polygon([b.figure.head.at(*outline[k]), b.figure.head.at(*outline[-1 - k])], closed=False), width=0.5)
                for k in (3, 6, 9)
            ]
            path = Path.polygon([b.figure.head.at(*p) for p in outline.tolist()])
            found.append(b.limb(EARS_Z + 0.1, path, tone, rings))
        return found

    return draw


def antlers(b: Beast) -> list[Layer]:
    found = []
    for sign in (-1, 1):
        path = Path()
        for rows in (
            ((0.15, -0.4), (0.5, -0.85), (0.6, -1.4)),
            ((0.42, -0.75), (0.25, -1.0), (0.22, -1.2)),
            ((0.55, -1.0), (0.85, -1.15), (0.95, -1.35)),
        ):
            line = spline(np.array([b.figure.head.at(sign * x, y) for x, y in rows]), 10)
            path.add_path(polygon(ribbon(line, 0.05 * np.linspace(1, 0.3, 10))))
        found.append(b.limb(EARS_Z + 0.1, path, (158, 118, 84)))
    return found


# --- tails and wings


def _rump(b: Beast, sign: int) -> tuple[float, float]:
    x, y = b.figure.torso.at(0.0 if b.behind else 0.3 * sign, 0.86)
    return x, y


def tail(long: float, thick: float, shape: str) -> Draw:
    """A tail from the back of the hips to one side."""

    def draw(b: Beast) -> list[Layer]:
        sign, w = 1 if b.rng.random() < 0.5 else -1, b.figure.body.shoulder
        x, y = _rump(b, sign)
        reach = long * w * float(b.rng.uniform(0.8, 1.25)) * 2
        up = float(b.rng.uniform(-1.0, 0.7))
        rows = [
            (x, y),
            (x + sign * 0.45 * reach, y + 0.35 * reach),
            (x + sign * 0.85 * reach, y + 0.1 * reach + 0.2 * up),
            (x + sign * reach, y + up * 0.7 * reach),
        ]
        line, s = spline(np.array(rows), 24), np.linspace(0, 1, 24)
        half = {
            "bushy": np.sin(np.pi * np.clip(0.06 + 0.92 * s, 0, 1)) ** 0.8 * (0.5 + 0.6 * s),
            "thin": 0.8 + 0.1 * np.sin(np.pi * s),
            "taper": 1.0 - 0.93 * s,
            "tuft": 0.55 - 0.25 * s,
            "spade": 0.5 - 0.2 * s,
        }[shape]
        colour = b.fur() if shape in ("bushy", "thin", "tuft") else b.skin
        z = 96.0 if b.behind else Z.BEHIND + 4
        outline = ribbon(line, thick * w * half)
        marks = []
        if shape == "bushy" and b.rng.random() < 0.6:
            tip = ribbon(line[17:], thick * w * half[17:] * 1.1)
            marks.append(Mark(polygon(tip), "fill", (248, 244, 236) if b.rng.random() < 0.6 else darken(colour, 0.5)))
        found = [b.limb(z, trace(outline), colour, marks)]
        end, along = line[-1], (line[-1] - line[-4]) / (np.hypot(*(line[-1] - line[-4])) + 1e-9)
        over = np.array([-along[1], along[0]])
        if shape == "spade":
            rows = [
                end - along * 0.05,
                end - over * 0.25 * w - along * 0.02,
                end + along * 0.45 * w,
                end + over * 0.25 * w - along * 0.02,
            ]
            found.append(b.limb(z + 0.1, polygon(np.array(rows)), colour))
        elif shape == "tuft":
            tuft = [
                end - along * 0.1 * w,
                end + over * 0.22 * w + along * 0.15 * w,
                end + along * 0.6 * w,
                end - over * 0.22 * w + along * 0.15 * w,
            ]
            found.append(b.limb(z + 0.1, trace(spline(np.array(tuft), 16, closed=True)), b.hair))
        return found

    return draw


def many_tails(b: Beast) -> list[Layer]:
    one = tail(1.1, 0.4, "bushy")
    return [layer for _ in range(int(b.rng.integers(3, 6))) for layer in one(b)]


def wings(kind: str) -> Draw:
    """A pair that spreads behind the body, feathered, of skin, or of an insect."""

    def draw(b: Beast) -> list[Layer]:
        torso, w, found = b.figure.torso, b.figure.body.shoulder, []
        size, lift = w * float(b.rng.uniform(1.6, 4.2)), float(b.rng.uniform(-0.3, 0.7))
        tone: dict[str, RGB] = {
            "feather": (246, 246, 248) if b.rng.random() < 0.6 else (58, 56, 64),
            "bat": darken(b.skin, 0.5),
            "insect": (190, 224, 236),
        }
        colour = tone[kind] if b.rng.random() < 0.8 else b.hair
        z = 96.5 if b.behind else Z.BEHIND + 2
        for sign in (-1, 1):
            x, y = torso.at(sign * 0.35, 0.2)

            def at(u: float, v: float, x: float = x, y: float = y, sign: int = sign) -> tuple[float, float]:
                return x + sign * size * u, y - size * (v + lift * u)

            if kind == "feather":
                tips = [(1.0, 0.55), (1.08, 0.2), (1.0, -0.12), (0.84, -0.4), (0.64, -0.6), (0.42, -0.7), (0.22, -0.66)]
                notch = [(0.93, 0.28), (0.93, 0.02), (0.84, -0.22), (0.66, -0.4), (0.48, -0.5), (0.28, -0.52)]
                rows = [(0.0, 0.0), (0.3, 0.4), (0.7, 0.62), tips[0]]
                for tip, low in zip(tips[1:], notch, strict=True):
                    rows += [low, tip]
                lines = [Mark(curve(at(*tip), at(0.55 * tip[0], 0.3 * tip[1] + 0.15)), width=0.6) for tip in notch]
                lines.append(Mark(curve(at(0.1, -0.1), at(0.45, 0.2), at(0.85, 0.3)), width=0.6))
                path = polygon(np.array([at(*row) for row in rows]))
            elif kind == "bat":
                rows = [
                    (0.0, 0.0),
                    (0.35, 0.6),
                    (0.45, 0.75),
                    (1.1, 0.35),
                    (0.9, 0.1),
                    (0.95, -0.3),
                    (0.65, -0.2),
                    (0.55, -0.6),
                    (0.3, -0.3),
                    (0.08, -0.4),
                ]
                lines = [Mark(curve(at(0.42, 0.66), at(*end)), width=0.8) for end in ((0.95, -0.3), (0.55, -0.6), (0.08, -0.4))]
                path = polygon(np.array([at(*row) for row in rows]))
            else:
                rows = [(0.0, 0.0), (0.4, 0.55), (0.95, 0.6), (0.85, 0.1), (0.4, -0.05), (0.7, -0.4), (0.5, -0.75), (0.15, -0.4)]
                lines = [
                    Mark(curve(at(0, 0), at(0.4, 0.3), at(0.85, 0.45)), width=0.6),
                    Mark(curve(at(0, 0), at(0.3, -0.25), at(0.5, -0.6)), width=0.6),
                ]
                path = trace(spline(np.array([at(*row) for row in rows]), 40, closed=True))
            found.append(b.limb(z, path, colour, lines))
        return found

    return draw
