"""Where a learner stopped in a lesson is noted, and told the next evening."""

import types

import IPython
import pytest

from cachelab.checks import progress
from cachelab.checks.course import source
from cachelab.widgets.place import Place, Stopped, sections, watch

LESSON = "04_cache_aside"


def opened() -> Place:
    return Place(LESSON, sections(source.course("notebooks") / f"{LESSON}.ipynb"))


def test_the_place_is_told_once_by_the_heading_of_its_section():
    place = opened()
    assert place.told() == ""
    place.ran("setup", sent=0, took=2)
    place.ran("hang-run", sent=60, took=3)
    place.ran("a cell of my own", sent=90, took=3)
    again = opened()
    heading = again.told()
    assert heading.startswith("4. A silent cache, and the time-outs") and again.told() == ""
    assert str(Stopped(heading)).startswith(f"Last time you stopped at {heading}. There, Run")


def test_what_is_run_in_one_go_moves_nothing():
    opened().ran("hang-run", sent=60, took=3)
    evening = opened()
    for cell, sent in (("setup", 0), ("tutorial-code", 0.01), ("bench-run", 0.02)):
        evening.ran(cell, sent, took=1)
    assert "A silent cache" in opened().told()
    evening.ran("connect-run", sent=10, took=1)
    evening.ran("bench-run", sent=60, took=1)
    assert "silent" not in opened().told()


@pytest.mark.parametrize("folder, told", [("notebooks", True), ("exercises", False)])
def test_exercises_are_not_their_lesson_though_their_notebook_is_called_the_same(
    folder, told, monkeypatch, capsys
):
    progress.stop_at(LESSON, "hang-run")
    watched = []
    events = types.SimpleNamespace(register=lambda event, _: watched.append(event))
    monkeypatch.setattr(IPython, "get_ipython", lambda: types.SimpleNamespace(events=events))
    monkeypatch.setenv("JPY_SESSION_NAME", f"course/{folder}/{LESSON}.ipynb")
    watch()
    assert bool(watched) == told
    assert ("Last time you stopped at 4. A silent cache" in capsys.readouterr().out) == told


@pytest.mark.parametrize(
    "path", sorted(source.course("notebooks").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_every_lesson_begins_before_its_first_section(path):
    """Its first code cell is no place, so that it may be run in a row with all others."""
    assert sections(path) and "setup" not in sections(path)
