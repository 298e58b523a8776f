"""What the clients are like: each is run alone, from an empty cache and from a warm one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cachelab.races.faults import Cdc
from cachelab.races.invariants import Alone, alone
from cachelab.races.models.database import READS, WRITES
from cachelab.races.world import World

WARMING = 800  # the identity of the reader that warms the cache


@dataclass(frozen=True)
class Study:
    """Who reads and who writes, and whom to ask in the end."""

    solo: dict[int, Alone]  # how each client fared alone with an empty cache; CDC clients left out
    writers: set[int]
    asking: set[int]  # the clients that read the database
    probe: Callable  # the reader that is asked in the end
    warming: Alone  # how a reader warmed the cache

    @property
    def readers(self) -> set[int]:
        return set(self.solo) - self.writers


def study(world: World, probe: Callable | None) -> Study:
    """Run every client alone. Raises ValueError if nobody could be asked in the end what the cache holds."""
    plain = [(i, client) for i, client in enumerate(world.clients) if not isinstance(client, Cdc)]

    def run(i: int, client: Callable, keyspace: int) -> Alone:
        return alone(world, world.program(client, world.names[i], i + 1).root, keyspace, world.initial)

    solo = {i: run(i, client, world.empty) for i, client in plain}
    writers = {i for i, fared in solo.items() if fared.used("db", *WRITES)}
    probe = probe or next((client for i, client in plain if i not in writers), None)
    if probe is None:
        raise ValueError(
            "every client writes to the database, so there is no reader to ask what the cache "
            "holds in the end: pass one, as in explore([writer, writer], probe=reader)"
        )
    warmer = world.program(probe, "the reader that warms the cache", WARMING)
    warming = alone(world, warmer.root, world.empty, world.initial)
    if warming.used("db", *WRITES):
        raise ValueError("the probe must be a reader, but it writes to the database")
    asking = set()
    for i, client in plain:  # seen from a warm cache, a client may read or write where it did not before
        again = run(i, client, warming.keyspace)
        if again.used("db", *WRITES):
            writers.add(i)
        if solo[i].used("db", *READS) or again.used("db", *READS):
            asking.add(i)
    return Study(solo, writers, asking, probe, warming)
