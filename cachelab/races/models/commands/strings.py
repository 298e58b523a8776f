"""Strings: https://valkey.io/commands/#string."""

from __future__ import annotations

from cachelab.races.models.commands import numbers
from cachelab.races.models.commands.table import (
    INT64,
    OK,
    SYNTAX,
    Fail,
    command,
    integer,
    lifetime,
    refuse,
    until,
)


@command("GET", 1)
def _get(data, key):
    return data.string(key)


@command("SET", 2, None)
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
        elif option in (b"EX", b"PX", b"EXAT", b"PXAT") and rest and not keep and unit in (None, option):
            unit, amount = option, rest.pop(0)
        elif option in (b"IFNE", b"IFDEQ", b"IFDNE"):
            raise refuse(f"SET … {option.decode()}")
        else:
            raise Fail(SYNTAX)
    if unit is not None:
        ttl = _given(data, unit, amount, "set")
    old = data.value(key)
    if answer_old or condition == b"IFEQ":
        data.string(key)  # WRONGTYPE before anything is stored
    refused = (
        (condition == b"NX" and old is not None)
        or (condition == b"XX" and old is None)
        or (condition == b"IFEQ" and old != expected)
    )
    if not refused and ttl is not None and ttl <= 0:
        data.drop(key)
    elif not refused:
        data.store(key, value, data.ttl(key) if keep else ttl)
    if answer_old:
        return old
    return None if refused else OK


def _given(data, unit: bytes, amount: bytes, name: str) -> int:
    """The ttl of EX, PX, EXAT or PXAT; 0 or less if the moment is past."""
    scale = 1000 if unit.startswith(b"EX") else 1
    ttl = lifetime(amount, scale, name)
    return until(data, amount, scale, name) if unit.endswith(b"AT") else ttl


@command("SETNX", 2)
def _setnx(data, key, value):
    if data.value(key) is not None:
        return 0
    data.store(key, value)
    return 1


@command("SETEX", 3)
def _setex(data, key, seconds, value):
    data.store(key, value, lifetime(seconds, 1000, "setex"))
    return OK


@command("PSETEX", 3)
def _psetex(data, key, milliseconds, value):
    data.store(key, value, lifetime(milliseconds, 1, "psetex"))
    return OK


@command("GETSET", 2)
def _getset(data, key, value):
    old = data.string(key)
    data.store(key, value)
    return old


@command("GETDEL", 1)
def _getdel(data, key):
    old = data.string(key)
    data.drop(key)
    return old


@command("GETEX", 1, None)
def _getex(data, key, *options):
    ttl = data.ttl(key)
    change = bool(options)
    match [option.upper() for option in options]:
        case []:
            pass
        case [b"PERSIST"]:
            change = ttl is not None
            ttl = None
        case [b"EX" | b"PX" | b"EXAT" | b"PXAT" as unit, amount]:
            ttl = _given(data, unit, amount, "getex")
        case _:
            raise Fail(SYNTAX)
    value = data.string(key)
    if value is not None and change:
        if ttl is not None and ttl <= 0:
            data.drop(key)
        else:
            data.store(key, value, ttl)
    return value


@command("MGET", 1, None)
def _mget(data, *names):
    values = [data.value(name) for name in names]
    return [value if isinstance(value, bytes) else None for value in values]


@command("MSET", 2, None)
def _mset(data, *pairs):
    if len(pairs) % 2:
        raise Fail("ERR wrong number of arguments for 'mset' command")
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        data.store(key, value)
    return OK


@command("MSETNX", 2, None)
def _msetnx(data, *pairs):
    if len(pairs) % 2:
        raise Fail("ERR wrong number of arguments for 'msetnx' command")
    if any(data.value(key) is not None for key in pairs[::2]):
        return 0
    _mset(data, *pairs)
    return 1


@command("APPEND", 2)
def _append(data, key, more):
    value = (data.string(key) or b"") + more
    data.store(key, value, data.ttl(key))
    return len(value)


@command("STRLEN", 1)
def _strlen(data, key):
    return len(data.string(key) or b"")


def _add(data, key, amount: int):
    value = data.string(key)
    number = integer(b"0" if value is None else value) + amount
    if number not in INT64:
        raise Fail("ERR increment or decrement would overflow")
    data.store(key, str(number).encode(), data.ttl(key))
    return number


@command("INCR", 1)
def _incr(data, key):
    return _add(data, key, 1)


@command("DECR", 1)
def _decr(data, key):
    return _add(data, key, -1)


@command("INCRBY", 2)
def _incrby(data, key, amount):
    return _add(data, key, integer(amount))


@command("DECRBY", 2)
def _decrby(data, key, amount):
    number = integer(amount)
    if -number not in INT64:
        raise Fail("ERR decrement would overflow")
    return _add(data, key, -number)


@command("INCRBYFLOAT", 2)
def _incrbyfloat(data, key, amount):
    value = data.string(key)
    number = numbers.added(b"0" if value is None else value, amount)
    data.store(key, number, data.ttl(key))
    return number
