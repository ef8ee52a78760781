"""How a drawing looks, as a display list: ordered layers -> a flat list of operations that any renderer understands.

Everything about looks is decided here (outline, shadow, folds, gloss); `wardrobe.render_skia`, `wardrobe.render_cv` and
`wardrobe.svg` only carry the operations out. Lengths are in units; `Frame` leads to pixels. The same layers give three
lists: the picture, the ids (three numbers packed into RGB) and the lines alone (a layer's fill erases the lines under it).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardrobe.canvas import Frame, Layer, Mark
from wardrobe.path import Path
from wardrobe.patterns import Fabric, Gradient
from wardrobe.style import RGB, Style

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
THINNEST = 0.75  # px: a thinner outline would fade on a small canvas
UNLINED = 0.014  # units: the pen for folds and seams where a style has no outline


class Fill(NamedTuple):
    """Fill a path (non-zero winding rule). alpha: 0..1. multiply: darken what is there by the colour. soft: the standard
    deviation by which its edge is blurred, units."""

    path: Path
    paint: RGB | Fabric
    alpha: float = 1.0
    multiply: bool = False
    soft: float = 0.0


class Stroke(NamedTuple):
    """Draw along a path, round ends and joins. shift: of the whole stroke, in units."""

    path: Path
    colour: RGB
    width: float
    alpha: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)


class Clip(NamedTuple):
    """Until its `Unclip`, draw only inside a shifted path (or only outside of it), and inside the clips around it."""

    path: Path
    inside: bool = True
    shift: tuple[float, float] = (0.0, 0.0)


class Unclip(NamedTuple):
    """Ends the last `Clip`."""


class Shade(NamedTuple):
    """Multiply all that the clips leave by a colour or a gradient."""

    paint: RGB | Gradient


class Facets(NamedTuple):
    """Multiply by flat triangles. corners: N x 3 x 2, units; colours: N x 3, 0..255."""

    corners: NDArray[np.float64]
    colours: NDArray[np.int64]


Operation = Fill | Stroke | Clip | Unclip | Shade | Facets


def picture(layers: Iterable[Layer], style: Style, frame: Frame) -> list[Operation]:
    """Fill, shadow, marks and outline of every layer."""
    brush = _Brush(style, frame)
    for layer in layers:
        brush.layer(layer)
    return brush.operations


def ids(layers: Iterable[Layer], style: Style, frame: Frame) -> list[Operation]:
    """Part and face, garment and depth of every layer as red, green and blue. An outline belongs to the part that it bounds."""
    operations: list[Operation] = []
    width = max(style.line, THINNEST / frame.scale)
    for layer in layers:
        if layer.clip is not None:
            operations.append(Clip(layer.clip))
        colour = (int(layer.part) << 4) | (8 if layer.face else 0), layer.garment, min(255, 50 + int(layer.z * 1.5))
        operations.append(Fill(layer.path, colour))
        if style.line and layer.line:
            operations.append(Stroke(layer.edge or layer.path, colour, width))
        if layer.clip is not None:
            operations.append(Unclip())
    return operations


def lines(layers: Iterable[Layer], style: Style, frame: Frame) -> list[Operation]:
    """Every line in white on black, all equally wide."""
    operations: list[Operation] = [Fill(Path.rect(frame.box()), BLACK)]
    width = max(style.line, 0.9 / frame.scale)
    for layer in layers:
        if layer.clip is not None:
            operations.append(Clip(layer.clip))
        operations.append(Fill(layer.path, WHITE if layer.inked else BLACK))
        strokes = [mark for mark in layer.marks if mark.kind == "line"]
        inside = any(mark.clip for mark in strokes)
        if inside:
            operations.append(Clip(layer.path))
        operations += [Stroke(mark.path, WHITE, width * 0.8) for mark in strokes]
        if inside:
            operations.append(Unclip())
        if layer.line > 0:
            operations.append(Stroke(layer.edge or layer.path, WHITE, width))
        if layer.clip is not None:
            operations.append(Unclip())
    return operations


class _Brush:
    """What all layers of one picture share."""

    def __init__(self, style: Style, frame: Frame) -> None:
        self.style = style
        self.width = max(style.line, THINNEST / frame.scale) if style.line else 0.0
        self.facets = _facets(style) if style.shading == "facets" else None
        self.operations: list[Operation] = []

    def layer(self, layer: Layer) -> None:
        operations, style = self.operations, self.style
        colour = style.tone(layer.colour) if layer.garment else style.flesh(layer.colour)
        ink = style.ink(colour)
        if layer.clip is not None:
            operations.append(Clip(layer.clip))
        operations.append(Fill(layer.path, layer.pattern or colour))
        inner = [mark for mark in layer.marks if mark.clip]
        if inner or layer.shading > 0:
            operations.append(Clip(layer.path))
            if layer.shading > 0:
                self._shadow(layer)
            for mark in inner:
                operations.append(self._mark(mark, layer, colour, ink))
            operations.append(Unclip())
        if layer.line > 0 and self.width:
            self._outline(layer.edge or layer.path, ink, layer.line * self.width)
        for mark in layer.marks:
            if not mark.clip:
                operations.append(self._mark(mark, layer, colour, ink))
        if layer.clip is not None:
            operations.append(Unclip())

    def _outline(self, path: Path, ink: RGB, width: float) -> None:
        """Thick and thin: the same line again, moved towards the shadow."""
        self.operations.append(Stroke(path, ink, width))
        if self.style.thick_thin:
            offset = 0.45 * width * self.style.thick_thin
            self.operations.append(Stroke(path, ink, width, shift=(-self.style.light[0] * offset, offset)))

    def _mark(self, mark: Mark, layer: Layer, colour: RGB, ink: RGB) -> Operation:
        style, own = self.style, mark.colour
        if mark.kind == "shade":
            return Fill(mark.path, _weakened(own or style.shade, mark.strength), multiply=True)
        if own is not None:
            own = style.tone(own) if layer.garment else style.flesh(own)
        if mark.kind == "line":
            return Stroke(mark.path, own or ink, mark.width * (self.width or UNLINED), mark.strength)
        return Fill(mark.path, own or (WHITE if mark.kind == "light" else colour), mark.strength)

    def _shadow(self, layer: Layer) -> None:
        style, box = self.style, layer.path.bounds()
        lx, ly = style.light
        if style.shading == "cel":  # what the shape, moved towards the light, leaves of itself
            reach = min(0.11, 0.24 * min(box.width, box.height)) * layer.shading
            outside = Clip(layer.path, False, (lx * reach, -ly * reach * 0.45))
            self.operations += [outside, Shade(style.shade), Unclip()]
        elif style.shading == "soft":
            cx, cy, w, h = *box.centre, box.width / 2, box.height / 2
            rise = ly * h * 0.6 * min(1.0, w / max(h, 1e-6)) ** 2  # long limbs are shaded across, or hands would not match
            middle = _weakened(style.shade, 0.35 * layer.shading)
            deep = _weakened(style.shade, min(1.0, 1.15 * layer.shading))
            start, end = (cx + lx * w, cy - rise), (cx - lx * w, cy + rise)
            self.operations.append(Shade(Gradient(start, end, (WHITE, middle, deep), (0.2, 0.6, 1.0))))
        elif self.facets is not None:
            self.operations.append(self.facets)


def _weakened(shade: RGB, strength: float) -> RGB:
    """A colour to multiply by, of less strength (0..1): nearer to white."""
    r, g, b = shade
    return int(255 + (r - 255) * strength), int(255 + (g - 255) * strength), int(255 + (b - 255) * strength)


def _facets(style: Style) -> Facets:
    """Flat triangles of random brightness over all of unit space: the look of flat-shaded low-poly models."""
    rng = np.random.default_rng(style.texture)
    step = 0.34
    xs, ys = np.meshgrid(np.arange(-4.5, 4.5, step), np.arange(-2.4, 7.4, step))
    grid = np.stack([xs, ys], 2) + rng.uniform(-0.4, 0.4, (*xs.shape, 2)) * step
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]
    corners = np.concatenate([np.stack([a, b, c], 2), np.stack([b, d, c], 2)]).reshape(-1, 3, 2)
    level = rng.choice([0.0, 0.0, 0.35, 0.7, 1.0], len(corners)) * (0.6 + 0.4 * rng.random(len(corners)))
    return Facets(corners, (255 + (np.array(style.shade) - 255) * level[:, None]).astype(int))
