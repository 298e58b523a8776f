"""Formulas and models of lessons 06 and 07 against real servers, as ratios or in points of hit ratio."""

import statistics
import threading
import time
from collections.abc import Iterator

import numpy as np

from benchmarks import Row
from cachelab.engines import PostgresServer, ValkeyServer
from cachelab.workload import curves, jitter, sizing, trace
from cachelab.workload.disk import Disk
from cachelab.workload.openloop import OpenLoop
from cachelab.workload.policies import LRU
from cachelab.workload.queueing import Flush, loads_expected, stampede
from cachelab.workload.replay import empty, make_room, on_valkey, replay

SECONDS = 0.1  # a load
ITEMS = 20_000
SLIDER = 0.1  # seconds in which a bench answers


def rows() -> Iterator[Row]:
    """The measured one over what the model says; distances in points of hit ratio where a row says so."""
    yield from _curves()
    yield from _bytes()
    yield from _stampedes()
    yield from _flush()
    yield from _sliders()


def _curves() -> Iterator[Row]:
    server = ValkeyServer()
    client = server.client()
    for ttl, room, requests in ((2.0, None, 40_000), (6.0, 2000, 45_000)):
        if room is None:
            client.config_set("maxmemory", 0)
            empty(client)
        else:
            make_room(client, room, ttl=True)
            client.config_set("maxmemory-policy", "allkeys-lru")
            client.config_set("maxmemory-samples", 10)
        seen = replay(trace.zipf(requests, ITEMS, seed=3), on_valkey(client, ttl=ttl), 3500)
        rates = trace.shares(ITEMS) * requests / (seen.times[-1] - seen.times[0])
        real = seen.hits[requests // 2 :].mean()
        told = curves.lru_with_ttl(rates, ITEMS if room is None else seen.size, ttl).hit_ratio
        name = f"TTL {ttl:g} s, " + ("no limit" if room is None else f"room for {seen.size:.0f}")
        detail = f"hit ratio {real:.4f}, formula {told:.4f}; TTL alone {curves.ttl_only(rates, ttl)[0]:.4f}"
        yield Row(f"{name}: points off", 100 * abs(real - told), 1.5, detail)
    server.stop()


def _bytes() -> Iterator[Row]:
    for value in (20, 200, 1000):
        server = ValkeyServer()
        client = server.client()
        each = sizing.measured(client, lambda i, c=client, v=value: c.set(f"user:{i:08d}", "x" * v, ex=3600))
        told = sizing.estimate(13, value)
        yield Row(
            f"bytes of a {value} B value, measured / told", each / told, 1.25, f"{each:.0f} / {told:.0f} B"
        )
        server.stop()


def _stampedes() -> Iterator[Row]:
    """One key on a real Valkey, loaded from a real PostgreSQL by whoever misses."""
    postgres, valkey = PostgresServer(), ValkeyServer()
    cache = valkey.client()
    disk = Disk(
        postgres, SECONDS, arms=1000
    )  # room without end: a load takes its time however many there are
    for rate in (50, 100, 200):
        lock, begun, refresh = threading.Lock(), [], [0]

        def ask(item, db, lock=lock, begun=begun, refresh=refresh):
            if cache.get("hot") is not None:
                return
            with lock:
                mine = refresh[0]
                begun.append(mine)
            db.read(threading.get_ident() % 997)
            cache.set("hot", "x", px=800)
            with lock:
                refresh[0] = max(refresh[0], mine + 1)

        cache.delete("hot")
        load = OpenLoop(ask, rate, items=1, workers=60, connect=disk.connect)
        load.run(6)
        counts = np.unique(begun, return_counts=True)[1][1:]  # without the cold start
        told = loads_expected(rate, SECONDS)
        raw = f"{counts.tolist()}, 1 + λD = {told:.1f}"
        yield Row(f"loads per expiry at {rate}/s, real / 1 + λD", counts.mean() / told, 1.35, raw)
    valkey.stop(), postgres.stop()


def _flush() -> Iterator[Row]:
    """The same flush on real servers and in the model: success of the last two seconds.

    Without a limit the real one falls lower, as its hits wait for the 60 workers that the loads hold.
    """
    postgres, valkey = PostgresServer(), ValkeyServer()
    cache = valkey.client()
    disk = Disk(postgres, 0.02, arms=2)
    settings = dict(rate=200.0, items=1000, skew=1.1)
    for limit in (None, 4):
        gate = threading.BoundedSemaphore(limit + disk.arms) if limit else None

        def ask(item, db, gate=gate):
            key = f"item:{item}"
            if cache.get(key) is not None:
                return
            if gate and not gate.acquire(blocking=False):
                raise TimeoutError("the line is full")
            try:
                db.read(item)
            finally:
                if gate:
                    gate.release()
            cache.set(key, "x", ex=60)

        empty(cache)
        for item in range(settings["items"]):
            cache.set(f"item:{item}", "x", ex=60)
        load = OpenLoop(ask, **settings, workers=60, connect=disk.connect, patience=0.15, retries=1)
        seen = load.run(6, at={1.0: cache.flushall})
        real = seen.per_second()
        share = real["answered"][1:] / np.maximum(1, real["came"][1:])
        model = Flush(**settings, servers=2, load_time=0.02, patience=0.15, retries=1, limit=limit, flush=1)
        told = model.advance(6).success[1:]
        raw = f"success a second: real {np.round(share, 2).tolist()}, model {np.round(told, 2).tolist()}"
        yield Row(
            f"after a flush, line of {limit}: |real - model|",
            abs(share[-2:].mean() - told[-2:].mean()),
            None,
            raw,
        )
    valkey.stop(), postgres.stop()


def _sliders() -> Iterator[Row]:
    """What a bench computes for one move of a slider, over the tenth of a second it may take."""
    rates, sizes = trace.shares(ITEMS) * 1000, np.geomspace(50, ITEMS, 60)
    requests = trace.zipf(100_000, ITEMS)
    for name, work in (
        ("LRU and FIFO at 60 sizes", lambda: (curves.lru(rates, sizes), curves.fifo(rates, sizes))),
        ("LRU with a TTL, one point", lambda: curves.lru_with_ttl(rates, 2000, 30)),
        ("miniature LRU of 100,000 requests", lambda: curves.miniature(LRU, requests, 2000)),
        ("exact LRU of 100,000 requests", lambda: LRU(2000).run(requests)),
        ("jitter of 20,000 entries", lambda: jitter.loads(ITEMS, 60, 0.9, 1.1, 1, 300)),
        ("stampede of 10,000 readers", lambda: stampede(1000, 0.05, 1, 10)),
        ("after a flush, one second of 1,000 requests", lambda: Flush(flush=1).advance(1)),
    ):
        took = _median(work)
        yield Row(f"{name} / 100 ms", took / SLIDER, 1.0, f"{took * 1e3:.1f} ms")


def _median(work) -> float:
    took = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)
