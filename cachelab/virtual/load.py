"""Requests: so many customers who wait for their answers, or arrivals that wait for nobody."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from .errors import Ended
from .scheduler import Scheduler
from .threads import spawn

Rate = float | Callable[[float], float]


class Request(NamedTuple):
    """When it arrived, when a thread took it up, when it was answered; `outcome` is "ok" or the error's
    name.
    """

    arrived: float
    began: float
    ended: float
    outcome: str
    answer: Any

    @property
    def took(self) -> float:
        """Seconds from the arrival: waiting for a thread counts."""
        return self.ended - self.arrived


class Load:
    """What became of the requests of one experiment.

    `sent answered failed unanswered errors`, `percentile(99)`, `slower_than(seconds)`, `per_second()`, and
    each one in `requests`.
    """

    def __init__(self, name: str, began: float):
        self.name, self.began = name, began
        self.requests: list[Request] = []  # in the order in which they were answered
        self.sent = 0
        self.seconds = 0.0

    @property
    def answered(self) -> int:
        return sum(request.outcome == "ok" for request in self.requests)

    @property
    def failed(self) -> int:
        """Errors, and those that were never answered."""
        return self.sent - self.answered

    @property
    def unanswered(self) -> int:
        return self.sent - len(self.requests)

    @property
    def errors(self) -> Counter[str]:
        return Counter(request.outcome for request in self.requests if request.outcome != "ok")

    def percentile(self, percent: float) -> float:
        """Response time in seconds that so many per cent do not exceed; who was never answered took for
        ever.
        """
        if not 0 <= percent <= 100:
            raise ValueError(f"percentile({percent!r}): a percentage lies between 0 and 100.")
        if not self.sent:
            return math.nan
        times = sorted(request.took for request in self.requests) + [math.inf] * self.unanswered
        return times[max(0, math.ceil(len(times) * percent / 100) - 1)]

    def slower_than(self, seconds: float) -> int:
        return sum(request.took > seconds for request in self.requests) + self.unanswered

    def per_second(self, outcome: str | None = "ok", width: float = 1.0) -> list[float]:
        """Answers a second with this outcome (None: any), for each `width` seconds after the beginning."""
        last = max((request.ended for request in self.requests), default=self.began)
        counts = [0] * (math.floor((last - self.began) / width) + 1)
        for request in self.requests:
            if outcome is None or request.outcome == outcome:
                counts[math.floor((request.ended - self.began) / width)] += 1
        return [count / width for count in counts]

    def __repr__(self) -> str:
        if not self.sent:
            return f"{self.name}: no requests"
        errors = "".join(f", {count} {name}" for name, count in sorted(self.errors.items()))
        never = f", {self.unanswered} never answered" if self.unanswered else ""
        times = ", ".join(f"p{p} {self.percentile(p) * 1e3:.1f} ms" for p in (50, 99))
        return f"{self.name}: {self.answered:,} of {self.sent:,} answered{errors}{never}; {times}"


class Threads:
    """Threads that take up jobs in the order of their arrival: at most `most` of them, None for as many as
    it takes.
    """

    def __init__(self, scheduler: Scheduler, name: str, most: int | None):
        if most is not None and most < 1:
            raise ValueError(f"threads={most!r}: at least one is needed, or None for as many as it takes.")
        self._scheduler, self._name, self._most = scheduler, name, most
        self._jobs: deque[Callable[[], None]] = deque()
        self._idle: deque = deque()
        self._count = self._free = 0
        self._over = False

    def do(self, job: Callable[[], None]) -> None:
        self._jobs.append(job)
        if self._free:
            self._free -= 1
            self._scheduler.wake(self._idle)
        elif self._most is None or self._count < self._most:
            self._count += 1
            spawn(self._scheduler, self._work, f"{self._name}-{self._count}")

    def _work(self) -> None:
        while True:
            while self._jobs:
                self._jobs.popleft()()
            if self._over:
                return
            self._free += 1
            self._scheduler.wait(self._idle, None, "the next request")

    def end(self) -> None:
        """Those that are idle end; the others do so when they have answered."""
        self._over, self._free = True, 0
        self._scheduler.wake(self._idle, len(self._idle))


def open_loop(
    scheduler: Scheduler,
    chance: Random,
    function: Callable,
    rate: Rate,
    seconds: float,
    arguments: Callable[[Random], tuple] | None,
    threads: int | None,
    patience: float,
    name: str,
) -> Load:
    """Poisson arrivals, whatever becomes of the earlier ones; waits until all are answered, or `patience`
    is over.
    """
    _positive(seconds=seconds)
    highest = _highest(rate, seconds)
    load, pool, began = Load(name, scheduler.now), Threads(scheduler, name, threads), scheduler.now
    load.seconds = seconds
    done: deque = deque()
    state = {"arriving": True}

    def answered() -> None:
        if not state["arriving"] and len(load.requests) == load.sent:
            scheduler.wake(done)

    def arrive() -> None:
        if not callable(rate) or chance.random() * highest < rate(scheduler.now - began):
            load.sent += 1
            pool.do(_request(scheduler, load, function, arguments(chance) if arguments else (), answered))
        following()

    def following() -> None:
        pause = chance.expovariate(highest)
        if scheduler.now + pause < began + seconds:
            scheduler.after(pause, arrive)
        else:
            scheduler.after(began + seconds - scheduler.now, stop)

    def stop() -> None:
        state["arriving"] = False
        answered()

    following()
    scheduler.wait(done, seconds + patience, f"the requests of {name!r}")
    state["arriving"] = False
    pool.end()
    return load


def closed_loop(
    scheduler: Scheduler,
    chance: Random,
    function: Callable,
    clients: int,
    seconds: float | None,
    times: int | None,
    think: float,
    arguments: Callable[[Random], tuple] | None,
    name: str,
) -> Load:
    """So many clients, each of which waits for its answer, thinks, and asks again."""
    if clients < 1:
        raise ValueError(f"clients={clients!r}: at least one is needed.")
    if (seconds is None) == (times is None):
        raise ValueError("Say either for how many seconds the clients ask, or how many times.")
    load, began, left, done = Load(name, scheduler.now), scheduler.now, clients, deque()

    def client() -> None:
        nonlocal left
        asked = 0
        while (times is None or asked < times) and (seconds is None or scheduler.now < began + seconds):
            asked += 1
            load.sent += 1
            _request(scheduler, load, function, arguments(chance) if arguments else (), lambda: None)()
            if think > 0:
                scheduler.wait(None, think, "its next thought")
            elif seconds is not None and scheduler.now == load.requests[-1].arrived:
                scheduler.wait(None, 1e-6, "its next thought")  # an answer in no time: let time pass
        left -= 1
        if not left:
            scheduler.wake(done)

    for number in range(1, clients + 1):
        spawn(scheduler, client, f"{name}-{number}")
    scheduler.wait(done, None, f"the clients of {name!r}")
    load.seconds = scheduler.now - began
    return load


def _request(
    scheduler: Scheduler, load: Load, function: Callable, arguments: tuple, answered: Callable[[], None]
) -> Callable[[], None]:
    arrived = scheduler.now

    def run() -> None:
        began, outcome, answer = scheduler.now, "ok", None
        try:
            answer = function(*arguments)
        except Ended:
            raise
        except BaseException as error:
            outcome, answer = type(error).__name__, error.with_traceback(None)
        load.requests.append(Request(arrived, began, scheduler.now, outcome, answer))
        answered()

    return run


def _highest(rate: Rate, seconds: float) -> float:
    """The highest rate; of a function, the highest of a thousand looks at it."""
    if not callable(rate):
        _positive(rate=rate)
        return rate
    highest = max(rate(seconds * step / 1000) for step in range(1001))
    if not highest > 0 or min(rate(seconds * step / 1000) for step in range(1001)) < 0:
        raise ValueError("rate: requests a second are never negative, and not zero throughout.")
    return highest


def _positive(**values: float) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise ValueError(f"{name}={value!r}: a positive number is needed.")
