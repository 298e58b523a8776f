"""A load of customers on your own functions: who asks, how often, and what each answer took.

    from cachelab import shop
    from cachelab.workload.traffic import Customer, Traffic

    def read(user_id, db, ttl):               # your function; db is this customer's own connection
        return get_user(user_id, cache, db, ttl)

    traffic = Traffic(read, connect=shop.connect, rate=100)
    print(traffic.run(seconds=3))             # or traffic.start(), traffic.change(ttl=5), traffic.stop()

A `Customer` is one call in a thread of its own, for answers that may take too long to wait for.
"""

import math
import random
import threading
import time
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, Self

__all__ = ["Customer", "Figures", "Demand", "Popularity", "Traffic"]

TICK = 0.2  # seconds between two entries in `ticks`
WINDOW = 1.0  # seconds that each of them looks back
CUSTOMERS = 4  # threads: more would only queue for the interpreter lock
LONGEST = 600.0


@dataclass(frozen=True)
class Popularity:
    """Zipf: of `users` users, the one of rank k is asked for in proportion to 1/k^skew. 0: all alike."""

    users: int
    skew: float

    def __post_init__(self):
        if not 1 <= self.users <= 1_000_000:
            raise ValueError(f"users={self.users!r}: must be 1 to 1,000,000")
        _within("skew", self.skew, 0, 5)

    @cached_property
    def shares(self) -> list[float]:
        """The share of the requests that goes to the user of rank 1, 2, …"""
        from cachelab.workload import trace  # here: it takes numpy, and a browser has none

        return trace.shares(self.users, self.skew).tolist()

    @cached_property
    def _upto(self) -> list[float]:
        return list(accumulate(self.shares))

    def draw(self, chance: random.Random) -> int:
        """The rank of the next user asked for; ranks serve as user ids."""
        return min(bisect(self._upto, chance.random()), self.users - 1) + 1


_popularity = lru_cache(8)(Popularity)  # a slider comes back to where it was


@dataclass(frozen=True)
class Demand:
    """What the customers do: requests per second (all together), the share that writes, the TTL asked for."""

    rate: float = 200.0
    write_share: float = 0.0
    skew: float = 1.0
    ttl: float = 60

    def __post_init__(self):
        _within("rate", self.rate, 0.1, 10_000)
        _within("write_share", self.write_share, 0, 1)
        _within("skew", self.skew, 0, 5)
        if not (self.ttl > 0 and math.isfinite(self.ttl)):
            raise ValueError(f"ttl={self.ttl!r}: must be a number of seconds above 0")


@dataclass(frozen=True)
class Figures:
    """What was measured, `at` seconds after the start: rates per second, latencies (of reads) in seconds."""

    at: float
    requests: float
    hit_ratio: float | None  # share of the reads that cost no query; None: no read was answered
    p50: float | None
    p99: float | None
    queries: float
    errors: float  # requests that raised
    waiting: float  # how long the slowest request now under way has been waiting

    def __str__(self):
        def ms(seconds):
            return "–" if seconds is None else f"{seconds * 1e3:.2f} ms"

        hits = "–" if self.hit_ratio is None else f"{self.hit_ratio:.0%}"
        return (
            f"{self.requests:.0f} requests/s · hit ratio {hits} · p50 {ms(self.p50)} · p99 {ms(self.p99)} · "
            f"{self.queries:.0f} database queries/s · {self.errors:.0f} errors/s"
        )


@dataclass(frozen=True)
class _Call:
    end: float
    seconds: float
    write: bool
    queries: int
    failed: bool


class _Run:
    """One start-to-stop of the traffic. A call that hangs over from an earlier one cannot disturb it."""

    def __init__(self, sessions: list):
        self.over = threading.Event()
        self.start = self.end = time.monotonic()
        self.sessions = sessions
        self.calls: list[_Call] = []  # list.append is atomic, so the customers share it
        self.under_way: dict[int, float] = {}
        self.ticks: list[Figures] = []
        self.threads: list[threading.Thread] = []

    def figures(self, window: float) -> Figures:
        now = self.end if self.over.is_set() else time.monotonic()
        elapsed = now - self.start
        window = max(min(window, elapsed), 1e-9)
        recent = []
        for call in reversed(self.calls.copy()):
            if call.end < now - window - 0.5:  # they end nearly in order
                break
            if now - window < call.end <= now:
                recent.append(call)
        reads = [call for call in recent if not call.write and not call.failed]
        took = sorted(call.seconds for call in reads)
        return Figures(
            at=elapsed,
            requests=len(recent) / window,
            hit_ratio=sum(call.queries == 0 for call in reads) / len(reads) if reads else None,
            p50=took[len(took) // 2] if took else None,
            p99=took[int(len(took) * 0.99)] if took else None,
            queries=sum(call.queries for call in recent) / window,
            errors=sum(call.failed for call in recent) / window,
            waiting=now - min(self.under_way.copy().values(), default=now),
        )


class Traffic:
    """Customers who call `read(user_id, db, ttl)` and, with the chance `write_share`, `write(user_id, db)`.

    connect     returns a session with `.queries` and `.close()`, such as shop.connect; each customer has one
    users       how many there are to ask for; ids 1 to `users`, id 1 the most popular
    customers   threads that take turns at the rate asked for; nobody makes up for time lost to a slow call
    limit       seconds after which it stops by itself
    listener    called with the traffic after each tick and at the end, from a thread of the traffic
    seed        the same seed draws the same users for each customer
    and the fields of `Demand`, which `change` can change on the way.

    A function that raises counts as an error (`last_error` says what), and the traffic goes on.
    """

    def __init__(
        self,
        read: Callable[[int, Any, float], Any],
        write: Callable[[int, Any], Any] | None = None,
        *,
        connect: Callable[[], Any],
        users: int = 2000,
        customers: int = CUSTOMERS,
        limit: float = 60.0,
        seed: int = 1,
        listener: Callable[["Traffic"], None] | None = None,
        **load,
    ):
        for name, function in (("read", read), ("connect", connect)) + ((("write", write),) if write else ()):
            if not callable(function):
                raise TypeError(f"{name}={function!r}: must be a function")
        if not 1 <= customers <= 16:
            raise ValueError(f"customers={customers!r}: must be 1 to 16 threads")
        _within("limit", limit, 0.1, LONGEST)
        self.load = Demand(**load)
        self._needs_write(self.load, write)
        _popularity(users, self.load.skew)
        self.users, self.customers, self.limit, self.seed = users, customers, limit, seed
        self.listener = listener
        self.last_error = ""
        self._read, self._write, self._connect = read, write, connect
        self._run: _Run | None = None
        self._lock = threading.RLock()

    @property
    def running(self) -> bool:
        return self._run is not None and not self._run.over.is_set()

    @property
    def ticks(self) -> list[Figures]:
        """The figures of this run, one entry every 0.2 s, each over the second before it."""
        return list(self._run.ticks) if self._run else []

    @property
    def now(self) -> Figures | None:
        """The latest second; None before the first start."""
        return self._run.figures(WINDOW) if self._run else None

    @property
    def total(self) -> Figures | None:
        """The whole run so far; None before the first start."""
        return self._run.figures(math.inf) if self._run else None

    @property
    def popularity(self) -> Popularity:
        return _popularity(self.users, self.load.skew)

    @property
    def can_write(self) -> bool:
        """Whether there is a function that writes."""
        return self._write is not None

    def change(self, **load) -> Self:
        """Another rate, write_share, skew or ttl, from the next request on."""
        unknown = load.keys() - Demand.__dataclass_fields__.keys()
        if unknown:
            known = ", ".join(Demand.__dataclass_fields__)
            raise TypeError(f"{', '.join(sorted(unknown))}: a load has {known}")
        wanted = replace(self.load, **load)
        self._needs_write(wanted, self._write)
        self.load = wanted
        return self

    def start(self) -> Self:
        """Begin a new run, from an empty record. Does nothing while one is on."""
        with self._lock:
            if self.running:
                return self
            sessions = []
            try:
                for _ in range(self.customers):
                    sessions.append(self._connect())
            except BaseException:
                for session in sessions:
                    session.close()
                raise
            self.last_error = ""
            run = self._run = _Run(sessions)
            run.threads = [
                threading.Thread(target=self._visit, args=(run, number), daemon=True, name=f"visits {number}")
                for number in range(self.customers)
            ]
            run.threads.append(threading.Thread(target=self._watch, args=(run,), daemon=True, name="traffic"))
            for thread in run.threads:
                thread.start()
        return self

    def stop(self, patience: float = 1.0) -> Self:
        """End the run. Waits up to `patience` seconds for calls under way; later ones are not counted."""
        run = self._run
        if run is not None:
            with self._lock:
                if not run.over.is_set():
                    run.end = time.monotonic()
                    run.over.set()
            deadline = time.monotonic() + patience
            for thread in run.threads:
                if thread is not threading.current_thread():
                    thread.join(max(0, deadline - time.monotonic()))
        return self

    close = stop  # each customer closes its own connection on leaving

    def run(self, seconds: float) -> Figures:
        """Traffic for so many seconds, and its figures. An interrupt stops it too."""
        _within("seconds", seconds, 0, self.limit)
        self.start()
        try:
            self._run.over.wait(seconds)
        finally:
            self.stop()
        return self.total

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        self.stop()

    def _visit(self, run: _Run, number: int) -> None:
        db = run.sessions[number]
        chance = random.Random(f"{self.seed}/{number}")
        due = run.start + number / self.load.rate
        try:
            while not run.over.wait(max(0, due - time.monotonic())):
                load = self.load
                user_id = self.popularity.draw(chance)
                write = chance.random() < load.write_share
                due = max(due + self.customers / load.rate, time.monotonic())
                queries, failed = db.queries, False
                begin = run.under_way[number] = time.monotonic()
                try:
                    if write:
                        self._write(user_id, db)
                    else:
                        self._read(user_id, db, load.ttl)
                except Exception as error:
                    failed = True
                    self.last_error = f"{type(error).__name__}: {error}"
                end = time.monotonic()
                del run.under_way[number]
                run.calls.append(_Call(end, end - begin, write, db.queries - queries, failed))
        finally:
            db.close()

    def _watch(self, run: _Run) -> None:
        try:
            while not run.over.wait(TICK):
                run.ticks.append(run.figures(WINDOW))
                self._tell()
                if run.ticks[-1].at >= self.limit:
                    break
        finally:
            self.stop(patience=0)
            if self._run is run:
                self._tell()

    def _tell(self) -> None:
        if self.listener:
            self.listener(self)

    @staticmethod
    def _needs_write(load: Demand, write) -> None:
        if load.write_share and write is None:
            raise ValueError(f"write_share={load.write_share!r} needs a function: Traffic(read, write, …)")


class Customer:
    """One call in a thread of its own: `Customer(get_user, 42, cache, db)`. Its repr says how long it waited.

    The thread cannot be interrupted, but it does not keep the kernel from ending either.
    """

    def __init__(self, call: Callable, *args, **kwargs):
        self._begin = time.monotonic()
        self._end: float | None = None
        self._answer: Any = None
        self._error: BaseException | None = None
        self._served = threading.Event()
        threading.Thread(target=self._ask, args=(call, args, kwargs), daemon=True, name="customer").start()

    @property
    def served(self) -> bool:
        """Whether the call has come back, with an answer or an error."""
        return self._served.is_set()

    @property
    def seconds(self) -> float:
        """How long the call took, or has taken so far."""
        return (self._end or time.monotonic()) - self._begin

    @property
    def answer(self) -> Any:
        """What the call returned, or raised; RuntimeError while it is still under way."""
        if not self.served:
            raise RuntimeError(f"no answer yet after {self.seconds:.1f} s; .wait(seconds) waits for it")
        if self._error is not None:
            raise self._error
        return self._answer

    def wait(self, seconds: float) -> Self:
        """Wait for the answer, at most so long. After a second a dot each half second shows the wait."""
        deadline = time.monotonic() + seconds
        pause, dots = 1.0, False
        while not self._served.wait(min(pause, max(0, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                break
            print("·" if dots else "waiting ·", end=" ", flush=True)
            pause, dots = 0.5, True
        if dots:
            print()
        return self

    def __repr__(self):
        if not self.served:
            return f"still waiting after {self.seconds:.1f} s"
        if self._error is not None:
            return f"{type(self._error).__name__} after {self.seconds:.2f} s: {self._error}"
        return f"answered after {self.seconds:.2f} s"

    def _ask(self, call, args, kwargs) -> None:
        try:
            self._answer = call(*args, **kwargs)
        except BaseException as error:
            self._error = error
        self._end = time.monotonic()
        self._served.set()


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name}={value!r}: must lie between {low:g} and {high:,g}")
