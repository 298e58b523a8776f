"""What an entry takes, estimated and measured on real servers."""

import pytest

from cachelab.engines import MemcachedServer, ValkeyServer
from cachelab.engines.memcached import find_server as find_memcached
from cachelab.engines.valkey import find_server as find_valkey
from cachelab.workload import sizing
from cachelab.workload.compare.memory import slab_classes


@pytest.mark.skipif(not find_valkey(), reason="needs a real Valkey")
@pytest.mark.parametrize("ttl", [None, 3600])
@pytest.mark.parametrize("value", [20, 200, 1000])
def test_valkey(value, ttl):
    server = ValkeyServer()
    client = server.client()
    try:
        each = sizing.measured(client, lambda i: client.set(f"user:{i:08d}", "x" * value, ex=ttl))
        assert each == pytest.approx(sizing.estimate(13, value, ttl is not None), abs=16)
        with pytest.raises(ValueError, match="holds 20,000 keys"):
            sizing.measured(client, lambda i: None)
    finally:
        server.stop()


@pytest.mark.skipif(not find_memcached(), reason="needs a real Memcached")
@pytest.mark.parametrize("value", [20, 100, 200, 1000])
def test_memcached(value):
    server = MemcachedServer()
    try:
        server.client(default_noreply=False).set(f"user:{7:08d}", "x" * value)
        assert [size for size, *_ in slab_classes(server)] == [sizing.chunk(13, value)]
    finally:
        server.stop()
