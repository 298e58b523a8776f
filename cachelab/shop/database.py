"""A connection to the shop's database: it counts its queries and outlives a restart of the server."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from cachelab.learner.words import counted

from .distance import Distance, DistantEngine

if TYPE_CHECKING:  # imported below where it is used: a browser has no psycopg
    import psycopg


class Session:
    """One connection. Threads that share it take turns; for queries side by side, open several.

    A lost connection is replaced before the next query. While the server is down, that raises
    psycopg.OperationalError, and the query after the server's return succeeds again.
    """

    queries: int
    """Queries sent so far. Set it to 0 to start counting again."""

    def __init__(self, engine: DistantEngine):
        self.queries = 0
        self._engine = engine
        self._distance = engine.nominal
        self._lock = threading.RLock()
        self._closed = False
        self._connection: psycopg.Connection | None = None
        self.connection  # noqa: B018 - connect now, so that a server that is down is noticed here

    @property
    def connection(self) -> psycopg.Connection:
        """The psycopg connection (autocommit, rows as dicts). Queries sent through it are not counted."""
        import psycopg
        from psycopg.rows import dict_row

        with self._lock:
            if self._closed:
                raise psycopg.OperationalError("this connection was closed: shop.connect() opens another")
            if self._connection is None or not _usable(self._connection):
                self._connection = self._engine.client(
                    row_factory=dict_row,
                    application_name="shop",
                    options="-c search_path=cachelab -c timezone=UTC",
                )
            return self._connection

    @property
    def distance(self) -> Distance:
        """How far away the server is, its round trip measured the first time this is asked for."""
        if self._distance.measured is None:
            self._distance = self._distance.measure(lambda: self.connection.pgconn.exec_(b""))
        return self._distance

    def rows(self, sql: str, parameters: Any = None) -> list[dict]:
        """Run one query and return its rows."""
        with self._lock:
            connection = self.connection
            self.queries += 1
            return connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Any = None) -> dict | None:
        """Run one query and return its first row, or None."""
        return next(iter(self.rows(sql, parameters)), None)

    def close(self) -> None:
        """Give the connection slot back. The server goes on."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def __repr__(self):
        state = "closed" if self._closed else f"{counted(self.queries, 'query')} so far"
        return f"shop database · {self._distance} · {state}"


def _usable(connection: psycopg.Connection) -> bool:
    """False if the server has gone since the last query. Costs one non-blocking read of the socket."""
    import psycopg

    if connection.closed:
        return False
    try:
        # Twice: a server that ends in good order sends a last message before it hangs up.
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return False
    return not connection.closed
