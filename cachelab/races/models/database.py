"""The database the clients share: a row or several, a log of commits, and a replica that may lag behind it.

A log is a tuple of what was committed; a version is a position in it. Version 0 is there from the start. Of
one row, that is its value; where clients use rows by name (`db.row("stock")`), it is Rows.

A transaction is PostgreSQL's at its default level, READ COMMITTED: each statement sees what is committed by
then, and its own. A write locks its row until the transaction ends: another's write waits for that long. Two
transactions that wait for each other wait for ever here; PostgreSQL would end one of them with an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cachelab.races.calls import Call
from cachelab.races.refusals import NotModelled

Log = tuple  # of str
INITIAL: Log = ("v0",)

READS = ("read", "read_versioned", "read_rows")
WRITES = ("write", "write_if", "update", "update_if")  # at once, or (update) within a transaction

METHODS = (
    "db.read(), db.read_versioned(), db.write(), db.write_if(), db.new_value(), db.transaction(), "
    "db.row(name) with the same reads and writes, db.read_rows(), and as db.replica what reads"
)


class Rows(str):
    """What rows hold that have names, as one text; "" is the row without one."""

    def __new__(cls, rows: dict[str, tuple[str, int]]):
        self = super().__new__(cls, " ".join(rows[name][0] for name in sorted(rows)))
        self.rows = rows  # (value, the version that it was committed as) by name
        return self

    def __eq__(self, other):
        return self.rows == other.rows if isinstance(other, Rows) else str(self) == other

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__

    def __reduce__(self):
        return Rows, (self.rows,)


def start(names: frozenset[str]) -> Log:
    """The log before anybody wrote, of a database whose clients use these rows."""
    return INITIAL if names <= {""} else (Rows({name: (f"{name or 'v'}0", 0) for name in names}),)


def row_of(log: Log, version: int, name: str) -> tuple[str, int]:
    """What a row held when `version` was the latest: `(value, the version that it was committed as)`."""
    held = log[version]
    if isinstance(held, Rows):
        return held.rows.get(name, (f"{name or 'v'}0", 0))
    return (held, version) if not name else (f"{name}0", 0)


def by_row(log: Log) -> list[Sequence[str]]:
    """The values of each row, one for each commit."""
    if not isinstance(log[-1], Rows):
        return [log]
    return [[row_of(log, version, name)[0] for version in range(len(log))] for name in log[-1].rows]


def answer(log: Log, version: int, call: Call, pending: dict[str, tuple[str, int]]) -> object:
    """What a read is told of this version, by a client that has `pending` writes of its own."""
    operation, source, *names = call.payload
    found = [row_of(log, version, name) for name in names or [""]]
    if pending and source == "primary":
        found = [pending.get(name, held) for name, held in zip(names or [""], found, strict=True)]
    if operation == "read_rows":
        return [value for value, _ in found]
    return found[0] if operation == "read_versioned" else found[0][0]


def commit(log: Log, changes: dict[str, tuple[str, int]]) -> Log:
    """The log after rows changed, all at once."""
    if changes.keys() == {""} and not isinstance(log[-1], Rows):
        return (*log, changes[""][0])
    before = log[-1].rows if isinstance(log[-1], Rows) else {"": row_of(log, len(log) - 1, "")}
    return (*log, Rows(before | {name: (value, len(log)) for name, (value, _) in changes.items()}))


def written(log: Log, value: str | None, name: str, pending: dict) -> tuple[str, int]:
    """A write, `(value, version)`, if it is committed next; None: the row's next value."""
    version = len(log)
    if value is None:
        value = f"{pending[name][0]}'" if name in pending else f"{name or 'v'}{version}"
    return value, version


def version_of(log: Log, value: str) -> int | None:
    """The latest version that holds `value`, or None if it was never committed."""
    for version in range(len(log) - 1, -1, -1):
        if log[version] == value:
            return version
    return None


class _Row:
    """Reads of a row."""

    _called: tuple = ()

    def __init__(self, session, source: str, *name: str):
        self._session, self._source, self._name = session, source, name

    def read(self) -> str:
        """The row's value."""
        return self._ask("read", self._source)

    def read_versioned(self) -> tuple[str, int]:
        """The row's value and its version, a whole number that grows with each commit."""
        return self._ask("read_versioned", self._source)

    def _ask(self, operation: str, detail) -> object:
        self._session.rows.update(self._name or {""})
        return self._session.call(Call("db", (operation, detail, *self._name), called=self._called))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._session.abort(NotModelled(f"not modelled: db.{name}. These are: {METHODS}."))


class _Writable(_Row):
    """Reads and writes of a row."""

    def __init__(self, session, database: Database, *name: str):
        super().__init__(session, "primary", *name)
        self._database = database

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
        return self._ask(self._within("write", "update"), value)

    def write_if(self, version: int) -> tuple[str, int] | None:
        """Commit the next value, but only if `version` is still the row's; else None: nothing is written.

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
        return self._ask(self._within("write_if", "update_if"), version)

    def _within(self, alone: str, in_transaction: str) -> str:
        if self._database._transaction is None:
            return alone
        self._database._transaction.wrote = True
        return in_transaction


class _Several:
    """Rows by name."""

    def row(self, name: str) -> _Row:
        """Another row, with a value and a version of its own: `db.row("stock").read()`."""
        return self._made(self._named(name))

    def read_rows(self, *names: str) -> list[str]:
        """The values of several rows, in one statement: as they stood together at one moment."""
        if not names:
            self._session.abort(NotModelled("not modelled: db.read_rows() of no row; give it their names"))
        names = [self._named(name) for name in names]
        return _Row(self._session, self._source, *names)._ask("read_rows", self._source)

    def _named(self, name: str) -> str:
        if not isinstance(name, str) or not re.fullmatch(r"\w+", name):
            self._session.abort(NotModelled(f"not modelled: a row called {name!r}; its name is a word"))
        return name


class _Replica(_Several, _Row):
    """The same reads, from a replica."""

    def _made(self, name: str) -> _Row:
        return _Row(self._session, "replica", name)


class Database(_Several, _Writable):
    """What a client function gets as `db`."""

    def __init__(self, session):
        super().__init__(session, self)
        self._transaction: _Transaction | None = None
        #: the same reads, from a replica; it lags only where the explorer is told `fault="replica_lag"`
        self.replica = _Replica(session, "replica")

    def _made(self, name: str) -> _Row:
        return _Writable(self._session, self, name)

    def transaction(self) -> _Transaction:
        """`with db.transaction(): …` commits what is written in it at its end; after an exception, never."""
        return _Transaction(self)

    def called(self, method: str, *arguments: object) -> _Writable:
        """The same row, for a database that wraps this one: its calls are told by their names there."""
        row = _Writable(self._session, self)
        row._called = (method, *map(repr, arguments))
        return row

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
