"""Eviction as Memcached 1.6 does it in one size class, in both of its modes.

Source: memcached/memcached, items.c and doc/new_lru.txt. ElastiCache starts Memcached with `no_modern`
(parameter groups for Memcached, `no_modern=1`); upstream's default is the segmented LRU. Assumed: all items
in one slab class, so that `capacity` counts chunks, and no TTLs. Which size classes own how many pages is not
modelled, and decides more than the policy does when sizes change.
"""

from collections import OrderedDict

from cachelab.workload.policies.policy import Policy

__all__ = ["Memcached", "MemcachedNoModern"]


class Memcached(Policy):
    """Segmented LRU, the upstream default: hot, warm and cold lists.

    New items are hot. What falls out of the hot or the warm list is cold, unless it was read twice; cold
    items that are read twice become warm. The coldest goes. The lists' limits are shares of the memory (20
    and 40 %); their age limits are not modelled. The server rebalances in a thread of its own, a moment
    later.
    """

    HOT, WARM = 0.2, 0.4

    def __init__(self, capacity: int):
        super().__init__(capacity)
        if capacity < 5:
            raise ValueError(f"capacity={capacity}: the lists need room for 5 items at least")
        self._hot, self._warm, self._cold = OrderedDict(), OrderedDict(), OrderedDict()
        self._list_of: dict = {}
        self._reads: dict = {}  # since it came, or became warm; up to 2

    def _run(self, keys, hit, times):
        list_of, reads, hot, warm, cold = self._list_of, self._reads, self._hot, self._warm, self._cold
        hot_room, warm_room = int(self.HOT * self.capacity), int(self.WARM * self.capacity)
        for i, key in enumerate(keys):
            if key in list_of:
                if reads[key] < 2:
                    reads[key] += 1
                    if reads[key] < 2 or list_of[key] is not cold:
                        continue
                elif list_of[key] is not cold:
                    continue
                del cold[key]
            else:
                hit[i] = 0
                if len(list_of) >= self.capacity:
                    victim = cold.popitem(last=False)[0]
                    del list_of[victim], reads[victim]
                hot[key], list_of[key], reads[key] = None, hot, 0
                if len(hot) <= hot_room:
                    continue
                key = hot.popitem(last=False)[0]
                if reads[key] < 2:
                    cold[key], list_of[key] = None, cold
                    continue
            while True:  # `key` becomes warm, and may push others out
                warm[key], list_of[key], reads[key] = None, warm, 1  # to stay it has to be read again
                if len(warm) <= warm_room:
                    break
                key = warm.popitem(last=False)[0]
                if reads[key] < 2:
                    cold[key], list_of[key] = None, cold
                    break

    def __len__(self):
        return len(self._list_of)

    def __contains__(self, key):
        return key in self._list_of


class MemcachedNoModern(Policy):
    """`-o no_modern`: one list, in which a hit moves an item to the front at most once a minute.

    Among items younger than a minute it is therefore FIFO, among older ones nearly LRU. Give `times`.
    """

    INTERVAL = 60  # seconds

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._moved: OrderedDict = OrderedDict()  # key -> the second it came to the front

    def _run(self, keys, hit, times):
        moved, capacity, interval = self._moved, self.capacity, self.INTERVAL
        to_front, evict = moved.move_to_end, moved.popitem
        for i, key in enumerate(keys):
            since = moved.get(key)
            if since is not None:
                if since < int(times[i]) - interval:
                    moved[key] = int(times[i])
                    to_front(key)
                continue
            hit[i] = 0
            if len(moved) >= capacity:
                evict(last=False)
            moved[key] = int(times[i])

    def __len__(self):
        return len(self._moved)

    def __contains__(self, key):
        return key in self._moved
