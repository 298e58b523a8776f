"""One popular key that expires: who loads it, how often, and who waits.

    run = stampede(rate=100, load_time=0.1, ttl=1.0, seconds=10, fix="lock")
    run.per_refresh, run.wait(0.99)

Readers come at random moments, `rate` per second, look into the cache (which takes no time) and, if the fix
says so, load from the database (`database.KINDS`). The formulas say what to expect of "none".
"""

import math
import random
from collections import Counter
from dataclasses import dataclass
from statistics import fmean

from cachelab.workload.queueing.database import KINDS
from cachelab.workload.queueing.events import Events
from cachelab.workload.queueing.xfetch import refresh_now

__all__ = ["FIXES", "Stampede", "loads_expected", "loads_on_cores", "stampede"]

FIXES = {
    "none": "every reader that misses loads",
    "flight": "in each process one reader loads and the others wait for it",
    "lock": "one reader takes a lock in the cache; the others ask again until the value is there",
    "stale": "an expired value is served for `grace` seconds while whoever gets the lock refreshes it",
    "xfetch": "each reader throws dice and refreshes early, see xfetch.py",
    "xfetch+lock": "the dice, and only who gets the lock refreshes",
}


def loads_expected(rate: float, load_time: float) -> float:
    """Loads per expiry if a load takes its time however many there are: 1 + λD.

    The first miss loads for D seconds; whoever comes meanwhile, λD readers, loads too.
    """
    return 1 + rate * load_time


def loads_on_cores(rate: float, load_time: float, cores: int) -> float:
    """Loads per expiry if they share so many cores: c·e^((λD − (c − 1))/c) once λD > c − 1, else 1 + λD.

    With n loads under way each gets c/n of a core, so the first one's end moves away while others arrive: an
    exponential in λD. Within a quarter of the simulation's mean; single runs vary widely.
    """
    arriving = rate * load_time
    if arriving <= cores - 1:
        return 1 + arriving
    return cores * math.exp((arriving - (cores - 1)) / cores)


@dataclass(frozen=True)
class Stampede:
    """What happened. Times in seconds; one entry per reader, in the order they came."""

    came: list[float]
    waits: list[float]  # until the answer; nan: none by the end, or refused
    staleness: list[float]  # how long the answer had been expired; 0 for a fresh one
    loads: list[float]  # when each load began
    refreshes: list[int]  # for each load, which refresh it was part of: a fill ends one
    most_at_once: int  # loads under way
    refused: int  # readers that came while `clients` were waiting

    @property
    def per_refresh(self) -> list[int]:
        """Loads begun for each new value: from the first until one of them had filled the cache."""
        return list(Counter(self.refreshes).values())

    @property
    def loads_per_refresh(self) -> float:
        return fmean(self.per_refresh) if self.loads else 0.0

    def wait(self, quantile: float) -> float:
        """Seconds that this share of the answered readers waited at most."""
        waited = sorted(wait for wait in self.waits if not math.isnan(wait))
        return waited[max(0, math.ceil(quantile * len(waited)) - 1)] if waited else 0.0


def stampede(
    rate: float = 100.0,
    load_time: float = 0.1,
    ttl: float = 1.0,
    seconds: float = 10.0,
    fix: str = "none",
    database: str = "delay",
    capacity: int = 2,
    varies: float = 0.0,
    lock_ttl: float = 5.0,
    poll: float = 0.01,
    owned: bool = True,
    grace: float = 1.0,
    processes: int = 1,
    beta: float = 1.0,
    delta: float | None = None,
    dies: float = 0.0,
    fails: float = 0.0,
    clients: int = 1000,
    think: float | None = None,
    warm: bool = True,
    seed: int = 1,
) -> Stampede:
    """A simulation of one key for so many seconds. Times are in seconds.

    `database` and its `capacity`: "delay", "line" (served at once) or "cores"; a load takes `load_time`, give
    or take the share `varies`. `lock_ttl`, `poll` (between two looks of a waiting reader) and `owned` (an
    unlock removes only one's own lock) belong to the fixes with a lock; `processes` to "flight"; `beta` and
    `delta` (stored in place of the measured load time) to "xfetch". `dies`: the chance that a loader dies and
    leaves its lock; `fails`: that a load ends in an error, and its reader unlocks and asks again. `clients`:
    at most so many wait at once, others are refused; with `think` they are a closed loop instead of `rate`,
    each pausing so long on average. `warm`: the cache holds the value at first, of a random age.
    """
    settings = dict(locals())
    if fix not in FIXES:
        raise ValueError(f"fix={fix!r}: one of {', '.join(FIXES)}")
    if database not in KINDS:
        raise ValueError(f"database={database!r}: one of {', '.join(KINDS)}")
    positive = {"rate": rate, "load_time": load_time, "ttl": ttl, "seconds": seconds, "poll": poll}
    positive |= {"lock_ttl": lock_ttl, "beta": beta, "capacity": capacity, "processes": processes}
    for name, value in positive.items():
        if not value > 0:
            raise ValueError(f"{name}={value!r}: must be above 0")
    for name, share in (("dies", dies), ("fails", fails), ("varies", varies)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name}={share!r}: a share from 0 to 1")
    if rate * seconds > 2_000_000:
        raise ValueError(f"{rate * seconds:,.0f} readers: at most 2,000,000 in one run")
    return _Key(settings).run()


class _Key:
    """The key, its lock, and those who wait for it."""

    def __init__(self, settings: dict):
        self.__dict__ |= {f"_{name}": value for name, value in settings.items()}
        self._chance = random.Random(self._seed)
        self._events = Events()
        self._origin = KINDS[self._database](self._events, self._capacity)
        self._soft = self._ttl * self._chance.random() if self._warm else -math.inf  # the value expires
        self._hard = self._soft + (self._grace if self._fix == "stale" else 0)  # and is gone
        self._stored_delta = self._load_time if self._delta is None else self._delta
        self._locked_until, self._owner = -math.inf, 0
        self._flights: dict[int, list[int]] = {}
        self._came: list[float] = []
        self._waits: list[float] = []
        self._stale: list[float] = []
        self._loads: list[float] = []
        self._refreshes: list[int] = []
        self._refresh = self._waiting = self._most = self._refused = 0
        self._locks = self._fix in ("lock", "stale", "xfetch+lock")
        self._dice = self._fix.startswith("xfetch")

    def run(self) -> Stampede:
        if self._think is None:
            self._next_arrival()
        else:
            for _ in range(self._clients):
                self._events.at(self._chance.expovariate(1 / self._think), self._arrive)
        self._events.run(self._seconds)
        return Stampede(
            self._came,
            self._waits,
            self._stale,
            self._loads,
            self._refreshes,
            self._most,
            self._refused,
        )

    def _next_arrival(self):
        self._events.at(self._events.now + self._chance.expovariate(self._rate), self._arrive)

    def _arrive(self):
        reader = len(self._came)
        self._came.append(self._events.now)
        self._waits.append(math.nan)
        self._stale.append(0.0)
        if self._think is None:
            self._next_arrival()
        if self._waiting >= self._clients:
            self._refused += 1
            return
        self._waiting += 1
        self._ask(reader)

    def _ask(self, reader: int):
        now = self._events.now
        if now < self._hard:
            early = self._dice and refresh_now(
                now, self._soft, self._stored_delta, self._chance.random(), self._beta
            )
            if now >= self._soft and now >= self._locked_until:  # stale: somebody refreshes behind our back
                self._load([], self._lock())
            if not early or (self._locks and now < self._locked_until):
                self._stale[reader] = max(0.0, now - self._soft)
                self._answer(reader)
                return
        if self._fix == "flight":
            process = self._chance.randrange(self._processes)
            if process in self._flights:
                self._flights[process].append(reader)
                return
            self._flights[process] = [reader]
            self._load(self._flights[process], process=process)
        elif not self._locks:
            self._load([reader])
        elif now < self._locked_until:
            self._events.at(now + self._poll, self._ask, reader)
        else:
            self._load([reader], self._lock())

    def _lock(self) -> int:
        self._owner += 1
        self._locked_until = self._events.now + self._lock_ttl
        return self._owner

    def _load(self, readers: list[int], owner: int | None = None, process: int | None = None):
        begun = self._events.now
        self._loads.append(begun)
        self._refreshes.append(self._refresh)
        refresh = self._refresh

        def done():
            self._loaded(begun, refresh, readers, owner)

        if process is not None:
            landed, done = done, None

            def done():
                del self._flights[process]
                landed()

        work = self._load_time
        if self._varies:
            work *= 1 + self._varies * (2 * self._chance.random() - 1)
        self._origin.load(work, done)
        self._most = max(self._most, self._origin.under_way)

    def _loaded(self, begun: float, refresh: int, readers: list[int], owner: int | None):
        now = self._events.now
        if self._dies and self._chance.random() < self._dies:
            for reader in readers:
                self._events.at(now, self._ask, reader)
            return
        failed = self._fails and self._chance.random() < self._fails
        if not failed:
            if refresh == self._refresh:
                self._refresh += 1
            self._soft = now + self._ttl
            self._hard = self._soft + (self._grace if self._fix == "stale" else 0)
            if self._delta is None:
                self._stored_delta = now - begun
        if owner is not None and (owner == self._owner or not self._owned):
            self._locked_until = -math.inf
        for reader in readers:
            if failed:
                self._events.at(now + self._poll, self._ask, reader)
            else:
                self._answer(reader)

    def _answer(self, reader: int):
        now = self._events.now
        self._waits[reader] = now - self._came[reader]
        self._waiting -= 1
        if self._think is not None:
            self._events.at(now + self._chance.expovariate(1 / self._think), self._arrive)
