"""After a flush: a cache that works well is emptied once. Does it come back?

    world = Flush(rate=1000, servers=10, load_time=0.05)     # 200 loads/s; steady misses need a third of that
    world.advance(60)                                        # or second by second, as a bench draws it
    world.success, world.recovered

Requests for many items come at random moments. A miss joins the database's one line; its caller gives up
after `patience` seconds and perhaps tries again, but what was asked of the database is done all the same.
With `fill="client"` the caller stores the answer, so that an answer to somebody who has left is lost. That is
what keeps the cache empty: every place is busy for a reader who is gone. It takes a `limit` on the line, no
more than can be served before they lose patience.

Not modelled: the application's own workers. Hits are answered at once here; where the callers of slow loads
hold all the workers, hits wait behind them and the collapse is deeper (`make bench` shows both).

Sources: Bronson et al., "Metastable failures in distributed systems" (HotOS 2021); Huang et al., "Metastable
failures in the wild" (OSDI 2022).
"""

import math
import random
from bisect import bisect
from collections import deque
from itertools import accumulate

from cachelab.workload import trace
from cachelab.workload.queueing.events import Events

__all__ = ["SHOP", "Flush"]

# A shop that `flushed` runs on real servers, too: requests per second for so many items, each given up after
# `patience` and tried once more.
SHOP = {"rate": 200.0, "items": 3000, "skew": 0.9, "patience": 0.15, "retries": 1}


class Flush:
    """Requests, a cache and a database with one line. Times in seconds; a figure for each second.

    rate, items, skew   requests per second, for so many items, by Zipf's law
    ttl                 of a filled item
    servers, load_time  the database serves so many loads at once, each for so long
    patience, retries   a caller waits so long, and tries so many times more
    backoff             before a retry: a random share of backoff · 2ⁿ seconds; 0 retries at once
    budget              retries per request allowed on average (0.1 is 10 %); None: no limit
    fill                "client": whoever asked stores it, if still there; "late": all that was loaded
    limit               so many may wait in line, further misses fail at once; None: no limit
    flight              one load for an item at a time; later callers wait for it
    newest_first        the line is served from its end
    flush               when the cache is emptied; it is warm before

    Figures, lists with an entry for each second so far: arrived, answered, failed (for good), hits, loads
    (begun), in_line (at its end).
    """

    def __init__(
        self,
        rate: float = 1000.0,
        items: int = 5000,
        skew: float = 0.9,
        ttl: float = 60.0,
        servers: int = 10,
        load_time: float = 0.05,
        patience: float = 0.5,
        retries: int = 2,
        backoff: float = 0.0,
        budget: float | None = None,
        fill: str = "client",
        limit: int | None = None,
        flight: bool = False,
        newest_first: bool = False,
        flush: float = 20.0,
        seed: int = 1,
    ):
        for name, value in {
            "rate": rate,
            "items": items,
            "ttl": ttl,
            "servers": servers,
            "load_time": load_time,
            "patience": patience,
        }.items():
            if not (value > 0 and math.isfinite(value)):
                raise ValueError(f"{name}={value!r}: must be a number above 0")
        if fill not in ("client", "late"):
            raise ValueError(f"fill={fill!r}: 'client' (who asked stores it) or 'late' (all is stored)")
        if limit is not None and limit < 0 or retries < 0 or backoff < 0:
            raise ValueError(f"limit={limit!r}, retries={retries!r}, backoff={backoff!r}: 0 or more")
        self.rate, self.items, self.ttl, self.servers, self.load_time = rate, items, ttl, servers, load_time
        self.patience, self.retries, self.backoff, self.budget = patience, retries, backoff, budget
        self.late, self.limit, self.flight, self.newest_first = fill == "late", limit, flight, newest_first
        self._upto = list(accumulate(trace.weights(items, skew)))
        self._rates = [rate * weight / self._upto[-1] for weight in trace.weights(items, skew)]
        self._draw = random.Random(f"requests {seed}")
        self._chance = random.Random(seed)
        self._events = Events()
        self._until = self._warm()  # item -> when it expires
        self._line: deque = deque()
        self._busy = 0
        self._tokens = 1.0
        self._waiting: dict[int, list] = {}  # with `flight`: item -> callers of the load under way
        self._figures: dict[str, list[int]] = {
            name: [] for name in ("arrived", "answered", "failed", "hits", "loads", "in_line")
        }
        self.flushed_at = flush
        self._events.at(flush, self._until.clear)
        self._next_arrival()

    @property
    def steady_load(self) -> float:
        """Loads per second of the warm cache: Σ λ/(1 + λ·ttl)."""
        return sum(rate / (1 + rate * self.ttl) for rate in self._rates)

    @property
    def used(self) -> float:
        """The share of the database that the warm cache needs."""
        return self.steady_load * self.load_time / self.servers

    def advance(self, seconds: float = 1.0) -> "Flush":
        """Let so many whole seconds pass."""
        for _ in range(round(seconds)):
            for figures in self._figures.values():
                figures.append(0)
            self._events.run(len(self._figures["arrived"]))
            self._figures["in_line"][-1] = len(self._line)
        return self

    def __getattr__(self, name: str) -> list[int]:
        figures = self.__dict__.get("_figures", {})
        if name not in figures:
            raise AttributeError(f"a Flush has no {name!r}; its figures are {', '.join(figures)}, success")
        return list(figures[name])

    @property
    def success(self) -> list[float]:
        """Of the requests that ended in each second, answered or given up, the share that was answered."""
        ended = zip(self.answered, self.failed, strict=True)
        return [answered / max(1, answered + failed) for answered, failed in ended]

    @property
    def recovered(self) -> float | None:
        """Seconds after the flush from which on 98 % of the requests succeed; None: not yet."""
        after = self.success[int(self.flushed_at) :]
        seconds = max((second for second, share in enumerate(after, 1) if share < 0.98), default=0)
        return float(seconds) if seconds + 3 <= len(after) else None

    def _warm(self) -> dict[int, float]:
        chance, until = self._draw.random, {}
        for item, rate in enumerate(self._rates):
            if chance() < rate * self.ttl / (1 + rate * self.ttl):
                until[item] = chance() * self.ttl
        return until

    def _next_arrival(self):
        item = bisect(self._upto, self._draw.random() * self._upto[-1], hi=self.items - 1)
        self._events.at(self._events.now + self._draw.expovariate(self.rate), self._arrive, item)

    def _count(self, name: str):
        self._figures[name][-1] += 1

    def _arrive(self, item: int):
        self._next_arrival()
        self._count("arrived")
        if self.budget is not None:
            self._tokens = min(100.0, self._tokens + self.budget)
        self._ask(item, 0)

    def _ask(self, item: int, tried: int):
        now = self._events.now
        if self._until.get(item, -1.0) > now:
            self._count("hits")
            self._count("answered")
            return
        caller = [item, tried, True]  # the last: still there
        if self.flight and item in self._waiting:
            self._waiting[item].append(caller)
        elif self.limit is not None and self._busy >= self.servers and len(self._line) >= self.limit:
            self._give_up(item, tried)
            return
        else:
            load = [caller]
            if self.flight:
                self._waiting[item] = load
            self._line.append((item, load))
            self._serve()
        self._events.at(now + self.patience, self._lose_patience, caller)

    def _serve(self):
        while self._line and self._busy < self.servers:
            item, callers = self._line.pop() if self.newest_first else self._line.popleft()
            self._busy += 1
            self._count("loads")
            self._events.at(self._events.now + self.load_time, self._loaded, item, callers)

    def _loaded(self, item: int, callers: list):
        self._busy -= 1
        if self.flight:
            self._waiting.pop(item, None)
        still_there = [caller for caller in callers if caller[2]]
        for caller in still_there:
            caller[2] = False
            self._count("answered")
        if still_there or self.late:
            self._until[item] = self._events.now + self.ttl
        self._serve()

    def _lose_patience(self, caller: list):
        item, tried, waiting = caller
        if waiting:
            caller[2] = False
            self._give_up(item, tried)

    def _give_up(self, item: int, tried: int):
        if tried >= self.retries or (self.budget is not None and self._tokens < 1):
            self._count("failed")
            return
        if self.budget is not None:
            self._tokens -= 1
        if self.backoff:
            wait = self.backoff * 2**tried * self._chance.random()
            self._events.at(self._events.now + wait, self._ask, item, tried + 1)
        else:
            self._ask(item, tried + 1)
