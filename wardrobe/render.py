"""Layers -> picture, part labels, garment map, line art and depth, by skia's software rasteriser.

The same list is drawn three times: the picture (antialiased), the ids (one pass, not antialiased, three numbers packed
into RGB) and the lines alone (a layer's fill erases the lines under it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache, partial
from weakref import WeakKeyDictionary

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from wardrobe.canvas import Frame, Layer, Maps, Mark
from wardrobe.path import POINTS, WEIGHT, Matrix, Path
from wardrobe.patterns import CLEAR, SECOND, THIRD, TILE, Fabric, Gradient, Weave, inks, third_colour
from wardrobe.style import RGB, Style

_NATIVE: WeakKeyDictionary[Path, skia.Path] = WeakKeyDictionary()


def native(path: Path) -> skia.Path:
    """skia's own path; a path is drawn several times and made once, so it must not change after it was drawn."""
    made = _NATIVE.get(path)
    if made is None:
        made = _NATIVE[path] = skia.Path()
        quarter = partial(_quarter, made)
        pens = {"M": made.moveTo, "L": made.lineTo, "Q": made.quadTo, "C": made.cubicTo, "K": quarter, "Z": made.close}
        numbers, at = path.points, 0
        for command in path.commands:
            end = at + 2 * POINTS[command]
            pens[command](*numbers[at:end])
            at = end
    return made


def _quarter(path: skia.Path, x1: float, y1: float, x: float, y: float) -> None:
    path.conicTo(x1, y1, x, y, WEIGHT)


def native_matrix(matrix: Matrix) -> skia.Matrix:
    a, b, c, d, e, f = matrix
    return skia.Matrix.MakeAll(a, c, e, b, d, f, 0, 0, 1)


@cache
def ink_weights(name: str) -> NDArray[np.float32]:
    """Ink of a pattern's tile: 64 x 64 x 2, shares 0..1 of the second and the third colour."""
    surface = skia.Surface(TILE * 4, TILE * 4)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorBLACK)
    canvas.scale(4, 4)
    for ink in inks(name):
        paint = skia.Paint(Color=_INKS[ink.ink], AntiAlias=True)
        paint.setAlphaf(ink.alpha)
        if ink.stroke:
            paint.setStyle(skia.Paint.kStroke_Style)
            paint.setStrokeWidth(ink.stroke)
        canvas.drawPath(native(ink.path), paint)
    pixels = surface.toarray(colorType=skia.kRGBA_8888_ColorType)[..., :2].astype(np.float32) / 255
    return np.asarray(pixels.reshape(TILE, 4, TILE, 4, 2).mean((1, 3)))


_INKS = {CLEAR: skia.Color(0, 0, 0), SECOND: skia.Color(255, 0, 0), THIRD: skia.Color(0, 255, 0)}


def weave_tile(weave: Weave) -> NDArray[np.uint8]:
    """A pattern's tile in its colours, 64 x 64 x 4, opaque."""
    ground = np.array(weave.colour, np.float32)
    colours = np.array([weave.second, third_colour(weave.pattern, weave.colour, weave.second)], np.float32) - ground
    tile = np.full((TILE, TILE, 4), 255, np.uint8)
    tile[..., :3] = ink_weights(weave.pattern) @ colours + ground
    return tile


@lru_cache(maxsize=64)
def _shader(fabric: Fabric) -> skia.Shader:
    if isinstance(fabric, Gradient):
        ends = [skia.Point(*fabric.start), skia.Point(*fabric.end)]
        return skia.GradientShader.MakeLinear(ends, [skia.Color(*colour) for colour in fabric.colours], list(fabric.positions))
    matrix = skia.Matrix()
    matrix.setTranslate(*fabric.origin)
    matrix.preRotate(fabric.angle)
    matrix.preScale(fabric.period / TILE, fabric.period / TILE)
    image = skia.Image.fromarray(weave_tile(fabric), colorType=skia.kRGBA_8888_ColorType)
    repeat = skia.TileMode.kRepeat
    return image.makeShader(repeat, repeat, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear), matrix)


def paint_picture(layers: Iterable[Layer], style: Style, frame: Frame, background: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """H x W x 4 uint8, straight alpha. background: an opaque picture of the frame's size, H x W x 4, or None for transparency."""
    surface = skia.Surface.MakeRasterN32Premul(frame.width, frame.height)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorTRANSPARENT)
    if background is not None:
        canvas.drawImage(
            skia.Image.fromarray(np.ascontiguousarray(background), colorType=skia.ColorType.kRGBA_8888_ColorType), 0, 0
        )
    canvas.concat(native_matrix(frame.matrix()))
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
            canvas.clipPath(native(layer.clip), True)
        if layer.pattern is not None:
            canvas.drawPath(native(layer.path), skia.Paint(AntiAlias=True, Shader=_shader(layer.pattern)))
        else:
            self.fill.setColor(skia.Color(*self._tone(layer)(layer.colour)))
            canvas.drawPath(native(layer.path), self.fill)
        inside = layer.shading > 0 or any(mark.clip for mark in layer.marks)
        if inside:
            canvas.save()
            canvas.clipPath(native(layer.path), True)
            if layer.shading > 0:
                self._shadow(layer)
            for mark in layer.marks:
                if mark.clip:
                    self._mark(mark, layer)
            canvas.restore()
        if layer.line > 0 and self.width:
            self._outline(native(layer.edge or layer.path), style.ink(self._tone(layer)(layer.colour)), layer.line * self.width)
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
            self.canvas.drawPath(native(mark.path), self.stroke)
            self.stroke.setAlphaf(1.0)
        elif mark.kind == "shade":
            r, g, b = mark.colour or self.style.shade
            s = mark.strength
            self.shade.setColor(skia.Color(int(255 + (r - 255) * s), int(255 + (g - 255) * s), int(255 + (b - 255) * s)))
            self.canvas.drawPath(native(mark.path), self.shade)
        else:
            colour = (
                (255, 255, 255)
                if mark.kind == "light" and mark.colour is None
                else self._tone(layer)(mark.colour or layer.colour)
            )
            self.fill.setColor(skia.Color(*colour))
            self.fill.setAlphaf(mark.strength)
            self.canvas.drawPath(native(mark.path), self.fill)
            self.fill.setAlphaf(1.0)

    def _shadow(self, layer: Layer) -> None:
        style, box = self.style, layer.path.bounds()
        lx, ly = style.light
        if style.shading == "cel":
            size = min(box.width, box.height)
            reach = min(0.11, 0.24 * size) * layer.shading
            self.canvas.save()
            self.canvas.translate(lx * reach, -ly * reach * 0.45)
            self.canvas.clipPath(native(layer.path), skia.ClipOp.kDifference, True)
            self.shade.setColor(self.shade_colour)
            self.canvas.drawPaint(self.shade)
            self.canvas.restore()
        elif style.shading == "soft":
            cx, cy, w, h = *box.centre, box.width / 2, box.height / 2
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
        canvas.concat(native_matrix(frame.matrix()))
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
                canvas.clipPath(native(layer.clip), canvas is b)
        colour = skia.Color((int(layer.part) << 4) | (8 if layer.face else 0), layer.garment, min(255, 50 + int(layer.z * 1.5)))
        solid.setColor(colour)
        a.drawPath(native(layer.path), solid)
        if style.line and layer.line:
            rim.setColor(colour)
            a.drawPath(native(layer.edge or layer.path), rim)
        b.drawPath(native(layer.path), ink if layer.inked else erase)
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
            canvas.clipPath(native(layer.path), True)
        pen.setStrokeWidth(width * 0.8)
        for mark in strokes:
            canvas.drawPath(native(mark.path), pen)
        canvas.restore()
    if layer.line > 0:
        pen.setStrokeWidth(width)
        canvas.drawPath(native(layer.edge or layer.path), pen)
