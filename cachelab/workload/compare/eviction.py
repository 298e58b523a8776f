"""Who goes first when a cache is full?"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Victims", "next_second", "victims"]


@dataclass(frozen=True)
class Victims:
    """Of the items that were there first: half were read again, half were not. How many of each are gone."""

    read: int
    unread: int

    @property
    def share(self) -> float:
        """The share of the victims that had been read: half if reading made no difference; 0 if none went."""
        gone = self.read + self.unread
        return self.read / gone if gone else 0.0

    def __str__(self) -> str:
        gone = self.read + self.unread
        return f"{self.read} of {gone} victims had been read again ({self.share:.0%})"


def next_second() -> None:
    """Wait until the next second of the clock has begun, and Valkey, which looks ten times a second, knows.

    What follows at once then happens within one tick of its LRU clock.
    """
    time.sleep(1.15 - time.time() % 1)


def victims(
    put: Callable[[Sequence[str]], object],
    read: Callable[[Sequence[str]], int],
    *,
    full: Callable[[], object] = lambda: None,
    pause: float = 0.0,
    items: int = 2400,
    more: int = 700,
    seed: int | None = None,
) -> Victims:
    """Fill a cache, read a random half of it twice, push more in, and see which half paid for it.

    `put(keys)` stores a value under each key; `read(keys)` reads them and returns how many are there.
    `full()` is called once `items` are in, to set the limit where the server can change it. `pause`:
    seconds before the reading and before the pushing.
    """
    old = [f"old:{i}" for i in range(items)]
    for start in range(0, items, 100):
        put(old[start : start + 100])
    full()
    half = set(random.Random(seed).sample(old, items // 2))
    chosen, rest = sorted(half), sorted(set(old) - half)
    time.sleep(pause)
    for _ in range(2):
        read(chosen)
    time.sleep(pause)
    for start in range(0, more, 50):
        put([f"new:{i}" for i in range(start, min(start + 50, more))])
    return Victims(read=len(chosen) - read(chosen), unread=len(rest) - read(rest))
