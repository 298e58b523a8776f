"""Many entries filled in one moment: when do they all expire, and how far does jitter spread that?

The model: `items` entries are filled together. Each lives its TTL, which is drawn anew at every fill, and is
filled again by the first read after its end (reads of an item come at random, `reads` per second). What
counts is the database's load, relative to the same entries filled at independent moments.
"""

import math
from typing import NamedTuple

import numpy as np

__all__ = ["Loads", "loads", "peak"]


class Loads(NamedTuple):
    """Loads over time."""

    starts: np.ndarray  # seconds at which each interval begins
    relative: np.ndarray  # loads in it, 1 being the steady rate
    steady: float  # loads per second once all is mixed: items / (mean TTL + 1/reads)

    def peak(self, generation: int, ttl: float) -> float:
        """The highest load around the end of the first TTL (generation 1), the second, …"""
        near = abs(self.starts - generation * ttl) <= ttl / 2
        return float(self.relative[near].max())


def loads(
    items: int,
    ttl: float,
    low: float,
    high: float,
    reads: float,
    seconds: float,
    bins_per_ttl: int = 20,
    seed: int = 1,
) -> Loads:
    """A simulation: TTLs are drawn between low·ttl and high·ttl, evenly. No jitter is low = high = 1.

    ±10 % is (0.9, 1.1). If `ttl` is the age you promised, jitter downwards: (0.8, 1).
    """
    if not 0 < low <= high:
        raise ValueError(f"low={low!r}, high={high!r}: shares of the TTL, 0 < low <= high")
    if not (items >= 1 and ttl > 0 and reads > 0 and 0 < seconds <= 1000 * ttl):
        raise ValueError(
            f"items={items!r}, ttl={ttl!r}, reads={reads!r}, seconds={seconds!r}: all above 0, "
            "and at most 1,000 TTLs"
        )
    chance = np.random.default_rng(seed)
    width = ttl / bins_per_ttl
    edges = np.arange(0, seconds + width / 2, width)
    counted = np.zeros(len(edges) - 1)
    moments = np.zeros(items)
    while len(moments):
        moments = moments + ttl * chance.uniform(low, high, len(moments))  # until each expires, and is read
        moments += chance.exponential(1 / reads, len(moments))
        moments = moments[moments < edges[-1]]
        counted += np.histogram(moments, edges)[0]
    steady = items / (ttl * (low + high) / 2 + 1 / reads)
    return Loads(edges[:-1], counted / (steady * width), steady)


def peak(generation: int, low: float, high: float, reads_per_ttl: float) -> float:
    """The same peak by a formula, 1 being flat.

    The first: all entries end within the share (high − low) of a TTL, so 1/(high − low), for ±j that is
    1/(2j); but no sharper than the first read after the end. In generation n the ends are a sum of n draws,
    nearly a bell curve: 1/√(2πn(v + 1/(λT)²)), v = (high − low)²/12 being the variance of a TTL's share.
    Within some tenths of the simulation where it is above 1.5.
    """
    if generation < 1:
        raise ValueError(f"generation={generation!r}: the first expiry is generation 1")
    bell = 2 * math.pi * generation * ((high - low) ** 2 / 12 + 1 / reads_per_ttl**2)
    if generation == 1:
        edge = max(high - low, 1 / reads_per_ttl)
        return max(1.0, 1 / edge)
    return max(1.0, 1 / math.sqrt(bell))
