"""The database the clients share: one row, a log of commits, and a replica that may lag behind it.

A log is a tuple of the committed values; a version is a position in it. Version 0 is there from the start.
"""

from __future__ import annotations

from cachelab.races.calls import Call
from cachelab.races.refusals import NotModelled

Log = tuple  # of str
INITIAL: Log = ("v0",)

METHODS = (
    "db.read(), db.read_versioned(), db.write(), db.new_value(), "
    "db.replica.read(), db.replica.read_versioned()"
)


def commit(log: Log, value: str | None) -> tuple[Log, tuple[str, int]]:
    """Commit `value`, or the next value if None: `(log afterwards, (value, version))`."""
    version = len(log)
    value = f"v{version}" if value is None else value
    return (*log, value), (value, version)


def version_of(log: Log, value: str) -> int | None:
    """The latest version that holds `value`, or None if it was never committed."""
    for version in range(len(log) - 1, -1, -1):
        if log[version] == value:
            return version
    return None


class _Reads:
    def __init__(self, session, source: str):
        self._session = session
        self._source = source

    def read(self) -> str:
        """The row's value."""
        return self._session.call(Call("db", ("read", self._source)))

    def read_versioned(self) -> tuple[str, int]:
        """The row's value and its version, a whole number that grows with each commit."""
        return self._session.call(Call("db", ("read_versioned", self._source)))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._session.abort(NotModelled(f"not modelled: db.{name}. These are: {METHODS}."))


class Database(_Reads):
    """What a client function gets as `db`."""

    def __init__(self, session):
        super().__init__(session, "primary")
        #: the same reads, from a replica; it lags only where the explorer is told `fault="replica_lag"`
        self.replica = _Reads(session, "replica")

    def write(self, value: str | None = None) -> tuple[str, int]:
        """Commit the next value, unique to this write; returns `(value, version)`.

        Pass a `value` from `new_value()` to commit that one instead.
        """
        if isinstance(value, bytes):
            value = value.decode()
        if value is not None and not isinstance(value, str):
            self._session.abort(
                NotModelled(
                    f"not modelled: db.write({value!r}); a value is a str, or nothing for the next one."
                )
            )
        return self._session.call(Call("db", ("write", value)))

    def new_value(self) -> str:
        """A value that nobody has committed yet, for code that must know it before the write."""
        return self._session.new_value()
