"""Requests come when they should, and what became of them is counted from their arrival."""

import math
import time

import pytest

from cachelab import virtual


def test_an_open_loop_waits_for_nobody_and_counts_from_the_arrival():
    """A stall that a closed loop hides (coordinated omission, lessons_08_09 §3)."""
    with virtual.time() as clock:
        cache = clock.cache(latency=0.0, service=0.001)
        clients = [cache.client(max_connections=1000), cache.client()]
        [client.ping() for client in clients]
        clock.after(5, cache.stall, 1.0)
        opened = clock.open(lambda: clients[0].get("k"), rate=200, seconds=10)
        clock.after(5, cache.stall, 1.0)
        closed = clock.closed(lambda: clients[1].get("k"), clients=1, think=0.005, seconds=10)
    assert 1850 < opened.sent < 2150 and opened.answered == opened.sent
    assert opened.slower_than(0.1) / opened.sent > 0.08  # a tenth of the time, so a tenth of the customers
    assert closed.slower_than(0.1) == 1


def test_threads_of_a_web_server_are_all_there_are():
    with virtual.time() as clock:
        load = clock.open(lambda: time.sleep(1.0), rate=30, seconds=20, threads=20, name="page")
    assert load.sent > 500 and load.answered == load.sent
    assert load.percentile(99) > 5  # twenty a second, thirty come
    assert all(20 == count for count in load.per_second()[2:15])
    assert max(request.ended - request.began for request in load.requests) < 1.001


def test_rates_change_and_arguments_are_drawn():
    with virtual.time(seed=4) as clock:
        seen = []
        load = clock.open(
            seen.append,
            rate=lambda t: 0 if 2 <= t < 4 else 100,
            seconds=6,
            arguments=lambda chance: (chance.randrange(500),),
        )
    arrivals = [request.arrived for request in load.requests]
    assert not any(2 <= at < 4 for at in arrivals) and 320 < len(arrivals) < 480
    assert len(seen) == load.sent and max(seen) < 500 and len(set(seen)) > 200


def test_errors_are_counted_by_name_and_the_unanswered_took_for_ever():
    with virtual.time() as clock:
        calls = iter(range(1000))

        def page():
            number = next(calls)
            if number == 0:
                time.sleep(1000)
            if number % 2:
                raise KeyError("product:7")

        load = clock.open(page, rate=10, seconds=5, patience=1)
        assert load.unanswered == 1 and load.failed == load.errors["KeyError"] + 1
        assert load.percentile(100) == math.inf and load.percentile(50) == 0
        assert "1 never answered" in repr(load) and "KeyError" in repr(load)
        with pytest.raises(ValueError, match="percentile\\(101\\)"):
            load.percentile(101)
    assert "of" in repr(load)


def test_incidents_happen_in_the_order_of_their_moments():
    happened = []
    with virtual.time() as clock:
        clock.at(2, lambda: happened.append(("b", clock.now)))
        clock.at(1, lambda: (time.sleep(3), happened.append(("a", clock.now))))
        clock.after(2, happened.append, "c")
        time.sleep(10)
        with pytest.raises(ValueError, match="it is 10 s already"):
            clock.at(5, print)
    assert happened == [("b", 2.0), "c", ("a", 4.0)]


@pytest.mark.parametrize("rate", [0, -1, math.inf, "many", lambda t: 0, lambda t: -1])
def test_rates_that_make_no_sense(rate):
    with virtual.time() as clock, pytest.raises(ValueError, match="rate"):
        clock.open(print, rate=rate, seconds=1)


def test_loops_that_make_no_sense():
    with virtual.time() as clock:
        for wrong in (
            lambda: clock.open(print, rate=1, seconds=0),
            lambda: clock.open(print, rate=1, seconds=1, threads=0),
            lambda: clock.closed(print, clients=0, times=1),
            lambda: clock.closed(print, clients=1),
            lambda: clock.closed(print, clients=1, times=1, seconds=1),
        ):
            with pytest.raises(ValueError):
                wrong()


def test_a_client_whose_answers_take_no_time_does_not_stand_still():
    with virtual.time() as clock:
        load = clock.closed(lambda: None, clients=2, seconds=0.01)
        assert 0 < load.sent < 50_000 and clock.now >= 0.01


def test_sources_of_from_time_import_sleep_anywhere():
    """A function of a namespace that no module holds, as an exercise's check makes it."""
    namespace: dict = {}
    exec("from time import sleep, monotonic\ndef nap():\n    sleep(5)\n    return monotonic()", namespace)
    with virtual.time() as clock:
        load = clock.closed(namespace["nap"], clients=1, times=1)
        assert load.requests[0].answer == clock.now == 5.0
    with virtual.time(modules=[namespace]):
        assert namespace["nap"]() == 5.0
    assert namespace["sleep"] is time.sleep
