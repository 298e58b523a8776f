"""Lesson 00 leads to every lesson and exercise there is, under its own title and with its own minutes."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
LESSONS = sorted(ROOT.glob("notebooks/*.ipynb"))
START = nbformat.read(LESSONS[0], as_version=4)


@pytest.mark.parametrize("path", LESSONS[1:], ids=lambda path: path.stem)
def test_the_map_has_the_lesson(path):
    map_ = next(cell.source for cell in START.cells if cell.id == "map")
    opening = nbformat.read(path, as_version=4).cells[0].source
    number, title = re.match(r"# (\d\d) · (.+)", opening).groups()
    minutes = re.search(r"In (\d+) minutes you will", opening)[1]
    row = f"| {number} | [{title}]({path.name}) | {minutes} | "
    if (ROOT / "exercises" / path.name).exists():
        row += f"[{number}](../exercises/{path.name})"
    assert row in map_
