"""Entries filled together on a real server, and read all the time: when are they loaded again?"""

import time

import numpy as np

__all__ = ["refills"]

READS = 100  # keys in one trip
BINS = 20  # per TTL


def refills(
    client, items: int = 1000, ttl: float = 1.0, low: float = 1.0, high: float = 1.0, seconds: float = 3.3
) -> tuple[np.ndarray, np.ndarray]:
    """(middles of intervals, in TTLs since the fill; loads in each, 1 being the even rate).

    `client` is a redis-py client; keys `refill:…` are overwritten. Each fill draws its TTL between low·ttl
    and high·ttl seconds. It is the experiment that `jitter.loads` computes.
    """
    chance = np.random.default_rng(1)
    lives = iter(lambda: int(chance.uniform(low, high) * ttl * 1000), None)

    def fill(keys):
        pipe = client.pipeline(transaction=False)
        for key in keys:
            pipe.set(key, "x", px=next(lives))
        pipe.execute()

    fill(f"refill:{number}" for number in range(items))
    begin, loads, reads = time.perf_counter(), [], 0
    while (now := time.perf_counter() - begin) < seconds:
        keys = [f"refill:{number}" for number in chance.integers(0, items, READS)]
        missing = {key for key, found in zip(keys, client.mget(keys), strict=True) if found is None}
        if missing:
            fill(missing)
        loads += [now] * len(missing)
        reads += READS
    edges = np.arange(0, seconds / ttl + 1e-9, 1 / BINS)
    counted = np.histogram(np.array(loads) / ttl, edges)[0]
    even = items / (ttl * (low + high) / 2 + items * now / reads) * ttl / BINS
    return edges[:-1] + 0.5 / BINS, counted / even
