"""How a drawing is rendered: its lines, its shading, its light. Sampled once a character, never per outfit."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

RGB = tuple[int, int, int]
DARK = 130  # sum of red, green and blue up to which a colour counts as black


@dataclass(frozen=True)
class Style:
    """line: outline width in units (a head is 1); 0 = none. line_mode: "dark" (one near-black), "coloured" (one
    colour), "tinted" (each layer's own colour, darkened). thick_thin: 0..1, how much heavier the shadow side is.
    shading: "flat" | "cel" | "soft" | "painted" | "facets". shade: multiply colour of shadows. light: x -1 (left) .. 1, y.
    gloss: 0..1 strength of highlights. saturation: factor on all colours. drained: factor on
    those of skin and hair alone (clothes keep the colours that captions name). wash: strength of a water-colour texture,
    0 = none. texture: its seed. tones: of cel shading: 1 shadow, 2 a darker core
    in it, 3 a rim of light as well.
    """

    line: float
    line_mode: str
    line_colour: RGB
    thick_thin: float
    shading: str
    shade: RGB
    light: tuple[float, float]
    gloss: float
    saturation: float
    drained: float
    wash: float
    texture: int
    tones: int = 2

    def tone(self, colour: RGB) -> RGB:
        """A colour of cloth in this style's saturation."""
        return saturate(colour, self.saturation)

    def flesh(self, colour: RGB) -> RGB:
        """A colour of skin, hair or eyes in this style's saturation."""
        return saturate(colour, self.saturation * self.drained)

    def ink(self, colour: RGB) -> RGB:
        """The outline colour of a layer of this (toned) colour."""
        return self._tinted(colour, 0.62) if self.line_mode == "tinted" else self.line_colour

    def _tinted(self, colour: RGB, amount: float) -> RGB:
        """A fill's own hue as ink; pale and grey fills have next to none, so their ink leans to `line_colour`."""
        own = darken(colour, amount)
        chroma = (max(colour) - min(colour)) / 255
        return mixed(own, self.line_colour, 0.7 * max(0.0, 1 - 1.6 * chroma) * min(colour) / 255 + 0.1)

    def crease(self, colour: RGB) -> RGB:
        """The colour of lines inside a layer: lighter than its outline; where nothing is outlined, hardly a line at all."""
        if sum(colour) < DARK:
            return lighten(colour, 0.16)  # on black cloth a darker line would not be seen
        if not self.line:
            return darken(colour, 0.3)
        return self._tinted(colour, 0.5) if self.line_mode == "tinted" else mixed(self.line_colour, colour, 0.12)

    def shadow(self, colour: RGB, own: float = 0.28) -> RGB:
        """What a layer of this colour is multiplied by in the shade: a share `own` of its own hue, or shadows look like dirt."""
        high = max(*colour, 1)
        grey = sum(self.shade) / 3
        r, g, b = (int((1 - own) * s + own * grey * c / high) for s, c in zip(self.shade, colour, strict=True))
        return r, g, b


def mixed(one: RGB, other: RGB, share: float) -> RGB:
    """share of the other colour in one, 0..1."""
    r, g, b = (int(a + (c - a) * share) for a, c in zip(one, other, strict=True))
    return r, g, b


def saturate(colour: RGB, factor: float) -> RGB:
    """Nearer to its grey (factor below 1) or farther from it."""
    if factor == 1.0:
        return colour
    grey = 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]
    r, g, b = (int(min(255, max(0, grey + (c - grey) * factor))) for c in colour)
    return r, g, b


def darken(colour: RGB, amount: float) -> RGB:
    """Darker and turned a little towards violet, as painters shade; pale colours turn duller. amount 0..1."""
    hue, light, depth = colorsys.rgb_to_hls(*(c / 255 for c in colour))
    hue += 0.025 * amount * (1 if 0.17 < hue < 0.72 else -1)
    r, g, b = colorsys.hls_to_rgb(hue % 1, light * (1 - amount), depth * (1 - 0.5 * amount * light))
    return int(r * 255), int(g * 255), int(b * 255)


def lighten(colour: RGB, amount: float) -> RGB:
    """Towards white. amount 0..1."""
    r, g, b = (int(c + (255 - c) * amount) for c in colour)
    return r, g, b
