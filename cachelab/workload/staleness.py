"""How old is what a cache answers, and which TTL is worth it?

One item, read λ times and written μ times per second, at random; nothing is invalidated, the TTL T (seconds,
from the fill) is all there is. A read is a miss, a fresh hit or a stale hit (written since the fill).
"""

import math

__all__ = ["best_ttl", "cost", "stale_share"]


def stale_share(writes: float, ttl: float) -> float:
    """The share of the *hits* that are stale: 1 − (1 − e^(−μT))/(μT), for small μT about μT/2.

    A hit comes at any age up to T with the same chance, and is stale if a write fell into that age.
    """
    _rate("writes", writes)
    _rate("ttl", ttl)
    expected = writes * ttl
    if expected < 1e-6:
        return expected / 2
    return 1 + math.expm1(-expected) / expected


def cost(reads: float, writes: float, ttl: float, weight: float) -> float:
    """The mean cost of a read, a miss being 1 and a stale hit `weight`.

    (1 − h) + weight · h · stale_share, where h = λT/(1 + λT) is the hit ratio.
    """
    _rate("reads", reads)
    _rate("weight", weight)
    hit = reads * ttl / (1 + reads * ttl)
    return 1 - hit + weight * hit * stale_share(writes, ttl)


def best_ttl(reads: float, writes: float, weight: float) -> float:
    """The TTL at which `cost` is least: about √(2/(λμ·weight)). Infinite if nothing is ever written.

    From 1/(λT) (the misses) + weight·μT/2 (the stale hits), for λT well above 1, μT well below 1. The more
    often an item is read, the *shorter* it should live: a miss then is shared by more reads.
    """
    _rate("reads", reads)
    _rate("writes", writes)
    _rate("weight", weight)
    return math.sqrt(2 / (reads * writes * weight)) if reads * writes * weight else math.inf


def _rate(name: str, value: float) -> None:
    if not (value >= 0 and math.isfinite(value)):
        raise ValueError(f"{name}={value!r}: must be a finite number, 0 or more")
