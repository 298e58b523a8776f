"""What each shard gets of requests for keys of unequal popularity, and what the cluster serves by then."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cachelab.workload import trace

from .slots import shard_at, slot_of

__all__ = ["Load", "load", "worth_having"]


@dataclass(frozen=True)
class Load:
    """How the requests that reach the cache are spread over the shards."""

    shares: np.ndarray  # of each shard, of all requests the application makes
    hottest_key: float  # the share of the hottest key that still reaches the cache

    @property
    def hottest(self) -> int:
        """The number of the busiest shard, from 0."""
        return int(self.shares.argmax())

    @property
    def uneven(self) -> float:
        """The busiest shard's share, as a multiple of the average shard's."""
        return float(self.shares.max() / self.shares.mean()) if self.shares.any() else 1.0

    @property
    def served(self) -> float:
        """Requests of the application, as a multiple of what one shard serves, when the busiest is full."""
        return float(1 / self.shares.max()) if self.shares.any() else float("inf")


def load(shards: int, skew: float = 0.99, keys: int = 100_000, near: int = 0, name: str = "product") -> Load:
    """Requests by Zipf's law for so many `keys`, the most popular one being product:1; shards hold equal runs
    of slots. The reads of the `near` most popular keys are answered by near caches and reach no shard.

    One placement is one throw of the dice: another `name` puts the hottest keys elsewhere.
    """
    if not shards >= 1 or not 0 <= near <= keys:
        raise ValueError(f"shards={shards!r}, near={near!r}: 1 shard or more, 0 to {keys} keys kept near")
    popularity = _popularity(keys, skew)[near:]
    shard = shard_at(_slots(keys, name)[near:], shards)
    hottest = float(popularity[0]) if len(popularity) else 0.0
    return Load(np.bincount(shard, popularity, shards), hottest)


def worth_having(skew: float = 0.99, keys: int = 100_000, near: int = 0) -> float:
    """1/p₁: with so many shards the one that has the hottest key is full of it; more shards serve no more."""
    return 1 / float(_popularity(keys, skew)[near])


@lru_cache(maxsize=4)
def _popularity(keys: int, skew: float) -> np.ndarray:
    return trace.shares(keys, skew)


@lru_cache(maxsize=4)
def _slots(keys: int, name: str) -> np.ndarray:
    return np.fromiter((slot_of(f"{name}:{number}") for number in range(1, keys + 1)), int, keys)
