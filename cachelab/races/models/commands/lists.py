"""Lists: https://valkey.io/commands/#list. Commands that wait for an element (BLPOP …) are not modelled."""

from __future__ import annotations

from functools import partial

from cachelab.races.models.commands.table import OK, SYNTAX, Fail, List, command, count_of, integer, span


def _of(data, key) -> list[bytes]:
    return list(data.typed(key, List) or ())


def _push(data, key, *elements, left: bool, create: bool = True) -> int:
    held = _of(data, key)
    if not held and not create:
        return 0
    held = [*reversed(elements), *held] if left else [*held, *elements]
    data.keep(key, List(held))
    return len(held)


def _pop(data, key, *count, left: bool):
    wanted = count_of(count[0]) if count else 1
    held = _of(data, key)
    if not held:
        return None
    taken = held[:wanted] if left else held[::-1][:wanted]
    if taken:
        data.keep(key, List(held[len(taken) :] if left else held[: len(held) - len(taken)]))
    return taken if count else taken[0]


for side, left in (("L", True), ("R", False)):
    command(f"{side}PUSH", 2, None)(partial(_push, left=left))
    command(f"{side}PUSHX", 2, None)(partial(_push, left=left, create=False))
    command(f"{side}POP", 1, 2)(partial(_pop, left=left))


@command("LRANGE", 3)
def _lrange(data, key, start, stop):
    start, stop = integer(start), integer(stop)
    held = _of(data, key)
    return held[span(start, stop, len(held))]


@command("LLEN", 1)
def _llen(data, key):
    return len(_of(data, key))


@command("LINDEX", 2)
def _lindex(data, key, index):
    held = _of(data, key)
    if not held:
        return None
    index = integer(index)
    return held[index] if -len(held) <= index < len(held) else None


@command("LSET", 3)
def _lset(data, key, index, element):
    held = _of(data, key)
    if not held:
        raise Fail("ERR no such key")
    index = integer(index)
    if not -len(held) <= index < len(held):
        raise Fail("ERR index out of range")
    held[index] = element
    data.keep(key, List(held))
    return OK


@command("LREM", 3)
def _lrem(data, key, count, element):
    count = integer(count)
    held = _of(data, key)
    places = [i for i, one in enumerate(held) if one == element]
    gone = set(places if count == 0 else places[:count] if count > 0 else places[count:])
    if gone:
        data.keep(key, List(one for i, one in enumerate(held) if i not in gone))
    return len(gone)


@command("LTRIM", 3)
def _ltrim(data, key, start, stop):
    start, stop = integer(start), integer(stop)
    held = _of(data, key)
    left = held[span(start, stop, len(held))]
    if left != held:
        data.keep(key, List(left))
    return OK


@command("LMOVE", 4)
def _lmove(data, source, target, whence, where):
    whence, where = whence.upper(), where.upper()
    if {whence, where} - {b"LEFT", b"RIGHT"}:
        raise Fail(SYNTAX)
    held = _of(data, source)
    if not held:
        return None
    if source == target:  # no moment without an element: the key keeps its TTL
        element = held.pop(0 if whence == b"LEFT" else -1)
        data.keep(source, List([element, *held] if where == b"LEFT" else [*held, element]))
        return element
    _of(data, target)  # WRONGTYPE before anything is taken
    element = _pop(data, source, left=whence == b"LEFT")
    _push(data, target, element, left=where == b"LEFT")
    return element


@command("RPOPLPUSH", 2)
def _rpoplpush(data, source, target):
    return _lmove(data, source, target, b"RIGHT", b"LEFT")
