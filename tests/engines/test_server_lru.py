"""The models of both servers' LRU against the servers, on the same requests."""

import pytest

from cachelab.engines import MemcachedServer, ValkeyServer
from cachelab.engines.memcached import find_server as find_memcached
from cachelab.engines.valkey import find_server as find_valkey
from cachelab.workload.server_lru import MemcachedLRU, ValkeyLRU, replay, zipf

TRACE = zipf(40_000, keys=15_000)
VALUE = "x" * 1000


@pytest.mark.skipif(not find_valkey(), reason="needs a real Valkey")
@pytest.mark.parametrize("per_second", [None, 12_000], ids=["full speed", "12,000 a second"])
def test_valkey(per_second):
    # A stall of a busy machine moves the server's clock under our feet; a wrong model misses every time.
    ratios = []
    while len(ratios) < 3:
        seen, expected = measured_and_expected(per_second)
        if seen == pytest.approx(expected, abs=0.01):
            return
        ratios.append((seen, expected))
    pytest.fail(f"three times off by more than 0.01: {ratios}")


def measured_and_expected(per_second):
    """The hit ratio of a real Valkey, and of the model on the same requests at the same times."""
    server = ValkeyServer({"maxmemory-policy": "allkeys-lru"})
    client = server.client()
    client.config_set("maxmemory", client.info("memory")["used_memory"] + 2_300_000)

    def store(keys):
        pipe = client.pipeline(transaction=False)
        for key in keys:
            pipe.set(key, VALUE)
        pipe.execute()

    def read(keys):
        return [value is not None for value in client.mget(keys)]

    seen = replay(TRACE, read, store, size=client.dbsize, per_second=per_second)
    model = ValkeyLRU(round(seen.size))
    expected = replay(TRACE, model.read, model.store, times=seen.times)
    assert client.info("stats")["evicted_keys"] > 5_000
    server.stop()
    return seen.hit_ratio, expected.hit_ratio


@pytest.mark.skipif(not find_memcached(), reason="needs a real Memcached")
def test_memcached():
    server = MemcachedServer(("-m", 3))
    client = server.client(default_noreply=False)

    def read(keys):
        found = client.get_many(keys)
        return [key in found for key in keys]

    def size():
        return client.stats()[b"curr_items"]

    seen = replay(TRACE, read, lambda keys: client.set_many(dict.fromkeys(keys, VALUE)), size=size)
    model = MemcachedLRU(round(seen.size))
    expected = replay(TRACE, model.read, model.store, times=seen.times)
    assert client.stats()[b"evictions"] > 5_000
    assert seen.hit_ratio == pytest.approx(expected.hit_ratio, abs=0.01)
    server.stop()
