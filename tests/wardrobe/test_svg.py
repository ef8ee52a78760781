"""Display lists as SVG: well-formed, every reference leads somewhere, clips nest, blends reach the ground."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from wardrobe.canvas import Frame, Layer
from wardrobe.display import Clip, Facets, Fill, Operation, Shade, Stroke, Unclip
from wardrobe.parts import ClothingPart
from wardrobe.path import Box, Path
from wardrobe.patterns import PATTERNS, Gradient, Weave
from wardrobe.style import Style
from wardrobe.svg import document, to_svg

SVG = "{http://www.w3.org/2000/svg}"
FRAME = Frame(100, 80, 10, 5, 0)
RED, GREY = (200, 30, 30), (180, 170, 200)
SQUARE, CIRCLE = Path.rect(Box(1, 1, 6, 5)), Path.circle(3, 3, 3)
TRIANGLES = Facets(np.array([[(1, 1), (4, 1), (1, 4)], [(4, 4), (4, 1), (1, 4)]]), np.array([(90, 90, 99), (255, 255, 255)]))


def parse(*operations: Operation) -> ElementTree.Element:
    return ElementTree.fromstring(document(operations, FRAME))


def multiplied(root: ElementTree.Element) -> list[ElementTree.Element]:
    """Outside of every group, or they would not meet what lies under the group."""
    return [element for element in root if element.get("style") == "mix-blend-mode:multiply"]


def test_operations_come_in_order_and_in_pixels() -> None:
    root = parse(Fill(SQUARE, RED), Fill(CIRCLE, (255, 255, 255), 0.25), Stroke(SQUARE, GREY, 0.1, shift=(1, -1)))
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("100", "80", "0 0 100 80")
    square, circle, line = root
    assert (square.get("fill"), square.get("d")) == ("#c81e1e", "M15 10L65 10L65 50L15 50Z")
    assert (circle.get("fill"), circle.get("fill-opacity")) == ("#ffffff", "0.25")
    assert (line.get("fill"), line.get("stroke"), line.get("stroke-width")) == ("none", "#b4aac8", "1")
    assert line.get("d") == "M25 0L75 0L75 40L25 40Z"


def test_clips_nest_and_what_lies_outside_is_masked() -> None:
    root = parse(Clip(CIRCLE), Clip(SQUARE), Clip(SQUARE, False, (0.2, 0.1)), Shade(GREY), Unclip(), Fill(SQUARE, RED))
    (shadow,) = multiplied(root)
    clips = {element.get("id"): element for element in root.iter(SVG + "clipPath")}
    inner = clips[shadow.get("clip-path", "")[5:-1]]
    outer = clips[inner.get("clip-path", "")[5:-1]]
    assert inner[0].get("d") == "M15 10L65 10L65 50L15 50Z" and outer.get("clip-path") is None
    masks = {element.get("id"): element for element in root.iter(SVG + "mask")}
    ground, hole = masks[shadow.get("mask", "")[5:-1]]
    assert ground.get("fill") == "#fff" and hole.get("d") == "M17 11L67 11L67 51L17 51Z"
    assert root[-1].get("clip-path") == shadow.get("clip-path") and root[-1].get("mask") is None


def test_references_lead_somewhere_and_are_told_before() -> None:
    weaves = [Weave(name, RED, GREY, 1.5, 45.0) for name in PATTERNS if PATTERNS[name].paint]
    fades = Gradient((0, 0), (0, 5), (RED, GREY))
    fills = [*(Fill(SQUARE, weave) for weave in weaves), Fill(SQUARE, fades)]
    text = document([Clip(CIRCLE), *fills, TRIANGLES, TRIANGLES, Shade(fades), Fill(CIRCLE, RED, 1, True, 0.2), Unclip()], FRAME)
    ElementTree.fromstring(text)
    names = {match[1]: match.start() for match in re.finditer(r'\bid="(\w+)"', text)}
    assert len(names) == text.count(' id="') == len(weaves) + 4
    uses = [(match[1], match.start()) for match in re.finditer(r'(?:url\(|href=")#(\w+)', text)]
    assert {name for name, _ in uses} == set(names) and all(names[name] < at for name, at in uses)


def test_triangles_are_told_once_and_those_that_darken_nothing_never() -> None:
    root = parse(TRIANGLES, TRIANGLES)
    assert len(multiplied(root)) == 2
    assert [path.get("fill") for path in root.iter(SVG + "path")] == ["#5a5a63"]


def test_a_layer_is_drawn() -> None:
    style = Style(0.1, "dark", (20, 10, 10), 0.5, "cel", GREY, (0.7, 0.5), 0.5, 1.0, 1.0, 0.0, 3)
    root = ElementTree.fromstring(to_svg([Layer(0, SQUARE, RED, ClothingPart.TOPWEAR)], style, FRAME))
    assert root[0].get("fill") == "#c81e1e" and multiplied(root)
