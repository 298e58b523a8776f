"""Hashes: https://valkey.io/commands/#hash."""

from __future__ import annotations

from cachelab.races.models.commands import numbers
from cachelab.races.models.commands.table import INT64, OK, Fail, command, integer


@command("HGET", 2)
def _hget(data, key, field):
    return data.hash(key).get(field)


@command("HSET", 3, None)
def _hset(data, key, *pairs):
    if len(pairs) % 2:
        raise Fail("ERR wrong number of arguments for 'hset' command")
    fields = data.hash(key)
    before = len(fields)
    fields.update(zip(pairs[::2], pairs[1::2], strict=True))
    data.store_hash(key, fields)
    return len(fields) - before


@command("HMSET", 3, None)
def _hmset(data, key, *pairs):
    if len(pairs) % 2:
        raise Fail("ERR wrong number of arguments for 'hmset' command")
    _hset(data, key, *pairs)
    return OK


@command("HSETNX", 3)
def _hsetnx(data, key, field, value):
    fields = data.hash(key)
    if field in fields:
        return 0
    fields[field] = value
    data.store_hash(key, fields)
    return 1


@command("HMGET", 2, None)
def _hmget(data, key, *names):
    fields = data.hash(key)
    return [fields.get(name) for name in names]


@command("HGETALL", 1)
def _hgetall(data, key):
    return [part for pair in data.hash(key).items() for part in pair]


@command("HKEYS", 1)
def _hkeys(data, key):
    return list(data.hash(key))


@command("HVALS", 1)
def _hvals(data, key):
    return list(data.hash(key).values())


@command("HLEN", 1)
def _hlen(data, key):
    return len(data.hash(key))


@command("HEXISTS", 2)
def _hexists(data, key, field):
    return int(field in data.hash(key))


@command("HDEL", 2, None)
def _hdel(data, key, *names):
    fields = data.hash(key)
    gone = {name for name in names if name in fields}
    if gone:
        data.store_hash(key, {field: value for field, value in fields.items() if field not in gone})
    return len(gone)


@command("HINCRBY", 3)
def _hincrby(data, key, field, amount):
    step = integer(amount)
    fields = data.hash(key)
    number = integer(fields.get(field, b"0"), "ERR hash value is not an integer") + step
    if number not in INT64:
        raise Fail("ERR increment or decrement would overflow")
    fields[field] = str(number).encode()
    data.store_hash(key, fields)
    return number


@command("HINCRBYFLOAT", 3)
def _hincrbyfloat(data, key, field, amount):
    fields = data.hash(key)
    number = numbers.added(fields.get(field, b"0"), amount, "ERR hash value is not a float")
    fields[field] = number
    data.store_hash(key, fields)
    return number
