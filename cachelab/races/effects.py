"""What a call does: to the cache, to the database, and to what others watch."""

from __future__ import annotations

from typing import NamedTuple

from cachelab.races.calls import LOST, Call
from cachelab.races.clients.automaton import Loop, Point
from cachelab.races.models import database
from cachelab.races.refusals import Refusal
from cachelab.races.state import Feed, Place, State
from cachelab.races.world import World


class Effect(NamedTuple):
    """What comes of a call."""

    answer: object
    child: Point  # the client with that answer
    keyspace: int | None = None  # the cache afterwards; None: as before
    log: int | None = None  # the database afterwards; None: as before
    modified: tuple | frozenset = ()  # the keys that those who watch them see modified


def effect(world: World, node: Point, state: State, place: Place | Feed) -> Effect:
    """What `node`'s call does in `state`."""
    call = node.call
    if call.kind == "db":
        return _query(world, node, state, place)
    if call.kind == "exec" and _broken(place, call):
        return Effect(None, node.after(None))
    key = (node, -1 if call.kind in ("watch", "unwatch") else state.keyspace)
    known = world.effects.get(key)
    if known is None:
        known = world.effects[key] = _command(world, node, state.keyspace)
    return known


def _query(world: World, node: Point, state: State, place: Place | Feed) -> Effect:
    operation, detail = node.call.payload[:2]
    if operation not in database.READS:
        key = (node, state.log)
        known = world.effects.get(key)
        if known is None:
            known = world.effects[key] = _statement(world, node, state.log)
        return known
    version = visible(world, state, place, detail)
    log = world.logs[state.log]
    key = (node, log[version], version)
    known = world.effects.get(key)
    if known is None:
        answer = database.answer(log, version, node.call, node.pending)
        known = world.effects[key] = Effect(answer, node.after(answer))
    return known


def _statement(world: World, node: Point, number: int) -> Effect:
    """A write, or the end of a transaction."""
    operation, detail, *names = node.call.payload
    name, before, pending = "".join(names), world.logs[number], node.pending
    _, version = pending.get(name) or database.row_of(before, len(before) - 1, name)
    log = answer = None
    match operation:
        case "write" | "update":
            answer = database.written(before, detail, name, pending)
        case "write_if" | "update_if" if version == detail:
            answer = database.written(before, None, name, pending)
        case "commit" if pending:  # a conditional write may have written nothing
            log, answer = database.commit(before, pending), len(before)
    if answer is not None and operation in ("write", "write_if"):  # outside a transaction: at once
        log = database.commit(before, {name: answer})
    child = node.after(answer, idle=False)
    return Effect(answer, child, log=None if log is None else world.logs.number(log))


def locked(world: World, state: State, i: int, name: str) -> bool:
    """Whether another client's open transaction has locked this row."""
    return any(
        j != i and number not in world.over and name in world.places[number].node.pending
        for j, number in enumerate(state.places)
    )


def _command(world: World, node: Point, keyspace: int) -> Effect:
    call, model, before = node.call, world.model, world.keyspaces[keyspace]
    if call.kind in ("watch", "unwatch"):
        return Effect(model.OK, node.after(model.OK))
    run = model.transaction if call.kind == "exec" else model.execute
    try:
        answer, after, modified = run(before, call.payload)
    except Refusal as problem:  # in a script, whose commands are known only now
        raise type(problem)(f"{node.program.name}, {node.where}: {problem}") from None
    child = node.after(answer, idle=after == before)
    return Effect(answer, child, world.keyspaces.number(after), None, modified)


def lost(found: Effect, node: Point, state: State) -> list[Effect]:
    """A call lost on its way and, where that makes a difference, its answer lost on the way back."""
    child = node.after(LOST)
    ways = [Effect(LOST, child)]
    if found.modified or found.keyspace not in (None, state.keyspace):
        ways.append(Effect(LOST, child, found.keyspace, None, found.modified))
    return ways


def visible(world: World, state: State, place: Place | Feed, source: str) -> int:
    """The version that a client at `place` reads from `source`."""
    if isinstance(place, Place) and place.snapshot is not None and place.node.wrote < 0:
        return place.snapshot[source != "primary"]  # until its own commit ends the transaction
    return world.latest(state) if source == "primary" or state.replica < 0 else state.replica


def in_vain(world: World, state: State, place: Place, loop: Loop) -> bool:
    """Whether a polling round would bring just what it brought before, and change nothing."""
    for call, answer in loop.body:
        if call.kind == "db":
            operation, detail = call.payload[:2]
            if operation not in database.READS or place.node.pending:
                return False
            version = visible(world, state, place, detail)
            if answer != database.answer(world.logs[state.log], version, call, {}):
                return False
        elif call.kind in ("valkey", "memcached"):
            before = world.keyspaces[state.keyspace]
            reply, after, _ = world.model.execute(before, call.payload)
            if reply != answer or after != before:
                return False
        else:
            return False
    return True


# --- WATCH ---


def _broken(place: Place | Feed, call: Call) -> bool:
    return any(modified for connection, _, modified in place.watches if connection == call.connection)


def watching(place: Place | Feed, call: Call, child: Point, *, lost: bool) -> tuple:
    """The watches of a client after `call`, before anybody's modifications are marked."""
    watches = place.watches
    if lost:  # the connection broke, and the server forgot what it watched
        watches = tuple(watch for watch in watches if watch[0] != call.connection)
    elif call.kind == "watch":
        old = [watch for watch in watches if watch[0] == call.connection]
        keys = frozenset(call.payload).union(*(watch[1] for watch in old))
        rest = [watch for watch in watches if watch[0] != call.connection]
        broken = any(watch[2] for watch in old)
        watches = (*rest, (call.connection, keys, broken))
    elif call.kind in ("exec", "unwatch"):
        watches = tuple(watch for watch in watches if watch[0] != call.connection)
    if child.released:
        watches = tuple(watch for watch in watches if watch[0] not in child.released)
    return watches


def marked(watches: tuple, modified) -> tuple:
    """The watches after these keys were modified: those on one of them are broken."""
    return tuple(
        [(connection, keys, broken or not keys.isdisjoint(modified)) for connection, keys, broken in watches]
    )


def mark(world: World, state: State, modified) -> State:
    """The state with every client's watches on modified keys broken."""
    if world.watchers().isdisjoint(state.places):
        return state
    places = None
    for i, number in enumerate(state.places):
        place = world.places[number]
        if place.watches and (watches := marked(place.watches, modified)) != place.watches:
            places = places or list(state.places)
            places[i] = world.places.number(place._replace(watches=watches))
    if places is None:
        return state
    keyspace, log, replica, faults_left, known, _, past = state
    return State(keyspace, log, replica, faults_left, known, tuple(places), past)


# --- what happens to the cache by itself ---


def without(world: World, keyspace: int, key: bytes) -> int:
    """The keyspace after a key vanished."""
    number = world.drops.get((keyspace, key))
    if number is None:
        number = world.keyspaces.number(world.model.without(world.keyspaces[keyspace], key))
        world.drops[keyspace, key] = number
    return number


def vanish(world: World, state: State, keys) -> State:
    """The state after these keys vanished."""
    keyspace, log, replica, faults_left, known, places, past = state
    for key in keys:
        keyspace = without(world, keyspace, key)
    return mark(world, State(keyspace, log, replica, faults_left, known, places, past), keys)


def fail_over(world: World, state: State, keyspace: int) -> State:
    """The state after a replica with this keyspace has taken over. Replicas copy the new primary at once.

    Clients connect anew, so that none of what they watched is watched any more: their EXEC fails.
    """
    watched = frozenset().union(*(watch[1] for i in state.places for watch in world.places[i].watches))
    return mark(world, state._replace(keyspace=keyspace, past=0), watched)


def elapse(world: World, state: State) -> State:
    """The state after all TTLs have run out."""
    return vanish(world, state, world.model.expiring(world.keyspaces[state.keyspace]))
