"""Orders written to a cache that is being broken: how many are acknowledged in each tenth of a second."""

import json
import threading
import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import redis
import traitlets

from cachelab.cloud import Account, AccountError

from ..chart import Chart

__all__ = ["Writing", "writing"]

BIN = 0.1  # seconds
PAUSE = 0.003  # seconds between two writes
RECORDED = Path(__file__).with_suffix(".json")  # tools/record.py writes it
AGAIN = "For another run, run this cell again; if the cache is gone, those above it first."
FLAGS = {  # how AWS's words for what happened to a node begin, and what the chart calls it
    "Failover from primary": "failover",
    "Recovering cache nodes": "node lost",
    "Finished recovery": "node back",
}


class Writing(Chart):
    """A live chart of a program that writes. Made by `writing`.

    A thread writes until `stop`, for so many seconds, or until the account is closed.
    """

    recorded = traitlets.Unicode("").tag(sync=True)  # says when and where, if this is a recorded run
    over = traitlets.Unicode("").tag(sync=True)  # says that it writes no more, and how to go on

    _latest: Callable[[], "Writing | None"] = staticmethod(lambda: None)

    def __init__(self, aws: Account, name: str, client: redis.Redis, seconds: float):
        super().__init__(
            "Orders written in a tenth of a second", x="seconds", x_unit="s", x_range=(0, seconds), height=140
        )
        self.line("acknowledged", color="green").line("failed", color="orange")
        self.aws, self.name, self.seconds = aws, name, seconds
        self._client, self._ended = client, threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True, name=f"writing to {name}")

    def start(self) -> Self:
        """Begin. Another one that still writes in this kernel stops."""
        other = Writing._latest()
        if other is not None:
            other.stop()
        Writing._latest = staticmethod(weakref.ref(self))
        self._thread.start()
        return self

    def stop(self) -> Self:
        """Write no more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        return self

    def finish(self) -> Self:
        """Wait until it has written for as long as it was told to."""
        self._thread.join()
        return self

    def close(self) -> None:
        self._ended.set()
        super().close()

    def state(self) -> dict:
        """What the view needs. While nothing has happened to a node: a run that was recorded, and says so."""
        own = super().state()
        return own if own["spec"]["marks"] else own | json.loads(RECORDED.read_text(encoding="utf-8"))

    def text(self) -> str:
        return "\n".join(filter(None, (super().text(), self.over)))

    def _write(self) -> None:
        start = time.monotonic()
        self._note()
        self.over = f"It wrote for {time.monotonic() - start:.1f} s. {AGAIN}"

    def _note(self) -> None:
        began, ticks = datetime.now(UTC), []
        start = now = time.monotonic()
        while now - start < self.seconds and not self._ended.is_set():
            outcomes, until = [], now + BIN  # one that waits for its time-out makes it longer
            while now < until:
                outcomes.append(self._one())
                time.sleep(PAUSE)
                now = time.monotonic()
            ticks.append((round(now - start, 2), sum(outcomes), outcomes.count(False)))
            try:
                events = [event for event in self.aws.events() if event.date >= began]
            except AccountError:  # it was closed
                return
            self._draw(ticks, [((event.date - began).total_seconds(), event) for event in events])

    def _draw(self, ticks: list[tuple], events: list[tuple]) -> None:
        at, written, failed = zip(*ticks, strict=True)
        self.figure.update("acknowledged", at, written).update("failed", at, failed)
        seen: dict[str, list[float]] = {name: [] for name in FLAGS.values()}
        for when, event in events:
            for words, name in FLAGS.items():
                times = seen[name]
                mine = event.source == self.name or event.source.startswith(f"{self.name}-")
                if mine and event.message.startswith(words) and not (times and when - times[-1] < BIN):
                    times.append(when)  # a failover is told twice: of the group, and of its node
        # A primary that is lost is a failover; the two would stand on each other.
        lost = [when for when in seen["node lost"] if all(abs(when - at) > 1 for at in seen["failover"])]
        for name, times in (seen | {"node lost": lost}).items():
            for number, when in enumerate(times, 1):
                self.figure.marker(name if number == 1 else f"{name} ({number})", round(when, 2))
        self.redraw()

    def _one(self) -> bool:
        try:
            return bool(self._client.set("order", "paid"))
        except redis.RedisError:
            return False


def writing(aws: Account, name: str, client: Any, seconds: float = 60.0) -> Writing:
    """Begin to write orders to the cache `name` with this redis-py client, for so many seconds, and show what
    is acknowledged, with flags where a node was lost, replaced, or a replica took over."""
    return Writing(aws, name, client, seconds).start()
