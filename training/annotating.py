"""Labelling the parts of a picture by hand: the operations from which a label map is made.

A label map is what a list of operations makes of an empty one, so that undoing is dropping the last, and every label can
be made again. The list is kept as STEM.json beside STEM.png:

    {"picture": "girl.png", "size": [768, 512], "operations": [{"op": "polygon", "part": "hair", "points": [[10, 20], ...]}]}

Points are x to the right and y down in pixels of the picture. `OPERATIONS` says what there is; every operation that paints
takes `part`, a title of `ClothingPart` or "unknown", and may take `within`, parts that alone it paints over, and `inside`,
corners of a polygon outside which it paints nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.profiles import SEGMENTER
from models.segmenter import Segmenter, load_bundled
from pipeline.detect import BEHIND, detect, pick
from pipeline.images import flatten, is_opaque
from pipeline.request import Click, ClothingPart, DetectRequest, Image8, UserError

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Operation = dict[str, Any]

UNKNOWN = 255  # a pixel of which nobody can tell what it is
VALUES = {part.title: int(part) for part in ClothingPart} | {"unknown": UNKNOWN}
SNAP = 4  # pixels by which the border of a polygon may be off
ARM = 12  # of something thin: least area in squares of the snap, below it is a corner
TOLERANCE = 12  # of a fill: largest difference of a channel to the colour at its point, 0..255
REACH = 4  # pixels that a fill grows under a line
LINE = 9, 24  # of a drawn line: widest in pixels, least darker than beside it, 0..255
WIDTH = 5  # of a scribble, in pixels
SOLID = 128  # alpha from which a pixel is a sprite's


@dataclass
class Canvas:
    """What the operations work on. picture: H x W x 4 uint8 RGBA; labels: H x W uint8, what is painted so far; silhouette:
    H x W, outside which nothing is painted, None for nowhere."""

    picture: Image8
    labels: Labels
    silhouette: Mask | None = None

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """H x W x 3 uint8, over grey."""
        return flatten(self.picture, BEHIND)

    @property
    def solid(self) -> Mask:
        found: Mask = self.picture[..., 3] >= SOLID
        return found

    @property
    def shape(self) -> tuple[int, int]:
        return self.labels.shape[0], self.labels.shape[1]


class LazySegmenter:
    """The bundled networks, read when they are first asked for: most labels are made without."""

    @cached_property
    def segmenter(self) -> Segmenter:
        return load_bundled(SEGMENTER)


def make_labels(picture: Image8, operations: Sequence[Operation], networks: LazySegmenter | None = None) -> Labels:
    """H x W uint8, values of `ClothingPart` and `UNKNOWN`, for a picture H x W x 4.

    What a network has answered is written into the operation ("found"), so that the label stays what it was when the
    network has learned more. Raises `UserError` for an operation that cannot be carried out.
    """
    canvas, networks = Canvas(picture, np.zeros(picture.shape[:2], np.uint8)), networks or LazySegmenter()
    at = 0
    while at < len(operations):
        stop = at + 1
        if operations[at].get("op") == "scribble":  # strokes that follow each other are the seeds of one watershed
            while stop < len(operations) and _same_watershed(operations[at], operations[stop]):
                stop += 1
        try:
            _carry_out(canvas, operations[at:stop], networks)
        except UserError as error:
            raise UserError(f"Operation {at + 1} cannot be carried out: {error}") from None
        at = stop
    return canvas.labels


def _same_watershed(first: Operation, other: Operation) -> bool:
    return other.get("op") == "scribble" and first.get("within") == other.get("within")


def _carry_out(canvas: Canvas, group: Sequence[Operation], networks: LazySegmenter) -> None:
    name = str(group[0].get("op"))
    if name == "scribble":
        _paint(canvas, scribbled(canvas, group), group[0])
    elif name in SILHOUETTES:
        SILHOUETTES[name](canvas, group[0])
    elif name in OPERATIONS:
        _paint(canvas, OPERATIONS[name](canvas, group[0], networks), group[0])
    else:
        raise UserError(
            f"there is no operation {name!r}, please choose from: {', '.join([*OPERATIONS, *SILHOUETTES, 'scribble'])}."
        )


def _paint(canvas: Canvas, found: NDArray[np.int16], operation: Operation) -> None:
    """Values where they are not negative, less what lies outside the silhouette or is not to be painted over."""
    painted = found >= 0
    if canvas.silhouette is not None:
        painted &= canvas.silhouette
    if "within" in operation:
        titles = operation["within"]
        painted &= np.isin(canvas.labels, [value_of(title) for title in ([titles] if isinstance(titles, str) else titles)])
    if "inside" in operation:
        painted &= _drawn(canvas, points_of(operation, 3, "inside"))
    canvas.labels[painted] = found[painted].astype(np.uint8)


def value_of(title: Any) -> int:
    """Of a part by its title. Raises `UserError`."""
    if title not in VALUES:
        raise UserError(f"there is no part {title!r}, please choose from: {', '.join(VALUES)}.")
    return VALUES[title]


def _as_part(region: Mask, operation: Operation) -> NDArray[np.int16]:
    return np.where(region, np.int16(value_of(operation.get("part"))), np.int16(-1))


def points_of(operation: Operation, least: int, name: str = "points") -> NDArray[np.float32]:
    """N x 2 of x, y. Raises `UserError` for fewer than `least`, or anything else."""
    try:
        points = np.array(operation.get(name, ()), np.float32).reshape(-1, 2)
    except (ValueError, TypeError):
        points = np.zeros((0, 2), np.float32)
    if len(points) < least or not np.isfinite(points).all():
        raise UserError(f"{name!r} needs at least {least} pairs of numbers, x and y, please write them as [[x, y], ...].")
    return points


def _number(operation: Operation, name: str, otherwise: float) -> float:
    value = operation.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UserError(f"{name!r} must be a number, please write it without quotes.")
    return value


def outlined(canvas: Canvas, operation: Operation) -> Mask:
    """Inside a polygon whose border was moved to the picture's by at most `snap` pixels, 0 for not at all."""
    region = _drawn(canvas, points_of(operation, 3))
    return snapped(canvas.rgb, region, round(_number(operation, "snap", SNAP)))


def _drawn(canvas: Canvas, corners: NDArray[np.float32]) -> Mask:
    """Inside a polygon, exactly."""
    region = np.zeros(canvas.shape, np.uint8)
    cv2.fillPoly(region, [np.rint(corners * 16).astype(np.int32)], 1, shift=4)
    drawn: Mask = region > 0
    return drawn


def snapped(rgb: NDArray[np.uint8], region: Mask, reach: int) -> Mask:
    """A region that takes the picture's border where there is one within `reach` pixels of its own: a watershed (Meyer 1992)
    between what lies deeper inside and what lies farther outside."""
    if reach <= 0 or not region.any():
        return region
    near = _box(region, 2 * reach + 2)
    inside, outside = _core(region[near], reach), _core(~region[near], reach)
    if not inside.any() or not outside.any():
        return region
    found = _flooded(rgb[near], np.where(inside, 1, np.where(outside, 2, 0)).astype(np.int32))
    moved = region.copy()
    moved[near] = np.where(found > 0, found == 1, region[near])
    return moved


def _box(region: Mask, margin: int) -> tuple[slice, slice]:
    """Rows and columns round what is set, and some more."""
    left, top, width, height = cv2.boundingRect(region.astype(np.uint8))
    return slice(max(0, top - margin), top + height + margin), slice(max(0, left - margin), left + width + margin)


def _core(region: Mask, reach: int) -> Mask:
    """What lies more than `reach` pixels inside, and the middle of arms too thin for that; corners are no arms."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)
    deep = cv2.erode(region.astype(np.uint8), disc, borderValue=1)
    _, pieces, table, _ = cv2.connectedComponentsWithStats((region & (cv2.dilate(deep, disc) == 0)).astype(np.uint8))
    arm = table[:, cv2.CC_STAT_AREA] >= ARM * reach**2
    arm[0] = False
    depth = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 5)
    ridge = depth >= cv2.dilate(depth, np.ones((3, 3))) - 0.5
    core: Mask = (deep > 0) | (ridge & arm[pieces])
    return core


def _flooded(rgb: NDArray[np.uint8], seeds: NDArray[np.int32]) -> NDArray[np.int32]:
    """Seeds > 0 grown until they meet; -1 where they do, and in the picture's outermost pixels."""
    framed = cv2.copyMakeBorder(rgb, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    found = cv2.watershed(framed, cv2.copyMakeBorder(seeds, 1, 1, 1, 1, cv2.BORDER_REPLICATE))
    return np.asarray(found[1:-1, 1:-1])


def _polygon(canvas: Canvas, operation: Operation, networks: LazySegmenter) -> NDArray[np.int16]:
    return _as_part(outlined(canvas, operation), operation)


def _fill(canvas: Canvas, operation: Operation, networks: LazySegmenter) -> NDArray[np.int16]:
    """Everything of nearly the colour of the points that hangs together with them (`apart`: or does not), and its half of
    the lines round it."""
    tolerance, reach = _number(operation, "tolerance", TOLERANCE), _number(operation, "reach", REACH)
    smooth = cv2.medianBlur(np.ascontiguousarray(canvas.rgb), 3)
    height, width = canvas.shape
    region = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | (1 << 8) | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    for x, y in np.floor(points_of(operation, 1)).astype(int):
        if not (0 <= x < width and 0 <= y < height):
            raise UserError(f"the point {x}, {y} lies outside the {width} x {height} pixels, please take another.")
        if operation.get("apart"):
            region[1:-1, 1:-1] |= np.abs(smooth.astype(int) - smooth[y, x]).max(-1) <= tolerance
        elif not region[y + 1, x + 1]:
            cv2.floodFill(smooth, region, (int(x), int(y)), 0, (tolerance,) * 3, (tolerance,) * 3, flags)
    filled = cv2.morphologyEx(region[1:-1, 1:-1], cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
    return _as_part(filled | _under_lines(canvas.rgb, filled, reach), operation)


def _under_lines(rgb: NDArray[np.uint8], region: Mask, reach: float) -> Mask:
    """Those pixels of drawn lines that lie nearer to the region than to anything else, at most `reach` pixels from it."""
    if not region.any() or region.all():
        return region
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    widest, darker = LINE
    lines = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((widest, widest), np.uint8)) > darker
    other = ~region & ~lines
    if not other.any():
        return region
    near = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, 5)
    far = cv2.distanceTransform((~other).astype(np.uint8), cv2.DIST_L2, 5)
    under: Mask = lines & (near <= far) & (near <= reach)
    return under


def scribbled(canvas: Canvas, strokes: Sequence[Operation]) -> NDArray[np.int16]:
    """What a watershed makes of strokes of several parts; of one part alone, the strokes themselves."""
    drawn = np.full(canvas.shape, -1, np.int16)
    for stroke in strokes:
        points = np.rint(points_of(stroke, 1) * 16).astype(np.int32)
        width = max(1, round(_number(stroke, "width", WIDTH)))
        layer = np.zeros(canvas.shape, np.uint8)
        cv2.polylines(layer, [np.concatenate([points, points[-1:]])], False, 1, width, shift=4)
        drawn[layer > 0] = value_of(stroke.get("part"))
    if len(np.unique(drawn[drawn >= 0])) < 2:
        return drawn
    found = _flooded(canvas.rgb, (drawn + 1).astype(np.int32)) - 1
    met = found < 0
    grown = cv2.dilate((found + 1).clip(0).astype(np.uint16), np.ones((3, 3), np.uint8)).astype(np.int16) - 1
    return np.where(met, grown, found).astype(np.int16)


def _click(canvas: Canvas, operation: Operation, networks: LazySegmenter) -> NDArray[np.int16]:
    """What the bundled SAM takes for the thing at the points, less that at the points of `out`."""

    points, out = points_of(operation, 1), points_of(operation, 0, "out")

    def ask() -> Labels:
        clicks = [Click(float(x), float(y)) for x, y in points] + [Click(float(x), float(y), add=False) for x, y in out]
        return pick(networks.segmenter, canvas.picture, clicks)

    region = _remembered(canvas, operation, [points.tolist(), out.tolist()], ask) > 0
    return _as_part(snapped(canvas.rgb, region, round(_number(operation, "snap", 0))), operation)


def _detected(canvas: Canvas, operation: Operation, networks: LazySegmenter) -> NDArray[np.int16]:
    """Everything that the bundled parser sees, or of it the `parts` alone."""
    found = _remembered(canvas, operation, [], lambda: detect(networks.segmenter, DetectRequest(canvas.picture)).labels)
    wanted = [value_of(title) for title in operation.get("parts", [part.title for part in ClothingPart if part])]
    return np.where(np.isin(found, wanted), found.astype(np.int16), np.int16(-1))


def _remembered(canvas: Canvas, operation: Operation, asked: list[Any], ask: Callable[[], Labels]) -> Labels:
    """What a network answered when it was first asked this, kept in the operation as a PNG file in base 64."""
    found = operation.get("found")
    if not isinstance(found, dict) or found.get("asked") != asked:
        answer = ask()
        operation["found"] = {"asked": asked} | _as_png(answer)
        return answer
    return _stored(canvas, found)


def _stored(canvas: Canvas, found: Any) -> Labels:
    try:
        stored = cv2.imdecode(np.frombuffer(base64.b64decode(found["png"]), np.uint8), cv2.IMREAD_GRAYSCALE)
    except (binascii.Error, KeyError, TypeError, cv2.error):
        stored = None
    if stored is None or stored.shape != canvas.shape:
        raise UserError("what was found does not fit the picture, please remove this operation.")
    return np.asarray(stored, np.uint8)


def given(labels: Labels) -> Operation:
    """The operation that begins with a label that was made elsewhere."""
    return {"op": "given", "found": _as_png(labels)}


def _as_png(labels: Labels) -> dict[str, Any]:
    return {"png": base64.b64encode(cv2.imencode(".png", labels)[1].tobytes()).decode()}


def _given(canvas: Canvas, operation: Operation, networks: LazySegmenter) -> NDArray[np.int16]:
    return _stored(canvas, operation.get("found")).astype(np.int16)


def _rest(canvas: Canvas, operation: Operation, networks: LazySegmenter) -> NDArray[np.int16]:
    """What is not labelled yet, inside the silhouette."""
    if canvas.silhouette is None and is_opaque(canvas.picture):
        raise UserError("'rest' needs to know where the figure ends, please put 'silhouette' (or 'alpha') before it.")
    there = canvas.solid if canvas.silhouette is None else canvas.silhouette
    return _as_part(there & (canvas.labels == ClothingPart.BACKGROUND), operation)


def _silhouette(canvas: Canvas, operation: Operation) -> None:
    """Nothing is painted outside this polygon and other silhouettes from here on."""
    region = outlined(canvas, operation)
    canvas.silhouette = region if canvas.silhouette is None else canvas.silhouette | region
    canvas.labels[~canvas.silhouette] = ClothingPart.BACKGROUND


def _hole(canvas: Canvas, operation: Operation) -> None:
    """Background that is seen through the figure."""
    region = outlined(canvas, operation)
    canvas.silhouette = ~region if canvas.silhouette is None else canvas.silhouette & ~region
    canvas.labels[region] = ClothingPart.BACKGROUND


def _alpha(canvas: Canvas, operation: Operation) -> None:
    """Transparent pixels are background, and stay so."""
    canvas.silhouette = canvas.solid if canvas.silhouette is None else canvas.silhouette & canvas.solid
    canvas.labels[~canvas.solid] = ClothingPart.BACKGROUND


OPERATIONS: Mapping[str, Callable[[Canvas, Operation, LazySegmenter], NDArray[np.int16]]] = {
    "polygon": _polygon,
    "fill": _fill,
    "click": _click,
    "detected": _detected,
    "given": _given,
    "rest": _rest,
}
SILHOUETTES: Mapping[str, Callable[[Canvas, Operation], None]] = {
    "alpha": _alpha,
    "silhouette": _silhouette,
    "hole": _hole,
}
