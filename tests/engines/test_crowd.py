"""Crowds on real servers: loads are counted, grouped by the value they made, and a flush is seen."""

import time

import pytest

from cachelab import engines
from cachelab.workload import hot_key
from cachelab.workload.crowd import Crowd, crowd
from cachelab.workload.disk import Disk
from cachelab.workload.flushed import flushed
from cachelab.workload.slow import Computes, Waits


@pytest.fixture(scope="module")
def postgres():
    server = engines.postgres(fresh=True)
    yield server
    server.stop()


@pytest.fixture
def valkey():
    server = engines.valkey(fresh=True)
    yield server
    server.stop()


def plain(cache, db):
    page = cache.get("product:7")
    if page is None:
        page = db.read()
        cache.set("product:7", page)  # for good: only an empty cache is loaded
    return page


def test_all_who_come_while_the_first_one_loads_load_too(valkey, postgres):
    run = crowd(plain, valkey.client(), Waits(postgres, 0.3), rate=100, seconds=1, workers=30)
    [loads] = run.per_refresh
    assert loads == len(run.loads) > 1 and run.most_at_once > 1
    assert all(ended - begun >= 0.3 for begun, ended in run.loads)
    assert "loads for each new value" in str(run)


def test_loads_after_the_value_is_there_belong_to_the_next_one():
    loads = ((0.0, 0.1), (0.05, 0.2), (1.0, 1.1))
    run = Crowd(None, loads, seconds=2.0)
    assert run.per_refresh == [2, 1]
    assert run.loads_per_refresh == 1  # without the first, which found an empty cache
    assert Crowd(None, (*loads, (1.95, 2.0)), seconds=2.0).loads_per_refresh == 1  # the last was cut short
    assert run.under_way() == ([0.0, 0.0, 0.05, 0.1, 0.2, 1.0, 1.1], [0, 1, 2, 1, 0, 1, 0])


def test_a_computing_query_is_bound_to_one_core_where_it_can_be(postgres):
    database = Computes(postgres, 0.02)
    reader = database.connect()
    assert reader.read(3) == "row 3" and database.rows >= 1000 and database.seconds > 0
    if database.bound:
        import psutil

        assert len(psutil.Process(reader.connection.info.backend_pid).cpu_affinity()) == 1
    reader.close()


def test_a_computing_query_stores_nothing(postgres):
    reader = Computes(postgres, 0.02).connect()
    reader.connection.execute("SET work_mem = '64kB'")  # what is stored beyond it, goes into a file
    reader.read()
    reader.connection.execute("SELECT pg_stat_force_next_flush()")
    files = "SELECT temp_files FROM pg_stat_database WHERE datname = current_database()"
    assert reader.connection.execute(files).fetchone() == (0,)
    reader.close()


def test_what_takes_no_time_or_for_ever_is_refused(postgres):
    with pytest.raises(ValueError, match=r"seconds=0: 0.001 to 10"):
        Waits(postgres, 0)


def test_a_flush_is_seen_in_its_second(valkey, postgres):
    def get_item(item, cache, db):
        if cache.get(f"item:{item}") is None:
            raise LookupError("gone")

    disk = Disk(postgres, 0.001, arms=2)
    # By this seed nobody comes in the quarter of a second before the flush, and the third after it began.
    few = dict(rate=10.0, seed=40, workers=10, patience=5, retries=0)
    share = flushed(get_item, valkey.client(), disk, seconds=2, **few)
    assert len(share) == 2 and share[0] > share[1] == 0


def test_what_a_hot_key_costs_and_where_it_is(valkey):
    times = hot_key.server_times(valkey.client(), fields=2000)
    assert times["HGETALL of 2,000"] > times["GET of one key"] > 0
    cluster = hot_key.one_node_cluster()
    try:
        client = cluster.client(decode_responses=True)
        for _ in range(200):
            client.get("product:7")
        [[slot, _]] = client.execute_command("CLUSTER SLOT-STATS", "ORDERBY", "CPU-USEC", "LIMIT", 1, "DESC")
        assert slot == client.execute_command("CLUSTER KEYSLOT", "product:7")
    finally:
        cluster.stop()


def test_a_watcher_is_gone_after_its_block(valkey):
    client = valkey.client()
    with hot_key.watched(valkey):
        assert any(one["cmd"] == "monitor" for one in client.client_list())
    deadline = time.monotonic() + 20
    while any(one["cmd"] == "monitor" for one in client.client_list()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
