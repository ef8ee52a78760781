"""How a character was drawn: its lines, its shading and its light, measured, so that a draft is drawn likewise.

Nothing is learned here. Lines are what a black-hat transform finds (narrow and darker than both sides, Serra 1982);
tones are told apart inside the regions that detection found.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.regions import Region, near
from pipeline.request import CLOTHING, ClothingPart, Image8
from pipeline.tones import INKED
from wardrobe.style import RGB, Style, darken

Plane = NDArray[np.float32]  # H x W

HEAD = 112  # pixels: the height of a head at which shading is measured
WIDEST = 0.075  # of a head: a darker band broader than this is no line
FAINT = 8.0  # levels: what is left of lines in a smaller picture
DARK = 60.0  # levels: beside a darker fill nobody sees a line
DRAWN = 0.76  # share of the parts' borders that carry a line where a drawing has outlines
BROAD, OUTLINED = 0.022, 0.85  # heads; broader ones are lines only where so much of the borders carries one
TINTED = 0.22  # slope of the lines' colours over the fills' from which each fill has an ink of its own
SHADOW = 240, 214, 204  # of skin, multiplied
DIM, DIMMED = (6, 20), 0.97  # percentiles of skin's luminance that are its shadow, if it is darker than this share
DARKEST = 165, 250  # the limits of such a shadow
LEAST_SKIN = 200  # pixels that say something
SPREAD = 0.05  # relative difference of light and shade below which a drawing is flat
STEEP = 0.004  # relative slope per pixel at `HEAD` that still belongs to an even tone
TWO, MOTLEY = 0.5, 0.35  # darkest to brightest tone of a region, and what that differs by channel, from which it is of two cloths
OWN = (ClothingPart.SKIN, ClothingPart.HAIR)  # of one colour: two tones of clothes may be two cloths
BESIDE_HAIR = 3  # pixels: the line between a face and its hair
EVEN = 0.7  # share of even pixels from which tones are cel, not soft
PLAIN = Style(0.018, "tinted", (40, 30, 40), 0.4, "cel", (196, 184, 208), (-0.7, 0.7), 0.2, 1.0, 1.0, 0.0, 1)


@dataclass(frozen=True)
class Lines:
    """width: in pixels, 0 = none are drawn; colour: of the darker ones; tinted: each fill has its own darker ink."""

    width: float
    colour: RGB
    tinted: bool


def measure_style(rgb: Image8, labels: Image8, head: float) -> Style:
    """rgb: H x W x 3, the character over a background; labels: H x W, values of `ClothingPart`; head: its height in
    pixels -> the style in which the drawer draws what looks like it. Lengths are in heads."""
    figure = labels > 0
    if not figure.any() or head < 4:
        return PLAIN
    lines = measure_lines(rgb, labels, head)
    shading, shade, light = measure_shading(rgb, labels, head)
    mode = "tinted" if lines.tinted else "coloured"
    return Style(lines.width / head, mode, lines.colour, 0.35, shading, shade, light, 0.2, 1.0, 1.0, 0.0, 1)


def measure_lines(rgb: Image8, labels: Image8, head: float) -> Lines:
    """Whether the parts' borders are inked, how broadly and in which colour."""
    reach = max(1, round(WIDEST * head))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    depth = cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, disc).astype(np.float32)
    near = cv2.dilate((labels > 0).astype(np.uint8), disc) > 0
    inked = (depth > INKED) & near
    lighter = cv2.erode(luma + depth, np.ones((5, 5), np.uint8)) > DARK
    followed = _followed(_edges(labels) & lighter, inked)
    if not inked.any() or followed < DRAWN:
        return Lines(0.0, PLAIN.line_colour, False)
    fine = cv2.resize(depth, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    peak = cv2.dilate(fine, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    thin = (fine > 0.5 * peak) & (cv2.resize(inked.astype(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST) > 0)
    inside = cv2.distanceTransform(thin.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ridge = (inside > 0) & (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)))
    width = float(np.median(inside[ridge])) - 0.25  # half of it, on twice the pixels; a pixel's middle lies inside
    if width > BROAD * head and followed < OUTLINED:  # trimmings and shadows of flat colours
        return Lines(0.0, PLAIN.line_colour, False)
    middle = inked & (depth > 0.8 * cv2.dilate(depth, np.ones((3, 3), np.uint8)))
    ink = rgb[middle].astype(np.float64)
    fill = cv2.dilate(rgb, disc)[middle].astype(np.float64)
    colour = np.median(ink[ink.sum(1) <= np.percentile(ink.sum(1), 60)], 0)
    return Lines(max(0.6, width), (int(colour[0]), int(colour[1]), int(colour[2])), _slope(fill, ink) > TINTED)


def _edges(labels: Image8) -> Region:
    """Pixels at which a part meets another or the background."""
    edge = np.zeros(labels.shape, bool)
    edge[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    edge[1:] |= labels[1:] != labels[:-1]
    return edge


def _followed(edge: Region, inked: Region) -> float:
    """Share of an edge on which ink lies."""
    touched = cv2.dilate(inked.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return float((touched & edge).sum() / max(1, edge.sum()))


def _slope(fill: NDArray[np.float64], ink: NDArray[np.float64]) -> float:
    """How strongly the inks' colours follow the fills': slope of their common regression over hue and lightness."""
    x, y = fill - fill.mean(0), ink - ink.mean(0)
    return float((x * y).sum() / max((x * x).sum(), 1e-6))


def measure_shading(rgb: Image8, labels: Image8, head: float) -> tuple[str, RGB, tuple[float, float]]:
    """(shading of `Style`, multiply colour of its shadows, direction of its light)."""
    scale = min(1.0, HEAD / head)
    size = max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    parts = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    calm = cv2.medianBlur(small, 5)
    luma = cv2.cvtColor(calm, cv2.COLOR_RGB2GRAY).astype(np.float32)
    narrow = cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8)) > FAINT
    lines = cv2.dilate(narrow.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    slope = np.hypot(cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=1 / 8))
    even = spread = weight = 0.0
    ratios, sides, own = [], [], []
    for part in (*OWN, *CLOTHING):
        for region in _pieces((parts == part) & ~lines, 0.01 * (parts > 0).sum()):
            tone = luma[region]
            bright = max(float(np.percentile(tone, 85)), 1.0)
            dark = float(np.percentile(tone, 12))
            count = float(region.sum())
            if part in OWN:
                own.append((count, 1 - dark / bright))
            if part == ClothingPart.HAIR:  # its strands are no shadows
                continue
            if bright < 40 or dark < TWO * bright:  # black cloth shows no shade, and a shirt under a coat is none
                continue
            even += count * float((slope[region] < STEEP * bright).mean())
            spread += count * (1 - dark / bright)
            weight += count
            light, shadow = region & (luma >= 0.5 * (bright + dark)), region & (luma < 0.5 * (bright + dark))
            if 1 - dark / bright > SPREAD and shadow.sum() > 0.04 * count:
                ratio = np.median(calm[shadow], 0) / np.maximum(np.median(calm[light], 0), 1)
                if np.ptp(ratio) > MOTLEY:
                    continue
                ratios.append((count, np.clip(ratio, 0.45, 1)))
                xs = np.nonzero(light)[1].mean() - np.nonzero(shadow)[1].mean()
                sides.append((count, float(xs) / max(4.0, np.sqrt(count))))
    bare = sum(count * value for count, value in own) / sum(count for count, _ in own) if own else 1.0
    if not weight or min(spread / weight, bare) < SPREAD or not ratios:
        return "flat", PLAIN.shade, PLAIN.light
    total = sum(count for count, _ in ratios)
    ratio = sum((count / total * value for count, value in ratios), np.zeros(3))
    shade = np.clip(255 * ratio, 130, 245).astype(int)
    lean = sum(count * value for count, value in sides) / total
    light_x = float(np.clip(3 * lean, -0.8, 0.8)) if abs(lean) > 0.03 else PLAIN.light[0]
    kind = "cel" if even / weight > EVEN else "soft"
    return (
        kind,
        (int(shade[0]), int(shade[1]), int(shade[2])),
        (light_x if abs(light_x) > 0.3 else np.copysign(0.3, light_x), 0.7),
    )


def _pieces(region: Region, least: float) -> list[Region]:
    """Connected pieces that are large enough to tell anything: parts of one kind may be of several cloths."""
    _, where, table, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=4)
    return [where == index for index in range(1, len(table)) if table[index, cv2.CC_STAT_AREA] > max(least, 60)]


def flesh(rgb: Image8, keep: Region, labels: Image8) -> RGB:
    """The median skin colour of the face, or of neck and hands, or of bare limbs where there is no face; the light skin, not
    its shadows."""
    kept = keep & (labels == ClothingPart.SKIN)
    for region in (_face_of(kept, labels), kept, labels == ClothingPart.SKIN):
        if region.sum() > 30:
            colours = rgb[region].astype(np.float64)
            luma = colours @ [0.299, 0.587, 0.114]
            lit = colours[(luma >= np.percentile(luma, 35)) & (luma <= np.percentile(luma, 95))]
            middle = np.median(lit, 0)
            return int(middle[0]), int(middle[1]), int(middle[2])
    return darken((254, 222, 200), 0.0)


def shade_of_flesh(rgb: Image8, skin: Region, lit: RGB) -> RGB:
    """The multiply colour of shadows on skin, as this artist paints them; the usual one where none are seen. Clothes lie in
    another light: a lilac shadow on a sweater makes a neck grey.

    rgb: H x W x 3; skin: H x W, without lines; lit: its light colour.
    """
    colours = rgb[skin].astype(np.float64)
    if len(colours) < LEAST_SKIN:
        return SHADOW
    luma = colours @ [0.299, 0.587, 0.114]
    low, high = np.percentile(luma, DIM)
    ratio = np.median(colours[(luma >= low) & (luma <= high)], 0) / np.maximum(1, lit)
    if ratio @ [0.299, 0.587, 0.114] > DIMMED:
        return SHADOW
    red, green, blue = (255 * ratio).clip(*DARKEST).astype(int)
    return int(red), int(green), int(blue)


def _face_of(kept: Region, labels: Image8) -> Region:
    """The piece of face, neck and hands that has the longest border with the hair."""
    _, where, table, _ = cv2.connectedComponentsWithStats(kept.astype(np.uint8), connectivity=8)
    beside = np.bincount(where[near(labels == ClothingPart.HAIR, BESIDE_HAIR)], minlength=len(table))
    beside[0] = 0
    return np.asarray((where == int(beside.argmax())) & kept if beside.any() else np.zeros_like(kept))
