"""The map of strategies against faults: does any schedule of two, or of three, clients go wrong?

A cell is the worst verdict over the schedules of two clients (a reader and a writer; two writers) and,
after a slash if it differs, of three (two readers and a writer; a reader and two writers); from a cold
and a warm cache, one database row, at most one fault. Under replica lag readers read the replica. Under
old snapshot every client that reads the database opens its snapshot before its first call. Where no key
has a TTL, early expiry has nothing to work on. Memcached has no replica to fail over to: those cells are
blank. No strategy catches the exception of a lost call: what a client would have done after it is left
undone.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cachelab.races.explore import explore
from cachelab.races.faults import cdc
from cachelab.races.strategies import STRATEGIES
from cachelab.races.telling.report import Report

COLUMNS = {
    "no fault": None,
    "evict": "evict",
    "early expiry": "expire",
    "crash": "crash",
    "lost call": "lost_call",
    "replica lag": "replica_lag",
    "old snapshot": "old_snapshot",
    "failover": "failover",
}
#: which clients stand side by side, as (readers, writers)
TWO = ((1, 1), (0, 2))
THREE = ((2, 1), (1, 2))
LINEARIZABLE = ((1, 1), (2, 1), (1, 2), (3, 1), (2, 2))  # without faults


@dataclass(frozen=True)
class Cell:
    """One strategy under one fault: the verdict with two clients and with three."""

    two: str
    three: str

    def __str__(self):
        return self.two if self.two == self.three else f"{self.two}/{self.three}"


def name_of(strategy) -> str:
    """The strategy's name in the matrix."""
    return strategy.__doc__.splitlines()[0]


def clients_of(strategy, readers: int, writers: int, fault: str | None = None) -> tuple[list, object]:
    """The clients to explore and the probe. Under replica lag readers read the replica."""
    reader = strategy.reader
    if fault == "replica_lag" and not getattr(strategy, "reads_replica", False):
        reader = from_replica(reader)
    clients = [reader] * readers + [strategy.writer] * writers
    if hasattr(strategy, "follower"):
        clients.append(cdc(strategy.follower, strategy.source))
    return clients, reader


@functools.cache
def from_replica(reader):
    """The same reader, reading the database's replica."""

    @functools.wraps(reader)
    def on_replica(cache, db):
        return reader(cache, db.replica)

    return on_replica


def reports(strategy, fault: str | None, sizes, **bounds) -> Iterator[tuple[tuple[int, int], Report]]:
    """Explore a strategy for each number of readers and writers; nothing where the fault cannot happen."""
    for readers, writers in sizes if applies(strategy, fault) else ():
        clients, probe = clients_of(strategy, readers, writers, fault)
        memcached = getattr(strategy, "memcached", False)
        yield (readers, writers), explore(clients, fault=fault, probe=probe, memcached=memcached, **bounds)


def worst(verdicts) -> str:
    """The gravest letter, and every flag, of some verdicts."""
    verdicts = list(verdicts)
    letters = {verdict[0] for verdict in verdicts}
    letter = next(letter for letter in "Xt." if letter in letters)
    return letter + "".join(flag for flag in "Kd" if any(flag in verdict for verdict in verdicts))


def applies(strategy, fault: str | None) -> bool:
    """Whether this fault can happen to this strategy: memcached has no replica to fail over to."""
    return not (fault == "failover" and getattr(strategy, "memcached", False))


def cell(strategy, fault: str | None, **bounds) -> Cell | str:
    """The verdicts on one strategy under one fault; "" where it cannot happen."""
    if not applies(strategy, fault):
        return ""
    two = worst(report.verdict for _, report in reports(strategy, fault, TWO, **bounds))
    three = worst(report.verdict for _, report in reports(strategy, fault, THREE, **bounds))
    return Cell(two, three)


def linearizable(strategy, **bounds) -> bool:
    """Whether every read is fresh, without faults, with up to three readers or two writers."""
    return all(report.fresh for _, report in reports(strategy, None, LINEARIZABLE, **bounds))


def row(strategy, **bounds) -> dict[str, str]:
    """A line of the matrix: column name -> cell."""
    cells = {column: str(cell(strategy, fault, **bounds)) for column, fault in COLUMNS.items()}
    return {**cells, "linearizable": "yes" if linearizable(strategy, **bounds) else "no"}


def by_name(name: str):
    """The strategy with this name in the matrix."""
    for strategy in STRATEGIES:
        if name_of(strategy) == name:
            return strategy
    raise ValueError(f"no strategy is called {name!r}; they are: {', '.join(map(name_of, STRATEGIES))}")


TABLE = Path(__file__).with_suffix(".json")


def table() -> dict[str, dict[str, str]]:
    """The whole matrix as last computed: strategy -> column -> cell.

    `python -m cachelab.races.matrix` computes it anew.
    """
    return json.loads(TABLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    rows = {name_of(strategy): row(strategy) for strategy in STRATEGIES}
    TABLE.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
