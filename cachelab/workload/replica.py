"""A primary and its replica, so many seconds apart: what a reader of the replica sees."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from cachelab.engines import ValkeyServer
from cachelab.engines.relay import Relay

__all__ = ["replica_pair"]

PATIENCE = 30.0  # seconds until the replica has its first copy, and until it hears of writes


@contextmanager
def replica_pair(delay: float = 0.0) -> Iterator[tuple[redis.Redis, redis.Redis]]:
    """Clients of a new primary and of its replica, which hears of each write `delay` seconds later (0: as
    fast as it goes).

    Both decode responses. Raises EngineError without Valkey, and TimeoutError if the replica does not come.
    """
    primary = ValkeyServer({"repl-diskless-sync-delay": 0})
    road = Relay((primary.host, primary.port)) if delay else None
    replica, to = None, road or primary
    try:
        replica = ValkeyServer({"replicaof": f"{to.host} {to.port}"})
        writer, reader = (node.client(decode_responses=True) for node in (primary, replica))
        _until_acknowledged(writer, "copy")
        # Who has a copy may still hear of no write: the primary sends none before the replica's next
        # acknowledgement, up to a second later. Something must be written for WAIT to wait for that.
        writer.publish("replica_pair", "heard?")
        _until_acknowledged(writer, "word of a write")
        if road:
            road.delay = delay
        yield writer, reader
    finally:
        if road:
            road.close()
        for node in filter(None, (replica, primary)):
            node.stop()


def _until_acknowledged(writer: redis.Redis, what: str) -> None:
    """Until the replica has what `writer` wrote last."""
    deadline = time.monotonic() + PATIENCE
    while not writer.wait(1, 200):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the replica had no {what} after {PATIENCE:g} s")
