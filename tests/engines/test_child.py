"""The program beside the kernel: questions, answers, interruptions."""

import os
import signal

import psutil
import pytest

from cachelab import engines

from .conftest import module

pytestmark = pytest.mark.usefixtures("alone")

PROGRAM = """
import json, sys, time
for line in sys.stdin:
    request = json.loads(line)
    if request["question"] == "end":
        break
    time.sleep(request["seconds"])
    answer = {"error": "no such thing"} if request["question"] == "fail" else {"echo": request["word"]}
    print(json.dumps({"number": request["number"], **answer}), flush=True)
"""


@pytest.fixture
def child(tmp_path):
    (tmp_path / "echo.py").write_text(PROGRAM)
    child = module("child").Child(tmp_path / "echo.py")
    yield child
    child.close()


def test_an_interrupted_question_leaves_no_answer_for_the_next(child, monkeypatch):
    """It comes while the answer is awaited, however busy the machine is."""
    with monkeypatch.context() as patch:
        patch.setattr(child, "_answer", lambda number: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            child.ask("say", word="late", seconds=0.1)
    assert child.ask("say", word="next", seconds=0)["echo"] == "next"


def test_what_the_program_cannot_do_is_an_error_in_its_words(child):
    with pytest.raises(engines.EngineError, match="no such thing"):
        child.ask("fail", seconds=0)
    assert child.ask("say", word="fine", seconds=0)["echo"] == "fine"


def test_a_program_that_has_ended_is_an_error_that_names_it(child):
    with pytest.raises(engines.EngineError, match=f"echo process \\({child.pid}\\) has ended"):
        child.ask("end")
    with pytest.raises(engines.EngineError, match="has ended"):
        child.ask("say", word="", seconds=0)


def test_an_engine_whose_start_is_interrupted_is_ended(monkeypatch):
    engines.valkey()
    watcher = module("process")._the_watcher()
    before = psutil.Process(watcher.pid).children()
    ask = type(watcher).ask

    def interrupted(self, question, **fields):
        answer = ask(self, question, **fields)
        if question == "spawn":
            assert psutil.pid_exists(answer["pid"]) and os.getpid() != answer["pid"]
            raise KeyboardInterrupt
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(type(watcher), "ask", interrupted)
        with pytest.raises(KeyboardInterrupt):
            engines.ValkeyServer()
    assert psutil.Process(watcher.pid).children() == before
    spawn = engines.ValkeyServer._spawn

    def interrupted_later(server):
        process = spawn(server)
        signal.raise_signal(signal.SIGINT)  # it runs, and nobody has it yet
        return process

    monkeypatch.setattr(engines.ValkeyServer, "_spawn", interrupted_later)
    with pytest.raises(KeyboardInterrupt):
        engines.ValkeyServer()
    assert psutil.Process(watcher.pid).children() == before
