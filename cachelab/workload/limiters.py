"""Rate limiters as functions of time: a limiter takes the time of a request and says whether it lets it in.

Each knows `limit` and `window` (seconds), and nothing else; time is an argument, so that a minute takes none.
They are what one key on one server would decide; what goes wrong when several clients decide at the same
time is not here but in `races` (see tests/pure/races/test_rules.py).

Sources: GCRA is ATM's generic cell rate algorithm (ITU-T I.371), the sliding counter Cloudflare's ("How we
built rate limiting capable of scaling to millions of domains", 2017).
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

import numpy as np

__all__ = ["DEMANDS", "LIMITERS", "decisions", "demand", "most_in_a_window"]

Limiter = Callable[[float], bool]


class Windows:
    """A counter for each window of the clock: INCR on a key that names the minute."""

    def __init__(self, limit: int, window: float):
        self.limit, self.window, self._counts = limit, window, {}

    def __call__(self, now: float) -> bool:
        number = int(now // self.window)
        self._counts[number] = self._counts.get(number, 0) + 1
        return self._counts[number] <= self.limit


class FromTheFirst:
    """A counter whose TTL begins with its first request."""

    renews = False

    def __init__(self, limit: int, window: float):
        self.limit, self.window, self._count, self._ends = limit, window, 0, -np.inf

    def __call__(self, now: float) -> bool:
        if now >= self._ends:
            self._count = 0
        if self._count == 0 or self.renews:
            self._ends = now + self.window
        self._count += 1
        return self._count <= self.limit


class RenewedEachTime(FromTheFirst):
    """The same with EXPIRE at every request: who never rests for a window never gets a new one."""

    renews = True


class Log:
    """A sorted set of the times that were let in."""

    keeps_refused = False

    def __init__(self, limit: int, window: float):
        self.limit, self.window, self._times = limit, window, deque()

    def __call__(self, now: float) -> bool:
        while self._times and self._times[0] <= now - self.window:
            self._times.popleft()
        enters = len(self._times) < self.limit
        if enters or self.keeps_refused:
            self._times.append(now)
        return enters


class LogOfAll(Log):
    """The same with the refused ones in it: ZADD first, ZCARD afterwards."""

    keeps_refused = True


class SlidingCounter:
    """Two counters: this window's, and what is left of the last one's, as if its requests had been even."""

    def __init__(self, limit: int, window: float):
        self.limit, self.window, self._counts = limit, window, {}

    def __call__(self, now: float) -> bool:
        number, into = divmod(now, self.window)
        before = self._counts.get(number - 1, 0) * (1 - into / self.window)
        if before + self._counts.get(number, 0) >= self.limit:
            return False
        self._counts[number] = self._counts.get(number, 0) + 1
        return True


class Bucket:
    """Tokens that come back at limit / window a second, at most `burst` of them (default: the limit).

    One time stamp is enough (GCRA): when the bucket would be full again.
    """

    def __init__(self, limit: int, window: float, burst: int | None = None):
        self.each = window / limit
        self._most = ((burst or limit) - 1) * self.each
        self._full_at = -np.inf

    def __call__(self, now: float) -> bool:
        full_at = max(self._full_at, now)
        if full_at - now > self._most + 1e-9:
            return False
        self._full_at = full_at + self.each
        return True


LIMITERS: dict[str, Callable[..., Limiter]] = {
    "counter by the clock": Windows,
    "from the first": FromTheFirst,
    "TTL each time": RenewedEachTime,
    "log": Log,
    "log of all": LogOfAll,
    "sliding counter": SlidingCounter,
    "bucket": Bucket,
}


def decisions(limiter: Limiter, times: Iterable[float]) -> list[bool]:
    """Whether each request is let in; `times` in order, in seconds."""
    return [limiter(now) for now in times]


def most_in_a_window(times: Sequence[float], let_in: Sequence[bool], window: float) -> int:
    """The most requests that were let in within any `window` seconds."""
    inside = np.asarray(times)[np.asarray(let_in, dtype=bool)]
    begins = np.searchsorted(inside, inside - window, side="right")
    return int((np.arange(len(inside)) - begins + 1).max(initial=0))


def _steady(rate: float, seconds: float, window: float) -> np.ndarray:
    return np.arange(0, seconds, 1 / rate)


def _edge(rate: float, seconds: float, window: float) -> np.ndarray:
    """All at once: a burst just before each second window of the clock begins, and one just after."""
    count = max(1, round(rate * window))
    bursts = np.arange(window, seconds, 2 * window)
    before = [edge - 1 + np.arange(count) / (1.1 * count) for edge in bursts]
    after = [edge + np.arange(count) / (1.1 * count) for edge in bursts]
    return np.sort(np.concatenate([*before, *after])) if len(bursts) else np.empty(0)


def _random(rate: float, seconds: float, window: float) -> np.ndarray:
    gaps = np.random.default_rng(1).exponential(1 / rate, int(2 * rate * seconds) + 20)
    times = gaps.cumsum()
    return times[times < seconds]


DEMANDS = {"steady": _steady, "bursts at the edge": _edge, "at random": _random}


def demand(shape: str, rate: float, seconds: float, window: float) -> np.ndarray:
    """The times of requests, in seconds: `rate` a second on average (in bursts: a window's worth at once).

    Raises ValueError for a shape that is not in DEMANDS."""
    if shape not in DEMANDS:
        raise ValueError(f"no demand {shape!r}; there are {', '.join(DEMANDS)}")
    return DEMANDS[shape](rate, seconds, window)
