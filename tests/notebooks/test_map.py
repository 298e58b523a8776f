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
    number, title = re.match(r"# (\d\db?) · (.+)", opening).groups()
    minutes = re.search(r"In (\d+) minutes you will", opening)[1]
    row = f"| {number} | [{title}]({path.name}) | {minutes} | "
    if (ROOT / "exercises" / path.name).exists():
        row += f"[{number}](../exercises/{path.name})"
    assert row in map_


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_minutes_are_enough_to_read_it(path):
    """180 words a minute, four seconds for a line of code, half a minute for a guess; up to as much again to
    play with what is there. Sources and the map of the lessons are looked up, not read."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.id not in ("sources", "map")]
    words = sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown")
    code = [line for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines() if line]
    guesses = sum("widgets.ask(" in line or "widgets.predict(" in line for line in code)
    needed = words / 180 + len(code) * 4 / 60 + guesses / 2
    stated = int(re.search(r"In (\d+) minutes you will", cells[0].source)[1])
    assert 0.5 * stated < needed < 1.25 * stated, f"{stated} minutes stated, {needed:.0f} needed"
