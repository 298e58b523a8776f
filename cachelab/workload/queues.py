"""Queues of jobs on a real server, and workers that die: what each way of taking a job loses, or does twice.

    done, twice = drain(WAYS["RPOP"](cache), jobs=200)

A worker dies at a share of the jobs with the job in its hand, and at another share after the work, before it
has said so. Who dies is drawn from a seed, so that each run has the same deaths.
"""

import random
from collections.abc import Callable
from typing import Protocol

__all__ = ["WAYS", "Way", "drain"]

DIES_BEFORE = 1 / 7
DIES_AFTER = 1 / 20
LEASE = 1  # millisecond: what is pending for longer was its worker's who died; in life it is minutes


class Way(Protocol):
    """How jobs are put, taken, marked as done, and taken back from workers that died."""

    def put(self, job: int) -> None: ...
    def take(self) -> tuple[object, int] | None: ...
    def done(self, handle: object) -> None: ...
    def recover(self) -> None: ...


class Popped:
    """A list; RPOP takes a job off it."""

    def __init__(self, cache):
        self.cache, self.list = cache, "jobs:popped"
        cache.delete(self.list)

    def put(self, job):
        self.cache.lpush(self.list, job)

    def take(self):
        job = self.cache.rpop(self.list)
        return None if job is None else (job, int(job))

    def done(self, handle):
        pass

    def recover(self):
        pass


class Moved(Popped):
    """A list of waiting jobs and one of those in work; LMOVE between them."""

    def __init__(self, cache):
        self.cache, self.list, self.busy = cache, "jobs:waiting", "jobs:busy"
        cache.delete(self.list, self.busy)

    def take(self):
        job = self.cache.lmove(self.list, self.busy, "RIGHT", "LEFT")
        return None if job is None else (job, int(job))

    def done(self, handle):
        self.cache.lrem(self.busy, 1, handle)

    def recover(self):
        while self.cache.lmove(self.busy, self.list, "RIGHT", "RIGHT") is not None:
            pass


class Stream:
    """A stream with a group of workers, in which nobody takes over what is pending."""

    def __init__(self, cache):
        self.cache, self.stream, self.group = cache, "jobs:stream", "workers"
        cache.delete(self.stream)
        cache.xgroup_create(self.stream, self.group, id="0", mkstream=True)

    def put(self, job):
        self.cache.xadd(self.stream, {"job": job})

    def take(self):
        got = self.cache.xreadgroup(self.group, "worker", {self.stream: ">"}, count=1)
        if not got:
            return None
        [(handle, fields)] = got[0][1]
        return handle, int(fields["job"])

    def done(self, handle):
        self.cache.xack(self.stream, self.group, handle)

    def recover(self):
        pass


class Claimed(Stream):
    """The same, and XAUTOCLAIM takes over what has been pending for longer than a lease."""

    def __init__(self, cache):
        super().__init__(cache)
        self._taken_over: list[tuple[str, dict]] = []

    def take(self):
        if self._taken_over:
            handle, fields = self._taken_over.pop(0)
            return handle, int(fields["job"])
        return super().take()

    def recover(self):
        claimed = self.cache.xautoclaim(self.stream, self.group, "heir", LEASE, "0-0", count=1000)[1]
        self._taken_over.extend(claimed)


WAYS: dict[str, Callable[..., Way]] = {
    "RPOP": Popped, "LMOVE": Moved, "stream": Stream, "stream, claimed": Claimed,
}  # fmt: skip


def drain(way: Way, jobs: int, seed: int = 3) -> tuple[int, int]:
    """How many of so many jobs are done, and how many of them twice or more."""
    for job in range(jobs):
        way.put(job)
    deaths, done, idle = random.Random(seed), [], 0
    while idle < 3:  # what is put back may be lost by the next worker, too
        taken = way.take()
        if taken is None:
            idle += 1
            way.recover()
            continue
        handle, job = taken
        if deaths.random() < DIES_BEFORE:
            continue
        done.append(job)
        if deaths.random() >= DIES_AFTER:
            way.done(handle)
    return len(set(done)), len(done) - len(set(done))
