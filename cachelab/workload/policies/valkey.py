"""Eviction and expiry as Valkey 9 does them, under any of its eight policies.

Source: valkey-io/valkey, evict.c, lrulfu.c, expire.c. What is modelled, as the server does it:

* To evict, look at `samples` random keys, put them into a pool of the 16 best candidates seen so far, and
  take the best of these that still exists. Candidates are not looked at again once they are in the pool.
* LRU: each key carries the second of its last use, no finer: at 10,000 requests a second many are equal.
* LFU: each key carries a counter from 0 to 255. It starts at 5; a use adds 1 with the chance
  1 / (log_factor · (counter − 5) + 1); every `decay` minutes take 1 away.
* TTL: a dead key is found when it is asked for, or by the active cycle: ten times a second 20 keys with a TTL
  are looked at, and another 20 for as long as more than a tenth of them were dead. Until then it takes room.

Not modelled: the active cycle's limit (a quarter of the CPU); memory other than the items (clients' buffers,
the table that grows by doubling); that the server looks at neighbours in its table, not at keys far apart.
"""

import random
from bisect import bisect_left
from collections.abc import Sequence
from math import inf

from cachelab.workload.policies.policy import Policy, listed
from cachelab.workload.reclaim import CYCLE, goes_on, looked_at

__all__ = ["POLICIES", "Valkey"]

POOL = 16
FIRST = 5  # a new key's LFU counter
POLICIES = (
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
)


class Bag:
    """Keys of which one can be drawn at random."""

    def __init__(self):
        self.keys: list = []
        self._place: dict = {}

    def add(self, key) -> None:
        if key not in self._place:
            self._place[key] = len(self.keys)
            self.keys.append(key)

    def remove(self, key) -> None:
        place = self._place.pop(key, None)
        if place is not None:
            last = self.keys.pop()
            if last != key:
                self.keys[place] = last
                self._place[last] = place


class Valkey(Policy):
    """A node whose `maxmemory` holds `capacity`: items, or whatever unit `sizes` are given in.

    `policy` is the `maxmemory-policy`. Counted while it runs: `evicted`, `expired` (dead keys removed) and
    `refused` (writes that got OOM, because the policy found nothing that it may evict).
    """

    def __init__(
        self,
        capacity: int,
        policy: str = "allkeys-lru",
        samples: int = 5,
        log_factor: int = 10,
        decay: int = 1,
        seed: int = 1,
    ):
        super().__init__(capacity)
        if policy not in POLICIES:
            raise ValueError(f"policy={policy!r}: maxmemory-policy is one of {', '.join(POLICIES)}")
        if not 1 <= samples <= 64:
            raise ValueError(f"samples={samples!r}: maxmemory-samples lies between 1 and 64")
        if log_factor < 0 or decay < 0:
            raise ValueError(f"log_factor={log_factor!r}, decay={decay!r}: 0 or more (decay in minutes)")
        self.policy, self.samples, self.log_factor, self.decay = policy, samples, log_factor, decay
        self.evicted = self.expired = self.refused = 0
        self.used = 0  # in the unit of `capacity`, dead keys included
        self._mark: dict = {}  # key -> second of its last use, or minute << 8 | counter
        self._size: dict = {}
        self._dies: dict = {}  # keys with a TTL -> when
        self._all, self._mortal = Bag(), Bag()
        self._idle: list = []  # the pool, best candidate last
        self._pool: list = []
        self._cycle = -inf
        self._chance = random.Random(seed)

    def hits(
        self,
        trace: Sequence,
        times: Sequence[float] | None = None,
        sizes: Sequence[float] | None = None,
        ttls: Sequence[float] | None = None,
    ) -> bytearray:
        """As `Policy.hits`; `sizes`, `ttls` (seconds, inf: none) say what a fill of each request stores.
        Without `sizes` each item takes 1; without `ttls` none has a TTL.
        """
        keys = listed(trace)
        for name, values in (("sizes", sizes), ("ttls", ttls)):
            if values is not None and len(values) != len(keys):
                raise ValueError(f"{len(values)} {name} for {len(keys)} requests: one each")
        moments = self._moments(len(keys), times)
        sizes = None if sizes is None else listed(sizes)
        ttls = None if ttls is None else listed(ttls)
        hit = bytearray(b"\1") * len(keys)
        lfu, mark, dies, touch = self.policy.endswith("lfu"), self._mark, self._dies, self._touch
        for i, key in enumerate(keys):
            now = moments[i]
            if dies and now >= self._cycle:
                self._look_for_dead(now)
            if key in mark:
                if key not in dies or dies[key] > now:
                    mark[key] = touch(mark[key], int(now) // 60) if lfu else int(now)
                    continue
                self._remove(key)
                self.expired += 1
            hit[i] = 0
            self._store(key, now, sizes[i] if sizes else 1, ttls[i] if ttls else inf)
        return hit

    def __len__(self):
        return len(self._mark)

    def __contains__(self, key):
        return key in self._mark and self._dies.get(key, inf) > self._now

    def counter(self, key) -> int:
        """What OBJECT FREQ would say under an LFU policy."""
        return self._counter(self._mark[key], int(self._now) // 60)

    def _store(self, key, now: float, size: float, ttl: float) -> None:
        while self.used + size > self.capacity:
            victim = self._victim(now)
            if victim is None:
                self.refused += 1
                return
            self._remove(victim)
            self.evicted += 1
        self._mark[key] = (int(now) // 60) << 8 | FIRST if self.policy.endswith("lfu") else int(now)
        self._size[key] = size
        self.used += size
        self._all.add(key)
        if ttl < inf:
            self._dies[key] = now + ttl
            self._mortal.add(key)

    def _remove(self, key) -> None:
        del self._mark[key]
        self.used -= self._size.pop(key)
        self._all.remove(key)
        if self._dies.pop(key, None) is not None:
            self._mortal.remove(key)

    def _counter(self, mark: int, minute: int) -> int:
        elapsed = minute - (mark >> 8)
        counter = mark & 255
        return max(0, counter - elapsed // self.decay) if elapsed and self.decay else counter

    def _touch(self, mark: int, minute: int) -> int:
        counter = self._counter(mark, minute)
        if counter < 255 and self._chance.random() * (self.log_factor * max(0, counter - FIRST) + 1) < 1:
            counter += 1
        return minute << 8 | counter

    def _victim(self, now: float):
        keys = (self._all if self.policy.startswith("allkeys") else self._mortal).keys
        if not keys or self.policy == "noeviction":
            return None
        chance = self._chance.random
        if self.policy.endswith("random"):
            return keys[int(chance() * len(keys))]
        by = self.policy[-3:]
        mark, dies, idles, pool, count = self._mark, self._dies, self._idle, self._pool, len(keys)
        second, minute = int(now), int(now) // 60
        eligible = mark if keys is self._all.keys else dies
        while True:
            for _ in range(self.samples):
                key = keys[int(chance() * count)]
                if by == "lru":
                    idle = second - mark[key]
                elif by == "lfu":
                    idle = 255 - self._counter(mark[key], minute)
                else:
                    idle = -dies[key]
                at = bisect_left(idles, idle)
                if len(pool) == POOL:
                    if at == 0:
                        continue
                    del idles[0], pool[0]
                    at -= 1
                idles.insert(at, idle)
                pool.insert(at, key)
            while pool:
                idles.pop()
                key = pool.pop()
                if key in eligible:  # it may have gone since it was seen
                    return key

    def _look_for_dead(self, now: float) -> None:
        """The active cycle, every tenth of a second."""
        self._cycle = now + CYCLE
        keys, dies, chance = self._mortal.keys, self._dies, self._chance.random
        while keys:
            seen = {keys[int(chance() * len(keys))] for _ in range(looked_at(1))}
            dead = [key for key in seen if dies[key] <= now]
            for key in dead:
                self._remove(key)
            self.expired += len(dead)
            if not goes_on(len(dead), len(seen)):
                return
