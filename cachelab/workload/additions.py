"""Clients that add to counters of a cluster while it changes, and what they notice of that."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass

import redis
from redis.exceptions import AskError, MovedError

from cachelab.learner.words import counted

__all__ = ["Additions", "Noticed"]

COUNTERS = 2000  # of each thread
PATIENCE = 2.0  # seconds that a client waits for an answer


@dataclass(frozen=True)
class Noticed:
    """What the clients noticed in some seconds."""

    seconds: float
    additions: int  # acknowledged
    errors: int  # calls that raised
    moved: int  # redirections that the client followed without a word
    median: float  # seconds of one call
    longest: float  # seconds of the longest one: the pause

    def __str__(self) -> str:
        rate = self.additions / self.seconds
        return (
            f"{self.additions:,} additions ({rate:,.0f}/s), {counted(self.errors, 'error')}, "
            f"{counted(self.moved, 'redirection')} followed,\n"
            f"        longest pause {self.longest / self.median:,.0f} times the median"
        )


class Additions:
    """Threads that add 1 to counters, each to its own, as fast as they can, through one cluster client each.

        with Additions(host, port) as clients:
            ... change the cluster ...
            print(clients.noticed())
        clients.lost()

    Raises what redis.RedisCluster raises if it cannot connect.
    """

    def __init__(self, host: str, port: int, threads: int = 2):
        self._moved = 0
        self._address = host, port
        self._clients = [self._client() for _ in range(threads)]
        self._calls: list[
            tuple[float, float, bool]
        ] = []  # when it ended, how long it took, whether it worked
        self._acknowledged: Counter[str] = Counter()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._add, args=(number,), daemon=True, name=f"additions {number}")
            for number in range(threads)
        ]
        self.errors: Counter[str] = Counter()
        """How often which exception came, by name."""

    def __enter__(self) -> "Additions":
        self._seen = time.perf_counter()
        self._moved_before = self._moved
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        for client in self._clients:
            client.close()

    def fill(self, keys: int, size: int = 100) -> None:
        """Store so many values besides, so that there is something to move."""
        client = self._client()
        with client.pipeline() as pipe:
            for number in range(keys):
                pipe.set(f"user:{number}", "x" * size)
                if number % 2000 == 1999:
                    pipe.execute()
            pipe.execute()
        client.close()

    def noticed(self) -> Noticed:
        """What happened since the last call of this, or since the start. There must have been an addition."""
        since, self._seen = self._seen, time.perf_counter()
        before, self._moved_before = self._moved_before, self._moved
        calls = [call for call in list(self._calls) if since < call[0] <= self._seen]
        took = sorted(seconds for _, seconds, _ in calls)
        worked = sum(good for *_, good in calls)
        return Noticed(
            seconds=self._seen - since,
            additions=worked,
            errors=len(calls) - worked,
            moved=self._moved_before - before,
            median=took[len(took) // 2],
            longest=took[-1],
        )

    @property
    def acknowledged(self) -> int:
        """All additions that the cluster has said yes to."""
        return self._acknowledged.total()

    def lost(self) -> int:
        """Once they have stopped: how many acknowledged additions are not in the counters."""
        client = self._client()
        names = list(self._acknowledged)
        found = dict(zip(names, client.mget_nonatomic(names), strict=True)) if names else {}
        client.close()
        return sum(max(0, self._acknowledged[name] - int(found[name] or 0)) for name in names)

    def _add(self, number: int) -> None:
        client, draw = self._clients[number], random.Random(number)
        while not self._over.is_set():
            name = f"counter:{number}:{draw.randrange(COUNTERS)}"
            start, worked = time.perf_counter(), False
            try:
                client.incr(name)
                worked = True
            except Exception as error:  # not every error of a cluster client is a RedisError
                self.errors[type(error).__name__] += 1
            end = time.perf_counter()
            if worked:
                self._acknowledged[name] += 1
            self._calls.append((end, end - start, worked))

    def _client(self) -> redis.RedisCluster:
        def noted():
            self._moved += 1

        class Watched(redis.Connection):
            """A connection that counts redirections."""

            def read_response(self, *args, **named):
                try:
                    return super().read_response(*args, **named)
                except (MovedError, AskError):
                    noted()
                    raise

        host, port = self._address
        limits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        return redis.RedisCluster.from_url(f"redis://{host}:{port}", connection_class=Watched, **limits)
