"""Shapes: what is measured, flattened and written is the shape that is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from wardrobe.path import Box, Matrix, Path


def test_an_oval_is_an_ellipse_whatever_moves_it() -> None:
    path = Path()
    path.add_oval(Box(1, 2, 5, 8))
    turn = np.deg2rad(30)
    matrix = Matrix(float(np.cos(turn)), float(np.sin(turn)), -float(np.sin(turn)), float(np.cos(turn)), 3, -1)
    path.transform(matrix)
    ((line, closed),) = path.flat(8)
    back = (line - [3, -1]) @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    assert closed
    assert np.allclose(((back - [3, 5]) / [2, 3]) ** 2 @ [1, 1], 1)


def test_flat_keeps_contours_apart() -> None:
    path = Path.rect(Box(0, 0, 2, 1))
    path.move_to(5, 5)
    path.quad_to(6, 6, 7, 5)
    (square, closed), (arch, opened) = path.flat(4)
    assert closed and not opened
    assert square.tolist() == [[0, 0], [2, 0], [2, 1], [0, 1]]
    assert arch[0].tolist() == [5, 5] and arch[-1].tolist() == [7, 5] and arch[:, 1].max() == pytest.approx(5.5)


def test_svg_path_data() -> None:
    path = Path.polygon([(0, 0), (1.5, 0), (0, 2)])
    assert path.svg() == "M0 0L1.5 0L0 2Z"
    circle = Path.circle(0, 0, 1)
    assert circle.svg(3).startswith("M1 0Q1 0.414 0.707 0.707 0.414 1 0 1")


def test_bounds_hold_the_shape() -> None:
    path = Path.circle(1, 1, 2)
    assert path.bounds() == Box(-1, -1, 3, 3)
    assert Path().bounds() == Box(0, 0, 0, 0)
