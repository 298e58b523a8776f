"""How far away a server is: the round trip that a network would add, put in by a relay and then measured.

On one host a database answers a primary-key read about as fast as a cache answers a get. In production there
is a network in front of both, and it is the same network.
"""

import copy
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace

from cachelab.engines import Engine
from cachelab.engines.engine import LocalEngine
from cachelab.engines.relay import Relay

ROUND_TRIPS = {"same host": 0.0, "same zone": 0.0005, "other zone": 0.001, "other region": 0.02}
"""Seconds the network adds to a round trip: assumptions, chosen within what people have measured between EC2
instances (read 2026-11-23; AWS promises no figures, so measure your own):

- same zone: 0.45 ms on average in us-east-1b (ping, 2014: gist.github.com/josephmisiti/10312241); 0.25 ms at
  best in ap-south-1 (best of 50 pings, undated: xkyle.com/Measuring-AWS-Region-and-AZ-Latency).
- other zone: 0.83 ms on average from eu-west-1a to 1b and 1c (five minutes of ping, 2022-11-29: Lukas Liesis,
  "What is AWS EC2 cross availability zones network lag vs inside same zone?", medium.com); 1.3 to 2.1 ms from
  us-east-1b to 1c and 1d (2014, as above); up to 3.4 ms in sa-east-1 (xkyle.com, as above).
- other region: a near one. 19.6 ms on average between Ireland and Frankfurt, 72 to 89 ms from one coast of
  the USA to the other (2017: acomputerscientistlearnsaws.blogspot.com/2017/04/aws-regions.html).
"""

_relays: "weakref.WeakKeyDictionary[Engine, dict[float, Relay]]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


@dataclass(frozen=True)
class Distance:
    """What was put between a client and a server, and what a round trip then took. Times are in seconds."""

    label: str
    added: float  # what the relay adds to each round trip
    measured: float | None = None  # the quickest round trip in which the server had nothing to do

    def measure(self, round_trip: Callable[[], object]) -> "Distance":
        """The same distance with its round trip measured: the quickest of 21.

        What a busy machine adds is no distance.
        """
        for _ in range(3):
            round_trip()
        seconds = []
        for _ in range(21):
            start = time.perf_counter()
            round_trip()
            seconds.append(time.perf_counter() - start)
        return replace(self, measured=min(seconds))

    def __str__(self):
        parts = [self.label]
        if self.added:
            parts.append(f"{self.added * 1e3:.2f} ms added (assumed)")
        if self.measured is not None:
            parts.append(f"empty round trip {self.measured * 1e3:.2f} ms at best")
        return " · ".join(parts)

    __repr__ = __str__


class DistantEngine:
    """An engine as seen from a distance: `.host`, `.port`, `.url` and `.client()` lead through the relay.

    Everything else, `kill()` and `restart()` included, is the engine's own.
    """

    def __init__(self, engine: Engine, relay: Relay | None, distance: Distance):
        self._engine = self._near_end = engine
        self.nominal = distance
        """The distance as it was asked for."""
        self._measured: Distance | None = None
        if relay:
            # With the relay's address for its own, whatever it says of itself leads through the relay.
            self._near_end = copy.copy(engine)
            self._near_end.host, self._near_end.port = relay.host, relay.port

    @property
    def host(self) -> str:
        """Where clients connect to."""
        return self._near_end.host

    @property
    def port(self) -> int:
        """Where clients connect to."""
        return self._near_end.port

    @property
    def url(self) -> str:
        """Where clients connect to, in the form client libraries take."""
        return self._near_end.url

    def client(self, **options: object):
        """A new client of this engine, at this distance; `options` go to the client library unchanged."""
        return self._near_end.client(**options)

    @property
    def badge(self) -> str:
        """The engine's own, with the distance."""
        return f"{self._engine.badge} · {self._measured or self.nominal}"

    @property
    def distance(self) -> Distance:
        """The distance, measured the first time it is asked for."""
        if self._measured is None:
            client = self.client()
            try:
                self._measured = self.nominal.measure(_smallest_round_trip(client))
            finally:
                client.close()
        return self._measured

    def __getattr__(self, name: str):
        return getattr(self._engine, name)

    def __repr__(self):
        return self.badge


def at_distance(engine: Engine, distance: str | None = None) -> DistantEngine:
    """`engine` with a network in front of it: "same host" (nothing added), "same zone", "other zone" or
    "other region".

    Only a server of this kernel's own is moved away; one that was given by an environment variable is as far
    away as it is, and a stand-in is in this process. Raises ValueError for any other distance.
    """
    label = "same host" if distance is None else distance
    if label not in ROUND_TRIPS:
        raise ValueError(f"distance={distance!r}: choose one of {', '.join(map(repr, ROUND_TRIPS))}, or None")
    if isinstance(engine, DistantEngine):
        engine = engine._engine
    if not isinstance(engine, LocalEngine):
        where = "a server of yours, where it is" if engine.is_real else "in this process, at no distance"
        return DistantEngine(engine, None, Distance(where, 0.0))
    added = ROUND_TRIPS[label]
    return DistantEngine(engine, _relay(engine, added) if added else None, Distance(label, added))


def _relay(engine: Engine, added: float) -> Relay:
    """The relay in front of `engine`; one serves all clients at that distance."""
    with _lock:
        relays = _relays.setdefault(engine, {})
        if added not in relays:
            relays[added] = Relay((engine.host, engine.port), delay=added / 2)
        return relays[added]


def _smallest_round_trip(client) -> Callable[[], object]:
    """What makes this client ask its server for next to nothing."""
    if hasattr(client, "pgconn"):
        return lambda: client.pgconn.exec_(b"")
    return client.ping if hasattr(client, "ping") else client.version
