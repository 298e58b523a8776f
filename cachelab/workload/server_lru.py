"""LRU as Valkey and Memcached really do it, small enough to read, and held against both servers by a test.

    trace = zipf(60_000, keys=20_000)
    seen = replay(trace, read, store, size=client.dbsize)      # on a server …
    model = ValkeyLRU(round(seen.size))
    replay(trace, model.read, model.store, times=seen.times)   # … and as it would go by the model

Neither is the LRU of the textbooks: Valkey's looks at a few keys and counts in seconds, Memcached's keeps
three lists. Items of one size are assumed.
"""

import bisect
import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

__all__ = ["MemcachedLRU", "Replay", "ValkeyLRU", "replay", "zipf"]

BATCH = 20  # keys asked for in one trip


def zipf(requests: int, keys: int, skew: float = 0.99, seed: int = 1) -> list[str]:
    """A trace: the k-th most popular key is asked for in proportion to 1/k**skew, independently each time."""
    weights = 1 / np.arange(1, keys + 1) ** skew
    drawn = np.random.default_rng(seed).choice(keys, size=requests, p=weights / weights.sum())
    return [f"key:{number}" for number in drawn]


@dataclass
class Replay:
    """How a trace went."""

    requests: int = 0
    hits: int = 0
    times: list[float] = field(default_factory=list)  # of each batch, seconds since 1970
    sizes: list[int] = field(default_factory=list)

    @property
    def hit_ratio(self) -> float:
        return self.hits / self.requests

    @property
    def size(self) -> float:
        """Items held on average, once it was full."""
        return float(np.mean(self.sizes[len(self.sizes) // 4 :]))


def replay(
    trace: Sequence[str],
    read: Callable[[list[str]], Iterable[bool]],
    store: Callable[[list[str]], object],
    *,
    size: Callable[[], int] | None = None,
    per_second: float | None = None,
    times: Sequence[float] | None = None,
) -> Replay:
    """Ask for the keys of a trace, `BATCH` at a time, and store those that were missing.

    `read` says of each key whether it is there; `per_second` holds the requests back to that rate;
    `size()` is asked now and then. With `times`, nothing waits and nothing is timed: `read` and `store`
    are a model's, and get the time of their batch as a second argument.
    """
    seen, start = Replay(), time.perf_counter()
    for number, first in enumerate(range(0, len(trace), BATCH)):
        keys = trace[first : first + BATCH]
        now = (times[number],) if times is not None else ()
        seen.times.append(now[0] if now else time.time())
        there = list(read(keys, *now))
        seen.hits += sum(there)
        if missing := list(dict.fromkeys(key for key, hit in zip(keys, there, strict=True) if not hit)):
            store(missing, *now)
        if size and number % 100 == 0:
            seen.sizes.append(size())
        if per_second:
            time.sleep(max(0.0, start + first / per_second - time.perf_counter()))
    seen.requests = len(trace)
    return seen


class ValkeyLRU:
    """`maxmemory-policy allkeys-lru` of Valkey 9 with room for `capacity` items.

    Each key carries the second of its last use. To evict, look at `samples` keys that stand next to each
    other in the table, remember the 16 longest idle of all those seen, and take the idlest; equals are
    taken at random.
    """

    POOL = 16

    def __init__(self, capacity: int, samples: int = 5, seed: int = 1):
        if not capacity >= samples >= 1:
            raise ValueError(f"capacity={capacity}, samples={samples}: need capacity >= samples >= 1")
        self.capacity, self.samples = capacity, samples
        self._used: dict[str, int] = {}  # key -> second of its last use
        self._place: dict[str, float] = {}  # where a key's hash puts it
        self._table: list[tuple[float, str]] = []
        self._pool: list[tuple[int, float, str]] = []  # (seconds idle when seen, chance, key), idlest last
        self._chance = random.Random(seed)

    def read(self, keys: Iterable[str], now: float) -> list[bool]:
        """Whether each key is there; those that are have been used at `now` (seconds)."""
        there = [key in self._used for key in keys]
        self._used |= {key: int(now) for key, hit in zip(keys, there, strict=True) if hit}
        return there

    def store(self, keys: Iterable[str], now: float) -> None:
        """Put the keys in, one after another, evicting where there is no room."""
        for key in keys:
            if key not in self._used:
                while len(self._table) >= self.capacity:
                    self._evict(int(now))
                place = self._place.setdefault(key, self._chance.random())
                bisect.insort(self._table, (place, key))
            self._used[key] = int(now)

    def _evict(self, second: int) -> None:
        while True:
            known = {key for *_, key in self._pool}
            first = bisect.bisect(self._table, (self._chance.random(), ""))
            for i in range(first, first + self.samples):
                _, key = self._table[i % len(self._table)]
                idle = second - self._used[key]
                if key in known or (len(self._pool) == self.POOL and idle <= self._pool[0][0]):
                    continue
                bisect.insort(self._pool, (idle, self._chance.random(), key))
                del self._pool[: -self.POOL]
            while self._pool:
                *_, key = self._pool.pop()
                if key in self._used:  # it may have gone since it was seen
                    del self._used[key]
                    del self._table[bisect.bisect_left(self._table, (self._place[key], key))]
                    return


class MemcachedLRU:
    """One size class of Memcached 1.6 with room for `capacity` items: hot, warm and cold lists.

    New items are hot. What falls out of the hot or the warm list is cold, unless it was read twice; cold
    items that are read twice become warm. The coldest goes.
    """

    HOT, WARM = 0.2, 0.4  # shares of the memory

    def __init__(self, capacity: int):
        if capacity < 5:
            raise ValueError(f"capacity={capacity}: the lists need room for 5 items at least")
        self.capacity = capacity
        self._limits = {"hot": int(self.HOT * capacity), "warm": int(self.WARM * capacity)}
        self._lists: dict[str, OrderedDict[str, None]] = {n: OrderedDict() for n in ("hot", "warm", "cold")}
        self._list_of: dict[str, str] = {}
        self._reads: dict[str, int] = {}  # since it came, or came to another list for being active; up to 2

    def read(self, keys: Iterable[str], now: float = 0.0) -> list[bool]:
        """Whether each key is there."""
        there = []
        for key in keys:
            there.append(key in self._list_of)
            if there[-1]:
                self._reads[key] = min(2, self._reads[key] + 1)
                if self._reads[key] == 2 and self._list_of[key] == "cold":
                    self._move(key, "warm")
                    self._balance()
        return there

    def store(self, keys: Iterable[str], now: float = 0.0) -> None:
        """Put the keys in, one after another, evicting where there is no room."""
        for key in keys:
            if key in self._list_of:
                continue
            if len(self._list_of) >= self.capacity:
                self._forget(next(iter(self._lists["cold"])))
            self._lists["hot"][key], self._list_of[key], self._reads[key] = None, "hot", 0
            self._balance()

    def _balance(self) -> None:
        for name, limit in self._limits.items():
            while len(self._lists[name]) > limit:
                oldest = next(iter(self._lists[name]))
                self._move(oldest, "warm" if self._reads[oldest] == 2 else "cold")

    def _move(self, key: str, to: str) -> None:
        if to == "warm":
            self._reads[key] = 1  # it has to be read again to stay
        del self._lists[self._list_of[key]][key]
        self._lists[to][key], self._list_of[key] = None, to

    def _forget(self, key: str) -> None:
        del self._lists[self._list_of.pop(key)][key], self._reads[key]
