"""What a state is: everything the clients share and everything they have seen, in seven small parts.

States are compared and kept by the hundred thousand, so what is in them are numbers: of a keyspace, of a log,
of the place where a client is. A `Numbered` list says what each stands for.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, NamedTuple

from cachelab.races.clients.automaton import Point

NO_LAG = -1  # as the version a replica has: it is never behind
NOT_STARTED = -1


class State(NamedTuple):
    """How things stand between two steps."""

    keyspace: int  # number of the cache's contents
    log: int  # number of the database's log of commits
    replica: int  # the version the replica has, or NO_LAG
    faults_left: int
    known: int  # the latest version somebody is sure of: acknowledged to a writer, or returned to a reader
    places: tuple[int, ...]  # for each client the number of its Place or Feed
    past: int = 0  # number of the set of keyspaces that a replica of the cache may still have; 0: none


class Place(NamedTuple):
    """Where a client is: after which history, watching what, and since when."""

    node: Point | None  # None: finished or crashed
    watches: tuple = ()  # (connection, keys, whether one of them was modified), sorted
    floor: int = NOT_STARTED  # what was `known` when it made its first call
    snapshot: tuple[int, int] | None = None  # (primary, replica) versions its reads come from
    outlasts: tuple[int, ...] | None = None  # the readers it waits for
    result: int = -1  # of one that is finished, where rules ask: its number among World.results

    @property
    def started(self) -> bool:
        return self.floor >= 0


class Feed(NamedTuple):
    """Where a CDC client is: at which commit, at which delivery of it, in which call of the handler."""

    node: Point
    position: int
    attempt: int
    watches: tuple = ()


GONE = Place(None)


class Move(NamedTuple):
    """One possible next step: who or what moves, and how.

    action: for a client: call, begin (open its snapshot), wait, lost, unanswered, crash, poll on; for nobody:
    evict, expire, failover, replicate, elapse.
    """

    action: str
    client: int = -1  # index, or -1
    key: bytes = b""
    to: int = -1  # the keyspace after a failover


class Next(NamedTuple):
    """A move, and what comes of it. The state is not tidied: see World.tidy."""

    move: Move
    state: State
    wrong: Literal["fresh", "dirty"] | None = None  # what is wrong with the read that the move completes
    folded: bool = False  # it completes a polling round that found nothing new


class Numbered(list):
    """Values, each kept once, under the number that is its index."""

    def __init__(self):
        super().__init__()
        self._numbers: dict[Hashable, int] = {}

    def number(self, value: Hashable) -> int:
        """The number of a value; a new one is added."""
        number = self._numbers.get(value)
        if number is None:
            number = self._numbers[value] = len(self)
            self.append(value)
        return number


def as_value(result) -> str | None:
    """A client's result as a database value, or None if it cannot be one."""
    if isinstance(result, bytes):
        result = result.decode(errors="replace")
    return str(result) if isinstance(result, str) else None
