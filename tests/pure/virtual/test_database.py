"""A database does what its numbers say: lines, shared processors, connections, time-outs, and incidents."""

import math
import threading
import time

import pytest

from cachelab import virtual


def test_queries_wait_in_line_and_rows_change_at_the_end_of_a_write():
    with virtual.time() as clock:
        database = clock.database(servers=2, service=1.0, rows={"product:7": "9.99"})
        writer = threading.Thread(target=database.write, args=("product:7", "8.88"))
        writer.start()
        time.sleep(0.5)
        assert database.read("product:7") == "8.88" and clock.now == 1.5
        load = clock.closed(lambda: database.read("product:7"), clients=5, times=1)
        assert [request.took for request in load.requests] == [1.0, 1.0, 2.0, 2.0, 3.0]
        assert database.loads == database.finished == 7 and database.most_in_flight == 5
        assert database.in_flight == 0 and database.per_second == 2.0
        assert database.read("product:8") is None and database.run() is None


def test_shared_processors_slow_each_other_down():
    with virtual.time() as clock:
        database = clock.database(servers=2, service=1.0, shared=True)
        load = clock.closed(database.run, clients=4, times=1)
        assert [round(request.took, 5) for request in load.requests] == [2.0] * 4
        began = clock.now
        first = threading.Thread(target=database.run)
        first.start()
        time.sleep(0.5)
        second = clock.closed(database.run, clients=2, times=1)
        first.join()
        # half done alone, then three on two processors: 0.75 s; the others have half left, at full speed
        assert round(clock.now - began, 4) == 1.75
        assert [round(request.took, 4) for request in second.requests] == [1.25, 1.25]


@pytest.mark.parametrize(("load", "expected"), [(2, 3.3), (4, 9.0), (6, 24)])
def test_a_stampede_on_shared_processors_grows_exponentially(load, expected):
    """c · e^((λD − (c − 1)) / c) loads per expiry for c = 2 (lessons_06_07 §7); the spread is wide."""
    counts = []
    for seed in range(12):
        with virtual.time(seed=seed) as clock:
            database = clock.database(servers=2, service=0.1, shared=True)
            cached = []

            def get(database=database, cached=cached):
                if not cached:
                    database.run()
                    cached.append(True)

            clock.open(get, rate=load / 0.1, seconds=3)
            counts.append(database.loads)
    assert expected / 1.6 < sum(counts) / len(counts) < expected * 1.6


def test_connections_run_out_and_statements_time_out():
    with virtual.time() as clock:
        database = clock.database(servers=1, service=1.0, connections=2, pool_wait=0.5, statement_timeout=1.5)
        load = clock.closed(database.run, clients=4, times=1)
        assert load.errors == {"StatementTimeout": 1, "PoolTimeout": 2} and load.answered == 1
        assert sorted(request.took for request in load.requests) == [0.5, 0.5, 1.0, 1.5]
        assert database.in_flight == 0
        began = clock.now
        database.run()
        assert clock.now - began == 1.0  # the cancelled one holds nothing
        outcomes = [event.outcome for event in clock.log if event.where == "database"]
        assert sorted(outcomes) == ["PoolTimeout", "PoolTimeout", "StatementTimeout", "ok", "ok"]


def test_capacity_changes_and_outages():
    with virtual.time() as clock:
        database = clock.database(servers=1, service=1.0)
        clock.at(0.5, database.capacity, 4)
        load = clock.closed(database.run, clients=4, times=1)
        assert [request.took for request in load.requests] == [1.0, 1.5, 1.5, 1.5]
        assert database.capacity(servers=1, service=0.5) == 2.0
        database.kill()
        with pytest.raises(virtual.DatabaseDown):
            database.run()
        database.restart()
        database.run()
        clock.after(0.1, database.kill)
        with pytest.raises(virtual.DatabaseDown):
            database.run()  # it died meanwhile


def test_service_times_vary_by_the_seed():
    with virtual.time(seed=3) as clock:
        database = clock.database(servers=1, service=virtual.exponential(0.02))
        assert database.per_second == pytest.approx(50, rel=0.05)
        for _ in range(2000):
            database.run()
        assert clock.now / 2000 == pytest.approx(0.02, rel=0.1)
        assert database.peak() <= 120


def test_work_that_fails_is_the_callers_error_and_frees_the_server():
    with virtual.time() as clock:
        database = clock.database(servers=1, service=0.1)
        with pytest.raises(KeyError):
            database.run(lambda: {}["nothing"])
        assert database.in_flight == 0 and database.finished == 0
        assert clock.log[-1].outcome == "KeyError"


@pytest.mark.parametrize("wrong", [{"servers": 0}, {"servers": 1.5}, {"connections": 0}, {"servers": True}])
def test_numbers_that_make_no_sense(wrong):
    name, value = next(iter(wrong.items()))
    with virtual.time() as clock, pytest.raises(ValueError, match=f"{name}={value!r}"):
        clock.database(**wrong)


def test_the_database_is_asked_in_virtual_time_only():
    with virtual.time() as clock:
        database = clock.database()
    with pytest.raises(virtual.DatabaseError, match="inside virtual.time"):
        database.run()


def test_durations_are_as_they_say():
    import random

    chance = random.Random(1)
    draws = sorted(virtual.lognormal(0.001, 0.01)(chance) for _ in range(20_000))
    assert draws[10_000] == pytest.approx(0.001, rel=0.05) and draws[19_800] == pytest.approx(0.01, rel=0.1)
    assert math.fsum(virtual.uniform(1, 3)(chance) for _ in range(2000)) / 2000 == pytest.approx(2, rel=0.05)
    assert {virtual.sometimes(1, 0.5, 2)(chance) for _ in range(50)} == {1, 2}
    for wrong in (
        lambda: virtual.exponential(0),
        lambda: virtual.lognormal(2, 1),
        lambda: virtual.uniform(2, 1),
        lambda: virtual.sometimes(1, 2, 3),
    ):
        with pytest.raises(ValueError):
            wrong()
