"""Arrivals that do not wait, patience, tries again: with functions whose behaviour is known.

Nothing here depends on how long something took: what is held are counts, orders and lower bounds.
"""

import threading
import time

import numpy as np
import pytest

from cachelab.workload.openloop import OpenLoop, one_by_one


class Connection:
    opened: list["Connection"] = []

    def __init__(self):
        self.closed = False
        Connection.opened.append(self)

    def close(self):
        self.closed = True


@pytest.fixture(autouse=True)
def connections():
    Connection.opened = []
    yield
    assert all(connection.closed for connection in Connection.opened)


def test_each_request_is_asked_once_and_answered():
    asked = []
    seen = OpenLoop(asked.append, 300, items=20).run(0.5)
    ended = ~np.isnan(seen.waits)
    assert seen.answered[ended].all() and seen.asked == len(asked) >= ended.sum() > 0
    assert sorted(asked)[:1] == [0] and set(asked) <= set(range(20))
    assert seen.errors == {} and seen.hanging == 0


def test_arrivals_do_not_wait_for_a_slow_server():
    """A closed loop of one customer would have asked a single time."""
    gate = threading.Event()
    seen = OpenLoop(lambda item: gate.wait(10), 200, workers=1).run(0.5, at={0.45: gate.set})
    assert len(seen.came) == pytest.approx(100, abs=40)
    served = seen.came[seen.answered]
    assert (seen.waits[seen.answered] >= 0.45 - served).all()  # the wait counts from the arrival


def test_who_lost_patience_is_no_success_and_the_work_is_done_all_the_same():
    gate = threading.Event()
    seen = OpenLoop(lambda item: gate.wait(10), 400, workers=1, patience=0.05).run(1.0, at={0.4: gate.set})
    ended = ~np.isnan(seen.waits)
    assert seen.success < 1 and not seen.answered[seen.came < 0.3].any()
    assert seen.waits[ended & ~seen.answered] == pytest.approx(0.05)
    assert (seen.waits[seen.answered] <= 0.05 + 1e-9).all()
    assert seen.asked >= seen.answered.sum() + 50  # those who had left were served too


def test_workers_may_drop_those_who_have_left():
    gate = threading.Event()
    load = OpenLoop(lambda item: gate.wait(10), 400, workers=1, patience=0.05, drops=True)
    seen = load.run(0.6, at={0.3: gate.set})
    assert seen.asked <= 1 + (seen.came > 0.25).sum()  # the first one, and who was there when it came back


def test_tries_again_are_counted_and_end():
    calls = []

    def broken(item):
        calls.append(item)
        raise KeyError(item)

    seen = OpenLoop(broken, 100, retries=2, workers=4).run(0.6)
    ended = ~np.isnan(seen.waits)
    assert ended.any() and not seen.answered.any() and seen.success == 0
    assert 3 * ended.sum() <= len(calls) <= 3 * len(seen.came)
    assert seen.errors["KeyError"] <= len(calls)


def test_what_happens_besides_happens_in_time_and_its_error_comes_out():
    happened = []
    seen = OpenLoop(lambda item: None, 50).run(0.4, at={0.2: lambda: happened.append(time.monotonic())})
    assert len(happened) == 1 and seen.success == 1  # nobody loses a patience without end

    def fails():
        raise RuntimeError("no such cache")

    with pytest.raises(RuntimeError, match="no such cache"):
        OpenLoop(lambda item: None, 50).run(0.2, at={0.1: fails})


def test_each_worker_has_a_connection_of_its_own():
    used = set()

    def ask(item, connection):
        used.add(id(connection))
        assert not connection.closed

    seen = OpenLoop(ask, 200, workers=3, connect=Connection).run(0.4)
    assert len(Connection.opened) == 3 and used <= {id(one) for one in Connection.opened}
    assert seen.errors == {}


def test_if_a_connection_cannot_be_had_the_others_are_closed():
    def connect():
        if len(Connection.opened) == 2:
            raise ConnectionRefusedError("no slot left")
        return Connection()

    with pytest.raises(ConnectionRefusedError):
        OpenLoop(lambda item, connection: None, 10, workers=4, connect=connect).run(0.1)


def test_a_call_that_never_returns_is_told(monkeypatch):
    monkeypatch.setattr("cachelab.workload.openloop.TAKES", 0.2)
    gate = threading.Event()
    seen = OpenLoop(lambda item: gate.wait(60), 100, workers=2).run(0.3)
    before = seen.waits.copy()
    gate.set()
    assert seen.hanging == 2 and not seen.answered.any()
    assert np.array_equal(before, seen.waits, equal_nan=True)


def test_no_thread_is_left():
    before = set(threading.enumerate())
    OpenLoop(lambda item: None, 100, workers=5).run(0.2)
    assert set(threading.enumerate()) <= before


def test_the_same_seed_is_the_same_traffic():
    first, second = (OpenLoop(lambda item: None, 300, seed=4).run(0.2) for _ in range(2))
    assert (first.came == second.came).all() and (first.items == second.items).all()


def test_per_second_counts_all():
    seen = OpenLoop(lambda item: None, 300).run(0.5)
    rows = seen.per_second(0.1)
    assert rows["came"].sum() * 0.1 == pytest.approx(len(seen.came))
    assert rows["answered"].sum() * 0.1 == pytest.approx(seen.answered.sum())
    assert str(seen).startswith(f"{len(seen.came)} requests, 100% answered in time")


def test_a_closed_loop_asks_nothing_while_it_waits():
    lock, once = threading.Lock(), iter([0.1])

    def ask():
        assert lock.acquire(blocking=False), "somebody asks already"
        time.sleep(next(once, 0.0))
        lock.release()

    waits = one_by_one(ask, 0.3, pause=0.001)
    assert waits[0] >= 0.1 and len(waits) >= 2 and waits.sum() >= 0.1


def test_mistakes_are_explained():
    with pytest.raises(TypeError, match="ask=3: must be a function"):
        OpenLoop(3, 10)
    with pytest.raises(ValueError, match="rate=0"):
        OpenLoop(print, 0)
    with pytest.raises(ValueError, match="workers=500"):
        OpenLoop(print, 1, workers=500)
    with pytest.raises(ValueError, match="patience=0"):
        OpenLoop(print, 1, patience=0)
    with pytest.raises(ValueError, match="seconds=1000"):
        OpenLoop(print, 1).run(1000)
