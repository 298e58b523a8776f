"""Hot and big keys: what they cost a real server, how to find them, what the nodes of a cluster get."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import redis

from cachelab.engines import Engine, ValkeyCluster, ValkeyServer
from cachelab.workload.ring import shard_of

__all__ = ["one_node_cluster", "reads", "server_times", "watched"]


@contextmanager
def watched(engine: Engine) -> Iterator[None]:
    """For the block, somebody runs MONITOR on the server and reads all that it tells."""
    monitor = engine.client().monitor()

    def read():
        with suppress(redis.RedisError, OSError, ValueError, AttributeError):
            while True:
                monitor.next_command()

    with monitor:
        reader = threading.Thread(target=read, daemon=True, name="MONITOR")
        reader.start()
        try:
            yield
        finally:
            monitor.connection.disconnect()
            reader.join(5)


def server_times(client: Any, fields: int = 10_000) -> dict[str, float]:
    """Seconds of the server's own time, by its count, for a GET of one key, a GET of one of sixteen copies,
    and an HGET and an HGETALL of a hash of so many fields. Each is the least of ten rounds: other programs
    on the machine only add to it.

    Writes keys and resets the server's statistics (CONFIG RESETSTAT): use a server of your own.
    """
    keys = [f"product:7:{copy}" for copy in range(16)]
    for key in keys:
        client.set(key, "x" * 100)
    client.hset("catalog", mapping={f"product:{number}": "9.99" for number in range(fields)})
    reads: dict[str, tuple[str, int, Callable[[], Any]]] = {
        "GET of one key": ("get", 200, lambda: client.get(keys[0])),
        "GET of sixteen copies": ("get", 200, lambda: client.get(random.choice(keys))),
        f"HGET of {fields:,}": ("hget", 50, lambda: client.hget("catalog", "product:7")),
        f"HGETALL of {fields:,}": ("hgetall", 1, lambda: client.hgetall("catalog")),
    }
    rounds = [{name: _server_time(client, *read) for name, read in reads.items()} for _ in range(10)]
    return {name: min(one[name] for one in rounds) for name in reads}


def _server_time(client, command: str, times: int, call: Callable[[], Any]) -> float:
    client.config_resetstat()
    for _ in range(times):
        call()
    counted = client.info("commandstats")[f"cmdstat_{command}"]
    return counted["usec"] / counted["calls"] / 1e6


def one_node_cluster() -> ValkeyServer:
    """A cluster of one node that keeps statistics for each slot; stop it. EngineError without Valkey."""
    return ValkeyCluster(1, {"cluster-slot-stats-enabled": True}).nodes[0]


def reads(
    share: float, rate: float, nodes: int, copies: int = 1, near: float = 0.0, processes: int = 50
) -> list[float]:
    """Reads per second of each node.

    Of `rate` reads per second a `share` is for the hot key, the others are spread evenly. Nodes hold equal
    ranges of slots. Each of the `copies` (product:7:0, product:7:1, …) is where its slot puts it, so that
    some nodes may hold several and some none. In each application process a near cache with a TTL of `near`
    seconds lets λ/(1 + λ·TTL) of its hot reads through, λ being what that process reads.
    """
    hot = share * rate / processes
    hot = processes * hot / (1 + hot * near)
    each = [(1 - share) * rate / nodes] * nodes
    for copy in range(copies):
        name = "product:7" if copies == 1 else f"product:7:{copy}"
        each[shard_of(name, nodes)] += hot / copies
    return each
