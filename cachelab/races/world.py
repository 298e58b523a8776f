"""Everything the clients share and everything they have seen, as one immutable state; and the moves out of
it.

A state is a flat tuple of small integers:

    (keyspace, log, replica, faults left, floor, client, client, …)

keyspace, log and each client are numbers of interned values. `replica` is the version the replica has (-1: it
is never behind). `floor` is the latest version that somebody is sure of: acknowledged to a writer that has
finished, or returned to a reader that has. A client is a `Place`; a CDC client a `Feed`.

Clients that run the same function are interchangeable: their places are kept sorted, so that states which
differ only in who is who are one state. Functions that draw on their identity (uuid, random, …) are exempt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import database
from .calls import LOST, Call
from .client import Distinct, Failure, Node, Program
from .faults import Cdc, name_of
from .refusals import Refusal
from .session import Session

CLIENTS = 5  # index of the first client in a state


class Place(NamedTuple):
    """Where a client is: after which history, watching what, and since when."""

    node: Node | None  # None: finished or crashed
    watches: tuple = ()  # (connection, keys, whether one of them was modified), sorted
    floor: int = -1  # the floor when it made its first call; -1: it has not started
    snapshot: tuple[int, int] | None = None  # (primary, replica) versions its reads come from
    outlasts: tuple[int, ...] | None = None  # the readers it waits for


class Feed(NamedTuple):
    """Where a CDC client is: at which commit, at which delivery of it, in which call of the handler."""

    node: Node
    position: int
    attempt: int
    watches: tuple = ()


GONE = Place(None)
ATTEMPTS = 3  # deliveries of one commit to a handler that raises, beyond the fault budget


class Move(NamedTuple):
    """One possible next step: who or what moves, and how.

    action: for a client: call, begin (open its snapshot), wait, lost, unanswered, crash, poll on; for nobody:
    evict, expire, replicate, elapse.
    """

    action: str
    client: int = -1  # index, or -1
    key: bytes = b""


class Reads(Exception):
    """A client that was not known to read the database does so, and needs a snapshot to read from."""

    def __init__(self, client: int):
        self.client = client


class World:
    """The clients, the faults that may happen to them, and the moves from any state."""

    def __init__(
        self,
        session: Session,
        clients: list,
        faults: frozenset[str],
        budget: int,
        memcached: bool,
        readers: set[int],
        snapshots: set[int],
        personal: set,
        symmetric: bool,
    ):
        from . import model_memcached, model_valkey

        self.session, self.clients, self.faults, self.budget = session, clients, faults, budget
        self.model = model_memcached if memcached else model_valkey
        self.memcached = memcached
        self.readers = readers  # the clients whose result is a read
        self.snapshots = snapshots if "old_snapshot" in faults else set()
        self.personal = personal  # functions whose clients have an identity
        self.failures: list[tuple[int, Failure]] = []
        self.odd: dict[int, object] = {}  # clients that returned something that is no database value
        self.looped = self.blocked = False
        self._programs: dict[tuple, Program] = {}
        self._keyspaces: dict[object, int] = {}
        self.keyspaces: list = []
        self._logs: dict[database.Log, int] = {}
        self.logs: list[database.Log] = []
        self._places: dict[tuple, int] = {}
        self.places: list = []
        self._effects: dict[tuple[Node, int], tuple] = {}
        self._drops: dict[tuple[int, bytes], int] = {}
        self._versions: dict[tuple[int, str], int | None] = {}
        self._moves = [
            {
                action: Move(action, i)
                for action in ("call", "begin", "wait", "lost", "unanswered", "crash", "poll on")
            }
            for i in range(len(clients))
        ]
        self.names = self._name(clients)
        self.gone = self.place(GONE)
        self.empty = self.keyspace(self.model.EMPTY)
        self.groups = self._groups() if symmetric else []

    # --- naming and interning ---

    @staticmethod
    def _name(clients) -> list[str]:
        plain = ["cdc" if isinstance(client, Cdc) else name_of(client) for client in clients]
        return [
            f"{name} {plain[: i + 1].count(name)}" if plain.count(name) > 1 else name
            for i, name in enumerate(plain)
        ]

    def _groups(self) -> list[tuple[int, ...]]:
        """The sets of interchangeable clients, as indices into a state."""
        groups: dict[Callable, list[int]] = {}
        for i, client in enumerate(self.clients):
            if not isinstance(client, Cdc) and client not in self.personal:
                groups.setdefault(client, []).append(CLIENTS + i)
        return [tuple(group) for group in groups.values() if len(group) > 1]

    def program(
        self, function: Callable, name: str, identity: int, arguments: tuple | None = None
    ) -> Program:
        """The automaton of a client function; clients that never use their identity share one."""
        shared = function not in self.personal
        key = (function, None if shared else identity, arguments)
        program = self._programs.get(key)
        if program is None:
            session = self.session
            arguments = arguments or (session.cache, session.db)
            program = self._programs[key] = Program(session, function, name, identity, arguments, shared)
        return program

    def keyspace(self, value) -> int:
        number = self._keyspaces.get(value)
        if number is None:
            number = self._keyspaces[value] = len(self.keyspaces)
            self.keyspaces.append(value)
        return number

    def log(self, value: database.Log) -> int:
        number = self._logs.get(value)
        if number is None:
            number = self._logs[value] = len(self.logs)
            self.logs.append(value)
        return number

    def place(self, value) -> int:
        number = self._places.get(value)
        if number is None:
            number = self._places[value] = len(self.places)
            self.places.append(value)
        return number

    def version_of(self, log: int, value: str) -> int | None:
        key = (log, value)
        if key not in self._versions:
            self._versions[key] = database.version_of(self.logs[log], value)
        return self._versions[key]

    # --- states ---

    def start(self, keyspace: int) -> tuple:
        """The state before anybody moved."""
        log = self.log(database.INITIAL)
        replica = 0 if "replica_lag" in self.faults else -1
        places = []
        for i, client in enumerate(self.clients):
            if isinstance(client, Cdc):
                places.append(self.place(self._settle(i, Feed(self._handler(i, 1, 0), 1, 0), 0)))
            else:
                root = self.program(client, self.names[i], i + 1).root
                places.append(self.gone if root.done else self.place(Place(root)))
        return self.tidy((keyspace, log, replica, self.budget, 0, *places))

    def tidy(self, state: tuple) -> tuple:
        """The state with interchangeable clients in order, and nothing in it that no longer matters."""
        if not self.groups and state[4] <= 0:
            return state
        parts = list(state)
        for group in self.groups:
            for index, value in zip(group, sorted([parts[i] for i in group]), strict=True):
                parts[index] = value
        if parts[4] > 0 and not any(self._unstarted(place) for place in parts[CLIENTS:]):
            parts[4] = 0  # the floor matters only to clients that have not started
        return tuple(parts)

    def order(self, state: tuple) -> list[int]:
        """For each position of tidy(state): the position in `state` it came from."""
        order = list(range(len(state)))
        for group in self.groups:
            for index, (_, origin) in zip(group, sorted((state[i], i) for i in group), strict=True):
                order[index] = origin
        return order

    def _unstarted(self, place: int) -> bool:
        place = self.places[place]
        return isinstance(place, Place) and place.node is not None and place.floor < 0

    def finished(self, state: tuple) -> bool:
        """Whether everything is quiet: clients finished or crashed, replica caught up, CDC drained."""
        latest = len(self.logs[state[1]]) - 1
        if 0 <= state[2] < latest:
            return False
        gone = self.gone
        for number in state[CLIENTS:]:
            if number != gone:
                place = self.places[number]
                if isinstance(place, Place) or place.position <= latest:
                    return False
        return True

    def active(self, state: tuple) -> list[int]:
        """The clients that are not finished."""
        return [i for i, number in enumerate(state[CLIENTS:]) if number != self.gone]

    # --- one step of a client ---

    def effect(self, node: Node, state: tuple, place) -> tuple:
        """What `node`'s call does in `state`: `(answer, next node, keyspace, log, keys modified)`."""
        call = node.call
        if call.kind == "db":
            operation, detail = call.payload
            if operation == "write":
                key = (node, state[1])
                effect = self._effects.get(key)
                if effect is None:
                    log, answer = database.commit(self.logs[state[1]], detail)
                    effect = (answer, node.after(answer, idle=False), None, self.log(log), ())
                    self._effects[key] = effect
                return effect
            version = self._visible(state, place, detail)
            key = (node, self.logs[state[1]][version], version)
            effect = self._effects.get(key)
            if effect is None:
                value = key[1]
                answer = (value, version) if operation == "read_versioned" else value
                effect = self._effects[key] = (answer, node.after(answer), None, None, ())
            return effect
        if call.kind in ("watch", "unwatch"):
            key = (node, -1)
            effect = self._effects.get(key)
            if effect is None:
                effect = self._effects[key] = (self.model.OK, node.after(self.model.OK), None, None, ())
            return effect
        if call.kind == "exec":
            broken = any(
                modified for connection, _, modified in place.watches if connection == call.connection
            )
            if broken:
                return None, node.after(None), None, None, ()
        key = (node, state[0])
        effect = self._effects.get(key)
        if effect is None:
            before = self.keyspaces[state[0]]
            try:
                if call.kind == "exec":
                    answer, after, modified = self.model.transaction(before, call.payload)
                else:
                    answer, after, modified = self.model.execute(before, call.payload)
            except Refusal as problem:  # in a script, whose commands are known only now
                raise type(problem)(f"{node.program.name}, {node.where}: {problem}") from None
            child = node.after(answer, idle=after == before)
            effect = (answer, child, self.keyspace(after), None, modified)
            self._effects[key] = effect
        return effect

    def _visible(self, state: tuple, place, source: str) -> int:
        """The version that a client at `place` reads from `source`."""
        latest = len(self.logs[state[1]]) - 1
        current = latest if source == "primary" or state[2] < 0 else state[2]
        snapshot = getattr(place, "snapshot", None)
        if (
            snapshot is None or place.node.wrote >= 0
        ):  # its own commit ended the transaction with the snapshot
            return current
        return snapshot[source != "primary"]

    def watching(self, place, call: Call, child: Node, *, lost: bool) -> tuple:
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

    @staticmethod
    def marked(watches: tuple, modified) -> tuple:
        """The watches after these keys were modified: those on one of them are broken."""
        return tuple(
            (connection, keys, broken or not keys.isdisjoint(modified))
            for connection, keys, broken in watches
        )

    def _mark(self, places: list[int], modified) -> None:
        """Break every client's watches on modified keys."""
        for i, number in enumerate(places):
            place = self.places[number]
            if place.watches and (watches := self.marked(place.watches, modified)) != place.watches:
                places[i] = self.place(place._replace(watches=watches))

    def moves(self, state: tuple) -> list[tuple[Move, tuple, str | None, bool]]:
        """The moves from `state`: `(move, next state, "fresh" or "dirty" if that read is wrong, folded)`.

        A folded move completes a polling round that found nothing new. The next states are not tidied.
        """
        found = []
        places = self.places
        for i in range(len(self.clients)):
            place = places[state[CLIENTS + i]]
            if place.node is None:
                continue
            if isinstance(place, Feed):
                self._feed_moves(found, state, i, place)
            else:
                self._client_moves(found, state, i, place)
        self._fault_moves(found, state)
        if 0 <= state[2] < len(self.logs[state[1]]) - 1:
            found.append(
                (Move("replicate"), self.settle(self._with(state, replica=state[2] + 1)), None, False)
            )
        return found

    def _client_moves(self, found, state, i, place) -> None:
        moves = self._moves[i]
        node = place.node
        started = place.floor >= 0
        if i in self.snapshots and not started:
            latest = len(self.logs[state[1]]) - 1
            opened = place._replace(floor=state[4], snapshot=(latest, state[2] if state[2] >= 0 else latest))
            found.append((moves["begin"], self._put(state, i, opened), None, False))
            return
        if node.call.kind == "outlast":
            if place.outlasts is None:
                waiting = place._replace(
                    floor=place.floor if started else state[4], outlasts=self._running(state, i)
                )
                found.append((moves["wait"], self._put(state, i, waiting), None, False))
            elif not any(state[CLIENTS + reader] != self.gone for reader in place.outlasts):
                child = node.after(None)
                found.append(
                    self._advance(state, i, place, moves["call"], node, child, None, None, (), False)
                )
            else:
                self.blocked = True
        else:
            if "old_snapshot" in self.faults and place.snapshot is None and node.call.kind == "db":
                if node.call.payload[0] != "write":
                    raise Reads(i)
            answer, child, keyspace, log, modified = self.effect(node, state, place)
            found.append(
                self._advance(state, i, place, moves["call"], node, child, keyspace, log, modified, False)
            )
            if (
                node.loop is not None
                and node.loop.exit is not None
                and self._in_vain(state, place, node.loop)
            ):
                found.append(
                    self._advance(
                        state, i, place, moves["poll on"], node, node.loop.exit, None, None, (), False
                    )
                )
            if "lost_call" in self.faults and state[3] > 0 and node.call.kind != "db":
                self._losses(found, state, i, place, node, keyspace, modified)
        if "crash" in self.faults and state[3] > 0 and (started or node.depth > 0):
            found.append((moves["crash"], self._put(state, i, GONE, fault=True), None, False))

    def _running(self, state, i) -> tuple[int, ...]:
        """The readers under way, other than client i."""
        if self.groups:
            raise Distinct(None)
        return tuple(
            reader
            for reader in sorted(self.readers)
            if reader != i
            and state[CLIENTS + reader] != self.gone
            and self.places[state[CLIENTS + reader]].floor >= 0
        )

    def _in_vain(self, state, place, loop) -> bool:
        """Whether a polling round would bring just what it brought before, and change nothing."""
        keyspace = state[0]
        for call, answer in loop.body:
            if call.kind == "db":
                operation, detail = call.payload
                if operation == "write":
                    return False
                version = self._visible(state, place, detail)
                value = self.logs[state[1]][version]
                if answer != ((value, version) if operation == "read_versioned" else value):
                    return False
            elif call.kind in ("valkey", "memcached"):
                reply, after, _ = self.model.execute(self.keyspaces[keyspace], call.payload)
                if reply != answer or after != self.keyspaces[keyspace]:
                    return False
            else:
                return False
        return True

    def _losses(self, found, state, i, place, node, keyspace, modified) -> None:
        """A call lost on its way, and, where that makes a difference, its answer lost on the way back."""
        moves = self._moves[i]
        child = node.after(LOST)
        found.append(
            self._advance(state, i, place, moves["lost"], node, child, None, None, (), True, lost=True)
        )
        if modified or (keyspace is not None and keyspace != state[0]):
            found.append(
                self._advance(
                    state,
                    i,
                    place,
                    moves["unanswered"],
                    node,
                    child,
                    keyspace,
                    None,
                    modified,
                    True,
                    lost=True,
                )
            )

    def _advance(
        self, state, i, place, move, node, child, keyspace, log, modified, fault, lost=False
    ) -> tuple:
        """The move that takes client i from `node` to `child`."""
        parts = list(state)
        if keyspace is not None:
            parts[0] = keyspace
        if log is not None:
            parts[1] = log
        if fault:
            parts[3] -= 1
        folded = child.depth <= node.depth and not child.done
        bad = None
        if isinstance(place, Feed):
            watches = self.watching(place, node.call, child, lost=lost)
            feed = place._replace(node=child, watches=watches)
            parts[CLIENTS + i] = self.place(self._settle(i, feed, self._available(parts, i)))
        elif child.done:
            bad = self._finish(parts, i, place, child)
        else:
            watches = place.watches
            if watches or node.call.kind == "watch":
                watches = self.watching(place, node.call, child, lost=lost)
            floor = place.floor if place.floor >= 0 else state[4]
            if child.wrote >= 0:
                floor = 0  # no longer a read
            outlasts = self._running(state, i) if child.call.kind == "outlast" else None
            parts[CLIENTS + i] = self.place(Place(child, watches, floor, place.snapshot, outlasts))
        if modified:
            places = parts[CLIENTS:]
            self._mark(places, modified)
            parts[CLIENTS:] = places
        if log is not None:
            parts = self._feed_all(parts)
        if folded:
            self.looped = True
        return move, tuple(parts), bad, folded

    def _finish(self, parts, i, place, child) -> str | None:
        """Client i is done: note what is now known, and whether what it returned is wrong."""
        parts[CLIENTS + i] = self.gone
        if child.failure is not None:
            if parts[3] == self.budget:  # no fault has happened that could excuse it
                self._fail(i, child.failure)
            return None
        if child.wrote >= 0:
            parts[4] = max(parts[4], child.wrote)
            return None
        if i not in self.readers:
            return None
        value = as_value(child.result)
        if value is None:
            if child.result is not None:
                self.odd.setdefault(i, child.result)
            return None
        version = self.version_of(parts[1], value)
        if version is None:
            return "dirty"
        if version < (place.floor if place.floor >= 0 else parts[4]):
            return "fresh"
        parts[4] = max(parts[4], version)
        return None

    def _fail(self, i: int, failure: Failure) -> None:
        """Note a client's exception, unless one of the same function from the same line is known."""
        known = {(self.clients[j], str(other)) for j, other in self.failures}
        if (self.clients[i], str(failure)) not in known:
            self.failures.append((i, failure))

    # --- CDC ---

    def _handler(self, i: int, version: int, attempt: int) -> Node:
        client = self.clients[i]
        identity = 10_000 * (i + 1) + 100 * version + attempt
        return self.program(client.handler, self.names[i], identity, (self.session.cache, version)).root

    def _available(self, parts, i: int) -> int:
        """The latest commit that CDC client i can see."""
        latest = len(self.logs[parts[1]]) - 1
        return latest if self.clients[i].source == "primary" or parts[2] < 0 else parts[2]

    def _settle(self, i: int, feed: Feed, available: int) -> Feed:
        """The feed after its handler returned or raised: at the next commit, or at the same one again."""
        while feed.node.done and feed.position <= available:
            position, attempt = feed.position, feed.attempt
            failure = feed.node.failure
            if failure is not None and attempt < self.budget + ATTEMPTS:
                attempt += 1
            else:
                if failure is not None:
                    self._fail(i, failure)
                position, attempt = position + 1, 0
            feed = Feed(self._handler(i, position, attempt), position, attempt)
        return feed

    def _feed_all(self, parts) -> list:
        """Let every CDC client whose handler makes no call move on."""
        for i, client in enumerate(self.clients):
            if isinstance(client, Cdc):
                feed = self.places[parts[CLIENTS + i]]
                parts[CLIENTS + i] = self.place(self._settle(i, feed, self._available(parts, i)))
        return parts

    def settle(self, state: tuple) -> tuple:
        return tuple(self._feed_all(list(state)))

    def _feed_moves(self, found, state, i, feed) -> None:
        moves = self._moves[i]
        node = feed.node
        can_crash = "crash" in self.faults and state[3] > 0
        if feed.position <= self._available(state, i) and not node.done:
            answer, child, keyspace, log, modified = self.effect(node, state, feed)
            found.append(
                self._advance(state, i, feed, moves["call"], node, child, keyspace, log, modified, False)
            )
            if "lost_call" in self.faults and state[3] > 0:
                self._losses(found, state, i, feed, node, keyspace, modified)
        if can_crash and (node.depth > 0 or feed.position > 1):
            position = feed.position if node.depth > 0 else feed.position - 1
            again = Feed(self._handler(i, position, feed.attempt + 1), position, feed.attempt + 1)
            again = self._settle(i, again, self._available(state, i))  # it may make no call at all
            found.append((moves["crash"], self._put(state, i, again, fault=True), None, False))

    # --- what happens to the cache ---

    def _fault_moves(self, found, state) -> None:
        if state[3] <= 0:
            return
        keyspace = self.keyspaces[state[0]]
        if "evict" in self.faults:
            for key in self.model.keys(keyspace):
                found.append((Move("evict", -1, key), self._drop(state, key), None, False))
        if "expire" in self.faults:
            for key in self.model.expiring(keyspace):
                found.append((Move("expire", -1, key), self._drop(state, key), None, False))

    def without(self, keyspace: int, key: bytes) -> int:
        """The keyspace after a key vanished."""
        number = self._drops.get((keyspace, key))
        if number is None:
            number = self.keyspace(self.model.without(self.keyspaces[keyspace], key))
            self._drops[keyspace, key] = number
        return number

    def _drop(self, state, key) -> tuple:
        parts = list(state)
        parts[0] = self.without(state[0], key)
        parts[3] -= 1
        places = parts[CLIENTS:]
        self._mark(places, (key,))
        parts[CLIENTS:] = places
        return tuple(parts)

    def elapse(self, state: tuple) -> tuple:
        """The state after all TTLs have run out."""
        keys = self.model.expiring(self.keyspaces[state[0]])
        parts = list(state)
        for key in keys:
            parts[0] = self.without(parts[0], key)
        places = parts[CLIENTS:]
        self._mark(places, keys)
        parts[CLIENTS:] = places
        return tuple(parts)

    def _put(self, state, i, place, *, fault=False) -> tuple:
        parts = list(state)
        parts[CLIENTS + i] = self.place(place)
        if fault:
            parts[3] -= 1
        return tuple(parts)

    def _with(self, state, *, replica) -> tuple:
        return (*state[:2], replica, *state[3:])


def as_value(result) -> str | None:
    """A client's result as a database value, or None if it cannot be one."""
    if isinstance(result, bytes):
        result = result.decode(errors="replace")
    return str(result) if isinstance(result, str) else None
