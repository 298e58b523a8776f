"""Servers that stop for a moment now and then, as a fork, a big command or a paused machine makes them."""

import contextlib
import random
import threading
from collections.abc import Iterator

from cachelab.engines import Engine

__all__ = ["stalling"]


@contextlib.contextmanager
def stalling(*servers: Engine, seconds: float = 0.08, every: float = 1.0, seed: int = 1) -> Iterator[None]:
    """While the block runs, each server is frozen for so many seconds, again and again.

    The pauses between are random, `every` seconds on average and 0.2 s at least, each server's its own.
    Afterwards all of them run. Raises EngineError for a server that cannot be frozen.
    """
    if not 0.001 <= seconds <= 5 or not 0.2 < every <= 600:
        raise ValueError(f"seconds={seconds!r}, every={every!r}: 0.001 to 5 s, and more than 0.2 s between")
    over = threading.Event()

    def stall(server: Engine, chance: random.Random) -> None:
        while not over.wait(0.2 + chance.expovariate(1 / (every - 0.2))):
            server.freeze()
            over.wait(seconds)
            server.thaw()

    for server in servers:
        server.freeze()  # raises here and now
        server.thaw()
    threads = [
        threading.Thread(target=stall, args=(server, random.Random(seed + number)), daemon=True)
        for number, server in enumerate(servers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
