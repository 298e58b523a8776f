"""A crowd for one hot key, on real servers: your function is called at random moments, and loads are counted.

run = crowd(get_product, cache, Waits(postgres, 0.1), rate=100, seconds=4)
run.per_refresh, run.most_at_once, run.wait(0.99)
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cachelab.workload.openloop import OpenLoop, Seen
from cachelab.workload.slow import Waits

__all__ = ["Crowd", "crowd"]

SETTLES = 0.05  # seconds, at least, after which all have seen a new value


@dataclass(frozen=True)
class Crowd:
    """What happened. Times in seconds from the start of the run."""

    seen: Seen
    loads: tuple[tuple[float, float], ...]  # (begun, ended), in the order in which they began
    seconds: float  # that it ran
    settles: float = SETTLES  # so long after the first load of a value ended, loads still belong to it

    @property
    def per_refresh(self) -> list[int]:
        """Loads begun for each new value: those before the first of them had ended, and a moment more."""
        groups: list[list[tuple[float, float]]] = []
        for load in self.loads:
            if not groups or load[0] > min(ended for _, ended in groups[-1]) + self.settles:
                groups.append([])
            groups[-1].append(load)
        return [len(group) for group in groups]

    @property
    def loads_per_refresh(self) -> float:
        """The mean of `per_refresh`, without the first, which found an empty cache, and without one that the
        end of the run has cut short; of all, if no others are left.
        """
        counts = self.per_refresh
        cut = bool(self.loads) and self.loads[-1][1] + self.settles > self.seconds
        return float(np.mean(counts[1 : len(counts) - cut] or counts or [0]))

    def under_way(self) -> tuple[list[float], list[int]]:
        """(moments, loads under way from then on)."""
        changes = sorted([(begun, 1) for begun, _ in self.loads] + [(ended, -1) for _, ended in self.loads])
        return [0.0, *(at for at, _ in changes)], [0, *np.cumsum([by for _, by in changes]).tolist()]

    @property
    def most_at_once(self) -> int:
        return max(self.under_way()[1])

    def wait(self, quantile: float) -> float:
        """Seconds that this share of the answered requests waited at most."""
        return self.seen.wait(quantile)

    def __str__(self) -> str:
        return (
            f"loads for each new value: {self.per_refresh}\n"
            f"p50 {self.wait(0.5) * 1e3:.0f} ms, p99 {self.wait(0.99) * 1e3:.0f} ms"
        )


class _Counted:
    """A reader that notes when each of its reads began and ended."""

    def __init__(self, reader, log: list):
        self._reader, self._log = reader, log

    def read(self, item: int = 7) -> str:
        begun = time.monotonic()
        try:
            return self._reader.read(item)
        finally:
            self._log.append((begun, time.monotonic()))

    def close(self) -> None:
        self._reader.close()


def crowd(
    ask: Callable[[Any, Any], Any],
    cache: Any,
    database: Waits,
    rate: float = 100.0,
    seconds: float = 4.0,
    *,
    workers: int = 60,
    at: dict[float, Callable[[], Any]] | None = None,
    seed: int = 1,
) -> Crowd:
    """Calls `ask(cache, db)` `rate` times a second at random moments, from so many threads, and says a word
    each second. `db` is a connection of `database`, one for each thread; `at` as in `OpenLoop.run`.

    Reads that have not come back when the run ends are not counted.
    """
    log: list[tuple[float, float]] = []
    load = OpenLoop(
        lambda item, db: ask(cache, db),
        rate,
        items=1,
        workers=workers,
        connect=lambda: _Counted(database.connect(), log),
        seed=seed,
    )
    began = threading.Event()
    starts: list[float] = []

    def begin():
        starts.append(time.monotonic())
        began.set()

    def word(second: int) -> Callable[[], None]:
        return lambda: print(f"{second} s", end=" · ", flush=True)

    words = {float(second): word(second) for second in range(1, int(seconds) + 1)}
    seen = load.run(seconds, at={0.0: begin, **words, **(at or {})})
    began.wait(1)
    print()
    loads = sorted((begun - starts[0], ended - starts[0]) for begun, ended in log)
    return Crowd(seen, tuple(loads), seconds, max(SETTLES, database.seconds))
