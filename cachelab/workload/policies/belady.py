"""Belady's policy: evict what will be asked for last. Nobody can, but nobody can do better.

Source: L. A. Belady, "A study of replacement algorithms for a virtual-storage computer" (IBM Systems Journal,
1966). Optimal for items of one size when every miss must be stored; it looks ahead in the trace it is given,
so that a trace in slices makes it short-sighted: give it the whole.
"""

import heapq

from cachelab.workload.policies.policy import Policy

__all__ = ["Belady"]


class Belady(Policy):
    """The bound for all the others."""

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._next: dict = {}  # key held -> the request that will ask for it next

    def _run(self, keys, hit, times):
        requests = len(keys)
        following, last = [0] * requests, {}
        for i in range(requests - 1, -1, -1):
            following[i] = last.get(keys[i], requests + i)  # never again: later than all
            last[keys[i]] = i
        held, capacity = self._next, self.capacity
        for number, key in enumerate(held):  # left from an earlier trace
            held[key] = last.get(key, 2 * requests + number)
        farthest = [(-when, key) for key, when in held.items()]
        heapq.heapify(farthest)
        push, pop = heapq.heappush, heapq.heappop
        for i, key in enumerate(keys):
            if key not in held:
                hit[i] = 0
                if len(held) >= capacity:
                    when, victim = pop(farthest)
                    while held.get(victim) != -when:  # it was asked for since, or is gone
                        when, victim = pop(farthest)
                    del held[victim]
            held[key] = following[i]
            push(farthest, (-following[i], key))

    def __len__(self):
        return len(self._next)

    def __contains__(self, key):
        return key in self._next
