"""exercises/ is solutions/ without the answers."""

import nbformat
import pytest

from cachelab.checks import exercise, exercise_ids
from cachelab.checks.course.source import START, answer, stub
from tools import tidy
from tools.exercises import generate

SOLUTIONS = sorted((tidy.ROOT / "solutions").glob("*.ipynb"))
NOTEBOOKS = [path for path in tidy.notebooks() if path.parent.name in ("exercises", "solutions")]


def name(path):
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", SOLUTIONS, ids=name)
def test_exercises_are_what_the_solutions_make_them(path):
    text = (tidy.ROOT / "exercises" / path.name).read_text(encoding="utf-8")
    assert text == generate(path), "run: python -m tools.exercises"
    assert generate(path) == generate(path)


def test_every_exercise_notebook_has_a_source():
    assert {path.name for path in (tidy.ROOT / "exercises").glob("*.ipynb")} == {
        path.name for path in SOLUTIONS
    }


@pytest.mark.parametrize("path", SOLUTIONS, ids=name)
def test_an_exercise_gives_nothing_away(path):
    exercises = tidy.ROOT / "exercises" / path.name
    assert "SOLUTION" not in exercises.read_text(encoding="utf-8")
    found = {cell.id: cell for cell in nbformat.read(exercises, as_version=4).cells}
    for cell in nbformat.read(path, as_version=4).cells:
        if "solution" not in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown":
            assert cell.id not in found  # what is said of an answer
        else:
            assert found[cell.id].source == stub(cell.source) and not found[cell.id].metadata.get("tags")
            assert "your code goes here" in stub(cell.source) or "..." in stub(cell.source)
            assert set(answer(cell.source).splitlines()) - set(stub(cell.source).splitlines())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_every_exercise_has_its_check_cell(path):
    """What each says when it runs is looked at while it runs: tests/notebooks/outputs.py."""
    found = [cell for cell in nbformat.read(path, as_version=4).cells if cell.id.startswith("check-")]
    ids = exercise_ids(path.stem[:2])
    assert [cell.id for cell in found] == [f"check-{id.replace('.', '-')}" for id in ids]
    for id, cell in zip(ids, found, strict=True):
        assert f'exercise("{id}").check(' in cell.source.splitlines()[0]


@pytest.mark.parametrize("path", SOLUTIONS, ids=name)
def test_headings_say_the_title_and_the_minutes_of_the_exercise(path):
    text = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
    for id in exercise_ids(path.stem[:2]):
        ex = exercise(id)
        assert f"## {id} · {ex.title} · {ex.minutes} minutes\n" in text


@pytest.mark.parametrize("id", exercise_ids())
def test_the_solution_can_be_shown(id):
    shown = str(exercise(id).solution(show=True))
    assert "def " in shown or "= " in shown
    assert "SOLUTION" not in shown and START not in shown
