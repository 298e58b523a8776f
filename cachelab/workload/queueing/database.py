"""A database as a queue knows it: how long do loads take when several are under way?

Three kinds. `Delay`: each takes its own time, however many there are (a remote service with room to spare).
`Line`: so many are served at once, the others wait their turn (a pool of connections). `Cores`: all are
served at once and share the cores, each getting at most one (PostgreSQL on queries that compute).
"""

import heapq
from collections import deque
from collections.abc import Callable

from cachelab.workload.queueing.events import Events

__all__ = ["Cores", "Delay", "KINDS", "Line"]


class Delay:
    """Room without end."""

    def __init__(self, events: Events, capacity: int = 0):
        self._events = events
        self.under_way = 0

    def load(self, seconds: float, done: Callable[[], object]) -> None:
        """Begin a load of so much work; `done()` is called when it ends."""
        self.under_way += 1
        self._events.at(self._events.now + seconds, self._end, done)

    def _end(self, done):
        self.under_way -= 1
        done()


class Line(Delay):
    """`capacity` loads are served at once, first come, first served."""

    def __init__(self, events: Events, capacity: int):
        super().__init__(events)
        self.capacity = capacity
        self.line: deque = deque()

    def load(self, seconds, done):
        if self.under_way < self.capacity:
            super().load(seconds, done)
        else:
            self.line.append((seconds, done))

    def _end(self, done):
        super()._end(done)
        while self.line and self.under_way < self.capacity:
            super().load(*self.line.popleft())


class Cores(Delay):
    """Processor sharing: n loads on `capacity` cores each proceed at min(1, capacity/n) of full speed.

    Kept on a clock of its own, the work that each load under way has received: a load ends when that clock
    has advanced by its work, so that an arrival costs no walk over the others.
    """

    def __init__(self, events: Events, capacity: int):
        super().__init__(events)
        self.capacity = capacity
        self._received = 0.0  # work per load so far
        self._looked = 0.0
        self._ends: list = []  # a heap of (value of _received at its end, number, done)
        self._number = 0
        self._planned = 0

    def load(self, seconds, done):
        self._advance()
        self.under_way += 1
        self._number += 1
        heapq.heappush(self._ends, (self._received + seconds, self._number, done))
        self._plan()

    @property
    def _speed(self) -> float:
        return min(1.0, self.capacity / max(1, self.under_way))

    def _advance(self):
        self._received += (self._events.now - self._looked) * self._speed
        self._looked = self._events.now

    def _plan(self):
        self._planned += 1
        if self._ends:
            left = max(0.0, self._ends[0][0] - self._received)
            self._events.at(self._events.now + left / self._speed, self._first_ends, self._planned)

    def _first_ends(self, planned):
        if planned == self._planned:  # else somebody came or went meanwhile
            self._advance()
            _, _, done = heapq.heappop(self._ends)
            self.under_way -= 1
            self._plan()
            done()


KINDS = {"delay": Delay, "line": Line, "cores": Cores}
