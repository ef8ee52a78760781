"""Ordered layers -> picture, part labels, garment map, line art and depth, by skia's software rasteriser.

A layer is filled, shaded, gets its marks (folds, seams, buttons, prints; clipped to it) and its outline. The same
list is drawn three times: the picture (antialiased), the ids (one pass, not antialiased, three numbers packed
into RGB) and the lines alone (a layer's fill erases the lines under it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from pipeline.request import ClothingPart
from training.characters.style import RGB, Style


class Z(IntEnum):
    """Layer numbers, back to front. Arms and legs carry their own base (`Limb.z`); add `SKIN` .. `OVER` to it."""

    BEHIND = 0  # wings, backpack, cape
    BACK_HAIR = 10
    BACK_ARM = 20  # far arm, or hands behind the back
    COAT_BACK = 32  # inside of open coats, back of skirts, bows tied behind
    FAR_LEG = 40
    NEAR_LEG = 50
    BODY = 60  # naked torso and neck
    INNER = 62  # shirt worn under something
    BOTTOM = 64  # skirts, shorts' hip part, trousers' hip part
    TOP = 68
    TUCKED = 70  # bottomwear over the top
    BELT = 72
    OUTER = 74  # jacket, coat, apron
    NECKWEAR = 80
    FRONT_ARM = 84
    HEAD = 100
    FACE = 104
    FRONT_HAIR = 110
    HEADWEAR = 120
    HIGH_ARM = 130  # a hand in front of the face


SKIN, LEGWEAR, SHOE, SLEEVE, OVER, HAND, GLOVE, HELD = 0, 1, 2, 3, 4, 5, 6, 4.5  # offsets from Limb.z


@dataclass(slots=True)
class Mark:
    """A detail on a layer. kind: "line" (stroke), "fill", "shade" (darkens, keeps a pattern), "light" (brightens).

    colour: None = the layer's ink (line), or the style's shadow. width: of a line, in outline widths. clip: keep it
    inside the layer. strength: 0..1 opacity.
    """

    path: skia.Path
    kind: str = "line"
    colour: RGB | None = None
    width: float = 0.8
    clip: bool = True
    strength: float = 1.0


@dataclass(slots=True)
class Layer:
    """One filled shape. Paths in units; see `Frame` for the way to pixels.

    garment: index + 1 in the outfit's garments, 0 = none. face: True for face, neck and hands (never repainted).
    pattern: a shader in unit space, drawn instead of `colour` (which still chooses the ink). edge: the line to
    stroke, None = the path itself. line: outline width factor, 0 = none. shading: 0 = no automatic shadow.
    clip: everything of this layer stays inside it. inked: the fill itself is a drawn line (a lash, a mouth).
    """

    z: float
    path: skia.Path
    colour: RGB
    part: ClothingPart
    garment: int = 0
    face: bool = False
    pattern: skia.Shader | None = None
    edge: skia.Path | None = None
    line: float = 1.0
    shading: float = 1.0
    marks: list[Mark] = field(default_factory=list)
    clip: skia.Path | None = None
    inked: bool = False


@dataclass(frozen=True)
class Frame:
    """Pixels = units * scale + (dx, dy)."""

    width: int
    height: int
    scale: float
    dx: float
    dy: float

    def matrix(self) -> skia.Matrix:
        return skia.Matrix.MakeAll(self.scale, 0, self.dx, 0, self.scale, self.dy, 0, 0, 1)

    def shows(self, layer: Layer) -> bool:
        """Whether any of this layer may fall on the canvas."""
        box, edge = layer.path.getBounds(), 0.1
        x0, y0 = -self.dx / self.scale - edge, -self.dy / self.scale - edge
        x1, y1 = x0 + self.width / self.scale + 2 * edge, y0 + self.height / self.scale + 2 * edge
        return bool(box.left() < x1 and box.right() > x0 and box.top() < y1 and box.bottom() > y0)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale + self.dx, y * self.scale + self.dy


@dataclass(frozen=True)
class Maps:
    """What the layers give besides the picture, H x W each. lines: 255 = line. depth: brighter = nearer."""

    labels: NDArray[np.uint8]
    garments: NDArray[np.uint8]
    face_hands: NDArray[np.bool_]
    depth: NDArray[np.uint8]
    lines: NDArray[np.uint8]


def paint_picture(layers: Iterable[Layer], style: Style, frame: Frame, background: skia.Image | None) -> NDArray[np.uint8]:
    """H x W x 4 uint8, straight alpha. background: an image of the frame's size, or None for transparency."""
    surface = skia.Surface.MakeRasterN32Premul(frame.width, frame.height)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorTRANSPARENT)
    if background is not None:
        canvas.drawImage(background, 0, 0)
    canvas.concat(frame.matrix())
    brush = _Brush(canvas, style, frame)
    for layer in layers:
        brush.layer(layer)
    pixels: NDArray[np.uint8] = surface.makeImageSnapshot().toarray(
        colorType=skia.ColorType.kRGBA_8888_ColorType, alphaType=skia.AlphaType.kUnpremul_AlphaType
    )
    return _washed(pixels, style) if style.wash else pixels


def _washed(pixels: NDArray[np.uint8], style: Style) -> NDArray[np.uint8]:
    """Uneven pigment and paper grain, as of water colours."""
    height, width = pixels.shape[:2]
    rng = np.random.default_rng(style.texture)
    wash = np.zeros((height, width), np.float32)
    for cells, strength in ((5, 0.7), (14, 0.7), (90, 0.35)):
        patches = rng.standard_normal((cells, cells), np.float32) * np.float32(strength * style.wash)
        wash += cv2.resize(patches, (width, height), interpolation=cv2.INTER_CUBIC)
    pixels = pixels.copy()
    pixels[..., :3] = np.clip(pixels[..., :3] * (1 + wash[..., None]), 0, 255)
    return pixels


def _stroke_paint() -> skia.Paint:
    paint = skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style)
    paint.setStrokeCap(skia.Paint.kRound_Cap)
    paint.setStrokeJoin(skia.Paint.kRound_Join)
    return paint


class _Brush:
    """Paints are made once a picture and reused: allocation is most of a small path's cost in Python."""

    def __init__(self, canvas: skia.Canvas, style: Style, frame: Frame) -> None:
        self.canvas, self.style = canvas, style
        self.width = max(style.line, 0.75 / frame.scale) if style.line else 0.0
        self.fill = skia.Paint(AntiAlias=True)
        self.stroke = _stroke_paint()
        self.shade = skia.Paint(AntiAlias=True, BlendMode=skia.BlendMode.kMultiply)
        self.shade_colour = skia.Color(*style.shade)
        self.facets = _facets(style) if style.shading == "facets" else None

    def layer(self, layer: Layer) -> None:
        canvas, style = self.canvas, self.style
        if layer.clip is not None:
            canvas.save()
            canvas.clipPath(layer.clip, True)
        if layer.pattern is not None:
            canvas.drawPath(layer.path, skia.Paint(AntiAlias=True, Shader=layer.pattern))
        else:
            self.fill.setColor(skia.Color(*self._tone(layer)(layer.colour)))
            canvas.drawPath(layer.path, self.fill)
        inside = layer.shading > 0 or any(mark.clip for mark in layer.marks)
        if inside:
            canvas.save()
            canvas.clipPath(layer.path, True)
            if layer.shading > 0:
                self._shadow(layer)
            for mark in layer.marks:
                if mark.clip:
                    self._mark(mark, layer)
            canvas.restore()
        if layer.line > 0 and self.width:
            self._outline(layer.edge or layer.path, style.ink(self._tone(layer)(layer.colour)), layer.line * self.width)
        for mark in layer.marks:
            if not mark.clip:
                self._mark(mark, layer)
        if layer.clip is not None:
            canvas.restore()

    def _tone(self, layer: Layer) -> Callable[[RGB], RGB]:
        return self.style.tone if layer.garment else self.style.flesh

    def _outline(self, path: skia.Path, ink: RGB, width: float) -> None:
        self.stroke.setColor(skia.Color(*ink))
        self.stroke.setStrokeWidth(width)
        self.canvas.drawPath(path, self.stroke)
        if self.style.thick_thin:
            offset = 0.45 * width * self.style.thick_thin
            self.canvas.translate(-self.style.light[0] * offset, offset)
            self.canvas.drawPath(path, self.stroke)
            self.canvas.translate(self.style.light[0] * offset, -offset)

    def _mark(self, mark: Mark, layer: Layer) -> None:
        if mark.kind == "line":
            tone = self._tone(layer)
            ink = self.style.ink(tone(layer.colour)) if mark.colour is None else tone(mark.colour)
            self.stroke.setColor(skia.Color(*ink))
            self.stroke.setAlphaf(mark.strength)
            self.stroke.setStrokeWidth(mark.width * (self.width or 0.014))
            self.canvas.drawPath(mark.path, self.stroke)
            self.stroke.setAlphaf(1.0)
        elif mark.kind == "shade":
            r, g, b = mark.colour or self.style.shade
            s = mark.strength
            self.shade.setColor(skia.Color(int(255 + (r - 255) * s), int(255 + (g - 255) * s), int(255 + (b - 255) * s)))
            self.canvas.drawPath(mark.path, self.shade)
        else:
            colour = (
                (255, 255, 255)
                if mark.kind == "light" and mark.colour is None
                else self._tone(layer)(mark.colour or layer.colour)
            )
            self.fill.setColor(skia.Color(*colour))
            self.fill.setAlphaf(mark.strength)
            self.canvas.drawPath(mark.path, self.fill)
            self.fill.setAlphaf(1.0)

    def _shadow(self, layer: Layer) -> None:
        style, box = self.style, layer.path.getBounds()
        lx, ly = style.light
        if style.shading == "cel":
            size = min(box.width(), box.height())
            reach = min(0.11, 0.24 * size) * layer.shading
            self.canvas.save()
            self.canvas.translate(lx * reach, -ly * reach * 0.45)
            self.canvas.clipPath(layer.path, skia.ClipOp.kDifference, True)
            self.shade.setColor(self.shade_colour)
            self.canvas.drawPaint(self.shade)
            self.canvas.restore()
        elif style.shading == "soft":
            cx, cy, w, h = box.centerX(), box.centerY(), box.width() / 2, box.height() / 2
            rise = ly * h * 0.6 * min(1.0, w / max(h, 1e-6)) ** 2  # long limbs are shaded across, or hands would not match
            ends = [(cx + lx * w, cy - rise), (cx - lx * w, cy + rise)]
            strength = layer.shading
            deep = [int(255 + (c - 255) * min(1.0, 1.15 * strength)) for c in style.shade]
            middle = [int(255 + (c - 255) * 0.35 * strength) for c in style.shade]
            colours = [skia.ColorWHITE, skia.Color(*middle), skia.Color(*deep)]
            shader = skia.GradientShader.MakeLinear(points=ends, colors=colours, positions=[0.2, 0.6, 1.0])
            self.canvas.drawPaint(skia.Paint(BlendMode=skia.BlendMode.kMultiply, Shader=shader))
        elif self.facets is not None:
            self.shade.setColor(skia.ColorWHITE)
            self.canvas.drawVertices(self.facets, self.shade, skia.BlendMode.kDst)


def _facets(style: Style) -> skia.Vertices:
    """Flat triangles of random brightness over all of unit space: the look of flat-shaded low-poly models."""
    rng = np.random.default_rng(style.texture)
    step = 0.34
    xs, ys = np.meshgrid(np.arange(-4.5, 4.5, step), np.arange(-2.4, 7.4, step))
    grid = np.stack([xs, ys], 2) + rng.uniform(-0.4, 0.4, (*xs.shape, 2)) * step
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]
    corners = np.concatenate([np.stack([a, b, c], 2), np.stack([b, d, c], 2)]).reshape(-1, 3, 2)
    level = rng.choice([0.0, 0.0, 0.35, 0.7, 1.0], len(corners)) * (0.6 + 0.4 * rng.random(len(corners)))
    tones = (255 + (np.array(style.shade) - 255) * level[:, None]).astype(int)
    colours = [skia.Color(*tone) for tone in tones.tolist() for _ in range(3)]
    positions = [skia.Point(x, y) for x, y in corners.reshape(-1, 2).tolist()]
    return skia.Vertices(skia.Vertices.kTriangles_VertexMode, positions, positions, colours)


def paint_maps(layers: Sequence[Layer], style: Style, frame: Frame) -> Maps:
    """Ids and lines of the same layers. An outline belongs to the part that it bounds."""
    ids = skia.Surface.MakeRasterN32Premul(frame.width, frame.height)
    lines = skia.Surface.MakeRasterN32Premul(frame.width, frame.height)
    a, b = ids.getCanvas(), lines.getCanvas()
    for canvas in (a, b):
        canvas.clear(skia.ColorBLACK)
        canvas.concat(frame.matrix())
    solid = skia.Paint(AntiAlias=False)
    rim = skia.Paint(AntiAlias=False, Style=skia.Paint.kStroke_Style, StrokeJoin=skia.Paint.kRound_Join)
    erase = skia.Paint(AntiAlias=True, Color=skia.ColorBLACK)
    ink = skia.Paint(AntiAlias=True, Color=skia.ColorWHITE)
    pen = _stroke_paint()
    pen.setColor(skia.ColorWHITE)
    width = max(style.line, 0.9 / frame.scale)
    rim.setStrokeWidth(max(style.line, 0.75 / frame.scale) if style.line else 0.0)
    for layer in layers:
        for canvas in (a, b):
            canvas.save()
            if layer.clip is not None:
                canvas.clipPath(layer.clip, canvas is b)
        colour = skia.Color((int(layer.part) << 4) | (8 if layer.face else 0), layer.garment, min(255, 50 + int(layer.z * 1.5)))
        solid.setColor(colour)
        a.drawPath(layer.path, solid)
        if style.line and layer.line:
            rim.setColor(colour)
            a.drawPath(layer.edge or layer.path, rim)
        b.drawPath(layer.path, ink if layer.inked else erase)
        _draw_lines(b, layer, pen, width)
        for canvas in (a, b):
            canvas.restore()
    packed = ids.makeImageSnapshot().toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
    drawn = lines.makeImageSnapshot().toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)
    part = packed[..., 0]
    return Maps(
        labels=np.ascontiguousarray(part >> 4),
        garments=np.ascontiguousarray(packed[..., 1]),
        face_hands=(part & 8).astype(bool),
        depth=np.ascontiguousarray(packed[..., 2]),
        lines=np.ascontiguousarray(drawn[..., 0]),
    )


def _draw_lines(canvas: skia.Canvas, layer: Layer, pen: skia.Paint, width: float) -> None:
    strokes = [mark for mark in layer.marks if mark.kind == "line"]
    if strokes:
        canvas.save()
        if any(mark.clip for mark in strokes):
            canvas.clipPath(layer.path, True)
        pen.setStrokeWidth(width * 0.8)
        for mark in strokes:
            canvas.drawPath(mark.path, pen)
        canvas.restore()
    if layer.line > 0:
        pen.setStrokeWidth(width)
        canvas.drawPath(layer.edge or layer.path, pen)
