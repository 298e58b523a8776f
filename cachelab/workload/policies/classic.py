"""The policies of the textbook: FIFO, LRU, CLOCK, random and LFU.

Each is exact, for items of one size without a TTL. Under independent requests (each drawn with a fixed
popularity) `curves.lru` and `curves.fifo` give the hit ratios of LRU, FIFO and random without any trace.
"""

import random
from collections import OrderedDict, deque

from cachelab.workload.policies.policy import Policy

__all__ = ["Clock", "FIFO", "LFU", "LRU", "Random"]


class FIFO(Policy):
    """The item that came first goes first, however often it was read."""

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._items: set = set()
        self._queue: deque = deque()  # in the order they came

    def _run(self, keys, hit, times):
        items, queue, capacity = self._items, self._queue, self.capacity
        for i, key in enumerate(keys):
            if key in items:
                continue
            hit[i] = 0
            if len(items) >= capacity:
                items.remove(queue.popleft())
            items.add(key)
            queue.append(key)

    def __len__(self):
        return len(self._items)

    def __contains__(self, key):
        return key in self._items


class LRU(Policy):
    """The item that was not used for longest goes first (least recently used)."""

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._items: OrderedDict = OrderedDict()  # least recent first

    def _run(self, keys, hit, times):
        items, capacity = self._items, self.capacity
        use, evict = items.move_to_end, items.popitem
        for i, key in enumerate(keys):
            if key in items:
                use(key)
                continue
            hit[i] = 0
            if len(items) >= capacity:
                evict(last=False)
            items[key] = None

    def __len__(self):
        return len(self._items)

    def __contains__(self, key):
        return key in self._items


class Clock(Policy):
    """FIFO with a second chance: an item that was read since it was last looked at goes to the back instead.

    Source: F. J. Corbató, "A paging experiment with the Multics system" (1968). One bit an item.
    """

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._read: dict = {}  # key -> whether it was read
        self._queue: deque = deque()

    def _run(self, keys, hit, times):
        read, queue, capacity = self._read, self._queue, self.capacity
        for i, key in enumerate(keys):
            if key in read:
                read[key] = True
                continue
            hit[i] = 0
            if len(read) >= capacity:
                oldest = queue.popleft()
                while read[oldest]:
                    read[oldest] = False
                    queue.append(oldest)
                    oldest = queue.popleft()
                del read[oldest]
            read[key] = False
            queue.append(key)

    def __len__(self):
        return len(self._read)

    def __contains__(self, key):
        return key in self._read


class Random(Policy):
    """Any item may go, each with the same chance."""

    def __init__(self, capacity: int, seed: int = 1):
        super().__init__(capacity)
        self._place: dict = {}  # key -> where it stands in `items`
        self._items: list = []
        self._chance = random.Random(seed)

    def _run(self, keys, hit, times):
        place, items, capacity, chance = self._place, self._items, self.capacity, self._chance.random
        for i, key in enumerate(keys):
            if key in place:
                continue
            hit[i] = 0
            if len(items) < capacity:
                place[key] = len(items)
                items.append(key)
            else:
                at = int(chance() * capacity)
                del place[items[at]]
                items[at] = key
                place[key] = at

    def __len__(self):
        return len(self._items)

    def __contains__(self, key):
        return key in self._place


class LFU(Policy):
    """The item read least often since it came goes first; of equals, the one that was not used for longest.

    Counts are exact, never fade, and are forgotten when the item goes. A server's LFU differs in all three:
    see `Valkey`.
    """

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._count: dict = {}
        self._with: dict[int, OrderedDict] = {}  # count -> keys with it, least recent first
        self._least = 1

    def _run(self, keys, hit, times):
        count, groups, capacity = self._count, self._with, self.capacity
        for i, key in enumerate(keys):
            seen = count.get(key)
            if seen is None:
                hit[i] = 0
                if len(count) >= capacity:
                    group = groups[self._least]
                    del count[group.popitem(last=False)[0]]
                    if not group:
                        del groups[self._least]
                self._least = 1
                seen = 0
            else:
                group = groups[seen]
                del group[key]
                if not group:
                    del groups[seen]
                    if self._least == seen:
                        self._least = seen + 1
            count[key] = seen + 1
            try:
                groups[seen + 1][key] = None
            except KeyError:
                groups[seen + 1] = OrderedDict({key: None})

    def __len__(self):
        return len(self._count)

    def __contains__(self, key):
        return key in self._count
