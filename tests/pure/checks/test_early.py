"""A check cell that is run before the answer cell."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from cachelab.checks.course import early


@pytest.fixture
def notebook(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    early.watch()
    yield shell
    InteractiveShell.clear_instance()


def run(notebook, source: str) -> str:
    with capture_output() as said:
        notebook.run_cell(source)
    return said.stdout + said.stderr + "".join(str(output) for output in said.outputs)


def test_a_check_before_its_answer_is_told_in_a_sentence(notebook):
    said = run(notebook, 'from cachelab.checks import exercise\nexercise("04.1").check(get_user)')
    assert "`get_user` is not there yet" in said and "No try was counted" in said
    assert "Traceback" not in said and "NameError" not in said


@pytest.mark.parametrize(
    "source",
    ["print(get_user)", 'def f():\n    return get_user\nexercise = lambda id: f()\nexercise("04.1")'],
    ids=["no check", "in a function"],
)
def test_any_other_name_error_is_told_as_ever(notebook, source):
    assert "NameError" in run(notebook, source)
