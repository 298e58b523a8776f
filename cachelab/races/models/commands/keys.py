"""Keys of any kind, and the server's clock: https://valkey.io/commands/#generic."""

from __future__ import annotations

import re
from zlib import crc32

from cachelab.races.models.commands.table import (
    INT64,
    SYNTAX,
    Fail,
    Status,
    command,
    integer,
    kind_of,
    refuse,
    until,
)


@command("DEL", 1, None)
def _del(data, *names):
    return sum(data.drop(name) for name in names)


@command("UNLINK", 1, None)
def _unlink(data, *names):
    return _del(data, *names)


@command("DELIFEQ", 2)
def _delifeq(data, key, expected):
    return int(data.string(key) == expected and data.drop(key))


@command("EXISTS", 1, None)
def _exists(data, *names):
    return sum(data.value(name) is not None for name in names)


@command("TYPE", 1)
def _type(data, key):
    return Status(kind_of(data.value(key)))


def _expire(data, key, ttl: int, options):
    """Let a key live for so many milliseconds."""
    flags = {option.upper() for option in options}
    if unknown := flags - {b"NX", b"XX", b"GT", b"LT"}:
        raise Fail(f"ERR Unsupported option {min(unknown).decode(errors='replace')}")
    if b"NX" in flags and len(flags) > 1:
        raise Fail("ERR NX and XX, GT or LT options at the same time are not compatible")
    if {b"GT", b"LT"} <= flags:
        raise Fail("ERR GT and LT options at the same time are not compatible")
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


def _in(amount, unit: int, name: str) -> int:
    ttl = integer(amount) * unit
    if ttl not in INT64:
        raise Fail(f"ERR invalid expire time in '{name}' command")
    return ttl


@command("EXPIRE", 2, None)
def _expire_in_seconds(data, key, seconds, *options):
    return _expire(data, key, _in(seconds, 1000, "expire"), options)


@command("PEXPIRE", 2, None)
def _expire_in_milliseconds(data, key, milliseconds, *options):
    return _expire(data, key, _in(milliseconds, 1, "pexpire"), options)


@command("EXPIREAT", 2, None)
def _expire_at_second(data, key, second, *options):
    return _expire(data, key, until(data, second, 1000, "expireat"), options)


@command("PEXPIREAT", 2, None)
def _expire_at_millisecond(data, key, millisecond, *options):
    return _expire(data, key, until(data, millisecond, 1, "pexpireat"), options)


@command("PERSIST", 1)
def _persist(data, key):
    if data.ttl(key) is None:
        return 0
    data.store(key, data.value(key))
    return 1


@command("PTTL", 1)
def _pttl(data, key):
    if data.value(key) is None:
        return -2
    ttl = data.ttl(key)
    return -1 if ttl is None else ttl


@command("TTL", 1)
def _ttl(data, key):
    ttl = _pttl(data, key)
    return ttl if ttl < 0 else (ttl + 500) // 1000


@command("TIME", 0)
def _time(data):
    seconds, microseconds = divmod(data.now(), 1_000_000)
    return [b"%d" % seconds, b"%d" % microseconds]


@command("PING", 0, 1)
def _ping(data, message=None):
    return Status(b"PONG") if message is None else message


# --- which keys there are ---

TYPES = (b"string", b"hash", b"zset", b"list", b"set", b"stream")


@command("DBSIZE", 0)
def _dbsize(data):
    return len(data.entries)


@command("KEYS", 1)
def _keys(data, pattern):
    fits = _fitting(pattern)
    return sorted(key for key in data.entries if fits(key))


@command("SCAN", 1, None)
def _scan(data, cursor, *options):
    """Keys come in an order of their checksums, and `cursor` is where to go on: as on a server, a key that is
    there all the time is told once, and one that comes or goes meanwhile may be told or not."""
    if not cursor.isdigit() or int(cursor) >= 2**64:
        raise Fail("ERR invalid cursor")
    pattern, count, kind, rest = b"*", 10, None, list(options)
    while rest:
        option = rest.pop(0).upper()
        if option == b"COUNT" and rest:
            count = integer(rest.pop(0))
            if count < 1:
                raise Fail(SYNTAX)
        elif option == b"MATCH" and rest:
            pattern = rest.pop(0)
        elif option == b"TYPE" and rest:
            kind = rest.pop(0).lower()
            if kind not in TYPES:
                raise Fail(f"ERR unknown type name '{kind.decode(errors='replace')}'")
        else:
            raise Fail(SYNTAX)
    left = sorted((crc32(key) + 1, key) for key in data.entries if crc32(key) + 1 >= int(cursor))
    told, rest = left[:count], left[count:]
    while rest and rest[0][0] == told[-1][0]:  # keys with one checksum stay together
        told.append(rest.pop(0))
    fits = _fitting(pattern)
    found = [key for _, key in told if fits(key) and kind in (None, kind_of(data.value(key)))]
    return [b"%d" % (rest[0][0] if rest else 0), found]


def _fitting(pattern: bytes):
    """Whether a key fits a pattern with * ? [a-c] [^a] and \\ before a character that is meant as it is."""
    parts, at = [], 0
    while at < len(pattern):
        one = pattern[at : at + 1]
        at += 1
        if one == b"*":
            parts.append(b".*")
        elif one == b"?":
            parts.append(b".")
        elif one == b"[":
            end = pattern.find(b"]", at)
            inside = pattern[at : end if end >= 0 else len(pattern)]
            if b"\\" in inside or end < 0 or b"-]" in pattern[at:]:
                raise refuse(f"the pattern {pattern.decode(errors='replace')}")
            negated = inside.startswith(b"^")
            ranges = re.sub(rb"([\[&~|])", rb"\\\1", inside.removeprefix(b"^"))
            parts.append(b"[^%b]" % ranges if negated and ranges else b"[%b]" % ranges if ranges else b"(?!)")
            at = end + 1
        else:
            if one == b"\\" and at < len(pattern):
                one, at = pattern[at : at + 1], at + 1
            parts.append(re.escape(one))
    found = re.compile(b"".join(parts), re.DOTALL)
    return lambda key: found.fullmatch(key) is not None
