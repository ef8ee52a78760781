"""The head without hair: face outline at any turn, ears, the shadows under chin and fringe, skin tones."""

from __future__ import annotations

import numpy as np

from pipeline.request import ClothingPart
from wardrobe.canvas import Layer, Mark, Z
from wardrobe.figure import Figure
from wardrobe.geometry import curve, spline, trace
from wardrobe.path import Box, Path
from wardrobe.style import RGB

SKINS: dict[str, RGB] = {
    "pale": (255, 236, 224), "fair": (254, 222, 200), "peach": (250, 208, 178),
    "tan": (222, 168, 124), "brown": (166, 112, 76), "dark": (112, 74, 54),
}  # fmt: skip
SKIN_WEIGHTS = (0.28, 0.28, 0.18, 0.12, 0.08, 0.06)


def draw_head(rng: np.random.Generator, figure: Figure, skin: RGB, fringe: Path) -> list[Layer]:
    """Ears and face, in unit space. fringe: unit-space path of the front hair, whose shadow falls on the face."""
    head = figure.head
    w, t = head.wide, head.turn
    jaw = float(rng.uniform(0.0, 1.0)) if not figure.body.child else 0.1 * float(rng.random())
    round_face = 1 - jaw
    chin = t * 0.1

    def right(side: int) -> list[tuple[float, float]]:
        """One side of the face from temple to chin; the far cheek is flatter and has a dent at the eye."""
        far = max(0.0, t * side)
        near = max(0.0, -t * side)
        k = 1 - 0.06 * far + 0.05 * near
        return [
            (side * w * 0.72, -0.42),
            (side * w * 1.0 * k, -0.18),
            (side * w * (1.0 - 0.05 * far) * k, 0.05),
            (side * w * (0.95 + 0.03 * round_face) * k + chin * 0.2, 0.19),
            (side * w * (0.68 + 0.16 * round_face) * k + chin * 0.7, 0.36),
            (side * w * (0.26 + 0.16 * round_face) + chin, 0.475),
        ]

    rows = [(0.0, -0.5), *right(1), (chin, 0.505), *right(-1)[::-1]]
    face = trace(spline(np.array(rows), 48, closed=True))
    matrix = head.matrix()
    face.transform(matrix)
    shadow = Path(fringe)
    shadow.offset(0.0, 0.045)
    layers = []
    for side in (-1, 1):
        far = t * side
        if far > 0.45:
            continue
        x, y = side * (w * (1.0 - max(0.0, -far) * 0.12) + 0.015), 0.1
        ear = trace(
            np.array(
                [
                    (x - side * 0.03, y - 0.1),
                    (x + side * 0.06, y - 0.11),
                    (x + side * 0.075, y - 0.02),
                    (x + side * 0.03, y + 0.1),
                    (x - side * 0.03, y + 0.09),
                ]
            )
        )
        inner = curve((x + side * 0.035, y - 0.06), (x + side * 0.045, y), (x + side * 0.01, y + 0.03))
        ear.transform(matrix)
        inner.transform(matrix)
        layers.append(Layer(Z.HEAD - 1, ear, skin, ClothingPart.SKIN, face=True, marks=[Mark(inner, width=0.6)]))
    layers.append(
        Layer(Z.HEAD, face, skin, ClothingPart.SKIN, face=True, shading=0.55, marks=[Mark(shadow, "shade", strength=0.75)])
    )
    return layers


def draw_neck(figure: Figure, skin: RGB) -> list[Layer]:
    """Neck with the chin's shadow and the collar bones."""
    (hx, hy), n = figure.head.centre, figure.body.neck_half
    shadow = Path()
    shadow.add_oval(Box(hx - n * 2.2, hy + 0.1, hx + n * 2.2, hy + 0.5 + max(figure.body.neck * 0.55, 0.05)))
    marks = [Mark(shadow, "shade")]
    neck = Layer(Z.BODY + 1, figure.neck()[0], skin, ClothingPart.SKIN, face=True, line=0.0, shading=0.5, marks=marks)
    x0, y0 = figure.torso.at(0, 0.0)
    sides = Path()
    for side in (-1, 1):
        sides.add_path(
            curve(
                (hx + side * n * 0.92, hy + 0.35), (hx + side * n * 0.9, (hy + 0.35 + y0) / 2 + 0.08), (x0 + side * n * 1.2, y0)
            )
        )
    neck.marks.append(Mark(sides, "line", width=1.0, clip=False))
    if figure.body.heads > 4.6:
        bones = Path()
        for side in (-1, 1):
            a, b = figure.torso.front(side * 0.12, 0.05), figure.torso.front(side * 0.45, 0.035)
            bones.add_path(curve(a, ((a[0] + b[0]) / 2, a[1] - 0.005), b))
        neck.marks.append(Mark(bones, "line", width=0.6, clip=False))
    return [neck]
