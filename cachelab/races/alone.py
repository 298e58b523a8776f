"""A client with nobody else about: how it fares, and what it makes of what the database holds."""

from __future__ import annotations

from dataclasses import dataclass

from cachelab.races.clients.automaton import Point
from cachelab.races.clients.session import Failure
from cachelab.races.effects import Effect, effect, marked, watching
from cachelab.races.state import NO_LAG, Place, State, as_value
from cachelab.races.world import World

TOLD = 850  # the identity of who asks the database alone


@dataclass(frozen=True)
class Alone:
    """How a client fared with nobody else about."""

    result: object
    failure: Failure | None
    hung: bool  # it polls for something that nobody is there to do
    keyspace: int
    log: int
    calls: tuple  # (node, answer) for each call made

    def used(self, kind: str, *operations: str) -> bool:
        """Whether it called the database with one of these operations, or (kind "cache") the cache at all."""
        for node, _ in self.calls:
            if kind == "cache" and node.call.kind in ("valkey", "exec", "watch", "memcached"):
                return True
            if kind == "db" and node.call.kind == "db" and node.call.payload[0] in operations:
                return True
        return False


def alone(world: World, node: Point, keyspace: int, log: int) -> Alone:
    """Run a client from `node` with nobody else about."""
    place = Place(node)
    calls = []
    seen = set()
    while not node.done:
        if node.loop is not None and node.loop.folds:
            if (node, keyspace, log) in seen:
                if node.loop.exit is None:
                    return Alone(None, None, True, keyspace, log, tuple(calls))
                node = node.loop.exit
                place = place._replace(node=node)
                continue
            seen.add((node, keyspace, log))
        if node.call.kind == "outlast":
            does = Effect(None, node.after(None))
        else:
            does = effect(world, node, State(keyspace, log, NO_LAG, 0, 0, ()), place)
            keyspace = keyspace if does.keyspace is None else does.keyspace
            log = log if does.log is None else does.log
        calls.append((node, does.answer))
        watches = watching(place, node.call, does.child, lost=False)
        place = Place(does.child, marked(watches, does.modified))
        node = does.child
    return Alone(node.result, node.failure, False, keyspace, log, tuple(calls))


def told(world: World, client, log: int) -> str | None:
    """What a client returns, run alone with an empty cache, when the database holds this: all there is to
    compare with where its value is made of several rows."""
    node = world.program(client, "a reader of the database", TOLD).root
    return as_value(alone(world, node, world.keyspaces.number(world.model.EMPTY), log).result)


def version_of(world: World, client, log: int, value: str) -> int | None:
    """The latest version for which a client would return this value; None: it never was the database's."""
    if not world.several:
        return world.version_of(log, value)
    commits = world.logs[log]
    prefixes = [(version, commits[: version + 1]) for version in range(len(commits))]
    return next(
        (
            version
            for version, until in prefixes[::-1]
            if told(world, client, world.logs.number(until)) == value
        ),
        None,
    )
