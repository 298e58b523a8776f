"""Sets: https://valkey.io/commands/#set. Commands that choose at random (SPOP …) are not modelled.

A server answers with members in an order of its own; the model sorts them.
"""

from __future__ import annotations

from cachelab.races.models.commands.table import Set, command


def _of(data, key) -> frozenset[bytes]:
    return data.typed(key, Set) or Set()


@command("SADD", 2, None)
def _sadd(data, key, *members):
    held = _of(data, key)
    new = set(members) - held
    if new:
        data.keep(key, Set(held | new))
    return len(new)


@command("SREM", 2, None)
def _srem(data, key, *members):
    held = _of(data, key)
    gone = held & set(members)
    if gone:
        data.keep(key, Set(held - gone))
    return len(gone)


@command("SMEMBERS", 1)
def _smembers(data, key):
    return sorted(_of(data, key))


@command("SISMEMBER", 2)
def _sismember(data, key, member):
    return int(member in _of(data, key))


@command("SMISMEMBER", 2, None)
def _smismember(data, key, *members):
    held = _of(data, key)
    return [int(member in held) for member in members]


@command("SCARD", 1)
def _scard(data, key):
    return len(_of(data, key))


@command("SMOVE", 3)
def _smove(data, source, target, member):
    if data.value(source) is None:
        return 0
    held, other = _of(data, source), _of(data, target)
    if source == target or member not in held:
        return int(member in held)
    data.keep(source, Set(held - {member}))
    if member not in other:
        data.keep(target, Set(other | {member}))
    return 1


@command("SINTER", 1, None)
def _sinter(data, *names):
    return sorted(frozenset.intersection(*[frozenset(_of(data, name)) for name in names]))


@command("SUNION", 1, None)
def _sunion(data, *names):
    return sorted(frozenset().union(*[_of(data, name) for name in names]))


@command("SDIFF", 1, None)
def _sdiff(data, first, *names):
    return sorted(frozenset(_of(data, first)).difference(*[_of(data, name) for name in names]))
