"""Formulas and models of lessons 06 and 07 against real servers, as ratios or in points of hit ratio."""

import math
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO

import numpy as np

from benchmarks import Row
from cachelab.engines import PostgresServer, ValkeyServer
from cachelab.widgets import Bench, aws, hot
from cachelab.workload import curves, jitter, sizing, trace
from cachelab.workload.crowd import crowd
from cachelab.workload.disk import Disk
from cachelab.workload.flushed import SHOP, flushed
from cachelab.workload.policies import LRU
from cachelab.workload.queueing import Flush, loads_expected, loads_on_cores, stampede
from cachelab.workload.replay import empty, make_room, on_valkey, replay
from cachelab.workload.slow import Computes, Waits

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
    yield from _moves()


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
    """One key on a real Valkey, loaded from a real PostgreSQL by whoever misses: first by a query that takes
    its time however many run, then by one that computes on a core that all of them share."""
    postgres, valkey = PostgresServer(), ValkeyServer()
    cache = valkey.client(decode_responses=True)

    def get_product(cache, db):
        page = cache.get("product:7")
        if page is None:
            page = db.read()
            cache.set("product:7", page, px=800)
        return page

    def seen(database, rate, seconds) -> list[int]:
        cache.delete("product:7")
        with redirect_stdout(StringIO()):  # the word it says each second
            return crowd(get_product, cache, database, rate, seconds).per_refresh[1:-1]  # all that are whole

    waits, core = Waits(postgres, SECONDS), Computes(postgres, 0.02)
    for rate in (50, 100, 200):
        counts, told = seen(waits, rate, 6), loads_expected(rate, SECONDS)
        raw = f"{counts}, 1 + λD = {told:.1f}"
        yield Row(f"loads per expiry at {rate}/s, real / 1 + λD", statistics.mean(counts) / told, 1.35, raw)
    for arriving in (1.0, 1.5, 2.0) if core.bound else ():
        rate = arriving / core.seconds
        counts, told = seen(core, rate, 20), loads_on_cores(rate, core.seconds, 1)
        raw = f"{counts}, e^λD = {told:.1f}, 1 + λD = {loads_expected(rate, core.seconds):.1f}"
        # An exponential: a load that takes a fifth longer in a crowd makes e^λD half as large again, or more.
        exponent = math.log(statistics.mean(counts)) / arriving
        yield Row(f"loads per expiry on one core, λD = {arriving:g}: ln(real) / λD", exponent, 1.5, raw)
    valkey.stop(), postgres.stop()


def _flush() -> Iterator[Row]:
    """The same flush on real servers and in the model: success of the last two seconds.

    Without a limit the real one falls lower, as its hits wait for the 60 workers that the loads hold.
    """
    postgres, valkey = PostgresServer(), ValkeyServer()
    cache = valkey.client()
    disk = Disk(postgres, 0.02, arms=2)
    settings = SHOP | dict(items=1000, skew=1.1)
    for limit in (None, 4):
        gate = threading.BoundedSemaphore(limit + disk.arms) if limit else None

        def get_item(item, cache, db, gate=gate):
            if cache.get(f"item:{item}") is not None:
                return
            if gate and not gate.acquire(blocking=False):
                raise TimeoutError("the line is full")
            try:
                db.read(item)
            finally:
                if gate:
                    gate.release()
            cache.set(f"item:{item}", "x", ex=60)

        with redirect_stdout(StringIO()):
            real = np.array(flushed(get_item, cache, disk, 6, **settings)[1:])
        told = Flush(**settings, servers=2, load_time=0.02, limit=limit, flush=1).advance(6).success[1:]
        raw = f"success a second: real {np.round(real, 2).tolist()}, model {np.round(told, 2).tolist()}"
        yield Row(
            f"after a flush, line of {limit}: |real - model|",
            abs(real[-2:].mean() - np.mean(told[-2:])),
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


def _moves() -> Iterator[Row]:
    """One control of a bench of lessons 07 and 09 is moved, in the kernel: until there is something to draw.
    Of the model that works in slices that is the first slice."""
    server = ValkeyServer()  # asked for rights
    benches = hot.one_key(), hot.dice(), hot.after_flush(), hot.hot_key(), aws.alarm(), aws.bill()
    for bench in (*benches, aws.access(server)):
        start, took = list(bench.positions), []
        for at, control in enumerate(bench.controls):
            for position in {*np.linspace(0, len(control["texts"]) - 1, 9).astype(int).tolist()}:
                began = time.perf_counter()
                bench.positions = [*start[:at], position, *start[at + 1 :]]
                took.append(
                    (time.perf_counter() - began, f"{control['label']}: {control['texts'][position]}")
                )
                if isinstance(bench, Bench):
                    bench.finish()
        slowest, where = max(took)
        p95 = statistics.quantiles([seconds for seconds, _ in took], n=20)[-1]
        detail = f"p95 {p95 * 1e3:.0f} ms of {len(took)} moves, slowest {slowest * 1e3:.0f} ms ({where})"
        yield Row(f"a move on the bench “{bench.label}” / 100 ms", p95 / SLIDER, 1.0, detail)
