"""Customers who come when they come, whether or not anybody is served: an open loop.

    load = OpenLoop(get_user, rate=400, items=2000, connect=shop.connect, patience=0.5)
    seen = load.run(seconds=6, at={2.0: cache.flushall})
    print(seen)                        # or seen.per_second(), seen.wait(0.99)

`traffic.Traffic` is a closed loop: its customers wait for their answer before they ask again, so that a slow
server is asked less and the slow moments are hardly seen (coordinated omission). Here each request has its
moment, drawn before the run, and waits from then on: first in line for one of the `workers`, then for its
answer.
"""

import heapq
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from cachelab.learner.words import counted
from cachelab.workload import trace

__all__ = ["OpenLoop", "Seen", "one_by_one"]

MOST = 500_000  # requests in one run
LONGEST = 600.0  # seconds
TAKES = 5.0  # seconds that calls under way get at the end


@dataclass(frozen=True)
class Seen:
    """How a run went: one entry per request, in the order they came. Times in seconds from the start."""

    came: np.ndarray
    items: np.ndarray
    waits: np.ndarray  # from `came` to the answer or to giving up; nan: neither happened by the end
    answered: np.ndarray  # booleans: in time
    errors: Mapping[str, int]  # what the function raised, by the exception's name, tries counted one by one
    asked: int  # calls of the function: tries again count, dropped requests do not
    hanging: int  # calls that had not come back at the end; their threads are left to themselves

    @property
    def success(self) -> float:
        """The share of the requests that ended, of which an answer came in time."""
        ended = ~np.isnan(self.waits)
        return float(self.answered.sum() / max(1, ended.sum()))

    def wait(self, quantile: float) -> float:
        """Seconds that this share of the answered requests waited at most, the line included; nan if none."""
        waits = self.waits[self.answered]
        return float(np.quantile(waits, quantile)) if len(waits) else float("nan")

    def per_second(self, width: float = 1.0) -> dict[str, np.ndarray]:
        """`at` (where an interval begins), `came`, `answered`, `failed`, per second, by moment of arrival."""
        edges = np.arange(0, (self.came[-1] if len(self.came) else 0) + width, width)
        ended = ~np.isnan(self.waits)
        count = {
            "came": np.ones(len(self.came), bool),
            "answered": self.answered,
            "failed": ended & ~self.answered,
        }
        rows = {name: np.histogram(self.came[which], edges)[0] / width for name, which in count.items()}
        return {"at": edges[:-1], **rows}

    def __str__(self) -> str:
        errors = ", ".join(f"{count} {name}" for name, count in self.errors.items()) or "no errors"
        return (
            f"{counted(self.came, 'request')}, {self.success:.0%} answered in time, "
            f"p50 {self.wait(0.5) * 1e3:.1f} ms, p99 {self.wait(0.99) * 1e3:.1f} ms, {errors}"
        )


class OpenLoop:
    """Requests at random moments for `ask(item)`, or `ask(item, connection)` with `connect`.

    ask        your function; any answer will do, an exception is a failure
    rate       requests per second, all together
    items      so many to ask for, by Zipf's law with `skew`; item 0 is the most popular
    workers    threads that serve the line, as an application's do; what finds none free waits in line
    connect    called once by each worker; what it returns is handed to `ask`, and closed at the end
    patience   seconds a customer waits from its arrival; an answer after that is no success. None: for ever
    retries    a customer that failed or lost patience asks so many times more, at once, with new patience
    drops      a worker that finds a customer gone does not call `ask` for it; False: it does, as servers do
    seed       the same seed draws the same moments and items
    """

    def __init__(
        self,
        ask: Callable[..., Any],
        rate: float,
        *,
        items: int = 1000,
        skew: float = 0.99,
        workers: int = 40,
        connect: Callable[[], Any] | None = None,
        patience: float | None = None,
        retries: int = 0,
        drops: bool = False,
        seed: int = 1,
    ):
        for name, function in (("ask", ask), ("connect", connect)):
            if function is not None and not callable(function) or ask is None:
                raise TypeError(f"{name}={function!r}: must be a function")
        if not 0 < rate <= 20_000:
            raise ValueError(f"rate={rate!r}: requests per second, above 0 and up to 20,000")
        if not 1 <= workers <= 200:
            raise ValueError(f"workers={workers!r}: 1 to 200 threads")
        if patience is not None and not patience > 0:
            raise ValueError(f"patience={patience!r}: seconds above 0, or None")
        if retries < 0:
            raise ValueError(f"retries={retries!r}: 0 or more")
        trace.shares(items, skew)
        self.ask, self.rate, self.items, self.skew, self.workers = ask, rate, items, skew, workers
        self.connect, self.patience, self.retries, self.drops = connect, patience, retries, drops
        self.seed = seed

    def run(self, seconds: float, at: Mapping[float, Callable[[], Any]] | None = None) -> Seen:
        """Let customers come for so many seconds, and serve those in line until then.

        `at`: functions to call so many seconds after the start, each in a thread of its own. What they raise
        is raised here once the run is over. An interrupt ends the run.
        """
        if not 0 < seconds <= LONGEST or seconds * self.rate > MOST:
            raise ValueError(f"seconds={seconds!r}: at most {LONGEST:g}, and {MOST:,} requests in one run")
        return _Run(self, seconds, dict(at or {})).run()


class _Run:
    """One run: the calling thread is the clock, workers serve the line of (request, which try of it)."""

    def __init__(self, load: OpenLoop, seconds: float, at: dict):
        self.load, self.seconds = load, seconds
        chance = np.random.default_rng(load.seed)
        gaps = chance.exponential(1 / load.rate, round(load.rate * seconds * 1.3) + 50)
        came = np.cumsum(gaps)
        self.came = came[came < seconds]
        self.items = np.array(trace.zipf(len(self.came), load.items, load.skew, load.seed))
        self.waits = np.full(len(self.came), np.nan)
        self.answered = np.zeros(len(self.came), bool)
        self.tries = [0] * len(self.came)  # which try of each request counts; -1: it has ended
        self.errors: Counter = Counter()
        self.asked = 0
        self.line: queue.Queue = queue.Queue()
        self.clock = threading.Condition()
        self.since = self.came.tolist()  # when its customer began to wait for this try
        self.due: list = []  # a heap of (moment, number of the entry, call, given)
        self.planned = 0
        for number, moment in enumerate(self.since):
            self._plan(moment, self._arrive, number)
        for moment, call in at.items():
            self._plan(moment, self._meanwhile, call)
        self.over = False
        self.called: list[threading.Thread] = []
        self.broken: list[BaseException] = []

    def run(self) -> Seen:
        workers = [
            threading.Thread(target=self._work, args=(connection,), daemon=True, name=f"worker {number}")
            for number, connection in enumerate(self._connect())
        ]
        try:
            for worker in workers:
                worker.start()
            self.start = time.monotonic()
            self._tick()
        finally:
            with self.clock:
                self.over = True
            for _ in workers:
                self.line.put(None)
            deadline = time.monotonic() + TAKES
            for thread in [*workers, *self.called]:
                if thread.ident is not None:
                    thread.join(max(0.0, deadline - time.monotonic()))
        if self.broken:
            raise self.broken[0]
        hanging = sum(worker.is_alive() for worker in workers)
        return Seen(
            self.came, self.items, self.waits, self.answered, dict(self.errors), self.asked, hanging
        )  # fmt: skip

    @property
    def now(self) -> float:
        return time.monotonic() - self.start

    def _connect(self) -> list:
        if self.load.connect is None:
            return [None] * self.load.workers
        connections: list = []
        try:
            for _ in range(self.load.workers):
                connections.append(self.load.connect())
        except BaseException:
            for connection in connections:
                self._close(connection)
            raise
        return connections

    def _tick(self) -> None:
        """Do what is due, each at its moment: arrivals, lost patience, and what happens besides."""
        with self.clock:
            while True:
                now = self.now
                if self.due and self.due[0][0] <= min(now, self.seconds):
                    moment, _, call, given = heapq.heappop(self.due)
                    call(moment, *given)
                elif now >= self.seconds:
                    return
                else:
                    self.clock.wait(min(self.due[0][0] if self.due else self.seconds, self.seconds) - now)

    def _plan(self, moment: float, call: Callable, *given) -> None:
        self.planned += 1
        heapq.heappush(self.due, (moment, self.planned, call, given))

    def _arrive(self, moment: float, number: int) -> None:
        """A customer joins the line, at first or again."""
        self.since[number] = moment
        self.line.put((number, self.tries[number]))
        if self.load.patience is not None:
            self._plan(moment + self.load.patience, self._leave, number, self.tries[number])
            self.clock.notify()

    def _leave(self, moment: float, number: int, tried: int) -> None:
        """A customer that has waited long enough asks again, or goes."""
        if self.tries[number] == tried:
            self._again(moment, number)

    def _again(self, moment: float, number: int) -> None:
        if self.tries[number] < self.load.retries:
            self.tries[number] += 1
            self._arrive(moment, number)
        else:
            self._end(moment, number)

    def _end(self, moment: float, number: int) -> None:
        self.tries[number] = -1
        self.waits[number] = moment - self.came[number]

    def _meanwhile(self, moment: float, call: Callable[[], Any]) -> None:
        def work():
            try:
                call()
            except BaseException as error:
                self.broken.append(error)

        self.called.append(threading.Thread(target=work, daemon=True, name="meanwhile"))
        self.called[-1].start()

    def _work(self, connection) -> None:
        given = () if self.load.connect is None else (connection,)
        try:
            while (request := self.line.get()) is not None:
                number, tried = request
                with self.clock:
                    if self.over or (self.load.drops and self.tries[number] != tried):
                        continue
                    self.asked += 1
                failure = ""
                try:
                    self.load.ask(int(self.items[number]), *given)
                except Exception as error:
                    failure = type(error).__name__
                with self.clock:
                    if self.over:
                        continue
                    if failure:
                        self.errors[failure] += 1
                    self._settle(number, tried, failure)
        finally:
            self._close(connection)

    def _settle(self, number: int, tried: int, failure: str) -> None:
        """A call has come back; its customer may have left, also when the clock has not come round to it."""
        now, patience = self.now, self.load.patience
        if self.tries[number] != tried:
            return
        if patience is not None and now - self.since[number] > patience:
            self._again(self.since[number] + patience, number)
        elif failure:
            self._again(now, number)
        else:
            self.answered[number] = True
            self._end(now, number)

    @staticmethod
    def _close(connection) -> None:
        if hasattr(connection, "close"):
            with suppress(Exception):
                connection.close()


def one_by_one(ask: Callable[[], Any], seconds: float, pause: float = 0.005) -> np.ndarray:
    """The waits, in seconds, that a closed loop of one sees: ask, wait for the answer, pause, ask again."""
    waits, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.perf_counter()
        ask()
        waits.append(time.perf_counter() - begun)
        time.sleep(pause)
    return np.array(waits)
