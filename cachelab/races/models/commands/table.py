"""What commands work on, and the table they stand in.

No clock runs, but one can be asked: TIME. It stands still but for a microsecond each time a command, a script
or a transaction asks, so what is asked later in a schedule is later. A tick is no move of its own: its length
would be arbitrary, TTLs would have to run, and every state would be there once for each moment. What
durations decide belongs into virtual time; here keys expire by the explorer's moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cachelab.learner.clock import EPOCH
from cachelab.races.refusals import NotModelled

Keyspace = tuple  # of (key: bytes, value: bytes | Hash | …, ttl: int | None), by key
CLOCK = b"\0clock"  # no key, but an entry that says how often the clock was asked

WRONGTYPE = "WRONGTYPE Operation against a key holding the wrong kind of value"
NOT_AN_INTEGER = "ERR value is not an integer or out of range"
SYNTAX = "ERR syntax error"
INT64 = range(-(2**63), 2**63)


class Hash(tuple):
    """A hash's `(field, value)` pairs, in the order the fields first appeared."""

    __slots__ = ()


class SortedSet(tuple):
    """A sorted set's `(member, score)` pairs, by score and then by member."""

    __slots__ = ()


class List(tuple):
    """A list's elements."""

    __slots__ = ()


class Set(frozenset):
    """A set's members."""

    __slots__ = ()


class Stream(NamedTuple):
    """A stream. An id is one whole number, milliseconds · 2**64 + sequence number."""

    entries: tuple = ()  # of (id, the words of its fields and values), by id
    last: int = 0  # the latest id it ever gave
    groups: tuple = ()  # of (name, Group), by name


class Group(NamedTuple):
    """A consumer group of a stream."""

    last: int  # the latest id that was handed out
    pending: tuple = ()  # handed out and not acknowledged: (id, consumer, how often), by id
    consumers: tuple = ()  # their names, sorted


class Status(bytes):
    """A RESP simple string such as OK: the same bytes to a client, but `{ok=…}` to a Lua script."""

    __slots__ = ()


@dataclass(frozen=True)
class ServerError:
    """A RESP error, as a value: redis-py turns it into an exception, a transaction returns it in its list."""

    message: str


class Fail(Exception):
    """Ends a command with an error reply."""


OK = Status(b"OK")


class Data:
    """The keyspace while commands change it."""

    __slots__ = ("entries", "modified", "_asked", "_moment")

    def __init__(self, keyspace: Keyspace):
        self.entries = {key: (value, ttl) for key, value, ttl in keyspace}
        self.modified: set[bytes] = set()
        self._asked, _ = self.entries.pop(CLOCK, (0, None))
        self._moment = None

    def freeze(self) -> Keyspace:
        if self._asked:
            self.entries[CLOCK] = (self._asked, None)
        return tuple(sorted((key, value, ttl) for key, (value, ttl) in self.entries.items()))

    def value(self, key):
        return self.entries.get(key, (None, None))[0]

    def ttl(self, key):
        return self.entries.get(key, (None, None))[1]

    def typed(self, key, kind: type):
        """The value of a key that must be of this kind; None if there is none."""
        value = self.value(key)
        if value is not None and not isinstance(value, kind):
            raise Fail(WRONGTYPE)
        return value

    def string(self, key) -> bytes | None:
        return self.typed(key, bytes)

    def hash(self, key) -> dict[bytes, bytes]:
        return dict(self.typed(key, Hash) or ())

    def now(self) -> int:
        """What the clock says when asked, in microseconds: the same in all of a script or transaction."""
        if self._moment is None:
            self._asked += 1
            self._moment = self.clock()
        return self._moment

    def clock(self) -> int:
        """What the clock says, in microseconds, without being asked."""
        return EPOCH * 1_000_000 + self._asked

    def change(self, key, value) -> None:
        """Store what has changed without a word to those who watch the key, as consumer groups do."""
        self.entries[key] = (value, self.ttl(key))

    def store(self, key, value, ttl=None):
        self.entries[key] = (value, ttl)
        self.modified.add(key)

    def keep(self, key, value) -> None:
        """Store what has elements, with the TTL that the key has; without elements there is no key."""
        if value:
            self.store(key, value, self.ttl(key))
        else:
            self.drop(key)

    def store_hash(self, key, fields: dict):
        self.keep(key, Hash(fields.items()))

    def drop(self, key) -> bool:
        if self.entries.pop(key, None) is None:
            return False
        self.modified.add(key)
        return True


# --- the command table ------------------------------------------------------------

_COMMANDS: dict[str, tuple[Callable, int, int | None]] = {}  # name -> function, fewest and most arguments


def command(name: str, fewest: int, most: int | None = -1):
    def register(function):
        _COMMANDS[name] = (function, fewest, fewest if most == -1 else most)
        return function

    return register


_ELSEWHERE = frozenset({"EVAL", "EVALSHA", "SCRIPT LOAD", "WATCH", "UNWATCH", "MULTI", "EXEC", "DISCARD"})
_FAMILIES = (b"XGROUP",)  # of commands whose names have two words


def _named(words: Sequence[bytes]) -> tuple[str, Sequence[bytes]]:
    """A command's name and its arguments."""
    size = 2 if words[0].upper() in _FAMILIES else 1
    return b" ".join(words[:size]).decode(errors="replace").upper(), words[size:]


def has(words: Sequence[bytes]) -> bool:
    """Whether the explorer has this command, here or in its clients."""
    name, _ = _named(words)
    return name in _COMMANDS or name in _ELSEWHERE


def refuse(what: str) -> NotModelled:
    names = ", ".join(sorted([*_COMMANDS, *_ELSEWHERE]))
    return NotModelled(f"not modelled: {what}. These commands are: {names}.")


def arity_error(command: Sequence[bytes]) -> ServerError | None:
    name, arguments = _named(command)
    if name == "EVAL":
        return None if len(command) >= 3 else ServerError("ERR wrong number of arguments for 'eval' command")
    if name not in _COMMANDS:
        raise refuse(name)
    _, fewest, most = _COMMANDS[name]
    if fewest <= len(arguments) and (most is None or len(arguments) <= most):
        return None
    return ServerError(f"ERR wrong number of arguments for '{name.lower().replace(' ', '|')}' command")


def run(data: Data, command: Sequence[bytes]) -> object:
    """Run one command, not EVAL, on `data`: its reply. Raises NotModelled for what the model lacks."""
    if (error := arity_error(command)) is not None:
        return error
    name, arguments = _named(command)
    try:
        return _COMMANDS[name][0](data, *arguments)
    except Fail as failure:
        return ServerError(str(failure))


def integer(text: bytes, message: str = NOT_AN_INTEGER) -> int:
    """Valkey's strict reading of an integer: no spaces, no plus sign, no leading zeros, 64 bits."""
    try:
        number = int(text)
    except ValueError:
        raise Fail(message) from None
    if str(number).encode() != text or number not in INT64:
        raise Fail(message)
    return number


def count_of(text: bytes) -> int:
    """How many to pop: from 0 up."""
    number = integer(text, "ERR value is out of range, must be positive")
    if number < 0:
        raise Fail("ERR value is out of range, must be positive")
    return number


def span(start: int, stop: int, size: int) -> slice:
    """From start to stop, both included, counted from the end if negative."""
    start = max(start + size, 0) if start < 0 else start
    stop = stop + size if stop < 0 else stop
    return slice(start, max(stop + 1, 0))


def kind_of(value) -> bytes:
    """What TYPE calls a value."""
    if value is None or isinstance(value, bytes):
        return b"none" if value is None else b"string"
    return {Hash: b"hash", SortedSet: b"zset", List: b"list", Set: b"set", Stream: b"stream"}[type(value)]


def until(data: Data, moment: bytes, unit: int, command: str) -> int:
    """The milliseconds that are left until a moment, given in seconds (unit 1000) or milliseconds (1)."""
    at = integer(moment) * unit
    if at not in INT64:
        raise Fail(f"ERR invalid expire time in '{command}' command")
    return at - data.clock() // 1000


def lifetime(amount: bytes, unit: int, command: str) -> int:
    """A positive ttl in milliseconds, from an EX (unit 1000) or PX (unit 1) argument."""
    ttl = integer(amount) * unit
    if ttl <= 0 or ttl not in INT64:
        raise Fail(f"ERR invalid expire time in '{command}' command")
    return ttl
