"""How often readers are served something old: threads that read and write one small shop, on a real cache.

The database is a dictionary behind a pause, so that only the cache's part is measured. Who wins a race here
depends on the machine; what cannot happen does not.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import redis

USERS = 20
READERS = 4
WRITES_PER_SECOND = 50
QUERY_SECONDS = (0.001, 0.002)  # a query, at least and at most
TTL = 300  # seconds: longer than a run
KEY = "stale:{}"


class Rows:
    """The database: for each user the number of writes so far."""

    def __init__(self):
        self.versions = [0] * USERS
        self.known = [0] * USERS  # the versions whose writers have finished

    def read(self, user: int) -> int:
        """The row, as it was somewhere in the middle of the query."""
        pause = random.uniform(*QUERY_SECONDS) / 2
        time.sleep(pause)
        version = self.versions[user]
        time.sleep(pause)
        return version

    def write(self, user: int) -> None:
        self.versions[user] += 1


def plain(cache, rows: Rows, user: int) -> int:
    found = cache.get(KEY.format(user))
    if found is not None:
        return int(found)
    version = rows.read(user)
    cache.set(KEY.format(user), version, ex=TTL)
    return version


def lease(cache, rows: Rows, user: int) -> int:
    key, ticket = KEY.format(user), f"ticket {uuid.uuid4().hex}"
    found = cache.set(key, ticket, nx=True, get=True, px=10_000)
    if found is not None and not found.startswith("ticket "):
        return int(found)
    version = rows.read(user)
    if found is None:
        cache.execute_command("SET", key, version, "IFEQ", ticket, "EX", TTL)
    return version


#: name -> (how readers read, whether writers delete)
WAYS: dict[str, tuple[Callable, bool]] = {
    "no invalidation": (plain, False),
    "delete after the write": (plain, True),
    "lease, delete after the write": (lease, True),
}


@dataclass(frozen=True)
class Found:
    """What one run met."""

    way: str
    reads: int
    stale: int
    writes: int
    seconds: float

    def __str__(self):
        minute = self.stale * 60 / self.seconds
        return f"{self.way:29} {self.stale:6,} of {self.reads:6,} stale, {minute:6,.0f} a minute"


def run(way: str, cache: redis.Redis, seconds: float = 3.0, writes: int | None = None) -> Found:
    """Read and write for so many seconds, or until there were so many writes.

    cache: a client with `decode_responses=True`; keys that begin with "stale:" are used and then deleted.
    Raises ValueError for a way that is not in WAYS, and what the client raises.
    """
    if way not in WAYS:
        raise ValueError(f"there is no way {way!r}: choose from {', '.join(WAYS)}")
    read, deletes = WAYS[way]
    rows, stop, counts, errors = Rows(), threading.Event(), [[0, 0] for _ in range(READERS)], []
    keys = [KEY.format(user) for user in range(USERS)]
    cache.delete(*keys)

    def reading(count: list[int]) -> None:
        while not stop.is_set():
            user = random.randrange(USERS)
            known = rows.known[user]
            old = read(cache, rows, user) < known
            count[0] += 1
            count[1] += old

    def guarded(count: list[int]) -> None:
        try:
            reading(count)
        except Exception as error:
            errors.append(error)
            stop.set()

    threads = [threading.Thread(target=guarded, args=[count], daemon=True) for count in counts]
    began, made = time.monotonic(), 0
    for thread in threads:
        thread.start()
    try:
        while not stop.is_set() and (
            made < writes if writes is not None else time.monotonic() - began < seconds
        ):
            user = random.randrange(USERS)
            rows.write(user)
            if deletes:
                cache.delete(KEY.format(user))
            rows.known[user] = rows.versions[user]
            made += 1
            time.sleep(1 / WRITES_PER_SECOND)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    took = time.monotonic() - began
    cache.delete(*keys)
    if errors:
        raise errors[0]
    return Found(way, sum(count[0] for count in counts), sum(count[1] for count in counts), made, took)
