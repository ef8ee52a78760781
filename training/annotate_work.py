"""A picture that is being labelled: how clicks become operations of `training.annotating`, and what is shown meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.request import Image8, UserError
from training.annotate_view import on_board, outlined, overlay
from training.annotating import Labels, Operation

SHOWN = 1000  # pixels of the long side of what is shown
INK, RIM, OUT = (255, 255, 255), (20, 20, 20), (255, 60, 60)  # of points that were clicked just now
OUTLINES = ("silhouette", "hole", "polygon")  # need three corners before they are anything
NOT_THIS, LOOK = "click, not this", "look here"
TOOLS = ("scribble", "polygon", "fill", "click", NOT_THIS, "silhouette", "hole", LOOK)


@dataclass(frozen=True)
class Work:
    """A picture in hand. done: operations so far; open: the one that clicks add to; saved: nothing has changed since."""

    stem: str
    done: tuple[Operation, ...] = ()
    open: Operation | None = None
    saved: bool = True
    centre: tuple[float, float] | None = None  # of what is looked at from near, pixels of the picture

    @property
    def operations(self) -> list[Operation]:
        """All that can be carried out already."""
        return [*self.done, self.open] if self.open is not None and _is_whole(self.open) else list(self.done)


def _is_whole(operation: Operation) -> bool:
    return len(operation.get("points", ())) >= (3 if operation["op"] in OUTLINES else 1)


def begun(tool: str, part: str, settings: Mapping[str, Any]) -> Operation:
    """An operation without points. settings: width, snap, tolerance, and within, parts that alone are painted over."""
    name = "click" if tool.startswith("click") else tool
    operation: Operation = {"op": name, "points": []}
    own = {"scribble": ("width",), "fill": ("tolerance",)}.get(name, ("snap",))
    operation |= {key: settings[key] for key in own}
    if name not in ("silhouette", "hole"):
        operation["part"] = part
        if settings["within"]:
            operation["within"] = list(settings["within"])
    return operation


def clicked(work: Work, tool: str, part: str, settings: Mapping[str, Any], x: float, y: float) -> Work:
    """A click at a pixel of the picture goes on with the open operation where that is of the same kind, or begins one."""
    fresh, point = begun(tool, part, settings), [round(x, 1), round(y, 1)]
    if work.open is None or any(work.open.get(key) != fresh.get(key) for key in ("op", "part", "within")):
        work = finished(work)
    current = work.open or fresh
    where = "out" if tool == NOT_THIS else "points"
    current = current | fresh | {"points": current["points"], where: [*current.get(where, ()), point]}
    if where == "points" and "out" in (work.open or {}):
        current["out"] = (work.open or {})["out"]
    if not current["points"]:
        raise UserError("Please click on the thing that is meant first, then on what is not part of it.")
    return replace(work, open=current, saved=False)


def finished(work: Work) -> Work:
    """The open operation is done; one that is not whole yet is dropped."""
    return replace(work, done=tuple(work.operations), open=None)


def undone(work: Work) -> Work:
    """Without the last click of the open operation, or the last operation."""
    if work.open is None:
        return replace(work, done=work.done[:-1], saved=work.saved and not work.done)
    where = "out" if work.open.get("out") else "points"
    left = work.open[where][:-1]
    empty = where == "points" and not left
    return replace(work, open=None if empty else work.open | {where: left}, saved=False)


def added(work: Work, name: str, part: str, within: list[str]) -> Work:
    """One of the operations that need no click."""
    operation: Operation = {"op": name} | ({"part": part} if name == "rest" else {})
    if within and name != "alpha":
        operation["within"] = list(within)
    return replace(finished(work), done=(*finished(work).done, operation), saved=False)


def window(shape: tuple[int, ...], work: Work, zoom: float) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of what is looked at, `zoom` times as near as all of a picture of this shape."""
    height, width = shape[:2]
    wide, high = max(1, round(width / zoom)), max(1, round(height / zoom))
    x, y = work.centre or (width / 2, height / 2)
    x0, y0 = (round(min(max(0, at - size / 2), all_ - size)) for at, size, all_ in ((x, wide, width), (y, high, height)))
    return x0, y0, x0 + wide, y0 + high


def shown(picture: Image8, labels: Labels, work: Work, opacity: float, zoom: float) -> NDArray[np.uint8]:
    """What the page shows: the window enlarged, with its labels and the points of the open operation."""
    x0, y0, x1, y1 = window(picture.shape, work, zoom)
    scale = SHOWN / max(x1 - x0, y1 - y0)
    size = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
    smooth = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    large = cv2.resize(on_board(picture[y0:y1, x0:x1], scale), size, interpolation=smooth).astype(np.uint8)
    parts = cv2.resize(labels[y0:y1, x0:x1], size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    view = outlined(overlay(large, parts, opacity), parts) if opacity else large
    if work.open is not None:
        for name, colour in (("points", INK), ("out", OUT)):
            points = (np.array(work.open.get(name, ()), float).reshape(-1, 2) + 0.5 - (x0, y0)) * scale
            corners = np.rint(points).astype(np.int32)
            if name == "points" and work.open["op"] in (*OUTLINES, "scribble"):
                for rim, thick in ((RIM, 4), (colour, 2)):
                    cv2.polylines(view, [corners[:, None]], False, rim, thick, cv2.LINE_AA)
            for corner in corners:
                cv2.circle(view, corner.tolist(), 5, RIM, -1, cv2.LINE_AA)
                cv2.circle(view, corner.tolist(), 3, colour, -1, cv2.LINE_AA)
    return view
