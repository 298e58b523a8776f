"""Everything an account has running: the pace at which things happen, what is watched, what is down."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from cachelab.engines.valkey import ValkeyServer

from .cache_node import CacheNode

TICK = 0.1  # seconds between two looks at every process: the floor of how fast a failure is noticed
PULSE = 0.5  # seconds between two PINGs to every node, and how long each may take to be answered
SILENCE = 6.0  # seconds without an answer after which a node counts as dead: a long script says BUSY after 5
JOIN_SECONDS = 60.0


class Watched(Protocol):
    """A shard, or a memcached cluster, which has no primary."""

    nodes: list[CacheNode]
    primary: CacheNode | None


Lost = Callable[[Any, Any], None]  # (what is watched, its dead node)


class Closing(Exception):
    """The account is being closed: give up quietly."""


class Fleet:
    """The pace of one account, its watchmen, and the work under way."""

    def __init__(self, provisioning_time: float) -> None:
        self.provisioning_time = provisioning_time
        self.zones_down: set[str] = set()
        self.fail_next: str | None = None  # the reason for which the next creation will fail
        self._bench: ValkeyServer | None = None
        self._closing = threading.Event()
        self._changed = threading.Condition()
        self._watched: dict[Watched, Lost] = {}
        self._jobs: set[threading.Thread] = set()
        self._stranded: dict[threading.Thread, Callable[[], set[str]]] = {}  # jobs, and the zones they need
        self._mine = threading.local()
        self._watchmen: list[threading.Thread] = []

    @property
    def bench(self) -> ValkeyServer:
        """An engine beside all caches, to try things on before they reach one."""
        with self._changed:
            if self._bench is None or not self._bench.alive:
                self._bench = ValkeyServer({"maxmemory": "1mb"})
            return self._bench

    # Work that takes time.

    def run(self, work: Callable[[], None]) -> None:
        """Do `work` in a thread of its own."""

        def guarded() -> None:
            try:
                work()
            except Exception:
                if not self._closing.is_set():
                    raise
            finally:
                self._jobs.discard(thread)
                self.announce()

        thread = threading.Thread(target=guarded, daemon=True, name="cloud-job")
        self._jobs.add(thread)
        self._mine.started = [*getattr(self._mine, "started", ()), thread]
        thread.start()

    def finish_started(self) -> None:
        """With a provisioning time of 0, wait for the work that this thread has set going."""
        started, self._mine.started = getattr(self._mine, "started", ()), ()
        if self.provisioning_time == 0:
            for thread in started:
                thread.join(JOIN_SECONDS)

    def take_time(self, since: float) -> None:
        """Wait until the provisioning time has passed since `since` (a time.monotonic()); if it is changed
        meanwhile, by what it is then."""
        with self._changed:
            while (left := since + self.provisioning_time - time.monotonic()) > 0:
                if self._closing.is_set():
                    break
                self._changed.wait(left)
        if self._closing.is_set():
            raise Closing

    def announce(self) -> None:
        """Wake those who wait for something to change."""
        with self._changed:
            self._changed.notify_all()

    def wait_until(self, true: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until `true()`; False if it is not within `seconds`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            while not true():
                if self._closing.is_set():
                    raise Closing
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return False
                self._changed.wait(min(0.5, left) if left is not None else 0.5)
        return True

    def wait_for_zones(self, needed: Callable[[], set[str]]) -> None:
        """Wait until all the zones that `needed()` names are up. Only a drill can bring one back."""
        job = threading.current_thread()
        self._stranded[job] = needed
        self.announce()
        try:
            self.wait_until(lambda: not needed() & self.zones_down)
        finally:
            del self._stranded[job]

    def all_at_once(self, tasks: list[Callable[[], None]]) -> None:
        """Do independent things side by side; raises the first error, once all have ended."""
        with ThreadPoolExecutor(max(1, len(tasks))) as pool:
            for done in [pool.submit(task) for task in tasks]:
                done.result()

    # Failure.

    def watch(self, shard: Watched, lost: Lost) -> None:
        """Call `lost(shard, node)`, in a thread, for each available node of it whose process has ended.

        A process that hangs is ended first, so that it can never wake up beside its successor.
        """
        self._watched[shard] = lost
        if not self._watchmen:
            self._watchmen = [
                threading.Thread(target=duty, daemon=True, name="cloud-watch")
                for duty in (self._look, self._listen)
            ]
            for watchman in self._watchmen:
                watchman.start()

    def unwatch(self, shard: Any) -> None:
        self._watched.pop(shard, None)

    def _look(self) -> None:
        while not self._closing.wait(TICK):
            for shard, lost in list(self._watched.items()):
                dead = [node for node in list(shard.nodes) if node.status == "available" and not node.alive]
                for node in dead:
                    node.status = "failed"
                # The primary first: writes wait for its successor.
                for node in sorted(dead, key=lambda node: node is not shard.primary):
                    self.run(lambda shard=shard, node=node, lost=lost: lost(shard, node))

    def _listen(self) -> None:
        silent: dict[Any, float] = {}  # nodes that do not answer, and since when
        while not self._closing.wait(PULSE):
            nodes = [node for shard in list(self._watched) for node in list(shard.nodes)]
            asked = {node: time.monotonic() for node in nodes if node.status == "available" and node.alive}
            silent = {
                node: silent.get(node, now) for node, now in asked.items() if not node.answers(timeout=PULSE)
            }
            for node, since in silent.items():
                if time.monotonic() - since > SILENCE:
                    node.kill()

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is being created, changed, repaired or deleted; False after `seconds`.

        What waits for a zone that is down is at rest.
        """

        def at_rest() -> bool:
            for node in [node for shard in list(self._watched) for node in list(shard.nodes)]:
                if node.status == "failed" or (node.status == "available" and not node.alive):
                    return False  # there will be a job for it soon
            stranded = {job for job, needed in list(self._stranded.items()) if needed() & self.zones_down}
            return not self._jobs - stranded - {threading.current_thread()}

        return self.wait_until(at_rest, seconds)

    # The end.

    def close(self) -> None:
        """Stop all work. (Ending the processes is up to those who own them.)"""
        self._closing.set()
        self.announce()
        for thread in [*self._watchmen, *self._jobs]:
            if thread is not threading.current_thread():
                thread.join(JOIN_SECONDS)
        if self._bench:
            self._bench.kill()
