from types import SimpleNamespace

import pytest

from cachelab import engines
from cachelab.checks.course import classroom
from cachelab.engines import EngineError
from cachelab.engines.memcached import StandInMemcached
from cachelab.widgets.preflight import Preflight, memcached, memory, the_class, valkey


def test_a_missing_engine_is_named_with_what_was_tried_and_what_to_do(monkeypatch):
    def missing():
        raise EngineError("no Valkey found: tried the wheel and PATH")

    monkeypatch.setattr(engines, "valkey", missing)
    row = valkey()
    assert row["state"] == "missing"
    assert "tried the wheel and PATH" in row["said"]
    assert "WSL" in row["todo"]


def test_a_stand_in_is_called_one(monkeypatch):
    monkeypatch.setattr(engines, "memcached", StandInMemcached)
    row = memcached()
    assert row["state"] == "stand-in"
    assert row["said"].startswith("stand-in")
    for system in ("apt install memcached", "brew install memcached", "WSL", "conda"):
        assert system in row["todo"]


@pytest.mark.parametrize("free, state", [(100 * 2**20, "short"), (2**30, "works")])
def test_too_little_memory_is_said(monkeypatch, free, state):
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=free))
    assert memory()["state"] == state


def test_a_class_that_is_told_is_one_of_the_lines(monkeypatch, tmp_path):
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(classroom, "append", lambda line, text: None)
    monkeypatch.setenv(classroom.VARIABLE, "valkey://learner:k7mr-p2xw-9dht@127.0.0.1:9")
    classroom.status()
    assert the_class()["state"] == "works" and "connected to the class at 127.0.0.1:9" in the_class()["said"]
    monkeypatch.setenv(classroom.VARIABLE, "127.0.0.1:9")
    row = the_class()
    assert row["state"] == "missing" and "not the line of a class" in row["said"] and "without" in row["todo"]


def test_the_list_says_what_to_look_at_and_waits_for_the_browser():
    rows = [
        lambda: {"name": "Valkey", "state": "works", "said": "real", "todo": ""},
        lambda: {"name": "Memcached", "state": "stand-in", "said": "a mock", "todo": "install it"},
    ]
    view = Preflight(rows)
    assert "Look at: Memcached." in view.text()
    assert "Memcached: install it" in view.text()
    assert "no browser has answered" in view.text()
    view.ping = 1
    assert view.pong == 1
    assert "a message went from this page to Python and back" in view.text()
