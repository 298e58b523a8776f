"""Traffic, and its bench, in front of a real cache and the real shop."""

import subprocess
import sys
import time
from contextlib import closing
from types import SimpleNamespace

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab import engines, shop
from cachelab.engines.valkey import StandInValkey
from cachelab.widgets import TrafficBench, traffic
from cachelab.workload.latency import hit_ratio_with_ttl
from cachelab.workload.traffic import Customer, Traffic


def until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def cached():
    """A learner's read and write, on a cache of their own."""
    cache = engines.valkey(fresh=True)
    client = cache.client(socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))

    def read(user_id, db, ttl):
        try:
            if client.get(f"user:{user_id}") is not None:
                return
        except redis.RedisError:
            pass
        name = db.get_user(user_id)["name"]
        try:
            client.set(f"user:{user_id}", name, px=round(ttl * 1000))
        except redis.RedisError:
            pass

    def write(user_id, db):
        db.update_user(user_id, newsletter=True)
        client.delete(f"user:{user_id}")

    yield SimpleNamespace(cache=cache, client=client, read=read, write=write)
    cache.stop()


@pytest.fixture
def warm(cached):
    """The same, alive and empty."""
    if not cached.cache.alive:
        cached.cache.restart()
    cached.client.flushall()
    return cached


def there(pids) -> set[int]:
    """Those of these processes of the database server that serve a connection. One ends a moment after its
    client has hung up, so others' may be there still, or not."""
    with shop.connect() as db:
        rows = db.connection.execute("SELECT pid FROM pg_stat_activity").fetchall()
    return {row["pid"] for row in rows} & set(pids)


def test_each_user_costs_one_query(warm):
    model = Traffic(warm.read, connect=shop.connect, users=20, rate=500, skew=0, customers=1)
    with model:
        until(lambda: warm.client.dbsize() == 20 and model.now.hit_ratio == 1)
    total = model.total
    assert round(total.queries * total.at) == 20
    assert total.errors == 0


def test_the_ttl_asked_for_reaches_the_cache(warm):
    with Traffic(warm.read, connect=shop.connect, users=5, rate=200, ttl=100) as model:
        until(lambda: warm.client.dbsize() > 0)
        model.change(ttl=0.2)
        until(lambda: model.now.queries > 10)  # it expires again and again


def test_an_outage_costs_queries_and_no_errors(warm):
    with Traffic(warm.read, warm.write, connect=shop.connect, users=5, rate=200) as model:
        until(lambda: model.now.hit_ratio == 1)
        warm.cache.kill()
        until(lambda: model.now.hit_ratio == 0)
        assert model.now.errors == 0
        warm.cache.restart()
        until(lambda: model.now.hit_ratio == 1)


def test_writes_lower_the_hit_ratio(warm):
    model = Traffic(warm.read, warm.write, connect=shop.connect, users=1, rate=500, write_share=0.5)
    with model:
        until(lambda: model.total.requests * model.total.at > 400)
    assert model.total.hit_ratio < 0.65
    assert model.total.errors == 0


def test_connections_are_given_back(warm):
    opened = []

    def connect():
        db = shop.connect()
        opened.append(db.connection.info.backend_pid)
        return db

    model = Traffic(warm.read, connect=connect).start()
    assert len(opened) == model.customers and there(opened) == set(opened)
    model.stop()
    until(lambda: not there(opened))


def test_traffic_does_not_keep_its_process_alive():
    code = """
from cachelab import shop
from cachelab.engines.valkey import StandInValkey
from cachelab.workload.traffic import Customer, Traffic
import time
from contextlib import closing
Traffic(lambda user_id, db, ttl: db.get_user(user_id), connect=shop.connect).start()
Customer(time.sleep, 600)
print("started")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout.endswith("started\n") and run.returncode == 0, run.stderr


def test_a_customer_waits_for_a_frozen_server():
    from cachelab.engines.relay import Relay

    with Relay(("127.0.0.1", 9)) as relay:
        relay.hang()
        client = redis.Redis(port=relay.port, socket_timeout=0.1, retry=Retry(NoBackoff(), 1))
        customer = Customer(client.get, "user:42").wait(10)
        assert customer.served and customer.seconds >= 0.2  # two attempts
        with pytest.raises(redis.TimeoutError):
            _ = customer.answer


# The bench


@pytest.fixture
def bench(warm):
    bench = traffic(warm.read, warm.write, cache=warm.cache, users=5)
    yield bench
    bench.close()


def test_a_bench_waits_for_its_start(bench):
    assert not bench.running and not bench.model.running
    assert "TTL: 60 s" in bench.text() and "Ready" in bench.text()
    bench.static_html()


def test_an_outage_on_the_bench(bench):
    bench.start()
    until(lambda: ["hit ratio", "100%"] in bench.tiles)
    bench.kill_cache()
    assert "dead" in bench.said
    until(lambda: ["hit ratio", "0%"] in bench.tiles)
    bench.kill_cache()
    assert "already" in bench.said
    bench.restart_cache()
    until(lambda: ["hit ratio", "100%"] in bench.tiles)
    bench.stop()
    until(lambda: not bench.running)
    assert bench.said.startswith("Stopped after")
    assert {"killed", "restarted"} <= {mark["name"] for mark in bench.pictures[1]["marks"]}
    assert "restarted: seconds" in bench.text() and bench.trouble == ""
    series = {s["name"]: s for s in bench.pictures[0]["series"]}["measured"]
    assert 0 in series["y"] and 1 in series["y"]


def test_sliders_change_the_load_and_what_is_expected(bench):
    for ttl in (1, 300):
        bench.set(ttl=ttl, write_share=0.1, rate=50, skew=0)
        assert bench.model.load.ttl == ttl and bench.model.load.write_share == 0.1
        expected = {mark["name"]: mark["at"] for mark in bench.pictures[0]["marks"]}["in the long run"]
        assert expected == pytest.approx(hit_ratio_with_ttl(9, 1, ttl))  # each of five users
    with pytest.raises(ValueError, match="pace"):
        bench.set(pace=3)


def test_what_the_view_asks_for_is_done(bench):
    for deed, done in (
        ("start", lambda: bench.running),
        ("kill", lambda: not bench.cache.alive),
        ("restart", lambda: bench.cache.alive),
        ("stop", lambda: not bench.running),
    ):
        bench._handle_custom_msg({"do": deed}, [])
        until(done)


def test_one_bench_at_a_time(warm, bench):
    other = TrafficBench(Traffic(warm.read, connect=shop.connect), warm.cache)
    bench.start()
    other.start()
    assert other.running and not bench.model.running
    other.close()
    assert not other.model.running


def test_a_second_start_begins_with_clean_charts(bench):
    bench.start()
    bench.kill_cache()
    bench.stop()
    until(lambda: not bench.running)
    bench.restart_cache()
    bench.start()
    assert [mark["name"] for mark in bench.pictures[1]["marks"]] == []


def test_a_failing_function_is_told(warm):
    def read(user_id, db, ttl):
        return {}["created_at"]

    bench = traffic(read, cache=warm.cache).start()
    until(lambda: bench.trouble)
    bench.close()
    assert "KeyError: 'created_at'" in bench.trouble and "KeyError" in bench.text()


def test_a_server_that_is_not_ours_is_not_killed(monkeypatch, warm):
    monkeypatch.setenv("CACHELAB_VALKEY_URL", warm.cache.url)
    from cachelab.engines.valkey import GivenValkey

    bench = traffic(warm.read, cache=GivenValkey(warm.cache.url))
    bench._handle_custom_msg({"do": "kill"}, [])
    assert "did not start that server" in bench.said and warm.cache.alive


def test_the_bench_shows_no_latencies_of_a_stand_in():
    cache = StandInValkey()
    client = cache.client()

    def read(user_id, db, ttl):
        if client.get(f"user:{user_id}") is None:
            client.set(f"user:{user_id}", db.get_user(user_id)["name"])

    with closing(traffic(read, cache=cache, rate=100)) as bench:
        assert "Your cache is a stand-in, so no latencies are shown." in bench.text()
        bench.start()
        until(lambda: len(bench.model.ticks) > 2)
        bench.kill_cache()
        assert bench.said == "The cache is dead. A stand-in has no process: it refuses all calls."
        bench.restart_cache()
        bench.stop()
        until(lambda: not bench.running)
        tiles = dict(bench.tiles)
        assert tiles["p50"] == tiles["p99"] == "stand-in" and tiles["hit ratio"].endswith("%")
        assert "p50 – · p99 –" in bench.said
        assert bench.model.total.p50 is not None  # measured, and kept to itself
        drawn = next(picture for picture in bench.pictures if "latency" in str(picture))
        assert not any(mark.get("y") for mark in drawn["series"] if mark["name"] in ("p50", "p99"))
