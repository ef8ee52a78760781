"""What the trainings on sheets of drawings share."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.part_drawings import write

SHEET_SEEDS = range(700_000_000, 700_000_008)


@pytest.fixture(scope="session")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sheets, not to be written into."""
    folder = tmp_path_factory.mktemp("sheets")
    write(folder, SHEET_SEEDS)
    return folder
