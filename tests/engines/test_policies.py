"""The models of the servers' policies against the servers: same requests at the same times, 1.5 points."""

import pytest

from cachelab.engines import MemcachedServer, ValkeyServer
from cachelab.engines.memcached import find_server as find_memcached
from cachelab.engines.valkey import find_server as find_valkey
from cachelab.workload.policies import Memcached, MemcachedNoModern, Valkey
from cachelab.workload.replay import empty, make_room, on_memcached, on_valkey, replay
from cachelab.workload.trace import zipf

TRACE = zipf(30_000, 15_000)
POINTS = 0.015


@pytest.mark.skipif(not find_valkey(), reason="needs a real Valkey")
@pytest.mark.parametrize(
    ("policy", "samples", "per_second"),
    [
        ("allkeys-lru", 5, None),
        ("allkeys-lru", 5, 10_000),
        ("allkeys-lru", 1, 10_000),
        ("allkeys-lfu", 5, None),
        ("allkeys-random", 5, None),
    ],
)
def test_valkey(policy, samples, per_second):
    # A stall of a busy machine moves the server's clock under our feet; a wrong model misses every time.
    seen = []
    while len(seen) < 3:
        real, model = measured_and_expected(policy, samples, per_second)
        if real == pytest.approx(model, abs=POINTS):
            return
        seen.append((real, model))
    pytest.fail(f"three times off by more than {POINTS}: {seen}")


def measured_and_expected(policy, samples, per_second):
    """The hit ratio of a real Valkey, and of the model on the same requests at the same times."""
    server = ValkeyServer()
    try:
        client = server.client()
        make_room(client, 2000)
        client.config_set("maxmemory-policy", policy)
        client.config_set("maxmemory-samples", samples)
        seen = replay(TRACE, on_valkey(client), per_second)
        assert client.info("stats")["evicted_keys"] > 5000
    finally:
        server.stop()
    model = Valkey(round(seen.size), policy, samples)
    return seen.hit_ratio, model.run(seen.trace, seen.times).mean()


@pytest.mark.skipif(not find_memcached(), reason="needs a real Memcached")
@pytest.mark.parametrize(("arguments", "policy"), [((), Memcached), (("-o", "no_modern"), MemcachedNoModern)])
def test_memcached(arguments, policy):
    server = MemcachedServer(("-m", 2, *arguments))
    try:
        client = server.client(default_noreply=False)
        seen = replay(TRACE, on_memcached(client, value=800))
        assert client.stats()[b"evictions"] > 5000
    finally:
        server.stop()
    model = policy(round(seen.size))
    assert seen.hit_ratio == pytest.approx(model.run(seen.trace, seen.times).mean(), abs=POINTS)


@pytest.mark.skipif(not find_valkey(), reason="needs a real Valkey")
@pytest.mark.parametrize("policy", ["noeviction", "volatile-lru"])
def test_a_full_valkey_without_ttls_refuses_what_the_model_refuses(policy):
    server = ValkeyServer({"maxmemory-policy": policy})
    try:
        client = server.client()
        make_room(client, 500)
        for _ in range(100):
            client.set("warm", "x")
        stored = 0
        for number in range(1500):
            try:
                client.set(f"item:{number}", "x" * 100)
                stored += 1
            except Exception as error:
                assert "maxmemory" in str(error)
    finally:
        server.stop()
    model = Valkey(stored, policy)
    model.run(range(1500))
    assert 0 < stored < 1500 and model.refused == 1500 - stored


@pytest.mark.skipif(not find_valkey(), reason="needs a real Valkey")
def test_emptied_is_empty_even_while_an_earlier_flush_goes_on():
    server = ValkeyServer()
    try:
        client = server.client()
        empty(client)
        before = client.info("memory")["used_memory"]
        for first in range(0, 200_000, 10_000):
            client.mset({f"item:{number}": "x" * 100 for number in range(first, first + 10_000)})
        client.flushall()  # lazy: the memory is given back later
        empty(client)
        assert client.dbsize() == 0 and client.info("memory")["used_memory"] < before + (4 << 20)
    finally:
        server.stop()
