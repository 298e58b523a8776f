"""The database the clients share: one row, a log of commits, and a replica that may lag behind it.

A log is a tuple of the committed values; a version is a position in it. Version 0 is there from the start.

A transaction is PostgreSQL's at its default level, READ COMMITTED: each statement sees what is committed by
then, and its own. A write locks the row until the transaction ends: another's write waits for that long.
"""

from __future__ import annotations

from cachelab.races.calls import Call
from cachelab.races.refusals import NotModelled

Log = tuple  # of str
INITIAL: Log = ("v0",)

READS = ("read", "read_versioned")
WRITES = ("write", "write_if", "update", "update_if")  # at once, or (update) within a transaction

METHODS = (
    "db.read(), db.read_versioned(), db.write(), db.write_if(), db.new_value(), db.transaction(), "
    "db.replica.read(), db.replica.read_versioned()"
)


def commit(log: Log, value: str | None) -> tuple[Log, tuple[str, int]]:
    """Commit `value`, or the next value if None: `(log afterwards, (value, version))`."""
    version = len(log)
    value = f"v{version}" if value is None else value
    return (*log, value), (value, version)


def update(log: Log, value: str | None, pending: tuple[str, int] | None) -> tuple[str, int]:
    """A write within a transaction: `(value, version)`, if it is committed. `pending`: its previous one."""
    version = len(log)
    if value is None:
        value = f"v{version}" if pending is None else f"{pending[0]}'"
    return value, version


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
        self._transaction: _Transaction | None = None
        #: the same reads, from a replica; it lags only where the explorer is told `fault="replica_lag"`
        self.replica = _Reads(session, "replica")

    def write(self, value: str | None = None) -> tuple[str, int]:
        """Commit the next value, unique to this write; returns `(value, version)`.

        Pass a `value` from `new_value()` to commit that one instead. Within a transaction nobody else sees it
        before the commit.
        """
        if isinstance(value, bytes):
            value = value.decode()
        if value is not None and not isinstance(value, str):
            self._session.abort(
                NotModelled(
                    f"not modelled: db.write({value!r}); a value is a str, or nothing for the next one."
                )
            )
        if self._transaction is None:
            return self._session.call(Call("db", ("write", value)))
        self._transaction.wrote = True
        return self._session.call(Call("db", ("update", value)))

    def write_if(self, version: int) -> tuple[str, int] | None:
        """Commit the next value, but only if `version` is still the latest; else None: nothing is written.

        One conditional UPDATE (… WHERE version = …): the row refuses whoever decided on an older version,
        however late, which no lock in a cache can (fencing).
        """
        if isinstance(version, bool) or not isinstance(version, int):
            self._session.abort(
                NotModelled(
                    f"not modelled: db.write_if({version!r}); it takes the version that db.read_versioned() "
                    "told, a whole number"
                )
            )
        if self._transaction is None:
            return self._session.call(Call("db", ("write_if", version)))
        self._transaction.wrote = True
        return self._session.call(Call("db", ("update_if", version)))

    def transaction(self) -> _Transaction:
        """`with db.transaction(): …` commits what is written in it at its end; after an exception, never."""
        return _Transaction(self)

    def forget(self) -> None:
        """Nothing of one run is left for the next."""
        self._transaction = None

    def new_value(self) -> str:
        """A value that nobody has committed yet, for code that must know it before the write."""
        return self._session.new_value()


class _Transaction:
    """Only a write makes its end a step: without one, nobody could tell when it ended."""

    def __init__(self, db: Database):
        self._db, self.wrote = db, False

    def __enter__(self):
        if self._db._transaction is not None:
            self._db._session.abort(NotModelled("not modelled: a transaction inside a transaction"))
        self._db._transaction = self
        return self._db

    def __exit__(self, kind, error, traceback) -> None:
        self._db._transaction = None
        if self.wrote and (kind is None or issubclass(kind, Exception)):
            end = "commit" if kind is None else "rollback"
            self._db._session.call(Call("db", (end, None)))
