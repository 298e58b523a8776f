"""One minute of the account: every node is sampled, every alarm judged.

Time stands still in between, so that a lesson decides what happens in a minute. What happened since the
last minute is that minute's, however long it took; a node that does not answer has no points, as on
AWS.
"""

import threading
from collections.abc import Callable, Hashable, Iterable
from functools import partial

import redis
from pymemcache.exceptions import MemcacheError

from .memcached import MemcachedSampler
from .published import NAMESPACE, dimension_sets
from .slow_log import Delivery
from .source import Measured, Source
from .store import MINUTE, Metric
from .valkey import ValkeySampler
from .watch import Clock, Watch

Silent = (redis.RedisError, MemcacheError, OSError)
Regions = Callable[[], Iterable[tuple[Watch, list[Source]]]]
WriteLog = Callable[
    [str, str, str, list[dict]], bool
]  # (region, log group, stream, events): see slow_log.Send


class Minutes:
    """The minutes of one account. `regions()` gives each region's watch, and its nodes of the moment."""

    def __init__(self, clock: Clock, regions: Regions, write_log: WriteLog) -> None:
        self.clock, self._regions, self._write_log = clock, regions, write_log
        self._deliveries: dict[str, Delivery] = {}  # by region
        self._stepping = threading.Lock()  # a bench may step it while a cell does
        self._samplers: dict[Hashable, ValkeySampler | MemcachedSampler] = {}

    def step(self, count: int = 1) -> None:
        """Let `count` minutes pass. Raises ValueError for less than one."""
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ValueError(f"minute({count!r}): give a whole number of minutes, 1 or more.")
        with self._stepping:
            self._step(count)

    def _step(self, count: int) -> None:
        silent: set[Hashable] = set()  # asked once in a call: each silence costs real time
        for _ in range(count):
            began = self.clock.now
            regions = list(self._regions())
            for watch, sources in regions:
                self._sample(watch, sources, began, silent)
            self.clock.now = began + MINUTE
            for watch, _ in regions:
                watch.judge()
            alive = {source.key for _, sources in regions for source in sources}
            self._samplers = {key: self._samplers[key] for key in self._samplers if key in alive}

    def _sample(self, watch: Watch, sources: list[Source], at: int, silent: set[Hashable]) -> None:
        asked: dict[Hashable, ValkeySampler] = {}
        for source in sorted(sources, key=lambda source: source.primary is not None):  # primaries first
            if source.key in silent:
                continue
            kind = MemcachedSampler if source.engine == "memcached" else ValkeySampler
            sampler = self._samplers.setdefault(source.key, kind())
            try:
                if isinstance(sampler, MemcachedSampler):
                    measured, role = sampler(source), None
                else:
                    measured = sampler(source, asked.get(source.primary))
                    asked[source.key], role = sampler, sampler.last.role
                    if source.slow_log:
                        self._delivery(watch.region).look(source)
            except Silent:
                silent.add(source.key)
                continue
            _record(watch, source, measured, role, at)

    def _delivery(self, region: str) -> Delivery:
        return self._deliveries.setdefault(region, Delivery(partial(self._write_log, region)))


def _record(watch: Watch, source: Source, measured: Measured, role: str | None, at: int) -> None:
    for name, point in measured.items():
        for dimensions in dimension_sets(name, source.about, role):
            watch.store.put(Metric(NAMESPACE, name, frozenset(dimensions.items())), at, point)
