"""The figures of lesson 02 as ratios: the two servers against each other, each in the same run."""

import statistics
import time
from collections.abc import Callable, Iterator

from benchmarks import Row
from cachelab.engines import MemcachedServer, ValkeyServer
from cachelab.workload.clients import Clients
from cachelab.workload.compare import eviction, memory

ROUNDS = 5
OBJECTS = {f"user:{i:06}": "x" * 100 for i in range(100_000)}
NAMES = list(OBJECTS)[:500]


def rows() -> Iterator[Row]:
    """Valkey is the measured one, Memcached the peer, unless a row says otherwise."""
    v, m = ValkeyServer(), MemcachedServer()
    cache, mc = v.client(), m.client(default_noreply=False)
    try:
        yield from _memory(v, m)
        yield from _trips(cache, mc)
        yield from _load(v, m)
        yield from _eviction()
    finally:
        v.stop(), m.stop()


def _memory(v, m) -> Iterator[Row]:
    empty = memory.held(v), memory.held(m)
    took = [_fill(v.client().mset), _fill(m.client(default_noreply=False).set_many)]
    full = memory.held(v), memory.held(m)
    each = [(after.used - before.used) / len(OBJECTS) for before, after in zip(empty, full, strict=True)]
    raw = f"{each[0]:.0f} B against {each[1]:.0f} B, of 111 B payload"
    yield Row("memory per object, Valkey / Memcached", each[0] / each[1], detail=raw)
    for name, bytes_each in zip(("Valkey", "Memcached"), each, strict=True):
        detail = f"{bytes_each:.0f} B for 111 B of key and value"
        yield Row(f"memory per object, {name} / payload", bytes_each / 111, goal=2.0, detail=detail)
    raw = f"{took[0]:.2f} s against {took[1]:.2f} s for {len(OBJECTS):,}"
    yield Row("storing 1,000 at a time, Valkey / Memcached", took[0] / took[1], detail=raw)


def _trips(cache, mc) -> Iterator[Row]:
    for name, one, many in (
        ("Valkey", cache.get, lambda: cache.mget(NAMES)),
        ("Memcached", mc.get, lambda: mc.get_many(NAMES)),
    ):
        slow = _median(lambda one=one: [one(key) for key in NAMES])
        fast = _median(many)
        raw = f"{fast * 1e3:.1f} ms against {slow * 1e3:.0f} ms"
        yield Row(f"500 keys in one trip / in 500, {name}", fast / slow, goal=0.2, detail=raw)


def _load(v, m) -> Iterator[Row]:
    helped = ValkeyServer({"io-threads": 3})
    with Clients(4) as clients:
        for count in (1, 4):
            seen = [[clients.run(one, count) for one in (v, helped, m)] for _ in range(ROUNDS)]
            plain, threads, other = (statistics.median(run[i].per_second for run in seen) for i in range(3))
            raw = f"{plain:,.0f} against {other:,.0f} reads/s, on this machine's cores with the clients"
            yield Row(f"reads/s, {count} clients, Valkey / Memcached", plain / other, detail=raw)
            raw = f"{threads:,.0f} against {plain:,.0f} reads/s"
            yield Row(f"reads/s, {count} clients, io-threads 3 / 1", threads / plain, detail=raw)
    helped.stop()


def _eviction() -> Iterator[Row]:
    server = ValkeyServer({"maxmemory-policy": "allkeys-lru"})
    client = server.client()
    here = dict(
        put=lambda names: client.mset(dict.fromkeys(names, "x" * 1000)),
        read=lambda names: sum(value is not None for value in client.mget(names)),
        full=lambda: client.config_set("maxmemory", client.info("memory")["used_memory"]),
    )
    for name, pause, goal in (("at full speed", 0.0, None), ("over seconds", 1.1, 0.2)):
        client.config_set("maxmemory", 0)
        client.flushall()
        eviction.next_second()
        seen = eviction.victims(**here, pause=pause)
        yield Row(f"Valkey LRU {name}: wrong victims / at random", seen.share / 0.5, goal, str(seen))
    server.stop()


def _fill(store: Callable[[dict], object]) -> float:
    keys, start = list(OBJECTS), time.perf_counter()
    for at in range(0, len(keys), 1000):
        store({key: OBJECTS[key] for key in keys[at : at + 1000]})
    return time.perf_counter() - start


def _median(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)
