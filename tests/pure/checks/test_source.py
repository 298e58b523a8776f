"""A solution cell becomes what the learner finds, and what the learner might have written."""

import pytest

from cachelab.checks.course.source import Malformed, answer, stub

CELL = "def f(x):\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION\n"


def test_a_cell_becomes_its_stub_and_its_answer():
    assert stub(CELL) == 'def f(x):\n    raise NotImplementedError("your code goes here")'
    assert answer(CELL) == "def f(x):\n    return x"


def test_a_cell_can_say_what_the_learner_starts_from():
    cell = "# BEGIN SOLUTION\n#| choice = ...  # your code goes here\nchoice = {1, 2}\n# END SOLUTION"
    assert stub(cell) == "choice = ...  # your code goes here"
    assert answer(cell) == "choice = {1, 2}"


@pytest.mark.parametrize(
    "cell",
    [
        "def f(x):\n    return x",
        "# BEGIN SOLUTION\nx = 1",
        "# END SOLUTION\nx = 1\n# BEGIN SOLUTION",
        "# BEGIN SOLUTION\n# END SOLUTION",
        CELL + CELL,
    ],
)
def test_a_cell_without_proper_markers_is_refused(cell):
    with pytest.raises(Malformed):
        stub(cell)
