"""`cachelab ready` finds what is wrong with a notebook, and says in its last line whether all is here."""

import json
import os
import signal
import webbrowser

import nbformat
import psutil
import pytest

from cachelab import jupyter
from cachelab.checks.course import source
from cachelab.command import ready
from cachelab.command.trouble import Trouble

COULD_NOT = """
from cachelab.checks.verdict import could_not_run
could_not_run("there is no Memcached")
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one's own: {"exercises/04_prices": its one cell}."""
    (tmp_path / "solutions").mkdir()
    monkeypatch.setattr(source, "home", lambda: tmp_path)

    def write(notebooks: dict[str, str]):
        for folder in ("notebooks", "exercises"):
            (tmp_path / folder).mkdir()
        for name, code in notebooks.items():
            kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
            nb = nbformat.v4.new_notebook(metadata=kernel, cells=[nbformat.v4.new_code_cell(code)])
            nbformat.write(nb, tmp_path / f"{name}.ipynb")
        return tmp_path

    return write


def test_a_lesson_is_followed_by_its_exercises(course):
    course({"notebooks/00_start": "", "notebooks/04_prices": "", "exercises/04_prices": ""})
    found = [f"{path.parent.name}/{path.stem}" for path in ready.notebooks(["04"])]
    assert found == ["notebooks/04_prices", "exercises/04_prices"]
    assert len(ready.notebooks([])) == 3
    with pytest.raises(Trouble, match="no lesson 07; there are 00, 04"):
        ready.notebooks(["07"])


def test_a_cell_that_fails_and_a_check_that_cannot_run_are_told(course):
    root = course({"notebooks/04_prices": "1 / 0", "exercises/04_prices": COULD_NOT})
    assert ready.tried(root / "notebooks/04_prices.ipynb")[0] == "ZeroDivisionError: division by zero"
    assert "there is no Memcached" in ready.tried(root / "exercises/04_prices.ipynb")[0]


def test_who_stops_it_has_stopped_it(course, caplog):
    """What came out was an AssertionError of nbclient's, which had ended the kernel that it waited for."""
    stops = "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(600)"
    stopped(course({"notebooks/04_prices": stops}) / "notebooks/04_prices.ipynb")
    assert not caplog.records


@pytest.mark.parametrize("moment", ["start_kernel", "format_kernel_cmd", "client"])
def test_it_can_be_stopped_at_any_moment(course, monkeypatch, moment):
    real = getattr(jupyter.AsyncKernels, moment)

    def pressed(self, *given, **named):
        monkeypatch.undo()
        signal.raise_signal(signal.SIGINT)
        return real(self, *given, **named)

    monkeypatch.setattr(jupyter.AsyncKernels, moment, pressed)
    stopped(course({"notebooks/04_prices": "import time\ntime.sleep(600)"}) / "notebooks/04_prices.ipynb")


def test_a_kernel_that_does_not_start_leaves_ctrl_c_alone(course, monkeypatch):
    def fails(self, *given, **named):
        raise RuntimeError("no kernel today")

    root = course({"notebooks/04_prices": "1"})
    monkeypatch.setattr(jupyter.AsyncKernels, "start_kernel", fails)
    assert "no kernel today" in ready.tried(root / "notebooks/04_prices.ipynb")[0]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def stopped(notebook) -> None:
    """It ends in KeyboardInterrupt, without a kernel, and the next Ctrl-C is again Python's own."""
    before = set(psutil.Process().children())
    with pytest.raises(KeyboardInterrupt):
        ready.tried(notebook)
    assert set(psutil.Process().children()) == before
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_exercises_run_where_they_are_checked_and_leave_nothing(course, tmp_path, monkeypatch):
    monkeypatch.setenv("CACHELAB_EXERCISES", str(tmp_path / "mine"))
    told = tmp_path / "told.json"
    code = f"""
    import json, os
    from cachelab.checks.course import copies
    with open({str(told)!r}, "w") as file:
        json.dump([copies.instead() is None, os.getcwd(), os.environ["CACHELAB_PROGRESS"]], file)
    """
    root = course({"exercises/04_prices": code})
    assert ready.tried(root / "exercises/04_prices.ipynb")[0] == ""
    checked, where, progress = json.loads(told.read_text())
    assert checked and where.endswith("my-exercises")
    assert os.path.realpath(progress) == where.removesuffix("my-exercises") + "progress.json"
    assert not (tmp_path / "mine").exists()


def test_no_browser_is_said_and_is_no_fault(monkeypatch):
    def none():
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    row = ready.browser()
    assert row["said"] == "none on this machine" and "address" in row["todo"]
    assert ready.verdict([row], failed=0) == "Ready."
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("firefox"))
    assert ready.browser()["said"] == "firefox opens the course"


@pytest.mark.parametrize(
    ("states", "failed", "said"),
    [
        ({"Valkey": "works"}, 0, "Ready."),
        ({"Valkey": "works", "Memcached": "stand-in"}, 0, "Ready, with a stand-in for Memcached."),
        ({"Valkey": "missing", "Memcached": "stand-in"}, 1, "Not ready: 2 to look at."),
    ],
)
def test_the_last_line_says_it_all(states, failed, said):
    rows = [{"name": name, "state": state} for name, state in states.items()]
    assert ready.verdict(rows, failed) == said
