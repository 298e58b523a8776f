"""What a sampler needs to know of a node: who it is, how to ask it. Nothing here knows where nodes come
from."""

import os
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .points import Point

SHORTEST = 1.0  # seconds: CPU is a share of the real time since the last sample, of no less than this

Measured = dict[str, Point]


@dataclass(frozen=True)
class SlowLog:
    """Where a node's slow log is to be delivered, and how its entries are written."""

    group: str
    format: str = "json"  # or text


@dataclass(frozen=True)
class Source:
    """One node that can be sampled."""

    key: Hashable
    """The same for the same node on every look, another for another node."""
    engine: str  # valkey, redis, memcached
    about: dict[str, str | None]
    """Its dimensions; see published.dimension_sets."""
    connect: Callable[[], AbstractContextManager[Any]]
    """A client as the service itself uses it (redis-py or pymemcache) that does not wait long."""
    pid: int | None = None
    vcpus: int | None = None
    memory: int | None = None  # bytes, of its node type
    own_connections: Callable[[], int] = lambda: 0
    """How many connections the account itself has opened to its process so far."""
    primary: Hashable = None  # the key of the node it copies, if it is a replica

    slow_log: SlowLog | None = None  # where its slow log goes, if anywhere

    @property
    def serverless(self) -> bool:
        return bool(self.about.get("ServerlessCacheName"))


class Strangers:
    """Counts connections that are not the account's own.

    The two counts are not read at one moment: a connection of the account's own may be in one and not yet in
    the other. So what is new is counted from the most there ever were.
    """

    def __init__(self) -> None:
        self.most = 0

    def new(self, received: float, own: int) -> float:
        """How many have come since the last call; `received` and `own` count from the process's start."""
        before, self.most = self.most, max(self.most, received - own)
        return self.most - before


@lru_cache(maxsize=4096)  # most counters of most minutes are 0
def _point(value: float, unit: str) -> Point:
    return Point.of([value], unit)


def counts(value: float) -> Point:
    return _point(value, "Count")


def size(value: float) -> Point:
    return _point(value, "Bytes")


def percent(value: float) -> Point:
    return _point(value, "Percent")


def plain(value: float) -> Point:
    return _point(value, "None")


def host(source: Source, cpu_seconds: float, seconds: float, resident: int | None) -> Measured:
    """Host-level metrics, as far as a process stands for its host.

    CPUUtilization is the process's share of the node type's virtual CPUs; FreeableMemory is what the process
    leaves of the node type's memory; SwapUsage is what the kernel has swapped out of it (Linux only).
    """
    found: Measured = {}
    if source.vcpus:
        found["CPUUtilization"] = percent(
            min(100.0, 100 * cpu_seconds / max(seconds, SHORTEST) / source.vcpus)
        )
    resident = resident if resident is not None else kernel(source.pid).get("VmRSS")
    if source.memory and resident is not None:
        found["FreeableMemory"] = size(max(0, source.memory - resident))
    if (swapped := kernel(source.pid).get("VmSwap")) is not None:
        found["SwapUsage"] = size(swapped)
    return found


def kernel(pid: int | None) -> dict[str, int]:
    """What the kernel says of a process's memory, in bytes: VmRSS and VmSwap; empty where it does not say."""
    if pid is None or not os.path.isdir("/proc/self"):
        return {}
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            rows = (line.partition(":") for line in status)
            return {
                name: int(value.split()[0]) * 1024 for name, _, value in rows if name in ("VmRSS", "VmSwap")
            }
    except OSError:
        return {}
