"""Customers in front of your own functions, live: sliders, outages at the push of a button, three charts."""

import json
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import traitlets

from cachelab import shop
from cachelab.engines import Engine, EngineError
from cachelab.workload.latency import hit_ratio_with_ttl
from cachelab.workload.traffic import Figures, Traffic

from .challenge.view import PARTS, Challenged
from .chart import Controls, Figure, Slider
from .quantity import quantity

__all__ = ["TrafficBench", "traffic"]

SLIDERS = (
    Slider("ttl", stops=(1, 2, 5, 10, 30, 60, 300), unit="s", label="TTL"),
    Slider("write_share", stops=(0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5), unit="%", label="share of writes"),
    Slider("rate", stops=(20, 50, 100, 200, 400, 800), unit="requests/s", label="load"),
    Slider("skew", stops=(0, 0.5, 0.8, 1, 1.2, 1.5), label="popularity skew"),
)
RECORDED = Path(__file__).with_suffix(".json")  # tools/record.py writes it
LONG_WAIT = 0.25  # seconds after which a request still under way is shown


class TrafficBench(Challenged, Controls):
    """A live view of a `Traffic`, and the switches of the cache behind it. Made by `traffic`."""

    parts = ("chart/plot.js", "chart/row.js", *PARTS)
    running = traitlets.Bool(False).tag(sync=True)
    tiles = traitlets.List().tag(sync=True)  # the latest second: [name, value in words]
    said = traitlets.Unicode("").tag(sync=True)  # events, read out
    trouble = traitlets.Unicode("").tag(sync=True)  # the last error of the learner's function
    pictures = traitlets.List(traitlets.Dict()).tag(sync=True)

    recorded = traitlets.Unicode("").tag(sync=True)  # says when and where, if this is a recorded run

    _latest: Callable[[], "TrafficBench | None"] = staticmethod(lambda: None)

    def __init__(self, model: Traffic, cache: Engine, challenges: str | Sequence | None = None):
        self.model, self.cache = model, cache
        sliders = [slider for slider in SLIDERS if model.can_write or slider.name != "write_share"]
        shown = self._take(sliders, **{slider.name: getattr(model.load, slider.name) for slider in sliders})
        self._drawing = threading.RLock()  # ticks come from a thread of the traffic
        self._outages = 0
        self.down_since: float | None = None  # seconds after the start: the cache was killed, and is not back
        self.back_since: float | None = None  # ... and was restarted
        self._clear()
        super().__init__(
            label="Traffic bench",
            said="Ready. Start sends customers; after a minute they go home by themselves."
            + ("" if cache.is_real else " Your cache is a stand-in, so no latencies are shown."),
            **shown,
        )
        self.positions = self._resume(challenges if isinstance(challenges, str) else "")
        self.model.change(**self.values)
        self._expect()
        self._show(None)
        model.listener = lambda _: self._tick()
        self.observe(lambda _: self._turn(), "positions")
        self._challenge(challenges, "pictures")
        self.on_msg(lambda _, message, __: self._asked(message))

    def start(self) -> Self:
        """Send customers, on a fresh record. Another bench that is still running in this kernel stops."""
        other = TrafficBench._latest()
        if other is not None and other is not self:
            other.stop()
        if self.model.running:
            return self
        TrafficBench._latest = staticmethod(weakref.ref(self))
        with self._drawing:
            self._outages = 0
            self.down_since = self.back_since = None
            self._clear()
            self._expect()
            self._show(None)
        self.trouble = ""
        self.model.start()
        self.running = True
        self.said = f"Running, for at most {self.model.limit:g} s."
        return self

    def stop(self) -> Self:
        self.model.stop()
        return self

    def kill_cache(self) -> Self:
        """SIGKILL for the cache: an outage, not a polite end."""
        if not self.cache.alive:
            self.said = "The cache is down already."
            return self
        self.cache.kill()
        self._outages += 1
        self.down_since, self.back_since = self.model.now.at if self.model.running else None, None
        self._mark("killed")
        self.said = "The cache is dead. " + (
            "Its process was killed."
            if self.cache.is_real
            else "A stand-in has no process: it refuses all calls."
        )
        return self

    def restart_cache(self) -> Self:
        """The same address, an empty cache."""
        self.cache.restart()
        if self.down_since is not None:
            self.down_since, self.back_since = None, self.model.now.at
        self._mark("restarted")
        self.said = "The cache is back, and empty."
        return self

    def close(self) -> None:
        self.model.stop(patience=0)
        super().close()

    def text(self) -> str:
        lines = self._stand()
        lines.append(self.said)
        if self.model.total is not None:
            lines.append(f"{self.model.total.at:.1f} s in all: {self._total()}")
        if self.trouble:
            lines.append(self.trouble)
        with self._drawing:
            pictures = (figure.text() for figure in self._figures if self.model.ticks)
            return "\n".join([*lines, *pictures, *self._challenge_lines()])

    def state(self) -> dict:
        """What the view needs. Of a bench that has not run yet: a run that was recorded, and says so."""
        own = super().state()
        return own if self.model.ticks else own | json.loads(RECORDED.read_text(encoding="utf-8"))

    # Inside

    def _asked(self, message: Any) -> None:
        deeds = {
            "start": self.start,
            "stop": self.stop,
            "kill": self.kill_cache,
            "restart": self.restart_cache,
        }
        try:
            deeds[message["do"]]()
        except EngineError as error:  # there is no cell to show it under
            self.said = str(error)

    def _turn(self) -> None:
        self.model.change(**self.values)
        with self._drawing:
            self._expect()
            self._redraw()

    def _clear(self) -> None:
        x = {"x": "seconds", "x_range": (0, self.model.limit), "margins": (60, 24), "flags": 1}
        self._hits = Figure(y="hit ratio", y_unit="%", y_range=(0, 1), height=120, **x)
        self._hits.line("measured").threshold("in the long run")
        log = {"y_scale": "log", "y_range": (1e-4, 10)}
        name = "latency of a read" if self.cache.is_real else "latency of a read: not shown for a stand-in"
        self._latency = Figure(y=name, y_unit="s", height=140, **log, **x)
        self._latency.line("p50").line("p99").points("still waiting", shape="cross")
        self._rates = Figure(y="per second", height=120, **x)
        self._rates.line("requests", color="grey").line("database queries", color="pink")
        self._figures = (self._hits, self._rates, self._latency)

    def _expect(self) -> None:
        """What arithmetic says of a cache with this TTL and these writes, user by user."""
        load = self.model.load
        reads, writes = load.rate * (1 - load.write_share), load.rate * load.write_share
        expected = sum(
            share * hit_ratio_with_ttl(reads * share, writes * share, load.ttl)
            for share in self.model.popularity.shares
        )
        self._hits.update("in the long run", expected)

    def _mark(self, what: str) -> None:
        if self.model.running:
            name = what if self._outages < 2 else f"{what} ({self._outages})"
            with self._drawing:
                for figure in self._figures:
                    figure.marker(name, self.model.now.at)

    def _tick(self) -> None:
        with self._drawing:
            ticks = self.model.ticks
            at = [round(tick.at, 1) for tick in ticks]
            self._hits.update("measured", at, [_or_gap(tick.hit_ratio) for tick in ticks])
            for name in ("p50", "p99") if self.cache.is_real else ():  # what a stand-in takes means nothing
                self._latency.update(name, at, [_or_gap(getattr(tick, name)) for tick in ticks])
            slow = [  # one mark a second will do
                (round(tick.at, 1), round(tick.waiting, 3)) for tick in ticks[::5] if tick.waiting > LONG_WAIT
            ]
            self._latency.update("still waiting", [x for x, _ in slow], [y for _, y in slow])
            self._rates.update("requests", at, [round(tick.requests) for tick in ticks])
            self._rates.update("database queries", at, [round(tick.queries, 1) for tick in ticks])
            self._show(ticks[-1] if ticks else None)
        if self.model.last_error:
            self.trouble = f"A request failed with {self.model.last_error}"
        if self.running and not self.model.running:
            self.running = False
            self.said = f"Stopped after {self.model.total.at:.0f} s. In all: {self._total()}."

    def _total(self) -> Figures:
        return self.model.total if self.cache.is_real else replace(self.model.total, p50=None, p99=None)

    def _show(self, second: Figures | None) -> None:
        def of(name, unit=""):
            return quantity(None if second is None else getattr(second, name), unit)

        latencies = [[name, of(name, "s") if self.cache.is_real else "stand-in"] for name in ("p50", "p99")]
        self.tiles = [
            ["hit ratio", of("hit_ratio", "%")],
            *latencies,
            ["requests", "–" if second is None else f"{second.requests:.0f}/s"],
            ["queries", "–" if second is None else f"{second.queries:.0f}/s"],
            ["errors", "–" if second is None else f"{second.errors:.0f}/s"],
        ]
        self._redraw()

    def _redraw(self) -> None:
        self.pictures = [figure.spec() for figure in self._figures]


def traffic(
    read: Callable[[int, Any, float], Any],
    write: Callable[[int, Any], Any] | None = None,
    *,
    cache: Engine,
    connect: Callable[[], Any] = shop.connect,
    challenges: str | Sequence | None = None,
    **options,
) -> TrafficBench:
    """A bench on which customers call `read(user_id, db, ttl)` and `write(user_id, db)`.

    `cache` is the engine that Kill and Restart act on; `options` go to
    `workload.traffic.Traffic` (rate=…, users=…, limit=…).
    `challenges` are things to find: those of a lesson ("04"), or a list of `Challenge`.
    Nothing runs until Start is pressed, or `.start()` called.
    """
    return TrafficBench(Traffic(read, write, connect=connect, **options), cache, challenges)


def _or_gap(value: float | None) -> float:
    return float("nan") if value is None else float(f"{value:.4g}")
