"""Both renderers draw the same, and an outfit is drawn where skia cannot be loaded."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path as File

import numpy as np
import pytest
from numpy.typing import NDArray

from training.characters import draw_outfit
from training.characters.character import style_of
from training.characters.figures import build_figure
from training.characters.outfits import sample_outfit
from wardrobe import garments, render, render_cv, render_skia
from wardrobe.canvas import Frame
from wardrobe.display import Clip, Fill, Operation, Shade, Stroke, Unclip
from wardrobe.path import Box, Path
from wardrobe.patterns import Gradient, Weave

ROOT = File(__file__).parents[2]
FRAME = Frame(64, 48, 8, 4, 2)
RED, GREY = (255, 0, 0), (120, 130, 140)

BARE = """
import pickle, sys
sys.modules["skia"] = None  # import skia: ImportError
from wardrobe import render, render_cv
assert render.paint is render_cv.paint
with open(sys.argv[1], "rb") as file:
    layers, style, frame = pickle.load(file)
with open(sys.argv[1], "wb") as file:
    pickle.dump((render.paint_picture(layers, style, frame, None), render.paint_maps(layers, style, frame)), file)
"""


def on_white(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """H x W x 4 straight alpha -> H x W x 3."""
    return np.asarray(255 - (255.0 - pixels[..., :3]) * pixels[..., 3:] / 255)


@pytest.mark.parametrize("seed", [7002, 7030, 606, 607, 624, 601])
def test_the_fallback_draws_what_skia_draws(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "paint", render_skia.paint)
    expected = draw_outfit(seed, 192)
    monkeypatch.setattr(render, "paint", render_cv.paint)
    off = np.abs(on_white(draw_outfit(seed, 192)) - on_white(expected))
    assert off.mean() < 0.6 and off[expected[..., 3] > 0].mean() < 5


def test_a_machine_without_skia_draws(tmp_path: File) -> None:
    style, figure = style_of(7013), build_figure(np.random.default_rng(1))
    layers = sorted(garments.layers(sample_outfit(np.random.default_rng(1)), figure, style), key=lambda layer: layer.z)
    frame = Frame(96, 192, 24, 48, 40)
    file = tmp_path / "outfit"
    file.write_bytes(pickle.dumps((layers, style, frame)))
    subprocess.run([sys.executable, "-c", BARE, str(file)], cwd=ROOT, check=True)
    picture, maps = pickle.loads(file.read_bytes())
    assert np.abs(on_white(picture) - on_white(render.paint_picture(layers, style, frame, None))).mean() < 2
    expected = render.paint_maps(layers, style, frame)
    assert len(np.unique(maps.garments)) > 2 and (maps.garments != expected.garments).mean() < 0.01
    assert np.abs(maps.lines.astype(int) - expected.lines).mean() < 5


def test_tiles_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plaid", "lace", "camouflage", "argyle"):
        expected = render.ink_weights(name)
        with monkeypatch.context() as patch:
            patch.setattr(render, "paint", render_cv.paint)
            assert np.abs(render.ink_weights(name) - expected).mean() < 0.01


def spiral() -> Path:
    """Twice round, one loop inside the other, and a hole that turns the other way."""
    turn = np.linspace(0, 4 * np.pi, 33)[:-1]
    reach = np.linspace(2.6, 1.4, 32)
    path = Path.polygon(np.stack([3 + reach * np.cos(turn), 2.6 + reach * np.sin(turn)], 1))
    path.add_polygon([(3, 2), (2.5, 3), (3.5, 3)])
    return path


SCENES: dict[str, list[Operation]] = {
    "winding": [Fill(spiral(), RED)],
    "stroke": [Stroke(spiral(), GREY, 0.3, 0.5), Stroke(Path.circle(3, 3, 1.3), RED, 0.07, shift=(0.2, 0.1))],
    "dot": [Stroke(Path.polygon([(2, 2), (2, 2)], closed=False), RED, 1.5)],
    "clips": [
        Fill(Path.rect(Box(0.5, 0.5, 5, 5)), GREY),
        Clip(Path.circle(3, 3, 2.2)),
        Clip(Path.circle(3, 3, 2.2), False, (0.5, -0.4)),
        Shade((200, 100, 50)),
        Unclip(),
        Fill(Path.rect(Box(2, 2, 3, 9)), RED, 0.5, True),
        Unclip(),
        Fill(Path.circle(6, 5, 0.5), RED, 0.25),
    ],
    "gradients": [
        Fill(Path.circle(3, 3, 2), Gradient((0, 1), (0, 5), (RED, GREY))),
        Clip(Path.rect(Box(1, 1, 9, 3))),
        Shade(Gradient((1, 0), (5, 2), ((255, 255, 255), (90, 90, 200), (10, 0, 0)), (0.2, 0.6, 1.0))),
        Unclip(),
    ],
    "blur": [
        Fill(Path.rect(Box(0, 0, 9, 9)), GREY),
        Clip(Path.circle(3, 3, 2.2)),
        Fill(Path.rect(Box(2, -1, 4, 4)), RED, 0.8, True, 0.4),
        Unclip(),
        Fill(spiral(), RED, soft=0.05),
    ],
    "weaves": [
        Fill(Path.rect(Box(0, 0, 3, 9)), Weave("plaid", RED, GREY, 2.5, 30, (1, 1))),
        Fill(Path.rect(Box(3, 0, 9, 9)), Weave("striped", RED, GREY, 0.6)),
    ],
    "nothing": [Fill(Path(), RED), Clip(Path.circle(50, 50, 1)), Fill(Path.circle(3, 3, 1), RED), Shade(RED), Unclip()],
}


@pytest.mark.parametrize("scene", SCENES)
def test_every_operation_means_the_same(scene: str) -> None:
    drawn = [on_white(renderer.paint(SCENES[scene], FRAME)) for renderer in (render_skia, render_cv)]
    off = np.abs(drawn[0] - drawn[1])
    assert off.mean() < 1 and np.percentile(off, 99) < 24


def test_over_a_background_and_without_antialiasing() -> None:
    ground = np.full((48, 64, 4), 255, np.uint8)
    ground[..., 0] = np.arange(64)
    for scene in SCENES.values():
        soft = [renderer.paint(scene, FRAME, ground).astype(int) for renderer in (render_skia, render_cv)]
        assert all((pixels[..., 3] == 255).all() for pixels in soft)
        assert np.abs(soft[0] - soft[1]).mean() < 1
    thin = [*SCENES["winding"], Stroke(Path.circle(3, 3, 2), GREY, 0.09)]
    hard = [renderer.paint(thin, FRAME, hard=True) for renderer in (render_skia, render_cv)]
    assert {tuple(colour) for colour in hard[1].reshape(-1, 4).tolist()} == {(0, 0, 0, 0), (*RED, 255), (*GREY, 255)}
    assert (hard[0] != hard[1]).any(2).mean() < 0.02
