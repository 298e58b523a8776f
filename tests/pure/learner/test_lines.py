"""Whose line is it: the learner's, Python's, a package's, or ours."""

import gc
import json
import subprocess
import sys
import threading

import pytest

from cachelab.exercises.lesson_05 import scheduler
from cachelab.learner import lines
from cachelab.races import strategies


@pytest.mark.parametrize("file", [json.__file__, pytest.__file__, lines.__file__, "<frozen importlib>"])
def test_python_its_packages_and_this_course_are_not_the_learners(file):
    assert not lines.is_learners(file)


@pytest.mark.parametrize("file", [__file__, "<stdin>", "/tmp/ipykernel_7/1234.py", "exercise:cell"])
def test_cells_and_files_elsewhere_are(file):
    assert lines.is_learners(file)


def test_what_the_course_writes_as_a_learner_would_is_shown_as_a_learners():
    assert lines.is_learners(strategies.__file__) and lines.is_learners(scheduler.__file__)


def parses(text):
    return json.loads(text)


def test_the_innermost_line_of_an_error_is_named_even_below_a_library():
    with pytest.raises(ValueError) as caught:
        parses("{")
    assert lines.of_error(caught.value).endswith(": return json.loads(text)")
    assert lines.of_error(caught.value).startswith("line ")


def test_a_syntax_error_out_of_exec_names_its_own_line():
    with pytest.raises(SyntaxError) as caught:
        exec("x = 1\nx = = 2")
    assert lines.of_error(caught.value) == "line 2: x = = 2"


def judge(function):
    return function()


def test_the_line_under_way_is_looked_for_inside_the_judge_only():
    """Whoever called the judge is the learner's cell too, and has nothing to do with it."""
    inside = judge(lambda: lines.in_frame(sys._getframe(), judge.__code__))
    assert "lambda" in inside.text
    assert lines.in_frame(sys._getframe(), judge.__code__) is None  # not under way at all

    waits, done = threading.Event(), threading.Event()

    def ours():  # a judge that is busy with itself, called from a cell of the learner's
        waits.set()
        done.wait()

    ours.__code__ = ours.__code__.replace(co_filename=lines.__file__)
    thread = threading.Thread(target=lambda: ours())
    thread.start()
    waits.wait()
    frame = lines.of_thread(thread.ident)
    assert lines.in_frame(frame, ours.__code__) is None and lines.in_frame(frame) is not None
    done.set()
    thread.join()


def test_a_thread_is_looked_at_while_the_collector_would_begin():
    """Python 3.11 stands still for good where `sys._current_frames` meets a collection of thread locals."""
    code = """if True:
        import gc, threading
        from cachelab.learner import lines

        class Session:
            pass

        for number in range(300):
            gc.disable()
            gc.collect()
            for _ in range(3):
                session = Session()
                session.own, session.me = threading.local(), session
                session.own.name = "ann"
            del session
            gc.set_threshold(number + 1)
            gc.enable()
            assert lines.of_thread(threading.get_ident()).f_code.co_name == "of_thread"
            assert gc.isenabled()
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)  # it ends what hangs


def test_no_thread_is_looked_at_with_the_collector_that_another_turned_on_again(monkeypatch):
    second_is_in, first_is_done, enabled = threading.Event(), threading.Event(), []

    def looks():
        if threading.current_thread() is second:
            second_is_in.set()
            first_is_done.wait()
        else:
            second.start()
            second_is_in.wait(timeout=0.5)  # in vain, where one waits for the other
        enabled.append(gc.isenabled())
        return {}

    second = threading.Thread(target=lambda: lines.of_thread(0))
    monkeypatch.setattr(sys, "_current_frames", looks)
    lines.of_thread(0)
    first_is_done.set()
    second.join()
    assert enabled == [False, False] and gc.isenabled()


def test_who_raised_it_and_who_only_called_what_did():
    def by_hand():
        raise NotImplementedError

    for call, own in ((by_hand, True), (lambda: json.loads("{"), False)):
        with pytest.raises((NotImplementedError, ValueError)) as caught:
            call()
        assert lines.raised(caught.value) == own
