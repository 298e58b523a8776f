"""Near caches by hand: a connection whose reads the server remembers, and one that is told of changes."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import redis

from cachelab.engines import Engine

__all__ = ["Tracked", "late_reply"]

PATIENCE = 20.0  # seconds that the server's word may take, on a busy machine
_MARK = "near:mark"


class Tracked:
    """Two connections to a server. `get(key)` reads on the first, and the server remembers who has read what.
    When such a key changes, whoever changes it, the second hears of it, and `changed(key)` is called in a
    thread of its own. `changed(None)` means all keys (FLUSHALL).

    The server forgets that it has told: a second change is told only after a second read.
    (CLIENT TRACKING with REDIRECT: https://valkey.io/topics/client-side-caching/)
    """

    def __init__(self, server: Engine, changed: Callable[[str | None], None]):
        self.told: list[str | None] = []
        """The keys that the server has told of, in order."""
        self._changed, self._over = changed, threading.Event()
        # Both speak RESP2, in which an invalidation is a message. (Where only the listener does, Valkey 9.1
        # sends it the null of RESP3 after a FLUSHALL, which redis-py cannot read.)
        old = {"decode_responses": True, "protocol": 2}
        self._desk = server.client(**old)
        self._listener = server.client(**old).pubsub()
        self._listener.execute_command("CLIENT", "ID")
        number = self._listener.parse_response()
        self._listener.subscribe("__redis__:invalidate")
        self._reader = server.client(**old, single_connection_client=True)
        self._reader.execute_command("CLIENT", "TRACKING", "ON", "REDIRECT", number)
        self._thread = threading.Thread(target=self._listen, daemon=True, name="invalidations")
        self._thread.start()

    def get(self, key: str) -> str | None:
        return self._reader.get(key)

    def all_told(self) -> None:
        """Wait until every change so far has been told: messages come in order, and this adds a last one.
        TimeoutError if it does not come."""
        before = self.told.count(_MARK)
        self._reader.get(_MARK)
        self._desk.set(_MARK, time.monotonic_ns())
        deadline = time.monotonic() + PATIENCE
        while self.told.count(_MARK) == before:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the server told of no change within {PATIENCE:g} s")
            time.sleep(0.001)

    def close(self) -> None:
        self._over.set()
        self._thread.join(5)
        for one in (self._listener, self._reader, self._desk):
            one.close()

    def __enter__(self) -> "Tracked":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listen(self) -> None:
        with suppress(redis.RedisError, OSError, ValueError):
            while not self._over.is_set():
                message = self._listener.get_message(timeout=0.1)
                if message and message["type"] == "message":
                    for key in message["data"] or [None]:
                        self._changed(key)
                        self.told.append(key)


def late_reply(near: Tracked, get: Callable, key: str, writer: redis.Redis) -> None:
    """`get(key, ask)` reads `key` by `ask`, whose answer is held up until `writer` has written another value
    and the invalidation has been heard. Nobody is slow: a thread that waits for its turn is enough.
    """
    read, go = threading.Event(), threading.Event()

    def ask(name: str) -> str | None:
        value = near.get(name)
        read.set()
        go.wait(PATIENCE)
        return value

    writer.set(key, "old")
    reader = threading.Thread(target=get, args=(key, ask), daemon=True)
    reader.start()
    if not read.wait(PATIENCE):
        raise TimeoutError(f"get() did not ask for {key!r} within {PATIENCE:g} s")
    writer.set(key, "new")
    near.all_told()
    go.set()
    reader.join(PATIENCE)
