"""Display list -> pixels, by skia's software rasteriser: the only file that knows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import skia
from numpy.typing import NDArray

from wardrobe.canvas import Frame
from wardrobe.display import Clip, Facets, Fill, Operation, Shade, Stroke, Unclip
from wardrobe.path import POINTS, WEIGHT, Path
from wardrobe.patterns import TILE, Fabric, Gradient
from wardrobe.tiles import weave_tile

_NATIVE: WeakKeyDictionary[Path, skia.Path] = WeakKeyDictionary()


def paint(
    operations: Sequence[Operation], frame: Frame, background: NDArray[np.uint8] | None = None, hard: bool = False
) -> NDArray[np.uint8]:
    """H x W x 4 uint8, straight alpha. background: an opaque picture of the frame's size, H x W x 4, or None for
    transparency. hard: not antialiased, so that only the operations' own colours appear."""
    surface = skia.Surface.MakeRasterN32Premul(frame.width, frame.height)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorTRANSPARENT)
    if background is not None:
        canvas.drawImage(skia.Image.fromarray(np.ascontiguousarray(background), colorType=skia.kRGBA_8888_ColorType), 0, 0)
    a, b, c, d, e, f = frame.matrix()
    canvas.concat(skia.Matrix.MakeAll(a, c, e, b, d, f, 0, 0, 1))
    _Brush(canvas, not hard).draw(operations)
    pixels: NDArray[np.uint8] = surface.toarray(colorType=skia.kRGBA_8888_ColorType, alphaType=skia.kUnpremul_AlphaType)
    return pixels


def _native(path: Path) -> skia.Path:
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


def _gradient(gradient: Gradient) -> skia.Shader:
    ends = [skia.Point(*gradient.start), skia.Point(*gradient.end)]
    return skia.GradientShader.MakeLinear(ends, [skia.Color(*colour) for colour in gradient.colours], list(gradient.positions))


@lru_cache(maxsize=64)
def _shader(fabric: Fabric) -> skia.Shader:
    if isinstance(fabric, Gradient):
        return _gradient(fabric)
    matrix = skia.Matrix()
    matrix.setTranslate(*fabric.origin)
    matrix.preRotate(fabric.angle)
    matrix.preScale(fabric.period / TILE, fabric.period / TILE)
    image = skia.Image.fromarray(weave_tile(fabric, paint), colorType=skia.kRGBA_8888_ColorType)
    repeat = skia.TileMode.kRepeat
    return image.makeShader(repeat, repeat, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear), matrix)


class _Brush:
    """Paints are made once a picture and reused: allocation is most of a small path's cost in Python."""

    def __init__(self, canvas: skia.Canvas, smooth: bool) -> None:
        self.canvas, self.smooth = canvas, smooth
        self.plain = skia.Paint(AntiAlias=smooth)
        self.dark = skia.Paint(AntiAlias=smooth, BlendMode=skia.BlendMode.kMultiply)
        self.pen = skia.Paint(AntiAlias=smooth, Style=skia.Paint.kStroke_Style)
        self.pen.setStrokeCap(skia.Paint.kRound_Cap)
        self.pen.setStrokeJoin(skia.Paint.kRound_Join)
        self.triangles: dict[int, skia.Vertices] = {}

    def draw(self, operations: Sequence[Operation]) -> None:
        ways: dict[type, Callable[[Any], None]] = {
            Fill: self._fill,
            Stroke: self._stroke,
            Clip: self._clip,
            Unclip: self._unclip,
            Shade: self._shade,
            Facets: self._facets,
        }
        for operation in operations:
            ways[type(operation)](operation)

    def _fill(self, fill: Fill) -> None:
        path, colour, alpha, multiply, soft = fill
        if isinstance(colour, tuple) and not soft:
            paint = self.dark if multiply else self.plain
            paint.setColor(skia.Color(*colour))
        else:
            paint = skia.Paint(AntiAlias=self.smooth, BlendMode=skia.BlendMode.kMultiply if multiply else skia.BlendMode.kSrcOver)
            if isinstance(colour, tuple):
                paint.setColor(skia.Color(*colour))
            else:
                paint.setShader(_shader(colour))
            if soft:
                paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, soft))
        if alpha != 1:
            paint.setAlphaf(alpha)
        self.canvas.drawPath(_native(path), paint)

    def _stroke(self, stroke: Stroke) -> None:
        path, colour, width, alpha, (dx, dy) = stroke
        self.pen.setColor(skia.Color(*colour))
        if alpha != 1:
            self.pen.setAlphaf(alpha)
        self.pen.setStrokeWidth(width)
        if dx or dy:
            self.canvas.translate(dx, dy)
            self.canvas.drawPath(_native(path), self.pen)
            self.canvas.translate(-dx, -dy)
        else:
            self.canvas.drawPath(_native(path), self.pen)

    def _clip(self, clip: Clip) -> None:
        path, inside, (dx, dy) = clip
        self.canvas.save()
        operation = skia.ClipOp.kIntersect if inside else skia.ClipOp.kDifference
        if dx or dy:
            self.canvas.translate(dx, dy)
            self.canvas.clipPath(_native(path), operation, self.smooth)
            self.canvas.translate(-dx, -dy)
        else:
            self.canvas.clipPath(_native(path), operation, self.smooth)

    def _unclip(self, _: Unclip) -> None:
        self.canvas.restore()

    def _shade(self, shade: Shade) -> None:
        if isinstance(shade.paint, tuple):
            self.dark.setColor(skia.Color(*shade.paint))
            self.canvas.drawPaint(self.dark)
        else:
            self.canvas.drawPaint(skia.Paint(BlendMode=skia.BlendMode.kMultiply, Shader=_gradient(shade.paint)))

    def _facets(self, facets: Facets) -> None:
        made = self.triangles.get(id(facets))
        if made is None:
            positions = [skia.Point(x, y) for x, y in facets.corners.reshape(-1, 2).tolist()]
            colours = [skia.Color(*tone) for tone in facets.colours.tolist() for _ in range(3)]
            made = skia.Vertices(skia.Vertices.kTriangles_VertexMode, positions, positions, colours)
            self.triangles[id(facets)] = made
        self.dark.setColor(skia.ColorWHITE)
        self.canvas.drawVertices(made, self.dark, skia.BlendMode.kDst)
