"""`virtual.time()`: everything in it waits in virtual time, and what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any

from cachelab.learner.interrupt import uninterrupted

from . import threads
from .cache import Cache
from .database import Database
from .errors import Ended, VirtualTimeError
from .load import Load, Rate, closed_loop, open_loop
from .log import Log
from .memcached import Memcached
from .patches import Patches
from .scheduler import Scheduler, here, workers
from .sockets import Duration, Network
from .watchdog import Watchdog

_one_at_a_time: list[Clock] = []


class Clock:
    """The clock of one run, and the makers of what lives by it. Made by `virtual.time()`."""

    def __init__(self, seed: int, steps: int, patches: Patches):
        self.seed = seed
        self._patches = patches
        self._undo = ExitStack()  # whoever is the first to close it ends this virtual time
        self._scheduler = Scheduler(steps)
        self._scheduler.network = Network()
        self.log = Log(self._scheduler)
        self._asked = 0

    @property
    def now(self) -> float:
        """Seconds since virtual time began."""
        return self._scheduler.now

    @property
    def steps(self) -> int:
        """How many hand-overs and answers the run took so far."""
        return self._scheduler.steps

    def sleep(self, seconds: float) -> None:
        """What `time.sleep` does in virtual time; raises ValueError if `seconds` is negative."""
        self._mine()
        self._scheduler.sleep(seconds)

    def chance(self, name: str) -> Random:
        """Random numbers of their own for `name`: the same in each run with this seed."""
        return Random(f"{self.seed} {name}")

    # what lives in it

    def cache(
        self, host: str = "cache", port: int = 6379, latency: Duration = 0.0005, service: float = 0.0
    ) -> Cache:
        """A cache at `host:port`; `redis.Redis(host=host, port=port)` in virtual time connects to it."""
        self._mine()
        cache = Cache(
            self._scheduler, self.log, host, port, latency, service, self.chance(f"cache {host}:{port}")
        )
        self._scheduler.network.add(cache)
        return cache

    def memcached(
        self, host: str = "memcached", port: int = 11211, latency: Duration = 0.0005, service: float = 0.0
    ) -> Memcached:
        """A memcached at `host:port`; `pymemcache.Client((host, port))` in virtual time connects to it."""
        self._mine()
        chance = self.chance(f"memcached {host}:{port}")
        server = Memcached(self._scheduler, self.log, host, port, latency, service, chance)
        self._scheduler.network.add(server)
        return server

    def database(
        self,
        servers: int = 4,
        service: Duration = 0.02,
        *,
        shared: bool = False,
        connections: int | None = None,
        pool_wait: float | None = None,
        statement_timeout: float | None = None,
        rows: dict | None = None,
        name: str = "database",
    ) -> Database:
        """A database with a capacity: see Database."""
        self._mine()
        return Database(
            self._scheduler,
            self.log,
            name,
            servers,
            service,
            shared,
            connections,
            pool_wait,
            statement_timeout,
            rows,
            self.chance(name),
        )

    # what happens in it

    def at(self, moment: float, action: Callable[..., Any], *arguments: Any) -> None:
        """Do something at this moment, in a thread of its own; it may wait, or call the cache.

        >>> from cachelab import virtual
        >>> with virtual.time() as clock:
        ...     cache = clock.cache()
        ...     clock.at(10, cache.kill)
        ...     clock.sleep(11)
        ...     print(cache)
        <cache:6379 down, no connections>
        """
        self._mine()
        if moment < self.now:
            raise ValueError(f"at({moment!r}): it is {self.now:g} s already.")
        self._patches.learner(action)
        name = getattr(action, "__name__", "incident")

        def begin() -> None:
            self.log.add("clock.at", "", name, ", ".join(map(str, arguments)))
            threads.spawn(self._scheduler, lambda: action(*arguments), name)

        self._scheduler.after(moment - self.now, begin)

    def after(self, seconds: float, action: Callable[..., Any], *arguments: Any) -> None:
        """Do something so many seconds from now, in a thread of its own."""
        self.at(self.now + seconds, action, *arguments)

    def open(
        self,
        function: Callable[..., Any],
        rate: Rate,
        seconds: float,
        *,
        arguments: Callable[[Random], tuple] | None = None,
        threads: int | None = None,
        patience: float = 60.0,
        name: str = "request",
    ) -> Load:
        """An open loop: requests come at random, `rate` a second, for so many seconds, and wait for nobody.

        `rate` may be a function of the seconds since the beginning; `arguments` draws what `function` is
        called with; `threads` is how many the web server has (None: as many as it takes). Ends when all are
        answered, or `patience` seconds after the last arrival.

        >>> from cachelab import virtual
        >>> with virtual.time(seed=1) as clock:
        ...     database = clock.database(servers=1, service=0.02)
        ...     load = clock.open(database.run, rate=lambda t: 10 if t < 5 else 100, seconds=10)
        >>> load.answered == load.sent, load.percentile(99) > 1.0  # it can do fifty a second
        (True, True)
        """
        self._mine()
        self._patches.learner(function)
        return open_loop(
            self._scheduler, self._chance(name), function, rate, seconds, arguments, threads, patience, name
        )

    def closed(
        self,
        function: Callable[..., Any],
        clients: int,
        *,
        seconds: float | None = None,
        times: int | None = None,
        think: float = 0.0,
        arguments: Callable[[Random], tuple] | None = None,
        name: str = "client",
    ) -> Load:
        """A closed loop: each client asks, waits for the answer, thinks for so long, and asks again.

        Say for how many seconds, or how many times each. Clients that wait ask less while answers are slow,
        and so hide what customers see who come when they like: for those use `open`.

        >>> from cachelab import virtual
        >>> with virtual.time() as clock:
        ...     database = clock.database(servers=1, service=0.5)
        ...     clock.closed(database.run, clients=3, times=1)
        client: 3 of 3 answered; p50 1000.0 ms, p99 1500.0 ms
        """
        self._mine()
        self._patches.learner(function)
        return closed_loop(
            self._scheduler, self._chance(name), function, clients, seconds, times, think, arguments, name
        )

    def _chance(self, name: str) -> Random:
        self._asked += 1
        return self.chance(f"{name} {self._asked}")

    def _mine(self) -> None:
        me = here()
        if me is None or me.scheduler is not self._scheduler:
            raise RuntimeError(
                "This clock stands: use it inside its `with virtual.time() as clock:`, "
                "in a thread started there."
            )

    def __repr__(self) -> str:
        return f"<virtual time, {self.now:g} s>"


@contextmanager
def time(seed: int = 1, *, steps: int = 2_000_000, budget: float = 5.0, modules: Iterable[Any] = ()) -> Any:
    """Virtual time for the block: threads, sleeps, locks, queues and redis-py as they are, but nobody
    really waits.

    `seed` decides everything that is random. `steps` is how many hand-overs the run may take, `budget` how
    many seconds of processor time a thread may compute between two waits. `modules` are modules, namespaces
    or functions whose `from time import sleep` shall be virtual too although no module of `sys.modules`
    holds them.

    Raises Deadlock, Endless, TooLong, WaitsForReal or Unsupported; nothing stays patched, no thread stays
    behind.

    >>> import threading, time
    >>> from cachelab import virtual
    >>> with virtual.time() as clock:
    ...     threading.Timer(3600, print, ["an hour later"]).start()
    ...     time.sleep(7200)
    ...     print(clock.now)
    an hour later
    7200.0
    """
    if isinstance(seed, bool) or not isinstance(seed, int | str):
        raise ValueError(f"seed={seed!r}: a whole number or a text is needed.")
    if _one_at_a_time:
        raise RuntimeError("Virtual time is on already: one `with virtual.time()` at a time in a process.")
    patches = Patches(seed)
    clock = Clock(seed, steps, patches)
    scheduler = clock._scheduler
    watchdog = Watchdog(scheduler, budget)
    undo, problem = clock._undo, None
    try:
        with uninterrupted():  # or what is replaced might not be known yet, and stay
            _one_at_a_time.append(clock)
            undo.callback(_one_at_a_time.remove, clock)
            undo.callback(_let_go, scheduler)
            scheduler.enter(scheduler.main)
            undo.callback(workers.pop, scheduler.main.identity, None)
            undo.callback(patches.undo)
            patches.apply()
            for module in modules:
                if isinstance(module, dict):
                    patches.look_through(module)
                elif hasattr(module, "__globals__"):
                    patches.learner(module)
                else:
                    patches.look_through(vars(module))
            watchdog.start()
            undo.callback(watchdog.stop)
        try:
            yield clock
        except BaseException as error:
            problem = error
            raise
        finally:
            try:
                scheduler.close()
            finally:
                if scheduler.told and (problem is None or isinstance(problem, VirtualTimeError)):
                    raise scheduler.told[0] from None  # the first, whatever came of it
    finally:
        with uninterrupted():
            undo.close()


def _let_go(scheduler: Scheduler) -> None:
    for worker in [*scheduler.given_up, *scheduler.members]:
        threads.let_go(worker)


def leave() -> None:
    """End virtual time from real time, if it is on: its own thread may never come to leave the block.

    Nothing stays patched. Who waits in it waits for good; if its own thread does, that ends."""
    if here() is not None:
        return
    for clock in list(_one_at_a_time):
        scheduler = clock._scheduler
        scheduler.fault = Ended()
        for worker in list(scheduler.members):
            scheduler.give_up(worker)
        clock._undo.close()
