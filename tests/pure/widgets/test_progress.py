import pytest

from cachelab.checks import exercise
from cachelab.checks import progress as record
from cachelab.checks.course import classroom
from cachelab.checks.exercise import lessons
from cachelab.widgets.progress import progress


def solve(id="01.2"):
    exercise(id).check(lambda reads, capacity: max(0, 1 - capacity / reads))


def states(widget, number=0):
    return [entry["state"] for entry in widget.lessons[number]["exercises"]]


def test_a_fresh_learner_sees_what_there_is_to_do():
    widget = progress()
    assert [lesson["name"][:2] for lesson in widget.lessons] == lessons()
    assert set(states(widget)) == {"not yet tried"} and widget.last == ""
    assert "01 Why cache: 0 of 6 solved" in widget.text()


def test_what_is_solved_and_what_was_tried_last_is_said_in_words():
    solve()
    exercise("01.3").check(lambda *numbers: 0)
    widget = progress("01")
    assert states(widget)[1:3] == ["solved", "tried 1 time"] and widget.lessons[0]["solved"] == 1
    assert widget.last == "Last tried: 01.3 The read that users notice."
    assert "  solved          01.2 What the database still sees, 2 min" in widget.text()


def test_looking_again_sees_what_another_notebook_has_written():
    widget = progress("01")
    solve()
    assert "solved" not in states(widget)
    widget.looks += 1
    assert states(widget)[1] == "solved"


def test_a_code_from_elsewhere_is_merged():
    solve()
    code = record.export()
    record.path().unlink()
    widget = progress("01")
    widget.pasted = code
    assert states(widget)[1] == "solved" and widget.said.startswith("Taken over") and widget.pasted == ""
    assert widget.code == record.export()


def test_a_code_that_is_not_whole_changes_nothing_and_says_so():
    solve()
    widget = progress("01")
    widget.pasted = "cachelab-half"
    assert (
        states(widget)[1] == "solved"
        and "Nothing was changed: this is not a whole progress code" in widget.said
    )


def test_who_is_in_a_class_sees_it_and_can_leave(monkeypatch):
    assert progress("01").told == ""
    monkeypatch.setattr(classroom, "append", lambda line, text: None)
    monkeypatch.setenv(classroom.VARIABLE, "valkey://learner:k7mr-p2xw-9dht@127.0.0.1:9")
    widget = progress("01")
    assert "the class at 127.0.0.1:9" in widget.told and widget.told in widget.text()
    widget.leaves += 1
    assert widget.told == "" and widget.said.startswith("You have left the class")
    assert progress("01").told == ""


def test_a_lesson_without_exercises_is_refused():
    with pytest.raises(ValueError, match="'99' has no exercises; these have: 01, "):
        progress("99")
