"""Time that passes only when everybody waits: the same threads, sleeps, sockets and answers, the same on
every run.

A cache that hangs after ten seconds, a client that gives up after 0.2 s and never tries again, eight
threads of a web server, and what thirty seconds of ordinary traffic make of that:

>>> import redis
>>> from redis.backoff import NoBackoff
>>> from redis.retry import Retry
>>> from cachelab import virtual
>>> with virtual.time(seed=1) as clock:
...     cache = clock.cache(latency=0.001)
...     client = cache.client(socket_timeout=0.2, retry=Retry(NoBackoff(), 0))
...     clock.at(10, cache.freeze)
...     load = clock.open(lambda: client.get("user:42"), rate=50, seconds=30, threads=8)
>>> load.errors["TimeoutError"] == load.failed > 800
True
>>> load.slower_than(1.0) > 500  # eight threads, 0.2 s each: forty a second, and fifty come
True

One thread runs at a time. `time.sleep`, the clocks, locks, conditions, events, semaphores, timers, joins,
queues, executors, and the sockets below redis-py and its pools hand over on a heap of (time, number). Code,
time-outs, retries and back-off are your own and redis-py's; only waiting is virtual, and computing takes no
time at all. The answers of the cache are fakeredis', on the virtual clock.

It does not find races: threads change places only where they wait (use cachelab.races). Not virtual, and
refused by name: other processes, real hosts, TLS, asyncio, select. A native library that waits in C waits
for real, and is told. Sets of strings have another order in each process, unless PYTHONHASHSEED is set:
sort what you iterate.
"""

from .cache import Cache
from .chance import exponential, lognormal, sometimes, uniform
from .clock import Clock, leave, time
from .database import Database, DatabaseDown, DatabaseError, PoolTimeout, StatementTimeout
from .errors import Deadlock, Endless, TooLong, Unsupported, VirtualTimeError, WaitsForReal
from .load import Load, Request
from .log import Event, Log
from .memcached import Memcached

__all__ = [
    "Cache",
    "Clock",
    "Database",
    "DatabaseDown",
    "DatabaseError",
    "Deadlock",
    "Endless",
    "Event",
    "Load",
    "Log",
    "Memcached",
    "PoolTimeout",
    "Request",
    "StatementTimeout",
    "TooLong",
    "Unsupported",
    "VirtualTimeError",
    "WaitsForReal",
    "exponential",
    "leave",
    "lognormal",
    "sometimes",
    "time",
    "uniform",
]
