"""What a cache does to the mean latency and to the load on the database, as arithmetic.

The model is cache-aside with one cache and one database, and no queues: each step takes its own time whatever
the load. A read looks in the cache; a miss also queries the database and fills the cache. A write goes to the
database and then removes the key. All times are in seconds; ratios and shares run from 0 to 1.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """Seconds per step, each as the application sees it, network included."""

    lookup: float  # ask the cache; a miss takes as long as a hit
    query: float  # ask the database
    fill: float  # store the answer in the cache
    write: float = 0.0  # write to the database
    invalidate: float = 0.0  # remove the key from the cache

    def __post_init__(self):
        for name, seconds in vars(self).items():
            if not (seconds >= 0 and math.isfinite(seconds)):
                raise ValueError(f"{name}={seconds!r}: a cost is a number of seconds, 0 or more")

    @property
    def miss(self) -> float:
        """A read that misses pays for all three steps."""
        return self.lookup + self.query + self.fill


def mean_read(costs: Costs, hit_ratio: float) -> float:
    """Mean seconds per read through the cache: h·lookup + (1 − h)·(lookup + query + fill)."""
    _share("hit_ratio", hit_ratio)
    return hit_ratio * costs.lookup + (1 - hit_ratio) * costs.miss


def mean_latency(costs: Costs, hit_ratio: float, write_share: float = 0.0) -> float:
    """Mean seconds per operation, reads and writes together: (1 − w)·read + w·(write + invalidate)."""
    _share("write_share", write_share)
    return (1 - write_share) * mean_read(costs, hit_ratio) + write_share * (costs.write + costs.invalidate)


def mean_latency_without(costs: Costs, write_share: float = 0.0) -> float:
    """Mean seconds per operation with no cache at all: (1 − w)·query + w·write."""
    _share("write_share", write_share)
    return (1 - write_share) * costs.query + write_share * costs.write


def database_load(hit_ratio: float, write_share: float = 0.0) -> float:
    """Share of the operations that still reach the database: (1 − w)·(1 − h) + w. Without a cache it is 1."""
    _share("hit_ratio", hit_ratio)
    _share("write_share", write_share)
    return (1 - write_share) * (1 - hit_ratio) + write_share


def break_even(costs: Costs, write_share: float = 0.0) -> float:
    """The hit ratio at which the cache is as fast, on average, as no cache; above it the cache is faster.

    Setting mean_latency equal to mean_latency_without and solving for h:

        h* = (lookup + fill + w/(1 − w)·invalidate) / (query + fill)

    A result above 1 cannot be reached: the cache slows this application down whatever its hit ratio. It is
    infinite if everything is a write, or if database and fill cost nothing.
    """
    _share("write_share", write_share)
    if write_share == 1 or costs.query + costs.fill == 0:
        return math.inf
    removals = write_share / (1 - write_share) * costs.invalidate
    return (costs.lookup + costs.fill + removals) / (costs.query + costs.fill)


def hit_ratio_with_writes(hit_ratio: float, write_share: float) -> float:
    """The hit ratio left when a share w of the operations on each key are writes: h·(1 − w).

    Assumes that the reads and writes of a key come in random order, and that `hit_ratio`, the ratio with no
    writes, is the chance that an entry outlives the gap to the next operation on its key, whatever its age
    (eviction at random; no fixed TTL). A read then hits if the operation before it on the same key was a read
    (chance 1 − w: after a write the key is gone) and the entry survived the gap (chance h). So no cache that
    forgets on each write exceeds 1 − w, however large it is.
    """
    _share("hit_ratio", hit_ratio)
    _share("write_share", write_share)
    return hit_ratio * (1 - write_share)


def hit_ratio_with_ttl(reads: float, writes: float, ttl: float) -> float:
    """The hit ratio of one key that is read and written so many times per second and lives `ttl` seconds.

    Assumes that reads and writes are independent Poisson processes, and that nothing is evicted. After a miss
    the entry lives for L = min(ttl, time to the next write), on average (1 − e^(−writes·ttl))/writes, or ttl
    if nothing writes. One miss is followed by reads·L hits on average, so

        h = reads·L / (1 + reads·L)

    With an endless TTL this is reads/(reads + writes), that is 1 − w.
    """
    for name, value in (("reads", reads), ("writes", writes), ("ttl", ttl)):
        if not value >= 0:
            raise ValueError(f"{name}={value!r}: must be 0 or more")
    if reads == 0 or ttl == 0:
        return 0.0
    if reads == math.inf or writes == math.inf:
        raise ValueError("reads and writes must be finite rates per second")
    lifetime = -math.expm1(-writes * ttl) / writes if writes > 0 else ttl
    hits = reads * lifetime  # after each miss
    return 1.0 if hits == math.inf else hits / (1 + hits)


def _share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name}={value!r}: a share runs from 0 to 1 (write 90 % as 0.9)")
