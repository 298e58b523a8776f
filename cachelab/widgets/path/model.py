"""A program, a cache and a database, and requests that go from one to the other: real ones, each call timed.

    path = RequestPath()                 # a product's page, cache-aside, on servers of its own
    print(path.ask(7)); print(path.ask(7))            # a miss, then a hit
    path.move("other region"); path.kill(); path.restart(); path.freeze(); path.thaw()
    path.start(); …; path.stop()         # requests by themselves, for a minute at most
    for entry in path.contents().entries: print(entry)

Plain Python. `view.py` draws it.
"""

import contextlib
import inspect
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab import engines, shop
from cachelab.engines import Engine, EngineError
from cachelab.engines.engine import LocalEngine
from cachelab.engines.relay import Relay
from cachelab.shop.distance import Distance, DistantEngine
from cachelab.workload.traffic import Traffic

from .contents import Contents, look
from .page import product_page, product_page_or_error
from .trip import WRITES, Call, Trip, answer, failure, spelled

__all__ = ["ZONES", "Line", "RequestPath"]

ZONES = ("same zone", "other zone", "other region")  # as seen from the program; distances: shop.ROUND_TRIPS
CAREFUL = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}  # and no retries: lesson 04 says why
PATIENCE = 0.3  # seconds for our own look into the cache
HELD = 20.0  # seconds after which an answer that is held still goes on by itself
CUSTOMERS = 3  # so that others go on while one request waits
REMEMBERED = 600  # trips
RECENT = 31  # calls that a time on a line is the median of


@dataclass(frozen=True)
class Line:
    """What one way costs: the median of the latest calls, in seconds."""

    name: str  # GET, SET, 4 queries
    seconds: float
    calls: int


class RequestPath:
    """Requests for `get(id, cache, db[, ttl])`, your function or a product's page, through real servers.

    cache       the engine to use; a Valkey of its own if None, so that nobody else misses it when it dies
    zone        where the cache stands, seen from the program: one of `ZONES`
    database    where the shop's database stands, likewise
    ids         who is asked for, the most popular first; one id: one user, asked often
    ttl         seconds, handed to a `get` that takes a ttl
    degrade     False: the page's function without its way round a broken cache (only without a `get`)
    client      options for the cache's client; a short time-out and no retries by default
    rate, limit requests per second, and seconds after which a run ends by itself
    connect     opens a database session; shop.connect(database) by default
    """

    def __init__(
        self,
        get: Callable[..., Any] | None = None,
        *,
        cache: Engine | None = None,
        zone: str = "same zone",
        database: str = "other zone",
        ids: Iterable[int] = range(1, 13),
        ttl: float = 30,
        degrade: bool = True,
        client: dict[str, Any] | None = None,
        rate: float = 8.0,
        limit: float = 60.0,
        connect: Callable[[], Any] | None = None,
    ):
        if get is not None and not degrade:
            raise ValueError("degrade=False is for the course's own function; yours decides that itself")
        self.get = get or (product_page if degrade else product_page_or_error)
        self._takes_ttl = _takes_ttl(self.get)
        for name, place in (("zone", zone), ("database", database)):
            if place not in ("same host", *ZONES):
                raise ValueError(f"{name}={place!r}: choose one of {', '.join(map(repr, ZONES))}")
        self.ids = [int(id) for id in ids]
        if not self.ids:
            raise ValueError("ids=[]: name at least one id to ask for")
        self.zone, self.database, self.limit = zone, database, limit
        self.state = "up"  # of the cache: "up" | "frozen" | "dead"
        self._given, self._engine, self._relay = cache, None, None
        self._options = {**CAREFUL, "retry": Retry(NoBackoff(), 0)} if client is None else dict(client)
        self._open = connect or (lambda: shop.connect(database))
        self._lock = threading.RLock()
        self._here = threading.local()  # the trip this thread is on
        self._client = self._looking = None
        self._hold: threading.Event | None = None
        self._timed: dict[str, deque[float]] = {}  # by name of the line
        self._begin = 0.0
        self._number = 0
        self.trips: deque[Trip] = deque(maxlen=REMEMBERED)
        self._under_way: dict[int, Trip] = {}
        self.traffic = Traffic(
            self._visit,
            connect=self._session,
            users=len(self.ids),
            customers=CUSTOMERS,
            rate=rate,
            ttl=ttl,
            limit=limit,
        )

    # Requests.

    @property
    def ttl(self) -> float:
        return self.traffic.load.ttl

    @property
    def running(self) -> bool:
        return self.traffic.running

    @property
    def elapsed(self) -> float:
        """Seconds since the start of the run. Outside of one, each request by itself counts as a second."""
        if self.running:
            return time.monotonic() - self._begin
        return self.trips[-1].at + 1 if self.trips else 0.0

    def ask(self, id: int | None = None) -> Trip:
        """One request, now, in this thread; an error of the function is in `trip.error`, not raised."""
        with contextlib.closing(self._session()) as db, contextlib.suppress(Exception):
            self._warm()
            self._go(self.ids[0] if id is None else int(id), db, self.ttl)
        return self._here.last

    def start(self) -> Self:
        """Requests by themselves, at `rate`, on a fresh record; ends after `limit` seconds, or by `stop`."""
        if not self.running:
            self.engine  # noqa: B018 - starts it here, where an error is seen
            self._warm()
            self.trips.clear()
            self._begin = time.monotonic()
            self.traffic.start()
        return self

    def stop(self, patience: float = 1.0) -> Self:
        """End the run. What waits for a frozen cache or is held still is let go, so that no thread stays."""
        self.let_go()
        if self.running and self.state == "frozen":
            self.thaw()
        self.traffic.stop(patience)
        return self

    def close(self) -> None:
        """Stop, and end what belongs to this path alone."""
        self.stop()
        if self.state == "frozen" and self._engine.alive:  # a given one is not left so
            self.thaw()
        for client in (self._client, self._looking):
            if client is not None:
                client.close()
        self._client = self._looking = None
        if self._relay is not None:
            self._relay.close()
        if self._given is None and self._engine is not None:
            self._engine.stop()
        self._engine = self._relay = None
        self.state = "up"

    @property
    def waiting(self) -> list[Trip]:
        """Requests under way, the oldest first."""
        with self._lock:
            return sorted(self._under_way.values(), key=lambda trip: trip.number)

    @property
    def lines(self) -> dict[str, list[Line]]:
        """What was measured: {"cache": [GET, SET], "database": [4 queries]}, the most frequent first."""
        found: dict[str, list[Line]] = {"cache": [], "database": []}
        with self._lock:
            for name, seconds in self._timed.items():
                where = "database" if _of_database(name) else "cache"
                found[where].append(Line(name, statistics.median(seconds), len(seconds)))
        return {where: sorted(lines, key=lambda line: -line.calls) for where, lines in found.items()}

    # What can be done to the cache.

    @property
    def engine(self) -> Engine:
        """The cache's server, started at the first need."""
        with self._lock:
            if self._engine is None:
                self._engine = engines.valkey(fresh=True) if self._given is None else self._given
                self._engine = getattr(self._engine, "_engine", self._engine)  # without a distance of its own
                if isinstance(self._engine, LocalEngine):
                    added = shop.ROUND_TRIPS[self.zone]
                    self._relay = Relay((self._engine.host, self._engine.port), delay=added / 2)
            if self._given is not None and self.state != "frozen":
                self._noticed(self._engine.alive)
            return self._engine

    @property
    def movable(self) -> bool:
        """Whether a network can be put in front of the cache: only if it is a server of this kernel's."""
        return self._given is None or isinstance(getattr(self._given, "_engine", self._given), LocalEngine)

    def move(self, zone: str) -> Self:
        """Put the cache into another zone; the times on its line are measured anew."""
        if zone not in ZONES:
            raise ValueError(f"zone={zone!r}: choose one of {', '.join(map(repr, ZONES))}")
        self.engine  # noqa: B018
        if self._relay is None:
            raise EngineError("this cache stays where it is: only a server of this kernel's own can be moved")
        self._relay.delay = shop.ROUND_TRIPS[zone] / 2
        with self._lock:
            self.zone = zone
            self._timed = {name: took for name, took in self._timed.items() if _of_database(name)}
        return self

    def kill(self) -> Self:
        """SIGKILL for the cache's process; its port refuses. What it held is gone."""
        self.engine.kill()
        self._noticed(False)
        return self

    def restart(self) -> Self:
        """The same address, an empty cache; ends a freeze too."""
        self.engine.restart()  # it ends even what is frozen
        self.state = "dead" if self.state == "frozen" else self.state
        self._noticed(True)
        return self

    def freeze(self) -> Self:
        """SIGSTOP for its process: connections are taken, and nothing answers. It keeps what it holds."""
        if self.engine and self._relay is None:
            raise EngineError("this cache cannot be frozen: only a server of this kernel's own can")
        if self.state == "up":
            self.engine.freeze()
            self.state = "frozen"
        return self

    def thaw(self) -> Self:
        """End a freeze: it goes on where it stopped, and answers what it was asked meanwhile."""
        if self.state == "frozen":
            self.engine.thaw()
            self.state = "up"
        return self

    def hold(self) -> Self:
        """The next answer of the database stays in the program's hand, not stored yet, until `let_go`."""
        if self._hold is None:
            self._hold = threading.Event()
        return self

    def let_go(self) -> Self:
        """End `hold`."""
        held, self._hold = self._hold, None
        if held is not None:
            held.set()
        return self

    @property
    def holding(self) -> str:
        """What `hold` is doing: "" | "armed" | "held"."""
        if any(trip.place == "held" for trip in self.waiting):
            return "held"
        return "armed" if self._hold is not None else ""

    def contents(self) -> Contents | None:
        """What the cache holds now, asked of the server; None if it does not answer."""
        engine = self.engine
        if self.state != "up":
            return None
        if self._looking is None:
            self._looking = engine.client(
                single_connection_client=True,
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
                retry=Retry(NoBackoff(), 0),
            )
        try:
            return look(self._looking)
        except redis.RedisError:
            return None

    def text(self) -> str:
        """What is measured and where everything stands, in words."""
        from ..quantity import quantity

        def timed(place):
            return ", ".join(f"{line.name} {quantity(line.seconds, 's')}" for line in self.lines[place])

        name = getattr(self._engine, "name", "Valkey")
        lines = [
            f"program: {self.get.__name__}",
            f"cache: {name}, {self.zone}, {self.state}; {timed('cache') or 'nothing measured yet'}",
            f"database: PostgreSQL, {self.database}; {timed('database') or 'nothing measured yet'}",
        ]
        if self.trips:
            lines.append(f"the last request: {told(self.trips[-1])}")
            counts = {name: sum(trip.outcome == name for trip in self.trips) for name in OUTCOMES}
            lines.append(", ".join(f"{name}: {count}" for name, count in counts.items() if count))
        for trip in self.waiting:
            lines.append(told(trip))
        return "\n".join(lines)

    # Inside.

    def _noticed(self, alive: bool) -> None:
        """The server lives, or not; the relay's door says the same."""
        if alive == (self.state != "dead"):
            return
        self.state = "up" if alive else "dead"
        if self._relay is not None:
            if alive:
                self._relay.resume()
            else:
                self._relay.refuse()
                self._relay.cut()

    def _session(self):
        db = self._open()
        rows = db.rows

        def timed(*arguments, **named):
            return self._call("database", "query", rows, arguments, named, lambda _: "rows")

        db.rows = timed
        return db

    @property
    def _cache(self):
        """The client that trips use: each of its commands is timed."""
        with self._lock:
            if self._client is None:
                near = DistantEngine(self.engine, self._relay, Distance(self.zone, 0.0))
                client = self._client = near.client(**self._options)
                run, pipeline = client.execute_command, client.pipeline

                def execute_command(*words, **named):
                    command = str(words[0]).upper()
                    if command in WRITES:
                        self._held_still()
                    means = partial(answer, command)
                    return self._call("cache", spelled(words), run, words, named, means)

                def timed_pipeline(*arguments, **named):
                    pipe = pipeline(*arguments, **named)
                    execute = pipe.execute

                    def timed(*arguments, **named):
                        return self._call("cache", "pipeline", execute, arguments, named, lambda _: "stored")

                    pipe.execute = timed
                    return pipe

                client.execute_command, client.pipeline = execute_command, timed_pipeline
            return self._client

    def _call(self, to: str, what: str, function, arguments, named, meaning):
        trip = getattr(self._here, "trip", None)
        if trip is None:
            return function(*arguments, **named)
        trip.place, trip.since = to, time.monotonic()
        begin = time.perf_counter()
        came = "error"
        try:
            got = function(*arguments, **named)
            came = meaning(got)
            return got
        except Exception as error:
            came = failure(error)
            raise
        finally:
            trip.calls.append(Call(to, what, time.perf_counter() - begin, came))
            trip.place, trip.since = "program", time.monotonic()

    def _held_still(self) -> None:
        trip, held = getattr(self._here, "trip", None), self._hold
        if trip is None or held is None or not trip.queries:
            return
        with self._lock:
            if any(other.place == "held" for other in self._under_way.values()):
                return
            trip.place, trip.since = "held", time.monotonic()
        held.wait(HELD)
        if self._hold is held:
            self._hold = None

    def _warm(self) -> None:
        """Have a connection before the first request is timed: opening one takes several round trips."""
        cache = self._cache
        if self.state == "up":
            with contextlib.suppress(redis.RedisError):
                cache.ping()

    def _visit(self, rank: int, db: Any, ttl: float) -> Any:
        return self._go(self.ids[rank - 1], db, ttl)

    def _go(self, id: int, db: Any, ttl: float) -> Any:
        cache = self._cache
        with self._lock:
            self._number += 1
            trip = self._here.trip = self._here.last = Trip(self._number, id, self.elapsed)
            self._under_way[trip.number] = trip
        begin = time.perf_counter()
        try:
            return self.get(id, cache, db, ttl) if self._takes_ttl else self.get(id, cache, db)
        except Exception as error:
            trip.error = f"{type(error).__name__}: {error}"
            raise
        finally:
            trip.seconds = time.perf_counter() - begin
            self._here.trip = None
            with self._lock:
                del self._under_way[trip.number]
                self.trips.append(trip)
                for to, what, seconds, came in trip.stages():
                    if came in ("refused", "no answer", "error"):
                        continue
                    name = what if to == "database" else what.split(" ", 1)[0]
                    self._timed.setdefault(name, deque(maxlen=RECENT)).append(seconds)


OUTCOMES = ("hit", "miss", "without the cache", "error")


def told(trip: Trip) -> str:
    """A trip in one line of words."""
    from ..quantity import quantity

    steps = [
        f"{what} {quantity(seconds, 's')}" + ("" if came in ("rows", "stored") else f" ({came})")
        for _, what, seconds, came in trip.stages()
    ]
    if trip.seconds is None:
        doing = {"held": "is held still", "program": "is in the program"}
        where = doing.get(trip.place, f"waits for the {trip.place}")
        return f"request {trip.number} for {trip.id} {where} since {time.monotonic() - trip.since:.1f} s"
    tail = f" ({trip.error})" if trip.error else ""
    return f"{trip.outcome}{tail}, {quantity(trip.seconds, 's')}: {', then '.join(steps) or 'no call'}"


def _of_database(line: str) -> bool:
    return line.endswith(("query", "queries"))


def _takes_ttl(get: Callable) -> bool:
    if not callable(get):
        raise TypeError(f"get={get!r}: must be a function get(id, cache, db) or get(id, cache, db, ttl)")
    signature = inspect.signature(get)
    for count, takes in ((4, True), (3, False)):
        with contextlib.suppress(TypeError):
            signature.bind(*[None] * count)
            return takes
    raise TypeError(f"{get.__name__}{signature}: must take (id, cache, db) or (id, cache, db, ttl)")
