"""What may happen next in a state, and what would come of it.

An exploration spends its time here and in effects.py: `found` is handed down and filled.
"""

from __future__ import annotations

from cachelab.races import cdc
from cachelab.races.alone import version_of
from cachelab.races.clients.automaton import Point
from cachelab.races.clients.session import Distinct
from cachelab.races.effects import Effect, effect, fail_over, in_vain, locked, lost, mark, vanish, watching
from cachelab.races.faults import Cdc
from cachelab.races.models import database
from cachelab.races.state import NO_LAG, Feed, Move, Next, Place, State, as_value
from cachelab.races.world import World


class Reads(Exception):
    """A client that was not known to read the database does so, and needs a snapshot to read from."""

    def __init__(self, client: int):
        self.client = client


def start(world: World, keyspace: int) -> State:
    """The state before anybody moved."""
    places = []
    for i, client in enumerate(world.clients):
        if isinstance(client, Cdc):
            places.append(world.places.number(cdc.begin(world, i)))
            continue
        root = world.program(client, world.names[i], i + 1).root
        places.append(world.ended(root) if root.done else world.places.number(Place(root)))
        world.unstarted.update({places[-1]} - world.over)
    latest = len(world.logs[world.log]) - 1  # everybody knows it, and the replica has it
    replica = latest if "replica_lag" in world.faults else NO_LAG
    return world.tidy(State(keyspace, world.log, replica, world.budget, latest, tuple(places)))


def moves(world: World, state: State) -> list[Next]:
    """Everything that may happen next."""
    found: list[Next] = []
    over = world.over
    for i, number in enumerate(state.places):
        if number not in over:
            place = world.places[number]
            (_of_feed if isinstance(place, Feed) else _of_client)(found, world, state, i, place)
    if state.faults_left > 0:
        _faults(found, world, state)
    if 0 <= state.replica < world.latest(state):
        caught_up = cdc.settle_all(world, state._replace(replica=state.replica + 1))
        found.append(Next(Move("replicate"), caught_up))
    if "failover" in world.faults and state.faults_left > 0:
        found = [option._replace(state=_remembering(world, state, option.state)) for option in found]
        for keyspace in sorted(world.pasts[state.past] - {state.keyspace}):
            found.append(Next(Move("failover", to=keyspace), fail_over(world, _spent(state), keyspace)))
    return found


def _remembering(world: World, before: State, state: State) -> State:
    """The state with what the cache was before among what a replica may still have, if it matters."""
    if not state.faults_left:
        return state._replace(past=0)
    if state.keyspace == before.keyspace:
        return state
    return state._replace(past=world.pasts.number(world.pasts[before.past] | {before.keyspace}))


# --- a client's ---


def _of_client(found: list[Next], world: World, state: State, i: int, place: Place) -> None:
    node, mine = place.node, world.moves[i]
    if i in world.snapshots and not place.started:
        latest = world.latest(state)
        snapshot = (latest, latest if state.replica == NO_LAG else state.replica)
        opened = place._replace(floor=state.known, snapshot=snapshot)
        found.append(Next(mine["begin"], world.put(state, i, world.places.number(opened))))
        return
    (_wait if node.call.kind == "outlast" else _call)(found, world, state, i, place)
    if state.faults_left and "crash" in world.faults and (place.started or node.depth > 0):
        found.append(Next(mine["crash"], world.put(_spent(state), i, world.gone)))


def _wait(found: list[Next], world: World, state: State, i: int, place: Place) -> None:
    """races.outlast_readers(): begin to wait, or go on if the readers are done."""
    if place.outlasts is None:
        floor = place.floor if place.started else state.known
        waiting = place._replace(floor=floor, outlasts=_running(world, state, i))
        found.append(Next(world.moves[i]["wait"], world.put(state, i, world.places.number(waiting))))
    elif all(state.places[reader] in world.over for reader in place.outlasts):
        done = Effect(None, place.node.after(None))
        found.append(_advance(world, state, i, place, world.moves[i]["call"], done))
    else:
        world.blocked = True


def _running(world: World, state: State, i: int) -> tuple[int, ...]:
    """The readers under way, other than client i."""
    if world.groups:
        raise Distinct(None)
    return tuple(
        reader
        for reader in sorted(world.readers)
        if reader != i and state.places[reader] not in world.over and world.place(state, reader).started
    )


def _call(found: list[Next], world: World, state: State, i: int, place: Place) -> None:
    node, mine = place.node, world.moves[i]
    if place.snapshot is None and "old_snapshot" in world.faults and node.call.kind == "db":
        if node.call.payload[0] in database.READS:
            raise Reads(i)
    if waits_for_the_row(world, state, i, place):
        world.blocked = True
        return
    does = effect(world, node, state, place)
    found.append(_advance(world, state, i, place, mine["call"], does))
    loop = node.loop
    if loop is not None and loop.exit is not None and in_vain(world, state, place, loop):
        found.append(_advance(world, state, i, place, mine["poll on"], Effect(None, loop.exit)))
    if state.faults_left and "lost_call" in world.faults and node.call.kind != "db":
        found += _losses(world, state, i, place, does)


def waits_for_the_row(world: World, state: State, i: int, place: Place) -> bool:
    """Whether client i is about to write a row that another's transaction has locked."""
    call = place.node.call
    if call.kind != "db" or call.payload[0] not in database.WRITES:
        return False
    return locked(world, state, i, "".join(call.payload[2:]))


def _losses(world: World, state: State, i: int, place: Place | Feed, does: Effect) -> list[Next]:
    ways = zip(("lost", "unanswered"), lost(does, place.node, state), strict=False)
    return [_advance(world, _spent(state), i, place, world.moves[i][action], way) for action, way in ways]


def _advance(world: World, state: State, i: int, place: Place | Feed, move: Move, does: Effect) -> Next:
    """What comes of client i's call having this effect."""
    node, watches, wrong = place.node, place.watches, None
    keyspace, log, replica, faults_left, known, places, past = state
    _, child, filled, committed, modified = does
    if filled is not None:
        keyspace = filled
    if committed is not None:
        log = committed
    if watches or node.call.kind == "watch":
        watches = watching(place, node.call, child, lost=move.action in ("lost", "unanswered"))
    if isinstance(place, Feed):
        after = place._replace(node=child, watches=watches)
        after = cdc.settle(world, i, after, cdc.available(world, state, i))
        number = world.places.number(after)
    elif child.call is None:
        number = world.ended(child)
        known, wrong = _finish(world, state, i, place, child, log)
    else:
        floor = place.floor
        if child.wrote >= 0:
            floor = 0  # no longer a read
        elif floor < 0:
            floor = known
        outlasts = _running(world, state, i) if child.call.kind == "outlast" else None
        number = world.places.number(Place(child, watches, floor, place.snapshot, outlasts))
    places = (*places[:i], number, *places[i + 1 :])
    then = State(keyspace, log, replica, faults_left, known, places, past)
    if modified:
        then = mark(world, then, modified)
    if committed is not None and world.feeds:
        then = cdc.settle_all(world, then)
    folded = child.depth <= node.depth and child.call is not None
    if folded:
        world.looped = True
    return Next(move, then, wrong, folded)


def _finish(world: World, state: State, i: int, place: Place, child: Point, log: int) -> tuple:
    """Client i is done: what is known now, and what is wrong with what it returned."""
    known = state.known
    if child.failure is not None:
        if state.faults_left == world.budget:  # no fault has happened that could excuse it
            world.fail(i, child.failure)
        return known, None
    if child.wrote >= 0:
        return (child.wrote if child.wrote > known else known), None
    if i not in world.judged:
        return known, None
    value = as_value(child.result)
    if value is None:
        if child.result is not None:
            world.odd.setdefault(i, child.result)
        return known, None
    version = version_of(world, world.clients[i], log, value)
    if version is None:
        return known, "dirty"
    if version < (known if place.floor < 0 else place.floor):
        return known, "fresh"
    return (version if version > known else known), None


# --- a CDC client's, and nobody's ---


def _of_feed(found: list[Next], world: World, state: State, i: int, feed: Feed) -> None:
    if feed.position <= cdc.available(world, state, i) and not feed.node.done:
        does = effect(world, feed.node, state, feed)
        found.append(_advance(world, state, i, feed, world.moves[i]["call"], does))
        if "lost_call" in world.faults and state.faults_left > 0:
            found += _losses(world, state, i, feed, does)
    if "crash" in world.faults and state.faults_left > 0 and cdc.can_start_over(feed):
        again = world.places.number(cdc.start_over(world, state, i, feed))
        found.append(Next(world.moves[i]["crash"], world.put(_spent(state), i, again)))


def _faults(found: list[Next], world: World, state: State) -> None:
    """What may happen to the cache."""
    keyspace, state = world.keyspaces[state.keyspace], _spent(state)
    if "evict" in world.faults:
        for key in world.model.keys(keyspace):
            found.append(Next(Move("evict", -1, key), vanish(world, state, (key,))))
    if "expire" in world.faults:
        for key in world.model.expiring(keyspace):
            found.append(Next(Move("expire", -1, key), vanish(world, state, (key,))))


def _spent(state: State) -> State:
    """The state with one fault fewer to come."""
    keyspace, log, replica, faults_left, known, places, past = state
    return State(keyspace, log, replica, faults_left - 1, known, places, past)
