"""How a drawing looks, as a display list: ordered layers -> a flat list of operations that any renderer understands.

Everything about looks is decided here (outline, shadow, folds; shapes from `wardrobe.pen` and `wardrobe.shading`);
`wardrobe.render_skia`, `wardrobe.render_cv` and `wardrobe.svg` only carry the operations out. Lengths are in units; `Frame`
leads to pixels. The same layers give three lists: the picture, the ids (three numbers packed into RGB) and the lines alone
(a layer's fill erases the lines under it).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardrobe import pen, shading
from wardrobe.canvas import Frame, Layer, Mark, Z
from wardrobe.parts import ClothingPart
from wardrobe.path import Path
from wardrobe.patterns import Fabric, Gradient
from wardrobe.style import RGB, Style, darken

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
THINNEST = 0.75  # px: a thinner outline would fade on a small canvas
UNLINED = 0.01  # units: the pen for seams where a style has no outline
PARTED = 0.024, 0.2  # units, and darkening: what parts pieces of one colour where there are no lines
RIM = 2.4  # factor on `Tube.front` that makes a rim of light as narrow as it should be
INNER = 0.014  # units: where outlines are heavier, lines inside a piece stay finer than they are
BRUSHED = 1.3  # px: a thinner line is stroked evenly, nobody would see it swell
FINE = 64  # px per unit: below, lines are even and shade has one tone
VISIBLE = 0.7  # px: a thinner line is drawn as wide as this, and fainter
CAST = (0.014, 0.03, 0.055)  # units: how far what lies close, over and far in front throws its shadow
LOST = 0.5  # of that width: a line that is thinner still is left out
THROWN = 1.5  # px: a shorter shadow is left out
AMBIENT = 0.28  # of the shade, by which airbrushed pieces darken towards their lower end
FLESHY = 0.6  # share of its own hue in the shade on skin and hair, which light shines through
NEAR, FAR = 0.6, 9.0  # differences of z that part these three


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
    """Fill, marks, shadow and outline of every layer."""
    layers = list(layers)
    brush = _Brush(style, frame)
    for layer, shadows in zip(layers, _cast(layers, style, frame), strict=True):
        brush.layer(layer, shadows)
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
        strokes = [mark for mark in layer.marks if mark.kind in ("line", "fold")]
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
        self.style, self.scale = style, frame.scale
        self.width = max(style.line, THINNEST / frame.scale) if style.line else 0.0
        self.inner = min(self.width, INNER + 0.45 * max(0.0, self.width - INNER)) or UNLINED
        self.fine = frame.scale >= FINE
        self.steps = 2 if frame.scale < 90 else 4 if frame.scale < 260 else 6
        self.dark = shading.into_shade(style.light)
        self.facets = _facets(style) if style.shading == "facets" else None
        self.operations: list[Operation] = []

    def layer(self, layer: Layer, shadows: list[Path]) -> None:
        operations, style = self.operations, self.style
        colour = style.tone(layer.colour) if layer.garment else style.flesh(layer.colour)
        if layer.clip is not None:
            operations.append(Clip(layer.clip))
        operations.append(Fill(layer.path, layer.pattern or colour))
        inner = [mark for mark in layer.marks if mark.clip]
        if inner or layer.shading > 0:
            operations.append(Clip(layer.path))
            if not layer.garment and layer.shading > 0:  # a face's marks are painted as they are to be seen
                self._shadow(layer, colour, shadows)
            for mark in inner:
                self._mark(mark, layer, colour)
            if layer.garment and layer.shading > 0:  # stripes, prints and buttons lie in the shade with the cloth
                self._shadow(layer, colour, shadows)
                if layer.gloss and style.shading in ("cel", "soft", "painted"):
                    self._gloss(layer)
            operations.append(Unclip())
        if layer.line > 0 and self.width:
            self._outline(layer, style.ink(colour), layer.line * self.width)
        elif layer.line > 0 and layer.garment:  # or a sleeve could not be told from the chest
            operations += [Clip(layer.path), Stroke(layer.edge or layer.path, darken(colour, PARTED[1]), PARTED[0]), Unclip()]
        for mark in layer.marks:
            if not mark.clip:
                self._mark(mark, layer, colour)
        if layer.clip is not None:
            operations.append(Unclip())

    def _outline(self, layer: Layer, ink: RGB, width: float) -> None:
        """Thin in the light, heavy in the shade."""
        path, weight = layer.edge or layer.path, self.style.thick_thin
        if self.fine and width * self.scale >= BRUSHED:
            centre = layer.path.bounds().centre
            self.operations.append(Fill(pen.outline(path, width, weight, self.dark, centre, self.steps), ink))
            return
        self.operations.append(Stroke(path, ink, width))
        if weight:
            offset = 0.45 * width * weight
            self.operations.append(Stroke(path, ink, width, shift=(self.dark[0] * offset, self.dark[1] * offset)))

    def _mark(self, mark: Mark, layer: Layer, colour: RGB) -> None:
        style, own = self.style, mark.colour
        if mark.kind in ("shadow", "deep"):
            return
        if mark.kind == "fold":
            if self.width:
                self._line(mark, style.crease(colour), mark.ends if mark.ends != (1.0, 1.0) else (0.75, 0.0))
        elif mark.kind == "shade":
            self.operations.append(Fill(mark.path, _weakened(own or style.shade, mark.strength), multiply=True))
        elif mark.kind == "line":
            if own is not None:
                own = style.tone(own) if layer.garment else style.flesh(own)
                self.operations.append(Stroke(mark.path, own, mark.width * (self.width or UNLINED), mark.strength))
            else:
                own = style.crease(colour) if layer.garment else style.ink(colour) if self.width else darken(colour, 0.5)
                self._line(mark, own, mark.ends)
        else:
            if own is not None:
                own = style.tone(own) if layer.garment else style.flesh(own)
            self.operations.append(
                Fill(mark.path, own or (WHITE if mark.kind == "light" else colour), mark.strength, soft=mark.soft)
            )

    def _line(self, mark: Mark, ink: RGB, ends: tuple[float, float]) -> None:
        """A line in the layer's ink; one that would be thinner than can be seen grows fainter instead."""
        width = mark.width * self.inner
        seen = width * self.scale / VISIBLE
        if seen < LOST:
            return
        if self.fine and ends != (1.0, 1.0) and width * self.scale >= BRUSHED:
            self.operations.append(Fill(pen.crease(mark.path, width, ends, self.steps), ink, mark.strength))
        else:
            self.operations.append(Stroke(mark.path, ink, width / min(1.0, seen), mark.strength * min(1.0, seen)))

    def _shadow(self, layer: Layer, colour: RGB, cast: list[Path]) -> None:
        style = self.style
        shade = style.shadow(colour) if layer.garment else style.shadow(colour, FLESHY)
        if style.shading == "facets" and self.facets is not None:
            self.operations.append(self.facets)
        elif style.shading == "cel":
            self._cel(layer, shade, cast)
        elif style.shading in ("soft", "painted"):
            self._soft(layer, shade, cast)

    def _gloss(self, layer: Layer) -> None:
        """A streak of light that follows the lit border from a little inside."""
        box = layer.path.bounds()
        size = min(0.35, box.width, box.height)
        if 0.12 * size * self.scale < VISIBLE:
            return
        start, end = ((reach * size * self.dark[0], reach * size * self.dark[1]) for reach in (0.13, 0.13 + 0.12 * layer.gloss))
        strength = (0.25 + 0.5 * self.style.gloss) * (0.35 + 0.65 * layer.gloss)
        soft = 0.0 if self.style.shading == "cel" else 0.04 * size
        self.operations += [Clip(layer.path, shift=start), Clip(layer.path, False, end)]
        self.operations += [Fill(layer.path, WHITE, 0.7 * strength, soft=soft), Unclip(), Unclip()]

    def _cel(self, layer: Layer, shade: RGB, cast: list[Path]) -> None:
        """One even tone where form, folds and what lies above leave no light, and a darker core in it."""
        style, tube = self.style, layer.tube
        deep = self.fine and style.tones > 1
        form, *core = shading.terminators(tube, style.light, (1.0, 2.1) if deep else (1.0,)) if tube is not None else ([], [])
        paths = [*cast, *self._valleys(layer, "shadow")]
        if tube is None:
            box = layer.path.bounds()
            reach = -min(0.09, 0.2 * min(box.width, box.height)) * layer.shading
            shift = (self.dark[0] * reach, self.dark[1] * reach)
            if paths:
                paths.append(shading.rim(layer.path, shift))
            else:
                self.operations += [Clip(layer.path, False, shift), Shade(shade), Unclip()]
        if form or paths:
            self.operations.append(Fill(shading.joined(form, paths), shade, multiply=True))
        if deep:
            darker = [mark.path for mark in layer.marks if mark.kind == "deep"]
            if core[0] or darker:
                self.operations.append(Fill(shading.joined(core[0], darker), _weakened(shade, 0.6), multiply=True))
        if tube is not None and self.fine and style.tones > 2 and layer.casts:
            lx, ly = style.light
            (lit,) = shading.terminators(tube, (-lx, -ly), (RIM,))
            if lit:
                self.operations.append(Fill(shading.joined(lit, []), WHITE, 0.3))

    def _valleys(self, layer: Layer, kind: str) -> list[Path]:
        stride, light = 1 if self.fine else 3, self.style.light
        deep = [mark for mark in layer.marks if mark.kind == "fold" and mark.depth * self.scale > VISIBLE]
        folds = [shading.valleys(mark.path, mark.depth, light, stride) for mark in deep]
        return folds + [mark.path for mark in layer.marks if mark.kind == kind]

    def _soft(self, layer: Layer, shade: RGB, cast: list[Path]) -> None:
        """Airbrushed: the form's shade fades over a third of its width, that of folds and of what lies above over less."""
        style, tube, operations = self.style, layer.tube, self.operations
        crisp = style.shading == "painted"
        if tube is not None:
            if layer.garment and layer.casts and self.fine:
                start, end = ((tube.left[k] + tube.right[k]) / 2 for k in (0, -1))
                fall = (WHITE, _weakened(shade, AMBIENT))
                operations.append(Shade(Gradient((start[0], start[1]), (end[0], end[1]), fall, (0.25, 1.0))))
            wide = float(np.hypot(*(tube.right - tube.left).T).mean())
            dark = _weakened(shade, 0.75 if self.fine else 0.55)
            # on a small canvas two steps look like a blur, and are far quicker
            fronts, blurs = ((0.85, 1.9), (0.1, 0.06)) if self.fine else ((0.75, 1.3), (0.0, 0.0))
            for form, blur in zip(shading.terminators(tube, style.light, fronts), blurs, strict=True):
                if form:
                    soft = blur * wide * (0.5 if crisp else 1)
                    operations.append(Fill(shading.joined(form, []), dark, multiply=True, soft=soft))
        else:
            self._gradient(layer, shade)
        if cast:
            operations.append(Fill(shading.joined([], cast), shade, multiply=True, soft=self._blur(0.006 if crisp else 0.018)))
        folds = self._valleys(layer, "shadow") + [mark.path for mark in layer.marks if self.fine and mark.kind == "deep"]
        if folds:
            dark = _weakened(shade, 0.85)
            operations.append(Fill(shading.joined([], folds), dark, multiply=True, soft=self._blur(0.003 if crisp else 0.012)))

    def _blur(self, soft: float) -> float:
        """None where it would not be seen."""
        return soft if soft * self.scale > 1.0 else 0.0

    def _gradient(self, layer: Layer, shade: RGB) -> None:
        box, (lx, ly) = layer.path.bounds(), self.style.light
        cx, cy, w, h = *box.centre, box.width / 2, box.height / 2
        rise = ly * h * 0.6 * min(1.0, w / max(h, 1e-6)) ** 2  # long limbs are shaded across, or hands would not match
        middle, deep = _weakened(shade, 0.3 * layer.shading), _weakened(shade, min(1.0, layer.shading))
        start, end = (cx + lx * w, cy - rise), (cx - lx * w, cy + rise)
        self.operations.append(Shade(Gradient(start, end, (WHITE, middle, deep), (0.2, 0.6, 1.0))))


def _cast(layers: list[Layer], style: Style, frame: Frame) -> list[list[Path]]:
    """For every layer, the shadows that those in front of it throw on it."""
    found: list[list[Path]] = [[] for _ in layers]
    if style.shading in ("flat", "facets") or CAST[2] * frame.scale < THROWN:
        return found
    dark = shading.into_shade(style.light)
    made: dict[tuple[int, float], Path] = {}
    casting = [(index, layer.z, layer.path.bounds()) for index, layer in enumerate(layers) if _casts(layer)]
    for index, layer in enumerate(layers):
        if layer.shading <= 0 or layer.face or not (layer.garment or layer.part == ClothingPart.SKIN):
            continue
        left, top, right, bottom = layer.path.bounds()
        for other, z, box in casting:
            gap = z - layer.z
            reach = CAST[0] if gap < NEAR else CAST[1] if gap < FAR else CAST[2]
            if gap <= 0.05 or reach * frame.scale < THROWN:
                continue
            if box.left > right or box.right < left or box.top > bottom or box.bottom < top:
                continue
            if (other, reach) not in made:
                made[other, reach] = shading.cast(layers[other].path, (dark[0] * reach, dark[1] * reach))
            found[index].append(made[other, reach])
    return found


def _casts(layer: Layer) -> bool:
    """Clothes, hair that hangs in front, and arms."""
    if layer.clip is not None or layer.face or not layer.casts:
        return False
    return (
        bool(layer.garment)
        or (layer.part == ClothingPart.HAIR and layer.z > Z.HEAD)
        or (layer.part == ClothingPart.SKIN and Z.FRONT_ARM <= layer.z < Z.HEAD)
    )


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
