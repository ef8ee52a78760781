"""What the classes of each part parser mean to us."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FACE_HANDS = 12  # beside the twelve values of a label map: face, neck and bare hands, skin that no clothing may cover
COUNT = FACE_HANDS + 1

# class of the parser, in its order -> a value above
TABLES: dict[str, tuple[int, ...]] = {
    "bundled": tuple(range(COUNT)),
}


def translate(probabilities: NDArray[np.float32], table: str) -> NDArray[np.float32]:
    """A parser's probabilities, its classes x H x W -> 13 x H x W."""
    found = np.zeros((COUNT, *probabilities.shape[1:]), np.float32)
    np.add.at(found, list(TABLES[table]), probabilities)
    return found
