"""What a client asks of the world, and what it is answered."""

from __future__ import annotations

import linecache
from typing import NamedTuple


class Call(NamedTuple):
    """One call that leaves a client function: the unit of scheduling.

    kind       payload
    valkey     a command: a tuple of bytes
    exec       the commands between MULTI and EXEC: a tuple of such tuples
    watch      the watched keys;  unwatch: nothing
    memcached  a request: bytes
    db         (operation, …) of database.py
    outlast    nothing: wait for the running readers
    """

    kind: str
    payload: tuple | bytes = ()
    connection: int = 0  # WATCH belongs to one: 0 is shared, each watching pipeline has its own


class Where(NamedTuple):
    """A line of a client function."""

    file: str
    line: int

    @property
    def text(self) -> str:
        return linecache.getline(self.file, self.line).strip()

    def __str__(self):
        return f"line {self.line}: {self.text}" if self.text else f"line {self.line}"


class _Lost:
    """The answer to a call that was lost on the network, before or after the server ran it."""

    def __repr__(self):
        return "LOST"

    def __reduce__(self):
        return "LOST"  # there is one, and copies are it


LOST = _Lost()
