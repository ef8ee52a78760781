"""Hints for control networks, read from the character at work: a picture of its lines, edges, bones, depth or regions.

Published networks read them where somebody has put their files (`models.annotators`), else what ships with this repository.
A hint is H x W x 3 uint8, as the published ControlNets expect it in 0..1: lines and edges light on black, depth near =
bright, pose OpenPose's coloured bones on black, segmentation ADE20K's colours. It is erased inside the mask, so that the
old garment does not come back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from models import hint_reader
from models.annotators import Annotators, draw_bones
from models.hint_reader import JOINTS
from pipeline.body import Relief, body_under, known_joints
from pipeline.images import resize
from pipeline.mask import grow
from pipeline.regions import Region
from pipeline.request import Image8, UserError
from pipeline.strips import strips
from pipeline.surroundings import push_pull

FINE, COARSE, GAIN, FLOOR = 0.7, 2.4, 6.0, 0.08  # line art: blur radii in pixels of the crop, contrast, threshold
WEAK, STRONG = 80, 180  # Canny's thresholds
SOFT = 1.5  # pixels: blur radius of soft edges
FAINT = 28.0  # level of soft edges below which there is nothing but grain: it would show the erased silhouette as a hole
CALM, BESIDE, DRAWN, SHORTEST = 1.2, 4, 60, 24  # edges in line art: blur, distance to drawn lines, their level, least length
NORMAL = 512  # lengths below are pixels of a picture with as many pixels as a square of this side
PAPER = 128  # mean of a picture: a lighter one is a drawing on paper
GREY = 24  # levels by which the channels of a grey picture may differ
NEAR, SLOPE = 95, 0.3  # percentile of a depth hint that is the character's; how much lower the border of a body is
PERSON, WALL = (150, 5, 61), (120, 120, 120)  # of ADE20K, which has no word for what a person wears

UNKNOWN = "There is no hint called {kind!r}, please choose from: {kinds}."


def read_lineart(rgb: Image8, fine: float = FINE, coarse: float = COARSE) -> Image8:
    """Line art of any picture: H x W x 3 -> H x W, 255 = line, by a difference of Gaussians (Winnemoeller 2012).

    A pixel is line as far as it is darker than its surroundings, in the colour channel where that shows most. The radii
    are pixels, so read it at the size at which the network works.
    """
    lines, room = np.empty(rgb.shape[:2], np.uint8), round(4 * coarse) + 1  # rows that a blur looks at
    for rows in strips(rgb.shape):
        top = max(0, rows.start - room)
        picture = rgb[top : rows.stop + room].astype(np.float32) / 255
        darker = (cv2.GaussianBlur(picture, (0, 0), coarse) - cv2.GaussianBlur(picture, (0, 0), fine)).max(axis=2)
        share = np.clip((darker[rows.start - top : rows.stop - top] - FLOOR) * GAIN, 0, 1)
        lines[rows] = np.rint(share * 255)
    return lines


def canny(rgb: Image8) -> Image8:
    """Canny's edges: H x W x 3 -> H x W, 255 on 0."""
    return np.asarray(cv2.Canny(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), WEAK, STRONG), np.uint8)


def soft_edge(rgb: Image8, radius: float = SOFT) -> Image8:
    """Broad, soft edges by the gradient of the blurred picture: H x W x 3 -> H x W, 255 = edge."""
    blurred = cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), radius)
    slopes = [cv2.Sobel(blurred, cv2.CV_32F, *axis, ksize=3) for axis in ((1, 0), (0, 1))]
    edges: Image8 = np.hypot(*slopes).max(axis=2).clip(0, 255).astype(np.uint8)
    return edges


def unit(shape: tuple[int, ...]) -> float:
    """How many pixels of a picture of this shape are one of a picture of 512 x 512."""
    return float(np.sqrt(shape[0] * shape[1])) / NORMAL


def _scale(rgb: Image8) -> float:
    """By how much lengths are to be larger in large pictures, whose lines are broader too."""
    return max(1.0, unit(rgb.shape))


def _lines(rgb: Image8) -> Image8:
    """Line art as of a drawing: the lines that are drawn, and where there are none, as in a painting, edges of areas."""
    scale = _scale(rgb)
    drawn = read_lineart(rgb, FINE * scale, COARSE * scale)
    edges = np.asarray(cv2.Canny(cv2.GaussianBlur(rgb, (0, 0), CALM * scale), WEAK, STRONG), np.uint8)
    reach = 2 * round(BESIDE * scale) + 1
    edges[cv2.dilate(drawn, np.ones((reach, reach), np.uint8)) > DRAWN] = 0  # both sides of a line
    _, labels, table, _ = cv2.connectedComponentsWithStats(edges, connectivity=8)
    edges[(table[:, cv2.CC_STAT_AREA] < SHORTEST * scale)[labels]] = 0  # texture
    return np.maximum(drawn, _softened(edges, 0.8 * scale))


def _softened(edges: Image8, radius: float) -> Image8:
    """Edges one pixel wide as antialiased lines."""
    blurred = cv2.GaussianBlur(edges.astype(np.float32), (0, 0), radius) * (2.5 * radius)  # a line's height sinks so far
    return np.asarray(blurred.clip(0, 255), np.uint8)


def _broad_edges(rgb: Image8) -> Image8:
    """Edges of areas, and lines as one edge instead of two; nothing where a picture is only grainy or blurred."""
    scale = _scale(rgb)
    lines = cv2.GaussianBlur(read_lineart(rgb, FINE * scale, COARSE * scale), (0, 0), SOFT * scale)
    edges = np.maximum(soft_edge(rgb, SOFT * scale) * scale, lines)
    return np.asarray(((edges - FAINT) * (255 / (255 - FAINT))).clip(0, 255), np.uint8)


def _black(hint: Image8, inside: Region, body: Relief) -> Image8:
    return np.asarray(np.where(inside[..., None], np.uint8(0), hint), np.uint8)


def _kept(hint: Image8, inside: Region, body: Relief) -> Image8:
    """Bones say nothing of a garment, and are what the new one has to fit."""
    return hint


def _nearest(hint: Image8, inside: Region, body: Relief) -> Image8:
    """Inside, the body, and round it the value that is nearest outside."""
    _, labels = cv2.distanceTransformWithLabels(
        inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    values = np.zeros((int(labels.max()) + 1, 3), np.uint8)
    values[labels[~inside]] = hint[~inside]
    filled = np.asarray(values[labels], np.uint8)
    filled[inside & (body > 0)] = PERSON
    return filled


def _smooth(hint: Image8, inside: Region, body: Relief) -> Image8:
    """Inside, the body, as near as what is seen of the character, and round it a smooth surface that continues what is
    outside: means of ever coarser pictures (push-pull)."""
    weight = (~inside).astype(np.float32)[..., None]
    filled = push_pull(hint.astype(np.float32) * weight, weight)
    near = np.percentile(hint[~inside], NEAR) * (1 - SLOPE * (1 - body))
    filled = np.maximum(filled, np.where(body > 0, near, 0)[..., None])
    return np.where(inside[..., None], np.rint(filled).astype(np.uint8), hint)


def _bones(rgb: Image8) -> Image8:
    joints = known_joints(rgb)
    return draw_bones([joints.get(name) for name in JOINTS], rgb)


def _relief(rgb: Image8) -> Image8:
    return np.rint(hint_reader.bundled().depth(rgb) * 255).astype(np.uint8)


def _person(rgb: Image8) -> Image8:
    """The character in front of something: what the part parser knows that ADE20K has a colour for."""
    there = hint_reader.bundled().parts.parse(rgb)[0] < 0.5
    return np.where(there[..., None], np.array(PERSON, np.uint8), np.array(WALL, np.uint8))


@dataclass(frozen=True)
class Kind:
    """read: a picture's hint by what ships with this repository, H x W or H x W x 3; erase: hint H x W x 3, where, and the
    body there -> hint; margin: pixels round the mask that are erased too, because line ends of the old garment stick out;
    lines: light lines on black; bodily: `erase` shows the body."""

    read: Callable[[Image8], Image8]
    erase: Callable[[Image8, Region, Relief], Image8]
    margin: float
    lines: bool = False
    bodily: bool = False


KINDS = {
    "lineart": Kind(_lines, _black, 4, lines=True),
    "canny": Kind(canny, _black, 3, lines=True),
    "softedge": Kind(_broad_edges, _black, 6, lines=True),
    "pose": Kind(_bones, _kept, 0),
    "depth": Kind(_relief, _smooth, 6, bodily=True),
    "segmentation": Kind(_person, _nearest, 3, bodily=True),
}

PLAIN = Annotators()  # on the CPU, from the usual folder


def read(kind: str, rgb: Image8, mask: Image8, own: Image8 | None = None, annotators: Annotators = PLAIN) -> Image8:
    """The hint that the network is shown, and the page as a preview: H x W x 3 uint8.

    rgb: H x W x 3, the crop at the size at which the network works; mask: H x W, 255 = repaint; own: the user's own hint
    of any size, which nothing is erased from, see `from_upload`; annotators: networks that read hints, where there are
    any. Raises `UserError` for kinds that there are not, `WeightsError`.
    """
    if own is not None:
        return from_upload(kind, own, (rgb.shape[1], rgb.shape[0]), annotators)
    return erase(kind, read_whole(kind, rgb, annotators), mask, body_under(rgb) if row(kind).bodily else None)


def read_whole(kind: str, rgb: Image8, annotators: Annotators = PLAIN) -> Image8:
    """The hint of all of a picture, see `read`."""
    bundled = row(kind).read
    network = annotators.reader(kind)
    if network is not None:
        return network(rgb)
    hint = bundled(rgb)
    return hint if hint.ndim == 3 else np.repeat(hint[..., None], 3, axis=2)


def row(kind: str) -> Kind:
    """Raises `UserError`."""
    if kind not in KINDS:
        raise UserError(UNKNOWN.format(kind=kind, kinds=", ".join(KINDS)))
    return KINDS[kind]


def erase(kind: str, hint: Image8, mask: Image8, body: Relief | None = None) -> Image8:
    """The hint without the old garment: H x W x 3, inside the mask (H x W, 255 = repaint) and a little beyond it there is
    nothing, or the body (see `body_under`, None if nobody knows it) and what is around it. Elsewhere it stays as it is, and
    a pose everywhere."""
    rule = row(kind)
    inside = grow(mask, round(rule.margin * unit(mask.shape))) >= 128
    if not inside.any():
        return hint
    if inside.all() and rule.erase is not _kept:
        return np.zeros_like(hint)
    return rule.erase(hint, inside, np.zeros(inside.shape, np.float32) if body is None else body)


def from_upload(kind: str, own: Image8, size: tuple[int, int], annotators: Annotators = PLAIN) -> Image8:
    """A hint picture of the user's, H x W (x 3 or 4) uint8, at `size` = (width, height) -> height x width x 3.

    It is taken as it is, but for lines: of a drawing on light paper they are turned into light ones on black, and from a
    picture in colour they are read.
    """
    rule = row(kind)
    picture = own if own.ndim == 3 else np.repeat(own[..., None], 3, axis=2)
    if picture.shape[2] == 4:  # what is transparent is paper, or nothing
        alpha = picture[..., 3:].astype(np.float32) / 255
        picture = np.rint(picture[..., :3] * alpha + (255 if rule.lines else 0) * (1 - alpha)).astype(np.uint8)
    if kind == "segmentation":  # a colour between two others is a third thing's
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    picture = resize(picture, size)
    if rule.lines and np.percentile(np.ptp(picture, axis=2), 98) > GREY:
        return read_whole(kind, picture, annotators)
    if rule.lines and picture.mean() >= PAPER:
        return np.uint8(255) - picture
    return picture
