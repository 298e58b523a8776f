"""What a Valkey holds now: keys, values, sizes, and how long each has to live."""

import contextlib
from dataclasses import dataclass

__all__ = ["Contents", "Entry", "look"]

MOST = 60  # keys that are read; a table longer than that is read by nobody
VALUE = 300  # bytes of a value that are fetched


@dataclass(frozen=True)
class Entry:
    """A key as the server has it. `size` is MEMORY USAGE in bytes, key and bookkeeping included."""

    key: str
    value: str
    size: int | None  # None: this server cannot say
    ttl: float | None  # seconds left; None: it has no TTL and stays


@dataclass(frozen=True)
class Contents:
    entries: tuple[Entry, ...]
    keys: int  # how many there are in all


def look(client, most: int = MOST) -> Contents:
    """The keys of the server, by name, at most `most` of them; the values are cut.

    `client` has one connection of its own (single_connection_client=True). The look leaves no mark on what
    is evicted next (CLIENT NO-TOUCH, since version 7.2); its reads do count in INFO's keyspace_hits.
    Raises redis.RedisError if the server does not answer.
    """
    import redis

    with contextlib.suppress(redis.ResponseError):
        client.execute_command("CLIENT", "NO-TOUCH", "ON")
    keys = []
    for key in client.scan_iter(count=500):
        keys.append(key)
        if len(keys) >= 10 * most:
            break
    shown = sorted(keys)[:most]
    pipeline = client.pipeline(transaction=False)
    for key in shown:
        pipeline.type(key)
        pipeline.pttl(key)
        pipeline.memory_usage(key, samples=0)
    facts = pipeline.execute(raise_on_error=False) if shown else []
    entries = []
    for key, kind, ttl, size in zip(shown, facts[::3], facts[1::3], facts[2::3], strict=True):
        if ttl == -2:  # it went while we looked
            continue
        entries.append(
            Entry(
                _text(key),
                _value(client, key, _text(kind)),
                size if isinstance(size, int) else None,
                ttl / 1000 if isinstance(ttl, int) and ttl >= 0 else None,
            )
        )
    return Contents(tuple(entries), client.dbsize())


def _value(client, key, kind: str) -> str:
    if kind == "string":
        return _text(client.getrange(key, 0, VALUE - 1))
    counted = {"list": "llen", "set": "scard", "zset": "zcard", "hash": "hlen", "stream": "xlen"}
    if kind in counted:
        return f"a {kind} of {getattr(client, counted[kind])(key):,}"
    return f"a {kind}"


def _text(value) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        if error.start >= len(value) - 3 and len(value) == VALUE:
            return value[: error.start].decode()  # cut inside a letter
        return repr(value)[2:-1]
