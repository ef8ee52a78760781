"""Cloth patterns as repeating tiles of ink weights, coloured when a garment is drawn.

A tile is drawn once per process as two ink masks (second colour, third colour); colouring it is one small
array operation, so every garment can have its own colours. The ground colour always covers most of
the tile: a garment's main colour is the one that dominates its area.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import skia
from numpy.typing import NDArray

RGB = tuple[int, int, int]
TILE = 64  # side of the finest tile in pixels

_SECOND, _THIRD = skia.Color(255, 0, 0), skia.Color(0, 255, 0)
Painter = Callable[[skia.Canvas, skia.Paint, skia.Paint], None]


@dataclass(frozen=True)
class Pattern:
    """One cloth pattern.

    paint: draws ink on a 64 x 64 tile (None: a gradient over the whole garment). period: side of the tile as a
    share of the shoulder width, smallest and largest. turns: angles in degrees that the tile may be turned by.
    words: how captions call it; the first is the usual word. third: how the third ink relates to the colours.
    """

    paint: Painter | None
    period: tuple[float, float]
    words: tuple[str, ...]
    turns: tuple[float, ...] = (0.0,)
    third: str = "blend"


def _rect(canvas: skia.Canvas, paint: skia.Paint, x: float, y: float, w: float, h: float) -> None:
    canvas.drawRect(skia.Rect.MakeXYWH(x, y, w, h), paint)


def _half(paint: skia.Paint, alpha: float) -> skia.Paint:
    copy = skia.Paint(paint)
    copy.setAlphaf(alpha)
    return copy


def _polygon(*points: tuple[float, float]) -> skia.Path:
    return skia.Path.Polygon([skia.Point(x, y) for x, y in points], True)


def _stripes(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    _rect(canvas, second, 0, 20, 64, 24)


def _pinstripes(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    _rect(canvas, second, 27, 0, 11, 64)


def _plaid(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    for x, y, w, h in ((24, 0, 16, 64), (0, 24, 64, 16)):
        _rect(canvas, _half(second, 0.62), x, y, w, h)
    for x, y, w, h in ((3, 0, 5, 64), (0, 3, 64, 5)):
        _rect(canvas, third, x, y, w, h)


def _gingham(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    for x, y, w, h in ((0, 0, 24, 64), (0, 0, 64, 24)):
        _rect(canvas, _half(second, 0.6), x, y, w, h)


def _checks(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    _rect(canvas, second, 2, 2, 28, 28)
    _rect(canvas, second, 34, 34, 28, 28)


def _dots(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    for x, y in ((16, 16), (48, 48)):
        canvas.drawCircle(x, y, 10.5, second)


def _flower(canvas: skia.Canvas, petal: skia.Paint, heart: skia.Paint, x: float, y: float, r: float) -> None:
    for k in range(5):
        angle = k * 2 * np.pi / 5 - np.pi / 2
        canvas.drawCircle(x + 0.62 * r * np.cos(angle), y + 0.62 * r * np.sin(angle), 0.45 * r, petal)
    canvas.drawCircle(x, y, 0.34 * r, heart)


def _floral(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    _flower(canvas, second, third, 18, 18, 16)
    _flower(canvas, second, third, 48, 48, 13)
    for x, y in ((50, 14), (14, 50)):
        canvas.drawOval(skia.Rect.MakeXYWH(x - 6, y - 3, 12, 6), _half(second, 0.55))


def _lace(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    ring = skia.Paint(second)
    ring.setStyle(skia.Paint.kStroke_Style)
    ring.setStrokeWidth(4.5)
    for x, y in ((0, 0), (64, 0), (0, 64), (64, 64), (32, 32)):
        canvas.drawCircle(x, y, 19, ring)
        canvas.drawCircle(x, y, 7, second)


def _heart(x: float, y: float, r: float) -> skia.Path:
    path = skia.Path()
    path.moveTo(x, y + r)
    path.cubicTo(x - 1.9 * r, y - 0.2 * r, x - 0.9 * r, y - 1.5 * r, x, y - 0.4 * r)
    path.cubicTo(x + 0.9 * r, y - 1.5 * r, x + 1.9 * r, y - 0.2 * r, x, y + r)
    return path


def _hearts(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    canvas.drawPath(_heart(17, 17, 13), second)
    canvas.drawPath(_heart(49, 49, 13), second)


def _star(x: float, y: float, r: float) -> skia.Path:
    reach = [r if k % 2 == 0 else 0.45 * r for k in range(10)]
    return _polygon(*[(x + q * np.sin(k * np.pi / 5), y - q * np.cos(k * np.pi / 5)) for k, q in enumerate(reach)])


def _stars(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    canvas.drawPath(_star(17, 17, 16), second)
    canvas.drawPath(_star(49, 49, 16), second)


def _argyle(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    canvas.drawPath(_polygon((32, 8), (53, 32), (32, 56), (11, 32)), second)
    thin = skia.Paint(third)
    thin.setStyle(skia.Paint.kStroke_Style)
    thin.setStrokeWidth(2.5)
    for x in (-32, 0, 32):
        canvas.drawLine(x, 0, x + 64, 64, thin)
        canvas.drawLine(x + 64, 0, x, 64, thin)


def _camouflage(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    blobs = np.random.default_rng(5)
    for index in range(15):
        x, y = blobs.random(2) * 64
        w, h = 10 + blobs.random() * 14, 6 + blobs.random() * 7
        for dx in (-64, 0, 64):
            for dy in (-64, 0, 64):
                canvas.drawOval(skia.Rect.MakeXYWH(x + dx - w / 2, y + dy - h / 2, w, h), second if index % 2 else third)


def _zigzag(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    canvas.drawPath(_polygon((0, 46), (32, 14), (64, 46), (64, 70), (32, 38), (0, 70)), second)
    canvas.drawPath(_polygon((0, -18), (32, -50), (64, -18), (64, 6), (32, -26), (0, 6)), second)


def _houndstooth(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    canvas.drawPath(
        _polygon((4, 4), (32, 4), (32, 16), (44, 4), (58, 4), (32, 30), (32, 44), (18, 58), (4, 58), (16, 44), (4, 32)), second
    )


def _leopard(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    for x, y in ((16, 15), (48, 46), (14, 50), (49, 14)):
        canvas.drawOval(skia.Rect.MakeXYWH(x - 11, y - 9, 22, 18), second)
        canvas.drawOval(skia.Rect.MakeXYWH(x - 4, y - 4, 10, 7), third)


def _waves(canvas: skia.Canvas, second: skia.Paint, third: skia.Paint) -> None:
    ring = skia.Paint(second)
    ring.setStyle(skia.Paint.kStroke_Style)
    ring.setStrokeWidth(4.5)
    clear = skia.Paint(Color=skia.Color(0, 0, 0), AntiAlias=True)
    for row in range(8):
        for x in (-32, 32, 96) if row % 2 else (0, 64):
            y = row * 16
            canvas.drawCircle(x, y, 32, clear)
            canvas.drawCircle(x, y, 28, ring)
            canvas.drawCircle(x, y, 15, ring)


PATTERNS: dict[str, Pattern] = {
    "striped": Pattern(_stripes, (0.22, 0.38), ("striped", "horizontal striped", "stripy")),
    "vertical-striped": Pattern(_stripes, (0.20, 0.34), ("vertical striped", "vertically striped"), (90.0,)),
    "diagonal-striped": Pattern(_stripes, (0.24, 0.38), ("diagonal striped", "diagonally striped"), (45.0, -45.0)),
    "pinstriped": Pattern(_pinstripes, (0.13, 0.20), ("pinstriped", "pinstripe")),
    "plaid": Pattern(_plaid, (0.36, 0.60), ("plaid", "tartan", "checked plaid"), (0.0, 0.0, 45.0), "light"),
    "gingham": Pattern(_gingham, (0.20, 0.32), ("gingham", "gingham checked")),
    "checkered": Pattern(_checks, (0.32, 0.52), ("checkered", "checkerboard", "chequered"), (0.0, 0.0, 45.0)),
    "polka dot": Pattern(_dots, (0.28, 0.50), ("polka dot", "polka dotted", "dotted")),
    "floral": Pattern(_floral, (0.42, 0.70), ("floral", "flower print", "flowery"), (0.0, 20.0, -20.0), "light"),
    "lace": Pattern(_lace, (0.28, 0.42), ("lace", "lacy")),
    "heart print": Pattern(_hearts, (0.34, 0.55), ("heart print", "heart patterned")),
    "star print": Pattern(_stars, (0.34, 0.55), ("star print", "star patterned", "starry")),
    "argyle": Pattern(_argyle, (0.42, 0.60), ("argyle", "diamond patterned"), (0.0,), "light"),
    "gradient": Pattern(None, (1.0, 1.0), ("gradient", "ombre", "two-tone gradient")),
    "camouflage": Pattern(_camouflage, (0.75, 1.10), ("camouflage", "camo"), (0.0, 90.0), "dark"),
    "zigzag": Pattern(_zigzag, (0.30, 0.46), ("zigzag", "chevron")),
    "houndstooth": Pattern(_houndstooth, (0.24, 0.36), ("houndstooth",)),
    "leopard print": Pattern(_leopard, (0.45, 0.65), ("leopard print", "leopard spotted"), (0.0, 15.0)),
    "wave patterned": Pattern(_waves, (0.40, 0.60), ("wave patterned", "seigaiha")),
}


@cache
def ink_weights(name: str) -> NDArray[np.float32]:
    """Ink of one tile: 64 x 64 x 2, shares 0..1 of the second and the third colour."""
    paint = PATTERNS[name].paint
    assert paint is not None, f"{name} has no tile"
    surface = skia.Surface(TILE * 4, TILE * 4)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorBLACK)
    canvas.scale(4, 4)
    paint(canvas, skia.Paint(Color=_SECOND, AntiAlias=True), skia.Paint(Color=_THIRD, AntiAlias=True))
    pixels = surface.toarray(colorType=skia.kRGBA_8888_ColorType)[..., :2].astype(np.float32) / 255
    return np.asarray(pixels.reshape(TILE, 4, TILE, 4, 2).mean((1, 3)))


def third_colour(name: str, colour: RGB, second: RGB) -> RGB:
    """The accent that a pattern needs beside its two named colours: a mix, or a lighter or darker one of them."""
    a, b = np.array(colour, np.float32), np.array(second, np.float32)
    rule = PATTERNS[name].third
    mixed = {"light": 0.25 * b + 0.75 * 250, "dark": 0.55 * a + 0.25 * b, "blend": 0.5 * a + 0.5 * b}[rule]
    return (int(mixed[0]), int(mixed[1]), int(mixed[2]))


def shader(
    name: str,
    colour: RGB,
    second: RGB,
    *,
    period: float,
    angle: float = 0.0,
    origin: tuple[float, float] = (0.0, 0.0),
    span: tuple[float, float] = (0.0, 1.0),
) -> skia.Shader:
    """The pattern in two colours as a skia shader.

    period: side of the tile in canvas units; angle: degrees, clockwise; origin: a point that the tile's corner lies
    on; span: y at which a gradient starts and ends.
    """
    if PATTERNS[name].paint is None:
        points = [skia.Point(0, span[0] + 0.45 * (span[1] - span[0])), skia.Point(0, span[1])]
        return skia.GradientShader.MakeLinear(points, [skia.Color(*colour), skia.Color(*second)])
    inks = np.array([second, third_colour(name, colour, second)], np.float32) - np.array(colour, np.float32)
    tile = np.full((TILE, TILE, 4), 255, np.uint8)
    tile[..., :3] = ink_weights(name) @ inks + np.array(colour, np.float32)
    matrix = skia.Matrix()
    matrix.setTranslate(*origin)
    matrix.preRotate(angle)
    matrix.preScale(period / TILE, period / TILE)
    image = skia.Image.fromarray(tile, colorType=skia.kRGBA_8888_ColorType)
    repeat = skia.TileMode.kRepeat
    return image.makeShader(repeat, repeat, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear), matrix)
