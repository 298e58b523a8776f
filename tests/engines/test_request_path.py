"""The request path on real servers: what it kills is dead, what it freezes hangs, what it shows is there."""

import threading
import time

import psutil
import pytest

from cachelab import engines
from cachelab.widgets.path import RequestPath

PATIENT = {"socket_timeout": 60, "socket_connect_timeout": 60}  # a busy machine is no frozen cache


@pytest.fixture
def path():
    path = RequestPath(client=PATIENT, ttl=3600)
    yield path
    path.close()


def test_a_product_page_misses_and_then_hits(path):
    first, second = path.ask(7), path.ask(7)
    assert (first.outcome, first.queries, second.outcome, second.queries) == ("miss", 4, "hit", 0)
    assert {line.name for line in path.lines["cache"]} == {"GET", "SET"}
    assert [line.name for line in path.lines["database"]] == ["4 queries"]


def test_its_cache_is_its_own(path):
    path.ask(7)
    assert path.engine is not engines.valkey() and engines.valkey().client().get("product:7:page") is None


def test_kill_is_an_outage_and_restart_comes_back_empty(path):
    path.ask(7)
    pid = path.engine.pid
    path.kill()
    assert not path.engine.alive and path.contents() is None
    assert path.ask(7).calls[0].came == "refused" and path.trips[-1].outcome == "without the cache"
    path.restart()
    assert path.engine.pid != pid and seen(path).keys == 0
    assert path.ask(7).outcome == "miss" and path.ask(7).outcome == "hit"


def test_a_frozen_cache_gives_no_answer_and_keeps_what_it_holds():
    path = RequestPath(ttl=3600)  # with the short time-out
    try:
        until(lambda: path.ask(7).outcome in ("hit", "miss") and seen(path).keys == 1)
        path.freeze()
        server = psutil.Process(path.engine.pid)  # frozen for real, not by the network
        until(lambda: server.status() == psutil.STATUS_STOPPED)
        assert path.ask(7).calls[0].came == "no answer" and path.trips[-1].queries == 4
        path.thaw()
        assert seen(path).keys == 1
        path.freeze()
        path.restart()
        assert path.state == "up" and seen(path).keys == 0
    finally:
        path.close()


def test_a_patient_client_waits_for_a_frozen_cache_and_a_stop_lets_it_go():
    before = set(threading.enumerate())
    path = RequestPath(client={}, rate=20)
    try:
        path.start()
        until(lambda: len(path.trips) > 3)
        path.freeze()
        until(lambda: sum(trip.place == "cache" for trip in path.waiting) == 3)
        path.stop(patience=30)
        until(lambda: set(threading.enumerate()) <= before)
        assert path.state == "up" and not path.waiting
    finally:
        path.close()


def test_distance_is_measured_anew_after_a_move(path):
    path.ask(7)
    path.move("other region")
    assert path.lines["cache"] == [] and path.lines["database"] != []
    path.ask(7)
    (line,) = path.lines["cache"]
    assert line.seconds >= 0.02 and path.zone == "other region"
    path.move("same zone")
    assert path.lines["cache"] == []


def test_the_open_cache_shows_size_and_ttl_as_the_server_has_them(path):
    path.ask(7)
    (entry,) = seen(path).entries
    client = path.engine.client()
    assert entry.key == "product:7:page" and entry.value.startswith('{"product_id": 7')
    assert entry.size == client.memory_usage(entry.key, samples=0)
    assert client.pttl(entry.key) / 1000 <= entry.ttl <= 3600


def test_a_cache_that_is_given_is_the_one_that_is_killed():
    shared = engines.valkey(fresh=True)
    path = RequestPath(cache=shared, client=PATIENT)
    try:
        path.ask(7)
        shared.kill()
        assert path.ask(7).outcome == "without the cache", "killed elsewhere, and noticed"
        shared.restart()
        assert path.ask(7).outcome == "miss"
        path.close()
        assert shared.alive, "what was given is not ended"
    finally:
        path.close()
        shared.stop()


def test_closing_ends_the_server_and_it_can_be_asked_again(path):
    path.ask(7)
    engine = path.engine
    path.close()
    assert not engine.alive
    assert path.ask(7).outcome == "miss"


def seen(path):
    """What the cache holds; a look is short, and a busy machine may miss it."""
    found = []
    until(lambda: found.append(path.contents()) or found[-1] is not None)
    return found[-1]


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()
