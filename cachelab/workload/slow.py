"""Queries of a known duration on the real PostgreSQL: one that waits, one that computes.

`Waits` takes its time however many run at once (a remote service with room to spare). `Computes` keeps a core
busy, and all of them share one: two at once take twice as long. `connect()` gives either a connection of its
own with `read(item)`.
"""

import os
import time

import psutil
import psycopg

from cachelab.engines import Engine

__all__ = ["Computes", "Waits"]

FIRST = 100_000  # rows, for a first measurement


class Reader:
    """One connection."""

    def __init__(self, connection: psycopg.Connection, query: str):
        self.connection, self.query = connection, query

    def read(self, item: int = 7) -> str:
        """The row of an item, "row 7", after the query's time."""
        self.connection.execute(self.query)
        return f"row {item}"

    def close(self) -> None:
        self.connection.close()


class Waits:
    """A query that waits `seconds`, and needs nothing meanwhile."""

    def __init__(self, postgres: Engine, seconds: float = 0.1):
        if not 0.001 <= seconds <= 10:
            raise ValueError(f"seconds={seconds!r}: 0.001 to 10 seconds for a query")
        self.seconds, self._url = seconds, postgres.url
        self._query = f"SELECT pg_sleep({seconds})"

    def connect(self) -> Reader:
        """A connection of one's own; close it. Raises psycopg.OperationalError if there is none left."""
        return Reader(psycopg.connect(self._url, autocommit=True), self._query)


class Computes(Waits):
    """A query that computes for about `seconds` when it is alone, on one core that all of them share.

    The core: each connection's server process is bound to the same one, where the system can do that
    (Linux) and the server is of this machine; `bound` says so. Else they share whatever cores there are.
    """

    def __init__(self, postgres: Engine, seconds: float = 0.025):
        super().__init__(postgres, seconds)
        self.bound = hasattr(psutil.Process, "cpu_affinity") and postgres.pid is not None
        self._core = max(os.sched_getaffinity(0)) if self.bound else None
        self._query = _sum_of(FIRST)
        reader = self.connect()
        self.rows = max(1000, round(FIRST * seconds / _fastest(reader)))
        reader.query = self._query = _sum_of(self.rows)
        self.seconds = _fastest(reader)
        reader.close()

    def connect(self) -> Reader:
        reader = super().connect()
        reader.connection.execute("SET max_parallel_workers_per_gather = 0")
        if self.bound:
            psutil.Process(reader.connection.info.backend_pid).cpu_affinity([self._core])
        return reader


def _sum_of(rows: int) -> str:
    # The inner SELECT streams its numbers. In FROM, generate_series would be stored first: up to work_mem for
    # each of a crowd, more than a small machine has.
    return f"SELECT sum(sqrt(i)) FROM (SELECT generate_series(1, {rows}) i) numbers"


def _fastest(reader: Reader) -> float:
    """Seconds a read takes: the least of fifteen, for a busy machine only adds to it."""
    took = []
    for _ in range(15):
        start = time.perf_counter()
        reader.read()
        took.append(time.perf_counter() - start)
    return min(took)
