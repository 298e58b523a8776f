"""What a time-out costs: false misses while all is well, a wait when all is not, and tries that multiply.

    late = budget.late(latencies, timeout=0.002)          # share of good answers that would be cut off
    budget.database_load(0.98, late)                      # 1.49: times the reads the database gets without it
    budget.worst(0.2, retries=10, pauses=budget.pauses(10), layers=(3, 3)), budget.tries(10, (3, 3))

A time-out chosen at the cache's p99 cuts off one hit in a hundred, and each is a read of the database. AWS
starts from the share of false time-outs that is acceptable, and takes the latency there: 0.1 % is p99.9
(Brooker, "Timeouts, retries and backoff with jitter", Amazon Builders' Library).
"""

import math
from collections.abc import Sequence

import numpy as np

__all__ = ["database_load", "late", "lognormal_late", "pauses", "tries", "worst"]

Z99 = 2.3263478740408408  # of a normal distribution, 99 in 100 lie below mean + Z99 deviations


def late(latencies: Sequence[float], timeout: float) -> float:
    """The share of measured answers that took longer than `timeout` (both in seconds)."""
    seen = np.asarray(latencies, float)
    if not len(seen):
        raise ValueError("latencies: give at least one, in seconds")
    return float((seen > timeout).mean())


def lognormal_late(timeout: float, p50: float, p99: float) -> float:
    """The same for a lognormal distribution, a usual model of latencies; its median and p99 in seconds."""
    if not 0 < p50 < p99:
        raise ValueError(f"p50={p50!r}, p99={p99!r}: the median is above 0 and below p99")
    deviation = math.log(p99 / p50) / Z99
    return 0.5 * math.erfc(math.log(timeout / p50) / deviation / math.sqrt(2))


def database_load(hit_ratio: float, late: float, tries: int = 1, together: bool = False) -> float:
    """Reads of the database, in times of what they are without a time-out: ((1−h) + h·late) / (1−h).

    A hit that was late in all of its `tries` counts as a miss. Each try is late by itself, unless
    `together`: slow moments then last longer than the tries, and further tries do not help.
    """
    if not 0 <= hit_ratio < 1:
        raise ValueError(f"hit_ratio={hit_ratio!r}: from 0 to below 1; at 1 the database gets no reads")
    if not 0 <= late <= 1:
        raise ValueError(f"late={late!r}: a share from 0 to 1")
    missed = late if together else late**tries
    return ((1 - hit_ratio) + hit_ratio * missed) / (1 - hit_ratio)


def pauses(retries: int, base: float = 0.01, cap: float = 1.0) -> float:
    """Seconds that the pauses before `retries` retries last at most: min(cap, base · 2ⁿ) each, as in
    redis-py 8's ExponentialWithJitterBackoff; the defaults are those its clients are made with."""
    return sum(min(cap, base * 2**n) for n in range(1, retries + 1))


def tries(retries: int, layers: Sequence[int] = ()) -> int:
    """Tries of the client for one request: those of each layer above it multiply."""
    return (retries + 1) * math.prod(layers)


def worst(timeout: float, retries: int = 0, pauses: float = 0.0, layers: Sequence[int] = ()) -> float:
    """Seconds a request waits at most: each try lasts `timeout`, and each round of them has its `pauses`."""
    return math.prod(layers) * ((retries + 1) * timeout + pauses)
