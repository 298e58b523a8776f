"""What the clients are like: each is run alone, from an empty cache and from a warm one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cachelab.races.alone import Alone, alone
from cachelab.races.faults import Cdc
from cachelab.races.models.database import READS, WRITES
from cachelab.races.state import as_value
from cachelab.races.world import World

WARMING = 800  # the identity of the reader that warms the cache


@dataclass(frozen=True)
class Study:
    """Who reads and who writes, and whom to ask in the end."""

    solo: dict[int, Alone]  # how each client fared alone with the cache as it was; CDC clients left out
    writers: set[int]
    asking: set[int]  # the clients that read the database
    row: str | None  # what the database held; None: several rows
    probe: Callable | None  # the reader that is asked in the end, if one is
    warming: Alone | None  # how it warmed the cache
    odd: dict[int, object]  # the readers that return something other than the row's value, and what

    @property
    def misread(self) -> bool:
        """Whether that is so of the reader that is asked in the end: nothing it returns can be judged."""
        return self.warming is not None and _is_odd(self.warming, self.row)

    @property
    def readers(self) -> set[int]:
        return set(self.solo) - self.writers


def study(world: World, probe: Callable | None, converges: bool = True) -> Study:
    """Run every client alone. Raises ValueError if nobody could be asked in the end what the cache holds.

    converges: whether anybody will be.
    """
    plain = [(i, client) for i, client in enumerate(world.clients) if not isinstance(client, Cdc)]

    def run(i: int, client: Callable, keyspace: int) -> Alone:
        return alone(world, world.program(client, world.names[i], i + 1).root, keyspace, world.log)

    row = world.logs[world.log][-1]
    solo = {i: run(i, client, world.keyspace) for i, client in plain}
    writers = {i for i, fared in solo.items() if fared.used("db", *WRITES)}
    asking = {i for i, fared in solo.items() if fared.used("db", *READS)}
    if not converges:
        return Study(solo, writers, asking, row, None, None, {})
    probe = probe or next((client for i, client in plain if i not in writers), None)
    if probe is None:
        raise ValueError(
            "every client writes to the database, so there is no reader to ask what the cache "
            "holds in the end: pass one, as in explore([writer, writer], probe=reader)"
        )
    warmer = world.program(probe, "the reader that warms the cache", WARMING)
    warming = alone(world, warmer.root, world.keyspace, world.log)
    if warming.used("db", *WRITES):
        raise ValueError("the probe must be a reader, but it writes to the database")
    for i, client in plain:  # seen from a warm cache, a client may read or write where it did not before
        again = run(i, client, warming.keyspace)
        if again.used("db", *WRITES):
            writers.add(i)
        if again.used("db", *READS):
            asking.add(i)
    if world.several:
        row = None  # what each makes of the rows is its own
    odd = {i: fared.result for i, fared in solo.items() if i not in writers and _is_odd(fared, row)}
    return Study(solo, writers, asking, row, probe, warming, odd)


def _is_odd(fared: Alone, row: str | None) -> bool:
    """Whether a reader that asked the database returns something else than it was told; None: than a text."""
    if fared.failure is not None or fared.hung or fared.result is None or not fared.used("db", *READS):
        return False
    value = as_value(fared.result)
    return value is None if row is None else value != row
