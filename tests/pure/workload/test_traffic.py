import math
import random
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab.workload.traffic import Customer, Demand, Popularity, Traffic


class Session:
    """Stands where a connection of the shop's would: it counts."""

    def __init__(self):
        self.queries = 0
        self.closed = False

    def query(self):
        self.queries += 1

    def close(self):
        self.closed = True


class Connect:
    def __init__(self):
        self.sessions = []

    def __call__(self):
        self.sessions.append(Session())
        return self.sessions[-1]


def until(true, seconds=10):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.01)


def nothing(*_):
    pass


@pytest.fixture
def connect():
    return Connect()


@given(st.integers(1, 500), st.floats(0, 3), st.integers())
def test_popularity_is_a_falling_share_of_everyone(users, skew, seed):
    popularity = Popularity(users, skew)
    shares = popularity.shares
    assert math.isclose(sum(shares), 1)
    assert all(a >= b for a, b in zip(shares, shares[1:], strict=False))
    assert 1 <= popularity.draw(random.Random(seed)) <= users


def test_second_place_gets_half_of_the_first():
    shares = Popularity(100, 1.0).shares
    assert shares[0] == pytest.approx(2 * shares[1]) == pytest.approx(10 * shares[9])


def test_popular_users_are_drawn_as_often_as_their_share_says():
    popularity, chance = Popularity(50, 1.0), random.Random(7)
    drawn = [popularity.draw(chance) for _ in range(20_000)]
    for rank in (1, 2, 10):
        assert drawn.count(rank) / len(drawn) == pytest.approx(popularity.shares[rank - 1], abs=0.01)


def drawn(connect, seed, count=60):
    seen = []
    read = lambda user, db, ttl: seen.append(user)  # noqa: E731
    with Traffic(read, connect=connect, rate=5000, customers=1, seed=seed):
        until(lambda: len(seen) >= count)
    return seen[:count]


def test_the_same_seed_asks_for_the_same_users(connect):
    assert drawn(connect, 3) == drawn(connect, 3) != drawn(connect, 4)


def test_a_read_that_asks_no_query_is_a_hit(connect):
    known = set()

    def read(user, db, ttl):
        if user not in known:
            db.query()
            known.add(user)

    traffic = Traffic(read, connect=connect, rate=2000, users=5, customers=1)
    with traffic:
        until(lambda: len(known) == 5 and traffic.total.requests * traffic.total.at > 100)
    total = traffic.total
    reads = round(total.requests * total.at)
    assert sum(s.queries for s in connect.sessions) == 5
    assert total.hit_ratio == pytest.approx(1 - 5 / reads, abs=1e-3)
    assert total.queries == pytest.approx(5 / total.at)
    assert 0 <= total.p50 <= total.p99


def test_writes_come_in_their_share_and_do_not_count_as_reads(connect):
    reads, writes = [], []
    traffic = Traffic(
        lambda user, db, ttl: reads.append(user),
        lambda user, db: (writes.append(user), db.query()),
        connect=connect,
        rate=5000,
        write_share=0.3,
    )
    with traffic:
        until(lambda: len(reads) + len(writes) > 500)
    assert 0.2 < len(writes) / (len(reads) + len(writes)) < 0.4
    assert traffic.total.hit_ratio == 1


def test_what_changes_on_the_way_reaches_the_next_request(connect):
    ttls = []
    with Traffic(lambda user, db, ttl: ttls.append(ttl), connect=connect, rate=2000, ttl=5) as traffic:
        until(lambda: ttls)
        traffic.change(ttl=30, rate=1000)
        until(lambda: ttls[-1] == 30)
    assert ttls[0] == 5


def test_an_error_is_counted_and_told_and_the_traffic_goes_on(connect):
    def read(user, db, ttl):
        if user == 1:
            raise KeyError("loyalty_points")

    with Traffic(read, connect=connect, users=2, rate=1000) as traffic:
        until(lambda: traffic.now.errors and traffic.now.p50 is not None)
    assert traffic.last_error == "KeyError: 'loyalty_points'"
    assert traffic.total.hit_ratio == 1  # of those that were answered


def test_it_stops_by_itself_and_gives_every_connection_back(connect):
    told = []
    traffic = Traffic(nothing, connect=connect, limit=0.3, listener=lambda t: told.append(t.running)).start()
    until(lambda: not traffic.running)
    until(lambda: all(session.closed for session in connect.sessions))
    until(lambda: told and told[-1] is False)
    assert traffic.ticks[-1].at >= 0.3


def test_stop_does_not_wait_for_a_call_that_hangs(connect):
    hang, entered = threading.Event(), threading.Event()

    def read(user, db, ttl):
        entered.set()
        hang.wait(30)

    traffic = Traffic(read, connect=connect, rate=1000).start()
    assert entered.wait(10)
    until(lambda: traffic.now.waiting > 0.05)
    assert traffic.now.p50 is None and traffic.now.requests == 0
    traffic.stop(patience=0.05)
    assert not traffic.running
    hang.set()
    until(lambda: all(session.closed for session in connect.sessions))
    assert traffic.total.requests == 0  # what came after the end does not count


def test_a_second_run_starts_from_nothing(connect):
    traffic = Traffic(nothing, connect=connect, rate=1000)
    first = traffic.run(0.3)
    assert first.requests > 0 and not traffic.running
    traffic.start()
    assert traffic.total.at < first.at
    assert traffic.start() is traffic  # already on: nothing new
    traffic.close()
    traffic.close()
    assert len(connect.sessions) == 2 * traffic.customers


def test_nothing_is_left_open_if_a_connection_cannot_be_made(connect):
    def broken():
        if len(connect.sessions) == 2:
            raise OSError("no more connection slots")
        return connect()

    traffic = Traffic(nothing, connect=broken)
    with pytest.raises(OSError, match="slots"):
        traffic.start()
    assert not traffic.running and all(session.closed for session in connect.sessions)


def test_a_listener_that_fails_stops_the_traffic(connect, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", nothing)

    def listener(traffic):
        raise RuntimeError("the view is gone")

    traffic = Traffic(nothing, connect=connect, listener=listener).start()
    until(lambda: not traffic.running)


@pytest.mark.parametrize(
    "wrong, word",
    [
        ({"rate": 0}, "rate=0"),
        ({"rate": math.nan}, "rate=nan"),
        ({"write_share": 30}, "write_share=30"),
        ({"write_share": 0.1}, "needs a function"),
        ({"ttl": 0}, "ttl=0"),
        ({"skew": -1}, "skew=-1"),
        ({"users": 0}, "users=0"),
        ({"customers": 99}, "customers=99"),
        ({"limit": 1e9}, "limit=1"),
    ],
)
def test_bad_input_is_named(connect, wrong, word):
    with pytest.raises(ValueError, match=word):
        Traffic(nothing, connect=connect, **wrong)


def test_bad_changes_leave_the_load_as_it_was(connect):
    traffic = Traffic(nothing, connect=connect)
    with pytest.raises(ValueError, match="write_share"):
        traffic.change(write_share=0.5)
    with pytest.raises(TypeError, match="pace"):
        traffic.change(pace=3)
    with pytest.raises(TypeError, match="read=None"):
        Traffic(None, connect=connect)
    assert traffic.load == Demand()


def test_figures_read_as_a_line(connect):
    assert "hit ratio 100%" in str(Traffic(nothing, connect=connect, rate=1000).run(0.2))


def test_a_customer_who_waits(capsys):
    door = threading.Event()
    customer = Customer(door.wait)
    assert not customer.served and "still waiting" in repr(customer)
    with pytest.raises(RuntimeError, match="no answer yet"):
        _ = customer.answer
    customer.wait(3)
    assert "·" in capsys.readouterr().out
    door.set()
    assert repr(customer.wait(10)).startswith("answered after") and customer.answer is True
    assert customer.seconds == customer.seconds  # the clock has stopped


def test_a_customer_who_gets_an_error():
    customer = Customer(lambda: {}["created_at"]).wait(10)
    assert repr(customer).startswith("KeyError after")
    with pytest.raises(KeyError):
        _ = customer.answer
