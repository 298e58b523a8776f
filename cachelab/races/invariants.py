"""What must hold, whatever the clients do. None of it knows the keys a strategy uses.

**converge**  Once everything is quiet (clients finished or crashed, replica caught up, CDC drained), a new
reader, run alone, returns the latest committed value; now, and after any of the keys with a TTL have gone. If
it fails even when all of those have gone, the cache is stale for good: `X`. Otherwise it is stale until TTLs
run out: `t`.

**fresh**  No read returns a version older than one that somebody was sure of before the read began:
acknowledged to a writer that had finished, or returned by a read that had finished. That is linearizability
of a register whose writes take effect in commit order. A client begins with its first call and ends with its
last answer.

**not stuck**  Nobody waits for ever: from every state the clients can finish once the TTLs have run out, and
after that a reader can fill the cache again (if a reader fills it at all). Broken: `K`.

**not dirty**  No read returns a value that is not committed when the read ends. Broken: `d`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from cachelab.races.alone import Alone, alone, told, version_of
from cachelab.races.effects import without
from cachelab.races.models import database
from cachelab.races.state import State, as_value
from cachelab.races.world import World

PROBE = 900  # identities of probes start here
_RUNS = 4  # probes in a row that may read the database before the cache counts as unable to fill
_SUBSETS = 5  # up to so many keys with a TTL, all orders in which they may go are tried


@dataclass(frozen=True)
class Judgement:
    """What a new reader finds in a quiet state."""

    letter: str  # "" converged, "t" stale until TTLs run out, "X" stale for good
    stuck: bool
    dirty: bool
    seen: str  # what the reader saw, in words; "" if converged


class Judge:
    """Runs the probe in quiet states, and remembers what it found."""

    def __init__(self, world: World, probe):
        self.world, self.probe = world, probe
        self.blind = False  # whether what the probe returns says nothing
        self._known: dict[tuple[int, int], Judgement] = {}
        self._reads: dict[tuple[int, int, int], Alone] = {}
        self._fills = self._filling(world.keyspace, world.log)

    def read(self, keyspace: int, log: int, number: int = 0) -> Alone:
        """Run a new reader alone; `number` tells successive ones apart."""
        key = (keyspace, log, number)
        if key not in self._reads:
            program = self.world.program(self.probe, "the new reader", PROBE + number)
            self._reads[key] = alone(self.world, program.root, keyspace, log)
        return self._reads[key]

    def _filling(self, keyspace: int, log: int) -> bool:
        """Whether some reader, of a few in a row, is served without the database."""
        for number in range(_RUNS):
            read = self.read(keyspace, log, number)
            if read.hung:
                return False
            if number and not read.used("db", *database.READS):
                return True
            keyspace = read.keyspace
        return False

    def judge(self, state: State) -> Judgement:
        """The judgement on a quiet state."""
        key = state.keyspace, state.log
        if key not in self._known:
            self._known[key] = self._judge(*key)
        return self._known[key]

    def _judge(self, keyspace: int, log: int) -> Judgement:
        world = self.world
        latest = told(world, self.probe, log) if world.several else world.logs[log][-1]
        expiring = world.model.expiring(world.keyspaces[keyspace])
        dirty, seen, failed_now, failed_ever = False, "", False, False
        for gone in self._departures(expiring):
            left = keyspace
            for key in gone:
                left = without(world, left, key)
            read = self.read(left, log)
            value = as_value(read.result)
            if value == latest:
                continue
            if value is not None and version_of(world, self.probe, log, value) is None:
                dirty = True
            failed_now = True
            failed_ever = failed_ever or len(gone) == len(expiring)
            seen = seen or _words(read, latest, gone, len(expiring))
        bare = keyspace
        for key in expiring:
            bare = without(world, bare, key)
        stuck = self.read(bare, log).hung or (self._fills and not self._filling(bare, log))
        if self.blind:
            return Judgement("", stuck, False, "")
        return Judgement("X" if failed_ever else "t" if failed_now else "", stuck, dirty, seen)

    @staticmethod
    def _departures(expiring: list[bytes]):
        """The sets of keys whose TTL has run out: none first, then all, then those between."""
        yield ()
        if expiring:
            yield tuple(expiring)
        if len(expiring) <= _SUBSETS:
            for size in range(1, len(expiring)):
                yield from combinations(expiring, size)
        else:
            for key in expiring:
                yield (key,)
                yield tuple(other for other in expiring if other != key)


def _words(read: Alone, latest: str, gone, all_of_them: int) -> str:
    when = ""
    if gone:
        when = "once the TTLs have run out, " if len(gone) == all_of_them else "once some TTLs have run out, "
    if read.hung:
        what = "waits for ever"
    elif read.failure is not None:
        what = f"fails with {read.failure}"
    else:
        value = as_value(read.result)
        what = f"gets {read.result!r}" if value is None else f"gets {value}"
    return f"{when}a new reader {what}; the database has {latest}"
