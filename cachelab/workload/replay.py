"""A trace on a real server: what hit, when, and how many items it held.

seen = replay(zipf(60_000, 20_000), on_valkey(client))
model = Valkey(round(seen.size))
model.run(seen.trace, seen.times).mean() - seen.hits.mean()      # how far the model is off
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Replayed", "Server", "empty", "make_room", "on_memcached", "on_valkey", "replay"]

BATCH = 20  # requests in one trip
KEY = "item:%d"


@dataclass(frozen=True)
class Server:
    """How a replay talks to a server. Keys are texts."""

    read: Callable[[list[str]], Iterable[bool]]  # whether each of these keys is there
    store: Callable[[list[str]], object]
    size: Callable[[], int]  # items held


def on_valkey(client, value: int = 100, ttl: float | None = None) -> Server:
    """A redis-py client as a Server; values of so many bytes that live `ttl` seconds (None: for ever)."""
    text, options = "x" * value, {} if ttl is None else {"px": max(1, round(ttl * 1000))}

    def store(keys):
        pipe = client.pipeline(transaction=False)
        for key in keys:
            pipe.set(key, text, **options)
        pipe.execute()

    return Server(lambda keys: [found is not None for found in client.mget(keys)], store, client.dbsize)


def on_memcached(client, value: int = 100, ttl: int = 0) -> Server:
    """A pymemcache client (with default_noreply=False) as a Server; `ttl` in whole seconds, 0 for ever."""
    text = "x" * value

    def read(keys):
        found = client.get_many(keys)
        return [key in found for key in keys]

    return Server(
        read,
        lambda keys: client.set_many(dict.fromkeys(keys, text), expire=ttl),
        lambda: client.stats()[b"curr_items"],
    )


def empty(client) -> None:
    """Empty a Valkey, memory and all, before this returns: a flush is lazy there unless told otherwise, and
    what an earlier one is still freeing counts as used."""
    client.execute_command("FLUSHALL", "SYNC")  # redis-py's flushall() says neither: later
    while client.info("memory").get("lazyfree_pending_objects", 0):
        time.sleep(0.001)


def make_room(client, items: int, value: int = 100, ttl: bool = False) -> None:
    """Empty a Valkey and set its `maxmemory` so that about `items` values of so many bytes fit."""
    client.config_set("maxmemory", 0)
    empty(client)
    server = on_valkey(client, value, 3600 if ttl else None)
    (
        server.read([KEY % 0]),
        server.size(),
        client.info("memory"),
    )  # a command's first call takes memory for good
    for first in range(0, items, 500):
        server.store([KEY % (10_000 + number) for number in range(first, min(first + 500, items))])
    client.connection_pool.disconnect()  # its buffers count as used, and shrink a moment later
    client.ping()
    client.config_set("maxmemory", client.info("memory")["used_memory"])
    empty(client)


@dataclass(frozen=True)
class Replayed:
    """How a trace went. One entry per request, but for `sizes`."""

    trace: Sequence[int]
    hits: np.ndarray  # booleans
    times: np.ndarray  # seconds since 1970
    sizes: tuple[int, ...]  # items held, now and then

    @property
    def hit_ratio(self) -> float:
        return float(self.hits.mean())

    @property
    def size(self) -> float:
        """Items held on average, once it was full: over the last three quarters."""
        return float(np.mean(self.sizes[len(self.sizes) // 4 :]))


def replay(
    trace: Sequence[int], server: Server, per_second: float | None = None, batch: int = BATCH
) -> Replayed:
    """Ask for the items of a trace, `batch` in one trip, and store those that were missing.

    A key asked for twice in one trip counts as a hit the second time: one after the other it would be one.
    `per_second` holds the requests back to that rate.
    """
    hits, times, sizes = np.zeros(len(trace), bool), np.zeros(len(trace)), []
    start = time.perf_counter()
    for number, first in enumerate(range(0, len(trace), batch)):
        if per_second:
            time.sleep(max(0.0, start + first / per_second - time.perf_counter()))
        keys = [KEY % item for item in trace[first : first + batch]]
        times[first : first + batch] = time.time()
        there = dict(zip(keys, server.read(keys), strict=True))
        missing = [key for key, found in there.items() if not found]
        if missing:
            server.store(missing)
        asked: set[str] = set()
        for i, key in enumerate(keys, first):
            hits[i] = there[key] or key in asked
            asked.add(key)
        if number % 50 == 0:
            sizes.append(server.size())
    return Replayed(trace, hits, times, tuple(sizes))
