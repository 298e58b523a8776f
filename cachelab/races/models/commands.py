"""Valkey's commands on strings and hashes, and what WATCH takes for "modified".

A string's value is `bytes`, a hash's a `Hash` of `(field, value)` pairs in insertion order, a ttl is
milliseconds or None. Replies are those of RESP2: bytes, int, None, list, `Status` and `ServerError`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cachelab.races.refusals import NotModelled

Keyspace = tuple  # of (key: bytes, value: bytes | Hash, ttl: int | None), sorted by key

WRONGTYPE = "WRONGTYPE Operation against a key holding the wrong kind of value"
NOT_AN_INTEGER = "ERR value is not an integer or out of range"
SYNTAX = "ERR syntax error"
INT64 = range(-(2**63), 2**63)


class Hash(tuple):
    """A hash's `(field, value)` pairs, in the order the fields first appeared."""

    __slots__ = ()


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

    __slots__ = ("entries", "modified")

    def __init__(self, keyspace: Keyspace):
        self.entries = {key: (value, ttl) for key, value, ttl in keyspace}
        self.modified: set[bytes] = set()

    def freeze(self) -> Keyspace:
        return tuple(sorted((key, value, ttl) for key, (value, ttl) in self.entries.items()))

    def value(self, key):
        return self.entries.get(key, (None, None))[0]

    def ttl(self, key):
        return self.entries.get(key, (None, None))[1]

    def string(self, key) -> bytes | None:
        value = self.value(key)
        if isinstance(value, Hash):
            raise Fail(WRONGTYPE)
        return value

    def hash(self, key) -> dict[bytes, bytes]:
        value = self.value(key)
        if value is None:
            return {}
        if not isinstance(value, Hash):
            raise Fail(WRONGTYPE)
        return dict(value)

    def store(self, key, value, ttl=None):
        self.entries[key] = (value, ttl)
        self.modified.add(key)

    def store_hash(self, key, fields: dict):
        if fields:
            self.store(key, Hash(fields.items()), self.ttl(key))
        else:
            self.drop(key)

    def drop(self, key) -> bool:
        if self.entries.pop(key, None) is None:
            return False
        self.modified.add(key)
        return True


# --- the command table ------------------------------------------------------------

_COMMANDS: dict[str, tuple[Callable, int, int | None]] = {}  # name -> function, fewest and most arguments


def _command(name: str, fewest: int, most: int | None = -1):
    def register(function):
        _COMMANDS[name] = (function, fewest, fewest if most == -1 else most)
        return function

    return register


_ELSEWHERE = frozenset({"EVAL", "EVALSHA", "SCRIPT LOAD", "WATCH", "UNWATCH", "MULTI", "EXEC", "DISCARD"})


def has(name: str) -> bool:
    """Whether the explorer has this command, here or in its clients."""
    return name in _COMMANDS or name in _ELSEWHERE


def refuse(what: str) -> NotModelled:
    names = ", ".join(sorted([*_COMMANDS, *_ELSEWHERE]))
    return NotModelled(f"not modelled: {what}. These commands are: {names}.")


def arity_error(command: Sequence[bytes]) -> ServerError | None:
    name = command[0].decode(errors="replace").upper()
    if name == "EVAL":
        return None if len(command) >= 3 else ServerError("ERR wrong number of arguments for 'eval' command")
    if name not in _COMMANDS:
        raise refuse(name)
    _, fewest, most = _COMMANDS[name]
    if fewest <= len(command) - 1 and (most is None or len(command) - 1 <= most):
        return None
    return ServerError(f"ERR wrong number of arguments for '{name.lower()}' command")


def run(data: Data, command: Sequence[bytes]) -> object:
    """Run one command, not EVAL, on `data`: its reply. Raises NotModelled for what the model lacks."""
    if (error := arity_error(command)) is not None:
        return error
    name = command[0].decode().upper()
    try:
        return _COMMANDS[name][0](data, *command[1:])
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


def _lifetime(amount: bytes, unit: int, command: str) -> int:
    """A positive ttl in milliseconds, from an EX (unit 1000) or PX (unit 1) argument."""
    ttl = integer(amount) * unit
    if ttl <= 0 or ttl not in INT64:
        raise Fail(f"ERR invalid expire time in '{command}' command")
    return ttl


# --- strings ------------------------------------------------------------


@_command("GET", 1)
def _get(data, key):
    return data.string(key)


@_command("SET", 2, None)
def _set(data, key, value, *options):
    condition = expected = ttl = unit = None
    keep = answer_old = False
    rest = list(options)
    while rest:
        option = rest.pop(0).upper()
        if option in (b"NX", b"XX") and condition in (None, option):
            condition = option
        elif option == b"IFEQ" and condition is None and rest:
            condition, expected = option, rest.pop(0)
        elif option == b"GET":
            answer_old = True
        elif option == b"KEEPTTL" and unit is None:
            keep = True
        elif option in (b"EX", b"PX") and rest and not keep and unit in (None, option):
            unit, amount = option, rest.pop(0)
        elif option in (b"EXAT", b"PXAT"):
            raise refuse(f"SET … {option.decode()} (no clock runs here; use EX or PX)")
        elif option in (b"IFNE", b"IFDEQ", b"IFDNE"):
            raise refuse(f"SET … {option.decode()}")
        else:
            raise Fail(SYNTAX)
    if unit is not None:
        ttl = _lifetime(amount, 1000 if unit == b"EX" else 1, "set")
    old = data.value(key)
    if answer_old or condition == b"IFEQ":
        data.string(key)  # WRONGTYPE before anything is stored
    refused = (
        (condition == b"NX" and old is not None)
        or (condition == b"XX" and old is None)
        or (condition == b"IFEQ" and old != expected)
    )
    if not refused:
        data.store(key, value, data.ttl(key) if keep else ttl)
    if answer_old:
        return old
    return None if refused else OK


@_command("SETNX", 2)
def _setnx(data, key, value):
    if data.value(key) is not None:
        return 0
    data.store(key, value)
    return 1


@_command("SETEX", 3)
def _setex(data, key, seconds, value):
    data.store(key, value, _lifetime(seconds, 1000, "setex"))
    return OK


@_command("PSETEX", 3)
def _psetex(data, key, milliseconds, value):
    data.store(key, value, _lifetime(milliseconds, 1, "psetex"))
    return OK


@_command("GETSET", 2)
def _getset(data, key, value):
    old = data.string(key)
    data.store(key, value)
    return old


@_command("GETDEL", 1)
def _getdel(data, key):
    old = data.string(key)
    data.drop(key)
    return old


@_command("GETEX", 1, None)
def _getex(data, key, *options):
    ttl = data.ttl(key)
    change = bool(options)
    match [option.upper() for option in options]:
        case []:
            pass
        case [b"PERSIST"]:
            change = ttl is not None
            ttl = None
        case [b"EX" | b"PX" as unit, amount]:
            ttl = _lifetime(amount, 1000 if unit == b"EX" else 1, "getex")
        case [b"EXAT" | b"PXAT" as unit, _]:
            raise refuse(f"GETEX … {unit.decode()} (no clock runs here; use EX or PX)")
        case _:
            raise Fail(SYNTAX)
    value = data.string(key)
    if value is not None and change:
        data.store(key, value, ttl)
    return value


@_command("MGET", 1, None)
def _mget(data, *names):
    values = [data.value(name) for name in names]
    return [None if isinstance(value, Hash) else value for value in values]


@_command("MSET", 2, None)
def _mset(data, *pairs):
    if len(pairs) % 2:
        raise Fail("ERR wrong number of arguments for 'mset' command")
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        data.store(key, value)
    return OK


@_command("MSETNX", 2, None)
def _msetnx(data, *pairs):
    if len(pairs) % 2:
        raise Fail("ERR wrong number of arguments for 'msetnx' command")
    if any(data.value(key) is not None for key in pairs[::2]):
        return 0
    _mset(data, *pairs)
    return 1


@_command("APPEND", 2)
def _append(data, key, more):
    value = (data.string(key) or b"") + more
    data.store(key, value, data.ttl(key))
    return len(value)


@_command("STRLEN", 1)
def _strlen(data, key):
    return len(data.string(key) or b"")


def _add(data, key, amount: int):
    value = data.string(key)
    number = integer(b"0" if value is None else value) + amount
    if number not in INT64:
        raise Fail("ERR increment or decrement would overflow")
    data.store(key, str(number).encode(), data.ttl(key))
    return number


@_command("INCR", 1)
def _incr(data, key):
    return _add(data, key, 1)


@_command("DECR", 1)
def _decr(data, key):
    return _add(data, key, -1)


@_command("INCRBY", 2)
def _incrby(data, key, amount):
    return _add(data, key, integer(amount))


@_command("DECRBY", 2)
def _decrby(data, key, amount):
    number = integer(amount)
    if -number not in INT64:
        raise Fail("ERR decrement would overflow")
    return _add(data, key, -number)


# --- any key ------------------------------------------------------------


@_command("DEL", 1, None)
def _del(data, *names):
    return sum(data.drop(name) for name in names)


@_command("UNLINK", 1, None)
def _unlink(data, *names):
    return _del(data, *names)


@_command("DELIFEQ", 2)
def _delifeq(data, key, expected):
    return int(data.string(key) == expected and data.drop(key))


@_command("EXISTS", 1, None)
def _exists(data, *names):
    return sum(data.value(name) is not None for name in names)


@_command("TYPE", 1)
def _type(data, key):
    value = data.value(key)
    return Status(b"none" if value is None else b"hash" if isinstance(value, Hash) else b"string")


def _expire_in(data, key, amount, unit, options):
    flags = {option.upper() for option in options}
    if unknown := flags - {b"NX", b"XX", b"GT", b"LT"}:
        raise Fail(f"ERR Unsupported option {min(unknown).decode(errors='replace')}")
    if b"NX" in flags and len(flags) > 1:
        raise Fail("ERR NX and XX, GT or LT options at the same time are not compatible")
    if {b"GT", b"LT"} <= flags:
        raise Fail("ERR GT and LT options at the same time are not compatible")
    ttl = integer(amount) * unit
    if ttl not in INT64:
        raise Fail(f"ERR invalid expire time in '{'expire' if unit == 1000 else 'pexpire'}' command")
    if data.value(key) is None:
        return 0
    old = data.ttl(key)
    if flags & {b"GT", b"LT"} and ttl == old:
        raise refuse("EXPIRE with GT or LT and the TTL the key has: the milliseconds between would decide")
    if (
        (b"NX" in flags and old is not None)
        or (b"XX" in flags and old is None)
        or (b"GT" in flags and (old is None or ttl <= old))
        or (b"LT" in flags and old is not None and ttl >= old)
    ):
        return 0
    if ttl <= 0:
        data.drop(key)
    else:
        data.store(key, data.value(key), ttl)
    return 1


@_command("EXPIRE", 2, None)
def _expire(data, key, seconds, *options):
    return _expire_in(data, key, seconds, 1000, options)


@_command("PEXPIRE", 2, None)
def _pexpire(data, key, milliseconds, *options):
    return _expire_in(data, key, milliseconds, 1, options)


@_command("PERSIST", 1)
def _persist(data, key):
    if data.ttl(key) is None:
        return 0
    data.store(key, data.value(key))
    return 1


@_command("PTTL", 1)
def _pttl(data, key):
    if data.value(key) is None:
        return -2
    ttl = data.ttl(key)
    return -1 if ttl is None else ttl


@_command("TTL", 1)
def _ttl(data, key):
    ttl = _pttl(data, key)
    return ttl if ttl < 0 else (ttl + 500) // 1000


@_command("PING", 0, 1)
def _ping(data, message=None):
    return Status(b"PONG") if message is None else message


# --- hashes ------------------------------------------------------------


@_command("HGET", 2)
def _hget(data, key, field):
    return data.hash(key).get(field)


@_command("HSET", 3, None)
def _hset(data, key, *pairs):
    if len(pairs) % 2:
        raise Fail("ERR wrong number of arguments for 'hset' command")
    fields = data.hash(key)
    before = len(fields)
    fields.update(zip(pairs[::2], pairs[1::2], strict=True))
    data.store_hash(key, fields)
    return len(fields) - before


@_command("HMSET", 3, None)
def _hmset(data, key, *pairs):
    if len(pairs) % 2:
        raise Fail("ERR wrong number of arguments for 'hmset' command")
    _hset(data, key, *pairs)
    return OK


@_command("HSETNX", 3)
def _hsetnx(data, key, field, value):
    fields = data.hash(key)
    if field in fields:
        return 0
    fields[field] = value
    data.store_hash(key, fields)
    return 1


@_command("HMGET", 2, None)
def _hmget(data, key, *names):
    fields = data.hash(key)
    return [fields.get(name) for name in names]


@_command("HGETALL", 1)
def _hgetall(data, key):
    return [part for pair in data.hash(key).items() for part in pair]


@_command("HKEYS", 1)
def _hkeys(data, key):
    return list(data.hash(key))


@_command("HVALS", 1)
def _hvals(data, key):
    return list(data.hash(key).values())


@_command("HLEN", 1)
def _hlen(data, key):
    return len(data.hash(key))


@_command("HEXISTS", 2)
def _hexists(data, key, field):
    return int(field in data.hash(key))


@_command("HDEL", 2, None)
def _hdel(data, key, *names):
    fields = data.hash(key)
    gone = {name for name in names if name in fields}
    if gone:
        data.store_hash(key, {field: value for field, value in fields.items() if field not in gone})
    return len(gone)


@_command("HINCRBY", 3)
def _hincrby(data, key, field, amount):
    step = integer(amount)
    fields = data.hash(key)
    number = integer(fields.get(field, b"0"), "ERR hash value is not an integer") + step
    if number not in INT64:
        raise Fail("ERR increment or decrement would overflow")
    fields[field] = str(number).encode()
    data.store_hash(key, fields)
    return number
