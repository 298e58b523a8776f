"""Discrete events: what happens next, and when."""

import heapq
from collections.abc import Callable

__all__ = ["Events"]


class Events:
    """A heap of calls to come; of two at the same moment the one planned first happens first."""

    def __init__(self):
        self.now = 0.0  # seconds
        self._heap: list[tuple] = []
        self._number = 0

    def at(self, moment: float, call: Callable, *given) -> None:
        """Plan a call."""
        self._number += 1
        heapq.heappush(self._heap, (moment, self._number, call, given))

    def run(self, until: float) -> None:
        """Let everything happen that is planned before `until`."""
        heap, pop = self._heap, heapq.heappop
        while heap and heap[0][0] < until:
            self.now, _, call, given = pop(heap)
            call(*given)
        self.now = max(self.now, until)
