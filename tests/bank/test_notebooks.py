"""exercises/ is solutions/ without the answers, and runs from top to bottom before anybody has answered."""

import ast
import linecache

import nbformat
import pytest

from cachelab.checks import Verdict, exercise, exercise_ids
from cachelab.checks.course.source import START, answer, stub
from tools import tidy
from tools.exercises import generate

SOLUTIONS = sorted((tidy.ROOT / "solutions").glob("*.ipynb"))
NOTEBOOKS = [path for path in tidy.notebooks() if path.parent.name in ("exercises", "solutions")]


def name(path):
    return f"{path.parent.name}/{path.stem}"


def run(path) -> dict[str, Verdict]:
    """Run a notebook's code cells one after another; what its check cells show, by cell id."""
    names, verdicts = {"__name__": "__main__"}, {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        file = f"{path.stem}:{cell.id}"
        linecache.cache[file] = (len(cell.source), None, cell.source.splitlines(True), file)
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, file, "exec"), names)
        value = eval(compile(ast.Expression(last.value), cell.id, "eval"), names) if last else None
        if isinstance(value, Verdict):
            verdicts[cell.id] = value
    return verdicts


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
        if "solution" in cell.metadata.get("tags", []):
            assert found[cell.id].source == stub(cell.source) and not found[cell.id].metadata.get("tags")
            assert "your code goes here" in stub(cell.source) or "..." in stub(cell.source)
            assert set(answer(cell.source).splitlines()) - set(stub(cell.source).splitlines())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_every_check_cell_says_what_it_should(path):
    """Unsolved: not attempted, every one. Solved: correct, every one."""
    verdicts = run(path)
    ids = exercise_ids(path.stem[:2])
    assert [key for key in verdicts] == [f"check-{id.replace('.', '-')}" for id in ids]
    want = "correct" if path.parent.name == "solutions" else "not attempted"
    assert {key: verdict.status for key, verdict in verdicts.items()} == dict.fromkeys(verdicts, want), (
        verdicts
    )


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
