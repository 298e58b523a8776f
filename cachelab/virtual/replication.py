"""Replicas of a virtual cache: what each of them has, and when. Asynchronous, as in Valkey: a write is
answered before any replica knows of it, and what is still on its way when the primary dies is lost.

Held against a real primary and replica in tests/engines/test_virtual.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .engine import Content, Data


@dataclass
class Replica:
    """`lag` is the seconds from a write until the replica has it and has said so; math.inf: it never does."""

    lag: float
    offset: int = 0  # of the last write it has
    content: Content = field(default_factory=dict)


class Replication:
    """The writes of one primary, numbered from 1 on (`offset`), on their way to its replicas."""

    def __init__(self, after: Callable, lags: Sequence[float]):
        for lag in lags:
            _lag(lag)
        self.replicas = [Replica(float(lag)) for lag in lags]
        self.offset = 0
        self._after = after
        self._data: Data | None = None
        self._touched = False
        self._life = 0  # of the primary: what a dead one has sent does not arrive

    def lag(self, number: int, seconds: float) -> None:
        """Change one replica's lag from now on. A link that speaks again brings all that was missed."""
        _lag(seconds)
        self.replicas[number].lag = float(seconds)
        self._send(self.replicas[number])

    def have(self, offset: int) -> int:
        """How many replicas have this write."""
        return sum(replica.offset >= offset for replica in self.replicas)

    # what the primary's data calls

    def follow(self, data: Data) -> None:
        """This is the primary's data from now on; who followed another one takes all of it over."""
        again = self._data is not None
        self._data = data
        data.replication = self
        data.dbs[0].add_change_callback(self._touch)
        if again:
            self._touched = True
            self.written()

    def written(self) -> bool:
        """Whether a command has written since this was last asked; if so, it is sent."""
        if self._touched:
            self._touched = False
            self.offset += 1
            for replica in self.replicas:
                self._send(replica)
            return True
        return False

    def promoted(self) -> Content:
        """What the replica that knows most has; a new one takes its place."""
        self._life += 1
        best = max(self.replicas, key=lambda replica: replica.offset)
        self.replicas[self.replicas.index(best)] = Replica(best.lag, best.offset, best.content)
        return best.content

    def fill(self, content: Content) -> None:
        """Give the new primary what it has; its replicas begin from there, as fast as their links are."""
        self._data.fill(content)
        self._touched = True
        self.written()

    def _touch(self) -> None:
        self._touched = True

    def _send(self, replica: Replica) -> None:
        if not math.isinf(replica.lag) and self._data is not None:
            what = (replica, self.offset, self._data.content(), self._life)
            self._after(replica.lag, lambda: self._arrive(*what))

    def _arrive(self, replica: Replica, offset: int, content: Content, life: int) -> None:
        if life == self._life and not math.isinf(replica.lag) and offset > replica.offset:
            replica.offset, replica.content = offset, content
            self._data.changed()  # whoever is in WAIT looks again


def _lag(seconds: float) -> None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        raise ValueError(f"A lag of {seconds!r}: seconds are needed, or math.inf for a link that is silent.")
