"""Drawings as SVG: well-formed, every reference leads somewhere, clips nest, blends reach the ground."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from wardrobe.canvas import Frame, Layer, Mark
from wardrobe.parts import ClothingPart
from wardrobe.path import Box, Path
from wardrobe.patterns import PATTERNS, Gradient, Weave
from wardrobe.style import Style
from wardrobe.svg import to_svg

SVG = "{http://www.w3.org/2000/svg}"
FRAME = Frame(100, 80, 10, 5, 0)
CEL = Style(0.1, "dark", (20, 10, 10), 0.5, "cel", (180, 170, 200), (0.7, 0.5), 0.5, 1.0, 1.0, 0.0, 3)


def layer(**rest: object) -> Layer:
    square = Path.rect(Box(1, 1, 6, 5))
    return Layer(0, square, (200, 30, 30), ClothingPart.TOPWEAR, **rest)  # type: ignore[arg-type]


def parse(*layers: Layer, style: Style = CEL) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(layers, style, FRAME))


def multiplied(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [element for element in root if "multiply" in element.get("style", "")]


def test_layers_come_in_order_and_in_pixels() -> None:
    root = parse(layer(marks=[Mark(Path.circle(3, 3, 1), "light", strength=0.25)]))
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("100", "80", "0 0 100 80")
    drawn = [element for element in root if element.tag in (SVG + "path", SVG + "rect")]
    assert [element.get("fill") for element in drawn] == ["#c81e1e", "#b4aac8", "#ffffff", "none", "none"]
    assert drawn[0].get("d") == "M15 10L65 10L65 50L15 50Z"
    assert drawn[2].get("fill-opacity") == "0.25"
    assert [element.get("stroke-width") for element in drawn[3:]] == ["1", "1"]


def test_a_cel_shadow_is_clipped_by_the_shape_and_masked_by_the_moved_shape() -> None:
    root = parse(layer(clip=Path.circle(3, 3, 3)))
    (shadow,) = multiplied(root)
    clips = {element.get("id"): element for element in root.iter(SVG + "clipPath")}
    inner = clips[shadow.get("clip-path", "")[5:-1]]
    outer = clips[inner.get("clip-path", "")[5:-1]]
    assert outer.get("clip-path") is None
    masks = {element.get("id"): element for element in root.iter(SVG + "mask")}
    ground, hole = masks[shadow.get("mask", "")[5:-1]]
    assert ground.get("fill") == "#fff" and hole.get("fill") is None and hole.get("d") != inner[0].get("d")


def test_references_lead_somewhere_and_are_told_before() -> None:
    weaves = [Weave(name, (250, 0, 0), (0, 0, 250), 1.5, 45.0) for name in PATTERNS if PATTERNS[name].paint]
    fabrics = [*weaves, Gradient((0, 0), (0, 5), ((0, 0, 0), (9, 99, 9)))]
    for shading in ("cel", "soft", "facets", "flat"):
        text = to_svg([layer(pattern=fabric) for fabric in fabrics], replace(CEL, shading=shading), FRAME)
        ElementTree.fromstring(text)
        names = {name: match.start() for match in re.finditer(r'\bid="(\w+)"', text) for name in [match[1]]}
        assert len(names) == text.count(' id="')
        uses = [(match[1], match.start()) for match in re.finditer(r'(?:url\(|href=")#(\w+)', text)]
        assert uses and all(names[name] < at for name, at in uses)


def test_what_multiplies_is_in_no_group() -> None:
    for shading in ("soft", "facets"):
        root = parse(layer(), style=replace(CEL, shading=shading))
        assert len(multiplied(root)) == 1
