"""Real load on a real server: several client processes at once, and who inside the server did the work.

with Clients(4) as clients:
    clients.run(valkey, 2)      # two of them, for a quarter of a second
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from cachelab.engines import Engine
from cachelab.engines.child import Child
from cachelab.learner.words import counted
from cachelab.workload import _client

__all__ = ["Clients", "Throughput"]

BATCH = 20  # reads a client asks for in one trip, so that the server has more to do than the client


@dataclass(frozen=True)
class Throughput:
    """What a server did under load."""

    per_second: float  # reads answered, all clients together
    cores: float  # CPU time of the server per second: 1.0 is one core, busy all the time
    threads: int  # threads of the server that did at least a tenth of its work
    busiest: float  # share of the work that its busiest thread did

    @property
    def per_read(self) -> float:
        """Seconds of the server's CPU time for one read: the same however little of a core it is given."""
        return self.cores / max(self.per_second, 1e-9)

    def __str__(self) -> str:
        threads = counted(self.threads, "thread")
        return f"{self.per_second:9,.0f} reads/s on {self.cores:.1f} cores, {threads} at work"


class Clients:
    """So many processes that wait to be sent against a server; they end with the kernel."""

    def __init__(self, count: int = 4):
        if not 1 <= count <= 16:
            raise ValueError(f"count={count!r}: from 1 to 16 clients; each is a process of its own")
        self._children = [Child(Path(_client.__file__)) for _ in range(count)]
        self._pool = ThreadPoolExecutor(count)
        for child in self._children:  # started, and done importing
            child.ask("ready")

    def run(self, engine: Engine, clients: int, seconds: float = 0.25, batch: int = BATCH) -> Throughput:
        """Let `clients` of them read one value of 100 bytes from `engine`, each as fast as it can.

        Each trip asks for `batch` reads, pipelined (Valkey) or as a multi-get (Memcached). The server must
        be one of this machine: the operating system tells the CPU time of each of its threads.
        """
        if not 1 <= clients <= len(self._children):
            raise ValueError(f"clients={clients!r}: there are {len(self._children)} to send")
        if engine.pid is None:
            raise ValueError(f"{engine.badge}: whose threads work can be seen for servers this course starts")
        protocol = "memcached" if engine.name == "Memcached" else "valkey"
        stored = {"noreply": False} if protocol == "memcached" else {}  # it must be there before they ask
        engine.client().set(_client.KEY.decode(), "x" * _client.VALUE, **stored)
        asked = {"protocol": protocol, "host": engine.host, "port": engine.port}
        asked |= {"seconds": seconds, "batch": batch}
        before, start = _cpu_seconds(engine.pid), time.perf_counter()
        answers = list(self._pool.map(lambda child: child.ask("run", **asked), self._children[:clients]))
        took = time.perf_counter() - start
        after = _cpu_seconds(engine.pid)
        worked = sorted(seconds - before.get(thread, 0.0) for thread, seconds in after.items())
        total = max(sum(worked), 1e-9)
        return Throughput(
            per_second=sum(answer["answered"] / answer["seconds"] for answer in answers),
            cores=total / took,
            threads=max(1, sum(seconds >= total / 10 for seconds in worked)),
            busiest=worked[-1] / total,
        )

    def close(self) -> None:
        """End the client processes."""
        self._pool.shutdown()
        for child in self._children:
            child.close()

    def __enter__(self) -> "Clients":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _cpu_seconds(pid: int) -> dict[int, float]:
    """CPU time of each thread so far; its resolution is the kernel's tick, usually 10 ms."""
    threads = psutil.Process(pid).threads()
    return {thread.id: thread.user_time + thread.system_time for thread in threads}
