import builtins
import re

import pytest

from cachelab.checks import exercise, exercise_ids, progress
from cachelab.checks.exercise import UnknownExercise, lessons
from cachelab.checks.verdict import MARKS, Note, Table, Text, Verdict


def wrong(reads, capacity):
    return 17


def right(reads, capacity):
    return max(0, 1 - capacity / reads)


def does_nothing(reads, capacity):
    """Not yet."""


def does_nothing_in_dots(reads, capacity): ...


def returns_none(reads, capacity):
    return None


def raises(reads, capacity):
    """Doc."""
    raise NotImplementedError


def raises_with_words(reads, capacity):
    raise NotImplementedError("your code goes here")


def raises_halfway(reads, capacity):
    if reads > capacity:
        raise NotImplementedError("the other half")
    return 0


@pytest.mark.parametrize("id", ["4.1", "99.1", "04.9", "04", "", 4.1, None])
def test_an_unknown_id_names_those_that_exist(id):
    with pytest.raises(UnknownExercise, match=r"these exist: 01\.1, .*04\.6"):
        exercise(id)


def test_ids_are_in_order_and_every_exercise_is_ready_to_be_taught():
    assert exercise_ids() == sorted(exercise_ids()) and {"01", "04"} <= set(lessons())
    for lesson in lessons():
        exercises = [exercise(id) for id in exercise_ids(lesson)]
        assert 4 <= len(exercises) <= 6
        assert [ex.id for ex in exercises] == [f"{lesson}.{k}" for k in range(1, len(exercises) + 1)]
        assert all(2 <= ex.minutes <= 20 and len(ex.hints) >= 2 and ex.takes for ex in exercises)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        ...,
        does_nothing,
        does_nothing_in_dots,
        returns_none,
        raises,
        raises_with_words,
        raises_halfway,
        lambda r, c: None,
    ],
)
def test_what_is_not_there_yet_is_not_attempted(answer):
    verdict = exercise("01.2").check(answer)
    assert (
        verdict.status == "not attempted"
        and "`needed_hit_ratio`" in verdict.message
        or "raises_halfway" in verdict.message
    )
    assert progress.tries("01.2") == 0


def test_a_constant_is_an_attempt():
    assert exercise("01.2").check(lambda reads, capacity: 0.8).status == "incorrect"


async def asynchronous(reads, capacity):
    return 1


def generator(reads, capacity):
    yield 1


class Answer:
    def __call__(self, reads, capacity):
        return right(reads, capacity)


@pytest.mark.parametrize(
    "answers, says",
    [
        ((), "got no answers"),
        ((right, right), "got 2 answers"),
        ((asynchronous,), "`async` function"),
        ((generator,), "`yield`"),
        ((Answer,), "is a class"),
        ((0.8,), "is a float: 0.8"),
        ((lambda: 3,), "takes 0 positional arguments but 2 were given"),
    ],
)
def test_what_cannot_be_called_is_broken_and_says_why(answers, says):
    verdict = exercise("01.2").check(*answers)
    assert verdict.status == "broken" and says in verdict.message


def test_answers_may_be_given_by_name():
    assert exercise("01.2").check(**{exercise("01.2").takes[0]: right}).status == "correct"
    for named, says in (({"speed": right}, "an answer named `speed`"), ({}, "got no answers")):
        verdict = exercise("01.2").check(**named)
        assert verdict.status == "broken" and says in verdict.message
    twice = exercise("01.2").check(right, **{exercise("01.2").takes[0]: right})
    assert twice.status == "broken" and "twice" in twice.message
    assert exercise("05.2").check(reader=right).status == "not attempted"


def test_anything_that_can_be_called_may_answer():
    from functools import partial

    assert exercise("01.2").check(Answer()).status == "correct"
    assert exercise("01.2").check(partial(right)).status == "correct"


def test_every_lesson_of_every_status_has_a_word_and_a_mark_of_its_own():
    verdicts = [exercise("01.2").check(answer) for answer in (raises, wrong, right, generator)]
    assert {verdict.status for verdict in verdicts} == set(MARKS)
    for verdict in verdicts:
        html = verdict._repr_html_()
        assert (
            verdict.status in str(verdict)
            and verdict.status in html
            and MARKS[verdict.status] in str(verdict)
        )
        assert 'role="status"' in html and "<svg" in html and "http" not in html and "<script" not in html
    assert (
        len({verdict._repr_html_().split("aria-hidden")[1].split("</svg>")[0] for verdict in verdicts}) == 4
    )
    assert [bool(verdict) for verdict in verdicts] == [False, False, True, False]


def test_evidence_is_in_both_forms():
    table = Table("What came", ("who", "what"), (("Ada", "a < b"), ("Grace", None)))
    assert str(table) == "What came:\n  who    what\n  Ada    a < b\n  Grace  None"
    html = table._repr_html_()
    assert "What came</caption>" in html and "a &lt; b</td>" in html and html.count("<tr") == 3
    text = Text("It printed", "one\n<two>")
    assert str(text) == "It printed:\n  one\n  <two>" and "&lt;two&gt;" in text._repr_html_()
    assert "{" not in html + text._repr_html_()


def test_values_of_the_learner_cannot_become_markup():
    verdict = exercise("01.2").check(lambda reads, capacity: "<img src=x onerror=alert(1)>`")
    assert "<img" not in verdict._repr_html_() and "&lt;img" in verdict._repr_html_()


def test_hints_come_one_by_one_the_gentlest_first():
    ex = exercise("04.3")
    assert [ex.hint(n).title for n in (1, 2, 3)] == [f"Hint {n} of 3 for 04.3" for n in (1, 2, 3)]
    assert "hint(2)" in str(ex.hint()) and "hint(4)" not in str(ex.hint(3))
    for number in (0, 4, -1, "2", 1.5):
        assert "hint(1) to hint(3)" in str(ex.hint(number))


def test_a_verdict_leads_on():
    ex = exercise("01.2")
    assert 'exercise("01.2").hint()' in ex.check(lambda reads, capacity: 0).then
    assert 'exercise("01.2").hint()' in ex.check(lambda reads, capacity: 0).then
    assert 'exercise("01.2").solution()' in ex.check(lambda reads, capacity: 0).then
    assert "Next: 01.3" in ex.check(right).then


def test_the_answer_of_last_time_is_told_as_such_and_costs_no_try():
    """The cell above failed, so the name still means the function it meant before."""
    ex = exercise("01.2")
    assert "last time" not in ex.check(wrong).then
    assert "did the cell above run?" in ex.check(wrong).then
    assert progress.tries("01.2") == 1


def test_the_answer_to_another_exercise_is_told_as_such_and_costs_no_try():
    """A check that is run again, when the name means by now what a later exercise asked for."""

    def needed_hit_ratio(reads, capacity):
        return right(reads, capacity)

    assert exercise("01.2").check(needed_hit_ratio)
    verdict = exercise("01.5").check(needed_hit_ratio)
    assert verdict.status == "incorrect"
    assert "handed over to 01.2, so no try was counted: did the cell above run?" in verdict.then
    assert progress.tries("01.5") == 0
    assert "last time" in exercise("01.5").check(needed_hit_ratio).then


def test_the_capstones_module_is_the_answer_to_each_of_its_exercises():
    names: dict = {}
    exec("\n".join(f"def {name}(*_): return 1" for name in ("connect", "get_product", "change_price")), names)
    module = [names[name] for name in ("connect", "get_product", "change_price")]
    assert exercise("12.1").check(*module).status == "broken"
    assert "handed over" not in exercise("12.2").check(*module).then
    assert "handed over last time" in exercise("12.2").check(*module).then


def test_hints_and_solution_open_on_the_verdict_and_hide_nothing():
    ex = exercise("01.2")
    first = ex.check(lambda reads, capacity: 0)
    assert [note.title for note in first.notes] == [f"Hint {n} of {len(ex.hints)}" for n in (1, 2)]
    html = first._repr_html_()
    assert html.count("<details") == 2 and "Hint 1 of 2</summary>" in html and ">Called</dt>" in html
    for _ in range(2):
        last = ex.check(lambda reads, capacity: 0)
    shown = re.sub("<[^>]+>", "", last._repr_html_())  # the solution has colours
    assert last.notes[-1].title == "Solution of 01.2" and "1 - capacity / reads" in shown
    passed = ex.check(right)
    assert [note.title for note in passed.notes] == ["Solution of 01.2"]
    assert exercise("01.3").check(...).notes == ()


def test_the_solution_asks_first(monkeypatch):
    ex, asked = exercise("01.2"), []

    def answer(text):
        monkeypatch.setattr(builtins, "input", lambda prompt: asked.append(prompt) or text)

    answer("n")
    assert "1 - capacity / reads" not in str(ex.solution())
    answer("yes")
    assert "1 - capacity / reads" in str(ex.solution())
    assert len(asked) == 2 and "01.2" in asked[0]
    assert "BEGIN SOLUTION" not in str(ex.solution())


def test_where_nobody_can_be_asked_the_solution_says_how(monkeypatch):
    monkeypatch.setattr(builtins, "input", lambda prompt: (_ for _ in ()).throw(EOFError()))
    assert 'exercise("01.2").solution(show=True)' in str(exercise("01.2").solution())
    assert "1 - capacity / reads" in str(exercise("01.2").solution(show=True))


@pytest.mark.parametrize("answers", [[right], [wrong, lambda reads, capacity: 0, lambda reads, capacity: 1]])
def test_the_solution_is_shown_after_a_pass_or_three_tries(answers, monkeypatch):
    monkeypatch.setattr(builtins, "input", lambda prompt: pytest.fail("asked"))
    for answer in answers:
        exercise("01.2").check(answer)
    assert "1 - capacity / reads" in str(exercise("01.2").solution())


def test_notes_and_verdicts_read_as_text():
    note = Note("Title", "Text", "x = 1  # a < b")
    assert repr(note) == "Title\n  Text\n\nx = 1  # a < b"
    comment = '<span style="color:var(--jp-mirror-editor-comment-color,inherit)"># a &lt; b</span>'
    assert comment in note._repr_html_() and comment in note.folded()
    assert (
        repr(Verdict("correct", (("", "It holds."),), title="01.2 T")) == "(ok) 01.2 T: correct\n  It holds."
    )
