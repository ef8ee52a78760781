"""Display list -> SVG 1.1 with blend modes (CSS Compositing 1): a drawing that can be edited as shapes.

A group that is clipped is isolated, so what multiplies inside of it would meet nothing to darken; hence every element
carries its own clip. Inside-clips are nested clipPaths, outside-clips are black shapes on a mask. The water-colour
texture of `wardrobe.render` is one of pixels and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from wardrobe import display
from wardrobe.canvas import Frame, Layer
from wardrobe.display import Clip, Facets, Fill, Operation, Shade, Stroke, Unclip
from wardrobe.path import Box, Path
from wardrobe.patterns import CLEAR, SECOND, THIRD, TILE, Fabric, Gradient, Weave, inks, third_colour
from wardrobe.style import RGB, Style

_ROOT = 'xmlns="http://www.w3.org/2000/svg" stroke-linecap="round" stroke-linejoin="round"'


def to_svg(layers: Iterable[Layer], style: Style, frame: Frame) -> str:
    """The picture as an SVG document in the frame's pixels, on a transparent ground."""
    return document(display.picture(layers, style, frame), frame)


def document(operations: Sequence[Operation], frame: Frame) -> str:
    """Any display list as an SVG document."""
    writer = _Writer(frame)
    writer.write(operations)
    size = f'width="{frame.width}" height="{frame.height}" viewBox="0 0 {frame.width} {frame.height}"'
    return "\n".join([f"<svg {_ROOT} {size}>", *writer.lines, "</svg>\n"])


@dataclass(frozen=True)
class Sheet:
    """A drawing as curves: its layers from the back, in style, as frame shows them."""

    layers: tuple[Layer, ...]
    style: Style
    frame: Frame

    def svg(self) -> str:
        """The garments, also where something lies in front of them."""
        return to_svg([layer for layer in self.layers if layer.garment], self.style, self.frame)


class _Region(NamedTuple):
    """What the clips leave: attributes of an element in it; the innermost clipPath; shapes cut out; bounds in pixels."""

    attributes: str
    clip: str
    holes: tuple[str, ...]
    box: Box


class _Writer:
    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.lines: list[str] = []
        self.names = count()
        self.known: dict[object, str] = {}
        self.regions = [_Region("", "", (), Box(0, 0, frame.width, frame.height))]

    def write(self, operations: Sequence[Operation]) -> None:
        for operation in operations:
            match operation:
                case Fill(path, paint, alpha, multiply, soft):
                    if isinstance(paint, Weave):  # or the ground would show through the seams between tiles
                        self._element(f'path d="{self._data(path)}" fill="{_hex(paint.colour)}"')
                    looks = f'fill="{self._paint(paint)}"{_opacity("fill", alpha)}{_MULTIPLY if multiply else ""}'
                    self._element(f'path d="{self._data(path)}" {looks}{self._blur(path, soft)}')
                case Stroke(path, colour, width, alpha, shift):
                    looks = f'stroke="{_hex(colour)}" stroke-width="{width * self.frame.scale:.3g}"{_opacity("stroke", alpha)}'
                    self._element(f'path d="{self._data(path, shift)}" fill="none" {looks}')
                case Clip(path, inside, shift):
                    self.regions.append(self._inside(path, shift) if inside else self._outside(path, shift))
                case Unclip():
                    self.regions.pop()
                case Shade(paint):
                    self._element(f'rect {_sides(self.regions[-1].box)} fill="{self._paint(paint)}"{_MULTIPLY}')
                case Facets():
                    self._element(f'use href="#{self._triangles(operation)}"{_MULTIPLY}')

    def _element(self, inner: str) -> None:
        self.lines.append(f"<{inner}{self.regions[-1].attributes}/>")

    def _define(self, tag: str, attributes: str, content: str) -> str:
        name = f"{tag[0]}{next(self.names)}"
        self.lines.append(f'<{tag} id="{name}"{attributes}>{content}</{tag}>')
        return name

    def _data(self, path: Path, shift: tuple[float, float] = (0.0, 0.0)) -> str:
        key = path, shift
        if key not in self.known:
            moved = Path(path)
            moved.offset(*shift)
            moved.transform(self.frame.matrix())
            self.known[key] = moved.svg(2)
        return self.known[key]

    def _inside(self, path: Path, shift: tuple[float, float]) -> _Region:
        around, data = self.regions[-1], self._data(path, shift)
        key = "clip", data, around.clip
        if key not in self.known:
            parent = f' clip-path="url(#{around.clip})"' if around.clip else ""
            self.known[key] = self._define("clipPath", parent, f'<path d="{data}"/>')
        clip = self.known[key]
        return self._region(clip, around.holes, _common(around.box, self._bounds(path, shift)))

    def _outside(self, path: Path, shift: tuple[float, float]) -> _Region:
        around = self.regions[-1]
        return self._region(around.clip, (*around.holes, self._data(path, shift)), around.box)

    def _region(self, clip: str, holes: tuple[str, ...], box: Box) -> _Region:
        attributes = f' clip-path="url(#{clip})"' if clip else ""
        if holes:
            key = "mask", holes, box
            if key not in self.known:
                dark = "".join(f'<path d="{hole}"/>' for hole in holes)
                ground = f'<rect {_sides(box)} fill="#fff"/>'
                self.known[key] = self._define("mask", f' maskUnits="userSpaceOnUse" {_sides(box)}', ground + dark)
            attributes += f' mask="url(#{self.known[key]})"'
        return _Region(attributes, clip, holes, box)

    def _bounds(self, path: Path, shift: tuple[float, float]) -> Box:
        left, top, right, bottom = path.bounds()
        x0, y0 = self.frame.pixel(left + shift[0], top + shift[1])
        x1, y1 = self.frame.pixel(right + shift[0], bottom + shift[1])
        return _widened(Box(x0, y0, x1, y1), 1)

    def _paint(self, paint: RGB | Fabric) -> str:
        if isinstance(paint, tuple):
            return _hex(paint)
        if paint not in self.known:
            self.known[paint] = self._gradient(paint) if isinstance(paint, Gradient) else self._weave(paint)
        return f"url(#{self.known[paint]})"

    def _gradient(self, gradient: Gradient) -> str:
        (x1, y1), (x2, y2) = self.frame.pixel(*gradient.start), self.frame.pixel(*gradient.end)
        ends = f' gradientUnits="userSpaceOnUse" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        pairs = zip(gradient.positions, gradient.colours, strict=True)
        return self._define("linearGradient", ends, "".join(f'<stop offset="{at:g}" stop-color="{_hex(c)}"/>' for at, c in pairs))

    def _weave(self, weave: Weave) -> str:
        colours = {
            CLEAR: _hex(weave.colour),
            SECOND: _hex(weave.second),
            THIRD: _hex(third_colour(weave.pattern, weave.colour, weave.second)),
        }
        shapes = [f'<rect width="{TILE}" height="{TILE}" fill="{colours[CLEAR]}"/>']
        for ink in inks(weave.pattern):
            colour, pen = colours[ink.ink], "stroke" if ink.stroke else "fill"
            width = f' fill="none" stroke-width="{ink.stroke:g}"' if ink.stroke else ""
            shapes.append(f'<path d="{ink.path.svg(1)}" {pen}="{colour}"{_opacity(pen, ink.alpha)}{width}/>')
        x, y = self.frame.pixel(*weave.origin)
        size = weave.period * self.frame.scale / TILE
        place = f"translate({x:.2f} {y:.2f}) rotate({weave.angle:g}) scale({size:.5g})"
        attributes = f' patternUnits="userSpaceOnUse" width="{TILE}" height="{TILE}" patternTransform="{place}"'
        return self._define("pattern", attributes, "".join(shapes))

    def _blur(self, path: Path, soft: float) -> str:
        """A filter only as large as what the clips let through of it: filters cost by the pixel."""
        if not soft:
            return ""
        sigma = soft * self.frame.scale
        box = _common(_widened(self._bounds(path, (0.0, 0.0)), 3 * sigma), _widened(self.regions[-1].box, 3 * sigma))
        attributes = f' filterUnits="userSpaceOnUse" {_sides(box)} color-interpolation-filters="sRGB"'
        name = self._define("filter", attributes, f'<feGaussianBlur stdDeviation="{sigma:.3g}"/>')
        return f' filter="url(#{name})"'

    def _triangles(self, facets: Facets) -> str:
        """Those on the canvas that darken, not antialiased, or the ground would shine through the seams."""
        key = id(facets)
        if key not in self.known:
            canvas = self.frame.box()
            shapes = []
            for corners, colour in zip(facets.corners, facets.colours.tolist(), strict=True):
                (left, top), (right, bottom) = corners.min(0), corners.max(0)
                on_canvas = left < canvas.right and right > canvas.left and top < canvas.bottom and bottom > canvas.top
                if on_canvas and colour != [255, 255, 255]:
                    shapes.append(f'<path d="{self._data(Path.polygon(corners))}" fill="{_hex(tuple(colour))}"/>')
            self.lines.append("<defs>")
            self.known[key] = self._define("g", ' shape-rendering="crispEdges"', "".join(shapes))
            self.lines.append("</defs>")
        return self.known[key]


_MULTIPLY = ' style="mix-blend-mode:multiply"'


def _hex(colour: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _opacity(pen: str, alpha: float) -> str:
    return f' {pen}-opacity="{alpha:.3g}"' if alpha != 1 else ""


def _common(a: Box, b: Box) -> Box:
    left, top = max(a.left, b.left), max(a.top, b.top)
    return Box(left, top, max(left, min(a.right, b.right)), max(top, min(a.bottom, b.bottom)))


def _widened(box: Box, margin: float) -> Box:
    return Box(box.left - margin, box.top - margin, box.right + margin, box.bottom + margin)


def _sides(box: Box) -> str:
    return f'x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
