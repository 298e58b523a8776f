"""A class on a real server: learners append and do nothing else, and the page is the teacher's."""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
import redis
from redis.exceptions import NoPermissionError

from cachelab.checks import classroom, progress
from cachelab.command import classroom as command
from cachelab.command import main
from cachelab.command.classroom.room import Room

GIVEN = {"lessons": ["04"], "agenda": None, "host": None, "port": None, "line": None, "codes": None}
PAGE = {"page_host": "127.0.0.1", "page_port": 0}
# Another learner: guesses, tries, and ends when the class has heard of it.
LEARNER = """
from cachelab.checks import classroom, progress
classroom.PATIENCE = 30
progress.guess("04.kill", 3)
progress.record("04.1", "incorrect")
print(classroom.status().state)
"""


@pytest.fixture(scope="module")
def opened():
    with command.Class(argparse.Namespace(**GIVEN, **PAGE)) as opened:
        opened.room._client.close()
        opened.room._client = opened.room.client(patience=60)  # however busy the machine is
        yield opened


@pytest.fixture
def learner(opened, tmp_path, monkeypatch):
    """This process as a learner of the class."""
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv(classroom.VARIABLE, str(opened.room.line))
    monkeypatch.setattr(classroom, "PATIENCE", 30)
    yield
    classroom.leave()


@pytest.fixture
def stranger(opened):
    """Who has the line, and a client of their own."""
    line = opened.room.line
    client = redis.Redis(line.host, line.port, username="learner", password=line.password, retry=None)
    yield client
    client.close()


def asked(opened, path="class", token=None, body=None):
    address, _, own = opened.page.address.partition("#")
    request = urllib.request.Request(address + path, data=body)
    request.add_header("Authorization", f"Bearer {own if token is None else token}")
    return json.load(urllib.request.urlopen(request, timeout=60))


def test_learners_of_their_own_are_seen(opened, learner, tmp_path):
    other = os.environ | {"CACHELAB_PROGRESS": str(tmp_path / "other.json")}
    said = subprocess.run([sys.executable, "-c", LEARNER], env=other, capture_output=True, text=True)
    assert said.stdout == "connected\n", said.stderr
    progress.guess("04.kill", 30)
    assert "connected" in str(classroom.status())
    opened.look()
    shown = asked(opened)
    (lesson,) = shown["lessons"]
    kill = next(one for one in lesson["questions"] if one["id"] == "04.kill")
    assert kill["guesses"] == 2 and "bins" not in kill
    assert [state for _, state, _ in lesson["exercises"][0]["marks"]] == ["stuck", "not tried"]
    shown = asked(opened, "open", body=b'{"id": "04.kill", "open": true}')
    kill = next(one for one in shown["lessons"][0]["questions"] if one["id"] == "04.kill")
    assert [count for _, count in kill["bins"]] == [1, 0, 0, 1]
    assert str(opened.room.line) in opened.greeting() and opened.page.address in opened.greeting()


def test_files_are_read_beside_the_network(opened, learner, tmp_path, monkeypatch):
    """For whom the network does not let through."""
    monkeypatch.setattr(opened._given, "codes", tmp_path)
    (tmp_path / "ada").write_text(progress.export())
    (tmp_path / "progress.lock").write_text("")
    (tmp_path / "notes").write_text("tomorrow at nine")
    progress.guess("04.hang", 3)
    assert classroom.status().state == "connected"
    opened.look()
    shown = asked(opened)
    files = {who for who in opened.roll._learners if who.startswith("file-")}
    assert len(files) == 1 and shown["learners"] > 1
    assert "notes holds no whole progress code" in shown["trouble"] and str(tmp_path) in opened.greeting()
    opened.roll.forget(files.__contains__)


COMMANDS = """LRANGE class 0 -1|LPOP class|RPOP class|LTRIM class 0 0|DEL class|XADD class * a b
RPUSH other 1|SET class 1|KEYS *|SCAN 0|DBSIZE|INFO|CLIENT LIST|CONFIG GET *|ACL LIST
MONITOR|SUBSCRIBE class|PUBLISH class 1|EVAL 1 0
FLUSHALL|SHUTDOWN|MEMORY USAGE class|OBJECT ENCODING class|LLEN class|BLPOP class 0|WATCH class"""


def test_the_line_appends_and_does_nothing_else(stranger, opened):
    assert stranger.rpush("class", "1") >= 1
    for command_ in COMMANDS.replace("\n", "|").split("|"):
        with pytest.raises(NoPermissionError):
            stranger.execute_command(*command_.split())
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=opened.room.line.port, retry=None).rpush("class", "1")


def test_who_fills_the_memory_is_refused_until_it_is_read(stranger, opened, learner):
    opened.look()
    before = opened.roll.refused
    sent = 0
    with pytest.raises(redis.OutOfMemoryError):
        while sent < 100:
            sent += 1
            stranger.rpush("class", b"x" * 900_000)
    assert 10 < sent < 100
    assert progress.guess("04.hang", 3) == ""  # it is told now or with the next one
    opened.look()
    assert opened.roll.refused == before + sent - 1 and opened.roll.trouble == ""
    for _ in range(600):  # the server gives memory back in a thread of its own, which may be late
        if classroom.status().state == "connected":
            return
        time.sleep(0.1)
    pytest.fail(str(classroom.status()))


def test_a_server_that_is_killed_comes_back_on_its_line(opened, learner):
    progress.guess("04.ttl", 3)
    opened.room.engine.kill()
    assert "nobody listens there" in str(classroom.status())
    opened.look()
    assert classroom.status().state == "connected"
    opened.look()
    ttl = next(one for one in asked(opened)["lessons"][0]["questions"] if one["id"] == "04.ttl")
    assert ttl["guesses"] == 1 and opened.roll.trouble == ""


def test_a_server_that_is_silent_is_said_on_the_page(opened, learner, monkeypatch):
    monkeypatch.setattr(classroom, "PATIENCE", 0.05)
    monkeypatch.setattr(opened.room, "_client", opened.room.client(patience=0.05))
    opened.room.engine.freeze()
    try:
        assert "no answer within" in str(classroom.status(wait=60))
        opened.look()
        assert "Nothing arrives: its Valkey does not answer" in asked(opened)["trouble"]
    finally:
        opened.room.engine.thaw()
        opened.room._client.close()
    monkeypatch.undo()
    opened.look()
    assert asked(opened)["trouble"] == ""


def test_the_page_is_the_teachers_alone(opened):
    for token in ("", "guess", "ü"):
        with pytest.raises((urllib.error.HTTPError, UnicodeEncodeError)) as error:
            asked(opened, token=token)
        assert getattr(error.value, "code", 401) == 401
    for path, body in (
        ("open", b"{}"),
        ("open", b"[]"),
        ("open", b'{"id": "x", "open": true}'),
        ("open", b"{"),
    ):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            asked(opened, path, body=body)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        asked(opened, "../room.py")
    address = opened.page.address.partition("#")[0]
    page = urllib.request.urlopen(address, timeout=60)  # the page itself holds nothing of the class
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_a_port_that_is_taken_is_said(opened, capsys):
    port = str(opened.room.line.port)
    assert main(["class", "--port", port]) == 2
    assert f"port {port} is taken by another program" in capsys.readouterr().err
    page = opened.page.address.rpartition(":")[2].partition("/")[0]
    assert main(["class", "--page-port", page]) == 2
    assert "the page cannot listen at" in capsys.readouterr().err


def test_a_class_that_ended_is_opened_again_with_its_line():
    first = Room()
    line = first.line
    first.close()
    again = Room(line.host, line.port, line.password)
    try:
        assert again.line == line
        client = redis.Redis(port=line.port, username="learner", password=line.password, retry=None)
        assert client.rpush("class", "1") == 1
        client.close()
    finally:
        again.close()
