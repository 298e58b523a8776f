"""Virtual time: what waiting costs that is none, against redis-py on a real Valkey and against its goals."""

import time
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab import engines, virtual

from . import Row

GETS = 5000
STAMPEDE_GOAL, DAY_GOAL = 0.5, 8.0  # seconds of a quiet core


def rows() -> Iterator[Row]:
    """Yield each ratio with the figures behind it."""
    real, ours = min(_real() for _ in range(3)), min(_virtual() for _ in range(3))
    yield Row(
        "virtual: a GET / the same GET on a real Valkey",
        ours / real,
        1.5,
        f"{ours / GETS * 1e6:.0f} µs against {real / GETS * 1e6:.0f} µs",
    )
    seconds, loads = min(_stampede() for _ in range(3))
    yield Row(
        f"virtual: stampede of 100 threads / {STAMPEDE_GOAL:g} s",
        seconds / STAMPEDE_GOAL,
        1.0,
        f"{seconds * 1e3:.0f} ms of processor time, {loads} loads",
    )
    seconds, requests, steps = _day()
    yield Row(
        f"virtual: a day of incidents / {DAY_GOAL:g} s",
        seconds / DAY_GOAL,
        1.0,
        f"{seconds:.1f} s of processor time, {requests:,} requests, {steps:,} steps",
    )


def _gets(client: redis.Redis) -> float:
    client.set("user:42", "Ada")
    began = time.process_time()
    for _ in range(GETS):
        client.get("user:42")
    return time.process_time() - began


def _real() -> float:
    with engines.valkey().client() as client:
        began = time.perf_counter()
        _gets(client)
        return time.perf_counter() - began


def _virtual() -> float:
    with virtual.time() as clock:
        return _gets(clock.cache().client())


def _stampede() -> tuple[float, int]:
    began = time.process_time()
    with virtual.time() as clock:
        client = clock.cache().client(max_connections=200)
        database = clock.database(servers=4, service=0.1)

        def get_product():
            if client.get("product:7") is None:
                database.read("product:7")
                client.set("product:7", "9.99", px=1000)

        clock.closed(get_product, clients=100, times=1)
    return time.process_time() - began, database.loads


def _day() -> tuple[float, int, int]:
    """Ten phases, 270 s, 34,000 requests of 32 threads, with the incidents of the capstone."""
    began = time.process_time()
    popularity = list(accumulate(rank**-0.9 for rank in range(1, 501)))
    with virtual.time() as clock:
        cache = clock.cache()
        database = clock.database(servers=4, service=0.02, connections=4, pool_wait=1.0)
        pool = redis.BlockingConnectionPool(
            host="cache",
            max_connections=16,
            timeout=0.1,
            socket_timeout=0.05,
            socket_connect_timeout=0.05,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        client = redis.Redis(connection_pool=pool)

        def get_product(number):
            key = f"product:{number}"
            try:
                if client.get(key) is not None:
                    return
            except redis.RedisError:
                return database.read(number)
            if client.set("lock:" + key, "1", nx=True, px=500):
                database.read(number)
                client.set(key, "9.99", ex=60)
                client.delete("lock:" + key)

        for moment, incident in [
            (80, cache.flush), (110, cache.freeze), (115, cache.heal), (140, cache.kill),
            (146, cache.restart), (170, cache.black_hole), (175, cache.heal), (200, cache.reset),
        ]:  # fmt: skip
            clock.at(moment, incident)
        load = clock.open(
            get_product,
            rate=lambda t: 450 if 40 <= t < 60 else 105,
            seconds=268,
            arguments=lambda chance: (bisect(popularity, chance.random() * popularity[-1]) + 1,),
            threads=32,
        )
        steps = clock.steps
    return time.process_time() - began, load.sent, steps
