"""A database whose capacity is known: PostgreSQL with a disk of so many arms.

Each read holds one arm (an advisory lock) for a fixed time, first come, first served, so that it can serve
`arms`/`seconds` reads a second at most, on a fast machine and on a slow one. The rest of PostgreSQL is real:
connections, its limit on them, `statement_timeout`.
"""

import psycopg

from cachelab.engines import Engine

__all__ = ["Disk", "Reader"]

LOCK = 808  # the first half of the advisory locks' names
FUNCTION = """
CREATE OR REPLACE FUNCTION cachelab_read(id bigint, seconds float8, arms int)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(%s, (id %% arms)::int);
  PERFORM pg_sleep(seconds);
  RETURN 'row ' || id;
END $$"""


class Reader:
    """One connection. `queries` counts its reads, as shop.connect's does."""

    def __init__(self, connection: psycopg.Connection, disk: "Disk"):
        self._connection, self._disk = connection, disk
        self.queries = 0

    def read(self, item: int) -> str:
        """The row of an item: "row 7". Raises psycopg.errors.QueryCanceled after the time-out."""
        self.queries += 1
        query = "SELECT cachelab_read(%s, %s, %s)"
        return self._connection.execute(query, (item, self._disk.seconds, self._disk.arms)).fetchone()[0]

    def close(self) -> None:
        self._connection.close()


class Disk:
    """`postgres` as a disk with so many arms, each busy for so many seconds with a read.

    `timeout`: PostgreSQL's statement_timeout for every reader, in seconds; the wait for an arm counts too.
    """

    def __init__(self, postgres: Engine, seconds: float = 0.005, arms: int = 1, timeout: float | None = None):
        if not 0.001 <= seconds <= 10:
            raise ValueError(f"seconds={seconds!r}: 0.001 to 10 seconds for a read")
        if not 1 <= arms <= 1000:
            raise ValueError(f"arms={arms!r}: 1 to 1,000")
        if timeout is not None and not timeout >= 0.001:
            raise ValueError(f"timeout={timeout!r}: a millisecond or more, in seconds, or None")
        self.seconds, self.arms = seconds, arms
        self._url = postgres.url
        self._options = "" if timeout is None else f"-c statement_timeout={round(timeout * 1000)}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(FUNCTION % LOCK)

    @property
    def capacity(self) -> float:
        """Reads per second at most; a little less with what comes on top of the sleep, about 1 ms."""
        return self.arms / self.seconds

    def connect(self) -> Reader:
        """A connection of one's own; close it. Raises psycopg.OperationalError if there is none left."""
        return Reader(psycopg.connect(self._url, autocommit=True, options=self._options), self)
