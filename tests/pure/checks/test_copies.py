"""A learner's edited exercise is never overwritten, whatever the course or the maintainers do."""

import json
import runpy
from pathlib import Path

import pytest

from cachelab.checks import begin, exercise, progress
from cachelab.checks.course import copies, source
from tools.exercises import is_edited


def notebook(*cells: str, outputs=()) -> str:
    made = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": text,
            "outputs": list(outputs),
            "execution_count": None,
        }
        for i, text in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one exercise, in a folder of its own."""
    monkeypatch.delenv("CACHELAB_EXERCISES")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "exercises").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "exercises" / "04_cache_aside.ipynb").write_text(notebook("first version"))
    monkeypatch.setattr(copies, "course", lambda folder: tmp_path / folder)
    return tmp_path


def names(course: Path) -> set[str]:
    return {path.name for path in (course / "my-exercises").glob("*.ipynb")}


def test_each_exercise_is_copied_once(course):
    assert [path.name for path in copies.refresh()] == ["04_exercises.ipynb"]
    assert copies.refresh() == []


def test_an_untouched_copy_follows_the_course_even_after_it_was_run(course):
    copies.refresh()
    mine = course / "my-exercises" / "04_exercises.ipynb"
    mine.write_text(
        notebook("first version", outputs=[{"output_type": "stream", "name": "stdout", "text": "ran"}])
    )
    (course / "exercises" / "04_cache_aside.ipynb").write_text(notebook("second version"))
    copies.refresh()
    assert "second version" in mine.read_text() and names(course) == {"04_exercises.ipynb"}


def test_an_edited_copy_stays_and_the_new_version_comes_beside_it(course):
    copies.refresh()
    mine = course / "my-exercises" / "04_exercises.ipynb"
    mine.write_text(notebook("my answer"))
    theirs = course / "exercises" / "04_cache_aside.ipynb"
    theirs.write_text(notebook("second version"))
    for _ in range(2):
        copies.refresh()
    assert "my answer" in mine.read_text()
    assert names(course) == {"04_exercises.ipynb", "04_exercises-updated.ipynb"}
    updated = course / "my-exercises" / "04_exercises-updated.ipynb"
    updated.write_text(notebook("my second answer"))
    theirs.write_text(notebook("third version"))
    copies.refresh()
    assert "my second answer" in updated.read_text()
    assert "third version" in (course / "my-exercises" / "04_exercises-updated-2.ipynb").read_text()


def test_a_copy_that_is_no_notebook_any_more_counts_as_edited(course):
    copies.refresh()
    mine = course / "my-exercises" / "04_exercises.ipynb"
    mine.write_text("half a file")
    (course / "exercises" / "04_cache_aside.ipynb").write_text(notebook("second version"))
    copies.refresh()
    assert mine.read_text() == "half a file" and len(names(course)) == 2


def test_a_lost_record_of_origins_overwrites_nothing(course):
    copies.refresh()
    mine = course / "my-exercises" / "04_exercises.ipynb"
    mine.write_text(notebook("my answer"))
    (course / "my-exercises" / ".origins.json").write_text("{")
    copies.refresh()
    assert "my answer" in mine.read_text()


def test_the_first_cell_leads_to_the_learners_copy(course, monkeypatch):
    monkeypatch.chdir(course / "exercises")
    welcome = begin("04")
    assert welcome.link == "../my-exercises/04_exercises.ipynb"
    assert 'href="../my-exercises/04_exercises.ipynb"' in welcome._repr_html_()
    assert "0 of 6 exercises solved" in str(welcome)
    # An exercise may have no widget, whose style mends the page: its comments could not be read in the dark.
    assert "--jp-mirror-editor-comment-color" in welcome._repr_html_()
    monkeypatch.chdir(course / "my-exercises")
    assert begin("04").link == ""


def test_where_no_copy_can_be_made_the_learner_is_told(course):
    (course / "my-exercises").write_text("a file is in the way")
    assert "save this notebook under another name" in str(begin("04"))


def test_lessons_are_copied_too_and_links_between_copies_lead_to_copies(course):
    lesson = "see [05](05_races.ipynb), [the exercise](../exercises/04_cache_aside.ipynb#task)"
    (course / "notebooks" / "04_cache_aside.ipynb").write_text(notebook(lesson))
    back = "back to [the lesson](../notebooks/04_cache_aside.ipynb)"
    (course / "exercises" / "04_cache_aside.ipynb").write_text(notebook(back))
    assert [path.parent.name for path in copies.refresh()] == ["my-lessons", "my-exercises"]
    mine = (course / "my-lessons" / "04_cache_aside.ipynb").read_text()
    assert "(../my-exercises/04_exercises.ipynb#task)" in mine and "(05_races.ipynb)" in mine
    exercise = (course / "my-exercises" / "04_exercises.ipynb").read_text()
    assert "(../my-lessons/04_cache_aside.ipynb)" in exercise
    assert copies.refresh() == []
    (course / "notebooks" / "04_cache_aside.ipynb").write_text(notebook(lesson, "corrected"))
    assert [path.name for path in copies.refresh()] == ["04_cache_aside.ipynb"]


def test_a_copy_of_before_keeps_what_was_written_under_its_new_name(course):
    (course / "my-exercises").mkdir()
    (course / "my-exercises" / "04_cache_aside.ipynb").write_text(notebook("my answer"))
    copies.refresh()
    assert "my answer" in (course / "my-exercises" / "04_exercises.ipynb").read_text()
    assert names(course) == {"04_exercises.ipynb", "04_exercises-updated.ipynb"}


def test_the_clean_copy_refuses_to_check(course, monkeypatch):
    monkeypatch.chdir(course / "exercises")
    verdict = exercise("01.2").check(lambda reads, capacity: 0)
    assert verdict.status == "not attempted" and progress.tries("01.2") == 0
    assert "Work in yours: my-exercises/01_exercises.ipynb" in verdict.message
    copies.refresh()
    monkeypatch.chdir(course / "my-exercises")
    assert exercise("01.2").check(lambda reads, capacity: 0).status == "incorrect"


STUB = 'raise NotImplementedError("your code goes here")'


@pytest.mark.parametrize(
    "found, edited",
    [
        (notebook("text", STUB), False),
        (notebook("older text", STUB), False),
        (
            notebook("new text", STUB, outputs=[{"output_type": "stream", "name": "stdout", "text": "ran"}]),
            False,
        ),
        (notebook("text", "return 1"), True),
        (notebook("text", STUB, "a cell of my own"), True),
        (notebook("text", STUB, " "), False),
    ],
)
def test_generating_tells_a_learners_edits_from_an_older_version(found, edited):
    assert is_edited(found, committed=notebook("text", STUB), wanted=notebook("new text", STUB)) == edited


def test_a_course_folder_that_only_reads_is_said_in_a_sentence(monkeypatch, capsys):
    def refuse():
        raise OSError(30, "Read-only file system", "/srv/course/my-exercises")

    monkeypatch.setattr("cachelab.checks.course.copies.refresh", refuse)
    runpy.run_module("cachelab.checks", run_name="__main__")
    assert "Read-only file system" in (said := capsys.readouterr().out) and "a folder of your own" in said


def test_where_the_package_is_installed_copies_are_the_learners_own(tmp_path, monkeypatch):
    """As on Binder and on a hub: a clone in the learner's home, the package in a folder of everybody's."""
    content, clone = tmp_path / "site-packages" / "content", tmp_path / "home" / "cachelab"
    for root in (content, clone):
        for of in ("solutions", "exercises", "notebooks"):
            (root / of).mkdir(parents=True)
    monkeypatch.delenv("CACHELAB_EXERCISES")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for module in (copies, source):
        monkeypatch.setattr(module, "checkout", lambda: None)
        monkeypatch.setattr(module, "home", lambda: content)
    monkeypatch.chdir(clone / "exercises")
    assert copies.folder() == copies.instead() == clone / "my-exercises"
    copies.refresh()
    monkeypatch.chdir(clone / "my-exercises")
    assert copies.folder() == clone / "my-exercises" and copies.instead() is None
    monkeypatch.chdir(tmp_path)
    assert copies.folder() == tmp_path / "home/cachelab-course/my-exercises"
