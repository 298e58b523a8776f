"""S3-FIFO: three queues, of which two hold items and one remembers names.

Source: Yang, Zhang, Qiu, Yue, Rashmi, "FIFO queues are all you need for cache eviction" (SOSP 2023). Exact,
for items of one size. New items enter a small queue (a tenth of the room). At its end, those read more than
once move to the main queue; the others go, and their names are kept in a ghost queue of the main queue's
length. An item that comes back while its name is there enters the main queue at once. The main queue is FIFO
with second chances: each item may come round once for each time it was read, at most three times.
"""

from collections import OrderedDict, deque

from cachelab.workload.policies.policy import Policy

__all__ = ["S3FIFO"]


class S3FIFO(Policy):
    """S3-FIFO, as in the paper's algorithm 1."""

    SMALL = 0.1  # the small queue's share of the room

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._reads: dict = {}  # of each item that is held, up to 3
        self._small: deque = deque()
        self._main: deque = deque()
        self._ghosts: OrderedDict = OrderedDict()

    def _run(self, keys, hit, times):
        reads, small, main, ghosts = self._reads, self._small, self._main, self._ghosts
        capacity = self.capacity
        for i, key in enumerate(keys):
            count = reads.get(key)
            if count is not None:
                if count < 3:
                    reads[key] = count + 1
                continue
            hit[i] = 0
            if len(reads) >= capacity:
                self._evict()
            reads[key] = 0
            if key in ghosts:
                del ghosts[key]
                main.append(key)
            else:
                small.append(key)

    def _evict(self):
        reads, small, main, ghosts = self._reads, self._small, self._main, self._ghosts
        room = max(1, int(self.SMALL * self.capacity))
        while len(small) >= room or not main:
            key = small.popleft()
            if reads[key] > 1:
                reads[key] = 0
                main.append(key)
                continue
            del reads[key]
            ghosts[key] = None
            if len(ghosts) > self.capacity - room:
                ghosts.popitem(last=False)
            return
        while True:
            key = main.popleft()
            if not reads[key]:
                del reads[key]
                return
            reads[key] -= 1
            main.append(key)

    def __len__(self):
        return len(self._reads)

    def __contains__(self, key):
        return key in self._reads
