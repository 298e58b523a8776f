"""A Valkey server small enough to explore: kinds of values, expiry flags, WATCH's idea of "modified", Lua.

State is a value: a *keyspace* is a tuple of `(key, value, ttl)` sorted by key. `execute(keyspace, command)`
returns the reply, the next keyspace and the keys the command *modified*, which is what WATCH watches: DEL of
a missing key, or a SET that NX refused, modifies nothing.

No clock runs. A key with a ttl keeps it in full until the explorer makes the key vanish, so TTL and PTTL
answer what was set. Whoever asks for the TIME is told one a microsecond later than whoever asked before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cachelab.races.models.commands.numbers import text_of
from cachelab.races.models.commands.streams import written
from cachelab.races.models.commands.table import (
    CLOCK,
    OK,
    Data,
    Hash,
    Keyspace,
    List,
    ServerError,
    Set,
    SortedSet,
    Stream,
    arity_error,
    has,
    refuse,
    run,
)

EMPTY: Keyspace = ()


def execute(keyspace: Keyspace, command: Sequence[bytes]) -> tuple[object, Keyspace, frozenset[bytes]]:
    """Run one command: `(reply, keyspace afterwards, keys modified)`."""
    data = Data(keyspace)
    reply = _run(data, command)
    return reply, data.freeze(), frozenset(data.modified)


def transaction(
    keyspace: Keyspace, commands: Iterable[Sequence[bytes]]
) -> tuple[list | ServerError, Keyspace, frozenset[bytes]]:
    """MULTI … EXEC whose watched keys are untouched: a list of replies.

    A command that is unknown or has the wrong number of arguments is refused while it is queued, and EXEC
    then runs nothing: EXECABORT.
    """
    commands = list(commands)
    for command in commands:
        if (error := arity_error(command)) is not None:
            return error, keyspace, frozenset()
    data = Data(keyspace)
    replies = [_run(data, command) for command in commands]
    return replies, data.freeze(), frozenset(data.modified)


def without(keyspace: Keyspace, key: bytes) -> Keyspace:
    """The keyspace after `key` was evicted or expired."""
    return tuple(entry for entry in keyspace if entry[0] != key)


def keys(keyspace: Keyspace) -> list[bytes]:
    return [entry[0] for entry in keyspace if entry[0] != CLOCK]


def entries(keyspace: Keyspace) -> Keyspace:
    """The keyspace without what it knows of the clock."""
    return tuple(entry for entry in keyspace if entry[0] != CLOCK)


def timed(keyspace: Keyspace) -> bool:
    """Whether anybody has asked what time it is."""
    return any(entry[0] == CLOCK for entry in keyspace)


def expiring(keyspace: Keyspace) -> list[bytes]:
    """The keys that have a ttl."""
    return [key for key, _, ttl in keyspace if ttl is not None]


def contents(keyspace: Keyspace) -> dict[str, object]:
    """The keyspace as a learner would print it: values as str, dict and list."""

    def text(value):
        match value:
            case Hash():
                return {text(field): text(item) for field, item in value}
            case SortedSet():
                return {text(member): text(text_of(score)) for member, score in value}
            case List():
                return [text(item) for item in value]
            case Set():
                return sorted(text(item) for item in value)
            case Stream():
                return _told(value, text)
        return value.decode(errors="backslashreplace")

    return {text(key): text(value) for key, value, _ in entries(keyspace)}


def _told(stream: Stream, text) -> dict[str, str]:
    """A stream's entries by id, and by the name of a group what it has not acknowledged."""
    told = {}
    for number, words in stream.entries:
        fields = zip(map(text, words[::2]), map(text, words[1::2]), strict=True)
        told[text(written(number))] = " ".join(f"{field}={value}" for field, value in fields)
    for name, group in stream.groups:
        pending = [f"{text(written(number))} at {text(consumer)}" for number, consumer, _ in group.pending]
        told[f"pending in {text(name)}"] = ", ".join(pending) or "nothing"
    return told


def _run(data: Data, command: Sequence[bytes]) -> object:
    if command[0].upper() != b"EVAL":
        return run(data, command)
    if (error := arity_error(command)) is not None:
        return error
    from cachelab.races.models import lua  # lupa is only needed by clients that use scripts

    return lua.evaluate(data, command)


__all__ = [
    "EMPTY",
    "OK",
    "ServerError",
    "contents",
    "entries",
    "execute",
    "expiring",
    "has",
    "keys",
    "refuse",
    "text_of",
    "timed",
    "transaction",
    "without",
]
