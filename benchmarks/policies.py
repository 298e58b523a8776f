"""Policies: each server's model against the server in points of hit ratio, and each policy's speed."""

import time
from collections.abc import Iterator

from benchmarks import Row
from cachelab.engines import MemcachedServer, ValkeyServer
from cachelab.workload import trace
from cachelab.workload.policies import ALL, LRU, Memcached, MemcachedNoModern, Policy, Valkey
from cachelab.workload.replay import Replayed, make_room, on_memcached, on_valkey, replay

POINTS = 1.5  # of hit ratio: a model may be that far off
TRACE = trace.zipf(60_000, 20_000)
ROOM = 2000
SERVERS = (  # policy, samples, requests per second
    ("allkeys-lru", 5, None),
    ("allkeys-lru", 5, 6000),
    ("allkeys-lru", 10, 6000),
    ("allkeys-lru", 1, 6000),
    ("allkeys-lfu", 5, None),
    ("allkeys-random", 5, None),
)


def rows() -> Iterator[Row]:
    """Points are hundredths of a hit ratio, without the first quarter of the trace."""
    yield from _valkey()
    yield from _memcached()
    yield from _speed()


def _valkey() -> Iterator[Row]:
    for policy, samples, rate in SERVERS:
        server = ValkeyServer()
        client = server.client()
        make_room(client, ROOM)
        client.config_set("maxmemory-policy", policy)
        client.config_set("maxmemory-samples", samples)
        requests = TRACE if rate is None else TRACE[:30_000]
        seen = replay(requests, on_valkey(client), rate)
        server.stop()
        pace = "full speed" if rate is None else f"{rate:,}/s"
        yield _off(f"{policy}, samples {samples}, {pace}", seen, Valkey(round(seen.size), policy, samples))
    yield from _changes()


def _changes() -> Iterator[Row]:
    """A scan, and a change of taste: the 2,000 requests after it."""
    for name, requests, after in (
        ("scan of 4,000", trace.scan(TRACE, 4000), slice(34_000, 36_000)),
        ("taste changes", trace.shift(TRACE), slice(30_000, 32_000)),
    ):
        for policy, rate in (("allkeys-lru", 12_000), ("allkeys-lfu", None)):
            server = ValkeyServer()
            client = server.client()
            make_room(client, ROOM)
            client.config_set("maxmemory-policy", policy)
            seen = replay(requests, on_valkey(client), rate)
            server.stop()
            yield _off(f"{policy}, {name}", seen, Valkey(round(seen.size), policy), after)


def _memcached() -> Iterator[Row]:
    for name, arguments, model in (
        ("Memcached", (), Memcached),
        ("Memcached no_modern", ("-o", "no_modern"), MemcachedNoModern),
    ):
        for kind, requests in (("Zipf", TRACE), ("a fifth one-off", trace.one_off(TRACE, 0.2))):
            server = MemcachedServer(("-m", 2, *arguments))
            seen = replay(requests, on_memcached(server.client(default_noreply=False), value=800))
            server.stop()
            yield _off(f"{name}, {kind}", seen, model(round(seen.size)))


def _off(name: str, seen: Replayed, model: Policy, after: slice = slice(15_000, None)) -> Row:
    real = seen.hits[after].mean()
    expected = model.run(seen.trace, seen.times)[after].mean()
    exact = LRU(model.capacity).run(seen.trace)[after].mean()
    raw = f"hit ratio {real:.4f}, model {expected:.4f}, exact LRU {exact:.4f}; {model.capacity} items"
    return Row(f"{name}: points off", 100 * abs(real - expected), POINTS, raw)


def _speed() -> Iterator[Row]:
    """CPU time; LRU again beside each, since a busy machine is not equally busy all the time."""
    requests = trace.zipf(300_000, 100_000)
    for name, make in ALL.items():
        took, floor = float("inf"), float("inf")
        for _ in range(3):
            seconds, ratio = _took(make, requests)
            took, floor = min(took, seconds), min(floor, _took(LRU, requests)[0])
        raw = f"{len(requests) / took / 1e6:.2f} M requests/s, hit ratio {ratio:.4f}"
        yield Row(f"time of {name} / LRU", took / floor, detail=raw)


def _took(make, requests) -> tuple[float, float]:
    """Seconds of CPU, and the hit ratio."""
    policy = make(10_000)
    start = time.process_time()
    ratio = policy.run(requests).mean()
    return time.process_time() - start, ratio
