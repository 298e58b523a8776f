"""Who did what, when: every command that a server executed, every query, every incident."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .scheduler import Scheduler


class Event(NamedTuple):
    """`who` did `what` to `key` of `where`, `at` so many seconds; it took so many, and ended in `outcome`."""

    at: float
    who: str
    where: str
    what: str
    key: str
    took: float
    outcome: str


class Log:
    """The events of a run, in the order in which they ended."""

    def __init__(self, scheduler: Scheduler):
        self._scheduler = scheduler
        self._events: list[Event] = []

    def add(
        self, who: str, where: str, what: str, key: str = "", began: float | None = None, outcome: str = "ok"
    ) -> None:
        now = self._scheduler.now
        began = now if began is None else began
        self._events.append(Event(began, who, where, what, key, now - began, outcome))

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, index):
        return self._events[index]

    def where(self, condition: Callable[[Event], bool]) -> list[Event]:
        return [event for event in self._events if condition(event)]

    def fingerprint(self) -> str:
        """The same for two runs whose events are the same to the last digit of every time."""
        digest = hashlib.sha256()
        for event in self._events:
            digest.update(repr(tuple(event)).encode())
        return digest.hexdigest()

    def table(self, limit: int = 20) -> str:
        """The first events, one a line."""
        rows = [f"{'at':>10}  {'who':14} {'where':10} {'what':10} {'key':24} {'took':>9}  outcome"]
        for event in self._events[:limit]:
            rows.append(
                f"{event.at:10.4f}  {event.who[:14]:14} {event.where[:10]:10} {event.what[:10]:10} "
                f"{event.key[:24]:24} {event.took:9.4f}  {event.outcome}"
            )
        if len(self._events) > limit:
            rows.append(f"… {len(self._events) - limit:,} more")
        return "\n".join(rows)

    def __repr__(self) -> str:
        return f"<{len(self._events):,} events until {self._scheduler.now:g} s>"
