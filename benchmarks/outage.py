"""Outages: the storm's model against the real run, and what a limit and lesson 08's breaker serve."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from benchmarks import Row
from cachelab import shop
from cachelab.engines import PostgresServer, ValkeyServer
from cachelab.engines.relay import Relay
from cachelab.widgets import outage
from cachelab.workload.disk import Disk
from cachelab.workload.flushed import flushed
from cachelab.workload.openloop import OpenLoop
from cachelab.workload.queueing import Storm

LESSON = Path(__file__).parents[1] / "notebooks" / "08_outages_and_failover.ipynb"
SHOP = dict(rate=600.0, items=1000, skew=0.8, patience=0.5, retries=2, workers=80)
TIMEOUT = 0.1  # of a read
SECONDS, FLUSH = 6, 1.0
SLIDER = 0.1  # seconds in which a bench answers


def rows() -> Iterator[Row]:
    """Shares of requests: distances between model and real run, and ratios of what is served."""
    yield from _storm()
    yield from _breaker()
    yield from _sliders()


def _storm() -> Iterator[Row]:
    """A flush with no limit (so many as there are workers), a good one, and one that is too large."""
    postgres, valkey = PostgresServer(), ValkeyServer()
    disk = Disk(postgres, 0.005, timeout=TIMEOUT)
    reader = disk.connect()
    each = float(np.median([_seconds(lambda: reader.read(7)) for _ in range(60)]))
    reader.close()
    served = {}
    for limit in (SHOP["workers"], 8, 40):
        real = flushed(_shop_with(limit), valkey.client(), disk, SECONDS, at=FLUSH, **SHOP)
        told = (
            Storm(**SHOP, limit=limit, load_time=each, timeout=TIMEOUT, flush=FLUSH).advance(SECONDS).success
        )
        served[limit] = real
        raw = f"real {np.round(real, 2).tolist()}, model {np.round(told, 2).tolist()}, {each * 1e3:.1f} ms"
        yield Row(
            f"storm, limit {limit}: |real - model|, last 2 s",
            abs(np.mean(real[-2:]) - np.mean(told[-2:])),
            None,
            raw,
        )
    without, limited = (sum(served[limit][1:]) for limit in (SHOP["workers"], 8))
    yield Row(
        "storm: served without a limit / with 8",
        without / limited,
        0.7,
        f"{without:.2f} / {limited:.2f} seconds' worth",
    )
    valkey.stop(), postgres.stop()


def _shop_with(limit: int):
    places = threading.BoundedSemaphore(limit)

    def get_item(item, cache, db):
        page = cache.get(f"item:{item}")
        if page is None:
            if not places.acquire(blocking=False):
                raise TimeoutError("shed")
            try:
                page = db.read(item)
            finally:
                places.release()
            cache.set(f"item:{item}", page, ex=60)
        return page

    return get_item


def _breaker() -> Iterator[Row]:
    """Customers while the cache hangs for two seconds, without a breaker and with that of lesson 08."""
    valkey = ValkeyServer()
    relay = Relay((valkey.host, valkey.port))
    cache = redis.Redis(host=relay.host, port=relay.port, socket_timeout=0.2, retry=Retry(NoBackoff(), 0))
    breaker = taught()(pause=0.5)
    served = {}
    for name, ask in (("none", cache.get), ("breaker", lambda key: breaker.call(cache.get, key))):

        def get_user(item, db, ask=ask):
            try:
                user = ask(f"user:{item}")
            except redis.RedisError:
                user = None
            return user or db.get_user(42)

        load = OpenLoop(get_user, 200, items=100, workers=8, connect=shop.connect, patience=0.5)
        seen = load.run(4, at={1.0: relay.hang, 3.0: relay.resume})
        served[name] = float(seen.answered[(1.0 < seen.came) & (seen.came < 2.5)].mean())
    relay.close(), valkey.stop()
    raw = f"{served['none']:.0%} / {served['breaker']:.0%} of 200 customers a second, eight threads"
    yield Row("hang: served without a breaker / with one", served["none"] / served["breaker"], 0.5, raw)


def taught() -> type:
    """The class Breaker as lesson 08 shows it."""
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    names = {"threading": threading, "time": time, "redis": redis}
    exec(cells["breaker-memory"] + "\n\n" + cells["breaker-call"], names)
    return names["Breaker"]


def _sliders() -> Iterator[Row]:
    """One move of a slider of each bench, to the first picture, over the tenth of a second it may take."""
    benches = (
        (
            "what a time-out costs",
            outage.budget(measured=np.geomspace(1e-4, 1e-2, 3000)),
            [{"timeout": 0.005}, {"timeout": 0.2}],
        ),
        ("a breaker", outage.breaker(taught()), [{"share": 0.3}, {"share": 0.5}]),
        ("the storm, its first two seconds", outage.storm(), [{"limit": 8}, {"limit": 30}]),
    )
    for name, bench, moves in benches:
        took = []
        for move in moves * 3:
            took.append(_seconds(lambda bench=bench, move=move: bench.set(**move)))
            bench.finish()
        median = float(np.median(took))
        yield Row(f"{name} / 100 ms", median / SLIDER, 1.0, f"{median * 1e3:.1f} ms")


def _seconds(call) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
