"""A database of known capacity in virtual time: so many queries at once, so many seconds each, and a line."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

from cachelab.learner.words import counted

from .log import Log
from .scheduler import Scheduler, Ticket, here
from .sockets import Duration


class DatabaseError(Exception):
    """A query that the database did not answer."""


class StatementTimeout(DatabaseError):
    """canceling statement due to statement timeout: it waited, or ran, longer than `statement_timeout`."""


class PoolTimeout(DatabaseError):
    """No connection became free within `pool_wait` seconds."""


class DatabaseDown(DatabaseError):
    """The database does not answer at all."""


class Line:
    """`servers` queries run at the same time, each at full speed; the others wait in the order of their
    arrival.
    """

    def __init__(self, scheduler: Scheduler, servers: int):
        self._scheduler, self.servers = scheduler, servers
        self._running = 0
        self._waiting: deque[Ticket] = deque()

    def serve(self, seconds: float, limit: float | None) -> bool:
        """Run for so many seconds, waiting and running for at most `limit`; False if that was not enough."""
        began = self._scheduler.now
        if self._running < self.servers:
            self._running += 1
        elif not self._scheduler.wait(self._waiting, limit, "a turn in the database"):
            return False
        try:
            left = None if limit is None else max(0.0, limit - (self._scheduler.now - began))
            self._scheduler.wait(None, seconds if left is None else min(seconds, left), "its query")
            return left is None or seconds <= left
        finally:
            self.free()

    def free(self) -> None:
        if self._running > self.servers or not self._scheduler.wake(self._waiting):
            self._running -= 1

    def resize(self, servers: int) -> None:
        self.servers = servers
        while self._running < servers and self._scheduler.wake(self._waiting):
            self._running += 1


class Shared:
    """All queries run at once and share `servers` processors: the more there are, the slower each is."""

    def __init__(self, scheduler: Scheduler, servers: int):
        self._scheduler, self.servers = scheduler, servers
        self._left: dict[object, float] = {}  # seconds of work to do, in order of arrival
        self._lines: dict[object, deque[Ticket]] = {}
        self._seen = 0.0
        self._next: Ticket | None = None

    def serve(self, seconds: float, limit: float | None) -> bool:
        self._advance()
        job, line = object(), deque()
        self._left[job], self._lines[job] = seconds, line
        self._plan()
        try:
            return self._scheduler.wait(line, limit, "its query")
        finally:
            self._advance()
            self._left.pop(job, None)
            self._lines.pop(job, None)
            self._plan()

    def resize(self, servers: int) -> None:
        self._advance()
        self.servers = servers
        self._plan()

    def _speed(self) -> float:
        return min(1.0, self.servers / len(self._left)) if self._left else 1.0

    def _advance(self) -> None:
        done = (self._scheduler.now - self._seen) * self._speed()
        self._seen = self._scheduler.now
        for job in self._left:
            self._left[job] -= done

    def _plan(self) -> None:
        if self._next is not None:
            self._next.done = True
            self._next = None
        if self._left:
            least = max(0.0, min(self._left.values()))
            self._next = self._scheduler.after(least / self._speed(), self._finish)

    def _finish(self) -> None:
        self._next = None
        self._advance()
        for job in [job for job, left in self._left.items() if left <= 1e-9]:
            del self._left[job]
            self._scheduler.wake(self._lines.pop(job))
        self._plan()


class Database:
    """A database of which one knows what it can do, and that counts what it is asked.

    * `servers` queries run at once, `service` seconds each (or a function of a `random.Random`); the others
      wait.
    * `shared=True`: no line, all run at once on `servers` processors and slow each other down.
    * `connections`: so many at most are inside, in the line too; who waits for one longer than `pool_wait`
      seconds gets a PoolTimeout.
    * `statement_timeout`: seconds from the connection on, waiting included; then the query is cancelled.

    `rows` is what is in it; `read` and `write` are queries, and `run` is any other.

    >>> from cachelab import virtual
    >>> with virtual.time() as clock:
    ...     database = clock.database(servers=2, service=0.1, rows={"user:42": "Ada"})
    ...     database.read("user:42")
    ...     print(round(clock.now, 3), database.loads, f"{database.per_second:.0f} a second")
    'Ada'
    0.1 1 20 a second
    """

    def __init__(
        self,
        scheduler: Scheduler,
        log: Log,
        name: str = "database",
        servers: int = 4,
        service: Duration = 0.02,
        shared: bool = False,
        connections: int | None = None,
        pool_wait: float | None = None,
        statement_timeout: float | None = None,
        rows: dict | None = None,
        chance: Random | None = None,
    ):
        _whole(servers=servers)
        if connections is not None:
            _whole(connections=connections)
        self.name, self.service = name, service
        self.connections, self.pool_wait, self.statement_timeout = connections, pool_wait, statement_timeout
        self.rows = {} if rows is None else rows
        self.loads = self.finished = self.in_flight = self.most_in_flight = 0
        self.began: list[float] = []  # when each query arrived
        self.failing: Callable[[], Exception] | None = None
        self._scheduler, self._log, self._chance = scheduler, log, chance or Random(0)
        self._way = (Shared if shared else Line)(scheduler, servers)
        self._waiting: deque[Ticket] = deque()

    @property
    def servers(self) -> int:
        return self._way.servers

    @property
    def per_second(self) -> float:
        """What it can do: queries a second. Of a service time that varies, by the mean of 10,000 draws."""
        if not callable(self.service):
            return self.servers / self.service
        chance = Random(0)
        return self.servers * 10_000 / sum(self.service(chance) for _ in range(10_000))

    def capacity(self, servers: int | None = None, service: Duration | None = None) -> float:
        """Change what it can do from now on; returns queries a second."""
        if service is not None:
            self.service = service
        if servers is not None:
            _whole(servers=servers)
            self._way.resize(servers)
        return self.per_second

    def kill(self) -> None:
        """Every query fails at once with DatabaseDown, until `restart()`."""
        self.failing = lambda: DatabaseDown("connection refused: the database is down")

    def restart(self) -> None:
        self.failing = None

    def read(self, key: Any) -> Any:
        """One query: the row of this key, or None."""
        return self.run(lambda: self.rows.get(key), "read", key)

    def write(self, key: Any, value: Any) -> None:
        """One query: set the row; it counts from the end of the query on."""
        self.run(lambda: self.rows.__setitem__(key, value), "write", key)

    def run(self, work: Callable[[], Any] | None = None, what: str = "query", key: Any = "") -> Any:
        """One query, whose answer is `work()` at its end. Raises a DatabaseError if there is none."""
        scheduler, me, began = self._scheduler, here(), self._scheduler.now
        if me is None:
            raise DatabaseError("The database lives in virtual time: ask it inside virtual.time().")
        self.loads += 1
        self.began.append(began)
        outcome = "ended"
        try:
            if self.failing is not None:
                raise self.failing()
            self._enter()
            try:
                self._serve()
                if self.failing is not None:
                    raise self.failing()
                answer = None if work is None else work()
            finally:
                self._leave()
            self.finished += 1
            outcome = "ok"
            return answer
        except Exception as error:
            outcome = type(error).__name__
            raise
        finally:
            if not scheduler.closing:
                self._log.add(me.name, self.name, what, str(key), began, outcome)

    def _enter(self) -> None:
        if self.connections is not None and self.in_flight >= self.connections:
            if not self._scheduler.wait(self._waiting, self.pool_wait, "a connection to the database"):
                raise PoolTimeout(f"no connection became free within {self.pool_wait:g} s")
        else:
            self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def _leave(self) -> None:
        if not self._scheduler.wake(self._waiting):
            self.in_flight -= 1

    def _serve(self) -> None:
        seconds = self.service(self._chance) if callable(self.service) else self.service
        if not self._way.serve(seconds, self.statement_timeout):
            raise StatementTimeout(
                f"canceling statement due to statement timeout ({self.statement_timeout:g} s)"
            )

    def peak(self, window: float = 1.0) -> float:
        """The most queries that arrived within any `window` seconds, per second."""
        most = first = 0
        for last, at in enumerate(self.began):
            while self.began[first] <= at - window:
                first += 1
            most = max(most, last - first + 1)
        return most / window

    def __repr__(self) -> str:
        loads = counted(self.loads, "query")
        return f"<{self.name}: {loads}, {self.finished} finished, {self.in_flight} in flight>"


def _whole(**values: int) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name}={value!r}: a whole number of at least 1 is needed.")
