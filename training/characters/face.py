"""Faces: rows of eye styles from large sparkling eyes to dots, with brows, nose, mouth, blush and glasses. Head space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.request import ClothingPart
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.figure import Figure
from wardrobe.geometry import Points, curve, polygon, ribbon, spline, taper, trace, unit_steps
from wardrobe.path import Box, Path
from wardrobe.style import RGB, Style, darken, lighten

EYE_COLOURS: dict[str, RGB] = {
    "blue": (64, 112, 206), "aqua": (60, 184, 200), "green": (66, 160, 92),
    "brown": (122, 76, 44), "yellow": (222, 172, 50), "red": (196, 48, 52),
    "purple": (128, 76, 184), "pink": (226, 96, 150), "grey": (112, 118, 130), "black": (44, 40, 48),
}  # fmt: skip


@dataclass(frozen=True)
class Face:
    """eye: half-width and half-height; y: of the eyes; apart: eye distance from the middle in skull half-widths;
    iris: "shine" | "flat" | "dot"; lash: thickness; nose: "line" | "dot" | "shadow" | "bridge" | ""; lips: drawn;
    mouth: width; heads: the proportions (total heights) that this face suits."""

    eye: tuple[float, float]
    y: float
    apart: float
    iris: str
    lash: float
    nose: str
    lips: bool
    mouth: float
    heads: tuple[float, float]
    weight: float


FACES: tuple[Face, ...] = (
    Face((0.105, 0.13), 0.1, 0.5, "shine", 0.03, "dot", False, 0.09, (2, 7), 4.0),
    Face((0.12, 0.155), 0.11, 0.52, "shine", 0.034, "", False, 0.07, (2, 6), 2.5),
    Face((0.1, 0.1), 0.09, 0.5, "shine", 0.028, "line", False, 0.1, (4, 8), 3.0),
    Face((0.1, 0.085), 0.07, 0.5, "flat", 0.026, "shadow", False, 0.11, (4, 8), 2.0),
    Face((0.088, 0.055), 0.05, 0.47, "flat", 0.024, "bridge", True, 0.12, (5, 8), 1.2),
    Face((0.08, 0.04), 0.04, 0.45, "flat", 0.014, "bridge", False, 0.13, (5.5, 8), 0.8),
    Face((0.045, 0.075), 0.1, 0.48, "dot", 0.0, "", False, 0.08, (2, 5), 1.2),
    Face((0.04, 0.045), 0.08, 0.42, "dot", 0.0, "shadow", False, 0.1, (2, 8), 0.7),
    Face((0.115, 0.12), 0.12, 0.53, "flat", 0.03, "dot", False, 0.06, (2, 6), 1.0),
)
MOUTHS = ("smile", "smile", "flat", "open", "open", "small", "frown", "o", "smirk", "grin")
BROWS = {"calm": (0.0, 0.0), "raised": (-0.03, 0.0), "stern": (0.015, 0.045), "worried": (-0.015, -0.045)}


@dataclass(frozen=True)
class FaceDraw:
    """Layers in unit space and words for the caption."""

    layers: list[Layer]
    eye_colour: str
    words: tuple[str, ...]


def draw_face(rng: np.random.Generator, figure: Figure, style: Style, skin: RGB, hair: RGB) -> FaceDraw:
    """Everything between hairline and chin."""
    heads = figure.body.heads
    weights = np.array([row.weight if row.heads[0] <= heads <= row.heads[1] else 0.0 for row in FACES])
    face = FACES[int(rng.choice(len(FACES), p=weights / weights.sum()))]
    eye_name = str(rng.choice(list(EYE_COLOURS)))
    pencil = _Pencil(rng, figure, style, face, skin, hair, EYE_COLOURS[eye_name])
    lids = str(rng.choice(["open", "half", "closed", "happy"], p=[0.84, 0.07, 0.04, 0.05]))
    brow = str(rng.choice(list(BROWS), p=[0.5, 0.2, 0.15, 0.15]))
    mouth = str(rng.choice(MOUTHS))
    layers: list[Layer] = []
    blush = float(rng.random())
    if blush < 0.4:
        layers += pencil.blush(blush < 0.15)
    layers += pencil.nose()
    layers += pencil.mouth(mouth)
    for side in (-1, 1):
        layers += pencil.eye(side, lids)
        layers.append(pencil.brow(side, *BROWS[brow]))
    grown = not figure.body.child and figure.body.fem < 0.3 and heads > 5.4
    if grown and rng.random() < 0.16:
        layers += pencil.beard(str(rng.choice(["goatee", "moustache", "full"])))
    words: tuple[str, ...] = {
        "smile": ("smile",),
        "open": ("open mouth", "smile"),
        "grin": ("grin",),
        "o": ("open mouth",),
        "frown": ("frown",),
    }.get(mouth, ())
    words += ("closed eyes",) if lids in ("closed", "happy") else ()
    if rng.random() < 0.07:
        layers += pencil.glasses()
        words += ("glasses",)
    matrix = figure.head.matrix()
    for layer in layers:
        layer.path.transform(matrix)
        if layer.clip is not None:
            layer.clip.transform(matrix)
        for mark in layer.marks:
            mark.path.transform(matrix)
    return FaceDraw(layers, eye_name, words)


class _Pencil:
    """Shapes that share one head turn and one eye style."""

    def __init__(
        self, rng: np.random.Generator, figure: Figure, style: Style, face: Face, skin: RGB, hair: RGB, iris: RGB
    ) -> None:
        self.rng, self.face, self.style, self.skin, self.hair, self.iris = rng, face, style, skin, hair, iris
        self.turn, self.wide = figure.head.turn, figure.head.wide
        self.fem = figure.body.fem if not figure.body.child else 0.6
        self.gaze = float(np.clip(self.turn * 0.25 + rng.normal(0, 0.12), -0.35, 0.35))
        self.slant = float(rng.normal(0, 0.12))
        self.size = float(rng.uniform(0.9, 1.12))
        self.dark = darken(style.line_colour if style.line_mode == "dark" else darken(hair, 0.6), 0.3)

    def at(self, u: float) -> float:
        """x of a feature at u skull half-widths from the middle of the face, turned."""
        return self.wide * float(np.sin(np.arcsin(u) + 0.5 * self.turn))

    def _layer(self, path: Path, colour: RGB, z: float = 0.0, marks: list[Mark] | None = None, clip: Path | None = None) -> Layer:
        return Layer(Z.FACE + z, path, colour, ClothingPart.SKIN, face=True, line=0.0, shading=0.0, marks=marks or [], clip=clip)

    def _ink(self, path: Path, colour: RGB, z: float = 0.0) -> Layer:
        """A shape that is itself a drawn line."""
        layer = self._layer(path, colour, z)
        layer.inked = True
        return layer

    def _eye_frame(self, side: int) -> tuple[float, float, float, float]:
        a, b = self.face.eye
        narrow = float(np.cos(np.arcsin(self.face.apart) + 0.5 * self.turn * side) / np.cos(np.arcsin(self.face.apart)))
        return self.at(side * self.face.apart), self.face.y, a * self.size * min(max(narrow, 0.55), 1.15), b * self.size

    def eye(self, side: int, lids: str) -> list[Layer]:
        x, y, a, b = self._eye_frame(side)
        if self.face.iris == "dot" and lids == "open":
            dot = _oval(x, y, a, b)
            shine = _oval(x - a * 0.25, y - b * 0.4, a * 0.35, b * 0.3)
            layer = self._ink(dot, self.dark)
            layer.marks.append(Mark(shine, "fill", (255, 255, 255)))
            return [layer]
        if lids in ("closed", "happy") or self.face.iris == "dot":
            bow = -0.4 * b if lids == "happy" else 0.35 * b
            line = spline(np.array([(x - a, y + 0.1 * b), (x, y + 0.1 * b + bow), (x + a, y + 0.1 * b)]), 11)
            return [self._ink(taper(line, max(self.face.lash, 0.016) * 0.62, 0.5), self.dark)]
        drop = 0.62 * b if lids == "half" else 0.0
        s = self.slant * b
        top = np.array(
            [
                (-a, 0.12 * b - s),
                (-0.72 * a, -0.62 * b + drop),
                (-0.1 * a, -b + drop),
                (0.6 * a, -0.75 * b + drop),
                (a, 0.1 * b + s * 0.4),
            ]
        )
        low = np.array(
            [(a, 0.1 * b + s * 0.4), (0.62 * a, 0.8 * b), (-0.1 * a, 0.97 * b), (-0.7 * a, 0.75 * b), (-a, 0.12 * b - s)]
        )
        flip = np.array([-side, 1.0])  # rows run from the outer corner of the eye on the picture's right... mirrored per side
        upper, lower = spline(top, 11) * flip + [x, y], spline(low, 11) * flip + [x, y]
        white = trace(np.concatenate([upper, lower[1:-1]]))
        layers = [self._layer(white, (252, 252, 255), marks=[Mark(_shift(white, 0, -b * 1.45), "shade", (176, 176, 206))])]
        layers.append(self._iris(x + self.gaze * a * 0.8, y + 0.03 * b, a, b, Path(white)))
        lash = self.face.lash * (0.7 + 0.45 * self.fem)
        lid = ribbon(upper, lash * np.interp(unit_steps(len(upper)), (0.0, 0.25, 0.6, 1.0), (0.5, 1.0, 0.75, 0.1)))
        layers.append(self._ink(trace(lid), self.dark, 1))
        if self.fem > 0.45 and lash > 0.02:
            outer = upper[0]
            wing = np.array([outer, outer + [side * a * 0.22, -b * 0.16], outer + [-side * a * 0.25, -b * 0.35]])
            layers.append(self._ink(polygon(wing), self.dark, 1))
        under = self._ink(taper(lower[3:8], 0.007, 0.5), self.dark, 1)
        if b > 0.1:
            crease = curve((x - a * 0.6, y - b * 1.18), (x, y - b * 1.3), (x + a * 0.6, y - b * 1.18))
            under.marks.append(Mark(crease, colour=darken(self.skin, 0.4), width=0.6, clip=False))
        return [*layers, under]

    def _iris(self, x: float, y: float, a: float, b: float, clip: Path) -> Layer:
        shine = self.face.iris == "shine"
        rx, ry = min(a * 0.68, b * 0.95), b * (0.9 if b > 0.08 else 1.05)
        marks = [Mark(_oval(x, y - ry * 0.75, rx * 1.2, ry * 0.85), "fill", darken(self.iris, 0.5), strength=0.85)]
        if shine:
            marks.append(Mark(_oval(x, y + ry * 0.62, rx * 0.72, ry * 0.34), "fill", lighten(self.iris, 0.45), strength=0.9))
        marks.append(Mark(_oval(x, y, rx * 0.42, ry * 0.46), "fill", darken(self.iris, 0.8)))
        marks.append(Mark(_oval(x, y, rx, ry), "line", darken(self.iris, 0.7), width=0.7))
        marks.append(Mark(_oval(x - rx * 0.36, y - ry * 0.42, rx * 0.32, ry * 0.27), "fill", (255, 255, 255)))
        if shine:
            marks.append(Mark(_oval(x + rx * 0.42, y + ry * 0.4, rx * 0.17, ry * 0.14), "fill", (255, 255, 255), strength=0.9))
        return self._layer(_oval(x, y, rx, ry), self.iris, 0.5, marks, clip)

    def brow(self, side: int, lift: float, angle: float) -> Layer:
        x, y, a, b = self._eye_frame(side)
        up = y - b * 1.15 - 0.075 + lift
        line = spline(
            np.array([(x - side * a * 0.85, up + angle + 0.012), (x, up - 0.012), (x + side * a * 1.05, up - angle + 0.02)]), 9
        )
        thick = 0.01 + 0.014 * (1 - self.fem)
        colour = darken(self.hair, 0.35)
        return self._ink(taper(line, thick, 0.3), colour, 8)  # brows show through the fringe, as anime draws them

    def nose(self) -> list[Layer]:
        x, y, kind = self.at(0.0) + 0.02 * self.turn, self.face.y + 0.17, self.face.nose
        tone = darken(self.skin, 0.32)
        side = 1.0 if self.turn >= 0 else -1.0
        if kind == "dot":
            return [self._ink(_oval(x, y, 0.009, 0.008), tone)]
        if kind == "shadow":
            return [
                self._layer(
                    polygon(np.array([(x, y - 0.035), (x + side * 0.028, y + 0.008), (x - side * 0.014, y + 0.01)])),
                    darken(self.skin, 0.16),
                )
            ]
        if kind == "line":
            return [
                self._ink(taper(spline(np.array([(x, y - 0.04), (x + side * 0.02, y), (x, y + 0.008)]), 8), 0.007, 0.8), tone)
            ]
        if kind == "bridge":
            rows = np.array([(x - side * 0.015, y - 0.12), (x + side * 0.01, y - 0.05), (x + side * 0.035, y), (x, y + 0.012)])
            return [self._ink(taper(spline(rows, 10), 0.008, 0.75), tone)]
        return []

    def mouth(self, kind: str) -> list[Layer]:
        x, y, m = self.at(0.0) + 0.01 * self.turn, self.face.y + 0.26, self.face.mouth * 0.8 * float(self.rng.uniform(0.8, 1.2))
        tone = darken((198, 92, 88), 0.35)
        bends = {"smile": 0.03, "flat": 0.002, "frown": -0.025, "small": 0.012, "smirk": 0.02}
        if kind in bends:
            m *= 0.5 if kind == "small" else 1.0
            tip = 0.018 if kind == "smirk" else 0.0
            line = spline(np.array([(x - m, y), (x, y + bends[kind]), (x + m, y - tip)]), 9)
            layers = [self._ink(taper(line, 0.009, 0.5), tone)]
            if self.face.lips:
                lip = trace(np.array([(x - m, y), (x, y + 0.01), (x + m, y), (x + m * 0.4, y + 0.045), (x - m * 0.4, y + 0.045)]))
                layers.insert(0, self._layer(lip, darken(self.skin, 0.22)))
            return layers
        if kind == "o":
            return [self._ink(_oval(x, y + 0.01, m * 0.4, 0.028), (150, 60, 62))]
        deep = 0.05 if kind == "grin" else float(self.rng.uniform(0.06, 0.095))
        shape = trace(
            spline(
                np.array(
                    [
                        (x - m, y - 0.012),
                        (x - m * 0.5, y),
                        (x, y + 0.004),
                        (x + m * 0.5, y),
                        (x + m, y - 0.012),
                        (x + m * 0.55, y + deep * 0.8),
                        (x, y + deep),
                        (x - m * 0.55, y + deep * 0.8),
                    ]
                ),
                28,
                closed=True,
            )
        )
        inner = (255, 255, 255) if kind == "grin" else (150, 52, 58)
        marks = (
            []
            if kind == "grin"
            else [
                Mark(_oval(x, y + deep, m * 0.55, deep * 0.45), "fill", (232, 120, 122)),
                Mark(Path.rect(Box.xywh(x - m, y - 0.02, 2 * m, 0.034)), "fill", (255, 255, 255)),
            ]
        )
        layer = self._layer(shape, inner, marks=[*marks, Mark(Path(shape), "line", tone, width=0.6, clip=False)])
        return [layer]

    def blush(self, lined: bool) -> list[Layer]:
        tone = (240, 130, 130)
        spots = []
        for side in (-1, 1):
            x, y = self.at(side * min(self.face.apart + 0.17, 0.75)), self.face.y + 0.19
            if lined:
                strokes = Path()
                for k in (-1, 0, 1):
                    strokes.add_path(
                        polygon(np.array([(x + k * 0.035 + 0.012, y - 0.02), (x + k * 0.035 - 0.012, y + 0.02)]), closed=False)
                    )
                spots.append(Mark(strokes, "line", tone, width=0.7))
            else:
                spots += [Mark(_oval(x, y, r, r * 0.55), "fill", tone, strength=0.16) for r in (0.09, 0.07, 0.045)]
        area = Path.rect(Box.xywh(-0.001, self.face.y + 0.19, 0.002, 0.002))
        for spot in spots:
            spot.clip = False
        return [self._layer(area, self.skin, marks=spots)]

    def glasses(self) -> list[Layer]:
        rims = Path()
        for side in (-1, 1):
            x, y, a, b = self._eye_frame(side)
            a, b = max(a * 1.3, 0.11), max(b * 1.05, 0.085)
            rims.add_round_rect(Box.xywh(x - a, y - b * 0.75, 2 * a, 1.9 * b), a * 0.5, b * 0.6)
        x, y, _, _ = self._eye_frame(-1)
        x2 = self._eye_frame(1)[0]
        rims.add_path(curve((x + 0.13, y), ((x + x2) / 2, y - 0.03), (x2 - 0.13, y)))
        spot = Path.rect(Box.xywh((x + x2) / 2, y, 0.002, 0.002))
        colour = (40, 36, 48) if self.rng.random() < 0.7 else (176, 50, 54)
        return [self._layer(spot, self.skin, 3, [Mark(rims, "line", colour, width=1.1, clip=False)])]

    def beard(self, kind: str) -> list[Layer]:
        x, y = self.at(0.0), self.face.y + 0.26
        colour = darken(self.hair, 0.12)
        shapes: list[Points] = []
        if kind in ("moustache", "full"):
            shapes.append(
                np.array(
                    [
                        (x - 0.12, y + 0.01),
                        (x - 0.06, y - 0.045),
                        (x, y - 0.035),
                        (x + 0.06, y - 0.045),
                        (x + 0.12, y + 0.01),
                        (x, y - 0.012),
                    ]
                )
            )
        if kind == "goatee":
            shapes.append(np.array([(x - 0.06, y + 0.08), (x + 0.06, y + 0.08), (x + 0.075, 0.47), (x, 0.54), (x - 0.075, 0.47)]))
        if kind == "full":
            w = self.wide
            shapes.append(
                np.array(
                    [
                        (-w * 0.95, 0.12),
                        (-w * 0.72, 0.2),
                        (x - 0.12, y + 0.06),
                        (x + 0.12, y + 0.06),
                        (w * 0.72, 0.2),
                        (w * 0.95, 0.12),
                        (w * 0.8, 0.38),
                        (w * 0.3, 0.52),
                        (-w * 0.3, 0.52),
                        (-w * 0.8, 0.38),
                    ]
                )
            )
        layers = []
        for rows in shapes:
            layer = self._layer(trace(spline(rows, 4 * len(rows), closed=True)), colour, -1)
            layer.part, layer.line = ClothingPart.HAIR, 0.7
            layers.append(layer)
        return layers


def _oval(x: float, y: float, rx: float, ry: float) -> Path:
    path = Path()
    path.add_oval(Box(x - rx, y - ry, x + rx, y + ry))
    return path


def _shift(path: Path, dx: float, dy: float) -> Path:
    moved = Path(path)
    moved.offset(dx, dy)
    return moved
