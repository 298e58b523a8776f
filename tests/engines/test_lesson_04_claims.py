"""What lesson 04 says of its finished module, cell by cell, where the cache is a cluster."""

import time
from pathlib import Path

import nbformat
import pytest
import redis
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.retry import Retry

from cachelab import engines, shop
from cachelab.engines.valkey import find_server
from tests.oracle.invalidation_drill import module as lesson_05

pytestmark = pytest.mark.skipif(find_server() is None, reason="needs real servers")

LESSON = Path(__file__).parents[2] / "notebooks/04_cache_aside.ipynb"
CELLS = ("types-mend", "kill-mend", "finished-failed", "finished-code", "finished-write")
SETTINGS = dict(socket_timeout=5, socket_connect_timeout=5, retry=Retry(NoBackoff(), 0))
USER = 42


@pytest.fixture
def module(db) -> dict:
    """The lesson's cells as a program of its own."""
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    names: dict = {"db": db}
    exec("import json, redis", names)
    for name in CELLS:
        source = cells[name].partition("\ncareful = ")[0] if name == "kill-mend" else cells[name]
        exec(compile(source, f"lesson 04, {name}", "exec"), names)
    return names


@pytest.fixture
def db():
    return shop.connect()


@pytest.fixture
def cluster():
    """A server in cluster mode, with all the slots."""
    server = engines.ValkeyServer({"cluster-enabled": "yes"})
    try:
        server.client().execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while server.client().cluster("info")["cluster_state"] != "ok":
            time.sleep(0.02)
        yield server
    finally:
        server.stop()


def test_it_deletes_its_keys_though_they_lie_in_different_slots_and_so_does_lesson_05(module, cluster):
    for names in (module, lesson_05()):
        keys = [f"user:{version}:{USER}" for version in names["ALIVE"]]
        assert len({key_slot(key.encode()) for key in keys}) == 2
        sharded = redis.RedisCluster(host=cluster.host, port=cluster.port, **SETTINGS)
        for client in (cluster.client(), sharded):
            for key in keys:
                client.set(key, "old", ex=60)
            assert names["forget"](USER, client)
            assert not any(client.exists(key) for key in keys)
            client.close()


def test_a_cluster_that_is_away_is_not_the_customers_trouble(module, cluster, db):
    client = redis.RedisCluster(host=cluster.host, port=cluster.port, **SETTINGS)
    assert module["get_user"](USER, client, db) == db.get_user(USER)
    cluster.kill()
    assert module["get_user"](USER, client, db) == db.get_user(USER)
    assert not module["forget"](USER, client) and list(module["to_delete"]) == [USER]
    assert module["failures"]["get", "RedisClusterException"] == 1
    client.close()
